"""`flyte.logger` is the user's logger, at level INFO (SEM-25, IMP-40)."""

import flyte

env = flyte.TaskEnvironment(name="context-logger")


import logging


def main():
    return [
        flyte.logger.name,
        flyte.system_logger.name,
        isinstance(flyte.logger, logging.Logger),
        flyte.logger.propagate,
    ]
