"""Values of some size."""

import flyte
from conformance_support import local

env = flyte.TaskEnvironment(name="types-large-values")


@env.task
def echo(x: list[int], s: str, d: dict[str, str]) -> tuple[int, int, int]:
    return len(x), len(s), len(d)


def main():
    return list(local(echo, list(range(5000)), "x" * 100_000, {str(i): "v" for i in range(1000)}))
