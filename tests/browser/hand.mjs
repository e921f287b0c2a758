// What a hand does with an interactive figure, on the built page: save its picture and numbers, copy the link to its state,
// swipe and tap it on a phone. Reports what is wrong as JSON on standard output.
//
//   node hand.mjs <html folder> <chromium> page.html:0 chapters/page.html:2 ...     (page : which of its figures)
import fs from "node:fs";
import { laidOut, launch, serve, settled } from "./site.mjs";

const [root, executablePath, ...wanted] = process.argv.slice(2);
const plain = (text) => text.replace(/[\s\u202f]+/g, "").replace(/[−–]/g, "-");

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** The numbers that a text for readers tells, such as −1.25 × 10⁻³. */
function numbersIn(text) {
  const found = text.replace(/−/g, "-").matchAll(/(-?\d+(?:\.\d+)?)(?:\s*×\s*10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?/g);
  return Array.from(found, ([, digits, power = ""]) => Number(`${digits}e${power.replace("⁻", "-").replace(/[^-]/g, (c) => RAISED.indexOf(c)) || 0}`));
}

/** Open a page and wait until its figure number `k` is alive. */
async function open(context, address, k) {
  const page = await context.newPage();
  await page.goto(address, { waitUntil: "load" });
  await laidOut(page);
  const slot = page.locator(".mtj-figure").nth(k);
  await slot.scrollIntoViewIfNeeded();
  const figure = slot.locator(".mtj-explorer").first();
  await figure.locator(".mtj-frame > svg").waitFor({ timeout: 15000 });
  await settled(page);
  return { page, figure };
}

/** Where the sliders stand, as the reader sees and hears it. */
const state = (figure) => figure.evaluate((el) => ({
  sliders: [...el.querySelectorAll(".mtj-slider input[type=range]")].map((input) => input.getAttribute("aria-valuetext")),
  summary: el.querySelector(".mtj-summary").textContent,
}));

// ---- a picture, and the numbers behind it ----

async function saved(page, figure, button) {
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 15000 }), figure.getByRole("button", { name: button }).click()]);
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) };
}

/** Look at a picture on white paper: its size, what shows through, and how much of it is drawn. */
const onPaper = (page, type, bytes) => page.evaluate(async (source) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const pen = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  const ground = [...data.slice(0, 3)];
  let through = 0, ink = 0;
  for (let i = 0; i < data.length; i += 4) {  // the last row may be a fraction of a pixel
    if (data[i + 3] < 255) through++;
    if (Math.max(...ground.map((c, k) => Math.abs(c - data[i + k]))) > 40) ink++;
  }
  return { width, height, through: through / (width * height), ink: ink / (width * height) };
}, `data:${type};base64,${bytes.toString("base64")}`);

