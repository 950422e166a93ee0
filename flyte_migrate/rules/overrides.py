"""``t(x=1).with_overrides(...)`` → ``t.override(...)(x=1)``: an override belongs on the task (WF-15, WF-30…36).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS, table
from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import called_task, mapped_task
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, only_lines
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import (
    Comments,
    arguments,
    callee,
    commented_call,
    foreign,
    indentation,
    is_none,
    literal,
    lost_comments,
)
from flyte_migrate.rules.decorators import decorator_arguments
from flyte_migrate.rules.ordering import CREATE_NODE
from flyte_migrate.rules.plugins import plugin_argument
from flyte_migrate.rules.resources import RESOURCE_KEYWORDS, merged_resources, resources_call
from flyte_migrate.rules.tasks import task_arguments

_LINE = 88
#: The parameters of ``with_overrides`` in order.
_ORDER = (
    "node_name",
    "aliases",
    "requests",
    "limits",
    "timeout",
    "retries",
    "interruptible",
    "name",
    "task_config",
    "container_image",
    "accelerator",
    "cache",
)
_NAMES = ("name", "node_name")
_CACHE = ("cache", "cache_version", "cache_serialize", "cache_ignore_input_vars")
_SAME = frozenset({"retries", "timeout", "interruptible", "pod_template", *_CACHE})
#: What every further ``with_overrides`` sets anew, given or not (upstream ``Node.with_overrides``).
_RESET = frozenset({"cache", "accelerator", "shared_memory"})


@dataclass
class Overriding:
    """The overrides of one call, first to last, and that call: of a task, or of ``create_node``."""

    creation: cst.Call
    task: Task
    overrides: list[cst.Call] = field(default_factory=list)


@on_file
def convert_overrides(view: FileView) -> Iterator[Item]:
    """Move every override to the call whose result it was given to."""
    found: dict[cst.Call, Overriding] = {}
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "with_overrides":
            continue
        creation = _creation(view, node.func.value)
        if creation is not None and _maps(view, creation.func):
            if not _is_inline(node, creation):  # an inline one belongs to rules/map_task.py
                message = "Override the mapped task before the map: flyte.map(task.override(...), values)."
                yield Finding(node, "FM234", message)
            continue
        task = _task(view, creation) if creation is not None else None
        if creation is None or task is None:
            if _calls_tasks(view, node):
                message = f"{code(node.func.value)} can't be traced to the call of a task; override the task itself."
                yield Finding(node, "FM234", message)
            continue
        problem = _problem(view, node, creation)
        if problem:
            yield Finding(node, "FM234", problem)
            continue
        found.setdefault(creation, Overriding(creation, task)).overrides.insert(0, node)
    named = [a for o in found.values() for k, a in _given(o.overrides).items() if k in _NAMES]
    if named:
        first = min(named, key=view.location)
        yield Finding(first, "FM236", "A node's name is only displayed in Flyte 2: short_name.")
    for overriding in found.values():
        overriding.overrides.sort(key=lambda n: (view.location(n), len(code(n))))
        yield from _convert(view, overriding)


# -- reading -----------------------------------------------------------------------------------------------------------


def _creation(view: FileView, node: cst.BaseExpression, depth: int = 0) -> cst.Call | None:
    """The call that made the value which is overridden."""
    if depth > 10:
        return None
    if isinstance(node, cst.Await):
        return _creation(view, node.expression, depth + 1)
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and node.func.attr.value == "with_overrides":
            return _creation(view, node.func.value, depth + 1)
        return node
    root = node
    while isinstance(root, (cst.Attribute, cst.Subscript)):
        root = root.value
    if not isinstance(root, cst.Name):
        return None
    values = [b.value for b in view.bindings(root) if b.kind in ("assign", "unpack")]
    others = [v for v in values if v is not None and not _is_override_of(v, root.value)]
    if len(values) != len(view.bindings(root)) or len(others) != 1 or others[0] is None:
        return None
    return _creation(view, others[0], depth + 1)


def _is_override_of(node: cst.BaseExpression, name: str) -> bool:
    """``name.with_overrides(...)``, to which ``name`` itself is bound again."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if node.func.attr.value != "with_overrides":
            return False
        node = node.func.value
        if isinstance(node, cst.Name) and node.value == name:
            return True
    return False


