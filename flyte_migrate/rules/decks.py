"""Decks → ``flyte.report`` tabs (CTX-16…22, IMP-64).

In v1 a deck is written only by tasks with ``enable_deck=True`` and by eager ones; in v2 a report with ``report=True``.
Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/reports/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.template import argument, call, code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import arguments, constant
from flyte_migrate.rules.context_uses import CURRENT_CONTEXT, PARAMETERS, context_uses

DECK = "flytekit.Deck"
_DECK_ORDER = ("name", "html", "auto_add_to_deck")
#: A tab's name and the HTML fit on one line up to here.
_ROOM = 110


def report_arguments(view: FileView, definition: TaskDefinition) -> list[cst.Arg]:
    """``report=True`` for an eager task that writes to decks: in v1 those are written without ``enable_deck``."""
    if (
        definition.task.role != "eager"
        or definition.task.argument("enable_deck")
        or definition.task.argument("disable_deck")
    ):
        return []
    names = {r.name: r for r in view.references if r.name == DECK and definition.node in set(view.ancestors(r.node))}
    return [argument("True", "report")] if names else []


# -- decks -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Deck:
    """An expression that gives a deck: its constructor or the default deck, and the variable it is assigned to."""

    node: cst.BaseExpression
    tab: str  # source of the tab's name; empty for the default deck
    html: cst.Arg | None = None
    position: int = 0  # of the HTML among the constructor's arguments
    assignment: cst.SimpleStatementLine | None = None
    scope: Scope | None = None
    variable: str = ""


@on_file
def convert_decks(view: FileView) -> Iterator[Item]:
    """Convert decks where they are made, and everything that is done with their variables."""
    names = (DECK, CURRENT_CONTEXT, PARAMETERS)
    if "eck" not in view.text or not any(reference.name in names for reference in view.references):
        return
    decks = [*_constructed(view), *_default_decks(view)]
    for deck in decks:
        yield from _convert_deck(view, deck, decks)
    for use in context_uses(view):
        if use.path[:1] == ("timeline_deck",):
            yield Finding(use.root, "FM410", "The timeline deck has no counterpart; log what took how long.")
        elif use.path[:1] == ("decks",) and (statement := _placement(view, use.root, decks)) is not None:
            lines = statement.leading_lines if any(line.comment for line in statement.leading_lines) else ()
            yield Replace(statement, lambda updated, lines=lines: [only_lines(lines)] if lines else None)  # type: ignore[misc]
        elif use.path[:1] == ("decks",):
            yield Finding(
                use.root, "FM414", "The list of decks is gone; flyte.report.get_tab(name) finds or makes a tab."
            )
    for reference in view.references:
        if reference.name == DECK:
            yield from _convert_reference(view, reference, {deck.node for deck in decks})


def _placement(view: FileView, root: cst.CSTNode, decks: Sequence[_Deck]) -> cst.SimpleStatementLine | None:
    """``ctx.decks.insert(0, deck)`` as a statement of its own: a tab is there from its making, so nothing is left."""
    node: cst.CSTNode | None = root
    while isinstance(parent := view.parent(node), cst.Attribute) if node is not None else False:
        node = parent
    call = view.parent(node) if node is not None else None
    expression = view.parent(call) if isinstance(call, cst.Call) else None
    if not isinstance(call, cst.Call) or call.func is not node or not code(call.func).endswith((".append", ".insert")):
        return None
    line = view.parent(expression) if isinstance(expression, cst.Expr) else None
    known = {deck.variable for deck in decks if deck.variable}
    last = call.args[-1].value if call.args else None
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or not isinstance(last, cst.Name):
        return None
    return line if last.value in known else None


def _constructed(view: FileView) -> Iterator[_Deck]:
    for reference in view.references:
        node = view.parent(reference.chain)
        if (
            reference.name != DECK
            or reference.rest
            or not isinstance(node, cst.Call)
            or node.func is not reference.chain
        ):
            continue
        given = arguments(node, _DECK_ORDER)
        if given is None or "name" not in given or "auto_add_to_deck" in given:
            continue
        tab = "" if constant(view, given["name"].value) == "default" else code(given["name"].value)
        html = given.get("html")
        yield _held(view, node, tab, html, list(node.args).index(html) if html is not None else 0)


def _default_decks(view: FileView) -> Iterator[_Deck]:
    for use in context_uses(view):
        if use.path[:1] == ("default_deck",):
            yield _held(view, use.links[0], "", None, 0)


def _held(view: FileView, node: cst.BaseExpression, tab: str, html: cst.Arg | None, position: int) -> _Deck:
    """The deck with the variable that it is assigned to, if the assignment is a statement of its own."""
    small = view.parent(node)
    line = view.parent(small) if small is not None else None
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and isinstance(line, cst.SimpleStatementLine):
        target = small.targets[0].target
        if isinstance(target, cst.Name) and len(line.body) == 1:
            scope = view.scope_at[target].owner(target.value)
            return _Deck(node, tab, html, position, line, scope, target.value)
    return _Deck(node, tab, html, position)


def _convert_deck(view: FileView, deck: _Deck, decks: Sequence[_Deck]) -> Iterator[Item]:
    report = view.local_name("flyte.report:")
    parent = view.parent(deck.node)
    if deck.assignment is not None:
        yield from _convert_variable(view, deck, report)
    elif isinstance(parent, cst.Expr):
        if deck.html is None:
            yield Replace(deck.node, lambda updated: cst.parse_expression(_tab(deck, report)))
        else:
            yield Replace(deck.node, lambda updated: _logged(view, deck, updated, report, _replaces(view, deck, decks)))
    elif isinstance(parent, cst.Attribute) and parent.attr.value == "append" and deck.html is None:
        yield from _convert_append(view, deck, parent, report)
    elif isinstance(parent, cst.Attribute) and parent.attr.value in ("name", "html", "append"):
        yield Finding(deck.node, "FM414", "Make the tab first: tab = flyte.report.get_tab(name), then tab.log(html).")
    elif isinstance(parent, cst.Arg) and _is_append_to_decks(view, parent):
        return
    else:
        yield Finding(
            deck.node,
            "FM414",
            "This deck goes on from here; flyte.report.get_tab(name) finds a tab anywhere in the task.",
        )


def _is_append_to_decks(view: FileView, arg: cst.Arg) -> bool:
    node = view.parent(arg)
    return isinstance(node, cst.Call) and code(node.func).endswith((".decks.append", ".decks.insert"))


def _tab(deck: _Deck, report: str) -> str:
    return f"{report}.get_tab({deck.tab or chr(34) + 'main' + chr(34)})"


def _logged(view: FileView, deck: _Deck, updated: cst.CSTNode, report: str, replaces: bool) -> cst.BaseExpression:
    """``Deck(name, html)`` as a statement of its own."""
    assert isinstance(updated, cst.Call)
    html = cst.Arg(updated.args[deck.position].value)
    if not deck.tab:
        return _main(view, deck.node, report, "replace" if replaces else "log", html)
    layout = updated.args[deck.position]
    exploded_before = isinstance(updated.whitespace_before_args, cst.ParenthesizedWhitespace)
    method = cst.parse_expression(f"{_tab(deck, report)}.{'replace' if replaces else 'log'}")
    if not exploded_before:
        return call(method, [html], room=_ROOM)
    args = [html.with_changes(comma=layout.comma, whitespace_after_arg=layout.whitespace_after_arg)]
    return updated.with_changes(func=method, args=args)


def _main(view: FileView, node: cst.CSTNode, report: str, method: str, html: cst.Arg) -> cst.BaseExpression:
    """Logging to the main tab, awaited in a coroutine, where the plain call is refused (CTX-21)."""
    if runs_async(view, node):
        return cst.Await(cst.Call(cst.parse_expression(f"{report}.{method}.aio"), [html]))
    return cst.Call(cst.parse_expression(f"{report}.{method}"), [html])


def _replaces(view: FileView, deck: _Deck, decks: Sequence[_Deck]) -> bool:
    """Whether a deck takes the place of an earlier one of the same name: in v1 the last of that name is shown."""
    function = view.function_of(deck.node)
    for ancestor in view.ancestors(deck.node):
        if ancestor is function:
            break
        if isinstance(ancestor, (cst.For, cst.While)) and (not deck.tab or deck.tab[0] in "\"'"):
            return True
    before = decks[: list(decks).index(deck)]
    return any(
        d.tab == deck.tab and isinstance(d.node, cst.Call) and view.function_of(d.node) is function for d in before
    )


def _convert_append(view: FileView, deck: _Deck, append: cst.Attribute, report: str) -> Iterator[Item]:
    """``ctx.default_deck.append(html)`` → ``flyte.report.log(html)``."""
    node = view.parent(append)
    if not isinstance(node, cst.Call) or not isinstance(view.parent(node), cst.Expr) or len(node.args) != 1:
        yield Finding(deck.node, "FM414", "A tab's log() gives nothing back; call it once for every piece of HTML.")
        return
    if deck.tab:
        yield Replace(append, lambda updated: cst.parse_expression(f"{_tab(deck, report)}.log"))
    elif runs_async(view, node):
        yield Replace(
            node, lambda updated: cst.Await(updated.with_changes(func=cst.parse_expression(f"{report}.log.aio")))
        )
    else:
        yield Replace(append, lambda updated: cst.parse_expression(f"{report}.log"))


def _convert_variable(view: FileView, deck: _Deck, report: str) -> Iterator[Item]:
    """``deck = Deck(name, html)`` → the tab and what is logged to it; ``deck.append`` → ``deck.log``."""
    assert deck.assignment is not None and deck.scope is not None
    yield Replace(deck.assignment, lambda updated: _assigned(updated, deck, cst.parse_expression(_tab(deck, report))))
    for use in view.uses_of(deck.variable, deck.scope):
        attribute = view.parent(use)
        if isinstance(attribute, cst.Attribute) and attribute.attr.value in ("append", "name", "html"):
            yield from _convert_tab_member(view, attribute)
        elif not _is_passed_to_deck_parameter(view, use):
            yield Finding(use, "FM414", f"{use.value} is a report tab now: it has log(), replace() and get_html().")


def _assigned(updated: cst.SimpleStatementLine, deck: _Deck, tab: cst.BaseExpression) -> list[cst.CSTNode]:
    """The tab in the variable, and a statement that logs the HTML the deck was made with."""
    assign = updated.body[0]
    assert isinstance(assign, cst.Assign)
    bound = updated.with_changes(body=[assign.with_changes(value=tab)])
    if deck.html is None:
        return [bound]
    assert isinstance(assign.value, cst.Call)
    html = cst.Arg(assign.value.args[deck.position].value)
    logged = cst.Expr(cst.Call(cst.Attribute(cst.Name(deck.variable), cst.Name("log")), [html]))
    return [bound, cst.SimpleStatementLine([logged])]


def _convert_tab_member(view: FileView, attribute: cst.Attribute) -> Iterator[Item]:
    """A member of a deck on the tab: append → log, html → get_html()."""
    node = view.parent(attribute)
    if attribute.attr.value == "html":
        yield Replace(attribute, lambda updated: cst.Call(updated.with_changes(attr=cst.Name("get_html"))))
    elif attribute.attr.value == "append":
        if isinstance(node, cst.Call) and isinstance(view.parent(node), cst.Expr):
            yield Replace(attribute, lambda updated: updated.with_changes(attr=cst.Name("log")))
        else:
            yield Finding(attribute, "FM414", "A tab's log() gives nothing back; call it once for every piece of HTML.")


def _is_passed_to_deck_parameter(view: FileView, use: cst.Name) -> bool:
    arg = view.parent(use)
    node = view.parent(arg) if isinstance(arg, cst.Arg) else None
    name = view.qualified(node.func) if isinstance(node, cst.Call) else None
    found = view.index.definition(name, view.facts.module) if name else None
    if found is None or found.function is None:
        return False
    module = found.module.module
    annotations = [p.annotation for p in found.function.parameters if p.annotation]
    return any(view.index.canonical(view.index.local(module, text), module) == DECK for text in annotations)


def _convert_reference(view: FileView, reference: Reference, converted: set[cst.BaseExpression]) -> Iterator[Item]:
    """``Deck.publish()``, and the class as a base or annotation."""
    node = view.parent(reference.chain)
    if reference.rest == ("publish",) and isinstance(node, cst.Call):
        report = view.local_name("flyte.report:")
        if runs_async(view, node):
            yield Replace(node, lambda updated: cst.Await(cst.Call(cst.parse_expression(f"{report}.flush.aio"))))
        else:
            yield Replace(node, lambda updated: cst.Call(cst.parse_expression(f"{report}.flush")))
    elif isinstance(node, cst.Annotation) and isinstance(parameter := view.parent(node), cst.Param):
        yield from _convert_parameter(view, parameter)
    elif not (isinstance(node, cst.Call) and node in converted):
        yield Finding(
            reference.chain, "FM414", "Deck has no counterpart as a class; flyte.report.get_tab(name) is a tab."
        )


def _convert_parameter(view: FileView, parameter: cst.Param) -> Iterator[Item]:
    """A parameter that takes a deck takes a tab, whose class has no public name."""
    function = view.function_of(parameter)
    if function is None:
        return
    yield Replace(parameter, lambda updated: updated.with_changes(annotation=None))
    for use in view.uses_of(parameter.name.value, view.scope_of[function]):
        attribute = view.parent(use)
        if isinstance(attribute, cst.Attribute):
            yield from _convert_tab_member(view, attribute)
