"""Fetch the browser libraries of the book with npm, so that its pages need no other server.

MathJax, requirejs and the Jupyter widget manager (versions: package-lock.json) and anywidget's loader go to
``_build/site/vendor``, from where the build copies them next to the pages. Without npm nothing is fetched and the
pages use the public CDN.

    python tools/vendor.py
"""

import hashlib
import importlib.util
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
    "requirejs/require.js": "require.js",
    "@jupyter-widgets/html-manager/dist/embed-amd.js": "html-manager/embed-amd.js",
}


def anywidget_loader() -> Path:
    return Path(importlib.util.find_spec("anywidget").origin).parent / "nbextension" / "index.js"


def versions() -> dict[str, str]:
    """What the vendor folder depends on."""
    inputs = {"package-lock.json": ROOT / "package-lock.json", "anywidget": anywidget_loader(), "vendor.py": __file__}
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
        print("npm was not found: the pages will load MathJax and the widget manager from the public CDN.")
        return
    fetched = subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ROOT)
    if fetched.returncode != 0:
        print("npm could not fetch them: the pages will load MathJax and the widget manager from the public CDN.")
        return
    for source, target in COPIES.items():
        copy(MODULES / source, VENDOR / target)
    manager = MODULES / "@jupyter-widgets" / "html-manager" / "dist"
    for font in [*manager.glob("*.woff2"), *manager.glob("*.woff"), *manager.glob("*.ttf")]:
        copy(font, VENDOR / "html-manager" / font.name)
    copy(anywidget_loader(), VENDOR / "anywidget" / "index.js")
    record.write_text(json.dumps(wanted, indent=2) + "\n")
    print(f"Browser libraries are in {VENDOR.relative_to(ROOT).as_posix()}: the pages will make no external request.")


if __name__ == "__main__":
    main()
