"""What to run: the former workflows of the named files, and tasks that nothing else reaches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from flyte_migrate.engine import index_project
from flyte_migrate.project.discover import Candidate, Discovery, mentions_v1
from flyte_migrate.project.link import ProjectIndex, Task
from flyte_migrate.project.source import SourceError, read_bytes
from flyte_migrate.settings import Settings
from flyte_migrate.verify.model import Entry, VerifyError

#: Bodies that were a graph, or called tasks, and that the migration rewrites most.
_WORKFLOWS = frozenset({"workflow", "eager"})


@dataclass(frozen=True)
class Found:
    """The entries, in path and line order, and the workflows, whose bodies were a graph, as (display path, name)."""

    entries: tuple[Entry, ...]
    graphs: frozenset[tuple[str, str]]


def find(discovery: Discovery, settings: Settings, wanted: Sequence[str]) -> Found:
    """The entries of the targets; ``wanted`` (``module:function``) names them instead.

    A target that uses Flyte and has no entry is there as a module to import. Raises VerifyError for a wanted entry of a
    module that does not exist.
    """
    project = index_project(discovery.targets, discovery.roots, settings.style)
    index = project.index
    roots = {root.path: number for number, root in enumerate(discovery.roots)}
    reached = _reached(index)
    found: list[Entry] = []
    for target in discovery.targets:
        module = project.modules.get(target.path)
        if module is None:
            continue
        tasks = [task for task in index.tasks.values() if task.module == module and not task.function.enclosing]
        if wanted:
            tasks = [task for task in tasks if any(_names(name, target.module, task.name) for name in wanted)]
        else:
            tasks = [task for task in tasks if _is_entry(task, index, reached)]
        by_name = {task.name: task for task in sorted(tasks, key=lambda task: task.function.line)}
        found += [_entry(target, task, roots) for task in by_name.values()]
        if not by_name and not wanted and _uses_flyte(target):
            found.append(_entry(target, None, roots))
    for name in wanted:
        if not any(_names(name, entry.module, entry.function) for entry in found):
            raise VerifyError(f"--entry {name}: no such task or workflow in the named files; write module:function")
    workflows = (task for task in index.tasks.values() if task.role == "workflow")
    return Found(tuple(found), frozenset((index.modules[task.module].path, task.name) for task in workflows))


def _is_entry(task: Task, index: ProjectIndex, reached: frozenset[str]) -> bool:
    if task.function.enclosing or task.factory or not task.function.name.isidentifier():
        return False
    if task.role in _WORKFLOWS or (task.role == "v2" and _callees(task, index)):
        return True
    return task.qualified not in reached


def _callees(task: Task, index: ProjectIndex) -> list[Task]:
    found = (_named(name, task.module, index) for name in task.function.refers)
    return [callee for callee in found if callee is not None and callee.qualified != task.qualified]


def _named(name: str, module: str, index: ProjectIndex) -> Task | None:
    """The task that a name in a body means, be it the task itself or an attribute such as ``aio``."""
    return index.task(name, module) or index.task(name.rpartition(".")[0], module)


def _reached(index: ProjectIndex) -> frozenset[str]:
    """Tasks that another task refers to, directly or through a function of the project."""
    return frozenset(
        callee.qualified
        for module, facts in index.modules.items()
        for function in facts.functions
        for callee in (_named(name, module, index) for name in function.refers)
        if callee is not None and callee.function is not function and not function.name.startswith("test_")
    )


def _uses_flyte(target: Candidate) -> bool:
    try:
        data = read_bytes(target.path)
    except SourceError:
        return False
    return mentions_v1(data) or b"import flyte" in data or b"from flyte" in data


def _entry(target: Candidate, task: Task | None, roots: dict[str, int]) -> Entry:
    relative = os.path.relpath(target.path, target.root)
    parameters = task.function.parameters if task else ()
    defaults = sum(parameter.default is not None for parameter in parameters)
    name = task.name if task else ""
    number = roots[target.root]
    return Entry(number, target.module, name, relative, target.path, target.display, len(parameters), defaults)


def _names(wanted: str, module: str, function: str) -> bool:
    """Whether ``module:function`` means this function; the module may be given without its first packages."""
    wanted_module, _, name = wanted.partition(":")
    return name == function and (module == wanted_module or module.endswith(f".{wanted_module}"))
