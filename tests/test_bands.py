"""The two-orbital filter against dense Green functions, closed formulas and the symmetries of the square lattice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from mtjlib import _zone, bands, stack, units
from mtjlib._zone import channel_edges

MODEL = bands.model_junction(4)
SPINS = ("majority", "minority")
phase = st.floats(-np.pi, np.pi)
level = st.floats(-8, 8)
bond = st.floats(0.2, 2)
orbitals = st.builds(bands.Orbitals, s=level, p=level)
junctions = st.builds(
    bands.FilterJunction,
    majority=orbitals,
    minority=orbitals,
    barrier=orbitals,
    layers=st.integers(1, 8),
    mixing=st.floats(-1, 1),
    ss=bond.map(lambda t: -t),
    pp_sigma=st.floats(-2, 2),
    pp_pi=bond.map(lambda t: -t),
)


def textbook(junction, region, kx, ky):
    """Layer Hamiltonian and bond in the plain basis s, p_x, p_y: the Bloch sums of Slater and Koster, written out."""
    site = getattr(junction, region)
    if site.d is not None:
        h = np.diag([site.s, site.d]).astype(complex)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            h += np.diag([junction.ss, junction.dd_pi]) * np.exp(1j * (kx * x + ky * y))
        for x, y in ((1, 1), (-1, -1), (1, -1), (-1, 1)):  # √3 l m with l, m = ±1/√2
            bond = np.sqrt(3) * x * y / 2 * junction.mixing
            h += np.array([[0, bond], [bond, 0]]) * np.exp(1j * (kx * x + ky * y))
        return h, np.diag([junction.ss, junction.dd_delta])
    h = np.diag([site.s, site.p, site.p]).astype(complex)
    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        hop = np.diag([junction.ss] + [junction.pp_sigma * n**2 + junction.pp_pi * (1 - n**2) for n in (x, y)]).astype(
            complex
        )
        hop[0, 1:] = junction.mixing * np.array([x, y])  # s here, p on the neighbour
        hop[1:, 0] = -junction.mixing * np.array([x, y])
        h += hop * np.exp(1j * (kx * x + ky * y))
    return h, np.diag([junction.ss, junction.pp_pi, junction.pp_pi])


def away_from_band_edges(junction, kx, ky, energy):
    """No wave with a velocity within rounding of zero, where a channel is open or closed by chance."""
    k = [bands.complex_bands(junction, kx, ky, energy, region) for region in (*SPINS, "barrier")]
    return np.abs(np.sin(k)).min() > 1e-3


def surface_self_energy(h, tau, energy):
    """Self-energy of a half-infinite lead by decimation (no eigenproblem)."""
    z = (energy + 1e-12j) * np.eye(3)
    alpha = beta = tau.astype(complex)
    surface = bulk = h
    for _ in range(60):
        g = np.linalg.inv(z - bulk)
        surface = surface + alpha @ g @ beta
        bulk = bulk + alpha @ g @ beta + beta @ g @ alpha
        alpha, beta = alpha @ g @ alpha, beta @ g @ beta
    return tau @ np.linalg.inv(z - surface) @ tau


def dense(junction, left, right, kx, ky, energy):
    """Caroli transmission and every bond current, from one dense Green function of the barrier."""
    n = junction.layers
    h, tau = textbook(junction, "barrier", kx, ky)
    whole = np.kron(np.eye(n), h) + np.kron(np.eye(n, k=1) + np.eye(n, k=-1), tau)
    sigma = [np.zeros((3 * n, 3 * n), complex) for _ in "LR"]
    for s, lead, where in zip(sigma, (left, right), (slice(0, 3), slice(-3, None)), strict=True):
        s[where, where] = surface_self_energy(*textbook(junction, lead, kx, ky), energy)
    green = np.linalg.inv(energy * np.eye(3 * n) - whole - sum(sigma))
    gamma = [1j * (s - s.conj().T) for s in sigma]
    spectral = green @ gamma[0] @ green.conj().T  # states filled from the left
    bonds = [2 * np.trace(tau @ spectral[3 * i + 3 : 3 * i + 6, 3 * i : 3 * i + 3]).imag for i in range(n - 1)]
    return np.trace(gamma[1] @ spectral).real, np.array(bonds)


def chain(lam_l, lam_r, mu, layers):
    """One orbital with unit hopping: T from the barrier's determinants D_n = sinh((n+1)κ)/sinh κ, 2 cosh κ = |mu|."""
    kappa, sign = np.arccosh(abs(mu) / 2), np.sign(mu)
    d = [sign**n * np.sinh((n + 1) * kappa) / np.sinh(kappa) for n in (layers, layers - 1, layers - 2)]
    return 4 * lam_l.imag * lam_r.imag / abs(d[0] - (lam_l + lam_r) * d[1] + lam_l * lam_r * d[2]) ** 2


def outgoing(mu):
    half = complex(mu / 2)
    roots = half + np.array([1, -1]) * np.sqrt(half**2 - 1)
    return roots[np.argmax(roots.imag)] if abs(mu) < 2 else roots[np.argmin(abs(roots))]


