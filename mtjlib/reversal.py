r"""Where the in-plane torque vanishes: critical barrier width and critical bias.

The interfaces do not know how thick the barrier is. On a fixed set of nodes in energy and wave vector the torque is

.. math:: N_\parallel(d) = \sum_j A_j\,e^{-2d\,\bar\kappa_j},

with :math:`\bar\kappa_j` the mean decay constant, so the amplitudes :math:`A_j` are computed once and a trial width
costs one exponential per node. A thick barrier lets only q ≈ 0 through, a thin one all q: the torque changes sign with
the width when the interface polarisation has different signs there (`mtjlib.interface.critical_wavevector`).
Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Fig. 4.
"""

import numpy as np

from mtjlib import _airy, _leading_order, _occupied, transport
from mtjlib._validate import check_bias, device
from mtjlib.junction import Junction
from mtjlib.quadrature import NotSettled

__all__ = ["critical_bias", "critical_width", "critical_width_tmr"]
__dir__ = __all__.copy

# Widths in nm that are searched, in steps of √2: one set of nodes serves four octaves.
_SCAN = 0.05 * 16.0 ** np.arange(2)
_STEP = np.sqrt(2.0)
_STEPS = _STEP ** np.arange(9)
# A coarse rule will do for signs; where the exact zero does not follow from it, a fine one looks again. Zeros need more
# digits than sums: each is found again with a third more nodes until it settles.
_COARSE, _FINE, _POLISH, _TRIES = (12, 6), (48, 24), (24, 10), 9
_BIASES_AT_ONCE = 24  # some 10 MB


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
    NotSettled
        For a torque that grazes zero, or a spacer whose quantum-well states are too narrow for an answer to 1e-6.

    Examples
    --------
    >>> from mtjlib import materials
    >>> critical_width(materials.FE_MGO_FE, [-0.5, 0.0, 0.7597]).round(2).tolist()
    [nan, nan, 1.0]
    """
    return _critical_width(junction, bias, transport._on_right)


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
    >>> from mtjlib import materials
    >>> critical_width_tmr(materials.FE_MGO_FE, [-1.0, 0.0, 1.0]).round(3).tolist()
    [1.027, nan, 1.027]
    """
    return _critical_width(junction, bias, transport._minus_minus)


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
    >>> from mtjlib import materials
    >>> round(float(critical_bias(materials.FE_MGO_FE)), 4)
    0.7596
    """
    from scipy.optimize import brentq

    device("junction", junction, Junction)
    _, bracket = transport._in_plane(free)

    def ratio(bias):  # N∥/V, up to a factor
        return transport._mean(junction, bias, bracket)[0]

    left, right = junction.barrier.heights
    zeros = []
    for end in (left, -right):
        grid = end * np.sin(np.linspace(0.0, np.pi / 2, 65)[:-1])
        values = ratio(grid)
        (changes,) = np.nonzero(values[:-1] * values[1:] < 0)
        if changes.size:
            zeros.append(brentq(ratio, grid[changes[0]], grid[changes[0] + 1], xtol=1e-12, rtol=1e-12))
    return np.float64(min(zeros, key=abs)) if zeros else np.float64(np.nan)


def _amplitudes(junction, bias, width, nodes, bracket):
    """A_j and 2 κ_j (from that of the slowest wave on) of Σ A_j exp(-2 d κ_j), laid out for `width`, (bias, j)."""
    across, excess, weight = _occupied.window_nodes(junction, bias, nodes, width=width)
    u = bias[:, None, None]
    top, kappa = (
        _airy.action(1.0, *map(np.sqrt, _airy.squared_ends(junction.barrier, at, parallel, u)))
        for at, parallel in ((np.maximum(u, 0), 0.0), (excess, excess - across))
    )
    c = _leading_order.channel(junction, across, excess, u)
    return [part.reshape(bias.size, -1) for part in (weight * bracket(c), 2 * (kappa - top))]


def _guess(junction, bias, bracket, nodes):
    """Where the sum first changes sign, interpolated between two widths of the scan; nan if it does not."""
    found = np.full(bias.shape, np.nan)
    for start in _SCAN:
        amplitude, rate = _amplitudes(junction, bias, np.full(bias.shape, 2 * start), nodes, bracket)
        values = np.stack([(amplitude * np.exp(-width * rate)).sum(axis=1).real for width in start * _STEPS])
        changes = values[:-1] * values[1:] < 0
        first = changes.argmax(axis=0)
        before, after = (np.take_along_axis(values, i[None], axis=0)[0] for i in (first, first + 1))
        there = changes.any(axis=0) & np.isnan(found)
        share = before[there] / (before - after)[there]
        found[there] = start * _STEPS[first[there]] * _STEP**share
    return found


def _newton(junction, bias, guess, nodes, bracket):
    """Newton's method in ln(width), on nodes laid out for slightly thinner barriers than the guess; nan if lost."""
    amplitude, rate = _amplitudes(junction, bias, guess / _STEP, nodes, bracket)
    width = guess
    for _ in range(20):
        terms = amplitude * np.exp(-width[:, None] * rate)
        slope = -(terms * rate).sum(axis=1).real * width
        step = np.clip(-terms.sum(axis=1).real / np.where(slope == 0, 1.0, slope), -0.2, 0.2)
        width = width * np.exp(step)
        if np.abs(step).max() < 1e-7:  # quadratic convergence: the error left is its square
            break
    settled = (np.abs(step) < 1e-7) & (np.abs(np.log(width / guess)) < np.log(_STEP))
    return np.where(settled, width, np.nan)


def _polish(junction, bias, guess, bracket):
    """The zero near the guess, nan where there is none within the step of the scan that the guess comes from."""
    nodes, width = _POLISH, None
    for _ in range(_TRIES):
        before, width = width, _newton(junction, bias, guess, nodes, bracket)
        nodes = tuple(4 * n // 3 for n in nodes)
        if before is not None and np.allclose(width, before, rtol=1e-7, atol=0, equal_nan=True):
            return width
    raise NotSettled(
        f"the critical width does not settle with {nodes[0]} nodes: the spacer of {junction.spacer!r} nm holds "
        "resonances too narrow for it, or the torque or TMR grazes zero"
    )


def _critical_width(junction, bias, bracket):
    bias = check_bias(device("junction", junction, Junction).barrier, bias)
    width = np.full(bias.size, np.nan)
    for first in range(0, bias.size, _BIASES_AT_ONCE):
        u = bias.ravel()[first : first + _BIASES_AT_ONCE]
        missing = np.arange(u.size)
        for nodes in (_COARSE, _FINE):
            if not missing.size:
                break
            guess = _guess(junction, u[missing], bracket, nodes)
            missing, guess = missing[~np.isnan(guess)], guess[~np.isnan(guess)]
            found = _polish(junction, u[missing], guess, bracket) if missing.size else guess
            width[first + missing] = found
            missing = missing[np.isnan(found)]
        if missing.size:
            at = float(u[missing[0]])
            raise NotSettled(f"bias leaves the critical width undecided at {at!r} V: the torque or TMR grazes zero")
    return width.reshape(bias.shape)[()]
