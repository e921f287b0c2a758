"""The rule must be exact where it claims to be: at square-root ends, with kinks at the break points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from mtjlib.quadrature import pieces


@pytest.mark.parametrize("power", [0, 0.5, 1, 1.5, 2])
def test_half_integer_powers_at_both_ends(power):
    x, w = pieces([0.0, 2.0], 16)
    assert (w * x**power).sum() == pytest.approx(2 ** (power + 1) / (power + 1), rel=1e-12)
    assert (w * (2 - x) ** power).sum() == pytest.approx(2 ** (power + 1) / (power + 1), rel=1e-12)


def test_error_falls_a_thousandfold_from_8_to_16_nodes():
    """The test integrand has square roots at both ends and an exponential inside, like a tunnel current."""

    def integral(n):
        x, w = pieces([0.0, 1.0], n)
        return (w * np.sqrt(x * (1 - x)) * np.exp(-3 * np.sqrt(1 + x))).sum()

    errors = [abs(integral(n) - integral(60)) for n in (8, 16)]
    assert errors[1] < 1e-3 * errors[0] or errors[1] < 1e-15


def test_a_kink_at_a_break_point_costs_nothing():
    x, w = pieces([0.0, 0.3, 1.0], 14)
    expected, _ = integrate.quad(lambda e: np.sqrt(abs(e - 0.3)) * np.cos(e), 0, 1, points=[0.3], epsabs=1e-13)
    assert (w * np.sqrt(abs(x - 0.3)) * np.cos(x)).sum() == pytest.approx(expected, rel=1e-10)


def test_empty_pieces_and_batches():
    edges = [[0.0, 0.0, 1.0], [0.0, 0.5, 1.0]]
    x, w = pieces(edges, 10)
    assert x.shape == w.shape == (2, 20)
    np.testing.assert_allclose((w * x**2).sum(-1), 1 / 3)
    assert pieces(np.empty((0, 3)), 4)[0].shape == (0, 8)


@given(st.floats(-50, 50), st.floats(1e-3, 100), st.integers(6, 40))
def test_weights_sum_to_the_length_and_nodes_stay_inside(start, length, n):
    x, w = pieces([start, start + length], n)
    assert (x >= start).all()
    assert (x <= start + length).all()
    assert w.sum() == pytest.approx(length, rel=1e-6)


@pytest.mark.parametrize(
    ("edges", "n", "message"),
    [
        ([1.0, 0.0], 8, "ascend"),
        ([0.0], 8, "at least 2 break points"),
        ([0.0, 1.0], 1, "n must be"),
        ([0, 1], 2.5, "n must be"),
    ],
)
def test_errors(edges, n, message):
    with pytest.raises(ValueError, match=message):
        pieces(edges, n)


def test_nan_edges_are_refused():
    with pytest.raises(ValueError, match="ascend"):
        pieces([0.0, np.nan], 4)
