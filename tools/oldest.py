"""Run the library's tests in the environment that `make oldest` makes: the oldest NumPy and SciPy, and nothing else.

Left out are the tests of what is not the library: the course's figures and checks, notebooks, exercises, pages, tools.
"""

import re
import sys
from pathlib import Path

import numpy
import pytest
import scipy

ROOT = Path(__file__).resolve().parents[1]
NEEDS = re.compile(r"^\s*(?:import|from) (?:nbformat|matplotlib|anywidget|sympy|yaml|bs4|PIL)\b", re.MULTILINE)


def tests():
    """Doctests of the physics and the tests that import nothing beyond it."""
    files = [file for file in sorted(ROOT.glob("mtjlib/*.py"))]
    for file in sorted(ROOT.glob("tests/test_*.py")):
        if (ROOT / "mtjlib" / file.name.removeprefix("test_")).exists() and not NEEDS.search(file.read_text("utf-8")):
            files.append(file)
    return files


if __name__ == "__main__":
    print(f"NumPy {numpy.__version__}, SciPy {scipy.__version__}")
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *map(str, tests()), *sys.argv[1:]]))
