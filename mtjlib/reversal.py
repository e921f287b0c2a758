r"""Where the in-plane torque vanishes: critical barrier width and critical bias.

The interfaces do not know how thick the barrier is. On a fixed set of nodes in energy and wave vector the torque is

.. math:: N_\parallel(d) = \sum_j A_j\,e^{-2d\,\bar\kappa_j},

with :math:`\bar\kappa_j` the mean decay constant, so the amplitudes :math:`A_j` are computed once and a trial width
costs one exponential per node. A thick barrier lets only q ≈ 0 through, a thin one all q: the torque changes sign with
the width when the interface polarisation has different signs there (`mtjlib.interface.critical_wavevector`).
Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Fig. 4.
"""

import numpy as np

from mtjlib import transport
from mtjlib._leading_order import node_numbers, window_channels, window_integrals
from mtjlib._validate import check_bias
from mtjlib.junction import Barrier, Junction

__all__ = ["critical_bias", "critical_width", "critical_width_tmr"]
__dir__ = __all__.copy

# Widths in nm that are searched, in steps of √2: one set of nodes serves four octaves. A coarse rule will do for signs.
_SCAN = 0.05 * 16.0 ** np.arange(2)
_STEPS = 2.0 ** (np.arange(9) / 2)
_COARSE, _FINE = (12, 6), (48, 24)
_BIASES_AT_ONCE = 24


def critical_width(junction, bias=0.0):
    r"""Barrier width at which the in-plane torque on the right magnet reverses.

    Everything but the width is taken from `junction`. The search covers 0.05 to 12.8 nm and returns the smallest
    reversal (it looks for a change of sign between widths that differ by a factor √2).

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V, between minus the right and plus the left barrier height; at zero bias the torkance counts.

    Returns
    -------
    float or ndarray
        In nm; ``nan`` where the torque keeps one sign over all these widths.

    Raises
    ------
    ValueError
        For a bias out of range, or a spacer whose quantum-well states are too narrow for an answer to 1e-6.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> critical_width(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), [-0.5, 0.0, 0.7597]).round(2).tolist()
    [nan, nan, 1.0]
    """
    return _critical_width(junction, bias, _torque)


def critical_width_tmr(junction, bias=0.0):
    r"""Barrier width at which the TMR changes sign, for the same search as `critical_width`.

    Parameters
    ----------
    junction : Junction
    bias : float or array_like
        In V.

    Returns
    -------
    float or ndarray
        In nm; ``nan`` where the TMR keeps one sign. Even in the bias for a symmetric junction.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> critical_width_tmr(Junction(fe, Barrier(1.125, 1.0, 0.4), fe), [-1.0, 0.0, 1.0]).round(3).tolist()
    [1.027, nan, 1.027]
    """
    return _critical_width(junction, bias, _tmr)


def critical_bias(junction, free="right"):
    r"""Bias of smallest magnitude at which the in-plane torque reverses, besides the reversal at V = 0 itself.

    It is the zero of :math:`N_\parallel(V)/V`, which at V = 0 is the torkance.

    Parameters
    ----------
    junction : Junction
    free : {"right", "left"}
        The magnet that feels the torque.

    Returns
    -------
    float
        In V; ``nan`` if the torque follows the sign of the current at every legal bias.

    Examples
    --------
    >>> from mtjlib import Barrier, Ferromagnet, Junction
    >>> fe = Ferromagnet(4.5, 3.825)
    >>> round(float(critical_bias(Junction(fe, Barrier(1.125, 1.0, 0.4), fe))), 4)
    0.7596
    """
    from scipy.optimize import brentq

    def ratio(bias):
        return transport._in_plane(window_integrals(junction, bias), 1.0, free)

    left, right = junction.barrier.heights
    zeros = []
    for end in (left, -right):
        grid = end * np.sin(np.linspace(0.0, np.pi / 2, 65)[:-1])
        values = ratio(grid)
        (changes,) = np.nonzero(values[:-1] * values[1:] < 0)
        if changes.size:
            zeros.append(brentq(ratio, grid[changes[0]], grid[changes[0] + 1], xtol=1e-12, rtol=1e-12))
    return np.float64(min(zeros, key=abs)) if zeros else np.float64(np.nan)


def _torque(left, right):
    (up1, _), (down1, _), (up2, _), (down2, _) = *left, *right
    return (up1 - down1) * (up2 + down2)


