"""The face of the library: one table of contents, floors without a way up, names that somebody uses."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mtjlib

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import uses  # noqa: E402

LISTED = [name for name in mtjlib.__all__ if name[0].islower()]  # in the order of the table of contents
PHYSICS = [name for name in LISTED if name != "course"]
PACKAGE = ROOT / "mtjlib"

# Public names that no chapter and no exercise uses yet, and where they will be. When a chapter lands, its names go.
# A chapter uses what its code does, and the calls in its rows of the ledger, which its page shows.
AWAITING = {
    "Part III, the metallic spin valve": """
        free_layer.Cap free_layer.FreeLayer free_layer.accumulation free_layer.diffusive_torque free_layer.eta
        free_layer.mixing_coefficients precession.profile_behind
        spin_valve.Interface spin_valve.Magnet spin_valve.Metal spin_valve.Solution
        spin_valve.SpinValve spin_valve.closed_form spin_valve.co_cu spin_valve.critical_angle spin_valve.gmr
        spin_valve.sharvin_mixing_conductance spin_valve.solve
    """,
    "Part III, the magnet in motion": """
        dynamics.Macrospin dynamics.Torque dynamics.Trajectory dynamics.energy dynamics.llg_rhs
        dynamics.quadratic_torque dynamics.relax dynamics.run dynamics.thermal_field stability.PhaseDiagram
        stability.critical_current stability.critical_torque stability.eigenvalues stability.phase_diagram
        switching.FokkerPlanck switching.boltzmann_mean switching.fokker_planck
        switching.first_passage switching.switching_time switching.thermal_ensemble switching.write_error_rate
    """,
    "Part III, measuring": """
        stfmr.BiasedSpectrum stfmr.biased_spectrum stfmr.Calibration stfmr.SpectrumFit stfmr.ellipticity
        stfmr.fit_spectrum stfmr.lineshape stfmr.linewidth stfmr.mixing_voltage stfmr.resonance_frequency
        superconductor.andreev_conductance superconductor.density_of_states superconductor.four_point_biases
        superconductor.four_point_polarisation superconductor.spin_densities superconductor.tunnel_conductance
        superconductor.zeeman_energy thermoelectric.lorenz_number thermoelectric.magneto_seebeck_ratio
        thermoelectric.seebeck units.emu_per_cc_to_ampere_per_meter units.oersted_to_tesla
    """,
    "Part III, inelastic tunnelling": """
        inelastic.magnon_phase_space inelastic.magnon_torques inelastic.phonon_phase_space inelastic.phonon_torques
    """,
    "Part III, the memory": """
        mram.attempt_rate mram.critical_current mram.effective_anisotropy mram.read_current mram.read_margin
        mram.required_stability mram.retention_failure mram.thermal_stability mram.write_energy mram.write_error_rate
    """,
}


def module_names(path):
    return {file.stem for file in path.glob("*.py")} - {"__init__"}


def imports(name):
    """Modules of the package that a module imports, the private ones replaced by what they import."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "mtjlib":
            names = {alias.name for alias in node.names}
            found |= {"junction"} if names & {"Barrier", "Ferromagnet", "Junction"} else set()
            found |= names & module_names(PACKAGE)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtjlib."):
            found.add(node.module.split(".")[1])
    return found


def defined(module):
    """Public names that a module defines itself, at its top level."""
    names = set()
    for node in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return {name for name in names if not name.startswith("_")}


def test_table_of_contents_lists_the_files():
    files = {name for name in module_names(PACKAGE) if not name.startswith("_")}
    assert sorted(LISTED) == sorted(files | {"course"}), "mtjlib/__init__.py: the docstring lists the modules"


