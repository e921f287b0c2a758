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


# Under a direct current


def bends(current, angle):
    """A voltage that is linear neither in the current nor in the cosine: TMR and resistance fall with the current."""
    cosine = np.cos(angle)
    conductance = 0.218e-3 * (1 + (current / 3e-4) ** 2) + 0.095e-3 * cosine / (1 + (current / 1e-4) ** 2)
    return current / (conductance + 1e-5 * cosine**2)


def ohmic(current, angle):
    return current / (0.218e-3 + 0.095e-3 * np.cos(angle))


def slopes(voltage, current, angle):
    """V_I, V_θ, V_Iθ, V_θθ by differences of their own."""
    i, a = 1e-7, 1e-4

    def v(m, n):
        return voltage(current + m * i, angle + n * a)

    return (
        (v(1, 0) - v(-1, 0)) / 2 / i,
        (v(0, 1) - v(0, -1)) / 2 / a,
        (v(1, 1) - v(1, -1) - v(-1, 1) + v(-1, -1)) / 4 / i / a,
        (v(0, 1) - 2 * v(0, 0) + v(0, -1)) / a**2,
    )


STRONG = dynamics.quadratic_torque(-4.3e-20, 1e-20, 2e-22, 5e-21, 2.8e-20)


def spectrum(frequency, spin, current, voltage=bends, torque=STRONG, rf_current=6e-6, field=(FIELD, 0, 0)):
    return stfmr.biased_spectrum(frequency, spin, voltage, torque, current, rf_current, field)


def test_without_direct_current_the_biased_spectrum_is_the_linear_response():
    spin, frequency, angle = film(0.0095), np.linspace(9e9, 10.5e9, 9), CALIBRATION.angle
    resistance, _, change, _ = slopes(ohmic, 0.0, angle)
    zetas = -1e-20 * resistance / HBAR_2E, 3e-21 * resistance / HBAR_2E
    got = spectrum(frequency, spin, 0.0, ohmic, dynamics.quadratic_torque(-1e-20, b1=3e-21), CALIBRATION.rf_current)
    expected = exact_linear_response(frequency, spin, zetas) * change / CALIBRATION.d2v_dtheta_di
    np.testing.assert_allclose(got.mixing, expected, atol=1e-6 * np.abs(expected).max())
    assert got.angle == close(angle) and got.bias == 0
    assert np.abs(got.voltage - got.mixing).max() < 1e-6 * np.abs(got.mixing).max()


def test_biased_spectrum_against_a_macrospin_driven_in_time():
    """The full nonlinear equation with current, voltage and torques as they are, and the mean voltage over periods."""
    spin, rf, currents, frequency = film(0.05), 3e-7, (60e-6, -40e-6), np.array([7.0, 8.5, 9.5, 10.0, 11.5]) * 1e9
    expected = [spectrum(frequency, spin, current, rf_current=rf) for current in currents]
    direct, every = np.repeat(currents, 5), np.tile(frequency, 2)

    def volts(cosine, t):
        return bends(direct + rf * np.cos(2 * np.pi * every * t), np.arccos(cosine))

    def drive(m, t):
        return STRONG(volts(np.tensordot(spin.reference, m, 1), t))

    start = np.repeat(np.stack([one.moment for one in expected], 1), 5, 1)
    path = dynamics.run(spin, start, 4e-9, 2e-12, field=(FIELD, 0, 0), torque=drive)
    seen = volts(path.along(spin.reference), path.time[:, None])[-1000:]  # 2 ns: whole periods
    for measured, one in zip(seen.mean(axis=0).reshape(2, 5), expected, strict=True):
        resonant = np.abs(one.voltage - one.background).max()
        np.testing.assert_allclose(measured - one.bias, one.voltage, rtol=0, atol=5e-4 * resonant)
        for term in (one.swing, one.shift, one.background):  # none could be missing
            assert np.max(np.abs(term)) > 4e-3 * resonant


def test_direct_current_shifts_width_and_resonance_as_derived():
    """To first order in the torque, which at fixed current follows the angle through the voltage."""
    spin, current, small = film(1e-4), 60e-6, 1e-22
    b, stiff = FIELD, FIELD + EFFECTIVE
    _, slope, *_ = slopes(bends, current, CALIBRATION.angle)
    volt = bends(current, CALIBRATION.angle)
    sine, cosine = np.sin(CALIBRATION.angle), np.cos(CALIBRATION.angle)

    def change(name, **law):
        up, down = (
            getattr(
                spectrum(9e9, spin, current, bends, dynamics.quadratic_torque(**{k: s * v for k, v in law.items()})),
                name,
            )
            for s in (1, -1)
        )
        return (up - down) / 2

    for law, value, rise in (({"a1": small}, volt, 1.0), ({"a1": 0.0, "a2": small}, volt**2, 2 * volt)):
        expected = units.GAMMA * small * (value * cosine + rise * slope * sine / 2) / spin.moment / 2 / np.pi
        assert change("half_width", **law) == close(expected, rel=1e-3)
    for law, value, rise in (({"b0": small}, 1.0, 0.0), ({"b2": small}, volt**2, 2 * volt)):
        turn, soften = value * cosine * small / spin.moment, rise * slope * sine * small / spin.moment
        expected = -units.GAMMA / 4 / np.pi * ((turn + soften) * np.sqrt(stiff / b) + turn * np.sqrt(b / stiff))
        assert change("resonance", a1=0.0, **law) == close(expected, rel=1e-3)


