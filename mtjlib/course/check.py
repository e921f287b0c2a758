r"""Compare a reader's answer with the right one, and say what to look at when they differ.

The exercises call these functions; there is no server. Each comparison prints one line that starts with ``✓`` when the
answer is right and raises `CheckFailed` with a sentence of advice when it is not. Advice comes in this order:

1. *not answered yet*: ``None``, ``...`` or a function that raises ``NotImplementedError``;
2. the hints of the exercise, pairs ``(wrong answer, what to look at)`` of known misconceptions;
3. one factor between answer and solution: a sign, a power of ten, eV for J, degrees for radians, h for ħ, a reciprocal;
4. too large or too small.

A graded step of a notebook is one function under the decorator `step`. It runs at once, takes the answers by the names
of its parameters, and leaves no name behind, so that nothing a reader has defined is overwritten. A failure is shown as
one line and counted by `summary`; the notebook runs on. With ``MTJ_CHECK=strict`` in the environment, or under
nbgrader, it is raised instead, and so recorded.

Only NumPy is needed. SymPy is imported by `expression` when that is called.
"""

import copy
import functools
import inspect
import math
import os
import types
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Number

import numpy as np

NOT_ANSWERED = "not answered yet"


class CheckFailed(AssertionError):
    """An answer is missing or wrong; the message says what to look at. A notebook shows this line and no traceback."""

    def _render_traceback_(self):
        return [f"✗ {self}"]


@dataclass
class _Session:
    steps: dict = field(default_factory=dict)  # points of each step, as `start` was told
    words: int = 0
    given: dict = field(default_factory=dict)
    ran: set = field(default_factory=set)
    passed: set = field(default_factory=set)
    running: str = ""
    off: tuple = ()


_session = _Session()


def start(steps, words=0):
    """Announce the steps of an exercise, once, in its first cell.

    Parameters
    ----------
    steps : dict
        Points of each step, {"1 tmr": 1, "2 circuit": 3}: the number of the step, then the name of its answer cell.
    words : int
        Points for answers in words, which a reader gives.
    """
    if _session.steps != steps:
        vars(_session).update(vars(_Session(dict(steps), words)))


def given(**data):
    """Keep a copy of the data of an exercise: a check compares with these, whatever becomes of the names."""
    _session.given.update(copy.deepcopy(data))


def step(label, off=()):
    """Run the decorated function as the check of one step.

    Parameters
    ----------
    label : str
        One of the steps that `start` was told.
    off : sequence of modules and functions
        What is switched off while the check calls a reader's function, because the step asks to build just that.

    Notes
    -----
    The parameters of the function are names of answers, taken from the notebook, or of data that `given` keeps. The
    function's own name keeps the value that it had before; call it ``_``.

    Examples
    --------
    >>> answer = 12.0
    >>> @step("1 answer")
    ... def _(answer):
    ...     value(answer, 42, name="answer")
    ✗ answer = 12 is too small.
    """

    def run(body):
        names, session = body.__globals__, _session
        session.running, session.off = label, tuple(off)
        try:
            arguments = {}
            for name in inspect.signature(body).parameters:
                arguments[name] = copy.deepcopy(session.given[name]) if name in session.given else names.get(name)
            answered(**arguments)
            body(**arguments)
        except Exception as error:
            session.passed.discard(label)
            if not isinstance(error, AssertionError):
                error = CheckFailed(f"The check stops with {type(error).__name__}: {error}.")
            if _strict():
                raise error from None
            print(f"✗ {error}")
        else:
            session.passed.add(label)
            if label in session.steps:
                print(f"✓ Step {_step(label)}: {_points(session.steps[label])}.")
        finally:
            session.ran.add(label)
            session.running, session.off = "", ()
        return names.get(body.__name__)

    return run


def summary():
    """Print the points so far and the next step."""
    steps, passed = _session.steps, _session.passed
    got = sum(worth for label, worth in steps.items() if label in passed)
    line = f"{got} of {_points(sum(steps.values()))} by the checks."
    left = [label for label in steps if label not in passed]
    if left:
        print(f"{line} Next: step {_step(left[0])}.")
        return
    words = f" Your own words can bring {_points(_session.words)} more." if _session.words else ""
    print(f"{line} Your teacher's checks have more cases.{words}")


