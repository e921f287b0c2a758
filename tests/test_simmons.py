"""Simmons and Brinkman against each other, against a numerical WKB integral, and back from curves to barriers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mtjlib import Barrier, simmons, units

HEIGHTS, WIDTHS, MASSES = st.floats(0.5, 4.0), st.floats(1.2, 4.0), st.floats(0.3, 1.5)


def wkb_current(bias, left, right, width, mass):
    """J of a trapezoid in WKB with free electrons of the barrier's mass and a bottomless Fermi sea, by quadrature.

    e is the energy along the normal, from the left Fermi level. The in-plane energies w with f_R(e+w) - f_L(e+w) = ±1
    fill an interval of length |u| below both Fermi levels, and of length top - e between them.
    """
    inverse = units.HBAR2_2M / mass

    def damping(energy):
        a, b = left - energy, right + bias - energy
        root = np.sqrt(a * b)
        return np.exp(-4 * width / 3 * (a + root + b) / (np.sqrt(a) + np.sqrt(b)) / np.sqrt(inverse))

    low, top = min(bias, 0.0), max(bias, 0.0)
    below = quad(lambda e: bias * damping(e), low - 12.0, low, epsabs=0, epsrel=1e-10, limit=200)[0]
    inside = np.sign(bias) * quad(lambda e: (top - e) * damping(e), low, top, epsabs=0, epsrel=1e-10)[0]
    return units.CONDUCTANCE_QUANTUM * 1e18 / (2 * np.pi) * (below + inside) / inverse


def tilted(height, width, asymmetry=0.0, mass=1.0):
    """A barrier by its mean height and its asymmetry."""
    return Barrier(height - asymmetry / 2, width, mass, height + asymmetry / 2)


@given(HEIGHTS, WIDTHS, MASSES, st.floats(-0.9, 0.9))
@settings(max_examples=40)
def test_odd_and_linear_at_low_bias(height, width, mass, share):
    bias = share * height
    barrier = Barrier(height, width, mass)
    current = simmons.current_density(barrier, bias)
    assert simmons.current_density(barrier, -bias) == pytest.approx(-current, rel=1e-12, abs=1e-300)
    small = 1e-5 * height
    slope = simmons.current_density(barrier, small) / small
    assert slope == pytest.approx(simmons.conductance(barrier), rel=1e-6, abs=0)


@pytest.mark.parametrize("mass", [1.0, 0.4])
def test_simmons_tends_to_the_wkb_integral(mass):
    """At low bias the integral is (κd + 1/2) e^(-2κd) in units of e²/(2πh d²); Simmons has κd - 1, Brinkman κd."""
    for width in (2.0, 8.0, 32.0):
        decay = width * np.sqrt(mass / units.HBAR2_2M)
        numerical = wkb_current(1e-5, 1.0, 1.0, width, mass) / 1e-5
        unit = units.CONDUCTANCE_QUANTUM / (2 * np.pi * (width * 1e-9) ** 2) * np.exp(-2 * decay)
        assert numerical == pytest.approx(unit * (decay + 0.5), rel=1e-5, abs=0)
        barrier = Barrier(1.0, width, mass)
        assert simmons.conductance(barrier) / numerical == pytest.approx(1, abs=1.5 / decay)
        assert simmons.brinkman(barrier, 0.0) / numerical == pytest.approx(1, abs=0.51 / decay)


def test_brinkman_is_the_expansion_of_simmons_for_a_thick_barrier():
    height, mass = 1.3, 0.6
    for width, tolerance in ((5.0, 0.2), (50.0, 0.02)):
        v = 1e-3
        barrier = Barrier(height, width, mass)
        current = simmons.current_density(barrier, [v, 2 * v])
        g = simmons.conductance(barrier)
        cubic = (current[1] / (2 * v) - current[0] / v) / (3 * v**2) / g  # J = G (V + cubic V³)
        parabola = np.divide(*simmons.brinkman(barrier, [v, 0.0])) - 1
        assert parabola / v**2 == pytest.approx(3 * cubic, rel=tolerance)


@pytest.mark.parametrize("asymmetry", [0.05, -0.05])
def test_brinkman_coefficients_against_the_wkb_integral(asymmetry):
    """Linear and quadratic coefficient (and their signs) from numerical currents; corrections are of order 1/κd."""
    height, mass = 2.0, 1.0
    left, right = height - asymmetry / 2, height + asymmetry / 2
    for width in (4.0, 12.0):
        v = 0.016 / width
        j = {n: wkb_current(n * v, left, right, width, mass) for n in (-2, -1, 1, 2)}
        even = {n: (j[n] - j[-n]) / (2 * n * v) for n in (1, 2)}  # G0 (1 + c V²/3)
        at_zero = (4 * even[1] - even[2]) / 3
        quadratic = (even[2] - even[1]) / v**2 / at_zero
        linear = (j[1] + j[-1]) / v**2 / at_zero  # J = G0 (V + b V²/2)
        g = simmons.brinkman(Barrier(left, width, mass, right), [-v, 0.0, v])
        tolerance = 2 / (width * np.sqrt(mass * height / units.HBAR2_2M))
        assert (g[2] - g[0]) / (2 * v * g[1]) == pytest.approx(linear, rel=tolerance)
        assert (g[2] + g[0] - 2 * g[1]) / (2 * v**2 * g[1]) == pytest.approx(quadratic, rel=tolerance)
        assert g[1] == pytest.approx(at_zero, rel=tolerance, abs=0)


def test_brinkman_matches_the_published_numbers():
    """G(0) = 3.16e10 √φ/d exp(-1.025 d √φ) with d in Å, per Ω cm²."""
    height, width = 2.0, 1.5
    published = 3.16e10 * np.sqrt(height) / 15 * np.exp(-1.025 * 15 * np.sqrt(height)) * 1e4
    assert simmons.brinkman(Barrier(height, width), 0.0) == pytest.approx(published, rel=0.02)


@given(HEIGHTS, WIDTHS, MASSES, st.floats(-0.5, 0.5))
@settings(max_examples=30, deadline=None)
def test_fit_returns_what_was_put_in(height, width, mass, share):
    v = np.linspace(-0.3, 0.35, 27) * height
    fit = simmons.fit_brinkman(v, simmons.brinkman(tilted(height, width, share * height, mass), v), mass)
    np.testing.assert_allclose(
        [fit.height, fit.width, fit.asymmetry], [height, width, share * height], rtol=1e-5, atol=1e-6
    )
    np.testing.assert_allclose(fit.barrier.heights, np.array([1 - share / 2, 1 + share / 2]) * height, rtol=1e-5)
    assert fit.barrier.mass == mass
    fit = simmons.fit_simmons(v, simmons.current_density(Barrier(height, width, mass), v), mass)
    np.testing.assert_allclose([fit.height, fit.width, fit.asymmetry], [height, width, 0.0], rtol=1e-5)


def test_uncertainties_are_the_scatter_of_repeated_fits():
    rng = np.random.default_rng(3)
    v = np.linspace(-0.4, 0.4, 41)
    clean = simmons.brinkman(tilted(1.2, 1.3, 0.2, 0.5), v)
    noise = 0.01 * clean.min()
    fits = [simmons.fit_brinkman(v, clean + rng.normal(0, noise, v.size), 0.5, noise) for _ in range(200)]
    found = np.array([(fit.height, fit.width, fit.asymmetry) for fit in fits])
    np.testing.assert_allclose(found.mean(axis=0), [1.2, 1.3, 0.2], atol=4 * fits[0].uncertainties.max() / np.sqrt(200))
    np.testing.assert_allclose(found.std(axis=0), fits[0].uncertainties, rtol=0.2)
    assert np.corrcoef(found[:, 0], found[:, 1])[0, 1] == pytest.approx(fits[0].correlation, abs=0.02)
    assert fits[0].correlation < -0.95


def test_the_mass_cannot_be_fitted():
    """A wrong mass gives another barrier and the same curve."""
    v = np.linspace(-0.3, 0.3, 21)
    g = simmons.brinkman(tilted(1.0, 1.5, 0.1, 0.4), v)
    fit = simmons.fit_brinkman(v, g, 1.0)
    np.testing.assert_allclose(simmons.brinkman(fit.barrier, v), g, rtol=1e-6)
    assert abs(fit.width - 1.5) > 0.3


def test_free_electrons_and_equal_heights_are_the_default():
    v = np.linspace(-0.3, 0.3, 11)
    for fit, model in ((simmons.fit_brinkman, simmons.brinkman), (simmons.fit_simmons, simmons.current_density)):
        found = fit(v, model(Barrier(1.2, 1.5, 1.0, 1.2), v))
        np.testing.assert_allclose([found.height, found.width, found.asymmetry], [1.2, 1.5, 0.0], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_half_a_curve_is_enough(sign):
    v = sign * np.linspace(0.0, 0.6, 25)
    found = simmons.fit_simmons(v, simmons.current_density(Barrier(1.2, 1.5, 0.7), v), 0.7)
    np.testing.assert_allclose([found.height, found.width], [1.2, 1.5], rtol=1e-6)


@pytest.mark.parametrize("decay", [0.9, 1.1])
def test_fit_tells_a_tunnel_barrier_by_its_decay(decay):
    """A parabola with κd = 0.9, written out by hand, is refused with that number; one with 1.1 is a barrier."""
    height, mass = 1.3, 0.6
    width = decay / np.sqrt(mass * height / units.HBAR2_2M)
    v = np.linspace(-0.3, 0.3, 11)
    at_zero = units.CONDUCTANCE_QUANTUM / (2 * np.pi * (width * 1e-9) ** 2) * decay * np.exp(-2 * decay)
    g = at_zero * (1 + (decay * v / height) ** 2 / 8)
    if decay < 1:
        with pytest.raises(ValueError, match=r"κd = 0\.9\)"):
            simmons.fit_brinkman(v, g, mass)
    else:
        found = simmons.fit_brinkman(v, g, mass)
        np.testing.assert_allclose([found.height, found.width], [height, width], rtol=1e-6)


def test_an_ohmic_contact_is_not_a_barrier():
    v = np.linspace(-0.3, 0.3, 11)
    with pytest.raises(ValueError, match="not a tunnel barrier's"):
        simmons.fit_simmons(v, 1e6 * v)


def test_shapes_and_wrong_input():
    flat = Barrier(1.0, 2.0)
    assert simmons.current_density(flat, [[0.1, 0.2]]).shape == (1, 2)
    assert isinstance(simmons.conductance(flat), float)
    assert simmons.brinkman(flat, np.empty(0)).shape == (0,)
    with pytest.raises(ValueError, match="bias must be smaller in magnitude than the barrier height"):
        simmons.current_density(flat, 1.0)
    with pytest.raises(ValueError, match="barrier must be wider than its decay length"):
        simmons.conductance(Barrier(1.0, 0.1))
    for formula in (simmons.conductance, lambda barrier: simmons.current_density(barrier, 0.1)):
        with pytest.raises(ValueError, match="barrier must have equal heights"):
            formula(Barrier(1.0, 2.0, 1.0, 1.5))
    with pytest.raises(TypeError, match="barrier must be a Barrier"):
        simmons.brinkman(1.0, 0.1)
    v = np.linspace(-0.3, 0.3, 11)
    with pytest.raises(ValueError, match="two lists of one length"):
        simmons.fit_brinkman(v, v[:-1])
    with pytest.raises(ValueError, match="at least 4 different values"):
        simmons.fit_brinkman([0.1, 0.1, 0.2, 0.3], [1.0, 1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="not a tunnel barrier's"):
        simmons.fit_brinkman(v, 1.0 - v**2)
    with pytest.raises(ValueError, match="too high for a tunnel barrier"):
        simmons.fit_brinkman(v, 1e16 * (1.0 + v**2))
    with pytest.raises(ValueError, match="not a tunnel barrier's"):
        simmons.fit_simmons(v, -v)


def test_current_keeps_its_digits_at_tiny_bias():
    """J/V = G from 1e-15 V on: the difference of two currents would be left with none."""
    for width in (0.4, 1.5, 8.0):
        bias, barrier = np.array([1e-15, -1e-12, 1e-8]), Barrier(1.2, width, 0.7)
        ratio = simmons.current_density(barrier, bias) / simmons.conductance(barrier)
        np.testing.assert_allclose(ratio, bias, rtol=1e-10)


# What a fit must not answer


def test_a_thin_barrier_is_not_taken_for_another_one():
    """A misfit with two valleys (0.7073 eV and 1.516 eV), and forty more thin barriers at random."""
    rng = np.random.default_rng(12)
    cases = [(0.7073, 0.8293, 0.3178, 0.4)]
    for _ in range(40):
        mass, height, decay = rng.uniform(0.2, 1.2), rng.uniform(0.4, 4), rng.uniform(1.5, 3)
        cases.append((height, decay / np.sqrt(mass * height / units.HBAR2_2M), mass, rng.uniform(0.1, 0.95)))
    for height, width, mass, share in cases:
        v = np.linspace(-share, share, 41) * height
        fit = simmons.fit_simmons(v, simmons.current_density(Barrier(height, width, mass), v), mass)
        np.testing.assert_allclose([fit.height, fit.width], [height, width], rtol=1e-4)


@pytest.mark.parametrize("noise", [0.0, 1e-3])
def test_an_ohmic_short_has_no_height(noise):
    rng = np.random.default_rng(4)
    v = np.linspace(-0.3, 0.3, 31)
    with pytest.raises(ValueError, match=r"conductance must rise with \|bias\| by more than its scatter"):
        simmons.fit_brinkman(v, 1e6 * (1 + noise * rng.standard_normal(31)))
    with pytest.raises(ValueError, match="current_density must rise faster than the bias"):
        simmons.fit_simmons(v, 1e6 * (v + noise * rng.standard_normal(31)))


@pytest.mark.parametrize(("sign", "message"), [(-1, "must have the sign of the bias"), (1, "must rise faster")])
def test_currents_that_no_barrier_carries_are_refused(sign, message):
    v = np.linspace(-0.3, 0.3, 31)
    with pytest.raises(ValueError, match=f"current_density {message}"):
        simmons.fit_simmons(v, sign * np.tanh(v))


def test_a_list_of_masses_is_named():
    with pytest.raises(TypeError, match="mass must be a single number"):
        simmons.fit_brinkman(np.linspace(-0.3, 0.3, 5), np.ones(5), mass=[1, 2])
