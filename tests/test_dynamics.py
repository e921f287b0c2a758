"""Macrospin dynamics against closed forms, conservation laws, Boltzmann averages and the Fokker-Planck equation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg

from mtjlib import dynamics, units
from mtjlib.dynamics import Macrospin

KT = units.K_B * units.E_CHARGE * 300.0
PERPENDICULAR = Macrospin(ms=1e6, volume=1e3, alpha=0.02, anisotropy=2e5)  # B_k = 0.4 T along z, p along z
IN_PLANE = Macrospin(
    ms=8e5, volume=1e4, alpha=0.01, anisotropy=8e3, axis=(1, 0, 0), demag=(0, 0, 1), reference=(1, 0, 0)
)  # B_k = 20 mT along x, mu_0 M_s = 1.005 T, p along x


def close(expected, rel=1e-9):
    """pytest.approx without its absolute tolerance of 1e-12, which would pass any torque or energy in SI."""
    return pytest.approx(expected, rel=rel, abs=0)


def polar(theta, phi=0.0):
    return np.stack(np.broadcast_arrays(np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)))


def random_units(rng, n):
    v = rng.standard_normal((3, n))
    return v / np.linalg.norm(v, axis=0)


# The equation itself


def test_rhs_solves_the_implicit_gilbert_equation():
    """The docstring's equation, assembled term by term with numpy's own cross product."""
    rng = np.random.default_rng(1)
    spin = Macrospin(
        ms=9e5, volume=3e3, alpha=0.3, anisotropy=1.3e5, axis=(1, 2, 3), demag=(0.1, 0.2, 0.7), reference=(0, 1, 1)
    )
    m, field = random_units(rng, 20), rng.normal(size=(3, 20))
    par, perp = rng.normal(size=(2, 20)) * 1e-19
    mdot = dynamics.llg_rhs(spin, m, field, (par, perp))
    u, p = np.array(spin.axis), np.array(spin.reference)
    for i in range(20):
        b = field[:, i] + 2 * 1.3e5 / 9e5 * (u @ m[:, i]) * u - units.MU_0 * 9e5 * np.array([0.1, 0.2, 0.7]) * m[:, i]
        torque = par[i] * np.cross(m[:, i], np.cross(p, m[:, i])) + perp[i] * np.cross(m[:, i], p)
        expected = (
            -units.GAMMA * np.cross(m[:, i], b)
            + 0.3 * np.cross(m[:, i], mdot[:, i])
            + units.GAMMA / (9e5 * 3e3 * 1e-27) * torque
        )
        np.testing.assert_allclose(mdot[:, i], expected, rtol=1e-11)


def test_torques_of_the_book_change_the_angular_momentum_of_the_spins():
    """N_par m2 x (m1 x m2) + N_perp m1 x m2 acts on L = (M_s V/gamma) m2 when m1, m2 are *spin* directions."""
    rng = np.random.default_rng(2)
    m, n_par, n_perp = random_units(rng, 1)[:, 0], 3e-20, -7e-21
    spin = Macrospin(ms=1e6, volume=1e3, alpha=1e-12, reference=(0.6, 0, 0.8))
    s1, s2 = -np.array(spin.reference), -m
    torque = n_par * np.cross(s2, np.cross(s1, s2)) + n_perp * np.cross(s1, s2)
    s2_dot = -dynamics.llg_rhs(spin, m, torque=(n_par, n_perp))
    np.testing.assert_allclose(spin.moment / units.GAMMA * s2_dot, torque, rtol=1e-9)


def test_signs_in_words():
    """In-plane > 0 favours parallel, < 0 antiparallel; out-of-plane > 0 costs energy when parallel."""
    spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1)
    start = polar(np.pi / 2, 0.3)
    for torque, end in (((2e-20, 0), 1), ((-2e-20, 0), -1), ((0, 1e-19), -1), ((0, -1e-19), 1)):
        m = dynamics.run(spin, start, 5e-9, 1e-12, torque=torque, every=5000).m[-1]
        assert m @ spin.reference == pytest.approx(end, abs=1e-3), torque


def test_inner_field_is_the_gradient_of_the_energy():
    spin = Macrospin(ms=9e5, volume=3e3, alpha=0.3, anisotropy=1.3e5, axis=(1, 2, 3), demag=(0.1, 0.2, 0.7))
    m, field, eps = polar(1.0, 2.0), np.array([0.1, -0.2, 0.3]), 1e-6
    b = spin.field_tensor @ m + field
    for direction in (np.cross(m, [1.0, 0, 0]), np.cross(m, [0, 1.0, 0])):
        ends = np.stack([m + eps * direction, m - eps * direction], -1)
        slope = np.diff(dynamics.energy(spin, ends, field))[0] / (-2 * eps)
        assert slope == close(-spin.moment * b @ direction, rel=1e-6)
    flat = dynamics.energy(replace(spin, anisotropy=0), np.eye(3))
    np.testing.assert_allclose(flat, 0.5 * units.MU_0 * spin.ms**2 * 3e3 * 1e-27 * np.array(spin.demag))


# Deterministic runs


def test_gilbert_damping_follows_tanh_and_precesses_right_handed():
    spin, b = Macrospin(ms=1e6, volume=1e3, alpha=0.2), 0.3
    path = dynamics.run(spin, [1, 0, 0], 0.2e-9, 0.1e-12, field=(0, 0, b), every=100)
    rate = units.GAMMA / (1 + 0.2**2)
    np.testing.assert_allclose(path.m[:, 2], np.tanh(rate * 0.2 * b * path.time), atol=1e-8)
    phase = np.unwrap(np.arctan2(path.m[:, 1], path.m[:, 0]))
    np.testing.assert_allclose(phase, rate * b * path.time, atol=1e-7)


def test_undamped_motion_conserves_energy():
    spin = replace(IN_PLANE, alpha=1e-12)
    path = dynamics.run(spin, polar(1.2, 0.4), 0.3e-9, 0.1e-12, field=(0.01, 0.02, 0.03), every=100)
    energies = dynamics.energy(spin, np.moveaxis(path.m, 0, -1), (0.01, 0.02, 0.03))
    assert np.ptp(energies) < 1e-8 * np.abs(energies).max()
    assert np.ptp(path.m[:, 0]) > 0.05


def test_length_is_conserved_and_rate_is_perpendicular():
    rng = np.random.default_rng(3)
    m = random_units(rng, 50)
    rate = dynamics.llg_rhs(IN_PLANE, m, (0.1, 0.2, 0.3), (1e-19, 2e-20))
    assert np.abs((m * rate).sum(axis=0)).max() < 1e-14 * np.abs(rate).max()
    for temperature in (0.0, 300.0):
        path = dynamics.run(IN_PLANE, m, 0.1e-9, 1e-12, temperature=temperature, rng=rng, torque=(1e-19, 2e-20))
        np.testing.assert_allclose(np.linalg.norm(path.m, axis=1), 1.0, atol=1e-14)


@pytest.mark.parametrize(("temperature", "order"), [(0.0, 4), (1e-30, 2)])
def test_order_of_the_schemes(temperature, order):
    """Runge-Kutta is of fourth order; Heun, with the noise turned down to nothing, of second."""
    spin, torque = replace(PERPENDICULAR, alpha=0.1), (-2e-20, 1e-20)

    def end(steps):
        rng = np.random.default_rng(0)
        duration = 0.2e-9
        path = dynamics.run(
            spin, polar(0.5), duration, duration / steps, torque=torque, temperature=temperature, rng=rng, every=steps
        )
        return path.m[-1]

    exact = end(6400) if order == 4 else dynamics.run(spin, polar(0.5), 0.2e-9, 0.2e-9 / 3200, torque=torque).m[-1]
    errors = [np.linalg.norm(end(steps) - exact) for steps in (100, 200, 400)]
    observed = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(observed, order, atol=0.15)


def test_time_dependent_drive_keeps_fourth_order():
    spin = replace(PERPENDICULAR, alpha=0.1)

    def end(steps):
        return dynamics.run(
            spin,
            polar(0.5),
            0.2e-9,
            0.2e-9 / steps,
            field=lambda t: (0.05 * np.sin(3e10 * t), 0, 0.1),
            torque=lambda t: (1e-20 * np.cos(2e10 * t), 0),
            every=steps,
        ).m[-1]

    exact = end(1600)
    errors = [np.linalg.norm(end(steps) - exact) for steps in (50, 100, 200)]
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 4, atol=0.3)


def test_an_ensemble_is_the_same_as_its_members():
    """Fields and torques per trajectory, and the boundary between two blocks."""
    n = dynamics._BLOCK + 3
    rng = np.random.default_rng(4)
    m, par, perp = random_units(rng, n), *rng.normal(size=(2, n)) * 1e-20
    field = rng.normal(size=(3, n)) * 0.1
    together = dynamics.run(PERPENDICULAR, m, 20e-12, 1e-12, field=field, torque=(par, perp), every=20).m[-1]
    for i in (0, n - 4, n - 3, n - 1):
        alone = dynamics.run(PERPENDICULAR, m[:, i], 20e-12, 1e-12, field=field[:, i], torque=(par[i], perp[i]))
        np.testing.assert_allclose(alone.m[-1], together[:, i], atol=1e-13)


def test_the_last_frame_is_at_the_duration():
    path = dynamics.run(PERPENDICULAR, polar(0.5), 1e-12, 0.3e-12, every=2)
    assert path.m.shape == (3, 3) and path.time[-1] == 1e-12
    assert dynamics.run(PERPENDICULAR, np.empty((3, 0)), 1e-12, 1e-12).m.shape == (2, 3, 0)


# Equilibria and their linear response


def test_kittel_frequency_and_linewidth():
    """In-plane film: omega = gamma sqrt(B1 B2), half width alpha gamma (B1+B2)/2."""
    b = np.array([0.05, 0.1, 0.3])
    b1, b2 = b + 0.02, b + 0.02 + units.MU_0 * 8e5
    first, second = dynamics.eigenvalues(IN_PLANE, (1, 0, 0), np.stack([b, 0 * b, 0 * b]))
    rate = units.GAMMA / (1 + IN_PLANE.alpha**2)
    np.testing.assert_allclose(first.real, -rate * IN_PLANE.alpha * (b1 + b2) / 2, rtol=1e-12)
    np.testing.assert_allclose(np.abs(first) ** 2, rate * units.GAMMA * b1 * b2, rtol=1e-12)
    np.testing.assert_allclose(first, second.conj(), rtol=1e-12)


def test_free_precession_rings_at_the_eigenvalue():
    """The eigenvalue at a tilted equilibrium, under both torques, against the ringing of the full equation."""
    field, torque = (0.1, 0.05, 0.3), (4e-20, 6e-20)
    m = dynamics.relax(IN_PLANE, [1, 0.2, 0.2], field, torque)
    value = dynamics.eigenvalues(IN_PLANE, m, field, torque)[0]
    kick = np.cross(m, [0, 0, 1.0])
    path = dynamics.run(IN_PLANE, m + 1e-4 * kick, 1e-9, 0.2e-12, field=field, torque=torque, every=5)
    signal = (path.m - m) @ kick
    # Any linear combination of exp(z t) and its conjugate obeys s[n+2] = 2 Re(e^{z dt}) s[n+1] - |e^{z dt}|^2 s[n].
    (trace, minus_det), *_ = np.linalg.lstsq(np.stack([signal[1:-1], signal[:-2]], 1), signal[2:], rcond=None)
    z = np.log(trace / 2 + 1j * np.sqrt(-minus_det - trace**2 / 4)) / path.time[1]
    assert z.imag == close(value.imag, rel=1e-4)
    assert z.real == close(value.real, rel=1e-2)


@pytest.mark.parametrize("angle", [0.1, 0.6, 1.2])
def test_stoner_wohlfarth_astroid(angle):
    """Field at an angle to the easy axis, pointing backwards: the moment falls over on crossing the astroid."""
    critical = (np.sin(angle) ** (2 / 3) + np.cos(angle) ** (2 / 3)) ** -1.5
    direction = np.array([np.sin(angle), 0, -np.cos(angle)])
    for scale, side in ((0.97, 1), (1.03, -1)):
        m = dynamics.relax(PERPENDICULAR, polar(0.05), scale * critical * 0.4 * direction)
        assert np.sign(m[2]) == side


def test_relax_finds_the_stationary_state_under_torque():
    m = dynamics.relax(IN_PLANE, polar(1.0, 0.5), (0, 0.2, 0), (5e-20, -3e-20))
    assert np.abs(dynamics.llg_rhs(IN_PLANE, m, (0, 0.2, 0), (5e-20, -3e-20))).max() < 1e3
    flipped = dynamics.relax(IN_PLANE, np.stack([m, -m], -1), (0, 0.2, 0), (5e-20, -3e-20))
    assert flipped.shape == (3, 2)
    with pytest.raises(RuntimeError, match="come to rest"):
        spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, demag=(0, 0, 1), reference=(0, 0, 1))
        dynamics.relax(spin, polar(1.5), torque=(3e-19, 0))


@pytest.mark.parametrize("state", ["parallel", "antiparallel"])
def test_critical_torque_is_suns(state):
    """alpha M_s V (H_k + s H + M_s/2) in plane, and there the eigenvalue crosses zero and small deviations grow."""
    sign = {"parallel": 1, "antiparallel": -1}[state]
    b = 0.005
    expected = -sign * IN_PLANE.alpha * IN_PLANE.moment * (0.02 + sign * b + units.MU_0 * IN_PLANE.ms / 2)
    critical = dynamics.critical_torque(IN_PLANE, b, state)
    assert critical == close(expected, rel=1e-12)
    equilibrium = sign * np.array(IN_PLANE.reference)
    for scale in (0.95, 1.0, 1.05):
        pair = (scale * critical, 0.0)
        growth = dynamics.eigenvalues(IN_PLANE, equilibrium, (b, 0, 0), pair).real.max()
        start = equilibrium + np.array([0, 1e-3, 0])
        path = dynamics.run(IN_PLANE, start, 5e-9, 1e-12, field=(b, 0, 0), torque=pair)
        early, late = (np.abs(path.m[i : i + 500, 1]).max() for i in (0, 4500))
        assert np.log(late / early) == pytest.approx(growth * 4.5e-9, abs=0.02)
    assert dynamics.critical_torque(PERPENDICULAR, state=state) == close(-sign * 0.02 * 1e-18 * 0.4)


def test_out_of_plane_torque_shifts_the_critical_torque_like_a_field():
    perp = 1e-19
    shifted = dynamics.critical_torque(PERPENDICULAR, out_of_plane=perp)
    assert shifted == close(dynamics.critical_torque(PERPENDICULAR, -perp / PERPENDICULAR.moment))
    assert abs(shifted) < abs(dynamics.critical_torque(PERPENDICULAR))  # > 0 favours antiparallel
    growth = dynamics.eigenvalues(PERPENDICULAR, (0, 0, 1), torque=(shifted, perp)).real.max()
    assert abs(growth) < 1e-9 * units.GAMMA


def test_critical_current_carries_half_a_hbar_per_electron():
    current = dynamics.critical_current(PERPENDICULAR, efficiency=1.0)
    per_electron = abs(dynamics.critical_torque(PERPENDICULAR)) / (current / units.E_CHARGE)
    assert per_electron == close(units.HBAR / 2)
    assert dynamics.critical_current(PERPENDICULAR, 0.5) == close(2 * current)


# Switching


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
    time = dynamics.switching_time(spin, start, torque, field, end)

    def speed(theta):
        rate = dynamics.llg_rhs(spin, polar(theta), (0, 0, field), torque)
        return -rate[2] / np.sin(theta)

    grid = np.array([speed(x) for x in np.linspace(start, end, 41)])
    if abs(start - end) < 1e-6:
        assert time in (0, np.inf) or time < 1e-8
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
            dynamics.switching_time(PERPENDICULAR, start, (scale * critical * (1 + x), 0.0), 0.0, end)
            for x in (-1e-9, 0.0, 1e-9)
        ]
        np.testing.assert_allclose(times, times[1], rtol=1e-7)
    assert dynamics.switching_time(Macrospin(1e6, 1e3, 0.1), 0.5, (0.0, 0.0)) == np.inf


def test_switching_time_agrees_with_trajectories():
    torque = (3 * dynamics.critical_torque(PERPENDICULAR), 5e-21)
    angles = np.radians([2.0, 5.0, 10.0])
    path = dynamics.run(PERPENDICULAR, polar(angles), 2e-9, 0.5e-12, field=(0, 0, 0.05), torque=torque)
    expected = dynamics.switching_time(PERPENDICULAR, angles, torque, field=0.05)
    np.testing.assert_allclose(dynamics.first_passage(path, (0, 0, 1)), expected, rtol=1e-6)
    assert dynamics.first_passage(dynamics.run(PERPENDICULAR, polar(0.1), 1e-10, 1e-12), (0, 0, 1)) == np.inf


def test_stability_map_at_the_corners():
    """No bias: two states inside the hysteresis loop, one outside. Strong bias: the state the torque favours."""
    torque = dynamics.quadratic_torque(a1=-1e-19)  # V > 0 favours antiparallel, as in a normal junction
    bias, field = np.array([-1.0, 0.0, 1.0])[:, None], np.array([-0.03, 0.0, 0.03])
    result = dynamics.stability_map(IN_PLANE, torque, bias, field)
    assert result.region.shape == (3, 3)
    assert result.region[:, 1].tolist() == [1, 3, 2]
    assert result.region[1].tolist() == [2, 3, 1]
    assert result.favoured[:, 0].tolist() == [1, 0, -1]
    critical = dynamics.critical_torque(IN_PLANE)
    edge = dynamics.stability_map(IN_PLANE, torque, critical / -1e-19 * np.array([0.999, 1.001]))
    assert edge.region.tolist() == [3, 2]


def test_back_hopping_needs_competing_torques():
    """An even out-of-plane torque favours antiparallel: it helps at V > 0 and competes at V < 0."""
    torque = dynamics.quadratic_torque(a1=-1e-19, b2=2e-19)
    bias = np.linspace(-1.5, 1.5, 61)
    result = dynamics.stability_map(IN_PLANE, torque, bias)
    hops = bias[result.back_hopping]
    assert hops.size and (hops < 0).all()
    assert hops.max() == pytest.approx(-np.sqrt(0.02 * IN_PLANE.moment / 2e-19), abs=0.15)
    path = dynamics.run(IN_PLANE, polar(1.5, 3.1), 20e-9, 2e-12, torque=torque(-1.4))
    assert path.m[5000:, 0].min() < 0.5  # written to parallel by the in-plane torque, but it does not stay
    plain = dynamics.run(IN_PLANE, polar(1.5, 3.1), 20e-9, 2e-12, torque=(torque(-1.4)[0], 0.0))
    assert plain.m[5000:, 0].min() > 0.99
    asymmetric = dynamics.quadratic_torque(a1=-1e-19, b1=-1e-19, b2=2e-19)  # moves the onset to smaller bias
    other = dynamics.stability_map(IN_PLANE, asymmetric, bias)
    assert bias[other.back_hopping].max() > hops.max()


# Thermal ensembles


def fokker_planck(spin, in_plane, temperature, cells=500):
    """Generator of the polar Fokker-Planck equation (finite volumes, exponentially fitted), z of the cells, widths."""
    edges = np.cos(np.linspace(0, np.pi, cells + 1))
    z, width = (edges[1:] + edges[:-1]) / 2, edges[:-1] - edges[1:]
    inner = edges[1:-1]
    rate = units.GAMMA / (1 + spin.alpha**2)
    b_k = 2 * spin.anisotropy / spin.ms
    drift = rate * (1 - inner**2) * (in_plane / spin.moment + spin.alpha * b_k * inner)
    diffusion = (
        rate * (1 - inner**2) * spin.alpha * units.K_B * units.E_CHARGE * temperature / spin.moment / (z[:-1] - z[1:])
    )
    peclet = drift / diffusion

    def bernoulli(x):
        small = np.abs(x) < 1e-8
        return np.where(small, 1 - x / 2, x / np.expm1(np.where(small, 1.0, x)))

    up = diffusion * bernoulli(-peclet)  # from the cell below into the one above, which comes first
    down = diffusion * bernoulli(peclet)
    generator = np.zeros((cells, cells))
    i = np.arange(cells - 1)
    generator[i, i + 1] += up / width[:-1]
    generator[i, i] -= down / width[:-1]
    generator[i + 1, i] += down / width[1:]
    generator[i + 1, i + 1] -= up / width[1:]
    return generator, z, width


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_boltzmann_averages(alpha):
    """Equipartition and beyond: a shallow biaxial energy landscape in a field, against quadrature over the sphere."""
    spin = Macrospin(ms=1e6, volume=40.0, alpha=alpha, anisotropy=2e5, demag=(0.1, 0, 0.2), axis=(0, 0, 1))
    field = (0.03, 0.0, 0.05)
    n = 8000
    m = dynamics.run(
        spin,
        random_units(np.random.default_rng(5), n),
        0.6e-9,
        0.4e-12,
        field=field,
        temperature=300.0,
        rng=np.random.default_rng(6),
        every=1500,
    ).m[-1]
    z, wz = np.polynomial.legendre.leggauss(60)
    phi = np.arange(60) * 2 * np.pi / 60
    grid = polar(np.arccos(z)[:, None], phi)
    weight = wz[:, None] * np.exp(-dynamics.energy(spin, grid, field) / KT)
    for f in (lambda v: v[2], lambda v: v[0], lambda v: v[2] ** 2, lambda v: v[0] ** 2, lambda v: v[1] ** 2):
        exact = (weight * f(grid)).sum() / weight.sum()
        assert abs(f(m).mean() - exact) < 4 * f(m).std() / np.sqrt(n)
    assert (
        weight * grid[2] ** 2
    ).sum() / weight.sum() > 0.43  # 1/3 if uniform: far from uniform: the temperature matters


def test_small_oscillations_share_half_kt_each():
    """Deep well: M_s V B_i <m_i^2> = kT for each direction across, with the stiffness B_i of that direction."""
    spin = replace(IN_PLANE, anisotropy=8e4)
    m = dynamics.thermal_ensemble(spin, (1, 0, 0), 8000, 300.0, np.random.default_rng(7))
    b1 = 2 * 8e4 / 8e5
    for component, stiffness in ((1, b1), (2, b1 + units.MU_0 * 8e5)):
        assert spin.moment * stiffness * (m[component] ** 2).mean() == close(KT, rel=0.06)


def test_escape_rate_is_the_lowest_fokker_planck_eigenvalue():
    spin = replace(PERPENDICULAR, volume=4 * KT / 2e5 * 1e27, alpha=0.5)
    generator, *_ = fokker_planck(spin, 0.0, 300.0, cells=200)
    eigenvalue = np.sort(-linalg.eigvals(generator).real)[1]
    n = 8000
    rng = np.random.default_rng(8)
    path = dynamics.run(
        spin, np.repeat(polar(0.0)[:, None], n, 1), 1e-9, 0.5e-12, temperature=300.0, rng=rng, every=500
    )
    early, late = path.m[1, 2].mean(), path.m[-1, 2].mean()
    decay = np.log(early / late) / (path.time[-1] - path.time[1])
    error = (
        np.hypot(path.m[1, 2].std() / early, path.m[-1, 2].std() / late) / np.sqrt(n) / (path.time[-1] - path.time[1])
    )
    assert error < 0.06 * eigenvalue
    assert abs(decay - eigenvalue) < 4 * error


def test_write_error_rate_follows_fokker_planck():
    spin = replace(PERPENDICULAR, volume=20 * KT / 2e5 * 1e27, alpha=0.2)
    pulse = 2.5 * dynamics.critical_torque(spin)
    n = 10_000
    time, rate = dynamics.write_error_rate(
        spin, (pulse, 0.0), 0.24e-9, 0.5e-12, 300.0, np.random.default_rng(9), n=n, every=60
    )
    generator, z, width = fokker_planck(spin, pulse, 300.0)
    density = np.where(z > 0, np.exp(20 * (z**2 - 1)), 0.0)
    density /= (density * width).sum()
    propagator = linalg.expm(generator * time[1])
    exact = [1.0]
    for _ in time[1:]:
        density = propagator @ density
        exact.append((density * width)[z > 0].sum())
    exact = np.array(exact)
    assert exact[-1] < 0.02 < 0.4 < exact[3]  # the pulse lengths span the interesting range
    error = np.sqrt(exact * (1 - exact) / n)
    assert (np.abs(rate - exact) <= 4 * error + 1e-3 * exact).all()


def test_write_errors_from_either_state_are_mirror_images():
    rates = []
    for state in ("parallel", "antiparallel"):
        pulse = 3 * dynamics.critical_torque(PERPENDICULAR, state=state)
        _, rate = dynamics.write_error_rate(
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


def test_thermal_runs_are_reproducible():
    def end(seed):
        rng = np.random.default_rng(seed)
        return dynamics.run(PERPENDICULAR, polar(0.1), 1e-11, 1e-12, temperature=300.0, rng=rng).m[-1]

    np.testing.assert_array_equal(end(1), end(1))
    assert (end(1) != end(2)).all()


# Legal and illegal arguments


@settings(max_examples=30, deadline=None)
@given(
    st.floats(1e-4, 2.0),
    st.floats(-1e6, 1e6),
    st.floats(-1e-18, 1e-18),
    st.floats(-1e-18, 1e-18),
    st.tuples(*[st.floats(-2, 2)] * 3),
)
def test_finite_everywhere_in_the_legal_range(alpha, anisotropy, par, perp, field):
    spin = Macrospin(ms=1e6, volume=1e3, alpha=alpha, anisotropy=anisotropy, demag=(0.2, 0.2, 0.6))
    m = dynamics.run(spin, polar(np.array([0.0, 1.0, np.pi])), 5e-13, 1e-13, field=field, torque=(par, perp)).m
    assert np.isfinite(m).all()
    assert np.isfinite(dynamics.eigenvalues(spin, (0, 0, 1), field, (par, perp))).all()
    assert np.isfinite(dynamics.stability_map(spin, lambda v: (par * v, perp * v), [-1.0, 1.0], field[2]).region).all()
    assert dynamics.switching_time(spin, 0.1, (par, perp), field[2]) > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ms": 0}, "ms must lie in"),
        ({"volume": -1}, "volume must lie in"),
        ({"alpha": 0}, "alpha must lie in"),
        ({"anisotropy": np.nan}, "anisotropy must lie in"),
        ({"demag": (0, 0, 2)}, "demag must lie in"),
        ({"demag": (0, 1)}, "demag must be 3 numbers"),
        ({"axis": (0, 0, 0)}, "axis must not be the zero vector"),
        ({"reference": (1, 0)}, "reference must have its 3 components"),
    ],
)
def test_bad_macrospins(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(PERPENDICULAR, **changes)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (TypeError, "rng must be", lambda: dynamics.run(PERPENDICULAR, polar(0), 1e-12, 1e-12, temperature=1.0)),
        (ValueError, "duration must lie", lambda: dynamics.run(PERPENDICULAR, polar(0), 0, 1e-12)),
        (ValueError, "every must be", lambda: dynamics.run(PERPENDICULAR, polar(0), 1e-12, 1e-12, every=0)),
        (ValueError, "start must have shape", lambda: dynamics.run(PERPENDICULAR, np.ones((3, 2, 2)), 1e-12, 1e-12)),
        (
            ValueError,
            "in_plane must hold one value",
            lambda: dynamics.run(PERPENDICULAR, np.ones((3, 4)), 1e-12, 1e-12, torque=(np.ones(3), 0)),
        ),
        (TypeError, "torque must be a pair", lambda: dynamics.llg_rhs(PERPENDICULAR, polar(0), torque=1.0)),
        (ValueError, "field must have its 3", lambda: dynamics.llg_rhs(PERPENDICULAR, polar(0), field=0.1)),
        (ValueError, "state must be", lambda: dynamics.critical_torque(PERPENDICULAR, state="up")),
        (
            ValueError,
            "principal axis",
            lambda: dynamics.critical_torque(replace(PERPENDICULAR, reference=(1, 0, 1))),
        ),
        (ValueError, "axially symmetric", lambda: dynamics.switching_time(IN_PLANE, 0.1, (0, 0))),
        (ValueError, "start_angle must lie", lambda: dynamics.switching_time(PERPENDICULAR, 0.0, (0, 0))),
        (ValueError, "n must be", lambda: dynamics.thermal_ensemble(PERPENDICULAR, polar(0), 0, 1.0, None)),
        (
            ValueError,
            "energy well",
            lambda: dynamics.thermal_ensemble(Macrospin(1e6, 1e3, 0.1), polar(0), 2, 1.0, np.random.default_rng()),
        ),
        (TypeError, "function of the bias", lambda: dynamics.stability_map(PERPENDICULAR, (0, 0), 1.0)),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
