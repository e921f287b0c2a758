"""Exercise 4: TMR against thickness of wafers with one defect each, and stand-ins for the steps.

The model is the junction of atomic chains of chapter 4, `mtjlib.bands.model_junction`, summed over the zone; the
defects are a fraction of spin flips, a stronger mixing of Δ1 and Δ5, and a fixed resistance across the junction.
"""

import functools

import numpy as np

from mtjlib import bands, imperfections, julliere
from mtjlib.course import check

LAYERS = np.arange(2, 13)  # 0.4 to 2.5 nm of MgO
NOISE = 0.01  # of each TMR: two resistances to half a per cent
CENTRES = {"majority": (1.3, -0.6), "minority": (2.5, 0.6), "barrier": (3.5, -6.0)}  # eV, as in `bands.model_junction`
BONDS = (-1.0, -0.5)  # eV
DECAY, DECAY_5 = (float(np.arccosh(abs(c / (2 * t)))) for c, t in zip(CENTRES["barrier"], BONDS, strict=True))


@functools.cache
def ideal(mixing):
    """Return the TMR of the whole zone for each of LAYERS; a zone sum to 10 % of the noise-free value would do."""
    return np.array([bands.tmr(bands.model_junction(int(n), mixing), rtol=0.1) for n in LAYERS])


def draw(kind, rng):
    """Return the noisy TMR of a wafer with the defect "flips", "mixing" or "shunt", and its strength."""
    if kind == "flips":
        # Ceilings of 10 to 23, above the records at room temperature: the chapter's bound is f < 1/(2 + TMR).
        strength = round(rng.uniform(0.04, 0.08), 3)
        tmr = imperfections.spin_flip_tmr(ideal(0.02), strength)  # behind a filter that hardly leaks
    elif kind == "mixing":
        strength = float(rng.choice([0.2, 0.25, 0.3, 0.35]))  # eV, about the 0.25 eV of the chapter's junction
        tmr = ideal(strength)
    else:
        strength = rng.uniform(10.5, 12.0)  # layers at which the shunt carries as much as the parallel junction
        r_p = np.exp(2 * DECAY * (LAYERS - strength))  # in units of the shunt; Δ1 carries the parallel current
        tmr = julliere.measured_tmr(r_p, ideal(0.15), 0.0, 1.0)  # a filter somewhat better than the chapter's
    return tmr * (1 + NOISE * rng.standard_normal(tmr.shape)), strength


@functools.cache
def wafers(seed, count):
    """Return `count` wafers that nobody has seen: pairs of (layers, TMR), in any order of rows, and the suspect."""
    rng = np.random.default_rng([seed, 1])
    drawn = []
    for number in range(count):
        kind, rows = ("flips", "mixing", "shunt")[number % 3], rng.permutation(LAYERS.size)
        drawn.append(((LAYERS[rows], draw(kind, rng)[0][rows]), kind))
    return drawn


def slopes():
    """Return the slope of ln TMR per layer, half of it, both conductances' decays added, and that of G_AP alone."""
    return 2 * (DECAY_5 - DECAY), DECAY_5 - DECAY, 2 * (DECAY_5 + DECAY), 2 * DECAY_5


def _decay(energy, centre, hopping):
    return np.arccosh(np.maximum(abs((energy - centre) / (2 * hopping)), 1.0))


def _transmission(layers, left, barrier, right, hopping):
    ends = [-centre / (2 * hopping) + 0j for centre in (left, right)]
    # Outside the band the wave that decays into the electrode; inside, the one that leaves.
    waves = [h + 1j * np.sqrt(1 - h**2) if abs(h) < 1 else h - np.sign(h.real) * np.sqrt(h**2 - 1) for h in ends]
    matrix = np.diag(np.full(layers, barrier + 0j)) + hopping * (np.eye(layers, k=1) + np.eye(layers, k=-1))
    matrix[0, 0] += hopping * waves[0]
    matrix[-1, -1] += hopping * waves[1]
    green = np.linalg.inv(-matrix)[-1, 0]
    return float(4 * hopping**2 * waves[0].imag * waves[1].imag * abs(green) ** 2)


@check.stand_in("1 decay")
def decay(energy, centre, hopping):
    """Return κa of a chain."""
    return _decay(energy, centre, hopping)


@check.stand_in("1 transmission")
def transmission(layers, left, barrier, right, hopping):
    """Return T of a chain between two half-infinite chains."""
    return _transmission(layers, left, barrier, right, hopping)


@check.stand_in("2 axis-tmr")
def axis_tmr(layers):
    """Return the TMR at the zone centre."""

    def both(left, right):
        chains = zip((1, 2), CENTRES[left], CENTRES["barrier"], CENTRES[right], BONDS, strict=True)
        return sum(count * _transmission(layers, *chain) for count, *chain in chains)

    parallel = both("majority", "majority") + both("minority", "minority")
    return parallel / (both("majority", "minority") + both("minority", "majority")) - 1
