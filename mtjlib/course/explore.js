// An interactive figure from precomputed values. No dependencies; everything above "the page" is a pure function.
//
// The model carries five things (see mtjlib/course/explore.py, which writes them):
//   spec    what to draw: the view, sliders, curves, references, readouts, labels
//   data    the function's values on the grid of slider positions, packed
//   field   the same for the colours of a map
//   values  where the sliders are
//   exact   the function's own answer for some `values`, when a kernel has given one

const GAP = 65535;
const FONT_SIZE = 13;
const NARROW_SPACE = "\u202f";

/** Unpack `data`: x, then per row its range, the readouts, and 16-bit codes that span each row's range.
 *
 * Of the codes, second differences along a row travel, the sign in the lowest bit, all upper bytes before all lower. */
export function decode(spec, data, abscissae = spec.nx) {
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const buffer = bytes.slice().buffer;
  const cells = spec.sliders.reduce((n, slider) => n * slider.points, 1);
  const rows = cells * spec.curves.length;
  let at = 0;
  const take = (Type, n) => {
    const part = new Type(buffer, at, n);
    at += n * Type.BYTES_PER_ELEMENT;
    return part;
  };
  const grid = {
    x: take(Float32Array, abscissae),
    low: take(Float32Array, rows),
    high: take(Float32Array, rows),
    readouts: take(Float32Array, cells * spec.readouts.length),
    codes: new Uint16Array(rows * spec.nx),
  };
  const [upper, lower] = [take(Uint8Array, rows * spec.nx), take(Uint8Array, rows * spec.nx)];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0, step = 0, code = 0; j < spec.nx; j++, at++) {
      const folded = (upper[at] << 8) | lower[at];
      step += (folded >>> 1) ^ -(folded & 1);
      code += step;
      grid.codes[at] = code;
    }
  }
  return grid;
}

const scaled = (slider, value) => (slider.log ? Math.log10(value) : value);

/** The grid points around `values` and their weights in a multilinear interpolation. */
export function locate(sliders, values) {
  let corners = [{ index: 0, weight: 1 }];
  sliders.forEach((slider, i) => {
    const [low, high, at] = [slider.min, slider.max, values[i]].map((v) => scaled(slider, v));
    const t = Math.min(Math.max(((at - low) / (high - low)) * (slider.points - 1), 0), slider.points - 1);
    // Rounding must not turn a grid point into a mixture with its neighbour.
    const whole = Math.abs(t - Math.round(t)) < 1e-9 ? Math.round(t) : Math.floor(t);
    const rest = Math.max(t - whole, 0) < 1e-9 ? 0 : t - whole;
    const next = [];
    for (const { index, weight } of corners) {
      next.push({ index: index * slider.points + whole, weight: weight * (1 - rest) });
      if (rest) next.push({ index: index * slider.points + whole + 1, weight: weight * rest });
    }
    corners = next;
  });
  return corners;
}

/** Curves (one array per curve, NaN where a neighbour has no value) and readouts at `values`. */
export function interpolate(spec, grid, values) {
  const corners = locate(spec.sliders, values);
  const nx = spec.nx;
  const curves = spec.curves.map((_, c) => {
    const y = new Float64Array(nx);
    for (const { index, weight } of corners) {
      const row = index * spec.curves.length + c;
      const low = grid.low[row];
      const step = (grid.high[row] - low) / (GAP - 1);
      for (let j = 0; j < nx; j++) {
        const code = grid.codes[row * nx + j];
        y[j] += code === GAP ? NaN : weight * (low + code * step);
      }
    }
    return spec.ylog ? y.map((v) => 10 ** v) : y;
  });
  const readouts = {};
  spec.readouts.forEach(({ name, log }, r) => {
    let sum = 0;
    for (const { index, weight } of corners) sum += weight * grid.readouts[index * spec.readouts.length + r];
    readouts[name] = Number.isFinite(sum) || corners.length === 1 ? (log ? 10 ** sum : sum) : NaN;
  });
  return { curves, readouts };
}

/** The kernel's answer in the same form, or null if it is for other slider positions or an error. */
export function answer(spec, exact, values) {
  if (!exact?.values || exact.error || exact.values.some((v, i) => v !== values[i])) return null;
  const { data } = exact;
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength);
  const numbers = new Float64Array(bytes.slice().buffer);
  const curves = spec.curves.map((_, c) => numbers.slice(c * spec.nx, (c + 1) * spec.nx));
  const readouts = {};
  spec.readouts.forEach(({ name }, r) => (readouts[name] = numbers[spec.curves.length * spec.nx + r]));
  return { curves, readouts };
}

/** A map's values (a row of ny × nx numbers) and the one under the cross-hair, from a kernel if it has given them. */
export function mapFrame(spec, grid, exact, values) {
  const { nx, ny } = spec.field;
  if (exact?.field && !exact.error && exact.values.every((v, i) => v === values[i])) {
    const bytes = new Uint8Array(exact.field.buffer ?? exact.field, exact.field.byteOffset ?? 0, exact.field.byteLength);
    const numbers = new Float64Array(bytes.slice().buffer);
    return { z: numbers.subarray(0, nx * ny), value: numbers[nx * ny] };
  }
  const z = interpolate({ ...spec.field, nx: nx * ny }, grid, values.slice(2)).curves[0];
  const scaledZ = (v) => (spec.zlog ? Math.log10(v) : v);
  const corners = locate([spec.sliders[1], spec.sliders[0]].map((s, i) => ({ ...s, points: [ny, nx][i] })), [values[1], values[0]]);
  const value = corners.reduce((sum, { index, weight }) => sum + weight * scaledZ(z[index]), 0);
  return { z, value: spec.zlog ? 10 ** value : value };
}

// ---- numbers as text ------------------------------------------------------------------------------------------------

const superscript = (n) => [...String(n)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
const power = (n) => `10${superscript(n)}`;
const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

const PREFIXES = { "-15": "f", "-12": "p", "-9": "n", "-6": "µ", "-3": "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T" };

/** Mantissa and prefix of a number: [18.3, "k"]; the mantissa has `digits` significant digits and stays below 1000. */
export function prefixed(value, digits = 3) {
  const size = Number(Math.abs(value).toPrecision(digits));
  const exponent = Math.min(Math.max(size ? 3 * Math.floor(Math.log10(size) / 3 + 1e-12) : 0, -15), 12);
  const mantissa = size / 10 ** exponent;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(mantissa || 1) + 1e-12));
  return [`${value < 0 && size ? "−" : ""}${mantissa.toFixed(Math.min(decimals, 20))}`, PREFIXES[exponent]];
}

/** Three significant digits, zeros kept: what a reader compares. */
export function significant(value, digits = 3) {
  if (!Number.isFinite(value) || value === 0) return format(value, ".3g");
  const exponent = Number(Math.abs(value).toExponential(digits - 1).split("e")[1]);
  return exponent < -3 || exponent > 4 ? format(value, `.${digits - 1}e`) : format(Number(value.toPrecision(digits)), `.${Math.max(0, digits - 1 - exponent)}f`);
}

/** Python's format mini-language, as far as `[+][.digits](e|f|g|%)`, with typographic minus, × 10ⁿ and per cent; `s` is
 * a number of significant digits (3) with an SI prefix. */
export function format(value, spec) {
  const [, sign, digits = "6", kind] = /^(\+?)(?:\.(\d+))?([efgs%])$/.exec(spec);
  if (Number.isNaN(value)) return "—";
  if (!Number.isFinite(value)) return `${value < 0 ? "−" : ""}∞`;
  const n = Number(digits);
  if (kind === "s") {
    const [mantissa, prefix] = prefixed(value, spec.includes(".") ? n : 3);
    return `${value > 0 ? sign : ""}${mantissa}${NARROW_SPACE}${prefix}`;
  }
  const size = Math.abs(value);
  let text;
  if (kind === "f") text = size.toFixed(n);
  else if (kind === "%") text = (size * 100).toFixed(n);
  else if (kind === "e") text = size.toExponential(n);
  else {
    const significant = Math.max(n, 1);
    const exponent = size ? Number(size.toExponential(significant - 1).split("e")[1]) : 0;
    if (exponent >= -4 && exponent < significant) text = trim(size.toFixed(significant - 1 - exponent));
    else text = size.toExponential(significant - 1).replace(/^[^e]+/, trim);
  }
  const zero = !/[1-9]/.test(text.split("e")[0]);
  if (text.includes("e")) {
    const [mantissa, exponent] = text.split("e");
    text = `${mantissa}${NARROW_SPACE}×${NARROW_SPACE}${power(Number(exponent))}`;
  }
  const prefix = value < 0 && !zero ? "−" : sign;
  return `${prefix}${text}${kind === "%" ? `${NARROW_SPACE}%` : ""}`;
}

