r"""Thermoelectricity of a tunnel junction: the magneto-Seebeck effect from one function, the transmission T(E).

Charge and heat that tunnel elastically are moments of the same transmission (Sivan and Imry, Phys. Rev. B 33, 551
(1986)):

.. math:: L_n = \int T(E)\,(E-E_F)^n\left(-\frac{\partial f}{\partial E}\right)dE .

:math:`L_0` is the conductance, :math:`L_1` the asymmetry between electrons above and below the Fermi level, and
:math:`L_2` the heat they carry. The thermovoltage asks how *asymmetric* the transmission is, the resistance how
*large*: that is why the two change differently between the parallel and the antiparallel state (Walter et al., Nature
Materials 10, 742 (2011)). Energies are in eV from the Fermi level, temperatures in K.

Accuracy: 1e-6 of every result; for :math:`L_1` and the Seebeck coefficient, which may vanish, of the contributions of
electrons above and below the Fermi level before they cancel.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import device, real
from mtjlib.junction import Junction
from mtjlib.quadrature import NotSettled, adaptive, pieces

__all__ = ["lorenz_number", "magneto_seebeck_ratio", "onsager", "seebeck", "tunnel_transmission"]
__dir__ = __all__.copy

_WINDOW = np.array([-40.0, -15.0, -5.0, 0.0, 5.0, 15.0, 40.0])  # in kT; beyond it -df/dE < 1e-17
_BEYOND = np.outer([-1, 1], 40.0 * 2.0 ** (np.arange(13) / 4)).ravel()  # to 320 kT, where -df/dE is 1e-139
_RTOL = 3e-7
_AT_ONCE = 16
_QUARTER_WAVES = 32  # of an electron above the barrier; in a wider one its phase is gradually averaged over


def _moments(transmission, temperature, edges, highest):
    r"""L_0 ... L_highest, each divided by (kT)^n; L_2 about the mean energy L_1/L_0."""
    if not callable(transmission):
        raise TypeError(f"transmission must be a function of the energy in eV, got {transmission!r}")
    temperature = real("temperature", temperature, "(0, inf)", "K")
    edges = real("edges", edges, unit="eV").ravel()
    rows = [_moments_at(transmission, units.K_B * t, edges, highest) for t in temperature.ravel()]
    return np.array(rows).reshape(*temperature.shape, highest + 1)


def _moments_at(transmission, kt, edges, highest):
    """The moments at one temperature."""

    def weighted(x, _=None):
        through = np.broadcast_to(real("transmission(energy)", transmission(kt * x), "[0, inf)"), x.shape)
        fall = np.exp(-np.abs(x))
        return through * fall / (1 + fall) ** 2

    def integral(rtol, mean, highest):
        """The moments about `mean`, in kT."""

        def powers(x, _):
            return weighted(x)[..., None] * (x[..., None] - mean) ** np.arange(highest + 1)

        inside = np.clip(edges / kt, marks[0], marks[-1])
        try:
            return adaptive(powers, np.sort(np.concatenate([marks, inside]))[None], rtol)[0]
        except NotSettled as error:
            message = "transmission must be smooth between the edges, or edges must say where not"
            raise ValueError(f"{message}: {error}") from error

    marks = _WINDOW
    rough = integral(0.01, 0.0, 1)
    # What is beyond 40 kT counts where a thick barrier lets hardly anything through below. A function that is negative
    # there is a fit that was not meant to reach so far.
    through = np.maximum(np.nan_to_num(np.asarray(transmission(kt * _BEYOND), float)), 0.0)
    heard = through * np.exp(-np.abs(_BEYOND)) * _BEYOND**2 > _RTOL * rough[0]
    if heard.any():
        reach = 2 * np.abs(_BEYOND[heard]).max()
        outer = _WINDOW[-1] * 2.0 ** np.arange(1, np.ceil(np.log2(reach / _WINDOW[-1])) + 1)
        marks = np.concatenate([-outer[::-1], _WINDOW, outer])
        rough = integral(0.01, 0.0, 1)
    if highest < 2 or rough[0] == 0:
        return integral(_RTOL, 0.0, highest)
    # About a rough mean, and again about a better one where the spread is much smaller than the mean's error: no small
    # difference of large numbers.
    mean = rough[1] / rough[0]
    for _ in range(4):
        moments = integral(_RTOL, mean, highest)
        shift = moments[1] / moments[0]
        central = moments[2] - shift * moments[1]
        mean += shift
        if central > 0.5 * moments[2]:
            break
    return np.array([moments[0], mean * moments[0], central])


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
        Energies in eV at which T(E) has a kink, a step or a narrow resonance: the integral is cut there. Kinks and
        steps are found without them, only more slowly; a resonance much narrower than :math:`k_BT` may be missed.

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
    moments = _moments(transmission, temperature, edges, order)
    moment = moments[..., order]
    if order == 2:
        moment = moment + moments[..., 1] ** 2 / np.where(moments[..., 0] > 0, moments[..., 0], 1.0)
    return (moment * (units.K_B * np.asarray(temperature, float)) ** order)[()]


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
    zeroth, first = np.moveaxis(_moments(transmission, temperature, edges, 1), -1, 0)
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
    zeroth, _, central = np.moveaxis(_moments(transmission, temperature, edges, 2), -1, 0)
    return units.K_B**2 * central / _conducting(zeroth)


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


def tunnel_transmission(junction, excess, parallel=True):
    r"""Transmission of a free-electron junction with collinear magnetisations, per area and summed over both spins.

    .. math:: T(E) = \sum_{\sigma}\int\frac{d^2q}{(2\pi)^2}\,
        \frac{4k_1k_2}{(k_1+k_2)^2\cosh^2\kappa d+\left(\kappa/\beta-\beta k_1k_2/\kappa\right)^2\sinh^2\kappa d}

    where :math:`k_1,k_2` are the wave numbers of that spin in the two electrodes. Exact for a rectangular barrier, at
    energies below and above it, up to a phase of 50 radians across the barrier; at 100 it is averaged over. Zero
    bias. :math:`G=(e^2/h)\,L_0`.

    Parameters
    ----------
    junction : Junction
        With a rectangular barrier and no spacer.
    excess : float or array_like
        Energy from the Fermi level, in eV.
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
    device("junction", junction, Junction)
    if not isinstance(parallel, bool | np.bool_):
        raise TypeError(f"parallel must be True or False, got {parallel!r}")
    barrier, left, right = junction.barrier, junction.left, junction.right
    if barrier.heights[0] != barrier.heights[1] or junction.spacer:
        raise ValueError(f"junction must have a rectangular barrier and no spacer, got {junction!r}")
    excess = real("excess", excess, unit="eV")
    total = np.zeros(excess.size)
    # in the order of energy, so that only electrons far above the edge pay for their many resonances
    order = np.argsort(excess, axis=None)
    for part in (order[i : i + _AT_ONCE] for i in range(0, order.size, _AT_ONCE)):
        e = excess.ravel()[part, None]
        for majority in (True, False):
            # kinetic energy at normal incidence on either side
            first = left.fermi_energy - (0.0 if majority else left.exchange_splitting) + e
            second = right.fermi_energy - (0.0 if majority == parallel else right.exchange_splitting) + e
            total[part] += _one_spin(barrier, e, np.maximum(np.minimum(first, second), 0.0), first, second)
    return total.reshape(excess.shape)[()]


