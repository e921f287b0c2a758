r"""Symmetry filtering in the smallest crystal that shows it: s and p orbitals on a simple cubic lattice.

Every site carries the orbitals :math:`s`, :math:`p_x`, :math:`p_y`; z is the growth direction. At
:math:`\mathbf k_\parallel=0` they cannot mix: :math:`s` is the :math:`\Delta_1` band and the pair :math:`p_x, p_y` is
:math:`\Delta_5`. Away from it the in-plane bonds mix them. With nearest-neighbour Slater–Koster
integrals and phases :math:`\varphi_{x,y} = k_{x,y}a`, one layer has the Hamiltonian (basis :math:`s, ip_x, ip_y`, which
makes it real)

.. math:: H = \begin{pmatrix}
    E_s + 2V_{ss}(c_x + c_y) & -2V_{sp}\sin\varphi_x & -2V_{sp}\sin\varphi_y\\
    & E_p + 2V_{pp\sigma}c_x + 2V_{pp\pi}c_y & 0\\
    & & E_p + 2V_{pp\pi}c_x + 2V_{pp\sigma}c_y \end{pmatrix},
    \qquad c_{x,y} = \cos\varphi_{x,y},

and the bonds to the next layer are :math:`\tau = \mathrm{diag}(V_{ss}, V_{pp\pi}, V_{pp\pi})`. A Bloch or an evanescent
wave :math:`\lambda^n u` solves the quadratic eigenproblem :math:`(\tau\lambda^2 + (H-E)\lambda + \tau)u = 0`. It is
reciprocal, :math:`H - E + (\lambda+1/\lambda)\tau`, so with :math:`\tau<0` it reduces to an ordinary symmetric one,

.. math:: h\,w = 2\cos(k_za)\,w, \qquad h = |\tau|^{-1/2}(H-E)|\tau|^{-1/2}, \qquad \lambda = e^{ik_za}:

an eigenvalue of modulus below 2 is a band, any other one decays with :math:`\kappa a = \operatorname{arccosh}|h/2|`.
In these units the junction is a chain with unit hopping, and the Green function of N barrier layers is a Chebyshev
polynomial of :math:`h_B`: transmission costs the same for any thickness.

Energies are in eV from the Fermi level, in-plane wave vectors are phases in radians, :math:`-\pi\dots\pi`. The
parameters of `model_junction` are illustrative: they are not fitted to Fe/MgO/Fe, whose :math:`\Delta_1` band also
contains :math:`p_z` and :math:`d` orbitals (for those see `mtjlib.stack` and `mtjlib.iron`).

In the place of the two p orbitals a crystal may have :math:`d_{xy}` (:math:`\Delta_2'`), which meets s on the diagonal
neighbours of the layer: basis :math:`s, d_{xy}`, :math:`H_{sd} = -2\sqrt3\,V_{sd}\sin\varphi_x\sin\varphi_y`,
:math:`H_{dd} = E_d + 2V_{dd\pi}(c_x+c_y)`, :math:`\tau = \mathrm{diag}(V_{ss}, V_{dd\delta})`.
Source of the idea: Butler et al., Phys. Rev. B 63, 054416 (2001); chapter 4.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib import units
from mtjlib._validate import device, number, real, set_floats, whole
from mtjlib._zone import channel_edges, zone_mean

__all__ = [
    "FilterJunction",
    "Orbitals",
    "aperture_overlap",
    "bonds",
    "complex_bands",
    "conductance",
    "decay",
    "hamiltonian",
    "local_tmr",
    "model_junction",
    "open_channels",
    "scattering",
    "tmr",
    "transmission",
    "zone",
]
__dir__ = __all__.copy


@dataclass(frozen=True)
class Orbitals:
    """On-site energies of one material, for one spin.

    Parameters
    ----------
    s : float
        Energy of the s orbital in eV, from the Fermi level, within ±1000 eV.
    p, d : float
        That of :math:`p_x` and :math:`p_y`, or that of :math:`d_{xy}`, in the same way: one of the two, not both.

    Examples
    --------
    >>> Orbitals(s=5.3, p=-1.6).labels
    ('Δ1', 'Δ5', 'Δ5')
    >>> Orbitals(s=5.3, d=-1.6).labels
    ('Δ1', 'Δ2′')
    """

    s: float
    p: float | None = None
    d: float | None = None

    def __post_init__(self):
        if (self.p is None) == (self.d is None):
            raise ValueError(f"p or d must be given, and not both: got p={self.p!r}, d={self.d!r}")
        set_floats(self, **{name: ("[-1000, 1000]", "eV") for name in ("s", "p" if self.d is None else "d")})

    @property
    def labels(self):
        """Symmetry of each orbital of the basis at zero in-plane wave vector."""
        return ("Δ1", "Δ5", "Δ5") if self.d is None else ("Δ1", "Δ2′")


@dataclass(frozen=True)
class FilterJunction:
    r"""Two equal ferromagnetic crystals and the crystalline barrier between them.

    Parameters
    ----------
    majority, minority : Orbitals
        The electrodes' on-site energies for either spin.
    barrier : Orbitals
        The barrier's, equal for both spins. All materials have the same orbitals.
    layers : int
        Number N of barrier layers, 1 to 100.
    mixing : float
        In-plane bond integral :math:`V_{sp\sigma}` (or :math:`V_{sd\sigma}`) in eV, within ±100. At zero the orbitals
        never meet.
    ss, pp_sigma, pp_pi, dd_pi, dd_delta : float
        Bond integrals :math:`V_{ss\sigma}`, :math:`V_{pp\sigma}`, :math:`V_{pp\pi}`, :math:`V_{dd\pi}` and
        :math:`V_{dd\delta}` in eV, the same in all materials: within ±100, and those which bind the layers
        (`ss`, `pp_pi`, `dd_delta`) at most -0.001.
    lattice_constant : float
        In nm; it only turns a transmission per surface cell into a conductance per area.
    interface : Orbitals, optional
        The *minority's* energies in the electrode layer that touches the barrier, on both sides: an interface state.
        Without it that layer is like all others. The majority is left alone.

    Raises
    ------
    ValueError, TypeError
        For a value outside these ranges.
    """

    majority: Orbitals
    minority: Orbitals
    barrier: Orbitals
    layers: int
    mixing: float
    ss: float = -1.0
    pp_sigma: float = 1.0
    pp_pi: float = -0.5
    dd_pi: float = -0.5
    dd_delta: float = -0.5
    lattice_constant: float = 0.21
    interface: Orbitals | None = None

    def __post_init__(self):
        for name in ("majority", "minority", "barrier") + (("interface",) if self.interface is not None else ()):
            site = getattr(self, name)
            if not isinstance(site, Orbitals):
                raise TypeError(f"{name} must be an Orbitals, got {site!r}")
            if site.labels != self.majority.labels:
                raise ValueError(f"{name} must have the orbitals of majority, {self.majority!r}, got {site!r}")
        if isinstance(self.layers, bool) or not isinstance(self.layers, int | np.integer):
            raise TypeError(f"layers must be an integer from 1 to 100, got {self.layers!r}")
        if not 1 <= self.layers <= 100:
            raise ValueError(f"layers must be an integer from 1 to 100, got {self.layers!r}")
        set_floats(
            self,
            mixing=("[-100, 100]", "eV"),
            ss=("[-100, -0.001]", "eV"),
            pp_sigma=("[-100, 100]", "eV"),
            pp_pi=("[-100, -0.001]", "eV"),
            dd_pi=("[-100, 100]", "eV"),
            dd_delta=("[-100, -0.001]", "eV"),
            lattice_constant=("(0, inf)", "nm"),
        )


def model_junction(layers=6, mixing=0.25):
    r"""Return the illustrative junction of chapter 4.

    Majority :math:`\Delta_1` starts 0.7 eV below the Fermi level, minority :math:`\Delta_1` 0.5 eV above it (exchange
    splitting 1.2 eV for every orbital); :math:`\Delta_5` crosses the Fermi level for both spins. The barrier is 1.5 eV
    high for :math:`\Delta_1`; its p band lies below. Round numbers, chosen to show the mechanism.

    Parameters
    ----------
    layers : int
        Number of barrier layers, 1 to 100.
    mixing : float
        :math:`V_{sp\sigma}` in eV.

    Examples
    --------
    >>> model_junction(layers=4).layers
    4
    """
    majority, minority = Orbitals(s=5.3, p=-1.6), Orbitals(s=6.5, p=-0.4)
    return FilterJunction(majority, minority, Orbitals(s=7.5, p=-7.0), layers, mixing)


def decay(energy, centre, hopping):
    r"""Decay per layer of a single-orbital chain, :math:`\kappa a = \operatorname{arccosh}|(E-E_c)/2t|`.

    Parameters
    ----------
    energy, centre : float or array_like
        :math:`E` and the band centre :math:`E_c` in eV.
    hopping : float or array_like
        :math:`t` in eV, not zero.

    Returns
    -------
    float or ndarray
        :math:`\kappa a`, dimensionless; zero inside the band, where the wave does not decay.

    Examples
    --------
    >>> round(float(decay(0.0, 3.5, -1.0)), 4)
    1.1588
    """
    hopping = real("hopping", hopping, unit="eV")
    if (hopping == 0).any():
        raise ValueError("hopping must not be 0 eV: without a bond there is no band")
    return np.arccosh(np.maximum(np.abs((real("energy", energy) - real("centre", centre)) / (2 * hopping)), 1.0))


def bonds(junction):
    r"""Integrals :math:`\tau` in eV that bind an orbital to the same one of the next layer, one per orbital.

    Examples
    --------
    >>> bonds(model_junction()).tolist()
    [-1.0, -0.5, -0.5]
    """
    device("junction", junction, FilterJunction)
    return np.array([junction.ss, *((junction.pp_pi,) * 2 if junction.majority.d is None else (junction.dd_delta,))])


def hamiltonian(junction, region, kx, ky):
    r"""Return the Hamiltonian :math:`H(\mathbf k_\parallel)` of one layer.

    Parameters
    ----------
    junction : FilterJunction
    region : str
        ``"majority"``, ``"minority"``, ``"barrier"``, or ``"interface"`` if the junction has one.
    kx, ky : float or array_like
        In-plane phases in radians.

    Returns
    -------
    ndarray, shape (..., 3, 3) or (..., 2, 2)
        In eV, real and symmetric in the basis :math:`s, ip_x, ip_y` (or :math:`s, d_{xy}`).

    Examples
    --------
    >>> hamiltonian(model_junction(), "barrier", 0.0, 0.0).diagonal().tolist()
    [3.5, -6.0, -6.0]
    """
    device("junction", junction, FilterJunction)
    site = getattr(junction, region) if region in ("majority", "minority", "barrier", "interface") else None
    if site is None:
        raise ValueError(f"region must be 'majority', 'minority', 'barrier' (or 'interface', if set), got {region!r}")
    kx, ky = np.broadcast_arrays(real("kx", kx, unit="rad"), real("ky", ky, unit="rad"))
    cx, cy = np.cos(kx), np.cos(ky)
    n = len(site.labels)
    h = np.zeros((*kx.shape, n, n))
    h[..., 0, 0] = site.s + 2 * junction.ss * (cx + cy)
    if site.d is not None:
        h[..., 1, 1] = site.d + 2 * junction.dd_pi * (cx + cy)
        h[..., 0, 1] = h[..., 1, 0] = -2 * np.sqrt(3) * junction.mixing * np.sin(kx) * np.sin(ky)
        return h
    h[..., 1, 1] = site.p + 2 * junction.pp_sigma * cx + 2 * junction.pp_pi * cy
    h[..., 2, 2] = site.p + 2 * junction.pp_pi * cx + 2 * junction.pp_sigma * cy
    h[..., 0, 1] = h[..., 1, 0] = -2 * junction.mixing * np.sin(kx)
    h[..., 0, 2] = h[..., 2, 0] = -2 * junction.mixing * np.sin(ky)
    return h


def _scaled(junction, region, kx, ky, energy):
    """The layer's h = |τ|^(-1/2) (H - E) |τ|^(-1/2)."""
    energy = real("energy", energy, "[-1000, 1000]", "eV")
    scale = 1 / np.sqrt(-bonds(junction))
    matrix = hamiltonian(junction, region, kx, ky)
    return scale[:, None] * (matrix - energy[..., None, None] * np.eye(len(scale))) * scale


