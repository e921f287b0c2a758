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

Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eqs. (11)–(13), with prefactors and signs rederived.
Derived in chapter 7 (the Slonczewski torque).
The torque acts on the *right* magnet, :math:`N_\parallel` along m2×(m1×m2) and :math:`N_\perp` along m1×m2
(both vectors are sinθ long). V > 0 raises every level of the right electrode by e|V|: electrons flow right to left.

Results are good to 1e-6 of themselves, or, where a torque passes through zero, of the larger of its parts before they
cancel (what the sea and the window give to :math:`N_\perp`, and each of these before its positive and negative terms
cancel, divided by a thousand): for splittings of at least 1e-4 :math:`E_F` (or 0), barriers of 0.3 to 5 nm, spacers up
to 5 nm and :math:`|V|` up to 0.97 of the barrier's height. Where an integral does not settle, there or beyond, the
error `mtjlib.quadrature.NotSettled` says so.

The model's own limit: the wave functions are matched to the barrier with WKB, which a junction one nanometre thick
does not forgive at high bias; `mtjlib.exact` has no such limit.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import _leading_order, _occupied, units
from mtjlib._occupied import PER_AREA, TORQUE
from mtjlib._validate import check_bias, check_energies, device, one_of, real
from mtjlib.junction import Junction

__all__ = [
    "BiasCoefficients",
    "BiasCurve",
    "ResolvedTransmission",
    "bias_coefficients",
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


# --- what stands between ⟨ and ⟩ in Eqs. (11)–(13), for the two spins of either magnet ------------------------------


def _plus_plus(c):
    """T1⁺ T2⁺, of the current."""
    return sum(c.t1) * sum(c.t2)


def _minus_minus(c):
    """T1⁻ T2⁻, of the current."""
    (up1, down1), (up2, down2) = c.t1, c.t2
    return (up1 - down1) * (up2 - down2)


def _antiparallel(c):
    """T1⁺ T2⁺ - T1⁻ T2⁻, without cancellation."""
    (up1, down1), (up2, down2) = c.t1, c.t2
    return 2 * (up1 * down2 + down1 * up2)


def _on_right(c):
    """T1⁻ T2⁺, of the in-plane torque on the right magnet."""
    return (c.t1[0] - c.t1[1]) * sum(c.t2)


def _on_left(c):
    """T1⁺ T2⁻, of that on the left one."""
    return sum(c.t1) * (c.t2[0] - c.t2[1])


def _from_left(c):
    """T1⁻ Re Δr2, of the out-of-plane torque of the left electrode's states."""
    return (c.t1[0] - c.t1[1]) * c.phase2


def _from_right(c):
    """T2⁻ Re Δr1, of that of the right one's."""
    return (c.t2[0] - c.t2[1]) * c.phase1


def _states(*brackets):
    def states(junction, across, excess, bias, _cosine):
        c = _leading_order.channel(junction, across, excess, bias)
        return np.array([c.through * bracket(c) for bracket in (_plus_plus, *brackets)])  # T1⁺T2⁺ measures what passes

    return states


# --- integrals ------------------------------------------------------------------------------------------------------


def _mean(junction, bias, *brackets):
    """⟨bracket⟩ of each, averaged over the bias window (at V = 0 at the Fermi level), in units of PER_AREA."""
    return _occupied.window(_states(*brackets), junction, bias)


def _in_plane(free):
    """Sign and bracket of the in-plane torque."""
    one_of("free", free, ("right", "left"))
    return (-1, _on_right) if free == "right" else (1, _on_left)


def _sea(junction, bias, order=0):
    """N⊥ of all states filled to the right Fermi level, or a derivative: T1⁻ReΔr2 + T2⁻ReΔr1 = 2 Im Δr1Δr2."""
    return -2 * TORQUE * _occupied.sea(_leading_order.exchange, junction, bias, order=order)


def _conductance(plus, minus, angle):
    return units.CONDUCTANCE_QUANTUM / 2 * PER_AREA * (plus + minus * np.cos(angle))


def _checked(junction, bias=0.0):
    return check_bias(device("junction", junction, Junction).barrier, bias)


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
    >>> from mtjlib import materials
    >>> curve = bias_curve(materials.FE_MGO_FE, [-0.5, 0.5])
    >>> bool(np.allclose(curve.torque_out_of_plane[0], curve.torque_out_of_plane[1], atol=0))
    True
    """
    bias, angle = _checked(junction, bias), real("angle", angle, unit="rad")
    plus, minus, right, normal = _mean(junction, bias, _plus_plus, _minus_minus, _on_right, _from_left)
    return BiasCurve(
        bias * _conductance(plus, minus, angle),
        0.0 - TORQUE / 2 * bias * right,  # 0.0: no -0.0 at V = 0
        TORQUE * bias * normal + _sea(junction, bias),
    )


def conductance(junction, angle=0.0):
    r"""Conductance per area at zero bias.

    .. math:: G = \frac{e^2}{2h}\,\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle_{E_F}

    Source: Xiao, Bauer and Brataas (2008), Eq. (13). Derived in chapter 3 (the interface).

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
    >>> from mtjlib import materials
    >>> [f"{g:.3e}" for g in conductance(materials.FE_MGO_FE, [0.0, np.pi])]
    ['7.072e+10', '6.324e+10']
    """
    bias, angle = _checked(junction), real("angle", angle, unit="rad")
    return _conductance(*_mean(junction, bias, _plus_plus, _minus_minus), angle)


def current_density(junction, bias, angle=0.0):
    r"""Current density, positive for V > 0.

    .. math:: J = \frac{e}{h}\int dE\,(f_R-f_L)\,\tfrac12\langle T_1^+T_2^+ + T_1^-T_2^-\cos\theta\rangle

    Source: Xiao, Bauer and Brataas (2008), Eq. (3), prefactor corrected. Derived in chapter 3 (the interface).

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
    >>> from mtjlib import materials
    >>> current_density(materials.FE_MGO_FE, [0.1, 0.2, 1.2])
    Traceback (most recent call last):
    ...
    ValueError: bias must lie in (-1.125, 1.125) V, got 1.2
    """
    bias, angle = _checked(junction, bias), real("angle", angle, unit="rad")
    return bias * _conductance(*_mean(junction, bias, _plus_plus, _minus_minus), angle)


def tmr(junction, bias=0.0):
    r"""Tunnel magnetoresistance :math:`(R_{AP}-R_P)/R_P`, with resistances :math:`V/I` (their limit at V = 0).

    .. math:: \mathrm{TMR} = \frac{2\int\langle T_1^-T_2^-\rangle}{\int\langle T_1^+T_2^+ - T_1^-T_2^-\rangle}

    Parameters
    ----------
    junction, bias
        As in `current_density`.

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
    bias = _checked(junction, bias)
    minus, antiparallel = _mean(junction, bias, _minus_minus, _antiparallel)
    if not (minus + antiparallel).all():
        raise ValueError(
            f"barrier.width must let a representable current through, got {junction.barrier.width} nm: "
            "both resistances overflow"
        )
    with np.errstate(divide="ignore"):
        return 2 * minus / antiparallel


def torque_in_plane(junction, bias, *, free="right"):
    r"""In-plane (Slonczewski) torque: coefficient of m2×(m1×m2), on the right magnet.

    .. math:: N_\parallel = \frac{1}{8\pi}\int dE\,(f_L-f_R)\,\langle T_1^-T_2^+\rangle

    "Normal" is negative for V > 0 and positive for V < 0. Source: Xiao, Bauer and Brataas (2008), Eq. (11a), four times
    too large there. Derived in chapter 7 (the Slonczewski torque).

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
    >>> from mtjlib import materials
    >>> [f"{n:.2e}" for n in torque_in_plane(materials.FE_MGO_FE, [-0.5, 0.5, 1.0])]
    ['3.90e-06', '-8.46e-07', '1.92e-06']
    """
    bias, (sign, bracket) = _checked(junction, bias), _in_plane(free)
    return sign * TORQUE / 2 * bias * _mean(junction, bias, bracket)[0] + 0.0  # no -0.0 at V = 0


def torque_out_of_plane(junction, bias):
    r"""Out-of-plane (field-like) torque: coefficient of m1×m2, on the right magnet, equilibrium exchange included.

    .. math:: N_\perp = -\frac{1}{4\pi}\int dE\,\langle T_1^-\,\mathrm{Re}\Delta r_2\,f_L
                       + T_2^-\,\mathrm{Re}\Delta r_1\,f_R\rangle

    The same number multiplies m2×m1 in the torque on the left magnet. In a spacer, quantum-well states of the minority
    below the left minority band are filled to the right Fermi level: only the right electrode reaches them. Where one
    of them crosses that level, the leading order has a logarithmic kink.
    Source: Xiao, Bauer and Brataas (2008), Eqs. (11b, c), four times too large and of opposite sign there.
    Derived in chapter 7 (the Slonczewski torque).

    Parameters
    ----------
    junction, bias
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/m², of the shape of `bias`. The value at zero bias is the interlayer exchange coupling.

    Examples
    --------
    >>> from mtjlib import materials
    >>> f"{torque_out_of_plane(materials.FE_MGO_FE, 0.0):.2e}"
    '2.54e-06'
    """
    bias = _checked(junction, bias)
    # Both electrodes fill the sea to the right Fermi level; what the left one fills differently is the window.
    return _sea(junction, bias) + TORQUE * bias * _mean(junction, bias, _from_left)[0]


def torkance_in_plane(junction, bias=0.0, *, free="right"):
    r"""In-plane torkance :math:`dN_\parallel/dV`.

    .. math:: \frac{dN_\parallel}{dV} = -\frac{e}{8\pi}\left[\langle T_1^-T_2^+\rangle_{E_F+eV}
              + \int_{E_F}^{E_F+eV}dE\,\frac{\partial}{\partial(eV)}\langle T_1^-T_2^+\rangle\right]

    The first term is carried by the right Fermi surface: at zero bias there is no other. The second is what the bias
    does to the right bands and the barrier; it is differentiated under the integral. Source: Xiao, Bauer and Brataas
    (2008), Eq. (12) at zero bias, four times too large there: this one equals Slonczewski's
    :math:`(\hbar/4e)(G_{++}-G_{--}+G_{+-}-G_{-+})`, with the sign of m2×(m1×m2). Derived in chapter 7 (the Slonczewski
    torque).

    Parameters
    ----------
    junction, bias, free
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/(V m²).

    Examples
    --------
    >>> from mtjlib import materials
    >>> [f"{slope:.2e}" for slope in torkance_in_plane(materials.FE_MGO_FE, [0.0, 0.3])]
    ['-4.47e-06', '-1.18e-06']
    """
    bias, (sign, bracket) = _checked(junction, bias), _in_plane(free)
    return sign * TORQUE / 2 * _occupied.window_slope(_states(bracket), junction, bias)[0]


def torkance_out_of_plane(junction, bias=0.0):
    r"""Out-of-plane torkance :math:`dN_\perp/dV`, of the window and of the whole Fermi sea.

    The bias shifts the right bands, tilts the barrier and moves the right Fermi level; all of that is differentiated
    under the integral, node by node. At zero bias it vanishes for a symmetric junction. Where a spacer's bound state
    crosses the right Fermi level it diverges logarithmically: that state's width, which would prevent it, is beyond the
    leading order.

    Parameters
    ----------
    junction, bias
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/(V m²).

    Raises
    ------
    NotSettled
        For a spacer with a bound state (q = 0) at the Fermi level.

    Examples
    --------
    >>> from mtjlib import Ferromagnet, Junction, materials
    >>> f"{torkance_out_of_plane(Junction(materials.FE, materials.MGO, Ferromagnet(4.5, 1.35))):.2e}"
    '-2.93e-07'
    """
    bias = _checked(junction, bias)
    window = TORQUE * _occupied.window_slope(_states(_from_left), junction, bias)[0]
    return window + _sea(junction, bias, order=1)


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
    NotSettled
        For a spacer with a bound state (q = 0) at the Fermi level.
    """
    states = _states(_from_left, _from_right)
    left, right = _occupied.window(states, junction, _checked(junction), whole=True)
    return TORQUE / 2 * (left - right)


@dataclass(frozen=True)
class BiasCoefficients:
    """Of :math:`N_\\parallel = a_1V + a_2V^2` and :math:`N_\\perp = b_0 + b_1V + b_2V^2`: J/m² per power of V."""

    a1: float
    a2: float
    b0: float
    b1: float
    b2: float


def bias_coefficients(junction):
    r"""The bias dependence of the torque on the right magnet near V = 0.

    .. math:: N_\parallel = a_1V + a_2V^2 + \dots, \qquad N_\perp = b_0 + b_1V + b_2V^2 + \dots

    Differentiated under the integrals, not fitted: the next terms are :math:`V^3\ln|V|` and :math:`|V|^3`, so that a
    polynomial fitted to a curve depends on its interval. They are small for voltages well below the distance of a band
    edge from the Fermi level, :math:`e|V|\ll|E_F-\Delta|`. Source: Xiao, Bauer and Brataas (2008), Eqs. (14)–(16),
    which lack :math:`b_0`, the exchange coupling. Derived in chapter 8 (what symmetry allows): :math:`b_1=0` for a
    symmetric junction, while :math:`a_2` is allowed in every one.

    Parameters
    ----------
    junction : Junction

    Returns
    -------
    BiasCoefficients
        ``a1``, ``b1`` in J/(V m²), ``a2``, ``b2`` in J/(V² m²), ``b0`` in J/m².

    Raises
    ------
    NotSettled
        For a spacer with a bound state (q = 0) at the Fermi level. Possibly also where a band edge lies there, or
        where the edges of two bands nearly coincide: a second derivative is not clean at such places.

    Examples
    --------
    >>> from mtjlib import materials
    >>> c = bias_coefficients(materials.FE_MGO_FE)
    >>> [f"{value:.2e}" for value in (c.a1, c.a2, c.b0, c.b2)]
    ['-4.47e-06', '5.64e-06', '2.54e-06', '2.58e-06']
    """
    bias, states = _checked(junction), _states(_on_right, _from_left)
    a1, b1 = _occupied.window(states, junction, bias)
    a2, b2 = _occupied.window_bend(states, junction)
    sea = [_sea(junction, bias, order) for order in range(3)]
    values = -TORQUE / 2 * a1, -TORQUE / 2 * a2, sea[0], sea[1] + TORQUE * b1, sea[2] / 2 + TORQUE * b2
    return BiasCoefficients(*map(float, values))


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
        r"""Its sum is the in-plane torque on the right magnet (`torque_in_plane`), :math:`T_1^-\,t_b^2\,T_2^+`."""
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
    barrier = device("junction", junction, Junction).barrier
    excess, parallel_energy, bias = check_energies(barrier, excess, parallel_energy, bias)
    c = _leading_order.channel(junction, excess - parallel_energy, excess, bias)
    return ResolvedTransmission(*((c.through * t1 * t2)[()] for t1 in c.t1 for t2 in c.t2))
