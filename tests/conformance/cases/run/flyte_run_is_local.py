"""Without an endpoint `flyte.run` is local, before and after init (SEM-28, WF-18)."""

import flyte

env = flyte.TaskEnvironment(name="run-flyte-run-is-local")


@env.task
def one(x: int = 1) -> int:
    return x


def main():
    first = list(flyte.run(one).outputs())
    flyte.init()
    return [first, list(flyte.run(one, 2).outputs()), list(flyte.with_runcontext().run(one, x=3).outputs())]
