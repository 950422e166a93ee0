"""`flyte.group`: task calls shown together (MAPPING WF-47)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ._context import GroupData, internal_ctx


@contextmanager
def group(name: str) -> Iterator[None]:
    """Name the calls made in the block; outside a run it does nothing."""
    current = internal_ctx()
    if current.data.task_context is None:
        yield
        return
    with current.replace_task_context(current.data.task_context.replace(group_data=GroupData(name))):
        yield
