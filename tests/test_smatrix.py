from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import _airy, barrier, exact, smatrix, units
from mtjlib.junction import Barrier, Ferromagnet, Junction

C = units.HBAR2_2M
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
fe = Ferromagnet(4.5, 3.825)
other = Ferromagnet(4.2, 2.0)


def parts(junction, energy, parallel, bias, angle, box="exact"):
    """S1, barrier and S2 of a junction, with evanescent waves of the local κ/β between them."""
    excess = energy - junction.left.fermi_energy
    width, mass = junction.barrier.width, junction.barrier.mass
    across = energy - parallel
    bottom = junction.left.fermi_energy - junction.right.fermi_energy + bias
    root = [across, across - junction.left.exchange_splitting, across - bottom]
    root.append(root[2] - junction.right.exchange_splitting)
    k1_up, k1_down, k2_up, k2_down = (np.sqrt(np.asarray(e) / C + 0j) for e in root)
    k0, kd = (1j * barrier.kappa(junction.barrier, x, excess, parallel, bias) / mass for x in (0.0, width))
    first = smatrix.step((k1_up, k1_down), (k0, k0))
    if junction.spacer:
        metal = smatrix.step((k1_up, k1_down), (k1_up, k1_up))
        flight = smatrix.spacer(k1_up, junction.spacer)
        first = smatrix.concatenate(smatrix.concatenate(metal, flight), smatrix.step((k1_up, k1_up), (k0, k0)))
    second = smatrix.step((kd, kd), (k2_up, k2_down), angle)
    if box == "exact":
        inside = smatrix.exact_barrier(barrier.admittance(junction.barrier, excess, parallel, bias), k0, kd)
    else:
        inside = smatrix.wkb_barrier(barrier.action(junction.barrier, excess, parallel, bias))
    return first, inside, second, (k1_up, k1_down, k2_up, k2_down), kd


def currents(amplitude_c, amplitude_d, propagating):
    """Charge and spin current of ψ = (C + D)/√(iK), φ = i√(iK)(C - D): Im ψ†σφ = -Im (C + D)†σ(C - D) = 2 Im C†σD."""
    c, d = amplitude_c * propagating, amplitude_d * propagating
    density = d @ c.conj().T
    return np.array([2 * np.trace(s @ density).imag for s in [np.eye(2), *PAULI]])


CASES = [
    (Junction(fe, Barrier(1.125, 1.0, 0.4), fe), 4.5, 0.1, 0.0, 1.1),
    (Junction(fe, Barrier(1.125, 0.3, 0.4, 0.9), other), 4.6, 0.3, 0.7, 2.3),
    (Junction(other, Barrier(1.125, 0.5, 2.0), fe), 4.0, 0.0, -0.9, 0.4),
    (Junction(fe, Barrier(1.125, 0.5, 0.4), other, 0.8), 4.4, 0.2, 0.3, 1.9),
    (Junction(fe, Barrier(1.125, 0.5, 0.4), fe, 0.8), 4.4, 1.7, -0.3, 1.9),  # minority closed on the left
]


@pytest.mark.parametrize("case", CASES)
def test_composed_layers_carry_the_currents_of_the_exact_solution(case):
    """S1 · barrier · S2 with every round trip, against the closed formulas of `exact`: charge and all spin parts."""
    junction, energy, parallel, bias, angle = case
    first, inside, second, k, _ = parts(*case)
    waves = smatrix.all_orders(first, inside, second)
    m1, m2 = np.array([0, 0, 1.0]), np.array([np.sin(angle), 0, np.cos(angle)])
    normal = np.cross(m1, m2)
    from_left, from_right = exact.spectral_currents(
        junction, energy - junction.left.fermi_energy, parallel, bias, angle
    )
    open_left = np.array([k[0].real > 0, k[1].real > 0])
    # The columns of `cf` belong to spinors along z; the right electrode's channels are along m2.
    half = angle / 2
    along_m2 = np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])
    open_right = along_m2 * np.array([k[2].real > 0, k[3].real > 0])
    for got, want in (
        (currents(waves.ca, waves.da, open_left), from_left),
        (currents(waves.cf @ open_right, waves.df @ open_right, 1.0), from_right),
    ):
        spin = want.along_m1 * m1 + want.along_m2 * m2 + want.normal * normal
        np.testing.assert_allclose(
            got, [want.charge, *spin], atol=1e-10 * max(abs(want.charge), abs(want.normal), 1e-30)
        )


