"""What all tests share."""

from hypothesis import HealthCheck, settings

# Slow machines are no defect of ours.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
