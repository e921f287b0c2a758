"""The rule must be exact where it claims to be: at square-root ends, with kinks at the break points."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from mtjlib import quadrature
from mtjlib.quadrature import NotSettled, adaptive, pieces


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
    with pytest.raises(ValueError, match="edges must lie"):
        pieces([0.0, np.nan], 4)
    with pytest.raises(ValueError, match="edges must lie"):
        pieces([0.0, np.inf], 4)
    with pytest.raises(ValueError, match="rtol must lie"):
        adaptive(lambda x, row: x[..., None], [[0.0, 1.0]], np.nan)


# --- refined until it is good -----------------------------------------------------------------------------------------


def single(function):
    return lambda x, row: function(x)[..., None]


@pytest.mark.parametrize("rtol", [1e-3, 1e-6, 1e-9])
@pytest.mark.parametrize(
    ("function", "low", "high", "exact"),
    [
        (np.exp, 0.0, 3.0, np.expm1(3)),
        (lambda x: np.sqrt(x * (1 - x)), 0.0, 1.0, np.pi / 8),
        (lambda x: 1 / np.sqrt(x), 0.0, 4.0, 4.0),
        (lambda x: np.abs(x - 0.3), 0.0, 1.0, (0.09 + 0.49) / 2),
        (lambda x: 1 + 1e-3 * np.abs(x - 0.123), 0.0, 1.0, 1 + 1e-3 * (0.123**2 + 0.877**2) / 2),  # a weak kink
        (lambda x: (x > 1 / np.pi) * 1.0, 0.0, 1.0, 1 - 1 / np.pi),
        (lambda x: np.exp(-1000 * x), 0.0, 1.0, 1e-3),
        (lambda x: np.cos(200 * x) ** 2, 0.0, 1.0, 0.5 + np.sin(400) / 800),
    ],
)
def test_adaptive_keeps_its_promise(function, low, high, exact, rtol):
    assert adaptive(single(function), [[low, high]], rtol)[0, 0] == pytest.approx(exact, rel=rtol, abs=0)


@given(st.floats(0.05, 0.95), st.floats(-4, 0))
@settings(max_examples=40)
def test_a_peak_of_any_place_and_width_is_found(centre, decade):
    width = 10**decade

    def peak(x):
        return width / ((x - centre) ** 2 + width**2) + 0.1

    exact = np.arctan((1 - centre) / width) + np.arctan(centre / width) + 0.1
    assert adaptive(single(peak), [[0.0, 1.0]], 1e-7)[0, 0] == pytest.approx(exact, rel=1e-7, abs=0)


def test_rows_and_components_are_independent():
    """Rows differ in their edges and their integrand, components in their scale and their kinks."""
    edges = [[0.0, 0.5, 1.0], [0.0, 0.0, 2.0], [3.0, 3.0, 3.0]]

    def integrand(x, row):
        return np.stack([np.abs(x - 0.7) * (1 + row[:, None]), 1e-9 * x**2], axis=-1)

    result = adaptive(integrand, edges, 1e-9)
    expected = [[(0.49 + 0.09) / 2, 1e-9 / 3], [0.49 + 1.69, 8e-9 / 3], [0, 0]]
    np.testing.assert_allclose(result, expected, rtol=1e-9)


def test_the_accuracy_is_relative_to_the_modulus():
    """So the sign of an integrand changes nothing but the sign, and one that cancels can be integrated."""

    def kink(x):
        return np.abs(x - 0.3)

    assert adaptive(single(lambda x: -kink(x)), [[-1.0, 1.0]], 1e-9) == -adaptive(single(kink), [[-1.0, 1.0]], 1e-9)
    cancels = adaptive(single(lambda x: kink(x) - 0.545), [[-1.0, 1.0]], 1e-9)[0, 0]  # (0.7² + 1.3²)/2 over a length 2
    assert abs(cancels) < 1e-9 * (0.7**2 + 1.3**2) / 2


def test_a_row_that_is_negligible_beside_another_one_may_be_rough():
    def integrand(x, row):
        return np.where(row[:, None] == 1, 1.0, 1e-30 / np.abs(x - 0.3) ** 1.5)[..., None]

    with pytest.raises(NotSettled, match="out of reach"):
        adaptive(integrand, [[0.0, 1.0]], 1e-6)
    rough, large = adaptive(integrand, [[0.0, 1.0], [0.0, 1.0]], 1e-6)[:, 0]
    assert 0 < rough < 1e-6 and large == pytest.approx(1.0, rel=1e-12)


def test_every_node_counts_towards_the_limit(monkeypatch):
    nodes = 0

    def waves(x, row):
        nonlocal nodes
        nodes += x.size
        return np.cos(200 * x)[..., None] ** 2

    result = adaptive(waves, [[0.0, 0.5, 1.0]], 1e-9)
    monkeypatch.setattr(quadrature, "_MOST_NODES", nodes)
    assert adaptive(waves, [[0.0, 0.5, 1.0]], 1e-9) == result
    monkeypatch.setattr(quadrature, "_MOST_NODES", quadrature._MOST_NODES - 1)
    with pytest.raises(NotSettled, match="out of reach"):
        adaptive(waves, [[0.0, 0.5, 1.0]], 1e-9)


def test_nothing_to_integrate():
    assert adaptive(single(np.exp), np.zeros((0, 2)), 1e-6).shape == (0, 1)
    assert (adaptive(single(np.exp), [[1.0, 1.0]], 1e-6) == 0).all()
    assert (adaptive(single(np.zeros_like), [[0.0, 1.0]], 1e-6) == 0).all()


def test_what_cannot_be_integrated_is_refused():
    with pytest.raises(NotSettled, match="out of reach"):
        adaptive(single(lambda x: 1 / np.abs(x - 0.3) ** 1.5), [[0.0, 1.0]], 1e-6)
    with pytest.raises(ValueError, match="finite"):
        adaptive(single(lambda x: np.where(x > 0.5, np.nan, x)), [[0.0, 1.0]], 1e-6)
