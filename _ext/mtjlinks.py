"""What joins the pages of the book: cards, glossary links, references of a chapter, the search.

While a page is written, `gather` notes what it defines (equations, figures, terms, citations, sections with their
text) and what it links to. When all pages are there, `join` adds to each page a card for every idea that it mentions
and a list of the works it cites, and writes the data of the search. Everything is plain HTML and one script file: it
works without a server. The notes stay in the doctree folder, since a second build writes only the changed pages.
"""

import html
import json
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import mtjfigures
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

NOTES = "pages.json"
CARDS = re.compile(r"\n<!-- cards -->.*?<!-- /cards -->", re.DOTALL)
REFERENCES = re.compile(r"<!-- references -->(.*?<!-- /references -->)?", re.DOTALL)
SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Gamma": "Γ", "Lambda": "Λ",
    "Omega": "Ω", "Phi": "Φ", "Psi": "Ψ", "hbar": "ħ", "uparrow": "↑", "downarrow": "↓", "parallel": "∥", "perp": "⊥",
    "pm": "±", "mp": "∓", "times": "×", "cdot": "·", "approx": "≈", "propto": "∝", "to": "→", "rightarrow": "→",
    "infty": "∞", "ll": "≪", "gg": "≫", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "sim": "∼",
    "partial": "∂", "int": "∫", "sum": "∑", "sqrt": "√", "langle": "⟨", "rangle": "⟩", "dagger": "†", "prime": "′",
    "sin": "sin", "cos": "cos", "tan": "tan", "exp": "exp", "ln": "ln", "log": "log", "tanh": "tanh", "ldots": "…",
}  # fmt: skip


def plain_formula(tex):
    """Write TeX in plain characters, as far as they go: a reader of search results never sees a backslash."""
    tex = re.sub(r"\\(?:begin|end)\{\w+\}|\\[()\[\]]|\\label\{[^}]*\}", " ", tex)
    tex = re.sub(r"\\d?t?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1/\2", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda m: SYMBOLS.get(m[1], ""), tex)
    return re.sub(r"\\.|[{}$&^_~]", "", tex)


def fold(text):
    """Lower case without accents, the form in which the search compares: "Jullière" is "julliere"."""
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))


def raw_words(node, skip):
    parts = []
    for child in node.children:
        if isinstance(child, str):
            if type(child).__name__ == "NavigableString":
                parts.append(str(child))
        elif child.name in skip or set(child.get("class", [])) & {"headerlink", "cell_input", "eqno", "figure-view"}:
            continue
        elif "math" in child.get("class", []):
            parts.append(plain_formula(re.sub(r"^\s*\([\d.]+\)#?", "", child.get_text())))
        else:
            inside = raw_words(child, skip)
            parts.append(inside if child.name in {"span", "em", "strong", "a", "code", "sub", "sup"} else f" {inside} ")
    return "".join(parts)


def words(node, skip):
    """The text of a section without its subsections, without code and furniture, formulas in plain characters."""
    return re.sub(r"\s+", " ", raw_words(node, skip)).strip()


def inner(node):
    return "".join(map(str, node.children)).strip()


def without_furniture(node, parse):
    copy = parse(str(node))
    for piece in copy.select(".headerlink, .enlarge, svg, button, script, details, [role=doc-backlink], .backrefs"):
        piece.decompose()
    for piece in copy.find_all(True):
        del piece["id"]
    return copy


def gather(soup, parse):
    """Note what a page defines and what it links to."""
    cards, sections = {}, []
    for box in soup.select("div.math[id]"):
        copy = without_furniture(box, parse).div
        number = copy.select_one(".eqno")
        label = number.get_text().strip() if number else ""
        if number:
            number.decompose()
        cards[box["id"]] = {"kind": "equation", "title": f"Equation {label}", "html": inner(copy)}
    for box in soup.select("figure[id]"):
        caption = box.select_one("figcaption")
        if caption:
            cards[box["id"]] = {
                "kind": "figure",
                "title": "",
                "html": inner(without_furniture(caption, parse).figcaption),
            }
    for term in soup.select("dl.glossary > dt[id]"):
        meaning = term.find_next_sibling("dd")
        title = without_furniture(term, parse).get_text().strip()
        cards[term["id"]] = {"kind": "term", "title": title, "html": inner(without_furniture(meaning, parse).dd)}
    for entry in soup.select("div.citation[id]"):
        copy = without_furniture(entry, parse).div
        for label in copy.select(".label"):
            label.decompose()
        cards[entry["id"]] = {"kind": "work", "title": "", "html": inner(copy)}
    for box in soup.select("div.exercise[id]"):
        title = box.select_one("p.admonition-title")
        if title:
            cards[box["id"]] = {"kind": "exercise", "title": title.get_text().strip(), "html": ""}
    skip = {"section", "script", "style", "template", "svg", "pre", "h1", "h2", "h3", "h4", "button", "summary"}
    for section in soup.select("section[id]"):
        heading = section.find(["h1", "h2", "h3", "h4"], recursive=False)
        if heading:
            title = words(heading, {"a", "script"})
            sections.append({"id": section["id"], "title": title, "text": words(section, skip)})
    links = [link["href"] for link in soup.select("a.internal[href], a.term[href], a.reference[href^='#']")]
    return {"cards": cards, "sections": sections, "links": sorted(set(links))}


