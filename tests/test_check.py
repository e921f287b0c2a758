"""`check`: right answers pass in any style, wrong ones fail with advice, missing ones with "not answered yet"."""

import subprocess
import sys

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mtjlib.course import check

NUMBERS = st.floats(1e-25, 1e25) | st.floats(-1e25, -1e-25)
UNANSWERED = [None, ...]


def advice(function, *arguments, **keywords):
    """Return the message of the AssertionError that the check must raise."""
    with pytest.raises(AssertionError) as raised:
        function(*arguments, **keywords)
    return str(raised.value)


@given(NUMBERS, st.floats(-0.99, 0.99))
@settings(max_examples=50)
def test_value_passes_exactly_within_the_tolerance(expected, fraction):
    check.value(expected * (1 + 0.01 * fraction), expected)
    for factor in (1.012, 0.988):
        assert "answer" in advice(check.value, expected * factor, expected)


@given(NUMBERS, st.integers(-12, 12))
@settings(max_examples=50)
def test_power_of_ten_is_named_with_its_direction(expected, power):
    assume(power)
    message = advice(check.value, expected * 10.0**power, expected, unit="A")
    times = f"10^{abs(power)}" if abs(power) > 4 else str(10 ** abs(power))
    assert f"right digits, but {times} times too {'large' if power > 0 else 'small'}" in message
    assert "wanted in A" in message


@given(NUMBERS, st.floats(1.1, 1e6))
@settings(max_examples=50)
def test_no_wrong_value_passes(expected, factor):
    for wrong in (expected * factor, expected / factor, -expected, -expected * factor):
        advice(check.value, wrong, expected)


@pytest.mark.parametrize(
    "answer",
    [
        2,
        2.0,
        np.float32(2),
        np.int64(2),
        np.array(2.0),
        np.array([2.0]),
        [2.0],
        (2,),
        2 + 0j,
        sympy.Rational(2),
        sympy.sqrt(4),
    ],
    ids=repr,
)
def test_value_in_any_type(answer, capsys):
    check.value(answer, 2.0, name="x")
    assert capsys.readouterr().out == "✓ x is right.\n"


@pytest.mark.parametrize("unanswered", UNANSWERED)
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (check.value, 1.0),
        (check.array, [1.0]),
        (check.expression, "x"),
        (check.function, np.sqrt),
        (check.choice, ["a", "b"]),
    ],
)
def test_not_answered_yet(function, expected, unanswered):
    more = {check.function: ([1.0],), check.choice: ("a",)}.get(function, ())
    assert advice(function, unanswered, expected, *more, name="it") == "it is not answered yet."


def test_array_with_one_gap_is_not_answered_yet():
    assert advice(check.array, [1.0, None], [1.0, 2.0]) == "answer is not answered yet."


def test_answered():
    check.answered(a=0.0, b=np.zeros(2))
    assert advice(check.answered, a=0.0, b=None) == "b is not answered yet."


@pytest.mark.parametrize(
    ("answer", "expected", "keywords", "message"),
    [
        (-3.0, 3.0, {}, "right size, but the wrong sign"),
        (66.7, 2 / 3, {}, "a fraction, not per cent"),
        (66.7, 2 / 3, {"unit": "V"}, "100 times too large. Check the prefixes"),
        (6.0, 3.0, {}, "too large by a factor of 2"),
        (1.5, 3.0, {}, "too small by a factor of 2"),
        (3.0 * 1.602176634e-19, 3.0, {"unit": "eV"}, "eV for J"),
        (3.0 / 1.602176634e-19, 3.0, {"unit": "J"}, "eV for J"),
        (180 / np.pi, 1.0, {"unit": "rad"}, "degrees for radians"),
        (2 * np.pi * 5, 5.0, {}, "a frequency for an angular frequency"),
        (4e-7 * np.pi * 5, 5.0, {"unit": "A/m"}, "B for H"),
        (0.25, 4.0, {}, "the reciprocal"),
        (3.2, 3.0, {"unit": "nm", "name": "d"}, "d = 3.2 nm is too large"),
        (2.8, 3.0, {}, "is too small"),
        (-1.0, 3.0, {}, "has the wrong sign"),
        (0.0, 3.0, {}, "is too small"),
        (1e-9, 0.0, {}, "is too large"),
        (np.nan, 3.0, {}, "contains nan"),
        (np.inf, 3.0, {}, "contains inf"),
        ("3 nm", 3.0, {}, "without quotes or units"),
        (True, 1.0, {}, "not True"),
        (np.sqrt, 3.0, {}, "is a function: call it"),
        (3 + 1j, 3.0, {}, "must be real"),
        ([1.0, 2.0], 3.0, {}, "must be one number"),
        ({"a": 1}, 3.0, {}, "must be a number or an array"),
        ([[1.0], [1.0, 2.0]], 3.0, {}, "must be a number or an array"),
        (sympy.Symbol("x"), 3.0, {}, "must be a number or an array"),
    ],
)
def test_advice(answer, expected, keywords, message):
    assert message in advice(check.value, answer, expected, **keywords)


def test_hint_comes_before_the_general_advice():
    hints = [(0.4, "Other denominator."), (66.7, "Say it as a fraction.")]
    assert advice(check.value, 0.4, 2 / 3, hints=hints) == "Other denominator."
    assert advice(check.value, 66.7, 2 / 3, hints=hints) == "Say it as a fraction."


