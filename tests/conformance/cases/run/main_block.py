"""The form a `__main__` block takes (WF-18)."""

import flyte

env = flyte.TaskEnvironment(name="run-main-block")


@env.task
def hello(name: str = "world") -> str:
    return f"hello {name}"


def main():
    flyte.init()
    run = flyte.with_runcontext(mode="local").run(hello, name="you")
    return [run.outputs()[0], hello(), hello(name="me")]