def in_layers(junction, left, right, kx, ky, energy):
    """The same junction, layer by layer, for the free-hand solver."""
    h = {region: textbook(junction, region, kx, ky)[0] for region in (*SPINS, "barrier")}
    layers = [h["barrier"]] * junction.layers
    if junction.interface is not None:
        last = textbook(junction, "interface", kx, ky)[0]
        layers = [last] * (left == "minority") + layers + [last] * (right == "minority")
    bond = textbook(junction, "barrier", kx, ky)[1]
    return stack.channels(h[left], layers, h[right], bond, energy).transmission.sum()


# --- the electronic structure -----------------------------------------------------------------------------------------


@given(junctions, phase, phase)
@settings(max_examples=30)
def test_the_real_hamiltonian_has_the_spectrum_of_the_textbook_one(junction, kx, ky):
    plain, _ = textbook(junction, "barrier", kx, ky)
    np.testing.assert_allclose(plain, plain.conj().T, atol=1e-14)
    ours = bands.hamiltonian(junction, "barrier", kx, ky)
    np.testing.assert_array_equal(ours, ours.T)
    basis = np.diag([1, 1j, 1j])
    np.testing.assert_allclose(basis.conj() @ plain @ basis, ours, atol=1e-12)


@given(junctions, phase, phase, st.floats(-3, 3), st.sampled_from(["majority", "minority", "barrier"]))
@settings(max_examples=40)
def test_complex_bands_solve_the_quadratic_eigenproblem(junction, kx, ky, energy, region):
    k = bands.complex_bands(junction, kx, ky, energy, region)
    h, tau = textbook(junction, region, kx, ky)
    for lam in np.exp(1j * k):
        matrix = tau * (lam + 1 / lam) + h - energy * np.eye(3)
        assert np.linalg.svd(matrix, compute_uv=False)[-1] <= 1e-10 * np.linalg.norm(matrix)
    assert (k[:3].imag >= 0).all() and (np.diff(k[:3].imag) >= 0).all()
    np.testing.assert_array_equal(k[3:], -k[:3])


def test_complex_bands_are_all_the_eigenvalues_of_the_companion_matrix():
    h, tau = textbook(MODEL, "barrier", 0.7, -0.4)
    zero, one = np.zeros((3, 3)), np.eye(3)
    companion = np.linalg.inv(tau) @ (0.2 * one - h)
    lam = np.linalg.eigvals(np.block([[zero, one], [-one, companion]]))
    ours = np.exp(1j * bands.complex_bands(MODEL, 0.7, -0.4, 0.2))
    np.testing.assert_allclose(sorted(ours.real), sorted(lam.real), rtol=1e-9)
    np.testing.assert_allclose(lam.imag, 0, atol=1e-9)


def test_in_the_middle_of_the_zone_each_orbital_decays_by_its_own_arccosh():
    kappa_1 = bands.decay(0.0, 7.5 - 4.0, -1.0)
    kappa_5 = bands.decay(0.0, -7.0 + 2.0 - 1.0, -0.5)
    np.testing.assert_allclose(bands.complex_bands(MODEL).imag[:3], [kappa_1, kappa_5, kappa_5], rtol=1e-13)
    np.testing.assert_allclose([kappa_1, kappa_5], np.arccosh([1.75, 6.0]), rtol=1e-14)
    assert bands.decay(0.3, 0.0, 1.0) == 0.0


def test_model_majority_has_delta_1_at_the_fermi_level_and_minority_has_not():
    k = {spin: bands.complex_bands(MODEL, region=spin) for spin in SPINS}
    s_band = {spin: -np.subtract(0, getattr(MODEL, spin).s - 4) / 2 for spin in SPINS}
    assert abs(s_band["majority"]) < 1 < abs(s_band["minority"])
    assert [int((abs(k[spin][:3].imag) < 1e-12).sum()) for spin in SPINS] == [3, 2]
    assert [int(bands.open_channels(MODEL, spin)) for spin in SPINS] == [3, 2]
    kx, ky, _ = bands.zone(40)
    assert (MODEL.minority.s + 2 * MODEL.ss * (np.cos(kx) + np.cos(ky)) + 2 * MODEL.ss > 0).all()


def test_model_decay_is_slowest_for_delta_1_in_the_middle_of_the_zone():
    kx, ky, _ = bands.zone(24)
    centre = bands.complex_bands(MODEL).imag[0]
    assert (bands.complex_bands(MODEL, kx, ky).imag[:, 0] > centre).all()


# --- scattering -------------------------------------------------------------------------------------------------------


@given(junctions, phase, phase, st.floats(-4, 4), st.sampled_from(SPINS), st.sampled_from(SPINS))
@settings(max_examples=50)
def test_probability_is_conserved_in_every_open_channel(junction, kx, ky, energy, left, right):
    assume(away_from_band_edges(junction, kx, ky, energy))
    t, r = bands.scattering(junction, left, right, kx, ky, energy)
    out = (abs(t) ** 2).sum(0) + (abs(r) ** 2).sum(0)
    is_open = abs(r).sum(0) + abs(t).sum(0) > 0
    assert is_open.sum() == bands.open_channels(junction, left, kx, ky, energy)
    np.testing.assert_allclose(out[is_open], 1, atol=1e-8)


