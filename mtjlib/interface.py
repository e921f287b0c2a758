r"""One metal/barrier interface: a single complex number :math:`r` per spin, and everything that follows from it.

A flux-normalised wave that decays towards the interface inside the barrier is reflected there with

.. math:: r_\sigma = \frac{iK - k_\sigma}{iK + k_\sigma}, \qquad K = \kappa/\beta,

where κ is the decay constant at that interface and :math:`\beta=m_b/m` the barrier's mass over the metal's. Below a
band edge :math:`k_\sigma` is imaginary; continued analytically (with :math:`\mathrm{Im}\,k_\sigma>0`) the same formula
still holds, :math:`r_\sigma` becomes real, and the transmission :math:`T_\sigma = 2\,\mathrm{Im}\,r_\sigma` (the
optical theorem) vanishes by itself. Derived in chapter 3 (the interface).
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import device, real
from mtjlib.junction import Barrier, Ferromagnet

__all__ = [
    "critical_wavevector",
    "polarisation",
    "reflection",
    "reflection_through_spacer",
    "transmission",
    "transmission_amplitude",
    "wavevector",
]
__dir__ = __all__.copy


# --- the formulas, without checks and for complex energies as well: what the integrals of the theories call -----------
def _wavevector(energy):
    """√(energy), in 1/nm, on the branch with Im k ≥ 0; complex energies belong to the upper half plane."""
    energy = np.asarray(energy) / units.HBAR2_2M
    if np.iscomplexobj(energy):
        return np.sqrt(energy)
    return np.sqrt(np.abs(energy)) * np.where(energy < 0, 1j, 1.0)  # a third of what a complex root costs


def _reflection(k, big_k):
    ik = 1j * big_k
    return (ik - k) / (ik + k)


def _reflection_through_spacer(k, k_spacer, thickness, big_k):
    """The barrier/N interface and the N/F interface behind it, multiplied out so that k_spacer = 0 is no 0/0."""
    echo = np.exp(2j * k_spacer * thickness)
    cosine, sine = (1 + echo) / 2, (echo - 1) / 2
    still = k_spacer == 0
    slope = np.where(still, 1j * thickness, sine / np.where(still, 1.0, k_spacer))
    flux, height = k * cosine - k_spacer * sine, cosine - k * slope
    ik = 1j * big_k
    return (ik * height - flux) / (ik * height + flux)


def _wave(name, k):
    """A validated complex wave vector: finite, decaying into the metal where it is not real, and not zero."""
    k = np.asarray(k)
    if k.dtype.kind not in "iufc" and k.size:
        raise TypeError(f"{name} must be a number or an array of them in 1/nm, got {k!r}")
    k = k.astype(complex)
    legal = np.isfinite(k) & (k.real >= 0) & (k.imag >= 0)
    if not legal.all():
        raise ValueError(f"{name} must be finite, with Re ≥ 0 and Im ≥ 0 in 1/nm, got {complex(k[~legal].flat[0])!r}")
    return k


def _big_k(kappa, mass):
    return real("kappa", kappa, "(0, inf)", "1/nm") / real("mass", mass, "(0, inf)", "m_e")


def wavevector(energy):
    r"""Wave vector along the normal, :math:`k=\sqrt{2m\,\mathrm{energy}}/\hbar`.

    Parameters
    ----------
    energy : float or array_like
        Kinetic energy of the motion along the normal, in eV: total energy minus band edge minus
        :math:`\hbar^2q^2/2m`. Negative below the band edge.

    Returns
    -------
    complex or ndarray
        In 1/nm; positive imaginary where `energy` is negative.

    Examples
    --------
    Iron's two spins at the Fermi energy, 1.09 and 0.42 Å⁻¹:

    >>> np.round(wavevector([4.5, 4.5 - 3.825, -1.0]), 3)
    array([10.868+0.j   ,  4.209+0.j   ,  0.   +5.123j])
    """
    return _wavevector(real("energy", energy, unit="eV"))


def reflection(k, kappa, mass=1.0):
    r"""Reflection amplitude inside the barrier, of a wave that decays towards the interface.

    .. math:: r = \frac{iK-k}{iK+k}, \qquad K=\kappa/\beta

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (17b). Derived in chapter 3 (the interface).

    Parameters
    ----------
    k : complex or array_like
        Wave vector in the metal, in 1/nm (see `wavevector`).
    kappa : float or array_like
        Decay constant in the barrier at the interface, in 1/nm, > 0.
    mass : float or array_like
        :math:`\beta`, > 0.

    Returns
    -------
    complex or ndarray
        Dimensionless. Its modulus is 1 for a propagating wave; it is real for an evanescent one.

    Examples
    --------
    >>> complex(reflection(5.0, 5.0))
    1j
    """
    return _reflection(_wave("k", k), _big_k(kappa, mass))


def reflection_through_spacer(k, k_spacer, thickness, kappa, mass=1.0):
    r"""Reflection amplitude inside the barrier when a normal metal lies between barrier and ferromagnet.

    .. math:: r = \frac{r_N + \rho\,e^{2ik_Na}}{1 + r_N\,\rho\,e^{2ik_Na}}, \qquad
              \rho = \frac{k_N-k}{k_N+k}, \qquad r_N = \frac{iK-k_N}{iK+k_N}

    The optical theorem :math:`T = 2\,\mathrm{Im}\,r` still gives the transmission into the ferromagnet. Where
    :math:`k_N` is real and :math:`k` imaginary, *r* has poles: quantum-well states bound between barrier and band edge.

    Parameters
    ----------
    k, k_spacer : complex or array_like
        Wave vectors in the ferromagnet and in the spacer, in 1/nm.
    thickness : float or array_like
        Thickness :math:`a` of the spacer in nm, ≥ 0.
    kappa, mass : float or array_like
        As in `reflection`.

    Examples
    --------
    A spacer of no thickness, or of the ferromagnet's own wave vector, is not there:

    >>> bool(np.isclose(reflection_through_spacer(4.2, 10.9, 0.0, 6.0), reflection(4.2, 6.0)))
    True
    """
    k, k_spacer = _wave("k", k), _wave("k_spacer", k_spacer)
    thickness = real("thickness", thickness, "[0, inf)", "nm")
    return _reflection_through_spacer(k, k_spacer, thickness, _big_k(kappa, mass))


def transmission(k, kappa, mass=1.0):
    r"""Transmission probability between the barrier and the metal, by the optical theorem.

    .. math:: T = 2\,\mathrm{Im}\,r = \frac{4kK}{k^2+K^2}

    for a propagating wave and 0 below the band edge. It is flux-normalised with a decaying wave on one side, so it may
    exceed 1 (up to 2, at :math:`k=K`). Source: Xiao, Bauer and Brataas (2008), Eq. (A5).

    Parameters
    ----------
    k, kappa, mass
        As in `reflection`.

    Examples
    --------
    >>> transmission([5.0, 5.0j], 5.0).tolist()
    [2.0, 0.0]
    """
    return 2 * reflection(k, kappa, mass).imag


def transmission_amplitude(k, kappa, mass=1.0):
    r"""Transmission amplitude from the metal into the barrier, :math:`t = 2\sqrt{ikK}/(k+iK)`, with :math:`|t|^2=T`.

    Source: Xiao, Bauer and Brataas (2008), Eq. (17a). Zero below the band edge, where nothing comes in.

    Parameters
    ----------
    k, kappa, mass
        As in `reflection`.

    Examples
    --------
    >>> round(abs(complex(transmission_amplitude(5.0, 5.0))) ** 2, 12)
    2.0
    """
    k, big_k = _wave("k", k), _big_k(kappa, mass)
    return np.where(k.imag == 0, 2 * np.sqrt(1j * k * big_k) / (k + 1j * big_k), 0.0)[()]


def polarisation(k_majority, k_minority, kappa, mass=1.0):
    r"""Spin polarisation of the electrons that pass an interface.

    .. math:: p = \frac{T_\uparrow-T_\downarrow}{T_\uparrow+T_\downarrow}
                = \frac{k_\uparrow-k_\downarrow}{k_\uparrow+k_\downarrow}\,
                  \frac{\kappa^2/\beta^2-k_\uparrow k_\downarrow}{\kappa^2/\beta^2+k_\uparrow k_\downarrow}

    where both spins propagate, and ±1 where one does. It changes sign where
    :math:`\kappa^2/\beta^2=k_\uparrow k_\downarrow`.
    Source: Slonczewski, Phys. Rev. B 39, 6995 (1989). Derived in chapter 3 (the interface).

    Parameters
    ----------
    k_majority, k_minority : complex or array_like
        In 1/nm.
    kappa, mass
        As in `reflection`.

    Returns
    -------
    float or ndarray
        Between -1 and 1; ``nan`` where neither spin propagates, because nothing passes that could be polarised.

    Examples
    --------
    A low barrier turns the sign, and a light barrier electron turns it back:

    >>> [round(float(polarisation(10.868, 4.209, 5.433, mass=beta)), 3) for beta in (1.0, 0.7)]
    [-0.095, 0.06]
    """
    big_k = _big_k(kappa, mass)
    pair = _wave("k_majority", k_majority), _wave("k_minority", k_minority)
    up, down = (2 * _reflection(k, big_k).imag for k in pair)
    total = np.asarray(up + down)
    return np.divide(up - down, total, out=np.full(total.shape, np.nan), where=total > 0)[()]


def critical_wavevector(ferromagnet, barrier, excess=0.0):
    r"""In-plane wave vector at which the polarisation of the left interface changes sign.

    With :math:`E` = Fermi energy + `excess` and :math:`x=\hbar^2q_c^2/2m`, the condition
    :math:`\kappa^2/\beta^2=k_\uparrow k_\downarrow` reads

    .. math:: \bigl[\beta(U_b+E_F-E)+x\bigr]^2 = \beta^4\,(E-x)(E-\Delta-x).

    For :math:`\beta=1` it is Eq. (19) of Xiao, Bauer and Brataas (2008),
    :math:`q_c^2=(2m/\hbar^2)\,[E-(E_F+U_b)^2/(2(E_F+U_b)-\Delta)]`. At the Fermi energy :math:`q_c` exists if and only
    if :math:`U_b^2<\beta^2E_F(E_F-\Delta)`. Electrons with :math:`q<q_c` are polarised against the majority.

    Parameters
    ----------
    ferromagnet : Ferromagnet
    barrier : Barrier
        Its left height counts.
    excess : float or array_like
        Energy from the ferromagnet's Fermi level in eV, below the barrier's edge.

    Returns
    -------
    float or ndarray
        :math:`q_c` in 1/nm; ``nan`` where the polarisation keeps one sign (for no splitting, it has none to change).

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> [round(float(critical_wavevector(fe, Barrier(1.125, 1.0, beta))), 3) for beta in (0.4, 0.7, 1.0)]
    [nan, 1.003, 2.503]
    """
    device("ferromagnet", ferromagnet, Ferromagnet)
    excess = real("excess", excess, f"(-inf, {device('barrier', barrier, Barrier).height!r})", "eV")
    energy, gap = ferromagnet.fermi_energy + excess, ferromagnet.exchange_splitting
    depth, power = barrier.mass * (barrier.height - excess), barrier.mass**4
    exists = (gap > 0) & (energy > gap) & (depth**2 < power * energy * (energy - gap))
    # a x² + b x + c = 0 with b > 0 > c: the root in (0, E - Δ), in the form that loses no digits.
    a, b, c = 1 - power, 2 * depth + power * (2 * energy - gap), depth**2 - power * energy * (energy - gap)
    b, c = np.where(exists, b, 1.0), np.where(exists, c, 0.0)
    root = -2 * c / (b + np.sqrt(b**2 - 4 * a * c))
    return np.where(exists, np.sqrt(np.maximum(root, 0) / units.HBAR2_2M), np.nan)[()]
