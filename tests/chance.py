"""How much of the property tests is left to chance.

By default nothing: every run draws the same examples, so that a red test was made red by a change. With
`--hypothesis-profile=random` there are more of them, other ones each time, or those of `--hypothesis-seed`.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

SAME, RANDOM = "same", "random"
# How many times more examples the random run has; with it all property tests take some minutes.
LONGER = 10
_USUAL = 100


def register_profiles() -> None:
    """Make both profiles known, and take the one that is the same every time."""
    # Slow machines are no defect of ours, and no example that an earlier run has left behind is tried.
    both: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": [HealthCheck.too_slow]}
    settings.register_profile(SAME, derandomize=True, **both)
    # Said, because hypothesis takes another default where the variable CI is set.
    settings.register_profile(RANDOM, max_examples=_USUAL * LONGER, print_blob=True, derandomize=False, **both)
    settings.load_profile(SAME)


def pin() -> None:
    """Draw nothing from the constants of the modules that happen to be loaded, which differ from worker to worker."""
    providers._get_local_constants = providers.Constants


def examples(count: int, **more: Any) -> settings:
    """So many examples for a test, and more of them in a random run."""
    longer = LONGER if settings.get_current_profile_name() == RANDOM else 1
    return settings(max_examples=count * longer, **more)
