"""Answers of other types; a wrong one is asked again (GATE-01)."""

import flyte
from conformance_support import answers, caught, only

env = flyte.TaskEnvironment(name="condition-typed-answers")


@env.task
def ask(kind: str) -> str:
    types = {"int": int, "float": float, "str": str}
    return repr(flyte.new_condition("v", prompt="Value", data_type=types[kind]).wait())


def main():
    shown = []
    for kind, text in [
        ("int", "5\n"),
        ("int", "x\n7\n"),
        ("float", "1.5\n"),
        ("str", "hello you\n"),
        ("int", "-3\n"),
        ("float", "2\n"),
        ("str", "\n"),
    ]:
        with answers(text):
            shown.append(caught(lambda: only(ask, kind), message=False))
    return shown
