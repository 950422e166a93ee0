"""``union.ActorEnvironment`` → ``flyte.TaskEnvironment(…, reusable=flyte.ReusePolicy(…))`` in its place (IMP-91).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/reusable-containers/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.project.environments import ENVIRONMENT_KEYWORDS, Ref, slug
from flyte_migrate.project.link import ACTOR, Task
from flyte_migrate.rewrite.plan import Finding, Item, Replace, insert
from flyte_migrate.rewrite.template import argument, call, code, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import argument_comments, arguments, commented_call, listed, literal
from flyte_migrate.rules.decorators import ENVIRONMENT_ARGUMENTS
from flyte_migrate.rules.images import image_argument, reusable_image
from flyte_migrate.rules.kinds import kinds_of
from flyte_migrate.rules.resources import environment_variables_argument, resources_argument, resources_findings
from flyte_migrate.rules.secrets import secrets_argument

_FIELDS = ("name", "container_image", "replica_count", "ttl_seconds", "concurrency", "requests", "limits")
_REUSE = {"replica_count": "replicas", "ttl_seconds": "idle_ttl", "concurrency": "concurrency"}
#: v1's defaults where v2's differ: 90 seconds are what Union took when none were given.
_REUSE_DEFAULTS = {"replica_count": "1", "ttl_seconds": "90"}
_BLOBS = ("flytekit.FlyteFile", "flytekit.FlyteDirectory", "flyte.io.File", "flyte.io.Dir")
_KEPT = ("interruptible", "pod_template")


@on_symbol(ACTOR)
def convert_actor(view: FileView, reference: Reference) -> Iterator[Item]:
    """The actor becomes an environment under the same variable; ``@actor.task`` stays as it is."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        target = view.ref("flyte:TaskEnvironment")
        yield Replace(reference.node, lambda updated: target)
        return
    given = arguments(node, _FIELDS)
    if given is None or "name" not in given:
        yield Finding(
            node,
            "FM656",
            "This actor unpacks its arguments; write flyte.TaskEnvironment(name=..., "
            "reusable=flyte.ReusePolicy(...)) out.",
        )
        return
    yield from resources_findings(view, given)
    known = {*_FIELDS, *ENVIRONMENT_KEYWORDS, *_KEPT}
    for keyword, arg in given.items():
        if keyword not in known or keyword == "task_config":
            yield Finding(
                node,
                "FM656",
                f"{keyword}={code(arg.value)} has no counterpart on a reusable environment and was left out.",
            )
    if reusable_image(view, given.get("container_image"), image_argument(view, given, given)) is None:
        yield Finding(
            node,
            "FM656",
            "The image of a reusable environment needs a package: "
            f"{code(given['container_image'].value)} must install unionai-reuse.",
        )
    own = _variable(view, node)
    depends = _depends_on(view, own) if own is not None else []
    for ref in [r for r in depends if own is not None and _reaches(view, r, own)]:
        depends.remove(ref)
        yield Finding(
            node,
            "FM180",
            f"Tasks of {ref[1]} and of this actor call each other; move the task that the actor calls to an "
            "environment of its own.",
        )
    # Environments of this module are defined at their first task, which may be below the actor.
    later = [ref for ref in depends if own is not None and ref[0] == own[0]]
    for ref in later:
        first = next((d for d in view.tasks if view.environments.of_task.get(d.task.qualified) == ref), None)
        if first is not None and own is not None:
            line = cst.parse_statement(f"{own[1]}.add_dependency({ref[1]})").with_changes(
                leading_lines=[cst.EmptyLine(indent=False)]
            )
            yield insert(view.top_statement(first.node), [line], after=True)
    imported = [ref for ref in depends if ref not in later]
    yield Replace(node, lambda updated: _environment(view, node, updated, given, imported))


def _variable(view: FileView, node: cst.Call) -> Ref | None:
    statement = view.parent(node)
    target = statement.targets[0].target if isinstance(statement, cst.Assign) else None
    return (view.facts.module, target.value) if isinstance(target, cst.Name) else None


def _reaches(view: FileView, start: Ref, goal: Ref) -> bool:
    """Whether an environment depends on another, however indirectly."""
    known = {(e.module, e.variable): e.depends_on for items in view.environments.by_module.values() for e in items}
    seen: set[Ref] = set()
    stack = [start]
    while stack:
        ref = stack.pop()
        if ref == goal:
            return True
        if ref not in seen:
            seen.add(ref)
            stack.extend(known.get(ref, ()))
    return False


