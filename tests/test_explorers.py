"""Interactive figures in the pages: what the book's own host and its extension do."""

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))
pytest.importorskip("sphinx")
pytest.importorskip("myst_nb")
import explorers  # noqa: E402
import speed  # noqa: E402

HEAD = """<head><script>localStorage.getItem("theme") || "auto";</script>
<link rel="preload" as="script" href="a.js" />
<script src="_static/documentation_options.js?v=1"></script><script src="b.js"></script>
<script defer src="c.js"></script>
<script data-x="1" src="d.js"></script><script>inline()</script><script type="application/json">{}</script>
</head><body><script src="late.js"></script></body>"""


def test_no_script_of_the_head_blocks_and_the_order_stays():
    better = speed.hurry(HEAD, "const OPTIONS = {};\n")
    assert "<script>const OPTIONS = {};</script>" in better and "preload" not in better
    assert (
        better.index('defer src="b.js"')
        < better.index('defer src="c.js"')
        < better.index('defer data-x="1" src="d.js"')
    )
    assert "<script>inline()</script>" in better and '<script src="late.js">' in better
    assert speed.hurry(better, "const OPTIONS = {};\n") == better


def test_what_a_widget_needs_comes_along_and_nothing_else():
    state = {
        "box": {"state": {"children": ["IPY_MODEL_a", "IPY_MODEL_b"]}},
        "a": {"state": {"spec": {}, "layout": "IPY_MODEL_l"}},
        "b": {"state": {"spec": {}}},
        "other": {"state": {"spec": {}}},
        "l": {"state": {}},
        "inside": {"state": {"source": ["IPY_MODEL_a", "values"], "target": ["IPY_MODEL_b", "values"]}},
        "outside": {"state": {"source": ["IPY_MODEL_a", "values"], "target": ["IPY_MODEL_other", "values"]}},
    }
    assert set(explorers.models_of("box", state)) == {"box", "a", "b", "inside"}
    assert set(explorers.models_of("b", state)) == {"b"}


def test_equal_widgets_give_equal_files_without_module_and_style():
    def state(name):
        own = {"spec": {"alt": "x"}, "_esm": "code", "_css": "style", "values": [1.0]}
        return {name: {"model_module": "anywidget", "state": own}}

    first, second = (explorers.script_of(name, state(name)) for name in ("a1b2c3", "f0e9d8"))
    assert first == second
    name, script = first
    assert "code" not in script and "style" not in script and script.startswith(f'mtjExplorers.data("{name}", ')


HOST = """
import { readFileSync } from "node:fs";
const { install, findAll } = await import(process.argv[2]);
const { document, observers } = install();
const slots = [1, 2].map((k) => Object.assign(document.createElement("div"), {
  dataset: { src: `../explorers/${k}.js` }, childNodes: [], nextSibling: k === 1 && {},
  closest: () => ({ id: "fig-a" }),
}));
let nextFrame;
globalThis.requestAnimationFrame = (act) => (nextFrame = act);
Object.assign(document, { readyState: "loading", querySelectorAll: () => slots, head: document.createElement("head") });
let near;
const watched = [];
globalThis.IntersectionObserver = class {
  constructor(act) { near = act; }
  observe(slot) { watched.push(slots.indexOf(slot)); }
  unobserve() {}
};
globalThis.window = globalThis;
globalThis.location = { search: "" };
const prototype = document.createElement("p").constructor.prototype;
Object.defineProperty(prototype, "childNodes", { get() { return this.children; }, set() {} });
const { script, data } = JSON.parse(readFileSync(0));
new Function("document", script)(document);
const loaded = () => document.head.children.map((s) => s.src);
const before = loaded();
const early = [...watched];
document.readyState = "interactive";
nextFrame();
near([{ target: slots[0], isIntersecting: false }, { target: slots[1], isIntersecting: true }]);
const after = loaded();
mtjExplorers.data("2", data);
const [el] = slots[1].children;
const curves = () => findAll(el, "path").filter((p) => /mtj-curve/.test(p.attributes.class)).map((p) => p.attributes.d);
const sliders = findAll(el, "input").filter((i) => i.attributes.type === "range" && i.attributes.name);
const still = curves();
sliders[0].value = String(sliders[0].attributes.max);
sliders[0].dispatch("input");
const moved = curves();
console.log(JSON.stringify({
  before,
  after,
  early,
  watched,
  states: slots.map((s) => s.dataset.state ?? ""),
  sliders: sliders.map((s) => s.value),
  changed: still.map((d, k) => d !== moved[k]),
}));
"""


