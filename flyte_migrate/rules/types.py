"""The other types: enums by value, quoted and path-like annotations, JSON mixins (TYP-70…87, IMP-54…58).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, expression, string_value
from flyte_migrate.rewrite.view import FileView, TaskDefinition, dotted_name
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_node, on_task
from flyte_migrate.rules.blobs import DIRECTORY, FILE, v2_name, v2_type
from flyte_migrate.rules.dataframes import TARGET as DATAFRAME
from flyte_migrate.rules.handovers import Handover, handovers, resolved
from flyte_migrate.rules.kinds import DIRECTORY_TYPES, FILE_TYPES, FRAME_TYPES, kinds_of

_PROFILE = ".DatasetProfileView"
_TARGETS = {
    **dict.fromkeys(FILE_TYPES, FILE.target),
    **dict.fromkeys(DIRECTORY_TYPES, DIRECTORY.target),
    **dict.fromkeys(FRAME_TYPES, DATAFRAME),
}
_JSON_DECORATOR = "dataclasses_json.dataclass_json"
_JSON_MIXINS = frozenset({"mashumaro.mixins.json.DataClassJSONMixin", "dataclasses_json.DataClassJsonMixin"})
#: What the mixins are used for besides v1's own serialization.
_JSON_METHODS = frozenset({"to_json", "from_json", "to_dict", "from_dict", "schema"})


# -- types of plugins --------------------------------------------------------------------------------------------------


@on_file
def report_profiles(view: FileView) -> Iterator[Item]:
    """whylogs' profiles, which flytekitplugins.whylogs.schema wrote in whylogs' own format (TYP-63)."""
    if not any(fact.target.startswith("flytekitplugins.whylogs") for fact in view.facts.imports):
        return
    for definition in view.tasks:
        signature = (definition.node.params, definition.node.returns)
        names = [n for part in signature if part is not None for n in walk(part) if isinstance(n, cst.Name)]
        if definition.task.role != "v2" and any((view.qualified(n) or "").endswith(_PROFILE) for n in names):
            message = "DatasetProfileView is pickled in Flyte 2, where the plugin wrote whylogs' own format."
            yield Finding(definition.node, "FM338", message)
            break  # once is enough


# -- enums ------------------------------------------------------------------------------------------------------------


@on_file
def convert_enum_values(view: FileView) -> Iterator[Item]:
    """A value given where a task takes or returns an enum: v2 knows members by name only (TRAP-25, TYP-70)."""
    kinds = kinds_of(view)
    for item in handovers(view):
        if item.kind.name == "enum" and item.to_task:
            kind = kinds.of(item.node)
            if kind is not None and kind.is_place:
                yield from _member(view, item)
    for definition in view.tasks:
        if definition.task.role != "v2" and _takes_enum(view, definition):
            message = (
                f"{definition.task.name} takes an enum: runs and the command line give it by member name in Flyte 2."
            )
            yield Finding(definition.node, "FM330", message)
            break  # once is enough


def _takes_enum(view: FileView, definition: TaskDefinition) -> bool:
    kinds = kinds_of(view)
    parameters = (*definition.node.params.params, *definition.node.params.kwonly_params)
    found = (kinds.of_parameter(parameter) for parameter in parameters)
    return any(kind is not None and kind.name == "enum" for kind in found)


def _member(view: FileView, item: Handover) -> Iterator[Item]:
    type_ = resolved(view, item.type)
    name = _local_class(view, type_)
    if name is None:
        yield Finding(
            item.node,
            "FM336",
            f"{code(item.node)} is the value of a member of {type_.text}: give {type_.text}({code(item.node)}).",
        )
        return
    member = _member_of(view, name, string_value(item.node))
    if member:
        yield Replace(item.node, lambda updated: cst.parse_expression(f"{name}.{member}"))
    else:
        yield Replace(item.node, lambda updated: expression(f"{name}({{value}})", value=updated))


def _local_class(view: FileView, type_: Type) -> str | None:
    """The name under which a class is known at the top level of this file."""
    qualified = type_.name(view)
    for local, bindings in view.module_scope.bindings.items():
        for binding in bindings:
            if binding.kind == "class" and f"{view.facts.module}.{local}".lstrip(".") == qualified.lstrip("."):
                return local
            if binding.kind == "import":
                wanted, given = (
                    view.index.definition(qualified, type_.module),
                    view.index.definition(binding.target, view.facts.module),
                )
                if wanted is not None and given is not None and wanted.cls is not None and wanted.cls is given.cls:
                    return local
    return None


def _member_of(view: FileView, name: str, value: str | None) -> str:
    """The member of an enum of this file that has a string value."""
    for node in view.by_type.get(cst.ClassDef, ()):
        assert isinstance(node, cst.ClassDef)
        if value is not None and node.name.value == name and isinstance(node.body, cst.IndentedBlock):
            for line in node.body.body:
                assign = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
                if (
                    isinstance(assign, cst.Assign)
                    and string_value(assign.value) == value
                    and isinstance(assign.targets[0].target, cst.Name)
                ):
                    return assign.targets[0].target.value
    return ""


# -- annotations ------------------------------------------------------------------------------------------------------


@on_node(cst.SimpleString)
def convert_quoted_type(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """v1 types in a quoted annotation: ``"List[FlyteFile]"`` (TYP-83)."""
    assert isinstance(node, cst.SimpleString)
    text = string_value(node)
    if (
        text is None
        or not any(fact.local in text for fact in view.facts.imports)
        or not _is_quoted_annotation(view, node)
    ):
        return
    try:
        parsed = cst.parse_expression(text)
    except cst.ParserSyntaxError:
        return
    renamed = parsed.visit(_Quoted(view))
    if isinstance(renamed, cst.BaseExpression) and code(renamed) != text:
        quote = "'" if '"' in code(renamed) else '"'
        yield Replace(node, lambda updated: cst.SimpleString(f"{quote}{code(renamed)}{quote}"))


class _Quoted(cst.CSTTransformer):
    """The v2 names of v1 types in a parsed annotation, their formats dropped."""

    def __init__(self, view: FileView) -> None:
        self.view = view

    def _target(self, node: cst.CSTNode) -> str:
        text = dotted_name(node)
        if not text:
            return ""
        qualified = self.view.index.local(self.view.facts.module, text)
        return _TARGETS.get(self.view.index.canonical(qualified, self.view.facts.module), "")

    def _renamed(self, node: cst.BaseExpression, updated: cst.BaseExpression) -> cst.BaseExpression:
        target = self._target(node)
        return v2_type(self.view, target) if target else updated

    def leave_Name(  # noqa: N802
        self, original_node: cst.Name, updated_node: cst.Name
    ) -> cst.BaseExpression:
        return self._renamed(original_node, updated_node)

    def leave_Attribute(  # noqa: N802
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        return self._renamed(original_node, updated_node)

    def leave_Subscript(  # noqa: N802
        self, original_node: cst.Subscript, updated_node: cst.Subscript
    ) -> cst.BaseExpression:
        target = self._target(original_node.value)
        return v2_type(self.view, target) if target and target != DATAFRAME else updated_node


def _is_quoted_annotation(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a string is a type: an annotation or part of a generic in one, not of ``Literal`` or ``Annotated``."""
    item: cst.CSTNode = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Annotation):
            return True
        if isinstance(ancestor, cst.Subscript):
            name = code(ancestor.value).rpartition(".")[2]
            if name == "Literal" or (name == "Annotated" and item is not ancestor.slice[0]):
                return False
        elif not isinstance(ancestor, (cst.SubscriptElement, cst.Index, cst.BinaryOperation)):
            return False
        item = ancestor
    return False