def test_imports_only_run_downwards():
    """A public module imports, directly or through private ones, only what stands before it in the list."""
    for name in PHYSICS:
        seen, todo = set(), imports(name)
        while todo:
            other = todo.pop()
            if other not in seen:
                seen.add(other)
                todo |= imports(other) if other.startswith("_") else set()
        upward = {other for other in seen if other in LISTED and LISTED.index(other) >= LISTED.index(name)}
        assert not upward, f"{name} imports {upward}, which stand after it in the table of contents"
        assert "course" not in seen, f"{name} imports mtjlib.course"


def test_private_modules_import_in_no_circle():
    """Removing what imports nothing private, again and again, leaves nothing."""
    left = {n: {m for m in imports(n) if m.startswith("_")} for n in module_names(PACKAGE) if n.startswith("_")}
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys()}
        assert free, f"a circle of imports among {sorted(left)}"
        left = {name: needs for name, needs in left.items() if name not in free}


def test_modules_come_when_asked_for():
    """`import mtjlib` loads no module that it does not need, and then finds each by its name."""
    code = (
        "import sys, mtjlib; print(sorted(m for m in sys.modules if m.startswith('mtjlib.')));"
        "print(mtjlib.stfmr.__name__, set(mtjlib.__all__) == set(dir(mtjlib)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.splitlines() == ["['mtjlib._validate', 'mtjlib.junction']", "mtjlib.stfmr True"]
    with pytest.raises(AttributeError, match="no attribute 'spintronics'; it has units, "):
        mtjlib.spintronics  # noqa: B018


def test_version_has_one_source():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "mtjlib.__version__"}
    assert f"\nversion: {mtjlib.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PHYSICS)
def test_tab_shows_physics_only(name):
    module = importlib.import_module(f"mtjlib.{name}")
    assert set(module.__all__) == defined(module), "__all__ must list what the module defines, and nothing else"
    order = sorted(module.__all__, key=lambda n: (not n.isupper(), n.islower(), n))
    assert module.__all__ == order, "constants, then classes, then functions, each by the alphabet"
    assert dir(module) == sorted(module.__all__), "__dir__ = __all__.copy belongs below __all__"


def unused():
    """Public names that no notebook uses. A class also counts where something used takes, returns or holds it."""
    ledger = sorted(ROOT.glob("ledger/[0-9]*.yml"))
    found = set().union(*map(uses.used, uses.notebooks()), *map(uses.in_ledger, ledger))
    found |= {f"junction.{name}" for name in ("Barrier", "Ferromagnet", "Junction") if name in found}
    for file in PACKAGE.glob("*.py"):  # foundations serve the other modules
        inside = uses.names(file.read_text(encoding="utf-8"))
        found |= {name for name in inside if name.split(".")[0] in ("units", "quadrature")}
    missing = []
    for name in PHYSICS:
        module = importlib.import_module(f"mtjlib.{name}")
        texts = []
        for public in module.__all__:
            if f"{name}.{public}" in found:
                thing = getattr(module, public)
                texts.append(thing.__doc__ or "")
                texts += [type(thing[0]).__name__] if isinstance(thing, tuple) else []
        for public in module.__all__:
            shown = public[0].isupper() and any(re.search(rf"\b{public}\b", text) for text in texts)
            if f"{name}.{public}" not in found and not shown:
                missing.append(f"{name}.{public}")
    return missing


def test_every_public_name_is_used_or_awaited():
    awaited = [name for names in AWAITING.values() for name in names.split()]
    assert len(awaited) == len(set(awaited)), "a name stands twice in AWAITING"
    missing = unused()
    new = sorted(set(missing) - set(awaited))
    assert not new, (
        f"used by no chapter and no exercise: {new}. Use them, delete them, or say in AWAITING where they go"
    )
    landed = sorted(set(awaited) - set(missing))
    assert not landed, f"take these out of AWAITING in {Path(__file__).name}, a page uses them now: {' '.join(landed)}"


def test_reference_pages_show_every_module_once():
    pages = "".join(page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("api/*.md")))
    assert sorted(re.findall(r"^\.\. automodule:: mtjlib\.(\w+)$", pages, re.MULTILINE)) == sorted(PHYSICS)
