// Looks at a page of --report as a phone shows it.
// Usage: node report.mjs WINDROW FASTA CHROMIUM [SCREENSHOT]

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { open } from "./open.mjs";
import { serve } from "./server.mjs";

const PHONE = { width: 360, height: 740 };

const [windrow, fasta, chromium, screenshot] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "windrow-browser-"));
try {
  const path = join(folder, "report.html");
  const argv = ["-q", "-m", "exon-start,promoter,binding-site", "--report", path, fasta];
  execFileSync(windrow, argv, { maxBuffer: 1 << 30 });
  await check({ "report.html": path });
} finally {
  rmSync(folder, { recursive: true });
}

async function check(files) {
  const { server, address } = await serve(files);
  const { page, close } = await open(chromium, folder, address, PHONE);
  try {
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${address}/report.html`);
    const { width, drawn, headings } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      drawn: [...document.querySelectorAll("svg")].map((svg) => {
        const { left, right, height } = svg.getBoundingClientRect();
        return { left, right, height };
      }),
      headings: [...document.querySelectorAll("h2")].map((heading) => heading.textContent),
    }));
    assert.ok(width <= PHONE.width, `the page is ${width} pixels wide`);
    assert.deepEqual(headings, ["Read", "exon-start", "promoter", "binding-site"]);
    assert.ok(drawn.length >= 6);
    for (const { left, right, height } of drawn) {
      assert.ok(left >= 0 && right <= PHONE.width && right - left > 300 && height > 10);
    }
    const outside = asked.filter((url) => !/\/(report\.html|favicon\.ico)$/.test(url));
    assert.deepEqual(outside, []);
    if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
    console.log(`report: ${drawn.length} drawings on ${PHONE.width} pixels`);
  } finally {
    await close();
    server.close();
  }
}
