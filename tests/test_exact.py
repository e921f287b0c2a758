import inspect
import json
import pathlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from mtjlib import _occupied, _scattering, exact, transport, units
from mtjlib.junction import Barrier, Ferromagnet, Junction
from mtjlib.quadrature import NotSettled, adaptive, pieces

C = units.HBAR2_2M
E_F = 4.5
iron = Ferromagnet(E_F, 0.85 * E_F)
mtj = Junction(iron, Barrier(0.25 * E_F, 1.0, 0.4), iron)
PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
AREA = 1e18 / (4 * np.pi * C)


def mirror(junction):
    return Junction(
        junction.right,
        Barrier(junction.barrier.heights[1], junction.barrier.width, junction.barrier.mass, junction.barrier.height),
        junction.left,
    )


def vector(currents, angle):
    """Charge and spin current in space: m1 along z, m2 in the x-z plane."""
    m1, m2 = np.array([0, 0, 1.0]), np.array([np.sin(angle), 0, np.cos(angle)])
    spin = currents.along_m1 * m1 + currents.along_m2 * m2 + currents.normal * np.cross(m1, m2)
    return np.array([currents.charge, *spin])


# --- one energy and in-plane wave vector, against a solution that shares nothing with the module --------------------


def spinor_problem(junction, excess, parallel, bias, angle):
    """Currents at both ends of the barrier by integrating the two-component Schrödinger equation and matching.

    Returns {"left" | "right": (charge and spin current at x = 0, the same at x = d)}, summed over incident channels.
    """
    box, left, right = junction.barrier, junction.left, junction.right
    heights, energy = box.heights, left.fermi_energy + excess

    def rhs(x, y):
        edge = left.fermi_energy + heights[0] + (heights[1] - heights[0] + bias) * x / box.width
        return [y[1] * box.mass, (box.mass * (edge - energy) + parallel) / C * y[0] / box.mass]

    ends = [
        solve_ivp(rhs, (0, box.width), y, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1] for y in ([1, 0], [0, 1])
    ]
    transfer = np.kron(np.array(ends).T, np.eye(2))
    across = energy - parallel
    bottom = left.fermi_energy - right.fermi_energy + bias
    half = angle / 2
    turn = np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])
    k1 = np.sqrt(np.array([across, across - left.exchange_splitting]) / C + 0j)
    k2 = np.sqrt(np.array([across - bottom, across - bottom - right.exchange_splitting]) / C + 0j)
    k1_matrix, k2_matrix = np.diag(k1), turn @ np.diag(k2) @ turn.T
    # Unknown: reflected spinor B and transmitted spinor G; transfer (ψ0, φ0) = (ψd, φd).
    one = np.eye(2)
    reflected = transfer @ np.vstack([one, -1j * k1_matrix])
    transmitted = np.vstack([one, 1j * k2_matrix])
    matrix = np.hstack([reflected, -transmitted])
    result = {}
    for side, k in (("left", k1), ("right", k2)):
        at = [np.zeros(4), np.zeros(4)]
        for channel in range(2):
            if k[channel].imag:
                continue
            spinor = (one if side == "left" else turn)[:, channel] / np.sqrt(k[channel])
            if side == "left":
                incoming = np.concatenate([spinor, 1j * k1_matrix @ spinor])
                solution = np.linalg.solve(matrix, -transfer @ incoming)
                start = incoming + np.concatenate([solution[:2], -1j * k1_matrix @ solution[:2]])
            else:
                incoming = np.concatenate([spinor, -1j * k2_matrix @ spinor])
                solution = np.linalg.solve(matrix, incoming)
                start = np.concatenate([solution[:2], -1j * k1_matrix @ solution[:2]])
            for place, state in enumerate((start, transfer @ start)):
                at[place] = at[place] + np.array([(state[:2].conj() @ s @ state[2:]).imag for s in PAULI])
        result[side] = at
    return result


CASES = [  # energies from the left Fermi level
    (mtj, 0.0, 0.1, 0.0, 1.2),
    (mtj, 0.4, 0.3, 0.5, 2.2),
    (mtj, -0.5, 0.9, -0.9, 0.3),  # minority bands closed
    (Junction(iron, Barrier(1.0, 0.3, 0.8, 0.6), Ferromagnet(3.0, 1.0)), -0.1, 0.05, 0.4, 2.9),
    (Junction(iron, Barrier(1.0, 0.05, 0.05), Ferromagnet(4.0, 5.0)), -0.1, 0.5, -0.3, 1.0),
    (Junction(iron, Barrier(1.0, 0.4, 1.0), iron), -0.2, 4.0, 0.6, 1.0),  # nothing propagates on the right
]


@pytest.mark.parametrize("case", CASES)
def test_currents_against_integrated_spinor_waves(case):
    got = dict(zip(("left", "right"), exact.spectral_currents(*case), strict=True))
    for side, (at_left, at_right) in spinor_problem(*case).items():
        size = np.abs(at_right).max() + 1e-300
        np.testing.assert_allclose(vector(got[side], case[-1]), at_right, atol=2e-8 * size)
        # Charge and spin current are the same at both ends: nothing turns a spin in the barrier.
        np.testing.assert_allclose(at_left, at_right, atol=1e-7 * size)


