"""``Echo(name, inputs)`` → a task that returns its inputs (IMP-38)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flyte_migrate.project.objects import ECHO
from flyte_migrate.rewrite.plan import Item
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.objects import Body, define, objects_of, unconverted


@on_file
def convert_echo(view: FileView) -> Iterator[Item]:
    """A function of the same inputs, which are its outputs."""
    for made in objects_of(view, ECHO):
        yield from define(view, made, lambda args, types: _body(types))


def _body(types: Mapping[str, str]) -> Body:
    if not types:
        return Body(("pass",), "None")
    returns = ", ".join(types.values())
    return Body((f"return {', '.join(types)}",), f"tuple[{returns}]" if len(types) > 1 else returns)


@on_symbol(ECHO)
def report_echo(view: FileView, reference: Reference) -> Iterator[Item]:
    """An echo whose inputs can't be told, or that is made in passing."""
    message = "Write a task that returns its inputs, at the top level of a module."
    yield from unconverted(view, reference, "FM670", message)
