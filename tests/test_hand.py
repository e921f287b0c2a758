"""What a reader's hand does with the interactive figures of the built book, on a desk and on a phone.

``tests/browser/hand.mjs`` tries one figure of each view, the one with the most points; that every figure wakes and that
each of its sliders moves it is in test_book.py.
"""

import re

import pytest
from _browser import HTML, drive

if not (HTML / "index.html").exists():
    pytest.skip("the book is not built: run `make book`", allow_module_level=True)


def figures() -> dict[str, tuple[int, str]]:
    """{view: (points along x, "page:which figure of the page")} of one figure of each view."""
    chosen = {}
    for page in sorted(HTML.glob("chapters/*.html")):
        sources = re.findall(r'class="mtj-figure" data-src="([^"]+)"', page.read_text(encoding="utf-8"))
        for k, source in enumerate(sources):
            data = (page.parent / source).read_text(encoding="utf-8")
            views, points = re.findall(r'"view":"(\w+)"', data), re.findall(r'"nx":(\d+)', data)
            if len(views) == 1 and int(points[0]) > chosen.get(views[0], (0, ""))[0]:
                chosen[views[0]] = int(points[0]), f"{page.relative_to(HTML).as_posix()}:{k}"
    return chosen


CHOSEN = figures()


@pytest.fixture(scope="module")
def reports() -> dict[str, dict]:
    reports = drive("hand.mjs", *(place for _, place in CHOSEN.values()))
    return dict(zip(CHOSEN, reports, strict=True))


@pytest.fixture(params=["curves", "map", "profile", "sphere"])
def report(request, reports) -> dict:
    report = reports[request.param]
    if "crash" in report:
        pytest.fail(f"{report['figure']} could not be tried: {report['crash']}")
    return report


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("picture", "the saved picture is not what the page shows, or is not legible on white paper"),
        ("numbers", "the saved numbers are not those that the figure shows"),
        ("link", "the copied link does not lead back to what the figure shows"),
        ("touch", "a finger on a phone does what it should not, or nothing"),
    ],
)
def test_a_figure_answers_the_hand(report, key, meaning):
    problems = "\n".join(report[key])
    assert not problems, f"{report['figure']}, {meaning}:\n{problems}"
