"""The run object: name, url, wait, phase (TST-11)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="run-run-object")


@env.task
def one() -> int:
    return 1


def main():
    run = flyte.with_runcontext(mode="local").run(one)
    return [
        run.name,
        isinstance(run.url, str) and "metadata" in run.url,
        run.wait(),
        run.wait(quiet=True),
        list(run.outputs()),
        caught(lambda: run.phase, message=False),
    ]
