"""``FlyteContext.current_context().file_access`` → ``flyte.io`` and ``flyte.storage`` (CTX-13).

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.storage/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Item, Replace
from flyte_migrate.rewrite.template import code, expression, parenthesized, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules.blobs import awaits, in_run, placed, v2_name
from flyte_migrate.rules.configuration import arguments, constant, follow
from flyte_migrate.rules.context_uses import INTERNAL_CONTEXTS, reads_of
from flyte_migrate.rules.kinds import kinds_of

#: method → parameters, whether it moves data to storage, whether it moves folders (None: an argument says so).
_TRANSFERS: Mapping[str, tuple[tuple[str, ...], bool, bool | None]] = {
    "get_data": (("remote_path", "local_path", "is_multipart"), False, None),
    "download": (("remote_path", "local_path"), False, False),
    "download_directory": (("remote_path", "local_path"), False, True),
    "put_data": (("local_path", "remote_path", "is_multipart"), True, None),
    "upload": (("file_path", "to_path"), True, False),
    "upload_directory": (("local_path", "remote_path"), True, True),
}
#: method → parameters.
_QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "exists": ("path",),
    "is_remote": ("path",),
    "get_filesystem_for_path": ("path",),
    "get_random_local_path": ("file_path_or_file_name",),
    "get_random_local_directory": (),
    "get_random_remote_path": ("file_path_or_file_name",),
    "get_random_remote_directory": (),
    "get_random_string": (),
    "get_file_tail": ("file_path_or_file_name",),
}


@dataclass(frozen=True)
class Surroundings:
    """How code can reach storage: whether it may (or will) ``await``, and where what it writes is to go (an
    expression; empty where there is no such place, outside of runs).
    """

    asynchronous: bool
    raw_data: str


def conversions(
    view: FileView, context: cst.BaseExpression, around: Callable[[cst.CSTNode], Surroundings | None]
) -> list[Item] | None:
    """What becomes of the use of ``file_access`` of this context; None if it has no counterpart.

    ``around`` gives the surroundings of a place; None where storage can't be reached from.
    """
    access = view.parent(context)
    if not isinstance(access, cst.Attribute) or access.attr.value != "file_access":
        return None
    assign = view.parent(access)
    if isinstance(assign, cst.Assign):
        return _of_variable(view, assign, lambda use: _listed(_used(view, use, around(use))))
    return _listed(_used(view, access, around(access)))


def _listed(edit: Replace | None) -> list[Item] | None:
    return None if edit is None else [edit]


def _of_variable(
    view: FileView, assign: cst.Assign, convert: Callable[[cst.Name], list[Item] | None]
) -> list[Item] | None:
    """The edits of all reads of a variable, which goes; None if one of them can't be converted."""
    target, line = assign.targets[0].target, view.parent(assign)
    if len(assign.targets) != 1 or not isinstance(target, cst.Name) or not isinstance(line, cst.SimpleStatementLine):
        return None
    uses = reads_of(view, target, line)
    edits = [convert(use) for use in uses] if uses is not None and len(line.body) == 1 else [None]
    if any(edit is None for edit in edits):
        return None
    return [*(item for edit in edits for item in edit or ()), Replace(line, lambda updated: None)]


def _used(view: FileView, access: cst.CSTNode, around: Surroundings | None) -> Replace | None:
    """One use of file access: a call of one of its methods."""
    if around is None:
        return None
    method = view.parent(access)
    if isinstance(method, cst.Attribute) and method.attr.value == "raw_output_prefix":
        return _prefix(view, method, around)
    call = view.parent(method) if isinstance(method, cst.Attribute) else None
    if not isinstance(method, cst.Attribute) or not isinstance(call, cst.Call) or call.func is not method:
        return None
    name = method.attr.value
    if name == "join":
        return _joined(view, call, around)
    if name == "put_raw_data":
        return _stored(view, call, around)
    if name in _TRANSFERS:
        return _transferred(view, call, name, around)
    return _answered(view, call, name, around) if name in _QUESTIONS else None


def _given(call: cst.Call, order: tuple[str, ...]) -> dict[str, int] | None:
    """The positions of the arguments by parameter; None where they can't be told, or there are others."""
    given = arguments(call, order)
    if given is None or not set(given) <= set(order):
        return None
    return {name: list(call.args).index(arg) for name, arg in given.items()}


