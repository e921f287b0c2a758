"""Macrospin dynamics against closed forms, conservation laws, Boltzmann averages and the Fokker-Planck equation."""

from dataclasses import replace

import numpy as np
import pytest
from _macrospins import IN_PLANE, KT, PERPENDICULAR, close, polar
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import dynamics, switching, units
from mtjlib.dynamics import Macrospin


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
        m = dynamics.run(spin, start, 5e-9, 4e-12, torque=torque, every=1250).m[-1]
        assert m @ spin.reference == pytest.approx(end, abs=1e-3), torque


def test_only_the_direction_of_a_moment_counts():
    m, field = polar(1.1, 0.3), (0.1, -0.2, 0.05)
    for scale in (1e-3, 7.0):
        assert dynamics.energy(IN_PLANE, scale * m, field) == close(dynamics.energy(IN_PLANE, m, field))
        np.testing.assert_allclose(replace(IN_PLANE, reference=scale * m).reference, m, rtol=1e-14)
        here, there = (dynamics.run(IN_PLANE, x, 1e-11, 1e-12, field=field) for x in (m, scale * m))
        np.testing.assert_allclose(there.m, here.m, atol=1e-14)
        np.testing.assert_allclose(here.along(scale * m), here.along(m), rtol=1e-12)
    assert np.shape(dynamics.energy(IN_PLANE, m, field)) == ()


def test_quadratic_torque_is_the_sum_of_its_parities():
    """a1 and b1 change sign with the bias, a2, b0 and b2 do not; what is not given is absent."""
    a1, a2, b0, b1, b2 = -2e-19, 3e-20, 5e-21, 7e-20, -1.1e-19
    there, back = (np.array(dynamics.quadratic_torque(a1, a2, b0, b1, b2)(v)) for v in (0.7, -0.7))
    np.testing.assert_allclose((there - back) / 2, [0.7 * a1, 0.7 * b1], rtol=1e-12)
    np.testing.assert_allclose((there + back) / 2, [0.49 * a2, b0 + 0.49 * b2], rtol=1e-12)
    np.testing.assert_allclose(dynamics.quadratic_torque(a1)([0.7, -0.7]), [[0.7 * a1, -0.7 * a1], [0, 0]], rtol=1e-12)


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

    # 16 times the finest: to fourth order without an error that counts, and Runge-Kutta for Heun's in any case.
    exact = end(1600) if order == 4 else dynamics.run(spin, polar(0.5), 0.2e-9, 0.2e-9 / 800, torque=torque).m[-1]
    errors = [np.linalg.norm(end(steps) - exact) for steps in (100, 200, 400)]
    observed = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(observed, order, atol=0.15)


@pytest.mark.parametrize(("temperature", "order", "steps"), [(0.0, 4, 50), (1e-30, 2, 150)])
def test_a_drive_that_follows_time_and_moment_keeps_the_order(temperature, order, steps):
    spin = replace(PERPENDICULAR, alpha=0.1)

    def end(steps, temperature):
        return dynamics.run(
            spin,
            polar(0.5),
            0.2e-9,
            0.2e-9 / steps,
            field=lambda t: (0.05 * np.sin(3e10 * t), 0, 0.1),
            torque=lambda m, t: (1e-20 * np.cos(2e10 * t), 1e-20 * m[0]),
            temperature=temperature,
            rng=np.random.default_rng(0),
            every=steps,
        ).m[-1]

    exact = end(1000, 0.0)
    errors = [np.linalg.norm(end(n, temperature) - exact) for n in (steps, 2 * steps, 4 * steps)]
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), order, atol=0.3)


def test_a_wavy_torque_drives_precession_without_a_field():
    """τ∥ = -A (cos θ - c) sends the moment away from both poles: γB_k cos θ of precession where -τ∥/m = αB_k cos θ."""
    spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1, anisotropy=2e5)  # B_k = 0.4 T
    strength, c, step = 0.2, 0.3, 2e-12  # T, 1, s; αB_k = 0.04 T
    start = polar(np.array([0.3, 1.0, 2.5]))
    wavy = dynamics.run(spin, start, 4e-9, step, torque=lambda m, t: (-strength * spin.moment * (m[2] - c), 0.0))
    level = strength * c / (strength - 0.1 * 0.4)
    np.testing.assert_allclose(wavy.m[-1, 2], level, rtol=1e-5)
    phase = np.unwrap(np.arctan2(wavy.m[-100:, 1], wavy.m[-100:, 0]), axis=0)
    np.testing.assert_allclose(np.diff(phase, axis=0) / step, units.GAMMA * 0.4 * level, rtol=1e-4)


