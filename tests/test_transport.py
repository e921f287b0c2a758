"""Leading-order transport: identities and symmetries first, then independent integrations, then corners."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad
from scipy.optimize import brentq

from mtjlib import Barrier, Ferromagnet, Junction, _channels, _contours, _leading_order, exact, transport, units

IRON = Ferromagnet(4.5, 3.825)
MGO = Barrier(1.125, 1.0, 0.4)
SYMMETRIC = Junction(IRON, MGO, IRON)
ASYMMETRIC = Junction(IRON, Barrier(1.125, 1.3, 0.7, 0.8), Ferromagnet(3.9, 2.0))
HALF_METALS = Junction(Ferromagnet(4.5, 6.0), MGO, Ferromagnet(4.5, 6.0))
JUNCTIONS = [SYMMETRIC, ASYMMETRIC, HALF_METALS, Junction(IRON, Barrier(1.5, 0.8, 1.5), Ferromagnet(6.0, 1.0))]
HBAR_4E = units.HBAR / (4 * units.E_CHARGE)

ferromagnets = st.builds(Ferromagnet, st.floats(0.5, 12.0), st.floats(0.0, 12.0))
barriers = st.builds(Barrier, st.floats(0.2, 4.0), st.floats(0.05, 10.0), st.floats(0.05, 5.0), st.floats(0.2, 4.0))
junctions = st.builds(Junction, ferromagnets, barriers, ferromagnets)


def mirrored(junction):
    left, right = junction.barrier.heights
    return Junction(junction.right, replace(junction.barrier, height=right, height_right=left), junction.left)


# --- identities ---------------------------------------------------------------------------------------------------


def test_half_metals_obey_slonczewski():
    """N∥/J · 2e/ħ = -1/(1 + cosθ), twice Slonczewski's g(θ) = [-4 + (1+P)³(3+cosθ)/4P^(3/2)]⁻¹ at P = 1."""
    angle = np.linspace(0.0, 3.0, 7)
    bias = np.array([-0.7, 0.01, 0.5])[:, None]
    curve = transport.bias_curve(HALF_METALS, bias, angle)
    efficiency = curve.torque_in_plane / curve.current_density * 2 * units.E_CHARGE / units.HBAR
    g = 1 / (-4 + 8 * (3 + np.cos(angle)) / 4)
    np.testing.assert_allclose(efficiency, np.broadcast_to(-2 * g, efficiency.shape), rtol=1e-9)


@pytest.mark.parametrize("junction", JUNCTIONS)
def test_torkance_is_slonczewskis_conductance_difference(junction):
    """dN∥/dV = -(ħ/4e)(G₊₊ - G₋₋ + G₊₋ - G₋₊), summed here over k∥ by scipy from the resolved transmissions."""

    def integrand(parallel):
        channel = transport.resolved(junction, parallel_energy=parallel)
        return channel.in_plane

    assert transport.torkance_in_plane(junction) == pytest.approx(
        -HBAR_4E * over_wavevectors(junction, integrand), rel=1e-6, abs=0
    )


def over_wavevectors(junction, integrand):
    """e²/h ∫ d²q/(2π)² integrand, by adaptive quadrature between the band edges (in S/m²)."""
    edges = {0.0}
    for magnet in (junction.left, junction.right):
        edges |= {magnet.fermi_energy, max(magnet.fermi_energy - magnet.exchange_splitting, 0.0)}
    edges = sorted(edges)
    total = 0.0
    for a, b in itertools.pairwise(edges):
        mapped = lambda t, a=a, b=b: integrand(a + (b - a) * np.sin(t) ** 2) * (b - a) * np.sin(2 * t)  # noqa: E731
        total += quad(mapped, 0, np.pi / 2, epsabs=0, epsrel=1e-9)[0]
    return units.CONDUCTANCE_QUANTUM * total * 1e18 / (4 * np.pi * units.HBAR2_2M)


@pytest.mark.parametrize("junction", JUNCTIONS)
def test_conductance_is_the_sum_of_resolved_channels(junction):
    for angle, kind in ((0.0, "parallel"), (np.pi, "antiparallel")):
        summed = over_wavevectors(
            junction, lambda p, kind=kind: getattr(transport.resolved(junction, parallel_energy=p), kind)
        )
        assert transport.conductance(junction, angle) == pytest.approx(summed, rel=1e-6, abs=0)


def test_symmetric_junction_channel_by_channel():
    """(dN∥/dV) = (ħ/4e) 2P/(1+P²) G_P in every channel, with P of the interface."""
    channel = transport.resolved(SYMMETRIC, parallel_energy=np.linspace(0, 4.4, 23))
    p = (np.sqrt(channel.up_up) - np.sqrt(channel.down_down)) / (np.sqrt(channel.up_up) + np.sqrt(channel.down_down))
    torkance = channel.up_up - channel.down_down + channel.up_down - channel.down_up
    np.testing.assert_allclose(torkance, 2 * p / (1 + p**2) * channel.parallel, rtol=1e-11)


