"""One look for every figure of the book: size, palette, line styles, direct labels.

A curve's meaning has one colour *and* one line style everywhere, so a figure still reads in grey or with a colour
vision deficiency. Each style is a dictionary for ``ax.plot``:

======================  ==================  ==========================================
``PARALLEL``            blue, solid         magnetisations parallel
``ANTIPARALLEL``        vermilion, dashed  magnetisations antiparallel
``MAJORITY``            green, solid        majority spin
``MINORITY``            purple, dashed      minority spin
``IN_PLANE``            ink, solid          torque along m2 × (m1 × m2)
``OUT_OF_PLANE``        vermilion, dotted  torque along m1 × m2
``REFERENCE``           grey, fine dots     a limit or an expectation to compare with
``DATA``                open circles        measured points
======================  ==================  ==========================================

Anything else takes the styles of ``CYCLE`` in order, which is also what ``ax.plot`` does after `use`.

Examples
--------
>>> import matplotlib.pyplot as plt
>>> from mtjlib.course import plotting
>>> with plotting.style():
...     fig, ax = plt.subplots()
>>> _ = ax.plot([0, 1], [1, 2], label="P", **plotting.PARALLEL)
>>> _ = ax.plot([0, 1], [2, 2], label="AP", **plotting.ANTIPARALLEL)
>>> [label.get_text() for label in plotting.label_ends(ax)]
['P', 'AP']
>>> plt.close(fig)
"""

import os

import numpy as np

__all__ = [
    "ANTIPARALLEL",
    "CYCLE",
    "DASHDOT",
    "DASHED",
    "DATA",
    "DOTTED",
    "GREY",
    "IN_PLANE",
    "LONG",
    "MAJORITY",
    "MINORITY",
    "OUT_OF_PLANE",
    "PALETTE",
    "PARALLEL",
    "REFERENCE",
    "SOLID",
    "STYLE",
    "bias_axis",
    "label_ends",
    "panel_labels",
    "style",
    "transmission_map",
    "use",
]
__dir__ = __all__.copy

# After Okabe and Ito, darkened until even a label in the same colour has a contrast of 4.5 on white.
PALETTE = {"blue": "#0072B2", "vermilion": "#B84A00", "green": "#00775A", "purple": "#A8478A", "ink": "#222222"}
GREY = "#6B6B6B"
SOLID, DASHED, DASHDOT, DOTTED, LONG = "-", (0, (6, 2.5)), (0, (7, 2, 1.5, 2)), (0, (1.5, 1.8)), (0, (11, 3))


def _style(colour, linestyle):
    return {"color": PALETTE[colour], "linestyle": linestyle}


PARALLEL = _style("blue", SOLID)
ANTIPARALLEL = _style("vermilion", DASHED)
MAJORITY = _style("green", SOLID)
MINORITY = _style("purple", DASHED)
IN_PLANE = _style("ink", SOLID)
OUT_OF_PLANE = _style("vermilion", DOTTED)
REFERENCE = {"color": GREY, "linestyle": (0, (1, 2)), "linewidth": 1.2}
DATA = {"color": PALETTE["ink"], "linestyle": "none", "marker": "o", "markerfacecolor": "white", "markersize": 5}
CYCLE = tuple(map(_style, PALETTE, (SOLID, DASHED, DASHDOT, DOTTED, LONG)))

STYLE = {
    "figure.figsize": (7.0, 4.0),  # 700 px at 100 dpi: the width of the book's text column
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    # A solid white card also in dark mode: black text on a transparent figure would vanish there.
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "mtjlib",  # the same names inside the file each time
    "font.size": 11,
    "mathtext.fontset": "dejavusans",
    "axes.titlesize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.8,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": PALETTE["ink"],
    "ytick.labelcolor": PALETTE["ink"],
    "lines.linewidth": 2.0,
    "lines.dash_capstyle": "butt",
    "lines.scale_dashes": False,
    "legend.frameon": False,
    "image.cmap": "viridis",
}


def _matplotlib():
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError('mtjlib.course.plotting needs Matplotlib: pip install "mtjlib[notebooks]"') from error
    return matplotlib


def _settings():
    from cycler import cycler

    return {**STYLE, "axes.prop_cycle": cycler(**{key: [s[key] for s in CYCLE] for key in CYCLE[0]})}


