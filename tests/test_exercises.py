"""The exercises: nothing passes unanswered, known mistakes meet their hint, other right ways pass, no solution leaks.

What must hold for the data of every class is in test_exercises_seeds.py.
"""

import ast
import re
from collections import Counter
from copy import deepcopy

import nbformat
import pytest
from _exercises import (
    HIDDEN,
    LABEL,
    REGION,
    ROOT,
    SOURCES,
    STUB,
    answers,
    build_exercises,
    each_source,
    grader,
    listed,
    make_exercise_data,
    normalise_notebooks,
    replaced,
    source_of,
)

from mtjlib.course import check


def test_there_are_exercises_and_each_lists_wrong_and_other_right_answers():
    assert SOURCES
    assert [path.stem for path in SOURCES] == [path.stem for path in sorted(ROOT.glob("exercises/wrong/*.yml"))]
    for source in SOURCES:
        known = listed(source.stem)
        assert len(known["wrong"]) >= 8 and len(known["also_right"]) >= 3, source.stem
        graded = {grader(cell)["grade_id"] for cell in nbformat.read(source, 4).cells if grader(cell).get("grade")}
        assert {f"{answer['cell']}-check" for answer in known["wrong"]} == graded - {"prediction", "judgement"}, (
            "each step needs a wrong answer"
        )
        ids = [answer["id"] for answer in known["wrong"] + known["also_right"]]
        assert len(set(ids)) == len(ids)


@each_source
def test_worksheet(source):
    notebook = nbformat.read(source, as_version=4)
    assert not normalise_notebooks.check(source)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    steps = [heading for heading in headings if heading.startswith("Step ")]
    assert headings == ["Given", "Predict", *steps, "Judge", "So what"] and 2 <= len(steps) <= 4
    assert re.search(r"^\*\*Time\.\*\* About \d+ minutes \(estimated\)\.$", text, re.MULTILINE)
    assert re.search(r"^\*\*Difficulty\.\*\* (One|Two|Three) \(of three\)", text, re.MULTILINE)
    assert re.search(r"^\*\*Data\.\*\* Synthetic: ", text, re.MULTILINE)
    assert "teacher's checks" in text
    chapter = re.search(r"^\*\*Chapter\.\*\* \[.+\]\(\.\./\.\./(chapters/\d\d-.*\.ipynb)\)$", text, re.MULTILINE)
    assert chapter and (ROOT / chapter[1]).exists(), "no link to an existing chapter"
    for cell in notebook.cells:
        if grader(cell).get("solution") and cell.cell_type == "code":
            assert REGION.search(cell.source), "a solution without a region"
        if "plt.show()" in cell.source:
            assert len(cell.metadata["mystnb"]["image"]["alt"]) >= 40, "a figure without alt text"


@each_source
def test_points_are_told_and_are_those_that_are_given(source, run):
    notebook = nbformat.read(source, as_version=4)
    graded = [cell for cell in notebook.cells if grader(cell).get("grade")]
    worth = {grader(c)["grade_id"].removesuffix("-check"): grader(c)["points"] for c in graded if c.cell_type == "code"}
    words = {grader(c)["grade_id"]: grader(c)["points"] for c in graded if c.cell_type == "markdown"}
    assert min(worth.values()) > 0 and set(words) == {"prediction", "judgement"} and min(words.values()) > 0
    run(notebook, figures=False)
    assert {label.partition(" ")[2]: points for label, points in check._session.steps.items()} == worth
    assert check._session.passed == set(check._session.steps) and check._session.words == sum(words.values())
    steps = Counter()
    for label, points in check._session.steps.items():
        steps[label[0]] += points
    each = ", ".join(str(steps[number]) for number in sorted(steps))
    told = f"**Points.** {sum(worth.values())} by the checks (steps 1 to {len(steps)}: {each}), "
    told += f"{sum(words.values())} by a reader"
    assert told in notebook.cells[0].source, told
    labels = [LABEL.search(c.source)[1] for c in graded if c.cell_type == "code"]
    assert labels == list(check._session.steps), "steps in another order, or a check that is no step"
    assert notebook.cells[-1].source == "check.summary()"


@each_source
def test_student_copy_is_up_to_date(source):
    copy = ROOT / "exercises/student" / source.name
    wanted = build_exercises.student_copy(nbformat.read(source, as_version=4))
    assert copy.exists() and copy.read_text() == wanted, "stale: run tools/build_exercises.py"


def test_hands_on_page_names_the_wheel_that_is_built():
    named = re.findall(r"mtjlib-[^\s\"<>/]+\.whl", (ROOT / "chapters/hands-on.md").read_text(encoding="utf-8"))
    assert len(named) >= 3 and set(named) == {build_exercises.wheel_name()}


def test_times_are_told_as_estimates():
    """Nobody has been timed; `test_worksheet` asks the same of each exercise."""
    assert "nobody has been timed" in " ".join((ROOT / "chapters/hands-on.md").read_text(encoding="utf-8").split())


def test_no_student_copy_without_a_source():
    assert {path.name for path in ROOT.glob("exercises/student/*")} == {path.name for path in SOURCES}