def test_the_data_of_the_first_figure_alone_are_fetched_early(tmp_path):
    from docutils.utils import new_document

    page = new_document("page")
    page += [explorers.explorer("", digest=digest, data="data", sliders=1) for digest in ("first", "second")]
    builder = SimpleNamespace(name="html", outdir=tmp_path, current_docname="a/b", get_target_uri=lambda name: name)
    writer = SimpleNamespace(builder=builder, body=[])
    for node in page:
        explorers.visit_explorer(writer, node)
    early = [line for line in writer.body if "preload" in line]
    assert early == ['<link rel="preload" as="script" fetchpriority="low" href="../explorers/first.js">']
    assert [line.count("data-src") for line in writer.body] == [0, 1, 1]


def test_the_host_loads_a_figure_when_it_comes_near_and_keeps_links(tmp_path):
    """The page's script under node, before the page is whole: one figure far, one near, a box of two linked figures."""
    node = shutil.which("node") or pytest.skip("node is not installed")
    ipywidgets = pytest.importorskip("ipywidgets")
    from ipywidgets.embed import embed_data

    from mtjlib.course import explore

    one, two = (
        explore.figure(
            lambda x, a: a * x, [explore.Slider("a", "a", 0, 1, points=3)], [0, 0.5, 1], "x", "y", ylim=(0, 1)
        )
        for _ in range(2)
    )
    link = ipywidgets.jslink((one, "values"), (two, "values"))
    box = ipywidgets.HBox([one, two])
    state = embed_data([box, link])["manager_state"]["state"]
    _, script = explorers.script_of(box.model_id, state)
    data = json.loads(script[script.index(", ") + 2 : script.rindex(");")])
    file = tmp_path / "host.mjs"
    file.write_text(HOST, encoding="utf-8")
    task = json.dumps({"script": explorers.page_script(ROOT), "data": data})
    command = [node, file, (ROOT / "tests/js/fake_dom.mjs").as_uri()]
    done = subprocess.run(command, input=task, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["early"] == [0] and seen["watched"] == [0, 1]  # the second had not arrived whole
    assert seen["before"] == [] and seen["after"] == ["../explorers/2.js"]
    assert seen["states"] == ["", "live"]
    assert seen["sliders"] == ["1", "1"] and len(seen["changed"]) == 2 and all(seen["changed"])


def test_the_page_script_is_one_classic_script(tmp_path):
    node = shutil.which("node") or pytest.skip("node is not installed")
    file = tmp_path / "explore.cjs"
    file.write_text(explorers.page_script(ROOT), encoding="utf-8")
    done = subprocess.run([node, "--check", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (tmp_path / "mtjlib/course").mkdir(parents=True)
    (tmp_path / "mtjlib/course/explore.js").write_text('import a from "b";\n', encoding="utf-8")
    with pytest.raises(ValueError, match="import nothing"):
        explorers.page_script(tmp_path)


REDRAW = """
import { readFileSync } from "node:fs";
const { source, spec, data } = JSON.parse(readFileSync(0));
const explore = await import(`data:text/javascript;base64,${source}`);
const bytes = Buffer.from(data, "base64");
const grid = explore.decode(spec, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
const redraw = (a) => {
  const frame = explore.interpolate(spec, grid, [a, a]);
  return explore.scene(spec, grid.x, frame, 700);
};
const reference = () => {  // the same number of points, formatted as text, four times for each curve
  let text = "";
  for (let k = 0; k < 4 * spec.curves.length; k++)
    for (let j = 0; j < spec.nx; j++) text += `L${(j * 0.37).toFixed(1)},${Math.log10(1 + j * k).toFixed(1)}`;
  return text.length;
};
const time = (f) => {
  const start = process.cpuUsage();
  for (let i = 0; i < 200; i++) f(i / 200);
  const { user, system } = process.cpuUsage(start);
  return user + system;
};
for (const f of [redraw, reference]) time(f);
const ratios = Array.from({ length: 9 }, () => time(redraw) / time(reference)).sort((a, b) => a - b);
console.log(JSON.stringify(ratios));
"""


def test_a_redraw_costs_little_beside_a_reference_loop():
    """Interpolation and drawing of two curves from four neighbours, without the browser: a ratio, no time."""
    import numpy as np

    from mtjlib.course import explore

    node = shutil.which("node") or pytest.skip("node is not installed")
    sliders = [explore.Slider(n, n, 0.5, 2, points=9) for n in "ab"]
    figure = explore.figure(
        lambda x, a, b: {"one": np.sin(a * x + b), "two": np.cos(b * x)}, sliders, np.linspace(0, 6, 161), "x", "y"
    )
    source = base64.b64encode((ROOT / "mtjlib/course/explore.js").read_bytes()).decode()
    task = {"source": source, "spec": figure.spec, "data": base64.b64encode(figure.data).decode()}
    command = [node, "--input-type=module", "-e", REDRAW]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    ratios = json.loads(done.stdout)
    assert ratios[len(ratios) // 2] <= 1.0, ratios
