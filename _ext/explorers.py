"""Interactive figures in the pages: the still at once, the figure itself when the reader comes near.

MyST-NB would put the state of every widget into the head of the page and load two libraries (0.9 MB) to run it. Here
the cell's own picture stands in the page from the start, and stays if there is no JavaScript. The state of each figure
is a file of its own in ``explorers/`` of the site, next to one script that all figures share: `mtjlib.course.explore`'s
own ``explore.js`` with the host from ``page_host.js``. Both are classic scripts, because browsers refuse to load
modules and data from ``file://``.
"""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util.osutil import relative_uri

COURSE = Path("mtjlib", "course")
FOLDER = "explorers"
VIEW = "application/vnd.jupyter.widget-view+json"


class explorer(nodes.General, nodes.Element):
    """A widget in a page: `data` is its script, the children are what stands in the page until that has run."""


def models_of(root: str, state: dict) -> dict:
    """The models that a displayed widget needs: itself, whatever it contains, and the links between these."""
    needed, waiting = {}, [root]
    while waiting:
        name = waiting.pop()
        if name in needed or name not in state:
            continue
        needed[name] = state[name]
        waiting += re.findall(r"IPY_MODEL_(\w+)", json.dumps(state[name]["state"].get("children", [])))
    for name, model in state.items():
        ends = re.findall(r"IPY_MODEL_(\w+)", json.dumps([model["state"].get(end) for end in ("source", "target")]))
        if ends and all(end in needed for end in ends):
            needed[name] = model
    return needed


def script_of(root: str, state: dict) -> tuple[str, str]:
    """Name and script of one displayed widget; equal widgets give equal scripts, whatever ids a run gave them."""
    models = {name: dict(model) for name, model in models_of(root, state).items()}
    for model in models.values():  # the page loads module and style sheet once, as files
        module = model.pop("model_module", "")
        kept = {key: value for key, value in model["state"].items() if not key.startswith("_") and key != "layout"}
        model["state"] = kept | ({"_explorer": True} if module == "anywidget" and "spec" in kept else {})
    text = json.dumps({"root": root, "models": models}, ensure_ascii=False, separators=(",", ":"))
    for number, name in enumerate(models):
        text = text.replace(name, f"m{number}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return digest, f'mtjExplorers.data("{digest}", {text});\n'


def stand_in(app, doctree):
    """Put the still of every widget where the widget was, with its data beside it."""
    scripts = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    if "ipywidgets_state" not in scripts:
        return
    state = json.loads(scripts["ipywidgets_state"][1]["body"])["state"]
    for name in [name for name in scripts if name.startswith("ipywidgets")]:
        del scripts[name]
    for bundle in [node for node in doctree.findall(nodes.container) if node.get("nb_element") == "mime_bundle"]:
        containers = {container["mime_type"]: container for container in bundle.children}
        if VIEW not in containers:
            continue
        root = json.loads(re.search(r">(.*)<", containers[VIEW].astext()).group(1))["model_id"]
        digest, data = script_of(root, state)
        spec = state[root]["state"].get("spec", {})
        still = containers.get("image/png", nodes.container())
        for image in still.findall(nodes.image):
            image["alt"] = image.get("alt") or spec.get("alt", "")
        sliders = len(spec.get("sliders", ()))
        bundle.replace_self(explorer("", *still.children, digest=digest, data=data, sliders=sliders))


def visit_explorer(self, node):
    if self.builder.name != "html":
        return
    name = f"{FOLDER}/{node['digest']}.js"
    target = Path(self.builder.outdir, name)
    target.parent.mkdir(exist_ok=True)
    target.write_text(node["data"], encoding="utf-8")
    source = relative_uri(self.builder.get_target_uri(self.builder.current_docname), name)
    if node is next(node.document.findall(explorer)):  # who opens a page soon comes to its first figure
        self.body.append(f'<link rel="preload" as="script" fetchpriority="low" href="{source}">')
    self.body.append(f'<div class="mtj-figure" data-src="{source}" style="--mtj-sliders: {node["sliders"]}">')


def depart_explorer(self, node):
    if self.builder.name == "html":
        self.body.append("</div>")


def pass_through(self, node):
    pass


def page_script(root: Path) -> str:
    """`explore.js`, an ES module, and the host as one classic script."""
    module = (root / COURSE / "explore.js").read_text(encoding="utf-8")
    module = re.sub(r"^export default .*$", "", module, flags=re.M)
    module = re.sub(r"^export (?=function|const)", "", module, flags=re.M)
    if re.search(r"^\s*(export|import)\b", module, flags=re.M):
        raise ValueError(
            "explore.js may only export functions, constants and one default in one line, and import nothing"
        )
    host = (root / "_ext" / "page_host.js").read_text(encoding="utf-8")
    return f'(function () {{\n"use strict";\n{module}\n{host}}})();\n'


def write_script(app):
    """Put script and style sheet into the site before its pages are written, which name their check sums."""
    if app.builder.name != "html":
        return
    folder = Path(app.outdir, FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    root = Path(app.srcdir)
    (folder / "explore.js").write_text(page_script(root), encoding="utf-8")
    (folder / "explore.css").write_text((root / COURSE / "explore.css").read_text(encoding="utf-8"), encoding="utf-8")


def load_script(app, pagename, templatename, context, doctree):
    if app.builder.name == "html" and doctree and next(iter(doctree.findall(explorer)), None):
        app.add_css_file(f"../{FOLDER}/explore.css")
        app.add_js_file(f"../{FOLDER}/explore.js", loading_method="async")


def setup(app):
    html = (visit_explorer, depart_explorer)
    passed = (pass_through, pass_through)
    app.add_node(explorer, html=html, latex=passed, text=passed, man=passed, texinfo=passed, epub=passed)
    app.connect("builder-inited", write_script)
    app.connect("doctree-read", stand_in)
    app.connect("html-page-context", load_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
