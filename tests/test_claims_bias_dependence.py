"""What Manchon's review of the bias dependence states, beside what its own model (or the book's) gives.

`LEDGER` is the table: the claim as quoted, the calculation in at most five lines of the public API, the numbers it
gives, and the verdict. Nothing is tuned. The review gives no parameters for most of its figures; those chosen here
stand at the top.
"""

import numpy as np
import pytest
from _ledger import Claim, check, lines

from mtjlib import (
    Barrier,
    Ferromagnet,
    Junction,
    bardeen,
    dynamics,
    exact,
    free_layer,
    inelastic,
    precession,
    simmons,
    stability,
)

REPRODUCED, NOT_REPRODUCED, CORRECTED = "reproduced", "not reproduced", "reproduced after correction"
BEYOND = "not in the review"
IRON = Ferromagnet(4.5, 3.825)
SYMMETRIC = Junction(IRON, Barrier(2.5, 1.0, 0.4), IRON)
ASYMMETRIC = Junction(IRON, Barrier(2.5, 1.0, 0.4, 3.5), IRON)
LEFT = bardeen.linear_electrode(1.0, 0.5, slope=0.1, exchange_slope=0.3, rotation=0.4)
LAYER, CAP = free_layer.FreeLayer(1.0, 1.5, 10.0), free_layer.Cap(1.0)  # λ_J, λ_φ, λ_sf and λ_N in nm
SPIN = dynamics.Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
BIAS = np.linspace(-0.5, 0.5, 11)


def rotation():
    """k↑ and k↓ of the standard iron: where φ is largest, over √(k↑k↓), and tan φ over (k↑ - k↓)/2κ there."""
    kappa = np.linspace(2.0, 20.0, 180001)
    angle = bardeen.rotation_angle(10.868, 4.209, kappa)
    best = kappa[angle.argmax()]
    return best / np.sqrt(10.868 * 4.209), np.tan(angle.max()) * 2 * best / (10.868 - 4.209)


def exchange_of_electrodes():
    """(T∥ + T∥ with left and right exchanged)/T∥: electrodes of one polarisation with different φ, then of two."""
    same = bardeen.linear_electrode(1.0, 0.5, 0.2, 0.2, rotation=0.9)
    other = bardeen.linear_electrode(1.0, 0.5, 0.2, 0.2, rotation=0.2)
    torque = bardeen.torque_in_plane
    swap = [(torque(a, b, 0.3), torque(b, a, -0.3)) for a, b in ((same, other), (same, LEFT))]
    return tuple((here + there) / here for here, there in swap)


def quadratic_in_plane():
    """a2/(½ (b - a) ρ0 Δρ0 e² cos φ) in size, by a fit, for a symmetric junction of linear densities."""
    fit = np.polyfit(BIAS, bardeen.torque_in_plane(LEFT, LEFT, BIAS), 3)
    return (abs(fit[1]) / (0.5 * (0.3 - 0.1) * 1.0 * 0.5 * np.cos(0.4)),)


def even_out_of_plane():
    """Odd part of T⊥ over its change with bias, for that symmetric junction."""
    right, left, zero = (bardeen.torque_out_of_plane(LEFT, LEFT, v) for v in (0.4, -0.4, 0.0))
    return (abs(right - left) / abs(right - zero),)


def structural_asymmetry():
    """Exact scattering, fit of fourth order on ±0.5 V: b1/b2 (1/V) without and with asymmetry, a2/a1 (1/V) without."""
    b = [np.polyfit(BIAS, exact.torque_out_of_plane(j, BIAS), 4) for j in (SYMMETRIC, ASYMMETRIC)]
    a = np.polyfit(BIAS, exact.torque_in_plane(SYMMETRIC, BIAS), 4)
    return b[0][3] / b[0][2], b[1][3] / b[1][2], a[2] / a[3]


def brinkman():
    """(G(0.1 V) - G(-0.1 V))/2G(0): symmetric, higher on the right, higher on the left."""
    bias = np.array([-0.1, 0.0, 0.1])
    curves = [simmons.brinkman(Barrier(3.0 - a / 2, 1.0, 0.4, 3.0 + a / 2), bias) for a in (0.0, 1.0, -1.0)]
    return tuple((g[2] - g[0]) / (2 * g[1]) for g in curves)


