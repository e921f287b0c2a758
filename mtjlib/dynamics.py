r"""Macrospin dynamics: the Landau–Lifshitz–Gilbert equation with both spin-transfer torques and a thermal field.

The free layer is one rigid magnetic moment :math:`M_sV` along the unit vector :math:`\mathbf m`:

.. math:: \dot{\mathbf m} = -\gamma\,\mathbf m\times\mathbf B + \alpha\,\mathbf m\times\dot{\mathbf m}
          + \frac{\gamma}{M_sV}\left[\tau_\parallel\,\mathbf m\times(\mathbf p\times\mathbf m)
          + \tau_\perp\,\mathbf m\times\mathbf p\right]

with :math:`\mathbf p` along the moment of the fixed layer and the field

.. math:: \mathbf B = \mathbf B_{ext} + \frac{2K}{M_s}(\mathbf m\cdot\mathbf u)\,\mathbf u
          - \mu_0M_s\hat N\mathbf m + \mathbf B_{th}.

Signs in words. :math:`\tau_\parallel>0` pushes the free moment towards the fixed one (favours **parallel**),
:math:`\tau_\parallel<0` favours antiparallel. :math:`\tau_\perp>0` acts like a field along :math:`-\mathbf p`, an
energy :math:`+\tau_\perp\,\mathbf m\cdot\mathbf p` (favours **antiparallel**).

Map to the torques per area of the book, :math:`N_\parallel\,\mathbf m_2\times(\mathbf m_1\times\mathbf m_2)
+N_\perp\,\mathbf m_1\times\mathbf m_2` on the right magnet: for a free layer on the right with area :math:`A`,
:math:`\tau_\parallel=AN_\parallel` and :math:`\tau_\perp=AN_\perp`. The second vector product changes its order because
:math:`\mathbf m_{1,2}` are directions of majority *spin* while :math:`\mathbf m,\mathbf p` are directions of magnetic
*moment*, and a torque changes angular momentum: :math:`\dot{\mathbf m}=-(\gamma/M_sV)\,\mathbf N`. Reversing both
vectors reverses the triple product and leaves the single one as it is.

Fields are :math:`\mu_0H` in tesla, times in seconds, torques in joule. Vectors carry their three components on the
*first* axis, so an ensemble of n moments has shape (3, n).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from mtjlib import units
from mtjlib._validate import device, number, real, set_floats, whole
from mtjlib._vectors import aligned, cross, cross_matrix, unit_vector, vector

__all__ = [
    "Macrospin",
    "Torque",
    "Trajectory",
    "energy",
    "llg_rhs",
    "quadratic_torque",
    "relax",
    "run",
    "thermal_field",
]
__dir__ = __all__.copy

_BOLTZMANN = units.K_B * units.E_CHARGE  # J/K
_BLOCK = 4096  # trajectories advanced together: a block stays in the processor's cache

# Largest angle per step. Undamped precession by z per step shrinks (Runge-Kutta) or grows (Heun) by z⁶/144 or z⁴/8 of
# its amplitude per step, which has to stay small beside the damping, αz.
_LARGEST_TURN = {"rk4": 0.5, "heun": 0.2}


@dataclass(frozen=True)
class Macrospin:
    r"""A free layer that stays uniformly magnetised.

    Parameters
    ----------
    ms : float
        Saturation magnetisation :math:`M_s` in A/m, > 0.
    volume : float
        In nm³, > 0.
    alpha : float
        Gilbert damping, > 0.
    anisotropy : float
        Uniaxial energy density :math:`K` in J/m³; the energy is :math:`-KV(\mathbf m\cdot\mathbf u)^2`, so K > 0 makes
        `axis` easy. Default 0.
    axis : sequence of 3 floats
        The anisotropy axis :math:`\mathbf u`; scaled to unit length.
    demag : sequence of 3 floats
        Diagonal :math:`(N_x, N_y, N_z)` of the demagnetising tensor, each in [0, 1]. A thin film is (0, 0, 1).
    reference : sequence of 3 floats
        Direction :math:`\mathbf p` of the fixed layer's moment; scaled to unit length.

    Examples
    --------
    >>> spin = Macrospin(ms=1.1e6, volume=7.5e3, alpha=0.01, anisotropy=1e6, demag=(0, 0, 1))
    >>> round(spin.moment * 1e18, 2)    # in 1e-18 J/T
    8.25
    """

    ms: float
    volume: float
    alpha: float
    anisotropy: float = 0.0
    axis: tuple = (0.0, 0.0, 1.0)
    demag: tuple = (0.0, 0.0, 0.0)
    reference: tuple = (0.0, 0.0, 1.0)

    def __post_init__(self):
        set_floats(
            self,
            ms=("(0, inf)", "A/m"),
            volume=("(0, inf)", "nm^3"),
            alpha=("(0, inf)", ""),
            anisotropy=("(-inf, inf)", "J/m^3"),
        )
        demag = real("demag", self.demag, "[0, 1]")
        if demag.shape != (3,):
            raise ValueError(f"demag must be 3 numbers, got shape {demag.shape}")
        object.__setattr__(self, "demag", tuple(map(float, demag)))
        for name in ("axis", "reference"):
            value = unit_vector(name, getattr(self, name))
            if value.shape != (3,):
                raise ValueError(f"{name} must be 3 numbers, got shape {value.shape}")
            object.__setattr__(self, name, tuple(map(float, value)))

    @property
    def moment(self):
        """Magnetic moment :math:`M_sV` in J/T."""
        return self.ms * self.volume * 1e-27

    @property
    def field_tensor(self):
        r"""The 3×3 matrix :math:`(2K/M_s)\mathbf u\mathbf u^T-\mu_0M_s\hat N` in T: applied to m, the inner field."""
        u = np.array(self.axis)
        return 2 * self.anisotropy / self.ms * np.outer(u, u) - units.MU_0 * self.ms * np.diag(self.demag)

    def principal_fields(self):
        """Inner field per unit m along the reference, and the two across it (ascending), in T.

        The reference must be a principal axis of anisotropy and demagnetisation.
        """
        p, tensor = np.array(self.reference), self.field_tensor
        along = p @ tensor @ p
        if np.abs(tensor @ p - along * p).max() > 1e-9 * np.abs(tensor).max():
            raise ValueError(f"reference must be a principal axis of the anisotropy and demag, got {self.reference!r}")
        values = np.linalg.eigvalsh(tensor)
        return along, np.delete(values, np.abs(values - along).argmin())

    def torque_fields(self, torque):
        """A pair of torques (in_plane, out_of_plane) in J as the two fields in T that they are worth."""
        try:
            in_plane, out_of_plane = torque
        except (TypeError, ValueError):
            raise TypeError(f"torque must be a pair (in_plane, out_of_plane) in J, got {torque!r}") from None
        return tuple(
            real(n, t, unit="J") / self.moment for n, t in (("in_plane", in_plane), ("out_of_plane", out_of_plane))
        )


@dataclass(frozen=True)
class Torque:
    r"""The two torques of a junction as functions of its bias.

    Calling it with a bias in V returns the pair :math:`(\tau_\parallel,\tau_\perp)` in J that every function here takes
    as `torque`. From a junction: ``Torque(lambda v: area * transport.torque_in_plane(mtj, v), ...)``, area in m².

    Parameters
    ----------
    in_plane, out_of_plane : callable
        Bias in V → torque in J, in the sense stated at the top of the module.

    Examples
    --------
    >>> torque = Torque(lambda v: -2e-19 * v, lambda v: 5e-20 * v**2)
    >>> [float(t) for t in torque(-1.0)]
    [2e-19, 5e-20]
    """

    in_plane: Callable
    out_of_plane: Callable

    def __post_init__(self):
        for name in ("in_plane", "out_of_plane"):
            if not callable(getattr(self, name)):
                raise TypeError(f"{name} must be a function of the bias, got {getattr(self, name)!r}")

    def __call__(self, bias):
        bias = real("bias", bias, unit="V")
        return self.in_plane(bias), self.out_of_plane(bias)


def quadratic_torque(a1, a2=0.0, b0=0.0, b1=0.0, b2=0.0):
    r"""Torques with the bias law of symmetric (``b1 = 0``) and asymmetric junctions.

    .. math:: \tau_\parallel = a_1V+a_2V^2, \qquad \tau_\perp = b_0+b_1V+b_2V^2

    Source: Manchon, SPIE (2012), Eq. (2), with the linear out-of-plane term of asymmetric junctions added. With the
    book's sign of the bias a normal junction has :math:`a_1<0`: V > 0 favours antiparallel.

    Parameters
    ----------
    a1, b1 : float
        In J/V.
    a2, b2 : float
        In J/V².
    b0 : float
        In J: the equilibrium coupling.

    Examples
    --------
    >>> [float(t) for t in quadratic_torque(a1=-2e-19, b2=5e-20)(2.0)]
    [-4e-19, 2e-19]
    """
    a1, a2, b0, b1, b2 = (
        number(name, value, unit=unit)
        for name, value, unit in (
            ("a1", a1, "J/V"),
            ("a2", a2, "J/V^2"),
            ("b0", b0, "J"),
            ("b1", b1, "J/V"),
            ("b2", b2, "J/V^2"),
        )
    )
    return Torque(lambda v: (a1 + a2 * v) * v, lambda v: b0 + (b1 + b2 * v) * v)


def energy(spin, m, field=(0.0, 0.0, 0.0)):
    r"""Magnetic energy of the free layer.

    .. math:: E = -KV(\mathbf m\cdot\mathbf u)^2 + \tfrac12\mu_0M_s^2V\,\mathbf m\cdot\hat N\mathbf m
              - M_sV\,\mathbf m\cdot\mathbf B_{ext}

    Parameters
    ----------
    spin : Macrospin
    m : array_like, shape (3, ...)
        Direction of the moment; scaled to unit length.
    field : array_like, shape (3, ...)
        External field in T.

    Returns
    -------
    float or ndarray
        In J.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> round(float(energy(spin, [1, 0, 0]) - energy(spin, [0, 0, 1])), 25)    # KV
    2e-19
    """
    device("spin", spin, Macrospin)
    m, field = aligned(unit_vector("m", m), vector("field", field, "T"))
    inner = np.tensordot(spin.field_tensor, m, 1)
    return -spin.moment * (m * (inner / 2 + field)).sum(axis=0)


def _rhs(m, b, alpha, rate):
    """The explicit equation -rate m x (b + alpha m x b), where b contains the torques."""
    c = cross(m, b)
    c *= alpha
    c += b
    out = cross(m, c)
    out *= -rate
    return out


def llg_rhs(spin, m, field=(0.0, 0.0, 0.0), torque=(0.0, 0.0)):
    r"""The time derivative :math:`\dot{\mathbf m}`, solved for explicitly.

    Both torques are cross products with m, so they join the field:
    :math:`\mathbf B'=\mathbf B+(\tau_\parallel\,\mathbf m\times\mathbf p-\tau_\perp\,\mathbf p)/M_sV`, and

    .. math:: \dot{\mathbf m} = -\frac{\gamma}{1+\alpha^2}\,\mathbf m\times
              \left(\mathbf B'+\alpha\,\mathbf m\times\mathbf B'\right).

    Parameters
    ----------
    spin : Macrospin
    m : array_like, shape (3, ...)
        Unit vectors.
    field : array_like, shape (3,) or (3, ...)
        External field in T.
    torque : pair of float or array_like
        :math:`(\tau_\parallel,\tau_\perp)` in J, scalars or of the trailing shape of `m`.

    Returns
    -------
    ndarray, shape (3, ...)
        In 1/s.

    Examples
    --------
    A torque that favours parallel turns m towards the reference, along z here:

    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    >>> bool(llg_rhs(spin, [1.0, 0.0, 0.0], torque=(1e-20, 0.0))[2] > 0)
    True
    """
    device("spin", spin, Macrospin)
    a, b = spin.torque_fields(torque)
    m, field, p = aligned(
        vector("m", m), vector("field", field, "T"), np.array(spin.reference), ndim=max(a.ndim, b.ndim)
    )
    total = field + np.tensordot(spin.field_tensor, m, 1) + a * cross(m, p) - b * p
    return _rhs(m, total, spin.alpha, units.GAMMA / (1 + spin.alpha**2))


@dataclass(frozen=True)
class Trajectory:
    """What `run` returns: `time` in s, shape (frames,), and the unit vectors `m`, shape (frames, 3, ...)."""

    time: np.ndarray
    m: np.ndarray

    def along(self, direction):
        """Component of m along a direction, shape (frames, ...)."""
        return np.tensordot(unit_vector("direction", direction), self.m, (0, 1))


def thermal_field(spin, temperature, step):
    r"""Standard deviation of each component of the thermal field, held for one time step.

    .. math:: B_{th} = \sqrt{\frac{2\alpha k_BT}{\gamma M_sV\,\Delta t}}

    Source: Brown, Phys. Rev. 130, 1677 (1963).

    Parameters
    ----------
    spin : Macrospin
    temperature : float or array_like
        In K, ≥ 0.
    step : float or array_like
        In s, > 0.

    Returns
    -------
    float or ndarray
        In T.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    >>> round(float(thermal_field(spin, 300.0, 1e-12)), 4)
    0.0217
    """
    device("spin", spin, Macrospin)
    temperature = real("temperature", temperature, "[0, inf)", "K")
    step = real("step", step, "(0, inf)", "s")
    return np.sqrt(2 * spin.alpha * _BOLTZMANN * temperature / (units.GAMMA * spin.moment * step))


def _largest(external, a, b):
    """An upper bound of the field on any trajectory, whatever its direction, in T: all but the inner field's share."""
    parts = np.sqrt((external * external).sum(axis=0)), abs(a), abs(b)
    return sum(part.max(initial=0.0) for part in parts)


