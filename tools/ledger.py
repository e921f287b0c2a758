"""The ledger: what the sources claim, what mtjlib computes, and the verdict that follows from it.

    python tools/ledger.py 03-interface    # compute the rows of one file, show numbers and verdicts

Each file `ledger/NN-chapter.yml` holds the claims that one chapter judges. The pages (`_ext/ledger.py`) and the tests
(`tests/test_ledger.py`) read them with this module. A verdict is stated in the file *and* derived here from the
computation; the tests fail where the two differ.
"""

import ast
import hashlib
import importlib
import os
import pkgutil
import re
import sys
import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "ledger"
REPRODUCED, CORRECTED, NOT_REPRODUCED, UNTESTABLE = VERDICTS = (
    "reproduced",
    "reproduced with correction",
    "not reproduced",
    "cannot be tested from the text",
)
TEXTS = "MTJ_SOURCES"  # folder with the texts of the sources, which are not part of the repository


@dataclass(frozen=True)
class Row:
    """One claim. CONTRIBUTING.md says what each field means."""

    file: str
    id: str
    source: str
    place: str
    claim: str
    verdict: str
    reason: str
    section: str = ""  # label of the section or figure that treats the claim
    equation: str = ""  # or of the equation
    compute: str = ""
    printed: str = ""
    holds: str = ""
    quoted: tuple = ()
    within: object = None
    pinned: tuple = ()
    unit: str = ""
    digits: int = 3

    def __post_init__(self):
        where = f"{self.file}, {self.id}"
        if self.verdict not in VERDICTS:
            raise ValueError(f"{where}: verdict must be one of {', '.join(VERDICTS)}; got {self.verdict!r}")
        for name in ("quoted", "pinned"):
            object.__setattr__(self, name, tuple(np.ravel(getattr(self, name)).tolist()))
        if self.within is not None and not isinstance(self.within, (int, float)):
            if not re.fullmatch(r"[\d.]+ ?%", str(self.within)):
                raise ValueError(f"{where}: within must be a number or 'n %', got {self.within!r}")
        if bool(self.compute) == (self.verdict == UNTESTABLE):
            raise ValueError(f"{where}: `compute` belongs to every verdict but {UNTESTABLE!r}")
        if bool(self.section) == bool(self.equation):
            raise ValueError(f"{where}: give either `section` or `equation`, where the claim is treated")
        if self.compute and bool(self.holds) == (self.within is not None and bool(self.quoted)):
            raise ValueError(f"{where}: give either `holds` or `quoted` and `within`")
        for name in ("compute", "printed"):
            if len(getattr(self, name).strip().splitlines()) > 5:
                raise ValueError(f"{where}: `{name}` must not be longer than five lines")


@dataclass(frozen=True)
class Result:
    """What a row gives: our numbers, those of the formula as printed, the verdict that follows, and the reason."""

    ours: tuple
    printed: tuple
    verdict: str
    reason: str


def namespace():
    """Names that a calculation may use: NumPy, the public modules of mtjlib, and its three devices."""
    import mtjlib

    public = [m.name for m in pkgutil.iter_modules(mtjlib.__path__) if not m.ispkg and not m.name.startswith("_")]
    names = {name: importlib.import_module(f"mtjlib.{name}") for name in public}
    return names | {"np": np} | {name: getattr(mtjlib, name) for name in ("Barrier", "Ferromagnet", "Junction")}


def load(path):
    """Rows of one file, and the code that defines the names they share."""
    data = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    if set(data) - {"setup", "rows"}:
        raise ValueError(f"{path}: unknown {', '.join(set(data) - {'setup', 'rows'})}")
    known = {f.name for f in fields(Row)} - {"file"}
    rows = []
    for entry in data.get("rows", []):
        if set(entry) - known:
            raise ValueError(f"{path}, {entry.get('id')}: unknown {', '.join(set(entry) - known)}")
        rows.append(Row(file=Path(path).stem, **entry))
    return rows, data.get("setup", "")


def files(folder=FOLDER):
    """The files of rows, in the order of the chapters; what has no chapter yet comes last."""
    return sorted(Path(folder).glob("[0-9]*.yml")) + sorted(Path(folder).glob("later.yml"))


def equations():
    """The table of equations: by source, rows of number, what it says, place, function, test."""
    return yaml.safe_load((FOLDER / "equations.yml").read_text(encoding="utf-8"))


def value(code, names):
    """Execute the lines of a calculation and return the value of its last one, as a tuple of numbers."""
    *statements, last = ast.parse(code.strip()).body
    names = dict(names)
    exec(compile(ast.Module(statements, []), "<ledger>", "exec"), names)
    result = eval(compile(ast.Expression(last.value), "<ledger>", "eval"), names)
    return tuple(np.ravel(result).tolist())


def agrees(row, numbers, names):
    """Whether numbers bear the claim out: by its condition, or by lying within the tolerance of the quoted ones."""
    if row.holds:
        ours = numbers[0] if len(numbers) == 1 else numbers
        return bool(eval(row.holds, names | {"ours": ours}))
    if len(numbers) != len(row.quoted):
        raise ValueError(f"{row.file}, {row.id}: {len(row.quoted)} numbers quoted, {len(numbers)} computed")
    relative = isinstance(row.within, str)
    tolerance = float(row.within.rstrip(" %")) / 100 * np.abs(row.quoted) if relative else row.within
    return bool(np.all(np.abs(np.subtract(numbers, row.quoted)) <= tolerance))


