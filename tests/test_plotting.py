import itertools
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from mtjlib.course import plotting

STYLES = {
    name: getattr(plotting, name)
    for name in ("PARALLEL", "ANTIPARALLEL", "MAJORITY", "MINORITY", "IN_PLANE", "OUT_OF_PLANE", "REFERENCE")
}
# Machado, Oliveira & Fernandes, IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009), severity 1, linear RGB.
VISION = {
    "normal": np.eye(3),
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
}


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    x, y, z = np.cbrt(np.maximum(xyz / [0.9505, 1.0, 1.089], 0.0089))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("colour", [*plotting.PALETTE.values(), plotting.GREY])
def test_a_label_in_any_colour_is_legible(colour):
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_colours_differ_for_every_reader(vision):
    seen = [lab(np.clip(VISION[vision] @ linear(colour), 0, 1)) for colour in plotting.PALETTE.values()]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 12  # 2.3 is just noticeable


def test_every_meaning_has_its_own_look_and_pairs_differ_without_colour():
    looks = [(style["color"], style["linestyle"]) for style in STYLES.values()]
    assert len(set(looks)) == len(looks)
    assert len({s["linestyle"] for s in plotting.CYCLE}) == len({s["color"] for s in plotting.CYCLE}) == 5
    for one, other in [("PARALLEL", "ANTIPARALLEL"), ("MAJORITY", "MINORITY"), ("IN_PLANE", "OUT_OF_PLANE")]:
        assert STYLES[one]["linestyle"] != STYLES[other]["linestyle"]


def test_style_applies_and_restores():
    before = matplotlib.rcParams.copy()
    with plotting.style():
        assert matplotlib.rcParams["figure.facecolor"] == "white"
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][:2] == ["#0072B2", "#B84A00"]
    assert {key for key in before if key != "backend" and matplotlib.rcParams[key] != before[key]} == set()


def test_use_stays():
    with matplotlib.rc_context():
        plotting.use()
        assert matplotlib.rcParams["figure.figsize"] == [7.0, 4.0]
        assert {key: matplotlib.rcParams[key] for key in ("axes.spines.top", "axes.grid")} == {
            "axes.spines.top": False,
            "axes.grid": True,
        }


def test_the_card_is_solid_white():
    with plotting.style():
        figure = Figure()
        figure.subplots().plot([0, 1])
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        assert tuple(np.asarray(canvas.buffer_rgba())[0, 0]) == (255, 255, 255, 255)


@given(st.lists(st.floats(-5, 5), max_size=6), st.floats(0, 2))
@settings(max_examples=50)
def test_spread_keeps_distance_order_and_centre(positions, gap):
    moved = plotting._spread(positions, gap)
    order = np.argsort(positions, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    np.testing.assert_allclose(moved.sum(), np.sum(positions), rtol=0, atol=1e-12)
    if not positions or len(positions) == 1 or np.diff(np.sort(positions)).min() >= gap:
        np.testing.assert_allclose(moved, positions, rtol=0, atol=1e-12)


def test_label_ends_names_lines_without_overlap_on_a_log_axis():
    with plotting.style():
        ax = Figure().subplots()
    ax.plot([0, 1, 2], [1, 10, 100], label="P", **plotting.PARALLEL)
    ax.plot([0, 1, 2], [1, 10, np.nan], label="AP", **plotting.ANTIPARALLEL)
    ax.plot([0, 2], [100, 99], label="fit", **plotting.REFERENCE)
    ax.plot([0, 2], [5, 5])
    ax.set_yscale("log")
    labels = plotting.label_ends(ax)
    assert [label.get_text() for label in labels] == ["P", "AP", "fit"]
    assert [label.get_color() for label in labels] == ["#0072B2", "#B84A00", plotting.GREY]
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in labels]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(box.x1 <= ax.figure.bbox.x1 for box in boxes)
    assert boxes[1].x0 < boxes[0].x0  # AP ends where its data end


def test_a_line_without_points_in_view_has_no_label():
    ax = Figure().subplots()
    ax.plot([np.nan, np.nan], [1, 2], label="nothing")
    ax.plot([0, 1], [1, 2], label="something")
    assert [label.get_text() for label in plotting.label_ends(ax)] == ["something"]


def test_bias_axis_says_where_the_electrons_go():
    ax = Figure().subplots()
    plotting.bias_axis(ax)
    assert "V > 0: electrons right → left" in ax.get_xlabel()


def test_panel_labels():
    axes = Figure().subplots(2, 2)
    plotting.panel_labels(axes)
    assert [ax.get_title(loc="left") for ax in axes.flat] == ["(a)", "(b)", "(c)", "(d)"]


def test_transmission_map_spans_decades_below_the_maximum():
    ax = Figure().subplots()
    q = np.linspace(-1, 1, 5)
    transmission = np.exp(-50 * (q**2 + q[:, None] ** 2))
    transmission[0, 0] = 0.0
    bar = plotting.transmission_map(ax, q, q, transmission, decades=4)
    assert (bar.norm.vmin, bar.norm.vmax) == pytest.approx((1e-4, 1.0), rel=1e-12, abs=0)
    assert bar.cmap.name == "viridis"
    with pytest.raises(ValueError, match=r"must have a positive, finite maximum, got 0\.0"):
        plotting.transmission_map(ax, q, q, np.zeros((5, 5)))


def test_matplotlib_is_named_when_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r'pip install "mtjlib\[notebooks\]"'):
        plotting.use()
