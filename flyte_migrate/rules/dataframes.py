"""``StructuredDataset`` and ``FlyteSchema`` → ``flyte.io.DataFrame`` (IMP-25, IMP-53, TYP-50…63).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/dataframes/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import Type, called_task
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, brief, code, expression, parenthesized, string_value
from flyte_migrate.rewrite.template import call as made_call
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.blobs import Use, awaits, in_run, placed, uses, v2_type
from flyte_migrate.rules.configuration import follow
from flyte_migrate.rules.handovers import Handover, handovers, resolved
from flyte_migrate.rules.kinds import FRAME, Kind, Kinds, kinds_of
from flyte_migrate.rules.scripts import is_run

TARGET = "flyte.io:DataFrame"
_DATASET = "flytekit.StructuredDataset"
_SCHEMA = "flytekit.types.schema.FlyteSchema"
_CSV = "flytekit.types.structured.structured_dataset.CSV"
_HANDLERS = "flytekit.StructuredDatasetTransformerEngine"
#: Handlers that are always there in Flyte 2 (verified for pandas, csv and parquet).
_BUILT_IN_HANDLERS = tuple(
    f"flytekit.types.structured.{name}"
    for name in ("register_csv_handlers", "register_pandas_handlers", "register_arrow_handlers")
)
#: Attributes that mean the same on both classes.
_SAME = frozenset({"uri", "metadata", "literal", "columns", "column_names"})


# -- types and constructors -------------------------------------------------------------------------------------------


@on_symbol(_DATASET)
def convert_dataset(view: FileView, reference: Reference) -> Iterator[Item]:
    """The type and its constructor."""
    node = reference.node
    parent = view.parent(node)
    if isinstance(parent, cst.Subscript) and parent.value is node:
        yield Replace(parent, _annotated(view))
    elif isinstance(parent, cst.Call) and parent.func is node:
        yield from _construct(view, parent)
    elif isinstance(parent, cst.Attribute):
        yield Finding(node, "FM324", f"{code(parent)} has no counterpart on DataFrame.")
    else:
        target = v2_type(view, TARGET)
        yield Replace(node, lambda updated: target.with_changes(lpar=updated.lpar, rpar=updated.rpar))


def _annotated(view: FileView) -> Callable[[cst.Subscript], cst.BaseExpression]:
    """``FlyteSchema[kwtypes(a=int)]`` → ``Annotated[DataFrame, OrderedDict(a=int)]``."""
    target, annotated = v2_type(view, TARGET), view.ref("typing:Annotated")

    def build(updated: cst.Subscript) -> cst.BaseExpression:
        first = cst.SubscriptElement(cst.Index(target), comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
        return cst.Subscript(annotated, [first, *updated.slice])

    return build


def _construct(view: FileView, call: cst.Call) -> Iterator[Item]:
    """``StructuredDataset(dataframe=…, uri=…, file_format=…)`` (TYP-51, TYP-52)."""
    order = ("dataframe", "uri", "metadata")
    given: dict[str, int] = {}
    for number, arg in enumerate(call.args):
        keyword = arg.keyword.value if arg.keyword is not None else order[number] if number < len(order) else ""
        if keyword == "file_format" and string_value(arg.value) == "parquet" and len(call.args) > 1:
            continue  # as frames are stored anyway
        given["*" if arg.star else keyword] = number
    cls = v2_type(view, TARGET)
    wraps, refers = {"dataframe"}, {"uri"}
    if set(given) in (wraps, wraps | refers):

        def build(updated: cst.Call) -> cst.BaseExpression:
            args = [argument(updated.args[given["dataframe"]].value)]
            if "uri" in given:
                args.append(argument(updated.args[given["uri"]].value, "uri"))
            return updated.with_changes(func=cst.Attribute(cls, cst.Name("wrap_df")), args=_laid_out(updated, args))

        yield Replace(call, build)
    elif set(given) in (refers, refers | {"file_format"}):

        def refer(updated: cst.Call) -> cst.BaseExpression:
            args = [argument(updated.args[given["uri"]].value)]
            if "file_format" in given:
                args.append(argument(updated.args[given["file_format"]].value, "format"))
            return updated.with_changes(
                func=cst.Attribute(cls, cst.Name("from_existing_remote")), args=_laid_out(updated, args)
            )

        yield Replace(call, refer)
    else:
        yield Finding(
            call,
            "FM327",
            f"{brief(call)}: DataFrame.wrap_df(frame) takes a frame and a uri,"
            " DataFrame.from_existing_remote(uri) a format.",
        )


def _laid_out(before: cst.Call, args: list[cst.Arg]) -> list[cst.Arg]:
    """Arguments with the commas and line breaks that the call had."""
    if len(args) == len(before.args):
        return [
            a.with_changes(comma=b.comma, whitespace_after_arg=b.whitespace_after_arg)
            for a, b in zip(args, before.args, strict=True)
        ]
    return args


@on_symbol(_SCHEMA)
def convert_schema(view: FileView, reference: Reference) -> Iterator[Item]:
    """``FlyteSchema`` as a type; making and writing one needs a person (TYP-62)."""
    node = reference.node
    parent = view.parent(node)
    subscripted = isinstance(parent, cst.Subscript) and parent.value is node
    outer = view.parent(parent) if subscripted and parent is not None else parent
    whole = parent if subscripted else node
    if isinstance(outer, cst.Call) and outer.func is whole and (write := _written_once(view, outer)) is not None:
        yield from _wrapped(view, outer, write)
    elif isinstance(outer, cst.Call) and outer.func is whole:
        yield Finding(outer, "FM323", "Build the frame itself and wrap it: flyte.io.DataFrame.wrap_df(frame).")
    elif isinstance(outer, cst.Attribute) or (
        isinstance(outer, cst.Arg) and isinstance(view.parent(outer), cst.ClassDef)
    ):
        yield Finding(node, "FM323", f"{code(outer)} has no counterpart; use flyte.io.DataFrame.")
    elif isinstance(parent, cst.Subscript) and subscripted:
        yield Replace(parent, _annotated(view))
    else:
        target = v2_type(view, TARGET)
        yield Replace(node, lambda updated: target)


def _written_once(view: FileView, made: cst.Call) -> cst.Call | None:
    """``x.open().write(frame)``, the only one for ``x = FlyteSchema()`` and in the same block; None if it is not so."""
    assign = view.parent(made)
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    if made.args or not isinstance(target, cst.Name) or len(view.bindings(target)) != 1:
        return None
    scope = view.scope_at[target].owner(target.value)
    found: list[cst.Call] = []
    for use in view.occurrences.get(target.value, ()):
        opening = view.parent(use)
        opened = view.parent(opening) if isinstance(opening, cst.Attribute) and opening.attr.value == "open" else None
        writing = view.parent(opened) if isinstance(opened, cst.Call) else None
        write = view.parent(writing) if isinstance(writing, cst.Attribute) and writing.attr.value == "write" else None
        if view.scope_at[use].owner(target.value) is scope and isinstance(write, cst.Call) and len(write.args) == 1:
            found.append(write)
    if len(found) != 1 or not isinstance(view.parent(found[0]), cst.Expr):
        return None
    same_block = view.parent(view.statement(made)) is view.parent(view.statement(found[0]))
    return found[0] if same_block else None


def _wrapped(view: FileView, made: cst.Call, write: cst.Call) -> Iterator[Item]:
    """``x = DataFrame.wrap_df(frame)`` where the frame is written."""
    assign = view.parent(made)
    assert isinstance(assign, cst.Assign)
    cls, target = v2_type(view, TARGET), assign.targets[0].target

    def build(updated: cst.Expr) -> cst.Assign:
        assert isinstance(updated.value, cst.Call)
        value = expression("{cls}.wrap_df({frame})", cls=cls, frame=updated.value.args[0].value)
        return cst.Assign([cst.AssignTarget(target.deep_clone())], value)

    line = view.parent(write)
    assert isinstance(line, cst.Expr)
    yield Replace(view.statement(made), lambda updated: None)
    yield Replace(line, build)


@on_symbol(_CSV)
def convert_csv(view: FileView, reference: Reference) -> Iterator[Item]:
    """The format constant ``CSV`` is the string it stands for (TYP-59)."""
    yield Replace(reference.chain, lambda updated: cst.SimpleString('"csv"'))


@on_symbol("flytekit.StructuredDatasetFormat")
def convert_format(view: FileView, reference: Reference) -> Iterator[Item]:
    """``StructuredDatasetFormat`` is an alias of ``str`` (IMP-26)."""
    yield Replace(reference.chain, lambda updated: cst.Name("str"))


@on_symbol(*_BUILT_IN_HANDLERS)
def drop_registration(view: FileView, reference: Reference) -> Iterator[Item]:
    """``register_csv_handlers()`` goes: the handlers are registered by ``flyte.io`` itself."""
    call = view.parent(reference.chain)
    expr = view.parent(call) if isinstance(call, cst.Call) else None
    line = view.parent(expr) if isinstance(expr, cst.Expr) else None
    if call is not None and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        if reference.name.endswith("csv_handlers"):
            yield Finding(
                call, "FM329", "Frames without a format of their own were stored as CSV; they are parquet now."
            )
        yield Replace(line, lambda updated: None)


# -- columns ----------------------------------------------------------------------------------------------------------


@on_symbol("flytekit.kwtypes")
def convert_kwtypes(view: FileView, reference: Reference) -> Iterator[Item]:
    """``kwtypes(a=int)``: an ``OrderedDict`` of columns, a plain dict for inputs and outputs (IMP-27, TYP-58)."""
    call = view.parent(reference.chain)
    if not isinstance(call, cst.Call) or call.func is not reference.chain:
        return
    if not _is_interface(view, call):
        target = view.ref("collections:OrderedDict")
        yield Replace(reference.chain, lambda updated: target)
        return
    if any(a.star or a.keyword is None for a in call.args):
        return

    def build(updated: cst.Call) -> cst.BaseExpression:
        elements = []
        for number, arg in enumerate(updated.args):
            assert arg.keyword is not None
            comma = arg.comma if isinstance(arg.comma, cst.Comma) or number == len(updated.args) - 1 else cst.Comma()
            elements.append(cst.DictElement(cst.SimpleString(f'"{arg.keyword.value}"'), arg.value, comma=comma))
        opening = cst.LeftCurlyBrace(whitespace_after=updated.whitespace_before_args)
        return cst.Dict(elements, lbrace=opening)

    yield Replace(call, build)


def _is_interface(view: FileView, call: cst.Call) -> bool:
    """Whether the call gives the inputs or outputs of a task object (``ShellTask(inputs=kwtypes(...))``)."""
    arg = view.parent(call)
    return isinstance(arg, cst.Arg) and arg.keyword is not None and arg.keyword.value in ("inputs", "outputs")


# -- values -----------------------------------------------------------------------------------------------------------


@on_file
def convert_frame_uses(view: FileView) -> Iterator[Item]:
    """Raw frames that are handed over as data frames, and the methods of data frames."""
    kinds = kinds_of(view)
    for item in handovers(view):
        yield from _handed(view, kinds, item)
    for use in uses(view, kinds, "frame"):
        if use.role == "attribute":
            yield from _method(view, kinds, use)


def _handed(view: FileView, kinds: Kinds, item: Handover) -> Iterator[Item]:
    """v1 made a StructuredDataset of a task's frame where one was expected; v2 takes only a DataFrame (TYP-54)."""
    cls = v2_type(view, TARGET)
    kind = kinds.of(item.node)
    if not item.to_task:
        return
    if kind is None:
        if item.place == "return" and _takes_raw_frames(view, item.type):
            yield Finding(
                item.node, "FM325", f"If {code(item.node)} is a raw frame, return {code(cls)}.wrap_df(frame) for it."
            )
        return
    if item.kind.name == "frame" and kind.name == "raw":
        yield Replace(item.node, lambda updated: expression("{cls}.wrap_df({frame})", cls=cls, frame=updated))
    elif _is_list_of(item.kind, "frame") and _is_list_of(kind, "raw"):
        yield Replace(
            item.node,
            lambda updated: expression("[{cls}.wrap_df(frame) for frame in {frames}]", cls=cls, frames=updated),
        )
    elif item.kind.name == "tuple" and all(k == FRAME for k in item.kind.items) and _is_list_of(kind, "raw"):
        yield Replace(
            item.node,
            lambda updated: expression("tuple({cls}.wrap_df(frame) for frame in {frames})", cls=cls, frames=updated),
        )