def _modes(junction, region, *at):
    """Bloch factors λ (outgoing or decaying, |λ| ≤ 1) and the orthogonal matrix of modes, axes (..., orbital, mode)."""
    eigenvalues, modes = np.linalg.eigh(_scaled(junction, region, *at))
    half = eigenvalues / 2
    # The product form of the root neither cancels at large |h/2| nor loses digits at the band edge.
    root = np.sqrt(np.abs((half - 1) * (half + 1)))
    band = np.abs(half) < 1
    decaying = half + np.copysign(root, half)
    return np.where(band, half + 1j * root, 1 / np.where(band, 1.0, decaying)), modes


def _slightly_lossy(lam):
    """Bloch factors at h - iη: a bound state exactly at E, which no electrode drains, must not make G singular."""
    half = (lam + 1 / lam) / 2 - 0.5e-13j
    root = np.sqrt(half - 1) * np.sqrt(half + 1)
    growing = np.where(np.abs(half + root) >= np.abs(half - root), half + root, half - root)
    return 1 / growing


def _t(matrix):
    return np.swapaxes(matrix, -1, -2)


def complex_bands(junction, kx=0.0, ky=0.0, energy=0.0, region="barrier"):
    r"""All solutions :math:`k_za` (six; with d four) of :math:`\det[H(\mathbf k_\parallel) - E + 2\tau\cos k_za] = 0`.

    Parameters
    ----------
    junction : FilterJunction
    kx, ky : float or array_like
        In-plane phases in radians.
    energy : float or array_like
        In eV from the Fermi level.
    region : str
        ``"barrier"``, ``"majority"`` or ``"minority"``.

    Returns
    -------
    ndarray of complex, shape (..., 6) or (..., 4)
        The waves that travel or decay to the right, the slowest decay first, then the opposite ones.
        A band is real, :math:`0<k_za<\pi`; otherwise the imaginary part is :math:`\kappa a` and the real part 0 or π.

    Examples
    --------
    In the middle of the zone, Δ1 once and Δ5 twice:

    >>> complex_bands(model_junction()).imag[:3].round(4)
    array([1.1588, 2.4779, 2.4779])
    """
    lam, _ = _modes(junction, region, kx, ky, energy)
    phase = -1j * np.log(lam)
    # Decays first by their rate; inside bands, where rounding alone is left of it, by the phase.
    decays = np.where(np.isclose(np.abs(lam), 1.0, rtol=0, atol=1e-14), 0.0, phase.imag)
    phase = phase.real + 1j * decays
    order = np.lexsort((phase.real, phase.imag), axis=-1)
    phase = np.take_along_axis(phase, order, axis=-1)
    return np.concatenate([phase, -phase], axis=-1)


