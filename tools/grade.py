"""Grade a folder of submissions: one CSV, one page of feedback for each student, and what the class got wrong.

    python tools/grade.py FOLDER --exercise 01-julliere --csv grades.csv --feedback feedback/

Every notebook below FOLDER is one submission; notebooks of another exercise are skipped. A student is the first folder
below FOLDER, or the name of the file if there is none; of several attempts the best one counts. Answers run with the
checks, hidden tests and given cells of exercises/source, whatever a submission holds in their place; `--seed` grades
a class whose data were drawn with that seed. Answers in words are shown in the feedback; their points come from a table
with the columns `student`, `prediction`, `judgement` (`--marks`) and are left open without one. A line such as
"Time: 45 min" in an answer is the student's own word on how long it took; the median of those who say so is told.

A cell that runs too long is interrupted, and one that ends the process is left out of a second run: both cost their own
step. NumPy and mtjlib are put back before every check. Where bubblewrap (`bwrap`) works, a submission runs without
network, on a read-only system, and sees neither the other submissions nor the exercises. Without it, hooks of Python
stop accidents and plain mischief and no more: then grade strangers' work in a container. In either case a determined
author can still forge a result from within the process that runs the checks: read what you grade.
"""

import argparse
import base64
import csv
import html
import importlib
import io
import json
import os
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LARGEST = 5_000_000  # bytes of a submission
RESTARTS = 3  # cells of one submission that may end its process


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--exercise", required=True, help="name in exercises/source, or a path to another source")
    parser.add_argument("--csv", required=True, type=Path)
    parser.add_argument("--feedback", type=Path, help="folder for one HTML file for each student")
    parser.add_argument("--marks", type=Path, help="CSV with the points for answers in words")
    parser.add_argument("--seed", type=int, help="the seed of the class's data, if not the committed one")
    parser.add_argument("--seconds", type=float, default=60, help="computing time that one submission may use (60)")
    parser.add_argument("--cell-seconds", type=float, default=15, help="computing time that one cell may use (15)")
    parser.add_argument("--megabytes", type=int, default=3000, help="memory limit of one submission (3000)")
    parser.add_argument("--jobs", type=int, default=2, help="submissions graded at a time (2)")
    options = parser.parse_args(arguments)
    source = Path(options.exercise)
    if source.suffix != ".ipynb":
        source = ROOT / "exercises" / "source" / f"{options.exercise}.ipynb"
    if not source.is_file() or not options.folder.is_dir():
        parser.error(f"{source if options.folder.is_dir() else options.folder} does not exist")
    limits = {"seconds": options.seconds, "cell": options.cell_seconds, "megabytes": options.megabytes}
    marks = {}
    if options.marks:
        with options.marks.open(newline="", encoding="utf-8") as file:
            marks = {row["student"]: row for row in csv.DictReader(file)}
    print(sandbox()[1])
    graded, skipped = grade(source, options.folder, limits, options.jobs, options.seed, marks)
    for path in skipped:
        print(f"skipped, another exercise: {path}")
    _write(options.csv, [row for row, _ in graded] or [{"submission": ""}][:0])
    hints = Counter(key for _, record in graded for key in record["hints"])
    table = [{"step": step, "advice": advice, "students": n} for (step, advice), n in hints.most_common()]
    _write(options.csv.with_name(f"{options.csv.stem}-hints.csv"), table)
    if options.feedback:
        options.feedback.mkdir(parents=True, exist_ok=True)
        for row, record in graded:
            name = re.sub(r"[^\w.-]+", "_", row["student"]) or "_"
            (options.feedback / f"{name}.html").write_text(_page(row, record), encoding="utf-8")
    minutes = [row["minutes, as told"] for row, _ in graded if row["minutes, as told"]]
    if minutes:
        print(f"Time: {statistics.median(minutes):g} minutes, the median of what {len(minutes)} of the students tell")
    print(f"{len(graded)} students graded: {options.csv}")
    return 0


