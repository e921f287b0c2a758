r"""The trapezoidal barrier: decay constant, action integral, and the exact wave through it.

Inside the barrier, :math:`0<x<d`, an electron of energy `excess` above the left Fermi level and of in-plane kinetic
energy `parallel_energy` obeys

.. math:: \psi''(x) = \kappa(x)^2\psi(x), \qquad
          \frac{\hbar^2\kappa(x)^2}{2m} = \beta\Bigl(U_b(x) + eV\frac{x}{d} - \mathrm{excess}\Bigr)
          + \frac{\hbar^2q^2}{2m},

with :math:`\beta=m_b/m`, the edge :math:`U_b(x)` running linearly between the barrier's two heights, and
:math:`\hbar^2q^2/2m` = `parallel_energy` (the electrodes' mass: the in-plane wave vector is what is conserved). The
wave and its flux partner :math:`\phi=\psi'/\beta` are continuous at an interface, with :math:`\phi=\psi'` in the
electrodes.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real

# Airy's expansion in 1/zeta is taken from here on: 22 terms then reach the last digit.
_LARGE_ZETA = 20.0


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


def squared_ends(barrier, excess, parallel_energy, bias):
    """κ² in 1/nm² at the left and the right end, for real or complex energies and without a check."""
    left, right = barrier.heights
    at_left = (barrier.mass * (left - excess) + parallel_energy) / units.HBAR2_2M
    at_right = (barrier.mass * (right + bias - excess) + parallel_energy) / units.HBAR2_2M
    return at_left, at_right


def _ends(barrier, excess, parallel_energy, bias):
    """Checked κ² at both ends, broadcast; an error where the electron is not below the barrier's edge."""
    excess = real("excess", excess, unit="eV")
    parallel_energy = real("parallel_energy", parallel_energy, "[0, inf)", "eV")
    ends = np.broadcast_arrays(*squared_ends(barrier, excess, parallel_energy, check_bias(barrier, bias)))
    for side, squared in zip(("left", "right"), ends, strict=True):
        if not (squared >= 0).all():
            worst = float(np.broadcast_to(excess, squared.shape)[squared < 0].flat[0])
            raise ValueError(
                f"excess must not exceed the barrier's edge, {barrier.heights} eV high and tilted by the bias: "
                f"got {worst!r} eV, above the {side} end"
            )
    return ends


def kappa(barrier, x, excess, parallel_energy, bias):
    r"""Decay constant :math:`\kappa(x)` in the barrier.

    .. math:: \kappa(x)^2 = \frac{\beta\,\bigl(U_b(x) + eVx/d - \mathrm{excess}\bigr) + \hbar^2q^2/2m}{\hbar^2/2m}

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (10), with the sign of the bias stated in words
    in `mtjlib.junction` and the in-plane energy taken with the electrodes' mass.

    Parameters
    ----------
    barrier : Barrier
    x : float or array_like
        Position in nm, from 0 (left interface) to ``barrier.width``.
    excess : float or array_like
        Energy from the left Fermi level, in eV; not above the barrier's edge.
    parallel_energy : float or array_like
        :math:`\hbar^2q^2/2m` in eV, ≥ 0.
    bias : float or array_like
        In V, between minus the right and plus the left height: the right electrode is raised by this.

    Returns
    -------
    float or ndarray
        κ in 1/nm.

    Raises
    ------
    ValueError
        For an argument out of range, or an electron above the barrier's edge.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> round(float(kappa(Barrier(height=1.0, width=1.0), 0.5, 0.0, 0.0, 0.0)), 4)
    5.1232
    """
    at_left, at_right = _ends(barrier, excess, parallel_energy, bias)
    share = real("x", x, f"[0, {barrier.width!r}]", "nm") / barrier.width
    return np.sqrt((1 - share) * at_left + share * at_right)


def trapezoid_action(width, kappa_left, kappa_right):
    """Integral of κ where κ² is linear; a vanishing κ is no 0/0."""
    total = kappa_left + kappa_right
    inner = kappa_left * kappa_right / np.where(total == 0, 1.0, total)
    return 2 * width / 3 * (total - inner)


def action(barrier, excess, parallel_energy, bias):
    r"""Action integral of the trapezoid, in closed form.

    .. math:: \int_0^d\kappa(x)\,dx = \frac{2d}{3}\,\frac{\kappa_0^2+\kappa_0\kappa_d+\kappa_d^2}{\kappa_0+\kappa_d}

    exactly, because κ² is linear in x; nothing becomes 0/0 when the barrier is flat.

    Parameters
    ----------
    barrier : Barrier
    excess, parallel_energy, bias : float or array_like
        As in `kappa`.

    Returns
    -------
    float or ndarray
        Dimensionless.

    Examples
    --------
    A flat barrier: κd.

    >>> from mtjlib.junction import Barrier
    >>> round(float(action(Barrier(height=1.0, width=2.0), 0.0, 0.0, 0.0)), 4)
    10.2463
    """
    at_left, at_right = _ends(barrier, excess, parallel_energy, bias)
    return trapezoid_action(barrier.width, np.sqrt(at_left), np.sqrt(at_right))


