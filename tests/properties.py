"""How often Hypothesis tries: the same few in each run, or many with TRY=20 or so.

A failure of many is shrunk, which may take minutes; one of few is not.
"""

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("TRY", "1"))


def times(count: int) -> settings:
    """Return the settings of a test of ``count`` examples, or TRY times as many."""
    phases = [Phase.explicit, Phase.generate]
    return settings(
        max_examples=count * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        phases=phases if TIMES == 1 else [*phases, Phase.shrink],
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
        ],
    )
