"""Index entries for every symbol of the notation page: by its meaning and by its name in the code.

The functions of the library come into the index by themselves, from the reference pages.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

PAGE = "chapters/notation"
LETTERS = {
    "alpha": "α", "gamma": "γ", "delta": "δ", "Sigma": "Σ", "omega": "ω", "tau": "τ", "mu": "µ", "nu": "ν",
    "Delta": "Δ", "Gamma": "Γ", "Lambda": "Λ", "Pi": "Π", "beta": "β", "theta": "θ", "varepsilon": "ε", "kappa": "κ",
    "sigma": "σ", "varphi": "φ", "phi": "φ", "xi": "ξ", "ell": "ℓ", "rho": "ρ", "eta": "η", "hbar": "ħ", "lambda": "λ",
    "parallel": "∥", "perp": "⊥", "uparrow": "↑", "downarrow": "↓", "pm": "±", "times": "×", "chi": "χ",
}  # fmt: skip


def plain(symbol):
    """Return LaTeX as letters that an index can sort."""
    text = re.sub(r"\\(?:mathbf|mathcal|mathrm|text|hat|boldsymbol)\s*\{?(\w)\}?", r" \1", symbol).replace("\\,", " ")
    text = re.sub(r"\\([A-Za-z]+)\s*", lambda match: LETTERS.get(match[1], ""), text)
    text = re.sub(r"[{}$\\]", "", text).replace("^2", "²").replace("^-", "⁻")
    return " ".join(text.split())


def headword(paragraph):
    """Return what a symbol means in a few words: no formula before or after them, and no second meaning."""
    parts = [f"\0{plain(part.astext())}\0" if isinstance(part, nodes.math) else part.astext() for part in paragraph]
    text = re.sub(r"^\0[^\0]*\0[,:] ", "", "".join(parts))
    text = re.sub(r", \0[^\0]*=[^\0]*\0$", "", re.split(r"[;:]| \(", text)[0].strip())
    return text.replace("\0", "").rstrip(",")


class SymbolEntries(SphinxTransform):
    """Put an index entry and its target into each row of the page's tables that starts with a symbol."""

    default_priority = 840  # before Sphinx collects the entries of the page (850)

    def apply(self, **kwargs):
        if self.env.docname != PAGE:
            return
        for number, row in enumerate(self.document.findall(nodes.row)):
            cells = row.children
            symbols = [plain(math.astext()) for math in cells[0].findall(nodes.math)]
            if not symbols or len(cells) < 4:
                continue
            meaning = headword(cells[1][0])
            names = [literal.astext() for literal in cells[-1].findall(nodes.literal)]
            target = f"symbol-{number}"
            entries = [("single", f"{meaning}, {', '.join(symbols)}", target, "", None)]
            entries += [("single", f"{name} (in the code), {', '.join(symbols)}", target, "", None) for name in names]
            place = cells[0][0] if len(cells[0]) else cells[0]
            place.insert(0, nodes.target("", "", ids=[target]))
            place.insert(0, addnodes.index(entries=entries))


def setup(app):
    app.add_transform(SymbolEntries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