def stand_in(label):
    """Decorate a working solution of one step, which a later step may use in place of a reader's own.

    It opens when the check of its step has run, passed or not, and is closed again while that check runs.
    """

    def wrap(function):
        @functools.wraps(function)
        def guarded(*arguments, **keywords):
            if _session.running == label:
                raise CheckFailed(
                    f"given.{function.__name__} is switched off while this check runs: build it yourself."
                )
            if label not in _session.ran:
                opens = f"opens when the check of step {_step(label)} has run"
                raise CheckFailed(f"given.{function.__name__} {opens}: try it yourself first.")
            return function(*arguments, **keywords)

        return guarded

    return wrap


def _strict():
    return os.environ.get("MTJ_CHECK") == "strict" or "NBGRADER_EXECUTION" in os.environ


def _points(number):
    return f"{number} point{'' if number == 1 else 's'}"


def _step(label):
    number, _, name = label.partition(" ")
    return f"{number} ({name})"


@contextmanager
def _switched_off(targets):
    """Make functions, and all functions of modules, refuse to run, under whatever name they are known."""
    functions = []
    for target in targets:
        members = vars(target).values() if isinstance(target, types.ModuleType) else [target]
        for member in members:
            member = inspect.unwrap(member) if callable(member) else member
            if isinstance(member, types.FunctionType) and not member.__closure__:
                ours = not isinstance(target, types.ModuleType) or member.__module__ == target.__name__
                functions += [member] if ours and member not in functions else []
    saved = [(f, f.__code__, f.__defaults__, f.__kwdefaults__) for f in functions]
    try:
        for function in functions:
            function.__defaults__ = function.__kwdefaults__ = None
            function.__code__ = _refusal(f"{function.__module__}.{function.__name__}")
        yield
    finally:
        for function, code, defaults, keywords in saved:
            function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, keywords


@functools.cache
def _refusal(name):
    message = f"{name} is switched off while this check runs: build it yourself."
    scope = {}
    exec(f"def off(*_, **__):\n from mtjlib.course.check import CheckFailed\n raise CheckFailed({message!r})", scope)
    return scope["off"].__code__


_FACTORS = (
    (2.0, "a factor of 2"),
    (math.pi, "a factor of π"),
    (2 * math.pi, "a factor of 2π: h for ħ, or a frequency for an angular frequency?"),
    (180 / math.pi, "a factor of 180/π: degrees for radians?"),
    (1.602176634e-19, "a factor of e: eV for J, or a charge left out?"),
    (1.25663706e-6, "a factor of µ₀: B for H?"),
)


def answered(**answers):
    """Stop with "not answered yet" if one of the named answers is still ``...`` or ``None``.

    A check calls it first when it goes on to calculate with the answers.

    Examples
    --------
    >>> answered(ra=12.0)
    >>> answered(ra=12.0, tmr=...)
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: tmr is not answered yet.
    """
    for name, answer in answers.items():
        if answer is None or answer is Ellipsis:
            raise CheckFailed(f"{name} is {NOT_ANSWERED}.")


def value(answer, expected, *, rtol=0.01, atol=0.0, name="answer", unit="", hints=()):
    """Check one number.

    Parameters
    ----------
    answer : float
        The reader's answer: any real number, NumPy or SymPy numbers and arrays of one element included.
    expected : float
        The right answer.
    rtol, atol : float
        Relative and absolute tolerance. An expected zero has an absolute tolerance of at least 1e-12.
    name, unit : str
        How messages call the answer. No unit means a pure number, and then a factor of 100 is read as per cent.
    hints : sequence of (float, str)
        Known wrong answers and what to say to each.

    Raises
    ------
    CheckFailed
        If there is no answer yet or it is wrong; the message says which, and why if that can be seen.

    Examples
    --------
    >>> value(0.667, 2 / 3, name="TMR")
    ✓ TMR is right.
    >>> value(66.7, 2 / 3, name="TMR")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: TMR: right digits, but 100 times too large. Give a fraction, not per cent.
    >>> value(..., 2 / 3, name="TMR")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: TMR is not answered yet.
    """
    _compare(np.asarray(number(answer, name)), np.asarray(float(expected)), rtol, atol, name, unit, hints)
    print(f"✓ {name} is right.")


