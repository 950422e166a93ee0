"""A mock that raises fails like a task."""

from unittest import mock

import flyte
import flyte.errors
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="mocks-side-effects")


@env.task
def fetch(x: int) -> int:
    return x


@env.task
def main_task() -> str:
    try:
        return str(fetch(1))
    except flyte.errors.RuntimeUserError as error:
        return f"{error.code} {error}"


def main():
    with mock.patch.object(fetch, "func", mock.MagicMock(side_effect=ValueError("no"))):
        return [only(main_task), main_task(), caught(lambda: fetch(1))]