@given(junctions, st.floats(-0.99, 0.99), st.floats(0, np.pi))
@settings(max_examples=25, deadline=None)
def test_cosine_law_and_tmr(junction, share, angle):
    left, right = junction.barrier.heights
    bias = share * (left if share > 0 else right)
    parallel, antiparallel, between = transport.current_density(junction, bias, np.array([0.0, np.pi, angle]))
    mean, swing = (parallel + antiparallel) / 2, (parallel - antiparallel) / 2
    assert between == pytest.approx(mean + swing * np.cos(angle), abs=1e-12 * abs(parallel) + 1e-300)
    assert parallel * bias >= 0 and antiparallel * bias >= -1e-12 * abs(parallel * bias)
    ratio = transport.tmr(junction, bias)
    assert ratio > -1
    if antiparallel > 1e-6 * parallel > 0 or antiparallel < 1e-6 * parallel < 0:
        assert ratio * antiparallel == pytest.approx(parallel - antiparallel, abs=1e-9 * abs(parallel) + 1e-300)


@pytest.mark.parametrize("junction", JUNCTIONS[:2])
def test_slopes_at_zero_bias(junction):
    """Conductance and torkances are the derivatives of current and torques, by a five-point difference."""
    h = 2e-3
    bias = h * np.array([-2, -1, 1, 2])
    curve = transport.bias_curve(junction, bias, 0.3)

    def slope(f):
        return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h)

    assert transport.conductance(junction, 0.3) == pytest.approx(slope(curve.current_density), rel=1e-5)
    assert transport.torkance_in_plane(junction) == pytest.approx(slope(curve.torque_in_plane), rel=1e-4, abs=0)
    scale = abs(transport.torque_out_of_plane(junction, 0.0))
    assert transport.torkance_out_of_plane(junction) == pytest.approx(
        slope(curve.torque_out_of_plane), abs=1e-4 * scale
    )


def test_tmr_from_conductances():
    for junction in JUNCTIONS[:2]:
        parallel, antiparallel = transport.conductance(junction, np.array([0.0, np.pi]))
        assert transport.tmr(junction) == pytest.approx(parallel / antiparallel - 1, rel=1e-9)
        assert transport.tmr(junction, 1e-9) == pytest.approx(transport.tmr(junction), rel=1e-6)
    assert transport.tmr(HALF_METALS) == np.inf


# --- symmetries ---------------------------------------------------------------------------------------------------


def test_parity_of_a_symmetric_junction():
    bias = np.array([0.01, 0.3, 0.7, 1.1])
    plus, minus = transport.bias_curve(SYMMETRIC, bias), transport.bias_curve(SYMMETRIC, -bias)
    np.testing.assert_allclose(plus.current_density, -minus.current_density, rtol=1e-9)
    np.testing.assert_allclose(plus.torque_out_of_plane, minus.torque_out_of_plane, rtol=1e-6)
    # the mirror image of the torque on the right magnet is the torque on the left one
    left = transport.torque_in_plane(SYMMETRIC, -bias, free="left")
    np.testing.assert_allclose(plus.torque_in_plane, left, rtol=1e-9)
    # and it is not odd: that is the quadratic term of the in-plane torque
    assert not np.allclose(plus.torque_in_plane, -minus.torque_in_plane, rtol=0.01, atol=0)
    assert transport.tmr(SYMMETRIC, 0.5) == pytest.approx(transport.tmr(SYMMETRIC, -0.5))
    assert abs(transport.torkance_out_of_plane(SYMMETRIC)) < 1e-7 * abs(transport.torkance_in_plane(SYMMETRIC))


@given(junctions, st.floats(-0.95, 0.95))
@settings(max_examples=25, deadline=None)
def test_mirror(junction, share):
    left, right = junction.barrier.heights
    bias = share * (left if share > 0 else right)
    here, there = transport.bias_curve(junction, bias), transport.bias_curve(mirrored(junction), -bias)
    scale = abs(here.current_density)
    assert here.current_density == pytest.approx(-there.current_density, rel=1e-6, abs=1e-300)
    other = transport.torque_in_plane(mirrored(junction), -bias, free="left")
    assert here.torque_in_plane == pytest.approx(other, abs=1e-6 * HBAR_4E * scale + 1e-300)
    sea = abs(here.torque_out_of_plane - transport.torque_out_of_plane(junction, 0.0))
    assert here.torque_out_of_plane == pytest.approx(
        there.torque_out_of_plane, rel=1e-5, abs=1e-5 * (sea + HBAR_4E * scale) + 1e-300
    )


def test_zeros_of_the_out_of_plane_torkance():
    """Exactly zero for a normal metal on the right and for equal magnets, with a change of sign there."""
    for function in (transport.torkance_out_of_plane, transport.torkance_out_of_plane_fermi_surface):
        at = {x: function(Junction(IRON, MGO, Ferromagnet(4.5, x))) for x in (0.0, 3.7, 3.825, 3.95)}
        assert at[0.0] == 0
        assert abs(at[3.825]) < 1e-6 * abs(at[3.7])
        assert at[3.7] * at[3.95] < 0


def test_normal_metals():
    left = Junction(Ferromagnet(4.5, 0.0), MGO, IRON)
    assert transport.torque_in_plane(left, 0.5) == 0
    assert transport.torque_in_plane(left, 0.5, free="left") != 0
    assert transport.torque_out_of_plane(left, 0.5) == 0
    assert transport.tmr(left, 0.5) == 0


