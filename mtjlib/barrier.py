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

from mtjlib import _airy, units
from mtjlib._validate import check_bias, device, real
from mtjlib.junction import Barrier

__all__ = [
    "action",
    "admittance",
    "kappa",
    "rectangular_transmission",
    "thick_transmission",
    "transmission_factor",
    "wavefunction",
]
__dir__ = __all__.copy


def _ends(barrier, excess, parallel_energy, bias):
    """Checked κ² at both ends, broadcast; an error where the electron is not below the barrier's edge."""
    device("barrier", barrier, Barrier)
    excess = real("excess", excess, unit="eV")
    parallel_energy = real("parallel_energy", parallel_energy, "[0, inf)", "eV")
    ends = np.broadcast_arrays(*_airy.squared_ends(barrier, excess, parallel_energy, check_bias(barrier, bias)))
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
    return _airy.action(barrier.width, np.sqrt(at_left), np.sqrt(at_right))


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
    return tuple(part[()] for part in _airy.admittance(barrier.width, barrier.mass, squared_left, squared_right))


def _exact_share(match, decay):
    squared = np.exp(-2 * decay)
    return match * squared / (match * squared + np.expm1(-2 * decay) ** 2 / 4)


def _thick_share(match, decay):
    return 4 * match * np.exp(-2 * decay)


def _symmetric(barrier):
    left, right = device("barrier", barrier, Barrier).heights
    if left != right:
        raise ValueError(
            f"barrier must be as high on the right as on the left (rectangular), got {left} and {right} eV"
        )
    return left, np.sqrt(barrier.mass * left / units.HBAR2_2M) * barrier.width


def rectangular_transmission(barrier, kinetic_energy):
    r"""Probability to cross a rectangular barrier, exactly.

    .. math:: T = \left[1+\frac{(E_\parallel+U_b/\beta)^2}{4E_\parallel U_b/\beta}\,\sinh^2\kappa d\right]^{-1}

    The electron sits at the Fermi level, `barrier.height` below the barrier's edge and `kinetic_energy` above the
    bottom of its band, the same on both sides; moving the bottom of the band tunes the energy and leaves κ alone.
    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (B1), there for β = 1.

    Parameters
    ----------
    barrier : Barrier
        With equal heights :math:`U_b` on both sides.
    kinetic_energy : float or array_like
        :math:`E_\parallel` in eV, ≥ 0: kinetic energy of the motion across the barrier, in the electrodes.

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
    >>> slow, best, fast = rectangular_transmission(Barrier(height=1.0, width=1.0), [0.5, 1.0, 2.0])
    >>> bool(best > slow), bool(abs(slow / fast - 1) < 1e-12)
    (True, True)
    """
    return _from_mismatch(barrier, kinetic_energy, _exact_share)


def thick_transmission(barrier, kinetic_energy):
    r"""The same probability where :math:`\kappa d\gg1`.

    .. math:: T \approx \frac{16\,E_\parallel U_b/\beta}{(E_\parallel+U_b/\beta)^2}\,e^{-2\kappa d}

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (B1), there for β = 1.

    Parameters
    ----------
    barrier, kinetic_energy
        As in `rectangular_transmission`.

    Examples
    --------
    >>> from mtjlib.junction import Barrier
    >>> thick = Barrier(height=1.0, width=2.0)
    >>> bool(abs(thick_transmission(thick, 0.7) / rectangular_transmission(thick, 0.7) - 1) < 1e-6)
    True
    """
    return _from_mismatch(barrier, kinetic_energy, _thick_share)


def _from_mismatch(barrier, kinetic_energy, formula):
    energy = real("kinetic_energy", kinetic_energy, "[0, inf)", "eV")
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
    >>> bool(abs(k * abs(behind) ** 2 - rectangular_transmission(thin, 1.5)) < 1e-12)
    True
    """
    x = real("x", x, unit="nm")
    k_left = np.sqrt(real("energy_left", energy_left, "(0, inf)", "eV") / units.HBAR2_2M)
    k_right = np.sqrt(real("energy_right", energy_right, unit="eV") / units.HBAR2_2M + 0j)
    squared_left, squared_right = _ends(barrier, excess, parallel_energy, bias)
    width, mass = barrier.width, barrier.mass
    a, b, c = _airy.admittance(width, mass, squared_left, squared_right)
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
    _, b_first, c_first = _airy.admittance(share * width, mass, squared_left, squared_here)
    a_second, _, c_second = _airy.admittance((1 - share) * width, mass, squared_here, squared_right)
    inside = (c_first * start + c_second * end) / (a_second + b_first)
    position = np.minimum(x, 0)
    incoming = np.exp(1j * k_left * position) / np.sqrt(k_left)
    left = incoming + (start - 1 / np.sqrt(k_left)) * np.exp(-1j * k_left * position)
    right = end * np.exp(1j * k_right * np.maximum(x - width, 0))
    return np.where(before, left, np.where(after, right, inside))[()]
