"""``FlyteRemote`` → ``flyte.init*``, ``flyte.run`` and ``flyte.remote`` (REF-06…17).

A client is converted only if everything done with it (and with the executions it gives) can be; else each use is
reported with the Flyte 2 code to write.
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte.remote/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.scopes import Binding, Scope
from flyte_migrate.rewrite.template import argument, call, code, only_lines, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import arguments, callee, follow, literal
from flyte_migrate.rules.references import name_in_project

_CLIENTS = ("flytekit.FlyteRemote", "union.UnionRemote")
_CONFIG = "flytekit.Config"
_PLATFORM = "flytekit.configuration.PlatformConfig"
#: Fields of a PlatformConfig that flyte.init takes under the same name, auth_mode apart.
_CONNECTION = frozenset(
    {
        "endpoint",
        "insecure",
        "insecure_skip_verify",
        "ca_cert_file_path",
        "command",
        "proxy_command",
        "client_id",
        "client_credentials_secret",
        "scopes",
        "rpc_retries",
        "http_proxy_url",
        "auth_mode",
    }
)
#: flytekit.configuration.AuthType, and the auth_type of flyte.init.
_AUTHENTICATION = {
    "STANDARD": "Pkce",
    "PKCE": "Pkce",
    "CLIENT_CREDENTIALS": "ClientSecret",
    "CLIENTSECRET": "ClientSecret",
    "EXTERNAL_PROCESS": "ExternalCommand",
    "EXTERNALCOMMAND": "ExternalCommand",
    "DEVICEFLOW": "DeviceFlow",
}
_CLIENT_ORDER = ("config", "default_project", "default_domain")
_EXECUTE_ORDER = ("entity", "inputs", "project", "domain", "name", "version")
_FETCH_ORDER = ("project", "domain", "name", "version")
#: Options of execute that a run context has under another name (REF-07).
_RUN_OPTIONS = {
    "execution_name": "name",
    "version": "version",
    "project": "project",
    "domain": "domain",
    "overwrite_cache": "overwrite_cache",
    "interruptible": "interruptible",
    "envs": "env_vars",
}
_FETCHES = frozenset({"fetch_task", "fetch_workflow", "fetch_launch_plan", "fetch_task_lazy"})
_GIVE_EXECUTIONS = frozenset({"execute", "fetch_execution", "wait", "sync", "sync_execution"})
_NUMBERED = re.compile(r"o(\d+)")
#: Where there is no twin with the same arguments, what to look at (REF-11…17).
_INSTEAD = {
    "register_task": "flyte.deploy(env, version=...)",
    "register_workflow": "flyte.deploy(env, version=...)",
    "register_launch_plan": "flyte.deploy(env, version=...), the plan being a trigger of its task",
    "register_script": "flyte.deploy(env, version=...)",
    "fast_register_workflow": "flyte.deploy(env, version=...)",
    "recent_executions": "flyte.remote.Run.listall()",
    "list_tasks_by_version": "flyte.remote.Task.listall()",
    "activate_launchplan": "flyte.remote.Trigger.update(name, task_name, active=True)",
    "deactivate_launchplan": "flyte.remote.Trigger.update(name, task_name, active=False)",
    "upload_file": "flyte.remote.upload_file(path)",
    "set_signal": "flyte signal condition",
    "set_input": "flyte signal condition",
    "approve": "flyte signal condition",
    "reject": "flyte signal condition",
}
Edit = Callable[[Any], Any]


@dataclass
class _Client:
    """A variable that holds a client: where it is made, and what becomes of each of its uses."""

    statement: cst.SimpleStatementLine
    node: cst.Call
    edits: list[tuple[cst.CSTNode, Edit]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)  # of uses that can't be converted
    notes: list[Finding] = field(default_factory=list)  # that go with the conversion
    advice: list[Finding] = field(default_factory=list)  # of uses that could, if all of them could
    runs: list[tuple[str, Scope, Task | None]] = field(default_factory=list)  # variables that hold executions


@on_file
def convert_clients(view: FileView) -> Iterator[Item]:
    """Convert every client that can be traced; report the others, use by use."""
    made: list[tuple[cst.Call, cst.Call | None, _Client | None]] = []
    for reference in view.references:
        node = view.parent(reference.chain) if reference.name in _CLIENTS else None
        if isinstance(node, cst.Call) and node.func is reference.chain:
            made.append((node, _initialised(view, node, reference.rest), _traced(view, node)))
    converted = [(n, code(i)) for n, i, client in made if i is not None and client is not None and not client.findings]
    several = len({connection for _, connection in converted}) > 1
    shared = several and any(_is_shared(view, node) for node, _ in converted)
    for node, initialised, client in made:
        if client is None or initialised is None:
            yield Finding(
                node,
                "FM530",
                "Initialise once: flyte.init_from_config(path, project=..., domain=...); then use flyte.run.",
            )
        elif client.findings:
            yield Finding(
                node,
                "FM530",
                f"Not everything done with this client can be converted; initialise once with {code(initialised)}.",
            )
            yield from client.findings
            yield from client.advice
        elif shared or _is_of_instance(view, node, initialised):
            yield Finding(
                node,
                "FM530",
                "There is one connection at a time in Flyte 2, and here are several: initialise once, and give "
                "flyte.with_runcontext(project=..., domain=...) what differs.",
            )
            yield from client.advice
        else:
            yield from _converted(view, node, client, initialised)


def _converted(view: FileView, node: cst.Call, client: _Client, initialised: cst.Call) -> Iterator[Item]:
    yield from client.notes
    yield Replace(client.statement, _initialising(initialised))
    for target, edit in client.edits:
        yield Replace(target, edit)
    edited = {target for target, _ in client.edits}
    for inner in view.references:
        above = set(view.ancestors(inner.node))
        if node in above or any(isinstance(a, cst.Annotation) and a in edited for a in above):
            yield Covered(inner.node)


def _is_shared(view: FileView, node: cst.Call) -> bool:
    """Whether a client outlives the function in which it is used: one of the module, or of an object."""
    return view.function_of(node) is None or _attribute(view, node) is not None


def _is_of_instance(view: FileView, node: cst.Call, initialised: cst.Call) -> bool:
    """Whether every object of a class may have a connection of its own."""
    function = view.function_of(node)
    if function is None or _attribute(view, node) is None:
        return False
    own = view.scope_of[function]
    names = (n for a in initialised.args for n in walk(a.value) if isinstance(n, cst.Name) and n in view.scope_at)
    return any(view.scope_at[n].owner(n.value) is own for n in names)


def _initialising(made: cst.Call) -> Edit:
    return lambda updated: updated.with_changes(body=[cst.Expr(made)])


def _initialised(view: FileView, node: cst.Call, factory: tuple[str, ...]) -> cst.Call | None:
    """``flyte.init_from_config(...)`` or ``flyte.init(...)`` for a client's constructor (REF-06)."""
    order = {
        (): _CLIENT_ORDER,
        ("auto",): ("config_file",),
        ("for_sandbox",): (),
        ("for_endpoint",): ("endpoint", "insecure"),
    }.get(factory)
    given = arguments(node, order) if order is not None else None
    if given is None:
        return None
    scope = [
        argument(given[old].value, new)
        for old, new in (("default_project", "project"), ("default_domain", "domain"))
        if old in given
    ]
    rest = set(given) - {"default_project", "default_domain"}
    settings: cst.BaseExpression | None = node
    kind = factory[0] if factory else ""
    if not factory:
        settings = follow(view, given["config"].value) if "config" in given else None
        name = callee(view, settings) if isinstance(settings, cst.Call) else ""
        kind = name.rpartition(".")[2] if name.startswith(f"{_CONFIG}.") else ""
        if rest - {"config"} or not isinstance(settings, cst.Call):
            return None
        if name == _CONFIG:
            return _with_platform(view, settings, scope)
        given = arguments(settings, ("config_file",) if kind == "auto" else ("endpoint", "insecure")) or {}
        rest = set(given)
    if kind == "auto" and rest <= {"config_file"}:
        path = [argument(given["config_file"].value)] if "config_file" in given else []
        return call(view.local_name("flyte:init_from_config"), [*path, *scope], room=80)
    if kind == "for_sandbox" and not rest:
        local = [argument('"dns:///localhost:30080"', "endpoint"), argument("True", "insecure")]
        return call(view.local_name("flyte:init"), [*local, *scope], room=80)
    if kind == "for_endpoint" and rest <= {"endpoint", "insecure"} and "endpoint" in given:
        args = [
            argument(_with_scheme(given["endpoint"].value), "endpoint"),
            *([argument(given["insecure"].value, "insecure")] if "insecure" in given else []),
        ]
        return call(view.local_name("flyte:init"), [*args, *scope], room=80)
    return None


