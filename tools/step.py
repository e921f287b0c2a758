"""Run one step of a make target, say what it is and how long it took.

    python tools/step.py "Build the book" jupyter-book build .
    python tools/step.py --report

Uses the standard library alone, since the first step creates the environment.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "_build" / "steps.txt"
PAGE = ROOT / "_build" / "html" / "index.html"


def run(label: str, command: list[str]) -> int:
    print(f"\n==> {label}", flush=True)
    start = time.monotonic()
    code = subprocess.run(command).returncode
    seconds = time.monotonic() - start
    print(f"    {'done' if code == 0 else 'FAILED'} in {seconds:.1f} s", flush=True)
    RECORD.parent.mkdir(exist_ok=True)
    with RECORD.open("a", encoding="utf-8") as record:
        record.write(f"{seconds:8.1f} s  {label}\n")
    return code


def report() -> None:
    """Print the steps so far, their times, and where the book is."""
    print("\n" + (RECORD.read_text(encoding="utf-8") if RECORD.exists() else ""), end="")
    print(f"\nThe book is ready. Open   {PAGE.as_uri()}\nor serve it with          make serve\n")


if __name__ == "__main__":
    if sys.argv[1:] == ["--report"]:
        report()
    elif len(sys.argv) > 2:
        sys.exit(run(sys.argv[1], sys.argv[2:]))
    else:
        sys.exit(__doc__)
