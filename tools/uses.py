"""Which names of mtjlib the code cells of a notebook use: asked by the tests and by the book's links to the library.

python tools/uses.py chapters/02-barrier.ipynb
"""

import ast
import json
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]


def notebooks():
    """Chapters, and exercises with their solutions."""
    return sorted(ROOT.glob("chapters/*.ipynb")) + sorted(ROOT.glob("exercises/source/*.ipynb"))


def code(notebook):
    """The Python of all code cells, without magics."""
    cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
    lines = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code").splitlines()
    return "\n".join(line for line in lines if not line.startswith(("%", "!")))


def names(source):
    """Dotted names below mtjlib that the code reads, such as ``transport.tmr`` and ``Junction``, and modules."""
    tree, known = ast.parse(source), {}  # known: a name in the notebook -> what it is below mtjlib
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "mtjlib":
            above = node.module.split(".")[1:]
            for alias in node.names:
                known[alias.asname or alias.name] = ".".join([*above, alias.name])
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "mtjlib":
                    known[alias.asname or "mtjlib"] = ".".join(alias.name.split(".")[1:]) if alias.asname else ""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and known.get(node.id):
            found.add(known[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            chain = [node.attr]
            while isinstance(node := node.value, ast.Attribute):
                chain.insert(0, node.attr)
            if isinstance(node, ast.Name) and node.id in known:
                found.add(".".join(filter(None, [known[node.id], *chain])))
    return found


def used(notebook):
    """The same for a notebook's file."""
    return names(code(notebook))


def in_ledger(path):
    """The same for a chapter's rows of the ledger, whose calls its page shows."""
    data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    calls = [row.get(which, "") for row in data["rows"] for which in ("compute", "printed")]
    modules = sorted(file.stem for file in (ROOT / "mtjlib").glob("[!_]*.py"))
    return names("\n".join([f"from mtjlib import {', '.join(modules)}", data.get("setup", ""), *calls]))


if __name__ == "__main__":
    print(*sorted(set().union(*map(used, sys.argv[1:]))), sep="\n")
