"""Ballistic precession: integration over the wave vector and wave matching against the closed forms, and limits."""

import numpy as np
import pytest
from scipy.integrate import quad

from mtjlib import Barrier, Ferromagnet, Junction, barrier, exact, precession, smatrix, units
from mtjlib.quadrature import pieces

FE = Ferromagnet(4.5, 3.825)
HALF_METAL = Ferromagnet(4.5, 5.5)
MGO = Barrier(1.125, 1.0, 0.4)
NORMAL_INCIDENCE = Barrier(1.0, 1e5)  # so thick that only q = 0 comes through


def wave_numbers(magnet, q):
    k_up = np.sqrt(magnet.fermi_energy / units.HBAR2_2M - q**2)
    k_down = np.sqrt((magnet.fermi_energy - magnet.exchange_splitting) / units.HBAR2_2M - q**2 + 0j)
    return k_up, k_down


def weight_of(barrier, q):
    if barrier is None:
        return 1.0
    left, right = barrier.heights
    kappa = [np.sqrt(barrier.mass * height / units.HBAR2_2M + q**2) for height in (left, right)]
    mean = kappa[0] if left == right else 2 / 3 * (kappa[1] ** 3 - kappa[0] ** 3) / (kappa[1] ** 2 - kappa[0] ** 2)
    return np.exp(-2 * barrier.width * mean)


@pytest.mark.parametrize("magnet", [FE, HALF_METAL, Ferromagnet(6.0, 1.0)])
@pytest.mark.parametrize("barrier", [None, MGO, Barrier(2.5, 0.8, 0.7, 3.5)])
def test_profile_by_integration_over_the_wave_vector(magnet, barrier):
    edges = np.sqrt(
        np.maximum([magnet.fermi_energy - magnet.exchange_splitting, magnet.fermi_energy], 0) / units.HBAR2_2M
    )

    def disk(function):
        total = 0.0
        for a, b in ((0.0, edges[0]), (edges[0], edges[1])):
            total += quad(lambda q: q * weight_of(barrier, q) * function(q), a, b, epsabs=0, epsrel=1e-10, limit=300)[0]
        return total

    norm = disk(lambda q: 1.0)
    x = np.array([0.2, 1.0, 3.0])
    expected = []
    for depth in x:

        def wave(q, depth=depth):
            up, down = wave_numbers(magnet, q)
            return np.exp(1j * (up - np.conj(down)) * depth)

        expected.append((disk(lambda q: wave(q).real) + 1j * disk(lambda q: wave(q).imag)) / norm)
    np.testing.assert_allclose(precession.profile(magnet, x, barrier), expected, atol=2e-9)


def test_profile_starts_with_the_mean_difference_of_wave_numbers():
    """Over the disk, <k> = 2K/3; the evanescent part adds -i<kappa> to k*."""
    k_up, k_down = np.sqrt(4.5 / units.HBAR2_2M), np.sqrt(0.675 / units.HBAR2_2M)
    mean_down = 2 / 3 * (k_down**3 - 1j * (k_up**2 - k_down**2) ** 1.5) / k_up**2
    x = 1e-5
    slope = (precession.profile(FE, x) - 1) / x
    assert slope == pytest.approx(1j * (2 / 3 * k_up - mean_down), rel=1e-3)


def test_profile_limits():
    x = np.linspace(0, 6, 50)
    np.testing.assert_allclose(precession.profile(Ferromagnet(4.5, 0.0), x, MGO), 1, rtol=1e-12)
    assert precession.profile(FE, 0.0) == pytest.approx(1)
    # normal incidence only: an undamped spiral with the period of the book's formula
    spiral = precession.profile(FE, x, NORMAL_INCIDENCE)
    np.testing.assert_allclose(spiral, np.exp(2j * np.pi * x / precession.period(FE)), atol=2e-4)
    # the barrier keeps coherence, the whole Fermi surface loses it, a half metal has none
    thick, thin, none, half = (
        abs(precession.profile(m, 3.0, b))
        for m, b in ((FE, Barrier(1.125, 3, 0.4)), (FE, MGO), (FE, None), (HALF_METAL, MGO))
    )
    assert 1 > thick > thin > none > half
    # evanescent at the rate of the minority wave
    kappa = np.sqrt(1.0 / units.HBAR2_2M)
    decay = abs(precession.profile(HALF_METAL, np.array([1.0, 1.5]), NORMAL_INCIDENCE))
    assert np.log(decay[0] / decay[1]) == pytest.approx(0.5 * kappa, rel=1e-4)