def _takes_raw_frames(view: FileView, type_: Type) -> bool:
    """Whether a declared type is made of schemas only, for which v1 took raw frames."""
    type_ = resolved(view, type_)
    if type_.name(view) in ("tuple", "typing.Tuple"):
        return all(_takes_raw_frames(view, part) for part in type_.arguments())
    return type_.name(view) == _SCHEMA


def _is_list_of(kind: Kind, name: str) -> bool:
    return kind.name == "list" and kind.item is not None and kind.item.name == name


def _method(view: FileView, kinds: Kinds, use: Use) -> Iterator[Item]:
    name, call = use.attribute, use.call
    if name == "open" and call is not None:
        if not call.args and not _is_written(view, use.node):
            yield from _open_untyped(view, call)
    elif name == "all" and call is not None:
        yield from _read(view, call)
    elif name == "iter":
        yield Finding(
            use.node, "FM320", "iter() has no sync form in Flyte 2; read the frame as a whole with all_sync()."
        )
    elif name == "dataframe" and call is None:
        yield Replace(use.whole, lambda updated: updated.with_changes(attr=cst.Name("val")))
    elif name == "file_format" and call is None:
        yield Replace(use.whole, lambda updated: updated.with_changes(attr=cst.Name("format")))
    elif name in ("remote_path", "remote_source") and call is None:
        yield Replace(use.whole, lambda updated: updated.with_changes(attr=cst.Name("uri")))
    elif (
        name == "_literal_sd"
        and isinstance(outer := view.parent(use.whole), cst.Attribute)
        and (outer.attr.value == "uri")
    ):
        yield Replace(use.whole, lambda updated: updated.value)
    elif name not in _SAME and not (name == "write" and _is_written(view, _owner(use.node))):
        yield Finding(use.node, "FM324", f"{code(use.node)}.{name} does not exist on DataFrame.")


