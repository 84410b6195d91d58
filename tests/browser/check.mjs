// Loads the example's rows in igv.js, in a browser without a screen, and holds what is drawn
// against the rows. Usage: node check.mjs WINDROW FASTA CHROMIUM SCREENSHOT

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { open } from "./open.mjs";
import { PAGE, busiest, read, within, write } from "./rows.mjs";
import { serve } from "./server.mjs";

const CALLS = "rgb(0, 60, 160)";
const VALUES = "rgb(160, 60, 0)";
/** Pixels by which a drawn edge may lie beside the place of its base. */
const SLACK = 2;

const [windrow, fasta, executablePath, screenshot] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "windrow-browser-"));
try {
  await check();
} finally {
  rmSync(folder, { recursive: true });
}

async function check() {
  const files = write(windrow, fasta, folder);
  const calls = read(files["calls.bed"]);
  const values = read(files["values.bedgraph"]);
  const { server, address } = await serve({
    ...files,
    "example.fa": fasta,
    ...PAGE,
  });
  const viewport = { width: 1000, height: 420 };
  const { page, close } = await open(executablePath, folder, address, viewport);
  try {
    await page.goto(`${address}/page.html`);

    const gene = busiest(calls, 10_000);
    await load(page, gene);
    checkFeatures(await shown(page), gene, { calls, values });
    const drawn = await columns(page, "calls", CALLS, 0);
    checkMarks(drawn, await frame(page), within(calls, gene));
    await page.screenshot({ path: screenshot });

    const site = around(strongest(calls), 60);
    await page.evaluate((place) => window.browser.search(place), locus(site));
    checkFeatures(await shown(page), site, { calls, values });
    const view = await frame(page);
    checkMarks(await columns(page, "calls", CALLS, 0), view, within(calls, site));
    const peak = Math.max(...within(values, site).map((row) => Number(row.rest[0])));
    const high = within(values, site).filter((row) => Number(row.rest[0]) > peak / 2);
    for (const track of ["bedGraph", "bigWig"]) {
      // Values above half the peak, seen at the height of half the peak.
      checkBars(await columns(page, track, VALUES, 1 - peak / 2), view, high, track);
    }
    console.log(`igv.js: ${drawn.length} columns of ${locus(gene)} and ${locus(site)} as they are`);
  } finally {
    await close();
    server.close();
  }
}

async function load(page, place) {
  await page.evaluate(
    async ([locus, calls, values]) => {
      const value = { color: values, height: 80, autoscale: false, min: 0, max: 1 };
      window.browser = await igv.createBrowser(document.getElementById("browser"), {
        loadDefaultGenomes: false,
        reference: { id: "example", fastaURL: "example.fa", indexed: false, wholeGenomeView: false },
        locus,
        tracks: [
          { name: "calls", type: "annotation", format: "bed", url: "calls.bed", color: calls,
            displayMode: "COLLAPSED", height: 50 },
          { name: "bedGraph", type: "wig", format: "bedgraph", url: "values.bedgraph", ...value },
          { name: "bigWig", type: "wig", format: "bigwig", url: "values.bw", ...value },
        ],
      });
    },
    [locus(place), CALLS, VALUES],
  );
}

/** What igv.js holds of each track where it looks. */
function shown(page) {
  return page.evaluate(() => {
    const tracks = window.browser.trackViews.filter(({ track }) => track.url);
    return Object.fromEntries(
      tracks.map(({ track, viewports }) => [
        track.name,
        viewports[0].cachedFeatures.map(({ start, end, strand, name, value }) => ({
          start, end, strand, name, value,
        })),
      ]),
    );
  });
}

function checkFeatures(tracks, place, { calls, values }) {
  const here = (features) =>
    features.filter(({ start, end }) => start < place.end && end > place.start);
  assert.deepEqual(
    here(tracks.calls).map(({ start, end, name, strand }) => [start, end, name, strand]),
    within(calls, place).map(({ start, end, rest }) => [start, end, rest[0], rest[2]]),
  );
  for (const track of ["bedGraph", "bigWig"]) {
    assert.ok(here(tracks[track]).length > 0, track);
  }
}

