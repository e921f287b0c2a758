r"""Exact scattering at one energy and one in-plane wave vector: spinors matched to the wave in the trapezoid.

A wave of energy E and in-plane energy :math:`w=\hbar^2q^2/2m` has :math:`\phi=-ik\psi` on the left of the barrier and
:math:`\phi=ik\psi` on its right when nothing comes in, with :math:`k` a 2×2 matrix that is diagonal along m1 or m2.
With the barrier's `admittance` (a, b, c), matching the spinors :math:`\psi_0,\psi_d` at its two ends reads

.. math:: \begin{pmatrix}P_1 & -c\\ -c & P_2\end{pmatrix}\begin{pmatrix}\psi_0\\ \psi_d\end{pmatrix} = \text{incoming},
          \qquad P_1=a-ik_1,\quad P_2=b-ik_2,

and its inverse is the Green function. Both P are of the form :math:`p^++p^-\,\boldsymbol\sigma\cdot\mathbf m`, so
that the inverse and the currents are closed expressions in :math:`\cos\theta=\mathbf m_1\cdot\mathbf m_2`. The charge
and spin currents at either end are :math:`c\,\mathrm{Im}\,\psi_0^\dagger\boldsymbol\sigma\psi_d`, one and the same
number: spin current is conserved in the barrier. Written as
:math:`A\,\mathbf m_1+B\,\mathbf m_2+C\,\mathbf m_1\times\mathbf m_2`, what the right magnet absorbs is
:math:`A\,\mathbf m_2\times(\mathbf m_1\times\mathbf m_2)+C\,\mathbf m_1\times\mathbf m_2`.

Where both electrodes fill their states, only C survives, as the imaginary part of

.. math:: F(E,w) = \frac{2c^2\,(k_1^\uparrow-k_1^\downarrow)(k_2^\uparrow-k_2^\downarrow)}
          {\det\begin{pmatrix}P_1 & -c\\ -c & P_2\end{pmatrix}},

which is analytic for Im E > 0 and Im w < 0.

Energies are in eV above the bottom of the left majority band.
"""

from typing import NamedTuple

import numpy as np

from mtjlib import units
from mtjlib.barrier import admittance_from_ends, squared_ends


def _half_sum_and_difference(up, down):
    return (up + down) / 2, (up - down) / 2


def _root(squared):
    """Wave number from k²: the root with Im k ≥ 0, decaying where the band is closed."""
    return np.sqrt(squared + 0j)


def _wave_numbers(junction, energy, parallel_energy, bias):
    """Outgoing wave numbers (1↑, 1↓, 2↑, 2↓) in 1/nm; those of the left include the spacer."""
    left, right = junction.left, junction.right
    across = (energy - parallel_energy) / units.HBAR2_2M
    bottom = (left.fermi_energy - right.fermi_energy + bias) / units.HBAR2_2M
    k1_up = _root(np.where(across == 0, 1e-12, across))
    k1_down = _root(across - left.exchange_splitting / units.HBAR2_2M)
    if junction.spacer:
        # N is matched to the left majority band; the minority wave goes back and forth in it.
        round_trip = np.exp(2j * k1_up * junction.spacer) * (k1_up - k1_down) / (k1_up + k1_down)
        k1_down = k1_up * (1 - round_trip) / (1 + round_trip)
    k2_up = _root(across - bottom)
    k2_down = _root(across - bottom - right.exchange_splitting / units.HBAR2_2M)
    return k1_up, k1_down, k2_up, k2_down


def _matching(junction, energy, parallel_energy, bias):
    """a, b, c of the barrier and the four outgoing wave numbers."""
    ends = squared_ends(junction.barrier, energy - junction.left.fermi_energy, parallel_energy, bias)
    box = admittance_from_ends(junction.barrier.width, junction.barrier.mass, *ends)
    return box, _wave_numbers(junction, energy, parallel_energy, bias)


class Currents(NamedTuple):
    """Currents from left to right inside the barrier, per channel (see `mtjlib.exact.spectral_currents`)."""

    charge: np.ndarray
    along_m1: np.ndarray
    along_m2: np.ndarray
    normal: np.ndarray


def _mixed(cosine, parallel, antiparallel):
    """Average over equal and opposite spins of the two magnets, with the weights cos²(θ/2) and sin²(θ/2)."""
    return (1 + cosine) / 2 * parallel + (1 - cosine) / 2 * antiparallel


def _transmission(p1, p2, c2, k1, k2, cosine):
    """Sum over channels of the transmission, each term positive: 4c² k₁k₂ |p̄₁p̄₂ - c²|²/|det|², p̄ of the other spin."""
    (up1, down1), (up2, down2) = p1, p2
    pairs = up1 * up2 - c2, down1 * down2 - c2, up1 * down2 - c2, down1 * up2 - c2
    same_up, same_down, up_down, down_up = (np.abs(pair) ** 2 for pair in pairs)
    (k1_up, k1_down), (k2_up, k2_down) = k1, k2
    determinant = _mixed(cosine, pairs[0] * pairs[1], pairs[2] * pairs[3])
    through = _mixed(
        cosine,
        k1_up * k2_up * same_down + k1_down * k2_down * same_up,
        k1_up * k2_down * down_up + k1_down * k2_up * up_down,
    )
    return 4 * c2 * through / np.abs(determinant) ** 2


