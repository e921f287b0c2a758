// Open every page of the built book in Chromium and report what is wrong with it, as JSON on standard output.
//
//   node check.mjs <html folder> <chromium> <screenshots folder or ""> page.html chapters/page.html ...
//
// One browser serves all pages, two at a time, and each page is loaded once: paper, the dark theme and the phone follow on
// the same load. Requests to anything but the local server fail and are listed, so this is also what a reader without
// network sees. A fixed wait may stand nowhere here: what is waited for is named.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { addUpShifts, laidOut, launch, load, serve, settled } from "./site.mjs";

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const [root, executablePath, screenshots, ...pages] = process.argv.slice(2);
const AT_ONCE = 2;
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const COLOURS = ["color-contrast", "link-in-text-block"];
const LAYOUT = ["target-size", "scrollable-region-focusable"];
const AXE = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
const REST = { runOnly: AXE, rules: Object.fromEntries(COLOURS.map((rule) => [rule, { enabled: false }])) };

// What axe-core finds: about names, roles and sizes (`rules`) in the whole page, about colours in a few elements of each look,
// and about all of it in what was not shown when it looked before.
async function axe(page, rules = REST) {
  const violations = await page.evaluate(async ({ rules, rest, colours }) => {
    // The contrast of a text follows from its colour and size and from what lies behind it. Of all elements that agree in
    // these axe-core sees three (it passes over what it believes to be out of sight), once on this page: what looks in the
    // dark, or on a phone, as it did before has passed.
    window.looks ??= new Map();
    const behind = new Map([[null, ""]]);
    const ground = (el) => {
      if (!behind.has(el)) {
        const { backgroundColor, backgroundImage, opacity } = getComputedStyle(el);
        const layer = `${backgroundColor} ${backgroundImage} ${opacity}`;
        behind.set(el, (layer === "rgba(0, 0, 0, 0) none 1" ? "" : `${layer} on `) + ground(el.parentElement));
      }
      return behind.get(el);
    };
    const amongTheFirst = (el) => {
      const written = [...el.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      const { width, height, right, bottom } = el.getBoundingClientRect();
      if ((!written && !el.matches("a, button, input, summary")) || Math.min(width, height) <= 2 || Math.min(right, bottom + scrollY) <= 0) return false;
      const style = getComputedStyle(el);
      const own = ["color", "fontSize", "fontWeight", "textDecorationLine", "textShadow", "visibility", "clip", "clipPath"].map((key) => style[key]);
      const look = [el.matches("a, button, input, summary"), el.disabled, ...own, getComputedStyle(el.parentElement).color, ground(el)].join();
      window.looks.set(look, (window.looks.get(look) ?? 0) + 1);
      return window.looks.get(look) <= 3;
    };
    const shown = [...document.querySelectorAll("body *:not(.katex *, script, style)")].filter(amongTheFirst);

    const visible = [...document.querySelectorAll("body *:not(.katex *, script, style)")].filter((el) => el.getClientRects().length);
    const fresh = window.known ? visible.filter((el) => !window.known.has(el) && (window.known.has(el.parentElement) || !visible.includes(el.parentElement))) : [];
    window.known ??= new WeakSet();
    for (const el of visible) window.known.add(el);

    // Formulas and code are nine tenths of a page's elements. While axe-core looks, an empty box of the same size stands for
    // what is drawn of a formula, which has the colour of the text, plain characters for what is heard, and plain
    // characters for all tokens of a listing that it need not see.
    const simple = new Map();
    const formulas = [...document.querySelectorAll(".katex-html, .katex-mathml")].map((el) => [el, el.getBoundingClientRect()]);
    for (const [el, { width, height }] of formulas) {
      const drawn = el.matches(".katex-html");
      simple.set(el, [...el.childNodes]);
      el.replaceChildren(drawn ? "" : el.textContent);
      if (drawn) el.style.cssText = `display: inline-block; width: ${width}px; height: ${height}px`;
    }
    const plain = (node) => node.localName === "span" && !node.childElementCount && !node.id && !shown.includes(node);
    for (const line of document.querySelectorAll(":is(pre, dt.sig, code):has(span), :is(pre, dt.sig) :has(> span)")) {
      simple.set(line, [...line.childNodes]);
      line.replaceChildren(...simple.get(line).map((node) => (plain(node) ? node.textContent : node)));
      line.normalize();
    }

    const resultTypes = ["violations"];
    const found = rules ? (await window.axe.run(document, { ...rules, resultTypes })).violations : [];
    if (fresh.length) found.push(...(await window.axe.run({ include: fresh }, { ...rest, resultTypes })).violations);
    if (shown.length) found.push(...(await window.axe.run({ include: shown }, { runOnly: colours, resultTypes })).violations);
    for (const [el, parts] of simple) {
      el.replaceChildren(...parts);
      if (el.matches(".katex-html")) el.removeAttribute("style");
    }
    // axe-core does not see that the MathML of a formula fills a table header.
    const filled = (node) => document.querySelector(node.target[0]).querySelector(".katex-mathml");
    for (const v of found) if (v.id === "empty-table-header") v.nodes = v.nodes.filter((node) => !filled(node));
    return found;
  }, { rules, rest: REST, colours: COLOURS });
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}  ${n.html.slice(0, 120)}`));
}

// Move every slider of every interactive figure with the arrow keys; its drawing and its spoken summary must follow.
async function moveSliders(page) {
  const results = [];
  const figures = page.locator(".mtj-explorer");
  for (let i = 0; i < (await figures.count()); i++) {
    const figure = figures.nth(i);
    const sliders = figure.locator(".mtj-slider input[type=range]");
    for (let j = 0; j < (await sliders.count()); j++) {
      const slider = sliders.nth(j);
      const { name, atEnd } = await slider.evaluate((el) => {
        const figure = el.closest(".mtj-explorer");
        const all = (selector, key) => [...figure.querySelectorAll(selector)].map((part) => part[key]).join("");
        window.state = () => ({ drawing: all("svg", "innerHTML"), summary: all("[aria-live]", "textContent") });
        window.before = window.state();
        el.focus();
        return {
          name: el.getAttribute("aria-label") || (el.labels[0] && el.labels[0].textContent.trim()) || el.id,
          atEnd: Number(el.value) >= Number(el.max),
        };
      });
      for (let k = 0; k < 5; k++) await page.keyboard.press(atEnd ? "ArrowLeft" : "ArrowRight");
      const follows = (part) => page.waitForFunction((part) => window.before[part] !== window.state()[part], part, { timeout: 2000 }).then(() => true, () => false);
      results.push({ figure: i + 1, slider: name, drawing: await follows("drawing"), summary: await follows("summary") });
    }
  }
  return results;
}

// On paper: a handout. Every answer readable at the end and not before, nothing but the text, light colours.
async function print(page) {
  await page.emulateMedia({ media: "print" });
  const problems = await page.evaluate(() => {
    const shown = (el) => el.getClientRects().length > 0 && getComputedStyle(el).visibility === "visible";
    window.dispatchEvent(new Event("beforeprint"));
    const squeeze = (s) => s.replace(/\s+/g, " ").trim(), problems = [];
    const end = document.querySelector(".handout-answers"), answers = end && shown(end) ? squeeze(end.textContent) : "";
    document.querySelectorAll(".sd-summary-content, details.solution > :not(summary)").forEach((el) => {
      const asked = el.closest("div.question, details.solution");
      if (asked && shown(el)) problems.push(`not at the end: ${squeeze(el.textContent).slice(0, 80)}`);
      if (asked ? ![...el.children].every((part) => answers.includes(squeeze(part.textContent))) : !shown(el)) problems.push(`lost: ${squeeze(el.textContent).slice(0, 80)}`);
    });
    document.querySelectorAll(".bd-sidebar-primary, .bd-sidebar-secondary, .bd-header-article, .bd-footer")
      .forEach((el) => shown(el) && problems.push(`shown: ${el.className}`));
    if (document.documentElement.dataset.theme !== "light") problems.push("dark colours");
    window.dispatchEvent(new Event("afterprint"));
    return problems;
  });
  await page.emulateMedia({ media: "screen" });
  return problems;
}

// Formulas and code that do not fit: none may be cut, and what scrolls must be reachable by keyboard.
const cut = (page) => page.evaluate(() => {
  const text = (formula) => formula.querySelector(".katex-mathml").textContent.slice(0, 60);
  const problems = [];
  document.querySelectorAll(".bd-article .math > .katex-display, .bd-article .math > .katex").forEach((formula) => {
    const box = formula.getBoundingClientRect();
    if (!box.width) return;
    const column = formula.parentElement.closest("p, li, td, th, dd, dt, figcaption, h1, h2, h3, h4, summary, div");
    const edge = column.getBoundingClientRect(), style = getComputedStyle(formula);
    const scrolls = style.overflowX === "auto" && formula.tabIndex === 0;
    const room = column.closest("table, .sd-table") ? Infinity : edge.right + 1;
    if (box.right > room && !column.closest(".pst-scrollable-table-container")) problems.push(`beyond its column by ${Math.round(box.right - edge.right)} px: ${text(formula)}`);
    if (formula.scrollWidth > formula.clientWidth + 1 && style.display !== "inline" && !scrolls) problems.push(`not to be scrolled: ${text(formula)}`);
    for (let p = formula.parentElement; p && !p.matches(".bd-article"); p = p.parentElement) {
      const around = getComputedStyle(p);
      if (around.overflowX === "auto") break;  // it scrolls
      if (["hidden", "clip"].includes(around.overflowX) && p.getBoundingClientRect().right < box.right - 1) problems.push(`cut by ${p.tagName}.${p.className}: ${text(formula)}`);
    }
    if (formula.tabIndex >= 0 && !formula.classList.contains("wide")) problems.push(`a tab stop for nothing: ${text(formula)}`);
  });
  document.querySelectorAll(".bd-article div.math > span.eqno").forEach((number) => {
    const a = number.getBoundingClientRect(), b = number.parentElement.querySelector(".katex-display").getBoundingClientRect();
    const over = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    if (a.width && b.width && over) problems.push(`a number on its formula: ${number.textContent}`);
  });
  return problems;
});

// By how much the page is wider than the window, and what reaches out of it.
const beyond = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth, by = document.documentElement.scrollWidth - width;
  const aside = ".bd-sidebar-primary, .bd-sidebar-secondary";  // drawers, out of the window until they are called
  const out = [...document.querySelectorAll("body *")].filter((el) => by > 0 && el.getBoundingClientRect().right > width + 1 && !el.closest(aside));
  return { width, by, what: out.slice(-3).map((el) => el.outerHTML.slice(0, 160)) };
});

// Every typed question: its right answer passes, each known wrong one gets its own hint.
const typeAnswers = (page) => page.evaluate(() => {
  const problems = [], squeeze = (s) => s.replace(/\s+/g, " ").trim();
  document.querySelectorAll("div.question.typed").forEach((question) => {
    const title = question.querySelector(".admonition-title").textContent, form = question.querySelector("form");
    if (!form) return problems.push(`no field: ${title}`);
    const reply = form.querySelector(".reply");
    question.querySelectorAll("dl > dt").forEach((term, i) => {
      form.querySelector("input").value = term.textContent.replace(/\s+(for|±)\s.*$/, "").replace(/`/g, "").trim();
      form.requestSubmit();
      if (squeeze(reply.textContent) !== squeeze(term.nextElementSibling.textContent)) problems.push(`${title}: “${term.textContent}” is answered with “${squeeze(reply.textContent)}”`);
      if (!reply.classList.contains(i === 0 ? "right" : "wrong")) problems.push(`${title}: “${term.textContent}” counts as ${reply.className}`);
    });
  });
  document.querySelectorAll("div.question:not(.typed)").forEach((question) => {
    const right = question.querySelectorAll("details.answer.right").length, all = question.querySelectorAll("details").length;
    if (!right || right === all || question.querySelectorAll("details.answer").length !== all) problems.push(`verdicts: ${question.querySelector(".admonition-title").textContent}`);
  });
  return problems;
});

