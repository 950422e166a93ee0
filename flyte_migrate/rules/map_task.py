"""``map_task(t)(x=xs)`` → ``list(flyte.map(t, xs, return_exceptions=False))`` (MAP-01…25, TRAP-03…06).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/fanout/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.flow import named_task, value_of
from flyte_migrate.rewrite.plan import Covered, Finding, Helper, Item, Replace, insert
from flyte_migrate.rewrite.template import (
    WIDTH,
    argument,
    call,
    code,
    exploded,
    only_lines,
    parenthesized,
    string_value,
)
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import (
    arguments,
    callee,
    follow,
    is_none,
    layout_comments,
    line_break,
    literal,
    lost_comments,
    names_in,
)
from flyte_migrate.rules.overrides import own_resources, resource_override_findings, zero_findings
from flyte_migrate.rules.resources import merged_resources, resources_call
from flyte_migrate.rules.tasks import task_arguments

PARTIAL = "functools.partial"
_OPTIONS = ("target", "concurrency", "min_successes", "min_success_ratio", "run_all_sub_nodes")
#: ``union.map`` has its own parameters.
_UNION_OPTIONS = ("target", "bound_inputs", "concurrency", "min_successes", "min_success_ratio")
_OLDER_OPTIONS = ("target", "concurrency", "min_success_ratio", "run_all_sub_nodes")
#: The first parameter had other names in older releases.
_TARGETS = ("target", "task_function", "python_function_task")
_METADATA = "flytekit.TaskMetadata"
_METADATA_ORDER = (
    "cache",
    "cache_serialize",
    "cache_version",
    "cache_ignore_input_vars",
    "interruptible",
    "deprecated",
    "retries",
    "timeout",
)
#: What flytekit's own classes of tasks without a Python function are called.
_CONTAINERS = frozenset(
    {"flytekit.ContainerTask", "flytekit.extras.tasks.shell.ShellTask", "flytekit.extras.tasks.shell.RawShellTask"}
)


class UnreadableError(Exception):
    """The map task can't be converted; ``code`` and the text say why."""

    def __init__(self, code_: str, message: str) -> None:
        super().__init__(message)
        self.code = code_


@dataclass
class Bound:
    """A parameter fixed with ``functools.partial``: its value as an original node, or where to find it at run time."""

    value: cst.BaseExpression | None
    holder: cst.Name | None  # the variable that holds the partial


@dataclass
class MapTask:
    """What ``map_task(...)`` was given; nodes are original ones."""

    node: cst.Call
    task: Task
    function: cst.BaseExpression  # the expression that names the task
    partial: cst.BaseExpression | None = None  # the partial (or the variable that holds it)
    bound: dict[str, Bound] = field(default_factory=dict)
    fixed: dict[str, cst.BaseExpression] = field(default_factory=dict)  # inputs that a launch plan fills in
    options: dict[str, cst.Arg] = field(default_factory=dict)
    overrides: dict[str, cst.Arg] = field(default_factory=dict)


@dataclass
class MapCall:
    """A call of a map task: the node to replace (with ``with_overrides`` around it), the call itself and its inputs."""

    map_task: MapTask
    whole: cst.Call
    call: cst.Call
    inputs: dict[str, cst.Arg]
    inline: bool
    overrides: dict[str, cst.Arg] = field(default_factory=dict)


@on_file
def convert_map_tasks(view: FileView) -> Iterator[Item]:
    """Rewrite every call of a map task, inline or through a variable; drop the variables that only held one."""
    inlined: set[cst.Name] = set()  # uses of partials whose values were taken over
    for reference in view.references:
        if reference.row is None or reference.row.rule != "map_task":
            continue
        creation = view.parent(reference.chain)
        try:
            if not isinstance(creation, cst.Call) or creation.func is not reference.chain:
                raise UnreadableError(
                    "FM214",
                    f"{code(reference.chain)} is passed on here; call flyte.map(task, values) where the values "
                    "are known.",
                )
            map_task = read_map_task(view, creation)
            calls = list(_calls(view, map_task))
        except UnreadableError as problem:
            yield Finding(reference.node, problem.code, str(problem))
            continue
        for item in calls:
            yield from _convert(view, item, inlined)
        yield Covered(reference.node)
        holder = _holder(view, creation)
        if holder is not None:
            yield from _drop(view, holder)
    yield from _drop_partials(view, inlined)