const UNIT = /^([fpnµmkMGT]?)(Ω|V|A|S|eV|Hz|s|W|J|T|m)$/;

/** A slider's value as its reader sees it, with the unit: "0.50 nm", "1.00 MΩ". */
export function valueText(slider, value) {
  const unit = UNIT.exec(slider.unit);
  if (slider.log && unit && (value >= 1000 || value < 0.1)) {
    const power10 = Number(Object.keys(PREFIXES).find((key) => PREFIXES[key] === unit[1]));
    const [mantissa, prefix] = prefixed(value * 10 ** power10);
    return `${mantissa}${NARROW_SPACE}${prefix}${unit[2]}`;
  }
  const text = slider.log ? significant(value) : format(value, `.${slider.decimals}f`);
  return slider.unit ? `${text}${/^[°%]/.test(slider.unit) ? "" : NARROW_SPACE}${slider.unit}` : text;
}

// ---- labels: R_P, k_∥, R_{AP}, V^2 ------------------------------------------------------------------------------------

const MARKUP = /([_^])(\{[^{}]*\}|[A-Za-z]+|[0-9]+|[∥⊥↑↓±])/g;

/** The parts of a label: [{text, shift}] with shift -1 for a subscript, 1 for a superscript. */
export function pieces(label) {
  const parts = [];
  let at = 0;
  for (const found of label.matchAll(MARKUP)) {
    if (found.index > at) parts.push({ text: label.slice(at, found.index), shift: 0 });
    parts.push({ text: found[2].replace(/[{}]/g, "").replace(/-/g, "−"), shift: found[1] === "_" ? -1 : 1 });
    at = found.index + found[0].length;
  }
  if (at < label.length) parts.push({ text: label.slice(at), shift: 0 });
  return parts;
}

/** The label as it is spoken or measured. */
export const plain = (label) => label.replace(MARKUP, (_, __, what) => what.replace(/[{}]/g, ""));

/** The content of an SVG text element. */
function rich(label) {
  const parts = pieces(label);
  if (parts.length < 2 && !parts[0]?.shift) return label;
  let height = 0;
  return parts.map(({ text, shift }) => {
    const dy = -4 * shift - height;
    height += dy;
    return ["tspan", { dy, ...(shift ? { "font-size": "0.75em" } : {}) }, text];
  });
}

/** The same for HTML. */
const html = (label) =>
  pieces(label).map(({ text, shift }) => [{ "-1": "sub", 0: "span", 1: "sup" }[shift], {}, text]);

/** The text below the figure: the author's template, or what every curve spans. */
export function summarise(spec, values, frame) {
  const texts = new Map(spec.sliders.map((slider, i) => [slider.name, valueText(slider, values[i])]));
  const numbers = { ...frame.readouts };
  spec.sliders.forEach((slider, i) => (numbers[slider.name] = values[i]));
  if (spec.summary) {
    return spec.summary.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, style) =>
      !style && texts.has(name) ? texts.get(name) : style ? format(numbers[name], style) : significant(numbers[name]),
    );
  }
  const where = spec.sliders.map((slider) => `${slider.label} = ${texts.get(slider.name)}`).join(", ");
  if (spec.view === "map") return `${where}. ${spec.zlabel}: ${significant(frame.readouts.value)}.`;
  if (spec.view !== "curves" && spec.view) return `${where}.`;
  const spans = spec.curves.map(({ label }, c) => {
    const finite = frame.curves[c].filter(Number.isFinite);
    const name = label || spec.ylabel;
    if (!finite.length) return `${name}: no value`;
    return `${name}: ${significant(Math.min(...finite))} to ${significant(Math.max(...finite))}`;
  });
  return `${where}. ${spans.join("; ")}.`;
}

// ---- axes -----------------------------------------------------------------------------------------------------------

/** The round number (1, 2 or 5 times a power of ten) next above `rough`; for angles, a good part of a turn. */
export function roundStep(rough, degrees = false) {
  if (degrees && rough > 5 && rough <= 180) return [10, 15, 30, 45, 90, 180].find((step) => step >= rough);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const m = rough / decade;
  return (m <= 1.0001 ? 1 : m <= 2.0001 ? 2 : m <= 5.0001 ? 5 : 10) * decade;
}

/** Tick values and labels between `low` and `high`; labels are in units of 10^exponent. */
export function ticks(low, high, count, { log = false, degrees = false } = {}) {
  if (log && high / low > 3) return logTicks(low, high, count);
  let [step, values] = [0, []];
  for (let wanted = Math.max(count, 1); values.length < 2 && wanted < 99; wanted *= 1.5) {  // one number is no scale
    [step, values] = [roundStep((high - low) / wanted, degrees), []];
    for (let k = Math.ceil(low / step - 1e-6); k * step <= high + 1e-6 * step; k++) values.push(k * step);
  }
  const largest = Math.floor(Math.log10(Math.max(...values.map(Math.abs), step)) + 1e-9);
  const exponent = largest >= 5 || largest <= -4 ? 3 * Math.floor(largest / 3) : 0;
  const unit = 10 ** exponent;
  const decimals = Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9));
  return { values, labels: values.map((v) => format(v / unit, `.${decimals}f`)), exponent };
}

function logTicks(low, high, count) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const few = last - first < 2;
  const every = Math.max(1, Math.ceil((last - first) / Math.max(count, 1)));
  const values = [];
  for (let n = few ? first - 1 : first; n <= last; n += few ? 1 : every)
    for (const m of few ? [1, 2, 5] : [1])
      if (m * 10 ** n >= low * 0.999999 && m * 10 ** n <= high * 1.000001) values.push(m * 10 ** n);
  const plain = few ? first > -4 && last < 5 : first >= -3 && last <= 3;
  return {
    values,
    labels: values.map((v) => (plain ? format(v, ".6g") : few ? format(v, ".0e") : power(Math.round(Math.log10(v))))),
    exponent: 0,
  };
}

/** Limits around all finite values with a little air; round a flat curve, some room to see that it is flat. */
export function limits(curves, log) {
  let [low, high] = [Infinity, -Infinity];
  for (const y of curves)
    for (const v of y) {
      if (!Number.isFinite(v) || (log && v <= 0)) continue;
      low = Math.min(low, v);
      high = Math.max(high, v);
    }
  if (low > high) return log ? [1, 10] : [0, 1];
  if (log) {
    const air = Math.max(0.04 * Math.log10(high / low), 0.05);
    return [low / 10 ** air, high * 10 ** air];
  }
  const air = 0.04 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low - air, high + air];
}

/** A function from data to pixels. */
export function scale([low, high], [from, to], log) {
  const f = log ? Math.log10 : (v) => v;
  const factor = (to - from) / (f(high) - f(low));
  return (v) => from + (f(v) - f(low)) * factor;
}

/** SVG path data through the points; a missing value interrupts the line. */
export function path(x, y, toX, toY) {
  let d = "";
  let pen = "M";
  for (let j = 0; j < y.length; j++) {
    const py = toY(y[j]);
    if (Number.isNaN(py)) {
      pen = "M";
      continue;
    }
    d += `${pen}${toX(x[j]).toFixed(1)},${Math.min(Math.max(py, -9999), 9999).toFixed(1)}`;
    pen = "L";
  }
  return d;
}

/** Move numbers apart, as little as possible, to at least `gap`, and keep them within [low, high]. */
export function spread(positions, gap, low, high) {
  const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b] || a - b);
  const blocks = [];
  order.forEach((i, k) => {
    blocks.push({ sum: positions[i] - gap * k, n: 1 });
    for (
      let m = blocks.length;
      m > 1 && blocks[m - 2].sum / blocks[m - 2].n > blocks[m - 1].sum / blocks[m - 1].n;
      m--
    ) {
      const last = blocks.pop();
      blocks[m - 2].sum += last.sum;
      blocks[m - 2].n += last.n;
    }
  });
  const room = Math.max(high - gap * (order.length - 1), low);
  const flat = blocks.flatMap(({ sum, n }) => Array(n).fill(Math.min(Math.max(sum / n, low), room)));
  const result = [];
  order.forEach((i, k) => (result[i] = flat[k] + gap * k));
  return result;
}

// ---- the drawing ----------------------------------------------------------------------------------------------------

const approximateWidth = (text) => 0.56 * FONT_SIZE * [...text].length;

/** Width of a label with its subscripts. */
const widthOf = (label, textWidth) =>
  pieces(label).reduce((sum, { text, shift }) => sum + (shift ? 0.75 : 1) * textWidth(text), 0);

/** Whether there is room for the curves' names at their right ends; otherwise they go into a legend. */
export function labelsFit(spec, width, textWidth = approximateWidth) {
  const labels = [...spec.curves, ...spec.references].map(({ label }) => widthOf(label, textWidth));
  return Math.max(0, ...labels) < 0.24 * width;
}

