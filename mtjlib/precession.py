r"""Ballistic precession of the transverse spin inside a clean free layer.

.. code-block:: text

    barrier | free layer F, 0 < x < d | cap N

Electrons that come through the barrier carry spin across the free layer's magnetisation, and each one precesses about
it with its own period. In complex notation a transverse vector is one number, in the book's directions
(:math:`m_1,\ m_2` along the majority spins of the polariser and of the free layer):

.. math:: N_\parallel\; m_2\times(m_1\times m_2) + N_\perp\; m_1\times m_2 \;\leftrightarrow\; N_\parallel+iN_\perp .

An injected spin starts on the real axis and precesses towards the imaginary one, since electrons turn clockwise about
the majority spin. How Manchon's signs map onto these, see `mtjlib.free_layer`, which follows the spin that diffuses.

Lengths are in nm and energies in eV.
"""

import numpy as np

from mtjlib import _airy, units
from mtjlib._occupied import TORQUE
from mtjlib._validate import device, number, real
from mtjlib.barrier import action, admittance, kappa
from mtjlib.junction import Barrier, Ferromagnet, Junction
from mtjlib.quadrature import adaptive, pieces

__all__ = ["period", "profile", "profile_behind", "torque", "torque_behind"]
__dir__ = __all__.copy

_BOW = 1.0  # steepness of the path of `torque` at its ends
_SLANT = np.exp(0.6j)  # so that neither part integrated is zero by symmetry, which no relative accuracy suits
_CHUNK = 64  # depths or thicknesses integrated together
_LONGEST = 20.0  # nm; the number of nodes grows with the phase that has to be resolved


def _fermi_disk(magnet, barrier, phase):
    """In-plane energies, weights (barrier included), and wave numbers of both spins at the Fermi level."""
    device("magnet", magnet, Ferromagnet)
    top = magnet.fermi_energy
    edge = max(top - magnet.exchange_splitting, 0.0)
    # pieces of equal width in the minority wave number on either side of its band edge, where it resonates
    share = np.linspace(0, 1, 2 + int(phase / 3))
    edges = np.concatenate([edge * (1 - (1 - share) ** 2), edge + (top - edge) * share[1:] ** 2])
    if barrier is not None:
        device("barrier", barrier, Barrier)
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


def _in_chunks(function, depths):
    """function(depths as a column) for a few depths at a time, in the shape of `depths`."""
    flat, result = depths.ravel(), np.empty(depths.size, complex)
    for start in range(0, flat.size, _CHUNK):
        result[start : start + _CHUNK] = function(flat[start : start + _CHUNK, None])
    return result.reshape(depths.shape)[()]


def period(magnet):
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
    >>> round(period(Ferromagnet(4.5, 3.825)), 3)
    0.944
    """
    device("magnet", magnet, Ferromagnet)
    if not 0 < magnet.exchange_splitting < magnet.fermi_energy:
        raise ValueError(f"magnet must have 0 < exchange_splitting < fermi_energy for a period, got {magnet!r}")
    up = np.sqrt(magnet.fermi_energy / units.HBAR2_2M)
    down = np.sqrt((magnet.fermi_energy - magnet.exchange_splitting) / units.HBAR2_2M)
    return float(2 * np.pi / (up - down))


def profile(magnet, x, barrier=None):
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

    >>> bool(np.isclose(profile(Ferromagnet(4.5, 0.0), 3.0), 1))
    True
    >>> bool(abs(profile(Ferromagnet(4.5, 6.0), 1.0)) < 0.01)
    True
    """
    x = real("x", x, f"[0, {_LONGEST}]", "nm")
    wave = np.sqrt(magnet.fermi_energy / units.HBAR2_2M) if isinstance(magnet, Ferromagnet) else 0.0
    _, weight, up, down = _fermi_disk(magnet, barrier, wave * x.max(initial=0.0))
    turn = 1j * (up - down.conj())
    return _in_chunks(lambda x: np.exp(turn * x) @ weight, x) / weight.sum()