def spin_vector(flow, angle):
    """A m1 + B m2 + C m1 × m2 with numpy's own cross product, m1 along z and m2 towards x."""
    zero = 0 * angle
    m1, m2 = np.stack([zero, zero, zero + 1.0]), np.stack([np.sin(angle), zero, np.cos(angle)])
    return flow.along_m1 * m1 + flow.along_m2 * m2 + flow.normal * np.cross(m1, m2, axis=0)


@pytest.mark.parametrize("junction", list(dict.fromkeys(case[0] for case in CASES)))
def test_the_layers_of_a_junction_carry_the_currents_of_the_exact_solution(junction):
    """Energies, in-plane energies beyond the minority edges, biases and angles in one call, each axis its own."""
    axes = np.ix_([-0.43, 0.0, 0.17], [0.0, 0.1, 1.73, 4.31], [-0.7, 0.0, 0.5], [0.0, 0.4, 2.3, np.pi])
    flows = smatrix.currents(smatrix.all_orders(*smatrix.layers(junction, *axes)), junction, *axes)
    excess, parallel, bias, angle = np.broadcast_arrays(*axes)
    wanted = exact.spectral_currents(junction, excess, parallel, bias, angle)
    scale = sum(np.abs(want.charge) + np.abs(spin_vector(want, angle)).sum(axis=0) for want in wanted) + 1e-7
    for got, want in zip(flows, wanted, strict=True):
        spin = spin_vector(want, angle)
        assert got.charge.shape == (3, 4, 3, 4) and got.spin.shape == (3, 3, 4, 3, 4)
        assert (np.abs(got.charge - want.charge) <= 1e-10 * scale).all()
        assert (np.abs(got.spin - spin) <= 1e-10 * scale).all()


def test_the_layers_at_a_band_edge_are_the_limit_of_those_beside_it():
    """A minority wave that stands still: excess + E_F - Δ = parallel energy, to the last bit."""
    magnet = Ferromagnet(4.5, 3.5)
    junction = Junction(magnet, Barrier(1.125, 0.5, 0.4), magnet)
    flows = []
    for excess in (0.0, 1e-9):
        where = (junction, excess, 1.0, 0.0, 1.1)
        flows.append(smatrix.currents(smatrix.all_orders(*smatrix.layers(*where)), *where)[0])
    np.testing.assert_allclose(flows[0].spin, flows[1].spin, rtol=2e-4)
    assert flows[0].charge > 0


def test_with_wkb_in_place_of_the_exact_box_the_layers_give_equation_11():
    """N∥ = ½ t_b² T1⁻ T2⁺ and N⊥ = -t_b² T1⁻ Re(r2↑ - r2↓), read off the public functions alone."""
    junction, excess, parallel, bias, angle = where = Junction(fe, Barrier(1.125, 1.0, 0.4), other), 0.1, 0.1, 0.4, 1.1
    first, _, second = smatrix.layers(*where)
    action = barrier.action(junction.barrier, excess, parallel, bias)
    flow, _ = smatrix.currents(smatrix.leading_order(first, smatrix.wkb_barrier(action), second), *where)
    to_z = np.array([[np.cos(angle / 2), -np.sin(angle / 2)], [np.sin(angle / 2), np.cos(angle / 2)]])
    r1, r2 = first.r_prime.diagonal(), (to_z.T @ second.r @ to_z).diagonal()
    t1, t2 = 2 * r1.imag, 2 * r2.imag
    sine = np.sin(angle)
    x, y, z = flow.spin
    # m2 × (m1 × m2) = sin θ (-cos θ, 0, sin θ) and m1 × m2 = sin θ (0, 1, 0)
    in_plane, normal = (z * sine - x * np.cos(angle)) / sine, y / sine
    tb2 = np.exp(-2 * action)
    assert in_plane == pytest.approx(0.5 * tb2 * (t1[0] - t1[1]) * (t2[0] + t2[1]), rel=1e-12, abs=0)
    assert normal == pytest.approx(-tb2 * (t1[0] - t1[1]) * (r2[0] - r2[1]).real, rel=1e-12, abs=0)


@pytest.mark.parametrize("case", CASES)
def test_charge_and_spin_current_are_the_same_at_both_ends_of_the_barrier(case):
    first, inside, second, k, _ = parts(*case)
    propagating = np.array([k[0].real > 0, k[1].real > 0])
    waves = smatrix.all_orders(first, inside, second)
    at_right = currents(waves.ca, waves.da, propagating)
    rest = smatrix.concatenate(inside, second)
    c = np.linalg.solve(np.eye(2) - first.r_prime @ rest.r, first.t)
    at_left = currents(c, rest.r @ c, propagating)
    np.testing.assert_allclose(at_left, at_right, atol=1e-12 * np.abs(at_right).max())


