// Loads a folder of --tracks in igv.js by its own session, in a browser without a screen, and holds
// every track against rows.
// Usage: node tracks.mjs WINDROW FASTA CHROMIUM MODELS

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenomesFile, HubFile, TrackDbFile } from "@gmod/ucsc-hub";

import { open } from "./open.mjs";
import { gallery, run } from "./rows.mjs";
import { serve } from "./server.mjs";
import { load, look, visible } from "./session.mjs";

/** Bases on both sides of a call that are looked at. */
const FLANK = 100;
/** Most calls that are looked at. */
const PLACES = 8;

const [windrow, fasta, chromium, models] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "windrow-browser-"));
try {
  await check();
} finally {
  rmSync(folder, { recursive: true });
}

async function check() {
  const { files, calls, session } = gallery(windrow, fasta, models, folder);
  checkHub(files, session);
  const { server, address } = await serve(files);
  const viewport = { width: 1200, height: 800 };
  const { page, close } = await open(chromium, folder, address, viewport);
  try {
    await page.goto(`${address}/tracks/page.html`);
    await load(page);
    const names = session.tracks.map(({ name }) => name);
    assert.deepEqual(await visible(page), names, "not every track is visible");
    assert.equal(new Set(names).size, names.length);
    let values = 0;
    let marks = 0;
    for (const place of places(calls)) {
      const tracks = await look(page, place);
      const windows = scored(files, place);
      for (const { name, format, url } of session.tracks) {
        const stem = url.replace(/\.b[wb]$/, "");
        if (format === "bigwig") {
          values += checkValues(name, tracks[name], windows.get(stem) ?? [], place);
        } else {
          marks += checkCalls(name, tracks[name], calls.filter((row) => row.stem === stem), place);
        }
      }
    }
    assert.ok(marks > 0 && values > 1000, `${marks} calls and ${values} values`);
    console.log(`igv.js: ${names.length} tracks, ${values} values and ${marks} calls as they are`);
  } finally {
    await close();
    server.close();
  }
}

/** The hub is one for the reader of JBrowse, and has the files of the session. */
function checkHub(files, session) {
  const text = (name) => readFileSync(files[`tracks/${name}`], "utf8");
  const hub = new HubFile(text("hub.txt"));
  const genomes = new GenomesFile(text(hub.data.genomesFile));
  const [genome] = Object.values(genomes.data);
  const tracks = Object.values(new TrackDbFile(text(genome.data.trackDb)).data);
  const urls = tracks.map(({ data }) => data.bigDataUrl).filter((url) => url !== undefined);
  assert.deepEqual(urls, session.tracks.map(({ url }) => url));
}

/** A call of each label and strand, and its neighbourhood; of many, some. */
function places(calls) {
  const first = new Map();
  for (const row of calls) {
    if (!first.has(row.stem) && row.start > FLANK) first.set(row.stem, row);
  }
  const all = [...first.values()];
  const every = Math.ceil(all.length / PLACES);
  return all
    .filter((_, number) => number % every === 0)
    .map(({ contig, start }) => ({ contig, start: start - FLANK, end: start + FLANK }));
}

/** Windows of a place by the name that their track begins with. */
function scored({ fasta }, { contig, start, end }) {
  const flags = ["-r", fasta, "-R", `${contig}:${start + 1}-${end}`, "--raw", "--value", "rate"];
  const all = new Map();
  for (const row of run(windrow, [...flags, "-m", models])) {
    all.set(row.stem, [...(all.get(row.stem) ?? []), row]);
  }
  return all;
}

/** The track has at each base the value of the window that reports there; says how many it has. */
function checkValues(name, features, rows, { start, end }) {
  let count = 0;
  for (const row of rows) {
    const at = Math.max(row.start, start);
    if (at >= end) continue;
    const feature = features.find((feature) => feature.start <= at && at < feature.end);
    assert.ok(feature, `${name}: nothing at ${at}`);
    assert.equal(feature.value, Math.fround(row.value), `${name} at ${at}`);
    count += 1;
  }
  assert.ok(count > 0, `${name}: no window at ${start}`);
  return count;
}

/** The track has the calls of a place, and no others; says how many there are. */
function checkCalls(name, features, rows, { contig, start, end }) {
  const here = (row) => row.start < end && row.end > start;
  const expected = rows.filter((row) => row.contig === contig && here(row));
  assert.deepEqual(
    features.filter(here).map((feature) => [feature.start, feature.end, feature.name]),
    expected.map((row) => [row.start, row.end, row.label]),
    name,
  );
  return expected.length;
}
