"""Exercise 9: the order for a junction whose torque reverses at a given bias, and stand-ins for the steps.

The model is that of chapter 9: like free-electron magnets, a rectangular barrier, leading order with WKB waves.
"""

import numpy as np
from scipy.optimize import brentq

from mtjlib import Barrier, Ferromagnet, Junction, barrier, transport, units
from mtjlib.course import check

THINNEST = 0.9  # nm, some four layers of MgO: thinner films have holes


def order(seed):
    """Return what the customer wants, as a dict, and what only the teacher knows: a height and the width for it."""
    rng = np.random.default_rng(seed)
    fermi = round(rng.uniform(4.3, 4.9), 2)  # eV, about the chapter's 4.5 eV
    split = round(fermi * rng.uniform(0.82, 0.88), 2)  # eV: a minority band is open, or nothing would change sign
    mass = round(rng.uniform(0.36, 0.41), 2)  # in m_e, about the chapter's 0.4
    bias = round(rng.uniform(0.4, 0.5), 2)  # V: an oxide of a nanometre survives it
    metal = Ferromagnet(fermi, split)

    def missed(height, width):
        return transport.torque_in_plane(Junction(metal, Barrier(height, width, mass), metal), bias)

    # Two heights that reverse at the bias with 1.1 and 1.35 nm: the second gives the limit, so that a window of heights
    # is left of which the chapter's 1.125 eV lies outside.
    middle, high = (brentq(missed, bias + 0.05, bias + 0.7, args=(width,), xtol=1e-4) for width in (1.1, 1.35))
    limit = 1e12 / transport.conductance(Junction(metal, Barrier(high, 1.35, mass), metal))  # Ω µm²
    wish = {"fermi": fermi, "split": split, "mass": mass, "bias": bias, "ra_max": float(f"{limit:.2g}")}
    return wish, {"height": round(middle, 4), "width": 1.1}


def model(junction, bias, raised=1.0, points=60):
    """Return the in-plane torque on the right magnet in J/m², by hand; `raised` = 0 forgets to raise the right band."""
    oxide, metal = junction.barrier, junction.left
    share = (np.arange(points) + 0.5) / points
    excess = bias * share[:, None]
    top = metal.fermi_energy + np.minimum(excess, excess - bias)
    across = top * share**2  # more points where the barrier lets electrons through
    bottom = np.array([0.0, metal.exchange_splitting])[:, None, None]

    def ends(kinetic, x):
        k = np.sqrt(np.maximum(kinetic - across - bottom, 0) / units.HBAR2_2M)
        big = barrier.kappa(oxide, x, excess, across, bias) / oxide.mass
        return 4 * k * big / (k**2 + big**2)

    left = ends(metal.fermi_energy + excess, 0.0)
    right = ends(metal.fermi_energy + excess - raised * bias, oxide.width)
    through = np.exp(-2 * barrier.action(oxide, excess, across, bias))
    total = ((left[0] - left[1]) * through * (right[0] + right[1]) * 2 * top * share).sum() * bias / points**2
    return -units.E_CHARGE / (8 * np.pi) * 1e18 / (4 * np.pi * units.HBAR2_2M) * total


@check.stand_in("1 onset")
def onset(fermi, split, height, mass):
    """Return the energy above E_F from which q_c exists."""
    square, product = mass**2, fermi * (fermi - split)
    roots = np.roots([1 - square, -2 * height - square * (2 * fermi - split), height**2 - square * product])
    return max(0.0, roots.real.min())


@check.stand_in("2 torque")
def torque(junction, bias):
    """Return the in-plane torque on the right magnet."""
    return model(junction, bias)


@check.stand_in("3 width-for")
def width_for(height, bias, device):
    """Return the width at which the torque of `device(height, width)` reverses at `bias`."""
    return brentq(lambda width: model(device(height, width), bias), 0.3, 6.0, xtol=1e-4)
