// Run with: node --test tests/js/*.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FakeModel, findAll, install } from "./fake_dom.mjs";

// As a data: URL the file is an ES module for every Node version, whatever package.json stands above it.
const source = readFileSync(new URL("../../mtjlib/course/explore.js", import.meta.url));
const explore = await import(`data:text/javascript;base64,${source.toString("base64")}`);

const slider = (more) => ({
  name: "a",
  label: "A",
  min: 0,
  max: 1,
  value: 0,
  unit: "",
  points: 3,
  step: 0.01,
  log: false,
  decimals: 2,
  ...more,
});

/** Spec and packed data of a figure whose rows are given cell by cell, curve by curve. */
function packed(rows, { sliders = [slider()], readouts = [], more = {} } = {}) {
  const nx = rows[0].length;
  const curves = rows.length / sliders.reduce((cells, { points }) => cells * points, 1);
  const spec = {
    sliders,
    nx,
    curves: Array.from({ length: curves }, (_, c) => ({ label: `c${c}`, colour: c, dash: c ? "6 2" : "" })),
    references: [],
    readouts: readouts.length ? [{ name: "r", log: false }] : [],
    xlabel: "x (nm)",
    ylabel: "y (eV)",
    xlog: false,
    ylog: false,
    ylim: [0, 10],
    summary: "",
    title: "",
    alt: "a description",
    ...more,
  };
  const low = rows.map((row) => Math.min(...row.filter(Number.isFinite)));
  const high = rows.map((row) => Math.max(...row.filter(Number.isFinite)));
  const code = (v, i) => (Number.isFinite(v) ? Math.round(((v - low[i]) / (high[i] - low[i] || 1)) * 65534) : 65535);
  const parts = [
    Float32Array.from({ length: nx }, (_, j) => j),
    ...[low, high, readouts].map((part) => Float32Array.from(part)),
  ];
  const folded = rows.flatMap((row, i) => {
    let [before, step] = [0, 0];
    return row.map((v) => {
      const [next, last] = [code(v, i) - before, step];
      [before, step] = [code(v, i), next];
      const bend = ((next - last) << 16) >> 16;
      return ((bend << 1) ^ (bend >> 15)) & 0xffff;
    });
  });
  parts.push(Uint8Array.from(folded, (v) => v >> 8), Uint8Array.from(folded, (v) => v & 255));
  const buffer = Buffer.concat(parts.map((part) => Buffer.from(part.buffer)));
  // Give it an odd offset in its buffer, as a widget message may.
  const shifted = new Uint8Array(buffer.length + 3);
  shifted.set(buffer, 3);
  return { spec, data: new DataView(shifted.buffer, 3) };
}

const near = (a, b, tolerance = 1e-3) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

// ---- interpolation --------------------------------------------------------------------------------------------------

test("a grid point gives its own row, the middle of two the mean", () => {
  const { spec, data } = packed([
    [0, 10],
    [2, 6],
    [4, 8],
  ]);
  const grid = explore.decode(spec, data);
  assert.deepEqual([...grid.x], [0, 1]);
  assert.deepEqual([...explore.interpolate(spec, grid, [0.5]).curves[0]], [2, 6]);
  const [y] = explore.interpolate(spec, grid, [0.25]).curves;
  near(y[0], 1);
  near(y[1], 8);
});

test("the last slider varies fastest, and curves sit inside a cell", () => {
  const sliders = [slider({ points: 2 }), slider({ name: "b", points: 2 })];
  const { spec, data } = packed(
    [
      [0, 0],
      [1, 1],
      [10, 10],
      [11, 11],
      [20, 20],
      [21, 21],
      [30, 30],
      [31, 31],
    ],
    { sliders },
  );
  const grid = explore.decode(spec, data);
  const at = (a, b) => explore.interpolate(spec, grid, [a, b]).curves.map((y) => y[0]);
  assert.deepEqual(at(0, 1), [10, 11]);
  assert.deepEqual(at(1, 0), [20, 21]);
  assert.deepEqual(at(0.5, 0.5), [15, 16]);
});

