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
from mtjlib._validate import real

_BOLTZMANN = units.K_B * units.E_CHARGE  # J/K
_BLOCK = 4096  # trajectories advanced together: a block stays in the processor's cache
_STATES = {"parallel": 1.0, "antiparallel": -1.0}


def _vector(name, value, unit=""):
    """Return `value` as a float array with three components on the first axis."""
    array = real(name, value, unit=unit)
    if array.ndim == 0 or array.shape[0] != 3:
        raise ValueError(f"{name} must have its 3 components on the first axis, got shape {array.shape}")
    return array


def _direction(name, value):
    """Return `value` scaled to unit length."""
    array = _vector(name, value)
    length = np.sqrt((array**2).sum(axis=0))
    if not (length > 0).all():
        raise ValueError(f"{name} must not be the zero vector")
    return array / length


def _sign_of(state):
    if state not in _STATES:
        raise ValueError(f"state must be 'parallel' or 'antiparallel', got {state!r}")
    return _STATES[state]


def _cross(a, b):
    """Vector product along the first axis. With x, y repeated below z, every cyclic shift is a view of whole rows."""
    a, b = (np.concatenate((v, v[:2])) for v in (a, b))
    out = a[1:4] * b[2:5]
    out -= a[2:5] * b[1:4]
    return out


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
        for name, interval, unit in (
            ("ms", "(0, inf)", "A/m"),
            ("volume", "(0, inf)", "nm^3"),
            ("alpha", "(0, inf)", ""),
            ("anisotropy", "(-inf, inf)", "J/m^3"),
        ):
            value = real(name, getattr(self, name), interval, unit)
            if value.ndim:
                raise TypeError(f"{name} must be a single number, got an array of shape {value.shape}")
            object.__setattr__(self, name, float(value))
        demag = real("demag", self.demag, "[0, 1]")
        if demag.shape != (3,):
            raise ValueError(f"demag must be 3 numbers, got shape {demag.shape}")
        object.__setattr__(self, "demag", tuple(map(float, demag)))
        for name in ("axis", "reference"):
            value = _direction(name, getattr(self, name))
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
        float(real(name, value, unit=unit))
        for name, value, unit in (
            ("a1", a1, "J/V"),
            ("a2", a2, "J/V^2"),
            ("b0", b0, "J"),
            ("b1", b1, "J/V"),
            ("b2", b2, "J/V^2"),
        )
    )
    return Torque(lambda v: (a1 + a2 * v) * v, lambda v: b0 + (b1 + b2 * v) * v)


def _torque_fields(spin, torque):
    """Validate a pair of torques and express it as fields a, b in tesla."""
    try:
        in_plane, out_of_plane = torque
    except (TypeError, ValueError):
        raise TypeError(f"torque must be a pair (in_plane, out_of_plane) in J, got {torque!r}") from None
    return tuple(
        real(n, t, unit="J") / spin.moment for n, t in (("in_plane", in_plane), ("out_of_plane", out_of_plane))
    )


def _cross_matrix(v):
    """The matrix [v]x with [v]x w = v x w; `v` has shape (3, ...), the matrix (..., 3, 3)."""
    zero = np.zeros_like(v[0])
    return np.stack([np.stack(row, -1) for row in ((zero, -v[2], v[1]), (v[2], zero, -v[0]), (-v[1], v[0], zero))], -2)


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
    m, field = _aligned(_direction("m", m), _vector("field", field, "T"))
    inner = np.tensordot(spin.field_tensor, m, 1)
    return -spin.moment * (m * (inner / 2 + field)).sum(axis=0)


def _aligned(*vectors, ndim=0):
    """Give vectors (3, ...) the same number of trailing axes, at least `ndim`, so that these broadcast."""
    ndim = max(ndim, *(v.ndim - 1 for v in vectors))
    return [v.reshape((3,) + (1,) * (ndim - v.ndim + 1) + v.shape[1:]) for v in vectors]


def _rhs(m, b, alpha, rate):
    """The explicit equation -rate m x (b + alpha m x b), where b contains the torques."""
    c = _cross(m, b)
    c *= alpha
    c += b
    out = _cross(m, c)
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
    a, b = _torque_fields(spin, torque)
    m, field, p = _aligned(
        _vector("m", m), _vector("field", field, "T"), np.array(spin.reference), ndim=max(a.ndim, b.ndim)
    )
    total = field + np.tensordot(spin.field_tensor, m, 1) + a * _cross(m, p) - b * p
    return _rhs(m, total, spin.alpha, units.GAMMA / (1 + spin.alpha**2))