def _write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["submission"])
        writer.writeheader()
        writer.writerows(rows)


def grade(source, folder, limits, jobs=2, seed=None, marks=None):
    """Return (row of the table, record for the feedback) for each student below `folder`, and what was skipped."""
    paths = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    # Read everything before anything runs.
    contents = [path.read_bytes() if path.stat().st_size <= LARGEST else b"" for path in paths]
    wanted = _cells(_with_seed(source, seed))
    others = {path: _lines(path.read_bytes()) for path in source.parent.glob("*.ipynb")}
    ours = [_is_ours(content, source, others) for content in contents]
    skipped = [path.relative_to(folder) for path, keep in zip(paths, ours, strict=True) if not keep]
    paths, contents = ([x for x, keep in zip(xs, ours, strict=True) if keep] for xs in (paths, contents))
    limits = limits | {"private": [str(folder.resolve()), str(source.resolve().parent), str(ROOT / "exercises")]}
    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(lambda content: _grade_one(wanted, content, limits), contents))
    best, attempts = {}, Counter()
    for path, (row, record) in zip(paths, results, strict=True):
        inside = path.relative_to(folder)
        student = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        attempts[student] += 1
        if student not in best or row["points"] > best[student][0]["points"]:
            best[student] = {"student": _plain(student), "submission": _plain(str(inside))} | row, record
    for student, (row, record) in best.items():
        row["attempts"] = attempts[student]
        for name, worth in record["words"].items():
            mark = (marks or {}).get(student, {}).get(name, "")
            row[f"{name} (of {worth}, by hand)"] = _plain(mark)
            row["points"] += min(max(float(mark), 0), worth) if re.fullmatch(r"[\d.]+", mark) else 0
            row["of"] += worth
    return list(best.values()), skipped


def _with_seed(source, seed):
    if seed is None:
        return source.read_bytes()
    import make_exercise_data
    import nbformat

    notebook = nbformat.read(source, as_version=4)
    return nbformat.writes(
        make_exercise_data.write(notebook, *make_exercise_data.EXERCISES[source.stem][0](seed))
    ).encode()


def _lines(content):
    try:
        cells = json.loads(content)["cells"]
        return {line.strip() for cell in cells for line in "".join(cell["source"]).splitlines() if len(line) > 20}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()


def _is_ours(content, source, others):
    """Say whether a notebook shares more lines with `source` than with any other exercise; the unreadable is ours."""
    shared = {path: len(_lines(content) & lines) for path, lines in others.items()}
    return shared.get(source, 0) == max(shared.values(), default=0)


def _cells(content):
    """Return the cells of a notebook that matter: grade_id, kind, points and source."""
    cells = []
    for cell in json.loads(content)["cells"]:
        meta = cell.get("metadata", {}).get("nbgrader", {})
        code = {"id": meta.get("grade_id"), "points": meta.get("points", 0), "source": "".join(cell["source"])}
        if cell["cell_type"] == "code":
            kind = "check" if meta.get("grade") else "answer" if meta.get("solution") else "given"
            cells.append(code | {"kind": kind})
        elif meta.get("grade") and meta.get("solution"):
            cells.append(code | {"kind": "words"})
    return cells


def _visible(source):
    """Return the code of a check or given cell as a student sees it."""
    return re.sub(r" *### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS\n?", "", source, flags=re.DOTALL).strip()


def _assemble(wanted, submitted):
    """Return the cells to run: the submission's order and answers, the source's checks and given cells."""
    known = {cell["id"]: cell for cell in wanted if cell["id"]}
    by_code = {_visible(cell["source"]): name for name, cell in known.items() if cell["kind"] in ("check", "given")}
    cells, seen = [], set()
    for cell in submitted:
        name = cell["id"] if cell["id"] in known else by_code.get(cell["source"].strip())  # metadata may be lost
        if name is None:
            cells.append(cell | {"id": None, "kind": "answer"})  # a cell that the student added
        elif name not in seen:
            seen.add(name)
            original = known[name]
            cells.append(
                cell | {"id": name, "kind": original["kind"]} if original["kind"] in ("answer", "words") else original
            )
    missing = [cell for cell in known.values() if cell["id"] not in seen]
    return [c for c in missing if c["kind"] == "given"] + cells + [c for c in missing if c["kind"] == "check"]


