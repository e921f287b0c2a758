"""Vectors with their three components on the first axis: an ensemble of n moments has shape (3, n)."""

import numpy as np

from mtjlib._validate import real

_STATES = {"parallel": 1.0, "antiparallel": -1.0}
_NEXT, _LAST = np.array([1, 2, 0]), np.array([2, 0, 1])


def vector(name, value, unit=""):
    """Return `value` as a float array with three components on the first axis."""
    array = real(name, value, unit=unit)
    if array.ndim == 0 or array.shape[0] != 3:
        raise ValueError(f"{name} must have its 3 components on the first axis, got shape {array.shape}")
    return array


def unit_vector(name, value):
    """Return `value` scaled to unit length."""
    array = vector(name, value)
    length = np.sqrt((array**2).sum(axis=0))
    if not (length > 0).all():
        raise ValueError(f"{name} must not be the zero vector")
    return array / length


def cross(a, b):
    """Vector product along the first axis; `take` is the fastest way that NumPy has to turn the components around."""
    out = a.take(_NEXT, 0) * b.take(_LAST, 0)
    out -= a.take(_LAST, 0) * b.take(_NEXT, 0)
    return out


def cross_matrix(v):
    """The matrix [v]x with [v]x w = v x w; `v` has shape (3, ...), the matrix (..., 3, 3)."""
    zero = np.zeros_like(v[0])
    return np.stack([np.stack(row, -1) for row in ((zero, -v[2], v[1]), (v[2], zero, -v[0]), (-v[1], v[0], zero))], -2)


def aligned(*vectors, ndim=0):
    """Give vectors (3, ...) the same number of trailing axes, at least `ndim`, so that these broadcast."""
    ndim = max(ndim, *(v.ndim - 1 for v in vectors))
    return [v.reshape((3,) + (1,) * (ndim - v.ndim + 1) + v.shape[1:]) for v in vectors]


def sign_of(state):
    """+1 for the state along the reference ("parallel"), -1 for the one against it ("antiparallel")."""
    if state not in _STATES:
        raise ValueError(f"state must be 'parallel' or 'antiparallel', got {state!r}")
    return _STATES[state]
