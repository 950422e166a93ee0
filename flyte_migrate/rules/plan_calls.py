"""Calls of launch plans → calls of their tasks with the inputs merged; deployments of plans (LP-03, LP-26, LP-27)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project.link import PLAN_FACTORIES, Plan, Task
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, string_value
from flyte_migrate.rewrite.view import FileView, dotted_name
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules.configuration import arguments, callee, follow, foreign, is_none
from flyte_migrate.rules.eager import calling
from flyte_migrate.rules.plan_tasks import container_inputs
from flyte_migrate.rules.plans import ORDER, PlanCall, merged_inputs, target_of, task_name, uses_of_plan
from flyte_migrate.rules.schedules import is_schedule, kickoff_argument

Kind = Literal["", "trigger", "task"]


def convert_uses(view: FileView, plan: PlanCall, kind: Kind) -> Iterator[Item]:
    """Calls of the plan's variable call the task; deploying it deploys the task's environment.

    ``kind`` is what the variable holds now, if anything.
    """
    uses = uses_of_plan(view, plan)
    if len(view.bindings(target_of(plan))) > 1 and _plans_of(view, plan)[-1] is not plan.node:
        return  # a variable bound several times: its uses are those of the last plan
    if not kind and not plan.is_default and (uses.others or not plan.is_plain or not can_inline(view, plan)):
        return
    task = task_name(view, plan.task)
    for node in uses.calls:
        if can_inline(view, plan) and _names_hold(view, plan, node):
            yield from convert_call(view, plan, node, function=node.func)
        elif kind == "task":  # calls a task of that name
            overridden = sorted({a.keyword.value for a in node.args if a.keyword is not None} & plan.fixed)
            if overridden:
                yield _refused(node, overridden)
        elif kind == "trigger" and _has_inputs(view, plan):
            yield from _call_with_inputs(view, plan, node, node.func)
        else:
            yield Finding(
                node,
                "FM508",
                f"The inputs of this launch plan can't be repeated here; call {plan.task.name} with them.",
            )
    for attribute in uses.workflows:
        yield Replace(attribute, lambda updated: cst.parse_expression(task))
    yield from _convert_deployments(view, dict.fromkeys(uses.deployments, plan.task))
    for use in uses.others:
        above = view.parent(use)
        if plan.is_default or (isinstance(above, cst.Attribute) and above.attr.value == "name" and kind == "trigger"):
            continue  # a trigger has its name, too
        if not _is_mapped(view, use):
            yield Finding(
                use,
                "FM515",
                f"{use.value} is a {'task' if kind == 'task' else 'flyte.Trigger'} now; what a launch plan offered "
                f"here is up to {plan.task.name}.",
            )


def _plans_of(view: FileView, plan: PlanCall) -> list[cst.Call]:
    """All plans that the same variable is bound to, in order."""
    return [
        b.value
        for b in view.bindings(target_of(plan))
        if isinstance(b.value, cst.Call) and callee(view, b.value) in PLAN_FACTORIES
    ]


def _is_mapped(view: FileView, use: cst.Name) -> bool:
    arg = view.parent(use)
    above = view.parent(arg) if isinstance(arg, cst.Arg) else None
    return isinstance(above, cst.Call) and callee(view, above) in ("flytekit.map_task", "functools.partial")


def _convert_deployments(view: FileView, plans: Mapping[cst.Arg, Task]) -> Iterator[Item]:
    """``flyte.deploy(plan)`` → ``flyte.deploy(env)``, each environment once."""
    calls = {view.parent(arg) for arg in plans}
    for node in calls:
        assert isinstance(node, cst.Call)
        targets = {
            n: view.environment(*view.environments.of_task[plans[a].qualified])
            for n, a in enumerate(node.args)
            if a in plans
        }

        def build(updated: cst.Call, targets: Mapping[int, str] = targets) -> cst.Call:
            args: list[cst.Arg] = []
            for position, arg in enumerate(updated.args):
                text = targets.get(position)
                if text is None:
                    args.append(arg)
                elif text not in {code(a.value) for a in args if a.keyword is None}:
                    args.append(arg.with_changes(value=cst.parse_expression(text)))
            if args and args[-1] is not updated.args[-1]:
                args[-1] = args[-1].with_changes(comma=updated.args[-1].comma)
            return updated.with_changes(args=args)

        yield Replace(node, build)


def convert_call(view: FileView, plan: PlanCall, node: cst.Call, function: cst.BaseExpression | None) -> Iterator[Item]:
    """``plan(x=1)`` → ``main(x=1, y=2)``, the plan's inputs filling in what the call leaves open.

    What the call passes wins, as in v1's local runs; v1's cluster refused a value for a fixed input (LP-26).
    """
    assert plan.inputs is not None
    passed = {a.keyword.value for a in node.args if a.keyword is not None}
    overridden = sorted(passed & plan.fixed)
    if overridden:
        yield _refused(node, overridden)
    extra = [argument(value.deep_clone(), name) for name, value in plan.inputs.items() if name not in passed]
    if function is not None:
        yield Replace(function, lambda updated: cst.parse_expression(task_name(view, plan.task)))
    write = calling(view, node, plan.task)
    if extra or write is not None:

        def build(updated: cst.Call) -> cst.BaseExpression:
            merged = _with_arguments(updated, extra) if extra else updated
            return write(merged) if write is not None else merged

        yield Replace(node, build)


def _has_inputs(view: FileView, plan: PlanCall) -> bool:
    """Whether the inputs of the trigger are those of the plan: nothing but a schedule's own argument may be added."""
    schedule = plan.given.get("schedule") or plan.given.get("trigger")
    given = {"default_inputs", "fixed_inputs"} & set(plan.given)
    read = schedule is None or is_schedule(view, schedule.value)
    return bool(given) and read and (schedule is None or kickoff_argument(view, schedule.value) is None)


