"""Critical widths and biases are zeros of the torque, found again by other means; nan exactly where there is none."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from mtjlib import Barrier, Ferromagnet, Junction, _occupied, reversal, transport
from mtjlib.quadrature import NotSettled

IRON = Ferromagnet(4.5, 3.825)


def junction(mass, width=1.0, right=IRON, height=1.125):
    return Junction(IRON, Barrier(height, width, mass), right)


def of_width(device, width):
    return replace(device, barrier=replace(device.barrier, width=width))


def torque_sign(device, width, bias):
    device = of_width(device, width)
    return np.sign(transport.torkance_in_plane(device) if bias == 0 else transport.torque_in_plane(device, bias) / bias)


@pytest.mark.parametrize("mass, bias", [(0.4, 0.9), (0.7, 0.0), (0.7, -0.8), (1.0, -0.5), (1.0, 0.6), (1.3, 0.2)])
def test_torque_vanishes_there(mass, bias):
    """Against Brent's method on the full integral."""

    def torque(width):
        device = of_width(junction(mass), width)
        scale = transport.conductance(device)
        return (transport.torkance_in_plane(device) if bias == 0 else transport.torque_in_plane(device, bias)) / scale

    d = reversal.critical_width(junction(mass), bias)
    assert d == pytest.approx(brentq(torque, 0.8 * d, 1.2 * d, xtol=1e-12), rel=1e-6)
    assert torque(0.99 * d) * torque(1.01 * d) < 0


@given(
    st.floats(0.3, 3.0),
    st.floats(0.5, 2.0),
    st.floats(0.5, 4.4),
    st.floats(-0.95, 0.95),
)
@settings(max_examples=25, deadline=None)
def test_nan_means_one_sign(mass, height, splitting, share):
    device = Junction(Ferromagnet(4.5, splitting), Barrier(height, 1.0, mass), IRON)
    bias = round(share, 6) * height
    d = reversal.critical_width(device, bias)
    signs = [torque_sign(device, width, bias) for width in np.geomspace(0.055, 12.0, 25)]
    if np.isnan(d):
        assert len(set(signs)) == 1
    else:
        assert 0.04 < d < 13
        assert torque_sign(device, 0.99 * d, bias) != torque_sign(device, 1.01 * d, bias)


@pytest.mark.parametrize("bias", [0.9, -0.9, 0.6])
def test_tmr_vanishes_there(bias):
    device = junction(0.4)
    d = reversal.critical_width_tmr(device, bias)
    assert abs(transport.tmr(of_width(device, d), bias)) < 1e-8
    assert transport.tmr(of_width(device, 0.9 * d), bias) > 0 > transport.tmr(of_width(device, 1.1 * d), bias)


def test_tmr_is_even_and_torque_is_not():
    bias = np.array([0.3, 0.5, 0.8, 1.0])
    for mass in (0.4, 1.0):
        plus, minus = (reversal.critical_width_tmr(junction(mass), s * bias) for s in (1, -1))
        np.testing.assert_allclose(plus, minus, rtol=1e-6)
    assert reversal.critical_width(junction(1.0), 0.5) < 0.5 * reversal.critical_width(junction(1.0), -0.5)


def test_critical_width_falls_with_bias():
    """A reversed torque needs less width the more the bias reverses the polarisation."""
    d = reversal.critical_width(junction(0.4), np.linspace(0.5, 1.1, 13))
    assert (np.diff(d) < 0).all()


@pytest.mark.parametrize("mass, width", [(0.4, 1.0), (0.7, 2.0), (1.0, 0.6), (1.0, 1.5)])
def test_critical_bias_is_the_same_curve(mass, width):
    """A point of the diagram can be read along either axis."""
    v = reversal.critical_bias(junction(mass, width))
    assert reversal.critical_width(junction(mass), v) == pytest.approx(width, rel=1e-6)
    scale = abs(transport.torque_in_plane(junction(mass, width), -v))
    assert abs(transport.torque_in_plane(junction(mass, width), v)) < 1e-8 * scale


