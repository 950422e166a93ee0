"""``except`` around calls of tasks, and exception classes of flytekit (TRAP-01, TRAP-38, SEM-01…03, IMP-67).

A task's failure reaches its caller as ``flyte.errors.RuntimeUserError`` whose ``code`` is the class name.

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/error-handling/
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import libcst as cst

from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.flow import called_task, mapped_task
from flyte_migrate.rewrite.plan import Covered, Finding, Helper, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, expression, string_value
from flyte_migrate.rewrite.view import FileView, Reference, dotted_name
from flyte_migrate.rewrite.walk import children, walk
from flyte_migrate.rules import on_node, on_symbol
from flyte_migrate.rules.configuration import line_break

_RECOVERABLE = frozenset(
    {"flytekit.exceptions.base.FlyteRecoverableException", "flytekit.exceptions.user.FlyteRecoverableException"}
)
_REJECTION = "flytekit.exceptions.user.FlyteDisapprovalException"  # PermissionError from the helper in rules/gates.py
_ANY_FAILURE = "flytekit.exceptions.eager.EagerException"  # what every failure of a child of an eager workflow was
_TYPE_ERROR = "flytekit.core.type_engine.TypeTransformerFailedError"  # reported wherever it stands
_RECOVERABLE_CLASS = '''
class {name}(Exception):
    """A failure that another attempt may get over."""
'''
_NON_RECOVERABLE = "flytekit.exceptions.system.FlyteNonRecoverableSystemException"
#: Class names by which the SDK tells other kinds of failures, so that they arrive as another class (TRAP-38).
_RENAMED = re.compile(
    r"oom|Interrupted|RetriesExhausted|ImagePullBackOff|InvalidImageName|PrimaryContainerNotFound|Unknown",
    re.IGNORECASE,
)
#: Calls that raise nothing of their own in ordinary use.
_HARMLESS = frozenset(
    {
        "print",
        "str",
        "repr",
        "len",
        "list",
        "range",
        "dict",
        "set",
        "tuple",
        "sorted",
        "functools.partial",
        "datetime.timedelta",
    }
)
_LOGGING = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
#: What a task's failure never is: raised around a call by the interpreter or the event loop.
_NEVER_A_FAILURE = frozenset(
    {"KeyboardInterrupt", "SystemExit", "GeneratorExit", "StopIteration", "StopAsyncIteration"}
)
_GENERAL_NAMES = ("error", "err", "exception", "exc", "ex", "e")
_CATCH_ALL = frozenset({"Exception", "BaseException"})
#: A builtin class with at most this many subclasses is spelled out with them.
_FEW = 3
#: Columns that class names may take on one line.
_ROOM = 72
#: What a builtin class with more of them mostly comes as: OSError is hardly ever raised itself.
_LIKELY = {
    "OSError": (
        "FileNotFoundError",
        "FileExistsError",
        "IsADirectoryError",
        "NotADirectoryError",
        "PermissionError",
        "ConnectionError",
        "TimeoutError",
    )
}
#: Subclasses that not every supported Python has; the rewrite must not depend on the one that runs it.
_RECENT = frozenset({"PythonFinalizationError", "_IncompleteInputError"})


@dataclass(frozen=True)
class Caught:
    """The classes an ``except`` clause names: codes, subclasses included, and whether others may belong to it."""

    handler: cst.ExceptHandler
    codes: tuple[str, ...]
    open_ended: str  # a class with subclasses that are not listed
    classes: tuple[cst.BaseExpression, ...]


@on_node(cst.Try)
def convert_try(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """Let ``except`` clauses around calls of tasks catch what they caught."""
    assert isinstance(node, cst.Try)
    if not _runs_tasks(view, node.body):
        return
    typed = [h for h in node.handlers if h.type is not None and not _is_catch_all(view, h)]
    pure = only_tasks(view, node.body) and not runs_async(view, node)
    catch_all = next((h for h in node.handlers if h.type is None or _is_catch_all(view, h)), None)
    if not typed:
        for handler in node.handlers:
            yield from _inspections(view, handler, pure)
        return
    if any(_is_converted(view, h) for h in typed):
        return
    read: list[Caught] = []
    for handler in typed:
        found = _caught(view, handler)
        if isinstance(found, Finding):
            if not any(view.canonical(c) == _TYPE_ERROR for c in _classes(view, handler)):
                yield found
            return
        if found is not None:
            read.append(found)
    if not read:
        if catch_all is not None:
            yield from _inspections(view, catch_all, pure)
        return
    joined = [c.handler for c in read] + ([catch_all] if catch_all is not None else [])
    names = list(dict.fromkeys(n for h in joined if (n := _name_of(h))))
    name = _common_name(names, catch_all) or _free(view, node)
    problem = next((p for c in read if (p := _lost(view, c.handler)) is not None), None)
    if problem is None and any(not _can_be_called(view, h, name) for h in joined if _name_of(h)):
        problem = Finding(
            node.handlers[0],
            "FM250",
            "These except clauses become one and use different names for the exception; use one name.",
        )
    if problem is not None:
        yield problem
        return
    if not pure and len(read) > 1 and any("RuntimeError" in c.codes for c in read):
        yield Finding(
            node,
            "FM252",
            "Every failure of a task is a RuntimeError in Flyte 2; ask for error.code in this except clause.",
        )
        return
    for caught in read:
        yield from _notes(view, caught)
        yield from (Covered(c) for c in caught.classes)
        yield from _class_names(view, caught.handler, name, pure)
    if catch_all is not None:
        yield from _inspections(view, catch_all, pure, name)
    for handler in joined:
        if _name_of(handler) not in ("", name):
            yield from (Replace(use, lambda updated: cst.Name(name)) for use in _uses(view, handler))
    if len(read) == 1 and catch_all is None:
        yield Replace(read[0].handler, lambda updated: _single(view, read[0], updated, name, pure))
    else:
        yield Replace(node, lambda updated: _merged(view, node, updated, read, catch_all, name, pure))


def _is_converted(view: FileView, handler: cst.ExceptHandler) -> bool:
    """Whether a clause knows the errors of Flyte 2 already: it catches them, or asks for one to begin with."""
    first = handler.body.body[0] if handler.body.body else None
    asked = walk(first.test) if isinstance(first, cst.If) else ()
    named = (*_classes(view, handler), *(n for n in asked if isinstance(n, (cst.Name, cst.Attribute))))
    return any((view.qualified(n) or "").startswith("flyte.errors.") for n in named)


def _free(view: FileView, node: cst.CSTNode) -> str:
    """A name for the exception that the code around does not use, but for other exceptions."""
    around = view.function_of(node) or view.tree
    taken = {n.value for n in walk(around) if isinstance(n, cst.Name)}
    return next((name for name in ("error", "failure") if name not in taken), "task_failure")


def _name_of(handler: cst.ExceptHandler) -> str:
    """The name that a clause gives the exception, empty if none."""
    return handler.name.name.value if handler.name is not None and isinstance(handler.name.name, cst.Name) else ""


def _common_name(names: Sequence[str], catch_all: cst.ExceptHandler | None) -> str:
    """What the exception is called where clauses become one; empty if they have no name that says no class."""
    if len(names) == 1:
        return names[0]
    general = _name_of(catch_all) if catch_all is not None else ""
    return general or next((name for name in names if name in _GENERAL_NAMES), "")


def _can_be_called(view: FileView, handler: cst.ExceptHandler, name: str) -> bool:
    """Whether the exception of a clause can go by another name in it."""
    if _name_of(handler) == name:
        return True
    others = [n for n in walk(handler.body) if isinstance(n, cst.Name) and n.value == name]
    return not others and not any(view.is_binding_position(use) for use in _uses(view, handler))


@on_node(cst.With)
def convert_suppressed(view: FileView, node: cst.CSTNode) -> Iterator[Item]:
    """``with contextlib.suppress(X):`` around calls of tasks → a ``try`` statement that looks at the code."""
    assert isinstance(node, cst.With)
    for item in node.items:
        suppressing = item.item
        if not isinstance(suppressing, cst.Call) or view.canonical(suppressing.func) != "contextlib.suppress":
            continue
        classes = [a.value for a in suppressing.args]
        names = [code(c) for c in classes]
        if not names or set(names) & _CATCH_ALL or not _runs_tasks(view, node.body):
            continue
        type_ = classes[0] if len(classes) == 1 else cst.Tuple([cst.Element(c) for c in classes])
        handler = cst.ExceptHandler(cst.IndentedBlock([cst.SimpleStatementLine([cst.Pass()])]), type=type_)
        unpacked = any(a.star for a in suppressing.args)
        caught = None if unpacked else _caught(view, handler)
        if caught is None and not unpacked:
            continue
        if len(node.items) > 1 or node.asynchronous is not None or not isinstance(caught, Caught):
            yield Finding(
                suppressing,
                "FM250",
                f"A task's failure is never {' or '.join(names)} here; catch flyte.errors.RuntimeUserError "
                "and look at its code.",
            )
        else:
            yield from _notes(view, caught, suppressing)
            yield Replace(node, partial(_tried, view, node, caught))


def _tried(view: FileView, node: cst.With, caught: Caught, updated: cst.With) -> cst.Try:
    name = _free(view, node)
    pure = only_tasks(view, node.body) and not runs_async(view, node)
    clause = _single(view, caught, caught.handler, name, pure)
    return cst.Try(_block(updated.body), [clause], leading_lines=updated.leading_lines)


# -- what runs in the try statement -----------------------------------------------------------------------------------


def _runs_tasks(view: FileView, body: cst.CSTNode) -> bool:
    return any(runs_task(view, node) for node in _executed(body) if isinstance(node, (cst.Call, cst.Await)))


def runs_task(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a call runs a task: directly, mapped, or through ordinary functions; not below ``asyncio.run``."""
    if isinstance(node, cst.Await):
        return isinstance(node.expression, cst.Name) and view.task_around(node) is not None
    if not isinstance(node, cst.Call):
        return False
    if called_task(view, node.func) is not None or mapped_task(view, node.func) is not None:
        argument_of = view.parent(node)
        runner = view.parent(argument_of) if isinstance(argument_of, cst.Arg) else None
        return not (isinstance(runner, cst.Call) and view.qualified(runner.func) == "asyncio.run")
    if view.canonical(node.func) in ("flytekit.core.node_creation.create_node", "asyncio.gather"):
        return view.task_around(node) is not None
    name = view.qualified(node.func) if isinstance(node.func, (cst.Name, cst.Attribute)) else None
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.function is None:
        return isinstance(node.func, cst.Name) and _may_be_task(view, node.func)
    return bool(view.index.reached_tasks(definition.module.module, definition.function.refers))


