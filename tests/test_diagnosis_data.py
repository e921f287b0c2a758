"""The data of exercise 05: files up to date, every defect visible in the way the chapter says, and in no other."""

import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import make_diagnosis_data as make  # noqa: E402

from mtjlib import Barrier, imperfections, simmons, transport  # noqa: E402

ZERO = np.zeros(1)
SEEDS = [make.SEED, 11, 2027]


def fingerprint(rv):
    """Return R_P, TMR, warming, odd part of G and lowest TMR, as the exercise defines them."""
    p, ap, warm, _ = rv.T
    low = np.abs(make.BIAS) < 0.051
    g, r = 1 / p, p[low].mean()
    odd = ((g - g[::-1]) / (g + g[::-1]))[make.BIAS > 0.199].mean()
    return r, ap[low].mean() / r - 1, warm[low].mean() / r - 1, odd, (ap / p - 1).min()


def test_files_and_notebook_are_up_to_date():
    assert make.main(["--check"]) == 0, "run tools/make_diagnosis_data.py"
    there = {path.name for path in make.FOLDER.glob("*.csv")}
    assert there == set(make.files(make.devices())), "files without a device"


def test_notebook_and_files_hold_the_same_numbers():
    source = next(c.source for c in nbformat.read(make.SOURCE, 4).cells if "data" in c.metadata.get("tags", []))
    namespace = {"np": np, "codecs": __import__("codecs")}
    exec(source, namespace)
    np.testing.assert_array_equal(namespace["bias"], make.BIAS)
    for name in make.NAMES:
        table = np.genfromtxt(make.FOLDER / f"{name}-rv.csv", delimiter=",", skip_header=1)
        np.testing.assert_array_equal(table[:, 0], make.BIAS)
        titles = [f"{name} {state} {t}" for t in make.TEMPERATURES for state in ("P", "AP")]
        np.testing.assert_array_equal(table[:, 1:].T, [namespace["curves"][title] for title in titles])
        loop = np.genfromtxt(make.FOLDER / f"{name}-rh.csv", delimiter=",", skip_header=1)
        np.testing.assert_array_equal(loop.T, [namespace["field"], namespace["curves"][f"{name} loop"]])
    assert namespace["key"] == [defect for defect, *_ in make.devices().values()]


def test_a_stale_file_is_noticed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make, "FOLDER", tmp_path)
    assert make.main(["--check"]) == 1
    assert "A-rv.csv" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_notebook_without_a_data_cell_is_refused():
    with pytest.raises(ValueError, match="found 0 and 0"):
        make.write(nbformat.v4.new_notebook(), make.devices())


