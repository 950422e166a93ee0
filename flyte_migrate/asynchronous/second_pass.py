"""From the outcomes of the first pass to those of the run: which functions turn, and the files that change for it."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from flyte_migrate.asynchronous.callers import edit_file
from flyte_migrate.asynchronous.colour import Colouring, colour
from flyte_migrate.asynchronous.uses import FileUses, uses_in
from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Rewritten, Severity, Unchanged
from flyte_migrate.project.colour import Colours
from flyte_migrate.project.discover import Candidate
from flyte_migrate.project.environments import EnvironmentPlan, plan_environments
from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.project.index import index_module
from flyte_migrate.project.link import ProjectIndex, link
from flyte_migrate.project.source import SourceError, SourceFile, decode, read_bytes
from flyte_migrate.rewrite.apply import Rewriter
from flyte_migrate.rewrite.gate import GateError, check_output
from flyte_migrate.rewrite.imports import plan_imports, usage_of
from flyte_migrate.rewrite.plan import ConflictError, FilePlan, Finding
from flyte_migrate.rewrite.rescue import with_all_comments
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.settings import Settings
from flyte_migrate.suppressions import suppress
from flyte_migrate.workers import FILES_PER_WORKER, each

#: Roles of v1 whose bodies are graphs of calls. An eager workflow is a coroutine function already.
_GRAPHS = frozenset({"workflow", "dynamic"})


@dataclass(frozen=True)
class _File:
    """A file as the first pass left it."""

    outcome: Rewritten | Unchanged
    target: Candidate
    module: str
    source: SourceFile  # of what is on disk
    text: str


@dataclass(frozen=True)
class _Migrated:
    """The project as the first pass left it."""

    index: ProjectIndex
    environments: EnvironmentPlan
    colouring: Colouring
    settings: Settings

    def view(self, module: str, text: str) -> FileView:
        tree = cst.parse_module(text)
        return FileView(tree, text, self.index.modules[module], self.index, self.environments, self.settings, Colours())


def second_pass(
    outcomes: Sequence[Outcome],
    targets: Sequence[Candidate],
    before: ProjectIndex,
    modules: Mapping[str, str],
    settings: Settings,
) -> Iterator[Outcome]:
    """The outcomes of the run, in the same order; ``before`` and ``modules`` are the index of the project as it was."""
    files = list(_files(outcomes, targets, modules))
    index = _index(before, files)
    migrated = _migrated(before, index, {f.module for f in files if isinstance(f.outcome, Rewritten)})
    if not migrated:
        yield from outcomes
        return
    project = _Migrated(index, plan_environments(index), Colouring(), settings)
    uses = _uses(project, files, modules)
    project = replace(project, colouring=colour(index, uses, migrated, frozenset(f.module for f in files)))
    concerned = [f for f in files if _is_concerned(project, uses, f, migrated)]
    jobs = settings.workers(len(concerned), FILES_PER_WORKER)
    edited = each(_edited, concerned, (project, before, migrated), jobs)
    by_path = {f.outcome.path: outcome for f, outcome in zip(concerned, edited, strict=True)}
    for outcome in outcomes:
        yield by_path.get(outcome.path, outcome)


def _files(outcomes: Sequence[Outcome], targets: Sequence[Candidate], modules: Mapping[str, str]) -> Iterator[_File]:
    for outcome, target in zip(outcomes, targets, strict=True):
        module = modules.get(target.path)
        if module is None or not isinstance(outcome, (Rewritten, Unchanged)):
            continue
        if isinstance(outcome, Rewritten):
            yield _File(outcome, target, module, decode(outcome.before), decode(outcome.after).text)
        else:
            source = decode(target.content if target.content is not None else read_bytes(target.path))
            yield _File(outcome, target, module, source, source.text)


def _index(before: ProjectIndex, files: Iterable[_File]) -> ProjectIndex:
    facts: dict[str, ModuleFacts] = dict(before.modules)
    texts: dict[str, str] = {}
    for file in files:
        if isinstance(file.outcome, Rewritten):
            old = facts[file.module]
            facts[file.module] = index_module(old.path, file.module, file.text, old.is_package)
        if facts[file.module].star_imports:
            texts[file.module] = file.text
    return link(facts.values(), texts)


def _migrated(before: ProjectIndex, after: ProjectIndex, rewritten: set[str]) -> frozenset[str]:
    """Former workflows that this run made into tasks."""
    found = set()
    for name, task in before.tasks.items():
        now = after.tasks.get(name)
        if task.role in _GRAPHS and task.module in rewritten and now is not None and now.role == "v2":
            found.add(name)
    return frozenset(found)


def _uses(project: _Migrated, files: Sequence[_File], modules: Mapping[str, str]) -> dict[str, FileUses]:
    """The uses of functions in all files of the project, those outside this run included."""
    texts = {f.module: f.text for f in files}
    for path, module in modules.items():
        if module not in texts:
            try:
                texts[module] = decode(read_bytes(path)).text
            except SourceError:
                continue
    jobs = project.settings.workers(len(texts), FILES_PER_WORKER)
    found = each(_uses_in, list(texts.items()), project, jobs)
    return {module: uses for module, uses in zip(texts, found, strict=True) if uses is not None}


def _uses_in(file: tuple[str, str], project: _Migrated) -> FileUses | None:
    module, text = file
    try:
        return uses_in(project.view(module, text))
    except (cst.ParserSyntaxError, RecursionError):
        return None  # reported when, and if, the file itself is migrated


def _is_concerned(project: _Migrated, uses: Mapping[str, FileUses], file: _File, migrated: frozenset[str]) -> bool:
    turned = project.colouring.turned | migrated
    if any(name.startswith(f"{file.module}.") for name in turned):
        return True
    return file.module in uses and any(use.callee in turned for use in uses[file.module].uses)


def _edited(file: _File, shared: tuple[_Migrated, ProjectIndex, frozenset[str]]) -> Outcome:
    project, before, migrated = shared
    path = file.outcome.path
    try:
        text, findings = _rewritten(project, file, migrated)
    except (GateError, ConflictError) as error:
        return Failed(path, str(error), traceback.format_exc(), (_error(path, str(error)),))
    except Exception as error:
        # As in the first pass: one odd file must not end the run.
        reason = f"{type(error).__name__}: {error}"
        return Failed(path, reason, traceback.format_exc(), (_error(path, reason),))
    kept = (d for d in file.outcome.diagnostics if not _is_settled(project, file, before, d))
    diagnostics = tuple(sorted((*kept, *_notes(project, file, before, findings))))
    if text == file.source.text:
        return Unchanged(path, diagnostics)
    return Rewritten(path, file.source.data, file.source.encode(text), diagnostics)


def _rewritten(project: _Migrated, file: _File, migrated: frozenset[str]) -> tuple[str, dict[str, Finding]]:
    """The text of a file with its coroutine functions and their calls; what there is to say about functions, by key."""
    view = project.view(file.module, file.text)
    plan = FilePlan()
    plan.add(edit_file(view, project.colouring, migrated))
    if not plan.changes:
        return file.text, {}
    before = usage_of(view.tree, view)
    rewriter = Rewriter(view, plan)
    after = usage_of(rewriter.apply(), view)
    findings = {view.function_key(f.node): f for f in plan.findings if isinstance(f.node, cst.FunctionDef)}
    plan.add(plan_imports(view, before, after, plan.findings))
    text = with_all_comments(file.text, rewriter.text(), rewriter)
    check_output(file.text, text)
    return text, findings


def _notes(
    project: _Migrated, file: _File, before: ProjectIndex, findings: Mapping[str, Finding]
) -> tuple[Diagnostic, ...]:
    """Notes on functions that lose parallelism, at their places in the source."""
    facts = before.modules[file.module]
    messages: list[tuple[int, str, str]] = []
    for name, reason in project.colouring.sync.items():
        task = before.tasks[name]
        if task.module == file.module:
            message = f"{task.name} stays sync, so its calls run one after the other: {reason}."
            messages.append((task.function.line, "FM272", message))
    messages += [(f.line, findings[f.key].code, findings[f.key].message) for f in facts.functions if f.key in findings]
    found = [
        Diagnostic(file.outcome.path, line, 0, code, message, catalogue()[code].severity)
        for line, code, message in messages
        if project.settings.enabled(code, file.target.path)
    ]
    return suppress(file.outcome.path, found, facts.ignores, lambda code: False)


def _is_settled(project: _Migrated, file: _File, before: ProjectIndex, diagnostic: Diagnostic) -> bool:
    """Lists of different lengths raise again in a coroutine function: they are zipped strictly (TRAP-05)."""
    if diagnostic.code != "FM211":
        return False
    above = [f for f in before.modules[file.module].functions if f.line <= diagnostic.line]
    around = max(above, key=lambda f: f.line, default=None)
    return around is not None and f"{file.module}.{around.key}" in project.colouring.parallel


def _error(path: str, message: str) -> Diagnostic:
    return Diagnostic(path, 1, 0, "FM004", message, Severity.ERROR)