def back_hopping():
    """Written state unstable (1) or not (0) at -1 V and +1 V: T⊥ even in V, then none. Critical T∥ is 4e-21 J."""
    laws = [dynamics.quadratic_torque(a1=-1e-20, b2=b2) for b2 in (2e-18, 0.0)]
    maps = [stability.phase_diagram(SPIN, law, [-1.0, 1.0]) for law in laws]
    return tuple(float(hop) for one in maps for hop in one.back_hopping)


def phonon_power():
    """Exponent of the phonons' and of the magnons' phase space, for ν = 1 and ν = 0."""
    phonons = inelastic.phonon_phase_space(0.2, 1.0) / inelastic.phonon_phase_space(0.1, 1.0)
    magnons = inelastic.magnon_phase_space(0.2, 0.0) / inelastic.magnon_phase_space(0.1, 0.0)
    return np.log2(phonons), np.log2(magnons)


def phonon_torque_parity():
    """T∥(-V)/T∥(V) and T⊥(-V)/T⊥(V) with phonons, the printed V^(ν+2) read as |V|^(ν+2)."""
    plus, minus = (inelastic.phonon_torques(v, 0.5, 0.5, 0.3, 2.0, 1.0) for v in (0.2, -0.2))
    return minus[0] / plus[0], minus[1] / plus[1]


def precession_length():
    """Period at normal incidence in nm, against 2π/(k↑ - k↓)."""
    return precession.period(IRON), 2 * np.pi / (10.868 - 4.209)


def half_metal():
    """Largest |S| beyond 1 nm in a half metal, and in the standard iron."""
    x = np.linspace(1.0, 3.0, 41)
    return tuple(np.abs(precession.profile(Ferromagnet(4.5, d), x)).max() for d in (6.0, 3.825))


def beating():
    """Beats of the ballistic torque after all k∥: swing of the torque between 2 and 4 nm."""
    torque = precession.torque(IRON, np.linspace(2.0, 4.0, 101), Barrier(1.125, 1.0, 0.4)).real
    return (np.ptp(torque),)


def mixing():
    """αd and βd at d = 2 nm, and the linear T⊥/T∥."""
    alpha, beta = free_layer.mixing_coefficients(LAYER, CAP, 2.0)
    return 2 * alpha, 2 * beta, -beta / alpha


def alpha_above_one():
    alpha, _ = free_layer.mixing_coefficients(LAYER, CAP, np.linspace(1.0, 10.0, 901))
    return ((alpha * np.linspace(1.0, 10.0, 901)).max(),)


def thick_layer():
    """d·T∥/J0 of a thick layer: λ_sf = 10 nm and none; Re 1/(1 + L0²/λ_sf²) of the first."""
    free = free_layer.FreeLayer(1.0, 1.5, np.inf)
    thick = [100.0 * free_layer.diffusive_torque(layer, CAP, 100.0).real for layer in (LAYER, free)]
    return (*thick, (1 / (1 + 1 / (100.0 * LAYER.rate))).real)


def thin_layer():
    """|T/J0 · L0²/(ηL) - 1| for d = 1e-6 nm."""
    thin = free_layer.diffusive_torque(LAYER, CAP, 1e-6)
    return (abs(thin / (LAYER.rate * free_layer.eta(LAYER, CAP) * LAYER.length) - 1),)


def open_parameter():
    """|ηL/λ_N| for σ_F = σ_N: a transparent interface, and one with σ_F·AR_I = λ_N."""
    caps = CAP, free_layer.Cap(1.0, interface_length=1.0)
    return tuple(abs(free_layer.eta(LAYER, cap) * LAYER.length) for cap in caps)


