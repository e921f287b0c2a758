r"""Compare a reader's answer with the right one, and say what to look at when they differ.

The exercises call these functions; there is no server and no hash. Each prints one line that starts with ``✓`` when the
answer is right and raises :class:`AssertionError` with a sentence of advice when it is not. Advice comes in this order:

1. *not answered yet*: ``None``, ``...`` or a function that raises ``NotImplementedError``;
2. the hints of the exercise, pairs ``(wrong answer, what to look at)`` of known misconceptions;
3. one factor between answer and solution: a sign, a power of ten, eV for J, degrees for radians, h for ħ, a reciprocal;
4. too large or too small.

Only NumPy is needed. SymPy is imported by `expression` when that is called.
"""

import math
from numbers import Number

import numpy as np

NOT_ANSWERED = "not answered yet"

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
    AssertionError: tmr is not answered yet.
    """
    for name, answer in answers.items():
        if answer is None or answer is Ellipsis:
            raise AssertionError(f"{name} is {NOT_ANSWERED}.")


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
    AssertionError
        If there is no answer yet or it is wrong; the message says which, and why if that can be seen.

    Examples
    --------
    >>> value(0.667, 2 / 3, name="TMR")
    ✓ TMR is right.
    >>> value(66.7, 2 / 3, name="TMR")
    Traceback (most recent call last):
    ...
    AssertionError: TMR: right digits, but 100 times too large. Give a fraction, not per cent.
    >>> value(..., 2 / 3, name="TMR")
    Traceback (most recent call last):
    ...
    AssertionError: TMR is not answered yet.
    """
    numbers = _numbers(answer, name)
    if numbers.size != 1:
        raise AssertionError(f"{name} must be one number, but has the shape {numbers.shape}.")
    _compare(numbers.reshape(()), np.asarray(float(expected)), rtol, atol, name, unit, hints)
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
    AssertionError: current[2] = 4 mA is too large.
    """
    numbers, expected = _numbers(answer, name), np.asarray(expected, float)
    if numbers.shape != expected.shape:
        raise AssertionError(f"{name} must have the shape {expected.shape}, but has the shape {numbers.shape}.")
    _compare(numbers, expected, rtol, atol, name, unit, hints)
    print(f"✓ {name} is right.")


def function(answer, expected, cases, *, rtol=0.01, atol=0.0, name="answer", unit="", hints=()):
    """Check a function by calling it.

    Parameters
    ----------
    answer : callable
        The reader's function. It is called with positional arguments, so their names are free.
    expected : callable or sequence
        The right function, or its values, one for each case.
    cases : sequence of tuple
        The arguments of each call.
    rtol, atol, name, unit
        As for `value`.
    hints : sequence of (callable or sequence, str)
        Known wrong functions, or their values for all cases, and what to say to each.

    Examples
    --------
    >>> square = [(lambda x: 2 * x, "Square it; do not double it.")]
    >>> function(lambda x: x * x, lambda x: x**2, [(1.0,), (3.0,)], name="f", hints=square)
    ✓ f is right.
    >>> function(lambda x: x + x, lambda x: x**2, [(1.0,), (3.0,)], name="f", hints=square)
    Traceback (most recent call last):
    ...
    AssertionError: Square it; do not double it.
    """
    cases = [case if isinstance(case, tuple) else (case,) for case in cases]
    labels = [_label(name, case) for case in cases]
    wanted = [np.asarray(result, float) for result in _results(expected, cases)]
    given = []
    for label, case, want in zip(labels, cases, wanted, strict=True):
        numbers = _numbers(call(answer, *case, name=name), label)
        if numbers.shape != want.shape and numbers.size != want.size:
            raise AssertionError(f"{label} must have the shape {want.shape}, but has the shape {numbers.shape}.")
        given.append(numbers.reshape(-1))
    flat_hints = [(_flat(_results(wrong, cases)), hint) for wrong, hint in hints]
    sizes = [numbers.size for numbers in given]
    where = [
        label if size == 1 else f"{label}[{i}]" for label, size in zip(labels, sizes, strict=True) for i in range(size)
    ]
    _compare(np.concatenate(given), _flat(wanted), rtol, atol, name, unit, flat_hints, where)
    print(f"✓ {name} is right.")


def call(answer, *arguments, name="answer"):
    """Call the reader's function and return its result, with advice if it stops or returns nothing.

    Examples
    --------
    >>> call(lambda x: 2 * x, 1.5, name="double")
    3.0
    >>> call(lambda x: None, 1.5, name="double")
    Traceback (most recent call last):
    ...
    AssertionError: double(1.5) gives None: it is not answered yet, or its `return` is missing.
    """
    answered(**{name: answer})
    if not callable(answer):
        raise AssertionError(f"{name} must be a function, not {answer!r}.")
    label = _label(name, arguments)
    try:
        result = answer(*arguments)
    except NotImplementedError:
        raise AssertionError(f"{label} is {NOT_ANSWERED}.") from None
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(f"{label} stops with {type(error).__name__}: {error}") from error
    if result is None:
        raise AssertionError(f"{label} gives None: it is {NOT_ANSWERED}, or its `return` is missing.")
    return result


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
    AssertionError: TMR must not depend on Q.
    """
    import sympy

    answered(**{name: answer})

    def plain(given):
        try:
            given = sympy.sympify(given, locals={letter: sympy.Symbol(letter) for letter in "CEINOQS"})
        except (sympy.SympifyError, SyntaxError, TypeError) as error:
            raise AssertionError(f"{name} cannot be read as an expression: {given!r}.") from error
        if isinstance(given, sympy.Equality):
            raise AssertionError(f"{name}: give the right-hand side alone, not an equation.")
        if not isinstance(given, sympy.Expr):
            raise AssertionError(f"{name} must be one expression, not {given!r}.")
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
            raise AssertionError(hint)
    names = [{symbol.name for symbol in e.free_symbols} for e in (answer, expected)]
    if names[0] - names[1]:
        raise AssertionError(f"{name} must not depend on {', '.join(sorted(names[0] - names[1]))}.")
    if names[1] - names[0]:
        raise AssertionError(f"{name} must depend on {', '.join(sorted(names[1] - names[0]))} too.")
    if same(-answer, expected):
        raise AssertionError(f"{name} has the wrong sign.")
    ratio = sympy.simplify(answer / expected)
    if ratio.is_number:
        raise AssertionError(f"{name} is wrong by the constant factor {ratio}.")
    raise AssertionError(f"{name} is not right yet: {answer}. Try a limit that you know.")


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
    answered(**{name: answer})
    word = answer.strip().lower() if isinstance(answer, str) else answer
    if word not in options:
        raise AssertionError(f"{name} must be one of {', '.join(map(repr, options))}, not {answer!r}.")
    if word != right:
        raise AssertionError(dict(hints).get(word, f"{name} is not {word!r}."))
    print(f"✓ {name} is right.")


