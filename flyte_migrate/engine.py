"""Orchestration: candidates → index → plans → rewritten bytes, one typed outcome per file. No exception leaves a
file."""

from __future__ import annotations

import gc
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.asynchronous import second_pass
from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Rewritten, Severity, Skipped, Unchanged
from flyte_migrate.project.colour import Colours, plan_colours
from flyte_migrate.project.discover import Candidate, ProjectRoot, mentions_v1, own_packages
from flyte_migrate.project.environments import EnvironmentPlan, plan_environments
from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.project.index import index_module
from flyte_migrate.project.link import ProjectIndex, link
from flyte_migrate.project.source import SourceError, SourceFile, checksum, decode, read_bytes
from flyte_migrate.rewrite.apply import Rewriter
from flyte_migrate.rewrite.gate import GateError, check_output
from flyte_migrate.rewrite.helpers import helper_inserts
from flyte_migrate.rewrite.imports import clashing_names, original_usage, plan_imports, usage_of
from flyte_migrate.rewrite.leftovers import (
    earlier_findings,
    imports_by_name,
    left_by_earlier_runs,
    leftover_findings,
    patches_by_name,
    star_findings,
)
from flyte_migrate.rewrite.plan import ConflictError, FilePlan
from flyte_migrate.rewrite.rescue import with_all_comments
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules import plan_file
from flyte_migrate.settings import Settings, Style
from flyte_migrate.suppressions import suppress
from flyte_migrate.workers import FILES_PER_WORKER, each

#: Only ``check`` finds the first, and the others depend on the style: their ignore comments are never called unused.
NOT_ALWAYS_FOUND = frozenset({"FM901", "FM270", "FM272", "FM273"})


@dataclass(frozen=True)
class Project:
    """The indexed project: what every file is migrated with."""

    index: ProjectIndex
    environments: EnvironmentPlan
    colours: Colours
    modules: dict[str, str] = field(default_factory=dict)  # absolute path → module id


def migrate(
    targets: Sequence[Candidate],
    roots: Sequence[ProjectRoot],
    settings: Settings,
    on_progress: Callable[[int, int], None] | None = None,
) -> Iterator[Outcome]:
    """Migrate ``targets`` with the knowledge of ``roots``; outcomes come in the order of the targets."""
    with _garbage_seldom_collected():
        # With --style async the first pass still writes sync code, from which the second makes coroutine functions.
        project = index_project(targets, roots)
        work = list(targets)
        jobs = settings.workers(sum(1 for t in work if project.modules.get(t.path)), FILES_PER_WORKER)
        outcomes = _reported(each(_migrate_shared, work, (project, settings), jobs), len(work), on_progress)
        if settings.style == "async":
            outcomes = second_pass(list(outcomes), work, project.index, project.modules, settings)
        yield from outcomes


