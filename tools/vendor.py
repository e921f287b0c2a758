"""Fetch the browser libraries of the book with npm, so that its pages need no other server.

MathJax (version: package-lock.json) goes to ``_build/site/vendor``, from where the build copies it next to the pages.
Without npm nothing is fetched and the pages use the public CDN.

    python tools/vendor.py
"""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "_build" / "site" / "vendor"

# From node_modules to vendor. MathJax loads fonts, TeX extensions and its speech engine when they are needed.
COPIES = {
    "mathjax/es5/tex-mml-chtml.js": "mathjax/tex-mml-chtml.js",
    "mathjax/es5/output/chtml/fonts/woff-v2": "mathjax/output/chtml/fonts/woff-v2",
    "mathjax/es5/input/tex/extensions": "mathjax/input/tex/extensions",
    "mathjax/es5/a11y": "mathjax/a11y",
    "mathjax/es5/sre": "mathjax/sre",
}


def versions() -> dict[str, str]:
    """What the vendor folder depends on."""
    inputs = {"package-lock.json": ROOT / "package-lock.json", "vendor.py": __file__}
    return {name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for name, path in inputs.items()}


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)


def main() -> None:
    record = VENDOR / "versions.json"
    wanted = versions()
    if record.exists() and json.loads(record.read_text()) == wanted and MODULES.is_dir():
        print("Browser libraries are up to date.")
        return
    shutil.rmtree(VENDOR, ignore_errors=True)
    npm = shutil.which("npm")
    if npm is None:
        print("npm was not found: the pages will load MathJax from the public CDN.")
        return
    fetched = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT)
    if fetched.returncode != 0:
        print("npm could not fetch them: the pages will load MathJax from the public CDN.")
        return
    for source, target in COPIES.items():
        copy(MODULES / source, VENDOR / target)
    record.write_text(json.dumps(wanted, indent=2) + "\n")
    print(f"Browser libraries are in {VENDOR.relative_to(ROOT).as_posix()}: the pages will make no external request.")


if __name__ == "__main__":
    main()
