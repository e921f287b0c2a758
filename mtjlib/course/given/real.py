"""Exercise 5: junctions with one defect each, and stand-ins for the steps.

A Brinkman barrier with Julliere's factors, Bloch's polarisation and magnon emission, smeared thermally, in a circuit of
leads and leaks: the laws of chapter 5, and noise on each reading.
"""

import functools

import numpy as np

from mtjlib import Barrier, imperfections, inelastic, julliere, simmons, units
from mtjlib.course import check

NAMES = "ABCDEF"
DEFECTS = ("good", "series", "pinhole", "resonance", "asymmetric", "flip")
BIAS = np.linspace(-0.4, 0.4, 33).round(3)  # V
FIELD = np.concatenate([np.arange(-20.0, 20.5), np.arange(20.0, -20.5, -1.0)])  # mT, up and down again
TEMPERATURES = (10, 300)  # K
NOISE = 0.004  # of each reading: a lock-in amplifier and a second of averaging
AREA = 1.0  # µm²

# The sound junction. Round numbers, chosen to look like a tunnel junction; they are not fitted to one.
HEIGHT, WIDTH = 1.2, 0.8  # eV, nm, with the free electron mass: RA near 120 Ω µm², so that leads and bridges matter
POLARISATION = 0.70  # at 0 K: TMR of 1.9, CoFeB/MgO as it is made every day
BLOCH = 1.07e-5  # K^-1.5: what chapter 5 finds from the TMR of the record junction at 10 K and 300 K
MAGNONS, CUTOFF = 0.2, 0.1  # inelastic over elastic conductance; eV, interface magnons of a 3d metal


def smear(conductance, bias, temperature):
    """Average a conductance over the thermal window around each bias, with the weight -df/dE."""
    kt = units.K_B * temperature
    offset = np.linspace(-12 * kt, 12 * kt, 97)
    weight = julliere.energy_window(offset, 1e-3 * kt, temperature)
    return conductance(bias[:, None] + offset) @ (weight / weight.sum())


def junction(bias, temperature, width=WIDTH, asymmetry=0.0, flips=0.0, resonance=None):
    """Return dI/dV per area (S/m²) of the bare junction, P and AP, at each bias.

    A Brinkman barrier with the thermal factor x/sin x of a tunnel barrier, Julliere's factors with Bloch's
    polarisation, magnon emission, a fraction `flips` of reversed spins, and resonant levels as a tuple (energy in eV,
    left and right width in eV, levels per nm²) that move with the right electrode, to which they are close.
    """
    kt = units.K_B * temperature
    slope = np.sqrt(HEIGHT / units.HBAR2_2M) * width / HEIGHT  # d ln T/dE at the Fermi level, 1/eV
    hot = np.pi * slope * kt / np.sin(np.pi * slope * kt)
    p = imperfections.bloch_polarisation(POLARISATION, temperature, BLOCH)
    barrier = Barrier(HEIGHT - asymmetry / 2, width, height_right=HEIGHT + asymmetry / 2)

    def state(v, sign):
        factors = inelastic.magnon_conductances(v, p, p, MAGNONS, CUTOFF)[:: int(sign)]
        g = hot * simmons.brinkman(barrier, v) * ((1 - flips) * factors[0] + flips * factors[1])
        if resonance:
            level, left, right, density = resonance
            spins = [(1 + s * p, 1 + s * sign * p) for s in (1, -1)]
            through = sum(imperfections.breit_wigner(v - level, left * a, right * b) for a, b in spins)
            g = g + density * 1e18 * units.CONDUCTANCE_QUANTUM * through
        return g

    return tuple(smear(functools.partial(state, sign=sign), bias, temperature) for sign in (1, -1))


