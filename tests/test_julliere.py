"""Julliere's model: limits and symmetries first, then the circuit around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize

from mtjlib import julliere, units

polarisations = st.floats(-0.999, 0.999)


def two_current_tmr(n1, n2):
    """Counting conductances directly, without the polarisation: the independent second method."""
    parallel = n1[0] * n2[0] + n1[1] * n2[1]
    antiparallel = n1[0] * n2[1] + n1[1] * n2[0]
    return (1 / antiparallel - 1 / parallel) * parallel


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0.01, 10))
def test_formula_agrees_with_counting_conductances(up1, down1, up2, down2):
    p1, p2 = julliere.polarisation(up1, down1), julliere.polarisation(up2, down2)
    assert julliere.tmr(p1, p2) == pytest.approx(two_current_tmr((up1, down1), (up2, down2)), rel=1e-8, abs=1e-12)


@given(polarisations, polarisations)
def test_symmetries_of_the_tmr(p1, p2):
    tmr = julliere.tmr(p1, p2)
    assert tmr == julliere.tmr(p2, p1) == julliere.tmr(-p1, -p2)
    assert np.sign(tmr) == np.sign(p1 * p2) or abs(p1 * p2) < 1e-300
    assert tmr > -1
    # Turning one magnet's band structure upside down exchanges the two resistances.
    assert (1 + tmr) * (1 + julliere.tmr(-p1, p2)) == pytest.approx(1, rel=1e-9)


def test_limits_of_the_tmr():
    assert julliere.tmr(0.0, 0.9) == 0
    assert julliere.tmr(1.0, 1.0) == np.inf
    assert julliere.tmr(1.0, -1.0) == -1
    small = 1e-4
    assert julliere.tmr(small, small) == pytest.approx(2 * small**2, rel=1e-7, abs=0)


@given(st.floats(0, 1e3))
def test_inversion_and_the_other_definition(tmr):
    p = julliere.polarisation_from_tmr(tmr)
    assert 0 <= p < 1
    assert julliere.tmr(p, p) == pytest.approx(tmr, rel=1e-7, abs=1e-300)
    assert julliere.pessimistic(tmr) == pytest.approx(2 * p**2 / (1 + p**2), rel=1e-7, abs=1e-300)


def test_heavy_minority_band_flips_the_sign():
    p = [julliere.polarisation(1.0, 2.0, 2.0, 1.0, power=n) for n in (0, 1, 2)]
    assert p[0] < 0 < p[2]
    assert p[0] == pytest.approx(-1 / 3)
    assert p[2] == pytest.approx((4 - 2) / (4 + 2))
    # Equal velocities: weighting changes nothing.
    assert julliere.polarisation(3.0, 1.0, 5.0, 5.0, power=2) == pytest.approx(0.5)


@given(st.floats(1, 1e5), st.floats(0.01, 20), st.floats(1e-2, 1e5), st.floats(1, 1e7))
def test_parasitic_resistances_only_ever_lower_the_tmr(resistance, tmr, series, shunt):
    measured = julliere.measured_tmr(resistance, tmr, series, shunt)
    assert 0 <= measured <= tmr * (1 + 1e-9)


def test_series_and_shunt_by_hand():
    assert julliere.measured_tmr(1000.0, 2.0) == pytest.approx(2.0)
    assert julliere.measured_tmr(1000.0, 2.0, series=1000.0) == pytest.approx(1.0)
    # Shunt 1 kΩ across 1 kΩ and 3 kΩ: 500 and 750 Ω.
    assert julliere.measured_tmr(1000.0, 2.0, shunt=1000.0) == pytest.approx(0.5)
    # 200 + 5000/6 and 200 + 15000/8 Ω.
    assert julliere.measured_tmr(1000.0, 2.0, 200.0, 5000.0) == pytest.approx(2075 / (200 + 5000 / 6) - 1)


def test_window_carries_exactly_the_bias():
    """The area under f_L - f_R is eV at any temperature."""
    for temperature in (0.0, 4.0, 300.0):
        for bias in (0.005, 0.2, -0.2):
            area, _ = integrate.quad(
                lambda e, v=bias, t=temperature: float(julliere.energy_window(e, v, t)),
                -1.5,
                1.5,
                points=[-abs(bias) / 2, abs(bias) / 2],
                limit=200,
            )
            assert area == pytest.approx(bias, rel=1e-6)


def test_window_widths():
    kt = units.K_B * 300
    peak = julliere.energy_window(0.0, 1e-6, 300.0)
    half = optimize.brentq(lambda e: julliere.energy_window(e, 1e-6, 300.0) - peak / 2, 0, 0.5)
    assert 2 * half == pytest.approx(4 * np.log(1 + np.sqrt(2)) * kt, rel=1e-6)
    # The half-height points of a wide window lie at the two chemical potentials.
    assert julliere.energy_window([-0.25, 0.25], 0.5, 300.0) == pytest.approx([0.5, 0.5], abs=1e-6)


def test_window_symmetries_and_shapes():
    energy = np.linspace(-0.3, 0.3, 7)
    window = julliere.energy_window(energy, 0.1, [[0.0], [77.0], [300.0]])
    assert window.shape == (3, 7)
    np.testing.assert_allclose(window, window[:, ::-1], atol=1e-15)
    np.testing.assert_allclose(julliere.energy_window(energy, -0.1, 300.0), -window[2], atol=1e-15)
    assert julliere.energy_window(energy, 1e3, 1e-6).max() <= 1
    assert julliere.energy_window([], 0.1, 300.0).shape == (0,)


def test_window_keeps_its_digits_in_the_tails_and_at_tiny_bias():
    """Far outside it is sinh(eV/2kT) exp(-|E|/kT) times 2; for eV → 0, eV (-df/dE)."""
    kt = units.K_B * 300.0
    energy = np.array([-200.0, 60.0, 500.0]) * kt
    expected = 2 * np.sinh(0.7) * np.exp(-np.abs(energy) / kt)
    np.testing.assert_allclose(julliere.energy_window(energy, 1.4 * kt, 300.0), expected, rtol=1e-12)
    energy = np.array([-3.0, 0.0, 5.0]) * kt
    for bias in (1e-20, -1e-12):
        expected = bias / (4 * kt * np.cosh(energy / kt / 2) ** 2)
        np.testing.assert_allclose(julliere.energy_window(energy, bias, 300.0), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: julliere.polarisation(-1.0, 1.0), r"majority must lie in \[0, inf\), got -1.0"),
        (lambda: julliere.polarisation(0.0, 0.0), "must not both be 0"),
        (lambda: julliere.polarisation(1.0, 1.0, power=3), "power must be 0, 1 or 2, got 3"),
        (lambda: julliere.tmr(0.5, 1.01), r"p2 must lie in \[-1, 1\]"),
        (lambda: julliere.polarisation_from_tmr(-0.1), "tmr must lie in"),
        (lambda: julliere.pessimistic(-1.0), "tmr must lie in"),
        (lambda: julliere.measured_tmr(0.0, 1.0), "resistance_p must lie in"),
        (lambda: julliere.measured_tmr(1.0, 1.0, series=-1.0), "series must lie in"),
        (lambda: julliere.measured_tmr(1.0, 1.0, shunt=0.0), "shunt must lie in"),
        (lambda: julliere.energy_window(0.0, 0.1, -1.0), "temperature must lie in"),
    ],
)
def test_errors_name_argument_and_range(call, message):
    with pytest.raises(ValueError, match=message):
        call()
