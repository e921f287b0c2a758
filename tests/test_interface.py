"""One reflection amplitude per spin: optical theorem, analytic continuation, polarisation and its sign change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import Barrier, Ferromagnet, barrier, interface, units

WAVES = st.floats(1e-3, 50.0)
MASSES = st.floats(0.05, 5.0)


def match(k, kappa, mass):
    """r and t by solving the two matching conditions, ψ continuous and ψ'/mass continuous."""
    # barrier (x < 0): (e^(-κx) e^(-iπ/4) + r' e^(κx) e^(-iπ/4)) / √K ; metal: t' e^(ikx) / √k
    big_k = kappa / mass
    matrix = np.array([[1 / np.sqrt(big_k), -1 / np.sqrt(k)], [np.sqrt(big_k), -1j * np.sqrt(k)]])
    r, t = np.linalg.solve(matrix, np.array([-1 / np.sqrt(big_k), np.sqrt(big_k)]))
    return r, t


@given(WAVES, WAVES, MASSES)
@settings(max_examples=40)
def test_optical_theorem_and_matching(k, kappa, mass):
    """2 Im r = |t|² against a direct solution of the matching conditions."""
    r, t = match(k, kappa, mass)
    assert interface.reflection(k, kappa, mass) == pytest.approx(r, rel=1e-12, abs=0)
    assert interface.transmission(k, kappa, mass) == pytest.approx(abs(t) ** 2, rel=1e-9, abs=0)
    assert abs(interface.transmission_amplitude(k, kappa, mass)) ** 2 == pytest.approx(abs(t) ** 2, rel=1e-9, abs=0)
    assert abs(interface.reflection(k, kappa, mass)) == pytest.approx(1.0)


@given(WAVES, WAVES, MASSES)
@settings(max_examples=30)
def test_below_the_band_edge(decay, kappa, mass):
    r = interface.reflection(1j * decay, kappa, mass)
    big_k = kappa / mass
    assert r.imag == 0
    assert r.real == pytest.approx((big_k - decay) / (big_k + decay), abs=1e-12)
    assert interface.transmission(1j * decay, kappa, mass) == 0
    assert interface.transmission_amplitude(1j * decay, kappa, mass) == 0


def test_continuous_across_the_band_edge():
    k = interface.wavevector(np.array([-1e-12, 0.0, 1e-12]))
    np.testing.assert_allclose(interface.reflection(k, 5.0), 1.0, atol=1e-5)


def test_wavevector_of_iron():
    """1.09 and 0.42 Å⁻¹ are quoted for Fe."""
    up, down = interface.wavevector([4.5, 4.5 - 3.825]).real / 10
    assert (round(up, 2), round(down, 2)) == (1.09, 0.42)
    assert interface.wavevector(-4.5) == 1j * interface.wavevector(4.5)


@given(WAVES, st.floats(0.0, 0.999), WAVES, MASSES)
@settings(max_examples=40)
def test_polarisation(k_up, ratio, kappa, mass):
    """From the transmissions, against Slonczewski's closed form; no pole, |p| ≤ 1."""
    k_down = ratio * k_up + 1e-9
    product, square = k_up * k_down, (kappa / mass) ** 2
    closed = (k_up - k_down) / (k_up + k_down) * (square - product) / (square + product)
    assert interface.polarisation(k_up, k_down, kappa, mass) == pytest.approx(closed, abs=1e-9)


def test_polarisation_without_a_spin():
    assert interface.polarisation(5.0, 3j, 4.0) == 1
    assert interface.polarisation(3j, 5.0, 4.0) == -1
    assert np.isnan(interface.polarisation(3j, 5j, 4.0))
    assert interface.polarisation(5.0, 5.0, 4.0) == 0
    assert interface.polarisation([5.0, 6.0], 3.0, [[4.0], [5.0], [6.0]]).shape == (3, 2)


IRON = Ferromagnet(4.5, 3.825)


@pytest.mark.parametrize("mass, excess", [(0.7, 0.0), (0.7, 0.5), (1.0, -0.2), (1.0, 0.0), (1.6, 0.5)])
def test_critical_wavevector_is_where_the_polarisation_vanishes(mass, excess):
    wall = Barrier(1.125, 1.0, mass)
    x = interface.critical_wavevector(IRON, wall, excess) ** 2 * units.HBAR2_2M

    def p(parallel):
        k = interface.wavevector(4.5 + excess - parallel - np.array([0.0, 3.825]))
        return interface.polarisation(*k, barrier.kappa(wall, 0.0, excess, parallel, 0.0), mass)

    assert p(x) == pytest.approx(0.0, abs=1e-12)
    assert p(0.9 * x) < 0 < p(1.1 * x)


