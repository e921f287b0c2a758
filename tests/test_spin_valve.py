"""The spin valve against the system as printed, a resistor network, the dissipated power, and its symmetries."""

import statistics
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import solve_banded
from scipy.optimize import brentq

from mtjlib import spin_valve
from mtjlib.spin_valve import Interface, Magnet, Metal, SpinValve, co_cu, critical_angle, gmr, solve

CO_CU = co_cu()
ANGLES = np.linspace(0, 2 * np.pi, 25)
# every layer and interface different, so that no swapped index passes
UNEQUAL = SpinValve(
    left=Magnet(5.0, 50.0, 0.5),
    spacer=Metal(0.8, 30.0),
    right=Magnet(16.0, 6.0, -0.3),
    lead=Metal(2.0, 80.0),
    left_interface=Interface(0.5e-15, 0.7, 0.5e15 + 0.2e15j),
    right_interface=Interface(0.9e-15, 0.4, 0.8e15 - 0.3e15j),
    lead_interface=Interface(0.2e-15, -0.6, 1e15),
    spacer_thickness=12.0,
    right_thickness=4.0,
)

asymmetries = st.floats(-0.95, 0.95)
magnets = st.builds(Magnet, st.floats(0.5, 100), st.floats(1, 200), asymmetries)
metals = st.builds(Metal, st.floats(0.1, 50), st.floats(1, 2000))
interfaces = st.builds(
    Interface,
    st.floats(0, 3e-15),
    asymmetries,
    st.builds(lambda size, phase: size * np.exp(1j * phase), st.floats(0.05e15, 5e15), st.floats(-1.4, 1.4)),
)
thicknesses = st.floats(0.5, 300)
valves = st.builds(
    SpinValve, magnets, metals, magnets, metals, interfaces, interfaces, interfaces, thicknesses, thicknesses
)


def thirteen_constants(valve, angle):
    """Barnas et al., Eqs. (15), (16), (25), (26), (31), (32), (33)-(36), written down one by one.

    Unknowns: A1 | Ax Ay Az Bx By Bz G | A2 B2 G2 | BL GL, with G1 = 0 and e^2 j0 = 1; nm and fOhm m^2.
    """
    c, s = np.cos(angle), np.sin(angle)
    rho = [layer.resistivity * 1e-2 for layer in (valve.left, valve.spacer, valve.right, valve.lead)]
    length = [layer.diffusion_length for layer in (valve.left, valve.spacer, valve.right, valve.lead)]
    beta1, beta2, d0 = valve.left.asymmetry, valve.right.asymmetry, valve.spacer_thickness
    end = d0 + valve.right_thickness
    unit = np.eye(14)  # the last column carries what does not multiply an unknown
    one = unit[13]

    def f1(x):  # mu0, g, e^2 j_z
        g = unit[0] * np.exp(x / length[0])
        return -beta1 * g - rho[0] * (1 - beta1**2) * x * one, g, beta1 * one - g / length[0] / rho[0]

    def spacer(x):  # mu0, vector g, vector e^2 j
        up, down = np.exp((x - d0) / length[1]), np.exp(-x / length[1])
        a, b = unit[1:4] * up, unit[4:7] * down
        return unit[7] - rho[1] * x * one, a + b, -(a - b) / length[1] / rho[1]

    def f2(x):
        a, b = unit[8] * np.exp((x - end) / length[2]), unit[9] * np.exp((d0 - x) / length[2])
        g = a + b
        return -beta2 * g - rho[2] * (1 - beta2**2) * x * one + unit[10], g, beta2 * one - (a - b) / length[2] / rho[2]

    def lead(x):
        g = unit[11] * np.exp((end - x) / length[3])
        return unit[12] - rho[3] * (x - end) * one, g, g / length[3] / rho[3]

    def rotated(v):
        return v[0], c * v[1] + s * v[2], -s * v[1] + c * v[2]

    def at(interface, flow, magnet, normal, j_normal):
        """Eqs. (33)-(36), flow = +1 for F->N and -1 for N->F, then continuity of j_z."""
        conductance = [1 / (2e15 * interface.resistance * (1 - sign * interface.asymmetry)) for sign in (1, -1)]
        total, difference = sum(conductance), conductance[0] - conductance[1]
        mixing = interface.mixing_conductance * 1e-15
        d_mu, d_g = magnet[0] - normal[0], magnet[1] - normal[1][2]
        gx, gy, _ = normal[1]
        return [
            flow * one - total * d_mu - difference * d_g,
            flow * j_normal[2] - difference * d_mu - total * d_g,
            flow * j_normal[0] + 2 * mixing.real * gx - 2 * mixing.imag * gy,
            flow * j_normal[1] + 2 * mixing.real * gy + 2 * mixing.imag * gx,
            magnet[2] - j_normal[2],
        ]

    mu, g, j = spacer(0.0)
    rows = at(valve.left_interface, 1, f1(0.0), (mu, g), j)
    mu, g, j = spacer(d0)
    rows += at(valve.right_interface, -1, f2(d0), (mu, rotated(g)), rotated(j))
    mu, g, j = lead(end)
    last = at(valve.lead_interface, 1, f2(end), (mu, (0 * g, 0 * g, g)), (0 * j, 0 * j, j))
    rows = np.array([*rows, last[0], last[1], last[4]])
    constants = np.append(np.linalg.solve(rows[:, :13], -rows[:, 13]), 1.0)
    jx, jy, _ = (row @ constants for row in rotated(spacer(d0)[2]))
    # tau_phi/(hbar I0/|e|) = j'_y/2j0 and tau_x/(hbar I0/|e|) = -j_x/2j0, because I0 = e j0 with e < 0
    return jy / 2, -jx / 2, -constants[12] * 1e-15


