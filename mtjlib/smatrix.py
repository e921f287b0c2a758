r"""Scattering matrices of the layers, and how to put layers together.

A layer scatters the waves that come in from its left and its right,

.. math:: \begin{pmatrix}B\\ C\end{pmatrix} = \begin{pmatrix}r & t'\\ t & r'\end{pmatrix}
          \begin{pmatrix}A\\ D\end{pmatrix},

where each amplitude is a spinor and each entry a 2×2 matrix in spin space; unprimed entries are for incidence from the
left. Waves are normalised to unit flux, :math:`e^{\pm ikx}/\sqrt k`. Inside the barrier the same formula with
:math:`k=iK`, :math:`K=\kappa/\beta`, gives the growing and falling waves, with one phase of :math:`\sqrt{iK}` for both.
In a junction the amplitudes carry the names

.. code-block:: text

    A →            C →              C' →            E →
       S1 (F|N|I)       barrier I        S2 (I|F)
    B ←            D ←              D' ←            F ←

The barrier is the piece between two evanescent waves: `wkb_barrier` has no reflection and transmits
:math:`t_b=e^{-\int\kappa}`; `exact_barrier` also has the small reflections that come from the slope of a tilted
barrier. `layers` gives the three pieces of a junction, `all_orders` or `leading_order` the waves C' and D', and
`currents` what these carry.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import barrier as box
from mtjlib import units
from mtjlib._validate import check_energies, device, real
from mtjlib.junction import Junction

__all__ = [
    "Amplitudes",
    "Flow",
    "SMatrix",
    "all_orders",
    "concatenate",
    "currents",
    "exact_barrier",
    "layers",
    "leading_order",
    "spacer",
    "step",
    "wkb_barrier",
]
__dir__ = __all__.copy

_PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


@dataclass(frozen=True, eq=False)
class SMatrix:
    """Reflection and transmission blocks of one layer, arrays of shape (..., 2, 2)."""

    r: np.ndarray
    t_prime: np.ndarray
    t: np.ndarray
    r_prime: np.ndarray

    def full(self):
        """The 4×4 matrix that turns (A, D) into (B, C), shape (..., 4, 4)."""
        return np.block([[self.r, self.t_prime], [self.t, self.r_prime]])


@dataclass(frozen=True, eq=False)
class Amplitudes:
    """Waves on the right side of the barrier per incoming spinor A or F, arrays of shape (..., 2, 2)."""

    ca: np.ndarray
    da: np.ndarray
    cf: np.ndarray
    df: np.ndarray


@dataclass(frozen=True, eq=False)
class Flow:
    """Particle current and spin current from left to right, per channel (see `currents`).

    `charge` has the broadcast shape of the arguments, `spin` the components x, y, z on one more axis, the first.
    """

    charge: np.ndarray
    spin: np.ndarray


def _wave_number(name, value):
    """A complex array of wave numbers: finite, not zero, decaying outwards (Im ≥ 0) where they are not real."""
    k = np.asarray(value)
    if k.dtype.kind not in "iufc" and k.size:
        raise TypeError(f"{name} must be a number or an array of them in 1/nm, got {value!r}")
    k = k.astype(complex)
    legal = np.isfinite(k) & (k != 0) & (k.real >= 0) & (k.imag >= 0)
    if not legal.all():
        raise ValueError(
            f"{name} must be finite and not 0, with Re ≥ 0 and Im ≥ 0 in 1/nm, got {complex(k[~legal].flat[0])!r}"
        )
    return k


def _pair(name, value):
    """The two wave numbers (majority, minority)."""
    try:
        up, down = value
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a pair (majority, minority) of wave numbers in 1/nm, got {value!r}") from None
    return _wave_number(name, up), _wave_number(name, down)


def _in_spin_space(up, down, angle):
    """Matrix with the eigenvalues `up` and `down` along a magnetisation in the x-z plane, `angle` away from z."""
    up, down = np.asarray(up), np.asarray(down)
    mean, half = (up + down) / 2, (up - down) / 2
    cosine, sine = half * np.cos(angle), half * np.sin(angle)
    return np.stack([np.stack([mean + cosine, sine], -1), np.stack([sine, mean - cosine], -1)], -2)


def _scalar(value):
    return np.asarray(value)[..., None, None] * np.eye(2)


def step(k_left, k_right, angle=0.0):
    r"""Scattering matrix of a step between two media.

    .. math:: t = t' = \frac{2\sqrt{k_1k_2}}{k_1+k_2}, \qquad r = -r' = \frac{k_1-k_2}{k_1+k_2}

    for each spin. With :math:`k_2=iK` this is Eq. (17) of Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008):
    :math:`t_1 = 2\sqrt{ikK}/(k+iK)` and :math:`r_1'=(-k+iK)/(k+iK)`.

    Parameters
    ----------
    k_left, k_right : tuple of two complex arrays
        Wave numbers (majority, minority) in 1/nm on either side; *iK* in the barrier, where both spins agree.
    angle : float or array_like
        Direction of the magnetisation that tells the two spins apart, in rad from the quantisation axis.

    Returns
    -------
    SMatrix

    Examples
    --------
    >>> s = step((10.0, 4.0), (8j, 8j), angle=0.5)
    >>> bool(np.allclose(s.r @ s.r.conj().T, np.eye(2)))
    True
    """
    angle = real("angle", angle, unit="rad")
    pairs = list(zip(_pair("k_left", k_left), _pair("k_right", k_right), strict=True))
    t = _in_spin_space(*(2 * np.sqrt(left) * np.sqrt(right) / (left + right) for left, right in pairs), angle)
    r = _in_spin_space(*((left - right) / (left + right) for left, right in pairs), angle)
    return SMatrix(r, t, t, -r)


def spacer(wave_number, width):
    r"""Scattering matrix of free flight through a normal metal: :math:`t=t'=e^{ikw}`, no reflection.

    Parameters
    ----------
    wave_number : complex array
        In 1/nm.
    width : float or array_like
        In nm, ≥ 0.

    Examples
    --------
    >>> complex(np.round(spacer(np.pi, 1.0).t[0, 0], 12))
    (-1+0j)
    """
    phase = _scalar(np.exp(1j * _wave_number("wave_number", wave_number) * real("width", width, "[0, inf)", "nm")))
    return SMatrix(0 * phase, phase, phase, 0 * phase)


def wkb_barrier(action):
    r"""Scattering matrix of the barrier's inside in the WKB approximation: :math:`t_b=e^{-\int\kappa}`, no reflection.

    Parameters
    ----------
    action : float or array_like
        :math:`\int_0^d\kappa\,dx`, ≥ 0; see `mtjlib.barrier.action`.

    Examples
    --------
    >>> round(float(wkb_barrier(2.0).t[0, 0]), 6)
    0.135335
    """
    t = _scalar(np.exp(-real("action", action, "[0, inf)")))
    return SMatrix(0 * t, t, t, 0 * t)


def exact_barrier(admittance, k_left, k_right):
    r"""Scattering matrix of the exact barrier between waves of wave numbers `k_left` and `k_right`.

    With :math:`k=iK` at each end the layer fits between two `step` matrices, and what differs from `wkb_barrier`
    is the error of WKB: :math:`r_b\neq0` because κ varies. With the electrodes' own wave numbers it is a junction of
    one spin.

    Parameters
    ----------
    admittance : tuple of three arrays
        a, b, c in 1/nm from `mtjlib.barrier.admittance`.
    k_left, k_right : complex array
        Wave numbers in 1/nm at the two ends.

    Returns
    -------
    SMatrix

    Examples
    --------
    A flat barrier does not reflect its own waves:

    >>> from mtjlib import barrier
    >>> from mtjlib.junction import Barrier
    >>> flat = Barrier(1.0, 1.0)
    >>> k = 1j * barrier.kappa(flat, 0.0, 0.0, 0.0, 0.0)
    >>> s = exact_barrier(barrier.admittance(flat, 0.0, 0.0, 0.0), k, k)
    >>> bool(np.allclose(s.t, wkb_barrier(barrier.action(flat, 0.0, 0.0, 0.0)).t) and np.allclose(s.r, 0))
    True
    """
    try:
        a, b, c = (real("admittance", part, "(0, inf)", "1/nm") for part in admittance)
    except (TypeError, ValueError) as error:
        if "admittance" in str(error):
            raise
        raise TypeError(f"admittance must be three arrays (a, b, c) in 1/nm, got {admittance!r}") from None
    k_left, k_right = _wave_number("k_left", k_left), _wave_number("k_right", k_right)
    p_left, p_right = a / k_left - 1j, b / k_right - 1j
    across = c / (np.sqrt(k_left) * np.sqrt(k_right))
    determinant = p_left * p_right - across**2
    t = _scalar(-2j * across / determinant)
    return SMatrix(_scalar(-1 - 2j * p_right / determinant), t, t, _scalar(-1 - 2j * p_left / determinant))


def _solve(matrix, right):
    """Of matrices that broadcast: NumPy 1 would take `right` with one axis less for vectors."""
    return np.linalg.solve(*np.broadcast_arrays(matrix, right))


def _check_layers(**layers):
    for name, layer in layers.items():
        device(name, layer, SMatrix)


def concatenate(first, second):
    r"""Scattering matrix of two layers, `first` on the left of `second`: all the round trips between them.

    .. math:: t = t_2\,(1-r_1'r_2)^{-1}\,t_1, \qquad r = r_1 + t_1'\,r_2\,(1-r_1'r_2)^{-1}\,t_1

    and the mirror image for t' and r' (the Redheffer star product). Layers can be put together in any order of
    brackets. Between two mirrors of transmission T the determinant comes down to T at a resonance, which leaves a
    relative accuracy of about 1e-15/T: six digits down to T of about 1e-9.

    Parameters
    ----------
    first, second : SMatrix

    Returns
    -------
    SMatrix

    Examples
    --------
    Two halves of a flight make a whole one:

    >>> whole = concatenate(spacer(10.0, 0.4), spacer(10.0, 0.6))
    >>> bool(np.allclose(whole.t, spacer(10.0, 1.0).t))
    True
    """
    _check_layers(first=first, second=second)
    one = np.eye(2)
    forth = _solve(one - first.r_prime @ second.r, first.t)
    back = _solve(one - second.r @ first.r_prime, second.t_prime)
    return SMatrix(
        first.r + first.t_prime @ second.r @ forth,
        first.t_prime @ back,
        second.t @ forth,
        second.r_prime + second.t @ first.r_prime @ back,
    )


def leading_order(first, barrier, second):
    r"""Waves on the right side of the barrier, to leading order in its transmission.

    .. math::
       \hat s_{C'A} &= (1-r_b'\hat r_2)^{-1}\,t_b\,(1-\hat r_1'r_b)^{-1}\,\hat t_1, \qquad \hat s_{D'A} = \hat
       r_2\,\hat s_{C'A},\\ \hat s_{C'F} &= (1-r_b'\hat r_2)^{-1}\left[r_b' + t_b\,(1-\hat r_1'r_b)^{-1}\hat
       r_1'\,t_b'\,(1-\hat r_2r_b')^{-1} \right]\hat t_2', \qquad \hat s_{D'F} = \hat r_2\,\hat s_{C'F}+\hat t_2' .

    Source: Xiao, Bauer and Brataas, Phys. Rev. B 77, 224419 (2008), Eq. (2); the factor on the left of the bracket is
    missing from the second term of the printed Eq. (2b), where it makes no difference at :math:`r_b=0`.

    Parameters
    ----------
    first, barrier, second : SMatrix
        S1 (left electrode up to the barrier), the barrier, S2 (barrier to right electrode).

    Returns
    -------
    Amplitudes
        ``ca`` is :math:`\hat s_{C'A}`, and so on.

    Examples
    --------
    >>> left, right = step((10.0, 4.0), (8j, 8j)), step((8j, 8j), (10.0, 4.0), angle=0.5)
    >>> thick, thin = (leading_order(left, wkb_barrier(s), right).ca[0, 0] for s in (5.0, 4.0))
    >>> bool(np.allclose(thin / thick, np.e))
    True
    """
    _check_layers(first=first, barrier=barrier, second=second)
    one = np.eye(2)
    into = np.linalg.inv(one - barrier.r_prime @ second.r)
    out = np.linalg.inv(one - first.r_prime @ barrier.r)
    ca = into @ barrier.t @ out @ first.t
    behind = _solve(one - second.r @ barrier.r_prime, second.t_prime)
    cf = into @ barrier.r_prime @ second.t_prime
    cf = cf + into @ barrier.t @ out @ first.r_prime @ barrier.t_prime @ behind
    return Amplitudes(ca, second.r @ ca, cf, second.r @ cf + second.t_prime)


def all_orders(first, barrier, second):
    """The same waves as `leading_order`, with every round trip through the barrier.

    Parameters
    ----------
    first, barrier, second : SMatrix

    Returns
    -------
    Amplitudes

    Examples
    --------
    >>> left, right = step((10.0, 4.0), (8j, 8j)), step((8j, 8j), (10.0, 4.0), angle=0.5)
    >>> box = wkb_barrier(9.0)
    >>> exact, leading = all_orders(left, box, right).ca, leading_order(left, box, right).ca
    >>> bool(abs(exact - leading).max() < 1e-7 * abs(exact).max())
    True
    """
    _check_layers(first=first, barrier=barrier, second=second)
    one = np.eye(2)
    left = concatenate(first, barrier)
    ca = _solve(one - left.r_prime @ second.r, left.t)
    cf = _solve(one - left.r_prime @ second.r, left.r_prime @ second.t_prime)
    return Amplitudes(ca, second.r @ ca, cf, second.r @ cf + second.t_prime)


def _waves(junction, excess, parallel_energy, bias):
    """Wave numbers (1↑, 1↓, 2↑, 2↓) in 1/nm; N has that of 1↑. A band exactly at its edge counts as almost closed."""
    left, right = junction.left, junction.right
    across = [excess + magnet.fermi_energy - parallel_energy for magnet in (left, right)]
    across[1] = across[1] - bias
    squared = [
        energy - lift
        for energy, magnet in zip(across, (left, right), strict=True)
        for lift in (0.0, magnet.exchange_splitting)
    ]
    return [np.where(e == 0, 1e-12, np.sqrt(e / units.HBAR2_2M + 0j)) for e in squared]


def _checked(junction, excess, parallel_energy, bias, angle):
    barrier = device("junction", junction, Junction).barrier
    energies = check_energies(barrier, excess, parallel_energy, bias)
    return np.broadcast_arrays(*energies, real("angle", angle, unit="rad"))


def layers(junction, excess, parallel_energy=0.0, bias=0.0, angle=0.0):
    r"""The three layers of a junction: left electrode up to the barrier, barrier, barrier to right electrode.

    The quantisation axis z is the direction :math:`\mathbf m_1` of the left magnet's majority spin; that of the right
    one, :math:`\mathbf m_2`, is turned from it towards x by `angle`. A spacer is part of the first layer:
    F|N, flight through N, N|I. The barrier is the exact one, between waves of the local *iK* at its two faces; put
    ``wkb_barrier(barrier.action(...))`` in its place to see what WKB leaves out.

    Parameters
    ----------
    junction : Junction
    excess : float or array_like
        Energy in eV above the left Fermi level, below the barrier's edge.
    parallel_energy : float or array_like
        :math:`\hbar^2q^2/2m` in eV, ≥ 0.
    bias : float or array_like
        In V, between minus the right and plus the left height of the barrier.
    angle : float or array_like
        Between the magnets, in rad.

    Returns
    -------
    first, barrier, second : SMatrix

    Raises
    ------
    ValueError
        For an energy at or above the barrier's edge, or a bias outside the barrier's range.

    Examples
    --------
    >>> from mtjlib import materials
    >>> first, inside, second = layers(materials.FE_MGO_FE, excess=0.0, angle=1.0)
    >>> bool(np.allclose(2 * first.r_prime[0, 0].imag, abs(first.t[0, 0]) ** 2))    # the optical theorem
    True
    """
    excess, parallel_energy, bias, angle = _checked(junction, excess, parallel_energy, bias, angle)
    inside = junction.barrier
    face, back = (1j * box.kappa(inside, x, excess, parallel_energy, bias) / inside.mass for x in (0.0, inside.width))
    up, down, *behind = _waves(junction, excess, parallel_energy, bias)
    if junction.spacer:
        metal = concatenate(step((up, down), (up, up)), spacer(up, junction.spacer))
        first = concatenate(metal, step((up, up), (face, face)))
    else:
        first = step((up, down), (face, face))
    barrier = exact_barrier(box.admittance(inside, excess, parallel_energy, bias), face, back)
    return first, barrier, step((back, back), behind, angle)


def currents(amplitudes, junction, excess, parallel_energy=0.0, bias=0.0, angle=0.0):
    r"""Particle and spin current at the right face of the barrier, from each electrode's states.

    .. math:: j = 2\,\mathrm{Im\,Tr}\big(\hat s_{D'A}\,\hat P_1\,\hat s_{C'A}^\dagger\big), \qquad
              \mathbf j = 2\,\mathrm{Im\,Tr}\big(\hat{\boldsymbol\sigma}\,
              \hat s_{D'A}\,\hat P_1\,\hat s_{C'A}^\dagger\big)

    for the left electrode, and with F and :math:`\hat P_2` in place of A and :math:`\hat P_1` for the right one.
    :math:`\hat P` keeps the spins whose band is open: only these bring electrons in. The formula follows from
    :math:`\psi=(C'+D')/\sqrt{iK}` and :math:`\psi'/\beta=i\sqrt{iK}\,(C'-D')`, of which
    :math:`\mathrm{Im}\,\psi^\dagger\boldsymbol\sigma\psi'` leaves the products of one growing and one falling wave:
    two evanescent waves carry a current only together. With occupations :math:`f_L, f_R`,

    .. math:: J = -\frac{e}{h}\int dE\,\frac{d^2q}{(2\pi)^2}\,(f_L\,j_L+f_R\,j_R), \qquad
              \mathbf J_s = \frac{1}{4\pi}\int dE\,\frac{d^2q}{(2\pi)^2}\,(f_L\,\mathbf j_L+f_R\,\mathbf j_R)

    are the charge current density (e > 0, positive from left to right) and the spin current in J/m². The torque on the
    right magnet is the part of the spin current across :math:`\mathbf m_2`. Source: Xiao, Bauer and Brataas, Phys. Rev.
    B 77, 224419 (2008), Eqs. (3)–(5), derived anew: the printed charge current is four times as large and an Im of
    Hermitian products, the printed spin current has twice this prefactor, the opposite sign, and a minus between the
    two electrodes.

    Parameters
    ----------
    amplitudes : Amplitudes
        From `leading_order` or `all_orders` of the three `layers` of the same arguments.
    junction, excess, parallel_energy, bias, angle
        As in `layers`.

    Returns
    -------
    left, right : Flow
        ``charge`` is the dimensionless transmission, summed over channels (negative from the right); ``spin`` has the
        components x, y, z on its first axis, :math:`\mathbf m_1` along z and :math:`\mathbf m_2` at `angle` towards x.

    Examples
    --------
    What comes from the left and what comes from the right cancel in equilibrium, except for spin along m1 × m2:

    >>> from mtjlib import materials
    >>> where = (materials.FE_MGO_FE, 0.0, 0.1, 0.0, 1.0)
    >>> left, right = currents(all_orders(*layers(*where)), *where)
    >>> bool(abs(left.charge + right.charge) < 1e-12 * left.charge)
    True
    >>> (np.abs(left.spin + right.spin) > 1e-12 * left.charge).tolist()
    [False, True, False]
    """
    device("amplitudes", amplitudes, Amplitudes)
    excess, parallel_energy, bias, angle = _checked(junction, excess, parallel_energy, bias, angle)
    is_open = [wave.real > 0 for wave in _waves(junction, excess, parallel_energy, bias)]
    sides = (
        (amplitudes.ca, amplitudes.da, _in_spin_space(*np.array(is_open[:2], float), 0 * angle)),
        (amplitudes.cf, amplitudes.df, _in_spin_space(*np.array(is_open[2:], float), angle)),
    )
    result = []
    for falling, growing, incoming in sides:
        density = growing @ incoming @ np.swapaxes(falling.conj(), -1, -2)
        spin = np.einsum("sij,...ji->s...", _PAULI, density)
        result.append(Flow(2 * np.trace(density, axis1=-2, axis2=-1).imag, 2 * spin.imag))
    return tuple(result)
