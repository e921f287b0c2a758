// Set formulas: a JSON list of [TeX, is it displayed?] from standard input, a list of {html} or {error} to standard output.
//
//   node formulas.mjs <folder of KaTeX> < formulas.json
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(path.join(process.argv[2], "dist", "katex.mjs")));
const set = ([tex, displayMode]) => {
  try {
    // Letters such as µ or Ω in a formula are meant; anything else that TeX would not take is an error.
    const strict = (code) => (code === "unicodeTextInMathMode" ? "ignore" : "error");
    const html = katex.renderToString(tex, { displayMode, strict });
    return { html: html.replace(/<annotation.*?<\/annotation>/s, "") };  // the TeX once more, which nobody reads
  } catch (error) {
    return { error: error.message };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(set)));
