"""A name given to a run is the run's name inside."""

import flyte

env = flyte.TaskEnvironment(name="run-named-run")


@env.task
def names() -> str:
    return flyte.ctx().action.run_name


def main():
    return flyte.with_runcontext(mode="local", name="my-run").run(names).outputs()[0]
