"""The physics of magnetic tunnel junctions in small, readable modules.

A device is a frozen dataclass; pure functions take a device and arrays that broadcast, and return arrays.
"""

from mtjlib.junction import Barrier, Ferromagnet, Junction

__all__ = ["Barrier", "Ferromagnet", "Junction"]