def test_sense_of_the_precession():
    """Pauli matrices: up along m2 = z, injected along m1 = x; the imaginary part is the component along m1 x m2."""
    k_up, k_down = (float(k.real) for k in wave_numbers(FE, 0.0))
    for x in (0.05, 0.2, 0.6):
        psi = np.array([np.exp(1j * k_up * x), np.exp(1j * k_down * x)]) / np.sqrt(2)
        along_x, along_y = (
            (psi.conj() @ np.array(pauli) @ psi).real for pauli in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]])
        )
        assert precession.profile(FE, x, NORMAL_INCIDENCE) == pytest.approx(along_x - 1j * along_y, abs=1e-4)
    assert precession.profile(FE, 0.05, NORMAL_INCIDENCE).imag > 0


def match(magnet, barrier, q, d):
    """Amplitudes of both spins from the four matching conditions, and the spin density they make in the layer."""
    kappa = np.sqrt(barrier.mass * barrier.heights[1] / units.HBAR2_2M + q**2) / barrier.mass
    k_cap = wave_numbers(magnet, q)[0]
    waves = []  # (amplitude, wave number) of the two waves of each spin
    for k in wave_numbers(magnet, q):
        forth, back = np.exp(1j * k * d), np.exp(-1j * k * d)
        # unknowns: reflected into the barrier, forward and backward in F, transmitted
        matrix = np.array(
            [
                [1, -1, -1, 0],
                [kappa, -1j * k, 1j * k, 0],
                [0, forth, back, -1],
                [0, 1j * k * forth, -1j * k * back, -1j * k_cap],
            ]
        )
        _, a, b, _ = np.linalg.solve(matrix, np.array([-1, kappa, 0, 0], complex))
        waves.append([(a, k), (b, -k)])
    # psi_up psi_down* is a sum of four exponentials
    beats = [(a * c.conj(), 1j * (k - kk.conj())) for a, k in waves[0] for c, kk in waves[1]]
    return sum(amplitude * np.expm1(rate * d) / rate for amplitude, rate in beats)


@pytest.mark.parametrize("magnet", [FE, HALF_METAL, Ferromagnet(5.0, 1.5)])
@pytest.mark.parametrize("barrier", [MGO, Barrier(1.5, 1.2, 0.6, 0.9)])
@pytest.mark.parametrize("d", [0.15, 0.8, 2.5])
def test_torque_is_the_exchange_field_acting_on_the_spin_density(magnet, barrier, d):
    r"""T = (k_up^2 - k_down^2)/2i times the integral of psi_up psi_down*, and the difference of squares is Delta."""
    nodes, weights = np.polynomial.legendre.leggauss(60 if d < 1 else 360)
    top, edge = np.sqrt(magnet.fermi_energy / units.HBAR2_2M), magnet.fermi_energy - magnet.exchange_splitting
    edge = np.sqrt(max(edge, 0) / units.HBAR2_2M)
    torque = infinite = 0.0
    for a, b in ((0, edge), (edge, top)):
        t = (nodes + 1) / 2
        q = a + (b - a) * np.sin(np.pi * t / 2) ** 2
        dq = (b - a) * weights / 2 * np.pi / 2 * np.sin(np.pi * t)
        for qi, wi in zip(q, dq * q * weight_of(barrier, q), strict=True):
            k_up, k_down = wave_numbers(magnet, qi)
            kappa = np.sqrt(barrier.mass * barrier.heights[1] / units.HBAR2_2M + qi**2) / barrier.mass
            amplitudes = [2 * kappa / (kappa - 1j * k) for k in (k_up, k_down)]
            torque += wi * magnet.exchange_splitting / units.HBAR2_2M / 2j * match(magnet, barrier, qi, d)
            infinite += wi * (k_up + k_down.conj()) / 2 * amplitudes[0] * amplitudes[1].conj()
    assert precession.torque(magnet, d, barrier) == pytest.approx(torque / infinite, rel=1e-7 if d < 1 else 1e-6)


