"""Tests of tasks: ``task_mock``, ``flytekit.testing.patch``, ``pytest.raises`` around calls (TST-01…09, TRAP-31).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/unit-testing/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.project.objects import KINDS
from flyte_migrate.rewrite.flow import Type, called_task, mapped_task
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_node, on_symbol
from flyte_migrate.rules.blobs import v2_name
from flyte_migrate.rules.configuration import UNKNOWN, literal
from flyte_migrate.rules.exceptions import codes_of, only_tasks, runs_task
from flyte_migrate.rules.handovers import resolved
from flyte_migrate.rules.kinds import kinds_of
from flyte_migrate.rules.scripts import is_run

_PATCHES = frozenset({"flytekit.testing.patch", "flytekit.core.testing.patch"})
#: What tests put mocks in place of.
_PATCHED = frozenset(
    {"execute", "_task_function", "task_function", "_workflow_function", "local_execute", "dispatch_execute"}
)
_CATCH_ALL = ("Exception", "BaseException")
_PLAIN = frozenset({"int", "float", "str"})
_NOTHING = cst.SimpleWhitespace("")
_SCHEMA = "flytekit.types.schema.FlyteSchema"
_CALL_CHECKS = re.compile(r"assert_(any_call|has_calls|called(_once)?_with)|call_args(_list)?|mock_calls|method_calls")


# -- mocks ------------------------------------------------------------------------------------------------------------


@on_symbol(
    "flytekit.testing.task_mock",
    "flytekit.core.testing.task_mock",
    "flytekit.testing.patch",
    "flytekit.core.testing.patch",
)
def convert_mock(view: FileView, reference: Reference) -> Iterator[Item]:
    """``task_mock(t)``, ``@patch(t)`` → ``mock.patch.object(t, "func")``: a mock in place of the task's function."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain or len(node.args) != 1 or node.args[0].star:
        yield Finding(
            reference.node,
            "FM700",
            f'{code(reference.chain)} is passed on here; mock a task with mock.patch.object(task, "func").',
        )
        return
    target = node.args[0].value
    task = view.task_of(target)
    if task is None:
        yield Finding(
            node,
            "FM700",
            f"{code(target)} can't be traced to a task with a function; mock what takes its place in Flyte 2.",
        )
        return
    attribute = _mocked_attribute(view, task)
    if not attribute:
        text = (
            f"{code(target)} is no function in Flyte 2, and is awaited: mock its execute with mock.AsyncMock in a run."
        )
        yield Finding(node, "FM700", text)
        return
    yield from _argument_checks(view, node)
    yield from _results(view, node, task)
    patch = _patch(view)
    yield Replace(node, lambda updated: call(patch, [argument(updated.args[0].value), argument(f'"{attribute}"')]))


def _mocked_attribute(view: FileView, task: Task) -> str:
    """What a mock takes the place of: the function, or the coroutine function that synchronous code waits for.

    Empty for an object that is awaited itself, or that Flyte runs in another way.
    """
    if not task.factory or KINDS.get(task.factory, "function") == "function":
        return "func"
    if KINDS[task.factory] != "template":
        return ""
    awaited = (t for t in view.index.tasks.values() if t.qualified in view.colours.asynchronous)
    reached = {name for t in awaited for name in view.index.reached_tasks(t.module, t.function.refers)}
    return "" if task.qualified in reached else "aio"