@dataclass(frozen=True)
class Trajectory:
    """What `run` returns: `time` in s, shape (frames,), and the unit vectors `m`, shape (frames, 3, ...)."""

    time: np.ndarray
    m: np.ndarray

    def along(self, direction):
        """Component of m along a direction, shape (frames, ...)."""
        return np.tensordot(_direction("direction", direction), self.m, (0, 1))


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
    temperature = real("temperature", temperature, "[0, inf)", "K")
    step = real("step", step, "(0, inf)", "s")
    return np.sqrt(2 * spin.alpha * _BOLTZMANN * temperature / (units.GAMMA * spin.moment * step))


def _drive(spin, field, torque, n, part):
    """Return f(t) -> (constant field, field matrix, in-plane torque per trajectory or None) for one block of n.

    The whole field is linear in m; a torque shared by all trajectories joins the matrix.
    """
    p = np.array(spin.reference)[:, None]
    tensor, turn = spin.field_tensor, -_cross_matrix(p[:, 0])  # turn @ m = m x p

    def of_block(name, values):
        if values.shape[-1:] not in ((), (1,), (n,)) or values.ndim > 1 + (name == "field"):
            raise ValueError(f"{name} must hold one value for all or one for each of {n} trajectories")
        return values[..., part] if values.shape[-1:] == (n,) else values

    def at(t):
        a, b = _torque_fields(spin, torque(t) if callable(torque) else torque)
        a, b = of_block("in_plane", a), of_block("out_of_plane", b)
        external = _vector("field", field(t) if callable(field) else field, "T")
        constant = of_block("field", external if external.ndim > 1 else external[:, None]) - b * p
        return (constant, tensor, a) if a.ndim else (constant, tensor + a * turn, None)

    if callable(field) or callable(torque):
        return at
    fixed = at(0.0)
    return lambda t: fixed


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
        :math:`\gamma B\,\Delta t\lesssim0.1`.
    field : array_like or callable
        External field in T, shape (3,) or (3, n), or a function of the time in s that returns one.
    torque : pair or callable
        :math:`(\tau_\parallel,\tau_\perp)` in J, scalars or arrays (n,), or a function of the time that returns a pair.
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
        For arguments outside these ranges.

    Examples
    --------
    Damping turns the moment into the field:

    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1)
    >>> end = run(spin, [1, 0, 0], 2e-9, 1e-12, field=(0, 0, 0.1), every=2000).m[-1]
    >>> round(float(end[2]), 3)
    0.998
    """
    start = _direction("start", start)
    if start.ndim > 2:
        raise ValueError(f"start must have shape (3,) or (3, n), got {start.shape}")
    duration = float(real("duration", duration, "(0, inf)", "s"))
    step = float(real("step", step, "(0, inf)", "s"))
    temperature = float(real("temperature", temperature, "[0, inf)", "K"))
    if not isinstance(every, int | np.integer) or every < 1:
        raise ValueError(f"every must be an integer of at least 1, got {every!r}")
    if temperature > 0 and not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator when temperature > 0, got {rng!r}")
    frames = int(np.ceil(duration / (step * every) * (1 - 1e-12)))
    step = duration / (frames * every)
    noise = float(thermal_field(spin, temperature, step))
    ensemble = start.reshape(3, -1)
    out = np.empty((frames + 1, *ensemble.shape))
    out[0] = ensemble
    for first in range(0, ensemble.shape[1], _BLOCK):
        part = slice(first, min(first + _BLOCK, ensemble.shape[1]))
        advance = _stepper(
            spin, _drive(spin, field, torque, ensemble.shape[1], part), step, noise, rng, part.stop - first
        )
        m = ensemble[:, part].copy()
        for frame in range(frames):
            for i in range(frame * every, (frame + 1) * every):
                m = advance(m, i * step)
            out[frame + 1, :, part] = m
    return Trajectory(np.linspace(0.0, duration, frames + 1), out.reshape(frames + 1, *start.shape))


def _stepper(spin, drive, h, noise, rng, n):
    """Return advance(m, t) for one block of n trajectories."""
    alpha, rate = spin.alpha, units.GAMMA / (1 + spin.alpha**2)
    kick = np.empty((3, n))
    turn = -_cross_matrix(np.array(spin.reference))

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
        k1 = slope(m, drive(t), kick)
        k1 *= h
        k2 = slope(m + k1, drive(t + h), kick)
        k2 *= h
        k2 += k1
        k2 *= 0.5
        k2 += m
        return normalised(k2)

    def rk4(m, t):
        begin, middle, end = drive(t), drive(t + h / 2), drive(t + h)
        k1 = slope(m, begin)
        k2 = slope(m + h / 2 * k1, middle)
        k3 = slope(m + h / 2 * k2, middle)
        k4 = slope(m + h * k3, end)
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
    overdamped = replace(spin, alpha=1.0)
    m = _direction("start", start)
    a, b = _torque_fields(spin, torque)
    largest = np.linalg.norm(spin.field_tensor, 2) + sum(np.max(np.abs(x), initial=0.0) for x in (field, a, b))
    if largest == 0:
        return m
    step = 0.4 / (units.GAMMA * largest)
    for _ in range(200):
        m = run(overdamped, m, 100 * step, step, field=field, torque=torque, every=100).m[-1]
        if np.max(np.abs(llg_rhs(overdamped, m, field, torque)), initial=0.0) < 5e-10 * units.GAMMA * largest:
            return m
    raise RuntimeError("the moment does not come to rest under this field and torque")


def eigenvalues(spin, m, field=(0.0, 0.0, 0.0), torque=(0.0, 0.0)):
    r"""The two eigenvalues of the equation of motion linearised about an equilibrium.

    A small deviation :math:`\boldsymbol\delta\perp\mathbf m` obeys, with :math:`\mathbf B'=\mathbf h+\hat M\mathbf m`
    (every term of the field and both torques are linear in m) and :math:`\lambda=\mathbf m\cdot\mathbf B'`,

    .. math:: \dot{\boldsymbol\delta} = -\frac{\gamma}{1+\alpha^2}\,(\hat K+\alpha\hat K^2)(\hat M-\lambda)\,
              \boldsymbol\delta, \qquad \hat K\mathbf v = \mathbf m\times\mathbf v.

    The equilibrium is stable if both real parts are negative; :math:`|\mathrm{Im}|` is the angular frequency of its
    ferromagnetic resonance and :math:`-\mathrm{Re}` the half width at half maximum.

    Parameters
    ----------
    spin : Macrospin
    m : array_like, shape (3, ...)
        Equilibrium directions (from `relax`, or by symmetry). Elsewhere the result has no meaning.
    field : array_like, shape (3, ...)
        External field in T.
    torque : pair of float or array_like
        :math:`(\tau_\parallel,\tau_\perp)` in J.

    Returns
    -------
    ndarray of complex, shape (2, ...)
        In 1/s; the one with the larger imaginary part (or, if real, the larger one) first.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    >>> upper, lower = eigenvalues(spin, (0, 0, 1), field=(0, 0, 1.0))
    >>> round(float(upper.imag) / (2 * np.pi) / 1e9, 2), bool(upper.real < 0)    # 28 GHz in 1 T
    (28.02, True)
    """
    a, b = (x[..., None] for x in _torque_fields(spin, torque))
    vectors = _aligned(_direction("m", m), _vector("field", field, "T"), ndim=max(a.ndim, b.ndim) - 1)
    m, field = (np.moveaxis(v, 0, -1) for v in vectors)
    p = np.array(spin.reference)
    matrix = spin.field_tensor - a[..., None] * _cross_matrix(p)
    total = field - b * p + (matrix @ m[..., None])[..., 0]
    stiffness = (m * total).sum(-1)[..., None, None] * np.eye(3) - matrix
    k = _cross_matrix(np.moveaxis(m, -1, 0))
    jacobian = units.GAMMA / (1 + spin.alpha**2) * (k + spin.alpha * k @ k) @ stiffness
    # The 3x3 matrix has the eigenvalue 0 and the two wanted ones, which follow from its first two invariants.
    half = np.trace(jacobian, axis1=-2, axis2=-1) / 2
    root = np.sqrt(np.trace(jacobian @ jacobian, axis1=-2, axis2=-1) / 2 - half**2 + 0j)
    return np.stack([half + root, half - root])


def _collinear(spin):
    """Inner field per unit m along the reference, and the two across (ascending), in T."""
    p, tensor = np.array(spin.reference), spin.field_tensor
    along = p @ tensor @ p
    if np.abs(tensor @ p - along * p).max() > 1e-9 * np.abs(tensor).max():
        raise ValueError(f"reference must be a principal axis of the anisotropy and demag, got {spin.reference!r}")
    values = np.linalg.eigvalsh(tensor)
    return along, np.delete(values, np.abs(values - along).argmin())


def critical_torque(spin, field=0.0, state="parallel", out_of_plane=0.0):
    r"""In-plane torque at which a collinear state loses its stability.

    Geometry: fixed moment, easy direction and external field all along :math:`\mathbf p`. With :math:`s=\pm1` for the
    parallel (antiparallel) state and :math:`B_{1,2}` the stiffness fields in the two directions across p,

    .. math:: \tau_\parallel^c = -s\,\alpha M_sV\,\frac{B_1+B_2}{2}.

    A thin film with in-plane easy axis has :math:`B_1 = B_k+sB` and :math:`B_2=B_k+sB+\mu_0M_s`: this is
    :math:`\alpha M_sV\mu_0(H_k+sH+M_s/2)`. A perpendicular easy axis has :math:`B_1=B_2` and no :math:`M_s/2`.
    Source: Sun, Phys. Rev. B 62, 570 (2000).

    Parameters
    ----------
    spin : Macrospin
    field : float or array_like
        External field along the reference direction, in T.
    state : {"parallel", "antiparallel"}
        The state that is to lose its stability.
    out_of_plane : float or array_like
        :math:`\tau_\perp` in J at the same bias; it acts as the field :math:`-\tau_\perp/M_sV`.

    Returns
    -------
    float or ndarray
        :math:`\tau_\parallel^c` in J: negative for the parallel state, positive for the antiparallel one. NaN where the
        state is no energy minimum, so that there is no stability to lose.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)    # B_k = 0.4 T
    >>> round(float(critical_torque(spin)), 24), float(critical_torque(spin, state="antiparallel", field=0.5))
    (-4e-21, nan)
    """
    sign = _sign_of(state)
    along, across = _collinear(spin)
    field = real("field", field, unit="T") - real("out_of_plane", out_of_plane, unit="J") / spin.moment
    soft, hard = (sign * field + along - x for x in across[::-1])
    return np.where(soft > 0, -sign * spin.alpha * spin.moment * (soft + hard) / 2, np.nan)[()]


def critical_current(spin, efficiency, field=0.0, state="parallel", out_of_plane=0.0):
    r"""Magnitude of the current whose in-plane torque equals `critical_torque`.

    .. math:: I_c = \frac{2e}{\hbar}\,\frac{|\tau_\parallel^c|}{\eta}
        \qquad\text{for}\qquad \tau_\parallel = \eta\,\frac{\hbar}{2e}\,I

    Parameters
    ----------
    spin, field, state, out_of_plane
        As in `critical_torque`.
    efficiency : float or array_like
        :math:`\eta` in (0, 1]: transferred spins per electron. Near the parallel state of a symmetric junction in the
        elastic model :math:`\eta=P/(1+P^2)`, near the antiparallel one :math:`P/(1-P^2)`, which may exceed 1.

    Returns
    -------
    float or ndarray
        In A; NaN where `critical_torque` is.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> round(float(critical_current(spin, efficiency=0.5)) * 1e6, 2)    # in microampere
    24.31
    """
    efficiency = real("efficiency", efficiency, "(0, inf)")
    return 2 * units.E_CHARGE / units.HBAR * np.abs(critical_torque(spin, field, state, out_of_plane)) / efficiency


@dataclass(frozen=True)
class Stability:
    """What `stability_map` returns.

    Attributes
    ----------
    growth_parallel, growth_antiparallel : ndarray
        Largest real part of the eigenvalues about the two states, in 1/s: negative means stable.
    favoured : ndarray
        +1 where the in-plane torque favours parallel, -1 where antiparallel, 0 where it vanishes.
    """

    growth_parallel: np.ndarray
    growth_antiparallel: np.ndarray
    favoured: np.ndarray

    @property
    def region(self):
        """0 no stable collinear state (precession), 1 parallel only, 2 antiparallel only, 3 both (bistable)."""
        return (self.growth_parallel < 0) + 2 * (self.growth_antiparallel < 0)

    @property
    def back_hopping(self):
        """True where the state that the in-plane torque writes is itself unstable."""
        return np.where(self.favoured > 0, self.growth_parallel >= 0, self.growth_antiparallel >= 0) & (
            self.favoured != 0
        )


def stability_map(spin, torque, bias, field=0.0):
    r"""Stability of the parallel and the antiparallel state in the plane of bias and field.

    Geometry as in `critical_torque`: everything collinear. Where only one state is stable the junction switches to it;
    where none is, the moment precesses; where the state favoured by :math:`\tau_\parallel` is unstable because
    :math:`\tau_\perp` (or the field) works against it, a written state hops back.

    Parameters
    ----------
    spin : Macrospin
    torque : callable
        Bias in V → :math:`(\tau_\parallel,\tau_\perp)` in J: a `Torque`.
    bias : float or array_like
        In V.
    field : float or array_like
        External field along the reference direction, in T; broadcasts with `bias`.

    Returns
    -------
    Stability
        Arrays of the broadcast shape.

    Examples
    --------
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)    # critical torque 4e-21 J
    >>> stability_map(spin, quadratic_torque(a1=-1e-20), [-1.0, 0.0, 1.0]).region
    array([1, 3, 2])
    """
    _collinear(spin)
    if not callable(torque):
        raise TypeError(f"torque must be a function of the bias, got {torque!r}")
    bias, field = np.broadcast_arrays(real("bias", bias, unit="V"), real("field", field, unit="T"))
    pair = torque(bias)
    p = np.array(spin.reference).reshape((3,) + (1,) * bias.ndim)
    growth = [eigenvalues(spin, s * p, field * p, pair).real.max(axis=0) for s in (1, -1)]
    return Stability(*growth, np.sign(np.broadcast_to(pair[0], bias.shape)))


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

    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> t = switching_time(spin, np.radians(5.0), torque=(3 * critical_torque(spin), 0.0))
    >>> round(float(t) * 1e9, 3)
    2.029
    >>> float(switching_time(spin, np.radians(5.0), torque=(0.9 * critical_torque(spin), 0.0)))
    inf
    """
    along, across = _collinear(spin)
    if np.ptp(across) > 1e-9 * np.abs(spin.field_tensor).max():
        raise ValueError("anisotropy and demag must be axially symmetric about the reference for the closed form")
    start = real("start_angle", start_angle, "(0, 3.141592653589793)", "rad")
    end = real("end_angle", end_angle, "(0, 3.141592653589793)", "rad")
    a, b = _torque_fields(spin, torque)
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
    r"""Time at which each trajectory's component along a direction first crosses a threshold (linear interpolation).

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
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> torque = (3 * critical_torque(spin), 0.0)
    >>> angle = np.radians(5.0)
    >>> path = run(spin, [np.sin(angle), 0, np.cos(angle)], 3e-9, 2e-12, torque=torque)
    >>> round(float(first_passage(path, (0, 0, 1))) * 1e9, 3)
    2.029
    """
    level = trajectory.along(direction) - float(real("threshold", threshold, "(-1, 1)"))
    crossed = level[1:] * level[:1] <= 0
    index = crossed.argmax(axis=0)
    before = np.take_along_axis(level, index[None], axis=0)[0]
    after = np.take_along_axis(level, index[None] + 1, axis=0)[0]
    change = np.where(before == after, 1.0, before - after)
    step = trajectory.time[1] - trajectory.time[0]
    return np.where(crossed.any(axis=0), trajectory.time[index] + step * before / change, np.inf)[()]


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
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> thermal_ensemble(spin, (0, 0, 1), 5, 300.0, np.random.default_rng(1)).shape
    (3, 5)
    """
    if not isinstance(n, int | np.integer) or n < 1:
        raise ValueError(f"n must be an integer of at least 1, got {n!r}")
    temperature = float(real("temperature", temperature, "(0, inf)", "K"))
    overdamped = replace(spin, alpha=1.0)
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
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.1, anisotropy=2e5)
    >>> pulse = (5 * critical_torque(spin), 0.0)
    >>> time, rate = write_error_rate(spin, pulse, 1e-9, 1e-12, 300.0, np.random.default_rng(1), n=100, every=1000)
    >>> rate.tolist()
    [1.0, 0.0]
    """
    sign = _sign_of(state)
    bottom = sign * np.array(spin.reference)
    ensemble = thermal_ensemble(spin, bottom, n, temperature, rng, field)
    path = run(
        spin, ensemble, duration, step, field=field, torque=torque, temperature=temperature, rng=rng, every=every
    )
    return path.time, (sign * path.along(spin.reference) > 0).mean(axis=-1)
