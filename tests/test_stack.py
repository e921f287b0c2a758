"""Layer by layer: against decimation, closed formulas, the conservation of current, and what a label is worth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import bands, stack

# s and p_z on every site of the axis; the barrier's levels open a gap from -5 to 1.5 eV.
V = 0.6
SP = np.array([[-1.0, V], [-V, 1.0]])
OXIDE = np.diag([3.5, -7.0])
METAL = np.diag([1.3, -6.0])


def random_hermitian(rng, n):
    h = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    return h + h.conj().T


def decimated(layer, bond, energy, to_the_right):
    """Self-energy of a half-infinite crystal without any eigenproblem: every step doubles the layers it holds."""
    z, n = (energy + 1e-11j), len(layer)
    forward, back = (bond, bond.conj().T) if to_the_right else (bond.conj().T, bond)
    alpha, beta, surface, bulk = forward, back, layer.astype(complex), layer.astype(complex)
    for _ in range(60):
        g = np.linalg.inv(z * np.eye(n) - bulk)
        surface = surface + alpha @ g @ beta
        bulk = bulk + alpha @ g @ beta + beta @ g @ alpha
        alpha, beta = alpha @ g @ alpha, beta @ g @ beta
    return forward @ np.linalg.inv(z * np.eye(n) - surface) @ back


def recursive(left, layers, right, bond, energy):
    """Caroli's transmission, one layer after the other, from decimated crystals."""
    n = len(left)
    sigma_l, sigma_r = decimated(left, bond, energy, False), decimated(right, bond, energy, True)
    g = np.linalg.inv((energy + 0j) * np.eye(n) - layers[0] - sigma_l - (sigma_r if len(layers) == 1 else 0))
    through = g
    for i, layer in enumerate(layers[1:], start=1):
        own = sigma_r if i == len(layers) - 1 else 0
        g = np.linalg.inv(energy * np.eye(n) - layer - own - bond.conj().T @ g @ bond)
        through = g @ bond.conj().T @ through
    gamma_l, gamma_r = (1j * (s - s.conj().T) for s in (sigma_l, sigma_r))
    return np.trace(gamma_r @ through @ gamma_l @ through.conj().T).real


def waves(layer, bond, energy):
    """Complex k a of all waves of a crystal, those to the right first, of which the fastest decay leads."""
    factor, _, _ = stack._waves(np.asarray(layer), np.asarray(bond), np.asarray(energy, dtype=float))
    return -1j * np.log(factor)


# --- waves ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(1, 4), st.floats(-3, 3))
@settings(max_examples=30)
def test_waves_solve_the_crystal_and_come_in_pairs(seed, n, energy):
    rng = np.random.default_rng(seed)
    layer, bond = random_hermitian(rng, n), rng.normal(size=(n, n)) + 0.5 * np.eye(n)
    if np.linalg.cond(bond) > 1e3:
        return
    factor = np.exp(1j * waves(layer, bond, energy))
    for lam in factor:
        matrix = bond.conj().T / lam + layer - energy * np.eye(n) + bond * lam
        assert np.linalg.svd(matrix, compute_uv=False)[-1] < 1e-7 * (np.linalg.norm(layer) + np.linalg.norm(bond))
    # with λ also 1/λ* solves the equation: for each decaying wave a growing one
    np.testing.assert_allclose(np.sort(np.abs(factor)), np.sort(1 / np.abs(factor)), rtol=1e-6)


def test_the_loop_is_the_root_of_a_quadratic_equation_in_cos_k():
    energy = np.linspace(-6.9, 1.4, 40)
    k = waves(OXIDE, SP, energy)
    for e, row in zip(energy, k, strict=True):
        c = np.cos(row)
        np.testing.assert_allclose((e - 3.5 + 2 * c) * (e + 7 - 2 * c), 4 * V**2 * (1 - c**2), atol=1e-7)


def test_the_loop_joins_the_two_bands_and_turns_in_between():
    """Without p_z the decay constant of s grows for ever; with it, it comes back to zero at the valence band."""
    energy = np.linspace(-4.999, 1.499, 500)
    loop = waves(OXIDE, SP, energy).imag[:, 1]  # the slower of the two
    s_alone = bands.decay(energy, 3.5, -1.0)
    assert loop[0] < 0.05 and loop[-1] < 0.05
    assert (np.diff(np.sign(np.diff(loop))) != 0).sum() == 1
    assert s_alone[0] == s_alone.max() and (loop < s_alone).all()
    # the bands themselves: at k = 0 and π the two orbitals do not meet
    edges = np.exp(1j * waves(OXIDE, SP, [-5.0 - 1e-9, 1.5 + 1e-9]))
    assert np.abs(edges - 1).min(axis=1).max() < 1e-3