@pytest.mark.parametrize("angle", [0.3, 1.2, 2.5, 4.0, -0.7])
@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_elimination_agrees_with_the_printed_system(valve, angle):
    solution = solve(valve, angle)
    in_plane, out_of_plane, resistance = thirteen_constants(valve, angle)
    assert solution.tau_phi == pytest.approx(in_plane, rel=1e-10, abs=0)
    assert solution.tau_x == pytest.approx(out_of_plane, rel=1e-9, abs=0)
    assert solution.resistance == pytest.approx(resistance, rel=1e-10, abs=0)


@settings(max_examples=30, deadline=None)
@given(valves, st.floats(-7, 7))
def test_any_valve_agrees_with_the_printed_system(valve, angle):
    if min(i.resistance for i in (valve.left_interface, valve.right_interface, valve.lead_interface)) < 1e-18:
        return  # the printed form divides by the interface resistance
    solution = solve(valve, angle)
    expected = thirteen_constants(valve, angle)
    np.testing.assert_allclose(solution.resistance, expected[2], rtol=1e-6)
    np.testing.assert_allclose([solution.tau_phi, solution.tau_x], expected[:2], rtol=1e-5, atol=1e-13)


def two_channel_network(valve, antiparallel, cells=1500):
    """Valet and Fert's collinear model as a ladder of resistors: two rails, spin flip as rungs."""
    flip = -1 if antiparallel else 1
    left_length, lead_length = 14 * valve.left.diffusion_length, 14 * valve.lead.diffusion_length
    stack = [
        (valve.left, left_length, 1, valve.left_interface, 1),
        (valve.spacer, valve.spacer_thickness, 1, valve.right_interface, flip),
        (valve.right, valve.right_thickness, flip, valve.lead_interface, flip),
        (valve.lead, lead_length, 1, None, 1),
    ]
    rails, rungs = [], []  # resistance (up, down) from node to node, conductance of the rung at each node
    rungs.append(0.0)
    for layer, thickness, sign, interface, interface_sign in stack:
        rho, beta = layer.resistivity * 1e-17, sign * getattr(layer, "asymmetry", 0.0)
        # cells finer towards both faces
        step = np.diff(thickness * np.sin(np.pi / 2 * np.linspace(0, 1, cells + 1)) ** 2)
        for width in step:
            rung = width * 1 / (4 * rho * layer.diffusion_length**2)
            rungs[-1] += rung / 2
            rails.append((2 * rho * (1 - beta) * width, 2 * rho * (1 + beta) * width))
            rungs.append(rung / 2)
        if interface is not None:
            gamma = interface_sign * interface.asymmetry
            rails.append((2 * interface.resistance * (1 - gamma), 2 * interface.resistance * (1 + gamma)))
            rungs.append(0.0)
    conductance, rungs = 1 / np.array(rails), np.array(rungs)
    n = len(rungs)
    bands = np.zeros((5, 2 * n))  # unknowns up0 down0 up1 down1 ...; two off-diagonals on either side
    diagonal = np.zeros((n, 2))
    diagonal[:-1] += conductance
    diagonal[1:] += conductance
    diagonal += rungs[:, None]
    drive = np.zeros((n, 2))
    for end in (0, -1):  # feed through half a cell's worth of huge conductance: both rails at one potential
        diagonal[end] += 1e25
    drive[0] = 1e25
    bands[2] = diagonal.ravel()
    bands[0, 2:] = bands[4, :-2] = -conductance.ravel()
    bands[1, 1::2] = -rungs
    bands[3, 0::2] = -rungs
    potential = solve_banded((2, 2), bands, drive.ravel()).reshape(n, 2)
    current = ((potential[:-1] - potential[1:]) * conductance).sum(axis=1).mean()
    bulk = valve.left.resistivity * (1 - valve.left.asymmetry**2) * left_length + valve.lead.resistivity * lead_length
    return 1 / current - bulk * 1e-17


