"""Fetch what sets the formulas and the text of the book with npm, so that its pages need no other server.

The styles and fonts of KaTeX and Source Serif 4 (versions: package-lock.json) go to ``_build/site/vendor``, from where
the build copies them next to the pages; ``_ext/formulas.py`` runs KaTeX itself. Without npm nothing is fetched, and the
pages use MathJax from the public CDN and the reader's own fonts.

    python tools/vendor.py
"""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "_build" / "site" / "vendor"

# The text face (SIL Open Font License 1.1, kept beside it): upright, italic and semibold, Latin and Greek, cut to these
# alphabets by Fontsource. A browser fetches a face when a page uses it; those that most pages use stand in the style
# sheet itself in the end (`_ext/light.mjs`).
FONT = "@fontsource/source-serif-4"
ALPHABETS = ("latin", "latin-ext", "greek")
FACES = (("400", "normal"), ("400", "italic"), ("600", "normal"))


def copy_fonts() -> None:
    """Copy the text face with a style sheet that says where each alphabet is."""
    ranges, rules = json.loads((MODULES / FONT / "unicode.json").read_text()), []
    for alphabet in ALPHABETS:
        for weight, style in FACES:
            name = f"source-serif-4-{alphabet}-{weight}-{style}.woff2"
            copy(MODULES / FONT / "files" / name, VENDOR / "fonts" / name)
            rules.append(
                f'@font-face {{ font-family: "Source Serif 4"; font-weight: {weight}; font-style: {style}; '
                f"font-display: swap; src: url({name}) format('woff2'); unicode-range: {ranges[alphabet]}; }}"
            )
    copy(MODULES / FONT / "LICENSE", VENDOR / "fonts" / "LICENSE")
    (VENDOR / "fonts" / "fonts.css").write_text("\n".join(rules) + "\n", encoding="utf-8")


def copy_katex() -> None:
    """Copy the style sheet of KaTeX with its fonts in the one format that every browser of today reads."""
    dist = MODULES / "katex" / "dist"
    rules = (dist / "katex-swap.min.css").read_text(encoding="utf-8")
    rules = re.sub(r",url\([^)]*\) format\([^)]*\)", "", rules)
    for font in (dist / "fonts").glob("*.woff2"):
        copy(font, VENDOR / "katex" / "fonts" / font.name)
    copy(MODULES / "katex" / "LICENSE", VENDOR / "katex" / "LICENSE")
    (VENDOR / "katex" / "katex.css").write_text(rules, encoding="utf-8")


def versions() -> dict[str, str]:
    """What the vendor folder depends on."""
    inputs = {"package-lock.json": ROOT / "package-lock.json", "vendor.py": __file__}
    return {name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for name, path in inputs.items()}


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
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
    copy_katex()
    copy_fonts()
    record.write_text(json.dumps(wanted, indent=2) + "\n")
    print(f"Browser libraries are in {VENDOR.relative_to(ROOT).as_posix()}: the pages will make no external request.")


if __name__ == "__main__":
    main()