# -- reading ----------------------------------------------------------------------------------------------------------


def read_map_task(view: FileView, creation: cst.Call) -> MapTask:
    """The map task that a call of ``map_task`` makes. Raises UnreadableError."""
    options: dict[str, cst.Arg] = {}
    made_by = view.canonical(creation.func)
    order = _OPTIONS if made_by in ("flytekit.map_task", "flytekit.core.array_node.array_node") else _OLDER_OPTIONS
    order = _UNION_OPTIONS if made_by == "union.map" else order
    for position, arg in enumerate(creation.args):
        if arg.star:
            raise UnreadableError(
                "FM215",
                "The arguments of map_task are unpacked from a value; write flyte.map(task.override(...), values).",
            )
        name = arg.keyword.value if arg.keyword is not None else (order[position] if position < len(order) else "")
        options["target" if name in _TARGETS else name] = arg
    target = options.pop("target", None)
    if target is None:
        raise UnreadableError("FM210", "map_task has no task here; write flyte.map(task, values).")
    found = _target(view, creation, target.value)
    found.options = {k: a for k, a in options.items() if k in _OPTIONS and not is_none(a.value)}
    others = {k: a for k, a in options.items() if k not in _OPTIONS and not is_none(a.value)}
    bound = others.get("bound_inputs")
    if bound is not None and isinstance(bound.value, cst.Dict):
        keys = [string_value(e.key) if isinstance(e, cst.DictElement) else None for e in bound.value.elements]
        if None not in keys:
            found.bound.update((k, Bound(e.value, None)) for k, e in zip(keys, bound.value.elements, strict=True) if k)
            del others["bound_inputs"]
    metadata = others.pop("metadata", None)
    if metadata is not None:
        value = follow(view, metadata.value)
        given = arguments(value, _METADATA_ORDER) if isinstance(value, cst.Call) else None
        if given is None or callee(view, value) != _METADATA:
            raise UnreadableError(
                "FM215",
                f"metadata={code(metadata.value)} can't be read here; use "
                f"flyte.map({found.task.name}.override(...), values).",
            )
        found.overrides = given
    if "bound_inputs" in others:
        raise UnreadableError(
            "FM215", f"The bound inputs can't be read here; bind them with functools.partial({found.task.name}, ...)."
        )
    for keyword in others:
        raise UnreadableError(
            "FM215", f"{keyword}= of the map task is not an override; set it on {found.task.name} or its environment."
        )
    return found


def _target(view: FileView, creation: cst.Call, node: cst.BaseExpression, depth: int = 0) -> MapTask:
    """The task behind the first argument: by name, through ``partial``, a variable that holds one, or a launch plan."""
    task = named_task(view, node) if isinstance(node, (cst.Name, cst.Attribute)) else None
    if task is not None:
        return MapTask(creation, task, node)
    if depth < 10 and isinstance(node, cst.Call) and view.canonical(node.func) == PARTIAL and node.args:
        return _partial(view, creation, node, None, depth)
    if isinstance(node, cst.Name):
        bindings = view.bindings(node)
        if (
            depth < 10
            and len(bindings) == 1
            and bindings[0].kind == "assign"
            and isinstance(bindings[0].value, cst.Call)
        ):
            value = bindings[0].value
            if view.canonical(value.func) == PARTIAL:
                return _partial(view, creation, value, node, depth)
            if view.canonical(value.func).startswith("flytekit.LaunchPlan."):
                return _launch_plan(view, creation, value)
    if isinstance(node, cst.Call) and view.canonical(node.func).startswith("flytekit.LaunchPlan."):
        return _launch_plan(view, creation, node)
    name = view.qualified(node) or ""
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is not None and definition.variable is not None:
        made_by = view.index.canonical(definition.variable.call, definition.module.module)
        if made_by in _CONTAINERS or made_by.startswith("flytekitplugins."):
            raise UnreadableError(
                "FM213",
                f"{code(node)} runs no Python function; call it in a loop, or gather its calls in an async task.",
            )
        if made_by == PARTIAL and isinstance(node, cst.Name):
            inner = definition.variable.positional[0].resolved if definition.variable.positional else ""
            task = view.index.task(inner, definition.module.module) if inner else None
            if task is not None and all(a.keyword not in ("", "**") for a in definition.variable.arguments):
                function = cst.Attribute(node, cst.Name("func"))
                return MapTask(
                    creation,
                    task,
                    function,
                    node,
                    {a.keyword: Bound(None, node) for a in definition.variable.arguments},
                )
        if made_by.startswith("flytekit.LaunchPlan."):
            raise UnreadableError(
                "FM216",
                f"{code(node)} is a launch plan of another module; map its task, with the plan's inputs filled in.",
            )
    raise UnreadableError(
        "FM210",
        f"{code(node)} can't be traced to a task, so the order of its parameters is unknown; write "
        "flyte.map(task, values).",
    )


