r"""Switching of the macrospin: how long a reversal takes, and how often a pulse fails to write at temperature T.

Without temperature and with axial symmetry the switching time is an elementary integral; it depends on the angle at
which the pulse finds the moment. Temperature makes that angle random and adds noise during the pulse, so that a pulse
of given length leaves a fraction of an ensemble unwritten: the write error rate.
"""

import math
from dataclasses import replace

import numpy as np

from mtjlib import units
from mtjlib._validate import device, number, real, whole
from mtjlib._vectors import sign_of
from mtjlib.dynamics import Macrospin, Trajectory, relax, run
from mtjlib.stability import eigenvalues


def switching_time(spin, start_angle, torque, field=0.0, end_angle=np.pi / 2):
    r"""Time from one polar angle to another at zero temperature, in closed form for axial symmetry.

    Geometry: easy axis, field and fixed moment all along :math:`\mathbf p` and no preferred direction across. The angle
    :math:`\theta` from :math:`\mathbf p` then obeys an equation of its own, with :math:`w=-\ln\tan(\theta/2)`:

    .. math:: \dot w = \frac{\gamma}{1+\alpha^2}\left(c+d\tanh w\right),\qquad
              c = \frac{\tau_\parallel}{M_sV}+\alpha\left(B-\frac{\tau_\perp}{M_sV}\right),\quad d = \alpha B_k,

    and the time is the elementary integral of :math:`1/\dot w`. Without torque and anisotropy this is Gilbert's law,
    :math:`\cos\theta=\tanh[\gamma\alpha Bt/(1+\alpha^2)]` from the equator.

    Parameters
    ----------
    spin : Macrospin
    start_angle, end_angle : float or array_like
        Polar angles from the reference direction in rad, in (0, π).
    torque : pair of float or array_like
        :math:`(\tau_\parallel,\tau_\perp)` in J.
    field : float or array_like
        External field along the reference direction, in T.

    Returns
    -------
    float or ndarray
        In s; ``inf`` where the moment never gets there.

    Examples
    --------
    Three times the critical torque, from 5 degrees off the parallel state (in ns):

    >>> from mtjlib.dynamics import Macrospin
    >>> from mtjlib.stability import critical_torque
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> t = switching_time(spin, np.radians(5.0), torque=(3 * critical_torque(spin), 0.0))
    >>> round(float(t) * 1e9, 3)
    2.029
    >>> float(switching_time(spin, np.radians(5.0), torque=(0.9 * critical_torque(spin), 0.0)))
    inf
    """
    along, across = device("spin", spin, Macrospin).principal_fields()
    if np.ptp(across) > 1e-9 * np.abs(spin.field_tensor).max():
        raise ValueError("anisotropy and demag must be axially symmetric about the reference for the closed form")
    start = real("start_angle", start_angle, "(0, 3.141592653589793)", "rad")
    end = real("end_angle", end_angle, "(0, 3.141592653589793)", "rad")
    a, b = spin.torque_fields(torque)
    c = a + spin.alpha * (real("field", field, unit="T") - b)
    d = spin.alpha * (along - across.mean())
    # The formula below is stable for |c + d| >= |c - d|; otherwise look at the sphere upside down.
    flip = np.abs(c + d) < np.abs(c - d)
    c, start, end = np.where(flip, -c, c), np.where(flip, np.pi - start, start), np.where(flip, np.pi - end, end)
    w0, w1, e0, e1 = (f(np.tan(x / 2)) for f in (lambda t: -np.log(t), np.square) for x in (start, end))
    direction = np.sign(w1 - w0)
    s = np.where(c + d == 0, 1.0, c + d)
    ratio = (c - d) / s
    # The speed dw/dt is proportional to s (1 + ratio e) with e = tan^2(theta/2): it must not vanish on the way.
    reaches = (direction * (c + d) * (1 + ratio * e0) > 0) & (direction * (c + d) * (1 + ratio * e1) > 0)

    def log_term(e):
        y = np.where(reaches, ratio * e, 0.0)
        small, near = np.abs(y) < 1e-8, np.abs(y) < 0.5
        log = np.where(near, np.log1p(np.where(near, y, 0.0)), np.log(np.abs(1 + y)))
        return e * np.where(small, 1 - y / 2, log / np.where(small, 1.0, y))

    time = ((w1 - w0) / s - d / s**2 * (log_term(e1) - log_term(e0))) * (1 + spin.alpha**2) / units.GAMMA
    return np.where(direction == 0, 0.0, np.where(reaches, time, np.inf))[()]


