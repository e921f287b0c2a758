"""The superconductor as a detector: sum rules, exact identities, wave matching and direct integration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mtjlib import superconductor, units
from mtjlib.quadrature import pieces
from mtjlib.superconductor import (
    andreev_conductance,
    density_of_states,
    four_point_biases,
    four_point_polarisation,
    spin_densities,
    tunnel_conductance,
    zeeman_energy,
)

GAP = 0.35e-3
BIAS = np.linspace(-1.5e-3, 1.5e-3, 41)


def graded_thermal(function, bias, kt, peaks, scale):
    """Brute force: pieces that shrink geometrically towards every peak, down to 1e-14 of the scale."""
    steps = np.concatenate([np.linspace(-60, 60, 61), [-500, -250, -120, 120, 250, 500]]) * kt
    grid = np.concatenate([[0], np.geomspace(1e-13, 1e3, 65)]) * scale
    edges = np.concatenate([bias + steps] + [peak + x for peak in peaks for x in (grid, -grid, steps)])
    edges = np.unique(edges[abs(edges - bias) < 600 * kt])
    # From the middle of a piece it is 3.6 of its half lengths to the peak, or π to the pole of the Fermi function: 7
    # nodes leave 1e-10.
    x, w = np.polynomial.legendre.leggauss(7)
    energy = (edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * x
    fall = np.exp(-abs(energy - bias) / kt)
    return (np.diff(edges)[:, None] / 2 * w * function(energy) * fall / (1 + fall) ** 2 / kt).sum()


def test_dynes():
    energy = np.linspace(-3e-3, 3e-3, 601)
    rho = density_of_states(energy, GAP, 2e-5)
    assert (rho > 0).all()
    np.testing.assert_allclose(rho, rho[::-1], rtol=1e-12)
    # the formula as printed
    z = 0.4e-3 - 2e-5j
    assert density_of_states(0.4e-3, GAP, 2e-5) == pytest.approx((z / np.sqrt(z**2 - GAP**2)).real, rel=1e-12)
    # no gap, or far away: normal; in the middle: Gamma/sqrt(Gamma^2 + Delta^2)
    np.testing.assert_allclose(density_of_states(energy, 0.0, 2e-5), 1, rtol=1e-14)
    assert density_of_states(1.0, GAP, 2e-5) == pytest.approx(1, rel=1e-6)
    assert density_of_states(0.0, GAP, 2e-5) == pytest.approx(2e-5 / np.hypot(2e-5, GAP), rel=1e-12, abs=0)
    # little broadening: BCS
    bcs = 0.5e-3 / np.sqrt(0.5e-3**2 - GAP**2)
    assert density_of_states([0.5e-3, -0.5e-3], GAP, 1e-12) == pytest.approx([bcs, bcs], rel=1e-6)
    assert density_of_states(0.2e-3, GAP, 1e-12) < 1e-8


def test_states_are_conserved():
    """The gap only moves states: the integral of rho - 1 vanishes (as Delta^2/E at the far end)."""
    far = 1.0
    total = quad(lambda e: density_of_states(e, GAP, 3e-5) - 1, 0, 10 * GAP, points=[GAP], limit=400)[0]
    total += quad(lambda e: density_of_states(e, GAP, 3e-5) - 1, 10 * GAP, far, limit=400)[0]
    assert total == pytest.approx(-(GAP**2) / (2 * far), abs=1e-9)


@pytest.mark.parametrize("temperature", [0.05, 0.4, 2.0])
@pytest.mark.parametrize("broadening", [1e-6, 2e-5])
def test_tunnelling_by_direct_integration(temperature, broadening):
    polarisation, field = 0.35, 2.5
    h = zeeman_energy(field)
    assert h == pytest.approx(5.7883818e-5 * 2.5, rel=1e-6)

    def states(e):
        return (1 + polarisation) / 2 * density_of_states(e + h, GAP, broadening) + (
            1 - polarisation
        ) / 2 * density_of_states(e - h, GAP, broadening)

    bias = np.array([-0.6e-3, -0.2e-3, 0.0, 0.21e-3, GAP, 1.1e-3])
    peaks = [s * GAP + t * h for s in (-1, 1) for t in (-1, 1)]
    expected = [graded_thermal(states, v, units.K_B * temperature, peaks, GAP) for v in bias]
    got = tunnel_conductance(bias, GAP, broadening, polarisation, field, temperature)
    np.testing.assert_allclose(got, expected, rtol=2e-6)


def test_tunnelling_limits():
    kwargs = dict(gap=GAP, broadening=2e-5)
    # cold, no field: the density of states itself; cold in a field: two weighted copies
    np.testing.assert_allclose(tunnel_conductance(BIAS, **kwargs), density_of_states(BIAS, GAP, 2e-5), rtol=1e-13)
    np.testing.assert_allclose(
        tunnel_conductance(BIAS, **kwargs, polarisation=1.0, field=3.0),
        density_of_states(BIAS + zeeman_energy(3.0), GAP, 2e-5),
        rtol=1e-13,
    )
    # T -> 0 is continuous
    np.testing.assert_allclose(
        tunnel_conductance(BIAS, **kwargs, field=3.0, temperature=1e-4),
        tunnel_conductance(BIAS, **kwargs, field=3.0),
        rtol=1e-3,
    )
    # hot: the gap is washed out
    assert tunnel_conductance(0.0, **kwargs, temperature=1e4) == pytest.approx(1, abs=1e-3)
    # reversing V and P, or P and B, changes nothing
    one = tunnel_conductance(BIAS, **kwargs, polarisation=0.4, field=3.0, temperature=0.5)
    np.testing.assert_allclose(
        tunnel_conductance(-BIAS, **kwargs, polarisation=-0.4, field=3.0, temperature=0.5), one, rtol=1e-12
    )
    np.testing.assert_allclose(
        tunnel_conductance(BIAS, **kwargs, polarisation=-0.4, field=-3.0, temperature=0.5), one, rtol=1e-12
    )


@settings(max_examples=40, deadline=None)
@given(st.floats(-1, 1), st.floats(0.2e-3, 0.6e-3), st.floats(1.0, 6.0), st.floats(1e-6, 1e-4), st.floats(0.0, 1.5))
def test_four_points_return_the_polarisation(polarisation, bias, field, broadening, temperature):
    """Whatever the flank, the field, the smearing and the temperature."""
    biases = four_point_biases(bias, field)
    assert list(biases) == sorted(biases) or zeeman_energy(field) > bias
    sigma = tunnel_conductance(np.array(biases), GAP, broadening, polarisation, field, temperature)
    contrast = abs(sigma[3] - sigma[1] + sigma[0] - sigma[2])
    if contrast > 1e-3 * sigma.max():
        assert four_point_polarisation(*sigma) == pytest.approx(polarisation, abs=1e-5)


def contact_by_matching(ratio, strength):
    """Andreev and normal reflection from the Bogoliubov-de Gennes amplitudes at E = ratio * Delta (BTK, Eq. (A12))."""
    e = ratio + 0j
    u2 = (1 + np.sqrt(e**2 - 1) / e) / 2
    v2 = 1 - u2
    u, v = np.sqrt(u2), np.sqrt(v2)
    gamma = u**2 + strength**2 * (u**2 - v**2)
    return abs(u * v / gamma) ** 2, abs((u**2 - v**2) * (strength**2 + 1j * strength) / gamma) ** 2


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0, 4.0])
def test_andreev_by_the_amplitudes_of_btk(strength):
    ratio = np.array([0.05, 0.6, 0.99, 1.01, 1.7, 5.0])
    a, b = contact_by_matching(ratio, strength)
    normal = 1 + strength**2
    np.testing.assert_allclose((a + b)[:3], 1, rtol=1e-10)  # nothing is transmitted below the gap
    bias = ratio * GAP
    np.testing.assert_allclose(andreev_conductance(bias, GAP, 0.0, strength), normal * (1 + a - b), rtol=1e-9)
    alone = np.where(ratio < 1, 0.0, normal * (1 - b / np.where(ratio < 1, 1, 1 - a)))
    np.testing.assert_allclose(andreev_conductance(bias, GAP, 1.0, strength), alone, rtol=1e-9)
    mixed = 0.65 * normal * (1 + a - b) + 0.35 * alone
    np.testing.assert_allclose(andreev_conductance(-bias, GAP, 0.35, strength), mixed, rtol=1e-9)


def test_andreev_limits():
    below = np.linspace(-0.99, 0.99, 21) * GAP
    # a clean contact doubles the current, and each polarised electron is missing twice
    np.testing.assert_allclose(andreev_conductance(below, GAP), 2, rtol=1e-13)
    np.testing.assert_allclose(andreev_conductance(below, GAP, polarisation=1.0), 0, atol=1e-15)
    np.testing.assert_allclose(andreev_conductance(0.0, GAP, [0.2, 0.7]), [1.6, 0.6], rtol=1e-13)
    # a strong barrier: tunnelling into the BCS density of states, for any polarisation
    outside = np.array([1.1, 1.5, 3.0]) * GAP
    bcs = outside / np.sqrt(outside**2 - GAP**2)
    for polarisation in (0.0, 0.4, 1.0):
        np.testing.assert_allclose(andreev_conductance(outside, GAP, polarisation, 1e5), bcs, rtol=1e-8)
        np.testing.assert_allclose(andreev_conductance(0.5 * GAP, GAP, polarisation, 1e5), 0, atol=1e-9)
    # far above the gap, or hot: normal
    assert andreev_conductance(1.0, GAP, 0.4, 0.7) == pytest.approx(1, abs=1e-6)
    assert andreev_conductance(0.0, GAP, 0.4, 0.7, 3000.0) == pytest.approx(1, abs=2e-3)
    # the gap edge is finite, and T -> 0 is continuous away from it
    assert andreev_conductance(GAP, GAP, 0.0, 1.0) == pytest.approx(4.0)
    assert andreev_conductance(GAP, GAP, 1.0, 1.0) == pytest.approx(2.0)
    assert andreev_conductance(0.4 * GAP, GAP, 0.3, 0.5, 1e-3) == pytest.approx(
        andreev_conductance(0.4 * GAP, GAP, 0.3, 0.5), rel=1e-5
    )


@pytest.mark.parametrize(("polarisation", "strength"), [(0.0, 0.2), (0.4, 0.0), (0.8, 1.5), (0.2, 6.0)])
def test_warm_contact_by_direct_integration(polarisation, strength):
    def cold(energy):
        return andreev_conductance(energy, GAP, polarisation, strength)

    bias = [0.0, 0.3e-3, 0.8e-3]
    expected = [graded_thermal(cold, v, units.K_B * 1.2, [-GAP, GAP], GAP) for v in bias]
    np.testing.assert_allclose(andreev_conductance(bias, GAP, polarisation, strength, 1.2), expected, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_every_temperature_and_width_to_six_digits(seed):
    """From kT = gap/500 to 100 gaps, peaks 1e-8 to 10 gaps wide, exp(-500) of current: relative to the value itself."""
    rng = np.random.default_rng(seed)
    kt = GAP * 10 ** rng.uniform(-2.7, 2)
    broadening, strength = GAP * 10 ** rng.uniform(-8, 1), rng.choice([0.0, 10 ** rng.uniform(-2, 2.5)])
    p, h = rng.choice([0.0, 1.0, rng.uniform()]), rng.choice([0.0, rng.uniform(-2, 2)]) * GAP
    field, temperature = h / zeeman_energy(1.0), kt / units.K_B
    for bias in (0.0, GAP, rng.uniform(-5, 5) * (GAP + kt)):

        def states(e):
            return (1 + p) / 2 * density_of_states(e + h, GAP, broadening) + (1 - p) / 2 * density_of_states(
                e - h, GAP, broadening
            )

        peaks = {s * GAP + t * h for s in (-1, 1) for t in (-1, 1)}
        expected = graded_thermal(states, bias, kt, peaks, GAP)
        got = tunnel_conductance(bias, GAP, broadening, p, field, temperature)
        assert got == pytest.approx(expected, rel=1e-6, abs=0)
        expected = graded_thermal(lambda e: andreev_conductance(e, GAP, p, strength), bias, kt, (-GAP, GAP), GAP)
        got = andreev_conductance(bias, GAP, p, strength, temperature)
        assert got == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("cold", [0.3, 1e-9])
def test_peaks_narrower_than_the_spacing_of_numbers(cold):
    """For Z = 1e6 the pair peak is 1e-24 of the gap wide. What is left at eV = gap is the average of the BCS states,

    with E = ±gap (1 + x²) an ordinary integral.
    """

    def integrand(x, distance):
        y = x * x
        return 2 * (1 + y) / np.sqrt(2 + y) / (4 * cold * np.cosh((y + distance) / cold / 2) ** 2)

    signs = (0.0, 2.0) if cold > 0.1 else (0.0,)
    expected = sum(quad(integrand, 0, np.sqrt(60 * cold), (d,), epsrel=1e-12, limit=400)[0] for d in signs)
    got = andreev_conductance(GAP, GAP, 0.5, 1e6, cold * GAP / units.K_B)
    assert got == pytest.approx(expected, rel=1e-6, abs=0)


def matched_channel(ratio, strength, decay):
    """Transmission of a majority electron whose Andreev reflected hole decays: four waves, four conditions at x = 0.

    Unknown are the reflected electron, the decaying hole, and the electron-like and hole-like quasiparticle; `decay`
    is the hole's decay constant over k. The delta barrier gives psi'(0+) - psi'(0-) = 2 k Z psi(0).
    """
    e = ratio + 0j
    u2 = (1 + np.sqrt(e**2 - 1) / e) / 2
    u, v = np.sqrt(u2), np.sqrt(1 - u2)
    z = strength
    matrix = np.array(
        [
            [1, 0, -u, -v],  # electrons: 1 + b = c u + d v
            [0, 1, -v, -u],  # holes: a = c v + d u
            [1j - 2 * z, 0, 1j * u, -1j * v],  # i(cu - dv) - i(1 - b) = 2Z(1 + b)
            [0, -decay - 2 * z, 1j * v, -1j * u],  # i(cv - du) - decay a = 2Z a
        ]
    )
    b = np.linalg.solve(matrix, np.array([-1, 0, 1j + 2 * z, 0]))[0]
    return 1 - abs(b) ** 2


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.5])
def test_polarised_channel_against_matched_waves(strength):
    """What the docstring says of this rule and of Mazin's form: the limits they share, and where they part."""
    normal = 1 + strength**2
    for decay in (0.3, 1.0, 1e9):
        # no current below the gap, for any decaying hole: unitarity
        assert matched_channel(0.7, strength, decay) == pytest.approx(0, abs=1e-7)
        assert matched_channel(300.0, strength, decay) == pytest.approx(1 / normal, rel=1e-4)
    for ratio in (1.0001, 1.2, 2.0, 10.0):
        s = np.sqrt(1 - 1 / ratio**2)
        mazin = 4 * s / ((1 + s) ** 2 + 4 * strength**2 * s**2)
        assert matched_channel(ratio, strength, 1e9) == pytest.approx(mazin, rel=1e-6)
        if strength == 0:
            assert matched_channel(ratio, 0.0, 0.5) == pytest.approx(mazin, rel=1e-9)
    assert andreev_conductance(1.0001 * GAP, GAP, 1.0, strength) > 5 * normal * matched_channel(1.0001, strength, 1e9)
    assert andreev_conductance(0.7 * GAP, GAP, 1.0, strength) == 0
    assert andreev_conductance(300 * GAP, GAP, 1.0, strength) == pytest.approx(1, rel=1e-4)


