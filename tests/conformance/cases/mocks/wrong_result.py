"""A mock's result is checked against the task's type, in a run only."""

from unittest import mock

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="mocks-wrong-result")


@env.task
def fetch(x: int) -> int:
    return x


def main():
    with mock.patch.object(fetch, "func", mock.MagicMock(return_value="text")):
        return [caught(lambda: local(fetch, 1), message=False), fetch(1)]