def _with_platform(view: FileView, settings: cst.Call, scope: list[cst.Arg]) -> cst.Call | None:
    """``flyte.init(...)`` for ``Config(platform=PlatformConfig(...))``, whose fields have the same names there."""
    outer = arguments(settings, ("platform",))
    platform = follow(view, outer["platform"].value) if outer is not None and set(outer) == {"platform"} else None
    if not isinstance(platform, cst.Call) or callee(view, platform) != _PLATFORM:
        return None
    given = arguments(platform, ("endpoint", "insecure"))
    if given is None or "endpoint" not in given or not set(given) <= _CONNECTION:
        return None
    args = []
    for name, arg in given.items():
        if name == "auth_mode":
            kind = _AUTHENTICATION.get(code(arg.value).rpartition(".")[2]) or string_value(arg.value)
            if kind not in _AUTHENTICATION.values():
                return None
            args.append(argument(f'"{kind}"', "auth_type"))
        else:
            args.append(argument(_with_scheme(arg.value) if name == "endpoint" else arg.value, name))
    return call(view.local_name("flyte:init"), [*args, *scope], room=80)


def _with_scheme(endpoint: cst.BaseExpression) -> cst.BaseExpression:
    host = string_value(endpoint)
    return endpoint if host is None or "://" in host else cst.SimpleString(f'"dns:///{host}"')


