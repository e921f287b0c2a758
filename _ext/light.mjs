// Take out of the built book what no page uses, so that the first letter comes early:
// rules of style sheets whose words stand in no page and no script, and letters of fonts that the book does not print.
// The faces that most pages use then stand in the style sheet itself; the others stay files.
//
//   node light.mjs <html folder> <faces to keep inside, separated by commas>
import fs from "node:fs";
import path from "node:path";
import { PurgeCSS } from "purgecss";
import subsetFont from "subset-font";

const [root, inside] = process.argv.slice(2);
const files = (folder, ending) => fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(ending)).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));

const pages = files(root, ".html"), sheets = [...files(path.join(root, "_static"), ".css"), ...files(path.join(root, "vendor"), ".css")];
const dynamic = { standard: [/tooltip/, /^bs-/, /modal/, /collapse|collapsing/] };  // names that Bootstrap puts together from pieces
const purged = await new PurgeCSS().purge({ content: [...pages, ...files(root, ".js")], css: sheets, safelist: dynamic });
for (const { file, css } of purged) fs.writeFileSync(file, css);

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");
const letters = [...new Set(ASCII + pages.map((page) => fs.readFileSync(page, "utf8")).join(""))].join("");
for (const sheet of sheets.filter((file) => file.includes(`${path.sep}vendor${path.sep}`))) {
  let css = fs.readFileSync(sheet, "utf8");
  for (const [address, file, name] of css.matchAll(/url\(([^)]*?([\w-]+)\.woff2)\)/g)) {
    if (!inside.split(",").includes(name)) continue;
    const whole = path.join(path.dirname(sheet), file);
    const font = await subsetFont(fs.readFileSync(whole), letters, { targetFormat: "woff2" });
    css = css.replace(address, `url(data:font/woff2;base64,${font.toString("base64")})`);
    fs.rmSync(whole);
  }
  fs.writeFileSync(sheet, css);
}