# ---- glossary ----


def glossary_terms(env):
    """Return {spelling: (page, id)} of every term, alone and in the plural."""
    found = {}
    for (kind, name), (page, anchor) in env.get_domain("std").objects.items():
        if kind == "term" and len(name) > 2:
            found.setdefault(name.lower(), (page, anchor, name))
    return found


def link_terms(soup, terms, href):
    """Link each glossary term where a page uses it first: in running text, not in titles, links or questions."""
    if not terms:
        return
    spelled = sorted(terms, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, spelled)) + r")(s?)(?![\w-])", re.IGNORECASE)
    seen = set()
    for paragraph in soup.select("section > p, section > ul > li > p, section > ol > li > p, section > dl > dd > p"):
        strings = [s for s in paragraph.find_all(string=True, recursive=True) if type(s).__name__ == "NavigableString"]
        for string in strings:
            if any(
                p.name in {"a", "code", "math", "button"} or "math" in p.get("class", [])
                for p in string.parents
                if p is not soup
            ):
                continue
            pieces, last = [], 0
            for match in pattern.finditer(string):
                name = match[1].lower()
                page, anchor, spelling = terms[name]
                acronym = spelling.isupper() and match[1] != spelling
                if (page, anchor) in seen or acronym:
                    continue
                seen.add((page, anchor))
                link = soup.new_tag("a", attrs={"class": "term", "href": href(page) + "#" + anchor})
                link.string = match[0]
                pieces += [string[last : match.start()], link]
                last = match.end()
            if pieces:
                string.replace_with(*pieces, string[last:])


# ---- the front page ----


class ChapterList(SphinxDirective):
    """``{chapter-start}`` and ``{chapter-cards}``: filled from the table of contents and the chapters themselves."""

    def run(self):
        return [nodes.raw("", f"<!-- {self.name} --><!-- /{self.name} -->", format="html")]


def opening(soup):
    """What a card says about a chapter: its question, the minutes it takes to read, its first pictures."""
    text = re.sub(r"[ \n]+", " ", " ".join(p.get_text() for p in soup.select("p")[:2]))  # what must not break stays so
    text = re.sub(r" \[[^\]]*\]", "", text)  # citations
    sentences = re.findall(r"\S.*?[.?!](?= |$)", text)
    asked = [s.strip() for s in sentences if s.endswith("?") and 25 < len(s) < 190]
    minutes = re.search(r"(\d+)\s*(?:min|minutes) to read", soup.get_text())
    picture = soup.select_one(".cell_output img[src]")
    source = PurePosixPath(picture["src"]).name if picture else ""
    preview = soup.select_one('img[src$=".png"]')  # who receives the link sees it: no site of messages draws an SVG
    return {
        "question": asked[0] if asked else (sentences or [""])[0].strip(),
        "minutes": int(minutes[1]) if minutes else None,
        "picture": source,
        "preview": PurePosixPath(preview["src"]).name if preview else "",
        "text": text[:300].rsplit(". ", 1)[0].strip().removesuffix(".") + "." if text.strip() else "",
    }


def chapter_start(chapters):
    page, _, about = chapters[0]
    minutes = f" ({about['minutes']} min)" if about["minutes"] else ""
    stations = "".join(
        f'<li><a href="{page}">{html.escape(re.sub(r"^[0-9.]+ *", "", title))}</a></li>' for page, title, _ in chapters
    )
    return (
        f'<p class="start"><a class="start-button" href="{page}">Start with chapter 1{minutes}</a></p>'
        f'<ol class="stations">{stations}</ol>'
    )


def chapter_cards(chapters, images):
    cards = []
    for page, title, about in chapters:
        themes = {"light": about["picture"], "dark": mtjfigures.dark(about["picture"])}
        picture = "".join(
            f'<img class="only-{theme}" src="{images}/{name}" alt="" loading="lazy">'
            for theme, name in themes.items()
            if name.endswith(".svg")
        )
        minutes = f'<span class="minutes">{about["minutes"]} min</span>' if about["minutes"] else ""
        cards.append(
            f'<li>{picture}<a href="{page}">{html.escape(title)}</a>{minutes}'
            f"<p>{html.escape(about['question'], quote=False)}</p></li>"
        )
    return f'<ul class="chapter-cards">{"".join(cards)}</ul>'


