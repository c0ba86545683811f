"""What all tests share."""

import signal

import chance
import pytest

chance.register_profiles()


def pytest_configure(config: pytest.Config) -> None:
    """Leave nothing to chance, unless a profile is named that does."""
    if config.getoption("--hypothesis-profile", None) in (None, chance.SAME):
        chance.pin()


# A shell has what it starts in the background ignore interrupts, and every process that the tests start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
