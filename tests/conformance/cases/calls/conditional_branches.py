"""A former conditional is plain if/elif/else; only the taken branch runs (CND-01)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="calls-conditional-branches")


RAN = []


@env.task
def low(x: int) -> str:
    RAN.append("low")
    return f"low {x}"


@env.task
def high(x: int) -> str:
    RAN.append("high")
    return f"high {x}"


@env.task
def main_task(x: int) -> str:
    if x > 10:
        result = high(x)
    elif x > 0:
        result = low(x)
    else:
        raise ValueError("no branch")
    return result


def main():
    return [only(main_task, 11), only(main_task, 1), RAN, caught(lambda: local(main_task, -1))]
