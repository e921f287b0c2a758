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

from mtjlib import Barrier, Ferromagnet, Junction, _occupied, exact, transport, units
from mtjlib.quadrature import NotSettled, pieces

IRON = Ferromagnet(4.5, 3.825)
MGO = Barrier(1.125, 1.0, 0.4)
SYMMETRIC = Junction(IRON, MGO, IRON)
ASYMMETRIC = Junction(IRON, Barrier(1.125, 1.3, 0.7, 0.8), Ferromagnet(3.9, 2.0))
HALF_METALS = Junction(Ferromagnet(4.5, 6.0), MGO, Ferromagnet(4.5, 6.0))
JUNCTIONS = [SYMMETRIC, ASYMMETRIC, HALF_METALS, Junction(IRON, Barrier(1.5, 0.8, 1.5), Ferromagnet(6.0, 1.0))]
HBAR_4E = units.HBAR / (4 * units.E_CHARGE)

# What the module promises 1e-6 for.
ferromagnets = st.builds(Ferromagnet, st.floats(0.5, 12.0), st.just(0.0) | st.floats(2e-3, 12.0))
barriers = st.builds(Barrier, st.floats(0.2, 4.0), st.floats(0.3, 5.0), st.floats(0.1, 5.0), st.floats(0.2, 4.0))
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


@given(junctions, st.floats(-0.97, 0.97), st.floats(0, np.pi))
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


def with_level(junction, energy=0.0, order=1):
    """The junction with a spacer that binds a state with q = 0 at `energy` from the Fermi level."""
    electron = junction.left.fermi_energy + energy
    k = np.sqrt(electron / units.HBAR2_2M)
    kappa = np.sqrt(max(junction.left.exchange_splitting - electron, 0.0) / units.HBAR2_2M)
    barrier = junction.barrier
    big_k = np.sqrt((barrier.height - energy) / (barrier.mass * units.HBAR2_2M))
    return replace(junction, spacer=(np.arctan2(kappa, k) + np.arctan2(big_k, k) + order * np.pi) / k)


def random_junction(rng, spacer):
    """Anything in the promised range: log-uniform, with the special splittings more often than their share."""

    def log_uniform(low, high):
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    def magnet():
        fermi = log_uniform(0.3, 15.0)
        share = [0.0, 1.0, 1 - log_uniform(1e-4, 0.1), log_uniform(1e-4, 0.1), *rng.uniform(0, 2, 4)][rng.integers(8)]
        return Ferromagnet(fermi, share * fermi)

    left = magnet()
    right = left if rng.random() < 0.25 else magnet()
    other = None if rng.random() < 0.5 else log_uniform(0.2, 6.0)
    barrier = Barrier(log_uniform(0.2, 6.0), log_uniform(0.3, 5.0), log_uniform(0.1, 3.0), other)
    junction = Junction(left, barrier, right, log_uniform(0.02, 5.0) if spacer else 0.0)
    high, low = barrier.heights
    return junction, np.array([-0.97 * low, -low * log_uniform(1e-9, 0.97), 0.0, 0.97 * high * rng.random()])


def hard_junctions():
    """Corners that were wrong once, each for a reason of its own."""
    half_metal, nickel = Ferromagnet(4.5, 6.0), Ferromagnet(4.0, 2.0)
    bias = np.array([-0.4, -1e-3, 0.0, 0.3, 0.9])
    for junction in (
        *JUNCTIONS,
        Junction(IRON, Barrier(1.125, 5.0, 0.1), Ferromagnet(7.0, 4.0)),
        Junction(IRON, Barrier(1.125, 3.0, 5.0), Ferromagnet(4.5, 4.4)),
        Junction(IRON, Barrier(1.125, 0.3, 0.1), Ferromagnet(4.5, 4.5)),
        Junction(Ferromagnet(2.3, 2.3e-4), Barrier(1.13, 0.55, 0.13, 4.7), Ferromagnet(2.3, 2.3e-4)),  # log(E_F/Δ)
        Junction(Ferromagnet(7.5, 10.5), Barrier(1.0, 0.6, 0.1), Ferromagnet(7.5, 10.5)),  # K rises from 0
        Junction(Ferromagnet(7.1, 0.0), Barrier(1.25, 0.92, 0.81, 1.67), Ferromagnet(7.1, 0.0)),  # one long piece
        *(Junction(IRON, MGO, nickel, spacer) for spacer in (0.1, 1.7, 4.5)),
        with_level(Junction(half_metal, MGO, nickel), 0.05),
        with_level(Junction(Ferromagnet(4.5, 4.4), MGO, nickel), -0.1),  # at the minority's edge
    ):
        yield junction, bias[(-junction.barrier.heights[1] < bias) & (bias < junction.barrier.heights[0])]


def everything(junction, bias):
    curve = transport.bias_curve(junction, bias, 1.0)
    slopes = [transport.torkance_in_plane(junction, bias[1:2]), transport.torkance_out_of_plane(junction, bias[1:2])]
    return curve, slopes


