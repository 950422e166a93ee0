"""Launch plans → ``flyte.Trigger``s on the former workflow, and calls of plans → calls of its task (LP-01…28).

A plan of this module moves above its workflow, whose decorator names it (``triggers=``). Where names it reads are bound
only later, or the workflow is another module's, it stays where it is and is added to the task there:
``main.triggers = (*main.triggers, plan)``. A plan that is only called, with inputs and nothing else, needs no trigger.

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/triggers/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.rewrite.plan import Finding, Insert, Item, Move, Replace
from flyte_migrate.rewrite.template import WIDTH, argument, only_lines
from flyte_migrate.rewrite.view import FileView, Statement, TaskDefinition
from flyte_migrate.rewrite.walk import children
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import constant, lost_comments
from flyte_migrate.rules.plan_calls import Kind, can_inline, convert_call, convert_imported, convert_uses
from flyte_migrate.rules.plan_groups import attached, groups, local_plan, write_group, write_local
from flyte_migrate.rules.plan_tasks import task_to_call, write_task
from flyte_migrate.rules.plans import PlanCall, Uses, plan_calls, read_plan, target_of, task_name, uses_of_plan
from flyte_migrate.rules.schedules import is_known_rate
from flyte_migrate.rules.triggers import trigger, trigger_findings


@dataclass(frozen=True, eq=False)
class Placement:
    """Where the trigger of a plan goes: above the workflow's definition under a variable, or where the plan stands."""

    plan: PlanCall
    variable: str
    definition: TaskDefinition | None = None  # whose decorator names it; None: added to the task after the plan
    called: TaskDefinition | None = None  # the workflow that a task in the place of the plan calls


def trigger_arguments(view: FileView, definition: TaskDefinition) -> list[cst.Arg]:
    """The ``triggers=`` argument of a task's decorator: the plans of this file that move above it, in their order."""
    names = [p.variable for p in placements(view) if p.definition is definition]
    if not names:
        return []
    return [argument(names[0] if len(names) == 1 else f"({', '.join(names)})", "triggers")]


def placements(view: FileView) -> list[Placement]:
    """Where the trigger of every plan of this file that needs one goes."""
    found: list[Placement] = []
    taken: set[str] = set()
    for node in plan_calls(view):
        plan = read_plan(view, node)
        if (
            plan is None
            or plan.statement is None
            or view.function_of(node) is not None
            or not _needs_trigger(view, plan)
        ):
            continue
        variable = _variable(view, plan, taken)
        taken.add(variable)
        called = task_to_call(view, plan)
        joined = _definition_to_join(view, plan) if called is None else None
        found.append(Placement(plan, variable, joined, called))
    return found


def _needs_trigger(view: FileView, plan: PlanCall) -> bool:
    """A plan needs a trigger if it does more than set inputs, or if something but a call in this file refers to it.

    A named plan that nothing calls was registered to be launched by hand: an on-demand trigger (LP-02).
    """
    if plan.is_default:
        return False
    if not plan.is_plain or not plan.variable or not can_inline(view, plan):
        return True
    uses = uses_of_plan(view, plan)
    return bool(uses.others) or not uses.calls or _used_elsewhere(view, plan.variable)


def _used_elsewhere(view: FileView, variable: str) -> bool:
    qualified = f"{view.facts.module}.{variable}"
    if qualified in view.index.imported_names or variable in view.facts.string_all:
        return True
    plan = view.index.plans.get(qualified)
    mentions = view.index.mentions.get(variable, ())
    return any(view.index.plan(m.name) is plan for m in mentions if m.module != view.facts.module)


def _variable(view: FileView, plan: PlanCall, taken: set[str]) -> str:
    """The plan's own variable if it is bound once, else one made from the plan's name."""
    if plan.variable and len(view.bindings(target_of(plan))) == 1:
        return plan.variable
    name = constant(view, plan.given["name"].value)
    stem = re.sub(r"\W+", "_", name).strip("_").lower() if isinstance(name, str) else ""
    stem = stem if stem.isidentifier() else f"{plan.task.name}_trigger"
    variable, number = stem, 2
    while variable in taken or variable in view.facts.bound:
        variable, number = f"{stem}_{number}", number + 1
    return variable


