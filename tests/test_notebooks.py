"""Every chapter has the same bones, says what its figures show, and hides nothing from nbval.

The functions return the problems they find, one sentence each; the tests at the end feed them damaged chapters.
"""

import ast
import re
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import normalise_notebooks  # noqa: E402

CHAPTERS = sorted(ROOT.glob("chapters/[0-9][0-9]-*.ipynb"))
TAIL = [
    "Worked example",
    "Where it works, where it fails",
    "Ledger",
    "In the device",
    "Summary",
    "Check yourself",
    "Exercises",
    "Further reading",
]
BOXES = {
    "symbols of this chapter": r"^:::\{dropdown\} Symbols of this chapter\n(?:\||\n\|)",
    "what this model is not": r"^:::\{admonition\} What this model is not\n:class: model-limits\n",
    "a prediction": r"^::::\{admonition\} Predict first\n:class: predict\n(?:(?!^::::$).)*?^:::\{dropdown\} ",
    "the chapter's ledger": r"^```\{ledger\} [\w-]+\n```$",
}
ESCAPES = {"nbval-ignore-output", "nbval-skip", "raises-exception", "skip-execution"}
FOLDED = "hide-input"  # the page shows "Code of Figure 3.2"; the cell is executed and compared like any other
HIDES = {"remove-cell", "remove-input", "remove-output", "hide-cell", "hide-output"}
EQUATION = re.compile(r"^\$\$ *\(([\w-]+)\)", re.MULTILINE)

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def markdown(notebook):
    """The text of the page: without the line for those who see the notebook elsewhere."""
    on_page = [cell for cell in notebook.cells if "remove-cell" not in cell.metadata.get("tags", [])]
    return "\n\n".join(cell.source for cell in on_page if cell.cell_type == "markdown")


def code_cells(notebook):
    return [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]