def _partial(view: FileView, creation: cst.Call, node: cst.Call, holder: cst.Name | None, depth: int) -> MapTask:
    inner = _target(view, creation, node.args[0].value, depth + 1)
    bound = dict(inner.bound)
    for arg in node.args[1:]:
        if arg.keyword is None:
            raise UnreadableError(
                "FM214", "The partial binds positional arguments, which Flyte 1 could not map; bind them by keyword."
            )
        bound[arg.keyword.value] = Bound(arg.value, holder)
    return MapTask(creation, inner.task, inner.function, holder or node, bound, inner.fixed)


def _launch_plan(view: FileView, creation: cst.Call, plan: cst.Call) -> MapTask:
    """A launch plan maps its workflow, with its default and fixed inputs filled in (MAP-18)."""
    order = ("name", "workflow") if view.canonical(plan.func).endswith(".create") else ("workflow", "name")
    given = arguments(plan, (*order, "default_inputs", "fixed_inputs")) or {}
    workflow = given.get("workflow")
    task = view.task_of(workflow.value) if workflow is not None else None
    if workflow is None or task is None:
        raise UnreadableError(
            "FM216",
            "The workflow of the mapped launch plan can't be told; map its task, with the plan's inputs filled in.",
        )
    found = MapTask(creation, task, workflow.value)
    for keyword in ("default_inputs", "fixed_inputs"):
        inputs = given.get(keyword)
        if inputs is None:
            continue
        if not isinstance(inputs.value, cst.Dict):
            raise UnreadableError(
                "FM216", f"The {keyword} of the mapped launch plan can't be read; map {task.name} with them filled in."
            )
        for element in inputs.value.elements:
            name = (
                element.key.evaluated_value
                if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString)
                else None
            )
            if not isinstance(name, str) or not _is_plain(element.value):
                raise UnreadableError(
                    "FM216",
                    f"The {keyword} of the mapped launch plan can't be read; map {task.name} with them filled in.",
                )
            found.fixed[name] = element.value
    return found


def _is_plain(node: cst.BaseExpression) -> bool:
    return isinstance(node, (cst.Name, cst.Attribute, cst.Integer, cst.Float, cst.SimpleString, cst.UnaryOperation))


# -- where a map task is called ---------------------------------------------------------------------------------------


def _calls(view: FileView, map_task: MapTask) -> Iterator[MapCall]:
    """Every call of the map task. Raises UnreadableError if it is used in another way."""
    creation = map_task.node
    parent = view.parent(creation)
    if isinstance(parent, cst.Call) and parent.func is creation:
        yield _read_call(view, map_task, parent, True)
        return
    holder = _holder(view, creation)
    if holder is None:
        raise UnreadableError(
            "FM214",
            f"The map task is not called here; write list(flyte.map({map_task.task.name}, values)) where the "
            "values are known.",
        )
    scope = view.scope_at[holder]
    exported = scope is view.module_scope and (
        f"{view.facts.module}.{holder.value}" in view.index.imported_names or holder.value in view.facts.string_all
    )
    uses = view.uses_of(holder.value, scope)
    calls = [view.parent(use) for use in uses]
    if exported or any(not isinstance(c, cst.Call) or c.func is not use for c, use in zip(calls, uses, strict=True)):
        raise UnreadableError(
            "FM214",
            f"{holder.value} is not only called here; make it a function that returns "
            f"list(flyte.map({map_task.task.name}, values)).",
        )
    for node in calls:
        assert isinstance(node, cst.Call)
        moved = [b.value for b in map_task.bound.values() if b.value is not None and b.holder is None]
        moved += [a.value for a in (*map_task.options.values(), *map_task.overrides.values())]
        if not all(_movable(view, value, node) for value in moved) or not _movable(view, map_task.function, node):
            raise UnreadableError(
                "FM214",
                f"{holder.value} holds values that can't be moved to its calls; write "
                f"list(flyte.map({map_task.task.name}, values)) there.",
            )
        yield _read_call(view, map_task, node, False)