def graded_torque(magnet, barrier, d):
    """The docstring's integral over real in-plane energies, on pieces that resolve every resonance by brute force."""
    top = magnet.fermi_energy
    edge = max(top - magnet.exchange_splitting, 0.0)
    shares = np.linspace(0, 1, int(20 + 6 * d * np.sqrt(top / units.HBAR2_2M)))
    grid = np.geomspace(1e-12, 1, 40) * top
    edges = [grid, top - grid, edge + grid, edge - grid, edge * (1 - shares**2), edge + (top - edge) * shares**2]
    edges = np.unique(np.concatenate([[0.0, edge, top], *edges]))
    edges = edges[(edges >= 0) & (edges <= top)]
    x, w = np.polynomial.legendre.leggauss(12)
    energy = ((edges[1:] + edges[:-1])[:, None] / 2 + np.diff(edges)[:, None] / 2 * x).ravel()
    q = np.sqrt(energy / units.HBAR2_2M)
    weight = (np.diff(edges)[:, None] / 2 * w).ravel() * weight_of(barrier, q) / weight_of(barrier, 0.0)
    up, down = wave_numbers(magnet, q)
    decay = np.sqrt(barrier.mass * barrier.heights[1] / units.HBAR2_2M + q**2) / barrier.mass
    # cap: psi = exp(i up (x - d)); followed back through the layer, times exp(i down d) against overflow
    turn = np.exp(2j * down * d)
    at_0 = (1 + turn) / 2 + 1j * up * (1 - turn) / (2j * down)
    slope_0 = 1j * up * (1 + turn) / 2 + 1j * down * (1 - turn) / 2
    minority_0 = 2 * decay / (decay - slope_0 / at_0)
    minority_d = minority_0 * np.exp(1j * down * d) / at_0
    majority = 2 * decay / (decay - 1j * up)
    entering = (1j * up * majority * minority_0.conj() - majority * (minority_0 * slope_0 / at_0).conj()) / 2j
    leaving = up * majority * np.exp(1j * up * d) * minority_d.conj()
    infinite = (up + down.conj()) / 2 * majority * (2 * decay / (decay - 1j * down)).conj()
    return (weight * (entering - leaving)).sum() / (weight * infinite).sum()


@pytest.mark.parametrize("seed", range(20))
def test_torque_to_six_digits(seed):
    """Thin barriers let slow minority waves through, which resonate in a thick layer."""
    rng = np.random.default_rng(seed)

    def log(a, b):
        return 10 ** rng.uniform(np.log10(a), np.log10(b))

    energy = log(0.1, 10)
    magnet = Ferromagnet(energy, energy * rng.choice([log(1e-3, 1), 1.0, 1 - log(1e-6, 0.1), log(1, 3)]))
    barrier = Barrier(log(0.1, 5), log(0.05, 10), log(0.05, 5), rng.choice([None, log(0.1, 5)]))
    d = rng.choice([20.0, rng.uniform(5, 20), log(0.05, 5)])
    assert precession.torque(magnet, d, barrier) == pytest.approx(graded_torque(magnet, barrier, d), rel=1e-6, abs=0)


@pytest.mark.parametrize("magnet", [Ferromagnet(4.5, 2.0), Ferromagnet(3.0, 4.0)])
def test_error_falls_a_thousandfold_with_twice_the_nodes(magnet, monkeypatch):
    """Both rules, on the real axis and on the arc, with 8 and 16 nodes per piece against 64."""
    box = Barrier(1.1, 1.0, 0.5)
    for observable in (
        lambda: precession.profile(magnet, [0.3, 2.0, 5.0], box),
        lambda: precession.torque(magnet, [0.2, 0.5], box),
    ):
        coarse, fine, exact = [], [], []
        for n, result in ((8, coarse), (16, fine), (64, exact)):
            monkeypatch.setattr(precession, "pieces", lambda edges, _, n=n: pieces(edges, n))
            result[:] = observable()
        errors = [np.abs(np.subtract(result, exact)).max() for result in (coarse, fine)]
        assert errors[0] < 0.05 * np.abs(exact).max()
        assert errors[1] < 1e-3 * errors[0]