@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_collinear_limit_is_the_two_channel_model(valve):
    parallel, antiparallel = solve(valve, [0.0, np.pi]).resistance
    expected = [two_channel_network(valve, antiparallel=flag) for flag in (False, True)]
    np.testing.assert_allclose([parallel, antiparallel], expected, rtol=3e-5)
    assert antiparallel - parallel == pytest.approx(expected[1] - expected[0], rel=3e-4, abs=0)


@pytest.mark.parametrize("angle", [0.0, 1.1, 2.6, np.pi])
@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_resistance_is_the_dissipated_power(valve, angle):
    """Joule heat of both spins, spin-flip heat and interface heat, minus the Ohmic heat of the semi-infinite pieces."""
    solution = solve(valve, angle)
    d0, end = valve.spacer_thickness, valve.spacer_thickness + valve.right_thickness
    axis = np.array([0, -np.sin(angle), np.cos(angle)])

    def heat(layer, direction, x):
        g, j = solution.accumulation(x), solution.spin_current(x)
        rho, beta = layer.resistivity * 1e-17, getattr(layer, "asymmetry", 0.0)
        # the particle current is -1 in the unit of j
        joule = rho * (1 + 2 * beta * (j @ direction) + j @ j)
        return joule + g @ g / (rho * layer.diffusion_length**2)

    def interface_heat(interface, direction, x, side):
        g, j = solution.accumulation(x), solution.spin_current(x)
        along = j @ direction
        across = g - (g @ direction) * direction
        collinear = interface.resistance * (1 + 2 * interface.asymmetry * along + along**2)
        return collinear + side * 2 * interface.mixing_conductance.real * (across @ across)

    z, tiny = np.array([0.0, 0.0, 1.0]), 1e-9
    far1, far2 = 40 * valve.left.diffusion_length, 40 * valve.lead.diffusion_length
    ohmic = valve.left.resistivity * (1 - valve.left.asymmetry**2) * 1e-17
    total = quad(lambda x: (heat(valve.left, z, x) - ohmic) * 1e17, -far1, -tiny, limit=400)[0]
    total += quad(lambda x: heat(valve.spacer, z, x) * 1e17, 0, d0)[0]
    total += quad(lambda x: heat(valve.right, axis, x) * 1e17, d0 + tiny, end)[0]
    lead_ohmic = valve.lead.resistivity * 1e-17
    total += quad(lambda x: (heat(valve.lead, axis, x) - lead_ohmic) * 1e17, end + tiny, end + far2, limit=400)[0]
    total *= 1e-17
    total += interface_heat(valve.left_interface, z, 0.0, 1)
    total += interface_heat(valve.right_interface, axis, d0, 1)
    total += interface_heat(valve.lead_interface, axis, end, 0)
    assert solution.resistance == pytest.approx(total, rel=1e-6, abs=0)


