"""The built book, page by page, as a reader's browser sees it.

One run of ``tests/browser/check.mjs`` opens every page; each test below reads one line of its report. Screenshots go to
the folder that ``MTJ_SCREENSHOTS`` names, if it is set.
"""

import json
import os
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
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


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="module")
def reports() -> dict[str, dict]:
    browser, node = chromium(), shutil.which("node")
    if browser is None:
        pytest.skip("no chromium is installed: the pages were not opened in a browser")
    if node is None or not (ROOT / "node_modules" / "playwright-core").is_dir():
        pytest.fail("Chromium is installed, but Node.js, which drives it, is not (or `make book` ran without npm)")
    screenshots = os.environ.get("MTJ_SCREENSHOTS", "")
    command = [node, str(ROOT / "tests/browser/check.mjs"), str(HTML), browser, screenshots, *PAGES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return {report["page"]: report for report in json.loads(done.stdout)}


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
    assert report["overflow"] <= 0, f"{report['page']} is {report['overflow']} px wider than a phone"


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
