"""Nothing in the head of a page keeps the reader from its first line.

Sphinx, its theme and its extensions write scripts into the head that stop the page until they have arrived. Here every
script with an address waits (``defer``) until the page is read, in the same order; the one that later inline scripts
rely on is written into the page itself. Style sheets and fonts keep what the book uses (``light.mjs``).
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

from sphinx.errors import ExtensionError

MODULES = Path("node_modules", "subset-font")
# Faces that stand in the style sheets themselves, since every chapter uses them: their files, their names in styles.
INSIDE = [f"source-serif-4-latin-{face}" for face in ("400-normal", "400-italic", "600-normal")]
INSIDE += [f"KaTeX_{face}" for face in ("Main-Regular", "Main-Bold", "Math-Italic", "Size1-Regular", "Size2-Regular")]
SHORTHANDS = [f"{face} 1em 'Source Serif 4'" for face in ("400", "italic 400", "600")]
SHORTHANDS += ["400 1em KaTeX_Main", "700 1em KaTeX_Main", "italic 400 1em KaTeX_Math"]
SHORTHANDS += ["1em KaTeX_Size1", "1em KaTeX_Size2"]
# The theme asks for "auto" and leaves it to a later script to see what that means: choose before the first paint. And
# wait with that paint until the letters inside the style sheets are unpacked: else all lines move when they are.
# "first-look": who comes to the top of a page needs no other section laid out yet (book.css); who returns to a place
# in it does, since only then is that place where it was.
THEME = """<script>(function (root) {
  var dark = matchMedia("(prefers-color-scheme: dark)").matches;
  if (root.dataset.theme === "auto") root.dataset.theme = dark ? "dark" : "light";
  var came = performance.getEntriesByType("navigation")[0];
  if (came && came.type === "navigate" && !location.hash) root.classList.add("first-look");
  var show = function () { root.classList.remove("fonts-coming"); };
  root.classList.add("fonts-coming");
  requestAnimationFrame(function () {  // the style sheets are here
    setTimeout(show, 3000);
    Promise.all(FACES.map(function (face) { return document.fonts.load(face); })).then(show, show);
  });
})(document.documentElement);</script>""".replace("FACES", json.dumps(SHORTHANDS))
AFTER_THEME = re.compile(r'(localStorage\.getItem\("theme"\) \|\| "auto";\s*</script>)')
OPTIONS = re.compile(r'<script src="[^"]*_static/documentation_options\.js[^"]*"></script>')
BLOCKING = re.compile(r'<script(?![^>]*\b(?:defer|async|type="module")\b)([^>]*\bsrc=)')
# When a page is complete, the theme measures its code blocks one after the other and moves each out of or into the tab
# order, which lays out all of the page as often: a second on a phone. book.js does the same, at once and in view only.
MEASURES = '"complete"===document.readyState?I():window.addEventListener("load",I)'
CALM = "/* see book.js */0"
EARLY = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')


def hurry(text: str, options: str) -> str:
    """The same page with a head that does not block; `options` is the text of ``documentation_options.js``."""
    head, found, rest = text.partition("</head>")
    head = OPTIONS.sub(lambda _: f"<script>{options.strip()}</script>", EARLY.sub("", head))
    head = AFTER_THEME.sub(lambda found: found[0] + THEME, head) if THEME not in head else head
    return BLOCKING.sub(r"<script defer\1", head) + found + rest


def hurry_pages(app, exception):
    if exception or app.builder.name != "html":
        return
    options = Path(app.outdir, "_static", "documentation_options.js").read_text(encoding="utf-8")
    for page in Path(app.outdir).rglob("*.html"):
        if "_static" not in page.parts:
            text = page.read_text(encoding="utf-8")
            better = hurry(text, options)
            if better != text:
                page.write_text(better, encoding="utf-8")
    calm_theme(app)


def calm_theme(app):
    """Take out of the theme's script what book.js does better."""
    script = Path(app.outdir, "_static", "scripts", "pydata-sphinx-theme.js")
    text = script.read_text(encoding="utf-8")
    if text.count(MEASURES) + text.count(CALM) != 1:
        raise ExtensionError(f"{script.name} has changed: look for what measures every `pre` of a page on load")
    script.write_text(text.replace(MEASURES, CALM), encoding="utf-8")


def lighten(app, exception):
    """Leave out of style sheets and fonts what no page uses; without Node.js or tools/vendor.py they stay."""
    if exception or app.builder.name != "html":
        return
    fetched = Path(app.srcdir, MODULES).is_dir() and Path(app.outdir, "vendor").is_dir()
    if not (fetched and shutil.which("node")):
        return
    script = Path(__file__).with_name("light.mjs")
    subprocess.run(["node", str(script), str(app.outdir), ",".join(INSIDE)], check=True)


def setup(app):
    app.connect("build-finished", lighten, priority=950)  # when every page is as it will be
    app.connect("build-finished", hurry_pages, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
