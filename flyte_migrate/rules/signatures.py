"""What Flyte 1 let pass in a task's signature and Flyte 2 does not (TRAP-08, TRAP-09, TRAP-35, TRAP-36).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.facts import Parameter
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView, TaskDefinition, dotted_name
from flyte_migrate.rewrite.walk import children, walk
from flyte_migrate.rules import on_task
from flyte_migrate.rules.configuration import follow, is_none

_UNION_WITH_NONE = re.compile(r"\|\s*None\b")
_NULLABLE = frozenset({"Optional", "None", "Any", "NoneType", "object"})
#: Inputs that flyte's own functions take a parameter of the same name beside (LocalController.submit,
#: convert_from_native_to_inputs), those that only threads of sync tasks do (run_sync_in_thread), and `flyte.run`.
_CLASHING = frozenset({"_task", "interface", "custom_context"})
_CLASHING_IN_THREADS = frozenset({"func"})
_CLASHING_IN_RUNS = frozenset({"task", "obj"})
_TUPLES = frozenset({"tuple", "typing.Tuple", "Tuple"})


@on_task
def accept_none_defaults(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """``x: int = None`` → ``x: Optional[int] = None``: Flyte 2 checks the default against the annotation (TRAP-09)."""
    if definition.task.qualified in view.environments.blocked:
        return
    for parameter in _parameters(definition.node):
        if parameter.default is None or not is_none(parameter.default) or parameter.annotation is None:
            continue
        if not _takes_none(view, parameter.annotation.annotation):
            yield Replace(parameter.annotation, lambda updated: _optional(view, updated))


def _parameters(node: cst.FunctionDef) -> list[cst.Param]:
    return [*node.params.posonly_params, *node.params.params, *node.params.kwonly_params]


def _takes_none(view: FileView, annotation: cst.BaseExpression) -> bool:
    """Whether an annotation (an alias is followed) allows None."""
    text = string_value(annotation) or code(annotation)
    if set(re.findall(r"[A-Za-z_]\w*", text)) & _NULLABLE:
        return True
    behind = follow(view, annotation)
    return behind is not annotation and bool(set(re.findall(r"[A-Za-z_]\w*", code(behind))) & _NULLABLE)


def _optional(view: FileView, annotation: cst.Annotation) -> cst.Annotation:
    value = annotation.annotation
    quoted = string_value(value)
    if _UNION_WITH_NONE.search(view.text):
        if quoted is not None:
            return annotation.with_changes(annotation=cst.SimpleString(f'"{quoted} | None"'))
        union = cst.BinaryOperation(value, cst.BitOr(), cst.Name("None"))
        return annotation.with_changes(annotation=union)
    name = cst.parse_expression(view.local_name("typing:Optional"))
    return annotation.with_changes(annotation=cst.Subscript(name, [cst.SubscriptElement(cst.Index(value))]))


@on_task
def drop_discarded_returns(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """A task without a return annotation returned nothing in Flyte 1, whatever its body says; now its body says so
    (TRAP-08).
    """
    task = definition.task
    function = task.function
    if task.role not in ("task", "dynamic") or not function.has_value_return or function.returns not in (None, "None"):
        return
    if task.wraps_another:
        return  # its annotations are those of the other function
    if task.qualified in view.environments.blocked or not isinstance(definition.node.body, cst.IndentedBlock):
        if task.qualified not in view.environments.blocked:
            yield Finding(
                definition.node,
                "FM170",
                f"{task.name} returns a value without annotating it: add -> and the type, or return nothing.",
            )
        return
    returns = list(_returns(definition.node.body))
    yield Finding(
        definition.node,
        "FM187",
        f"Flyte 1 discarded what {task.name} returns, for want of an annotation; its return statements now "
        "return nothing.",
    )
    last = definition.node.body.body[-1]
    for node in returns:
        line = view.parent(node)
        if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
            ends = line is last
            yield Replace(line, lambda updated, ends=ends: _without_value(updated, ends))  # type: ignore[misc]
        else:
            yield Replace(node, _small_statements)


def _returns(node: cst.CSTNode) -> Iterator[cst.Return]:
    """The return statements with a value of a function body, nested functions left out."""
    for child in children(node):
        if isinstance(child, cst.Return):
            if child.value is not None and not is_none(child.value):
                yield child
        elif not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            yield from _returns(child)


def _without_value(line: cst.SimpleStatementLine, ends: bool) -> list[cst.SimpleStatementLine]:
    node = line.body[0]
    assert isinstance(node, cst.Return) and node.value is not None
    bare = cst.SimpleStatementLine([cst.Return()])
    if not _acts(node.value):
        return [bare.with_changes(leading_lines=line.leading_lines, trailing_whitespace=line.trailing_whitespace)]
    kept = line.with_changes(body=[cst.Expr(node.value)])
    return [kept] if ends else [kept, bare]


def _small_statements(node: cst.Return) -> list[cst.BaseSmallStatement]:
    """The same for a return that shares its line with others."""
    assert node.value is not None
    bare = cst.Return(semicolon=node.semicolon)
    return [cst.Expr(node.value), bare] if _acts(node.value) else [bare]


def _acts(value: cst.BaseExpression) -> bool:
    """Whether evaluating an expression may do something: a call, an await, a subscription of an unknown object."""
    return any(isinstance(n, (cst.Call, cst.Await, cst.Yield, cst.NamedExpr)) for n in walk(value))


@on_task
def report_signature(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """``*args``, ``**kwargs``, tuples without their element types, and annotations that can't be resolved at
    definition.
    """
    task, node = definition.task, definition.node
    if task.qualified in view.environments.blocked:
        return
    variadic = [p for p in task.function.parameters if p.kind in ("var_positional", "var_keyword")]
    if variadic and not task.wraps_another:
        yield Finding(
            node,
            "FM171",
            f"{task.name} takes {_starred(variadic)}, and every input of a task needs a name and a type: "
            "spell them out.",
        )
    inputs = [p.name for p in task.function.parameters]
    taken = _CLASHING if task.qualified in view.colours.asynchronous else _CLASHING | _CLASHING_IN_THREADS
    clashing = " and ".join(name for name in inputs if name in taken)
    if clashing:
        message = f"Calls of {task.name} fail: flyte has parameters of its own named {clashing}. Rename the input."
        yield Finding(node, "FM188", message)
    clashing = " and ".join(name for name in inputs if name in _CLASHING_IN_RUNS)
    if clashing:
        message = (
            f"flyte.run has parameters of its own named {clashing}: give runs of {task.name} this input by position."
        )
        yield Finding(node, "FM189", message)
    if node.returns is not None:
        problem = _tuple_problem(view, node.returns.annotation)
        if problem:
            yield Finding(node, "FM172", f"{task.name} returns {code(node.returns.annotation)}: {problem}.")
    for name, why in _unresolvable(view, definition):
        yield Finding(
            node,
            "FM178",
            f"The annotation {name} of {task.name} {why}, and a task's annotations are resolved when it is defined.",
        )


def _starred(parameters: list[Parameter]) -> str:
    return " and ".join(f"*{p.name}" if p.kind == "var_positional" else f"**{p.name}" for p in parameters)


def _tuple_problem(view: FileView, annotation: cst.BaseExpression) -> str:
    bare = annotation.value if isinstance(annotation, cst.Subscript) else annotation
    name = view.qualified(bare) or dotted_name(bare)
    if name not in _TUPLES:
        return ""
    if not isinstance(annotation, cst.Subscript):
        return "name the type of every element, as in tuple[int, str]"
    elements = [e.slice.value for e in annotation.slice if isinstance(e.slice, cst.Index)]
    if len(elements) == 1:
        return "a tuple of one element is not an output; return the element itself"
    if any(isinstance(e, cst.Ellipsis) for e in elements):
        return "a tuple of any length is not an output; return a list"
    return ""


def _unresolvable(view: FileView, definition: TaskDefinition) -> Iterator[tuple[str, str]]:
    """(name, reason) of annotation names that Flyte 2 will not find: imports for type checkers, locals in lazy
    annotations.
    """
    lazy = any(f.target == "__future__.annotations" for f in view.facts.imports)
    only_checked = {f.local for f in view.facts.imports if f.guard == "type_checking"}
    only_checked -= {f.local for f in view.facts.imports if f.guard != "type_checking"}
    annotations = [p.annotation for p in _parameters(definition.node)] + [definition.node.returns]
    seen: set[str] = set()
    for annotation in annotations:
        for node in walk(annotation) if annotation is not None else ():
            quoted = isinstance(node, cst.SimpleString)
            words = (
                re.findall(r"[A-Za-z_]\w*", string_value(node) or "")
                if quoted
                else [node.value]
                if isinstance(node, cst.Name)
                else []
            )
            for word in words:
                if word in seen:
                    continue
                if word in only_checked:
                    seen.add(word)
                    yield word, "is imported for type checkers only"
                elif (lazy or quoted) and isinstance(node, cst.Name) and _is_local(view, node):
                    seen.add(word)
                    yield word, "is local to a function"


def _is_local(view: FileView, node: cst.Name) -> bool:
    around = view.scope_at.get(node)
    scope = around.owner(node.value) if around is not None else None
    return scope is not None and isinstance(scope.node, cst.FunctionDef)
