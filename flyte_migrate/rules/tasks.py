"""``@task``, ``@dynamic``, ``@workflow``, ``@eager`` → ``@env.task`` and its arguments (IMP-01…03, CFG-10…24).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import libcst as cst

from flyte_migrate.project.environments import ENVIRONMENT_KEYWORDS
from flyte_migrate.project.facts import Function
from flyte_migrate.project.link import ROLES, ProjectIndex, Task
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, parsed
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol, on_task
from flyte_migrate.rules.artifacts import artifact_arguments
from flyte_migrate.rules.cache import CACHE_KEYWORDS, cache_argument, cache_findings
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    Comments,
    argument_comments,
    arguments,
    callee,
    commented_call,
    constant,
    follow,
    layout_comments,
    literal,
    lost_comments,
    relaid,
)
from flyte_migrate.rules.decks import report_arguments
from flyte_migrate.rules.decorators import PARTIAL, decorator_arguments, decorator_calls
from flyte_migrate.rules.images import image_findings
from flyte_migrate.rules.launch_plans import trigger_arguments
from flyte_migrate.rules.plugins import is_pod, plugin_findings, pod_template
from flyte_migrate.rules.resources import environment_variables_findings, resources_findings

_KEPT = frozenset({"retries", "timeout", "interruptible", "pod_template"})
#: Arguments without a place in v2 (CFG-20), and what to say about each.
_DROPPED = {
    "execution_mode": "FM104",
    "node_dependency_hints": "FM104",
    "task_resolver": "FM104",
    "pickle_untyped": "FM104",
    "deprecated": "FM106",
    "deck_fields": "FM410",
    "default_options": "FM504",
}
#: Arguments that other rules read and report.
_ELSEWHERE = frozenset(
    {
        "on_failure",
        "failure_policy",
        "remote",
        "client_secret_group",
        "client_secret_key",
        "client_secret_env_var",
        "local_entrypoint",
    }
)
_DOCUMENTATION = "flytekit.Documentation"
_DESCRIPTION = "flytekit.Description"


@on_task
def convert_decorator(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    """Point the decorator at the task's environment and keep the arguments that belong to the task."""
    task = definition.task
    code_ = view.environments.blocked.get(task.qualified)
    if code_:
        applied = definition.decorator not in view.parents
        yield Finding(definition.node if applied else definition.decorator, code_, _blocked_message(task, code_))
        return
    ref = view.environments.of_task.get(task.qualified)
    if ref is None:
        return
    originals = decorator_arguments(view, definition)
    anchor = definition.decorator if definition.decorator in view.parents else definition.node
    for finding in _findings(view, definition, originals):
        # An argument of a helper is reported at the task: the helper may be in another file, and goes.
        inside = any(a is definition.decorator for a in view.ancestors(finding.node))
        yield finding if inside else replace(finding, node=anchor)
    yield from _placement(view, definition)
    variable = view.environment(*ref)
    decorator = definition.decorator
    configures = _configures_environment(view, definition)

    def build(updated: cst.Decorator) -> cst.Decorator:
        rebuilt = _rebuilt(decorator.decorator, updated.decorator, originals)
        args = [
            *task_arguments(view, rebuilt, originals),
            *report_arguments(view, definition),
            *artifact_arguments(view, definition),
            *trigger_arguments(view, definition),
        ]
        expression = _decorate(variable, args, decorator.decorator)
        moved = [originals[k] for k in ENVIRONMENT_KEYWORDS if k in originals] if configures else []
        # Without the commas, whose whitespace holds comments of the arguments that follow.
        taken = [*(a.value for a in moved), *_layout_of(decorator.decorator, moved)]
        lost = lost_comments([decorator.decorator], [expression, *taken])
        lines = [cst.EmptyLine(comment=cst.Comment(text)) for text in lost]
        return updated.with_changes(decorator=expression, leading_lines=[*updated.leading_lines, *lines])

    if decorator in view.parents:
        yield Replace(decorator, build)
        return
    # `name = task(function)`: the decorator goes above the function; another name stays as an alias.
    call = view.applied_decorator(task)
    yield Replace(
        definition.node, lambda updated: updated.with_changes(decorators=[build(decorator), *updated.decorators])
    )
    line = view.statement(call) if call is not None else None
    if call is not None and line is not None:
        assign = view.parent(call)
        same = isinstance(assign, cst.Assign) and code(assign.targets[0].target) == task.name
        if same and next(layout_comments([line]), None) is None:
            yield Replace(line, lambda updated: None)
        else:
            yield Replace(call, lambda updated: updated.args[0].value)


