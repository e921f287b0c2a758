r"""A junction as a memory cell: how long it keeps a bit, what writing costs, and how well it can be read.

The three demands pull against each other through two numbers. The stability factor :math:`\Delta=E_b/k_BT` sets the
retention and, with damping and spin efficiency, the critical current; the TMR sets the read margin. The formulas are
those of a macrospin with a perpendicular easy axis; `mtjlib.dynamics` holds the equation behind them.
"""

import numpy as np

from mtjlib import units
from mtjlib._validate import real

__all__ = [
    "attempt_rate",
    "critical_current",
    "effective_anisotropy",
    "read_current",
    "read_margin",
    "required_stability",
    "retention_failure",
    "thermal_stability",
    "write_energy",
    "write_error_rate",
]
__dir__ = __all__.copy


def effective_anisotropy(ms, thickness, interface=0.0, bulk=0.0, demag_difference=1.0):
    r"""Perpendicular anisotropy that is left when the demagnetising energy is paid.

    .. math:: K_\mathrm{eff} = \frac{K_i}{t} + K_b - \frac{\mu_0M_s^2}{2}(N_z-N_x)

    Parameters
    ----------
    ms : float or array_like
        In A/m, ≥ 0.
    thickness : float or array_like
        Of the free layer in nm, > 0.
    interface : float or array_like
        :math:`K_i` in J/m², all interfaces together.
    bulk : float or array_like
        :math:`K_b` in J/m³.
    demag_difference : float or array_like
        :math:`N_z-N_x` in [-1, 1]; 1 for a wide thin disc.

    Returns
    -------
    float or ndarray
        In J/m³; negative means that the film is magnetised in its plane.

    Examples
    --------
    >>> round(float(effective_anisotropy(1.2e6, 1.2, interface=1.3e-3)) / 1e3, 1)    # in kJ/m^3
    178.6
    """
    ms = real("ms", ms, "[0, inf)", "A/m")
    surface = real("interface", interface, unit="J/m^2") / (real("thickness", thickness, "(0, inf)", "nm") * 1e-9)
    shape = units.MU_0 * ms**2 / 2 * real("demag_difference", demag_difference, "[-1, 1]")
    return surface + real("bulk", bulk, unit="J/m^3") - shape


def thermal_stability(anisotropy, volume, temperature=300.0):
    r"""The stability factor :math:`\Delta=K_\mathrm{eff}V/k_BT`.

    Parameters
    ----------
    anisotropy : float or array_like
        In J/m³, ≥ 0.
    volume : float or array_like
        In nm³, ≥ 0. Valid while the layer reverses as a whole.
    temperature : float or array_like
        In K, > 0.

    Returns
    -------
    float or ndarray

    Examples
    --------
    A disc of 40 nm diameter, 1.2 nm thick:

    >>> round(float(thermal_stability(1.8e5, 3.1416 * 20**2 * 1.2)), 1)
    65.5
    """
    energy = real("anisotropy", anisotropy, "[0, inf)", "J/m^3") * real("volume", volume, "[0, inf)", "nm^3") * 1e-27
    return energy / (units.K_B * units.E_CHARGE * real("temperature", temperature, "(0, inf)", "K"))


def attempt_rate(delta, anisotropy_field, alpha):
    r"""Prefactor of the escape rate in Brown's high-barrier limit, uniaxial and without field.

    .. math:: f_0 = \frac{\alpha\gamma B_k}{1+\alpha^2}\sqrt{\frac{\Delta}{\pi}}

    One well loses its moments at the rate :math:`f_0e^{-\Delta}`; the relative error is about :math:`1/\Delta`.
    Source: Brown, Phys. Rev. 130, 1677 (1963).

    Parameters
    ----------
    delta : float or array_like
        ≥ 0.
    anisotropy_field : float or array_like
        :math:`B_k=2K_\mathrm{eff}/M_s` in T, > 0.
    alpha : float or array_like
        Gilbert damping, > 0.

    Returns
    -------
    float or ndarray
        In 1/s.

    Examples
    --------
    >>> round(float(attempt_rate(60.0, 0.3, 0.01)) / 1e9, 2)    # the "1 GHz" of rules of thumb
    2.31
    """
    alpha = real("alpha", alpha, "(0, inf)")
    rate = alpha * units.GAMMA * real("anisotropy_field", anisotropy_field, "(0, inf)", "T") / (1 + alpha**2)
    return rate * np.sqrt(real("delta", delta, "[0, inf)") / np.pi)


