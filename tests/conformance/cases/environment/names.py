"""Names must be in snake_case or kebab-case."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-names")


def main():
    good = ["a", "my-env", "my_env", "a1-b2_c3", "0"]
    bad = ["My", "a b", "a--b", "-a", "a_", "", "a.b", "ä"]
    return [flyte.TaskEnvironment(name=each).name for each in good] + [
        caught(lambda: flyte.TaskEnvironment(name=each)) for each in bad
    ]
