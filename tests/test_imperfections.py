"""Each imperfection against its limits, a closed formula or a direct sum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import bands, imperfections, julliere, units

CELL = 0.21
rng = np.random.default_rng(7)
FACTORS = rng.uniform(0.01, 1, (2, 2, 12, 12))  # electrode, spin, kx, ky
fraction = st.floats(0, 1)
tmr_values = st.floats(-0.99, 1e6)
width = st.floats(1e-12, 10)


def grid(n, cell=CELL):
    k = 2 * np.pi * np.fft.fftfreq(n) / cell
    return np.meshgrid(k, k, indexing="ij")


# --- disorder ---------------------------------------------------------------------------------------------------------


def test_infinite_correlation_length_is_the_coherent_sum():
    left, right = FACTORS
    coherent = (left[:, None] * right[None]).mean((-2, -1))
    expected = np.trace(coherent) / (coherent[0, 1] + coherent[1, 0]) - 1
    for length in (np.inf, 1e6):
        np.testing.assert_allclose(imperfections.disordered_tmr(left, right, length, CELL), expected, rtol=1e-12)


def test_zero_correlation_length_is_julliere():
    left, right = FACTORS
    p = [julliere.polarisation(*factor.mean((-2, -1))) for factor in FACTORS]
    for length in (0.0, 1e-200, 0.02):
        ours = imperfections.disordered_tmr(left, right, length, CELL)
        np.testing.assert_allclose(ours, julliere.tmr(*p), rtol=1e-10)


@pytest.mark.parametrize("length", [0.05, 0.0839, 0.0841, 0.2, 0.3])
def test_disorder_is_a_damped_sum_over_lattice_vectors(length):
    """The kernel from its other representation: Fourier coefficients exp(-R²/2ξ²), for smooth factors."""
    kx, ky = grid(24)
    a = np.exp(2 * np.cos(kx * CELL) + np.cos(ky * CELL))
    b = np.exp(2 * np.cos(kx * CELL + 0.3) - np.sin(ky * CELL))
    site = np.fft.fftfreq(24, 1 / 24) * CELL
    damping = np.exp(-(site[:, None] ** 2 + site**2) / (2 * length**2))
    expected = (np.fft.fft2(a) * np.fft.fft2(b).conj() * damping).sum().real / 24**4
    np.testing.assert_allclose(imperfections._disordered_conductance(a, b, length, CELL), expected, rtol=1e-11)


@pytest.mark.parametrize("length", [0.01, 0.0839, 0.0841, 0.3, 5.0])
def test_disordered_tmr_is_a_double_sum_over_the_zone(length):
    """Every k with every k', each axis with a Gaussian and its images in the neighbouring zones."""
    n = FACTORS.shape[-1]
    k = 2 * np.pi * np.arange(n) / n / CELL
    distance = k[:, None, None] - k[None, :, None] + 2 * np.pi / CELL * np.arange(-40, 41)
    axis = np.exp(-((distance * length) ** 2) / 2).sum(axis=-1)
    axis /= axis.sum(axis=1, keepdims=True)
    g = np.einsum("sij,ik,jl,tkl->st", FACTORS[0], axis, axis, FACTORS[1])
    expected = np.trace(g) / (g[0, 1] + g[1, 0]) - 1
    np.testing.assert_allclose(imperfections.disordered_tmr(*FACTORS, length, CELL), expected, rtol=1e-10)


@pytest.mark.parametrize("length", [0.3, 0.6, 2.0])
def test_gaussian_factors_broaden_as_gaussians(length):
    """Free-electron-like pockets far from the zone boundary: the double integral over k and k' is known."""
    cell, n, alpha, beta = 0.05, 256, 0.02, 0.06
    kx, ky = grid(n, cell)
    a, b = (np.exp(-c * (kx**2 + ky**2)) for c in (alpha, beta))
    spread = 1 + 2 * beta / length**2
    exact = np.pi / (alpha * spread + beta)  # both axes: (1/spread) * pi / (alpha + beta/spread)
    ours = imperfections._disordered_conductance(a, b, length, cell) * (2 * np.pi / cell) ** 2
    np.testing.assert_allclose(ours, exact, rtol=1e-8)


