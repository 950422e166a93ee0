"""``NotebookTask`` of the papermill plugin (TSK-10).

Official: https://www.union.ai/docs/v2/flyte/integrations/papermill/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.objects import NOTEBOOK
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, exploded
from flyte_migrate.rewrite.view import FileView, Reference, TaskObject
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import argument_comments, commented_call, literal, lost_comments
from flyte_migrate.rules.objects import constructor, object_arguments, objects_of, rebuilt_arguments, unconverted
from flyte_migrate.rules.tasks import task_arguments

_RENAMED = {
    "name": "name",
    "notebook_path": "notebook_path",
    "task_config": "plugin_config",
    "inputs": "inputs",
    "outputs": "outputs",
    "stream_logs": "log_output",
}
#: Arguments that say what a Flyte 2 notebook task does anyway (it always reports).
_DROPPED = frozenset({"render_deck", "enable_deck", "disable_deck", "output_notebooks"})
_ENVIRONMENT = frozenset({"container_image", "requests", "limits", "resources", "environment", "secret_requests"})
_IMPLICIT = ("out_nb", "out_rendered_nb")


@on_file
def convert_notebooks(view: FileView) -> Iterator[Item]:
    """Rewrite the constructors; the task joins the environment that its configuration amounts to."""
    for made in objects_of(view, NOTEBOOK):
        yield from _convert(view, made)
    if any(True for _ in objects_of(view, NOTEBOOK)):
        for node in view.by_type.get(cst.Attribute, ()):
            assert isinstance(node, cst.Attribute)
            if node.attr.value in _IMPLICIT:
                instead = "output_notebooks=True gives output_notebook and output_notebook_executed"
                yield Finding(node, "FM630", f"{node.attr.value} is no output any more: {instead}.")


def _convert(view: FileView, made: TaskObject) -> Iterator[Item]:
    originals = object_arguments(view, made)
    task = {
        k
        for k in originals
        if k in ("cache", "cache_version", "cache_serialize", "interruptible", "retries", "timeout")
    }
    for name, arg in originals.items():
        if name not in _RENAMED and name not in _DROPPED | _ENVIRONMENT | task:
            yield Finding(
                arg, "FM630", f"{name}={code(arg.value)} has no counterpart on a notebook task and was left out."
            )
    if "render_deck" in originals and literal(originals["render_deck"].value) is True:
        yield Finding(
            originals["render_deck"], "FM631", "render_deck was dropped: a notebook task always reports in Flyte 2."
        )
    environment = view.environment(*view.environments.of_task[made.task.qualified])
    for reference in view.references:
        if made.node in set(view.ancestors(reference.node)):
            yield Covered(reference.node)

    def build(updated: cst.Call) -> cst.BaseExpression:
        given = rebuilt_arguments(made, originals, updated)
        args = [argument(given[old].value, new) for old, new in _RENAMED.items() if old in given]
        place = next(
            (
                n
                for n, a in enumerate(args)
                if a.keyword is not None and a.keyword.value not in ("name", "notebook_path")
            ),
            len(args),
        )
        args.insert(place, argument(environment, "task_environment"))
        args += task_arguments(view, {k: a for k, a in given.items() if k in task}, originals)
        function = constructor(view, NOTEBOOK, "flyteplugins.papermill:NotebookTask")
        comments = argument_comments(made.node)
        if any(comments.values()):
            made_call = commented_call(function, args, comments, room=0)
            return (
                made_call
                if not lost_comments([made.node], [made_call])
                else exploded(cst.parse_expression(function), args)
            )
        multiline = isinstance(made.node.whitespace_before_args, cst.ParenthesizedWhitespace)
        return exploded(cst.parse_expression(function), args) if multiline else call(function, args, room=70)

    yield Replace(made.node, build)


@on_symbol(NOTEBOOK)
def report_notebook(view: FileView, reference: Reference) -> Iterator[Item]:
    """A notebook task that is made in passing, or whose interface is not written out."""
    message = (
        "Make this notebook task at the top level, with its inputs and outputs written out and task_environment=env."
    )
    yield from unconverted(view, reference, "FM630", message)


@on_symbol("flytekitplugins.papermill.load_structureddataset")
def report_loader(view: FileView, reference: Reference) -> Iterator[Item]:
    """``load_structureddataset(path)`` of a notebook."""
    yield Finding(
        reference.chain, "FM630", "load_structureddataset became load_dataframe(uri, fmt) of flyteplugins.papermill."
    )