def sources(path):
    """The code of a chapter, or of a page in MyST Markdown, cell by cell."""
    if path.suffix == ".ipynb":
        return [(number, cell.source) for number, cell in code_cells(read(path))]
    found = re.findall(
        r"^```\{code-cell\}.*?\n---\n.*?\n---\n(.*?)^```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return list(enumerate(found, 1))


def tags(cell):
    return set(cell.metadata.get("tags", []))


def section(text, heading):
    """Return what stands under the heading of level 2."""
    found = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def bullets(text):
    return re.split(r"^- ", text, flags=re.MULTILINE)[1:]


def bones(notebook):
    """Phenomenon, objectives, symbols, model, prediction, ledger, questions and exercises are all there, in order."""
    found, text = [], markdown(notebook)
    opening = text.split("\n## ")[0]
    hook = re.match(r"# [^\n]+\n\n(.+?)\n\n:::\{admonition\} Objectives\n(.*?)\n:::", opening, re.DOTALL)
    if not hook:
        found.append("does not start with a title, a phenomenon and the objectives")
    else:
        if len(hook[1]) < 150:
            found.append("the phenomenon is too short")
        objectives = bullets(hook[2].split("**Prerequisites.**")[0])
        if not 3 <= len(objectives) <= 5:
            found.append(f"{len(objectives)} objectives instead of 3 to 5")
        found += joined(notebook, text, len(objectives))
    if len(re.findall(r"^# ", text, re.MULTILINE)) != 1:
        found.append("more than one title")
    for word in ("Prerequisites", "Time"):
        if not re.search(rf"^\*\*{word}\.\*\* \S.{{10,}}", opening, re.MULTILINE):
            found.append(f"no {word.lower()}")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if headings[-len(TAIL) :] != TAIL or len(headings) < len(TAIL) + 2:
        found.append(f"sections are not physics and then {', '.join(TAIL)}, but {', '.join(headings)}")
    if not EQUATION.search(text):
        found.append("no labelled equation")
    found += [f"no {name}" for name, box in BOXES.items() if not re.search(box, text, re.MULTILINE | re.DOTALL)]
    return found + summary(text) + questions(text) + exercises(text) + reading(text) + pictures(notebook)


def joined(notebook, text, count):
    """Each objective names one question and one exercise of the chapter that examine it."""
    listed = notebook.metadata.get("mtj", {}).get("objectives", [])
    if len(listed) != count or len({entry.get("id") for entry in listed}) != count:
        return [f"{len(listed)} objectives in the metadata for {count} in the text"]
    asked, tasks = section(text, "Check yourself"), section(text, "Exercises")
    return [
        f"objective {entry['id']}: {what} {entry.get(what)!r} does not exist"
        for entry in listed
        for what, there in (
            ("question", f"Question {entry.get('question')}:" in asked),
            ("exercise", f":label: {entry.get('exercise')}\n" in tasks),
        )
        if not there
    ]


def pictures(notebook):
    """The first picture comes before any open code; at least one figure answers to the reader."""
    found, seen = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            seen |= bool(re.search(r"!\[|\{(?:figure|image)\}", cell.source))
        elif re.search(r"plt\.show\(\)|\bexplore\.\w+\(", cell.source):
            seen = True
        elif not seen and FOLDED not in tags(cell):
            found.append("open code above the first picture")
            break
    if not any(re.search(r"\bexplore\.\w+\(", cell.source) for _, cell in code_cells(notebook)):
        found.append("no interactive figure")
    return found


def summary(text):
    found = []
    lines, _, remember = section(text, "Summary").partition("### What to remember")
    if len(bullets(lines)) != 5:
        found.append(f"the summary has {len(bullets(lines))} lines instead of 5")
    equations = remember.count("$$") // 2
    if not 1 <= equations <= 3:
        found.append(f"{equations} equations to remember instead of 1 to 3")
    return found


def questions(text):
    found, own = [], section(text, "Check yourself")
    form = r"^::::\{admonition\} Question (\d): (.+?)\n:class: question( typed)?\n(.*?)^::::$"
    asked = re.findall(form, own, re.M | re.S)
    if len(re.findall(r"^:class: question typed$", text, re.MULTILINE)) < 2:
        found.append("fewer than two questions with a typed answer")
    if not 3 <= len(asked) <= 5 or [int(number) for number, *_ in asked] != list(range(1, len(asked) + 1)):
        found.append(f"{len(asked)} well-formed questions instead of 3 to 5, numbered from 1")
    if own.count("{admonition}") != len(asked):
        found.append("a question is not of the form that the others have")
    for number, _, typed, body in asked:
        if typed:  # its entries are checked where they are parsed
            continue
        answers = re.findall(r"^:::\{dropdown\} ([A-Z])\. (.+?)\n(.*?)^:::$", body, re.M | re.S)
        right = [feedback.startswith("**Right") for *_, feedback in answers]
        if [letter for letter, *_ in answers] != list("ABCDEFG"[: len(answers)]) or len(answers) < 2:
            found.append(f"question {number}: answers are not A, B, …")
        if not any(right) or all(right):
            found.append(f"question {number}: {sum(right)} of {len(answers)} answers are right")
        for letter, _, feedback in answers:
            verdict = re.match(r"\*\*(Right|Not quite|Wrong|Almost)[.:]?\*\*\s+(.*)", feedback, re.DOTALL)
            if not verdict or len(verdict[2].strip()) < 20:
                found.append(f"question {number}: answer {letter} has no verdict with an explanation")
    return found


def exercises(text):
    found, own = [], section(text, "Exercises")
    tasks = re.findall(r"^:::+\{exercise\}[^\n]*\n:label: ([\w-]+)\n(.*?)^:::+$", own, re.M | re.S)
    solutions = dict(re.findall(r"^:::+\{solution\} ([\w-]+)\n:class: dropdown\n(.*?)^:::+$", own, re.M | re.S))
    if len(tasks) < 2 or own.count("{exercise}") != len(tasks):
        found.append(f"{len(tasks)} labelled exercises, {own.count('{exercise}')} in all, instead of at least 2")
    for label, task in tasks:
        if len(task.strip()) < 40 or len(solutions.get(label, "").strip()) < 40:
            found.append(f"exercise {label} has no text or no solution behind a dropdown")
    if set(solutions) - {label for label, _ in tasks}:
        found.append("a solution without an exercise")
    links = re.findall(r"\]\(\.\./(exercises/student/[\w.-]+\.ipynb)\)", own)
    if not links:
        found.append("no link to a hands-on notebook")
    return found + [f"{link} does not exist" for link in links if not (ROOT / link).exists()]


def reading(text):
    items = bullets(section(text, "Further reading"))
    good = [item for item in items if re.match(r"\{cite:?\w*\}`[^`]+`.{20,}", item, re.DOTALL)]
    return (
        [] if len(items) >= 2 and good == items else ["further reading is not a list of citations, each with a reason"]
    )


def figures(notebook):
    """Every figure says in words what it shows, to those who see it and to those who do not."""
    found = []
    for number, cell in code_cells(notebook):
        drawn = any(str(o.get("data", {}).get("text/plain", "")).startswith("<Figure") for o in cell.outputs)
        if not drawn and not re.search(r"\bplt\.show\(\)", cell.source):
            continue
        described = cell.metadata.get("mystnb", {})
        alt = described.get("image", {}).get("alt", "")
        caption = described.get("figure", {}).get("caption", "")
        if not cell.source.rstrip().endswith("plt.show()"):
            found.append(f"cell {number}: a figure, but the cell does not end with plt.show()")
        if len(alt) < 40 or alt == caption:
            found.append(f"cell {number}: alt text is missing, too short or a copy of the caption")
        if len(caption) < 40:
            found.append(f"cell {number}: caption is missing or too short")
        if not described.get("figure", {}).get("name", "").startswith("fig-"):
            found.append(f"cell {number}: no name fig-…")
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", markdown(notebook)):
        if len(alt) < 10:
            found.append(f"image {target} has no alt text")
    for kind, body in re.findall(r"\{(figure|image)\}([^\n]*\n(?::\w+:[^\n]*\n)*)", markdown(notebook)):
        if not re.search(r"^:alt: .{10,}", body, re.MULTILINE):
            found.append(f"{kind} {body.split()[0]} has no alt text")
    return found


def labels(notebook):
    """Return every name that the chapter defines: equations, figures, exercises, proofs and targets."""
    text = markdown(notebook)
    names = EQUATION.findall(text) + re.findall(r"^:(?:label|name): ([\w-]+)", text, re.MULTILINE)
    names += re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE)
    described = (cell.metadata.get("mystnb", {}).get("figure", {}) for _, cell in code_cells(notebook))
    return names + [figure["name"] for figure in described if "name" in figure]