def _check_spins(left, right):
    for name, spin in (("left", left), ("right", right)):
        if spin not in ("majority", "minority"):
            raise ValueError(f"{name} must be 'majority' or 'minority', got {spin!r}")


def _electrode(junction, spin, modes, basis, *at):
    """√sin k, the waves as they reach the barrier, and the self-energy Λ on its first layer, in the modes `basis`."""
    lam, w = modes
    w = (_t(basis) @ w).astype(complex)
    self_energy = (w * lam[..., None, :]) @ _t(w)
    if spin == "minority" and junction.interface is not None:
        layer = _t(basis) @ _scaled(junction, "interface", *at) @ basis
        self_energy = np.linalg.inv(layer - 0.5e-13j * np.eye(layer.shape[-1]) - self_energy)
        w = self_energy @ w
    return np.sqrt(lam.imag), w, self_energy


def _across(junction, lam):
    """What a barrier of N layers with Bloch factors λ does to waves: λ, a_N, λ a_(N-1) and λ^N (see `scattering`)."""
    lam = _slightly_lossy(lam)
    square, a, b, c = lam * lam, np.ones_like(lam), np.zeros_like(lam), np.ones_like(lam)
    for _ in range(junction.layers):
        a, b, c = 1 + square * a, lam * a, lam * c
    return lam, a, b, c


