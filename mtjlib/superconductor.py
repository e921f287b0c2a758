r"""A superconductor as a spin detector: Meservey–Tedrow tunnelling and Andreev reflection.

Both replace one ferromagnet of a junction by a superconductor and read the polarisation off its conductance. In a
*tunnel* junction a magnetic field splits the superconductor's density of states into two copies, one per spin, and the
heights of the four peaks weigh the two spin currents. In a *transparent contact* the current below the gap needs both
spins, to make pairs, and a polarised current is missing half of each.

Sign of the bias, in words: V > 0 raises the ferromagnet's Fermi level, so electrons enter the superconductor at energy
eV above its own. "Majority" spins have their moment along the field, which lowers their levels by :math:`\mu_BB`.
Energies and gaps are in eV, biases in V, fields in T; conductances are relative to the normal state's. They are good to
1e-6 of their value at every temperature, however small the broadening and the conductance inside the gap; with
spin-orbit scattering, to 1e-6 of the normal state's.
"""

from functools import lru_cache

import numpy as np

from mtjlib import units
from mtjlib._validate import real
from mtjlib.quadrature import NotSettled, pieces

__all__ = [
    "andreev_conductance",
    "density_of_states",
    "four_point_biases",
    "four_point_polarisation",
    "spin_densities",
    "tunnel_conductance",
    "zeeman_energy",
]
__dir__ = __all__.copy

_NODES = 48  # per piece
_CHUNK = 128  # biases averaged together: each one takes a third of a megabyte
_WINDOW = np.array([5.0, 15.0, 40.0])  # in kT: beyond it -df/dE is less by 1e-17


def zeeman_energy(field):
    r"""Shift :math:`\mu_BB` of each spin's levels, in eV (half the splitting).

    Parameters
    ----------
    field : float or array_like
        In T.

    Examples
    --------
    >>> round(float(zeeman_energy(3.0)) * 1e3, 3)  # meV
    0.174
    """
    return units.MU_B / units.E_CHARGE * real("field", field, unit="T")


def _dynes(energy, gap, broadening):
    z = energy - 1j * broadening
    # the two roots have their cuts above the real axis, so their product is right at negative energies as well
    return (z / (np.sqrt(z - gap) * np.sqrt(z + gap))).real


def density_of_states(energy, gap, broadening):
    r"""Dynes density of states of a superconductor, relative to the normal state.

    .. math:: \rho(E) = \mathrm{Re}\,\frac{E-i\Gamma}{\sqrt{(E-i\Gamma)^2-\Delta^2}}

    Source: Dynes, Narayanamurti and Garno, Phys. Rev. Lett. 41, 1509 (1978). For :math:`\Gamma\to0` it is that of
    Bardeen, Cooper and Schrieffer.

    Parameters
    ----------
    energy : float or array_like
        From the superconductor's Fermi level, in eV.
    gap : float or array_like
        :math:`\Delta` in eV, ≥ 0.
    broadening : float or array_like
        :math:`\Gamma` in eV, > 0.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> density_of_states([0.0, 0.5e-3], gap=0.3e-3, broadening=1e-9).round(4)
    array([0.  , 1.25])
    """
    energy = real("energy", energy, unit="eV")
    gap = real("gap", gap, "[0, inf)", "eV")
    return _dynes(energy, gap, real("broadening", broadening, "(0, inf)", "eV"))


