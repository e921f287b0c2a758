"""Grade a folder of submissions and write one CSV.

    python tools/grade.py FOLDER --exercise 01-julliere --csv grades.csv

Every notebook below FOLDER is one submission. Its answers run with the checks, hidden tests and given cells of
exercises/source, whatever the submission holds in their place. Each submission has a process, a scratch folder, a time
and a memory limit of its own; one that crashes, never ends or is no notebook at all gets a row that says so, and the
others are graded as if it were not there.

While it is graded a submission may not write outside its scratch folder, start processes, open the network or read
exercises/source and FOLDER. This stops accidents and plain mischief. It is no prison: Python cannot be made one, and a
determined author can still forge a result. Grade strangers' work in a container, and read what you grade.
"""

import argparse
import csv
import importlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 5_000_000  # bytes of a submission


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--exercise", required=True, help="name in exercises/source, or a path to another source")
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="computing time that one submission may use (60)")
    parser.add_argument("--megabytes", type=int, default=3000, help="memory limit of one submission (3000)")
    parser.add_argument("--jobs", type=int, default=2, help="submissions graded at a time (2)")
    options = parser.parse_args(arguments)
    source = Path(options.exercise)
    if source.suffix != ".ipynb":
        source = ROOT / "exercises" / "source" / f"{options.exercise}.ipynb"
    if not source.is_file() or not options.folder.is_dir():
        parser.error(f"{source if options.folder.is_dir() else options.folder} does not exist")
    rows = grade(source, options.folder, options.seconds, options.megabytes, options.jobs)
    with options.csv.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["submission"])
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(rows)} submissions graded: {options.csv}")
    return 0


def grade(source, folder, seconds=60, megabytes=3000, jobs=2):
    """Return one row of the table for each notebook below `folder`."""
    wanted = [cell for cell in _cells(source.read_bytes()) if cell["id"]]
    paths = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    # Read everything before anything runs.
    contents = [path.read_bytes() if path.stat().st_size <= LARGEST else b"" for path in paths]
    limits = {
        "seconds": seconds,
        "megabytes": megabytes,
        "private": [str(folder.resolve()), str(source.resolve().parent)],
    }
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda content: _grade_one(wanted, content, limits), contents))
    return [
        {"submission": _plain(str(path.relative_to(folder)))} | row for path, row in zip(paths, results, strict=True)
    ]


def _cells(content):
    """Return the code cells of a notebook: grade_id, kind, points and source."""
    cells = []
    for cell in json.loads(content)["cells"]:
        meta = cell.get("metadata", {}).get("nbgrader", {})
        if cell["cell_type"] == "code":
            kind = "check" if meta.get("grade") else "answer" if meta.get("solution") else "given"
            code = {"id": meta.get("grade_id"), "kind": kind, "points": meta.get("points", 0)}
            cells.append(code | {"source": "".join(cell["source"])})
    return cells


def _assemble(wanted, submitted):
    """Return the cells to run: the submission's order and answers, the source's checks and given cells."""
    known = {cell["id"]: cell for cell in wanted}
    cells, seen = [], set()
    for cell in submitted:
        original = known.get(cell["id"])
        if original is None:
            cells.append(cell | {"id": None, "kind": "answer"})  # a cell that the student added
        elif cell["id"] not in seen:
            seen.add(cell["id"])
            cells.append(cell | {"kind": "answer"} if original["kind"] == "answer" else original)
    missing = [cell for cell in wanted if cell["id"] not in seen]
    return [c for c in missing if c["kind"] == "given"] + cells + [c for c in missing if c["kind"] == "check"]


