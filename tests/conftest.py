"""What all tests share."""

import os
import signal

from hub.certificates import authority
from hypothesis import HealthCheck, settings

# Slow machines are no defect of ours.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")

# A shell has what it starts in the background ignore interrupts, and every process that the tests start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The Hub of the tests speaks TLS, and its client reads this when it opens its first connection.
os.environ["SSL_CERT_FILE"] = str(authority())