def _holder(view: FileView, creation: cst.Call) -> cst.Name | None:
    """The variable that alone holds the value of an expression, bound nowhere else."""
    statement = view.parent(creation)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0].target
    if not isinstance(target, cst.Name) or len(view.bindings(target)) != 1:
        return None
    return target


def _movable(view: FileView, node: cst.BaseExpression, place: cst.CSTNode) -> bool:
    """Whether an expression means the same at another place: constants and names bound once, in the same scopes."""
    if not all(isinstance(part, _SIMPLE) for part in walk(node)):
        return False
    scope = next((view.scope_of[a] for a in view.ancestors(place) if a in view.scope_of), view.module_scope)
    for name in names_in(node):
        if name not in view.scope_at:
            continue
        owner = view.scope_at[name].owner(name.value)
        if owner is not scope.owner(name.value) or (owner is not None and len(owner.bindings[name.value]) > 1):
            return False
        if any(reference.node is name for reference in view.references):
            return False
    return True


_SIMPLE = (
    cst.Name,
    cst.Attribute,
    cst.Integer,
    cst.Float,
    cst.SimpleString,
    cst.UnaryOperation,
    cst.BaseUnaryOp,
    cst.Tuple,
    cst.List,
    cst.Dict,
    cst.Element,
    cst.DictElement,
)


def _read_call(view: FileView, map_task: MapTask, node: cst.Call, inline: bool) -> MapCall:
    parameters = [p.name for p in map_task.task.function.parameters]
    inputs: dict[str, cst.Arg] = {}
    for position, arg in enumerate(node.args):
        if arg.star or (arg.keyword is None and position >= len(parameters)):
            raise UnreadableError(
                "FM214",
                "The inputs of the map task are unpacked from a value; pass the lists to flyte.map in the "
                f"order {', '.join(parameters)}.",
            )
        inputs[arg.keyword.value if arg.keyword is not None else parameters[position]] = arg
    unknown = [name for name in (*inputs, *map_task.bound) if name not in parameters]
    if unknown:
        raise UnreadableError(
            "FM214",
            f"{map_task.task.name} has no parameter {unknown[0]}; pass the lists to flyte.map in the order "
            f"{', '.join(parameters)}.",
        )
    last = max((parameters.index(n) for n in (*inputs, *map_task.bound, *map_task.fixed)), default=-1)
    missing = [n for n in parameters[:last] if n not in inputs and n not in map_task.bound and n not in map_task.fixed]
    if missing or not any(n not in map_task.bound for n in inputs):
        raise UnreadableError(
            "FM214",
            f"The map task gets no list for {', '.join(missing) or 'any parameter'}; pass every parameter of "
            f"{map_task.task.name}.",
        )
    found = MapCall(map_task, node, node, inputs, inline)
    owner = view.parent(node)
    if isinstance(owner, cst.Attribute) and owner.attr.value == "with_overrides":
        outer = view.parent(owner)
        if isinstance(outer, cst.Call) and outer.func is owner:
            given = arguments(outer, ())
            if given is None:
                raise UnreadableError(
                    "FM215",
                    "The overrides are unpacked from a value; use "
                    f"flyte.map({map_task.task.name}.override(...), values).",
                )
            found.whole, found.overrides = outer, given
    return found


# -- writing ----------------------------------------------------------------------------------------------------------