@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_angular_slope_of_the_resistance_is_the_twist_of_spin_in_the_spacer(valve):
    angle, step = np.linspace(0.1, 6, 12), 1e-4
    slope = (solve(valve, angle + step).resistance - solve(valve, angle - step).resistance) / (2 * step)
    solution = solve(valve, angle)
    for x in np.array([0.0, 0.37, 1.0]) * valve.spacer_thickness:
        twist = 2 * np.cross(solution.accumulation(x), solution.spin_current(x))[:, 0]
        np.testing.assert_allclose(twist, slope, rtol=1e-6, atol=1e-7 * abs(slope).max())


@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_the_potential_rises_by_ohm_s_law_of_two_spins_and_by_the_resistance_in_all(valve):
    """Slopes ρ(1 + βj) from the spin current; from the line of F1 to that of the lead it is the resistance."""
    angle, step = np.array([0.0, 0.8, np.pi]), 1e-4
    solution = solve(valve, angle)
    d0, end = valve.spacer_thickness, valve.spacer_thickness + valve.right_thickness
    own = np.stack([0 * angle, -np.sin(angle), np.cos(angle)], -1)
    for layer, x, axis in (
        (valve.left, -7.0, np.array([0, 0, 1.0])),
        (valve.spacer, 0.3 * d0, 0 * own),
        (valve.right, d0 + 0.6 * (end - d0), own),
        (valve.lead, end + 5.0, 0 * own),
    ):
        slope = (solution.potential(x + step) - solution.potential(x - step)) / (2 * step)
        beta = getattr(layer, "asymmetry", 0.0)
        expected = layer.resistivity * 1e-17 * (1 + beta * (solution.spin_current(x) * axis).sum(-1))
        np.testing.assert_allclose(slope, expected, rtol=1e-6)
    far = -60 * valve.left.diffusion_length
    ohmic = valve.left.resistivity * (1 - valve.left.asymmetry**2) * 1e-17 * far
    np.testing.assert_allclose(solution.potential(far), ohmic, rtol=1e-12)
    lead = valve.lead.resistivity * 1e-17 * 3.0
    np.testing.assert_allclose(solution.potential(end + 3.0) - lead, solution.resistance, rtol=1e-12)
    for interface, x, axis in (
        (valve.left_interface, 0.0, np.array([0, 0, 1.0])),
        (valve.right_interface, d0, own),
        (valve.lead_interface, end, own),
    ):
        tiny = 1e-7
        jump = solution.potential(x + tiny) - solution.potential(x - tiny)
        current = (solution.spin_current(x - tiny) * axis).sum(-1)
        np.testing.assert_allclose(jump, interface.resistance * (1 + interface.asymmetry * current), rtol=1e-4)
    assert solution.potential(np.zeros((4, 1))).shape == (4, 3)
    assert np.shape(solve(valve, 0.3).potential(1.0)) == ()


@pytest.mark.parametrize("valve", [CO_CU, UNEQUAL])
def test_fields_obey_the_diffusion_equations(valve):
    """e^2 j = -g'/rho (less the drift in F) and j' = -g/(rho l^2), in every layer; the lab vectors point along F."""
    angle, step = 0.8, 1e-4
    solution = solve(valve, angle)
    d0, d2 = valve.spacer_thickness, valve.right_thickness
    axis = np.array([0, -np.sin(angle), np.cos(angle)])
    for layer, x, direction in (
        (valve.left, -7.0, np.array([0, 0, 1.0])),
        (valve.spacer, 0.3 * d0, None),
        (valve.right, d0 + 0.6 * d2, axis),
        (valve.lead, d0 + d2 + 5.0, axis),
    ):
        rho, beta = layer.resistivity * 1e-17, getattr(layer, "asymmetry", 0.0)
        g, j = solution.accumulation(x), solution.spin_current(x)
        g_slope, j_slope = (
            (field(x + step) - field(x - step)) / (2 * step) for field in (solution.accumulation, solution.spin_current)
        )
        drift = 0.0 if direction is None else -beta * direction
        np.testing.assert_allclose(j, drift - g_slope / rho, atol=1e-7)
        np.testing.assert_allclose(j_slope, -g / (rho * layer.diffusion_length**2), atol=1e-8)
        if direction is not None:
            np.testing.assert_allclose(np.cross(g / 1e-15, direction), 0, atol=1e-14)
            np.testing.assert_allclose(np.cross(j, direction), 0, atol=1e-14)