def use():
    """Set the book's style for every figure that follows; in a notebook, also ask for sharp (retina) images.

    The build of the book sets the environment variable ``MTJ_FIGURES`` and gets vector graphics too, which the page
    then colours for light and dark.
    """
    matplotlib = _matplotlib()
    matplotlib.rcParams.update(_settings())
    if "inline" in matplotlib.get_backend():
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats(*os.environ.get("MTJ_FIGURES", "retina").split(","))


def style():
    """Return a context manager that applies the book's style and restores the former one on leaving."""
    return _matplotlib().rc_context(_settings())


def _spread(positions, gap):
    """Move numbers apart, as little as possible, until neighbours differ by at least `gap`.

    Examples
    --------
    >>> _spread([0.5, 0.1, 0.52], 0.1).round(3).tolist()
    [0.46, 0.1, 0.56]
    """
    positions = np.asarray(positions, dtype=float)
    order = np.argsort(positions, kind="stable")
    # Subtracting the wanted gaps turns "at least `gap` apart" into "ascending": pool adjacent violators.
    blocks = []
    for p in positions[order] - gap * np.arange(len(order)):
        blocks.append([p, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (p1, n1), (p2, n2) = blocks[-2:]
            blocks[-2:] = [[(p1 * n1 + p2 * n2) / (n1 + n2), n1 + n2]]
    result = np.empty_like(positions)
    result[order] = np.repeat([p for p, _ in blocks], [n for _, n in blocks]) + gap * np.arange(len(order))
    return result


def label_ends(ax):
    """Write each labelled line's name at its right end, in its colour, without overlaps; no legend needed.

    Call it last, when the limits and scales are final. Returns the list of texts.
    """
    lines, ends = [], []
    for line in ax.get_lines():
        points = ax.transLimits.transform(ax.transScale.transform(line.get_xydata()))
        points = points[np.isfinite(points).all(axis=1) & (points[:, 0] <= 1 + 1e-9)]
        if len(points) and not line.get_label().startswith("_"):
            lines.append(line)
            ends.append(points[np.argmax(points[:, 0])].clip(0, 1))
    height = ax.get_window_extent().height * 72 / ax.figure.dpi
    size = _matplotlib().rcParams["font.size"]
    heights = _spread([y for _, y in ends], 1.25 * size / height)
    return [
        ax.annotate(
            line.get_label(),
            (x, y),
            xycoords="axes fraction",
            xytext=(5, 0),
            textcoords="offset points",
            color=line.get_color(),
            va="center",
            annotation_clip=False,
        )
        for line, (x, _), y in zip(lines, ends, heights, strict=True)
    ]


def panel_labels(axes):
    """Write (a), (b), … at the top left of each of the axes, in reading order."""
    for letter, ax in zip("abcdefghijklmnopqrstuvwxyz", np.ravel(axes), strict=False):
        ax.set_title(f"({letter})", loc="left", fontweight="bold")


def bias_axis(ax):
    """Label the x axis as a bias, mark zero, and say in words which way the electrons tunnel."""
    ax.set_xlabel("bias V (V)\nV > 0: electrons right → left")
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0.5)


def transmission_map(ax, qx, qy, transmission, decades=6):
    r"""Draw the transmission :math:`T(\mathbf{k}_\parallel)` on a logarithmic scale; returns the colour bar.

    `qx` (n) and `qy` (m) are in 1/nm, `transmission` has shape (m, n). The colours span `decades` powers of ten below
    the maximum; anything smaller takes the darkest one. ValueError if nothing at all is transmitted.
    """
    transmission = np.asarray(transmission, dtype=float)
    top = float(transmission.max(initial=0.0))
    if not 0 < top < np.inf:
        raise ValueError(f"transmission must have a positive, finite maximum, got {top!r}")
    norm = _matplotlib().colors.LogNorm(top * 10.0**-decades, top)
    image = ax.pcolormesh(qx, qy, transmission.clip(norm.vmin), norm=norm, cmap="viridis", rasterized=True)
    ax.set(xlabel="$q_x$ (1/nm)", ylabel="$q_y$ (1/nm)", aspect="equal")
    ax.grid(False)
    return ax.figure.colorbar(image, ax=ax, label="transmission T")
