"""Parameters named like the runtime's own: some fail inside a run, by keyword or always."""

import flyte
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="calls-parameter-names-of-the-runtime")


NAMES = (
    "func",
    "interface",
    "custom_context",
    "_task",
    "task",
    "obj",
    "self",
    "args",
    "kwargs",
    "inputs",
    "name",
    "done",
)


def sync_task(name):
    space = {"env": env}
    exec(f"@env.task\ndef sync_{name}({name}: int) -> int:\n    return {name}\n", space)
    return space[f"sync_{name}"]


def async_task(name):
    space = {"env": env}
    exec(f"@env.task\nasync def async_{name}({name}: int) -> int:\n    return {name}\n", space)
    return space[f"async_{name}"]


SYNC = {name: sync_task(name) for name in NAMES}
ASYNC = {name: async_task(name) for name in NAMES}


def outcome(call):
    try:
        return str(call())
    except Exception as error:
        return f"{type(error).__name__} {error.code} {error}"


@env.task
def by_keyword() -> list[str]:
    return [outcome(lambda: SYNC[name](**{name: 1})) for name in NAMES if name != "self"]


@env.task
def by_position() -> list[str]:
    return [outcome(lambda: SYNC[name](1)) for name in NAMES]


@env.task
def mapped() -> list[str]:
    return [str(each) for name in NAMES for each in flyte.map(SYNC[name], [1])]


@env.task
async def awaited() -> list[str]:
    shown = []
    for name in NAMES:
        for call in (lambda: ASYNC[name](1), lambda: SYNC[name].aio(1), lambda: ASYNC[name](**{name: 1})):
            try:
                shown.append(str(await call()))
            except Exception as error:
                shown.append(f"{type(error).__name__} {error}")
    return shown


def main():
    return [
        only(by_keyword),
        only(by_position),
        only(mapped),
        only(awaited),
        [caught(lambda: only(SYNC[name], **{name: 1})) for name in NAMES if name not in ("self", "task")],
        [caught(lambda: only(ASYNC[name], 1)) for name in NAMES],
    ]
