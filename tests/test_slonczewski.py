"""Slonczewski's elastic torkance: its limits, its sign, and the torkance of a thick junction."""

from dataclasses import replace

import numpy as np
import pytest

from mtjlib import slonczewski, transport, units
from mtjlib.materials import FE_MGO_FE, MGO

HBAR_2E = units.HBAR / (2 * units.E_CHARGE)


def close(expected, rel=1e-9):
    """pytest.approx without its absolute tolerance of 1e-12, which would pass any torque or energy in SI."""
    return pytest.approx(expected, rel=rel, abs=0)


def test_slonczewski_amplitudes_give_the_torkance():
    """(4) and (5) reduce to (3) for equal electrodes; in general to P_L times the mean conductance, whatever P_R."""
    p = np.linspace(-1, 1, 21)
    amplitudes = slonczewski.elastic_amplitudes(p, p, 2.5)
    parallel, antiparallel = slonczewski.collinear_conductances(*amplitudes)
    np.testing.assert_allclose(parallel, 2.5)
    np.testing.assert_allclose(antiparallel, 2.5 * (1 - p**2) / (1 + p**2), atol=1e-15)
    np.testing.assert_allclose(
        slonczewski.torkance_from_amplitudes(*amplitudes), slonczewski.torkance(p, 2.5), rtol=1e-12, atol=1e-30
    )
    asymmetric = slonczewski.elastic_amplitudes(0.4, p, 1.0)
    mean = sum(slonczewski.collinear_conductances(*asymmetric)) / 2
    np.testing.assert_allclose(slonczewski.torkance_from_amplitudes(*asymmetric), -HBAR_2E * 0.4 * mean, rtol=1e-12)


def test_half_metals_transfer_half_a_quantum_per_electron():
    """P = 1: dN_par/dI = -hbar/4e at the parallel conductance, and against a normal spin it is +hbar/4e."""
    assert slonczewski.torkance(1.0, 1.0) == close(-HBAR_2E / 2)
    assert slonczewski.torkance(-1.0, 1.0) == close(HBAR_2E / 2)
    assert slonczewski.torkance(0.0, 1.0) == 0


def test_thick_junction_has_slonczewskis_torkance():
    """A thick barrier leaves one polarisation; a thin one spreads it, and its rms exceeds its mean."""
    ratios = []
    for width in (1.0, 4.0, 16.0):
        junction = replace(FE_MGO_FE, barrier=replace(MGO, width=width))
        parallel, antiparallel = transport.conductance(junction, [0.0, np.pi])
        p = np.sqrt((parallel - antiparallel) / (parallel + antiparallel))
        ratios.append(slonczewski.torkance(p, parallel) / transport.torkance_in_plane(junction))
    assert ratios[0] > ratios[1] > ratios[2] == close(1.0, rel=2e-3)


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("polarisation must lie", lambda: slonczewski.torkance(1.1, 1)),
        ("opposite half metals", lambda: slonczewski.elastic_amplitudes(1, -1, 1)),
        ("g_pm must lie", lambda: slonczewski.torkance_from_amplitudes(1, 1, -1, 1)),
    ],
)
def test_bad_arguments_are_named(message, call):
    with pytest.raises(ValueError, match=message):
        call()
