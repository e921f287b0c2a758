"""The book's own Sphinx extension: what Jupyter Book 1 needs to know, and what it should not put on a page.

* A change in ``mtjlib`` executes every notebook again, which no cache and no file time would notice.
* What ``tools/vendor.py`` has fetched is copied next to the pages.
* A plain link to a notebook that is not a page, such as a hands-on exercise, offers it for download.
* What a cell prints stays as it was printed.
* Scripts that this book does not use, or that the theme emits twice, are left out, and figures are made lighter.
"""

import hashlib
import os
import re
from pathlib import Path

from docutils import nodes
from myst_nb.core import render
from PIL import Image
from sphinx import addnodes
from sphinx.util import logging

logger = logging.getLogger(__name__)

LIBRARY = "mtjlib"
SITE = Path("_build", "site")  # filled by tools/vendor.py, copied to the root of the html
DIGEST = Path("_build", "mtjlib.digest")  # what the pages on disk were executed with
# Set by `make chapter`: execute the touched page alone, even if mtjlib has changed since the others were built.
ONE_PAGE = "MTJ_ONE_PAGE"


def library_digest(root: Path) -> str:
    """Digest of every source file of the library, names included."""
    digest = hashlib.sha256()
    for path in sorted(p for p in (root / LIBRARY).rglob("*") if p.suffix in {".py", ".js", ".css"}):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def watch_library(app, config):
    root = Path(app.srcdir)
    if os.environ.get(ONE_PAGE) and (root / DIGEST).exists():
        config.mtjlib_digest = (root / DIGEST).read_text(encoding="utf-8")
    else:
        config.mtjlib_digest = library_digest(root)


def remember_library(app, exception):
    if not exception:
        Path(app.srcdir, DIGEST).write_text(app.config.mtjlib_digest, encoding="utf-8")


def ship_browser_libraries(app, config):
    if Path(app.srcdir, SITE, "vendor", "versions.json").exists():
        config.html_extra_path = [*config.html_extra_path, SITE.as_posix()]


def offer_notebooks(app, doctree):
    """Turn ``[text](../exercises/student/NN-name.ipynb)`` into a download.

    The same link opens the notebook in JupyterLab and on a code host; MyST-Parser takes it for a page of the book.
    """
    for link in list(doctree.findall(addnodes.pending_xref)):
        target = link.get("reftarget", "") + ".ipynb"
        is_page = link.get("refdomain") != "doc" or link["reftarget"] in app.env.found_docs
        if is_page or not Path(app.srcdir, target).is_file():
            continue
        where = {"reftarget": "/" + target, "refdoc": link["refdoc"]}
        link.replace_self(addnodes.download_reference("", "", *link.children, **where))


def join_streams(outputs, merge=render.coalesce_streams):
    """Put printed text together as it came before MyST-NB does: it would add a line break where a message ended."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and output["name"] == last.get("name"):
            last["text"] += output["text"]
        else:
            joined.append(output.copy())
    return merge(joined)


def drop_unused_scripts(app, pagename, templatename, context, doctree):
    """Keep each script once; leave out sphinx-thebe, which nothing uses, and questions.js where no question is."""
    seen, kept = set(), []
    asks = re.search(r'class="[^"]*\b(?:question|solution|card)\b', context.get("body") or "")
    for script in context.get("script_files", []):
        name = str(getattr(script, "filename", script) or "")
        body = (getattr(script, "attributes", None) or {}).get("body") or ""
        if "sphinx-thebe" in name or "THEBE_JS_URL" in body or (name, body) in seen:
            continue
        if "questions.js" in name and not asks:
            continue
        seen.add((name, body))
        kept.append(script)
    context["script_files"][:] = kept


def finish_pages(app, exception):
    """Repair what the theme writes into every page.

    Its Font Awesome script (0.5 MB compressed) draws the same icons as the web font that its style sheet brings, and
    without JavaScript its pages have no colours unless they name a theme. The scripts of Sphinx's search go: the book
    has its own (_static/search.js), which shows results while one types and needs no server.
    """
    if exception or app.builder.name != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        if "_static" in page.parts:
            continue
        text = page.read_text(encoding="utf-8")
        better = re.sub(r'<script defer src="[^"]*/scripts/fontawesome\.js[^"]*"></script>', "", text)
        better = re.sub(r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>', "", better)
        better = better.replace('data-theme="auto"', 'data-theme="light"', 1)
        better = better.replace("<summary><span", '<summary aria-label="Pages below this one"><span')
        if better != text:
            page.write_text(better, encoding="utf-8")


def lighten_figures(app, exception):
    """Store figures with 256 colours: a drawing has no more, and a phone loads less than half as much."""
    if exception or app.builder.name != "html":
        return
    for path in Path(app.outdir, "_images").glob("*.png"):
        with Image.open(path) as image:
            lighter = None if image.mode == "P" else image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        if lighter:
            lighter.save(path, optimize=True)


def drop_thebe_nodes(app, doctree, docname):
    for node in list(doctree.findall(nodes.raw)):
        text = node.astext()
        if "text/x-thebe-config" in text or text.startswith("<script>kernelName"):
            node.parent.remove(node)


def share_html_handlers(app):
    """Let the ``singlehtml`` builder (used for the PDF) see every handler registered for ``html``.

    An extension that registers nodes for ``singlehtml`` otherwise hides all the others from it.
    """
    handlers = app.registry.translation_handlers
    if "singlehtml" in handlers:
        handlers["singlehtml"] = {**handlers.get("html", {}), **handlers["singlehtml"]}


def setup(app):
    render.coalesce_streams = join_streams
    app.add_config_value("mtjlib_digest", "", "env", str)
    app.connect("config-inited", watch_library)
    app.connect("config-inited", ship_browser_libraries, priority=400)  # before the extra paths are validated
    app.connect("doctree-read", offer_notebooks, priority=400)  # before Sphinx collects the downloads
    app.connect("builder-inited", share_html_handlers)
    app.connect("doctree-resolved", drop_thebe_nodes, priority=900)
    app.connect("html-page-context", drop_unused_scripts, priority=900)
    app.connect("build-finished", lighten_figures)
    app.connect("build-finished", finish_pages)
    app.connect("build-finished", remember_library)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
