"""Parities, closed formulas for linear bands, and what the printed spinor current really gives."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from mtjlib import bardeen

angles = st.floats(-np.pi, np.pi)
slopes = st.floats(-0.1, 0.1)
exchange = st.floats(-1, 1)
biases = st.floats(-2, 2)
linear = st.builds(bardeen.linear_electrode, st.just(1.0), exchange, slopes, slopes, angles, st.floats(3, 8))


def same_polarisation(p, scale=1.0, phi=0.0, depth=5.0):
    """A curved density with P = p(ε)."""

    def density(energy):
        return scale * (1.5 + np.tanh(energy))

    return bardeen.Electrode(density, lambda e: p(e) * density(e), lambda e: phi + 0.1 * e, depth)


# --- Eqs. (7) and (8) -------------------------------------------------------------------------------------------------


@given(linear, linear, biases)
@settings(max_examples=25)
def test_against_adaptive_quadrature(left, right, bias):
    v = bias / 2
    bottom = max(-left.depth - v, -right.depth + v)

    def integral(f, upper):
        return integrate.quad(f, bottom, upper)[0] if upper > bottom else 0.0

    def source(e):
        return right.density(e - v) * left.exchange_density(e + v)

    def drain(e):
        return left.density(e + v) * right.exchange_density(e - v)

    parallel = integral(lambda e: source(e) * np.cos(left.rotation(e + v)), -v) - integral(
        lambda e: source(e) * np.cos(right.rotation(e - v)), v
    )
    normal = integral(lambda e: source(e) * np.sin(left.rotation(e + v)), -v) + integral(
        lambda e: drain(e) * np.sin(right.rotation(e - v)), v
    )
    ends = np.array([-8.0, 8.0])
    tiny = 1e-12 * max(abs(m.exchange_density(ends)).max() for m in (left, right)) + 1e-300
    np.testing.assert_allclose(bardeen.torque_in_plane(left, right, bias), parallel, atol=tiny)
    np.testing.assert_allclose(bardeen.torque_out_of_plane(left, right, bias), -normal, atol=tiny)


@given(linear, linear, biases)
@settings(max_examples=25)
def test_out_of_plane_torque_does_not_change_under_exchange(left, right, bias):
    """Exchanging the electrodes includes their Fermi levels: V changes sign."""
    there, back = bardeen.torque_out_of_plane(left, right, bias), bardeen.torque_out_of_plane(right, left, -bias)
    np.testing.assert_allclose(there, back, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("phi", [0.0, 0.3, 1.4])
def test_in_plane_torque_is_antisymmetric_iff_the_polarisations_agree(phi):
    flat = [same_polarisation(lambda e: 0.6, s, f, 5.0) for s, f in ((1.0, phi), (2.5, -phi / 2))]
    sloped = [same_polarisation(lambda e: 0.6 + 0.1 * e, s, f, 5.0) for s, f in ((1.0, phi), (2.5, -phi / 2))]
    unequal = [same_polarisation(lambda e, p=p: p, 1.0, phi) for p in (0.6, 0.3)]
    for bias in (0.3, -0.8):
        there, back = bardeen.torque_in_plane(*flat, bias), bardeen.torque_in_plane(*flat[::-1], -bias)
        np.testing.assert_allclose(there, -back, rtol=1e-10)
        for pair in (sloped, unequal):  # under bias a sloped P(ε) differs between the electrodes at equal energy
            there, back = bardeen.torque_in_plane(*pair, bias), bardeen.torque_in_plane(*pair[::-1], -bias)
            assert abs(there + back) > 1e-3 * abs(there)
    # without bias equal P(ε) suffices, whatever its slope
    there, back = bardeen.torque_in_plane(*sloped, 0.0), bardeen.torque_in_plane(*sloped[::-1], 0.0)
    np.testing.assert_allclose(there, -back, rtol=1e-10, atol=1e-12)


@given(st.floats(0.1, 2), exchange, slopes, slopes, angles, biases)
@settings(max_examples=30)
def test_linear_bands_give_the_closed_cubic(scale, p, a, b, phi, bias):
    electrode = bardeen.linear_electrode(scale, p * scale, a, b, phi)
    a1, a2, a3 = bardeen.linear_coefficients(scale, p * scale, a, b, phi)
    ours = bardeen.torque_in_plane(electrode, electrode, bias)
    terms = np.array([a1 * bias, a2 * bias**2, a3 * bias**3])
    np.testing.assert_allclose(ours, terms.sum(), rtol=1e-10, atol=1e-12 * abs(terms).sum() + 1e-300)


def test_quadratic_in_plane_term_of_a_symmetric_junction():
    """|a2| = ½|b-a|ρ0Δρ0 at φ = 0, and none if the polarisation is flat."""
    rho, delta, a, b = 1.3, 0.7, 0.08, -0.05
    electrode = bardeen.linear_electrode(rho, delta, a, b)
    plus, minus = bardeen.torque_in_plane(electrode, electrode, [0.4, -0.4])
    np.testing.assert_allclose((plus + minus) / 2 / 0.4**2, 0.5 * (a - b) * rho * delta, rtol=1e-10)
    flat = bardeen.linear_electrode(rho, delta, a, a)
    np.testing.assert_allclose(
        bardeen.torque_in_plane(flat, flat, 0.4), -bardeen.torque_in_plane(flat, flat, -0.4), rtol=1e-12
    )


def test_sign_of_the_in_plane_torque():
    """The book's sign: negative for V > 0, and carried by the left electrode's polarisation."""
    p, n = bardeen.linear_electrode(1.0, 0.5), bardeen.linear_electrode(1.0, 0.0)
    assert bardeen.torque_in_plane(p, n, 0.1) < 0 < bardeen.torque_in_plane(p, n, -0.1)
    assert bardeen.torque_in_plane(n, p, 0.1) == 0


def test_quadratic_out_of_plane_term_needs_the_curvature_of_the_density():
    def bell(e):
        return np.exp(-((e + 2.0) ** 2) / 0.3)  # vanishes with all derivatives at the bottom

    electrode = bardeen.Electrode(bell, lambda e: 0.5 * bell(e), lambda e: 0.4 + 0 * e, 8.0)
    v = 0.02
    t = bardeen.torque_out_of_plane(electrode, electrode, [-v, 0.0, v])
    b2 = (t[0] + t[2] - 2 * t[1]) / (2 * v**2)

    def curvature(e):
        return (((e + 2.0) / 0.15) ** 2 - 1 / 0.15) * bell(e)

    exact = -np.sin(0.4) * integrate.quad(lambda e: curvature(e) * 0.5 * bell(e), -8, 0, points=[-2])[0]
    np.testing.assert_allclose(b2, exact, rtol=5e-3)
    np.testing.assert_allclose(t[0], t[2], rtol=1e-12)


def test_equilibrium_torque_and_corners():
    fe = bardeen.linear_electrode(1.0, 0.5, rotation=0.2, depth=2.0)
    np.testing.assert_allclose(bardeen.torque_out_of_plane(fe, fe, 0.0), -2 * 2.0 * 0.5 * np.sin(0.2), rtol=1e-12)
    assert bardeen.torque_in_plane(fe, fe, 0.0) == 0
    rigid = bardeen.linear_electrode(1.0, 0.5)
    assert bardeen.torque_out_of_plane(rigid, rigid, 0.3) == 0
    # a bias beyond the depth of the bands: only the filled states of the upper electrode that meet a band
    np.testing.assert_allclose(bardeen.torque_in_plane(rigid, rigid, [9.0, 12.0]), [-2.5, -2.5], rtol=1e-12)
    assert bardeen.torque_in_plane(fe, fe, np.zeros((2, 1))).shape == (2, 1)
    assert bardeen.torque_in_plane(fe, fe, []).shape == (0,)
    assert isinstance(bardeen.torque_in_plane(fe, fe, 0.1), float)


@pytest.mark.parametrize("torque", [bardeen.torque_in_plane, bardeen.torque_out_of_plane])
def test_a_matrix_element_is_the_same_as_densities_multiplied_by_it_at_one_bias(torque):
    """The left densities stand once in every term, at ε + eV/2 from their own Fermi level."""
    left, right = (
        same_polarisation(lambda e: 0.4 + 0.1 * e, 1.3, 0.7),
        bardeen.linear_electrode(1.0, 0.6, 0.05, 0.2, 0.3),
    )
    for bias in (-0.8, 0.0, 1.1):

        def element(energy, v):
            return np.exp(0.9 * energy - 0.3 * v) / (1 + energy**2)

        multiplied = bardeen.Electrode(
            *(
                lambda e, own=own, bias=bias: own(e) * element(e - bias / 2, bias)
                for own in (left.density, left.exchange_density)
            ),
            left.rotation,
            left.depth,
        )
        assert torque(left, right, bias, element) == pytest.approx(torque(multiplied, right, bias), rel=1e-9)
        assert torque(left, right, bias, lambda e, v: 3.0) == pytest.approx(3 * torque(left, right, bias), rel=1e-9)


def test_an_exponential_matrix_element_in_closed_form():
    """Constant densities, |T|² = e^(ε/E0 - cV²): N∥ is a sinh in V, and N⊥ a sum of two exponentials."""
    fe, e0, c, depth = bardeen.linear_electrode(1.0, 0.5, rotation=0.4, depth=6.0), 0.7, 0.2, 6.0
    v = np.array([-0.9, -0.3, 0.0, 0.5, 1.2])

    def element(energy, bias):
        return np.exp(energy / e0 - c * bias**2)

    in_plane = -0.5 * np.cos(0.4) * 2 * e0 * np.sinh(v / 2 / e0) * np.exp(-c * v**2)
    np.testing.assert_allclose(bardeen.torque_in_plane(fe, fe, v, element), in_plane, rtol=1e-8, atol=1e-12)
    below = np.exp((abs(v) / 2 - depth) / e0)
    out_of_plane = -0.5 * np.sin(0.4) * 2 * e0 * (np.cosh(v / 2 / e0) - below) * np.exp(-c * v**2)
    np.testing.assert_allclose(bardeen.torque_out_of_plane(fe, fe, v, element), out_of_plane, rtol=1e-8)


def test_coefficients_have_one_shape():
    shapes = {np.shape(c) for c in bardeen.linear_coefficients(np.ones(4), 0.5, 0.1, np.ones((5, 1)))}
    assert shapes == {(5, 4)}


# --- the angle --------------------------------------------------------------------------------------------------------


@given(st.floats(0, 50), st.floats(0, 50), st.floats(0.01, 50))
@settings(max_examples=40)
def test_rotation_angle_is_a_phase_difference(up, down, kappa):
    phi = bardeen.rotation_angle(up, down, kappa)
    np.testing.assert_allclose(phi, np.angle(up - 1j * kappa) - np.angle(down - 1j * kappa), atol=1e-12)
    assert abs(phi) <= np.pi / 2
    assert phi == -bardeen.rotation_angle(down, up, kappa)
    if min(up, down) > 1e-9:
        t_up, t_down = (2 * k / (k + 1j * kappa) for k in (up, down))
        np.testing.assert_allclose(np.angle(t_up / t_down), phi, atol=1e-9)


@given(st.floats(0.1, 20), st.floats(0.1, 20))
@settings(max_examples=30)
def test_rotation_is_largest_at_the_geometric_mean(up, down):
    best = np.sqrt(up * down)
    top = abs(bardeen.rotation_angle(up, down, best))
    assert (abs(bardeen.rotation_angle(up, down, best * np.geomspace(0.01, 100, 41))) <= top + 1e-15).all()
    np.testing.assert_allclose(top, np.arctan(abs(up - down) / (2 * best)), rtol=1e-10, atol=1e-14)


# --- Eq. (5) ----------------------------------------------------------------------------------------------------------

SIGMA = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


@given(exchange, exchange, angles, angles, angles, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=40)
def test_traces_of_the_printed_spinor_current(d_l, d_r, phi_l, phi_r, theta, f_l, f_r):
    """The closed forms of the docstring against the matrices, and so against (7) and (8)."""
    r_l, r_r = 1.2, 1.7
    j = bardeen.spinor_current((r_l, d_l), (r_r, d_r), (phi_l, phi_r), theta, (f_l, f_r))
    there, back = f_l * (1 - f_r), f_r * (1 - f_l)
    np.testing.assert_allclose(np.trace(j), (r_l * r_r + d_l * d_r * np.cos(theta)) / 2 * (f_l - f_r), atol=1e-12)
    x, y, _ = np.einsum("sij,ji->s", SIGMA, j)
    expected_x = (r_r * d_l + r_l * d_r * (1 + np.cos(phi_l)) * np.cos(theta)) * there - r_r * d_l * np.cos(
        phi_r
    ) * back
    expected_y = r_l * d_r * np.sin(phi_l) * there - r_r * d_l * np.sin(phi_r) * back
    np.testing.assert_allclose(x.real, np.sin(theta) / 2 * expected_x, atol=1e-14)
    np.testing.assert_allclose(y.real, -np.sin(theta) / 2 * expected_y, atol=1e-14)


def test_printed_spinor_current_is_not_hermitian_and_not_equation_7():
    j = bardeen.spinor_current((1.0, 0.5), (1.0, 0.4), (0.3, 0.3), 1.0)
    assert abs(j - j.conj().T).max() > 0.01
    x = np.trace(SIGMA[0] @ j).real
    assert abs(x - 0.5 * np.sin(1.0) * 0.5 * np.cos(0.3)) > 0.01
    # collinear magnetisations: no transverse current, and Julliere's charge current
    for theta, sign in ((0.0, 1), (np.pi, -1)):
        j = bardeen.spinor_current((1.0, 0.5), (1.0, 0.4), (0.0, 0.0), theta)
        np.testing.assert_allclose([np.trace(SIGMA[0] @ j), np.trace(SIGMA[1] @ j)], 0, atol=1e-15)
        np.testing.assert_allclose(np.trace(j), 0.5 * (1 + sign * 0.2), rtol=1e-12)
    shape = bardeen.spinor_current((np.ones((2, 1)), 0.5), (1.0, 0.5), (0.0, 0.0), np.zeros(3)).shape
    assert shape == (2, 3, 2, 2)


# --- refusals ---------------------------------------------------------------------------------------------------------

FE = bardeen.linear_electrode(1.0, 0.5)


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (TypeError, "density", lambda: bardeen.Electrode(1.0, FE.density, FE.rotation, 1.0)),
        (ValueError, "depth", lambda: bardeen.Electrode(FE.density, FE.density, FE.rotation, 0.0)),
        (TypeError, "depth", lambda: bardeen.Electrode(FE.density, FE.density, FE.rotation, [1.0, 2.0])),
        (ValueError, "density", lambda: bardeen.linear_electrode(0.0, 0.0)),
        (ValueError, "exchange_density", lambda: bardeen.linear_electrode(1.0, 1.1)),
        (ValueError, "slope", lambda: bardeen.linear_electrode(1.0, 0.5, np.nan)),
        (ValueError, "kappa", lambda: bardeen.rotation_angle(1.0, 1.0, 0.0)),
        (ValueError, "k_down", lambda: bardeen.rotation_angle(1.0, -1.0, 1.0)),
        (TypeError, "left", lambda: bardeen.torque_in_plane(1.0, FE, 0.1)),
        (ValueError, "bias", lambda: bardeen.torque_out_of_plane(FE, FE, np.inf)),
        (ValueError, "occupation", lambda: bardeen.spinor_current((1, 0), (1, 0), (0, 0), 0.0, (2.0, 0.0))),
        (ValueError, "density left", lambda: bardeen.spinor_current((-1, 0), (1, 0), (0, 0), 0.0)),
        (
            ValueError,
            "density",
            lambda: bardeen.torque_in_plane(
                bardeen.Electrode(lambda e: e * np.nan, FE.density, FE.rotation, 1.0), FE, 0.1
            ),
        ),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("splitting", [0.7, 1.9, 2.3])
@pytest.mark.parametrize("bias", [0.2, -0.5, 1e-4])
def test_band_edges_inside_the_sea_need_no_break_points(splitting, bias):
    """Parabolic bands: the minority's square root begins somewhere in the sea, or in the bias window."""

    def band(start):
        return lambda energy: np.sqrt(np.maximum(energy - start, 0.0))

    up, down = band(-2.0), band(splitting - 2.0)
    magnet = bardeen.Electrode(lambda e: up(e) + down(e), lambda e: up(e) - down(e), lambda e: 0.3 + 0.1 * e, depth=2.0)
    half = bias / 2
    bottom = -2.0 + abs(half)
    edges = sorted(
        {bottom, -abs(half), abs(half)} | {x for s in (-1, 1) if bottom < (x := splitting - 2 + s * half) < abs(half)}
    )

    def parallel(e):
        left, right = magnet.rotation(e + half), magnet.rotation(e - half)
        filled = np.cos(left) * (e < -half) - np.cos(right) * (e < half)
        return magnet.density(e - half) * magnet.exchange_density(e + half) * filled

    def perpendicular(e):
        left, right = magnet.rotation(e + half), magnet.rotation(e - half)
        one = magnet.density(e - half) * magnet.exchange_density(e + half) * np.sin(left) * (e < -half)
        return -one - magnet.density(e + half) * magnet.exchange_density(e - half) * np.sin(right) * (e < half)

    for function, integrand in ((bardeen.torque_in_plane, parallel), (bardeen.torque_out_of_plane, perpendicular)):
        parts = [integrate.quad(integrand, a, b, epsabs=0, epsrel=1e-10, limit=300)[0] for a, b in pairwise(edges)]
        scale = max(abs(p) for p in parts)
        assert function(magnet, magnet, bias) == pytest.approx(sum(parts), rel=1e-6, abs=1e-7 * scale)
