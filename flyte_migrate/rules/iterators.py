"""``Iterator[T]`` in the signature of a task → ``list[T]``, which is what v1 passed on (IMP-54).

v1 collected the items of an iterator when the task returned, and gave an iterator over the collection to the next one.
Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import Type, called_task
from flyte_migrate.rewrite.plan import Finding, Item, Replace, insert
from flyte_migrate.rewrite.template import code, expression, statement
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rewrite.walk import children, walk
from flyte_migrate.rules import on_task, on_task_call
from flyte_migrate.rules.kinds import kinds_of

#: The iterators that v1 passed on.
_ITERATORS = frozenset({"typing.Iterator", "collections.abc.Iterator"})
_GENERATORS = frozenset({"typing.Generator", "collections.abc.Generator"})
_JSON = "flytekit.types.iterator.JSON"
_NESTED = (cst.FunctionDef, cst.Lambda, cst.ClassDef)


@on_task
def convert_iterators(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """The annotations, ``next(x)`` of an input, and what is returned: a generator's items are collected."""
    node = definition.node
    for parameter in (*node.params.params, *node.params.kwonly_params):
        if parameter.annotation is None or not _is_iterator(view, parameter.annotation):
            continue
        if not _converts(view, parameter.annotation) or _reads_singly(view, parameter, node) is None:
            yield _finding(definition, parameter.annotation)
            continue
        yield _as_list(parameter.annotation)
        if _reads_singly(view, parameter, node):
            name = parameter.name.value
            first = node.body.body[0] if isinstance(node.body, cst.IndentedBlock) else None
            if isinstance(first, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
                yield insert(first, [statement(f"{name} = iter({name})")])
    if node.returns is not None and _is_iterator(view, node.returns):
        if not _converts(view, node.returns) or node.asynchronous is not None:
            yield _finding(definition, node.returns)
            return
        yield _as_list(node.returns)
        if definition.task.role != "workflow":
            yield from _collected(view, node)


@on_task_call
def convert_given_iterator(view: FileView, node: cst.Call, task: Task) -> Iterator[Item]:
    """``t(xs=iter(values))`` and ``t(xs=(x for x in values))`` → a list, for an input that was an iterator."""
    parameters = task.function.parameters
    for number, arg in enumerate(node.args):
        if arg.star:
            return
        if arg.keyword is not None:
            parameter = next((p for p in parameters if p.name == arg.keyword.value), None)
        else:
            parameter = parameters[number] if number < len(parameters) else None
        if parameter is None or not parameter.annotation:
            continue
        type_ = Type(parameter.annotation, task.module).bare(view)
        items = [a.name(view) for a in type_.arguments()]
        listed = isinstance(arg.value, cst.Call) and code(arg.value.func) == "list"
        if type_.name(view) in _ITERATORS and _JSON not in items and not listed:
            yield from _listed(view, arg.value)


# -- annotations ------------------------------------------------------------------------------------------------------


def _is_iterator(view: FileView, annotation: cst.Annotation) -> bool:
    type_ = Type(code(annotation.annotation), view.facts.module)
    return type_.bare(view).name(view) in _ITERATORS | _GENERATORS


def _converts(view: FileView, annotation: cst.Annotation) -> bool:
    """Whether it is ``Iterator[T]`` itself; JSON objects were written to a file."""
    type_ = Type(code(annotation.annotation), view.facts.module)
    arguments = type_.arguments()
    return (
        isinstance(annotation.annotation, cst.Subscript)
        and type_.name(view) in _ITERATORS
        and len(arguments) == 1
        and arguments[0].name(view) != _JSON
    )


def _finding(definition: TaskDefinition, annotation: cst.Annotation) -> Finding:
    return Finding(
        annotation,
        "FM332",
        f"{definition.task.name} can't pass an iterator in Flyte 2: collect the items and use a list,"
        " or write them to a file.",
    )


def _as_list(annotation: cst.Annotation) -> Replace:
    def build(updated: cst.BaseExpression) -> cst.BaseExpression:
        assert isinstance(updated, cst.Subscript)
        return updated.with_changes(value=cst.Name("list"))

    return Replace(annotation.annotation, build)


def _reads_singly(view: FileView, parameter: cst.Param, function: cst.FunctionDef) -> bool | None:
    """Whether ``next`` reads an input; None if it is read in other ways as well, which began anew in v1."""
    name = parameter.name.value
    uses = [n for n in view.occurrences.get(name, ()) if view.function_of(n) is function and n is not parameter.name]
    singly = [n for n in uses if _called_with(view, n) == "next"]
    if not singly:
        return False
    return True if len(singly) == len(uses) else None


def _called_with(view: FileView, node: cst.CSTNode) -> str:
    arg = view.parent(node)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    return code(call.func) if isinstance(call, cst.Call) else ""


# -- what is returned -------------------------------------------------------------------------------------------------


def _collected(view: FileView, node: cst.FunctionDef) -> Iterator[Item]:
    if not isinstance(node.body, cst.IndentedBlock):
        return
    own = list(_own(node.body))
    if any(isinstance(each, cst.Yield) for each in own):
        yield Replace(node.body, _around(view, node))
        return
    for each in own:
        if isinstance(each, cst.Return) and each.value is not None:
            yield from _listed(view, each.value)


def _listed(view: FileView, value: cst.BaseExpression) -> Iterator[Item]:
    """The items of a value as a list."""
    if isinstance(value, cst.GeneratorExp):
        yield Replace(value, lambda updated: cst.ListComp(updated.elt, updated.for_in))
        return
    if isinstance(value, (cst.List, cst.ListComp)):
        return
    if isinstance(value, cst.Call):
        if code(value.func) == "iter" and len(value.args) == 1:
            inner = value.args[0].value
            is_list = isinstance(inner, (cst.List, cst.ListComp))
            yield Replace(
                value,
                lambda updated: updated.args[0].value if is_list else updated.with_changes(func=cst.Name("list")),
            )
            return
        if called_task(view, value.func) is not None:
            return
    kind = kinds_of(view).of(value)
    if kind is not None and kind.name == "list" and kind.type is not None:
        return
    yield Replace(value, lambda updated: expression("list({value})", value=updated), wraps=True)


def _own(block: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes of a function's body, without those of functions in it."""
    for child in children(block):
        if not isinstance(child, _NESTED):
            yield child
            yield from _own(child)


def _around(view: FileView, node: cst.FunctionDef) -> Callable[[cst.IndentedBlock], cst.IndentedBlock]:
    """The body of a generator as a function in it, whose items are collected."""
    assert node.returns is not None
    taken = {n.value for n in walk(node) if isinstance(n, cst.Name)}
    name = next(n for n in ("generate", "generate_items", "generate_all_items") if n not in taken)
    rebound = ", ".join(_rebound(node))
    annotation = code(node.returns.annotation)

    def build(updated: cst.IndentedBlock) -> cst.IndentedBlock:
        body = list(updated.body)
        kept = [body.pop(0)] if node.get_docstring(clean=False) is not None else []
        inner = cst.parse_statement(f"def {name}({rebound}) -> {annotation}:\n    pass\n")
        assert isinstance(inner, cst.FunctionDef)
        inner = inner.with_changes(
            body=updated.with_changes(body=body),
            leading_lines=[cst.EmptyLine(indent=False)] if kept else [],
        )
        result = statement(f"return list({name}({rebound}))")
        result = result.with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        return cst.IndentedBlock([*kept, inner, result])

    return build


def _rebound(node: cst.FunctionDef) -> Sequence[str]:
    """The parameters that the body assigns to."""
    names = [p.name.value for p in (*node.params.params, *node.params.kwonly_params)]
    assigned: set[str] = set()
    for each in walk(node.body):
        if isinstance(each, cst.AssignTarget):
            assigned |= {n.value for n in walk(each) if isinstance(n, cst.Name)}
        elif isinstance(each, (cst.AugAssign, cst.AnnAssign, cst.NamedExpr, cst.For)):
            assigned |= {n.value for n in walk(each.target) if isinstance(n, cst.Name)}
    return [name for name in names if name in assigned]
