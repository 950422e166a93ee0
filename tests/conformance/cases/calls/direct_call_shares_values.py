"""In a direct call the callee has the caller's own objects (TST-05)."""

import flyte

env = flyte.TaskEnvironment(name="calls-direct-call-shares-values")


@env.task
def change(xs: list[int]) -> int:
    xs.append(99)
    return len(xs)


def main():
    xs = [1]
    return [change(xs), xs]