@on_task
def convert_task_types(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """``os.PathLike`` in a signature is a file (TYP-15)."""
    node = definition.node
    annotations = [p.annotation for p in (*node.params.params, *node.params.kwonly_params)]
    for annotation in (*annotations, node.returns):
        if annotation is None:
            continue
        type_ = Type(code(annotation.annotation), view.facts.module)
        name = type_.bare(view).name(view)
        if name == "os.PathLike" and isinstance(annotation.annotation, (cst.Name, cst.Attribute)):
            target = v2_type(view, FILE.target)
            yield Replace(annotation.annotation, lambda updated, target=target: target)  # type: ignore[misc]
        elif name == "os.PathLike":
            yield Finding(
                annotation, "FM307", f"{code(annotation.annotation)}: write {v2_name(view, FILE.target)} for the file."
            )


# -- JSON mixins ------------------------------------------------------------------------------------------------------


@on_file
def drop_json_mixins(view: FileView) -> Iterator[Item]:
    """``@dataclass_json`` and ``DataClassJSONMixin`` of dataclasses that only v1 serialized (TYP-81)."""
    if not any(f.target == _JSON_DECORATOR or f.target in _JSON_MIXINS for f in view.facts.imports) or _uses_json(view):
        return
    for node in view.by_type.get(cst.ClassDef, ()):
        assert isinstance(node, cst.ClassDef)
        if _is_known_elsewhere(view, node) or not any(
            _called_or_named(d.decorator) == "dataclass" for d in node.decorators
        ):
            continue
        for decorator in node.decorators:
            inner = decorator.decorator
            plain = inner.func if isinstance(inner, cst.Call) and not inner.args else inner
            if view.qualified(plain) == _JSON_DECORATOR:
                yield Replace(decorator, lambda updated: None)
        for base in node.bases:
            if view.qualified(base.value) in _JSON_MIXINS:
                yield Replace(node, _without_base(node.bases.index(base)))
                break


def _called_or_named(node: cst.BaseExpression) -> str:
    return dotted_name(node.func if isinstance(node, cst.Call) else node).rpartition(".")[2]


def _uses_json(view: FileView) -> bool:
    return any(
        isinstance(a, cst.Attribute) and a.attr.value in _JSON_METHODS for a in view.by_type.get(cst.Attribute, ())
    )


def _is_known_elsewhere(view: FileView, node: cst.ClassDef) -> bool:
    """Whether another module may use the class: by name or through the module."""
    module = view.facts.module
    if f"{module}.{node.name.value}" in view.index.imported_names:
        return True
    return bool(view.index.imported_whole.get(module, frozenset()) - {module})


def _without_base(index: int) -> Callable[[cst.ClassDef], cst.ClassDef]:
    def build(updated: cst.ClassDef) -> cst.ClassDef:
        bases = [b for n, b in enumerate(updated.bases) if n != index]
        if bases:
            bases[-1] = bases[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            return updated.with_changes(bases=bases)
        return updated.with_changes(bases=[], lpar=cst.MaybeSentinel.DEFAULT, rpar=cst.MaybeSentinel.DEFAULT)

    return build
