"""What holds for every test."""

from hypothesis import HealthCheck, settings

# The same examples at every run and no limit on their time: what fails here fails everywhere, and a busy machine
# fails nothing.
settings.register_profile("here", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")
