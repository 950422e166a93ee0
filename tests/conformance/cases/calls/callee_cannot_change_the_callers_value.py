"""What a callee does to a list or dict does not reach its caller (SEM-11)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-callee-cannot-change-the-callers-value")


@env.task
def change(xs: list[int], d: dict[str, int]) -> int:
    xs.append(99)
    d["z"] = 99
    return len(xs) + len(d)


@env.task
def main_task() -> str:
    xs, d = [1], {"a": 1}
    total = change(xs, d)
    return f"{total} {xs} {d}"


def main():
    return only(main_task)
