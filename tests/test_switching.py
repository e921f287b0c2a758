"""Switching times and write errors against quadrature, trajectories, equipartition and the Fokker-Planck equation."""

from dataclasses import replace

import numpy as np
import pytest
from _macrospins import IN_PLANE, KT, PERPENDICULAR, close, polar
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg, special

from mtjlib import dynamics, stability, switching, units
from mtjlib.dynamics import Macrospin

# Without temperature


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.05, 3.0),
    st.floats(0.05, 3.0),
    st.floats(-3, 3),
    st.floats(-0.6, 0.6),
    st.floats(-3e5, 3e5),
)
def test_switching_time_is_the_integral_of_the_polar_equation(start, end, overdrive, field, anisotropy):
    """The closed form against quadrature of dtheta / (dtheta/dt), the latter from the full right-hand side."""
    spin = replace(PERPENDICULAR, anisotropy=anisotropy, alpha=0.1)
    torque = (overdrive * 4e-20, 1e-20)
    time = switching.switching_time(spin, start, torque, field, end)

    def speed(theta):
        rate = dynamics.llg_rhs(spin, polar(theta), (0, 0, field), torque)
        return -rate[2] / np.sin(theta)

    grid = np.array([speed(x) for x in np.linspace(start, end, 41)])
    if abs(start - end) < 1e-6:
        turned = time * np.abs(grid)
        assert time == np.inf or turned.min() - 1e-12 <= abs(start - end) <= turned.max() + 1e-12
    elif (grid * np.sign(end - start) <= 0).any():
        assert time == np.inf
    elif (np.abs(grid) > 1e-3 * np.abs(grid).max()).all():
        expected = integrate.quad(lambda x: 1 / speed(x), start, end, epsabs=0, epsrel=1e-9)[0]
        assert time == close(expected, rel=1e-6)


def test_switching_time_where_the_partial_fractions_degenerate():
    """|torque| = alpha B_k M_s V makes two poles coincide; neighbours must be continuous with it."""
    critical = 0.02 * 0.4 * PERPENDICULAR.moment
    for scale, start, end in ((1.0, 2.0, 0.5), (-1.0, 1.0, 2.5)):
        times = [
            switching.switching_time(PERPENDICULAR, start, (scale * critical * (1 + x), 0.0), 0.0, end)
            for x in (-1e-9, 0.0, 1e-9)
        ]
        np.testing.assert_allclose(times, times[1], rtol=1e-7)
    assert switching.switching_time(Macrospin(1e6, 1e3, 0.1), 0.5, (0.0, 0.0)) == np.inf


def test_switching_time_agrees_with_trajectories():
    torque = (3 * stability.critical_torque(PERPENDICULAR), 5e-21)
    angles = np.radians([2.0, 5.0, 10.0])
    path = dynamics.run(PERPENDICULAR, polar(angles), 2e-9, 0.5e-12, field=(0, 0, 0.05), torque=torque)
    expected = switching.switching_time(PERPENDICULAR, angles, torque, field=0.05)
    np.testing.assert_allclose(switching.first_passage(path, (0, 0, 1)), expected, rtol=1e-6)
    assert switching.first_passage(dynamics.run(PERPENDICULAR, polar(0.1), 1e-10, 1e-12), (0, 0, 1)) == np.inf


@pytest.mark.parametrize("overdrive, field", [(0.0, 0.0), (0.5, 0.1), (-0.7, 0.05), (2.0, -0.3)])
def test_the_sphere_upside_down_switches_as_fast(overdrive, field):
    """Turning the angles, the field and both torques over changes no time, and the time is the integral of 1/speed.

    Below the critical torque the way leads from the top of the barrier into either well.
    """
    torque = np.array([overdrive * stability.critical_torque(PERPENDICULAR), 5e-21])
    start, end = np.array([0.2, 0.8, 1.5, 2.4, 2.9]), np.array([[0.1], [0.5], [1.2], [2.0], [3.0]])
    up = switching.switching_time(PERPENDICULAR, start, torque, field, end)
    down = switching.switching_time(PERPENDICULAR, np.pi - start, -torque, -field, np.pi - end)
    np.testing.assert_allclose(up, down, rtol=1e-9)

    def pace(theta):
        return -np.sin(theta) / dynamics.llg_rhs(PERPENDICULAR, polar(theta), (0, 0, field), torque)[2]

    ways = np.argwhere(np.isfinite(up))
    assert len(ways) >= 6
    for i, j in ways:
        expected = integrate.quad(pace, start[j], end[i, 0], epsabs=0, epsrel=1e-9)[0]
        assert up[i, j] == close(expected, rel=1e-8)