// A card for what a link names, by keyboard.
async function cards(page) {
  const problems = [];
  const named = await page.evaluate(() => {
    const cards = new Set([...document.querySelectorAll("template[data-card]")].map((card) => card.dataset.card));
    return [...document.querySelectorAll(".bd-article a")].findIndex((a) => cards.has(a.getAttribute("href")) && !a.matches(".headerlink, .to-bibliography") && a.getClientRects().length);
  });
  if (named >= 0) {
    await page.keyboard.press("Tab");  // from here on focus is visible
    await page.locator(".bd-article a").nth(named).focus();
    if (!(await page.locator(".card-of-link").textContent({ timeout: 2000 }).catch(() => ""))) problems.push("no card at a link");
    await page.keyboard.press("Escape");
    if (await page.locator(".card-of-link").count()) problems.push("a card that stays");
  }
  return problems;
}

// A search that finds with and without accents while one types. All pages share its script and data, and differ in the way
// to them: it is tried on the first page of each folder.
async function search(page) {
  const problems = [];
  const found = async (words) => {
    await page.evaluate((text) => {
      const input = document.querySelector("#pst-search-dialog input");
      document.querySelector("#pst-search-dialog .search-status").textContent = "";
      input.value = text;
      input.dispatchEvent(new Event("input"));
    }, words);
    await page.waitForFunction(() => document.querySelector("#pst-search-dialog .search-status").textContent, null, { timeout: 15000 })
      .catch(() => problems.push(`the search does not answer to ${words}`));
    return page.evaluate(() => [...document.querySelectorAll("#pst-search-dialog .search-found a")].map((a) => a.getAttribute("href") + a.textContent));
  };
  const plain = await found("Julliere"), accents = await found("Jullière");
  if (!plain.length || plain.join() !== accents.join()) problems.push(`search: ${plain.length} places without accents, ${accents.length} with`);
  if (plain.some((text) => /\\[a-z(\[]/.test(text))) problems.push("raw TeX in what the search found");
  if (!plain.every((text) => /#/.test(text))) problems.push("a result that leads to no section");
  if ((await found("xqzzy")).length) problems.push("the search finds what is not there");
  return problems;
}

// What the text itself must keep: numbers with their units, one id for one thing, a name for every fold.
const text = (page) => page.evaluate(() => {
  const problems = [], seen = new Set();
  const walk = document.createTreeWalker(document.querySelector(".bd-article"), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node.parentElement.closest("pre, code, script, style, template, svg, .katex, .mtj-explorer, noscript")) continue;
    const apart = node.data.match(/.{0,12}\d (%|[kMm]?eV|nm|K|[kM]?Ω|[mkM]?V)(?![\w])/u);
    if (apart) problems.push(`a unit may leave its number: ${apart[0]}`);
  }
  document.querySelectorAll("[id]").forEach((el) => seen.has(el.id) ? problems.push(`id twice: ${el.id}`) : seen.add(el.id));
  document.querySelectorAll("details.code-fold > summary").forEach((s) => /^Code\b/.test(s.textContent) || problems.push(`fold: ${s.textContent}`));
  return problems;
});
// What the browser must have before it can draw anything, in bytes over the wire, and the scripts that hold it up.
function beforePaint(name) {
  const file = path.join(root, name);
  const head = fs.readFileSync(file, "utf8").split("</head>")[0];
  const local = (tag, attribute) => {
    const address = new RegExp(`\\b${attribute}="([^"?#]*)`).exec(tag)[1];
    return load(path.resolve(path.dirname(file), decodeURIComponent(address))).length;
  };
  const styles = head.match(/<link\b[^>]*rel="stylesheet"[^>]*>/g) || [];
  const blocking = (head.match(/<script\b[^>]*\bsrc=[^>]*>/g) || []).filter((tag) => !/\b(defer|async)\b|type="module"/.test(tag));
  const early = load(file).length + styles.reduce((sum, tag) => sum + local(tag, "href"), 0)
    + blocking.reduce((sum, tag) => sum + local(tag, "src"), 0);
  return { early, blocking };
}

// Scroll through the page as a reader does; pictures load, and every interactive figure must be alive when it is reached.
async function wakeFigures(page) {
  const asleep = [];
  await page.evaluate(() => Promise.all([...document.querySelectorAll("article img")].filter((img) => img.getClientRects().length).map((img) => {
    img.loading = "eager";
    return img.decode().catch(() => {});  // what does not load is reported with the images
  })));
  for (const slot of await page.locator(".mtj-figure").all()) {
    await slot.scrollIntoViewIfNeeded();
    const alive = slot.locator(".mtj-explorer svg.mtj-plot").first().waitFor({ timeout: 15000 });
    await alive.catch(async () => asleep.push(await slot.getAttribute("data-src")));
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  return asleep;
}

async function check(browser, base, name) {
  const context = await browser.newContext({ viewport: DESKTOP, colorScheme: "light", reducedMotion: "reduce" });
  const report = { page: name, console: [], external: [], failed: [], bytes: 0 };
  const bodies = [];
  // Pages of one folder have one frame around their text; what it shows on a phone is looked at in the first of them.
  const firstOfFolder = pages.find((other) => path.dirname(other) === path.dirname(name)) === name;
  const page = await context.newPage();
  page.setDefaultNavigationTimeout(180000);  // a busy machine may take its time
  page.on("console", (m) => m.type() === "error" && report.console.push(m.text()));
  page.on("pageerror", (e) => report.console.push(String(e.stack || e)));
  page.on("request", (r) => r.url().startsWith(base) || /^(data|blob):/.test(r.url()) || report.external.push(r.url()));
  page.on("response", (r) => {
    if (r.status() >= 400) report.failed.push(`${r.status()} ${r.url().replace(base, "")}`);
    else if (r.url().startsWith(base)) bodies.push(path.join(root, decodeURIComponent(new URL(r.url()).pathname)));
  });
  const shot = async (kind) => {
    if (!screenshots) return;
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({ path: path.join(screenshots, `${name.replace(/[/.]/g, "-")}-${kind}.png`), fullPage: true });
  };

  await addUpShifts(page);
  await page.goto(base + name, { waitUntil: "load" });
  report.asleep = await wakeFigures(page);
  await page.waitForLoadState("networkidle");
  report.shift = await page.evaluate(() => window.shifted);
  Object.assign(report, beforePaint(name));
  report.bytes = bodies.reduce((sum, file) => sum + load(file).length, 0);
  report.heaviest = [...new Set(bodies)].map((f) => [load(f).length, path.relative(root, f)]).sort((a, b) => b[0] - a[0]).slice(0, 6);
  report.figures = await page.locator(".mtj-explorer").count();
  report.maths = await page.evaluate(() =>
    [...document.querySelectorAll(".math:not(:has(.katex-html)), .katex-error")].map((el) => el.textContent));
  report.images = await page.evaluate(() => [...document.querySelectorAll("article img:not(.chapter-cards img)")]
    .filter((img) => img.getClientRects().length && (!img.complete || !img.naturalWidth || !img.alt.trim() || /\.(png|svg|jpe?g)$/.test(img.alt)))
    .map((img) => `${img.getAttribute("src")}  alt="${img.alt}"`));
  report.text = await text(page);
  report.wideCode = await page.evaluate(() => [...document.querySelectorAll(".cell_input pre")]
    .filter((pre) => pre.clientWidth && pre.scrollWidth > pre.clientWidth + 1).map((pre) => pre.textContent.split("\n").sort((a, b) => b.length - a.length)[0]));
  await shot("light");
  report.print = await print(page);

  await page.addScriptTag({ content: axeSource });
  await page.evaluate(() => {  // what is folded away must be accessible too
    document.querySelectorAll("details").forEach((el) => { el.open = true; });
    document.querySelectorAll("button.toggle-button-hidden").forEach((el) => el.click());
  });
  await settled(page);
  report.cut = await cut(page);
  report.light = await axe(page);
  report.answers = await typeAnswers(page);
  report.ideas = await cards(page);
  if (firstOfFolder) report.ideas.push(...(await search(page)));
  report.sliders = await moveSliders(page);

  const theme = (mode) => page.evaluate((m) => Object.assign(document.documentElement.dataset, { theme: m, mode: m }), mode);
  await page.emulateMedia({ colorScheme: "dark" });
  await theme("dark");
  await settled(page);
  report.dark = await axe(page, null);
  report.dark.push(...(await page.evaluate(() => [...document.querySelectorAll("article .only-light, article .only-dark")]
    .filter((img) => (img.getClientRects().length > 0) !== img.matches(".only-dark")).map((img) => `the wrong picture: ${img.getAttribute("src")}`))));
  await shot("dark");

  await page.emulateMedia({ colorScheme: "light" });
  await theme("light");
  await laidOut(page);
  await page.setViewportSize(PHONE);
  await settled(page);
  report.overflow = [await beyond(page)];
  report.squeezed = await page.evaluate(() => [...document.querySelectorAll("article img:not(.chapter-cards img)")].filter((image) => {
    const style = getComputedStyle(image);
    const width = image.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const height = image.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    return Math.abs((width * image.naturalHeight) / (height * image.naturalWidth) - 1) > 0.03;
  }).map((image) => `${image.clientWidth} x ${image.clientHeight} px: ${image.alt.slice(0, 60)}`));
  report.phone = await axe(page, firstOfFolder ? REST : { runOnly: LAYOUT });
  report.cut.push(...(await cut(page)));
  await shot("phone");
  await page.setViewportSize({ width: 320, height: 700 });
  await settled(page);
  report.overflow.push(await beyond(page));
  report.cut.push(...(await cut(page)));
  await context.close();
  return report;
}

const { base, stop } = await serve(root);
const browser = await launch(executablePath);
const queue = [...pages];
const reports = [];
async function worker() {
  for (let name = queue.shift(); name; name = queue.shift()) {
    try {
      reports.push(await check(browser, base, name));
    } catch (error) {
      reports.push({ page: name, crash: String(error.stack || error) });
    }
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, worker));
await browser.close();
stop();
process.stdout.write(JSON.stringify(reports));