def test_disorder_cuts_the_tmr_of_the_filter_continuously_from_coherent_to_julliere():
    junction = bands.model_junction(6)
    k = np.fft.fftfreq(48) * 2 * np.pi
    kx, ky = k[:, None], k
    factors = [np.sqrt(bands.transmission(junction, s, s, kx, ky)) for s in ("majority", "minority")]
    length = np.concatenate([[0.0], np.geomspace(0.01, 100, 80), [np.inf]])
    tmr = imperfections.disordered_tmr(factors, factors, length, CELL)
    assert (np.diff(tmr) >= -1e-9).all()
    assert np.diff(tmr).max() < 0.1 * (tmr[-1] - tmr[0])
    mean = [f.mean() for f in factors]
    np.testing.assert_allclose(tmr[0], julliere.tmr(*[julliere.polarisation(*mean)] * 2), rtol=1e-9)
    # the factors reproduce what the coherent calculation gives
    np.testing.assert_allclose(tmr[-1], bands.tmr(junction, rtol=1e-3), rtol=0.05)


def test_disorder_can_also_raise_the_tmr():
    """A narrow minority pocket: the docstring's warning."""
    kx, ky = grid(64)
    up, down = (np.exp(c * (np.cos(kx * CELL) + np.cos(ky * CELL) - 2)) for c in (1.0, 3.0))
    clean, dirty = imperfections.disordered_tmr([up, down], [up, down], [np.inf, 0.0], CELL)
    assert dirty > clean


@given(st.floats(0, 1e3))
@settings(max_examples=30)
def test_disordered_conductance_is_positive_symmetric_and_linear(length):
    (a, b), (c, _) = FACTORS
    g = imperfections._disordered_conductance
    value = g(a, b, length, CELL)
    assert value > 0
    np.testing.assert_allclose(g(b, a, length, CELL), value, rtol=1e-12)
    np.testing.assert_allclose(g(a + 2 * c, b, length, CELL), value + 2 * g(c, b, length, CELL), rtol=1e-12)
    np.testing.assert_allclose(g(a, np.ones_like(a), length, CELL), a.mean(), rtol=1e-12)


def test_disjoint_spins_block_the_coherent_antiparallel_current_only():
    up, down = np.zeros((2, 16, 16))
    up[0, 0], down[8, 8] = 1.0, 1.0
    tmr = imperfections.disordered_tmr([up, down], [up, down], [np.inf, 0.0], CELL)
    assert tmr[0] == np.inf
    np.testing.assert_allclose(tmr[1], 0, atol=1e-12)
    with pytest.raises(ValueError, match="no current"):
        imperfections.disordered_tmr([up, down], [0 * up, 0 * down], 1.0, CELL)


def test_disorder_has_the_shape_of_the_correlation_length():
    left, right = FACTORS
    assert imperfections.disordered_tmr(left, right, np.ones((2, 3)), CELL).shape == (2, 3)
    assert imperfections.disordered_tmr(left, right, [], CELL).shape == (0,)
    assert isinstance(imperfections.disordered_tmr(left, right, 0.3, CELL), float)
    assert isinstance(imperfections._disordered_conductance(left[0], right[0], 0.3, CELL), float)


# --- spin flips -------------------------------------------------------------------------------------------------------


@given(tmr_values, fraction)
@settings(max_examples=50)
def test_spin_flips_mix_the_two_conductances(tmr, f):
    g_p, g_ap = 1.0, 1 / (1 + tmr)
    expected = ((1 - f) * g_p + f * g_ap) / ((1 - f) * g_ap + f * g_p) - 1
    ours = imperfections.spin_flip_tmr(tmr, f)
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-14)
    assert ours > -1
    if f > 0 and tmr >= 0:
        assert ours < 1 / f