def _may_be_task(view: FileView, name: cst.Name) -> bool:
    """Whether a name that is called is a parameter that is given a task somewhere, or goes through a list of tasks."""
    for binding in view.bindings(name):
        if binding.kind == "parameter":
            function = view.function_of(name)
            while function is not None and binding.node not in walk(function.params):
                function = view.function_of(function)
            if function is not None and _is_given_tasks(view, function):
                return True
        elif isinstance(binding.node, (cst.For, cst.CompFor)):
            items = binding.node.iter
            if isinstance(items, (cst.List, cst.Tuple, cst.Set)) and any(
                view.task_of(e.value) is not None for e in items.elements
            ):
                return True
    return False


def _is_given_tasks(view: FileView, function: cst.FunctionDef) -> bool:
    """Whether a call of a function hands it a task, in this file or elsewhere."""
    own = f"{view.facts.module}.{view.function_key(function)}"
    for use in view.occurrences.get(function.name.value, ()):
        called = view.parent(use)
        is_call = isinstance(called, cst.Call) and called.func is use and view.qualified(use) == own
        if is_call and any(view.task_of(a.value) is not None for a in called.args):  # type: ignore[union-attr]
            return True
    return own in view.index.given_tasks


def _executed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes of a block that are executed with it: not the bodies of functions defined in it."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        if not isinstance(item, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            stack.extend(children(item))


