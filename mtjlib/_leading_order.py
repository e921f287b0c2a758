r"""Integrals of the leading-order theory over energy and wave vector: the bias window and the Fermi sea.

`mtjlib.transport` has the physics these integrals belong to. Along the normal an electron has the energy
:math:`z=E-\hbar^2q^2/2m`, and every band edge sits at a fixed *z*.

**The bias window.** The integral over *z* is split at the band edges and mapped (`mtjlib.quadrature`), the one over *E*
at fixed *z* is smooth. Both are cut where :math:`e^{-2S}` has damped everything.

**The Fermi sea.** In :math:`N_\perp`, :math:`T_1^-\mathrm{Re}\Delta r_2+T_2^-\mathrm{Re}\Delta r_1 =
2\,\mathrm{Im}(\Delta r_1\Delta r_2)` is analytic above the real axis: filled to the right Fermi level, it is integrated
along one arc there, past all band edges and past the bound states that a spacer holds. What the left electrode fills
differently is a window integral of :math:`T_1^-\mathrm{Re}\Delta r_2`. Bound states are thus filled to the right Fermi
level, because only the right electrode can fill them.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from mtjlib import units
from mtjlib.barrier import squared_ends, trapezoid_action
from mtjlib.interface import _reflection_through_spacer, _spin_difference, _transmission_and_phase, _wavevector
from mtjlib.quadrature import pieces

# e^(-2 _DEPTH) is where an integral over an exponential tail is cut off.
_DEPTH = 11.0
# Steepness of the arc above the real axis at its two ends.
_STEEPNESS = 1.25
# 1/m² for an integral over ħ²q²/2m in eV: d²q/(2π)² = dε / (4π ħ²/2m).
_PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)
_BIASES_AT_ONCE = 16


# --- one channel --------------------------------------------------------------------------------------------------


def _edges(junction, u):
    """Band edges (majority, minority) of the left and the right electrode, from the left Fermi level, in eV."""
    left, right = junction.left, junction.right
    return (
        (-left.fermi_energy, left.exchange_splitting - left.fermi_energy),
        (u - right.fermi_energy, u + (right.exchange_splitting - right.fermi_energy)),
    )


def _root(square):
    """Square root, for complex numbers with a positive real part (two to three times faster than the general one)."""
    if not np.iscomplexobj(square):
        return np.sqrt(square)
    a, b = square.real, square.imag
    root = np.empty_like(square)
    root.real = np.sqrt((a + np.sqrt(a * a + b * b)) / 2)
    root.imag = b / (2 * root.real)
    return root


def _decay(barrier, excess, parallel, u):
    """κ at the left and the right end, and the mean of κ over the barrier (the action per width), in 1/nm."""
    kappas = [_root(squared) for squared in squared_ends(barrier, excess, parallel, u)]
    return *kappas, trapezoid_action(1.0, *kappas)


def _interfaces(junction, z, excess, u):
    """Wave vectors (k1↑, k1↓), (k2↑, k2↓), K1, K2 and mean κ, all in 1/nm; for real or complex energies."""
    k1, k2 = ([_wavevector(z - edge) for edge in side] for side in _edges(junction, u))
    kappa_left, kappa_right, mean = _decay(junction.barrier, excess, excess - z, u)
    return k1, k2, kappa_left / junction.barrier.mass, kappa_right / junction.barrier.mass, mean


def _behind_spacer(junction, k1, big_k):
    return [_reflection_through_spacer(k, k1[0], junction.spacer, big_k) for k in k1]


def probabilities(junction, z, excess, u):
    """Pairs (T, Re r) for (1↑, 1↓) and (2↑, 2↓), and mean κ, at real energies."""
    k1, k2, big1, big2, mean = _interfaces(junction, z, excess, u)
    if junction.spacer:
        left = [(2 * r.imag, r.real) for r in _behind_spacer(junction, k1, big1)]
    else:
        left = [_transmission_and_phase(k, big1) for k in k1]
    return left, [_transmission_and_phase(k, big2) for k in k2], mean


def _exchange(junction, z, excess, u, top_decay):
    """Δr1 Δr2 e^(-2S), relative to the decay at the top; analytic in the upper half plane."""
    k1, k2, big1, big2, mean = _interfaces(junction, z, excess, u)
    if junction.spacer:
        up, down = _behind_spacer(junction, k1, big1)
        left = up - down
    else:
        left = _spin_difference(*k1, big1)
    s = 2 * junction.barrier.width * (mean - top_decay)
    damping = np.exp(-s.real) * (np.cos(s.imag) - 1j * np.sin(s.imag))  # five times faster than a complex exp
    return left * _spin_difference(*k2, big2) * damping


# --- nodes --------------------------------------------------------------------------------------------------------


@lru_cache
def _unit(n):
    """Nodes and weights of one mapped piece on [0, 1]."""
    return pieces([0.0, 1.0], n)


def _tail(width, mean):
    """Energy in eV that κ² must rise by, from where its mean root is `mean`, for e^(-2S) to fall by e^(-2 _DEPTH).

    ∫√(κ²+c) dx ≥ √(S² + c d²) (triangle inequality) makes it a bound: nothing larger is ever cut off.
    """
    return units.HBAR2_2M * _DEPTH / width * (_DEPTH / width + 2 * mean)


def _energies(barrier, z, bottom, top, u, width, n):
    """Nodes E between `bottom` and `top` at fixed z; weights per unit of that length, cut to where e^(-2S) lives.

    At fixed z, κ² falls with E for β > 1 and rises for β < 1: the cut is at the end where it is large.
    """
    y, w = _unit(n)
    slope = barrier.mass - 1
    length = top - bottom
    best, direction = (top, -1) if slope > 0 else (bottom, 1)
    mean = _decay(barrier, best, best - z, u)[-1].real
    with np.errstate(divide="ignore", over="ignore"):
        share = np.minimum(1.0, _tail(width, mean) / np.abs(slope * length))
    return best + direction * length * share * y, share * w


def _cut(junction, low, top, u, width):
    """Mean κ at the top, and the lower limit of z: the lowest band edge, or where the barrier has damped everything.

    The smallest κ² at a given z lies β (top - z) above the smallest of all; for z < low or β > 1 it rises with slope 1.
    """
    (left, _), (right, _) = _edges(junction, u)
    mean = _decay(junction.barrier, top, 0.0, u)[-1]
    slope, tail = min(1.0, junction.barrier.mass), _tail(width, mean)
    reach = np.minimum(tail / slope, tail + (1 - slope) * (top - low))
    return mean, np.maximum(np.minimum(left, right), top - reach)


@lru_cache
def node_numbers(junction):
    """Numbers of Gauss–Legendre nodes: window z (per piece), window E, sea z, sea E; for errors below 1e-6.

    More where e^(-2S) spans more e-folds (the worst bias counts, so that the answer does not depend on the batch), and
    for every turn of e^(2ika) in a spacer, whose quantum-well states come close to the path.
    """
    barrier = junction.barrier
    left, right = barrier.heights
    u = np.array([0.0, left, -right])
    low, top = np.minimum(u, 0.0), np.maximum(u, 0.0)
    sea = np.minimum(-junction.left.fermi_energy, u - junction.right.fermi_energy)

    def folds(best, worst):
        return barrier.width * np.abs(_decay(barrier, *worst, u)[-1] - _decay(barrier, *best, u)[-1]).max()

    along_z = min(folds((top, 0.0), (top, top - sea)), 100.0)
    along_e, along_e_sea = (min(folds((low_, 0.0), (top, top - low_)), _DEPTH) for low_ in (low, sea))
    detuning = abs(np.log(barrier.mass))
    turns = 0.0
    if junction.spacer:
        turns = 10 + 8 * junction.spacer * np.sqrt((junction.left.fermi_energy + left) / units.HBAR2_2M) / np.pi
    return (
        int(12.5 + 2 * detuning + 0.16 * along_z + turns),
        int(7 + 2 * detuning + 1.2 * along_e),
        int(34 + 4 * detuning + 0.18 * along_z + turns) * (2 if junction.spacer else 1),
        int(5 + 3 * detuning + 1.1 * along_e_sea),
    )


def window_channels(junction, u, nodes, width=None):
    """Channels in the bias window, shapes (bias, z, E): left, right, mean κ, weights per volt, and mean κ at the top.

    The weights hold all of the measure but e^(-2S); per volt of window they stay finite at zero bias. `width` is the
    barrier's, for which the nodes are laid out (an array over biases if not the junction's own).
    """
    width = np.broadcast_to(junction.barrier.width if width is None else width, u.shape)
    low, top = np.minimum(u, 0.0), np.maximum(u, 0.0)
    top_decay, cut = _cut(junction, low, top, u, width)
    inner = np.broadcast_arrays(*(edge for side in _edges(junction, u) for edge in side), low)
    edges = np.concatenate([np.sort(np.clip(inner, cut, top), axis=0), top[None]])
    needed = (np.diff(edges, axis=0) > 0).any(axis=1) | (u.size == 0)  # no work on pieces that are empty everywhere
    z, wz = (a[..., None] for a in pieces(edges[np.r_[True, needed]].T, nodes[0]))
    low, top, u, width, top_decay = (a[:, None, None] for a in (low, top, u, width, top_decay))
    bottom = np.maximum(z, low)
    excess, we = _energies(junction.barrier, z, bottom, top, u, width, nodes[1])
    inside = np.where(z > low, (top - bottom) / np.where(u == 0, 1.0, np.abs(u)), 1.0)
    left, right, mean = probabilities(junction, z, excess, u)
    return left, right, mean, _PER_AREA * wz * inside * we, top_decay


def _sea_nodes(junction, u, nodes):
    """Complex (z, E), weights and mean κ at the top, for the Fermi sea filled to u; shapes (bias, z, E).

    z runs on an arc from the lowest band edge (below it Δr1 Δr2 is real) to the Fermi level, E straight from z to it.
    """
    width = junction.barrier.width
    top_decay, cut = _cut(junction, -1e9, u, u, width)
    length, top, top_decay = (a[:, None, None] for a in (u - cut, u, top_decay))
    s, ws = (a[:, None] for a in _unit(nodes[2]))
    z = top - length * (1 - s) * (1 - 1j * _STEEPNESS * s)
    wz = length * (1 + 1j * _STEEPNESS * (1 - 2 * s)) * ws
    excess, we = _energies(junction.barrier, z, z, top, top, width, nodes[3])
    return z, excess, _PER_AREA * wz * (top - z) * we, top_decay


# --- integrals ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WindowIntegrals:
    """Integrals over the bias window per volt, over e^(-2 action), in 1/m²; arrays over biases."""

    plus: np.ndarray  # T1+ T2+
    minus: np.ndarray  # T1- T2-
    antiparallel: np.ndarray  # T1+ T2+ - T1- T2-, summed without cancellation
    on_right: np.ndarray  # T1- T2+
    on_left: np.ndarray  # T1+ T2-
    phase_right: np.ndarray  # T1- Re Δr2
    phase_left: np.ndarray  # T2- Re Δr1
    action: np.ndarray  # at the top of the window and q = 0

    def reshape(self, shape):
        return WindowIntegrals(*(getattr(self, field.name).reshape(shape)[()] for field in fields(self)))


def _chunks(u):
    return [u[i : i + _BIASES_AT_ONCE] for i in range(0, max(u.size, 1), _BIASES_AT_ONCE)]


def window_integrals(junction, bias, nodes=None):
    u, nodes, rows = np.ravel(bias), nodes or node_numbers(junction), []
    for part in _chunks(u):
        left, right, mean, weight, top_decay = window_channels(junction, part, nodes)
        (t1_up, phase1_up), (t1_down, phase1_down) = left
        (t2_up, phase2_up), (t2_down, phase2_down) = right
        weight = weight * np.exp(-2 * junction.barrier.width * (mean - top_decay))
        plus, minus = t2_up + t2_down, t2_up - t2_down
        polarised, total = weight * (t1_up - t1_down), weight * (t1_up + t1_down)
        products = (
            total * plus,
            polarised * minus,
            2 * weight * (t1_up * t2_down + t1_down * t2_up),
            polarised * plus,
            total * minus,
            polarised * (phase2_up - phase2_down),
            weight * minus * (phase1_up - phase1_down),
        )
        action = junction.barrier.width * top_decay[:, 0, 0]
        rows.append([product.sum(axis=(1, 2)) for product in products] + [action])
    return WindowIntegrals(*(np.concatenate(column) for column in zip(*rows, strict=True))).reshape(np.shape(bias))


def sea_integral(junction, bias, nodes=None):
    """-(1/2π) Im ∫ dE ⟨Δr1 Δr2⟩ over the sea filled to e·bias, in J/m²."""
    u, nodes, rows = np.ravel(bias), nodes or node_numbers(junction), []
    for part in _chunks(u):
        z, excess, weight, top_decay = _sea_nodes(junction, part, nodes)
        value = (weight * _exchange(junction, z, excess, part[:, None, None], top_decay)).sum(axis=(1, 2)).imag
        rows.append(value * np.exp(-2 * junction.barrier.width * top_decay[:, 0, 0]))
    return (-units.E_CHARGE / (2 * np.pi) * np.concatenate(rows)).reshape(np.shape(bias))[()]


def sea_derivative(junction):
    """d/du of `sea_integral` at u = 0, in J/(V m²).

    z and E ride on the right Fermi level; each node has its own step, small against its distance to the branch points.
    """
    nodes = tuple(2 * n for n in node_numbers(junction))
    z, excess, weight, top_decay = _sea_nodes(junction, np.zeros(1), nodes)
    step = 1e-3 * np.minimum(z.imag, junction.barrier.heights[0])
    shifted = [_exchange(junction, z + h, excess + h, h, top_decay) for h in (step, -step, 2 * step, -2 * step)]
    slope = (8 * (shifted[0] - shifted[1]) - (shifted[2] - shifted[3])) / (12 * step)
    scale = np.exp(-2 * junction.barrier.width * top_decay[0, 0, 0])
    return -units.E_CHARGE / (2 * np.pi) * (weight * slope).sum().imag * scale