/** An axis' name with its power of ten in front of the unit: "torque (10⁻⁶ J/m²)". */
export function axisName(name, exponent) {
  if (!exponent) return name;
  return /\([^()]+\)$/.test(name)
    ? name.replace(/\(([^()]+)\)$/, `(${power(exponent)} $1)`)
    : `${name} (${power(exponent)})`;
}

/** Where a text of some width beside (px, py) hides the fewest of the points drawn: [x, y, text-anchor]. */
function freePlace(px, py, width, [left, right, top, bottom], drawn) {
  let best;
  for (const [side, dx] of [
    ["start", 4],
    ["end", -4],
    ["start", 10],
    ["end", -10],
  ]) {
    for (const dy of Math.abs(dx) < 10 ? [-10, 20] : [4.5]) {
      const from = side === "start" ? px + dx : px + dx - width;
      const base = py + dy;
      if (from < left || from + width > right || base - 12 < top || base + 4 > bottom) continue;
      const inside = ([u, v]) => u > from - 4 && u < from + width + 4 && v > base - 15 && v < base + 7;
      const hidden = drawn.filter(inside).length;
      if (!best || hidden < best.hidden) best = { hidden, place: [px + dx, base, side] };
    }
  }
  return best?.place ?? [px, Math.max(py - 10, top + 12), px > (left + right) / 2 ? "end" : "start"];
}

const label = (name, px, py, anchor, content) => [
  "text",
  { class: name, x: px, y: py, "text-anchor": anchor },
  rich(content),
];
const isAngle = (name) => /\(°\)$/.test(name);

/** Where the axes of some curves lie in a drawing: limits, ticks, edges in pixels and the scales between them. */
export function layout(spec, x, frame, width, textWidth = approximateWidth, given = {}) {
  const entries = [
    ...spec.curves.map((curve, c) => ({ ...curve, kind: "curve", x, y: frame.curves[c] })),
    ...spec.references.map((reference) => ({ ...reference, kind: reference.points ? "points" : "line" })),
  ];
  const named = labelsFit(spec, width, textWidth) ? entries.filter(({ label: name }) => name) : [];
  const xlim = spec.xlim ?? [x[0], x[x.length - 1]];
  const shown = [...entries, ...(given.kept?.curves ?? []).map((y) => ({ y }))];
  const ylim =
    spec.ylim !== "auto"
      ? spec.ylim
      : limits(
          shown.map(({ y }) => y),
          spec.ylog,
        );
  const height = given.height ?? Math.round(Math.min(Math.max(0.58 * width, 260), 400));
  const [top, bottom] = [34, height - 48];
  const yTicks = ticks(...ylim, (bottom - top) / 42, { log: spec.ylog, degrees: isAngle(spec.ylabel) });
  const left = Math.max(given.left ?? 0, Math.ceil(Math.max(...yTicks.labels.map(textWidth), 8)) + 14);
  const beside = named.filter(({ kind }) => kind !== "points").map((entry) => widthOf(entry.label, textWidth) + 26);
  const right = Math.min(given.right ?? Infinity, Math.round(width - Math.max(18, ...beside)));
  const xTicks = ticks(...xlim, (right - left) / 62, { log: spec.xlog, degrees: isAngle(spec.xlabel) });
  const toX = scale(xlim, [left, right], spec.xlog);
  const toY = scale(ylim, [bottom, top], spec.ylog);
  return { entries, named, xlim, ylim, height, left, right, top, bottom, xTicks, yTicks, toX, toY };
}

function root(attributes, children) {
  const { width, height } = attributes;
  return ["svg", { class: "mtj-plot", role: "img", viewBox: `0 0 ${width} ${height}`, ...attributes }, children];
}

/** Curves with their axes as nested [tag, attributes, children or text], for a given width in pixels.
 *
 * `given` may hold a height, common edges `left` and `right`, a `kept` frame to compare with, and the index `cursor` of
 * the abscissa whose values are read. */
export function scene(spec, x, frame, width, textWidth = approximateWidth, given = {}) {
  const place = layout(spec, x, frame, width, textWidth, given);
  const { entries, named, xlim, height, left, right, top, bottom, xTicks, yTicks, toX, toY } = place;
  const grid = [
    ...yTicks.values.map((v) => ["line", { x1: left, x2: right, y1: toY(v), y2: toY(v) }]),
    ...xTicks.values.map((v) => ["line", { x1: toX(v), x2: toX(v), y1: top, y2: bottom }]),
  ];
  const texts = [
    ...yTicks.values.map((v, i) => label("mtj-tick", left - 8, toY(v) + 4.5, "end", yTicks.labels[i])),
    ...xTicks.values.map((v, i) => label("mtj-tick", toX(v), bottom + 19, "middle", xTicks.labels[i])),
    label("mtj-name", 2, 16, "start", axisName(spec.ylabel, yTicks.exponent)),
    label("mtj-name", (left + right) / 2, height - 8, "middle", axisName(spec.xlabel, xTicks.exponent)),
  ];

  const ends = (spec.regions ?? []).map((region) => {
    const [from, to] = [region.start, region.stop].map((end) => (typeof end === "string" ? { ...frame.readouts, ...frame.at }[end] : end));
    const inside = (v) => Math.min(Math.max(toX(Math.max(v, spec.xlog ? xlim[0] : v)), left), right);
    return { name: region.label, from: inside(from), to: inside(to) };
  });
  const regions = ends.map(({ from, to }) => [
    "rect",
    { class: "mtj-region", x: from, y: top, width: Math.max(to - from, 0), height: bottom - top },
  ]);
  const regionNames = ends.map(({ name, from, to }) => label("mtj-region-name", (from + to) / 2, top + 15, "middle", name));

  const curvePath = (y, ex = x) =>
    path(
      ex,
      y,
      (v) => toX(v) - left,
      (v) => toY(v) - top,
    );
  // The first curve is drawn last, on top of the others; references lie below all curves.
  const marks = [...entries].reverse().flatMap(({ kind, x: ex, y, colour, dash }) => {
    if (kind === "points") {
      return Array.from(ex, (v, j) => ["circle", { class: "mtj-point", cx: toX(v) - left, cy: toY(y[j]) - top, r: 4 }]);
    }
    const d = curvePath(y, ex);
    if (kind === "line") return [["path", { class: "mtj-reference", d }]];
    return [["path", { class: `mtj-curve mtj-c${colour}`, d, "stroke-dasharray": dash }]];
  });
  const ghosts = (given.kept?.curves ?? []).map((y, c) => [
    "path",
    { class: `mtj-kept mtj-c${spec.curves[c].colour}`, d: curvePath(y, given.kept.x) },
  ]);
  const clipped = [
    "svg",
    { x: left, y: top, width: right - left, height: bottom - top, overflow: "hidden" },
    [...ghosts, ...marks],
  ];

  // A name stands in the right margin if its line reaches that far, otherwise in the plot where the line ends.
  const tips = [];
  for (const { kind, label: name, x: ex, y, colour } of named) {
    let [last, visible] = [-1, -1];
    for (let j = 0; j < y.length; j++) {
      const py = toY(y[j]);
      if (Number.isNaN(py) || ex[j] > xlim[1]) continue;
      last = j;
      if (py >= top - 1 && py <= bottom + 1) visible = j;
    }
    if (last < 0) continue;
    const j = visible < 0 ? last : visible;
    const px = toX(ex[j]);
    const margin = kind !== "points" && px > right - 0.1 * (right - left);
    const tone = kind === "curve" ? `mtj-c${colour}` : "mtj-other";
    tips.push({ name, tone, margin, px, py: Math.min(Math.max(toY(y[j]), top), bottom) });
  }
  const drawn = tips.every(({ margin }) => margin)
    ? []
    : entries.flatMap(({ x: ex, y }) => Array.from(ex, (v, j) => [toX(v), toY(y[j])]));
  const outside = tips.filter(({ margin }) => margin);
  const heights = spread(
    outside.map(({ py }) => py),
    17,
    top,
    bottom,
  );
  const labels = [
    ...outside.flatMap(({ name, tone, py }, i) => [
      [
        "path",
        { class: `mtj-leader ${tone}`, d: `M${right + 2},${py.toFixed(1)}L${right + 14},${heights[i].toFixed(1)}` },
      ],
      label(`mtj-label ${tone}`, right + 18, heights[i] + 4.5, "start", name),
    ]),
    ...tips
      .filter(({ margin }) => !margin)
      .map(({ name, tone, px, py }) => {
        const [x0, y0, anchor] = freePlace(px, py, widthOf(name, textWidth), [left, right, top, bottom], drawn);
        return label(`mtj-label ${tone}`, x0, y0, anchor, name);
      }),
  ];
  const axes = ["path", { class: "mtj-axes", d: `M${left},${top}V${bottom}H${right}` }];
  const content = [["g", { class: "mtj-grid" }, grid], ...regions, axes, clipped, ...regionNames, ...texts, ...labels];
  if (given.cursor >= 0 && given.cursor < x.length) content.push(...cursorMarks(place, x[given.cursor], given.cursor));
  return root({ "aria-label": spec.alt, width, height }, content);
}