def test_spin_flip_limits():
    flip = imperfections.spin_flip_tmr
    assert flip(3.0, 0.0) == 3.0
    assert flip(3.0, 0.5) == 0.0
    assert flip(3.0, 1.0) == pytest.approx(-0.75)  # P and AP exchanged
    assert flip(np.inf, 0.0) == np.inf
    assert flip(np.inf, 1.0) == -1.0
    np.testing.assert_allclose(flip(np.inf, [0.01, 0.1]), [98.0, 8.0])
    np.testing.assert_allclose(flip(1e300, 1e-3), 998.0)
    # small f: d TMR/df = -TMR(2 + TMR)
    np.testing.assert_allclose((flip(3.0, 1e-7) - 3.0) / 1e-7, -15.0, rtol=1e-5)
    assert flip([[1.0], [2.0]], [0.1, 0.2, 0.3]).shape == (2, 3)
    assert flip([], 0.1).shape == (0,)


# --- interface states -------------------------------------------------------------------------------------------------


@given(st.floats(-1e3, 1e3), width, width)
@settings(max_examples=50)
def test_breit_wigner_is_a_probability_and_symmetric(detuning, left, right):
    t = imperfections.breit_wigner(detuning, left, right)
    assert 0 <= t <= 1 + 1e-12
    np.testing.assert_allclose(t, left * right / (detuning**2 + (left + right) ** 2 / 4), rtol=1e-12)
    assert t == imperfections.breit_wigner(-detuning, right, left)


def test_breit_wigner_area_and_corners():
    """∫T dE = 2π Γ_LΓ_R/(Γ_L+Γ_R); the half width at half maximum is (Γ_L+Γ_R)/2."""
    energy, step = np.linspace(-100, 100, 400_001, retstep=True)
    area = imperfections.breit_wigner(energy, 0.02, 0.05).sum() * step
    np.testing.assert_allclose(area, 2 * np.pi * 0.02 * 0.05 / 0.07, rtol=5e-4)
    peak, half = imperfections.breit_wigner([0.0, 0.035], 0.02, 0.05)
    np.testing.assert_allclose(half, peak / 2)
    assert imperfections.breit_wigner(0.0, 0.0, 0.0) == 0
    assert imperfections.breit_wigner(0.0, 0.0, 0.1) == 0
    assert imperfections.breit_wigner(0.0, 1e300, 1e300) == 1
    assert imperfections.breit_wigner([], 0.1, 0.1).shape == (0,)


@given(st.floats(-1, 1), width, width, st.floats(-0.95, 0.95), st.floats(-0.95, 0.95))
@settings(max_examples=50)
def test_resonant_tmr_is_the_ratio_of_four_breit_wigner_terms(detuning, left, right, p, q):
    def g(sign):
        return sum(
            imperfections.breit_wigner(detuning, left * (1 + s * p), right * (1 + sign * s * q)) for s in (1, -1)
        )

    ours = imperfections.resonant_tmr(detuning, left, right, p, q)
    if g(-1) > 1e-290:
        np.testing.assert_allclose(ours, g(1) / g(-1) - 1, rtol=1e-8, atol=1e-14)
    np.testing.assert_allclose(ours, imperfections.resonant_tmr(-detuning, right, left, q, p), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.9])
def test_resonance_inverts_the_tmr_and_detuning_brings_julliere_back(p):
    tmr = imperfections.resonant_tmr
    np.testing.assert_allclose(tmr(0.0, 1e-9, 1e-2, p, p), -2 * p**2 / (1 + p**2), rtol=1e-5)
    np.testing.assert_allclose(tmr(0.0, 1e-2, 1e-9, p, p), -2 * p**2 / (1 + p**2), rtol=1e-5)
    np.testing.assert_allclose(tmr(1e4, 1e-3, 1e-2, p, p), julliere.tmr(p, p), rtol=1e-9)
    # a state in the middle is not inverted: T = 1 in P, 1 - p² in AP
    np.testing.assert_allclose(tmr(0.0, 1e-3, 1e-3, p, p), 1 / (1 - p**2) - 1, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-290, 1e290])