def _is_written(view: FileView, schema: cst.BaseExpression) -> bool:
    """Whether a schema is opened to write the frame that takes its place."""
    bindings = view.bindings(schema) if isinstance(schema, cst.Name) else ()
    made = bindings[0].value if len(bindings) == 1 else None
    return isinstance(made, cst.Call) and kinds_of(view).of(made) == FRAME and _written_once(view, made) is not None


def _open_untyped(view: FileView, call: cst.Call) -> Iterator[Item]:
    """``schema.open()``: pandas was FlyteSchema's default; ``.open().write(df)`` made one."""
    attribute = view.parent(call)
    writes = isinstance(attribute, cst.Attribute) and attribute.attr.value == "write"
    if writes:
        yield Finding(
            call,
            "FM323",
            "Read it with .open(pd.DataFrame).all_sync(); to make one, wrap the frame:"
            " flyte.io.DataFrame.wrap_df(frame).",
        )
        return
    pandas = view.local_name("pandas:")
    yield Replace(call, lambda updated: updated.with_changes(args=[argument(f"{pandas}.DataFrame")]))


def _is_of_a_run(view: FileView, call: cst.Call) -> bool:
    """Whether ``frame.open(pd.DataFrame).all()`` opens what a call of a task, which becomes a run, gave."""
    opened = call.func.value if isinstance(call.func, cst.Attribute) else None
    if not isinstance(opened, cst.Call) or not isinstance(opened.func, cst.Attribute) or call.args:
        return False
    if [view.qualified(a.value) for a in opened.args] not in ([], ["pandas.DataFrame"]):
        return False
    frame = opened.func.value
    made = follow(view, frame)
    task = called_task(view, made.func) if isinstance(made, cst.Call) else None
    return task is not None and task.outputs.count == 1 and is_run(view, task) and _is_parquet(view, task)