def kwant_points():
    data = json.loads((pathlib.Path(__file__).parent / "data" / "kwant_reference.json").read_text())
    return [(data["sites_per_nm"], point) for point in data["points"]]


@pytest.mark.parametrize("sites, point", kwant_points())
def test_currents_against_kwant(sites, point):
    """A chain of Kwant, its lattice constant extrapolated to zero: all components, from both electrodes."""
    assert sites == [60, 120, 240]
    junction = Junction(
        Ferromagnet(*point["left"]),
        Barrier(point["height"][0], point["width"], point["mass"], point["height"][1]),
        Ferromagnet(*point["right"]),
        point["spacer"],
    )
    got = exact.spectral_currents(
        junction, point["energy"] - point["left"][0], point["parallel_energy"], point["bias"], point["angle"]
    )  # fmt: skip
    for side, currents in zip(("left", "right"), got, strict=True):
        coarse, middle, fine = (np.array(point["currents"][str(n)][side]) for n in sites)
        squared = [(4 * b - a) / 3 for a, b in ((coarse, middle), (middle, fine))]
        limit = (16 * squared[1] - squared[0]) / 15
        size = np.abs(limit).max()
        np.testing.assert_allclose(vector(currents, point["angle"]), limit, atol=2e-8 * size)
        # The chains themselves approach it as the square of the lattice constant.
        errors = [np.abs(values - limit).max() for values in (coarse, middle, fine)]
        assert errors[0] / errors[1] == pytest.approx(4, rel=0.1) and errors[1] / errors[2] == pytest.approx(4, rel=0.1)


energies = st.floats(0.05, 4.4)
angles = st.floats(0.0, np.pi)


@st.composite
def junctions(draw):
    left, right = (Ferromagnet(draw(st.floats(0.5, 6)), draw(st.floats(0.1, 7))) for _ in range(2))
    heights = [draw(st.floats(0.1, 4)) for _ in range(2)]
    return Junction(left, Barrier(heights[0], draw(st.floats(0.05, 3)), draw(st.floats(0.05, 5)), heights[1]), right)


@settings(max_examples=50, deadline=None)
@given(junctions(), st.floats(0, 1), st.floats(0, 1), st.floats(-0.95, 0.95), angles)
def test_equilibrium_carries_neither_charge_nor_in_plane_spin(junction, high, tilt, share, angle):
    """States of both sides together: every current but the normal one cancels, at each energy and wave vector."""
    heights = junction.barrier.heights
    bias = share * (heights[0] if share > 0 else heights[1])
    energy = high * max(junction.left.fermi_energy + min(0.0, bias), 0.0)
    left, right = exact.spectral_currents(junction, energy - junction.left.fermi_energy, tilt * energy, bias, angle)
    size = max(np.abs(left).max(), np.abs(right).max())
    assert np.abs(np.add(left, right)[:3]).max() <= 1e-9 * size
    assert 0 <= left.charge <= 2 + 1e-9


@settings(max_examples=40, deadline=None)
@given(junctions(), st.floats(0, 1), st.floats(-0.95, 0.95), angles)
def test_spin_along_each_magnet_is_conserved_in_it(junction, tilt, share, angle):
    """A pure majority channel on the left lets out no more along m1 than the charge; the same for m2 on the right."""
    heights = junction.barrier.heights
    bias = share * (heights[0] if share > 0 else heights[1])
    energy = max(junction.left.fermi_energy + min(0.0, bias), 0.0)
    for side in exact.spectral_currents(junction, energy - junction.left.fermi_energy, tilt * energy, bias, angle):
        for along in (
            side.along_m1 + side.along_m2 * np.cos(angle),
            side.along_m2 + side.along_m1 * np.cos(angle),
        ):
            assert abs(along) <= abs(side.charge) * (1 + 1e-9) + 1e-15 * np.abs(side).max()


def scalar_transmission(junction, excess, parallel, bias, spin_left, spin_right):
    """Transmission of one spin, from an integrated wave that goes out on the right."""
    box, left, right = junction.barrier, junction.left, junction.right
    energy = left.fermi_energy + excess
    across, bottom = energy - parallel, left.fermi_energy - right.fermi_energy + bias
    k1 = np.sqrt((across - spin_left * left.exchange_splitting) / C + 0j)
    k2 = np.sqrt((across - bottom - spin_right * right.exchange_splitting) / C + 0j)
    if k1.imag or k2.imag:
        return 0.0

    def rhs(x, y):
        edge = left.fermi_energy + box.heights[0] + (box.heights[1] - box.heights[0] + bias) * x / box.width
        return [y[1] * box.mass, (box.mass * (edge - energy) + parallel) / C * y[0] / box.mass]

    psi, phi = solve_ivp(rhs, (box.width, 0), [1 + 0j, 1j * k2], method="DOP853", rtol=1e-11, atol=1e-13).y[:, -1]
    return float(k2.real / k1.real / abs((psi + phi / (1j * k1)) / 2) ** 2)


