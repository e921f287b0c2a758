"""Property tests try the same examples at every run, so that a failure means a change.

`HYPOTHESIS_PROFILE=explore python -m pytest tests` looks for new ones.
"""

import os

import pytest
from hypothesis import settings
from hypothesis.internal.conjecture import providers

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
profile = os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
settings.load_profile(profile)

if profile == "repeatable":
    # Hypothesis also tries numbers that it reads in the source of the modules that happen to be loaded. Which these
    # are depends on what else is collected, so a test file more would change what all the others try.
    providers._get_local_constants = providers.Constants


@pytest.fixture
def run(monkeypatch):
    """Run the notebook of an exercise; see `_exercises.runner`."""
    from _exercises import runner

    return runner(monkeypatch)