@given(junctions, phase, phase, st.floats(-4, 4))
@settings(max_examples=40)
def test_transmission_is_reciprocal_and_has_the_symmetry_of_the_square(junction, kx, ky, energy):
    assume(away_from_band_edges(junction, kx, ky, energy))

    def ap(*k, left="majority", right="minority"):
        return bands.transmission(junction, left, right, *k, energy)

    reference = ap(kx, ky)
    np.testing.assert_allclose(ap(kx, ky, left="minority", right="majority"), reference, rtol=1e-6, atol=1e-20)
    for image in ((-kx, -ky), (-kx, ky), (ky, kx), (-ky, kx)):
        np.testing.assert_allclose(ap(*image), reference, rtol=1e-6, atol=1e-20)
    assert 0 <= reference <= 3 + 1e-9


def test_scattering_is_symmetric_as_time_reversal_wants():
    t, _ = bands.scattering(MODEL, "majority", "minority", 0.4, 0.9)
    back, _ = bands.scattering(MODEL, "minority", "majority", 0.4, 0.9)
    np.testing.assert_allclose(abs(t), abs(back.T), rtol=1e-9, atol=1e-20)
    _, r = bands.scattering(MODEL, "majority", "minority", 0.4, 0.9)
    np.testing.assert_allclose(r, r.T, atol=1e-12)


@pytest.mark.parametrize(
    ("left", "right"), [("majority", "majority"), ("minority", "minority"), ("majority", "minority")]
)
@pytest.mark.parametrize("k", [(0.2, 0.1), (0.5, -0.6), (1.3, 0.2), (-2.6, 0.9)])
@pytest.mark.parametrize("layers", [1, 2, 5])
def test_against_the_dense_green_function(left, right, k, layers):
    junction = bands.model_junction(layers)
    expected, bonds = dense(junction, left, right, *k, 0.1)
    ours = bands.transmission(junction, left, right, *k, 0.1)
    if not all(bands.open_channels(junction, spin, *k, 0.1) for spin in (left, right)):
        assert ours == 0 and expected < 1e-10  # what the reference leaves is its broadening
        return
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    # The current is the same through every bond (up to the sign of the direction).
    np.testing.assert_allclose(abs(bonds), ours, rtol=1e-4)


def test_against_the_dense_green_function_with_a_conducting_barrier():
    junction = replace(MODEL, barrier=bands.Orbitals(s=4.0, p=-1.0), layers=6)
    for energy in (-0.3, 0.2, 0.7):
        expected, _ = dense(junction, "majority", "minority", 0.5, 0.3, energy)
        ours = bands.transmission(junction, "majority", "minority", 0.5, 0.3, energy)
        np.testing.assert_allclose(ours, expected, rtol=1e-5)


@given(junctions, phase, phase, st.floats(-4, 4))
@settings(max_examples=20)
def test_without_a_barrier_every_channel_is_perfect(junction, kx, ky, energy):
    assume(away_from_band_edges(junction, kx, ky, energy))
    uniform = replace(junction, barrier=junction.majority)
    t = bands.transmission(uniform, "majority", "majority", kx, ky, energy)
    np.testing.assert_allclose(t, bands.open_channels(junction, "majority", kx, ky, energy), atol=1e-8)


@pytest.mark.parametrize("layers", [2, 3, 7])
@pytest.mark.parametrize(("left", "right"), [("majority", "majority"), ("majority", "minority")])
def test_without_mixing_the_orbitals_are_three_independent_chains(layers, left, right):
    junction, kx, ky = bands.model_junction(layers, mixing=0.0), 0.5, 0.3
    scale = np.array([1.0, 0.5, 0.5])
    mu_l, mu_r, mu = (bands.hamiltonian(junction, m, kx, ky).diagonal() / scale for m in (left, right, "barrier"))
    channels = [chain(outgoing(a), outgoing(b), c, layers) for a, b, c in zip(mu_l, mu_r, mu, strict=True)]
    np.testing.assert_allclose(bands.transmission(junction, left, right, kx, ky), sum(channels), rtol=1e-9)
    s_only = replace(
        junction,
        majority=bands.Orbitals(5.3, 90.0),
        minority=bands.Orbitals(5.9, 90.0),
        barrier=bands.Orbitals(7.5, 90.0),
    )
    mu_r = (5.9 - 2 * (np.cos(kx) + np.cos(ky)),)
    expected = chain(outgoing(mu_l[0]), outgoing(mu_r[0]), mu[0], layers)
    np.testing.assert_allclose(bands.transmission(s_only, "majority", "minority", kx, ky), expected, rtol=1e-9)


def test_scattering_survives_a_barrier_band_edge_and_a_resonance_of_the_isolated_barrier():
    edge = replace(MODEL, barrier=bands.Orbitals(s=6.0, p=-1.0), mixing=0.0)  # |h/2| = 1 for s at k = 0
    near = replace(MODEL, barrier=bands.Orbitals(s=6.0 + 1e-9, p=-1.0), mixing=0.0)
    at = bands.transmission(edge, "majority", "majority")
    np.testing.assert_allclose(at, bands.transmission(near, "majority", "majority"), rtol=1e-6)
    for layers in (1, 3, 5):  # h = 0 makes the chain of odd length singular by itself
        resonant = replace(MODEL, barrier=bands.Orbitals(s=4.0, p=-1.0), mixing=0.0, layers=layers)
        t, r = bands.scattering(resonant, "majority", "majority")
        np.testing.assert_allclose((abs(t) ** 2).sum(0) + (abs(r) ** 2).sum(0), 1, atol=1e-12)


