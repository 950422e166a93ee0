"""``flyte-migrate explain``: what a code means, or what a Flyte 1 name becomes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Annotated

import typer

from flyte_migrate.catalogue import Code, catalogue
from flyte_migrate.cli import options
from flyte_migrate.cli.exit import stop
from flyte_migrate.diagnostics import Severity
from flyte_migrate.mapping import Row, Table, commands, table
from flyte_migrate.report.as_text import paragraph
from flyte_migrate.report.style import Color, Style

_FATES = {
    Severity.NOTE: "converted, and behaves differently",
    Severity.MANUAL: "left for a person",
    Severity.ERROR: "the file could not be processed",
}
_WIDTH = 100


def explain(
    what: Annotated[
        str, typer.Argument(metavar="CODE-or-NAME", help="FM104, map_task, flytekit.types.file.FlyteFile …")
    ],
    color: options.ColorMode = Color.AUTO,
) -> None:
    """Say what a finding means and what to write instead, or what a Flyte 1 name or command becomes.

    A name may be given in full or by its last part, a command (`pyflyte run`) by its first words.
    """
    import sys

    style = Style.of(sys.stdout, color)
    word = what.strip().removeprefix("@")
    if re.fullmatch(r"(?i)fm\d*", word):
        lines = _code(word.upper(), style)
    else:
        lines = _commands(word, style) if word.startswith("pyflyte") else _name(word, style)
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _code(code: str, style: Style) -> Iterator[str]:
    entry = catalogue().get(code)
    if entry is None:
        near = [known for known in catalogue() if known.startswith(code)] or difflib.get_close_matches(
            code, catalogue(), 5
        )
        stop(f"there is no code {code}; {_near(near)}, all are in `flyte-migrate rules`")
    yield from describe(entry, style)
    names = [row.name for row in (*table().rows.values(), *table().prefixes.values()) if row.code == code]
    if names:
        yield from _field("names", ", ".join(names), style)


def describe(entry: Code, style: Style) -> Iterator[str]:
    """What the catalogue says of one code."""
    yield f"{style.bold(entry.id)} {entry.name} {style.dim('(' + _FATES[entry.severity] + ')')}"
    yield ""
    yield from paragraph(entry.summary, _WIDTH)
    yield ""
    yield from _field("write", entry.instead, style)
    yield from _field("see", entry.link, style)
    yield from _field("fact", entry.mapping, style)


def _commands(words: str, style: Style) -> Iterator[str]:
    known = [row for row in commands().values() if f"{row.name} ".startswith(f"{words} ")]
    for row in known or commands().values():
        yield f"{style.bold(row.name)}: {row.advice}"


def _name(name: str, style: Style) -> Iterator[str]:
    rows = _rows(name, table())
    if not rows:
        known = sorted({*table().rows, *table().aliases}, key=_depth, reverse=True)
        last_parts = {key.rpartition(".")[2]: key for key in known}  # of names that end alike, the shortest
        near = difflib.get_close_matches(name, known, 4, 0.75)
        near += [last_parts[part] for part in difflib.get_close_matches(name.rpartition(".")[2], last_parts, 3, 0.7)]
        stop(f"no Flyte 1 name {name!r} is known; {_near(list(dict.fromkeys(near)))}")
    for number, row in enumerate(rows):
        if number:
            yield ""
        yield from _row(row, style)


def _rows(name: str, known: Table) -> list[Row]:
    """The rows of a name: its own, else those of all names that end in it, else that of the package it lies in."""
    if known.canonical(name) in known.rows:
        return [known.rows[known.canonical(name)]]
    ending = {known.canonical(key) for key in (*known.rows, *known.aliases) if key.endswith(f".{name}")}
    if ending:
        return [known.rows[key] for key in sorted(ending, key=_depth)]
    row = known.row(name)
    return [row] if row else []


def _depth(name: str) -> tuple[int, str]:
    """Sorts the names that people import before those deep inside a package."""
    return name.count("."), name


def _row(row: Row, style: Style) -> Iterator[str]:
    entry = catalogue().get(row.code)
    fates = {
        "rename": f"becomes {row.target.replace(':', '.')}",
        "rule": "is rewritten where it is used",
        "drop": "is no longer needed, its import goes",
        "manual": "is left for a person",
    }
    yield f"{style.bold(row.name)} {fates[row.kind]}"
    if row.note:
        yield from _field("note", row.note, style)
    if row.code:
        yield from _field("finding", f"{row.code} {entry.summary if entry else ''}".strip(), style)
    if entry:
        yield from _field("write", entry.instead, style)
    yield from _field("see", row.link, style)
    yield from _field("fact", row.mapping, style)


def _field(label: str, text: str, style: Style) -> Iterator[str]:
    if text:
        first, *rest = paragraph(text, _WIDTH - 10)
        yield f"  {style.cyan(f'{label:<8}')}{first}"
        yield from (" " * 10 + line for line in rest)


def _near(names: list[str]) -> str:
    return f"near: {', '.join(names[:6])}" if names else "nothing is near it"