def test_size_of_the_difference_in_a_clean_contact():
    for ratio, excess in ((1.2, 0.09), (2.0, 0.005)):
        s = np.sqrt(1 - 1 / ratio**2)
        assert andreev_conductance(ratio * GAP, GAP, 1.0) / (4 * s / (1 + s) ** 2) == pytest.approx(
            1 + excess, abs=2e-3
        )


@settings(max_examples=50, deadline=None)
@given(
    st.floats(-1, 1),
    st.floats(1e-6, 1e-2),
    st.floats(0, 1),
    st.floats(0, 1e6),
    st.one_of(st.just(0.0), st.floats(1e-9, 1e3)),
)
def test_conductances_are_finite_and_positive(bias, gap, polarisation, strength, temperature):
    contact = andreev_conductance(bias, gap, polarisation, strength, temperature)
    assert np.isfinite(contact)
    assert contact >= 0
    tunnel = tunnel_conductance(bias, gap, 1e-7, 2 * polarisation - 1, 1.0, temperature)
    assert np.isfinite(tunnel)
    assert tunnel >= 0


def test_error_falls_a_thousandfold_with_twice_the_nodes(monkeypatch):
    """The rule crowds towards both ends of a piece, which costs nodes in its middle: 24 and 48 against 96."""
    bias = np.linspace(-1e-3, 1e-3, 7)
    for observable in (
        lambda: superconductor.tunnel_conductance(bias, 0.3e-3, 1e-5, 0.4, 2.0, 1.0),
        lambda: superconductor.andreev_conductance(bias, 0.3e-3, 0.4, 0.5, 1.0),
    ):
        results = []
        for n in (superconductor._NODES // 2, superconductor._NODES, 96):
            with monkeypatch.context() as patch:
                patch.setattr(superconductor, "_NODES", n)
                patch.setattr(superconductor, "_graded_rule", superconductor._graded_rule.__wrapped__)
                results.append(observable())
        coarse, fine = (np.abs(result / results[-1] - 1).max() for result in results[:2])
        assert coarse < 1e-3
        assert fine < 1e-3 * coarse


def test_shapes():
    column, row = np.array([[0.0], [1e-4]]), np.array([0.1, 0.5, 0.9])
    assert tunnel_conductance(column, GAP, 1e-5, row, temperature=0.5).shape == (2, 3)
    assert andreev_conductance(column, GAP, row, temperature=0.5).shape == (2, 3)
    assert andreev_conductance(0.0, GAP, 0.1, 0.2, np.array([0.0, 1.0])).shape == (2,)
    assert isinstance(andreev_conductance(0.0, GAP), float)
    assert isinstance(tunnel_conductance(0.0, GAP, 1e-5, temperature=1.0), float)
    assert tunnel_conductance([], GAP, 1e-5, temperature=1.0).shape == (0,)
    assert andreev_conductance([], GAP).shape == (0,)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: density_of_states(0.0, -1.0, 1e-5), ValueError, "gap must lie in"),
        (lambda: density_of_states(0.0, GAP, 0.0), ValueError, "broadening must lie in"),
        (lambda: tunnel_conductance(np.nan, GAP, 1e-5), ValueError, "bias must lie in"),
        (lambda: tunnel_conductance(0.0, GAP, 1e-5, 1.1), ValueError, "polarisation must lie in"),
        (lambda: tunnel_conductance(0.0, GAP, 1e-5, temperature=-1), ValueError, "temperature must lie in"),
        (lambda: tunnel_conductance(0.0, GAP, 1e-5, field="3 T"), TypeError, "field must be a real number"),
        (lambda: andreev_conductance(0.0, 0.0), ValueError, "gap must lie in"),
        (lambda: andreev_conductance(0.0, GAP, -0.1), ValueError, "polarisation must lie in"),
        (lambda: andreev_conductance(0.0, GAP, 0.1, -1.0), ValueError, "barrier_strength must lie in"),
        (lambda: spin_densities(0.0, GAP, 1e-5, 3.0, -0.1), ValueError, "spin_orbit must lie in"),
        (lambda: tunnel_conductance(0.0, GAP, 1e-5, spin_orbit=2e3), ValueError, "spin_orbit must lie in"),
        (lambda: four_point_biases(0.0, 1.0), ValueError, "bias must lie in"),
        (lambda: four_point_polarisation(1.0, 1.0, 1.0, 1.0), ValueError, "cannot be told apart"),
        (lambda: four_point_polarisation(1.0, "1", 1.0, 1.0), TypeError, "sigma_2 must be a real number"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_many_biases_are_the_same_as_each_and_need_little_memory():
    """Chunks must not mix up what belongs to which bias, nor hold the nodes of all biases at once."""
    import tracemalloc

    rng = np.random.default_rng(3)
    n = superconductor._CHUNK * 2 + 3
    bias, polarisation, field = rng.uniform(-1e-3, 1e-3, n), rng.uniform(-1, 1, n), rng.uniform(0, 4, n)
    temperature = np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.1, 2, n))
    for function, others in (
        (superconductor.tunnel_conductance, (2e-5, polarisation, field)),
        (superconductor.andreev_conductance, (polarisation, field)),
    ):
        arguments = [np.broadcast_to(a, n) for a in (bias, 3e-4, *(abs(o) for o in others))]
        tracemalloc.start()
        together = function(*arguments, temperature=temperature)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2e8
        for i in (0, 1, superconductor._CHUNK - 1, superconductor._CHUNK, n - 1):
            alone = function(*(a[i] for a in arguments), temperature=temperature[i])
            assert together[i] == pytest.approx(alone, rel=1e-12)
    assert superconductor.tunnel_conductance(np.empty((0, 2)), 3e-4, 1e-5).shape == (0, 2)
    assert superconductor.tunnel_conductance(bias.reshape(1, n, 1), 3e-4, 1e-5).shape == (1, n, 1)


