"""What the tests of the exercises share: sources, known answers, and a way to run a notebook without a kernel.

Cells run in one namespace of this process; that source notebooks also run in a kernel is nbval's business.
"""

import functools
import re
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import build_exercises  # noqa: E402, F401
import make_exercise_data  # noqa: E402
import normalise_notebooks  # noqa: E402, F401

from mtjlib.course import check  # noqa: E402

SEEDS = 40
SOURCES = sorted(ROOT.glob("exercises/source/*.ipynb"))
REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS\n?", re.DOTALL)
LABEL = re.compile(r'^@check\.step\("(.*?)"', re.MULTILINE)
STUB = re.compile(r"(?<=# YOUR CODE HERE\n)( *)pass")

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@functools.cache
def listed(name):
    """Return the file of known answers to an exercise."""
    return yaml.safe_load((ROOT / f"exercises/wrong/{name}.yml").read_text(encoding="utf-8"))


def answers(kind, flag=None):
    """Return the listed answers of a kind, `wrong` or `also_right`, as test parameters, or those that have a flag."""
    return [
        pytest.param(path.stem, answer, id=f"{path.stem}-{answer['id']}")
        for path in SOURCES
        for answer in listed(path.stem)[kind]
        if not flag or answer.get(flag)
    ]


def grader(cell):
    """Return nbgrader's part of a cell's metadata."""
    return cell.metadata.get("nbgrader", {})


@functools.cache
def compiled(code, name):
    """Return the compiled code of a cell: most tests change one cell of a notebook and run the others again."""
    return compile(code, name, "exec")


def runner(monkeypatch):
    """Return a function that runs a notebook and returns what each graded cell raises, None where it passes.

    With `only`, a grade_id or several, the other checks and the figures are left out.
    """
    import matplotlib.pyplot as plt

    monkeypatch.chdir(ROOT / "exercises")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    monkeypatch.setenv("MTJ_CHECK", "strict")

    def run(notebook, edit=lambda cell: cell.source, only=None, before=lambda *_: None, figures=True):
        vars(check._session).update(vars(check._Session()))
        namespace, raised, only = {"__name__": "__main__"}, {}, [only] if isinstance(only, str) else only
        for number, cell in enumerate(notebook.cells):
            code = edit(cell)
            if cell.cell_type != "code":
                continue
            is_check = grader(cell).get("grade")
            if not figures and "plt.show()" in code:
                continue
            if only and ((is_check and grader(cell)["grade_id"] not in only) or "plt.show()" in code):
                check._session.ran.update(LABEL.findall(code))  # opens the stand-ins
                continue
            before(cell, namespace)
            try:
                exec(compiled(code, f"cell {number} {grader(cell).get('grade_id', '')}"), namespace)
                error = None
            except Exception as raising:
                error = raising
            if is_check:
                raised[grader(cell)["grade_id"]] = error
                if only and only[-1] == grader(cell)["grade_id"]:
                    break
            elif error and not isinstance(error, NotImplementedError):
                raise error
        return raised

    return run


def replaced(source, answer):
    """Return the notebook with one answer replaced."""
    notebook = deepcopy(source)
    found = [cell for cell in notebook.cells if grader(cell).get("grade_id") == answer["cell"]]
    assert len(found) == 1, f"no cell {answer['cell']}"
    found[0].source = answer["code"]
    return notebook


@functools.cache
def source_of(name):
    """Return the source of an exercise."""
    return nbformat.read(ROOT / f"exercises/source/{name}.ipynb", as_version=4)


@functools.cache
def drawn(name, seed):
    """Return the source of an exercise with the data of another class."""
    return make_exercise_data.write(deepcopy(source_of(name)), *make_exercise_data.EXERCISES[name][0](seed))