def array(answer, expected, *, rtol=0.01, atol=0.0, name="answer", unit="", hints=()):
    """Check a list or an array, element by element.

    Parameters are those of `value`, with sequences for numbers. The absolute tolerance is at least 1e-9 of the largest
    expected element, so that a zero among large numbers need not be exact.

    Examples
    --------
    >>> array([1, 2, 3], np.array([1.0, 2.0, 3.0]), name="current", unit="mA")
    ✓ current is right.
    >>> array([1, 2, 4], [1, 2, 3], name="current", unit="mA")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: current[2] = 4 mA is too large.
    """
    numbers, expected = _numbers(answer, name), np.asarray(expected, float)
    if numbers.shape != expected.shape:
        raise CheckFailed(f"{name} must have the shape {expected.shape}, but has the shape {numbers.shape}.")
    _compare(numbers, expected, rtol, atol, name, unit, hints)
    print(f"✓ {name} is right.")


def number(answer, name="answer"):
    """Return the answer as one float, for a check that goes on to calculate with it, or say why that is not possible.

    Examples
    --------
    >>> number([3], name="count")
    3.0
    >>> number([[1.0, 0.2], [0.2, 1.0]], name="correlation")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: correlation must be one number, but has the shape (2, 2).
    """
    numbers = _numbers(answer, name)
    if numbers.size != 1:
        raise CheckFailed(f"{name} must be one number, but has the shape {numbers.shape}.")
    return float(numbers.reshape(()))


def require(condition, advice):
    """Stop with the advice unless the condition holds.

    Examples
    --------
    >>> require(2 > 1, "A resistance is positive.")
    >>> require(-2 > 1, "A resistance is positive.")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: A resistance is positive.
    """
    if not condition:
        raise CheckFailed(advice)


def function(answer, expected, cases, *, rtol=0.01, atol=0.0, name="answer", unit="", hints=(), parts=()):
    """Check a function by calling it.

    Parameters
    ----------
    answer : callable
        The reader's function. It is called with positional arguments, so their names are free.
    expected : callable or sequence
        The right function, or its values, one for each case.
    cases : sequence of tuple, or dict
        The arguments of each call; the keys of a dict name the cases in messages.
    rtol, atol, name, unit
        As for `value`. With `parts`, a sequence gives one of each for every part.
    hints : sequence of (callable or sequence, str), or dict
        Known wrong functions, or their values for all cases, and what to say to each. With `parts`, a dict gives the
        hints of single parts: {"tmr": [(wrong values, one for each case, "what to look at")]}.
    parts : sequence of str
        Names of the components, if the function returns several numbers.

    Examples
    --------
    >>> square = [(lambda x: 2 * x, "Square it; do not double it.")]
    >>> function(lambda x: x * x, lambda x: x**2, [(1.0,), (3.0,)], name="f", hints=square)
    ✓ f is right.
    >>> function(lambda x: x + x, lambda x: x**2, [(1.0,), (3.0,)], name="f", hints=square)
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: Square it; do not double it.
    >>> function(lambda x: (x, 2 * x), lambda x: (x, x), {"flat curve": (3.0,)}, name="f", parts=("mean", "slope"))
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: f: slope: too large by a factor of 2.
    """
    named = cases if isinstance(cases, dict) else None
    cases = [case if isinstance(case, tuple) else (case,) for case in (cases.values() if named else cases)]
    labels = [f"{name} ({case})" for case in named] if named else [_label(name, case) for case in cases]
    wanted = [np.asarray(result, float) for result in _results(expected, cases)]
    rows = []
    for label, case, want in zip(labels, cases, wanted, strict=True):
        numbers = _numbers(call(answer, *case, name=name, label=label), label)
        if parts and numbers.size != len(parts):
            raise CheckFailed(
                f"{label} must return {len(parts)} numbers ({', '.join(parts)}), but gives {numbers.size}."
            )
        if numbers.shape != want.shape and numbers.size != want.size:
            raise CheckFailed(f"{label} must have the shape {want.shape}, but has the shape {numbers.shape}.")
        rows.append(numbers.reshape(-1))
    if parts:
        _compare_parts(np.array(rows), np.array(wanted), rtol, atol, name, unit, hints, parts, labels, cases)
    else:
        flat_hints = [(_flat(_results(wrong, cases)), hint) for wrong, hint in hints]
        where = [
            label if row.size == 1 else f"{label}[{i}]"
            for label, row in zip(labels, rows, strict=True)
            for i in range(row.size)
        ]
        _compare(np.concatenate(rows), _flat(wanted), rtol, atol, name, unit, flat_hints, where)
    print(f"✓ {name} is right.")


