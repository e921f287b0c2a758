"""Parameter sets and records: every number has a reference, and the parameters give what their source states."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from mtjlib import materials, units

BIBLIOGRAPHY = (Path(__file__).parents[1] / "references.bib").read_text(encoding="utf-8")
KEYS = set(re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY, flags=re.M))


@pytest.mark.parametrize("record", materials.TMR_RECORDS, ids=lambda r: f"{r.year}-{r.stack}-{r.temperature}K")
def test_record_is_complete(record):
    assert record.reference in KEYS
    assert str(record.year) in record.reference
    assert record.tmr > 0
    assert 0 < record.temperature <= 300


def test_records_are_those_of_the_data_page():
    """The file behind the page has the same values: year, per cent, temperature and reference of what was seen."""
    with (Path(__file__).parents[1] / "data" / "tmr_history.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["status"] != "second-hand" and row["temperature_K"]]
    listed = [(int(r["year"]), float(r["tmr_percent"]), float(r["temperature_K"]), r["reference"]) for r in rows]
    records = [(r.year, round(100 * r.tmr, 6), r.temperature, r.reference) for r in materials.TMR_RECORDS]
    assert sorted(records) == sorted(listed)


def test_records_are_in_order_of_publication():
    years = [record.year for record in materials.TMR_RECORDS]
    assert years == sorted(years)


def test_wavevectors_of_the_iron_stand_in_are_those_of_the_paper():
    """Xiao, Bauer and Brataas quote 1.09 and 0.42 per angstrom."""
    fe = materials.FE
    majority = np.sqrt(fe.fermi_energy / units.HBAR2_2M) / 10
    minority = np.sqrt((fe.fermi_energy - fe.exchange_splitting) / units.HBAR2_2M) / 10
    assert (round(majority, 2), round(minority, 2)) == (1.09, 0.42)


def test_reference_junction_is_that_of_the_paper():
    """Its barrier is 1.0 to 1.2 eV high with 0.4 electron masses, so a quarter of E_F; the splitting is 0.85 E_F."""
    mtj = materials.FE_MGO_FE
    assert mtj.left == mtj.right == materials.FE and mtj.barrier == materials.MGO and mtj.spacer == 0
    assert mtj.barrier.heights[0] == mtj.barrier.heights[1] == pytest.approx(0.25 * mtj.left.fermi_energy)
    assert 1.0 < mtj.barrier.height < 1.2 and mtj.barrier.mass == 0.4 and mtj.barrier.width == 1.0
    assert mtj.left.exchange_splitting == pytest.approx(0.85 * mtj.left.fermi_energy)


def test_citation_keys_are_unique():
    keys = re.findall(r"^@\w+\{([^,]+),", BIBLIOGRAPHY, flags=re.M)
    assert len(keys) == len(set(keys))
