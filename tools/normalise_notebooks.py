"""Execute notebooks and put them into the one form that is committed.

    python tools/normalise_notebooks.py [--execute | --check] [NOTEBOOK ...]

Without names: chapters/*.ipynb and exercises/source/*.ipynb. The committed form keeps every text output (stdout,
text/plain, text/html, text/latex), so that nbval compares it with a fresh run. It drops what a fresh run makes again
and no diff can show: images, widget views and widget state, timings, version strings. A cell keeps its id for life, and
every execution count is 1: a change of one cell is a change of that cell alone.

--execute   run each notebook first, in its own folder and in this Python environment
--check     change nothing; exit 1 and say why if a notebook is not in this form, has a code cell that was not executed
            (nbval passes such cells uncompared), an error, output on stderr or a path of somebody's machine
"""

import argparse
import os
import re
import sys
from pathlib import Path
from uuid import uuid4

import nbformat

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"deletable", "editable", "mystnb", "nbgrader", "slideshow", "tags"}
DROPPED = re.compile(r"image/|application/vnd\.jupyter\.widget")
ANSI = re.compile(r"\x1b\[[\d;]*m")
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,16}")
COUNT = re.compile(r'^( +"execution_count": )\d+', re.MULTILINE)
EMBEDDED_IMAGE = re.compile(r"data:image/\w")
MACHINE_PATH = re.compile(
    r"(?<![\w./~:-])/(?:home|root|work|Users|tmp|private|mnt|media|workspace|var/folders)/[\w.-]+"
    r"|\b[A-Z]:\\\\?Users\\|ipykernel_\d+"
)


def notebooks():
    """Return the committed notebooks that carry outputs: chapters and sources of exercises."""
    return sorted(ROOT.glob("chapters/*.ipynb")) + sorted(ROOT.glob("exercises/source/*.ipynb"))


def text(notebook):
    """Return the notebook as the text of its file."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def execute(notebook, folder, timeout=120):
    """Run all cells in `folder`; an exception in a cell stops the run."""
    from nbclient import NotebookClient

    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel, whatever the user's folder holds
    os.environ.pop("MPLBACKEND", None)  # plt.show() must show
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        store_widget_state=False,
    )
    client.comm_open_handlers = {}  # what goes into an Output widget is the cell's output, as nbval sees it
    client.execute()


def normalise(notebook):
    """Put `notebook` into the committed form, in place, and return it."""
    own = {"mtj": notebook.metadata["mtj"]} if "mtj" in notebook.metadata else {}  # joins objectives and questions
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA | own)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen = set()
    for cell in notebook.cells:
        cell.source = cell.source.rstrip()
        cell.metadata = nbformat.from_dict({k: v for k, v in sorted(cell.metadata.items()) if k in CELL_METADATA})
        cell.pop("attachments", None)
        while cell.get("id") is None or cell.id in seen:  # new, or copied with its id
            cell.id = uuid4().hex[:8]
        seen.add(cell.id)
        if cell.cell_type != "code":
            continue
        cell.outputs = _outputs(cell.outputs)
        if cell.execution_count is not None:
            cell.execution_count = 1
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
    return notebook


def _outputs(outputs):
    kept, streams = [], {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:  # where a stream is cut into pieces is a matter of timing
                streams[output.name].text += output.text
                continue
            streams[output.name] = output
        elif "data" in output:
            output.data = nbformat.from_dict({k: v for k, v in output.data.items() if not DROPPED.match(k)})
            output.metadata = nbformat.from_dict({})
            if not output.data:
                continue
        kept.append(output)
    return kept


def problems(notebook):
    """Return what keeps `notebook` from being committed, one sentence each."""
    found = []
    if "widgets" in notebook.metadata:
        found.append("holds widget state")
    for number, cell in enumerate(notebook.cells, 1):
        where = f"cell {number}"
        if MACHINE_PATH.search(cell.source):
            found.append(f"{where}: a path of one machine: {MACHINE_PATH.search(cell.source)[0]}")
        if cell.get("attachments"):
            found.append(f"{where}: attachments (put the file beside the notebook)")
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            found.append(f"{where}: empty code cell")
        elif cell.execution_count is None:
            found.append(f"{where}: not executed, so nbval would not compare it")
        for output in cell.outputs:
            content = str(output.get("text", "")) + "".join(str(v) for v in output.get("data", {}).values())
            if output.output_type == "error":
                found.append(f"{where}: error output {output.ename}: {output.evalue}")
            elif output.get("name") == "stderr":
                found.append(f"{where}: output on stderr: {output.text.strip().splitlines()[-1]}")
            dropped = [mime for mime in output.get("data", {}) if DROPPED.match(mime)]
            if EMBEDDED_IMAGE.search(content):
                dropped.append("an image inside HTML")
            found += [f"{where}: {mime} in an output" for mime in dropped]
            if ADDRESS.search(content):
                found.append(
                    f"{where}: an object's address in an output: end the cell with plt.show() or an assignment"
                )
            if path := MACHINE_PATH.search(content) or re.search(re.escape(str(ROOT)) + r"\b", content):
                found.append(f"{where}: a path of one machine in an output: {path[0]}")
    return found


def check(path):
    """Return the problems of the file `path`, its form included."""
    raw = Path(path).read_text(encoding="utf-8")
    notebook = nbformat.reads(raw, as_version=4)
    found = problems(notebook)
    counted = COUNT.sub(
        r"\g<1>1", raw
    )  # that a cell was run counts, not how often: the next normalisation sets it to 1
    if not found and text(normalise(notebook)) != counted:
        found.append("changed since it was normalised: run tools/normalise_notebooks.py --execute")
    return found


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--execute", action="store_true", help="run the notebooks first")
    mode.add_argument("--check", action="store_true", help="change nothing, exit 1 if something is to be done")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.notebooks or notebooks():
        if not options.check:
            before = path.read_text(encoding="utf-8")
            notebook = nbformat.reads(before, as_version=4)
            if options.execute:
                try:
                    execute(notebook, path.resolve().parent)
                except Exception as error:  # whatever a cell raises: the file stays as it was
                    print(f"{path}: {ANSI.sub('', str(error))}", file=sys.stderr)
                    status = 1
                    continue
            after = text(normalise(notebook))
            if after != before:
                path.write_text(after, encoding="utf-8")
        found = check(path)
        for problem in found:
            print(f"{path}: {problem}", file=sys.stderr)
        status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main())