def _green(left, right, across):
    """The Green function's blocks 11 and N1, in the barrier's own modes, where the barrier is diagonal.

    Modes are complex numbers with no imaginary part: a product of a real with a complex matrix takes NumPy five times
    longer.
    """
    self_l, self_r = left[2], right[2]
    lam, a, b, c = across
    one = np.eye(lam.shape[-1])

    def rows(diagonal, matrix):
        return diagonal[..., :, None] * matrix

    def columns(matrix, diagonal):
        return matrix * diagonal[..., None, :]

    alpha = np.linalg.inv(one - columns(self_l, lam))
    into_beta = rows(c * lam, alpha) - columns(self_r, c) @ alpha
    beta = -np.linalg.solve(columns(one, a) - columns(self_r, b) + into_beta @ columns(self_l, c), into_beta)
    alpha = alpha + alpha @ columns(self_l, c) @ beta
    return rows(lam, alpha) + rows(c, beta), rows(c, alpha) + rows(b, beta)


def _transmissions(junction, pairs, *at):
    """Transmission for each pair of spins: every set of modes is found once and used for all of them."""
    lam, basis = _modes(junction, "barrier", *at)
    across = _across(junction, lam)
    spins = {spin: _modes(junction, spin, *at) for spin in {spin for pair in pairs for spin in pair}}
    leads = {spin: _electrode(junction, spin, modes, basis, *at) for spin, modes in spins.items()}
    result = []
    for left, right in pairs:
        (flux_l, w_l, _), (flux_r, w_r, _) = leads[left], leads[right]
        _, g_n1 = _green(leads[left], leads[right], across)
        t = 2 * flux_r[..., :, None] * (_t(w_r) @ g_n1 @ w_l) * flux_l[..., None, :]
        result.append((t.real**2 + t.imag**2).sum((-2, -1)))
    return result


