"""The ledger of the benchmarks: what was measured, what it must reach, and a table of both at the end of `make bench`.

`make bench` asks for the full targets and measures thoroughly. In the whole test suite the same tests run beside
others, on a processor shared with them and with few repetitions: there half of a target is enough (and a quarter more
than a limit; that a slider follows the hand is not relaxed). The accuracy asked for is the same in both.

Two rows need other packages and are skipped without them. An environment with both, beside the locked one:

    python3.11 -m venv peers && . peers/bin/activate
    pip install "numpy<2" scipy setuptools wheel cython tinyarray pytest hypothesis nbformat matplotlib anywidget sympy
    CPATH=$(python -c "import numpy; print(numpy.get_include())") pip install --no-build-isolation kwant
    pip install cmtj && pip install --no-deps -e . && python -m pytest tests/benchmarks -m bench

(Kwant 1.5 is built against NumPy 1. Without the MUMPS library it solves with SciPy's SuperLU; a chain of 60 sites
costs it more in modes and assembly than in either.)
"""

import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

ROWS = pytest.StashKey[list]()


class Ledger:
    """What one test needs to know of the run, and where it enters its result."""

    def __init__(self, config):
        self.full = config.option.markexpr == "bench"
        self.rows = config.stash.setdefault(ROWS, [])

    def rounds(self, full=7, cheap=3):
        return full if self.full else cheap

    def enter(self, task, against, ratio, target, error):
        """Record a ratio (against / task) and assert that it reaches the target, or half of it in the whole suite."""
        self.rows.append((task, against, f"{ratio:.3g}×", f"≥ {target:g}×", error))
        asked = target if self.full else target / 2
        assert ratio >= asked, f"{task} against {against}: {ratio:.3g}×, must reach {asked:g}×"

    def enter_most(self, task, against, value, limit, unit, slack=1.0):
        """Record a value that must stay below a limit (times `slack` in the whole suite)."""
        self.rows.append((task, against, f"{value:.3g}{unit}", f"≤ {limit:g}{unit}", ""))
        asked = limit if self.full else limit * slack
        assert value <= asked, f"{task} against {against}: {value:.3g}{unit}, must stay below {asked:g}{unit}"


@pytest.fixture(scope="session")
def ledger(pytestconfig):
    return Ledger(pytestconfig)


def pytest_terminal_summary(terminalreporter, config):
    rows = config.stash.get(ROWS, [])
    if not rows or config.option.markexpr != "bench":
        return
    table = [("task", "against", "measured", "must reach", "error"), *rows]
    widths = [max(len(row[i]) for row in table) for i in range(5)]
    terminalreporter.section("benchmarks")
    for row in table:
        terminalreporter.write_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
