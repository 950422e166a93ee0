"""``FlyteFile`` and its aliases → ``flyte.io.File`` (IMP-24, IMP-50, TYP-01…22).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/files-and-directories/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.flow import Type, value_of
from flyte_migrate.rewrite.plan import Finding, Item, Replace, insert
from flyte_migrate.rewrite.template import brief, code, expression, keyword_of, statement, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.blobs import (
    DIRECTORY,
    FILE,
    Blob,
    Use,
    all_downloaded,
    deferred,
    downloads,
    hand_over,
    helpers,
    in_run,
    made_from,
    placed,
    read_in_place,
    remote_source,
    shown,
    use_of,
    uses,
    v2_name,
    v2_type,
)
from flyte_migrate.rules.handovers import handovers
from flyte_migrate.rules.kinds import DIRECTORY_TYPES, FILE_TYPES, Kind, Kinds, kinds_of

#: The extensions of the named aliases.
_EXTENSIONS = {
    "CSVFile": "csv", "JSONLFile": "jsonl", "HDF5EncodedFile": "hdf5",
    "HTMLPage": "html", "JoblibSerializedFile": "joblib", "JPEGImageFile": "jpeg",
    "ONNXFile": "onnx", "PDFFile": "pdf", "PNGImageFile": "png",
    "PythonNotebook": "ipynb", "PythonPickledFile": "python_pickle", "SVGImageFile": "svg",
    "TFRecordFile": "tfrecord",
}  # fmt: skip
_WRITERS = frozenset(
    {"open", "NamedTemporaryFile", "fdopen", "GzipFile", "ZipFile", "TarFile", "HDFStore", "ExcelWriter"}
)


# -- the type and its constructors ------------------------------------------------------------------------------------


@on_symbol(*FILE_TYPES)
def convert_file_type(view: FileView, reference: Reference) -> Iterator[Item]:
    """``FlyteFile[...]``, the aliases and constructor calls."""
    yield from convert_blob_type(view, FILE, reference)


def convert_blob_type(view: FileView, blob: Blob, reference: Reference) -> Iterator[Item]:
    """One occurrence of a v1 file or directory type: an annotation, a base class, a constructor."""
    node: cst.BaseExpression = reference.node
    parent = view.parent(node)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        node, parent = parent, view.parent(parent)
    if isinstance(parent, cst.Arg) and isinstance(view.parent(parent), cst.ClassDef):
        yield Finding(
            node,
            blob.attribute,
            f"Classes derived from {blob.v1} have to be rebuilt around {v2_name(view, blob.target)}.",
        )
        return
    if isinstance(parent, cst.Attribute) and parent.value is node:
        call = view.parent(parent)
        if isinstance(call, cst.Call) and call.func is parent:
            yield from _class_method(view, blob, call, parent.attr.value)
        return
    if isinstance(parent, cst.Call) and parent.func is node:
        yield from _constructor(view, blob, parent)
        return
    if _loses_format(view, reference) and reference.node is next(
        r.node for r in view.references if _loses_format(view, r)
    ):
        yield Finding(
            node, "FM304", f"File has no format: {code(node)} and the like became plain {v2_name(view, blob.target)}."
        )
    target = v2_type(view, blob.target)
    yield Replace(node, lambda updated: target.with_changes(lpar=updated.lpar, rpar=updated.rpar))


def _loses_format(view: FileView, reference: Reference) -> bool:
    """Whether a file type names a format: ``FlyteFile["csv"]``, ``CSVFile``."""
    parent = view.parent(reference.node)
    return reference.name in FILE_TYPES and (
        reference.name != "flytekit.FlyteFile" or (isinstance(parent, cst.Subscript) and parent.value is reference.node)
    )


def _constructor(view: FileView, blob: Blob, call: cst.Call) -> Iterator[Item]:
    """``FlyteFile(path, remote_path=…)`` (TYP-01…05)."""
    kinds = kinds_of(view)
    destination_name = "remote_path" if blob.kind == "file" else "remote_directory"
    path = keyword_of(call, "path", 0)
    destination = keyword_of(call, destination_name, 2)
    known = {"path", destination_name, "metadata"}
    if path is None or any(a.star or (a.keyword is not None and a.keyword.value not in known) for a in call.args):
        yield Finding(call, blob.constructor, f"{brief(call)}: a downloader has no counterpart in Flyte 2.")
        return
    if kinds.is_deferred(call):
        index = call.args.index(path)
        yield Replace(call, lambda updated: updated.args[index].value)
        return
    keep_local = destination is not None and code(destination.value) == "False"
    if destination is not None and (keep_local or code(destination.value) in ("None", "True")):
        destination = None
    place = kinds.place_of(path.value)
    if place is not None and place.is_blob:
        place = Kind("path")
    if place is None or not place.is_place:
        place = Kind("text")
    index = call.args.index(path)
    target = None if destination is None else call.args.index(destination)

    use = use_of(view, kinds, call, Kind(blob.kind))
    read_at_once = (
        isinstance(view.parent(call), cst.Attribute) or use.role in ("path", "shown")
    ) and destination is None

    def made(updated: cst.Call) -> cst.BaseExpression:
        value = updated.args[index].value
        if read_at_once:
            existing = expression("{cls}.from_existing_remote({value})", cls=v2_type(view, blob.target), value=value)
            return read_in_place(view, use, existing) if use.whole is call else existing
        if keep_local:
            return expression("{cls}(path={value})", cls=v2_type(view, blob.target), value=value)
        place_to = updated.args[target].value if target is not None else None
        return made_from(view, blob, place, value, call, place_to, path.value)

    if not read_at_once and not keep_local and destination is None:
        yield from helpers(view, blob, place, path.value, call)
        if place.name in ("path", "text") and in_run(view, call) and kinds.may_be_written_later(call):
            made_now = f"{v2_name(view, blob.target)}.from_local_sync"
            yield Finding(
                call,
                "FM309",
                f"{made_now} uploads {brief(path.value)} here; Flyte 1 did when the task returned: call it once the"
                " file is written.",
            )
    yield Replace(call, lambda updated: placed(view, call, made(updated)))


def _class_method(view: FileView, blob: Blob, call: cst.Call, method: str) -> Iterator[Item]:
    """``FlyteFile.new_remote_file``, ``from_source``, ``new`` (TYP-03, TYP-06, TYP-32, TYP-36)."""
    cls = v2_type(view, blob.target)
    if method == "from_source" and len(call.args) == 1:
        yield Replace(
            call,
            lambda updated: expression("{cls}.from_existing_remote({value})", cls=cls, value=updated.args[0].value),
        )
    elif method in ("new_remote_file", "new_remote"):
        if keyword_of(call, "alt", 1) is not None:
            yield Finding(
                call,
                blob.constructor,
                f"{method} has no alternative prefix in Flyte 2; write to a URI of your own with from_existing_remote.",
            )
            return
        keyword = "file_name" if blob.kind == "file" else "dir_name"
        if kinds_of(view).is_deferred(call):
            yield from _new_local(view, blob, call)
            return
        if blob.kind == "dir":
            yield from _new_remote_directory(view, call)
            return

        def build(updated: cst.Call) -> cst.BaseExpression:
            if not updated.args:
                return expression("{cls}.new_remote()", cls=cls)
            return expression("{cls}.new_remote(" + keyword + "={name})", cls=cls, name=updated.args[0].value)

        yield Replace(call, build)
    elif method == "new" and len(call.args) == 1:
        yield from _new_local(view, blob, call)
    elif method not in ("listdir",):
        yield Finding(call, blob.attribute, f"{blob.v1}.{method} has no counterpart on {v2_name(view, blob.target)}.")


def _new_remote_directory(view: FileView, call: cst.Call) -> Iterator[Item]:
    cls = v2_type(view, DIRECTORY.target)

    def build(updated: cst.Call) -> cst.BaseExpression:
        if not updated.args:
            return expression("{cls}.new_remote()", cls=cls)
        return expression("{cls}.new_remote({name})", cls=cls, name=updated.args[0].value)

    yield Replace(call, build)


def _new_local(view: FileView, blob: Blob, call: cst.Call) -> Iterator[Item]:
    """``FlyteFile.new(name)``: a path in a fresh folder, as v1's working directory was one.

    A remote directory that new files are put into is filled in such a folder as well, and uploaded when it is passed
    on.
    """
    assign = view.parent(call)
    kinds = kinds_of(view)
    if not kinds.is_deferred(call) or not isinstance(assign, cst.Assign):
        yield Finding(
            call,
            blob.constructor,
            "Write to a path of your own (os.path.join(tempfile.mkdtemp(), ...)) and return"
            f" {v2_name(view, blob.target)}.from_local_sync(path).",
        )
        return
    os_, tempfile = view.local_name("os:"), view.local_name("tempfile:")

    def build(updated: cst.Call) -> cst.BaseExpression:
        if not updated.args:
            return expression(f"{tempfile}.mkdtemp()")
        return expression(f"{os_}.path.join({tempfile}.mkdtemp(), {{name}})", name=updated.args[0].value)

    yield Replace(call, build)
    if blob.kind == "dir" and call.args:
        target = kinds.deferred_target(call)
        assert target is not None
        line = statement(f"{os_}.makedirs({target.value})")
        yield insert(view.statement(call), [line], after=True)


def constructors(view: FileView, names: frozenset[str]) -> list[cst.Call]:
    """The calls that make a v1 file (or directory), class methods included."""
    found: list[cst.Call] = []
    for reference in view.references:
        if reference.name not in names:
            continue
        node: cst.CSTNode = reference.node
        parent = view.parent(node)
        while isinstance(parent, (cst.Subscript, cst.Attribute)) and parent.value is node:
            node, parent = parent, view.parent(parent)
        if isinstance(parent, cst.Call) and parent.func is node:
            found.append(parent)
    return found


# -- uses -------------------------------------------------------------------------------------------------------------


@on_file
def convert_file_uses(view: FileView) -> Iterator[Item]:
    """Paths handed over as files, files read as paths, methods of files."""
    kinds = kinds_of(view)
    yield from hand_over(view, FILE)
    yield from deferred(view, kinds, constructors(view, FILE_TYPES))
    found = uses(view, kinds, "file")
    yield from downloads(view, kinds, [u for u in found if u.role == "path"])
    for use in found:
        if use.role == "shown":
            yield shown(view, use)
        elif use.role == "paths":
            yield all_downloaded(view, use)
        elif use.role == "unknown":
            yield unknown_use(view, FILE, use)
        elif use.role == "attribute":
            yield from _method(view, kinds, use)
    yield from _finish_writing(view, kinds)


def unknown_use(view: FileView, blob: Blob, use: Use) -> Finding:
    """The finding for a use whose meaning can't be told."""
    text = code(use.node)
    if use.reason:
        return Finding(use.node, blob.as_path, use.reason)
    return Finding(
        use.node,
        blob.as_path,
        f"What {text} is used for can't be told; if a path is needed here, write {text}.download_sync().",
    )


