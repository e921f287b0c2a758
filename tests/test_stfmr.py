"""ST-FMR formulas against the linear response and the time evolution of the macrospin itself."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import dynamics, stability, stfmr, units
from mtjlib.dynamics import Macrospin
from mtjlib.stfmr import Calibration

HBAR_2E = units.HBAR / (2 * units.E_CHARGE)
FIELD, EFFECTIVE = 0.1, 1.1
CALIBRATION = Calibration(4e3, 1.2, 1.06e-17, 12e-6, field=FIELD, effective_field=EFFECTIVE)


def close(expected, rel=1e-9):
    """pytest.approx without its absolute tolerance of 1e-12, which would pass any torque or energy in SI."""
    return pytest.approx(expected, rel=rel, abs=0)


def film(alpha, angle=CALIBRATION.angle):
    """The paper's geometry: field and free moment along x, film normal z, fixed moment in the plane."""
    ms = EFFECTIVE / units.MU_0
    return Macrospin(
        ms=ms,
        volume=CALIBRATION.moment / ms * 1e27,
        alpha=alpha,
        demag=(0, 0, 1),
        reference=(np.cos(angle), np.sin(angle), 0),
    )


def linewidth_printed(field, effective_field, alpha, in_plane, angle, moment):
    """Eq. (6) as the paper prints it: its torque term is half of the derived one."""
    torque = units.GAMMA * in_plane / (2 * moment) * np.cos(angle)
    return units.GAMMA * alpha * (2 * field + effective_field) / 2 + torque


def torques(current, zeta_in_plane, zeta_out_of_plane):
    """The two coefficients in J of `dynamics`, from the dimensionless torques."""
    return HBAR_2E * zeta_in_plane * current, HBAR_2E * zeta_out_of_plane * current


# Frequency and width


def test_resonance_and_width_are_the_eigenvalue_of_the_macrospin():
    value = stability.eigenvalues(film(0.01), (1, 0, 0), (FIELD, 0, 0))[0]
    assert stfmr.resonance_frequency(FIELD, EFFECTIVE) == close(abs(value) / 2 / np.pi, rel=1e-4)
    assert stfmr.linewidth(FIELD, EFFECTIVE, 0.01) == close(-value.real, rel=2e-4)
    assert stfmr.ellipticity(FIELD, EFFECTIVE) == close(units.GAMMA * (FIELD + EFFECTIVE) / abs(value.imag), rel=1e-3)


@pytest.mark.parametrize("angle", [0.4, 1.2, 2.0])
def test_derived_linewidth_is_the_eigenvalue_under_torque_and_the_printed_one_half_of_its_slope(angle):
    """Slope of the width with the torque, at the equilibrium that the torque itself shifts."""
    spin = film(0.01, angle)
    slopes = []
    for torque in (1e-20, -1e-20):
        m = dynamics.relax(spin, (1, 0, 0.001), (FIELD, 0, 0), (torque, 0.0))
        slopes.append(-stability.eigenvalues(spin, m, (FIELD, 0, 0), (torque, 0.0))[0].real)
    slope = (slopes[0] - slopes[1]) / 2e-20
    arguments = FIELD, EFFECTIVE, 0.01
    derived, printed = (
        (f(*arguments, 1e-20, angle, spin.moment) - f(*arguments, -1e-20, angle, spin.moment)) / 2e-20
        for f in (stfmr.linewidth, linewidth_printed)
    )
    assert derived == close(slope, rel=1e-3)
    assert printed == close(slope / 2, rel=1e-3)
    # without a moment the torque is per J/T
    still, widening = stfmr.linewidth(*arguments), units.GAMMA * 1e-3 * np.cos(angle)
    assert stfmr.linewidth(*arguments, 1e-3, angle) - still == close(widening, rel=1e-6)


def test_derived_linewidth_vanishes_at_suns_critical_torque():
    spin = film(0.01, 0.0)
    critical = stability.critical_torque(spin, FIELD)
    assert stfmr.linewidth(FIELD, EFFECTIVE, 0.01, critical, 0.0, spin.moment) == pytest.approx(0, abs=1e-3)


def test_printed_linewidth_comes_from_torques_along_fixed_directions():
    """Eq. (1) read literally: a torque of size sin(theta) along a fixed in-plane direction, linearised by hand."""
    spin, torque, eps = film(0.01, 0.7), 2e-20, 1e-6
    p, y_hat = np.array(spin.reference), np.array([0.0, 1.0, 0.0])

    def rate(delta):
        m = np.array([1.0, *delta]) / np.linalg.norm([1.0, *delta])
        size = np.linalg.norm(np.cross(m, p))
        push = units.GAMMA * torque / spin.moment * size * y_hat
        return (dynamics.llg_rhs(spin, m, (FIELD, 0, 0)) + push)[1:]

    jacobian = np.stack([(rate(eps * e) - rate(-eps * e)) / (2 * eps) for e in np.eye(2)], 1)
    expected = linewidth_printed(FIELD, EFFECTIVE, 0.01, torque, 0.7, spin.moment)
    assert -np.trace(jacobian) / 2 == close(expected, rel=2e-4)


