"""Figures as vector graphics in the colours of the page's theme: one file for light, one for dark.

Matplotlib writes fixed colours. Greys, black and white become mixtures of the theme's ink and ground, the palette of
the book (mtjlib.course.plotting) that of the theme, pale tints turn dark on the dark page, anything else stays. Text is
drawn as outlines: it looks the same everywhere. A browser loads the file that it shows.
"""

import re
from pathlib import Path

COLOUR = re.compile(
    r"(?P<property>\b(?:fill|stroke|stop-color)\s*:\s*)(?P<colour>#[0-9a-f]{6}|black|white)", re.IGNORECASE
)
PALETTE = ("#0072b2", "#b84a00", "#00775a", "#a8478a")  # blue, vermilion, green, purple
TINTS = {  # pale grounds (magnet, oxide and its faults, cell, measured range): as dark as the ink is light
    "#dce6ee": "#22364a",
    "#f3e9da": "#3f3424",
    "#d9e6f2": "#1f3a54",
    "#f3d9c8": "#4c3021",
    "#8fa9bc": "#5b7a90",
    "#d9c3a0": "#7d673f",
}
THEMES = {  # ink, ground (as in _static/book.css), palette
    "light": ("#222222", "#fffefb", PALETTE),
    "dark": ("#e8e8e8", "#15181d", ("#5ab4ee", "#ff8f50", "#2fbf93", "#f0a6d6")),
}


def channels(colour):
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def themed(colour, theme):
    """Return the colour that stands for a Matplotlib colour in a theme."""
    ink, ground, palette = THEMES[theme]
    colour = {"black": "#000000", "white": "#ffffff"}.get(colour.lower(), colour.lower())
    if colour in PALETTE:
        return palette[PALETTE.index(colour)]
    if colour in TINTS:
        return colour if theme == "light" else TINTS[colour]
    if max(channels(colour)) - min(channels(colour)) > 3:
        return colour
    share = min(1, (255 - channels(colour)[1]) / (255 - 0x22))  # 0x22: Matplotlib's ink in this book
    mixed = (round(share * a + (1 - share) * b) for a, b in zip(channels(ink), channels(ground), strict=True))
    return "#" + "".join(f"{value:02x}" for value in mixed)


def dressed(svg, theme):
    """Return an SVG file in the colours of a theme, without what no browser needs."""
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = COLOUR.sub(lambda m: m["property"] + themed(m["colour"], theme), svg)
    ink = THEMES[theme][0]
    return re.sub(r"<svg\b", f'<svg fill="{ink}"', svg, count=1)


def size(svg):
    """Width and height on the page (px); Matplotlib's points are 1/72 of an inch of 100 px."""
    return [
        round(float(re.search(rf'<svg\b[^>]*\b{side}="([\d.]+)pt"', svg)[1]) * 100 / 72) for side in ("width", "height")
    ]


def dark(name):
    return re.sub(r"\.svg$", "-dark.svg", name)


def offer_both(soup, sources):
    """Put two pictures in the place of each vector graphic of a cell or a figure; style sheets show the one that fits.

    `sources` says where the file of each name lies before the build copies it next to the pages.
    """
    for picture in soup.select('div.cell_output img[src$=".svg"], figure > img[src$=".svg"]'):
        width, height = size(Path(sources[Path(picture["src"]).name]).read_text(encoding="utf-8"))
        around = picture.parent if picture.parent.name == "a" else picture
        view = soup.new_tag("div", attrs={"class": "figure-view"})
        around.replace_with(view)
        for theme, source in (("light", picture["src"]), ("dark", dark(picture["src"]))):
            attributes = {"src": source, "alt": picture.get("alt", ""), "class": f"only-{theme}"}
            view.append(soup.new_tag("img", attrs=attributes | {"width": width, "height": height, "loading": "lazy"}))
    for still in soup.select("div.mtj-figure > img"):  # mostly gone before a reader comes near
        still["loading"] = "lazy"


def dress_all(app, exception):
    if exception or app.builder.name != "html":
        return
    for path in Path(app.outdir, app.builder.imagedir).glob("*.svg"):
        other = path.with_name(dark(path.name))
        if path.name.endswith("-dark.svg") or (other.exists() and other.stat().st_mtime >= path.stat().st_mtime):
            continue
        svg = path.read_text(encoding="utf-8")
        path.write_text(dressed(svg, "light"), encoding="utf-8")
        other.write_text(dressed(svg, "dark"), encoding="utf-8")
