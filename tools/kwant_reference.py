"""Reference points for `mtjlib.exact` from Kwant (https://kwant-project.org), another code for quantum transport.

    pip install kwant        # in an environment of its own: mtjlib does not need it
    python tools/kwant_reference.py tests/data/kwant_reference.json

At a fixed in-plane wave vector the junction is a chain with two spin components per site: a discretised Schrödinger
equation with the position-dependent mass in divergence form, every interface halfway between two sites. Kwant solves
the scattering problem, and its current operator gives charge and spin current on a bond inside the barrier. A chain's
error falls as the square of its lattice constant; three lattice constants are stored, so that the reader can
extrapolate to zero. The currents are those of one channel, normalised so that a fully transmitted one carries 1.
"""

import json
import sys
import time

import kwant
import numpy as np
from scipy import constants

HBAR2_2M = constants.hbar**2 / (2 * constants.m_e) / constants.e * 1e18
PAULI = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]])]
SITES_PER_NM = (60, 120, 240)

# Electrodes as (Fermi energy, exchange splitting). Energies in eV above the left majority band, lengths in nm.
POINTS = [
    {"left": (4.5, 3.825), "right": (4.5, 3.825), "height": (1.125, 1.125), "width": 1.0, "mass": 0.4, "spacer": 0.0,
     "energy": 4.5, "parallel_energy": 0.1, "bias": 0.0, "angle": 1.2},
    {"left": (4.5, 3.825), "right": (4.5, 3.825), "height": (1.125, 1.125), "width": 1.0, "mass": 0.4, "spacer": 0.0,
     "energy": 4.8, "parallel_energy": 0.05, "bias": 0.5, "angle": 2.0},
    {"left": (4.5, 3.825), "right": (4.5, 3.825), "height": (1.125, 1.125), "width": 1.0, "mass": 0.4, "spacer": 0.0,
     "energy": 4.2, "parallel_energy": 0.6, "bias": -0.5, "angle": 0.7},
    {"left": (4.5, 3.0), "right": (4.0, 3.6), "height": (1.0, 1.4), "width": 0.5, "mass": 0.7, "spacer": 0.0,
     "energy": 4.7, "parallel_energy": 0.25, "bias": 0.4, "angle": 1.5},
    {"left": (4.5, 3.825), "right": (4.5, 3.825), "height": (1.125, 1.125), "width": 0.2, "mass": 0.4, "spacer": 0.0,
     "energy": 4.5, "parallel_energy": 1.0, "bias": 0.1, "angle": 2.5},
    {"left": (4.5, 3.825), "right": (4.5, 3.825), "height": (1.125, 1.125), "width": 1.0, "mass": 0.4, "spacer": 0.5,
     "energy": 4.6, "parallel_energy": 0.1, "bias": 0.3, "angle": 1.2},
    {"left": (2.0, 2.5), "right": (2.0, 2.5), "height": (2.0, 2.0), "width": 0.4, "mass": 1.0, "spacer": 0.0,
     "energy": 2.0, "parallel_energy": 0.3, "bias": 0.0, "angle": 1.0},
]  # fmt: skip


def chain(point, per_nm):
    """The finalised Kwant system and the index of a barrier site in its middle."""
    step = 1 / per_nm
    sites = {name: round(point[name] * per_nm) for name in ("spacer", "width")}
    assert all(abs(count / per_nm - point[name]) < 1e-9 for name, count in sites.items())
    first_right = sites["width"]
    (left_fermi, left_splitting), (right_fermi, right_splitting) = point["left"], point["right"]
    height_left, height_right = point["height"]
    unit = HBAR2_2M / step**2

    def mass(i):
        return point["mass"] if 0 <= i < first_right else 1.0

    def spin(splitting, angle):
        axis = np.cos(angle) * PAULI[3] + np.sin(angle) * PAULI[1]
        return splitting / 2 * (PAULI[0] - axis)

    def onsite(i):
        kinetic = unit * (2 / (mass(i) + mass(i - 1)) + 2 / (mass(i) + mass(i + 1))) + point["parallel_energy"] / mass(
            i
        )
        if i < -sites["spacer"]:
            return kinetic * PAULI[0] + spin(left_splitting, 0.0)
        if i < 0:
            return kinetic * PAULI[0]
        if i < first_right:
            share = (i + 0.5) / first_right
            edge = left_fermi + (1 - share) * height_left + share * (height_right + point["bias"])
            return (kinetic + edge) * PAULI[0]
        bottom = left_fermi - right_fermi + point["bias"]
        return (kinetic + bottom) * PAULI[0] + spin(right_splitting, point["angle"])

    def hopping(i):
        return -2 * unit / (mass(i) + mass(i + 1)) * PAULI[0]

    lattice = kwant.lattice.chain(norbs=2)
    system = kwant.Builder()
    start, stop = -sites["spacer"] - 2, first_right + 2
    for i in range(start, stop):
        system[lattice(i)] = onsite(i)
        if i > start:
            system[lattice(i - 1), lattice(i)] = hopping(i - 1)
    for direction, i in ((-1, start - 5), (1, stop + 5)):
        lead = kwant.Builder(kwant.TranslationalSymmetry((direction,)))
        lead[lattice(i)] = onsite(i)
        lead[lattice(i), lattice(i + 1)] = hopping(i)
        system.attach_lead(lead)
    return system.finalized(), lattice, first_right // 2


def solve(point, per_nm):
    """Charge and spin current (x, y, z; m1 along z) from the left and from the right electrode's states."""
    system, lattice, middle = chain(point, per_nm)
    where = [(lattice(middle), lattice(middle - 1))]
    operators = [kwant.operator.Current(system, onsite=matrix, where=where) for matrix in PAULI]
    waves = kwant.wave_function(system, energy=point["energy"])
    return {
        side: [float(sum(operator(wave)[0] for wave in waves(lead))) for operator in operators]
        for lead, side in ((0, "left"), (1, "right"))
    }


def main(path):
    records = []
    for point in POINTS:
        start = time.perf_counter()
        currents = {str(per_nm): solve(point, per_nm) for per_nm in SITES_PER_NM}
        records.append({**point, "currents": currents})
        print(f"{time.perf_counter() - start:.2f} s for {len(SITES_PER_NM)} chains", file=sys.stderr)
    with open(path, "w") as file:
        json.dump(
            {"code": f"Kwant {kwant.__version__}", "sites_per_nm": SITES_PER_NM, "points": records}, file, indent=1
        )
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
