r"""What takes TMR away: disorder, spin flips, interface states, pinholes, half-crystallised films and temperature.

Each function is one mechanism with one parameter, so that a measured TMR can be read as a diagnosis. TMR is
:math:`(R_{AP}-R_P)/R_P` throughout, a fraction. Circuit errors (series and shunt resistance) are in
`mtjlib.julliere.measured_tmr`. Chapter 5.
"""

import numpy as np

from mtjlib import bands, julliere, units
from mtjlib._validate import device, real, whole

__all__ = [
    "bloch_polarisation",
    "breit_wigner",
    "crystallised_fraction",
    "disordered_tmr",
    "pinhole_tmr",
    "resonant_tmr",
    "scatterer_tmr",
    "spin_flip_tmr",
    "two_area_tmr",
]
__dir__ = __all__.copy


def _zone_factor(name, value):
    value = real(name, value, "[0, inf)")
    if value.ndim != 2 or value.shape[0] != value.shape[1] or not value.size:
        raise ValueError(f"{name} must be a square array over the whole Brillouin zone, got shape {value.shape}")
    return value


def _kernel(n, ratio):
    """Gaussian of width 1/ratio wrapped round a circle of n points, as a circulant matrix with row sums 1."""
    ratio = np.clip(ratio, 1e-100, 1e100)[..., None]
    phase = 2 * np.pi * np.fft.fftfreq(n)
    m = np.arange(1, 6)[:, None, None]
    images = np.arange(-5, 6)[:, None, None]
    shape = (1,) * (ratio.ndim - 1)
    # A wide Gaussian by its Fourier series, a narrow one by its images: both reach rounding within five terms, and
    # every number stays positive, which a discrete Fourier transform of the data would not guarantee.
    with np.errstate(under="ignore"):
        wide = 1 + 2 * sum(np.exp(-((k / ratio) ** 2) / 2) * np.cos(k * phase) for k in m.reshape(-1, *shape, 1))
        narrow = sum(np.exp(-((ratio * (phase + 2 * np.pi * k)) ** 2) / 2) for k in images.reshape(-1, *shape, 1))
    row = np.where(ratio < 0.4, wide, narrow)
    row /= row.sum(-1, keepdims=True)
    i = np.arange(n)
    return row[..., (i[:, None] - i) % n]


def _disordered_conductance(left, right, correlation_length, lattice_constant):
    """⟨a_L w a_R⟩ of `disordered_tmr`, per cell and spin in units of e²/h.

    >>> k = 2 * np.pi * np.arange(32) / 32
    >>> a = 1 + np.cos(k)[:, None] * np.cos(k)
    >>> _disordered_conductance(a, a, [0.0, np.inf], 0.21).round(12)
    array([1.  , 1.25])
    """
    left, right = _zone_factor("left", left), _zone_factor("right", right)
    if left.shape != right.shape:
        raise ValueError(f"left and right must have the same shape, got {left.shape} and {right.shape}")
    length = real("correlation_length", correlation_length, "[0, inf]", "nm")
    cell = real("lattice_constant", lattice_constant, "(0, inf)", "nm")
    if cell.ndim:
        raise TypeError(f"lattice_constant must be a single number, got an array of shape {cell.shape}")
    with np.errstate(over="ignore", under="ignore"):
        kernel = _kernel(len(left), length / cell)
    return (left * (kernel @ right @ kernel)).mean((-2, -1))


