"""The index finds symbols by meaning and by name in the code, and the functions of the library."""

import sys
from pathlib import Path

import pytest

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
        (r"\hbar^2q^2/2m", "ħ^2q^2/2m"),
        ("E_F", "E_F"),
    ],
)
def test_symbols_in_letters(latex, letters):
    assert mtjindex.plain(latex) == letters


@pytest.mark.skipif(not INDEX.exists(), reason="the book is not built: run `make book`")
@pytest.mark.parametrize("entry", ["exchange splitting, Δ", "exchange_splitting (in the code), Δ", "critical_width() "])
def test_entries_are_in_the_index(entry):
    assert entry in INDEX.read_text(encoding="utf-8")
