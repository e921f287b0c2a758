"""The book where it is not the book: in a shared link, a search engine, a lost address, and as a notebook on a disk.

The notebooks that a page offers for download are the executed ones, with their pictures, and with the book's Markdown
put into what GitHub, Colab and plain Jupyter show: numbers instead of labels, answers closed.
"""

import html
import json
import re
from pathlib import Path

import mtjlinks

LAST_NAMES = re.compile(r"^([A-Za-z]+?)(\d{4})(.*)$")
KEPT = ("text/plain", "text/html", "text/latex", "text/markdown", "image/png")


# ---- notebooks to take away ----


def numbers_of(notes):
    """Return {label: what the page calls it} of every equation, figure and exercise of the book."""
    found = {}
    for note in notes.values():
        for name, card in note["cards"].items():
            if card["kind"] == "equation":
                found[name.removeprefix("equation-")] = card["title"].replace("Equation", "Eq.")
            elif card["kind"] == "figure":
                number = re.search(r'class="caption-number">([^<]+)<', card["html"])
                found[name] = number[1].strip() if number else "the figure"
            elif card["kind"] == "exercise":
                found[name] = card["title"].split("(")[0].strip()
    return found


def citation(keys):
    return ", ".join(LAST_NAMES.sub(r"\1 \2\3", key.strip()) for key in keys.split(","))


def plain_markdown(text, numbers):
    """Write the book's Markdown for readers that do not know its directives and roles."""

    def label(match):
        return numbers.get(match[1], match[1])

    text = re.sub(r"^\(([\w-]+)\)=\n", "", text, flags=re.MULTILINE)
    text = re.sub(
        r"^\$\$ *\(([\w-]+)\)$",
        lambda m: f"\\tag{{{re.search(r'[0-9.]+[0-9]', numbers[m[1]])[0]}}}\n$$" if m[1] in numbers else "$$",
        text,
        flags=re.MULTILINE,
    )
    text = re.sub(r"\{cite:t\}`([^`]+)`", lambda m: citation(m[1]), text)
    text = re.sub(r"\{cite(?::p)?\}`([^`]+)`", lambda m: f"[{citation(m[1])}]", text)
    text = re.sub(r"\{(?:eq|numref|ref|prf:ref|doc)\}`([^`<]+) <[^`>]+>`", r"\1", text)
    text = re.sub(r"\{(?:eq|numref|ref|prf:ref|doc|term)\}`([^`]+)`", label, text)
    text = re.sub(r"\[([^\]]+)\]\{[.#][^}]*\}", r"\1", text)
    text = re.sub(r"^```\{ledger\} \d+\n```$", "*The ledger of this chapter is in the book.*", text, flags=re.MULTILINE)
    lines, open_boxes = [], []
    for line in text.split("\n"):
        start = re.match(r"^(:{3,})\{([\w:-]+)\} *(.*)$", line)
        if start:
            colons, kind, title = start.groups()
            folded = kind in {"dropdown", "solution"}
            open_boxes.append((colons, "\n</details>\n" if folded else ""))
            if folded:
                name = "Show solution" if kind == "solution" else title
                lines.append(f"\n<details><summary>{name}</summary>\n")
            else:
                names = {"exercise": "Exercise: ", "margin": "Note: ", "prf:definition": "Definition: "}
                lines.append(f"**{names.get(kind, '')}{title or kind}**\n")
        elif open_boxes and line.strip() == open_boxes[-1][0]:
            lines.append(open_boxes.pop()[1])
        elif open_boxes and re.match(r"^:[\w-]+:( .*)?$", line):
            continue
        else:
            lines.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def portable(notebook, title, address, numbers):
    """Return an executed notebook as it is given away."""
    where = f"[{title}]({address})" if address else f"*{title}*"
    first = (
        f"> A chapter of {where}, a book that shows these figures with sliders and answers what you type. To run this "
        'copy install the course\'s library: `pip install ".[notebooks]"` in a copy of its repository.'
    )
    cells = [{"cell_type": "markdown", "id": "where-this-is-from", "metadata": {}, "source": first}]
    for cell in notebook["cells"]:
        if "remove-cell" in cell["metadata"].get("tags", []):  # the line that says this in the repository
            continue
        source = "".join(cell["source"])
        cell = {**cell, "metadata": {}}
        if cell["cell_type"] == "markdown":
            cells.append({**cell, "source": plain_markdown(source, numbers)})
            continue
        figure = notebook_figure(cell, notebook)
        outputs = []
        for output in cell.get("outputs", []):
            if "data" in output:
                data = {mime: value for mime, value in output["data"].items() if mime in KEPT}
                if not data:
                    continue
                output = {**output, "data": data, "metadata": {}}
            outputs.append(output)
        cells.append({**cell, "outputs": outputs})
        if figure:
            name, caption = figure
            words = plain_markdown(caption, numbers)
            identity = f"caption-{len(cells)}"
            text = f"*{numbers.get(name, 'Figure')}.* {words}"
            cells.append({"cell_type": "markdown", "id": identity, "metadata": {}, "source": text})
    metadata = {key: value for key, value in notebook["metadata"].items() if key in {"kernelspec", "language_info"}}
    return {**notebook, "metadata": metadata, "cells": cells}