def _method(view: FileView, kinds: Kinds, use: Use) -> Iterator[Item]:
    name, call = use.attribute, use.call
    if name == "open" and call is not None:
        yield from _open(view, use, call)
    elif name == "download" and call is not None:
        yield Finding(use.node, "FM302", f"{code(call)}: download() took no arguments in Flyte 1.")
    elif name in ("remote_source", "remote_path") and call is None:
        yield from remote_source(view, use)
    elif name == "extension" and call is not None:
        extension = _extension(view, kinds, use)
        if extension is None:
            yield Finding(
                use.node,
                "FM302",
                "The format of this file can't be told; write pathlib.PurePosixPath(file.path).suffix.",
            )
        else:
            yield Replace(call, lambda updated: cst.SimpleString(f'"{extension}"'))
    elif name not in ("exists",):
        yield Finding(use.node, "FM302", f"{code(use.node)}.{name} does not exist on File.")


def _open(view: FileView, use: Use, call: cst.Call) -> Iterator[Item]:
    """``f.open(mode)`` → ``f.open_sync(mode)`` (TYP-08), which is plain file I/O and may stand in async code, too."""
    assert isinstance(call.func, cst.Attribute)
    yield Replace(call.func, lambda updated: updated.with_changes(attr=cst.Name("open_sync")))
    for arg in call.args:
        if (arg.keyword is None and arg is not call.args[0]) or arg.star:
            yield Finding(
                call,
                "FM302",
                "The positional arguments of open differ in Flyte 2: pass cache_type= and cache_options= by keyword.",
            )