def torque(magnet, thickness, barrier):
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

    >>> half_metal = torque(Ferromagnet(4.5, 6.0), 2.0, Barrier(1.125, 1.0, 0.4))
    >>> bool(abs(half_metal - 1) < 1e-3)
    True
    """
    d = real("thickness", thickness, f"(0, {_LONGEST}]", "nm")
    device("magnet", magnet, Ferromagnet)
    device("barrier", barrier, Barrier)
    energy, weight, decay = _arc(magnet, barrier, d.max(initial=0.0))
    up = np.sqrt((magnet.fermi_energy - energy) / units.HBAR2_2M)
    # All minority amplitudes enter as complex conjugates; `down` and what follows from it are these conjugates.
    square = (magnet.fermi_energy - magnet.exchange_splitting - energy) / units.HBAR2_2M
    down = np.sqrt(square.conj() + 0j).conj()
    down = np.where(down == 0, 1e-9, down)
    majority = 2 * decay / (decay - 1j * up)
    infinite = (up + down) / 2 * majority * 2 * decay / (decay + 1j * down)

    def of(d):
        # minority wave that leaves into the cap as exp(i up x), followed back to x = 0 (times exp(i down d))
        around = np.expm1(-2j * down * d)
        cosine, sine = 1 + around / 2, around / (-2j * down)
        value = cosine + 1j * up * sine
        slope = (-1j * up * cosine + down**2 * sine) / value
        minority = 2 * decay / (decay - slope)
        entering = (1j * up - slope) / 2j * majority * minority
        leaving = up * majority * np.exp(1j * (up - down) * d) * minority / value
        return (entering - leaving) @ weight

    return _in_chunks(of, d) / (infinite @ weight)


def _arc(magnet, barrier, longest):
    """In-plane energies, weights (barrier included) and decay constants at the free layer for `torque`.

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


def _entering(junction, angle, w, slope_down=None):
    r"""The left electrode's Fermi electrons at the right face of the barrier, for in-plane energies `w`.

    Returns ψ↑ψ↓* (per sin θ, summed over channels of unit flux) and the wave numbers of the right magnet. Matching is
    that of `mtjlib.exact`: P₁ψ₀ - cψ_d = incoming and P₂ψ_d = cψ₀, with P₁ = a - ik₁ along m1, P₂ = b - ψ'/ψ along m2.
    """
    left, right = junction.left, junction.right
    k1_up, k1_down = _band(left, w)
    up, down = _band(right, w)
    a, b, c = admittance(junction.barrier, 0.0, w, 0.0)
    if junction.spacer:  # a minority wave that leaves to the left, followed through N
        phase = k1_up * junction.spacer
        k1_down = (
            k1_up
            * (k1_down * np.cos(phase) - 1j * k1_up * np.sin(phase))
            / (k1_up * np.cos(phase) - 1j * k1_down * np.sin(phase))
        )
    g_up = 1 / (b - 1j * up)
    g_down = 1 / (b - (1j * down if slope_down is None else slope_down(up, down)))
    # The matrix P₁ - c²/P₂ along m2, with m1 = (sin θ, 0, cos θ); its off-diagonal element is `turn` sin θ.
    mean, turn = a - 0.5j * (k1_up + k1_down), -0.5j * (k1_up - k1_down)
    flux, flux_turn = (k1_up.real + k1_down.real) / 2, (k1_up.real - k1_down.real) / 2
    cosine, sine2 = np.cos(angle), np.sin(angle) ** 2
    m_up, m_down = mean + turn * cosine - c * c * g_up, mean - turn * cosine - c * c * g_down
    f_up, f_down = flux + flux_turn * cosine, flux - flux_turn * cosine
    determinant = m_up * m_down - turn**2 * sine2
    density = (
        flux_turn * (m_down * m_up.conj() + abs(turn) ** 2 * sine2)
        - m_down * f_up * turn.conj()
        - turn * f_down * m_up.conj()
    )
    return 4 * c * c * g_up * g_down.conj() * density / abs(determinant) ** 2, up, down


