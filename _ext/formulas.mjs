// Set formulas: a JSON list of [TeX, is it displayed?] from standard input, a list of {html} or {error} to standard output.
//
//   node formulas.mjs <folder of KaTeX> < formulas.json
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(path.join(process.argv[2], "dist", "katex.mjs")));

// A line may end after a relation or a sum: KaTeX makes a "base" of what stands between two such places. It may not end
// inside brackets, before a factor or an uncertainty ("1.9 × 10⁻⁵", "0.13 ± 0.02"), nor anywhere in a short formula.
const BASE = '<span class="base">', END = "</span></span>";
const held = (html) => {
  const [before, ...bases] = html.slice(0, -END.length).split(BASE);
  const count = (text, name) => text.split(`class="${name}`).length - 1;
  const glyphs = bases.join("").replace(/<[^>]*>|&[lg]t;|\u200b/g, "").length;
  let depth = 0, open = false;
  const parts = bases.map((base, i) => {
    depth += count(base, "mopen") - count(base, "mclose");
    const factor = /class="mbin">[×±∓⋅]<\/span>(<span class="mspace"[^>]*><\/span>)?<\/span>$/.test(base);
    const goesOn = i < bases.length - 1 && (depth > 0 || factor || glyphs <= SHORT);
    const part = (goesOn && !open ? '<span class="held">' : "") + BASE + base + (open && !goesOn ? "</span>" : "");
    open = goesOn;
    return part;
  });
  return before + parts.join("") + END;
};
const SHORT = 12;

const set = ([tex, displayMode]) => {
  try {
    // Letters such as µ or Ω in a formula are meant; anything else that TeX would not take is an error.
    const strict = (code) => (code === "unicodeTextInMathMode" ? "ignore" : "error");
    const html = katex.renderToString(tex, { displayMode, strict });
    const heard = html.replace(/<annotation.*?<\/annotation>/s, "");  // without the TeX once more, which nobody reads
    return { html: displayMode ? heard : held(heard) };
  } catch (error) {
    return { error: error.message };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(fs.readFileSync(0, "utf8")).map(set)));
