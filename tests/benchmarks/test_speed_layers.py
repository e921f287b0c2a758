"""What the book computes by the hundred: critical widths, angles of a spin valve, scattering states, trajectories."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import slow
from _paired import ratio
from scipy.optimize import brentq

from mtjlib import Barrier, Ferromagnet, Junction, dynamics, exact, reversal, spin_valve, transport

pytestmark = pytest.mark.bench

ROOT = Path(__file__).parents[2]
IRON = Ferromagnet(4.5, 3.825)


def test_diagram_of_critical_widths_against_brentq(ledger):
    """Three masses at 81 biases against Brent's method on `transport.torque_in_plane`, with the bracket given away."""
    bias = np.linspace(0.55, 1.1, 81)
    devices = [Junction(IRON, Barrier(1.125, 1.0, mass), IRON) for mass in (0.4, 0.7, 1.0)]
    every = 8 if ledger.full else 16

    def fast():
        return np.array([reversal.critical_width(device, bias) for device in devices])

    def zero(device, v):
        def torque(width):
            return transport.torque_in_plane(replace(device, barrier=replace(device.barrier, width=width)), v)

        return brentq(torque, 0.05, 8.0, rtol=1e-7)

    def sampled():
        return np.array([[zero(device, v) for v in bias[::every]] for device in devices])

    worst = np.abs(fast()[:, ::every] / sampled() - 1).max()
    assert worst < 1e-6
    times = ratio(sampled, fast, ledger.rounds(), share=len(bias[::every]) / bias.size)
    # 25: the interfaces do not know the width; their amplitudes are computed once, not for every trial width.
    ledger.enter("d_c diagram, 243 points", "brentq, fast integral", times, 25, f"{worst:.0e}")


def test_all_angles_of_a_spin_valve_against_a_loop(ledger):
    valve, angle = spin_valve.co_cu(), np.linspace(0.0, np.pi, 361)

    def batched():
        solution = spin_valve.solve(valve, angle)
        return np.array([solution.torque_in_plane, solution.torque_out_of_plane, solution.resistance])

    def loop():
        solutions = [spin_valve.solve(valve, φ) for φ in angle]
        return np.array([[s.torque_in_plane, s.torque_out_of_plane, s.resistance] for s in solutions]).T

    worst = np.abs(batched() / loop() - 1).max()
    assert worst < 1e-10
    times = ratio(loop, batched, ledger.rounds(9, 5))
    # 15: a batch of small matrices; the loop pays the overhead of a solve for each angle.
    ledger.enter("spin valve, 361 angles", "loop of solves", times, 15, f"{worst:.0e}")


def test_scattering_states_against_kwant(ledger):
    """Charge and spin currents from both electrodes per (E, q), against a chain with 60 sites in the barrier.

    The chain is built and finalised once; each point costs Kwant the modes of the leads, one linear solve and four
    current operators. Its answer carries its lattice error, of second order, which must fall as such towards ours.
    """
    pytest.importorskip("kwant", reason="kwant is not part of the locked environment (see tools/kwant_reference.py)")
    junction, bias, angle = Junction(IRON, Barrier(1.125, 1.0, 0.4), IRON), 0.3, 1.2
    energy = np.linspace(4.2, 4.8, 60)[:, None]
    parallel = np.linspace(0.0, 0.6, 60)
    chains = [slow.KwantChain(junction, bias, angle, per_nm) for per_nm in (60, 120)]

    def fast():
        return exact.spectral_currents(junction, energy - IRON.fermi_energy, parallel, bias, angle)

    errors = []
    for chain in chains:
        differences = []
        for i, j in ((30, 10), (50, 5), (10, 40)):
            for got, theirs in zip(fast(), chain.currents(energy[i, 0], parallel[j]), strict=True):
                ours = slow.in_space([component[i, j] for component in got], angle)
                differences.append(np.abs(ours - theirs).max() / np.abs(ours).max())
        errors.append(max(differences))
    assert errors[1] < 2e-3 and errors[0] / errors[1] == pytest.approx(4, rel=0.1)

    points = [(energy[i, 0], parallel[j]) for i, j in ((30, 10), (50, 5), (10, 40), (20, 20))]

    def some():
        return [chains[0].currents(*point) for point in points]

    times = ratio(some, fast, ledger.rounds(7, 5), share=len(points) / (energy.size * parallel.size))
    # 1000: closed formulas over a grid; less would mean that a loop over points has crept in.
    ledger.enter("exact scattering per (E, q)", "Kwant, 60 sites", times, 1000, f"theirs {errors[0]:.0e}")


def cmtj_tool():
    spec = importlib.util.spec_from_file_location("cmtj_reference", ROOT / "tools" / "cmtj_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ensemble_of_trajectories_against_cmtj(ledger):
    """10 000 thermal trajectories, Heun's method, the same steps and one thread; the two ensembles must agree."""
    cmtj = pytest.importorskip("cmtj", reason="cmtj is not part of the locked environment (pip install cmtj)")
    stored = json.loads((ROOT / "tests" / "data" / "cmtj_reference.json").read_text(encoding="utf-8"))
    n, step, steps = 10_000, 1e-12, 100 if ledger.full else 25
    tool, problem = cmtj_tool(), stored | {"torque": [-2e-20, 4e-20], "anisotropy": 4e4}
    names = "ms", "volume", "alpha", "anisotropy", "axis", "demag", "reference"
    layer, rng = dynamics.Macrospin(**{name: problem[name] for name in names}), np.random.default_rng(1)
    m = {"ours": np.repeat(np.array([[1.0], [0.0], [0.0]]), n, axis=1)}
    devices = [tool.junction(problem, (1.0, 0.0, 0.0), temperature=300.0) for _ in range(n)]
    calls = {"ours": 0, "theirs": 0}
    drive = {"field": problem["field"], "torque": problem["torque"], "temperature": 300.0}

    def ours():
        calls["ours"] += 1
        m["ours"] = dynamics.run(layer, m["ours"], steps * step, step, rng=rng, every=steps, **drive).m[-1]

    def theirs():
        calls["theirs"] += 1
        for device in devices:
            device.runSimulation((steps + 0.5) * step, step, steps * step, False, False, cmtj.SolverMode.Heun)

    times = ratio(theirs, ours, ledger.rounds(5, 3))
    while calls["theirs"] < max(calls["ours"], 800 // steps):  # relaxed to thermal equilibrium, both
        theirs()
    while calls["ours"] < calls["theirs"]:
        ours()
    magnets = [device.getLayerMagnetisation("free") for device in devices]
    other = np.array([[v.x, v.y, v.z] for v in magnets]).T
    worst = 0.0
    for a, b in ((m["ours"][1:], other[1:]), (m["ours"][1:] ** 2, other[1:] ** 2)):
        spread = np.hypot(a.std(axis=1), b.std(axis=1)) / np.sqrt(n)
        worst = max(worst, (np.abs(a.mean(axis=1) - b.mean(axis=1)) / spread).max())
    assert worst < 4
    # 2: an ensemble in NumPy may not lose to compiled code that follows one magnet after the other.
    ledger.enter("LLG, 10⁴ thermal trajectories", "cmtj (C++)", times, 2, f"moments within {worst:.1f} σ")
