"""How hypothesis looks for examples, in all tests.

What a run finds must not depend on chance, nor on how busy a machine is: the same
examples are tried each time. To look for others, ``pytest --hypothesis-profile=search``
tries many more, and tells how to try those that fail again.
"""

from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(__file__).resolve().parent / ".cache" / "hypothesis")

settings.register_profile(
    "crl",
    deadline=None,
    database=None,
    derandomize=True,
    # how long an example takes, or how many are thrown away, says nothing of our code
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.register_profile(
    "search", settings.get_profile("crl"), derandomize=False, max_examples=2000
)
settings.load_profile("crl")
