"""The library's reference: docstrings on pages, and links between modules and the chapters that use them.

Who uses what is read off the code cells (`tools/uses.py`), so that no list has to be kept.
"""

import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import uses  # noqa: E402

import mtjlib  # noqa: E402

MODULES = [name for name in mtjlib.__all__ if name[0].islower() and name != "course"]
DEVICES = ("Barrier", "Ferromagnet", "Junction")


def modules_of(chapter):
    """Modules whose names the code of a chapter uses, in the order of the table of contents."""
    heads = {"junction" if name in DEVICES else name.split(".")[0] for name in uses.used(chapter)}
    return [name for name in MODULES if name in heads]


def find_chapters(app):
    """Read all chapters once: which modules does each use?"""
    app.env.mtj_modules = {f"chapters/{path.stem}": modules_of(path) for path in sorted(ROOT.glob("chapters/*.ipynb"))}


def link_to_chapters(app, what, name, obj, options, lines):
    """Below a module's docstring: the chapters that derive and use it."""
    if what != "module":
        return
    where = [page for page, modules in app.env.mtj_modules.items() if name.removeprefix("mtjlib.") in modules]
    where = [page for page in where if page in app.env.found_docs]
    if where:
        lines += ["", "Derived and used in: " + ", ".join(f":doc:`/{page}`" for page in where) + "."]


def link_to_library(app, doctree):
    """At the end of a chapter: the modules that it uses."""
    modules = app.env.mtj_modules.get(app.env.docname)
    sections = list(doctree.findall(nodes.section))
    if not modules or not sections:
        return
    line = nodes.paragraph("", "", nodes.Text("In the library: "), classes=["library"])
    for name in modules:
        link = addnodes.pending_xref(
            "", nodes.literal("", name), refdomain="py", reftype="mod", reftarget=f"mtjlib.{name}", refwarn=True,
            refdoc=app.env.docname, refexplicit=True,
        )  # fmt: skip
        line += [link, nodes.Text(", ")]
    line[-1] = nodes.Text(".")
    sections[-1] += line


def changed_pages(app, env, added, changed, removed):
    """Pages of the library name the chapters: read them again when a chapter changes."""
    chapters = any(page.startswith("chapters/") for page in {*added, *changed, *removed})
    return [page for page in env.found_docs if page.startswith("api/")] if chapters else []


def name_role(role, rawtext, text, lineno, inliner, options=None, content=None):
    """`name` in a docstring: code, and a link where the library has documented the name."""
    context = inliner.document.settings.env.ref_context
    link = addnodes.pending_xref(
        rawtext, nodes.literal(rawtext, text), refdomain="py", reftype="obj", reftarget=text, mtj_name=True,
        **{key: context.get(key) for key in ("py:module", "py:class")},
    )  # fmt: skip
    return [link], []


def shorter_names(app, env, node, contnode):
    """`julliere.tmr` means `mtjlib.julliere.tmr`; what is no name of the library (an argument, say) stays code."""
    if not node.get("mtj_name"):
        return None
    target, domain = "mtjlib." + node["reftarget"], env.get_domain("py")
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", target, node, contnode) or contnode


def setup(app):
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.connect("builder-inited", find_chapters)
    app.connect("autodoc-process-docstring", link_to_chapters)
    app.connect("doctree-read", link_to_library)
    app.add_role("name", name_role)
    app.connect("missing-reference", shorter_names)
    app.connect("env-get-outdated", changed_pages)
    return {"version": "1", "parallel_read_safe": True}