/** A line through the abscissa that is read, and a dot on every curve. */
function cursorMarks({ entries, left, right, top, bottom, toX, toY }, at, j) {
  const px = toX(at);
  if (!(px >= left - 1 && px <= right + 1)) return [];
  const dots = entries.filter(({ kind, y }) => kind === "curve" && toY(y[j]) >= top - 1 && toY(y[j]) <= bottom + 1);
  return [
    ["path", { class: "mtj-cursor-line", d: `M${px.toFixed(1)},${top}V${bottom}` }],
    ...dots.map(({ y, colour }) => ["circle", { class: `mtj-dot mtj-c${colour}`, cx: px, cy: toY(y[j]), r: 4.5 }]),
  ];
}

/** The index of the abscissa nearest to a place on the screen. */
export function nearest(x, px, toX) {
  let best = 0;
  for (let j = 1; j < x.length; j++) if (Math.abs(toX(x[j]) - px) < Math.abs(toX(x[best]) - px)) best = j;
  return best;
}

// ---- maps -----------------------------------------------------------------------------------------------------------

// Viridis, and a blue and a red that meet in a light grey: the colours of the stills.
const SEQUENTIAL = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];
const DIVERGING = ["053061", "2166ac", "4393c3", "92c5de", "f7f7f7", "f4a582", "d6604d", "b2182b", "67001f"];