def disordered_tmr(left, right, correlation_length, lattice_constant):
    r"""TMR between the coherent value (:math:`\xi=\infty`) and Julliere's (:math:`\xi=0`).

    .. math:: \mathrm{TMR} = \frac{G_{\uparrow\uparrow}+G_{\downarrow\downarrow}}
                                   {G_{\uparrow\downarrow}+G_{\downarrow\uparrow}}-1

    The electrodes conserve the in-plane momentum only within a width :math:`1/\xi`. In a thick barrier
    :math:`T(\mathbf k,\mathbf k') = a_L(\mathbf k)\,w(\mathbf k-\mathbf k')\,a_R(\mathbf k')`: one factor for each
    electrode, and a Gaussian w of standard deviation :math:`1/\xi` along each axis, wrapped round the Brillouin zone
    and normalised. Seen in real space,

    .. math:: G = \langle a_L\,w\,a_R\rangle
              = \sum_{\mathbf R} \tilde a_L(\mathbf R)\,\tilde a_R^*(\mathbf R)\,e^{-R^2/2\xi^2},

    the electrodes are compared over the distance ξ. For :math:`\xi\to\infty` that is the coherent
    :math:`\langle a_La_R\rangle`; for :math:`\xi\to0` only R = 0 is left: :math:`\langle a_L\rangle\langle a_R\rangle`.
    At ξ = 0 it is exactly `julliere.tmr` with the polarisations of the averages :math:`\langle a_\sigma\rangle`. It
    falls with disorder where the spins occupy different parts of the zone, as behind a symmetry filter; that is no
    theorem: with a minority that is merely narrower in :math:`\mathbf k_\parallel` it can rise.

    Parameters
    ----------
    left, right : array_like, shape (2, n, n)
        Factors :math:`a\ge0` of the majority and the minority of each electrode, on a uniform grid over the whole zone:
        from a coherent calculation of the symmetric junction, :math:`a=\sqrt{T(\mathbf k_\parallel)}`.
    correlation_length : float or array_like
        ξ in nm, 0 to ``inf``.
    lattice_constant : float
        In nm: the zone is :math:`2\pi/a` wide. A kernel narrower than the grid counts as coherent.

    Returns
    -------
    float or ndarray
        A fraction, of the shape of `correlation_length`; ``inf`` if no antiparallel current flows.

    Raises
    ------
    ValueError
        For bad input, or if no current flows in either state.

    Examples
    --------
    Majority in the middle of the zone, minority around it:

    >>> k = 2 * np.pi * np.arange(32) / 32
    >>> c = np.cos(k)[:, None] + np.cos(k)
    >>> up, down = np.exp(4 * c), np.exp(4 * c) * (2 - c)
    >>> [round(float(disordered_tmr([up, down], [up, down], xi, 0.21)), 2) for xi in (0.0, 0.5, np.inf)]
    [0.97, 2.19, 2.99]
    """
    left, right = real("left", left, "[0, inf)"), real("right", right, "[0, inf)")
    for name, value in (("left", left), ("right", right)):
        if value.ndim != 3 or len(value) != 2:
            raise ValueError(f"{name} must hold majority and minority, shape (2, n, n), got shape {value.shape}")
    g = [[_disordered_conductance(a, b, correlation_length, lattice_constant) for b in right] for a in left]
    return _ratio(g[0][0] + g[1][1], g[0][1] + g[1][0])


def _ratio(parallel, antiparallel):
    if np.any((parallel <= 0) & (antiparallel <= 0)):
        raise ValueError("no current flows in either state: the TMR is not defined")
    blocked = antiparallel <= 0
    return np.where(blocked, np.inf, parallel / np.where(blocked, 1.0, antiparallel) - 1)[()]


def _layer_densities(junction, left, right, kx, ky):
    """Spectral density at every barrier layer of the waves from the left and from the right, axes (k, layer, orbital).

    G Im(Λ) G† for either electrode, at the Fermi level, where the orbitals are the crystal's own.
    """
    at = np.broadcast_arrays(kx, ky, 0.0)
    layers, n = junction.layers, len(bands.bonds(junction))
    orbitals = np.broadcast_to(np.eye(n), (len(at[0]), n, n))
    ends = [bands._electrode(junction, s, bands._modes(junction, s, *at), orbitals, *at)[2] for s in (left, right)]
    inverse = np.zeros((len(at[0]), layers, n, layers, n), complex)
    for layer in range(layers):
        inverse[:, layer, :, layer, :] = bands._scaled(junction, "barrier", *at)
        if layer:
            inverse[:, layer, :, layer - 1, :] = inverse[:, layer - 1, :, layer, :] = -np.eye(n)
    inverse[:, 0, :, 0, :] -= ends[0]
    inverse[:, -1, :, -1, :] -= ends[1]
    green = np.linalg.inv(inverse.reshape(-1, layers * n, layers * n)).reshape(inverse.shape)
    densities = []
    for end, column in zip(ends, (green[..., 0, :], green[..., -1, :]), strict=True):
        flow = np.einsum("klab,kbc,klac->kla", column, end.imag, column.conj()).real
        densities.append(flow / -bands.bonds(junction))  # back from the scaled orbitals to the crystal's
    return densities