def test_bound_states_and_closed_edges_do_no_harm():
    """A state of the barrier exactly at E that no electrode drains: no error, and no trace in the open channels."""
    bound = bands.FilterJunction(
        bands.Orbitals(s=4.0, p=-1.5),
        bands.Orbitals(s=8.0, p=-2.0),
        bands.Orbitals(s=6.0, p=5.0),
        15,
        0.0,
        pp_sigma=0.0,
    )
    assert bands.transmission(bound, *SPINS, 0.0, np.pi, 6.0) == 0
    # both electrodes at a band edge of p (λ = -1 and λ = 1), the barrier in the middle of its own band
    edges = bands.FilterJunction(
        bands.Orbitals(2.0, 0.0), bands.Orbitals(2.0, 4.0), bands.Orbitals(8.0, 2.0), 15, -0.5, -2.0, 0.0, -1.0
    )
    assert bands.transmission(edges, *SPINS) == 0
    # a pair of barrier layers with a p state at E, s open beside it
    pair = bands.FilterJunction(
        bands.Orbitals(5.3, 2.75), bands.Orbitals(5.3, 2.75), bands.Orbitals(7.5, 1.25), 2, 0.0, pp_sigma=0.5
    )
    t, r = bands.scattering(pair, "majority", "majority", 0.0, 0.0, 0.0)
    is_open = abs(r).sum(0) > 0
    np.testing.assert_allclose((abs(t) ** 2 + abs(r) ** 2).sum(0)[is_open], 1, atol=1e-9)


def test_extreme_but_legal_parameters_stay_finite():
    low, high = bands.Orbitals(-1000.0, -1000.0), bands.Orbitals(1000.0, 1000.0)
    for layers in (1, 100):
        extreme = bands.FilterJunction(low, high, high, layers, 100.0, -0.001, -100.0, -0.001)
        kx, ky = np.meshgrid([-np.pi, 0.0, 1.0], [0.0, 1e-300, 2.0])
        for energy in (-1000.0, 0.0, 1000.0):
            t, r = bands.scattering(extreme, *SPINS, kx, ky, energy)
            assert np.isfinite(t).all()
            assert np.isfinite(r).all()
            assert np.isfinite(bands.complex_bands(extreme, kx, ky, energy)).all()


# --- interface states, and another orbital in the place of p ----------------------------------------------------------

WITH_STATE = replace(MODEL, interface=bands.Orbitals(s=3.5, p=-0.4))
WITH_D = bands.FilterJunction(
    bands.Orbitals(5.3, d=1.0), bands.Orbitals(6.5, d=2.2), bands.Orbitals(7.5, d=-7.0), 4, 0.25
)


@pytest.mark.parametrize("junction", [MODEL, WITH_STATE, WITH_D, replace(WITH_D, interface=bands.Orbitals(4.0, d=1.9))])
@pytest.mark.parametrize(("left", "right"), [(a, b) for a in SPINS for b in SPINS])
def test_against_mode_matching_layer_by_layer(junction, left, right):
    """The free-hand solver diagonalises no scaled chain, knows no Chebyshev polynomial and takes the plain basis."""
    for k in ((0.3, 0.1), (0.7, -0.2), (1.3, 0.5)):
        if bands.open_channels(junction, left, *k, 0.1) and bands.open_channels(junction, right, *k, 0.1):
            expected = in_layers(junction, left, right, *k, 0.1)
            assert bands.transmission(junction, left, right, *k, 0.1) == pytest.approx(expected, rel=1e-9, abs=0)


@given(junctions, orbitals, phase, phase, st.floats(-4, 4), st.sampled_from(SPINS))
@settings(max_examples=40)
def test_an_interface_layer_conserves_probability_and_reciprocity(junction, last, kx, ky, energy, left):
    assume(away_from_band_edges(junction, kx, ky, energy))
    junction = replace(junction, interface=last)
    t, r = bands.scattering(junction, left, "minority", kx, ky, energy)
    is_open = abs(r).sum(0) + abs(t).sum(0) > 0
    np.testing.assert_allclose(((abs(t) ** 2).sum(0) + (abs(r) ** 2).sum(0))[is_open], 1, atol=1e-6)
    back, _ = bands.scattering(junction, "minority", left, kx, ky, energy)
    np.testing.assert_allclose(abs(t), abs(back.T), rtol=1e-5, atol=1e-9)


def test_an_interface_layer_like_the_bulk_changes_nothing_and_the_majority_never_sees_it():
    plain, k = MODEL, (np.array([0.0, 0.4, 1.1]), np.array([0.0, 0.9, 0.2]))
    same = replace(MODEL, interface=MODEL.minority)
    for left in SPINS:
        for right in SPINS:
            np.testing.assert_allclose(
                bands.transmission(same, left, right, *k), bands.transmission(plain, left, right, *k), rtol=1e-9
            )
    up = ("majority", "majority", *k)
    np.testing.assert_array_equal(bands.transmission(WITH_STATE, *up), bands.transmission(plain, *up))