def transmission_factor(barrier, excess, parallel_energy, bias):
    r"""WKB amplitude of the barrier's inside, :math:`t_b=\exp(-\int_0^d\kappa\,dx)`.

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Sec. III.

    Parameters
    ----------
    barrier : Barrier
    excess, parallel_energy, bias : float or array_like
        As in `kappa`.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> round(float(transmission_factor(Barrier(height=1.0, width=1.0), 0.0, 0.0, 0.0)), 6)
    0.005957
    """
    return np.exp(-action(barrier, excess, parallel_energy, bias))


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


def admittance_from_ends(width, mass, squared_left, squared_right):
    """`admittance` from κ² at the two ends (arrays of one shape), real and ≥ 0 or complex with a real difference."""
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

    decay = trapezoid_action(width, low, high)
    growth = np.exp(-decay) * amplitude_grow_low / amplitude_grow_high
    shape = amplitude_grow_low / amplitude_grow_high * amplitude_fall_high / amplitude_fall_low
    echo = np.exp(-2 * decay) * shape
    # 1 - echo, exact for a flat barrier (shape = 1) however thin.
    space = mass * ((1 - shape) * np.exp(-2 * decay) - np.expm1(-2 * decay))
    at_low = (grow_low * echo - fall_low) / space
    at_high = (grow_high - fall_high * echo) / space
    across = (grow_low - fall_low) * growth / space
    return np.where(rising, at_low, at_high), np.where(rising, at_high, at_low), across


def admittance(barrier, excess, parallel_energy, bias):
    r"""The exact barrier as a black box: its slopes at the ends, given the wave at the ends.

    .. math:: \begin{pmatrix}\phi_0\\ \phi_d\end{pmatrix} =
              \begin{pmatrix}-a & c\\ -c & b\end{pmatrix}
              \begin{pmatrix}\psi_0\\ \psi_d\end{pmatrix}, \qquad \phi = \psi'/\beta .

    In a flat barrier :math:`a=b=(\kappa/\beta)\coth\kappa d` and :math:`c=(\kappa/\beta)/\sinh\kappa d`; in a thick
    one *a* and *b* describe the two interfaces and :math:`c\propto e^{-\int\kappa}` what leaks through. All three are
    positive and of the size of κ or less, so nothing overflows. The tilted barrier is solved with Airy functions, and
    with their expansion for large argument where the tilt is small, which joins the flat barrier without a seam.

    Parameters
    ----------
    barrier : Barrier
    excess, parallel_energy, bias : float or array_like
        As in `kappa`.

    Returns
    -------
    a, b, c : ndarray
        In 1/nm, of the broadcast shape.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> a, b, c = admittance(Barrier(height=1.0, width=1.0), 0.0, 0.0, 0.0)
    >>> bool(abs(a * b - c**2 - 1 / units.HBAR2_2M) < 1e-12 * a * b)
    True
    """
    squared_left, squared_right = _ends(barrier, excess, parallel_energy, bias)
    return admittance_from_ends(barrier.width, barrier.mass, squared_left, squared_right)


def _exact_share(match, decay):
    squared = np.exp(-2 * decay)
    return match * squared / (match * squared + np.expm1(-2 * decay) ** 2 / 4)


def _thick_share(match, decay):
    return 4 * match * np.exp(-2 * decay)


def _symmetric(barrier):
    left, right = barrier.heights
    if left != right:
        raise ValueError(
            f"barrier must be as high on the right as on the left (rectangular), got {left} and {right} eV"
        )
    return left, np.sqrt(barrier.mass * left / units.HBAR2_2M) * barrier.width


def rectangular_transmission(energy, barrier):
    r"""Probability to cross a rectangular barrier, exactly.

    .. math:: T = \left[1+\frac{(E_\parallel+U_b/\beta)^2}{4E_\parallel U_b/\beta}\,\sinh^2\kappa d\right]^{-1}

    The electron sits at the Fermi level, `barrier.height` below the barrier's edge and `energy` above the bottom of its
    band, the same on both sides; moving the bottom of the band tunes the energy and leaves κ alone.
    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (B1), there for β = 1.

    Parameters
    ----------
    energy : float or array_like
        :math:`E_\parallel` in eV, ≥ 0: kinetic energy of the motion across the barrier.
    barrier : Barrier
        With equal heights :math:`U_b` on both sides.

    Returns
    -------
    float or ndarray
        Between 0 and 1; the largest value lies at :math:`E_\parallel=U_b/\beta`, where wave and barrier match best.

    Raises
    ------
    ValueError
        For a negative energy or an asymmetric barrier.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> slow, best, fast = rectangular_transmission([0.5, 1.0, 2.0], Barrier(height=1.0, width=1.0))
    >>> bool(best > slow), bool(abs(slow / fast - 1) < 1e-12)
    (True, True)
    """
    return _from_mismatch(energy, barrier, _exact_share)


