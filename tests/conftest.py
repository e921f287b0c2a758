"""Property tests try the same examples at every run, so that a failure means a change.

`HYPOTHESIS_PROFILE=explore python -m pytest tests` looks for new ones.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