@pytest.mark.parametrize("angle", [0.0, 0.9, np.pi])
def test_interfaces(angle):
    """Spin current along each magnet is continuous; across F2 it stops, and half of what stops is the torque."""
    valve = UNEQUAL
    solution = solve(valve, angle)
    d0, end, tiny = valve.spacer_thickness, valve.spacer_thickness + valve.right_thickness, 1e-9
    s, c = np.sin(angle), np.cos(angle)
    axis, increasing = np.array([0, -s, c]), np.array([0, -c, -s])
    before, after = solution.spin_current(d0), solution.spin_current(d0 + tiny)
    assert before @ axis == pytest.approx(after @ axis, abs=1e-8)
    np.testing.assert_allclose(
        (before - after) / 2,
        solution.tau_phi * increasing + solution.tau_x * np.array([1, 0, 0]),
        atol=1e-8,
    )
    # tau = N_par m2 x (m1 x m2) + N_perp m1 x m2, m1 = S and m2 = s; cross is m2 x m1
    cross = np.cross(axis, [0, 0, 1.0])
    np.testing.assert_allclose(
        (before - after) / 2,
        -solution.torque_in_plane * np.cross(axis, cross) - solution.torque_out_of_plane * cross,
        atol=1e-8,
    )
    assert solution.spin_current(-tiny)[2] == pytest.approx(solution.spin_current(0.0)[2], abs=1e-8)
    np.testing.assert_allclose(solution.spin_current(end), solution.spin_current(end + tiny), atol=1e-8)
    # far inside F1 the current is polarised by the bulk; electrons carry it to the left
    assert solution.spin_current(-1e4)[2] == pytest.approx(-valve.left.asymmetry, abs=1e-12)
    np.testing.assert_allclose(solution.accumulation([-1e5, 1e5]), 0, atol=1e-30)


def test_reversing_the_angle_and_all_asymmetries():
    solution, mirrored = solve(UNEQUAL, ANGLES), solve(UNEQUAL, -ANGLES)
    np.testing.assert_allclose(mirrored.torque_in_plane, solution.torque_in_plane, rtol=1e-12)
    np.testing.assert_allclose(mirrored.torque_out_of_plane, solution.torque_out_of_plane, rtol=1e-12)
    np.testing.assert_allclose(mirrored.tau_phi, -solution.tau_phi, rtol=1e-12)
    opposite = UNEQUAL.with_asymmetries(
        left=(-0.5, -0.7), right=(0.3, -0.4)
    )  # with_asymmetries gives both interfaces of F2 one gamma
    opposite = replace(opposite, lead_interface=replace(UNEQUAL.lead_interface, asymmetry=0.6))
    flipped = solve(opposite, ANGLES)
    np.testing.assert_allclose(flipped.torque_in_plane, -solution.torque_in_plane, rtol=1e-12)
    np.testing.assert_allclose(flipped.torque_out_of_plane, -solution.torque_out_of_plane, rtol=1e-12)
    np.testing.assert_allclose(flipped.resistance, solution.resistance, rtol=1e-12)


def test_conjugate_mixing_conductances_mirror_the_out_of_plane_torque():
    conjugate = UNEQUAL
    for name in ("left_interface", "right_interface"):
        side = getattr(UNEQUAL, name)
        changed = replace(side, mixing_conductance=np.conj(side.mixing_conductance))
        conjugate = replace(conjugate, **{name: changed})
    one, other = solve(UNEQUAL, ANGLES), solve(conjugate, ANGLES)
    np.testing.assert_allclose(other.torque_in_plane, one.torque_in_plane, rtol=1e-12)
    np.testing.assert_allclose(other.torque_out_of_plane, -one.torque_out_of_plane, rtol=1e-12)
    np.testing.assert_allclose(other.resistance, one.resistance, rtol=1e-12)


