r"""Exact scattering summed over the occupied states: the bias window and the Fermi sea.

Of the states below the right Fermi level, filled on both sides, only Im F is left (`mtjlib._scattering`); what the bias
adds are the states that come from the left between the two Fermi levels. Both are double integrals over
:math:`\epsilon=E-w`, which has the band edges and the standing waves of a spacer, and over E, in which only the barrier
changes and everything is smooth.

A spacer's standing waves are as narrow as the barrier is opaque, and no node on the real axis would ever meet them.
Nothing has to: the integrands are analytic above the real axis, so :math:`\epsilon` runs on arcs over it, from one band
edge to the next, where those waves are a ripple. Their trace is left near the arc's end alone, if one of them sits
there. So each integral is done twice, the second time with half as many nodes again, and further until two results
agree to better than a millionth; an integral that does not get there is an error, not a number.
"""

from functools import lru_cache

import numpy as np

from mtjlib import _airy, units
from mtjlib._scattering import Currents, exchange, left_currents
from mtjlib.quadrature import pieces

WINDOW_NODES, SEA_NODES = (16, 8), (34, 12)  # along ε (the window: per piece) and E, at first
_TOLERANCE, _TRIES = 3e-7, 8  # a third of what `mtjlib.exact` promises
_REACH = 20.0  # states whose waves are exp(-20) times smaller behind the barrier are left out