def _grade_one(wanted, content, limits):
    checks = {cell["id"]: cell["points"] for cell in wanted if cell["kind"] == "check"}
    words = {cell["id"]: cell["points"] for cell in wanted if cell["kind"] == "words"}
    results, outputs, status, cells = {}, {}, "graded", []
    try:
        cells = _assemble(wanted, _cells(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        status = "not a notebook, or too large"
    else:
        results, outputs, status = _run_with_restarts(cells, limits, checks)
    points = {grade_id: worth * (results.get(grade_id) == "") for grade_id, worth in checks.items()}
    advice = [f"{grade_id}: {_plain(results[grade_id])}" for grade_id in checks if results.get(grade_id)]
    written = {c["id"]: c["source"] for c in cells if c["kind"] == "words" and "Your answer here" not in c["source"]}
    total = {"status": status, "points": sum(points.values()), "of": sum(checks.values())}
    hints = {(name, re.sub(r"-?\d[\d.e+-]*", "#", text)) for name, text in results.items() if text}
    record = {
        "cells": cells,
        "outputs": outputs,
        "results": results,
        "words": words,
        "written": written,
        "hints": hints,
    }
    amount = {f"{name}, words written": len(written.get(name, "").split()) for name in words}
    amount["minutes, as told"] = _minutes("\n".join(written.values()))
    return total | points | amount | {"advice": " | ".join(advice)}, record


def _minutes(text):
    """Return the minutes of work in a line such as "Time: 45 min", or "" where nobody says or it is no such number."""
    told = re.search(r"^\W*time\W+([1-9]\d{0,2}) ?min(ute)?s?\b", text, re.IGNORECASE | re.MULTILINE)
    return int(told[1]) if told else ""


def _plain(text):
    """Return text that a spreadsheet shows and does not calculate."""
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)[:300]
    return f"'{text}" if text[:1] in "=+-@" else text


def _page(row, record):
    """Return the feedback of one student as a page. All that a submission says is escaped: nothing in it runs."""
    say, parts = html.escape, []
    for number, cell in enumerate(record["cells"]):
        name = cell["id"] or "your own cell"
        if cell["kind"] == "words":
            text = record["written"].get(name, "(nothing written)")
            parts.append(f"<h2>{say(name)}</h2><pre class=words>{say(text)}</pre>")
            continue
        if cell["kind"] == "check":
            message = record["results"].get(name, "did not run")
            mark = "✗ " + message if message else "✓ passed"
            parts.append(f"<p class={'no' if message else 'yes'}><b>{say(name)}</b>: {say(mark)}</p>")
            continue
        if cell["kind"] == "answer":
            parts.append(f"<h2>{say(name)}</h2><pre>{say(cell['source'])}</pre>")
        shown = record["outputs"].get(number, {})
        if shown.get("text"):
            parts.append(f"<pre class=out>{say(shown['text'])}</pre>")
        parts += [f'<img alt="figure" src="data:image/png;base64,{figure}">' for figure in shown.get("figures", [])]
    style = (
        "body{font:16px/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
        "pre{background:#f4f4f4;padding:.6rem;overflow:auto;white-space:pre-wrap}.out{background:#fff}"
        "img{max-width:100%}.no{color:#a00}.yes{color:#060}"
    )
    head = f"{row['student']}: {row['points']:g} of {row['of']} points"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{say(head)}</title><style>{style}</style>'
        f"<h1>{say(head)}</h1><p>{say(row['submission'])}, {say(row['status'])}</p>{''.join(parts)}</html>"
    )


