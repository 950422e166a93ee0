"""Which functions become coroutine functions when former workflows do, across the project.

A former workflow takes with it the plain functions it calls that call tasks themselves, and everything that calls it
inside a run: each of them has to be awaited (TRAP-17, TRAP-18). Where one of these can't be a coroutine function (a
lambda, a method, a decorated function, one that is passed on as a value) the workflow stays sync, and so do the ones
that it calls directly. Code outside a run (scripts, tests) stays as it is and goes through ``asyncio.run``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from flyte_migrate.asynchronous.uses import FileUses, Use
from flyte_migrate.project.facts import Function
from flyte_migrate.project.link import ProjectIndex

_TEST_FILE = re.compile(r"(^|[/\\\\])(test_[^/\\\\]*|[^/\\\\]*_test|conftest)\.py$")


@dataclass(frozen=True)
class Colouring:
    """``turned`` are the functions that become async; of these ``parallel`` run independent calls side by side.

    ``sync`` are former workflows that have to stay sync, with the reason. ``catching`` are functions from which a
    turned one is reached that catches the error of a run: called outside a run, it gets the task's own (TRAP-31).
    """

    turned: frozenset[str] = frozenset()
    parallel: frozenset[str] = frozenset()
    catching: frozenset[str] = frozenset()
    sync: Mapping[str, str] = field(default_factory=dict)


def colour(
    index: ProjectIndex, files: Mapping[str, FileUses], migrated: frozenset[str], editable: frozenset[str]
) -> Colouring:
    """Decide which of the ``migrated`` drivers become async. ``files`` and ``editable`` are by module id."""
    return _Colourer(index, files, migrated, editable).decide()


class _Colourer:
    def __init__(
        self, index: ProjectIndex, files: Mapping[str, FileUses], migrated: frozenset[str], editable: frozenset[str]
    ) -> None:
        self.index, self.migrated, self.editable = index, migrated, editable
        self.functions: dict[str, tuple[str, Function]] = {
            f"{module}.{f.key}": (module, f) for module, facts in index.modules.items() for f in facts.functions
        }
        self.classes = {f"{m}.{c.name}" for m, facts in index.modules.items() for c in facts.classes}
        self.uses_of: dict[str, list[Use]] = {}
        self.uses_by: dict[str, list[Use]] = {}
        for file in files.values():
            for use in file.uses:
                self.uses_of.setdefault(use.callee, []).append(use)
                self.uses_by.setdefault(use.caller, []).append(use)
        self.generators = frozenset().union(*(file.generators for file in files.values()))
        self.handlers = frozenset().union(*(file.catching for file in files.values()))
        self.blocking = self._blocking(files.values())
        self.inside = self._inside()
        self.may_catch = self._reaching(self.handlers)

    def decide(self) -> Colouring:
        wanted = {d for d in self.migrated if self._starts(d)}
        sync: dict[str, str] = {}
        while True:
            closures = {driver: self._closure(driver) for driver in wanted - set(sync)}
            turned = frozenset().union(*closures.values())
            problems = {name: reason for name in turned if (reason := sync.get(name) or self._problem(name))}
            dropped = {
                driver: next(_told(name, problems[name], driver) for name in sorted(closure) if name in problems)
                for driver, closure in closures.items()
                if not closure.isdisjoint(problems)
            }
            if not dropped:
                # The calls of plain functions were made while the workflow was compiled: nodes like any other.
                parallel = {name for name in turned if name in wanted or self._is_plain(name)}
                return Colouring(turned, frozenset(parallel), self._reaching(self.handlers & turned), sync)
            sync |= dropped

    # -- what calls what -----------------------------------------------------------------------------------------------

    def _blocking(self, files: Iterable[FileUses]) -> set[str]:
        """Plain functions that call tasks or the SDK, directly or not."""
        stack = [name for file in files for name in file.blocking]
        stack += [use.caller for task in self.index.tasks for use in self.uses_of.get(task, ()) if use.kind == "call"]
        found: set[str] = set()
        while stack:
            name = stack.pop()
            if name in found or not name:
                continue
            found.add(name)
            if name not in self.index.tasks:
                stack.extend(use.caller for use in self.uses_of.get(name, ()) if use.kind == "call")
        return found

    def _starts(self, driver: str) -> bool:
        """Whether a driver runs anything that it could wait for."""
        return driver in self.blocking and not self.functions[driver][1].is_async

    def _inside(self) -> set[str]:
        """Functions that can be executed inside a run: tasks and what they mention."""
        found: set[str] = set()
        stack = list(self.index.tasks)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(use.callee for use in self.uses_by.get(name, ()))
        return found

    def _closure(self, driver: str) -> set[str]:
        """Everything that has to be async once ``driver`` is."""
        found: set[str] = set()
        stack = [driver]
        while stack:
            name = stack.pop()
            if name in found or name not in self.functions:
                continue
            found.add(name)
            called = (use.callee for use in self.uses_by.get(name, ()) if use.kind == "call")
            stack += [callee for callee in called if callee in self.blocking and self._is_plain(callee)]
            callers = (
                use.caller for use in self.uses_of.get(name, ()) if use.kind == "call" and use.caller in self.inside
            )
            stack += [caller for caller in callers if not self.functions[caller][1].is_async]
        return found

    def _reaching(self, functions: Set[str]) -> frozenset[str]:
        """The functions, and all that call them."""
        found: set[str] = set()
        stack = list(functions)
        while stack:
            name = stack.pop()
            if name not in found:
                found.add(name)
                stack.extend(use.caller for use in self.uses_of.get(name, ()) if use.kind == "call" and use.caller)
        return frozenset(found)

    def _is_plain(self, name: str) -> bool:
        """Whether a function is neither a task nor a coroutine function."""
        return name not in self.index.tasks and not self.functions[name][1].is_async

    # -- what can't be -------------------------------------------------------------------------------------------------

    def _problem(self, name: str) -> str:
        """Why a function can't be a coroutine function; empty if it can."""
        module, function = self.functions[name]
        task = self.index.tasks.get(name)
        if module not in self.editable:
            return "it is not among the files of this run"
        if len(function.decorators) > (1 if task is not None else 0):
            return "it has another decorator"
        if f"{module}.{function.enclosing}" in self.classes:
            return "it is a method"
        if name in self.generators:
            return "it is a generator"
        for use in self.uses_of.get(name, ()):
            if use.kind == "value" or (use.where and (not use.caller or use.caller in self.inside)):
                return f"it {use.where} in {self.index.modules[use.module].path}"
            if use.kind == "call" and use.module not in self.editable:
                return f"{self.index.modules[use.module].path} calls it, and is not among the files of this run"
            catches = name in self.may_catch and name not in self.index.tasks
            if catches and use.kind == "call" and use.caller not in self.inside:
                return f"it catches the error of a run, and {self.index.modules[use.module].path} calls it outside one"
            if use.kind == "call" and use.caller and self._is_unclear(use.caller):
                return f"a method calls it in {self.index.modules[use.module].path}"
        for reference in function.refers:
            if (kept := self._kept_in(reference, module)) is not None:
                return f"{kept} stands in {reference.rpartition('.')[2]}, from where it may be called"
        for use in self.uses_by.get(name, ()):
            if (use.kind == "value" or use.where) and (use.callee in self.index.tasks or use.callee in self.blocking):
                return f"{use.callee.rpartition('.')[2]} {use.where} in it"
        return ""

    def _kept_in(self, reference: str, module: str) -> str | None:
        """A task, or a function that calls one, that a list or a dictionary at the top level of a module holds."""
        definition = self.index.original(reference, module)
        variable = definition.variable if definition is not None else None
        if definition is None or variable is None or not variable.text.startswith(("{", "[", "(")):
            return None
        for held in variable.refers:
            function = self.index.original(held, definition.module.module)
            if function is not None and function.function is not None:
                name = f"{function.module.module}.{function.function.key}"
                if name in self.index.tasks or name in self.blocking:
                    return function.name
        return None

    def _is_unclear(self, caller: str) -> bool:
        """A method outside of tests: whether it is called inside a run can't be told."""
        module, function = self.functions[caller]
        owner = f"{module}.{function.enclosing}"
        if owner not in self.classes or function.enclosing.startswith("Test") or function.name.startswith("test"):
            return False
        return not _TEST_FILE.search(self.index.modules[module].path)


def _told(name: str, reason: str, driver: str) -> str:
    return reason if name == driver else f"{name.rpartition('.')[2]} can't be async ({reason})"
