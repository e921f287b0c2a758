r"""Julliere's two-current model and the circuit around a junction.

Two assumptions: spin is conserved while tunnelling, and each spin's conductance is proportional to the product of the
two electrodes' densities of states for that spin. Everything in this module follows from them; chapter 1 derives it.

Throughout the book, TMR is :math:`(R_{AP}-R_P)/R_P`, a fraction (1.0 is 100 %).
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real

__all__ = ["energy_window", "measured_tmr", "pessimistic", "polarisation", "polarisation_from_tmr", "tmr"]
__dir__ = __all__.copy


def polarisation(majority, minority, velocity_majority=1.0, velocity_minority=1.0, power=0):
    r"""Spin polarisation of the density of states, weighted with a power of the Fermi velocity.

    .. math:: P_n = \frac{N_\uparrow v_\uparrow^n - N_\downarrow v_\downarrow^n}
                         {N_\uparrow v_\uparrow^n + N_\downarrow v_\downarrow^n}

    :math:`n=0` counts states, :math:`n=1` weights them as ballistic transport does, and :math:`n=2` as diffusive
    transport with equal relaxation times does, and tunnelling through a barrier that is very high, thin, and so rough
    that the wave vector along the interface is lost.
    Source: Mazin, Phys. Rev. Lett. 83, 1427 (1999); chapter 1, :eq:`eq-transport-polarisation`.

    Parameters
    ----------
    majority, minority : float or array_like
        Densities of states at the Fermi level, ≥ 0, in any common unit.
    velocity_majority, velocity_minority : float or array_like
        Fermi velocities, > 0, in any common unit.
    power : int
        :math:`n` = 0, 1 or 2.

    Returns
    -------
    float or ndarray
        Polarisation between -1 and 1, of the broadcast shape.

    Raises
    ------
    ValueError
        If an argument is out of range or both densities vanish.

    Examples
    --------
    A heavy minority band: more states, but slow ones. The sign of P depends on what is counted.

    >>> [round(float(polarisation(1.0, 2.0, 2.0, 1.0, power=n)), 3) for n in (0, 1, 2)]
    [-0.333, 0.0, 0.333]
    """
    if power not in (0, 1, 2):
        raise ValueError(f"power must be 0, 1 or 2, got {power!r}")
    up = real("majority", majority, "[0, inf)") * real("velocity_majority", velocity_majority, "(0, inf)") ** power
    down = real("minority", minority, "[0, inf)") * real("velocity_minority", velocity_minority, "(0, inf)") ** power
    if np.any(up + down == 0):
        raise ValueError("majority and minority must not both be 0: a polarisation needs states to count")
    return (up - down) / (up + down)


def tmr(p1, p2):
    r"""TMR of two electrodes with polarisations `p1` and `p2`.

    .. math:: \mathrm{TMR} = \frac{R_{AP}-R_P}{R_P} = \frac{2P_1P_2}{1-P_1P_2}

    Source: Julliere, Phys. Lett. A 54, 225 (1975); chapter 1, :eq:`eq-julliere`.

    Parameters
    ----------
    p1, p2 : float or array_like
        Polarisations in [-1, 1].

    Returns
    -------
    float or ndarray
        TMR as a fraction. Two half metals with the same sign, :math:`P_1P_2=1`, give ``inf``: no antiparallel current.

    Examples
    --------
    >>> round(float(tmr(0.5, 0.5)), 4)
    0.6667
    >>> round(float(tmr(0.5, -0.5)), 4)
    -0.4
    >>> tmr(1.2, 0.5)
    Traceback (most recent call last):
    ...
    ValueError: p1 must lie in [-1, 1], got 1.2
    """
    product = real("p1", p1, "[-1, 1]") * real("p2", p2, "[-1, 1]")
    with np.errstate(divide="ignore"):
        return 2 * product / (1 - product)


def polarisation_from_tmr(tmr):
    r"""Julliere's inversion: the polarisation of two equal electrodes that gives this TMR.

    .. math:: P = \sqrt{\frac{\mathrm{TMR}}{2+\mathrm{TMR}}}

    Parameters
    ----------
    tmr : float or array_like
        :math:`(R_{AP}-R_P)/R_P` as a fraction, ≥ 0 (equal electrodes cannot give an inverse TMR).

    Examples
    --------
    >>> round(float(polarisation_from_tmr(1.54)), 4)
    0.6596
    """
    tmr = real("tmr", tmr, "[0, inf)")
    return np.sqrt(tmr / (2 + tmr))


def pessimistic(tmr):
    r"""The other definition, :math:`(R_{AP}-R_P)/R_{AP} = \mathrm{TMR}/(1+\mathrm{TMR})`.

    Parameters
    ----------
    tmr : float or array_like
        :math:`(R_{AP}-R_P)/R_P` as a fraction, > -1.

    Examples
    --------
    >>> float(pessimistic(1.0))
    0.5
    """
    tmr = real("tmr", tmr, "(-1, inf)")
    return tmr / (1 + tmr)


def measured_tmr(resistance_p, tmr, series=0.0, shunt=np.inf):
    r"""TMR that a meter reads when the junction has a shunt across it and a resistance in series.

    .. math:: R^{meas} = R_s + \frac{R\,R_{sh}}{R+R_{sh}}, \qquad
              \mathrm{TMR}^{meas} = \frac{R^{meas}_{AP}-R^{meas}_P}{R^{meas}_P}

    The shunt sits across the junction alone; the series resistance carries the whole current.

    Parameters
    ----------
    resistance_p : float or array_like
        Resistance of the junction in the parallel state, in Ω, > 0.
    tmr : float or array_like
        The junction's own TMR as a fraction, > -1.
    series : float or array_like
        Series resistance in Ω, ≥ 0.
    shunt : float or array_like
        Shunt resistance in Ω, > 0; ``inf`` means none.

    Examples
    --------
    >>> round(float(measured_tmr(1000.0, 2.0, series=200.0, shunt=5000.0)), 4)
    1.0081
    """
    r_p = real("resistance_p", resistance_p, "(0, inf)", "ohm")
    r_ap = r_p * (1 + real("tmr", tmr, "(-1, inf)"))
    series = real("series", series, "[0, inf)", "ohm")
    shunt = real("shunt", shunt, "(0, inf]", "ohm")
    measured_p, measured_ap = (series + 1 / (1 / r + 1 / shunt) for r in (r_p, r_ap))
    return measured_ap / measured_p - 1


def energy_window(energy, bias, temperature):
    r"""The difference of occupations :math:`f_R-f_L` that decides which energies carry current.

    Energies are measured from the mean Fermi level. A positive bias raises the right levels, as everywhere:
    :math:`f_R-f_L = f(E-eV/2)-f(E+eV/2)`. For
    :math:`eV\gg k_BT` the window is a plateau of width :math:`eV`; for :math:`eV\ll k_BT` it is
    :math:`eV\,(-\partial f/\partial E)`, whose full width at half maximum is
    :math:`4\ln(1+\sqrt2)\,k_BT = 3.525\,k_BT`. Source: chapter 1, :eq:`eq-window`.

    Parameters
    ----------
    energy : float or array_like
        Energy from the mean Fermi level, in eV.
    bias : float or array_like
        :math:`(\mu_R-\mu_L)/e` in V.
    temperature : float or array_like
        In K, ≥ 0. At zero temperature an energy exactly at a chemical potential counts half.

    Returns
    -------
    float or ndarray
        Between -1 and 1, of the broadcast shape.

    Examples
    --------
    >>> float(energy_window(0.0, 0.1, 0.0))
    1.0
    >>> round(float(energy_window(0.0, 0.1, 300.0)), 4)
    0.7474
    """
    energy = real("energy", energy, unit="eV")
    half = real("bias", bias, unit="V") / 2
    kt = units.K_B * real("temperature", temperature, "[0, inf)", "K")
    frozen = (np.sign(energy + half) - np.sign(energy - half)) / 2
    # sinh h/(cosh e + cosh h) with e = E/kT and h = eV/2kT: no small difference of two occupations, and divided by the
    # larger exponential it cannot overflow.
    cold = kt == 0
    with np.errstate(over="ignore"):
        e, h = (np.minimum(np.abs(x) / np.where(cold, 1.0, kt), 1e300) for x in (energy, half))
    top = np.maximum(e, h)
    with np.errstate(under="ignore"):
        low, high = np.exp(e - top) * (1 + np.exp(-2 * e)), np.exp(h - top)
        warm = np.sign(half) * -np.expm1(-2 * h) * high / (low + high * (1 + np.exp(-2 * h)))
    return np.where(cold, frozen, warm)[()]
