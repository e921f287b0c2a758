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
        (0.95, 1.05, {}, "answer = 0.95 is too small"),
        (0.985, 1.01, {"rtol": 0.001}, "answer = 0.985 is too small"),
        (0.04, 0.004, {}, "10 times too large. Check the powers of ten"),
        (np.ones((2, 2)), 3.0, {}, "must be one number, but has the shape (2, 2)"),
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


def test_number_and_require():
    assert check.number(np.array([2]), "n") == 2.0
    assert advice(check.number, np.ones(2), "n") == "n must be one number, but has the shape (2,)."
    assert advice(check.number, None, "n") == "n is not answered yet."
    check.require(True, "no")
    assert advice(check.require, np.bool_(False), "Mind the sign.") == "Mind the sign."


def test_messages_name_cases_and_parts():
    cases, parts = {"flat curve": (1.0,), "steep curve": (2.0,)}, ("r_p", "tmr")
    right = [(100.0, 1.5), (120.0, 0.5)]

    def say(*results, **more):
        return advice(check.function, lambda x: results[int(x) - 1], right, cases, name="f", parts=parts, **more)

    assert say((100, 1.5), (120, 0.7)) == "f (steep curve): tmr = 0.7 is too large."
    assert say((200, 1.5), (240, 0.5)) == "f: r_p: too large by a factor of 2."
    assert say((100, 150), (120, 50)) == "f: tmr: right digits, but 100 times too large. Give a fraction, not per cent."
    per_part = {"tmr": [([0.6, 1 / 3], "Divide by R_P.")]}
    assert say((100, 0.6), (120, 1 / 3), hints=per_part) == "Divide by R_P."
    assert say((1, 1.5), (120, 0.5), hints=per_part) == "f (flat curve): r_p = 1 is too small."
    whole = [([(1.5, 100.0), (0.5, 120.0)], "R_P first.")]
    assert say((1.5, 100), (0.5, 120), hints=whole) == "R_P first."
    assert "must return 2 numbers (r_p, tmr), but gives 3" in say((1, 2, 3), (1, 2, 3))
    assert say((0.1, 1.5), (0.12, 0.5), unit=("Ω", "")).endswith("Check the prefixes: the answer is wanted in Ω.")
    assert say((100, 1.6), (120, 0.5), rtol=(0.01, 0.02)) == "f (flat curve): tmr = 1.6 is too large."
    assert "f (flat curve) = 3 is too large" in advice(check.function, lambda x: 3, [1, 4], cases, name="f")
    check.function(lambda x: right[int(x) - 1], right, cases, name="f", parts=parts, rtol=(0.01, 0.1))


def test_verdicts():
    words, cases = ["good", "bad"], [((n,), "good" if n % 2 else "bad") for n in range(10)]
    check.verdicts(lambda n: "Good" if n % 2 else "bad", cases, words)
    check.verdicts(lambda n: "good" if n % 2 or n == 4 else "bad", cases, words)
    message = advice(check.verdicts, lambda n: "good", cases, words, name="f", hints={"bad": "Look again."})
    assert message == "f names 5 of 10 cases right, 9 are needed. 5 of 5 'bad' are called 'good'. Look again."
    pair = {"bad": "Look again.", ("bad", "good"): "Bad is not good."}
    assert advice(check.verdicts, lambda n: "good", cases, words, hints=pair).endswith("Bad is not good.")
    assert "f, case 1 must" not in advice(check.verdicts, lambda n: "ugly", cases, words, name="f")
    assert "must be one of" in advice(check.verdicts, lambda n: np.array([1, 2]), cases, words)
    assert "f, case 1 stops with" in advice(check.verdicts, lambda n: 1 / n, cases, words, name="f")