def test_normal_direction_of_the_torque():
    """V > 0 favours antiparallel: N∥ < 0 along m2×(m1×m2) when the interface is polarised along the majority."""
    assert transport.torque_in_plane(HALF_METALS, 0.3) < 0 < transport.torque_in_plane(HALF_METALS, -0.3)
    assert transport.current_density(HALF_METALS, 0.3) > 0


# --- independent integrations -------------------------------------------------------------------------------------


def channel(junction, energy, parallel, bias):
    """Plain formulas in (E, ħ²q²/2m): e^(-2S), then T and Re r per interface and spin."""
    d, mass = junction.barrier.width, junction.barrier.mass
    tops = junction.barrier.heights[0], junction.barrier.heights[1] + bias
    a, b = (math.sqrt((mass * (top - energy) + parallel) / units.HBAR2_2M) for top in tops)
    sides = [math.exp(-4 * d / 3 * (a * a + a * b + b * b) / (a + b))]
    for magnet, level, big_k in ((junction.left, 0.0, a / mass), (junction.right, bias, b / mass)):
        for edge in (0.0, magnet.exchange_splitting):
            square = (energy - level + magnet.fermi_energy - edge - parallel) / units.HBAR2_2M
            k, q = math.sqrt(max(square, 0.0)), math.sqrt(max(-square, 0.0))
            phase = (big_k - q) / (big_k + q) if square < 0 else (big_k**2 - square) / (big_k**2 + square)
            sides += [4 * k * big_k / (k**2 + big_k**2), phase]
    return sides


def nested(junction, integrand, low, high, bias):
    """∫dE ∫d²q/(2π)² by scipy.integrate.dblquad, cut at the band edges so that it can converge."""
    edges = [-junction.left.fermi_energy, bias - junction.right.fermi_energy]
    edges += [
        junction.left.exchange_splitting + edges[0],
        junction.right.exchange_splitting + edges[1],
    ]
    energies = sorted({low, high, *(e for e in edges if low < e < high)})
    total = 0.0
    for a, b in itertools.pairwise(energies):
        for z1, z2 in itertools.pairwise([*sorted(e for e in edges if e < b), "top"]):

            def value(t, s, a=a, b=b, z1=z1, z2=z2):
                energy = a + (b - a) * np.sin(s) ** 2
                end = energy if z2 == "top" else z2
                z = z1 + (end - z1) * np.sin(t) ** 2
                jacobian = (b - a) * np.sin(2 * s) * (end - z1) * np.sin(2 * t)
                return jacobian * integrand(*channel(junction, energy, energy - z, bias))

            total += dblquad(value, 0, np.pi / 2, 0, np.pi / 2, epsabs=0, epsrel=1e-6)[0]
    return total / (4 * np.pi * units.HBAR2_2M) * 1e18


@pytest.mark.parametrize("junction, bias", [(SYMMETRIC, 0.4), (ASYMMETRIC, -0.6)])
def test_bias_window_against_dblquad(junction, bias):
    sign, low, high = np.sign(bias), min(bias, 0.0), max(bias, 0.0)

    def current(decay, t1u, _1, t1d, _2, t2u, _3, t2d, _4):
        return decay * ((t1u + t1d) * (t2u + t2d) + (t1u - t1d) * (t2u - t2d) * np.cos(1.0))

    def torque(decay, t1u, _1, t1d, _2, t2u, _3, t2d, _4):
        return decay * (t1u - t1d) * (t2u + t2d)

    expected = units.CONDUCTANCE_QUANTUM / 2 * sign * nested(junction, current, low, high, bias)
    assert transport.current_density(junction, bias, 1.0) == pytest.approx(expected, rel=1e-6)
    expected = -units.E_CHARGE / (8 * np.pi) * sign * nested(junction, torque, low, high, bias)
    assert transport.torque_in_plane(junction, bias) == pytest.approx(expected, rel=1e-6, abs=0)


def test_out_of_plane_torque_against_dblquad():
    """The printed form, two Fermi seas on the real axis, against the arc in the complex plane."""
    junction = Junction(Ferromagnet(1.5, 1.0), Barrier(1.0, 1.0, 0.8), Ferromagnet(1.2, 1.9))
    bias = 0.3

    def from_left(decay, t1u, _1, t1d, _2, _3, r2u, _4, r2d):
        return decay * (t1u - t1d) * (r2u - r2d)

    def from_right(decay, _1, r1u, _2, r1d, t2u, _3, t2d, _4):
        return decay * (t2u - t2d) * (r1u - r1d)

    total = nested(junction, from_left, -1.5, 0.0, bias) + nested(junction, from_right, bias - 1.2, bias, bias)
    expected = -units.E_CHARGE / (4 * np.pi) * total
    assert transport.torque_out_of_plane(junction, bias) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("spacer", [0.0, 0.4, 1.3])
