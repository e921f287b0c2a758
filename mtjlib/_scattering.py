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

For integrals the same is written as multiple reflection. A spacer N, or the left interface itself, sends majority waves
on and a minority wave back, with the amplitude :math:`\rho=e^{2iks}(k-k_1^\downarrow)/(k+k_1^\downarrow)`,
:math:`k=k_1^\uparrow`; the barrier and the right magnet send it back with
:math:`r=r_++r_-\,\boldsymbol\sigma\cdot\mathbf m_2`. With the round trip :math:`x=\rho\,r^{\downarrow\downarrow}` the
density of minority waves at the barrier is

.. math:: \frac{1-|\rho|^2(1-|r^{\downarrow\uparrow}|^2)}{|1-x|^2}
          = \frac{1-|\rho|^2(1-|r^{\downarrow\uparrow}|^2)}{1-|x|^2}\;\mathrm{Re}\,\frac{1+x}{1-x},

and with :math:`\eta=\rho r_-/(1-x)` every current is the real part of a function that is analytic above the real axis
of :math:`\epsilon=E-w`: *x* and η are small there, and all else contains no phase of N. Where both electrodes fill
their states, only C survives, as Im F with :math:`F=4\eta`, which is analytic for Im E > 0 and Im w < 0.

Energies are in eV from the left Fermi level: `excess` is E, `across` is ε.
"""

from typing import NamedTuple

import numpy as np

from mtjlib import _airy, units
from mtjlib._occupied import band_edges


def _half_sum_and_difference(up, down):
    return (up + down) / 2, (up - down) / 2


def _band_waves(junction, across, bias):
    """Wave numbers (1↑, 1↓, 2↑, 2↓) in 1/nm of the energy `across` in the magnets; N has that of 1↑.

    The root with Im k ≥ 0, decaying where the band is closed. Exactly at an edge two equal bands of a normal metal
    would give 0/0 for the difference of their spins.
    """
    kinetic = [across - edge for edge in band_edges(junction, bias)]
    return [np.sqrt(np.where(k == 0, 1e-20, k) / units.HBAR2_2M + 0j) for k in kinetic]


def _wave_numbers(junction, across, bias):
    """Outgoing wave numbers (1↑, 1↓, 2↑, 2↓) in 1/nm; those of the left include the spacer."""
    k1_up, k1_down, k2_up, k2_down = _band_waves(junction, across, bias)
    if junction.spacer:
        # N is matched to the left majority band; the minority wave goes back and forth in it.
        round_trip = np.exp(2j * k1_up * junction.spacer) * (k1_up - k1_down) / (k1_up + k1_down)
        k1_down = k1_up * (1 - round_trip) / (1 + round_trip)
    return k1_up, k1_down, k2_up, k2_down


def _box(junction, across, excess, bias):
    """a, b, c of the barrier."""
    parallel = excess - across
    if np.isrealobj(parallel):
        parallel = np.maximum(parallel, 0)  # against rounding where the barrier is pulled down to the Fermi level
    ends = _airy.squared_ends(junction.barrier, excess, parallel, bias)
    return _airy.admittance(junction.barrier.width, junction.barrier.mass, *ends)


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


def currents(junction, across, excess, bias, cosine):
    """`mtjlib.exact.spectral_currents` of both electrodes, without checks."""
    a, b, c = _box(junction, across, excess, bias)
    k1_up, k1_down, k2_up, k2_down = _wave_numbers(junction, across, bias)
    p1, p2, c2 = (a - 1j * k1_up, a - 1j * k1_down), (b - 1j * k2_up, b - 1j * k2_down), c * c
    k1, k2 = (k1_up.real, k1_down.real), (k2_up.real, k2_down.real)
    charge = _transmission(p1, p2, c2, k1, k2, cosine)
    # Seen from the right, m_in × m_out is m2 × m1, and everything flows the other way.
    along_m2, along_m1, normal = _spin_current(p2, p1, c2, k2, cosine)
    return (
        Currents(charge, *_spin_current(p1, p2, c2, k1, cosine)),
        Currents(-charge, -along_m1, -along_m2, normal),
    )


class _Cavity(NamedTuple):
    """N, or the mere interface, between the left magnet and the barrier with the right magnet behind it."""

    box: tuple  # a, b, c²
    k: np.ndarray
    k_right: list  # up, down along m2, as the next two
    behind: list  # 1/P₂
    near: list  # 1/M, M = a - ik - c²/P₂
    step: np.ndarray  # difference of 1/P₂
    mirror: np.ndarray  # reflection of a minority wave at the left magnet; ρ is this after the way there and back
    odd: np.ndarray  # r₋
    trip: np.ndarray  # x = ρ r↓↓
    twist: np.ndarray  # η = ρ r₋/(1 - x)


def _cavity(junction, across, excess, bias, cosine):
    a, b, c = _box(junction, across, excess, bias)
    k, k_down, *k_right = _band_waves(junction, across, bias)
    behind = [1 / (b - 1j * wave) for wave in k_right]
    up, down = near = [1 / (a - 1j * k - c * c * g) for g in behind]
    # Differences of the spins come from k↑² - k↓², or a weak magnet would drown in rounding.
    step = 1j * _split(junction.right) / (k_right[0] + k_right[1]) * behind[0] * behind[1]
    mirror = _split(junction.left) / (k + k_down) ** 2
    back = mirror * np.exp(2j * k * junction.spacer)
    odd = -1j * k * c * c * step * up * down
    trip = -back * (1 + 1j * k * (up + down) + cosine * odd)
    return _Cavity((a, b, c * c), k, k_right, behind, near, step, mirror, odd, trip, back * odd / (1 - trip))


def _split(magnet):
    """k↑² - k↓² in 1/nm²."""
    return magnet.exchange_splitting / units.HBAR2_2M


def exchange(junction, across, excess, bias, cosine):
    """F = 4η, at real or complex energies."""
    return 4 * _cavity(junction, across, excess, bias, cosine).twist


def left_currents(junction, across, excess, bias, cosine):
    r"""Functions whose real parts on the real axis are the currents of the left electrode's states.

    They are analytic above the real axis of :math:`\epsilon=E-w`, from one band edge to the next. In front of them:
    what N passes per majority and minority wave, the size below which all is rounding.
    """
    (a, b, c2), k, k_right, behind, (up, down), step, mirror, odd, trip, twist = _cavity(
        junction, across, excess, bias, cosine
    )
    # The complex conjugates, continued: an open band's wave number is real, a closed one's imaginary.
    right, real = junction.right, np.real(across)
    _, minority, *right_edges = band_edges(junction, bias)
    is_open = [real > edge for edge in right_edges]
    k_bar = [np.where(o, wave, -wave) for o, wave in zip(is_open, k_right, strict=True)]
    behind_bar = [1 / (b + 1j * wave) for wave in k_bar]
    up_bar, down_bar = (1 / (a + 1j * k - c2 * g) for g in behind_bar)
    step_bar = -1j * _split(right) / (k_bar[0] + k_bar[1]) * behind_bar[0] * behind_bar[1]
    odd_bar = 1j * k * c2 * step_bar * up_bar * down_bar

    # Transmission from N, and how far the barrier turns a spin on its way: χ, in two parts real on the real axis. The
    # odd part is written with the difference of the right magnet's spins, to vanish with it.
    flux = 4 * k * c2
    through_up = flux * np.where(is_open[0], k_right[0], 0) * behind[0] * behind_bar[0] * up * up_bar
    through_down = flux * np.where(is_open[1], k_right[1], 0) * behind[1] * behind_bar[1] * down * down_bar
    even_turn = flux / 4j * ((behind[1] - behind_bar[0]) * up_bar * down + (behind[0] - behind_bar[1]) * up * down_bar)
    crossed = step * up_bar * down + step_bar * up * down_bar
    crossed += (behind[0] - behind_bar[0]) * c2 * up * up_bar * (step * down - step_bar * down_bar)
    odd_turn = flux / 4 * crossed

    # Density of minority waves that arrive at the barrier, for each majority wave.
    echo = np.where(real > minority, mirror * mirror, 1.0)
    sine2 = (1 - cosine) * (1 + cosine)
    flip = sine2 * odd * odd_bar
    entering = 1 - echo + echo * flip
    leaving = entering + echo * _mixed(cosine, through_down, through_up)
    unpopulated = leaving == 0
    share = np.where(unpopulated, 1.0, entering) / np.where(unpopulated, 1.0, leaving)
    minority = share * (1 + trip) / (1 - trip)

    charge_up = through_up * (_mixed(cosine, 1.0, minority) + sine2 * twist)
    charge_down = through_down * (_mixed(cosine, minority, 1.0) - sine2 * twist)
    polarised = (1 - minority) / 2 - cosine * twist
    along_m1 = 2 * (polarised * even_turn - 1j * twist * odd_turn)
    normal = -2 * (polarised * odd_turn + 1j * twist * even_turn)
    # charge_up - charge_down - cosine·along_m1, written so that nothing is left of it behind a normal metal.
    grown = c2 * step_bar * up_bar * down_bar * step * up * (1 + c2 * behind[1] * down)
    grown_bar = c2 * step * up * down * step_bar * up_bar * (1 + c2 * behind_bar[1] * down_bar)
    along_m2 = (
        (through_up - through_down) * (1 + minority) / 2
        + cosine * polarised * flux * (grown - grown_bar) / 2j
        + twist * (through_up + through_down + 2j * cosine * odd_turn)
    )
    return through_up + through_down, Currents(charge_up + charge_down, along_m1, along_m2, normal)