def test_first_passage_is_of_fourth_order():
    """Between frames four times as dense, the interpolation is 256 times as good; so are the frames themselves."""
    torque = (5 * stability.critical_torque(PERPENDICULAR), 0.0)
    expected = switching.switching_time(PERPENDICULAR, 0.3, torque)

    def run(steps, frames):
        duration = 1.3 * expected
        return dynamics.run(PERPENDICULAR, polar(0.3), duration, duration / steps, torque=torque, every=steps // frames)

    def error(path):
        return abs(switching.first_passage(path, (0, 0, 1)) / expected - 1)

    dense = run(3200, 64)
    assert error(dense) < 1e-6
    assert error(dynamics.Trajectory(dense.time[::4], dense.m[::4])) > 50 * error(dense)
    assert 8 < error(run(100, 100)) / error(run(200, 200)) < 32


def test_first_passage_of_two_and_three_frames():
    """Fewer than four frames: a straight line or a parabola, and the exact zero of either."""
    along = np.array([[0.5, 0.9], [0.3, 0.1], [-0.3, -0.9]])
    m = np.stack([np.sqrt(1 - along**2), 0 * along, along], axis=1)
    line = dynamics.Trajectory(np.array([0.0, 1.0]), m[1:])
    np.testing.assert_allclose(switching.first_passage(line, (0, 0, 1)), [0.5, 0.1], rtol=1e-12)
    parabola = dynamics.Trajectory(np.array([0.0, 1.0, 2.0]), m)
    got = switching.first_passage(parabola, (0, 0, 1))
    coefficients = [np.polyfit([0, 1, 2], along[:, k], 2) for k in (0, 1)]
    roots = [next(r for r in sorted(np.roots(c).real) if 1 <= r <= 2) for c in coefficients]
    np.testing.assert_allclose(got, roots, rtol=1e-10)


def test_a_moment_on_the_threshold_has_arrived():
    path = dynamics.run(PERPENDICULAR, polar([1.5, 1.0]), 1e-10, 1e-12, field=(0, 0, 0.1))
    np.testing.assert_array_equal(switching.first_passage(path, (0, 1, 0)), 0)  # both start at right angles to y


# Thermal ensembles


def test_small_oscillations_share_half_kt_each():
    """Deep well: M_s V B_i <m_i^2> = kT for each direction across, with the stiffness B_i of that direction."""
    spin = replace(IN_PLANE, anisotropy=8e4)
    m = switching.thermal_ensemble(spin, (1, 0, 0), 8000, 300.0, np.random.default_rng(7))
    b1 = 2 * 8e4 / 8e5
    for component, stiffness in ((1, b1), (2, b1 + units.MU_0 * 8e5)):
        assert spin.moment * stiffness * (m[component] ** 2).mean() == close(KT, rel=0.06)


@pytest.mark.parametrize("field", [0.25, 1.0])
def test_a_field_along_the_moment_stiffens_the_well(field):
    """M_s V (B_k + B) <m_x^2> = kT, also where the field is larger than the anisotropy."""
    m = switching.thermal_ensemble(
        PERPENDICULAR, (0, 0, 1), 8000, 300.0, np.random.default_rng(8), field=(0.0, 0.0, field)
    )
    for component in (0, 1):
        assert PERPENDICULAR.moment * (0.4 + field) * (m[component] ** 2).mean() == close(KT, rel=0.06)


def test_write_error_rate_follows_fokker_planck():
    spin = replace(PERPENDICULAR, volume=20 * KT / 2e5 * 1e27, alpha=0.2)
    pulse = 2.5 * stability.critical_torque(spin)
    n = 10_000
    time, rate = switching.write_error_rate(
        spin, (pulse, 0.0), 0.24e-9, 0.5e-12, 300.0, np.random.default_rng(9), n=n, every=60
    )
    equation = switching.fokker_planck(spin, (pulse, 0.0), 300.0, cells=300)
    z = equation.cosine
    share = np.where(z > 0, np.exp(20 * (z**2 - 1)), 0.0) * equation.width
    share /= share.sum()
    propagator = linalg.expm(equation.generator * time[1])
    exact = [1.0]
    for _ in time[1:]:
        share = propagator @ share
        exact.append(share[z > 0].sum())
    exact = np.array(exact)
    assert exact[-1] < 0.02 < 0.4 < exact[3]  # the pulse lengths span the interesting range
    error = np.sqrt(exact * (1 - exact) / n)
    assert (np.abs(rate - exact) <= 4 * error + 1e-3 * exact).all()


def test_write_errors_from_either_state_are_mirror_images():
    rates = []
    for state in ("parallel", "antiparallel"):
        pulse = 3 * stability.critical_torque(PERPENDICULAR, state=state)
        _, rate = switching.write_error_rate(
            PERPENDICULAR,
            (pulse, 0.0),
            2e-9,
            1e-12,
            300.0,
            np.random.default_rng(2),
            n=400,
            state=state,
            every=250,
        )
        rates.append(rate)
    assert rates[0][0] == rates[1][0] == 1 and 0.2 < rates[0][3] < 0.9
    assert rates[0][-1] < 0.15
    np.testing.assert_allclose(rates[0], rates[1], atol=4 * np.sqrt(0.5 / 400))


# Legal and illegal arguments


@settings(max_examples=30, deadline=None)
@given(
    st.floats(1e-4, 2.0),
    st.floats(-1e6, 1e6),
    st.floats(-1e-18, 1e-18),
    st.floats(-1e-18, 1e-18),
    st.floats(-2, 2),
)
def test_finite_everywhere_in_the_legal_range(alpha, anisotropy, par, perp, field):
    spin = Macrospin(ms=1e6, volume=1e3, alpha=alpha, anisotropy=anisotropy, demag=(0.2, 0.2, 0.6))
    assert switching.switching_time(spin, 0.1, (par, perp), field) > 0


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, "axially symmetric", lambda: switching.switching_time(IN_PLANE, 0.1, (0, 0))),
        (ValueError, "start_angle must lie", lambda: switching.switching_time(PERPENDICULAR, 0.0, (0, 0))),
        (ValueError, "n must be", lambda: switching.thermal_ensemble(PERPENDICULAR, polar(0), 0, 1.0, None)),
        (
            ValueError,
            "energy well",
            lambda: switching.thermal_ensemble(Macrospin(1e6, 1e3, 0.1), polar(0), 2, 1.0, np.random.default_rng()),
        ),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()


