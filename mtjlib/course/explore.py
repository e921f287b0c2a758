"""Interactive figures that also answer without a kernel: one function, three lives.

`figure` turns a pure function of one to three parameters into a figure with sliders. The function is evaluated on a
regular grid of slider positions once, and the values travel with the figure. In the published page, where no Python
runs, JavaScript interpolates them; with a live kernel the interpolation shows at once and the exact values, computed by
the function itself, replace it; on paper the figure is a still. The physics is written once, in Python.

Examples
--------
How the resistances of a junction follow the two polarisations:

>>> import numpy as np
>>> from mtjlib import julliere
>>> from mtjlib.course import explore, plotting
>>> angle = np.linspace(0, 180, 61)
>>> def resistance(angle, p1, p2):
...     return 1 / (1 + p1 * p2 * np.cos(np.radians(angle)))
>>> demo = explore.figure(
...     resistance,
...     sliders=[
...         explore.Slider("p1", "Polarisation P₁", 0.0, 0.9, value=0.5, points=31),
...         explore.Slider("p2", "Polarisation P₂", -0.9, 0.9, value=0.4, points=41),
...     ],
...     x=angle,
...     xlabel="angle θ (°)",
...     ylabel="resistance R/R(90°)",
...     curves={"R(θ)": plotting.PARALLEL},
...     ylim=(0, 4),
...     references=[explore.Line("no polarisation", [0, 180], [1, 1])],
...     readouts={"tmr": julliere.tmr},
...     summary="With P₁ = {p1} and P₂ = {p2} the TMR is {tmr:.1%}.",
...     alt="Resistance against angle: a rising curve that steepens as both polarisations grow.",
... )
>>> demo
Explorer(curves: R(θ); sliders: p1, p2)

What the page shows stays close to the function, at any position of the sliders:

>>> explore.interpolation_error(demo, samples=50) < 0.01
True
"""

import base64
import io
import itertools
import math
import pathlib
import re
import string
from dataclasses import asdict, dataclass

import numpy as np

from mtjlib._validate import real
from mtjlib.course import plotting

try:
    import anywidget
    import traitlets
except ImportError as missing:
    raise ImportError(
        'mtjlib.course.explore needs anywidget and ipywidgets: pip install "mtjlib[notebooks]"'
    ) from missing

MAX_SIZE = 300_000
"""Most bytes that the precomputed data of one figure may add to a page (base64, as embedded)."""

_GAP = 65535  # the code of a missing value; 0 … 65534 span a row's range
_FORMAT = re.compile(r"\+?(\.\d+)?[efg%]")
_COLOURS = list(plotting.PALETTE.values())  # explore.css holds a light and a dark shade of each, in this order