def scattering(junction, left, right, kx=0.0, ky=0.0, energy=0.0):
    r"""Transmission and reflection amplitudes between the modes of the two electrodes, for waves from the left.

    With :math:`\Lambda = \sum_m w_m\lambda_mw_m^T` of each electrode the Green function obeys
    :math:`(h_B - \text{unit hopping} - \Lambda_L\delta_{n1} - \Lambda_R\delta_{nN})\,G = 1`, and (Fisher–Lee)

    .. math:: t = 2\sqrt{\sin k_R}\;w_R^T G_{N1} w_L\sqrt{\sin k_L}, \qquad
              r = -1 - 2i\sqrt{\sin k_L}\;w_L^T G_{11} w_L\sqrt{\sin k_L}

    up to phases of the modes. In the barrier the wave is
    :math:`\psi_n = \lambda_B^n\alpha + \lambda_B^{N+1-n}a_{n-1}\beta` with :math:`a_n = \sum_{j=0}^{n}\lambda_B^{2j}`:
    one part that decays from the left interface and one that vanishes at n = 0. These two stay finite for any N, and
    independent of each other inside a band of the barrier and at its edges too. (The code lets the barrier absorb
    :math:`10^{-13}` of the wave, so that a bound state exactly at E does no harm.)

    Parameters
    ----------
    junction : FilterJunction
    left, right : str
        Spin of the electron in either electrode, ``"majority"`` or ``"minority"``.
    kx, ky : float or array_like
        In-plane phases in radians.
    energy : float or array_like
        In eV from the Fermi level.

    Returns
    -------
    t, r : ndarray of complex, shape (..., 3, 3) or (..., 2, 2)
        Rows are outgoing, columns incoming modes; the entries of closed channels are zero.

    Examples
    --------
    >>> t, r = scattering(model_junction(1), "majority", "majority")
    >>> bool(np.allclose(abs(t).__pow__(2).sum(0) + abs(r).__pow__(2).sum(0), 1))
    True
    """
    device("junction", junction, FilterJunction)
    _check_spins(left, right)
    at = kx, ky, energy
    lam, basis = _modes(junction, "barrier", *at)
    leads = [_electrode(junction, spin, _modes(junction, spin, *at), basis, *at) for spin in (left, right)]
    (flux_l, w_l, self_l), (flux_r, w_r, _) = leads
    g_11, g_n1 = _green(*leads, _across(junction, lam))
    t = 2 * flux_r[..., :, None] * (_t(w_r) @ g_n1 @ w_l) * flux_l[..., None, :]
    first = _t(w_l) @ g_11 @ w_l
    if left == "minority" and junction.interface is not None:  # the first layer after the leads is the interface
        first = first + _t(np.linalg.solve(self_l, w_l)) @ w_l
    r = -2j * flux_l[..., :, None] * first * flux_l[..., None, :]
    return t, r - np.eye(flux_l.shape[-1]) * (flux_l > 0)[..., None, :]


