r"""Constants and conversions: one place where eV, nm, SI and the units of the torque literature meet.

Energies are in eV, lengths in nm and masses in electron masses wherever a device is described; conductances, currents
and torques come out in SI per area. The conversions below lead from there to the units that experiments quote.

Constants
---------
``HBAR2_2M``
    :math:`\hbar^2/2m_e` in eV nm², so that :math:`k = \sqrt{E/\mathrm{HBAR2\_2M}}` is in 1/nm.
``HBAR``, ``E_CHARGE``, ``M_E``, ``MU_0``, ``MU_B``
    SI values; ``E_CHARGE`` is the positive elementary charge.
``K_B``
    Boltzmann's constant in eV/K.
``CONDUCTANCE_QUANTUM``
    :math:`e^2/h` in siemens: one spin channel.
``GAMMA``
    :math:`g\mu_B/\hbar` of a free electron, in rad/(s T).
"""

import math

from mtjlib._validate import real

__all__ = [
    "CONDUCTANCE_QUANTUM",
    "E_CHARGE",
    "GAMMA",
    "HBAR",
    "HBAR2_2M",
    "K_B",
    "MU_0",
    "MU_B",
    "M_E",
    "emu_per_cc_to_ampere_per_meter",
    "oersted_to_tesla",
    "resistance_area_product",
    "torkance_to_hbar_2e_per_kohm",
]
__dir__ = __all__.copy

# The values of scipy.constants (CODATA 2022), to the last digit. Importing that module takes longer than all of NumPy.
_PLANCK = 6.62607015e-34
HBAR = _PLANCK / (2 * math.pi)
E_CHARGE = 1.602176634e-19
M_E = 9.1093837139e-31
MU_0 = 1.25663706127e-6
MU_B = 9.2740100657e-24
K_B = 1.380649e-23 / E_CHARGE
HBAR2_2M = HBAR**2 / (2 * M_E) / E_CHARGE * 1e18
CONDUCTANCE_QUANTUM = E_CHARGE**2 / _PLANCK
GAMMA = 1.76085962784e11


def torkance_to_hbar_2e_per_kohm(torkance, area):
    r"""Express a torkance in the experimental unit :math:`(\hbar/2e)\,\mathrm{k\Omega}^{-1}`.

    Parameters
    ----------
    torkance : float or array_like
        Torkance per area, in J/(V m²).
    area : float or array_like
        Junction area in nm².

    Returns
    -------
    float or ndarray
        `torkance` × `area` in units of :math:`(\hbar/2e)/\mathrm{k\Omega}`.

    Examples
    --------
    A spin current of :math:`\hbar/2` per electron through 1 kΩ is one unit:

    >>> round(float(torkance_to_hbar_2e_per_kohm(HBAR / (2 * E_CHARGE) / 1e3, 1e18)), 12)
    1.0
    """
    torkance = real("torkance", torkance, unit="J/(V m^2)")
    area = real("area", area, "(0, inf)", "nm^2")
    return torkance * area * 1e-18 / (HBAR / (2 * E_CHARGE)) * 1e3


def resistance_area_product(conductance):
    r"""Return the resistance–area product :math:`RA = 1/G` in Ω µm².

    Parameters
    ----------
    conductance : float or array_like
        Conductance per area in S/m², positive.

    Examples
    --------
    >>> float(resistance_area_product(1e11))
    10.0
    """
    return 1e12 / real("conductance", conductance, "(0, inf)", "S/m^2")


def oersted_to_tesla(field):
    r"""Convert a field H in oersted to :math:`\mu_0 H` in tesla (1 Oe = 10⁻⁴ T).

    Examples
    --------
    >>> float(oersted_to_tesla(1000.0))
    0.1
    """
    return real("field", field, unit="Oe") * 1e-4


def emu_per_cc_to_ampere_per_meter(magnetisation):
    r"""Convert a magnetisation from emu/cm³ to A/m (1 emu/cm³ = 1000 A/m).

    Examples
    --------
    >>> float(emu_per_cc_to_ampere_per_meter(1100.0))
    1100000.0
    """
    return real("magnetisation", magnetisation, unit="emu/cm^3") * 1e3
