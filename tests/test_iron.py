"""Nine orbitals of iron: the table of Slater and Koster, the symmetries of the cube, and the moment of the metal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtjlib import iron

NAMES = "sss sps pps ppp sds pds pdp dds ddp ddd".split()
V = dict(zip(NAMES, (1.3, 0.7, -0.4, 2.1, 0.9, -1.7, 0.35, 1.1, -0.6, 0.25), strict=True))
FE = iron.Iron("Victora", 2.18)
BLOCKS = {
    "Δ1": ("s", "p_z", "d_z²"),
    "Δ5": ("p_x", "d_xz"),
    "Δ5'": ("p_y", "d_yz"),
    "Δ2": ("d_x²-y²",),
    "Δ2′": ("d_xy",),
}
BOTH = pytest.mark.parametrize("name", ["Victora", "Papaconstantopoulos"])
vector = st.lists(st.floats(-1, 1), min_size=3, max_size=3)


def functions(r):
    """Values of the nine orbitals' angular parts at points r (rows), normalised alike within s, p and d."""
    x, y, z = np.moveaxis(np.asarray(r, float), -1, 0)
    root = np.sqrt(3)
    columns = (
        *(np.ones_like(x), x, y, z, root * x * y, root * y * z, root * z * x),
        *(root / 2 * (x**2 - y**2), z**2 - (x**2 + y**2) / 2),
    )
    return np.stack(columns, axis=-1)


