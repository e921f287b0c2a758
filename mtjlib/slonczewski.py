r"""Slonczewski's elastic tunnelling: the in-plane torkance from the conductances between spin channels.

Four conductances :math:`G_{\sigma\sigma'}` join the spin channels of the two electrodes (first index the fixed, left
one). In a symmetric junction with elastic tunnelling two measured numbers, the polarisation and the parallel
conductance, give the torkance without any free parameter.

A torkance here is :math:`dN_\parallel/dV`, the coefficient of :math:`m_2\times(m_1\times m_2)` on the free (right)
electrode: **negative** where V > 0 favours antiparallel, as it does for a normal polarisation.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real

__all__ = ["collinear_conductances", "elastic_amplitudes", "torkance", "torkance_from_amplitudes"]
__dir__ = __all__.copy


def torkance(polarisation, conductance_parallel):
    r"""In-plane torkance of a symmetric junction with elastic tunnelling.

    .. math:: \frac{dN_\parallel}{dV} = -\frac{\hbar}{4e}\,\frac{2P}{1+P^2}\left(\frac{dI}{dV}\right)_P

    It saturates: going from P = 0.66 to 1 gains less than 9 %.
    Source: Sankey et al. (2008), Eq. (3), after Slonczewski; printed there with the opposite sign of the torque.

    Parameters
    ----------
    polarisation : float or array_like
        P in [-1, 1].
    conductance_parallel : float or array_like
        :math:`(dI/dV)_P`, ≥ 0: in S for the torkance of a device, or in S/m² for that per area.

    Returns
    -------
    float or ndarray
        In J/V (or J/(V m²)); negative for P > 0: V > 0 then favours antiparallel.

    Examples
    --------
    In units of (ħ/2e)/kΩ:

    >>> unit = units.HBAR / (2 * units.E_CHARGE) * 1e-3
    >>> (torkance([0.66, 1.0], 1 / 3190) / unit).round(4).tolist()
    [-0.1441, -0.1567]
    """
    p = real("polarisation", polarisation, "[-1, 1]")
    conductance = real("conductance_parallel", conductance_parallel, "[0, inf)", "S")
    return -units.HBAR / (4 * units.E_CHARGE) * 2 * p / (1 + p**2) * conductance


def elastic_amplitudes(polarisation_left, polarisation_right, conductance_parallel):
    r"""Conductances :math:`G_{\sigma\sigma'}\propto(1+\sigma P_L)(1+\sigma'P_R)` between the spin channels.

    Parameters
    ----------
    polarisation_left, polarisation_right : float or array_like
        In [-1, 1]; not -1 and 1 at once (no parallel conductance then).
    conductance_parallel : float or array_like
        :math:`G_{++}+G_{--}` in S, ≥ 0.

    Returns
    -------
    g_pp, g_mm, g_pm, g_mp : float or ndarray
        In S; the first index is the spin channel of the fixed (left) electrode, the second that of the free one.

    Examples
    --------
    >>> [round(float(g), 4) for g in elastic_amplitudes(0.5, 0.5, 1.0)]
    [0.9, 0.1, 0.3, 0.3]
    """
    left = real("polarisation_left", polarisation_left, "[-1, 1]")
    right = real("polarisation_right", polarisation_right, "[-1, 1]")
    total = real("conductance_parallel", conductance_parallel, "[0, inf)", "S")
    if np.any(left * right == -1):
        raise ValueError("polarisation_left and polarisation_right must not be opposite half metals")
    unit = total / (2 * (1 + left * right))
    return tuple(unit * (1 + s * left) * (1 + t * right) for s, t in ((1, 1), (-1, -1), (1, -1), (-1, 1)))


def torkance_from_amplitudes(g_pp, g_mm, g_pm, g_mp):
    r"""In-plane torkance from the conductances between spin channels, elastic or not.

    .. math:: \frac{dN_\parallel}{dV} = -\frac{\hbar}{4e}\left(G_{++}-G_{--}+G_{+-}-G_{-+}\right)

    Source: Sankey et al. (2008), Eq. (4), printed there with the opposite sign of the torque. In its conditions the
    parallel conductance is :math:`G_{++}+G_{--}`, the antiparallel one :math:`G_{+-}+G_{-+}` (Eq. (5)): see
    `collinear_conductances`.

    Parameters
    ----------
    g_pp, g_mm, g_pm, g_mp : float or array_like
        In S (or S/m²), ≥ 0; first index fixed electrode, second free electrode.

    Returns
    -------
    float or ndarray
        In J/V (or J/(V m²)); negative where V > 0 favours antiparallel.

    Examples
    --------
    Only the fixed electrode has to be polarised for a torque on the free one:

    >>> unit = units.HBAR / (2 * units.E_CHARGE)
    >>> [round(float(torkance_from_amplitudes(*elastic_amplitudes(*p, 1.0)) / unit), 3) for p in ((0.5, 0), (0, 0.5))]
    [-0.5, 0.0]
    """
    g = [real(n, v, "[0, inf)", "S") for n, v in (("g_pp", g_pp), ("g_mm", g_mm), ("g_pm", g_pm), ("g_mp", g_mp))]
    return units.HBAR / (4 * units.E_CHARGE) * (g[1] - g[0] + g[3] - g[2])


def collinear_conductances(g_pp, g_mm, g_pm, g_mp):
    r"""Parallel and antiparallel conductance, :math:`G_{++}+G_{--}` and :math:`G_{+-}+G_{-+}`.

    Parameters
    ----------
    g_pp, g_mm, g_pm, g_mp : float or array_like
        As in `torkance_from_amplitudes`.

    Returns
    -------
    parallel, antiparallel : float or ndarray
        In S (or S/m²).

    Examples
    --------
    >>> [float(g) for g in collinear_conductances(0.9, 0.1, 0.3, 0.3)]
    [1.0, 0.6]
    """
    g = [real(n, v, "[0, inf)", "S") for n, v in (("g_pp", g_pp), ("g_mm", g_mm), ("g_pm", g_pm), ("g_mp", g_mp))]
    return g[0] + g[1], g[2] + g[3]
