r"""Diffusion of the transverse spin inside the free layer and into its cap.

.. code-block:: text

    barrier | free layer F, 0 < x < d | cap N

The barrier injects spins across the free layer's magnetisation. In complex notation a transverse vector is one number,
in the book's directions (:math:`m_1,\ m_2` along the majority spins of the polariser and of the free layer):

.. math:: N_\parallel\; m_2\times(m_1\times m_2) + N_\perp\; m_1\times m_2 \;\leftrightarrow\; N_\parallel+iN_\perp .

An injected spin starts on the real axis and precesses towards the imaginary one, since electrons turn clockwise about
the majority spin. Manchon, "Manipulating the voltage dependence of tunneling spin torques" (2012), writes
:math:`T_\parallel m\times(p\times m)+T_\perp m\times p`. His Eq. (20) turns spins counterclockwise about **m**, so
**m** and **p** are directions of magnetisation, opposite to the majority spins; the torque on **m** is then opposite to
that on :math:`m_2` too, and :math:`T_\parallel+iT_\perp=N_\parallel+iN_\perp`.

Lengths are in nm. In a clean layer the spin does not diffuse but precess: `mtjlib.precession`.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib._validate import device, real, set_floats

__all__ = ["Cap", "FreeLayer", "accumulation", "diffusive_torque", "eta", "mixing_coefficients"]
__dir__ = __all__.copy


@dataclass(frozen=True)
class FreeLayer:
    r"""A diffusive free layer, by its three lengths :math:`\lambda=\sqrt{D\tau}` in nm.

    Parameters
    ----------
    precession_length : float
        :math:`\lambda_J`, > 0; ``inf`` for no precession.
    dephasing_length : float
        :math:`\lambda_\varphi`, > 0; ``inf`` for no dephasing. Not both may be infinite.
    spin_flip_length : float
        :math:`\lambda_{sf}`, > 0; ``inf`` for none.

    Examples
    --------
    >>> layer = FreeLayer(precession_length=1.0, dephasing_length=1.5, spin_flip_length=10.0)
    >>> bool(np.isclose(1 / layer.length**2, -1j + 1 / 1.5**2 + 0.01))
    True
    """

    precession_length: float
    dephasing_length: float
    spin_flip_length: float

    def __post_init__(self):
        names = ("precession_length", "dephasing_length", "spin_flip_length")
        set_floats(self, **{name: ("(0, inf]", "nm") for name in names})
        if np.isinf(self.precession_length) and np.isinf(self.dephasing_length):
            raise ValueError("precession_length and dephasing_length must not both be inf: nothing would turn the spin")

    @property
    def rate(self):
        r""":math:`1/L_0^2=-i/\lambda_J^2+1/\lambda_\varphi^2` in 1/nm²: what passes spin on to the magnetisation."""
        return complex(1 / self.dephasing_length**2, -1 / self.precession_length**2)

    @property
    def length(self):
        r""":math:`L`, complex, in nm: :math:`1/L^2=1/L_0^2+1/\lambda_{sf}^2` with Re L > 0."""
        return complex(1 / np.sqrt(self.rate + 1 / self.spin_flip_length**2))


@dataclass(frozen=True)
class Cap:
    r"""The normal metal behind the free layer.

    Parameters
    ----------
    diffusion_length : float
        :math:`\lambda_N` in nm, > 0.
    conductivity_ratio : float
        :math:`\sigma_F/\sigma_N`, > 0.
    thickness : float
        :math:`t_N` in nm, > 0; ``inf`` is a semi-infinite cap. No spin current leaves it at its far end.
    interface_length : float
        :math:`\sigma_F\,AR_I` in nm, ≥ 0: the F/N interface resistance as a length of F.

    Examples
    --------
    >>> Cap(diffusion_length=1.0).thickness
    inf
    """

    diffusion_length: float
    conductivity_ratio: float = 1.0
    thickness: float = np.inf
    interface_length: float = 0.0

    def __post_init__(self):
        set_floats(
            self,
            diffusion_length=("(0, inf)", "nm"),
            conductivity_ratio=("(0, inf)", ""),
            thickness=("(0, inf]", "nm"),
            interface_length=("[0, inf)", "nm"),
        )


def eta(layer, cap):
    r"""How hard it is for spin to leave into the cap: the parameter η that Manchon's Eq. (23) leaves open.

    .. math:: \eta = \frac{1}{L}\left[
              \frac{\sigma_F}{\sigma_N}\,\lambda_N\coth\frac{t_N}{\lambda_N}+\sigma_F\,AR_I\right]

    from a continuous spin current and a spin potential that jumps by the interface resistance times it. For a
    transparent interface to a semi-infinite cap, :math:`\eta=\sigma_F\lambda_N/\sigma_NL`. It is complex, as L is.

    Examples
    --------
    >>> layer = FreeLayer(1.0, 1.5, 10.0)
    >>> bool(np.isclose(eta(layer, Cap(diffusion_length=2.0)), 2.0 / layer.length))
    True
    """
    device("layer", layer, FreeLayer)
    device("cap", cap, Cap)
    spread = cap.diffusion_length / np.tanh(cap.thickness / cap.diffusion_length)
    return complex((cap.conductivity_ratio * spread + cap.interface_length) / layer.length)


def _spin_current(value):
    array = np.asarray(value)
    if array.dtype.kind not in "iufc" and array.size:
        raise TypeError(f"spin_current must be a complex number or an array of them, got {value!r}")
    array = array.astype(complex)
    if not np.isfinite(array).all():
        raise ValueError(f"spin_current must be finite, got {value!r}")
    return array


def diffusive_torque(layer, cap, thickness, spin_current=1.0):
    r"""Average torque on a diffusive free layer.

    .. math:: T_\parallel+iT_\perp = \frac{J_0}{d}\,\frac{L^2}{L_0^2}\,
              \frac{\cosh\frac dL+\eta\sinh\frac dL-1}{\cosh\frac dL+\eta\sinh\frac dL}

    Source: Manchon (2012), Eq. (23). Limits: :math:`d\to\infty` gives :math:`(J_0/d)/(1+L_0^2/\lambda_{sf}^2)`, the
    spin that is not lost to spin flip; only with :math:`\lambda_{sf}\to\infty` as well is that all of it. For
    :math:`d\to0` the torque per thickness stays finite, :math:`J_0\,\eta L/L_0^2`.

    Parameters
    ----------
    layer : FreeLayer
    cap : Cap
    thickness : float or array_like
        d in nm, > 0.
    spin_current : complex or array_like
        :math:`J_0=J_\parallel+iJ_\perp`, what tunnels in, in any unit.

    Returns
    -------
    complex or ndarray
        In the unit of `spin_current` per nm.

    Examples
    --------
    >>> layer, cap = FreeLayer(1.0, 1.5, 10.0), Cap(diffusion_length=1.0)
    >>> torque = diffusive_torque(layer, cap, 2.0)
    >>> round(float(torque.imag / torque.real), 3)  # out of plane although J0 is real: linear in the bias
    -0.187
    """
    η = eta(layer, cap)
    d = real("thickness", thickness, "(0, inf)", "nm")
    lost = -np.expm1(-d / layer.length)  # 1 - exp(-d/L); all exponentials fall, and small d loses no digits
    even, odd = 1 + (1 - lost) ** 2, lost * (2 - lost)  # 2 cosh, 2 sinh times exp(-d/L)
    taken = lost * (lost + η * (2 - lost)) / (even + η * odd)
    return (_spin_current(spin_current) / d * layer.rate * layer.length**2 * taken)[()]


def mixing_coefficients(layer, cap, thickness):
    r"""The real coefficients α and β that mix the two components of the injected spin current.

    .. math:: T_\parallel=\alpha J_\parallel+\beta J_\perp,\qquad T_\perp=-\beta J_\parallel+\alpha J_\perp

    Source: Manchon (2012), Eqs. (24)–(25). With :math:`J_\parallel=a_1V` and :math:`J_\perp=b_2V^2` both components of
    the torque acquire a linear *and* a quadratic term: :math:`T_\perp=-\beta a_1V+\alpha b_2V^2`.

    Parameters
    ----------
    layer, cap, thickness
        As in `diffusive_torque`.

    Returns
    -------
    alpha, beta : float or ndarray
        In 1/nm; αd = 1 and β = 0 if everything is absorbed at the interface.

    Examples
    --------
    >>> α, β = mixing_coefficients(FreeLayer(1.0, 1.5, 10.0), Cap(diffusion_length=1.0), 2.0)
    >>> round(float(2 * α), 6), round(float(2 * β), 6)
    (0.970912, 0.181587)
    """
    torque = diffusive_torque(layer, cap, thickness)
    return torque.real, -torque.imag


def accumulation(layer, cap, thickness, x, spin_current=1.0):
    r"""Transverse spin accumulation in the free layer and the cap.

    .. math:: D\,S(x) = J_0L\,\frac{\eta\cosh\frac{d-x}{L}+\sinh\frac{d-x}{L}}{\cosh\frac dL+\eta\sinh\frac dL}
              \quad(x\le d),\qquad
              D\,S(x) = J_d\,\frac{\sigma_F}{\sigma_N}\lambda_N\,
              \frac{\cosh\frac{d+t_N-x}{\lambda_N}}{\sinh\frac{t_N}{\lambda_N}}\quad(x>d)

    with :math:`J_d=J_0/(\cosh\frac dL+\eta\sinh\frac dL)` the spin current that escapes. It solves Manchon's
    Eqs. (20)–(21). What is drawn is the spin potential in units of the free layer's density: it is continuous unless
    the interface has a resistance.

    Parameters
    ----------
    layer, cap, thickness, spin_current
        As in `diffusive_torque`.
    x : float or array_like
        In nm, from 0 (the barrier) to the end of the cap; broadcasts.

    Returns
    -------
    complex or ndarray
        :math:`D(s_x+is_y)` in the unit of `spin_current` times nm.

    Examples
    --------
    Less than a thousandth of the injected spin survives ten dephasing lengths:

    >>> layer, cap = FreeLayer(1.0, 0.5, 10.0), Cap(diffusion_length=1.0)
    >>> start, end = abs(accumulation(layer, cap, 5.0, [0.0, 5.0]))
    >>> bool(end < 1e-3 * start)
    True
    """
    η, length = eta(layer, cap), layer.length
    x, d = np.broadcast_arrays(real("x", x, "[0, inf)", "nm"), real("thickness", thickness, "(0, inf)", "nm"))
    if not (x <= d + cap.thickness).all():
        raise ValueError(
            f"x must lie in the free layer or the cap, at most thickness + cap.thickness, got {x.max()!r} nm"
        )
    inside = d - np.minimum(x, d)
    twice = np.exp(-2 * inside / length)
    whole = np.exp(-2 * d / length)
    escape = 1 / (1 + whole + η * (1 - whole))
    in_layer = length * np.exp(-(d - inside) / length) * (η * (1 + twice) + 1 - twice) * escape
    depth, λ = np.maximum(x - d, 0), cap.diffusion_length
    shape = (np.exp(-depth / λ) + np.exp((depth - 2 * cap.thickness) / λ)) / -np.expm1(-2 * cap.thickness / λ)
    in_cap = 2 * np.exp(-d / length) * escape * cap.conductivity_ratio * λ * shape
    return (_spin_current(spin_current) * np.where(x <= d, in_layer, in_cap))[()]
