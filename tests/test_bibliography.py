"""The bibliography: one entry for each work, DOIs in their bare form, every citation resolved, every entry cited."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = {
    match[2]: match[0]
    for match in re.finditer(
        r"^@(\w+)\{([^,\s]+),\n(?:.*\n)*?\}", (ROOT / "references.bib").read_text(encoding="utf-8"), re.M
    )
}

# For chapters to come. Take a key out as soon as its work is cited.
WAITING = set(
    """
    Abert2019 Baibich1988 Belashchenko2005 Berger1996 Bhatti2017 Binasch1989 Borders2019 Brataas2012 Brown1963
    Camsari2017 Chappert2007 Crameri2020 Crouch2001 Datta2008 Dieny2017 Dieny2020 Freeman2014 GarciaPalacios1998
    Gilbert2004 Grollier2020 Huai2004 Ikeda2010 Kanai2012 Katine2000 Kent2015 Kiselev2003 Kittel1949 Kubota2008
    Landau1935 Li2004 Liu2012 Manchon2019 Miron2011 Shiota2012 Singh2001
    Stoner1948 Sun2000 Tang2010 Taniguchi2008 Theodonis2006 Torrejon2017 Tulapurkar2005 Vansteenkiste2014
    Wang2009 Wang2012vcma Wolf2001 Yuasa2008 Zutic2004 dAquino2006 nbgrader2019
    """.split()
)


def field(entry, name):
    match = re.search(rf"^\s*{name}\s*=\s*\{{(.*)\}},?\s*$", ENTRIES[entry], flags=re.M)
    return match and match[1]


def pages():
    for path in sorted(
        [*ROOT.glob("*.md"), *(ROOT / "chapters").glob("*.md"), *(ROOT / "exercises/source").glob("*.ipynb")]
    ):
        yield path, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path, "\n".join("".join(cell["source"]) for cell in cells)
    for path in sorted((ROOT / "ledger").glob("*.yml")):
        yield path, path.read_text(encoding="utf-8")


def cited():
    """Keys of every citation, with one page where it stands."""
    found = {}
    for path, text in pages():
        for keys in re.findall(r"\{cite:\w+\}`([^`]+)`", text):
            found |= {key.strip(): path.name for key in keys.split(",")}
    for path in (ROOT / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            found |= {row["reference"]: path.name for row in csv.DictReader(file) if row.get("reference")}
    return found


def test_there_are_entries():
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    assert len(ENTRIES) == len(re.findall(r"^@", text, flags=re.M)) > 50


def test_every_citation_has_an_entry():
    assert {key: page for key, page in cited().items() if key not in ENTRIES} == {}


def test_every_entry_is_cited():
    """Or waits for a chapter to come; what no page cites is not printed."""
    assert sorted(set(ENTRIES) - set(cited()) - WAITING) == []


@pytest.mark.parametrize("name", ["doi", "title", "eprint"])
def test_nothing_is_listed_twice(name):
    values = Counter(re.sub(r"[{}\s]", "", field(key, name)).lower() for key in ENTRIES if field(key, name))
    assert [value for value, n in values.items() if n > 1] == []


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_complete(key):
    assert re.fullmatch(r"(1[89]|20)\d\d", field(key, "year"))
    assert field(key, "title") and field(key, "author")
    doi = field(key, "doi")
    assert doi is None or re.fullmatch(r"10\.\d{4,5}/\S+", doi), f"{doi} is not a bare DOI"
    if ENTRIES[key].startswith("@article"):
        assert field(key, "journal")
