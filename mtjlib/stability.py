r"""Linear stability of the macrospin: resonance, critical torque and the phase diagram of bias and field.

A stationary direction of `mtjlib.dynamics` is stable if every small deviation dies out, that is if both eigenvalues
:math:`z` of the linearised equation of motion, with deviations :math:`\propto e^{zt}`, have a negative real part. The
in-plane torque adds to the damping or works against it; the critical torque is where the two cancel. When everything
is collinear this has a closed form.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import units
from mtjlib._validate import device, real
from mtjlib._vectors import aligned, cross_matrix, sign_of, unit_vector, vector
from mtjlib.dynamics import Macrospin

__all__ = ["PhaseDiagram", "critical_current", "critical_torque", "eigenvalues", "phase_diagram"]
__dir__ = __all__.copy


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
        Equilibrium directions (from `mtjlib.dynamics.relax`, or by symmetry). Elsewhere the result has no meaning.
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
    >>> from mtjlib.dynamics import Macrospin
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01)
    >>> upper, lower = eigenvalues(spin, (0, 0, 1), field=(0, 0, 1.0))
    >>> round(float(upper.imag) / (2 * np.pi) / 1e9, 2), bool(upper.real < 0)    # 28 GHz in 1 T
    (28.02, True)
    """
    device("spin", spin, Macrospin)
    a, b = (x[..., None] for x in spin.torque_fields(torque))
    vectors = aligned(unit_vector("m", m), vector("field", field, "T"), ndim=max(a.ndim, b.ndim) - 1)
    m, field = (np.moveaxis(v, 0, -1) for v in vectors)
    p = np.array(spin.reference)
    matrix = spin.field_tensor - a[..., None] * cross_matrix(p)
    total = field - b * p + (matrix @ m[..., None])[..., 0]
    stiffness = (m * total).sum(-1)[..., None, None] * np.eye(3) - matrix
    k = cross_matrix(np.moveaxis(m, -1, 0))
    jacobian = units.GAMMA / (1 + spin.alpha**2) * (k + spin.alpha * k @ k) @ stiffness
    # The 3x3 matrix has the eigenvalue 0 and the two wanted ones, which follow from its first two invariants.
    half = np.trace(jacobian, axis1=-2, axis2=-1) / 2
    root = np.sqrt(np.trace(jacobian @ jacobian, axis1=-2, axis2=-1) / 2 - half**2 + 0j)
    return np.stack([half + root, half - root])


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
    >>> from mtjlib.dynamics import Macrospin
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)    # B_k = 0.4 T
    >>> round(float(critical_torque(spin)), 24), float(critical_torque(spin, state="antiparallel", field=0.5))
    (-4e-21, nan)
    """
    sign = sign_of(state)
    along, across = device("spin", spin, Macrospin).principal_fields()
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
    >>> from mtjlib.dynamics import Macrospin
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)
    >>> round(float(critical_current(spin, efficiency=0.5)) * 1e6, 2)    # in microampere
    24.31
    """
    efficiency = real("efficiency", efficiency, "(0, inf)")
    return 2 * units.E_CHARGE / units.HBAR * np.abs(critical_torque(spin, field, state, out_of_plane)) / efficiency


@dataclass(frozen=True)
class PhaseDiagram:
    """What `phase_diagram` returns.

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


def phase_diagram(spin, torque, bias, field=0.0):
    r"""Stability of the parallel and the antiparallel state in the plane of bias and field.

    Geometry as in `critical_torque`: everything collinear. Where only one state is stable the junction switches to it;
    where none is, the moment precesses; where the state favoured by :math:`\tau_\parallel` is unstable because
    :math:`\tau_\perp` (or the field) works against it, a written state hops back.

    Parameters
    ----------
    spin : Macrospin
    torque : callable
        Bias in V → :math:`(\tau_\parallel,\tau_\perp)` in J: a `mtjlib.dynamics.Torque`.
    bias : float or array_like
        In V.
    field : float or array_like
        External field along the reference direction, in T; broadcasts with `bias`.

    Returns
    -------
    PhaseDiagram
        Arrays of the broadcast shape.

    Examples
    --------
    >>> from mtjlib.dynamics import Macrospin, quadratic_torque
    >>> spin = Macrospin(ms=1e6, volume=1e3, alpha=0.01, anisotropy=2e5)    # critical torque 4e-21 J
    >>> phase_diagram(spin, quadratic_torque(a1=-1e-20), [-1.0, 0.0, 1.0]).region
    array([1, 3, 2])
    """
    device("spin", spin, Macrospin).principal_fields()
    if not callable(torque):
        raise TypeError(f"torque must be a function of the bias, got {torque!r}")
    bias, field = np.broadcast_arrays(real("bias", bias, unit="V"), real("field", field, unit="T"))
    pair = torque(bias)
    p = np.array(spin.reference).reshape((3,) + (1,) * bias.ndim)
    growth = [eigenvalues(spin, s * p, field * p, pair).real.max(axis=0) for s in (1, -1)]
    return PhaseDiagram(*growth, np.sign(np.broadcast_to(pair[0], bias.shape)))
