r"""The same integrals as one would write them first: the slow side of the benchmarks, and an independent answer.

All of them start from the printed form of the leading-order theory, the double integrals over the energy E and
:math:`w=\hbar^2q^2/2m` of `mtjlib.transport` (J and N∥ over the bias window, N⊥ over the two Fermi seas on the real
axis), and share no code with it. Energies are in eV from the left Fermi level.
"""

import ctypes
import math
import shutil
import subprocess
import warnings

import numpy as np
from scipy import LowLevelCallable
from scipy.integrate import IntegrationWarning, dblquad

from mtjlib import units

PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)  # d²q/(2π)² = dw/(4π ħ²/2m), in 1/(eV m²)


class Integrals:
    """Limits and prefactors of (J at θ = 0, N∥, N⊥ from the left, N⊥ from the right), for one junction."""

    def __init__(self, junction):
        left, barrier, right = junction.left, junction.barrier, junction.right
        self.fermi, self.splitting = (
            (left.fermi_energy, right.fermi_energy),
            (
                left.exchange_splitting,
                right.exchange_splitting,
            ),
        )
        self.heights, self.width, self.mass = barrier.heights, barrier.width, barrier.mass

    def edges(self, bias):
        """Band edges: left majority and minority, right majority and minority."""
        (fermi1, fermi2), (splitting1, splitting2) = self.fermi, self.splitting
        return -fermi1, splitting1 - fermi1, bias - fermi2, bias - fermi2 + splitting2

    def of(self, bias):
        """Yield (kind, lowest E, highest E, bottom of w's range, prefactor); w runs from 0 to E - bottom."""
        low, high, sign = min(bias, 0.0), max(bias, 0.0), math.copysign(1.0, bias)
        bottom1, _, bottom2, _ = self.edges(bias)
        both = max(bottom1, bottom2)
        yield 0, max(low, both), high, both, sign * units.CONDUCTANCE_QUANTUM / 2
        yield 1, max(low, both), high, both, -sign * units.E_CHARGE / (8 * math.pi)
        yield 2, bottom1, 0.0, bottom1, -units.E_CHARGE / (4 * math.pi)
        yield 3, bottom2, bias, bottom2, -units.E_CHARGE / (4 * math.pi)

    def integrand(self, w, energy, bias, kind):
        """e^(-2S) times T1⁺T2⁺ + T1⁻T2⁻, T1⁻T2⁺, T1⁻ Re Δr2 or T2⁻ Re Δr1, in plain Python."""
        c, mass = units.HBAR2_2M, self.mass
        a = math.sqrt((mass * (self.heights[0] - energy) + w) / c)
        b = math.sqrt((mass * (self.heights[1] + bias - energy) + w) / c)
        decay = math.exp(-4 * self.width / 3 * (a * a + a * b + b * b) / (a + b))
        probability, phase = [], []
        for edge, big_k in zip(self.edges(bias), (a / mass, a / mass, b / mass, b / mass), strict=True):
            square = (energy - edge - w) / c
            if square > 0:
                k = math.sqrt(square)
                probability.append(4 * k * big_k / (square + big_k * big_k))
                phase.append((big_k * big_k - square) / (big_k * big_k + square))
            else:
                q = math.sqrt(-square)
                probability.append(0.0)
                phase.append((big_k - q) / (big_k + q))
        up1, down1, up2, down2 = probability
        if kind == 0:
            return decay * ((up1 + down1) * (up2 + down2) + (up1 - down1) * (up2 - down2))
        if kind == 1:
            return decay * (up1 - down1) * (up2 + down2)
        if kind == 2:
            return decay * (up1 - down1) * (phase[2] - phase[3])
        return decay * (up2 - down2) * (phase[0] - phase[1])


def totals(parts):
    """(J, N∥, N⊥) from the four integrals."""
    current, in_plane, from_left, from_right = (PER_AREA * part for part in parts)
    return np.array([current, in_plane, from_left + from_right])


