"""The async methods."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="checkpoint-async-methods")


SEEN = []


@env.task(retries=1)
async def steps() -> str:
    checkpoint = flyte.ctx().checkpoint
    loaded = await checkpoint.load()
    if loaded is None:
        await checkpoint.save(b"half")
        raise RuntimeError("crash")
    return loaded.read_bytes().decode()


def main():
    return only(steps)
