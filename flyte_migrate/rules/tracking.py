"""Decorators of experiment trackers → Flyte 2's plugins or the library itself (PLG-11, PLG-12, PLG-21).

What the decorators do is read from flytekitplugins.{wandb,mlflow,comet_ml,memray}; a tracker's plugin of Flyte 2 goes
above the task decorator. Weights & Biases and Comet find their key in an environment variable, which the secret that
the decorator was given is put into.
Official: https://www.union.ai/docs/v2/flyte/integrations/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.rewrite.awaiting import is_async
from flyte_migrate.rewrite.libraries import Libraries, head_of
from flyte_migrate.rewrite.plan import Finding, Helper, Insert, Item, Rebuild, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import (
    argument_comments,
    callee,
    commented_call,
    follow,
    layout_comments,
    lost_comments,
)
from flyte_migrate.rules.context_uses import ContextUse
from flyte_migrate.rules.decorators import decorator_arguments
from flyte_migrate.rules.tracker_uses import (
    COMET,
    MEMRAY,
    MLFLOW,
    NEPTUNE,
    NEPTUNE_SCALE,
    TRACKERS,
    WANDB,
    Tracked,
    key_variable,
    makes_run,
    neptune_uses,
    tracked_tasks,
)

_CODES = {WANDB: "FM650", MLFLOW: "FM651"}
_WITHOUT_PLUGIN = "FM640"
#: What wandb offers for its global run, and a run has under the same name.
_OF_RUN = frozenset(
    {"log", "config", "summary", "log_artifact", "use_artifact", "define_metric", "save", "alert", "watch", "finish"}
)


@dataclass
class _Change:
    """What becomes of one decorator. It moves above the task decorator, stays where it is, or goes."""

    decorator: Callable[[cst.Decorator], cst.BaseExpression] | None
    above: bool = False
    items: list[Item] = field(default_factory=list)


class _LeftError(Exception):
    """Why a decorator stays as it is."""


@on_file
def convert_tracking(view: FileView) -> Iterator[Item]:
    """The trackers of every task, one task at a time: their decorators may change places."""
    by_function: dict[cst.FunctionDef, list[Tracked]] = {}
    for item in tracked_tasks(view):
        by_function.setdefault(item.definition.node, []).append(item)
    if not by_function:
        return
    libraries = Libraries(view)
    done: list[Item] = []
    for function, items in by_function.items():
        changes: dict[int, _Change] = {}
        for item in items:
            try:
                change = _change(view, libraries, item)
            except _LeftError as why:
                done.append(
                    Finding(
                        item.decorator, _CODES.get(item.reference.name, _WITHOUT_PLUGIN), str(why), item.reference.name
                    )
                )
                continue
            changes[function.decorators.index(item.decorator)] = change
            done += change.items
        if changes:
            done.append(Replace(function, _redecorated(changes, items[0].definition.task.decorator), wraps=True))
    yield from libraries.imports()
    yield from done


def _change(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    """Raises _LeftError with what a person has to do."""
    why = _why_stays(view, item)
    if why:
        raise _LeftError(why)
    return _CHANGES[item.reference.name](view, libraries, item)


def _why_stays(view: FileView, item: Tracked) -> str:
    if item.definition.task.qualified in view.environments.blocked:
        return "This task keeps its Flyte 1 form, and so does the decorator."
    if item.given is None:
        return f"The arguments of {code(item.reference.chain)} are unpacked; write them out."
    return ""


def _redecorated(changes: dict[int, _Change], task: int) -> Callable[[cst.FunctionDef], cst.FunctionDef]:
    """The function with its decorators changed and in their new order."""

    def build(updated: cst.FunctionDef) -> cst.FunctionDef:
        above: list[cst.Decorator] = []
        kept: list[cst.Decorator] = []
        position = task
        lines: list[cst.EmptyLine] = []
        for number, decorator in enumerate(updated.decorators):
            change = changes.get(number)
            if change is None:
                kept.append(decorator)
            elif change.decorator is None:
                lines += [cst.EmptyLine(comment=c) for c in layout_comments([decorator])]
                position -= number < task
            else:
                expression = change.decorator(decorator)
                lost = [cst.EmptyLine(comment=cst.Comment(c)) for c in lost_comments([decorator], [expression])]
                leading = [*decorator.leading_lines, *lost]
                changed = decorator.with_changes(decorator=expression, leading_lines=leading)
                (above if change.above else kept).append(changed)
        kept[position:position] = above
        after = [*lines, *updated.lines_after_decorators]
        return updated.with_changes(decorators=kept, lines_after_decorators=after)

    return build


_PAST_OTHERS = "{name} goes above the task decorator in Flyte 2, past the decorators between them."


def _is_next_to_task(view: FileView, item: Tracked) -> bool:
    """Whether nothing but other trackers stands between the task decorator and this one."""
    decorators = item.definition.node.decorators
    between = decorators[item.definition.task.decorator + 1 : decorators.index(item.decorator)]
    trackers = {other.decorator for other in tracked_tasks(view)} if between else set()
    return trackers.issuperset(between) and item.definition.task.decorator >= 0


def _edited(updated: cst.Decorator, item: Tracked, drop: Sequence[str]) -> list[cst.Arg]:
    """The decorator's arguments as edited, without some."""
    made = updated.decorator
    originals = item.decorator.decorator
    if not isinstance(made, cst.Call) or not isinstance(originals, cst.Call):
        return []
    dropped = {id(item.given[name]) for name in drop if item.given and name in item.given}
    return [new for old, new in zip(originals.args, made.args, strict=True) if id(old) not in dropped]


