"""The device objects: immutable, validated, hashable."""

import dataclasses

import pytest

from mtjlib import Barrier, Ferromagnet, Junction

FE = Ferromagnet(4.5, 3.825)


def test_objects_are_frozen_values():
    assert FE == Ferromagnet(4.5, 3.825)
    assert len({FE, Ferromagnet(4.5, 3.825)}) == 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        FE.fermi_energy = 1.0
    assert dataclasses.replace(Barrier(1.0, 1.0), width=2.0).width == 2.0


def test_integers_become_floats_and_asymmetry_defaults_to_none():
    barrier = Barrier(1, 2, 1)
    assert isinstance(barrier.height, float)
    assert barrier.heights == (1.0, 1.0)
    assert Barrier(2.5, 1.0, height_right=3.5).heights == (2.5, 3.5)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Ferromagnet(0.0, 1.0), ValueError, "fermi_energy must lie in"),
        (lambda: Ferromagnet(1.0, -0.1), ValueError, "exchange_splitting must lie in"),
        (lambda: Ferromagnet("4.5", 1.0), TypeError, "fermi_energy must be a real number"),
        (lambda: Ferromagnet([4.5], 1.0), TypeError, "fermi_energy must be a single number"),
        (lambda: Barrier(1.0, -1.0), ValueError, "width must lie in"),
        (lambda: Barrier(float("nan"), 1.0), ValueError, "height must lie in"),
        (lambda: Barrier(1.0, 1.0, mass=0.0), ValueError, "mass must lie in"),
        (lambda: Barrier(1.0, 1.0, height_right=-2.0), ValueError, "height_right must lie in"),
        (lambda: Junction(FE, FE, FE), TypeError, "barrier must be a Barrier"),
        (lambda: Junction(FE, Barrier(1.0, 1.0), FE, spacer=-1.0), ValueError, "spacer must lie in"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()
