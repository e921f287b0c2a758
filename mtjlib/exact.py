r"""Transport and spin torque by exact scattering: the reference that `mtjlib.transport` approximates.

The names and signatures are those of `mtjlib.transport`, without the WKB wave in the barrier and without the
expansion in the barrier's transmission: spinor waves of both electrodes are matched to the exact wave of the
trapezoid. Beyond leading order the torque coefficients depend on the angle between the magnets, so they take an
`angle` (default π/2) besides.

Of a spin current :math:`A\,\mathbf m_1+B\,\mathbf m_2+C\,\mathbf m_1\times\mathbf m_2` in the barrier, the right magnet
absorbs :math:`A\,\mathbf m_2\times(\mathbf m_1\times\mathbf m_2)+C\,\mathbf m_1\times\mathbf m_2` and the left one
:math:`-B\,\mathbf m_1\times(\mathbf m_2\times\mathbf m_1)+C\,\mathbf m_2\times\mathbf m_1`. Where both
electrodes fill their states, only C survives, as the imaginary part of a function F that is analytic in the energy.

Every integral is repeated with more nodes until it has settled, with the accuracy and for the junctions that
`mtjlib.transport` names; one that does not settle is an error, `mtjlib.quadrature.NotSettled`.
One energy and one in-plane wave vector are the business of `mtjlib._scattering`, the sum over the occupied states is
that of `mtjlib._occupied`.
"""

import numpy as np

from mtjlib import _occupied, units
from mtjlib._occupied import PER_AREA, TORQUE
from mtjlib._scattering import currents, exchange, left_currents
from mtjlib._validate import check_bias, check_energies, device, one_of, real
from mtjlib.junction import Junction

__all__ = [
    "conductance",
    "current_density",
    "spectral_currents",
    "tmr",
    "torkance_in_plane",
    "torkance_out_of_plane",
    "torque_in_plane",
    "torque_out_of_plane",
]
__dir__ = __all__.copy


def spectral_currents(junction, excess, parallel_energy, bias=0.0, angle=0.0):
    r"""Currents through the barrier at one energy and in-plane wave vector, from each electrode's states.

    With occupations :math:`f_L, f_R` the particle current from left to right per area is
    :math:`\frac1h\int dE\,\frac{d^2q}{(2\pi)^2}\,(f_L\,\mathrm{left}+f_R\,\mathrm{right})`, and the same integral
    times ħ/2 is the spin current. It is the same at every point of the barrier.

    Parameters
    ----------
    junction : Junction
    excess : float or array_like
        Energy from the left Fermi level, in eV; below the barrier's edge.
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
    >>> from mtjlib.materials import FE_MGO_FE
    >>> left, right = spectral_currents(FE_MGO_FE, 0.0, 0.2, angle=1.0)
    >>> bool(abs(left.charge + right.charge) < 1e-12 * left.charge)
    True
    """
    barrier = device("junction", junction, Junction).barrier
    excess, parallel_energy, bias = check_energies(barrier, excess, parallel_energy, bias)
    return currents(junction, excess - parallel_energy, excess, bias, np.cos(real("angle", angle, unit="rad")))


def _checked(junction, bias, angle):
    bias = check_bias(device("junction", junction, Junction).barrier, bias)
    return bias, real("angle", angle, unit="rad")


def _states(current):
    """One current of the left electrode's states; what N passes in front."""

    def states(*at):
        passed, each = left_currents(*at)
        return np.array([passed, getattr(each, current)])

    return states


def _mean(current, junction, bias, angle):
    return _occupied.window(_states(current), junction, bias, angle)[0]


def _in_plane(free):
    """Sign and component of what the magnet absorbs."""
    one_of("free", free, ("right", "left"))
    return (-1, "along_m1") if free == "right" else (1, "along_m2")


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
    >>> from mtjlib.materials import FE_MGO_FE
    >>> bool(conductance(FE_MGO_FE, 0.0) > conductance(FE_MGO_FE, 3.14))
    True
    """
    bias, angle = _checked(junction, 0.0, angle)
    return units.CONDUCTANCE_QUANTUM * PER_AREA * _mean("charge", junction, bias, angle)


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
    >>> from mtjlib.materials import FE_MGO_FE
    >>> bool(abs(current_density(FE_MGO_FE, 1e-6) / conductance(FE_MGO_FE) / 1e-6 - 1) < 1e-5)
    True
    """
    bias, angle = _checked(junction, bias, angle)
    return units.CONDUCTANCE_QUANTUM * PER_AREA * bias * _mean("charge", junction, bias, angle)


def tmr(junction, bias=0.0):
    r"""Tunnel magnetoresistance :math:`(R_{AP}-R_P)/R_P` at a bias, with R = V/J.

    Parameters
    ----------
    junction, bias
        As in `current_density`.

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
    >>> from mtjlib.materials import FE_MGO_FE
    >>> bool(tmr(FE_MGO_FE) > tmr(FE_MGO_FE, 0.5) > 0)
    True
    """
    bias, _ = _checked(junction, bias, 0.0)

    def states(*at):
        (passed, antiparallel), (_, parallel) = (left_currents(*at[:-1], cosine) for cosine in (-1.0, 1.0))
        return np.array([passed, antiparallel.charge, parallel.charge - antiparallel.charge])

    antiparallel, difference = _occupied.window(states, junction, bias)
    if (antiparallel + difference == 0).any():
        raise ValueError(
            f"barrier.width must let a representable current through, got {junction.barrier.width} nm: "
            "both resistances overflow here, while transport.tmr gives their ratio"
        )
    with np.errstate(divide="ignore"):
        return difference / antiparallel


