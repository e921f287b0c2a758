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
The integrals over energy and wave vector are the business of `mtjlib._leading_order`.

Every result is good to 1e-6 of itself; of a torque that passes through zero the error is below 1e-6 of the sum that
the integrand would have without its changes of sign (:math:`N_\parallel`), or of the larger of its two parts, sea and
window (:math:`N_\perp`). The integrals estimate their own error, and refuse where it is larger.

The model's own limit: the wave functions are matched to the barrier with WKB, which a junction one nanometre thick
does not forgive at high bias; `mtjlib.exact` has no such limit.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import units
from mtjlib._channels import level_distance, probabilities
from mtjlib._leading_order import sea_derivative, sea_integral, window_integrals
from mtjlib._validate import check_bias, real

__all__ = [
    "BiasCurve",
    "ResolvedTransmission",
    "bias_curve",
    "conductance",
    "current_density",
    "resolved",
    "tmr",
    "torkance_in_plane",
    "torkance_out_of_plane",
    "torkance_out_of_plane_fermi_surface",
    "torque_in_plane",
    "torque_out_of_plane",
]
__dir__ = __all__.copy


def _current(window, u, angle):
    """From the window's integrals, which are per volt: the current, or the conductance at u = 1."""
    conductance = units.CONDUCTANCE_QUANTUM / 2 * (window.plus + window.minus * np.cos(angle))
    return conductance * np.exp(-2 * window.action) * u


def _in_plane(window, u, free="right"):
    """The torque coefficient, or the torkance at u = 1."""
    if free not in ("right", "left"):
        raise ValueError(f"free must be 'right' or 'left', got {free!r}")
    strength = -window.on_right if free == "right" else window.on_left
    return units.E_CHARGE / (8 * np.pi) * strength * np.exp(-2 * window.action) * u + 0.0  # no -0.0 at V = 0


def _of_window(window, u):
    """What the left electrode fills differently: the window's part of N⊥, or of its torkance at u = 1."""
    return units.E_CHARGE / (4 * np.pi) * window.phase_right * np.exp(-2 * window.action) * u


def _out_of_plane(junction, window, u):
    """The sea filled to the right Fermi level, and the window."""
    part = _of_window(window, u)
    return part + sea_integral(junction, u, beside=part)


def _check_level(junction):
    """The derivative of δ ln δ, with δ the distance of a bound state from the Fermi level, has no value at δ = 0."""
    if junction.spacer and level_distance(junction) < 1e-7:
        raise ValueError(
            f"spacer must not put a quantum-well state exactly at the Fermi level, got {junction.spacer!r} nm: the "
            "leading order diverges there; mtjlib.exact.torkance_out_of_plane does not"
        )


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
    window = window_integrals(junction, u)
    return BiasCurve(_current(window, u, angle), _in_plane(window, u), _out_of_plane(junction, window, u))


def conductance(junction, angle=0.0):
    r"""Conductance per area at zero bias.

    .. math:: G = \frac{e^2}{2h}\,\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle_{E_F}

    Source: Xiao, Bauer and Brataas (2008), Eq. (13); chapter 3, :eq:`eq-conductance`.

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
    return _current(window_integrals(junction, 0.0), 1.0, angle)


def current_density(junction, bias, angle=0.0):
    r"""Current density, positive for V > 0.

    .. math:: J = \frac{e}{h}\int dE\,(f_R-f_L)\,\tfrac12\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle

    Source: Xiao, Bauer and Brataas (2008), Eq. (3), prefactor corrected; chapter 3, :eq:`eq-current`.

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
    return _current(window_integrals(junction, u), u, angle)


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
    window = window_integrals(junction, u)
    with np.errstate(divide="ignore"):
        return 2 * window.minus / window.antiparallel


