"""What is left of Flyte 1: uses of v1 names, TODO comments of earlier runs, and files that could not be read.

Only the index is needed for that, so libcst is never imported.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Severity, Skipped, Unchanged
from flyte_migrate.mapping import Row, table
from flyte_migrate.project import companions, reexports, source
from flyte_migrate.project.discover import Candidate, Discovery, mentions_v1, own_packages
from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.project.source import SourceFile
from flyte_migrate.settings import Settings
from flyte_migrate.suppressions import suppress
from flyte_migrate.workers import each

if TYPE_CHECKING:
    from flyte_migrate.project.todos import OpenTodo

LEFTOVER_USE = "FM901"
UNKNOWN_NAME = "FM903"

#: Starting one more process costs about as much as looking at this many files.
FILES_PER_WORKER = 150

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Ask:
    """What to look for: the findings that are wanted, and the v1 names that are the project's own packages here."""

    settings: Settings
    own_packages: frozenset[str]


def check(discovery: Discovery, settings: Settings, on_progress: Progress | None = None) -> Iterator[Outcome]:
    """One outcome for each target, in order, then one for each dependency list or notebook that names Flyte 1.

    ``on_progress`` is told how many of the files that could matter are done. Nothing is raised for a single file.
    """
    outcomes: dict[str, Outcome] = {}
    hits: list[Candidate] = []
    for candidate in discovery.targets:
        try:
            if mentions_v1(candidate.read()):
                hits.append(candidate)
        except source.SourceError as error:
            outcomes[candidate.path] = _unreadable(candidate, str(error))
    surfaces: dict[str, ModuleFacts] = {}
    ask = _Ask(settings, own_packages(discovery.roots))
    work = each(_examine, hits, ask, settings.workers(len(hits), FILES_PER_WORKER))
    for number, (candidate, examined) in enumerate(zip(hits, work, strict=True), 1):
        outcomes[candidate.path], surface = examined
        if surface is not None:
            surfaces[candidate.path] = surface
        if on_progress is not None:
            on_progress(number, len(hits))
    surfaces.update(reexports.beyond(discovery))
    for candidate, known in reexports.handed_on(discovery.targets, surfaces):
        outcomes[candidate.path], _ = _examine(candidate, ask, known)
    for candidate in discovery.targets:
        yield outcomes.get(candidate.path) or Unchanged(candidate.display)
    yield from beside(discovery, settings)


def beside(discovery: Discovery, settings: Settings) -> Iterator[Outcome]:
    """Outcomes for the dependency lists and notebooks among the named files that have something to say."""
    for path, display in discovery.companions:
        notes = tuple(note for note in companions.findings(path, display) if settings.enabled(note.code, path))
        if notes:
            yield Unchanged(display, notes)


_Examined = tuple[Outcome, ModuleFacts | None]


def _examine(candidate: Candidate, ask: _Ask, known: Mapping[str, str] | None = None) -> _Examined:
    """The outcome for one file, and what it hands on. Nothing leaves it as an exception, whatever the file holds."""
    try:
        return _findings(candidate, ask, known)
    except source.SourceError as error:
        return _unreadable(candidate, str(error)), None
    except RecursionError:
        return _skipped(candidate, "FM003", 1, 0, "nested too deeply to be read"), None
    except Exception as error:
        return Failed(candidate.display, f"{type(error).__name__}: {error}", traceback.format_exc()), None


def _findings(candidate: Candidate, ask: _Ask, known: Mapping[str, str] | None) -> _Examined:
    # Here because a project without Flyte 1 never needs them.
    from flyte_migrate.project.index import index_module
    from flyte_migrate.project.todos import open_todos

    file = source.decode(candidate.read())
    try:
        facts = index_module(candidate.path, candidate.module, file.text, candidate.is_package, known)
    except SyntaxError as error:
        return _skipped(candidate, "FM001", error.lineno or 1, max((error.offset or 1) - 1, 0), error.msg), None
    except ValueError as error:  # a null byte, before Python 3.12
        return _skipped(candidate, "FM001", 1, 0, str(error)), None
    facts = facts.without_uses_of(ask.own_packages)
    surface = reexports.surface(facts)
    if facts.skip_file:
        return Skipped(candidate.display, "it has a `flyte-migrate: skip-file` comment"), surface
    todos = open_todos(file.text, facts.todos)
    found = chain(_todos(candidate.display, todos), _leftovers(candidate.display, facts, file, todos))
    settings = ask.settings
    wanted = (finding for finding in found if settings.enabled(finding.code, candidate.path))

    def can_find(code: str) -> bool:
        # Only codes that this command alone reports: that it does not find them means something.
        return code.startswith("FM9") and settings.enabled(code, candidate.path)

    kept = suppress(candidate.display, wanted, facts.ignores, can_find)
    wanted_only = tuple(item for item in kept if settings.enabled(item.code, candidate.path))
    return Unchanged(candidate.display, wanted_only), surface


