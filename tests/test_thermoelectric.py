"""Thermoelectricity: Sommerfeld, Mott, Wiedemann and Franz, exact moments, and the junction by direct integration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from mtjlib import Barrier, Ferromagnet, Junction, exact, thermoelectric, units
from mtjlib.barrier import rectangular_transmission
from mtjlib.materials import FE_MGO_FE
from mtjlib.quadrature import pieces
from mtjlib.thermoelectric import lorenz_number, magneto_seebeck_ratio, onsager, seebeck, tunnel_transmission

KT = units.K_B * 300.0
WIEDEMANN_FRANZ = np.pi**2 / 3 * units.K_B**2
# different electrodes, mass and width, so that no swapped index passes
UNEQUAL = Junction(Ferromagnet(3.0, 1.2), Barrier(1.5, 0.7, 0.6), Ferromagnet(5.0, 3.5))


def test_moments_of_powers():
    """Even moments of -df/dE: 1, pi^2/3, 7 pi^4/15 (kT)^n; the odd ones vanish."""
    second, fourth = np.pi**2 / 3, 7 * np.pi**4 / 15
    for order, power, value in ((0, 0, 1.0), (0, 2, second), (2, 0, second), (0, 4, fourth), (2, 2, fourth)):
        moment = onsager(lambda e, p=power: e**p, 300.0, order)
        assert moment == pytest.approx(value * KT ** (order + power), rel=1e-12, abs=0)
    assert onsager(lambda e: 3 + e, 300.0, 1) == pytest.approx(second * KT**2, rel=1e-12, abs=0)
    assert onsager(lambda e: 1 + e**2, 300.0, 1) == pytest.approx(0, abs=1e-17)


def test_exponential_transmission_in_closed_form():
    """T = exp(bE): L_0 = x/sin x with x = pi b kT, and L_n its derivatives in b."""
    b = 12.0
    x = np.pi * b * KT
    log_slope = np.pi * KT * (1 / x - 1 / np.tan(x))
    assert onsager(lambda e: np.exp(b * e), 300.0, 0) == pytest.approx(x / np.sin(x), rel=1e-9, abs=0)
    assert seebeck(lambda e: np.exp(b * e), 300.0) == pytest.approx(-log_slope / 300.0, rel=1e-9, abs=0)
    # variance of the energy: second derivative of ln L_0
    variance = (np.pi * KT) ** 2 * (1 / np.sin(x) ** 2 - 1 / x**2)
    assert lorenz_number(lambda e: np.exp(b * e), 300.0) == pytest.approx(variance / 300.0**2, rel=1e-8, abs=0)


def test_mott_and_wiedemann_franz_in_the_cold():
    def transmission(e):
        return 0.2 + np.tanh(e / 0.3 - 0.4) ** 2

    step = 1e-5
    slope = (np.log(transmission(step)) - np.log(transmission(-step))) / (2 * step)
    cold = np.array([0.5, 5.0, 20.0])
    np.testing.assert_allclose(seebeck(transmission, cold), -WIEDEMANN_FRANZ * cold * slope, rtol=2e-3)
    np.testing.assert_allclose(lorenz_number(transmission, cold), WIEDEMANN_FRANZ, rtol=1e-3)
    # the same holds for a junction, and fails when it is warm
    junction_slope = np.log(tunnel_transmission(FE_MGO_FE, step) / tunnel_transmission(FE_MGO_FE, -step)) / (2 * step)
    mott = -WIEDEMANN_FRANZ * junction_slope
    ratio = seebeck(lambda e: tunnel_transmission(FE_MGO_FE, e), np.array([3.0, 600.0])) / np.array([3.0, 600.0]) / mott
    assert ratio[0] == pytest.approx(1, abs=1e-4)
    assert abs(ratio[1] - 1) > 0.01


def test_step_and_narrow_line():
    """A step at E0: S = -(1/eT) <E>, with ln in closed form; a line at E0: S = -E0/eT and no heat without current."""
    e0 = 0.05

    def fermi(e):
        return 1 / (1 + np.exp(e / KT))

    f0 = fermi(e0)
    l0, l1 = f0, e0 * f0 - KT * np.log1p(-f0)
    step = seebeck(lambda e: (e > e0) * 1.0, 300.0, edges=[e0])
    assert step == pytest.approx(-l1 / l0 / 300.0, rel=1e-9, abs=0)
    width = 1e-5

    def line(e):
        return np.exp(-(((e - e0) / width) ** 2))

    edges = e0 + width * np.array([-6.0, -2.0, 0.0, 2.0, 6.0])
    assert seebeck(line, 300.0, edges) == pytest.approx(-e0 / 300.0, rel=1e-6, abs=0)
    assert lorenz_number(line, 300.0, edges) < 1e-6 * WIEDEMANN_FRANZ


def test_mirrored_transmission_reverses_the_seebeck_coefficient():
    one = seebeck(lambda e: tunnel_transmission(UNEQUAL, e), 250.0)
    other = seebeck(lambda e: tunnel_transmission(UNEQUAL, -e), 250.0)
    assert other == pytest.approx(-one, rel=1e-12, abs=0)
    assert one < 0  # a barrier favours electrons above the Fermi level


def test_ratio():
    assert magneto_seebeck_ratio(-60.0, -50.0) == pytest.approx(-0.2)
    assert magneto_seebeck_ratio(10.0, -5.0) == pytest.approx(3.0)
    assert magneto_seebeck_ratio(0.0, 0.0) == 0.0
    assert magneto_seebeck_ratio([1.0, 0.0], 0.0).tolist() == [np.inf, 0.0]
    assert magneto_seebeck_ratio(0.0, 1.0) == -np.inf


def one_spin(barrier, first, second, energy):
    """Four matching conditions at two faces, integrated over q: the second method for `tunnel_transmission`."""

    def probability(q):
        k1, k2 = (np.sqrt(e / units.HBAR2_2M - q**2) for e in (first + energy, second + energy))
        kappa = np.sqrt(barrier.mass * (barrier.height - energy) / units.HBAR2_2M + q**2 + 0j)
        d, slope = barrier.width, kappa / barrier.mass
        matrix = np.array(
            [
                [1, -1, -1, 0],
                [-1j * k1, -slope, slope, 0],
                [0, np.exp(kappa * d), np.exp(-kappa * d), -1],
                [0, slope * np.exp(kappa * d), -slope * np.exp(-kappa * d), -1j * k2],
            ]
        )
        t = np.linalg.solve(matrix, np.array([-1, -1j * k1, 0, 0]))[3]
        return k2 / k1 * abs(t) ** 2

    q_max = np.sqrt(max(min(first, second) + energy, 0) / units.HBAR2_2M)
    return quad(lambda q: q / (2 * np.pi) * probability(q), 0, q_max, epsrel=1e-9, limit=200)[0]


@pytest.mark.parametrize("junction", [FE_MGO_FE, UNEQUAL])
@pytest.mark.parametrize("energy", [-0.6, 0.0, 0.4, 2.5])
def test_transmission_by_matching(junction, energy):
    left = junction.left.fermi_energy, junction.left.fermi_energy - junction.left.exchange_splitting
    right = junction.right.fermi_energy, junction.right.fermi_energy - junction.right.exchange_splitting
    for parallel in (True, False):
        spins = zip(left, right if parallel else right[::-1], strict=True)
        expected = sum(one_spin(junction.barrier, a, b, energy) for a, b in spins)
        assert tunnel_transmission(junction, energy, parallel) == pytest.approx(expected, rel=1e-6, abs=0)


def graded_transmission(junction, energy, parallel):
    """Brute force over the in-plane energy: pieces that shrink towards both ends, the barrier's edge and resonances."""
    barrier, total = junction.barrier, 0.0
    above = max(barrier.mass * (energy - barrier.height), 0.0)
    phases = np.arange(0, np.sqrt(above / units.HBAR2_2M) * barrier.width, np.pi / 8)
    for majority in (True, False):
        first = junction.left.fermi_energy - (0 if majority else junction.left.exchange_splitting) + energy
        second = (
            junction.right.fermi_energy - (0 if majority == parallel else junction.right.exchange_splitting) + energy
        )
        top = min(first, second)
        if top <= 0:
            continue
        grid = np.geomspace(1e-12, 1, 40) * top
        tail = above + units.HBAR2_2M * np.linspace(0, 2000, 400) / barrier.width**2
        edges = [grid, top - grid, above + grid, above - grid, tail, np.linspace(0, top, 40)]
        edges = np.concatenate([*edges, above - units.HBAR2_2M * (phases / barrier.width) ** 2])
        edges = np.unique(np.concatenate([[0.0, top], edges[(edges > 0) & (edges < top)]]))
        x, w = np.polynomial.legendre.leggauss(12)
        q2 = (edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * x
        k1, k2 = (np.sqrt((e - q2) / units.HBAR2_2M) for e in (first, second))
        kappa = np.sqrt((barrier.mass * (barrier.height - energy) + q2) / units.HBAR2_2M + 0j)
        kd = kappa * barrier.width
        with np.errstate(over="ignore", invalid="ignore"):
            forward = (k1 + k2) * np.cosh(kd) + 1j * (kappa / barrier.mass - barrier.mass * k1 * k2 / kappa) * np.sinh(
                kd
            )
            through = np.where(kd.real < 300, 4 * k1 * k2 / abs(forward) ** 2, 0.0)
        total += (np.diff(edges)[:, None] / 2 * w * through).sum() / (4 * np.pi * units.HBAR2_2M)
    return total


@pytest.mark.parametrize("seed", range(40))
def test_transmission_to_six_digits_below_and_above_the_barrier(seed):
    """Heavy and wide barriers hold resonances above their edge, much narrower than the disk of open channels."""
    rng = np.random.default_rng(seed)

    def log(a, b):
        return 10 ** rng.uniform(np.log10(a), np.log10(b))

    left, barrier = Ferromagnet(log(0.1, 10), log(1e-2, 12)), Barrier(log(0.1, 5), log(0.05, 10), log(0.05, 5))
    right = left if seed % 2 else Ferromagnet(log(0.1, 10), log(1e-2, 12))
    most = min(1.0, (45 / barrier.width) ** 2 * units.HBAR2_2M / barrier.mass)  # 45 radians across the barrier
    energy = rng.choice([0.0, rng.uniform(-0.1, 0.1), barrier.height + rng.uniform(0, most)])
    for parallel in (True, False):
        got = tunnel_transmission(Junction(left, barrier, right), energy, parallel)
        expected = graded_transmission(Junction(left, barrier, right), energy, parallel)
        assert got == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("temperature", [3.0, 300.0, 1200.0])
def test_kinks_and_steps_need_no_edges(temperature):
    """Band edges near the Fermi level: L_0, L_1 and the Lorenz number of (E - E0)^p by direct integration."""
    kt = units.K_B * temperature
    for start, power in ((-1.7, 0.5), (0.6, 0.0), (4.0, 1.5), (-12.0, 0.5)):

        def transmission(e, start=start, power=power):
            return np.where(e > start * kt, np.abs(e / kt - start) ** power, 0.0)

        # x = start + y²: no root is left
        moments = [
            quad(
                lambda y, n=n, start=start, power=power: (
                    (start + y * y) ** n * 2 * y ** (2 * power + 1) / (4 * np.cosh((start + y * y) / 2) ** 2)
                ),
                0,
                9,
                epsabs=0,
                epsrel=1e-11,
            )[0]
            for n in range(3)
        ]
        mean = moments[1] / moments[0]
        assert onsager(transmission, temperature, 0) == pytest.approx(moments[0], rel=1e-6, abs=0)
        assert seebeck(transmission, temperature) == pytest.approx(-units.K_B * mean, rel=1e-6, abs=0)
        assert onsager(transmission, temperature, 2) == pytest.approx(moments[2] * kt**2, rel=1e-6, abs=0)
        lorenz = lorenz_number(transmission, temperature)
        assert lorenz == pytest.approx(units.K_B**2 * (moments[2] / moments[0] - mean**2), rel=1e-6, abs=0)


def test_electrons_over_a_high_barrier_are_not_cut_off():
    """A step at 100 kT: what little current there is flows up there, S = -(100 + 1) k/e and L_2 its spread of (kT)²."""
    step = seebeck(lambda e: np.where(e > 100 * KT, 1.0, 0.0) + 1e-60, 300.0)
    assert step == pytest.approx(-101 * units.K_B, rel=1e-6, abs=0)
    lorenz = lorenz_number(lambda e: np.where(e > 100 * KT, 1.0, 0.0) + 1e-60, 300.0)
    assert lorenz == pytest.approx(units.K_B**2, rel=1e-6, abs=0)


def test_what_cannot_be_resolved_is_refused():
    with pytest.raises(ValueError, match="transmission must be smooth between the edges"):
        seebeck(lambda e: 1 + np.sin(1e9 * e / KT), 300.0)


@pytest.mark.parametrize("junction", [UNEQUAL, Junction(UNEQUAL.left, Barrier(0.5, 2.0, 0.6), UNEQUAL.right)])
def test_error_falls_a_thousandfold_with_twice_the_nodes(junction, monkeypatch):
    """8 and 16 nodes per piece against 64, below the barrier and above it; the moments watch their own convergence."""
    energy = np.array([-0.6, 0.0, 0.6, 1.0, 2.4])
    results = []
    for n in (8, 16, 64):
        monkeypatch.setattr(thermoelectric, "pieces", lambda edges, _, n=n: pieces(edges, n))
        results.append(tunnel_transmission(junction, energy))
    coarse, fine = (np.abs(result / results[-1] - 1).max() for result in results[:2])
    assert coarse < 1e-2
    assert fine < 1e-3 * coarse


def test_averaging_over_the_phase_sets_in_without_a_jump():
    """Around 32, 33, 63 and 64 quarter waves across the barrier, where break points and the mean come and go."""
    wide = Junction(Ferromagnet(0.24, 1.2), Barrier(0.2, 4.0, 0.8), Ferromagnet(8.4, 0.1))
    for quarters in (32, 33, 63, 64, 65):
        energy = 0.2 + units.HBAR2_2M / 0.8 * (quarters * np.pi / 2 / 4.0) ** 2
        below, above = (tunnel_transmission(wide, energy * (1 + shift)) for shift in (-1e-12, 1e-12))
        assert above == pytest.approx(below, rel=1e-10, abs=0)


def test_transmission_limits():
    same = Junction(Ferromagnet(4.0, 0.0), Barrier(1.0, 1.2), Ferromagnet(4.0, 0.0))
    # no splitting: P = AP, and with equal masses only the energy across the barrier decides
    across = quad(lambda e: rectangular_transmission(Barrier(5.0 - e, 1.2), e), 0, 4.0, epsrel=1e-10)[0]
    expected = 2 * across / (4 * np.pi * units.HBAR2_2M)
    assert tunnel_transmission(same, 0.0, True) == pytest.approx(expected, rel=1e-8, abs=0)
    assert tunnel_transmission(same, 0.0, False) == pytest.approx(expected, rel=1e-8, abs=0)
    # half metals: no antiparallel transmission below the minority band
    half = Junction(Ferromagnet(2.0, 3.0), Barrier(1.0, 1.0), Ferromagnet(2.0, 3.0))
    assert tunnel_transmission(half, 0.5, False) == 0
    assert tunnel_transmission(half, 0.5, True) > 0
    assert tunnel_transmission(half, -2.5, True) == 0
    # no barrier at all (an electron far above a thin one): every open channel
    thin = Junction(Ferromagnet(4.0, 0.0), Barrier(1e-6, 1e-6), Ferromagnet(4.0, 0.0))
    assert tunnel_transmission(thin, 0.0) == pytest.approx(2 * 4.0 / (4 * np.pi * units.HBAR2_2M), rel=1e-9, abs=0)


def test_seebeck_and_resistance_change_differently():
    states = [lambda e, p=p: tunnel_transmission(FE_MGO_FE, e, p) for p in (True, False)]
    conductance = [onsager(state, 300.0, 0) for state in states]
    tms = magneto_seebeck_ratio(*(seebeck(state, 300.0) for state in states))
    tmr = conductance[0] / conductance[1] - 1
    assert tmr > 0.05
    assert abs(tms / tmr - 1) > 0.05
    # a T(E) that is twice as large everywhere has TMR but no TMS
    twice = seebeck(lambda e: 2 * states[0](e), 300.0)
    assert magneto_seebeck_ratio(twice, seebeck(states[0], 300.0)) == pytest.approx(0.0, abs=1e-12)


def test_cold_conductance_is_that_of_the_exact_solver():
    """G = (e^2/h) L_0, against the junction's own module, in both collinear states."""
    for junction in (FE_MGO_FE, UNEQUAL):
        for parallel, angle in ((True, 0.0), (False, np.pi)):
            cold = onsager(lambda e, j=junction, p=parallel: tunnel_transmission(j, e, p), 0.01, 0)
            expected = exact.conductance(junction, angle)
            assert units.CONDUCTANCE_QUANTUM * cold * 1e18 == pytest.approx(expected, rel=1e-8, abs=0)


energies = st.floats(0.1, 8)
splittings = st.floats(0, 8)
barriers = st.builds(Barrier, st.floats(0.1, 5), st.floats(0.1, 100), st.floats(0.1, 3))


@settings(max_examples=30, deadline=None)
@given(energies, splittings, energies, splittings, barriers)
def test_any_junction_is_finite(e1, d1, e2, d2, barrier):
    junction = Junction(Ferromagnet(e1, d1), barrier, Ferromagnet(e2, d2))
    energy = np.array([-2.0, 0.0, 0.3, barrier.height, 6.0])
    for parallel in (True, False):
        value = tunnel_transmission(junction, energy, parallel)
        assert np.isfinite(value).all()
        assert (value >= 0).all()
        open_channels = sum(
            np.maximum(np.minimum(a, b) + energy, 0)
            for a, b in ((e1, e2 if parallel else e2 - d2), (e1 - d1, e2 - d2 if parallel else e2))
        ) / (4 * np.pi * units.HBAR2_2M)
        assert (value <= open_channels * (1 + 1e-9)).all()


@settings(max_examples=4, deadline=None)
@given(energies, splittings, energies, splittings, barriers)
def test_any_hot_junction_is_finite(e1, d1, e2, d2, barrier):
    junction = Junction(Ferromagnet(e1, d1), barrier, Ferromagnet(e2, d2))
    hot = lorenz_number(lambda e: 1e-30 + tunnel_transmission(junction, e), np.array([10.0, 1000.0]))
    assert np.isfinite(hot).all()
    assert (hot > 0).all()


def test_shapes():
    temperature = np.array([[100.0], [300.0]])
    assert seebeck(lambda e: 1 + e**2, temperature).shape == (2, 1)
    assert isinstance(seebeck(lambda e: 1 + e**2, 300.0), float)
    assert isinstance(onsager(lambda e: 1.0, 300.0, 1), float)
    assert onsager(lambda e: np.ones_like(e), [], 0).shape == (0,)
    assert tunnel_transmission(FE_MGO_FE, temperature / 1e4).shape == (2, 1)
    assert isinstance(tunnel_transmission(FE_MGO_FE, 0.0), float)
    assert tunnel_transmission(FE_MGO_FE, []).shape == (0,)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: onsager(1.0, 300.0, 0), TypeError, "transmission must be a function"),
        (lambda: onsager(lambda e: e, 300.0, 0), ValueError, r"transmission\(energy\) must lie in"),
        (lambda: onsager(lambda e: e * np.nan, 300.0, 0), ValueError, r"transmission\(energy\) must lie in"),
        (lambda: onsager(lambda e: 1.0, 0.0, 0), ValueError, "temperature must lie in"),
        (lambda: onsager(lambda e: 1.0, 300.0, 3), ValueError, "order must be"),
        (lambda: onsager(lambda e: 1.0, 300.0, 0, edges=[np.inf]), ValueError, "edges must lie in"),
        (lambda: seebeck(lambda e: 0.0, 300.0), ValueError, "must not vanish"),
        (lambda: lorenz_number(lambda e: 0.0, 300.0), ValueError, "must not vanish"),
        (lambda: magneto_seebeck_ratio("1", 1.0), TypeError, "parallel must be a real number"),
        (lambda: tunnel_transmission("junction", 0.0), TypeError, "junction must be a Junction"),
        (lambda: tunnel_transmission(FE_MGO_FE, np.nan), ValueError, "excess must lie in"),
        (lambda: tunnel_transmission(FE_MGO_FE, 0.0, "P"), TypeError, "parallel must be True or False"),
        (
            lambda: tunnel_transmission(Junction(UNEQUAL.left, Barrier(1.0, 1.0, 1.0, 2.0), UNEQUAL.right), 0.0),
            ValueError,
            "rectangular barrier and no spacer",
        ),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
