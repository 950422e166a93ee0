"""Inside a run: names, paths, times (CTX-01 to CTX-06)."""

import os

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="context-inside-a-run")


@env.task
def look() -> list[str]:
    current = flyte.ctx()
    return [
        repr(bool(current)),
        current.mode,
        repr(current.action.project),
        repr(current.action.domain),
        repr(current.action.run_name == current.action.name),
        type(current.action.run_name).__name__,
        repr(current.run_start_time.tzinfo),
        type(current.raw_data_path.path).__name__,
        type(current.output_path).__name__,
        repr(current.attempt_number),
        repr(current.is_in_cluster()),
        repr(os.path.isdir(current.raw_data_path.path)),
        repr(current["missing"]),
        repr(hasattr(current, "working_directory")),
    ]


def main():
    return only(look)