@contextmanager
def _garbage_seldom_collected() -> Iterator[None]:
    """Trees are many small objects and few cycles: at its defaults the collector walks through them again and
    again, for a tenth of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _reported(
    outcomes: Iterable[Outcome], total: int, on_progress: Callable[[int, int], None] | None
) -> Iterator[Outcome]:
    for done, outcome in enumerate(outcomes, 1):
        if on_progress is not None:
            on_progress(done, total)
        yield outcome


def _migrate_shared(target: Candidate, shared: tuple[Project, Settings]) -> Outcome:
    return migrate_file(target, *shared)


def index_project(targets: Sequence[Candidate], roots: Sequence[ProjectRoot], style: Style = "sync") -> Project:
    """Index the files that mention v1, and those that import them: they may call what changes, or re-export it."""
    contents = {t.path: t.content for t in targets if t.content is not None}
    indexed: dict[str, ModuleFacts] = {}
    modules: dict[str, str] = {}
    texts: dict[str, str] = {}
    waiting: dict[str, tuple[Candidate, bytes]] = {}

    def take(candidate: Candidate, data: bytes) -> None:
        try:
            text = decode(data).text
            facts = index_module(candidate.display, candidate.module, text, candidate.is_package)
        except (SourceError, SyntaxError, ValueError, RecursionError):
            return  # reported when, and if, the file itself is migrated
        indexed[candidate.module] = facts
        modules[candidate.path] = candidate.module
        if facts.star_imports:
            texts[candidate.module] = text

    for root in roots:
        for candidate in root.files:
            try:
                data = contents[candidate.path] if candidate.path in contents else read_bytes(candidate.path)
            except SourceError:
                continue
            if mentions_v1(data) or b"flyte" in data:
                take(candidate, data)
            else:
                waiting[candidate.path] = (candidate, data)
    latest = list(indexed.values())
    while waiting and latest:
        importers = _importers(latest)
        found = [path for path, (_, data) in waiting.items() if importers.search(data)]
        known = len(indexed)
        for path in found:
            take(*waiting.pop(path))
        latest = list(indexed.values())[known:]
    _take_imported(indexed, waiting, take)
    migrated = {modules[t.path] for t in targets if t.path in modules}
    untouched = frozenset(m for m, facts in indexed.items() if m not in migrated or facts.skip_file)
    index = link(indexed.values(), texts, untouched, own_packages(roots))
    return Project(index, plan_environments(index), plan_colours(index, style), modules)


def _take_imported(
    indexed: dict[str, ModuleFacts],
    waiting: dict[str, tuple[Candidate, bytes]],
    take: Callable[[Candidate, bytes], None],
) -> None:
    """Index what indexed modules import, in turn: it may declare the types of their outputs."""
    by_name: dict[str, list[str]] = {}
    for path, (candidate, _) in waiting.items():
        by_name.setdefault(candidate.module.rpartition(".")[2], []).append(path)
    pending = list(indexed.values())
    while pending and waiting:
        facts = pending.pop()
        for target in {i.target for i in facts.imports} | set(facts.star_imports):
            for name in target.split(".")[-2:]:
                for path in by_name.pop(name, ()):
                    candidate, data = waiting.pop(path)
                    take(candidate, data)
                    if candidate.module in indexed:
                        pending.append(indexed[candidate.module])


def _importers(modules: Sequence[ModuleFacts]) -> re.Pattern[bytes]:
    """Import statements that name one of these modules by its last component, or one of the packages by its dots."""
    names = sorted({re.escape(facts.module.rpartition(".")[2]).encode() for facts in modules})
    named = rb"(?:from|import)\b[^\n]*\b(?:" + b"|".join(names) + rb")\b"
    dotted = rb"|from[ \t]*\.+[ \t]*import" if any(facts.is_package for facts in modules) else b""
    return re.compile(rb"^[ \t]*(?:" + named + dotted + rb")", re.MULTILINE)


def migrate_file(target: Candidate, project: Project, settings: Settings) -> Outcome:
    """The outcome of one file."""
    path = target.display
    try:
        data = target.read()
        if target.path not in project.modules and not mentions_v1(data):
            return Unchanged(path)
        source = decode(data)
    except SourceError as error:
        return Skipped(path, str(error), (_error(path, 1, 0, "FM002", str(error)),))
    module = project.modules.get(target.path)
    if module is None:
        return _unparsable(path, source.text)
    if project.index.modules[module].checksum != checksum(source.text):
        reason = "it changed while the project was read; run again"
        return Skipped(path, reason, (_error(path, 1, 0, "FM002", reason),))
    try:
        return _migrate(path, target, source, project, module, settings)
    except RecursionError:
        return Skipped(path, "too deeply nested", (_error(path, 1, 0, "FM003", catalogue()["FM003"].summary),))
    except GateError as error:
        return Failed(path, str(error), "", (_error(path, 1, 0, "FM004", str(error)),))
    except ConflictError as error:
        return Failed(path, str(error), traceback.format_exc(), (_error(path, 1, 0, "FM004", str(error)),))
    except Exception as error:
        # The last line of defence: one odd file must not end the run, and it is reported with its traceback.
        reason = f"{type(error).__name__}: {error}"
        return Failed(path, reason, traceback.format_exc(), (_error(path, 1, 0, "FM004", reason),))


def _migrate(
    path: str,
    target: Candidate,
    source: SourceFile,
    project: Project,
    module: str,
    settings: Settings,
    reserved: frozenset[str] = frozenset(),
) -> Outcome:
    facts = project.index.modules[module]
    if facts.skip_file:
        return Skipped(path, "it says `flyte-migrate: skip-file`")
    if module not in project.index.concerned and not facts.todos:
        return Unchanged(path)
    try:
        tree = cst.parse_module(source.text)
    except cst.ParserSyntaxError as error:
        return Skipped(path, str(error), (_error(path, error.raw_line, error.raw_column, "FM001", error.message),))
    view = FileView(tree, source.text, facts, project.index, project.environments, settings, project.colours, reserved)
    plan = plan_file(view)
    plan.leave(left_by_earlier_runs(view), view.statement)
    plan.add(imports_by_name(view))
    plan.add(patches_by_name(view))
    before = original_usage(view)
    rewriter = Rewriter(view, plan)
    if plan.helpers:
        called = usage_of(rewriter.apply(), view).generated
        plan.add(helper_inserts(view, {name: text for name, text in plan.helpers.items() if name in called}))
    after = usage_of(rewriter.apply(), view) if plan.changes else before
    clashing = clashing_names(view, after) - reserved
    if clashing:
        return _migrate(path, target, source, project, module, settings, reserved | clashing)
    plan.add(earlier_findings(view, plan))
    plan.add(leftover_findings(view, plan, after))
    plan.add(star_findings(view, after))
    plan.add(plan_imports(view, before, after, plan.findings))
    diagnostics = _diagnostics(path, target, view, plan, settings)
    _add_todos(view, plan, settings, {(d.line, d.code) for d in diagnostics})
    text = rewriter.text() if plan.changes or plan.leading else source.text
    if text == source.text:
        return Unchanged(path, diagnostics)
    text = with_all_comments(source.text, text, rewriter)
    check_output(source.text, text)
    return Rewritten(path, source.data, source.encode(text), diagnostics)


def _diagnostics(
    path: str, target: Candidate, view: FileView, plan: FilePlan, settings: Settings
) -> tuple[Diagnostic, ...]:
    """The plan's findings that are wanted here, each once, and the ignore comments that silence none."""
    known = catalogue()
    found: dict[tuple[int, str, str], Diagnostic] = {}
    for finding in plan.findings:
        if settings.enabled(finding.code, target.path):
            line, column = view.location(finding.node)
            severity = known[finding.code].severity
            diagnostic = Diagnostic(path, line, column, finding.code, finding.message, severity, finding.symbol or None)
            found.setdefault((line, finding.code, finding.message), diagnostic)

    def can_find(code: str) -> bool:
        return code in known and code not in NOT_ALWAYS_FOUND and settings.enabled(code, target.path)

    kept = suppress(path, found.values(), view.facts.ignores, can_find)
    return tuple(diagnostic for diagnostic in kept if settings.enabled(diagnostic.code, target.path))


