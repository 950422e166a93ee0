"""Reading launch plans: what a factory call makes, and what the file does with it (LP-01, LP-04, LP-26)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.project.link import PLAN_FACTORIES, Task
from flyte_migrate.rewrite.template import argument, code, expression
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.configuration import arguments, callee, constant, follow, is_none

OPTIONS = (
    "default_inputs",
    "fixed_inputs",
    "schedule",
    "notifications",
    "labels",
    "annotations",
    "raw_output_data_config",
    "max_parallelism",
    "security_context",
    "auth_role",
    "trigger",
    "overwrite_cache",
    "auto_activate",
    "concurrency",
)
#: Parameter order of each factory; get_or_create has workflow and name the other way round (LP-01).
ORDER = {
    "flytekit.LaunchPlan.create": ("name", "workflow", *OPTIONS),
    "flytekit.LaunchPlan.get_or_create": ("workflow", "name", *OPTIONS),
    "flytekit.LaunchPlan.get_default_launch_plan": ("ctx", "workflow"),
}
#: Options that make a plan more than a name for a set of inputs.
BEYOND_INPUTS = frozenset(OPTIONS) - {"default_inputs", "fixed_inputs", "auto_activate"}


@dataclass(frozen=True, eq=False)
class PlanCall:
    """A ``LaunchPlan.create(...)`` (or the like) of this file, as far as it can be read.

    ``inputs`` are its default and fixed inputs by name; None when they are not literal dictionaries. ``statement`` is
    the statement that is nothing but this plan, ``variable`` the name that it binds.
    """

    node: cst.Call
    task: Task
    given: Mapping[str, cst.Arg]
    inputs: Mapping[str, cst.BaseExpression] | None
    fixed: frozenset[str] = frozenset()
    statement: cst.SimpleStatementLine | None = None
    variable: str = ""
    unpacked: Mapping[str, cst.BaseExpression] = field(default_factory=dict)  # options out of ``**options``

    @property
    def is_default(self) -> bool:
        """Whether it is the plan that every workflow has: no name, nothing set."""
        return "name" not in self.given

    def place_of(self, option: str) -> cst.CSTNode:
        """Where a finding about an option belongs."""
        return self.node if option in self.unpacked else self.given[option]

    @property
    def is_plain(self) -> bool:
        """Whether it only gives inputs a value."""
        return not BEYOND_INPUTS & set(self.given)


@dataclass
class Uses:
    """What a file does with the variable of a plan."""

    calls: list[cst.Call] = field(default_factory=list)
    deployments: list[cst.Arg] = field(default_factory=list)
    workflows: list[cst.Attribute] = field(default_factory=list)
    others: list[cst.Name] = field(default_factory=list)


def plan_calls(view: FileView) -> Iterator[cst.Call]:
    """Every call of a launch plan factory in the file."""
    for reference in view.references:
        if reference.name.startswith("flytekit.LaunchPlan"):
            node = view.parent(reference.chain)
            if isinstance(node, cst.Call) and node.func is reference.chain and callee(view, node) in PLAN_FACTORIES:
                yield node


def read_plan(view: FileView, node: cst.Call) -> PlanCall | None:
    """The plan that a factory call makes, None if its workflow or arguments can't be told."""
    unpacked, packed = unpacked_options(view, node)
    given = arguments(node.with_changes(args=[a for a in node.args if a not in packed]), ORDER[callee(view, node)])
    given = {**given, **{k: arg for k, (arg, _) in unpacked.items()}} if given is not None else None
    if given is None or "workflow" not in given or not set(given) <= {"ctx", "name", "workflow", *OPTIONS}:
        return None
    task = view.task_of(given["workflow"].value)
    if task is None or task.qualified not in view.environments.of_task:
        return None
    inputs, fixed = merged_inputs(view, given)
    statement, variable = _statement_of(view, node)
    expressions = {name: expression for name, (_, expression) in unpacked.items()}
    return PlanCall(node, task, given, inputs, fixed, statement, variable, expressions)