def _maps(view: FileView, function: cst.BaseExpression) -> bool:
    """Whether calling this expression runs a map task, known or not."""
    if mapped_task(view, function) is not None:
        return True
    row = table().row(view.canonical(function.func)) if isinstance(function, cst.Call) else None
    return row is not None and row.rule == "map_task"


def _task(view: FileView, creation: cst.Call) -> Task | None:
    if view.canonical(creation.func) == CREATE_NODE:
        return called_task(view, creation.args[0].value) if creation.args else None
    return called_task(view, creation.func)


def _calls_tasks(view: FileView, node: cst.Call) -> bool:
    """Whether ``with_overrides`` can only be that of v1: its arguments are, or it stands where tasks are called."""
    known = {*_ORDER, *RESOURCE_KEYWORDS, *_SAME}
    given = [a.keyword.value for a in node.args if a.keyword is not None]
    return view.task_around(node) is not None and bool(given) and set(given) <= known


def _is_inline(node: cst.Call, creation: cst.Call) -> bool:
    """Whether the overrides follow the call in the same expression."""
    inner: cst.BaseExpression = node
    while inner is not creation:
        if isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute):
            inner = inner.func.value
        elif isinstance(inner, cst.Await):
            inner = inner.expression
        else:
            return False
    return True


def _problem(view: FileView, node: cst.Call, creation: cst.Call) -> str:
    """Why an override can't move to the call; empty if it can."""
    if any(a.star for a in node.args):
        return "The overrides are unpacked from a value; write task.override(...) with each of them."
    if _is_inline(node, creation):
        return ""
    if view.function_of(node) is not view.function_of(creation):
        return "The overridden call stands in another function; override its task there."
    if view.task_of(_callee(view, creation)) is None:
        return "Override the task of the launch plan where it is called: task.override(...)(...)."
    line = view.location(creation)
    for arg in node.args:
        for name in (n for n in _names(view, arg.value) if view.function_of(n) is not None):
            if any(_is_local(view, b.node) and view.location(b.node) > line for b in view.bindings(name)):
                return f"{name.value} is not known yet where the task is called; override the task there."
    for arg in node.args:
        keyword = arg.keyword.value if arg.keyword is not None else ""
        if keyword not in RESOURCE_KEYWORDS and any(_is_v1(view, n) for n in _names(view, arg.value)):
            return f"Override the task where it is called: task.override({keyword}=...)."
    statement = view.statement(node)
    if view.parent(statement) is not view.parent(view.statement(creation)):
        return "The override depends on a condition or a loop; call task.override(...) there instead."
    return ""


def _is_v1(view: FileView, node: cst.Name) -> bool:
    return view.canonical(node).split(".")[0] in V1_ROOTS


def _names(view: FileView, node: cst.BaseExpression) -> Iterator[cst.Name]:
    return (n for n in walk(node) if isinstance(n, cst.Name) and n in view.scope_at)


def _is_local(view: FileView, node: cst.CSTNode) -> bool:
    return not isinstance(node, cst.Param) and view.function_of(node) is not None


def _callee(view: FileView, creation: cst.Call) -> cst.BaseExpression:
    return creation.args[0].value if view.canonical(creation.func) == CREATE_NODE else creation.func


def _given(overrides: Sequence[cst.Call]) -> dict[str, cst.Arg]:
    """The arguments of several overrides together: the later ones win, as upstream sets them one after the other."""
    found: dict[str, cst.Arg] = {}
    for node in overrides:
        new = arguments(node, _ORDER) or {}
        stays = {k: a for k, a in found.items() if k not in _RESET}
        if {"requests", "limits", "resources"} & set(new):
            stays = {k: a for k, a in stays.items() if k not in ("requests", "limits", "resources")}
        found = {**stays, **new}
        for arg in node.args:
            if arg.keyword is not None and arg.keyword.value == "timeout" and is_none(arg.value):
                found["timeout"] = arg  # no timeout, where other arguments of None say nothing
    return found


# -- findings ----------------------------------------------------------------------------------------------------------


