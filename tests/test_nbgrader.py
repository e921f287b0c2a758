"""The way with nbgrader alone, as exercises/README.md tells it: release, autograde, the page for grading by hand."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXERCISE = "08-symmetry"  # one of the fastest


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Files of Jupyter and of nbgrader in a folder of their own; the programs of this Python first."""
    home = tmp_path_factory.mktemp("home")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "PATH": path}


@pytest.fixture(scope="module")
def course(tmp_path_factory, environment):
    """A course folder with one released exercise and one handed-in solution, graded by nbgrader."""
    folder = tmp_path_factory.mktemp("course")
    readme = (ROOT / "exercises" / "README.md").read_text(encoding="utf-8")
    (config,) = re.findall(r"```python\n(c = get_config\(\)\n.*?)```", readme, flags=re.DOTALL)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    for place in ("source/hands-on", "submitted/ada/hands-on"):
        (folder / place).mkdir(parents=True)
        shutil.copy(ROOT / "exercises" / "source" / f"{EXERCISE}.ipynb", folder / place)
    for command in ("generate_assignment", "autograde"):
        assert f"nbgrader {command} hands-on --create" in readme
        arguments = [sys.executable, "-m", "nbgrader", command, "hands-on", "--create"]
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
        (ada,) = json.load(answer)
    source = json.loads((ROOT / "exercises" / "source" / f"{EXERCISE}.ipynb").read_text(encoding="utf-8"))
    graded = [(cell["cell_type"], cell["metadata"].get("nbgrader", {})) for cell in source["cells"]]
    worth = {
        kind: sum(g.get("points", 0) for k, g in graded if k == kind and g.get("grade"))
        for kind in ("code", "markdown")
    }
    assert ada["student"] == "ada"
    assert ada["code_score"] == ada["max_code_score"] == worth["code"] > 0
    assert ada["written_score"] == 0 and ada["max_written_score"] == worth["markdown"] > 0
    assert ada["needs_manual_grade"]