/** A position from 0 to 1 as red, green, blue. */
export function shade(t, stops) {
  const at = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const k = Math.min(Math.floor(at), stops.length - 2);
  const rgb = (hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
  const [a, b] = [rgb(stops[k]), rgb(stops[k + 1])];
  return a.map((v, i) => Math.round(v + (at - k) * (b[i] - v)));
}

/** From a value of the map to its place, 0 to 1, in its colours. */
export function shading(spec) {
  let [low, high] = spec.zlim;
  const signed = !spec.zlog && low < 0 && high > 0;
  if (signed) [low, high] = [-Math.max(-low, high), Math.max(-low, high)];
  const to = scale([low, high], [0, 1], spec.zlog);
  return { to, stops: signed ? DIVERGING : SEQUENTIAL };
}

/** The pieces of straight line where values on a grid pass through `level`: [[x1, y1, x2, y2], ...] in grid steps. */
export function contour(z, nx, ny, level) {
  const lines = [];
  for (let j = 0; j < ny - 1; j++)
    for (let i = 0; i < nx - 1; i++) {
      const corner = [z[j * nx + i], z[j * nx + i + 1], z[(j + 1) * nx + i + 1], z[(j + 1) * nx + i]];
      if (!corner.every(Number.isFinite)) continue;
      const place = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const cuts = [];
      for (let k = 0; k < 4; k++) {
        const [a, b] = [corner[k], corner[(k + 1) % 4]];
        if (a >= level === b >= level) continue;
        const t = (level - a) / (b - a);
        cuts.push(place[k].map((v, d) => v + t * (place[(k + 1) % 4][d] - v)));
      }
      if (cuts.length === 2) lines.push([...cuts[0], ...cuts[1]]);
      if (cuts.length === 4) {
        // A saddle: its middle says which corners belong together.
        const joined = corner.reduce((sum, v) => sum + v, 0) / 4 >= level === corner[0] >= level;
        const order = joined ? [0, 1, 2, 3] : [3, 0, 1, 2];
        lines.push([...cuts[order[0]], ...cuts[order[1]]], [...cuts[order[2]], ...cuts[order[3]]]);
      }
    }
  return lines;
}

const withUnit = ({ label: name, unit }) => (unit ? `${name} (${unit})` : name);

/** Where a map lies in a drawing of this width. */
function mapLayout(spec, width, textWidth) {
  const [across, up] = spec.sliders;
  const wide = spec.curves.length > 0 && width >= 620;
  const outer = wide ? Math.round(0.52 * width) : width;
  const height = Math.round(Math.min(Math.max(0.8 * outer, 260), 400));
  const below = widthOf(withUnit(up), textWidth) + widthOf(spec.zlabel, textWidth) > outer - 30;  // two names that do not fit into one line
  const [top, bottom] = [below ? 52 : 34, height - 48];
  const yTicks = ticks(up.min, up.max, (bottom - top) / 42, { log: up.log, degrees: up.unit === "°" });
  const zTicks = ticks(...spec.zlim, (bottom - top) / 60, { log: spec.zlog });
  const left = Math.ceil(Math.max(...yTicks.labels.map(textWidth), 8)) + 14;
  const bar = Math.ceil(Math.max(...zTicks.labels.map(textWidth), 8)) + 46;
  const right = outer - bar;
  const xTicks = ticks(across.min, across.max, (right - left) / 62, { log: across.log, degrees: across.unit === "°" });
  const toX = scale([across.min, across.max], [left, right], across.log);
  const toY = scale([up.min, up.max], [bottom, top], up.log);
  return { wide, below, outer, height, left, right, top, bottom, xTicks, yTicks, zTicks, toX, toY };
}

/** A map with its colour bar, contour lines and cross-hair, and the curves behind the cross-hair. `paint` turns colours
 * into the address of a picture. */
export function mapScene(spec, x, frame, width, textWidth = approximateWidth, given = {}) {
  const place = mapLayout(spec, width, textWidth);
  const { wide, below, outer, height, left, right, top, bottom, xTicks, yTicks, zTicks, toX, toY } = place;
  const { nx, ny } = spec.field;
  const { to, stops } = shading(spec);
  const [w, h] = [right - left, bottom - top];
  const content = [["rect", { class: "mtj-nothing", x: left, y: top, width: w, height: h }]];
  if (given.paint) {
    // A value stands at the middle of its pixel, so the picture reaches half a pixel beyond the axes.
    const [dx, dy] = [w / (nx - 1), h / (ny - 1)];
    const colours = (i, j) => (Number.isNaN(to(frame.z[(ny - 1 - j) * nx + i])) ? null : shade(to(frame.z[(ny - 1 - j) * nx + i]), stops));
    const picture = { x: -dx / 2, y: -dy / 2, width: w + dx, height: h + dy, preserveAspectRatio: "none" };
    const image = ["image", { ...picture, href: given.paint(nx, ny, colours) }];
    content.push(["svg", { x: left, y: top, width: w, height: h, overflow: "hidden" }, [image]]);
    const bar = { x: right + 14, y: top, width: 12, height: h, preserveAspectRatio: "none" };
    content.push(["image", { ...bar, href: given.paint(1, 64, (_, j) => shade(barShare(1 - j / 63), stops)) }]);
  }
  // The bar spans zlim, which need not be symmetric as the colours of a signed map are.
  function barShare(t) {
    const inverse = scale([0, 1], spec.zlog ? spec.zlim.map(Math.log10) : spec.zlim, false);
    return to(spec.zlog ? 10 ** inverse(t) : inverse(t));
  }
  const ofBar = scale(spec.zlim, [bottom, top], spec.zlog);
  const logs = spec.zlog ? Float64Array.from(frame.z, (v) => Math.log10(v)) : frame.z;
  for (const level of spec.levels) {
    const lines = contour(logs, nx, ny, spec.zlog ? Math.log10(level) : level);
    if (!lines.length) continue;
    const px = (i) => left + (i / (nx - 1)) * w;
    const py = (j) => bottom - (j / (ny - 1)) * h;
    const d = lines.map(([a, b, c, e]) => `M${px(a).toFixed(1)},${py(b).toFixed(1)}L${px(c).toFixed(1)},${py(e).toFixed(1)}`);
    content.push(["path", { class: "mtj-contour-under", d: d.join("") }], ["path", { class: "mtj-contour", d: d.join("") }]);
    const inner = lines.filter(([i, j]) => px(i) > left + 24 && px(i) < right - 24 && py(j) > top + 14 && py(j) < bottom - 10);
    const [i, j] = inner[Math.floor(inner.length / 2)] ?? [];
    if (i !== undefined) content.push(label("mtj-level", px(i), py(j) + 4.5, "middle", format(level, ".3g")));
  }
  const [cx, cy] = [toX(given.values[0]), toY(given.values[1])];
  const hair = `M${cx.toFixed(1)},${top}V${bottom}M${left},${cy.toFixed(1)}H${right}`;
  content.push(
    ["path", { class: "mtj-hair-under", d: hair }],
    ["path", { class: "mtj-hair", d: hair }],
    ["circle", { class: "mtj-target", cx, cy, r: 6 }],
    ["path", { class: "mtj-axes", d: `M${left},${top}V${bottom}H${right}` }],
    ...yTicks.values.map((v, i) => label("mtj-tick", left - 8, toY(v) + 4.5, "end", yTicks.labels[i])),
    ...xTicks.values.map((v, i) => label("mtj-tick", toX(v), bottom + 19, "middle", xTicks.labels[i])),
    ...zTicks.values.map((v, i) => label("mtj-tick", right + 31, ofBar(v) + 4.5, "start", zTicks.labels[i])),
    label("mtj-name", 2, 16, "start", axisName(withUnit(spec.sliders[1]), yTicks.exponent)),
    label("mtj-name", outer - 4, below ? 34 : 16, "end", axisName(spec.zlabel, zTicks.exponent)),
    label("mtj-name", (left + right) / 2, height - 8, "middle", axisName(withUnit(spec.sliders[0]), xTicks.exponent)),
  );
  let total = height;
  if (spec.curves.length) {
    const free = wide ? width - outer - 12 : width;
    const beside = scene({ ...spec, alt: "" }, x, frame, free, textWidth, { ...given, height: wide ? height : undefined });
    total = wide ? height : height + beside[1].height;
    content.push(within(beside, { x: width - free, y: wide ? 0 : height }));
  }
  return root({ "aria-label": spec.alt, width, height: total }, content);
}

// ---- profiles -------------------------------------------------------------------------------------------------------

const ofRole = (spec, role) => spec.curves.flatMap((_, row) => (spec.roles[row] === role ? [row] : []));

/** The two parts of a profile as specs of their own: energies, and densities with the arrows of a spin. */
export function profileParts(spec, frame) {
  const part = (rows, more) => ({
    spec: { ...spec, curves: rows.map((row) => spec.curves[row]), ...more },
    frame: { ...frame, curves: rows.map((row) => frame.curves[row]) },
  });
  const parts = [part(ofRole(spec, "edge"), { xlabel: "" })];
  const densities = ofRole(spec, "density");
  if (densities.length || spec.spin.length) {
    const top = spec.density_lim?.[1] ?? 1;
    const ylim = [0, spec.spin.length ? 1.4 * top : top];
    parts.push(part(densities, { ylabel: densities.length ? spec.density_label : "", ylim, references: [], alt: "" }));
  } else parts[0].spec.xlabel = spec.xlabel;
  return parts;
}

/** Where a profile's values stand: at its own positions if it has them. */
const positions = (spec, x, frame) => frame.curves[spec.roles?.indexOf("x")] ?? x;

/** A drawing as a part of another one, which speaks for both. */
function within([name, { "aria-label": alt, ...attributes }, ...children], place) {
  return [name, { ...attributes, ...place, role: "presentation" }, ...children];
}
/** Energies above, densities and spin directions below, over one x axis. */
export function profileScene(spec, index, frame, width, textWidth = approximateWidth, given = {}) {
  const x = positions(spec, index, frame);
  const kept = given.kept ? profileParts(spec, { ...given.kept, x: positions(spec, index, given.kept) }) : [];
  const parts = profileParts(spec, frame);
  const height = Math.round(Math.min(Math.max((parts.length > 1 ? 0.36 : 0.5) * width, 200), 270));
  const places = parts.map((part) => layout(part.spec, x, part.frame, width, textWidth, { height }));
  const edges = { left: Math.max(...places.map((p) => p.left)), right: Math.min(...places.map((p) => p.right)), height };
  const children = parts.map((part, k) => {
    const drawing = scene(part.spec, x, part.frame, width, textWidth, { ...given, ...edges, kept: kept[k]?.frame });
    return within(drawing, { y: k * (height - 26) });
  });
  const spin = ofRole(spec, "spin");
  if (spin.length) {
    const place = layout(parts[1].spec, x, parts[1].frame, width, textWidth, edges);
    const number = Math.max(8, Math.min(24, Math.round((edges.right - edges.left) / 26)));
    const size = Math.min(24, (0.9 * (edges.right - edges.left)) / number);
    const base = (height - 26) * (parts.length - 1) + place.top + 0.14 * (place.bottom - place.top);
    const arrows = Array.from({ length: number }, (_, k) => {
      const px = edges.left + ((k + 0.5) / number) * (edges.right - edges.left);
      const j = nearest(x, px, place.toX);
      if (px > place.toX(x[x.length - 1]) + 2) return null;
      return arrow(px, base, ...spin.slice(0, 2).map((row) => size * frame.curves[row][j]));
    });
    children.push(["g", { class: "mtj-arrows" }, arrows.filter(Boolean)]);
  }
  return root({ "aria-label": spec.alt, width, height: height + (parts.length - 1) * (height - 26) }, children);
}

/** An arrow of length (right, up) with its middle at (x, y). */
function arrow(x, y, right, up) {
  if (!Number.isFinite(right + up)) return null;
  const length = Math.hypot(right, up);
  const [a, b] = [x - right / 2, y + up / 2];
  const [c, d] = [x + right / 2, y - up / 2];
  const f = (v) => v.toFixed(1);
  if (length < 2) return ["circle", { cx: f(x), cy: f(y), r: 1.5 }];
  const head = Math.min(6, 0.5 * length);
  const [u, v] = [(right / length) * head, (-up / length) * head];
  const wings = `M${f(c - u + 0.5 * v)},${f(d - v - 0.5 * u)}L${f(c)},${f(d)}L${f(c - u - 0.5 * v)},${f(d - v + 0.5 * u)}`;
  return ["path", { d: `M${f(a)},${f(b)}L${f(c)},${f(d)}${wings}` }];
}

// ---- the sphere -----------------------------------------------------------------------------------------------------

/** Right, up and towards the reader of a vector on a sphere seen from an azimuth and elevation in degrees. */
export function turned([x, y, z], [azimuth, elevation]) {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  const out = Math.cos(a) * x + Math.sin(a) * y;
  return [-Math.sin(a) * x + Math.cos(a) * y, Math.cos(e) * z - Math.sin(e) * out, Math.cos(e) * out + Math.sin(e) * z];
}

/** Path data of a line on the sphere, its part in front and its part behind: [front, back]. */
export function onSphere(points, view, toX, toY) {
  const paths = ["", ""];
  let [side, last] = [-1, null];
  for (const point of points) {
    const [right, up, front] = turned(point, view);
    if (Number.isNaN(right + up)) {
      [side, last] = [-1, null];
      continue;
    }
    const place = `${toX(right).toFixed(1)},${toY(up).toFixed(1)}`;
    const now = front >= 0 ? 0 : 1;
    if (now !== side) paths[now] += last ? `M${last}L${place}` : `M${place}`;
    else paths[now] += `L${place}`;
    [side, last] = [now, place];
  }
  return paths;
}

/** One spec of ordinary curves for the components of a trajectory over time. */
function components(spec, frame) {
  const dashes = ["", "6 2.5", "1.5 1.8"];
  const curves = spec.axes.map((axis, k) => ({ label: axis, colour: [0, 1, 2][k], dash: dashes[k] }));
  const first = spec.curves[0].label;
  return {
    spec: { ...spec, curves, ylabel: `components of ${first}`, ylim: [-1.08, 1.08], references: [], regions: [], alt: "" },
    frame: { ...frame, curves: frame.curves.slice(0, 3) },
  };
}

/** Trajectories on the unit sphere, and the components of the first one over time. */
export function sphereScene(spec, x, frame, width, textWidth = approximateWidth, given = {}) {
  const wide = width >= 560;
  const size = Math.min(wide ? 0.46 * width : width, 340);
  const radius = 0.37 * size;
  const [cx, cy] = [wide ? size / 2 : width / 2, size / 2];
  const [toX, toY] = [(v) => cx + radius * v, (v) => cy - radius * v];
  const view = given.turn ?? spec.turn;
  const round = Array.from({ length: 73 }, (_, k) => (k * Math.PI) / 36);
  const line = (points, name, more = {}) => {
    const [front, back] = onSphere(points, view, toX, toY);
    return [
      ["path", { class: `${name} mtj-behind`, d: back, ...more }],
      ["path", { class: name, d: front, ...more }],
    ];
  };
  const content = [["circle", { class: "mtj-ball", cx, cy, r: radius }]];
  for (const z of [-0.5, 0, 0.5]) {
    const r = Math.sqrt(1 - z * z);
    content.push(...line(round.map((t) => [r * Math.cos(t), r * Math.sin(t), z]), "mtj-circle"));
  }
  const unit = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const fixed = [...spec.axes.map((name, k) => [name, unit[k], "mtj-spoke"])];
  for (const [name, direction] of Object.entries(spec.markers)) fixed.push([name, direction, "mtj-spoke mtj-marker"]);
  for (const [name, direction, kind] of fixed) {
    const [right, up] = turned(direction, view);
    const beyond = kind.includes("marker") ? 1.3 : 1.17;
    const d = `M${cx.toFixed(1)},${cy.toFixed(1)}L${toX(right).toFixed(1)},${toY(up).toFixed(1)}`;
    content.push(["path", { class: kind, d }], label("mtj-tick", toX(beyond * right), toY(beyond * up) + 4.5, "middle", name));
  }
  const paths = [];
  for (let row = 0; row < spec.curves.length; row += 3) {
    const { colour, dash } = spec.curves[row];
    const points = Array.from(x, (_, j) => [0, 1, 2].map((k) => frame.curves[row + k][j]));
    paths.push({ colour, points });
    const kept = given.kept;
    if (kept) content.push(...line(Array.from(x, (_, j) => [0, 1, 2].map((k) => kept.curves[row + k][j])), `mtj-kept mtj-c${colour}`));
    content.push(...line(points, `mtj-curve mtj-c${colour}`, { "stroke-dasharray": dash }));
  }
  const now = given.cursor >= 0 ? given.cursor : x.length - 1;
  for (const { colour, points } of paths) {
    const [right, up] = turned(points[now], view);
    if (Number.isNaN(right + up)) continue;
    const d = `M${cx.toFixed(1)},${cy.toFixed(1)}L${toX(right).toFixed(1)},${toY(up).toFixed(1)}`;
    content.push(
      ["path", { class: `mtj-vector mtj-c${colour}`, d }],
      ["circle", { class: `mtj-dot mtj-c${colour}`, cx: toX(right), cy: toY(up), r: 5 }],
    );
  }
  const part = components(spec, frame);
  const free = wide ? width - size - 12 : width;
  const beside = scene(part.spec, x, part.frame, free, textWidth, { cursor: given.cursor, height: wide ? size : 220 });
  content.push(within(beside, { x: width - free, y: wide ? 0 : size }));
  return root({ "aria-label": spec.alt, width, height: wide ? size : size + 220 }, content);
}

// ---- the page -------------------------------------------------------------------------------------------------------

/** A [tag, attributes, children or text] as a DOM element. */
function build([tag, attributes, content = []], namespace) {
  const space = tag === "svg" ? "http://www.w3.org/2000/svg" : namespace;
  const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (typeof content === "string") element.textContent = content;
  else element.append(...content.map((child) => build(child, space)));
  return element;
}

/** The name and line of everything drawn, for figures too narrow to carry the names inside. */
function legend(spec) {
  const sample = (line) => ["svg", { viewBox: "0 0 34 12", width: 34, height: 12, "aria-hidden": "true" }, [line]];
  const item = (line, name) => ["li", {}, [sample(line), ["span", {}, html(name)]]];
  const every = spec.view === "sphere" ? 3 : 1;
  const curves = spec.curves
    .filter(({ label: name }, row) => row % every === 0 && name && !["spin", "x"].includes(spec.roles?.[row]))
    .map(({ label: name, colour, dash }) =>
      item(["path", { class: `mtj-curve mtj-c${colour}`, d: "M0,6H34", "stroke-dasharray": dash }], name),
    );
  const references = spec.references.map(({ label: name, points }) =>
    item(
      points
        ? ["circle", { class: "mtj-point", cx: 17, cy: 6, r: 4 }]
        : ["path", { class: "mtj-reference", d: "M0,6H34" }],
      name,
    ),
  );
  return build(["ul", { class: "mtj-legend" }, [...curves, ...references]]);
}

/** What the reader types, with a decimal point or comma and any minus sign; NaN if it is no number. */
export function typed(text) {
  const clean = text.trim().replace("−", "-").replace(",", ".");
  return clean ? Number(clean) : NaN;
}

const unique = () => `mtj-${Math.random().toString(36).slice(2)}`;

/** A labelled native range input with a field for its value; `move` is called with the new value. */
function control(slider, move, play) {
  // A logarithmic slider counts steps, because a range input is linear.
  const steps = Math.round(Math.log10(slider.max / slider.min) / slider.step);
  const toValue = (p) => (slider.log ? slider.min * (slider.max / slider.min) ** (p / steps) : p);
  const toPosition = (v) => (slider.log ? steps * (Math.log(v / slider.min) / Math.log(slider.max / slider.min)) : v);
  const id = unique();
  const range = slider.log ? { min: 0, max: steps, step: 1 } : { min: slider.min, max: slider.max, step: slider.step };
  const name = plain(slider.label);
  const number = { type: "text", inputmode: "decimal", class: "mtj-number", autocomplete: "off", size: 6 };
  const element = build([
    "div",
    { class: "mtj-slider" },
    [
      ["label", { for: id }, html(slider.label)],
      [
        "span",
        { class: "mtj-value" },
        [
          ["input", { ...number, "aria-label": `${name}${slider.unit ? ` in ${slider.unit}` : ""}: type a value` }],
          ["span", { class: "mtj-unit" }, slider.unit],
          ...(slider.play ? [["button", { type: "button", class: "mtj-play", "aria-label": `Play ${name}` }, "▶"]] : []),
        ],
      ],
      ["input", { id, type: "range", name: slider.name, ...range }],
    ],
  ]);
  const [, shown, input] = element.children;
  const [field, , button] = shown.children;
  let current = slider.value;

  // A finger that starts on the slider may want to scroll the page: nothing moves until it goes sideways or lifts.
  let finger = null;
  const settle = () => move(toValue(Number(input.value)));
  input.addEventListener("pointerdown", (event) => {
    finger = event.pointerType === "touch" ? { x: event.clientX, y: event.clientY, from: current } : null;
  });
  input.addEventListener("pointermove", (event) => {
    if (!finger) return;
    const [dx, dy] = [Math.abs(event.clientX - finger.x), Math.abs(event.clientY - finger.y)];
    if (dx > 6 && dx > dy) {
      finger = null;
      settle();
    }
  });
  input.addEventListener("pointerup", () => {
    if (finger) settle();
    finger = null;
  });
  input.addEventListener("pointercancel", () => {
    if (finger) input.value = String(toPosition(finger.from));
    finger = null;
  });
  input.addEventListener("input", () => {
    if (!finger) settle();
  });
  field.addEventListener("change", () => {
    const value = typed(field.value);
    if (Number.isFinite(value)) move(Math.min(Math.max(value, slider.min), slider.max));
    show(current);
  });
  button?.addEventListener("click", () => play(button));
  const show = (value) => {
    current = value;
    if (!finger && toValue(Number(input.value)) !== value) input.value = String(toPosition(value));
    const decimals = Math.max(0, Math.min(slider.decimals, 6));
    const text = slider.log ? String(Number(value.toPrecision(3))) : value.toFixed(decimals);
    if (document.activeElement !== field || typed(field.value) !== Number(text)) field.value = text;
    input.setAttribute("aria-valuetext", valueText(slider, value));
  };
  return { root: element, show };
}

/** The numbers that are drawn, as comma-separated values. */
export function table(spec, x, frame, values) {
  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const name = (text) => cell(plain(text));
  const head = spec.sliders.map((slider, i) => `# ${plain(slider.label)} = ${values[i]} ${slider.unit}`.trim());
  if (spec.view === "map") {
    const { nx, ny } = spec.field;
    const at = (slider, k, n) => {
      const ends = [slider.min, slider.max].map((v) => scaled(slider, v));
      const v = ends[0] + ((ends[1] - ends[0]) * k) / (n - 1);
      return Number((slider.log ? 10 ** v : v).toPrecision(12));
    };
    const lines = [`${name(withUnit(spec.sliders[0]))},${name(withUnit(spec.sliders[1]))},${name(spec.zlabel)}`];
    for (let j = 0; j < ny; j++)
      for (let i = 0; i < nx; i++) {
        const z = frame.z[j * nx + i];
        lines.push([at(spec.sliders[0], i, nx), at(spec.sliders[1], j, ny), Number.isFinite(z) ? z.toPrecision(6) : ""].join(","));
      }
    return [...head, ...lines, ""].join("\n");
  }
  const component = (row) =>
    spec.view === "sphere" ? ` ${spec.axes[row % 3]}` : spec.roles?.[row] === "spin" ? ` ${spec.spin[row - spec.roles.indexOf("spin")]}` : "";
  // A curve has the unit of its axis.
  const axis = (row) => (spec.view === "sphere" || spec.roles?.[row] === "spin" ? "" : spec.roles?.[row] === "density" ? spec.density_label : spec.ylabel);
  const unit = (row) => / \([^()]*\)$/.exec(axis(row))?.[0] ?? "";
  const names = spec.curves.map(({ label: curve }, row) => name((curve ? curve + unit(row) : axis(row)) + component(row)));
  const lines = Array.from(positions(spec, x, frame), (v, j) =>
    [v.toPrecision(7), ...frame.curves.map((y) => (Number.isFinite(y[j]) ? Number(y[j]).toPrecision(6) : ""))].join(","),
  );
  return [...head, [name(spec.xlabel), ...names].join(","), ...lines, ""].join("\n");
}

/** What stands under the cursor, as one line of text. */
export function reading(spec, x, frame, j) {
  if (!(j >= 0 && j < x.length)) return "";
  const [, quantity, unit = ""] = /^(.*?)(?: \(([^()]*)\))?$/.exec(spec.xlabel);
  const values = spec.curves.flatMap(({ label: curve }, row) => {
    if (spec.roles?.[row] === "x") return [];
    const part = spec.view === "sphere" ? `${curve} ${spec.axes[row % 3]}` : spec.roles?.[row] === "spin" ? spec.spin[row - spec.roles.indexOf("spin")] : curve;
    return `${part ? `${part} ` : ""}${significant(frame.curves[row][j])}`;
  });
  const space = unit && !/^[°%]/.test(unit) ? NARROW_SPACE : "";
  return `${quantity} = ${significant(positions(spec, x, frame)[j])}${space}${unit}: ${values.join(", ")}`;
}

const STYLED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-opacity", "opacity", "paint-order",
  "font-family", "font-size", "font-weight"];

