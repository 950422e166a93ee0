"""Names that simply have another name in v2: the ``rename`` rows of the mapping table, wherever they occur."""

from __future__ import annotations

from collections.abc import Iterator

from flyte_migrate.mapping import table
from flyte_migrate.rewrite.plan import Item, Replace
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules import on_file


@on_file
def rename(view: FileView) -> Iterator[Item]:
    """Replace every occurrence of a renamed v1 name by its v2 name."""
    for reference in view.references:
        # A row of the name itself goes before what stands for all attributes of its module (`logger.info`).
        row = table().rows.get(reference.name, reference.row)
        if row is not None and row.kind == "rename":
            target = view.ref(row.target)
            yield Replace(reference.node, lambda updated, target=target: target)  # type: ignore[misc]
