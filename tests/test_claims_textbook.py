"""What a textbook chapter on TMR says, beside what the smallest honest model gives.

`LEDGER` is the table: what is said, the calculation in at most five lines of the public API, the numbers it gives, and
the verdict. The chapter says most of it in words; the parameters are those of the book's own model junctions.
"""

from functools import partial

import numpy as np
import pytest
from _ledger import Claim, check, lines

from mtjlib import (
    Barrier,
    Ferromagnet,
    Junction,
    bands,
    imperfections,
    julliere,
    mram,
    superconductor,
    thermoelectric,
    transport,
    units,
)

HOLDS, AT_THE_CENTRE, OTHER_DEFINITION = "holds", "holds at k∥ = 0 only", "holds in the other definition of TMR"
said = partial(Claim, "Textbook chapter")  # which numbers neither its sections nor its equations
CENTRE_ONLY = Junction(Ferromagnet(4.5, 0.95 * 4.5), Barrier(0.5, 0.5, 1.0), Ferromagnet(4.5, 0.95 * 4.5))


def julliere_tmr():
    """P = 0.5 and 0.4; the same from densities of states; pessimistic."""
    p1, p2 = julliere.polarisation([3.0, 7.0], [1.0, 3.0])
    tmr = julliere.tmr(0.5, 0.4)
    return tmr, julliere.tmr(p1, p2), julliere.pessimistic(tmr)


def two_definitions():
    """2P²/(1 + P²) at P = 0.6: the pessimistic TMR, not (R_AP - R_P)/R_P."""
    tmr = julliere.tmr(0.6, 0.6)
    return 2 * 0.6**2 / (1 + 0.6**2), julliere.pessimistic(tmr), tmr


def circuit():
    """TMR 2 of a 1 kΩ junction as read behind 200 Ω and across 5 kΩ."""
    return (julliere.measured_tmr(1000.0, 2.0, series=200.0, shunt=5000.0),)


def transport_polarisation():
    """A minority of three times the states and half the velocity: P with n = 0, 1, 2."""
    return tuple(julliere.polarisation(1.0, 3.0, 2.0, 1.0, power=n) for n in (0, 1, 2))


def energy_window():
    """Full width at half maximum in k_BT at 1 µV, 300 K; in eV/e at 0.2 V, 0 K."""
    kt, e = units.K_B * 300, np.linspace(-0.2, 0.2, 400001)
    warm, cold = julliere.energy_window(e, 1e-6, 300.0), julliere.energy_window(e, 0.2, 0.0)
    return tuple(np.ptp(e[f >= f.max() / 2]) / unit for f, unit in ((warm, kt), (cold, 0.2)))


def aperture():
    """Overlap of two in-plane waves that a side of 2 and 20 nm admits, at Δk = 1/nm, per overlap of equal ones."""
    return tuple(
        bands.aperture_overlap(1.0, 0.0, side) / bands.aperture_overlap(0.0, 0.0, side) for side in (2.0, 20.0)
    )


def filter_rate():
    """Slope of ln TMR per layer at k∥ = 0, from 20 to 21 layers, and 2(κ5 - κ1)a of the barrier."""
    tmr = [bands.local_tmr(bands.model_junction(n)) for n in (20, 21)]
    (s, p), junction = (7.5, -7.0), bands.model_junction()
    centres = s + 4 * junction.ss, p + 2 * junction.pp_sigma + 2 * junction.pp_pi
    rates = [bands.decay(0.0, e, t) for e, t in zip(centres, (junction.ss, junction.pp_pi), strict=True)]
    return np.log(tmr[1] / tmr[0]), 2 * (rates[1] - rates[0])


def zone_sum(mixing=0.25):
    """TMR with 2, 4, 6 and 8 layers, summed over the zone."""
    return tuple(bands.tmr(bands.model_junction(n, mixing), rtol=1e-3) for n in (2, 4, 6, 8))


def zone_sum_without_mixing():
    return zone_sum(0.0)