def sandbox():
    """Return the command that closes a submission in, and a sentence that says what it does."""
    bwrap = shutil.which("bwrap")
    if bwrap and os.environ.get("MTJ_SANDBOX") != "none":
        try:
            subprocess.run([bwrap, "--ro-bind", "/", "/", "--unshare-all", "true"], check=True, capture_output=True)
            return [bwrap], "Sandbox: bubblewrap. No network, read-only system, submissions and exercises hidden."
        except (OSError, subprocess.CalledProcessError):
            pass
    inside = " This system looks like a container." if Path("/.dockerenv").exists() else ""
    return [], f"Sandbox: none, hooks of Python only. Grade strangers' work in a container.{inside}"


def _closed_in(scratch, private):
    command, _ = sandbox()
    if not command:
        return []
    command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
    for path in (str(ROOT), sys.prefix, sys.base_prefix):  # what a folder below /tmp would hide
        if path.startswith("/tmp/"):
            command += ["--ro-bind", path, path]
    for path in private:
        command += ["--tmpfs", path] if Path(path).is_dir() else []
    return [*command, "--bind", scratch, scratch, "--unshare-all", "--die-with-parent", "--chdir", scratch]


def _run_with_restarts(cells, limits, checks):
    """Run the cells; leave out a cell that ends the process, and run again."""
    cells, ended = list(cells), []
    for _ in range(RESTARTS + 1):
        results, outputs, status, last = _run_in_process(cells, limits, checks)
        if status == "graded" or last is None or cells[last]["kind"] not in ("answer", "check"):
            break
        ended.append(f"{cells[last]['id'] or 'a cell'} {status}")
        cells[last] = cells[last] | {"kind": "dead", "source": status}
    return results, outputs, "; ".join(["graded", *ended]) if status == "graded" else status


def _run_in_process(cells, limits, checks):
    """Run the cells in a process of their own; return what checks said, outputs, how it ended, and its last cell."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as answers:
        scratch = os.path.realpath(scratch)
        keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
        quiet = {"HOME": scratch, "IPYTHONDIR": scratch, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
        fonts = {"MPLCONFIGDIR": scratch, "TMPDIR": scratch, "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(
            [*_closed_in(scratch, limits["private"]), sys.executable, "-I", "-X", "utf8", __file__, "--run"],
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
            status = "ran out of time" if process.returncode in (-signal.SIGXCPU, 128 + signal.SIGXCPU) else "graded"
        except subprocess.TimeoutExpired:
            status = "ran out of time"
        finally:
            _kill(process)
        answers.seek(0)
        lines = answers.read().decode("utf-8", "replace").splitlines()
    results, outputs, last, done = {}, {}, None, False
    for line in lines:
        try:
            said, kind, key, message = json.loads(line)
        except (ValueError, TypeError):
            continue
        if said != token:
            continue
        if kind == "check" and key in checks:
            results.setdefault(key, message)
        elif kind == "output":
            outputs[key] = message
        elif kind == "at":
            last = key
        done |= kind == "done"
    if status == "graded" and not done:
        status = f"ended the process (exit status {process.returncode})"
    return results, outputs, status, last


def _kill(process):
    """End the process, and whatever it started, if it still runs."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