def spin_densities(energy, gap, broadening, field=0.0, spin_orbit=0.0):
    r"""Densities of states of both spins in a thin film, in a field and with spin-orbit scattering.

    .. math:: \rho_\pm = \mathrm{Re}\,\frac{u_\pm}{\sqrt{u_\pm^2-1}}, \qquad
              u_\pm\Delta = E\pm\mu_BB-i\Gamma - ib\Delta\,\frac{u_\mp-u_\pm}{\sqrt{u_\mp^2-1}},
              \qquad b = \frac{\hbar}{3\tau_{so}\Delta}

    with the roots whose :math:`\rho` is positive. Each spin's self-energy is the other spin's Green function times
    half the rate of flips, :math:`b\Delta=\hbar/2\tau_{flip}`; of isotropic spin-orbit scattering two events in three
    flip the spin. Without a field they change nothing: spin-orbit scattering respects time reversal, and a pair is made
    of two states that time reversal exchanges. In a field a weak b gives each spin a little of the other's peaks, and a
    strong one averages the shift away: what is left of the field is a depairing,
    :math:`u\Delta=E-i\Gamma-i\zeta\Delta\,u/\sqrt{u^2-1}` for both spins with :math:`\zeta=(\mu_BB/\Delta)^2/2b`. The
    orbital depairing of a thick film is left out, and the gap is taken as given. Source: Maki's equations, reviewed by
    Meservey and Tedrow, Phys. Rep. 238, 173 (1994); quoted second-hand, and derived anew.

    Parameters
    ----------
    energy : float or array_like
        From the superconductor's Fermi level, in eV.
    gap, broadening : float or array_like
        As in `density_of_states`.
    field : float or array_like
        In T, in the plane of the film.
    spin_orbit : float or array_like
        b in [0, 1000].

    Returns
    -------
    majority, minority : float or ndarray
        Relative to the normal state of one spin.

    Examples
    --------
    Scattering with b = 0.05 gives the minority spin states below its own edge at 0.52 meV:

    >>> [round(float(spin_densities(0.3e-3, 0.35e-3, 1e-6, 3.0, b)[1]), 3) for b in (0.0, 0.05)]
    [0.004, 0.073]
    """
    energy = real("energy", energy, unit="eV")
    gap = real("gap", gap, "[0, inf)", "eV")
    broadening = real("broadening", broadening, "(0, inf)", "eV")
    spin_orbit = real("spin_orbit", spin_orbit, "[0, 1000]")
    majority, minority = _scattered(energy, gap, broadening, zeeman_energy(field), spin_orbit).real
    return majority[()], minority[()]


def _scattered(energy, gap, depth, shift, spin_orbit):
    r"""Normal Green functions :math:`g_\pm=u_\pm/\sqrt{u_\pm^2-1}` at the energies E - i depth, as an array (2, ...).

    The unknown is :math:`y=u-\sqrt{u^2-1}`, the amplitude of Andreev reflection, whose modulus is below 1 for the
    physical roots; u = (z - icg')/(Δ - icf') with the other spin's g' and f'. Far below the axis y vanishes. From there
    Newton's method follows it up, halving the depth each time: the singularities lie on the axis, so that at half the
    distance from it y has not gone far.
    """
    energy, gap, depth, shift, c = np.broadcast_arrays(energy, gap, depth, shift, spin_orbit * gap)
    y = np.zeros((2, *energy.shape), complex)
    halvings = np.log2(((gap + abs(shift) + c) / depth).max(initial=1.0))
    for factor in 2.0 ** np.arange(np.ceil(halvings), -1, -1):
        z = np.stack([energy + shift, energy - shift]) - 1j * depth * factor
        for _ in range(60):
            other = y[::-1]
            top, bottom = gap * (1 - other**2) - 2j * c * other, z * (1 - other**2) - 1j * c * (1 + other**2)
            a = top / bottom  # 1/u
            root = np.sqrt(1 - a) * np.sqrt(1 + a)
            target = a / (1 + root)
            slope = (2 * other * (z * a - gap) - 2j * c * (1 - other * a)) / (bottom * root * (1 + root))
            step = target - y
            step = (step + slope * step[::-1]) / (1 - slope[0] * slope[1])
            y = np.where((abs(y + step) < 1).all(axis=0), y + step, target)
            if abs(step).max(initial=0.0) < 1e-8:  # the next would be its square
                break
        else:
            raise NotSettled("the densities of states do not settle")
    return (1 + y**2) / (1 - y**2)


@lru_cache
def _graded_rule():
    """Nodes and weights on [0, 1] that crowd towards both ends as the eighth power of the distance.

    They resolve a peak or a zero at either end however much narrower than the piece it is.
    """
    nodes, weights = pieces([0.0, 1.0], _NODES)
    for _ in range(2):
        nodes, weights = np.sin(np.pi * nodes / 2) ** 2, weights * np.pi / 2 * np.sin(np.pi * nodes)
    return nodes, weights


