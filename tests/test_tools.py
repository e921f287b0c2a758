"""The notebook tools: what they drop, what they keep, and what they refuse."""

import csv
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import build_exercises  # noqa: E402
import grade  # noqa: E402
import make_exercise_data  # noqa: E402
import normalise_notebooks as tool  # noqa: E402

VIEW = "application/vnd.jupyter.widget-view+json"


def executed():
    """Return a notebook as JupyterLab might leave it."""
    plot = {"text/plain": "<Figure size 640x480 with 1 Axes>", "image/png": "AAAA", "image/svg+xml": "<svg/>"}
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell(
            "print('TMR = 1.0')\n",
            execution_count=7,
            metadata={"execution": {"iopub.execute_input": "2020-01-01"}, "tags": ["data"], "collapsed": True},
            outputs=[
                new_output("stream", name="stdout", text="TMR "),
                new_output("stream", name="stdout", text="= 1.0\n"),
            ],
        ),
        new_code_cell(
            "plt.show()", execution_count=9, outputs=[new_output("display_data", plot, metadata={"x": {"w": 1}})]
        ),
        new_code_cell(
            "x",
            execution_count=10,
            outputs=[
                new_output(
                    "execute_result",
                    {"text/plain": "x", "text/latex": "$x$", VIEW: {"model_id": "1"}},
                    execution_count=10,
                ),
                new_output("display_data", {VIEW: {"model_id": "2"}}),
            ],
        ),
        new_code_cell("x", execution_count=11),
    ]
    metadata = {
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}},
        "kernelspec": {"name": "my-env", "display_name": "My env", "language": "python"},
        "language_info": {"name": "python", "version": "3.12.1"},
        "toc": {},
    }
    return new_notebook(cells=cells, metadata=metadata)


def test_normalise_drops_and_keeps():
    cells = tool.normalise(executed()).cells
    assert [cell.get("execution_count") for cell in cells[1:]] == [1, 1, 1, 1]
    assert cells[1].metadata == {"tags": ["data"]}
    assert [dict(output) for output in cells[1].outputs] == [
        {"output_type": "stream", "name": "stdout", "text": "TMR = 1.0\n"}
    ]
    assert cells[2].outputs[0].data == {"text/plain": "<Figure size 640x480 with 1 Axes>"}
    assert cells[2].outputs[0].metadata == {}
    assert [output.data for output in cells[3].outputs] == [{"text/plain": "x", "text/latex": "$x$"}]
    assert cells[3].outputs[0].execution_count == 1


def test_normalise_is_idempotent_and_forgets_the_environment():
    once = tool.text(tool.normalise(executed()))
    assert tool.text(tool.normalise(nbformat.reads(once, as_version=4))) == once
    assert "My env" not in once and "3.12.1" not in once and "widgets" not in once
    nbformat.validate(nbformat.reads(once, as_version=4))
    assert not tool.problems(nbformat.reads(once, as_version=4))


def test_a_change_of_one_cell_changes_no_other_line():
    """Ids stay with their cells, also when the source changes; a copied or missing id becomes a new one."""
    notebook = tool.normalise(executed())
    ids, before = [cell.id for cell in notebook.cells], tool.text(notebook).splitlines()
    notebook.cells[1].source = "print('TMR = 2.0')"
    notebook.cells[1].execution_count = notebook.cells[3].execution_count = 40
    after = tool.text(tool.normalise(notebook)).splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ("""    "print('TMR = 1.0')\"""", """    "print('TMR = 2.0')\"""")
    ]
    notebook.cells.insert(2, new_code_cell("y", id=ids[1], execution_count=3))
    notebook.cells.insert(0, new_markdown_cell("Before"))
    del notebook.cells[0]["id"]
    now = [cell.id for cell in tool.normalise(notebook).cells]
    assert now[1:3] + now[4:] == ids and len(set(now)) == len(now)