def _compare_parts(given, expected, rtol, atol, name, unit, hints, parts, labels, cases):
    def each(setting):
        return [setting] * len(parts) if np.ndim(setting) == 0 else list(setting)

    tolerances = list(zip(each(rtol), each(atol), strict=True))
    good = [_close(given[:, i], expected[:, i], r, a).all() for i, (r, a) in enumerate(tolerances)]
    if all(good):
        return
    of_parts = hints if isinstance(hints, dict) else {}
    for wrong, hint in () if of_parts else hints:
        wrong = np.array([np.asarray(row, float).reshape(-1) for row in _results(wrong, cases)])
        if all(_close(given[:, i], wrong[:, i], r, a).all() for i, (r, a) in enumerate(tolerances)):
            raise CheckFailed(hint)
    for i, part in enumerate(parts):
        if not good[i]:
            own = [(np.asarray(wrong, float), hint) for wrong, hint in of_parts.get(part, ())]
            where = [f"{label}: {part}" for label in labels]
            _compare(given[:, i], expected[:, i], *tolerances[i], f"{name}: {part}", each(unit)[i], own, where)


def call(answer, *arguments, name="answer", label=""):
    """Call the reader's function and return its result, with advice if it stops or returns nothing.

    What the running `step` has switched off is off while the function runs, and only then.

    Examples
    --------
    >>> call(lambda x: 2 * x, 1.5, name="double")
    3.0
    >>> call(lambda x: None, 1.5, name="double")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: double(1.5) gives None: it is not answered yet, or its `return` is missing.
    """
    answered(**{name: answer})
    if not callable(answer):
        raise CheckFailed(f"{name} must be a function, not {answer!r}.")
    label = label or _label(name, arguments)
    try:
        with _switched_off(_session.off):
            result = answer(*copy.deepcopy(arguments))
    except NotImplementedError:
        raise CheckFailed(f"{label} is {NOT_ANSWERED}.") from None
    except AssertionError:
        raise
    except Exception as error:
        raise CheckFailed(f"{label} stops with {type(error).__name__}: {error}") from error
    if result is None:
        raise CheckFailed(f"{label} gives None: it is {NOT_ANSWERED}, or its `return` is missing.")
    return result


def verdicts(answer, cases, words, *, least=0.9, name="answer", hints=None):
    """Check a function that sorts cases into words, such as a diagnosis, on many cases at once.

    Parameters
    ----------
    answer : callable
        The reader's function; it returns a word.
    cases : sequence of (tuple, str)
        The arguments of each call and the right word.
    words : sequence of str
        The words to choose from.
    least : float
        The share of the cases that must be right.
    hints : dict
        What to look at, for a right word or for a pair (right word, given word).

    Examples
    --------
    >>> verdicts(lambda x: "odd", [((1,), "odd"), ((2,), "even"), ((4,), "even")], ["odd", "even"], name="parity")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: parity names 1 of 3 cases right, 3 are needed. 2 of 2 'even' are called 'odd'.
    """
    mistakes, total = Counter(), Counter(right for _, right in cases)
    for number_, (arguments, right) in enumerate(cases, 1):
        word = _word(call(answer, *arguments, name=name, label=f"{name}, case {number_}"), words, name)
        if word != right:
            mistakes[right, word] += 1
    good, needed = len(cases) - mistakes.total(), math.ceil(least * len(cases) - 1e-9)
    if good < needed:
        (right, word), often = max(mistakes.items(), key=lambda item: item[1])
        advice = (hints or {}).get((right, word)) or (hints or {}).get(right, "")
        raise CheckFailed(
            f"{name} names {good} of {len(cases)} cases right, {needed} are needed. "
            f"{often} of {total[right]} {right!r} are called {word!r}. {advice}".rstrip()
        )
    print(f"✓ {name} names {good} of {len(cases)} cases right.")