LEDGER = {
    "rotation": Claim(
        "(6)",
        "an angle φ, without a formula; for free electrons it is largest where κ² = k↑k↓",
        rotation,
        (1.0, 1.0),
        BEYOND,
        lambda where, tangent: abs(where - 1) < 1e-4 and abs(tangent - 1) < 1e-4,
    ),
    "exchange": Claim(
        "below (8)",
        "T∥ is antisymmetric in L and R for small φ",
        exchange_of_electrodes,
        (0.0, 0.3409),
        CORRECTED,
        # it is for any φ, if and only if the polarisations agree
        lambda same, different: abs(same) < 1e-12 < abs(different),
    ),
    "a2": Claim(
        "(12)",
        "T∥ = a1 V for a symmetric junction, whatever its bands",
        quadratic_in_plane,
        (1.0,),
        NOT_REPRODUCED,
        lambda share: share > 0.99,  # a2 is there as soon as the polarisation depends on energy
    ),
    "even": Claim(
        "(13)",
        "T⊥ = b0 + b2 V² for a symmetric junction",
        even_out_of_plane,
        (0.0,),
        REPRODUCED,
        lambda odd: odd < 1e-12,
    ),
    "Fig. 3a": Claim(
        "Fig. 3(a)",
        "T⊥ is quadratic but for an asymmetric barrier; T∥ has a V² component",
        structural_asymmetry,
        (0.0, 0.1611, -0.6706),
        REPRODUCED,
        lambda b_symmetric, b, a: abs(b_symmetric) < 1e-7 and abs(b) > 0.1 and abs(a) > 0.5,
    ),
    "Brinkman": Claim(
        "Sec. 3.3",
        "transport is more efficient at one polarity (Brinkman's linear term of G)",
        brinkman,
        (0.0, 0.005196, -0.005196),
        REPRODUCED,
        lambda none, right, left: none == 0 and right == -left > 0,
    ),
    "back-hopping": Claim(
        "Sec. 3.3",
        "V > 0: both torques favour antiparallel; V < 0: they compete, back-hopping",
        back_hopping,
        (1.0, 0.0, 0.0, 0.0),
        REPRODUCED,
        lambda against, along, *without: (against, along, *without) == (1, 0, 0, 0),
    ),
    "phase space": Claim(
        "(16)-(19)",
        "phonons V^(ν+3), magnons V^(ν+2)",
        phonon_power,
        (4.0, 2.0),
        REPRODUCED,
        lambda phonons, magnons: abs(phonons - 4) < 1e-12 and abs(magnons - 2) < 1e-12,
    ),
    "parity": Claim(
        "(16), (17)",
        "T∥ odd and T⊥ even, with V^(ν+2)",
        phonon_torque_parity,
        (-1.0, 1.0),
        CORRECTED,
        lambda odd, even: (odd, even) == (-1, 1),
    ),
    "Fig. 2": Claim(
        "Fig. 2",
        "precession with the period 2π/(k↑ - k↓)",
        precession_length,
        (0.9436, 0.9436),
        REPRODUCED,
        lambda ours, formula: abs(ours / formula - 1) < 1e-3,
    ),
    "Fig. 2, half metal": Claim(
        "Fig. 2",
        "in a half metal the transverse spin is evanescent",
        half_metal,
        (1.77e-4, 0.1047),
        REPRODUCED,
        lambda half, iron: half < 0.01 < iron,
    ),
    "Fig. 3b": Claim(
        "Fig. 3(b)",
        "a complex thickness dependence from interference (k∥ averaging leaves it)",
        beating,
        (1.358,),
        REPRODUCED,
        lambda swing: swing > 0.1,
    ),
    "(24), (25)": Claim(
        "Sec. 3.5",
        "J∥ gives T⊥ a linear term (λ_φ = 1.5, λ_N = 1 nm)",
        mixing,
        (0.970912, 0.181587, -0.187027),
        REPRODUCED,
        lambda alpha, beta, ratio: alpha > beta > 0 > ratio,
    ),
    "α > 1": Claim(
        "(24)",
        "T∥ = αJ∥ + βJ⊥, no bound given: αd may exceed 1",
        alpha_above_one,
        (1.0269,),
        BEYOND,
        lambda share: 1 < share < 1.1,  # a rotating spin can return more than it brought
    ),
    "d → ∞": Claim(
        "Sec. 4",
        "for d ≫ λ_φ the interfacial limit is recovered (it is but for the spin flips)",
        thick_layer,
        (0.99623, 1.0, 0.99623),
        CORRECTED,
        lambda finite, infinite, formula: finite < 0.999 and abs(infinite - 1) < 1e-9 and abs(finite - formula) < 1e-9,
    ),
    "d → 0": Claim(
        "(23)",
        "the deviation from 1/d for thin layers: T tends to J0 ηL/L0²",
        thin_layer,
        (0.0,),
        BEYOND,
        lambda error: error < 1e-5,
    ),
    "η": Claim(
        "(23)",
        "η depends on the bulk alone (and is not given); an interface resistance adds to it",
        open_parameter,
        (1.0, 2.0),
        CORRECTED,
        lambda open_, resistive: abs(open_ - 1) < 1e-12 and abs(resistive - 2) < 1e-12,
    ),
}


@pytest.mark.parametrize("name", LEDGER)
def test_claim(name):
    check(LEDGER[name])


def test_every_number_takes_five_lines():
    assert {name: lines(claim) for name, claim in LEDGER.items() if lines(claim) > 5} == {}