@pytest.mark.parametrize("case", CASES)
def test_propagating_channels_are_unitary(case):
    angle = case[-1]
    first, inside, second, k, _ = parts(*case)
    whole = smatrix.concatenate(smatrix.concatenate(first, inside), second)
    half = angle / 2
    along_m2 = np.array([[np.cos(half), -np.sin(half)], [np.sin(half), np.cos(half)]])
    basis = np.block([[np.eye(2), np.zeros((2, 2))], [np.zeros((2, 2)), along_m2]])
    s = basis.T @ whole.full() @ basis
    channels = [i for i in range(4) if k[i].real > 0]
    s = s[np.ix_(channels, channels)]
    np.testing.assert_allclose(s.conj().T @ s, np.eye(len(channels)), atol=1e-12)
    # Reversing time: S is symmetric, because the magnets lie in one plane.
    np.testing.assert_allclose(s, s.T, atol=1e-12)


def test_optical_theorem_inside_the_barrier():
    """2 Im r' = T for each spin at a metal/barrier interface, and T = 0 where the band is closed."""
    s = smatrix.step((np.array([10.0, 3.0, 2j]), np.array([4.0, 1j, 5j])), (8j, 8j))
    transmitted = np.abs(s.t) ** 2
    for spin in (0, 1):
        opened = s.r_prime[:, spin, spin].imag > 1e-12
        np.testing.assert_allclose(2 * s.r_prime[opened, spin, spin].imag, transmitted[opened, spin, spin], rtol=1e-12)
    np.testing.assert_allclose(s.r_prime[2].imag, 0, atol=1e-15)


def test_equation_17_of_the_paper():
    k, big_k = 4.2, 8.6
    s = smatrix.step((k, k), (1j * big_k, 1j * big_k))
    assert s.t[0, 0] == pytest.approx(2 * np.sqrt(1j * k * big_k) / (k + 1j * big_k), rel=1e-14, abs=0)
    assert s.r_prime[0, 0] == pytest.approx((-k + 1j * big_k) / (k + 1j * big_k), rel=1e-14, abs=0)


def random_layers(seed, count=3):
    """Layers without any symmetry, reflecting as well as transmitting."""
    rng = np.random.default_rng(seed)
    size = (2, 2, 2)
    blocks = [0.4 * (rng.normal(size=size) + 1j * rng.normal(size=size)) for _ in range(4 * count)]
    return [smatrix.SMatrix(*blocks[4 * i : 4 * i + 4]) for i in range(count)]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_order_of_brackets_does_not_matter(seed):
    one, two, three = random_layers(seed)
    left = smatrix.concatenate(smatrix.concatenate(one, two), three).full()
    right = smatrix.concatenate(one, smatrix.concatenate(two, three)).full()
    assert left.shape == (2, 4, 4)
    np.testing.assert_allclose(left, right, rtol=1e-7, atol=1e-7 * np.abs(left).max())


def test_concatenation_solves_the_wave_equations():
    """B, C, D, E from the definition of S, as one linear system, with no star product in sight."""
    first, second, _ = (smatrix.SMatrix(*(block[0] for block in vars(s).values())) for s in random_layers(7))
    a, f = np.array([0.3, 1 - 0.2j]), np.array([0.7j, -0.4])
    # Unknown (B, C, D, E): B = r A + t' D; C = t A + r' D; D = r2 C + t2' F; E = t2 C + r2' F.
    zero, one = np.zeros((2, 2)), np.eye(2)
    matrix = np.block(
        [
            [one, zero, -first.t_prime, zero],
            [zero, one, -first.r_prime, zero],
            [zero, -second.r, one, zero],
            [zero, -second.t, zero, one],
        ]
    )
    source = np.concatenate([first.r @ a, first.t @ a, second.t_prime @ f, second.r_prime @ f])
    b, _, _, e = np.linalg.solve(matrix, source).reshape(4, 2)
    whole = smatrix.concatenate(first, second)
    np.testing.assert_allclose(whole.r @ a + whole.t_prime @ f, b, rtol=1e-11)
    np.testing.assert_allclose(whole.t @ a + whole.r_prime @ f, e, rtol=1e-11)