@pytest.fixture
def notebook(monkeypatch):
    """A fresh session and a function that runs cells in one namespace, as a student's notebook does."""
    monkeypatch.delenv("MTJ_CHECK", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(check, "_session", check._Session())
    namespace = {"check": check, "np": np, "_": "last output"}
    return lambda code: exec(code, namespace) or namespace


CELL = """
@check.step("1 a")
def _(a):
    window, fit = 3, check.number(a)
    check.value(fit, 3.0, name="a")
"""


def test_step_counts_shows_one_line_and_leaves_no_name(notebook, capsys):
    notebook('check.start({"1 a": 1, "2 b": 3}, words=2)')
    before = set(notebook("window = max"))
    notebook(CELL)
    assert capsys.readouterr().out == "✗ a is not answered yet.\n"
    notebook("a = 4\n" + CELL)
    assert capsys.readouterr().out == "✗ a = 4 is too large.\n"
    notebook("check.summary()")
    assert capsys.readouterr().out == "0 of 4 points by the checks. Next: step 1 (a).\n"
    after = notebook("a = 3\n" + CELL + "check.start({'1 a': 1, '2 b': 3})\ncheck.summary()")
    assert set(after) == before | {"a", "__builtins__"} and after["window"] is max and after["_"] == "last output"
    out = "✓ a is right.\n✓ Step 1 (a): 1 point.\n1 of 4 points by the checks. Next: step 2 (b).\n"
    assert capsys.readouterr().out == out
    notebook("a = 4\n" + CELL + "check.summary()")
    assert "0 of 4 points" in capsys.readouterr().out, "a step that is broken again loses its points"


def test_summary_of_a_complete_exercise_speaks_of_words(notebook, capsys):
    notebook('check.start({"1 a": 1}, words=2)\na = 3' + CELL + "check.summary()")
    assert "1 of 1 point by the checks." in capsys.readouterr().out


@pytest.mark.parametrize("variable", ["MTJ_CHECK", "NBGRADER_EXECUTION"])
def test_step_raises_when_it_is_graded(notebook, monkeypatch, variable):
    monkeypatch.setenv(variable, "strict")
    with pytest.raises(check.CheckFailed, match="a is not answered yet") as raised:
        notebook(CELL)
    assert raised.value._render_traceback_() == ["✗ a is not answered yet."]


def test_a_check_that_breaks_says_so_in_one_line(notebook, capsys):
    notebook('@check.step("1 a")\ndef _():\n    1 / 0')
    assert capsys.readouterr().out == "✗ The check stops with ZeroDivisionError: division by zero.\n"


def test_given_data_are_kept_whatever_becomes_of_the_name(notebook, capsys):
    notebook("r = np.ones(2)\ncheck.given(r=r)\nr[0] = 5\nr = None\ndef f(x):\n    x[:] = 7\n    return x[0]")
    notebook('@check.step("1 a")\ndef _(f, r):\n    check.value(check.call(f, r), 7)\n    check.array(r, [1, 1])')
    assert capsys.readouterr().out == "✓ answer is right.\n✓ answer is right.\n"


def test_the_library_is_off_while_the_answer_runs_and_only_then(notebook, capsys):
    from mtjlib import julliere

    kept = julliere.tmr
    cells = """
from mtjlib import julliere
from mtjlib.julliere import tmr as alias
def f(x):
    return alias(x, 0.5)
def g(x):
    return x / (2 - x) * 2
@check.step("1 f", off=[OFF])
def _(f):
    check.function(f, lambda x: julliere.tmr(x, 0.5), [0.5], name="f")
@check.step("2 g", off=[OFF])
def _(g):
    check.function(g, lambda x: julliere.tmr(x, 0.5), [0.5], name="g")
print(round(float(f(0.5)), 3), julliere.tmr(p1=0.5, p2=0.5) == f(0.5))
"""
    for off in ("julliere", "julliere.tmr"):
        notebook(cells.replace("OFF", off))
        refused = "✗ mtjlib.julliere.tmr is switched off while this check runs: build it yourself.\n"
        assert capsys.readouterr().out == refused + "✓ g is right.\n0.667 True\n"
    assert julliere.tmr is kept


def test_stand_in_opens_after_its_check(notebook, capsys):
    @check.stand_in("1 a")
    def spare():
        """Three."""
        return 3

    assert "opens when the check of step 1 (a) has run" in advice(spare)
    notebook("pass")["spare"] = spare
    notebook('@check.step("1 a")\ndef _(spare):\n    check.value(check.call(spare), 3)')
    assert "given.spare is switched off while this check runs" in capsys.readouterr().out
    assert spare() == 3 and spare.__doc__ == "Three."


def test_notebooks_show_one_line_and_no_traceback():
    shell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell()
    result = shell.run_cell("from mtjlib.course import check\ncheck.value(1.0, 3.0, name='x')", silent=True)
    assert result.error_in_exec._render_traceback_() == ["✗ x = 1 is too small."]