def transmission(junction, left, right, kx=0.0, ky=0.0, energy=0.0):
    r"""Probability :math:`T(\mathbf k_\parallel) = \sum|t|^2`, summed over the open channels.

    Parameters
    ----------
    junction : FilterJunction
    left, right : str
        Spin of the electron in either electrode, ``"majority"`` or ``"minority"``: equal for parallel magnetisations,
        different for antiparallel ones.
    kx, ky : float or array_like
        In-plane phases in radians.
    energy : float or array_like
        In eV from the Fermi level.

    Returns
    -------
    float or ndarray
        Between 0 and the number of open channels.

    Examples
    --------
    The filter at :math:`\mathbf k_\parallel=0`: the antiparallel channel has Δ5 alone.

    >>> [f"{transmission(model_junction(4), 'majority', spin):.1e}" for spin in ("majority", "minority")]
    ['3.7e-04', '1.2e-08']
    """
    device("junction", junction, FilterJunction)
    _check_spins(left, right)
    return _transmissions(junction, [(left, right)], kx, ky, energy)[0]


def open_channels(junction, spin, kx=0.0, ky=0.0, energy=0.0):
    """Count the bands of an electrode that cross `energy` at this in-plane wave vector: 0 to 3 per direction.

    Parameters
    ----------
    junction : FilterJunction
    spin : str
        ``"majority"`` or ``"minority"``.
    kx, ky, energy : float or array_like
        In-plane phases in radians, energy in eV.

    Examples
    --------
    >>> int(open_channels(model_junction(), "majority")), int(open_channels(model_junction(), "minority"))
    (3, 2)
    """
    lam, _ = _modes(junction, spin, kx, ky, energy)
    return (lam.imag > 0).sum(-1)


