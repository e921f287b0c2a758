import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from mtjlib import _airy, barrier, units
from mtjlib.junction import Barrier

C = units.HBAR2_2M
heights = st.floats(0.05, 5.0)
widths = st.floats(0.05, 5.0)
masses = st.floats(0.05, 5.0)
shares = st.floats(-0.99, 0.99)


def biased(height, height_right, share):
    """A legal bias: a share of the way to the end of the allowed range."""
    return share * (height if share > 0 else height_right)


def box_by_integration(width, mass, squared_left, squared_right):
    """a, b, c from the fundamental solutions of ψ'' = κ²ψ, integrated numerically."""

    def rhs(x, y):
        squared = squared_left + (squared_right - squared_left) * x / width
        return [y[1], squared * y[0], y[3], squared * y[2]]

    start = np.array([1, 0, 0, 1], dtype=np.result_type(squared_left, squared_right, float))
    end = solve_ivp(rhs, (0, width), start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    m11, _, m12, m22 = end
    return np.array([m11, m22, 1]) / m12 / mass


# --- κ and the action -------------------------------------------------------------------------------------------------


def test_kappa_has_the_right_size_at_one_electronvolt():
    # sqrt(2 m · 1 eV)/ħ = 5.123 /nm, straight from SI constants.
    si = np.sqrt(2 * units.M_E * units.E_CHARGE) / units.HBAR * 1e-9
    assert barrier.kappa(Barrier(1.0, 1.0), 0.3, 0.0, 0.0, 0.0) == pytest.approx(si, rel=1e-12)


def test_bias_raises_the_right_end_only():
    box = Barrier(1.0, 2.0, 0.5)
    assert barrier.kappa(box, 0.0, 0.0, 0.0, 0.6) == barrier.kappa(box, 0.0, 0.0, 0.0, 0.0)
    assert barrier.kappa(box, 2.0, 0.0, 0.0, 0.6) ** 2 == pytest.approx(0.5 * 1.6 / C, rel=1e-12)
    assert barrier.kappa(box, 2.0, 0.0, 0.0, -0.6) ** 2 == pytest.approx(0.5 * 0.4 / C, rel=1e-12)


def test_mass_multiplies_the_edge_but_not_the_in_plane_energy():
    assert barrier.kappa(Barrier(1.0, 1.0, 0.4), 0.0, 0.25, 0.3, 0.0) ** 2 == pytest.approx((0.4 * 0.75 + 0.3) / C)


@settings(max_examples=40)
@given(heights, heights, widths, masses, shares, st.floats(-5.0, 0.0), st.floats(0.0, 5.0))
def test_action_is_the_integral_of_kappa(left, right, width, mass, share, excess, parallel):
    box = Barrier(left, width, mass, right)
    bias = biased(left, right, share)
    integral, _ = quad(lambda x: barrier.kappa(box, x, excess, parallel, bias), 0, width, epsabs=0, epsrel=1e-11)
    assert barrier.action(box, excess, parallel, bias) == pytest.approx(integral, rel=1e-9, abs=0)
    assert barrier.transmission_factor(box, excess, parallel, bias) == pytest.approx(np.exp(-integral), rel=1e-7, abs=0)


@given(heights, heights, widths, masses, shares)
@settings(max_examples=30)
def test_mirror(left, right, width, mass, share):
    """The barrier from the other side: heights swapped, bias reversed, energy counted from the other Fermi level."""
    bias = biased(left, right, share)
    excess = min(bias, 0.0)
    here, there = Barrier(left, width, mass, right), Barrier(right, width, mass, left)
    assert barrier.action(here, excess, 0.1, bias) == pytest.approx(
        barrier.action(there, excess - bias, 0.1, -bias), rel=1e-12, abs=0
    )
    a, b, c = barrier.admittance(here, excess, 0.1, bias)
    np.testing.assert_allclose(barrier.admittance(there, excess - bias, 0.1, -bias), [b, a, c], rtol=1e-9)


# --- the exact box ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "width, mass, ends",
    [
        (1.0, 0.4, (11.8, 11.8)),  # flat
        (1.0, 0.4, (11.8, 11.8 * (1 + 1e-9))),  # nearly flat: Airy functions themselves would fail
        (1.0, 0.4, (11.8, 17.0)),
        (1.0, 0.4, (17.0, 11.8)),
        (1.0, 0.4, (11.8, 0.0)),  # down to the edge
        (0.05, 1.0, (1.0, 40.0)),
        (3.0, 2.0, (0.02, 60.0)),
        (0.1, 1.0, (0.0, 0.0)),  # free flight: a = b = c = 1/d
        (1000.0, 1.0, (0.0, 0.0)),
    ],
)
def test_box_against_numerical_integration(width, mass, ends):
    got = _airy.admittance(width, mass, *(np.array(s) for s in ends))
    np.testing.assert_allclose(got, box_by_integration(width, mass, *ends), rtol=1e-9)