# -- uses of a client --------------------------------------------------------------------------------------------------


def _traced(view: FileView, node: cst.Call) -> _Client | None:
    """The client with all its uses; None unless it is assigned to a variable or attribute of its own, or returned."""
    holders = _variable(view, node) or _attribute(view, node) or _returned(view, node)
    if holders is None:
        return None
    client, uses = holders
    for use in uses:
        attribute = view.parent(use)
        made = view.parent(attribute) if isinstance(attribute, cst.Attribute) else None
        if isinstance(attribute, cst.Attribute) and isinstance(made, cst.Call) and made.func is attribute:
            _method(view, client, attribute.attr.value, made)
        else:
            client.findings.append(
                Finding(use, "FM530", f"{code(use)} goes on from here, but Flyte 2 has no client object.")
            )
    _members(view, client)
    return client


_Holders = tuple[_Client, Sequence[cst.Name | cst.Attribute]]


def _variable(view: FileView, node: cst.Call) -> _Holders | None:
    """``remote = FlyteRemote(...)``."""
    bound = _bound(view, node)
    if bound is None:
        return None
    statement, name, scope = bound
    return _Client(statement, node), view.uses_of(name, scope)


def _attribute(view: FileView, node: cst.Call) -> _Holders | None:
    """``self.remote = FlyteRemote(...)`` in a method, where only methods of the class use it."""
    small = view.parent(node)
    line = view.parent(small) if small is not None else None
    cls = next((a for a in view.ancestors(node) if isinstance(a, cst.ClassDef)), None)
    if not isinstance(small, cst.Assign) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    target = small.targets[0].target
    if cls is None or len(small.targets) > 1 or not isinstance(target, cst.Attribute) or code(target.value) != "self":
        return None
    name = target.attr.value
    uses = [
        n
        for n in view.by_type.get(cst.Attribute, ())
        if isinstance(n, cst.Attribute) and n.attr.value == name and n is not target
    ]
    own = all(code(n.value) == "self" and cls in set(view.ancestors(n)) for n in uses)
    assigned = any(isinstance(view.parent(n), cst.AssignTarget) for n in uses)
    return (_Client(line, node), uses) if own and not assigned else None


