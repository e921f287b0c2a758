r"""Gauss–Legendre quadrature that stays spectral at square-root band edges.

A transmission probability rises like :math:`\sqrt{\epsilon-\epsilon_0}` from a band edge, and plain Gauss–Legendre then
converges only algebraically. The map

.. math:: \epsilon(t) = a + (b-a)\,\sin^2(\pi t/2), \qquad 0\le t\le 1,

turns both ends of every piece into analytic ones: a square root of the distance to either end becomes a sine or cosine
of :math:`t`, and the error falls exponentially with the number of nodes again. Where peaks of unknown place and width
are to be expected as well, `adaptive` refines the same pieces until the sum is as good as asked for.
"""

from functools import lru_cache

import numpy as np

from mtjlib._validate import number, real

__all__ = ["NotSettled", "adaptive", "pieces"]
__dir__ = __all__.copy


class NotSettled(RuntimeError):
    """A rule that does not reach the accuracy promised: legal input, no number."""


@lru_cache
def _unit_rule(n):
    """Nodes and weights of the mapped rule on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(n)
    t = (x + 1) / 2
    nodes = np.sin(np.pi * t / 2) ** 2
    weights = w / 2 * (np.pi / 2) * np.sin(np.pi * t)
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def pieces(edges, n):
    r"""Nodes and weights for an integral over consecutive pieces.

    .. math:: \int_{e_0}^{e_m} f(\epsilon)\,d\epsilon \approx \sum_i w_i f(\epsilon_i)

    Parameters
    ----------
    edges : array_like, shape (..., m + 1)
        Break points along the last axis, in ascending order. Equal neighbours are allowed: that piece has weight zero,
        so a fixed number of edges serves every bias in one broadcast.
    n : int
        Nodes per piece, at least 2.

    Returns
    -------
    nodes, weights : ndarray, shape (..., m * n)

    Raises
    ------
    ValueError
        If the edges are not sorted, fewer than two are given, or `n` < 2.

    Examples
    --------
    A square root at the lower end costs nothing:

    >>> x, w = pieces([0.0, 1.0], 12)
    >>> abs(float((w * np.sqrt(x)).sum()) - 2 / 3) < 1e-12
    True
    """
    if not isinstance(n, int | np.integer) or n < 2:
        raise ValueError(f"n must be an integer of at least 2, got {n!r}")
    edges = real("edges", edges)
    if edges.ndim == 0 or edges.shape[-1] < 2:
        raise ValueError(f"edges must hold at least 2 break points along the last axis, got shape {edges.shape}")
    lengths = np.diff(edges, axis=-1)
    if not (lengths >= 0).all():
        raise ValueError(f"edges must ascend along the last axis, got {edges!r}")
    unit_nodes, unit_weights = _unit_rule(int(n))
    nodes = edges[..., :-1, None] + lengths[..., None] * unit_nodes
    weights = lengths[..., None] * unit_weights
    flat = (*edges.shape[:-1], -1) if edges.size else (*edges.shape[:-1], (edges.shape[-1] - 1) * n)
    return nodes.reshape(flat), weights.reshape(flat)


# Where `adaptive` gives up: nodes of one call, and the share of a piece that is not halved any more.
_MOST_NODES = 2_000_000
_SMALLEST = 1e-12


@lru_cache
def _rule_with_estimate(n):
    """Gauss–Legendre on [0, 1], and the weights of the last two Legendre coefficients of the integrand."""
    x, w = np.polynomial.legendre.leggauss(n)
    degree = np.arange(n - 2, n)
    last = w[:, None] * np.polynomial.legendre.legvander(x, n - 1)[:, degree] * (2 * degree + 1) / 2
    return (x + 1) / 2, w / 2, last


def adaptive(integrand, edges, rtol, n=16):
    r"""Integrals over rows of consecutive pieces, each piece halved in *t* until its row is good to `rtol`.

    The error of a part is taken to be half of the last coefficient of its Legendre series that *n* nodes can see, of
    degree :math:`n-1`. That is about right at a kink and far too cautious for a smooth integrand, since a Gauss rule is
    exact to degree :math:`2n-1`: a caution worth its price, as a weak kink on a smooth background looks smooth.

    Parameters
    ----------
    integrand : callable
        ``integrand(x, row)`` with nodes `x` of shape (parts, n) and the `row` of every part, shape (parts,). Returns
        an array of shape (parts, n, components).
    edges : array_like, shape (rows, m + 1)
        Break points of each row, ascending, as in `pieces`.
    rtol : float
        Error allowed, relative to the integral of a component's modulus over its row (or, where that is larger, to the
        mean over the rows), > 0.
    n : int
        Nodes per part, at least 3.

    Returns
    -------
    ndarray, shape (rows, components)

    Raises
    ------
    NotSettled
        If `rtol` is out of reach of two million nodes, or needs parts of 1e-12.
    ValueError
        If the integrand is not finite.

    Examples
    --------
    A peak that is a thousand times narrower than the piece:

    >>> lorentzian = lambda x, row: (1e-3 / np.pi / ((x - 0.3) ** 2 + 1e-6))[..., None]
    >>> area = adaptive(lorentzian, [[-1.0, 1.0]], 1e-9)[0, 0]
    >>> bool(abs(area - (np.arctan(700.0) + np.arctan(1300.0)) / np.pi) < 1e-9)
    True
    """
    edges, rtol = real("edges", edges), number("rtol", rtol, "(0, inf)")
    rows, width = len(edges), np.diff(edges, axis=1)
    row, piece = np.nonzero(width)
    low, width = edges[row, piece], width[row, piece]
    x, w, last = _rule_with_estimate(n)

    def measure(part, start, size):
        angle = np.pi / 2 * (start[:, None] + size[:, None] * x)
        weight = np.pi / 2 * (width[part] * size)[:, None] * np.sin(2 * angle)
        values = integrand(low[part, None] + width[part, None] * np.sin(angle) ** 2, row[part]) * weight[..., None]
        value, modulus = np.einsum("knc,n->kc", values, w), np.einsum("knc,n->kc", abs(values), w)
        tail = abs(np.einsum("knc,nd->dkc", values, last)).max(axis=0)
        if not np.isfinite(value).all():
            raise ValueError("integrand must be finite, got NaN or infinity at some node")
        return value, modulus, tail / 2

    def by_row(part, values):
        total = np.zeros((rows, values.shape[-1]))
        np.add.at(total, row[part], values)
        return total

    part, start, size = np.arange(row.size), np.zeros(row.size), np.ones(row.size)
    known = part, start, size, *measure(part, start, size)
    nodes = part.size * n
    while True:
        part, start, size, value, modulus, error = known
        moduli = by_row(part, modulus)
        allowed = rtol * np.maximum(moduli, moduli.sum(axis=0) / max(rows, 1))
        late = (by_row(part, error) > allowed)[row[part]]
        # In a row that is not good enough yet, every part that takes more than half of an equal share is halved.
        parts_of_row = np.bincount(row[part], minlength=rows)[row[part]]
        split = (late & (2 * error * parts_of_row[:, None] > allowed[row[part]])).any(axis=1)
        if not split.any():
            return by_row(part, value)
        nodes += 2 * n * split.sum()
        if nodes > _MOST_NODES or size[split].min() < _SMALLEST:
            raise NotSettled(
                f"rtol = {rtol:g} is out of reach: the integrand is singular, or has too many narrow peaks"
            )
        half = size[split] / 2
        halves = np.tile(part[split], 2), np.r_[start[split], start[split] + half], np.tile(half, 2)
        fresh = *halves, *measure(*halves)
        known = tuple(np.concatenate([old[~split], new]) for old, new in zip(known, fresh, strict=True))