def test_biased_spectrum_near_a_narrow_line():
    """Background and mixing are Eq. (2); the swing is a symmetric line: |θ|² of the same response."""
    errors = []
    for alpha in (4e-3, 1e-3):
        spin, current, rf = film(alpha), 20e-6, 6e-6
        torque = dynamics.quadratic_torque(-1e-21, b1=5e-22)  # too weak to move the equilibrium
        rest = spectrum(9.7e9, spin, current, torque=torque)
        frequency = rest.resonance + rest.half_width * np.linspace(-4, 4, 17)
        got = spectrum(frequency, spin, current, torque=torque)
        resistance, _, mixed, bent = slopes(bends, current, rest.angle)
        zetas = np.array([-1e-21, 5e-22]) * resistance / HBAR_2E
        c = Calibration(mixed, rest.angle, spin.moment, rf, FIELD, EFFECTIVE)
        curved = 4 * rest.background / rf**2
        formula = stfmr.mixing_voltage(frequency, c, *zetas, rest.half_width, rest.resonance, curved)
        signal = np.abs(got.mixing).max()
        amplitude = 2 * c.height(rest.half_width) / mixed / rf
        line = stfmr.lineshape(frequency, rest.resonance, rest.half_width)[0]
        square = amplitude**2 * (zetas[0] ** 2 + (stfmr.ellipticity(FIELD, EFFECTIVE) * zetas[1]) ** 2) * line
        errors.append(
            [
                np.abs(got.background + got.mixing - formula).max() / signal,
                np.abs(got.swing - bent * square / 4).max() / np.abs(got.swing).max(),
            ]
        )
    np.testing.assert_array_less(errors[1], 0.02)
    np.testing.assert_array_less(errors[1], np.array(errors[0]) / 3)


def test_symmetries_of_the_biased_spectrum():
    spin, frequency = film(0.02), np.linspace(8e9, 11e9, 7)
    one = spectrum(frequency, spin, 50e-6)
    # everything turned by 120° about (1, 1, 1)
    turned = Macrospin(spin.ms, spin.volume, 0.02, demag=(1, 0, 0), reference=np.roll(spin.reference, 1))
    other = spectrum(frequency, turned, 50e-6, field=(0, FIELD, 0))
    np.testing.assert_allclose(other.voltage, one.voltage, rtol=1e-6)
    np.testing.assert_allclose(other.moment, np.roll(one.moment, 1), atol=1e-9)
    # the wires exchanged
    wires = dynamics.Torque(lambda v: STRONG(-v)[0], lambda v: STRONG(-v)[1])
    back = spectrum(frequency, spin, -50e-6, lambda i, a: -bends(-i, a), wires)
    for name in ("background", "mixing", "swing", "shift", "bias"):
        np.testing.assert_allclose(getattr(back, name), -getattr(one, name), rtol=1e-6, atol=1e-12)
    assert back.resonance == close(one.resonance) and back.half_width == close(one.half_width)
    # twice the microwave current, four times the voltage
    np.testing.assert_allclose(spectrum(frequency, spin, 50e-6, rf_current=12e-6).voltage, 4 * one.voltage, rtol=1e-3)
    small = spectrum(frequency, spin, 50e-6, rf_current=6e-10)
    np.testing.assert_allclose(small.voltage, 1e-8 * one.voltage, rtol=1e-3)
    assert spectrum(9e9, spin, 50e-6).voltage.shape == () and spectrum([[9e9]], spin, 50e-6).swing.shape == (1, 1)


def test_biased_spectrum_refuses_what_has_no_signal_or_no_rest():
    with pytest.raises(ValueError, match="reference must not be along"):
        spectrum(9e9, film(0.01, 0.0), 0.0)
    with pytest.raises(RuntimeError, match="no stable direction"):
        spectrum(9e9, film(0.01), 50e-6, torque=dynamics.quadratic_torque(-4e-18))
    with pytest.raises(RuntimeError, match="no stable direction"):  # a field along the hard axis rests on a saddle
        spectrum(9e9, film(0.01), 0.0, field=(0, 0, FIELD))


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
        (TypeError, "spin must be a Macrospin", lambda: spectrum(9e9, CALIBRATION, 0.0)),
        (TypeError, "torque must be a Torque", lambda: spectrum(9e9, film(0.01), 0.0, torque=(1e-20, 0.0))),
        (TypeError, "voltage must be a function", lambda: spectrum(9e9, film(0.01), 0.0, voltage=1e3)),
        (ValueError, "voltage.current, angle. must", lambda: spectrum(9e9, film(0.01), 0.0, lambda i, a: i * np.nan)),
        (ValueError, "rf_current must lie", lambda: spectrum(9e9, film(0.01), 0.0, rf_current=0.0)),
        (ValueError, "field must have shape", lambda: spectrum(9e9, film(0.01), 0.0, field=np.ones((3, 2)))),
        (ValueError, "field must not be the zero", lambda: spectrum(9e9, film(0.01), 0.0, field=(0, 0, 0))),
        (ValueError, "frequency must lie", lambda: spectrum(0.0, film(0.01), 0.0)),
        (ValueError, "constant", lambda: stfmr.fit_spectrum(np.ones(8), np.ones(8), CALIBRATION)),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