def test_sharpest_resonance_found():
    magnet = Ferromagnet(1.169449830760734, 0.39302015597107903)
    barrier = Barrier(2.479106785688085, 0.09378514509059406, 1.1023623473365178)
    d = 15.626849932169057
    assert precession.torque(magnet, d, barrier) == pytest.approx(graded_torque(magnet, barrier, d), rel=1e-6, abs=0)


def test_torque_limits():
    d = np.linspace(0.1, 8, 300)
    np.testing.assert_allclose(precession.torque(Ferromagnet(4.5, 0.0), d, MGO), 0, atol=1e-13)
    np.testing.assert_allclose(precession.torque(HALF_METAL, [3.0, 8.0, 20.0], MGO), 1, atol=2e-3)
    assert abs(precession.torque(FE, 1e-6, MGO)) < 1e-4
    # a weak ferromagnet reflects nothing: 1 - exp(i dk d) at normal incidence
    weak = Ferromagnet(4.5, 0.05)
    expected = 1 - np.exp(2j * np.pi * d / precession.period(weak))
    np.testing.assert_allclose(precession.torque(weak, d, NORMAL_INCIDENCE), expected, atol=0.02)


def test_averaging_over_the_wave_vector_does_not_remove_the_beating():
    d = np.linspace(4, 8, 400)
    torque = precession.torque(FE, d, MGO)
    assert np.ptp(torque.real) > 0.3
    # and its main period is that of the precession, a little stretched by oblique incidence
    spectrum = abs(np.fft.rfft((torque.real - torque.real.mean()) * np.hanning(400), 8192))
    frequency = np.fft.rfftfreq(8192, d[1] - d[0])[spectrum.argmax()]
    assert 1 / frequency == pytest.approx(precession.period(FE), rel=0.15)


# Behind a polarising junction

OTHER = Ferromagnet(4.2, 2.0)
JUNCTIONS = [
    Junction(FE, MGO, FE),
    Junction(OTHER, Barrier(1.5, 0.6, 0.6, 0.9), FE),
    Junction(FE, Barrier(0.8, 0.25, 0.4), OTHER, 0.35),
    Junction(FE, Barrier(0.5, 0.8, 1.3), HALF_METAL),
    Junction(HALF_METAL, MGO, Ferromagnet(2.5, 0.4)),  # the right magnet closes first
]


def disk_of(junction, parts=600):
    """In-plane energies and weights over the left Fermi disk, graded to every band edge, fine where N resonates."""
    left, right = junction.left, junction.right
    edges = [0.0, left.fermi_energy - left.exchange_splitting, left.fermi_energy]
    edges += [right.fermi_energy - right.exchange_splitting, right.fermi_energy]
    grid = np.geomspace(1e-9, 1, 120) * left.fermi_energy
    around = [np.linspace(0, left.fermi_energy, parts if junction.spacer else 2)]
    around += [side for edge in edges for side in (edge - grid, [edge], edge + grid)]
    return pieces(np.unique(np.clip(np.concatenate(around), 0, left.fermi_energy)), 10)


@pytest.mark.parametrize("junction", JUNCTIONS)
@pytest.mark.parametrize("angle", [0.0, 0.6, np.pi / 2, np.pi])
def test_a_thick_magnet_feels_the_torkance_of_exact_scattering(junction, angle):
    """In plane all of it; out of plane the share of the left electrode's states at the Fermi level."""
    angle = angle if junction.spacer == 0 else np.clip(angle, 0.7, 2.4)
    thick = precession.torque_behind(junction, np.inf, angle=angle)
    assert thick.real == pytest.approx(exact.torkance_in_plane(junction, angle=angle), rel=3e-6, abs=0)
    w, weight = disk_of(junction, 6000)
    normal = exact.spectral_currents(junction, 0.0, w, 0.0, angle)[0].normal @ weight
    per_area = 1e18 / (4 * np.pi * units.HBAR2_2M)
    assert thick.imag == pytest.approx(-units.E_CHARGE * per_area / (4 * np.pi) * normal, abs=3e-6 * abs(thick))


