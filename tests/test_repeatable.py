"""The examples of a property test do not depend on what else is loaded."""

import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
TRY = """
import sys
sys.path[:0] = [{tests!r}, "."]
{first}
import conftest
from hypothesis import given, settings, strategies as st
seen = []

@settings(max_examples=200, database=None)
@given(st.floats(0, 1e3))
def tried(x):
    seen.append(x)

tried()
print(seen)
"""


def examples(folder, first=""):
    code = TRY.format(tests=str(TESTS), first=first)
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True).stdout


def test_examples_do_not_depend_on_other_modules(tmp_path):
    numbers = ", ".join(f"{i}.0625" for i in range(2, 900, 7))
    (tmp_path / "neighbour.py").write_text(f"NUMBERS = [{numbers}]\n")
    alone = examples(tmp_path)
    assert alone.count(",") > 100
    assert examples(tmp_path, "import neighbour") == alone