def _grade_one(wanted, content, limits):
    checks = {cell["id"]: cell["points"] for cell in wanted if cell["kind"] == "check"}
    results, status = {}, "graded"
    try:
        cells = _assemble(wanted, _cells(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        status = "not a notebook, or too large"
    else:
        results, status = _run_in_process(cells, limits, checks)
    points = {grade_id: worth * (results.get(grade_id) == "") for grade_id, worth in checks.items()}
    advice = [f"{grade_id}: {_plain(results[grade_id])}" for grade_id in checks if results.get(grade_id)]
    total = {"status": status, "points": sum(points.values()), "of": sum(checks.values())}
    return total | points | {"advice": " | ".join(advice)}


def _plain(text):
    """Return text that a spreadsheet shows and does not calculate."""
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:300]
    return f"'{text}" if text[:1] in "=+-@" else text


def _run_in_process(cells, limits, checks):
    """Run the cells in a process of their own; return what each check said ("" if it passed) and how the run ended."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as answers:
        keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
        quiet = {"HOME": scratch, "IPYTHONDIR": scratch, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
        fonts = {"MPLCONFIGDIR": scratch, "TMPDIR": scratch, "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", __file__, "--run"],
            stdin=subprocess.PIPE,
            stdout=answers,
            stderr=subprocess.DEVNULL,
            cwd=scratch,
            env=keep | quiet | fonts,
            start_new_session=True,
        )
        try:
            job = json.dumps({"cells": cells, "token": token, **limits}).encode()
            process.communicate(job, 4 * limits["seconds"] + 10)  # by the clock: the machine may be busy
            out_of_time = hasattr(signal, "SIGXCPU") and process.returncode == -signal.SIGXCPU
            status = "out of time" if out_of_time else "graded"
        except subprocess.TimeoutExpired:
            status = "out of time"
        finally:
            _kill(process)
        answers.seek(0)
        lines = answers.read().decode("utf-8", "replace").splitlines()
    results = {}
    for line in lines:
        try:
            said, grade_id, message = json.loads(line)
        except (ValueError, TypeError):
            continue
        if said == token and grade_id in checks:
            results.setdefault(grade_id, message)
    if status == "graded" and len(results) < len(checks):
        status = f"ended early (exit status {process.returncode})"
    return results, status


def _kill(process):
    """End the process, and whatever it started, if it still runs."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _run():
    """Run one submission (the child's side): cells come on stdin, results go to what was stdout."""
    job = json.load(sys.stdin)
    results = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)

    # The guard forbids what importing these does, so what the cells mention is imported before.
    mentioned = "\n".join(cell["source"] for cell in job["cells"])
    for package, modules in {
        "matplotlib": ["pyplot"],
        "scipy": ["integrate", "interpolate", "optimize", "stats"],
    }.items():
        for module in modules if package in mentioned else ():
            importlib.import_module(f"{package}.{module}")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    import mtjlib.course.check

    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.enable_matplotlib = lambda gui=None: (gui, "agg")  # %matplotlib has nothing to show here
    checks = dict(vars(mtjlib.course.check))
    _limit(job["seconds"], job["megabytes"])
    _guard(os.getcwd(), job["private"])

    given = []
    for cell in job["cells"]:
        if cell["kind"] == "given":
            given.append(cell["source"])
        if cell["kind"] != "check":
            shell.run_cell(cell["source"], silent=True)
            continue
        # An answer may have overwritten, on purpose or not, what the check needs.
        vars(mtjlib.course.check).update(checks)
        for source in given:
            shell.run_cell(source, silent=True)
        outcome = shell.run_cell(cell["source"], silent=True)
        error = outcome.error_before_exec or outcome.error_in_exec
        message = "" if error is None else str(error) or type(error).__name__
        if error is not None and not isinstance(error, AssertionError):
            message = f"{type(error).__name__}: {message}"
        results.write(json.dumps([job["token"], cell["id"], message[:300]]) + "\n")
        results.flush()


def _limit(seconds, megabytes):
    try:
        import resource
    except ImportError:  # not a POSIX system: the time limit of the parent is left
        return
    wanted = {"CPU": int(seconds), "AS": megabytes * 2**20, "FSIZE": 20 * 2**20, "NPROC": 0, "CORE": 0}
    for name, most in wanted.items():
        try:
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most + 2 * (name == "CPU")))
        except (AttributeError, ValueError, OSError):  # not known to every system
            pass


def _guard(scratch, private):
    """Forbid what no answer needs. Audit hooks cannot be taken off again."""
    scratch, join, absolute = os.path.realpath(scratch), os.path.join, os.path.realpath
    forbidden = (
        "subprocess.",
        "os.system",
        "os.exec",
        "os.fork",
        "os.posix_spawn",
        "os.spawn",
        "os.kill",
        "os.startfile",
    )
    forbidden += ("pty.", "socket.", "ctypes.", "webbrowser.", "gc.")
    changing = ("os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.mkdir", "os.truncate", "os.chmod")
    changing += ("os.chown", "os.utime", "shutil.")
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def inside(path, folder):
        try:
            return join(absolute(os.fsdecode(path)), "").startswith(join(folder, ""))
        except (TypeError, ValueError):
            return isinstance(path, int)

    def hook(event, arguments):
        if event == "open":
            path, mode, flags = arguments
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & writing)
            bad = (writes and not inside(path, scratch) and path != os.devnull) or (
                not isinstance(path, int) and any(inside(path, folder) for folder in private)
            )
        elif event.startswith(changing):
            bad = any(isinstance(path, str | bytes) and not inside(path, scratch) for path in arguments[:2])
        else:
            bad = event.startswith(forbidden)
        if bad:
            raise PermissionError(f"{event} is not allowed while a submission is graded")

    sys.addaudithook(hook)


if __name__ == "__main__":
    sys.exit(_run() if sys.argv[1:] == ["--run"] else main())
