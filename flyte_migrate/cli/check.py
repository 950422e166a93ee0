"""``flyte-migrate check``: what is left of Flyte 1. For continuous integration: it starts fast and changes nothing."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from flyte_migrate.cli import options
from flyte_migrate.cli.exit import of_run, stop, usage_errors
from flyte_migrate.cli.output import Output
from flyte_migrate.cli.progress import Progress
from flyte_migrate.report import Format
from flyte_migrate.report.run import Run
from flyte_migrate.report.style import Color

Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline", metavar="FILE", help="Tell only findings that this file does not know.", show_default=False
    ),
]
WriteBaseline = Annotated[bool, typer.Option("--write-baseline", help="Write all findings to the --baseline file.")]


def check(
    paths: options.Paths = None,
    stdin_filename: options.StdinFilename = None,
    baseline: Baseline = None,
    write_baseline: WriteBaseline = False,
    select: options.Select = None,
    ignore: options.Ignore = None,
    exclude: options.Exclude = None,
    jobs: options.Jobs = None,
    config: options.Config = None,
    output_format: options.OutputFormat = Format.TEXT,
    output_file: options.OutputFile = None,
    statistics: options.Statistics = False,
    exit_zero: options.ExitZero = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    color: options.ColorMode = Color.AUTO,
) -> None:
    """Find what is left of Flyte 1: uses of its names, and TODO comments of the migration.

    Exits with 0 if there is nothing, 1 for findings, 2 for a wrong call, 3 if a file made the tool itself fail.
    """
    from flyte_migrate.check import check as examine
    from flyte_migrate.project.discover import discover, standard_input

    if write_baseline and baseline is None:
        stop("--write-baseline needs --baseline FILE to know where to write")
    started = time.monotonic()
    output = Output(output_format, output_file, statistics, quiet, verbose, color)
    flags = {"select": select, "ignore": ignore, "exclude": exclude, "jobs": jobs}
    given = options.standard_input(paths or (), stdin_filename)
    with usage_errors():
        if given is not None:
            settings = options.settings_for([given.folder], config, flags)
            discovery = standard_input(given.content, given.filename, settings)
        else:
            settings = options.settings_for(paths or [], config, flags)
            discovery = discover(paths or ["."], settings)
        with Progress("checked", quiet) as progress:
            outcomes = tuple(examine(discovery, settings, progress))
        run = Run("check", outcomes, len(discovery.targets), time.monotonic() - started)
        if baseline is not None:
            run = _against(baseline, write_baseline, run, output)
    output.excluded(discovery.excluded)
    output.report(run, sys.stdout)
    raise typer.Exit(of_run(run, exit_zero))


def _against(file: str, write: bool, run: Run, output: Output) -> Run:
    """``run`` without the findings that the baseline knows; with ``write``, it is made to know them all first."""
    from flyte_migrate.report import baseline

    examined = [outcome.path for outcome in run.outcomes]
    if write:
        count = baseline.write(file, run.findings, examined)
        if not output.quiet:
            output.say(f"{file}: {count} findings written")
    fresh, gone = baseline.new(file, run.findings, examined)
    if gone and not output.quiet:
        output.say(f"{file}: {gone} findings no longer occur; --write-baseline takes them out")
    return run.with_findings(fresh)