def _band(magnet, w):
    """Wave numbers of both spins; one exactly at its edge counts as almost closed."""
    across = [magnet.fermi_energy - w, magnet.fermi_energy - magnet.exchange_splitting - w]
    return [np.where(e == 0, 1e-9, np.sqrt(e / units.HBAR2_2M + 0j)) for e in across]


def _over_the_disk(junction, angle, depths, integrand):
    """∫dw of the complex integrand(w, depth) over the left magnet's Fermi disk, for each depth."""
    device("junction", junction, Junction)
    angle = number("angle", angle, unit="rad")
    if junction.spacer and abs(np.sin(angle)) < 1e-3:
        raise ValueError(
            f"angle must not be 0 or π with a spacer, got {angle!r} rad: its bound minority states are drained only by "
            "the misalignment, and the integral over them has a pole"
        )
    tops = [
        magnet.fermi_energy - lift
        for magnet in (junction.left, junction.right)
        for lift in (0.0, magnet.exchange_splitting)
    ]
    last = min(junction.left.fermi_energy, _reach(junction.barrier))
    edges = np.unique(np.clip([0.0, *tops, last], 0.0, last))

    def of(some):
        def both_parts(w, row):
            value = integrand(w, some[row]) * _SLANT
            return np.stack([value.real, value.imag], -1)

        parts = adaptive(both_parts, np.tile(edges, (len(some), 1)), 1e-6)
        return (parts[:, 0] + 1j * parts[:, 1]) / _SLANT

    return _in_chunks(of, depths)


def profile_behind(junction, x, *, angle=np.pi / 2):
    r"""Transverse spin density in a thick right magnet that real scattering states bring in, per volt at V → 0.

    .. math:: \frac{ds}{dV} = -\frac{e}{2\pi C}\int\frac{d^2q}{(2\pi)^2}\,
              \frac{\psi_\uparrow\psi_\downarrow^*}{\sin\theta}\,e^{i(k_\uparrow-k_\downarrow^*)x},
              \qquad C=\frac{\hbar^2}{2m}

    summed over the left electrode's channels at the Fermi level, each of unit flux. :math:`\psi_\sigma` are the waves
    at the barrier's right face, along :math:`m_2`, from the exact matching of `mtjlib.exact`: the polarising left
    interface, a spacer, the finite barrier and the phases of the right interface are all in them, which `profile`
    leaves out. The exchange field turns this density into torque, :math:`dT/dx=-\tfrac i2\Delta\,ds/dV`, so its
    integral over the magnet is the torkance. Source: Manchon (2012), Sec. 3.2 and Fig. 2 (which give no formula).

    Not in it: the spin density that the equilibrium states (the Fermi sea) keep, with or without a bias.

    Parameters
    ----------
    junction : Junction
        Its right magnet is the free layer.
    x : float or array_like
        Depth from the barrier's right face in nm, from 0 to 20.
    angle : float
        Between the magnets, in rad; with a spacer not 0 or π. To leading order in the barrier's transmission the result
        does not depend on it.

    Returns
    -------
    complex or ndarray
        In spins ħ/2 per nm³ and volt: real part along :math:`m_2\times(m_1\times m_2)`, imaginary part along
        :math:`m_1\times m_2`, both of length sin θ. Accurate to 1e-6 of the modulus summed over q.

    Examples
    --------
    The spin that enters is turned already, by the phase between the majority and the minority wave at the interface:

    >>> from mtjlib import materials
    >>> ahead, turned = (f(profile_behind(materials.FE_MGO_FE, 0.0)) for f in (np.real, np.imag))
    >>> bool(ahead < turned < 0)
    True
    """
    x = real("x", x, f"[0, {_LONGEST}]", "nm")

    def integrand(w, depth):
        density, up, down = _entering(junction, angle, w)
        return density * np.exp(1j * (up - down.conj()) * depth)

    # dn/dE per channel is m/2πħ² = 1/4πC; d²q/(2π)² = dw/4πC; σ picks ψ↑ψ↓* twice
    return -2 * _over_the_disk(junction, angle, x, integrand) / (4 * np.pi * units.HBAR2_2M) ** 2


