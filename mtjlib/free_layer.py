r"""What happens to the transverse spin inside the free layer: ballistic precession, and diffusion into a cap.

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

Lengths are in nm and energies in eV.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import _airy, units
from mtjlib._validate import real, set_floats
from mtjlib.barrier import action, kappa
from mtjlib.junction import Barrier, Ferromagnet
from mtjlib.quadrature import pieces

_BOW = 1.0  # steepness of the path of `ballistic_torque` at its ends
_LONGEST = 20.0  # nm; the number of nodes grows with the phase that has to be resolved


def _check(name, value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {value!r}")


def _fermi_disk(magnet, barrier, phase):
    """In-plane energies, weights (barrier included), and wave numbers of both spins at the Fermi level."""
    _check("magnet", magnet, Ferromagnet)
    top = magnet.fermi_energy
    edge = max(top - magnet.exchange_splitting, 0.0)
    # pieces of equal width in the minority wave number on either side of its band edge, where it resonates
    share = np.linspace(0, 1, 2 + int(phase / 3))
    edges = np.concatenate([edge * (1 - (1 - share) ** 2), edge + (top - edge) * share[1:] ** 2])
    if barrier is not None:
        _check("barrier", barrier, Barrier)
        edges = np.minimum(edges, _reach(barrier))
    energy, weight = pieces(edges, 24)
    if barrier is not None:
        weight = weight * np.exp(2 * (action(barrier, 0.0, 0.0, 0.0) - action(barrier, 0.0, energy, 0.0)))
    up = np.sqrt((top - energy) / units.HBAR2_2M)
    down = np.sqrt((top - magnet.exchange_splitting - energy) / units.HBAR2_2M + 0j)
    return energy, weight, up, np.where(down == 0, 1e-9, down)


def _reach(barrier):
    """In-plane energy beyond which the barrier has cut the weight by more than exp(-40), whatever its shape."""
    highest = max(kappa(barrier, x, 0.0, 0.0, 0.0) for x in (0.0, barrier.width))
    share = 20 / barrier.width
    return units.HBAR2_2M * share * (2 * highest + share)


def precession_period(magnet):
    r"""Spatial period of the precession at normal incidence, :math:`2\pi/(k_\uparrow-k_\downarrow)`.

    Parameters
    ----------
    magnet : Ferromagnet
        With 0 < exchange splitting < Fermi energy: a half metal has no period, its transverse spin decays.

    Returns
    -------
    float
        In nm.

    Examples
    --------
    >>> round(precession_period(Ferromagnet(4.5, 3.825)), 3)
    0.944
    """
    _check("magnet", magnet, Ferromagnet)
    if not 0 < magnet.exchange_splitting < magnet.fermi_energy:
        raise ValueError(f"magnet must have 0 < exchange_splitting < fermi_energy for a period, got {magnet!r}")
    up = np.sqrt(magnet.fermi_energy / units.HBAR2_2M)
    down = np.sqrt((magnet.fermi_energy - magnet.exchange_splitting) / units.HBAR2_2M)
    return float(2 * np.pi / (up - down))


def ballistic_profile(magnet, x, barrier=None):
    r"""Transverse spin density in a thick clean free layer, averaged over the Fermi surface.

    .. math:: S(x) = \frac{\int d^2q\,w(q)\,e^{i(k_\uparrow-k_\downarrow^*)x}}{\int d^2q\,w(q)},\qquad
              k_\sigma(q) = \sqrt{k_\sigma^2-q^2}

    over all majority electrons that move forward. Each one precesses with its own period, and the average dephases. A
    minority wave that does not propagate has :math:`k_\downarrow=i\kappa_\downarrow` and the spin decays: at every q in
    a half metal. A tunnel barrier favours normal incidence, :math:`w=\exp(-2\int\kappa\,dx)`, and keeps the
    precession coherent for longer. Source: Manchon (2012), Sec. 3.2 and Fig. 2 (drawn there without parameters).

    Parameters
    ----------
    magnet : Ferromagnet
        The free layer.
    x : float or array_like
        Depth in nm, from 0 to 20.
    barrier : Barrier or None
        What the electrons came through, at zero bias; None weights all q alike, :math:`w=1`.

    Returns
    -------
    complex or ndarray
        S(0) = 1.

    Examples
    --------
    Without a splitting nothing precesses; in a half metal little is left after 1 nm:

    >>> bool(np.isclose(ballistic_profile(Ferromagnet(4.5, 0.0), 3.0), 1))
    True
    >>> bool(abs(ballistic_profile(Ferromagnet(4.5, 6.0), 1.0)) < 0.01)
    True
    """
    x = real("x", x, f"[0, {_LONGEST}]", "nm")
    wave = np.sqrt(magnet.fermi_energy / units.HBAR2_2M) if isinstance(magnet, Ferromagnet) else 0.0
    _, weight, up, down = _fermi_disk(magnet, barrier, wave * x.max(initial=0.0))
    phase = 1j * (up - down.conj()) * x[..., None]
    return ((np.exp(phase) @ weight) / weight.sum())[()]


def ballistic_torque(magnet, thickness, barrier):
    r"""Torque on a clean free layer of finite thickness, with all its quantum interference.

    A thick barrier injects both spins alike; the cap is a metal that matches the majority band, so only the minority
    wave is reflected, at the cap and at the barrier. Matching ψ and ψ' (over the mass ratio in the barrier) gives the
    spin current across **m** at both faces, and the torque is what is lost between them,

    .. math:: T(d) = \frac{\int d^2q\,w\,[J(0)-J(d)]}{\int d^2q\,w\,J_\infty(0)},\qquad
              J = \frac{1}{2i}\left(\psi_\uparrow'\psi_\downarrow^*-\psi_\uparrow\psi_\downarrow'^*\right),

    per interfacial spin current of an infinitely thick layer. Without reflection each q would contribute
    :math:`1-e^{i(k_\uparrow-k_\downarrow)d}`: the torque beats with the period of the precession, and the reflected
    wave adds :math:`e^{i(k_\uparrow+k_\downarrow)d}`. Averaging over q alone does not wash this out.
    Source: Manchon (2012), Sec. 3.5 and Fig. 3(b), which give no formula; derived here.

    Parameters
    ----------
    magnet : Ferromagnet
    thickness : float or array_like
        d in nm, in (0, 20].
    barrier : Barrier
        At zero bias; its right face touches the free layer.

    Returns
    -------
    complex or ndarray
        :math:`T_\parallel+iT_\perp` of the whole layer (divide by d for the average), relative to the spin current
        that an infinitely thick layer takes up. Accurate to 1e-6.

    Examples
    --------
    A half metal absorbs the transverse spin within a nanometre:

    >>> half_metal = ballistic_torque(Ferromagnet(4.5, 6.0), 2.0, Barrier(1.125, 1.0, 0.4))
    >>> bool(abs(half_metal - 1) < 1e-3)
    True
    """
    d = real("thickness", thickness, f"(0, {_LONGEST}]", "nm")
    _check("magnet", magnet, Ferromagnet)
    _check("barrier", barrier, Barrier)
    energy, weight, decay = _arc(magnet, barrier, d.max(initial=0.0))
    up = np.sqrt((magnet.fermi_energy - energy) / units.HBAR2_2M)
    # All minority amplitudes enter as complex conjugates; `down` and what follows from it are these conjugates.
    square = (magnet.fermi_energy - magnet.exchange_splitting - energy) / units.HBAR2_2M
    down = np.sqrt(square.conj() + 0j).conj()
    down = np.where(down == 0, 1e-9, down)
    d = d[..., None]
    # minority wave that leaves into the cap as exp(i up x), followed back to x = 0 (times exp(i down d))
    around = np.expm1(-2j * down * d)
    cosine, sine = 1 + around / 2, around / (-2j * down)
    value = cosine + 1j * up * sine
    slope = (-1j * up * cosine + down**2 * sine) / value
    majority = 2 * decay / (decay - 1j * up)
    minority = 2 * decay / (decay - slope)
    entering = (1j * up - slope) / 2j * majority * minority
    leaving = up * majority * np.exp(1j * (up - down) * d) * minority / value
    infinite = (up + down) / 2 * majority * 2 * decay / (decay + 1j * down)
    return (((entering - leaving) @ weight) / (infinite @ weight))[()]


def _arc(magnet, barrier, longest):
    """In-plane energies, weights (barrier included) and decay constants at the free layer for `ballistic_torque`.

    A slow minority wave resonates sharply, but its conjugate is analytic in the upper half plane of the in-plane
    energy: an outgoing wave has its poles where the energy along the normal lies in the lower one. The path bows out
    there, from normal incidence to the minority band edge and from there to the rim of the Fermi disk.
    """
    top = magnet.fermi_energy
    edge = max(top - magnet.exchange_splitting, 0.0)
    edges = np.minimum([0.0, edge, top], _reach(barrier))
    phase = np.sqrt(top / units.HBAR2_2M) * longest
    x, weight = pieces(edges, 48 + int(phase / 2))
    low, high = np.repeat([edges[:-1], edges[1:]], x.size // 2, axis=1)
    length = np.where(high > low, high - low, 1.0)
    energy = x + 1j * _BOW * (x - low) * (high - x) / length
    weight = weight * (1 + 1j * _BOW * (low + high - 2 * x) / length)
    left, right = (np.sqrt(squared) for squared in _airy.squared_ends(barrier, 0.0, energy, 0.0))
    at_normal = action(barrier, 0.0, 0.0, 0.0)
    weight = weight * np.exp(2 * (at_normal - _airy.action(barrier.width, left, right)))
    return energy, weight, right / barrier.mass


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
    _check("layer", layer, FreeLayer)
    _check("cap", cap, Cap)
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
