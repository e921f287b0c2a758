"""Write tests/data/cmtj_reference.json: one switching problem solved with cmtj (https://pypi.org/project/cmtj).

cmtj is not part of the locked environment. To refresh the reference: install it beside mtjlib and run
``python tools/cmtj_reference.py``.

How the two packages are made to solve the same equation:

- cmtj has its own rounded constants, so fields are handed over as gamma*B/GYRO, in A/m.
- It adds the spin torque to the Landau-Lifshitz form without the cross term in alpha. A Gilbert damping-like field a
  and an out-of-plane field b (both in T, signs of mtjlib.dynamics) become a_c = a - alpha b with the ratio
  beta = (b + alpha a)/a_c; its `beta=0` therefore is not a vanishing out-of-plane torque.
- Its log stamps every state one time step early: the final state is read from the layer itself.
- The number of steps is truncated from total time / step: half a step is added.
"""

import json
import sys
from pathlib import Path

import numpy as np

from mtjlib import units

TARGET = Path(__file__).parents[1] / "tests" / "data" / "cmtj_reference.json"
GYRO, MU_0, HBAR, ELECTRON = 220880.0, 12.566e-7, 6.62607015e-34 / (2 * np.pi), 1.60217662e-19  # cmtj's constants
TO_AMPERE_PER_METER = units.GAMMA / GYRO

# A thin film with an in-plane easy axis, switched from parallel to antiparallel by both torques in a small field.
PROBLEM = {
    "ms": 8e5,
    "volume": 1e4,
    "thickness": 2.0,
    "alpha": 0.02,
    "anisotropy": 8e3,
    "axis": [1.0, 0.0, 0.0],
    "demag": [0.0, 0.0, 1.0],
    "reference": [1.0, 0.0, 0.0],
    "field": [0.005, 0.0, 0.002],
    "torque": [-1.5e-19, 4e-20],
    "start": [np.cos(0.1), np.sin(0.1), 0.0],
    "step": 2e-13,
    "durations": [2e-10, 5e-10, 1e-9, 1.5e-9, 2e-9, 3e-9],
}


def junction(problem, start, temperature=0.0):
    """The problem as a cmtj junction."""
    import cmtj

    ms, thickness = problem["ms"] * units.MU_0, problem["thickness"] * 1e-9
    moment, alpha = problem["ms"] * problem["volume"] * 1e-27, problem["alpha"]
    a, b = (t / moment for t in problem["torque"])
    a_c = a - alpha * b
    demag = [n * units.MU_0 * problem["ms"] * TO_AMPERE_PER_METER * MU_0 / ms for n in problem["demag"]]
    rows = [cmtj.CVector(*(demag[i] if i == j else 0.0 for j in range(3))) for i in range(3)]
    layer = cmtj.Layer.createSTTLayer(
        "free",
        cmtj.CVector(*start),
        cmtj.CVector(*problem["axis"]),
        ms,
        thickness,
        problem["volume"] * 1e-27 / thickness,
        rows,
        alpha,
        1.0,
        (b + alpha * a) / a_c,
        1.0,
    )
    layer.setReferenceLayer(cmtj.CVector(*problem["reference"]))
    layer.setAnisotropyDriver(
        cmtj.ScalarDriver.getConstantDriver(problem["anisotropy"] / problem["ms"] * TO_AMPERE_PER_METER * ms)
    )
    layer.setExternalFieldDriver(cmtj.AxialDriver(*(float(f * TO_AMPERE_PER_METER) for f in problem["field"])))
    if temperature:
        layer.setTemperatureDriver(cmtj.ScalarDriver.getConstantDriver(temperature))
    out = cmtj.Junction([layer])
    current = 2 * ELECTRON * ms * thickness / HBAR * a_c * TO_AMPERE_PER_METER
    out.setLayerCurrentDriver("free", cmtj.ScalarDriver.getConstantDriver(current))
    return out


def simulate(problem, duration):
    """Unit vector at the end of a run of `duration` seconds, by cmtj's Runge-Kutta method."""
    import cmtj

    step = problem["step"]
    device = junction(problem, problem["start"])
    device.runSimulation(duration + step / 2, step, duration, False, False, cmtj.SolverMode.RK4)
    m = device.getLayerMagnetisation("free")
    return [m.x, m.y, m.z]


def main():
    from importlib.metadata import version

    problem = PROBLEM | {"cmtj": version("cmtj"), "m": [simulate(PROBLEM, t) for t in PROBLEM["durations"]]}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(problem, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