def test_interface_states_are_hot_spots_of_the_antiparallel_state_for_thin_barriers():
    """On the axis the label keeps them out of the current; beside it they carry more than all the rest."""
    kx, ky, weight = bands.zone(48)
    hot, cold = (bands.transmission(j, *SPINS, kx, ky) for j in (WITH_STATE, MODEL))
    assert hot @ weight > 5 * cold @ weight
    centre = [bands.transmission(j, *SPINS) for j in (WITH_STATE, MODEL)]
    assert centre[0] == pytest.approx(centre[1], rel=1e-6)
    # A state of the layer with its label: in the parallel state the minority lights up on a ring about the axis.
    k = np.linspace(0.0, 1.5, 151)
    ring = bands.transmission(WITH_STATE, *SPINS[1:] * 2, k, k)
    assert 0.5 < k[ring.argmax()] < 1.2
    assert ring.max() > 100 * bands.transmission(MODEL, *SPINS[1:] * 2, k, k).max()


def leak(junction, *orders):
    """Coefficient and power of T_AP/T_P beside the axis, averaged over directions, in a thick barrier."""
    thick = replace(junction, layers=40)
    phi, k = np.pi * (np.arange(16) + 0.5) / 16, np.array([[0.005], [0.01]])
    at = k * np.cos(phi), k * np.sin(phi)
    up, mixed = (bands.transmission(thick, "majority", spin, *at) for spin in SPINS)
    ratio = (mixed / up).mean(-1)
    power = np.log2(ratio[1] / ratio[0])
    return ratio[0] / k[0, 0] ** round(power), power


def narrowing(junction):
    """α of κ1(k) a = κ1(0) a + α k²/2."""
    kappa = bands.complex_bands(junction, np.array([0.0, 0.01])).imag[:, 0]
    return 2 * (kappa[1] - kappa[0]) / 0.01**2


def test_the_leak_opens_with_the_power_that_the_label_fixes():
    shorted = replace(MODEL, minority=bands.Orbitals(5.0, p=-0.4))
    assert leak(shorted)[1] == pytest.approx(0, abs=1e-3)
    assert leak(MODEL)[1] == pytest.approx(2, abs=1e-2)
    assert leak(WITH_D)[1] == pytest.approx(4, abs=1e-2)


def test_the_slope_of_the_tmr_follows_from_narrowing_and_leak_without_a_fit():
    """∫k dk e^(-αNk²) / ∫k dk 2c k^(2ℓ) e^(-αNk²): TMR → αN/2c for Δ5 and (αN)²/4c for Δ2′."""

    def tmr(junction, *layers):
        return np.array([bands.tmr(replace(junction, layers=n), rtol=1e-3) for n in layers])

    c, alpha = leak(MODEL)[0], narrowing(MODEL)
    gain = np.diff(tmr(MODEL, 90, 100))[0] / 10
    assert gain == pytest.approx(alpha / (2 * c), rel=5e-3)
    assert gain == pytest.approx(1.447, rel=1e-3)
    c, alpha = leak(WITH_D)[0], narrowing(WITH_D)
    low, middle, high = tmr(WITH_D, 80, 90, 100)
    assert (high - 2 * middle + low) / 100 == pytest.approx(2 * alpha**2 / (4 * c), rel=2e-2)
    c, alpha = leak(WITH_STATE)[0], narrowing(WITH_STATE)
    assert np.diff(tmr(WITH_STATE, 90, 100))[0] / 10 == pytest.approx(alpha / (2 * c), rel=2e-2)
    shorted = tmr(replace(MODEL, minority=bands.Orbitals(5.0, p=-0.4)), 20, 40, 80)
    assert abs(np.diff(shorted)).max() < 0.02 and shorted[0] < 1


def test_interface_states_lower_the_tmr_of_thin_barriers_only():
    def tmr(junction, n):
        return bands.tmr(replace(junction, layers=n), rtol=1e-2)

    thin, bottom, thick = (tmr(WITH_STATE, n) for n in (2, 8, 60))
    assert bottom < thin < thick / 2
    assert bottom < 0.3 * tmr(MODEL, 8)
    assert tmr(WITH_STATE, 64) / tmr(WITH_STATE, 32) > 1.9  # and the law of the thick barrier is back


# --- thickness --------------------------------------------------------------------------------------------------------


def test_in_the_middle_of_the_zone_the_tmr_grows_exponentially_at_the_filter_rate():
    log = [np.log(bands.local_tmr(bands.model_junction(n))) for n in (15, 16)]
    kappa = bands.complex_bands(MODEL).imag
    np.testing.assert_allclose(log[1] - log[0], 2 * (kappa[1] - kappa[0]), rtol=1e-10)
    for spin, rate in (("majority", kappa[0]), ("minority", kappa[1])):
        t = [bands.transmission(bands.model_junction(n), "majority", spin) for n in (15, 16)]
        np.testing.assert_allclose(np.log(t[0] / t[1]), 2 * rate, rtol=1e-10)