def only_tasks(view: FileView, body: cst.CSTNode) -> bool:
    """Whether only calls of tasks can raise in a block."""
    for node in _executed(body):
        if isinstance(node, (cst.Raise, cst.Assert, cst.Subscript, cst.Await, cst.With, cst.Import, cst.ImportFrom)):
            return False
        if isinstance(node, cst.Call) and not _is_task_call(view, node):
            known = view.qualified(node.func) or dotted_name(node.func)
            method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
            if known not in _HARMLESS and method not in _LOGGING | {"append"} and not _is_map_creation(view, node):
                return False
    return True


def _is_task_call(view: FileView, node: cst.Call) -> bool:
    return called_task(view, node.func) is not None or mapped_task(view, node.func) is not None


def _is_map_creation(view: FileView, node: cst.Call) -> bool:
    return view.canonical(node.func) == "flytekit.map_task"


# -- what the clauses catch -------------------------------------------------------------------------------------------


def _classes(view: FileView, handler: cst.ExceptHandler) -> list[cst.BaseExpression]:
    caught = handler.type
    if isinstance(caught, cst.Name):
        bindings = view.bindings(caught)
        if len(bindings) == 1 and bindings[0].kind == "assign" and isinstance(bindings[0].value, cst.Tuple):
            caught = bindings[0].value  # `RETRYABLE = (KeyError, TimeoutError)`
    if isinstance(caught, cst.Tuple):
        return [e.value for e in caught.elements]
    return [caught] if caught is not None else []