# The Fokker-Planck equation and thermal averages


def shallow(alpha=0.3, depth=4.0):
    return replace(PERPENDICULAR, volume=depth * KT / 2e5 * 1e27, alpha=alpha)


def test_fokker_planck_relaxes_to_boltzmann_and_conserves_the_ensemble():
    """Stationary fractions from the energy, torque-free; τ⊥ is a field along -p, and τ∥/α acts like one along p."""
    spin, field = shallow(), 0.03
    b = 0.01 * spin.moment
    equation = switching.fokker_planck(spin, (0.2 * spin.alpha * spin.moment * 0.1, b), 300.0, field, cells=300)
    np.testing.assert_allclose(equation.generator.sum(axis=0), 0, atol=1e-9 * abs(equation.generator).max())
    z, width = equation.cosine, equation.width
    weight = width * np.exp(4 * z**2 + spin.moment * (field - 0.01 + 0.02) * z / KT)
    np.testing.assert_allclose(equation.stationary, weight / weight.sum(), rtol=1e-3)
    np.testing.assert_allclose(equation.generator @ equation.stationary, 0, atol=1e-9 * abs(equation.generator).max())
    later = linalg.expm(equation.generator * 200 / equation.rates()[1])[:, 5]
    np.testing.assert_allclose(later, equation.stationary, atol=1e-9)


