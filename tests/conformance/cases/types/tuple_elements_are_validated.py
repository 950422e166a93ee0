"""Elements of a tuple input are brought to their types where nothing is lost."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="types-tuple-elements-are-validated")


@env.task
def echo(x: tuple[int, float, bool]) -> str:
    return repr(x)


def main():
    return [
        only(echo, (1, 2, True)),
        only(echo, ("5", "1.5", "yes")),
        only(echo, (2.0, 1, 0)),
        caught(lambda: only(echo, (1.5, 1.0, True)), message=False),
        caught(lambda: only(echo, (1, "x", True)), message=False),
    ]