def retention_failure(delta, time, bits=1, attempt_rate=1e9):
    r"""Probability that at least one of `bits` cells has lost its bit after `time` (Arrhenius law).

    .. math:: P = 1-\exp\left(-N\,t\,f_0\,e^{-\Delta}\right)

    Returning hops are not counted: this is the probability of a first loss.

    Parameters
    ----------
    delta : float or array_like
        Stability factor, ≥ 0, the same for all cells.
    time : float or array_like
        In s, ≥ 0.
    bits : int or array_like
        Number of cells, ≥ 1.
    attempt_rate : float or array_like
        :math:`f_0` in 1/s, > 0: a constant, or from the function `attempt_rate`.

    Returns
    -------
    float or ndarray
        In [0, 1].

    Examples
    --------
    Ten years, one cell and a gigabit:

    >>> [float(f"{p:.2g}") for p in retention_failure(60.0, 10 * 3.156e7, [1, 2**30])]
    [2.8e-09, 0.95]
    """
    rate = real("attempt_rate", attempt_rate, "(0, inf)", "1/s") * np.exp(-real("delta", delta, "[0, inf)"))
    time, bits = real("time", time, "[0, inf)", "s"), real("bits", bits, "[1, inf)")
    with np.errstate(over="ignore"):  # infinitely many losses expected: the probability is 1
        return -np.expm1(-rate * time * bits)


def required_stability(failure, time, bits=1, attempt_rate=1e9):
    r"""Stability factor that keeps the probability of a loss at `failure`: the inverse of `retention_failure`.

    .. math:: \Delta = \ln\frac{N\,t\,f_0}{-\ln(1-P)}

    Parameters
    ----------
    failure : float or array_like
        Allowed probability in (0, 1).
    time, bits, attempt_rate
        As in `retention_failure`; `time` > 0.

    Returns
    -------
    float or ndarray
        At least 0.

    Examples
    --------
    >>> round(float(required_stability(1e-4, 10 * 3.156e7, bits=2**30)), 1)
    70.3
    """
    bits, time = real("bits", bits, "[1, inf)"), real("time", time, "(0, inf)", "s")
    attempts = np.log(bits) + np.log(time) + np.log(real("attempt_rate", attempt_rate, "(0, inf)", "1/s"))
    return np.maximum(attempts - np.log(-np.log1p(-real("failure", failure, "(0, 1)"))), 0.0)


def critical_current(delta, alpha, efficiency, temperature=300.0):
    r"""Critical current of a perpendicular cell: it is tied to the stability by damping and efficiency alone.

    .. math:: I_c = \frac{4e}{\hbar}\,\frac{\alpha}{\eta}\,k_BT\,\Delta

    The same as `mtjlib.stability.critical_current` without field. A film magnetised in its plane pays
    :math:`1+M_s/2H_k` times as much: that is why memories went perpendicular.
    Source: Sun, Phys. Rev. B 62, 570 (2000).

    Parameters
    ----------
    delta : float or array_like
        ≥ 0.
    alpha : float or array_like
        Gilbert damping, > 0.
    efficiency : float or array_like
        :math:`\eta`, transferred spins per electron, > 0.
    temperature : float or array_like
        At which `delta` is meant, in K, > 0.

    Returns
    -------
    float or ndarray
        In A.

    Examples
    --------
    >>> round(float(critical_current(60.0, 0.01, 0.5)) * 1e6, 1)    # in microampere
    30.2
    """
    barrier = real("delta", delta, "[0, inf)") * units.K_B * units.E_CHARGE
    barrier = barrier * real("temperature", temperature, "(0, inf)", "K")
    ratio = real("alpha", alpha, "(0, inf)") / real("efficiency", efficiency, "(0, inf)")
    return 4 * units.E_CHARGE / units.HBAR * ratio * barrier