# The signal


def exact_linear_response(frequency, spin, zetas):
    """Rectified voltage of the linearised equation of motion, solved at each frequency without approximation."""
    c = CALIBRATION
    eps, field, m = 1e-6, (c.field, 0, 0), np.array([1.0, 0, 0])
    rhs = dynamics.llg_rhs
    columns = [(rhs(spin, m + eps * e, field) - rhs(spin, m - eps * e, field))[1:] / (2 * eps) for e in np.eye(3)[1:]]
    jacobian = np.stack(columns, 1)
    push = (rhs(spin, m, field, torques(c.rf_current, *zetas)) - rhs(spin, m, field))[1:]
    out = [np.linalg.solve(2j * np.pi * f * np.eye(2) - jacobian, push)[0] for f in frequency]
    # the angle to the fixed moment shrinks by m_y; the mean of two cosines in phase is 1/2
    return c.d2v_dtheta_di * c.rf_current / 2 * -np.real(out)


@pytest.mark.parametrize("zetas", [(-0.5, 0.0), (0.0, 0.4), (-0.5, -0.3)])
def test_signal_is_the_weak_damping_limit_of_linear_response(zetas):
    """Prefactor, signs and the Omega_perp of Eq. (2): the relative error vanishes in proportion to alpha."""
    errors = []
    for alpha in (4e-3, 1e-3):
        width = stfmr.linewidth(FIELD, EFFECTIVE, alpha) / 2 / np.pi
        frequency = stfmr.resonance_frequency(FIELD, EFFECTIVE) + width * np.linspace(-4, 4, 33)
        exact = exact_linear_response(frequency, film(alpha), zetas)
        formula = stfmr.mixing_voltage(frequency, CALIBRATION, *zetas, half_width=width)
        errors.append(np.abs(formula - exact).max() / np.abs(exact).max())
    assert errors[0] < 0.05
    assert errors[1] == close(errors[0] / 4, rel=0.1)


def test_signal_against_a_macrospin_driven_in_time():
    """Drive the full nonlinear equation at 16 frequencies and average current times angle over the last periods."""
    c, alpha, zetas = CALIBRATION, 0.02, (-0.5, -0.3)
    spin = film(alpha)
    width = stfmr.linewidth(FIELD, EFFECTIVE, alpha) / 2 / np.pi
    frequency = stfmr.resonance_frequency(FIELD, EFFECTIVE) + width * np.linspace(-3, 3, 16)

    def drive(_, t):
        return torques(c.rf_current * np.cos(2 * np.pi * frequency * t), *zetas)

    path = dynamics.run(spin, np.repeat([[1.0], [0.0], [0.0]], 16, 1), 8e-9, 2e-12, field=(FIELD, 0, 0), torque=drive)
    late = path.time > 5e-9
    phase = 2 * np.pi * frequency * path.time[late, None]
    angle = np.arccos(np.clip(path.along(spin.reference)[late], -1, 1)) - c.angle
    in_phase = [
        np.linalg.lstsq(np.stack([np.cos(p), np.sin(p), np.ones_like(p)], 1), a, rcond=None)[0][0]
        for p, a in zip(phase.T, angle.T, strict=True)
    ]
    measured = c.d2v_dtheta_di * c.rf_current / 2 * np.array(in_phase)
    exact = exact_linear_response(frequency, spin, zetas)
    formula = stfmr.mixing_voltage(frequency, c, *zetas, half_width=width)
    peak = np.abs(exact).max()
    assert np.abs(measured - exact).max() < 0.002 * peak
    assert np.abs(measured - formula).max() < 0.1 * peak


def test_shape_of_the_signal_in_words():
    """In-plane torque towards antiparallel: a symmetric peak. Out-of-plane: antisymmetric, plus below f0."""
    f0, width = 9e9, 2e8
    offsets = np.linspace(-1e9, 1e9, 101)
    even = stfmr.mixing_voltage(f0 + offsets, CALIBRATION, -0.5, 0.0, width, f0)
    odd = stfmr.mixing_voltage(f0 + offsets, CALIBRATION, 0.0, 0.5, width, f0)
    np.testing.assert_allclose(even, even[::-1], rtol=1e-9)
    np.testing.assert_allclose(odd, -odd[::-1], rtol=1e-9, atol=1e-12)
    assert even[50] == even.max() > 0 and odd[:50].min() > 0
    assert offsets[odd.argmax()] == close(-width)
    assert even[60] == close(even[50] / 2)  # 200 MHz off: half the height
    background = stfmr.mixing_voltage(f0, CALIBRATION, 0.0, 0.0, width, f0, d2v_di2=1e6)
    assert background == close(1e6 * 12e-6**2 / 4)