def _returned(view: FileView, node: cst.Call) -> _Holders | None:
    """``return FlyteRemote(...)``, where this file alone calls the function, to assign what it returns."""
    line = view.statement(node)
    function = view.function_of(node)
    if not isinstance(view.parent(node), cst.Return) or not isinstance(line, cst.SimpleStatementLine):
        return None
    if function is None or function not in view.tree.body or function.asynchronous is not None:
        return None
    name = function.name.value
    returns = [r for r in view.by_type.get(cst.Return, ()) if view.function_of(r) is function]
    if len(returns) > 1 or len(line.body) > 1 or f"{view.facts.module}.{name}" in view.index.imported_names:
        return None
    client = _Client(line, node)
    found: list[cst.Name] = []
    for use in view.uses_of(name, view.module_scope):
        made = view.parent(use)
        bound = _bound(view, made) if isinstance(made, cst.Call) and made.func is use else None
        if made is None or bound is None:
            return None
        client.edits.append((bound[0].body[0], lambda updated: cst.Expr(updated.value)))
        found += view.uses_of(bound[1], bound[2])
    if function.returns is not None:
        client.edits.append((function.returns, lambda updated: updated.with_changes(annotation=cst.Name("None"))))
    return client, found


def _bound(view: FileView, node: cst.CSTNode) -> tuple[cst.SimpleStatementLine, str, Scope] | None:
    """(statement, name, scope) where an expression is all that is assigned to a name that is bound once."""
    small = view.parent(node)
    line = view.parent(small) if small is not None else None
    if not (isinstance(small, cst.Assign) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1):
        return None
    target = small.targets[0].target
    if len(small.targets) > 1 or not isinstance(target, cst.Name):
        return None
    scope = view.scope_at[target].owner(target.value)
    if scope is None or len(scope.bindings[target.value]) > 1:
        return None
    return line, target.value, scope


def _method(view: FileView, client: _Client, name: str, node: cst.Call) -> None:
    """Record what becomes of one call of a method."""
    if name == "execute":
        _execute(view, client, node)
    elif name in _FETCHES:
        _fetch(view, client, node)
    elif (
        name == "fetch_execution"
        and (given := arguments(node, ("project", "domain", "name"))) is not None
        and set(given) == {"name"}
    ):
        get = f"{view.local_name('flyte.remote:')}.Run.get"
        position = list(node.args).index(given["name"])
        _edit(
            client,
            node,
            f"{get}({code(given['name'].value)})",
            lambda updated: cst.Call(cst.parse_expression(get), [cst.Arg(updated.args[position].value)]),
        )
        _execution(view, client, node, None)
    elif (
        name == "wait"
        and (given := arguments(node, ("execution", "timeout", "poll_interval", "sync_nodes"))) is not None
        and "timeout" not in given
        and isinstance(given.get("execution", cst.Arg(node)).value, cst.Name)
    ):
        _on_execution(view, client, node, given["execution"].value, "wait", [])
    elif (
        name in ("sync", "sync_execution")
        and (given := arguments(node, ("execution", "entity_definition", "sync_nodes", "rpc_timeout"))) is not None
        and "entity_definition" not in given
        and isinstance(given.get("execution", cst.Arg(node)).value, cst.Name)
    ):
        _sync(view, client, node, given["execution"].value)
    elif (
        name == "terminate"
        and (given := arguments(node, ("execution", "cause"))) is not None
        and isinstance(given.get("execution", cst.Arg(node)).value, cst.Name)
    ):
        _on_execution(
            view, client, node, given["execution"].value, "abort", [given["cause"]] if "cause" in given else []
        )
    elif name == "generate_console_url" and len(node.args) == 1:
        target = node.args[0].value
        _edit(
            client, node, f"{code(target)}.url", lambda updated: cst.Attribute(updated.args[0].value, cst.Name("url"))
        )
    else:
        code_ = "FM535" if "register" in name else "FM533"
        instead = _INSTEAD.get(name, "flyte.remote")
        client.findings.append(
            Finding(node, code_, f"{name} has no counterpart with the same arguments; see {instead}.")
        )