def _drive(spin, field, torque, n, part, check):
    """Return f(m, t) -> (constant field, field matrix, in-plane torque per trajectory or None) for one block of n.

    The whole field is linear in m; a torque shared by all trajectories joins the matrix.
    """
    p = np.array(spin.reference)[:, None]
    tensor, turn = spin.field_tensor, -cross_matrix(p[:, 0])  # turn @ m = m x p
    inner = np.linalg.norm(tensor, 2)

    def of_block(name, values):
        if values.shape[-1:] not in ((), (1,), (n,)) or values.ndim > 1 + (name == "field"):
            raise ValueError(f"{name} must hold one value for all or one for each of {n} trajectories")
        return values[..., part] if values.shape[-1:] == (n,) else values

    def at(m, t):
        a, b = spin.torque_fields(torque(m, t) if callable(torque) else torque)
        a, b = of_block("in_plane", a), of_block("out_of_plane", b)
        external = vector("field", field(t) if callable(field) else field, "T")
        check(inner + _largest(external, a, b))
        constant = of_block("field", external if external.ndim > 1 else external[:, None]) - b * p
        return (constant, tensor, a) if a.ndim else (constant, tensor + a * turn, None)

    if callable(field) or callable(torque):
        return at
    fixed = at(None, 0.0)
    return lambda m, t: fixed