def test_expected_zero_and_small_numbers():
    check.value(1e-13, 0.0)
    advice(check.value, 0.0, 1e-20)  # no absolute tolerance hides behind a small unit
    advice(check.array, [1e-20, 3e-20], [1e-20, 2e-20])
    check.value(0.05, 0.0, atol=0.1)


def test_array():
    check.array((1, 2.001), [1.0, 2.0])
    check.array(np.array([[1.0, 0.0]]), [[1.0, 1e-10]])
    assert "must have the shape (2,), but has the shape (3,)" in advice(check.array, [1, 2, 3], [1, 2])
    assert "answer[1] = 3 is too large" in advice(check.array, [1, 3], [1, 2])
    assert "answer[1, 0] = 3 is too small" in advice(check.array, [[1, 2], [3, 4]], [[1, 2], [5, 4]])
    assert "1000 times too large" in advice(check.array, [1000, 2000, 0], [1, 2, 0], unit="V")
    assert "wrong sign" in advice(check.array, [-1, -2], [1, 2])
    assert advice(check.array, [2, 4], [1, 2], hints=[([2, 4], "Doubled.")]) == "Doubled."


def test_function_in_any_style():
    cases = [(1.0, 2.0), (3.0, 4.0)]
    for answer in (lambda a, b: a * b, lambda x, y: [x * y], np.multiply, lambda *z: np.prod(z)):
        check.function(answer, [2.0, 12.0], cases)
    check.function(lambda x: list(2 * x), lambda x: 2 * x, [(np.arange(3.0),)])


def test_advice_on_functions():
    def stub(x):
        raise NotImplementedError

    def broken(x):
        return x / 0

    def double(x):
        return 2 * x

    assert advice(check.function, stub, double, [1.0], name="f") == "f(1) is not answered yet."
    assert "its `return` is missing" in advice(check.function, lambda x: None, double, [1.0])
    assert "f(1.5) stops with ZeroDivisionError" in advice(check.function, broken, double, [1.5], name="f")
    assert "stops with TypeError" in advice(check.function, lambda: 1, double, [1.5])
    assert "f(3) = 7 is too large" in advice(check.function, lambda x: 2 * x + (x > 2), double, [1.0, 3.0], name="f")
    assert "wrong sign" in advice(check.function, lambda x: -2 * x, double, [1.0, 3.0])
    assert "must be a function" in advice(check.function, 3.0, double, [1.0])
    assert "must have the shape (), but has the shape (2,)" in advice(check.function, lambda x: [x, x], double, [1.0])
    hints = [(lambda x: x**2, "Squared."), ([3.0, 6.0], "Tripled.")]
    assert advice(check.function, lambda x: x * x, double, [1.0, 3.0], hints=hints) == "Squared."
    both = [np.array([1.0, 2.0])]
    assert "f([1. 2.])[1] = 5 is too large" in advice(
        check.function, lambda x: x**2 + (x > 1), np.square, both, name="f"
    )


def test_call():
    assert check.call(max, 1, 3) == 3
    assert advice(check.call, None, 1, name="f") == "f is not answered yet."
    assert "its `return` is missing" in advice(check.call, print)


x, P, E = sympy.symbols("x P E")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (2 * P**2 / (1 - P**2), "1/(1 - P) + 1/(1 + P) - 2"),
        (sympy.sin(x) ** 2, 1 - sympy.cos(x) ** 2),
        (sympy.Symbol("x", positive=True), sympy.sqrt(x**2)),
        ("E*x", E * x),
        (sympy.log(E * x), sympy.log(E) + sympy.log(x)),
        (2, sympy.Integer(2)),
        (0, x - x),
        (sympy.sqrt(1 - x) / sympy.sqrt(1 - P), sympy.sqrt((1 - x) / (1 - P))),
    ],
)
def test_equivalent_expressions(answer, expected, capsys):
    check.expression(answer, expected, name="it")
    assert capsys.readouterr().out == "✓ it is right.\n"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (-x * P, "wrong sign"),
        (2 * x * P, "constant factor 2"),
        (x * P * E, "must not depend on E"),
        (x, "must depend on P too"),
        (x + P, "Try a limit that you know"),
        (x * P + sympy.Float("1e-9"), "Try a limit"),
        (x**2 * P, "Squared."),
        (sympy.Eq(P, x), "right-hand side alone"),
        ("x P", "cannot be read"),
        ([x, P], "must be one expression"),
    ],
)
def test_advice_on_expressions(answer, message):
    assert message in advice(check.expression, answer, x * P, hints=[("x*x*P", "Squared.")])


def test_choice():
    check.choice(" Series ", ["series", "shunt"], "series")
    assert advice(check.choice, "shunt", ["series", "shunt"], "series", name="defect") == "defect is not 'shunt'."
    assert advice(check.choice, "shunt", ["series", "shunt"], "series", hints=[("shunt", "No.")]) == "No."
    assert "must be one of 'series', 'shunt'" in advice(check.choice, "leak", ["series", "shunt"], "series")
    assert "must be one of" in advice(check.choice, 3, ["series", "shunt"], "series")


def test_only_numpy_is_imported():
    code = "import sys, mtjlib.course.check; print(sorted({'sympy', 'matplotlib', 'IPython'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
