"""The built book, page by page, as a reader's browser sees it.

One run of ``tests/browser/check.mjs`` opens every page; each test below reads one line of its report. Screenshots go to
the folder that ``MTJ_SCREENSHOTS`` names, if it is set.
"""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from _browser import HTML, ROOT, drive

# Bytes over the wire: a page without and with interactive figures, and what must come before the first letter shows.
PLAIN_PAGE, INTERACTIVE_PAGE, FIRST_PAINT = 0.5e6, 1.0e6, 250e3


def pages() -> list[str]:
    """Every page of the table of contents, as a path below the html folder."""

    def walk(node):
        if isinstance(node, list):
            for child in node:
                yield from walk(child)
        elif isinstance(node, dict):
            yield from (Path(node[key]).with_suffix(".html").as_posix() for key in ("root", "file") if key in node)
            for key in ("parts", "chapters", "sections"):
                yield from walk(node.get(key, []))

    return list(walk(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))))


PAGES = pages()

if not (HTML / "index.html").exists():
    pytest.skip("the book is not built: run `make book`", allow_module_level=True)


@pytest.fixture(scope="module")
def reports() -> dict[str, dict]:
    reports = drive("check.mjs", os.environ.get("MTJ_SCREENSHOTS", ""), *PAGES)
    return {report["page"]: report for report in reports}


@pytest.fixture(params=PAGES)
def report(request, reports) -> dict:
    report = reports[request.param]
    if "crash" in report:
        pytest.fail(f"{request.param} could not be checked: {report['crash']}")
    return report


def listed(problems: list) -> str:
    return "\n".join(map(str, problems))


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("console", "errors in the console"),
        ("external", "requests that leave the book's own server"),
        ("failed", "files that are missing"),
        ("blocking", "scripts in the head that hold up the page"),
        ("asleep", "interactive figures that do not start"),
        ("maths", "formulas that are not typeset"),
        ("images", "images without a description or not loaded"),
        ("light", "accessibility violations in the light theme"),
        ("dark", "accessibility violations in the dark theme"),
        ("phone", "accessibility violations at 390 px"),
        ("squeezed", "figures that lose their proportions at 390 px"),
        ("print", "lost answers or page furniture on paper"),
        ("cut", "formulas that are cut, at 1280, 390 or 320 px"),
        ("wideCode", "code wider than its column at 1280 px"),
        ("text", "numbers without their unit, or one id for two things"),
        ("answers", "questions that judge an answer wrongly"),
        ("ideas", "links without a card, or a search that misses"),
    ],
)
def test_page_has_no(report, key, meaning):
    assert not report[key], f"{report['page']}, {meaning}:\n{listed(report[key])}"


def test_page_fits_a_phone(report):
    """Nothing is reached by scrolling sideways: not at 390 px, nor at 320 px (a small phone, or a fourfold zoom)."""
    for at in report["overflow"]:
        assert at["by"] <= 0, f"{report['page']} is {at['by']} px too wide at {at['width']} px:\n{listed(at['what'])}"
    assert [at["width"] for at in report["overflow"]] == [390, 320]


def test_page_is_light(report):
    budget = INTERACTIVE_PAGE if report["figures"] else PLAIN_PAGE
    assert report["bytes"] <= budget, f"{report['page']}: {report['bytes'] / 1e6:.2f} MB\n{listed(report['heaviest'])}"


def test_first_letter_comes_early(report):
    assert report["early"] <= FIRST_PAINT, f"{report['page']}: {report['early'] / 1e3:.0f} kB before anything shows"


def test_page_does_not_jump(report):
    """What is read stays where it is while the page loads, the reader scrolls and the figures wake."""
    assert report["shift"] <= 0.02, f"{report['page']}: what is read moves ({report['shift']:.3f})"


def test_interactive_figures_answer_the_keyboard(report):
    dead = [move for move in report["sliders"] if not (move["drawing"] and move["summary"])]
    assert not dead, f"{report['page']}: moving the slider changes nothing\n{listed(dead)}"
    moved = {move["figure"] for move in report["sliders"]}
    assert len(moved) == report["figures"], f"{report['page']}: an interactive figure has no slider"


class Links(HTMLParser):
    """Collect the anchors of a page and the links it makes."""

    def __init__(self, text: str):
        super().__init__()
        self.anchors, self.links = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.update(filter(None, (attrs.get("id"), attrs.get("name"))))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])


@pytest.fixture(scope="module")
def parsed() -> dict[Path, Links]:
    return {path: Links(path.read_text(encoding="utf-8")) for path in HTML.rglob("*.html")}


@pytest.mark.parametrize("page", PAGES)
def test_internal_links_lead_somewhere(page, parsed):
    here = HTML / page
    dead = []
    for link in parsed[here].links:
        url = urlsplit(link)
        if url.scheme or url.netloc:
            continue
        target = (here.parent / unquote(url.path)).resolve() if url.path else here
        anchor = unquote(url.fragment)
        if not target.is_file() or (anchor and target in parsed and anchor not in parsed[target].anchors):
            dead.append(link)
    assert not dead, f"{page}:\n{listed(dead)}"


@pytest.mark.parametrize("notebook", sorted(path.name for path in (HTML / "_sources" / "chapters").glob("*.ipynb")))
def test_notebooks_to_take_away_need_no_book(notebook):
    """JupyterLab, GitHub and Colab know none of the book's roles, boxes and labels."""
    cells = json.loads((HTML / "_sources" / "chapters" / notebook).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    raw = re.findall(r"\{[\w:]+\}`[^`]*`|^:{3,}.*|^\([\w-]+\)=|(?<![\w/#])(?:fig|eq|ex|sec)-[\w-]+", text, re.MULTILINE)
    assert not raw, f"{notebook}:\n{listed(raw)}"
