// A phone's first look at a page: what is laid out at once, what follows, and whether anything moves meanwhile. Reports as
// JSON on standard output.
//
//   node look.mjs <html folder> <chromium> chapters/page.html ...
import { addUpShifts, laidOut, launch, serve, settled } from "./site.mjs";

const [root, executablePath, ...pages] = process.argv.slice(2);
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

/** Titles of the sections that the browser has not laid out. */
const waiting = (page) => page.evaluate(() => [...document.querySelectorAll(".bd-article h2, .bd-article h3")]
  .filter((title) => !title.checkVisibility({ contentVisibilityAuto: true })).map((title) => title.textContent));

async function look(browser, base, name) {
  const context = await browser.newContext(PHONE);
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  await addUpShifts(page);
  await page.goto(base + name, { waitUntil: "load" });
  const atFirst = await waiting(page);
  for (let k = 0; k < 12; k++) {  // a reader who scrolls on at once
    await page.evaluate(() => scrollBy({ top: innerHeight, behavior: "instant" }));
    await settled(page);
  }
  await laidOut(page);
  await settled(page);
  const report = { page: name, atFirst, later: await waiting(page), shift: await page.evaluate(() => window.shifted) };

  const place = await page.evaluate(() => scrollY);
  await page.reload({ waitUntil: "load" });
  await settled(page);
  Object.assign(report, { reloaded: await waiting(page), moved: Math.abs((await page.evaluate(() => scrollY)) - place) });

  const last = await page.evaluate(() => [...document.querySelectorAll(".bd-article > section > section")].pop().id);
  const other = await context.newPage();
  await other.goto(`${base}${name}#${last}`, { waitUntil: "load" });
  await settled(other);
  report.linked = await waiting(other);
  report.landed = await other.evaluate((id) => {
    const { top } = document.getElementById(id).getBoundingClientRect();
    return top > -10 && top < innerHeight;
  }, last);
  await context.close();

  const desk = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await desk.goto(base + name, { waitUntil: "load" });
  report.desk = await waiting(desk);
  await desk.close();
  return report;
}

const { base, stop } = await serve(root);
const browser = await launch(executablePath);
const reports = [];
for (const name of pages) reports.push(await look(browser, base, name).catch((error) => ({ page: name, crash: String(error.stack || error) })));
await browser.close();
stop();
process.stdout.write(JSON.stringify(reports));
