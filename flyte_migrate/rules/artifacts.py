"""Artifacts: a declaration becomes the ``flyte.artifacts.Metadata`` that its producers return their value with
(IMP-30, IMP-93, TYP-86).

v1 declares an artifact in the annotation of an output, v2 wraps the returned value; and only a file, a directory or a
data frame can be an artifact there. A declaration under a variable stays under it, as the metadata without partitions,
whose values belong to one version.

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.artifacts/
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project.facts import ModuleFacts, Parameter
from flyte_migrate.project.link import ARTIFACT, Task
from flyte_migrate.rewrite.flow import Type, parsed
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, expression, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import UNKNOWN, arguments, callee, constant, follow, indentation, is_none
from flyte_migrate.rules.kinds import kinds_of

_ON_ARTIFACT = "union.artifacts.OnArtifact"
_INPUTS = "flytekit.core.artifact.Inputs"
_CARDS = {"union.artifacts.ModelCard": "model", "union.artifacts.DataCard": "data"}
_UNDERSTOOD = {"name", "partition_keys", "time_partitioned", "time_partition_granularity"}
_ORDER = ("project", "domain", "name")
#: Granularities by their name in v1; those of a minute have no counterpart.
_GRANULARITIES = {"HOUR": "hour", "DAY": "day", "MONTH": "month"}
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_TUPLES = frozenset({"typing.Tuple"})
#: The kinds of values that can be artifacts in v2 (``flyte.artifacts._wrapper.ensure_artifactable``).
_CAN_BE_ARTIFACTS = frozenset({"file", "dir", "frame", "raw"})
_TIME = "time_partition"
#: Whose text is what v1 stores as the value of a partition.
_PLAIN = frozenset({"str", "int", "float", "bool"})


@dataclass(frozen=True, eq=False)
class Declared:
    """What an expression that stands for a v1 artifact says: ``metadata`` and ``name`` are v2 source text for it."""

    metadata: str
    name: str
    keys: tuple[str, ...]
    granularity: str  # of its time partition, empty without


@dataclass(frozen=True, eq=False)
class _Output:
    """An output of a task that is an artifact: its annotation, the partitions bound there by key, its place."""

    annotation: cst.Subscript
    declared: Declared
    partitions: Mapping[str, cst.BaseExpression]
    wraps: bool  # whether a raw data frame is returned, which has to be wrapped first
    index: int | None  # among several outputs


def declared(view: FileView, node: cst.BaseExpression) -> Declared | None:
    """The artifact that a name or call stands for, declared here or elsewhere; None where it can't be converted."""
    behind = follow(view, node)
    if not isinstance(behind, cst.Call) or callee(view, behind) != ARTIFACT:
        return None
    given = arguments(behind, _ORDER)
    if given is None or "name" not in given or not set(given) <= _UNDERSTOOD:
        return None
    keys = constant(view, given["partition_keys"].value) if "partition_keys" in given else []
    partitioned = constant(view, given["time_partitioned"].value) if "time_partitioned" in given else False
    known = "DAY" if partitioned else ""
    if partitioned and "time_partition_granularity" in given:
        known = code(given["time_partition_granularity"].value).rpartition(".")[2]
    if not isinstance(keys, (list, tuple)) or partitioned is UNKNOWN or (known and known not in _GRANULARITIES):
        return None
    name = code(given["name"].value)
    if behind is node:
        metadata = f"{view.local_name('flyte.artifacts:')}.Metadata(name={name})"
        return Declared(metadata, name, tuple(keys), _GRANULARITIES.get(known, ""))
    return Declared(code(node), f"{code(node)}.name", tuple(keys), _GRANULARITIES.get(known, ""))


# -- declarations ------------------------------------------------------------------------------------------------------