def _is_catch_all(view: FileView, handler: cst.ExceptHandler) -> bool:
    """Whether a clause catches every failure of a task."""
    return any(
        view.canonical(c) == _ANY_FAILURE if view.canonical(c) else isinstance(c, cst.Name) and c.value in _CATCH_ALL
        for c in _classes(view, handler)
        if isinstance(c, (cst.Name, cst.Attribute))
    )


def _caught(view: FileView, handler: cst.ExceptHandler) -> Caught | Finding | None:
    """What a clause catches; None if it is none of a task's failures, a finding if that can't be told."""
    assert handler.type is not None
    codes: list[str] = []
    open_ended = ""
    classes = _classes(view, handler)
    for node in classes:
        found = codes_of(view, node)
        if isinstance(found, str):
            return Finding(handler, found, _PROBLEMS[found].format(name=code(node)))
        if found is None:
            if len(classes) == 1:
                return None
            continue
        codes += [c for c in found[0] if c not in codes]
        open_ended = open_ended or found[1]
    return Caught(handler, tuple(codes), open_ended, tuple(classes)) if codes else None


_PROBLEMS = {
    "FM250": "{name} can't be told here: a task's failure is flyte.errors.RuntimeUserError, its class name in code.",
    "FM256": "{name} has no counterpart: a task's failure is flyte.errors.RuntimeUserError, its class name in code.",
    "FM257": "A failure of class {name} arrives under another name because of what it contains; rename the class.",
}


def codes_of(view: FileView, node: cst.BaseExpression) -> tuple[list[str], str] | str | None:
    """(class names of failures, the class if others may belong to it) for an exception class.

    None for a class that no task's failure has, a finding's code for one that can't be told.
    """
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return "FM250"
    if isinstance(node, cst.Name) and not view.bindings(node):
        builtin = getattr(builtins, node.value, None)
        if not (isinstance(builtin, type) and issubclass(builtin, BaseException)):
            return "FM250"
        if node.value in _NEVER_A_FAILURE:
            return None
        below = _subclasses(builtin)
        few = len(below) <= _FEW
        listed = [builtin.__name__, *(below if few else _LIKELY.get(builtin.__name__, ()))]
        own = [n for parent in (builtin.__name__, *below) for n in _project_subclasses(view, parent)]
        if any(_RENAMED.search(n) for n in own):
            return "FM257"
        return [*listed, *dict.fromkeys(own)], "" if few else builtin.__name__
    canonical = view.canonical(node)
    if canonical in _RECOVERABLE:
        target = recoverable(view)
        return [target, *_project_subclasses(view, canonical)], target if target == "RuntimeError" else ""
    if canonical == _REJECTION:
        return ["PermissionError"], ""
    if canonical.startswith(("flytekit", "union")):
        return "FM256"
    if canonical.startswith("asyncio."):
        return None
    if not canonical:
        return "FM250"
    name = canonical.rpartition(".")[2]
    definition = view.index.definition(canonical, view.facts.module)
    if definition is not None and definition.cls is None:
        return "FM250"
    if definition is None and not name[:1].isupper():
        return "FM250"
    names = [name]
    if definition is not None:
        names += _project_subclasses(view, f"{definition.module.module}.{name}")
    if any(_RENAMED.search(n) for n in names):
        return "FM257"
    return names, "" if definition is not None else name


def _subclasses(cls: type[BaseException]) -> list[str]:
    found: list[str] = []
    for below in cls.__subclasses__():
        if below.__module__ == "builtins" and below.__name__ not in {*found, *_RECENT}:
            found += [below.__name__, *(n for n in _subclasses(below) if n not in found)]
    return found


def _project_subclasses(view: FileView, qualified: str) -> list[str]:
    found: list[str] = []
    waiting = [qualified]
    while waiting:
        base = waiting.pop()
        for module, facts in view.index.modules.items():
            for cls in facts.classes:
                for parent in cls.bases:
                    definition = view.index.definition(parent, module)
                    name = f"{definition.module.module}.{definition.name}" if definition is not None else parent
                    if name == base and cls.name not in found:
                        found.append(cls.name)
                        waiting.append(f"{module}.{cls.name}")
    return found


