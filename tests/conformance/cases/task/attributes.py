"""Attributes of a task (WF-19)."""

import os

import flyte

env = flyte.TaskEnvironment(name="task-attributes")


@env.task(short_name="shown")
def work(x: int, y: str = "a") -> float:
    """Does it.

    Args:
        x: a number.
    """
    return float(x)


@env.task
async def async_work() -> None:
    pass


def main():
    return [
        work.name,
        work.short_name,
        async_work.short_name,
        work.func.__name__,
        work.func.__doc__.splitlines()[0],
        hasattr(work, "__name__"),
        hasattr(work, "__wrapped__"),
        repr(work.native_interface),
        work.interface is work.native_interface,
        os.path.basename(work.source_file),
        work.task_type,
        work.parent_env_name,
        work.parent_env() is env,
        list(work.native_interface.required_inputs()),
        repr(async_work.native_interface),
        work.native_interface.has_outputs(),
        async_work.native_interface.has_outputs(),
        callable(work),
        isinstance(work, flyte.TaskTemplate),
        isinstance(work, flyte.AsyncFunctionTaskTemplate),
    ]