@pytest.mark.parametrize("case", CASES[:4])
def test_collinear_magnets_are_two_independent_spins(case):
    junction, excess, parallel, bias, _ = case
    parallel_sum = sum(scalar_transmission(junction, excess, parallel, bias, s, s) for s in (0, 1))
    crossed_sum = sum(scalar_transmission(junction, excess, parallel, bias, s, 1 - s) for s in (0, 1))
    along, against = (exact.spectral_currents(junction, excess, parallel, bias, t)[0].charge for t in (0.0, np.pi))
    assert along == pytest.approx(parallel_sum, rel=1e-7, abs=0)
    assert against == pytest.approx(crossed_sum, rel=1e-7, abs=0)


# --- integrated quantities --------------------------------------------------------------------------------------------


def test_conductance_by_brute_force():
    """G from e²/h, a midpoint rule over q itself and nothing else of the module's integration."""
    q = (np.arange(4000) + 0.5) / 4000 * np.sqrt(E_F / C)
    transmission = exact.spectral_currents(mtj, 0.0, C * q**2, 0.0, 0.7)[0].charge
    total = (transmission * q).sum() * (q[1] - q[0]) / (2 * np.pi) * 1e18
    assert exact.conductance(mtj, 0.7) == pytest.approx(units.E_CHARGE**2 / (2 * np.pi * units.HBAR) * total, rel=1e-6)


def sea_on_the_real_axis(junction, bias, angle, n):
    """N⊥ as the sum over all occupied states of either electrode, each at its real energy."""
    fermi = junction.left.fermi_energy
    edges = [0, junction.left.exchange_splitting, fermi - junction.right.fermi_energy + bias]
    edges = np.sort([*edges, edges[2] + junction.right.exchange_splitting])
    total = 0.0
    for side, top in enumerate((fermi, fermi + bias)):
        energy, energy_weight = pieces(np.append(np.clip(edges, None, top), top), n)
        across, weight = pieces(
            np.concatenate([np.minimum(edges, energy[:, None]), energy[:, None]], axis=-1), n
        )  # fmt: skip
        weight = weight * energy_weight[:, None]
        energy = np.broadcast_to(energy[:, None], across.shape)
        live = weight > 0
        currents = exact.spectral_currents(junction, energy[live] - fermi, (energy - across)[live], bias, angle)[side]
        total += (weight[live] * currents.normal).sum()
    return units.E_CHARGE * AREA / (4 * np.pi) * total


@pytest.mark.parametrize(
    "junction, bias, angle",
    [
        (mtj, 0.0, 1.0),
        (mtj, 0.6, 0.2),
        (Junction(iron, Barrier(1.125, 0.3, 0.4), Ferromagnet(4.0, 3.0)), -0.7, 2.0),
        (Junction(Ferromagnet(3.0, 4.0), Barrier(1.125, 1.0, 0.4, 0.9), iron), 0.7, 1.5),
    ],
)
def test_rays_into_the_complex_plane_count_every_occupied_state(junction, bias, angle):
    assert exact.torque_out_of_plane(junction, bias, angle=angle) == pytest.approx(
        sea_on_the_real_axis(junction, bias, angle, 40), rel=1e-6, abs=0
    )


def test_rays_count_the_states_of_a_spacer_too():
    """Through a thin barrier the spacer's states are broad enough to be summed on the real axis as well."""
    junction = Junction(Ferromagnet(E_F, 2.0), Barrier(0.5, 0.1, 0.4), Ferromagnet(E_F, 1.0), 0.3)
    assert exact.torque_out_of_plane(junction, -0.2, angle=1.5) == pytest.approx(
        sea_on_the_real_axis(junction, -0.2, 1.5, 150), rel=1e-4, abs=0
    )


def test_a_vanishing_spacer_is_no_spacer():
    thin = Junction(iron, mtj.barrier, iron, 1e-9)
    for function in (exact.torque_in_plane, exact.torque_out_of_plane, exact.current_density):
        assert function(thin, 0.3) == pytest.approx(function(mtj, 0.3), rel=1e-6, abs=0)


@settings(max_examples=15, deadline=None)
@given(junctions(), st.floats(-0.9, 0.9), angles)
def test_mirror_image(junction, share, angle):
    """Seen from behind, the current is reversed and the out-of-plane torque is the same."""
    bias = share * junction.barrier.heights[0 if share > 0 else 1]
    behind = mirror(junction)
    np.testing.assert_allclose(
        exact.current_density(junction, bias, angle),
        -exact.current_density(behind, -bias, angle),
        rtol=1e-5,
        atol=1e-280,
    )
    here = exact.torque_out_of_plane(junction, bias, angle=angle)
    there = exact.torque_out_of_plane(behind, -bias, angle=angle)
    # The two filling rules (left or right Fermi sea plus window) may cancel: compare with the larger of their parts.
    scale = abs(exact.torque_in_plane(junction, bias, angle=angle)) + abs(here)
    np.testing.assert_allclose(here, there, atol=2e-5 * scale + 1e-280)


