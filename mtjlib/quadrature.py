r"""Gauss–Legendre quadrature that stays spectral at square-root band edges.

A transmission probability rises like :math:`\sqrt{\epsilon-\epsilon_0}` from a band edge, and plain Gauss–Legendre then
converges only algebraically. The map

.. math:: \epsilon(t) = a + (b-a)\,\sin^2(\pi t/2), \qquad 0\le t\le 1,

turns both ends of every piece into analytic ones: a square root of the distance to either end becomes a sine or cosine
of :math:`t`, and the error falls exponentially with the number of nodes again.
"""

from functools import lru_cache

import numpy as np


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
    edges = np.asarray(edges, dtype=float)
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
