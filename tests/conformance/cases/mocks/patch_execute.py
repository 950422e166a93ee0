"""Patching `execute` works only in a run (TST-03)."""

from unittest import mock

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="mocks-patch-execute")


@env.task
def fetch(x: int) -> int:
    return x


@env.task
def main_task() -> int:
    return fetch(1)


def main():
    with mock.patch.object(fetch, "execute", mock.AsyncMock(return_value=42)):
        return [only(main_task), main_task()]