@pytest.mark.parametrize("kind", ["hard", "bare", "spacer"])
def test_default_accuracy(kind, monkeypatch):
    """1e-6, against many more nodes on other contours that reach further down."""
    rng = np.random.default_rng(1)
    cases = hard_junctions() if kind == "hard" else (random_junction(rng, kind == "spacer") for _ in range(6))
    for junction, bias in cases:
        ours, slopes = everything(junction, bias)
        with monkeypatch.context() as other:
            for name, value in (
                ("WINDOW_NODES", (40, 16)),
                ("SEA_NODES", (60, 16)),
                ("_LIFT", 0.55),
                ("_CROWD", 5.0),
                ("_REACH", 14.0),
                ("_TOLERANCE", 1e-7),
            ):
                other.setattr(_occupied, name, value)
            fine, fine_slopes = everything(junction, bias)
        p1, p2 = (min(1.0, m.exchange_splitting / m.fermi_energy) for m in (junction.left, junction.right))
        np.testing.assert_allclose(ours.current_density, fine.current_density, rtol=1e-6)
        # A torque that passes through zero is compared with what it would be if its terms did not change sign.
        torque = HBAR_4E * np.abs(ours.current_density)
        error = np.abs(ours.torque_in_plane - fine.torque_in_plane)
        assert (error <= 1e-6 * np.maximum(np.abs(fine.torque_in_plane), p1 * torque)).all(), junction
        error = np.abs(ours.torque_out_of_plane - fine.torque_out_of_plane)
        assert (error <= 1e-6 * np.maximum(np.abs(fine.torque_out_of_plane), p1 * p2 * torque)).all(), junction
        scale = HBAR_4E * transport.conductance(junction)
        for mine, theirs in zip(slopes, fine_slopes, strict=True):
            assert (np.abs(mine - theirs) <= 1e-6 * np.maximum(np.abs(theirs), scale)).all(), junction


def test_no_wrong_number_is_returned_silently(monkeypatch):
    monkeypatch.setattr(_occupied, "_TRIES", 1)
    with pytest.raises(NotSettled, match=r"must settle .* at a bias of 0\.5 V: change it, or the spacer of 4\.7 nm"):
        transport.torque_out_of_plane(replace(ASYMMETRIC, spacer=4.7), [0.5])
    transport.current_density(SYMMETRIC, 0.5)  # settles at once


@pytest.mark.parametrize("share", [1e-5, 1e-7, 1e-9])
def test_hardly_magnetic_metals_are_right_or_refused(share):
    """Below the promised splitting: N⊥ of two weak magnets is as Δ1 Δ2, or there is an error instead of a number."""
    weak = Junction(Ferromagnet(4.5, share * 4.5), MGO, Ferromagnet(4.5, share * 4.5))
    try:
        torque = transport.torque_out_of_plane(weak, np.array([-0.3, 0.3]))
    except NotSettled:
        return
    assert torque[0] == pytest.approx(torque[1], rel=1e-4, abs=0)


# --- the bias dependence, differentiated --------------------------------------------------------------------------


@pytest.mark.parametrize("model", [transport, exact])
@pytest.mark.parametrize("bias", [-0.4, 0.25])
def test_torkances_at_a_bias_are_slopes(model, bias):
    """Against a five-point difference of the torques, bare and behind a spacer, on either magnet."""
    h = 4e-3
    at = bias + h * np.array([-2, -1, 1, 2])
    for junction in (ASYMMETRIC, replace(SYMMETRIC, right=Ferromagnet(4.5, 2.0), spacer=0.7)):

        def slope(torque):
            return (8 * (torque[2] - torque[1]) - (torque[3] - torque[0])) / (12 * h)

        scale = HBAR_4E * abs(model.current_density(junction, bias) / bias)
        pairs = [
            (model.torkance_in_plane(junction, bias, free=free), model.torque_in_plane(junction, at, free=free))
            for free in ("right", "left")
        ]
        pairs.append((model.torkance_out_of_plane(junction, bias), model.torque_out_of_plane(junction, at)))
        for torkance, torque in pairs:
            assert torkance == pytest.approx(slope(torque), rel=1e-5, abs=1e-6 * scale)


@pytest.mark.parametrize("junction", [SYMMETRIC, ASYMMETRIC])
def test_bias_coefficients_are_those_of_a_polynomial(junction):
    """Against fits over a shrinking interval: what is left of a1, …, b2 falls with it."""
    c = transport.bias_coefficients(junction)
    errors = []
    for width in (0.08, 0.04):
        bias = width * np.cos(np.pi * (np.arange(9) + 0.5) / 9)
        curve = transport.bias_curve(junction, bias)
        b0, b1, b2, *_ = np.polynomial.polynomial.polyfit(bias, curve.torque_out_of_plane, 6)
        _, a1, a2, *_ = np.polynomial.polynomial.polyfit(bias, curve.torque_in_plane, 6)
        size = np.array([abs(c.a1), abs(c.a1), c.b0, abs(c.a1), abs(c.a1)])
        errors.append(np.abs([a1 - c.a1, a2 - c.a2, b0 - c.b0, b1 - c.b1, b2 - c.b2]) / size)
    assert (errors[1] < [1e-5, 3e-4, 1e-6, 1e-5, 5e-3]).all(), errors
    assert errors[1][4] < 0.7 * errors[0][4] + 1e-4  # |V|³ is left in b2: the fit is off by a term ∝ its interval