def scatterer_tmr(junction, keep_orbital=False, points=24):
    r"""TMR if every electron is scattered once, in one layer of the barrier, into all in-plane wave vectors.

    .. math:: G_{\sigma\sigma'} \propto \langle A^L_\sigma(n)\rangle\,\langle A^R_{\sigma'}(n)\rangle

    with the spectral densities A of the waves that come from the left and from the right electrode, at layer n and
    averaged over the zone. What is filtered before the scatterer stays filtered; in the layer that touches an electrode
    one side has not been filtered yet.

    Parameters
    ----------
    junction : mtjlib.bands.FilterJunction
    keep_orbital : bool
        True if the scatterer connects s orbitals only to s orbitals, False if it connects all.
    points : int
        Wave vectors along each axis of the zone, at least 4.

    Returns
    -------
    ndarray, shape (layers,)
        A fraction for each position n = 1 … N of the scatterer.

    Examples
    --------
    Beside an electrode and in the middle:

    >>> scatterer_tmr(bands.model_junction(6))[[0, 2]].round(1)
    array([ 1. , 11.1])
    """
    device("junction", junction, bands.FilterJunction)
    points = whole("points", points, 4)
    phase = 2 * np.pi * (np.arange(points) + 0.5) / points
    kx, ky = (k.ravel() for k in np.meshgrid(phase, phase))
    used = slice(0, 1) if keep_orbital else slice(None)
    spins = "majority", "minority"
    g = {}
    for left in spins:
        for right in spins:
            densities = _layer_densities(junction, left, right, kx, ky)
            g[left, right] = np.prod([a[..., used].mean(0).sum(-1) for a in densities], axis=0)
    first, second = spins
    return _ratio(g[first, first] + g[second, second], g[first, second] + g[second, first])


def spin_flip_tmr(tmr, flip_fraction):
    r"""TMR when a fraction f of the electrons reverses its spin while tunnelling.

    A flipped electron meets the other electrode as if its magnetisation were reversed:
    :math:`G_P' = (1-f)G_P + fG_{AP}`, :math:`G_{AP}' = (1-f)G_{AP} + fG_P`, hence

    .. math:: \mathrm{TMR}' = \frac{(1-2f)\,\mathrm{TMR}}{1+f\,\mathrm{TMR}} \;<\; \frac{1}{f}.

    The bound holds for TMR ≥ 0: however perfect the filter, 1 % of flips keeps it below 100 (10 000 %).

    Parameters
    ----------
    tmr : float or array_like
        TMR without flips, a fraction > -1; ``inf`` is allowed.
    flip_fraction : float or array_like
        f, 0 to 1. At 1/2 the spin is forgotten, at 1 the two states are exchanged.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> [round(float(spin_flip_tmr(t, 0.01)), 2) for t in (1.0, 100.0, np.inf)]
    [0.97, 49.0, 98.0]
    """
    tmr = real("tmr", tmr, "(-1, inf]")
    f = real("flip_fraction", flip_fraction, "[0, 1]")
    tmr, f = np.broadcast_arrays(tmr, f)
    # Dividing both by large TMR keeps infinity legal.
    large = tmr > 1
    inverse = 1 / np.where(large, tmr, 1.0)
    small = np.where(large, 0.0, tmr)
    blocked = large & (inverse + f == 0)
    denominator = np.where(large, inverse + f, 1 + f * small)
    result = (1 - 2 * f) * np.where(large, 1.0, small) / np.where(blocked, 1.0, denominator)
    return np.where(blocked, np.inf, result)[()]


def breit_wigner(detuning, gamma_left, gamma_right):
    r"""Transmission through one localised state between two electrodes.

    .. math:: T = \frac{\Gamma_L\Gamma_R}{(E-E_0)^2+(\Gamma_L+\Gamma_R)^2/4}

    Parameters
    ----------
    detuning : float or array_like
        :math:`E-E_0` in eV.
    gamma_left, gamma_right : float or array_like
        Widths (ħ × escape rate) towards either electrode, in eV, ≥ 0.

    Returns
    -------
    float or ndarray
        Between 0 and 1; 1 on resonance for equal widths. A state that is cut off on one side transmits nothing.

    Examples
    --------
    >>> float(breit_wigner(0.0, 0.01, 0.01))
    1.0
    """
    left, right = real("gamma_left", gamma_left, "[0, inf)", "eV"), real("gamma_right", gamma_right, "[0, inf)", "eV")
    detuning, left, right = np.broadcast_arrays(real("detuning", detuning, unit="eV"), left, right)
    # In units of the largest number, so that neither tiny nor huge widths leave the range of a double.
    scale = np.maximum(np.abs(detuning), np.maximum(left, right))
    scale = np.where(scale > 0, scale, 1.0)
    x, a, b = detuning / scale, left / scale, right / scale
    denominator = x**2 + (a + b) ** 2 / 4
    return (a * b / np.where(denominator > 0, denominator, 1.0))[()]