def test_only_ratios_of_widths_and_detuning_count(scale):
    """In whatever unit of energy: nothing under- or overflows, for either sign of the detuning."""
    for three in ((0.3, 1e-9, 2.0), (-0.7, 0.5, 1e-9), (-3.0, 0.1, 0.2), (0.0, 0.4, 1e-9)):
        scaled = [scale * x for x in three]
        ours = imperfections.breit_wigner(*scaled)
        np.testing.assert_allclose(ours, imperfections.breit_wigner(*three), rtol=1e-12)
        ours = imperfections.resonant_tmr(*scaled, 0.5, -0.3)
        np.testing.assert_allclose(ours, imperfections.resonant_tmr(*three, 0.5, -0.3), rtol=1e-10)


@pytest.mark.parametrize("weak", [1e-9, 1e-200])
def test_resonance_between_extremes_is_one_of_its_two_limits(weak):
    """The narrow side alone limits the current on resonance; far away, on either side of it, Julliere is back."""
    for widths in ((weak, 2.0), (2.0, weak)):
        np.testing.assert_allclose(imperfections.breit_wigner(0.0, *widths), 2 * weak, rtol=1e-8)
        np.testing.assert_allclose(imperfections.resonant_tmr(0.0, *widths, 0.5, 0.5), -0.4, rtol=1e-8)
    for detuning in (1 / weak, -1 / weak):
        far = imperfections.resonant_tmr(detuning, 1.0, 2.0, 0.5, -0.3)
        np.testing.assert_allclose(far, julliere.tmr(0.5, -0.3), rtol=1e-12)


# --- patchworks -------------------------------------------------------------------------------------------------------


@given(fraction, tmr_values, tmr_values, st.floats(1e-6, 1e6))
@settings(max_examples=50)
def test_two_areas_are_parallel_resistors(x, first, other, g):
    ours = imperfections.two_area_tmr(x, first, other, g)
    slack = 1e-9 * (1 + max(abs(first), abs(other)))
    assert min(first, other) - slack <= ours <= max(first, other) + slack
    if 0.01 < x < 0.99:
        r_p = [1 / (1 - x), 1 / (x * g)]
        r_ap = [r_p[0] * (1 + first), r_p[1] * (1 + other)]
        parallel = [1 / (1 / r[0] + 1 / r[1]) for r in (r_p, r_ap)]
        np.testing.assert_allclose(ours, parallel[1] / parallel[0] - 1, rtol=1e-9, atol=1e-14)


@given(st.floats(0, 0.99), tmr_values, st.floats(1, 1e6))
@settings(max_examples=40)
def test_pinholes_are_areas_without_tmr(x, tmr, g):
    ours = imperfections.pinhole_tmr(x, tmr, g)
    np.testing.assert_allclose(ours, imperfections.two_area_tmr(x, tmr, 0.0, g), rtol=1e-7, atol=1e-14)


def test_pinhole_limits():
    assert imperfections.pinhole_tmr(0.0, 2.0, 1e4) == pytest.approx(2.0)
    x = np.linspace(0, 0.9, 30)
    assert (np.diff(imperfections.pinhole_tmr(x, 2.0, 1e4)) < 0).all()
    # halved at xg = 1/(1 + TMR)
    assert imperfections.pinhole_tmr(1e-9 / 3, 2.0, 1e9) == pytest.approx(1.0, rel=1e-6)
    assert imperfections.pinhole_tmr(np.zeros((2, 1)), np.ones(3), 10.0).shape == (2, 3)
    assert imperfections.pinhole_tmr([], 1.0, 10.0).shape == (0,)


# --- annealing and temperature ----------------------------------------------------------------------------------------


