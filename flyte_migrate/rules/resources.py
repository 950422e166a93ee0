"""Resources, accelerator and shared memory of a task → one ``flyte.Resources`` (RES-01…13, ACC-01…17, CFG-05…08).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/resources/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from flyte_migrate.mapping import accelerators
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    argument_around,
    arguments,
    callee,
    canonical,
    constant,
    follow,
    is_none,
    layout_comments,
    literal,
    relaid,
    stays_v1,
    v2,
)

RESOURCES = "flytekit.Resources"
#: v1 task arguments that end up in ``resources=``.
RESOURCE_KEYWORDS = ("requests", "limits", "resources", "accelerator", "shared_memory")
_FIELDS = ("cpu", "mem", "gpu", "ephemeral_storage")
_RENAMED = {"cpu": "cpu", "mem": "memory", "gpu": "gpu", "ephemeral_storage": "disk"}
_ACCELERATORS = "flytekit.extras.accelerators."


@dataclass
class Merged:
    """The arguments of ``flyte.Resources`` that say what several v1 arguments said, and what could not be said."""

    args: list[cst.Arg] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)  # (code, message)
    unread: list[str] = field(default_factory=list)  # arguments that are expressions
    whole: cst.BaseExpression | None = None  # an expression that already is the whole value: a converted variable


@dataclass
class _Sides:
    """Request and limit of every dimension, as v1 expressions."""

    requests: dict[str, cst.BaseExpression] = field(default_factory=dict)
    limits: dict[str, cst.BaseExpression] = field(default_factory=dict)


def merged_resources(view: FileView, given: Mapping[str, cst.Arg], base: Mapping[str, cst.Arg] | None = None) -> Merged:
    """What the arguments of RESOURCE_KEYWORDS (original nodes) say together."""
    found = Merged()
    present = {k: given[k].value for k in RESOURCE_KEYWORDS if k in given and not is_none(given[k].value)}
    below = {k: base[k].value for k in RESOURCE_KEYWORDS if k in base and not is_none(base[k].value)} if base else {}
    if len(present) == 1 and not below:
        ((keyword, value),) = present.items()
        if keyword in ("requests", "resources", "limits") and _is_whole(view, value, keyword):
            found.whole = value
            return found
    sides = _Sides()
    for values in (below, present):
        for keyword in ("resources", "requests", "limits"):
            if keyword in values:
                _read(view, values[keyword], keyword, sides, found)
    present = {**below, **present}
    if found.unread:
        left = " and ".join(found.unread)
        found.problems.append(
            (
                "FM113",
                f"{left} can't be read here and was left out; write the values into resources=flyte.Resources(...).",
            )
        )
    _values(view, sides, found, present.get("accelerator"))
    _shared_memory(view, present.get("shared_memory"), found)
    return found


def resources_call(view: FileView, merged: Merged, *, room: int = 88, indent: str = "") -> cst.BaseExpression | None:
    """``flyte.Resources(...)``, the variable that holds it, or None where nothing is left to say."""
    if merged.whole is not None:
        return merged.whole
    return call(view.local_name("flyte:Resources"), merged.args, room=room, indent=indent) if merged.args else None


def resources_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``resources=`` for its v1 resource arguments."""
    value = resources_value(view, originals, "resources", indent="    ")
    if value is None:
        return []
    # A whole argument that stays has been converted where it stood.
    kept = next((k for k in RESOURCE_KEYWORDS if k in originals and originals[k].value is value), None)
    return [argument(value if kept is None else args[kept].value, "resources")]


def resources_value(
    view: FileView, originals: Mapping[str, cst.Arg], keyword: str, *, indent: str
) -> cst.BaseExpression | None:
    """The v2 value for the v1 resource arguments among ``originals``, laid out as ``keyword=`` of a call."""
    present = [originals[k].value for k in RESOURCE_KEYWORDS if k in originals]
    if len(present) == 1 and next(layout_comments(present), None) is not None and isinstance(present[0], cst.Call):
        keyword_given = next(k for k in RESOURCE_KEYWORDS if k in originals)
        in_place = _in_place(view, present[0], present[0], keyword_given == "limits")
        if in_place is not None:
            return relaid(in_place, indent)
    return resources_call(
        view, merged_resources(view, originals), room=88 - len(indent) - len(keyword) - 2, indent=indent
    )


