"""``HashMethod`` in annotations → ``HashFunction.from_fn`` (IMP-28, TYP-61).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/caching/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.blobs import v2_type

TARGET = "flyte.io:HashFunction"


@on_symbol("flytekit.HashMethod")
def convert_hash_method(view: FileView, reference: Reference) -> Iterator[Item]:
    """``HashMethod(fn)`` → ``HashFunction.from_fn(fn)``: both take the string that ``fn`` gives as the cache key."""
    target = v2_type(view, TARGET)
    node = reference.chain
    parent = view.parent(node)
    if isinstance(parent, cst.Call) and parent.func is node:
        if (
            len(parent.args) == 1
            and not parent.args[0].star
            and (parent.args[0].keyword is None or parent.args[0].keyword.value == "function")
        ):

            def build(updated: cst.Call) -> cst.Call:
                return updated.with_changes(
                    func=cst.Attribute(target, cst.Name("from_fn")),
                    args=[updated.args[0].with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT)],
                )

            yield Replace(parent, build)
            return
        yield Finding(parent, "FM335", f"{code(parent)}: write flyte.io.HashFunction.from_fn(function).")
    elif isinstance(parent, cst.Arg) and isinstance(view.parent(parent), cst.ClassDef):
        yield Finding(
            node, "FM335", "Derive from flyte.io.HashFunction and compute the hash in update(data) and result()."
        )
    elif isinstance(parent, cst.Attribute):
        yield Finding(node, "FM335", f"{code(parent)} has no counterpart on flyte.io.HashFunction.")
    else:
        yield Replace(node, lambda updated: target)