# --- transport --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("energy", [0.0, 0.4])
@pytest.mark.parametrize("layers", [1, 2, 5])
def test_against_decimation_and_recursion_with_p_z(layers, energy):
    for right in (METAL, np.diag([1.9, -5.0])):
        expected = recursive(METAL, [OXIDE] * layers, right, SP, energy)
        result = stack.channels(METAL, [OXIDE] * layers, right, SP, energy)
        assert result.transmission.sum() == pytest.approx(expected, rel=1e-6, abs=0)


def test_complex_layers_against_decimation_and_recursion():
    rng = np.random.default_rng(1)
    bond = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    left, right = (random_hermitian(rng, 3) * 0.5 for _ in "LR")
    layers = np.array([random_hermitian(rng, 3) for _ in range(4)])
    result = stack.channels(left, layers, right, bond, 0.2)
    assert result.transmission.sum() == pytest.approx(recursive(left, layers, right, bond, 0.2), rel=1e-6, abs=0)
    # and the other way round, as time reversal or not: the sum over channels is the same from both ends
    back = stack.channels(right, layers[::-1], left, bond.conj().T, 0.2)
    assert result.transmission.sum() == pytest.approx(back.transmission.sum(), rel=1e-9)


def test_a_perfect_crystal_transmits_every_channel_and_its_density_is_one_over_the_velocity():
    result = stack.channels([[1.3]], [[[1.3]]] * 6, [[1.3]], [[-1.0]], 0.0)
    velocity = 2 * np.sqrt(1 - 0.65**2)  # dE/dk of 1.3 - 2 cos k at zero energy
    np.testing.assert_allclose(result.transmission, 1, rtol=1e-12)
    np.testing.assert_allclose(result.density[:, 0, 0], 1 / velocity, rtol=1e-12)


def test_the_density_falls_at_the_rate_of_the_loop_and_so_does_the_transmission():
    kappa = waves(OXIDE, SP, 0.0).imag[1]
    deep = stack.channels(METAL, [OXIDE] * 30, METAL, SP).density[:, :, -1].sum(-1)
    np.testing.assert_allclose(np.diff(np.log(deep[8:20])), -2 * kappa, rtol=1e-6)
    t = [stack.channels(METAL, [OXIDE] * n, METAL, SP).transmission.sum() for n in (12, 13)]
    assert np.log(t[0] / t[1]) == pytest.approx(2 * kappa, rel=1e-5)


def test_closed_channels_hold_zeros_and_open_ones_conserve_the_current():
    model = bands.model_junction(4)
    h = {m: bands.hamiltonian(model, m, 0.0, 0.0) for m in ("majority", "minority", "barrier")}
    bond = np.diag(bands.bonds(model))
    into = stack.channels(h["minority"], [h["barrier"]] * 4, h["majority"], bond)
    labels = np.abs(into.incoming) ** 2
    for channel in range(3):
        if labels[0, channel] > 0.5:  # Δ1: the minority has none to send
            assert into.transmission[channel] == 0 and not into.density[..., channel].any()
    assert (into.transmission > 0).sum() == 2
    # a wave of unit flux carries the transmitted part out: |c|² v behind the barrier
    out = stack.channels(h["majority"], [h["barrier"]] * 4 + [h["majority"]] * 3, h["majority"], bond)
    cos = (0 - h["majority"].diagonal()) / (2 * bands.bonds(model))
    velocity = 2 * np.abs(bands.bonds(model)) * np.sqrt(1 - cos**2)
    np.testing.assert_allclose(np.einsum("oc,o->c", out.density[-1], velocity), out.transmission, rtol=1e-9)


def test_leading_axes_broadcast_over_layers_and_energies():
    rng = np.random.default_rng(0)
    layers = OXIDE + 0.1 * rng.normal(size=(5, 4, 1, 1)) * np.eye(2)
    together = stack.channels(METAL, layers, METAL, SP).transmission
    each = [stack.channels(METAL, row, METAL, SP).transmission for row in layers]
    np.testing.assert_allclose(together, each, rtol=1e-12)
    energies = np.array([0.0, 0.3])
    spectrum = stack.channels(METAL, [OXIDE] * 3, METAL, SP, energies).transmission
    np.testing.assert_allclose(spectrum[1], stack.channels(METAL, [OXIDE] * 3, METAL, SP, 0.3).transmission, rtol=1e-12)