def test_symmetric_junction():
    bias = np.array([0.1, 0.4, 0.9])
    out = exact.torque_out_of_plane(mtj, bias)
    np.testing.assert_allclose(out, exact.torque_out_of_plane(mtj, -bias), rtol=1e-6)
    np.testing.assert_allclose(exact.current_density(mtj, bias), -exact.current_density(mtj, -bias), rtol=1e-8)
    np.testing.assert_allclose(exact.tmr(mtj, bias), exact.tmr(mtj, -bias), rtol=1e-6)
    assert abs(exact.torkance_out_of_plane(mtj)) < 1e-6 * exact.torque_out_of_plane(mtj, 0.0)


def test_a_normal_metal_feels_and_exerts_no_torque():
    copper = Ferromagnet(E_F, 0.0)
    for bias in (0.0, 0.4, -0.4):
        assert exact.torque_out_of_plane(Junction(iron, mtj.barrier, copper), bias) == 0
        assert exact.torque_out_of_plane(Junction(copper, mtj.barrier, iron), bias) == 0
        assert exact.torque_in_plane(Junction(copper, mtj.barrier, iron), bias) == 0
    assert exact.tmr(Junction(copper, mtj.barrier, iron)) == pytest.approx(0, abs=1e-14)


def test_two_half_metals():
    """One channel on each side: A = B = T/(1 + cos θ), so N∥ = -(ħ/2e) J/(1 + cos θ) at any bias, to all orders."""
    half_metal = Ferromagnet(2.0, 2.6)
    junction = Junction(half_metal, Barrier(1.0, 0.4, 0.5), half_metal)
    angle = np.array([0.3, 1.2, 2.5])
    for bias in (0.3, -0.5):
        torque = exact.torque_in_plane(junction, bias, angle=angle)
        current = exact.current_density(junction, bias, angle)
        slonczewski = -units.HBAR / (2 * units.E_CHARGE) * current / (1 + np.cos(angle))
        np.testing.assert_allclose(torque, slonczewski, rtol=1e-10)
    assert exact.tmr(junction) == np.inf and exact.tmr(junction, 0.2) == np.inf


def test_thick_symmetric_junction_obeys_slonczewskis_relation():
    """Channel by channel A = ½ (T↑↑ - T↓↓): (dN∥/dV) = -(ħ/4e)(G↑↑ - G↓↓) once the barrier is thick."""
    error = []
    for width in (1.0, 1.5):
        junction = Junction(iron, Barrier(1.125, width, 0.4), iron)
        currents = [
            [
                sum(
                    sign * scalar_transmission(junction, 0.0, w, 0.0, spin, spin)
                    for spin, sign in ((0, 1), (1, -1))
                ),
                exact.spectral_currents(junction, 0.0, w, 0.0, 1.0)[0].along_m1,
            ]
            for w in (0.05, 0.3)
        ]  # fmt: skip
        error.append(max(abs(a / (t / 2) - 1) for t, a in currents))
    assert error[0] < 0.02 and error[1] < 0.1 * error[0]


@pytest.mark.parametrize("angle", [0.4, 2.0])
def test_torkances_are_derivatives(angle):
    junction = Junction(iron, Barrier(1.125, 0.8, 0.4, 1.0), Ferromagnet(4.2, 3.0))
    for torque, torkance in (
        (exact.torque_in_plane, exact.torkance_in_plane),
        (exact.torque_out_of_plane, exact.torkance_out_of_plane),
    ):
        h = 0.004
        back2, back, ahead, ahead2 = (torque(junction, i * h, angle=angle) for i in (-2, -1, 1, 2))
        assert torkance(junction, angle=angle) == pytest.approx(
            (8 * (ahead - back) - (ahead2 - back2)) / (12 * h), rel=1e-4, abs=0
        )  # fmt: skip
    current = exact.current_density(junction, np.array([-1e-4, 1e-4]), angle)
    assert exact.conductance(junction, angle) == pytest.approx((current[1] - current[0]) / 2e-4, rel=1e-6)


def test_leading_order_is_the_limit_of_a_thick_barrier():
    """Flat barrier: the error of the leading order falls as e^(-2κd); tilted: as 1/d, the error of WKB matching."""
    flat, tilted = [], []
    for width in (0.5, 1.0, 2.0):
        junction = Junction(iron, Barrier(1.125, width, 0.4), Ferromagnet(E_F, 3.0))
        flat.append(
            max(
                abs(transport.conductance(junction, 1.0) / exact.conductance(junction, 1.0) - 1),
                abs(transport.tmr(junction) / exact.tmr(junction) - 1),
                abs(transport.torkance_in_plane(junction) / exact.torkance_in_plane(junction) - 1),
                abs(transport.torque_out_of_plane(junction, 0.0) / exact.torque_out_of_plane(junction, 0.0) - 1),
            )
        )
        tilted.append(abs(transport.torque_in_plane(junction, -0.3) / exact.torque_in_plane(junction, -0.3) - 1))
    assert flat[0] < 0.2 and flat[1] < 0.01 and flat[2] < 0.01 * flat[1]
    assert tilted[2] < tilted[1] < 0.1