@pytest.mark.parametrize("seed", SEEDS)
def test_every_class_gets_every_defect_with_its_own_signature(seed):
    data = make.devices(seed)
    assert sorted(defect for defect, *_ in data.values()) == sorted(make.DEFECTS)
    prints = {defect: fingerprint(rv) for defect, _, rv, _ in data.values()}
    good = prints["good"]
    assert 0.88 * 121 < good[0] < 1.12 * 121, "the good device lies on the process window that the exercise states"
    for defect, (r_p, tmr, warming, odd, lowest) in prints.items():
        assert (r_p > 1.3 * good[0]) == (defect == "series")
        assert (warming > 0.04) == (defect in {"series", "pinhole"}), defect
        assert (warming < 0.0) == (defect not in {"series", "pinhole"}), defect
        assert (abs(odd) > 0.04) == (defect in {"asymmetric", "resonance"}), defect
        assert (lowest < -0.1) == (defect == "resonance"), defect
        assert (tmr < 1.3) == (defect in {"series", "pinhole", "flip"}), defect
    assert prints["pinhole"][0] < 0.75 * good[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_minor_loops_show_the_two_states_of_the_bias_curves(seed):
    for defect, _, rv, rh in make.devices(seed).values():
        zero = len(make.BIAS) // 2
        assert rh[make.FIELD == 20].mean() == pytest.approx(rv[zero, 2], rel=0.03), defect
        assert rh[make.FIELD == -20].mean() == pytest.approx(rv[zero, 3], rel=0.03), defect


def test_leads_and_leaks_act_as_in_the_circuit_and_flips_as_in_the_formula():
    p, ap = (r[0] for r in make.resistance(ZERO, 10))
    p_s, ap_s = (r[0] for r in make.resistance(ZERO, 10, series=50.0))
    assert p_s - p == pytest.approx(50.0) and ap_s - ap == pytest.approx(50.0)
    p_l, ap_l = (r[0] for r in make.resistance(ZERO, 10, leak=0.004))
    assert 1 / p_l - 1 / p == pytest.approx(0.004) and 1 / ap_l - 1 / ap == pytest.approx(0.004)
    p_f, ap_f = (r[0] for r in make.resistance(ZERO, 10, flips=0.1))
    assert ap_f / p_f - 1 == pytest.approx(imperfections.spin_flip_tmr(ap / p - 1, 0.1))
    assert 1 / p_f + 1 / ap_f == pytest.approx(1 / p + 1 / ap)


def test_leads_take_their_share_of_the_bias():
    """With leads the same point of the junction's curve is reached at a larger bias between the pads."""
    bias = np.array([0.1])
    current = 0.1 * (1 / make.resistance((np.arange(200) + 0.5) * 5e-4, 10)[0]).mean()
    moved = make.resistance(bias + 60.0 * current, 10, series=60.0)[0] - 60.0
    assert moved == pytest.approx(make.resistance(bias, 10)[0], rel=1e-3)


def test_cold_junction_without_spin_effects_is_brinkmans(monkeypatch):
    monkeypatch.setattr(make, "MAGNONS", 0.0)
    monkeypatch.setattr(make, "POLARISATION", 0.0)
    wanted = simmons.brinkman(Barrier(make.HEIGHT - 0.25, make.WIDTH, height_right=make.HEIGHT + 0.25), make.BIAS)
    for g in make.junction(make.BIAS, 10, asymmetry=0.5):
        np.testing.assert_allclose(g, wanted, rtol=1e-4)


def test_thermal_factor_is_that_of_a_tunnel_barrier(monkeypatch):
    """The conductance of hot electrons, averaged with the Fermi window over a free-electron barrier's transmission."""
    from mtjlib import Ferromagnet, Junction, thermoelectric

    deep = Junction(Ferromagnet(8.0, 0.0), Barrier(make.HEIGHT, make.WIDTH, 1.0), Ferromagnet(8.0, 0.0))

    def through(energy):
        return thermoelectric.tunnel_transmission(deep, energy)

    cold, hot = (thermoelectric.onsager(through, t, 0) for t in (10, 300))
    monkeypatch.setattr(make, "MAGNONS", 0.0)
    monkeypatch.setattr(make, "POLARISATION", 0.0)
    # Brinkman's curve is smeared as well, which adds a few tenths of a per cent: leave it out.
    monkeypatch.setattr(make.simmons, "brinkman", lambda v, *_: np.ones_like(v))
    model = [make.junction(ZERO, t)[0][0] for t in (10, 300)]
    assert hot / cold - 1 == pytest.approx(model[1] / model[0] - 1, rel=0.5)
    assert transport.tmr(deep) == pytest.approx(0.0)


def test_resonance_inverts_the_tmr_where_its_level_is_and_not_elsewhere():
    level = 0.2
    r_p, r_ap = make.resistance(np.array([-0.2, 0.0, level]), 10, resonance=(level, 1e-6, 0.06, 15.0))
    tmr = r_ap / r_p - 1
    assert tmr[2] < -0.2 and tmr[0] > 0.5 and tmr[1] > 1.0


@pytest.mark.parametrize("seed", range(6))
def test_solution_passes_with_other_seeds(seed, monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    notebook = make.write(nbformat.read(make.SOURCE, as_version=4), make.devices(seed))
    namespace = {"__name__": "__main__"}
    with plt.rc_context():
        for number, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                exec(compile(cell.source, f"cell {number}", "exec"), namespace)
    truth = make.truth(make.devices(seed)).partition(" = ")[2]
    assert namespace["truth"] == pytest.approx(eval(truth))
