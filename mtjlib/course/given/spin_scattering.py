"""Exercise 6: a junction whose right magnet is a half metal, and stand-ins for the steps."""

import numpy as np

from mtjlib import Barrier, Ferromagnet, Junction, smatrix, units
from mtjlib.course import check

PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def device(rng):
    """Return the two splittings (eV), the height of the barrier (eV) and the angle (degrees) of a junction."""
    left = round(rng.uniform(3.4, 4.1), 2)  # about iron's 3.825: both spins open at small q, one at large q
    right = round(rng.uniform(4.8, 5.4), 2)  # above E_F = 4.5: closed for every q, and not so deep that r is near 0
    return left, right, round(rng.uniform(0.9, 1.3), 2), round(rng.uniform(50, 110))  # MgO: about 1 eV; both axes count


def junction(left, right, height):
    """Return the junction of these splittings and this barrier (eV), 1 nm thick, E_F = 4.5 eV on both sides."""
    return Junction(Ferromagnet(4.5, left), Barrier(height, 1.0, 0.4), Ferromagnet(4.5, right))


def waves(junction, q):
    """Return k_1, k_2 (rows majority, minority; imaginary if closed), K (all in 1/nm) and t_b at the Fermi level."""
    q, oxide = np.asarray(q, float), junction.barrier
    kappa = np.sqrt(oxide.mass * oxide.height / units.HBAR2_2M + q**2)
    bottoms = [np.array([0.0, m.exchange_splitting]).reshape(2, *[1] * q.ndim) for m in (junction.left, junction.right)]
    k_1, k_2 = (np.sqrt((4.5 - bottom) / units.HBAR2_2M - q**2 + 0j) for bottom in bottoms)
    return k_1, k_2, kappa / oxide.mass, np.exp(-kappa * oxide.width)


def by_layers(junction, angle):
    """Return the spin per electron from the scattering matrices of the layers, which a step may switch off."""
    q = (np.arange(400) + 0.5) * 0.027175  # to the edge of the majority band; further out nothing comes in
    where = (junction, 0.0, units.HBAR2_2M * q**2, 0.0, angle)
    flow, _ = smatrix.currents(smatrix.leading_order(*smatrix.layers(*where)), *where)
    return flow.spin @ q / (flow.charge @ q)


def mistaken(mistake, junction, angle):
    """Return what `spin_per_electron` gives after a mistake: "no r", "hard wall", "no weight" or "normal incidence"."""
    q = np.linspace(0.0, 10.86, 1000)
    k_1, k_2, big_k, t_b = waves(junction, q)
    weight = t_b**2 * {"no weight": 1.0, "normal incidence": q == 0}.get(mistake, q)
    r_1, r_2 = ((1j * big_k - k) / (1j * big_k + k) for k in (k_1, k_2))
    r_2 = np.where(k_2.imag > 0, {"no r": 0.0, "hard wall": 1.0}.get(mistake, r_2), r_2)
    (a, b), (c, d) = 2 * r_1.imag, 2 * r_2.imag
    along_1, along_2 = (a - b) * (c + d) / 2, (a + b) * (c - d) / 2
    normal = -(a - b) * (r_2[0] - r_2[1]).real * np.sin(angle)
    spin = [along_2 * np.sin(angle), normal, along_1 + along_2 * np.cos(angle)]
    return np.sum(weight * spin, axis=1) / np.sum(weight * ((a + b) * (c + d) + (a - b) * (c - d) * np.cos(angle)) / 2)


def components(answer):
    """Turn a function that returns complex numbers or matrices into one of their real and imaginary parts."""

    def parts(*arguments):
        result = answer(*arguments)
        if result is None or result is Ellipsis:
            return None
        result = np.asarray(result)
        if result.shape != (2, 2):
            raise check.CheckFailed(f"The answer must be a 2×2 matrix, but has the shape {result.shape}.")
        return np.array([result.real, result.imag])

    return parts


def _along(m):
    """Return σ·m."""
    x, y, z = m
    return np.array([[z, x - 1j * y], [x + 1j * y, -z]])


@check.stand_in("1 matrix")
def matrix(up, down, m):
    """Return the 2×2 matrix with the eigenvalues `up` and `down` along m."""
    return (up + down) / 2 * np.eye(2) + (up - down) / 2 * _along(m)


@check.stand_in("1 amplitudes")
def amplitudes(k, big_k):
    """Return t into the barrier and r inside it."""
    open_ = np.isreal(k)
    return np.where(open_, 2 * np.sqrt(1j * k * big_k) / (k + 1j * big_k), 0)[()], (1j * big_k - k) / (1j * big_k + k)


@check.stand_in("2 returning")
def returning(t_1, r_2, m_1, m_2, t_b):
    """Return the matrix that makes D' of A."""
    hats = [(pair[0] + pair[1]) / 2 * np.eye(2) for pair in (t_1, r_2)]
    axes = [(p[0] - p[1]) / 2 * _along(m) for p, m in ((t_1, m_1), (r_2, m_2))]
    return t_b * (hats[1] + axes[1]) @ (hats[0] + axes[0])


@check.stand_in("2 currents")
def currents(t_1, r_2, m_1, m_2, t_b):
    """Return flux and spin flux (x, y, z) of electrons from the left."""
    sums = [abs(t_1[0]) ** 2 + abs(t_1[1]) ** 2, 2 * (r_2[0] + r_2[1]).imag]
    differences = [abs(t_1[0]) ** 2 - abs(t_1[1]) ** 2, 2 * (r_2[0] - r_2[1]).imag]
    (x_1, y_1, z_1), (x_2, y_2, z_2) = m_1, m_2 = np.asarray(m_1), np.asarray(m_2)
    normal = np.array([y_1 * z_2 - z_1 * y_2, z_1 * x_2 - x_1 * z_2, x_1 * y_2 - y_1 * x_2])
    flux = (sums[0] * sums[1] + differences[0] * differences[1] * m_1 @ m_2) / 2
    spin = (differences[0] * sums[1] * m_1 + sums[0] * differences[1] * m_2) / 2
    spin = spin - differences[0] * (r_2[0] - r_2[1]).real * normal
    return t_b**2 * np.array([flux, *spin])
