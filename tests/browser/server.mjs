// A server of named files, which answers ranges of bytes as igv.js asks for them.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";

const TYPES = { html: "text/html", js: "text/javascript" };

/** Serves `files`, paths by name, to this machine; resolves to the server and its address. */
export function serve(files) {
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, "http://localhost").pathname.slice(1);
    if (!(name in files)) {
      response.writeHead(404).end();
      return;
    }
    const bytes = await readFile(files[name]);
    const headers = {
      "Accept-Ranges": "bytes",
      "Content-Type": TYPES[name.split(".").pop()] ?? "application/octet-stream",
    };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    if (range === null) {
      response.writeHead(200, headers).end(bytes);
      return;
    }
    const start = Number(range[1]);
    const end = Math.min(range[2] === "" ? Infinity : Number(range[2]), bytes.length - 1);
    headers["Content-Range"] = `bytes ${start}-${end}/${bytes.length}`;
    response.writeHead(206, headers).end(bytes.subarray(start, end + 1));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ server, address: `http://127.0.0.1:${server.address().port}` });
    });
  });
}
