// An interactive figure from precomputed values. No dependencies; everything above `render` is a pure function.
//
// The model carries four things (see mtjlib/course/explore.py, which writes them):
//   spec    what to draw: sliders, curves, references, readouts, labels
//   data    the function's values on the grid of slider positions, packed
//   values  where the sliders are
//   exact   the function's own answer for some `values`, when a kernel has given one

const GAP = 65535;
const FONT_SIZE = 13;
const NARROW_SPACE = "\u202f";

/** Unpack `data`: x, then per row its range, the readouts, and 16-bit codes that span each row's range. */
export function decode(spec, data) {
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
  return {
    x: take(Float32Array, spec.nx),
    low: take(Float32Array, rows),
    high: take(Float32Array, rows),
    readouts: take(Float32Array, cells * spec.readouts.length),
    codes: take(Uint16Array, rows * spec.nx),
  };
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

// ---- numbers as text ------------------------------------------------------------------------------------------------

const superscript = (n) => [...String(n)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c])).join("");
const power = (n) => `10${superscript(n)}`;
const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** Python's format mini-language, as far as `[+][.digits](e|f|g|%)`, with typographic minus, × 10ⁿ and per cent. */
export function format(value, spec) {
  const [, sign, digits = "6", kind] = /^(\+?)(?:\.(\d+))?([efg%])$/.exec(spec);
  if (Number.isNaN(value)) return "—";
  if (!Number.isFinite(value)) return `${value < 0 ? "−" : ""}∞`;
  const n = Number(digits);
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

/** A slider's value as its reader sees it, with the unit. */
export function valueText(slider, value) {
  const text = format(value, slider.log ? ".3g" : `.${slider.decimals}f`);
  return slider.unit ? `${text}${/^[°%]/.test(slider.unit) ? "" : NARROW_SPACE}${slider.unit}` : text;
}

/** The text below the figure: the author's template, or what every curve spans. */
export function summarise(spec, values, frame) {
  const texts = new Map(spec.sliders.map((slider, i) => [slider.name, valueText(slider, values[i])]));
  const numbers = { ...frame.readouts };
  spec.sliders.forEach((slider, i) => (numbers[slider.name] = values[i]));
  if (spec.summary) {
    return spec.summary.replace(/\{(\w+)(?::([^}]*))?\}/g, (_, name, style) =>
      !style && texts.has(name) ? texts.get(name) : format(numbers[name], style || ".3g"),
    );
  }
  const where = spec.sliders.map((slider) => `${slider.label} = ${texts.get(slider.name)}`).join(", ");
  const spans = spec.curves.map(({ label }, c) => {
    const finite = frame.curves[c].filter(Number.isFinite);
    const name = label || spec.ylabel;
    if (!finite.length) return `${name}: no value`;
    return `${name}: ${format(Math.min(...finite), ".3g")} to ${format(Math.max(...finite), ".3g")}`;
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
  const step = roundStep((high - low) / Math.max(count, 1), degrees);
  const values = [];
  for (let k = Math.ceil(low / step - 1e-6); k * step <= high + 1e-6 * step; k++) values.push(k * step);
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

/** Whether there is room for the curves' names at their right ends; otherwise they go into a legend. */
export function labelsFit(spec, width, textWidth = approximateWidth) {
  return Math.max(0, ...[...spec.curves, ...spec.references].map(({ label }) => textWidth(label))) < 0.27 * width;
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

/** The whole figure as nested [tag, attributes, children or text], for a given width in pixels. */
export function scene(spec, x, frame, width, textWidth = approximateWidth) {
  const entries = [
    ...spec.curves.map((curve, c) => ({ ...curve, kind: "curve", x, y: frame.curves[c] })),
    ...spec.references.map((reference) => ({ ...reference, kind: reference.points ? "points" : "line" })),
  ];
  const named = labelsFit(spec, width, textWidth) ? entries.filter(({ label }) => label) : [];
  const xlim = [x[0], x[x.length - 1]];
  const ylim =
    spec.ylim !== "auto"
      ? spec.ylim
      : limits(
          entries.map(({ y }) => y),
          spec.ylog,
        );

  const height = Math.round(Math.min(Math.max(0.58 * width, 260), 400));
  const [top, bottom] = [34, height - 48];
  const yTicks = ticks(...ylim, (bottom - top) / 42, { log: spec.ylog, degrees: /\(°\)$/.test(spec.ylabel) });
  const left = Math.ceil(Math.max(...yTicks.labels.map(textWidth), 8)) + 14;
  const beside = named.filter(({ kind }) => kind !== "points").map(({ label }) => textWidth(label) + 26);
  const right = Math.round(width - Math.max(18, ...beside));
  const xTicks = ticks(...xlim, (right - left) / 62, { log: spec.xlog, degrees: /\(°\)$/.test(spec.xlabel) });
  const toX = scale(xlim, [left, right], spec.xlog);
  const toY = scale(ylim, [bottom, top], spec.ylog);

  const text = (name, px, py, anchor, content) => [
    "text",
    { class: name, x: px, y: py, "text-anchor": anchor },
    content,
  ];
  const grid = [
    ...yTicks.values.map((v) => ["line", { x1: left, x2: right, y1: toY(v), y2: toY(v) }]),
    ...xTicks.values.map((v) => ["line", { x1: toX(v), x2: toX(v), y1: top, y2: bottom }]),
  ];
  const texts = [
    ...yTicks.values.map((v, i) => text("mtj-tick", left - 8, toY(v) + 4.5, "end", yTicks.labels[i])),
    ...xTicks.values.map((v, i) => text("mtj-tick", toX(v), bottom + 19, "middle", xTicks.labels[i])),
    text("mtj-name", 2, 16, "start", axisName(spec.ylabel, yTicks.exponent)),
    text("mtj-name", (left + right) / 2, height - 8, "middle", axisName(spec.xlabel, xTicks.exponent)),
  ];

  // The first curve is drawn last, on top of the others; references lie below all curves.
  const marks = [...entries].reverse().flatMap(({ kind, x: ex, y, colour, dash }) => {
    if (kind === "points") {
      return Array.from(ex, (v, j) => ["circle", { class: "mtj-point", cx: toX(v) - left, cy: toY(y[j]) - top, r: 4 }]);
    }
    const d = path(
      ex,
      y,
      (v) => toX(v) - left,
      (v) => toY(v) - top,
    );
    if (kind === "line") return [["path", { class: "mtj-reference", d }]];
    return [["path", { class: `mtj-curve mtj-c${colour}`, d, "stroke-dasharray": dash }]];
  });
  const clipped = ["svg", { x: left, y: top, width: right - left, height: bottom - top, overflow: "hidden" }, marks];

  // A name stands in the right margin if its line reaches that far, otherwise in the plot where the line ends.
  const ends = [];
  for (const { kind, label, x: ex, y, colour } of named) {
    let last = -1;
    for (let j = 0; j < y.length; j++) if (!Number.isNaN(toY(y[j])) && !(ex[j] > xlim[1])) last = j;
    if (last < 0) continue;
    const px = toX(ex[last]);
    const margin = kind !== "points" && px > right - 0.1 * (right - left);
    const name = kind === "curve" ? `mtj-c${colour}` : "mtj-other";
    ends.push({ label, name, margin, px, py: Math.min(Math.max(toY(y[last]), top), bottom) });
  }
  const drawn = ends.every(({ margin }) => margin)
    ? []
    : entries.flatMap(({ x: ex, y }) => Array.from(ex, (v, j) => [toX(v), toY(y[j])]));
  const outside = ends.filter(({ margin }) => margin);
  const heights = spread(
    outside.map(({ py }) => py),
    17,
    top,
    bottom,
  );
  const labels = [
    ...outside.flatMap(({ label, name, py }, i) => [
      [
        "path",
        { class: `mtj-leader ${name}`, d: `M${right + 2},${py.toFixed(1)}L${right + 14},${heights[i].toFixed(1)}` },
      ],
      text(`mtj-label ${name}`, right + 18, heights[i] + 4.5, "start", label),
    ]),
    ...ends
      .filter(({ margin }) => !margin)
      .map(({ label, name, px, py }) => {
        const [x0, y0, anchor] = freePlace(px, py, textWidth(label), [left, right, top, bottom], drawn);
        return text(`mtj-label ${name}`, x0, y0, anchor, label);
      }),
  ];
  const axes = ["path", { class: "mtj-axes", d: `M${left},${top}V${bottom}H${right}` }];
  const attributes = {
    class: "mtj-plot",
    role: "img",
    "aria-label": spec.alt,
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
  };
  return ["svg", attributes, [["g", { class: "mtj-grid" }, grid], axes, clipped, ...texts, ...labels]];
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
  const item = (line, label) => ["li", {}, [sample(line), ["span", {}, label]]];
  const curves = spec.curves.map(({ label, colour, dash }) =>
    item(["path", { class: `mtj-curve mtj-c${colour}`, d: "M0,6H34", "stroke-dasharray": dash }], label),
  );
  const references = spec.references.map(({ label, points }) =>
    item(
      points
        ? ["circle", { class: "mtj-point", cx: 17, cy: 6, r: 4 }]
        : ["path", { class: "mtj-reference", d: "M0,6H34" }],
      label,
    ),
  );
  return build(["ul", { class: "mtj-legend" }, [...curves, ...references]]);
}

/** A labelled native range input; `move` is called with the new value. */
function control(slider, move) {
  // A logarithmic slider counts steps, because a range input is linear.
  const steps = Math.round(Math.log10(slider.max / slider.min) / slider.step);
  const toValue = (p) => (slider.log ? slider.min * (slider.max / slider.min) ** (p / steps) : p);
  const toPosition = (v) => (slider.log ? steps * (Math.log(v / slider.min) / Math.log(slider.max / slider.min)) : v);
  const id = `mtj-${Math.random().toString(36).slice(2)}`;
  const range = slider.log ? { min: 0, max: steps, step: 1 } : { min: slider.min, max: slider.max, step: slider.step };
  const root = build([
    "div",
    { class: "mtj-slider" },
    [
      ["label", { for: id }, slider.label],
      ["span", { class: "mtj-value", "aria-hidden": "true" }],
      ["input", { id, type: "range", name: slider.name, ...range }],
    ],
  ]);
  const [, shown, input] = root.children;
  input.addEventListener("input", () => move(toValue(Number(input.value))));
  const show = (value) => {
    if (toValue(Number(input.value)) !== value) input.value = String(toPosition(value));
    const text = valueText(slider, value);
    shown.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  return { root, show };
}

function render({ model, el }) {
  const spec = model.get("spec");
  const grid = decode(spec, model.get("data"));
  const controls = spec.sliders.map((slider, i) =>
    control(slider, (value) => {
      model.set(
        "values",
        model.get("values").map((v, k) => (k === i ? value : v)),
      );
      model.save_changes();
    }),
  );
  const root = build([
    "div",
    {
      class: "mtj-explorer",
      role: "group",
      "aria-label": spec.title || `Interactive figure: ${spec.ylabel} against ${spec.xlabel}`,
    },
  ]);
  const title = build(["p", { class: "mtj-title" }, spec.title]);
  const sliders = build(["div", { class: "mtj-sliders" }]);
  const names = legend(spec);
  const plot = build(["div", { class: "mtj-frame" }]);
  const problem = build(["p", { class: "mtj-problem", role: "alert" }]);
  const summary = build(["p", { class: "mtj-summary", "aria-live": "polite" }]);
  sliders.append(...controls.map((c) => c.root));
  root.append(...(spec.title ? [title] : []), sliders, names, plot, problem, summary);
  el.append(root);

  const pen = document.createElement("canvas").getContext?.("2d");
  const textWidth = (text) => {
    if (!pen) return approximateWidth(text);
    pen.font = `${FONT_SIZE}px ${getComputedStyle(root).fontFamily}`;
    return pen.measureText(text).width;
  };

  let settled;
  const draw = () => {
    const values = model.get("values");
    const exact = model.get("exact");
    const frame = answer(spec, exact, values) ?? interpolate(spec, grid, values);
    const failed = exact?.error && exact.values.every((v, i) => v === values[i]);
    const width = Math.max(plot.clientWidth || 640, 240);
    controls.forEach((c, i) => c.show(values[i]));
    names.hidden = labelsFit(spec, width, textWidth);
    plot.replaceChildren(build(scene(spec, grid.x, frame, width, textWidth)));
    problem.textContent = failed ? `${exact.error.replace(/\.$/, "")}. The curves shown are interpolated.` : "";
    problem.hidden = !failed;
    // The text follows at once for the eye; a screen reader waits until the slider rests.
    summary.setAttribute("aria-busy", "true");
    summary.textContent = summarise(spec, values, frame);
    clearTimeout(settled);
    settled = setTimeout(() => summary.setAttribute("aria-busy", "false"), 400);
  };
  let width = 0;
  const observer = new ResizeObserver(() => {
    if (plot.clientWidth !== width) draw();
    width = plot.clientWidth;
  });
  model.on("change:values", draw);
  model.on("change:exact", draw);
  draw();
  observer.observe(plot);
  return () => {
    observer.disconnect();
    clearTimeout(settled);
    model.off("change:values", draw);
    model.off("change:exact", draw);
  };
}

export default { render };
