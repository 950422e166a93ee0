"""``current_context()`` → ``flyte.ctx()`` and what its attributes became (CTX-01…15).

Checkpoints, decks and secrets, which are reached through the context, have rules of their own.
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte/#ctx
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Replace
from flyte_migrate.rewrite.template import code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import layout_comments
from flyte_migrate.rules.context_uses import (
    CURRENT_CONTEXT,
    PARAMETERS,
    ContextUse,
    context_uses,
    context_variables,
)
from flyte_migrate.rules.conversions import in_converter
from flyte_migrate.rules.decks import placed_decks
from flyte_migrate.rules.file_access import convert_reference
from flyte_migrate.rules.secrets import convert_reads
from flyte_migrate.rules.tracker_uses import own_neptune_runs

#: Attribute paths that are read from ``flyte.ctx()`` under another name; the longest wins (CTX-01…06).
_PATHS = {
    ("execution_id", "name"): "action.run_name",
    ("execution_id", "project"): "action.project",
    ("execution_id", "domain"): "action.domain",
    ("task_id", "project"): "action.project",
    ("task_id", "domain"): "action.domain",
    ("task_id", "version"): "version",
    ("execution_date",): "run_start_time",
    ("raw_output_prefix",): "raw_data_path.path",
    ("output_metadata_prefix",): "output_path",
    ("spark_session",): 'data["spark_session"]',
}
#: Attributes that other rules convert (rules/secrets.py, checkpoints.py, decks.py).
_ELSEWHERE = frozenset({"secrets", "checkpoint", "default_deck", "decks", "timeline_deck"})
_LOOKUPS = frozenset({"get", "has_attr", "builder", "new_builder", "with_task_sandbox", "with_enable_deck"})
#: Attributes whose conversion does not read the context.
_WITHOUT_CONTEXT = frozenset({"working_directory", "logging", "secrets", "default_deck", "timeline_deck"})


@on_file
def convert_context(view: FileView) -> Iterator[Item]:
    """Rewrite every use of the context, and the variables that held it."""
    if not any(reference.name in (CURRENT_CONTEXT, PARAMETERS) for reference in view.references):
        return
    uses = context_uses(view)
    folders = [use for use in uses if use.path[:1] == ("working_directory",)]
    yield from _convert_folders(view, folders)
    module_level = {
        use.root for variable in context_variables(view) if variable.is_module_level for use in variable.uses
    }
    elsewhere = own_neptune_runs(view)
    for use in uses:
        if use.path[:1] != ("working_directory",) and use.root not in elsewhere:
            yield from _convert_use(view, use, direct=isinstance(use.root, cst.Call) or use.root in module_level)
    yield from _convert_variables(view)


def _convert_variables(view: FileView) -> Iterator[Item]:
    """``ctx = current_context()`` → ``ctx = flyte.ctx()``, or nothing once no use reads it any more."""
    converted = placed_decks(view) | own_neptune_runs(view)
    for variable in context_variables(view):
        secrets = [use for use in variable.uses if use.path[:1] == ("secrets",)]
        left = _left_by_secrets(view, secrets) if secrets else []
        uses = [use for use in variable.uses if use.root not in converted]
        read = [use for use in uses if not use.path or use.path[0] not in _WITHOUT_CONTEXT]
        if read and not variable.is_module_level:
            target = view.ref("flyte:ctx")
            yield Replace(variable.call, lambda updated, target=target: updated.with_changes(func=target))  # type: ignore[misc]
        elif left:
            yield Covered(variable.call.func)
        else:
            lines = list(variable.statement.leading_lines)
            comments = [c for c in layout_comments([variable.statement]) if c not in set(layout_comments(lines))]
            lines += [cst.EmptyLine(comment=comment) for comment in comments]
            kept = [only_lines(lines)] if any(line.comment is not None for line in lines) else []
            yield Replace(variable.statement, lambda updated, kept=kept: kept)  # type: ignore[misc]


def _left_by_secrets(view: FileView, uses: list[ContextUse]) -> list[ContextUse]:
    """Those readings of secrets that keep their v1 form, because a person has to say which variable they are in."""
    replaced = _converted_reads(view)
    return [use for use in uses if not any(ancestor in replaced for ancestor in view.ancestors(use.root))]


@lru_cache(maxsize=1)
def _converted_reads(view: FileView) -> frozenset[cst.CSTNode]:
    return frozenset(item.node for item in convert_reads(view) if isinstance(item, Replace))


def _convert_use(view: FileView, use: ContextUse, direct: bool) -> Iterator[Item]:
    """One use; with ``direct``, what the attributes are read from is written ``flyte.ctx()``."""
    context = f"{view.local_name('flyte:ctx')}()" if direct else code(use.root)
    if not use.path:
        yield from _convert_escape(view, use, context)
        return
    first = use.path[0]
    if first in _ELSEWHERE:
        if first == "secrets" and isinstance(use.root, cst.Call) and _left_by_secrets(view, [use]):
            yield Covered(use.root.func)  # each reading of the secret is reported
        return
    if first == "logging":
        logger = view.ref("flyte:logger")
        yield Replace(use.links[0], lambda updated: logger)
        return
    known = next((p for p in (use.path[:2], use.path[:1]) if p in _PATHS), None)
    if known is not None:
        text = f"{context}.{_PATHS[known]}"
        yield Replace(use.links[len(known) - 1], lambda updated: cst.parse_expression(text))
        return
    reads = _reads_of_execution(view, use)
    if reads is not None:
        yield Replace(use.links[0], lambda updated: cst.parse_expression(f"{context}.action"))
        for read in reads:
            if read.attr.value == "name":
                yield Replace(read, lambda updated: updated.with_changes(attr=cst.Name("run_name")))
        return
    shown = ".".join(use.path)
    if first == "stats":
        yield Finding(use.root, "FM402", "Flyte 2 has no statistics client on the context; use your own.")
    elif first in _LOOKUPS:
        message = (
            f"{shown} is gone; what a plugin or the caller set is in flyte.ctx().data or flyte.get_custom_context()."
        )
        yield Finding(use.root, "FM407", message)
    elif first in ("execution_id", "task_id"):
        instead = "flyte.ctx().action.run_name" if first == "execution_id" else "flyte.ctx().action.name"
        yield Finding(use.root, "FM400", f"{shown} has no counterpart on flyte.ctx(); {instead} is the name.")
    else:
        yield Finding(
            use.root, "FM400", f"{shown} is not an attribute of flyte.ctx(); flyte.ctx().data holds what plugins set."
        )
    if isinstance(use.root, cst.Call):
        yield Replace(use.root, lambda updated: cst.parse_expression(context))


def _reads_of_execution(view: FileView, use: ContextUse) -> list[cst.Attribute] | None:
    """The attributes that are read of a variable for ``ctx.execution_id``; None if it may hold or do anything else."""
    assign = view.parent(use.links[0]) if use.path == ("execution_id",) else None
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    if not isinstance(target, cst.Name) or len(view.bindings(target)) != 1 or view.function_of(target) is None:
        return None
    owner = view.scope_at[target].owner(target.value)
    found: list[cst.Attribute] = []
    for name in view.occurrences.get(target.value, ()):
        if name is target or view.scope_at[name].owner(name.value) is not owner:
            continue
        read = view.parent(name)
        if not isinstance(read, cst.Attribute) or read.attr.value not in ("name", "project", "domain"):
            return None
        found.append(read)
    return found


def _convert_escape(view: FileView, use: ContextUse, context: str) -> Iterator[Item]:
    """The context as a value: passed to a function of the project whose parameter says so, or out of sight."""
    if isinstance(use.root, cst.Call) or context != code(use.root):
        yield Replace(use.root, lambda updated: cst.parse_expression(context))
    parent = view.parent(use.root)
    if isinstance(parent, cst.Expr):
        return
    if isinstance(parent, cst.Arg) and _takes_context(view, parent):
        return
    yield Finding(
        use.root, "FM406", f"{context} goes on from here; what reads it has to know the attributes of flyte.ctx()."
    )


def _takes_context(view: FileView, arg: cst.Arg) -> bool:
    """Whether an argument goes to a parameter of the project that is annotated as the context."""
    node = view.parent(arg)
    name = view.qualified(node.func) if isinstance(node, cst.Call) else None
    found = view.index.definition(name, view.facts.module) if name else None
    if not isinstance(node, cst.Call) or found is None or found.function is None:
        return False
    parameters = found.function.parameters
    if arg.keyword is not None:
        taken = next((p for p in parameters if p.name == arg.keyword.value), None)
    else:
        position = list(node.args).index(arg)
        taken = parameters[position] if position < len(parameters) else None
    if taken is None or taken.annotation is None:
        return False
    module = found.module.module
    return view.index.canonical(view.index.local(module, taken.annotation), module) == PARAMETERS


# -- the working directory ---------------------------------------------------------------------------------------------


def _convert_folders(view: FileView, uses: list[ContextUse]) -> Iterator[Item]:
    """``ctx.working_directory`` → a temporary folder: one for each function, made where it is first read (CTX-04)."""
    by_function: dict[cst.FunctionDef | None, list[ContextUse]] = {}
    for use in uses:
        by_function.setdefault(view.function_of(use.root), []).append(use)
    for number, (function, group) in enumerate(by_function.items()):
        if number == 0:
            message = "The working directory became a temporary folder of the function that asks for it."
            yield Finding(group[0].root, "FM401", message)
        make = f"{view.local_name('tempfile:')}.mkdtemp()"
        if len(group) == 1 or function is None:
            for use in group:
                yield Replace(use.links[0], lambda updated, make=make: cst.parse_expression(make))  # type: ignore[misc]
            continue
        name = _free_name(view, function)
        for use in group:
            yield Replace(use.links[0], lambda updated, name=name: cst.Name(name))  # type: ignore[misc]
        body = function.body
        assert isinstance(body, cst.IndentedBlock)
        first = next(s for s in body.body if any(a is s for use in group for a in view.ancestors(use.root)))
        statement = cst.parse_statement(f"{name} = {make}")
        yield Insert(first, lambda rebuild, statement=statement: [statement])  # type: ignore[misc, arg-type]


def _free_name(view: FileView, function: cst.FunctionDef) -> str:
    bound = view.scope_of[function].bindings
    name, number = "working_directory", 2
    while name in bound or name in view.module_scope.bindings:
        name, number = f"working_directory_{number}", number + 1
    return name


@on_symbol(PARAMETERS)
def convert_annotation(view: FileView, reference: Reference) -> Iterator[Item]:
    """The annotation ``ExecutionParameters`` → ``TaskContext``."""
    if any(isinstance(ancestor, cst.Annotation) for ancestor in view.ancestors(reference.chain)):
        target = view.ref("flyte.models:TaskContext")
        yield Replace(reference.node, lambda updated: target)
    else:
        yield Finding(
            reference.chain,
            "FM407",
            "The context is not built by hand in Flyte 2; a run makes it, flyte.ctx() gives it.",
        )


@on_symbol(CURRENT_CONTEXT)
def report_function(view: FileView, reference: Reference) -> Iterator[Item]:
    """``current_context`` as a value: passed on, or replaced in a test."""
    node = view.parent(reference.chain)
    if not (isinstance(node, cst.Call) and node.func is reference.chain):
        message = "flyte.ctx takes its place; what is read from it has other names (flyte.ctx().action.run_name)."
        yield Finding(reference.chain, "FM406", message)


@on_symbol("flytekit.FlyteContext", "flytekit.FlyteContextManager")
def report_internals(view: FileView, reference: Reference) -> Iterator[Item]:
    """The context that flytekit itself uses, and its file access (CTX-13)."""
    edits = convert_reference(view, reference)
    if edits is not None:
        yield from edits
        return
    if in_converter(view, reference.chain):
        return
    if isinstance(view.parent(reference.chain), cst.Annotation):
        message = "FlyteContext has no counterpart; a type transformer of Flyte 2 takes no context."
    else:
        message = "flytekit's own context has no counterpart; flyte.storage and flyte.io.File move data."
    yield Finding(reference.chain, "FM403", message)


@on_file
def report_internal_variables(view: FileView) -> Iterator[Item]:
    """Environment variables that only Flyte 1 sets (CTX-15)."""
    if "FLYTE_INTERNAL_" not in view.text:
        return
    for node in view.by_type.get(cst.SimpleString, ()):
        assert isinstance(node, cst.SimpleString)
        name = node.evaluated_value
        if isinstance(name, str) and name.startswith("FLYTE_INTERNAL_") and name not in _STILL_SET:
            instead = _INSTEAD.get(name, "flyte.ctx()")
            yield Finding(node, "FM405", f"{name} is not set in Flyte 2; read {instead} instead.")


_STILL_SET = frozenset({"FLYTE_INTERNAL_EXECUTION_PROJECT", "FLYTE_INTERNAL_EXECUTION_DOMAIN"})
_INSTEAD = {
    "FLYTE_INTERNAL_EXECUTION_ID": "flyte.ctx().action.run_name",
    "FLYTE_INTERNAL_TASK_VERSION": "flyte.ctx().version",
    "FLYTE_INTERNAL_TASK_PROJECT": "flyte.ctx().action.project",
    "FLYTE_INTERNAL_TASK_DOMAIN": "flyte.ctx().action.domain",
    "FLYTE_INTERNAL_PROJECT": "flyte.ctx().action.project",
    "FLYTE_INTERNAL_DOMAIN": "flyte.ctx().action.domain",
    "FLYTE_INTERNAL_VERSION": "flyte.ctx().version",
}