def thick_transmission(energy, barrier):
    r"""The same probability where :math:`\kappa d\gg1`.

    .. math:: T \approx \frac{16\,E_\parallel U_b/\beta}{(E_\parallel+U_b/\beta)^2}\,e^{-2\kappa d}

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (B1), there for β = 1.

    Parameters
    ----------
    energy, barrier
        As in `rectangular_transmission`.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> thick = Barrier(height=1.0, width=2.0)
    >>> bool(abs(thick_transmission(0.7, thick) / rectangular_transmission(0.7, thick) - 1) < 1e-6)
    True
    """
    return _from_mismatch(energy, barrier, _thick_share)


def _from_mismatch(energy, barrier, formula):
    energy = real("energy", energy, "[0, inf)", "eV")
    height, decay = _symmetric(barrier)
    matched = height / barrier.mass
    share = energy / (energy + matched)
    return formula(4 * share * (1 - share), decay)


def wavefunction(barrier, x, energy_left, energy_right, excess=0.0, parallel_energy=0.0, bias=0.0):
    r"""The wave of an electron that comes from the left, normalised to unit incoming flux.

    .. math:: \psi(x) = \begin{cases}(e^{ik_1x}+r\,e^{-ik_1x})/\sqrt{k_1} & x<0\\
              \text{exact solution in the trapezoid} & 0\le x\le d\\
              t\,e^{ik_2(x-d)}/\sqrt{k_2} & x>d\end{cases}

    so that :math:`\mathrm{Im}(\psi^*\psi')` (over β inside the barrier) is the same everywhere and equals
    :math:`|t|^2=1-|r|^2`. Without states on the right (`energy_right` < 0) the wave decays there and the flux is zero.

    Parameters
    ----------
    barrier : Barrier
    x : float or array_like
        Position in nm; the barrier fills 0…``barrier.width``.
    energy_left : float or array_like
        :math:`\hbar^2k_1^2/2m` in eV, > 0.
    energy_right : float or array_like
        :math:`\hbar^2k_2^2/2m` in eV; negative where the electron meets a gap.
    excess, parallel_energy, bias : float or array_like
        As in `kappa`; they shape the barrier and leave the two energies alone.

    Returns
    -------
    complex or ndarray
        ψ in nm^(1/2), of the broadcast shape.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> thin = Barrier(height=1.0, width=0.5)
    >>> behind = wavefunction(thin, 0.8, 1.5, 1.5)
    >>> k = np.sqrt(1.5 / units.HBAR2_2M)
    >>> bool(abs(k * abs(behind) ** 2 - rectangular_transmission(1.5, thin)) < 1e-12)
    True
    """
    x = real("x", x, unit="nm")
    k_left = np.sqrt(real("energy_left", energy_left, "(0, inf)", "eV") / units.HBAR2_2M)
    k_right = np.sqrt(real("energy_right", energy_right, unit="eV") / units.HBAR2_2M + 0j)
    squared_left, squared_right = _ends(barrier, excess, parallel_energy, bias)
    width, mass = barrier.width, barrier.mass
    a, b, c = admittance_from_ends(width, mass, squared_left, squared_right)
    out = b - 1j * k_right
    start = -2j * np.sqrt(k_left) * out / ((a - 1j * k_left) * out - c**2)
    end = c * start / out

    x, start, end, squared_left, squared_right, k_left, k_right = np.broadcast_arrays(
        x, start, end, squared_left, squared_right, k_left, k_right
    )
    before, after = x <= 0, x >= width
    share = np.where(before | after, 0.5, x / width)
    squared_here = (1 - share) * squared_left + share * squared_right
    # Cut at x, the barrier is two boxes in series: the flux out of the first is the flux into the second.
    _, b_first, c_first = admittance_from_ends(share * width, mass, squared_left, squared_here)
    a_second, _, c_second = admittance_from_ends((1 - share) * width, mass, squared_here, squared_right)
    inside = (c_first * start + c_second * end) / (a_second + b_first)
    position = np.minimum(x, 0)
    incoming = np.exp(1j * k_left * position) / np.sqrt(k_left)
    left = incoming + (start - 1 / np.sqrt(k_left)) * np.exp(-1j * k_left * position)
    right = end * np.exp(1j * k_right * np.maximum(x - width, 0))
    return np.where(before, left, np.where(after, right, inside))[()]
