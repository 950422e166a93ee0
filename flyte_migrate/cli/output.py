"""Where the report of a run goes: standard output, standard error, or a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from flyte_migrate.cli.exit import stop
from flyte_migrate.report import Format, as_text, render
from flyte_migrate.report.run import Run
from flyte_migrate.report.style import Color, Style


@dataclass(frozen=True)
class Output:
    """How the user wants a run to be told."""

    form: Format
    file: str | None
    statistics: bool
    quiet: bool
    verbose: bool
    color: Color

    def __post_init__(self) -> None:
        refuse_unwritable(self.file)

    def report(self, run: Run, stream: TextIO) -> None:
        """Writes the findings to the file that was asked for, else to ``stream``, and the summary to standard error.

        No summary follows a machine-readable report there, which could not be read with it.
        """
        if self.file is not None:
            self._to_file(run, self.file)
        else:
            stream.write(self._findings(run, Style.of(stream, self.color)))
            stream.flush()
        stands_alone = stream is sys.stderr and self.file is None and not self.form.is_for_people
        if not self.quiet and not stands_alone:
            if stream is sys.stderr and self.form.is_for_people and self.file is None and run.findings:
                sys.stderr.write("\n")
            self.say(as_text.summary(run, self.style))

    def say(self, *lines: str) -> None:
        """Writes ``lines`` to standard error."""
        sys.stderr.write(_joined(lines))
        sys.stderr.flush()

    def excluded(self, paths: Sequence[str]) -> None:
        """Says that named ``paths`` were left out, which is easily forgotten when nothing happens."""
        if paths and not self.quiet:
            more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
            self.say(f"{', '.join(paths[:3])}{more}: left out by `exclude`")

    @property
    def style(self) -> Style:
        """Colours for standard error."""
        return Style.of(sys.stderr, self.color)

    def _to_file(self, run: Run, file: str) -> None:
        try:
            with open(file, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(self._findings(run, Style(enabled=False)))
        except OSError as error:
            stop(f"{file}: can't be written: {error.strerror}")

    def _findings(self, run: Run, style: Style) -> str:
        if self.statistics and self.form.is_for_people:
            return _joined(as_text.statistics(run, style))
        if self.form is Format.CONCISE or (self.form is Format.TEXT and self.quiet):
            return _joined(as_text.concise(run, style))
        if self.form is Format.TEXT:
            return _joined(as_text.grouped(run, style, self.verbose))
        return render(self.form, run)


def refuse_unwritable(file: str | None) -> None:
    """Ends the command if no report can be written to ``file``: before the work is done, and files are changed."""
    if file is None:
        return
    if os.path.isdir(file):
        stop(f"{file}: can't be written: it is a folder")
    if not os.path.isdir(os.path.dirname(os.path.abspath(file))):
        stop(f"{file}: can't be written: its folder does not exist")


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
