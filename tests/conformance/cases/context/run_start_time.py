"""The start time can be given."""

import datetime

import flyte

env = flyte.TaskEnvironment(name="context-run-start-time")


@env.task
def start() -> str:
    return flyte.ctx().run_start_time.isoformat()


def main():
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    return flyte.with_runcontext(mode="local", run_start_time=moment).run(start).outputs()[0]