def test_model_numbers_of_the_standard_junction():
    """What exact matching changes at d = 1 nm. Each number is bracketed, none is tuned."""
    bias = np.array([0.859, 0.860])
    torque = exact.torque_in_plane(mtj, bias)
    assert torque[0] < 0 < torque[1]
    assert exact.tmr(mtj, 1.0) == pytest.approx(0.0283, abs=5e-5)
    assert transport.tmr(mtj, 1.0) < 0.005
    assert transport.torque_in_plane(mtj, 0.5) / exact.torque_in_plane(mtj, 0.5) == pytest.approx(0.854, abs=2e-3)


CONVERGED = [
    (mtj, 0.5),
    (mtj, -1.09),
    (Junction(iron, Barrier(1.125, 5.0, 0.4), iron), 1.09),
    (Junction(iron, Barrier(0.2, 1.0, 5.0), iron), 0.19),
    (Junction(Ferromagnet(4.5, 4.48), Barrier(1.0, 1.0, 0.1), iron), 0.1),
    (Junction(iron, mtj.barrier, iron, 1.0), -0.9),  # minority waves leak to the left as slowly as to the right
    (Junction(iron, Barrier(1.125, 0.3, 0.4, 0.8), Ferromagnet(4.0, 2.0), 0.1), 0.6),  # the sea almost cancels
    (Junction(iron, Barrier(1.125, 0.3, 0.4, 0.8), Ferromagnet(4.0, 2.0), 5.0), 0.6),
]


def observables(junction, bias, angle=1.0):
    """Every integral of the module, and the size each of them is held to where it passes through zero."""
    torques = [exact.torque_in_plane(junction, bias, angle, free=free) for free in ("right", "left")]
    torkances = [exact.torkance_in_plane(junction, angle=angle, free=free) for free in ("right", "left")]
    values = [
        exact.current_density(junction, bias, angle),
        exact.conductance(junction, angle),
        *torques,
        *torkances,
        exact.torque_out_of_plane(junction, bias, angle=angle),
        exact.torkance_out_of_plane(junction, angle=angle),
        exact.tmr(junction, bias),
    ]
    window = units.HBAR / units.E_CHARGE * np.abs(values[:2]) / 1e3
    # The sea's and the window's parts of an out-of-plane torkance are as large as the in-plane one, and may cancel.
    sizes = [0, 0, window[0], window[0], window[1], window[1], window[0], max(np.abs(torkances)), 1e-3]
    return np.array(values), np.array(sizes)


def held(monkeypatch, junction, bias, angle=1.0):
    values, sizes = observables(junction, bias, angle)
    with monkeypatch.context() as finer:
        # Other numbers of nodes at every step, along E too; (28, 17) and (50, 28) agree with these to 5e-8.
        finer.setattr(_occupied, "WINDOW_NODES", (28, 9))
        finer.setattr(_occupied, "SEA_NODES", (40, 9))
        finer.setattr(_occupied, "_REACH", 15.0)
        reference, _ = observables(junction, bias, angle)
    assert (np.abs(values - reference) <= 1e-6 * np.maximum(np.abs(reference), sizes)).all(), (values, reference)


@pytest.mark.parametrize("junction, bias", CONVERGED)
def test_default_quadrature_is_converged(monkeypatch, junction, bias):
    held(monkeypatch, junction, bias)


def test_two_coarse_sums_that_agree_by_chance_are_not_taken_for_the_integral(monkeypatch):
    """The real parts with 27 and with 40 nodes differ by 4e-9 of this torque, and both are off by 6e-6."""
    junction = Junction(Ferromagnet(6.830017542472281, 7.436078252391535),
                        Barrier(0.6348267559541411, 1.112709808129998, 0.24527519390244518, 0.614739705213887),
                        Ferromagnet(5.091953366252852, 2.6192067026120465), 0.3365215900360706)  # fmt: skip
    monkeypatch.setattr(_occupied, "WINDOW_NODES", (12, 6))  # from these the next are 18, 27 and 40
    ours = exact.torque_in_plane(junction, -0.584, 1.0, free="left")
    monkeypatch.setattr(_occupied, "WINDOW_NODES", (90, 42))
    assert exact.torque_in_plane(junction, -0.584, 1.0, free="left") == pytest.approx(ours, rel=1e-6, abs=0)


def any_junction(seed):
    """Legal parameters over decades, bands that open next to the Fermi level, spacers, and barriers on the verge."""
    rng = np.random.default_rng(seed)

    def decades(low, high):
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    def magnet():
        fermi = decades(0.3, 10)
        shares = [0.0, 1.0, 1 + decades(1e-3, 0.5), 1 - decades(1e-3, 0.5), decades(1e-3, 1), rng.uniform(0, 1)]
        return Ferromagnet(fermi, fermi * shares[rng.integers(6)])

    height = decades(0.2, 5)
    barrier = Barrier(height, decades(0.3, 5), decades(0.1, 5), decades(0.2, 5) if seed % 3 else height)
    junction = Junction(magnet(), barrier, magnet(), decades(0.05, 5) if seed % 2 else 0.0)
    share = rng.choice([0.0, rng.uniform(-0.97, 0.97), 0.97, -0.97])
    return junction, share * barrier.heights[0 if share > 0 else 1], rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])