HOME = "/ho" + "me/reader/book"  # in pieces, so that no search for such paths stops here


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda nb: nb.cells[1].update(execution_count=None), "cell 2: not executed"),
        (lambda nb: nb.cells[1].update(source=" "), "cell 2: empty code cell"),
        (lambda nb: nb.cells[2].outputs[0].data.update({"image/png": "AAAA"}), "cell 3: image/png in an output"),
        (lambda nb: nb.cells[2].outputs[0].data.update({"image/svg+xml": "<svg/>"}), "cell 3: image/svg+xml"),
        (
            lambda nb: nb.cells[2].outputs[0].data.update({"text/html": "<img src='data:image/png;base64,AA'>"}),
            "cell 3: an image inside HTML",
        ),
        (lambda nb: nb.cells[3].outputs[0].data.update({VIEW: {"model_id": "1"}}), f"cell 4: {VIEW}"),
        (lambda nb: nb.metadata.update(widgets={}), "holds widget state"),
        (
            lambda nb: nb.cells[1].outputs.append(new_output("error", ename="E", evalue="no")),
            "cell 2: error output E: no",
        ),
        (
            lambda nb: nb.cells[1].outputs.append(new_output("stream", name="stderr", text="Careful\n")),
            "on stderr: Careful",
        ),
        (lambda nb: nb.cells[1].outputs[0].update(text=f"{HOME}/x.py\n"), "a path of one machine in an output"),
        (lambda nb: nb.cells[1].outputs[0].update(text=f"{ROOT}/x.py\n"), "a path of one machine in an output"),
        (lambda nb: nb.cells[1].update(source=f"open('{HOME}/x')"), "cell 2: a path of one machine"),
        (lambda nb: nb.cells[0].update(source=f"See {HOME}."), "cell 1: a path of one machine"),
        (lambda nb: nb.cells[1].outputs[0].update(text="<A object at 0x7f12ab34cd50>"), "an object's address"),
        (lambda nb: nb.cells[1].metadata.update(collapsed=True), "changed since it was normalised"),
    ],
)
def test_check_refuses(damage, complaint, tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    notebook = tool.normalise(executed())
    path.write_text(tool.text(notebook))
    assert tool.main(["--check", str(path)]) == 0
    damage(notebook)
    path.write_text(tool.text(notebook))
    assert tool.main(["--check", str(path)]) == 1
    assert complaint in capsys.readouterr().err
    assert path.read_text() == tool.text(notebook), "--check must not write"


@pytest.mark.parametrize(
    "text", ["https://example.org/home/reader", "3 /work", "a/tmp/b", "dI/dV", "R/tmp", "../root/x"]
)
def test_not_every_slash_is_a_path(text):
    assert not tool.MACHINE_PATH.search(text)


REAL = """
import ipywidgets
import matplotlib.pyplot as plt
import sympy as sp
---
print("TMR = 66.7%")
---
plt.plot([1, 2])
plt.show()
---
ipywidgets.IntSlider(3)
---
x = sp.Symbol("x")
sp.sqrt(x)
---
from mtjlib.course import explore, plotting

explore.figure(
    lambda x, slope: slope * x,
    sliders=[explore.Slider("slope", "Slope", 0.0, 1.0)],
    x=[0.0, 1.0],
    xlabel="x",
    ylabel="y",
    curves={"line": plotting.PARALLEL},
    summary="The slope is {slope}.",
    alt="A straight line through the origin that turns with the slider.",
)
---
out = ipywidgets.Output()
with out:
    print("inside a widget")
out
"""


def test_executed_notebooks_pass_nbval_and_a_wrong_number_fails(tmp_path):
    cells = [new_code_cell(source.strip()) for source in REAL.split("---")]
    path = tmp_path / "real.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    command = [sys.executable, tool.__file__, "--execute", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"MPLBACKEND": "agg"})
    assert result.returncode == 0, result.stderr
    good = path.read_text()
    wrong, images = good.replace("TMR = 66.7%\\n", "TMR = 66.8%\\n"), re.findall("image/|widget-view", good)
    assert wrong != good and not images and "sqrt{x}" in good and "<Figure" in good and "inside a widget" in good
    (tmp_path / "wrong.ipynb").write_text(wrong)
    nbval = [
        "--nbval",
        "--nbval-current-env",
        "--nbval-sanitize-with",
        ROOT / "tests/nbval.cfg",
        "-p",
        "no:cacheprovider",
    ]
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", tmp_path, *nbval, tmp_path]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_") and k != "MPLBACKEND"}
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert f"1 failed, {2 * len(cells) - 1} passed" in result.stdout, result.stdout
    assert "66.8" in result.stdout