# -- what the clauses do with the exception ---------------------------------------------------------------------------


def _lost(view: FileView, handler: cst.ExceptHandler) -> Finding | None:
    """A finding if the clause reads more of the exception than its text."""
    for use in _uses(view, handler):
        if not _is_text(view, use) and not _is_raised(view, use) and _class_name(view, use) is None:
            what = code(view.parent(use) or use) if isinstance(view.parent(use), cst.Attribute) else use.value
            return Finding(
                use,
                "FM258",
                f"{what}: only the class name (error.code) and the text of a task's exception arrive; catch "
                "flyte.errors.RuntimeUserError.",
            )
    return None


def _uses(view: FileView, handler: cst.ExceptHandler) -> list[cst.Name]:
    if handler.name is None or not isinstance(handler.name.name, cst.Name):
        return []
    name = handler.name.name.value
    return [n for n in walk(handler.body) if isinstance(n, cst.Name) and n.value == name and n in view.scope_at]


def _is_text(view: FileView, use: cst.Name) -> bool:
    parent = view.parent(use)
    if isinstance(parent, cst.FormattedStringExpression):
        return True
    if isinstance(parent, cst.Attribute):
        return parent.attr.value == "args"
    if isinstance(parent, cst.Arg):
        owner = view.parent(parent)
        if isinstance(owner, cst.Call):
            if isinstance(owner.func, cst.Attribute) and owner.func.attr.value in _LOGGING | {"format"}:
                return True
            return (
                isinstance(owner.func, cst.Name)
                and owner.func.value in ("str", "print", "repr")
                and not view.bindings(owner.func)
            )
    return False


def _is_raised(view: FileView, use: cst.Name) -> bool:
    parent = view.parent(use)
    return isinstance(parent, cst.From) or (isinstance(parent, cst.Raise) and parent.exc is use)


def _class_name(view: FileView, use: cst.Name) -> cst.Attribute | None:
    """``type(e).__name__`` or ``e.__class__.__name__`` around a use of the exception."""
    part: cst.CSTNode | None = view.parent(use)
    if isinstance(part, cst.Arg):
        part = view.parent(part)
        if not isinstance(part, cst.Call) or dotted_name(part.func) != "type" or len(part.args) != 1:
            return None
    elif not isinstance(part, cst.Attribute) or part.attr.value != "__class__":
        return None
    name = view.parent(part)
    is_name = isinstance(name, cst.Attribute) and name.attr.value in ("__name__", "__qualname__")
    return name if is_name and isinstance(name, cst.Attribute) else None


def _class_names(view: FileView, handler: cst.ExceptHandler, name: str, only_failures: bool) -> Iterator[Replace]:
    """``type(e).__name__`` → ``e.code``; where other exceptions are caught, too, their own name as before."""
    written = f"{name}.code" if only_failures else f'getattr({name}, "code", type({name}).__name__)'
    for use in _uses(view, handler):
        node = _class_name(view, use)
        if node is not None and not _is_default_of_code(view, node):
            yield Replace(node, lambda updated: expression(written))