@pytest.mark.parametrize("junction", JUNCTIONS)
@pytest.mark.parametrize(("d", "angle"), [(0.4, 1.1), (2.5, 2.4)])
def test_a_finite_magnet_by_putting_its_layers_together(junction, d, angle):
    """F2 as a layer of its own between barrier and cap: spin current in front of it minus spin current behind it."""
    w, weight = disk_of(junction)
    first, box, _ = smatrix.layers(junction, 0.0, w, 0.0, angle)
    right = junction.right
    k_up, k_down = (
        np.sqrt((right.fermi_energy - lift - w) / units.HBAR2_2M + 0j) for lift in (0.0, right.exchange_splitting)
    )
    back = 1j * barrier.kappa(junction.barrier, junction.barrier.width, 0.0, w, 0.0) / junction.barrier.mass
    half = angle / 2
    turn = np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])
    flight = turn @ (np.exp(1j * np.stack([k_up, k_down], -1) * d)[..., None] * np.eye(2)) @ turn.T
    layer = smatrix.SMatrix(0 * flight, flight, flight, 0 * flight)
    second = smatrix.concatenate(smatrix.step((back, back), (k_up, k_down), angle), layer)
    second = smatrix.concatenate(second, smatrix.step((k_up, k_down), (k_up, k_up), angle))
    waves = smatrix.all_orders(first, box, second)
    entering = smatrix.currents(waves, junction, 0.0, w, 0.0, angle)[0].spin
    is_open = [junction.left.fermi_energy - lift > w for lift in (0.0, junction.left.exchange_splitting)]
    amplitude = second.t @ waves.ca * np.stack(is_open, -1)[:, None, :] * (k_up.real > 0)[:, None, None]
    density = amplitude @ np.swapaxes(amplitude.conj(), -1, -2)
    leaving = np.array(
        [2 * density[:, 0, 1].real, -2 * density[:, 0, 1].imag, (density[:, 0, 0] - density[:, 1, 1]).real]
    )
    x, y, z = (entering - leaving) @ weight
    # m2 × (m1 × m2) = sin θ (-cos θ, 0, sin θ), m1 × m2 = sin θ (0, 1, 0)
    lost = (z * np.sin(angle) - x * np.cos(angle) + 1j * y) / np.sin(angle)
    per_area = 1e18 / (4 * np.pi * units.HBAR2_2M)
    expected = -units.E_CHARGE * per_area / (4 * np.pi) * lost
    assert precession.torque_behind(junction, d, angle=angle) == pytest.approx(expected, rel=5e-6)


def test_the_exchange_field_turns_the_spin_density_behind_a_junction_into_the_torque():
    """dT/dx = -iΔ/2 ds/dV, in a half metal, where the density ends before the grid does."""
    junction = JUNCTIONS[3]
    x, weight = pieces(np.linspace(0, 6, 25), 24)
    torque = -0.5j * HALF_METAL.exchange_splitting * units.E_CHARGE * 1e18
    torque *= precession.profile_behind(junction, x, angle=0.9) @ weight
    assert torque == pytest.approx(precession.torque_behind(junction, np.inf, angle=0.9), rel=1e-5)


def test_behind_a_thick_barrier_and_a_weakly_polarising_interface_the_torque_is_the_simple_one():
    """The left interface only weighs q, by less the thicker the barrier: the difference falls at least as 1/width."""
    errors = []
    source = Ferromagnet(400.0, 200.0)
    for width in (3.0, 6.0, 12.0):
        junction = Junction(source, Barrier(1.125, width, 1.0), FE)
        d = np.array([0.3, 0.7, 1.5])
        behind = precession.torque_behind(junction, d) / precession.torque_behind(junction, np.inf)
        errors.append(np.abs(behind - precession.torque(FE, d, junction.barrier)).max())
    assert errors[0] < 0.05
    assert (np.divide(errors[:-1], errors[1:]) > 1.9).all()