def test_flat_box_is_coth_and_sinh():
    box = Barrier(1.125, 1.3, 0.4)
    kappa = barrier.kappa(box, 0.0, -0.2, 0.1, 0.0)
    a, b, c = barrier.admittance(box, -0.2, 0.1, 0.0)
    decay = kappa * 1.3
    expected = np.array([1 / np.tanh(decay), 1 / np.tanh(decay), 1 / np.sinh(decay)]) * kappa / 0.4
    np.testing.assert_allclose([a, b, c], expected, rtol=1e-13)


@settings(max_examples=40)
@given(widths, masses, st.floats(1e-3, 300.0), st.floats(1e-3, 300.0), st.floats(0.1, 0.9))
def test_two_boxes_in_series_are_one(width, mass, left, right, cut):
    """The wave at the cut drops out: an identity that ties a, b and c of three different trapezoids together."""
    middle = left + cut * (right - left)
    a, b, c = _airy.admittance(width, mass, left, right)
    a1, b1, c1 = _airy.admittance(cut * width, mass, left, middle)
    a2, b2, c2 = _airy.admittance((1 - cut) * width, mass, middle, right)
    np.testing.assert_allclose(a, a1 - c1**2 / (b1 + a2), rtol=1e-8)
    np.testing.assert_allclose(b, b2 - c2**2 / (b1 + a2), rtol=1e-8)
    np.testing.assert_allclose(c, c1 * c2 / (b1 + a2), rtol=1e-9)


@settings(max_examples=40)
@given(widths, masses, st.floats(1e-3, 300.0), st.floats(1e-3, 300.0))
def test_box_is_positive_and_mirrors(width, mass, left, right):
    a, b, c = _airy.admittance(width, mass, left, right)
    assert a > c > 0 and b > 0 and a * b > c * c
    b_mirror, a_mirror, c_mirror = _airy.admittance(width, mass, right, left)
    np.testing.assert_allclose([a, b, c], [a_mirror, b_mirror, c_mirror], rtol=1e-12)


def test_no_seam_where_the_expansion_takes_over():
    """a, b, c as functions of the tilt are smooth across the switch between Airy functions and their expansion."""
    tilt = np.linspace(1.35, 2.05, 4001) * (2 / 3 * 40 / 20) * 0.6
    values = np.array(_airy.admittance(1.0, 1.0, np.full_like(tilt, 11.7), 11.7 + tilt))
    second = np.abs(np.diff(values, 2, axis=-1)) / values[:, 1:-1]
    assert second.max() < 1e-6


def test_complex_energy_continues_the_real_one():
    """Cauchy-Riemann: the derivative along the imaginary axis is i times the one along the real axis."""
    ends, step = np.array([[9.0 - 4.0j], [3.0 - 4.0j]]), 1e-4
    for index in range(3):

        def box(shift, index=index):
            return _airy.admittance(1.5, 0.4, ends[0] + shift, ends[1] + shift)[index]

        real_axis = (box(step) - box(-step)) / (2 * step)
        imaginary = (box(1j * step) - box(-1j * step)) / (2j * step)
        np.testing.assert_allclose(real_axis, imaginary, rtol=1e-6)


@pytest.mark.parametrize(
    "ends",
    [
        (-3.0 - 2.0j, 4.0 - 2.0j),  # through the barrier's edge, where Airy's expansion in 1/ζ has the wrong sign
        (4.0 - 2.0j, -3.0 - 2.0j),
        (-6.0 - 0.5j, -5.0 - 0.5j),  # above the edge everywhere: |ζ| counts, not Re ζ
        (-9.0 - 3.0j, -9.0 - 3.0j),
        (0.5 - 2.0j, 4.0 - 2.0j),  # below the edge, where the two waves are Bessel functions
        (4.0 + 2.0j, 0.1 + 2.0j),
        (30.0 - 6.0j, 40.0 - 6.0j),  # one end by them, the other by the expansion: on either side of their branch cut
        (30.0 + 6.0j, 40.0 + 6.0j),
        (30.0 + 0.0j, 40.0 + 0.0j),  # and on it
        (complex(30.0, -0.0), complex(40.0, -0.0)),
    ],
)
def test_complex_box_against_numerical_integration(ends):
    got = _airy.admittance(1.5, 0.4, *(np.array([s]) for s in ends))
    np.testing.assert_allclose(np.ravel(got), box_by_integration(1.5, 0.4, *ends), rtol=1e-9)