def _definition_to_join(view: FileView, plan: PlanCall) -> TaskDefinition | None:
    """The definition whose decorator can name the trigger: of this module, below everything that the plan reads."""
    definition = next((d for d in view.tasks if d.task is plan.task), None)
    if definition is None or plan.task.role == "v2" or plan.statement not in view.tree.body:
        return None
    order: dict[cst.CSTNode, int] = {statement: number for number, statement in enumerate(view.tree.body)}
    if definition.node not in order:
        return None
    bindings = [b for name in _names_read(view, plan.node, plan.given["workflow"]) for b in view.bindings(name)]
    binders = [view.top_statement(b.node) for b in bindings if b.node in view.parents]
    return definition if all(order[binder] < order[definition.node] for binder in binders) else None


def _names_read(view: FileView, node: cst.CSTNode, workflow: cst.Arg) -> Iterator[cst.Name]:
    """The names that the trigger of a plan will read: not its workflow, v1 names, and durations that become minutes."""
    if node is workflow or (isinstance(node, cst.Call) and is_known_rate(view, node)):
        return
    if isinstance(node, (cst.Name, cst.Attribute)) and view.canonical(node).split(".")[0] in V1_ROOTS:
        return
    if isinstance(node, cst.Name) and node in view.scope_at:
        yield node
    for child in children(node):
        yield from _names_read(view, child, workflow)


@on_file
def convert_plans(view: FileView) -> Iterator[Item]:
    """Write the triggers, attach them, and turn calls of plans into calls of tasks."""
    if "LaunchPlan" not in view.text and not view.index.plans:
        return
    placed = {placement.plan.node: placement for placement in placements(view)}
    grouped = groups(view)
    in_group = {plan.node for group in grouped for plan in group.plans}
    joined: set[TaskDefinition] = set()
    moved: set[Statement] = set()
    for node in plan_calls(view):
        plan, placement = read_plan(view, node), placed.get(node)
        if plan is None:
            yield from _unreadable(view, node)
            continue
        if node in in_group:
            continue
        local = local_plan(view, plan) if placement is None else None
        if local is not None:
            yield from write_local(view, local)
            continue
        if placement is None:
            items = list(_without_trigger(view, plan))
            moved.update(s for s in [plan.statement] if s is not None and any(_takes_away(i, s) for i in items))
            yield from items
        else:
            yield from _place(view, placement, first=placement.definition not in joined)
            if placement.definition is not None:
                joined.add(placement.definition)
        if plan.statement is not None and plan.variable:
            kind: Kind = "" if placement is None else "trigger" if placement.called is None else "task"
            yield from convert_uses(view, plan, kind)
    moved |= {p.plan.statement for p in placed.values() if p.definition and p.plan.statement}
    yield from _close_gaps(view, moved, {p.plan.statement for p in placed.values() if p.called and p.plan.statement})
    for group in grouped:
        yield from write_group(view, group)
    yield from _activation_note([*(p.plan for p in placed.values()), *(p for g in grouped for p in g.plans)])
    yield from convert_imported(view)


def _activation_note(plans: Sequence[PlanCall]) -> Iterator[Finding]:
    """Once per file: the defaults of auto_activate differ (TRAP-24)."""
    for plan in plans:
        if "schedule" in plan.given and "auto_activate" not in plan.given:
            message = "auto_activate=False was written out: Flyte 1 left plans inactive, Flyte 2 activates triggers."
            yield Finding(plan.node, "FM509", message)
            return


def _unreadable(view: FileView, node: cst.Call) -> Iterator[Item]:
    message = "The workflow of this launch plan, or its arguments, can't be told; write a flyte.Trigger on its task."
    yield Finding(node, "FM508", message)


def _place(view: FileView, placement: Placement, first: bool) -> Iterator[Item]:
    """Turn the plan into a trigger, above its workflow or where it stands."""
    plan = placement.plan
    assert plan.statement is not None
    yield from trigger_findings(view, plan)
    if placement.called is not None:
        yield Replace(plan.node, lambda updated: trigger(view, plan, updated, WIDTH, with_inputs=False))
        yield from write_task(view, plan, placement.called, placement.variable)
        return
    room = WIDTH - len(placement.variable) - 3
    yield Replace(plan.node, lambda updated: trigger(view, plan, updated, room))
    definition = placement.definition
    if definition is not None:
        yield from _bind(view, placement)
        yield Replace(plan.statement, lambda updated: _spaced(updated, definition.node, first))
        yield Move(plan.statement, definition.node)
        return
    task = task_name(view, plan.task)
    yield from _bind(view, placement)
    yield Insert(plan.statement, lambda rebuild: [attached(task, placement.variable)], after=True)
    if view.facts.module != plan.task.module:
        message = f"This module has to be imported where {plan.task.name} is deployed: the trigger is added here."
        yield Finding(plan.node, "FM514", message)


