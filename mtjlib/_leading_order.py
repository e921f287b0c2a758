r"""Integrals of the leading-order theory over energy and wave vector: the bias window and the Fermi sea.

`mtjlib.transport` has the physics these integrals belong to, `mtjlib._channels` one channel. Along the normal an
electron has the energy :math:`z=E-\hbar^2q^2/2m`, and every band edge sits at a fixed *z*.

**The bias window.** The integral over *z* is split at the band edges and mapped (`mtjlib.quadrature`), the one over *E*
at fixed *z* is smooth. Both are cut where :math:`e^{-2S}` has damped everything. This is quick and serves most biases.
Where it does not converge, and always with a spacer, `mtjlib._contours` takes over.

**The Fermi sea.** In :math:`N_\perp`, :math:`T_1^-\mathrm{Re}\Delta r_2+T_2^-\mathrm{Re}\Delta r_1 =
2\,\mathrm{Im}(\Delta r_1\Delta r_2)` is analytic above the real axis: filled to the right Fermi level, it is integrated
along a ray that leaves the axis there and never comes back, far from all band edges and from the bound states that a
spacer holds. Bound states are thus filled to the right Fermi level, because only the right electrode can fill them.
What the left electrode fills differently is a window integral of :math:`T_1^-\mathrm{Re}\Delta r_2`.

**Convergence.** All rules are Gauss–Legendre rules of some map, so that the last Legendre coefficients of what is
summed tell how far it has converged. Every integral is asked for it; a coarse rule is replaced by a finer one until its
error is below 1e-6, and if the finest is not good enough, an error says so.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from mtjlib import _contours, units
from mtjlib._channels import DEPTH, band_edges, cut, decay, probabilities, tail
from mtjlib._channels import exchange as _exchange
from mtjlib.quadrature import pieces

# 1/m² for an integral over ħ²q²/2m in eV: d²q/(2π)² = dε / (4π ħ²/2m).
_PER_AREA = 1e18 / (4 * np.pi * units.HBAR2_2M)
_BIASES_AT_ONCE = 64
# Estimated errors that are good enough: for the rules that are tried one after the other, and at the end of the list.
# An estimate is off by a factor of ten at times.
_TOLERANCE, _TOLERANCE_BETWEEN = 3e-7, 3e-8
_ARCS = (64, 24), (96, 40), (160, 64), (320, 128)
_ARCS_AT_ZERO_BIAS = (96, 12), (320, 12)
_RAYS = (96, 24), (160, 40), (320, 64)
# The ray's angle with the positive axis, over π, without and with a spacer.
_TILT = 0.7, 0.6
# Along the ray 2κd grows to twice _FAR; the nodes of the first and the later rules crowd towards its start by e^-these.
_FAR = 25.0
_CROWDING, _CROWDING_MORE, _CROWDING_MOST = 6.0, 16.0, 24.0


# --- convergence --------------------------------------------------------------------------------------------------


@lru_cache
def _unit(n):
    """Nodes and weights of the Gauss–Legendre rule on [0, 1]."""
    x, w = np.polynomial.legendre.leggauss(n)
    return (x + 1) / 2, w / 2


@lru_cache
def _legendre(n):
    """What turns weighted values at n nodes into Legendre coefficients: some in the middle, and as many at the end.

    An eighth of all, and at least two: a single one, or every other one, may be small by accident.
    """
    x, _ = np.polynomial.legendre.leggauss(n)
    some = max(2, n // 8)
    order = np.r_[(n - some) // 2 : (n + some) // 2, n - some : n]
    return np.polynomial.legendre.legvander(x, n - 1)[:, order] * (order + 0.5)


def _remainder(terms, n):
    """Error of an n-point rule, from its terms on the last axis: the coefficient 2n if they go on falling as before."""
    middle, last = (part.max(axis=-1) for part in np.split(np.abs(terms @ _legendre(n)), 2, axis=-1))
    ratio = last / np.maximum(middle, np.maximum(last, 1e-300))
    return last * ratio ** ((n + 0.5) / (n - n // 2))


# --- nodes --------------------------------------------------------------------------------------------------------


def _energies(barrier, z, bottom, top, u, width, n):
    """Nodes E between `bottom` and `top` at fixed z; weights per unit of that length, cut to where e^(-2S) lives.

    At fixed z, κ² falls with E for β > 1 and rises for β < 1: the cut is at the end where it is large.
    """
    y, w = _unit(n)
    slope = barrier.mass - 1
    length = top - bottom
    best, direction = (top, -1) if slope > 0 else (bottom, 1)
    mean = decay(barrier, best, best - z, u)[-1]
    with np.errstate(divide="ignore", over="ignore"):
        share = np.minimum(1.0, tail(width, mean) / np.abs(slope * length))
    return best + direction * length * share * y, share * w


@lru_cache
def node_numbers(junction):
    """Numbers of Gauss–Legendre nodes of the quick rules: window z (per piece), window E, sea z, sea E.

    More where e^(-2S) spans more e-folds (the worst bias counts, so that the answer does not depend on the batch), and
    for every turn of e^(2ika) in a spacer.
    """
    barrier = junction.barrier
    left, right = barrier.heights
    u = np.array([0.0, left, -right])
    low, top = np.minimum(u, 0.0), np.maximum(u, 0.0)
    bottom = np.minimum(-junction.left.fermi_energy, u - junction.right.fermi_energy)

    def folds(best, worst):
        return barrier.width * np.abs(decay(barrier, *worst, u)[-1] - decay(barrier, *best, u)[-1]).max()

    along_z = min(folds((top, 0.0), (top, top - bottom)), 100.0)
    along_e = min(folds((low, 0.0), (top, top - low)), DEPTH)
    detuning = abs(np.log(barrier.mass))
    turns = 0.0
    if junction.spacer:
        turns = 10 + 8 * junction.spacer * np.sqrt((junction.left.fermi_energy + left) / units.HBAR2_2M) / np.pi
    return (
        int(18.5 + 0.16 * along_z + turns),
        int(6 + detuning + 0.9 * along_e),
        40,
        int(7.5 + 3 * detuning),
    )


def window_channels(junction, u, nodes, width=None):
    """Channels in the bias window, shapes (bias, z, E): left, right, mean κ, weights per volt, and mean κ at the top.

    The weights hold all of the measure but e^(-2S); per volt of window they stay finite at zero bias. `width` is the
    barrier's, for which the nodes are laid out (an array over biases if not the junction's own).
    """
    width = np.broadcast_to(junction.barrier.width if width is None else width, u.shape)
    low, top = np.minimum(u, 0.0), np.maximum(u, 0.0)
    top_decay, lowest = cut(junction, low, top, u, width)
    inner = np.broadcast_arrays(*(edge for side in band_edges(junction, u) for edge in side), low)
    edges = np.concatenate([np.sort(np.clip(inner, lowest, top), axis=0), top[None]])
    needed = (np.diff(edges, axis=0) > 0).any(axis=1) | (u.size == 0)  # no work on pieces that are empty everywhere
    z, wz = (a[..., None] for a in pieces(edges[np.r_[True, needed]].T, nodes[0]))
    low, top, u, width, top_decay = (a[:, None, None] for a in (low, top, u, width, top_decay))
    bottom = np.maximum(z, low)
    excess, we = _energies(junction.barrier, z, bottom, top, u, width, nodes[1])
    inside = np.where(z > low, (top - bottom) / np.where(u == 0, 1.0, np.abs(u)), 1.0)
    left, right, mean = probabilities(junction, z, excess, u)
    return left, right, mean, _PER_AREA * wz * inside * we, top_decay


@lru_cache
def _ray(n, crowding):
    """Nodes and weights on [0, _FAR] that crowd geometrically towards 0."""
    x, w = _unit(n)
    grown = np.expm1(crowding)
    return _FAR / grown * np.expm1(crowding * x), _FAR / grown * crowding * np.exp(crowding * x) * w


def _sea_nodes(junction, u, nodes, crowding):
    """Complex (z, E), weights and mean κ at the top, for the Fermi sea filled to u; shapes (bias, z, E).

    z runs along a ray to the Fermi level, E straight from z to it. The ray goes up and away from the band edges; with a
    spacer, whose levels lie on both sides of the Fermi level, nearly straight up.
    """
    barrier = junction.barrier
    top, top_decay = u[:, None, None], decay(barrier, u, 0.0, u)[-1][:, None, None]
    direction = np.exp(1j * np.pi * _TILT[junction.spacer > 0])
    x, w = (a[:, None] for a in _ray(nodes[2], crowding))
    # κ² grows at least as (κ + x/d)² does if the direction were real.
    steps, slope = x / barrier.width, min(1.0, barrier.mass)
    length = units.HBAR2_2M * (2 * top_decay + steps) * steps / slope
    wz = 2 * units.HBAR2_2M * (top_decay + steps) * w / (barrier.width * slope)
    # Along E as in `_energies`.
    y, we = _unit(nodes[3])
    mean = np.sqrt(top_decay**2 + slope * length / units.HBAR2_2M)
    with np.errstate(divide="ignore", over="ignore"):
        share = np.minimum(1.0, 2 * tail(barrier.width, mean) / np.abs((barrier.mass - 1) * length))
    y = share * y if barrier.mass > 1 else 1 - share * y
    ray = direction * length
    return top + ray, top + ray * y, _PER_AREA * direction * wz * ray * share * we, top_decay


# --- integrals ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WindowIntegrals:
    """Integrals over the bias window per volt, over e^(-2 action), in 1/m²; arrays over biases."""

    plus: np.ndarray  # T1+ T2+
    minus: np.ndarray  # T1- T2-
    antiparallel: np.ndarray  # T1+ T2+ - T1- T2-, summed without cancellation
    on_right: np.ndarray  # T1- T2+
    on_left: np.ndarray  # T1+ T2-
    phase_right: np.ndarray  # T1- Re Δr2
    phase_left: np.ndarray  # T2- Re Δr1
    action: np.ndarray  # at the top of the window and q = 0

    def reshape(self, shape):
        return WindowIntegrals(*(getattr(self, field.name).reshape(shape)[()] for field in fields(self)))


def _magnets(junction):
    return junction.left, junction.right


def _quick_window(junction, u, nodes):
    """The seven integrals and the action (last), and the errors of the seven: shapes (8, bias), (7, bias)."""
    left, right, mean, weight, top_decay = window_channels(junction, u, nodes)
    (t1_up, phase1_up), (t1_down, phase1_down) = left
    (t2_up, phase2_up), (t2_down, phase2_down) = right
    weight = weight * np.exp(-2 * junction.barrier.width * (mean - top_decay))
    plus, minus = t2_up + t2_down, t2_up - t2_down
    polarised, total = weight * (t1_up - t1_down), weight * (t1_up + t1_down)
    products = (
        total * plus,
        polarised * minus,
        2 * weight * (t1_up * t2_down + t1_down * t2_up),
        polarised * plus,
        total * minus,
        polarised * (phase2_up - phase2_down),
        weight * minus * (phase1_up - phase1_down),
    )
    along_z = np.stack([product @ np.ones(nodes[1]) for product in products])
    along_e = np.stack([(np.ones((1, product.shape[1])) @ product)[:, 0] for product in products])
    value = along_z.sum(axis=-1)
    along_z = along_z.reshape(*value.shape, along_z.shape[-1] // nodes[0], nodes[0])
    error = _remainder(along_z, nodes[0]).sum(axis=-1) + _remainder(along_e, nodes[1])
    # Where κ² almost vanishes at the top of the window, the coefficients do not show it.
    (left_height, right_height), longest = junction.barrier.heights, max(m.fermi_energy for m in _magnets(junction))
    edge = np.minimum(left_height, right_height + u) - np.maximum(u, 0.0)
    error[:, junction.barrier.mass * edge < 0.005 * longest] = np.inf
    return np.concatenate([value, junction.barrier.width * top_decay[None, :, 0, 0]]), error


def _window_on_arcs(junction, u, nodes):
    """As `_quick_window`."""
    products, top_decay = _contours.products(junction, u, nodes)
    value, error = [], []
    for product in products:
        product = _PER_AREA * product.real
        along_z, along_e = product.sum(axis=-1), product.sum(axis=(1, 2))
        value.append(along_z.sum(axis=(1, 2)))
        error.append(_remainder(along_z, nodes[0]).sum(axis=-1) + _remainder(along_e, nodes[1]))
    return np.array([*value, junction.barrier.width * top_decay]), np.array(error)


def _sizes(junction, value):
    """What the errors of the seven integrals are compared with: their values, or sizes without changes of sign."""
    p1, p2 = (min(1.0, magnet.exchange_splitting / magnet.fermi_energy) for magnet in _magnets(junction))
    without = np.multiply.outer([1.0, p1 * p2, 0.0, p1, p2, p1 * p2, p1 * p2], value[0])
    return np.maximum(np.abs(value[:7]), without)


def _is_tame(junction):
    """Whether quick rules see all there is: no resonances of a spacer, no band edges too close, no very light mass."""
    shares = (magnet.exchange_splitting / magnet.fermi_energy for magnet in _magnets(junction))
    close = any(0 < share < 0.01 or 0.99 < share < 1.01 for share in shares)
    return not (junction.spacer or close or junction.barrier.mass < 0.1)


def window_integrals(junction, bias, nodes=None, phase_left=False):
    """`WindowIntegrals` at each bias; `phase_left`, which may not exist, need converge only if it is asked for."""
    u = np.ravel(bias)
    if nodes:
        value = np.concatenate([_quick_window(junction, part, nodes)[0] for part in _chunks(u)], axis=1)
        return WindowIntegrals(*value).reshape(np.shape(bias))
    arcs = _ARCS if u.any() else _ARCS_AT_ZERO_BIAS
    rules = [(_quick_window, node_numbers(junction), _BIASES_AT_ONCE, _TOLERANCE)] * _is_tame(junction)
    rules += [(_window_on_arcs, numbers, 2, _tolerance(numbers, arcs)) for numbers in arcs]
    result, missing = np.empty((8, u.size)), np.arange(u.size)
    for rule, numbers, at_once, tolerance in rules:
        failed = []
        for part in _chunks(missing, at_once):
            result[:, part], error = rule(junction, u[part], numbers)
            good = error <= tolerance * _sizes(junction, result[:, part])
            failed.append(part[~good[: 7 if phase_left else 6].all(axis=0)])
        missing = np.concatenate(failed)
        if not missing.size:
            return WindowIntegrals(*result).reshape(np.shape(bias))
    raise _no_convergence(junction, u[missing[0]])


def _tolerance(numbers, rules):
    return _TOLERANCE if numbers == rules[-1] else _TOLERANCE_BETWEEN


def _no_convergence(junction, u):
    return ValueError(
        f"the leading order does not converge to {_TOLERANCE} at bias = {float(u)!r} V for {junction!r}; "
        "mtjlib.exact may"
    )


def _chunks(u, size=_BIASES_AT_ONCE):
    return [u[i : i + size] for i in range(0, max(u.size, 1), size)]


def _is_crowded(junction, u):
    """Whether a band edge or the top of the barrier is so close to the Fermi level that the quick ray overlooks it."""
    barrier = junction.barrier
    mean, steps = decay(barrier, u, 0.0, u)[-1], _FAR * np.exp(-_CROWDING) / barrier.width
    finest = units.HBAR2_2M * (2 * mean + steps) * steps / min(1.0, barrier.mass)
    distances = np.abs(np.stack(np.broadcast_arrays(*(u - edge for side in band_edges(junction, u) for edge in side))))
    top = barrier.mass * np.minimum(barrier.heights[0] - u, barrier.heights[1])
    return (((0 < distances) & (distances < 0.03 * finest)).any(axis=0)) | (top < 0.1 * finest)


def _sea(junction, u, nodes, crowding, integrand):
    """Im ∫ dE ⟨integrand⟩ over the sea filled to u, and its error."""
    z, excess, weight, top_decay = _sea_nodes(junction, u, nodes, crowding)
    terms = weight * integrand(junction, z, excess, u[:, None, None], top_decay)
    along_z, along_e = terms.sum(axis=2), terms.imag.sum(axis=1)
    scale = np.exp(-2 * junction.barrier.width * top_decay[:, 0, 0])
    return scale * along_z.sum(axis=1).imag, scale * (
        _remainder(along_z.imag, nodes[2]) + _remainder(along_e, nodes[3])
    )


def _converged_sea(junction, u, integrand, rules, beside):
    """-(1/2π) Im of `_sea`, in J/m² for an integrand without a dimension; its error is small beside it or `beside`."""
    unit = -units.E_CHARGE / (2 * np.pi)
    result, missing, beside = np.empty(u.size), np.arange(u.size), np.broadcast_to(np.abs(beside / unit), u.shape)
    for numbers, crowding, tolerance in rules:
        failed = []
        for part in _chunks(missing):
            value, error = _sea(junction, u[part], numbers, crowding, integrand)
            result[part] = value
            good = error <= tolerance * np.maximum(np.abs(value), beside[part])
            failed.append(part[~good | ((crowding == _CROWDING) & _is_crowded(junction, u[part]))])
        missing = np.concatenate(failed)
        if not missing.size:
            return unit * result
    raise _no_convergence(junction, u[missing[0]])


def _rays(crowding):
    return [((0, 0, *numbers), crowding, _tolerance(numbers, _RAYS)) for numbers in _RAYS]


def sea_integral(junction, bias, nodes=None, beside=0.0):
    """-(1/2π) Im ∫ dE ⟨Δr1 Δr2⟩ over the sea filled to e·bias, in J/m²; `beside`: what it will be added to."""
    u = np.ravel(bias)
    if nodes:
        value = np.concatenate([_sea(junction, part, nodes, _CROWDING, _exchange)[0] for part in _chunks(u)])
        return (-units.E_CHARGE / (2 * np.pi) * value).reshape(np.shape(bias))[()]
    rules = [(node_numbers(junction), _CROWDING, _TOLERANCE)] * _is_tame(junction) + _rays(_CROWDING_MORE)
    value = _converged_sea(junction, u, _exchange, rules, np.ravel(beside))
    return value.reshape(np.shape(bias))[()]


def sea_derivative(junction, beside=0.0):
    """d/du of `sea_integral` at u = 0, in J/(V m²).

    z and E ride on the right Fermi level; each node has its own step, small against its distance to the branch points.
    """

    def slope(junction, z, excess, u, top_decay):
        step = 1e-3 * np.minimum(np.abs(z), min(junction.barrier.heights))
        shifted = [_exchange(junction, z + h, excess + h, h, top_decay) for h in (step, -step, 2 * step, -2 * step)]
        return (8 * (shifted[0] - shifted[1]) - (shifted[2] - shifted[3])) / (12 * step)

    return _converged_sea(junction, np.zeros(1), slope, _rays(_CROWDING_MOST), beside)[0]