def test_spin_flip_in_the_spacer_kills_torque_and_magnetoresistance():
    """What is left of the torque is F2's own: with no spin from F1, F2 exerts none on itself."""
    lengths = np.array([1000.0, 10.0, 1.0, 0.5])
    solutions = [solve(replace(CO_CU, spacer=Metal(0.5, length)), ANGLES) for length in lengths]
    torque = [abs(s.tau_phi).max() for s in solutions]
    spread = [np.ptp(s.resistance) for s in solutions]
    assert (np.diff(torque) < 0).all()
    assert (np.diff(spread) < 0).all()
    assert torque[-1] < 1e-7
    assert spread[-1] < 1e-7 * spread[0]


def test_real_mixing_conductance():
    """No out-of-plane torque, identically, and the closed form."""
    valve = UNEQUAL
    for name in ("left_interface", "right_interface"):
        valve = replace(valve, **{name: replace(getattr(valve, name), mixing_conductance=0.7e15)})
    valve = replace(valve, left_interface=replace(valve.left_interface, mixing_conductance=0.4e15))
    solution = solve(valve, ANGLES)
    assert (solution.tau_x == 0).all()
    assert (solution.torque_out_of_plane == 0).all()
    assert (solution.accumulation(5.0)[:, 0] == 0).all()
    np.testing.assert_allclose(spin_valve.closed_form(valve, ANGLES), solution.torque_in_plane, rtol=1e-12)


def test_collinear_coefficients_are_limits():
    near = solve(UNEQUAL, [1e-6, np.pi - 1e-6])
    exact = solve(UNEQUAL, [0.0, np.pi])
    np.testing.assert_allclose(exact.torque_in_plane, near.torque_in_plane, rtol=1e-9)
    np.testing.assert_allclose(exact.torque_out_of_plane, near.torque_out_of_plane, rtol=1e-9)
    assert exact.tau_phi[0] == 0.0


def test_no_asymmetry_no_torque():
    valve = CO_CU.with_asymmetries(left=(0.0, 0.0), right=(0.0, 0.0))
    solution = solve(valve, ANGLES)
    assert (solution.torque_in_plane == 0).all()
    # three resistors and two layers in series
    series = 3 * 0.52e-15 + (0.5 * 10 + 5.1 * 10) * 1e-17
    np.testing.assert_allclose(solution.resistance, series, rtol=1e-14)


def test_one_unpolarised_magnet():
    """A magnet that only absorbs (beta = gamma = Im G = 0) has an axis but no direction: phi and pi - phi are alike."""
    valve = CO_CU.with_mixing_conductance(0.542e15)
    absorber = valve.with_asymmetries(right=(0.0, 0.0))
    one, other = solve(absorber, ANGLES), solve(absorber, np.pi - ANGLES)
    np.testing.assert_allclose(one.resistance, other.resistance, rtol=1e-13)
    np.testing.assert_allclose(one.torque_in_plane, other.torque_in_plane, rtol=1e-13)
    assert gmr(absorber) == pytest.approx(0.0, abs=1e-13)
    # the other way round: F2 polarises the spacer, F1 tilts that spin, and the torque returns to F2
    source = valve.with_asymmetries(left=(0.0, 0.0))
    np.testing.assert_allclose(
        solve(source, np.pi - ANGLES).torque_in_plane, -solve(source, ANGLES).torque_in_plane, atol=1e-15
    )
    assert critical_angle(source) == pytest.approx(np.pi / 2, rel=1e-14, abs=0)


@pytest.mark.parametrize(("beta", "gamma"), [(0.1, -0.1), (0.2, -0.2), (0.0, 0.05)])
@pytest.mark.parametrize("mixing", [0.542e15, 0.542e15 + 0.016e15j, 0.3e15 - 0.4e15j])
def test_critical_angle_is_the_zero_of_the_torque(beta, gamma, mixing):
    valve = CO_CU.with_asymmetries(left=(beta, gamma)).with_mixing_conductance(mixing)
    ends = solve(valve, [0.0, np.pi]).torque_in_plane
    angle = critical_angle(valve)
    if ends[0] * ends[1] > 0:
        assert np.isnan(angle)
    else:
        assert angle == pytest.approx(
            brentq(lambda phi: solve(valve, phi).torque_in_plane, 0.0, np.pi, xtol=1e-13), rel=1e-9, abs=0
        )


