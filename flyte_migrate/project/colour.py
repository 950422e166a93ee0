"""Which functions are coroutine functions once the project is migrated, and who has to await them.

A task that is called from async code must be awaited (TRAP-17), so the colour of a function follows from its callers
and from what it calls, across modules:

* what is ``async def`` in the source stays so: async tasks, ordinary coroutine functions; ``@eager`` functions are
  async whatever their ``def`` says, as calling one gave a coroutine;
* with ``--style async`` former workflows and dynamic workflows that call tasks become async;
* an ordinary function that async code calls, and that itself reaches a call of a task, becomes async;
* inside a run, whatever calls a function that became async becomes async as well. Code outside (scripts, tests) stays
  as it is and goes through ``asyncio.run``.

A plain call of a source-async task from a sync function does not turn the caller: Flyte 1 gave back an un-awaited
coroutine there, too (TRAP-18).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flyte_migrate.project.facts import Function
from flyte_migrate.project.link import ProjectIndex, Task

GATES = frozenset({"flytekit.approve", "flytekit.wait_for_input"})
CONTEXT = "flytekit.current_context"
MAP = "flytekit.map_task"
#: Places for new files are given by a run (TYP-06).
NEW_PLACES = frozenset({"flytekit.FlyteFile.new", "flytekit.FlyteFile.new_remote_file"})
#: What raises, or is None, outside of a run in Flyte 2.
NEED_A_RUN = GATES | NEW_PLACES | {CONTEXT}
#: Only what a run passes on can be read: a frame that was just wrapped has no place yet (TYP-57).
FRAMES = frozenset({"flytekit.StructuredDataset", "flytekit.types.schema.FlyteSchema"})
_NAME = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Colours:
    """Qualified names (``<module id>.<function key>``) of functions.

    ``asynchronous`` are coroutine functions in the migrated project, ``turned`` those of them that are not in the
    source, ``inside`` all functions that can be executed inside a run: tasks and what they call; ``in_need`` those from
    which something is reached that may work in a run alone: a gate, or the context.
    """

    asynchronous: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    in_need: frozenset[str] = frozenset()


def plan_colours(index: ProjectIndex, style: str = "sync") -> Colours:
    """The colours of all functions of a project for a ``--style``."""
    functions = {f"{module}.{f.key}": (module, f) for module, facts in index.modules.items() for f in facts.functions}
    calls = {name: _callees(index, module, function) for name, (module, function) in functions.items()}
    callers: dict[str, set[str]] = {}
    for name, callees in calls.items():
        for callee in callees:
            callers.setdefault(callee, set()).add(name)
    asynchronous = {name for name, (_, function) in functions.items() if function.is_async}
    source = frozenset(asynchronous)
    asynchronous |= {name for name, task in index.tasks.items() if task.role == "eager"}
    starting = [n for n, (module, function) in functions.items() if _starts_tasks(index, module, function, calls[n])]
    reaching = _reaching(index, starting, callers)
    if style == "async":
        asynchronous |= {
            t for t, task in index.tasks.items() if task.role in ("workflow", "dynamic") and _reaches(index, task)
        }
    inside = _inside(index, calls)
    while True:
        turned = asynchronous - source
        called = {c for name in asynchronous for c in calls.get(name, ()) if c in reaching and c not in index.tasks}
        calling = {c for name in turned for c in callers.get(name, ()) if c in inside}
        grown = asynchronous | called | calling
        if grown == asynchronous:
            break
        asynchronous = grown
    asking = [n for n, (module, f) in functions.items() if _asks(index, module, f)]
    in_need = _upstream(asking, callers)
    return Colours(frozenset(asynchronous), frozenset(asynchronous) - source, frozenset(inside), frozenset(in_need))


def _asks(index: ProjectIndex, module: str, function: Function) -> bool:
    """Whether a function uses what only a run gives."""
    return (
        takes_frames(index, module, function)
        or catches_maps(index, module, function)
        or any(index.canonical(name, module) in NEED_A_RUN for name in function.refers)
    )


def catches_maps(index: ProjectIndex, module: str, function: Function) -> bool:
    """Whether a function may catch what a mapped task raises: outside of a run, flyte.map raises that itself."""
    return function.handles and any(index.canonical(name, module) == MAP for name in function.calls)


def takes_frames(index: ProjectIndex, module: str, function: Function) -> bool:
    """Whether a function has a data frame of unknown kind among its parameters."""
    names = {n for p in function.parameters if p.annotation for n in _NAME.findall(p.annotation)}
    return any(index.canonical(index.local(module, name), module) in FRAMES for name in names)


def _callees(index: ProjectIndex, module: str, function: Function) -> frozenset[str]:
    """The project functions that a function calls by name (``t.aio`` and ``t.override(...)`` count as ``t``)."""
    found: set[str] = set()
    for name in function.calls:
        head, _, last = name.rpartition(".")
        definition = index.original(head if last in ("aio", "override") else name, module)
        if definition is not None and definition.function is not None:
            found.add(f"{definition.module.module}.{definition.function.key}")
    return frozenset(found)


def _reaches(index: ProjectIndex, task: Task) -> bool:
    """Whether a driver runs tasks: it calls or maps them, directly or through functions and launch plans."""
    return bool(index.reached_tasks(task.module, task.function.refers))


def _starts_tasks(index: ProjectIndex, module: str, function: Function, callees: Iterable[str]) -> bool:
    """Whether a function itself calls or maps a task."""
    if any(name in index.tasks for name in callees):
        return True
    return any(index.canonical(name, module) == MAP for name in function.calls)


def _reaching(index: ProjectIndex, starting: Iterable[str], callers: Mapping[str, set[str]]) -> set[str]:
    """Functions from which a task is called: those that start one, and callers of ordinary functions among them."""
    found: set[str] = set()
    stack = list(starting)
    while stack:
        name = stack.pop()
        if name in found:
            continue
        found.add(name)
        if name not in index.tasks:
            stack.extend(callers.get(name, ()))
    return found


def _upstream(starting: Iterable[str], callers: Mapping[str, set[str]]) -> set[str]:
    """The functions and all that call them, directly or not."""
    found: set[str] = set()
    stack = list(starting)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(callers.get(name, ()))
    return found


def _inside(index: ProjectIndex, calls: Mapping[str, frozenset[str]]) -> set[str]:
    """Functions that can be executed inside a run: tasks and what they call."""
    found: set[str] = set()
    stack = list(index.tasks)
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack.extend(calls.get(name, ()))
    return found