def run(spin, start, duration, step, *, field=(0.0, 0.0, 0.0), torque=(0.0, 0.0), temperature=0.0, rng=None, every=1):
    r"""Integrate the equation of motion for one moment or a whole ensemble.

    Without temperature: the classical Runge–Kutta method of fourth order. With temperature: Heun's method with the same
    noise in predictor and corrector, which converges to the Stratonovich solution that the physics asks for. After
    every step m is scaled back to unit length.

    Parameters
    ----------
    spin : Macrospin
    start : array_like, shape (3,) or (3, n)
        Initial directions; scaled to unit length.
    duration : float
        In s, > 0.
    step : float
        Longest time step allowed, in s, > 0; the step used divides `duration` evenly. Precession must be resolved:
        with *B* the sum of the largest external, inner, torque and thermal fields, a step may turn the moment by
        :math:`\gamma B\,\Delta t\leq0.5` (0.2 with temperature). At 0.5 the phase of a precession is wrong by 5e-4 of
        itself, at 0.1 by 1e-6.
    field : array_like or callable
        External field in T, shape (3,) or (3, n), or a function of the time in s that returns one.
    torque : pair or callable
        :math:`(\tau_\parallel,\tau_\perp)` in J, scalars or arrays (n,); or a function of (m, t) that returns such a
        pair, with m of shape (3, n) and t in s. So the torque may depend on the angle, as in a spin valve, or follow a
        bias that does, as in a junction fed with a constant current: ``lambda m, t: law(current * resistance(m))``.
    temperature : float
        In K, ≥ 0.
    rng : numpy.random.Generator
        Needed if `temperature` > 0; the same generator state gives the same trajectories.
    every : int
        Store one frame per `every` steps.

    Returns
    -------
    Trajectory
        Frames at 0, …, `duration`; the shape of ``m`` is (frames,) + the shape of `start`.

    Raises
    ------
    ValueError, TypeError
        For arguments outside these ranges, and for a step too long for the fastest precession.

    Examples
    --------
    Damping turns the moment into the field:

    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1)
    >>> end = run(spin, [1, 0, 0], 2e-9, 1e-12, field=(0, 0, 0.1), every=2000).m[-1]
    >>> round(float(end[2]), 3)
    0.998
    """
    device("spin", spin, Macrospin)
    start = unit_vector("start", start)
    if start.ndim > 2:
        raise ValueError(f"start must have shape (3,) or (3, n), got {start.shape}")
    duration = number("duration", duration, "(0, inf)", "s")
    step = number("step", step, "(0, inf)", "s")
    temperature = number("temperature", temperature, "[0, inf)", "K")
    every = whole("every", every)
    if temperature > 0 and not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator when temperature > 0, got {rng!r}")
    frames = int(np.ceil(duration / (step * every) * (1 - 1e-12)))
    step = duration / (frames * every)
    noise = float(thermal_field(spin, temperature, step))
    scheme = "heun" if noise > 0 else "rk4"

    def check(largest):
        turn = units.GAMMA * step * (largest + noise)
        if turn > _LARGEST_TURN[scheme]:
            longest = _longest_step(spin, largest, temperature, _LARGEST_TURN[scheme])
            raise ValueError(
                f"step must resolve precession in a field of up to {largest:.3g} T: it may be up to {longest:.3g} s "
                f"(a turn by {_LARGEST_TURN[scheme]}), got {step:.3g} s (a turn by {turn:.3g})"
            )

    ensemble = start.reshape(3, -1)
    out = np.empty((frames + 1, *ensemble.shape))
    out[0] = ensemble
    # A function of m sees all moments at once, since only it knows which is which.
    block = max(ensemble.shape[1], 1) if callable(torque) else _BLOCK
    for first in range(0, ensemble.shape[1], block):
        part = slice(first, min(first + block, ensemble.shape[1]))
        drive = _drive(spin, field, torque, ensemble.shape[1], part, check)
        advance = _stepper(spin, drive, step, noise, rng, part.stop - first)
        m = ensemble[:, part].copy()
        for frame in range(frames):
            for i in range(frame * every, (frame + 1) * every):
                m = advance(m, i * step)
            out[frame + 1, :, part] = m
    return Trajectory(np.linspace(0.0, duration, frames + 1), out.reshape(frames + 1, *start.shape))


