"""Patching `func` with a plain function, and an async one (TST-01)."""

import asyncio
from unittest import mock

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="mocks-patch-func-with-a-function")


@env.task
def fetch(x: int) -> int:
    return x


@env.task
async def fetch_async(x: int) -> int:
    return x


@env.task
def main_task() -> int:
    return fetch(1)


@env.task
async def async_task() -> int:
    return await fetch_async(1)


async def fake_async(x: int) -> int:
    return x + 100


def main():
    with mock.patch.object(fetch, "func", lambda x: x + 50), mock.patch.object(fetch_async, "func", fake_async):
        first = [only(main_task), main_task(), only(async_task)]
    with mock.patch.object(fetch_async, "func", mock.AsyncMock(return_value=7)):
        return [*first, only(async_task), asyncio.run(async_task())]