def _tmr(left, right):
    (up1, _), (down1, _), (up2, _), (down2, _) = *left, *right
    return (up1 - down1) * (up2 - down2)


def _with_width(junction, width):
    barrier = junction.barrier
    thick = Barrier(barrier.height, width, barrier.mass, barrier.height_right)
    return Junction(junction.left, thick, junction.right, junction.spacer)


def _amplitudes(junction, bias, laid_out_for, nodes, product):
    """A_j and 2 κ_j (from the slowest on) of Σ A_j exp(-2 d κ_j), shapes (bias, j)."""
    left, right, mean, weight, slowest = window_channels(junction, bias, nodes, laid_out_for)
    flat = (bias.size, -1)
    return (weight * product(left, right)).reshape(flat), 2 * (mean - slowest).reshape(flat)


def _guess(junction, bias, product, nodes):
    """Where the sum first changes sign, interpolated between two widths of the scan; nan if it does not."""
    found = np.full(bias.shape, np.nan)
    for start in _SCAN:
        amplitude, rate = _amplitudes(junction, bias, 2 * start, nodes, product)
        widths = start * _STEPS
        values = np.stack([(amplitude * np.exp(-width * rate)).sum(axis=1) for width in widths])
        changes = values[:-1] * values[1:] < 0
        first = changes.argmax(axis=0)
        before, after = (np.take_along_axis(values, i[None], axis=0)[0] for i in (first, first + 1))
        there = changes.any(axis=0) & np.isnan(found)
        share = before[there] / (before - after)[there]
        found[there] = widths[first[there]] * _STEPS[1] ** share
    return found


def _polish(junction, bias, guess, product):
    """The zero near the guess, nan where there is none within the step of the scan that the guess comes from.

    The zero of a sum needs more digits than the sum: half as many nodes again; and the quantum-well states of a spacer
    may be as narrow as they like: twice as many until nothing changes.
    """
    nodes = np.array(node_numbers(_with_width(junction, guess.max())))
    width = _newton(junction, bias, guess, tuple(3 * nodes // 2), product)
    for factor in (3, 6, 12, 24) if junction.spacer else ():
        before, width = width, _newton(junction, bias, guess, tuple(factor * nodes), product)
        if np.array_equal(np.isnan(before), np.isnan(width)) and not (np.abs(width / before - 1) > 3e-7).any():
            break
    else:
        if junction.spacer:
            raise ValueError(f"spacer = {junction.spacer} nm holds resonances too narrow for the critical width")
    return width


def _newton(junction, bias, guess, nodes, product):
    """Newton's method in ln(width), on nodes laid out for slightly thinner barriers than the guess."""
    amplitude, rate = _amplitudes(junction, bias, guess / _STEPS[1], nodes, product)
    width, step = guess, np.full(guess.shape, np.inf)
    for _ in range(20):
        terms = amplitude * np.exp(-width[:, None] * rate)
        slope = -(terms * rate).sum(axis=1) * width
        step = np.clip(-terms.sum(axis=1) / np.where(slope == 0, 1.0, slope), -0.2, 0.2)
        width = width * np.exp(step)
        if np.abs(step).max() < 1e-7:  # quadratic convergence: the error left is its square
            break
    settled = (np.abs(step) < 1e-7) & (np.abs(np.log(width / guess)) < np.log(_STEPS[1]))
    return np.where(settled, width, np.nan)


def _critical_width(junction, bias, product):
    bias = check_bias(junction.barrier, bias)
    width = np.full(bias.size, np.nan)
    for first in range(0, bias.size, _BIASES_AT_ONCE):
        u = bias.ravel()[first : first + _BIASES_AT_ONCE]
        open_ = np.arange(u.size)
        for nodes in (_COARSE, _FINE):
            guess = _guess(junction, u[open_], product, nodes)
            open_, guess = open_[~np.isnan(guess)], guess[~np.isnan(guess)]
            if not open_.size:
                break
            found = _polish(junction, u[open_], guess, product)
            width[first + open_] = found
            open_ = open_[np.isnan(found)]
            if not open_.size:
                break
        else:
            at = float(u[open_[0]])
            raise ValueError(f"bias leaves the critical width undecided at {at!r} V: the torque or TMR grazes zero")
    return width.reshape(bias.shape)[()]
