r"""Mean over the two-dimensional Brillouin zone of what the surface crystal transmits, to a given accuracy.

A transmission summed over open channels has a square root wherever a channel opens: along lines of the zone, where an
eigenvalue of :math:`h` (see `mtjlib.bands`) passes ±2. In :math:`\cos k_x` the condition
:math:`\det(H - E \pm 2|\tau|) = 0` is a cubic equation, so for each :math:`k_y` these places are known and the integral
over :math:`k_x` is split there. The one over :math:`k_y`, and peaks inside the pieces, are left to
`mtjlib.quadrature.adaptive`.
"""

import numpy as np

from mtjlib.quadrature import adaptive

# Chebyshev nodes of a cubic in cos kx, and what turns its values there into coefficients (ascending).
_NODES = np.pi * (np.arange(4) + 0.5) / 4
_COEFFICIENTS = np.linalg.inv(np.vander(np.cos(_NODES), increasing=True)).T

_MOST_POINTS = 1_000_000


def _cubic_roots(coefficients):
    """All roots, shape (..., 3), of c0 + c1 x + c2 x² + c3 x³; a missing cubic term sends one of them to infinity."""
    scale = np.abs(coefficients).max(axis=-1) + 1e-300
    leading = coefficients[..., 3]
    leading = np.where(np.abs(leading) > 1e-14 * scale, leading, 1e-14 * scale)
    companion = np.zeros((*leading.shape, 3, 3))
    companion[..., 1, 0] = companion[..., 2, 1] = 1
    companion[..., :, 2] = -coefficients[..., :3] / leading[..., None]
    return np.linalg.eigvals(companion)


def channel_edges(layer, bonds, ky):
    """Phases kx at which a channel opens or closes, shape (len(ky), 6); π stands for those that do not exist.

    `layer` gives H - E for arrays kx and ky, `bonds` are the three |τ|.
    """
    h = layer(_NODES, ky[:, None])
    values = np.linalg.det(np.stack([h - 2 * np.diag(bonds), h + 2 * np.diag(bonds)], axis=1))
    x = _cubic_roots(values @ _COEFFICIENTS).reshape(len(ky), -1)
    exists = (np.abs(x.imag) < 1e-7) & (np.abs(x.real) < 1)
    return np.arccos(np.where(exists, x.real, -1.0))


def zone_mean(function, edges, rtol):
    """Mean of a C4v-symmetric `function` of kx and ky, shape (..., components), over the zone.

    `edges` gives, for an array of ky, the kx where the function has kinks. Only 0 ≤ ky ≤ kx ≤ π is integrated.
    """
    points = 0

    def at(kx, ky):
        nonlocal points
        points += kx.size
        if points > _MOST_POINTS:
            raise ValueError(
                f"rtol must be larger for this junction, got {rtol:g}: its resonances are so narrow "
                f"that {_MOST_POINTS} wave vectors do not resolve them"
            )
        return function(kx, ky)

    def along_kx(ky, _):
        rows = ky.ravel()
        inner = np.clip(edges(rows), rows[:, None], np.pi)
        limits = np.sort(np.column_stack([rows, inner, np.full(rows.size, np.pi)]), axis=1)
        total = adaptive(lambda kx, row: at(kx, rows[row, None]), limits, rtol / 2)
        return total.reshape(*ky.shape, -1)

    return 2 / np.pi**2 * adaptive(along_kx, [np.linspace(0, np.pi, 5)], rtol / 2)[0]
