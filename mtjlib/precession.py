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
from mtjlib._validate import device, real
from mtjlib.barrier import action, kappa
from mtjlib.junction import Barrier, Ferromagnet
from mtjlib.quadrature import pieces

_BOW = 1.0  # steepness of the path of `torque` at its ends
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
    phase = 1j * (up - down.conj()) * x[..., None]
    return ((np.exp(phase) @ weight) / weight.sum())[()]


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