def expression(answer, expected, *, name="answer", hints=()):
    """Check a SymPy expression: any equivalent form is right.

    Symbols are compared by name, whatever their assumptions; in a string every letter is a symbol (E is an energy).
    Two expressions count as equal when they agree to 15 digits at several points with all symbols between 0 and 1.

    Parameters
    ----------
    answer : sympy.Expr, number or str
        The reader's expression.
    expected : sympy.Expr or str
        The right one.
    name : str
        How messages call the answer.
    hints : sequence of (sympy.Expr or str, str)
        Known wrong expressions and what to say to each.

    Examples
    --------
    >>> expression("2*P**2/(1 - P**2)", "1/(1 - P) + 1/(1 + P) - 2", name="TMR")
    ✓ TMR is right.
    >>> expression("2*P**2/(1 - Q**2)", "2*P**2/(1 - P**2)", name="TMR")
    Traceback (most recent call last):
    ...
    mtjlib.course.check.CheckFailed: TMR must not depend on Q.
    """
    import sympy

    answered(**{name: answer})

    def plain(given):
        try:
            given = sympy.sympify(given, locals={letter: sympy.Symbol(letter) for letter in "CEINOQS"})
        except (sympy.SympifyError, SyntaxError, TypeError) as error:
            raise CheckFailed(f"{name} cannot be read as an expression: {given!r}.") from error
        if isinstance(given, sympy.Equality):
            raise CheckFailed(f"{name}: give the right-hand side alone, not an equation.")
        if not isinstance(given, sympy.Expr):
            raise CheckFailed(f"{name} must be one expression, not {given!r}.")
        return given.subs({symbol: sympy.Symbol(symbol.name, positive=True) for symbol in given.free_symbols})

    def same(one, other):
        symbols = sorted(one.free_symbols | other.free_symbols, key=lambda symbol: symbol.name)
        for point in range(1, 5):
            roots = [sympy.sqrt(sympy.prime(3 * point + 7 * i + 1)) for i in range(len(symbols))]
            values = {symbol: root - sympy.floor(root) for symbol, root in zip(symbols, roots, strict=True)}
            left, right = (sympy.N(e.subs(values), 25) for e in (one, other))
            if not (left.is_number and right.is_number) or left.has(sympy.nan, sympy.zoo):
                return sympy.simplify(one - other) == 0
            if abs(left - right) > sympy.Float("1e-15") * (1 + abs(right)):
                return False
        return True

    answer, expected = plain(answer), plain(expected)
    if same(answer, expected):
        print(f"✓ {name} is right.")
        return
    for wrong, hint in hints:
        if same(answer, plain(wrong)):
            raise CheckFailed(hint)
    names = [{symbol.name for symbol in e.free_symbols} for e in (answer, expected)]
    if names[0] - names[1]:
        raise CheckFailed(f"{name} must not depend on {', '.join(sorted(names[0] - names[1]))}.")
    if names[1] - names[0]:
        raise CheckFailed(f"{name} must depend on {', '.join(sorted(names[1] - names[0]))} too.")
    if same(-answer, expected):
        raise CheckFailed(f"{name} has the wrong sign.")
    ratio = sympy.simplify(answer / expected)
    if ratio.is_number:
        raise CheckFailed(f"{name} is wrong by the constant factor {ratio}.")
    raise CheckFailed(f"{name} is not right yet: {answer}. Try a limit that you know.")


def choice(answer, options, right, *, name="answer", hints=()):
    """Check a word chosen from a list.

    Parameters
    ----------
    answer : str
        The reader's word; capitals and outer spaces do not matter.
    options : sequence of str
        The words to choose from.
    right : str
        The right one.
    name : str
        How messages call the answer.
    hints : sequence of (str, str)
        What to say to each wrong word.

    Examples
    --------
    >>> choice("Falls", ["rises", "falls"], "falls", name="trend")
    ✓ trend is right.
    """
    word = _word(answer, options, name)
    if word != right:
        raise CheckFailed(dict(hints).get(word, f"{name} is not {word!r}."))
    print(f"✓ {name} is right.")


def _word(answer, options, name):
    answered(**{name: answer})
    word = answer.strip().lower() if isinstance(answer, str) else answer
    if not isinstance(word, str) or word not in options:
        raise CheckFailed(f"{name} must be one of {', '.join(map(repr, options))}, not {_short(answer)}.")
    return word


