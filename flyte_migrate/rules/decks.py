"""Decks → ``flyte.report`` tabs (CTX-16…22, IMP-64).

In v1 a deck is written only by tasks with ``enable_deck=True`` and by eager ones; in v2 a report with ``report=True``.
Official: https://www.union.ai/docs/v2/flyte/user-guide/task-programming/reports/
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from flyte_migrate.rewrite.awaiting import runs_async
from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.template import argument, call, code, only_lines
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import arguments, constant, literal
from flyte_migrate.rules.context_uses import CURRENT_CONTEXT, PARAMETERS, context_uses
from flyte_migrate.rules.renderers import is_renderer

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
    shown = [r for r in view.references if r.name == DECK or is_renderer(r.name)]
    return [argument("True", "report")] if any(definition.node in set(view.ancestors(r.node)) for r in shown) else []


# -- decks -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Deck:
    """An expression that gives a deck: its constructor or the default deck, and the variable it is assigned to."""

    node: cst.BaseExpression
    tab: str  # source of the tab's name; empty for the default deck
    html: cst.Arg | None = None
    position: int = 0  # of the HTML among the constructor's arguments
    appended: tuple[cst.Call, ...] = ()  # ``.append(...)`` of the deck and of what each of them gives, which is it
    assignment: cst.SimpleStatementLine | None = None
    scope: Scope | None = None
    variable: str = ""

    @property
    def whole(self) -> cst.BaseExpression:
        """The deck with everything that is appended to it in passing."""
        return self.appended[-1] if self.appended else self.node


@on_file
def convert_decks(view: FileView) -> Iterator[Item]:
    """Convert decks where they are made, and everything that is done with their variables."""
    names = (DECK, CURRENT_CONTEXT, PARAMETERS)
    if "eck" not in view.text or not any(reference.name in names for reference in view.references):
        return
    decks = _decks(view)
    placed = _placements(view, decks)
    inline = {placement.deck for placement in placed.values()}
    for deck in decks:
        if deck.node not in inline:
            yield from _convert_deck(view, deck, decks)
    for use in context_uses(view):
        if use.path[:1] == ("timeline_deck",):
            yield Finding(use.root, "FM410", "The timeline deck has no counterpart; log what took how long.")
        elif use.path[:1] == ("decks",) and use.root not in _placed_roots(placed):
            yield Finding(
                use.root, "FM414", "The list of decks is gone; flyte.report.get_tab(name) finds or makes a tab."
            )
    yield from _accumulating(view, decks)
    for line, placement in placed.items():
        made = next((deck for deck in decks if deck.node is placement.deck), None)
        yield Replace(line, _placing(view, made, decks))
    for reference in view.references:
        if reference.name == DECK:
            yield from _convert_reference(view, reference, {deck.node for deck in decks})


def _decks(view: FileView) -> list[_Deck]:
    return [*_constructed(view, set(_lists(view))), *_default_decks(view)]


def _accumulating(view: FileView, decks: Sequence[_Deck]) -> Iterator[Finding]:
    """In v1 each reading of ``ctx.default_deck`` makes a deck that takes the place of the one before."""
    first: dict[cst.CSTNode, _Deck] = {}
    told: set[cst.CSTNode] = set()
    for deck in decks:
        function = view.function_of(deck.node)
        if isinstance(deck.node, cst.Call) or function is None:
            continue
        earlier = first.setdefault(function, deck)
        if function not in told and (earlier is not deck or _in_loop(view, deck.node)):
            told.add(function)
            message = "In Flyte 1 every default_deck began anew, so that the last one was shown; now all of it is."
            yield Finding(earlier.node, "FM415", message)


def _in_loop(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node is in a loop of its function."""
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, (cst.For, cst.While)):
            return True
        if isinstance(ancestor, (cst.FunctionDef, cst.Lambda)):
            return False
    return False


# -- the list of decks -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Placement:
    """A statement about the list of decks that goes: a tab is there from its making."""

    root: cst.CSTNode  # of the use of the context behind it
    deck: cst.CSTNode | None = None  # made in place


def placed_decks(view: FileView) -> set[cst.CSTNode]:
    """The uses of the context that only put decks into the list of decks, by their roots; nothing is left of them."""
    return _placed_roots(_placements(view, _decks(view))) if ".decks" in view.text else set()


def _placed_roots(placed: dict[cst.SimpleStatementLine, _Placement]) -> set[cst.CSTNode]:
    return {placement.root for placement in placed.values()}


