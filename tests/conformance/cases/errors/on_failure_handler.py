"""The form a v1 `on_failure` handler takes (WF-50)."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="errors-on-failure-handler")


SEEN = []


@env.task
def clean_up(x: int, err: str) -> None:
    SEEN.append([x, err])


@env.task
def fails(x: int) -> int:
    raise ValueError(f"bad {x}")


@env.task
def main_task(x: int) -> int:
    try:
        return fails(x)
    except Exception as error:
        clean_up(x, str(error))
        raise


def main():
    return [caught(lambda: local(main_task, 3)), SEEN]