def test_exchange_coupling_at_imaginary_energies(spacer):
    """N⊥(0) = (1/2π) Re ∫d²q/(2π)² ∫₀^∞dω Δr1 Δr2 e^(-2S) at E_F + iω: no band edge, no bound state comes near."""
    junction = Junction(IRON, Barrier(1.125, 0.8, 0.6), Ferromagnet(4.0, 2.0), spacer)
    d, mass = junction.barrier.width, junction.barrier.mass

    def value(energy, parallel):
        kappa = np.sqrt((mass * (1.125 - energy) + parallel) / units.HBAR2_2M)
        big_k = 1j * kappa / mass
        k = [
            [
                np.sqrt((energy + m.fermi_energy - edge - parallel) / units.HBAR2_2M)
                for edge in (0, m.exchange_splitting)
            ]
            for m in (junction.left, junction.right)
        ]
        k_n = k[0][0]
        echo = [(k_n - q) / (k_n + q) * np.exp(2j * k_n * spacer) for q in k[0]]
        left = [k_n * (1 - e) / (1 + e) for e in echo]
        r1, r2 = ([(big_k - q) / (big_k + q) for q in side] for side in (left, k[1]))
        return (r1[0] - r1[1]) * (r2[0] - r2[1]) * np.exp(-2 * kappa * d)

    # both on rays to infinity: E = E_F + iω, and q² turned away from the states that a real one would meet at ω = 0
    nodes, weights = np.polynomial.legendre.leggauss(160)
    x, w = (nodes + 1) / 2, weights / 2
    ray, w_ray = x**2 / (1 - x) ** 2, w * 2 * x / (1 - x) ** 3
    turn = np.exp(-0.25j * np.pi)
    total = (w_ray @ (turn * value(1j * ray[:, None], turn * ray[None, :])) @ w_ray).real
    expected = units.E_CHARGE / (2 * np.pi) * total / (4 * np.pi * units.HBAR2_2M) * 1e18
    assert transport.torque_out_of_plane(junction, 0.0) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("spacer", [0.0, 0.5])
def test_thick_flat_barrier_is_exact(spacer):
    """At zero bias WKB is exact, and what the leading order drops is e^(-2κd)."""
    junction = Junction(IRON, Barrier(1.125, 2.5, 0.7), Ferromagnet(4.0, 2.0), spacer)
    assert transport.conductance(junction, 1.0) == pytest.approx(exact.conductance(junction, 1.0), rel=1e-6)
    assert transport.torkance_in_plane(junction) == pytest.approx(exact.torkance_in_plane(junction), rel=1e-6, abs=0)
    assert transport.torque_out_of_plane(junction, 0.0) == pytest.approx(
        exact.torque_out_of_plane(junction, 0.0), rel=1e-5, abs=0
    )


def test_twice_the_nodes():
    """Default accuracy 1e-6, for typical and for hard junctions."""
    hard = [
        Junction(IRON, Barrier(1.125, 10.0, 0.1), Ferromagnet(7.0, 4.0)),
        Junction(IRON, Barrier(1.125, 3.0, 5.0), Ferromagnet(4.5, 4.4)),
        Junction(IRON, Barrier(1.125, 0.05, 0.05), Ferromagnet(4.5, 4.5)),
        Junction(IRON, MGO, IRON, 1.7),
    ]
    for junction in JUNCTIONS + hard:
        left, right = junction.barrier.heights
        bias = np.array([-0.97 * right, -0.4 * right, -1e-3, 0.0, 0.3 * left, 0.6 * left, 0.97 * left])
        double = tuple(2 * n for n in _leading_order.node_numbers(junction))
        coarse, fine = (_leading_order.window_integrals(junction, bias, n) for n in (None, double))
        for name in ("plus", "minus", "on_right", "on_left", "phase_right"):
            error = np.abs(getattr(coarse, name) - getattr(fine, name)) / fine.plus
            assert error.max() < 1e-6, (junction, name)
        coarse, fine = (_leading_order.sea_integral(junction, bias, n) for n in (None, double))
        assert np.abs(coarse - fine).max() < 1e-6 * np.abs(fine).max(), junction


def with_level(junction, energy=0.0, order=1):
    """The junction with a spacer that binds a state with q = 0 at `energy` from the Fermi level."""
    electron = junction.left.fermi_energy + energy
    k = np.sqrt(electron / units.HBAR2_2M)
    kappa = np.sqrt(max(junction.left.exchange_splitting - electron, 0.0) / units.HBAR2_2M)
    barrier = junction.barrier
    big_k = np.sqrt((barrier.height - energy) / (barrier.mass * units.HBAR2_2M))
    return replace(junction, spacer=(np.arctan2(kappa, k) + np.arctan2(big_k, k) + order * np.pi) / k)


def random_junction(rng, spacer):
    """Anything that is legal: log-uniform over the ranges, with the special splittings more often than their share."""

    def log_uniform(low, high):
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    def magnet():
        fermi = log_uniform(0.3, 15.0)
        share = [0.0, 1.0, 1 - log_uniform(1e-9, 0.1), log_uniform(1e-9, 0.1), *rng.uniform(0, 2, 4)][rng.integers(8)]
        return Ferromagnet(fermi, share * fermi)

    left = magnet()
    right = left if rng.random() < 0.25 else magnet()
    height = log_uniform(0.05, 6.0)
    other = None if rng.random() < 0.5 else log_uniform(0.05, 6.0)
    barrier = Barrier(height, log_uniform(0.05, 10.0), log_uniform(0.05, 5.0), other)
    junction = Junction(left, barrier, right, log_uniform(0.02, 40.0) if spacer else 0.0)
    high, low = barrier.heights
    bias = [-low * (1 - log_uniform(1e-12, 0.3)), -low * log_uniform(1e-9, 1.0), 0.0, high * rng.random()]
    return junction, np.array(bias)