def torque_in_plane(junction, bias, *, free="right"):
    r"""In-plane (Slonczewski) torque: coefficient of m2×(m1×m2), on the right magnet.

    .. math:: N_\parallel = \frac{1}{8\pi}\int dE\,(f_L-f_R)\,\langle T_1^-T_2^+\rangle

    "Normal" is negative for V > 0 and positive for V < 0. Source: Xiao, Bauer and Brataas (2008), Eq. (11a), four times
    too large there; chapter 7, :eq:`eq-torque-in-plane`.

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
    return _in_plane(window_integrals(junction, u), u, free)


def torque_out_of_plane(junction, bias):
    r"""Out-of-plane (field-like) torque: coefficient of m1×m2, on the right magnet, equilibrium exchange included.

    .. math:: N_\perp = -\frac{1}{4\pi}\int dE\,\langle T_1^-\,\mathrm{Re}\Delta r_2\,f_L
                       + T_2^-\,\mathrm{Re}\Delta r_1\,f_R\rangle

    The same number multiplies m2×m1 in the torque on the left magnet. In a spacer, quantum-well states of the minority
    below the left minority band are filled to the right Fermi level: only the right electrode reaches them. Where one
    of them crosses that level, the leading order has a logarithmic kink.
    Source: Xiao, Bauer and Brataas (2008), Eqs. (11b, c), four times too large and of opposite sign there;
    chapter 7, :eq:`eq-torque-out-of-plane`.

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
    return _out_of_plane(junction, window_integrals(junction, u), u)


def torkance_in_plane(junction, *, free="right"):
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
    return _in_plane(window_integrals(junction, 0.0), 1.0, free)


def torkance_out_of_plane(junction):
    r"""Out-of-plane torkance :math:`dN_\perp/dV` at zero bias, of the window and of the whole Fermi sea.

    The bias shifts the right bands, tilts the barrier and moves the right Fermi level; all of that is differentiated
    under the integral, node by node. It vanishes for a symmetric junction. Where a spacer's bound state crosses the
    Fermi level it diverges logarithmically: that state's width, which would prevent it, is beyond the leading order.

    Parameters
    ----------
    junction : Junction

    Returns
    -------
    float
        In J/(V m²).

    Raises
    ------
    ValueError
        For a spacer with a bound state (q = 0) at the Fermi level, within 1e-7 eV or a little more.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> f"{torkance_out_of_plane(Junction(fe, Barrier(1.125, 1.0, 0.4), Ferromagnet(4.5, 1.35))):.2e}"
    '-2.93e-07'
    """
    _check_level(junction)
    part = _of_window(window_integrals(junction, 0.0), 1.0)
    return part + sea_derivative(junction, beside=part)


def torkance_out_of_plane_fermi_surface(junction):
    r"""The part of the out-of-plane torkance that a linear-response formula at the Fermi energy contains.

    .. math:: \frac{e}{8\pi}\,\langle T_1^-\,\mathrm{Re}\Delta r_2 - T_2^-\,\mathrm{Re}\Delta r_1\rangle_{E_F}

    Occupations move (half of the bias on each side), scattering states do not. Source: Xiao, Bauer and Brataas (2008),
    Eq. (6), prefactor and relative sign corrected. Compare `torkance_out_of_plane`, which is all of it. A spacer's
    bound states are poles of :math:`\mathrm{Re}\Delta r_1`; the integral is its principal value.

    Parameters
    ----------
    junction : Junction

    Returns
    -------
    float
        In J/(V m²).

    Raises
    ------
    ValueError
        For a spacer with a bound state (q = 0) at the Fermi level, within 1e-7 eV or a little more.
    """
    _check_level(junction)
    window = window_integrals(junction, 0.0, phase_left=True)
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

    @property
    def in_plane(self):
        r""":math:`T_1^-\,t_b^2\,T_2^+`: its sum is the in-plane torque on the right magnet (`torque_in_plane`)."""
        return self.up_up + self.up_down - self.down_up - self.down_down


def resolved(junction, excess=0.0, parallel_energy=0.0, bias=0.0):
    r"""Transmission resolved in k∥ and spin.

    .. math:: T_{\sigma\sigma'}(q) = e^{-2S}\,T_{1\sigma}T_{2\sigma'}

    Summed, :math:`G_P=\frac{e^2}{h}\int\frac{d^2q}{(2\pi)^2}(T_{\uparrow\uparrow}+T_{\downarrow\downarrow})`.

    Parameters
    ----------
    junction : Junction
    excess : float or array_like
        Energy from the left Fermi level, in eV; below the barrier's edge.
    parallel_energy : float or array_like
        :math:`\hbar^2q^2/2m` in eV, ≥ 0.
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
    >>> channels = resolved(Junction(fe, Barrier(0.5, 1.0), fe), parallel_energy=[0.0, 2.0])
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
    left, right, mean = probabilities(junction, z, excess, u)
    decay = np.exp(-2 * junction.barrier.width * mean)
    return ResolvedTransmission(*((decay * t1 * t2)[()] for t1, _ in left for t2, _ in right))