def _extension(view: FileView, kinds: Kinds, use: Use) -> str | None:
    """The format that the declared type of a file has: ``csv`` for ``FlyteFile["csv"]``, empty for a plain one."""
    texts: list[Type] = []
    if isinstance(use.node, cst.Name):
        declared = [b.node.annotation for b in kinds.reaching(use.node) if isinstance(b.node, cst.Param)]
        texts += [Type(code(a.annotation), view.facts.module) for a in declared if a is not None]
    else:
        value = value_of(view, use.node)
        if value is not None and value.type is not None:
            texts.append(value.type)
    if len(texts) != 1:
        return None
    type_ = texts[0].bare(view)
    name = type_.name(view)
    if name.rpartition(".")[2] in _EXTENSIONS:
        return _EXTENSIONS[name.rpartition(".")[2]]
    if name != "flytekit.FlyteFile":
        return None
    arguments = type_.arguments()
    if not arguments:
        return ""
    parsed = cst.parse_expression(arguments[0].text)
    if isinstance(parsed, cst.Call) and parsed.args:
        parsed = parsed.args[0].value
    return string_value(parsed)


# -- files that are still open ----------------------------------------------------------------------------------------


def _finish_writing(view: FileView, kinds: Kinds) -> Iterator[Item]:
    """v1 uploads after the task has returned, ``from_local`` at once: what is still being written is finished first."""
    flushed: set[tuple[cst.CSTNode, str]] = set()
    moved: set[cst.CSTNode] = set()
    for site in _uploads(view, kinds):
        line = view.statement(site)
        for block in _writing_blocks(view, site):
            body = block.body
            if (
                isinstance(line, cst.SimpleStatementLine)
                and isinstance(line.body[0], cst.Return)
                and isinstance(body, cst.IndentedBlock)
                and body.body[-1] is line
                and len(body.body) > 1
            ):
                if block not in moved:
                    moved.add(block)
                    yield Replace(block, _with_return_after)
            else:
                handle = _handle(block)
                if handle and (line, handle) not in flushed:
                    flushed.add((line, handle))
                    yield insert(line, [statement(f"{handle}.flush()")])
            break
        for name in _open_handles(view, kinds, site):
            if (line, name) not in flushed:
                flushed.add((line, name))
                yield insert(line, [statement(f"{name}.flush()")])