def hard_junctions():
    """Corners that were wrong once, each for a reason of its own."""
    half_metal, nickel = Ferromagnet(4.5, 6.0), Ferromagnet(4.0, 2.0)
    bias = np.array([-0.4, -1e-3, 0.0, 0.3, 0.9])
    for junction in (
        *JUNCTIONS,
        Junction(IRON, Barrier(1.125, 10.0, 0.1), Ferromagnet(7.0, 4.0)),
        Junction(IRON, Barrier(1.125, 3.0, 5.0), Ferromagnet(4.5, 4.4)),
        Junction(IRON, Barrier(1.125, 0.05, 0.05), Ferromagnet(4.5, 4.5)),
        Junction(IRON, Barrier(1.125, 0.05, 5.0), nickel),
        Junction(Ferromagnet(2.3, 1.9e-5), Barrier(1.13, 0.55, 0.13, 4.7), Ferromagnet(2.3, 1.9e-5)),  # log(E_F/Δ)
        Junction(Ferromagnet(7.5, 10.5), Barrier(1.0, 0.6, 0.053), Ferromagnet(7.5, 10.5)),  # K rises from 0
        Junction(Ferromagnet(7.1, 0.0), Barrier(1.25, 0.92, 0.81, 1.67), Ferromagnet(7.1, 0.0)),  # one long piece
        *(Junction(IRON, MGO, nickel, spacer) for spacer in (0.1, 1.7, 4.5, 12.0, 40.0)),
        with_level(Junction(half_metal, MGO, nickel)),
        with_level(Junction(half_metal, MGO, nickel), 1e-6),
        with_level(Junction(half_metal, MGO, nickel), -1e-4),
        with_level(Junction(half_metal, MGO, nickel), 0.3, 4),  # at the Fermi level of one of the biases
        with_level(Junction(Ferromagnet(4.5, 4.4), MGO, nickel), -0.1),  # at the minority's edge
        with_level(Junction(Ferromagnet(4.5, 4.4), MGO, nickel), -0.1 + 1e-7),
    ):
        yield junction, bias[(-junction.barrier.heights[1] < bias) & (bias < junction.barrier.heights[0])]


@pytest.mark.parametrize("kind", ["hard", "bare", "spacer"])
def test_default_accuracy(kind, monkeypatch):
    """1e-6, against many more nodes on other contours."""
    rng = np.random.default_rng(1)
    cases = hard_junctions() if kind == "hard" else (random_junction(rng, kind == "spacer") for _ in range(10))
    for junction, bias in cases:
        ours, out_of_plane = (
            _leading_order.window_integrals(junction, bias),
            transport.torque_out_of_plane(junction, bias),
        )
        with monkeypatch.context() as other:
            other.setattr(_contours, "_STEEPNESS", 1.0)
            other.setattr(_contours, "_STEEPNESS_E", 0.45)
            other.setattr(_leading_order, "_TILT", (0.66, 0.57))
            exactly, _ = _leading_order._window_on_arcs(junction, bias, (150, 72))
            sea, _ = _leading_order._sea(junction, bias, (0, 0, 150, 40), 17.0, _leading_order._exchange)
        p1, p2 = (min(1.0, m.exchange_splitting / m.fermi_energy) for m in (junction.left, junction.right))
        sizes = {"plus": 1.0, "minus": p1 * p2, "antiparallel": 0.0, "on_right": p1, "on_left": p2}
        for value, (name, size) in zip(exactly, sizes.items(), strict=False):
            error = np.abs(getattr(ours, name) - value)
            assert (error <= 1e-6 * np.maximum(np.abs(value), size * exactly[0])).all(), (junction, name, error / value)
        window = units.E_CHARGE / (4 * np.pi) * exactly[5] * np.exp(-2 * exactly[7]) * bias
        sea *= -units.E_CHARGE / (2 * np.pi)
        size = np.maximum(np.abs(window), np.abs(sea))
        size = np.maximum(size, p1 * p2 * HBAR_4E * np.abs(transport.current_density(junction, bias)))
        assert (np.abs(out_of_plane - window - sea) <= 1e-6 * size).all(), junction


def test_convergence_is_spectral():
    """Machine-independent: nodes per bias, and the error falling more than a thousandfold from n = 8 to n = 16."""
    bias = np.array([-0.5, 0.5])

    def curve(n):
        window = _leading_order.window_integrals(SYMMETRIC, bias, (n, n, 2 * n, n))
        sea = _leading_order.sea_integral(SYMMETRIC, bias, (n, n, 3 * n, n))
        return np.array([window.plus, window.on_right, window.minus]), sea

    (coarse, sea_coarse), (medium, sea_medium), (fine, sea_fine) = curve(8), curve(16), curve(40)
    scale = fine[0]
    assert (np.abs(medium - fine) / scale).max() < 1e-3 * (np.abs(coarse - fine) / scale).max()
    assert np.abs(sea_medium / sea_fine - 1).max() < 1e-3 * np.abs(sea_coarse / sea_fine - 1).max()
    z, e, z_sea, e_sea = _leading_order.node_numbers(SYMMETRIC)
    assert 5 * z * e + z_sea * e_sea < 2000


