r"""Height and width of a barrier from a current–voltage curve: Simmons' and Brinkman's formulas, and their inverse.

Both are WKB with free electrons of the barrier's mass everywhere and a deep Fermi sea, for a thick barrier,

.. math:: \kappa d = \frac{d}{\hbar}\sqrt{2m\beta\varphi} \gg 1 ,

and know nothing about spin, band structure or interface matching. Heights are above the Fermi level, in eV.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import units
from mtjlib._fit import Fit
from mtjlib._validate import device, number, real
from mtjlib.junction import Barrier

__all__ = ["BarrierFit", "brinkman", "conductance", "current_density", "fit_brinkman", "fit_simmons"]
__dir__ = __all__.copy


def _decay(height, width, mass):
    """κd of a rectangular barrier."""
    return width * np.sqrt(mass * height / units.HBAR2_2M)


def _rectangle(barrier):
    """Mean height and width, refused where κd is too small for the formulas."""
    device("barrier", barrier, Barrier)
    height = sum(barrier.heights) / 2
    decay = _decay(height, barrier.width, barrier.mass)
    if not decay > 1:
        raise ValueError(
            f"barrier must be wider than its decay length 1/κ, or the formula is void: got κd = {decay:.3g} "
            "(raise its width, height or mass)"
        )
    return height, barrier.width


def _flat(barrier):
    """The same for a formula that knows only flat barriers."""
    found = _rectangle(barrier)
    if barrier.heights[0] != barrier.heights[1]:
        raise ValueError(f"barrier must have equal heights for Simmons' formula, got {barrier.heights} eV")
    return found


def _inside(bias, height):
    bias = real("bias", bias, unit="V")
    if not (np.abs(bias) < height).all():
        raise ValueError(f"bias must be smaller in magnitude than the barrier height, got up to {np.abs(bias).max()} V")
    return bias


def _simmons(bias, height, width, mass):
    # The two currents differ little at low bias; written with expm1, their difference keeps its digits.
    half = np.abs(bias) / 2
    low, high = (_decay(barrier, width, mass) for barrier in (height - half, height + half))
    rise = -4 * mass * half / units.HBAR2_2M * width**2 / (low + high)  # 2 (low - high)
    flow = np.exp(-2 * low) * (-height * np.expm1(rise) - half * (1 + np.exp(rise)))
    return units.CONDUCTANCE_QUANTUM / (2 * np.pi * (width * 1e-9) ** 2) * np.sign(bias) * flow


def _brinkman(bias, height, width, asymmetry, mass):
    decay = _decay(height, width, mass)
    at_zero = units.CONDUCTANCE_QUANTUM / (2 * np.pi * (width * 1e-9) ** 2) * decay * np.exp(-2 * decay)
    return at_zero * (1 + decay * asymmetry * bias / (12 * height**2) + (decay * bias / height) ** 2 / 8)


def current_density(barrier, bias):
    r"""Simmons' current density through a rectangular barrier, intermediate range :math:`|eV|<\varphi`.

    .. math:: J = \frac{e}{2\pi h d^2}\left[\left(\varphi-\tfrac{eV}{2}\right)e^{-2\kappa_-d}
                - \left(\varphi+\tfrac{eV}{2}\right)e^{-2\kappa_+d}\right], \qquad
              \kappa_\pm = \frac1\hbar\sqrt{2m\beta(\varphi\pm eV/2)}

    Source: Simmons, J. Appl. Phys. 34, 1793 (1963), his intermediate-voltage formula for a rectangular barrier without
    image force.

    Parameters
    ----------
    barrier : Barrier
        With equal heights :math:`\varphi` and :math:`\kappa d>1`.
    bias : float or array_like
        In V, smaller in magnitude than the height.

    Returns
    -------
    float or ndarray
        In A/m², odd in the bias.

    Raises
    ------
    ValueError
        For a bias beyond the height, unequal heights, or a barrier thinner than its decay length.

    Examples
    --------
    >>> f"{current_density(Barrier(height=1.0, width=1.5), 0.1):.3e}"
    '3.960e+05'
    """
    height, width = _flat(barrier)
    return _simmons(_inside(bias, height), height, width, barrier.mass)


def conductance(barrier):
    r"""Simmons' conductance at low bias, the exact slope of `current_density` at V = 0.

    .. math:: G = \frac{e^2}{2\pi h d^2}\,(\kappa d-1)\,e^{-2\kappa d}

    The textbook's :math:`G=(e^2/h^2)(\sqrt{2m\varphi}/d)\,e^{-2\kappa d}` drops the 1 beside :math:`\kappa d`; that is
    the prefactor of `brinkman`. The WKB integral itself, which both approximate, has :math:`\kappa d+\tfrac12`.

    Parameters
    ----------
    barrier : Barrier
        As in `current_density`.

    Returns
    -------
    float
        In S/m².

    Examples
    --------
    >>> f"{conductance(Barrier(height=1.0, width=1.5)):.3e}"
    '3.873e+06'
    """
    height, width = _flat(barrier)
    decay = _decay(height, width, barrier.mass)
    return float(units.CONDUCTANCE_QUANTUM / (2 * np.pi * (width * 1e-9) ** 2) * (decay - 1) * np.exp(-2 * decay))


def brinkman(barrier, bias):
    r"""Brinkman's parabola: differential conductance of a trapezoidal barrier.

    .. math:: \frac{G(V)}{G(0)} = 1 + \frac{A_0\,\Delta\varphi}{16\,\varphi^{3/2}}\,eV
              + \frac{9A_0^2}{128\,\varphi}(eV)^2, \qquad A_0 = \frac{4d\sqrt{2m\beta}}{3\hbar}, \qquad
              G(0) = \frac{e^2}{h^2}\frac{\sqrt{2m\beta\varphi}}{d}\,e^{-2\kappa d}

    Source: Brinkman, Dynes and Rowell, J. Appl. Phys. 41, 1915 (1970), who count the bias the other way round (their
    linear term is negative). Here :math:`\varphi` is the mean height, :math:`\Delta\varphi` the right height minus the
    left one, and V > 0 raises the right electrode. Meant for :math:`|eV|` and :math:`|\Delta\varphi|` well below
    :math:`\varphi`.

    Parameters
    ----------
    barrier : Barrier
        With :math:`\kappa d>1` at its mean height.
    bias : float or array_like
        In V, smaller in magnitude than the mean height.

    Returns
    -------
    float or ndarray
        :math:`dJ/dV` in S/m².

    Examples
    --------
    A barrier that is higher on the right lets more through when the right side is raised further:

    >>> g = brinkman(Barrier(height=0.8, width=1.5, height_right=1.2), [-0.2, 0.2])
    >>> bool(g[0] < g[1])
    True
    """
    height, width = _rectangle(barrier)
    asymmetry = barrier.heights[1] - barrier.heights[0]
    return _brinkman(_inside(bias, height), height, width, asymmetry, barrier.mass)


@dataclass(frozen=True, eq=False)
class BarrierFit(Fit):
    """What `fit_brinkman` and `fit_simmons` return.

    Attributes
    ----------
    height, width, asymmetry : float
        Mean height in eV, width in nm, and right minus left height in eV (0 for a rectangular barrier).
    mass : float
        The mass that the fit was given, in electron masses.
    covariance : ndarray, shape (3, 3)
        Of height, width and asymmetry; zeros where the asymmetry was not fitted.
    """

    height: float
    width: float
    asymmetry: float
    mass: float
    covariance: np.ndarray

    @property
    def barrier(self):
        """The fitted `Barrier`."""
        half = self.asymmetry / 2
        return Barrier(self.height - half, self.width, self.mass, self.height + half)

    @property
    def correlation(self):
        """Correlation coefficient of height and width; close to -1, because a curve fixes G(0) best."""
        return self.covariance[0, 1] / np.sqrt(self.covariance[0, 0] * self.covariance[1, 1])


def _curve(bias, name, values, unit, least):
    bias, values = real("bias", bias, unit="V"), real(name, values, unit=unit)
    if bias.ndim != 1 or bias.shape != values.shape:
        raise ValueError(f"bias and {name} must be two lists of one length, got shapes {bias.shape} and {values.shape}")
    if np.unique(bias).size < least:
        raise ValueError(f"bias must hold at least {least} different values, got {np.unique(bias).size}")
    return bias, values


def _start(at_zero, curvature, mass):
    """Height and width of a parabola G = at_zero (1 + curvature V²), in closed form.

    curvature = (κd)²/8φ² and d = κd/κ turn G(0) into e²β/(2πh ħ²/2m) e^(-2κd) / √(8 curvature).
    """
    if not (at_zero > 0 and curvature > 0):
        raise ValueError("the conductance must be positive and rise with |bias|: this curve is not a tunnel barrier's")
    largest = units.CONDUCTANCE_QUANTUM * 1e18 * mass / (2 * np.pi * units.HBAR2_2M * np.sqrt(8 * curvature))
    decay = np.log(largest / at_zero) / 2
    if not decay > 1:
        raise ValueError(f"the conductance is too high for a tunnel barrier of this curvature (κd = {decay:.2g})")
    height = decay / np.sqrt(8 * curvature)
    return height, decay / np.sqrt(mass * height / units.HBAR2_2M)


def _simmons_starts(bias, values, mass):
    """Heights and widths from which to fit Simmons' formula: local minima of the misfit as a function of the height.

    To every height belongs the width that gives the mean current. Two barriers of different height may both lie in a
    valley when κd is below 2.5, and only one of them is deepest. (From κd = 1.4 on, the current falls with the width.)
    """
    total = (values * np.sign(bias)).sum()
    if not total > 0:
        raise ValueError("current_density must have the sign of the bias: this curve is not a tunnel barrier's")
    heights = np.geomspace(1.001, 1e4, 200) * np.abs(bias).max()
    thin, thick = (decay / np.sqrt(mass * heights / units.HBAR2_2M) for decay in (1.4, 300.0))

    def currents(widths):
        return _simmons(bias, heights[:, None], widths[:, None], mass)

    for _ in range(40):
        middle = np.sqrt(thin * thick)
        above = (currents(middle) * np.sign(bias)).sum(axis=1) > total
        thin, thick = np.where(above, middle, thin), np.where(above, thick, middle)
    misfit = ((currents(thin) - values) ** 2).sum(axis=1)
    inner = np.r_[True, misfit[1:] < misfit[:-1]] & np.r_[misfit[:-1] <= misfit[1:], False]
    if misfit.argmin() == heights.size - 1 or not inner.any():
        raise ValueError(
            "current_density must rise faster than the bias: this curve is not a tunnel barrier's, any height fits it"
        )
    return [(heights[i], thin[i]) for i in np.flatnonzero(inner)[np.argsort(misfit[inner])[:3]]]


def _fit(model, bias, values, start, noise, mass):
    from scipy.optimize import curve_fit

    scale = np.abs(values).max()
    sigma = None if noise is None else np.broadcast_to(real("noise", noise, "(0, inf)"), bias.shape) / scale

    def scaled(bias, log_height, log_width, *rest):
        return model(bias, np.exp(log_height), np.exp(log_width), *rest) / scale

    guess = [np.log(start[0]), np.log(start[1]), *start[2:]]
    best, covariance = curve_fit(
        scaled, bias, values / scale, guess, sigma, absolute_sigma=noise is not None, method="trf"
    )
    height, width = np.exp(best[:2])
    jacobian = np.zeros((3, best.size))
    np.fill_diagonal(jacobian, [height, width, 1.0])
    asymmetry = best[2] if best.size == 3 else 0.0
    return BarrierFit(float(height), float(width), float(asymmetry), mass, jacobian @ covariance @ jacobian.T)


def fit_brinkman(bias, conductance, mass=1.0, noise=None):
    r"""Fit `brinkman` to a measured differential conductance.

    What it can tell: a parabola has three numbers, and they become height, width and asymmetry. What it cannot: the
    mass (it must be given; a wrong one changes height and width without spoiling the fit), the area (it must be known:
    the argument is per area), and whether the parabola comes from a barrier at all. In an uneven barrier the thin spots
    carry the current, and the fit finds them.

    Parameters
    ----------
    bias : array_like, shape (n,)
        In V, at least 4 different values.
    conductance : array_like, shape (n,)
        :math:`dJ/dV` in S/m².
    mass : float
        In electron masses.
    noise : float or array_like, optional
        Standard deviation of `conductance` in S/m². Without it, the scatter of the points about the fit is used.

    Returns
    -------
    BarrierFit

    Raises
    ------
    ValueError
        If the lists do not match, are too short, or do not look like a tunnel barrier.

    Examples
    --------
    >>> v = np.linspace(-0.3, 0.3, 31)
    >>> fit = fit_brinkman(v, brinkman(Barrier(1.05, 1.4, 0.5, height_right=1.35), v), mass=0.5)
    >>> [round(x, 6) for x in (fit.height, fit.width, fit.asymmetry)]
    [1.2, 1.4, 0.3]
    """
    mass = number("mass", mass, "(0, inf)", "m_e")
    bias, values = _curve(bias, "conductance", conductance, "S/m^2", 4)
    (curvature, slope, at_zero), errors = np.polyfit(bias, values, 2, cov=True)
    # An ohmic curve has no height: its curvature is nothing but rounding or scatter.
    if abs(curvature) * np.max(bias**2) < 1e-9 * abs(at_zero) or abs(curvature) < 2 * np.sqrt(errors[0, 0]):
        raise ValueError(
            f"conductance must rise with |bias| by more than its scatter, got a curvature of {curvature:.3g} +- "
            f"{np.sqrt(errors[0, 0]):.2g} S/(V^2 m^2): this curve is not a tunnel barrier's"
        )
    height, width = _start(at_zero, curvature / at_zero if at_zero else 0.0, mass)
    asymmetry = slope / at_zero * 12 * height**2 / _decay(height, width, mass)

    def model(bias, height, width, asymmetry):
        return _brinkman(bias, height, width, asymmetry, mass)

    return _fit(model, bias, values, (height, width, asymmetry), noise, mass)


def fit_simmons(bias, current_density, mass=1.0, noise=None):
    r"""Fit Simmons' `current_density` (a rectangular barrier) to a measured current–voltage curve.

    The limits are those of `fit_brinkman`, and an asymmetric barrier is not seen at all. Nor can barriers with
    :math:`\kappa d<1.4` be told from thicker ones: there the formula's current falls when the barrier gets thinner.

    Parameters
    ----------
    bias : array_like, shape (n,)
        In V, at least 3 different values, on both sides of zero or one.
    current_density : array_like, shape (n,)
        In A/m².
    mass : float
        In electron masses.
    noise : float or array_like, optional
        Standard deviation of `current_density` in A/m². Without it, the scatter about the fit is used.

    Returns
    -------
    BarrierFit
        With asymmetry 0.

    Examples
    --------
    >>> v = np.linspace(-0.4, 0.4, 41)
    >>> fit = fit_simmons(v, current_density(Barrier(height=1.2, width=1.4), v))
    >>> round(fit.height, 6), round(fit.width, 6)
    (1.2, 1.4)
    """
    mass = number("mass", mass, "(0, inf)", "m_e")
    bias, values = _curve(bias, "current_density", current_density, "A/m^2", 3)
    starts = _simmons_starts(bias, values, mass)

    def model(bias, height, width):
        # Trial heights below |V|/2 leave the formula's range; they must only be a bad fit, not an error.
        return _simmons(np.clip(bias, -1.99 * height, 1.99 * height), height, width, mass)

    fits = [_fit(model, bias, values, start, noise, mass) for start in starts]
    best = min(fits, key=lambda fit: ((model(bias, fit.height, fit.width) - values) ** 2).sum())
    if not _decay(best.height, best.width, mass) > 1:
        raise ValueError("current_density must be that of a barrier with κd > 1; this one is fitted best without one")
    if best.uncertainties[0] > best.height / 2:
        raise ValueError(
            "current_density must rise faster than the bias by more than its scatter, got a height of "
            f"{best.height:.3g} +- {best.uncertainties[0]:.2g} eV"
        )
    return best