/** The drawing as a file of its own, with the colours it has on the page. */
function standalone(svg, ground) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    to[i].setAttribute("style", STYLED.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"));
    to[i].removeAttribute("class");
  });
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ width: "100%", height: "100%", fill: ground })) back.setAttribute(name, value);
  copy.prepend(back);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("font-family", getComputedStyle(svg).fontFamily);
  return new XMLSerializer().serializeToString(copy);
}

function save(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function savePicture(svg, ground, name) {
  const image = new Image();
  image.onload = () => {
    const canvas = document.createElement("canvas");
    const [width, height] = [svg.clientWidth || 640, svg.clientHeight || 400];
    Object.assign(canvas, { width: 2 * width, height: 2 * height });
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
    canvas.toBlob((blob) => save(blob, "image/png", name));
  };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg, ground))}`;
}

/** A small picture from colours, as the address of an image. */
function painter() {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext?.("2d");
  if (!pen) return null;
  return (width, height, colours) => {
    Object.assign(canvas, { width, height });
    const pixels = pen.createImageData(width, height);
    for (let j = 0; j < height; j++)
      for (let i = 0; i < width; i++) {
        const rgb = colours(i, j);
        if (rgb) pixels.data.set([...rgb, 255], 4 * (j * width + i));
      }
    pen.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  };
}

const SCENES = { curves: scene, map: mapScene, profile: profileScene, sphere: sphereScene };

/** The sliders' values that the address of the page asks for, `?fig-name=0.3,1`, or null. */
export function linked(search, name, sliders) {
  const text = name && new URLSearchParams(search).get(name);
  const values = text ? text.split(",").map(Number) : [];
  const good = values.length === sliders.length && values.every((v, i) => v >= sliders[i].min && v <= sliders[i].max);
  return good ? values : null;
}

function render({ model, el, name = "" }) {
  const spec = { view: "curves", regions: [], ...model.get("spec") };
  const grid = decode(spec, model.get("data"));
  const field = spec.field && { ...spec.field, nx: spec.field.nx * spec.field.ny };
  const fieldGrid = field && decode(field, model.get("field"), 0);
  const start = spec.sliders.map(({ value }) => value);
  const moveTo = (values) => {
    model.set("values", values);
    model.save_changes();
  };
  const move = (i, value) => moveTo(model.get("values").map((v, k) => (k === i ? value : v)));
  // What the reader sees beside the sliders: a cursor, a kept frame, the turn of a sphere.
  const seen = { cursor: -1, kept: null, turn: spec.turn };

  // ---- moving by itself
  let playing = null;
  const stop = () => {
    if (!playing) return;
    cancelAnimationFrame(playing.frame);
    playing.button.textContent = "▶";
    playing.button.setAttribute("aria-pressed", "false");
    playing = null;
  };
  /** Call `show` with 0 … 1 until the end is reached or the button pressed again. */
  const run = (button, from, show) => {
    const again = playing?.button === button;
    stop();
    if (again) return;
    const begun = performance.now() - (from >= 1 ? 0 : from) * 6000;
    const step = (now) => {
      const t = Math.min(Math.max((now - begun) / 6000, 0), 1);
      show(t);
      if (t < 1) playing.frame = requestAnimationFrame(step);
      else stop();
    };
    button.textContent = "❚❚";
    button.setAttribute("aria-pressed", "true");
    playing = { button, frame: requestAnimationFrame(step) };
  };
  const controls = spec.sliders.map((slider, i) =>
    control(
      slider,
      (value) => {
        stop();
        move(i, value);
      },
      (button) => {
        const [low, high] = [scaled(slider, slider.min), scaled(slider, slider.max)];
        const from = (scaled(slider, model.get("values")[i]) - low) / (high - low);
        run(button, from, (t) => {
          const value = low + t * (high - low);
          move(i, Math.min(Math.max(slider.log ? 10 ** value : value, slider.min), slider.max));
        });
      },
    ),
  );

  // ---- the card
  const kinds = { curves: `${plain(spec.ylabel)} against ${plain(spec.xlabel)}`, map: spec.zlabel, profile: spec.xlabel, sphere: "unit sphere" };
  const card = build([
    "div",
    { class: `mtj-explorer mtj-${spec.view}`, role: "group", "aria-label": plain(spec.title || `Interactive figure: ${kinds[spec.view]}`) },
  ]);
  const title = build(["p", { class: "mtj-title" }, html(spec.title ?? "")]);
  const sliders = build(["div", { class: "mtj-sliders" }]);
  const names = legend(spec);
  const plot = build(["div", { class: "mtj-frame" }]);
  const value = build(["p", { class: "mtj-reading" }]);
  const problem = build(["p", { class: "mtj-problem", role: "alert" }]);
  const summary = build(["p", { class: "mtj-summary", "aria-live": "polite" }]);
  const tools = build(["div", { class: "mtj-tools" }]);
  sliders.append(...controls.map((c) => c.root));
  // Sliders that only the keyboard needs; they show while they have the focus.
  const hidden = (text, attributes, act) => {
    const input = build(["input", { type: "range", class: "mtj-aside", "aria-label": text, ...attributes }]);
    input.addEventListener("input", () => act(Number(input.value)));
    return input;
  };
  const readable = spec.curves.length > 0;
  const asides = [];
  let cursor;
  if (readable) {
    cursor = hidden(`Read values along ${plain(spec.xlabel)}`, { min: 0, max: spec.nx - 1, step: 1, value: 0 }, (j) => {
      stop();
      seen.cursor = j;
      draw();
    });
    asides.push(cursor);
  }
  if (spec.view === "sphere") {
    const turn = (k) => (degrees) => {
      seen.turn = seen.turn.map((v, i) => (i === k ? degrees : v));
      draw();
    };
    asides.push(
      hidden("Turn the sphere", { min: -180, max: 180, step: 5, value: spec.turn[0] }, turn(0)),
      hidden("Tilt the sphere", { min: -90, max: 90, step: 5, value: spec.turn[1] }, turn(1)),
    );
  }
  card.append(...(spec.title ? [title] : []), sliders, names, plot, ...asides, value, problem, summary, tools);
  el.append(card);

  // ---- tools
  const file = (ending) => `${name || spec.view}.${ending}`;
  const ground = () => getComputedStyle(card).backgroundColor;
  const svg = () => plot.children[0];
  const say = (text) => {
    value.textContent = text;
  };
  const tool = (text, act, attributes = {}) => {
    const button = build(["button", { type: "button", ...attributes }, text]);
    button.addEventListener("click", () => act(button));
    return button;
  };
  const reset = tool("Reset", () => {
    stop();
    Object.assign(seen, { cursor: -1, kept: null, turn: spec.turn });
    moveTo(start);
  });
  const keep = tool("Keep to compare", () => {
    seen.kept = seen.kept ? null : { ...frameOf(), values: model.get("values") };
    draw();
  });
  const address = tool("Copy link", () => {
    const url = new URL(location.href);
    url.searchParams.set(name, model.get("values").map((v) => Number(v.toPrecision(6))).join(","));
    url.hash = name;
    const text = url.href.replace(/%2C/g, ",");
    const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    copied.then(
      () => say("The link to these settings is copied."),
      () => say(text),
    );
  });
  const playTime = tool(
    "▶",
    (button) => {
      const last = spec.nx - 1;
      run(button, seen.cursor < 0 ? 0 : seen.cursor / last, (t) => {
        seen.cursor = Math.round(t * last);
        draw();
      });
    },
    { class: "mtj-play", "aria-label": `Play ${plain(spec.xlabel)}` },
  );
  const saving = build(["details", { class: "mtj-save" }, [["summary", {}, "Save"], ["div", {}]]]);
  saving.children[1].append(
    tool("Picture (SVG)", () => save(standalone(svg(), ground()), "image/svg+xml", file("svg"))),
    tool("Picture (PNG)", () => savePicture(svg(), ground(), file("png"))),
    tool("Numbers (CSV)", () => save(table(spec, grid.x, frameOf(), model.get("values")), "text/csv", file("csv"))),
  );
  tools.append(
    ...(spec.view === "sphere" ? [playTime] : []),
    reset,
    ...(readable ? [keep] : []),
    ...(name ? [address] : []),
    saving,
  );

  // ---- the drawing
  const pen = document.createElement("canvas").getContext?.("2d");
  const paint = painter();
  let family = "";
  const textWidth = (text) => {
    if (!pen) return approximateWidth(text);
    family ||= getComputedStyle(card).fontFamily;
    pen.font = `${FONT_SIZE}px ${family}`;
    return pen.measureText(text).width;
  };
  const frameOf = () => {
    const [values, exact] = [model.get("values"), model.get("exact")];
    const frame = answer(spec, exact, values) ?? interpolate(spec, grid, values);
    frame.at = Object.fromEntries(spec.sliders.map((slider, i) => [slider.name, values[i]]));
    if (!field) return frame;
    const { z, value: there } = mapFrame(spec, fieldGrid, exact, values);
    return { ...frame, z, readouts: { ...frame.readouts, value: there } };
  };
  const hint = { curves: "Point at the figure to read values.", map: "Click or drag in the map to move the cross-hair.", profile: "Point at the figure to read values.", sphere: "Drag the sphere to turn it; point at the curves to read values." }[spec.view];
  let settled;
  let place = null;
  const draw = () => {
    const [values, exact] = [model.get("values"), model.get("exact")];
    const failed = exact?.error && exact.values.every((v, i) => v === values[i]);
    const width = Math.max(plot.clientWidth || 640, 240);
    const frame = frameOf();
    const given = { ...seen, values, paint };
    controls.forEach((c, i) => c.show(values[i]));
    names.hidden = names.children.length < (spec.view === "sphere" ? 2 : 1) || (spec.view !== "sphere" && labelsFit(spec, width, textWidth));
    plot.replaceChildren(build(SCENES[spec.view](spec, grid.x, frame, width, textWidth, given)));
    place = { frame, width };
    problem.textContent = failed ? `${exact.error.replace(/\.$/, "")}. The curves shown are interpolated.` : "";
    problem.hidden = !failed;
    keep.textContent = seen.kept ? "Forget the kept" : "Keep to compare";
    keep.setAttribute("aria-pressed", String(Boolean(seen.kept)));
    const read = reading(spec, grid.x, frame, seen.cursor);
    const kept = seen.kept && spec.sliders.map((s, i) => `${plain(s.label)} = ${valueText(s, seen.kept.values[i])}`).join(", ");
    value.replaceChildren(
      ...html(read || hint).map((part) => build(part)),
      ...(kept ? [build(["span", { class: "mtj-kept-note" }, ` Kept (pale): ${kept}.`])] : []),
    );
    if (cursor) {
      if (seen.cursor >= 0) cursor.value = String(seen.cursor);
      cursor.setAttribute("aria-valuetext", plain(read) || "nothing read yet");
    }
    // The text follows at once for the eye; a screen reader waits until the slider rests.
    summary.setAttribute("aria-busy", "true");
    summary.replaceChildren(...html(summarise(spec, values, frame)).map((part) => build(part)));
    clearTimeout(settled);
    settled = setTimeout(() => summary.setAttribute("aria-busy", "false"), 400);
  };

  // ---- pointer and finger
  /** Act on a point of the drawing; false if nothing is there. */
  const touch = (event, dragging) => {
    const box = svg().getBoundingClientRect();
    const factor = place.width / box.width;
    const [px, py] = [(event.clientX - box.left) * factor, (event.clientY - box.top) * factor];
    const { frame, width } = place;
    let [shift, drop, part, free, given] = [0, 0, { spec, frame }, width, {}];
    if (spec.view === "map") {
      const at = mapLayout(spec, width, textWidth);
      const inMap = px > at.left - 8 && px < at.right + 8 && py > at.top - 8 && py < at.bottom + 8;
      // A finger may want to scroll the page: nothing moves until it goes sideways or lifts.
      if (dragging === "start" && inMap && event.pointerType === "touch") return "wait";
      if (dragging === "map" || (dragging === "start" && inMap)) {
        const inside = (slider, p, from, to) => {
          const ends = [scaled(slider, slider.min), scaled(slider, slider.max)];
          const v = ends[0] + Math.min(Math.max((p - from) / (to - from), 0), 1) * (ends[1] - ends[0]);
          const exactly = slider.log ? 10 ** v : Math.round((v - ends[0]) / slider.step) * slider.step + ends[0];
          return Math.min(Math.max(Number(exactly.toPrecision(12)), slider.min), slider.max);
        };
        const [across, up] = spec.sliders;
        moveTo([inside(across, px, at.left, at.right), inside(up, py, at.bottom, at.top), ...model.get("values").slice(2)]);
        return "map";
      }
      if (!readable || inMap) return false;
      [free, given] = [at.wide ? width - at.outer - 12 : width, { height: at.wide ? at.height : undefined }];
      [shift, drop] = [width - free, at.wide ? 0 : at.height];
    }
    if (spec.view === "sphere") {
      const wide = width >= 560;
      const size = Math.min(wide ? 0.46 * width : width, 340);
      const onBall = wide ? px < size : py < size;
      if (dragging === "start" && onBall) return "turn";
      if (onBall && dragging !== "read") return false;
      free = wide ? width - size - 12 : width;
      [shift, drop, given] = [width - free, wide ? 0 : size, { height: wide ? size : 220 }];
      part = components(spec, frame);
    }
    const x = positions(spec, grid.x, frame);
    let at = layout(part.spec, x, part.frame, free, textWidth, given);
    if (spec.view === "profile") {
      const all = profileParts(spec, frame).map((p) => layout(p.spec, x, p.frame, width, textWidth));
      at = layout(part.spec, x, part.frame, width, textWidth, { left: Math.max(...all.map((p) => p.left)), right: Math.min(...all.map((p) => p.right)) });
    }
    if (dragging !== "read" && (px - shift < at.left - 12 || px - shift > at.right + 12 || py < drop)) return false;
    stop();
    const j = nearest(x, px - shift, at.toX);
    if (j !== seen.cursor) {
      seen.cursor = j;
      draw();
    }
    return "read";
  };
  let drag = null;
  plot.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    drag = touch(event, "start");
    if (!drag) return;
    last = event;
    if (drag === "turn" || drag === "map") plot.setPointerCapture?.(event.pointerId);
    if (event.pointerType === "mouse") event.preventDefault();
  });
  let last = null;
  plot.addEventListener("pointermove", (event) => {
    if (drag === "wait") {
      const [dx, dy] = [Math.abs(event.clientX - last.clientX), Math.abs(event.clientY - last.clientY)];
      if (dx <= 6 || dx <= dy) return;
      plot.setPointerCapture?.(event.pointerId);
      drag = touch(event, "map");
    } else if (drag === "turn") {
      const [azimuth, elevation] = seen.turn;
      const vertical = event.pointerType === "touch" ? 0 : event.clientY - last.clientY;
      seen.turn = [azimuth - 0.6 * (event.clientX - last.clientX), Math.min(Math.max(elevation + 0.6 * vertical, -90), 90)];
      last = event;
      draw();
    } else if (drag || (readable && event.pointerType === "mouse")) touch(event, drag || "");
  });
  const end = () => {
    drag = null;
  };
  plot.addEventListener("pointerup", (event) => {
    if (drag === "wait") touch(event, "map");
    end();
  });
  plot.addEventListener("pointercancel", end);
  plot.addEventListener("pointerleave", (event) => {
    end();
    if (event.pointerType !== "mouse" || seen.cursor < 0 || spec.view === "sphere") return;
    seen.cursor = -1;
    draw();
  });

  let width = 0;
  const observer = new ResizeObserver(() => {
    if (plot.clientWidth !== width) draw();
    width = plot.clientWidth;
  });
  model.on("change:values", draw);
  model.on("change:exact", draw);
  const wanted = typeof location === "undefined" ? null : linked(location.search, name, spec.sliders);
  if (wanted) moveTo(wanted);
  else draw();
  observer.observe(plot);
  return () => {
    stop();
    observer.disconnect();
    clearTimeout(settled);
    model.off("change:values", draw);
    model.off("change:exact", draw);
  };
}

export default { render };
