"""One switching problem against cmtj, the C++ package a user would otherwise pick.

The stored solution (tools/cmtj_reference.py wrote it) is compared always; cmtj itself where it is installed.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from mtjlib import dynamics

ROOT = Path(__file__).parents[1]
STORED = json.loads((ROOT / "tests" / "data" / "cmtj_reference.json").read_text(encoding="utf-8"))
NAMES = "ms", "volume", "alpha", "anisotropy", "axis", "demag", "reference"


def load_tool():
    spec = importlib.util.spec_from_file_location("cmtj_reference", ROOT / "tools" / "cmtj_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spin(**changes):
    return dynamics.Macrospin(**({name: STORED[name] for name in NAMES} | changes))


def solve(layer, step):
    """Directions at all stored durations (multiples of 0.1 ns) in one run."""
    path = dynamics.run(
        layer,
        STORED["start"],
        STORED["durations"][-1],
        step,
        field=STORED["field"],
        torque=STORED["torque"],
        every=round(1e-10 / step),
    )
    return path.m[np.rint(np.array(STORED["durations"]) / 1e-10).astype(int)]


@pytest.fixture(scope="module")
def solution():
    return solve(spin(), STORED["step"])


def test_stored_trajectory_of_cmtj(solution):
    """Through the precession and the reversal to the other side, to nine digits."""
    np.testing.assert_allclose(solution, STORED["m"], rtol=0, atol=1e-9)


def test_the_problem_is_a_switch_and_feels_every_parameter():
    """Nine digits mean something only if the answer depends on what is compared."""
    along = np.array(STORED["m"])[:, 0]
    assert along.max() > 0.99 and along[-1] < -0.999
    for changes in ({"alpha": 0.0201}, {"anisotropy": 8.01e3}, {"demag": (0, 0, 0.999)}, {"ms": 8.001e5}):
        assert np.abs(solve(spin(**changes), 1e-12) - STORED["m"]).max() > 1e-4


def test_the_reference_is_of_the_problem_in_the_tool():
    problem = load_tool().PROBLEM
    assert {k: STORED[k] for k in problem} == json.loads(json.dumps(problem))


def test_live_trajectory_of_cmtj(solution):
    pytest.importorskip("cmtj", reason="cmtj is not part of the locked environment")
    live = [load_tool().simulate(STORED, duration) for duration in STORED["durations"]]
    np.testing.assert_allclose(solution, live, rtol=0, atol=1e-9)