def _numbers(answer, name):
    """Return the answer as a float array, or say why that is not possible."""
    answered(**{name: answer})
    if callable(answer):
        raise AssertionError(f"{name} must be a number, but is a function: call it.")
    if isinstance(answer, str | bool):
        raise AssertionError(f"{name} must be a number without quotes or units, not {answer!r}.")
    try:
        numbers = np.asarray(answer)
        if numbers.dtype == object:
            if any(element is None or element is Ellipsis for element in numbers.flat):
                raise AssertionError(f"{name} is {NOT_ANSWERED}.")
            numbers = numbers.astype(complex)
        if numbers.dtype.kind == "c":
            if np.any(np.abs(numbers.imag) > 1e-9 * np.abs(numbers.real)):
                raise AssertionError(f"{name} must be real, not {_short(answer)}.")
            numbers = numbers.real
        if numbers.dtype.kind not in "iuf":
            raise TypeError
        numbers = numbers.astype(float)
    except (TypeError, ValueError) as error:
        raise AssertionError(f"{name} must be a number or an array of numbers, not {answer!r}.") from error
    if not np.isfinite(numbers).all():
        bad = numbers[~np.isfinite(numbers)].flat[0]
        raise AssertionError(f"{name} contains {bad}: a division by zero, ∞/∞ or a root of a negative number?")
    return numbers


def _results(source, cases):
    return [source(*case) for case in cases] if callable(source) else list(source)


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
            raise AssertionError(hint)
    advice = _common_factor(answer, expected, rtol, unit)
    if advice:
        raise AssertionError(f"{name}: {advice}")
    first = np.unravel_index(np.argmin(right), right.shape)
    if where is not None:
        label = where[first[0]]
    else:
        label = f"{name}[{', '.join(map(str, first))}]" if answer.ndim else name
    got, want = answer[first], expected[first]
    if got * want < 0:
        raise AssertionError(f"{label} = {got:.4g}{unit and ' ' + unit} has the wrong sign.")
    large = abs(got) > abs(want)
    raise AssertionError(f"{label} = {got:.4g}{unit and ' ' + unit} is too {'large' if large else 'small'}.")


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
        return f"{advice} Check the prefixes{f': the answer is wanted in {unit}' if unit else ''}."
    for factor, advice in _FACTORS:
        if is_factor(factor) or is_factor(1 / factor):
            return f"too {'large' if ratio > 1 else 'small'} by {advice}{'' if advice.endswith('?') else '.'}"
    if np.all(np.abs(answer[nonzero] * expected[nonzero] - 1) <= narrow):
        return "this is the reciprocal of the answer."
    return None


def _label(name, arguments):
    return f"{name}({', '.join(map(_short, arguments))})"


def _short(argument):
    if isinstance(argument, Number):
        return f"{argument:g}" if isinstance(argument, float) else str(argument)
    text = " ".join(str(argument).split())
    return text if len(text) < 40 else text[:37] + "…"