_OVERRIDES = frozenset(
    {"retries", "timeout", "interruptible", "cache", "cache_version", "cache_serialize", "pod_template"}
)
_RESOURCES = frozenset({"requests", "limits", "resources", "accelerator", "shared_memory"})
_NAMES = frozenset({"node_name", "name"})


def _convert(view: FileView, item: MapCall, inlined: set[cst.Name]) -> Iterator[Item]:
    mapped = [name for name in item.inputs if name not in item.map_task.bound]
    function, inputs = item.map_task.task.name, item.inputs
    if len(mapped) > 1 and len({_length(view, inputs[name].value) for name in mapped}) > 1:
        names = " and ".join(sorted(mapped))
        yield Finding(
            item.call,
            "FM211",
            f"flyte.map stops at the shortest of {names}; Flyte 1 raised where their lengths differed.",
        )
    task, overrides = item.map_task.task, {**item.map_task.overrides, **item.overrides}
    for keyword, arg in overrides.items():
        if keyword == "container_image":
            yield Finding(
                arg, "FM230", f"An override can't change the image of {function}; give it a second environment."
            )
        elif keyword not in _OVERRIDES | _RESOURCES | _NAMES:
            yield Finding(
                arg, "FM215", f"{keyword}={code(arg.value)} can't be overridden for {function} and was left out."
            )
    yield from zero_findings(task, overrides)
    yield from resource_override_findings(view, task, overrides, own_resources(view, task), item.call)
    settles = _settles(item.map_task)
    if settles:
        yield Finding(
            item.call,
            "FM212",
            f"Failed elements of {function} are None as before; the threshold is now checked after all of them ran.",
        )
        yield _tolerance(view)
    legal = _is_legal_partial(item)
    if not legal:
        bound = item.map_task.bound.values()
        kept = {b.holder for b in bound if not _taken_over(view, b, item)}
        inlined.update(b.holder for b in bound if b.holder is not None and b.holder not in kept)
    yield from _keep_comments(view, item)
    yield Replace(item.whole, lambda updated: _mapped(view, item, updated, legal))


def _keep_comments(view: FileView, item: MapCall) -> Iterator[Item]:
    """Comments inside the call stand above its statement when the call is written anew."""
    nodes: list[cst.CSTNode] = [item.whole] if item.whole is item.call or item.inline else [item.call]
    kept = [a.value for a in item.inputs.values()] + [
        b.value for b in item.map_task.bound.values() if b.value is not None
    ]
    lost = lost_comments(nodes, kept)
    if lost:
        lines = [cst.EmptyLine(comment=cst.Comment(text)) for text in lost]
        yield insert(view.statement(item.whole), [only_lines(lines)])


def _is_legal_partial(item: MapCall) -> bool:
    """Whether ``flyte.map`` takes the partial: all parameters but the first are bound (MAP-04, TRAP-04)."""
    map_task = item.map_task
    parameters = [p.name for p in map_task.task.function.parameters]
    overridden = any(name in map_task.bound for name in item.inputs)
    return (
        bool(map_task.bound)
        and not overridden
        and list(item.inputs) == parameters[:1]
        and set(map_task.bound) == set(parameters[1:])
    )


def _taken_over(view: FileView, bound: Bound, item: MapCall) -> bool:
    return bound.value is not None and _movable(view, bound.value, item.call)


def _mapped(view: FileView, item: MapCall, updated: cst.Call, legal: bool) -> cst.BaseExpression:
    map_task = item.map_task
    inner = updated if item.whole is item.call else _inner_call(updated)
    now: dict[cst.CSTNode, cst.BaseExpression] = {}
    _pair(item.call, inner, now)
    if item.inline and isinstance(inner.func, cst.Call):
        _pair(map_task.node, inner.func, now)
    if item.whole is not item.call:
        _pair(item.whole, updated, now)
    function = now.get(map_task.function, map_task.function)
    overrides = _override_arguments(view, item, now)
    if overrides:
        function = call(cst.Attribute(function, cst.Name("override")), overrides, room=10_000)
    if legal:
        partial = map_task.partial
        if overrides or partial is None:
            values = [argument(_bound_value(view, item, n, b, now), n) for n, b in map_task.bound.items()]
            function = call(_partial_name(view), [argument(function), *values], room=10_000)
        else:
            function = now.get(partial, partial)
    args = [argument(function)]
    parameters = [p.name for p in map_task.task.function.parameters]
    for name in parameters:
        given = item.inputs.get(name)
        if name in map_task.bound:
            if not legal:
                value = (
                    now[given.value] if given is not None else _bound_value(view, item, name, map_task.bound[name], now)
                )
                args.append(argument(_repeated(view, value)))
        elif given is not None:
            args.append(argument(now[given.value]))
        elif name in map_task.fixed:
            args.append(argument(_repeated(view, map_task.fixed[name])))
    return _collected(view, item, args, now)


