"""``approve``, ``wait_for_input`` and ``sleep`` → conditions and durable sleep (GATE-01…07).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/human-in-the-loop/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.awaiting import awaited, runs_async, with_aio
from flyte_migrate.rewrite.flow import Type
from flyte_migrate.rewrite.plan import Finding, Helper, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, expression, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import arguments, literal

_TYPES = frozenset({"bool", "int", "float", "str"})
#: Raised by ``approve`` on a rejection; the helper raises PermissionError.
REJECTION = "flytekit.exceptions.user.FlyteDisapprovalException"


def _arguments(
    view: FileView, reference: Reference, order: tuple[str, ...]
) -> tuple[cst.Call, dict[str, cst.Arg]] | None:
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        return None
    given = arguments(node, order)
    return (node, given) if given is not None else None


def _now(node: cst.Call, updated: cst.Call, arg: cst.Arg) -> cst.BaseExpression:
    """The value of an argument with the edits below it applied."""
    return updated.args[list(node.args).index(arg)].value


@on_symbol("flytekit.sleep")
def convert_sleep(view: FileView, reference: Reference) -> Iterator[Item]:
    """``sleep(timedelta(...))`` → ``flyte.durable.sleep(seconds)`` (GATE-03)."""
    found = _arguments(view, reference, ("duration",))
    if found is None or "duration" not in found[1]:
        yield Finding(
            reference.node, "FM900", f"{code(reference.chain)} is passed on here; flyte.durable.sleep takes seconds."
        )
        return
    node, given = found
    duration = given["duration"]
    asynchronous = runs_async(view, node)
    sleep = cst.parse_expression(view.local_name("flyte.durable:") + ".sleep")

    def build(updated: cst.Call) -> cst.BaseExpression:
        seconds = [argument(_seconds(view, duration.value, _now(node, updated, duration)))]
        if asynchronous:
            return awaited(view, node, call(with_aio(sleep), seconds))
        return call(sleep, seconds)

    if _is_first(view, reference, ("flytekit.sleep",)):
        yield Finding(node, "FM543", "The sleep really waits in local runs now, where Flyte 1 only printed it.")
    yield Replace(node, build)


def _seconds(view: FileView, node: cst.BaseExpression, now: cst.BaseExpression) -> cst.BaseExpression:
    """A duration as seconds: the number of ``timedelta(seconds=5)``, else ``.total_seconds()``."""
    if isinstance(node, cst.Call) and view.canonical(node.func) == "datetime.timedelta" and len(node.args) == 1:
        only = node.args[0]
        if (
            only.keyword is not None
            and only.keyword.value == "seconds"
            and isinstance(literal(only.value), (int, float))
        ):
            return only.value
    return expression("{value}.total_seconds()", value=now)


@on_symbol("flytekit.wait_for_input")
def convert_input(view: FileView, reference: Reference) -> Iterator[Item]:
    """``wait_for_input("n", timeout=t, expected_type=T)`` → a condition that is waited for (GATE-01)."""
    found = _arguments(view, reference, ("name", "timeout", "expected_type"))
    if found is None or "name" not in found[1]:
        yield Finding(
            reference.node,
            "FM900",
            f"{code(reference.chain)} is passed on or its arguments are unpacked; use flyte.new_condition(...).wait().",
        )
        return
    node, given = found
    wanted = given.get("expected_type")
    if wanted is not None and Type(code(wanted.value), view.facts.module).name(view) not in _TYPES:
        yield Finding(
            node,
            "FM540",
            f"A condition can't wait for {code(wanted.value)}, only for a bool, int, float or str; ask for text "
            "and convert it.",
        )
        return

    def build(updated: cst.Call) -> cst.BaseExpression:
        values = {k: _now(node, updated, a) for k, a in given.items()}
        args = [argument(values["name"]), argument(_prompt(values["name"]), "prompt")]
        args += [
            argument(values[k], new)
            for k, new in (("expected_type", "data_type"), ("timeout", "timeout"))
            if k in values
        ]
        return _waiting(view, node, args)

    yield from _notes(view, reference, node)
    yield Replace(node, build)


def _prompt(name: cst.BaseExpression) -> cst.BaseExpression:
    """What a person is asked: the condition's name, which is all that Flyte 1 had."""
    text = string_value(name)
    return (
        cst.SimpleString(f'"{text}?"')
        if text is not None and text.isprintable() and not {'"', "\\"} & set(text)
        else name
    )