@each_source
@pytest.mark.parametrize("stub", ["as it is", "raise NotImplementedError"])
def test_untouched_copy_fails_every_graded_cell(source, stub, run):
    copy = nbformat.read(ROOT / "exercises/student" / source.name, as_version=4)

    def edit(cell):
        if "install" in cell.metadata.get("tags", []):
            return ""
        return cell.source if stub == "as it is" else STUB.sub(rf"\1{stub}", cell.source)

    raised = run(copy, edit, figures=False)
    assert raised
    for grade_id, error in raised.items():
        assert isinstance(error, AssertionError) and "not answered yet" in str(error), f"{grade_id}: {error!r}"


@each_source
def test_solution_passes(source, run):
    assert set(run(nbformat.read(source, as_version=4)).values()) == {None}


@pytest.mark.parametrize(("name", "answer"), answers("wrong"))
def test_wrong_answer_meets_its_hint(name, answer, run):
    notebook = replaced(source_of(name), answer)
    # What the student sees: the visible part of the checks.
    check_id = f"{answer['cell']}-check"
    error = run(notebook, lambda cell: HIDDEN.sub("", cell.source), only=check_id)[check_id]
    assert isinstance(error, AssertionError), f"accepted, or stopped without advice: {error!r}"
    assert any(part in str(error) for part in answer["expect"].split("|"))
    assert "\n" not in str(error) and len(str(error)) < 300, "one friendly line"


@pytest.mark.parametrize(("name", "answer"), answers("also_right"))
def test_right_answer_in_another_style_passes(name, answer, run):
    notebook = replaced(source_of(name), answer)
    failed = {grade_id: error for grade_id, error in run(notebook, only=f"{answer['cell']}-check").items() if error}
    assert not failed


@each_source
def test_every_step_has_a_lesson_that_is_tested(source):
    """At least one step of each exercise depends on its data: its lesson is tried on many classes."""
    known = listed(source.stem)
    assert any(answer.get("lesson") for answer in known["wrong"])
    assert any(answer.get("offered") for answer in known["also_right"])


def names_inside(code):
    """Return the names that the functions in `code` bind."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef):
            found.add(node.name)
    return found


LIKELY = (
    "window switching cases fit step data line model loop mean ratio expected result hints words values number".split()
)


@each_source
def test_checks_touch_no_helper_of_the_student(source, run):
    """Helpers of any name that a check uses inside, or a student is likely to choose, change nothing and stay."""
    notebook = nbformat.read(source, as_version=4)
    everywhere = "\n".join(
        cell.source for cell in notebook.cells if cell.cell_type == "code" and not grader(cell).get("grade")
    )
    used = names_inside(everywhere) | {
        name.name for name in ast.walk(ast.parse(everywhere)) if isinstance(name, ast.alias)
    }
    helpers, checks = {}, 0

    def before(cell, namespace):
        nonlocal checks
        if not grader(cell).get("grade"):
            return
        checks += 1
        names = (names_inside(cell.source) | set(LIKELY)) - used - {"_", *namespace.keys() - helpers.keys()}
        for name in names:
            helpers[name] = namespace[name] = lambda *_, **__: None

    kept = {}
    each = lambda cell, namespace: (before(cell, namespace), kept.update(namespace=namespace))  # noqa: E731
    raised = run(notebook, before=each, figures=False)
    assert set(raised.values()) == {None} and checks == len(raised)
    assert all(kept["namespace"][name] is helper for name, helper in helpers.items())


@each_source
def test_checks_bind_no_name(source):
    for cell in nbformat.read(source, as_version=4).cells:
        if cell.cell_type == "code" and grader(cell).get("grade"):
            (function,) = ast.parse(cell.source).body
            assert isinstance(function, ast.FunctionDef) and function.name == "_"


@each_source
def test_run_all_goes_through_an_untouched_copy_with_one_line_for_each_step(source, run, monkeypatch, capsys):
    copy = nbformat.read(ROOT / "exercises/student" / source.name, as_version=4)

    def gentle(cell, namespace):
        monkeypatch.delenv("MTJ_CHECK", raising=False)

    raised = run(copy, lambda cell: "" if "install" in cell.metadata.get("tags", []) else cell.source, before=gentle)
    assert set(raised.values()) == {None}
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert [line[:1] for line in lines] == ["✗"] * len(raised) + ["0"]
    assert lines[-1].startswith("0 of ") and "Next: step 1 (" in lines[-1]


@each_source
def test_one_slip_costs_one_step(source, run):
    """A step left out costs no other: the rest is solved with the stand-ins."""
    notebook = nbformat.read(source, as_version=4)
    known = listed(source.stem)
    alone = {
        answer["cell"]: answer["code"] for answer in known["also_right"] if answer["id"].startswith("with-stand-in")
    }
    for cell in notebook.cells:
        if grader(cell).get("solution") and cell.cell_type == "code":
            cell.source = alone.get(grader(cell)["grade_id"], cell.source)
    graded = [
        grader(cell)["grade_id"] for cell in notebook.cells if grader(cell).get("solution") and cell.cell_type == "code"
    ]
    for missed in graded:
        copy = deepcopy(notebook)
        for cell in copy.cells:
            if grader(cell).get("grade_id") == missed:
                cell.source = (
                    REGION.sub("pass\n", cell.source) if REGION.search(cell.source) else stub_of(source, missed)
                )
        failed = {grade_id for grade_id, error in run(copy, figures=False).items() if error}
        assert failed == {f"{missed}-check"}


def stub_of(source, grade_id):
    """Return what the student gets in place of the answer."""
    copy = nbformat.read(ROOT / "exercises/student" / source.name, as_version=4)
    return next(cell.source for cell in copy.cells if grader(cell).get("grade_id") == grade_id)


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
