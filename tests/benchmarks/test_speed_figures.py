"""What a reader waits for: the first curve after `import mtjlib`, and a figure that follows its slider.

Nothing here asserts milliseconds: both sides are timed in the same run.
"""

import os
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from _paired import clock

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(ROOT.glob("chapters/[0-9][0-9]-*.ipynb"))

FIRST_CURVE = """
import numpy as np
from mtjlib import Barrier, Ferromagnet, Junction, transport
iron = Ferromagnet(4.5, 3.825)
curve = transport.bias_curve(Junction(iron, Barrier(1.125, 1.0, 0.4), iron), np.linspace(-1, 1, 101))
assert curve.torque_in_plane.shape == (101,)
"""


def test_first_curve_against_importing_numpy(ledger):
    """Whole processes, user and system time of the children, alternately.

    1.6: who imports mtjlib waits for NumPy; all the rest, the first curve included, may cost 60 % of that.
    """
    resource = pytest.importorskip("resource", reason="needs the processor time of a child process")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"OMP_NUM_THREADS": "1"}

    def cpu(script):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", script], check=True, env=environment, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    cpu(FIRST_CURVE)  # writes the byte code
    ratios = [cpu(FIRST_CURVE) / cpu("import numpy") for _ in range(ledger.rounds(15, 5))]
    ledger.enter_most("import mtjlib, first curve", "import numpy", statistics.median(ratios), 1.6, "×", slack=1.25)


def a_frame():
    """Work of about one frame of a 60 Hz screen on an idle machine of 2024, for the processor that runs the test."""
    x = np.linspace(0.0, 1.0, 20_000)
    for k in range(90):
        np.exp(-k * x).sum()


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_sliders_are_fluent(path, ledger, monkeypatch):
    """With a live kernel every move of every slider is answered in a tenth of a second, which feels immediate.

    On the machine that took the loop for a frame this is 16 loops. Figures that integrate over bias, energy and wave
    vector need it; in the book itself a move only interpolates a table.
    """
    import matplotlib.pyplot as plt

    from mtjlib.course import explore

    made, curves = [], explore._curves

    def with_a_coarse_grid(axes, sliders, *args, **kwargs):  # the live figure does not use the grid
        made.append(curves(axes, [replace(slider, points=2) for slider in sliders], *args, **kwargs))
        return made[-1]

    monkeypatch.setattr(explore, "_curves", with_a_coarse_grid)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    monkeypatch.chdir(path.parent)
    with plt.rc_context():
        namespace = {"__name__": "__main__"}
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, path.stem, "exec"), namespace)
    plt.close("all")
    rng = np.random.default_rng(0)
    slow = []
    a_frame()
    for demo in made:
        worst = 0.0
        for _ in range(ledger.rounds(30, 8)):
            here, there = ([slider.random(rng) for slider in demo.sliders] for _ in range(2))
            ratios = []
            for position in (here, there) * 3:
                start = clock()
                demo.values = position
                moved = clock()
                a_frame()
                ratios.append((moved - start) / (clock() - moved))
            assert "error" not in demo.exact
            worst = max(worst, statistics.median(ratios))
        name = ", ".join(slider.name for slider in demo.sliders)
        try:
            ledger.enter_most(f"{path.stem}: {name}", "a reference loop", worst, 16.0, "×")
        except AssertionError as error:
            slow.append(str(error))
    assert not slow, "; ".join(slow)  # after all of them have been measured