/** Where igv.js looks: its first base, bases a pixel, and pixels. */
function frame(page) {
  return page.evaluate(() => {
    const { referenceFrame, viewportElement } = window.browser.trackViews.at(-1).viewports[0];
    const { start, bpPerPixel } = referenceFrame;
    return { start, bpPerPixel, width: viewportElement.clientWidth };
  });
}

/**
 * Columns of pixels in view, from the left, that have the colour at a height of the track: of
 * annotations at the top of their boxes, of values at a share of the height from the top.
 */
function columns(page, name, color, share) {
  return page.evaluate(
    ([name, color, share]) => {
      const view = window.browser.trackViews.find(({ track }) => track.name === name);
      const { canvas, viewportElement } = view.viewports[0];
      const boxes = view.track.type === "annotation";
      const y = boxes ? view.track.margin + 2 : Math.round(share * viewportElement.clientHeight);
      const left = -canvas._data.pixelXOffset;
      const width = viewportElement.clientWidth;
      const { data } = canvas.getContext("2d").getImageData(left, y, width, 1);
      const wanted = color.match(/\d+/g).map(Number);
      // The channel in which the colour differs most from the white that is behind it.
      const channel = wanted.indexOf(Math.min(...wanted));
      const ink = (x) => (255 - data[4 * x + channel]) / (255 - wanted[channel]);
      // A narrow mark between two columns is faint in both.
      const faint = boxes ? 0.25 : 0.5;
      return [...Array(width).keys()].filter((x) => data[4 * x + 3] === 255 && ink(x) >= faint);
    },
    [name, color, share],
  );
}

/** Left and right edge of a row in view, in pixels. */
function edges(row, { start, bpPerPixel }) {
  return [(row.start - start) / bpPerPixel, (row.end - start) / bpPerPixel];
}

/** Each row has a mark, and each mark has a row. */
function checkMarks(drawn, view, rows) {
  assert.ok(drawn.length > 0, "no mark is drawn");
  const spans = rows.map((row) => edges(row, view));
  for (const [left, right] of spans) {
    const middle = (left + right) / 2;
    if (middle > SLACK && middle < view.width - SLACK) {
      assert.ok(drawn.some((x) => Math.abs(x + 0.5 - middle) <= SLACK), `no mark at ${middle}`);
    }
  }
  for (const x of drawn) {
    assert.ok(
      spans.some(([left, right]) => x + 0.5 >= left - SLACK && x + 0.5 <= right + SLACK),
      `a mark at ${x} and no row`,
    );
  }
}

/** Bars stand on their rows from edge to edge, and nowhere else. */
function checkBars(drawn, view, rows, track) {
  const spans = rows.map((row) => edges(row, view));
  for (let x = 0; x < view.width; x += 1) {
    const middle = x + 0.5;
    const inside = spans.some(([left, right]) => middle >= left + SLACK && middle <= right - SLACK);
    const near = spans.some(([left, right]) => middle >= left - SLACK && middle <= right + SLACK);
    const here = drawn.includes(x);
    assert.ok(here ? near : !inside, `${track}: column ${x} is ${here ? "" : "not "}drawn`);
  }
  assert.ok(drawn.length > 0, `${track}: no bar is drawn`);
}

/** The row of the forward strand with the best value. */
function strongest(rows) {
  const forward = rows.filter((row) => row.rest[2] === "+");
  return forward.reduce((a, b) => (Number(b.rest[3]) > Number(a.rest[3]) ? b : a));
}

function around(row, bases) {
  const start = row.start - bases / 2;
  return { contig: row.contig, start, end: start + bases };
}

/** As igv.js takes it: 1-based, inclusive. */
function locus({ contig, start, end }) {
  return `${contig}:${start + 1}-${end}`;
}
