"""Direct calls check no types (TST-05)."""

import flyte

env = flyte.TaskEnvironment(name="calls-no-type-checks-in-direct-calls")


@env.task
def echo(x: int) -> int:
    return x


@env.task
def outer(x: int) -> str:
    return str(echo(x))


def main():
    return [echo("text"), outer(None)]