def resistance(bias, temperature, series=0.0, leak=0.0, **defects):
    """Return dV/dI (Ω) between the pads, P and AP. `series` (Ω) is that at 10 K, `leak` (S) that at any temperature.

    Leads lose a fifth of their conductance on warming, as thin films with much residual resistance do. A bridge of a
    nanometre does not: it is ballistic, and its Sharvin conductance knows no temperature.
    """
    series = series * (1 + 0.25 * (temperature - 10) / 290)
    inner = np.linspace(-0.45, 0.45, 181)
    result = []
    for g in junction(inner, temperature, **defects):
        g = g * AREA * 1e-12 + leak
        current = np.concatenate([[0.0], np.cumsum((g[1:] + g[:-1]) / 2 * np.diff(inner))])
        current -= current[inner.size // 2]  # no current without bias
        result.append(series + 1 / np.interp(bias, inner + series * current, g))
    return result


def minor_loop(r_p, r_ap, shift, coercivity):
    """Return the resistance at each of FIELD: antiparallel below the switching field, parallel above it."""
    half = len(FIELD) // 2
    switching = shift + coercivity * np.where(np.arange(len(FIELD)) < half, 1, -1)
    return np.where(switching < FIELD, r_p, r_ap)


def draw(defect, rng, side=None):
    """Return the arguments of `resistance` for a defect; `side` is the sign of a level or a tilt, or drawn."""
    sound = 118.0  # Ω, R_P of the sound junction at 10 K
    side = side or float(rng.choice([-1, 1]))
    if defect == "series":  # half of the junction: a long, thin lead of a few squares
        return {"series": round(sound * rng.uniform(0.45, 0.6), 1)}
    if defect == "pinhole":  # about two nm² of bridges at Sharvin's 2.4 mΩ µm²: a third of the parallel current
        return {"leak": float(f"{rng.uniform(0.5, 0.7) / sound:.3g}")}
    if defect == "resonance":
        # Beside the right electrode: 0.06 eV wide there, and narrower by the barrier's e^(-2κd) = 1e-4 on the left. Two
        # levels per nm², one in six of the interface's atoms, all at one energy: an *ordered* layer. A few stray
        # impurities would drown, because one level carries at most 2e²/h and this junction has 8 mS.
        return {"resonance": (round(side * rng.uniform(0.18, 0.24), 3), 7e-6, 0.06, 2.0)}
    if defect == "asymmetric":  # eV: an oxide with different neighbours, or oxidised from one side
        return {"asymmetry": round(side * rng.uniform(0.9, 1.2), 2)}
    if defect == "flip":  # just below the chapter's bound 1/(2 + TMR) for a TMR of 7
        return {"flips": round(rng.uniform(0.1, 0.13), 3)}
    return {}


def readings(strength, rng):
    """Return noisy dV/dI against BIAS (columns P and AP at 10 K, P and AP at 300 K) and the barrier's width (nm)."""
    width = WIDTH * (1 + rng.uniform(-0.001, 0.001))  # a wafer is that uniform: it moves R_P by 1 %
    curves = [r for t in TEMPERATURES for r in resistance(BIAS, t, width=width, **strength)]
    return np.transpose(curves) * (1 + NOISE * rng.standard_normal((len(BIAS), 4))), width


def devices(seed):
    """Return {name: (defect, strength, rv, rh)} of the six devices; `rh` is the minor loop at 300 K and 5 mV, in Ω."""
    rng = np.random.default_rng(seed)
    hidden = dict(zip(NAMES, rng.permutation(DEFECTS).tolist(), strict=True))
    result = {}
    for name, defect in hidden.items():
        strength = draw(defect, rng)
        rv, width = readings(strength, rng)
        low = [r[0] for r in resistance(np.array([0.005]), 300, width=width, **strength)]
        loop = minor_loop(
            *low, shift=rng.uniform(-4, 4), coercivity=rng.uniform(5, 10)
        )  # mT: stray and anisotropy field
        rh = loop * (1 + NOISE * rng.standard_normal(len(FIELD)))
        result[name] = defect, strength, _digits(rv), _digits(rh)
    return result


@functools.cache
def unseen(seed, rounds):
    """Return devices that nobody has seen, `rounds` of each kind: pairs of the arguments of `diagnose` and the word."""
    rng = np.random.default_rng([seed, 1])
    drawn = []
    for number, defect in enumerate(DEFECTS * rounds):
        rv, _ = readings(draw(defect, rng, side=(-1.0) ** (number // len(DEFECTS))), rng)
        drawn.append(((BIAS, *_digits(rv).T), defect))
    return drawn


def _digits(numbers):
    """Round to the four digits that a meter shows."""
    return np.vectorize(lambda number: float(f"{number:.4g}"))(numbers)


@check.stand_in("1 read-loop")
def read_loop(field, resistance):
    """Return R_P, R_AP (Ω), coercivity and shift (mT) of a minor loop."""
    low, half = resistance < (resistance.min() + resistance.max()) / 2, len(field) // 2
    up, down = field[:half][low[:half]].min() - 0.5, field[half:][~low[half:]].max() + 0.5
    return resistance[low].mean(), resistance[~low].mean(), (up - down) / 2, (up + down) / 2


@check.stand_in("2 low-bias")
def low_bias(bias, p, ap):
    """Return G_P + G_AP in S and the TMR near zero bias."""
    low = np.abs(bias) < 0.051
    r_p, r_ap = np.mean(p[low]), np.mean(ap[low])
    return 1 / r_p + 1 / r_ap, r_ap / r_p - 1


def verdict(bias, p_cold, ap_cold, p_warm, ap_warm):
    """Return the defect of a device of 1 µm²; for the checks, which have no key."""
    low = np.abs(bias) < 0.051
    total = 1 / p_cold[low].mean() + 1 / ap_cold[low].mean()
    if (ap_cold / p_cold).min() < 1:
        return "resonance"
    if total > 1.25 * TOTAL:
        return "pinhole"
    if total < 0.85 * TOTAL:
        return "series"
    g = 1 / p_cold
    if abs(((g - g[::-1]) / (g + g[::-1]))[bias > 0.199].mean()) > 0.02:
        return "asymmetric"
    return "flip" if ap_cold[low].mean() / p_cold[low].mean() < 2.1 else "good"


@check.stand_in("3 diagnose")
def diagnose(bias, p_cold, ap_cold, p_warm, ap_warm):
    """Return the defect of a device of 1 µm², in one word."""
    return verdict(bias, p_cold, ap_cold, p_warm, ap_warm)


TOTAL = sum(1 / r[np.abs(BIAS) < 0.051].mean() for r in resistance(BIAS, 10))  # S, G_P + G_AP of a sound junction


def effects():
    """Return what leads, a bridge and flips do to G_P + G_AP at 10 K, by calculating it."""

    def total(**defect):
        return sum(1 / r[0] for r in resistance(np.zeros(1), 10, **defect))

    changes = [total(**defect) / total() - 1 for defect in ({"series": 50.0}, {"leak": 0.004}, {"flips": 0.1})]
    return ["same" if abs(change) < 1e-6 else "more" if change > 0 else "less" for change in changes]
