"""A bias curve of current and both torques against the ways one would integrate it otherwise."""

import itertools

import numpy as np
import pytest
import slow
from _paired import ratio

from mtjlib import Barrier, Ferromagnet, Junction, _leading_order, _occupied, exact, transport

pytestmark = pytest.mark.bench

IRON = Ferromagnet(4.5, 3.825)
MTJ = Junction(IRON, Barrier(1.125, 1.0, 0.4), IRON)
BIAS = np.linspace(-1.0, 1.0, 101)
SAMPLE = 70, 15
CURVE = "101 biases: J, N∥, N⊥"


def fast(bias=BIAS):
    """J, N∥ and N⊥ as one array."""
    curve = transport.bias_curve(MTJ, bias)
    return np.array([curve.current_density, curve.torque_in_plane, curve.torque_out_of_plane])


def error(got, reference):
    """Largest relative error; that of a torque that passes through zero counts in units of a tenth of its largest."""
    floor = 0.1 * np.abs(fast()).max(axis=1).reshape(3, *[1] * (got.ndim - 1))
    return (np.abs(got - reference) / np.maximum(np.abs(reference), floor)).max()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """The integrand in C, or None."""
    return slow.compiled_integrand(MTJ, tmp_path_factory.mktemp("integrand")) if slow.compiler() else None


@pytest.fixture(scope="module")
def answer(compiled):
    """The slow answer at two biases, 0.4 and -0.7 V; with the integrand in C if there is a compiler."""
    return np.array([slow.by_dblquad(MTJ, BIAS[i], integrand=compiled) for i in SAMPLE]).T


needs_compiler = pytest.mark.skipif(not slow.compiler(), reason="no C compiler (cc, gcc or clang) on the path")


def test_curve_against_dblquad(ledger, answer):
    """dblquad is asked for 1e-6, what `mtjlib.transport` promises; it is timed at two biases, and scaled.

    10 000: what takes a quarter of an hour becomes a tenth of a second, and a slider can move a whole curve.
    """
    worst = error(fast()[:, SAMPLE], answer)
    assert worst < 1e-5
    bias = itertools.cycle(BIAS[[*SAMPLE]])
    times = ratio(lambda: slow.by_dblquad(MTJ, next(bias)), fast, ledger.rounds(6, 2), share=1 / BIAS.size)
    ledger.enter(CURVE, "dblquad, 1e-6", times, 10_000, f"{worst:.0e}")


def test_one_bias_against_dblquad(ledger, answer):
    """1000: what a search for a zero waits for; a single bias shares nothing with others."""
    worst = error(fast(0.4), answer[:, 0])
    assert worst < 1e-5
    times = ratio(lambda: slow.by_dblquad(MTJ, 0.4), lambda: fast(0.4), ledger.rounds(5, 1))
    ledger.enter("one bias: J, N∥, N⊥", "dblquad, 1e-6", times, 1000, f"{worst:.0e}")


@needs_compiler
def test_compiled_integrand_is_the_same(compiled):
    """Both meet the same nodes, however few are asked for: the faster one may serve as the reference."""
    for bias in (0.4, -0.7):
        np.testing.assert_allclose(
            slow.by_dblquad(MTJ, bias, 0.1, compiled), slow.by_dblquad(MTJ, bias, 0.1), rtol=1e-9
        )


@needs_compiler
def test_curve_against_a_compiled_integrand(compiled, ledger):
    """Accuracy over the whole curve (a sample of it), and speed against QUADPACK with an integrand in C.

    100: Python is not what makes dblquad slow; two orders of magnitude must be left when it is gone.
    """
    sample = np.arange(0, 101, 1 if ledger.full else 10)
    answer = np.array([slow.by_dblquad(MTJ, BIAS[i], 1e-8, compiled) for i in sample if BIAS[i]]).T
    worst = error(fast()[:, sample[BIAS[sample] != 0]], answer)
    assert worst < 1e-5
    bias = itertools.cycle(BIAS[[*SAMPLE]])
    times = ratio(lambda: slow.by_dblquad(MTJ, next(bias), 1e-6, compiled), fast, ledger.rounds(14, 6), 1 / BIAS.size)
    ledger.enter(CURVE, "dblquad, integrand in C", times, 100, f"{worst:.0e}")


def test_curve_against_a_mesh(ledger, answer):
    """Trapezoidal rule, 200 × 200 points, vectorised over them: slower, and more than a hundred times less accurate.

    40: a rule with constants fitted to such junctions reached 63, at three times the code and slower for half metals
    and spacers. One rule for all of them, in both theories, is worth the difference.
    """
    on_mesh = np.array([slow.on_a_mesh(MTJ, BIAS[i]) for i in SAMPLE]).T
    ours, theirs = error(fast()[:, SAMPLE], answer), error(on_mesh, answer)
    assert ours < 1e-5 and theirs > 100 * ours
    bias = itertools.cycle(BIAS[[*SAMPLE]])
    times = ratio(lambda: slow.on_a_mesh(MTJ, next(bias)), fast, ledger.rounds(15, 7), 1 / BIAS.size)
    ledger.enter(CURVE, "trapezoid on 200 × 200", times, 40, f"{ours:.0e}, theirs {theirs:.0e}")


def test_whole_curve_against_one_by_one(ledger):
    """2: below that nobody would pass an array, and the code need not take one."""

    def loop():
        return np.array([fast(v) for v in BIAS]).T

    worst = error(fast(), loop())
    assert worst < 1e-9
    ledger.enter(CURVE, "itself, bias by bias", ratio(loop, fast, ledger.rounds(9, 5)), 2, f"{worst:.0e}")


# --- what does not depend on the machine --------------------------------------------------------------------------


def test_points_per_bias(monkeypatch):
    """At how many energies and wave vectors the formulas are evaluated for one bias: fewer than 3000 (a mesh: 160 000).

    The first two rules of window and sea take 1200 together, the window's third another 1200. This curve takes 1750;
    more than 3000 would say that many biases need a fourth.
    Counted where it happens, so that no clever bookkeeping hides them.
    """
    points = []

    def counted(name):
        inner = getattr(_leading_order, name)

        def outer(junction, z, *others):
            points.append(np.broadcast(z, *others).size)
            return inner(junction, z, *others)

        monkeypatch.setattr(_leading_order, name, outer)

    counted("channel")
    counted("exchange")
    for bias in (BIAS, np.array([0.4])):
        points.clear()
        transport.bias_curve(MTJ, bias)
        assert 0 < sum(points) / bias.size < 3000


@pytest.mark.parametrize("model, at", [(transport, ()), (exact, (1.0,))])
def test_convergence(model, at, monkeypatch):
    """Twice the nodes, from n = 9, make every torque more than a thousand times more accurate: what settles is so."""
    monkeypatch.setattr(_occupied, "_TOLERANCE", 1e9)  # the second rule, with half as many nodes again, is taken
    bias = np.array([-0.5, 0.5])

    def torques(n):
        monkeypatch.setattr(_occupied, "WINDOW_NODES", (2 * n // 3, 2 * n // 3))
        monkeypatch.setattr(_occupied, "SEA_NODES", (4 * n // 3, 2 * n // 3))
        return np.array([model.torque_in_plane(MTJ, bias, *at), model.torque_out_of_plane(MTJ, bias, *at)])

    coarse, medium, fine = (torques(n) for n in (9, 18, 45))
    before, after = (np.abs(rough / fine - 1).max(axis=1) for rough in (coarse, medium))
    assert (after < 1e-3 * before).all(), after / before
