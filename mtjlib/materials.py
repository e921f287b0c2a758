"""Named parameter sets and measured records, each with the reference it comes from.

A parameter set is what a paper *assumed* for its figures; a record is what a paper *measured*. Reference keys are those
of the book's bibliography (`references.bib`). Only values seen in a primary source's own abstract or text are listed.
"""

from dataclasses import dataclass

from mtjlib.junction import Barrier, Ferromagnet, Junction

__all__ = ["FE", "FE_MGO_FE", "MGO", "TMR_RECORDS", "TMRRecord"]
__dir__ = __all__.copy

FE = Ferromagnet(fermi_energy=4.5, exchange_splitting=0.85 * 4.5)
"""Free-electron stand-in for iron, k = 10.9 and 4.2 /nm at the Fermi level (Xiao2008, Sec. IV A)."""

MGO = Barrier(height=0.25 * 4.5, width=1.0, mass=0.4)
"""Free-electron stand-in for magnesium oxide (Xiao2008, Sec. IV A). Both are effective values, not band structure."""

FE_MGO_FE = Junction(FE, MGO, FE)
"""The reference junction of the book (Xiao2008, Figs. 2-6)."""


@dataclass(frozen=True)
class TMRRecord:
    """One measured TMR.

    Parameters
    ----------
    year : int
        Year of publication.
    stack : str
        Electrode/barrier/electrode.
    tmr : float
        (R_AP - R_P)/R_P as a fraction.
    temperature : float
        In K.
    reference : str
        Key in the bibliography.
    barrier : str
        ``"Al-O"``, ``"MgO"``, ``"SrTiO3"`` or ``"MgO double"``: what the figure of the history colours by.
    note : str
        How the source words it, where that matters.
    """

    year: int
    stack: str
    tmr: float
    temperature: float
    reference: str
    barrier: str
    note: str = ""


TMR_RECORDS = (
    TMRRecord(1995, "Fe/Al2O3/Fe", 0.30, 4.2, "Miyazaki1995", "Al-O"),
    TMRRecord(1995, "Fe/Al2O3/Fe", 0.18, 300, "Miyazaki1995", "Al-O"),
    TMRRecord(2003, "LSMO/SrTiO3/LSMO", 18.0, 4, "Bowen2003", "SrTiO3", "more than 1800 %"),
    TMRRecord(2004, "CoFeB/Al2O3/CoFeB", 0.70, 300, "Wang2004", "Al-O"),
    TMRRecord(2004, "Fe/MgO/Fe", 0.88, 293, "Yuasa2004jjap", "MgO"),
    TMRRecord(2004, "Fe/MgO/Fe", 1.46, 20, "Yuasa2004jjap", "MgO"),
    TMRRecord(2004, "Fe/MgO/Fe", 1.80, 300, "Yuasa2004", "MgO", "up to 180 %"),
    TMRRecord(2004, "CoFe/MgO/CoFe", 2.20, 300, "Parkin2004", "MgO", "up to about 220 %"),
    TMRRecord(2005, "CoFeB/MgO/CoFeB", 2.30, 300, "Djayaprawira2005", "MgO"),
    TMRRecord(2005, "CoFeB/MgO/CoFeB", 2.94, 20, "Djayaprawira2005", "MgO"),
    TMRRecord(2006, "CoFeB/MgO/CoFeB", 4.72, 300, "Hayakawa2006", "MgO"),
    TMRRecord(2006, "CoFeB/MgO/CoFeB", 8.04, 5, "Hayakawa2006", "MgO"),
    TMRRecord(2008, "CoFeB/MgO/CoFeB", 6.04, 300, "Ikeda2008", "MgO"),
    TMRRecord(2009, "CoFeB/MgO/CoFeB/MgO/CoFeB", 10.56, 300, "Jiang2009", "MgO double", "two barriers in series"),
    TMRRecord(2020, "Fe/MgO/Fe", 4.17, 300, "Scheike2020", "MgO"),
    TMRRecord(2020, "Fe/MgO/Fe", 9.14, 3, "Scheike2020", "MgO"),
    TMRRecord(2022, "CoFe/MgO/CoFe", 6.31, 300, "Scheike2022", "MgO"),
    TMRRecord(2022, "CoFe/MgO/CoFe", 11.43, 10, "Scheike2022", "MgO"),
)
"""Measured TMR by year of publication, the rows of ``data/tmr_history.csv`` whose primary source was seen."""
