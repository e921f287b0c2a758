"""Formulas are set when the book is built: a page needs no script for them, and nothing moves while it is read.

Sphinx writes formulas as TeX. When all pages are there, with their cards and references, KaTeX (from npm, run by
Node.js) sets each formula once, as HTML with MathML for those who listen. Without Node.js the pages keep their TeX, and
MathJax sets them in the browser, from the public CDN.
"""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

from sphinx.errors import ExtensionError
from sphinx.util import logging

logger = logging.getLogger(__name__)

KATEX = Path("node_modules", "katex")
STYLES = Path("_build", "site", "vendor", "katex", "katex.css")  # from tools/vendor.py
INLINE = re.compile(r'(<span class="(?:[^"]* )?math[ "][^>]*>)\\\((.*?)\\\)(</span>)', re.DOTALL)
DISPLAYED = re.compile(
    r'(<div class="(?:[^"]* )?math[ "][^>]*>\s*(?:<span class="eqno">.*?</span>\s*)?)\\\[(.*?)\\\](\s*</div>)',
    re.DOTALL,
)


def can_be_set(root: Path) -> bool:
    return bool(shutil.which("node")) and (root / KATEX).is_dir() and (root / STYLES).exists()


def set_formulas(formulas: list[tuple[str, bool]], root: Path) -> list[dict[str, str]]:
    """The HTML, or the error, of each formula, given as TeX and whether it stands on lines of its own."""
    command = ["node", str(Path(__file__).with_suffix(".mjs")), str(root / KATEX)]
    done = subprocess.run(
        command, input=json.dumps(formulas), capture_output=True, text=True, encoding="utf-8", check=True
    )
    return json.loads(done.stdout)


def formulas_in(page: str) -> set[tuple[str, bool]]:
    return {
        (html.unescape(match[2]).strip(), displayed)
        for pattern, displayed in ((INLINE, False), (DISPLAYED, True))
        for match in pattern.finditer(page)
    }


def typeset(page: str, ready: dict[tuple[str, bool], str]) -> str:
    """The page with those formulas set that are ready; the others keep their TeX."""

    def replaced(displayed):
        def one(match):
            formula = ready.get((html.unescape(match[2]).strip(), displayed))
            return match[0] if formula is None else match[1] + formula + match[3]

        return one

    return DISPLAYED.sub(replaced(True), INLINE.sub(replaced(False), page))


def ship_styles(app, config):
    config.formulas_are_set = can_be_set(Path(app.srcdir))
    if config.formulas_are_set:
        app.add_css_file("../vendor/katex/katex.css")
    else:
        logger.info("Formulas are set in the browser by MathJax, from the public CDN (Node.js or npm was not there).")


def leave_out_mathjax(app, pagename, templatename, context, doctree):
    if app.config.formulas_are_set:
        scripts = context.get("script_files", [])
        scripts[:] = [script for script in scripts if "mathjax" not in str(vars(script)).lower()]


def set_pages(app, exception):
    if exception or app.builder.name != "html" or not app.config.formulas_are_set:
        return
    pages = {}
    for path in Path(app.outdir).rglob("*.html"):
        if "_static" not in path.parts:
            pages[path] = path.read_text(encoding="utf-8")
    wanted = sorted(set().union(*map(formulas_in, pages.values())))
    results = dict(zip(wanted, set_formulas(wanted, Path(app.srcdir)), strict=True))
    wrong = [
        f"{path.name}: {results[formula]['error']} ({formula[0]})"
        for path, text in pages.items()
        for formula in sorted(formulas_in(text))
        if "error" in results[formula]
    ]
    if wrong:
        raise ExtensionError("formulas that cannot be set:\n" + "\n".join(wrong))
    ready = {formula: result["html"] for formula, result in results.items()}
    for path, text in pages.items():
        better = typeset(text, ready)
        if better != text:
            path.write_text(better, encoding="utf-8")


def setup(app):
    app.add_config_value("formulas_are_set", False, "html", bool)
    app.connect("config-inited", ship_styles, priority=500)
    app.connect("html-page-context", leave_out_mathjax, priority=850)
    app.connect("build-finished", set_pages, priority=800)  # after cards and references have come
    return {"parallel_read_safe": True, "parallel_write_safe": True}