def test_a_torque_that_follows_a_bias_at_constant_current_against_a_runge_kutta_of_the_test_s_own():
    """V = I R(θ), with G linear in cos θ, and a current that swells: a law of m and t for several moments at once."""
    currents = np.array([-4e-4, 1e-4, 7e-4])
    law = dynamics.quadratic_torque(a1=-5e-19, a2=1e-19, b0=1e-21, b1=3e-20, b2=8e-20)
    start, step, steps = random_units(np.random.default_rng(9), 3), 0.5e-12, 500
    reference = np.array(IN_PLANE.reference)

    def torque(m, t):
        return law(currents * np.sin(2e9 * t) / (1e-3 * (1 + 0.6 * (reference @ m))))

    def rate(m, t):
        return dynamics.llg_rhs(IN_PLANE, m, (0.01, 0.02, 0.0), torque(m, t))

    m = start
    for i in range(steps):
        t = i * step
        k1 = rate(m, t)
        k2 = rate(m + step / 2 * k1, t + step / 2)
        k3 = rate(m + step / 2 * k2, t + step / 2)
        k4 = rate(m + step * k3, t + step)
        m = m + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        m = m / np.linalg.norm(m, axis=0)
    path = dynamics.run(IN_PLANE, start, steps * step, step, field=(0.01, 0.02, 0.0), torque=torque, every=steps)
    np.testing.assert_allclose(path.m[-1], m, atol=1e-11)
    frozen = dynamics.run(
        IN_PLANE, start, steps * step, step, field=(0.01, 0.02, 0.0), torque=lambda m, t: torque(start, t), every=steps
    )
    assert np.abs(frozen.m[-1] - m).max() > 0.1  # the dependence on the angle matters here


def test_a_torque_of_m_meets_each_moment_of_a_large_ensemble_and_the_noise():
    """One moment more than a block holds, and with temperature; a constant as a function is the constant."""
    n = dynamics._BLOCK + 1
    rng = np.random.default_rng(10)
    m, own = random_units(rng, n), rng.normal(size=n) * 1e-20
    for temperature, atol in ((0.0, 1e-13), (300.0, 1e-13)):
        given, called = (
            dynamics.run(
                PERPENDICULAR,
                m[:, : n if temperature == 0 else 50],
                5e-12,
                1e-12,
                torque=torque,
                temperature=temperature,
                rng=np.random.default_rng(11),
            ).m[-1]
            for torque in (
                (own[: n if temperature == 0 else 50], 0.0),
                lambda m, t: (own[: m.shape[1]], 0.0),
            )
        )
        np.testing.assert_allclose(given, called, atol=atol)


# Steps that do not resolve the precession


@pytest.mark.parametrize("temperature", [0.0, 300.0])
def test_a_step_too_long_for_the_precession_is_refused_and_the_longest_one_named(temperature):
    spin = Macrospin(1e6, 1e3, 0.01, 2e5)

    def end(step, steps=20, **drive):
        rng = np.random.default_rng(1)
        drive = drive | {"temperature": temperature, "rng": rng, "every": 10}
        return dynamics.run(spin, (0.5, 0, 1), steps * step, step, **drive).m[-1]

    for drive in (
        {"torque": (0.0, -1e-18)},
        {"torque": (1e-18, 0.0)},
        {"torque": lambda m, t: (0.0, 1e-18 * np.ones(m.shape[1]))},
        {"field": (0, 0, 1.0)},
    ):
        with pytest.raises(ValueError, match=r"step must resolve precession in a field of up to 1\.4 T") as error:
            end(1e-10, **drive)
        longest = float(str(error.value).split("up to ")[2].split(" s")[0])
        end(0.98 * longest, **drive)
        with pytest.raises(ValueError, match="step must resolve"):
            end(1.03 * longest, **drive)
    with pytest.raises(ValueError, match=r"step must resolve precession in a field of up to 1\.4 T"):
        end(0.98 * longest * 1.4, field=lambda t: (0, 0, 1.0 * (t > 10 * longest)))  # noticed on the way
    if temperature == 0:
        steps = 10 * round(1e-9 / longest)
        np.testing.assert_allclose(end(0.98 * longest, steps, field=(0, 0, 1.0)), [0, 0, 1], atol=1e-6)