def judge(row, names):
    """Compute one row.

    The claim counts as reproduced if our numbers bear it out. If a calculation with the formula *as printed* stands
    beside ours, it has to fail where ours succeeds; only then is the correction one.
    """
    where = f" See {{eq}}`{row.equation}`." if row.equation else ""
    if not row.compute:
        return Result((), (), UNTESTABLE, row.reason + where)
    ours = value(row.compute, names)
    printed = value(row.printed, names) if row.printed else ()
    verdict = REPRODUCED if agrees(row, ours, names) else NOT_REPRODUCED
    if printed and verdict == REPRODUCED:
        if agrees(row, printed, names):
            raise ValueError(f"{row.file}, {row.id}: the printed formula bears the claim out; nothing to correct")
        verdict = CORRECTED
    reason = row.reason.format(ours=ours, printed=printed, quoted=row.quoted)
    reason = re.sub(r"(?<=[\s(])-(?=\d)", "−", re.sub(r"(?<=\d)%", " %", reason))
    return Result(ours, printed, verdict, reason + where)


def names_for(path):
    """Names that the calculations of one file may use: the common ones, and those of its set-up."""
    names = namespace()
    exec(load(path)[1], names)
    return names


def compute(path):
    """Rows of one file and their results, in order."""
    rows, names = load(path)[0], names_for(path)
    results = []
    for row in rows:
        try:
            results.append((row, judge(row, names)))
        except Exception as error:
            error.add_note(f"in the ledger, {row.file}, {row.id}")
            raise
    return results


def digest(path):
    """What the results of a file depend on: the file, this module, and the physics in mtjlib."""
    state = hashlib.sha256()
    for part in [Path(path), Path(__file__), *sorted((ROOT / "mtjlib").glob("*.py"))]:
        state.update(part.name.encode() + b"\0" + part.read_bytes() + b"\0")
    return state.hexdigest()


def number(x, digits=3):
    """Write one number as the pages do."""
    if isinstance(x, bool):
        return "yes" if x else "no"
    if isinstance(x, int) or x == 0:
        return f"{x:.0f}".replace("-", "−")
    if np.isnan(x):
        return "none"
    if not 1e-3 <= abs(x) < 1e5:
        mantissa, power = f"{x:.{digits - 1}e}".split("e")
        return f"{mantissa}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}".replace(
            "-", "−"
        )
    decimals = max(digits - 1 - int(np.floor(np.log10(abs(x)))), 0)
    return f"{x:.{decimals}f}".replace("-", "−")


def numbers(values, row):
    """Write the numbers of a row with their unit; what rounding left beside a number of any size is 0."""
    floor = 1e-12 * np.nanmax([0.0, *np.abs(np.array(values, float))])
    clean = (0.0 if not isinstance(x, int) and abs(x) <= floor else x for x in values)
    return f"{', '.join(number(x, row.digits) for x in clean)} {row.unit}".strip()


def quoted(row):
    """Write the quoted numbers of a row as they stand in its file."""
    return f"{', '.join(f'{x:g}' for x in row.quoted)} {row.unit}".strip().replace("-", "−")


def shown(claim):
    """The claim as a page shows it: `[[typeset|as extracted]]` becomes what is typeset."""
    return re.sub(r"\[\[(.+?)\|(.+?)\]\]", r"\1", claim)


@cache
def plain(text):
    """A text without what depends on its layout: ligatures, hyphenation, white space, and the markup of links."""
    text = re.sub(r"\[([^\]]*)\]\(@[^)]*\)", r"\1", text).replace("**", "").replace("\u00ad", "")
    return re.sub(r"[\s\-\u2010]+", "", unicodedata.normalize("NFKC", text))


def missing_words(claim, text):
    """The first part of a quotation that the text does not hold, in order; an empty string if all of it is there.

    `[...]` marks an omission. `[[shown|as extracted]]` stands for a formula that the text holds only in garbled form.
    """
    text, start = plain(text), 0
    for part in re.sub(r"\[\[(.+?)\|(.+?)\]\]", r"\2", claim).split("[...]"):
        at = text.find(plain(part), start)
        if at < 0:
            return part.strip()
        start = at + len(plain(part))
    return ""


def texts():
    """Folder with the texts of the sources, or None."""
    folder = Path(os.environ.get(TEXTS) or ROOT.parent / "shared" / "seeds")
    return folder if folder.is_dir() else None


def main(parts):
    wrong = 0
    for path in files():
        if parts and not any(part in path.stem for part in parts):
            continue
        for row, result in compute(path):
            mark = " " if row.verdict == result.verdict else "!"
            wrong += mark == "!"
            pin = [float(f"{x:.4g}") for x in result.ours if not isinstance(x, bool)]
            print(f"{mark} {row.file} {row.id}: {numbers(result.ours, row) or '-'}; {result.verdict}; pinned: {pin}")
            if result.printed:
                print(f"    as printed: {numbers(result.printed, row)}")
    return wrong


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(bool(main(sys.argv[1:])))