@dataclass(frozen=True)
class Slider:
    """One parameter of the function.

    Parameters
    ----------
    name : str
        The function's keyword argument.
    label : str
        What the reader sees, with Unicode symbols instead of LaTeX: ``"Barrier width d"``.
    min, max : float
        Range, both ends included.
    value : float
        Where the slider starts; the middle by default.
    unit : str
        Shown behind the value.
    points : int
        Grid points along this parameter, at least 2, for the precomputed values.
    step : float
        Distance of two slider positions; by default a round number that divides the range into at least 75.
    log : bool
        Whether the slider (and its grid and `step`) is logarithmic: `step` is then in decades.

    Raises
    ------
    ValueError
        If the range is empty, `value` lies outside, `points` < 2, or a logarithmic range is not positive.

    Examples
    --------
    >>> width = Slider("width", "Barrier width d", 0.6, 2.0, value=1.0, unit="nm")
    >>> width.step
    0.01
    >>> Slider("width", "Barrier width d", 0.6, 2.0, value=3.0)
    Traceback (most recent call last):
    ...
    ValueError: value of slider 'width' must lie in [0.6, 2.0], got 3.0
    """

    name: str
    label: str
    min: float
    max: float
    value: float | None = None
    unit: str = ""
    points: int = 21
    step: float | None = None
    log: bool = False

    def __post_init__(self):
        if not self.name.isidentifier():
            raise ValueError(f"name of a slider must be the name of the function's argument, got {self.name!r}")
        low = float(real(f"min of slider {self.name!r}", self.min, "(0, inf)" if self.log else "(-inf, inf)"))
        high = float(real(f"max of slider {self.name!r}", self.max, f"({low}, inf)"))
        value = self.from_scale(sum(self.scale([low, high])) / 2) if self.value is None else self.value
        value = float(real(f"value of slider {self.name!r}", value, f"[{low}, {high}]"))
        if not isinstance(self.points, int) or self.points < 2:
            raise ValueError(f"points of slider {self.name!r} must be an integer of at least 2, got {self.points!r}")
        start, stop = self.scale([low, high])
        step = _round_step(stop - start) if self.step is None else self.step
        step = float(real(f"step of slider {self.name!r}", step, f"(0, {stop - start}]"))
        for field, number in {"min": low, "max": high, "value": value, "step": step}.items():
            object.__setattr__(self, field, number)

    def scale(self, value):
        """Position along the slider: the value, or its decimal logarithm if the slider is logarithmic."""
        return np.log10(value) if self.log else np.asarray(value, dtype=float)

    def from_scale(self, position):
        """Undo `scale`."""
        return 10.0**position if self.log else position

    @property
    def grid(self):
        """The parameter values at which the function is evaluated beforehand."""
        grid = self.from_scale(np.linspace(*self.scale([self.min, self.max]), self.points))
        grid[[0, -1]] = self.min, self.max
        return grid

    def random(self, rng):
        """A random one of the positions that a reader can choose."""
        start, stop = self.scale([self.min, self.max])
        steps = math.floor((stop - start) / self.step + 1e-6)
        return min(float(self.from_scale(start + self.step * rng.integers(steps + 1))), self.max)


@dataclass(frozen=True)
class Line:
    """A fixed line for comparison, drawn in grey: a limit, an expectation. `x` and `y` in the units of the axes."""

    label: str
    x: tuple
    y: tuple

    def __post_init__(self):
        for name in ("x", "y"):
            numbers = np.atleast_1d(real(f"{name} of {self.label!r}", getattr(self, name)))
            object.__setattr__(self, name, tuple(numbers.tolist()))
        if len(self.x) != len(self.y):
            raise ValueError(
                f"x and y of {self.label!r} must have the same length, got {len(self.x)} and {len(self.y)}"
            )


@dataclass(frozen=True)
class Points(Line):
    """Fixed points for comparison, drawn as open circles: measured data."""


