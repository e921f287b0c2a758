"""Nothing in the head of a page keeps the reader from its first line.

Sphinx, its theme and its extensions write scripts into the head that stop the page until they have arrived. Here every
script with an address waits (``defer``) until the page is read, in the same order; the one that later inline scripts
rely on is written into the page itself.
"""

import re
from pathlib import Path

# The theme asks for "auto" and leaves it to a later script to see what that means: choose before the first paint.
THEME = """<script>(function (root) {
  if (root.theme === "auto") root.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
})(document.documentElement.dataset);</script>"""
AFTER_THEME = re.compile(r'(localStorage\.getItem\("theme"\) \|\| "auto";\s*</script>)')
OPTIONS = re.compile(r'<script src="[^"]*_static/documentation_options\.js[^"]*"></script>')
BLOCKING = re.compile(r'<script(?![^>]*\b(?:defer|async|type="module")\b)([^>]*\bsrc=)')
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


def setup(app):
    app.connect("build-finished", hurry_pages, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
