"""The page *Hands-on*: all exercises, from their own first cells, and what a reader downloads.

The directive ``hands-on`` lists the notebooks of ``exercises/student``. When the html is written, these and a wheel of
``mtjlib`` are put side by side into its folder ``hands-on``, so that one notebook and one file are all that it takes.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

FIELD = r"^\*\*{}\.\*\* (.+)$"


def exercise(path):
    """Return title, story, chapter, time, difficulty and points of the exercise in the notebook `path`."""
    head = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    fields = {
        name: re.search(FIELD.format(name), head, re.MULTILINE) for name in ("Time", "Difficulty", "Points", "Chapter")
    }
    if not all(fields.values()):
        raise ValueError(f"{path.name}: its first cell must tell {', '.join(fields)}")
    title = re.match(r"# (.+)", head)[1]
    story = " ".join(head.split("\n\n")[1].split())
    return {"Title": title, "Story": story} | {name: found[1] for name, found in fields.items()}


class HandsOn(SphinxDirective):
    """List the exercises."""

    def run(self):
        lines = []
        for path in sorted(Path(self.env.srcdir, "exercises", "student").glob("*.ipynb")):
            self.env.note_dependency(str(path))
            told = exercise(path)
            chapter = re.sub(r"\]\(\.\./\.\./chapters/", "](", told["Chapter"])
            download = f'<a href="../hands-on/{path.name}" download>{path.name}</a>'
            lines += [f"**{told['Title']}**", "", told["Story"], ""]
            lines += [f"{told['Time']} {told['Difficulty']} {told['Points']}", ""]
            lines += [f"To the chapter {chapter}. Download: {download}", ""]
        return (
            self.parse_text_to_nodes("\n".join(lines)) if hasattr(self, "parse_text_to_nodes") else self._nested(lines)
        )

    def _nested(self, lines):
        from docutils import nodes

        container = nodes.Element()
        self.state.nested_parse(StringList(lines, source="exercises"), self.content_offset, container)
        return container.children


def put_downloads(app, exception):
    """Put the students' notebooks and a wheel of mtjlib beside each other into the html."""
    if exception or app.builder.name != "html":
        return
    source, target = Path(app.srcdir), Path(app.outdir, "hands-on")
    target.mkdir(exist_ok=True)
    for old in target.iterdir():
        old.unlink()
    for path in source.glob("exercises/student/*.ipynb"):
        shutil.copy(path, target)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(target)]
    made = subprocess.run([*command, str(source)], capture_output=True, text=True)
    shutil.rmtree(source / "build", ignore_errors=True)  # setuptools leaves it behind
    if made.returncode:
        logger.warning("the wheel of mtjlib could not be built: %s", made.stderr.strip()[-300:])


def setup(app):
    app.add_directive("hands-on", HandsOn)
    app.connect("build-finished", put_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
