"""Launch plans in lists, dictionaries and functions → triggers that are added to their task there (LP-23, LP-25)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import WIDTH, code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import indentation
from flyte_migrate.rules.plans import PlanCall, plan_calls, read_plan, target_of, task_name, uses_of_plan
from flyte_migrate.rules.triggers import trigger, trigger_findings

_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp)


@dataclass(frozen=True, eq=False)
class Group:
    """``name = [plan, …]``: a list, tuple, dictionary or comprehension at the top level, and the plans in it.

    ``places`` says for each plan how the trigger is read out of the variable; empty if all of them are of one task and
    there is nothing else in it.
    """

    statement: cst.SimpleStatementLine
    variable: str
    container: cst.BaseExpression
    plans: list[PlanCall]
    places: list[str]


@dataclass(frozen=True, eq=False)
class LocalPlan:
    """A plan that a function makes: returned, or assigned to a variable that is returned, or for its own sake."""

    plan: PlanCall
    function: cst.FunctionDef
    statement: cst.SimpleStatementLine
    variable: str


def attached(task: str, trigger: str) -> cst.SimpleStatementLine:
    """The statement that adds a trigger to a task (LP-23)."""
    statement = cst.parse_statement(f"{task}.triggers = (*{task}.triggers, {trigger})")
    assert isinstance(statement, cst.SimpleStatementLine)
    return statement


# -- lists and dictionaries --------------------------------------------------------------------------------------------


def groups(view: FileView) -> list[Group]:
    """The containers of plans that this file makes at its top level."""
    found: dict[cst.CSTNode, tuple[cst.SimpleStatementLine, str, cst.BaseExpression, list[PlanCall]]] = {}
    for node in plan_calls(view):
        plan = read_plan(view, node)
        if plan is None or plan.statement is not None or plan.is_default or view.function_of(node) is not None:
            continue
        container = _container(view, node)
        bound = _assigned(view, container) if container is not None else None
        if container is not None and bound is not None:
            found.setdefault(container, (*bound, container, []))[3].append(plan)
    made = []
    for statement, variable, container, plans in found.values():
        places = _places(variable, container, plans)
        if places is not None:
            made.append(Group(statement, variable, container, plans, places))
    return made


def _container(view: FileView, node: cst.Call) -> cst.BaseExpression | None:
    """The list, tuple, dictionary or comprehension of which a call is an element."""
    parent = view.parent(node)
    if isinstance(parent, (cst.Element, cst.DictElement)):
        parent = view.parent(parent)
        return parent if isinstance(parent, (cst.List, cst.Tuple, cst.Dict)) else None
    if isinstance(parent, _COMPREHENSIONS) and not isinstance(parent, cst.DictComp) and parent.elt is node:
        return parent
    return parent if isinstance(parent, cst.DictComp) and parent.value is node else None


def _assigned(view: FileView, container: cst.BaseExpression) -> tuple[cst.SimpleStatementLine, str] | None:
    small = view.parent(container)
    line = view.parent(small) if small is not None else None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
        name = small.targets[0].target
    elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        name = small.target
    else:
        return None
    return (line, name.value) if len(view.bindings(name)) == 1 else None


def _places(variable: str, container: cst.BaseExpression, plans: Sequence[PlanCall]) -> list[str] | None:
    """How each trigger is read; nothing if they are read all together, None if that can't be told."""
    tasks = {id(p.task): p.task for p in plans}
    if isinstance(container, _COMPREHENSIONS):
        return []
    assert isinstance(container, (cst.List, cst.Tuple, cst.Dict))
    if len(tasks) == 1 and len(plans) == len(container.elements):
        return []
    places = []
    for position, element in enumerate(container.elements):
        if isinstance(element, (cst.StarredElement, cst.StarredDictElement)):
            return None
        if any(element.value is p.node for p in plans):
            key = code(element.key) if isinstance(element, cst.DictElement) else str(position)
            places.append(f"{variable}[{key}]")
    return places


def write_group(view: FileView, group: Group) -> Iterator[Item]:
    """Triggers in the place of the plans, and the statements that add them to their tasks."""
    for plan in group.plans:
        yield from trigger_findings(view, plan)
        yield Replace(plan.node, _element(view, plan))
    is_dict = isinstance(group.container, (cst.Dict, cst.DictComp))
    together = f"*{group.variable}.values()" if is_dict else f"*{group.variable}"
    added: list[tuple[Task, str]] = list(zip((p.task for p in group.plans), group.places, strict=False))
    statements = [attached(task_name(view, task), place) for task, place in added or [(group.plans[0].task, together)]]
    yield Insert(group.statement, lambda rebuild: statements, after=True)
    small = group.statement.body[0]
    target = small.target if isinstance(small, cst.AnnAssign) else None
    for name in view.names:
        if name.value != group.variable or name is target or view.parent(name) is None:
            continue
        if isinstance(view.parent(name), cst.AssignTarget):
            continue
        if view.scope_at[name].owner(name.value) is view.module_scope:
            yield Finding(name, "FM515", f"{name.value} holds flyte.Trigger objects now, which can't be called.")
    if f"{view.facts.module}.{group.variable}" in view.index.imported_names:
        yield Finding(
            group.statement, "FM515", f"{group.variable} is used in other modules: it holds flyte.Trigger objects now."
        )
    foreign = next((p.task for p in group.plans if p.task.module != view.facts.module), None)
    if foreign is not None:
        message = f"This module has to be imported where {foreign.name} is deployed: the triggers are added here."
        yield Finding(group.statement, "FM514", message)