def centre_and_sum():
    """TMR of one free-electron junction at k∥ = 0 and summed over k∥."""
    centre = transport.resolved(CENTRE_ONLY)
    return centre.parallel / centre.antiparallel - 1, transport.tmr(CENTRE_ONLY)


def disorder():
    """TMR of the filter with four layers: coherent, ξ = 0.3 nm, and fully disordered beside Julliere's of its sums."""
    q, junction = 2 * np.pi * (np.arange(32) + 0.5) / 32, bands.model_junction(4)
    a = [np.sqrt(bands.transmission(junction, m, m, q[:, None], q)) for m in ("majority", "minority")]
    tmr = imperfections.disordered_tmr(a, a, [np.inf, 0.3, 0.0], junction.lattice_constant)
    p = julliere.polarisation(a[0].mean(), a[1].mean())
    return *tmr, julliere.tmr(p, p)


def spin_flip():
    """TMR of a perfect filter with 1 % and 10 % of flips, times the fraction."""
    return tuple(f * imperfections.spin_flip_tmr(np.inf, f) for f in (0.01, 0.1))


def resonance():
    """TMR through one interface state (P = 0.5 in both electrodes): on resonance, and far from it."""
    left, right = 1e-4, 1e-6
    return tuple(imperfections.resonant_tmr(e, left, right, 0.5, 0.5) for e in (0.0, 0.1))


def annealing():
    """Crystallised share after one hour at 280 and 350 °C; activation energy 2 eV and rate 1e13/s are illustrative."""
    return tuple(imperfections.crystallised_fraction(3600.0, t + 273.15, 2.0, 1e13, 3) for t in (280, 350))


def memory():
    """Δ for ten years with an error of 1e-4 per bit; and for a gigabit."""
    ten_years = 3.156e8
    return tuple(mram.required_stability(1e-4, ten_years, bits) for bits in (1, 1e9))


def meservey_tedrow():
    """P that the four-point formula returns for P = 0.4 (Al: 0.35 meV, 2 T, 0.1 K)."""
    bias = superconductor.four_point_biases(0.3e-3, 2.0)
    sigma = superconductor.tunnel_conductance(bias, 0.35e-3, 1e-6, polarisation=0.4, field=2.0, temperature=0.1)
    return (superconductor.four_point_polarisation(*sigma),)


def andreev():
    """Conductance inside the gap of a clean contact, per normal one: P = 0, 0.5 and 1."""
    return tuple(superconductor.andreev_conductance(0.0, 1e-3, p) for p in (0.0, 0.5, 1.0))


def thermopower():
    """Magneto-Seebeck ratio without any TMR: ln T(E) rises with 0.2 and 0.1 per eV in P and AP."""
    cases = [thermoelectric.seebeck(lambda e, s=s: np.exp(s * e), 300.0) for s in (0.2, 0.1)]
    return (thermoelectric.magneto_seebeck_ratio(*cases),)