def _is_parquet(view: FileView, task: Task, seen: frozenset[str] = frozenset()) -> bool:
    """Whether what a task gives is stored as parquet: it is no CSV by its type, and so is all that it passes on."""
    if any("csv" in field.annotation.lower() for field in task.outputs.fields):
        return False
    definition = next((d for d in view.tasks if d.task is task), None)
    if any(r.name == _HANDLERS for r in view.references):
        return False
    if definition is None:
        return task.role == "task"
    called = [view.task_of(n.func) for n in walk(definition.node.body) if isinstance(n, cst.Call)]
    own = seen | {task.qualified}
    return all(_is_parquet(view, t, own) for t in called if t is not None and t.qualified not in seen)


def _read_file(pandas: str, updated: cst.Call) -> cst.BaseExpression:
    """``pd.read_parquet(frame.uri)`` for ``frame.open(...).all()``."""
    assert isinstance(updated.func, cst.Attribute) and isinstance(updated.func.value, cst.Call)
    opening = updated.func.value.func
    assert isinstance(opening, cst.Attribute)
    return made_call(f"{pandas}.read_parquet", [argument(cst.Attribute(opening.value, cst.Name("uri")))], room=10_000)


def _read(view: FileView, call: cst.Call) -> Iterator[Item]:
    """``.all()`` → ``.all_sync()``, ``await ….all()`` in async code (TYP-55)."""
    if not in_run(view, call) and _is_of_a_run(view, call):
        pandas = view.local_name("pandas:")
        yield Replace(call, lambda updated: _read_file(pandas, updated))
        return
    if not in_run(view, call):
        yield Finding(
            call, "FM328", "Outside a run a DataFrame can't be opened: read the file itself, pd.read_parquet(data.uri)."
        )
    if awaits(view, call):
        yield Replace(call, lambda updated: placed(view, call, expression("await {read}", read=parenthesized(updated))))
    else:
        assert isinstance(call.func, cst.Attribute)
        yield Replace(call.func, lambda updated: updated.with_changes(attr=cst.Name("all_sync")))


def _owner(node: cst.BaseExpression) -> cst.BaseExpression:
    """``x`` of ``x.open()``."""
    return node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else node
