"""What all tests share: nobody's settings, nothing left to chance."""

import importlib
import os
import signal

import chance
import pytest
from hub.certificates import authority

chance.register_profiles()

# What the Hub's client reads once, when it is imported, is the same whichever test comes first: it is imported here.
os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}
importlib.import_module("huggingface_hub.constants")


def pytest_configure(config: pytest.Config) -> None:
    """Leave nothing to chance, unless a profile is named that does."""
    if config.getoption("--hypothesis-profile", None) in (None, chance.SAME):
        chance.pin()


# A shell has what it starts in the background ignore interrupts, and every process that the tests start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The Hub of the tests speaks TLS, and its client reads this when it opens its first connection.
os.environ["SSL_CERT_FILE"] = str(authority())
