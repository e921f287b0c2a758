"""Exercise 1: wafers with one defect each, and stand-ins for the steps.

The model is the circuit of chapter 1: a junction with Julliere's two resistances, a leak across it, leads in series.
"""

import functools

import numpy as np

from mtjlib.course import check

AREA = np.array([0.3, 0.5, 0.8, 1.5, 2.5, 4.0, 6.0, 10.0])  # µm²: from a small sensor to a test pad
NOISE = 0.01  # of each reading: contacts of a probe station repeat to about a per cent


def resistances(area, ra, tmr, rng, series=0.0, shunt=np.inf, shunt_ra=np.inf):
    """Return R_P and R_AP in Ω of junctions of `area` µm², each reading with its noise.

    `shunt` lies across every junction (Ω); `shunt_ra` is a leak in proportion to the area (Ω µm²); `series` is in Ω.
    """
    true = (series + 1 / (area / (ra * factor) + 1 / shunt + area / shunt_ra) for factor in (1, 1 + tmr))
    return [r * (1 + NOISE * rng.standard_normal(area.shape)) for r in true]


def junction(rng):
    """Return RA (Ω µm²) and TMR of a sound junction."""
    ra = round(rng.uniform(10, 30), 1)  # Ω µm²: the range of memory cells, low enough for leads to matter
    return ra, round(rng.uniform(0.8, 2.0), 2)  # CoFeB/MgO at room temperature, away from records


def defect(kind, ra, rng):
    """Return the arguments of `resistances` for a defect: "series", "shunt" or "pinhole"."""
    if kind == "series":
        # As large as a 1 µm² junction: a few squares of a thin film, some ohms each. It costs the smallest junction
        # a fifth of its TMR and the largest nine tenths, so that no single junction may be trusted.
        return {"series": round(ra * rng.uniform(0.6, 1.0), 1)}
    if kind == "shunt":
        return {"shunt": round(ra * rng.uniform(2.5, 6.0))}  # about the resistance of the smallest junction
    return {"shunt_ra": round(ra * rng.uniform(0.5, 2.0), 1)}  # the bridges carry between a third and two thirds


@functools.cache
def wafers(seed, count):
    """Return `count` wafers that nobody has seen: pairs of (area, R_P, R_AP) and what `diagnose` should say."""
    rng = np.random.default_rng([seed, 1])
    drawn = []
    for number in range(count):
        kind = ("series", "shunt", "pinhole")[number % 3]
        ra, tmr = junction(rng)
        area = rng.permutation(AREA * rng.uniform(0.7, 1.4))
        readings = resistances(area, ra, tmr, rng, **defect(kind, ra, rng))
        drawn.append(((area, *readings), "neither" if kind == "pinhole" else kind))
    return drawn


@check.stand_in("1 tmr")
def tmr(p1, p2):
    """Return (R_AP - R_P)/R_P of two polarisations."""
    return 2 * p1 * p2 / (1 - p1 * p2)


@check.stand_in("2 measured-tmr")
def measured_tmr(r_p, ratio, series, shunt):
    """Return the TMR at the meter."""
    low, high = (series + 1 / (1 / r + 1 / shunt) for r in (r_p, r_p * (1 + ratio)))
    return high / low - 1


@check.stand_in("3 fit")
def fit(area, r_p, r_ap):
    """Return RA, TMR and R_s of wafer A."""
    ra, series = np.polyfit(1 / area, r_p, 1, w=1 / r_p)
    return ra, np.polyfit(1 / area, r_ap, 1, w=1 / r_ap)[0] / ra - 1, series


@check.stand_in("4 pinhole-tmr")
def pinhole_tmr(area, ra, ratio, shunt_ra):
    """Return the TMR at the meter with pinholes."""
    return ratio * shunt_ra / (shunt_ra + ra * (1 + ratio)) + 0 * area
