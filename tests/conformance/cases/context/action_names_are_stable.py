"""The same call of the same run gets the same action name; another input another."""

import flyte

env = flyte.TaskEnvironment(name="context-action-names-are-stable")


@env.task
def name_of(x: int) -> str:
    return flyte.ctx().action.name


@env.task
def main_task() -> list[str]:
    return [name_of(1), name_of(1), name_of(2)]


def main():
    first = flyte.with_runcontext(mode="local", name="same").run(main_task).outputs()[0]
    second = flyte.with_runcontext(mode="local", name="same").run(main_task).outputs()[0]
    return [first == second, len(set(first))]
