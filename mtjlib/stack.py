r"""A row of crystal layers, each with a Hamiltonian of its own, between two half-infinite crystals.

`mtjlib.bands` knows one junction and is fast; here every layer is free: :math:`p_z` orbitals, a random energy in one
layer, a term that breaks the symmetry at an interface. Layers have any Hamiltonian :math:`H_n`, an n × n Hermitian
matrix, and one bond :math:`\tau = \langle n|H|n+1\rangle` from each to the next, which need not be symmetric. A wave in
a crystal of equal layers is :math:`c_n = \lambda^nu`:

.. math:: \tau^\dagger c_{n-1} + (H-E)\,c_n + \tau\,c_{n+1} = 0
          \quad\Longrightarrow\quad
          \begin{pmatrix}0 & 1\\ -\tau^{-1}\tau^\dagger & -\tau^{-1}(H-E)\end{pmatrix}
          \begin{pmatrix}c_{n-1}\\ c_n\end{pmatrix} = \lambda\begin{pmatrix}c_{n-1}\\ c_n\end{pmatrix}.

All energies are in eV. Leading axes of the arrays broadcast (wave vectors, samples of disorder).
Derived in chapter 4.
"""

from dataclasses import dataclass

import numpy as np

from mtjlib._validate import real

__all__ = ["Channels", "channels"]
__dir__ = __all__.copy


@dataclass(frozen=True)
class Channels:
    """What happens to the waves that arrive from the left, one per open channel; closed ones hold zeros.

    Parameters
    ----------
    transmission : ndarray, shape (..., n)
        Probability of each incoming channel to leave on the right.
    density : ndarray, shape (..., layers, n, n)
        :math:`|c|^2` in every layer (axis -3) and orbital (axis -2) for unit incoming flux in each channel (axis -1),
        in :math:`\\hbar`/eV.
    incoming : ndarray of complex, shape (..., n, n)
        The orbitals (axis -2) through which each channel (axis -1) enters, normalised: they tell its label.
    """

    transmission: np.ndarray
    density: np.ndarray
    incoming: np.ndarray


def _matrix(name, value):
    array = np.asarray(value)
    if array.dtype.kind not in "iufc":
        raise TypeError(f"{name} must be a matrix of numbers in eV, got {value!r}")
    if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
        raise ValueError(f"{name} must be a square matrix of energies in eV, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, in eV, got NaN or infinity")
    return array


def _layer(name, value):
    array = _matrix(name, value)
    if not np.allclose(array, np.swapaxes(array.conj(), -1, -2), rtol=0, atol=1e-9):
        raise ValueError(f"{name} must be Hermitian, in eV: a layer neither makes nor loses electrons")
    return array


def _bond(value, n):
    bond = _matrix("bond", value)
    if bond.shape != (n, n):
        raise ValueError(f"bond must have shape {(n, n)} as the layers, in eV, got {bond.shape}")
    if np.linalg.cond(bond) > 1e12:
        raise ValueError("bond must bind every orbital to the next layer (an invertible matrix in eV)")
    return bond


def _waves(layer, bond, energy):
    n, inverse = layer.shape[-1], np.linalg.inv(bond)
    companion = np.zeros((*np.broadcast_shapes(layer.shape[:-2], energy.shape), 2 * n, 2 * n), complex)
    companion[..., :n, n:] = np.eye(n)
    companion[..., n:, :n] = -inverse @ bond.conj().T
    companion[..., n:, n:] = -inverse @ (layer - energy[..., None, None] * np.eye(n))
    factor, vectors = np.linalg.eig(companion)
    u = vectors[..., :n, :]
    u = u / np.linalg.norm(u, axis=-2, keepdims=True)
    velocity = -2 * np.einsum("...im,ij,...jm,...m->...m", u.conj(), bond, u, factor).imag
    travels = np.abs(np.abs(factor) - 1) < 1e-9
    rank = np.where(travels, -1e-10 * np.sign(velocity), np.abs(factor) - 1)  # right-going and decaying first
    order = np.argsort(rank, axis=-1)
    u = np.take_along_axis(u, order[..., None, :], axis=-1)
    return np.take_along_axis(factor, order, axis=-1), u, np.take_along_axis(rank, order, axis=-1)