def _transferred(view: FileView, call: cst.Call, name: str, around: Surroundings) -> Replace | None:
    """``get_data(remote, local)`` → ``File.from_existing_remote(remote).download_sync(local)``, and back."""
    order, uploads, of_folders = _TRANSFERS[name]
    given = _given(call, order)
    if given is None or not {order[0], order[1]} <= given.keys() or (uploads and not around.raw_data):
        return None
    if of_folders is None:
        said = constant(view, call.args[given["is_multipart"]].value) if "is_multipart" in given else False
        if not isinstance(said, bool):
            return None
        of_folders = said
    unused = isinstance(view.parent(call), cst.Expr)
    if not uploads and not unused:
        return None
    first, second = given[order[0]], given[order[1]]
    cls = v2_name(view, "flyte.io:Dir" if of_folders else "flyte.io:File")
    sync, await_ = ("", "await ") if around.asynchronous else ("_sync", "")
    holder = None if uploads else _held(view, call.args[first].value, of_folders)

    def build(updated: cst.Call) -> cst.BaseExpression:
        source, destination = updated.args[first].value, updated.args[second].value
        if uploads:
            text = f"{await_}{{cls}}.from_local{sync}({{source}}, {{destination}})"
        elif holder is not None:
            text, source = f"{await_}{{source}}.download{sync}({{destination}})", holder(source)
        else:
            text = f"{await_}{{cls}}.from_existing_remote({{source}}).download{sync}({{destination}})"
        made = expression(text, cls=cls, source=source, destination=destination)
        if uploads and not unused:
            made = expression("{made}.path", made=parenthesized(made))
        return placed(view, call, made)

    return Replace(call, build)


def _held(
    view: FileView, remote: cst.BaseExpression, of_folders: bool
) -> Callable[[cst.BaseExpression], cst.BaseExpression] | None:
    """How to get the directory whose place is given (``folder.remote_source``), if it is one; None otherwise."""
    kind = "dir" if of_folders else "file"
    if isinstance(remote, cst.Attribute) and remote.attr.value == "remote_source":
        found = kinds_of(view).of(remote.value)
        if found is not None and found.name == kind:
            return lambda updated: updated.value if isinstance(updated, cst.Attribute) else updated
    return None


def _prefix(view: FileView, prefix: cst.Attribute, around: Surroundings) -> Replace | None:
    """``raw_output_prefix``, where it is joined with something: v1's ends with a separator, v2's does not."""
    arg = view.parent(prefix)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    if not around.raw_data or not isinstance(call, cst.Call) or call.args[0] is not arg or len(call.args) < 2:
        return None
    if _own_method(call, prefix.value) != "join":
        return None
    return Replace(prefix, lambda updated: expression(f"{around.raw_data}.path"))


def _joined(view: FileView, call: cst.Call, around: Surroundings) -> Replace | None:
    """``join(raw_output_prefix, get_random_string())`` is a random path; other paths are joined as they are."""
    if not call.args or any(a.keyword is not None or a.star for a in call.args):
        return None
    assert isinstance(call.func, cst.Attribute)
    parts = [_own_method(a.value, call.func.value) for a in call.args]
    if around.raw_data and parts == ["raw_output_prefix", "get_random_string"]:
        return Replace(call, lambda updated: expression(f"{around.raw_data}.get_random_remote_path()"))
    join = cst.parse_expression(f"{view.local_name('flyte.storage:')}.join")
    return Replace(call, lambda updated: updated.with_changes(func=join))


def _own_method(node: cst.BaseExpression, access: cst.BaseExpression) -> str:
    """The name that is read from this file access; empty if it is not."""
    chain = node.func if isinstance(node, cst.Call) else node
    return chain.attr.value if isinstance(chain, cst.Attribute) and code(chain.value) == code(access) else ""


def _stored(view: FileView, call: cst.Call, around: Surroundings) -> Replace | None:
    """``put_raw_data(path)`` → ``await flyte.storage.put(path)``, ``File.from_local_sync(path).path``."""
    given = _given(call, ("lpath", "upload_prefix", "file_name"))
    if given is None or "upload_prefix" in given or "lpath" not in given or not around.raw_data:
        return None
    kind = _local_kind(view, call.args[given["lpath"]].value)
    if not kind:
        return None
    names = f", {around.raw_data}.get_random_remote_path({{name}})" if "file_name" in given else ""
    if around.asynchronous:
        local = "str({local})" if kind == "path" else "{local}"
        recursive = ", recursive=True" if kind == "dir" else ""
        text = f"await {view.local_name('flyte.storage:')}.put({local}{names}{recursive})"
    else:
        cls = v2_name(view, "flyte.io:Dir" if kind == "dir" else "flyte.io:File")
        text = f"{cls}.from_local_sync({{local}}{names}).path"

    def build(updated: cst.Call) -> cst.BaseExpression:
        holes = {"local": updated.args[given["lpath"]].value}
        if "file_name" in given:
            holes["name"] = updated.args[given["file_name"]].value
        return placed(view, call, expression(text, **holes))

    return Replace(call, build)


