"""Make the six devices of exercise 05: CSV files, and the same numbers inside the notebook.

    python tools/make_diagnosis_data.py [--seed 2] [--check]

Six junctions of one wafer, five of them with one defect each. The seed decides which name hides which defect, how
strong it is, and the noise; another seed gives another class another exercise with the same solution. Afterwards run
``tools/normalise_notebooks.py --execute exercises/source/05-real-junctions.ipynb`` and ``tools/build_exercises.py``.
--check changes nothing and exits 1 if a file holds other data than the seed gives.

Of the folder ``exercises/data/05-real-junctions`` the CSV files are written; of the notebook, only the cell tagged
``data`` and the line that starts with ``truth =`` in a hidden test.
"""

import argparse
import codecs
import re
import sys
from functools import partial
from pathlib import Path

import nbformat
import numpy as np

from mtjlib import Barrier, imperfections, inelastic, julliere, simmons, units

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "exercises" / "source" / "05-real-junctions.ipynb"
FOLDER = ROOT / "exercises" / "data" / "05-real-junctions"
SEED = 2
TRUTH = re.compile(r"^truth = .*$", re.MULTILINE)

NAMES = "ABCDEF"
DEFECTS = ("good", "series", "pinhole", "resonance", "asymmetric", "flip")
BIAS = np.linspace(-0.4, 0.4, 33).round(3)  # V
FIELD = np.concatenate([np.arange(-20.0, 20.5), np.arange(20.0, -20.5, -1.0)])  # mT, up and down again
TEMPERATURES = (10, 300)  # K
NOISE = 0.004
AREA = 1.0  # µm²

# The sound junction. Round numbers, chosen to look like a tunnel junction; they are not fitted to one.
HEIGHT, WIDTH = 1.2, 0.8  # eV, nm, with the free electron mass
POLARISATION, BLOCH = 0.70, 5e-6  # at 0 K; K^-1.5
MAGNONS, CUTOFF = 0.2, 0.1  # inelastic over elastic conductance; eV


def smear(conductance, bias, temperature):
    """Average a conductance over the thermal window around each bias, with the weight -df/dE."""
    kt = units.K_B * temperature
    offset = np.linspace(-14 * kt, 14 * kt, 281)
    weight = julliere.energy_window(offset, 1e-3 * kt, temperature)
    return conductance(bias[:, None] + offset) @ (weight / weight.sum())


def junction(bias, temperature, width=WIDTH, asymmetry=0.0, flips=0.0, resonance=None):
    """Return dI/dV per area (S/m²) of the bare junction, P and AP, at each bias.

    A Brinkman barrier with the thermal factor x/sin x of a tunnel barrier, Julliere's factors with Bloch's
    polarisation, magnon emission, a fraction `flips` of reversed spins, and a resonant level per area as a tuple
    (energy in eV, left and right width in eV, levels per nm²) that is pinned to the left electrode.
    """
    kt = units.K_B * temperature
    slope = np.sqrt(HEIGHT / units.HBAR2_2M) * width / HEIGHT  # d ln T/dE at the Fermi level, 1/eV
    hot = np.pi * slope * kt / np.sin(np.pi * slope * kt)
    p = imperfections.bloch_polarisation(POLARISATION, temperature, BLOCH)
    barrier = Barrier(HEIGHT - asymmetry / 2, width, height_right=HEIGHT + asymmetry / 2)

    def state(v, sign):
        factors = inelastic.magnon_conductances(v, p, p, MAGNONS, CUTOFF)[:: int(sign)]
        g = hot * simmons.brinkman(barrier, v) * ((1 - flips) * factors[0] + flips * factors[1])
        if resonance:
            level, left, right, density = resonance
            spins = [(1 + s * p, 1 + s * sign * p) for s in (1, -1)]
            through = sum(imperfections.breit_wigner(v - level, left * a, right * b) for a, b in spins)
            g = g + density * 1e18 * units.CONDUCTANCE_QUANTUM * through
        return g

    return tuple(smear(partial(state, sign=sign), bias, temperature) for sign in (1, -1))


def resistance(bias, temperature, series=0.0, leak=0.0, **defects):
    """Return dV/dI (Ω) between the pads, P and AP. `series` (Ω) and `leak` (S) are the values at 10 K.

    Leads and metallic bridges lose conductance on warming, by the same linear law: a quarter from 10 K to 300 K.
    """
    warm = 1 + 0.25 * (temperature - 10) / 290
    series, leak = series * warm, leak / warm
    inner = np.linspace(-0.45, 0.45, 361)
    result = []
    for g in junction(inner, temperature, **defects):
        g = g * AREA * 1e-12 + leak
        current = np.concatenate([[0.0], np.cumsum((g[1:] + g[:-1]) / 2 * np.diff(inner))])
        current -= current[180]  # no current without bias
        result.append(series + 1 / np.interp(bias, inner + series * current, g))
    return result


def minor_loop(r_p, r_ap, shift, coercivity):
    """Return the resistance at each of FIELD: antiparallel below the switching field, parallel above it."""
    half = len(FIELD) // 2
    switching = shift + coercivity * np.where(np.arange(len(FIELD)) < half, 1, -1)
    return np.where(switching < FIELD, r_p, r_ap)