def _lists(view: FileView) -> dict[cst.BaseExpression, cst.CSTNode]:
    """The expressions that are the list of decks, ``ctx.decks`` or a variable that holds it → the use of the context
    behind them.
    """
    found: dict[cst.BaseExpression, cst.CSTNode] = {}
    for use in context_uses(view) if ".decks" in view.text else ():
        if use.path[:1] == ("decks",):
            found[use.links[0]] = use.root
            found.update(dict.fromkeys(_uses_of_list(view, use.links[0]), use.root))
    return found


def _uses_of_list(view: FileView, listed: cst.BaseExpression) -> list[cst.Name]:
    """Where the variable is read that ``decks = ctx.decks`` binds."""
    assign = view.parent(listed)
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    scope = view.scope_at[target].owner(target.value) if isinstance(target, cst.Name) else None
    if not isinstance(target, cst.Name) or scope is None or len(scope.bindings[target.value]) > 1:
        return []
    return view.uses_of(target.value, scope)


def _placements(view: FileView, decks: Sequence[_Deck]) -> dict[cst.SimpleStatementLine, _Placement]:
    """``ctx.decks.insert(0, deck)`` as a statement of its own, ``decks = ctx.decks`` where only such follow."""
    found: dict[cst.SimpleStatementLine, _Placement] = {}
    for listed, root in _lists(view).items():
        if isinstance(listed, cst.Name):
            continue
        line, deck = _placement(view, listed, decks)
        others = [_placement(view, name, decks) for name in _uses_of_list(view, listed)]
        assigned = view.statement(listed)
        alone = isinstance(assigned, cst.SimpleStatementLine) and len(assigned.body) == 1
        if line is not None:
            found[line] = _Placement(root, deck)
        elif isinstance(assigned, cst.SimpleStatementLine) and alone and others and all(o for o, _ in others):
            found[assigned] = _Placement(root)
            found.update({other: _Placement(root, made) for other, made in others if other is not None})
    return found


def _placement(
    view: FileView, listed: cst.BaseExpression, decks: Sequence[_Deck]
) -> tuple[cst.SimpleStatementLine | None, cst.CSTNode | None]:
    """The statement that puts a deck into the list, and the deck if it is made there."""
    method = view.parent(listed)
    call = view.parent(method) if isinstance(method, cst.Attribute) else None
    line = view.parent(expression) if isinstance(expression := view.parent(call) if call else None, cst.Expr) else None
    if not isinstance(method, cst.Attribute) or method.attr.value not in ("append", "insert"):
        return None, None
    if not isinstance(call, cst.Call) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None, None
    last = call.args[-1].value if call.args else None
    if isinstance(last, cst.Name) and last.value in {deck.variable for deck in decks if deck.variable}:
        return line, None
    made = next((deck for deck in decks if deck.whole is last and not deck.appended), None)
    return (line, made.node) if made is not None and made.html is not None else (None, None)


def _placing(
    view: FileView, deck: _Deck | None, decks: Sequence[_Deck]
) -> Callable[[cst.SimpleStatementLine], cst.CSTNode | Sequence[cst.CSTNode]]:
    """What is left of a statement about the list: the deck that it makes, and comments."""

    def build(updated: cst.SimpleStatementLine) -> cst.CSTNode | Sequence[cst.CSTNode]:
        if deck is None:
            lines = updated.leading_lines if any(line.comment for line in updated.leading_lines) else ()
            return [only_lines(lines)] if lines else []
        expression = updated.body[0]
        assert isinstance(expression, cst.Expr) and isinstance(expression.value, cst.Call)
        made = expression.value.args[-1].value
        logged = _logged(view, deck, made, view.local_name("flyte.report:"), _replaces(view, deck, decks))
        return updated.with_changes(body=[expression.with_changes(value=logged)])

    return build


# -- the decks themselves ----------------------------------------------------------------------------------------------


def _constructed(view: FileView, lists: Collection[cst.BaseExpression]) -> Iterator[_Deck]:
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
        if given is None or "name" not in given:
            continue
        tab = "" if constant(view, given["name"].value) == "default" else code(given["name"].value)
        html = given.get("html")
        deck = _held(view, node, tab, html, list(node.args).index(html) if html is not None else 0)
        added = literal(given["auto_add_to_deck"].value) if "auto_add_to_deck" in given else True
        if added is True or (added is False and _is_put_into_list(view, deck, lists)):
            yield deck


