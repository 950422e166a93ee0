"""The sentences about a result that every format for people uses."""

from __future__ import annotations

from collections.abc import Iterator

from flyte_migrate.verify.model import Result


def where(result: Result) -> Iterator[str]:
    """The place to look at and the differences, a line each."""
    if result.place is not None:
        yield f"at {result.place}" + (f" in {result.place.function}" if result.place.function else "")
    for difference in result.differences:
        yield f"{difference.what}: {difference.original} before, {difference.migrated} now"


def advice(result: Result) -> Iterator[str]:
    """What to do, and what else there is to know."""
    if result.advice:
        yield result.advice
    for note in result.notes:
        yield f"Note: {note}"
