"""Former workflows: their arguments, and bodies that ran once, when they were registered (CFG-21, SEM-15, WF-12).

Official: https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/pure-python/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.flow import values_of
from flyte_migrate.rewrite.plan import Finding, Item
from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, TaskDefinition
from flyte_migrate.rules import on_file, on_task, on_task_call
from flyte_migrate.rules.decorators import decorator_arguments
from flyte_migrate.rules.parallelism import runs_in_a_row

_KEEPS_DEFAULT = "FAIL_IMMEDIATELY"
#: Calls whose result or effect differs with the moment.
_MOMENTARY = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.strftime",
        "uuid.uuid1",
        "uuid.uuid4",
        "os.getenv",
        "os.environ.get",
        "os.getcwd",
        "secrets.token_hex",
        "pandas.Timestamp.now",
    }
)
_MOMENTARY_MODULES = ("random.", "numpy.random.", "logging.")
_EFFECTS = frozenset({"print", "input", "open"})


# -- arguments of the decorator ----------------------------------------------------------------------------------------


@on_task
def report_failure_policy(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """A failure policy other than the default has no counterpart (WF-53), and makes a difference only where calls did
    not wait for each other."""
    arg = decorator_arguments(view, definition).get("failure_policy")
    if arg is not None and not code(arg.value).endswith(_KEEPS_DEFAULT) and not runs_in_a_row(view, definition):
        message = (
            f"{definition.task.name} stops at the first failure now; gather the calls with return_exceptions=True"
            " to let the others finish."
        )
        yield Finding(arg, "FM255", message)


@on_task
def note_mutable_defaults(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """A default that is a list, dictionary or set was one object for all direct calls (WF-02, SEM-11).

    Only of a workflow: v1 refuses one of a task.
    """
    if definition.task.role != "workflow":
        return
    params = definition.node.params
    for parameter in (*params.posonly_params, *params.params, *params.kwonly_params):
        if isinstance(parameter.default, (cst.List, cst.Dict, cst.Set)):
            message = f"The default of {parameter.name.value} was shared between calls; every run has its own copy now."
            yield Finding(parameter, "FM206", message)


# -- calls -------------------------------------------------------------------------------------------------------------


@on_task_call
def report_wrong_arguments(view: FileView, node: cst.Call, task: Task) -> Iterator[Item]:
    """Arguments that v1 refused and that v2 drops or overrides in silence inside a run (TRAP-07)."""
    parameters = task.function.parameters
    variadic = {p.kind for p in parameters} & {"var_positional", "var_keyword"}
    if variadic or any(a.star for a in node.args) or _is_method(task):
        return
    names = [p.name for p in parameters]
    positional = [a for a in node.args if a.keyword is None]
    given = {a.keyword.value: a for a in node.args if a.keyword is not None}
    unknown = [name for name in given if name not in names]
    if unknown:
        message = f"{task.name} has no parameter {' or '.join(unknown)}; Flyte 2 would drop it in silence."
        yield Finding(given[unknown[0]], "FM204", message)
    twice = [name for name in names[: len(positional)] if name in given]
    if twice:
        message = f"{task.name} gets {twice[0]} twice; Flyte 2 would take the positional one in silence."
        yield Finding(given[twice[0]], "FM204", message)


def _is_method(task: Task) -> bool:
    first = task.function.parameters[:1]
    return bool(first) and first[0].name in ("self", "cls")


# -- plain code in a workflow's body -----------------------------------------------------------------------------------


@on_file
def note_plain_code(view: FileView) -> Iterator[Item]:
    """Say once for every workflow that its plain code runs with every execution (SEM-15)."""
    told: set[str] = set()
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        if not _depends_on_the_moment(view, node):
            continue
        definition = view.task_around(node)
        if definition is None or definition.task.role != "workflow" or definition.task.qualified in told:
            continue
        if not any(node is inner or inner is definition.node.body for inner in (node, *view.ancestors(node))):
            continue
        told.add(definition.task.qualified)
        name = definition.task.name
        message = f"{code(node.func)}(...) ran once, when {name} was registered; it runs at every execution now."
        yield Finding(node, "FM207", message)


def _depends_on_the_moment(view: FileView, node: cst.Call) -> bool:
    if isinstance(node.func, cst.Name) and node.func.value in _EFFECTS and not view.bindings(node.func):
        return True
    name = view.qualified(node.func) or ""
    if name in _MOMENTARY or name.startswith(_MOMENTARY_MODULES):
        return True
    if isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name):
        logger = node.func.value
        return any(
            isinstance(b.value, cst.Call) and view.qualified(b.value.func) == "logging.getLogger"
            for b in view.bindings(logger)
        )
    return False


@on_file
def note_texts(view: FileView) -> Iterator[Item]:
    """Texts that held the representation of a promise hold the value now (WF-12, DYN-01): once for a statement."""
    told: set[cst.CSTNode] = set()
    for value in _formatted(view):
        definition = view.task_around(value)
        if definition is None or definition.task.role not in ("workflow", "dynamic"):
            continue
        statement = view.statement(value)
        if statement in told or view.function_of(value) is not definition.node:
            continue
        if _was_promise(view, value, definition):
            told.add(statement)
            message = f"{code(value)} was a promise here, so the text held its representation; it holds the value now."
            yield Finding(value, "FM205", message)


def _formatted(view: FileView) -> Iterator[cst.BaseExpression]:
    """The values that become part of a text: in f-strings, ``str(...)`` and ``"...".format(...)``."""
    for node in view.by_type.get(cst.FormattedStringExpression, ()):
        assert isinstance(node, cst.FormattedStringExpression)
        yield node.expression
    for call in view.by_type.get(cst.Call, ()):
        assert isinstance(call, cst.Call)
        function = call.func
        if isinstance(function, cst.Name):
            makes_text = function.value in ("str", "repr") and not view.bindings(function)
        else:
            owner = function.value if isinstance(function, cst.Attribute) and function.attr.value == "format" else None
            makes_text = isinstance(owner, (cst.SimpleString, cst.ConcatenatedString))
        if makes_text:
            yield from (arg.value for arg in call.args)


def _was_promise(view: FileView, node: cst.BaseExpression, definition: TaskDefinition) -> bool:
    root = node
    while isinstance(root, (cst.Attribute, cst.Subscript)):
        root = root.value
    if isinstance(root, cst.Name) and definition.task.role == "workflow":
        bindings = view.bindings(root)
        if bindings and all(isinstance(b.node, cst.Param) for b in bindings):
            return True
    values = values_of(view, root)
    return bool(values) and all(v.task is not None for v in values)