/** The smallest contrast of a text of the saved drawing with the ground that the drawing brings along. */
const contrast = (page, svg) => page.evaluate((source) => {
  const drawing = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const ground = drawing.firstElementChild.getAttribute("fill");
  if (channels(ground)[3] === 0) return 0;
  // A text with an outline (a label in a coloured map) brings its own ground.
  return Math.min(...[...drawing.querySelectorAll("text")].map((el) => {
    const behind = parseFloat(el.style.strokeWidth) > 1 && el.style.stroke !== "none" ? el.style.stroke : ground;
    const [a, b] = [luminance(el.style.fill), luminance(behind)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
}, svg);

async function keepsItsPicture(page, figure, problems) {
  const shown = await figure.locator(".mtj-frame > svg").evaluate((svg) => ({
    width: svg.clientWidth,
    height: svg.clientHeight,
    words: [...svg.querySelectorAll("text")].map((el) => el.textContent).filter((text) => text.trim()),
  }));
  await figure.locator(".mtj-save > summary").click();
  const svg = await saved(page, figure, "Picture (SVG)"), png = await saved(page, figure, "Picture (PNG)");
  const text = svg.bytes.toString("utf8");
  if (!svg.name.endsWith(".svg") || !png.name.endsWith(".png")) problems.push(`files named ${svg.name}, ${png.name}`);
  for (const [kind, picture, factor] of [["SVG", await onPaper(page, "image/svg+xml", svg.bytes), 1], ["PNG", await onPaper(page, "image/png", png.bytes), 2]]) {
    const off = Math.max(Math.abs(picture.width - factor * shown.width), Math.abs(picture.height - factor * shown.height));
    if (off > 2) problems.push(`${kind}: ${picture.width} × ${picture.height} for ${shown.width} × ${shown.height} px on the page`);
    if (picture.through > 0.01) problems.push(`${kind}: the paper shows through ${(100 * picture.through).toFixed(0)} % of it`);
    if (picture.ink < 0.005) problems.push(`${kind}: only ${(100 * picture.ink).toFixed(2)} % of it is drawn`);
  }
  const drawn = await page.evaluate((source) => [...new DOMParser().parseFromString(source, "image/svg+xml").querySelectorAll("text")].map((el) => el.textContent), text);
  const lost = shown.words.filter((word) => !drawn.includes(word));
  if (lost.length || shown.words.length < 4) problems.push(`words of the drawing that are not in the picture: ${lost.join(", ")} (of ${shown.words.length})`);
  const least = await contrast(page, text);
  if (!(least >= 4.5)) problems.push(`a text with a contrast of ${least.toFixed(1)} in the saved picture`);
}

/** The numbers of the file are those that the figure tells where the keyboard reads it. */
async function keepsItsNumbers(page, figure, view, problems) {
  const { name, bytes } = await saved(page, figure, "Numbers (CSV)");
  const lines = bytes.toString("utf8").trim().split("\n"), head = lines.filter((line) => line.startsWith("# "));
  const cells = (line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1].replace(/^"|"$/g, "")).slice(0, line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).length);
  const columns = cells(lines[head.length]), rows = lines.slice(head.length + 1).map((line) => cells(line).map((cell) => (cell === "" ? NaN : Number(cell))));
  if (!name.endsWith(".csv")) problems.push(`numbers in ${name}`);
  const { sliders } = await state(figure);
  const labels = await figure.locator(".mtj-slider label").allTextContents();
  labels.forEach((label, i) => {
    const line = head.find((text) => plain(text).startsWith(`#${plain(label)}=`)) ?? "";
    const [told] = numbersIn(sliders[i]), written = Number(/= (\S+)/.exec(line)?.[1]);
    if (!(Math.abs(told - written) <= 0.006 * Math.abs(told) + 1e-9)) problems.push(`the file says “${line}” of ${label} at ${sliders[i]}`);
  });
  if (rows.length < 5 || rows.some((row) => row.length !== columns.length)) problems.push(`${rows.length} rows for ${columns.join(" | ")}`);
  const units = new Set(await figure.locator(".mtj-frame svg text").evaluateAll((texts) => texts.flatMap((el) => / (\([^()]*\))$/.exec(el.textContent)?.[1] ?? [])));
  for (const unit of units) if (!columns.some((column) => plain(column).endsWith(plain(unit)))) problems.push(`no column in ${unit}: ${columns.join(" | ")}`);
  if (columns.some((column) => !column.trim())) problems.push(`a column without a name: ${columns.join(" | ")}`);
  if (rows.flat().filter(Number.isFinite).length < 0.5 * rows.length * columns.length) problems.push("most cells are empty");
  const cursor = figure.locator("input.mtj-aside").first();
  if (view === "map" || !(await cursor.count())) return { columns, rows: rows.length };  // what is read beside a map is a section of it
  for (const share of [0.2, 0.5, 0.8]) {
    const j = Math.round(share * (rows.length - 1));
    await cursor.evaluate((input, at) => {
      input.value = String(at);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, j);
    const read = await cursor.getAttribute("aria-valuetext");
    const numbers = numbersIn(read);
    let place = 0;  // the values come in the order of the columns, with figures of the names between them
    for (const value of rows[j].filter(Number.isFinite)) {
      const at = numbers.findIndex((told, k) => k >= place && Math.abs(told - value) <= 0.006 * Math.abs(value) + 1e-12);
      if (at < 0) problems.push(`row ${j} holds ${value}, the figure reads “${read}”`);
      else place = at + 1;
    }
  }
  return { columns, rows: rows.length };
}

// ---- a link to a state ----

async function linksToItself(context, page, figure, problems) {
  const start = await state(figure);
  const copy = figure.getByRole("button", { name: "Copy link" });
  if (!(await copy.count())) return problems.push("no link to copy");
  await copy.click();
  await page.waitForFunction((el) => /copied|http/.test(el.querySelector(".mtj-reading").textContent), await figure.elementHandle());
  const address = await page.evaluate(() => navigator.clipboard.readText());
  const id = decodeURIComponent(new URL(address).hash.slice(1));
  const other = await context.newPage();
  await other.goto(address, { waitUntil: "load" });
  const there = other.locator(`[id="${id}"] .mtj-explorer`).first();
  await there.locator(".mtj-frame > svg").waitFor({ timeout: 15000 }).catch(() => problems.push(`${address} wakes no figure`));
  await settled(other);
  const found = await state(there);
  if (JSON.stringify(found) !== JSON.stringify(start)) problems.push(`${address} shows ${JSON.stringify(found)} instead of ${JSON.stringify(start)}`);
  const seen = await there.evaluate((el) => el.getBoundingClientRect().top < innerHeight && el.getBoundingClientRect().bottom > 0);
  if (!seen) problems.push(`${address} does not lead to the figure`);
  await other.close();
}

// ---- a phone ----

/** Put a finger down at a point, move it, lift it. */
async function finger(page, from, to) {
  const client = (page.touches ??= await page.context().newCDPSession(page));
  const steps = from === to ? 0 : 12;
  await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] });
  for (let k = 1; k <= steps; k++) {
    const at = (key) => from[key] + ((to[key] - from[key]) * k) / steps;
    await client.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: at("x"), y: at("y") }] });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
  await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await settled(page);
}

/** The middle of the window holds the middle of the element; returns its box. */
async function inTheMiddle(page, element) {
  await element.evaluate((el) => el.scrollIntoView({ block: "center", behavior: "instant" }));
  await settled(page);
  return element.boundingBox();
}