def _configures_environment(view: FileView, definition: TaskDefinition) -> bool:
    """Whether the environment is written from this task's arguments, so that it takes their comments, too."""
    environments = view.environments.by_module.get(view.facts.module, ())
    return any(e.source == definition.task.qualified and e.config for e in environments)


def _layout_of(expression: cst.BaseExpression, moved: list[cst.Arg]) -> list[cst.CSTNode]:
    """The comments around arguments that move to the environment, as a node to count them by."""
    if not isinstance(expression, cst.Call):
        return []
    names = {a.keyword.value for a in moved if a.keyword is not None}
    texts = [
        c
        for k, comments in argument_comments(expression).items()
        if k in names
        for c in (*comments.above, comments.behind)
    ]
    return [cst.EmptyLine(comment=cst.Comment(text)) for text in texts if text]


def _rebuilt(
    original: cst.BaseExpression, updated: cst.BaseExpression, originals: Mapping[str, cst.Arg]
) -> dict[str, cst.Arg]:
    """The arguments with the edits below them applied: those of the decorator's own call, the others as they are."""
    pairs: dict[int, cst.Arg] = {}
    if isinstance(original, cst.Call) and isinstance(updated, cst.Call):
        pairs = {id(a): b for a, b in zip(original.args, updated.args, strict=True)}
    return {k: pairs.get(id(a), a) for k, a in originals.items()}


def _decorate(variable: str, args: list[cst.Arg], before: cst.BaseExpression) -> cst.BaseExpression:
    target = parsed(f"{variable}.task")
    if not args:
        return target
    comments: dict[str, Comments] = {}
    if isinstance(before, cst.Call):
        kept = {a.keyword.value for a in args if a.keyword is not None}
        renamed = {
            "cache_version": "cache",
            "enable_deck": "report",
            "disable_deck": "report",
            "pod_template_name": "pod_template",
        }
        for key, found in argument_comments(before).items():
            name = renamed.get(key, key)
            if name in kept and name not in comments:
                comments[name] = found
    if any("\n" in code(a.value) for a in args):
        # Over several lines, an argument stands on lines of its own.
        args = [
            a.with_changes(value=relaid(a.value, "    "))
            if isinstance(a.value, cst.Call) and "\n" in code(a.value)
            else a
            for a in args
        ]
        return commented_call(target, args, comments, room=0)
    return commented_call(target, args, comments, room=87)


