// How long a reader with a slow phone waits: for the first letter, and for the first slider that answers.
//
//   node tools/page_bench.mjs [page] new=<html folder> [old=<html folder of another build>]
//
// Each build is served compressed to Chromium, throttled to Slow 4G (1.6 Mbit/s, 150 ms) and a processor four times
// slower, alternately, ROUNDS times each (3); medians are printed. Nothing is asserted here: tests/test_book.py gates on what
// no machine changes (bytes, blocking scripts, shifts).
import { createRequire } from "node:module";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import zlib from "node:zlib";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 7.5e5 / 8 };
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const MIME = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".woff": "font/woff" };
const COMPRESSED = /\.(html|js|css|json|svg|ipynb)$/;

const builds = Object.fromEntries(process.argv.slice(2).filter((a) => a.includes("=")).map((a) => a.split("=")));
const page = process.argv.slice(2).find((a) => a.endsWith(".html")) ?? "chapters/01-julliere.html";
if (!Object.keys(builds).length) builds.new = "_build/html";

function serve(root) {
  const cache = new Map();
  const server = http.createServer((request, response) => {
    const file = path.join(root, decodeURIComponent(new URL(request.url, "http://x").pathname));
    if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return response.writeHead(404).end();
    const small = COMPRESSED.test(file);
    if (!cache.has(file)) cache.set(file, small ? zlib.gzipSync(fs.readFileSync(file)) : fs.readFileSync(file));
    response.writeHead(200, { "content-type": MIME[path.extname(file)] ?? "application/octet-stream", ...(small ? { "content-encoding": "gzip" } : {}) });
    response.end(cache.get(file));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

// A slider lives when an arrow key changes the drawing of its figure: for both builds, whatever hosts the figure.
const wakeFirst = () => {
  const figure = document.querySelector(".mtj-figure, script[type='application/vnd.jupyter.widget-view+json']");
  const near = figure?.closest("div.cell, .cell_output") ?? figure;
  near?.scrollIntoView({ block: "start" });
  const input = document.querySelector(".mtj-explorer .mtj-slider input[type=range]");
  if (!input) return false;
  const svg = () => input.closest(".mtj-explorer").querySelector("svg.mtj-plot")?.innerHTML;
  const before = svg();
  const start = input.value;
  input.value = String((Number(input.min) + Number(input.max)) / 2 === Number(start) ? input.max : (Number(input.min) + Number(input.max)) / 2);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return svg() !== before;
};

async function measure(browser, base) {
  const context = await browser.newContext(PHONE);
  const tab = await context.newPage();
  const session = await context.newCDPSession(tab);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await session.send("Network.emulateNetworkConditions", SLOW_4G);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  const begun = Date.now();
  await tab.goto(base + page, { waitUntil: "commit" });
  let slider = NaN;
  while (Date.now() - begun < 60000) {
    if (await tab.evaluate(wakeFirst).catch(() => false)) {
      slider = (Date.now() - begun) / 1000;
      break;
    }
    await tab.waitForTimeout(50);
  }
  await tab.waitForLoadState("networkidle").catch(() => {});
  const paint = await tab.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime / 1000);
  await context.close();
  return { "first contentful paint (s)": paint, "first slider alive (s)": slider, "over the wire (kB)": bytes / 1000 };
}

const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((file) => fs.existsSync(file));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const servers = {};
for (const [name, root] of Object.entries(builds)) servers[name] = await serve(path.resolve(root));
const results = Object.fromEntries(Object.keys(builds).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const name of Object.keys(builds)) results[name].push(await measure(browser, `http://127.0.0.1:${servers[name].address().port}/`));
await browser.close();
Object.values(servers).forEach((server) => server.close());
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
console.log(`${page}, Slow 4G, processor 4 times slower, median of ${ROUNDS}`);
for (const quantity of Object.keys(Object.values(results)[0][0])) {
  const row = Object.entries(results).map(([name, list]) => `${name} ${median(list.map((r) => r[quantity])).toFixed(quantity.includes("kB") ? 0 : 1)}`);
  console.log(`  ${quantity.padEnd(28)} ${row.join("   ")}`);
}