def write_error_rate(delta, overdrive, pulse, anisotropy_field, alpha):
    r"""Probability that a pulse above the critical current does not switch a perpendicular cell.

    .. math:: W = 1-e^{-X^p},\qquad X = \frac{\theta_c^2\,\Delta\,(i-1)}{i\,e^{2\tau(i-1)}-1},\qquad
              p = 1+\frac{3-i}{2\Delta(i-1)^2+|3-i|},\qquad
              \tau = \frac{\alpha\gamma B_k}{1+\alpha^2}\,t,\quad
              \theta_c^2 = 4\left(\frac{2i}{i-1}\right)^{-2/(i+1)}

    While the angle is small it grows like an unstable oscillator in a thermal bath: its mean square at time t is the
    :math:`[i e^{2\tau(i-1)}-1]/\Delta(i-1)` of the denominator, initial spread and noise during the pulse together. The
    cell fails if the angle, continued exponentially, has not reached :math:`\theta_c`. That value comes from the exact
    noiseless solution `mtjlib.switching.switching_time`; Butler et al., IEEE Trans. Magn. 48, 4684 (2012),
    arXiv:1202.2621, who carry out the same programme, put the equator, :math:`\pi/2`, which is off by 20 % and more.
    The exponent p is the first correction in :math:`1/\Delta`: the slowest eigenvalue of the Fokker–Planck operator
    is not :math:`2(i-1)` but :math:`2(i-1)[1+(3-i)/2\Delta(i-1)^2]`, since a moment that dwells near the axis explores
    how the drift bends there.

    Against the Fokker–Planck equation, for :math:`\Delta\ge20` and :math:`W\ge10^{-6}`, W is good to 4 % for
    :math:`i\ge2`; at :math:`i=1.5` it is too low by up to 31, 13 and 7 % for :math:`\Delta` = 20, 40 and 60, and at
    :math:`i=1.25` by up to a factor 3, 2 and 1.6. Nearer the threshold only the order of magnitude of the pulse is
    right, and the Fokker–Planck equation itself, or `mtjlib.switching.write_error_rate`, is needed.

    Parameters
    ----------
    delta : float or array_like
        > 0.
    overdrive : float or array_like
        :math:`i=I/I_c`, > 1.
    pulse : float or array_like
        In s, ≥ 0.
    anisotropy_field, alpha : float or array_like
        As in `attempt_rate`.

    Returns
    -------
    float or ndarray
        In [0, 1].

    Examples
    --------
    >>> [float(f"{w:.2g}") for w in write_error_rate(60.0, 2.0, [5e-9, 10e-9, 20e-9], 0.3, 0.01)]
    [0.21, 0.0012, 2.8e-08]
    """
    delta, i = real("delta", delta, "(0, inf)"), real("overdrive", overdrive, "(1, inf)")
    alpha = real("alpha", alpha, "(0, inf)")
    rate = alpha * units.GAMMA * real("anisotropy_field", anisotropy_field, "(0, inf)", "T") / (1 + alpha**2)
    growth = 2 * rate * real("pulse", pulse, "[0, inf)", "s") * (i - 1)
    critical = 4 * (2 * i / (i - 1)) ** (-2 / (i + 1))
    # Divided through by the exponential, so that a long pulse underflows to 0 instead of overflowing.
    decay = np.exp(-growth)
    # p - 1 = e/(1 + |e|) with e = (3 - i)/(2 delta (i - 1)^2): exact for small e, and a falling W for any e
    leading = critical * delta * (i - 1) * decay / (i - decay)
    return -np.expm1(-(leading ** (1 + (3 - i) / (2 * delta * (i - 1) ** 2 + np.abs(3 - i)))))


def write_energy(current, resistance, pulse):
    r"""Energy :math:`I^2Rt` that the junction dissipates in one write pulse.

    Parameters
    ----------
    current : float or array_like
        In A.
    resistance : float or array_like
        In Ω, ≥ 0.
    pulse : float or array_like
        In s, ≥ 0.

    Returns
    -------
    float or ndarray
        In J.

    Examples
    --------
    >>> round(float(write_energy(60e-6, 5e3, 10e-9)) * 1e15)    # in femtojoule
    180
    """
    power = real("current", current, unit="A") ** 2 * real("resistance", resistance, "[0, inf)", "ohm")
    return power * real("pulse", pulse, "[0, inf)", "s")


def read_current(ra, area, tmr, voltage):
    r"""Currents in the two states at a read voltage; their difference is the signal.

    .. math:: I_P = \frac{VA}{RA}, \qquad I_{AP} = \frac{I_P}{1+\mathrm{TMR}}

    Parameters
    ----------
    ra : float or array_like
        Resistance–area product of the parallel state in Ω µm², > 0.
    area : float or array_like
        In nm², > 0.
    tmr : float or array_like
        At the read voltage, a fraction, > -1.
    voltage : float or array_like
        In V.

    Returns
    -------
    parallel, antiparallel : float or ndarray
        In A.

    Examples
    --------
    >>> [round(float(i) * 1e6, 2) for i in read_current(5.0, 1257.0, 1.5, 0.1)]    # in microampere
    [25.14, 10.06]
    """
    ra = real("ra", ra, "(0, inf)", "ohm um^2")
    parallel = real("voltage", voltage, unit="V") * real("area", area, "(0, inf)", "nm^2") * 1e-6 / ra
    return parallel, parallel / (1 + real("tmr", tmr, "(-1, inf)"))


def read_margin(tmr, spread):
    r"""Distance of either state from the best common reference, in standard deviations of the cell resistance.

    .. math:: k = \frac{R_{AP}-R_P}{s\,(R_{AP}+R_P)} = \frac{1}{s}\,\frac{\mathrm{TMR}}{2+\mathrm{TMR}}

    `spread` s is the relative standard deviation of the resistance from cell to cell, the same for both states. (For
    two equal Julliere electrodes TMR/(2+TMR) is P².) With a normal distribution the fraction of cells on the wrong side
    is ½ erfc(k/√2): 3·10⁻⁷ at k = 5.

    Parameters
    ----------
    tmr : float or array_like
        A fraction, ≥ 0.
    spread : float or array_like
        s, > 0.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> round(float(read_margin(1.5, 0.05)), 2)
    8.57
    """
    tmr = real("tmr", tmr, "[0, inf)")
    return tmr / (2 + tmr) / real("spread", spread, "(0, inf)")
