"""Notifications of launch plans → ``flyte.notify.Email``; ``Labels``, ``Annotations`` → dictionaries (LP-14…16).

All three v1 kinds deliver by e-mail. Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/triggers/
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, code, keyword_of
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import arguments, literal

_KINDS = ("flytekit.Email", "flytekit.Slack", "flytekit.PagerDuty")
_ORDER = ("phases", "recipients_email")
_PHASES = ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT")
#: flytekit.models.core.execution.WorkflowExecutionPhase, by value (LP-16).
_PHASE_NUMBERS = {4: "SUCCEEDED", 6: "FAILED", 7: "ABORTED", 8: "TIMED_OUT"}


@on_symbol(*_KINDS)
def convert_notification(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Email(phases=[…], recipients_email=[…])`` → ``Email(on_phase=…, recipients=(…))`` of ``flyte.notify``."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        return
    given = arguments(node, _ORDER)
    if given is None or set(given) != set(_ORDER):
        yield Finding(
            node,
            "FM507",
            "The phases and recipients can't be told here; write flyte.notify.Email(on_phase=..., recipients=...).",
        )
        return
    kind = reference.name.rpartition(".")[2]
    if kind != "Email":
        yield Finding(node, "FM506", f"{kind} sent an e-mail in Flyte 1, and so does flyte.notify.Email now.")
    target = cst.parse_expression(_email(view))
    places = {name: list(node.args).index(arg) for name, arg in given.items()}

    def build(updated: cst.Call) -> cst.BaseExpression:
        args = list(updated.args)
        phases, recipients = args[places["phases"]], args[places["recipients_email"]]
        args[places["phases"]] = _renamed(phases, as_tuple(_numbered(view, phases.value)), "on_phase")
        args[places["recipients_email"]] = _renamed(recipients, as_tuple(recipients.value, single=False), "recipients")
        return updated.with_changes(func=target, args=args)

    yield Replace(node, build)


def _email(view: FileView) -> str:
    """The class, by its dotted name where v1's Email is still called in this file."""
    for reference in view.references:
        node = view.parent(reference.chain)
        if (
            reference.name == "flytekit.Email"
            and isinstance(node, cst.Call)
            and set(arguments(node, _ORDER) or ()) != set(_ORDER)
        ):
            return f"{view.local_name('flyte.notify:')}.Email"
    return view.local_name("flyte.notify:Email")


def _renamed(arg: cst.Arg, value: cst.BaseExpression, keyword: str) -> cst.Arg:
    """The argument under a keyword of v2, its layout kept."""
    return argument(value, keyword).with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)


def as_tuple(node: cst.BaseExpression, single: bool = True) -> cst.BaseExpression:
    """A list display as a tuple, its layout kept; with ``single``, the element itself where there is only one."""
    if not isinstance(node, cst.List) or not node.elements:
        return node
    elements = list(node.elements)
    if len(elements) == 1 and isinstance(elements[0], cst.Element):
        if single and "#" not in code(node):
            return elements[0].value
        if not isinstance(elements[0].comma, cst.Comma):
            elements[0] = elements[0].with_changes(comma=cst.Comma())
    before = node.lbracket.whitespace_after
    after = node.rbracket.whitespace_before
    return cst.Tuple(
        elements, lpar=[cst.LeftParen(whitespace_after=before)], rpar=[cst.RightParen(whitespace_before=after)]
    )


def _numbered(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression:
    """Phases given as numbers, by name."""
    if not isinstance(node, cst.List):
        return node
    elements = []
    for element in node.elements:
        value = literal(element.value)
        name = _PHASE_NUMBERS.get(value) if isinstance(value, int) else None
        phase = view.local_name("flyte.models:ActionPhase") if name else ""
        elements.append(element.with_changes(value=cst.parse_expression(f"{phase}.{name}")) if name else element)
    return node.with_changes(elements=elements)


@on_symbol("flytekit.WorkflowExecutionPhase")
def convert_phase(view: FileView, reference: Reference) -> Iterator[Item]:
    """``WorkflowExecutionPhase.FAILED`` → ``ActionPhase.FAILED`` for the phases that notify (LP-16)."""
    if not reference.rest:
        return
    phase = reference.rest[0]
    if phase not in _PHASES:
        yield Finding(
            reference.node, "FM507", f"Flyte 2 does not notify of {phase}; the phases are {', '.join(_PHASES)}."
        )
        return
    target = view.ref("flyte.models:ActionPhase")
    yield Replace(reference.node, lambda updated: target)


@on_symbol("flytekit.Labels", "flytekit.Annotations")
def convert_labels(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Labels({"team": "ml"})`` is the dictionary itself."""
    node = view.parent(reference.chain)
    if not isinstance(node, cst.Call) or node.func is not reference.chain or keyword_of(node, "values", 0) is None:
        return
    position = list(node.args).index(keyword_of(node, "values", 0))  # type: ignore[arg-type]
    yield Replace(node, lambda updated: updated.args[position].value)