def represent(rotation):
    """Matrix D with f_a(R⁻¹ r) = Σ_b f_b(r) D_ba, from values at random points of the sphere: no formula for d."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(60, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    turned, plain = functions(points @ rotation), functions(points)
    d = np.zeros((9, 9))
    for block in (slice(0, 1), slice(1, 4), slice(4, 9)):
        d[block, block] = np.linalg.lstsq(plain[:, block], turned[:, block], rcond=None)[0]
    return d


def rotation(axis, angle):
    a = np.asarray(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -a[2], a[1]], [a[2], 0, -a[0]], [-a[1], a[0], 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def test_along_z_the_bond_is_diagonal_in_the_angular_momentum():
    h = iron._bond([0, 0, 1], V)
    expected = np.zeros((9, 9))
    expected[np.arange(9), np.arange(9)] = [V[n] for n in "sss ppp ppp pps ddd ddp ddp ddd dds".split()]
    for a, b, name in ((0, 3, "sps"), (0, 8, "sds"), (3, 8, "pds"), (1, 6, "pdp"), (2, 5, "pdp")):
        odd = -1 if a in (1, 2, 3) or b in (1, 2, 3) else 1
        expected[a, b], expected[b, a] = V[name], odd * V[name]
    np.testing.assert_allclose(h, expected, atol=1e-14)


@given(vector, vector, st.floats(-3, 3))
@settings(max_examples=40)
def test_a_bond_turns_with_its_orbitals(direction, axis, angle):
    """With the bond along z this fixes every entry of the table for every direction."""
    if np.linalg.norm(direction) < 0.1 or np.linalg.norm(axis) < 0.1:
        return
    turn = rotation(axis, angle)
    d = represent(turn)
    np.testing.assert_allclose(iron._bond(turn @ direction, V), d @ iron._bond(direction, V) @ d.T, atol=1e-10)


def test_some_entries_as_slater_and_koster_print_them():
    l, m, n = np.array([1, 2, 3]) / np.sqrt(14)  # noqa: E741 (the names of the table)
    h = iron._bond([1, 2, 3], V)
    root = np.sqrt(3)
    assert h[0, 4] == pytest.approx(root * l * m * V["sds"])
    assert h[1, 4] == pytest.approx(root * l**2 * m * V["pds"] + m * (1 - 2 * l**2) * V["pdp"])
    assert h[3, 8] == pytest.approx(n * (n**2 - (l**2 + m**2) / 2) * V["pds"] + root * n * (l**2 + m**2) * V["pdp"])
    assert h[4, 4] == pytest.approx(
        3 * l**2 * m**2 * V["dds"] + (l**2 + m**2 - 4 * l**2 * m**2) * V["ddp"] + (n**2 + l**2 * m**2) * V["ddd"]
    )
    assert h[4, 5] == pytest.approx(
        3 * l * m**2 * n * V["dds"] + l * n * (1 - 4 * m**2) * V["ddp"] + l * n * (m**2 - 1) * V["ddd"]
    )


@BOTH
def test_the_bloch_hamiltonian_has_the_symmetry_of_the_cube(name):
    fe, k = iron.Iron(name, 2.0), np.array([0.7, -1.9, 2.6])
    h = iron.hamiltonian(fe, "minority", k)
    np.testing.assert_allclose(h, h.conj().T, atol=1e-12)
    for turn in (rotation([0, 0, 1], np.pi / 2), rotation([1, 1, 1], 2 * np.pi / 3), np.diag([1.0, -1.0, 1.0])):
        d = represent(turn)
        np.testing.assert_allclose(iron.hamiltonian(fe, "minority", turn @ k), d @ h @ d.T, atol=1e-9)
    g = 2 * np.pi * np.array([1, 1, 0])  # a reciprocal lattice vector of bcc
    np.testing.assert_allclose(iron.hamiltonian(fe, "minority", k + g), h, atol=1e-9)


@BOTH
def test_on_the_axis_the_matrix_falls_into_blocks_by_label(name):
    k = np.zeros((40, 3))
    k[:, 2] = np.linspace(0, 2 * np.pi, 40)
    h = iron.hamiltonian(iron.Iron(name, 2.0), "majority", k)
    for label, block in BLOCKS.items():
        inside = [iron.ORBITALS.index(orbital) for orbital in block]
        outside = [i for i in range(9) if i not in inside]
        assert np.abs(h[:, inside][:, :, outside]).max() < 1e-12, label
    # within Δ1 all three meet, off the axis everything does
    assert np.abs(h[20, [0, 0, 3], [3, 8, 8]]).min() > 0.05
    beside = iron.hamiltonian(iron.Iron(name, 2.0), "majority", [0.3, 0.2, 1.0])
    assert np.abs(beside[0, 4]) > 1e-3


def test_at_gamma_and_h_levels_are_degenerate_as_a_cube_wants():
    for k in ([0.0, 0.0, 0.0], [0.0, 0.0, 2 * np.pi]):
        e = np.linalg.eigvalsh(iron.hamiltonian(FE, "majority", k))
        gaps = np.diff(e) > 1e-9
        sizes = np.diff(np.flatnonzero(np.concatenate([[True], gaps, [True]])))
        assert sorted(sizes) == [1, 2, 3, 3]


@pytest.mark.parametrize(("name", "splitting", "moment"), [("Victora", 2.18, 2.1), ("Papaconstantopoulos", 2.1, 2.2)])
def test_eight_electrons_give_the_moment_of_iron(name, splitting, moment):
    fe = iron.Iron(name, splitting)
    (coarse, _), (level, found) = iron.fermi_level(fe), iron.fermi_level(fe, 24)
    assert found == pytest.approx(moment, abs=0.06)
    assert coarse == pytest.approx(level, abs=0.02)
    # all eight electrons, counted on another mesh
    axis = (np.arange(9) + 0.5) * 4 * np.pi / 9 - 2 * np.pi
    k = np.stack(np.meshgrid(axis, axis, axis), axis=-1).reshape(-1, 3)
    below = sum((np.linalg.eigvalsh(iron.hamiltonian(fe, s, k)) < level).sum() for s in ("majority", "minority"))
    assert below / len(k) == pytest.approx(8, abs=0.06)


def test_without_a_splitting_there_is_no_moment():
    assert iron.fermi_level(iron.Iron("Victora", 0.0))[1] == 0
    both = [iron.hamiltonian(iron.Iron("Victora", 0.0), s, [0.1, 0.2, 0.3]) for s in ("majority", "minority")]
    np.testing.assert_array_equal(*both)


@BOTH
def test_the_majority_has_delta_1_at_the_fermi_level_and_the_minority_has_not(name):
    fe = iron.Iron(name, 2.1)
    level, _ = iron.fermi_level(fe, 20)
    k = np.zeros((200, 3))
    k[:, 2] = np.linspace(0, 2 * np.pi, 200)

    def labels(spin):
        h = iron.hamiltonian(fe, spin, k)
        found = set()
        for label, block in BLOCKS.items():
            i = [iron.ORBITALS.index(orbital) for orbital in block]
            e = np.linalg.eigvalsh(h[:, i][:, :, i])
            if ((e.min(axis=0) < level) & (e.max(axis=0) > level)).any():
                found.add(label.rstrip("'"))
        return found

    assert "Δ1" in labels("majority") and "Δ2" not in labels("majority")
    assert labels("minority") == {"Δ5", "Δ2", "Δ2′"}


@pytest.mark.parametrize(
    ("error", "match", "call"),
    [
        (ValueError, "parameters must be one of", lambda: iron.Iron("Wang", 2.0)),
        (ValueError, "splitting", lambda: iron.Iron("Victora", -1.0)),
        (ValueError, "spin must be", lambda: iron.hamiltonian(FE, "up", [0, 0, 0])),
        (ValueError, "three components", lambda: iron.hamiltonian(FE, "majority", [0, 0])),
        (ValueError, "points must be", lambda: iron.fermi_level(FE, 1)),
    ],
)
def test_bad_input_is_named(error, match, call):
    with pytest.raises(error, match=match):
        call()