def by_dblquad(junction, bias, tolerance=1e-6, integrand=None):
    """(J, N∥, N⊥) at one bias with `scipy.integrate.dblquad`, four calls; the integrand in Python or compiled."""
    integrals = Integrals(junction)
    integrand = integrand or integrals.integrand
    parts = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)  # of the band edges inside; its answer is checked instead
        for kind, low, high, bottom, factor in integrals.of(bias):
            value, _ = dblquad(
                integrand, low, high, 0.0, lambda e, bottom=bottom: e - bottom, (bias, kind), 0.0, tolerance
            )
            parts.append(factor * value)
    return totals(parts)


def on_a_mesh(junction, bias, points=200):
    """(J, N∥, N⊥) at one bias: the trapezoidal rule on a mesh of E and w, vectorised with NumPy."""
    integrals, parts = Integrals(junction), []
    unit = np.linspace(0.0, 1.0, points)
    weight = np.full(points, 1 / (points - 1))
    weight[[0, -1]] /= 2
    d, mass, c = integrals.width, integrals.mass, units.HBAR2_2M
    for kind, low, high, bottom, factor in integrals.of(bias):
        energy, share = np.meshgrid(low + (high - low) * unit, unit)
        w = (energy - bottom) * share
        a = np.sqrt((mass * (integrals.heights[0] - energy) + w) / c)
        b = np.sqrt((mass * (integrals.heights[1] + bias - energy) + w) / c)
        decay = np.exp(-4 * d / 3 * (a * a + a * b + b * b) / (a + b))
        probability, phase = [], []
        for edge, big_k in zip(integrals.edges(bias), (a / mass, a / mass, b / mass, b / mass), strict=True):
            square = (energy - edge - w) / c
            root = np.sqrt(np.abs(square))
            opened = square > 0
            probability.append(np.where(opened, 4 * root * big_k / (np.abs(square) + big_k**2), 0.0))
            if kind > 1:
                phase.append(
                    np.where(opened, (big_k**2 - square) / (big_k**2 + np.abs(square)), (big_k - root) / (big_k + root))
                )
        up1, down1, up2, down2 = probability
        if kind == 0:
            value = (up1 + down1) * (up2 + down2) + (up1 - down1) * (up2 - down2)
        elif kind == 1:
            value = (up1 - down1) * (up2 + down2)
        elif kind == 2:
            value = (up1 - down1) * (phase[2] - phase[3])
        else:
            value = (up2 - down2) * (phase[0] - phase[1])
        parts.append(factor * (high - low) * (weight @ (decay * value * (energy - bottom)) @ weight))
    return totals(parts)


# --- a compiled integrand -----------------------------------------------------------------------------------------

SOURCE = r"""
#include <math.h>
/* x = (w, E, bias, kind); p = (ħ²/2m, width, mass, heights, Fermi energies, splittings) */
double integrand(int n, double *x, void *data) {
    const double *p = data, w = x[0], e = x[1], u = x[2], c = p[0], d = p[1], mass = p[2];
    const double a = sqrt((mass * (p[3] - e) + w) / c), b = sqrt((mass * (p[4] + u - e) + w) / c);
    const double decay = exp(-4 * d / 3 * (a * a + a * b + b * b) / (a + b));
    const double edge[4] = {-p[5], p[7] - p[5], u - p[6], u - p[6] + p[8]};
    double t[4], r[4];
    for (int i = 0; i < 4; i++) {
        const double big = (i < 2 ? a : b) / mass, square = (e - edge[i] - w) / c, k = sqrt(fabs(square));
        t[i] = square > 0 ? 4 * k * big / (square + big * big) : 0.0;
        r[i] = square > 0 ? (big * big - square) / (big * big + square) : (big - k) / (big + k);
    }
    switch ((int)x[3]) {
        case 0: return decay * ((t[0] + t[1]) * (t[2] + t[3]) + (t[0] - t[1]) * (t[2] - t[3]));
        case 1: return decay * (t[0] - t[1]) * (t[2] + t[3]);
        case 2: return decay * (t[0] - t[1]) * (r[2] - r[3]);
        default: return decay * (t[2] - t[3]) * (r[0] - r[1]);
    }
}
"""


def compiler():
    """Path of the system's C compiler, or None."""
    return next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)