def test_critical_bias_beyond_the_critical_width_is_negative():
    """Thicker than d_c(0), the torque is reversed at V = 0 and returns to normal on the other side, if at all."""
    d = reversal.critical_width(junction(1.0))
    assert reversal.critical_bias(junction(1.0, 0.9 * d)) > 0
    assert reversal.critical_bias(junction(1.0, 1.1 * d)) < 0


def test_critical_bias_is_the_first_of_several():
    """Two unlike magnets can reverse the torque twice on the same side of V = 0; the nearer one counts."""
    device = Junction(Ferromagnet(4.5, 2.7), Barrier(2.3, 2.2, 1.0, 2.2), Ferromagnet(2.7, 1.4))
    bias = -np.linspace(0.0, 2.2, 60)[1:-1]
    sign = np.sign(transport.torque_in_plane(device, bias) / bias)
    (changes,) = np.nonzero(np.diff(sign))
    assert changes.size == 2
    assert bias[changes[0] + 1] < reversal.critical_bias(device) < bias[changes[0]]


@pytest.mark.parametrize("smallest", [0.055, 0.11, 0.7, 3.0, 12.5])
def test_all_lengths_scale_together_from_one_end_of_the_search_to_the_other(smallest):
    """Schrödinger's equation has no length of its own: energies over s² stretch every width by s."""

    def stretched(s):
        iron = Ferromagnet(4.5 / s**2, 3.825 / s**2)
        return Junction(iron, Barrier(1.125 / s**2, 1.0, 0.7), iron)

    for find, bias in ((reversal.critical_width, -0.8), (reversal.critical_width_tmr, 1.0)):
        width = find(stretched(1.0), bias)
        s = smallest / width
        assert find(stretched(s), bias / s**2) == pytest.approx(smallest, rel=1e-6)


def test_tmr_of_a_symmetric_junction_never_vanishes_at_zero_bias():
    """The default bias: there every q has the same polarisation twice, and its square is positive."""
    for mass in (0.4, 0.7, 1.0):
        assert np.isnan(reversal.critical_width_tmr(junction(mass)))
        assert np.isfinite(reversal.critical_width_tmr(junction(mass), 1.0))
    assert reversal.critical_width(junction(1.0)) == reversal.critical_width(junction(1.0), 0.0)


def test_none():
    """Half metals have one polarisation; a normal metal on the left gives no torque to reverse."""
    for left in (Ferromagnet(4.5, 9.0), Ferromagnet(4.5, 0.0)):
        device = Junction(left, Barrier(1.125, 1.0, 0.4), IRON)
        assert np.isnan(reversal.critical_width(device, [-0.5, 0.0, 0.5])).all()
        assert np.isnan(reversal.critical_bias(device))


def test_width_of_the_junction_does_not_matter():
    bias = [-0.5, 0.0, 0.5]
    here, there = (reversal.critical_width(junction(1.0, width), bias) for width in (0.3, 5.0))
    np.testing.assert_array_equal(here, there)


@pytest.fixture
def finer(monkeypatch):
    """Call it, and the torques are integrated with many more nodes."""

    def finer():
        monkeypatch.setattr(_occupied, "WINDOW_NODES", (45, 18))
        monkeypatch.setattr(_occupied, "_TOLERANCE", 1e-9)

    return finer