def unpacked_options(
    view: FileView, node: cst.Call
) -> tuple[dict[str, tuple[cst.Arg, cst.BaseExpression]], list[cst.Arg]]:
    """Options that come out of ``**options``, where that is a dictionary of this project, and the arguments read.

    Each as the argument it amounts to, and as the expression ``options["schedule"]``.
    """
    found: dict[str, tuple[cst.Arg, cst.BaseExpression]] = {}
    read: list[cst.Arg] = []
    for arg in node.args:
        items = mapping_items(view, arg.value) if arg.star == "**" and isinstance(arg.value, cst.Name) else None
        if items is None:
            continue
        read.append(arg)
        for name, value in items.items():
            if not is_none(value):
                found[name] = (argument(value, name), expression(f'{code(arg.value)}["{name}"]'))
    return found, read


def merged_inputs(
    view: FileView, given: Mapping[str, cst.Arg]
) -> tuple[dict[str, cst.BaseExpression] | None, frozenset[str]]:
    """The merged inputs of a plan and the names of the fixed ones; fixed ones win (LP-04)."""
    merged: dict[str, cst.BaseExpression] = {}
    fixed: set[str] = set()
    for option in ("default_inputs", "fixed_inputs"):
        if option not in given:
            continue
        found = mapping_items(view, given[option].value)
        if found is None:
            return None, frozenset()
        merged.update(found)
        if option == "fixed_inputs":
            fixed = set(found)
    return merged, frozenset(fixed)


def mapping_items(view: FileView, node: cst.BaseExpression) -> dict[str, cst.BaseExpression] | None:
    """The items of a dictionary display with constant keys or of ``dict(a=1)``, through variables; else None."""
    behind = follow(view, node)
    if isinstance(behind, cst.Dict):
        found: dict[str, cst.BaseExpression] = {}
        for element in behind.elements:
            if isinstance(element, cst.StarredDictElement):
                items = mapping_items(view, element.value)
                if items is None:
                    return None
                found.update(items)
                continue
            key = constant(view, element.key) if isinstance(element, cst.DictElement) else None
            if not isinstance(key, str):
                return None
            found[key] = element.value
        return found
    if isinstance(behind, cst.Call) and code(behind.func) == "dict" and all(a.keyword is not None for a in behind.args):
        return {a.keyword.value: a.value for a in behind.args if a.keyword is not None}
    return None


def _statement_of(view: FileView, node: cst.Call) -> tuple[cst.SimpleStatementLine | None, str]:
    """The statement that consists of this call alone, and the variable it is assigned to."""
    parent = view.parent(node)
    line = view.parent(parent) if parent is not None else None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None, ""
    if isinstance(parent, cst.Expr):
        return line, ""
    if isinstance(parent, cst.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0].target, cst.Name):
        return line, parent.targets[0].target.value
    if isinstance(parent, cst.AnnAssign) and isinstance(parent.target, cst.Name):
        return line, parent.target.value
    return None, ""


def uses_of_plan(view: FileView, plan: PlanCall) -> Uses:
    """What this file does with the plan's variable."""
    uses = Uses()
    assert plan.statement is not None
    scope = view.scope_at.get(target_of(plan))
    owner = scope.owner(plan.variable) if scope is not None else None
    for use in view.uses_of(plan.variable, owner) if owner is not None else ():
        parent = view.parent(use)
        if use is target_of(plan):
            continue
        if isinstance(parent, cst.Call) and parent.func is use:
            uses.calls.append(parent)
        elif (
            isinstance(parent, cst.Arg)
            and isinstance(above := view.parent(parent), cst.Call)
            and callee(view, above) == "flyte.deploy"
        ):
            uses.deployments.append(parent)
        elif isinstance(parent, cst.Attribute) and parent.attr.value == "workflow":
            uses.workflows.append(parent)
        else:
            uses.others.append(use)
    return uses


def target_of(plan: PlanCall) -> cst.Name:
    assert plan.statement is not None
    small = plan.statement.body[0]
    assert isinstance(small, (cst.Assign, cst.AnnAssign))
    target = small.targets[0].target if isinstance(small, cst.Assign) else small.target
    assert isinstance(target, cst.Name)
    return target


def task_name(view: FileView, task: Task) -> str:
    """How this file calls the task of a plan: by a name that it imports already, or will."""
    for name, bindings in view.module_scope.bindings.items():
        for binding in bindings:
            if binding.kind != "import":
                continue
            if view.index.task(binding.target, view.facts.module) is task:
                return name
            is_module = isinstance(binding.node, cst.Import)
            if is_module and view.index.module_of(binding.target, view.facts.module) == task.module:
                return f"{name}.{task.name}"
    return view.environment(task.module, task.name)
