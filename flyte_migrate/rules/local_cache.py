"""The store of the results of local runs: ``LocalTaskCache`` of both SDKs (IMP-77, CAC-10).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/caching/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, expression
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.blobs import awaits, placed

_LOCAL_CACHE = "flytekit.core.local_cache.LocalTaskCache"


@on_symbol(_LOCAL_CACHE)
def convert_local_cache(view: FileView, reference: Reference) -> Iterator[Item]:
    """``LocalTaskCache.clear()``: the same of Flyte's own store, which is async and opens itself (IMP-77)."""
    call = view.parent(reference.chain)
    is_call = isinstance(call, cst.Call) and call.func is reference.chain and not call.args
    if reference.rest not in (("clear",), ("initialize",)) or not isinstance(call, cst.Call) or not is_call:
        yield Finding(
            reference.chain,
            "FM676",
            f"{code(reference.chain)} has no counterpart; flyte.with_runcontext(disable_run_cache=True) goes around "
            "the cache.",
        )
        return
    line = view.statement(call)
    if reference.rest == ("initialize",) and isinstance(view.parent(call), cst.Expr) and _is_alone(line):
        yield Replace(line, lambda updated: None)
        return
    cache = view.ref("flyte._persistence:LocalTaskCache")
    yield Replace(reference.node, lambda updated: cache)
    text = "await {call}" if awaits(view, call) else f"{view.local_name('asyncio:').rstrip('.')}.run({{call}})"
    yield Replace(call, lambda updated: placed(view, call, expression(text, call=updated)), wraps=True)


def _is_alone(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