def _unreadable(candidate: Candidate, reason: str) -> Skipped:
    return _skipped(candidate, "FM002", 1, 0, reason)


def _skipped(candidate: Candidate, code: str, line: int, column: int, reason: str) -> Skipped:
    finding = Diagnostic(candidate.display, line, column, code, reason, Severity.ERROR)
    return Skipped(candidate.display, reason, (finding,))


def _todos(path: str, todos: Iterable[OpenTodo]) -> Iterator[Diagnostic]:
    for item in todos:
        known = catalogue().get(item.todo.code)
        message = item.text or (known.summary if known else "the migration left it")
        place = item.todo.line, item.todo.column
        yield Diagnostic(path, *place, item.todo.code, f"left for a person: {message}", Severity.MANUAL)


def _leftovers(path: str, facts: ModuleFacts, file: SourceFile, todos: Sequence[OpenTodo]) -> Iterator[Diagnostic]:
    """A finding for each use of a v1 name that no TODO comment speaks of, and for each import that no use in the file
    explains.
    """
    used = {use.name for use in facts.uses if not use.is_import}
    lines = re.split(r"\r\n|\r|\n", file.text) if facts.uses else []
    for use in facts.uses:
        if any(use.line in item.lines for item in todos):
            continue
        if use.is_import and any(name == use.name or name.startswith(use.name + ".") for name in used):
            continue
        code, message, severity = _fate(use.name)
        column = len(lines[use.line - 1].encode()[: use.column].decode(errors="ignore"))
        yield Diagnostic(path, use.line, column, code, message, severity, use.name)


@lru_cache(maxsize=4096)
def _fate(used: str) -> tuple[str, str, Severity]:
    """Code, message and severity for a v1 name that is still there, from its row in the mapping table."""
    name = used.removesuffix(".*")
    row = _row(name)
    if used.endswith(".*"):
        return LEFTOVER_USE, f"star import of the Flyte 1 package `{name}`", Severity.MANUAL
    if any(key.startswith(name + ".") for key in (*table().rows, *table().aliases)):
        return LEFTOVER_USE, f"import of the Flyte 1 package `{name}`", Severity.MANUAL
    if row is None:
        return UNKNOWN_NAME, f"`{name}` is Flyte 1, and no Flyte 2 counterpart is known", Severity.MANUAL
    if row.kind == "manual":
        known = catalogue().get(row.code)
        hint = known.summary if known else row.note or "it has to be rewritten by hand"
        return row.code, f"`{name}` is Flyte 1: {hint}", known.severity if known else Severity.MANUAL
    if row.kind == "drop":
        return LEFTOVER_USE, f"`{name}` is Flyte 1 and no longer needed: {row.note}", Severity.MANUAL
    if row.kind == "rule":
        return LEFTOVER_USE, f"`{name}` is Flyte 1; its uses are rewritten with `{row.link}`", Severity.MANUAL
    return LEFTOVER_USE, f"`{name}` is Flyte 1; it becomes `{row.target.replace(':', '.')}`", Severity.MANUAL


def _row(name: str) -> Row | None:
    """The row of ``name``, or of the object it is an attribute of (``LaunchPlan`` for ``LaunchPlan.create``)."""
    owner = name
    while owner:
        row = table().rows.get(table().canonical(owner))
        if row is not None and (owner == name or row.kind != "drop"):  # a package says nothing of what is in it
            return row
        owner = owner.rpartition(".")[0]
    return table().row(name)
