// The built book on a local server, and a browser that asks nobody else.
import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";

const { chromium } = createRequire(import.meta.url)("playwright-core");
const MIME = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml",
  ".png": "image/png", ".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf", ".ipynb": "application/json",
};
const COMPRESSED = /\.(html|js|css|json|svg|ipynb)$/;

const cache = new Map();
/** A file as it travels. */
export function load(file) {
  if (!cache.has(file)) {
    const plain = fs.readFileSync(file);
    cache.set(file, COMPRESSED.test(file) ? zlib.gzipSync(plain) : plain);
  }
  return cache.get(file);
}
/** A static server that compresses as a public one would; returns its address. */
export async function serve(root) {
  const server = http.createServer((request, response) => {
    const file = path.join(root, decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (!fs.existsSync(file) || !fs.statSync(file).isFile()) {
      response.writeHead(404);
      return response.end();
    }
    const headers = { "content-type": MIME[path.extname(file)] || "application/octet-stream" };
    if (COMPRESSED.test(file)) headers["content-encoding"] = "gzip";
    response.writeHead(200, headers);
    response.end(load(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** A browser that finds no other machine: what a page asks of one fails, and is on the list of its requests. */
export const launch = (executablePath) => chromium.launch({
  executablePath,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-default-browser-check", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
});

/** Wait until what was begun is drawn: observers called, transitions at their end. */
export const settled = (page) => page.evaluate(async () => {
  for (let k = 0; k < 3; k++) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const moving = document.getAnimations().filter((a) => a.playState === "running" && Number.isFinite(a.effect.getComputedTiming().endTime));
    await Promise.all(moving.map((a) => a.finished.catch(() => {})));
  }
});

/** Wait until every section is laid out: on a phone's first look those below the window follow later (book.js). */
export const laidOut = (page) => page.waitForFunction(() => !document.documentElement.classList.contains("first-look"));

/** Add up in `window.shifted` how far things move without the reader's doing, from the first paint on. */
export const addUpShifts = (page) => page.addInitScript(() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
});