def _add_todos(view: FileView, plan: FilePlan, settings: Settings, reported: set[tuple[int, str]]) -> None:
    """Give every reported manual finding its comment above the statement, or above the one its code moves to."""
    if not settings.todo:
        return
    carriers = {
        node: item
        for group in (plan.before, plan.after)
        for items in group.values()
        for item in items
        for node in item.carries
    }
    for finding in sorted(plan.findings, key=lambda f: view.location(f.node)):
        if catalogue()[finding.code].severity is not Severity.MANUAL:
            continue
        if (view.location(finding.node)[0], finding.code) not in reported:
            continue
        around = (finding.node, *view.ancestors(finding.node)) if carriers else ()
        carrier = next((carriers[node] for node in around if node in carriers), None)
        if carrier is not None:
            notes = plan.carried.setdefault(carrier, [])
        else:
            statement = view.statement(finding.node)
            if finding.code in {code for code, _ in view.todos_above(statement)}:
                continue
            notes = plan.leading.setdefault(statement, [])
        if finding.code not in {code for code, _ in notes}:
            notes.append((finding.code, finding.message))


def _unparsable(path: str, text: str) -> Outcome:
    try:
        index_module(path, "", text)
    except SyntaxError as error:
        message = f"not valid Python: {error.msg}"
        return Skipped(path, message, (_error(path, error.lineno or 1, (error.offset or 1) - 1, "FM001", message),))
    except ValueError as error:
        return Skipped(path, str(error), (_error(path, 1, 0, "FM001", f"not valid Python: {error}"),))
    except RecursionError:
        pass
    return Skipped(path, "too deeply nested", (_error(path, 1, 0, "FM003", catalogue()["FM003"].summary),))


def _error(path: str, line: int, column: int, code: str, message: str) -> Diagnostic:
    return Diagnostic(path, line, max(column, 0), code, message, Severity.ERROR)
