"""The attempt number stays 0 in local retries (CTX-14)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-attempt-number-stays-zero")


SEEN = []


@env.task(retries=1)
def flaky() -> int:
    SEEN.append(flyte.ctx().attempt_number)
    if len(SEEN) < 2:
        raise ValueError("again")
    return 1


def main():
    only(flaky)
    return SEEN
