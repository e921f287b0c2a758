"""Make the noisy data of the exercises, and write them into exercises/source.

    python tools/make_exercise_data.py [--exercise 01-julliere] [--seed 11] [--check]

The seed decides the hidden parameters and the noise; another seed gives another class another exercise with the same
solution. Afterwards run ``tools/normalise_notebooks.py --execute exercises/source/01-julliere.ipynb`` and
``tools/build_exercises.py``. --check changes nothing and exits 1 if the notebook holds other data than the seed gives.

Only two places of a notebook are written: the whole cell tagged ``data``, and the line that starts with ``truth =`` in
a hidden test.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np

from mtjlib import Barrier, Ferromagnet, Junction, bands, exact, imperfections
from mtjlib import julliere as julliere_model
from mtjlib.course.given import bias as reversing
from mtjlib.course.given import julliere as wafers
from mtjlib.course.given import torque as prints

SOURCE = Path(__file__).resolve().parents[1] / "exercises" / "source"
TRUTH = re.compile(r"^( *)truth = .*$", re.MULTILINE)

NOISE = 0.01


def julliere(seed):
    """Three wafers for exercise 01: one with a series resistance, one with a fixed shunt, one with pinholes."""
    rng = np.random.default_rng(seed)
    ra, tmr = wafers.junction(rng)
    defects = {w: wafers.defect(kind, ra, rng) for w, kind in zip("ABC", ("series", "shunt", "pinhole"), strict=True)}
    tables = {w: wafers.resistances(wafers.AREA, ra, tmr, rng, **defect) for w, defect in defects.items()}
    lines = [f"area = np.array({_row(wafers.AREA)})  # µm², the same on each wafer"]
    for name, state in (("r_p", 0), ("r_ap", 1)):
        lines.append(f"{name} = {{  # Ω")
        lines += [f'    "{wafer}": np.array({_row(table[state])}),' for wafer, table in tables.items()]
        lines.append("}")
    lines.append("check.given(area=area, r_p=r_p, r_ap=r_ap)")
    truth = {"ra": ra, "tmr": tmr, "series": defects["A"]["series"]}
    return "\n".join(lines), "truth = {" + ", ".join(f'"{k}": {v}' for k, v in truth.items()) + "}"


LAYERS = np.arange(2, 13)


def coherent(seed):
    """Three wafers for exercise 04: spin flips, s-p mixing, and a fixed shunt beside a barrier of growing thickness."""
    rng = np.random.default_rng(seed)
    flips, mixing = round(rng.uniform(0.04, 0.08), 3), round(rng.uniform(0.2, 0.35), 2)
    limit = rng.uniform(10.5, 12.0)  # layers at which the shunt carries as much as the parallel junction

    def ideal(v):
        return np.array([bands.tmr(bands.model_junction(int(n), v), rtol=0.1) for n in LAYERS])

    r_p = np.exp(2 * bands.decay(0.0, 3.5, -1.0) * (LAYERS - limit))  # in units of the shunt
    tables = {
        "A": imperfections.spin_flip_tmr(ideal(0.02), flips),
        "B": ideal(mixing),
        "C": julliere_model.measured_tmr(r_p, ideal(0.15), 0.0, 1.0),
    }
    tables = {wafer: tmr * (1 + NOISE * rng.standard_normal(tmr.shape)) for wafer, tmr in tables.items()}
    lines = [f"layers = np.arange({LAYERS[0]}, {LAYERS[-1] + 1})  # of the barrier", "tmr = {  # at the meter"]
    lines += [f'    "{wafer}": np.array({_row(table)}),' for wafer, table in tables.items()]
    return "\n".join([*lines, "}"]), f'truth = {{"flips": {flips}}}'


def lopsided(seed):
    """Two junctions for exercise 02: dI/dV of a level and a tilted barrier, by exact scattering, 0.4 % noise."""
    rng = np.random.default_rng(seed)
    metal, height, width = Ferromagnet(4.5, 0.0), round(rng.uniform(1.7, 2.3), 2), round(rng.uniform(1.3, 1.6), 2)
    tilt = round(rng.choice([-1, 1]) * rng.uniform(0.7, 1.0), 2)
    tilted = rng.permutation(["X", "Y"])[0]
    lines, step = {"bias": [], "g": []}, 0.002
    for name in "XY":
        # The level one is measured further on one side, so that its end points mislead.
        bias = np.linspace(-0.3, 0.3, 31) if name == tilted else np.linspace(-0.2, 0.4, 31)
        half = tilt / 2 if name == tilted else 0.0
        junction = Junction(metal, Barrier(height - half, width, 0.4, height + half), metal)
        up, down = (exact.current_density(junction, bias + shift) for shift in (step, -step))
        g = (up - down) / (2 * step) * 1e-6 * (1 + 0.004 * rng.standard_normal(bias.size))  # µS in 1 µm²
        lines["bias"].append(f'    "{name}": np.linspace({bias[0]:.1f}, {bias[-1]:.1f}, {bias.size}),')
        rows = [" ".join(f"{value:#.4g}" for value in part) for part in np.array_split(g, 3)]
        lines["g"] += [f'    "{name}": """', *(f"        {row}" for row in rows), '    """,']
    split = "g = {name: np.array(values.split(), float) for name, values in g.items()}"
    text = ["bias = {  # V", *lines["bias"], "}", "g = {  # dI/dV in µS", *lines["g"], "}", split]
    truth = {"lopsided": str(tilted), "height": height, "width": width, "tilt": tilt}
    return "\n".join(text), f"truth = {json.dumps(truth)}"


def torque(seed):
    """Three printed versions for exercise 07, one of them right, and an unequal junction."""
    rng = np.random.default_rng(seed)
    kinds = ["none", "half metals", rng.choice(["magnet off", "equilibrium"])]
    order = dict(zip("ABC", rng.permutation(kinds), strict=True))
    lines = ["printed = {"]
    for name, kind in order.items():
        version = prints.misprint(kind, int(rng.integers(6)), rng)
        lines += [f'    "{name}": given.Version(', *(f'        "{text}",' for text in vars(version).values()), "    ),"]
    numbers = ", ".join(map(str, prints.device(rng)))
    lines += ["}", f"device = given.junction({numbers})  # splittings of the two magnets and height of the barrier, eV"]
    lines.append("check.given(printed=printed, device=device)")
    truth = {"right": next(name for name, kind in order.items() if kind == "none")}
    return "\n".join(lines), f"truth = {json.dumps(truth)}"


def reversing_junction(seed):
    """The order of exercise 09, and one height with its width that only the teacher knows."""
    order, known = reversing.order(seed)
    units = {"fermi": "eV", "split": "eV", "mass": "m_e", "bias": "V", "ra_max": "Ω µm²"}
    lines = [f'    "{name}": {value},  # {units[name]}' for name, value in order.items()]
    return "\n".join(["order = {", *lines, "}", "check.given(order=order)"]), f"truth = {json.dumps(known)}"


EXERCISES = {
    "01-julliere": (julliere, 11),
    "02-barrier": (lopsided, 21),
    "04-coherent": (coherent, 4),
    "07-torque": (torque, 72),
    "09-bias": (reversing_junction, 9),
}


def _row(numbers):
    return "[" + ", ".join(str(float(f"{number:.3g}")) for number in numbers) + "]"


def write(notebook, data, truth):
    """Put the data cell and the hidden truth into `notebook`, in place."""
    cells = [cell for cell in notebook.cells if "data" in cell.metadata.get("tags", [])]
    hidden = [cell for cell in notebook.cells if cell.cell_type == "code" and TRUTH.search(cell.source)]
    if len(cells) != 1 or len(hidden) != 1:
        raise ValueError(
            f"one cell tagged 'data' and one hidden truth are needed, found {len(cells)} and {len(hidden)}"
        )
    cells[0].source = data
    hidden[0].source = TRUTH.sub(lambda match: match[1] + truth, hidden[0].source)
    return notebook


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercise", choices=sorted(EXERCISES), default="01-julliere")
    parser.add_argument("--seed", type=int, help="the committed seed by default")
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 if the notebook holds other data")
    options = parser.parse_args(arguments)
    make, seed = EXERCISES[options.exercise]
    path = SOURCE / f"{options.exercise}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    before = nbformat.writes(notebook)
    after = nbformat.writes(write(notebook, *make(seed if options.seed is None else options.seed)))
    if options.check:
        if after != before:
            print(f"{path.name} holds other data than tools/make_exercise_data.py gives", file=sys.stderr)
        return int(after != before)
    path.write_text(after.rstrip("\n") + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