def notebook_figure(cell, notebook):
    original = next((c for c in notebook["cells"] if c.get("id") == cell.get("id")), cell)
    figure = original["metadata"].get("mystnb", {}).get("figure", {})
    return (figure.get("name", ""), figure["caption"]) if figure.get("caption") else None


def give_away(app, exception):
    """Put the executed notebooks where the pages' download buttons point."""
    if exception or app.builder.name != "html":
        return
    sections = {label: title for label, (_, _, title) in app.env.get_domain("std").labels.items()}
    numbers = sections | numbers_of(mtjlinks.load(app))
    for target in Path(app.outdir, "_sources", "chapters").glob("*.ipynb"):
        executed = Path(app.outdir).parent / "jupyter_execute" / "chapters" / target.name
        if executed.exists():
            notebook = json.loads(executed.read_text(encoding="utf-8"))
            base = app.config.html_baseurl
            address = f"{base.rstrip('/')}/chapters/{target.stem}.html" if base else ""
            made = portable(notebook, app.config.html_title, address, numbers)
            target.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


# ---- links shared, engines, lost addresses ----


def describe_page(app, pagename, templatename, context, doctree):
    """Say in the head what the page is about, to search engines and to who receives its link."""
    if app.builder.name != "html" or doctree is None:
        return
    about = mtjlinks.load(app).get(f"{pagename}.html", {}).get("about", {})
    title = context.get("title", app.config.html_title)
    title = re.sub(r"<[^>]+>", "", title)
    words = about.get("text") or app.config.html_title
    values = {"og:title": title, "og:type": "article", "og:site_name": app.config.html_title, "og:description": words}
    if app.config.html_baseurl:
        base = app.config.html_baseurl.rstrip("/")
        values["og:url"] = f"{base}/{pagename}.html"
        if about.get("preview"):
            values["og:image"] = f"{base}/{app.builder.imagedir}/{about['preview']}"

    def quoted(text):
        return html.escape(text, quote=True)

    tags = [f'<meta name="description" content="{quoted(words)}">']
    tags += [f'<meta property="{name}" content="{quoted(value)}">' for name, value in values.items()]
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def lost_page(app):
    """A page for addresses that do not exist; where the site lives decides whether its links can work anywhere."""
    base = (
        app.config.html_baseurl and app.config.html_baseurl.rstrip("/") + "/"
    )  # a base without it loses its last part
    home = base or "index.html"
    body = (
        "<section><h1>This page does not exist</h1><p>The address may have changed. Look for what you need with the "
        f'search, or <a href="{home}">start at the front page</a>.</p></section>'
    )
    yield "404", {"title": "Not found", "body": body, "metatags": f'<base href="{base}">' if base else ""}, "page.html"


def write_sitemap(app, exception):
    base = app.config.html_baseurl
    if exception or app.builder.name != "html" or not base:
        return
    addresses = "".join(f"<url><loc>{base.rstrip('/')}/{page}.html</loc></url>" for page in mtjlinks.order(app.env))
    start = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    Path(app.outdir, "sitemap.xml").write_text(f"{start}{addresses}</urlset>\n", encoding="utf-8")
    Path(app.outdir, "robots.txt").write_text(f"Sitemap: {base.rstrip('/')}/sitemap.xml\n", encoding="utf-8")


def setup(app):
    app.connect("html-page-context", describe_page, priority=850)
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", give_away, priority=500)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