LEDGER = {
    "Julliere": said(
        "TMR = 2P₁P₂/(1 - P₁P₂), from densities of states",
        julliere_tmr,
        (0.5, 0.5, 1 / 3),
        HOLDS,
        lambda formula, counted, pessimistic: abs(formula - counted) < 1e-12 and pessimistic < formula,
    ),
    "definitions": said(
        "TMR = 2P²/(1 + P²)",
        two_definitions,
        (0.529412, 0.529412, 1.125),
        OTHER_DEFINITION,
        lambda printed, other, ours: abs(printed - other) < 1e-12 < abs(printed - ours),
    ),
    "circuit": said(
        "series and shunt resistance hide the TMR (2 becomes 1.008)",
        circuit,
        (1.0081,),
        HOLDS,
        lambda read: round(read, 3) == 1.008,
    ),
    "transport polarisation": said(
        "a heavy minority flips the sign of N vⁿ",
        transport_polarisation,
        (-0.5, -0.2, 1 / 7),
        HOLDS,
        lambda n0, n1, n2: n0 < n1 < 0 < n2,
    ),
    "window": said(
        "3.525 k_BT wide, or eV at T = 0",
        energy_window,
        (3.5255, 1.0),
        HOLDS,
        lambda warm, cold: abs(warm - 3.525) < 1e-3 and abs(cold - 1) < 1e-4,
    ),
    "k∥ conservation": said(
        "sinc² in a finite aperture, a delta function in a large one",
        aperture,
        (0.708073, 0.002960),
        HOLDS,
        lambda small, large: small > 0.5 and large < 0.01,
    ),
    "symmetry filtering": said(
        "the slope of ln TMR is exactly 2(κ5 - κ1) per layer",
        filter_rate,
        (2.63816, 2.63816),
        AT_THE_CENTRE,
        lambda slope, rate: abs(slope / rate - 1) < 1e-6,
    ),
    "G_AP exponential, summed": said(
        "TMR 1.7, 12, 20, 23 at N = 2, 4, 6, 8 (own parameters: other numbers, same law)",
        zone_sum,
        (8.489, 20.760, 23.391, 25.944),
        AT_THE_CENTRE,
        lambda a, b, c, d: a < b < c < d < 2 * b,
    ),
    "G_AP exponential, no mixing": said(
        "2.3, 56, 1.6e3, 4.9e4 without mixing (own parameters: other numbers, same law)",
        zone_sum_without_mixing,
        (16.565, 2155.1, 3.1987e5, 4.8330e7),
        HOLDS,
        lambda a, b, c, d: min(b / a, c / b, d / c) > 50,
    ),
    "k∥ = 0 alone": said(
        "TMR 0.096 at k∥ = 0, 1.04 summed (junction not named; this one is of that kind)",
        centre_and_sum,
        (0.09529, 0.99481),
        AT_THE_CENTRE,
        lambda centre, whole: whole > 9 * centre,
    ),
    "interface disorder": said(
        "disorder takes the TMR from coherent to Julliere's",
        disorder,
        (16.0186, 8.87873, 4.08956, 4.08956),
        HOLDS,
        lambda coherent, between, disordered, formula: (
            coherent > between > disordered and abs(disordered / formula - 1) < 1e-9
        ),
    ),
    "spin flip": said(
        "TMR ≲ 1/f",
        spin_flip,
        (0.98, 0.8),
        HOLDS,
        lambda few, many: 0.9 < few < 1 and 0.5 < many < 1,
    ),
    "interface states": said(
        "resonant interface states can invert the TMR",
        resonance,
        (-0.37935, 0.666666),
        HOLDS,
        lambda on, off: on < 0 < off and abs(off - 2 / 3) < 1e-3,
    ),
    "annealing": said(
        "annealing at 350-400 °C crystallises the electrodes (parameters not given)",
        annealing,
        (1.006e-5, 1.0),
        HOLDS,
        lambda cool, hot: cool < 1e-3 and hot > 0.99,
    ),
    "MRAM": said(
        "a memory keeps its state: which Δ for ten years (no number)",
        memory,
        (49.504, 70.227),
        HOLDS,
        lambda bit, chip: 40 < bit < 55 < chip < 80,
    ),
    "Meservey-Tedrow": said(
        "the four-point formula returns P",
        meservey_tedrow,
        (0.4,),
        HOLDS,
        lambda p: abs(p - 0.4) < 1e-3,
    ),
    "Andreev": said(
        "inside the gap 2(1 - P) of the normal conductance",
        andreev,
        (2.0, 1.0, 0.0),
        HOLDS,
        lambda none, half, full: abs(none - 2) < 1e-9 and abs(half - 1) < 1e-9 and abs(full) < 1e-9,
    ),
    "thermopower": said(
        "thermopower measures the slope of ln T(E), the TMR its size (no number)",
        thermopower,
        (-1.0,),
        HOLDS,
        lambda ratio: abs(ratio + 1) < 1e-3,
    ),
}


@pytest.mark.parametrize("name", LEDGER)
def test_claim(name):
    check(LEDGER[name])


def test_every_number_takes_five_lines():
    assert {name: lines(claim) for name, claim in LEDGER.items() if lines(claim) > 5} == {}
