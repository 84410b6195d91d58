// The example's rows in each format, and the places that are looked at.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

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

/** Rows of a text format: contig, start, end and the columns behind. */
export function read(path) {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [contig, start, end, ...rest] = line.split("\t");
      return { contig, start: Number(start), end: Number(end), rest };
    });
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
