"""What all tests share."""

import os
import signal

import chance
import pytest
from hub.certificates import authority

chance.register_profiles()


def pytest_configure(config: pytest.Config) -> None:
    """Leave nothing to chance, unless a profile is named that does."""
    if config.getoption("--hypothesis-profile", None) in (None, chance.SAME):
        chance.pin()


# A shell has what it starts in the background ignore interrupts, and every process that the tests start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The Hub of the tests speaks TLS, and its client reads this when it opens its first connection.
os.environ["SSL_CERT_FILE"] = str(authority())
