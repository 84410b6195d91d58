// A browser without a screen that asks nothing but this machine.

import assert from "node:assert/strict";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** Milliseconds after which a page that does nothing is given up. */
const PATIENCE = 300_000;

/**
 * Opens an empty page in the browser at `executablePath`, whose profile lies in `folder`; what does
 * not begin with `address` is not asked. Resolves to the page and to what closes the browser.
 */
export async function open(executablePath, folder, address, viewport) {
  const context = await chromium.launchPersistentContext(join(folder, "profile"), {
    executablePath,
    headless: true,
    args: FLAGS,
    viewport,
    timeout: PATIENCE,
  });
  context.setDefaultTimeout(PATIENCE);
  await context.route("**", (route) =>
    route.request().url().startsWith(address) ? route.continue() : route.abort(),
  );
  const page = context.pages()[0];
  page.on("pageerror", (error) => assert.fail(`in the page: ${error}`));
  return { page, close: () => context.close() };
}
