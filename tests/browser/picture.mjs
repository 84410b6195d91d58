// Draws genes of the example, and what models say there, from the session of --tracks.
// Usage: node picture.mjs WINDROW FOLDER CHROMIUM PICTURE; the folder has example.fa and the genes.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { open } from "./open.mjs";
import { gallery, read, within } from "./rows.mjs";
import { serve } from "./server.mjs";
import { load, look } from "./session.mjs";

const MODELS = "exon-start,promoter,binding-site:CTCF,USF1";
/** Bases left of a gene that are shown, with room for the names of tracks, and right of it. */
const LEFT = 4_500;
const RIGHT = 2_500;
/** The longest gene that is shown. */
const LONGEST = 14_000;

const [windrow, examples, chromium, picture] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "windrow-browser-"));
try {
  await draw();
} finally {
  rmSync(folder, { recursive: true });
}

async function draw() {
  const genes = join(examples, "example.genes.bed");
  const { files, calls, session } = gallery(windrow, join(examples, "example.fa"), MODELS, folder);
  files["tracks/genes.bed"] = genes;
  const { place, strand } = richest(read(genes), calls);
  const other = strand === "+" ? ".minus" : ".plus";
  const unwanted = session.tracks.filter(({ url }) => url.includes(other));
  const { server, address } = await serve(files);
  const { page, close } = await open(chromium, folder, address, { width: 1100, height: 900 });
  try {
    await page.goto(`${address}/tracks/page.html`);
    await load(page);
    await page.evaluate(async (names) => {
      for (const name of names) window.browser.removeTrackByName(name);
      await window.browser.loadTrack({
        name: "genes", type: "annotation", format: "bed", url: "genes.bed", order: -1,
        color: "rgb(60,60,60)", displayMode: "COLLAPSED", height: 40,
      });
    }, unwanted.map(({ name }) => name));
    const held = await look(page, place);
    for (const [name, features] of Object.entries(held)) {
      assert.ok(features.length > 0, `${name} is empty`);
    }
    await page.locator("#browser").screenshot({ path: picture });
  } finally {
    await close();
    server.close();
  }
}

/** The gene around which most labels are called, and its strand. */
function richest(genes, calls) {
  const around = ({ contig, start, end, rest }) => {
    const place = { contig, start: start - LEFT, end: end + RIGHT };
    const labels = new Set(within(calls, place).map(({ label }) => label));
    return { place, strand: rest[2], labels: labels.size };
  };
  const short = genes.filter(({ start, end }) => end - start <= LONGEST && start > LEFT);
  return short.map(around).reduce((a, b) => (b.labels > a.labels ? b : a));
}