def _edit(client: _Client, node: cst.CSTNode, text: str, edit: Edit) -> None:
    client.edits.append((node, edit))
    client.advice.append(Finding(node, "FM531" if ".run(" in text else "FM533", f"In Flyte 2: {text}."))


def _on_execution(
    view: FileView, client: _Client, node: cst.Call, target: cst.BaseExpression, method: str, args: list[cst.Arg]
) -> None:
    """``remote.wait(execution)`` as a statement, or assigned to the execution again or to another variable."""
    parent = view.parent(node)
    text = f"{code(target)}.{method}({', '.join(code(a.value) for a in args)})"
    made = cst.parse_expression(text)
    line = view.parent(parent) if parent is not None else None
    single = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1
    if isinstance(parent, cst.Expr):
        _edit(client, node, text, lambda updated: made)
    elif isinstance(parent, cst.Assign) and single and method == "wait":
        if len(parent.targets) == 1 and code(parent.targets[0].target) == code(target):
            _edit(client, parent, text, lambda updated: cst.Expr(made))
            return
        waiting = cst.SimpleStatementLine([cst.Expr(made)])
        assigned = parent.with_changes(value=target)
        lines = lambda updated: [waiting.with_changes(leading_lines=updated.leading_lines), _alone(updated, assigned)]  # noqa: E731
        _edit(client, line, text, lines)  # type: ignore[arg-type]
        _execution(view, client, node, None)
    else:
        client.findings.append(
            Finding(node, "FM533", f"{text} gives nothing back in Flyte 2; make it a statement of its own.")
        )


