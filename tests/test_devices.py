"""A wrong device is named by argument in every public function that takes one."""

import importlib
import inspect
import pkgutil
import re

import pytest

import mtjlib

# Names under which functions take a device of ours as their first argument.
DEVICES = {
    "junction", "magnet", "ferromagnet", "barrier", "spin", "valve", "layer", "calibration", "trajectory", "amplitudes"
}  # fmt: skip


def functions():
    for module in pkgutil.iter_modules(mtjlib.__path__):
        if module.name.startswith("_") or module.ispkg or module.name == "stack":  # stack's are matrices
            continue
        loaded = importlib.import_module(f"mtjlib.{module.name}")
        for name, function in vars(loaded).items():
            if inspect.isfunction(function) and function.__module__ == loaded.__name__ and not name.startswith("_"):
                first = next(iter(inspect.signature(function).parameters), None)
                if first in DEVICES:
                    yield pytest.param(function, first, id=f"{module.name}.{name}")


FUNCTIONS = list(functions())


def test_the_list_is_not_empty():
    assert len(FUNCTIONS) > 40


@pytest.mark.parametrize("wrong", [None, 0.1, "Fe", mtjlib.units])
@pytest.mark.parametrize(("function", "name"), FUNCTIONS)
def test_a_wrong_device_is_a_type_error_with_its_name(function, name, wrong):
    parameters = list(inspect.signature(function).parameters.values())[1:]
    rest = [0.5 for p in parameters if p.default is p.empty and p.kind == p.POSITIONAL_OR_KEYWORD]
    with pytest.raises(TypeError, match=f"^{name} must be an? [A-Z]"):
        function(wrong, *rest)


def everything():
    """All public functions and the classes whose constructors check what they are given."""
    for module in pkgutil.iter_modules(mtjlib.__path__):
        if not module.name.startswith("_") and not module.ispkg:
            loaded = importlib.import_module(f"mtjlib.{module.name}")
            for name in loaded.__all__:
                thing = getattr(loaded, name)
                if inspect.isfunction(thing) or (inspect.isclass(thing) and hasattr(thing, "__post_init__")):
                    yield pytest.param(thing, id=f"{module.name}.{name}")


@pytest.mark.parametrize("function", list(everything()))
def test_rubbish_in_every_argument_is_an_error_that_names_one(function):
    parameters = inspect.signature(function).parameters
    required = [p for p in parameters.values() if p.default is p.empty and p.kind != p.VAR_POSITIONAL]
    for wrong in (None, "Fe", object()) if required else ():
        with pytest.raises((TypeError, ValueError)) as error:
            function(
                *[wrong for p in required if p.kind != p.KEYWORD_ONLY],
                **{p.name: wrong for p in required if p.kind == p.KEYWORD_ONLY},
            )
        assert any(re.search(rf"\b{name}", str(error.value)) for name in parameters)
