import base64
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("anywidget")
from mtjlib import julliere
from mtjlib.course import explore, plotting

X = np.linspace(-1.0, 1.0, 31)
SOURCE = pathlib.Path(explore.__file__)


def waves(x, a, b=0.0):
    return {"sine": np.sin(a * x + b), "cosine": np.cos(a * x + b)}


def make(function=waves, sliders=None, x=X, **more):
    sliders = sliders or [explore.Slider("a", "Wave number a", 0.5, 3, unit="1/nm", points=26)]
    return explore.figure(function, sliders, x, "x (nm)", "amplitude", **more)


def decades(x, phi, t):
    """Spans seven decades and has a gap whose edge moves."""
    return {"up": 10 ** (3 * x * phi + t / 100), "down": np.where(x < 0.5, 10 ** (-3 * x * phi), np.nan)}


# Every feature that the page and Python must handle alike: 1-3 sliders, logarithms, gaps, infinite readouts.
FIGURES = {
    "one slider": lambda: make(),
    "two sliders": lambda: make(
        sliders=[
            explore.Slider("a", "a", 0.5, 3, points=17),
            explore.Slider("b", "b", -1, 1, points=9),
        ],
        readouts={"total": lambda a, b: a + b, "ratio": lambda a, b: a / (2 - b)},
    ),
    "three sliders": lambda: make(
        lambda x, a, b, c: c * np.sin(a * x + b),
        sliders=[
            explore.Slider(n, n, lo, hi, points=p) for n, lo, hi, p in [("a", 1, 2, 9), ("b", -1, 1, 8), ("c", 2, 5, 3)]
        ],
        readouts={"power": lambda a, b, c: 10 ** (a + b)},
    ),
    "logarithms": lambda: make(
        decades,
        sliders=[
            explore.Slider("phi", "φ", 0.5, 1.5, unit="eV", points=5),
            explore.Slider("t", "T", 1, 300, unit="K", points=60, log=True),
        ],
        x=np.linspace(-1, 1, 21),
        ylog=True,
    ),
    "infinite readout": lambda: make(readouts={"pole": lambda a: a if a < 3 else math.inf}),
    "automatic limits": lambda: make(lambda x, a: (2 + a) ** 3 * x, curves=["line"], ylim="auto"),
}


def wave_map(x, y, damping=0.0):
    return np.sin(2 * x) * np.cos(y) * np.exp(-damping * x)


def junction_profile(s, width, kappa):
    """Edges at positions that move with the slider; two samples stand at each of them."""
    x = np.interp(s, [0, 20, 21, 40, 41, 60], [-1, 0, 0, width, width, width + 1])
    inside = (s > 20.5) & (s < 40.5)
    density = np.exp(-2 * kappa * np.clip(x, 0, width))
    spin = [np.cos(x), np.sin(x), 0 * x]
    return {"x": x, "edge": np.where(inside, 5.6, 0.0), "electron": density, "spin": spin}


def precession(t, tilt):
    return [np.sin(tilt) * np.cos(t), np.sin(tilt) * np.sin(t), np.cos(tilt) + 0 * t]


def slider(name, low, high, points, **more):
    return explore.Slider(name, name, low, high, points=points, **more)


VIEWS = {
    "map": lambda: explore.map(
        wave_map,
        x=slider("x", 0.1, 2, 41, log=True),
        y=slider("y", 0, 3, 41),
        zlabel="amplitude",
        sliders=[slider("damping", 0, 1, 6)],
        levels=[0.5],
        panel=explore.Panel(
            lambda t, x, y, damping: {"up": t * wave_map(x, y, damping), "down": -t * x},
            np.linspace(0, 1, 5),
            "t (s)",
            "y",
            points=25,
        ),
        readouts={"sum": lambda x, y, damping: x + y + damping},
    ),
    "bare map": lambda: explore.map(wave_map, slider("x", 0, 2, 61), slider("y", 0, 3, 61), "amplitude"),
    "map over decades": lambda: explore.map(
        lambda x, y: np.where(x < 3, 10.0 ** (x + y), np.nan),
        slider("x", 0, 2, 9),
        slider("y", 0, 3, 9),
        "T",
        zlog=True,
    ),
    "profile": lambda: explore.profile(
        junction_profile,
        [slider("width", 0.5, 2, 31), slider("kappa", 0.5, 1.5, 9)],
        np.r_[np.arange(0.0, 60.5)],
        edges={"edge": plotting.IN_PLANE},
        densities={"electron": plotting.MAJORITY},
        spin=("along", "across", "out"),
        regions=[explore.Region("barrier", 0, "width")],
    ),
    "sphere": lambda: explore.sphere(
        precession, [slider("tilt", 0.1, 1.5, 21)], np.linspace(0, 6, 61), markers={"m_2": (0, 0, 2)}
    ),
}
FIGURES |= VIEWS