def test_a_step_must_resolve_the_thermal_field_too():
    """Alone it turns a small moment by γB_thΔt, which goes as the root of the step: 0.2 at 0.04 m/(2αγkT)."""
    spin = Macrospin(1e6, 20, 0.1)
    longest = 0.04 * spin.moment / (2 * 0.1 * units.GAMMA * units.K_B * units.E_CHARGE * 300)

    def walk(step):
        dynamics.run(spin, (0, 0, 1), 3 * step, step, temperature=300.0, rng=np.random.default_rng(1))

    walk(0.99 * longest)
    with pytest.raises(ValueError, match=f"it may be up to {longest:.3g} s"):
        walk(1.01 * longest)


@pytest.mark.parametrize(("temperature", "largest"), [(0.0, 0.5), (1e-30, 0.2)])
def test_at_the_longest_step_the_damping_is_still_that_of_the_equation(temperature, largest):
    """Where the scheme itself would damp or drive: within a few per cent of Gilbert's law at α = 0.01."""
    spin, b = Macrospin(1e6, 1e3, 0.01), 0.5
    step = 0.99 * largest / (units.GAMMA * b)
    path = dynamics.run(
        spin, (1, 0, 0.01), 2e-9, step, field=(0, 0, b), temperature=temperature, rng=np.random.default_rng(0)
    )
    grown = np.arctanh(path.m[-1, 2]) - np.arctanh(path.m[0, 2])
    assert grown == pytest.approx(units.GAMMA * 0.01 * b * path.time[-1] / (1 + 0.01**2), rel=0.12)


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


# Equilibria


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


@pytest.mark.parametrize("field", [1.0, 0.3, -1.0, -0.3])
def test_relax_follows_the_field_where_nothing_else_pulls(field):
    spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    np.testing.assert_allclose(dynamics.relax(spin, polar(1.4), (0, 0, field)), [0, 0, np.sign(field)], atol=1e-8)
    for torque in (-1e-19, 1e-19):  # a torque alone drives it along or against the reference, z
        end = dynamics.relax(spin, polar(1.4), torque=(torque, 0.0))
        np.testing.assert_allclose(end, [0, 0, np.sign(torque)], atol=1e-8)


def test_relax_does_not_move_a_free_spin():
    start = polar(1.0, 0.5)
    np.testing.assert_allclose(dynamics.relax(Macrospin(ms=1e6, volume=1e3, alpha=0.01), 3 * start), start, rtol=1e-14)


# Thermal ensembles


@pytest.mark.parametrize("alpha", [0.3, 2.0])
def test_boltzmann_averages(alpha):
    """Equipartition and beyond: a shallow biaxial energy landscape in a field, against quadrature over the sphere."""
    spin = Macrospin(ms=1e6, volume=40.0, alpha=alpha, anisotropy=2e5, demag=(0.1, 0, 0.2), axis=(0, 0, 1))
    field = (0.03, 0.0, 0.05)
    n = 4000
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


def test_escape_rate_is_the_lowest_fokker_planck_eigenvalue():
    spin = replace(PERPENDICULAR, volume=4 * KT / 2e5 * 1e27, alpha=0.5)
    eigenvalue = switching.fokker_planck(spin, (0.0, 0.0), 300.0, cells=200).rates()[1]
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
        (TypeError, "every must be", lambda: dynamics.run(PERPENDICULAR, polar(0), 1e-12, 1e-12, every=True)),
        (TypeError, "duration must be a single", lambda: dynamics.run(PERPENDICULAR, polar(0), [1e-12, 1], 1e-12)),
        (
            TypeError,
            "torque must be a pair",
            lambda: dynamics.run(PERPENDICULAR, polar(0), 1e-12, 1e-13, torque=lambda m, t: 1.0),
        ),
        (ValueError, "field must lie in", lambda: dynamics.relax(PERPENDICULAR, polar(0.1), (np.nan, 0, 1))),
        (TypeError, "in_plane must be a function", lambda: dynamics.Torque(None, np.abs)),
        (TypeError, "a1 must be a single number", lambda: dynamics.quadratic_torque([1, 2])),
        (TypeError, "torque must be a pair", lambda: dynamics.llg_rhs(PERPENDICULAR, polar(0), torque=1.0)),
        (ValueError, "field must have its 3", lambda: dynamics.llg_rhs(PERPENDICULAR, polar(0), field=0.1)),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