def _is_trigger(view: FileView, plan: PlanCall, found: Plan) -> bool:
    """Whether a plan of another module certainly becomes a trigger under its variable."""
    return (
        not plan.is_default
        and not found.variable.rebound
        and _has_inputs(view, plan)
        and not container_inputs(view, plan)
    )


def _call_with_inputs(view: FileView, plan: PlanCall, node: cst.Call, function: cst.BaseExpression) -> Iterator[Item]:
    """``plan(x=1)`` → ``main(**{**plan.inputs, "x": 1})``, where the inputs can't be written again."""
    overridden = sorted({a.keyword.value for a in node.args if a.keyword is not None} & plan.fixed)
    if overridden:
        yield _refused(node, overridden)
    yield Replace(function, lambda updated: cst.parse_expression(task_name(view, plan.task)))
    holder = f"{code(function)}.inputs"
    write = calling(view, node, plan.task)

    def build(updated: cst.Call) -> cst.BaseExpression:
        items: list[cst.BaseDictElement] = [cst.StarredDictElement(cst.parse_expression(holder))]
        for arg in updated.args:
            if arg.keyword is not None:
                items.append(cst.DictElement(cst.SimpleString(f'"{arg.keyword.value}"'), arg.value))
            else:
                items.append(cst.StarredDictElement(arg.value))
        merged = cst.Dict(items) if len(items) > 1 else cst.parse_expression(holder)
        made = updated.with_changes(args=[cst.Arg(merged, star="**")])
        return write(made) if write is not None else made

    yield Replace(node, build)


def _refused(node: cst.Call, names: Sequence[str]) -> Finding:
    message = f"The launch plan fixed {', '.join(names)}: Flyte 1's cluster refused this call, Flyte 2 runs it."
    return Finding(node, "FM500", message)


