"""include becomes a tuple; a long description is cut."""

import flyte

env = flyte.TaskEnvironment(name="environment-include-and-description")


def main():
    one = flyte.TaskEnvironment(name="inc", include=["a", "b"])
    long = flyte.TaskEnvironment(name="long", description="word " * 100)
    short = flyte.TaskEnvironment(name="short", description="x" * 255)
    return [one.include == ("a", "b"), len(long.description), long.description, len(short.description)]