def test_thick_box_tends_to_wkb():
    """c → 2 sqrt(K0 Kd) t_b; what is left falls like the tilt, one power of 1/d per doubling."""
    error = []
    for width in (4.0, 8.0, 16.0):
        box = Barrier(1.0, width, 0.4)
        k0, kd = barrier.kappa(box, [0.0, width], 0.0, 0.0, 0.5) / 0.4
        _, _, c = barrier.admittance(box, 0.0, 0.0, 0.5)
        error.append(abs(c / (2 * np.sqrt(k0 * kd) * barrier.transmission_factor(box, 0.0, 0.0, 0.5)) - 1))
    assert error[0] < 0.02
    assert error[0] / error[1] == pytest.approx(2, rel=0.1) and error[1] / error[2] == pytest.approx(2, rel=0.1)


def test_very_thick_box_underflows_quietly():
    a, b, c = barrier.admittance(Barrier(2.0, 1000.0, 1.0), 0.0, [0.0, 1.0], [0.0, 1.5])
    assert np.all(c == 0) and np.all(np.isfinite(a)) and np.all(np.isfinite(b))


# --- one electron -----------------------------------------------------------------------------------------------------


@given(st.floats(0.01, 10), heights, st.floats(0.05, 2.0), masses)
@settings(max_examples=40)
def test_rectangular_transmission_agrees_with_the_wave_behind_the_barrier(energy, height, width, mass):
    box = Barrier(height, width, mass)
    k = np.sqrt(energy / C)
    behind = barrier.wavefunction(box, width + 0.7, energy, energy)
    assert k * abs(behind) ** 2 == pytest.approx(barrier.rectangular_transmission(box, energy), rel=1e-9, abs=0)


@pytest.mark.parametrize("mass", [1.0, 0.4, 2.0])
def test_best_match_lies_where_energy_equals_height_over_mass(mass):
    box = Barrier(1.0, 1.0, mass)
    energy = np.linspace(0.2, 4.0, 3801)
    assert energy[np.argmax(barrier.rectangular_transmission(box, energy))] == pytest.approx(1 / mass, abs=2e-3)
    assert energy[np.argmax(barrier.thick_transmission(box, energy))] == pytest.approx(1 / mass, abs=2e-3)


def test_thick_limit_is_reached_exponentially():
    ratio = [
        barrier.thick_transmission(Barrier(1.0, d), 0.6) / barrier.rectangular_transmission(Barrier(1.0, d), 0.6) - 1
        for d in (1.0, 1.5)
    ]
    assert ratio[1] / ratio[0] == pytest.approx(np.exp(-2 * np.sqrt(1 / C) * 0.5), rel=0.01)


def test_no_electron_and_no_barrier():
    assert barrier.rectangular_transmission(Barrier(1.0, 1.0), 0.0) == 0
    assert barrier.rectangular_transmission(Barrier(1.0, 1e-6), 1.0) == pytest.approx(1, abs=1e-9)
    assert barrier.rectangular_transmission(Barrier(1.0, 100.0), 1.0) >= 0


def test_wave_is_continuous_and_its_flux_the_same_everywhere():
    box = Barrier(1.0, 0.8, 0.4, 1.4)
    width, h = box.width, 1e-4
    arguments = (2.0, 1.3, -0.1, 0.2, 0.5)

    def flux(x, mass):
        psi = barrier.wavefunction(box, np.array([x - h, x, x + h]), *arguments)
        return (psi[1].conj() * (psi[2] - psi[0])).imag / (2 * h) / mass

    reference = flux(width + 0.5, 1.0)
    assert 0 < reference < 1
    for x, mass in ((-0.7, 1.0), (0.1, 0.4), (0.4, 0.4), (0.75, 0.4)):
        assert flux(x, mass) == pytest.approx(reference, rel=1e-5)
    for x in (0.0, width):
        left, middle, right = barrier.wavefunction(box, np.array([x - 1e-9, x, x + 1e-9]), *arguments)
        assert abs(left - middle) < 1e-7 and abs(right - middle) < 1e-7
    # Incoming plus reflected on the left: one unit of flux comes in.
    k = np.sqrt(2.0 / C)
    x = np.array([-0.5, -0.1])
    waves = np.exp(1j * np.outer(x, [k, -k])) / np.sqrt(k)
    amplitude_in, amplitude_back = np.linalg.solve(waves, barrier.wavefunction(box, x, *arguments))
    assert abs(amplitude_in - 1) < 1e-12
    assert 1 - abs(amplitude_back) ** 2 == pytest.approx(reference, rel=1e-5)


