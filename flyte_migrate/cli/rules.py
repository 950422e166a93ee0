"""``flyte-migrate rules``: every finding code and every row of the mapping table."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from flyte_migrate.catalogue import catalogue
from flyte_migrate.cli.exit import stop
from flyte_migrate.mapping import table

BEGIN = "<!-- rules: begin, written by `flyte-migrate rules --update README.md` -->"
END = "<!-- rules: end -->"


def rules(
    as_json: Annotated[bool, typer.Option("--json", help="Codes and names as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="The table of codes, as in the README.")] = False,
    update: Annotated[
        str | None,
        typer.Option(
            "--update", metavar="FILE", help="Replace the table of codes in a Markdown file.", show_default=False
        ),
    ] = None,
) -> None:
    """List all finding codes, and what becomes of each Flyte 1 name."""
    if update is not None:
        _update(update)
    elif as_json:
        sys.stdout.write(_json())
    elif as_markdown:
        sys.stdout.write(markdown())
    else:
        sys.stdout.write("".join(f"{line}\n" for line in _text()))


def markdown() -> str:
    """The table of codes that stands in the README."""
    lines = ["| code | name | fate | what it says |", "|---|---|---|---|"]
    for entry in catalogue().values():
        summary = entry.summary.replace("|", "\\|")
        lines.append(f"| {entry.id} | {entry.name} | {entry.severity.value} | {summary} |")
    return "\n".join(lines) + "\n"


def between_markers(text: str) -> tuple[int, int]:
    """Where the table of codes stands in the Markdown ``text``. Raises ValueError if a marker is missing."""
    return text.index(BEGIN) + len(BEGIN) + 1, text.index(END)


def _update(file: str) -> None:
    try:
        with open(file, encoding="utf-8", newline="") as stream:
            text = stream.read()
        start, end = between_markers(text)
    except OSError as error:
        stop(f"{file}: can't be read: {error.strerror}")
    except ValueError:
        stop(f"{file}: the two marker lines are missing:\n{BEGIN}\n{END}")
    with open(file, "w", encoding="utf-8", newline="") as stream:
        stream.write(text[:start] + markdown() + text[end:])


def _json() -> str:
    known = table()
    document = {
        "codes": [asdict(entry) for entry in catalogue().values()],
        "names": [asdict(row) for row in (*known.rows.values(), *known.prefixes.values())],
        "aliases": known.aliases,
    }
    return json.dumps(document, indent=2) + "\n"


def _text() -> Iterator[str]:
    """Columns for people and for grep: codes first, then names."""
    for entry in catalogue().values():
        yield f"{entry.id}  {entry.severity.value:<6}  {entry.name:<34}  {entry.summary}"
    yield ""
    for row in (*table().rows.values(), *table().prefixes.values()):
        fate = row.target.replace(":", ".") or row.rule or row.code or row.note
        yield f"{row.name:<64}  {row.kind:<6}  {fate}"