def first_passage(trajectory, direction, threshold=0.0):
    r"""Time at which each trajectory's component along a direction first crosses a threshold.

    The frames are joined by cubics through the four nearest ones, of the same fourth order in the time step as the
    frames themselves. (The noise of a temperature makes any interpolation one of first order.)

    Parameters
    ----------
    trajectory : Trajectory
    direction : sequence of 3 floats
        Scaled to unit length.
    threshold : float
        In (-1, 1); 0 is the equator.

    Returns
    -------
    float or ndarray
        In s, of the trailing shape of ``trajectory.m``; ``inf`` where it never crosses.

    Examples
    --------
    >>> from mtjlib.dynamics import Macrospin
    >>> from mtjlib.stability import critical_torque
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> torque = (3 * critical_torque(spin), 0.0)
    >>> angle = np.radians(5.0)
    >>> path = run(spin, [np.sin(angle), 0, np.cos(angle)], 3e-9, 2e-12, torque=torque)
    >>> round(float(first_passage(path, (0, 0, 1))) * 1e9, 3)
    2.029
    """
    device("trajectory", trajectory, Trajectory)
    level = trajectory.along(direction) - number("threshold", threshold, "(-1, 1)")
    crossed = level[1:] * level[:1] <= 0
    index = crossed.argmax(axis=0)
    before = np.take_along_axis(level, index[None], axis=0)[0]
    # Lagrange's polynomial through up to four frames, and its zero between two of them by bisection.
    many = min(4, len(level))
    first = np.clip(index - 1, 0, len(level) - many)
    around = [np.take_along_axis(level, first[None] + i, axis=0)[0] for i in range(many)]

    def polynomial(x):
        factors = ([(x - j) / (i - j) for j in range(many) if j != i] for i in range(many))
        return sum(value * math.prod(others) for value, others in zip(around, factors, strict=True))

    low, high = (index - first) + np.zeros_like(before), (index - first) + np.ones_like(before)
    for _ in range(50):
        middle = (low + high) / 2
        beyond = before * polynomial(middle) <= 0
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    step = trajectory.time[1] - trajectory.time[0]
    return np.where(crossed.any(axis=0), trajectory.time[first] + step * low, np.inf)[()]


def thermal_ensemble(spin, start, n, temperature, rng, field=(0.0, 0.0, 0.0)):
    r"""Draw moments from the Boltzmann distribution of the energy well around `start`.

    The damping does not change an equilibrium distribution, only how fast it is reached: the ensemble is run from the
    bottom of the well with :math:`\alpha=1` for eight of its slowest relaxation times. In a well that is not deep
    compared with :math:`k_BT` some moments leave it meanwhile.

    Parameters
    ----------
    spin : Macrospin
    start : sequence of 3 floats
        A direction in the well.
    n : int
        Number of moments, at least 1.
    temperature : float
        In K, > 0.
    rng : numpy.random.Generator
    field : sequence of 3 floats
        External field in T.

    Returns
    -------
    ndarray, shape (3, n)

    Examples
    --------
    >>> from mtjlib.dynamics import Macrospin
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> thermal_ensemble(spin, (0, 0, 1), 5, 300.0, np.random.default_rng(1)).shape
    (3, 5)
    """
    n, temperature = whole("n", n), number("temperature", temperature, "(0, inf)", "K")
    overdamped = replace(device("spin", spin, Macrospin), alpha=1.0)
    bottom = relax(spin, start, field)
    slowest = -eigenvalues(overdamped, bottom, field).real.max()
    if not slowest > 0:
        raise ValueError(f"start must lie in an energy well, got {start!r}")
    largest = np.linalg.norm(spin.field_tensor, 2) + np.linalg.norm(field)
    step = min(0.05 / (units.GAMMA * largest), 1 / slowest)
    ensemble = np.repeat(bottom[:, None], n, axis=1)
    steps = int(np.ceil(8 / slowest / step))
    return run(overdamped, ensemble, steps * step, step, field=field, temperature=temperature, rng=rng, every=steps).m[
        -1
    ]


def write_error_rate(
    spin, torque, duration, step, temperature, rng, *, n=10_000, state="parallel", field=(0.0, 0.0, 0.0), every=1
):
    r"""Fraction of an ensemble that a pulse has not written, as a function of the pulse length.

    The ensemble starts in thermal equilibrium in the well of `state`; the pulse is on from time zero.

    Parameters
    ----------
    spin : Macrospin
    torque : pair of float
        :math:`(\tau_\parallel,\tau_\perp)` in J during the pulse.
    duration, step : float
        Longest pulse and time step, in s.
    temperature : float
        In K, > 0.
    rng : numpy.random.Generator
    n : int
        Number of trajectories. The standard error of a rate w is :math:`\sqrt{w(1-w)/n}`: rates below 1/n are out of
        reach of an ensemble.
    state : {"parallel", "antiparallel"}
        The state before the pulse.
    field : sequence of 3 floats
        External field in T.
    every : int
        Steps between two recorded pulse lengths.

    Returns
    -------
    time, rate : ndarray, shape (frames,)
        Pulse lengths in s, and the fraction whose moment has not crossed to the other side at that time.

    Examples
    --------
    >>> from mtjlib.dynamics import Macrospin
    >>> from mtjlib.stability import critical_torque
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1, anisotropy=2e5)
    >>> pulse = (5 * critical_torque(spin), 0.0)
    >>> time, rate = write_error_rate(spin, pulse, 1e-9, 1e-12, 300.0, np.random.default_rng(1), n=100, every=1000)
    >>> rate.tolist()
    [1.0, 0.0]
    """
    device("spin", spin, Macrospin)
    sign = sign_of(state)
    bottom = sign * np.array(spin.reference)
    ensemble = thermal_ensemble(spin, bottom, n, temperature, rng, field)
    path = run(
        spin, ensemble, duration, step, field=field, torque=torque, temperature=temperature, rng=rng, every=every
    )
    return path.time, (sign * path.along(spin.reference) > 0).mean(axis=-1)