def _partial_name(view: FileView) -> str:
    """``functools.partial`` as the file already calls it."""
    imported = any(f.target == "functools.partial" and not f.scope for f in view.facts.imports)
    return view.local_name("functools:partial") if imported else view.local_name("functools:") + ".partial"


def _repeated(view: FileView, value: cst.BaseExpression) -> cst.BaseExpression:
    return call(view.local_name("itertools:") + ".repeat", [argument(value)])


def _pair(original: cst.Call, updated: cst.Call, now: dict[cst.CSTNode, cst.BaseExpression]) -> None:
    """Note what each argument of the original call has become in the edited one, through nested ``partial`` calls."""
    for before, after in zip(original.args, updated.args, strict=True):
        now[before.value] = after.value
        if isinstance(before.value, cst.Dict) and isinstance(after.value, cst.Dict):
            pairs = zip(before.value.elements, after.value.elements, strict=False)
            now.update((one.value, other.value) for one, other in pairs)
        if (
            isinstance(before.value, cst.Call)
            and isinstance(after.value, cst.Call)
            and len(before.value.args) == len(after.value.args)
        ):
            _pair(before.value, after.value, now)


def _inner_call(updated: cst.Call) -> cst.Call:
    assert isinstance(updated.func, cst.Attribute) and isinstance(updated.func.value, cst.Call)
    return updated.func.value


def _bound_value(
    view: FileView, item: MapCall, name: str, bound: Bound, now: dict[cst.CSTNode, cst.BaseExpression]
) -> cst.BaseExpression:
    if bound.value is not None and (bound.holder is None or _taken_over(view, bound, item)):
        return now.get(bound.value, bound.value)
    assert bound.holder is not None
    return cst.parse_expression(f'{bound.holder.value}.keywords["{name}"]')


def _override_arguments(view: FileView, item: MapCall, now: dict[cst.CSTNode, cst.BaseExpression]) -> list[cst.Arg]:
    """The arguments of ``t.override(...)``: the map task's metadata and its call's overrides (MAP-15, MAP-16)."""
    given = {**item.map_task.overrides, **item.overrides}
    if not given:
        return []
    rebuilt = {k: a.with_changes(value=now.get(a.value, a.value)) for k, a in given.items()}
    named = [argument(a.value, "short_name") for k, a in rebuilt.items() if k in _NAMES]
    kept = {k: a for k, a in rebuilt.items() if k in _OVERRIDES}
    if _RESOURCES & set(given):
        merged = merged_resources(view, given, own_resources(view, item.map_task.task))
        value = resources_call(view, merged, room=10_000)
        named += [argument(now.get(value, value), "resources")] if value is not None else []
    return [*named, *task_arguments(view, kept, given)]


