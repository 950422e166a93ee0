"""Where a file uses the execution parameters: ``current_context()``, variables that hold it, typed parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.project.link import PLAN_FACTORIES
from flyte_migrate.rewrite.scopes import Binding, Scope
from flyte_migrate.rewrite.view import FileView

CURRENT_CONTEXT = "flytekit.current_context"
#: flytekit's own context, which code uses for its file access.
INTERNAL_CONTEXTS = ("flytekit.FlyteContext.current_context", "flytekit.FlyteContextManager.current_context")
PARAMETERS = "flytekit.ExecutionParameters"


@dataclass(frozen=True, eq=False)
class ContextUse:
    """One use of the context: the call or name that stands for it, and the attributes read from it, outermost last.

    ``assignment`` is the statement that bound the name, where the use goes through a variable.
    """

    root: cst.Call | cst.Name
    links: tuple[cst.Attribute, ...]
    assignment: cst.SimpleStatementLine | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The attributes by name."""
        return tuple(link.attr.value for link in self.links)


@dataclass(frozen=True, eq=False)
class ContextVariable:
    """``ctx = current_context()``: the statement, the call, and every use of the variable."""

    statement: cst.SimpleStatementLine
    call: cst.Call
    uses: tuple[ContextUse, ...]
    is_module_level: bool


def context_calls(view: FileView) -> Iterator[cst.Call]:
    """Every call of ``current_context``; that inside a launch plan's factory is read there."""
    for reference in view.references:
        node = view.parent(reference.chain)
        if reference.name == CURRENT_CONTEXT and isinstance(node, cst.Call) and node.func is reference.chain:
            argument = view.parent(node)
            above = view.parent(argument) if isinstance(argument, cst.Arg) else None
            if not (isinstance(above, cst.Call) and view.canonical(above.func) in PLAN_FACTORIES):
                yield node


def context_variables(view: FileView) -> list[ContextVariable]:
    """The variables that hold nothing but the context."""
    found: list[ContextVariable] = []
    for node in context_calls(view):
        small = view.parent(node)
        line = view.parent(small) if small is not None else None
        if not (isinstance(small, cst.Assign) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1):
            continue
        target = small.targets[0].target
        if len(small.targets) > 1 or not isinstance(target, cst.Name):
            continue
        scope = view.scope_at[target].owner(target.value)
        if scope is None:
            continue
        kinds = {_bound_to(view, b) for b in scope.bindings[target.value]}
        names = view.uses_of(target.value, scope) if kinds == {CURRENT_CONTEXT} else None
        if kinds > {CURRENT_CONTEXT} and kinds <= {CURRENT_CONTEXT, *INTERNAL_CONTEXTS}:
            names = reads_of(view, target, line)
        if names is None:
            continue
        uses = tuple(_use(view, name, line) for name in names)
        found.append(ContextVariable(line, node, uses, scope is view.module_scope))
    return found


def _bound_to(view: FileView, binding: Binding) -> str:
    """The canonical name of what is called for the value of a variable."""
    called = isinstance(binding.value, cst.Call) and binding.kind == "assign"
    return view.canonical(binding.value.func) if called and isinstance(binding.value, cst.Call) else ""


def reads_of(view: FileView, target: cst.Name, line: cst.SimpleStatementLine) -> list[cst.Name] | None:
    """Where a variable is read between this assignment and the next; None where that can't be told."""
    scope, block = view.scope_at[target].owner(target.value), view.parent(line)
    names = [n for n in view.occurrences[target.value] if view.scope_at[n].owner(target.value) is scope]
    start = names.index(target) + 1
    end = next((n for n in range(start, len(names)) if view.is_binding_position(names[n])), len(names))
    found = names[start:end]
    inside = all(any(a is block for a in view.ancestors(name)) for name in found)
    looped = end - start < len(names) - 1 and any(isinstance(a, (cst.For, cst.While)) for a in view.ancestors(line))
    return found if inside and not looped else None


def context_uses(view: FileView) -> list[ContextUse]:
    """Every use of the context in the file, except the assignments to variables."""
    variables = context_variables(view)
    assigned = {variable.call for variable in variables}
    found = [_use(view, node, None) for node in context_calls(view) if node not in assigned]
    seen: set[cst.CSTNode] = set()
    for use in (use for variable in variables for use in variable.uses):
        if use.root not in seen:
            seen.add(use.root)
            found.append(use)
    for name, scope in _typed_parameters(view):
        found += [_use(view, use, None) for use in view.uses_of(name, scope)]
    return found


def _typed_parameters(view: FileView) -> Iterator[tuple[str, Scope]]:
    """Parameters annotated with the class of the context."""
    for reference in view.references:
        if reference.name == PARAMETERS:
            annotation = view.parent(reference.chain)
            parameter = view.parent(annotation) if isinstance(annotation, cst.Annotation) else None
            function = view.function_of(parameter) if isinstance(parameter, cst.Param) else None
            if isinstance(parameter, cst.Param) and function is not None:
                yield parameter.name.value, view.scope_of[function]


def _use(view: FileView, root: cst.Call | cst.Name, assignment: cst.SimpleStatementLine | None) -> ContextUse:
    links: list[cst.Attribute] = []
    node: cst.CSTNode = root
    while isinstance(parent := view.parent(node), cst.Attribute) and parent.value is node:
        links.append(parent)
        node = parent
    return ContextUse(root, tuple(links), assignment)
