r"""Transport and spin torque by exact scattering: the reference that `mtjlib.transport` approximates.

The names and signatures are those of `mtjlib.transport`, without the WKB wave in the barrier and without the
expansion in the barrier's transmission: spinor waves of both electrodes are matched to the exact wave of the
trapezoid. Beyond leading order the torque coefficients depend on the angle between the magnets, so they take `angle`
(default π/2) here.

**The algebra.** A wave of energy E and in-plane energy :math:`w=\hbar^2q^2/2m` has :math:`\phi=-ik\psi` on the left
of the barrier and :math:`\phi=ik\psi` on its right when nothing comes in, with :math:`k` a 2×2 matrix that is
diagonal along m1 or m2. With the barrier's `admittance` (a, b, c), matching the spinors :math:`\psi_0,\psi_d` at its
two ends reads

.. math:: \begin{pmatrix}P_1 & -c\\ -c & P_2\end{pmatrix}\begin{pmatrix}\psi_0\\ \psi_d\end{pmatrix} = \text{incoming},
          \qquad P_1=a-ik_1,\quad P_2=b-ik_2,

and its inverse is the Green function. Both P are of the form :math:`p^++p^-\,\boldsymbol\sigma\cdot\mathbf m`, so
that the inverse and the currents are closed expressions in :math:`\cos\theta=\mathbf m_1\cdot\mathbf m_2`. The charge
and spin currents at either end are :math:`c\,\mathrm{Im}\,\psi_0^\dagger\boldsymbol\sigma\psi_d`, one and the same
number: spin current is conserved in the barrier. Written as
:math:`A\,\mathbf m_1+B\,\mathbf m_2+C\,\mathbf m_1\times\mathbf m_2`, what the right magnet absorbs is
:math:`A\,\mathbf m_2\times(\mathbf m_1\times\mathbf m_2)+C\,\mathbf m_1\times\mathbf m_2`.

**The occupied states.** Where both electrodes fill their states, only C survives, as the imaginary part of

.. math:: F(E,w) = \frac{2c^2\,(k_1^\uparrow-k_1^\downarrow)(k_2^\uparrow-k_2^\downarrow)}
          {\det\begin{pmatrix}P_1 & -c\\ -c & P_2\end{pmatrix}},

which is analytic for Im E > 0 and Im w < 0. Its integral over all occupied states, bound states of a spacer included,
is taken along rays into that region, where it is smooth. What the bias adds are the states that come from the left
between the two Fermi levels; they are integrated along the real axis.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mtjlib import units
from mtjlib._validate import real
from mtjlib.barrier import admittance_from_ends, check_bias, squared_ends, trapezoid_action
from mtjlib.quadrature import pieces

_NODES = 20, 16  # per piece of ε = E - w, per piece of the energy window
_RAY_NODES = 32
_RAY = np.exp(0.75j * np.pi)
_PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)  # d²q/(2π)² = dw/(4π·ħ²/2m), from 1/nm² to 1/m²


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
    """Currents from left to right inside the barrier, per channel (see `spectral_currents`)."""

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


def _currents(junction, energy, parallel_energy, bias, cosine, sides=("left", "right")):
    """`spectral_currents` of the electrodes asked for, without checks."""
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


def spectral_currents(junction, energy, parallel_energy, bias=0.0, angle=0.0):
    r"""Currents through the barrier at one energy and in-plane wave vector, from each electrode's states.

    With occupations :math:`f_L, f_R` the particle current from left to right per area is
    :math:`\frac1h\int dE\,\frac{d^2q}{(2\pi)^2}\,(f_L\,\mathrm{left}+f_R\,\mathrm{right})`, and the same integral
    times ħ/2 is the spin current. It is the same at every point of the barrier.

    Parameters
    ----------
    junction : Junction
    energy : float or array_like
        In eV above the bottom of the left majority band, below the barrier's edge.
    parallel_energy : float or array_like
        :math:`\hbar^2q^2/2m` in eV, ≥ 0.
    bias : float or array_like
        In V.
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    left, right : Currents
        Each with the fields ``charge`` (dimensionless transmission, negative from the right), ``along_m1``,
        ``along_m2`` and ``normal`` (coefficients of m1, m2 and m1 × m2).

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> left, right = spectral_currents(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), 4.5, 0.2, angle=1.0)
    >>> bool(abs(left.charge + right.charge) < 1e-12 * left.charge)
    True
    """
    energy = real("energy", energy, unit="eV")
    parallel_energy = real("parallel_energy", parallel_energy, "[0, inf)", "eV")
    bias = check_bias(junction.barrier, bias)
    cosine = np.cos(real("angle", angle, unit="rad"))
    if not all(
        (np.asarray(s) > 0).all()
        for s in squared_ends(junction.barrier, energy - junction.left.fermi_energy, parallel_energy, bias)
    ):
        raise ValueError(f"energy must lie below the barrier's edge, got up to {float(np.max(energy))!r} eV")
    left, right = _currents(junction, energy, parallel_energy, bias, cosine)
    return left, right


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


def _resonances(junction, energy, bias, cosine, high):
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
        edges = np.concatenate([edges, _resonances(junction, energy, bias, cosine, high)], axis=-1)
    across, weight = _sorted_pieces(edges, low, high, n)
    weight = weight * energy_weight[..., None]

    energy, bias, cosine = energy[..., None], bias[..., None], cosine[..., None]
    (currents,) = _currents(junction, energy, np.maximum(energy - across, 0), bias, cosine, sides=("left",))
    return [(weight * current).sum(axis=(-2, -1)) for current in currents]


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

    (a, b, c), (k1_up, k1_down, k2_up, k2_down) = _matching(junction, fermi + _RAY * step_e, -_RAY * step_w, bias)
    p1_up, p1_down, p2_up, p2_down = a - 1j * k1_up, a - 1j * k1_down, b - 1j * k2_up, b - 1j * k2_down
    c2 = c * c
    determinant = _mixed(
        cosine,
        (p1_up * p2_up - c2) * (p1_down * p2_down - c2),
        (p1_up * p2_down - c2) * (p1_down * p2_up - c2),
    )
    density = 2 * c2 * (k1_up - k1_down) * (k2_up - k2_down) / determinant
    # dE dw = (-ray)² dtau dtau' and the ray is at 135°, so that Im turns into -Re.
    return -(measure * density.real).sum(axis=(-2, -1))


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


def _left_states(junction, bias, angle):
    """`_window` for any shape, as Currents."""
    n, n_energy = _NODES
    # A thick spacer's standing waves pass the window one after the other.
    n_energy *= 1 + int(junction.spacer / 4)
    window = _blockwise(lambda j, v, a: _window(j, v, a, n, n_energy), junction, bias, angle)
    return Currents(*window)


def _all_states(junction, bias, angle):
    """`_sea` for any shape."""
    return _blockwise(lambda j, v, a: _sea(j, v, a, _RAY_NODES), junction, bias, angle)


def _checked(junction, bias, angle):
    return check_bias(junction.barrier, bias), real("angle", angle, unit="rad")


def conductance(junction, angle=0.0):
    r"""Conductance per area at zero bias.

    .. math:: G(\theta) = \frac{e^2}{h}\int\frac{d^2q}{(2\pi)^2}\,\mathcal T(E_F, q, \theta)

    with the transmission of all channels. Its leading order is Eq. (13) of Xiao, Bauer and Brataas, Phys. Rev. B 77,
    224419 (2008).

    Parameters
    ----------
    junction : Junction
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    float or ndarray
        In S/m².

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 3.825))
    >>> bool(conductance(mtj, 0.0) > conductance(mtj, 3.14))
    True
    """
    bias, angle = _checked(junction, 0.0, angle)
    return units.CONDUCTANCE_QUANTUM * _PER_AREA * _left_states(junction, bias, angle).charge


def current_density(junction, bias, angle=0.0):
    r"""Charge current density, positive from left to right for V > 0.

    .. math:: J = \frac{e}{h}\int dE\,\frac{d^2q}{(2\pi)^2}\,\mathcal T\,(f_R-f_L)

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left height of the barrier.
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    float or ndarray
        In A/m², of the broadcast shape.

    Raises
    ------
    ValueError, TypeError
        For a bias outside the barrier's range.

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 3.825))
    >>> bool(abs(current_density(mtj, 1e-6) / conductance(mtj) / 1e-6 - 1) < 1e-5)
    True
    """
    bias, angle = _checked(junction, bias, angle)
    return units.CONDUCTANCE_QUANTUM * _PER_AREA * bias * _left_states(junction, bias, angle).charge


def tmr(junction, bias=0.0):
    r"""Tunnel magnetoresistance :math:`(R_{AP}-R_P)/R_P` at a bias, with R = V/J.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V.

    Returns
    -------
    float or ndarray
        A fraction; ``inf`` where no current flows antiparallel (two half metals).

    Raises
    ------
    ValueError
        For a bias out of range, or a barrier so thick (some 70 nm) that the current underflows.

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 3.825))
    >>> bool(tmr(mtj) > tmr(mtj, 0.5) > 0)
    True
    """
    bias, _ = _checked(junction, bias, 0.0)
    parallel = _left_states(junction, bias, 0.0).charge
    antiparallel = _left_states(junction, bias, np.pi).charge
    if (parallel == 0).any():
        raise ValueError(
            f"barrier.width must let a representable current through, got {junction.barrier.width} nm: "
            "both resistances overflow here, while transport.tmr gives their ratio"
        )
    with np.errstate(divide="ignore"):
        return parallel / antiparallel - 1


def torque_in_plane(junction, bias, angle=np.pi / 2):
    r"""In-plane (Slonczewski) torque on the right magnet: the coefficient of m2 × (m1 × m2).

    .. math:: N_\parallel = \frac{1}{4\pi}\int dE\,\frac{d^2q}{(2\pi)^2}\,A\,(f_L-f_R)

    with A the m1 component of the spin current of the left electrode's states. "Normal" is N∥ < 0 for V > 0. Its
    leading order is the corrected Eq. (11a) of Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008).

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V.
    angle : float or array_like
        Between the magnets, in rad. The torque itself is this coefficient times sin θ; to leading order in the
        barrier's transmission the coefficient does not depend on the angle.

    Returns
    -------
    float or ndarray
        In J/m², of the broadcast shape.

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 3.825))
    >>> bool(torque_in_plane(mtj, 0.1) < 0 < torque_in_plane(mtj, -0.1))
    True
    """
    bias, angle = _checked(junction, bias, angle)
    return -units.E_CHARGE * _PER_AREA / (4 * np.pi) * bias * _left_states(junction, bias, angle).along_m1


def torque_out_of_plane(junction, bias, angle=np.pi / 2):
    r"""Out-of-plane (field-like) torque on the right magnet: the coefficient of m1 × m2.

    .. math:: N_\perp = \frac{1}{4\pi}\int dE\,\frac{d^2q}{(2\pi)^2}\left[\mathrm{Im}F\,f_R + C_L\,(f_L-f_R)\right]

    The first term is carried by all states below the right Fermi level, so it does not vanish at V = 0: that part is
    the interlayer exchange coupling. A spacer's bound states are included.

    Parameters
    ----------
    junction, bias, angle
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/m², of the broadcast shape.

    Examples
    --------
    The coupling pulls neither magnet when one of them is a normal metal:

    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 0.0))
    >>> abs(float(torque_out_of_plane(mtj, 0.1)))
    0.0
    """
    bias, angle = _checked(junction, bias, angle)
    window = bias * _left_states(junction, bias, angle).normal
    return units.E_CHARGE * _PER_AREA / (4 * np.pi) * (_all_states(junction, bias, angle) - window)


def torkance_in_plane(junction, angle=np.pi / 2):
    r"""In-plane torkance :math:`dN_\parallel/dV` at V = 0: an integral over the Fermi surface.

    Parameters
    ----------
    junction : Junction
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    float or ndarray
        In J/(V m²).

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> mtj = Junction(Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 3.825))
    >>> bool(abs(torque_in_plane(mtj, 1e-6) / torkance_in_plane(mtj) / 1e-6 - 1) < 1e-5)
    True
    """
    bias, angle = _checked(junction, 0.0, angle)
    return -units.E_CHARGE * _PER_AREA / (4 * np.pi) * _left_states(junction, bias, angle).along_m1


def torkance_out_of_plane(junction, angle=np.pi / 2):
    r"""Out-of-plane torkance :math:`dN_\perp/dV` at V = 0, the Fermi sea's share included.

    The sea's share is the derivative of an integral that is analytic in V; a five-point difference takes it.

    Parameters
    ----------
    junction : Junction
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    float or ndarray
        In J/(V m²). Zero for a symmetric junction.

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> fe, barrier = Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4)
    >>> symmetric, other = Junction(fe, barrier, fe), Junction(fe, barrier, Ferromagnet(4.5, 2.0))
    >>> bool(abs(torkance_out_of_plane(symmetric)) < 1e-6 * abs(torkance_out_of_plane(other)))
    True
    """
    bias, angle = _checked(junction, 0.0, angle)
    step = 0.01 * min(junction.barrier.heights)
    back2, back, ahead, ahead2 = (_all_states(junction, i * step, angle) for i in (-2, -1, 1, 2))
    sea = (8 * (ahead - back) - (ahead2 - back2)) / (12 * step)
    return units.E_CHARGE * _PER_AREA / (4 * np.pi) * (sea - _left_states(junction, bias, angle).normal)
