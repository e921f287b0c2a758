r"""Bands of bcc iron in nine orbitals, from published two-centre Slater–Koster integrals.

An atom carries s, p and d orbitals. Between two atoms in the direction of the unit vector :math:`\hat r` an integral
depends only on how the orbitals look along the bond. Write :math:`d_a = \hat r\cdot Q_a\hat r` with a traceless
symmetric matrix :math:`Q_a`; then :math:`f_a = \hat r\cdot Q_a\hat r` is its σ part,
:math:`\mathbf g_a = \frac{2}{\sqrt3}(Q_a\hat r - f_a\hat r)` its π part, what is left its δ part, and the table of
Slater and Koster is

.. math:: \langle s|H|p_i\rangle = sp\sigma\,r_i,\quad
          \langle p_i|H|p_j\rangle = pp\sigma\,r_ir_j + pp\pi\,(\delta_{ij}-r_ir_j),\quad
          \langle s|H|d_a\rangle = sd\sigma\,f_a,

.. math:: \langle p_i|H|d_a\rangle = pd\sigma\,r_if_a + pd\pi\,g_{a,i},\quad
          \langle d_a|H|d_b\rangle = dd\sigma\,f_af_b + dd\pi\,\mathbf g_a\cdot\mathbf g_b
          + dd\delta\,(\delta_{ab}-f_af_b-\mathbf g_a\cdot\mathbf g_b).

The sets are those of *paramagnetic* iron with first and second neighbours, second-hand: as they stand in the public
code LCAO_Spin_Dynamics by A. T. Costa (github.com/antoniotcosta/LCAO_Spin_Dynamics, files FeVic_WAnd and
FePapa_WAnd; the first attributed there to R. H. Victora, the second by its name to D. A. Papaconstantopoulos), with the
p orbitals of the first turned so that both have one phase. Magnetism is added as a rigid splitting of the d levels; the
Fermi level follows from eight electrons per atom. It is a model: where bands end depends on the set. Chapter 4.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mtjlib._validate import device, real, set_floats, whole

__all__ = ["ORBITALS", "Iron", "fermi_level", "hamiltonian"]
__dir__ = __all__.copy

_RYDBERG = 13.605693  # eV
ORBITALS = ("s", "p_x", "p_y", "p_z", "d_xy", "d_yz", "d_xz", "d_x²-y²", "d_z²")

_NAMES = "sss sps pps ppp sds pds pdp dds ddp ddd".split()
_SETS = {  # on-site s, p, d (xy yz zx), d (x²-y² z²); first neighbours; second neighbours; in rydberg
    "Victora": (
        (0.514, 1.118, -0.089, -0.068),
        (-0.10605, 0.19326, 0.26932, -0.00672, -0.08018, -0.09915, 0.02467, -0.05669, 0.03738, -0.00669),
        (-0.05276, 0.06725, 0.17199, 0.03242, -0.03035, -0.05202, 0.00092, -0.03367, 0.01, -0.00075),
    ),
    "Papaconstantopoulos": (
        (1.2017709017, 1.8725119829, 0.6881678104, 0.6643740535),
        (
            *(-0.1394413859, 0.1777951121, 0.2681021988, 0.0297146384, -0.0678095073),
            *(-0.0930757448, 0.0208929181, -0.0508569255, 0.0309574008, -0.0030320531),
        ),
        (
            *(-0.0314096436, 0.0735426247, 0.1884829849, 0.0390681326, -0.0388437621),
            *(-0.0602805056, -0.0038276755, -0.0312470067, 0.0061819027, 0.0007075703),
        ),
    ),
}


@dataclass(frozen=True)
class Iron:
    """Ferromagnetic iron: a parameter set and the distance between the d levels of the two spins.

    Parameters
    ----------
    parameters : str
        ``"Victora"`` or ``"Papaconstantopoulos"``.
    splitting : float
        Majority d levels lie half of it lower, minority ones half of it higher, in eV: 0 to 10.

    Examples
    --------
    >>> Iron("Victora", 2.18)
    Iron(parameters='Victora', splitting=2.18)
    """

    parameters: str
    splitting: float

    def __post_init__(self):
        if self.parameters not in _SETS:
            raise ValueError(f"parameters must be one of {sorted(_SETS)}, got {self.parameters!r}")
        set_floats(self, splitting=("[0, 10]", "eV"))


def _d_tensors():
    q = np.zeros((5, 3, 3))
    for row, (i, j) in zip(q, ((0, 1), (1, 2), (2, 0)), strict=False):
        row[i, j] = row[j, i] = np.sqrt(3) / 2
    q[3], q[4] = np.diag([1, -1, 0]) * np.sqrt(3) / 2, np.diag([-0.5, -0.5, 1])
    return q


def _bond(direction, integrals):
    """The 9 × 9 matrix ⟨a, 0|H|b, r⟩ of two atoms in the given direction; the ten two-centre integrals by name.

    Along z the s orbital sees p_z and z² alone:

    >>> _bond([0, 0, 2.0], dict.fromkeys(_NAMES, 1.0))[0].tolist()
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    v, r, q = integrals, np.asarray(direction) / np.linalg.norm(direction), _d_tensors()
    f = q @ r @ r
    g = 2 / np.sqrt(3) * (q @ r - f[:, None] * r)
    rr, ff, gg = np.outer(r, r), np.outer(f, f), g @ g.T
    h = np.zeros((9, 9))
    h[0, 0] = v["sss"]
    h[0, 1:4] = v["sps"] * r
    h[0, 4:] = v["sds"] * f
    h[1:4, 1:4] = v["pps"] * rr + v["ppp"] * (np.eye(3) - rr)
    h[1:4, 4:] = v["pds"] * np.outer(r, f) + v["pdp"] * g.T
    h[4:, 4:] = v["dds"] * ff + v["ddp"] * gg + v["ddd"] * (np.eye(5) - ff - gg)
    h[1:4, 0], h[4:, 0], h[4:, 1:4] = -h[0, 1:4], h[0, 4:], -h[1:4, 4:].T  # p is odd: its sign turns with the bond
    return h