@pytest.mark.parametrize("seed", range(4))
def test_default_quadrature_is_converged_anywhere(monkeypatch, seed):
    held(monkeypatch, *any_junction(seed))


@pytest.mark.parametrize("bias", [-0.9, 0.9])
@pytest.mark.parametrize("width, mass", [(5.0, 0.1), (5.0, 5.0)])
def test_nothing_is_lost_beyond_the_reach(monkeypatch, width, mass, bias):
    """More nodes cannot tell. At given ε the barrier is thinnest at the window's bottom (light mass) or top (heavy)."""
    junction = Junction(iron, Barrier(1.125, width, mass), Ferromagnet(4.0, 2.0))
    functions = exact.current_density, exact.torque_in_plane, exact.torque_out_of_plane
    ours = [function(junction, bias) for function in functions]
    monkeypatch.setattr(_occupied, "_REACH", 15.0)
    np.testing.assert_allclose(ours, [function(junction, bias) for function in functions], rtol=1e-6)


@settings(max_examples=50, deadline=None)
@given(
    junctions(),
    st.sampled_from([0.0, 0.3, 4.0]),
    st.floats(0.01, 1),
    st.floats(0.01, 0.99),
    st.floats(-0.95, 0.95),
    angles,
)
def test_analytic_currents_are_the_currents_on_the_real_axis(junction, spacer, high, tilt, share, angle):
    """Multiple reflection in N, which the integrals continue off the axis, against the inverse of the matching."""
    junction = Junction(junction.left, junction.barrier, junction.right, spacer)
    bias = share * junction.barrier.heights[0 if share > 0 else 1]
    energy = np.array(high * max(junction.left.fermi_energy + min(0.0, bias), 0.1))
    at = junction, energy - tilt * energy, energy - junction.left.fermi_energy, bias, np.cos(angle)
    left, right = _scattering.currents(*at)
    size = max(np.abs(left).max(), np.abs(right).max())
    np.testing.assert_allclose(np.real(_scattering.left_currents(*at)[1]), left, atol=1e-8 * size, rtol=0)
    both = left.normal + right.normal
    np.testing.assert_allclose(_scattering.exchange(*at).imag, both, atol=1e-8 * size, rtol=0)


def test_arcs_find_a_narrow_standing_wave():
    """The window of a 1 nm spacer, summed on the real axis by halving, with the standing waves as break points."""
    junction, angle = Junction(iron, Barrier(1.125, 0.4, 0.4), Ferromagnet(E_F, 2.0), 1.0), 1.0
    edges = [0.0, E_F - 4.5, iron.exchange_splitting, 2.0, E_F]
    across = np.linspace(1e-3, E_F - 1e-3, 20001)
    for field, total_of in (("along_m2", exact.torkance_in_plane), ("charge", exact.conductance)):

        def current(t, _=None, field=field):
            return getattr(exact.spectral_currents(junction, 0.0, E_F - t, 0.0, angle)[0], field)[..., None]

        values = current(across)[:, 0]
        bend = np.abs(np.diff(values, 2))
        peaks = across[1:-1][(bend > 20 * np.median(bend)) & (bend >= np.roll(bend, 1)) & (bend >= np.roll(bend, -1))]
        breaks = np.unique(np.concatenate([edges, peaks]))
        total = adaptive(current, breaks[None], 1e-8)[0, 0]
        if field == "charge":
            expected, options = units.CONDUCTANCE_QUANTUM * AREA * total, {}
        else:
            expected, options = units.E_CHARGE * AREA / (4 * np.pi) * total, {"free": "left"}
        assert total_of(junction, angle=angle, **options) == pytest.approx(expected, rel=1e-6, abs=0)


# --- the other magnet -------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(junctions(), st.floats(-0.9, 0.9), angles)
def test_the_left_magnet_is_the_right_one_seen_from_behind(junction, share, angle):
    bias = share * junction.barrier.heights[0 if share > 0 else 1]
    behind = mirror(junction)
    size = units.HBAR / units.E_CHARGE * abs(exact.current_density(junction, bias, angle)) + 1e-280
    for free, other in (("left", "right"), ("right", "left")):
        here = exact.torque_in_plane(junction, bias, angle, free=free)
        there = exact.torque_in_plane(behind, -bias, angle, free=other)
        np.testing.assert_allclose(here, there, rtol=1e-6, atol=1e-9 * size)
    size = units.HBAR / units.E_CHARGE * exact.conductance(junction, angle) + 1e-280
    here = exact.torkance_in_plane(junction, angle=angle, free="left")
    there = -exact.torkance_in_plane(behind, angle=angle, free="right")
    np.testing.assert_allclose(here, there, rtol=1e-6, atol=1e-9 * size)