def _longest_step(spin, largest, temperature, turn):
    """The step h with γh(largest + thermal field) = turn; the thermal field goes as 1/√h."""
    kick = units.GAMMA * float(thermal_field(spin, temperature, 1.0))  # times √h
    root = (
        (np.sqrt(kick**2 + 4 * units.GAMMA * largest * turn) - kick) / (2 * units.GAMMA * largest)
        if largest
        else (turn / kick)
    )
    return root**2


def _stepper(spin, drive, h, noise, rng, n):
    """Return advance(m, t) for one block of n trajectories."""
    alpha, rate = spin.alpha, units.GAMMA / (1 + spin.alpha**2)
    kick = np.empty((3, n))
    turn = -cross_matrix(np.array(spin.reference))

    def slope(m, driven, thermal=None):
        constant, matrix, own_torque = driven
        b = matrix @ m
        b += constant
        if own_torque is not None:
            b += own_torque * (turn @ m)
        if thermal is not None:
            b += thermal
        return _rhs(m, b, alpha, rate)

    def normalised(m):
        m /= np.sqrt(m[0] * m[0] + m[1] * m[1] + m[2] * m[2])
        return m

    def heun(m, t):
        rng.standard_normal(out=kick)
        np.multiply(kick, noise, out=kick)
        k1 = slope(m, drive(m, t), kick)
        k1 *= h
        end = m + k1
        k2 = slope(end, drive(end, t + h), kick)
        k2 *= h
        k2 += k1
        k2 *= 0.5
        k2 += m
        return normalised(k2)

    def rk4(m, t):
        def at(state, time):
            return slope(state, drive(state, time))

        k1 = at(m, t)
        k2 = at(m + h / 2 * k1, t + h / 2)
        k3 = at(m + h / 2 * k2, t + h / 2)
        k4 = at(m + h * k3, t + h)
        return normalised(m + h / 6 * (k1 + 2 * (k2 + k3) + k4))

    return heun if noise > 0 else rk4