# The fit


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-1, 1),
    st.floats(-0.5, 0.5),
    st.floats(8.5e9, 10.5e9),
    st.floats(8e7, 4e8),
    st.floats(-1e5, 1e5),
)
def test_fit_returns_what_went_in(zeta_in_plane, zeta_out_of_plane, resonance, width, d2v_di2):
    if abs(zeta_in_plane) + abs(zeta_out_of_plane) < 0.05:
        return
    f = np.linspace(7.5e9, 11.5e9, 81)
    v = stfmr.mixing_voltage(f, CALIBRATION, zeta_in_plane, zeta_out_of_plane, width, resonance, d2v_di2)
    fit = stfmr.fit_spectrum(f, v, CALIBRATION, error=1e-7)
    assert fit.zeta_in_plane == pytest.approx(zeta_in_plane, abs=1e-5)
    assert fit.zeta_out_of_plane == pytest.approx(zeta_out_of_plane, abs=1e-5)
    assert fit.resonance == close(resonance, rel=1e-6)
    assert fit.half_width == close(width, rel=1e-4)
    assert fit.background == pytest.approx(d2v_di2 * 12e-6**2 / 4, abs=1e-9)


@pytest.mark.parametrize("share", [0.011, 0.4])
def test_fit_finds_lines_from_a_hundredth_to_nearly_half_of_the_window(share):
    f = np.linspace(8e9, 11e9, 301)
    v = stfmr.mixing_voltage(f, CALIBRATION, 0.4, -0.1, share * 3e9, 9.13e9)
    fit = stfmr.fit_spectrum(f, v, CALIBRATION, error=1e-7)
    got = [fit.zeta_in_plane, fit.zeta_out_of_plane, fit.resonance, fit.half_width]
    np.testing.assert_allclose(got, [0.4, -0.1, 9.13e9, share * 3e9], rtol=1e-5)


def test_fit_turns_with_the_signal_and_ignores_the_background():
    """-V is both torques reversed; a constant, even one that puts the top of the spectrum at 0 V, is background."""
    f = np.linspace(8e9, 11e9, 61)
    v = stfmr.mixing_voltage(f, CALIBRATION, 0.4, -0.1, 173e6, 9.6e9)
    fit, reversed_ = (stfmr.fit_spectrum(f, s * v - (s * v).max(), CALIBRATION, error=1e-7) for s in (1, -1))
    for name in ("zeta_in_plane", "zeta_out_of_plane"):
        assert getattr(reversed_, name) == close(-getattr(fit, name), rel=1e-5)
    np.testing.assert_allclose(reversed_.uncertainties[:2], fit.uncertainties[:2], rtol=1e-4)
    assert fit.zeta_in_plane == close(0.4, rel=1e-5) and fit.zeta_out_of_plane == close(-0.1, rel=1e-5)
    assert fit.resonance == close(reversed_.resonance) and fit.background == close(-v.max(), rel=1e-5)


@pytest.mark.parametrize("known_noise", [True, False])
def test_standard_errors_of_the_fit_are_honest(known_noise):
    """Over many noisy spectra the pulls (estimate - truth)/error scatter with unit variance about zero."""
    rng = np.random.default_rng(3)
    f = np.linspace(8e9, 11.4e9, 80)
    truth = {"zeta_in_plane": 0.45, "zeta_out_of_plane": -0.12, "resonance": 9.7e9, "half_width": 1.8e8}
    clean = stfmr.mixing_voltage(f, CALIBRATION, 0.45, -0.12, 1.8e8, 9.7e9, 2e5)
    pulls = []
    for _ in range(120):
        fit = stfmr.fit_spectrum(f, clean + rng.normal(0, 2e-5, f.size), CALIBRATION, 2e-5 if known_noise else None)
        found = np.array([getattr(fit, name) for name in truth])
        pulls.append((found - list(truth.values())) / fit.uncertainties[:4])
    pulls = np.array(pulls)
    assert (np.abs(pulls.mean(axis=0)) < 4 / np.sqrt(120)).all()
    np.testing.assert_allclose(pulls.std(axis=0), 1, atol=0.27)


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, "field must lie", lambda: stfmr.resonance_frequency(0, 1)),
        (ValueError, "alpha must lie", lambda: stfmr.linewidth(0.1, 1, 0)),
        (ValueError, "half_width must lie", lambda: stfmr.lineshape(1, 1, 0)),
        (ValueError, "rf_current must lie", lambda: Calibration(1, 1, 1e-17, 0, 0.1, 1)),
        (ValueError, "d2v_dtheta_di must not be 0", lambda: Calibration(0, 1, 1e-17, 1e-6, 0.1, 1)),
        (TypeError, "angle must be a single", lambda: Calibration(1, [1, 1], 1e-17, 1e-6, 0.1, 1)),
        (TypeError, "calibration must be", lambda: stfmr.mixing_voltage(1e9, None, 0, 0, 1e8)),
        (ValueError, "equally long", lambda: stfmr.fit_spectrum(np.ones(8), np.ones(7), CALIBRATION)),
        (ValueError, "constant", lambda: stfmr.fit_spectrum(np.ones(8), np.ones(8), CALIBRATION)),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