def _element(view: FileView, plan: PlanCall) -> Callable[[cst.Call], cst.Call]:
    indent = indentation(view, plan.node)
    return lambda updated: trigger(view, plan, updated, WIDTH - 4 - len(indent), indent=indent)


# -- functions ---------------------------------------------------------------------------------------------------------


def local_plan(view: FileView, plan: PlanCall) -> LocalPlan | None:
    """The plan as one that a function makes to hand it on, None if it is anything else."""
    function = view.function_of(plan.node)
    if function is None or plan.is_default or view.task_around(plan.node) is not None:
        return None
    if function.name.value.startswith("test"):
        return None  # what a test asks of a plan it can't ask of a trigger
    parent = view.parent(plan.node)
    line = view.parent(parent) if parent is not None else None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    if not _made_apart(view, plan, function):
        return None
    if isinstance(parent, (cst.Return, cst.Expr)):
        return LocalPlan(plan, function, line, _free(function))
    if plan.variable and plan.statement is line and len(view.bindings(target_of(plan))) == 1:
        uses = uses_of_plan(view, plan)
        handed_on = all(isinstance(view.parent(u), cst.Return) or _is_name(view.parent(u)) for u in uses.others)
        if uses.others and handed_on and not (uses.calls or uses.deployments or uses.workflows):
            return LocalPlan(plan, function, line, plan.variable)
    return None


def _made_apart(view: FileView, plan: PlanCall, function: cst.FunctionDef) -> bool:
    """Whether each call of the function makes a plan of its own, which is not called in its turn."""
    scope = view.scope_at.get(plan.node) or view.module_scope
    owner = next((view.scope_of[a] for a in view.ancestors(function) if a in view.scope_of), scope)
    calls = []
    for use in view.uses_of(function.name.value, owner):
        call = view.parent(use)
        if not isinstance(call, cst.Call) or call.func is not use or _is_called(view, call):
            return False
        calls.append(call)
    exported = owner is view.module_scope and f"{view.facts.module}.{function.name.value}" in view.index.imported_names
    named_anew = any(isinstance(n, cst.Name) and _is_local(view, n, function) for n in walk(plan.given["name"].value))
    return named_anew or (len(calls) < 2 and not exported)


def _is_called(view: FileView, call: cst.Call) -> bool:
    """Whether what a call returns is called, or asked for more than its name."""
    parent = view.parent(call)
    if isinstance(parent, (cst.Call, cst.Attribute)) and (isinstance(parent, cst.Attribute) or parent.func is call):
        return not _is_name(parent)
    if not isinstance(parent, cst.Assign) or not isinstance(parent.targets[0].target, cst.Name):
        return False
    target = parent.targets[0].target
    owner = view.scope_at[target].owner(target.value)
    for use in view.uses_of(target.value, owner) if owner is not None else ():
        above = view.parent(use)
        if isinstance(above, cst.Attribute) and not _is_name(above):
            return True
        if isinstance(above, cst.Call) and above.func is use:
            return True
    return False


def _is_local(view: FileView, name: cst.Name, function: cst.FunctionDef) -> bool:
    owner = view.scope_at[name].owner(name.value) if name in view.scope_at else None
    return owner is not None and owner is not view.module_scope and owner is view.scope_of[function]


def _is_name(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value == "name"


def _free(function: cst.FunctionDef) -> str:
    taken = {n.value for n in walk(function) if isinstance(n, cst.Name)}
    return next(name for name in ("trigger", "plan_trigger", "trigger_of_plan") if name not in taken)


def write_local(view: FileView, local: LocalPlan) -> Iterator[Item]:
    """The function makes the trigger, adds it to its task, and hands it on."""
    plan, line = local.plan, local.statement
    yield from trigger_findings(view, plan)
    room = WIDTH - len(local.variable) - 7
    yield Replace(plan.node, lambda updated: trigger(view, plan, updated, room))
    addition = attached(task_name(view, plan.task), local.variable)
    small = line.body[0]
    if isinstance(small, (cst.Assign, cst.AnnAssign)):
        yield Insert(line, lambda rebuild: [addition], after=True)
        return
    target = cst.AssignTarget(cst.Name(local.variable))

    def build(updated: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine]:
        value = updated.body[0].value  # type: ignore[attr-defined]
        assert isinstance(value, cst.BaseExpression)
        made = updated.with_changes(body=[cst.Assign([target], value)])
        if not isinstance(small, cst.Return):
            return [made, addition]
        return [made, addition, cst.SimpleStatementLine([cst.Return(cst.Name(local.variable))])]

    yield Replace(line, build)


@on_symbol("flytekit.LaunchPlan")
def convert_annotation(view: FileView, reference: Reference) -> Iterator[Item]:
    """``LaunchPlan`` in an annotation: what stands for a plan is a trigger now."""
    if not reference.rest and any(isinstance(a, cst.Annotation) for a in view.ancestors(reference.node)):
        target = view.ref("flyte:Trigger")
        yield Replace(reference.chain, lambda updated: target)