def test_what_symmetry_allows():
    """Equal magnets and heights forbid b1, and nothing else; exchanging the electrodes reverses it."""
    c = transport.bias_coefficients(SYMMETRIC)
    assert abs(c.b1) < 1e-7 * abs(c.a1) and min(abs(c.a2), abs(c.b2), c.b0) > 0.1 * abs(c.a1)
    here, there = (transport.bias_coefficients(j) for j in (ASYMMETRIC, mirrored(ASYMMETRIC)))
    for name, sign in (("b0", 1), ("b1", -1), ("b2", 1)):
        assert getattr(here, name) == pytest.approx(sign * getattr(there, name), rel=1e-5, abs=0)
    assert here.a1 == transport.torkance_in_plane(ASYMMETRIC)
    assert here.b0 == transport.torque_out_of_plane(ASYMMETRIC, 0.0)


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
    """The Fermi surface once more on the real axis, with so many nodes that every resonance is resolved."""
    junction = replace(ASYMMETRIC, spacer=spacer)
    across, weight = pieces([-3.9, -1.9, -0.675, 0.0], 1000)
    c = transport.resolved(junction, 0.0, -across)
    unit = weight * 1e18 / (4 * np.pi * units.HBAR2_2M)
    parallel, antiparallel = (
        units.CONDUCTANCE_QUANTUM * (unit @ c.parallel),
        units.CONDUCTANCE_QUANTUM * unit @ c.antiparallel,
    )
    np.testing.assert_allclose(transport.conductance(junction, [0.0, np.pi]), [parallel, antiparallel], rtol=1e-6)
    in_plane = -units.E_CHARGE / (8 * np.pi) * (unit @ c.in_plane)
    assert transport.torkance_in_plane(junction) == pytest.approx(in_plane, rel=1e-6, abs=0)


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
    """N⊥ has a logarithmic slope there; at the very point nothing is returned."""
    plain = replace(HALF_METALS, right=ASYMMETRIC.right)
    for name in ("torkance_out_of_plane", "torkance_out_of_plane_fermi_surface"):
        with pytest.raises(NotSettled, match=r"or the spacer of 0\.\d+ nm, by a little \(a standing wave may sit"):
            getattr(transport, name)(with_level(plain))
    slopes = [transport.torkance_out_of_plane(with_level(plain, offset)) for offset in (0.001, 0.003, 0.009)]
    steps = np.diff(slopes)
    assert steps[0] == pytest.approx(steps[1], rel=0.3) and steps[0] < 0  # a factor of three like the other
    for side in (1, -1):
        near, h = with_level(plain, side * 0.02), 1e-3
        curve = transport.torque_out_of_plane(near, h * np.array([-2, -1, 1, 2]))
        difference = (8 * (curve[2] - curve[1]) - (curve[3] - curve[0])) / (12 * h)
        assert transport.torkance_out_of_plane(near) == pytest.approx(difference, rel=1e-4, abs=0)


# --- corners, shapes, errors --------------------------------------------------------------------------------------


@given(junctions, st.sampled_from([0.0, 0.3, 0.97]), st.sampled_from([-1, 1]), st.sampled_from([0.0, 0.8]))
@settings(max_examples=25, deadline=None)
def test_finite_everywhere(junction, share, sign, spacer):
    """Or refused, with one sentence: a standing wave may sit at a Fermi level."""
    junction = replace(junction, spacer=spacer)
    left, right = junction.barrier.heights
    bias = sign * share * (left if sign > 0 else right)
    try:
        curve = transport.bias_curve(junction, [bias, bias], np.pi)
        slopes = transport.torkance_in_plane(junction, bias), transport.torkance_out_of_plane(junction, bias)
    except NotSettled:
        assert spacer
        return
    for values in (curve.current_density, curve.torque_in_plane, curve.torque_out_of_plane):
        assert values.shape == (2,) and np.isfinite(values).all()
    assert np.isfinite(slopes).all()
    assert not np.isnan(transport.tmr(junction, bias))
    assert transport.conductance(junction, 0.0) > 0


def test_the_smallest_biases_there_are():
    """Nothing overflows where a number hardly differs from zero."""
    for bias in (5e-324, 1e-310, -1e-300):
        assert transport.current_density(SYMMETRIC, bias) == pytest.approx(
            bias * transport.conductance(SYMMETRIC), rel=1e-6, abs=5e-324
        )
        assert transport.torque_out_of_plane(SYMMETRIC, bias) == transport.torque_out_of_plane(SYMMETRIC, 0.0)


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