def _called(item: Tracked, target: cst.BaseExpression, args: Sequence[cst.Arg]) -> cst.Call:
    """The call of a decorator, with the comments of the arguments that it keeps."""
    before = item.decorator.decorator
    comments = argument_comments(before) if isinstance(before, cst.Call) else {}
    names = {a.keyword.value for a in args if a.keyword is not None}
    return commented_call(target, args, {k: c for k, c in comments.items() if k in names}, room=86)


def _own_run(view: FileView, item: Tracked) -> list[cst.Arg]:
    """``run_mode="new"`` where a task that calls others is tracked, too: they would share its run."""
    others = [o for o in tracked_tasks(view) if o.reference.name == item.reference.name]
    return [argument('"new"', "run_mode")] if any(o.definition.task.role != "task" for o in others) else []


# -- Weights & Biases --------------------------------------------------------------------------------------------------


def _wandb(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    why = _why_wandb_stays(view, item)
    if why:
        raise _LeftError(why)
    # Both plugins call it wandb_init: a file can't have the one and the other.
    items = [i for i in tracked_tasks(view) if i.reference.name == WANDB]
    uses = [r for r in view.references if r.name == WANDB]
    if len(items) < len(uses) or any(_why_wandb_stays(view, other) for other in items):
        raise _LeftError(
            "Another wandb_init of this file stays as it is, and so does this one; flyteplugins.wandb.wandb_init goes "
            "above the task decorator."
        )
    runs: list[Item] = list(_global_runs(view, item))
    if _is_distributed(view, item):
        message = "The first worker alone has a run; run_mode of wandb_init tells more."
        runs = [Finding(item.decorator, "FM661", message)]
    target = view.ref("flyteplugins.wandb:wandb_init")
    change = _Change(
        lambda updated: _called(item, target, [*_edited(updated, item, ("secret",)), *_own_run(view, item)]), above=True
    )
    change.items += runs
    return change


def _why_wandb_stays(view: FileView, item: Tracked) -> str:
    """What a person has to do about a ``wandb_init``; empty if it can be converted."""
    why = _why_stays(view, item)
    gone = [name for name in ("host", "api_host", "dir") if name in (item.given or {})]
    if why:
        return why
    if gone:
        return (
            f"{', '.join(gone)} of wandb_init: say WANDB_BASE_URL or WANDB_DIR in env_vars, then use "
            "flyteplugins.wandb.wandb_init above the task decorator."
        )
    if not key_variable(view, item):
        return (
            'The API key has to be in WANDB_API_KEY: flyte.Secret(..., as_env_var="WANDB_API_KEY") among the '
            "environment's secrets; flyteplugins.wandb.wandb_init goes above the task decorator."
        )
    if not _is_next_to_task(view, item):
        return _PAST_OTHERS.format(name="wandb_init")
    if _is_distributed(view, item) and any(isinstance(run, Replace) for run in _global_runs(view, item)):
        return "In Flyte 2 the first worker alone has a run unless wandb_init says run_mode; it goes above the task."
    return ""


def _is_distributed(view: FileView, item: Tracked) -> bool:
    config = decorator_arguments(view, item.definition).get("task_config")
    return config is not None and callee(view, follow(view, config.value)).endswith(".Elastic")


def _global_runs(view: FileView, item: Tracked) -> Iterator[Replace | Finding]:
    """``wandb.log(...)`` → ``get_wandb_run().log(...)``: in a local run the plugin's run is not wandb's global one."""
    function = item.definition.node
    ours = [r for r in view.by_type.get(cst.Attribute, ()) if function in set(view.ancestors(r))]
    converted: set[cst.CSTNode] = set()
    for node in ours:
        assert isinstance(node, cst.Attribute)
        if view.qualified(node.value) != "wandb" or node.attr.value not in {*_OF_RUN, "run"}:
            continue
        converted.add(node.value)
        run = f"{view.local_name('flyteplugins.wandb:get_wandb_run')}()"
        text = run if node.attr.value == "run" else f"{run}.{node.attr.value}"
        yield Replace(node, lambda updated, text=text: cst.parse_expression(text))  # type: ignore[misc]
    others = [n for n in walk(function.body) if isinstance(n, (cst.Name, cst.SimpleString)) and n not in converted]
    words = [n.value for n in others if "wandb" in n.value.lower()]
    imported = [n for n in walk(function.body) if isinstance(n, cst.ImportFrom) and "wandb" in code(n)]
    if imported or any(word != "wandb" for word in words):
        message = (
            "In a local run the run of wandb_init is not wandb's global one, which integrations look for; "
            "flyteplugins.wandb.get_wandb_run() gives it."
        )
        yield Finding(item.decorator, "FM661", message)


# -- MLflow ------------------------------------------------------------------------------------------------------------


def _mlflow(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    given = item.given or {}
    framework = view.qualified(given["framework"].value) if "framework" in given else "mlflow.sklearn"
    if framework is None or not framework.startswith("mlflow."):
        raise _LeftError(
            'Which framework is meant can\'t be told; write mlflow_run(autolog=True, framework="sklearn").'
        )
    if set(given) - {"framework", "experiment_name"}:
        raise _LeftError("mlflow_autolog takes framework and experiment_name; see flyteplugins.mlflow.mlflow_run.")
    if not _is_next_to_task(view, item):
        raise _LeftError(_PAST_OTHERS.format(name="mlflow_run"))
    target = view.ref("flyteplugins.mlflow:mlflow_run")

    def build(updated: cst.Decorator) -> cst.BaseExpression:
        name = framework.rpartition(".")[2]
        args = [argument("True", "autolog"), argument(f'"{name}"', "framework")]
        return _called(item, target, [*args, *_edited(updated, item, ("framework",)), *_own_run(view, item)])

    change = _Change(build, above=True)
    experiment = (
        "" if "experiment_name" in given else "; without experiment_name they are in MLflow's default experiment"
    )
    message = f"Metrics and parameters are shown by MLflow, no longer in the report{experiment}."
    change.items.append(Finding(item.decorator, "FM661", message))
    return change


# -- Comet -------------------------------------------------------------------------------------------------------------


def _comet(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    given = item.given or {}
    function = item.definition.node
    if not key_variable(view, item):
        raise _LeftError(
            'The API key has to be in COMET_API_KEY: flyte.Secret(..., as_env_var="COMET_API_KEY") among the '
            "environment's secrets; call comet_ml.login(...) when the task starts."
        )
    taken = [arg for name, arg in given.items() if name not in ("secret", "host")]
    names = {n.value for arg in taken for n in walk(arg.value) if isinstance(n, cst.Name)}
    head = head_of(function)
    if head is None or names & set(view.scope_of[function].bindings):
        raise _LeftError("Call comet_ml.login(project_name=..., workspace=...) when the task starts.")
    library = libraries.name_in(function, "comet_ml:")

    def login(rebuild: Rebuild) -> Sequence[cst.BaseStatement]:
        args = [argument(rebuild(a.value), name) for name, a in given.items() if name not in ("secret", "host")]
        made = call(f"{library}.login", args, room=84)
        return [cst.SimpleStatementLine([cst.Expr(made)])]

    message = (
        "Comet names the experiment itself, where v1 derived its key from the execution, and the link to it is gone."
    )
    items: list[Item] = [Insert(head, login)]
    if "experiment_key" not in given:
        items.append(Finding(item.decorator, "FM661", message))
    return _Change(None, items=items)


# -- Neptune -----------------------------------------------------------------------------------------------------------


def _neptune(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    """The task makes the run itself, around all that it does."""
    given = item.given or {}
    function = item.definition.node
    constructor, module = _NEPTUNE[item.reference.name]
    if not makes_run(view, item):
        raise _LeftError(
            'The API token has to be in NEPTUNE_API_TOKEN: flyte.Secret(..., as_env_var="NEPTUNE_API_TOKEN") among '
            f"the environment's secrets; then make the run in the task: with {constructor}(project=...) as run."
        )
    body = function.body
    assert isinstance(body, cst.IndentedBlock)
    uses = neptune_uses(view, item)
    named = _named_run(view, function, uses)
    target = named.targets[0].target if named is not None else None
    variable = target if isinstance(target, cst.Name) else cst.Name("neptune_run")
    library = libraries.name_in(function, f"{module}:")
    change = _Change(None)
    for use in uses:
        if named is None:
            change.items.append(Replace(use.links[0], lambda updated: variable))
    if named is not None:
        change.items.append(Replace(view.statement(named), lambda updated: []))
    made = item.decorator.decorator

    def build(updated: cst.IndentedBlock) -> cst.IndentedBlock:
        assert isinstance(made, cst.Call)
        args = [argument(a.value, name) for name, a in given.items() if name not in ("secret", "host")]
        run = call(f"{library}.{constructor.partition('.')[2]}", args, room=76)
        asked = cst.AsName(variable) if uses else None
        statements = list(updated.body)
        head = 1 if function.get_docstring(clean=False) is not None else 0
        if any(_imports(s, module) for s in statements[head : head + 1]):
            head += 1
        lines = [cst.EmptyLine(indent=False)] if head else []
        inner = cst.With([cst.WithItem(run, asked)], updated.with_changes(body=statements[head:]), leading_lines=lines)
        return updated.with_changes(body=[*statements[:head], inner], footer=[])

    change.items.append(Replace(body, build, wraps=True))
    message = "Neptune names the run itself; what v1 wrote about the execution into it, and the link to it, are gone."
    change.items.append(Finding(item.decorator, "FM661", message))
    return change


#: How the run is made, and the module that has it.
_NEPTUNE = {NEPTUNE: ("neptune.init_run", "neptune"), NEPTUNE_SCALE: ("neptune_scale.Run", "neptune_scale")}


def _named_run(view: FileView, function: cst.FunctionDef, uses: Sequence[ContextUse]) -> cst.Assign | None:
    """``run = ctx.neptune_run`` where that is the only use, at the top of the function's body."""
    if len(uses) != 1 or len(uses[0].path) != 1:
        return None
    assign = view.parent(uses[0].links[0])
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    if not isinstance(assign, cst.Assign) or not isinstance(target, cst.Name):
        return None
    line = view.parent(assign)
    single = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and view.parent(line) is function.body
    return assign if single and len(view.scope_of[function].bindings[target.value]) == 1 else None


def _imports(statement: cst.CSTNode, module: str) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and code(statement).strip() == f"import {module}"


# -- memray ------------------------------------------------------------------------------------------------------------


def _memray(view: FileView, libraries: Libraries, item: Tracked) -> _Change:
    if is_async(view, item.definition.node):
        raise _LeftError("Run memray.Tracker around the body of the task, and log the page that memray makes of it.")
    name = "memray_report" if "memray_report" not in view.facts.bound else "memray_report_"

    def build(updated: cst.Decorator) -> cst.BaseExpression:
        made = updated.decorator
        return made.with_changes(func=cst.Name(name)) if isinstance(made, cst.Call) else cst.Call(cst.Name(name))

    return _Change(build, items=[Helper(name, _memray_helper(view, name))])


def _memray_helper(view: FileView, name: str) -> str:
    """A context manager of contextlib is a decorator, too."""
    manager = view.local_name("contextlib:contextmanager")
    iterator, sequence = view.local_name("collections.abc:Iterator"), view.local_name("collections.abc:Sequence")
    folder, run = f"{view.local_name('tempfile:')}.TemporaryDirectory", f"{view.local_name('subprocess:')}.run"
    path, any_ = view.local_name("pathlib:Path"), view.local_name("typing:Any")
    executable, report = f"{view.local_name('sys:')}.executable", view.local_name("flyte.report:")
    return f'''
@{manager}
def {name}(
    memray_html_reporter: str = "flamegraph", memray_reporter_args: {sequence}[str] | None = None, **options: {any_}
) -> {iterator}[None]:
    """Track memory with memray, and show the page that its reporter makes in a tab of the task's report."""
    import memray

    with {folder}() as folder:
        tracked, page = {path}(folder, "tracked.bin"), {path}(folder, "page.html")
        with memray.Tracker(tracked, **options):
            yield
        args = " ".join(memray_reporter_args or ()).split()
        command = [{executable}, "-m", "memray", memray_html_reporter, "-o", str(page), *args, str(tracked)]
        if {run}(command).returncode == 0:
            {report}.get_tab(f"Memray {{memray_html_reporter.capitalize()}}").log(page.read_text(encoding="utf-8"))
'''


_CHANGES: dict[str, Callable[[FileView, Libraries, Tracked], _Change]] = {
    WANDB: _wandb,
    MLFLOW: _mlflow,
    COMET: _comet,
    MEMRAY: _memray,
    NEPTUNE: _neptune,
    NEPTUNE_SCALE: _neptune,
}


@on_symbol(*TRACKERS)
def report_trackers(view: FileView, reference: Reference) -> Iterator[Item]:
    """A tracker that decorates no task of this file, or is passed on."""
    if any(item.reference is reference for item in tracked_tasks(view)):
        return
    shown = reference.name.rpartition(".")[2]
    message = f"{shown} is converted where it decorates a task; in this place write what the library offers."
    yield Finding(reference.chain, _CODES.get(reference.name, _WITHOUT_PLUGIN), message, reference.name)