def _is_put_into_list(view: FileView, deck: _Deck, lists: Collection[cst.BaseExpression]) -> bool:
    """Whether the deck in a variable (or one made in place) is put into the list of decks by hand."""
    if deck.scope is None:
        return _is_placed(view, deck.node, lists)
    return any(_is_placed(view, use, lists) for use in view.uses_of(deck.variable, deck.scope))


def _is_placed(view: FileView, node: cst.BaseExpression, lists: Collection[cst.BaseExpression]) -> bool:
    """Whether an expression is an argument of a method of the list of decks."""
    arg = view.parent(node)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.value in lists


def _default_decks(view: FileView) -> Iterator[_Deck]:
    for use in context_uses(view):
        if use.path[:1] == ("default_deck",):
            yield _held(view, use.links[0], "", None, 0)


def _held(view: FileView, node: cst.BaseExpression, tab: str, html: cst.Arg | None, position: int) -> _Deck:
    """The deck with what is appended to it in passing, and the variable that it is assigned to in a statement of its
    own."""
    appended: list[cst.Call] = []
    whole: cst.BaseExpression = node
    while isinstance(method := view.parent(whole), cst.Attribute) and method.attr.value == "append":
        call = view.parent(method)
        if not isinstance(call, cst.Call) or call.func is not method or len(call.args) != 1:
            break
        appended.append(call)
        whole = call
    deck = _Deck(node, tab, html, position, tuple(appended))
    small = view.parent(whole)
    line = view.parent(small) if small is not None else None
    if isinstance(small, cst.Assign):
        target = small.targets[0].target if len(small.targets) == 1 else None
    else:
        target = small.target if isinstance(small, cst.AnnAssign) else None
    if isinstance(target, cst.Name) and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        scope = view.scope_at[target].owner(target.value)
        return replace(deck, assignment=line, scope=scope, variable=target.value)
    return deck


def _convert_deck(view: FileView, deck: _Deck, decks: Sequence[_Deck]) -> Iterator[Item]:
    report = view.local_name("flyte.report:")
    parent = view.parent(deck.whole)
    line = view.parent(parent) if isinstance(parent, cst.Expr) else None
    if deck.assignment is not None:
        yield from _convert_variable(view, deck, report)
    elif len(deck.appended) == 1 and deck.html is None and isinstance(parent, cst.Expr):
        yield from _convert_append(view, deck, deck.appended[0], report)
    elif deck.appended and isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        yield Replace(line, lambda updated: _logged_one_by_one(view, deck, updated, report))
    elif deck.appended:
        message = "A tab's log() gives nothing back; call it once for every piece of HTML."
        yield Finding(deck.node, "FM414", message)
    elif isinstance(parent, cst.Expr):
        if deck.html is None:
            yield Replace(deck.node, lambda updated: cst.parse_expression(_tab(deck, report)))
        else:
            yield Replace(deck.node, lambda updated: _logged(view, deck, updated, report, _replaces(view, deck, decks)))
    elif isinstance(parent, cst.Attribute) and parent.attr.value in ("name", "html", "append"):
        yield Finding(deck.node, "FM414", "Make the tab first: tab = flyte.report.get_tab(name), then tab.log(html).")
    else:
        yield Finding(
            deck.node,
            "FM414",
            "This deck goes on from here; flyte.report.get_tab(name) finds a tab anywhere in the task.",
        )


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


def _convert_append(view: FileView, deck: _Deck, node: cst.Call, report: str) -> Iterator[Item]:
    """``ctx.default_deck.append(html)`` → ``flyte.report.log(html)``."""
    log = f"{_tab(deck, report)}.log" if deck.tab else f"{report}.log"
    if not deck.tab and runs_async(view, node):
        yield Replace(node, lambda updated: cst.Await(_logging(updated, cst.parse_expression(f"{log}.aio"))))
    else:
        yield Replace(node, lambda updated: _logging(updated, cst.parse_expression(log)))


def _logging(updated: cst.Call, log: cst.BaseExpression) -> cst.Call:
    """A call of ``append`` as one of ``log``, whose parameter has another name."""
    plain = [
        a.with_changes(keyword=None, equal=cst.MaybeSentinel.DEFAULT) if a.keyword is not None else a
        for a in updated.args
    ]
    return updated.with_changes(func=log, args=plain)


