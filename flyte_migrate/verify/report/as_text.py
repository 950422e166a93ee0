"""A table with a line for each run, then the problems one by one, then what it all means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flyte_migrate.report.style import Color
from flyte_migrate.verify.model import Result, Verdict, Verification

_COLOURS = {
    Verdict.SAME: "green",
    Verdict.RAN: "cyan",
    Verdict.SKIPPED: "yellow",
    Verdict.DIFFERS: "bold red",
    Verdict.FAILED: "bold red",
}
_MEANINGS = {
    Verdict.SAME: "the migrated program did what the original did",
    Verdict.RAN: "the migrated program ran to its end, compared with nothing",
    Verdict.SKIPPED: "nothing is proved",
    Verdict.DIFFERS: "the migrated program did something else than the original",
    Verdict.FAILED: "the migrated program does not work, or would not once deployed",
}
_WIDTH = 118
_INPUTS = 60
_WHY = 150


def write(verification: Verification, stream: IO[str], color: Color, quiet: bool, verbose: bool) -> None:
    """Write the table unless ``quiet``, the problems, and the summary; ``verbose`` adds tracebacks."""
    console = _console(stream, color)
    told = [result for result in verification.results if verbose or not _is_import(result)]
    if not quiet and told:
        console.print(_table(told))
    for result in verification.results:
        if result.verdict in (Verdict.DIFFERS, Verdict.FAILED):
            _print(console, _problem(result, verbose))
    _print(console, _footer(verification, quiet))


def _console(stream: IO[str], color: Color) -> Console:
    return Console(
        file=stream,
        width=None if stream.isatty() else _WIDTH,
        no_color=color is Color.NEVER or None,
        force_terminal=True if color is Color.ALWAYS else None,
        highlight=False,
        emoji=False,
        markup=False,
        soft_wrap=False,
    )


def _is_import(result: Result) -> bool:
    """Whether it is of a module without entries that could be imported: one sentence tells of all of them."""
    return not result.entry.function and result.verdict is Verdict.RAN


def _table(results: list[Result]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=False)
    several = len({result.runtime for result in results}) > 1
    table.add_column("verdict", no_wrap=True)
    table.add_column("entry", overflow="fold", ratio=3)
    if several:
        table.add_column("runtime", no_wrap=True)
    table.add_column("inputs", overflow="fold", ratio=3)
    table.add_column("why", overflow="fold", ratio=5)
    for result in results:
        cells: list[Text] = [
            Text(result.verdict.value, style=_COLOURS[result.verdict]),
            Text(result.entry.name),
            *([Text(result.runtime)] if several else []),
            Text(_cut(result.inputs, _INPUTS)),
            Text(_cut(_why(result), _WHY)),
        ]
        table.add_row(*cells)
    return table


def _why(result: Result) -> str:
    if result.verdict is Verdict.SKIPPED and result.advice:
        return f"{result.why}. {result.advice}"
    return result.why


def _problem(result: Result, verbose: bool) -> Iterator[Text]:
    title = Text(f"{result.verdict.value}: ", style=_COLOURS[result.verdict])
    title.append(f"{result.entry.name} ({result.runtime}; {_cut(result.inputs, _INPUTS)})", style="bold")
    yield title
    if result.place is not None:
        yield Text(f"  at    {result.place}" + (f" in {result.place.function}" if result.place.function else ""))
    yield Text(f"  why   {result.why}")
    for difference in result.differences:
        yield Text(f"  {difference.what}")
        yield Text(f"    flytekit  {difference.original}")
        yield Text(f"    flyte     {difference.migrated}")
    if result.advice:
        yield Text(f"  do    {result.advice}", style="cyan")
    for note in result.notes:
        yield Text(f"  note  {note}")
    if verbose and result.detail:
        yield Text("\n".join(f"        {line}" for line in result.detail.rstrip().splitlines()), style="dim")
    yield Text()


def _footer(verification: Verification, quiet: bool) -> Iterator[Text]:
    for path, reason in verification.failed:
        yield Text(f"{path}: the tool itself failed to migrate it: {reason}", style="bold red")
    for path, reason in verification.refused:
        yield Text(f"{path}: not migrated: {reason}", style="yellow")
    if quiet:
        return
    if not verification.results:
        yield Text("There is nothing to run: no task, workflow or module that uses Flyte.")
    imported = sum(map(_is_import, verification.results))
    for verdict in Verdict:
        count = verification.count(verdict) - (imported if verdict is Verdict.RAN else 0)
        if count:
            line = Text(f"{count:>4} ")
            line.append(f"{verdict.value:<8}", style=_COLOURS[verdict])
            line.append(_MEANINGS[verdict])
            yield line
    if imported:
        yield Text(f"{imported:>4} imports  worked, of modules with nothing to run")
    if any("placeholder" in note for result in verification.results for note in result.notes):
        yield Text("Secrets that are not set had placeholder values; --env NAME=VALUE gives others.")
    if verification.migrated:
        count = len(verification.migrated)
        place = f"in {verification.kept}" if verification.kept else "that is gone now; --keep FOLDER keeps it"
        files = "1 file was" if count == 1 else f"{count} files were"
        yield Text(f"{files} migrated in a copy {place}. Line numbers are those of the migrated text.")
    count = len(verification.results)
    yield Text(f"{count} {'run' if count == 1 else 'runs'} in {verification.seconds:.1f} s")


def _print(console: Console, lines: Iterable[Text]) -> None:
    for line in lines:
        console.print(line, soft_wrap=True)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
