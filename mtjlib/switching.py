r"""Switching of the macrospin: how long a reversal takes, and how often a pulse fails to write at temperature T.

Without temperature and with axial symmetry the switching time is an elementary integral; it depends on the angle at
which the pulse finds the moment. Temperature makes that angle random and adds noise during the pulse, so that a pulse
of given length leaves a fraction of an ensemble unwritten: the write error rate.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from mtjlib import units
from mtjlib._validate import device, number, real, whole
from mtjlib._vectors import sign_of
from mtjlib.dynamics import Macrospin, Trajectory, energy, relax, run
from mtjlib.stability import eigenvalues

__all__ = [
    "FokkerPlanck",
    "boltzmann_mean",
    "first_passage",
    "fokker_planck",
    "switching_time",
    "thermal_ensemble",
    "write_error_rate",
]
__dir__ = __all__.copy


def _axial_fields(spin):
    """Inner field per unit m along the reference and across it, in T."""
    along, across = device("spin", spin, Macrospin).principal_fields()
    if np.ptp(across) > 1e-9 * np.abs(spin.field_tensor).max():
        raise ValueError("spin must be axially symmetric about its reference: anisotropy and demag are not")
    return along, across.mean()


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
    along, across = _axial_fields(spin)
    start = real("start_angle", start_angle, "(0, 3.141592653589793)", "rad")
    end = real("end_angle", end_angle, "(0, 3.141592653589793)", "rad")
    a, b = spin.torque_fields(torque)
    c = a + spin.alpha * (real("field", field, unit="T") - b)
    d = spin.alpha * (along - across)
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
    overdamped = replace(device("spin", spin, Macrospin), alpha=1.0)
    n, temperature = whole("n", n), number("temperature", temperature, "(0, inf)", "K")
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


@dataclass(frozen=True, eq=False)
class FokkerPlanck:
    """What `fokker_planck` returns: the equation d(fraction)/dt = generator @ fraction for small cells of the sphere.

    Attributes
    ----------
    cosine : ndarray, shape (cells,)
        m·p in the middle of every cell, from 1 down to -1.
    width : ndarray, shape (cells,)
        Extent of the cells in m·p.
    generator : ndarray, shape (cells, cells)
        In 1/s: fractions of an ensemble that pass from one cell to another per time. Its columns add up to zero.
    """

    cosine: np.ndarray
    width: np.ndarray
    generator: np.ndarray

    def rates(self, n=2):
        """The n smallest decay rates in 1/s, ascending; the first, 0, is that of the stationary state.

        A ValueError if the second is lost in rounding, 1e-11 of the fastest: beyond some twenty kT.
        """
        from scipy.linalg import eigvalsh_tridiagonal

        # Cells exchange with their neighbours alone, in detailed balance: a symmetric matrix has the same rates.
        up, down = (np.diagonal(self.generator, offset) for offset in (1, -1))
        rates = eigvalsh_tridiagonal(-np.diagonal(self.generator), np.sqrt(up * down))
        if rates[1] < 1e-11 * rates[-1]:
            raise ValueError("the escape rate is lost in rounding: the energy barrier is too high for this temperature")
        return np.append(0.0, rates[1 : whole("n", n)])

    @property
    def stationary(self):
        """Fractions of the ensemble in the cells, once nothing changes any more."""
        # detailed balance between neighbours: what goes down comes up
        i = np.arange(self.cosine.size - 1)
        log = np.append(0.0, np.cumsum(np.log(self.generator[i + 1, i]) - np.log(self.generator[i, i + 1])))
        share = np.exp(log - log.max())
        return share / share.sum()


def fokker_planck(spin, torque, temperature, field=0.0, cells=400):
    r"""Fokker–Planck equation of the polar angle for axial symmetry, in finite volumes.

    .. math:: \frac{\partial w}{\partial t} = -\frac{\partial}{\partial z}\left\{\frac{\gamma(1-z^2)}{1+\alpha^2}
              \left[\left(\frac{\tau_\parallel}{M_sV}+\alpha\left(B-\frac{\tau_\perp}{M_sV}+B_kz\right)\right)w
              -\frac{\alpha k_BT}{M_sV}\,\frac{\partial w}{\partial z}\right]\right\}, \qquad z=\mathbf m\cdot\mathbf p

    Source: Brown, Phys. Rev. 130, 1677 (1963), with the in-plane torque added, which for axial symmetry is a change of
    the drift. Geometry as in `switching_time`. The flux between cells is exponentially fitted, so the stationary state
    is exact in every cell's middle, and the second smallest of its ``rates`` is that of thermal escape.

    Parameters
    ----------
    spin : Macrospin
    torque : pair of float
        :math:`(\tau_\parallel,\tau_\perp)` in J.
    temperature : float
        In K, > 0.
    field : float
        External field along the reference direction, in T.
    cells : int
        Number of cells, equal in angle, at least 10. The error of the rates falls as its square.

    Returns
    -------
    FokkerPlanck

    Examples
    --------
    A barrier of five kT keeps the moment for (in ns):

    >>> from mtjlib.dynamics import Macrospin
    >>> from mtjlib import units
    >>> spin = Macrospin(ms=1e6, volume=5 * units.K_B * units.E_CHARGE * 300 / 2e5 * 1e27, alpha=0.01, anisotropy=2e5)
    >>> escape = fokker_planck(spin, (0.0, 0.0), 300.0).rates()[1]
    >>> round(1e9 / float(escape), 1)
    104.9
    """
    along, across = _axial_fields(spin)
    a, b = (number("torque", part) for part in spin.torque_fields(torque))
    kt = units.K_B * units.E_CHARGE * number("temperature", temperature, "(0, inf)", "K")
    field, cells = number("field", field, unit="T"), whole("cells", cells, 10)
    edges = np.cos(np.linspace(0, np.pi, cells + 1))
    z, width, inner = (edges[1:] + edges[:-1]) / 2, edges[:-1] - edges[1:], edges[1:-1]
    mobility = units.GAMMA / (1 + spin.alpha**2) * (1 - inner**2)
    drift = mobility * (a + spin.alpha * (field - b + (along - across) * inner))
    diffusion = mobility * spin.alpha * kt / spin.moment / (z[:-1] - z[1:])
    peclet = drift / diffusion

    def bernoulli(x):
        small = np.abs(x) < 1e-8
        with np.errstate(over="ignore"):
            return np.where(small, 1 - x / 2, x / np.expm1(np.where(small, 1.0, x)))

    up, down = diffusion * bernoulli(-peclet), diffusion * bernoulli(peclet)  # to the cell before, from it
    generator = np.zeros((cells, cells))
    i = np.arange(cells - 1)
    generator[i, i + 1] += up / width[1:]
    generator[i + 1, i + 1] -= up / width[1:]
    generator[i + 1, i] += down / width[:-1]
    generator[i, i] -= down / width[:-1]
    return FokkerPlanck(z, width, generator)


def boltzmann_mean(spin, function, temperature, field=(0.0, 0.0, 0.0), points=200):
    r"""Thermal average of a function of the direction, over the whole sphere.

    .. math:: \langle f\rangle = \frac{\int d\Omega\,f(\mathbf m)\,e^{-E(\mathbf m)/k_BT}}
              {\int d\Omega\,e^{-E(\mathbf m)/k_BT}}

    Parameters
    ----------
    spin : Macrospin
    function : callable
        Called with directions of shape (3, n), returns an array whose last axis has that n.
    temperature : float
        In K, > 0.
    field : sequence of 3 floats
        External field in T.
    points : int
        Nodes along the polar angle (Gauss), at least 8, and twice as many along the azimuth (equidistant). They must
        resolve a well: their number goes as the square root of its depth in kT, and 200 suffice for 1000 kT.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If three quarters of the `points` give another mean energy, by more than 1e-4 kT.

    Examples
    --------
    >>> from mtjlib.dynamics import Macrospin
    >>> free = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    >>> round(float(boltzmann_mean(free, lambda m: m[2] ** 2, 300.0)), 9)
    0.333333333
    """
    device("spin", spin, Macrospin)
    kt = units.K_B * units.E_CHARGE * number("temperature", temperature, "(0, inf)", "K")
    points = whole("points", points, 8)
    if not callable(function):
        raise TypeError(f"function must be a function of the direction, got {function!r}")

    def sphere(points):
        """Directions, their shares of the ensemble, and their energies in kT."""
        z, weight = np.polynomial.legendre.leggauss(points)
        phi = np.arange(2 * points) * np.pi / points
        sine = np.sqrt(1 - z**2)[:, None]
        m = np.stack([sine * np.cos(phi), sine * np.sin(phi), z[:, None] + 0 * phi]).reshape(3, -1)
        levels = energy(spin, m, field) / kt
        share = np.repeat(weight, phi.size) * np.exp(levels.min() - levels)
        return m, share / share.sum(), levels

    m, share, levels = sphere(points)
    _, coarse_share, coarse_levels = sphere(3 * points // 4)
    if not abs(levels @ share - coarse_levels @ coarse_share) < 1e-4:
        raise ValueError(f"points must resolve the energy's wells, which are too deep for {points}")
    return (np.asarray(function(m)) @ share)[()]
