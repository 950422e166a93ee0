"""Custom context goes down to every task, by run and by block."""

import flyte

env = flyte.TaskEnvironment(name="context-custom-context")


@env.task
def look() -> dict[str, str]:
    return flyte.get_custom_context()


@env.task
def main_task() -> list[dict[str, str]]:
    shown = [look()]
    with flyte.custom_context(a="2", b="3"):
        shown.append(look())
    shown.append(look())
    return shown


def main():
    run = flyte.with_runcontext(mode="local", custom_context={"a": "1"}).run(main_task)
    with flyte.custom_context(z="1"):
        outside = flyte.get_custom_context()
    return [run.outputs()[0], outside]