def resonant_tmr(detuning, gamma_left, gamma_right, polarisation_left, polarisation_right):
    r"""TMR of tunnelling through one localised state.

    The widths follow the electrodes' densities of states, :math:`\Gamma_{i\sigma} = \Gamma_i(1\pm P_i)`. Far from the
    resonance :math:`T\propto\Gamma_L\Gamma_R` and Julliere's TMR comes back. On resonance a state that sits much closer
    to the right electrode has :math:`T\approx4\Gamma_L/\Gamma_R`: a *smaller* density of the near electrode carries
    more current, and for equal polarisations the TMR is inverted, :math:`-2P^2/(1+P^2)`.
    Source: Tsymbal et al., J. Phys.: Condens. Matter 15, R109 (2003).

    Parameters
    ----------
    detuning : float or array_like
        :math:`E_F-E_0` in eV.
    gamma_left, gamma_right : float or array_like
        Spin-averaged widths in eV, > 0.
    polarisation_left, polarisation_right : float or array_like
        In (-1, 1).

    Returns
    -------
    float or ndarray
        A fraction.

    Examples
    --------
    >>> [round(float(resonant_tmr(e, 1e-6, 1e-3, 0.5, 0.5)), 3) for e in (0.0, 0.1)]
    [-0.398, 0.667]
    """
    left, right = real("gamma_left", gamma_left, "(0, inf)", "eV"), real("gamma_right", gamma_right, "(0, inf)", "eV")
    p_l = real("polarisation_left", polarisation_left, "(-1, 1)")
    p_r = real("polarisation_right", polarisation_right, "(-1, 1)")
    detuning, left, right, p_l, p_r = np.broadcast_arrays(real("detuning", detuning, unit="eV"), left, right, p_l, p_r)
    # The ratio of two Lorentzians needs no Γ_LΓ_R at all.
    scale = np.maximum(np.abs(detuning), np.maximum(left, right))
    x, a, b = detuning / scale, left / scale, right / scale

    def spin(s_l, s_r):
        u, v = 1 + s_l * p_l, 1 + s_r * p_r
        return u * v / (x**2 + (a * u + b * v) ** 2 / 4)

    return ((spin(1, 1) + spin(-1, -1)) / (spin(1, -1) + spin(-1, 1)) - 1)[()]


def two_area_tmr(fraction, tmr, other_tmr, conductance_ratio=1.0):
    r"""TMR of two kinds of area in parallel.

    .. math:: G_P = (1-x) + xg, \qquad G_{AP} = \frac{1-x}{1+\mathrm{TMR}} + \frac{xg}{1+\mathrm{TMR}'}

    Serves a partly crystallised film (x = the crystallised fraction) and any patchwork of barriers.

    Parameters
    ----------
    fraction : float or array_like
        x, the area of the other kind, 0 to 1.
    tmr, other_tmr : float or array_like
        TMR of either kind, fractions > -1.
    conductance_ratio : float or array_like
        g, parallel conductance per area of the other kind over the first's, > 0.

    Returns
    -------
    float or ndarray

    Examples
    --------
    Half of the film crystallised: the amorphous half short-circuits the filter.

    >>> round(float(two_area_tmr(0.5, 0.3, 3.0)), 3)
    0.962
    """
    x = real("fraction", fraction, "[0, 1]")
    first, other = real("tmr", tmr, "(-1, inf)"), real("other_tmr", other_tmr, "(-1, inf)")
    g = real("conductance_ratio", conductance_ratio, "(0, inf)")
    return (1 - x + x * g) / ((1 - x) / (1 + first) + x * g / (1 + other)) - 1


