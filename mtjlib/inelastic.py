r"""Tunnelling with the emission of a magnon or a phonon, and the two explanations of the zero-bias anomaly.

What can be derived here is counting. At zero temperature an electron with the excess energy :math:`U=e|V|` can leave
an excitation of energy ω ≤ U behind, and finds :math:`U-\omega` as its window of initial and final states. What couples
how strongly is put in by hand. Source of the torques: Manchon's SPIE review, Eqs. (14)–(19); chapter 5.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real

__all__ = [
    "interaction_factor",
    "magnon_conductances",
    "magnon_phase_space",
    "magnon_torques",
    "phonon_phase_space",
    "phonon_torques",
]
__dir__ = __all__.copy


def _phase_space(energy, power):
    return energy ** (power + 2) / ((power + 1) * (power + 2))


def phonon_phase_space(energy, nu):
    r"""Phase space for emitting an acoustic phonon, whose coupling brings one more power of ω.

    .. math:: \int_0^U\omega^{\nu+1}(U-\omega)\,d\omega = \frac{U^{\nu+3}}{(\nu+2)(\nu+3)}

    Parameters
    ----------
    energy : float or array_like
        :math:`U=e|V|` in eV, ≥ 0.
    nu : float or array_like
        Exponent of the density of states :math:`\omega^\nu`, ≥ 0: 2 in the bulk, 1 at an interface.

    Returns
    -------
    float or ndarray
        In eV^(ν+3).

    Examples
    --------
    >>> float(phonon_phase_space(1.0, 0.0))
    0.16666666666666666
    """
    return _phase_space(real("energy", energy, "[0, inf)", "eV"), real("nu", nu, "[0, inf)") + 1)


def magnon_phase_space(energy, nu):
    r"""Phase space for emitting a magnon.

    .. math:: \int_0^U\omega^\nu(U-\omega)\,d\omega = \frac{U^{\nu+2}}{(\nu+1)(\nu+2)}

    Parameters
    ----------
    energy : float or array_like
        :math:`U=e|V|` in eV, ≥ 0.
    nu : float or array_like
        Exponent of the density of states :math:`\omega^\nu`, ≥ 0. Magnons have :math:`\omega\propto q^2`: 1/2 in the
        bulk, 0 at an interface.

    Returns
    -------
    float or ndarray
        In eV^(ν+2).

    Examples
    --------
    >>> float(magnon_phase_space(1.0, 0.0))
    0.5
    """
    return _phase_space(real("energy", energy, "[0, inf)", "eV"), real("nu", nu, "[0, inf)"))


def phonon_torques(bias, polarisation_left, polarisation_right, rotation, coupling, nu=1.0, angle=np.pi / 2):
    r"""Torques with phonon emission, Eqs. (16) and (17), per conductance :math:`G_0`.

    .. math:: T_\parallel = P_L\sin\theta\,(1+\zeta|V|^{\nu+2})V, \qquad
              T_\perp - T_{\perp0} = P_R\varphi_L\sin\theta\,\zeta|V|^{\nu+3}

    Phonons do not touch the spin: the powers are those of `phonon_phase_space`, the first odd and the second even in V.
    The sign of V is the paper's in these equations; the book's :math:`N_\parallel` is negative for V > 0.

    Parameters
    ----------
    bias : float or array_like
        V in volt.
    polarisation_left, polarisation_right : float or array_like
        :math:`P_L, P_R` in [-1, 1].
    rotation : float or array_like
        :math:`\varphi_L` in rad.
    coupling : float or array_like
        ζ in V^-(ν+2), ≥ 0: phenomenological.
    nu : float or array_like
        Exponent of the phonons' density of states, ≥ 0.
    angle : float or array_like
        θ in rad.

    Returns
    -------
    tuple of float or ndarray
        :math:`T_\parallel` and :math:`T_\perp-T_{\perp0}`, in volt.

    Examples
    --------
    >>> [round(float(t), 6) for t in phonon_torques(-0.5, 0.6, 0.6, 0.2, coupling=1.0)]
    [-0.3375, 0.0075]
    """
    bias, nu = real("bias", bias, unit="V"), real("nu", nu, "[0, inf)")
    zeta, sine = real("coupling", coupling, "[0, inf)"), np.sin(real("angle", angle, unit="rad"))
    p_l, p_r = (
        real("polarisation_left", polarisation_left, "[-1, 1]"),
        real("polarisation_right", polarisation_right, "[-1, 1]"),
    )
    phi = real("rotation", rotation, unit="rad")
    extra = zeta * np.abs(bias) ** (nu + 2)
    return p_l * sine * (1 + extra) * bias, p_r * phi * sine * extra * np.abs(bias)


def magnon_torques(bias, polarisation, rotation, nu=0.0, angle=np.pi / 2):
    r"""Torques by magnon emission in a symmetric junction, Eqs. (18) and (19), up to a common factor.

    .. math:: T_\parallel - T_{\parallel0} &\propto \sin\theta\,[P(1+P) - (1-P)(1+P\cos\theta)]\,|V|^{\nu+2}\\
              T_\perp - T_{\perp0} &\propto P\varphi\sin\theta\,(1-\cos\theta)\,|V|^{\nu+2}

    The power is that of `magnon_phase_space`, with :math:`|V|` where the print has V. The angular factors are quoted:
    the second term of the first line cannot be derived from what the paper states.

    Parameters
    ----------
    bias : float or array_like
        V in volt.
    polarisation : float or array_like
        P in [-1, 1].
    rotation : float or array_like
        φ in rad.
    nu : float or array_like
        Exponent of the magnons' density of states, ≥ 0.
    angle : float or array_like
        θ in rad.

    Returns
    -------
    tuple of float or ndarray
        Both corrections, in V^(ν+2).

    Examples
    --------
    >>> [round(float(t), 6) for t in magnon_torques(0.5, 0.6, 0.2)]
    [0.14, 0.03]
    """
    p, phi = real("polarisation", polarisation, "[-1, 1]"), real("rotation", rotation, unit="rad")
    theta = real("angle", angle, unit="rad")
    power = np.abs(real("bias", bias, unit="V")) ** (real("nu", nu, "[0, inf)") + 2)
    in_plane = np.sin(theta) * (p * (1 + p) - (1 - p) * (1 + p * np.cos(theta))) * power
    return in_plane, p * phi * np.sin(theta) * (1 - np.cos(theta)) * power


def magnon_conductances(bias, polarisation_left, polarisation_right, strength, cutoff, nu=0.0):
    r"""Differential conductances with magnon emission at zero temperature: the anomaly as Zhang et al. explain it.

    A magnon flips the spin, so that the inelastic current finds the densities of states of the *other* configuration:

    .. math:: G_{P,AP} = (1\pm P_LP_R) + s\,(1\mp P_LP_R)\left[\frac{\min(e|V|,E_m)}{E_m}\right]^{\nu+1}.

    The power is the derivative of `magnon_phase_space`: interface magnons (ν = 0) make the conductance rise linearly in
    :math:`|V|`, faster in the antiparallel state, until all magnons up to :math:`E_m` take part. The TMR drops with the
    bias for any s > 0.
    Source: Zhang et al., Phys. Rev. Lett. 79, 3744 (1997), reduced to one strength.

    Parameters
    ----------
    bias : float or array_like
        V in volt.
    polarisation_left, polarisation_right : float or array_like
        In [-1, 1].
    strength : float or array_like
        s ≥ 0, inelastic over elastic conductance for unpolarised electrodes once all magnons take part: fitted.
    cutoff : float or array_like
        Largest magnon energy :math:`E_m` in eV, > 0.
    nu : float or array_like
        Exponent of the magnons' density of states, ≥ 0.

    Returns
    -------
    tuple of float or ndarray
        :math:`G_P, G_{AP}` in units of the elastic conductance for unpolarised electrodes.

    Examples
    --------
    >>> [round(float(g), 4) for g in magnon_conductances(0.05, 0.5, 0.5, strength=0.4, cutoff=0.1)]
    [1.4, 1.0]
    """
    product = real("polarisation_left", polarisation_left, "[-1, 1]") * real(
        "polarisation_right", polarisation_right, "[-1, 1]"
    )
    s, top = real("strength", strength, "[0, inf)"), real("cutoff", cutoff, "(0, inf)", "eV")
    energy = np.abs(real("bias", bias, unit="V"))
    emitted = s * np.minimum(energy / top, 1.0) ** (real("nu", nu, "[0, inf)") + 1)
    return 1 + product + emitted * (1 - product), 1 - product + emitted * (1 + product)


def interaction_factor(bias, strength, cutoff, temperature=0.0, dimension=3):
    r"""Suppression of the tunnelling density of states by electron–electron interaction: the rival explanation.

    .. math:: g = 1 - S\Bigl(1-\sqrt{\epsilon/E_c}\Bigr)\ \text{(three dimensions)},\qquad
              g = 1 + S\ln(\epsilon/E_c)\ \text{(two)}, \qquad \epsilon=\sqrt{(eV)^2+(k_BT)^2},

    and 1 for :math:`\epsilon\ge E_c`. The shapes are those of the Altshuler–Aronov theory of diffusive electrodes
    (in two dimensions, of a screened interaction); S, the cutoff and the way temperature enters are phenomenological.
    The factor multiplies a conductance. With the same S in both states it drops out of the TMR: an anomaly of the *TMR*
    needs an S that depends on the state. A logarithmic law, with different S behind a symmetry filter, was measured by
    Liu et al., arXiv:1410.3636.

    Parameters
    ----------
    bias : float or array_like
        V in volt.
    strength : float or array_like
        S, ≥ 0; the factor must stay ≥ 0.
    cutoff : float or array_like
        :math:`E_c` in eV, > 0.
    temperature : float or array_like
        In K, ≥ 0. In two dimensions bias and temperature must not both be zero.
    dimension : int
        3 or 2.

    Returns
    -------
    float or ndarray
        Between 0 and 1.

    Raises
    ------
    ValueError
        If an argument is out of range, or the suppression exceeds 1, where the law has lost its meaning.

    Examples
    --------
    >>> [round(float(interaction_factor(v, 0.1, 0.1)), 3) for v in (0.0, 0.025, 0.2)]
    [0.9, 0.95, 1.0]
    """
    if dimension not in (2, 3):
        raise ValueError(f"dimension must be 2 or 3, got {dimension!r}")
    s, top = real("strength", strength, "[0, inf)"), real("cutoff", cutoff, "(0, inf)", "eV")
    energy = np.hypot(real("bias", bias, unit="V"), units.K_B * real("temperature", temperature, "[0, inf)", "K"))
    ratio = np.minimum(energy / top, 1.0)
    if dimension == 3:
        factor = 1 - s * (1 - np.sqrt(ratio))
    else:
        if np.any(ratio == 0):
            raise ValueError("bias and temperature must not both be 0 in two dimensions: the logarithm diverges")
        factor = 1 + s * np.log(ratio)
    if np.any(factor < 0):
        raise ValueError(f"strength must keep the factor in [0, 1], got {float(np.max(s))!r}: the law ends before")
    return factor