def code(notebook):
    """Cells are narrow, open ones short, almost all are compared by nbval, and folded ones only draw or tabulate."""
    found, cells, kinds = [], code_cells(notebook), {}
    escaping = [n for n, cell in cells if tags(cell) & ESCAPES or re.search(r"NBVAL|PYTEST_VALIDATE", cell.source)]
    if len(escaping) > min(2, 0.05 * len(cells)):
        found.append(f"cells {escaping} of {len(cells)} code cells escape comparison")
    for number, cell in cells:
        if tags(cell) & HIDES:
            found.append(f"cell {number}: hidden")
        width = max(map(len, cell.source.splitlines()), default=0)
        if width > 72:
            found.append(f"cell {number}: a line of {width} columns, more than 72")
        if FOLDED not in tags(cell):
            length = sum(bool(line.strip()) for line in cell.source.splitlines())
            if length > 12:
                found.append(f"cell {number}: {length} open lines, more than 12")
        elif not re.search(
            r"plt\.show\(|explore\.\w+\(|^(?:import|from) |Table|display\(|HTML", cell.source, re.MULTILINE
        ):
            found.append(f"cell {number}: folded, but neither draws nor tabulates")
        for name in symbols(cell.source):
            kinds.setdefault(name, number)
        for name in numbers(cell.source) & set(kinds):
            found.append(f"cell {number}: {name}, a symbol since cell {kinds[name]}, becomes something else")
    said = sum("True" in output.get("text", "") for _, cell in cells for output in cell.outputs)
    if said > 2:
        found.append(f"{said} outputs say True")
    return found


