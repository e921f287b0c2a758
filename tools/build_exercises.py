"""Make the students' copies of the exercises.

    python tools/build_exercises.py [--check]

exercises/source/NN-name.ipynb is written by hand, with its solutions; from it follows exercises/student/NN-name.ipynb:
solution regions become a stub, hidden tests and outputs go, cells that grade are locked, and a first cell installs
mtjlib where it is missing. This is what nbgrader's ``generate_assignment`` does, through the same preprocessors but
without its database; the copies can be graded with nbgrader or with tools/grade.py.

--check   change nothing; exit 1 if a copy is missing, out of date or without a source

How a graded step is written: the solution cell gives each name that the check uses a value of ``...``, or its ``def``
line, *before* the solution region. Then the name exists whatever becomes of the region, and the check can say "not
answered yet".
"""

import argparse
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import ClearHiddenTests, ClearOutput, ClearSolutions, ComputeChecksums, LockCells
from normalise_notebooks import normalise, text
from traitlets.config import Config

import mtjlib

ROOT = Path(__file__).resolve().parents[1]
EXERCISES = ROOT / "exercises"
STUB = "# YOUR CODE HERE\npass"
INSTALL = """\
# A bare Python? Put the wheel of the Hands-on page beside this notebook; the last line installs what is missing.
try:
    import mtjlib
except ModuleNotFoundError:
    %pip install --quiet "./{wheel}[notebooks]\""""


def student_copy(source):
    """Return the student's copy of the notebook `source`, as the text of its file."""
    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = "*Your answer here.*"
    copy, resources = deepcopy(source), {}
    for step in (ClearSolutions, ClearHiddenTests, ClearOutput, LockCells):
        copy, resources = step(config=config).preprocess(copy, resources)
    copy.cells.insert(
        1, new_code_cell(INSTALL.format(wheel=wheel_name()), id="install", metadata={"tags": ["install"]})
    )
    copy, _ = ComputeChecksums().preprocess(normalise(copy), resources)
    for cell in copy.cells:
        if "data" in cell.metadata.get("tags", []) and len(cell.source.splitlines()) > 40:
            cell.metadata["jupyter"] = {"source_hidden": True}  # numbers, folded away
    return text(copy)


def wheel_name():
    """Return the name of the file that students install: pure Python, the same for every system."""
    version = mtjlib.__version__
    return f"mtjlib-{version}-py3-none-any.whl"


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if a copy is out of date")
    options = parser.parse_args(arguments)
    sources = sorted(EXERCISES.glob("source/*.ipynb"))
    stale = {path.name for path in EXERCISES.glob("student/*.ipynb")} - {path.name for path in sources}
    for source in sources:
        target = EXERCISES / "student" / source.name
        wanted = student_copy(nbformat.read(source, as_version=4))
        if target.exists() and target.read_text(encoding="utf-8") == wanted:
            continue
        stale.add(source.name)
        if not options.check:
            target.parent.mkdir(exist_ok=True)
            target.write_text(wanted, encoding="utf-8")
            print(f"wrote {target.relative_to(ROOT)}")
    orphans = stale - {path.name for path in sources}
    for name in sorted(stale if options.check else orphans):
        reason = "has no source" if name in orphans else "is out of date: run tools/build_exercises.py"
        print(f"exercises/student/{name} {reason}", file=sys.stderr)
    return int(bool(stale if options.check else orphans))


if __name__ == "__main__":
    sys.exit(main())
