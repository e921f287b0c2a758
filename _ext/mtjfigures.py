"""Figures as vector graphics inside the page, in the colours of its theme.

Matplotlib writes fixed colours. Greys, black and white become mixtures of the page's ink and ground, the book's palette
(mtjlib.course.plotting) becomes the style sheet's ``--fig-…`` colours, anything else stays. Text is drawn as outlines:
it looks the same everywhere, and the description for screen readers is the figure's alternative text.
"""

import gzip
import re
from pathlib import Path

PALETTE = {"#0072b2": "blue", "#b84a00": "vermilion", "#00775a": "green", "#a8478a": "purple"}
COLOUR = re.compile(
    r"(?P<property>\b(?:fill|stroke|stop-color)\s*:\s*)(?P<colour>#[0-9a-f]{6}|black|white)", re.IGNORECASE
)
HEAVY = 60_000  # bytes compressed; what is heavier stays a picture
LIGHTEST = 0.90


def themed(colour):
    """Return the CSS colour that stands for a Matplotlib colour in light and dark."""
    colour = {"black": "#000000", "white": "#ffffff"}.get(colour.lower(), colour.lower())
    if colour in PALETTE:
        return f"var(--fig-{PALETTE[colour]}, {colour})"
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    if max(red, green, blue) - min(red, green, blue) > 3:
        return colour
    if green == 255:
        return "var(--fig-ground, #ffffff)"
    if green <= 0x22:
        return "var(--fig-ink, #222222)"
    share = round(100 * (255 - green) / (255 - 0x22))
    return f"color-mix(in srgb, var(--fig-ink) {share}%, var(--fig-ground))"


def inline(svg, prefix, alt):
    """Return an SVG file as an element of a page: themed, its ids made unique by `prefix`, named for screen readers."""
    body = re.search(r"<svg\b.*</svg>", svg, re.DOTALL)[0]
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<style\b.*?</style>", "", body, flags=re.DOTALL)
    body = COLOUR.sub(lambda m: m["property"] + themed(m["colour"]), body)
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'(?:xlink:)?href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    body = body.replace("xlink:href", "href")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', body))
    body = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in used else "", body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    width, height = (
        float(re.search(rf'<svg\b[^>]*\b{side}="([\d.]+)pt"', body)[1]) * 100 / 72 for side in ("width", "height")
    )
    box = re.search(r'viewBox="[^"]*"', body)[0]
    name = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    head = f'<svg class="mtj-drawing" role="img" aria-label="{name}" {box} width="{width:.0f}" height="{height:.0f}">'
    return re.sub(r"<svg\b[^>]*>", lambda m: head, body, count=1)


def inline_figures(soup, images, parse):
    """Replace each vector graphic of a cell or figure by its text, unless it is heavier than a picture would be.

    `images` is the folder that holds the pictures of the book; a picture of the same cell is preferred where the vector
    graphic is heavy (many points that no one asked to rasterise).
    """
    for number, picture in enumerate(soup.select('div.cell_output img[src$=".svg"], figure > img[src$=".svg"]'), 1):
        file = Path(images, Path(picture["src"]).name)
        if not file.exists():
            continue
        svg = file.read_text(encoding="utf-8")
        weight = len(gzip.compress(svg.encode()))
        if weight > HEAVY:
            continue
        prefix = f"f{number}"
        drawing = parse(inline(svg, prefix, picture.get("alt", ""))).svg
        around = picture.parent if picture.parent.name == "a" else picture
        view = soup.new_tag("div", attrs={"class": "figure-view"})
        around.replace_with(view)
        view.append(drawing)