def _assigned(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                named = [n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
                yield named, ast.unparse(node.value)


def symbols(source):
    """Return the names that this cell makes SymPy symbols."""
    return {name for named, value in _assigned(source) if re.match(r"(?:sp|sympy)\.symbols\(", value) for name in named}


def numbers(source):
    """Return the names at the top level that this cell sets to something else than SymPy's."""
    top = "\n".join(
        ast.unparse(node) for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.For | ast.With)
    )
    return {name for named, value in _assigned(top) if re.match(r"[\d.]+$|np\.|\[", value) for name in named}


def citations(notebook):
    """Return citation keys that the bibliography does not have."""
    known = set(re.findall(r"^@\w+\{([^,\s]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.MULTILINE))
    everything = markdown(notebook) + "".join(str(cell.metadata) for _, cell in code_cells(notebook))
    cited = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", everything)
    return sorted({key.strip() for keys in cited for key in keys.split(",")} - known)


@each_chapter
def test_normalised_and_executed(path):
    assert not normalise_notebooks.check(path)


@each_chapter
def test_bones(path):
    assert not bones(read(path))


@each_chapter
def test_figures_have_words(path):
    assert not figures(read(path))


@each_chapter
def test_code_cells(path):
    assert not code(read(path))


@each_chapter
def test_citations_exist(path):
    assert not citations(read(path))


def test_labels_are_unique():
    seen = {}
    for path in CHAPTERS:
        for label in labels(read(path)):
            assert label not in seen, f"{label} in {path.stem} and in {seen[label]}"
            seen[label] = path.stem


@pytest.mark.parametrize("module", sorted(ROOT.glob("mtjlib/*.py")), ids=lambda path: path.stem)
def test_equations_named_in_docstrings_exist(module):
    """A docstring says "chapter 3, :eq:`eq-name`"; that chapter, once it is there, must have the equation."""
    text = module.read_text(encoding="utf-8")
    chapters = {int(path.stem[:2]): set(labels(read(path))) for path in CHAPTERS}
    for match in re.finditer(r":eq:`([\w-]+)`", text):
        named = re.findall(r"[Cc]hapter (\d+)", text[max(0, match.start() - 200) : match.start()])
        assert named, f"{match[1]}: say which chapter"
        number = int(named[-1])
        assert number not in chapters or match[1] in chapters[number], f"{match[1]} is not in chapter {number}"


@each_chapter
def test_a_notebook_outside_the_book_says_where_the_book_is(path):
    first = read(path).cells[0]
    assert "remove-cell" in first.metadata["tags"] and "[how to build and read it](../README.md)" in first.source


@pytest.mark.parametrize("path", [*CHAPTERS, ROOT / "index.md"], ids=lambda path: path.stem)
def test_interactive_figures_agree_with_their_functions(path, monkeypatch):
    """Run the chapter here and compare each figure's interpolated values with the function itself."""
    import matplotlib.pyplot as plt

    from mtjlib.course import explore

    made = []

    def remembered(view):
        return lambda *args, **kwargs: made.append(view(*args, **kwargs))

    for name in ("figure", "map", "profile", "sphere"):
        monkeypatch.setattr(explore, name, remembered(getattr(explore, name)))
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    monkeypatch.chdir(path.parent)
    with plt.rc_context():
        namespace = {"__name__": "__main__"}
        for number, source in sources(path):
            exec(compile(source, f"{path.stem}, cell {number}", "exec"), namespace)
    plt.close("all")
    assert made, "no interactive figure"
    for demo in made:
        assert explore.interpolation_error(demo, samples=100) <= 0.01, repr(demo)


# A chapter that passes, and what happens to it when something is taken away.

SMALL = """# A title

A phenomenon of at least one hundred and fifty characters, with a real number and its citation, which makes a device
engineer or a physicist ask the question that the chapter answers.

![A junction seen from the side](picture.png)

:::{admonition} Objectives
:class: objectives

- *derive* one;
- *judge* two;
- *predict* three.

**Prerequisites.** Quantum mechanics.

**Time.** 10 min to read.
:::

:::{dropdown} Symbols of this chapter
| symbol | in the code | meaning | unit |
| --- | --- | --- | --- |
| $a$ | `a` | a length | nm |
:::

## The model

$$
a = b
$$ (eq-one)

:::{admonition} What this model is not
:class: model-limits

- *Warm.* No temperature.
:::

## Two

::::{admonition} Predict first
:class: predict

Where will it go?

:::{dropdown} What you should see
There.
:::
::::

<explorer>

## Worked example

## Where it works, where it fails

## Ledger

```{ledger} 01
```

## In the device

## Summary

- 1
- 2
- 3
- 4
- 5

### What to remember

$$
a = b
$$

## Check yourself

::::{admonition} Question 1: Which?
:class: question

:::{dropdown} A. This
**Right.** For a reason that is given here.
:::
:::{dropdown} B. That
**Not quite.** For another reason, given here.
:::
::::

""" + "".join(
    f"""::::{{admonition}} Question {number}: How much?
:class: question typed

:::{{dropdown}} Answers
66.7 ± 0.5 %
: **Right.** For a reason.

40 %
: **Not quite.** For another one.
:::
::::

"""
    for number in (2, 3)
)
SMALL += "## Exercises\n\n" + "".join(
    f""":::{{exercise}} A task
:label: ex-{number}

Show that this is so, in a sentence of sufficient length.
:::

:::{{solution}} ex-{number}
:class: dropdown

It is so because of an argument of sufficient length.
:::

"""
    for number in (1, 2)
)
SMALL += """**Hands-on.** [Do it](../exercises/student/01-julliere.ipynb).

## Further reading

- {cite:t}`Julliere1975`: two pages, and the beginning of it all.
- {cite:t}`Mazin1999`: what a polarisation is, in four pages.
"""
JOINED = [{"id": name, "question": 1, "exercise": "ex-1"} for name in ("derive", "judge", "predict")]
FIGURE = {"image": {"alt": "A straight line " * 4}, "figure": {"caption": "What to see " * 5, "name": "fig-line"}}


def chapter(text=SMALL, **metadata):
    """Return a small chapter; keywords become metadata of its figure cell."""
    before, after = text.split("<explorer>")
    cells = [
        nbformat.v4.new_markdown_cell(before),
        nbformat.v4.new_code_cell("explore.figure(f)"),
        nbformat.v4.new_code_cell("plt.plot([1, 2])\nplt.show()", metadata={"mystnb": deepcopy(FIGURE)} | metadata),
        nbformat.v4.new_markdown_cell(after),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"mtj": {"objectives": deepcopy(JOINED)}})


def test_the_small_chapter_passes():
    small = chapter()
    assert bones(small) == figures(small) == code(small) == citations(small) == []
    assert labels(small) == ["eq-one", "ex-1", "ex-2", "fig-line"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("- *predict* three.\n", "", "2 objectives instead"),
        ("- *predict* three.\n", "", "3 objectives in the metadata for 2"),
        ("A phenomenon of at least one hundred and fifty characters, with a real number and its", "A", "is too short"),
        ("**Time.** 10 min to read.", "", "no time"),
        ("## In the device\n", "", "sections are not"),
        ("## Two\n", "", "sections are not"),
        ("$$ (eq-one)", "$$", "no labelled equation"),
        (":::{dropdown} Symbols of this chapter", ":::{dropdown} Symbols", "no symbols of this chapter"),
        (":class: model-limits", "", "no what this model is not"),
        (":class: predict", "", "no a prediction"),
        (":::{dropdown} What you should see\nThere.\n:::", "", "no a prediction"),
        ("```{ledger} 01", "```", "no the chapter's ledger"),
        ("- 5\n", "", "the summary has 4 lines"),
        ("### What to remember\n\n$$\na = b\n$$", "### What to remember", "0 equations to remember"),
        ("Question 1:", "Question 4:", "numbered from 1"),
        ("Question 1:", "Question 4:", "objective derive: question 1 does not exist"),
        (":class: question typed\n\n", ":class: question\n\n", "fewer than two questions with a typed answer"),
        (":::{dropdown} B. That\n**Not quite.** For another reason, given here.\n:::\n", "", "answers are not A, B"),
        ("**Not quite.** For another reason", "**Right.** For a reason", "2 of 2 answers are right"),
        ("**Right.** For a reason that", "**Not quite.** For a reason that", "0 of 2 answers are right"),
        ("For another reason, given here.", "", "answer B has no verdict"),
        (":label: ex-2\n", "", "labelled exercises"),
        (":label: ex-1\n", ":label: ex-3\n", "objective derive: exercise 'ex-1' does not exist"),
        (":::{solution} ex-2", ":::{solution} ex-3", "exercise ex-2 has no text or no solution"),
        (":class: dropdown\n", "", "no solution behind a dropdown"),
        ("01-julliere.ipynb", "99-nothing.ipynb", "99-nothing.ipynb does not exist"),
        ("](../exercises/student/01-julliere.ipynb)", "]", "no link to a hands-on notebook"),
        (": two pages, and the beginning of it all.", "", "further reading is not"),
    ],
)
def test_bones_are_missed(old, new, complaint):
    assert old in SMALL
    assert complaint in "; ".join(bones(chapter(SMALL.replace(old, new))))


def test_open_code_above_the_first_picture_is_noticed():
    small = chapter()
    small.cells.insert(0, nbformat.v4.new_code_cell("y = 1"))
    assert "open code above the first picture" in bones(small)
    small.cells[0].metadata["tags"] = ["hide-input"]
    assert not bones(small)


def test_missing_explorer_is_noticed():
    small = chapter()
    small.cells[1].source = "from mtjlib import explore"
    assert bones(small) == ["no interactive figure"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda m: m.pop("image"), "alt text"),
        (lambda m: m["image"].update(alt="A line."), "alt text"),
        (lambda m: m["image"].update(alt=m["figure"]["caption"]), "alt text"),
        (lambda m: m["figure"].pop("caption"), "caption"),
        (lambda m: m["figure"].pop("name"), "no name"),
    ],
)
def test_missing_words_are_noticed(change, complaint):
    small = chapter()
    change(small.cells[2].metadata["mystnb"])
    assert complaint in "; ".join(figures(small))


