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

from mtjlib.course.given import barrier as oxides
from mtjlib.course.given import bias as reversing
from mtjlib.course.given import coherent as filters
from mtjlib.course.given import interface as pair
from mtjlib.course.given import julliere as wafers
from mtjlib.course.given import real as six
from mtjlib.course.given import spin_scattering as spins
from mtjlib.course.given import symmetry as mirrors
from mtjlib.course.given import torque as prints
from mtjlib.course.given import wells

SOURCE = Path(__file__).resolve().parents[1] / "exercises" / "source"
TRUTH = re.compile(r"^( *)truth = .*$", re.MULTILINE)


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


def interface(seed):
    """Two alloys for exercise 03."""
    left, right = pair.alloys(seed)
    data = (
        f"split_left, split_right = {left}, {right}  # eV\ncheck.given(split_left=split_left, split_right=split_right)"
    )
    return data, f'truth = {{"reversal": {pair.sign_changes(left, right)[0]:.4f}}}'


def coherent(seed):
    """Three wafers for exercise 04: spin flips, s-p mixing, and a fixed shunt beside a barrier of growing thickness."""
    rng = np.random.default_rng(seed)
    tables = {w: filters.draw(kind, rng) for w, kind in zip("ABC", ("flips", "mixing", "shunt"), strict=True)}
    layers = filters.LAYERS
    lines = [f"layers = np.arange({layers[0]}, {layers[-1] + 1})  # of the barrier", "tmr = {  # at the meter"]
    lines += [f'    "{wafer}": np.array({_row(table)}),' for wafer, (table, _) in tables.items()]
    return "\n".join([*lines, "}", "check.given(layers=layers, tmr=tmr)"]), f'truth = {{"flips": {tables["A"][1]}}}'


def barrier(seed):
    """Two junctions for exercise 02: dI/dV of a level and a tilted barrier."""
    lines = {"bias": [], "g": []}
    for name, (bias, g) in oxides.curves(seed).items():
        lines["bias"].append(f'    "{name}": np.linspace({bias[0]:.1f}, {bias[-1]:.1f}, {bias.size}),')
        rows = [" ".join(f"{value:#.4g}" for value in part) for part in np.array_split(g, 3)]
        lines["g"] += [f'    "{name}": """', *(f"        {row}" for row in rows), '    """,']
    split = "g = {name: np.array(values.split(), float) for name, values in g.items()}"
    text = ["bias = {  # V", *lines["bias"], "}", "g = {  # dI/dV in µS", *lines["g"], "}", split]
    truth = dict(zip(("lopsided", "height", "width", "tilt"), oxides.junctions(seed), strict=True))
    return "\n".join([*text, "check.given(bias=bias, g=g)"]), f"truth = {json.dumps(truth)}"


def real(seed):
    """Six devices for exercise 05."""
    data = six.devices(seed)
    blocks = []
    for name, (_, _, rv, rh) in data.items():
        titles = [f"{state} {t}" for t in six.TEMPERATURES for state in ("P", "AP")] + ["loop"]
        blocks += [f"{name} {title}\n{_wrapped(r)}" for title, r in zip(titles, [*rv.T, rh], strict=True)]
    table = "\n\n".join(blocks)
    known = {defect: strength for defect, strength, *_ in data.values()}
    truth = {
        "series": known["series"]["series"],
        "leak": known["pinhole"]["leak"],
        "flips": known["flip"]["flips"],
        "level": known["resonance"]["resonance"][0],
    }
    return (
        f'''bias = np.linspace(-0.4, 0.4, 33).round(3)  # V
field = np.concatenate([np.arange(-20.0, 20.5), np.arange(20.0, -20.5, -1.0)])  # mT, up and down again
TABLE = """
{table}
"""  # in Ω: dV/dI against bias in P and AP at 10 K and 300 K, and the minor loop at 300 K
curves = {{}}
for block in TABLE.strip().split("\\n\\n"):
    title, _, numbers = block.partition("\\n")
    curves[title] = np.array(numbers.split(), dtype=float)
check.given(bias=bias, field=field, curves=curves)''',
        f"truth = {json.dumps(truth)}",
    )


