// Questions that answer: choices keep a score, typed numbers and short formulas are judged here, without a kernel.
// The first half is pure and runs in Node.js too (tests/js/questions.test.mjs); the second half speaks to the page.
(function (global) {
  "use strict";

  // ---- a small calculator: numbers, names, + - * / ^, brackets, functions; nothing is ever evaluated as script ----
  const FUNCTIONS = {
    sqrt: Math.sqrt, exp: Math.exp, ln: Math.log, log: Math.log, abs: Math.abs,
    sin: Math.sin, cos: Math.cos, tan: Math.tan, asin: Math.asin, acos: Math.acos, atan: Math.atan,
    sinh: Math.sinh, cosh: Math.cosh, tanh: Math.tanh,
  };
  const GREEK = {
    α: "alpha", β: "beta", γ: "gamma", δ: "delta", ε: "epsilon", ζ: "zeta", η: "eta", θ: "theta", ϑ: "theta", κ: "kappa", λ: "lambda",
    μ: "mu", µ: "mu", ν: "nu", ξ: "xi", π: "pi", ρ: "rho", σ: "sigma", τ: "tau", φ: "phi", ϕ: "phi", χ: "chi", ψ: "psi", ω: "omega",
    Δ: "Delta", Γ: "Gamma", Λ: "Lambda", Φ: "Phi", Ω: "Omega", ħ: "hbar",
  };
  const SUPERSCRIPT = { "²": "^2", "³": "^3", "⁴": "^4" };

  function tokens(text) {
    const plain = text.replace(/[−–]/g, "-").replace(/[·×]/g, "*").replace(/\*\*/g, "^").replace(/[²³⁴]/g, (c) => SUPERSCRIPT[c])
      .replace(/√/g, "sqrt").replace(/[\u0370-\u03ffµħ]/g, (c) => ` ${GREEK[c] || c} `).replace(/_/g, "");
    const found = [];
    const pattern = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|([A-Za-z][A-Za-z0-9]*)|([-+*/^()]))/y;
    while (pattern.lastIndex < plain.trimEnd().length) {
      const at = pattern.lastIndex, match = pattern.exec(plain);
      if (!match) throw new Error(`“${plain.slice(at).trim()[0]}” is not understood here.`);
      found.push(match[1] !== undefined ? { number: Number(match[1]) } : match[2] ? { name: match[2] } : { sign: match[3] });
    }
    return found;
  }

  // Compile to a function of {name: value}. Precedence: ^ (to the right), unary -, * / and what is written side by side, + -.
  function compile(text, variables) {
    const list = tokens(text);
    const known = new Map((variables || []).map((name) => [name.replace(/_/g, ""), name]));
    let at = 0;
    const is = (sign) => at < list.length && list[at].sign === sign;
    const accept = (sign) => is(sign) && ++at > 0;
    function expect(sign) { if (!accept(sign)) throw new Error(`A “${sign}” is missing.`); }
    function sum() {
      let left = product();
      for (;;) {
        const a = left;
        if (accept("+")) { const b = product(); left = (v) => a(v) + b(v); }
        else if (accept("-")) { const b = product(); left = (v) => a(v) - b(v); }
        else return left;
      }
    }
    function product() {
      let left = signed();
      for (;;) {
        const a = left;
        if (accept("*")) { const b = signed(); left = (v) => a(v) * b(v); }
        else if (accept("/")) { const b = signed(); left = (v) => a(v) / b(v); }
        else if (at < list.length && (list[at].name || is("("))) { const b = power(); left = (v) => a(v) * b(v); }
        else return left;
      }
    }
    function signed() {
      if (accept("-")) { const a = signed(); return (v) => -a(v); }
      if (accept("+")) return signed();
      return power();
    }
    function power() {
      const base = atom();
      if (!accept("^")) return base;
      const exponent = signed();
      return (v) => Math.pow(base(v), exponent(v));
    }
    function atom() {
      if (at >= list.length) throw new Error("Something is missing at the end.");
      const token = list[at++];
      if (token.number !== undefined) return () => token.number;
      if (token.sign === "(") { const inner = sum(); expect(")"); return inner; }
      if (token.sign) throw new Error(`“${token.sign}” stands at the wrong place.`);
      if (known.has(token.name)) { const name = known.get(token.name); return (v) => v[name]; }
      if (token.name === "pi") return () => Math.PI;
      if (Object.hasOwn(FUNCTIONS, token.name)) {
        expect("(");
        const inner = sum(), f = FUNCTIONS[token.name];
        expect(")");
        return (v) => f(inner(v));
      }
      const allowed = variables && variables.length ? `Use ${variables.join(", ")}.` : "Type a number.";
      throw new Error(`“${token.name}” is not known here. ${allowed}`);
    }
    const whole = sum();
    if (at < list.length) throw new Error(list[at].sign === ")" ? "One “)” too many." : "This does not read as a formula.");
    return whole;
  }

  // ---- a question: [{term, ...}], the first entry is the right one ----
  const NUMBER = /^([-+−]?\d[\d.]*(?:[eE][-+−]?\d+)?)(?:\s*±\s*([\d.]+(?:[eE][-+−]?\d+)?))?\s*(.*)$/;
  const RANGE = /^(-?[\d.eE-]+)\s*<\s*(\S+)\s*<\s*(-?[\d.eE+-]+)$/;
  const toNumber = (text) => Number(text.replace(/−/g, "-"));

  function read(entries) {
    if (entries.length < 2) throw new Error("a typed question needs the right answer and at least one known wrong one");
    const clean = (entry) => entry.term.replace(/[\u00a0\u202f]/g, " ").replace(/`/g, "").trim();
    const right = clean(entries[0]);
    const asFormula = right.match(/^(.*?)\s+for\s+(.+)$/);
    if (asFormula) {
      const ranges = asFormula[2].split(",").map((part) => {
        const range = part.trim().match(RANGE);
        if (!range || !(Number(range[1]) < Number(range[3]))) throw new Error(`“${part.trim()}” is not a range like 0.1 < P < 0.9`);
        return { name: range[2], low: Number(range[1]), high: Number(range[3]) };
      });
      const variables = ranges.map((range) => range.name);
      // Points of a fixed low-discrepancy sequence inside the ranges: the same verdict every time.
      const points = Array.from({ length: 12 }, (_, i) => Object.fromEntries(ranges.map(({ name, low, high }, j) =>
        [name, low + (high - low) * (((i + 1) * [0.754877666, 0.569840291, 0.324717957, 0.219267][j % 4] + 0.1 * j) % 1)])));
      const values = (text) => { const f = compile(text, variables); return points.map((point) => f(point)); };
      const known = entries.map((entry, i) => values(i ? clean(entry).replace(/\s+for\s+.*$/, "") : asFormula[1]));
      if (known[0].some((value) => !Number.isFinite(value))) throw new Error(`“${asFormula[1]}” is not finite in its ranges`);
      return { kind: "formula", variables, values, known, right: asFormula[1] };
    }
    const parsed = entries.map((entry) => clean(entry).match(NUMBER));
    if (parsed.some((found) => !found)) throw new Error(`“${clean(entries[parsed.findIndex((f) => !f)])}” is no number with a unit`);
    const unit = parsed[0][3];
    if (parsed.some((found) => found[3] !== unit)) throw new Error(`answers in different units: ${parsed.map((found) => found[3]).join(", ")}`);
    const known = parsed.map((found) => toNumber(found[1]));
    const tolerance = parsed[0][2] ? toNumber(parsed[0][2]) : 0.01 * Math.abs(known[0]);
    if (!(tolerance > 0)) throw new Error("the right answer needs a tolerance above zero");
    return { kind: "number", unit, known, tolerance, right: parsed[0][1] };
  }

  const close = (a, b) => a.every((value, i) =>
    (Number.isNaN(value) && Number.isNaN(b[i])) || Math.abs(value - b[i]) <= 1e-6 * (1e-300 + Math.max(Math.abs(value), Math.abs(b[i]))));

  // What the reader typed, judged: {entry} is a known answer, {hint} a general remark, {error} says what cannot be read.
  function judge(question, text) {
    let typed = text.replace(/[\u00a0\u202f]/g, " ").trim();  // copied from a page, where units do not leave their numbers
    if (!typed) return { error: question.kind === "number" ? "Type a number." : `Type a formula in ${question.variables.join(", ")}.` };
    try {
      if (question.kind === "formula") {
        const values = question.values(typed.replace(/^.*=/, ""));
        const entry = question.known.findIndex((known) => close(known, values));
        if (entry >= 0) return { entry };
        if (close(question.known[0], values.map((value) => -value))) return { hint: "Only the sign is wrong." };
        const ratio = values.map((value, i) => value / question.known[0][i]);
        if (ratio.every((r) => Math.abs(r / ratio[0] - 1) < 1e-6)) return { hint: "The form is right, a constant factor is not." };
        return { hint: "Not quite. Try a limit in which you know the answer." };
      }
      if (question.unit && typed.endsWith(question.unit)) typed = typed.slice(0, -question.unit.length);
      const value = compile(typed.replace(/(\d),(\d)/g, "$1.$2"), [])({});
      if (!Number.isFinite(value)) return { error: "That is not a finite number." };
      const entry = question.known.findIndex((known) => Math.abs(known - value) <= question.tolerance * (1 + 1e-9));
      if (entry >= 0) return { entry };
      const right = question.known[0];
      if (Math.abs(right + value) <= question.tolerance) return { hint: "The size is right, the sign is not." };
      const decades = Math.log10(Math.abs(value / right)), power = Math.round(decades);
      if (power && Math.abs(value / Math.pow(10, power) - right) <= Math.max(question.tolerance, 1e-3 * Math.abs(right)))
        return { hint: `The digits are right, a power of ten is not. Check the unit${question.unit ? ` (${question.unit})` : ""}.` };
      if (Math.abs(value - right) <= 5 * question.tolerance) return { hint: "Close, but not close enough: keep more digits on the way." };
      return { hint: `Not quite: it is ${Math.abs(value) > Math.abs(right) ? "smaller" : "larger"} in size.` };
    } catch (error) {
      return { error: error.message };
    }
  }

  // What is wrong with a typed question itself; tests call this for every one.
  function problems(entries) {
    let question;
    try { question = read(entries); } catch (error) { return [error.message]; }
    const found = [];
    entries.forEach((entry, i) => {
      const text = (i ? entry.term : question.right).replace(/[\u00a0\u202f]/g, " ").replace(/`/g, "").replace(/\s+for\s+.*$/, "");
      const { entry: got } = judge(question, text);
      if (got !== i) found.push(`“${text}” is taken for ${got === undefined ? "nothing" : `answer ${got + 1}`}`);
      if (/^Right\b/.test(entry.text.replace(/^\*+/, "")) !== (i === 0)) found.push(`the first answer, and only the first, says Right: “${text}”`);
      if (entry.text.length < 20) found.push(`“${text}” has no explanation`);
      if (question.kind === "number")
        for (let j = 0; j < i; j++)
          if (Math.abs(question.known[i] - question.known[j]) <= 2 * question.tolerance) found.push(`“${text}” is too near to ${question.known[j]}`);
    });
    return found;
  }

  const api = { compile, read, judge, problems };
  if (typeof module !== "undefined" && module.exports) module.exports = api;
  if (typeof document === "undefined") return;

  // ---- the page ----
  const page = (document.documentElement.dataset.page || location.pathname.split("/").pop().replace(/\.html$/, ""));
  const KEY = `mtj-questions:${page}`;
  function remembered() {  // on this device only; a browser may refuse
    try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; }
  }
  function remember(state) {
    try { localStorage.setItem(KEY, JSON.stringify(state)); } catch { /* then it is forgotten with the page */ }
  }

  function start() {
    const questions = [...document.querySelectorAll("div.question")];
    markSidebar();
    if (!questions.length) return;
    let state = remembered();
    const score = document.createElement("p");
    score.className = "score";
    score.setAttribute("role", "status");
    const last = questions[questions.length - 1];
    last.after(score);

    function show() {
      const done = questions.filter((q) => state[q.id]), first = questions.filter((q) => state[q.id] === "first");
      const solved = questions.filter((q) => state[q.id] === "first" || state[q.id] === "later");
      score.textContent = done.length
        ? `${solved.length} of ${questions.length} solved, ${first.length} at the first try. Remembered on this device only. `
        : `${questions.length} questions; your score is kept on this device only. `;
      score.classList.toggle("complete", solved.length === questions.length);
      if (done.length) {
        const forget = document.createElement("button");
        forget.type = "button";
        forget.textContent = "Start again";
        forget.addEventListener("click", () => {
          state = {};
          remember({});
          questions.forEach((q) => {
            q.querySelectorAll("details[open]").forEach((d) => { d.open = false; });
            const field = q.querySelector("form");
            if (field) { field.reset(); field.querySelector(".reply").replaceChildren(); }
          });
          show();
        });
        score.append(forget);
      }
      questions.forEach((q) => { q.dataset.state = state[q.id] || ""; });
      markSidebar();
    }
    function settle(question, right) {
      const before = state[question.id];
      if (right) state[question.id] = before === "first" ? "first" : before ? "later" : "first";
      else if (!before) state[question.id] = "missed";
      state.total = questions.length;
      remember(state);
      show();
    }

    questions.forEach((question, i) => {
      question.id ||= `question-${i + 1}`;
      question.querySelectorAll("details.answer").forEach((answer) => answer.addEventListener("toggle", () => {
        if (answer.open && !answer.dataset.openedForPrint) settle(question, answer.classList.contains("right"));
      }));
      const typed = question.querySelector("details.typed-answers");
      if (typed) build(question, typed, settle);
    });
    show();
  }

  function build(question, answers, settle) {
    const terms = [...answers.querySelectorAll("dl > dt")];
    const entries = terms.map((dt) => ({ term: dt.textContent, text: dt.nextElementSibling.textContent.trim() }));
    const model = read(entries);
    question.typedEntries = entries;  // for the tests
    const form = document.createElement("form");
    const label = document.createElement("label"), field = document.createElement("input"), button = document.createElement("button");
    const reply = document.createElement("div");
    label.textContent = model.kind === "number" ? "Your number" : `Your formula in ${model.variables.join(", ")}`;
    field.type = "text";
    field.autocomplete = "off";
    field.spellcheck = false;
    field.setAttribute("autocapitalize", "off");
    if (model.kind === "number") field.setAttribute("inputmode", "text");
    button.textContent = "Check";
    reply.className = "reply";
    reply.setAttribute("aria-live", "polite");
    label.append(field);
    form.append(label);
    if (model.unit) form.append(Object.assign(document.createElement("span"), { className: "unit", textContent: model.unit }));
    form.append(button, reply);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const verdict = judge(model, field.value);
      reply.className = "reply";
      if (verdict.error || verdict.hint) {
        reply.classList.add(verdict.error ? "unread" : "wrong");
        reply.textContent = verdict.error || verdict.hint;
      } else {
        reply.classList.add(verdict.entry === 0 ? "right" : "wrong");
        reply.replaceChildren(...terms[verdict.entry].nextElementSibling.cloneNode(true).childNodes);
      }
      if (!verdict.error) settle(question, verdict.entry === 0);
    });
    answers.before(form);
    answers.querySelector("summary .sd-summary-text").textContent = "Show the answer";
    answers.addEventListener("toggle", () => {
      if (answers.open && !answers.dataset.openedForPrint) settle(question, false);
    });
  }

  // A chapter whose questions are all solved gets a tick in every list of chapters.
  function markSidebar() {
    document.querySelectorAll("a[href]").forEach((link) => {
      const inside = link.closest(".bd-links, .chapter-cards, .stations");
      const name = inside && (link.pathname || "").split("/").pop().replace(/\.html$/, "");
      if (!name || !/^\d\d-/.test(name)) return;
      let state = {};
      try { state = JSON.parse(localStorage.getItem(`mtj-questions:${name}`)) || {}; } catch { /* not allowed here */ }
      const solved = Object.values(state).filter((s) => s === "first" || s === "later").length;
      link.classList.toggle("done", Boolean(state.total) && solved >= state.total);
    });
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})(globalThis);
