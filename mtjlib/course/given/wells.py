"""Exercise 10: torkances on whole monolayers of a spacer, grown along two directions, and stand-ins for the steps.

The torkances are those of chapter 10: F | N | I | F, free electrons, the band of N matched to the majority band of F.
"""

import numpy as np

from mtjlib import interface, units
from mtjlib.course import check

COUNTS = np.arange(3, 25)  # monolayers: thinner films are not closed, thicker ones lose the oscillation in the noise
NOISE = 0.1  # of the standard deviation of a series
LOW, HIGH = 5.0, 20.0  # 1/nm: Fermi energies of metals, from 1 to 15 eV


def torkance(spacer, fermi, split):
    """Return the in-plane torkance on the right magnet in µJ/(V m²) behind spacers of these thicknesses (nm)."""
    across = np.linspace(0.0, fermi, 400, endpoint=False) + fermi / 800
    kappa = np.sqrt((0.4 * 1.125 + across) / units.HBAR2_2M)
    waves = [np.sqrt((fermi - bottom - across) / units.HBAR2_2M + 0j) for bottom in (0.0, split)]
    right = [2 * interface.reflection(k, kappa, 0.4).imag for k in waves]
    behind = [interface.reflection_through_spacer(k, waves[0], spacer[:, None], kappa, 0.4) for k in waves]
    channels = 2 * (behind[0] - behind[1]).imag * sum(right) * np.exp(-2 * kappa)
    per_channel = 1e24 * units.E_CHARGE * (fermi / 400) / (32 * np.pi**2 * units.HBAR2_2M)
    return -per_channel * channels.sum(axis=1)


def lots(seed):
    """Return the thickness of a monolayer and the readings of two lots, and the wave vector that nobody knows."""
    rng = np.random.default_rng(seed)
    # 1/nm, about the chapter's 10.9; above π/λ of one lot, below that of the other: no lot alone tells the sign.
    wavevector = round(rng.uniform(12.2, 13.2), 2)
    lattice = round(rng.uniform(0.415, 0.43), 3)  # nm: bcc, so that the two directions alias differently
    fermi = units.HBAR2_2M * wavevector**2
    layers = {"110": round(lattice / np.sqrt(2), 4), "001": round(lattice / 2, 4)}
    split = fermi * rng.uniform(0.7, 0.85)  # a good mirror for minority electrons that is not perfect
    readings = {}
    for name, layer in layers.items():
        true = torkance(COUNTS * layer, fermi, split)
        readings[name] = true + NOISE * np.std(true) * rng.standard_normal(true.size)
    return layers, readings, wavevector


def rest(counts, values, layer, period):
    """Return the share of the variance that a fading wave of this period, or of each of these periods, leaves."""
    phase, fade = 2 * np.pi * counts * layer / np.asarray(period)[..., None], 1 / counts
    basis = np.linalg.qr(np.stack([np.ones_like(phase), fade * np.cos(phase), fade * np.sin(phase)], axis=-1))[0]
    left = values - (basis @ (np.swapaxes(basis, -1, -2) @ values[:, None]))[..., 0]
    return np.var(left, axis=-1) / np.var(values)


def best(counts, values, layer):
    """Return the period between 2.2 and 14 layers that leaves least."""
    periods = layer / np.linspace(1 / 14, 1 / 2.2, 150)
    return periods[np.argmin(rest(counts, values, layer, periods))]


@check.stand_in("1 seen")
def seen(wavevector, layer):
    """Return the period that whole monolayers show."""
    distance = np.pi / layer
    return np.pi / abs(wavevector - distance * np.round(wavevector / distance))


@check.stand_in("1 candidates")
def candidates(period, layer):
    """Return the wave vectors between LOW and HIGH that show this period, in order."""
    found = {abs(m * np.pi / layer + sign * np.pi / period) for m in range(9) for sign in (-1, 1)}
    return sorted(k for k in found if LOW <= k <= HIGH)


@check.stand_in("2 identify")
def identify(period, layer, other_period, other_layer):
    """Return the wave vector that fits both lots best."""
    pairs = [(a, b) for a in candidates(period, layer) for b in candidates(other_period, other_layer)]
    return np.mean(min(pairs, key=lambda pair: abs(pair[0] - pair[1])))


@check.stand_in("3 periods")
def periods(counts, torkance, layer):
    """Return the periods of the lots, a dict."""
    return {lot: best(counts, torkance[lot], layer[lot]) for lot in layer}
