"""What the book does to the HTML of a page before it is written.

Each function takes the body of a page as a BeautifulSoup tree, changes it in place and knows nothing of Sphinx, so that
a test can feed it three lines of HTML.
"""

import os
import re
from pathlib import Path

import mtjfigures
import mtjlinks
from bs4 import BeautifulSoup, Comment, NavigableString

NO_TEXT = {"pre", "code", "script", "style", "kbd", "samp", "textarea", "template", "svg", "math"}
UNIT = (
    r"%|°C?|[kMGTmµμnpf]?(?:eV|Ω|V|A|S|W|J|T|Hz|F|K|m|s|N)|Å|ps|ns|fs|µs|nm|µm|mm|cm|min|h|"
    r"ohm|Oe|kOe|electrons?|decades?"
)
NUMBER_AND_UNIT = re.compile(rf"(?<=\d) (?=(?:{UNIT})(?![\w]))", re.ASCII)  # "nm²" too: ² is no letter of ASCII
UNIT_AFTER_FORMULA = re.compile(rf"^ (?=(?:{UNIT})(?![\w]))", re.ASCII)
NUMBER_IN_FORMULA = re.compile(r"\d\}*\s*\\\)$")
TOUCHES = re.compile("[\N{NO-BREAK SPACE}/][^ \n]+|[)\\]”,.;:?!’]+")
TOUCHES_LONG = re.compile(r"[)\]”,.;:?!’]+")
LONG_FORMULA = 44  # characters of TeX; a longer one would not fit a phone together with its unit
VERDICT = re.compile(r"(Right|Not quite|Wrong|Almost)\b")


def parse(html):
    return BeautifulSoup(html, "html.parser")


def running_text(soup):
    """Yield the strings that a reader reads as text: no code, no formulas."""
    for string in soup.find_all(string=True):
        if type(string) is not NavigableString or not string.strip():
            continue
        if any(p.name in NO_TEXT or "math" in p.get("class", []) for p in string.parents):
            continue
        yield string


def keep_units(soup):
    """Join each number, also one that ends a formula, and its unit with a space that does not break: "Δ = 8 eV"."""
    for string in list(running_text(soup)):
        joined = NUMBER_AND_UNIT.sub("\N{NO-BREAK SPACE}", string)
        before = string.previous_sibling
        is_formula = "math" in getattr(before, "attrs", {}).get("class", ())
        if is_formula and NUMBER_IN_FORMULA.search(before.get_text()):
            joined = UNIT_AFTER_FORMULA.sub("\N{NO-BREAK SPACE}", joined)
        joined = re.sub("(?<=[ΩV²ⁿ]) (?=[µn]?m[²³])", "\N{NO-BREAK SPACE}", joined)
        joined = re.sub(r" = (?=[-−]?\d)", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}", joined)
        if joined != string:
            string.replace_with(joined)


def keep_punctuation(soup):
    """Keep a formula and the bracket, comma or unit that touches it on one line.

    A browser may break a line beside a formula even where there is a space that does not break.
    """
    for formula in soup.select("span.math"):
        before, after = formula.previous_sibling, formula.next_sibling
        opening = closing = ""
        if isinstance(before, NavigableString) and (found := re.search(r"[(\[“]$", before)):
            opening = found[0]
            before.replace_with(before[: -len(opening)])
        touches = TOUCHES if len(formula.get_text()) <= LONG_FORMULA else TOUCHES_LONG
        if isinstance(after, NavigableString) and (found := touches.match(after)):
            closing = found[0]
            after.replace_with(after[len(closing) :])
        if opening or closing:
            whole = formula.wrap(soup.new_tag("span", attrs={"class": "nobreak"}))
            whole.insert(0, opening)
            whole.append(closing)


def name_folds(soup):
    """Say on the fold of a cell which figure its code draws."""
    for fold in soup.select("div.cell > details.hide"):
        number = fold.parent.select_one("figcaption .caption-number")
        title = f"Code of {number.get_text().strip().rstrip('.')}" if number else "Code"
        summary = fold.find("summary")
        summary.clear()
        summary.append(title)
        del summary["aria-label"]
        fold["class"] = ["code-fold"]


def open_solutions(soup):
    """Make one native fold of each solution, and drop the ids that sphinx-exercise repeats."""
    for section in soup.select("section#exercise-content, section#solution-content, section#proof-content"):
        section.name = "div"
        del section["id"]
    for box in soup.select("div.solution.dropdown"):
        box.name = "details"
        box["class"] = ["solution"]
        title = box.select_one("p.admonition-title")
        name = title.get_text().removeprefix("Solution to").strip()
        title.name = "summary"
        del title["class"]
        title.clear()
        title.append("Show solution")
        title.append(soup.new_tag("span", attrs={"class": "solution-of"}))
        title.span.append(f" of {name}")


def mark_answers(soup):
    """Give every answer of a question the verdict that its first word speaks, as a class."""
    for question in soup.select("div.question"):
        if "typed" in question["class"]:
            for answers in question.select("details"):
                answers["class"] = ["typed-answers"]
            continue
        for answer in question.select("details"):
            first = answer.select_one(".sd-summary-content strong")
            verdict = VERDICT.match(first.get_text()) if first else None
            if verdict:
                kind = {"Right": "right", "Almost": "almost"}.get(verdict[1], "wrong")
                answer["class"] = [*answer.get("class", []), "answer", kind]
                first["class"] = "verdict-word"


STEPS = (keep_units, keep_punctuation, name_folds, open_solutions, mark_answers)
CHAPTER = re.compile(r"chapters/\d\d-")


def improve(html):
    soup = parse(html)
    for step in STEPS:
        step(soup)
    return soup


def improve_page(app, pagename, templatename, context, doctree):
    if app.builder.name != "html" or "body" not in context or doctree is None:
        return
    soup = improve(context["body"])
    about = mtjlinks.opening(soup)
    mtjfigures.offer_both(soup, {name: Path(app.srcdir, source) for source, name in app.builder.images.items()})
    if CHAPTER.match(pagename):
        mtjlinks.link_terms(
            soup,
            mtjlinks.glossary_terms(app.env),
            lambda page: app.builder.get_relative_uri(pagename, page),
        )
        soup.append(Comment(" references "))
    mtjlinks.load(app)[f"{pagename}.html"] = mtjlinks.gather(soup, parse) | {"about": about}
    context["body"] = str(soup)


def ship_the_text_face(app, config):
    """Use the book's own copy of its text face, if tools/vendor.py has fetched it; else the reader's serif serves."""
    if Path(app.srcdir, "_build", "site", "vendor", "fonts", "fonts.css").exists():
        app.add_css_file("../vendor/fonts/fonts.css")


def setup(app):
    app.add_directive("chapter-start", mtjlinks.ChapterList)
    app.add_directive("chapter-cards", mtjlinks.ChapterList)
    app.connect("config-inited", ship_the_text_face)
    os.environ["MTJ_FIGURES"] = "svg,png"  # read by mtjlib.course.plotting in the kernels: for the page, for downloads
    app.connect("html-page-context", improve_page, priority=800)
    app.connect("build-finished", mtjlinks.join, priority=400)
    app.connect("build-finished", mtjfigures.dress_all)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