def _thermal(function, bias, temperature, peaks, widths):
    r"""Average of a function of energy with the weight -df/dE around eV.

    The function is singular, or nearly so, at its `peaks` and within a distance of `widths` from them, and smooth
    elsewhere. Break points, and the energies it is called with, are in two parts whose sum they are: an anchor (a peak,
    or eV) and the distance from there, so that no digits are lost close to a peak or at a very low temperature.
    """
    bias, kt, *peaks = np.broadcast_arrays(bias, units.K_B * temperature, *peaks)
    cold = kt < 1e-250  # eV, where energies over kT overflow
    if cold.all():
        return function(bias[..., None, None], 0.0)[..., 0, 0][()]
    kt, bias, peaks = np.where(cold, 1.0, kt)[..., None], bias[..., None], np.stack(peaks, axis=-1)
    steps = _WINDOW * kt
    # beyond a peak the weight may fall more slowly than the function rises towards it: some kT behind it count as well
    behind = np.where(peaks < bias, -1, 1)[..., None] * steps[..., None, :]
    beside = [np.zeros_like(peaks), *(np.broadcast_to(width[..., None], peaks.shape) for width in widths)]
    around = np.concatenate([behind, np.stack(beside, axis=-1)], axis=-1)
    flat = *cold.shape, peaks.shape[-1] * around.shape[-1]
    own = np.concatenate([-steps, np.zeros_like(bias), steps], axis=-1)
    offset = np.concatenate([own, around.reshape(flat)], axis=-1)
    anchor = np.concatenate([np.broadcast_to(bias, own.shape), np.repeat(peaks, around.shape[-1], axis=-1)], axis=-1)
    from_bias = (anchor - bias) + offset
    order = np.argsort(from_bias, axis=-1)
    anchor, offset, from_bias = (np.take_along_axis(a, order, axis=-1)[..., None] for a in (anchor, offset, from_bias))

    nodes, weights = _graded_rule()
    low = np.arange(_NODES) < _NODES // 2
    length = np.diff(from_bias, axis=-2)
    anchor, offset, from_bias = (np.where(low, a[..., :-1, :], a[..., 1:, :]) for a in (anchor, offset, from_bias))
    way = length * np.where(low, nodes, -nodes[::-1])  # the rule is symmetric
    with np.errstate(under="ignore"):
        fall = np.exp(-np.abs(from_bias + way) / kt[..., None])
        weight = length * weights / kt[..., None] * fall / (1 + fall) ** 2
        warm = (function(anchor, offset + way) * weight).sum(axis=(-2, -1))
    return np.where(cold, function(bias[..., None], 0.0)[..., 0, 0], warm)[()]


def _in_chunks(formula, *arguments):
    """formula(*arguments) of the broadcast arguments, a few at a time."""
    arguments = np.broadcast_arrays(*arguments)
    flat = [argument.ravel() for argument in arguments]
    starts = range(0, max(flat[0].size, 1), _CHUNK)
    parts = [np.reshape(formula(*(a[start : start + _CHUNK] for a in flat)), -1) for start in starts]
    return np.concatenate(parts).reshape(arguments[0].shape)[()]


def tunnel_conductance(bias, gap, broadening, polarisation=0.0, field=0.0, temperature=0.0, spin_orbit=0.0):
    r"""Conductance of a ferromagnet–insulator–superconductor junction in a field.

    .. math:: \frac{G(V)}{G_N} = \int dE\left(-\frac{\partial f(E-eV)}{\partial E}\right)
              \left[\frac{1+P}{2}\,\rho_+(E)+\frac{1-P}{2}\,\rho_-(E)\right]

    Each spin tunnels without flip into its own `spin_densities`. Without spin-orbit scattering these are two shifted
    copies, :math:`\rho_\pm(E)=\rho(E\pm\mu_BB)`, of the Dynes density of states.
    Source: Meservey and Tedrow, Phys. Rep. 238, 173 (1994).

    Parameters
    ----------
    bias : float or array_like
        In V.
    gap, broadening : float or array_like
        As in `density_of_states`.
    polarisation : float or array_like
        P in [-1, 1], of the tunnelling electrons.
    field : float or array_like
        In T, in the plane of a film thin enough to stay superconducting.
    temperature : float or array_like
        In K, ≥ 0.
    spin_orbit : float or array_like
        b of `spin_densities`.

    Returns
    -------
    float or ndarray
        Relative to the normal state, of the broadcast shape.

    Examples
    --------
    With a polarised current the four peaks lose their symmetry in V. The outer one at V < 0 is the majority's:

    >>> biases = four_point_biases(0.35e-3, 3.0)
    >>> peaks = tunnel_conductance(biases, 0.35e-3, 1e-5, polarisation=0.4, field=3.0, temperature=0.3)
    >>> bool(peaks[0] > peaks[3]), bool(peaks[2] > peaks[1])
    (True, True)
    """
    bias = real("bias", bias, unit="V")
    gap = real("gap", gap, "[0, inf)", "eV")
    broadening = real("broadening", broadening, "(0, inf)", "eV")
    polarisation = real("polarisation", polarisation, "[-1, 1]")
    temperature = real("temperature", temperature, "[0, inf)", "K")
    spin_orbit = real("spin_orbit", spin_orbit, "[0, 1000]")
    arguments = bias, gap, broadening, polarisation, zeeman_energy(field), temperature
    if spin_orbit.any():
        return _in_chunks(_tunnel_scattered, *arguments, spin_orbit)
    return _in_chunks(_tunnel, *np.broadcast_arrays(*arguments, spin_orbit)[:-1])