test("multilinear functions are exact and weights sum to one", () => {
  const sliders = [
    slider({ points: 5 }),
    slider({ name: "b", min: -2, max: 3, points: 4 }),
    slider({ name: "c", min: 1, max: 100, log: true, points: 3 }),
  ];
  for (const values of [
    [0.3, 0.1, 17],
    [1, 3, 100],
    [0, -2, 1],
    [0.999, 2.9, 1.01],
  ]) {
    const corners = explore.locate(sliders, values);
    near(
      corners.reduce((sum, c) => sum + c.weight, 0),
      1,
      1e-12,
    );
    assert.ok(corners.every(({ index }) => Number.isInteger(index) && index >= 0 && index < 60));
    const mean = (f) => corners.reduce((sum, { index, weight }) => sum + weight * f(index), 0);
    near(
      mean((i) => Math.floor(i / 12) / 4),
      values[0],
      1e-12,
    );
    near(
      mean((i) => -2 + (5 / 3) * (Math.floor(i / 3) % 4)),
      values[1],
      1e-12,
    );
    near(
      mean((i) => i % 3),
      Math.log10(values[2]),
      1e-12,
    );
  }
});

test("values outside the range stay at its end", () => {
  assert.deepEqual(explore.locate([slider()], [-1]), [{ index: 0, weight: 1 }]);
  assert.deepEqual(explore.locate([slider()], [2]), [{ index: 2, weight: 1 }]);
});

test("a gap spreads to its cells and no further, on a logarithmic axis too", () => {
  const { spec, data } = packed(
    [
      [0, NaN],
      [1, 1],
      [2, 2],
    ],
    { more: { ylog: true } },
  );
  const grid = explore.decode(spec, data);
  const at = (v) => explore.interpolate(spec, grid, [v]).curves[0];
  assert.ok(Number.isNaN(at(0.49)[1]) && !Number.isNaN(at(0.49)[0]));
  near(at(0.5)[1], 10, 1e-3);
  near(at(0.75)[0], 10 ** 1.5, 1e-2);
});

test("an infinite readout shows at its grid point only", () => {
  const { spec, data } = packed(
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    { readouts: [1, 3, Infinity] },
  );
  const grid = explore.decode(spec, data);
  const at = (v) => explore.interpolate(spec, grid, [v]).readouts.r;
  assert.equal(at(0.25), 2);
  assert.equal(at(1), Infinity);
  assert.ok(Number.isNaN(at(0.75)));
});

