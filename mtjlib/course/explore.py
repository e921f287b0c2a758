"""Interactive figures that also answer without a kernel: one function, three lives.

A pure function of a few parameters becomes a figure with sliders. The function is evaluated on a regular grid of slider
positions once, and the values travel with the figure. In the published page, where no Python runs, JavaScript
interpolates them; with a live kernel the interpolation shows at once and the exact values, computed by the function
itself, replace it; on paper and without JavaScript the figure is a still. The physics is written once, in Python.

==========  ==========================================================  ============================================
view        what the function returns                                   for
==========  ==========================================================  ============================================
`figure`    curves over x                                               a dependence: TMR against bias
`map`       one number at every (x, y), and a curve behind each point   phase diagrams, T(k_∥)
`profile`   energies, densities and a spin direction along x            band edges and wave functions
`sphere`    unit vectors over time                                      a magnetisation that precesses
==========  ==========================================================  ============================================

In every view the reader can type a value, play a parameter marked ``Slider(play=True)``, read values under pointer,
finger and arrow keys, keep a curve to compare, reset, copy a link to the state, and save picture and numbers. In labels
and names ``R_P``, ``k_∥``, ``R_{AP}`` and ``V^2`` are set as subscripts and superscripts. A summary has slots for
sliders and readouts, ``"TMR = {tmr:.1%} at {bias}, R_P = {rp:.3s}Ω"``, with Python's formats of the kinds e, f, g, %,
and s, which is three digits and an SI prefix ("18.3 kΩ").

The figure becomes a numbered, captioned one as every other figure does, in the metadata of its cell:
``{"mystnb": {"figure": {"caption": "...", "name": "fig-..."}}}``. Its description for readers who do not see it is the
argument `alt`. The page reserves `MAX_SIZE` for the values of one figure; `interpolation_error` says how far the page
strays from the function, and every figure of the book keeps it below 0.01.

Examples
--------
How the resistances of a junction follow the two polarisations:

>>> import numpy as np
>>> from mtjlib import julliere
>>> from mtjlib.course import explore, plotting
>>> def resistance(angle, p1, p2):
...     return 1 / (1 + p1 * p2 * np.cos(np.radians(angle)))
>>> demo = explore.figure(
...     resistance,
...     sliders=[
...         explore.Slider("p1", "Polarisation P_1", 0.0, 0.9, value=0.5, points=31),
...         explore.Slider("p2", "Polarisation P_2", -0.9, 0.9, value=0.4, points=41),
...     ],
...     x=(0, 180),  # or an array; a pair is sampled where the curves bend
...     xlabel="angle θ (°)",
...     ylabel="resistance R/R(90°)",
...     curves={"R(θ)": plotting.PARALLEL},
...     ylim=(0, 4),
...     references=[explore.Line("no polarisation", [0, 180], [1, 1])],
...     readouts={"tmr": julliere.tmr},
...     summary="With P_1 = {p1} and P_2 = {p2} the TMR is {tmr:.1%}.",
...     alt="Resistance against angle: a rising curve that steepens as both polarisations grow.",
... )
>>> demo
Explorer(curves: R(θ); sliders: p1, p2)

What the page shows stays close to the function, at any position of the sliders:

>>> explore.interpolation_error(demo, samples=50) < 0.01
True

A map has its axes for sliders; the cross-hair stands where they are, and a panel shows the curve behind it:

>>> def wave(x, y):
...     return np.sin(2 * x) * np.cos(y)
>>> explore.map(
...     wave,
...     x=explore.Slider("x", "position x", 0, 3, unit="nm", points=41),
...     y=explore.Slider("y", "position y", 0, 3, unit="nm", points=41),
...     zlabel="amplitude",
...     levels=[0],
...     panel=explore.Panel(lambda t, x, y: np.cos(t) * wave(x, y), (0, 6), "time (fs)", "amplitude", points=13),
...     summary="At x = {x}, y = {y}: {value:.2f}.",
... )
Explorer(map: amplitude; sliders: x, y)

Along a junction:

>>> def tunnelling(x, kappa):
...     decay = np.exp(-2 * kappa * np.clip(x, 0, 1))
...     spin = [np.cos(x), np.sin(x), 0 * x]
...     return {"band edge": np.where((x > 0) & (x < 1), 1.0, 0.0), "electron": decay, "spin": spin}
>>> explore.profile(
...     tunnelling,
...     sliders=[explore.Slider("kappa", "Decay rate κ", 0.5, 5, unit="1/nm", points=25)],
...     x=np.linspace(-1, 2, 61),
...     edges={"band edge": plotting.IN_PLANE},
...     densities={"electron": plotting.MAJORITY},
...     spin=("along m_1", "in plane", "out of plane"),
...     regions=[explore.Region("barrier", 0, 1)],
... )
Explorer(profile: band edge, electron, spin; sliders: kappa)

On the unit sphere:

>>> def precession(t, tilt):
...     return [np.sin(tilt) * np.cos(t), np.sin(tilt) * np.sin(t), np.cos(tilt) + 0 * t]
>>> explore.sphere(
...     precession,
...     sliders=[explore.Slider("tilt", "Cone angle", 0.1, 1.5, unit="rad", points=25)],
...     t=np.linspace(0, 12, 121),
...     tlabel="time (ns)",
...     axes=("x", "y", "z"),
... )
Explorer(sphere: m; sliders: tilt)

Each of them is an ordinary Jupyter widget: it stands in an ``ipywidgets.HBox``, ``demo.observe(f, "values")`` calls `f`
after every move, ``demo.values = [0.3, 0.2]`` moves it, and ``ipywidgets.jslink((a, "values"), (b, "values"))`` joins
two of them.
"""