def torque_behind(junction, thickness, *, angle=np.pi / 2):
    r"""Torkance of a right magnet of finite thickness, behind a junction of real scattering states, at V → 0.

    .. math:: \frac{dT}{dV} = -\frac{e}{4\pi}\int\frac{d^2q}{(2\pi)^2}\,\frac{J(0)-J(d)}{\sin\theta},\qquad
              J = -i\left(\psi_\uparrow'\psi_\downarrow^*-\psi_\uparrow\psi_\downarrow'^*\right)

    summed over the left electrode's channels at the Fermi level, each of unit flux: the transverse spin current that
    enters at the barrier and is gone at the cap, a metal that matches the majority band of the right magnet. The
    minority wave is reflected at the cap, and all its round trips between cap and barrier are included, as they are in
    `torque`, which has a thick barrier and unpolarised electrons in place of the left electrode.
    Source: Manchon (2012), Sec. 3.5 and Fig. 3(b), which give no formula.

    For a thick magnet the real part is ``exact.torkance_in_plane``. The imaginary part is what the electrons at the
    Fermi level add to ``exact.torkance_out_of_plane``; the rest of that comes from the Fermi sea.

    Parameters
    ----------
    junction : Junction
    thickness : float or array_like
        d of the right magnet in nm, in (0, 20], or ``inf``.
    angle : float
        As in `profile_behind`.

    Returns
    -------
    complex or ndarray
        :math:`dT_\parallel/dV+i\,dT_\perp/dV` in J/(V m²), coefficients of :math:`m_2\times(m_1\times m_2)` and
        :math:`m_1\times m_2`. Accurate to 1e-6 of what enters, its modulus summed over q.

    Examples
    --------
    >>> from mtjlib import exact, materials
    >>> thick = torque_behind(materials.FE_MGO_FE, np.inf)
    >>> bool(np.isclose(thick.real, exact.torkance_in_plane(materials.FE_MGO_FE), rtol=1e-5))
    True
    """
    d = real("thickness", thickness, "(0, inf]", "nm")
    if (d[np.isfinite(d)] > _LONGEST).any():
        raise ValueError(f"thickness must lie in (0, {_LONGEST}] nm or be inf, got {d[np.isfinite(d)].max()!r}")

    def at_faces(w, d):
        """J(0) and J(d)."""
        thick = np.isinf(d)
        d = np.where(thick, 1.0, d)

        def from_cap(up, down):
            """The minority wave ψ, ψ' at the barrier for ψ = exp(-ik↓d) at the cap."""
            around = np.expm1(2j * down * d)
            cosine, sine = 1 + around / 2, around / 2j
            return cosine - 1j * up / down * sine, down * sine + 1j * up * cosine

        def slope(up, down):
            value, derivative = from_cap(up, down)
            return np.where(thick, 1j * down, derivative / value)

        density, up, down = _entering(junction, angle, w, slope)
        minority = np.where(thick, 0.0, np.exp(1j * down * d) / from_cap(up, down)[0])
        leaving = 2 * up.real * np.exp(1j * up * d) * minority.conj() * density
        return (up + 1j * slope(up, down).conj()) * density, leaving

    # one by one: their difference may be small, and has no accuracy of its own
    entering, leaving = (_over_the_disk(junction, angle, d, lambda w, d, i=i: at_faces(w, d)[i]) for i in (0, 1))
    return -TORQUE * (entering - leaving)