def torque_in_plane(junction, bias, angle=np.pi / 2, *, free="right"):
    r"""In-plane (Slonczewski) torque: the coefficient of m2 × (m1 × m2), on the right magnet.

    .. math:: N_\parallel = \frac{1}{4\pi}\int dE\,\frac{d^2q}{(2\pi)^2}\,A\,(f_L-f_R)

    with A the m1 component of the spin current of the left electrode's states. "Normal" is N∥ < 0 for V > 0. Its
    leading order is the corrected Eq. (11a) of Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008).

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left height of the barrier.
    angle : float or array_like
        Between the magnets, in rad. The torque itself is this coefficient times sin θ; to leading order in the
        barrier's transmission the coefficient does not depend on the angle.
    free : {"right", "left"}
        The magnet that feels the torque. For "left" it is the coefficient of m1 × (m2 × m1), with -B in place of A; a
        spacer lies beside this magnet.

    Returns
    -------
    float or ndarray
        In J/m², of the broadcast shape.

    Examples
    --------
    >>> from mtjlib.materials import FE_MGO_FE
    >>> bool(torque_in_plane(FE_MGO_FE, 0.1) < 0 < torque_in_plane(FE_MGO_FE, -0.1))
    True
    """
    bias, angle = _checked(junction, bias, angle)
    sign, current = _in_plane(free)
    return sign * TORQUE * bias * _mean(current, junction, bias, angle) + 0.0  # no -0.0 at V = 0


def torque_out_of_plane(junction, bias, angle=np.pi / 2):
    r"""Out-of-plane (field-like) torque: the coefficient of m1 × m2, on the right magnet.

    .. math:: N_\perp = \frac{1}{4\pi}\int dE\,\frac{d^2q}{(2\pi)^2}\left[\mathrm{Im}F\,f_R + C_L\,(f_L-f_R)\right]

    The first term is carried by all states below the right Fermi level, so it does not vanish at V = 0: that part is
    the interlayer exchange coupling. A spacer's bound states are included. The same number multiplies m2 × m1 in the
    torque on the left magnet.

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

    >>> from mtjlib import Ferromagnet, Junction
    >>> from mtjlib.materials import FE, MGO
    >>> mtj = Junction(FE, MGO, Ferromagnet(4.5, 0.0))
    >>> abs(float(torque_out_of_plane(mtj, 0.1)))
    0.0
    """
    bias, angle = _checked(junction, bias, angle)
    sea = _occupied.sea(exchange, junction, bias, angle)
    return TORQUE * (sea - bias * _mean("normal", junction, bias, angle))


def torkance_in_plane(junction, bias=0.0, angle=np.pi / 2, *, free="right"):
    r"""In-plane torkance :math:`dN_\parallel/dV`: at V = 0 an integral over the Fermi surface.

    At a bias the change of the right bands and of the barrier is differentiated under the integral besides, as in
    `mtjlib.transport.torkance_in_plane`.

    Parameters
    ----------
    junction, bias, angle, free
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/(V m²).

    Examples
    --------
    >>> from mtjlib.materials import FE_MGO_FE
    >>> bool(abs(torque_in_plane(FE_MGO_FE, 1e-6) / torkance_in_plane(FE_MGO_FE) / 1e-6 - 1) < 1e-5)
    True
    """
    bias, angle = _checked(junction, bias, angle)
    sign, current = _in_plane(free)
    return sign * TORQUE * _occupied.window_slope(_states(current), junction, bias, angle)[0]


def torkance_out_of_plane(junction, bias=0.0, angle=np.pi / 2):
    r"""Out-of-plane torkance :math:`dN_\perp/dV`, the Fermi sea's share included.

    The sea's share is differentiated under the integral.

    Parameters
    ----------
    junction, bias, angle
        As in `torque_in_plane`.

    Returns
    -------
    float or ndarray
        In J/(V m²). Zero at V = 0 for a symmetric junction.

    Examples
    --------
    >>> from mtjlib.junction import Barrier, Ferromagnet, Junction
    >>> fe, barrier = Ferromagnet(4.5, 3.825), Barrier(1.125, 1.0, 0.4)
    >>> symmetric, other = Junction(fe, barrier, fe), Junction(fe, barrier, Ferromagnet(4.5, 2.0))
    >>> bool(abs(torkance_out_of_plane(symmetric)) < 1e-6 * abs(torkance_out_of_plane(other)))
    True
    """
    bias, angle = _checked(junction, bias, angle)
    window = _occupied.window_slope(_states("normal"), junction, bias, angle)[0]
    return TORQUE * (_occupied.sea(exchange, junction, bias, angle, order=1) - window)
