"""Phase space by quadrature, parities and limits of the inelastic laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from mtjlib import inelastic, julliere, units

polarisations = st.floats(-1, 1)
biases = st.floats(-2, 2)
exponents = st.floats(0, 3)


@given(st.floats(0, 3), exponents)
@settings(max_examples=20)
def test_phase_space_is_the_integral(energy, nu):
    phonon = integrate.quad(lambda w: w ** (nu + 1) * (energy - w), 0, energy, epsabs=0, epsrel=1e-10)[0]
    magnon = integrate.quad(lambda w: w**nu * (energy - w), 0, energy, epsabs=0, epsrel=1e-10)[0]
    np.testing.assert_allclose(inelastic.phonon_phase_space(energy, nu), phonon, rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(inelastic.magnon_phase_space(energy, nu), magnon, rtol=1e-7, atol=1e-300)


@given(biases, polarisations, polarisations, st.floats(-1, 1), st.floats(0, 5), exponents, st.floats(0, np.pi))
@settings(max_examples=30)
def test_phonon_torques_keep_the_parities(bias, p_l, p_r, phi, zeta, nu, theta):
    args = (p_l, p_r, phi, zeta, nu, theta)
    (t, n), (t_back, n_back) = inelastic.phonon_torques(bias, *args), inelastic.phonon_torques(-bias, *args)
    assert t == -t_back
    assert n == n_back
    # the inelastic share of the in-plane torque grows with the phase space: ratio to U^(nu+3) is constant
    elastic, _ = inelastic.phonon_torques(bias, p_l, p_r, phi, 0.0, nu, theta)
    space = inelastic.phonon_phase_space(abs(bias), nu) * (nu + 2) * (nu + 3)
    np.testing.assert_allclose(
        t - elastic, np.sign(bias) * p_l * np.sin(theta) * zeta * space, atol=1e-13 * abs(t) + 1e-300
    )
    np.testing.assert_allclose(n, p_r * phi * np.sin(theta) * zeta * space, rtol=1e-9, atol=1e-300)


@given(biases, polarisations, st.floats(-1, 1), exponents)
@settings(max_examples=30)
def test_magnon_torques_are_even_in_the_bias(bias, p, phi, nu):
    forth, back = inelastic.magnon_torques(bias, p, phi, nu), inelastic.magnon_torques(-bias, p, phi, nu)
    np.testing.assert_array_equal(forth, back)
    # at right angles: P(1+P) - (1-P) and Pφ; collinear: nothing
    space = inelastic.magnon_phase_space(abs(bias), nu) * (nu + 1) * (nu + 2)
    rounding = 1e-15 * space + 1e-300
    np.testing.assert_allclose(forth[0], (p * (1 + p) - (1 - p)) * space, rtol=1e-9, atol=rounding)
    np.testing.assert_allclose(forth[1], p * phi * space, rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(inelastic.magnon_torques(bias, p, phi, nu, [0.0, np.pi]), 0, atol=rounding)


def test_magnon_torques_at_an_oblique_angle():
    t, n = inelastic.magnon_torques(1.0, 0.5, 0.2, angle=np.pi / 3)
    np.testing.assert_allclose(t, np.sqrt(3) / 2 * (0.5 * 1.5 - 0.5 * 1.25))
    np.testing.assert_allclose(n, np.sqrt(3) / 2 * 0.5 * 0.2 * 0.5)


@pytest.mark.parametrize("nu", [0.0, 0.5, 2.0])
def test_magnon_conductance_is_the_derivative_of_the_phase_space(nu):
    cutoff, s, p, v, h = 0.1, 0.4, 0.6, 0.04, 1e-6
    current = [inelastic.magnon_phase_space(x, nu) for x in (v - h, v + h)]
    slope = (current[1] - current[0]) / (2 * h) * (nu + 1) / cutoff ** (nu + 1)
    g_p, g_ap = inelastic.magnon_conductances(v, p, p, s, cutoff, nu)
    np.testing.assert_allclose(g_p - (1 + p**2), s * (1 - p**2) * slope, rtol=1e-6)
    np.testing.assert_allclose(g_ap - (1 - p**2), s * (1 + p**2) * slope, rtol=1e-6)


@given(st.floats(0.05, 0.99), st.floats(0.01, 3), st.floats(0.01, 0.5))
@settings(max_examples=30)
def test_magnons_quench_the_tmr_with_the_bias(p, s, cutoff):
    v = np.linspace(0, 2 * cutoff, 21)
    g_p, g_ap = inelastic.magnon_conductances(v, p, p, s, cutoff)
    tmr = g_p / g_ap - 1
    np.testing.assert_allclose(tmr[0], julliere.tmr(p, p), rtol=1e-9)
    assert (np.diff(tmr[:11]) < 0).all()
    np.testing.assert_allclose(tmr[10:], tmr[10])
    np.testing.assert_allclose(np.diff(g_ap[:11], 2), 0, atol=1e-10)  # linear in |V|
    np.testing.assert_array_equal(inelastic.magnon_conductances(-v, p, p, s, cutoff), [g_p, g_ap])
    # the sum over both states knows nothing of the spin
    np.testing.assert_allclose(g_p + g_ap, 2 + 2 * s * np.minimum(v / cutoff, 1))


def test_magnon_conductance_corners():
    half_metal = inelastic.magnon_conductances(0.1, 1.0, 1.0, 0.5, 0.1)
    np.testing.assert_allclose(half_metal, [2.0, 1.0])  # flips alone open the antiparallel channel
    assert inelastic.magnon_conductances(np.zeros((2, 1)), [0.1, 0.2, 0.3], 0.5, 0.1, 0.1)[0].shape == (2, 3)
    assert inelastic.magnon_conductances([], 0.5, 0.5, 0.1, 0.1)[1].shape == (0,)


@pytest.mark.parametrize("dimension", [2, 3])
def test_interaction_factor_has_the_law_it_names(dimension):
    g = inelastic.interaction_factor
    v = np.array([1e-4, 4e-4, 1.6e-3])
    factor = g(v, 0.05, 0.1, dimension=dimension)
    if dimension == 2:  # equal steps of ln V
        np.testing.assert_allclose(np.diff(factor), 0.05 * np.log(4), rtol=1e-10)
    else:  # equal steps of √V: 1, 2, 4
        np.testing.assert_allclose(np.diff(factor), 0.05 * np.sqrt(1e-4 / 0.1) * np.array([1, 2]), rtol=1e-10)
    assert (g([0.1, 1.0], 0.05, 0.1, dimension=dimension) == 1).all()
    np.testing.assert_array_equal(g(-v, 0.05, 0.1, dimension=dimension), factor)
    # temperature replaces the bias: k_BT = eV gives the same factor
    cold, warm = g(1e-3, 0.05, 0.1, 0.0, dimension), g(0.0, 0.05, 0.1, 1e-3 / units.K_B, dimension)
    np.testing.assert_allclose(cold, warm, rtol=1e-12)
    assert g(np.ones((2, 1)), 0.05, [0.1, 0.2], dimension=dimension).shape == (2, 2)
    assert g([], 0.05, 0.1, dimension=dimension).shape == (0,)


def test_a_common_suppression_leaves_no_trace_in_the_tmr():
    v = np.linspace(-0.05, 0.05, 11)
    p, ap = inelastic.interaction_factor(v, 0.1, 0.1), inelastic.interaction_factor(v, 0.2, 0.1)
    np.testing.assert_allclose((2.0 * p) / (1.0 * p), 2.0)
    tmr = 2.0 * p / ap - 1
    assert tmr.argmax() == 5  # a peak at V = 0 needs a stronger suppression in the antiparallel state


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (ValueError, "energy", lambda: inelastic.phonon_phase_space(-1.0, 1.0)),
        (ValueError, "nu", lambda: inelastic.magnon_phase_space(1.0, -0.5)),
        (ValueError, "polarisation_right", lambda: inelastic.phonon_torques(0.1, 0.5, 1.5, 0.1, 1.0)),
        (ValueError, "coupling", lambda: inelastic.phonon_torques(0.1, 0.5, 0.5, 0.1, -1.0)),
        (ValueError, "polarisation", lambda: inelastic.magnon_torques(0.1, -1.5, 0.1)),
        (TypeError, "bias", lambda: inelastic.magnon_torques(1j, 0.5, 0.1)),
        (ValueError, "cutoff", lambda: inelastic.magnon_conductances(0.1, 0.5, 0.5, 0.1, 0.0)),
        (ValueError, "strength", lambda: inelastic.magnon_conductances(0.1, 0.5, 0.5, -0.1, 0.1)),
        (ValueError, "dimension", lambda: inelastic.interaction_factor(0.1, 0.1, 0.1, dimension=1)),
        (ValueError, "both be 0", lambda: inelastic.interaction_factor(0.0, 0.1, 0.1, dimension=2)),
        (ValueError, "strength", lambda: inelastic.interaction_factor(0.0, 1.5, 0.1)),
        (ValueError, "temperature", lambda: inelastic.interaction_factor(0.0, 0.1, 0.1, -1.0)),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()
