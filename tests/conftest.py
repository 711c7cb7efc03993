"""What holds for all tests: property tests repeat where CI is set, and a developer's own settings are not seen."""

from __future__ import annotations

import os

from hypothesis import settings

for name in [name for name in os.environ if name.startswith(("OPENAI_", "JUSHI_")) and name != "JUSHI_CACHE"]:
    del os.environ[name]
os.environ["JUSHI_LOCAL_MODEL"] = "none"  # a model that happens to be fetched here would answer; tests name theirs

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")