def test_local_tmr_counts_both_spins():
    k = (0.4, 0.9)
    (up_up, up_down), (down_up, down_down) = [
        [bands.transmission(MODEL, left, right, *k) for right in SPINS] for left in SPINS
    ]
    np.testing.assert_allclose(bands.local_tmr(MODEL, *k), (up_up + down_down) / (up_down + down_up) - 1, rtol=1e-9)


def test_summed_over_the_zone_mixing_makes_the_growth_linear():
    mixed = [bands.tmr(bands.model_junction(n), rtol=1e-2) for n in (25, 50, 100)]
    # TMR = A + B N: the exponent tends to one from below.
    np.testing.assert_allclose((mixed[2] - mixed[1]) / (mixed[1] - mixed[0]), 2, rtol=0.05)
    pure = [np.log(bands.tmr(bands.model_junction(n, mixing=0.0), rtol=1e-2)) for n in (10, 15, 20)]
    np.testing.assert_allclose(pure[2] - pure[1], pure[1] - pure[0], rtol=0.02)
    assert pure[1] - pure[0] > 5
    # the antiparallel current rests on the mixing: TMR ~ 1/V² while it is small
    weak = [bands.tmr(bands.model_junction(40, mixing=v), rtol=1e-2) for v in (0.02, 0.04)]
    np.testing.assert_allclose(weak[0] / weak[1], 4, rtol=0.1)


def test_a_thick_barrier_factorises_the_transmission():
    """Through one evanescent channel T = a_L a_R: the ground of the electrode factors used for disorder."""
    junction, k = bands.model_junction(14), (0.3, 0.2)
    up, down, mixed = (
        bands.transmission(junction, *spins, *k)
        for spins in (("majority",) * 2, ("minority",) * 2, ("majority", "minority"))
    )
    np.testing.assert_allclose(mixed**2, up * down, rtol=1e-5)


# --- sums over the zone -----------------------------------------------------------------------------------------------


def on_a_mesh(junction, state, n):
    """Conductance as a mean over midpoints of the whole zone, not of a wedge."""
    k = (np.arange(2 * n) + 0.5) * np.pi / n - np.pi
    pairs = [(s, s) for s in SPINS] if state == "parallel" else [SPINS, SPINS[::-1]]
    total = sum(bands.transmission(junction, *pair, k[:, None], k).mean() for pair in pairs)
    return units.CONDUCTANCE_QUANTUM * total / (junction.lattice_constant * 1e-9) ** 2


@pytest.mark.parametrize("state", ["parallel", "antiparallel"])
def test_conductance_is_the_sum_over_the_whole_zone(state):
    assert bands.conductance(MODEL, state, rtol=1e-5) == pytest.approx(on_a_mesh(MODEL, state, 60), rel=2e-4, abs=0)


def test_wedge_sum_equals_the_whole_zone():
    kx, ky, w = bands.zone(10)
    wedge = bands.transmission(MODEL, *SPINS, kx, ky) @ w
    expected = on_a_mesh(MODEL, "antiparallel", 10) / (2 * units.CONDUCTANCE_QUANTUM) * 0.21e-9**2
    assert wedge == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize("energy", [-1.3, 0.4, 2.0])
def test_uniform_crystal_has_its_sharvin_conductance(energy):
    """s orbitals alone conduct one quantum wherever a wave with a real kz exists: a one-dimensional integral."""
    alone = bands.Orbitals(s=2.0, p=-900.0)
    crystal = bands.FilterJunction(alone, alone, alone, layers=3, mixing=0.0)

    def share(ky):  # of kx in 0…π with |cos kz| < 1, where E = 2 - 2(cos kx + cos ky + cos kz)
        c = (2 - energy) / 2 - np.cos(ky)
        return np.subtract(*np.arccos(np.clip([c - 1, c + 1], -1, 1))) / np.pi

    kinks = [np.arccos(c) for c in (2 - energy) / 2 + np.array([-2, 0, 2]) if abs(c) < 1]
    channels = integrate.quad(share, 0, np.pi, points=kinks, epsabs=1e-13)[0] / np.pi
    expected = 2 * units.CONDUCTANCE_QUANTUM * channels / 0.21e-9**2
    assert bands.conductance(crystal, "parallel", energy) == pytest.approx(expected, rel=1e-6, abs=0)
    assert bands.conductance(crystal, "parallel", energy, rtol=1e-8) == pytest.approx(expected, rel=1e-8, abs=0)
    assert abs(bands.tmr(crystal, energy, rtol=1e-2)) < 1e-9  # the same sum twice


THICK = bands.FilterJunction(
    bands.Orbitals(-5.15, 1.52), bands.Orbitals(-4.1, -0.07), bands.Orbitals(9.79, -8.79), 60, 0.0, -0.93, 1.33, -0.053
)