@given(st.floats(0, 1e8), st.floats(1, 3000), st.floats(0, 10), st.floats(1e-3, 1e16), st.floats(0.1, 5))
@settings(max_examples=50)
def test_crystallised_fraction_is_avrami(t, temperature, barrier, rate, n):
    x = imperfections.crystallised_fraction(t, temperature, barrier, rate, n)
    assert 0 <= x <= 1
    expected = -np.expm1(-(t**n) * rate**n * np.exp(-n * barrier / (units.K_B * temperature)))
    np.testing.assert_allclose(x, expected, rtol=1e-6, atol=1e-200)


def test_crystallised_fraction_limits_and_slopes():
    x = imperfections.crystallised_fraction
    assert x(0.0, 600.0, 2.0, 1e13) == 0.0
    assert x(1e9, 900.0, 2.0, 1e13) == 1.0
    temperature = np.linspace(300, 900, 50)
    assert (np.diff(x(3600.0, temperature, 2.0, 1e13)) >= 0).all()
    # after t = 1/k exactly 1 - 1/e is crystalline, whatever n
    k = 1e13 * np.exp(-2.0 / (units.K_B * 600.0))
    np.testing.assert_allclose(x(1 / k, 600.0, 2.0, 1e13, [1.0, 2.5, 4.0]), 1 - np.exp(-1))
    # Avrami plot: ln(-ln(1-x)) against ln t has slope n; against 1/k_BT slope -n E_a
    y = np.log(-np.log1p(-x([10.0, 20.0], 580.0, 2.0, 1e13, 1.5)))
    np.testing.assert_allclose(np.diff(y) / np.log(2), 1.5, rtol=1e-8)
    two = np.array([560.0, 580.0])
    y = np.log(-np.log1p(-x(10.0, two, 2.0, 1e13, 1.5)))
    np.testing.assert_allclose(np.diff(y) / np.diff(1 / (units.K_B * two)), -3.0, rtol=1e-8)
    assert x(1.0, 1e-3, 2.0, 1e13) == 0.0
    assert x([], 300.0, 1.0, 1.0).shape == (0,)


def test_bloch_law():
    p = imperfections.bloch_polarisation
    assert p(0.6, 0.0, 1e-5) == 0.6
    np.testing.assert_allclose(p(0.6, 100.0, 1e-4), 0.6 * 0.9)
    loss = 0.6 - p(0.6, [50.0, 200.0], 1e-5)
    np.testing.assert_allclose(loss[1] / loss[0], 8.0)
    assert p(-0.4, np.zeros((2, 1)), [1e-5, 2e-5]).shape == (2, 2)


def test_layer_densities_carry_the_transmission():
    """Fisher and Lee: what the left waves have on the last layer, drained by the right electrode, is T."""
    junction, kx, ky = bands.model_junction(5), np.array([0.3, 1.1, -2.0]), np.array([0.7, -0.4, 1.9])
    for left, right in (("majority", "majority"), ("majority", "minority"), ("minority", "majority")):
        here = imperfections._layer_densities(junction, left, right, kx, ky)
        mirror = imperfections._layer_densities(junction, right, left, kx, ky)
        np.testing.assert_allclose(here, [mirror[1][:, ::-1], mirror[0][:, ::-1]], rtol=1e-9)
    # at k = 0 the orbitals do not mix and the drain is diagonal: T = 4 sum over orbitals
    zero = np.zeros(1)
    for left, right in (("majority", "majority"), ("majority", "minority")):
        from_left, _ = imperfections._layer_densities(junction, left, right, zero, zero)
        modes = bands._modes(junction, right, zero, zero, zero)
        drain = bands._electrode(junction, right, modes, np.eye(3)[None], zero, zero, zero)[2].imag
        through = 4 * (from_left[0, -1] * -bands.bonds(junction) * np.diag(drain[0])).sum()
        np.testing.assert_allclose(through, bands.transmission(junction, left, right), rtol=1e-9)


