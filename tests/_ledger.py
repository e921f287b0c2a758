"""A ledger of claims: what a source states, the calculation that answers it, its numbers, and the verdict.

The files `test_claims_*.py` hold one each. `holds` is what the quoted words ask of the calculated numbers; `obtained`
are those numbers themselves, so that a change of the library cannot move them unseen.
"""

import inspect
from typing import NamedTuple

import numpy as np


class Claim(NamedTuple):
    where: str
    quoted: str
    calculate: object
    obtained: tuple
    verdict: str
    holds: object


def check(claim):
    """Calculate, print the row of the table (`pytest -s` shows it), and hold it to its words and to its numbers."""
    calculated = tuple(float(value) for value in claim.calculate())
    print(f"{claim.where}: quoted {claim.quoted}; obtained {np.round(calculated, 6)}; {claim.verdict}")
    assert claim.holds(*calculated)
    np.testing.assert_allclose(calculated, claim.obtained, rtol=2e-3, atol=1e-5)


def lines(claim):
    """Number of lines of a calculation, without its head and docstring."""
    body = inspect.getsource(claim.calculate).split('"""')[-1].strip().splitlines()
    return sum(not line.lstrip().startswith("def ") for line in body)
