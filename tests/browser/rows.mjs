// Rows in each format, and the places that are looked at.

import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files of a page that shows rows in igv.js, by name. */
const here = dirname(fileURLToPath(import.meta.url));
export const PAGE = {
  "page.html": join(here, "page.html"),
  "igv.min.js": join(here, "node_modules/igv/dist/igv.min.js"),
};

/** Runs windrow on a FASTA file; returns the paths of what it wrote into `folder`. */
export function write(windrow, fasta, folder) {
  const run = (name, ...flags) => {
    const path = join(folder, name);
    execFileSync(windrow, ["-q", "-o", path, ...flags, fasta]);
    return path;
  };
  return {
    "calls.bed": run("calls.bed"),
    "values.bedgraph": run("values.bedgraph", "-f", "bedgraph", "--raw", "--strand", "+"),
    "values.bw": run("values.bw", "-f", "bigwig", "--raw", "--strand", "+"),
  };
}

/**
 * Makes a folder of tracks in `folder`, of a copy of the FASTA there: returns the files to serve by
 * name, with the FASTA among them, the calls, and the session.
 */
export function gallery(windrow, fasta, models, folder) {
  const copy = join(folder, basename(fasta));
  const files = { fasta: copy };
  for (const suffix of ["", ".fai", ".gzi"]) {
    if (existsSync(fasta + suffix)) {
      copyFileSync(fasta + suffix, copy + suffix);
      files[basename(fasta) + suffix] = copy + suffix;
    }
  }
  const tracks = join(folder, "tracks");
  const calls = run(windrow, ["--value", "rate", "-m", models, "--tracks", tracks, copy]);
  for (const [name, path] of Object.entries(PAGE)) files[`tracks/${name}`] = path;
  for (const name of readdirSync(tracks)) files[`tracks/${name}`] = join(tracks, name);
  const session = JSON.parse(readFileSync(join(tracks, "igv-session.json"), "utf8"));
  return { files, calls, session };
}

/** Runs windrow; returns its rows, each with what the name of its track begins with. */
export function run(windrow, flags) {
  const strands = { "+": ".plus", "-": ".minus", ".": "" };
  const argv = ["-q", "--no-header", "-f", "tsv", ...flags];
  const text = execFileSync(windrow, argv, { encoding: "utf8", maxBuffer: 1 << 30 });
  return lines(text).map(([contig, start, end, label, strand, value, , model]) => ({
    contig,
    start: Number(start),
    end: Number(end),
    label,
    value: Number(value),
    stem: `${model}.${label}${strands[strand]}`,
  }));
}

/** Rows of a text format: contig, start, end and the columns behind. */
export function read(path) {
  return lines(readFileSync(path, "utf8")).map(([contig, start, end, ...rest]) => ({
    contig,
    start: Number(start),
    end: Number(end),
    rest,
  }));
}

function lines(text) {
  const rows = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return rows.map((line) => line.split("\t"));
}

/** The rows that lie in a place. */
export function within(rows, place) {
  return rows.filter((row) => row.start < place.end && row.end > place.start);
}

/** The stretch of `bases` with most rows, from 5 % before its first one. */
export function busiest(rows, bases) {
  const stretch = ({ contig, start }) => {
    const from = Math.max(0, start - Math.round(bases / 20));
    return { contig, start: from, end: from + bases };
  };
  const stretches = rows.map(stretch);
  const counts = stretches.map((place) => within(rows, place).length);
  return stretches[counts.indexOf(Math.max(...counts))];
}
