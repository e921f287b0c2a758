r"""What one channel carries, summed over the occupied states: the bias window and the Fermi sea, for either theory.

Of the states below the right Fermi level, filled on both sides, only the normal component is left; what the bias adds
are the states that come from the left between the two Fermi levels. Both are double integrals over
:math:`\epsilon=E-w`, with :math:`w=\hbar^2q^2/2m`, which has the band edges and the standing waves of a spacer, and
over E, in which only the barrier changes and everything is smooth.

A spacer's standing waves are as narrow as the barrier is opaque, and no node on the real axis would ever meet them.
Nothing has to: the integrands are analytic above the real axis, so :math:`\epsilon` runs on arcs over it, from one band
edge to the next, where those waves are a ripple. Their trace is left near the arc's end alone, if one of them sits
there. So each integral is done twice, the second time with more nodes, and further until two results agree; an
integral that does not get there is an error, not a number.

A theory supplies what it knows of one channel (`mtjlib._leading_order`, `mtjlib._scattering`): ``states(junction,
across, excess, bias, cosine)``, rows of currents after a first one that is positive and measures what passes, or one
current that is analytic above the real axis for the sea. Energies are from the left Fermi level, ``excess`` is E and
``across`` is ε; arrays have the shape (bias, E, ε).
"""

from functools import lru_cache

import numpy as np

from mtjlib import _airy, units
from mtjlib.quadrature import NotSettled, pieces

PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)  # d²q/(2π)² = dw/(4π·ħ²/2m), from 1/nm² to 1/m²
# What a torque per energy and area is worth, per volt: N = ∫dE⟨…⟩/4π, with E in eV.
TORQUE = units.E_CHARGE * PER_AREA / (4 * np.pi)
# States whose waves are e^-13 times smaller behind the barrier are left out: in a probability, 5e-12 of the largest.
_REACH = 13.0
# Nodes along ε (in the window: per piece) and E, at first; then half as many again. Others cost time and no accuracy:
# with these most junctions without a spacer settle at the second try.
WINDOW_NODES, SEA_NODES = (14, 6), (18, 6)
# Two results in a row must agree to this. The error falls exponentially, e^-cn: where that of n nodes is 3e-7, that of
# 3n/2 is 3e-7 to the power of 3/2, or 2e-10; a standing wave near an end leaves less of a gain, and two results may
# agree by chance. They hardly do so in the imaginary part too, which need only settle to ten times this: the worst of
# 46 junctions with a spacer came down from 6e-6 to 5e-7 by it, at no cost. Eight tries: up to 346 nodes along ε.
_TOLERANCE, _TRIES = 3e-7, 8
# Height of an arc over a quarter of its length: high enough to leave the standing waves, not so high that the barrier's
# own phase starts to oscillate. From one sweep at fixed node numbers: 0.5 to 1.4 serve, and differ for thick spacers
# most. The sea's arc is twice as high.
_LIFT = 0.7
# The sea's nodes crowd by e^4 towards the Fermi level, where a band edge or a standing wave may be close. One sweep
# at fixed node numbers found e^6 clearly worse.
_CROWD = 4.0


def band_edges(junction, bias):
    """Band edges: left majority and minority, right majority and minority."""
    left, right = ((-m.fermi_energy, m.exchange_splitting - m.fermi_energy) for m in (junction.left, junction.right))
    return *left, bias + right[0], bias + right[1]