# Spin-orbit scattering


def born(energy, shift, gap, depth, c, rounds):
    """Self-consistent Born approximation in 2x2 particle-hole matrices: spin s scatters into the other spin's states.

    Each spin has G = M/sqrt(M^2) with M = (E ± h - i depth) τ3 + iΔ τ2 - ic G', and is put in until nothing changes.
    """
    green = np.array([[[1.0, 0.0], [0.0, -1.0]]] * 2, complex)
    for _ in range(rounds):
        green = np.array(
            [
                np.array([[z, gap], [-gap, -z]]) - 1j * c * other
                for z, other in zip(
                    (energy + shift - 1j * depth, energy - shift - 1j * depth), green[::-1], strict=True
                )
            ]
        )
        for matrix in green:
            z, delta = matrix[0]
            matrix /= np.sqrt(z - delta) * np.sqrt(z + delta)
    return green[:, 0, 0].real


@pytest.mark.parametrize("b", [0.02, 0.3, 2.0])
def test_densities_of_both_spins_by_repeated_scattering(b):
    shift = zeeman_energy(3.0)
    for energy in (-0.6e-3, 0.2e-3, 0.35e-3):
        expected = born(energy, shift, GAP, 0.05 * GAP, b * GAP, 600)
        got = spin_densities(energy, GAP, 0.05 * GAP, 3.0, b)
        np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_densities_without_field_or_scattering_are_shifted_copies():
    energy = np.linspace(-1.2e-3, 1.2e-3, 49)
    for b in (0.05, 1.0, 300.0):  # time reversal: no field, no effect
        for rho in spin_densities(energy, GAP, 1e-6, 0.0, b):
            np.testing.assert_allclose(rho, density_of_states(energy, GAP, 1e-6), rtol=1e-8)
    shift = zeeman_energy(3.0)
    for rho, s in zip(spin_densities(energy, GAP, 1e-6, 3.0), (1, -1), strict=True):
        np.testing.assert_allclose(rho, density_of_states(energy + s * shift, GAP, 1e-6), rtol=1e-8)
    # continuous in b, and no gap: a normal metal
    np.testing.assert_allclose(
        spin_densities(energy, GAP, 1e-5, 3.0, 1e-9), spin_densities(energy, GAP, 1e-5, 3.0), rtol=1e-4
    )
    np.testing.assert_array_equal(spin_densities(energy, 0.0, 1e-5, 3.0, 0.5), 1)