def test_convergence_on_contours_is_spectral():
    """Crowded nodes need more of them: from 32 to 64 along z, and from 8 to 16 along E."""
    junction, bias = with_level(replace(HALF_METALS, right=ASYMMETRIC.right), -0.2), np.array([-0.5, 0.5])
    for nodes in (lambda n: (4 * n, 48), lambda n: (160, n)):
        coarse, medium, fine = (_leading_order._window_on_arcs(junction, bias, nodes(n))[0][:6] for n in (8, 16, 40))
        before, after = (np.abs(rough / fine - 1).max() for rough in (coarse, medium))
        assert after < 1e-3 * before, (before, after)


@pytest.mark.parametrize("spacer", [0.0, 1.0])
@pytest.mark.parametrize("height, mass", [(6.0, 5.0), (4.0, 0.1)])
def test_nothing_is_lost_where_the_tails_are_cut_off(spacer, height, mass, monkeypatch):
    """No rule can tell from its own nodes. Further out there is nothing, with a heavy mass or with a light one."""
    junction = Junction(IRON, Barrier(height, 3.0, mass), Ferromagnet(12.5, 2.0), spacer)

    def everything():
        curve = transport.bias_curve(junction, [-0.5 * height, 0.0, 0.5 * height])
        return np.array([*vars(curve).values(), 3 * [transport.torkance_out_of_plane(junction)]])

    ours = everything()
    monkeypatch.setattr(_channels, "DEPTH", 16.0)
    np.testing.assert_allclose(ours, everything(), rtol=1e-6)


def test_error_estimate():
    """The extrapolated Legendre coefficients bound the error of the rule, without being far too careful."""
    for n in (8, 20, 40):
        x, w = _leading_order._unit(n)
        for pole in (1.02, 1.1, 1.5):
            error = abs((w / (pole - x)).sum() - np.log(pole / (pole - 1)))
            estimate = _leading_order._remainder(w / (pole - x), n)
            assert error < 3 * estimate + 1e-13 and estimate < 1e3 * error + 1e-13
    assert _leading_order._remainder(np.zeros((3, 8)), 8).tolist() == [0, 0, 0]


@pytest.mark.parametrize("name, rules", [("_ARCS", ((8, 4),)), ("_RAYS", ((8, 4),))])
def test_no_wrong_number_is_returned_silently(name, rules, monkeypatch):
    monkeypatch.setattr(_leading_order, name, rules)
    with pytest.raises(ValueError, match=r"does not converge to .* at bias = 0\.5 V for Junction\(.*spacer=1\.7\)"):
        transport.torque_out_of_plane(replace(ASYMMETRIC, spacer=1.7), [0.5])
    transport.torque_out_of_plane(ASYMMETRIC, 0.5)  # the quick rule will do


# --- spacer -------------------------------------------------------------------------------------------------------


def test_spacer_of_no_thickness():
    thin = replace(ASYMMETRIC, spacer=1e-9)
    assert transport.conductance(thin) == pytest.approx(transport.conductance(ASYMMETRIC), rel=1e-6)
    assert transport.torkance_in_plane(thin) == pytest.approx(transport.torkance_in_plane(ASYMMETRIC), rel=1e-6, abs=0)
    same = transport.torque_out_of_plane(ASYMMETRIC, 0.3)
    assert transport.torque_out_of_plane(thin, 0.3) == pytest.approx(same, rel=1e-6, abs=0)


def test_spacer_that_carries_the_majority_only():
    """Beside a normal metal the spacer, matched to it, changes nothing at all."""
    plain = Junction(Ferromagnet(4.5, 0.0), MGO, IRON)
    assert transport.conductance(replace(plain, spacer=1.1)) == pytest.approx(transport.conductance(plain), rel=1e-9)


@pytest.mark.parametrize("spacer", [0.1, 1.7, 5.0])
def test_spacer_along_the_real_axis(spacer):
    """The window once more on the real axis, with so many nodes that every resonance is resolved."""
    junction, bias = replace(ASYMMETRIC, spacer=spacer), np.array([-0.5, 0.0, 0.6])
    ours, axis = (_leading_order.window_integrals(junction, bias, nodes) for nodes in (None, (300, 40)))
    for name in ("plus", "minus", "antiparallel", "on_right", "on_left", "phase_right"):
        np.testing.assert_allclose(getattr(ours, name), getattr(axis, name), rtol=1e-6, atol=1e-7 * axis.plus.min())


