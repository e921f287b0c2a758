"""Two free layers, and the small helpers, that the tests of dynamics, stability and switching share."""

import numpy as np
import pytest

from mtjlib import units
from mtjlib.dynamics import Macrospin

KT = units.K_B * units.E_CHARGE * 300.0
PERPENDICULAR = Macrospin(ms=1e6, volume=1e3, alpha=0.02, anisotropy=2e5)  # B_k = 0.4 T along z, p along z
IN_PLANE = Macrospin(
    ms=8e5, volume=1e4, alpha=0.01, anisotropy=8e3, axis=(1, 0, 0), demag=(0, 0, 1), reference=(1, 0, 0)
)  # B_k = 20 mT along x, mu_0 M_s = 1.005 T, p along x


def close(expected, rel=1e-9):
    """pytest.approx without its absolute tolerance of 1e-12, which would pass any torque or energy in SI."""
    return pytest.approx(expected, rel=rel, abs=0)


def polar(theta, phi=0.0):
    return np.stack(np.broadcast_arrays(np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)))