class CellTimeout(Exception):
    """A cell used its time."""


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
    for module in set(re.findall(r"^from mtjlib\.course\.given import (\w+)", mentioned, re.MULTILINE)):
        importlib.import_module(f"mtjlib.course.given.{module}")
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output
    from traitlets.config import Config

    from mtjlib.course import check

    check._strict = lambda: True  # whatever becomes of the environment
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    shell.enable_matplotlib = lambda gui=None: (gui, "agg")  # %matplotlib has nothing to show here
    run_cell, restore = shell.run_cell, _keep_modules()
    _limit(job["seconds"], job["megabytes"])
    _guard(os.getcwd(), job["private"])

    def tell(kind, key, message):
        results.write(json.dumps([job["token"], kind, key, message]) + "\n")
        results.flush()

    def run(source):
        with _cell_limit(job["cell"]), capture_output() as captured:
            outcome = run_cell(source, silent=True)
        return outcome.error_before_exec or outcome.error_in_exec, captured

    given, stopped = [], []
    for number, cell in enumerate(job["cells"]):
        tell("at", number, "")
        if cell["kind"] == "dead":
            stopped.append(f"{cell['id'] or 'A cell'} {cell['source']}")
        elif cell["kind"] in ("given", "answer"):
            if cell["kind"] == "given":
                given.append(cell["source"])
            error, captured = run(cell["source"])
            if error is not None and not isinstance(error, NotImplementedError) and cell["kind"] == "answer":
                stopped.append(f"{cell['id'] or 'A cell'} stops with {_said(error)}")
            tell("output", number, {"text": (captured.stdout + captured.stderr)[:4000], "figures": _figures()})
        elif cell["kind"] == "check":
            # An answer may have overwritten, on purpose or not, what the check needs.
            restore()
            for source in given:
                run(source)
            _figures()
            error, _ = run(cell["source"])
            message = "" if error is None else str(error) or type(error).__name__
            if error is not None and not isinstance(error, AssertionError):
                message = _said(error)
            if message and stopped:
                message = f"{stopped[-1]}. {message}"
            stopped.clear()
            tell("check", cell["id"], message[:500])
    tell("done", "", "")


def _said(error):
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    return f"{type(error).__name__}: {str(error)[:200]}".removesuffix(": ")


def _figures():
    """Return the open figures, drawn small, and close them."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    drawn = []
    for number in pyplot.get_fignums()[:6] if pyplot else ():
        try:
            buffer = io.BytesIO()
            pyplot.figure(number).savefig(buffer, format="png", dpi=60)
            drawn.append(base64.b64encode(buffer.getvalue()).decode())
        except Exception:  # a figure that cannot be drawn is the student's business
            pass
    if pyplot:
        pyplot.close("all")
    return [figure for figure in drawn if len(figure) < 300_000]


def _keep_modules():
    """Remember NumPy, mtjlib and the builtins; return a function that puts them back, code of functions included."""
    names = [name for name in sys.modules if name.split(".")[0] in ("numpy", "mtjlib", "builtins", "math")]
    modules = {name: (sys.modules[name], dict(vars(sys.modules[name]))) for name in names}
    functions = {
        value
        for _, members in modules.values()
        for value in members.values()
        if type(value) is type(_keep_modules)
        and value.__module__
        and value.__module__.split(".")[0] in ("numpy", "mtjlib")
    }
    codes = [(f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in functions]

    def restore():
        for name, (module, members) in modules.items():
            sys.modules[name] = module
            vars(module).update(members)
        for function, code, defaults, keywords in codes:
            function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, keywords

    return restore


class _cell_limit:
    """Interrupt a cell after its computing time, or four times that by the clock, and again each second."""

    def __init__(self, seconds):
        self.timers = [("ITIMER_PROF", "SIGPROF", seconds), ("ITIMER_REAL", "SIGALRM", 4 * seconds)]
        self.timers = [t for t in self.timers if hasattr(signal, t[0])]  # none where there is no POSIX
        self.seconds = seconds

    def stop(self, *_):
        raise CellTimeout(f"the cell ran longer than {self.seconds:g} s")

    def __enter__(self):
        for timer, name, seconds in self.timers:
            signal.signal(getattr(signal, name), self.stop)
            signal.setitimer(getattr(signal, timer), seconds, 1.0)

    def __exit__(self, *_):
        for timer, name, _seconds in self.timers:
            signal.signal(getattr(signal, name), signal.SIG_IGN)
            signal.setitimer(getattr(signal, timer), 0)


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