def fill_front_page(text, notes, pages, images):
    chapters = [
        (page, notes[page]["sections"][0]["title"], notes[page]["about"])
        for page in pages
        if re.match(r"chapters/\d\d-", page) and page in notes and notes[page]["sections"]
    ]
    if not chapters:
        return text
    made = {"chapter-start": chapter_start(chapters), "chapter-cards": chapter_cards(chapters, images)}
    for name, body in made.items():
        place = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        text = place.sub(lambda m, name=name, body=body: f"<!-- {name} -->{body}<!-- /{name} -->", text)
    return text


# ---- joining ----


def target_of(page, link):
    """Page and id that a link on `page` leads to."""
    url = urlsplit(link)
    if url.scheme or url.netloc or not url.fragment:
        return None
    if not url.path:
        return page, unquote(url.fragment)
    parts = []
    for part in (PurePosixPath(page).parent / unquote(url.path)).as_posix().split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts), unquote(url.fragment)


def card_html(link, card, to_here):
    shown_here = to_here and card["kind"] == "equation"  # cards.js copies it from its place
    elsewhere = r'(href|src)="(?![a-z]+:)[^"]*"'  # addresses of the card's own page
    body = "" if shown_here else card["html"] if to_here else re.sub(elsewhere, "", card["html"])
    title = f'<p class="card-title">{html.escape(card["title"], quote=False)}</p>' if card["title"] else ""
    return f'<template data-card="{html.escape(link)}" data-kind="{card["kind"]}">{title}<div>{body}</div></template>'


def cards_of(page, notes):
    """Every card that `page` needs, as templates: the browser draws them only when they are asked for."""
    made = []
    for link in notes[page]["links"]:
        where = target_of(page, link)
        card = where and notes.get(where[0], {}).get("cards", {}).get(where[1])
        if card:
            made.append(card_html(link, card, where[0] == page))
    return "\n<!-- cards -->" + "\n".join(made) + "<!-- /cards -->"


def references_of(page, notes):
    """The works that a page cites, in the order of the bibliography."""
    wanted = []
    for link in notes[page]["links"]:
        where = target_of(page, link)
        card = where and notes.get(where[0], {}).get("cards", {}).get(where[1])
        if card and card["kind"] == "work" and where[0] != page:
            order = list(notes[where[0]]["cards"]).index(where[1])
            wanted.append((order, link, card["html"]))
    if not wanted:
        return "<!-- references --><!-- /references -->"
    items = "\n".join(
        f'<li><a class="to-bibliography" href="{html.escape(link)}" aria-label="in the bibliography">¶</a> {text}</li>'
        for _, link, text in sorted(set(wanted))
    )
    return (
        '<!-- references --><section id="references" class="references">'
        f"<h2>References of this chapter</h2><ul>\n{items}\n</ul></section><!-- /references -->"
    )


def search_data(notes, titles):
    rows = []
    for page in titles:
        for section in notes.get(page, {}).get("sections", []):
            rows.append([page, section["id"], section["title"], section["text"]])
    pages = {page: titles[page] for page in titles}
    data = json.dumps({"pages": pages, "rows": rows}, ensure_ascii=False, separators=(",", ":"))
    return f"window.MTJ_SEARCH={data};\n"


def load(app):
    if not hasattr(app, "mtj_notes"):
        path = Path(app.doctreedir, NOTES)
        app.mtj_notes = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return app.mtj_notes


def join(app, exception):
    if exception or app.builder.name != "html":
        return
    env, out = app.env, Path(app.outdir)
    pages = {f"{name}.html": name for name in order(env)}
    notes = {page: note for page, note in load(app).items() if page in pages}
    Path(app.doctreedir, NOTES).write_text(json.dumps(notes, ensure_ascii=False), encoding="utf-8")
    for page in notes:
        file = out / page
        text = file.read_text(encoding="utf-8")
        better = REFERENCES.sub(lambda m, page=page: references_of(page, notes), CARDS.sub("", text))
        better = fill_front_page(better, notes, list(pages), app.builder.imagedir)
        better = better.replace("</body>", cards_of(page, notes) + "</body>")
        if better != text:
            file.write_text(better, encoding="utf-8")
    titles = {page: env.titles[name].astext() for page, name in pages.items() if page in notes}
    (out / "search-data.js").write_text(search_data(notes, titles), encoding="utf-8")


def order(env):
    """The pages in the order of the table of contents."""
    root = env.config.root_doc
    seen, queue = [], [root]
    while queue:
        name = queue.pop(0)
        if name not in seen:
            seen.append(name)
            queue = list(env.toctree_includes.get(name, [])) + queue
    return seen