def random_crystal(rng):
    up, split = rng.uniform(-4, 4, 2), rng.uniform(-2, 2, 2)
    barrier = bands.Orbitals(rng.uniform(6, 12), rng.uniform(-12, -8))
    bonds = {"ss": rng.uniform(-1.2, -0.3), "pp_sigma": rng.uniform(-1, 1), "pp_pi": rng.uniform(-1, -0.2)}
    electrodes = bands.Orbitals(*up), bands.Orbitals(*(up + split))
    return bands.FilterJunction(*electrodes, barrier, int(rng.integers(2, 12)), rng.uniform(0, 0.4), **bonds)


RANDOM = np.random.default_rng(5)
CRYSTALS = [random_crystal(RANDOM) for _ in range(2)]


@pytest.mark.parametrize(
    ("junction", "energy", "state", "fine"),
    [  # in S/m²: what rtol=1e-8 gives, and 1e-7 to eight digits
        (bands.model_junction(2, 0.25), 0.0, "antiparallel", 1.0538504119e11),
        (bands.model_junction(6, 0.25), 0.3, "parallel", 2.0049899200e8),
        (bands.model_junction(6, 0.0), -0.4, "antiparallel", 144.42025860),
        (bands.model_junction(64, 0.25), 0.0, "antiparallel", 2.1268868677e-54),
        (bands.model_junction(6, 0.02), -1.2, "parallel", 1328.0835480),
        (THICK, 0.0, "parallel", 2.2623432917e-121),  # all of the current flows in a corner of the zone
        # the channel edges' equation is no longer cubic
        (replace(MODEL, pp_sigma=0.0), 0.1, "antiparallel", 3600462.7408),
        (CRYSTALS[0], 0.0, "antiparallel", 1.539109657e11),
        (CRYSTALS[1], 0.0, "parallel", 6.559854731e-7),
    ],
)
def test_default_accuracy_of_the_zone_sum(junction, energy, state, fine):
    assert bands.conductance(junction, state, energy) == pytest.approx(fine, rel=1e-6, abs=0)
    assert bands.conductance(junction, state, energy, rtol=1e-3) == pytest.approx(fine, rel=1e-3, abs=0)


def test_narrow_resonances_are_refused_and_not_summed_wrongly(monkeypatch):
    """Twenty metallic layers between electrodes that they hardly talk to."""
    monkeypatch.setattr(_zone, "_MOST_POINTS", 100_000)
    box = bands.FilterJunction(
        bands.Orbitals(0.45, -2.3),
        bands.Orbitals(-3.85, 1.58),
        bands.Orbitals(6.0, -6.6),
        20,
        0.003,
        -1.63,
        0.28,
        -1.05,
    )
    with pytest.raises(ValueError, match="rtol must be larger for this junction, got 1e-06"):
        bands.conductance(box, "parallel")


def test_channels_open_at_the_channel_edges():
    """Between neighbouring edges the number of open channels is constant, and across each of them it changes."""
    rng, energy = np.random.default_rng(0), 0.2
    for mixing in (0.0, 0.1, 0.5):
        junction = bands.model_junction(2, mixing)
        ky = rng.uniform(0, np.pi, 12)
        for spin in SPINS:

            def layer(kx, ky, junction=junction, spin=spin):
                return bands.hamiltonian(junction, spin, kx, ky) - energy * np.eye(3)

            edges = channel_edges(layer, -np.array([junction.ss, junction.pp_pi, junction.pp_pi]), ky)
            for row, k in zip(np.sort(edges, axis=1), ky, strict=True):
                places = row[row < np.pi]
                before, after = (bands.open_channels(junction, spin, places + d, k, energy) for d in (-1e-6, 1e-6))
                assert (np.abs(after - before) == 1).all()
                mesh = np.linspace(0, np.pi, 2001)
                changes = np.diff(bands.open_channels(junction, spin, mesh, k, energy))
                assert np.count_nonzero(changes) == len(places)


@pytest.mark.parametrize("pp_sigma", [1.0, 0.0])
def test_channel_edges_do_not_depend_on_the_unit_of_energy(pp_sigma):
    """Nor on whether there is a cubic term, which goes with pp_sigma where the orbitals do not mix."""
    junction = replace(bands.model_junction(2, mixing=0.0), pp_sigma=pp_sigma)
    ky, bonds = np.linspace(0.0, np.pi, 7), -np.array([junction.ss, junction.pp_pi, junction.pp_pi])

    def edges(unit):
        return channel_edges(lambda kx, ky: unit * bands.hamiltonian(junction, "majority", kx, ky), unit * bonds, ky)

    electronvolts = np.sort(edges(1.0), axis=1)
    assert (electronvolts < np.pi).any()
    for unit in (1e-6, 1e6):
        np.testing.assert_allclose(np.sort(edges(unit), axis=1), electronvolts, rtol=1e-6)


def test_conductance_broadcasts_over_energy():
    energy = np.array([[-0.1, 0.0], [0.1, 0.2]])
    g = bands.conductance(MODEL, "parallel", energy, rtol=1e-2)
    assert g.shape == energy.shape
    np.testing.assert_allclose(g[1, 0], bands.conductance(MODEL, "parallel", 0.1, rtol=1e-2), rtol=1e-12)
    assert bands.tmr(MODEL, energy, rtol=1e-2).shape == energy.shape
    assert bands.transmission(MODEL, *SPINS, np.zeros((3, 1)), np.zeros(4)).shape == (3, 4)
    assert bands.transmission(MODEL, *SPINS, [], []).shape == (0,)
    assert bands.conductance(MODEL, "parallel", []).shape == (0,)
    assert isinstance(bands.tmr(MODEL, rtol=1e-2), float)
    assert isinstance(bands.local_tmr(MODEL), float)