async function answersAFinger(page, figure, { view, rows, touch: problems }) {
  const width = await page.evaluate(() => innerWidth);
  const say = (text) => problems.push(`at ${width} px: ${text}`);
  const frame = figure.locator(".mtj-frame"), read = () => figure.locator(".mtj-reading").textContent();
  const scrolled = () => page.evaluate(() => Math.round(scrollY));
  const slider = figure.locator(".mtj-slider input[type=range]").first();
  const slides = async (element, place) => {
    const box = await inTheMiddle(page, element), [before, at] = [await state(figure), await scrolled()];
    const from = { x: box.x + place[0] * box.width, y: box.y + place[1] * box.height };
    await finger(page, from, { x: from.x + 4, y: from.y - 150 });
    const moved = (await scrolled()) - at;
    if (moved < 80) say(`a swipe upwards that begins on the ${element === slider ? "slider" : "drawing"} scrolls the page by ${moved} px`);
    const after = await state(figure);
    if (JSON.stringify(after) !== JSON.stringify(before)) say(`a swipe upwards that begins on the ${element === slider ? "slider" : "drawing"} changes ${before.sliders} to ${after.sliders}`);
  };
  await slides(frame, [0.5, 0.4]);
  await slides(slider, [0.3, 0.5]);

  // A finger that goes sideways, or taps, moves the slider.
  for (const [how, ends] of [["a finger that goes sideways", [0.3, 0.8]], ["a tap", [0.15, 0.15]]]) {
    const box = await inTheMiddle(page, slider), before = await state(figure), at = await scrolled();
    const [from, to] = ends.map((share) => ({ x: box.x + share * box.width, y: box.y + box.height / 2 }));
    await finger(page, from, ends[0] === ends[1] ? from : to);
    const after = await state(figure);
    if (after.sliders[0] === before.sliders[0]) say(`${how} does not move the slider from ${before.sliders[0]}`);
    if (after.summary === before.summary) say(`${how} on the slider does not change the summary`);
    if ((await scrolled()) !== at) say(`${how} on the slider scrolls the page`);
  }

  // On the drawing it reads, or moves the cross-hair, at the place of the finger.
  for (const [how, ends] of [["drag", [0.4, 0.7]], ["tap", [0.45, 0.45]]]) {
    const box = await inTheMiddle(page, frame), before = [await read(), (await state(figure)).summary].join();
    const part = view === "sphere" ? 0.8 : view === "map" ? 0.25 : 0.5;
    const [from, to] = ends.map((share) => ({ x: box.x + share * box.width, y: box.y + part * box.height }));
    await finger(page, from, ends[0] === ends[1] ? from : to);
    if ([await read(), (await state(figure)).summary].join() === before) say(`a ${how} on the drawing tells nothing`);
    const mark = figure.locator(view === "map" ? ".mtj-target" : ".mtj-cursor-line").first();
    const seen = (await mark.count()) ? await mark.boundingBox() : null;
    const off = seen ? Math.abs(seen.x + seen.width / 2 - to.x) : Infinity;
    const apart = view === "map" ? 0 : box.width / (rows - 1);  // between two points of a curve
    if (off > 12 + apart / 2) say(`after a ${how} the mark stands ${off.toFixed(0)} px beside the finger`);
  }
}

async function check(browser, base, address, k) {
  const report = { figure: `${address}, figure ${k + 1}`, picture: [], numbers: [], link: [], touch: [] };
  const desk = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: "dark", reducedMotion: "reduce", acceptDownloads: true });
  await desk.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { page, figure } = await open(desk, base + address, k);
  const view = /mtj-(curves|map|profile|sphere)/.exec(await figure.getAttribute("class"))[1];
  report.view = view;
  for (const slider of await figure.locator(".mtj-slider input[type=range]").all()) {  // not the state it starts in
    await slider.focus();
    for (let n = 0; n < 4; n++) await page.keyboard.press((await slider.evaluate((el) => el.value === el.max)) ? "ArrowLeft" : "ArrowRight");
  }
  await settled(page);
  await keepsItsPicture(page, figure, report.picture);
  Object.assign(report, await keepsItsNumbers(page, figure, view, report.numbers));
  await linksToItself(desk, page, figure, report.link);
  await desk.close();

  const phone = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, reducedMotion: "reduce" });
  const hand = await open(phone, base + address, k);
  await answersAFinger(hand.page, hand.figure, report);
  await hand.page.setViewportSize({ width: 320, height: 700 });
  await settled(hand.page);
  await answersAFinger(hand.page, hand.figure, report);
  await phone.close();
  return report;
}

const { base, stop } = await serve(root);
const browser = await launch(executablePath);
const reports = [];
for (const name of wanted) {
  const [address, k] = name.split(":");
  try {
    reports.push(await check(browser, base, address, Number(k)));
  } catch (error) {
    reports.push({ figure: name, crash: String(error.stack || error) });
  }
}
await browser.close();
stop();
process.stdout.write(JSON.stringify(reports));