@settings(max_examples=15, deadline=None)
@given(st.floats(-3, 3), st.floats(-2, 2), st.floats(-8, 0), st.floats(-3, 3))
def test_symmetries_of_the_densities(energy, shift, log_broadening, log_b):
    """Particle-hole symmetry joins the spins, the field's sign exchanges them; both are positive at every corner."""
    field = shift * GAP / zeeman_energy(1.0)
    others = GAP, GAP * 10**log_broadening, field, 10**log_b
    majority, minority = spin_densities(energy * GAP, *others)
    assert majority > 0 and minority > 0
    assert spin_densities(-energy * GAP, *others) == pytest.approx((minority, majority), rel=1e-6)
    reversed_field = spin_densities(energy * GAP, *others[:2], -field, others[3])
    assert reversed_field == pytest.approx((minority, majority), rel=1e-6)


@pytest.mark.parametrize("b", [0.05, 0.5, 5.0])
def test_scattering_only_moves_states(b):
    """As without scattering, each spin's integral of rho - 1 vanishes; h shifts the ends, and their rest is Δ²/E."""
    far, shift = 0.3, zeeman_energy(3.0)
    nodes, weights = pieces(np.r_[-far, -3e-2, np.linspace(-3e-3, 3e-3, 31), 3e-2, far], 24)
    for rho in spin_densities(nodes, GAP, 0.3 * GAP, 3.0, b):
        assert (weights * (rho - 1)).sum() == pytest.approx(-(GAP**2) / far, rel=2 * shift / far + 1e-3)


