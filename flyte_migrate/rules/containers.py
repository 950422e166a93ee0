"""``ContainerTask`` → ``flyte.extras.ContainerTask`` in an environment of its own (TSK-01…06).

Query tasks of plugins are objects, too, whose constructors rules/plugins.py rewrites: here they get their environment,
and their calls from synchronous tasks. Such an object can only be awaited (TSK-04): ``syncify`` waits for it.
Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/container-tasks/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.link import Task
from flyte_migrate.project.objects import CONTAINER
from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, exploded
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol, on_task_call
from flyte_migrate.rules.configuration import argument_comments, commented_call, literal
from flyte_migrate.rules.objects import constructor, object_arguments, objects_of, rebuilt_arguments, unconverted
from flyte_migrate.rules.resources import environment_variables_argument, resources_argument
from flyte_migrate.rules.secrets import secrets_argument
from flyte_migrate.rules.tasks import task_arguments

#: Arguments that both constructors have (TSK-01).
_SAME = (
    "name",
    "image",
    "command",
    "inputs",
    "outputs",
    "arguments",
    "input_data_dir",
    "output_data_dir",
    "local_logs",
)
_RESOURCES = ("requests", "limits", "resources", "accelerator", "shared_memory")
_CONFIGURED = (*_RESOURCES, "environment", "secret_requests")
_TASK = ("cache", "cache_serialize", "cache_version", "cache_ignore_input_vars", "interruptible", "retries", "timeout")
_TEMPLATE = ("pod_template", "pod_template_name")
_FORMAT = "flytekit.ContainerTask.MetadataFormat"


@on_file
def convert_containers(view: FileView) -> Iterator[Item]:
    """Rewrite the constructors, and give every task object of this file its environment."""
    for made in objects_of(view, CONTAINER):
        yield from _convert(view, made)
    for made in view.objects:
        environment = view.environments.templates.get(made.task.qualified)
        if environment is None:
            continue
        create = f"{view.local_name('flyte:TaskEnvironment')}.from_task"
        value = call(create, [argument(f'"{environment.name}"'), argument(made.task.name)], room=80)
        statement = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(cst.Name(environment.variable))], value)])
        yield Insert(made.statement, lambda rebuild, statement=statement: [statement], after=True)  # type: ignore[misc]


def _convert(view: FileView, made: TaskObject) -> Iterator[Item]:
    originals = object_arguments(view, made)
    known = {*_SAME, *_CONFIGURED, *_TASK, *_TEMPLATE, "metadata_format"}
    for name, arg in originals.items():
        if name not in known:
            yield Finding(
                arg, "FM601", f"{name}={code(arg.value)} has no counterpart on a container task and was left out."
            )
    if "metadata_format" in originals and _format(view, originals["metadata_format"].value) is None:
        yield Finding(originals["metadata_format"], "FM601", 'metadata_format is "JSON", "YAML" or "PROTO" in Flyte 2.')
    for reference in view.references:
        if made.node in set(view.ancestors(reference.node)):
            yield Covered(reference.node)

    def build(updated: cst.Call) -> cst.BaseExpression:
        given = rebuilt_arguments(made, originals, updated)
        args: list[cst.Arg] = []
        for name, arg in given.items():
            if name in _SAME:
                args.append(argument(arg.value, name))
            elif name == "metadata_format":
                args.append(argument(_format(view, originals[name].value) or arg.value, name))
        configured = {k: a for k, a in given.items() if k in _CONFIGURED}
        args += resources_argument(view, configured, originals)
        args += environment_variables_argument(view, configured, originals)
        args += secrets_argument(view, configured, originals)
        task = {k: a for k, a in given.items() if k in _TASK or k in _TEMPLATE}
        args += task_arguments(view, task, originals)
        comments = {
            k: c for k, c in argument_comments(made.node).items() if k in {a.keyword.value for a in args if a.keyword}
        }
        function = constructor(view, CONTAINER, "flyte.extras:ContainerTask")
        if any(comments.values()):
            return commented_call(function, args, comments, room=0)
        multiline = isinstance(made.node.whitespace_before_args, cst.ParenthesizedWhitespace)
        return exploded(cst.parse_expression(function), args) if multiline else call(function, args, room=70)

    yield Replace(made.node, build)


def _format(view: FileView, value: cst.BaseExpression) -> cst.BaseExpression | None:
    """``ContainerTask.MetadataFormat.JSON`` as the string it is in v2."""
    name = view.canonical(value)
    if name.startswith(_FORMAT):
        return cst.SimpleString(f'"{name.rpartition(".")[2]}"')
    return value if isinstance(literal(value), str) else None


@on_task_call
def convert_call(view: FileView, node: cst.Call, task: Task) -> Iterator[Item]:
    """A call of a task object from synchronous code waits for it: ``syncify(greet.aio)(name=name)`` (TRAP-18)."""
    if task.role != "template" or isinstance(view.parent(node), cst.Await) or runs_async(view, node):
        return
    target = view.local_name("flyte.syncify:syncify")
    yield Replace(node.func, lambda updated: cst.parse_expression(f"{target}({code(updated)}.aio)"))


@on_symbol(CONTAINER)
def report_container(view: FileView, reference: Reference) -> Iterator[Item]:
    """A container task that is made in passing, or whose interface is not written out."""
    if reference.rest:
        return
    message = (
        "Make this container task at the top level, with its inputs and outputs written out, "
        "and give it an environment: flyte.TaskEnvironment.from_task(name, task)."
    )
    yield from unconverted(view, reference, "FM602", message)