@pytest.fixture(scope="module")
def figures():
    return {name: build() for name, build in FIGURES.items()}


# ---- the static figure against the live one -------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FIGURES.keys() - {"infinite readout"}))
def test_static_agrees_with_live_within_one_percent_of_the_range(figures, name):
    assert explore.interpolation_error(figures[name], samples=60, seed=3) < 0.01


@pytest.mark.parametrize("name", FIGURES)
def test_javascript_interpolates_as_python_does(figures, name):
    """The page's own code under node, fed with what the page gets, at random values."""
    node = shutil.which("node") or pytest.skip("node is not installed")
    figure = figures[name]
    rng = np.random.default_rng(0)
    positions = [[float(slider.random(rng)) for slider in figure.sliders] for _ in range(20)]
    positions += [[s.min for s in figure.sliders], [s.max for s in figure.sliders], [s.value for s in figure.sliders]]
    code = """
    import { readFileSync } from "node:fs";
    const task = JSON.parse(readFileSync(0));
    const { decode, interpolate, mapFrame } = await import(`data:text/javascript;base64,${task.source}`);
    const view = (text) => {
      const bytes = Buffer.from(text, "base64");
      return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    };
    const { spec } = task;
    const grid = decode(spec, view(task.data));
    const field = spec.field && { ...spec.field, nx: spec.field.nx * spec.field.ny };
    const fieldGrid = field && decode(field, view(task.field), 0);
    const frames = task.positions.map((values) => {
      const { curves, readouts } = interpolate(spec, grid, values);
      const more = field ? { value: mapFrame(spec, fieldGrid, {}, values).value } : {};
      return { curves, readouts: { ...readouts, ...more } };
    });
    const plain = (v) => (Number.isNaN(v) ? "nan" : v);
    console.log(JSON.stringify(frames.map(({ curves, readouts }) => ({
      curves: curves.map((y) => [...y].map(plain)),
      readouts: Object.values(readouts).map((v) => (Number.isFinite(v) ? v : String(v).toLowerCase().slice(0, 3))),
    }))));
    """
    task = {
        "source": base64.b64encode(SOURCE.with_suffix(".js").read_bytes()).decode(),
        "data": base64.b64encode(figure.data).decode(),
        "field": base64.b64encode(figure.field).decode(),
        "spec": figure.spec,
        "positions": positions,
    }
    command = [node, "--input-type=module", "-e", code]
    done = subprocess.run(command, input=json.dumps(task), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    names = [slider.name for slider in figure.sliders]
    for position, frame in zip(positions, json.loads(done.stdout), strict=True):
        curves, readouts = figure.static(**dict(zip(names, position, strict=True)))
        if curves.size:
            np.testing.assert_allclose(np.array(frame["curves"], dtype=float), curves, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(np.array(frame["readouts"], dtype=float), list(readouts.values()), rtol=1e-6)


def test_the_javascript_passes_its_own_tests():
    node = shutil.which("node") or pytest.skip("node is not installed")
    tests = pathlib.Path(__file__).parent / "js" / "explore.test.mjs"
    done = subprocess.run([node, "--test", tests], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_a_grid_point_is_exact_to_16_bits(figures):
    figure = figures["two sliders"]
    a, b = figure.sliders[0].grid[5], figure.sliders[1].grid[2]
    assert np.abs(figure.static(a=a, b=b)[0] - figure.live(a=a, b=b)[0]).max() < 2e-5
    assert figure.static(a=a, b=b)[1] == pytest.approx(figure.live(a=a, b=b)[1], rel=1e-6)


def test_a_bilinear_function_is_exact_everywhere_and_sliders_are_not_swapped():
    sliders = [explore.Slider("a", "a", 0, 1, points=2), explore.Slider("b", "b", 10, 20, points=3)]
    figure = make(lambda x, a, b: a * x + b * x**2, sliders, curves=["y"])
    curves, _ = figure.static(a=0.3, b=17)
    np.testing.assert_allclose(curves[0], 0.3 * X + 17 * X**2, atol=1e-3)


def test_the_checker_notices_a_coarse_grid_a_wrong_table_and_a_bad_readout():
    coarse = make(sliders=[explore.Slider("a", "a", 0.5, 9, points=4)])
    assert explore.interpolation_error(coarse) > 0.1
    good = make()
    assert explore.interpolation_error(good) < 0.01
    good._layer.table.low += 0.03  # 1.5 % of the range of a sine
    assert 0.01 < explore.interpolation_error(good) < 0.02
    readout = make(readouts={"r": lambda a: (a - 1) ** 8})
    errors = explore.interpolation_errors(readout)
    assert max(errors["sine"], errors["cosine"]) < 0.01 < errors["r"]


def test_the_checker_notices_gaps_that_differ():
    hidden = make(lambda x, a: np.where(abs(a - 1.75) < 0.04, np.nan, x), curves=["y"])
    assert explore.interpolation_error(hidden) == math.inf
    sliders = [explore.Slider("a", "a", 0, 1, points=3)]
    assert (
        explore.interpolation_error(make(lambda x, a: x + 0 * a if a else x * np.nan, sliders, curves=["y"]))
        == math.inf
    )


def test_what_lies_outside_the_axes_does_not_count():
    def pole(x, a):
        return 1 / (x - 2 - a) - 100 * a**6

    sliders = [explore.Slider("a", "a", 0, 2, points=11)]
    assert explore.interpolation_error(make(pole, sliders, curves=["y"], ylim=(10, 20))) == 0
    assert explore.interpolation_error(make(pole, sliders, curves=["y"])) > 0.01


# ---- a live kernel --------------------------------------------------------------------------------------------------


class Recorder:
    """Stands in for the connection to the page."""

    comm_id = "recorder"

    def __init__(self):
        self.sent = []

    def send(self, data=None, metadata=None, buffers=None):
        self.sent.append((data, buffers))

    def on_msg(self, callback):
        pass

    def close(self, *args, **kwargs):
        pass


def test_a_move_in_the_page_is_answered_with_the_exact_values():
    calls = []

    def function(x, a):
        calls.append(a)
        return waves(x, a)

    figure = make(function, readouts={"square": lambda a: a * a})
    figure.comm = Recorder()
    calls.clear()
    figure.set_state({"values": [1.2345]})  # what ipywidgets does with a message from the page
    assert calls == [1.2345]
    (data, buffers), *rest = [(d, b) for d, b in figure.comm.sent if "exact" in d.get("state", {})]
    assert not rest and data["state"]["exact"] == {"values": [1.2345]}
    assert data["buffer_paths"] == [["exact", "data"]]
    numbers = np.frombuffer(buffers[0], dtype="<f8")
    expected = [*np.sin(1.2345 * X), *np.cos(1.2345 * X), 1.2345**2]
    np.testing.assert_array_equal(numbers, expected)


def test_an_error_in_the_function_reaches_the_reader_and_the_next_move_recovers():
    def function(x, a):
        if a == 1.5001:
            raise ValueError("a must not be 1.5001 1/nm")
        return waves(x, a)

    figure = make(function)
    figure.set_state({"values": [1.5001]})
    assert figure.exact == {"values": [1.5001], "error": "ValueError: a must not be 1.5001 1/nm"}
    figure.set_state({"values": [2.0]})
    assert "error" not in figure.exact and figure.exact["values"] == [2.0]
    figure.set_state({"values": [1.0, 2.0]})
    assert "error" in figure.exact


def test_the_first_picture_is_exact_too():
    figure = make()
    assert figure.exact["values"] == figure.values == [1.75]
    np.testing.assert_array_equal(np.frombuffer(figure.exact["data"]).reshape(2, -1), figure.live()[0])


# ---- what a notebook and a page receive -----------------------------------------------------------------------------


def test_the_output_is_the_same_in_every_run():
    first, second = (make()._repr_mimebundle_()[0] for _ in range(2))
    assert first["text/plain"] == second["text/plain"] == "Explorer(curves: sine, cosine; sliders: a)"
    assert set(first) == {"text/plain", "application/vnd.jupyter.widget-view+json", "image/png"}
    assert base64.b64decode(first["image/png"]).startswith(b"\x89PNG")
    assert repr(make(lambda x, a: a * x)) == "Explorer(curves: 1; sliders: a)"


def test_without_matplotlib_there_is_no_still_but_a_figure(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert set(make()._repr_mimebundle_()[0]) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_the_still_shows_the_present_values(figures):
    figure = make(references=[explore.Points("data", [0, 1], [0, 1]), explore.Line("limit", [-1, 1], [1, 1])])
    figure.values = [2.0]
    ax = figure.still().axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), np.sin(2 * X))
    assert [text.get_text() for text in ax.texts] == ["sine", "cosine", "data", "limit"]
    assert ax.get_title() == "Wave number a = 2 1/nm"
    for name in ("logarithms", "automatic limits"):
        figures[name].still()


def test_the_state_is_json_and_carries_the_javascript():
    state = make(references=[explore.Points("data", np.array([0, 1]), [0, 1])]).get_state()
    json.dumps(state["spec"], allow_nan=False)
    assert "export default" in state["_esm"] and ".mtj-explorer" in state["_css"]
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", state["_esm"] + state["_css"])


def test_missing_widgets_are_named():
    code = "import sys; sys.modules['anywidget'] = None; import mtjlib, mtjlib.course.plotting, mtjlib.course.explore"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (
        'ImportError: mtjlib.course.explore needs anywidget and ipywidgets: pip install "mtjlib[notebooks]"'
        in done.stderr
    )


def test_the_page_uses_the_colours_and_dashes_of_the_book():
    css = SOURCE.with_suffix(".css").read_text(encoding="utf-8")
    light, _ = css.split("@media screen")
    for i, colour in enumerate(plotting.PALETTE.values()):
        assert f"--mtj-c{i}: {colour.lower()};" in light
    styles = {"P": plotting.PARALLEL, "AP": plotting.ANTIPARALLEL}
    figure = make(lambda x, a: [x, a * x], curves=styles)
    assert [(c["label"], c["colour"], c["dash"]) for c in figure.spec["curves"]] == [("P", 0, ""), ("AP", 1, "6 2.5")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_and_lines_stand_out(theme):
    def luminance(colour):
        rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    css = SOURCE.with_suffix(".css").read_text(encoding="utf-8").split("@media screen")[theme]
    colours = {name: luminance(value) for name, value in re.findall(r"--mtj-(\w+): (#\w{6});", css)}
    assert len(colours) == 11
    for name, value in colours.items():
        low, high = sorted([value, colours["ground"]])
        least = {"ground": 0, "grid": 0, "axis": 3}.get(name, 4.5)
        assert (high + 0.05) / (low + 0.05) >= least, name


# ---- arguments ------------------------------------------------------------------------------------------------------


def test_slider_defaults():
    slider = explore.Slider("d", "Width d", 0.6, 2.0)
    assert (slider.value, slider.step) == (pytest.approx(1.3), 0.01)
    assert explore.Slider("p", "P", 0, 0.9).step == 0.01
    assert explore.Slider("p", "P", 0, math.pi).step == pytest.approx(math.pi / 100)
    log = explore.Slider("t", "T", 1, 100, log=True, points=3)
    assert log.value == pytest.approx(10) and log.grid.tolist() == pytest.approx([1, 10, 100])
    rng = np.random.default_rng(1)
    values = {explore.Slider("n", "n", 0, 2, step=1, points=3).random(rng) for _ in range(50)}
    assert values == {0.0, 1.0, 2.0}


def test_every_position_that_a_test_draws_can_be_chosen():
    rng = np.random.default_rng(2)
    for slider in (explore.Slider("a", "a", -0.3, 1.1), explore.Slider("a", "a", 2, 50, log=True)):
        for value in (slider.random(rng) for _ in range(100)):
            steps = (slider.scale(value) - slider.scale(slider.min)) / slider.step
            assert slider.min <= value <= slider.max and abs(steps - round(float(steps))) < 1e-6


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"min": 2, "max": 1}, r"max of slider 'a' must lie in \(2.0, inf\), got 1.0"),
        ({"min": 0, "max": 1, "value": 2}, r"value of slider 'a' must lie in \[0.0, 1.0\], got 2.0"),
        ({"min": 0, "max": 1, "log": True}, r"min of slider 'a' must lie in \(0, inf\), got 0.0"),
        ({"min": 0, "max": 1, "points": 1}, "points of slider 'a' must be an integer of at least 2, got 1"),
        ({"min": 0, "max": 1, "step": 2}, r"step of slider 'a' must lie in \(0, 1.0\], got 2.0"),
        ({"min": 0, "max": math.nan}, "max of slider 'a'"),
        (
            {"name": "a b", "min": 0, "max": 1},
            "name of a slider must be the name of the function's argument, got 'a b'",
        ),
    ],
)
def test_wrong_sliders(arguments, message):
    with pytest.raises(ValueError, match=message):
        explore.Slider(**{"name": "a", "label": "A", **arguments})