def compiled_integrand(junction, folder):
    """`Integrals.integrand` in C behind a `scipy.LowLevelCallable`, built in `folder` with optimisation."""
    source, library = folder / "integrand.c", folder / "integrand.so"
    source.write_text(SOURCE, encoding="utf-8")
    subprocess.run([compiler(), "-O3", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True)
    function = ctypes.CDLL(str(library)).integrand
    function.restype = ctypes.c_double
    function.argtypes = ctypes.c_int, ctypes.POINTER(ctypes.c_double), ctypes.c_void_p
    own = Integrals(junction)
    numbers = [units.HBAR2_2M, own.width, own.mass, *own.heights, *own.fermi, *own.splitting]
    data = (ctypes.c_double * len(numbers))(*numbers)
    return LowLevelCallable(function, ctypes.cast(data, ctypes.c_void_p))


# --- Kwant --------------------------------------------------------------------------------------------------------


def in_space(currents, angle):
    """(charge, x, y, z) of a current given as (charge, along m1, along m2, normal); m1 along z, m2 in the x-z plane."""
    charge, along_m1, along_m2, normal = currents
    m1, m2 = np.array([0.0, 0.0, 1.0]), np.array([np.sin(angle), 0.0, np.cos(angle)])
    return np.array([charge, *(along_m1 * m1 + along_m2 * m2 + normal * np.cross(m1, m2))])


class KwantChain:
    """A junction as a chain of Kwant with two spin components per site, built once for all energies and wave vectors.

    Every interface lies halfway between two sites. Energies from the bottom of the left majority band.
    """

    def __init__(self, junction, bias, angle, per_nm):
        import kwant

        pauli = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
        left, barrier, right = junction.left, junction.barrier, junction.right
        n, unit = round(barrier.width * per_nm), units.HBAR2_2M * per_nm**2
        axis = np.cos(angle) * pauli[3] + np.sin(angle) * pauli[1]

        def mass(i):
            return barrier.mass if 0 <= i < n else 1.0

        def potential(i):
            if i < 0:
                return left.exchange_splitting / 2 * (pauli[0] - pauli[3])
            if i >= n:
                bottom = left.fermi_energy - right.fermi_energy + bias
                return bottom * pauli[0] + right.exchange_splitting / 2 * (pauli[0] - axis)
            low, high = barrier.heights
            return (left.fermi_energy + low + (high + bias - low) * (i + 0.5) / n) * pauli[0]

        fixed = {
            i: potential(i) + 2 * unit * (1 / (mass(i) + mass(i - 1)) + 1 / (mass(i) + mass(i + 1))) * pauli[0]
            for i in range(-8, n + 8)
        }
        across = {i: pauli[0] / mass(i) for i in fixed}

        def onsite(site, w):
            return fixed[site.tag[0]] + w * across[site.tag[0]]

        def in_lead(i):  # Kwant moves the sites of a lead to its unit cell: their own tags do not say where they are
            return lambda site, w: fixed[i] + w * across[i]

        def hopping(i):
            return -2 * unit / (mass(i) + mass(i + 1)) * pauli[0]

        lattice = kwant.lattice.chain(norbs=2)
        system = kwant.Builder()
        for i in range(-2, n + 2):
            system[lattice(i)] = onsite
        for i in range(-2, n + 1):
            system[lattice(i), lattice(i + 1)] = hopping(i)
        for direction, i in ((-1, -7), (1, n + 6)):
            lead = kwant.Builder(kwant.TranslationalSymmetry((direction,)))
            lead[lattice(i)] = in_lead(i)
            lead[lattice(i), lattice(i + 1)] = hopping(i)
            system.attach_lead(lead)
        self._system, self._waves = system.finalized(), kwant.wave_function
        where = [(lattice(n // 2), lattice(n // 2 - 1))]
        self._operators = [kwant.operator.Current(self._system, onsite=matrix, where=where) for matrix in pauli]

    def currents(self, energy, parallel):
        """Charge and spin current (x, y, z) from the left and from the right electrode's states."""
        parameters = {"w": parallel}
        waves = self._waves(self._system, energy=energy, params=parameters)
        return [
            np.array([sum(op(wave, params=parameters)[0] for wave in waves(lead)) for op in self._operators])
            for lead in (0, 1)
        ]
