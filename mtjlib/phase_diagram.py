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
from mtjlib.barrier import check_bias
from mtjlib.junction import Barrier, Junction

# Widths in nm that are searched, in steps of √2: one set of nodes serves four octaves. A coarse rule will do for signs.
_SCAN = 0.05 * 16.0 ** np.arange(2)
_STEPS = 2.0 ** (np.arange(9) / 2)
_COARSE = (12, 6)
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
        For a bias out of range.

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


def _guess(junction, bias, product):
    """Where the sum first changes sign, interpolated between two widths of the scan; nan if it does not."""
    found = np.full(bias.shape, np.nan)
    for start in _SCAN:
        amplitude, rate = _amplitudes(junction, bias, 2 * start, _COARSE, product)
        widths = start * _STEPS
        values = np.stack([(amplitude * np.exp(-width * rate)).sum(axis=1) for width in widths])
        changes = values[:-1] * values[1:] < 0
        first = changes.argmax(axis=0)
        before, after = (np.take_along_axis(values, i[None], axis=0)[0] for i in (first, first + 1))
        there = changes.any(axis=0) & np.isnan(found)
        share = before[there] / (before - after)[there]
        found[there] = widths[first[there]] * _STEPS[1] ** share
    return found


def _polish(junction, bias, width, product):
    """Newton's method in ln(width), on nodes laid out for slightly thinner barriers than the guess."""
    nodes = node_numbers(_with_width(junction, width.max()))
    amplitude, rate = _amplitudes(junction, bias, width / _STEPS[1], nodes, product)
    for _ in range(20):
        terms = amplitude * np.exp(-width[:, None] * rate)
        slope = -(terms * rate).sum(axis=1) * width
        step = np.clip(-terms.sum(axis=1) / slope, -0.2, 0.2)
        width = width * np.exp(step)
        if np.abs(step).max() < 1e-7:  # quadratic convergence: the error left is its square
            break
    return width


def _critical_width(junction, bias, product):
    bias = check_bias(junction.barrier, bias)
    width = np.full(bias.size, np.nan)
    for first in range(0, bias.size, _BIASES_AT_ONCE):
        part = slice(first, first + _BIASES_AT_ONCE)
        u = bias.ravel()[part]
        guess = _guess(junction, u, product)
        there = ~np.isnan(guess)
        if there.any():
            width[part][there] = _polish(junction, u[there], guess[there], product)
    return width.reshape(bias.shape)[()]
