"""Patching `func` works in a run and directly (TST-01)."""

from unittest import mock

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="mocks-patch-func")


@env.task
def fetch(x: int, y: int = 2) -> int:
    raise RuntimeError("not in tests")


@env.task
def main_task() -> int:
    return fetch(1) + fetch(x=5, y=6)


def main():
    with mock.patch.object(fetch, "func", mock.MagicMock(return_value=3)) as fake:
        run = only(main_task)
        in_run = [[call.args, dict(sorted(call.kwargs.items()))] for call in fake.call_args_list]
        fake.reset_mock()
        direct = main_task()
        directly = [[call.args, call.kwargs] for call in fake.call_args_list]
    return [run, in_run, direct, directly]