@on_symbol(ARTIFACT)
def convert_declaration(view: FileView, reference: Reference) -> Iterator[Item]:
    """``X = Artifact(name="x", …)`` → ``X = flyte.artifacts.Metadata(name="x")``."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        yield Finding(
            reference.chain,
            "FM550",
            "It is made around the returned value: flyte.artifacts.new(value, flyte.artifacts.Metadata(name=...)).",
        )
        return
    if _in_converted_annotation(view, node):
        return
    found = declared(view, node)
    if found is None:
        given = keyword_of(node, "name")
        name = code(given.value) if given is not None else "..."
        yield Finding(
            node,
            "FM550",
            f"Not all of this declaration can be converted: write flyte.artifacts.Metadata(name={name}), and wrap what "
            "its producers return, flyte.artifacts.new(value, metadata).",
        )
        return
    if isinstance(view.parent(node), (cst.Assign, cst.AnnAssign)):
        given = keyword_of(node, "name")
        assert given is not None
        position = list(node.args).index(given)
        target = cst.parse_expression(f"{view.local_name('flyte.artifacts:')}.Metadata")
        yield Replace(node, lambda updated: call(target, [argument(updated.args[position].value, "name")]))
        return
    attribute = view.parent(node)
    if _is_taken_over(view, node):
        return
    if isinstance(attribute, cst.Attribute) and attribute.attr.value == "query":
        yield _query_finding(view, attribute, found)
    else:
        yield Finding(
            node, "FM550", f"Write it around what the task returns: flyte.artifacts.new(value, {found.metadata})."
        )


# -- producers ---------------------------------------------------------------------------------------------------------


def artifact_arguments(view: FileView, definition: TaskDefinition) -> list[cst.Arg]:
    """``produces_artifacts=True`` for a task whose outputs are artifacts: what lets the platform publish them."""
    return [argument("True", "produces_artifacts")] if _producers(view).get(definition.node) else []


@lru_cache(maxsize=1)
def _producers(view: FileView) -> dict[cst.FunctionDef, list[_Output]]:
    """The outputs that are artifacts of every task of the file that can be converted."""
    found: dict[cst.FunctionDef, list[_Output]] = {}
    if "Annotated" not in view.text:
        return found
    for definition in view.tasks:
        annotation = definition.node.returns
        if annotation is None or definition.task.qualified in view.environments.blocked:
            continue
        outputs = list(_outputs(view, definition, annotation.annotation))
        known = [o for o in outputs if o is not None]
        if known and len(known) == len(outputs) and _can_wrap(view, definition, known):
            found[definition.node] = known
    return found


def _outputs(view: FileView, definition: TaskDefinition, annotation: cst.BaseExpression) -> Iterator[_Output | None]:
    """The annotations of outputs that name an artifact; None for one that can't be converted."""
    several = isinstance(annotation, cst.Subscript) and (
        code(annotation.value) == "tuple" or view.qualified(annotation.value) in _TUPLES
    )
    parts = [annotation]
    if several:
        assert isinstance(annotation, cst.Subscript)
        parts = [e.slice.value for e in annotation.slice if isinstance(e.slice, cst.Index)]
    kinds = kinds_of(view)
    for number, part in enumerate(parts):
        metadata = _metadata_in(view, part)
        if metadata is None:
            continue
        assert isinstance(part, cst.Subscript)
        value = part.slice[0].slice
        assert isinstance(value, cst.Index)
        bound = metadata if isinstance(metadata, cst.Call) and callee(view, metadata) != ARTIFACT else None
        artifact = declared(view, bound.func if bound is not None else metadata)
        kind = kinds.of_type(Type(code(value.value), view.facts.module))
        partitions = _bound(view, definition, artifact, bound) if artifact is not None else None
        convertible = kind is not None and kind.name in _CAN_BE_ARTIFACTS and len(part.slice) == 2
        if artifact is None or partitions is None or kind is None or not convertible:
            yield None
        else:
            yield _Output(part, artifact, partitions, kind.name == "raw", number if several else None)