def _numbers(answer, name):
    """Return the answer as a float array, or say why that is not possible."""
    answered(**{name: answer})
    if callable(answer):
        raise CheckFailed(f"{name} must be a number, but is a function: call it.")
    if isinstance(answer, str | bool):
        raise CheckFailed(f"{name} must be a number without quotes or units, not {answer!r}.")
    try:
        numbers = np.asarray(answer)
        if numbers.dtype == object:
            if any(element is None or element is Ellipsis for element in numbers.flat):
                raise CheckFailed(f"{name} is {NOT_ANSWERED}.")
            numbers = numbers.astype(complex)
        if numbers.dtype.kind == "c":
            if np.any(np.abs(numbers.imag) > 1e-9 * np.abs(numbers.real)):
                raise CheckFailed(f"{name} must be real, not {_short(answer)}.")
            numbers = numbers.real
        if numbers.dtype.kind not in "iuf":
            raise TypeError
        numbers = numbers.astype(float)
    except (TypeError, ValueError) as error:
        raise CheckFailed(f"{name} must be a number or an array of numbers, not {_short(answer)}.") from error
    if not np.isfinite(numbers).all():
        bad = numbers[~np.isfinite(numbers)].flat[0]
        raise CheckFailed(f"{name} contains {bad}: a division by zero, ∞/∞ or a root of a negative number?")
    return numbers


def _results(source, cases):
    return [source(*copy.deepcopy(case)) for case in cases] if callable(source) else list(source)


def _flat(results):
    return np.concatenate([np.asarray(result, float).reshape(-1) for result in results])


def _close(a, b, rtol, atol):
    scale = np.abs(b)
    least = 1e-9 * scale.max() if b.ndim and b.size and scale.max() else np.where(scale == 0, 1e-12, 0.0)
    return np.abs(a - b) <= np.maximum(rtol * scale, np.maximum(atol, least))


def _compare(answer, expected, rtol, atol, name, unit, hints, where=None):
    right = _close(answer, expected, rtol, atol)
    if right.all():
        return
    for wrong, hint in hints:
        wrong = np.asarray(wrong, float)
        if wrong.shape == expected.shape and _close(answer, wrong, rtol, atol).all():
            raise CheckFailed(hint)
    advice = _common_factor(answer, expected, rtol, unit)
    if advice:
        raise CheckFailed(f"{name}: {advice}")
    first = np.unravel_index(np.argmin(right), right.shape)
    if where is not None:
        label = where[first[0]]
    else:
        label = f"{name}[{', '.join(map(str, first))}]" if answer.ndim else name
    got, want = answer[first], expected[first]
    if got * want < 0:
        raise CheckFailed(f"{label} = {got:.4g}{unit and ' ' + unit} has the wrong sign.")
    large = abs(got) > abs(want)
    raise CheckFailed(f"{label} = {got:.4g}{unit and ' ' + unit} is too {'large' if large else 'small'}.")


def _common_factor(answer, expected, rtol, unit):
    """Say what one factor turns the answer into the solution, if a telling one does; else return None."""
    nonzero = expected != 0
    if not nonzero.any() or np.any(answer[~nonzero]) or np.any(answer[nonzero] == 0):
        return None
    ratios = answer[nonzero] / expected[nonzero]
    ratio, narrow = float(np.median(ratios)), min(rtol, 0.05)  # a wide tolerance must not mistake 1.9 for 2

    def is_factor(factor, tol=narrow):
        return bool(np.all(np.abs(ratios / factor - 1) <= tol))

    if is_factor(-1.0, rtol):
        return "right size, but the wrong sign."
    if ratio < 0:
        return None
    tens = round(math.log10(ratio))
    if tens and is_factor(10.0**tens, min(rtol, 0.3)):
        times = f"10^{abs(tens)}" if abs(tens) > 4 else f"{10 ** abs(tens)}"
        advice = f"right digits, but {times} times too {'large' if tens > 0 else 'small'}."
        if tens == 2 and not unit:
            return f"{advice} Give a fraction, not per cent."
        return f"{advice} Check the {f'prefixes: the answer is wanted in {unit}' if unit else 'powers of ten'}."
    for factor, advice in _FACTORS:
        if is_factor(factor) or is_factor(1 / factor):
            return f"too {'large' if ratio > 1 else 'small'} by {advice}{'' if advice.endswith('?') else '.'}"
    products = answer[nonzero] * expected[nonzero]
    # Numbers near 1 are near their reciprocals too, and mostly wrong for another reason.
    if np.all(np.abs(products - 1) <= narrow) and np.abs(np.log(np.abs(ratios))).max() > 0.3:
        return "this is the reciprocal of the answer."
    return None


def _label(name, arguments):
    return f"{name}({', '.join(map(_short, arguments))})"


def _short(argument):
    if isinstance(argument, Number):
        return f"{argument:g}" if isinstance(argument, float) else str(argument)
    text = " ".join(str(argument).split())
    return text if len(text) < 40 else text[:37] + "…"
