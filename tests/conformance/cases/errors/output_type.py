"""A result of a wrong type: on top and nested (TST-07)."""

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="errors-output-type")


@env.task
def wrong() -> int:
    return "text"


@env.task
def nested() -> str:
    try:
        wrong()
    except Exception as error:
        return f"{type(error).__name__} {error.code}"
    return ""


@env.task
def passes_it_on() -> int:
    return wrong()


def main():
    return [caught(lambda: local(wrong)), only(nested), caught(lambda: local(passes_it_on))]
