"""Return annotations that are refused at decoration (TRAP-36)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="types-return-annotations-refused")


def decorate(annotation):
    def task():
        return None

    task.__annotations__ = {"return": annotation}
    return env.task(task)


def main():
    return [
        caught(lambda: decorate(tuple[int])),
        caught(lambda: decorate(tuple[int, ...])),
        caught(lambda: decorate((int,))),
        [str(each) for each in decorate((int, str)).native_interface.outputs.items()],
        [str(each) for each in decorate(tuple[int, str]).native_interface.outputs.items()],
        decorate(None).native_interface.outputs,
    ]