@pytest.mark.parametrize("spacer", [0.0, 0.45])
def test_left_torque_in_the_thick_limit(spacer):
    """Size and sign are those of the leading order, whose formula exchanges 1 and 2."""
    error = []
    for width in (0.5, 1.0, 2.0):
        junction = Junction(iron, Barrier(1.125, width, 0.4), Ferromagnet(E_F, 3.0), spacer)
        ours = exact.torkance_in_plane(junction, free="left")
        error.append(abs(transport.torkance_in_plane(junction, free="left") / ours - 1))
    assert error[0] < 0.5 and error[2] < 1e-3 * error[0] and error[2] < error[1] < error[0]
    thick = Junction(iron, Barrier(1.125, 3.0, 0.4), Ferromagnet(E_F, 3.0), spacer)
    for bias in (-0.1, 0.1):
        ours = exact.torque_in_plane(thick, bias, free="left")
        assert transport.torque_in_plane(thick, bias, free="left") == pytest.approx(ours, rel=0.1, abs=0)


@pytest.mark.parametrize("spacer", [0.0, 0.3])
def test_left_torque_is_what_the_left_magnet_takes_from_the_spin_current(spacer):
    """From the right electrode's states of `spectral_currents`, as vectors: what is transverse to m1."""
    angle, junction = 1.1, Junction(Ferromagnet(E_F, 2.0), Barrier(0.5, 0.1, 0.4), Ferromagnet(E_F, 1.0), spacer)
    across, weight = pieces([0.0, 1.0, 2.0, E_F], 150)
    _, right = exact.spectral_currents(junction, 0.0, E_F - across, 0.0, angle)
    _, *spin = vector(_scattering.Currents(*((weight * current).sum() for current in right)), angle)
    spin = np.array(spin)
    m1, m2 = np.array([0, 0, 1.0]), np.array([np.sin(angle), 0, np.cos(angle)])
    # For V > 0 right states are filled: what flows left, with the sign of `spin` reversed, is what arrives at m1.
    absorbed = -(spin - (spin @ m1) * m1)
    per_angle = np.cross(m1, np.cross(m2, m1))
    coefficient = absorbed @ per_angle / (per_angle @ per_angle)
    expected = units.E_CHARGE * AREA / (4 * np.pi) * coefficient
    assert exact.torkance_in_plane(junction, angle=angle, free="left") == pytest.approx(expected, rel=1e-5, abs=0)


def test_a_normal_right_electrode_gives_the_left_magnet_no_torque():
    copper = Ferromagnet(E_F, 0.0)
    for spacer in (0.0, 0.7):
        assert exact.torque_in_plane(Junction(iron, mtj.barrier, copper, spacer), 0.3, free="left") == 0


def test_every_call_of_transport_is_one_of_exact():
    """Same names, same parameters in the same order with the same defaults; what is more is the angle."""
    shared = (
        "conductance current_density tmr torque_in_plane torque_out_of_plane torkance_in_plane torkance_out_of_plane"
    )
    for name in shared.split():
        theirs = dict(inspect.signature(getattr(transport, name)).parameters)
        ours = dict(inspect.signature(getattr(exact, name)).parameters)
        if "angle" not in theirs:
            angle = ours.pop("angle", None)
            assert (angle is None) if name == "tmr" else angle.default == np.pi / 2
        assert list(ours.items()) == list(theirs.items())


def test_defaults():
    """No bias and parallel magnets for what one wave does, perpendicular ones for torques."""
    np.testing.assert_array_equal(
        exact.spectral_currents(mtj, -0.5, 0.2), exact.spectral_currents(mtj, -0.5, 0.2, 0, 0)
    )
    other = Junction(iron, Barrier(1.125, 0.3, 0.4), Ferromagnet(E_F, 3.0))
    for torque in (exact.torque_in_plane, exact.torque_out_of_plane):
        assert torque(other, 0.3) == torque(other, 0.3, angle=np.pi / 2) != torque(other, 0.3, angle=0.0)
    for torkance in (exact.torkance_in_plane, exact.torkance_out_of_plane):
        assert torkance(other) == torkance(other, angle=np.pi / 2) != torkance(other, angle=0.0)


@pytest.mark.parametrize("model", [transport, exact])
def test_no_in_plane_torque_without_a_bias(model):
    for free in ("right", "left"):
        torque = model.torque_in_plane(mtj, [0.0, -0.0], free=free)
        assert (torque == 0).all() and not np.signbit(torque).any()  # not "-0.0" where it is printed


def test_wrong_free_magnet():
    for function in (transport.torque_in_plane, exact.torque_in_plane):
        with pytest.raises(ValueError, match=r"^free must be 'right' or 'left', got 'top'$"):
            function(mtj, 0.1, free="top")
        with pytest.raises(ValueError, match=r"^free must be 'right' or 'left', got 1\.0$"):
            function(mtj, 0.1, free=1.0)
    with pytest.raises(ValueError, match=r"^free must be 'right' or 'left', got None$"):
        exact.torkance_in_plane(mtj, free=None)