def test_figure_without_show_and_images_without_alt_are_noticed():
    small = chapter(SMALL.replace("A junction seen from the side", ""))
    output = nbformat.v4.new_output("display_data", {"text/plain": "<Figure size 640x480 with 1 Axes>"})
    small.cells[1].outputs.append(output)
    assert "cell 2: a figure, but the cell does not end with plt.show()" in figures(small)
    assert "image picture.png has no alt text" in figures(small)
    assert "figure a.png has no alt text" in figures(chapter(SMALL + "\n:::{figure} a.png\n:name: fig-a\nText\n:::\n"))


def test_cells_that_escape_hide_or_are_long_are_noticed():
    assert "escape comparison" in code(chapter(tags=["nbval-skip"]))[0]
    small = chapter()
    small.cells[1].source = "# NBVAL_IGNORE_OUTPUT\nprint(1)"
    assert "escape comparison" in code(small)[0]
    assert "hidden" in code(chapter(tags=["remove-cell"]))[0]
    assert not code(chapter(tags=["hide-input"]))
    small = chapter()
    small.cells[1].source = "\n".join(["y = 1"] * 13)
    assert "cell 2: 13 open lines, more than 12" in code(small)
    small.cells[1].source = "y = 1  # " + "a" * 70
    assert "cell 2: a line of 79 columns, more than 72" in code(small)
    small.cells[1].metadata["tags"] = ["hide-input"]
    assert len(code(small)) == 2 and "cell 2: folded, but neither draws nor tabulates" in code(small)


def test_names_that_change_their_kind_and_too_many_truths_are_noticed():
    small = chapter()
    small.cells[1].source = 'k, q = sp.symbols("k q")'
    small.cells[2].source = "k = np.linspace(0, 1)\nplt.plot(k)\nplt.show()"
    assert "cell 3: k, a symbol since cell 2, becomes something else" in code(small)
    small.cells[1].outputs = [nbformat.v4.new_output("stream", text="same: True")] * 3
    assert "3 outputs say True" in code(small)


def test_unknown_citation_is_noticed():
    assert citations(chapter(SMALL.replace("Mazin1999", "Mazin1999, Nobody1900"))) == ["Nobody1900"]
