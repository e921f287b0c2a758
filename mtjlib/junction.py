r"""A junction as three small frozen objects: two ferromagnets and the barrier between them.

.. code-block:: text

    F(left) | N(spacer, optional) | I(barrier, 0 < x < width) | F(right)

Electrons are free in the ferromagnets, with one parabola for each spin; the majority parabola starts at zero, the
minority parabola higher by the exchange splitting, and both are filled to the Fermi energy. Inside the barrier the mass
is ``Barrier.mass`` electron masses and the edge lies ``Barrier.height`` above the common Fermi level at zero bias.

Sign of the bias, in words: for V > 0 charge flows from left to right, electrons flow from right to left, and every
level of the right electrode is *raised* by e|V|.
"""

from dataclasses import dataclass

from mtjlib._validate import set_floats

__all__ = ["Barrier", "Ferromagnet", "Junction"]
__dir__ = __all__.copy


@dataclass(frozen=True)
class Ferromagnet:
    r"""A free-electron (Stoner) ferromagnet.

    Parameters
    ----------
    fermi_energy : float
        :math:`E_F` in eV above the bottom of the majority band, > 0.
    exchange_splitting : float
        :math:`\Delta` in eV, ≥ 0: the minority band starts at :math:`\Delta`. Zero is a normal metal; from
        :math:`\Delta = E_F` on, the ferromagnet is a half metal.

    Raises
    ------
    ValueError, TypeError
        For a value outside these ranges.

    Examples
    --------
    >>> Ferromagnet(fermi_energy=4.5, exchange_splitting=3.825)
    Ferromagnet(fermi_energy=4.5, exchange_splitting=3.825)
    >>> Ferromagnet(fermi_energy=-1, exchange_splitting=0)
    Traceback (most recent call last):
    ...
    ValueError: fermi_energy must lie in (0, inf) eV, got -1.0
    """

    fermi_energy: float
    exchange_splitting: float

    def __post_init__(self):
        set_floats(self, fermi_energy=("(0, inf)", "eV"), exchange_splitting=("[0, inf)", "eV"))


@dataclass(frozen=True)
class Barrier:
    r"""A trapezoidal tunnel barrier.

    Parameters
    ----------
    height : float
        :math:`U_b` in eV above the Fermi level at zero bias, > 0; at the left interface if the two differ.
    width : float
        :math:`d` in nm, > 0.
    mass : float
        :math:`\beta = m_b/m`, the barrier's effective mass over the electrodes', > 0.
    height_right : float or None
        :math:`U_b` at the right interface if the barrier is asymmetric; None means the same as `height`.

    Examples
    --------
    >>> Barrier(height=1.125, width=1.0, mass=0.4).heights
    (1.125, 1.125)
    """

    height: float
    width: float
    mass: float = 1.0
    height_right: float | None = None

    def __post_init__(self):
        set_floats(self, height=("(0, inf)", "eV"), width=("(0, inf)", "nm"), mass=("(0, inf)", "m_e"))
        if self.height_right is not None:
            set_floats(self, height_right=("(0, inf)", "eV"))

    @property
    def heights(self):
        """Heights in eV at the left and the right interface, at zero bias."""
        return self.height, self.height if self.height_right is None else self.height_right


@dataclass(frozen=True)
class Junction:
    r"""Two ferromagnets and a barrier, with an optional normal-metal spacer beside the left ferromagnet.

    Parameters
    ----------
    left, right : Ferromagnet
    barrier : Barrier
    spacer : float
        Thickness of the normal metal N between the left ferromagnet and the barrier, in nm, ≥ 0. Its electrons match
        the left majority band.

    Examples
    --------
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> Junction(fe, Barrier(1.125, 1.0, 0.4), fe).spacer
    0.0
    """

    left: Ferromagnet
    barrier: Barrier
    right: Ferromagnet
    spacer: float = 0.0

    def __post_init__(self):
        for name, kind in (("left", Ferromagnet), ("barrier", Barrier), ("right", Ferromagnet)):
            if not isinstance(getattr(self, name), kind):
                raise TypeError(f"{name} must be a {kind.__name__}, got {getattr(self, name)!r}")
        set_floats(self, spacer=("[0, inf)", "nm"))
