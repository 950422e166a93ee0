"""Outside a run the context is falsy and its fields are None (section 7)."""

import flyte

env = flyte.TaskEnvironment(name="context-outside-a-run")


def main():
    current = flyte.ctx()
    names = ("action", "version", "raw_data_path", "output_path", "mode", "custom_context", "run_start_time", "data")
    return [bool(current), repr(current), [getattr(current, name) for name in names], current.checkpoint is None]
