"""Linear stability of the macrospin against Kittel's and Sun's formulas and the full equation of motion."""

from dataclasses import replace

import numpy as np
import pytest
from _macrospins import IN_PLANE, PERPENDICULAR, close, polar
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import dynamics, stability, units
from mtjlib.dynamics import Macrospin

# Linear response


def test_kittel_frequency_and_linewidth():
    """In-plane film: omega = gamma sqrt(B1 B2), half width alpha gamma (B1+B2)/2."""
    b = np.array([0.05, 0.1, 0.3])
    b1, b2 = b + 0.02, b + 0.02 + units.MU_0 * 8e5
    first, second = stability.eigenvalues(IN_PLANE, (1, 0, 0), np.stack([b, 0 * b, 0 * b]))
    rate = units.GAMMA / (1 + IN_PLANE.alpha**2)
    np.testing.assert_allclose(first.real, -rate * IN_PLANE.alpha * (b1 + b2) / 2, rtol=1e-12)
    np.testing.assert_allclose(np.abs(first) ** 2, rate * units.GAMMA * b1 * b2, rtol=1e-12)
    np.testing.assert_allclose(first, second.conj(), rtol=1e-12)


def test_free_precession_rings_at_the_eigenvalue():
    """The eigenvalue at a tilted equilibrium, under both torques, against the ringing of the full equation."""
    field, torque = (0.1, 0.05, 0.3), (4e-20, 6e-20)
    m = dynamics.relax(IN_PLANE, [1, 0.2, 0.2], field, torque)
    value = stability.eigenvalues(IN_PLANE, m, field, torque)[0]
    kick = np.cross(m, [0, 0, 1.0])
    path = dynamics.run(IN_PLANE, m + 1e-4 * kick, 1e-9, 0.2e-12, field=field, torque=torque, every=5)
    signal = (path.m - m) @ kick
    # Any linear combination of exp(z t) and its conjugate obeys s[n+2] = 2 Re(e^{z dt}) s[n+1] - |e^{z dt}|^2 s[n].
    (trace, minus_det), *_ = np.linalg.lstsq(np.stack([signal[1:-1], signal[:-2]], 1), signal[2:], rcond=None)
    z = np.log(trace / 2 + 1j * np.sqrt(-minus_det - trace**2 / 4)) / path.time[1]
    assert z.imag == close(value.imag, rel=1e-4)
    assert z.real == close(value.real, rel=1e-2)


def test_eigenvalues_are_those_of_the_differentiated_equation_of_motion():
    """Any axis, damping, field and torques: differences of `llg_rhs` along two tangents, at stable equilibria."""
    rng = np.random.default_rng(1)
    step = 1e-3
    for alpha in (1e-3, 0.05, 1.0, 8.0):
        spin = dynamics.Macrospin(
            1e6, 1e3, alpha, 2e5, axis=rng.normal(size=3), demag=(0.1, 0.2, 0.7), reference=rng.normal(size=3)
        )
        field, torque = 0.3 * rng.normal(size=3), (2e-21, -5e-21)
        m = dynamics.relax(spin, rng.normal(size=3), field, torque)
        tangents = np.linalg.svd(m[None])[2][1:]

        def rate(shift, m=m, spin=spin, field=field, torque=torque):
            return dynamics.llg_rhs(spin, (m + shift) / np.linalg.norm(m + shift), field, torque)

        jacobian = np.array(
            [
                e @ (8 * (rate(step * t) - rate(-step * t)) - (rate(2 * step * t) - rate(-2 * step * t))) / (12 * step)
                for t in tangents
                for e in tangents
            ]
        ).reshape(2, 2)
        values = np.linalg.eigvals(jacobian)
        values = values[np.lexsort((-values.real, -values.imag))]
        ours = stability.eigenvalues(spin, m, field, torque)
        np.testing.assert_allclose(ours.imag, values.imag, rtol=0, atol=1e-8 * abs(values).max())
        np.testing.assert_allclose(ours.real, values.real, rtol=0, atol=1e-6 * abs(values.real).max())


# Critical torque