def _collected(
    view: FileView, item: MapCall, args: list[cst.Arg], now: dict[cst.CSTNode, cst.BaseExpression]
) -> cst.BaseExpression:
    """The call of ``flyte.map`` with its options, and what turns its iterator into v1's list."""
    options = item.map_task.options
    concurrency = options.get("concurrency")
    if concurrency is not None and literal(concurrency.value) != 0:
        args.append(argument(_concurrency(view, concurrency.value, now), "concurrency"))
    settles = _settles(item.map_task)
    if not settles and view.settings.map_errors == "raise":
        args.append(argument("False", "return_exceptions"))
    asynchronous = runs_async(view, item.call)
    name = view.local_name("flyte:map") + (".aio" if asynchronous else "")
    room, indent = _room(view, item.whole)
    mapping: cst.BaseExpression = call(name, args, room=10_000)
    breaks = "\n" not in code(mapping) and len(code(mapping)) + (30 if asynchronous or settles else 6) > room
    if breaks and len(code(mapping)) + len(indent) > WIDTH - 4:
        statement = view.statement(item.whole)
        _, column = view.location(statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement)
        fitted = [_fitted(a, indent + " " * 8, column) for a in args]
        mapping = exploded(cst.parse_expression(name), fitted, indent + "    ")
    if asynchronous:
        each = cst.CompFor(cst.Name("result"), mapping, asynchronous=cst.Asynchronous())
        collected: cst.BaseExpression = cst.ListComp(cst.Name("result"), each)
        if breaks:
            collected = collected.with_changes(
                lbracket=cst.LeftSquareBracket(line_break(f"{indent}    ")),
                for_in=each.with_changes(whitespace_before=line_break(f"{indent}    ")),
                rbracket=cst.RightSquareBracket(line_break(indent)),
            )
    elif settles:
        collected = mapping
    elif "list" in view.facts.bound:  # the file has a `list` of its own
        collected = cst.List([cst.StarredElement(mapping)])
        if breaks:
            collected = collected.with_changes(
                lbracket=cst.LeftSquareBracket(line_break(f"{indent}    ")),
                rbracket=cst.RightSquareBracket(line_break(indent)),
            )
    else:
        collected = (
            _on_lines("list", [argument(mapping)], indent) if breaks else call("list", [argument(mapping)], room=10_000)
        )
    if not settles:
        return collected
    thresholds = [
        argument(now.get(options[k].value, options[k].value), k)
        for k in ("min_successes", "min_success_ratio")
        if k in options
    ]
    arguments_ = [argument(collected), *thresholds]
    return (
        _on_lines(_tolerance_name(view), arguments_, indent)
        if breaks
        else call(_tolerance_name(view), arguments_, room=10_000)
    )


def _fitted(arg: cst.Arg, indent: str, column: int) -> cst.Arg:
    """An argument on lines of its own at ``indent``, calls that do not fit broken up in turn."""
    text = code(arg.value)
    if not isinstance(arg.value, cst.Call) or "\n" in text or column + len(indent) + len(text) + 1 <= WIDTH:
        return arg
    args = [_fitted(a, indent + "    ", column) for a in arg.value.args]
    return arg.with_changes(value=exploded(arg.value.func, args, indent))


def _on_lines(function: str, args: Sequence[cst.Arg], indent: str) -> cst.Call:
    """A call with its arguments together on a line of their own, as formatters write one that does not fit."""
    flat = call(function, args, room=10_000)
    last = flat.args[-1].with_changes(whitespace_after_arg=line_break(indent))
    return flat.with_changes(whitespace_before_args=line_break(f"{indent}    "), args=[*flat.args[:-1], last])


def _concurrency(
    view: FileView, node: cst.BaseExpression, now: dict[cst.CSTNode, cst.BaseExpression]
) -> cst.BaseExpression:
    """None means unlimited in v1, where v2 has 0 (MAP-11)."""
    value = now.get(node, node)
    known = value_of(view, node)
    optional = known is not None and known.type is not None and known.type.bare(view) != known.type
    if not optional:
        return value
    return cst.BooleanOperation(parenthesized(value), cst.Or(), cst.Integer("0"))


def _room(view: FileView, node: cst.CSTNode) -> tuple[int, str]:
    """How many columns an expression may take on its line, and the indentation of that line within its block."""
    line, column = view.location(node)
    statement = view.statement(node)
    first, margin = view.location(statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement)
    return WIDTH - column, "" if line == first else " " * max(column - margin, 0)


# -- partial success --------------------------------------------------------------------------------------------------


def _settles(map_task: MapTask) -> bool:
    """Whether elements may fail (or must all run before one fails)."""
    options = map_task.options
    ratio = options.get("min_success_ratio")
    every = options.get("run_all_sub_nodes")
    return (
        (ratio is not None and literal(ratio.value) != 1)
        or ("min_successes" in options and literal(options["min_successes"].value) != 0)
        or (every is not None and literal(every.value) is not False)
    )


