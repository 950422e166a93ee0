"""Calling a container task gives a coroutine (TRAP-18); what it would run is its `execute`."""

from unittest import mock

import flyte
from conformance_support import only
from flyte.extras import ContainerTask

double = ContainerTask(name="double", image="alpine:3", command=["true"], inputs={"x": int}, outputs={"y": int})
container = flyte.TaskEnvironment.from_task("extras-container-calls", double)
env = flyte.TaskEnvironment(name="extras-container-driver", depends_on=[container])


@env.task
def from_sync() -> str:
    made = double(x=1)
    kind = type(made).__name__
    made.close()
    return kind


@env.task
async def from_async() -> int:
    return await double(x=2) + await double.aio(x=3)


async def twice(**inputs):
    return (inputs["x"] * 2,)


def main():
    with mock.patch.object(double, "execute", twice):
        return [only(from_sync), only(from_async)]