@lru_cache
def _line(n):
    """Gauss–Legendre on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(n)
    return (x + 1) / 2, w / 2


def _lifted(share, weight, lift):
    """Nodes on [0, 1] moved to an arc over it (under it for `lift` < 0) that leaves both ends at arctan(lift)."""
    return share * (1 + 1j * lift * (1 - share)), weight * (1 + 1j * lift * (1 - 2 * share))


def _arcs(edges, n, lift, crowd):
    """Nodes and weights from edge to edge.

    The map sin² of `mtjlib.quadrature` deals with the square root at an edge. Done twice (`crowd`) it also resolves a
    standing wave next to one.
    """
    share, weight = pieces([0.0, 1.0], n)
    if crowd:
        share, weight = np.sin(np.pi * share / 2) ** 2, weight * np.pi / 2 * np.sin(np.pi * share)
    if lift:
        share, weight = _lifted(share, weight, lift)
    start, length = edges[..., :-1, None], np.diff(edges, axis=-1)[..., None]
    shape = *edges.shape[:-1], (edges.shape[-1] - 1) * n
    return (start + length * share).reshape(shape), (length * weight).reshape(shape)


def _reach(barrier, excess, bias):
    """Drop of the energy in the barrier, from a state at `excess`, to exp(-20) of its wave behind it.

    The action grows at least as that of a flat barrier with the same action would.
    """
    ends = (np.sqrt(np.maximum(squared, 0)) for squared in _airy.squared_ends(barrier, excess, 0.0, bias))
    mean = _airy.action(barrier.width, *ends) / barrier.width
    return units.HBAR2_2M * (2 * mean + _REACH / barrier.width) * _REACH / barrier.width


def window(junction, bias, cosine, nodes):
    """Terms of the currents of the left electrode's states between the two Fermi levels, for 1-D arguments.

    Shape (1 + currents, bias, ε, E), what N passes in front (see `left_currents`). The real part of their sum over ε
    and E, in eV, is the integral over w averaged over the window's energies; at V = 0 its value at the Fermi level.
    """
    barrier, left, right = junction.barrier, junction.left, junction.right
    fermi, mass = left.fermi_energy, barrier.mass
    # From here on energies are from the left Fermi level.
    top = np.maximum(bias, 0)
    reach = _reach(barrier, top, bias)
    low = np.maximum(np.minimum(bias, 0), top - reach / mass)
    # At a given ε the barrier is thinnest to a wave at one end of the window, which end depends on the mass.
    cut = np.clip(np.minimum(top, low + mass * (top - low)) - reach, -fermi, top)
    bottom = bias - right.fermi_energy
    edges = np.broadcast_arrays(
        cut, -fermi, left.exchange_splitting - fermi, bottom, bottom + right.exchange_splitting, low, top
    )
    edges = np.sort(np.clip(edges, cut, top), axis=0)
    alive = (np.diff(edges, axis=0) > 0).any(axis=1)  # pieces that are empty everywhere are left out
    alive[0] |= not alive.any()
    edges = edges[np.append(True, alive)].T
    spacer = junction.spacer > 0
    across, weight = (a[..., None] for a in _arcs(edges, nodes[0], 0.7 if spacer else 0.0, crowd=spacer))

    bias, cosine, low, top = (a[:, None, None] for a in (bias, cosine, low, top))
    share, share_weight = _line(nodes[1])
    if spacer:
        # The standing waves shift with the barrier as E changes, and may cross a band edge, where ε is real.
        share, share_weight = _lifted(share, share_weight, 0.7 * np.sign(1 - mass))
    depth = top - np.where(across.real > low, across, low)
    excess = top - depth * share
    weight = weight * np.where(bias == 0, 1.0, depth / np.where(bias == 0, 1.0, np.abs(bias))) * share_weight
    parallel = excess - across
    if not spacer:
        parallel = np.maximum(parallel, 0)  # against rounding where the barrier is pulled down to the Fermi level
    passed, currents = left_currents(junction, fermi + excess, parallel, bias, cosine)
    return weight * np.array([passed, *currents])


def sea(junction, bias, cosine, nodes, slope=False):
    """Terms of the normal spin current of all states below the right Fermi level, or of its derivative by the bias.

    Shape (1, bias, ε, E), for 1-D arguments, in eV². One arc leads from below the lowest band edge, where F is real, to
    the right Fermi level; its nodes crowd there, since a band edge or a standing wave may be close.
    """
    barrier, fermi = junction.barrier, junction.left.fermi_energy
    length = 1.3 * np.maximum(fermi + bias, junction.right.fermi_energy)
    length = np.minimum(length, _reach(barrier, bias, bias) / min(barrier.mass, 1.0))[:, None, None]
    share, weight = (a[:, None] for a in pieces([0.0, 1.0], nodes[0]))
    share, weight = _lifted(share**2, 2 * share * weight, -1.5)
    depth = length * share
    down, down_weight = _line(nodes[1])
    weight = -1j * length * weight * depth * down_weight
    bias, cosine = bias[:, None, None], cosine[:, None, None]

    def value(shift):
        energy = fermi + bias + shift - depth * down
        return exchange(junction, energy, depth * (1 - down), bias + shift, cosine)

    if not slope:
        return (weight * value(0.0))[None]
    # The sea rides on the right Fermi level; the step is small against the way to the next singularity.
    step = 1e-3 * np.minimum(1e-7 * length - depth.imag, barrier.heights[0])
    back2, back, ahead, ahead2 = (value(i * step) for i in (-2, -1, 1, 2))
    return (weight * (8 * (ahead - back) - (ahead2 - back2)) / (12 * step))[None]


def _settled(terms, nodes, junction, bias, angle):
    """Real part of the sum of `terms` with as many nodes as it takes, for any shape of bias and angle."""
    bias, angle = np.broadcast_arrays(bias, angle)
    flat_bias, cosine = bias.ravel(), np.cos(angle.ravel())
    if junction.spacer:
        nodes = 2 * nodes[0], nodes[1]

    def total(which):
        size = max(1, 2**13 // (nodes[0] * nodes[1]))  # blocks small enough for the processor's cache
        sums = []
        for i in range(0, max(which.size, 1), size):
            block = terms(flat_bias[which[i : i + size]], cosine[which[i : i + size]], nodes)
            sums.append((block.sum(axis=(-2, -1)).real, np.abs(block).sum(axis=(-2, -1))))
        return [np.concatenate(column, axis=-1) for column in zip(*sums, strict=True)]

    open_ones = np.arange(bias.size)
    result, _ = total(open_ones)
    for _ in range(_TRIES):
        nodes = tuple(3 * n // 2 for n in nodes)
        before = result[:, open_ones]
        after, size = total(open_ones)
        result[:, open_ones] = after
        # Where terms cancel, a thousandth of their size stands for the value; below 1e-14 of what passes is rounding.
        scale = np.maximum(np.abs(after), 1e-3 * size) + 1e-8 * size[0]
        settled = np.abs(after - before) <= _TOLERANCE * scale + 1e-300  # never true of a NaN
        open_ones = open_ones[~settled.all(axis=0)]
        if not open_ones.size:
            return result.reshape((*result.shape[:-1], *bias.shape))
    raise ValueError(
        f"the sum over the occupied states must settle to a millionth; it does not with {nodes[0]} nodes at a bias of "
        f"{float(flat_bias[open_ones[0]])!r} V: change it, or the spacer of {junction.spacer!r} nm, by a little "
        "(a standing wave sits at a Fermi level), or avoid an extreme barrier"
    )


def left_states(junction, bias, angle, current="charge"):
    """One current of the left electrode's states, as in `window`, for any shape."""
    row = 1 + Currents._fields.index(current)

    def terms(*at):
        return window(junction, *at)[[0, row]]

    return _settled(terms, WINDOW_NODES, junction, bias, angle)[1]


def magnetoresistance(junction, bias):
    """Charge current between antiparallel magnets, as in `left_states`, and what parallel ones pass in addition."""

    def terms(bias, cosine, nodes):
        antiparallel, parallel = (window(junction, bias, c, nodes)[:2] for c in (-cosine, cosine))
        return np.array([*antiparallel, parallel[1] - antiparallel[1]])

    return _settled(terms, WINDOW_NODES, junction, bias, 0.0)[1:]


def all_states(junction, bias, angle):
    """Normal spin current of all states below the right Fermi level, as in `sea`, for any shape."""
    return _settled(lambda *at: sea(junction, *at), SEA_NODES, junction, bias, angle)[0]


def all_states_slope(junction, angle):
    """Its derivative by the bias, at V = 0."""
    return _settled(lambda *at: sea(junction, *at, slope=True), SEA_NODES, junction, 0.0, angle)[0]
