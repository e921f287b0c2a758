"""Conversions are checked against the definitions of the units, and against each other."""

import numpy as np
import pytest
import scipy
from scipy import constants

from mtjlib import units

# Ours are the literals of CODATA 2022. SciPy has them since 1.15; the adjustment before, of 2018, differs by 1e-9.
SAME_ADJUSTMENT = tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 15)
TOLERANCE = 1e-12 if SAME_ADJUSTMENT else 2e-9


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (units.HBAR, constants.hbar),
        (units.E_CHARGE, constants.e),
        (units.M_E, constants.m_e),
        (units.MU_0, constants.mu_0),
        (units.MU_B, constants.physical_constants["Bohr magneton"][0]),
        (units.K_B, constants.k / constants.e),
        (units.GAMMA, abs(constants.physical_constants["electron gyromag. ratio"][0])),
    ],
)
def test_constants_are_those_of_scipy(ours, theirs):
    assert ours == pytest.approx(theirs, rel=TOLERANCE, abs=0)


def test_wavevector_of_one_electronvolt_agrees_with_the_de_broglie_wavelength():
    wavelength = constants.h / np.sqrt(2 * constants.m_e * constants.e) * 1e9
    assert np.sqrt(1 / units.HBAR2_2M) == pytest.approx(2 * np.pi / wavelength, rel=TOLERANCE)


def test_conductance_quantum_is_half_of_the_spin_degenerate_one():
    both_spins = constants.physical_constants["conductance quantum"][0]
    assert 2 * units.CONDUCTANCE_QUANTUM == pytest.approx(both_spins, rel=TOLERANCE, abs=0)


def test_gyromagnetic_ratio_gives_28_gigahertz_per_tesla():
    assert units.GAMMA / (2 * np.pi) == pytest.approx(28.025e9, rel=1e-4)


def test_boltzmann_constant_is_in_electronvolt():
    assert units.K_B * 300 == pytest.approx(0.02585, rel=1e-3)


def test_torkance_unit_scales_with_area_and_broadcasts():
    one = units.torkance_to_hbar_2e_per_kohm(1e-5, 100.0)
    both = units.torkance_to_hbar_2e_per_kohm(1e-5, [100.0, 200.0])
    np.testing.assert_allclose(both, [one, 2 * one])


def test_slonczewski_maximum_of_a_one_kiloohm_junction_is_half_a_unit():
    """A half-metal junction has torkance (ħ/4e) G_P: half of (ħ/2e)/kΩ at 1 kΩ, whatever its area."""
    area, resistance = 5000.0, 1e3
    per_area = units.HBAR / (4 * units.E_CHARGE) / resistance / (area * 1e-18)
    assert units.torkance_to_hbar_2e_per_kohm(per_area, area) == pytest.approx(0.5)


def test_resistance_area_product_of_a_square_micrometre():
    """10 Ω µm² on 1 µm² is 10 Ω."""
    conductance = 1 / (10.0 * 1e-12)
    assert units.resistance_area_product(conductance) == pytest.approx(10.0)


def test_field_and_magnetisation_conversions_agree_through_four_pi():
    """In CGS, B = H + 4πM: 1 emu/cm³ makes 4π gauss, and µ0 M must make the same tesla."""
    tesla = units.MU_0 * units.emu_per_cc_to_ampere_per_meter(1.0)
    assert tesla == pytest.approx(units.oersted_to_tesla(4 * np.pi), rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: units.torkance_to_hbar_2e_per_kohm(1.0, 0.0), "area must lie in"),
        (lambda: units.resistance_area_product(0.0), "conductance must lie in"),
        (lambda: units.oersted_to_tesla(np.nan), "field must lie in"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message):
        call()
