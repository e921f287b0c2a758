"""Exercise 8: noisy torques of junctions, some of them lopsided, and stand-ins for the steps.

The torques are those of chapter 8: free electrons, a trapezoidal barrier, leading order, in µJ/m² on the right magnet.
"""

import functools

import numpy as np

from mtjlib import Barrier, Ferromagnet, Junction, transport
from mtjlib.course import check

BIAS = np.linspace(-0.3, 0.3, 9)  # V, where five coefficients describe the torques
SWEEPS = 4  # enough to see the noise, few enough for an afternoon
WORDS = ["asymmetric", "not proved"]
# Splittings of the left and right magnet and heights of the left and right face, in eV, about the chapter's junction.
# The buried ones are lopsided too, with a slope below the noise or, in the first, with two asymmetries that cancel.
JUNCTIONS = {
    "symmetric": [(split, split, high, high) for split in (3.4, 3.825) for high in (1.125, 1.4)],
    "barrier": [(3.825, 3.825, 1.125, 1.6), (3.825, 3.825, 1.4, 1.125), (3.4, 3.4, 1.125, 1.35)],
    "magnets": [(3.825, 2.5, 1.125, 1.125), (3.0, 3.825, 1.125, 1.125), (3.825, 3.2, 1.4, 1.4)],
    "buried": [(3.825, 3.43, 1.5, 2.0), (3.825, 3.825, 1.125, 1.2), (3.825, 3.825, 1.2, 1.125)],
}


@functools.cache
def curves(left, right, low, high):
    """Return the torques of a junction out of the plane and in it at `BIAS`, without noise."""
    junction = Junction(Ferromagnet(4.5, left), Barrier(low, 1.0, 0.4, high), Ferromagnet(4.5, right))
    return 1e6 * transport.torque_out_of_plane(junction, BIAS), 1e6 * transport.torque_in_plane(junction, BIAS)


def analysis(bias, sweeps):
    """Return b1 and its standard error, both from the scatter of the sweeps."""
    error = np.sqrt(np.mean(np.var(sweeps, axis=0, ddof=1)) / len(sweeps))
    square = np.sum(bias**2)
    return np.sum(bias * np.mean(sweeps, axis=0)) / square, error / np.sqrt(square)


def measured(kind, rng):
    """Return the readings of one device, out of the plane (sweeps) and in the plane (one sweep)."""
    drawn = JUNCTIONS[kind]
    across, along = curves(*drawn[rng.integers(len(drawn))])
    slope = abs(analysis(BIAS, np.array([across, across]))[0])
    per_volt = np.sqrt(SWEEPS * np.sum(BIAS**2))
    if kind == "buried":
        noise = slope * per_volt / rng.uniform(0.2, 0.5)  # the slope is there, in a half or a fifth of its error
    elif kind == "symmetric":
        # From a good to a poor setup, 1 to 15 % of the torque at rest: no slope in µJ/(V m²) is large by itself.
        noise = across[4] * np.exp(rng.uniform(np.log(0.01), np.log(0.15)))
    else:
        noise = slope * per_volt / rng.uniform(7, 15)  # clear to who takes all points, not to the eye
    while True:
        sweeps = np.round(across + noise * rng.standard_normal((SWEEPS, BIAS.size)), 4)
        slope, error = analysis(BIAS, sweeps)
        # Drawn again if it is one of the few accidents that would mislead a careful reader.
        if abs(slope) < 1.8 * error if kind in ("symmetric", "buried") else abs(slope) > 5 * error:
            return sweeps, np.round(along + noise * rng.standard_normal(BIAS.size), 4)


@functools.cache
def devices(seed, count):
    """Return `count` devices that nobody has seen: (bias, out of plane, in plane), and what `verdict` should say."""
    rng = np.random.default_rng([seed, 8])
    kinds = [list(JUNCTIONS)[number % 4] for number in range(count)]
    return [((BIAS, *measured(kind, rng)), WORDS[kind in ("symmetric", "buried")]) for kind in kinds]


@check.stand_in("1 fold")
def fold(bias, values):
    """Return the even and the odd part."""
    return (values + values[::-1]) / 2, (values - values[::-1]) / 2


@check.stand_in("2 error")
def error(sweeps):
    """Return the standard error of the mean of one point."""
    return np.sqrt(np.mean(np.var(sweeps, axis=0, ddof=1)) / len(sweeps))


@check.stand_in("2 slope")
def slope(bias, values, error):
    """Return b1 and its standard error."""
    return np.sum(bias * values) / np.sum(bias**2), error / np.sqrt(np.sum(bias**2))
