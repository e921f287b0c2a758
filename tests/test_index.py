"""The index finds symbols by meaning and by name in the code, and the functions of the library."""

import re
import sys
from pathlib import Path

import pytest
from docutils import nodes

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "_ext"))

import mtjindex  # noqa: E402

INDEX = ROOT / "_build" / "html" / "genindex.html"


@pytest.mark.parametrize(
    ("latex", "letters"),
    [
        (r"\Delta\varphi", "Δφ"),
        (r"k_\sigma", "k_σ"),
        (r"\mathbf k_\parallel", "k_∥"),
        (r"\hbar^2q^2/2m", "ħ²q²/2m"),
        (r"\phi_i", "φ_i"),
        (r"\mathbf m_1\times\mathbf m_2", "m_1×m_2"),
        (r"2\,\mathrm{Im}\,r_\sigma", "2 Im r_σ"),
        (r"f_{L,R}", "f_L,R"),
        ("E_F", "E_F"),
    ],
)
def test_symbols_in_letters(latex, letters):
    assert mtjindex.plain(latex) == letters


def test_no_symbol_of_the_notation_page_is_lost():
    rows = re.findall(
        r"^\| (\$[^|]*) \|", (ROOT / "chapters" / "notation.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    commands = {command for row in rows for command in re.findall(r"\\([A-Za-z]+)", row)}
    assert len(rows) > 50 and commands <= mtjindex.LETTERS.keys() | {"mathbf", "mathcal", "hat"}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (["$\\kappa/\\beta$", ", decay constant in units of the mass"], "decay constant in units of the mass"),
        (["$-2\\,\\Sigma$", ": escape rates, in chapter 5 the widths"], "escape rates, in chapter 5 the widths"),
        (["bias at which ", "$N_\\parallel$", " vanishes besides ", "$V=0$"], "bias at which N_∥ vanishes besides V=0"),
        (["leak at small ", "$k$", ", ", "$T=ck^2$", " (chapter 4)"], "leak at small k"),
        (["share ", "$a/(a+b)$", " (chapter 5)"], "share a/(a+b)"),
        (["bias; ", "$u=eV$", " is the rise"], "bias"),
    ],
)
def test_meanings_in_few_words(cell, words):
    paragraph = nodes.paragraph()
    paragraph += [nodes.math("", part.strip("$")) if part[0] == "$" else nodes.Text(part) for part in cell]
    assert mtjindex.headword(paragraph) == words


@pytest.mark.skipif(not INDEX.exists(), reason="the book is not built: run `make book`")
@pytest.mark.parametrize("entry", ["exchange splitting, Δ", "exchange_splitting (in the code), Δ", "critical_width() "])
def test_entries_are_in_the_index(entry):
    assert entry in INDEX.read_text(encoding="utf-8")
