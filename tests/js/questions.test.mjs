// Typed questions: the calculator, the verdicts, and every typed question of the notebooks named on the command line
// (without names: of all chapters).
//
//   node tests/js/questions.test.mjs [chapters/NN-name.ipynb ...]
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(import.meta.url);
const { compile, read, judge, problems } = require(path.join(root, "_static/questions.js"));

// The calculator against JavaScript's own arithmetic, and what it must refuse.
const v = { P: 0.3, theta: 1.1, k1: 2 };
for (const [text, value] of [
  ["2*P^2/(1 - P^2)", 2 * 0.09 / 0.91], ["2P²/(1−P²)", 2 * 0.09 / 0.91], ["-P^2", -0.09], ["2^-2", 0.25], ["2^3^2", 512],
  ["P(1-P)", 0.21], ["6/2*3", 9], ["8/2/2", 2], ["1-2-3", -4], ["sqrt(4)exp(0)", 2], ["cos(θ)", Math.cos(1.1)], ["2 pi", 2 * Math.PI],
  ["1.5e-3", 0.0015], ["k_1", 2], ["√(k1*8)", 4], ["tanh(P)**2", Math.tanh(0.3) ** 2],
]) assert.ok(Math.abs(compile(text, Object.keys(v))(v) - value) < 1e-12, text);
for (const text of ["", "2+", "(1", "1)", "Q", "alert(1)", "constructor", "__proto__", "P;1", "1..2", "sin P"])
  assert.throws(() => compile(text, Object.keys(v)), Error, text);

const number = [
  { term: "66.7 ± 0.5 %", text: "Right. This is the optimistic ratio." },
  { term: "40 %", text: "Not quite. That divides by the larger resistance." },
];
const q = read(number);
assert.deepEqual(["66.7", "66,7", "2/3*100", "66.9 %", "66.9\u00a0%", "40"].map((text) => judge(q, text).entry), [0, 0, 0, 0, 0, 1]);
assert.match(judge(q, "-66.7").hint, /sign/);
assert.match(judge(q, "0.667").hint, /power of ten/);
assert.match(judge(q, "68").hint, /digits/);
assert.match(judge(q, "300").hint, /smaller/);
assert.ok(judge(q, "two").error && judge(q, "").error && judge(q, "1/0").error);
assert.deepEqual(problems(number), []);
assert.match(problems([number[0], { ...number[1], term: "67.2 %" }]).join(), /too near/);
assert.match(problems([number[0], { ...number[1], term: "40 V" }]).join(), /units/);
assert.match(problems([number[1], number[0]]).join(), /Right/);
assert.match(problems([number[0]]).join(), /at least one/);

const formula = [
  { term: "2*P1*P2/(1 - P1*P2) for 0.1 < P1 < 0.9, -0.9 < P2 < 0.9", text: "Right. The product decides everything." },
  { term: "2*P1*P2/(1 + P1*P2)", text: "Not quite. That divides by the other resistance." },
];
const f = read(formula);
assert.deepEqual(["1/(1-P1*P2)*2*P_1 P_2", "(1+P1 P2)/(1-P1 P2) - 1", "2 P1 P2/(1+P2 P1)"].map((text) => judge(f, text).entry), [0, 0, 1]);
assert.match(judge(f, "-2*P1*P2/(1 - P1*P2)").hint, /sign/);
assert.match(judge(f, "P1*P2/(1 - P1*P2)").hint, /constant factor/);
assert.match(judge(f, "P").error, /not known/);
assert.deepEqual(problems(formula), []);
assert.match(problems([formula[0], { ...formula[1], term: "1/(1-P1*P2)*2*P2*P1" }]).join(), /taken for answer 1/);

// The questions of the chapters, from the Markdown itself.
function typed(markdown) {
  const found = [];
  for (const [, title, body] of markdown.matchAll(/^::::\{admonition\} (.+)\n:class: question typed\n([\s\S]*?)^::::$/gm)) {
    const fold = body.match(/^:::\{dropdown\} Answers\n([\s\S]*?)^:::$/m);
    const entries = [...(fold ? fold[1] : "").matchAll(/^(\S.*)\n: {1,3}((?:.|\n(?=\S)|\n(?= {2}))*)/gm)];
    found.push({ title, entries: entries.map(([, term, text]) => ({ term, text })) });
  }
  return found;
}
const named = process.argv.slice(2);
const files = named.length ? named : fs.readdirSync(path.join(root, "chapters")).filter((f) => f.endsWith(".ipynb")).map((f) => path.join(root, "chapters", f));
let count = 0, bad = 0;
for (const file of files) {
  const cells = JSON.parse(fs.readFileSync(file, "utf8")).cells.filter((cell) => cell.cell_type === "markdown");
  for (const { title, entries } of cells.flatMap((cell) => typed([].concat(cell.source).join("")))) {
    count++;
    for (const problem of problems(entries)) {
      bad++;
      console.error(`${path.basename(file)}, ${title}: ${problem}`);
    }
  }
}
console.log(`${count} typed questions, ${bad} problems`);
process.exit(bad ? 1 : 0);