def _waiting(view: FileView, node: cst.Call, args: list[cst.Arg]) -> cst.BaseExpression:
    """``flyte.new_condition(…).wait()``, awaited in async code (GATE-05)."""
    new = view.ref("flyte:new_condition")
    if not runs_async(view, node):
        return call(cst.Attribute(call(new, args, room=70), cst.Name("wait")), [])
    condition = cst.Await(call(with_aio(new), args, room=60), lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    wait = cst.Attribute(cst.Attribute(condition, cst.Name("wait")), cst.Name("aio"))
    return awaited(view, node, call(wait, []))


def _notes(view: FileView, reference: Reference, node: cst.Call) -> Iterator[Finding]:
    """What is different about all conditions of a file, told at the first."""
    if _is_first(view, reference, ("flytekit.approve", "flytekit.wait_for_input")):
        yield Finding(
            node,
            "FM541",
            "A condition needs a run, so its workflow can't be called directly; local runs ask on standard input.",
        )
        yield Finding(node, "FM544", "After its timeout a condition raises flyte.errors.ConditionTimedoutError.")


def _is_first(view: FileView, reference: Reference, names: tuple[str, ...]) -> bool:
    calls = [r for r in view.references if r.name in names and isinstance(view.parent(r.chain), cst.Call)]
    return bool(calls) and calls[0] is reference


# -- approval ---------------------------------------------------------------------------------------------------------


@on_symbol("flytekit.approve")
def convert_approval(view: FileView, reference: Reference) -> Iterator[Item]:
    """``approve(value, "n", timeout=t)`` → a helper that asks with a condition and gives the value back (GATE-02)."""
    found = _arguments(view, reference, ("upstream_item", "name", "timeout"))
    if found is None or not {"upstream_item", "name"} <= set(found[1]):
        yield Finding(
            reference.node,
            "FM900",
            f"{code(reference.chain)} is passed on or its arguments are unpacked; use flyte.new_condition(...).wait().",
        )
        return
    node, _ = found
    asynchronous = runs_async(view, node)
    helper = _name(view, asynchronous)

    def build(updated: cst.Call) -> cst.BaseExpression:
        args = [
            a if a.keyword is None or a.keyword.value != "upstream_item" else a.with_changes(keyword=cst.Name("value"))
            for a in updated.args
        ]
        asked = updated.with_changes(func=cst.Name(helper), args=args)
        return awaited(view, node, asked) if asynchronous else asked

    yield from _notes(view, reference, node)
    yield Helper(helper, _helper(view, helper, asynchronous))
    yield Replace(node, build)


def _name(view: FileView, asynchronous: bool) -> str:
    wish = "approved_async" if asynchronous else "approved"
    return wish if wish not in view.facts.bound else f"gate_{wish}"


def _helper(view: FileView, name: str, asynchronous: bool) -> str:
    """The helper's source: a rejection is an exception, as in Flyte 1."""
    any_, timedelta = view.local_name("typing:Any"), view.local_name("datetime:timedelta")
    new = view.local_name("flyte:new_condition")
    if asynchronous:
        ask = f"""    condition = await {new}.aio(name, prompt=f"Approve {{value!r}}?", data_type=bool, timeout=timeout)
    if not await condition.wait.aio():"""
    else:
        ask = f"""    condition = {new}(name, prompt=f"Approve {{value!r}}?", data_type=bool, timeout=timeout)
    if not condition.wait():"""
    return f'''
{"async " if asynchronous else ""}def {name}(value: {any_}, name: str, timeout: {timedelta}) -> {any_}:
    """The value, once a person has approved it."""
{ask}
        raise PermissionError(f"{{name}} was not approved")
    return value
'''


@on_symbol(REJECTION)
def convert_rejection(view: FileView, reference: Reference) -> Iterator[Item]:
    """What the helper raises in its place; a caller of the task that asks sees its name as the code of the failure."""
    if reference.rest:
        yield Finding(
            reference.node, "FM542", f"{code(reference.chain)} is gone: a rejected approval raises PermissionError."
        )
    else:
        yield Replace(reference.chain, lambda updated: cst.Name("PermissionError"))
