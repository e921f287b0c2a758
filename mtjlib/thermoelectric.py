r"""Thermoelectricity of a tunnel junction: the magneto-Seebeck effect from one function, the transmission T(E).

Charge and heat that tunnel elastically are moments of the same transmission (Sivan and Imry, Phys. Rev. B 33, 551
(1986)):

.. math:: L_n = \int T(E)\,(E-E_F)^n\left(-\frac{\partial f}{\partial E}\right)dE .

:math:`L_0` is the conductance, :math:`L_1` the asymmetry between electrons above and below the Fermi level, and
:math:`L_2` the heat they carry. The thermovoltage asks how *asymmetric* the transmission is, the resistance how
*large*: that is why the two change differently between the parallel and the antiparallel state (Walter et al., Nature
Materials 10, 742 (2011)). Energies are in eV from the Fermi level, temperatures in K.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real
from mtjlib.junction import Junction
from mtjlib.quadrature import pieces

_WINDOW = np.array([-40.0, -15.0, -5.0, 0.0, 5.0, 15.0, 40.0])  # in kT; beyond it -df/dE < 1e-17


def _moments(transmission, temperature, edges, highest):
    r"""L_0 ... L_highest, each divided by (kT)^n."""
    if not callable(transmission):
        raise TypeError(f"transmission must be a function of the energy in eV, got {transmission!r}")
    kt = units.K_B * real("temperature", temperature, "(0, inf)", "K")[..., None]
    edges = real("edges", edges, unit="eV").ravel()
    marks = np.concatenate([kt * _WINDOW, np.clip(edges, kt * _WINDOW[0], kt * _WINDOW[-1])], axis=-1)
    energy, weight = pieces(np.sort(marks, axis=-1), 24)
    x = energy / kt
    weight = weight / kt / (4 * np.cosh(x / 2) ** 2)
    through = np.broadcast_to(real("transmission(energy)", transmission(energy), "[0, inf)"), energy.shape)
    return [(through * weight * x**n).sum(axis=-1)[()] for n in range(highest + 1)]


def _conducting(moment):
    if np.any(moment == 0):
        raise ValueError("transmission must not vanish everywhere near the Fermi level")
    return moment


def onsager(transmission, temperature, order, edges=()):
    r"""The moment :math:`L_n` of the transmission.

    Parameters
    ----------
    transmission : callable
        T(E) ≥ 0 for an array of energies in eV from the Fermi level, in any unit.
    temperature : float or array_like
        In K, > 0.
    order : int
        n = 0, 1 or 2.
    edges : array_like
        Energies in eV at which T(E) has a kink, a step or a narrow resonance: the integral is cut there.

    Returns
    -------
    float or ndarray
        In the unit of T times eVⁿ.

    Raises
    ------
    ValueError, TypeError
        For an argument out of range, or a transmission that is negative or not a number.

    Examples
    --------
    A constant transmission: :math:`L_2=(\pi k_BT)^2/3`.

    >>> kt = units.K_B * 300
    >>> round(float(onsager(lambda energy: 1.0, 300.0, 2)) / kt**2, 10) == round(np.pi**2 / 3, 10)
    True
    """
    if isinstance(order, bool) or order not in (0, 1, 2):
        raise ValueError(f"order must be 0, 1 or 2, got {order!r}")
    kt = units.K_B * real("temperature", temperature, "(0, inf)", "K")
    return _moments(transmission, temperature, edges, order)[order] * kt**order


def seebeck(transmission, temperature, edges=()):
    r"""Seebeck coefficient of elastic tunnelling.

    .. math:: S = -\frac{1}{eT}\,\frac{L_1}{L_0}

    Negative if electrons above the Fermi level cross more easily, as in a plain barrier. For slow variations it is
    Mott's :math:`-\frac{\pi^2}{3}\frac{k_B^2T}{e}\,\frac{d\ln T}{dE}`.

    Parameters
    ----------
    transmission, temperature, edges
        As in `onsager`.

    Returns
    -------
    float or ndarray
        In V/K.

    Examples
    --------
    >>> mott = -np.pi**2 / 3 * units.K_B**2 * 300.0 * 0.5
    >>> bool(np.isclose(seebeck(lambda energy: 1 + 0.5 * energy, 300.0), mott, rtol=1e-12, atol=0))
    True
    """
    zeroth, first = _moments(transmission, temperature, edges, 1)
    return -units.K_B * first / _conducting(zeroth)


def lorenz_number(transmission, temperature, edges=()):
    r"""Electronic thermal conductance over electric conductance and temperature, at zero current.

    .. math:: \frac{\kappa}{GT} = \frac{1}{e^2T^2}\left[\frac{L_2}{L_0}-\left(\frac{L_1}{L_0}\right)^2\right]

    Wiedemann and Franz's :math:`\frac{\pi^2}{3}(k_B/e)^2=2.44\cdot10^{-8}` V²/K² if T(E) hardly varies over
    :math:`k_BT`.

    Parameters
    ----------
    transmission, temperature, edges
        As in `onsager`.

    Returns
    -------
    float or ndarray
        In V²/K².

    Examples
    --------
    >>> f"{lorenz_number(lambda energy: 0.1, 4.2):.3e}"
    '2.443e-08'
    """
    zeroth, first, second = _moments(transmission, temperature, edges, 2)
    mean = first / _conducting(zeroth)
    return units.K_B**2 * (second / zeroth - mean**2)


def magneto_seebeck_ratio(parallel, antiparallel):
    r"""Tunnel magneto-Seebeck ratio.

    .. math:: \mathrm{TMS} = \frac{S_P-S_{AP}}{\min(|S_P|,|S_{AP}|)}

    Source: Walter et al., Nature Materials 10, 742 (2011). Unlike the TMR it can have any size and either sign, since a
    Seebeck coefficient may pass through zero.

    Parameters
    ----------
    parallel, antiparallel : float or array_like
        Seebeck coefficients, in any common unit.

    Returns
    -------
    float or ndarray
        A fraction; 0 for equal coefficients, infinite if just one of them vanishes.

    Examples
    --------
    >>> float(magneto_seebeck_ratio(-60.0, -50.0))
    -0.2
    """
    parallel, antiparallel = real("parallel", parallel), real("antiparallel", antiparallel)
    difference, least = parallel - antiparallel, np.minimum(np.abs(parallel), np.abs(antiparallel))
    with np.errstate(divide="ignore", over="ignore"):
        return np.where(difference == 0, 0.0, difference / np.where(difference == 0, 1.0, least))[()]


def tunnel_transmission(junction, energy, parallel=True):
    r"""Transmission of a free-electron junction with collinear magnetisations, per area and summed over both spins.

    .. math:: T(E) = \sum_{\sigma}\int\frac{d^2q}{(2\pi)^2}\,
        \frac{4k_1k_2}{(k_1+k_2)^2\cosh^2\kappa d+\left(\kappa/\beta-\beta k_1k_2/\kappa\right)^2\sinh^2\kappa d}

    where :math:`k_1,k_2` are the wave numbers of that spin in the two electrodes. Exact for a rectangular barrier, at
    energies below and above it; zero bias. :math:`G=(e^2/h)\,L_0`.

    Parameters
    ----------
    junction : Junction
        With a rectangular barrier and no spacer.
    energy : float or array_like
        In eV from the Fermi level.
    parallel : bool
        True for the parallel, False for the antiparallel state.

    Returns
    -------
    float or ndarray
        In 1/nm².

    Examples
    --------
    The Seebeck coefficients of both states, in µV/K:

    >>> from mtjlib.materials import FE_MGO_FE
    >>> for parallel in (True, False):
    ...     print(round(float(1e6 * seebeck(lambda e: tunnel_transmission(FE_MGO_FE, e, parallel), 300.0)), 1))
    -23.7
    -27.3
    """
    if not isinstance(junction, Junction):
        raise TypeError(f"junction must be a Junction, got {junction!r}")
    if not isinstance(parallel, bool | np.bool_):
        raise TypeError(f"parallel must be True or False, got {parallel!r}")
    barrier, left, right = junction.barrier, junction.left, junction.right
    if barrier.heights[0] != barrier.heights[1] or junction.spacer:
        raise ValueError(f"junction must have a rectangular barrier and no spacer, got {junction!r}")
    energy = real("energy", energy, unit="eV")[..., None]
    total = 0.0
    for majority in (True, False):
        # kinetic energy at normal incidence on either side
        first = left.fermi_energy - (0.0 if majority else left.exchange_splitting) + energy
        second = right.fermi_energy - (0.0 if majority == parallel else right.exchange_splitting) + energy
        total = total + _one_spin(barrier, energy, np.maximum(np.minimum(first, second), 0.0), first, second)
    return total


def _one_spin(barrier, energy, top, first, second):
    """One spin's share: integral over the in-plane energy up to `top`, the lower of the two kinetic energies."""
    width, β = barrier.width, barrier.mass
    at_normal = β * (barrier.height - energy) / units.HBAR2_2M
    # what a thick barrier lets pass: beyond this it is less by exp(-40)
    reach, above = 20 / width, np.maximum(-at_normal, 0.0)
    cut = units.HBAR2_2M * (above + reach * (2 * np.sqrt(np.maximum(at_normal, 0.0)) + reach))
    middle = np.minimum(top, cut)
    parallel_energy, weight = pieces(np.concatenate([np.zeros_like(middle), middle], axis=-1), 64)
    k1, k2 = (np.sqrt(np.maximum(e - parallel_energy, 0.0) / units.HBAR2_2M) for e in (first, second))
    κ = np.sqrt(at_normal + parallel_energy / units.HBAR2_2M + 0j)
    κ = np.where(κ == 0, 1e-9, κ)
    # cosh and sinh/κ, both times exp(-κd): an imaginary κ makes that a common phase
    fall = np.expm1(-2 * κ * width)
    cosh, sinh = 1 + fall / 2, -fall / (2 * κ)
    denominator = np.abs((k1 + k2) * cosh + 1j * (κ**2 / β - β * k1 * k2) * sinh) ** 2
    through = 4 * k1 * k2 * np.exp(-2 * κ.real * width) / np.where(denominator == 0, 1.0, denominator)
    return (weight * through).sum(axis=-1) / (4 * np.pi * units.HBAR2_2M)
