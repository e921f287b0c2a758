"""The physics of magnetic tunnel junctions, from Julliere's two currents to a bit that is written.

A device is a frozen dataclass; pure functions take a device and arrays that broadcast, and return arrays. Devices are
described in eV, nm and electron masses, biases in V, angles in rad; results come out in SI units, per area. The signs
are those of the book's conventions page.

>>> import mtjlib as mtj
>>> device = mtj.Junction(mtj.materials.FE, mtj.Barrier(height=1.125, width=1.2, mass=0.4), mtj.materials.FE)
>>> round(float(mtj.transport.tmr(device)), 3)
0.092

The modules, by theme; each imports only from those that stand before it:

Foundations
    units, quadrature
Devices
    junction, materials
One barrier
    julliere, barrier, interface, simmons
One junction
    transport, exact, reversal
A crystal and its faults
    bands, stack, iron, imperfections, inelastic
Probes
    superconductor, thermoelectric
Models of the torque
    slonczewski, smatrix, bardeen
Inside the metal
    spin_valve, precession, free_layer
A magnet in motion
    dynamics, stability, switching, stfmr, mram
Around the physics
    course
"""

import importlib
import re

from mtjlib.junction import Barrier, Ferromagnet, Junction

__version__ = "0.1.0"

# The table of contents above is the list: a module that is not in it is not found here.
_MODULES = re.findall(r"\w+", " ".join(re.findall(r"^    (\w.*)$", __doc__, re.MULTILINE)))

__all__ = ["Barrier", "Ferromagnet", "Junction", "__version__", *_MODULES]


def __getattr__(name):
    """Import a module when it is first asked for (PEP 562), so that `import mtjlib` costs little more than NumPy."""
    if name in _MODULES:
        return importlib.import_module(f"mtjlib.{name}")
    raise AttributeError(f"module 'mtjlib' has no attribute {name!r}; it has {', '.join(_MODULES)}")


def __dir__():
    """What TAB offers."""
    return sorted(__all__)