@pytest.mark.parametrize("spacer", [0.4, 1.1])
def test_bound_states_count_as_principal_values(spacer):
    """Two half metals: r1↓ = (K + k tan φ)/(K - k tan φ) with φ = ks - arctan(q/k), by scipy's Cauchy weight."""
    junction = replace(HALF_METALS, right=Ferromagnet(3.9, 5.0), spacer=spacer)
    barrier, left, right = junction.barrier, junction.left, junction.right

    def channels(z):
        """k, K, φ on the left, T1↑, Re r1↑, T2↑, Re Δr2 (the right band opens at -3.9 eV) and e^(-2S)."""
        kappa = math.sqrt((barrier.mass * barrier.height - z) / units.HBAR2_2M)
        k, q, k2, q2 = (
            math.sqrt(abs(z - edge) / units.HBAR2_2M)
            for magnet in (left, right)
            for edge in (-magnet.fermi_energy, magnet.exchange_splitting - magnet.fermi_energy)
        )
        big_k = kappa / barrier.mass
        left_up = 4 * k * big_k / (k**2 + big_k**2), (big_k**2 - k**2) / (big_k**2 + k**2)
        phase2 = (big_k**2 - k2**2) / (big_k**2 + k2**2) - (big_k - q2) / (big_k + q2)
        right_up = 4 * k2 * big_k / (k2**2 + big_k**2)
        decay = math.exp(-2 * barrier.width * kappa)
        return k, big_k, k * junction.spacer - math.atan2(q, k), *left_up, right_up, phase2, decay

    def denominator(z):
        k, big_k, phase, *_ = channels(z)
        return big_k * math.cos(phase) - k * math.sin(phase)

    def regular(z):
        *_, t1, r1, t2, phase2, decay = channels(z)
        return decay * (t1 * phase2 - t2 * r1)

    def singular(z):
        k, big_k, phase, *_, t2, _, decay = channels(z)
        return decay * t2 * (big_k * math.cos(phase) + k * math.sin(phase))

    grid = np.linspace(-3.9, -1e-9, 400)
    signs = np.sign([denominator(z) for z in grid])
    poles = [brentq(denominator, *grid[i : i + 2], xtol=1e-15, rtol=1e-15) for i in np.flatnonzero(np.diff(signs))]
    assert poles
    ends = [-3.9, *((a + b) / 2 for a, b in itertools.pairwise(poles)), 0.0]
    total = quad(regular, -3.9, 0.0, epsabs=0, epsrel=1e-10, limit=200)[0]
    for pole, low, high in zip(poles, ends, ends[1:], strict=False):

        def numerator(z, pole=pole):
            h = z - pole if abs(z - pole) > 1e-7 else 1e-7
            return singular(pole + h) * h / denominator(pole + h)

        total += quad(numerator, low, high, weight="cauchy", wvar=pole, epsabs=0, epsrel=1e-10, limit=400)[0]
    expected = units.E_CHARGE / (8 * np.pi) * total * 1e18 / (4 * np.pi * units.HBAR2_2M)
    assert transport.torkance_out_of_plane_fermi_surface(junction) == pytest.approx(expected, rel=1e-6, abs=0)


def test_bound_state_at_the_fermi_level():
    """N⊥ is continuous there with a logarithmic slope; at the very point the torkance is refused."""
    plain = replace(HALF_METALS, right=ASYMMETRIC.right)
    exactly = with_level(plain)
    for name in ("torkance_out_of_plane", "torkance_out_of_plane_fermi_surface"):
        with pytest.raises(ValueError, match=r"spacer must not put a quantum-well state .* got 0\.\d+ nm"):
            getattr(transport, name)(exactly)
    offsets = np.array([1e-6, 1e-5, 1e-4])
    for side in (1, -1):
        slopes = [transport.torkance_out_of_plane(with_level(plain, side * offset)) for offset in offsets]
        steps = np.diff(slopes)
        assert steps[0] == pytest.approx(steps[1], rel=0.1) and steps[0] < 0  # one decade like the other
        near, h = with_level(plain, side * 1e-3), 5e-5
        curve = transport.torque_out_of_plane(near, h * np.array([-2, -1, 1, 2]))
        difference = (8 * (curve[2] - curve[1]) - (curve[3] - curve[0])) / (12 * h)
        assert transport.torkance_out_of_plane(near) == pytest.approx(difference, rel=1e-5, abs=0)
    # just below the level and just above it
    curve = transport.torque_out_of_plane(exactly, [-1e-7, -1e-9, 0.0, 1e-9, 1e-7])
    assert np.ptp(curve[1:4]) < 0.05 * np.ptp(curve) and np.ptp(curve) < 1e-5 * abs(curve[2])
    # nodes that fall on the state itself
    for spacer in (0.09115988887793501, 0.3802312611124184, 0.6693026333469018):
        at = Junction(Ferromagnet(4.5, 5.0), MGO, Ferromagnet(4.5, 3.8), spacer)
        assert transport.torque_out_of_plane(at, 0.0) == pytest.approx(
            exact.torque_out_of_plane(at, 0.0), rel=0.04, abs=0
        )


# --- corners, shapes, errors --------------------------------------------------------------------------------------


@given(
    junctions, st.sampled_from([0.0, 0.3, 0.999999, 1 - 1e-12]), st.sampled_from([-1, 1]), st.sampled_from([0.0, 0.8])
)
@settings(max_examples=50, deadline=None)
def test_finite_everywhere(junction, share, sign, spacer):
    junction = replace(junction, spacer=spacer)
    left, right = junction.barrier.heights
    bias = sign * share * (left if sign > 0 else right)
    curve = transport.bias_curve(junction, [bias, bias], np.pi)
    for values in (curve.current_density, curve.torque_in_plane, curve.torque_out_of_plane):
        assert values.shape == (2,) and np.isfinite(values).all()
    for name in ("torkance_in_plane", "torkance_out_of_plane", "torkance_out_of_plane_fermi_surface"):
        assert np.isfinite(getattr(transport, name)(junction))
    assert not np.isnan(transport.tmr(junction, bias))
    assert transport.conductance(junction, 0.0) > 0


