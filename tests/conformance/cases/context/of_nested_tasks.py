"""Nested tasks share the run and have actions of their own."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-of-nested-tasks")


@env.task
def inner() -> list[str]:
    action = flyte.ctx().action
    return [action.run_name, action.name, flyte.ctx().raw_data_path.path, flyte.ctx().run_start_time.isoformat()]


@env.task
def main_task() -> list[bool]:
    own = inner_names = flyte.ctx()
    first, second = inner(), inner()
    return [
        first[0] == second[0] == own.action.run_name,
        first[1] != second[1],
        first[1] != own.action.name,
        first[2] == own.raw_data_path.path,
        first[3] == inner_names.run_start_time.isoformat(),
    ]


def main():
    return only(main_task)
