"""The Fokker-Planck equation that the ensembles and write errors of an axially symmetric macrospin must obey."""

import numpy as np

from mtjlib import units


def fokker_planck(spin, in_plane, temperature, cells=500):
    """Generator of the polar Fokker-Planck equation (finite volumes, exponentially fitted), z of the cells, widths."""
    edges = np.cos(np.linspace(0, np.pi, cells + 1))
    z, width = (edges[1:] + edges[:-1]) / 2, edges[:-1] - edges[1:]
    inner = edges[1:-1]
    rate = units.GAMMA / (1 + spin.alpha**2)
    b_k = 2 * spin.anisotropy / spin.ms
    drift = rate * (1 - inner**2) * (in_plane / spin.moment + spin.alpha * b_k * inner)
    diffusion = (
        rate * (1 - inner**2) * spin.alpha * units.K_B * units.E_CHARGE * temperature / spin.moment / (z[:-1] - z[1:])
    )
    peclet = drift / diffusion

    def bernoulli(x):
        small = np.abs(x) < 1e-8
        return np.where(small, 1 - x / 2, x / np.expm1(np.where(small, 1.0, x)))

    up = diffusion * bernoulli(-peclet)  # from the cell below into the one above, which comes first
    down = diffusion * bernoulli(peclet)
    generator = np.zeros((cells, cells))
    i = np.arange(cells - 1)
    generator[i, i + 1] += up / width[:-1]
    generator[i, i] -= down / width[:-1]
    generator[i + 1, i] += down / width[1:]
    generator[i + 1, i + 1] -= up / width[1:]
    return generator, z, width
