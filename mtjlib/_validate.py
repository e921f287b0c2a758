"""Turn a user's number or array into a float array, or say exactly what is wrong with it.

Every public function of the package passes its arguments through `real` once, so that a bad value is named (argument,
value, allowed range) where it enters and never comes out again as a NaN.
"""

import sys
from functools import lru_cache

import numpy as np


@lru_cache
def _bounds(interval):
    low, high = (float(part) for part in interval[1:-1].split(","))
    return low, interval[0] == "[", high, interval[-1] == "]"


def real(name, value, interval="(-inf, inf)", unit=""):
    """Return `value` as a float array whose elements all lie in `interval`.

    Parameters
    ----------
    name : str
        The argument's name as the caller knows it.
    value : float or array_like
        What the caller passed.
    interval : str
        Allowed range in the notation of mathematics, ``"(0, inf)"`` or ``"[-1, 1]"``.
    unit : str
        The unit, for the message.

    Raises
    ------
    TypeError
        If `value` is not made of real numbers.
    ValueError
        If an element is NaN or outside `interval`.

    Examples
    --------
    >>> real("width", 1, "(0, inf)", "nm")
    array(1.)
    >>> real("width", [1.0, -2.0], "(0, inf)", "nm")
    Traceback (most recent call last):
    ...
    ValueError: width must lie in (0, inf) nm, got -2.0
    """
    unit = f" {unit}" if unit else ""
    try:
        array = np.asarray(value)
    except ValueError:  # lists of different lengths
        array = np.array(None)
    if array.dtype.kind not in "iuf" and array.size:
        raise TypeError(f"{name} must be a real number or an array of them{unit and ' in' + unit}, got {value!r}")
    if "numpy.ma" in sys.modules and np.ma.is_masked(value):  # whoever has no masked arrays need not load them
        raise ValueError(f"{name} must not hold masked values: their meaning would be lost")
    array = array.astype(float)
    low, low_closed, high, high_closed = _bounds(interval)
    inside = (array >= low) if low_closed else (array > low)
    inside &= (array <= high) if high_closed else (array < high)
    if not inside.all():
        worst = array[~inside].flat[0] if array.ndim else array
        raise ValueError(f"{name} must lie in {interval}{unit}, got {float(worst)!r}")
    return array


def number(name, value, interval="(-inf, inf)", unit=""):
    """Return `value` as one float in `interval`; errors as in `real`, and a TypeError for an array.

    Examples
    --------
    >>> number("duration", [1, 2], "(0, inf)", "s")
    Traceback (most recent call last):
    ...
    TypeError: duration must be a single number, got an array of shape (2,)
    """
    value = real(name, value, interval, unit)
    if value.ndim:
        raise TypeError(f"{name} must be a single number, got an array of shape {value.shape}")
    return float(value)


def whole(name, value, least=1):
    """Return `value` as an int of at least `least`; True is no number of anything.

    Examples
    --------
    >>> whole("every", True)
    Traceback (most recent call last):
    ...
    TypeError: every must be an integer, got True
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    return int(value)


def device(name, value, kind):
    """Refuse a `value` that is not an instance of the class `kind`, and return it.

    Examples
    --------
    >>> from mtjlib.junction import Junction
    >>> device("junction", 0.1, Junction)
    Traceback (most recent call last):
    ...
    TypeError: junction must be a Junction, got 0.1
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise TypeError(f"{name} must be {article} {kind.__name__}, got {value!r}")
    return value


def one_of(name, value, choices):
    """Refuse a `value` that is not among the choices, which are words.

    Examples
    --------
    >>> one_of("free", "top", ("right", "left"))
    Traceback (most recent call last):
    ...
    ValueError: free must be 'right' or 'left', got 'top'
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be {' or '.join(map(repr, choices))}, got {value!r}")


def set_floats(obj, **fields):
    """Validate fields of a frozen dataclass as single numbers and store them as floats.

    Call it from ``__post_init__`` with ``name=(interval, unit)`` for each field. Errors are those of `real`, and a
    TypeError for an array.
    """
    for name, (interval, unit) in fields.items():
        object.__setattr__(obj, name, number(name, getattr(obj, name), interval, unit))


def check_bias(barrier, bias):
    """Return `bias` in V as an array, if it leaves a barrier at both Fermi levels; else a ValueError.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> check_bias(Barrier(height=1.0, width=1.0), 1.0)
    Traceback (most recent call last):
    ...
    ValueError: bias must lie in (-1.0, 1.0) V, got 1.0
    """
    left, right = barrier.heights
    return real("bias", bias, f"({-right!r}, {left!r})", "V")


def check_energies(barrier, excess, parallel_energy, bias):
    """Return these three as arrays of one shape, if the electron is below both ends of the barrier; else a ValueError.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> check_energies(Barrier(height=1.0, width=1.0), 0.7, 0.0, -0.4)
    Traceback (most recent call last):
    ...
    ValueError: excess must lie below the barrier's edge, here 0.6 eV, got 0.7
    """
    bias = check_bias(barrier, bias)
    excess = real("excess", excess, unit="eV")
    parallel_energy = real("parallel_energy", parallel_energy, "[0, inf)", "eV")
    excess, parallel_energy, bias = np.broadcast_arrays(excess, parallel_energy, bias)
    edge = np.minimum(barrier.heights[0], barrier.heights[1] + bias)
    if (above := excess >= edge).any():
        low, got = (float(energy[above].flat[0]) for energy in (edge, excess))
        raise ValueError(f"excess must lie below the barrier's edge, here {low:g} eV, got {got!r}")
    return excess, parallel_energy, bias