def _findings(view: FileView, overriding: Overriding, given: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    name = overriding.task.name
    if "container_image" in given:
        image = code(given["container_image"].value)
        message = f"An override can't change the image ({image}); call a task of an environment that has it."
        yield Finding(given["container_image"], "FM230", message)
    if "aliases" in given:
        yield Finding(given["aliases"], "FM231", "aliases was left out: outputs can't be renamed by an override.")
    yield from zero_findings(overriding.task, given)
    config = given.get("task_config")
    own = overriding.task.argument("task_config")
    same = own is not None and view.index.canonical(own.call, overriding.task.module)
    if config is not None and same != callee(view, config.value):
        message = f"The configuration of {name} is not seen to be of the same type as {code(config.value)}; check it."
        yield Finding(config, "FM235", message)
    for keyword, arg in given.items():
        if keyword not in {*_ORDER, *RESOURCE_KEYWORDS, *_SAME}:
            yield Finding(arg, "FM234", f"{keyword} is no override of Flyte 2 and was left out; set it on {name}.")


def zero_findings(task: Task, given: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """A timeout that an override turns off (TRAP-21).

    Retries of zero mean the task's own in Flyte 1, too (``computeRetryStrategy`` of flytepropeller).
    """
    if "timeout" in given and _is_zero(given["timeout"]) and not _is_off(task, "timeout"):
        text = f"timeout={code(given['timeout'].value)}"
        message = f"{text}: override ignores it and keeps the value of {task.name}; define a task without timeout."
        yield Finding(given["timeout"], "FM232", message)


def _is_zero(arg: cst.Arg) -> bool:
    value = literal(arg.value)
    text = code(arg.value).replace(" ", "")
    return value is None or (value == 0 and value is not False) or text.endswith(("timedelta()", "timedelta(0)"))


def _is_off(task: Task, keyword: str) -> bool:
    """Whether the task has no retries or timeout of its own that an override of zero would turn off."""
    own = task.argument(keyword)
    return own is None or own.text == "0"


# -- writing -----------------------------------------------------------------------------------------------------------


def _convert(view: FileView, overriding: Overriding) -> Iterator[Item]:
    creation, task = overriding.creation, overriding.task
    given = _given(overriding.overrides)
    yield from _findings(view, overriding, given)
    base = own_resources(view, task)
    yield from resource_override_findings(view, task, given, base, overriding.overrides[0])
    inline = [n for n in overriding.overrides if _is_inline(n, creation)]
    outermost = max(inline, key=lambda n: len(code(n)), default=None)
    if outermost is None:
        yield Replace(_callee(view, creation), lambda updated: _overridden(view, overriding, given, base, updated, {}))
    else:

        def unwrapped(updated: cst.BaseExpression) -> cst.BaseExpression:
            now: dict[cst.CSTNode, cst.BaseExpression] = {}
            inner, made = _peeled(outermost, updated, creation, now)
            function = _overridden(view, overriding, given, base, made.func, now)
            result = inner.with_deep_changes(made, func=function)
            lost = lost_comments([outermost], [result])
            if lost:
                function = _overridden(view, overriding, given, base, made.func, now, lost)
                result = inner.with_deep_changes(made, func=function)
            assert isinstance(result, cst.BaseExpression)
            return result

        yield Replace(outermost, unwrapped)
    for node in overriding.overrides:
        if node not in inline:
            yield from _dropped(view, node)


def resource_override_findings(
    view: FileView, task: Task, given: Mapping[str, cst.Arg], base: Mapping[str, cst.Arg], node: cst.CSTNode
) -> Iterator[Finding]:
    """What can't be said of the resources that an override gives and those that the task has below it."""
    if not any(k in given for k in RESOURCE_KEYWORDS):
        return
    given_alone = {code_ for code_, _ in merged_resources(view, given).problems} if base else set()
    for code_, message in merged_resources(view, given, base).problems:
        unread = code_ == "FM113" and bool(base) and code_ not in given_alone
        if unread:
            message = f"The resources of {task.name} can't be read here; repeat all that it needs in this override."
        yield Finding(node, "FM233" if unread else code_, message)


def _peeled(
    original: cst.BaseExpression,
    updated: cst.BaseExpression,
    creation: cst.Call,
    now: dict[cst.CSTNode, cst.BaseExpression],
) -> tuple[cst.BaseExpression, cst.Call]:
    """(what is left without the overrides, the call in it); ``now`` gets the overrides' values as edited."""
    while original is not creation:
        if isinstance(original, cst.Await):
            assert isinstance(updated, cst.Await)
            original, updated = original.expression, updated.expression
            continue
        assert isinstance(original, cst.Call) and isinstance(updated, cst.Call)
        now.update((a.value, b.value) for a, b in zip(original.args, updated.args, strict=True))
        assert isinstance(original.func, cst.Attribute) and isinstance(updated.func, cst.Attribute)
        original, updated = original.func.value, updated.func.value
    made = updated.expression if isinstance(updated, cst.Await) else updated
    assert isinstance(made, cst.Call)
    return updated, made


def _overridden(
    view: FileView,
    overriding: Overriding,
    given: Mapping[str, cst.Arg],
    base: Mapping[str, cst.Arg],
    function: cst.BaseExpression,
    now: Mapping[cst.CSTNode, cst.BaseExpression],
    comments: Sequence[str] = (),
) -> cst.BaseExpression:
    """``t.override(...)`` for the called ``t`` (or ``t.aio``), with ``comments`` above its arguments."""
    creation = overriding.creation
    args = _arguments(view, overriding, given, base, now)
    if not args:
        return function
    aio = isinstance(function, cst.Attribute) and function.attr.value == "aio"
    inner = function.value if isinstance(function, cst.Attribute) and aio else function
    _, column = view.location(creation)
    room = max(_LINE - column - len(code(creation)) + len(code(creation.func)), 24)
    above = {args[0].keyword.value: Comments(tuple(comments))} if comments and args[0].keyword is not None else {}
    target = cst.Attribute(inner, cst.Name("override"))
    made = commented_call(target, args, above, room=room, indent=indentation(view, creation))
    return cst.Attribute(made, cst.Name("aio")) if aio else made


def own_resources(view: FileView, task: Task) -> dict[str, cst.Arg]:
    """The task's own resource arguments, as expressions of this file."""
    for definition in view.tasks:
        if definition.task.qualified == task.qualified:
            given = decorator_arguments(view, definition)
            return {k: a for k, a in given.items() if k in RESOURCE_KEYWORDS}
    facts = view.index.modules[task.module]
    return {
        a.keyword: argument(foreign(view, facts, a.text), a.keyword)
        for a in task.config
        if a.keyword in RESOURCE_KEYWORDS and a.text != "None"
    }


def _arguments(
    view: FileView,
    overriding: Overriding,
    given: Mapping[str, cst.Arg],
    base: Mapping[str, cst.Arg],
    now: Mapping[cst.CSTNode, cst.BaseExpression],
) -> list[cst.Arg]:
    updated = {k: argument(now.get(a.value, a.value), k) for k, a in given.items()}
    found = [argument(updated[k].value, "short_name") for k in _NAMES if k in given][:1]
    if any(k in given for k in RESOURCE_KEYWORDS):
        merged = merged_resources(view, given, base)
        value = resources_call(view, merged, room=64, indent=indentation(view, overriding.creation) + "    ")
        found += [argument(value, "resources")] if value is not None else []
    kept = {k: a for k, a in updated.items() if k in _SAME and not (k in ("retries", "timeout") and _is_zero(a))}
    if "cache" in kept and literal(kept["cache"].value) is False:
        kept = {k: a for k, a in kept.items() if k not in _CACHE}
        if overriding.task.argument("cache") is not None:
            found.append(argument('"disable"', "cache"))
    found += task_arguments(view, kept, given)
    if "task_config" in given:
        found += plugin_argument(view, updated, given)
    return found


def _dropped(view: FileView, node: cst.Call) -> Iterator[Item]:
    """A later override of a variable goes: its statement, or the call around the variable."""
    parent = view.parent(node)
    statement = view.statement(node)
    assert isinstance(node.func, cst.Attribute)
    again = (
        isinstance(parent, cst.Assign)
        and len(parent.targets) == 1
        and code(parent.targets[0].target) == code(node.func.value)
    )
    alone = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
    if alone and (again or isinstance(parent, cst.Expr)):

        def build(updated: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine]:
            lost = lost_comments([updated], [])
            return [only_lines([cst.EmptyLine(comment=cst.Comment(text)) for text in lost])] if lost else []

        yield Replace(statement, build)
    else:
        yield Replace(node, lambda updated: updated.func.value)