@pytest.mark.parametrize("seed", range(6))
def test_width_to_six_digits(seed, finer):
    """Random junctions and biases against the zero of the finely integrated torque."""
    rng = np.random.default_rng(seed)

    def log(a, b):
        return 10 ** rng.uniform(np.log10(a), np.log10(b))

    left, right = (Ferromagnet(energy, energy * log(1e-2, 3)) for energy in (log(0.3, 10), log(0.3, 10)))
    device = Junction(left, Barrier(log(0.2, 4), 1.0, log(0.1, 5)), left if seed % 2 else right)
    height = device.barrier.height
    biases = np.array([0.0, rng.uniform(-0.97, 0.97) * height, 0.97 * height, -0.97 * height])
    widths = reversal.critical_width(device, biases)
    finer()
    for bias, width in zip(biases, widths, strict=True):
        if np.isnan(width):
            continue

        def torque(d, bias=bias):
            thick = of_width(device, d)
            part = transport.torkance_in_plane(thick) if bias == 0 else transport.torque_in_plane(thick, bias)
            return part / transport.conductance(thick)

        expected = brentq(torque, 0.97 * width, 1.03 * width, xtol=1e-14, rtol=1e-12)
        assert width == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("seed", range(1, 5))
def test_critical_bias_to_six_digits(seed, finer):
    """Random junctions, against the zero of the finely integrated torque."""
    rng = np.random.default_rng(seed)
    while True:
        left, right = (Ferromagnet(energy, energy * rng.uniform(0, 1.2)) for energy in rng.uniform(0.5, 8, 2))
        barrier = Barrier(rng.uniform(0.3, 4), 10 ** rng.uniform(-1, 0.5), 10 ** rng.uniform(-1, 0.5))
        device = Junction(left, barrier, right)
        bias = reversal.critical_bias(device)
        if np.isfinite(bias):
            break
    finer()

    def torque(v):
        return transport.torque_in_plane(device, v) / transport.current_density(device, v)

    expected = brentq(torque, bias * (1 - 1e-4), bias * (1 + 1e-4), xtol=1e-14, rtol=1e-12)
    assert bias == pytest.approx(expected, rel=1e-6)


def test_shapes_and_errors():
    assert isinstance(reversal.critical_width(junction(1.0)), float)
    assert isinstance(reversal.critical_bias(junction(1.0)), float)
    assert reversal.critical_width(junction(1.0), np.zeros((2, 3))).shape == (2, 3)
    assert reversal.critical_width(junction(1.0), []).shape == (0,)
    with pytest.raises(ValueError, match=r"bias must lie in \(-1.125, 1.125\) V, got 1.2"):
        reversal.critical_width(junction(1.0), 1.2)
    with pytest.raises(ValueError, match="free must be"):
        reversal.critical_bias(junction(1.0), free="both")


@pytest.mark.parametrize("share, found", [(0.5, False), (0.9, True), (1.1, True), (2.0, False)])
def test_a_zero_is_accepted_only_within_one_step_of_the_scan(monkeypatch, share, found):
    """1 - 5 exp(-3d) vanishes at d = ln 5/3; the guess is that times `share`."""
    zero = np.log(5) / 3
    monkeypatch.setattr(reversal, "_amplitudes", lambda *_: (np.array([[1.0, -5.0]]), np.array([[0.0, 3.0]])))
    (width,) = reversal._newton(None, None, np.array([share * zero]), None, None)
    assert width == pytest.approx(zero, rel=1e-12) if found else np.isnan(width)


@pytest.mark.parametrize("trend", [-0.1, 0.1])
def test_a_width_has_to_settle(monkeypatch, trend):
    device = junction(0.4)
    for steps, settles in ((2, True), (9, False)):
        widths = iter(1.0 + trend * np.minimum(np.arange(9), steps))
        monkeypatch.setattr(reversal, "_newton", lambda *_, widths=widths: np.array([next(widths)]))
        if settles:
            assert reversal._polish(device, None, np.array([1.0]), None) == 1.0 + 2 * trend
        else:
            with pytest.raises(NotSettled, match="the critical width does not settle"):
                reversal._polish(device, None, np.array([1.0]), None)


@pytest.mark.parametrize("function", [reversal.critical_width, reversal.critical_width_tmr, reversal.critical_bias])
def test_a_wrong_device_is_named(function):
    with pytest.raises(TypeError, match=r"^junction must be a Junction, got Ferromagnet"):
        function(IRON)
