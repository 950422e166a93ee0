"""A blocking call from the background loop is refused; exceptions pass through."""

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="syncify-from-within")


from flyte.syncify import syncify


@syncify
async def inner() -> int:
    return 1


@syncify
async def outer() -> int:
    return inner()


@syncify
async def fails() -> int:
    raise KeyError("k")


def main():
    return [caught(outer, message=False), caught(fails)]