def _local_kind(view: FileView, node: cst.BaseExpression) -> str:
    """What is at a local place, as far as it can be told: a ``dir``, a file by its name (``text``) or ``path``; empty
    for what may be bytes.
    """
    made = follow(view, node)
    if isinstance(made, cst.Call):
        name = view.qualified(made.func) or ""
        method = made.func.attr.value if isinstance(made.func, cst.Attribute) else ""
        if name == "tempfile.mkdtemp" or method == "get_random_local_directory":
            return "dir"
        if name in ("pathlib.Path", "pathlib.PurePath"):
            return "path"
        if method == "get_random_local_path":
            return "text"
    if isinstance(made, cst.BinaryOperation) and isinstance(made.operator, cst.Divide):
        return "path"
    return "text" if kinds_of(view).is_string(node) else ""


def _answered(view: FileView, call: cst.Call, name: str, around: Surroundings) -> Replace | None:
    given = _given(call, _QUESTIONS[name])
    if given is None or len(given) != (1 if name in ("exists", "is_remote", "get_filesystem_for_path") else len(given)):
        return None
    if name.endswith(("remote_path", "remote_directory")) and not around.raw_data:
        return None
    text = _answer(view, call, name, around, given)

    def build(updated: cst.Call) -> cst.BaseExpression:
        it = updated.args[next(iter(given.values()))].value if given else cst.Name("None")
        return placed(view, call, expression(text, it=it))

    return Replace(call, build)


def _answer(view: FileView, call: cst.Call, name: str, around: Surroundings, given: Mapping[str, int]) -> str:
    """The source of an answer, with ``{it}`` for what it is about."""
    if name == "get_random_string":
        return f"{view.local_name('uuid:').rstrip('.')}.uuid4().hex"
    if name == "get_random_local_directory":
        return f"{view.local_name('tempfile:').rstrip('.')}.mkdtemp()"
    if name == "get_file_tail":
        return f"{view.local_name('os:').rstrip('.')}.path.basename({{it}})"
    if name in ("get_random_remote_path", "get_random_remote_directory"):
        return f"{around.raw_data}.get_random_remote_path({_file_name(view, call, given)})"
    storage = view.local_name("flyte.storage:")
    if name == "exists":
        return f"await {storage}.exists({{it}})" if around.asynchronous else f"{storage}.exists_sync({{it}})"
    if name == "is_remote":
        return f"{storage}.is_remote({{it}})"
    if name == "get_filesystem_for_path":
        return f"{storage}.get_underlying_filesystem(path={{it}})"
    return f"str({storage}.get_random_local_path({'{it}' if given else ''}))"


def _file_name(view: FileView, call: cst.Call, given: Mapping[str, int]) -> str:
    """v1 took the last part of a path, v2 takes a name."""
    if not given:
        return ""
    name = string_value(call.args[next(iter(given.values()))].value)
    return (
        "{it}"
        if name is not None and "/" not in name
        else f"{view.local_name('os:').rstrip('.')}.path.basename({{it}})"
    )


# -- outside of transformers and handlers ------------------------------------------------------------------------------


def convert_reference(view: FileView, reference: Reference) -> list[Item] | None:
    """The edits for ``FlyteContext.current_context()``, where only its file access is used; None if it stays."""
    made = view.parent(reference.chain)
    name = ".".join((reference.name, *reference.rest))
    if name not in INTERNAL_CONTEXTS or not isinstance(made, cst.Call) or made.func is not reference.chain or made.args:
        return None
    assign = view.parent(made)
    if not isinstance(assign, cst.Assign):
        return conversions(view, made, lambda place: _surroundings(view, place))
    items = _of_variable(view, assign, lambda use: conversions(view, use, lambda place: _surroundings(view, place)))
    return None if items is None else [*items, Covered(reference.node)]


def _surroundings(view: FileView, node: cst.CSTNode) -> Surroundings:
    raw_data = f"{view.local_name('flyte:ctx')}().raw_data_path" if in_run(view, node) else ""
    return Surroundings(awaits(view, node), raw_data)