@pytest.mark.parametrize("state", ["parallel", "antiparallel"])
def test_critical_torque_is_suns(state):
    """alpha M_s V (H_k + s H + M_s/2) in plane, and there the eigenvalue crosses zero and small deviations grow."""
    sign = {"parallel": 1, "antiparallel": -1}[state]
    b = 0.005
    expected = -sign * IN_PLANE.alpha * IN_PLANE.moment * (0.02 + sign * b + units.MU_0 * IN_PLANE.ms / 2)
    critical = stability.critical_torque(IN_PLANE, b, state)
    assert critical == close(expected, rel=1e-12)
    equilibrium = sign * np.array(IN_PLANE.reference)
    torques = critical * np.array([0.95, 1.0, 1.05])
    start = np.repeat((equilibrium + np.array([0, 1e-3, 0]))[:, None], 3, axis=1)
    path = dynamics.run(IN_PLANE, start, 5e-9, 1e-12, field=(b, 0, 0), torque=(torques, 0.0))
    early, late = (np.abs(path.m[i : i + 500, 1]).max(axis=0) for i in (0, 4500))
    growth = [stability.eigenvalues(IN_PLANE, equilibrium, (b, 0, 0), (t, 0.0)).real.max() for t in torques]
    np.testing.assert_allclose(np.log(late / early), np.array(growth) * 4.5e-9, rtol=0, atol=0.02)
    assert stability.critical_torque(PERPENDICULAR, state=state) == close(-sign * 0.02 * 1e-18 * 0.4)


def test_out_of_plane_torque_shifts_the_critical_torque_like_a_field():
    perp = 1e-19
    shifted = stability.critical_torque(PERPENDICULAR, out_of_plane=perp)
    assert shifted == close(stability.critical_torque(PERPENDICULAR, -perp / PERPENDICULAR.moment))
    assert abs(shifted) < abs(stability.critical_torque(PERPENDICULAR))  # > 0 favours antiparallel
    growth = stability.eigenvalues(PERPENDICULAR, (0, 0, 1), torque=(shifted, perp)).real.max()
    assert abs(growth) < 1e-9 * units.GAMMA


def test_critical_current_carries_half_a_hbar_per_electron():
    current = stability.critical_current(PERPENDICULAR, efficiency=1.0)
    per_electron = abs(stability.critical_torque(PERPENDICULAR)) / (current / units.E_CHARGE)
    assert per_electron == close(units.HBAR / 2)
    assert stability.critical_current(PERPENDICULAR, 0.5) == close(2 * current)


# Bias and field


def test_phase_diagram_at_the_corners():
    """No bias: two states inside the hysteresis loop, one outside. Strong bias: the state the torque favours."""
    torque = dynamics.quadratic_torque(a1=-1e-19)  # V > 0 favours antiparallel, as in a normal junction
    bias, field = np.array([-1.0, 0.0, 1.0])[:, None], np.array([-0.03, 0.0, 0.03])
    result = stability.phase_diagram(IN_PLANE, torque, bias, field)
    assert result.region.shape == (3, 3)
    assert result.region[:, 1].tolist() == [1, 3, 2]
    assert result.region[1].tolist() == [2, 3, 1]
    assert result.favoured[:, 0].tolist() == [1, 0, -1]
    critical = stability.critical_torque(IN_PLANE)
    edge = stability.phase_diagram(IN_PLANE, torque, critical / -1e-19 * np.array([0.999, 1.001]))
    assert edge.region.tolist() == [3, 2]


def test_back_hopping_needs_competing_torques():
    """An even out-of-plane torque favours antiparallel: it helps at V > 0 and competes at V < 0."""
    torque = dynamics.quadratic_torque(a1=-1e-19, b2=2e-19)
    bias = np.linspace(-1.5, 1.5, 61)
    result = stability.phase_diagram(IN_PLANE, torque, bias)
    hops = bias[result.back_hopping]
    assert hops.size and (hops < 0).all()
    assert hops.max() == pytest.approx(-np.sqrt(0.02 * IN_PLANE.moment / 2e-19), abs=0.15)
    start, (in_plane, out_of_plane) = polar(1.5, 3.1), torque(-1.4)
    both = np.array([out_of_plane, 0.0])
    path = dynamics.run(IN_PLANE, np.stack([start, start], 1), 20e-9, 2e-12, torque=(in_plane, both))
    competing, alone = path.m[5000:, 0].min(axis=0)
    assert competing < 0.5 and alone > 0.99  # written to parallel by the in-plane torque, but it does not stay
    asymmetric = dynamics.quadratic_torque(a1=-1e-19, b1=-1e-19, b2=2e-19)  # moves the onset to smaller bias
    other = stability.phase_diagram(IN_PLANE, asymmetric, bias)
    assert bias[other.back_hopping].max() > hops.max()


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
    assert np.isfinite(stability.eigenvalues(spin, (0, 0, 1), field, (par, perp))).all()
    assert np.isfinite(stability.phase_diagram(spin, lambda v: (par * v, perp * v), [-1.0, 1.0], field[2]).region).all()


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (ValueError, "state must be", lambda: stability.critical_torque(PERPENDICULAR, state="up")),
        (
            ValueError,
            "principal axis",
            lambda: stability.critical_torque(replace(PERPENDICULAR, reference=(1, 0, 1))),
        ),
        (TypeError, "function of the bias", lambda: stability.phase_diagram(PERPENDICULAR, (0, 0), 1.0)),
    ],
)
def test_bad_arguments_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
