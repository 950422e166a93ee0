"""Saving what does not exist is an error."""

import flyte
from conformance_support import caught, local

env = flyte.TaskEnvironment(name="checkpoint-missing-source")


@env.task
def save() -> None:
    flyte.ctx().checkpoint.save_sync("missing.bin")


def main():
    return caught(lambda: local(save))
