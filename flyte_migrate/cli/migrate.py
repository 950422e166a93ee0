"""``flyte-migrate migrate``: shows what would change as a diff, or changes it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flyte_migrate.cli import options
from flyte_migrate.cli.exit import Exit, of_run, stop, usage_errors
from flyte_migrate.cli.output import Output
from flyte_migrate.cli.progress import Progress
from flyte_migrate.diagnostics import Diagnostic, Outcome, Rewritten, Severity, Skipped
from flyte_migrate.project import source
from flyte_migrate.report import Format, diff
from flyte_migrate.report.run import Run
from flyte_migrate.report.style import Color, Style
from flyte_migrate.settings import Settings

if TYPE_CHECKING:
    from flyte_migrate.project.discover import Discovery


class StyleChoice(str, Enum):
    """The values of ``--style``."""

    SYNC = "sync"
    ASYNC = "async"


class MapErrorsChoice(str, Enum):
    """The values of ``--map-errors``."""

    RAISE = "raise"
    RETURN = "return"


def migrate(
    paths: options.Paths = None,
    write: Annotated[bool, typer.Option("--write", "-w", help="Change the files instead of showing a diff.")] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Change files even if git has uncommitted changes of them.")
    ] = False,
    style: Annotated[
        StyleChoice | None,
        typer.Option(
            "--style",
            help="How workflows are written: plain calls, or async with gather, which keeps calls side by side.",
            show_default="sync",
        ),
    ] = None,
    map_errors: Annotated[
        MapErrorsChoice | None,
        typer.Option(
            "--map-errors",
            help="What a failing element of a map does: fail the whole map as in Flyte 1, or stand in the result.",
            show_default="raise",
        ),
    ] = None,
    todo: Annotated[
        bool | None,
        typer.Option("--todo/--no-todo", help="Write a TODO comment where a person has to act.", show_default="todo"),
    ] = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    exclude: options.Exclude = None,
    jobs: options.Jobs = None,
    config: options.Config = None,
    stdin_filename: options.StdinFilename = None,
    output_format: options.OutputFormat = Format.TEXT,
    output_file: options.OutputFile = None,
    statistics: options.Statistics = False,
    exit_zero: options.ExitZero = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.ColorMode = Color.AUTO,
) -> None:
    """Turn Flyte 1 source into Flyte 2 source. Shows a diff; --write applies it.

    The diff goes to standard output and everything else to standard error, so `flyte-migrate migrate . | git apply`
    works. With a machine-readable --output-format the report takes the place of the diff, unless --output-file is
    given.

    Exits with 0 if there is nothing to do or everything is done, 1 if changes are pending or findings are left for a
    person, 2 for a wrong call, 3 if a file made the tool itself fail.
    """
    output = Output(output_format, output_file, statistics, quiet, verbose, color)
    flags = {
        "style": style and style.value,
        "map_errors": map_errors and map_errors.value,
        "todo": todo,
        "select": select,
        "ignore": ignore,
        "exclude": exclude,
        "jobs": jobs,
    }
    if not paths:
        stop("no paths given; to see what would change here, run `flyte-migrate migrate .`")
    if write and "-" in paths:
        stop("standard input is migrated to standard output, without --write")
    if (given := options.standard_input(paths, stdin_filename)) is not None:
        code = _filter(given, config, flags, output)
    else:
        code = _migrate(paths, config, flags, output, write, allow_dirty)
    raise typer.Exit(Exit.DONE if exit_zero and code is Exit.FINDINGS else code)


def _migrate(
    paths: Sequence[str], config: str | None, flags: Mapping[str, Any], output: Output, write: bool, allow_dirty: bool
) -> Exit:
    from flyte_migrate.check import beside
    from flyte_migrate.project.discover import discover

    started = time.monotonic()
    with usage_errors():
        settings = options.settings_for(paths, config, flags)
        discovery = discover(paths, settings)
    outcomes = tuple(chain(_outcomes(discovery, settings, output), beside(discovery, settings)))
    run = Run("migrate", outcomes, len(discovery.targets))
    if write:
        if not allow_dirty:
            _refuse_uncommitted(run)
        run = replace(run, outcomes=tuple(_written(outcome) for outcome in outcomes), written=True)
    run = replace(run, seconds=time.monotonic() - started)
    report_takes_stdout = not output.form.is_for_people and output.file is None
    if not write and not report_takes_stdout:
        _show(run, output.color)
    output.excluded(discovery.excluded)
    output.report(run, sys.stdout if report_takes_stdout else sys.stderr)
    if run.changed and not write and not output.quiet:
        output.say(*_hints(run, not report_takes_stdout))
    return of_run(run)


def _hints(run: Run, shown: bool) -> Iterator[str]:
    """What to do about changes that are pending, whose diff may have been ``shown``."""
    yield "Nothing was changed; --write does it."
    far = sum(map(diff.is_out_of_reach, run.changed)) if shown else 0
    if far:
        yield f"`git apply` takes the diff of {far} of these files only in a folder above them; make it there."


def _outcomes(discovery: Discovery, settings: Settings, output: Output) -> tuple[Outcome, ...]:
    from flyte_migrate import engine

    with Progress("migrated", output.quiet) as progress:
        return tuple(engine.migrate(discovery.targets, discovery.roots, settings, progress))


def _refuse_uncommitted(run: Run) -> None:
    """Ends the run if a file to be changed has changes that git could not bring back. Then none is changed."""
    try:
        dirty = source.uncommitted(outcome.path for outcome in run.changed)
    except source.SourceError as error:
        stop(f"{error}; --allow-dirty goes on without asking git. Nothing was changed.")
    if dirty:
        listed = "\n".join(f"  {path}" for path in dirty[:10])
        more = f"\n  and {len(dirty) - 10} more" if len(dirty) > 10 else ""
        stop(
            f"uncommitted changes in {len(dirty)} of the {len(run.changed)} files to be changed:\n{listed}{more}\n"
            "Commit or stash them, or pass --allow-dirty. Nothing was changed."
        )


def _written(outcome: Outcome) -> Outcome:
    """``outcome`` after its new text was written; a finding in its place where that was not possible."""
    if not isinstance(outcome, Rewritten):
        return outcome
    try:
        source.write_atomic(outcome.path, outcome.before, outcome.after)
    except source.SourceError as error:
        finding = Diagnostic(outcome.path, 1, 0, "FM002", str(error), Severity.ERROR)
        return Skipped(outcome.path, str(error), (finding,))
    return outcome


def _show(run: Run, color: Color) -> None:
    style = Style.of(sys.stdout, color)
    sys.stdout.flush()
    for rewritten in run.changed:
        sys.stdout.buffer.write(diff.colored(diff.unified(rewritten), style))
    sys.stdout.buffer.flush()


def _filter(given: options.StandardInput, config: str | None, flags: Mapping[str, Any], output: Output) -> Exit:
    """Migrates standard input to standard output; a file that can't be migrated comes out as it went in."""
    from flyte_migrate.project.discover import standard_input

    started = time.monotonic()
    with usage_errors():
        settings = options.settings_for([given.folder], config, flags)
        discovery = standard_input(given.content, given.filename, settings)
    (outcome,) = _outcomes(discovery, settings, output)
    sys.stdout.buffer.write(outcome.after if isinstance(outcome, Rewritten) else given.content)
    sys.stdout.buffer.flush()
    # What was asked for is done, so a rewritten file is no pending change.
    run = Run("migrate", (outcome,), 1, time.monotonic() - started, written=True)
    if output.verbose or run.findings or output.file is not None or not output.form.is_for_people:
        output.report(run, sys.stderr)
    return of_run(run)
