"""Entities of a server. Their operations exist, also as `.aio`, and raise InitializationError."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ..syncify import syncify
from ._client import require_client


async def _answer(*args: Any, **kwargs: Any) -> Any:
    require_client()


async def _answers(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
    require_client()
    yield None  # type: ignore[unreachable]


class _Entity:
    """Gives a class the operations it names: `one` for those with one answer, `many` for those with a stream."""

    def __init_subclass__(cls, one: tuple[str, ...] = (), many: tuple[str, ...] = ()) -> None:
        for names, operation in ((one, _answer), (many, _answers)):
            for name in names:
                setattr(cls, name, syncify(operation))


class App(_Entity, one=("create", "delete", "get", "replace", "update"), many=("listall",)):
    """A deployed app."""


class Artifact(
    _Entity, one=("create", "declare", "get", "get_schema"), many=("list_names", "listall", "partition_values")
):
    """A published artifact."""


class Condition(_Entity, one=("get",), many=("listall",)):
    """A condition a run waits for (MAPPING REF-16)."""


class Project(_Entity, one=("create", "get", "update"), many=("listall",)):
    """A project."""


class Run(_Entity, one=("get",), many=("listall",)):
    """A run (MAPPING REF-09, REF-12)."""


class RunDetails(_Entity, one=("get", "get_details")):
    """The details of a run."""


class Secret(_Entity, one=("create", "delete", "get"), many=("listall",)):
    """A stored secret."""


class Trigger(_Entity, one=("create", "delete", "get", "update"), many=("listall",)):
    """A deployed trigger (MAPPING REF-14)."""


class TriggerDetails(_Entity, one=("get",)):
    """The details of a deployed trigger."""


class User(_Entity, one=("get",)):
    """The user."""


upload_file = syncify(_answer)
"""Upload a file (MAPPING REF-15)."""

upload_dir = syncify(_answer)
"""Upload a directory (MAPPING REF-15)."""
