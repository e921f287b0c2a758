"""What a page does first on a phone, and how long that takes on a slow one.

``tests/browser/look.mjs`` opens pages on a fast phone, ``tools/page_bench.mjs`` throttles network and processor. How
many seconds that takes is the machine's affair: nothing here asserts it.
"""

import re
import shutil
import subprocess

import pytest
from _browser import HTML, ROOT, chromium, drive

if not (HTML / "index.html").exists():
    pytest.skip("the book is not built: run `make book`", allow_module_level=True)

PAGES = ["chapters/01-julliere.html", "chapters/07-torque.html"]


@pytest.fixture(scope="module")
def reports() -> dict[str, dict]:
    return {report["page"]: report for report in drive("look.mjs", *PAGES)}


@pytest.fixture(params=PAGES)
def report(request, reports) -> dict:
    report = reports[request.param]
    if "crash" in report:
        pytest.fail(f"{request.param} could not be opened: {report['crash']}")
    return report


def test_a_phone_lays_out_first_what_it_shows(report):
    """All sections wait but those in view; soon none does, and a reader who scrolls on at once sees nothing move."""
    assert len(report["atFirst"]) > 8
    assert report["later"] == []
    assert report["shift"] <= 0.02


def test_a_place_in_the_page_is_where_it_was(report):
    """Who comes back to a place, or follows a link to one, finds it: there nothing waits. Nor on a wide screen."""
    assert report["reloaded"] == report["linked"] == report["desk"] == []
    assert report["landed"] and report["moved"] <= 2


def test_the_throttled_run_reports(monkeypatch):
    """Slow 4G and a processor four times slower, once: a first letter, a first slider that answers, and their bytes."""
    node, browser = shutil.which("node"), chromium()
    if browser is None or node is None:
        pytest.skip("no browser to slow down")
    monkeypatch.setenv("ROUNDS", "1")
    monkeypatch.setenv("CHROMIUM", browser)
    command = [node, str(ROOT / "tools/page_bench.mjs"), PAGES[0], f"new={HTML}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    rows = dict(re.findall(r"^  (\S.*?)  +new (\S+)", done.stdout, re.MULTILINE))
    paint, slider, size = map(float, rows.values())
    assert 0 < paint < slider and 0 < size < 1000