def test_critical_angle_of_complex_and_unequal_mixing_conductances():
    found = 0
    for gamma in np.linspace(-0.9, 0.9, 37):
        valve = UNEQUAL.with_asymmetries(left=(0.1, gamma))
        ends, angle = solve(valve, [0.0, np.pi]).torque_in_plane, critical_angle(valve)
        assert np.isnan(angle) == (ends[0] * ends[1] > 0)
        if not np.isnan(angle):
            found += 1
            assert abs(solve(valve, angle).torque_in_plane) < 1e-12 * abs(ends).max()
    assert found > 0


@settings(max_examples=50, deadline=None)
@given(valves, st.lists(st.floats(-20, 20), max_size=4))
def test_any_valve_is_finite_and_within_bounds(valve, angles):
    solution = solve(valve, angles)
    for value in (
        solution.tau_phi,
        solution.tau_x,
        solution.torque_in_plane,
        solution.torque_out_of_plane,
        solution.resistance,
    ):
        assert value.shape == (len(angles),)
        assert np.isfinite(value).all()
    # entropy is produced, in both channels at least in part: R > 0
    assert (solution.resistance > 0).all()
    assert np.isfinite(gmr(valve))
    angle = critical_angle(valve)
    assert np.isnan(angle) or 0 < angle < np.pi


def test_gmr_is_the_difference_of_two_resistances():
    for valve in (CO_CU, UNEQUAL, replace(UNEQUAL, spacer_thickness=1e-3, right_thickness=300.0)):
        parallel, antiparallel = solve(valve, [0.0, np.pi]).resistance
        assert gmr(valve) == pytest.approx(antiparallel / parallel - 1, rel=1e-11, abs=0)


def test_small_torques_keep_their_digits():
    """What a thick spacer or a thin free layer makes small is small by the right factor, not rounding.

    Behind d0 >> l the battery F1 drives a torque ~ exp(-d0/l), its load alone one ~ exp(-2 d0/l); of a free layer
    without interface resistances that polarises the current alone, the torque is proportional to its thickness.
    """
    for left, power in ((None, 1), ((0.0, 0.0), 2)):
        opaque = UNEQUAL.with_asymmetries(left=left)
        near, far = (solve(replace(opaque, spacer_thickness=30.0 * depths), 1.1) for depths in (40.0, 90.0))
        assert far.torque_in_plane == pytest.approx(near.torque_in_plane * np.exp(-50.0 * power), rel=1e-9, abs=0)
        assert far.torque_out_of_plane == pytest.approx(
            near.torque_out_of_plane * np.exp(-50.0 * power), rel=1e-9, abs=0
        )
    near, far = (gmr(replace(UNEQUAL, spacer_thickness=30.0 * depths)) for depths in (40.0, 41.0))
    resistance = [solve(replace(UNEQUAL, spacer_thickness=30.0 * depths), 0.0).resistance for depths in (40.0, 41.0)]
    assert far * resistance[1] == pytest.approx(near * resistance[0] / np.e, rel=1e-9, abs=0)
    bare = {name: Interface(0.0, 0.0, 1e15) for name in ("left_interface", "right_interface", "lead_interface")}
    thin = replace(UNEQUAL.with_asymmetries(left=(0.0, 0.0)), **bare)
    one, ten = (solve(replace(thin, right_thickness=d), 1.1).torque_in_plane for d in (1e-9, 1e-8))
    assert ten == pytest.approx(10 * one, rel=1e-7, abs=0)


def test_extremes_are_finite():
    """Very thin, very thick, very strong spin flip: nothing overflows, nothing warns."""
    for spacer, right, length in ((1e-9, 1e-9, 1e6), (1e6, 1e6, 1e-2), (1e-9, 1e6, 60.0)):
        valve = replace(CO_CU, spacer_thickness=spacer, right_thickness=right, spacer=Metal(0.5, length))
        solution = solve(valve, ANGLES)
        assert np.isfinite(solution.torque_in_plane).all()
        x = np.array([-1e7, 0.0, spacer / 2, spacer, spacer + right / 2, spacer + right, 1e8])[:, None]
        assert np.isfinite(solution.accumulation(x)).all()
        assert np.isfinite(solution.spin_current(x)).all()
    thin = [solve(replace(CO_CU, spacer_thickness=d), 1.0).torque_in_plane for d in (1e-3, 1e-6, 1e-9)]
    assert abs(thin[2] - thin[1]) < 1e-6 * abs(thin[2])


