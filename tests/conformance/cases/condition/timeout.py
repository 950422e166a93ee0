"""Nobody answers in time (GATE-07)."""

import time

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="condition-timeout")


class Silent:
    def readline(self, *_):
        time.sleep(0.3)
        return ""

    def isatty(self):
        return False


@env.task
def approve() -> bool:
    return flyte.new_condition("ok", timeout=0.05).wait()


@env.task
def careful() -> str:
    try:
        return repr(approve())
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"


def main():
    import sys

    before, sys.stdin = sys.stdin, Silent()
    try:
        return [caught(lambda: local(approve)), only(careful)]
    finally:
        sys.stdin = before
