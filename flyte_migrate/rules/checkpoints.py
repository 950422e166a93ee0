"""``current_context().checkpoint`` → ``flyte.ctx().checkpoint`` (CTX-10).

Loading gives a path instead of bytes: a file for saved bytes, a folder for a saved folder.
Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-sdk/packages/flyte/checkpoint/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, parenthesized
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.context_uses import CURRENT_CONTEXT, PARAMETERS, context_uses

CHECKPOINT = "flytekit.Checkpoint"


@on_file
def convert_checkpoints(view: FileView) -> Iterator[Item]:
    """Convert what is read from and written to the checkpoint, through variables and annotated parameters."""
    names = (CURRENT_CONTEXT, PARAMETERS, CHECKPOINT)
    if "checkpoint" not in view.text.lower() or not any(r.name in names for r in view.references):
        return
    noted = False
    for holder in _holders(view):
        parent = view.parent(holder)
        if isinstance(parent, cst.Attribute) and parent.value is holder:
            items = list(_convert_member(view, parent))
            if items and not noted:
                noted = True
                yield Finding(parent, "FM430", "Loading a checkpoint gives the path of what was saved, not its bytes.")
            yield from items
        elif not _is_bound_or_passed(view, holder):
            yield Finding(
                holder, "FM431", "The checkpoint goes on from here; load_sync() and save_sync() are its methods."
            )
    for use in context_uses(view):
        if use.path[:1] == ("checkpoint",) and isinstance(use.root, cst.Call):
            context = f"{view.local_name('flyte:ctx')}()"
            yield Replace(use.root, lambda updated, context=context: cst.parse_expression(context))  # type: ignore[misc]


def _holders(view: FileView) -> Iterator[cst.BaseExpression]:
    """Every expression that is the checkpoint: ``ctx.checkpoint``, a variable that holds it, an annotated parameter."""
    scopes = []
    for use in context_uses(view):
        if use.path[:1] != ("checkpoint",):
            continue
        node = use.links[0]
        yield node
        small = view.parent(node)
        if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(small.targets[0].target, cst.Name):
            target = small.targets[0].target
            scopes.append((target.value, view.scope_at[target].owner(target.value)))
    for reference in view.references:
        annotation = view.parent(reference.chain)
        parameter = view.parent(annotation) if isinstance(annotation, cst.Annotation) else None
        function = view.function_of(parameter) if isinstance(parameter, cst.Param) else None
        if reference.name == CHECKPOINT and isinstance(parameter, cst.Param) and function is not None:
            scopes.append((parameter.name.value, view.scope_of[function]))
    for name, scope in dict.fromkeys(scopes):
        if scope is not None:
            yield from view.uses_of(name, scope)


def _is_bound_or_passed(view: FileView, holder: cst.CSTNode) -> bool:
    """Whether the checkpoint is assigned, tested, or given to a function of the project that says it takes one."""
    parent = view.parent(holder)
    if isinstance(parent, (cst.Assign, cst.If, cst.Comparison, cst.UnaryOperation, cst.BooleanOperation, cst.IfExp)):
        return True
    node = view.parent(parent) if isinstance(parent, cst.Arg) else None
    name = view.qualified(node.func) if isinstance(node, cst.Call) else None
    found = view.index.definition(name, view.facts.module) if name else None
    if found is None or found.function is None:
        return False
    module = found.module.module
    annotations = [p.annotation for p in found.function.parameters if p.annotation]
    return any(view.index.canonical(view.index.local(module, text), module) == CHECKPOINT for text in annotations)


def _convert_member(view: FileView, member: cst.Attribute) -> Iterator[Item]:
    """One method of the checkpoint."""
    name, node = member.attr.value, view.parent(member)
    if not isinstance(node, cst.Call) or node.func is not member:
        yield Finding(member, "FM431", f"{code(member)} is used as a value; call load_sync() or save_sync().")
        return
    waits = runs_async(view, node)
    alone = isinstance(view.parent(node), (cst.Assign, cst.AnnAssign, cst.Expr, cst.Return))
    if name == "prev_exists" and not node.args:
        # A local run of Flyte 2 always names a place to look at: only loading tells whether something is there.
        yield Replace(node, lambda updated: _found(updated, waits))
    elif name == "read" and not node.args:
        path = _free_name(view, node)
        load = "await {0}.load()" if waits else "{0}.load_sync()"
        yield Replace(node, lambda updated: _read(updated, path, load, alone))
    elif (name == "write" and len(node.args) == 1) or (
        name == "save" and len(node.args) == 1 and not _is_reader(node.args[0].value)
    ):
        yield Replace(node, lambda updated: _renamed(updated, "save" if waits else "save_sync", waits, alone))
    elif name == "restore" and not node.args:
        yield Replace(node, lambda updated: _renamed(updated, "load" if waits else "load_sync", waits, alone))
    elif name == "restore":
        copy = f"shutil.copytree({code(member.value)}.load_sync(), {code(node.args[0].value)}, dirs_exist_ok=True)"
        message = f"Flyte 2 restores into a folder of its own; copy it: {copy}."
        yield Finding(node, "FM431", message)
    else:
        yield Finding(node, "FM431", f"{code(node)} can't be converted; save_sync() takes bytes or a path.")


def _is_reader(value: cst.BaseExpression) -> bool:
    """Whether the saved value is an open file, which Flyte 2 does not take."""
    return isinstance(value, cst.Call) and code(value.func).rpartition(".")[2] in ("open", "BytesIO")


def _read(updated: cst.Call, path: str, load: str, alone: bool) -> cst.BaseExpression:
    """The saved bytes, None if there are none."""
    assert isinstance(updated.func, cst.Attribute)
    owner = code(updated.func.value)
    node = cst.parse_expression(f"{path}.read_bytes() if ({path} := {load.format(owner)}) else None")
    return node if alone else parenthesized(node)


def _found(updated: cst.Call, waits: bool) -> cst.BaseExpression:
    """Whether there is something to load."""
    assert isinstance(updated.func, cst.Attribute)
    owner = code(updated.func.value)
    load = f"await {owner}.load()" if waits else f"{owner}.load_sync()"
    return parenthesized(cst.parse_expression(f"{load} is not None"))


def _renamed(updated: cst.Call, name: str, waits: bool, alone: bool) -> cst.BaseExpression:
    """The same call of another method, awaited in a coroutine."""
    assert isinstance(updated.func, cst.Attribute)
    call = updated.with_changes(func=updated.func.with_changes(attr=cst.Name(name)))
    if not waits:
        return call
    return cst.Await(call) if alone else parenthesized(cst.Await(call))


def _free_name(view: FileView, node: cst.CSTNode) -> str:
    name, number = "saved", 2
    while name in view.facts.bound:
        name, number = f"saved_{number}", number + 1
    return name


@on_symbol(CHECKPOINT)
def convert_annotation(view: FileView, reference: Reference) -> Iterator[Item]:
    """The annotation ``Checkpoint`` → ``flyte.Checkpoint``; objects that are built directly stay."""
    if any(isinstance(ancestor, cst.Annotation) for ancestor in view.ancestors(reference.chain)):
        target = view.ref("flyte:Checkpoint")
        yield Replace(reference.node, lambda updated: target)
    else:
        yield Finding(
            reference.chain,
            "FM431",
            "A checkpoint is not built by hand in Flyte 2: flyte.ctx().checkpoint is the run's.",
        )