import base64
import io
import itertools
import math
import pathlib
import re
import string
from dataclasses import asdict, dataclass, replace

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
_FORMAT = re.compile(r"\+?(\.\d+)?[efgs%]")
_COLOURS = list(plotting.PALETTE.values())  # explore.css holds a light and a dark shade of each, in this order
_SMOOTH = 0.002  # of the range: how far a curve may leave the straight line between two samples of x
_FEWEST_SAMPLES, _MOST_SAMPLES = 33, 201
_TURN = (-35.0, 20.0)  # ° of azimuth and elevation from which a sphere is seen first
_MARKUP = re.compile(r"([_^])(\{[^{}]*\}|[A-Za-z]+|[0-9]+|[∥⊥↑↓±])")


@dataclass(frozen=True)
class Slider:
    """One parameter of the function.

    Parameters
    ----------
    name : str
        The function's keyword argument.
    label : str
        What the reader sees, with Unicode symbols instead of LaTeX: ``"Resistance R_P"``.
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
    play : bool
        Whether a button moves the slider by itself: for time and bias.

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
    play: bool = False

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


@dataclass(frozen=True)
class Region:
    """A shaded part of the x axis, such as a barrier; an end is a number or the name of a slider or readout."""

    label: str
    start: float | str
    stop: float | str


@dataclass(frozen=True)
class Panel:
    """The curves behind the cross-hair of a `map`: ``function(x, **parameters)``, the map's own x and y among them.

    The fields are those of `figure`; `points` is the number of grid points along x and along y of the map, at which the
    curves are calculated beforehand.
    """

    function: object
    x: object
    xlabel: str
    ylabel: str
    curves: object = None
    xlog: bool = False
    ylog: bool = False
    ylim: object = None
    references: tuple = ()
    regions: tuple = ()
    points: int = 17


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
    regions=(),
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
    x : (float, float) or array_like
        The ends of the axis: the curves are then sampled where they bend. Or ascending abscissae of one's own.
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
    regions : sequence of Region
        Shaded parts of the x axis.
    readouts : dict of str to callable, optional
        ``readouts["tmr"](**parameters)`` is a number for the summary, precomputed and interpolated like the curves.
    summary : str
        The text below the figure, with slots for sliders and readouts: ``"TMR = {tmr:.1%} at V = {bias}"``. Formats are
        Python's, of the kinds e, f, g and %, and s for SI prefixes; a slider without a format shows its unit. Default:
        the span of each curve.
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
    sliders = _sliders(sliders, 1, 3)
    axes = Panel(function, x, xlabel, ylabel, curves, xlog, ylog, ylim, references, regions)
    return _curves(axes, sliders, readouts, {"view": "curves", "summary": summary, "title": title, "alt": alt})


def map(
    function,
    x,
    y,
    zlabel,
    sliders=(),
    *,
    levels=(),
    zlog=False,
    zlim=None,
    panel=None,
    readouts=None,
    summary="",
    title="",
    alt="",
):
    """Make an interactive map: two axes, a colour, contour lines, and a cross-hair that the reader moves.

    Parameters
    ----------
    function : callable
        ``function(x, y, **parameters)`` with `x` of shape (n,) and `y` of shape (m, 1), under the names of these two
        sliders, returns the values, shape (m, n). NaN where there is none.
    x, y : Slider
        The axes: `min`, `max` and `log` are theirs, `points` the resolution of the map (about 41), `value` is where the
        cross-hair starts.
    zlabel : str
        What the colour means, with unit.
    sliders : sequence of Slider
        None, one or two further parameters.
    levels : sequence of float
        Where contour lines run.
    zlog : bool
        Logarithmic colours.
    zlim : (float, float), optional
        Ends of the colour bar. Default: everything on the grid fits. Values of both signs take two colours that meet
        at zero.
    panel : Panel, optional
        The curves behind the cross-hair, drawn beside the map.
    readouts, summary, title, alt
        As for `figure`; ``{value}`` is the map's value under the cross-hair.

    Returns
    -------
    Explorer
    """
    axes, sliders = _sliders((x, y), 2, 2), _sliders(sliders, 0, 2)
    _sliders((*axes, *sliders), 2, 4)
    levels = np.sort(np.atleast_1d(real("levels", levels))).tolist() if len(levels) else []
    grids = axes[0].grid, axes[1].grid[:, None]

    def field(x, **parameters):
        """The whole map as one long row; `x` is the pair of axes."""
        across, up = x
        shape = np.shape(up)[0], np.shape(across)[0]
        values = np.asarray(function(**{axes[0].name: across, axes[1].name: up}, **parameters), dtype=float)
        if values.shape != shape:
            raise ValueError(
                f"the function must return an array of shape {shape} from {axes[0].name} of shape {shape[1:]} and "
                f"{axes[1].name} of shape {(shape[0], 1)}, got {values.shape}"
            )
        return values.reshape(1, -1)

    layer = _Layer(field, [("value", 1)], grids, sliders, {}, zlog, size=axes[0].points * axes[1].points)
    layer.axes = axes  # with the points of the map; the panel behind it has fewer
    limits = layer.table.limits(()) if zlim is None else _limits("zlim", zlim, zlog)
    spec = {"view": "map", "zlabel": zlabel, "zlog": zlog, "zlim": limits, "levels": levels}
    spec |= {"summary": summary, "title": title, "alt": alt or f"{zlabel} over {axes[0].label} and {axes[1].label}"}
    spec["field"] = layer.spec() | {"nx": axes[0].points, "ny": axes[1].points}
    coarse = replace(panel, points=panel.points) if panel else Panel(None, (), "", "")
    grid = tuple(replace(s, points=min(s.points, coarse.points)) for s in axes) + sliders
    return _curves(coarse, grid, readouts, spec, layer)


def profile(
    function,
    sliders,
    x,
    edges,
    densities=None,
    spin=None,
    *,
    xlabel="position x (nm)",
    ylabel="energy (eV)",
    density_label="density |ψ|²",
    ylim=None,
    references=(),
    regions=(),
    readouts=None,
    summary="",
    title="",
    alt="",
):
    """Make an interactive profile along x: energies above, densities and the direction of a spin below.

    Parameters
    ----------
    function : callable
        ``function(x, **parameters)`` returns a dictionary: an array over `x` for every name of `edges` and `densities`,
        and for "spin", if asked for, three of them. If it also returns "x", these are the positions, and its own
        argument is a mere index: edges that move with a slider then stay sharp (a position may stand twice).
    sliders, x
        As for `figure`; a pair `x` is sampled where the curves bend.
    edges, densities : dict of str to style
        Names and styles (of `mtjlib.course.plotting`) of the upper and the lower curves; `densities` may be missing.
    spin : (str, str, str), optional
        Names of the three components of ``"spin"``, at most 1 long: the first is drawn to the right, the second
        upwards; of the third only the loss of the arrow's length shows, and its number under the pointer.
    xlabel, ylabel, density_label : str
        With units.
    ylim : (float, float), optional
        Range of the energies.
    references, regions, readouts, summary, title, alt
        As for `figure`; references lie among the energies.

    Returns
    -------
    Explorer
    """
    sliders, edges, densities = _sliders(sliders, 1, 3), dict(edges), dict(densities or {})
    probe = real("x", x)
    moving = "x" in function(probe, **{slider.name: slider.value for slider in sliders})
    rows = [(label, 1) for label in (*edges, *densities)] + [("spin", 3)] * bool(spin) + [("x", 1)] * moving
    styles = {**edges, **densities} | {label: plotting.IN_PLANE for label, _ in rows[len(edges) + len(densities) :]}
    roles = ["edge"] * len(edges) + ["density"] * len(densities) + ["spin"] * (3 if spin else 0) + ["x"] * moving
    spec = {"view": "profile", "density_label": density_label, "spin": list(spin or ()), "roles": roles}
    spec |= {"summary": summary, "title": title, "alt": alt or f"{', '.join(edges)} along {xlabel}"}
    axes = Panel(function, x, xlabel, ylabel, styles, False, False, ylim, references, regions)
    return _curves(axes, sliders, readouts, spec, rows=rows)


def sphere(
    function,
    sliders,
    t,
    paths=None,
    *,
    tlabel="time (ns)",
    axes=("x", "y", "z"),
    markers=None,
    readouts=None,
    summary="",
    title="",
    alt="",
):
    """Make an interactive unit sphere with trajectories on it, which can be turned and played.

    Parameters
    ----------
    function : callable
        ``function(t, **parameters)`` returns a trajectory, shape (3, len(t)), or a dictionary of them by name.
    sliders : sequence of Slider
        One to three.
    t : array_like
        Ascending times (or other parameters along the way), at least 2. Many: a trajectory is drawn as they are.
    paths : list of str or dict, optional
        The trajectories' names, or a dictionary from names to styles; default "m".
    tlabel : str
        Name of `t`, with unit.
    axes : (str, str, str)
        Names of the axes.
    markers : dict of str to (float, float, float), optional
        Fixed directions, drawn as grey arrows: ``{"m_2": (0, 0, 1)}``.
    readouts, summary, title, alt
        As for `figure`.

    Returns
    -------
    Explorer
    """
    sliders, t = _sliders(sliders, 1, 3), real("t", t)
    first = function(t, **{slider.name: slider.value for slider in sliders})
    names = list(paths if paths is not None else first if isinstance(first, dict) else ["m"])
    styles = paths if isinstance(paths, dict) else dict(zip(names, plotting.CYCLE, strict=False))
    directions = {}
    for name, direction in (markers or {}).items():
        direction = real(f"markers[{name!r}]", direction)
        if direction.shape != (3,) or not np.linalg.norm(direction) > 0:
            raise ValueError(f"markers[{name!r}] must be three numbers, not all zero, got {direction!r}")
        directions[name] = (direction / np.linalg.norm(direction)).tolist()
    spec = {"view": "sphere", "axes": list(axes), "markers": directions, "turn": list(_TURN)}
    spec |= {"summary": summary, "title": title, "alt": alt or f"Trajectories on the unit sphere: {', '.join(names)}"}
    panel = Panel(function, t, tlabel, "component", styles, ylim=(-1.0, 1.0))
    return _curves(panel, sliders, readouts, spec, rows=[(name, 3) for name in names])


def _curves(axes, sliders, readouts, spec, field=None, rows=None):
    """The explorer of every view: its curves (of a map: those of the panel), and what all views share."""
    references, regions, readouts = tuple(axes.references), tuple(axes.regions), dict(readouts or {})
    names = [slider.name for slider in sliders]
    if len({*names, *readouts, "value"}) < len(names) + len(readouts) + 1:
        raise ValueError(f"sliders and readouts must have names unlike each other, got {[*names, *readouts]}")
    _check_template(spec["summary"], [*names, *readouts, *(["value"] if field else [])])
    _check_regions(regions, [*names, *readouts])
    if axes.function is None:
        x, rows, styles = np.empty(0), [], {}
    else:
        start = {slider.name: slider.value for slider in sliders}
        x = real("x", axes.x, "(0, inf)" if axes.xlog else "(-inf, inf)")
        if x.ndim != 1 or x.size < 2 or not (np.diff(x) > 0).all():
            raise ValueError(f"x must be a one-dimensional, ascending array of at least 2 values, got shape {x.shape}")
        probe = x if x.size > 2 else _spaced(x, axes.xlog, _FEWEST_SAMPLES)
        first = axes.function(probe, **start)
        if rows is None:
            labels = list(axes.curves if axes.curves is not None else first if isinstance(first, dict) else [""])
            rows = [(label, 1) for label in labels]
        labels = [label for label, _ in rows]
        if len(set(labels) - {"spin", "x"}) > len(_COLOURS):
            raise ValueError(f"curves: a figure holds at most {len(_COLOURS)}, got {len(labels)}")
        _stack(first, rows, probe)
        styles = axes.curves if isinstance(axes.curves, dict) else dict(zip(labels, plotting.CYCLE, strict=False))
        if strange := [style["color"] for style in styles.values() if style["color"] not in _COLOURS]:
            raise ValueError(f"curves: colours must come from mtjlib.course.plotting, got {strange[0]!r}")
        if x.size == 2:
            cells = math.prod(slider.points for slider in sliders)
            room = (0.75 * MAX_SIZE - (len(field.table.pack(np.empty(0))) if field else 0)) / cells
            most = (room - 4 * len(readouts)) / sum(n for _, n in rows) / 2 - 6
            x = _sample(axes, sliders, rows, x, max(_FEWEST_SAMPLES, min(int(most), _MOST_SAMPLES)))
    _check_size(sliders, sum(n for _, n in rows), readouts, x.size, field)
    ylim = axes.ylim
    if ylim is not None and ylim != "auto":
        ylim = _limits("ylim", ylim, axes.ylog)
    layer = _Layer(axes.function, rows, x, sliders, readouts, axes.ylog)
    if ylim is None:
        judged = [i for i, role in enumerate(spec.get("roles", [])) if role == "edge"] or slice(None)
        ylim = layer.table.limits(references, judged) if rows else [0.0, 1.0]
    names = ", ".join(filter(None, styles))
    spec["alt"] = spec["alt"] or f"{axes.ylabel} against {axes.xlabel}" + (f": {names}" if names else "")
    spec |= layer.spec() | {
        "xlabel": axes.xlabel,
        "ylabel": axes.ylabel,
        "xlog": axes.xlog,
        "ylim": ylim,
        "curves": [
            {
                "label": label,
                "colour": _COLOURS.index(styles[label]["color"]),
                "dash": _dash(styles[label]["linestyle"]),
            }
            for label, n in rows
            for _ in range(n)
        ],
        "references": [{**asdict(r), "points": isinstance(r, Points)} for r in references],
        "regions": [asdict(region) for region in regions],
    }
    if "x" in spec.get("roles", []):
        spec["xlim"] = [float(layer.table.low[:, -1].min()), float(layer.table.high[:, -1].max())]
    if "density" in spec.get("roles", []):
        densities = [i for i, role in enumerate(spec["roles"]) if role == "density"]
        spec["density_lim"] = [0.0, max(layer.table.limits((), densities)[1], 1e-12)]
    return Explorer(spec, sliders, layer, field, styles, references)


class _Layer:
    """Some rows of numbers over a grid of parameters: the function that makes them, and their table."""

    def __init__(self, function, rows, x, sliders, readouts, log, size=None):
        self.function, self.rows, self.x, self.sliders, self.readouts = function, rows, x, sliders, readouts
        self.size, self.log = len(x) if size is None else size, log
        curves, numbers = np.empty((0, 0, 0)), np.empty((0, 0))
        if rows or readouts:
            cells = itertools.product(*(slider.grid.tolist() for slider in sliders))
            curves, numbers = (np.array(part) for part in zip(*[self.at(cell) for cell in cells], strict=True))
        self.table = _Table(sliders, curves, numbers, log)

    def at(self, values, x=None):
        """The function's own rows and readouts at these parameters."""
        parameters = {slider.name: value for slider, value in zip(self.sliders, values, strict=True)}
        x = self.x if x is None else x
        try:
            made = self.function(x, **parameters) if self.function else None
            curves = np.empty((0, self.size)) if made is None else made if self._is_map else _stack(made, self.rows, x)
            return curves, [float(readout(**parameters)) for readout in self.readouts.values()]
        except Exception as error:
            error.add_note(f"in an interactive figure, at {parameters}")
            raise

    @property
    def _is_map(self):
        return isinstance(self.x, tuple)

    def spec(self):
        return {
            "nx": self.size,
            "ylog": self.log,
            "sliders": [{**asdict(s), "decimals": _decimals(s.min, s.value, s.step)} for s in self.sliders],
            "curves": [{}] * sum(n for _, n in self.rows),
            "readouts": [
                {"name": n, "log": bool(log)} for n, log in zip(self.readouts, self.table.readout_log, strict=True)
            ],
        }