def zone(points):
    r"""Points and weights for the mean of a C4v-symmetric function over the Brillouin zone.

    Parameters
    ----------
    points : int
        Number of midpoints of :math:`0\dots\pi` along each axis, at least 2; only :math:`k_y\le k_x` is kept.

    Returns
    -------
    kx, ky, weight : ndarray
        In radians; the weights add up to 1.

    Examples
    --------
    >>> kx, ky, w = zone(8)
    >>> round(float(w @ (np.cos(kx) + np.cos(ky)) ** 2), 12)
    1.0
    """
    points = whole("points", points, 2)
    k = (np.arange(points) + 0.5) * np.pi / points
    i, j = np.tril_indices(points)
    return k[i], k[j], np.where(i == j, 1.0, 2.0) / points**2


def _zone_sums(junction, energy, states, rtol):
    """Transmission per surface cell, summed over both spins, of the given states; shape (states, *energy.shape)."""
    energy = real("energy", energy, "[-1000, 1000]", "eV")
    rtol = number("rtol", rtol, "[1e-8, 0.1]")
    device("junction", junction, FilterJunction)
    spins, binding = ("majority", "minority"), -bonds(junction)
    pairs = {"parallel": [(spin, spin) for spin in spins], "antiparallel": [spins]}
    # Antiparallel, time reversal and the mirror z -> -z make both spins equal: the one counts twice.
    factors = {"parallel": 1, "antiparallel": 2}
    wanted = [pair for state in states for pair in pairs[state]]

    def sums(level):
        def edges(ky):
            layers = [
                lambda kx, ky, spin=spin: hamiltonian(junction, spin, kx, ky) - level * np.eye(len(binding))
                for spin in spins
            ]
            return np.concatenate([channel_edges(layer, binding, ky) for layer in layers], axis=1)

        def per_state(kx, ky):
            values = iter(_transmissions(junction, wanted, kx, ky, level))
            return np.stack([factors[state] * sum(next(values) for _ in pairs[state]) for state in states], axis=-1)

        return zone_mean(per_state, edges, rtol)

    result = np.array([sums(level) for level in energy.ravel()]).reshape(*energy.shape, len(states))
    return np.moveaxis(result, -1, 0)


def conductance(junction, state, energy=0.0, rtol=1e-6):
    r"""Conductance per area, summed over the Brillouin zone and both spins.

    .. math:: G = \frac{e^2}{h}\sum_\sigma\int\frac{d^2k_\parallel}{(2\pi)^2}\,T_\sigma(\mathbf k_\parallel)

    The sum is split at the lines on which a channel opens, and refined until it is good to `rtol`. A peak that is
    narrower than the first nodes are apart, about a hundredth of the zone, can escape any such rule.

    Parameters
    ----------
    junction : FilterJunction
    state : str
        ``"parallel"`` or ``"antiparallel"``.
    energy : float or array_like
        In eV from the Fermi level, within ±1000.
    rtol : float
        Relative accuracy, 1e-8 to 0.1: a curve that is only looked at is drawn several times faster with 1e-3.

    Returns
    -------
    float or ndarray
        In S/m², of the shape of `energy`.

    Raises
    ------
    ValueError
        If the junction has resonances too narrow to be summed to this accuracy.

    Examples
    --------
    >>> f"{conductance(model_junction(6), 'parallel', rtol=1e-3):.2e}"
    '4.72e+07'
    """
    device("junction", junction, FilterJunction)
    if state not in ("parallel", "antiparallel"):
        raise ValueError(f"state must be 'parallel' or 'antiparallel', got {state!r}")
    (mean,) = _zone_sums(junction, energy, (state,), rtol)
    return units.CONDUCTANCE_QUANTUM * mean / (junction.lattice_constant * 1e-9) ** 2


def _ratio(parallel, antiparallel):
    if np.any((parallel == 0) & (antiparallel == 0)):
        raise ValueError("the junction carries no current in either state: its TMR is not defined")
    with np.errstate(divide="ignore"):
        return np.divide(parallel, antiparallel) - 1