def _tolerance_name(view: FileView) -> str:
    return "tolerate_failures" if "tolerate_failures" not in view.facts.bound else "tolerate_map_failures"


def _tolerance(view: FileView) -> Helper:
    """The function that does what min_successes and min_success_ratio did (MAP-12, MAP-13)."""
    name, any_, iterable = (
        _tolerance_name(view),
        view.local_name("typing:Any"),
        view.local_name("collections.abc:Iterable"),
    )
    math = view.local_name("math:")
    return Helper(
        name,
        f'''
def {name}(
    outcomes: {iterable}[{any_}],
    min_successes: int | None = None,
    min_success_ratio: float = 1.0,
) -> list[{any_}]:
    """The outcomes of flyte.map with None for each failed element; raises a failure if too few succeeded."""
    results = list(outcomes)
    failures = [result for result in results if isinstance(result, BaseException)]
    needed = min_successes or {math}.ceil(len(results) * min_success_ratio)
    if failures and len(results) - len(failures) < needed:
        raise failures[0]
    return [None if isinstance(result, BaseException) else result for result in results]
''',
    )


# -- lengths ----------------------------------------------------------------------------------------------------------


def _length(view: FileView, node: cst.BaseExpression, depth: int = 0) -> str:
    """A text that is equal for expressions whose lists certainly have the same length."""
    if depth > 10:
        return code(node)
    if isinstance(node, cst.Name):
        bindings = view.bindings(node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return _length(view, value, depth + 1) if value is not None else f"len({node.value})"
    if isinstance(node, cst.List) and not any(isinstance(e, cst.StarredElement) for e in node.elements):
        return str(len(node.elements))
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Multiply):
        sides = (node.left, node.right)
        one = next((s for s in sides if isinstance(s, cst.List) and len(s.elements) == 1), None)
        times = next((s for s in sides if s is not one), None)
        if one is not None and isinstance(times, cst.Call) and code(times.func) == "len" and len(times.args) == 1:
            return _length(view, times.args[0].value, depth + 1)
    if isinstance(node, cst.ListComp) and node.for_in.inner_for_in is None and not node.for_in.ifs:
        return _length(view, node.for_in.iter, depth + 1)
    if isinstance(node, cst.Call):
        if isinstance(node.func, cst.Call) and _is_creation(view, node.func) and node.args:
            return _length(view, node.args[0].value, depth + 1)
        if (
            isinstance(node.func, cst.Name)
            and node.func.value in ("list", "sorted", "reversed", "range")
            and len(node.args) == 1
        ):
            return _length(view, node.args[0].value, depth + 1)
    return code(node)


def _is_creation(view: FileView, node: cst.Call) -> bool:
    return view.canonical(node.func) == "flytekit.map_task"


# -- variables that go ------------------------------------------------------------------------------------------------


def _drop(view: FileView, holder: cst.Name) -> Iterator[Item]:
    """Take away an assignment that nothing reads any more; its comments stay."""
    statement = view.statement(holder)
    node = next(a for a in view.ancestors(holder) if isinstance(a, cst.Assign))
    if not isinstance(statement, cst.SimpleStatementLine):
        return
    if len(statement.body) > 1:
        yield Replace(node, lambda updated: None)
        return
    lines = [cst.EmptyLine(comment=comment) for comment in layout_comments([statement])]
    yield Replace(statement, lambda updated: only_lines(lines) if lines else None)


def _drop_partials(view: FileView, inlined: set[cst.Name]) -> Iterator[Item]:
    """Drop partials whose values all went into the calls of ``flyte.map``."""
    for name in sorted({use.value for use in inlined}):
        uses = [use for use in inlined if use.value == name]
        for scope in {id(s): s for use in uses if (s := view.scope_at[use].owner(name)) is not None}.values():
            target = scope.bindings[name][0].node
            exported = scope is view.module_scope and (
                f"{view.facts.module}.{name}" in view.index.imported_names or name in view.facts.string_all
            )
            if exported or not isinstance(target, cst.Assign) or not set(view.uses_of(name, scope)) <= inlined:
                continue
            holder = target.targets[0].target
            if isinstance(holder, cst.Name) and len(target.targets) == 1:
                yield from _drop(view, holder)