def figure(
    function,
    sliders,
    x,
    xlabel,
    ylabel,
    curves=None,
    *,
    xlog=False,
    ylog=False,
    ylim=None,
    references=(),
    readouts=None,
    summary="",
    title="",
    alt="",
):
    """Make an interactive figure of curves over `x` from a pure function of one to three parameters.

    Parameters
    ----------
    function : callable
        ``function(x, **parameters)`` returns one curve (shape of `x`), an array of shape (curves, len(x)), or a
        dictionary of curves by name. It must be pure: the page shows its values without it. Where a curve does not
        exist, it may be NaN or infinite (or, on a logarithmic axis, not positive): the figure leaves a gap there.
    sliders : sequence of Slider
        One to three.
    x : array_like
        Ascending abscissae. About 100 draw a smooth curve.
    xlabel, ylabel : str
        With units, in Unicode; no LaTeX.
    curves : list of str or dict, optional
        The curves' names, or a dictionary from names to styles of `mtjlib.course.plotting`. Default: the keys of the
        dictionary that `function` returns.
    xlog, ylog : bool
        Logarithmic axes. With `ylog` the page interpolates the logarithm.
    ylim : (float, float) or "auto", optional
        Default: everything on the grid fits, so that the reader sees curves move. "auto" rescales at every move.
    references : sequence of Line or Points
        Drawn in grey, whatever the sliders do.
    readouts : dict of str to callable, optional
        ``readouts["tmr"](**parameters)`` is a number for the summary, precomputed and interpolated like the curves.
    summary : str
        The text below the figure, with slots for sliders and readouts: ``"TMR = {tmr:.1%} at V = {bias}"``. Formats are
        Python's, of the kinds e, f, g and %; a slider without a format shows its unit. Default: the span of each curve.
    title, alt : str
        Heading, and the description for readers who do not see the figure.

    Returns
    -------
    Explorer
        A widget; make it the last expression of the cell.

    Raises
    ------
    ValueError, TypeError
        For arguments that do not fit together, and if the precomputed data is larger than `MAX_SIZE`.
    """
    x = real("x", x, "(0, inf)" if xlog else "(-inf, inf)")
    if x.ndim != 1 or x.size < 2 or not (np.diff(x) > 0).all():
        raise ValueError(f"x must be a one-dimensional, ascending array of at least 2 values, got shape {x.shape}")
    sliders, references, readouts = tuple(sliders), tuple(references), dict(readouts or {})
    names = [slider.name for slider in sliders]
    if not 1 <= len(names) <= 3 or len({*names, *readouts}) < len(names) + len(readouts):
        raise ValueError(f"sliders must be one to three, with names unlike each other and the readouts, got {names}")
    _check_template(summary, [*names, *readouts])
    first = function(x, **{slider.name: slider.value for slider in sliders})
    labels = list(curves if curves is not None else first if isinstance(first, dict) else [""])
    _stack(first, labels, x)
    if len(labels) > len(_COLOURS):
        raise ValueError(f"curves: a figure holds at most {len(_COLOURS)}, got {len(labels)}")
    styles = curves if isinstance(curves, dict) else dict(zip(labels, plotting.CYCLE, strict=False))
    if strange := [style["color"] for style in styles.values() if style["color"] not in _COLOURS]:
        raise ValueError(f"curves: colours must come from mtjlib.course.plotting, got {strange[0]!r}")
    _check_size(sliders, labels, readouts, x)
    if ylim is not None and ylim != "auto":
        ylim = real("ylim", ylim, "(0, inf)" if ylog else "(-inf, inf)").tolist()
        if len(ylim) != 2 or ylim[0] >= ylim[1]:
            raise ValueError(f"ylim must be two ascending numbers or 'auto', got {ylim!r}")
    alt = alt or f"{ylabel} against {xlabel}" + (f": {', '.join(labels)}" if any(labels) else "")
    text = {"xlabel": xlabel, "ylabel": ylabel, "summary": summary, "title": title, "alt": alt}
    axes = {"xlog": xlog, "ylog": ylog, "ylim": ylim}
    return Explorer(function, sliders, x, styles, references, readouts, {**text, **axes})