def spin_scattering(seed):
    """A junction for exercise 06 whose right magnet is a half metal, and its angle."""
    *numbers, degrees = spins.device(np.random.default_rng(seed))
    spin = spins.by_layers(spins.junction(*numbers), np.radians(degrees))
    lines = [
        f"device = given.junction({', '.join(map(str, numbers))})  # splittings left and right, barrier height, eV"
    ]
    lines += [f"angle = np.radians({degrees})", "check.given(device=device, angle=angle)"]
    return "\n".join(lines), f'truth = {{"spin": {[round(float(x), 4) for x in spin]}}}'


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


def mirrored(seed):
    """Four devices for exercise 08: a symmetric one, two that are clearly not, and one whose asymmetry is buried."""
    rng = np.random.default_rng(seed)
    kinds = dict(zip("ABCD", rng.permutation(list(mirrors.JUNCTIONS)), strict=True))
    readings = {name: mirrors.measured(kind, rng) for name, kind in kinds.items()}
    lines = ["bias = np.linspace(-0.3, 0.3, 9)  # V", "across = {  # N⊥ in µJ/m², four sweeps of each device"]
    for name, (sweeps, _) in readings.items():
        rows = [" ".join(f"{value:.4f}" for value in sweep) for sweep in sweeps]
        lines += [f'    "{name}": """', *(f"        {row}" for row in rows), '    """,']
    lines += ["}", "along = {  # N∥ in µJ/m², one sweep"]
    lines += [f'    "{name}": "{" ".join(f"{value:.4f}" for value in one)}",' for name, (_, one) in readings.items()]
    lines += ["}", "across = {name: np.array(text.split(), float).reshape(4, 9) for name, text in across.items()}"]
    lines += ["along = {name: np.array(text.split(), float) for name, text in along.items()}"]
    lines += ["check.given(bias=bias, across=across, along=along)"]
    truth = {name: mirrors.WORDS[kind in ("symmetric", "buried")] for name, kind in kinds.items()}
    return "\n".join(lines), f"truth = {json.dumps(truth)}"


def monolayers(seed):
    """Two lots for exercise 10: torkance on whole layers of one metal, grown along two directions."""
    layers, readings, wavevector = wells.lots(seed)
    lines = ["counts = np.arange(3, 25)  # layers", f"layer = {json.dumps(layers)}  # thickness of one, in nm"]
    lines.append("torkance = {  # µJ/(V m²)")
    for name, values in readings.items():
        rows = [" ".join(f"{value:.2f}" for value in part) for part in np.array_split(values, 2)]
        lines += [f'    "{name}": """', *(f"        {row}" for row in rows), '    """,']
    lines += ["}", "torkance = {lot: np.array(text.split(), float) for lot, text in torkance.items()}"]
    lines.append("check.given(counts=counts, layer=layer, torkance=torkance)")
    return "\n".join(lines), f'truth = {{"wavevector": {wavevector}}}'


EXERCISES = {  # name: (what makes its data, the committed seed)
    "01-julliere": (julliere, 11),
    "02-barrier": (barrier, 21),
    "03-interface": (interface, 3),
    "04-coherent": (coherent, 4),
    "05-real-junctions": (real, 2),
    "06-spin-scattering": (spin_scattering, 6),
    "07-torque": (torque, 72),
    "08-symmetry": (mirrored, 8),
    "09-bias": (reversing_junction, 9),
    "10-quantum-wells": (monolayers, 10),
}


def _row(numbers):
    return "[" + ", ".join(str(float(f"{number:.3g}")) for number in numbers) + "]"


def _wrapped(numbers, width=112):
    lines = [""]
    for number in map("{:g}".format, numbers):
        if len(lines[-1]) + len(number) + 1 > width:
            lines.append("")
        lines[-1] += f"{number} "
    return "\n".join(line.rstrip() for line in lines)


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