@pytest.mark.parametrize("splitting", [0.0, 1e-9, 4.5 - 1e-9, 4.5, 4.5 + 1e-9, 20.0])
@pytest.mark.parametrize("width", [0.05, 1.0, 10.0, 300.0])
@pytest.mark.parametrize("mass", [0.05, 1.0, 5.0])
def test_named_corners(splitting, width, mass):
    junction = Junction(IRON, Barrier(1.125, width, mass), Ferromagnet(4.5, splitting))
    bias = np.array([-np.nextafter(1.125, 0), -1e-300, 0.0, 1e-12, np.nextafter(1.125, 0)])
    curve = transport.bias_curve(junction, bias)
    assert all(np.isfinite(values).all() for values in vars(curve).values())
    assert np.isfinite(transport.tmr(junction, bias)).all()
    assert np.isfinite(transport.torkance_out_of_plane(junction))


def test_conductance_falls_with_width():
    g = [transport.conductance(Junction(IRON, Barrier(1.125, d, 0.4), IRON)) for d in (0.5, 1.0, 2.0, 4.0)]
    assert (np.diff(g) < 0).all()


def test_shapes():
    bias, angle = np.array([[0.1], [-0.2], [0.0]]), np.array([0.0, 1.0])
    curve = transport.bias_curve(SYMMETRIC, bias, angle)
    assert curve.current_density.shape == (3, 2)
    assert curve.torque_in_plane.shape == curve.torque_out_of_plane.shape == (3, 1)
    assert transport.current_density(SYMMETRIC, bias, angle).shape == (3, 2)
    for value in (
        transport.current_density(SYMMETRIC, 0.1),
        transport.conductance(SYMMETRIC),
        transport.tmr(SYMMETRIC),
        transport.torque_in_plane(SYMMETRIC, 1),
        transport.torque_out_of_plane(SYMMETRIC, 0.1),
        transport.torkance_in_plane(SYMMETRIC),
        transport.torkance_out_of_plane(SYMMETRIC),
        transport.torkance_out_of_plane_fermi_surface(SYMMETRIC),
        transport.resolved(SYMMETRIC, parallel_energy=0.1).parallel,
    ):
        assert isinstance(value, float)
    empty = transport.bias_curve(SYMMETRIC, np.empty((0, 4)))
    assert empty.current_density.shape == empty.torque_out_of_plane.shape == (0, 4)
    assert transport.tmr(SYMMETRIC, []).shape == (0,)
    assert transport.resolved(SYMMETRIC, 0.0, np.zeros((2, 1)), np.zeros(3)).up_down.shape == (2, 3)
    assert transport.current_density(SYMMETRIC, [0.25]).shape == (1,)


def test_one_by_one_is_the_same_as_all_at_once():
    bias = np.linspace(-1.1, 1.1, 23)
    curve = transport.bias_curve(ASYMMETRIC, bias * 0.7)
    for i in (0, 11, 22):
        single = transport.bias_curve(ASYMMETRIC, bias[i] * 0.7)
        assert single.torque_in_plane == pytest.approx(curve.torque_in_plane[i], rel=1e-12, abs=0)
        assert single.torque_out_of_plane == pytest.approx(curve.torque_out_of_plane[i], rel=1e-12, abs=0)


@pytest.mark.parametrize("function", ["bias_curve", "current_density", "tmr", "torque_in_plane", "torque_out_of_plane"])
def test_bias_out_of_range(function):
    with pytest.raises(ValueError, match=r"bias must lie in \(-0.8, 1.125\) V, got 1.125"):
        getattr(transport, function)(ASYMMETRIC, [0.1, 1.125])
    with pytest.raises(ValueError, match=r"got -0\.8"):
        getattr(transport, function)(ASYMMETRIC, -0.8)
    with pytest.raises(ValueError, match="got nan"):
        getattr(transport, function)(ASYMMETRIC, np.nan)
    with pytest.raises(TypeError, match="bias must be a real number"):
        getattr(transport, function)(ASYMMETRIC, "high")


def test_other_wrong_input():
    with pytest.raises(ValueError, match="free must be 'right' or 'left', got 'middle'"):
        transport.torque_in_plane(SYMMETRIC, 0.1, free="middle")
    with pytest.raises(ValueError, match=r"parallel_energy must lie in \[0, inf\) eV"):
        transport.resolved(SYMMETRIC, 0.0, -0.1)
    with pytest.raises(ValueError, match="excess must lie below the barrier's edge"):
        transport.resolved(SYMMETRIC, 1.2, 0.1)
    for bias, edge in ((-0.5, 0.625), (0.5, 1.125)):  # the bias moves the right end of the barrier
        assert transport.resolved(SYMMETRIC, edge - 1e-3, 0.1, bias).parallel > 0
        with pytest.raises(ValueError, match="excess must lie below the barrier's edge"):
            transport.resolved(SYMMETRIC, edge + 1e-3, 0.1, bias)
    with pytest.raises(ValueError, match="angle must lie in"):
        transport.conductance(SYMMETRIC, np.inf)


def test_leading_order_behind_a_spacer():
    """In-plane torkance, bound states of the spacer or not: 0.5 % of the exact one at zero bias and 1 nm."""
    for spacer in np.linspace(0.0, 2.0, 5):
        mtj = Junction(IRON, MGO, IRON, spacer)
        assert transport.torkance_in_plane(mtj) == pytest.approx(exact.torkance_in_plane(mtj), rel=5e-3, abs=0)
