"""Exercise 3: two alloys whose TMR changes sign with the width of the barrier, and stand-ins for the steps.

The model is Slonczewski's, as chapter 3 derives it: free electrons, leading order in the thick barrier, no noise.
"""

import numpy as np
from scipy.optimize import brentq

from mtjlib import Barrier, Ferromagnet, Junction, transport, units
from mtjlib.course import check

FERMI, HEIGHT = 4.5, 1.125  # eV: the iron and the barrier of the book's reference junction


def alloys(seed):
    """Return the splittings (eV) of the left and the right magnet."""
    rng = np.random.default_rng(seed)
    # With equal masses T of the minority equals that of the majority, along the normal, at a splitting of 4.22 eV: one
    # magnet lies below, the other above, as far as keeps the reversal between 1.4 and 3 nm, where oxides are made.
    low, high = round(rng.uniform(3.8, 3.95), 3), round(rng.uniform(4.26, 4.29), 3)
    return (low, high) if rng.random() < 0.5 else (high, low)


def by_the_library(width, angle, split_1, split_2, mass):
    """Return the conductance per area in S/m², by `mtjlib.transport`."""
    left, right = Ferromagnet(FERMI, split_1), Ferromagnet(FERMI, split_2)
    return float(transport.conductance(Junction(left, Barrier(HEIGHT, width, mass), right), angle))


def _sums(split_1, split_2, mass=1.0, steps=4000):
    """Return q, its step, κ(q), and the sums and differences of T of both magnets."""
    dq = np.sqrt(FERMI / units.HBAR2_2M) / steps
    q = (np.arange(steps) + 0.5) * dq
    kappa = np.sqrt(mass * HEIGHT / units.HBAR2_2M + q**2)
    waves = (np.sqrt(np.maximum((FERMI - split) / units.HBAR2_2M - q**2, 0)) for split in (0.0, split_1, split_2))
    up, first, second = (_through(k, kappa, mass) for k in waves)
    return q, dq, kappa, (up + first, up + second), (up - first, up - second)


def _through(k, kappa, mass):
    return 4 * k * kappa * mass / (mass**2 * k**2 + kappa**2)


def sign_changes(split_1, split_2):
    """Return the widths (nm) at which change sign: the TMR, the current's polarisation, the TMR without the q of d²q.

    The polarisation is that behind the magnet with the smaller splitting.
    """
    q, _, kappa, sums, differences = _sums(min(split_1, split_2), max(split_1, split_2))
    integrands = q * differences[0] * differences[1], q * differences[0] * sums[1], differences[0] * differences[1]
    return tuple(
        float(brentq(lambda width, f=f: (f * np.exp(-2 * (kappa - kappa[0]) * width)).sum(), 0.4, 8.0))
        for f in integrands
    )


@check.stand_in("1 transmission")
def transmission(k, kappa, mass):
    """Return T of one spin."""
    return _through(k, kappa, mass)


@check.stand_in("2 channel")
def channel(T1, T2, decay, angle):
    """Return the transmission of one q, summed over the spins."""
    sums, differences = (T1[0] + T1[1]) * (T2[0] + T2[1]), (T1[0] - T1[1]) * (T2[0] - T2[1])
    return np.exp(-2 * decay) * (sums + differences * np.cos(angle)) / 2


def _conductance(width, angle, split_1, split_2, mass):
    q, dq, kappa, sums, differences = _sums(split_1, split_2, mass)
    both = (sums[0] * sums[1] + differences[0] * differences[1] * np.cos(angle)) * np.exp(-2 * kappa * width)
    return units.CONDUCTANCE_QUANTUM * 1e18 * (q * both).sum() * dq / (4 * np.pi)


@check.stand_in("3 conductance")
def conductance(width, angle, split_1, split_2, mass):
    """Return the conductance per area in S/m²."""
    return _conductance(width, angle, split_1, split_2, mass)


@check.stand_in("4 tmr")
def tmr(width, split_1, split_2, mass):
    """Return the TMR as a fraction."""
    return _conductance(width, 0.0, split_1, split_2, mass) / _conductance(width, np.pi, split_1, split_2, mass) - 1