def test_a_notebook_that_stops_stays_as_it_was(tmp_path, capsys):
    path = tmp_path / "x.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_text()
    assert tool.main(["--execute", str(path)]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert path.read_text() == before


def exercise():
    """Return the source of a small exercise."""

    def graded(source, **metadata):
        defaults = {"schema_version": 3, "task": False, "grade": False, "locked": False, "solution": False}
        return new_code_cell(source, metadata={"nbgrader": defaults | metadata})

    solution = "a = ...\n### BEGIN SOLUTION\na = 6 * 7\n### END SOLUTION"
    test = "check.value(a, 42)\n### BEGIN HIDDEN TESTS\nassert a == 42\n### END HIDDEN TESTS"
    return new_notebook(
        cells=[
            graded(solution, grade_id="a", solution=True),
            graded(test, grade_id="a-check", grade=True, locked=True, points=1),
        ]
    )


def test_student_copy():
    source = exercise()
    before = deepcopy(source)
    copy = nbformat.reads(build_exercises.student_copy(source), as_version=4)
    assert source == before, "the source must not change"
    install = copy.cells.pop(1)
    assert install.metadata.tags == ["install"] and build_exercises.wheel_name() in install.source
    assert [cell.source for cell in copy.cells] == ["a = ...\n# YOUR CODE HERE\npass", "check.value(a, 42)"]
    assert copy.cells[1].metadata.editable is False and copy.cells[1].metadata.deletable is False
    assert all("checksum" in cell.metadata.nbgrader for cell in copy.cells)
    assert build_exercises.student_copy(source) == build_exercises.student_copy(before), "not deterministic"
    assert [cell.id for cell in copy.cells] == [cell.id for cell in source.cells]


def test_build_writes_checks_and_reports_orphans(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build_exercises, "ROOT", tmp_path)
    monkeypatch.setattr(build_exercises, "EXERCISES", tmp_path / "exercises")
    source = tmp_path / "exercises/source/00-small.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(exercise(), source)
    copy = tmp_path / "exercises/student/00-small.ipynb"
    assert build_exercises.main(["--check"]) == 1 and not copy.exists()
    assert build_exercises.main([]) == 0 and copy.exists()
    assert build_exercises.main(["--check"]) == 0
    copy.write_text(copy.read_text().replace("42", "43"))
    assert build_exercises.main(["--check"]) == 1
    assert "00-small.ipynb is out of date" in capsys.readouterr().err
    assert build_exercises.main([]) == 0 and "43" not in copy.read_text()
    (copy.parent / "99-orphan.ipynb").write_text("{}")
    assert build_exercises.main(["--check"]) == 1
    assert "99-orphan.ipynb has no source" in capsys.readouterr().err


def test_exercise_data_depend_on_the_seed_alone():
    for make, seed in make_exercise_data.EXERCISES.values():
        assert make(seed) == make(seed) != make(seed + 1)


def test_exercise_data_need_their_two_places():
    with pytest.raises(ValueError, match="found 0 and 0"):
        make_exercise_data.write(exercise(), "", "")


SUBMISSIONS = {
    "right": "a = 42",
    "other style": "a = sum(range(4)) * 7",
    "unanswered": "a = ...",
    "wrong": "a = 41",
    "magic": "%matplotlib inline\na = 42",
    "crash": "import os\nos._exit(0)",
    "exit": "raise SystemExit",
    "stack": "def f(x):\n    return f(f(x))\n\na = f(1)",
    "endless": "while True:\n    try:\n        pass\n    except BaseException:\n        pass",
    "memory": "a = bytearray(10**11)",
    "checks replaced": "from mtjlib.course import check\ncheck.value = check.step = lambda *_, **__: None\na = 1",
    "name replaced": "class check:\n    value = print\n\na = 1",
    "forged": """import os
for fd in range(20):
    try:
        os.write(fd, b'["0", "a-check", ""]\\n')
    except OSError:
        pass""",
    "deletes": "import pathlib\nfor path in pathlib.Path(FOLDER).glob('*'):\n    path.unlink()\na = 42",
    "shell": "!touch FOLDER_/started\nimport subprocess\nsubprocess.run(['touch', FOLDER + '/started'])\na = 42",
    "writes": "open(FOLDER + '/started', 'w').write('x')\na = 42",
    "looks it up": "import json\na = json.load(open(SOURCE))['cells'] and 42",
}
SUBMISSIONS |= {
    "syntax": "def f(x)\n    return x\na = 42",
    "sleeps": "import time\ntime.sleep(10000)",
    "numpy replaced": "import numpy as np\nnp.abs = lambda x: 0 * x\nnp.isfinite = np.ones_like\na = 1",
    "code replaced": "from mtjlib.course.check import value\nvalue.__code__ = (lambda *_, **__: 1).__code__\na = 1",
    "builtins replaced": "import builtins\nbuiltins.float = lambda x: 0.0\na = 1",
    "not strict": "import os\nfrom mtjlib.course import check\nos.environ['MTJ_CHECK'] = ''\n"
    "check._strict = lambda: False\na = 1",
    "a pipe": "import os\nos.mkfifo(FOLDER + '/started')\na = 42",
}
COSTS_POINTS = set(SUBMISSIONS) - {"right", "other style", "magic"}
OF_THE_SYSTEM = {"a pipe"}  # Python has no hook for it


def small_class(tmp_path, submissions):
    """Write an exercise of two steps, and submissions whose first step is given; return the folder and the source."""
    folder, source = tmp_path / "class", tmp_path / "source/00-small.ipynb"
    folder.mkdir()
    source.parent.mkdir()
    notebook = exercise()
    second = deepcopy(notebook.cells)
    for cell in second:
        cell.id += "-b"
        cell.source = re.sub(r"\ba\b", "b", cell.source)
        cell.metadata.nbgrader.grade_id = cell.metadata.nbgrader.grade_id.replace("a", "b", 1)
    words = {"schema_version": 3, "task": False, "grade": True, "locked": False, "solution": True, "points": 2}
    judgement = new_markdown_cell("Because.", metadata={"nbgrader": words | {"grade_id": "judgement"}})
    setup = new_code_cell("from mtjlib.course import check", metadata={"nbgrader": {"grade_id": "setup"}})
    setup.metadata.nbgrader.update(schema_version=3, task=False, grade=False, locked=True, solution=False)
    notebook.cells = [setup, *notebook.cells, *second, judgement]
    nbformat.write(notebook, source)
    for name, answer in submissions.items():
        copy = nbformat.reads(build_exercises.student_copy(notebook), as_version=4)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in copy.cells}
        cells["a"].source = (
            answer.replace("FOLDER_", str(folder))
            .replace("FOLDER", repr(str(folder)))
            .replace("SOURCE", repr(str(source)))
        )
        cells["b"].source = "b = 42"
        cells["judgement"].source = "It is 42, <script>alert(1)</script> and no other number."
        if name == "wrong":
            cells["a-check"].source = "pass"  # a check that the student edited
        if name == "other style":
            for cell in copy.cells:
                cell.metadata.clear()
        nbformat.write(copy, folder / f"{name}.ipynb")
    return folder, source


