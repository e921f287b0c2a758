"""The bibliography: one entry for each work, DOIs in their bare form, every citation resolved, every entry cited."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PATTERN = re.compile(r"^@(\w+)\{([^,\s]+),\n(?:.*\n)*?\}", re.M)
LATER = (ROOT / "references-later.bib").read_text(encoding="utf-8")  # works that chapters to come will cite
ENTRIES = {match[2]: match[0] for match in PATTERN.finditer((ROOT / "references.bib").read_text(encoding="utf-8"))}
WAITING = {match[2]: match[0] for match in PATTERN.finditer(LATER)}


def field(entry, name):
    text = (ENTRIES | WAITING)[entry]
    match = re.search(rf"^\s*{name}\s*=\s*\{{(.*)\}},?\s*$", text, flags=re.M)
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
    assert set(ENTRIES) == set(cited())


def test_what_waits_belongs_to_a_chapter_to_come():
    """No work waits in one file and is cited from the other, nor longer than it must."""
    assert WAITING and not set(WAITING) & set(ENTRIES)
    for chapter in re.findall(r"^% ---- (\d\d), .* ----$", LATER, flags=re.M):
        assert not list((ROOT / "chapters").glob(f"{chapter}-*")), f"chapter {chapter} is there: cite, or take out"


@pytest.mark.parametrize("name", ["doi", "title", "eprint"])
def test_nothing_is_listed_twice(name):
    values = Counter(re.sub(r"[{}\s]", "", field(key, name)).lower() for key in ENTRIES | WAITING if field(key, name))
    assert [value for value, n in values.items() if n > 1] == []


@pytest.mark.parametrize("key", ENTRIES | WAITING)
def test_entry_is_complete(key):
    assert re.fullmatch(r"(1[89]|20)\d\d", field(key, "year"))
    assert field(key, "title") and field(key, "author")
    doi = field(key, "doi")
    assert doi is None or re.fullmatch(r"10\.\d{4,5}/\S+", doi), f"{doi} is not a bare DOI"
    if (ENTRIES | WAITING)[key].startswith("@article"):
        assert field(key, "journal")


STATUS = {"text", "abstract", "title", "derived", "second-hand"}


@pytest.mark.parametrize("path", sorted((ROOT / "data").glob("*.csv")), ids=lambda path: path.stem)
def test_measured_numbers_say_how_they_were_seen(path):
    """Each row has a source or was derived here; what is second-hand says so; the page tells what the words mean."""
    page = (ROOT / "chapters/data.md").read_text(encoding="utf-8").lower()
    assert f"{{records}} {path.stem}" in page and all(f"*{word}*" in page for word in STATUS)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["status"] in STATUS and (row["reference"] or row["status"] == "derived"), row
            if "bias (V)" in row:
                assert row["bias (V)"], f"{row['junction']}: the bias, or a dash"
