"""The one gate through which every argument passes."""

from dataclasses import dataclass

import numpy as np
import pytest

from mtjlib._validate import device, number, real, set_floats, whole


@pytest.mark.parametrize("bad", ["1", 1j, None, object(), True, [1, "a"], [1.0, None], [[1.0], [1.0, 2.0]]])
def test_what_is_not_a_real_number_is_a_type_error(bad):
    with pytest.raises(TypeError, match="width must be a real number"):
        real("width", bad)


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("(0, inf)", [1e-300, 1e300], [0.0, -1.0, np.inf, np.nan]),
        ("[0, inf)", [0.0, 5.0], [-1e-300, np.inf, np.nan]),
        ("(0, inf]", [np.inf, 1.0], [0.0, np.nan]),
        ("[-1, 1]", [-1.0, 1.0, 0.0], [1.0000001, -1.0000001, np.nan]),
        ("(-inf, inf)", [-1e300, 0.0], [np.inf, -np.inf, np.nan]),
    ],
)
def test_interval_ends_count_as_written(interval, inside, outside):
    np.testing.assert_array_equal(real("x", inside, interval), inside)
    for value in outside:
        with pytest.raises(ValueError, match="x must lie in"):
            real("x", value, interval)


def test_message_names_argument_range_unit_and_offender():
    with pytest.raises(ValueError) as error:
        real("width", [1.0, -2.0, 3.0], "(0, inf)", "nm")
    assert str(error.value) == "width must lie in (0, inf) nm, got -2.0"


def test_shape_is_kept_and_input_is_not_aliased():
    given = np.ones((2, 3))
    result = real("x", given)
    result[0, 0] = 7
    assert result.shape == (2, 3)
    assert given[0, 0] == 1


def test_empty_array_is_legal():
    assert real("x", []).shape == (0,)
    assert real("x", 3).shape == ()


def test_fields_become_floats_or_say_what_is_wrong():
    @dataclass(frozen=True)
    class Layer:
        width: float

        def __post_init__(self):
            set_floats(self, width=("(0, inf)", "nm"))

    assert isinstance(Layer(1).width, float)
    for width, error, message in (
        (-1, ValueError, r"width must lie in \(0, inf\) nm"),
        ([1.0], TypeError, "single number"),
    ):
        with pytest.raises(error, match=message):
            Layer(width)


def test_a_mask_is_not_lost_in_silence():
    with pytest.raises(ValueError, match="bias must not hold masked values"):
        real("bias", np.ma.masked_array([0.1, 0.2], [False, True]))
    assert real("bias", np.ma.masked_array([0.1, 0.2])).tolist() == [0.1, 0.2]


def test_a_single_number_is_named_when_it_is_a_list():
    assert number("duration", np.array(2), "(0, inf)", "s") == 2.0
    with pytest.raises(TypeError, match="duration must be a single number"):
        number("duration", [1, 2])
    with pytest.raises(ValueError, match=r"duration must lie in \(0, inf\) s, got nan"):
        number("duration", np.nan, "(0, inf)", "s")


@pytest.mark.parametrize(
    ("bad", "error"), [(True, TypeError), (2.0, TypeError), ("2", TypeError), (None, TypeError), (0, ValueError)]
)
def test_whole_numbers(bad, error):
    assert whole("every", np.int64(3)) == 3
    with pytest.raises(error, match="every must be an integer"):
        whole("every", bad)


def test_a_device_of_another_class_is_named():
    with pytest.raises(TypeError, match="spacing must be an OSError, got 'x'"):
        device("spacing", "x", OSError)
    with pytest.raises(TypeError, match="name must be a str, got 1"):
        device("name", 1, str)
    assert device("name", "Fe", str) == "Fe"