def _bind(view: FileView, placement: Placement) -> Iterator[Item]:
    """Assign the trigger to its variable, unless the plan is assigned to just that."""
    statement = placement.plan.statement
    assert statement is not None
    small = statement.body[0]
    if placement.plan.variable != placement.variable or isinstance(small, cst.AnnAssign):
        target = cst.AssignTarget(cst.Name(placement.variable))
        yield Replace(small, lambda updated: cst.Assign([target], updated.value))


def _spaced(statement: cst.SimpleStatementLine, definition: cst.FunctionDef, first: bool) -> cst.SimpleStatementLine:
    """The moved statement with the blank lines of its new place: those of a definition for the first, else one."""
    source: Statement = definition if first else statement
    blanks = list(_leading_blanks(source))
    return statement.with_changes(
        leading_lines=[*(blanks if first else blanks[:1]), *_trimmed(statement.leading_lines)]
    )


def _trimmed(lines: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Leading lines from the first comment on."""
    start = next((n for n, line in enumerate(lines) if line.comment is not None), len(lines))
    return list(lines[start:])


def _close_gaps(view: FileView, gone: set[Statement], tasks: set[Statement]) -> Iterator[Item]:
    """What follows statements that are gone is set off by as many blank lines as those were, or as a task is."""
    blanks = 0
    for statement in view.tree.body:
        if statement in tasks:
            blanks = 2
            continue
        if statement in gone:
            blanks = max(blanks, len(list(_leading_blanks(statement))))
            continue
        missing = blanks - len(list(_leading_blanks(statement)))
        if blanks and missing > 0:
            lines = [cst.EmptyLine(indent=False)] * missing
            yield Insert(statement, lambda rebuild, lines=lines: [only_lines(lines)])  # type: ignore[misc]
        blanks = 0


def _leading_blanks(statement: Statement) -> Iterator[cst.EmptyLine]:
    for line in statement.leading_lines:
        if line.comment is not None:
            break
        yield line


def _without_trigger(view: FileView, plan: PlanCall) -> Iterator[Item]:
    """A plan that is called where it is made, or whose variable is only called, or the default plan."""
    parent = view.parent(plan.node)
    local = view.function_of(plan.node) is not None
    convertible = plan.is_default or (plan.is_plain and can_inline(view, plan))
    uses = uses_of_plan(view, plan) if plan.variable else Uses()
    only_called = plan.statement is not None and not uses.others
    if local or not plan.variable:
        only_called = only_called and (bool(plan.variable) or plan.is_default)
    else:
        only_called = only_called and not _used_elsewhere(view, plan.variable)
    if isinstance(parent, cst.Call) and parent.func is plan.node and convertible:
        yield Replace(plan.node, lambda updated: cst.parse_expression(task_name(view, plan.task)))
        yield from convert_call(view, plan, parent, function=None)
    elif convertible and only_called and plan.statement is not None:
        yield Replace(plan.statement, _removed(plan.statement))
    elif plan.is_default:
        yield Replace(plan.node, lambda updated: cst.parse_expression(task_name(view, plan.task)))
    else:
        message = (
            f"This launch plan is made in passing; give {plan.task.name} a flyte.Trigger at the top level instead."
        )
        yield Finding(plan.node, "FM508", message)


def _takes_away(item: Item, statement: cst.SimpleStatementLine) -> bool:
    return isinstance(item, Replace) and item.node is statement and not any(x.comment for x in statement.leading_lines)


def _removed(statement: cst.SimpleStatementLine) -> Callable[[cst.SimpleStatementLine], cst.SimpleStatementLine | None]:
    """Nothing in the place of a statement but its comments."""
    inner = lost_comments([statement], list(statement.leading_lines))
    lines = list(statement.leading_lines) if any(line.comment for line in statement.leading_lines) or inner else []
    lines += [cst.EmptyLine(comment=cst.Comment(text)) for text in inner]
    return lambda updated: only_lines(lines) if lines else None
