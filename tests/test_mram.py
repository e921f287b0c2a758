"""The memory cell's closed formulas against the macrospin, the Fokker-Planck equation and each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg, special

from mtjlib import dynamics, julliere, mram, stability, switching, units

KT = units.K_B * units.E_CHARGE * 300.0


def close(expected, rel=1e-9):
    """pytest.approx without its absolute tolerance of 1e-12, which would pass any torque or energy in SI."""
    return pytest.approx(expected, rel=rel, abs=0)


def spin(delta, alpha=0.05, ms=1e6, anisotropy=2e5):
    return dynamics.Macrospin(ms=ms, volume=delta * KT / anisotropy * 1e27, alpha=alpha, anisotropy=anisotropy)


def test_effective_anisotropy_is_the_energy_difference_of_the_macrospin():
    layer = dynamics.Macrospin(ms=1.1e6, volume=500.0, alpha=0.01, anisotropy=9e5, demag=(0.05, 0.05, 0.9))
    difference = dynamics.energy(layer, [1, 0, 0]) - dynamics.energy(layer, [0, 0, 1])
    k = mram.effective_anisotropy(1.1e6, 1.5, interface=9e5 * 1.5e-9, demag_difference=0.85)
    assert k * 500e-27 == close(difference)
    assert mram.thermal_stability(k, 500.0) == close(difference / KT)
    assert mram.effective_anisotropy(1.1e6, 1.5) < 0  # a film without perpendicular anisotropy lies in its plane


def test_attempt_rate_is_the_high_barrier_limit_of_the_exact_escape_time():
    """Mean first passage time of the polar diffusion to the barrier, a double integral; the error falls as 1/delta."""
    errors = []
    for delta in (15.0, 30.0, 60.0):

        def inner(z, delta=delta):
            """Integral of exp(delta (y^2 - z^2)) for y from z to 1, divided by 1 - z^2."""
            f = integrate.quad(lambda y: np.exp(delta * (y * y - 1)), z, 1, epsabs=0)[0]
            return f * np.exp(delta * (1 - z * z)) / (1 - z * z)

        diffusion = 0.05 * units.GAMMA / (1 + 0.05**2) * KT / spin(delta).moment
        passage = integrate.quad(inner, 0, 1, epsrel=1e-8, limit=200)[0] / diffusion
        # From the barrier's top half of the moments go back: the escape time is twice the passage time.
        rate = mram.attempt_rate(delta, 0.4, 0.05) * np.exp(-delta)
        errors.append(rate * 2 * passage - 1)
    assert abs(errors[-1]) < 1.5 / 60
    assert errors[0] / errors[1] == close(2, rel=0.2) and errors[1] / errors[2] == close(2, rel=0.2)


@pytest.mark.parametrize("alpha", [1e-3, 0.05, 0.5, 3.0])
def test_too_little_and_too_much_damping_are_equally_slow(alpha):
    """α/(1+α²) is the same for α and 1/α, and largest at α = 1: exact for any damping, not only a weak one."""
    assert mram.attempt_rate(40.0, 0.3, alpha) == close(mram.attempt_rate(40.0, 0.3, 1 / alpha), rel=1e-12)
    assert mram.attempt_rate(40.0, 0.3, alpha) < mram.attempt_rate(40.0, 0.3, 1.0)


def test_retention_inverts_and_scales():
    time = 3.2e8
    for failure in (1e-9, 1e-3, 0.5):
        delta = mram.required_stability(failure, time, bits=1e9)
        assert mram.retention_failure(delta, time, bits=1e9) == close(failure, rel=1e-9)
    assert mram.required_stability(1e-3, time, 1e9) - mram.required_stability(1e-3, time, 1) == close(np.log(1e9))
    one = mram.retention_failure(30.0, 1.0)
    assert mram.retention_failure(30.0, 1.0, bits=1000) == close(1 - (1 - one) ** 1000, rel=1e-6)
    assert mram.retention_failure(200.0, time) == close(time * 1e9 * np.exp(-200), rel=1e-12)
    assert mram.retention_failure(0.0, time, 1e12) == 1.0
    assert mram.required_stability(0.999, 1e-9) == 0.0
    assert mram.retention_failure(0.0, [0.0, 1e300], 1e300).tolist() == [0.0, 1.0]
    assert mram.required_stability(1e-300, 1e300, 1e300, 1e300) == close(1200 * np.log(10))


def test_critical_current_is_that_of_the_dynamics():
    layer = spin(60.0)
    expected = stability.critical_current(layer, efficiency=0.4)
    assert mram.critical_current(60.0, 0.05, 0.4) == close(expected, rel=1e-12)
    assert mram.critical_current(60.0, 0.05, 0.4, 600.0) == close(2 * expected)


def test_in_plane_cell_pays_the_demagnetising_field():
    layer = dynamics.Macrospin(
        ms=8e5, volume=1e4, alpha=0.01, anisotropy=8e3, axis=(1, 0, 0), demag=(0, 0, 1), reference=(1, 0, 0)
    )
    ratio = stability.critical_current(layer, 0.4) / mram.critical_current(8e3 * 1e4 * 1e-27 / KT, 0.01, 0.4)
    assert ratio == close(1 + units.MU_0 * 8e5 / (2 * 0.02))


def ratio_to_fokker_planck(delta, overdrive, e_folds):
    """Closed formula over the exact write error rate, after pulses in units of the growth time 1/(2 (i-1) rate)."""
    layer = spin(delta)
    torque = overdrive * stability.critical_torque(layer), 0.0
    equation = switching.fokker_planck(layer, torque, 300.0, cells=400)
    z = equation.cosine
    share = np.where(z > 0, np.exp(delta * (z**2 - 1)), 0.0) * equation.width
    share /= share.sum()
    unit = (1 + 0.05**2) / (2 * (overdrive - 1) * 0.05 * units.GAMMA * 0.4)
    propagator, out = linalg.expm(equation.generator * unit), []
    for _ in range(e_folds):
        share = propagator @ share
        out.append(share[z > 0].sum())
    formula = mram.write_error_rate(delta, overdrive, unit * np.arange(1, e_folds + 1), 0.4, 0.05)
    return formula / np.array(out)


@pytest.mark.parametrize("overdrive", [2.5, 5.0])
def test_write_errors_against_the_fokker_planck_equation(overdrive):
    """From short pulses down to 1e-5; the generator is the one that the ensembles are tested against."""
    np.testing.assert_allclose(ratio_to_fokker_planck(60.0, overdrive, 16), 1, atol=0.03)


def legendre_generator(delta, overdrive, modes=200):
    """The same equation for the moments <P_n(cos θ)>: five diagonals, exponentially accurate; time in τ."""
    n = np.arange(modes)
    flux = np.zeros((modes + 1, modes + 1))  # (1 - z²) P_n' in Legendre polynomials
    flux[n[1:], n[1:] - 1], flux[n[1:], n[1:] + 1] = (s * n[1:] * (n[1:] + 1) / (2 * n[1:] + 1) for s in (1, -1))
    k = np.arange(modes + 1)
    times_z = np.diag(k[1:] / (2 * k[1:] + 1), -1) + np.diag((k[:-1] + 1) / (2 * k[:-1] + 1), 1)
    drift = flux @ (times_z - overdrive * np.eye(modes + 1))
    return drift[:modes, :modes] - np.diag(n * (n + 1)) / (2 * delta)


def legendre_ratio(delta, overdrive, smallest=1e-6):
    """Range of the closed formula over the exact write error rate, for all rates down to `smallest`."""
    generator = legendre_generator(delta, overdrive)
    x, w = np.polynomial.legendre.leggauss(400)
    z, w = (x + 1) / 2, w / 2
    polynomials = np.polynomial.legendre.legvander(z, len(generator) - 1)
    well = np.exp(delta * (z**2 - 1)) * w
    moments, half = polynomials.T @ (well / well.sum()), polynomials.T @ w
    growth = np.arange(1, 33) / 2  # 2 tau (i - 1)
    step, exact = linalg.expm(generator / (4 * (overdrive - 1))), []
    for _ in growth:
        moments = step @ moments
        exact.append(((2 * np.arange(len(half)) + 1) / 2 * moments * half).sum())
    exact = np.array(exact)
    pulse = growth / (2 * (overdrive - 1)) * (1 + 0.05**2) / (0.05 * units.GAMMA * 0.4)
    ratio = mram.write_error_rate(delta, overdrive, pulse, 0.4, 0.05) / exact
    return ratio[exact > smallest].min(), ratio[exact > smallest].max()


@pytest.mark.parametrize("delta", [20.0, 40.0, 60.0])
def test_range_of_the_write_error_formula(delta):
    """The numbers in the docstring, held from both sides near the threshold; the error falls with delta."""
    for overdrive in (2.0, 2.5, 5.0, 10.0):
        low, high = legendre_ratio(delta, overdrive)
        assert 0.96 < low and high < 1 + 0.6 / delta
    for overdrive, worst in ((1.5, {20.0: 0.31, 40.0: 0.13, 60.0: 0.07}), (1.25, {20.0: 0.68, 40.0: 0.5, 60.0: 0.38})):
        low, high = legendre_ratio(delta, overdrive)
        assert high < 1.01
        assert low == pytest.approx(1 - worst[delta], abs=0.01)


@pytest.mark.parametrize("overdrive", [2.0, 4.0, 6.0])
def test_exponent_is_the_slowest_rate_of_the_fokker_planck_operator(overdrive):
    """W falls as exp(-2 (i-1) p τ): the coefficient of 1/delta in p, extrapolated from two eigenvalues."""
    coefficients = []
    for delta in (40.0, 80.0):
        rates = np.sort(-np.linalg.eigvals(legendre_generator(delta, overdrive)).real)
        slowest = rates[rates > 1e-3][0]  # above the equilibrium under the current
        coefficients.append(delta * (slowest / (2 * (overdrive - 1)) - 1))
    expected = (3 - overdrive) / (2 * (overdrive - 1) ** 2)
    assert 2 * coefficients[1] - coefficients[0] == pytest.approx(expected, rel=0.01)


def test_write_errors_without_noise_follow_the_exact_switching_time():
    """Large delta and a long pulse: W is the chance that the initial angle is below the one that just makes it."""
    layer, i = spin(1e6), 3.0
    start = 1e-4
    torque = (i * stability.critical_torque(layer), 0.0)
    pulse = switching.switching_time(layer, start, torque)
    # Turn the noise of the pulse off by hand: it adds 1/(i-1) to the variance of 1 of the initial spread.
    formula = mram.write_error_rate(1e6, i, pulse, 0.4, 0.05)
    assert -np.log1p(-formula) * (i / (i - 1)) == close(1e6 * start**2, rel=1e-4)


def test_mean_square_angle_during_a_write_pulse():
    """-ln(1 - W) is theta_c^2 over the mean square angle, which solves dx/dt = 2 (i-1) x + 2/delta from x = 1/delta."""
    delta, i = 40.0, 3.0
    tau = np.linspace(0, 1.5, 7)
    time = tau * (1 + 0.05**2) / (0.05 * units.GAMMA * 0.4)
    path = integrate.solve_ivp(
        lambda t, x: 2 * (i - 1) * x + 2 / delta, (0, 1.5), [1 / delta], t_eval=tau, rtol=1e-9, atol=0
    )
    critical = 4 * (2 * i / (i - 1)) ** (-2 / (i + 1))
    formula = -np.log1p(-mram.write_error_rate(delta, i, time, 0.4, 0.05)[3:])
    np.testing.assert_allclose(formula, critical / path.y[0][3:], rtol=1e-6)


def test_write_energy_and_read_currents():
    assert mram.write_energy(-1e-4, 1e3, 1e-8) == close(1e-13)
    parallel, antiparallel = mram.read_current(10.0, 1e4, 1.0, 0.2)  # 1 kOhm
    assert parallel == close(2e-4) and antiparallel == close(1e-4)


def test_read_margin_is_julliere_and_a_normal_distribution():
    assert mram.read_margin(julliere.tmr(0.6, 0.6), 0.04) == close(0.36 / 0.04)
    tmr, spread = 0.2, 0.05
    k, rng = mram.read_margin(tmr, spread), np.random.default_rng(1)
    cells = 1 + spread * rng.standard_normal(200_000)
    reference = 1 + k * spread
    wrong_p = (cells > reference).mean()
    wrong_ap = ((1 + tmr) * cells < reference).mean()
    expected = special.erfc(k / np.sqrt(2)) / 2
    for wrong in (wrong_p, wrong_ap):
        assert abs(wrong - expected) < 4 * np.sqrt(expected / 200_000)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 200), st.floats(1.001, 50), st.floats(0, 1e-6), st.floats(0.01, 2), st.floats(1e-3, 1))
def test_write_error_rate_is_a_probability_and_falls(delta, overdrive, pulse, field, alpha):
    shorter, longer = mram.write_error_rate(delta, overdrive, [pulse, 1.1 * pulse], field, alpha)
    assert 0 <= longer <= shorter <= 1


@pytest.mark.parametrize("delta", [1 / 16, 1e-3])
def test_write_error_rate_of_a_cell_that_hardly_keeps_its_bit(delta):
    """Where the correction for a finite Δ is large, and of the other sign (i > 3), longer pulses still do better."""
    rates = mram.write_error_rate(delta, 5.0, np.linspace(0, 20e-9, 6), 0.3, 0.01)
    assert (np.diff(rates) < 0).all() and 0 < rates[-1] < rates[0] < 1


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("thickness must lie", lambda: mram.effective_anisotropy(1e6, 0)),
        ("temperature must lie", lambda: mram.thermal_stability(1e5, 1e3, 0)),
        ("anisotropy must lie", lambda: mram.thermal_stability(-1e5, 1e3)),
        ("alpha must lie", lambda: mram.attempt_rate(60, 0.3, 0)),
        ("bits must lie", lambda: mram.retention_failure(60, 1, 0)),
        ("failure must lie", lambda: mram.required_stability(1, 1)),
        ("efficiency must lie", lambda: mram.critical_current(60, 0.01, 0)),
        ("overdrive must lie", lambda: mram.write_error_rate(60, 1, 1e-9, 0.3, 0.01)),
        ("pulse must lie", lambda: mram.write_energy(1, 1, -1)),
        ("tmr must lie", lambda: mram.read_current(1, 1, -1, 1)),
        ("spread must lie", lambda: mram.read_margin(1, 0)),
    ],
)
def test_bad_arguments_are_named(message, call):
    with pytest.raises(ValueError, match=message):
        call()
