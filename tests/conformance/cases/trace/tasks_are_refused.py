"""No task may be called within a traced function."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="trace-tasks-are-refused")


@env.task
def work(x: int) -> int:
    return x


@flyte.trace
def helper(x: int) -> int:
    return work(x)


@flyte.trace
async def async_helper(x: int) -> int:
    return await work.aio(x)


@flyte.trace
def by_forward(x: int) -> int:
    return work.forward(x)


@env.task
def main_task() -> int:
    return helper(1)


@env.task
async def async_task() -> int:
    return await async_helper(1)


@env.task
def allowed() -> int:
    return by_forward(4)


def main():
    return [caught(lambda: local(main_task)), caught(lambda: local(async_task)), only(allowed), helper(3)]
