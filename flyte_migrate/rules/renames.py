"""Names that have another name in v2 and nothing else: the ``rename`` rows of the mapping table (IMP-01…95)."""

from __future__ import annotations

from collections.abc import Iterator

from flyte_migrate.catalogue import catalogue
from flyte_migrate.mapping import table
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules import on_file


@on_file
def rename(view: FileView) -> Iterator[Item]:
    """Replace every occurrence of a renamed v1 name by its v2 name; what is different then is said once a file."""
    told: set[str] = set()
    for reference in view.references:
        # A row of the name itself goes before what stands for all attributes of its module (`logger.info`).
        row = table().rows.get(reference.name, reference.row)
        if row is None or row.kind != "rename":
            continue
        target = view.ref(row.target)
        yield Replace(reference.node, lambda updated, target=target: target)  # type: ignore[misc]
        if row.code and row.code not in told:
            told.add(row.code)
            yield Finding(reference.node, row.code, catalogue()[row.code].summary, reference.name)
