r"""The wave inside a tilted barrier as numbers alone: κ², its action, and the exact solution by Airy functions.

What `mtjlib.barrier` offers with checked arguments and the integrals of `mtjlib.transport` and `mtjlib.exact` need
without, also at complex energies. In a tilted barrier :math:`\psi''=\kappa^2\psi` with κ² linear in x is Airy's
equation. Where the tilt is small the Airy functions overflow, and their expansion for large argument takes over; it
joins the flat barrier without a seam.
"""

import numpy as np

from mtjlib import units

# Airy's expansion in 1/zeta is taken from here on: 22 terms then reach the last digit.
_LARGE_ZETA = 20.0


def squared_ends(barrier, excess, parallel_energy, bias):
    """κ² in 1/nm² at the left and the right end, for real or complex energies and without a check."""
    left, right = barrier.heights
    at_left = (barrier.mass * (left - excess) + parallel_energy) / units.HBAR2_2M
    at_right = (barrier.mass * (right + bias - excess) + parallel_energy) / units.HBAR2_2M
    return at_left, at_right


def action(width, kappa_left, kappa_right):
    """Integral of κ where κ² is linear; a vanishing κ is no 0/0."""
    total = kappa_left + kappa_right
    inner = kappa_left * kappa_right / np.where(total == 0, 1.0, total)
    return 2 * width / 3 * (total - inner)


def _series_coefficients(count):
    """The u_k and v_k of Airy's expansions in 1/zeta (DLMF 9.7.2)."""
    u = np.ones(count)
    for k in range(1, count):
        u[k] = u[k - 1] * (6 * k - 5) * (6 * k - 3) * (6 * k - 1) / ((2 * k - 1) * 216 * k)
    k = np.arange(count)
    return u, u * (6 * k + 1) / (1 - 6 * k)


_U, _V = _series_coefficients(22)


def _even_odd(coefficients, eta):
    """Even and odd part in eta of a polynomial."""
    square = eta * eta
    even, odd = np.zeros_like(eta), np.zeros_like(eta)
    for low, high in zip(coefficients[-2::-2], coefficients[::-2], strict=True):
        even, odd = even * square + low, odd * square + high
    return even, odd * eta


def _expansion(kappa, eta):
    """`_waves` by Airy's expansion in eta = 1/zeta = 3r/2κ³, which has the flat barrier as its limit eta = 0."""
    u_even, u_odd = _even_odd(_U, eta)
    v_even, v_odd = _even_odd(_V, eta)
    falling, growing = u_even - u_odd, u_even + u_odd
    root = np.sqrt(kappa)
    return (
        -kappa * (v_even - v_odd) / falling,
        kappa * (v_even + v_odd) / growing,
        falling / root,
        growing / root,
    )


def _airy(kappa, slope):
    """`_waves` by Airy functions, for zeta that are not large."""
    from scipy.special import airy

    if np.iscomplexobj(kappa) and (np.abs(kappa.imag) <= kappa.real).all():
        return _bessel(kappa, slope)
    scale = np.cbrt(slope)
    z = (kappa / scale) ** 2
    if np.iscomplexobj(z):
        # Bi mixes both exponentials off the real axis; Ai turned by 120 degrees is the pure growing wave.
        turn = np.exp(2j * np.pi / 3)
        ai, ai_slope, _, _ = airy(z)
        bi, bi_slope, _, _ = airy(turn * z)
        bi, bi_slope = 2 * np.exp(1j * np.pi / 6) * bi, 2 * np.exp(1j * np.pi / 6) * turn * bi_slope
    else:
        ai, ai_slope, bi, bi_slope = airy(z)
    factor = np.exp(2 / 3 * (kappa / scale) ** 3)
    norm = np.sqrt(np.pi / scale)
    return scale * ai_slope / ai, scale * bi_slope / bi, 2 * norm * ai * factor, norm * bi / factor


def _bessel(kappa, slope):
    """`_airy` below the barrier's edge, Re κ² ≥ 0: by Bessel functions (DLMF 9.6.2), found three times faster."""
    from scipy.special import kve

    zeta = 2 / 3 * kappa**3 / slope
    # Ai turned by 120 degrees turns ζ by 180. The branch cut is the negative axis, itself on the upper side.
    turn = np.where(zeta.imag > 0, -1j, 1j)
    falling, growing = kve(1 / 3, zeta), turn * kve(1 / 3, -zeta)
    norm = 2 * kappa / np.sqrt(3 * np.pi * slope)
    return (
        -kappa * kve(2 / 3, zeta) / falling,
        kappa * turn * kve(2 / 3, -zeta) / growing,
        norm * falling,
        norm * growing,
    )


def _waves(kappa, slope):
    r"""The two solutions of :math:`\psi''=\kappa^2\psi` where κ² rises with `slope` > 0, seen at one point.

    Returns their logarithmic derivatives (falling, growing wave) and their amplitudes without the factor
    :math:`e^{\mp\zeta}`, normalised to :math:`\kappa^{-1/2}` in a flat barrier.
    """
    with np.errstate(over="ignore"):
        eta = 1.5 * slope / kappa**3
    large = np.abs(eta) < 1 / _LARGE_ZETA
    if large.all():
        return _expansion(kappa, eta)
    result = np.empty((4, *kappa.shape), dtype=kappa.dtype)
    result[:, large] = _expansion(kappa[large], eta[large])
    result[:, ~large] = _airy(kappa[~large], slope[~large])
    return tuple(result)


def admittance(width, mass, squared_left, squared_right):
    """`mtjlib.barrier.admittance` from κ² at the ends, which are real and ≥ 0 or complex with a real difference."""
    squared_left, squared_right = np.broadcast_arrays(squared_left, squared_right)
    # A κd below 1e-8 changes nothing in the 16th digit, and keeps 1/κ finite for an electron exactly at the edge.
    floor = (1e-8 / width) ** 2
    squared_left, squared_right = (np.where(np.abs(s) < floor, floor, s) for s in (squared_left, squared_right))
    left, right = np.sqrt(squared_left), np.sqrt(squared_right)
    difference = (squared_right - squared_left).real
    slope = np.abs(difference) / width
    rising = difference >= 0
    low, high = np.where(rising, left, right), np.where(rising, right, left)
    fall_low, grow_low, amplitude_fall_low, amplitude_grow_low = _waves(low, slope)
    fall_high, grow_high, amplitude_fall_high, amplitude_grow_high = _waves(high, slope)

    decay = action(width, low, high)
    growth = np.exp(-decay) * amplitude_grow_low / amplitude_grow_high
    shape = amplitude_grow_low / amplitude_grow_high * amplitude_fall_high / amplitude_fall_low
    echo = np.exp(-2 * decay) * shape
    # 1 - echo, exact for a flat barrier (shape = 1) however thin.
    space = mass * ((1 - shape) * np.exp(-2 * decay) - np.expm1(-2 * decay))
    at_low = (grow_low * echo - fall_low) / space
    at_high = (grow_high - fall_high * echo) / space
    across = (grow_low - fall_low) * growth / space
    return np.where(rising, at_low, at_high), np.where(rising, at_high, at_low), across