@lru_cache
def _line(n):
    """Gauss–Legendre on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(n)
    return (x + 1) / 2, w / 2


def _lifted(share, weight, lift):
    """Nodes on [0, 1] moved to an arc over it (under it for `lift` < 0) that leaves both ends at arctan(lift)."""
    return share * (1 + 1j * lift * (1 - share)), weight * (1 + 1j * lift * (1 - 2 * share))


def _reach(barrier, excess, bias, width):
    """Drop of the energy in the barrier, from a state at `excess`, to e^-13 of its wave behind it.

    The action grows at least as that of a flat barrier with the same action would.
    """
    ends = (np.sqrt(np.maximum(squared, 0)) for squared in _airy.squared_ends(barrier, excess, 0.0, bias))
    return units.HBAR2_2M * (2 * _airy.action(1.0, *ends) + _REACH / width) * _REACH / width


def window_nodes(junction, bias, nodes, surface=False, whole=False, width=None):
    """ε, E and weights per volt between the two Fermi levels; at V = 0, and for `surface`, at the right one.

    `whole`: also below the left electrode's bands. `width`: if not the junction's own.
    """
    barrier, mass = junction.barrier, junction.barrier.mass
    low, top = (bias, bias) if surface else (np.minimum(bias, 0), np.maximum(bias, 0))
    reach = _reach(barrier, top, bias, barrier.width if width is None else width)
    low = np.maximum(low, top - reach / mass)
    edges = band_edges(junction, bias)
    # At a given ε the barrier is thinnest to a wave at one end of the window, which end depends on the mass.
    cut = np.minimum(top, low + mass * (top - low)) - reach
    cut = np.clip(cut, np.minimum(edges[0], edges[2]) if whole else edges[0], top)
    edges = np.sort(np.clip(np.broadcast_arrays(cut, *edges, low, top), cut, top), axis=0)
    alive = (np.diff(edges, axis=0) > 0).any(axis=1)  # pieces that are empty everywhere are left out
    alive[0] |= not alive.any()
    edges = edges[np.append(True, alive)].T

    share, share_weight = (a[:, None] for a in _line(nodes[1] if (top > low).any() else 1))
    across, weight = pieces([0.0, 1.0], nodes[0])
    if junction.spacer:
        across, weight = _lifted(across, weight, _LIFT)
        # The standing waves shift with the barrier as E changes, and may cross a band edge, where ε is real.
        share, share_weight = _lifted(share, share_weight, _LIFT * np.sign(1 - mass))
    length = np.diff(edges)[..., None]
    shape = len(bias), 1, length.shape[1] * nodes[0]
    across = (edges[:, :-1, None] + length * across).reshape(shape)
    weight = (length * weight).reshape(shape)
    low, top, volts = (a[:, None, None] for a in (low, top, np.abs(bias)))
    depth = top - np.where(across.real > low, across, low)
    if not surface:
        at_zero = volts < 1e-300  # or so near to it that the quotient is none
        weight = weight * np.where(at_zero, 1.0, depth / np.where(at_zero, 1.0, volts))
    return across, top - depth * share, weight * share_weight


def _sea_nodes(junction, bias, nodes):
    """ε, E and weights for all the states below the right Fermi level.

    One arc leads from below the lowest band edge, where the integrand is real, to the right Fermi level; its nodes
    crowd there, since a band edge or a standing wave may be close.
    """
    barrier = junction.barrier
    length = 1.3 * np.maximum(junction.left.fermi_energy + bias, junction.right.fermi_energy)
    reach = _reach(barrier, bias, bias, barrier.width) / min(barrier.mass, 1.0)
    length, top = np.minimum(length, reach)[:, None, None], bias[:, None, None]
    share, weight = _line(nodes[0])
    grown = np.exp(_CROWD * share)
    share, weight = _lifted((grown - 1) / np.expm1(_CROWD), weight * _CROWD * grown / np.expm1(_CROWD), -2 * _LIFT)
    down, down_weight = (a[:, None] for a in _line(nodes[1]))
    depth = length * share
    return top - depth, top - depth * down, -1j * length * weight * depth * down_weight


def _slope(states, d_excess, d_bias, order=1):
    """A derivative of `states` when E and the bias change at these rates, at a fixed in-plane wave vector.

    Every node has its own step, 1e-3 of its distance to the nearest singularity: that leaves 1e-12 of the difference
    formula and 1e-13 of rounding. In the second derivative, twice that step leaves 1e-11 and 1e-10, or 1e-7 in the
    thickest barriers, whose exponential changes faster than all else.
    """

    def derivative(junction, across, excess, bias, cosine):
        barrier = junction.barrier
        away = [np.abs(across - edge) for edge in band_edges(junction, bias)]
        away += [s.real * units.HBAR2_2M for s in _airy.squared_ends(barrier, excess, excess - across, bias)]
        if junction.spacer:  # a standing wave may be anywhere below
            away.append(np.abs(np.imag(across)))
        step = order * 1e-3 / max(1.0, barrier.mass) * np.maximum(np.min(np.broadcast_arrays(*away), axis=0), 1e-300)

        def at(i):
            shift = i * d_excess * step
            return states(junction, across + shift, excess + shift, bias + i * d_bias * step, cosine)

        def ahead_and_back(i):  # equal numbers cancel before they are weighted
            return at(i) - at(-i) if order == 1 else (at(i) - here) - (here - at(-i))

        here = at(0) if order == 2 else None
        return (8 * order * ahead_and_back(1) - ahead_and_back(2)) / (12 * step**order)

    return derivative


def _settled(terms, nodes, junction, bias, angle, beside=0.0):
    """Real part of the sum of terms with as many nodes as it takes, for any shape of bias and angle.

    Not of the first row where there are more: it tells how large rounding may be. `beside`: what the others are added
    to, in whose millionth they may be off.
    """
    bias, angle = np.broadcast_arrays(bias, angle)
    flat_bias, cosine = bias.ravel(), np.cos(angle.ravel())

    def total(which, size=None):
        at_once = max(1, 2**12 // (nodes[0] * nodes[1]))  # blocks small enough for the processor's cache
        sums, sizes = [], []
        for i in range(0, max(which.size, 1), at_once):
            at = which[i : i + at_once]
            block = terms(flat_bias[at], cosine[at], nodes)
            sums.append(block.sum(axis=(-2, -1)))
            sizes.append(np.abs(block).sum(axis=(-2, -1)))
        return np.concatenate(sums, axis=-1), np.concatenate(sizes, axis=-1)

    open_ones = np.arange(bias.size)
    result, _ = total(open_ones)
    rows = slice(len(result) > 1, None)
    beside = np.broadcast_to(beside, (len(result[rows]), *bias.shape)).reshape(len(result[rows]), bias.size)
    for _ in range(_TRIES):
        nodes = tuple(3 * n // 2 for n in nodes)
        before = result[:, open_ones]
        after, size = total(open_ones)
        result[:, open_ones] = after
        # Where terms cancel, a thousandth of their size stands for the value. What is zero may be rounding instead.
        change = np.maximum(np.abs((after - before).real), np.abs((after - before).imag) / 10)
        good = change <= _TOLERANCE * np.maximum(np.abs(after.real), 1e-3 * size)  # never true of a NaN
        good |= size <= 1e-15 * size[0]
        good[rows] |= change[rows] <= _TOLERANCE * beside[:, open_ones]
        open_ones = open_ones[~good[rows].all(axis=0)]
        if not open_ones.size:
            return result[rows].real.reshape((len(beside), *bias.shape))
    raise NotSettled(
        f"the sum over the occupied states must settle to a millionth; it does not with {nodes[0]} nodes at a bias of "
        f"{float(flat_bias[open_ones[0]])!r} V: change it, or the spacer of {junction.spacer!r} nm, by a little (a "
        "standing wave may sit at a Fermi level), or avoid an extreme barrier and splittings below 1e-4 Fermi energies"
    )


def _over_window(states, junction, bias, angle, beside=0.0, **where):
    def terms(bias, cosine, nodes):
        across, excess, weight = window_nodes(junction, bias, nodes, **where)
        flow = weight * states(junction, across, excess, bias[:, None, None], cosine[:, None, None])
        return flow if junction.spacer else flow.real  # an imaginary part on the real axis means nothing

    return _settled(terms, WINDOW_NODES, junction, bias, angle, beside)


def window(states, junction, bias, angle=0.0, whole=False):
    """Integral over w of what the left electrode's states carry, averaged over the bias window; in eV, in rows.

    At V = 0 it is the value at the Fermi level. `whole`: also below the left bands, where only phases are left.
    """
    return _over_window(states, junction, bias, angle, whole=whole)


def window_slope(states, junction, bias, angle=0.0):
    """Derivative of bias times `window`: the states at the right Fermi level, and what the bias does to the others."""
    here = _over_window(states, junction, bias, angle, surface=True)
    if not np.any(bias):
        return here
    beside = np.abs(here) / np.maximum(np.abs(bias), 1e-30)
    return here + bias * _over_window(_slope(states, 0, 1), junction, bias, angle, beside)


def window_bend(states, junction, angle=0.0):
    """The coefficient of V² of bias times `window`, at V = 0: half of d/dE + 2 d/dV."""
    return _over_window(_slope(states, 1, 2), junction, 0.0, angle) / 2


def sea(exchange, junction, bias, angle=0.0, order=0):
    """Integral over E and w of what all the states below the right Fermi level carry, or a derivative by the bias.

    In eV², as long as `exchange` has no unit. The sea rides on the right Fermi level: E and ε change with the bias.
    """
    if order:
        exchange = _slope(exchange, 1, 1, order)

    def terms(bias, cosine, nodes):
        across, excess, weight = _sea_nodes(junction, bias, nodes)
        return (weight * exchange(junction, across, excess, bias[:, None, None], cosine[:, None, None]))[None]

    return _settled(terms, SEA_NODES, junction, bias, angle)[0]