def table(path):
    """Return the rows of a CSV by student."""
    with path.open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("prison", ["none", "bubblewrap"])
def test_grading_a_folder(prison, tmp_path, capsys, monkeypatch):
    some = SUBMISSIONS
    if prison == "none":
        monkeypatch.setenv("MTJ_SANDBOX", "none")
        some = {name: code for name, code in SUBMISSIONS.items() if name not in OF_THE_SYSTEM}
    elif not grade.sandbox()[0]:
        pytest.skip("no bubblewrap on this system")
    else:
        some = {name: SUBMISSIONS[name] for name in ("right", "a pipe", "deletes", "writes", "looks it up", "crash")}
    folder, source = small_class(tmp_path, some)
    (folder / "broken.ipynb").write_text("{")
    before = {path.name for path in folder.iterdir()}
    arguments = ["--exercise", str(source), "--csv", str(tmp_path / "grades.csv"), "--seconds", "8"]
    arguments += ["--cell-seconds", "1", "--feedback", str(tmp_path / "feedback")]
    assert grade.main([str(folder), *arguments]) == 0
    assert ("Sandbox: none" if prison == "none" else "Sandbox: bubblewrap") in capsys.readouterr().out
    assert {path.name for path in folder.iterdir()} == before
    rows = table(tmp_path / "grades.csv")
    assert set(rows) == set(some) | {"broken"}
    points = {name: row["points"] for name, row in rows.items()}
    # In the prison these find an empty folder of their own, and go on.
    costs = COSTS_POINTS - ({"a pipe", "deletes"} if prison == "bubblewrap" else set())
    assert points == {name: "1" if name in costs else "2" for name in some} | {"broken": "0"}
    assert rows["broken"]["status"].startswith("not a notebook")
    assert "ended the process" in rows["crash"]["status"] and "ended the process" in rows["crash"]["advice"]
    page = (tmp_path / "feedback/right.html").read_text()
    assert (
        "2 of 4 points" in page and "✓ passed" in page and "It is 42, &lt;script&gt;" in page and "<script" not in page
    )
    assert rows["right"]["judgement, words written"] == "8"
    if prison == "none":
        assert rows["unanswered"]["advice"] == "a-check: answer is not answered yet."
        assert "CellTimeout: the cell ran longer than 1 s" in rows["sleeps"]["advice"]
        assert "a stops with SyntaxError: expected ':' (line 1). " in rows["syntax"]["advice"]
        assert "a stops with MemoryError" in rows["memory"]["advice"]
        hints = (tmp_path / "grades-hints.csv").read_text()
        assert "a-check,answer is not answered yet.," in hints and "a-check,answer = # is too small.," in hints


