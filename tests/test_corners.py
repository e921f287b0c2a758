"""Every public function of transport and exact at the corners of what is legal, and one step outside.

The modules' own tests search the inside at random; here stand the ends of the range for which they promise a number,
and the places where formulas break: almost no barrier left, hardly a bias, no splitting, a band edge at the Fermi
level, half metals, light and heavy tunnelling electrons, collinear magnets. pytest turns every warning into a failure.
"""

import inspect
import itertools

import numpy as np
import pytest

from mtjlib import Barrier, Ferromagnet, Junction, exact, transport, units
from mtjlib.quadrature import NotSettled

E_F, HEIGHT = 4.5, 1.125
SPLITTINGS = (0.0, 1e-4 * E_F, 0.85 * E_F, E_F, 1.5 * E_F)
WIDTHS, MASSES = (0.3, 5.0), (0.1, 1.0, 5.0)
LAST = 0.97 * HEIGHT
BIASES = np.array([-LAST, -1e-300, 0.0, 1e-12, LAST])
ANGLES = np.array([0.0, np.pi])
MTJ = Junction(Ferromagnet(E_F, 3.825), Barrier(HEIGHT, 1.0, 0.4), Ferromagnet(E_F, 3.825))

# Public functions by the arrays they take after the junction.
BIAS_AND_ANGLE = {
    (transport, "bias_curve"), (transport, "current_density"), (exact, "current_density"), (exact, "torque_in_plane"),
    (exact, "torque_out_of_plane"), (exact, "torkance_in_plane"), (exact, "torkance_out_of_plane"),
}  # fmt: skip
TORQUES = [f"tor{what}_{where}" for what in ("que", "kance") for where in ("in_plane", "out_of_plane")]
BIAS = {(transport, "tmr"), (exact, "tmr")} | {(transport, name) for name in TORQUES}
ANGLE = {(transport, "conductance"), (exact, "conductance")}
NEITHER = {(transport, "torkance_out_of_plane_fermi_surface"), (transport, "bias_coefficients")}
RESOLVED = {(transport, "resolved"), (exact, "spectral_currents")}
ALL = BIAS_AND_ANGLE | BIAS | ANGLE | NEITHER | RESOLVED


def ids(case):
    return "-".join([case[0].__name__.split(".")[1], case[1]])


def each(cases):
    return pytest.mark.parametrize("case", sorted(cases, key=ids), ids=ids)


def arrays(value):
    """All arrays of a result: itself, the fields of a dataclass, the entries of (nested) tuples."""
    if isinstance(value, tuple):
        return [array for part in value for array in arrays(part)]
    return [*vars(value).values()] if hasattr(value, "__dict__") and not isinstance(value, np.generic) else [value]


def call(case, junction=MTJ, bias=0.3, angle=1.0, parallel=0.2):
    """Call a function with those of the arguments that it takes; one that takes an energy gets the left Fermi level."""
    function = getattr(*case)
    if case in RESOLVED:
        at = {"angle": angle} if case[0] is exact else {}
        return function(junction, 0.0, parallel, bias, **at)
    given = {}
    if case in BIAS_AND_ANGLE | BIAS:
        given["bias"] = bias
    if case in BIAS_AND_ANGLE | ANGLE:
        given["angle"] = angle
    return function(junction, **given)


def test_every_public_function_is_here():
    public = {
        (module, name)
        for module in (transport, exact)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == module.__name__
    }
    assert public <= ALL
    assert all(callable(getattr(*case)) for case in ALL)


def corner_junctions():
    """All corners of both magnets, the width and the mass, with an asymmetric barrier and spacer for some."""
    for number, (left, right, width, mass) in enumerate(itertools.product(SPLITTINGS, SPLITTINGS, WIDTHS, MASSES)):
        if left == right or 0.85 * E_F in (left, right):
            spacer = 0.3 if number % 7 == 0 else 0.0
            yield Junction(Ferromagnet(E_F, left), Barrier(HEIGHT, width, mass), Ferromagnet(E_F, right), spacer)


CORNERS = list(corner_junctions())


@each(ALL)
def test_finite_at_every_corner(case):
    bias, angle = BIASES[:, None], ANGLES
    if case in RESOLVED:
        bias = BIASES[BIASES > -1e-3][:, None]  # at the left Fermi level: a large negative bias empties it on the right
    for junction in CORNERS[:: 5 if case[0] is transport else 17]:
        try:
            result = call(case, junction, bias, angle, np.array([0.0, E_F]))
        except NotSettled:
            # The quadratic coefficients are derivatives that a band edge at the Fermi level, or two edges that nearly
            # coincide, make unclean; they may be refused there, and nowhere else.
            splittings = {junction.left.exchange_splitting, junction.right.exchange_splitting}
            assert case[1] == "bias_coefficients" and splittings - {0.0, 0.85 * E_F}, junction
            continue
        for values in arrays(result):
            if case[1] == "tmr":
                half_metals = min(junction.left.exchange_splitting, junction.right.exchange_splitting) >= E_F
                assert np.all(np.isfinite(values) | (values == np.inf) & half_metals), junction
            else:
                assert np.isfinite(values).all(), junction


@each({(transport, "bias_curve"), (exact, "current_density")})
def test_the_current_flows_downhill_at_every_corner(case):
    for junction in CORNERS[:: 7 if case[0] is transport else 19]:
        result = call(case, junction, BIASES, 0.0)
        assert (getattr(result, "current_density", result) * BIASES >= 0).all(), junction