@pytest.mark.parametrize("detuning", [-3.0, -0.5, 0.0, 1.0, 20.0])
@pytest.mark.parametrize("width", [0.1, 0.5, 1.2])
def test_fabry_perot_resonance(width, detuning):
    """A well between two equal barriers: Airy's formula to 1e-6, however sharp, and unitarity through the resonance.

    The detuning is in half widths. At width 1.2 the line is 1e-8 of a period wide; rounding leaves 1e-15 of a period.
    """
    k, decay = np.array([9.0, 9.0]), np.array([7.7, 7.7])
    into, out = smatrix.step(k, 1j * decay), smatrix.step(1j * decay, k)
    mirror = smatrix.concatenate(smatrix.concatenate(into, smatrix.wkb_barrier(7.7 * width)), out)
    through = abs(mirror.t[0, 0]) ** 2
    length = (2 * np.pi - np.angle(mirror.r_prime[0, 0]) + detuning * through / 2) / 9.0
    turned = smatrix.SMatrix(mirror.r_prime, mirror.t, mirror.t_prime, mirror.r)  # the same barrier from the right
    whole = smatrix.concatenate(smatrix.concatenate(mirror, smatrix.spacer(9.0, length)), turned)
    airy = 1 / (1 + 4 * (1 - through) / through**2 * np.sin(detuning * through / 2) ** 2)
    np.testing.assert_allclose(abs(whole.t[0, 0]) ** 2, airy, rtol=1e-6)
    full = whole.full()
    np.testing.assert_allclose(full.conj().T @ full, np.eye(4), atol=1e-6)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.83])
def test_cutting_the_barrier_anywhere_changes_nothing(cut):
    ends, k = np.array([12.0, 20.0]), (9j, 11j)
    middle = ends[0] + cut * (ends[1] - ends[0])
    whole = smatrix.exact_barrier(_airy.admittance(1.0, 0.4, *ends), *k)
    left = smatrix.exact_barrier(_airy.admittance(cut, 0.4, ends[0], middle), k[0], 3.0)
    right = smatrix.exact_barrier(_airy.admittance(1 - cut, 0.4, middle, ends[1]), 3.0, k[1])
    np.testing.assert_allclose(smatrix.concatenate(left, right).full(), whole.full(), rtol=1e-11, atol=1e-13)


def impure(reflection, reflection_prime, action):
    """A barrier with an impurity: it reflects differently on its two sides."""
    box = smatrix.wkb_barrier(action)
    return replace(box, r=reflection * np.eye(2), r_prime=reflection_prime * np.eye(2))


@pytest.mark.parametrize("name", ["ca", "da", "cf", "df"])
def test_leading_order_is_the_first_term_in_the_transmission(name):
    """The error falls as t_b² (t_b = e^-4, e^-6, e^-8), with large reflections r_b ≠ r_b' in the barrier."""
    first = smatrix.step((10.0, 4.0), (8j, 8j))
    second = smatrix.step((8j, 8j), (9.0, 2j), 1.2)
    errors = []
    for action in (4.0, 6.0, 8.0):
        box = impure(0.3 - 0.1j, 0.2j, action)
        exactly = getattr(smatrix.all_orders(first, box, second), name)
        leading = getattr(smatrix.leading_order(first, box, second), name)
        # The t_b² term of C'F and D'F is what (2b) is about; compare it after taking the t_b⁰ term off.
        if name in ("cf", "df"):
            base = getattr(smatrix.leading_order(first, impure(0.3 - 0.1j, 0.2j, 50.0), second), name)
            errors.append(np.abs((exactly - leading) / np.abs(exactly - base).max()).max())
        else:
            errors.append(np.abs((exactly - leading) / np.abs(exactly).max()).max())
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], np.exp(4), rtol=0.05)


def test_printed_equation_2b_lacks_a_factor():
    """Without the factor on the left of the second term, the t_b² part of C'F is wrong by as much as r_b' r_2."""
    first, second = smatrix.step((10.0, 4.0), (8j, 8j)), smatrix.step((8j, 8j), (9.0, 2j), 1.2)
    one = np.eye(2)

    def printed(box):
        out = np.linalg.inv(one - first.r_prime @ box.r)
        behind = np.linalg.inv(one - second.r @ box.r_prime)
        direct = np.linalg.inv(one - box.r_prime @ second.r) @ box.r_prime
        return (direct + box.t @ out @ first.r_prime @ box.t_prime @ behind) @ second.t_prime

    dirty, clean = impure(0.3, 0.2j, 4.0), smatrix.wkb_barrier(4.0)
    np.testing.assert_allclose(printed(clean), smatrix.leading_order(first, clean, second).cf, rtol=1e-12)
    exactly, base = (smatrix.all_orders(first, impure(0.3, 0.2j, action), second).cf for action in (4.0, 50.0))
    term = np.abs(exactly - base).max()
    assert np.abs(smatrix.leading_order(first, dirty, second).cf - exactly).max() < 0.01 * term
    assert np.abs(printed(dirty) - exactly).max() > 0.1 * term


