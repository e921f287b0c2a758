"""What `_ext` does to a page, on a few lines of HTML each; the whole book is looked at in tests/test_book.py."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "_ext"))
BeautifulSoup = pytest.importorskip("bs4").BeautifulSoup

import formulas  # noqa: E402
import mtjelsewhere  # noqa: E402
import mtjfigures  # noqa: E402
import mtjlinks  # noqa: E402
import mtjpage  # noqa: E402

from mtjlib.course import plotting  # noqa: E402


def page(html):
    return str(mtjpage.improve(html))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("at 60 % and 30 meV, 2.1 kΩ", "at 60\u00a0% and 30\u00a0meV, 2.1\u00a0kΩ"),
        ("at 25 °C, by 75 °", "at 25\u00a0°C, by 75\u00a0°"),
        ("in 1975 Michel, 3 men, 2 more", "in 1975 Michel, 3 men, 2 more"),
        ("a bridge of 10 nm²", "a bridge of 10\u00a0nm²"),
        ("d = 1 nm or d = a", "d\u00a0=\u00a01\u00a0nm or d = a"),
        ("3.8 µJ/(V m²), 0.0381 eV nm²", "3.8\u00a0µJ/(V\u00a0m²), 0.0381\u00a0eV\u00a0nm²"),
        ("8 Ω µm² on 1 Ω m²", "8\u00a0Ω\u00a0µm² on 1\u00a0Ω\u00a0m²"),
        ('<span class="math">\\(T\\)</span> s or 1', '<span class="math">\\(T\\)</span> s or 1'),
        ("<code>60 %</code>", "<code>60 %</code>"),
        ('<span class="math">\\(60 %\\)</span>', '<span class="math">\\(60 %\\)</span>'),
    ],
)
def test_numbers_keep_their_units(before, after):
    assert page(f"<p>{before}</p>") == f"<p>{after}</p>"


def test_brackets_and_commas_stay_with_their_formula():
    math = '<span class="math">x</span>'
    assert page(f"<p>a ({math}), b</p>") == f'<p>a <span class="nobreak">({math}),</span> b</p>'
    assert page(f"<p>a {math} b</p>") == f"<p>a {math} b</p>"
    assert page(f"<p>a {math}/s or</p>") == f'<p>a <span class="nobreak">{math}/s</span> or</p>'


def test_a_unit_stays_with_the_formula_before_it():
    # a space that does not break is not enough: a browser breaks a line beside a formula all the same
    math = '<span class="math">\\(10^{11}\\)</span>'
    assert page(f"<p>a {math} S/m² b</p>") == f'<p>a <span class="nobreak">{math}\u00a0S/m²</span> b</p>'
    unit = f'<p><span class="nobreak">{math}\u00a0=\u00a04.5\u00a0eV,</span> b</p>'
    assert page(f"<p>{math} = 4.5 eV, b</p>") == unit
    long = f'<span class="math">\\({"a+" * 30}1\\)</span>'  # on a phone it must break somewhere
    assert page(f"<p>{long} eV</p>") == f"<p>{long}\u00a0eV</p>"


INLINE = '<p><span class="math notranslate nohighlight">\\(a &lt; b\\)</span></p>'
DISPLAYED = '<div class="output math" id="e">\n<span class="eqno">(1.1)<a href="#e">#</a></span>\\[x^2\\]</div>'


def test_formulas_are_found_as_they_were_written_and_each_is_replaced_by_its_own():
    assert formulas.formulas_in(INLINE + DISPLAYED) == {("a < b", False), ("x^2", True)}
    page = formulas.typeset(INLINE + DISPLAYED, {("a < b", False): "<i>a</i>", ("x^2", True): "<b>x</b>"})
    assert 'nohighlight"><i>a</i></span>' in page and "#</a></span><b>x</b></div>" in page and "\\" not in page
    assert formulas.typeset(INLINE, {("a < b", True): "<i>a</i>"}) == INLINE  # displayed elsewhere is not set here
    assert not formulas.formulas_in("<p>A <code>\\(x\\)</code> in code</p>")


def test_katex_sets_what_it_knows_and_names_what_it_does_not():
    if not formulas.can_be_set(ROOT):
        pytest.skip("KaTeX or Node.js is missing: the formulas wait for MathJax in the browser")
    right, unknown, comment = formulas.set_formulas([("a < b", False), (r"\kappas", True), ("a % b", False)], ROOT)
    assert "<math" in right["html"] and 'aria-hidden="true"' in right["html"] and "annotation" not in right["html"]
    assert r"\kappas" in unknown["error"]  # a macro that is not one is no red text on a page
    assert "error" in comment  # TeX would lose what follows the sign


def test_lines_end_outside_brackets_and_not_before_a_factor():
    if not formulas.can_be_set(ROOT):
        pytest.skip("KaTeX or Node.js is missing")

    def lines(tex):  # the formula, cut wherever a line may end
        drawn = formulas.set_formulas([(tex, False)], ROOT)[0]["html"].partition('"katex-html"')[2]
        whole = BeautifulSoup('<p class="katex-html"' + drawn, "html.parser").p
        assert not whole.select(".held .held")
        parts = whole.find_all(class_=["held", "base"], recursive=False)
        return [part.get_text().replace("\u200b", "") for part in parts]

    assert lines("A=(b_1+b_2)(c_1-c_2)+d_1") == ["A=", "(b1+b2)(c1−c2)+", "d1"]
    assert lines(r"N=1.9\times10^{-5}=0.13\pm0.02") == ["N=", "1.9×10−5=", "0.13±0.02"]
    assert lines("V<0") == ["V<0"]
    assert lines(r"\left(a+b\right)c+\frac{a}{b}(c+d)=e+f+g+h") == ["(a+b)c+", "ba(c+d)=", "e+", "f+", "g+", "h"]


def test_style_sheets_keep_what_a_page_or_a_script_names(tmp_path):
    if not (shutil.which("node") and (ROOT / "node_modules" / "purgecss").is_dir()):
        pytest.skip("Node.js or its packages are missing: style sheets stay as they came")
    for folder in ("_static", "vendor"):
        (tmp_path / folder).mkdir()
    (tmp_path / "page.html").write_text('<p class="used">µ</p>', encoding="utf-8")
    (tmp_path / "_static" / "page.js").write_text('p.classList.add("later")', encoding="utf-8")
    sheet = tmp_path / "_static" / "page.css"
    sheet.write_text(".used {color: red} .later {color: blue} .never {color: green}", encoding="utf-8")
    subprocess.run(["node", str(ROOT / "_ext" / "light.mjs"), str(tmp_path), ""], check=True)
    assert "used" in sheet.read_text() and "later" in sheet.read_text() and "never" not in sheet.read_text()


def test_folded_code_names_its_figure():
    fold = '<details class="hide above-input"><summary><p>Show</p></summary><pre>x</pre></details>'
    figure = '<figure><figcaption><span class="caption-number">Figure 3.2 </span></figcaption></figure>'
    assert "<summary>Code of Figure 3.2</summary><pre>x</pre>" in page(f'<div class="cell">{fold}{figure}</div>')
    assert "<summary>Code</summary><pre>x</pre>" in page(f'<div class="cell">{fold}</div>')


def test_a_solution_is_one_native_fold():
    made = page(
        '<div class="solution dropdown admonition" id="s">'
        '<p class="admonition-title">Solution to<a href="#e"> Exercise 1.1</a></p>'
        '<section id="solution-content"><p>So.</p></section></div>'
    )
    assert made.startswith(
        '<details class="solution" id="s"><summary>Show solution<span class="solution-of"> of Exercise 1.1'
    )
    assert 'id="solution-content"' not in made and "<p>So.</p>" in made


def test_each_answer_carries_its_verdict():
    def answer(word):
        text = f"<p><strong>{word}</strong> …</p>"
        return f'<details><summary>A</summary><div class="sd-summary-content">{text}</div></details>'

    made = page(f'<div class="question">{answer("Right.")}{answer("Not quite.")}{answer("Almost.")}</div>')
    assert [f'class="answer {kind}"' in made.replace('=" ', '="') for kind in ("right", "wrong", "almost")] == [
        True
    ] * 3


SVG = """<?xml version="1.0"?><svg width="504pt" height="288pt" viewBox="0 0 504 288">
<metadata>date</metadata><defs><style type="text/css">*{stroke-linejoin: round}</style><path id="m1" d="M 0 0"/></defs>
<g id="patch_1"><path d="M 0 0" style="fill: #ffffff"/></g><path style="fill: none; stroke: #0072b2"/>
<path style="stroke: #123456"/>
<use xlink:href="#m1" style="fill: #6b6b6b; stroke: #000000"/><g clip-path="url(#m1)"/></svg>"""


def test_figures_take_the_colours_of_the_theme():
    light, dark = (mtjfigures.dressed(SVG, theme) for theme in ("light", "dark"))
    assert "fill: #fffefb" in light and "stroke: #0072b2" in light and '<svg fill="#222222"' in light
    assert "fill: #15181d" in dark and "stroke: #5ab4ee" in dark and '<svg fill="#e8e8e8"' in dark
    assert (
        "fill: none" in dark and "stroke: #123456" in dark and "metadata" not in dark
    )  # no colour of the book's palette
    assert mtjfigures.themed("#6b6b6b", "dark") == "#a2a3a5"  # two thirds of the ink
    assert mtjfigures.themed("black", "light") == "#222222" and mtjfigures.themed("white", "light") == "#fffefb"


def luminance(colour):
    parts = (c / 255 for c in mtjfigures.channels(colour))
    parts = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def test_pale_grounds_of_figures_carry_the_ink_of_either_theme():
    """What a figure fills with a colour that is nearly white must not swallow the nearly white ink of the dark page."""
    fills = set()
    for path in (ROOT / "chapters").glob("*.ipynb"):
        source = "".join("".join(c["source"]) for c in json.loads(path.read_text(encoding="utf-8"))["cells"])
        fills |= {c.lower() for c in re.findall(r"\"(#[0-9A-Fa-f]{6})\"", source)}
    pale = {c for c in fills if luminance(c) > 0.6}
    assert len(pale) > 3
    for theme, (ink, _, _) in mtjfigures.THEMES.items():
        for colour in pale:
            light, dark = sorted((luminance(mtjfigures.themed(colour, theme)), luminance(ink)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) > 7, (theme, colour)


def test_the_colours_of_figures_are_those_of_the_style_sheet():
    style = (ROOT / "_static" / "book.css").read_text(encoding="utf-8")
    for theme, (_, ground, _) in mtjfigures.THEMES.items():
        colours = style.split(f'html[data-theme="{theme}"] {{')[1].split("}")[0]
        assert f"--pst-color-background: {ground};" in colours
    assert set(mtjfigures.PALETTE) <= {line["color"].lower() for line in plotting.CYCLE}


def test_a_figure_is_two_pictures_of_known_size(tmp_path):
    (tmp_path / "a.svg").write_text(SVG, encoding="utf-8")
    soup = mtjpage.parse('<figure><img alt="A curve" src="_images/a.svg"><figcaption>c</figcaption></figure>')
    mtjfigures.offer_both(soup, {"a.svg": tmp_path / "a.svg"})
    light, dark = soup.select("figure > div.figure-view > img")
    assert (light["src"], light["class"], dark["src"], dark["class"]) == (
        "_images/a.svg",
        ["only-light"],
        "_images/a-dark.svg",
        ["only-dark"],
    )
    assert light["alt"] == dark["alt"] == "A curve" and (light["width"], dark["height"]) == (700, 400)


def test_terms_are_linked_once_and_only_in_running_text():
    soup = mtjpage.parse(
        "<section><h2>Half metal</h2><p>A <a>half metal</a>, half metals and a half metal; "
        "<code>tmr</code>, tmr, TMR.</p></section>"
    )
    terms = {"half metal": ("chapters/glossary", "t1", "half metal"), "tmr": ("chapters/glossary", "t2", "TMR")}
    mtjlinks.link_terms(soup, terms, lambda page: "glossary.html")
    links = [(a.get_text(), a["href"]) for a in soup.select("a.term")]
    assert links == [("half metals", "glossary.html#t1"), ("TMR", "glossary.html#t2")]


def test_a_card_asks_the_question_of_the_chapter_and_stops_at_the_end_of_a_sentence():
    def opened(*paragraphs):
        return mtjlinks.opening(mtjpage.parse("".join(f"<p>{text}</p>" for text in paragraphs)))

    assert (
        opened("It reached 30 % at 4.2 K [Scheike <em>et al.</em>, 2023]. Then more.")["question"]
        == "It reached 30 % at 4.2 K."
    )
    assert opened("A fact.", "A claim. So which of the two is it, and why?")["question"].startswith("So which")


def test_notes_cards_references_and_search():
    book = mtjpage.parse(
        '<section id="s"><h2>1. Jullière<a class="headerlink">#</a></h2><p>Ratio '
        '<span class="math">\\(R_{sh}\\)</span> <a class="internal" href="b.html#w">[W]</a></p>'
        '<div class="math" id="eq"><span class="eqno">(1.1)</span>\\[x\\]</div></section>'
    )
    works = mtjpage.parse('<div class="citation" id="w"><span class="label">[1]</span><p>A work.</p></div>')
    assert mtjlinks.plain_formula(r"R_{sh}\ll\kappa\frac{d}{2}") == "Rsh≪κ d/2"
    notes = {name: mtjlinks.gather(soup, mtjpage.parse) for name, soup in (("c/a.html", book), ("c/b.html", works))}
    assert notes["c/a.html"]["cards"]["eq"] == {"kind": "equation", "title": "Equation (1.1)", "html": "\\[x\\]"}
    assert notes["c/a.html"]["sections"] == [{"id": "s", "title": "1. Jullière", "text": "Ratio Rsh [W] x"}]
    assert 'data-card="b.html#w" data-kind="work"' in mtjlinks.cards_of("c/a.html", notes)
    assert "A work." in mtjlinks.references_of("c/a.html", notes)
    assert "<ul>" not in mtjlinks.references_of("c/b.html", notes)
    assert mtjlinks.target_of("c/a.html", "../index.html#x") == ("index.html", "x")
    assert mtjlinks.target_of("c/a.html", "https://example.org/#x") is None


def test_a_notebook_to_take_away_has_numbers_pictures_and_closed_answers():
    note = {"cards": {"equation-eq-a": {"kind": "equation", "title": "Equation (3.1)", "html": ""}}}
    numbers = mtjelsewhere.numbers_of({"c": note})
    text = "$$\nx\n$$ (eq-a)\n\nBy {eq}`eq-a` {cite:p}`Xiao2008`.\n\n:::{dropdown} A. 1\n**Right.** So.\n:::"
    made = mtjelsewhere.plain_markdown(text, numbers)
    assert made.startswith("$$\nx\n\\tag{3.1}\n$$") and "By Eq. (3.1) [Xiao 2008]." in made
    assert "<details><summary>A. 1</summary>\n\n**Right.** So.\n\n</details>" in made and ":::" not in made
    figure = {"mystnb": {"figure": {"caption": "Look.", "name": "fig-a"}}}
    data = {"image/png": "x", "image/svg+xml": "y", "application/vnd.jupyter.widget-view+json": {}}
    outputs = [{"output_type": "display_data", "metadata": {}, "data": data}]
    code = {"cell_type": "code", "id": "a", "metadata": figure, "source": "1", "execution_count": 1, "outputs": outputs}
    given = mtjelsewhere.portable({"cells": [code], "metadata": {}}, "The book", "", {"fig-a": "Figure 3.1"})
    assert [cell["cell_type"] for cell in given["cells"]] == ["markdown", "code", "markdown"]
    assert "*The book*" in given["cells"][0]["source"] and list(given["cells"][1]["outputs"][0]["data"]) == [
        "image/png"
    ]
    assert given["cells"][2]["source"] == "*Figure 3.1.* Look."


@pytest.mark.parametrize("address", ["https://example.org/book", "https://example.org/book/", ""])
def test_a_published_book_says_where_it_is(tmp_path, monkeypatch, address):
    about = {"text": "What.", "picture": "p.svg", "preview": "p.png"}
    monkeypatch.setattr(mtjlinks, "load", lambda app: {"chapters/01-a.html": {"about": about}})
    monkeypatch.setattr(mtjlinks, "order", lambda env: ["index", "chapters/01-a"])
    config = SimpleNamespace(html_baseurl=address, html_title="The book")
    builder = SimpleNamespace(name="html", imagedir="_images")
    app = SimpleNamespace(config=config, builder=builder, env=None, outdir=tmp_path)
    context = {"title": "A <em>b</em>"}
    mtjelsewhere.describe_page(app, "chapters/01-a", "page.html", context, object())
    mtjelsewhere.write_sitemap(app, None)
    [(name, lost, _)] = mtjelsewhere.lost_page(app)
    assert name == "404" and '<meta property="og:title" content="A b">' in context["metatags"]
    if not address:
        assert "og:url" not in context["metatags"] and "og:image" not in context["metatags"]
        assert not list(tmp_path.iterdir()) and not lost["metatags"] and 'href="index.html"' in lost["body"]
        return
    assert '<meta property="og:url" content="https://example.org/book/chapters/01-a.html">' in context["metatags"]
    assert '<meta property="og:image" content="https://example.org/book/_images/p.png">' in context["metatags"]
    addresses = re.findall("<loc>(.*?)</loc>", (tmp_path / "sitemap.xml").read_text())
    assert addresses == ["https://example.org/book/index.html", "https://example.org/book/chapters/01-a.html"]
    assert (tmp_path / "robots.txt").read_text() == "Sitemap: https://example.org/book/sitemap.xml\n"
    # Without the last slash a browser would drop the last part of a base.
    assert lost["metatags"] == '<base href="https://example.org/book/">'
    assert '<a href="https://example.org/book/">' in lost["body"]


def test_a_link_that_is_shared_shows_a_picture_that_every_site_can_draw():
    about = mtjlinks.opening(
        mtjpage.parse(
            '<div class="cell_output"><img src="../_images/a.svg"></div><img src="../_images/b.png"><img src="c.png">'
        )
    )
    assert (about["picture"], about["preview"]) == ("a.svg", "b.png")


def test_the_front_page_lists_the_chapters():
    about = {"question": "Why?", "minutes": 45, "picture": "p.svg", "text": ""}
    notes = {
        "chapters/01-a.html": {"sections": [{"title": "1. A", "id": "a", "text": ""}], "about": about, "cards": {}}
    }
    made = mtjlinks.fill_front_page(
        "<!-- chapter-start --><!-- /chapter-start --><!-- chapter-cards --><!-- /chapter-cards -->",
        notes,
        ["index.html", "chapters/01-a.html"],
        "_images",
    )
    assert 'href="chapters/01-a.html">Start with chapter 1 (45 min)' in made and "<p>Why?</p>" in made
    assert 'src="_images/p-dark.svg" alt=""' in made and '<li><a href="chapters/01-a.html">A</a></li>' in made


def test_typed_questions():
    """The calculator of typed answers, and every typed question of the chapters."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    done = subprocess.run([node, ROOT / "tests/js/questions.test.mjs"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
