r"""Current, TMR and spin-transfer torque of a tunnel junction, to leading order in the barrier's transmission.

With one reflection amplitude :math:`r_{i\sigma}` per interface and spin (`mtjlib.interface`),
:math:`T_i^\pm = 2\,\mathrm{Im}(r_{i\uparrow}\pm r_{i\downarrow})`,
:math:`\Delta r_i = r_{i\uparrow}-r_{i\downarrow}` and
:math:`\langle\dots\rangle = \int d^2q/(2\pi)^2\, e^{-2S}(\dots)`, where *S* is the barrier's action, the
Landauer–Büttiker result at zero temperature is

.. math::

   J &= \frac{e}{h}\int dE\,(f_R-f_L)\,\tfrac12\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle \\
   N_\parallel &= \frac{1}{8\pi}\int dE\,(f_L-f_R)\,\langle T_1^-T_2^+\rangle \\
   N_\perp &= -\frac{1}{4\pi}\int dE\,
              \langle T_1^-\,\mathrm{Re}\Delta r_2\,f_L + T_2^-\,\mathrm{Re}\Delta r_1\,f_R\rangle

Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eqs. (11)–(13), with prefactors and signs rederived
(chapter 4). The torque acts on the *right* magnet, :math:`N_\parallel` along m2×(m1×m2) and :math:`N_\perp` along m1×m2
(both vectors are sinθ long). V > 0 raises every level of the right electrode by e|V|: electrons flow right to left.

How it is integrated. Along the normal an electron has the energy :math:`z=E-\hbar^2q^2/2m`; every band edge sits at a
fixed *z*, so the integral over the bias window is split there and mapped (`mtjlib.quadrature`). The Fermi sea in
:math:`N_\perp` follows from :math:`T_1^-\mathrm{Re}\Delta r_2+T_2^-\mathrm{Re}\Delta r_1 =
2\,\mathrm{Im}(\Delta r_1\Delta r_2)`, which is analytic above the real axis: filled to the right Fermi level, it is
integrated along one arc there, past all band edges and past the bound states that a spacer holds; what the left
electrode fills differently is a window integral of :math:`T_1^-\mathrm{Re}\Delta r_2`. Bound states are thus filled to
the right Fermi level, because only the right electrode can fill them.

The model's own limit: the wave functions are matched to the barrier with WKB, which a junction one nanometre thick
does not forgive at high bias; `mtjlib.exact` has no such limit.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from mtjlib import units
from mtjlib._validate import real
from mtjlib.barrier import check_bias, squared_ends, trapezoid_action
from mtjlib.interface import _reflection_through_spacer, _spin_difference, _transmission_and_phase, _wavevector
from mtjlib.quadrature import pieces

# e^(-2 _DEPTH) is where an integral over an exponential tail is cut off.
_DEPTH = 11.0
# Steepness of the arc above the real axis at its two ends.
_STEEPNESS = 1.25
# 1/m² for an integral over ħ²q²/2m in eV: d²q/(2π)² = dε / (4π ħ²/2m).
_PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)
_BIASES_AT_ONCE = 16


@dataclass(frozen=True)
class BiasCurve:
    """What `bias_curve` returns: current density in A/m² and the two torque coefficients in J/m²."""

    current_density: np.ndarray
    torque_in_plane: np.ndarray
    torque_out_of_plane: np.ndarray


def bias_curve(junction, bias, angle=0.0):
    r"""Current density and both torques in one pass: the bias window is integrated once.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.
    angle : float or array_like
        Angle between the magnetisations in rad; broadcasts with `bias` in the current density.

    Returns
    -------
    BiasCurve
        ``current_density`` in A/m², ``torque_in_plane`` and ``torque_out_of_plane`` in J/m² (see the functions of the
        same names; the torque coefficients do not depend on the angle and have the shape of `bias`).

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> curve = bias_curve(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), [-0.5, 0.5])
    >>> bool(np.allclose(curve.torque_out_of_plane[0], curve.torque_out_of_plane[1], atol=0))
    True
    """
    u = check_bias(junction.barrier, bias)
    angle = real("angle", angle, unit="rad")
    window = _window_integrals(junction, u)
    sea = _sea_integral(junction, u)
    return BiasCurve(_current(window, u, angle), _in_plane(window, u), _out_of_plane(window, sea, u))


def conductance(junction, angle=0.0):
    r"""Conductance per area at zero bias.

    .. math:: G = \frac{e^2}{2h}\,\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle_{E_F}

    Source: Xiao, Bauer and Brataas (2008), Eq. (13); chapter 3, {eq}`eq-conductance`.

    Parameters
    ----------
    junction : Junction
    angle : float or array_like
        Angle between the magnetisations in rad.

    Returns
    -------
    float or ndarray
        In S/m², of the shape of `angle`.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> mtj = Junction(fe, Barrier(1.125, 1.0, 0.4), fe)
    >>> [f"{g:.3e}" for g in conductance(mtj, [0.0, np.pi])]
    ['7.072e+10', '6.324e+10']
    """
    angle = real("angle", angle, unit="rad")
    return _current(_window_integrals(junction, 0.0), 1.0, angle)


def current_density(junction, bias, angle=0.0):
    r"""Current density, positive for V > 0.

    .. math:: J = \frac{e}{h}\int dE\,(f_R-f_L)\,\tfrac12\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle

    Source: Xiao, Bauer and Brataas (2008), Eq. (3), prefactor corrected; chapter 3, {eq}`eq-current`.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.
    angle : float or array_like
        Angle between the magnetisations in rad; broadcasts with `bias`.

    Returns
    -------
    float or ndarray
        In A/m².

    Raises
    ------
    ValueError
        For a bias that lifts an occupied level above the barrier.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> current_density(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), [0.1, 0.2, 1.2])
    Traceback (most recent call last):
    ...
    ValueError: bias must lie in (-1.125, 1.125) V, got 1.2
    """
    u = check_bias(junction.barrier, bias)
    angle = real("angle", angle, unit="rad")
    return _current(_window_integrals(junction, u), u, angle)


def tmr(junction, bias=0.0):
    r"""Tunnel magnetoresistance :math:`(R_{AP}-R_P)/R_P`, with resistances :math:`V/I` (their limit at V = 0).

    .. math:: \mathrm{TMR} = \frac{2\int\langle T_1^-T_2^-\rangle}{\int\langle T_1^+T_2^+ - T_1^-T_2^-\rangle}

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.

    Returns
    -------
    float or ndarray
        As a fraction; ``inf`` where no current flows antiparallel (two half metals).

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 0.87 * 4.5)
    >>> round(float(tmr(Junction(fe, Barrier(0.23 * 4.5, 1.0, 0.36), fe))), 4)
    0.1606
    """
    u = check_bias(junction.barrier, bias)
    window = _window_integrals(junction, u)
    with np.errstate(divide="ignore"):
        return 2 * window.minus / window.antiparallel


def torque_in_plane(junction, bias, free="right"):
    r"""In-plane (Slonczewski) torque: coefficient of m2×(m1×m2), on the right magnet.

    .. math:: N_\parallel = \frac{1}{8\pi}\int dE\,(f_L-f_R)\,\langle T_1^-T_2^+\rangle

    "Normal" is negative for V > 0 and positive for V < 0. Source: Xiao, Bauer and Brataas (2008), Eq. (11a), four times
    too large there; chapter 6, {eq}`eq-torque-in-plane`.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.
    free : {"right", "left"}
        The magnet that feels the torque. For "left" it is the coefficient of m1×(m2×m1), and 1 and 2, L and R are
        exchanged in the formula.

    Returns
    -------
    float or ndarray
        In J/m², of the shape of `bias`. The torque itself is this times sinθ.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> [f"{n:.2e}" for n in torque_in_plane(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), [-0.5, 0.5, 1.0])]
    ['3.90e-06', '-8.46e-07', '1.92e-06']
    """
    u = check_bias(junction.barrier, bias)
    return _in_plane(_window_integrals(junction, u), u, free)


def torque_out_of_plane(junction, bias):
    r"""Out-of-plane (field-like) torque: coefficient of m1×m2, on the right magnet, equilibrium exchange included.

    .. math:: N_\perp = -\frac{1}{4\pi}\int dE\,\langle T_1^-\,\mathrm{Re}\Delta r_2\,f_L
                       + T_2^-\,\mathrm{Re}\Delta r_1\,f_R\rangle

    The same number multiplies m2×m1 in the torque on the left magnet. In a spacer, quantum-well states of the minority
    below the left minority band are filled to the right Fermi level: only the right electrode reaches them. Where one
    of them crosses that level, the leading order has a logarithmic kink (and the integral fewer than six good digits).
    Source: Xiao, Bauer and Brataas (2008), Eqs. (11b, c), four times too large and of opposite sign there;
    chapter 6, {eq}`eq-torque-out-of-plane`.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.

    Returns
    -------
    float or ndarray
        In J/m², of the shape of `bias`. The value at zero bias is the interlayer exchange coupling.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> f"{torque_out_of_plane(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), 0.0):.2e}"
    '2.54e-06'
    """
    u = check_bias(junction.barrier, bias)
    window = _window_integrals(junction, u)
    return _out_of_plane(window, _sea_integral(junction, u), u)


def torkance_in_plane(junction, free="right"):
    r"""In-plane torkance :math:`dN_\parallel/dV` at zero bias.

    .. math:: \frac{dN_\parallel}{dV} = -\frac{e}{8\pi}\langle T_1^-T_2^+\rangle_{E_F}

    Source: Xiao, Bauer and Brataas (2008), Eq. (12), four times too large there: this one equals Slonczewski's
    :math:`(\hbar/4e)(G_{++}-G_{--}+G_{+-}-G_{-+})`, with the sign of m2×(m1×m2).

    Parameters
    ----------
    junction : Junction
    free : {"right", "left"}
        As in `torque_in_plane`.

    Returns
    -------
    float
        In J/(V m²).

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> f"{torkance_in_plane(Junction(fe, Barrier(1.125, 1.0, 0.4), fe)):.2e}"
    '-4.47e-06'
    """
    return _in_plane(_window_integrals(junction, 0.0), 1.0, free)


def torkance_out_of_plane(junction):
    r"""Out-of-plane torkance :math:`dN_\perp/dV` at zero bias, of the window and of the whole Fermi sea.

    The bias shifts the right bands, tilts the barrier and moves the right Fermi level; all of that is differentiated
    under the integral, node by node. It vanishes for a symmetric junction.

    Parameters
    ----------
    junction : Junction

    Returns
    -------
    float
        In J/(V m²).

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> f"{torkance_out_of_plane(Junction(fe, Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 1.35))):.2e}"
    '-2.93e-07'
    """
    window = _window_integrals(junction, 0.0)
    return _out_of_plane(window, _sea_derivative(junction), 1.0)


def torkance_out_of_plane_fermi_surface(junction):
    r"""The part of the out-of-plane torkance that a linear-response formula at the Fermi energy contains.

    .. math:: \frac{e}{8\pi}\,\langle T_1^-\,\mathrm{Re}\Delta r_2 - T_2^-\,\mathrm{Re}\Delta r_1\rangle_{E_F}

    Occupations move (half of the bias on each side), scattering states do not. Source: Xiao, Bauer and Brataas (2008),
    Eq. (6), prefactor and relative sign corrected. Compare `torkance_out_of_plane`, which is all of it.

    Parameters
    ----------
    junction : Junction

    Returns
    -------
    float
        In J/(V m²).
    """
    window = _window_integrals(junction, 0.0)
    strength = window.phase_right - window.phase_left
    return units.E_CHARGE / (8 * np.pi) * strength * np.exp(-2 * window.action)


@dataclass(frozen=True)
class ResolvedTransmission:
    """Transmission probability of one in-plane wave vector, per pair of spins (left, right).

    ``up_up`` and ``down_down`` carry the current between parallel magnets, the other two between antiparallel ones.
    """

    up_up: np.ndarray
    up_down: np.ndarray
    down_up: np.ndarray
    down_down: np.ndarray

    @property
    def parallel(self):
        """Sum over the channels of parallel magnets."""
        return self.up_up + self.down_down

    @property
    def antiparallel(self):
        """Sum over the channels of antiparallel magnets."""
        return self.up_down + self.down_up


def resolved(junction, parallel_energy, excess=0.0, bias=0.0):
    r"""Transmission resolved in k∥ and spin.

    .. math:: T_{\sigma\sigma'}(q) = e^{-2S}\,T_{1\sigma}T_{2\sigma'}

    Summed, :math:`G_P=\frac{e^2}{h}\int\frac{d^2q}{(2\pi)^2}(T_{\uparrow\uparrow}+T_{\downarrow\downarrow})`.

    Parameters
    ----------
    junction : Junction
    parallel_energy : float or array_like
        :math:`\hbar^2q^2/2m` in eV, ≥ 0.
    excess : float or array_like
        Energy from the left Fermi level, in eV; below the barrier's edge.
    bias : float or array_like
        In V, between minus the right and plus the left barrier height.

    Returns
    -------
    ResolvedTransmission
        Four arrays of the broadcast shape.

    Examples
    --------
    At k∥ = 0 a low barrier passes more minority than majority electrons:

    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 2.0)
    >>> channels = resolved(Junction(fe, Barrier(0.5, 1.0), fe), [0.0, 2.0])
    >>> (channels.up_up < channels.down_down).tolist()
    [True, False]
    """
    u = check_bias(junction.barrier, bias)
    parallel_energy = real("parallel_energy", parallel_energy, "[0, inf)", "eV")
    excess = real("excess", excess, unit="eV")
    edge = np.minimum(junction.barrier.heights[0], junction.barrier.heights[1] + u)
    if not (excess < edge).all():
        raise ValueError(f"excess must lie below the barrier's edge, got up to {float(excess.max())!r} eV")
    z, excess, u = np.broadcast_arrays(excess - parallel_energy, excess, u)
    left, right, mean = _probabilities(junction, z, excess, u)
    decay = np.exp(-2 * junction.barrier.width * mean)
    return ResolvedTransmission(*((decay * t1 * t2)[()] for t1, _ in left for t2, _ in right))


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


def _probabilities(junction, z, excess, u):
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
def _nodes(junction):
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


def _window(junction, u, nodes, width=None):
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
    left, right, mean = _probabilities(junction, z, excess, u)
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
class _Window:
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
        return _Window(*(getattr(self, field.name).reshape(shape)[()] for field in fields(self)))


def _chunks(u):
    return [u[i : i + _BIASES_AT_ONCE] for i in range(0, max(u.size, 1), _BIASES_AT_ONCE)]


def _window_integrals(junction, bias, nodes=None):
    u, nodes, rows = np.ravel(bias), nodes or _nodes(junction), []
    for part in _chunks(u):
        left, right, mean, weight, top_decay = _window(junction, part, nodes)
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
    return _Window(*(np.concatenate(column) for column in zip(*rows, strict=True))).reshape(np.shape(bias))


def _sea_integral(junction, bias, nodes=None):
    """-(1/2π) Im ∫ dE ⟨Δr1 Δr2⟩ over the sea filled to e·bias, in J/m²."""
    u, nodes, rows = np.ravel(bias), nodes or _nodes(junction), []
    for part in _chunks(u):
        z, excess, weight, top_decay = _sea_nodes(junction, part, nodes)
        value = (weight * _exchange(junction, z, excess, part[:, None, None], top_decay)).sum(axis=(1, 2)).imag
        rows.append(value * np.exp(-2 * junction.barrier.width * top_decay[:, 0, 0]))
    return (-units.E_CHARGE / (2 * np.pi) * np.concatenate(rows)).reshape(np.shape(bias))[()]


def _sea_derivative(junction):
    """d/du of `_sea_integral` at u = 0, in J/(V m²).

    z and E ride on the right Fermi level; each node has its own step, small against its distance to the branch points.
    """
    nodes = tuple(2 * n for n in _nodes(junction))
    z, excess, weight, top_decay = _sea_nodes(junction, np.zeros(1), nodes)
    step = 1e-3 * np.minimum(z.imag, junction.barrier.heights[0])
    shifted = [_exchange(junction, z + h, excess + h, h, top_decay) for h in (step, -step, 2 * step, -2 * step)]
    slope = (8 * (shifted[0] - shifted[1]) - (shifted[2] - shifted[3])) / (12 * step)
    scale = np.exp(-2 * junction.barrier.width * top_decay[0, 0, 0])
    return -units.E_CHARGE / (2 * np.pi) * (weight * slope).sum().imag * scale


def _current(window, u, angle):
    conductance = units.CONDUCTANCE_QUANTUM / 2 * (window.plus + window.minus * np.cos(angle))
    return conductance * np.exp(-2 * window.action) * u


def _in_plane(window, u, free="right"):
    if free not in ("right", "left"):
        raise ValueError(f"free must be 'right' or 'left', got {free!r}")
    strength = -window.on_right if free == "right" else window.on_left
    return units.E_CHARGE / (8 * np.pi) * strength * np.exp(-2 * window.action) * u + 0.0  # no -0.0 at V = 0


def _out_of_plane(window, sea, u):
    return sea + units.E_CHARGE / (4 * np.pi) * window.phase_right * np.exp(-2 * window.action) * u
