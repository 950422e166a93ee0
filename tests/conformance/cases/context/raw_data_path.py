"""The folder for raw data can be given."""

import os

import flyte

env = flyte.TaskEnvironment(name="context-raw-data-path")


@env.task
def folder() -> str:
    return flyte.ctx().raw_data_path.path


def main():
    here = os.path.join(os.getcwd(), "raw")
    return flyte.with_runcontext(mode="local", raw_data_path=here).run(folder).outputs()[0] == here