def test_too_much_data_is_refused_before_it_is_calculated():
    calls = []

    def function(x, a, b):
        calls.append(a)
        return waves(x, a)

    sliders = [explore.Slider("a", "a", 0, 1, points=41), explore.Slider("b", "b", 0, 1, points=41)]
    with pytest.raises(
        ValueError, match=r"would take 314 kB, the limit is 300 kB: 41 × 41 .* × 2 curves × 31 .*reduce"
    ):
        make(function, sliders)
    assert len(calls) == 1


def test_the_size_that_is_checked_is_the_size_that_is_sent(monkeypatch, figures):
    figure = figures["two sliders"]
    size = len(base64.b64encode(figure.data))
    arguments = (figure.sliders, len(figure._styles), figure._layer.readouts, len(figure.x), None)
    monkeypatch.setattr(explore, "MAX_SIZE", size)
    explore._check_size(*arguments)
    monkeypatch.setattr(explore, "MAX_SIZE", size - 1)
    with pytest.raises(ValueError, match="precomputed data"):
        explore._check_size(*arguments)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"x": X[::-1]}, "x must be a one-dimensional, ascending array"),
        ({"x": X, "xlog": True}, r"x must lie in \(0, inf\)"),
        ({"function": lambda x, a: x[:-1]}, r"must return an array of shape \(1, 31\), got \(1, 30\)"),
        ({"function": lambda x, a: [x, x]}, r"must return an array of shape \(1, 31\), got \(2, 31\)"),
        ({"curves": ["sine"]}, r"must return the curves \['sine'\], got \['sine', 'cosine'\]"),
        ({"function": lambda x, a: np.ones((6, 31)), "curves": list("abcdef")}, "at most 5, got 6"),
        (
            {"curves": {"sine": plotting.PARALLEL, "cosine": {"color": "red"}}},
            "colours must come from mtjlib.course.plotting",
        ),
        ({"function": lambda x, a: x * np.nan, "curves": ["y"]}, "no value to draw"),
        ({"ylim": (1, 0)}, "ylim must be two ascending numbers or 'auto'"),
        ({"summary": "{b}"}, r"summary: \{b\} is not one of a"),
        ({"summary": "{a:d}"}, r"summary: \{a\} needs a format such as .2f"),
        ({"summary": "{{a}}"}, "literal braces"),
        ({"readouts": {"a": lambda a: a}}, "names unlike each other"),
        ({"sliders": [explore.Slider("a", "a", 0, 1)] * 2}, "sliders must be 1 to 3"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        make(**arguments)


def test_wrong_references():
    with pytest.raises(ValueError, match="x and y of 'data' must have the same length, got 2 and 1"):
        explore.Points("data", [0, 1], [1])
    with pytest.raises(ValueError, match="y of 'data'"):
        explore.Line("data", [0, 1], [1, math.inf])


def test_an_error_on_the_grid_says_where():
    def function(x, a):
        if a > 2:
            raise ValueError("too large")
        return x

    with pytest.raises(ValueError, match="too large") as caught:
        make(function)
    assert "at {'a': 2.1}" in caught.value.__notes__[0]


def test_unknown_parameter():
    with pytest.raises(TypeError, match="no slider is called c; there are a"):
        make().live(c=1)


def test_default_limits_hold_every_curve_and_reference():
    figure = make(references=[explore.Line("limit", [-1, 1], [3, 3])])
    low, high = figure.spec["ylim"]
    assert -1.4 < low < -1 and 3 < high < 3.4
    log = FIGURES["logarithms"]().spec["ylim"]
    assert 10**-5.1 < log[0] < 10**-4.6 and 10**7.5 < log[1] < 10**8.1


def test_the_readout_that_diverges_is_missing_in_its_cells_only():
    sliders = [explore.Slider(n, n, 0, 1, points=11) for n in ("p1", "p2")]
    figure = make(lambda x, p1, p2: x * p1, sliders, curves=["y"], readouts={"tmr": julliere.tmr})
    assert figure.static(p1=1.0, p2=1.0)[1] == {"tmr": math.inf}
    assert math.isnan(figure.static(p1=0.95, p2=1.0)[1]["tmr"])
    assert figure.static(p1=0.9, p2=0.9)[1]["tmr"] == pytest.approx(julliere.tmr(0.9, 0.9), rel=1e-6)


# ---- the views ------------------------------------------------------------------------------------------------------


def test_a_pair_of_ends_is_sampled_where_the_curve_bends():
    def resonance(x, a):
        return 1 / (1 + ((x - 0.3) / 0.02) ** 2) + 0 * a

    figure = make(resonance, x=(0, 1), curves=["y"])
    x, fine = figure.x, np.linspace(0, 1, 20001)
    assert x[0] == 0 and x[-1] == 1 and x.size <= 201 and (np.diff(x) > 0).all()
    drawn = np.interp(fine, x, resonance(x, 0))
    assert np.abs(drawn - resonance(fine, 0)).max() < 0.004
    same = np.linspace(0, 1, x.size)  # as many points, equally far apart, miss the peak
    assert np.abs(np.interp(fine, same, resonance(same, 0)) - resonance(fine, 0)).max() > 0.02
    assert make(lambda x, a: a * x, x=(1, 100), xlog=True, ylog=True, curves=["y"]).x.size == 33


def test_the_map_hands_its_axes_by_name_and_in_the_right_order():
    figure = explore.map(lambda x, y: x + 100 * y, slider("x", 0, 1, 3), slider("y", 0, 1, 5), "z")
    assert figure.live(x=0.25, y=0.75)[1] == {"value": 75.25}
    assert figure.static(x=0.25, y=0.75)[1]["value"] == pytest.approx(75.25, abs=0.01)
    assert figure.spec["field"]["nx"] == 3 and figure.spec["field"]["ny"] == 5


def test_the_kernel_answers_for_the_map_and_calculates_it_only_when_it_changes():
    shapes = []

    def field(x, y, damping):
        shapes.append(np.broadcast_shapes(x.shape, y.shape))
        return wave_map(x, y, damping)

    sliders = [slider("damping", 0, 1, 3)]
    figure = explore.map(field, slider("x", 0, 2, 21), slider("y", 0, 3, 31), "z", sliders)
    shapes.clear()
    figure.values = [0.3, 0.4, 0.7]
    figure.values = [0.5, 0.6, 0.7]
    assert shapes == [(31, 21), (1, 1), (1, 1)]
    numbers = np.frombuffer(figure.exact["field"])
    expected = wave_map(np.linspace(0, 2, 21), np.linspace(0, 3, 31)[:, None], 0.7)
    np.testing.assert_array_equal(numbers[:-1].reshape(31, 21), expected)
    assert numbers[-1] == pytest.approx(wave_map(0.5, 0.6, 0.7), rel=1e-15)


def test_a_moving_edge_stays_sharp_only_with_its_own_positions(figures):
    assert explore.interpolation_errors(figures["profile"])["edge"] < 1e-6

    def fixed(x, width):
        return {"edge": np.where((x > 0) & (x < width), 5.6, 0.0)}

    blurred = explore.profile(
        fixed, [slider("width", 0.5, 2, 31)], np.linspace(-1, 3, 61), edges={"edge": plotting.IN_PLANE}
    )
    assert explore.interpolation_error(blurred) > 0.1


def test_the_page_and_the_still_turn_the_sphere_alike():
    node = shutil.which("node") or pytest.skip("node is not installed")
    source = base64.b64encode(SOURCE.with_suffix(".js").read_bytes()).decode()
    code = f"""
    const {{ turned }} = await import("data:text/javascript;base64,{source}");
    console.log(JSON.stringify([[1, 2, 3], [-0.3, 0.5, 0.1]].map((v) => turned(v, [-35, 20]))));
    """
    done = subprocess.run([node, "--input-type=module", "-e", code], capture_output=True, text=True, timeout=60)
    expected = explore._turned(np.array([[1, 2, 3], [-0.3, 0.5, 0.1]]).T, -35, 20).T
    np.testing.assert_allclose(json.loads(done.stdout), expected, atol=1e-12)
    assert np.linalg.det(explore._turned(np.eye(3), 12, 34)) == pytest.approx(1)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_has_a_still_and_a_state(figures, name):
    figure = figures[name]
    data = figure._repr_mimebundle_()[0]
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    json.dumps(figure.get_state()["spec"], allow_nan=False)
    assert figure.spec["alt"]


def test_a_figure_is_an_ordinary_widget():
    import ipywidgets

    first, second = make(), make()
    seen = []
    first.observe(lambda change: seen.append(change["new"]), "values")
    link = ipywidgets.link((first, "values"), (second, "values"))
    box = ipywidgets.HBox([first, second])
    first.values = [2.5]
    assert seen == [[2.5]] and second.values == [2.5] and box.children == (first, second)
    np.testing.assert_array_equal(np.frombuffer(second.exact["data"])[: X.size], np.sin(2.5 * X))
    link.unlink()


def test_labels_in_mathtext():
    assert explore._mathtext("R_P (Ω)") == r"R$\mathregular{_{P}}$ (Ω)"
    assert explore._mathtext("V^2, 10^{-6}") == r"V$\mathregular{^{2}}$, 10$\mathregular{^{−6}}$"


@pytest.mark.parametrize(
    "make_it, message",
    [
        (lambda: explore.map(lambda x, y: x, slider("x", 0, 1, 3), slider("y", 0, 1, 5), "z"), r"shape \(5, 3\)"),
        (
            lambda: explore.map(wave_map, slider("x", 0, 1, 3), slider("y", 0, 1, 5), "z", zlim=(1, 0)),
            "zlim must be two ascending numbers, got",
        ),
        (lambda: explore.sphere(lambda t, a: [t, t], [slider("a", 0, 1, 3)], X), r"shape \(3, 31\), got \(2, 31\)"),
        (
            lambda: explore.sphere(precession, [slider("tilt", 0, 1, 3)], X, markers={"m": (0, 0, 0)}),
            r"markers\['m'\] must be three numbers, not all zero",
        ),
        (
            lambda: make(regions=[explore.Region("b", 0, "width")]),
            "region 'b': 'width' is neither a number nor one of a",
        ),
    ],
)
def test_wrong_views(make_it, message):
    with pytest.raises(ValueError, match=message):
        make_it()