def _spin_current(p_in, p_out, c2, k_in, cosine):
    """Spin current, away from where they come from, of the states of one electrode.

    Its components along m_in, along m_out and along m_in × m_out.
    """
    g_plus, g_minus = _half_sum_and_difference(1 / p_out[0], 1 / p_out[1])
    k_plus, k_minus = _half_sum_and_difference(*k_in)
    # (P_in - c² g_out)^-1 = (l - v σ·m_out)/D with l = diag(l_up, l_down) along m_in.
    v = -c2 * g_minus
    l_up, l_down = p_in[1] - c2 * g_plus, p_in[0] - c2 * g_plus
    determinant = l_up * l_down - v * (v + cosine * (p_in[0] - p_in[1]))
    y_plus, y_minus = _half_sum_and_difference(k_in[0] * np.abs(l_up) ** 2, k_in[1] * np.abs(l_down) ** 2)
    z_plus, z_minus = _half_sum_and_difference(k_in[0] * l_up.conj(), k_in[1] * l_down.conj())
    weight = 8 * c2 / np.abs(determinant) ** 2
    v2 = np.abs(v) ** 2
    # Density matrix at the near end: n + (near m_in + far m_out + normal m_in × m_out)·σ.
    n = y_plus - 2 * cosine * (v * z_minus).real + v2 * k_plus
    near = y_minus - v2 * k_minus
    far = 2 * cosine * v2 * k_minus - 2 * (v * z_plus).real
    normal = -2 * (v * z_minus).imag
    return (
        weight * (g_plus.imag * near + g_minus.real * normal),
        weight * (g_plus.imag * far + g_minus.imag * n - cosine * g_minus.real * normal),
        weight * (g_plus.imag * normal - g_minus.real * near),
    )


def currents(junction, energy, parallel_energy, bias, cosine, sides=("left", "right")):
    """`mtjlib.exact.spectral_currents` of the electrodes asked for, without checks."""
    (a, b, c), (k1_up, k1_down, k2_up, k2_down) = _matching(junction, energy, parallel_energy, bias)
    p1, p2, c2 = (a - 1j * k1_up, a - 1j * k1_down), (b - 1j * k2_up, b - 1j * k2_down), c * c
    k1, k2 = (k1_up.real, k1_down.real), (k2_up.real, k2_down.real)
    charge = _transmission(p1, p2, c2, k1, k2, cosine)
    result = []
    if "left" in sides:
        result.append(Currents(charge, *_spin_current(p1, p2, c2, k1, cosine)))
    if "right" in sides:
        # Seen from the right, m_in × m_out is m2 × m1, and everything flows the other way.
        along_m2, along_m1, normal = _spin_current(p2, p1, c2, k2, cosine)
        result.append(Currents(-charge, -along_m1, -along_m2, normal))
    return result


def exchange(junction, energy, parallel_energy, bias, cosine):
    """F, at real or complex energies."""
    (a, b, c), (k1_up, k1_down, k2_up, k2_down) = _matching(junction, energy, parallel_energy, bias)
    p1_up, p1_down, p2_up, p2_down = a - 1j * k1_up, a - 1j * k1_down, b - 1j * k2_up, b - 1j * k2_down
    c2 = c * c
    determinant = _mixed(
        cosine,
        (p1_up * p2_up - c2) * (p1_down * p2_down - c2),
        (p1_up * p2_down - c2) * (p1_down * p2_up - c2),
    )
    return 2 * c2 * (k1_up - k1_down) * (k2_up - k2_down) / determinant


def resonances(junction, energy, bias, cosine, high):
    """Energies of the spacer's minority standing waves, on a last axis: k s - arctan(κ_F/k) - arctan(a'/k) = nπ.

    Here a' is the barrier's a with the right magnet behind it, seen by a left minority spin. Below the left magnet's
    minority band (κ_F > 0) the waves are bound but for tunnelling and leave narrow dips in the currents; above it
    (κ_F = 0) they are the peaks of an interferometer.
    """
    high = high[..., None]
    count = int(np.sqrt(high.max(initial=0) / units.HBAR2_2M) * junction.spacer / np.pi) + 1
    order = np.arange(count)
    energy, bias, cosine = energy[..., None], bias[..., None], cosine[..., None]
    low = np.zeros((*energy.shape[:-1], count))
    high = high + low

    def surplus(across):
        (a, b, c), (_, _, k2_up, k2_down) = _matching(junction, energy, np.maximum(energy - across, 0), bias)
        g_plus, g_minus = _half_sum_and_difference(1 / (b - 1j * k2_up), 1 / (b - 1j * k2_down))
        a = a - c**2 * (g_plus - cosine * g_minus).real
        k = np.sqrt(across / units.HBAR2_2M)
        decay = np.sqrt(np.maximum(junction.left.exchange_splitting - across, 0) / units.HBAR2_2M)
        return k * junction.spacer - np.arctan2(decay, k) - np.arctan2(a, k) - order * np.pi

    for _ in range(45):
        middle = (low + high) / 2
        above = surplus(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return high
