"""Triggers on a task: given to the decorator, attached afterwards, and by override."""

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="triggers-on-tasks")
nightly = flyte.Trigger("nightly", flyte.Cron("0 0 * * *"), inputs={"x": 2}, auto_activate=False)


@env.task(triggers=nightly)
def one(x: int = 1) -> int:
    return x


@env.task(triggers=[nightly, flyte.Trigger("other")])
def several(x: int = 1) -> int:
    return x


@env.task
def later(x: int = 1) -> int:
    return x


def main():
    later.triggers = (*later.triggers, nightly)
    copy = one.override(triggers=(flyte.Trigger("third"),))
    return [
        [t.name for t in one.triggers],
        [t.name for t in several.triggers],
        [t.name for t in env.tasks["triggers-on-tasks.later"].triggers],
        [[t.name for t in copy.triggers], [t.name for t in one.triggers]],
        only(one),
    ]