def test_no_minority_states_mean_infinite_tmr_and_no_states_at_all_an_error():
    nothing = bands.Orbitals(s=60.0, p=60.0)
    half_metal = replace(MODEL, minority=nothing)
    assert bands.tmr(half_metal, rtol=1e-2) == np.inf
    assert bands.local_tmr(half_metal) == np.inf
    with pytest.raises(ValueError, match="no current"):
        bands.tmr(replace(half_metal, majority=nothing), rtol=1e-2)


# --- finite aperture --------------------------------------------------------------------------------------------------


@given(st.floats(0.5, 50), st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=20)
def test_aperture_is_the_squared_phase_integral(side, dkx, dky):
    x, w = np.polynomial.legendre.leggauss(200)
    phase_integral = [np.sum(w * np.exp(0.5j * side * k * x)) * side / 2 for k in (dkx, dky)]
    expected = abs(np.prod(phase_integral)) ** 2 / (2 * np.pi * side) ** 2
    np.testing.assert_allclose(bands.aperture_overlap(dkx, dky, side), expected, rtol=1e-9, atol=1e-12 * side**2)


@pytest.mark.parametrize("side", [5.0, 50.0])
def test_aperture_is_normalised_and_becomes_a_delta(side):
    k = np.linspace(-60, 60, 300_001)
    step = k[1] - k[0]
    line = bands.aperture_overlap(k, 0.0, side) * 2 * np.pi / side  # the y factor at zero is L/2π
    np.testing.assert_allclose(line.sum() * step, 1, atol=5e-3)
    # A smooth function is averaged over ~1/L: with exp(-k²) the integral is known.
    exact = special.erf(side / 2) - 2 / (side * np.sqrt(np.pi)) * (1 - np.exp(-(side**2) / 4))
    np.testing.assert_allclose((line * np.exp(-(k**2))).sum() * step, exact, rtol=1e-9)
    assert abs(exact - 1) < 1.2 / side
    assert bands.aperture_overlap(0.0, 0.0, side) == pytest.approx((side / (2 * np.pi)) ** 2)


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (TypeError, "layers", lambda: bands.model_junction(2.5)),
        (TypeError, "layers", lambda: bands.model_junction(True)),
        (ValueError, "layers", lambda: bands.model_junction(0)),
        (ValueError, "layers", lambda: bands.model_junction(101)),
        (ValueError, "mixing", lambda: bands.model_junction(4, mixing=np.nan)),
        (TypeError, "mixing", lambda: bands.model_junction(4, mixing=[0.1, 0.2])),
        (ValueError, "ss", lambda: replace(MODEL, ss=1.0)),
        (ValueError, "pp_pi", lambda: replace(MODEL, pp_pi=0.0)),
        (ValueError, "lattice_constant", lambda: replace(MODEL, lattice_constant=0.0)),
        (TypeError, "barrier", lambda: replace(MODEL, barrier=1.0)),
        (TypeError, "interface", lambda: replace(MODEL, interface=1.0)),
        (ValueError, "barrier must have the orbitals", lambda: replace(MODEL, barrier=bands.Orbitals(1.0, d=2.0))),
        (ValueError, "p or d must be given", lambda: bands.Orbitals(1.0)),
        (ValueError, "p or d must be given", lambda: bands.Orbitals(1.0, 2.0, 3.0)),
        (ValueError, "dd_delta", lambda: replace(WITH_D, dd_delta=0.0)),
        (ValueError, "interface", lambda: bands.hamiltonian(MODEL, "interface", 0, 0)),
        (TypeError, "s must", lambda: bands.Orbitals("a", 0.0)),
        (ValueError, "p must", lambda: bands.Orbitals(0.0, np.inf)),
        (ValueError, "hopping", lambda: bands.decay(0.0, 1.0, 0.0)),
        (ValueError, "region must be 'majority'", lambda: bands.hamiltonian(MODEL, "oxide", 0, 0)),
        (ValueError, "kx", lambda: bands.complex_bands(MODEL, np.nan)),
        (ValueError, "left", lambda: bands.transmission(MODEL, "barrier", "minority")),
        (ValueError, "right", lambda: bands.transmission(MODEL, "majority", "up")),
        (ValueError, "energy", lambda: bands.transmission(MODEL, *SPINS, energy=np.inf)),
        (ValueError, "state", lambda: bands.conductance(MODEL, "P")),
        (ValueError, r"rtol must lie in \[1e-8, 0.1\], got 0.0", lambda: bands.tmr(MODEL, rtol=0)),
        (ValueError, r"energy must lie in \[-1000, 1000\] eV", lambda: bands.conductance(MODEL, "parallel", 1e4)),
        (ValueError, "points", lambda: bands.zone(1)),
        (TypeError, "points", lambda: bands.zone(3.0)),
        (ValueError, "side", lambda: bands.aperture_overlap(0, 0, 0)),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()