@each({(transport, "bias_curve"), *((exact, f"tor{what}_in_plane") for what in ("que", "kance"))})
def test_a_normal_left_magnet_sends_no_spin_at_any_corner(case):
    for junction in [j for j in CORNERS if not j.left.exchange_splitting][:: 1 if case[0] is transport else 5]:
        result = call(case, junction, BIASES, np.pi / 2)
        assert (getattr(result, "torque_in_plane", result) == 0).all(), junction


@each({(transport, "bias_curve"), (exact, "torque_out_of_plane")})
def test_a_normal_magnet_feels_and_gives_no_exchange_at_any_corner(case):
    normal = [j for j in CORNERS if not j.left.exchange_splitting * j.right.exchange_splitting]
    for junction in normal[:: 1 if case[0] is transport else 5]:
        torque = call(case, junction, BIASES, np.pi / 2)
        scale = np.abs(exact.current_density(junction, BIASES)).max() * units.HBAR / units.E_CHARGE
        assert np.abs(getattr(torque, "torque_out_of_plane", torque)).max() <= 1e-14 * scale, junction


@each(ALL - NEITHER)
def test_shapes(case):
    """Scalars give floats; one element, none, and broadcast columns and rows give what NumPy's rules say."""
    takes_bias, takes_angle = case not in ANGLE, case not in BIAS
    for bias, angle in (
        ([0.3], 1.0),
        (0.3, [1.0]),
        ([0.3], [1.0]),
        ([], 1.0),
        (np.zeros((0, 3)), 1.0),
        (np.zeros((2, 1)), np.zeros(3)),
        (np.zeros((2, 1)), np.zeros((1, 0))),
        (1, 0),
    ):
        used = [a for a, takes in ((bias, takes_bias), (angle, takes_angle)) if takes]
        if case == (transport, "resolved"):
            used = [bias]
        shape = np.broadcast_shapes(*(np.shape(a) for a in used))
        result = call(case, bias=bias, angle=angle)
        if case[1] == "bias_curve":  # to leading order the torques do not depend on the angle
            assert result.torque_in_plane.shape == result.torque_out_of_plane.shape == np.shape(bias)
            result = result.current_density
        for values in arrays(result):
            assert np.shape(values) == shape
            assert shape or isinstance(values, float)


@each(RESOLVED)
def test_shapes_over_the_wave_vector(case):
    for parallel, bias in (([0.2], 0.0), ([], 0.0), (np.zeros((2, 1)), np.zeros(3))):
        for values in arrays(call(case, parallel=parallel, bias=bias)):
            assert np.shape(values) == np.broadcast_shapes(np.shape(parallel), np.shape(bias))


@each(ALL - NEITHER)
def test_a_value_does_not_depend_on_its_neighbours(case):
    bias, angle = np.array([0.3, -0.7, LAST]), np.array([0.0, 1.0, np.pi])
    if case in RESOLVED:
        bias = np.array([0.3, 0.0, LAST])
    together, alone = call(case, bias=bias, angle=angle), call(case, bias=bias[0], angle=angle[0])
    for many, one in zip(arrays(together), arrays(alone), strict=True):
        assert one == pytest.approx(many[0], rel=1e-12, abs=0)


@each(ALL - ANGLE - NEITHER)
def test_bias_one_step_outside(case):
    asymmetric = Junction(MTJ.left, Barrier(HEIGHT, 1.0, 0.4, 0.8), MTJ.right)
    for wrong, shown in ((HEIGHT, "1.125"), (-0.8, "-0.8"), ([0.1, np.inf], "inf"), (np.nan, "nan")):
        with pytest.raises(ValueError, match=rf"^bias must lie in \(-0\.8, 1\.125\) V, got {shown}$"):
            call(case, asymmetric, bias=wrong)
    for wrong in ("0.3", 0.3 + 0j, None, [True]):
        with pytest.raises(TypeError, match=r"^bias must be a real number or an array of them in V, got "):
            call(case, bias=wrong)


@each((BIAS_AND_ANGLE | ANGLE | RESOLVED) - {(transport, "resolved")})
def test_wrong_angle(case):
    for wrong in (np.nan, [0.0, -np.inf]):
        with pytest.raises(ValueError, match=r"^angle must lie in \(-inf, inf\) rad, got (nan|-inf)$"):
            call(case, angle=wrong)
    with pytest.raises(TypeError, match=r"^angle must be a real number or an array of them in rad, got '1'$"):
        call(case, angle="1")


@each(RESOLVED)
def test_wrong_wave_vector(case):
    with pytest.raises(ValueError, match=r"^parallel_energy must lie in \[0, inf\) eV, got -1e-09$"):
        call(case, parallel=[0.1, -1e-9])
    with pytest.raises(TypeError, match=r"^parallel_energy must be a real number"):
        call(case, parallel=1j)


@each(BIAS_AND_ANGLE)
def test_arrays_that_do_not_fit(case):
    with pytest.raises(ValueError, match="broadcast"):
        call(case, bias=np.zeros(3), angle=np.zeros(2))


@pytest.mark.parametrize("splitting", [0.0, 0.85 * E_F, E_F, 1.5 * E_F])
def test_collinear_magnets_meet_the_leading_order_where_the_barrier_is_thick(splitting):
    """At 5 nm, φ = 0 and π, and zero bias both theories are the same number: no corner hides a wrong branch."""
    junction = Junction(Ferromagnet(E_F, 0.85 * E_F), Barrier(HEIGHT, 5.0, 0.4), Ferromagnet(E_F, splitting))
    np.testing.assert_allclose(transport.conductance(junction, ANGLES), exact.conductance(junction, ANGLES), rtol=1e-6)
    ours, theirs = transport.tmr(junction), exact.tmr(junction)
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-12)