def test_leading_order_gives_the_corrected_torque_of_equation_11():
    """With WKB waves: N∥ = ½ t_b² T1⁻ T2⁺ and N⊥ = -t_b² T1⁻ Re(r2↑ - r2↓), per channel from the left."""
    case = (Junction(fe, Barrier(1.125, 1.0, 0.4), other), 4.5, 0.1, 0.4, 1.1)
    first, inside, second, k, kd = parts(*case, box="wkb")
    waves = smatrix.leading_order(first, inside, second)
    spin = currents(waves.ca, waves.da, np.array([k[0].real > 0, k[1].real > 0]))[1:]
    junction, energy, parallel, bias, angle = case
    k0 = 1j * barrier.kappa(junction.barrier, 0.0, energy - 4.5, parallel, bias) / 0.4
    r1, r2 = ([(q - x) / (q + x) for x in pair] for q, pair in ((k0, k[:2]), (kd, k[2:])))
    t1, t2 = (2 * np.imag(r) for r in (r1, r2))
    tb2 = inside.t[0, 0].real ** 2
    # m1 = z, m2 in the x-z plane: the torque m2 × (m1 × m2) N∥ + m1 × m2 N⊥ with the part along m2 taken off.
    m1, m2 = np.array([0, 0, 1]), np.array([np.sin(angle), 0, np.cos(angle)])
    in_plane, normal = np.cross(m2, np.cross(m1, m2)), np.cross(m1, m2)
    sine2 = np.sin(angle) ** 2
    assert spin @ in_plane / sine2 == pytest.approx(0.5 * tb2 * (t1[0] - t1[1]) * (t2[0] + t2[1]), rel=1e-12, abs=0)
    assert spin @ normal / sine2 == pytest.approx(-tb2 * (t1[0] - t1[1]) * (r2[0] - r2[1]).real, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: smatrix.step((0.0, 1.0), (1j, 1j)), ValueError, "k_left must be finite and not 0"),
        (lambda: smatrix.step((1.0, 1.0), (-1j, 1j)), ValueError, "k_right must be finite and not 0"),
        (lambda: smatrix.step((-1.0, 1.0), (1j, 1j)), ValueError, "k_left must be finite and not 0, with Re ≥ 0"),
        (lambda: smatrix.step((np.nan, 1.0), (1j, 1j)), ValueError, "k_left must be finite"),
        (lambda: smatrix.step(("fast", 1.0), (1j, 1j)), TypeError, "k_left must be a number"),
        (lambda: smatrix.step((1.0, 1.0), (1j, 1j), np.inf), ValueError, "angle must lie in"),
        (lambda: smatrix.step((1.0,), (1j, 1j)), TypeError, "k_left must be a pair"),
        (lambda: smatrix.step((1.0, 2.0), 1j), TypeError, "k_right must be a pair"),
        (lambda: smatrix.exact_barrier((1.0, 2.0), 1j, 1j), TypeError, "admittance must be three arrays"),
        (lambda: smatrix.exact_barrier((1.0, 2.0, -1.0), 1j, 1j), ValueError, "admittance must lie in"),
        (lambda: smatrix.layers(fe, 0.0), TypeError, "junction must be a Junction"),
        (lambda: smatrix.layers(CASES[0][0], 1.125), ValueError, "excess must lie below the barrier's edge"),
        (lambda: smatrix.layers(CASES[0][0], 0.0, -1.0), ValueError, "parallel_energy must lie in"),
        (lambda: smatrix.layers(CASES[0][0], 0.0, bias=1.2), ValueError, "bias must lie in"),
        (lambda: smatrix.currents(CASES[0][0], CASES[0][0], 0.0), TypeError, "amplitudes must be an Amplitudes"),
        (lambda: smatrix.spacer(1.0, -1.0), ValueError, "width must lie in"),
        (lambda: smatrix.wkb_barrier(-1.0), ValueError, "action must lie in"),
        (lambda: smatrix.exact_barrier((1.0, 1.0, 1.0), 0.0, 1.0), ValueError, "k_left must be finite and not 0"),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_shapes():
    many = smatrix.step((np.linspace(1, 9, 5), 3.0), (8j, 8j), np.zeros((2, 1)))
    assert all(block.shape == (2, 5, 2, 2) for block in vars(many).values())
    whole = smatrix.concatenate(smatrix.concatenate(many, smatrix.wkb_barrier(np.ones(5))), smatrix.spacer(3.0, 1.0))
    assert whole.full().shape == (2, 5, 4, 4)
