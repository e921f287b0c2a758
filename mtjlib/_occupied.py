r"""Exact scattering summed over the occupied states: the bias window and the Fermi sea.

Of the states below the right Fermi level, filled on both sides, only Im F is left (`mtjlib._scattering`). Its integral
over all of them, bound states of a spacer included, is taken along rays into the region where F is analytic and smooth.
What the bias adds are the states that come from the left between the two Fermi levels; they are integrated along the
real axis, split at the band edges (`mtjlib.quadrature`) and at the resonances of a spacer.
"""

from functools import lru_cache

import numpy as np

from mtjlib import units
from mtjlib._scattering import Currents, currents, exchange, resonances
from mtjlib.barrier import squared_ends, trapezoid_action
from mtjlib.quadrature import pieces

_NODES = 20, 16  # per piece of ε = E - w, per piece of the energy window
_RAY_NODES = 32
_RAY = np.exp(0.75j * np.pi)


def _band_edges(junction, bias):
    """The four band edges in eV, on a last axis."""
    left, right = junction.left, junction.right
    bottom = left.fermi_energy - right.fermi_energy + bias
    flat = np.zeros_like(bias)
    return np.stack([flat, flat + left.exchange_splitting, bottom, bottom + right.exchange_splitting], axis=-1)


def _sorted_pieces(edges, low, high, n):
    """Quadrature between `low` and `high`, split at `edges`; pieces that are empty everywhere are left out."""
    low, high = low[..., None], high[..., None]
    edges = np.sort(np.concatenate([low, np.clip(edges, low, high), high], axis=-1), axis=-1)
    alive = np.diff(edges, axis=-1) > 0
    alive = alive.any(axis=tuple(range(alive.ndim - 1)))
    alive[0] |= not alive.any()
    return pieces(np.concatenate([edges[..., :1], edges[..., 1:][..., alive]], axis=-1), n)


def _reach(barrier, excess, bias, mass):
    """Drop of `mass`·energy, from a state at `excess`, that makes its wave exp(-20) times smaller behind the barrier.

    The action grows at least as that of a flat barrier with the same action would.
    """
    at_left, at_right = squared_ends(barrier, excess, 0.0, bias)
    mean = trapezoid_action(barrier.width, np.sqrt(at_left), np.sqrt(at_right)) / barrier.width
    return units.HBAR2_2M * (2 * mean + 20 / barrier.width) * 20 / barrier.width / mass


def _window(junction, bias, angle, n, n_energy):
    """Currents of the left electrode's states, averaged over the energies between the two Fermi levels (1-D arrays).

    Each is the integral over w in eV. At V = 0 the average is the value at the Fermi level.
    """
    barrier, fermi = junction.barrier, junction.left.fermi_energy
    edges = _band_edges(junction, bias)
    flat = np.abs(bias) < 1e-12
    some = np.where(flat, 1.0, bias)
    # share = (energy - fermi)/bias; the window's top is at share 1 for V > 0 and at share 0 for V < 0.
    deep = np.minimum(_reach(barrier, np.maximum(bias, 0), bias, barrier.mass) / np.abs(some), 1)
    start, stop = np.where(bias > 0, 1 - deep, 0.0), np.where(bias < 0, deep, 1.0)
    share_edges = np.where(flat[..., None], 0.0, (edges - fermi) / some[..., None])
    if flat.all():
        share, energy_weight = np.zeros((bias.size, 1)), np.ones((bias.size, 1))
    else:
        share, energy_weight = _sorted_pieces(share_edges, start, stop, n_energy)
    energy, bias, cosine = fermi + bias[:, None] * share, bias[:, None], np.cos(angle)[:, None]

    high = np.maximum(energy, 0)
    low = np.maximum(high - _reach(barrier, energy - fermi, bias, 1.0), 0)
    edges = np.broadcast_to(edges[..., None, :], (*energy.shape, 4))
    if junction.spacer:
        edges = np.concatenate([edges, resonances(junction, energy, bias, cosine, high)], axis=-1)
    across, weight = _sorted_pieces(edges, low, high, n)
    weight = weight * energy_weight[..., None]

    energy, bias, cosine = energy[..., None], bias[..., None], cosine[..., None]
    (from_left,) = currents(junction, energy, np.maximum(energy - across, 0), bias, cosine, sides=("left",))
    return [(weight * current).sum(axis=(-2, -1)) for current in from_left]


@lru_cache
def _ray_rule(n):
    """Nodes and weights for 0…inf where the integrand falls as exp(-2x) at least and has its finest structure at 0."""
    x, w = np.polynomial.legendre.leggauss(n)
    stretch = 5.0
    grown = np.exp(stretch * (x + 1) / 2)
    nodes = 25 * (grown - 1) / np.expm1(stretch)
    return nodes[None], (w / 2 * 25 * stretch * grown / np.expm1(stretch))[None]


def _sea(junction, bias, angle, n):
    """Normal spin current of all states below the right Fermi level: the integral of Im F over E and w, in eV²."""
    barrier = junction.barrier
    bias, cosine = bias[:, None, None], np.cos(angle)[:, None, None]
    fermi = junction.left.fermi_energy + bias
    at_left, at_right = squared_ends(barrier, bias, 0.0, bias)
    mean = trapezoid_action(barrier.width, np.sqrt(at_left), np.sqrt(at_right)) / barrier.width
    x, weight = _ray_rule(n)
    # Along both rays κ² grows as (mean + tau)², so that F falls about as exp(-2 tau d).
    tau = x / barrier.width
    step = units.HBAR2_2M * (2 * mean + tau) * tau
    measure = units.HBAR2_2M * 2 * (mean + tau) * weight / barrier.width
    step_e, step_w = step.swapaxes(-1, -2) / barrier.mass, step
    measure = measure.swapaxes(-1, -2) / barrier.mass * measure

    value = exchange(junction, fermi + _RAY * step_e, -_RAY * step_w, bias, cosine)
    # dE dw = (-ray)² dtau dtau' and the ray is at 135°, so that Im turns into -Re.
    return -(measure * value.real).sum(axis=(-2, -1))


def _blockwise(integral, junction, bias, angle):
    """Apply an integral for 1-D arrays to any shape, in blocks small enough for the processor's cache."""
    bias, angle = np.broadcast_arrays(bias, angle)
    flat_bias, flat_angle = bias.ravel(), angle.ravel()
    size = 1 if junction.spacer else 8
    blocks = [
        integral(junction, flat_bias[i : i + size], flat_angle[i : i + size]) for i in range(0, max(bias.size, 1), size)
    ]
    result = np.concatenate(blocks, axis=-1)
    return result.reshape((*result.shape[:-1], *bias.shape))


def left_states(junction, bias, angle):
    """Currents of the left electrode's states, as `_window` has them, for any shape."""
    n, n_energy = _NODES
    # A thick spacer's standing waves pass the window one after the other.
    n_energy *= 1 + int(junction.spacer / 4)
    window = _blockwise(lambda j, v, a: _window(j, v, a, n, n_energy), junction, bias, angle)
    return Currents(*window)


def all_states(junction, bias, angle):
    """Normal spin current of all states below the right Fermi level, as `_sea` has it, for any shape."""
    return _blockwise(lambda j, v, a: _sea(j, v, a, _RAY_NODES), junction, bias, angle)