def test_wave_solves_the_schroedinger_equation_inside():
    box, h = Barrier(1.0, 1.0, 0.4), 1e-3
    x = np.array([0.3, 0.6])
    back, here, ahead = (barrier.wavefunction(box, x + s, 2.0, 2.5, 0.1, 0.3, 0.5) for s in (-h, 0, h))
    np.testing.assert_allclose(
        (ahead - 2 * here + back) / h**2, barrier.kappa(box, x, 0.1, 0.3, 0.5) ** 2 * here, rtol=1e-5
    )


def test_wave_decays_into_a_gap():
    box = Barrier(1.0, 0.5)
    one, two = barrier.wavefunction(box, [0.6, 0.8], 1.5, -0.4)
    assert abs(two / one) == pytest.approx(np.exp(-0.2 * np.sqrt(0.4 / C)), rel=1e-12, abs=0)


# --- shapes and refusals ----------------------------------------------------------------------------------------------


def test_shapes():
    box = Barrier(1.0, 1.0, 0.4)
    assert barrier.kappa(box, np.zeros((3, 1)), 0.0, np.zeros(4), 0.0).shape == (3, 4)
    assert barrier.action(box, 0.0, np.zeros(4), np.zeros((2, 1))).shape == (2, 4)
    assert barrier.wavefunction(box, np.linspace(-1, 2, 7), 1.0, 1.0).shape == (7,)
    assert barrier.action(box, 0.0, [], 0.0).shape == (0,)
    assert barrier.wavefunction(box, [], 1.0, 1.0).shape == (0,)
    assert all(part.shape == (2, 3) for part in barrier.admittance(box, 0.0, np.zeros(3), np.zeros((2, 1))))
    assert all(part.shape == (0,) for part in barrier.admittance(box, 0.0, [], 0.1))
    assert isinstance(barrier.action(box, 0.0, 0.0, 0.0), float)
    assert all(isinstance(part, float) for part in barrier.admittance(box, 0.0, 0.0, 0.0))
    assert isinstance(barrier.rectangular_transmission(box, 1.0), float)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda b: barrier.kappa(b, 0.0, 0.0, 0.0, 1.0), r"bias must lie in \(-1.5, 1.0\) V, got 1.0"),
        (lambda b: barrier.kappa(b, 0.0, 0.0, 0.0, -1.5), "bias must lie in"),
        (lambda b: barrier.kappa(b, 2.1, 0.0, 0.0, 0.0), r"x must lie in \[0, 2.0\] nm"),
        (lambda b: barrier.action(b, 0.0, -0.1, 0.0), "parallel_energy must lie in"),
        (lambda b: barrier.action(b, 1.2, 0.0, 0.0), "excess must not exceed the barrier's edge"),
        (lambda b: barrier.action(b, [0.0, 1.2], 0.0, 0.0), "got 1.2 eV, above the left end"),
        (lambda b: barrier.action(b, np.nan, 0.0, 0.0), "excess must lie in"),
        (lambda b: barrier.rectangular_transmission(b, 1.0), "as high on the right"),
        (lambda b: barrier.rectangular_transmission(b, -1.0), "kinetic_energy must lie in"),
        (lambda b: barrier.wavefunction(b, 0.0, 0.0, 1.0), "energy_left must lie in"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message):
        call(Barrier(1.0, 2.0, 1.0, 1.5))


def test_refuses_what_is_not_a_number():
    with pytest.raises(TypeError, match="excess must be a real number"):
        barrier.action(Barrier(1.0, 1.0), "low", 0.0, 0.0)


def test_admittance_at_the_edge_of_a_hardly_tilted_barrier():
    """κ = 0 at one end and κd = 4e-5 at the other: a rod of almost no stiffness, a = b = c = 1/(βd) and (κd)² less."""
    box = Barrier(1.0, 0.8, 0.4)
    for bias in (3e-10, 1e-8):
        a, b, c = barrier.admittance(box, 1.0, 0.0, bias)
        stiffness = box.mass * bias / units.HBAR2_2M * box.width**2  # κ²d² at the upper end
        np.testing.assert_allclose([box.mass * box.width * x - 1 for x in (a, b, c)], 0, atol=stiffness)
        assert a < b
