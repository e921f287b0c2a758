"""The ledger: each row says what its source says, and its verdict is the one that the computation gives.

The rows are data (`ledger/*.yml`). The texts of the sources are not part of the repository: where they are at hand (a
folder `shared/seeds` beside it, or the one that `MTJ_SOURCES` names) every quotation is looked up in them.
"""

import json
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import ledger  # noqa: E402

FILES = ledger.files()
ROWS = [row for path in FILES for row in ledger.load(path)[0]]
SOURCES = yaml.safe_load((ledger.FOLDER / "sources.yml").read_text(encoding="utf-8"))
TEXTS = ledger.texts()


def name(row):
    return f"{row.file[:2]}-{row.id}"


@cache
def names_of(file):
    """What the calculations of one file may use."""
    return ledger.names_for(ledger.FOLDER / f"{file}.yml")


@cache
def result(row):
    return ledger.judge(row, names_of(row.file))


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_verdict_is_the_one_that_the_computation_gives(row):
    assert result(row).verdict == row.verdict


@pytest.mark.parametrize("row", [row for row in ROWS if row.compute], ids=name)
def test_numbers_have_not_moved(row):
    """No change of the library moves a number of the ledger unseen. What is true or false needs no such guard."""
    ours = [x for x in result(row).ours if not isinstance(x, bool)]
    expected = [float(f"{x:.4g}") for x in ours]
    assert len(ours) == len(row.pinned), f"pinned: {expected}"
    zero = 1e-6 * np.nanmax([1e-6, *np.abs(row.pinned)])  # what cancels does so to the accuracy of the library
    np.testing.assert_allclose(ours, row.pinned, rtol=2e-3, atol=zero, err_msg=f"pinned: {expected}")


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_quotation_is_word_for_word(row):
    if TEXTS is None:
        pytest.skip("the texts of the sources are not at hand")
    (path,) = TEXTS.glob(SOURCES[row.source]["text"] + "_*.txt")
    missing = ledger.missing_words(row.claim, path.read_text(encoding="utf-8"))
    assert not missing, f"not in {row.source}: {missing}"


def test_names_are_unique():
    repeated = [key for key, n in Counter(name(row) for row in ROWS).items() if n > 1]
    assert not repeated
    assert {row.source for row in ROWS} == set(SOURCES)


@cache
def labels(kind):
    """Labels of the sections and figures, or of the equations, of all pages."""
    found = set()
    for page in sorted((ROOT / "chapters").glob("*.*")):
        if page.suffix == ".md":
            texts, figures = [page.read_text(encoding="utf-8")], []
        elif page.suffix == ".ipynb":
            cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
            texts = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
            figures = [cell["metadata"].get("mystnb", {}).get("figure", {}).get("name") for cell in cells]
        else:
            continue
        pattern = r"^\$\$ \((eq-[\w-]+)\)$" if kind == "equation" else r"^\(([\w-]+)\)=$|^:name: (fig-[\w-]+)$"
        groups = [group for text in texts for group in re.findall(pattern, text, flags=re.M)]
        found |= {label for group in groups for label in ([group] if isinstance(group, str) else group)}
        found |= set(figures) if kind == "section" else set()
    return found - {"", None}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_row_leads_to_where_the_claim_is_treated(row):
    """To a label that exists; a row without a chapter says where it will be judged."""
    if row.file == "later":
        assert row.section.startswith("Part III, ")
    elif row.equation:
        assert row.equation in labels("equation"), f"no equation has the label {row.equation}"
    else:
        assert row.section in labels("section"), f"no section or figure has the label {row.section}"


def test_there_are_enough_rows_of_each_source():
    """Sources of Parts I and II: Xiao, the textbook chapter and what is ballistic in Manchon."""
    count = Counter(row.source for row in ROWS if row.file != "later")
    assert sum(count[key] for key in ("Xiao2008", "Manchon2012", "textbook")) >= 45
    assert all(Counter(row.source for row in ROWS)[key] >= 10 for key in SOURCES)


# ---- the rules themselves: what must be refused, and how a verdict is derived


def row_with(**changes):
    fields = {
        "file": "00",
        "id": "x",
        "source": "s",
        "place": "p",
        "claim": "c",
        "verdict": "reproduced",
        "reason": "r",
        "section": "s",
        "compute": "1.0",
        "quoted": 1.0,
        "within": 0.1,
    }
    return ledger.Row(**fields | changes)


@pytest.mark.parametrize(
    ("ours", "printed", "verdict"),
    [
        ("1.05", "", "reproduced"),
        ("1.15", "", "not reproduced"),
        ("1.05", "4.0", "reproduced with correction"),
        ("1.15", "4.0", "not reproduced"),
        ("1.15", "1.0", "not reproduced"),
        ("float('nan')", "", "not reproduced"),
    ],
)
@pytest.mark.parametrize("condition", [{}, {"quoted": (), "within": None, "holds": "abs(ours - 1) < 0.1"}])
def test_verdict_follows_from_numbers(ours, printed, verdict, condition):
    assert ledger.judge(row_with(compute=ours, printed=printed, **condition), {}).verdict == verdict


def test_correction_needs_something_to_correct():
    with pytest.raises(ValueError, match="nothing to correct"):
        ledger.judge(row_with(compute="1.0", printed="1.01"), {})


def test_relative_tolerance_is_one_of_the_quoted_number():
    for within, verdict in (("4 %", "not reproduced"), ("6 %", "reproduced")):
        assert ledger.judge(row_with(compute="-9.5", quoted=-10, within=within), {}).verdict == verdict


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "confirmed"}, "verdict must be one of"),
        ({"compute": ""}, "belongs to every verdict"),
        ({"verdict": "cannot be tested from the text"}, "belongs to every verdict"),
        ({"section": ""}, "where the claim is treated"),
        ({"equation": "eq-x"}, "where the claim is treated"),
        ({"within": None}, "either `holds` or"),
        ({"holds": "ours"}, "either `holds` or"),
        ({"within": "about 5"}, "within must be"),
        ({"compute": "1\n" * 6}, "five lines"),
    ],
)
def test_incomplete_row_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        row_with(**changes)


def test_unequal_numbers_are_refused():
    with pytest.raises(ValueError, match="2 numbers quoted, 1 computed"):
        ledger.judge(row_with(quoted=(1, 2)), {})


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("the ferromagnet is free", True),
        ("the [...] free", True),
        ("free [...] the", False),  # in this order
        ("the magnet is free", False),
        ("[[$q_c^2<0$|q2c < 0]] at zero bias", True),
        ("q2c > 0 at zero bias", False),
        ("an efficient field", True),
    ],
)
def test_quotation_is_compared_apart_from_layout(claim, found):
    text = "the ferro-\nmagnet is\nfree; (q2c < 0) at zero  bias; an e\ufb03cient [field](@entry_id:1)".replace(
        ") at", " at"
    )
    assert (ledger.missing_words(claim, text) == "") == found


def test_numbers_are_written_for_readers():
    given = {
        560.0: "560",
        15: "15",
        1.003: "1.00",
        -0.1234: "−0.123",
        1.23e-6: "1.23·10⁻⁶",
        5e14: "5.00·10¹⁴",
        0.0: "0",
        True: "yes",
    }
    assert [ledger.number(x) for x in given] == list(given.values())