class Explorer(anywidget.AnyWidget):
    """The widget that `figure` makes: `live` is the function itself, `static` what the page shows without a kernel."""

    _esm = pathlib.Path(__file__).with_name("explore.js")
    _css = pathlib.Path(__file__).with_name("explore.css")
    spec = traitlets.Dict(help="what to draw").tag(sync=True)
    data = traitlets.Bytes(help="the function's values on the grid").tag(sync=True)
    values = traitlets.List(traitlets.Float(), help="where the sliders are").tag(sync=True)
    exact = traitlets.Dict(help="the function's own answer at `values`, or its error").tag(sync=True)

    def __init__(self, function, sliders, x, styles, references, readouts, spec):
        self.sliders, self.x = sliders, x
        self._function, self._styles, self._references, self._readouts = function, styles, references, readouts
        self._table = table = _Table(sliders, *self._on_grid(), spec["ylog"])
        spec["ylim"] = spec["ylim"] or table.limits(references)
        spec |= {
            "nx": len(x),
            "sliders": [{**asdict(s), "decimals": _decimals(s.min, s.value, s.step)} for s in sliders],
            "curves": [
                {"label": label, "colour": _COLOURS.index(style["color"]), "dash": _dash(style["linestyle"])}
                for label, style in styles.items()
            ],
            "references": [{**asdict(r), "points": isinstance(r, Points)} for r in references],
            "readouts": [{"name": n, "log": bool(log)} for n, log in zip(readouts, table.readout_log, strict=True)],
        }
        super().__init__(spec=spec, data=table.pack(x), values=[slider.value for slider in sliders])

    def _evaluate(self, values):
        parameters = {slider.name: value for slider, value in zip(self.sliders, values, strict=True)}
        try:
            curves = _stack(self._function(self.x, **parameters), self._styles, self.x)
            return curves, [float(readout(**parameters)) for readout in self._readouts.values()]
        except Exception as error:
            error.add_note(f"in an interactive figure, at {parameters}")
            raise

    def _on_grid(self):
        cells = itertools.product(*(slider.grid.tolist() for slider in self.sliders))
        curves, readouts = zip(*map(self._evaluate, cells), strict=True)
        return np.array(curves), np.array(readouts)

    def _positions(self, parameters):
        known = {slider.name: slider.value for slider in self.sliders}
        if unknown := set(parameters) - set(known):
            raise TypeError(f"no slider is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return list((known | parameters).values())

    def live(self, **parameters):
        """Curves, shape (curves, len(x)), and readouts (dict) from the function; a slider not given keeps its start."""
        curves, readouts = self._evaluate(self._positions(parameters))
        return curves, dict(zip(self._readouts, readouts, strict=True))

    def static(self, **parameters):
        """The same as `live`, but interpolated from the precomputed values, exactly as the page does."""
        curves, readouts = self._table.at(self._positions(parameters))
        return curves, dict(zip(self._readouts, readouts, strict=True))

    @traitlets.observe("values")
    def _answer(self, _change):
        """The page moved a slider, or Python set `values`: send what the function says there."""
        try:
            curves, readouts = self._evaluate(self.values)
            answer = {"data": np.append(curves.ravel(), readouts).astype("<f8").tobytes()}
        except Exception as error:  # whatever the function raises, the reader shall see it instead of a frozen figure
            answer = {"error": f"{type(error).__name__}: {error}"}
        self.exact = {"values": list(self.values), **answer}

    def still(self):
        """Draw the figure as its sliders stand, for paper; returns a Matplotlib figure."""
        spec, places = self.spec, zip(self.sliders, self.values, strict=True)
        with plotting.style():
            from matplotlib.figure import Figure

            ax = Figure().subplots()
            for (label, style), curve in zip(self._styles.items(), self._evaluate(self.values)[0], strict=True):
                ax.plot(self.x, curve, label=label or "_", **style)
            for reference in self._references:
                style = plotting.DATA if isinstance(reference, Points) else plotting.REFERENCE
                ax.plot(reference.x, reference.y, label=reference.label, **style)
            ax.set(xlabel=spec["xlabel"], ylabel=spec["ylabel"], xlim=self.x[[0, -1]])
            ax.set(xscale="log" if spec["xlog"] else "linear", yscale="log" if spec["ylog"] else "linear")
            if spec["ylim"] != "auto":
                ax.set_ylim(spec["ylim"])
            ax.set_title(", ".join(f"{s.label} = {value:.3g} {s.unit}".rstrip() for s, value in places))
            plotting.label_ends(ax)
        return ax.figure

    def __repr__(self):
        curves = ", ".join(filter(None, self._styles)) or "1"
        return f"Explorer(curves: {curves}; sliders: {', '.join(slider.name for slider in self.sliders)})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        try:
            image = io.BytesIO()
            self.still().savefig(image, dpi=150)
            data["image/png"] = base64.b64encode(image.getvalue()).decode()
        except ImportError:  # no Matplotlib, no still
            pass
        return data, metadata


class _Table:
    """The values on the grid as the page holds them: a row (one curve at one cell) in 16 bits between its extremes."""

    def __init__(self, sliders, curves, readouts, log):
        self.sliders, self.log = sliders, log
        rows = _scale(curves, log)
        missing = np.isnan(rows)
        if missing.all():
            raise ValueError("the function has no value to draw on the whole grid")
        ends = np.where(missing, np.inf, rows).min(axis=-1), np.where(missing, -np.inf, rows).max(axis=-1)
        self.low, self.high = (np.where(missing.all(axis=-1), np.nan, end).astype("<f4") for end in ends)
        span = np.where(self.high > self.low, self.high - self.low, 1)[..., None]
        codes = ((rows - self.low[..., None]) / span * (_GAP - 1)).round().clip(0, _GAP - 1)
        self.codes = np.where(missing, _GAP, codes).astype("<u2")
        # A positive readout may span decades, as a resistance does: interpolate its logarithm.
        self.readout_log = (np.isfinite(readouts) & (readouts > 0)).all(axis=0)
        logarithms = np.log10(np.where(self.readout_log, readouts, 1))
        self.readouts = np.where(self.readout_log, logarithms, readouts).astype("<f4")

    def limits(self, references):
        """Limits of the y axis around everything on the grid and all references, with a little air."""
        parts = [self.low, self.high, *(_scale(reference.y, self.log) for reference in references)]
        values = np.concatenate([np.ravel(part) for part in parts])
        low, high = np.nanmin(values), np.nanmax(values)
        air = max(0.04 * (high - low), 0.05) if self.log else 0.04 * (high - low) or 0.1 * abs(high) or 1.0
        limits = np.array([low - air, high + air], dtype=float)
        return (10**limits if self.log else limits).tolist()

    def pack(self, x):
        """All of it as bytes, in the order in which ``decode`` of explore.js takes it apart."""
        return b"".join(part.tobytes() for part in (x.astype("<f4"), self.low, self.high, self.readouts, self.codes))

    def corners(self, values):
        """Indices of the cells around `values`, with their weights."""
        corners = [(0, 1.0)]
        for slider, value in zip(self.sliders, values, strict=True):
            start, stop, at = slider.scale([slider.min, slider.max, value])
            t = float(np.clip((at - start) / (stop - start), 0, 1)) * (slider.points - 1)
            # Rounding must not turn a grid point into a mixture with its neighbour.
            whole = round(t) if abs(t - round(t)) < 1e-9 else math.floor(t)
            rest = t - whole if t - whole >= 1e-9 else 0.0
            corners = [
                (index * slider.points + whole + up, weight * part)
                for index, weight in corners
                for up, part in ((0, 1 - rest), (1, rest))
                if part
            ]
        return corners

    def at(self, values):
        """Curves and readouts by multilinear interpolation; missing where a neighbour is missing."""
        corners = self.corners(values)
        curves, readouts = 0.0, 0.0
        for index, weight in corners:
            codes, low, high = self.codes[index], self.low[index, :, None], self.high[index, :, None].astype(float)
            curves = curves + weight * np.where(codes == _GAP, np.nan, low + codes * ((high - low) / (_GAP - 1)))
            readouts = readouts + weight * self.readouts[index].astype(float)
        if len(corners) > 1:
            readouts = np.where(np.isfinite(readouts), readouts, np.nan)
        readouts = [10**r if log else r for r, log in zip(readouts.tolist(), self.readout_log, strict=True)]
        return (10**curves if self.log else curves), readouts


def interpolation_errors(figure, samples=100, seed=0):
    """How far the static figure strays from the live one, at random positions of the sliders.

    Parameters
    ----------
    figure : Explorer
    samples : int
        How many positions to try, all of them positions that a reader can choose.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    dict of str to float
        For every curve the largest distance as a fraction of the plotted range (of its logarithm on a logarithmic
        axis); for every readout the largest relative error, with 1 % of its range as the smallest divisor. A value that
        the page shows where the function has none counts as ``inf``, and so do more than 5 % of values not shown.
    """
    rng = np.random.default_rng(seed)
    positions = [{slider.name: slider.random(rng) for slider in figure.sliders} for _ in range(samples)]
    lives = [[life(**position) for position in positions] for life in (figure.live, figure.static)]
    log, ylim = figure.spec["ylog"], figure.spec["ylim"]
    wanted, shown = (_scale([curves for curves, _ in life], log) for life in lives)
    if ylim == "auto":
        span = [np.ptp(curves[np.isfinite(curves)]) for curves in wanted]
    else:
        ylim = _scale(ylim, log)
        wanted, shown, span = wanted.clip(*ylim), shown.clip(*ylim), [np.ptp(ylim)]
    span = np.reshape(span, (-1, 1, 1))
    errors = {name: _worst(*(a[:, c] for a in (wanted, shown)), span[:, 0]) for c, name in enumerate(figure._styles)}
    for name in figure._readouts:
        wanted, shown = (np.array([readouts[name] for _, readouts in life]) for life in lives)
        finite = wanted[np.isfinite(wanted)]
        floor = 0.01 * np.ptp(finite) if finite.size else 0.0
        errors[name] = _worst(wanted, shown, np.maximum(np.abs(wanted), floor))
    return errors


def interpolation_error(figure, samples=100, seed=0):
    """The largest of `interpolation_errors`; every figure of the book keeps it below 0.01."""
    return max(interpolation_errors(figure, samples, seed).values())


def _worst(wanted, shown, unit):
    """Largest distance in `unit`, or inf if they disagree on where there is a value."""
    has, shows = np.isfinite(wanted), np.isfinite(shown)
    if (shows & ~has).any() or (has & ~shows).sum() > 0.05 * has.sum():
        return math.inf
    both = has & shows
    distance = np.abs(shown[both] - wanted[both])
    unit = np.broadcast_to(unit, wanted.shape)[both]
    return float(np.divide(distance, unit, where=distance > 0, out=np.zeros_like(distance)).max(initial=0.0))


def _scale(y, log):
    """What the y axis is linear in; NaN where there is nothing to draw."""
    y = np.asarray(y, dtype=float)
    if log:
        return np.log10(y, where=(y > 0) & (y < np.inf), out=np.full(y.shape, np.nan))
    return np.where(np.isfinite(y), y, np.nan)


def _stack(result, labels, x):
    """The function's result as an array of shape (curves, len(x))."""
    labels = list(labels)
    if isinstance(result, dict):
        if set(result) != set(labels):
            raise ValueError(f"the function must return the curves {labels}, got {list(result)}")
        result = [result[label] for label in labels]
    curves = np.asarray(result, dtype=float)
    if curves.ndim == 1 and len(labels) == 1:
        curves = curves[None]
    if curves.shape != (len(labels), len(x)):
        raise ValueError(f"the function must return an array of shape {(len(labels), len(x))}, got {curves.shape}")
    return curves


def _check_size(sliders, labels, readouts, x):
    """Raise ValueError before a long calculation whose result no page should carry."""
    cells = math.prod(slider.points for slider in sliders)
    size = 4 * len(x) + cells * (len(labels) * (8 + 2 * len(x)) + 4 * len(readouts))
    embedded = 4 * math.ceil(size / 3)
    if embedded > MAX_SIZE:
        grid = " × ".join(str(slider.points) for slider in sliders)
        raise ValueError(
            f"the precomputed data would take {embedded / 1000:.0f} kB, the limit is {MAX_SIZE / 1000:.0f} kB: "
            f"{grid} slider points × {len(labels)} curves × {len(x)} values of x; reduce Slider(points=...) or len(x)"
        )


def _round_step(span):
    """The largest of …, 0.1, 0.2, 0.5, 1, … that divides `span` into a whole number, 75 or more, of steps."""
    decade = math.floor(math.log10(span / 75))
    for step in (m * 10.0**e for e in range(decade, decade - 3, -1) for m in (5, 2, 1)):
        steps = span / step
        if steps > 74.9 and abs(steps - round(steps)) < 1e-6:
            return float(f"{step:.0e}")
    return span / 100


def _decimals(*numbers):
    """Decimals that show every one of `numbers` in full, up to 6."""
    return next((n for n in range(6) if all(math.isclose(round(x, n), x, abs_tol=1e-12) for x in numbers)), 6)


def _check_template(template, names):
    """Raise ValueError unless every slot of a summary is a known name with a format that the page understands."""
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is None:
            continue
        if name not in names:
            raise ValueError(f"summary: {{{name}}} is not one of {', '.join(names)}")
        if conversion or (spec and not _FORMAT.fullmatch(spec)):
            raise ValueError(f"summary: {{{name}}} needs a format such as .2f, +.1e, .3g or .1%, got {spec!r}")
    if "{{" in template or "}}" in template:
        raise ValueError("summary must not contain literal braces")


def _dash(linestyle):
    """An SVG dash array for one of the line styles of `plotting`."""
    return "" if linestyle == "-" else " ".join(map(str, linestyle[1]))
