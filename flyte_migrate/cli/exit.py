"""Exit codes, and the one way in which a command ends early."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer

from flyte_migrate.report.run import Run


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0  # nothing to do, or everything done
    FINDINGS = 1  # changes pending (dry run), or findings left for a person
    USAGE = 2  # usage, configuration, or no input
    FAILURE = 3  # an internal failure in at least one file; the others are done


def of_run(run: Run, exit_zero: bool = False) -> Exit:
    """The exit code of a finished run. ``exit_zero`` hides findings, never failures."""
    if run.failed:
        return Exit.FAILURE
    pending = run.changed and not run.written
    return Exit.FINDINGS if (pending or run.open_findings) and not exit_zero else Exit.DONE


def stop(message: str, code: Exit = Exit.USAGE) -> NoReturn:
    """Ends the command with ``message`` on standard error."""
    sys.stderr.write(f"flyte-migrate: {message}\n")
    raise typer.Exit(code)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turns errors in what the user gave (paths, configuration, baseline) into a message and exit code 2."""
    from flyte_migrate.project.discover import NoInputError
    from flyte_migrate.report.baseline import BaselineError
    from flyte_migrate.settings import SettingsError

    try:
        yield
    except (NoInputError, SettingsError, BaselineError) as error:
        stop(str(error))