class Explorer(anywidget.AnyWidget):
    """The widget of every view: `live` is the function itself, `static` what the page shows without a kernel."""

    _esm = pathlib.Path(__file__).with_name("explore.js")
    _css = pathlib.Path(__file__).with_name("explore.css")
    spec = traitlets.Dict(help="what to draw").tag(sync=True)
    data = traitlets.Bytes(help="the function's values on the grid").tag(sync=True)
    field = traitlets.Bytes(help="the values of a map on the grid").tag(sync=True)
    values = traitlets.List(traitlets.Float(), help="where the sliders are").tag(sync=True)
    exact = traitlets.Dict(help="the function's own answer at `values`, or its error").tag(sync=True)

    def __init__(self, spec, sliders, layer, field, styles, references):
        self.sliders, self.x = sliders, layer.x
        self._layer, self._field, self._styles, self._references = layer, field, styles, references
        self._last_map = None
        packed = {"data": layer.table.pack(layer.x), "field": field.table.pack(np.empty(0)) if field else b""}
        super().__init__(spec=spec, values=[slider.value for slider in sliders], **packed)

    def _positions(self, parameters):
        known = {slider.name: slider.value for slider in self.sliders}
        if unknown := set(parameters) - set(known):
            raise TypeError(f"no slider is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return list((known | parameters).values())

    def _named(self, readouts, value):
        return dict(zip(self._layer.readouts, readouts, strict=True)) | ({"value": value} if self._field else {})

    def _map(self, values):
        """The function's own map, remembered until another slider than the cross-hair moves, and its value there."""
        if self._last_map is None or self._last_map[0] != values[2:]:
            self._last_map = list(values[2:]), self._field.at(values[2:])[0]
        there = np.array([values[0]]), np.array([[values[1]]])
        return self._last_map[1], float(self._field.at(values[2:], there)[0][0, 0])

    def live(self, **parameters):
        """Curves, shape (curves, len(x)), and readouts (dict) from the function; a slider not given keeps its start."""
        values = self._positions(parameters)
        curves, readouts = self._layer.at(values)
        return curves, self._named(readouts, self._map(values)[1] if self._field else None)

    def static(self, **parameters):
        """The same as `live`, but interpolated from the precomputed values, exactly as the page does."""
        values = self._positions(parameters)
        curves, readouts = self._layer.table.at(values)
        value = None
        if self._field:
            row = self._field.table.at(values[2:])[0]
            value = _bilinear(row, self._field.axes, values[:2], self._field.log)
        return curves, self._named(readouts, value)

    @traitlets.observe("values")
    def _answer(self, _change):
        """The page moved a slider, or Python set `values`: send what the function says there."""
        try:
            curves, readouts = self._layer.at(self.values)
            answer = {"data": np.append(curves.ravel(), readouts).astype("<f8").tobytes()}
            if self._field:
                whole, value = self._map(self.values)
                answer["field"] = np.append(whole.ravel(), value).astype("<f8").tobytes()
        except Exception as error:  # whatever the function raises, the reader shall see it instead of a frozen figure
            answer = {"error": f"{type(error).__name__}: {error}"}
        self.exact = {"values": list(self.values), **answer}

    def still(self):
        """Draw the figure as its sliders stand, for paper; returns a Matplotlib figure."""
        with plotting.style():
            return _STILLS[self.spec["view"]](self)

    def __repr__(self):
        view, sliders = self.spec["view"], ", ".join(slider.name for slider in self.sliders)
        shown = self.spec["zlabel"] if view == "map" else ", ".join(filter(None, self._styles)) or "1"
        return f"Explorer({view}: {shown}; sliders: {sliders})"

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        try:
            image = io.BytesIO()
            self.still().savefig(image, dpi=150)
            data["image/png"] = base64.b64encode(image.getvalue()).decode()
        except ImportError:  # no Matplotlib, no still
            pass
        return data, metadata


# ---- stills ---------------------------------------------------------------------------------------------------------


def _figure():
    from matplotlib.figure import Figure

    return Figure()


def _draw_curves(explorer, ax, rows, spec, values):
    curves, readouts = explorer._layer.at(values)
    x = curves[-1] if "xlim" in spec else explorer.x
    known = dict(zip([s.name for s in explorer.sliders], values, strict=True)) | explorer._named(readouts, None)
    for region in spec["regions"]:
        ends = [known.get(end, end) for end in (region["start"], region["stop"])]
        ax.axvspan(*ends, color=plotting.GREY, alpha=0.15, linewidth=0)
        ax.annotate(
            _mathtext(region["label"]), (sum(ends) / 2, 0.99), xycoords=("data", "axes fraction"), ha="center", va="top"
        )
    for row in rows:
        label = spec["curves"][row]["label"]
        ax.plot(x, curves[row], label=_mathtext(label) or "_", **explorer._styles[label])
    for reference in explorer._references:
        style = plotting.DATA if isinstance(reference, Points) else plotting.REFERENCE
        ax.plot(reference.x, reference.y, label=_mathtext(reference.label), **style)
    ax.set(xlabel=_mathtext(spec["xlabel"]), ylabel=_mathtext(spec["ylabel"]), xlim=spec.get("xlim", x[[0, -1]]))
    ax.set(xscale="log" if spec["xlog"] else "linear", yscale="log" if spec["ylog"] else "linear")
    if spec["ylim"] != "auto":
        ax.set_ylim(spec["ylim"])
    return curves


def _positions_as_title(explorer):
    places = zip(explorer.sliders, explorer.values, strict=True)
    return ", ".join(f"{_mathtext(s.label)} = {value:.3g} {s.unit}".rstrip() for s, value in places)


def _still_curves(explorer):
    ax = _figure().subplots()
    _draw_curves(explorer, ax, range(len(explorer.spec["curves"])), explorer.spec, explorer.values)
    ax.set_title(_positions_as_title(explorer))
    plotting.label_ends(ax)
    return ax.figure


def _still_map(explorer):
    spec, (across, up) = explorer.spec, explorer._field.axes
    drawing = _figure()
    ax, *beside = np.ravel(drawing.subplots(1, 2 if spec["curves"] else 1))
    values = explorer._map(explorer.values)[0].reshape(up.points, across.points)
    low, high = spec["zlim"]
    if spec["zlog"]:
        from matplotlib.colors import LogNorm

        shades = {"norm": LogNorm(low, high), "cmap": "viridis"}
    elif low < 0 < high:
        shades = {"cmap": "RdBu_r", "vmin": -max(-low, high), "vmax": max(-low, high)}
    else:
        shades = {"cmap": "viridis", "vmin": low, "vmax": high}
    image = ax.pcolormesh(across.grid, up.grid, values, rasterized=True, **shades)
    if spec["levels"]:
        ax.clabel(ax.contour(across.grid, up.grid, values, spec["levels"], colors=plotting.PALETTE["ink"]))
    ax.plot(*explorer.values[:2], "o", color="white", markeredgecolor=plotting.PALETTE["ink"])
    ax.grid(False)
    for axis, slider in (("x", across), ("y", up)):
        name = f"{_mathtext(slider.label)} ({slider.unit})" if slider.unit else _mathtext(slider.label)
        ax.set(**{f"{axis}label": name, f"{axis}scale": "log" if slider.log else "linear"})
    drawing.colorbar(image, ax=ax, label=_mathtext(spec["zlabel"]))
    for panel in beside:
        _draw_curves(explorer, panel, range(len(spec["curves"])), spec, explorer.values)
        plotting.label_ends(panel)
    drawing.suptitle(_positions_as_title(explorer), fontsize=11)
    return drawing


def _still_profile(explorer):
    spec, roles = explorer.spec, explorer.spec["roles"]
    drawing = _figure()
    lower = [row for row, role in enumerate(roles) if role == "density"]
    axes = np.ravel(drawing.subplots(2 if lower or spec["spin"] else 1, 1, sharex=True))
    upper = [row for row, role in enumerate(roles) if role == "edge"]
    curves = _draw_curves(explorer, axes[0], upper, spec, explorer.values)
    axes[0].set_title(_positions_as_title(explorer))
    plotting.label_ends(axes[0])
    x = curves[-1] if "xlim" in spec else explorer.x
    for ax in axes[1:]:
        top = spec["density_lim"][1] if lower else 1.0
        for row in lower:
            label = spec["curves"][row]["label"]
            ax.plot(x, curves[row], label=_mathtext(label), **explorer._styles[label])
        if spec["spin"]:
            first = roles.index("spin")
            places = np.linspace(*ax.get_xlim(), 22)[1:-1]
            at = np.abs(x[:, None] - places).argmin(axis=0)
            size = {"angles": "uv", "pivot": "mid", "scale": 24, "width": 0.004, "color": plotting.PALETTE["ink"]}
            ax.quiver(places, np.full(at.size, 1.2 * top), *curves[first : first + 2, at], **size)
        ax.set(ylim=(0, 1.4 * top), xlabel=_mathtext(spec["xlabel"]))
        ax.set_ylabel(_mathtext(spec["density_label"]) if lower else "spin")
        axes[0].set_xlabel("")
        plotting.label_ends(ax)
    return drawing


def _turned(vectors, azimuth, elevation):
    """Right, up and towards the reader of vectors, shape (3, ...), on a sphere seen from there (in degrees)."""
    a, e = np.radians([azimuth, elevation])
    right = np.array([-np.sin(a), np.cos(a), 0.0])
    front = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    return np.tensordot(np.array([right, np.cross(front, right), front]), vectors, 1)


def _still_sphere(explorer):
    spec = explorer.spec
    ax = _figure().subplots()
    round_ = np.linspace(0, 2 * np.pi, 181)
    faint = {"color": plotting.GREY, "linewidth": 0.8}
    ax.plot(np.cos(round_), np.sin(round_), **faint)

    def line(vectors, **style):
        right, up, front = _turned(np.asarray(vectors, dtype=float), *spec["turn"])
        ax.plot(right, np.where(front < 0, up, np.nan), **{**style, "alpha": 0.35, "label": "_"})
        ax.plot(right, np.where(front >= 0, up, np.nan), **style)

    line([np.cos(round_), np.sin(round_), 0 * round_], **faint)
    for name, direction in [*zip(spec["axes"], np.eye(3), strict=True), *spec["markers"].items()]:
        right, up, _ = _turned(np.asarray(direction), *spec["turn"])
        ax.annotate("", (right, up), (0, 0), arrowprops={"arrowstyle": "->", "color": plotting.GREY})
        ax.annotate(_mathtext(name), (1.12 * right, 1.12 * up), ha="center", va="center", color=plotting.GREY)
    curves = explorer._layer.at(explorer.values)[0]
    for k, (name, style) in enumerate(explorer._styles.items()):
        line(curves[3 * k : 3 * k + 3], label=_mathtext(name), **style)
    ax.set(aspect="equal", xlim=(-1.35, 1.35), ylim=(-1.25, 1.25), title=_positions_as_title(explorer))
    ax.set_axis_off()
    if len(explorer._styles) > 1:
        ax.legend(loc="lower right")
    return ax.figure


_STILLS = {"curves": _still_curves, "map": _still_map, "profile": _still_profile, "sphere": _still_sphere}


def _mathtext(text):
    """``R_P`` as Matplotlib sets it."""

    def shifted(found):
        mark, what = found.groups()
        return rf"$\mathregular{{{mark}{{{what.strip('{}').replace('-', '−')}}}}}$"

    return _MARKUP.sub(shifted, text.replace("$", r"\$").replace("%", r"%"))


class _Table:
    """The values on the grid as the page holds them: a row (one curve at one cell) in 16 bits between its extremes."""

    def __init__(self, sliders, curves, readouts, log):
        self.sliders, self.log = sliders, log
        rows = _scale(curves, log)
        missing = np.isnan(rows)
        if rows.size and missing.all():
            raise ValueError("the function has no value to draw on the whole grid")
        ends = (
            np.where(missing, np.inf, rows).min(axis=-1, initial=np.inf),
            np.where(missing, -np.inf, rows).max(axis=-1, initial=-np.inf),
        )
        self.low, self.high = (np.where(missing.all(axis=-1), np.nan, end).astype("<f4") for end in ends)
        span = np.where(self.high > self.low, self.high - self.low, 1)[..., None]
        codes = ((rows - self.low[..., None]) / span * (_GAP - 1)).round().clip(0, _GAP - 1)
        self.codes = np.where(missing, _GAP, codes).astype("<u2")
        # A positive readout may span decades, as a resistance does: interpolate its logarithm.
        self.readout_log = (np.isfinite(readouts) & (readouts > 0)).all(axis=0)
        logarithms = np.log10(np.where(self.readout_log, readouts, 1))
        self.readouts = np.where(self.readout_log, logarithms, readouts).astype("<f4")

    def limits(self, references, rows=slice(None)):
        """Limits of the y axis around everything on the grid and all references, with a little air."""
        parts = [self.low[:, rows], self.high[:, rows], *(_scale(reference.y, self.log) for reference in references)]
        values = np.concatenate([np.ravel(part) for part in parts])
        low, high = np.nanmin(values), np.nanmax(values)
        air = max(0.04 * (high - low), 0.05) if self.log else 0.04 * (high - low) or 0.1 * abs(high) or 1.0
        limits = np.array([low - air, high + air], dtype=float)
        return (10**limits if self.log else limits).tolist()

    def pack(self, x):
        """All of it as bytes, in the order in which ``decode`` of explore.js takes it apart.

        Of the codes, second differences along a row travel, the sign in the lowest bit, all upper bytes before all
        lower ones: a smooth curve then compresses to less than half.
        """
        steps = np.diff(self.codes, n=2, axis=-1, prepend=np.zeros((*self.codes.shape[:-1], 2), "u2"))
        folded = (steps << 1) ^ np.where(steps < 0x8000, 0, 0xFFFF).astype("u2")
        parts = (x.astype("<f4"), self.low, self.high, self.readouts, (folded >> 8).astype("u1"), folded.astype("u1"))
        return b"".join(part.tobytes() for part in parts)

    def at(self, values):
        """Curves and readouts by multilinear interpolation; missing where a neighbour is missing."""
        corners = _corners(self.sliders, values)
        curves, readouts = 0.0, 0.0
        for index, weight in corners if self.codes.size or self.readouts.size else ():
            codes, low, high = self.codes[index], self.low[index, :, None], self.high[index, :, None].astype(float)
            curves = curves + weight * np.where(codes == _GAP, np.nan, low + codes * ((high - low) / (_GAP - 1)))
            readouts = readouts + weight * self.readouts[index].astype(float)
        if np.isscalar(curves):
            return np.empty((0, 0)), []
        if len(corners) > 1:
            readouts = np.where(np.isfinite(readouts), readouts, np.nan)
        readouts = [10**r if log else r for r, log in zip(readouts.tolist(), self.readout_log, strict=True)]
        return (10**curves if self.log else curves), readouts


def _corners(sliders, values):
    """Indices of the grid cells around `values`, with their weights."""
    corners = [(0, 1.0)]
    for slider, value in zip(sliders, values, strict=True):
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


def _bilinear(values, axes, place, log):
    """A map's value at `place` (x, y), from its values on the grid in one row."""
    rows = _scale(values, log).ravel()
    value = sum(weight * rows[index] for index, weight in _corners(axes[::-1], place[::-1]))
    return float(10**value if log else value)


def interpolation_errors(figure, samples=100, seed=0):
    """How far the static figure strays from the live one, at random positions of the sliders.

    Parameters
    ----------
    figure : Explorer
    samples : int
        How many positions to try, all of them positions that a reader can choose; of a map also of the cross-hair.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    dict of str to float
        For every curve, component and the value of a map the largest distance as a fraction of the plotted range (of
        its logarithm on a logarithmic axis); for every readout the largest relative error, with 1 % of its range as the
        smallest divisor. A value that the page shows where the function has none counts as ``inf``, and so do more than
        5 % of values not shown.
    """
    rng, spec = np.random.default_rng(seed), figure.spec
    positions = [{slider.name: slider.random(rng) for slider in figure.sliders} for _ in range(samples)]
    lives = [[life(**position) for position in positions] for life in (figure.live, figure.static)]
    log, errors = spec["ylog"], {}
    for row, curve in enumerate(spec["curves"]):
        wanted, shown = (_scale([curves[row] for curves, _ in life], log) for life in lives)
        ylim = _plotted(spec, row)
        if ylim == "auto":
            span = np.array([np.ptp(y[np.isfinite(y)]) for y in wanted])[:, None]
        else:
            ylim = _scale(ylim, log)
            wanted, shown, span = wanted.clip(*ylim), shown.clip(*ylim), np.ptp(ylim)
        errors[curve["label"]] = max(errors.get(curve["label"], 0.0), _worst(wanted, shown, span))
    for name in lives[0][0][1]:
        wanted, shown = (np.array([readouts[name] for _, readouts in life]) for life in lives)
        if name == "value" and figure._field:
            zlim = _scale(spec["zlim"], spec["zlog"])
            wanted, shown = (_scale(values, spec["zlog"]).clip(*zlim) for values in (wanted, shown))
            errors[name] = _worst(wanted, shown, np.ptp(zlim))
            continue
        finite = wanted[np.isfinite(wanted)]
        floor = 0.01 * np.ptp(finite) if finite.size else 0.0
        errors[name] = _worst(wanted, shown, np.maximum(np.abs(wanted), floor))
    return errors


def interpolation_error(figure, samples=100, seed=0):
    """The largest of `interpolation_errors`; every figure of the book keeps it below 0.01."""
    return max(interpolation_errors(figure, samples, seed).values())


def _plotted(spec, row):
    """The range in which this row of numbers is drawn."""
    role = spec["roles"][row] if spec["view"] == "profile" else spec["view"]
    ranges = {"density": spec.get("density_lim"), "x": spec.get("xlim"), "spin": [-1.0, 1.0], "sphere": [-1.0, 1.0]}
    return ranges.get(role, spec["ylim"])


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


def _spaced(ends, log, points):
    """Equal steps, or equal ratios, between both ends, which are hit exactly."""
    x = np.geomspace(*ends, points) if log else np.linspace(*ends, points)
    x[[0, -1]] = ends
    return x


def _sample(axes, sliders, rows, ends, most):
    """Abscissae between `ends` that draw every curve smoothly, wherever a single slider stands at one of its ends.

    An interval is halved while a curve leaves the straight line across it and its neighbour by more than `_SMOOTH` of
    the curve's range.
    """
    starts = {slider.name: slider.value for slider in sliders}
    places = [starts, *(starts | {s.name: value} for s in sliders for value in (s.min, s.max))]

    def curves(x):
        return np.concatenate([_scale(_stack(axes.function(x, **place), rows, x), axes.ylog) for place in places])

    x = _spaced(ends, axes.xlog, _FEWEST_SAMPLES)
    while x.size < most:
        at, y = np.log(x) if axes.xlog else x, curves(x)
        span = np.nan_to_num(np.nanmax(y, axis=1, initial=-1e300) - np.nanmin(y, axis=1, initial=1e300))[:, None]
        chord = y[:, :-2] + (y[:, 2:] - y[:, :-2]) * (at[1:-1] - at[:-2]) / (at[2:] - at[:-2])
        bend = np.abs(y[:, 1:-1] - chord) / np.maximum(span, 1e-300)
        bend = np.nan_to_num(bend).max(axis=0)
        worst = np.maximum(np.append(bend, 0), np.insert(bend, 0, 0))  # of each interval
        wide = np.diff(at) > (at[-1] - at[0]) / 2000  # a step never becomes straight
        halve = np.flatnonzero((worst > _SMOOTH) & wide)
        if not halve.size:
            break
        halve = halve[np.argsort(-worst[halve], kind="stable")][: most - x.size]
        between = (at[halve] + at[halve + 1]) / 2
        x = np.sort(np.append(x, np.exp(between) if axes.xlog else between))
    return x


def _stack(result, rows, x):
    """The function's result as an array of shape (curves, len(x)); a trajectory counts as three of them."""
    labels = [label for label, _ in rows]
    if isinstance(result, dict):
        if set(result) != set(labels):
            raise ValueError(f"the function must return the curves {labels}, got {list(result)}")
        parts = [np.atleast_2d(np.asarray(result[label], dtype=float)) for label in labels]
        for (label, n), part in zip(rows, parts, strict=True):
            if part.shape != (n, len(x)):
                shape = (n, len(x)) if n > 1 else (len(x),)
                raise ValueError(f"{label!r} must be an array of shape {shape}, got {part.shape}")
        return np.concatenate(parts)
    curves = np.asarray(result, dtype=float)
    number = sum(n for _, n in rows)
    if curves.ndim == 1 and number == 1:
        curves = curves[None]
    if curves.shape != (number, len(x)):
        raise ValueError(f"the function must return an array of shape {(number, len(x))}, got {curves.shape}")
    return curves


def _sliders(sliders, least, most):
    sliders = tuple(sliders)
    names = [slider.name for slider in sliders]
    if not least <= len(names) <= most or len(set(names)) < len(names):
        number = str(least) if least == most else f"{least} to {most}"
        raise ValueError(f"sliders must be {number}, with names unlike each other, got {names}")
    return sliders


def _limits(name, limits, log):
    limits = real(name, limits, "(0, inf)" if log else "(-inf, inf)").tolist()
    if len(limits) != 2 or limits[0] >= limits[1]:
        choice = " or 'auto'" if name == "ylim" else ""
        raise ValueError(f"{name} must be two ascending numbers{choice}, got {limits!r}")
    return limits


def _check_size(sliders, rows, readouts, length, field):
    """Raise ValueError before a long calculation whose result no page should carry."""
    cells = math.prod(slider.points for slider in sliders) if rows or readouts else 0
    size = 4 * length + cells * (rows * (8 + 2 * length) + 4 * len(readouts))
    size += len(field.table.pack(np.empty(0))) if field else 0
    embedded = 4 * math.ceil(size / 3)
    if embedded > MAX_SIZE:
        grid = " × ".join(str(slider.points) for slider in sliders)
        raise ValueError(
            f"the precomputed data would take {embedded / 1000:.0f} kB, the limit is {MAX_SIZE / 1000:.0f} kB: "
            f"{grid} slider points × {rows} curves × {length} values of x; reduce Slider(points=...) or len(x)"
        )


def _check_regions(regions, names):
    for region in regions:
        for end in (region.start, region.stop):
            if isinstance(end, str) and end not in names:
                raise ValueError(f"region {region.label!r}: {end!r} is neither a number nor one of {', '.join(names)}")


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
    return "" if linestyle == "-" else " ".join(str(length) for length in linestyle[1])