def _one_spin(barrier, energy, top, first, second):
    """One spin's share: integral over the in-plane energy up to `top`, the lower of the two kinetic energies."""
    width, β = barrier.width, barrier.mass
    at_normal = β * (barrier.height - energy) / units.HBAR2_2M
    # what a thick barrier lets pass: beyond this it is less by exp(-40)
    reach, above = 20 / width, np.maximum(-at_normal, 0.0)
    cut = units.HBAR2_2M * (above + reach * (2 * np.sqrt(np.maximum(at_normal, 0.0)) + reach))
    middle = np.minimum(top, cut)
    # an electron above the edge resonates where the barrier is a whole number of quarter waves wide; a resonance may be
    # much narrower than their distance, and at a break point that costs little
    most = np.floor(np.sqrt(above.max(initial=0.0)) * width / (np.pi / 2))
    quarters = np.arange(min(most, 2 * _QUARTER_WAVES), -1, -1)
    resonances = np.clip(units.HBAR2_2M * (above - (quarters * np.pi / 2 / width) ** 2), 0.0, middle)
    sharp = quarters.size - min(quarters.size, 10)  # the resonances of slow electrons are the narrow ones
    edges = np.concatenate([np.zeros_like(middle), resonances, middle], axis=-1)
    above_edge = [pieces(edges[..., : sharp + 1], 16)] if sharp else []
    above_edge += [pieces(edges[..., sharp:-1], 48)] if above.any() else []
    total = 0.0
    for i, (parallel_energy, weight) in enumerate([*above_edge, pieces(edges[..., -2:], 48)]):
        oscillates = i < len(above_edge)
        first_k2, second_k2 = (np.maximum(e - parallel_energy, 0.0) / units.HBAR2_2M for e in (first, second))
        product = np.sqrt(first_k2 * second_k2)
        total_k2 = first_k2 + second_k2 + 2 * product  # (k1 + k2)²
        κ2 = np.maximum(np.abs(at_normal + parallel_energy / units.HBAR2_2M), 1e-18)
        κ = np.sqrt(κ2)
        if oscillates:
            sinh2 = np.sin(κ * width) ** 2
            cosh2, fall, slope = 1 - sinh2, 1.0, κ2 / β + β * product
        else:  # both without their growth exp(2κd)
            gone = -np.expm1(-2 * κ * width)
            sinh2 = (gone / 2) ** 2
            cosh2, fall, slope = (1 - gone / 2) ** 2, np.exp(-2 * κ * width), κ2 / β - β * product
        denominator = total_k2 * cosh2 + slope**2 / κ2 * sinh2
        through = 4 * product * fall / np.where(denominator == 0, 1.0, denominator)
        if i == 0 and most >= _QUARTER_WAVES:
            # towards the mean over the phase, ∫dφ/(a² cos²φ + b² sin²φ) = 2π/ab
            fast = np.clip(κ * width / (np.pi / 2) / _QUARTER_WAVES, 1.0, 2.0) - 1.0
            scale = np.sqrt(total_k2 / κ2) * slope
            mean = 4 * product / np.where(scale == 0, 1.0, scale)
            through += np.sin(np.pi / 2 * fast) ** 2 * (mean - through)
        total = total + (weight * through).sum(axis=-1)
    return total / (4 * np.pi * units.HBAR2_2M)
