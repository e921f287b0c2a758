"""The table equation, place in the book, function, test: no dead row, and every numbered equation has one."""

import ast
import importlib
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import ledger  # noqa: E402

TABLE = ledger.equations()
ROWS = [(source, *row) for source, rows in TABLE.items() for row in rows]
SOURCES = yaml.safe_load((ledger.FOLDER / "sources.yml").read_text(encoding="utf-8"))
COUNT = {"Xiao2008": 30, "Manchon2012": 27, "Sankey2008": 6, "Barnas2005": 62}
LABEL = re.compile(r"\(([a-z]+-[\w-]+)\)|:label: ([\w-]+)|:name: ([\w-]+)")


def numbers(row):
    """Equation numbers that one row stands for: '1-14' for fourteen."""
    first, _, last = row[0].partition("-")
    return [str(n) for n in range(int(first), int(last) + 1)] if last else [first]


@pytest.mark.parametrize("source", COUNT)
def test_every_numbered_equation_has_one_row(source):
    listed = [number for row in TABLE[source] for number in numbers(row)]
    assert len(listed) == len(set(listed)) == COUNT[source]
    if ledger.texts() is None:
        pytest.skip("the texts of the sources are not at hand")
    (path,) = ledger.texts().glob(SOURCES[source]["text"] + "_*.txt")
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(r"[,.;\s)]\((A\d|B\d|\d{1,2}[abc]?)\)[,;.]?\s*$", text, flags=re.M))
    assert len(found & set(listed)) >= 0.8 * len(listed)  # the rest the extraction has torn apart
    for letter in ("", "A", "B"):
        highest = [max(re.findall(rf"\b{letter}(\d+)", " ".join(side)), key=int, default=0) for side in (found, listed)]
        assert highest[0] == highest[1], f"equations {letter}"


@pytest.fixture(scope="module")
def labels():
    pages = [*(ROOT / "chapters").glob("*.ipynb"), *(ROOT / "chapters").glob("*.md")]
    return {label for page in pages for found in LABEL.findall(page.read_text(encoding="utf-8")) for label in found}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_row_is_alive(row, labels):
    source, _, what, where, function, test = row
    assert what
    assert where == "Part III" or where in labels, f"no label {where}"
    if function:
        module, name = function.split(".")
        assert callable(getattr(importlib.import_module(f"mtjlib.{module}"), name))
    if test == "ledger":
        assert any(r.source == source for path in ledger.files() for r in ledger.load(path)[0])
    elif test:
        file, name = test.split("::")
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
