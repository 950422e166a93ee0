"""Context variables of the caller are seen by callees, not the other way round."""

import contextvars

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="calls-context-variables-go-down")


WORD: contextvars.ContextVar[str] = contextvars.ContextVar("word", default="none")


@env.task
def inner() -> str:
    before = WORD.get()
    WORD.set("inner")
    return before


@env.task
def main_task() -> str:
    WORD.set("outer")
    seen = inner()
    return f"{seen} {WORD.get()}"


def main():
    return only(main_task)
