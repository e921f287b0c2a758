"""The diffusive free layer: a ladder of diffusing boxes against the closed forms, and limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_bvp
from scipy.linalg import solve_banded

from mtjlib.free_layer import (
    Cap,
    FreeLayer,
    accumulation,
    diffusive_torque,
    eta,
    mixing_coefficients,
)

LAYER = FreeLayer(precession_length=1.0, dephasing_length=1.5, spin_flip_length=10.0)
CAP = Cap(diffusion_length=1.0)
# everything different, so that no swapped symbol passes
ODD_LAYER = FreeLayer(0.7, 2.0, 3.0)
ODD_CAP = Cap(diffusion_length=4.0, conductivity_ratio=0.6, thickness=3.0, interface_length=0.8)

lengths = st.floats(0.05, 200)
layers = st.builds(FreeLayer, st.one_of(lengths, st.just(np.inf)), lengths, st.one_of(lengths, st.just(np.inf)))
caps = st.builds(Cap, lengths, st.floats(0.01, 100), st.one_of(lengths, st.just(np.inf)), st.floats(0, 100))


def diffusing_boxes(layer, cap, d, cells=4000):
    """Spin in equal boxes that exchange it, lose it and precess: a ladder network, without any hyperbolic function."""
    t_cap = min(cap.thickness, 30 * cap.diffusion_length)
    h_f, h_n = d / cells, t_cap / cells
    rate = np.concatenate(
        [
            np.full(cells, h_f * (layer.rate + 1 / layer.spin_flip_length**2)),
            np.full(cells, h_n / cap.conductivity_ratio / cap.diffusion_length**2 + 0j),
        ]
    )
    joint = 1 / (h_f / 2 + cap.interface_length + cap.conductivity_ratio * h_n / 2)
    link = np.concatenate(
        [np.full(cells - 1, 1 / h_f), [joint], np.full(cells - 1, 1 / (cap.conductivity_ratio * h_n))]
    )
    bands = np.zeros((3, 2 * cells), complex)
    bands[1] = rate
    bands[1, :-1] += link
    bands[1, 1:] += link
    bands[0, 1:] = bands[2, :-1] = -link
    injected = np.zeros(2 * cells, complex)
    injected[0] = 1.0
    s = solve_banded((1, 1), bands, injected)
    torque = layer.rate * s[:cells].sum() * h_f / d
    return torque, (np.arange(cells) + 0.5) * h_f, s[:cells], d + (np.arange(cells) + 0.5) * h_n, s[cells:]


@pytest.mark.parametrize(("layer", "cap", "d"), [(LAYER, CAP, 2.0), (ODD_LAYER, ODD_CAP, 1.3), (ODD_LAYER, CAP, 0.2)])
def test_diffusion_by_boxes(layer, cap, d):
    torque, x_f, s_f, x_n, s_n = diffusing_boxes(layer, cap, d)
    assert diffusive_torque(layer, cap, d) == pytest.approx(torque, rel=1e-4)
    scale = abs(s_f).max()
    np.testing.assert_allclose(accumulation(layer, cap, d, x_f), s_f, atol=1e-4 * scale)
    np.testing.assert_allclose(accumulation(layer, cap, d, x_n), s_n, atol=1e-4 * scale)


def test_diffusion_as_a_boundary_value_problem():
    """Eqs. (20), (21) as printed, component by component, in F alone; the cap enters by eta."""
    layer, cap, d = ODD_LAYER, ODD_CAP, 1.3
    slope_over_value = -1 / (layer.length * eta(layer, cap))

    def equations(_, y):
        sx, sy, jx, jy = y
        lost = 1 / layer.dephasing_length**2 + 1 / layer.spin_flip_length**2
        # s x m with m = z is (s_y, -s_x)
        return np.array([-jx, -jy, -sy / 0.7**2 - lost * sx, sx / 0.7**2 - lost * sy])

    def ends(left, right):
        escape = -slope_over_value * (right[0] + 1j * right[1])
        return np.array([left[2] - 0.6, left[3] - 0.8, right[2] - escape.real, right[3] - escape.imag])

    x = np.linspace(0, d, 50)
    result = solve_bvp(equations, ends, x, np.ones((4, 50)), tol=1e-10, max_nodes=20000)
    s = result.sol(x)[0] + 1j * result.sol(x)[1]
    np.testing.assert_allclose(accumulation(layer, cap, d, x, spin_current=0.6 + 0.8j), s, rtol=1e-8)
    fine = np.linspace(0, d, 20001)
    sampled = result.sol(fine)[0] + 1j * result.sol(fine)[1]
    torque = layer.rate * ((sampled[1:] + sampled[:-1]) / 2 @ np.diff(fine)) / d
    assert diffusive_torque(layer, cap, d, 0.6 + 0.8j) == pytest.approx(torque, rel=1e-7)


@pytest.mark.parametrize(("layer", "cap"), [(LAYER, CAP), (ODD_LAYER, ODD_CAP)])
def test_every_injected_spin_is_accounted_for(layer, cap):
    """Torque + spin flip in F + spin flip in the cap = J0."""
    d, end = 1.7, 1.7 + min(cap.thickness, 40 * cap.diffusion_length)

    def integral(a, b):
        parts = [quad(lambda x, p=p: p(accumulation(layer, cap, d, x)), a, b, limit=200)[0] for p in (np.real, np.imag)]
        return complex(*parts)

    flipped = integral(0, d) / layer.spin_flip_length**2
    in_cap = integral(d + 1e-12, end) / (cap.conductivity_ratio * cap.diffusion_length**2)
    assert d * diffusive_torque(layer, cap, d) + flipped + in_cap == pytest.approx(1.0, abs=1e-8)


def test_eta_and_what_it_is_made_of():
    assert eta(LAYER, Cap(2.0, conductivity_ratio=3.0)) == pytest.approx(6.0 / LAYER.length)
    assert eta(LAYER, Cap(2.0, thickness=1.0)) == pytest.approx(2.0 / np.tanh(0.5) / LAYER.length)
    assert eta(LAYER, Cap(2.0, thickness=1e9)) == eta(LAYER, Cap(2.0))
    assert eta(LAYER, Cap(2.0, interface_length=0.3)) == pytest.approx(2.3 / LAYER.length)


def test_diffusive_limits():
    l0_squared = 1 / LAYER.rate
    # thick: what spin flip leaves, 1/(1 + L0^2/lambda_sf^2), not 1; and all of it only without spin flip
    assert 1e4 * diffusive_torque(LAYER, CAP, 1e4) == pytest.approx(1 / (1 + l0_squared / 100), rel=1e-12)
    assert 1e4 * diffusive_torque(FreeLayer(1.0, 1.5, np.inf), CAP, 1e4) == pytest.approx(1.0, rel=1e-12)
    # thin: J0 eta L/L0^2 per thickness
    limit = eta(LAYER, CAP) * LAYER.length * LAYER.rate
    for d in (1e-6, 1e-9, 1e-12):
        assert diffusive_torque(LAYER, CAP, d) == pytest.approx(limit, rel=3 * d + 1e-14, abs=0)
    # a cap that lets nothing through: nothing is lost to it at any thickness
    closed = Cap(1.0, interface_length=1e12)
    assert 0.3 * diffusive_torque(LAYER, closed, 0.3) == pytest.approx(1 / (1 + l0_squared / 100), rel=1e-9)
    # no precession: the torque stays in the plane
    assert diffusive_torque(FreeLayer(np.inf, 1.5, 10.0), CAP, 2.0).imag == 0
    # precession turns the accumulation forward, along m x p
    assert accumulation(FreeLayer(1.0, 1.5, 10.0), CAP, 2.0, 1.0).imag > 0


def test_mixing_coefficients():
    alpha, beta = mixing_coefficients(LAYER, CAP, 2.0)
    assert 2 * alpha == pytest.approx(0.970912, abs=5e-7)
    assert 2 * beta == pytest.approx(0.181587, abs=5e-7)
    j_par, j_perp = 0.7, -0.4
    torque = diffusive_torque(LAYER, CAP, 2.0, j_par + 1j * j_perp)
    assert torque.real == pytest.approx(alpha * j_par + beta * j_perp)
    assert torque.imag == pytest.approx(-beta * j_par + alpha * j_perp)
    # alpha d may exceed 1: the layer overshoots, it does not create spin
    d = np.linspace(0.5, 10, 200)
    largest = (d * mixing_coefficients(FreeLayer(1.0, 1.5, np.inf), CAP, d)[0]).max()
    assert 1 < largest < 1.2


@settings(max_examples=50, deadline=None)
@given(layers, caps, st.floats(1e-6, 1e4), st.floats(0, 1))
def test_diffusive_torque_is_finite_and_linear(layer, cap, d, share):
    torque = diffusive_torque(layer, cap, d)
    assert np.isfinite(torque)
    assert diffusive_torque(layer, cap, d, 2 - 3j) == pytest.approx((2 - 3j) * torque, rel=1e-12, abs=0)
    end = d + min(cap.thickness, 1e3)
    assert np.isfinite(accumulation(layer, cap, d, share * end))
    # the potential falls by the interface resistance times the escaping current, and not at all without one
    open_cap = Cap(cap.diffusion_length, cap.conductivity_ratio, cap.thickness)
    gap = min(1e-9, cap.thickness)
    before, after = accumulation(layer, open_cap, d, np.array([d, d + gap]))
    assert after == pytest.approx(before, rel=1e-6, abs=1e-300)  # behind a thick layer it is subnormal


def test_shapes():
    d, x = np.array([[1.0], [2.0]]), np.array([0.1, 0.5, 4.0])
    assert diffusive_torque(LAYER, CAP, d, np.array([1, 1j, 2])).shape == (2, 3)
    assert accumulation(LAYER, CAP, d, x).shape == (2, 3)
    assert mixing_coefficients(LAYER, CAP, d)[1].shape == (2, 1)
    assert isinstance(diffusive_torque(LAYER, CAP, 1.0), complex)
    assert isinstance(accumulation(LAYER, CAP, 1.0, 0.5), complex)
    for empty in (
        diffusive_torque(LAYER, CAP, []),
        accumulation(LAYER, CAP, 1.0, []),
    ):
        assert empty.shape == (0,)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: FreeLayer(0.0, 1.0, 1.0), ValueError, "precession_length must lie in"),
        (lambda: FreeLayer(np.inf, np.inf, 1.0), ValueError, "must not both be inf"),
        (lambda: FreeLayer(1.0, np.nan, 1.0), ValueError, "dephasing_length must lie in"),
        (lambda: Cap(np.inf), ValueError, "diffusion_length must lie in"),
        (lambda: Cap(1.0, conductivity_ratio=0.0), ValueError, "conductivity_ratio must lie in"),
        (lambda: Cap(1.0, thickness=0.0), ValueError, "thickness must lie in"),
        (lambda: Cap(1.0, interface_length=-1.0), ValueError, "interface_length must lie in"),
        (lambda: diffusive_torque(LAYER, CAP, 0.0), ValueError, "thickness must lie in"),
        (lambda: diffusive_torque(LAYER, CAP, 1.0, np.nan), ValueError, "spin_current must be finite"),
        (lambda: diffusive_torque(LAYER, CAP, 1.0, "1"), TypeError, "spin_current must be a complex"),
        (lambda: diffusive_torque(CAP, LAYER, 1.0), TypeError, "layer must be a FreeLayer"),
        (lambda: eta(LAYER, 1.0), TypeError, "cap must be a Cap"),
        (lambda: accumulation(LAYER, ODD_CAP, 1.0, 4.1), ValueError, "x must lie in the free layer or the cap"),
        (lambda: accumulation(LAYER, CAP, 1.0, -0.1), ValueError, "x must lie in"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