def pinhole_tmr(area_fraction, tmr, conductance_ratio):
    r"""TMR of a barrier with metallic pinholes: a shunt that carries no TMR of its own.

    .. math:: R_P = \frac{RA}{(1-x)A}, \qquad R_{sh} = \frac{RA}{g\,xA},

    in `julliere.measured_tmr`. A pinhole conducts so much better than the barrier that a minute x suffices:
    the TMR is halved at about :math:`xg\approx1/(1+\mathrm{TMR})`.

    Parameters
    ----------
    area_fraction : float or array_like
        x, 0 to 1 (exclusive).
    tmr : float or array_like
        TMR of the intact barrier, a fraction > -1.
    conductance_ratio : float or array_like
        g, conductance per area of a pinhole over that of the barrier in the parallel state, > 0.

    Returns
    -------
    float or ndarray

    Examples
    --------
    >>> [round(float(pinhole_tmr(x, 1.0, 1e5)), 3) for x in (0.0, 5e-6, 1e-4)]
    [1.0, 0.5, 0.048]
    """
    x = real("area_fraction", area_fraction, "[0, 1)")
    g = real("conductance_ratio", conductance_ratio, "(0, inf)")
    tmr, x, g = np.broadcast_arrays(real("tmr", tmr, "(-1, inf)"), x, g)
    leak = x * g
    with np.errstate(divide="ignore", over="ignore"):
        shunt = np.divide(1.0, leak)
    return julliere.measured_tmr(1 / (1 - x), tmr, shunt=shunt)


def crystallised_fraction(time, temperature, activation_energy, attempt_rate, exponent=1.0):
    r"""Fraction of a film that has crystallised after annealing, by Avrami's law with an Arrhenius rate.

    .. math:: x = 1-\exp[-(kt)^n], \qquad k = k_0\,e^{-E_a/k_BT}

    Insert it into `two_area_tmr` for the rise of the TMR on annealing. The law has the right shape; the parameters of a
    given CoFeB/MgO stack have to be measured. The ones in the example are illustrative.

    Parameters
    ----------
    time : float or array_like
        In s, ≥ 0.
    temperature : float or array_like
        In K, > 0.
    activation_energy : float or array_like
        :math:`E_a` in eV, ≥ 0.
    attempt_rate : float or array_like
        :math:`k_0` in 1/s, > 0.
    exponent : float or array_like
        Avrami's n, > 0: 1 for growth into the film from an interface that is all seed, up to 4 for nuclei that keep
        appearing in the bulk.

    Returns
    -------
    float or ndarray
        Between 0 and 1.

    Examples
    --------
    One hour (illustrative 2 eV and 10¹³/s):

    >>> [round(float(crystallised_fraction(3600.0, 273.15 + c, 2.0, 1e13)), 3) for c in (200, 250, 350)]
    [0.0, 0.002, 0.91]
    """
    t = real("time", time, "[0, inf)", "s")
    kt = units.K_B * real("temperature", temperature, "(0, inf)", "K")
    barrier = real("activation_energy", activation_energy, "[0, inf)", "eV")
    rate = real("attempt_rate", attempt_rate, "(0, inf)", "1/s")
    n = real("exponent", exponent, "(0, inf)")
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        log_kt = np.log(t) + np.log(rate) - barrier / kt
        return -np.expm1(-np.exp(n * log_kt))


def bloch_polarisation(polarisation, temperature, coefficient):
    r"""Polarisation that follows the thermal spin waves of the electrode's surface.

    .. math:: P(T) = P_0\,(1-\alpha T^{3/2})

    A law with one fitted number: it supposes that the tunnelling polarisation is proportional to the surface
    magnetisation, and leaves out spin flips (`spin_flip_tmr`) and smeared occupations. `julliere.tmr` makes it TMR(T).

    Parameters
    ----------
    polarisation : float or array_like
        :math:`P_0`, in [-1, 1].
    temperature : float or array_like
        In K, ≥ 0.
    coefficient : float or array_like
        α in K^(-3/2), ≥ 0; :math:`\alpha T^{3/2}` must not exceed 1.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If an argument is out of range, or T so high that the law would reverse the polarisation.

    Examples
    --------
    >>> round(float(bloch_polarisation(0.5, 300.0, 2e-5)), 3)
    0.448
    """
    p = real("polarisation", polarisation, "[-1, 1]")
    loss = (
        real("coefficient", coefficient, "[0, inf)", "K^-1.5")
        * real("temperature", temperature, "[0, inf)", "K") ** 1.5
    )
    if np.any(loss > 1):
        raise ValueError(f"coefficient * temperature**1.5 must lie in [0, 1], got {float(loss.max())!r}")
    return p * (1 - loss)
