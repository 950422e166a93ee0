"""add_dependency."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-dependencies")


def main():
    one, two = flyte.TaskEnvironment(name="dep-one"), flyte.TaskEnvironment(name="dep-two")
    one.add_dependency(two)
    return [
        [each.name for each in one.depends_on],
        caught(lambda: one.add_dependency(one)),
        caught(lambda: one.add_dependency("x")),
    ]