@lru_cache
def _lattice(parameters):
    """On-site matrix and, for each of the 14 neighbours, its place in units of a and its bond matrix; in eV."""
    on_site, *shells = _SETS[parameters]
    s, p, t2g, eg = on_site
    site = np.diag([s, p, p, p, t2g, t2g, t2g, eg, eg]) * _RYDBERG
    first = [np.array([x, y, z]) / 2 for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    second = [sign * axis for axis in np.eye(3) for sign in (-1, 1)]
    places, matrices = [], []
    for shell, values in zip((first, second), shells, strict=True):
        integrals = dict(zip(_NAMES, values, strict=True))
        places += shell
        matrices += [_bond(place, integrals) * _RYDBERG for place in shell]
    return site, np.array(places), np.array(matrices)


def hamiltonian(iron, spin, k):
    r"""Bloch Hamiltonian :math:`\sum_{\mathbf r}e^{i\mathbf k\cdot\mathbf r}\langle a,0|H|b,\mathbf r\rangle`.

    Parameters
    ----------
    iron : Iron
    spin : str
        ``"majority"`` or ``"minority"``.
    k : array_like, shape (..., 3)
        Wave vector times the lattice constant, in radians: Γ–H runs from (0, 0, 0) to (0, 0, 2π).

    Returns
    -------
    ndarray of complex, shape (..., 9, 9)
        In eV, Hermitian; the zero of energy is that of the parameter set.

    Examples
    --------
    At Γ only like meets like, and the d levels fall into three and two:

    >>> h = hamiltonian(Iron("Victora", 0.0), "majority", [0.0, 0.0, 0.0])
    >>> bool(abs(h - np.diag(np.diag(h))).max() < 1e-12)
    True
    """
    device("iron", iron, Iron)
    if spin not in ("majority", "minority"):
        raise ValueError(f"spin must be 'majority' or 'minority', got {spin!r}")
    k = real("k", k, unit="rad")
    if k.shape[-1:] != (3,):
        raise ValueError(f"k must have three components along its last axis, got shape {k.shape}")
    site, places, matrices = _lattice(iron.parameters)
    half = iron.splitting / 2 * (-1 if spin == "majority" else 1)
    shift = np.diag([0.0] * 4 + [half] * 5)
    return site + shift + np.einsum("...r,rab->...ab", np.exp(1j * k @ places.T), matrices)


def fermi_level(iron, points=10):
    r"""Fermi level and magnetic moment, from eight electrons per atom.

    Parameters
    ----------
    iron : Iron
    points : int
        Midpoints along each axis of an octant of the zone, at least 2; ten give 0.01 eV and a few hundredths of
        :math:`\mu_B`.

    Returns
    -------
    level, moment : float
        In eV from the zero of `hamiltonian`, and in :math:`\mu_B` per atom.

    Examples
    --------
    >>> level, moment = fermi_level(Iron("Victora", 2.18))
    >>> round(moment, 1)
    2.1
    """
    points = whole("points", points, 2)
    axis = (np.arange(points) + 0.5) * 2 * np.pi / points
    k = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    k = k[(k[:, 0] >= k[:, 1]) & (k[:, 1] >= k[:, 2])]  # a cube has 48 equal wedges: count each with its images
    x, y, z = k.T
    images = np.where((x == y) & (y == z), 1, np.where((x == y) | (y == z), 3, 6))
    energies = {spin: np.linalg.eigvalsh(hamiltonian(iron, spin, k)) for spin in ("majority", "minority")}
    weight = np.broadcast_to(images[:, None] / points**3, (len(k), 9)).ravel()
    all_energies, all_weights = np.concatenate([e.ravel() for e in energies.values()]), np.tile(weight, 2)
    order = np.argsort(all_energies)
    level = np.interp(8.0, np.cumsum(all_weights[order]) - all_weights[order] / 2, all_energies[order])
    up, down = (weight[e.ravel() < level].sum() for e in energies.values())
    return float(level), float(up - down)