# Energies over kT, and weights, on the line πkT/2 below the real axis. Singular are the densities of states, above the
# axis by Γ, and -df/dE, at odd multiples of iπkT: the sum with steps h is good to exp(-π²/h).
_LINE = np.arange(-32, 32.2, 0.4) - 0.5j * np.pi
_LINE_WEIGHT = 0.1 / np.cosh(_LINE / 2) ** 2


def _tunnel_scattered(bias, gap, broadening, polarisation, shift, temperature, spin_orbit):
    """Nobody knows where these peaks are, but no peak is sharp below the real axis: the integral runs there."""
    bias, gap, broadening, polarisation, shift, kt, spin_orbit = (
        a[..., None]
        for a in np.broadcast_arrays(bias, gap, broadening, polarisation, shift, units.K_B * temperature, spin_orbit)
    )
    line, weight = (_LINE, _LINE_WEIGHT) if kt.any() else (np.zeros(1), np.ones(1))
    majority, minority = _scattered(bias + kt * line.real, gap, broadening - kt * line.imag, shift, spin_orbit)
    return (weight * ((1 + polarisation) / 2 * majority + (1 - polarisation) / 2 * minority)).sum(axis=-1).real


def _tunnel(bias, gap, broadening, polarisation, shift, temperature):
    gap_, broadening_, polarisation_, shift_ = (a[..., None, None] for a in (gap, broadening, polarisation, shift))

    def both_spins(start, distance):
        energy = start + distance
        majority, minority = (_dynes(energy + s * shift_, gap_, broadening_) for s in (1, -1))
        return (1 + polarisation_) / 2 * majority + (1 - polarisation_) / 2 * minority

    # each peak is as sharp as the broadening: the branch points of both roots lie that far beside the real axis
    peaks = [s * gap + t * shift for s in (-1, 1) for t in (-1, 1)]
    return _thermal(both_spins, bias, temperature, peaks, (-3 * broadening, 3 * broadening))


def four_point_biases(bias, field):
    r"""The four biases :math:`-V-h,\ -V+h,\ V-h,\ V+h` with :math:`eh=\mu_BB` that `four_point_polarisation` needs.

    Parameters
    ----------
    bias : float or array_like
        V > 0 in V, anywhere on a flank of the peaks; :math:`V=\Delta/e` is the usual choice.
    field : float or array_like
        In T.

    Returns
    -------
    tuple of float or ndarray
        In V.

    Examples
    --------
    >>> [round(1e3 * float(v), 3) for v in four_point_biases(0.35e-3, 3.0)]
    [-0.524, -0.176, 0.176, 0.524]
    """
    bias, shift = real("bias", bias, "(0, inf)", "V"), zeeman_energy(field)
    return -bias - shift, -bias + shift, bias - shift, bias + shift


def four_point_polarisation(sigma_1, sigma_2, sigma_3, sigma_4):
    r"""Polarisation from the conductance at four biases, whatever the density of states and the temperature.

    .. math:: P = \frac{(\sigma_4-\sigma_2)-(\sigma_1-\sigma_3)}{(\sigma_4-\sigma_2)+(\sigma_1-\sigma_3)}

    It uses only that each spin sees the same even function of the energy, shifted by :math:`\pm\mu_BB`. Spin-orbit
    scattering breaks that. The formula then returns P times a factor that does not depend on P, but on the four biases:
    for a gap of 0.35 meV, 3 T and 0.4 K and b = 0.05 it is 0.73 at :math:`V=\Delta/e` and 1.21 at V = 0.40 mV.
    Source: Tedrow and Meservey, Phys. Rev. Lett. 26, 192 (1971); Phys. Rep. 238, 173 (1994).

    Parameters
    ----------
    sigma_1, sigma_2, sigma_3, sigma_4 : float or array_like
        Conductances in any unit at the `four_point_biases`.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If the two spins cannot be told apart, as without a field.

    Examples
    --------
    >>> biases = four_point_biases(0.35e-3, 3.0)
    >>> sigma = tunnel_conductance(biases, 0.35e-3, 1e-5, polarisation=0.4, field=3.0, temperature=0.4)
    >>> round(float(four_point_polarisation(*sigma)), 9)
    0.4
    """
    first, second, third, fourth = (
        real(f"sigma_{i}", value) for i, value in enumerate((sigma_1, sigma_2, sigma_3, sigma_4), 1)
    )
    majority, minority = fourth - second, first - third
    if np.any(majority + minority == 0):
        raise ValueError("sigma_4 - sigma_2 + sigma_1 - sigma_3 must not vanish: the spins cannot be told apart")
    return (majority - minority) / (majority + minority)