def test_limits_behind_a_junction():
    normal = Ferromagnet(4.5, 0.0)
    assert abs(precession.torque_behind(Junction(normal, MGO, FE), 1.0)) == 0  # nothing polarises
    assert abs(precession.profile_behind(Junction(normal, MGO, FE), 1.0)) == 0
    unsplit = precession.profile_behind(Junction(FE, MGO, normal), [0.0, 1.0, 7.0])  # nothing precesses
    np.testing.assert_allclose(unsplit, unsplit[0], rtol=1e-6)
    assert abs(unsplit[0].imag) < 1e-9 * -unsplit[0].real
    torque = [precession.torque_behind(Junction(FE, MGO, normal), d) for d in (1.0, np.inf)]
    assert abs(torque[0]) < 1e-6 * abs(torque[1])  # what is not turned leaves again
    # many periods behind a metal's interface: the torque comes back to that of a thick magnet like 1/d
    d = np.linspace(15, 20, 101)
    far = precession.torque_behind(JUNCTIONS[0], d)
    thick = precession.torque_behind(JUNCTIONS[0], np.inf)
    assert abs(far.mean() - thick) < 0.05 * abs(thick) < abs(far - thick).max() * 0.5


def test_to_leading_order_the_coefficients_behind_a_junction_do_not_depend_on_the_angle():
    junction = Junction(FE, Barrier(1.125, 2.5, 1.0), OTHER)
    for function in (precession.profile_behind, precession.torque_behind):
        values = [function(junction, 0.8, angle=angle) for angle in (0.0, 1.0, np.pi)]
        np.testing.assert_allclose(values, values[0], rtol=1e-5)


def test_shapes_behind_a_junction():
    """More depths than are integrated at once, in any shape, each as if alone."""
    depths = np.linspace(0.1, 3.0, precession._CHUNK + 2).reshape(2, 1, -1)
    for function in (precession.profile_behind, precession.torque_behind):
        together = function(JUNCTIONS[0], depths)
        assert together.shape == depths.shape
        for i in (0, -1):
            assert together.flat[i] == pytest.approx(function(JUNCTIONS[0], depths.flat[i]), rel=1e-5)
        assert np.shape(function(JUNCTIONS[0], 1.0)) == ()


def test_many_depths_need_little_memory():
    import tracemalloc

    for function in (lambda x: precession.profile(FE, x, MGO), lambda x: precession.torque(FE, x, MGO)):
        x = np.linspace(0.01, 20, 3000)
        tracemalloc.start()
        together = function(x)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3e7
        np.testing.assert_allclose(together[[0, 64, 2999]], function(x[[0, 64, 2999]]), rtol=1e-6)


def test_shapes():
    assert isinstance(precession.profile(FE, 1.0), complex)
    assert isinstance(precession.torque(FE, 1.0, MGO), complex)
    assert precession.profile(FE, np.ones((2, 3))).shape == (2, 3)
    assert precession.torque(FE, np.ones((2, 3)), MGO).shape == (2, 3)
    assert precession.profile(FE, []).shape == precession.torque(FE, [], MGO).shape == (0,)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: precession.profile(FE, 20.1), ValueError, "x must lie in"),
        (lambda: precession.profile("Fe", 1.0), TypeError, "magnet must be a Ferromagnet"),
        (lambda: precession.profile(FE, 1.0, FE), TypeError, "barrier must be a Barrier"),
        (lambda: precession.torque(FE, 0.0, MGO), ValueError, "thickness must lie in"),
        (lambda: precession.torque(FE, 1.0, None), TypeError, "barrier must be a Barrier"),
        (lambda: precession.profile_behind(FE, 1.0), TypeError, "junction must be a Junction"),
        (lambda: precession.profile_behind(JUNCTIONS[0], -1.0), ValueError, "x must lie in"),
        (lambda: precession.torque_behind(JUNCTIONS[0], 21.0), ValueError, "thickness must lie in"),
        (lambda: precession.torque_behind(JUNCTIONS[0], 0.0), ValueError, "thickness must lie in"),
        (lambda: precession.torque_behind(JUNCTIONS[0], 1.0, angle=[1, 2]), TypeError, "angle must be a single"),
        (lambda: precession.torque_behind(JUNCTIONS[2], 1.0, angle=np.pi), ValueError, "angle must not be 0 or π"),
        (lambda: precession.period(HALF_METAL), ValueError, "for a period"),
        (lambda: precession.period(Ferromagnet(1.0, 0.0)), ValueError, "for a period"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
