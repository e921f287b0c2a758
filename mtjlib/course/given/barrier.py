"""Exercise 2: conductance curves of a level and a tilted barrier, and stand-ins for the steps.

The model is exact scattering of free electrons without exchange splitting, as in chapter 2, with noise on each reading.
"""

import numpy as np
from numpy.polynomial import Chebyshev

from mtjlib import Barrier, Ferromagnet, Junction, exact, simmons, units
from mtjlib.course import check

MASS = 0.4  # of the book's reference oxide
NOISE = 0.004  # of each reading: a lock-in amplifier and a second of averaging


def junctions(seed):
    """Return the name of the tilted junction, mean height (eV), width (nm) and tilt (eV) of both barriers."""
    rng = np.random.default_rng(seed)
    height = round(rng.uniform(1.7, 2.3), 2)  # eV: a thin oxide, well below half of its band gap
    width = round(rng.uniform(1.3, 1.6), 2)  # nm: thick enough for Brinkman's parabola, thin enough to measure
    tilt = round(rng.choice([-1, 1]) * rng.uniform(0.7, 1.0), 2)  # eV: of the order of a difference of work functions
    return str(rng.permutation(["X", "Y"])[0]), height, width, tilt


def curves(seed):
    """Return {name: (bias in V, noisy dI/dV in µS of 1 µm²)}."""
    tilted, height, width, tilt = junctions(seed)
    rng, metal = np.random.default_rng([seed, 1]), Ferromagnet(4.5, 0.0)
    result = {}
    for name in "XY":
        # The level one is measured further on one side, so that its end points mislead.
        bias = np.linspace(-0.3, 0.3, 31) if name == tilted else np.linspace(-0.2, 0.4, 31)
        half = tilt / 2 if name == tilted else 0.0
        junction = Junction(metal, Barrier(height - half, width, MASS, height + half), metal)
        # The current is smooth: a polynomial through 14 nodes gives its derivative to a hundredth of the noise.
        current = Chebyshev.interpolate(lambda v, j=junction: exact.current_density(j, v), 13, domain=[-0.42, 0.42])
        g = 1e-6 * current.deriv()(bias)  # µS
        result[name] = bias, g * (1 + NOISE * rng.standard_normal(bias.size))
    return result


def library_fit(bias, conductance, mass=MASS):
    """Return the fit of `mtjlib.simmons` to a curve in S/m²."""
    return simmons.fit_brinkman(bias, conductance, mass, noise=NOISE * conductance)


@check.stand_in("1 conductance")
def conductance(height, width, mass):
    """Return G_0 in S/m²."""
    decay = width * np.sqrt(mass * height / units.HBAR2_2M)
    return units.CONDUCTANCE_QUANTUM * 1e18 / (2 * np.pi * width**2) * decay * np.exp(-2 * decay)


@check.stand_in("2 inverse")
def barrier_from_parabola(g0, g1, g2, mass):
    """Return height (eV), width (nm), asymmetry (eV) from G = g0 + g1 V + g2 V² in S/m²."""
    ratio = np.sqrt(8 * g2 / g0)
    decay = np.log(units.CONDUCTANCE_QUANTUM * 1e18 / (2 * np.pi) * mass / units.HBAR2_2M / ratio / g0) / 2
    height = decay / ratio
    return height, decay / np.sqrt(mass * height / units.HBAR2_2M), 12 * height**2 * g1 / (g0 * decay)
