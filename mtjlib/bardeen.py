r"""The transfer-matrix picture of the torque: densities of states, and an angle by which the spin turns on its way.

Manchon's model writes both components of the torque as products of interface densities of states (Eqs. 7 and 8 of his
SPIE review). It is the smallest model with an out-of-plane torque, and it shows which symmetries of the bias dependence
hold in general and which need an assumption. Its equations, as the coefficients of the two vector products on the right
magnet, :math:`N_\parallel\,m_2\times(m_1\times m_2)+N_\perp\,m_1\times m_2`:

.. math::

    N_\parallel &= \int d\epsilon\,\rho_R\Delta\rho_L(\cos\varphi_Lf_L - \cos\varphi_Rf_R),\\
    N_\perp &= -\int d\epsilon\,(\rho_R\Delta\rho_L\sin\varphi_Lf_L + \rho_L\Delta\rho_R\sin\varphi_Rf_R),

in units of :math:`(2\pi/\hbar)|T|^2`. Manchon's :math:`T_\perp` multiplies m2×m1, so that :math:`N_\perp=-T_\perp`; his
print has lost the factor sin θ, which is the length of both products here. The equations *define* the model: they do
not follow from the spinor current (5) with the rotations (6), see `spinor_current`.

Conventions. The energy ε counts from the mean Fermi level; a bias V > 0 lowers the left electrode by eV/2 and raises
the right one by as much, the book's sign. Temperature is zero. :math:`|T|^2` is constant unless a function
:math:`|T(\epsilon,V)|^2` is given as `matrix_element`; it then stands under both integrals.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mtjlib._validate import device, number, real
from mtjlib.quadrature import adaptive

__all__ = [
    "Electrode",
    "linear_coefficients",
    "linear_electrode",
    "rotation_angle",
    "spinor_current",
    "torque_in_plane",
    "torque_out_of_plane",
]
__dir__ = __all__.copy

_RTOL = 1e-8  # of the integral of the modulus; densities may have band edges anywhere


@dataclass(frozen=True)
class Electrode:
    r"""Interface density of states of one electrode; all energies count from its own Fermi level, in eV.

    Parameters
    ----------
    density, exchange_density : callable
        :math:`\rho(\epsilon)` and :math:`\Delta\rho(\epsilon)` (sum and difference of the spins), in any common unit.
    rotation : callable
        :math:`\varphi(\epsilon)` in rad.
    depth : float
        Depth of the band bottom in eV, > 0: below it there are no states.

    See Also
    --------
    linear_electrode : densities that vary linearly.
    """

    density: Callable
    exchange_density: Callable
    rotation: Callable
    depth: float

    def __post_init__(self):
        for name in ("density", "exchange_density", "rotation"):
            if not callable(getattr(self, name)):
                raise TypeError(f"{name} must be a function of the energy, got {getattr(self, name)!r}")
        object.__setattr__(self, "depth", number("depth", self.depth, "(0, inf)", "eV"))


def linear_electrode(density, exchange_density, slope=0.0, exchange_slope=0.0, rotation=0.0, depth=5.0):
    r"""Electrode with :math:`\rho=\rho_0(1+a\epsilon)`, :math:`\Delta\rho=\Delta\rho_0(1+b\epsilon)` and constant φ.

    An expansion about the Fermi level: use it for :math:`|a\epsilon|\ll1`.

    Parameters
    ----------
    density, exchange_density : float
        :math:`\rho_0>0` and :math:`\Delta\rho_0`, :math:`|\Delta\rho_0|\le\rho_0`, in any common unit.
    slope, exchange_slope : float
        a and b in 1/eV. Equal slopes make the polarisation independent of energy.
    rotation : float
        φ in rad.
    depth : float
        Depth of the band bottom in eV, > 0.

    Examples
    --------
    >>> fe = linear_electrode(1.0, 0.5, slope=0.1)
    >>> float(fe.density(1.0)), float(fe.exchange_density(1.0))
    (1.1, 0.5)
    """
    density = number("density", density, "(0, inf)")
    exchange = number("exchange_density", exchange_density)
    if abs(exchange) > density:
        raise ValueError(f"exchange_density must lie in [-density, density], got {exchange!r}")
    a, b = number("slope", slope, unit="1/eV"), number("exchange_slope", exchange_slope, unit="1/eV")
    phi = number("rotation", rotation, unit="rad")
    return Electrode(
        lambda energy: density * (1 + a * energy),
        lambda energy: exchange * (1 + b * energy),
        lambda energy: phi + 0 * energy,
        depth,
    )


def rotation_angle(k_up, k_down, kappa):
    r"""Angle by which the spin turns on entering a free-electron ferromagnet from the barrier.

    .. math:: \varphi = \arctan\frac{k_\uparrow}{\kappa} - \arctan\frac{k_\downarrow}{\kappa}

    It is the difference of the phases of the transmission amplitudes :math:`2k_\sigma/(k_\sigma+i\kappa)`. It is
    largest at :math:`\kappa^2=k_\uparrow k_\downarrow`, where :math:`\tan\varphi=(k_\uparrow-k_\downarrow)/2\kappa`.

    Parameters
    ----------
    k_up, k_down : float or array_like
        Wave vectors of the two spins in 1/nm, ≥ 0.
    kappa : float or array_like
        Decay constant in 1/nm, > 0, divided by the relative mass of the barrier if that is not 1.

    Returns
    -------
    float or ndarray
        In rad, between -π/2 and π/2.

    Examples
    --------
    >>> round(float(rotation_angle(10.0, 2.5, 5.0)), 6) == round(float(np.arctan(0.75)), 6)
    True
    """
    kappa = real("kappa", kappa, "(0, inf)", "1/nm")
    up, down = real("k_up", k_up, "[0, inf)", "1/nm"), real("k_down", k_down, "[0, inf)", "1/nm")
    return np.arctan2(up, kappa) - np.arctan2(down, kappa)


def spinor_current(left, right, rotations, angle, occupations=(1.0, 0.0)):
    r"""Integrand of the printed spinor current, Eq. (5) with the matrices (6), in units of :math:`(2\pi e/\hbar)|T|^2`.

    .. math:: \hat J = R\hat\rho_LR_{\varphi_L}\hat\rho_RR_{\varphi_L}^\dagger R^\dagger\,f_L(1-f_R)
                     - \hat\rho_RR_{\varphi_R}\hat\rho_LR_{\varphi_R}^\dagger\,f_R(1-f_L)

    Its traces, taken without approximation, are

    .. math::

        \operatorname{Re}\operatorname{Tr}\sigma_x\hat J &= \tfrac12\sin\theta\{[\rho_R\Delta\rho_L
        + \rho_L\Delta\rho_R(1+\cos\varphi_L)\cos\theta]f_L(1-f_R) - \rho_R\Delta\rho_L\cos\varphi_R\,f_R(1-f_L)\}\\
        \operatorname{Re}\operatorname{Tr}\sigma_y\hat J &= -\tfrac12\sin\theta\{
        \rho_L\Delta\rho_R\sin\varphi_L\,f_L(1-f_R) - \rho_R\Delta\rho_L\sin\varphi_R\,f_R(1-f_L)\}\\
        \operatorname{Tr}\hat J &= \tfrac12(\rho_L\rho_R+\Delta\rho_L\Delta\rho_R\cos\theta)(f_L-f_R),

    and :math:`\hat J` is not Hermitian, so that the spin traces have imaginary parts as well. The charge current is
    right. The torques are not those of (7) and (8): the factors :math:`1-f` do not cancel, the rotation is missing from
    the first term, a term in :math:`\rho_L\Delta\rho_R\cos\theta` comes in because R appears where the change of frame
    needs :math:`R^\dagger`, and in the second line L and R are exchanged and the relative sign is opposite.

    Parameters
    ----------
    left, right : tuple of float or array_like
        :math:`(\rho, \Delta\rho)` of either electrode.
    rotations : tuple of float or array_like
        :math:`(\varphi_L, \varphi_R)` in rad.
    angle : float or array_like
        θ between the magnetisations in rad.
    occupations : tuple of float or array_like
        :math:`(f_L, f_R)`, each in [0, 1].

    Returns
    -------
    ndarray of complex, shape (..., 2, 2)

    Examples
    --------
    >>> j = spinor_current((1.0, 0.5), (1.0, 0.5), (0.2, 0.2), np.pi / 3)
    >>> round(float(np.trace(j).real), 6)
    0.5625
    """
    for name, pair in (("left", left), ("right", right), ("rotations", rotations), ("occupations", occupations)):
        if not isinstance(pair, tuple | list | np.ndarray) or len(pair) != 2:
            raise TypeError(f"{name} must be a pair, got {pair!r}")
    named = {
        "density left": (left[0], "[0, inf)"),
        "exchange density left": (left[1], "(-inf, inf)"),
        "density right": (right[0], "[0, inf)"),
        "exchange density right": (right[1], "(-inf, inf)"),
        "rotation left": (rotations[0], "(-inf, inf)"),
        "rotation right": (rotations[1], "(-inf, inf)"),
        "angle": (angle, "(-inf, inf)"),
        "occupation left": (occupations[0], "[0, 1]"),
        "occupation right": (occupations[1], "[0, 1]"),
    }
    values = np.broadcast_arrays(*(real(name, value, interval) for name, (value, interval) in named.items()))
    rho_l, delta_l, rho_r, delta_r, phi_l, phi_r, theta, f_l, f_r = values

    def matrix(a, b, c, d):
        return np.moveaxis(np.array([[a, b], [c, d]], dtype=complex), (0, 1), (-2, -1))

    def rotation(phi):
        c, s = np.cos(theta / 2), np.sin(theta / 2)
        return matrix(c, -np.exp(1j * phi) * s, np.exp(-1j * phi) * s, c)

    def dagger(m):
        return np.swapaxes(m, -1, -2).conj()

    zero = np.zeros_like(theta)
    left_rho = matrix(rho_l + delta_l, zero, zero, rho_l - delta_l) / 2
    right_rho = matrix(rho_r + delta_r, zero, zero, rho_r - delta_r) / 2
    plain, to_right, to_left = rotation(zero), rotation(phi_l), rotation(phi_r)
    rightward = plain @ left_rho @ to_right @ right_rho @ dagger(to_right) @ dagger(plain)
    leftward = right_rho @ to_left @ left_rho @ dagger(to_left)
    return rightward * (f_l * (1 - f_r))[..., None, None] - leftward * (f_r * (1 - f_l))[..., None, None]


def _integral(left, right, bias, matrix_element, integrand):
    """The integral of |T|² times `integrand` over the filled energies, at every bias.

    It is called with the filling of both electrodes and with ρ, Δρ, φ of the left and of the right one.
    """
    if matrix_element is not None and not callable(matrix_element):
        raise TypeError(f"matrix_element must be a function of energy and bias, got {matrix_element!r}")
    for name, electrode in (("left", left), ("right", right)):
        device(name, electrode, Electrode)
    half = real("bias", bias, unit="V") / 2

    def at(half):
        def function(energy, _):
            values = [
                real(name, getattr(side, name)(energy + sign * half))
                for sign, side in ((1, left), (-1, right))
                for name in ("density", "exchange_density", "rotation")
            ]
            result = integrand(energy < -half, energy < half, *values)
            if matrix_element is not None:
                result = result * real("matrix_element", matrix_element(energy, 2 * half), "[0, inf)")
            return np.broadcast_to(result, energy.shape)[..., None]

        bottom = max(-left.depth - half, -right.depth + half)
        edges = np.maximum([bottom, -abs(half), abs(half)], bottom)
        return adaptive(function, edges[None], _RTOL)[0, 0]

    return np.array([at(float(h)) for h in half.ravel()]).reshape(half.shape)[()]


def torque_in_plane(left, right, bias, matrix_element=None):
    r"""In-plane torque :math:`N_\parallel=T_\parallel/\sin\theta` of Eq. (7).

    Exchanging the electrodes reverses it if and only if :math:`P_L(\epsilon)=P_R(\epsilon)` at equal energy, for *any*
    angle φ. A symmetric junction under bias meets that condition only if its polarisation does not depend on energy;
    otherwise the torque has a part :math:`\propto V^2`, see `linear_coefficients`.

    Parameters
    ----------
    left, right : Electrode
    bias : float or array_like
        V in volt.
    matrix_element : callable, optional
        :math:`|T(\epsilon,V)|^2\ge0`, called with the energy in eV from the mean Fermi level and the bias in V;
        1 if not given. The transmission of a barrier, for instance, rises with the energy.

    Returns
    -------
    float or ndarray
        In :math:`(2\pi/\hbar)|T|^2` × density² × eV. Negative for V > 0 if the left electrode's polarisation and cos φ
        are positive.

    Examples
    --------
    >>> fe = linear_electrode(1.0, 0.5)
    >>> round(float(torque_in_plane(fe, fe, 0.2)), 12)
    -0.1
    """

    def integrand(f_l, f_r, _rho_l, delta_l, phi_l, rho_r, _delta_r, phi_r):
        return rho_r * delta_l * (np.cos(phi_l) * f_l - np.cos(phi_r) * f_r)

    return _integral(left, right, bias, matrix_element, integrand)


def torque_out_of_plane(left, right, bias, matrix_element=None):
    r"""Out-of-plane torque :math:`N_\perp=-T_\perp/\sin\theta` of Eq. (8), with its equilibrium part.

    It does not change when the electrodes are exchanged, for any densities and angles: the torque of a symmetric
    junction is even in V. It is an integral over the whole Fermi sea and therefore depends on the bottom of the band;
    where the densities vanish smoothly there, its quadratic coefficient for constant φ is
    :math:`-e^2\sin\varphi\int_{-\infty}^{0}\rho''\Delta\rho\,d\epsilon`, so it needs the *curvature* of ρ.

    Parameters
    ----------
    left, right : Electrode
    bias : float or array_like
        V in volt.
    matrix_element : callable, optional
        As in `torque_in_plane`. One that depends on the bias gives a quadratic coefficient without any curvature of ρ.

    Returns
    -------
    float or ndarray
        In :math:`(2\pi/\hbar)|T|^2` × density² × eV. Negative in equilibrium, which favours parallel, if Δρ and φ are
        positive.

    Examples
    --------
    >>> fe = linear_electrode(1.0, 0.5, 0.1, 0.05, rotation=0.3)
    >>> bool(np.isclose(torque_out_of_plane(fe, fe, 0.5), torque_out_of_plane(fe, fe, -0.5)))
    True
    """

    def integrand(f_l, f_r, rho_l, delta_l, phi_l, rho_r, delta_r, phi_r):
        return -rho_r * delta_l * np.sin(phi_l) * f_l - rho_l * delta_r * np.sin(phi_r) * f_r

    return _integral(left, right, bias, matrix_element, integrand)


def linear_coefficients(density, exchange_density, slope, exchange_slope, rotation=0.0):
    r"""Coefficients of :math:`N_\parallel = a_1V + a_2V^2 + a_3V^3` for two equal linear electrodes.

    .. math:: a_1 = -\rho_0\Delta\rho_0e\cos\varphi, \qquad a_2 = \tfrac12(b-a)e\,a_1, \qquad a_3 = -\tfrac16ab\,e^2a_1.

    An in-plane torque of a perfectly symmetric junction is quadratic as soon as the polarisation varies with energy.

    Parameters
    ----------
    density, exchange_density : float or array_like
        :math:`\rho_0`, :math:`\Delta\rho_0`.
    slope, exchange_slope : float or array_like
        a and b in 1/eV.
    rotation : float or array_like
        φ in rad.

    Returns
    -------
    tuple of float or ndarray
        :math:`a_1, a_2, a_3` in :math:`(2\pi/\hbar)|T|^2` × density² × eV per Vⁿ.

    Examples
    --------
    >>> [round(float(c), 4) for c in linear_coefficients(1.0, 0.5, 0.1, 0.3)]
    [-0.5, -0.05, 0.0025]
    """
    product = real("density", density, "(0, inf)") * real("exchange_density", exchange_density)
    a, b = real("slope", slope, unit="1/eV"), real("exchange_slope", exchange_slope, unit="1/eV")
    first, a, b = np.broadcast_arrays(-product * np.cos(real("rotation", rotation, unit="rad")), a, b)
    return first[()], (b - a) / 2 * first, -a * b / 6 * first