def relax(spin, start, field=(0.0, 0.0, 0.0), torque=(0.0, 0.0)):
    r"""Let the moment slide (with :math:`\alpha=1`) into the equilibrium nearest to `start`.

    Parameters
    ----------
    spin : Macrospin
    start : array_like, shape (3,) or (3, n)
        Initial directions. Exactly on a saddle or a maximum of the energy the moment stays there.
    field : array_like, shape (3,) or (3, n)
        External field in T.
    torque : pair of float or array_like
        :math:`(\tau_\parallel,\tau_\perp)` in J.

    Returns
    -------
    ndarray
        Unit vectors with :math:`\mathbf m\times\mathbf B'=0` to 10⁻⁹ of the largest field, of the shape of `start`.

    Raises
    ------
    RuntimeError
        If the moment does not come to rest (a torque can keep it precessing even at this damping).

    Examples
    --------
    A thin film in a field along its hard axis tilts by B/(mu_0 M_s) = 1/4:

    >>> film = Macrospin(ms=1 / units.MU_0, volume=1e3, alpha=0.01, demag=(0, 0, 1))
    >>> round(float(relax(film, [1.0, 0.0, 0.1], field=(0, 0, 0.25))[2]), 6)
    0.25
    """
    overdamped = replace(device("spin", spin, Macrospin), alpha=1.0)
    m, field = unit_vector("start", start), vector("field", field, "T")
    a, b = spin.torque_fields(torque)
    largest = np.linalg.norm(spin.field_tensor, 2) + _largest(field, a, b)
    if largest == 0:
        return m
    step = 0.4 / (units.GAMMA * largest)
    for _ in range(200):
        m = run(overdamped, m, 100 * step, step, field=field, torque=torque, every=100).m[-1]
        if np.max(np.abs(llg_rhs(overdamped, m, field, torque)), initial=0.0) < 5e-10 * units.GAMMA * largest:
            return m
    raise RuntimeError("the moment does not come to rest under this field and torque")