@on_node(cst.Call)
def convert_patched_attribute(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """``mock.patch.object(t, "execute")``, ``monkeypatch.setattr(t, "_task_function", …)``: the task's ``func``."""
    assert isinstance(node, cst.Call)
    if len(node.args) < 2 or not isinstance(node.func, cst.Attribute) or node.args[1].keyword is not None:
        return
    attribute = string_value(node.args[1].value)
    if attribute not in _PATCHED or node.func.attr.value not in ("object", "setattr"):
        return
    task = view.task_of(node.args[0].value)
    if task is None or task.role == "v2" or node.args[0].star:
        return
    mocked = _mocked_attribute(view, task)
    if attribute in ("local_execute", "dispatch_execute") or not mocked:
        yield Finding(node, "FM700", f"{attribute} belongs to Flyte 1; mock the function of {task.name} in Flyte 2.")
        return
    yield from _argument_checks(view, node)
    yield from _results(view, node, task)
    yield Replace(node.args[1].value, lambda updated: cst.SimpleString(f'"{mocked}"'))


def _patch(view: FileView) -> str:
    """``mock.patch.object`` under the name that the file has (or can have) for it."""
    if view.imports_already("unittest.mock", "", "unittest"):
        return "unittest.mock.patch.object"
    for fact in view.facts.imports:
        if not fact.scope and not fact.guard and fact.target in ("unittest.mock", "mock"):
            return f"{fact.local}.patch.object"
        if not fact.scope and not fact.guard and fact.target == "unittest.mock.patch":
            return f"{fact.local}.object"
    if "mock" in view.facts.bound:
        return view.local_name("unittest.mock:patch") + ".object"
    return view.local_name("unittest:mock") + ".patch.object"


def _mock(view: FileView, node: cst.Call) -> tuple[cst.Name | None, cst.CSTNode | None]:
    """The variable that holds a mock, and the code in which it does."""
    owner: cst.CSTNode | None = view.parent(node)
    if isinstance(owner, cst.WithItem):
        name = owner.asname.name if owner.asname is not None else None
        return (name if isinstance(name, cst.Name) else None), view.function_of(node) or view.tree
    function = view.parent(owner) if isinstance(owner, cst.Decorator) else None
    if not isinstance(function, cst.FunctionDef):
        return None, None
    # The mock of the decorator that is nearest to the function comes first.
    mocks = [d for d in reversed(function.decorators) if isinstance(d.decorator, cst.Call)]
    mocks = [d for d in mocks if view.canonical(d.decorator.func) in _PATCHES]  # type: ignore[attr-defined]
    parameters = [p.name for p in function.params.params if p.name.value != "self"]
    position = mocks.index(owner) if owner in mocks else 0  # type: ignore[arg-type]
    return (parameters[position] if position < len(parameters) else None), function


def _results(view: FileView, node: cst.Call, task: Task) -> Iterator[Item]:
    """v1 made a FlyteSchema of a frame that a mock gave; a Flyte 2 run takes only a DataFrame (TYP-54)."""
    name, around = _mock(view, node)
    outputs = [Type(f.annotation, task.module) for f in task.outputs.fields]
    if name is None or around is None or [resolved(view, t).name(view) for t in outputs] != [_SCHEMA]:
        return
    own = view.parent(node)
    inside = view.parent(own) if isinstance(own, cst.WithItem) else around
    for item in walk(inside) if inside is not None else ():
        if not isinstance(item, cst.Assign) or not isinstance(item.targets[0].target, cst.Attribute):
            continue
        target = item.targets[0].target
        if not isinstance(target.value, cst.Name) or target.value.value != name.value:
            continue
        value = item.value
        if target.attr.value == "side_effect" and isinstance(value, cst.Lambda):
            value = value.body
        elif target.attr.value != "return_value":
            continue
        kind = kinds_of(view).of(value)
        frame = v2_name(view, "flyte.io:DataFrame")
        if kind is None:
            shown = code(value)
            yield Finding(item, "FM325", f"If {shown} is a raw frame, write {frame}.wrap_df({shown}).")
        elif kind.name == "raw":
            wrap = f"{frame}.wrap_df"
            yield Replace(value, lambda updated, wrap=wrap: call(wrap, [argument(updated)]), wraps=True)  # type: ignore[misc]


def _argument_checks(view: FileView, node: cst.Call) -> Iterator[Finding]:
    """A note if the test looks at what the mock was called with."""
    name, around = _mock(view, node)
    if name is None or around is None:
        return
    for item in walk(around):
        if not isinstance(item, cst.Attribute) or not _CALL_CHECKS.fullmatch(item.attr.value):
            continue
        if isinstance(item.value, cst.Name) and item.value.value == name.value:
            message = f"{name.value} gets the inputs as the call writes them (in a run: by keyword, with the defaults)."
            yield Finding(item, "FM707", message)
            return


# -- expected exceptions ----------------------------------------------------------------------------------------------


@on_node(cst.With)
def convert_raises(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """``with pytest.raises(X): t()`` → ``RuntimeUserError`` and its code: a direct call wraps the exception."""
    assert isinstance(node, cst.With)
    for item in node.items:
        kind = _raises(view, item.item)
        if kind:
            assert isinstance(item.item, cst.Call)
            yield from _expected(view, node, item, item.item, kind)


def _raises(view: FileView, node: cst.BaseExpression) -> str:
    """``pytest`` or ``unittest`` if the expression expects an exception."""
    if not isinstance(node, cst.Call) or not node.args:
        return ""
    if view.qualified(node.func) == "pytest.raises":
        return "pytest"
    if (
        isinstance(node.func, cst.Attribute)
        and node.func.attr.value in ("assertRaises", "assertRaisesRegex")
        and code(node.func.value) == "self"
    ):
        return "unittest"
    return ""


def _expected(view: FileView, node: cst.With, item: cst.WithItem, expectation: cst.Call, kind: str) -> Iterator[Item]:
    wanted = expectation.args[0].value
    classes = [e.value for e in wanted.elements] if isinstance(wanted, cst.Tuple) else [wanted]
    calls = [c for c in walk(node.body) if isinstance(c, cst.Call) and (_is_direct(view, c) or _runs_one(view, c))]
    name = item.asname.name.value if item.asname is not None and isinstance(item.asname.name, cst.Name) else ""
    held = f"{name}.{'value' if kind == 'pytest' else 'exception'}.code"
    if len(calls) == 1 and _is_last(view, node, calls[0]) and _is_mistyped(view, calls[0]):
        yield from _refused(view, expectation, classes, calls[0])
        return
    if not calls:
        yield from _hidden(view, node, classes)
        return
    if any(code(c) in _CATCH_ALL for c in classes):
        yield from _asked_of_any(view, node, name, held)
        return
    if any((view.qualified(c) or "").startswith("flyte.") for c in classes):
        return
    names: list[str] = []
    listed = _listed_classes(view, wanted)
    for cls in listed or classes:
        found = codes_of(view, _aliased(view, cls))
        if found is None or isinstance(found, str):
            text = (
                f"{code(cls)} is raised by Flyte 1 itself, or can't be told"
                if found != "FM257"
                else f"{code(cls)} arrives under another name"
            )
            yield Finding(
                node,
                "FM701",
                f"{text}; a direct call of a task raises RuntimeUserError, invalid inputs of a run TypeError.",
            )
            yield from (Covered(c) for c in classes)
            return
        names += [n for n in found[0] if n not in names]
    task = called_task(view, calls[-1].func) or mapped_task(view, calls[-1].func)
    asked = _asked_classes(view, node, name, classes)
    alone = _is_last(view, node, calls[-1]) or only_tasks(view, node.body)
    if not alone or _reads_more(view, node, name, kind, asked):
        yield Finding(
            node,
            "FM701",
            f"A task that fails here raises flyte.errors.RuntimeUserError with code {' or '.join(names)}, not "
            f"{code(wanted)}.",
        )
        return
    match = keyword_of(expectation, "match") or (
        keyword_of(expectation, "expected_regex", 1) if "Regex" in code(expectation.func) else None
    )
    pattern = string_value(match.value) if match is not None else None
    if match is not None and (
        pattern is None
        or pattern.startswith("^")
        or "Error encountered" in pattern
        or (task is not None and task.name in pattern)
    ):
        shown = task.name if task is not None else ""
        yield Finding(
            match,
            "FM702",
            f"The text is the bare message now, without Error encountered while executing '…{shown}':.",
        )
    caught = name or _free(view, node, "caught")
    error = cst.parse_expression(view.local_name("flyte:errors") + ".RuntimeUserError")
    yield Replace(expectation.args[0], lambda updated: updated.with_changes(value=error))
    if not name:
        yield Replace(item, lambda updated: updated.with_changes(asname=cst.AsName(cst.Name(caught))))
    for question in asked:
        yield Replace(question, lambda updated: cst.parse_expression(f'{held} == "{names[0]}"'))
    if not any(isinstance(view.parent(question), cst.Assert) for question in asked):
        check = _check(kind, caught, names, f"{code(wanted)}.__name__" if listed else "")
        yield Insert(node, lambda rebuild: [check], after=True)


def _listed_classes(view: FileView, wanted: cst.BaseExpression) -> list[cst.BaseExpression]:
    """The classes that a parameter of a test, or the variable of a loop, goes through: each of them without
    subclasses, so that its name is the code; empty if it can't be told."""
    values = _listed_values(view, wanted) if isinstance(wanted, cst.Name) else []
    found = [codes_of(view, value) for value in values]
    return values if all(isinstance(f, tuple) and len(f[0]) == 1 for f in found) else []


def _aliased(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression:
    """The class behind ``EXPECTED = ValueError``."""
    bindings = view.bindings(node) if isinstance(node, cst.Name) else ()
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return value if isinstance(value, (cst.Name, cst.Attribute)) else node


def _listed_values(view: FileView, name: cst.Name) -> list[cst.BaseExpression]:
    """What ``pytest.mark.parametrize`` gives a parameter, or a loop over a display its variable; empty if unknown."""
    bindings = view.bindings(name)
    if len(bindings) != 1:
        return []
    binding = bindings[0]
    if isinstance(binding.node, (cst.For, cst.CompFor)):
        rows, path = _row_values(binding.node.iter), binding.path
        return _column(rows, path[0] if path else None) if len(path) < 2 else []
    function = view.function_of(binding.node) if isinstance(binding.node, cst.Param) else None
    for decorator in function.decorators if function is not None else ():
        marked = decorator.decorator
        if not isinstance(marked, cst.Call) or view.qualified(marked.func) != "pytest.mark.parametrize":
            continue
        if len(marked.args) < 2:
            continue
        given = marked.args[0].value
        text = string_value(given)
        if text is not None:
            names = [part.strip() for part in text.split(",")]
        else:
            elements = given.elements if isinstance(given, (cst.List, cst.Tuple)) else ()
            names = [string_value(e.value) or "" for e in elements]
        if name.value in names:
            position = names.index(name.value) if len(names) > 1 else None
            return _column(_row_values(marked.args[1].value), position)
    return []


def _row_values(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if not isinstance(node, (cst.List, cst.Tuple, cst.Set)):
        return []
    return [e.value for e in node.elements] if all(isinstance(e, cst.Element) for e in node.elements) else []


def _column(rows: Sequence[cst.BaseExpression], position: int | None) -> list[cst.BaseExpression]:
    """The values at a position of rows, which may be written as ``pytest.param(…)``."""
    found: list[cst.BaseExpression] = []
    for row in rows:
        is_param = isinstance(row, cst.Call) and code(row.func).endswith("param")
        items = [a.value for a in row.args if a.keyword is None] if is_param and isinstance(row, cst.Call) else None
        if items is None:
            items = [row] if position is None else _row_values(row)
        if (position or 0) >= len(items):
            return []
        found.append(items[position or 0])
    return found


def _hidden(view: FileView, node: cst.With, classes: Sequence[cst.BaseExpression]) -> Iterator[Item]:
    """A finding where what is expected to fail calls tasks in a function of its own."""
    if any(code(c) in _CATCH_ALL or (view.qualified(c) or "").startswith("flyte") for c in classes):
        return
    for item in walk(node.body):
        if not isinstance(item, cst.Call) or called_task(view, item.func) is not None or _is_run(view, item):
            continue
        given = [task for a in item.args if (task := view.task_of(a.value)) is not None and task.role != "v2"]
        if runs_task(view, item) or given:
            text = f"A task that fails in {code(item.func)} raises flyte.errors.RuntimeUserError"
            yield Finding(node, "FM701", f"{text} with the name of its class in code.")
            return


def _is_run(view: FileView, node: cst.Call) -> bool:
    """Whether a call is a run of Flyte 2, as an earlier migration has written it."""
    func = node.func
    if isinstance(func, cst.Attribute) and isinstance(func.value, cst.Call):
        return func.attr.value == "run" and view.qualified(func.value.func) == "flyte.with_runcontext"
    return view.qualified(func) == "flyte.run"


def _asked_of_any(view: FileView, node: cst.With, name: str, held: str) -> Iterator[Item]:
    """``isinstance(caught.value, X)`` and ``caught.type is X`` after ``pytest.raises(Exception)``."""
    for item in walk(view.function_of(node) or view.tree) if name else ():
        wanted: cst.BaseExpression | None = None
        if isinstance(item, cst.Call) and code(item.func) == "isinstance" and len(item.args) == 2:
            wanted = item.args[1].value
        elif isinstance(item, cst.Comparison) and len(item.comparisons) == 1:
            wanted = item.comparisons[0].comparator
        if wanted is None or item not in _asked_classes(view, node, name, [wanted]):
            continue
        found = codes_of(view, wanted)
        if not isinstance(found, tuple):
            continue
        listed = f'"{found[0][0]}"' if len(found[0]) == 1 else "{" + ", ".join(f'"{n}"' for n in found[0]) + "}"
        text = f"{held} {'==' if len(found[0]) == 1 else 'in'} {listed}"
        yield Covered(wanted)
        yield Replace(item, lambda updated, text=text: cst.parse_expression(text))  # type: ignore[misc]


def _runs_one(view: FileView, node: cst.Call) -> bool:
    """Whether a call stands for a direct call of a task: of a parameter that is given tasks alone, or of a function of
    this file that does nothing else."""
    if not isinstance(node.func, cst.Name):
        return False
    values = _listed_values(view, node.func)
    if values:
        return all((task := view.task_of(v)) is not None and task.role != "v2" for v in values)
    bindings = view.bindings(node.func)
    function = bindings[0].node if len(bindings) == 1 and bindings[0].kind == "def" else None
    if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None or function.decorators:
        return False
    only = function.body.body[-1]
    if len(function.body.body) > (2 if function.get_docstring() is not None else 1):
        return False
    line = only.body[0] if isinstance(only, cst.SimpleStatementLine) else only
    value = line.value if isinstance(line, (cst.Return, cst.Expr)) else None
    return isinstance(value, cst.Call) and _is_direct(view, value) and view.task_around(function) is None


def _check(kind: str, caught: str, names: Sequence[str], of_name: str = "") -> cst.BaseStatement:
    """The assertion that the failure is of one of these classes, or of that whose name an expression gives."""
    listed = f'"{names[0]}"' if len(names) == 1 else "{" + ", ".join(f'"{n}"' for n in names) + "}"
    if of_name:
        names, listed = names[:1], of_name
    if kind == "pytest":
        return cst.parse_statement(f"assert {caught}.value.code {'==' if len(names) == 1 else 'in'} {listed}")
    method = "assertEqual" if len(names) == 1 else "assertIn"
    return cst.parse_statement(f"self.{method}({caught}.exception.code, {listed})")


def _is_mistyped(view: FileView, node: cst.Call) -> bool:
    """Whether a call gives a task a literal of another type than it declares, which v1 refused before it ran."""
    task = called_task(view, node.func)
    if task is None or is_run(view, task):
        return False
    declared = {p.name: p.annotation for p in task.function.parameters}
    for position, arg in enumerate(node.args):
        name = arg.keyword.value if arg.keyword is not None else [*declared, *node.args][position]
        value = literal(arg.value)
        kind = type(value).__name__ if value is not UNKNOWN else ""
        if declared.get(str(name)) in _PLAIN and kind in {*_PLAIN, "list"} and declared[str(name)] != kind:
            return True
    return False


def _refused(
    view: FileView, expectation: cst.Call, classes: Sequence[cst.BaseExpression], node: cst.Call
) -> Iterator[Item]:
    """A run refuses the literal with a TypeError (TST-07); a direct call would take it."""
    run = f'{view.local_name("flyte:with_runcontext")}(mode="local").run'
    yield Replace(node, lambda updated: call(run, [argument(updated.func), *updated.args], room=10_000))
    match = keyword_of(expectation, "match") or (keyword_of(expectation, "expected_regex", 1))
    if match is not None:
        yield Finding(match, "FM702", "The text of the TypeError is another one in Flyte 2.")
    if not any(code(c) in (*_CATCH_ALL, "TypeError") for c in classes):
        yield Replace(expectation.args[0], lambda updated: updated.with_changes(value=cst.Name("TypeError")))
    yield from (Covered(c) for c in classes)


def _is_direct(view: FileView, node: cst.Call) -> bool:
    """Whether a call runs a sync task outside of a run (an async one gives a coroutine that raises the original)."""
    task = (
        called_task(view, node.func)
        if not isinstance(node.func, cst.Attribute) or node.func.attr.value != "aio"
        else None
    )
    if task is not None:
        return task.qualified not in view.colours.asynchronous and task.role != "v2"
    return mapped_task(view, node.func) is not None


def _is_last(view: FileView, node: cst.With, last: cst.Call) -> bool:
    """Whether the statement that is expected to fail is the call of the task and nothing else."""
    if len(node.body.body) != 1:
        return False
    only = node.body.body[0]
    value = getattr(only.body[-1] if isinstance(only, cst.SimpleStatementLine) else only, "value", None)
    while isinstance(value, (cst.Attribute, cst.Subscript)):
        value = value.value
    return value is last


def _asked_classes(
    view: FileView, node: cst.With, name: str, classes: Sequence[cst.BaseExpression]
) -> list[cst.BaseExpression]:
    """``caught.type is X`` and ``isinstance(caught.value, X)`` for the one class that is expected."""
    if not name or len(classes) != 1:
        return []
    wanted = code(classes[0])
    found: list[cst.BaseExpression] = []
    items = list(walk(view.function_of(node) or view.tree))
    if sum(isinstance(i, cst.AsName) and code(i.name) == name for i in items) > 1:
        return []
    for item in items:
        if isinstance(item, cst.Comparison) and len(item.comparisons) == 1:
            target = item.comparisons[0]
            equal = isinstance(target.operator, (cst.Is, cst.Equal)) and code(target.comparator) == wanted
            if equal and code(item.left) in (f"{name}.type", f"type({name}.value)", f"type({name}.exception)"):
                found.append(item)
        elif isinstance(item, cst.Call) and code(item.func) == "isinstance":
            asked = [code(arg.value) for arg in item.args]
            if asked in ([f"{name}.value", wanted], [f"{name}.exception", wanted]):
                found.append(item)
    return found


def _reads_more(view: FileView, node: cst.With, name: str, kind: str, asked: Sequence[cst.BaseExpression]) -> bool:
    """Whether the test reads more of the exception than its text and (as ``asked``) its class."""
    if not name:
        return False
    around = view.function_of(node) or view.tree
    held = "value" if kind == "pytest" else "exception"
    for item in walk(around):
        if not isinstance(item, cst.Attribute) or not isinstance(item.value, cst.Name) or item.value.value != name:
            continue
        if any(above in asked for above in view.ancestors(item)):
            continue
        if item.attr.value == held:
            parent = view.parent(item)
            if isinstance(parent, cst.Attribute) and parent.attr.value != "args":
                return True
            owner = view.parent(parent) if isinstance(parent, cst.Arg) else None
            if isinstance(owner, cst.Call) and code(owner.func) in ("isinstance", "type"):
                return True
        elif item.attr.value in ("type", "typename", "errisinstance"):
            return True
    return False


def _free(view: FileView, node: cst.CSTNode, wish: str) -> str:
    around = view.function_of(node) or view.tree
    taken = {n.value for n in walk(around) if isinstance(n, cst.Name)}
    return wish if wish not in taken else f"{wish}_error"


@on_node(cst.Call)
def convert_raises_of_a_callable(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """``pytest.raises(X, t, x=1)`` calls the task itself: the same as a ``with`` statement, where it is one."""
    assert isinstance(node, cst.Call)
    if not _raises(view, node):
        return
    if len(node.args) < 2 or node.args[1].keyword is not None:
        yield from _handed_on(view, node)
        return
    wanted = code(node.args[0].value)
    called = node.args[1].value
    if isinstance(called, cst.Lambda):
        is_task = isinstance(called.body, cst.Call) and _is_direct(view, called.body)
    else:
        is_task = view.task_of(called) is not None
    if not is_task or wanted in ("Exception", "BaseException"):
        return
    kind = _raises(view, node)
    found = codes_of(view, node.args[0].value)
    statement = view.parent(view.parent(node) or node)
    alone = isinstance(view.parent(node), cst.Expr) and isinstance(statement, cst.SimpleStatementLine)
    if not alone or not isinstance(found, tuple) or "Regex" in code(node.func):
        shown = code(node.args[1].value)
        text = f"{shown} raises flyte.errors.RuntimeUserError with code {wanted}, not {wanted}."
        yield Finding(node, "FM701", text)
        return
    error = view.local_name("flyte:errors") + ".RuntimeUserError"
    caught = _free(view, node, "caught")

    def build(updated: cst.SimpleStatementLine) -> list[cst.BaseStatement]:
        line = updated.body[0]
        assert isinstance(line, cst.Expr) and isinstance(line.value, cst.Call)
        expected = line.value
        given = expected.args[1].value
        run = given.body if isinstance(given, cst.Lambda) else None
        run = run or cst.Call(
            expected.args[1].value, [a.with_changes(whitespace_after_arg=_NOTHING) for a in expected.args[2:]]
        )
        if isinstance(run, cst.Call) and run.args:
            last = run.args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            run = run.with_changes(args=[*run.args[:-1], last])
        text = f"with {code(expected.func)}({error}) as {caught}:\n    {code(run)}\n"
        block = cst.parse_statement(text).with_changes(leading_lines=updated.leading_lines)
        return [block, _check(kind, caught, found[0])]

    yield Replace(view.statement(node), build)


def _handed_on(view: FileView, node: cst.Call) -> Iterator[Item]:
    """``pytest.raises(X)`` that is no ``with`` item itself: a value of ``parametrize``, for one."""
    if isinstance(view.parent(node), cst.WithItem) or view.qualified(node.func) != "pytest.raises":
        return
    wanted = node.args[0].value
    if code(wanted) in _CATCH_ALL or (view.qualified(wanted) or "").startswith("flyte"):
        return
    if any(isinstance(item, cst.Call) and _is_direct(view, item) for item in walk(view.top_statement(node))):
        text = f"A task that fails raises flyte.errors.RuntimeUserError with code {code(wanted)}, not {code(wanted)}."
        yield Finding(node, "FM701", text)