# --- what a label is worth --------------------------------------------------------------------------------------------


def disordered(right, kind, place, strength=0.25, samples=60):
    """Median transmission on the axis with random terms in every barrier layer, or in the two outermost of them."""
    rng, model = np.random.default_rng(4), bands.model_junction(6)
    h = {m: bands.hamiltonian(model, m, 0.0, 0.0) for m in ("majority", "minority", "barrier")}
    layers = np.broadcast_to(h["barrier"], (samples, 6, 3, 3)).copy()
    where = slice(None) if place == "barrier" else [0, -1]
    random = rng.normal(0, strength, layers[:, where, 0, 0].shape)
    if kind == "kept":
        layers[:, where, 0, 0] += random
    else:
        layers[:, where, 0, 1] += random
        layers[:, where, 1, 0] += random
    bond = np.diag(bands.bonds(model))
    return np.median(stack.channels(h["majority"], layers, h[right], bond).transmission.sum(-1))


@pytest.mark.parametrize("place", ["barrier", "interface"])
def test_disorder_that_keeps_the_label_keeps_the_filter_and_one_that_breaks_it_does_not(place):
    clean = disordered("minority", "kept", place, strength=0.0)
    assert disordered("minority", "kept", place) == pytest.approx(clean, rel=1e-2)
    assert disordered("minority", "broken", place) > 300 * clean
    for kind in ("kept", "broken"):
        assert disordered("majority", kind, place) == pytest.approx(disordered("majority", "kept", place, 0.0), rel=0.5)


def test_with_p_z_the_tmr_of_the_zone_still_grows_like_a_line():
    """The law of the thick barrier rests on labels, not on which orbitals carry them."""

    def tmr(n, points=16):
        model = bands.model_junction(n)
        kx, ky, weight = bands.zone(points)
        bond = np.zeros((4, 4))
        bond[:3, :3], bond[3, 3] = np.diag(bands.bonds(model)), model.pp_sigma
        bond[0, 3], bond[3, 0] = model.mixing, -model.mixing
        h = {}
        for region in ("majority", "minority", "barrier"):
            h[region] = np.zeros((kx.size, 4, 4))
            h[region][:, :3, :3] = bands.hamiltonian(model, region, kx, ky)
            h[region][:, 3, 3] = getattr(model, region).p + 2 * model.pp_pi * (np.cos(kx) + np.cos(ky))
        layers = np.repeat(h["barrier"][:, None], n, axis=1)
        t = {
            (a, b): stack.channels(h[a], layers, h[b], bond).transmission.sum(-1) @ weight
            for a, b in (("majority",) * 2, ("minority",) * 2, ("majority", "minority"))
        }
        return (t["majority", "majority"] + t["minority", "minority"]) / (2 * t["majority", "minority"]) - 1

    values = np.array([tmr(n) for n in (16, 20, 24)])
    gains = np.diff(values)
    assert gains[0] / 4 == pytest.approx(1.49, abs=0.02) and gains[1] / gains[0] == pytest.approx(1, abs=0.02)


def test_a_band_edge_is_refused_where_no_wave_can_be_told_to_leave(monkeypatch):
    monkeypatch.setattr(np, "sign", np.zeros_like)  # a velocity of exactly zero, which rounding seldom leaves
    with pytest.raises(ValueError, match="band edge of the left"):
        stack.channels([[0.5]], [[[0.5]]], [[0.5]], [[-1.0]])


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (ValueError, "left must be Hermitian", lambda: stack.channels([[0, 1], [2, 0]], [OXIDE], METAL, SP)),
        (ValueError, "left must be a square matrix", lambda: stack.channels([[0, 1]], [OXIDE], METAL, SP)),
        (TypeError, "right must be a matrix of numbers", lambda: stack.channels(METAL, [OXIDE], "ab", SP)),
        (ValueError, "left must be finite", lambda: stack.channels([[np.nan]], [[[1.0]]], [[1.0]], [[1.0]])),
        (ValueError, r"bond must have shape \(2, 2\)", lambda: stack.channels(METAL, [OXIDE], METAL, [[1.0]])),
        (ValueError, "bond must bind every", lambda: stack.channels(METAL, [OXIDE], METAL, np.ones((2, 2)))),
        (ValueError, "energy must lie in", lambda: stack.channels(METAL, [OXIDE], METAL, SP, np.inf)),
        (ValueError, "layers must have shape", lambda: stack.channels(METAL, OXIDE, METAL, SP)),
        (ValueError, "layers must have shape", lambda: stack.channels(METAL, [OXIDE], [[1.0]], SP)),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()
