"""A configuration no plugin has registered is refused where the task is made."""

import flyte
from conformance_support import caught


class Unknown:
    pass


def main():
    env = flyte.TaskEnvironment(name="plugins-unknown", plugin_config=Unknown())

    def declare():
        @env.task
        def task() -> None: ...

    return caught(declare)