def test_shapes():
    scalar = solve(CO_CU, 1.0)
    assert isinstance(scalar.torque_in_plane, float)
    assert isinstance(scalar.tau_phi, float)
    assert isinstance(scalar.resistance, float)
    assert scalar.accumulation(1.0).shape == (3,)
    grid = solve(CO_CU, np.ones((2, 3)))
    assert grid.resistance.shape == (2, 3)
    assert grid.accumulation(1.0).shape == (2, 3, 3)
    x = np.linspace(-50, 50, 7)[:, None, None]
    profile = grid.spin_current(x)
    assert profile.shape == (7, 2, 3, 3)
    np.testing.assert_allclose(profile[2, 1, 1], scalar.spin_current(x[2, 0, 0]))
    assert solve(CO_CU, []).torque_in_plane.shape == (0,)
    assert solve(CO_CU, []).accumulation(1.0).shape == (0, 3)


def test_one_batched_solve_beats_a_loop():
    angles = np.linspace(0, 2 * np.pi, 361)
    batched = solve(CO_CU, angles)
    np.testing.assert_allclose(
        [solve(CO_CU, phi).torque_in_plane for phi in angles], batched.torque_in_plane, rtol=1e-13
    )
    ratios = []
    for _ in range(5):
        start = time.perf_counter()
        for phi in angles:
            solve(CO_CU, phi)
        middle = time.perf_counter()
        for _ in range(50):
            solve(CO_CU, angles)
        ratios.append((middle - start) / ((time.perf_counter() - middle) / 50))
    assert statistics.median(ratios) >= 15


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Metal(0.0, 10.0), ValueError, "resistivity must lie in"),
        (lambda: Metal(1.0, np.inf), ValueError, "diffusion_length must lie in"),
        (lambda: Magnet(1.0, 1.0, -1.0), ValueError, "asymmetry must lie in"),
        (lambda: Interface(-1e-15, 0.0, 1e15), ValueError, "resistance must lie in"),
        (lambda: Interface(1e-15, 0.0, 1e15j), ValueError, "mixing_conductance must be finite"),
        (lambda: Interface(1e-15, 0.0, complex("nan")), ValueError, "mixing_conductance must be finite"),
        (lambda: Interface(1e-15, 0.0, "1e15"), TypeError, "mixing_conductance must be a single complex"),
        (lambda: Interface(1e-15, 0.0, [1e15]), TypeError, "mixing_conductance must be a single complex"),
        (lambda: replace(CO_CU, spacer_thickness=0.0), ValueError, "spacer_thickness must lie in"),
        (lambda: replace(CO_CU, left=CO_CU.spacer), TypeError, "left must be a Magnet"),
        (lambda: replace(CO_CU, spacer=CO_CU.left), ValueError, "spacer must be a normal metal"),
        (lambda: replace(CO_CU, lead_interface=None), TypeError, "lead_interface must be a Interface"),
        (lambda: CO_CU.with_asymmetries(left=(0.1, 2.0)), ValueError, "asymmetry must lie in"),
        (lambda: solve(CO_CU, np.nan), ValueError, "angle must lie in"),
        (lambda: solve(CO_CU, "0"), TypeError, "angle must be a real number"),
        (lambda: solve("valve", 0.0), TypeError, "valve must be a SpinValve"),
        (lambda: critical_angle(None), TypeError, "valve must be a SpinValve"),
        (lambda: solve(CO_CU, 0.0).accumulation(np.inf), ValueError, "x must lie in"),
        (lambda: spin_valve.closed_form(CO_CU, 0.0), ValueError, "real mixing conductances"),
        (lambda: spin_valve.sharvin_mixing_conductance(-1.0), ValueError, "fermi_energy must lie in"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