def tmr(junction, energy=0.0, rtol=1e-6):
    r"""TMR :math:`(R_{AP}-R_P)/R_P = G_P/G_{AP}-1` of the whole zone.

    In a thick barrier it grows only like N: a minority :math:`\Delta_5` state contains s with a weight
    :math:`\propto k_\parallel^2`, and a thick barrier passes :math:`k_\parallel^2\sim1/N`. That is the exponent
    n = 1 of Faleev et al., arXiv:1511.02577.

    Parameters
    ----------
    junction : FilterJunction
    energy : float or array_like
        In eV from the Fermi level, within ±1000.
    rtol : float
        Relative accuracy of both conductances, as in `conductance`.

    Returns
    -------
    float or ndarray
        A fraction; ``inf`` if no antiparallel current flows at all (or less than a double can hold).

    Raises
    ------
    ValueError
        If neither state conducts.

    Examples
    --------
    With and without s–p mixing, from 4 to 8 layers:

    >>> [round(float(tmr(model_junction(n), rtol=1e-2)), 1) for n in (4, 8)]
    [20.8, 25.9]
    >>> [f"{tmr(model_junction(n, mixing=0.0), rtol=1e-2):.1e}" for n in (4, 8)]
    ['2.2e+03', '4.8e+07']
    """
    return _ratio(*_zone_sums(junction, energy, ("parallel", "antiparallel"), rtol))


def local_tmr(junction, kx=0.0, ky=0.0, energy=0.0):
    r"""TMR of a single :math:`\mathbf k_\parallel`.

    At :math:`\mathbf k_\parallel=0` and large N its logarithm has the slope :math:`2(\kappa_5-\kappa_1)a` per layer.

    Parameters
    ----------
    junction : FilterJunction
    kx, ky, energy : float or array_like
        In-plane phases in radians, energy in eV.

    Returns
    -------
    float or ndarray
        A fraction; ``inf`` where no antiparallel current flows.

    Raises
    ------
    ValueError
        Where neither state conducts.

    Examples
    --------
    >>> f"{local_tmr(model_junction(4)):.1e}"
    '1.5e+04'
    """
    spins = ("majority", "minority")
    up_up, down_down, mixed = _transmissions(junction, [spins[:1] * 2, spins[1:] * 2, spins], kx, ky, energy)
    return _ratio(up_up + down_down, 2 * mixed)


def aperture_overlap(delta_kx, delta_ky, side):
    r"""How sharply a square interface conserves the in-plane momentum.

    The phase integral over an area :math:`L\times L`, squared and normalised to :math:`\int w\,d^2\Delta k=1`, is

    .. math:: w(\Delta\mathbf k)
              = \frac{1}{(2\pi L)^2}\left|\int_{L\times L} e^{i\Delta\mathbf k\cdot\mathbf r}\,d^2r\right|^2
              = \left(\frac{L}{2\pi}\right)^2\operatorname{sinc}^2\frac{\Delta k_xL}{2}\,
                \operatorname{sinc}^2\frac{\Delta k_yL}{2},

    with :math:`\operatorname{sinc}x = \sin x/x`; for :math:`L\to\infty` it becomes :math:`\delta(\Delta\mathbf k)`.

    Parameters
    ----------
    delta_kx, delta_ky : float or array_like
        Change of the in-plane wave vector in 1/nm.
    side : float or array_like
        :math:`L` in nm, > 0.

    Returns
    -------
    float or ndarray
        Probability density in nm².

    Examples
    --------
    The first zero lies at :math:`2\pi/L`:

    >>> bool(aperture_overlap(2 * np.pi / 10.0, 0.0, 10.0) < 1e-30)
    True
    """
    side = real("side", side, "(0, inf)", "nm")
    x = real("delta_kx", delta_kx, unit="1/nm") * side / (2 * np.pi)
    y = real("delta_ky", delta_ky, unit="1/nm") * side / (2 * np.pi)
    return (side / (2 * np.pi)) ** 2 * np.sinc(x) ** 2 * np.sinc(y) ** 2