test("the kernel's answer counts for its own slider positions only", () => {
  const { spec } = packed(
    [
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    { readouts: [1, 2, 3] },
  );
  const exact = { values: [0.3], data: new DataView(Float64Array.of(5, 6, 7).buffer) };
  const frame = explore.answer(spec, exact, [0.3]);
  assert.deepEqual([[...frame.curves[0]], frame.readouts], [[5, 6], { r: 7 }]);
  assert.equal(explore.answer(spec, exact, [0.31]), null);
  assert.equal(explore.answer(spec, {}, [0.3]), null);
  assert.equal(explore.answer(spec, { values: [0.3], error: "no" }, [0.3]), null);
});

// ---- text -----------------------------------------------------------------------------------------------------------

test("numbers read like print", () => {
  const cases = [
    [2 / 3, ".1%", "66.7\u202f%"],
    [-0.04, ".1f", "0.0"],
    [-1.26, ".1f", "−1.3"],
    [0.5, "+.2f", "+0.50"],
    [0, "g", "0"],
    [1e-7, ".3g", "1\u202f×\u202f10⁻⁷"],
    [999.9, ".3g", "1\u202f×\u202f10³"],
    [0.00012345, ".3g", "0.000123"],
    [123456, ".2e", "1.23\u202f×\u202f10⁵"],
    [NaN, ".1f", "—"],
    [Infinity, ".1%", "∞"],
    [-Infinity, ".1%", "−∞"],
  ];
  for (const [value, spec, expected] of cases) assert.equal(explore.format(value, spec), expected);
});

test("a slider shows its unit", () => {
  assert.equal(explore.valueText(slider({ unit: "nm" }), 0.5), "0.50\u202fnm");
  assert.equal(explore.valueText(slider({ unit: "°", decimals: 0 }), 45), "45°");
  assert.equal(explore.valueText(slider({ unit: "K", log: true }), 17.3205), "17.3\u202fK");
});

test("the summary fills the template, or says what each curve spans", () => {
  const { spec } = packed([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  const frame = { curves: [Float64Array.of(NaN, 1, 2.5)], readouts: { tmr: 0.5 } };
  assert.equal(
    explore.summarise({ ...spec, summary: "{a}, {a:.3f}: {tmr:.0%}" }, [0.25], frame),
    "0.25, 0.250: 50\u202f%",
  );
  assert.equal(explore.summarise(spec, [0.25], frame), "A = 0.25. c0: 1.00 to 2.50.");
  assert.equal(explore.summarise(spec, [0.25], { curves: [[NaN]], readouts: {} }), "A = 0.25. c0: no value.");
});

test("digits and prefixes: three digits, zeros kept", () => {
  const cases = [[29, "29.0"], [28.4, "28.4"], [18281, "18300"], [0.5, "0.500"], [-0.0123, "−0.0123"], [0, "0"], [1e-7, "1.00\u202f×\u202f10⁻⁷"]];
  for (const [value, text] of cases) assert.equal(explore.significant(value), text);
  const prefixes = [[18281, "18.3", "k"], [1e6, "1.00", "M"], [999.9, "1.00", "k"], [0.0047, "4.70", "m"], [-2.5e-9, "−2.50", "n"], [0, "0.00", ""]];
  for (const [value, ...parts] of prefixes) assert.deepEqual(explore.prefixed(value), parts);
  const resistance = slider({ unit: "kΩ", log: true });
  assert.equal(explore.valueText(resistance, 1000), "1.00\u202fMΩ");
  assert.equal(explore.valueText(resistance, 0.02), "20.0\u202fΩ");
  assert.equal(explore.valueText(resistance, 5), "5.00\u202fkΩ");
  assert.equal(explore.format(18281, ".3s"), "18.3\u202fk");
});

test("labels carry subscripts and superscripts", () => {
  assert.deepEqual(explore.pieces("R_P/R_{AP} in V^2"), [
    { text: "R", shift: 0 },
    { text: "P", shift: -1 },
    { text: "/R", shift: 0 },
    { text: "AP", shift: -1 },
    { text: " in V", shift: 0 },
    { text: "2", shift: 1 },
  ]);
  assert.equal(explore.plain("k_∥ and 10^{-6}"), "k∥ and 10-6");
  assert.deepEqual(explore.pieces("plain"), [{ text: "plain", shift: 0 }]);
});

// ---- axes -----------------------------------------------------------------------------------------------------------

test("ticks are round, inside the limits and distinct", () => {
  for (const [low, high] of [
    [0, 1],
    [-0.5, 0.5],
    [1e-7, 9e-7],
    [-3e5, 4e6],
    [0.97, 1.03],
    [99, 101],
  ]) {
    const { values, labels } = explore.ticks(low, high, 5);
    assert.ok(values.length >= 2 && values.length <= 7, `${low} ${high} ${values}`);
    assert.ok(values.every((v) => v >= low - 1e-9 * Math.abs(low) && v <= high + 1e-9 * Math.abs(high)));
    assert.equal(new Set(labels).size, labels.length);
  }
  assert.deepEqual(explore.ticks(0, 180, 5, { degrees: true }).labels, ["0", "45", "90", "135", "180"]);
  assert.deepEqual(explore.ticks(0, 180, 2, { degrees: true }).labels, ["0", "90", "180"]);
  // One number alone is no scale, however narrow the drawing.
  assert.deepEqual(explore.ticks(-3, 3, 1).labels, ["−2", "0", "2"]);
  for (const [low, high] of [[0.1, 0.9], [0.21, 0.39], [-7, 13], [1e-9, 4e-9]])
    for (const count of [0, 1, 2, 3]) assert.ok(explore.ticks(low, high, count).values.length >= 2);
  assert.deepEqual(explore.ticks(1, 1, 3).labels, []);
});

test("large and small numbers share one power of ten, named with the unit", () => {
  const { labels, exponent } = explore.ticks(-1e-6, 2e-6, 3);
  assert.deepEqual([labels, exponent], [["−1", "0", "1", "2"], -6]);
  assert.equal(explore.axisName("torque (J/m²)", -6), "torque (10⁻⁶ J/m²)");
  assert.equal(explore.axisName("cycles", 6), "cycles (10⁶)");
  assert.equal(explore.axisName("bias (V)", 0), "bias (V)");
});

test("logarithmic ticks", () => {
  assert.deepEqual(explore.ticks(1e-6, 1e6, 4, { log: true }).labels, ["10⁻⁶", "10⁻³", "10⁰", "10³", "10⁶"]);
  assert.deepEqual(explore.ticks(0.1, 100, 4, { log: true }).labels, ["0.1", "1", "10", "100"]);
  assert.deepEqual(explore.ticks(1, 20, 4, { log: true }).labels, ["1", "2", "5", "10", "20"]);
  assert.ok(explore.ticks(1, 2, 4, { log: true }).values.length >= 3);
});

test("limits leave air, ignore gaps, and open up around a flat curve", () => {
  const [low, high] = explore.limits(
    [
      [0, 1],
      [NaN, Infinity],
    ],
    false,
  );
  assert.ok(low < 0 && low > -0.1 && high > 1 && high < 1.1);
  assert.ok(explore.limits([[3, 3]], false)[0] < 3 && explore.limits([[0, 0]], false)[1] > 0);
  const log = explore.limits([[-1, 0, 1, 100]], true);
  assert.ok(log[0] > 0.5 && log[0] < 1 && log[1] > 100 && log[1] < 200);
  assert.deepEqual(explore.limits([[NaN]], false), [0, 1]);
});

test("a path breaks at a gap and stays finite far off the axes", () => {
  const same = (v) => v;
  assert.equal(explore.path([0, 1, 2, 3], [1, NaN, 3, 4], same, same), "M0.0,1.0M2.0,3.0L3.0,4.0");
  assert.equal(explore.path([0, 1], [1e300, -Infinity], same, same), "M0.0,9999.0L1.0,-9999.0");
});

test("labels keep their distance, their order and the axes", () => {
  assert.deepEqual(explore.spread([50, 10], 17, 0, 100), [50, 10]);
  const [a, b, c] = explore.spread([50, 51, 99], 17, 0, 100);
  near((a + b) / 2, 50.5);
  near(b - a, 17);
  assert.equal(c, 99);
  const crowd = explore.spread([99, 99, 99], 17, 0, 100);
  assert.deepEqual(crowd, [66, 83, 100]);
  assert.deepEqual(explore.spread([0, 0], 17, 0, 100), [0, 17]);
  assert.deepEqual(explore.spread([], 17, 0, 100), []);
});

// ---- drawing --------------------------------------------------------------------------------------------------------

const flat = (node) => [node, ...(Array.isArray(node[2]) ? node[2].flatMap(flat) : [])];
const ofClass = (node, name) => flat(node).filter(([, a]) => (a.class ?? "").split(" ").includes(name));

test("the scene: direct labels when wide, none when narrow; a description; nothing outside", () => {
  const { spec } = packed(
    [
      [0, 5],
      [0, 5],
      [0, 5],
      [0, 5],
      [0, 5],
      [0, 5],
    ],
    {
      more: {
        references: [
          { label: "expected", x: [0, 1], y: [1, 1], points: false },
          { label: "data", x: [0.2], y: [3], points: true },
        ],
      },
    },
  );
  const frame = {
    curves: [
      [1, 5],
      [1, 5.1],
    ],
    readouts: {},
  };
  for (const width of [300, 390, 700]) {
    const drawing = explore.scene(spec, [0, 1], frame, width);
    assert.equal(drawing[1].role, "img");
    assert.equal(drawing[1]["aria-label"], "a description");
    const labels = ofClass(drawing, "mtj-label");
    assert.equal(labels.length, explore.labelsFit(spec, width) ? 4 : 0);
    for (const [, { x, y }] of flat(drawing).filter(([tag]) => tag === "text"))
      assert.ok(x >= 0 && x <= width && y >= 0 && y <= drawing[1].height);
    for (const [, a] of flat(drawing))
      for (const v of Object.values(a)) assert.ok(!/NaN|undefined/.test(String(v)), `${v}`);
    const curves = ofClass(drawing, "mtj-curve");
    assert.deepEqual(
      curves.map(([, a]) => a["stroke-dasharray"]),
      ["6 2", ""],
    );
  }
  const ys = ofClass(explore.scene(spec, [0, 1], frame, 700), "mtj-label")
    .filter(([, , t]) => t[0] === "c")
    .map(([, a]) => a.y);
  assert.ok(Math.abs(ys[0] - ys[1]) >= 16.9, "labels of neighbouring curves do not overlap");
});

test("a curve without any value, and automatic limits, still draw", () => {
  const { spec } = packed(
    [
      [0, 5],
      [0, 5],
      [0, 5],
    ],
    { more: { ylim: "auto" } },
  );
  for (const y of [
    [NaN, NaN],
    [2, 2],
    [1e-9, NaN],
  ]) {
    const drawing = explore.scene(spec, [0, 1], { curves: [y], readouts: {} }, 700);
    for (const [, a] of flat(drawing))
      for (const v of Object.values(a)) assert.ok(!/NaN|undefined|Infinity/.test(String(v)));
  }
});

test("a region lies where its ends say, a number or a slider; a cursor marks every curve", () => {
  const { spec } = packed([[0, 5], [0, 5], [0, 5]], { more: { regions: [{ label: "barrier", start: 0.25, stop: "a" }] } });
  const frame = { curves: [[0, 10]], readouts: {}, at: { a: 0.75 } };
  const place = explore.layout(spec, [0, 1], frame, 640);
  const drawing = explore.scene(spec, [0, 1], frame, 640, undefined, { cursor: 1 });
  const [[, region]] = ofClass(drawing, "mtj-region");
  near(region.x, place.toX(0.25), 1e-9);
  near(region.x + region.width, place.toX(0.75), 1e-9);
  const [[, dot]] = ofClass(drawing, "mtj-dot");
  assert.deepEqual([dot.cx, dot.cy], [place.toX(1), place.toY(10)]);
  assert.equal(explore.nearest([0, 1, 4], place.toX(1.4), place.toX), 1);
  assert.equal(explore.reading(spec, [0, 1], frame, 1), "x = 1.00\u202fnm: c0 10.0");
  assert.equal(explore.reading(spec, [0, 1], frame, -1), "");
});

test("contour lines run where the values are, also past gaps and over a saddle", () => {
  const [nx, ny] = [41, 31];
  const grid = (f) => Float64Array.from({ length: nx * ny }, (_, k) => f(k % nx, Math.floor(k / nx)));
  const circle = explore.contour(grid((i, j) => Math.hypot(i - 20, j - 15)), nx, ny, 10.3);
  assert.ok(circle.length > 40);
  for (const [a, b, c, d] of circle) for (const [i, j] of [[a, b], [c, d]]) near(Math.hypot(i - 20, j - 15), 10.3, 0.02);
  const length = circle.reduce((sum, [a, b, c, d]) => sum + Math.hypot(a - c, b - d), 0);
  near(length, 2 * Math.PI * 10.3, 0.1);
  assert.equal(explore.contour(grid(() => NaN), nx, ny, 0).length, 0);
  // Both pieces over a saddle separate the corners that its middle does not join.
  for (const [middle, joined] of [[0.6, true], [-0.6, false]]) {
    const z = [1 + middle, -1 + middle, -1 + middle, 1 + middle];  // corners (0,0), (1,0), (0,1), (1,1)
    const lines = explore.contour(z, 2, 2, 0);
    assert.equal(lines.length, 2);
    const near00 = lines.some(([a, b, c, d]) => Math.max(a, b, c, d) < 1 && Math.min(a, b, c, d) === 0 && a + c > 0 && b + d > 0 && Math.min(a, c) === 0 && Math.min(b, d) === 0);
    assert.equal(near00, !joined);
  }
});

test("colours meet their ends, and signed values meet in light grey at zero", () => {
  assert.deepEqual(explore.shade(0, ["000000", "ff8000"]), [0, 0, 0]);
  assert.deepEqual(explore.shade(1, ["000000", "ff8000"]), [255, 128, 0]);
  assert.deepEqual(explore.shade(0.5, ["000000", "ff8000"]), [128, 64, 0]);
  const signed = explore.shading({ zlim: [-1, 3], zlog: false });
  assert.deepEqual(explore.shade(signed.to(0), signed.stops), [247, 247, 247]);
  assert.equal(signed.to(3), 1);
  assert.equal(explore.shading({ zlim: [1, 100], zlog: true }).to(10), 0.5);
});

test("a turned vector keeps its length; a line is split at the edge of the sphere", () => {
  const view = [-35, 20];
  for (const v of [[1, 0, 0], [0.6, -0.8, 0], [0, 0.6, 0.8]]) near(Math.hypot(...explore.turned(v, view)), 1, 1e-12);
  explore.turned([1, 0, 0], [0, 0]).forEach((v, k) => near(v, [0, 0, 1][k], 1e-12));
  explore.turned([0, 0, 1], [0, 0]).forEach((v, k) => near(v, [0, 1, 0][k], 1e-12));
  explore.turned([0, 1, 0], [0, 0]).forEach((v, k) => near(v, [1, 0, 0][k], 1e-12));
  const same = (v) => v;
  const [front, back] = explore.onSphere([[1, 0, 0], [0, 1, 0.1], [-1, 0, 0]], [0, 0], same, same);
  assert.equal(front, "M0.0,0.0L1.0,0.1");
  assert.equal(back, "M1.0,0.1L0.0,0.0");
});

const fine = (drawing) => {
  for (const [, a] of flat(drawing)) for (const v of Object.values(a)) assert.ok(!/NaN|undefined|Infinity/.test(String(v)), String(v));
};

test("map, profile and sphere draw at every width, and are described once", () => {
  const axis = (name) => slider({ name, label: name, value: 0.5 });
  const { spec } = packed([[0, 5], [0, 5], [0, 5]]);
  const map = { ...spec, view: "map", sliders: [axis("x"), axis("y")], zlabel: "T", zlim: [-1, 2], levels: [0.5], field: { nx: 3, ny: 2 } };
  const z = [-1, 0, 1, NaN, 1, 2];
  const profile = { ...spec, view: "profile", roles: ["edge", "density", "spin", "spin", "spin", "x"], spin: ["a", "b", "c"], density_label: "n", density_lim: [0, 1], xlim: [-2, 2] };
  profile.curves = profile.roles.map((label) => ({ label, colour: 0, dash: "" }));
  const sphere = { ...spec, view: "sphere", axes: ["x", "y", "z"], markers: { m_2: [0, 0, 1] }, turn: [-35, 20], curves: [0, 1, 2].map(() => ({ label: "m", colour: 0, dash: "" })) };
  const cursor = { cursor: 1, values: [0.5, 0.5] };
  const curves = [[0, 1], [1, 0], [1, 0], [0, 1], [0, 0], [-2, 2]];
  for (const width of [240, 390, 700]) {
    const drawings = [
      explore.mapScene(map, [0, 1], { curves: [[0, 5]], readouts: {}, z }, width, undefined, { ...cursor, paint: () => "data:," }),
      explore.profileScene(profile, [0, 1], { curves, readouts: {} }, width, undefined, { ...cursor, kept: { curves, readouts: {} } }),
      explore.sphereScene(sphere, [0, 1], { curves: curves.slice(0, 3), readouts: {} }, width, undefined, cursor),
    ];
    for (const drawing of drawings) {
      fine(drawing);
      assert.equal(drawing[1]["aria-label"], "a description");
      assert.equal(flat(drawing).filter(([, a]) => "aria-label" in a).length, 1);
      assert.equal(flat(drawing).filter(([, a]) => a.role === "img").length, 1);
    }
    assert.equal(ofClass(drawings[1], "mtj-arrows")[0][2].length, ofClass(drawings[1], "mtj-arrows")[0][2].filter(([tag]) => tag === "path").length);
    assert.ok(ofClass(drawings[0], "mtj-contour").length === 1 && ofClass(drawings[2], "mtj-vector").length === 1);
  }
});

test("the names of a map's height and colour share a line where both fit", () => {
  const axis = (name) => slider({ name, label: name, value: 0.5 });
  const { spec } = packed([[0, 5]]);
  const map = { ...spec, view: "map", curves: [], sliders: [axis("x"), axis("mass in the barrier")], zlabel: "polarisation at q = 0", zlim: [0, 1], levels: [], field: { nx: 2, ny: 2 } };
  const at = (width) => {
    const drawing = explore.mapScene(map, [], { curves: [], readouts: {}, z: [0, 1, 0, 1] }, width, undefined, { values: [0.5, 0.5] });
    const [up, colour] = ofClass(drawing, "mtj-name").map(([, a]) => a.y);
    return { up, colour, top: Number(ofClass(drawing, "mtj-nothing")[0][1].y) };
  };
  assert.deepEqual(at(500), { up: 16, colour: 16, top: 34 });
  assert.deepEqual(at(240), { up: 16, colour: 34, top: 52 });
});

test("the numbers of a figure as a table", () => {
  const { spec } = packed([[0, 5], [0, 5], [0, 5]]);
  const text = explore.table(spec, [0, 1], { curves: [[1, NaN]], readouts: {} }, [0.25]);
  assert.equal(text, "# A = 0.25\nx (nm),c0 (eV)\n0.000000,1.00000\n1.000000,\n");
  const axis = (name, more) => slider({ name, label: name, unit: "nm", ...more });
  const map = { ...spec, view: "map", sliders: [axis("x"), axis("y", { min: 1, max: 100, log: true })], zlabel: "T_P", field: { nx: 2, ny: 2 } };
  const lines = explore.table(map, [], { z: [1, 2, 3, NaN] }, [0, 1]).split("\n");
  assert.deepEqual(lines.slice(2), ["x (nm),y (nm),TP", "0,1,1.00000", "1,1,2.00000", "0,100,3.00000", "1,100,", ""]);
});

test("what is typed and what a link says", () => {
  assert.equal(explore.typed(" −0,5 "), -0.5);
  assert.ok(Number.isNaN(explore.typed("")) && Number.isNaN(explore.typed("two")));
  const sliders = [slider(), slider({ max: 3 })];
  assert.deepEqual(explore.linked("?fig-a=0.5,2", "fig-a", sliders), [0.5, 2]);
  for (const search of ["", "?fig-b=0.5,2", "?fig-a=0.5", "?fig-a=0.5,9", "?fig-a=x,1"])
    assert.equal(explore.linked(search, "fig-a", sliders), null);
});

// ---- the page -------------------------------------------------------------------------------------------------------

const ranges = (el) => findAll(el, "input").filter(({ attributes }) => attributes.type === "range");

function page(options) {
  const { spec, data } = packed(
    [
      [0, 0],
      [5, 5],
      [10, 10],
    ],
    options,
  );
  const { document, observers } = install();
  const el = document.createElement("div");
  const model = new FakeModel({ spec, data, values: spec.sliders.map((s) => s.value), exact: {} });
  const clean = explore.default.render({ model, el });
  return { el, model, clean, observers };
}

test("a slider is labelled, speaks its value, and moves figure and summary", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { el, model, clean } = page();
  const curve = () => findAll(el, "path").findLast((p) => p.attributes.class === "mtj-curve mtj-c0").attributes.d;
  const [input] = ranges(el);
  assert.equal(input.attributes.type, "range");
  assert.equal(findAll(el, "label")[0].attributes.for, input.attributes.id);
  const before = curve();
  input.value = "0.75";
  input.dispatch("input");
  assert.deepEqual(model.get("values"), [0.75]);
  assert.equal(model.saved, 1);
  assert.equal(input.attributes["aria-valuetext"], "0.75");
  assert.notEqual(curve(), before);
  const summary = findAll(el, "p").find((p) => p.attributes["aria-live"] === "polite");
  assert.equal(summary.textContent, "A = 0.75. c0: 7.50 to 7.50.");
  assert.equal(summary.attributes["aria-busy"], "true");
  t.mock.timers.tick(500);
  assert.equal(summary.attributes["aria-busy"], "false");
  clean();
});

test("exact values replace the interpolation; an error is told and the figure lives on", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { el, model, clean, observers } = page();
  const [input] = ranges(el);
  const text = (name) => findAll(el, "p").find((p) => p.attributes.class === name);
  input.value = "0.5";
  input.dispatch("input");
  model.set("exact", { values: [0.5], data: new DataView(Float64Array.of(3, 4).buffer) });
  assert.equal(text("mtj-summary").textContent, "A = 0.50. c0: 3.00 to 4.00.");
  model.set("exact", { values: [0.5], error: "ValueError: bias must be smaller" });
  assert.match(text("mtj-problem").textContent, /ValueError: bias must be smaller/);
  assert.equal(text("mtj-problem").hidden, false);
  assert.equal(text("mtj-summary").textContent, "A = 0.50. c0: 5.00 to 5.00.");
  input.value = "1";
  input.dispatch("input");
  assert.equal(text("mtj-problem").hidden, true);
  clean();
  assert.equal(model.listeners.length, 0);
  assert.ok(observers.every((o) => o.closed));
});

test("moving the model, from Python or a second view, moves the slider", () => {
  const { el, model, clean } = page();
  model.set("values", [0.25]);
  assert.equal(ranges(el)[0].value, "0.25");
  clean();
});

test("a logarithmic slider counts equal ratios", () => {
  const { el, model, clean } = page({ sliders: [slider({ min: 1, max: 100, value: 10, log: true, step: 0.02 })] });
  const [input] = ranges(el);
  assert.deepEqual([input.attributes.max, input.value], ["100", "50"]);
  input.value = "75";
  input.dispatch("input");
  near(model.get("values")[0], 10 ** 1.5, 1e-9);
  input.value = "100";
  input.dispatch("input");
  assert.equal(model.get("values")[0], 100);
  clean();
});

const field = (el) => findAll(el, "input").find(({ attributes }) => attributes.type === "text");
const press = (el, text) => findAll(el, "button").find((button) => button.textContent === text).dispatch("click");

test("a typed value moves the slider, an impossible one stays in range, nonsense changes nothing", () => {
  const { el, model, clean } = page();
  const type = (text) => {
    field(el).value = text;
    field(el).dispatch("change");
    return model.get("values")[0];
  };
  assert.equal(type("0,333"), 0.333);
  assert.equal(type("7"), 1);
  assert.equal(type("none"), 1);
  clean();
});

test("reset returns to the exact start; a kept curve stays until it is forgotten", () => {
  const { el, model, clean } = page({ sliders: [slider({ min: 1, max: 100, value: 5, log: true, step: 0.02 })] });
  const kept = () => findAll(el, "path").filter((p) => /mtj-kept/.test(p.attributes.class ?? "")).length;
  ranges(el)[0].value = "75";
  ranges(el)[0].dispatch("input");
  press(el, "Keep to compare");
  assert.equal(kept(), 1);
  press(el, "Forget the kept");
  assert.equal(kept(), 0);
  press(el, "Keep to compare");
  press(el, "Reset");
  assert.deepEqual([model.get("values"), kept()], [[5], 0]);
  clean();
});

test("a finger that scrolls past a slider leaves it; one that slides or taps moves it", () => {
  const { el, model, clean } = page();
  const [input] = ranges(el);
  const finger = (name, x, y) => input.handlers[name]({ pointerType: "touch", clientX: x, clientY: y });
  const touch = (value) => {
    finger("pointerdown", 50, 50);
    input.value = value;
    input.dispatch("input");
  };
  touch("0.9");
  finger("pointermove", 52, 70);
  finger("pointercancel", 52, 80);
  assert.deepEqual([model.get("values"), input.value], [[0], "0"]);
  touch("0.9");
  finger("pointermove", 70, 51);
  assert.deepEqual(model.get("values"), [0.9]);
  finger("pointerup", 70, 51);
  touch("0.4");
  finger("pointerup", 50, 50);
  assert.deepEqual(model.get("values"), [0.4]);
  clean();
});

test("the keyboard reads values along x", () => {
  const { el, clean } = page();
  const cursor = ranges(el).find(({ attributes }) => attributes.class === "mtj-aside");
  cursor.value = "1";
  cursor.dispatch("input");
  assert.match(cursor.attributes["aria-valuetext"], /^x = 1.00\u202fnm: c0 0/);
  clean();
});
