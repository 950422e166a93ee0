"""Nothing runs until the result is consumed, and then one by one (TRAP-06)."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="map-lazy")


RAN = []


@env.task
def note(x: int) -> int:
    RAN.append(x)
    return x


@env.task
def main_task() -> list[str]:
    made = flyte.map(note, [1, 2, 3])
    shown = [type(made).__name__, repr(RAN)]
    next(made)
    shown.append(repr(RAN))
    made.close()
    return shown


def main():
    return [only(main_task), RAN]
