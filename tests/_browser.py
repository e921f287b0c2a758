"""The built book in Chromium, for the tests of its pages; the scripts that drive it are in ``tests/browser``."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def drive(script: str, *arguments: str) -> list[dict]:
    """Run one of the scripts on the built book and return its report."""
    browser, node = chromium(), shutil.which("node")
    if browser is None:
        pytest.skip("no chromium is installed: the pages were not opened in a browser")
    if node is None or not (ROOT / "node_modules" / "playwright-core").is_dir():
        pytest.fail("Chromium is installed, but Node.js, which drives it, is not (or `make book` ran without npm)")
    command = [node, str(ROOT / "tests/browser" / script), str(HTML), browser, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3000)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