def resources_findings(view: FileView, originals: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Findings about the resource arguments of one task or call."""
    given = [k for k in RESOURCE_KEYWORDS if k in originals]
    if given:
        for code_, message in merged_resources(view, originals).problems:
            yield Finding(originals[given[0]], code_, message)


@on_symbol(RESOURCES)
def convert_resources(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Resources(...)`` outside a decorator becomes ``flyte.Resources(...)`` in place."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        if not reference.rest and not stays_v1(view, reference.chain):
            target = view.ref("flyte:Resources")
            yield Replace(reference.node, lambda updated: target)
        return
    if stays_v1(view, node) or _in_decorator(view, node):
        return
    given = arguments(node, _FIELDS)
    if given is None:
        yield Finding(
            node,
            "FM113",
            "These resources unpack a mapping; write cpu=, memory=, gpu= and disk= out in a flyte.Resources.",
        )
        return
    assigned = _assigned(view, node)
    if assigned is not None and view.parent(node) is assigned[0].body[0] and _uses_are(view, assigned[1], _merges):
        # Its values are written out where they are combined with others.
        yield Replace(assigned[0], lambda updated: None)
        return
    as_limits = _used_as_limits(view, node)
    merged = merged_resources(view, {"limits" if as_limits else "requests": cst.Arg(node)})
    for code_, message in merged.problems:
        yield Finding(node, code_, message)
    yield Replace(node, lambda updated: _in_place(view, node, updated, as_limits) or updated)


@on_symbol("resources")
def convert_accelerators(view: FileView, reference: Reference) -> Iterator[Item]:
    """An accelerator is read where its task is configured; a variable that served nothing else goes, other uses are
    reported.
    """
    if not reference.name.startswith(_ACCELERATORS) or stays_v1(view, reference.chain):
        return
    for ancestor in view.ancestors(reference.chain):
        if isinstance(ancestor, cst.Arg) and ancestor.keyword is not None and ancestor.keyword.value == "accelerator":
            return
        if isinstance(ancestor, cst.Decorator):
            return
    name = reference.name.rpartition(".")[2]
    assigned = _assigned(view, reference.chain)
    if assigned is not None:
        statement, target = assigned
        if _uses_are(view, target, lambda keyword, owner: keyword == "accelerator"):
            yield Replace(statement, lambda updated: None)
            return
    yield Finding(
        reference.chain,
        "FM121",
        f'{name} is not the accelerator= of a task here; write gpu="{name}:1" in a flyte.Resources.',
    )


def _assigned(view: FileView, node: cst.CSTNode) -> tuple[cst.SimpleStatementLine, cst.Name] | None:
    """(statement, variable) of ``variable = <expression with node>`` at module level, if the statement carries no
    comment.
    """
    statement = view.statement(node)
    if (
        not isinstance(statement, cst.SimpleStatementLine)
        or view.parent(statement) is not view.tree
        or len(statement.body) != 1
    ):
        return None
    assign = statement.body[0]
    if (
        not isinstance(assign, cst.Assign)
        or len(assign.targets) != 1
        or not isinstance(assign.targets[0].target, cst.Name)
    ):
        return None
    target = assign.targets[0].target
    if next(layout_comments([statement]), None) is not None or len(view.module_scope.bindings[target.value]) != 1:
        return None
    if f"{view.facts.module}.{target.value}" in view.index.imported_names or target.value in view.facts.string_all:
        return None
    return statement, target


def _uses_are(view: FileView, target: cst.Name, wanted: Callable[[str, cst.Call], bool]) -> bool:
    """Whether a variable is read, and only as arguments of converted task decorators for which ``wanted(keyword,
    call)``.
    """
    uses = view.uses_of(target.value, view.module_scope)
    for use in uses:
        keyword, owner = argument_around(view, use)
        if not isinstance(owner, cst.Call) or not wanted(keyword, owner):
            return False
        if not _in_decorator(view, use) or stays_v1(view, use):
            return False
    return bool(uses)


# -- reading -----------------------------------------------------------------------------------------------------------


def _is_whole(view: FileView, value: cst.BaseExpression, keyword: str) -> bool:
    """Whether this becomes the whole ``flyte.Resources`` by itself: a variable converted where it is defined."""
    if isinstance(value, cst.Call) or not isinstance(value, (cst.Name, cst.Attribute, cst.IfExp)):
        return False
    behind = follow(view, value)
    if callee(view, behind) != RESOURCES:
        return keyword != "limits"
    if keyword == "limits":
        return behind in view.parents and isinstance(behind, cst.Call) and _used_as_limits(view, behind)
    return not (behind in view.parents and isinstance(behind, cst.Call) and _used_as_limits(view, behind))


def _used_as_limits(view: FileView, node: cst.Call) -> bool:
    """Whether these resources are limits without requests: as an argument, or in a variable used for nothing else."""
    keyword, owner = argument_around(view, node)
    if keyword:
        if not isinstance(owner, cst.Call) or callee(view, owner).startswith("flytekitplugins.ray."):
            return False  # the node configurations of Ray keep requests= and limits= (PLG-03)
        return keyword == "limits" and not _has_keyword(owner, "requests")
    statement = view.parent(node)
    if not (isinstance(statement, cst.Assign) and len(statement.targets) == 1):
        return False
    target = statement.targets[0].target
    if not isinstance(target, cst.Name) or f"{view.facts.module}.{target.value}" in view.index.imported_names:
        return False
    uses = view.uses_of(target.value, view.scope_at[target])
    around = [argument_around(view, use) for use in uses]
    return bool(uses) and all(
        k == "limits" and isinstance(c, cst.Call) and not _has_keyword(c, "requests") for k, c in around
    )


def _merges(keyword: str, owner: cst.Call) -> bool:
    """Whether an argument is combined with others into one ``flyte.Resources``."""
    return keyword in RESOURCE_KEYWORDS and sum(_has_keyword(owner, k) for k in RESOURCE_KEYWORDS) > 1


def _has_keyword(node: cst.Call, keyword: str) -> bool:
    return any(a.keyword is not None and a.keyword.value == keyword and not is_none(a.value) for a in node.args)


def _in_decorator(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node is an argument of a task's decorator itself, which the environment spells out."""
    _, owner = argument_around(view, node)
    decorator = view.parent(owner) if owner is not None else None
    function = view.parent(decorator) if isinstance(decorator, cst.Decorator) else None
    return isinstance(function, cst.FunctionDef) and view.definition_of(function) is not None


def _read(view: FileView, value: cst.BaseExpression, keyword: str, sides: _Sides, found: Merged) -> None:
    behind = follow(view, value)
    given = arguments(behind, _FIELDS) if isinstance(behind, cst.Call) and callee(view, behind) == RESOURCES else None
    if given is None:
        found.unread.append(f"{keyword}={code(value)}")
        return
    for name, arg in given.items():
        if name not in _FIELDS:
            found.problems.append(("FM113", f"Resources has no argument {name}; it was left out."))
            continue
        inner = follow(view, arg.value) if isinstance(arg.value, (cst.Name, cst.Attribute)) else arg.value
        if isinstance(inner, (cst.Tuple, cst.List)) and len(inner.elements) == 2:
            # Only resources= takes (request, limit) pairs in v1.
            sides.requests[name], sides.limits[name] = inner.elements[0].value, inner.elements[1].value
        elif keyword == "limits":
            sides.limits[name] = arg.value
        else:
            sides.requests[name] = arg.value


def _values(view: FileView, sides: _Sides, found: Merged, accelerator: cst.BaseExpression | None) -> None:
    alone = [n for n in ("cpu", "mem") if n in sides.limits and n not in sides.requests]
    if alone:
        found.problems.append(
            (
                "FM110",
                f"Only a limit was set for {' and '.join(alone)}: it is request and limit now, as the "
                "platform would assume.",
            )
        )
    for name in _FIELDS:
        request, limit = sides.requests.get(name), sides.limits.get(name)
        if name == "gpu":
            value = _gpu(view, request, limit, accelerator, found)
        elif name == "ephemeral_storage":
            value = _disk(view, request, limit, found)
        else:
            value = _pair(view, name, request, limit)
        if value is not None:
            found.args.append(argument(value, _RENAMED[name]))


def _pair(
    view: FileView, name: str, request: cst.BaseExpression | None, limit: cst.BaseExpression | None
) -> cst.BaseExpression | None:
    convert = _text if name == "mem" else _plain
    if request is None and limit is None:
        return None
    if limit is None:
        assert request is not None
        return convert(view, request)
    if request is None:
        request = limit
    return cst.Tuple(
        [cst.Element(convert(view, request)), cst.Element(convert(view, limit))],
        lpar=[cst.LeftParen()],
        rpar=[cst.RightParen()],
    )


def _disk(
    view: FileView, request: cst.BaseExpression | None, limit: cst.BaseExpression | None, found: Merged
) -> cst.BaseExpression | None:
    value = request if request is not None else limit
    if value is None:
        return None
    if request is not None and limit is not None and code(request) != code(limit):
        found.problems.append(
            ("FM112", f"The ephemeral storage limit {code(limit)} was dropped; the request became disk.")
        )
    return _text(view, value)


def _gpu(
    view: FileView,
    request: cst.BaseExpression | None,
    limit: cst.BaseExpression | None,
    accelerator: cst.BaseExpression | None,
    found: Merged,
) -> cst.BaseExpression | None:
    if request is not None and limit is not None and _count(view, request) != _count(view, limit):
        found.problems.append(
            ("FM111", f"GPU request {code(request)} and limit {code(limit)} differ; the limit was used.")
        )
    given = limit if limit is not None else request
    count: int | str | None = _count(view, given) if given is not None else None
    if accelerator is None:
        if given is None:
            return None
        return cst.Integer(str(count)) if isinstance(count, int) else _int(view, given)
    spelled = _accelerator(
        view, accelerator, 1 if count is None else count if isinstance(count, int) else code(_int(view, given))
    )
    if spelled is None:
        found.problems.append(
            (
                "FM121",
                f"The device of accelerator={code(accelerator)} can't be told; give it as gpu= of this "
                "flyte.Resources.",
            )
        )
        return cst.Integer(str(count)) if isinstance(count, int) else None if given is None else _int(view, given)
    value, note = spelled
    if note:
        found.problems.append(
            (note, f"{code(accelerator)} asked for an unpartitioned device; the plain one was written.")
        )
    if code(value).rpartition("TPU(")[1] and count not in (None, 1):
        found.problems.append(("FM123", f"A TPU slice has quantity 1; the gpu count {code(given)} was dropped."))  # type: ignore[arg-type]
    return value


def _count(view: FileView, node: cst.BaseExpression | None) -> int | str | None:
    """The number of GPUs as an int if it is a literal or a constant written as text, else the source of the
    expression.
    """
    if node is None:
        return None
    value = literal(node)
    if isinstance(value, str) and value.strip().isdigit():
        return int(value)
    return value if isinstance(value, int) else code(node)


def _int(view: FileView, node: cst.BaseExpression | None) -> cst.BaseExpression:
    """An expression as an int: a v1 count may be a string (RES-08)."""
    assert node is not None
    if isinstance(constant(view, node), int) or _is_call_of(node, "int"):
        return node
    return cst.Call(cst.Name("int"), [cst.Arg(node)])


def _text(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression as text: v1 takes bytes as an int (RES-07)."""
    value = literal(node)
    if isinstance(value, int):
        return cst.SimpleString(f'"{value}"')
    if isinstance(constant(view, node), int) or _is_call_of(node, "int"):
        return cst.Call(cst.Name("str"), [cst.Arg(node)])
    return node


def _plain(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression:
    return node


def _is_call_of(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name


def _shared_memory(view: FileView, value: cst.BaseExpression | None, found: Merged) -> None:
    if value is None or literal(value) is False:
        return
    known = constant(view, value)
    if literal(value) is True:
        found.args.append(argument('"auto"', "shm"))
    elif isinstance(known, str):
        found.args.append(argument(value, "shm"))
    elif known is True:
        found.args.append(argument(cst.parse_expression(f'"auto" if {code(value)} else None'), "shm"))
    elif known is not False:
        found.problems.append(
            ("FM116", f'shared_memory={code(value)} was left out; write shm="auto" for True, or the size as a string.')
        )


def _accelerator(view: FileView, node: cst.BaseExpression, count: int | str) -> tuple[cst.BaseExpression, str] | None:
    """(v2 value of ``gpu=``, code of the note that goes with it) for a v1 accelerator expression."""
    behind = follow(view, node)
    device = ""
    if isinstance(behind, cst.Call):
        name = callee(view, behind)
        if not name.endswith(".GPUAccelerator") or len(behind.args) != 1:
            return None
        device = code(behind.args[0].value)
    else:
        name = canonical(view, behind) if isinstance(behind, (cst.Name, cst.Attribute)) else ""
    row = accelerators().get(name)
    if row is None:
        return None
    return v2(view, row.spelling(count, device)), row.code


# -- in place ----------------------------------------------------------------------------------------------------------


def _in_place(view: FileView, node: cst.Call, updated: cst.Call, as_limits: bool) -> cst.Call | None:
    """The same call with v2 keywords and values, its layout kept; None where its arguments are not known."""
    given = arguments(node, _FIELDS)
    if given is None or any(name not in _FIELDS for name in given):
        return None
    merged = merged_resources(view, {"limits" if as_limits else "requests": cst.Arg(node)})
    by_name: dict[str, Any] = {a.keyword.value: a.value for a in merged.args if a.keyword is not None}
    names = {id(arg): _RENAMED[name] for name, arg in given.items()}
    args: list[cst.Arg] = []
    for original, arg in zip(node.args, updated.args, strict=True):
        name = names.get(id(original), "")
        if name in by_name:
            args.append(
                argument(by_name[name], name).with_changes(
                    comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg
                )
            )
    return updated.with_changes(func=view.ref("flyte:Resources"), args=_closed(args, updated.args))


def _closed(args: Sequence[cst.Arg], before: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments whose last one ends as the last one did before some were left out."""
    kept = list(args)
    if kept and before:
        kept[-1] = kept[-1].with_changes(comma=before[-1].comma)
    return kept


def environment_variables_argument(
    view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]
) -> list[cst.Arg]:
    """The environment's ``env_vars=`` for ``environment={…}`` (CFG-05): numbers become strings, as a container sees
    them.
    """
    if "environment" not in args:
        return []
    value = args["environment"].value
    if isinstance(value, cst.Dict):
        elements = [
            e.with_changes(value=cst.SimpleString(f'"{literal(e.value)}"'))
            if isinstance(e, cst.DictElement) and _is_number(literal(e.value))
            else e
            for e in value.elements
        ]
        value = value.with_changes(elements=elements)
    return [argument(value, "env_vars")]


def environment_variables_findings(view: FileView, originals: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Values of ``environment=`` that are neither strings nor numbers."""
    arg = originals.get("environment")
    behind = follow(view, arg.value) if arg is not None else None
    if arg is None or not isinstance(behind, cst.Dict):
        return
    for element in behind.elements:
        if not isinstance(element, cst.DictElement):
            continue
        value = constant(view, element.value)
        in_variable = behind is not arg.value and _is_number(value)
        if value is not UNKNOWN and not isinstance(value, str) and (in_variable or not _is_number(value)):
            yield Finding(
                arg,
                "FM114",
                f"The value {code(element.value)} of {code(element.key)} is not a string; env_vars takes strings only.",
            )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