def _alone(line: cst.SimpleStatementLine, small: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    return line.with_changes(body=[small], leading_lines=[])


def _sync(view: FileView, client: _Client, node: cst.Call, target: cst.BaseExpression) -> None:
    """``remote.sync(execution)`` → ``flyte.remote.Run.get(execution.name)``: Run.sync() fetches nothing."""
    assert isinstance(target, cst.Name)
    made = cst.parse_expression(f"{view.local_name('flyte.remote:')}.Run.get({target.value}.name)")
    if not isinstance(view.parent(node), cst.Expr):
        _edit(client, node, code(made), lambda updated: made)
        _execution(view, client, node, None)
        return
    owner = view.scope_at[target].owner(target.value)
    around = view.function_of(node)
    if owner is not (view.scope_of[around] if around is not None else view.module_scope):
        message = f"{target.value} belongs to another function; return {code(made)} from here and assign it there."
        client.findings.append(Finding(node, "FM533", message))
        return
    again = cst.Assign([cst.AssignTarget(cst.Name(target.value))], made)
    _edit(client, view.parent(node) or node, f"{target.value} = {code(made)}", lambda updated: again)


def _fetch(view: FileView, client: _Client, node: cst.Call) -> None:
    given = arguments(node, _FETCH_ORDER)
    if given is None or "name" not in given:
        client.findings.append(
            Finding(node, "FM533", "Get the deployed task by its name: flyte.remote.Task.get(name, version=...).")
        )
        return
    known = name_in_project(view, given["name"].value)
    args = [argument(cst.SimpleString(f'"{known}"') if known else given["name"].value)]
    args += [argument(given[name].value, name) for name in ("project", "domain") if name in given]
    args.append(
        argument(given["version"].value, "version") if "version" in given else argument('"latest"', "auto_version")
    )
    made = call(f"{view.local_name('flyte.remote:')}.Task.get", args, room=76)
    _edit(client, node, code(made), lambda updated: made)
    if not known:
        message = f"{code(given['name'].value)} is its Flyte 1 name; in Flyte 2 it is <environment>.<function>."
        client.notes.append(Finding(node, "FM520", message))


def _execute(view: FileView, client: _Client, node: cst.Call) -> None:
    """``remote.execute(main, inputs={"x": 1})`` → ``flyte.run(main, x=1)`` (REF-07)."""
    given = arguments(node, _EXECUTE_ORDER)
    entity = given.get("entity") if given is not None else None
    statement = isinstance(view.parent(node), cst.Expr) or _assigned_name(view, node) != ""
    waits = given is not None and "wait" in given and literal(given["wait"].value) is not False
    if (
        given is None
        or entity is None
        or not _runs(view, entity.value)
        or (waits and not (statement and literal(given["wait"].value) is True))
    ):
        client.findings.append(
            Finding(node, "FM531", "Run the task itself: run = flyte.run(task, **inputs), then run.wait().")
        )
        return
    unknown = set(given) - {"entity", "inputs", "wait", *_RUN_OPTIONS}
    if unknown:
        client.findings.append(
            Finding(node, "FM531", f"{', '.join(sorted(unknown))}: flyte.with_runcontext has no such option.")
        )
        return
    options = [argument(given[old].value, new) for old, new in _RUN_OPTIONS.items() if old in given]
    run = (
        f"{code(call(view.local_name('flyte:with_runcontext'), options))}.run"
        if options
        else view.local_name("flyte:run")
    )
    inputs = _inputs(given["inputs"].value) if "inputs" in given else []
    text = code(call(run, [argument(entity.value), *inputs], room=10_000))
    name = _assigned_name(view, node)

    def build(updated: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(updated, cst.Call)
        parts = dict(zip(node.args, updated.args, strict=True))
        passed = _inputs(parts[given["inputs"]].value) if "inputs" in given else []
        args = [argument(parts[entity].value), *passed]
        return call(run, args, room=80)

    _edit(client, node, text, build)
    _execution(view, client, node, view.task_of(entity.value))
    if waits:
        line = view.statement(node)
        client.edits.append((line, lambda updated: _waited(updated, name)))


def _assigned_name(view: FileView, node: cst.CSTNode) -> str:
    """The variable that a call alone is assigned to, if any."""
    small = view.parent(node)
    line = view.parent(small) if small is not None else None
    if not isinstance(small, cst.Assign) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return ""
    target = small.targets[0].target
    return target.value if isinstance(target, cst.Name) and len(small.targets) == 1 else ""


def _waited(updated: cst.CSTNode, name: str) -> list[cst.CSTNode]:
    """The run and the statement that waits for it."""
    assert isinstance(updated, cst.SimpleStatementLine)
    if name:
        return [updated, cst.parse_statement(f"{name}.wait()")]
    small = updated.body[0]
    assert isinstance(small, cst.Expr)
    wait = cst.Call(cst.Attribute(small.value, cst.Name("wait")))
    return [updated.with_changes(body=[small.with_changes(value=wait)])]


def _runs(view: FileView, entity: cst.BaseExpression) -> bool:
    """Whether an entity is a task of the project, or one that was fetched."""
    task = view.task_of(entity)
    if task is not None:
        return task.qualified in view.environments.of_task
    behind = follow(view, entity)
    return (
        isinstance(behind, cst.Call) and isinstance(behind.func, cst.Attribute) and behind.func.attr.value in _FETCHES
    )


def _inputs(node: cst.BaseExpression) -> list[cst.Arg]:
    """Keyword arguments for a dictionary of inputs."""
    if isinstance(node, cst.Dict):
        keys = [string_value(e.key) if isinstance(e, cst.DictElement) else None for e in node.elements]
        if all(key is not None and key.isidentifier() for key in keys):
            return [argument(e.value, key) for e, key in zip(node.elements, keys, strict=True)]
    return [cst.Arg(node, star="**")]


# -- executions --------------------------------------------------------------------------------------------------------


def _execution(view: FileView, client: _Client, node: cst.Call, task: Task | None) -> None:
    """Record what becomes of the attributes of the variable that holds an execution (REF-10)."""
    parent = view.parent(node)
    if isinstance(parent, cst.Attribute):
        message = f"Assign the run to a variable; {code(parent.attr)} of a run is another thing in Flyte 2."
        client.findings.append(Finding(node, "FM531", message))
    if not isinstance(parent, cst.Assign) or len(parent.targets) > 1:
        return
    target = parent.targets[0].target
    scope = view.scope_at[target].owner(target.value) if isinstance(target, cst.Name) else None
    if not isinstance(target, cst.Name) or scope is None or not _holds_executions(scope.bindings[target.value]):
        message = f"What is done with {code(target)} can't be told; a run has name, url, done(), wait() and outputs()."
        client.findings.append(Finding(node, "FM532", message))
        return
    known = next((n for n, (name, owner, _) in enumerate(client.runs) if (name, owner) == (target.value, scope)), None)
    if known is None:
        client.runs.append((target.value, scope, task))
    elif task is not None and client.runs[known][2] is None:
        client.runs[known] = (target.value, scope, task)


def _holds_executions(bindings: Sequence[Binding]) -> bool:
    """Whether a variable is bound to executions only: what a client gives back."""
    methods = [b.value.func for b in bindings if isinstance(b.value, cst.Call)]
    return len(methods) == len(bindings) and all(
        isinstance(m, cst.Attribute) and m.attr.value in _GIVE_EXECUTIONS for m in methods
    )


def _members(view: FileView, client: _Client) -> None:
    """Record what becomes of the attributes of all executions."""
    for name, scope, task in client.runs:
        for use in view.uses_of(name, scope):
            attribute = view.parent(use)
            if isinstance(attribute, cst.Attribute):
                _member(view, client, attribute, task)


def _member(view: FileView, client: _Client, attribute: cst.Attribute, task: Task | None) -> None:
    name, above = attribute.attr.value, view.parent(attribute)
    run = code(attribute.value)
    if name == "is_done":
        _edit(client, attribute, f"{run}.done()", lambda updated: cst.parse_expression(f"{run}.done()"))
    elif name == "id" and isinstance(above, cst.Attribute) and above.attr.value == "name":
        _edit(client, above, f"{run}.name", lambda updated: cst.parse_expression(f"{run}.name"))
    elif name == "outputs" and isinstance(above, cst.Subscript) and (place := _place(above, task)) is not None:
        _edit(
            client,
            above,
            f"{run}.outputs()[{place}]",
            lambda updated: cst.parse_expression(f"{run}.outputs()[{place}]"),
        )
    elif name == "execution_url":
        _edit(client, attribute, f"{run}.url", lambda updated: cst.parse_expression(f"{run}.url"))
    elif name == "sync":
        client.findings.append(
            Finding(attribute, "FM533", f"Run.sync() fetches nothing: {run} = flyte.remote.Run.get({run}.name).")
        )
    elif name != "wait":
        message = f"{code(attribute)} is gone; a run has name, url, phase, done(), outputs() and abort()."
        client.findings.append(Finding(attribute, "FM532", message))


def _place(node: cst.Subscript, task: Task | None) -> int | None:
    """The position of an output by its v1 name."""
    item = node.slice[0].slice if len(node.slice) == 1 else None
    key = string_value(item.value) if isinstance(item, cst.Index) else None
    outputs = task.outputs if task is not None else None
    if key is None:
        return None
    if outputs is not None:
        return outputs.position(key)
    match = _NUMBERED.fullmatch(key)
    return int(match[1]) if match else None


@on_symbol("flytekit.Config", "flytekit.configuration.PlatformConfig")
def report_configuration(view: FileView, reference: Reference) -> Iterator[Item]:
    """Configuration objects that are not part of a client's constructor."""
    node = view.parent(reference.chain)
    if any(isinstance(a, cst.Call) and callee(view, a).startswith(_CLIENTS) for a in view.ancestors(reference.node)):
        return
    shown: cst.CSTNode = node if isinstance(node, cst.Call) else reference.chain
    bound = _bound(view, shown)
    if bound is not None and _only_configures(view, bound[1], bound[2]):
        lines = [*bound[0].leading_lines, *(cst.EmptyLine(comment=c) for c in [_behind(bound[0])] if c is not None)]
        yield Replace(bound[0], lambda updated: only_lines(lines) if lines else None)
        return
    if not isinstance(node, cst.Annotation):
        yield Finding(
            shown,
            "FM534",
            "flyte.init(endpoint=..., project=..., domain=...) or flyte.init_from_config(path) takes what this held.",
        )


def _behind(line: cst.SimpleStatementLine) -> cst.Comment | None:
    return line.trailing_whitespace.comment


def _only_configures(view: FileView, name: str, scope: Scope) -> bool:
    """Whether a configuration is given to clients that are all converted, and to nothing else."""
    uses = view.uses_of(name, scope)
    for use in uses:
        arg = view.parent(use)
        node = view.parent(arg) if isinstance(arg, cst.Arg) else None
        if isinstance(node, cst.Call) and callee(view, node) == _CONFIG:
            outer = _bound(view, node)
            if outer is not None and _only_configures(view, outer[1], outer[2]):
                continue
            arg = view.parent(node)
            node = view.parent(arg) if isinstance(arg, cst.Arg) else None
        if not isinstance(node, cst.Call) or not callee(view, node).startswith(_CLIENTS):
            return False
        client = _traced(view, node)
        if client is None or client.findings or _initialised(view, node, ()) is None:
            return False
    return bool(uses)


@on_symbol(
    "flytekit.remote.FlyteWorkflowExecution",
    "flytekit.remote.FlyteTask",
    "flytekit.remote.FlyteWorkflow",
    "flytekit.remote.FlyteLaunchPlan",
)
def report_entity(view: FileView, reference: Reference) -> Iterator[Item]:
    """The classes of what a client fetches, in annotations and ``isinstance``."""
    shown = "flyte.remote.Run" if reference.name.endswith("Execution") else "flyte.remote.Task"
    yield Finding(reference.chain, "FM532", f"The counterpart of {reference.name.rpartition('.')[2]} is {shown}.")


@on_file
def report_clients_of_other_modules(view: FileView) -> Iterator[Item]:
    """Uses of a client that another module makes and keeps: it does not know the tasks of Flyte 2."""
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        if node.attr.value not in _OF_A_CLIENT or not isinstance(node.value, cst.Name):
            continue
        if node.attr.value == "execute" and not _has_inputs(view.parent(node)):
            continue  # databases have that method, too
        maker = next((m for b in view.bindings(node.value) if (m := _maker(view, b))), None)
        if maker is not None:
            instead = _INSTEAD.get(node.attr.value, "flyte.run(task, ...) and flyte.remote")
            yield Finding(
                node, "FM530", f"{node.value.value} is the client of Flyte 1 that {maker} makes; write {instead}."
            )


#: Methods that nothing but a client has.
_OF_A_CLIENT = (_FETCHES | _INSTEAD.keys() | {"execute", "sync_execution", "fetch_execution"}) - {"approve", "reject"}


def _has_inputs(call: cst.CSTNode | None) -> bool:
    return isinstance(call, cst.Call) and any(a.keyword is not None and a.keyword.value == "inputs" for a in call.args)


def _maker(view: FileView, binding: Binding) -> str | None:
    """The module of the project that uses FlyteRemote and gives a name its value: by a function, or as a variable."""
    if binding.kind == "import":
        name: str | None = binding.target
    elif binding.kind == "assign" and isinstance(binding.value, cst.Call):
        name = view.qualified(binding.value.func)
    else:
        return None
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.module is view.facts or (definition.function or definition.variable) is None:
        return None
    uses = (use.name.rpartition(".")[2] for use in definition.module.uses)
    return definition.module.module if "FlyteRemote" in uses or "UnionRemote" in uses else None