def _uploads(view: FileView, kinds: Kinds) -> list[cst.BaseExpression]:
    """The original expressions that become an upload of a local file or directory inside a run."""
    found: list[cst.BaseExpression] = []
    for call in constructors(view, FILE_TYPES | DIRECTORY_TYPES):
        if not kinds.is_deferred(call) and isinstance(call.func, (cst.Name, cst.Attribute)) and in_run(view, call):
            path = keyword_of(call, "path", 0)
            if path is not None and kinds.of(path.value) not in (None, Kind("uri")):
                found.append(call)
    for item in handovers(view):
        kind = kinds.of(item.node)
        if item.kind.is_blob and kind is not None and kind.name in ("path", "text") and in_run(view, item.node):
            found.append(item.node)
    return found


def _writing_blocks(view: FileView, node: cst.CSTNode) -> Iterator[cst.With]:
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return
        if isinstance(ancestor, cst.With) and any(_is_writer(item.item) for item in ancestor.items):
            yield ancestor


def _is_writer(node: cst.BaseExpression) -> bool:
    if not isinstance(node, cst.Call):
        return False
    name = code(node.func).rpartition(".")[2]
    if name not in _WRITERS:
        return False
    if name == "NamedTemporaryFile":
        return True
    mode = keyword_of(node, "mode", 0 if code(node.func).count(".") and name == "open" and len(node.args) == 1 else 1)
    text = string_value(mode.value) if mode is not None else "r"
    return text is None or any(letter in text for letter in "wax+")


def _handle(block: cst.With) -> str:
    for item in block.items:
        if _is_writer(item.item) and item.asname is not None and isinstance(item.asname.name, cst.Name):
            return item.asname.name.value
    return ""


def _with_return_after(updated: cst.With) -> list[cst.BaseStatement]:
    assert isinstance(updated.body, cst.IndentedBlock)
    *rest, last = updated.body.body
    assert isinstance(last, cst.SimpleStatementLine)
    return [updated.with_changes(body=updated.body.with_changes(body=rest)), last]


def _open_handles(view: FileView, kinds: Kinds, site: cst.BaseExpression) -> Iterator[str]:
    """Temporary files opened without ``with``, uploaded by their ``.name`` and neither flushed nor closed before."""
    for attribute in view.by_type.get(cst.Attribute, ()):
        assert isinstance(attribute, cst.Attribute)
        holder = attribute.value
        if (
            attribute.attr.value != "name"
            or not isinstance(holder, cst.Name)
            or not any(a is site for a in view.ancestors(attribute))
        ):
            continue
        bindings = kinds.reaching(holder)
        if (
            not all(b.kind == "assign" and b.value is not None and _is_writer(b.value) for b in bindings)
            or not bindings
        ):
            continue
        finished = any(
            isinstance(p := view.parent(n), cst.Attribute)
            and p.attr.value in ("close", "flush")
            and kinds.order[n] < kinds.order[site]
            for n in view.occurrences.get(holder.value, ())
            if view.function_of(n) is view.function_of(site)
        )
        written = any(
            isinstance(p := view.parent(n), cst.Attribute) and p.attr.value in ("write", "writelines")
            for n in view.occurrences.get(holder.value, ())
            if view.function_of(n) is view.function_of(site)
        )
        if written and not finished:
            yield holder.value
