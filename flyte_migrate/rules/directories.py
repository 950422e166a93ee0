"""``FlyteDirectory`` and its aliases → ``flyte.io.Dir`` (IMP-24, IMP-51, TYP-30…39, TRAP-34).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/files-and-directories/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Helper, Item, Replace
from flyte_migrate.rewrite.template import argument, code
from flyte_migrate.rewrite.template import call as make_call
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.blobs import (
    DIRECTORY,
    FILE,
    Use,
    all_downloaded,
    deferred,
    downloads,
    hand_over,
    remote_source,
    shown,
    uses,
    v2_name,
)
from flyte_migrate.rules.files import constructors, convert_blob_type, unknown_use
from flyte_migrate.rules.kinds import DIRECTORY_TYPES, Kinds, kinds_of

_BATCH_SIZE = "flytekit.BatchSize"


@on_symbol(_BATCH_SIZE, *DIRECTORY_TYPES)
def convert_directory_type(view: FileView, reference: Reference) -> Iterator[Item]:
    """``FlyteDirectory[...]``, ``TensorboardLogs``, constructor calls; ``BatchSize`` leaves its ``Annotated``."""
    if reference.name == _BATCH_SIZE:
        yield from _batch_size(view, reference)
    else:
        yield from convert_blob_type(view, DIRECTORY, reference)


@on_file
def convert_directory_uses(view: FileView) -> Iterator[Item]:
    """Paths handed over as directories, directories read as paths, methods of directories."""
    kinds = kinds_of(view)
    yield from hand_over(view, DIRECTORY)
    yield from deferred(view, kinds, constructors(view, DIRECTORY_TYPES))
    for call in constructors(view, DIRECTORY_TYPES):
        if isinstance(call.func, cst.Attribute) and call.func.attr.value == "listdir":
            yield from _listed(view, kinds, call)
    found = uses(view, kinds, "dir")
    listed = {id(call.args[0].value) for call in constructors(view, DIRECTORY_TYPES) if call.args}
    yield from downloads(view, kinds, [u for u in found if u.role == "path" and id(u.node) not in listed])
    for use in found:
        if use.role == "shown":
            yield shown(view, use)
        elif use.role == "paths":
            yield all_downloaded(view, use)
        elif use.role == "unknown":
            yield unknown_use(view, DIRECTORY, use)
        elif use.role == "attribute":
            yield from _method(view, kinds, use)


def _method(view: FileView, kinds: Kinds, use: Use) -> Iterator[Item]:
    name = use.attribute
    if name in ("remote_source", "remote_directory") and use.call is None:
        yield from remote_source(view, use)
    elif name == "crawl" and use.call is not None and _crawl_arguments(use.call) is not None:
        yield from _crawled(view, use.call)
    elif name == "crawl":
        yield Finding(
            use.node,
            "FM311",
            "walk_sync() gives the files themselves: for file in directory.walk_sync(), with"
            " os.path.relpath(file.path, directory.path).",
        )
    elif name in ("new_file", "new_dir"):
        yield Finding(
            use.node,
            "FM312",
            f"{name} has no counterpart on Dir: write to a local folder and return Dir.from_local_sync(folder).",
        )
    elif name == "sep":
        yield Replace(use.whole, lambda updated: cst.SimpleString('"/"'))
    else:
        yield Finding(use.node, "FM315", f"{code(use.node)}.{name} does not exist on Dir.")


def _listed(view: FileView, kinds: Kinds, call: cst.Call) -> Iterator[Item]:
    """``FlyteDirectory.listdir(d)`` → a function that lists one level as v1 did (TYP-34)."""
    held = kinds.of(call.args[0].value) if len(call.args) == 1 else None
    if held is None or held.name != "dir":
        yield Finding(
            call,
            "FM310",
            "list_files_sync() of Dir gives no folders and on local paths the files of all levels: list"
            " pathlib.Path(directory.download_sync()).iterdir().",
        )
        return
    name = _free(view, "list_directory")
    directory, file = v2_name(view, DIRECTORY.target), v2_name(view, FILE.target)
    storage, os_ = view.local_name("flyte.storage:"), view.local_name("os:")
    yield Helper(
        name,
        f'''
def {name}(directory: {directory}) -> list[{file} | {directory}]:
    """The files and folders directly in a directory, without downloading them."""
    entries = {storage}.get_underlying_filesystem(path=directory.path).ls(directory.path, detail=True)
    return [
        ({directory} if entry["type"] == "directory" else {file}).from_existing_remote(
            {os_}.path.join(directory.path, {os_}.path.basename(entry["name"].rstrip("/")))
        )
        for entry in entries
    ]
''',
    )
    yield Replace(call, lambda updated: updated.with_changes(func=cst.Name(name)))


def _crawled(view: FileView, call: cst.Call) -> Iterator[Item]:
    """``d.crawl()`` → a function that gives the same pairs (TYP-35)."""
    name = _free(view, "crawl")
    directory, os_, iterator = (
        v2_name(view, DIRECTORY.target),
        view.local_name("os:"),
        view.local_name("collections.abc:Iterator"),
    )
    yield Helper(
        name,
        f'''
def {name}(directory: {directory}, max_depth: int | None = None) -> {iterator}[tuple[str, str]]:
    """The path of a directory with that of each file in it, relative to the directory."""
    for file in directory.walk_sync(max_depth=max_depth):
        yield directory.path, {os_}.path.relpath(file.path, directory.path)
''',
    )

    def build(updated: cst.Call) -> cst.BaseExpression:
        assert isinstance(updated.func, cst.Attribute)
        depth = _crawl_arguments(updated)
        given = [argument(depth, "max_depth")] if isinstance(depth, cst.BaseExpression) else []
        return make_call(name, [argument(updated.func.value), *given])

    yield Replace(call, build)


def _crawl_arguments(call: cst.Call) -> cst.BaseExpression | Literal[""] | None:
    """The depth that crawl is given (empty if none); None if it is given anything else."""
    if not call.args:
        return ""
    only = call.args[0]
    if len(call.args) > 1 or only.star or (only.keyword is not None and only.keyword.value != "maxdepth"):
        return None
    return only.value


def _free(view: FileView, name: str) -> str:
    return name if name not in view.facts.bound else f"{name}_entries"


def _batch_size(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Annotated[T, BatchSize(n)]`` → ``T``."""
    call = view.parent(reference.chain)
    element = next((a for a in view.ancestors(reference.chain) if isinstance(a, cst.SubscriptElement)), None)
    subscript = view.parent(element) if element is not None else None
    if (
        not isinstance(call, cst.Call)
        or not isinstance(subscript, cst.Subscript)
        or not code(subscript.value).endswith("Annotated")
    ):
        return
    assert isinstance(element, cst.SubscriptElement)
    yield Finding(
        call,
        "FM314",
        f"{code(call)} was dropped: Dir.from_local_sync(folder, batch_size=...) sets how many files are sent at once.",
    )
    index = subscript.slice.index(element)

    def build(updated: cst.Subscript) -> cst.BaseExpression:
        rest = [e for n, e in enumerate(updated.slice) if n != index]
        if len(rest) == 1:
            inner = rest[0].slice
            assert isinstance(inner, cst.Index)
            return inner.value
        rest[-1] = rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return updated.with_changes(slice=rest)

    yield Replace(subscript, build)
