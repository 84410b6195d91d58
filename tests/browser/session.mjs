// What igv.js shows of a session.

/** Loads the session beside the page. */
export function load(page) {
  return page.evaluate(async () => {
    window.browser = await igv.createBrowser(document.getElementById("browser"), {
      loadDefaultGenomes: false,
      sessionURL: "igv-session.json",
    });
  });
}

/** Names of the tracks that have a place on the page, from top to bottom. */
export function visible(page) {
  return page.evaluate(() => {
    const tracks = window.browser.trackViews.filter(({ track }) => track.url);
    const boxes = tracks.map(({ track, viewports }) => ({
      name: track.name,
      box: viewports[0].viewportElement.getBoundingClientRect(),
    }));
    const seen = boxes.filter(({ box }) => box.width > 0 && box.height > 0);
    return seen.sort((a, b) => a.box.top - b.box.top).map(({ name }) => name);
  });
}

/** Goes to a place; resolves to the features that igv.js holds of each track there. */
export async function look(page, { contig, start, end }) {
  const locus = `${contig}:${start + 1}-${end}`;
  await page.evaluate((locus) => window.browser.search(locus), locus);
  return page.evaluate(() => {
    const tracks = window.browser.trackViews.filter(({ track }) => track.url);
    const feature = ({ start, end, name, value }) => ({ start, end, name, value });
    const held = ({ track, viewports }) => [track.name, viewports[0].cachedFeatures.map(feature)];
    return Object.fromEntries(tracks.map(held));
  });
}