def andreev_conductance(bias, gap, polarisation=0.0, barrier_strength=0.0, temperature=0.0):
    r"""Conductance of a point contact between a ferromagnet and a superconductor.

    An electron is Andreev reflected with probability A and normally reflected with probability B (Blonder, Tinkham and
    Klapwijk, Phys. Rev. B 25, 4515 (1982), with their dimensionless barrier strength Z). The unpolarised part of the
    current does so; the polarised part finds no partner and cannot (:math:`A_P=0`), its other probabilities growing in
    proportion. With :math:`w=1+2Z^2` and :math:`s=\sqrt{1-\Delta^2/E^2}`,

    .. math:: \frac{G}{G_N} &= \frac{1+w}{2}\Bigl\langle(1-P)(1+A-B)+P(1-B_P)\Bigr\rangle_{E=eV},\\
              1+A-B &= \begin{cases}2\Delta^2/[E^2+w^2(\Delta^2-E^2)] & |E|<\Delta\\ 2/(1+ws) & |E|>\Delta\end{cases}
              \qquad
              1-B_P = \begin{cases}0\\ 2(w+s)/[2w+(1+w^2)s].\end{cases}

    Source: Strijkers, Ji, Yang, Chien and Byers, Phys. Rev. B 63, 104510 (2001). At V = 0 and Z = 0 this is
    :math:`2(1-P)`; for :math:`Z\to\infty` it becomes the density of states, for any P.

    Raising the other probabilities in proportion, :math:`B_P=B/(1-A)`, is a rule and not quantum mechanics. Matching
    the waves at the interface, with an Andreev reflected wave that is there but decays (it finds no states), gives
    Mazin, Golubov and Nadgorny, J. Appl. Phys. 89, 7576 (2001), instead:

    .. math:: 1-B_P = \frac{4s}{(1+s)^2+4Z^2s^2}\qquad(|E|>\Delta)

    for a wave that decays at once, and for any decay length at Z = 0. Both forms vanish below the gap and agree far
    above it, :math:`1/(1+Z^2)`, and for :math:`Z\to\infty`. They differ just above the gap: matched waves let nothing
    through at :math:`|E|=\Delta`, where this formula jumps to a finite value (for Z = 0 to that of the normal state;
    at :math:`1.2\Delta` it is 9 % above the matched waves, at :math:`2\Delta` 0.5 %). Polarisations fitted with either
    differ by less than 0.02 (Ji, Strijkers, Yang and Chien, Phys. Rev. B 64, 224425 (2001)).

    Parameters
    ----------
    bias : float or array_like
        In V.
    gap : float or array_like
        :math:`\Delta` in eV, > 0.
    polarisation : float or array_like
        P in [0, 1], of the current through the contact.
    barrier_strength : float or array_like
        Z in [0, 1e6].
    temperature : float or array_like
        In K, ≥ 0.

    Returns
    -------
    float or ndarray
        Relative to the normal state, of the broadcast shape.

    Examples
    --------
    >>> andreev_conductance(0.0, 1.5e-3, polarisation=[0.0, 0.45, 1.0])
    array([2. , 1.1, 0. ])
    """
    bias = real("bias", bias, unit="V")
    gap = real("gap", gap, "(0, inf)", "eV")
    polarisation = real("polarisation", polarisation, "[0, 1]")
    strength = real("barrier_strength", barrier_strength, "[0, 1e6]")
    temperature = real("temperature", temperature, "[0, inf)", "K")
    return _in_chunks(_contact, bias, gap, polarisation, strength, temperature)


def _contact(bias, gap, polarisation, strength, temperature):
    gap_, polarised = gap[..., None, None], polarisation[..., None, None]
    v = 1 / (1 + 2 * strength[..., None, None] ** 2)

    def contact(start, distance):
        # everything times (1 + w)/2, in terms of v = 1/w: no large numbers
        sign = np.where(start + distance < 0, -1.0, 1.0)
        beyond = ((sign * start - gap_) + sign * distance) / gap_  # |E|/Δ - 1
        above, below = np.maximum(beyond, 0.0), np.minimum(beyond, 0.0)
        s = np.sqrt(above * (2 + above)) / (1 + above)
        pairs = v * (1 + v) / (v**2 - below * (2 + below) * (1 - v**2))
        unpolarised = np.where(beyond < 0, pairs, (1 + v) / (v + s))
        alone = np.where(beyond < 0, 0.0, (1 + v) * (1 + s * v) / (2 * v + (1 + v**2) * s))
        return (1 - polarised) * unpolarised + polarised * alone

    return _thermal(contact, bias, temperature, (-gap, gap), ())
