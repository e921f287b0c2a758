"""The ledger on the pages of the book.

* ``{ledger} 03`` shows the rows of chapter 3; ``{ledger} Xiao2008`` those of one source, of every chapter.
* ``{ledger-summary}`` counts the verdicts by source.
* ``{records} tmr_history`` shows a file of `data/` as a table, its references as citations.
* ``{equations} Xiao2008`` shows where each equation of a source is derived, computed and tested.

The rows are computed before the pages are read, by `tools/ledger.py`, and again as soon as they or mtjlib change.
"""

import csv
import html
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path

import yaml
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.util import logging

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / "_build" / "ledger.json"
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import ledger  # noqa: E402

CLASSES = dict(zip(ledger.VERDICTS, ("confirmed", "corrected", "refuted", "open"), strict=True))


def compute_rows(app):
    """Every row with its results: from the cache where nothing has changed since, else computed."""
    try:
        old = json.loads(CACHE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        old = {}
    new = {}
    for path in ledger.files():
        digest = ledger.digest(path)
        if old.get(path.stem, {}).get("digest") == digest:
            new[path.stem] = old[path.stem]
            continue
        logger.info(f"computing the ledger of {path.stem}")
        rows = []
        for row, result in ledger.compute(path):
            if result.verdict != row.verdict:
                logger.warning(f"{path.name}, {row.id}: it says {row.verdict!r}, the computation {result.verdict!r}")
            ours, printed = (ledger.numbers(values, row) for values in (result.ours, result.printed))
            shown = {"shown": ledger.shown(row.claim), "ours": ours, "asked": ledger.quoted(row), "as_printed": printed}
            rows.append(asdict(row) | shown | {"reason": result.reason})
        new[path.stem] = {"digest": digest, "rows": rows, "setup": ledger.load(path)[1]}
    CACHE.parent.mkdir(exist_ok=True)
    CACHE.write_text(json.dumps(new, ensure_ascii=False), encoding="utf-8")
    app.env.ledger = [row for part in new.values() for row in part["rows"]]
    app.env.ledger_setup = {stem: part["setup"] for stem, part in new.items()}
    app.env.ledger_sources = yaml.safe_load((ledger.FOLDER / "sources.yml").read_text(encoding="utf-8"))


def changed_pages(app, env, added, changed, removed):
    """Pages that show rows are read again when any row has changed."""
    state = json.dumps([env.ledger, env.ledger_setup, env.ledger_sources], ensure_ascii=False)
    stale = getattr(env, "ledger_pages", set()) if getattr(env, "ledger_state", None) != state else set()
    env.ledger_state = state
    return sorted(stale & env.found_docs)


def page_of(row, found):
    """Page of the chapter to which a row belongs: the one whose name begins with the same two digits."""
    number = row["file"][:2]
    return next((name for name in sorted(found) if re.match(rf"chapters/{number}-", name)), None)


class Page(Directive):
    """A directive that remembers on which page it stands, and writes MyST Markdown."""

    optional_arguments = 1

    @property
    def env(self):
        env = self.state.document.settings.env
        env.ledger_pages = getattr(env, "ledger_pages", set()) | {env.docname}
        return env

    def markdown(self, text):
        holder = nodes.Element()
        self.state.nested_parse(StringList(text.splitlines(), source="ledger"), self.content_offset, holder)
        return holder.children

    def box(self, name, *texts):
        return nodes.container("", *(node for text in texts for node in self.markdown(text)), classes=[name])


class Ledger(Page):
    required_arguments = 1
    optional_arguments = 0

    def run(self):
        env, wanted = self.env, self.arguments[0]
        by_source = wanted in env.ledger_sources
        if not by_source and not re.fullmatch(r"\d\d", wanted):
            raise self.error(f"ledger: expected a chapter such as 03 or one of {', '.join(env.ledger_sources)}")
        rows = [row for row in env.ledger if (row["source"] if by_source else row["file"][:2]) == wanted]
        if not rows:
            return self.markdown("No claim of the sources is judged in this chapter.")
        out = nodes.container("", *(self.row(env, row, by_source) for row in rows), classes=["ledger"])
        if by_source:
            return [out]
        setup = env.ledger_setup[rows[0]["file"]]
        note = self.how(f"Names used in the calls of this chapter\n{setup}") if setup else []
        return [out, *note]

    def how(self, text, summary="Names that the calls use"):
        _, code = text.split("\n", 1)
        block = nodes.literal_block(code.strip(), code.strip(), language="python")
        opened = f'<details class="ledger-how"><summary>{html.escape(summary)}</summary>'
        return [nodes.raw("", opened, format="html"), block, nodes.raw("", "</details>", format="html")]

    def row(self, env, row, by_source):
        label = f"ledger-{row['file'][:2]}-{row['id']}"
        verdict = f"[{row['verdict']}]{{.verdict .{CLASSES[row['verdict']]}}}"
        source = row["place"] if by_source else f"{env.ledger_sources[row['source']]['cite']}, {row['place']}"
        claim = re.sub(r'"([^"]*)"', r"‘\1’", row["shown"])  # a quotation within ours
        parts = [
            self.box("ledger-claim", f"“{claim}” ({source})"),
            self.box("ledger-verdict", f"{verdict} {row['ours']}"),
            self.box("ledger-reason", self.reason(env, row, by_source)),
        ]
        if row["compute"]:
            parts += self.call(row)
        return nodes.container("", *parts, classes=["ledger-row"], ids=[label])

    def reason(self, env, row, by_source):
        page = page_of(row, env.found_docs)
        if row["file"] == "later" or not page:
            where = f"*Coming: {row['section'] or 'chapter ' + str(int(row['file'][:2]))}.*"
        elif row["section"]:
            where = f"{{ref}}`Where <{row['section']}>`"
        else:
            where = f"[Chapter {int(row['file'][:2])}](/{page})" if by_source else ""
        return f"{row['reason']} {where}"

    def call(self, row):
        lines = [row["compute"].strip()]
        if row["printed"]:
            lines += [f"# as printed: {row['as_printed']}", row["printed"].strip()]
        if row["holds"]:
            lines.append(f"# asked of `ours`: {row['holds']}")
        else:
            within = row["within"] if isinstance(row["within"], str) else f"{row['within']:g} {row['unit']}".strip()
            lines.append(f"# quoted: {row['asked']}; tolerance {within}")
        return self.how("\n" + "\n".join(lines), "The call")


class Summary(Page):
    optional_arguments = 0

    def run(self):
        env = self.env
        columns = {key: dict.fromkeys(ledger.VERDICTS, 0) for key in env.ledger_sources}
        for row in env.ledger:
            columns[row["source"]][row["verdict"]] += 1
        columns["all"] = {verdict: sum(c[verdict] for c in columns.values()) for verdict in ledger.VERDICTS}
        heads = [source["short"] for source in env.ledger_sources.values()]
        lines = ["| verdict | " + " | ".join([*heads, "all"]) + " |", "| --- |" + " ---: |" * len(columns)]
        for verdict, name in CLASSES.items():
            cells = [f"[{verdict}]{{.verdict .{name}}}", *(str(column[verdict]) for column in columns.values())]
            lines.append("| " + " | ".join(cells) + " |")
        sums = [str(sum(column.values())) for column in columns.values()]
        lines.append("| " + " | ".join(["all", *sums]) + " |")
        return [self.box("ledger-summary", "\n".join(lines))]


class Equations(Page):
    required_arguments = 1
    optional_arguments = 0

    def run(self):
        self.env.note_dependency(str(ledger.FOLDER / "equations.yml"))
        lines = ["| equation | what it says | in the book | function and test |", "| --- | --- | --- | --- |"]
        for number, what, where, function, test in ledger.equations()[self.arguments[0]]:
            code = "; ".join(filter(None, (function and f"`{function}`", self.test(test))))
            cells = [number.replace("-", "–"), what, self.place(where), code]
            lines.append("| " + " | ".join(cell or "–" for cell in cells) + " |")
        return [self.box("equations", "\n".join(lines))]

    @staticmethod
    def place(where):
        if where == "Part III":
            return "coming"
        return f"{{eq}}`{where}`" if where.startswith("eq-") else f"{{ref}}`{where}`"

    @staticmethod
    def test(test):
        if "::" not in test:
            return "[ledger](ledger.md)" if test else ""
        file, name = test.split("::")
        return f"*{name.removeprefix('test_').replace('_', ' ')}* in `{file}`"


def formula(text):
    """Set the numbers of atoms in a chemical formula low: Al2O3, but not the plane in MgO(001)."""
    return re.sub(r"(?<=[A-Za-z])\d+(?:[/.]\d+)?", r"{sub}`\g<0>`", text)


SUBSTANCES = {"junction", "barrier", "material"}


class Records(Page):
    """The rows of one CSV file of measured numbers."""

    required_arguments = 1
    optional_arguments = 0

    def run(self):
        path = ROOT / "data" / f"{self.arguments[0]}.csv"
        self.env.note_dependency(str(path))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        heads = [re.sub(r"_(percent|K)$", lambda m: {"percent": " (%)", "K": " (K)"}[m[1]], name) for name in rows[0]]
        heads = [name.replace("tmr", "TMR") for name in heads]
        lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
        for row in rows:
            cells = [f"{{cite:t}}`{value}`" if name == "reference" and value else value for name, value in row.items()]
            cells = [formula(cell) if name in SUBSTANCES else cell for name, cell in zip(row, cells, strict=True)]
            lines.append("| " + " | ".join(cells) + " |")
        return [self.box("records", "\n".join(lines))]


def setup(app):
    app.connect("builder-inited", compute_rows)
    app.connect("env-get-outdated", changed_pages)
    app.add_directive("ledger", Ledger)
    app.add_directive("ledger-summary", Summary)
    app.add_directive("equations", Equations)
    app.add_directive("records", Records)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