def _self_energy(name, layer, bond, energy, to_the_right):
    n = layer.shape[-1]
    factor, u, rank = _waves(layer, bond, energy)
    if (rank[..., n - 1] >= 0).any() or (rank[..., n] <= 0).any():
        raise ValueError(f"energy must not lie on a band edge of the {name} crystal, where waves stand still")
    if to_the_right:
        u, factor, bond = u[..., :n], factor[..., :n], bond
    else:
        u, factor, bond = u[..., n:], 1 / factor[..., n:], bond.conj().T
    return bond @ (u * factor[..., None, :]) @ np.linalg.inv(u)


def channels(left, layers, right, bond, energy=0.0):
    r"""Send every wave of the left crystal through the layers.

    The two crystals act on the first and on the last layer by their self-energies
    :math:`\Sigma_R = \tau U\Lambda U^{-1}` (columns of U: the waves that leave) and, with :math:`\tau^\dagger`, on the
    left. :math:`\Gamma = i(\Sigma-\Sigma^\dagger)` is the rate of escape, its eigenvectors :math:`v_j` on the left
    are the incoming channels, and :math:`\psi_j = \mathcal G v_j\sqrt{\gamma_j}` is the wave with unit flux.

    Parameters
    ----------
    left, right : array_like, shape (..., n, n)
        Layer Hamiltonians of the two crystals in eV.
    layers : array_like, shape (..., N, n, n)
        Those of the N layers between them; electrode layers may be among them, to see the wave there.
    bond : array_like, shape (n, n)
        :math:`\langle n|H|n+1\rangle` in eV, the same everywhere.
    energy : float or array_like
        In eV.

    Returns
    -------
    Channels

    Raises
    ------
    ValueError, TypeError
        For matrices that do not fit or are not Hermitian, and at a band edge of a crystal.

    Examples
    --------
    Four equal layers in a crystal of the same kind let the one channel pass:

    >>> result = channels([[0.5]], [[[0.5]]] * 4, [[0.5]], [[-1.0]])
    >>> result.transmission.round(12).tolist()
    [1.0]
    """
    left, layers, right = _layer("left", left), _layer("layers", layers), _layer("right", right)
    energy = real("energy", energy, unit="eV")
    n = left.shape[-1]
    if right.shape[-1] != n or layers.shape[-1] != n or layers.ndim < 3:
        raise ValueError(
            f"layers must have shape (..., N, {n}, {n}) in eV and right (..., {n}, {n}), as left: "
            f"got {layers.shape} and {right.shape}"
        )
    bond, total = _bond(bond, n), layers.shape[-3]
    sigma_l = _self_energy("left", left, bond, energy, to_the_right=False)
    sigma_r = _self_energy("right", right, bond, energy, to_the_right=True)
    shape = np.broadcast_shapes(layers.shape[:-3], sigma_l.shape[:-2], sigma_r.shape[:-2])
    whole = np.zeros((*shape, total, n, total, n), complex)
    for i in range(total):
        whole[..., i, :, i, :] = energy[..., None, None] * np.eye(n) - layers[..., i, :, :]
    for i in range(total - 1):
        whole[..., i, :, i + 1, :], whole[..., i + 1, :, i, :] = -bond, -bond.conj().T
    whole[..., 0, :, 0, :] -= sigma_l
    whole[..., -1, :, -1, :] -= sigma_r
    rate, states = np.linalg.eigh(1j * (sigma_l - np.swapaxes(sigma_l.conj(), -1, -2)))
    rate = np.where(rate > 1e-12 * np.abs(bond).max(), rate, 0.0)
    source = np.zeros((*shape, total, n, n), complex)
    source[..., 0, :, :] = states * np.sqrt(rate)[..., None, :]
    waves = np.linalg.solve(whole.reshape(*shape, total * n, total * n), source.reshape(*shape, total * n, n)).reshape(
        source.shape
    )
    leaving = 1j * (sigma_r - np.swapaxes(sigma_r.conj(), -1, -2))
    last = waves[..., -1, :, :]
    transmission = np.einsum("...im,...ij,...jm->...m", last.conj(), leaving, last).real
    return Channels(transmission, np.abs(waves) ** 2, states)
