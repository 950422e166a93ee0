"""Replacing the task itself by a function (TST-04)."""

from unittest import mock

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="mocks-replaced-in-the-module")


@env.task
def fetch(x: int) -> int:
    return x


@env.task
def main_task() -> int:
    return fetch(1)


def main():
    with mock.patch.dict(globals(), {"fetch": lambda x: x + 9}):
        return [only(main_task), main_task()]
