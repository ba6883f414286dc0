"""Settings of the whole test run; fixtures live beside the tests that use them."""

import os

from hypothesis import HealthCheck, settings

# dev draws anew on every run and keeps what failed in .hypothesis, so each desk goes on exploring.
settings.register_profile("dev", max_examples=25, deadline=None)
# ci is what `make test` runs. It is derandomized: the same commit gives the same answer on every
# machine, so a red gate means the change is at fault and stays red until it is mended.
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
# deep is for `make faults`: random again, many examples; finding what ci cannot see is its purpose.
settings.register_profile(
    "deep",
    max_examples=1_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