def test_best_attempt_marks_and_other_exercises(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MTJ_SANDBOX", "none")
    folder, source = small_class(tmp_path, {"first": "a = 41", "second": "a = 42", "third": "a = 43"})
    other = new_notebook(cells=[new_code_cell("a_line_of_another_exercise = 'that is long enough'")])
    nbformat.write(other, source.parent / "01-other.ipynb")
    (folder / "Jo").mkdir()
    for name in ("first", "second", "third"):
        (folder / f"{name}.ipynb").rename(folder / "Jo" / f"{name}.ipynb")
    nbformat.write(other, folder / "Jo" / "other.ipynb")
    shutil.copy(folder / "Jo" / "first.ipynb", folder / "Al.ipynb")
    shutil.copy(folder / "Jo" / "first.ipynb", folder / "Flo.ipynb")
    for name, minutes in (("Jo/second", "Time: 30 min"), ("Al", "**Time:** 60 minutes.")):  # Flo does not say
        text = (folder / f"{name}.ipynb").read_text()
        (folder / f"{name}.ipynb").write_text(text.replace("no other number.", f"no other number.\\n\\n{minutes}"))
    (tmp_path / "marks.csv").write_text("student,judgement\nJo,1.5\n")
    arguments = ["--exercise", str(source), "--csv", str(tmp_path / "g.csv"), "--marks", str(tmp_path / "marks.csv")]
    assert grade.main([str(folder), *arguments]) == 0
    out = capsys.readouterr().out.replace(os.sep, "/")
    assert "skipped, another exercise: Jo/other.ipynb" in out
    assert "Time: 45 minutes, the median of what 2 of the students tell" in out
    rows = table(tmp_path / "g.csv")
    assert {name: row["minutes, as told"] for name, row in rows.items()} == {"Al": "60", "Flo": "", "Jo": "30"}
    row = rows["Jo"]
    assert (row["points"], row["of"], row["attempts"]) == ("3.5", "4", "3") and row["submission"].endswith(
        "second.ipynb"
    )


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Time: 45 min", 45),
        ("So it is.\n\n- *time* 120 minutes, with a break", 120),
        ("The time: 5 min after the pulse", ""),
        ("Time: 45 ns", ""),
        ("Time: 0 min", ""),
        ("Time: 1000 min", ""),
        ("", ""),
    ],
)
def test_minutes_are_read_from_a_line_of_their_own(text, minutes):
    assert grade._minutes(text) == minutes


def test_grades_are_safe_in_a_spreadsheet():
    assert grade._plain("=1+1\n") == "'=1+1 "
    assert len(grade._plain("x" * 1000)) == 300