# --- corners, shapes, refusals ----------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@example(0.1, 12.0, 10.0, 0.0, 5.0, 0.2, 5.0, 5.0, 2.0, 1.0, 0.0)
@example(10.0, 10.0, 10.0, 10.0, 5.0, 5.0, 5.0, 0.1, 0.2, -1.0, np.pi / 2)
@given(
    st.floats(0.1, 10), st.floats(0.01, 12), st.floats(0.1, 10), st.floats(0.01, 12), st.floats(0.2, 5),
    st.floats(0.2, 5), st.floats(0.3, 5), st.floats(0.1, 5), st.sampled_from([0.0, 0.2, 2.0]), st.floats(-1, 1), angles,
)  # fmt: skip
def test_finite_over_the_whole_range(e1, d1, e2, d2, height, right, width, mass, spacer, share, angle):
    junction = Junction(Ferromagnet(e1, d1), Barrier(height, width, mass, right), Ferromagnet(e2, d2), spacer)
    bias = 0.97 * share * (height if share > 0 else right)
    for function in (exact.current_density, exact.torque_in_plane, exact.torque_out_of_plane):
        assert np.isfinite(function(junction, bias, angle))
    assert np.isfinite(exact.torkance_in_plane(junction, bias, angle))
    assert exact.current_density(junction, bias, angle) * bias >= 0


def test_band_edges_exactly_at_the_fermi_level():
    edge = Junction(Ferromagnet(2.0, 2.0), Barrier(1.0, 1.0), Ferromagnet(2.0, 2.0))
    for function in (exact.torque_in_plane, exact.torque_out_of_plane, exact.current_density):
        assert np.isfinite(function(edge, np.array([0.0, 1e-300, 1e-9, -1e-9, 0.5]))).all()


def test_shapes():
    bias = np.linspace(-0.5, 0.5, 3)
    angle = np.array([[0.1], [1.0]])
    for function in (exact.current_density, exact.torque_in_plane, exact.torque_out_of_plane):
        table = function(mtj, bias, angle=angle)
        assert table.shape == (2, 3)
        assert table[1, 2] == pytest.approx(function(mtj, 0.5, angle=1.0), rel=1e-12, abs=0)
        assert isinstance(function(mtj, 0.1), float)
        assert function(mtj, []).shape == (0,)
        assert function(mtj, np.zeros((0, 1)), angle=angle[:, 0]).shape == (0, 2)
    assert exact.tmr(mtj, bias).shape == (3,) and isinstance(exact.tmr(mtj), float)
    for function in (exact.conductance, exact.torkance_in_plane, exact.torkance_out_of_plane):
        assert function(mtj, angle=angle).shape == (2, 1) and isinstance(function(mtj), float)
        assert function(mtj, angle=[]).shape == (0,)


@pytest.mark.parametrize(
    "function", [exact.current_density, exact.torque_in_plane, exact.torque_out_of_plane, exact.tmr]
)
def test_refuses_a_bias_that_pulls_the_barrier_below_a_fermi_level(function):
    for bias in (1.125, -1.125, np.nan, [0.0, 2.0]):
        with pytest.raises(ValueError, match=r"bias must lie in \(-1.125, 1.125\) V"):
            function(mtj, bias)
    with pytest.raises(TypeError, match="bias must be a real number"):
        function(mtj, "high")


def test_other_refusals():
    with pytest.raises(ValueError, match="angle must lie in"):
        exact.conductance(mtj, np.inf)
    with pytest.raises(ValueError, match="parallel_energy must lie in"):
        exact.spectral_currents(mtj, 0.0, -0.1)
    with pytest.raises(ValueError, match="excess must lie below the barrier's edge"):
        exact.spectral_currents(mtj, 1.2, 0.0)
    with pytest.raises(ValueError, match="broadcast"):
        exact.current_density(mtj, np.zeros(3), np.zeros(2))


def test_tmr_refuses_a_barrier_that_nothing_passes():
    opaque = Junction(iron, Barrier(1.0, 500.0), iron)
    assert exact.conductance(opaque) == 0 and exact.torque_out_of_plane(opaque, 0.1) == 0
    with pytest.raises(ValueError, match=r"barrier.width must let .* through, got 500.0 nm"):
        exact.tmr(opaque)


def test_refuses_a_number_that_has_not_settled(monkeypatch):
    junction = Junction(iron, mtj.barrier, iron, 5.0)
    monkeypatch.setattr(_occupied, "_TRIES", 1)
    with pytest.raises(NotSettled, match=r"must settle to a millionth; .* bias of 0\.3 V: .* spacer of 5\.0 nm"):
        exact.torque_in_plane(junction, 0.3)


def test_nodes_that_fall_on_a_band_edge(monkeypatch):
    """So many nodes crowd towards an edge that one rounds onto it, where both bands of a normal metal begin."""
    junction = Junction(Ferromagnet(4.5, 3.0), Barrier(1.0, 0.5, 0.5), Ferromagnet(2.0, 0.0), 0.5)
    expected = exact.current_density(junction, 0.6, 1.0)
    monkeypatch.setattr(_occupied, "WINDOW_NODES", (200, 20))
    assert exact.current_density(junction, 0.6, 1.0) == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_nan_never_counts_as_settled(monkeypatch):
    def broken(junction, across, excess, bias, cosine):
        nothing = np.full(np.shape(excess * bias), np.nan)
        return nothing, _scattering.Currents(nothing, nothing, nothing, nothing)

    monkeypatch.setattr(exact, "left_currents", broken)
    monkeypatch.setattr(_occupied, "_TRIES", 2)
    with pytest.raises(NotSettled, match="settle"):
        exact.current_density(mtj, 0.5)