def test_a_scatterer_in_the_middle_is_julliere_with_what_the_halves_filter():
    tmr = imperfections.scatterer_tmr
    junction = bands.model_junction(7)
    for keep in (False, True):
        at = tmr(junction, keep, points=12)
        assert at.shape == (7,)
        np.testing.assert_allclose(at, at[::-1], rtol=1e-9)
        assert at[3] > 1.1 * at[0]
    # half of the decay on either side is the square root of T, up to what mixes in the scattering layer itself
    thick, phase = bands.model_junction(9), 2 * np.pi * (np.arange(24) + 0.5) / 24
    pairs = [np.sqrt(bands.transmission(thick, s, s, *np.meshgrid(phase, phase))) for s in ("majority", "minority")]
    product = imperfections.disordered_tmr(pairs, pairs, 0.0, CELL)
    np.testing.assert_allclose(tmr(thick)[4], product, rtol=0.15)
    # without in-plane mixing a minority electron has no s part anywhere
    assert np.isinf(tmr(bands.model_junction(4, mixing=0.0), True, 8)).all()
    # a scatterer that keeps s sees a larger polarisation beside the metal than one that also takes p
    assert tmr(junction, True, 12)[0] > 5 * tmr(junction, False, 12)[0]


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (ValueError, "left", lambda: imperfections._disordered_conductance(np.ones(4), np.ones((4, 4)), 1, 1)),
        (ValueError, "right", lambda: imperfections._disordered_conductance(np.ones((4, 4)), -np.ones((4, 4)), 1, 1)),
        (
            ValueError,
            "same shape",
            lambda: imperfections._disordered_conductance(np.ones((4, 4)), np.ones((3, 3)), 1, 1),
        ),
        (ValueError, "correlation", lambda: imperfections.disordered_tmr(*FACTORS, -1.0, CELL)),
        (ValueError, "lattice", lambda: imperfections.disordered_tmr(*FACTORS, 1.0, 0.0)),
        (TypeError, "lattice", lambda: imperfections.disordered_tmr(*FACTORS, 1.0, [0.2, 0.3])),
        (ValueError, "left", lambda: imperfections.disordered_tmr(1.0, FACTORS[1], 1, 1)),
        (ValueError, "majority and minority", lambda: imperfections.disordered_tmr(FACTORS[0][:1], FACTORS[1], 1, 1)),
        (ValueError, "tmr", lambda: imperfections.spin_flip_tmr(-1.0, 0.1)),
        (ValueError, "flip_fraction", lambda: imperfections.spin_flip_tmr(1.0, 1.1)),
        (ValueError, "gamma_left", lambda: imperfections.breit_wigner(0.0, -1.0, 1.0)),
        (ValueError, "gamma_right", lambda: imperfections.resonant_tmr(0.0, 1.0, 0.0, 0.5, 0.5)),
        (ValueError, "polarisation_left", lambda: imperfections.resonant_tmr(0.0, 1.0, 1.0, 1.0, 0.5)),
        (ValueError, "fraction", lambda: imperfections.two_area_tmr(1.5, 1.0, 1.0)),
        (ValueError, "conductance_ratio", lambda: imperfections.two_area_tmr(0.5, 1.0, 1.0, 0.0)),
        (ValueError, "area_fraction", lambda: imperfections.pinhole_tmr(1.0, 1.0, 10.0)),
        (ValueError, "temperature", lambda: imperfections.crystallised_fraction(1.0, 0.0, 1.0, 1.0)),
        (ValueError, "time", lambda: imperfections.crystallised_fraction(-1.0, 300.0, 1.0, 1.0)),
        (ValueError, "exponent", lambda: imperfections.crystallised_fraction(1.0, 300.0, 1.0, 1.0, 0.0)),
        (ValueError, "points", lambda: imperfections.scatterer_tmr(bands.model_junction(2), points=3)),
        (TypeError, "junction", lambda: imperfections.scatterer_tmr(1.0)),
        (ValueError, "coefficient", lambda: imperfections.bloch_polarisation(0.5, 1000.0, 1e-3)),
        (TypeError, "polarisation", lambda: imperfections.bloch_polarisation("high", 1.0, 1e-3)),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()