def devices(seed=SEED):
    """Return the defect of each name, its strength, and the noisy data: {name: (defect, strength, rv, rh)}.

    `rv` has the columns P and AP at 10 K, P and AP at 300 K, in Ω; `rh` is the minor loop at 300 K and 5 mV, in Ω.
    """
    rng = np.random.default_rng(seed)
    hidden = dict(zip(NAMES, rng.permutation(DEFECTS).tolist(), strict=True))
    sound = resistance(np.zeros(1), 10)[0][0]
    result = {}
    for name, defect in hidden.items():
        side = float(rng.choice([-1, 1]))
        strength = {
            "good": {},
            "series": {"series": round(sound * rng.uniform(0.45, 0.6), 1)},
            "pinhole": {"leak": float(f"{rng.uniform(0.5, 0.7) / sound:.3g}")},
            "resonance": {"resonance": (round(side * rng.uniform(0.18, 0.24), 3), 1e-6, 0.06, 15.0)},
            "asymmetric": {"asymmetry": round(side * rng.uniform(0.9, 1.2), 2)},
            "flip": {"flips": round(rng.uniform(0.1, 0.13), 3)},
        }[defect]
        width = WIDTH * (1 + rng.uniform(-0.001, 0.001))
        curves = [r for t in TEMPERATURES for r in resistance(BIAS, t, width=width, **strength)]
        rv = np.transpose(curves) * (1 + NOISE * rng.standard_normal((len(BIAS), 4)))
        low = [r[0] for r in resistance(np.array([0.005]), 300, width=width, **strength)]
        loop = minor_loop(*low, shift=rng.uniform(-4, 4), coercivity=rng.uniform(5, 10))
        rh = loop * (1 + NOISE * rng.standard_normal(len(FIELD)))
        result[name] = defect, strength, _digits(rv), _digits(rh)
    return result


def _digits(numbers):
    """Round to the four digits that the files hold."""
    return np.vectorize(lambda number: float(f"{number:.4g}"))(numbers)


def _wrapped(numbers, width=112):
    lines = [""]
    for number in map("{:g}".format, numbers):
        if len(lines[-1]) + len(number) + 1 > width:
            lines.append("")
        lines[-1] += f"{number} "
    return "\n".join(line.rstrip() for line in lines)


def files(data):
    """Return the folder's files, {name: text}."""
    result = {}
    for name, (_, _, rv, rh) in data.items():
        rows = [f"{v:g}," + ",".join(f"{r:g}" for r in row) for v, row in zip(BIAS, rv, strict=True)]
        result[f"{name}-rv.csv"] = "\n".join(["bias_V,P_10K_ohm,AP_10K_ohm,P_300K_ohm,AP_300K_ohm", *rows]) + "\n"
        rows = [f"{b:g},{r:g}" for b, r in zip(FIELD, rh, strict=True)]
        result[f"{name}-rh.csv"] = "\n".join(["field_mT,resistance_ohm", *rows]) + "\n"
    return result


def cell(data):
    """Return the source of the notebook's data cell."""
    blocks = []
    for name, (_, _, rv, rh) in data.items():
        titles = [f"{state} {t}" for t in TEMPERATURES for state in ("P", "AP")] + ["loop"]
        blocks += [f"{name} {title}\n{_wrapped(r)}" for title, r in zip(titles, [*rv.T, rh], strict=True)]
    table = "\n\n".join(blocks)
    key = codecs.encode(" ".join(defect for defect, *_ in data.values()), "rot13")
    return f'''bias = np.linspace(-0.4, 0.4, 33).round(3)  # V
field = np.concatenate([np.arange(-20.0, 20.5), np.arange(20.0, -20.5, -1.0)])  # mT, up and down again
TABLE = """
{table}
"""  # in Ω: dV/dI against bias in P and AP at 10 K and 300 K, and the minor loop at 300 K
curves = {{}}
for block in TABLE.strip().split("\\n\\n"):
    title, _, numbers = block.partition("\\n")
    curves[title] = np.array(numbers.split(), dtype=float)
# What the checks compare with, in a script that nobody reads by chance:
key = codecs.decode("{key}", "rot13").split()'''


def truth(data):
    """Return the line of the hidden test that holds the strengths."""
    known = {defect: strength for defect, strength, *_ in data.values()}
    numbers = {
        "series": known["series"]["series"],
        "leak": known["pinhole"]["leak"],
        "flips": known["flip"]["flips"],
        "level": known["resonance"]["resonance"][0],
    }
    return "truth = {" + ", ".join(f'"{name}": {number:g}' for name, number in numbers.items()) + "}"


def write(notebook, data):
    """Put the data cell and the hidden truth into `notebook`, in place."""
    cells = [c for c in notebook.cells if "data" in c.metadata.get("tags", [])]
    hidden = [c for c in notebook.cells if c.cell_type == "code" and TRUTH.search(c.source)]
    if len(cells) != 1 or len(hidden) != 1:
        raise ValueError(
            f"one cell tagged 'data' and one hidden truth are needed, found {len(cells)} and {len(hidden)}"
        )
    cells[0].source = cell(data)
    hidden[0].source = TRUTH.sub(truth(data), hidden[0].source)
    return notebook


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=SEED, help="the committed seed by default")
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if a file holds other data")
    options = parser.parse_args(arguments)
    data = devices(options.seed)
    wanted = {FOLDER / name: text for name, text in files(data).items()}
    notebook = nbformat.writes(write(nbformat.read(SOURCE, as_version=4), data)).rstrip("\n") + "\n"
    wanted[SOURCE] = notebook
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if options.check:
            print(f"{path.name} holds other data than tools/make_diagnosis_data.py gives", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
