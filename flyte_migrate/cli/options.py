"""Options that several commands have, and the settings that they make together with the configuration file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from flyte_migrate.cli.exit import stop
from flyte_migrate.report import Format
from flyte_migrate.report.style import Color
from flyte_migrate.settings import Settings, load, parse_jobs, with_flags


def _jobs(value: str) -> int:
    try:
        return parse_jobs(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH...", help="Files and folders; `-` reads one file from standard input.", show_default=False
    ),
]
StdinFilename = Annotated[
    str | None,
    typer.Option("--stdin-filename", metavar="FILE", help="The name of what `-` reads.", show_default=False),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", metavar="N|auto", parser=_jobs, help="Worker processes.", show_default="auto"),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODE", help="Only findings with these codes or prefixes; repeatable, or a,b."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODE", help="No findings with these codes or prefixes; repeatable, or a,b."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="PATTERN", help="Gitignore-style patterns of files to leave out; repeatable."),
]
Config = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="A pyproject.toml to read instead of the nearest one."),
]
OutputFormat = Annotated[Format, typer.Option("--output-format", help="How findings are written.")]
OutputFile = Annotated[
    str | None, typer.Option("--output-file", "-o", metavar="FILE", help="Write the report there.", show_default=False)
]
Statistics = Annotated[bool, typer.Option("--statistics", help="Count findings by code instead of listing them.")]
ExitZero = Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even if there are findings.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No summary, no hints, no progress.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Also explain notes, and tell what happened to each file.")
]
ColorMode = Annotated[Color, typer.Option("--color", help="Colours; NO_COLOR is honoured.")]


@dataclass(frozen=True)
class StandardInput:
    """What was read from standard input, and the name that it goes by."""

    content: bytes
    filename: str

    @property
    def folder(self) -> str:
        """Where the configuration is looked for."""
        return os.path.dirname(os.path.abspath(self.filename))


def standard_input(paths: Sequence[str], filename: str | None) -> StandardInput | None:
    """Reads standard input if the ``paths`` ask for it. Ends the command if they ask for anything besides."""
    if "-" not in paths:
        return None
    if len(paths) > 1:
        stop("`-` stands alone: it can't be named together with files")
    return StandardInput(sys.stdin.buffer.read(), filename or "stdin.py")


def settings_for(paths: Sequence[str], config: str | None, flags: Mapping[str, Any]) -> Settings:
    """The settings for ``paths``: the configuration file nearest to what they have in common, overridden by ``flags``.

    Raises SettingsError.
    """
    places = [os.path.abspath(path) for path in paths]
    start = os.path.commonpath(places) if places else os.getcwd()
    return with_flags(load(start if os.path.isdir(start) else os.path.dirname(start), config), flags)