def _with_arguments(node: cst.Call, extra: Sequence[cst.Arg]) -> cst.Call:
    """The call with more arguments, in its own layout; a mapping that it unpacks wins over them."""
    if not node.args:
        return node.with_changes(args=list(extra))
    unpacked = next((a for a in node.args if a.star == "**"), None)
    if unpacked is not None:
        items: list[cst.BaseDictElement] = [
            cst.DictElement(cst.SimpleString(f'"{a.keyword.value}"'), a.value) for a in extra if a.keyword is not None
        ]
        merged = unpacked.with_changes(value=cst.Dict([*items, cst.StarredDictElement(unpacked.value)]))
        return node.with_changes(args=[merged if a is unpacked else a for a in node.args])
    last = node.args[-1]
    exploded = isinstance(node.whitespace_before_args, cst.ParenthesizedWhitespace)
    between = cst.Comma(whitespace_after=node.whitespace_before_args if exploded else cst.SimpleWhitespace(" "))
    head = [*node.args[:-1], last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))]
    tail = [arg.with_changes(comma=between) for arg in extra[:-1]]
    end = extra[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return node.with_changes(args=[*head, *tail, end])


def can_inline(view: FileView, plan: PlanCall) -> bool:
    """Whether the plan's inputs can be written again at its calls: values that are the same at any time."""
    return plan.inputs is not None and all(
        _is_constant(view, value) and not _is_coerced(view, plan, name, value) for name, value in plan.inputs.items()
    )


def _is_coerced(view: FileView, plan: PlanCall, name: str, value: cst.BaseExpression) -> bool:
    """Whether a text stands for a file or a member of an enumeration: it is converted where the plan gives it."""
    if string_value(follow(view, value)) is None:
        return False
    declared = next((p.annotation for p in plan.task.function.parameters if p.name == name), None)
    return Type(declared or "str", plan.task.module).bare(view).name(view) not in ("str", "typing.Any")


def _is_constant(view: FileView, value: cst.BaseExpression) -> bool:
    for node in walk(value):
        if isinstance(node, cst.Call):
            name = view.canonical(node.func) if node.func in view.parents else code(node.func)
            last = name.rpartition(".")[2] or code(node.func).rpartition(".")[2]
            if not last[:1].isupper() and name not in (
                "datetime.datetime",
                "datetime.timedelta",
                "datetime.date",
                "pathlib.Path",
            ):
                return False
            if name.split(".")[0] in V1_ROOTS:
                return False
        elif isinstance(node, (cst.Await, cst.NamedExpr, cst.Yield, cst.Lambda)):
            return False
    return True


def _names_hold(view: FileView, plan: PlanCall, node: cst.Call) -> bool:
    """Whether the names in the plan's inputs mean the same at a call, and are bound just once."""
    assert plan.inputs is not None
    scope = next((view.scope_of[a] for a in view.ancestors(node) if a in view.scope_of), view.module_scope)
    for value in plan.inputs.values():
        for name in walk(value):
            if isinstance(name, cst.Name) and name in view.scope_at:
                owner = view.scope_at[name].owner(name.value)
                if owner is not None and (scope.owner(name.value) is not owner or len(owner.bindings[name.value]) > 1):
                    return False
    return True


# -- plans of other modules ----------------------------------------------------------------------------------------


def convert_imported(view: FileView) -> Iterator[Item]:
    """Calls and deployments of plans that another module of the project defines."""
    names = {f.local for f in view.facts.imports}
    deployments: dict[cst.Arg, Task] = {}
    for name in view.names:
        if name.value not in names:
            continue
        chain: cst.Name | cst.Attribute = name
        while isinstance(above := view.parent(chain), cst.Attribute) and above.value is chain:
            chain = above
        qualified = view.qualified(chain)
        found = view.index.plan(qualified, view.facts.module) if qualified else None
        if found is None or found.module == view.facts.module or not found.workflow:
            continue
        task = view.index.tasks[found.workflow]
        node = view.parent(chain)
        if (
            isinstance(node, cst.Arg)
            and isinstance(call := view.parent(node), cst.Call)
            and callee(view, call) == "flyte.deploy"
        ):
            if task.qualified in view.environments.of_task:
                deployments[node] = task
            continue
        if not (isinstance(node, cst.Call) and node.func is chain):
            continue
        plan = _foreign_plan(view, found.module, found.variable.text, found.factory, task)
        if plan is not None and not can_inline(view, plan) and _is_trigger(view, plan, found):
            yield from _call_with_inputs(view, plan, node, chain)
        elif plan is None or not can_inline(view, plan):
            yield Finding(
                node, "FM508", f"The inputs of {dotted_name(chain)} can't be repeated here; call {task.name} with them."
            )
        else:
            yield from convert_call(view, plan, node, function=chain)
    yield from _convert_deployments(view, deployments)


def _foreign_plan(view: FileView, module: str, text: str, factory: str, task: Task) -> PlanCall | None:
    """A plan of another module in the terms of this one."""
    node = foreign(view, view.index.modules[module], text)
    given = arguments(node, ORDER[factory]) if isinstance(node, cst.Call) else None
    if given is None:
        return None
    given = {name: arg for name, arg in given.items() if not is_none(arg.value)}
    inputs, fixed = merged_inputs(view, given)
    assert isinstance(node, cst.Call)
    return PlanCall(node, task, given, inputs, fixed)
