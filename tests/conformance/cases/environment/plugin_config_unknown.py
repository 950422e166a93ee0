"""A plugin configuration that no plugin handles (CFG-19)."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="environment-plugin-config-unknown")


class Config:
    pass


special = flyte.TaskEnvironment(name="environment-plugin", plugin_config=Config())


@env.task
def plain(x: int) -> int:
    return x


def decorate():
    @special.task
    def work(x: int) -> int:
        return x


def main():
    return [caught(decorate, message=False), caught(lambda: plain.override(plugin_config=Config()), message=False)]
