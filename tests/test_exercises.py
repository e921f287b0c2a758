"""The exercises: nothing passes unanswered, known mistakes meet their hint, other right ways pass, no solution leaks.

Cells run in one namespace of this process; that source notebooks also run in a kernel is nbval's business.
"""

import re
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import build_exercises  # noqa: E402
import make_exercise_data  # noqa: E402
import normalise_notebooks  # noqa: E402

SOURCES = sorted(ROOT.glob("exercises/source/*.ipynb"))
REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS\n?", re.DOTALL)
STUB = re.compile(r"(?<=# YOUR CODE HERE\n)( *)pass")

each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def answers(kind):
    """Return the listed answers of a kind, `wrong` or `also_right`, as test parameters."""
    listed = ((path, yaml.safe_load(path.read_text())) for path in sorted(ROOT.glob("exercises/wrong/*.yml")))
    return [pytest.param(path.stem, a, id=f"{path.stem}-{a['id']}") for path, all_ in listed for a in all_[kind]]


def grader(cell):
    """Return nbgrader's part of a cell's metadata."""
    return cell.metadata.get("nbgrader", {})


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs a notebook and returns what each graded cell raises, None where it passes."""
    import matplotlib.pyplot as plt

    monkeypatch.chdir(ROOT / "exercises")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))

    def run(notebook, edit=lambda cell: cell.source):
        namespace, raised = {"__name__": "__main__"}, {}
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            code = compile(edit(cell), f"cell {number} {grader(cell).get('grade_id', '')}", "exec")
            try:
                exec(code, namespace)
                error = None
            except Exception as raising:
                error = raising
            if grader(cell).get("grade"):
                raised[grader(cell)["grade_id"]] = error
            elif error and not isinstance(error, NotImplementedError):
                raise error
        return raised

    return run


def test_there_are_exercises_and_each_lists_wrong_and_other_right_answers():
    assert SOURCES
    assert [path.stem for path in SOURCES] == [path.stem for path in sorted(ROOT.glob("exercises/wrong/*.yml"))]
    for source in SOURCES:
        listed = yaml.safe_load((ROOT / f"exercises/wrong/{source.stem}.yml").read_text())
        assert len(listed["wrong"]) >= 8 and len(listed["also_right"]) >= 3, source.stem
        graded = {grader(cell)["grade_id"] for cell in nbformat.read(source, 4).cells if grader(cell).get("grade")}
        assert {f"{answer['cell']}-check" for answer in listed["wrong"]} == graded, "each step needs a wrong answer"
        ids = [answer["id"] for answer in listed["wrong"] + listed["also_right"]]
        assert len(set(ids)) == len(ids)


@each_source
def test_worksheet(source):
    notebook = nbformat.read(source, as_version=4)
    assert not normalise_notebooks.check(source)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    steps = [heading for heading in headings if heading.startswith("Step ")]
    assert headings == ["Given", *steps, "So what"] and 2 <= len(steps) <= 4
    assert re.search(r"^\*\*Time\.\*\* \d+ minutes\.$", text, re.MULTILINE)
    assert re.search(r"^\*\*Difficulty\.\*\* (One|Two|Three) \(of three\)", text, re.MULTILINE)
    chapter = re.search(r"^\*\*Chapter\.\*\* \[.+\]\(\.\./\.\./(chapters/\d\d-.*\.ipynb)\)$", text, re.MULTILINE)
    assert chapter and (ROOT / chapter[1]).exists(), "no link to an existing chapter"
    for cell in notebook.cells:
        if grader(cell).get("solution"):
            assert REGION.search(cell.source), "a solution without a region"
        if "plt.show()" in cell.source:
            assert len(cell.metadata["mystnb"]["image"]["alt"]) >= 40, "a figure without alt text"
    points = [grader(cell)["points"] for cell in notebook.cells if grader(cell).get("grade")]
    assert all(point > 0 for point in points)


@each_source
def test_student_copy_is_up_to_date(source):
    copy = ROOT / "exercises/student" / source.name
    wanted = build_exercises.student_copy(nbformat.read(source, as_version=4))
    assert copy.exists() and copy.read_text() == wanted, "stale: run tools/build_exercises.py"


def test_no_student_copy_without_a_source():
    assert {path.name for path in ROOT.glob("exercises/student/*")} == {path.name for path in SOURCES}


@each_source
@pytest.mark.parametrize("stub", ["as it is", "raise NotImplementedError"])
def test_untouched_copy_fails_every_graded_cell(source, stub, run):
    copy = nbformat.read(ROOT / "exercises/student" / source.name, as_version=4)

    def edit(cell):
        return cell.source if stub == "as it is" else STUB.sub(rf"\1{stub}", cell.source)

    raised = run(copy, edit)
    assert raised
    for grade_id, error in raised.items():
        assert isinstance(error, AssertionError) and "not answered yet" in str(error), f"{grade_id}: {error!r}"


@each_source
def test_solution_passes(source, run):
    assert set(run(nbformat.read(source, as_version=4)).values()) == {None}


@pytest.mark.parametrize(("name", "answer"), answers("wrong"))
def test_wrong_answer_meets_its_hint(name, answer, run):
    source = nbformat.read(ROOT / f"exercises/source/{name}.ipynb", as_version=4)
    found = [cell for cell in source.cells if grader(cell).get("grade_id") == answer["cell"]]
    assert len(found) == 1, f"no cell {answer['cell']}"
    found[0].source = answer["code"]
    # What the student sees: the visible part of the checks.
    raised = run(source, lambda cell: HIDDEN.sub("", cell.source))
    error = raised[f"{answer['cell']}-check"]
    assert isinstance(error, AssertionError), f"accepted, or stopped without advice: {error!r}"
    assert answer["expect"] in str(error)


@pytest.mark.parametrize(("name", "answer"), answers("also_right"))
def test_right_answer_in_another_style_passes(name, answer, run):
    source = nbformat.read(ROOT / f"exercises/source/{name}.ipynb", as_version=4)
    found = [cell for cell in source.cells if grader(cell).get("grade_id") == answer["cell"]]
    assert len(found) == 1, f"no cell {answer['cell']}"
    found[0].source = answer["code"]
    failed = {grade_id: error for grade_id, error in run(source).items() if error}
    assert not failed


def leaks(source, copy):
    """Return the lines of the solutions and hidden tests in `source` that stand in `copy` too."""
    found = []
    for cell in source.cells:
        secret = "".join(REGION.findall(cell.source) + HIDDEN.findall(cell.source))
        lines = {line.strip() for line in secret.splitlines()}
        found += [line for line in lines if len(line) >= 12 and any(line in other.source for other in copy.cells)]
    return found


@each_source
def test_no_solution_leaks(source):
    path = ROOT / "exercises/student" / source.name
    copy, text = nbformat.read(path, as_version=4), path.read_text()
    assert not leaks(nbformat.read(source, as_version=4), copy)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    for cell in copy.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
    assert not any("a path of one machine" in problem for problem in normalise_notebooks.problems(copy))


@each_source
def test_the_leak_test_notices_a_leak(source):
    full = nbformat.read(source, as_version=4)
    assert leaks(full, full)


@pytest.mark.parametrize("exercise", sorted(make_exercise_data.EXERCISES))
def test_data_come_from_the_script(exercise):
    assert make_exercise_data.main(["--exercise", exercise, "--check"]) == 0
    assert make_exercise_data.main(["--exercise", exercise, "--check", "--seed", "1"]) == 1


@pytest.mark.parametrize("exercise", sorted(make_exercise_data.EXERCISES))
@pytest.mark.parametrize("seed", range(8))
def test_solution_passes_with_other_seeds(exercise, seed, run):
    notebook = nbformat.read(ROOT / f"exercises/source/{exercise}.ipynb", as_version=4)
    make_exercise_data.write(notebook, *make_exercise_data.EXERCISES[exercise][0](seed))
    assert set(run(notebook).values()) == {None}