def test_relaxation_rates_of_a_free_moment_are_those_of_the_spherical_harmonics():
    """No field, no anisotropy: P_l decays with l(l+1) αγkT/(1+α²)m."""
    spin = Macrospin(ms=1e6, volume=1e3, alpha=0.2)
    unit = 0.2 * units.GAMMA * KT / (1 + 0.2**2) / spin.moment
    rates = switching.fokker_planck(spin, (0.0, 0.0), 300.0, cells=400).rates(4)
    np.testing.assert_allclose(rates / unit, [0, 2, 6, 12], rtol=1e-3)


def test_escape_over_a_high_barrier_is_brown_s():
    """Brown's asymptotic rate for uniaxial symmetry: both ways together, 4 αγB_k/(1+α²) √(Δ/π)/2 e^-Δ."""
    errors = []
    for depth in (8.0, 16.0):
        spin = shallow(0.1, depth)
        brown = 2 * 0.1 * units.GAMMA * 0.4 / (1 + 0.1**2) * np.sqrt(depth / np.pi) * np.exp(-depth)
        errors.append(switching.fokker_planck(spin, (0.0, 0.0), 300.0, cells=600).rates()[1] / brown - 1)
    assert abs(errors[1]) < 0.12
    assert 1.6 < errors[0] / errors[1] < 2.6  # corrections of order 1/Δ
    with pytest.raises(ValueError, match="lost in rounding"):
        switching.fokker_planck(shallow(0.1, 60.0), (0.0, 0.0), 300.0).rates()


def test_thermal_averages():
    """Langevin's law, the polar equation's stationary state, and an average that has several components."""
    free = Macrospin(ms=1e6, volume=100.0, alpha=0.1)
    x = free.moment * 0.2 / KT
    mean = switching.boltzmann_mean(free, lambda m: m, 300.0, (0.0, 0.2, 0.0))
    np.testing.assert_allclose(mean, [0, 1 / np.tanh(x) - 1 / x, 0], atol=1e-12)
    spin = shallow()
    equation = switching.fokker_planck(spin, (0.0, 0.0), 300.0, 0.05, cells=800)
    for power in (1, 2):
        average = switching.boltzmann_mean(spin, lambda m, power=power: m[2] ** power, 300.0, (0, 0, 0.05))
        assert average == pytest.approx(equation.cosine**power @ equation.stationary, rel=1e-3)


@pytest.mark.parametrize("axis", [(0, 0, 1), (1, 0, 0)])
def test_a_thermal_average_over_a_well_is_right_or_refused(axis):
    """1 - <z²> of a uniaxial moment, from Dawson's integral; at 5000 kT, 200 points would be 2 % off."""

    def away(m):
        return 1 - np.tensordot(axis, m, 1) ** 2

    for depth, points, too_few in ((4.0, 20, 8), (1000.0, 200, 100), (5e3, 500, 200)):
        spin = replace(shallow(depth=depth), axis=axis)
        exact = 1 + 1 / (2 * depth) - 1 / (2 * np.sqrt(depth) * special.dawsn(np.sqrt(depth)))
        assert switching.boltzmann_mean(spin, away, 300.0, points=points) == pytest.approx(exact, rel=1e-6, abs=0)
        with pytest.raises(ValueError, match="points must resolve"):
            switching.boltzmann_mean(spin, away, 300.0, points=too_few)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (TypeError, "spin must be a Macrospin", lambda: switching.fokker_planck(1.0, (0, 0), 300.0)),
        (ValueError, "spin must be axially", lambda: switching.fokker_planck(IN_PLANE, (0, 0), 300.0)),
        (ValueError, "temperature must lie in", lambda: switching.fokker_planck(PERPENDICULAR, (0, 0), 0.0)),
        (TypeError, "torque must be a pair", lambda: switching.fokker_planck(PERPENDICULAR, 0.0, 300.0)),
        (ValueError, "cells must be", lambda: switching.fokker_planck(PERPENDICULAR, (0, 0), 300.0, cells=3)),
        (TypeError, "function must be", lambda: switching.boltzmann_mean(PERPENDICULAR, 1.0, 300.0)),
        (TypeError, "spin must be a Macrospin", lambda: switching.boltzmann_mean(None, np.cos, 300.0)),
    ],
)
def test_bad_thermal_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