def _environment(
    view: FileView, node: cst.Call, updated: cst.Call, given: Mapping[str, cst.Arg], depends: list[Ref]
) -> cst.BaseExpression:
    values = {id(a): b for a, b in zip(node.args, updated.args, strict=True)}
    rebuilt = {k: values[id(a)] for k, a in given.items()}
    name = string_value(given["name"].value)
    args = [argument(f'"{slug(name)}"' if name is not None else rebuilt["name"].value, "name")]
    image = image_argument(view, rebuilt, given)
    args += reusable_image(view, given.get("container_image"), image) or image
    args += resources_argument(view, rebuilt, given)
    args += environment_variables_argument(view, rebuilt, given)
    args += secrets_argument(view, rebuilt, given)
    args += [argument(rebuilt[k].value, k) for k in _KEPT if k in given]
    policy = [
        argument(rebuilt[k].value if k in given else _REUSE_DEFAULTS[k], new)
        for k, new in _REUSE.items()
        if k in given or k in _REUSE_DEFAULTS
    ]
    args.append(argument(call(view.local_name("flyte:ReusePolicy"), policy, room=70, indent="    "), "reusable"))
    if depends:
        names = [view.environment(*ref) for ref in depends]
        args.append(argument(listed(names, room=70, indent="    "), "depends_on"))
    renamed = {**ENVIRONMENT_ARGUMENTS, "replica_count": "reusable", "ttl_seconds": "reusable"}
    comments = {renamed.get(k, k): c for k, c in argument_comments(node).items()}
    return commented_call(view.local_name("flyte:TaskEnvironment"), args, comments, room=76)


def _depends_on(view: FileView, own: Ref) -> list[Ref]:
    """The environments of the tasks that the actor's own tasks call."""
    found: set[Ref] = set()
    for name, ref in view.environments.of_task.items():
        task: Task = view.index.tasks[name]
        if ref == own:
            reached = view.index.reached_tasks(task.module, task.function.refers)
            found |= {view.environments.of_task[r] for r in reached if r in view.environments.of_task}
    return sorted(found - {own}, key=lambda ref: (ref[0] != own[0], ref))


@on_symbol("union.actor_cache")
def convert_actor_cache(view: FileView, reference: Reference) -> Iterator[Item]:
    """``@actor_cache`` → ``@functools.lru_cache(maxsize=None)``: a value is kept as long as its container lives."""
    node = view.parent(reference.chain)
    function = view.parent(node) if isinstance(node, cst.Decorator) else None
    if function is not None and any(known == "FM664" for known, _ in view.todos_above(function)):
        return  # an earlier run has seen files here, and edited what hands them over
    files = _file_parameters(view, node)
    if files:
        yield Finding(
            reference.chain,
            "FM664",
            f"{' and '.join(files)}: Flyte 1 knew a file by its place, but a File or Dir is not hashable, and every "
            "download has a path of its own. Hand over its path, download inside, and cache on the path with "
            "functools.lru_cache(maxsize=None).",
        )
        return
    target = cst.parse_expression(f"{view.local_name('functools:lru_cache')}")
    yield Finding(
        reference.chain,
        "FM658",
        "functools.lru_cache keeps values as long as the container lives and needs hashable arguments.",
    )
    unlimited = cst.Call(target, [argument("None", "maxsize")])
    if isinstance(node, cst.Call) and node.func is reference.chain:
        applied = bool(node.args) and literal(node.args[0].value) is not None
        yield Replace(node, lambda updated: cst.Call(unlimited, updated.args) if applied else unlimited)
    else:
        yield Replace(reference.node, lambda updated: unlimited)


def _file_parameters(view: FileView, decorator: cst.CSTNode | None) -> list[str]:
    """The parameters of a cached function that take a file or folder, by their annotation or in a call of this file:
    its place was the key in v1.
    """
    function = view.parent(decorator) if isinstance(decorator, cst.Decorator) else None
    if not isinstance(function, cst.FunctionDef):
        return []
    params = (*function.params.posonly_params, *function.params.params, *function.params.kwonly_params)
    names = [p.name.value for p in params]
    found = {
        p.name.value
        for p in params
        if p.annotation is not None and any(_is_blob(view, n) for n in walk(p.annotation.annotation))
    }
    kinds = kinds_of(view)
    for use in view.occurrences.get(function.name.value, ()):
        node = view.parent(use)
        for number, arg in enumerate(node.args if isinstance(node, cst.Call) and node.func is use else ()):
            kind = kinds.of(arg.value)
            if kind is not None and kind.is_blob and not arg.star:
                found.update([arg.keyword.value] if arg.keyword is not None else names[number : number + 1])
    return [name for name in names if name in found]


def _is_blob(view: FileView, node: cst.CSTNode) -> bool:
    return isinstance(node, (cst.Name, cst.Attribute)) and view.canonical(node) in _BLOBS