def _is_default_of_code(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an earlier run has asked for the code before: ``getattr(e, "code", type(e).__name__)``."""
    arg = view.parent(node)
    around = view.parent(arg) if isinstance(arg, cst.Arg) else None
    return isinstance(around, cst.Call) and _asks_for_code(around)


def _has_asked_for_code(view: FileView, node: cst.Call) -> bool:
    """Whether an earlier run has added the question: ``isinstance(e, X) or getattr(e, "code", None) == "X"``."""
    around = view.parent(node)
    other = around.right if isinstance(around, cst.BooleanOperation) and around.left is node else None
    return isinstance(other, cst.Comparison) and isinstance(other.left, cst.Call) and _asks_for_code(other.left)


def _asks_for_code(node: cst.Call) -> bool:
    return dotted_name(node.func) == "getattr" and len(node.args) == 3 and string_value(node.args[1].value) == "code"


def _notes(view: FileView, caught: Caught, place: cst.CSTNode | None = None) -> Iterator[Finding]:
    if caught.open_ended:
        yield Finding(
            place or caught.handler,
            "FM251",
            f"error.code is the class name, so a subclass of {caught.open_ended} that is not named here is no "
            "longer caught.",
        )
    if any(_is_text(view, use) for use in _uses(view, caught.handler)):
        yield Finding(
            caught.handler,
            "FM259",
            "The text of a task's failure is the bare message now, without Error encountered while executing '<name>'.",
        )


def _inspections(view: FileView, handler: cst.ExceptHandler, pure: bool, name: str = "") -> Iterator[Item]:
    """``isinstance(e, ValueError)`` and the like under ``except Exception`` around calls of tasks: ``pure`` says that
    nothing else raises there, ``name`` what the exception is called from now on."""
    yield from _class_names(view, handler, name or _name_of(handler), only_failures=False)
    for use in _uses(view, handler):
        parent = view.parent(use)
        owner = view.parent(parent) if isinstance(parent, cst.Arg) else None
        if not isinstance(owner, cst.Call) or not isinstance(owner.func, cst.Name) or view.bindings(owner.func):
            continue
        if owner.func.value == "isinstance" and len(owner.args) == 2:
            yield from _class_check(view, owner, use, pure, name or use.value)
        elif owner.func.value == "type" and _class_name(view, use) is None:
            yield Finding(
                use,
                "FM258",
                "The class of a task's failure is flyte.errors.RuntimeUserError; its own class name is "
                f"{use.value}.code.",
            )


def _class_check(view: FileView, node: cst.Call, use: cst.Name, pure: bool, name: str) -> Iterator[Item]:
    """``isinstance(e, ValueError)`` → ``getattr(e, "code", None) == "ValueError"``."""
    wanted = node.args[1].value
    if code(wanted) in _CATCH_ALL or (view.qualified(wanted) or "").startswith("flyte."):
        return
    if _has_asked_for_code(view, node):
        return
    caught = _caught(view, cst.ExceptHandler(cst.IndentedBlock([]), type=wanted))
    if caught is None:
        return
    if isinstance(caught, Finding):
        yield Finding(
            use,
            "FM250",
            f"A task's failure is never {code(wanted)} here; ask for getattr({use.value}, 'code', None) as well.",
        )
        return
    yield from _notes(view, caught, node)
    around = view.parent(node)
    if pure:
        yield from (Covered(c) for c in caught.classes)
        negated = isinstance(around, cst.UnaryOperation) and isinstance(around.operator, cst.Not)
        yield Replace(
            around if negated and around is not None else node, lambda updated: _asked(updated, name, caught, negated)
        )
    else:
        yield Replace(node, lambda updated: _either(around, updated, _asked(None, name, caught)))


def _asked(updated: cst.BaseExpression | None, name: str, caught: Caught, negated: bool = False) -> cst.BaseExpression:
    """``getattr(e, "code", None) == "ValueError"``, in the parentheses of what it stands for."""
    codes = caught.codes
    held = call("getattr", [argument(name), argument('"code"'), argument("None")])
    comparator: cst.BaseExpression = cst.SimpleString(f'"{codes[0]}"') if len(codes) == 1 else _set_of(codes)
    operator: cst.BaseCompOp = cst.In() if len(codes) > 1 else cst.Equal()
    if negated:
        operator = cst.NotIn() if len(codes) > 1 else cst.NotEqual()
    is_code = cst.Comparison(held, [cst.ComparisonTarget(operator, comparator)])
    return is_code if updated is None else is_code.with_changes(lpar=updated.lpar, rpar=updated.rpar)


def _either(around: cst.CSTNode | None, updated: cst.BaseExpression, is_code: cst.BaseExpression) -> cst.BaseExpression:
    either = cst.BooleanOperation(updated, cst.Or(), is_code)
    if isinstance(around, (cst.If, cst.IfExp, cst.Return, cst.Arg, cst.Assign)):
        return either
    return either.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


# -- writing ----------------------------------------------------------------------------------------------------------


def _is_code(name: str, codes: Sequence[str], negated: bool) -> cst.BaseExpression:
    if len(codes) == 1:
        return expression(f'{name}.code {"!=" if negated else "=="} "{codes[0]}"')
    operator = cst.NotIn() if negated else cst.In()
    target = cst.ComparisonTarget(operator, _set_of(codes))
    return cst.Comparison(cst.Attribute(cst.Name(name), cst.Name("code")), [target])


def _set_of(codes: Sequence[str]) -> cst.Set:
    elements = [cst.Element(cst.SimpleString(f'"{c}"')) for c in codes]
    if sum(len(c) + 4 for c in codes) <= _ROOM:
        return cst.Set(elements)
    inner, outer = line_break("    "), line_break("")
    rows = [e.with_changes(comma=cst.Comma(whitespace_after=inner)) for e in elements[:-1]]
    rows.append(elements[-1].with_changes(comma=cst.Comma(whitespace_after=outer)))
    return cst.Set(rows, lbrace=cst.LeftCurlyBrace(whitespace_after=inner))


def _error_class(view: FileView) -> cst.BaseExpression:
    view.local_name("flyte:errors")
    return cst.parse_expression(view.local_name("flyte:errors") + ".RuntimeUserError")


def _types(
    view: FileView, caught: Sequence[Caught], handlers: Sequence[cst.ExceptHandler], pure: bool
) -> cst.BaseExpression:
    """What the rewritten clause catches: failures and, if other code stands in the block, the classes themselves."""
    error = _error_class(view)
    own = [c for h in handlers for c in _classes(view, h)]
    if pure:
        kept = [
            c for n, h in zip(caught, handlers, strict=True) for c in _classes(view, h) if codes_of_is_none(view, n, c)
        ]
    else:
        kept = own
    if not kept:
        return error
    if any(isinstance(c, cst.Name) and c.value == "RuntimeError" for c in kept):
        return kept[0] if len(kept) == 1 else cst.Tuple([cst.Element(c) for c in kept])
    return cst.Tuple([cst.Element(c.with_changes(lpar=[], rpar=[])) for c in (*kept, error)])


def codes_of_is_none(view: FileView, caught: Caught, node: cst.BaseExpression) -> bool:
    """Whether a class of a clause stays because no task's failure has it (``KeyboardInterrupt``)."""
    return any(c is node for c in caught.classes) and codes_of(view, node) is None


def _single(view: FileView, caught: Caught, updated: cst.ExceptHandler, name: str, pure: bool) -> cst.ExceptHandler:
    """One clause: catch the failure, and let it go on if it is of another class."""
    types = _types(view, [caught], [caught.handler] if pure else [updated], pure)
    condition = _is_code(name, caught.codes, negated=True)
    if not isinstance(types, cst.Attribute):
        checked = call("isinstance", [argument(name), argument(_error_class(view))])
        condition = cst.BooleanOperation(checked, cst.And(), condition)
    guard = cst.If(condition, cst.IndentedBlock([cst.SimpleStatementLine([cst.Raise()])]))
    return updated.with_changes(
        type=types,
        name=updated.name or cst.AsName(cst.Name(name)),
        whitespace_after_except=cst.SimpleWhitespace(" "),
        body=_with_first(updated.body, guard),
    )


def _with_first(body: cst.BaseSuite, guard: cst.If) -> cst.IndentedBlock:
    block = _block(body)
    statements = list(block.body)
    if _is_bare(statements):
        return block.with_changes(body=[guard])
    return block.with_changes(body=[guard, *statements])


def _is_bare(statements: Sequence[cst.BaseStatement]) -> bool:
    return (
        len(statements) == 1
        and isinstance(statements[0], cst.SimpleStatementLine)
        and all(isinstance(s, cst.Pass) for s in statements[0].body)
        and not statements[0].leading_lines
        and statements[0].trailing_whitespace.comment is None
    )


def _block(body: cst.BaseSuite) -> cst.IndentedBlock:
    if isinstance(body, cst.IndentedBlock):
        return body
    assert isinstance(body, cst.SimpleStatementSuite)
    return cst.IndentedBlock([cst.SimpleStatementLine(body.body)])


def _merged(
    view: FileView,
    node: cst.Try,
    updated: cst.Try,
    read: Sequence[Caught],
    catch_all: cst.ExceptHandler | None,
    name: str,
    pure: bool,
) -> cst.Try:
    """Several clauses in one that asks for the code; what catches everything becomes its last branch."""
    now = dict(zip(node.handlers, updated.handlers, strict=True))
    handlers = [now[c.handler] for c in read]
    orelse: cst.BaseSuite
    if catch_all is None:
        orelse = cst.IndentedBlock([cst.SimpleStatementLine([cst.Raise()])])
        types = _types(view, read, [c.handler for c in read] if pure else handlers, pure)
    else:
        orelse = _block(now[catch_all].body)
        types = now[catch_all].type or cst.Name("BaseException")
    only_failures = pure and catch_all is None
    chain: cst.If | cst.Else = cst.Else(orelse)
    for caught, handler in reversed(list(zip(read, handlers, strict=True))):
        lines = handler.leading_lines if handler is not handlers[0] else ()
        condition = _condition(view, caught, handler, name, pure, only_failures)
        chain = cst.If(condition, _block(handler.body), orelse=chain, leading_lines=lines)
    assert isinstance(chain, cst.If)
    first = handlers[0].with_changes(
        type=types,
        name=cst.AsName(cst.Name(name)),
        whitespace_after_except=cst.SimpleWhitespace(" "),
        body=cst.IndentedBlock([chain]),
    )
    gone = {id(h) for h in handlers[1:]} | ({id(now[catch_all])} if catch_all is not None else set())
    rest = [first if h is handlers[0] else h for h in updated.handlers if id(h) not in gone]
    if catch_all is not None:
        rest = [h for h in rest if h is not first] + [first]
    return updated.with_changes(handlers=rest)


def _condition(
    view: FileView, caught: Caught, handler: cst.ExceptHandler, name: str, pure: bool, only_failures: bool
) -> cst.BaseExpression:
    is_code = _is_code(name, caught.codes, negated=False)
    if only_failures:
        return is_code
    is_failure = cst.BooleanOperation(
        call("isinstance", [argument(name), argument(_error_class(view))]), cst.And(), is_code
    )
    if pure:
        return is_failure
    assert handler.type is not None
    own = call("isinstance", [argument(name), argument(handler.type)])
    return cst.BooleanOperation(own, cst.Or(), is_failure)


def recoverable(view: FileView) -> str:
    """What FlyteRecoverableException becomes: RuntimeError, or a class of its own where the project tells it apart.

    It was no RuntimeError in Flyte 1, so an except clause for either tells the two apart.
    """
    if view.index.caught.isdisjoint((*_RECOVERABLE, "RuntimeError")):
        return "RuntimeError"
    bound = {name for m in view.index.modules.values() if m.uses_v1 for name in m.bound}
    return next(n for n in ("RecoverableError", "RecoverableTaskError", "FlyteRecoverableError") if n not in bound)


def _own_class(view: FileView, node: cst.CSTNode, name: str) -> Iterator[Finding]:
    """Plain functions of other modules raise the class of their own module."""
    around = next((a for a in view.ancestors(node) if isinstance(a, cst.Try)), None)
    in_clause = any(isinstance(a, cst.ExceptHandler) and a.type is not None for a in view.ancestors(node))
    if around is None or not in_clause or only_tasks(view, around.body):
        return
    if any(_uses_recoverable(m) for m in view.index.modules.values() if m is not view.facts):
        message = f"{name} is defined in each module that needs it; import one of them where plain functions raise it."
        yield Finding(node, "FM256", message)


def _uses_recoverable(facts: ModuleFacts) -> bool:
    return any(use.name.rpartition(".")[2] == "FlyteRecoverableException" for use in facts.uses)


# -- flytekit's own classes -------------------------------------------------------------------------------------------


@on_symbol("exceptions", _ANY_FAILURE)
def convert_classes(view: FileView, reference: Reference) -> Iterator[Item]:
    """``FlyteRecoverableException`` is any exception now; the non-recoverable one has a counterpart."""
    node = reference.chain
    parent = view.parent(node)
    if reference.rest:
        return
    if reference.name == _ANY_FAILURE:
        if any(isinstance(a, cst.ExceptHandler) for a in view.ancestors(node)):
            yield Replace(node, lambda updated: _error_class(view))
    elif reference.name in _RECOVERABLE:
        name = recoverable(view)
        yield Replace(node, lambda updated: cst.Name(name))
        if name != "RuntimeError":
            yield Helper(name, _RECOVERABLE_CLASS.format(name=name))
            yield from _own_class(view, node, name)
    elif (
        reference.name == _NON_RECOVERABLE
        and isinstance(parent, cst.Call)
        and parent.func is node
        and len(parent.args) == 1
    ):
        function = cst.parse_expression(view.local_name("flyte:errors") + ".NonRecoverableError")
        text = parent.args[0].value
        wrapped = not isinstance(text, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString))
        yield Replace(
            parent,
            lambda updated: call(
                function,
                [argument(call("str", [argument(updated.args[0].value)]) if wrapped else updated.args[0].value)],
            ),
        )
    elif reference.name == _TYPE_ERROR and isinstance(parent, cst.Call) and isinstance(view.parent(parent), cst.Raise):
        target = view.ref("flyte.types:TypeTransformerFailedError")
        yield Replace(node, lambda updated: target)
    elif reference.row is not None and not reference.row.code:
        yield Finding(
            node,
            "FM256",
            f"{code(node)} has no counterpart: invalid inputs raise TypeError, or RuntimeDataValidationError "
            "for outputs.",
        )
