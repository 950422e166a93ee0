"""The group is in the context; an exception passes through."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="group-data-and-errors")


@env.task
def main_task() -> list[str]:
    shown = [repr(flyte.ctx().group_data)]
    try:
        with flyte.group("g"):
            shown.append(flyte.ctx().group_data.name)
            raise ValueError("x")
    except ValueError as error:
        shown.append(str(error))
    return [*shown, repr(flyte.ctx().group_data)]


def main():
    return only(main_task)
