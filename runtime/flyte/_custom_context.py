"""Key-value context handed down to every task called below (upstream: `flyte.custom_context`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ._context import ctx, internal_ctx


def get_custom_context() -> dict[str, str]:
    """The context of the current action; empty outside a run."""
    current = ctx()
    return dict(current.custom_context) if current and current.custom_context else {}


@contextmanager
def custom_context(**context: str) -> Iterator[None]:
    """Add key-value pairs for the tasks called in the block."""
    current = internal_ctx()
    if current.data.task_context is None:
        yield
        return
    task_context = current.data.task_context
    with current.replace_task_context(task_context.replace(custom_context={**task_context.custom_context, **context})):
        yield