def _pieces(deck: _Deck, updated: cst.BaseExpression) -> list[cst.Arg]:
    """The HTML that a deck was made with and what was appended to it in passing, as edited."""
    found: list[cst.Arg] = []
    while len(found) < len(deck.appended):
        assert isinstance(updated, cst.Call) and isinstance(updated.func, cst.Attribute)
        found.insert(0, cst.Arg(updated.args[0].value))
        updated = updated.func.value
    if deck.html is not None:
        assert isinstance(updated, cst.Call)
        found.insert(0, cst.Arg(updated.args[deck.position].value))
    return found


def _logged_one_by_one(view: FileView, deck: _Deck, updated: cst.SimpleStatementLine, report: str) -> list[cst.CSTNode]:
    """``Deck(name).append(a).append(b)`` as a statement of its own."""
    expression = updated.body[0]
    assert isinstance(expression, cst.Expr)
    log = cst.parse_expression(f"{_tab(deck, report)}.log")
    lines: list[cst.CSTNode] = []
    for html in _pieces(deck, expression.value):
        call = cst.Call(log.deep_clone(), [html]) if deck.tab else _main(view, deck.node, report, "log", html)
        lines.append(cst.SimpleStatementLine([cst.Expr(call)]))
    lines[0] = lines[0].with_changes(leading_lines=updated.leading_lines)
    lines[-1] = lines[-1].with_changes(trailing_whitespace=updated.trailing_whitespace)
    return lines


def _convert_variable(view: FileView, deck: _Deck, report: str) -> Iterator[Item]:
    """``deck = Deck(name, html)`` → the tab and what is logged to it; ``deck.append`` → ``deck.log``."""
    assert deck.assignment is not None and deck.scope is not None
    lists = _lists(view)
    yield Replace(deck.assignment, lambda updated: _assigned(updated, deck, cst.parse_expression(_tab(deck, report))))
    for use in view.uses_of(deck.variable, deck.scope):
        attribute = view.parent(use)
        if isinstance(attribute, cst.AnnAssign) and attribute.target is use:
            continue
        if isinstance(attribute, cst.Attribute) and attribute.attr.value in ("append", "name", "html"):
            yield from _convert_tab_member(view, attribute)
        elif not _is_passed_to_deck_parameter(view, use) and not _is_placed(view, use, lists):
            yield Finding(use, "FM414", f"{use.value} is a report tab now: it has log(), replace() and get_html().")


def _assigned(updated: cst.SimpleStatementLine, deck: _Deck, tab: cst.BaseExpression) -> list[cst.CSTNode]:
    """The tab in the variable, and statements that log the HTML the deck was made with."""
    assign = updated.body[0]
    assert isinstance(assign, (cst.Assign, cst.AnnAssign)) and assign.value is not None
    target = cst.AssignTarget(assign.target) if isinstance(assign, cst.AnnAssign) else assign.targets[0]
    log = cst.Attribute(cst.Name(deck.variable), cst.Name("log"))
    pieces = _pieces(deck, assign.value)
    lines: list[cst.CSTNode] = [updated.with_changes(body=[cst.Assign([target], tab)])]
    return [*lines, *(cst.SimpleStatementLine([cst.Expr(cst.Call(log.deep_clone(), [html]))]) for html in pieces)]


def _convert_tab_member(view: FileView, attribute: cst.Attribute) -> Iterator[Item]:
    """A member of a deck on the tab: append → log, html → get_html()."""
    node = view.parent(attribute)
    if attribute.attr.value == "html":
        yield Replace(attribute, lambda updated: cst.Call(updated.with_changes(attr=cst.Name("get_html"))))
    elif attribute.attr.value == "append":
        if isinstance(node, cst.Call) and isinstance(view.parent(node), cst.Expr):
            yield Replace(node, lambda updated: _logging(updated, updated.func.with_changes(attr=cst.Name("log"))))
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
    elif isinstance(node, cst.Annotation) and _is_made(view, view.parent(node), converted):
        return
    elif not (isinstance(node, cst.Call) and node in converted):
        yield Finding(
            reference.chain, "FM414", "Deck has no counterpart as a class; flyte.report.get_tab(name) is a tab."
        )


def _is_made(view: FileView, node: cst.CSTNode | None, converted: set[cst.BaseExpression]) -> bool:
    """Whether a deck is made in an assignment, whose annotation goes."""
    if not isinstance(node, cst.AnnAssign) or node.value is None:
        return False
    return any(node in set(view.ancestors(deck)) for deck in converted)


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