def test_strong_scattering_quenches_the_splitting_and_leaves_a_depairing():
    """uΔ = z - iζΔ u/sqrt(u² - 1) for both spins with ζ = (h/Δ)²/2b; what splits them falls nearly as 1/b."""
    energy, depth, shift = np.linspace(-2, 2, 21) * GAP, 0.03 * GAP, zeeman_energy(3.0)

    def depaired(zeta):
        z = (energy - 1j * depth) / GAP
        u = z
        for _ in range(400):
            u = z - 1j * zeta * u / (np.sqrt(u - 1) * np.sqrt(u + 1))
        return (u / (np.sqrt(u - 1) * np.sqrt(u + 1))).real

    splittings = []
    for b in (40.0, 160.0):
        majority, minority = spin_densities(energy, GAP, depth, 3.0, b)
        mean = (majority + minority) / 2
        error = np.abs(mean - depaired((shift / GAP) ** 2 / 2 / b)).max()
        assert error < 0.003 * np.abs(mean - density_of_states(energy, GAP, depth)).max()
        splittings.append(np.abs(majority - minority).max())
    assert splittings[1] < splittings[0] / 3 < 0.1


@pytest.mark.parametrize("temperature", [0.05, 0.4, 2.0])
def test_scattered_tunnelling_by_direct_integration(temperature):
    p, field, b, broadening = 0.4, 3.0, 0.1, 2e-5
    bias = np.array([-0.5e-3, 0.0, 0.18e-3, 0.4e-3])
    kt = units.K_B * temperature
    edges = np.unique(np.r_[bias, np.linspace(-1e-3, 1e-3, 81), bias - 40 * kt, bias + 40 * kt])
    nodes, weights = pieces(edges, 24)
    majority, minority = spin_densities(nodes, GAP, broadening, field, b)
    fall = 1 / (4 * kt * np.cosh(np.clip((nodes - bias[:, None]) / 2 / kt, -300, 300)) ** 2)
    expected = (fall * weights * ((1 + p) / 2 * majority + (1 - p) / 2 * minority)).sum(axis=1)
    got = tunnel_conductance(bias, GAP, broadening, p, field, temperature, b)
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_scattered_tunnelling_joins_the_shifted_copies():
    """The line below the axis and the graded pieces on it are two ways to the same average."""
    temperature = np.array([0.0, 1e-3, 0.1, 1.0, 30.0])[:, None]
    old = tunnel_conductance(BIAS, GAP, 1e-5, 0.4, 3.0, temperature)
    new = tunnel_conductance(BIAS, GAP, 1e-5, 0.4, 3.0, temperature, 1e-12)
    np.testing.assert_allclose(new, old, rtol=1e-6)
    mixed = tunnel_conductance(BIAS[18:21], GAP, 1e-5, 0.4, 3.0, 0.1, [0.0, 0.2, 0.0])
    np.testing.assert_allclose(mixed[::2], old[2, 18:21:2], rtol=1e-6)
    assert abs(mixed[1] / old[2, 19] - 1) > 0.1


def test_four_points_under_scattering_return_a_fixed_share_of_the_polarisation():
    """The factor knows b and the biases, not P: too small on the inner flank, too large on the outer one."""
    for bias, factor in ((GAP, 0.731), (0.4e-3, 1.209)):
        biases = np.array(four_point_biases(bias, 3.0))
        shares = []
        for p in (-0.6, 0.1, 0.4):
            sigma = tunnel_conductance(biases, GAP, 1e-6, p, 3.0, 0.4, 0.05)
            shares.append(four_point_polarisation(*sigma) / p)
        np.testing.assert_allclose(shares, shares[0], rtol=1e-9)
        assert shares[0] == pytest.approx(factor, abs=1e-3)  # the numbers in the docstring
    sigma = tunnel_conductance(np.array(four_point_biases(GAP, 3.0)), GAP, 1e-6, 0.4, 3.0, 0.4, 300.0)
    assert abs(four_point_polarisation(*sigma)) < 1e-3 * 0.4  # nothing left to tell the spins apart