def test_critical_wavevector_for_equal_masses():
    """Eq. (19) of Xiao, Bauer and Brataas."""
    height, energy = 1.125, 4.5 + np.array([0.0, 0.3])
    top = 4.5 + height
    expected = np.sqrt((energy - top**2 / (2 * top - 3.825)) / units.HBAR2_2M)
    np.testing.assert_allclose(interface.critical_wavevector(IRON, Barrier(height, 1.0), [0.0, 0.3]), expected)


@given(st.floats(0.1, 3.0), st.floats(0.05, 3.0), st.floats(0.1, 6.0))
@settings(max_examples=50)
def test_critical_wavevector_exists_iff(height, mass, splitting):
    limit = mass**2 * 4.5 * (4.5 - splitting)
    q = interface.critical_wavevector(Ferromagnet(4.5, splitting), Barrier(height, 1.0, mass))
    assert np.isnan(q) == (height**2 >= limit or splitting >= 4.5)


def test_no_splitting_has_no_critical_wavevector():
    assert np.isnan(interface.critical_wavevector(Ferromagnet(4.5, 0.0), Barrier(0.5, 1.0)))


def spacer_by_transfer(k, k_spacer, thickness, kappa, mass):
    """r from ψ'/ψ carried through the spacer by its 2×2 matrix; the metal lies behind it."""
    c, s = np.cos(k_spacer * thickness), np.sin(k_spacer * thickness)
    value, slope = c - 1j * k * s / k_spacer, k_spacer * s + 1j * k * c
    z = slope / value / 1j
    big_k = kappa / mass
    return (1j * big_k - z) / (1j * big_k + z)


@given(WAVES, st.floats(0.5, 20.0), st.floats(0.0, 3.0), WAVES, MASSES)
@settings(max_examples=40)
def test_spacer(k, k_spacer, thickness, kappa, mass):
    r = interface.reflection_through_spacer(k, k_spacer, thickness, kappa, mass)
    assert r == pytest.approx(spacer_by_transfer(k, k_spacer, thickness, kappa, mass), rel=1e-6)
    assert r.imag > 0


def test_spacer_limits():
    assert interface.reflection_through_spacer(4.0, 9.0, 0.0, 5.0) == pytest.approx(interface.reflection(4.0, 5.0))
    assert interface.reflection_through_spacer(9.0, 9.0, 2.3, 5.0) == pytest.approx(interface.reflection(9.0, 5.0))
    # a spacer without propagating states hides what is behind it once it is thick
    assert interface.reflection_through_spacer(4.0, 9j, 300.0, 5.0) == pytest.approx(interface.reflection(9j, 5.0))
    # k_spacer = 0 is the limit of small ones
    near = interface.reflection_through_spacer(4.0, 1e-6, 0.7, 5.0)
    assert interface.reflection_through_spacer(4.0, 0.0, 0.7, 5.0) == pytest.approx(near, rel=1e-9)
    # periodic in the thickness with π/k
    shifted = interface.reflection_through_spacer(4.0, 9.0, 0.3 + np.pi / 9.0, 5.0)
    assert interface.reflection_through_spacer(4.0, 9.0, 0.3, 5.0) == pytest.approx(shifted)


def test_wrong_input():
    with pytest.raises(ValueError, match=r"kappa must lie in \(0, inf\) 1/nm, got 0.0"):
        interface.reflection(5.0, 0.0)
    with pytest.raises(ValueError, match="k must be finite, with Re ≥ 0 and Im ≥ 0"):
        interface.transmission(-5.0, 1.0)
    with pytest.raises(ValueError, match="k must be finite, with Re ≥ 0 and Im ≥ 0"):
        interface.reflection(-5j, 1.0)
    with pytest.raises(ValueError, match="k must be finite"):
        interface.transmission(np.nan, 1.0)
    with pytest.raises(TypeError, match="k must be a number"):
        interface.reflection("fast", 1.0)
    with pytest.raises(ValueError, match=r"^k_minority must be finite"):
        interface.polarisation(5.0, -4.0, 3.0)
    with pytest.raises(TypeError, match=r"^ferromagnet must be a Ferromagnet, got Barrier"):
        interface.critical_wavevector(Barrier(1.0, 1.0), IRON)
    with pytest.raises(ValueError, match="mass must lie in"):
        interface.polarisation(5.0, 4.0, 3.0, mass=-1.0)
    with pytest.raises(ValueError, match="thickness must lie in"):
        interface.reflection_through_spacer(4.0, 9.0, -1.0, 5.0)
    with pytest.raises(ValueError, match="excess must lie in"):
        interface.critical_wavevector(IRON, Barrier(1.0, 1.0), 1.0)
    assert interface.reflection(np.empty((0, 2)), 1.0).shape == (0, 2)
