"""``FileSensor`` → a task that waits until the file is there (IMP-63, TSK-09); sensors of one's own are reported."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.objects import FILE_SENSOR
from flyte_migrate.rewrite.plan import Finding, Item
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.objects import Body, define, objects_of, unconverted

_BASE = "flytekit.sensor.BaseSensor"


@on_file
def convert_sensors(view: FileView) -> Iterator[Item]:
    """A function that looks for the path every half minute."""
    for made in objects_of(view, FILE_SENSOR):
        exists = f"{view.local_name('flyte.storage:')}.exists_sync"
        sleep = f"{view.local_name('flyte.durable:')}.sleep"
        lines = (f"while not {exists}(path):", f"    {sleep}(30.0)")
        yield from define(view, made, lambda args, types, lines=lines: Body(lines, "None"))  # type: ignore[misc]


@on_symbol(FILE_SENSOR)
def report_sensor(view: FileView, reference: Reference) -> Iterator[Item]:
    """A file sensor that is made in passing."""
    message = "Wait in a task at the top level: while not flyte.storage.exists_sync(path): flyte.durable.sleep(30.0)."
    yield from unconverted(view, reference, "FM620", message)


@on_symbol(_BASE)
def report_base(view: FileView, reference: Reference) -> Iterator[Item]:
    """A sensor class of one's own."""
    node = view.parent(reference.chain)
    shown = node if isinstance(node, cst.Call) else reference.chain
    yield Finding(
        shown,
        "FM620",
        "Sensors have no counterpart: call what poke() does in a loop in a task, with flyte.durable.sleep between.",
    )
