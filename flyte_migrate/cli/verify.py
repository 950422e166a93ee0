"""``flyte-migrate verify``: runs migrated programs, and compares them with their originals."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from enum import Enum
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from flyte_migrate.cli import options
from flyte_migrate.cli.exit import Exit, stop, usage_errors
from flyte_migrate.cli.migrate import MapErrorsChoice, StyleChoice
from flyte_migrate.cli.output import refuse_unwritable
from flyte_migrate.cli.progress import Progress
from flyte_migrate.report.style import Color
from flyte_migrate.verify.report import Format

if TYPE_CHECKING:
    from flyte_migrate.project.discover import Discovery
    from flyte_migrate.settings import Settings
    from flyte_migrate.verify.model import Options, Verification


class RuntimeChoice(str, Enum):
    """The values of ``--runtime``."""

    BUNDLED = "bundled"
    FLYTE = "flyte"
    BOTH = "both"


class AgainstChoice(str, Enum):
    """The values of ``--against``."""

    FLYTEKIT = "flytekit"


def verify(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files and folders.", show_default=False)
    ] = None,
    runtime: Annotated[
        RuntimeChoice,
        typer.Option(
            "--runtime",
            help="Run on the runtime that comes with this tool, in strict mode; on the real flyte; or on both.",
        ),
    ] = RuntimeChoice.BUNDLED,
    against: Annotated[
        AgainstChoice | None,
        typer.Option(
            "--against",
            help="Also run the originals, and compare outputs, exceptions and task calls.",
            show_default=False,
        ),
    ] = None,
    original: Annotated[
        str | None,
        typer.Option(
            "--original",
            metavar="FOLDER",
            help="The project's root as it was before, if PATH is migrated already.",
            show_default=False,
        ),
    ] = None,
    entry: Annotated[
        list[str] | None,
        typer.Option(
            "--entry",
            metavar="MODULE:FUNCTION",
            help="Run this task or workflow instead of all that are found; repeatable.",
            show_default=False,
        ),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(
            "--inputs",
            metavar="FILE",
            help="JSON: the inputs of the one --entry by name, or a list of such objects; files are paths.",
            show_default=False,
        ),
    ] = None,
    style: Annotated[StyleChoice | None, typer.Option("--style", help="As for migrate.", show_default="sync")] = None,
    map_errors: Annotated[
        MapErrorsChoice | None, typer.Option("--map-errors", help="As for migrate.", show_default="raise")
    ] = None,
    stub_missing: Annotated[
        bool,
        typer.Option(
            "--stub-missing",
            help="Put stand-ins in the place of modules that are not installed; what used one is skipped, not proved.",
        ),
    ] = False,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env", metavar="NAME=VALUE", help="Set a variable, such as a secret; repeatable.", show_default=False
        ),
    ] = None,
    python: Annotated[
        str | None,
        typer.Option(
            "--python",
            metavar="PATH",
            help="The interpreter that has what the code imports.",
            show_default="the one this tool runs on",
        ),
    ] = None,
    v1_python: Annotated[
        str | None,
        typer.Option(
            "--v1-python", metavar="PATH", help="The interpreter with flytekit.", show_default="the same as --python"
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=1, help="Time limit of each program.")
    ] = 60.0,
    jobs: options.Jobs = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="FOLDER", help="Keep the migrated copy there.", show_default=False),
    ] = None,
    exclude: options.Exclude = None,
    config: options.Config = None,
    output_format: Annotated[Format, typer.Option("--output-format", help="How results are written.")] = Format.TEXT,
    output_file: options.OutputFile = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only problems.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Also tracebacks.")] = False,
    color: options.ColorMode = Color.AUTO,
) -> None:
    """Run migrated programs and tell what works. THIS EXECUTES YOUR CODE, with all that it does.

    Files that are not migrated yet are migrated in a temporary copy of their project; yours are only read. Workflows,
    and tasks that none of them calls, are run with their defaults or with inputs made from their types, each in a
    process of its own with an empty home. Code that talks to the outside world does so here too; --entry names what
    may run.

    same: the original did the same. ran: it ran, and was compared with nothing. differs, failed: look there.
    skipped: nothing is proved, and why.

    Exits with 0 if nothing differs or failed, 1 if something did, 2 for a wrong call, 3 if the tool itself failed.
    """
    from flyte_migrate.project.discover import discover
    from flyte_migrate.verify.model import Options, VerifyError

    if not paths:
        stop("no paths given; to run what is here, run `flyte-migrate verify .`")
    if inputs is not None and len(entry or ()) != 1:
        stop("--inputs goes with exactly one --entry")
    if original is not None and against is None:
        stop("--original goes with --against flytekit")
    refuse_unwritable(output_file)
    flags = {
        "style": style and style.value,
        "map_errors": map_errors and map_errors.value,
        "exclude": exclude,
        "jobs": jobs,
    }
    wanted = Options(
        runtimes=("bundled", "flyte") if runtime is RuntimeChoice.BOTH else (runtime.value,),
        against_flytekit=against is not None,
        python=python or "",
        v1_python=v1_python or "",
        stub_missing=stub_missing,
        timeout=timeout,
        jobs=jobs or 0,
        original=original,
        entries=tuple(entry or ()),
        inputs=None if inputs is None else _inputs(inputs),
        inputs_folder=os.path.dirname(os.path.abspath(inputs)) if inputs is not None else "",
        environment=tuple(_variable(each) for each in env or ()),
        keep=keep,
    )
    with usage_errors():
        settings = options.settings_for(paths, config, flags)
        discovery = discover(paths, settings)
        try:
            verification = _verified(discovery, settings, wanted, quiet)
        except VerifyError as error:
            stop(str(error))
    _report(verification, output_format, output_file, color, quiet, verbose)
    raise typer.Exit(_code(verification))


def _verified(discovery: Discovery, settings: Settings, wanted: Options, quiet: bool) -> Verification:
    from flyte_migrate.verify.session import verify as run

    with Progress("ran", quiet, "programs") as progress:
        return run(discovery, settings, wanted, progress)


def _report(
    verification: Verification, form: Format, file: str | None, color: Color, quiet: bool, verbose: bool
) -> None:
    if file is not None:
        try:
            with open(file, "w", encoding="utf-8", errors="backslashreplace") as stream:
                _write(verification, form, stream, Color.NEVER, quiet, verbose)
        except OSError as error:
            stop(f"{file}: can't be written: {error.strerror}")
    else:
        _write(verification, form, sys.stdout, color, quiet, verbose)


def _write(verification: Verification, form: Format, stream: IO[str], color: Color, quiet: bool, verbose: bool) -> None:
    if form is Format.TEXT:
        from flyte_migrate.verify.report import as_text

        as_text.write(verification, stream, color, quiet, verbose)
    elif form is Format.JSON:
        from flyte_migrate.verify.report import as_json

        stream.write(as_json.render(verification))
    else:
        from flyte_migrate.verify.report import as_junit

        stream.write(as_junit.render(verification))
    stream.flush()


def _code(verification: Verification) -> Exit:
    if verification.failed:
        return Exit.FAILURE
    return Exit.DONE if verification.is_fine else Exit.FINDINGS


def _inputs(file: str) -> tuple[Mapping[str, Any], ...]:
    """The input sets in a JSON file; relative paths of files in it are from its folder."""
    import json

    try:
        with open(file, encoding="utf-8") as stream:
            found = json.load(stream)
    except OSError as error:
        stop(f"--inputs {file}: can't be read: {error.strerror}")
    except ValueError as error:
        stop(f"--inputs {file}: not JSON: {error}")
    sets = found if isinstance(found, list) else [found]
    if not sets or not all(isinstance(each, dict) for each in sets):
        stop(f"--inputs {file}: expected an object with the inputs by name, or a list of such objects")
    return tuple(sets)


def _variable(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        stop(f"--env {text}: write it as NAME=VALUE")
    return name, value
