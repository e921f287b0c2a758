"""The way with nbgrader alone, as exercises/README.md tells it: release, autograde, grade by hand, feedback, export."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest
from _exercises import grader, listed, replaced, source_of
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
EXERCISE = "08-symmetry"  # one of the fastest
(WRONG,) = (answer for answer in listed(EXERCISE)["wrong"] if answer["id"] == "one-limit-for-all-devices")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Files of Jupyter and of nbgrader in a folder of their own; the programs of this Python first."""
    home = tmp_path_factory.mktemp("home")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "PATH": path}


def worth(kind, but=""):
    """Return the points of the graded cells of a kind, without those of one of them."""
    graded = [grader(cell) for cell in source_of(EXERCISE).cells if cell.cell_type == kind]
    return sum(cell["points"] for cell in graded if cell.get("grade") and cell["grade_id"] != but)


@pytest.fixture(scope="module")
def course(tmp_path_factory, environment):
    """A course folder with one released exercise, graded by nbgrader: Ada has solved it, Bob but for one step."""
    folder = tmp_path_factory.mktemp("course")
    readme = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    (config,) = re.findall(r"```python\n(c = get_config\(\)\n.*?)```", readme, flags=re.DOTALL)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for place in ("source/hands-on", "submitted/ada/hands-on", "submitted/bob/hands-on"):
        (folder / place).mkdir(parents=True)
        notebook = replaced(source_of(EXERCISE), WRONG) if "bob" in place else source_of(EXERCISE)
        nbformat.write(notebook, folder / place / f"{EXERCISE}.ipynb")
    # All the commands that the page names, in its order; formgrade is a page and has a server below.
    commands = re.findall(r"^nbgrader (.*?)(?: *#.*)?$", readme, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "generate_assignment", "autograde", "formgrade", "generate_feedback", "export",
    ]  # fmt: skip
    for command in commands:
        if command != "formgrade":
            arguments = [sys.executable, "-m", "nbgrader", *command.split()]
            done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def server(course, environment):
    """The address of a Jupyter server that runs nbgrader's formgrader on the course."""
    arguments = ["-m", "jupyter", "server", "--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token="]
    extension = "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True"
    with (course / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments, extension], cwd=course, env=environment, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            found = list(Path(environment["JUPYTER_RUNTIME_DIR"]).glob("jpserver-*.json"))
            if found or process.poll() is not None:
                break
            time.sleep(0.2)
        assert found, (course / "server.log").read_text()[-2000:]
        yield json.loads(found[0].read_text())["url"].rstrip("/")
    finally:
        process.terminate()
        process.wait()


def test_released_notebook_is_the_students_copy(course):
    """Apart from the first cell, which installs mtjlib where it is missing, and from metadata."""
    released = json.loads((course / "release" / "hands-on" / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    copy = json.loads((ROOT / "exercises" / "student" / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    cells = [["".join(cell["source"]) for cell in book["cells"]] for book in (released, copy)]
    assert cells[0] == [text for n, text in enumerate(cells[1]) if n != 1]


def test_formgrader_shows_the_points_and_waits_for_those_of_the_words(server):
    with urlopen(f"{server}/formgrader", timeout=60) as page:
        assert page.status == 200 and "formgrade" in page.read().decode()
    with urlopen(f"{server}/formgrader/api/submissions/hands-on", timeout=60) as answer:
        ada, bob = sorted(json.load(answer), key=lambda submission: submission["student"])
    assert (ada["student"], bob["student"]) == ("ada", "bob")
    assert ada["code_score"] == worth("code") > bob["code_score"] == worth("code", f"{WRONG['cell']}-check") > 0
    for student in (ada, bob):
        assert student["max_code_score"] == worth("code")
        assert student["written_score"] == 0 and student["max_written_score"] == worth("markdown") > 0
        assert student["needs_manual_grade"]


def test_feedback_tells_the_points_and_the_hint_of_the_wrong_answer(course):
    pages = {}
    for student in ("ada", "bob"):
        text = (course / "feedback" / student / "hands-on" / f"{EXERCISE}.html").read_text(encoding="utf-8")
        pages[student] = " ".join(BeautifulSoup(text, "html.parser").body.get_text().split())
    most = float(worth("code") + worth("markdown"))
    check_id = f"{WRONG['cell']}-check"
    lost = float(worth("code") - worth("code", check_id))
    assert f"(Score: {float(worth('code'))} / {most})" in pages["ada"]
    assert f"(Score: {float(worth('code', check_id))} / {most})" in pages["bob"]
    assert f"(Score: 0.0 / {lost})" in pages["bob"]
    # The hint as an error: that its words stand in the code of the check is not enough.
    hint = re.compile(rf"✗ [^✗✓]*{re.escape(WRONG['expect'])}")
    assert hint.search(pages["bob"]) and not hint.search(pages["ada"])


def test_export_has_a_line_with_the_points_of_each_student(course):
    with (course / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    most = worth("code") + worth("markdown")
    assert rows == {"ada": (worth("code"), most), "bob": (worth("code", f"{WRONG['cell']}-check"), most)}
