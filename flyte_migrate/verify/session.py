"""A whole verification: copies, entries, runs, verdicts."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from flyte_migrate.project.discover import Discovery
from flyte_migrate.settings import Settings
from flyte_migrate.verify import workspace as scratch
from flyte_migrate.verify.compare import differences, shown_inputs
from flyte_migrate.verify.entries import Found, find
from flyte_migrate.verify.judge import Case, Judgement, judge
from flyte_migrate.verify.model import (
    Entry,
    Execution,
    Options,
    Result,
    Runtime,
    Sdk,
    Verdict,
    Verification,
    VerifyError,
)
from flyte_migrate.verify.process import Program, Runner, bundled_runtime, version_of


@dataclass(frozen=True)
class _Inputs:
    """One set of inputs: given, or the ``number``-th made; ``chosen`` by the author (defaults) or the user."""

    label: str
    number: int
    chosen: bool
    given: Mapping[str, Any] | None = None


def verify(
    discovery: Discovery,
    settings: Settings,
    options: Options,
    on_progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Run the entries of ``discovery``'s targets and judge what happens. The user's files are only read.

    Raises VerifyError for options that can't be followed: an interpreter or an SDK that is not there, an unknown entry.
    """
    started = time.monotonic()
    options = _complete(options)
    found = find(discovery, settings, options.entries)
    with tempfile.TemporaryDirectory(prefix="flyte-migrate-verify-", ignore_cleanup_errors=True) as folder:
        # The path must be the one that the programs see in their tracebacks.
        folder = os.path.realpath(folder)
        workspace = scratch.prepare(discovery, settings, folder, options.against_flytekit, options.original)
        if options.keep is not None:
            scratch.keep(workspace, options.keep)
        results = tuple(_results(found, workspace, options, on_progress))
    return Verification(
        results,
        refused=workspace.refused,
        failed=workspace.failed,
        migrated=tuple(sorted(workspace.user_paths(workspace.rewritten))),
        kept=options.keep,
        seconds=time.monotonic() - started,
    )


def _complete(options: Options) -> Options:
    """``options`` with the interpreters filled in, after a check that they have what they need."""
    python = options.python or sys.executable
    v1_python = options.v1_python or python
    if "bundled" in options.runtimes:
        bundled_runtime()
    if "flyte" in options.runtimes and version_of(python, "flyte") is None:
        raise VerifyError(f"--runtime flyte: {python} has no package flyte; install it there, or name another --python")
    if options.against_flytekit and version_of(v1_python, "flytekit") is None:
        raise VerifyError(
            f"--against flytekit: {v1_python} has no package flytekit; name one that has: --v1-python PATH"
        )
    return replace(options, python=python, v1_python=v1_python)


def _results(
    found: Found, workspace: scratch.Workspace, options: Options, on_progress: Callable[[int, int], None] | None
) -> Iterator[Result]:
    cases = [(entry, inputs) for entry in found.entries for inputs in _inputs(entry, options)]
    runner = Runner(workspace)
    trial = _Trial(runner, workspace, options, found.graphs)
    pool = ThreadPoolExecutor(options.jobs or os.cpu_count() or 1)
    try:
        futures = [pool.submit(trial.results, entry, inputs) for entry, inputs in cases]
        for done, future in enumerate(futures, 1):
            yield from future.result()
            if on_progress is not None:
                on_progress(done, len(cases))
    finally:
        runner.stop()
        pool.shutdown(cancel_futures=True)


def _inputs(entry: Entry, options: Options) -> tuple[_Inputs, ...]:
    if options.inputs is not None:
        several = len(options.inputs) > 1
        return tuple(
            _Inputs(f"given {number}" if several else "given", 0, True, given)
            for number, given in enumerate(options.inputs, 1)
        )
    if not entry.parameters:
        return (_Inputs("none", 0, True),)
    if entry.parameters == entry.defaults:
        return (_Inputs("defaults", 0, True), _Inputs("made", 1, False))
    return (_Inputs("made 1", 0, False), _Inputs("made 2", 1, False))


@dataclass(frozen=True)
class _Trial:
    """Runs one entry with one set of inputs everywhere and judges it."""

    runner: Runner
    workspace: scratch.Workspace
    options: Options
    graphs: frozenset[tuple[str, str]]

    def results(self, entry: Entry, inputs: _Inputs) -> list[Result]:
        """One result for each runtime."""
        has_original = self.options.original is not None or entry.path in self.workspace.rewritten
        compares = self.options.against_flytekit and has_original and bool(entry.function)
        original = self._run(entry, inputs, "flytekit") if compares else None
        return [self._result(entry, inputs, runtime, original) for runtime in self.options.runtimes]

    def _result(self, entry: Entry, inputs: _Inputs, runtime: Runtime, original: Execution | None) -> Result:
        started = time.monotonic()
        migrated = self._run(entry, inputs, runtime)
        found = judge(Case(entry.name, inputs.chosen, self.graphs), migrated, original)
        if found.verdict is Verdict.DIFFERS and original is not None and self._is_random(entry, inputs, original):
            why = "the original gives another result every time, so nothing can be compared"
            found = Judgement(Verdict.SKIPPED, why, notes=found.notes)
        elif self.options.against_flytekit and original is None and entry.function:
            found = replace(
                found, notes=(*found.notes, "not compared: it is migrated already; --original names the source")
            )
        if found.verdict in (Verdict.FAILED, Verdict.DIFFERS):
            found = replace(found, notes=(*found.notes, *self._left(entry, found)))
        shown = shown_inputs(migrated.inputs)
        return Result(
            entry,
            runtime,
            f"{inputs.label}: {shown}" if shown else inputs.label,
            found.verdict,
            found.why,
            found.place,
            found.advice,
            found.differences,
            found.notes,
            found.detail,
            time.monotonic() - started,
        )

    def _left(self, entry: Entry, found: Judgement) -> Iterator[str]:
        """What the migration left for a person in the files concerned: often the reason."""
        files = dict.fromkeys([*([found.place.file] if found.place else []), entry.display])
        for file in files:
            codes = self.workspace.left.get(file)
            if codes:
                yield f"{file} has findings left for you, which may be the reason: {', '.join(codes)}"

    def _is_random(self, entry: Entry, inputs: _Inputs, original: Execution) -> bool:
        """Whether the original differs from itself."""
        if original.status != "returned":
            return False
        again = self._run(entry, inputs, "flytekit")
        return bool(differences(original.value, again.value)) or original.calls != again.calls

    def _run(self, entry: Entry, inputs: _Inputs, sdk: Sdk) -> Execution:
        options = self.options
        python = options.v1_python if sdk == "flytekit" else options.python
        program = Program(
            entry,
            sdk,
            python,
            number=inputs.number,
            given=inputs.given,
            base=options.inputs_folder,
            stub_missing=options.stub_missing,
            timeout=options.timeout,
            environment=options.environment,
        )
        return self.runner.execute(program)