def task_arguments(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The v2 task arguments for v1 ones (environment-level ones are left to the environment)."""
    found: list[cst.Arg] = []
    template = _template_argument(view, args, originals)
    for keyword, arg in args.items():
        if keyword in ("pod_template", "pod_template_name", "labels", "annotations", "task_config"):
            if template is not None:
                found.append(template)
                template = None
        elif keyword in ENVIRONMENT_KEYWORDS or (keyword == "retries" and literal(arg.value) == 0):
            continue
        elif keyword in _KEPT:
            found.append(_plain(arg))
        elif keyword == "cache":
            found += cache_argument(view, args, originals)
        elif keyword == "enable_deck" and literal(arg.value) is not False:
            found.append(argument(arg.value, "report"))
        elif keyword == "disable_deck" and literal(arg.value) is not True:
            value = cst.Name("True") if literal(arg.value) is False else cst.UnaryOperation(cst.Not(), arg.value)
            found.append(argument(value, "report"))
        elif (
            keyword == "docs"
            and not isinstance(arg.value, cst.Call)
            and callee(view, follow(view, arg.value)) == _DOCUMENTATION
        ):
            found.append(_plain(arg))  # a variable, converted where it is defined
        elif keyword == "docs":
            description = _description(view, originals["docs"].value)
            if description is not None:
                found.append(argument(_documentation(view, description), "docs"))
    return found


def _plain(arg: cst.Arg) -> cst.Arg:
    assert arg.keyword is not None
    return argument(arg.value, arg.keyword.value)


# -- pod templates -----------------------------------------------------------------------------------------------------


def _template_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> cst.Arg | None:
    """``pod_template=`` from the template, its name, the labels and annotations (CFG-14, 15, 20), or a Pod
    configuration (PLG-18).
    """
    template = args.get("pod_template") or args.get("pod_template_name")
    config = originals.get("task_config")
    if template is None and config is not None and is_pod(view, config.value):
        return argument(pod_template(view, config.value), "pod_template")
    if template is not None:
        return argument(template.value, "pod_template")
    metadata = [argument(args[k].value, k) for k in ("labels", "annotations") if k in args]
    if not metadata:
        return None
    return argument(
        commented_call(view.local_name("flyte:PodTemplate"), metadata, {}, room=70, indent="    "), "pod_template"
    )


# -- documentation -----------------------------------------------------------------------------------------------------


def _description(view: FileView, value: cst.BaseExpression) -> str | None:
    """The one description for a v1 ``Documentation(...)``, None where it can't be read (CFG-17)."""
    behind = follow(view, value)
    given = (
        arguments(behind, ("short_description", "long_description", "source_code"))
        if isinstance(behind, cst.Call)
        else None
    )
    if given is None or callee(view, behind) != _DOCUMENTATION:
        return None
    short = constant(view, given["short_description"].value) if "short_description" in given else ""
    long: Any = ""
    if "long_description" in given:
        inner = follow(view, given["long_description"].value)
        fields = (
            arguments(inner, ("value",))
            if isinstance(inner, cst.Call) and callee(view, inner) == _DESCRIPTION
            else None
        )
        long = UNKNOWN if fields is None else constant(view, fields["value"].value) if "value" in fields else ""
    if not isinstance(short, str) or not isinstance(long, str):
        return None
    short, long = short.strip(), long.strip()
    return f"{short}\n\n{long}" if short and long else short or long


def _documentation(view: FileView, description: str) -> cst.BaseExpression:
    text = (
        "'" + description.replace("\\", "\\\\").replace("'", "\\'") + "'" if '"' in description else f'"{description}"'
    )
    text = text.replace("\n", "\\n") if "\\" not in description else repr(description)
    return cst.Call(view.ref("flyte:Documentation"), [argument(text, "description")])


@on_symbol(_DOCUMENTATION)
def convert_documentation(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Documentation(...)`` in a variable becomes ``flyte.Documentation(description=...)`` in place."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        return
    if any(isinstance(a, cst.Decorator) for a in view.ancestors(node)):
        return
    description = _description(view, node)
    if description is not None:
        yield Replace(node, lambda updated: _documentation(view, description))


# -- findings ----------------------------------------------------------------------------------------------------------


def _findings(view: FileView, definition: TaskDefinition, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    yield from cache_findings(view, definition, args)
    if _configures_environment(view, definition) or definition.task.qualified not in view.environments.of_task:
        yield from resources_findings(view, args)
    yield from environment_variables_findings(view, args)
    yield from image_findings(view, args)
    yield from plugin_findings(view, args)
    name = definition.task.name
    known = _KEPT | set(ENVIRONMENT_KEYWORDS) | CACHE_KEYWORDS | _ELSEWHERE | set(_DROPPED)
    known |= {"pod_template_name", "enable_deck", "disable_deck", "docs", "labels", "annotations"}
    for keyword, arg in args.items():
        code_ = _DROPPED.get(keyword, "")
        if keyword == "deprecated":
            yield Finding(arg, code_, f"{name} was marked deprecated ({code(arg.value)}); Flyte 2 has no place for it.")
        elif keyword == "deck_fields":
            yield Finding(
                arg, code_, f"deck_fields was dropped: the report of {name} shows what the task itself logs to it."
            )
        elif keyword == "default_options":
            yield Finding(
                arg,
                code_,
                f"default_options={code(arg.value)} was left out; set them for the run: flyte.with_runcontext(...).",
            )
        elif keyword == "node_dependency_hints" or (keyword == "pickle_untyped" and literal(arg.value) is False):
            continue  # hints for the compiler and the default: nothing is lost
        elif code_:
            yield Finding(
                arg, code_, f"{keyword}={code(arg.value)} has no counterpart on a Flyte 2 task and was left out."
            )
        elif keyword not in known:
            yield Finding(
                arg, "FM100", f"{keyword}={code(arg.value)} is not an argument of a Flyte 1 task and was left out."
            )
    yield from _timeout(view, args.get("timeout"))
    yield from _template_findings(view, args)
    yield from _documentation_findings(view, args.get("docs"))
    if "retries" in args and literal(args["retries"].value) != 0 and _first_with_retries(view, definition):
        yield Finding(
            args["retries"],
            "FM101",
            "retries: Flyte 2 retries on every exception except flyte.errors.NonRecoverableError, in local runs too.",
        )


def _first_with_retries(view: FileView, definition: TaskDefinition) -> bool:
    first = next(
        (d for d in view.tasks if d.task.role != "v2" and (a := d.task.argument("retries")) and a.text != "0"), None
    )
    return first is definition


def _timeout(view: FileView, arg: cst.Arg | None) -> Iterator[Finding]:
    value = constant(view, arg.value) if arg is not None else UNKNOWN
    if arg is not None and value is not UNKNOWN and (not isinstance(value, int) or isinstance(value, bool)):
        yield Finding(arg, "FM108", f"timeout={code(arg.value)} must be an int of seconds or a timedelta.")


def _template_findings(view: FileView, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    present = (
        "pod_template" in args
        or "pod_template_name" in args
        or ("task_config" in args and is_pod(view, args["task_config"].value))
    )
    for keyword in ("labels", "annotations"):
        if present and keyword in args:
            yield Finding(
                args[keyword],
                "FM105",
                f"{keyword}={code(args[keyword].value)} was left out; add it to the task's flyte.PodTemplate.",
            )
    if "pod_template" in args and "pod_template_name" in args:
        yield Finding(
            args["pod_template_name"],
            "FM105",
            "A task has one pod template in Flyte 2; pod_template_name was left out.",
        )


def _documentation_findings(view: FileView, arg: cst.Arg | None) -> Iterator[Finding]:
    if arg is None:
        return
    behind = follow(view, arg.value)
    given = (
        arguments(behind, ("short_description", "long_description", "source_code"))
        if isinstance(behind, cst.Call)
        else None
    )
    if _description(view, arg.value) is None:
        yield Finding(
            arg,
            "FM107",
            "The documentation can't be read here, so docs was left out; write "
            "docs=flyte.Documentation(description=...).",
        )
    elif given is not None and set(given) - {"short_description"}:
        yield Finding(
            arg,
            "FM107",
            "Documentation holds one description: the short and long ones were joined, a source link dropped.",
        )


def _blocked_message(task: Task, code_: str) -> str:
    if code_ == "FM109":
        return (
            f"The arguments of {task.name} are unpacked from a value that is built at run time; "
            "divide them between a flyte.TaskEnvironment and @env.task."
        )
    return f"{task.name} keeps its Flyte 1 decorator: its task_config can't be converted to one of Flyte 2."


# -- where and how a task is defined -----------------------------------------------------------------------------------


def _is_alternative(view: FileView, node: cst.FunctionDef) -> bool:
    """Whether every other definition of a function's name stands in another branch, so that one of them is executed."""
    branches = _branches(view, node)
    scope = view.scope_of[node].parent
    bound = scope.lookup(node.name.value) if scope is not None else ()
    others = [b.node for b in bound if isinstance(b.node, cst.FunctionDef) and b.node is not node]
    return bool(others) and all(
        any(
            owner in (theirs := _branches(view, other)) and theirs[owner] is not branch
            for owner, branch in branches.items()
        )
        for other in others
    )


def _branches(view: FileView, node: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """The ``if`` statements around a node, outermost ones included, with the branch in which it stands."""
    found: dict[cst.CSTNode, cst.CSTNode] = {}
    inner = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.If) and inner is not ancestor.test:
            found[ancestor] = inner
        inner = ancestor
    return found


def _placement(view: FileView, definition: TaskDefinition) -> Iterator[Item]:
    task, node = definition.task, definition.node
    yield from _stack(view, definition)
    enclosing = task.function.enclosing
    if "#" in task.function.key and not _is_alternative(view, node):
        yield Finding(
            node,
            "FM183",
            f"Another task of this module is called {task.name}, too: the later one replaces the earlier; rename one.",
        )
    if not enclosing:
        return
    owner = view.parent(view.parent(node) or node)
    if isinstance(owner, cst.ClassDef):
        if not any(code(d.decorator) == "staticmethod" for d in node.decorators):
            yield Finding(
                node,
                "FM174",
                f"{task.name} is a method, so self would be an input; make it a static method or a function.",
            )
    elif not _is_test(view, node) and not task.wraps_another:
        yield Finding(
            node,
            "FM173",
            f"{task.name} is defined inside a function and can't be loaded by name on a cluster; move it to "
            "the top level.",
        )


def _is_test(view: FileView, node: cst.CSTNode) -> bool:
    """Tests define tasks inside functions and run them locally, which works (WF-40)."""
    name = view.facts.module.rpartition(".")[2]
    functions = [a.name.value for a in view.ancestors(node) if isinstance(a, cst.FunctionDef)]
    return (
        name.startswith("test_")
        or name.endswith("_test")
        or name == "conftest"
        or any(f.startswith("test") for f in functions)
    )


def _stack(view: FileView, definition: TaskDefinition) -> Iterator[Finding]:
    """User decorators above the task decorator, and those below it that hide the signature (WF-42, WF-43)."""
    name = definition.task.name
    position = definition.task.decorator
    for number, decorator in enumerate(definition.node.decorators):
        expression = decorator.decorator
        function = expression.func if isinstance(expression, cst.Call) else expression
        text = code(function)
        known = view.canonical(function)
        if known.split(".")[0] in ("flytekit", "flytekitplugins", "union") or number == position:
            continue
        if number < position:
            if text not in ("staticmethod", "typing.no_type_check", "no_type_check", "pytest.fixture"):
                yield Finding(
                    decorator,
                    "FM175",
                    f"@{text} above the task decorator makes {name} a plain function again; put it below the "
                    "task decorator.",
                )
        elif _hides_signature(view, known):
            yield Finding(
                decorator,
                "FM176",
                f"@{text} does not use functools.wraps, so {name} would have *args and **kwargs as its inputs.",
            )


def _hides_signature(view: FileView, qualified: str) -> bool:
    """Whether a decorator of the project returns an inner function that is not wrapped with functools.wraps."""
    found = view.index.definition(qualified, view.facts.module) if qualified else None
    if found is None or found.function is None:
        return False
    inner = [
        f
        for f in found.module.functions
        if f.enclosing == found.function.key or f.enclosing.startswith(f"{found.function.key}.")
    ]
    variadic = [f for f in inner if any(p.kind in ("var_positional", "var_keyword") for p in f.parameters)]
    return bool(variadic) and not any(
        d.name in ("functools.wraps", "functools.update_wrapper") for f in inner for d in f.decorators
    )


# -- helpers that only bound arguments ---------------------------------------------------------------------------------


@on_file
def drop_partials(view: FileView) -> Iterator[Item]:
    """``gpu_task = partial(task, …)`` and shared dictionaries of arguments go once each decorator spells its own."""
    helpers: dict[cst.SimpleStatementLine | cst.FunctionDef, str] = {}
    names = {use.value for d in view.tasks for use in _helper_names(view, d.decorator.decorator)} | _shared_helpers(
        view
    )
    for name in names:
        for binding in view.module_scope.bindings.get(name, ()):
            statement = binding.node if binding.kind == "def" else view.parent(binding.node)
            if binding.kind not in ("assign", "def") or view.parent(statement or view.tree) is not view.tree:
                continue
            if isinstance(statement, cst.FunctionDef) or (
                isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
            ):
                helpers[statement] = name
    for statement, name in helpers.items():
        if _only_decorates(view, name) and next(layout_comments([statement]), None) is None:
            yield Replace(statement, lambda updated: None)


def _shared_helpers(view: FileView) -> set[str]:
    """Helpers of this module that decorators of other modules use."""
    candidates = {
        v.name
        for v in view.facts.variables
        if v.entries
        or view.index.canonical(v.call, view.facts.module) == PARTIAL
        or view.index.canonical(v.alias, view.facts.module) in ROLES
    }
    candidates |= {f.name for f in view.facts.functions if makes_tasks(view.index, view.facts.module, f)}
    exported = {n for n in candidates if f"{view.facts.module}.{n}" in view.index.imported_names}
    found: set[str] = set()
    for module in view.index.modules.values() if exported else ():
        for function in module.functions:
            for decorator in function.decorators:
                for used in (decorator.name, *(a.resolved for a in decorator.arguments if a.keyword == "**")):
                    target = view.index.definition(used, module.module) if used.rpartition(".")[2] in exported else None
                    if target is not None and target.module is view.facts:
                        found.add(target.name)
    return found


def _helper_names(view: FileView, expression: cst.BaseExpression) -> Iterator[cst.Name]:
    """The names in a decorator that stand for a ``partial`` of a role, or for a dictionary that is unpacked."""
    calls = decorator_calls(view, expression)
    heads: list[cst.BaseExpression] = [expression, *(c.func for c in calls)]
    heads += [c.args[0].value for c in calls if callee(view, c) == PARTIAL and c.args]
    heads += [a.value for c in calls for a in c.args if a.star == "**"]
    for head in heads:
        if isinstance(head, cst.Name) and head in view.scope_at and view.canonical(head) != PARTIAL:
            yield head


def _makes_what_goes(view: FileView, reference: Reference) -> bool:
    """Whether a decorator is called in a helper that only makes decorators, all of which are spelled out."""
    outer = view.top_statement(reference.chain)
    if not isinstance(outer, cst.FunctionDef):
        return False
    fact = next((f for f in view.facts.functions if f.key == outer.name.value), None)
    return (
        fact is not None
        and makes_tasks(view.index, view.facts.module, fact)
        and _only_decorates(view, fact.name)
        and next(layout_comments([outer]), None) is None
    )


def makes_tasks(index: ProjectIndex, module: str, function: Function) -> bool:
    """Whether a function does nothing but make task decorators, or tasks of functions."""
    return function.maker is not None and index.canonical(function.maker.decorator.name, module) in ROLES


def _only_decorates(view: FileView, name: str) -> bool:
    """Whether a module-level helper is read by decorators of converted tasks (or other helpers) alone, in the whole
    project.
    """
    if name in view.facts.string_all or len(view.module_scope.bindings.get(name, ())) != 1:
        return False
    qualified = f"{view.facts.module}.{name}"
    if qualified in view.index.needed_by_others:
        return False
    own = view.index.definition(qualified)
    for mention in view.index.mentions.get(name, ()):
        if mention.module == view.facts.module:
            continue
        if not mention.in_function or view.index.definition(mention.name, mention.module) == own:
            return False
    for use in view.uses_of(name, view.module_scope):
        decorator = next((a for a in view.ancestors(use) if isinstance(a, cst.Decorator)), None)
        if any(b.node in view.ancestors(use) for b in view.module_scope.bindings[name] if b.kind == "def"):
            continue  # `partial(helper, …)` in the helper
        if decorator is None:
            statement = view.statement(use)
            helper = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
            if not (
                isinstance(helper, cst.Assign)
                and isinstance(helper.value, cst.Call)
                and callee(view, helper.value) == PARTIAL
            ):
                return False
            target = helper.targets[0].target
            if not isinstance(target, cst.Name) or not _only_decorates(view, target.value):
                return False
            continue
        function_node = view.parent(decorator)
        definition = view.definition_of(function_node) if isinstance(function_node, cst.FunctionDef) else None
        if definition is None or definition.task.qualified in view.environments.blocked:
            return False
    return True


# -- attributes of a task ----------------------------------------------------------------------------------------------

_ATTRIBUTES = {
    "__name__": "func.__name__",
    "__wrapped__": "func",
    "task_function": "func",
    "_workflow_function": "func",
}
_GONE = frozenset(
    {
        "metadata",
        "python_interface",
        "task_config",
        "container_image",
        "task_type",
        "execute",
        "dispatch_execute",
        "compile",
    }
    | {
        "get_container",
        "get_k8s_pod",
        "get_custom",
        "get_config",
        "_task_function",
        "instantiated_in",
        "lhs",
        "on_failure",
        "nodes",
        "output_bindings",
        "workflow_metadata",
        "local_execute",
        "construct_node_metadata",
    }
)


@on_file
def convert_task_attributes(view: FileView) -> Iterator[Item]:
    """``t.__name__`` → ``t.func.__name__`` and ``t.__wrapped__`` → ``t.func``; others are reported (WF-19)."""
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        name = node.attr.value
        if name not in _ATTRIBUTES and name not in _GONE and name != "name":
            continue
        task = view.task_of(node.value)
        if task is None or task.qualified not in view.environments.of_task or task.role == "v2":
            continue
        parent = view.parent(node)
        called = isinstance(parent, cst.Call) and parent.func is node
        if name in _ATTRIBUTES or (name == "execute" and called and not task.factory):
            path = _ATTRIBUTES.get(name, "func").split(".")

            def build(updated: cst.Attribute, path: list[str] = path) -> cst.BaseExpression:
                value = updated.value
                for part in path:
                    value = cst.Attribute(value, cst.Name(part))
                return value

            yield Replace(node, build)
        elif name == "name":
            yield Finding(node, "FM103", f"{code(node)} is now <environment>.{task.name}, not <module>.{task.name}.")
        else:
            yield Finding(
                node, "FM179", f"A Flyte 2 task has no attribute {name}; its function is {code(node.value)}.func."
            )


# -- decorators that are called otherwise ------------------------------------------------------------------------------


@on_symbol(*ROLES)
def report_other_uses(view: FileView, reference: Reference) -> Iterator[Item]:
    """``t = task(function)``, functions that make tasks, and other uses of a decorator than above a function (WF-44,
    DEP-06).
    """
    if reference.rest:
        return
    name = reference.name.rpartition(".")[2]
    expression: cst.CSTNode = reference.chain
    for ancestor in view.ancestors(reference.chain):
        if isinstance(ancestor, cst.Decorator):
            return  # above a function: converted, or left with a finding of its own
        if isinstance(ancestor, cst.Assign) and ancestor.value is reference.chain:
            aliases = [t.target for t in ancestor.targets]
            if all(isinstance(a, cst.Name) and _only_decorates(view, a.value) for a in aliases):
                return  # another name for it that goes
        if isinstance(ancestor, cst.Call) and callee(view, ancestor) == PARTIAL:
            if not isinstance(view.parent(ancestor), cst.Assign):
                continue
            target = view.parent(ancestor)
            assert isinstance(target, cst.Assign)
            if isinstance(target.targets[0].target, cst.Name) and _only_decorates(view, target.targets[0].target.value):
                return  # a helper that goes
        if isinstance(ancestor, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
            break
        expression = ancestor
    if any(d.decorator not in view.parents and reference.chain in walk(d.decorator.decorator) for d in view.tasks):
        return  # of `name = task(function)`
    function = view.function_of(reference.chain)
    if function is not None and _makes_what_goes(view, reference):
        return
    statement = view.statement(reference.chain)
    assigned = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    yield Covered(reference.node)
    if function is not None:
        message = (
            f"{function.name.value} makes tasks with {name}(...): Flyte 2 loads a task as a function of a module; "
            "decorate each with @env.task."
        )
        yield Finding(reference.chain, "FM177", message)
    elif (
        isinstance(assigned, cst.Assign)
        and isinstance(assigned.value, cst.Call)
        and isinstance(assigned.targets[0].target, cst.Name)
    ):
        variable = assigned.targets[0].target.value
        given = (
            code(assigned.value.args[0].value)
            if assigned.value.args and assigned.value.args[0].keyword is None
            else "the function"
        )
        message = (
            f"{variable} is made by calling {name}: "
            f"write `@env.task` above a function {variable} that returns {given}(...)."
        )
        yield Finding(reference.chain, "FM177", message)
    else:
        yield Finding(
            reference.chain,
            "FM177",
            f"{code(expression)}: {name} is not used as a decorator here; put @env.task above the function.",
        )
