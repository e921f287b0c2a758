r"""One channel of the leading-order theory: what an electron of given energies meets at both interfaces and in between.

Along the normal an electron has the energy :math:`z=E-\hbar^2q^2/2m`, and every band edge sits at a fixed *z*. Energies
are in eV from the left Fermi level; `excess` is E. Wave vectors depend on *z* alone, and at fixed *z* the energy E
enters through the barrier's κ only.
"""

import numpy as np

from mtjlib import _airy, units
from mtjlib.interface import _reflection_through_spacer, _wavevector

# e^(-2 DEPTH) is where an integral over an exponential tail is cut off.
DEPTH = 11.0


def band_edges(junction, u):
    """Band edges (majority, minority) of the left and the right electrode."""
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


def decay(barrier, excess, parallel, u):
    """κ at the left and the right end, and the mean of κ over the barrier (the action per width), in 1/nm."""
    kappas = [_root(squared) for squared in _airy.squared_ends(barrier, excess, parallel, u)]
    return *kappas, _airy.action(1.0, *kappas)


def wave_numbers(junction, z, u):
    """(k1↑, k1↓), (k2↑, k2↓) in 1/nm, for real or complex z."""
    return [[_wavevector(z - edge) for edge in side] for side in band_edges(junction, u)]


def _behind_spacer(junction, k1, big_k):
    return [_reflection_through_spacer(k, k1[0], junction.spacer, big_k) for k in k1]


def _transmission_and_phase(k, big_k, square):
    """T = 2 Im r and Re r of a bare interface for real K, whose square is `square`, without complex division."""
    k2 = np.abs(k) ** 2
    denominator = big_k * (big_k + 2 * k.imag) + k2
    return (4 * k.real) * big_k / denominator, (square - k2) / denominator


def probabilities(junction, z, excess, u):
    """Pairs (T, Re r) for (1↑, 1↓) and (2↑, 2↓), and mean κ, at real energies."""
    k1, k2 = wave_numbers(junction, z, u)
    kappa1, kappa2, mean = decay(junction.barrier, excess, excess - z, u)
    big1, big2 = kappa1 / junction.barrier.mass, kappa2 / junction.barrier.mass
    if junction.spacer:
        left = [(2 * r.imag, r.real) for r in _behind_spacer(junction, k1, big1)]
    else:
        left = [_transmission_and_phase(k, big1, square) for square in [big1 * big1] for k in k1]
    return left, [_transmission_and_phase(k, big2, square) for square in [big2 * big2] for k in k2], mean


def splitting(magnet):
    """k↑² - k↓² in 1/nm²."""
    return magnet.exchange_splitting / units.HBAR2_2M


def through_spacer(junction, k1, big_k):
    """r↑ - r↓ of the left interface behind a spacer: the minority's echo, without cancellation."""
    up, down = k1
    up = np.where(np.abs(up) < 1e-9, 1e-9, up)  # at k = 0 nothing enters the spacer: 0/0 whose limit is finite
    echo = splitting(junction.left) / (up + down) ** 2 * np.exp(2j * junction.spacer * up)
    out, back = 1j * big_k + up, 1j * big_k - up
    loop = out + back * echo
    loop = np.where(loop == 0, 1e-16 * out, loop)  # a node on a bound state: a pole, which only a torkance minds
    return -4j * big_k * up * echo / (out * loop)


def level_distance(junction):
    """How far the nearest quantum-well state with q = 0 is from the Fermi level at zero bias, in eV, if it is near."""
    step = 1e-6 * min(*junction.barrier.heights, junction.left.fermi_energy)
    z = np.array([0.0, -step])
    up, down = wave_numbers(junction, z, 0.0)[0]
    ik = 1j * decay(junction.barrier, z, 0.0, 0.0)[0] / junction.barrier.mass
    echo = splitting(junction.left) / (up + down) ** 2 * np.exp(2j * junction.spacer * up)
    here, there = ik + up + (ik - up) * echo
    return abs(here) * step / abs(here - there)


def exchange(junction, z, excess, u, top_decay):
    """Δr1 Δr2 e^(-2S), relative to the decay at the top; analytic in the upper half plane."""
    k1, k2 = wave_numbers(junction, z, u)
    kappa1, kappa2, mean = decay(junction.barrier, excess, excess - z, u)
    # r↑ - r↓ = 2iK (k↓ - k↑) / (iK + k↑)(iK + k↓), and k↑ - k↓ without cancellation
    ik1, ik2 = kappa1 * (1j / junction.barrier.mass), kappa2 * (1j / junction.barrier.mass)
    strength = splitting(junction.right) / (k2[0] + k2[1])
    below = (ik2 + k2[0]) * (ik2 + k2[1])
    if junction.spacer:
        value = -2 * strength * ik2 * through_spacer(junction, k1, kappa1 / junction.barrier.mass) / below
    else:
        strength = 4 * strength * splitting(junction.left) / (k1[0] + k1[1])
        value = strength * (ik1 * ik2) / (below * (ik1 + k1[0]) * (ik1 + k1[1]))
    s = 2 * junction.barrier.width * (mean - top_decay)
    return value * (np.exp(-s.real) * (np.cos(s.imag) - 1j * np.sin(s.imag)))  # five times faster than a complex exp


def tail(width, mean):
    """Energy in eV that κ² must rise by, from where its mean root is `mean`, for e^(-2S) to fall by e^(-2 DEPTH).

    ∫√(κ²+c) dx ≥ √(S² + c d²) (triangle inequality) makes it a bound: nothing larger is ever cut off.
    """
    return units.HBAR2_2M * DEPTH / width * (DEPTH / width + 2 * mean)


def cut(junction, low, top, u, width):
    """Mean κ at the top, and the lower limit of z: the lowest band edge, or where the barrier has damped everything.

    The smallest κ² at a given z lies β (top - z) above the smallest of all; for z < low or β > 1 it rises with slope 1.
    """
    (left, _), (right, _) = band_edges(junction, u)
    mean = decay(junction.barrier, top, 0.0, u)[-1]
    slope, reach = min(1.0, junction.barrier.mass), tail(width, mean)
    reach = np.minimum(reach / slope, reach + (1 - slope) * (top - low))
    return mean, np.maximum(np.minimum(left, right), top - reach)
