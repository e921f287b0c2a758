r"""Spin-transfer ferromagnetic resonance: how the torque vector of a junction is measured.

A current at microwave frequency shakes the free layer through its torque, the resistance oscillates with it, and the
product of the two rectifies into a DC voltage. Geometry (Sankey et al., Nature Physics 4, 67 (2008)): a thin film with
the field B and the free moment along an in-plane direction, the fixed moment in the film plane at an angle
:math:`\theta` from it; :math:`B_\mathrm{eff}=\mu_0M_\mathrm{eff}` keeps the moment in the plane.

Signs. The dimensionless :math:`\zeta=(2e/\hbar)\,d\tau/dI` are torques per current with the signs of
`mtjlib.dynamics`: :math:`\zeta_\parallel>0` means that positive current favours parallel, so a normal junction has
:math:`\zeta_\parallel<0`. The paper counts :math:`\zeta_\parallel` the other way round, :math:`\zeta_\perp` as here.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from mtjlib import units
from mtjlib._fit import Fit
from mtjlib._validate import device, number, real, set_floats
from mtjlib._vectors import unit_vector, vector
from mtjlib.dynamics import Macrospin, Torque, llg_rhs, relax

__all__ = [
    "BiasedSpectrum",
    "Calibration",
    "SpectrumFit",
    "biased_spectrum",
    "ellipticity",
    "fit_spectrum",
    "lineshape",
    "linewidth",
    "mixing_voltage",
    "resonance_frequency",
]
__dir__ = __all__.copy


def resonance_frequency(field, effective_field):
    r"""Kittel's frequency of a film magnetised in its plane.

    .. math:: f_m = \frac{\gamma}{2\pi}\sqrt{B\,(B+B_\mathrm{eff})}

    Parameters
    ----------
    field : float or array_like
        In-plane field in T along the moment, anisotropy in the plane included, > 0.
    effective_field : float or array_like
        :math:`\mu_0M_\mathrm{eff}` in T (the number of kOe of :math:`4\pi M_\mathrm{eff}` divided by 10), ≥ 0.

    Returns
    -------
    float or ndarray
        In Hz.

    Examples
    --------
    >>> round(float(resonance_frequency(0.1, 1.1)) / 1e9, 2)
    9.71
    """
    field = real("field", field, "(0, inf)", "T")
    return (
        units.GAMMA / (2 * np.pi) * np.sqrt(field * (field + real("effective_field", effective_field, "[0, inf)", "T")))
    )


def ellipticity(field, effective_field):
    r""":math:`\Omega_\perp=\gamma(B+B_\mathrm{eff})/\omega_m=\sqrt{1+B_\mathrm{eff}/B}`: how flat the precession is.

    Parameters and geometry as in `resonance_frequency`.

    Examples
    --------
    >>> round(float(ellipticity(0.1, 1.1)), 3)
    3.464
    """
    field = real("field", field, "(0, inf)", "T")
    return np.sqrt(1 + real("effective_field", effective_field, "[0, inf)", "T") / field)


def linewidth(field, effective_field, alpha, in_plane=0.0, angle=np.pi / 2, moment=1.0):
    r"""Half width at half maximum under a DC torque, derived from the full torque vector.

    .. math:: \sigma = \frac{\alpha\omega_m}{2}\left(\Omega_\perp+\Omega_\perp^{-1}\right)
              + \frac{\gamma\,\tau_\parallel}{M_sV}\cos\theta

    The torque :math:`\tau_\parallel\,\mathbf m\times(\mathbf p\times\mathbf m)` turns with the moment, the trace of its
    linearisation is :math:`-2\cos\theta\,\tau_\parallel`, half of which widens the line. The same formula gives the
    standard critical current :math:`\alpha(B+B_\mathrm{eff}/2)` at :math:`\theta=0`.

    Parameters
    ----------
    field, effective_field : float or array_like
        As in `resonance_frequency`.
    alpha : float or array_like
        Gilbert damping, > 0.
    in_plane : float or array_like
        DC torque :math:`\tau_\parallel` in J; positive favours parallel and (for :math:`\theta<\pi/2`) widens the line.
    angle : float or array_like
        :math:`\theta` in rad.
    moment : float or array_like
        :math:`M_sV` in J/T, > 0.

    Returns
    -------
    float or ndarray
        In rad/s; negative where the torque beats the damping.

    Examples
    --------
    >>> round(float(linewidth(0.1, 1.1, 0.0095)) / (2 * np.pi) / 1e6)    # in MHz
    173
    """
    field = real("field", field, "(0, inf)", "T")
    hard = field + real("effective_field", effective_field, "[0, inf)", "T")
    damping = real("alpha", alpha, "(0, inf)") * (field + hard) / 2
    torque = real("in_plane", in_plane, unit="J") / real("moment", moment, "(0, inf)", "J/T")
    return units.GAMMA * (damping + torque * np.cos(real("angle", angle, unit="rad")))


def lineshape(frequency, resonance, half_width):
    r"""The symmetric and the antisymmetric Lorentzian.

    .. math:: S = \frac{1}{1+x^2}, \qquad A = \frac{x}{1+x^2}, \qquad x = \frac{f-f_m}{\sigma/2\pi}

    Parameters
    ----------
    frequency, resonance : float or array_like
        In Hz (or any common unit).
    half_width : float or array_like
        :math:`\sigma/2\pi` in the same unit, > 0.

    Returns
    -------
    symmetric, antisymmetric : float or ndarray

    Examples
    --------
    >>> [float(x) for x in lineshape(11.0, 10.0, 1.0)]
    [0.5, 0.5]
    """
    x = real("frequency", frequency, unit="Hz") - real("resonance", resonance, unit="Hz")
    x = x / real("half_width", half_width, "(0, inf)", "Hz")
    return 1 / (1 + x**2), x / (1 + x**2)


@dataclass(frozen=True)
class Calibration:
    r"""What must be known besides the spectrum to turn a peak into a torque.

    Parameters
    ----------
    d2v_dtheta_di : float
        :math:`\partial^2V/\partial\theta\,\partial I` in V/(A rad): how the differential resistance changes with angle.
    angle : float
        :math:`\theta` between the moments in rad, in (0, π).
    moment : float
        :math:`M_sV` of the free layer in J/T, > 0. (10⁻¹⁴ emu = 10⁻¹⁷ J/T.)
    rf_current : float
        Amplitude :math:`I_{RF}` in A, > 0.
    field, effective_field : float
        As in `resonance_frequency`, in T.

    Examples
    --------
    >>> Calibration(4e3, 1.2, 1.06e-17, 12e-6, field=0.1, effective_field=1.1).moment
    1.06e-17
    """

    d2v_dtheta_di: float
    angle: float
    moment: float
    rf_current: float
    field: float
    effective_field: float

    def __post_init__(self):
        set_floats(
            self,
            d2v_dtheta_di=("(-inf, inf)", "V/(A rad)"),
            angle=("(0, 3.141592653589793)", "rad"),
            moment=("(0, inf)", "J/T"),
            rf_current=("(0, inf)", "A"),
            field=("(0, inf)", "T"),
            effective_field=("[0, inf)", "T"),
        )
        if self.d2v_dtheta_di == 0:
            raise ValueError("d2v_dtheta_di must not be 0: no resistance change, no signal")

    def height(self, half_width):
        r"""Peak height in V for :math:`\zeta_\parallel=-1`: the factor in front of the bracket of the signal."""
        per_torque = units.HBAR * units.GAMMA * np.sin(self.angle) / (4 * units.E_CHARGE * self.moment)
        return self.d2v_dtheta_di / 2 * per_torque * self.rf_current**2 / (2 * np.pi * half_width)


def mixing_voltage(frequency, calibration, zeta_in_plane, zeta_out_of_plane, half_width, resonance=None, d2v_di2=0.0):
    r"""The rectified voltage of an ST-FMR spectrum.

    .. math:: \langle V_{mix}\rangle = \frac14\frac{\partial^2V}{\partial I^2}I_{RF}^2
              + \frac12\frac{\partial^2V}{\partial\theta\,\partial I}\,
              \frac{\hbar\gamma\sin\theta}{4eM_sV\sigma}\,I_{RF}^2
              \left[-\zeta_\parallel S(\omega)-\zeta_\perp\Omega_\perp A(\omega)\right]

    The in-plane torque gives the symmetric part, the out-of-plane torque the antisymmetric one. Valid near resonance
    and for weak damping. Source: Sankey et al. (2008), Eq. (2), with this module's sign of :math:`\zeta_\parallel`.

    Parameters
    ----------
    frequency : float or array_like
        In Hz.
    calibration : Calibration
    zeta_in_plane, zeta_out_of_plane : float or array_like
        :math:`\zeta_\parallel,\zeta_\perp`, signs as at the top of the module.
    half_width : float or array_like
        :math:`\sigma/2\pi` in Hz, > 0.
    resonance : float, array_like or None
        :math:`\omega_m/2\pi` in Hz, > 0; None takes `resonance_frequency`.
    d2v_di2 : float or array_like
        :math:`\partial^2V/\partial I^2` in V/A²: the background, good for calibrating the current.

    Returns
    -------
    float or ndarray
        In V.

    Examples
    --------
    On resonance only the in-plane torque counts:

    >>> c = Calibration(4e3, 1.2, 1.06e-17, 12e-6, field=0.1, effective_field=1.1)
    >>> peak = mixing_voltage(resonance_frequency(0.1, 1.1), c, [-0.5, -0.5], [0.0, 0.3], half_width=173e6)
    >>> (peak * 1e6).round(2).tolist()    # in microvolt
    [337.52, 337.52]
    """
    if not isinstance(calibration, Calibration):
        raise TypeError(f"calibration must be a Calibration, got {calibration!r}")
    if resonance is None:
        resonance = resonance_frequency(calibration.field, calibration.effective_field)
    resonance = real("resonance", resonance, "(0, inf)", "Hz")
    symmetric, antisymmetric = lineshape(frequency, resonance, half_width)
    flatness = _flatness(calibration, resonance)
    in_plane = real("zeta_in_plane", zeta_in_plane) * symmetric
    out_of_plane = real("zeta_out_of_plane", zeta_out_of_plane) * flatness * antisymmetric
    background = real("d2v_di2", d2v_di2, unit="V/A^2") * calibration.rf_current**2 / 4
    return background + calibration.height(np.asarray(half_width, float)) * (-in_plane - out_of_plane)


def _flatness(calibration, resonance):
    """gamma (B + B_eff)/omega_m with the measured resonance."""
    return units.GAMMA * (calibration.field + calibration.effective_field) / (2 * np.pi * resonance)


@dataclass(frozen=True, eq=False)
class SpectrumFit(Fit):
    """What `fit_spectrum` returns.

    Attributes
    ----------
    zeta_in_plane, zeta_out_of_plane : float
        Dimensionless torques per current, with the signs stated at the top of the module.
    resonance, half_width : float
        In Hz.
    background : float
        In V.
    covariance : ndarray, shape (5, 5)
        Of these five in this order.
    """

    zeta_in_plane: float
    zeta_out_of_plane: float
    resonance: float
    half_width: float
    background: float
    covariance: np.ndarray


def fit_spectrum(frequency, voltage, calibration, error=None):
    r"""Recover the torque vector from one measured resonance.

    Fits a background, a symmetric and an antisymmetric Lorentzian (least squares; the starting point comes from a
    search over resonance and width with the three amplitudes solved linearly), and turns the amplitudes into
    :math:`\zeta_\parallel,\zeta_\perp` with `mixing_voltage`. Errors of the calibration are not included.

    Parameters
    ----------
    frequency, voltage : array_like, shape (n,)
        In Hz and V, at least 6 points.
    calibration : Calibration
    error : float, array_like or None
        Standard error of the voltages in V, > 0; None takes it from the scatter about the fit.

    Returns
    -------
    SpectrumFit

    Raises
    ------
    ValueError
        For arrays of wrong shape or too short.

    Examples
    --------
    >>> c = Calibration(4e3, 1.2, 1.06e-17, 12e-6, field=0.1, effective_field=1.1)
    >>> f = np.linspace(8.5e9, 11e9, 60)
    >>> fit = fit_spectrum(f, mixing_voltage(f, c, -0.4, -0.1, 173e6), c, error=1e-6)
    >>> round(fit.zeta_in_plane, 6), round(fit.zeta_out_of_plane, 6)
    (-0.4, -0.1)
    """
    from scipy.optimize import curve_fit

    frequency, voltage = real("frequency", frequency, unit="Hz"), real("voltage", voltage, unit="V")
    if frequency.ndim != 1 or frequency.shape != voltage.shape or frequency.size < 6:
        raise ValueError(
            f"frequency and voltage must be equally long, 1-D and hold at least 6 points, got shapes {frequency.shape} "
            f"and {voltage.shape}"
        )
    if not isinstance(calibration, Calibration):
        raise TypeError(f"calibration must be a Calibration, got {calibration!r}")
    if error is not None:
        error = np.broadcast_to(real("error", error, "(0, inf)", "V"), voltage.shape)
    middle, span = frequency.mean(), np.ptp(frequency)
    scale = np.abs(voltage).max()
    if span == 0 or scale == 0:
        raise ValueError("frequency and voltage must not be constant at zero width: there is no resonance to fit")
    x, y = (frequency - middle) / span, voltage / scale

    def shapes(centre, log_width):
        return np.stack(np.broadcast_arrays(*lineshape(x, centre, np.exp(log_width)), 1.0), -1)

    # The best of many centres and widths, each with its best amplitudes, is where the fit starts.
    trials = np.array(list(product(np.linspace(x.min(), x.max(), 41), np.linspace(-4.6, -0.7, 12))))
    designs = shapes(trials[:, :1], trials[:, 1:])
    amplitudes = np.linalg.pinv(designs) @ y
    misfit = ((np.einsum("tna,ta->tn", designs, amplitudes) - y) ** 2).sum(axis=1)
    start = [*trials[misfit.argmin()], *amplitudes[misfit.argmin()]]

    def model(x, centre, log_width, *amplitudes):
        return shapes(centre, log_width) @ amplitudes

    def gradient(x, centre, log_width, symmetric, antisymmetric, _):
        t = (x - centre) / np.exp(log_width)
        slope = (antisymmetric * (1 - t**2) - 2 * symmetric * t) / (1 + t**2) ** 2
        return np.column_stack([-slope / np.exp(log_width), -slope * t, shapes(centre, log_width)])

    best, covariance = curve_fit(
        model, x, y, start, None if error is None else error / scale, absolute_sigma=error is not None, jac=gradient
    )
    centre, log_width, symmetric, antisymmetric, background = best
    resonance, half_width = middle + span * centre, span * np.exp(log_width)
    per_volt = scale / calibration.height(half_width)
    flatness = _flatness(calibration, resonance)
    values = np.array(
        [-per_volt * symmetric, -per_volt * antisymmetric / flatness, resonance, half_width, scale * background]
    )
    # Derivatives of these with respect to (centre, log_width, symmetric, antisymmetric, background).
    jacobian = np.zeros((5, 5))
    jacobian[0, [1, 2]] = values[0], -per_volt
    jacobian[1, [0, 1, 3]] = values[1] * span / resonance, values[1], -per_volt / flatness
    jacobian[2, 0], jacobian[3, 1], jacobian[4, 4] = span, half_width, scale
    return SpectrumFit(*values.tolist(), jacobian @ covariance @ jacobian.T)


@dataclass(frozen=True, eq=False)
class BiasedSpectrum:
    """What `biased_spectrum` returns: the working point, its resonance, and the rectified voltage term by term.

    Attributes
    ----------
    moment : ndarray, shape (3,)
        Direction of the free moment at rest under the direct current.
    angle, bias : float
        Its angle to the fixed moment in rad, and the voltage across the junction in V.
    resonance, half_width : float
        Eigenfrequency there and half width at half maximum, in Hz.
    background, mixing, swing, shift : float or ndarray
        The four terms in V; the first does not depend on the frequency.
    """

    moment: np.ndarray
    angle: float
    bias: float
    resonance: float
    half_width: float
    background: float
    mixing: np.ndarray
    swing: np.ndarray
    shift: np.ndarray

    @property
    def voltage(self):
        """What the voltmeter shows, the sum of the four terms, in V."""
        return self.background + self.mixing + self.swing + self.shift


def _derivatives(function, steps):
    """Value, gradient (k, n) and second derivatives (k, n, n) at 0 of k functions of n numbers, times the steps."""
    n = len(steps)
    unit = np.eye(n)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    corners = [a * unit[i] + b * unit[j] for i, j in pairs for a in (1, -1) for b in (1, -1)]
    values = function((np.array([0 * unit[0], *unit, *-unit, *corners]) * steps).T)
    here, up, down = values[:, :1], values[:, 1 : n + 1], values[:, n + 1 : 2 * n + 1]
    second = (up - 2 * here + down)[:, :, None] * unit
    for k, (i, j) in enumerate(pairs):
        pp, pm, mp, mm = values[:, 2 * n + 1 + 4 * k :][:, :4].T
        second[:, i, j] = second[:, j, i] = (pp - pm - mp + mm) / 4
    return here[:, 0], (up - down) / 2, second


def biased_spectrum(frequency, spin, voltage, torque, current, rf_current, field):
    r"""ST-FMR of a macrospin under a direct current, exact to second order in the microwave current.

    A current :math:`I+I_{RF}\cos\omega t` is forced through a junction whose voltage is :math:`V(I,\theta)` and whose
    torques follow that voltage. The angle answers by :math:`\mathrm{Re}(\hat\theta\,e^{i\omega t})` in first order,
    with a mean :math:`\bar\theta_2` in second order, and the mean voltage changes by

    .. math:: \langle V\rangle-V = \underbrace{\tfrac14V_{II}I_{RF}^2}_{\text{background}}
              + \underbrace{\tfrac12V_{I\theta}I_{RF}\,\mathrm{Re}\,\hat\theta}_{\text{mixing}}
              + \underbrace{\tfrac14V_{\theta\theta}|\hat\theta|^2}_{\text{swing}}
              + \underbrace{V_\theta\,\bar\theta_2}_{\text{shift}}.

    The first two are Eq. (2) of Sankey et al. (2008), which `mixing_voltage` gives near a weakly damped resonance. The
    others vanish with :math:`V_\theta` and :math:`V_{\theta\theta}` where there is no direct current: the direct
    current sees a mean resistance that a swinging moment has changed, as the resistance is not linear in the angle
    (swing), and as the moment swings about another mean direction (shift). Wang et al., Phys. Rev. B 79, 224416 (2009),
    find that such terms matter at large bias. Fitted with Eq. (2) they pass for a torque.

    How: with two coordinates y of the moment, :math:`\dot y=F(y,I)`, and a bar for the mean over a period,

    .. math:: \hat y = (i\omega-F_y)^{-1}F_II_{RF}, \qquad
              \bar y_2 = -F_y^{-1}\,\tfrac12\left(F_{yy}\overline{y_1y_1}+2F_{yI}\overline{y_1I_1}
              +F_{II}\overline{I_1^2}\right),

    at the direction where :math:`F(y,I)=0`. The eigenvalues of :math:`F_y` are resonance and width there. At a fixed
    current the voltage, and with it the torque, follows the angle, which a fixed torque does not: to first order in it,

    .. math:: \sigma = \frac{\alpha\omega_m}{2}\left(\Omega_\perp+\Omega_\perp^{-1}\right)
              + \frac{\gamma\,\tau_\parallel}{M_sV}\cos\theta
              + \frac{\gamma\sin\theta}{2M_sV}\,\frac{d\tau_\parallel}{dV}\,V_\theta.

    Parameters
    ----------
    frequency : float or array_like
        In Hz, > 0.
    spin : Macrospin
        The free layer; its `reference` is the direction of the fixed moment.
    voltage : callable
        :math:`V(I,\theta)`: (current in A, angle in rad), arrays of one shape → V.
    torque : Torque
        Bias in V → the torques in J, signs as in `mtjlib.dynamics`.
    current : float
        The direct current in A.
    rf_current : float
        Amplitude :math:`I_{RF}` in A, > 0. Every term goes as its square.
    field : sequence of 3 floats
        External field in T, not 0; the working point is the equilibrium that a moment along it relaxes to.

    Returns
    -------
    BiasedSpectrum

    Raises
    ------
    ValueError, TypeError
        For arguments outside these ranges, and for moments that rest along the same line: no signal, and no angle.
    RuntimeError
        If the direct current leaves no stable equilibrium near the one without it.

    Examples
    --------
    The device of Sankey et al., with its fixed moment at 69° from the field, at 30 µA:

    >>> film = Macrospin(ms=1.1 / units.MU_0, volume=1.2e4, alpha=0.0095, demag=(0, 0, 1), reference=(0.36, 0.93, 0))
    >>> ohmic = lambda current, angle: current * 1e3 / (0.218 + 0.095 * np.cos(angle))
    >>> torque = Torque(lambda v: -4.3e-20 * v, lambda v: 2.8e-20 * v**2)
    >>> s = biased_spectrum(9.7e9, film, ohmic, torque, 30e-6, 12e-6, field=(0.1, 0, 0))
    >>> round(s.resonance / 1e9, 2), round(s.half_width / 1e6), round(float((s.swing + s.shift) / s.mixing), 3)
    (9.7, 166, 0.037)
    """
    frequency = real("frequency", frequency, "(0, inf)", "Hz")
    device("spin", spin, Macrospin)
    device("torque", torque, Torque)
    if not callable(voltage):
        raise TypeError(f"voltage must be a function of (current, angle), got {voltage!r}")
    current = number("current", current, unit="A")
    rf_current = number("rf_current", rf_current, "(0, inf)", "A")
    field = vector("field", field, "T")
    if field.ndim > 1:
        raise ValueError(f"field must have shape (3,), got {field.shape}")
    reference = np.array(spin.reference)

    def volts(flow, angle):
        return np.broadcast_to(real("voltage(current, angle)", voltage(flow, angle), unit="V"), flow.shape)

    def around(m):
        """The functions (F1, F2, θ) of two coordinates about m, tan of the angles from it, and of the current."""
        frame = np.linalg.svd(m[None])[2][1:]

        def at(x):
            moment = unit_vector("moment", m[:, None] + frame.T @ x[:2])
            angle = np.arccos(np.clip(reference @ moment, -1, 1))
            rate = llg_rhs(spin, moment, field, torque(volts(current + x[2], angle)))
            return np.stack([*(frame @ rate - x[:2] * (m @ rate)) / (m @ moment), angle])

        return frame, at

    steps = np.array([1e-4, 1e-4, 0.03 * max(rf_current, abs(current) / 100)])
    m = relax(spin, unit_vector("field", field), field)
    for _ in range(50):  # Newton: where does the moment rest under the direct current?
        if np.linalg.norm(np.cross(m, reference)) < 1e-2:
            raise ValueError(f"reference must not be along the free moment at rest, got {spin.reference!r}")
        frame, functions = around(m)
        value, slope, curvature = _derivatives(functions, steps)
        jacobian = slope[:2, :2] / steps[:2]
        move = np.linalg.solve(jacobian, value[:2])
        m = unit_vector("moment", m - frame.T @ (move / max(1.0, 10 * np.linalg.norm(move))))
        if np.linalg.norm(move) < 1e-11:
            break
    eigenvalue = max(np.linalg.eigvals(jacobian), key=lambda z: (z.real, z.imag))
    if np.linalg.norm(move) >= 1e-11 or eigenvalue.real >= 0:
        raise RuntimeError(f"the moment has no stable direction near the field under a direct current of {current:g} A")

    # All of x = (y1, y2, I) is in units of the steps. With complex amplitudes the mean of x x is Re(x x*)/2.
    inverse = np.linalg.inv(2j * np.pi * frequency[..., None, None] * np.eye(2) - jacobian)
    drive = rf_current / steps[2]
    amplitude = np.full((*frequency.shape, 3), drive, complex)
    amplitude[..., :2] = inverse @ slope[:2, 2] * drive / steps[:2]
    mean = np.einsum("kij,...i,...j->...k", curvature, amplitude, amplitude.conj()).real / 4
    drift = -np.linalg.solve(jacobian, mean[..., :2, None])[..., 0] / steps[:2]
    theta = amplitude[..., :2] @ slope[2, :2]
    theta_mean = mean[..., 2] + drift @ slope[2, :2]

    angle = value[2]
    volt, first, second = _derivatives(lambda x: volts(current + x[1], angle + x[0])[None], steps[1:])
    first, second = first[0] / steps[1:], second[0] / np.outer(steps[1:], steps[1:])
    return BiasedSpectrum(
        m,
        float(angle),
        float(volt[0]),
        float(eigenvalue.imag / 2 / np.pi),
        float(-eigenvalue.real / 2 / np.pi),
        float(second[1, 1] * rf_current**2 / 4),
        (second[0, 1] * rf_current * theta.real / 2)[()],
        (second[0, 0] * abs(theta) ** 2 / 4)[()],
        (first[0] * theta_mean)[()],
    )
