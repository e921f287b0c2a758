r"""One channel of the leading-order theory: what an electron of given energies meets at both interfaces and in between.

Wave vectors depend on :math:`\epsilon=E-\hbar^2q^2/2m` (`across`) alone, and at fixed ε the energy E (`excess`) enters
through the barrier's κ only. Energies are from the left Fermi level.
"""

from typing import NamedTuple

import numpy as np

from mtjlib import _airy, interface
from mtjlib._occupied import band_edges


def _amplitudes(junction, across, excess, bias):
    """Wave vectors and reflection amplitudes (1↑, 1↓, 2↑, 2↓) inside the barrier, and e^(-2S)."""
    barrier = junction.barrier
    kappa = [np.sqrt(squared) for squared in _airy.squared_ends(barrier, excess, excess - across, bias)]
    k = [interface._wavevector(across - edge) for edge in band_edges(junction, bias)]
    big_k = [kappa[side] / barrier.mass for side in (0, 0, 1, 1)]
    r = [interface._reflection(*pair) for pair in zip(k, big_k, strict=True)]
    if junction.spacer and junction.left.exchange_splitting:  # N is matched to the left majority band
        r[1] = interface._reflection_through_spacer(k[1], k[0], junction.spacer, big_k[0])
    return r, np.exp(-2 * _airy.action(barrier.width, *kappa))


class Channel(NamedTuple):
    """T = 2 Im r of each spin (up, down), Re(r↑ - r↓), of interfaces 1 and 2, and the probability t_b² = e^(-2S)."""

    t1: tuple
    phase1: np.ndarray
    t2: tuple
    phase2: np.ndarray
    through: np.ndarray


def channel(junction, across, excess, bias):
    """The channel at real energies, or its continuation above the real axis of ε.

    There an open band has |r| = 1 on the axis, where the conjugate of r is therefore 1/r: T continues as -i(r - 1/r)
    and Re r as (r + 1/r)/2. In a closed band r is real and T = 0. The minority's r behind a spacer has another modulus,
    but it enters to first order alone: the real part of an integral over -2i r is that over 2 Im r, and poles on the
    axis count as their principal value.
    """
    r, through = _amplitudes(junction, across, excess, bias)
    if np.isrealobj(across):
        t, phase = [2 * each.imag for each in r], [each.real for each in r]
    else:
        is_open = [across.real > np.real(edge) for edge in band_edges(junction, bias)]
        t = [np.where(o, -1j * (each - 1 / each), 0.0) for o, each in zip(is_open, r, strict=True)]
        phase = [np.where(o, (each + 1 / each) / 2, each) for o, each in zip(is_open, r, strict=True)]
        if junction.left.exchange_splitting:
            t[1], phase[:2] = np.where(is_open[1], -2j * r[1], 0.0), r[:2]
    return Channel(tuple(t[:2]), phase[0] - phase[1], tuple(t[2:]), phase[2] - phase[3], through)


def exchange(junction, across, excess, bias, _cosine):
    """Δr1 Δr2 t_b², of which T1⁻ Re Δr2 + T2⁻ Re Δr1 is twice the imaginary part; analytic above the real axis."""
    (up1, down1, up2, down2), through = _amplitudes(junction, across, excess, bias)
    return (up1 - down1) * (up2 - down2) * through