def _metadata_in(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """The artifact, bound or not, that an ``Annotated[T, …]`` names."""
    if not isinstance(node, cst.Subscript) or view.qualified(node.value) not in _ANNOTATED:
        return None
    for element in node.slice[1:]:
        item = element.slice.value if isinstance(element.slice, cst.Index) else None
        if item is not None and is_artifact(view, item.func if isinstance(item, cst.Call) else item):
            return item
        if isinstance(item, cst.Call) and callee(view, item) == ARTIFACT:
            return item
    return None


def is_artifact(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether an expression stands for a v1 artifact that is declared under a variable, here or elsewhere."""
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return False
    behind = follow(view, node)
    return behind is not node and isinstance(behind, cst.Call) and callee(view, behind) == ARTIFACT


def _bound(
    view: FileView, definition: TaskDefinition, artifact: Declared, node: cst.Call | None
) -> dict[str, cst.BaseExpression] | None:
    """The partition values given in the annotation, ``Inputs.x`` as the parameter it names."""
    found: dict[str, cst.BaseExpression] = {}
    parameters = {p.name.value: p for p in definition.node.params.params}
    for arg in node.args if node is not None else ():
        if arg.keyword is None or arg.star:
            return None
        value: cst.BaseExpression = arg.value
        if isinstance(value, cst.Attribute) and view.canonical(value.value) == _INPUTS:
            name = value.attr.value
            if name not in parameters or _is_assigned(definition.node, name):
                return None
            annotation = parameters[name].annotation
            plain = annotation is not None and code(annotation.annotation) in _PLAIN
            value = cst.Name(name)
            if arg.keyword.value != _TIME and not plain:
                value = cst.Call(cst.Name("str"), [cst.Arg(value)])
        found[arg.keyword.value] = value
    known = {*artifact.keys, *([_TIME] if artifact.granularity else [])}
    return found if set(found) <= known else None


def _is_assigned(function: cst.FunctionDef, name: str) -> bool:
    targets = (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.For, cst.NamedExpr)
    return any(
        isinstance(n, targets) and any(isinstance(t, cst.Name) and t.value == name for t in walk(n.target))
        for n in walk(function.body)
    )


def _can_wrap(view: FileView, definition: TaskDefinition, outputs: Sequence[_Output]) -> bool:
    """Whether every value that is returned can be wrapped, and nothing else of the task makes an artifact."""
    wrapped: list[cst.BaseExpression] = []
    for returned in _returns(view, definition.node):
        for output in outputs:
            value = _value_of(returned, output)
            if value is None:
                return False
            if _is_created(view, value):
                assert isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute)
                again = declared(view, value.func.value)
                if again is None or again.name != output.declared.name or _created(view, value, output) is None:
                    return False
                wrapped.append(value)
    calls = [n for n in walk(definition.node.body) if isinstance(n, cst.Call) and _is_created(view, n)]
    return all(any(n is w for w in wrapped) for n in calls)


def _returns(view: FileView, function: cst.FunctionDef) -> Iterator[cst.Return]:
    for node in view.by_type.get(cst.Return, ()):
        assert isinstance(node, cst.Return)
        if view.function_of(node) is function:
            yield node


def _value_of(returned: cst.Return, output: _Output) -> cst.BaseExpression | None:
    if output.index is None:
        return returned.value
    if not isinstance(returned.value, cst.Tuple) or output.index >= len(returned.value.elements):
        return None
    element = returned.value.elements[output.index]
    return element.value if isinstance(element, cst.Element) else None


def _is_created(view: FileView, node: cst.BaseExpression) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value == "create_from"
        and is_artifact(view, node.func.value)
    )


def created_value(view: FileView, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The value in ``X.create_from(value, …)`` of an artifact; None for anything else."""
    if not isinstance(node, cst.Call) or not _is_created(view, node) or not node.args:
        return None
    first = node.args[0]
    return first.value if not first.star and (first.keyword is None or first.keyword.value == "o") else None


@dataclass(frozen=True, eq=False)
class _Created:
    """The arguments of a ``create_from``, by their position in the call: those of partitions, and that of a card."""

    partitions: Mapping[str, int]
    card: int | None


def _created(view: FileView, node: cst.Call, output: _Output) -> _Created | None:
    """How a ``create_from`` converts; None if it doesn't."""
    if created_value(view, node) is None:
        return None
    partitions: dict[str, int] = {}
    card: int | None = None
    for position, arg in enumerate(node.args):
        if arg.star:
            return None
        keyword = arg.keyword.value if arg.keyword is not None else ""
        if position == 0 or keyword == "o":
            continue
        if not keyword or keyword == "card":
            if card is not None or not isinstance(arg.value, cst.Call):
                return None
            if callee(view, arg.value) not in _CARDS or len(arg.value.args) != 1:
                return None
            card = position
        else:
            partitions[keyword] = position
    known = {*output.declared.keys, *([_TIME] if output.declared.granularity else [])}
    return _Created(partitions, card) if set(partitions) <= known else None


@on_file
def convert_producers(view: FileView) -> Iterator[Item]:
    """``-> Annotated[T, X(k=v)]`` → ``-> T``, with ``flyte.artifacts.new(value, …)`` around what is returned."""
    for function, outputs in _producers(view).items():
        for output in outputs:
            yield Replace(output.annotation, lambda updated: updated.slice[0].slice.value)
            for returned in _returns(view, function):
                value = _value_of(returned, output)
                # Nothing, where the output is optional, makes no artifact.
                if value is not None and not is_none(value):
                    yield _wrapped(view, function, output, value)


def _wrapped(view: FileView, function: cst.FunctionDef, output: _Output, value: cst.BaseExpression) -> Replace:
    created = _created(view, value, output) if isinstance(value, cst.Call) and _is_created(view, value) else None
    indent = indentation(view, value)
    if created is None:
        return Replace(value, lambda updated: _new(view, output, updated, output.partitions, None, indent), wraps=True)
    assert isinstance(value, cst.Call)
    original = value.args

    def build(updated: cst.Call) -> cst.BaseExpression:
        given = {
            k: _text(function, original[n].value, updated.args[n].value) if k != _TIME else updated.args[n].value
            for k, n in created.partitions.items()
        }
        card = None
        if created.card is not None:
            made = updated.args[created.card].value
            assert isinstance(made, cst.Call)
            card = _card(view, value, callee(view, original[created.card].value), made.args[0].value)
        return _new(view, output, updated.args[0].value, {**output.partitions, **given}, card, indent)

    return Replace(value, build)


def _text(function: cst.FunctionDef, original: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression:
    """A value as v1 stored it: its text. v2 makes a time partition of a date."""
    if isinstance(original, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString, cst.Integer)):
        return value
    if isinstance(original, cst.Call) and code(original.func) == "str":
        return value
    if isinstance(original, cst.Name) and not _is_assigned(function, original.value):
        for parameter in function.params.params:
            annotation = parameter.annotation if parameter.name.value == original.value else None
            if annotation is not None and code(annotation.annotation) in _PLAIN:
                return value
    return cst.Call(cst.Name("str"), [cst.Arg(value)])


def _new(
    view: FileView,
    output: _Output,
    value: cst.BaseExpression,
    partitions: Mapping[str, cst.BaseExpression],
    card: cst.BaseExpression | None,
    indent: str,
) -> cst.BaseExpression:
    module = view.local_name("flyte.artifacts:")
    if output.wraps:
        value = expression("{frame}.wrap_df({value})", frame=view.local_name("flyte.io:DataFrame"), value=value)
    metadata = cst.parse_expression(output.declared.metadata)
    if partitions or card is not None:
        args = [argument(output.declared.name, "name")]
        elements = [_partition(module, output.declared, k, v) for k, v in partitions.items()]
        if elements:
            args.append(argument(cst.Dict(elements), "partitions"))
        if card is not None:
            args.append(argument(card, "card"))
        metadata = call(f"{module}.Metadata", args, room=80 - len(indent), indent=f"{indent}    ")
    return call(f"{module}.new", [argument(value), argument(metadata)], room=77 - len(indent), indent=indent)


def _partition(module: str, artifact: Declared, key: str, value: cst.BaseExpression) -> cst.DictElement:
    """A partition; v1's time partition had no key, for which v2 takes "hour" or "date" by custom."""
    if key != _TIME:
        return cst.DictElement(cst.SimpleString(f'"{key}"'), value)
    time = expression("{make}(value, granularity)", make=f"{module}.TimePartition")
    assert isinstance(time, cst.Call)
    time = time.with_changes(args=[cst.Arg(value), cst.Arg(cst.SimpleString(f'"{artifact.granularity}"'))])
    return cst.DictElement(cst.SimpleString(f'"{time_key(artifact)}"'), time)


def time_key(artifact: Declared) -> str:
    """The key of the time partition that artifacts agree on (``flyte.artifacts._partitions.default_time_key``)."""
    return "hour" if artifact.granularity == "hour" else "date"


def _card(view: FileView, at: cst.CSTNode, kind: str, text: cst.BaseExpression) -> cst.BaseExpression:
    """The card of a version: v1 uploaded its text as markdown."""
    create = cst.parse_expression(f"{view.local_name('flyte.artifacts:')}.Card.create_from")
    function = view.function_of(at)
    waits = function is not None and function.asynchronous is not None
    if waits:
        create = cst.Attribute(create, cst.Name("aio"))
    args = [argument(text, "content"), argument('"md"', "format"), argument(f'"{_CARDS[kind]}"', "card_type")]
    made = call(create, args, room=76, indent=indentation(view, at) + " " * 8)
    return cst.Await(made) if waits else made


# -- what is left ------------------------------------------------------------------------------------------------------


@on_symbol(_INPUTS, *_CARDS)
def report_parts(view: FileView, reference: Reference) -> Iterator[Item]:
    """The parts of an artifact where they are not converted with it."""
    node = reference.chain
    if _in_converted_annotation(view, node):
        return
    calls = [a for a in view.ancestors(node) if isinstance(a, cst.Call)]
    if any((callee(view, c) == ARTIFACT and declared(view, c) is not None) or _is_wrapped(view, c) for c in calls):
        return
    if reference.name in _CARDS:
        kind = _CARDS[reference.name]
        yield Finding(
            node,
            "FM552",
            f'Write card=flyte.artifacts.Card.create_from(content=..., format="md", card_type="{kind}") in the '
            "flyte.artifacts.Metadata of the version.",
        )
    else:
        yield Finding(node, "FM550", "Partition values go into flyte.artifacts.Metadata(name=..., partitions={...}).")


def _in_converted_annotation(view: FileView, node: cst.CSTNode) -> bool:
    converted = {id(o.annotation) for outputs in _producers(view).values() for o in outputs}
    return any(id(a) in converted for a in view.ancestors(node))


def _is_wrapped(view: FileView, node: cst.Call) -> bool:
    function = view.function_of(node)
    outputs = _producers(view).get(function, []) if function is not None else []
    return bool(outputs) and _is_created(view, node)


@on_file
def report_uses(view: FileView) -> Iterator[Item]:
    """Uses of an artifact that are no producers: queries, and outputs that can't be artifacts in Flyte 2."""
    for use in _uses(view):
        chain: cst.BaseExpression = use
        parent = view.parent(use)
        if isinstance(parent, cst.Attribute) and parent.value is use and not is_artifact(view, use):
            chain, parent = parent, view.parent(parent)
        if not is_artifact(view, chain) or _in_converted_annotation(view, use) or _is_taken_over(view, use):
            continue
        found = declared(view, chain)
        member = parent.attr.value if isinstance(parent, cst.Attribute) and parent.value is chain else ""
        applied = view.parent(parent) if member and parent is not None else None
        name = found.name if found is not None else f"{code(chain)}.name"
        if member == "query":
            assert isinstance(parent, cst.Attribute)
            yield _query_finding(view, parent, found)
            yield from _without_default(view, view.parent(applied) if applied is not None else None)
        elif member == "create_from":
            if not (isinstance(applied, cst.Call) and _is_wrapped(view, applied)):
                yield Finding(use, "FM550", f"Write flyte.artifacts.new(value, flyte.artifacts.Metadata(name={name})).")
        elif member and member != "name":
            if not any(isinstance(a, cst.Call) and is_query(view, a) for a in view.ancestors(use)):
                yield Finding(
                    use, "FM550", f"flyte.artifacts.Metadata has no {member}: partitions belong to one version of it."
                )
        elif any(isinstance(a, cst.Annotation) for a in view.ancestors(use)):
            yield Finding(use, "FM550", _annotation_message(view, use, found.metadata if found else code(chain)))


def _is_taken_over(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a use is part of a trigger or an app, whose rules convert or report it."""
    names = (callee(view, a) for a in view.ancestors(node) if isinstance(a, cst.Call))
    return any(name == _ON_ARTIFACT or name.startswith("union.app.") for name in names)


def _annotation_message(view: FileView, use: cst.Name, metadata: str) -> str:
    made = f"flyte.artifacts.new(value, {metadata})"
    for ancestor in view.ancestors(use):
        if isinstance(ancestor, cst.Subscript) and view.qualified(ancestor.value) in _ANNOTATED:
            kind = kinds_of(view).of_type(Type(code(ancestor.slice[0].slice), view.facts.module))
            if kind is None or kind.name not in _CAN_BE_ARTIFACTS:
                return (
                    "Only a File, Dir or DataFrame can be an artifact in Flyte 2: put the value into one, and return "
                    f"{made} from a task with produces_artifacts=True."
                )
    return f"The annotation makes no artifact in Flyte 2: return {made}, from a task with produces_artifacts=True."


def _query_finding(view: FileView, query: cst.Attribute, found: Declared | None) -> Finding:
    """What a query becomes: Flyte 2 looks an artifact up where a run is started."""
    node = view.parent(query)
    selected = ""
    given = [(a.keyword, a.value) for a in node.args] if isinstance(node, cst.Call) else []
    if all(k is not None and string_value(v) is not None for k, v in given):
        selected = "".join(f", {code(k)}={code(v)}" for k, v in given if k is not None)
    name = found.name if found is not None else "name"
    fetched = f"flyte.remote.Artifact.get({name}{selected})"
    parameter = view.parent(node) if node is not None else None
    if isinstance(parameter, cst.Param):
        message = (
            f"An input has no artifact as a default in Flyte 2: give {parameter.name.value}={fetched} to flyte.run, or "
            "let a trigger bind it."
        )
    else:
        message = f"Fetch it where the run is started, {fetched}, or let a trigger bind it."
    return Finding(query, "FM551", message)


def _without_default(view: FileView, parameter: cst.CSTNode | None) -> Iterator[Item]:
    """An input whose default is a query becomes one without default, unless another with a default precedes it."""
    if not isinstance(parameter, cst.Param):
        return
    parameters = view.parent(parameter)
    function = view.parent(parameters) if isinstance(parameters, cst.Parameters) else None
    if not isinstance(function, cst.FunctionDef) or view.definition_of(function) is None:
        return
    assert isinstance(parameters, cst.Parameters)
    queries = [p for p in parameters.params if isinstance(p.default, cst.Call) and is_query(view, p.default)]
    before = parameters.params[: parameters.params.index(parameter)] if parameter in parameters.params else ()
    if all(p.default is None or p in queries for p in before):
        yield Replace(
            parameter,
            lambda updated: updated.with_changes(default=None, equal=cst.MaybeSentinel.DEFAULT),
            wraps=True,
        )


def is_query(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether an expression is ``X.query(…)`` of an artifact."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "query":
        return False
    owner = node.func.value
    return is_artifact(view, owner) or (isinstance(owner, cst.Call) and callee(view, owner) == ARTIFACT)


def _uses(view: FileView) -> Iterator[cst.Name]:
    """The names of the file that may stand for an artifact, or for a module that declares one."""
    wanted = {name for name in _variables(view) if name in view.occurrences}
    for name in sorted(wanted):
        for use in view.occurrences[name]:
            if use in view.scope_at and not isinstance(view.parent(use), (cst.AssignTarget, cst.ImportAlias)):
                yield use


def _variables(view: FileView) -> set[str]:
    """The module-level names that artifacts, or modules that declare some, have in this file."""
    own = set(_declared_in(view, view.facts))
    for fact in view.facts.imports:
        definition = view.index.definition(fact.target, view.facts.module)
        if definition is None:
            continue
        names = _declared_in(view, definition.module)
        is_module = definition.variable is None and definition.function is None and definition.cls is None
        if definition.name in names or (is_module and names):
            own.add(fact.local)
    return own


def _declared_in(view: FileView, facts: ModuleFacts) -> list[str]:
    return [v.name for v in facts.variables if v.call and view.index.canonical(v.call, facts.module) == ARTIFACT]


# -- triggers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class ArtifactTrigger:
    """An ``OnArtifact`` that converts: v2 source of its automation, and the trigger's inputs (name, v2 source)."""

    automation: str
    inputs: tuple[tuple[str, str], ...]
    watched: str  # the qualified name of the artifact


def artifact_trigger(view: FileView, node: cst.BaseExpression | None) -> ArtifactTrigger | None:
    """How the ``OnArtifact`` that an expression stands for converts; None for anything else, or if it doesn't."""
    behind = follow(view, node) if node is not None else None
    if not isinstance(behind, cst.Call) or callee(view, behind) != _ON_ARTIFACT or node is None:
        return None
    if behind not in view.parents:
        return _imported_trigger(view, node)
    given = arguments(behind, ("trigger_on", "inputs"))
    if given is None or "trigger_on" not in given or not set(given) <= {"trigger_on", "inputs"}:
        return None
    watched, selected = _selected(view, given["trigger_on"].value)
    found = declared(view, watched) if watched is not None else None
    if watched is None or found is None:
        return None
    inputs: list[tuple[str, str]] = []
    value = follow(view, given["inputs"].value) if "inputs" in given else cst.Dict([])
    if not isinstance(value, cst.Dict):
        return None
    for element in value.elements:
        key = string_value(element.key) if isinstance(element, cst.DictElement) else None
        made = _trigger_value(view, element.value, found) if key is not None else None
        if key is None or made is None:
            return None
        inputs.append((key, made))
    if sum(made == view.local_name("flyte:TriggeredArtifact") for _, made in inputs) > 1:
        return None
    arguments_ = "".join(f", {k}={v}" for k, v in selected.items())
    return ArtifactTrigger(
        f"{view.local_name('flyte:OnArtifact')}({found.name}{arguments_})", tuple(inputs), _qualified(view, watched)
    )


def _imported_trigger(view: FileView, node: cst.BaseExpression) -> ArtifactTrigger | None:
    """A trigger that another module makes, of an artifact and nothing else."""
    name = view.qualified(node)
    definition = view.index.definition(name, view.facts.module) if name else None
    variable = definition.variable if definition is not None else None
    if definition is None or variable is None or variable.positional or len(variable.arguments) != 1:
        return None
    watched = variable.arguments[0]
    found = view.index.definition(watched.resolved, definition.module.module) if watched.resolved else None
    if watched.keyword != "trigger_on" or found is None or found.name not in _declared_in(view, found.module):
        return None
    return ArtifactTrigger(code(node), (), f"{found.module.module}.{found.name}")


def queried(view: FileView, task: Task, parameter: Parameter) -> str:
    """The qualified name of the artifact whose query is the default of an input; empty for any other default."""
    call_ = parsed(parameter.default) if parameter.default is not None else None
    if not isinstance(call_, ast.Call) or not isinstance(call_.func, ast.Attribute) or call_.func.attr != "query":
        return ""
    definition = view.index.definition(view.index.local(task.module, ast.unparse(call_.func.value)), task.module)
    if definition is None or definition.variable is None or not definition.variable.call:
        return ""
    if view.index.canonical(definition.variable.call, definition.module.module) != ARTIFACT:
        return ""
    return f"{definition.module.module}.{definition.name}"


def _qualified(view: FileView, node: cst.BaseExpression) -> str:
    name = view.qualified(node)
    definition = view.index.definition(name, view.facts.module) if name else None
    return f"{definition.module.module}.{definition.name}" if definition is not None else ""


def _selected(view: FileView, node: cst.BaseExpression) -> tuple[cst.BaseExpression | None, dict[str, str]]:
    """The artifact that a trigger watches, and the string partitions it asks for: ``X`` or ``X.query(region="eu")``."""
    if not isinstance(node, cst.Call):
        return (node, {}) if is_artifact(view, node) else (None, {})
    if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "query":
        return None, {}
    keywords = {a.keyword.value: a.value for a in node.args if a.keyword is not None and not a.star}
    texts = all(string_value(v) is not None for v in keywords.values())
    if len(keywords) != len(node.args) or not texts or {"project", "domain", _TIME, "partitions"} & set(keywords):
        return None, {}
    return node.func.value, {k: code(v) for k, v in keywords.items()}


def _trigger_value(view: FileView, node: cst.BaseExpression, watched: Declared) -> str | None:
    """An input of a trigger: the version that fired it, one of its partitions, or a value that holds no artifact."""
    if is_artifact(view, node):
        found = declared(view, node)
        return view.local_name("flyte:TriggeredArtifact") if found is not None and found.name == watched.name else None
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Attribute):
        owner = node.value
        if owner.attr.value == "partitions" and is_artifact(view, owner.value):
            found = declared(view, owner.value)
            if found is None or found.name != watched.name:
                return None
            return f'{view.local_name("flyte:TriggeredPartition")}("{node.attr.value}")'
    names = [n for n in walk(node) if isinstance(n, (cst.Name, cst.Attribute))]
    if any(is_artifact(view, n) or view.canonical(n).split(".")[0] in V1_ROOTS for n in names):
        return None
    return code(node)


@on_symbol(_ON_ARTIFACT)
def convert_trigger(view: FileView, reference: Reference) -> Iterator[Item]:
    """``OnArtifact(trigger_on=X, inputs=…)`` → ``flyte.OnArtifact(X.name)``; its inputs go to the trigger."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        return
    found = artifact_trigger(view, node)
    if found is not None:
        yield Replace(node, lambda updated: cst.parse_expression(found.automation))
