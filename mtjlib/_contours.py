r"""The bias window of the leading-order theory on contours in the complex plane, for what the real axis hides.

Every integral over the window is linear in what the left interface does, and that is an analytic function of *z* and E
above the real axis: a spacer's resonances, however sharp, lie on the axis or below it. Each piece between two band
edges becomes an arc above the axis, on nodes that crowd geometrically towards both of its ends, so that a band edge, a
quantum-well state or the top of the barrier may come as near to an end as it likes. At fixed *z* the energy E goes
along an arc, too, on the side where κ² has a negative imaginary part.

The integrands are continued from the axis, where they are real: T = 4kK/(k²+K²) and Re r = (K²-k²)/(K²+k²) above a band
edge, T = 0 and r below it. Behind a spacer T = 2 Im r becomes -2i r: the real part of its integral is the same, and
poles on the axis count as the principal value.
"""

from functools import lru_cache

import numpy as np

from mtjlib._channels import band_edges, cut, decay, splitting, tail, through_spacer
from mtjlib.interface import _wavevector
from mtjlib.quadrature import pieces

# Heights of the arcs of z and of E, over a quarter of their length.
_STEEPNESS, _STEEPNESS_E = 1.25, 0.6
# ln(distance to the nearer end / length) reaches ∓_REACH on z's arcs: to the last digit.
_REACH, _CROWDING = 37.0, 3.0


@lru_cache
def arc(n):
    """Nodes x on [0, 1] that crowd geometrically towards both ends, 1 - x to the last digit, and weights."""
    t, w = np.polynomial.legendre.leggauss(n)
    limit = np.arcsinh(_REACH / _CROWDING)
    y = _CROWDING * np.sinh(limit * t)
    x, rest = 1 / (1 + np.exp(-y)), 1 / (1 + np.exp(y))
    return x, rest, w * limit * _CROWDING * np.cosh(limit * t) * x * rest


def _continued(k, k2_difference, big_k, opened):
    """T↑, T↓, T↑ - T↓ and Re(r↑ - r↓) of a bare interface, continued from the axis; differences do not cancel."""
    (up, down), (up_open, down_open) = k, opened
    square, difference = big_k * big_k, k2_difference / (up + down)
    below_up, below_down = square + up * up, square + down * down
    t_up = np.where(up_open, 4 * big_k * up / below_up, 0.0)
    t_down = np.where(down_open, 4 * big_k * down / below_down, 0.0)
    both = 4 * big_k * difference * (square - up * down) / (below_up * below_down)
    ik = 1j * big_k
    r_down = (ik - down) / (ik + down)
    phase = np.where(
        down_open,
        -2 * square * k2_difference / (below_up * below_down),
        np.where(up_open, (square - up * up) / below_up - r_down, -2 * ik * difference / ((ik + up) * (ik + down))),
    )
    return t_up, t_down, np.where(down_open, both, t_up), phase


def _left(junction, k1, big_k, opened):
    bare = _continued(k1, splitting(junction.left), big_k, opened)
    if not junction.spacer:
        return bare
    up, phase = bare[0], through_spacer(junction, k1, big_k)
    r_down = (1j * big_k - k1[0]) / (1j * big_k + k1[0]) - phase
    return up, np.where(opened[1], -2j * r_down, 0.0), np.where(opened[1], -2j * phase, up), phase


def products(junction, u, nodes):
    """The weighted integrands of `mtjlib._leading_order.WindowIntegrals` (product, bias, piece, z, E), and mean κ."""
    barrier = junction.barrier
    width, low, top = barrier.width, np.minimum(u, 0.0), np.maximum(u, 0.0)
    top_decay, lowest = cut(junction, low, top, u, width)
    inner = np.broadcast_arrays(*(edge for side in band_edges(junction, u) for edge in side), low)
    ends = np.concatenate([np.sort(np.clip(inner, lowest, top), axis=0), top[None]])
    ends = ends[np.r_[True, (np.diff(ends, axis=0) > 0).any(axis=1)]].T[..., None, None]  # no pieces empty everywhere
    start, stop, length = ends[:, :-1], ends[:, 1:], np.diff(ends, axis=1)
    middle = start + length / 2
    low, top, u, highest = (a[:, None, None, None] for a in (low, top, u, top_decay))

    x, rest, wx = (a[:, None] for a in arc(nodes[0]))
    climb = 1j * _STEEPNESS * x * rest
    z = start + length * (x + climb)
    wz = length * (1 + 1j * _STEEPNESS * (rest - x)) * wx
    # E as in `_leading_order._energies`, but along an arc; without a spacer nothing singular comes near.
    y, wy = pieces([0.0, 1.0], nodes[1])
    rise = _STEEPNESS_E if junction.spacer else 0.0
    y, wy = y - 1j * rise * y * (1 - y), wy * (1 - 1j * rise * (1 - 2 * y))
    bottom = np.where(middle > low, z, low)
    slope, span = barrier.mass - 1, top - bottom
    best, direction = (top, -1) if slope > 0 else (bottom, 1)
    mean = decay(barrier, best.real, best.real - z.real, u)[-1]
    with np.errstate(divide="ignore", over="ignore"):
        share = np.minimum(1.0, tail(width, mean) / np.abs(slope * span))
    excess = best + direction * span * share * y
    inside = np.where(middle > low, span / np.where(u == 0, 1.0, np.abs(u)), 1.0)

    def from_edge(edge):
        """k from z - edge, to the last digit at both ends; an empty piece of another bias's may have any."""
        above = np.where(x < 0.5, start - edge + length * (x + climb), stop - edge - length * (rest - climb))
        return _wavevector(np.where(length > 0, above, 1j))

    edges = [[np.asarray(edge) for edge in side] for side in band_edges(junction, u)]
    k1, k2 = ([from_edge(edge) for edge in side] for side in edges)
    kappa1, kappa2, mean = decay(barrier, excess, excess - z, u)
    opened1, opened2 = ([middle > edge for edge in side] for side in edges)
    up1, down1, minus1, phase1 = _left(junction, k1, kappa1 / barrier.mass, opened1)
    up2, down2, minus2, phase2 = _continued(k2, splitting(junction.right), kappa2 / barrier.mass, opened2)
    weight = wz * inside * share * wy * np.exp(-2 * width * (mean - highest))
    plus1, plus2 = weight * (up1 + down1), up2 + down2
    minus1 = weight * minus1
    return (
        plus1 * plus2,
        minus1 * minus2,
        2 * weight * (up1 * down2 + down1 * up2),
        minus1 * plus2,
        plus1 * minus2,
        minus1 * phase2,
        weight * minus2 * phase1,
    ), top_decay
