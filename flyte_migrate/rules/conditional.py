"""``conditional(...).if_(...).then(...)`` → ``if``/``elif``/``else`` (CND-01…10).

Official: https://www.union.ai/docs/v2/flyte/user-guide/flyte-2/pure-python/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import libcst as cst

from flyte_migrate.rewrite.flow import Value, value_of, values_of
from flyte_migrate.rewrite.plan import Covered, Finding, Insert, Item, Rebuild, Replace
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import layout_comments, line_break, lost_comments

CONDITIONAL = "flytekit.conditional"
#: Gives the part of a chain (an original node) as it will be in the result.
Part = Callable[[cst.BaseExpression], cst.BaseExpression]
#: A condition that is longer gets parentheses and a line for each operand.
_HEADER_WIDTH = 76
_METHODS = frozenset({"if_", "elif_", "else_", "then", "fail"})
#: Around these an expression is not evaluated once, at the place of its statement.
_DEFERRED = (cst.Lambda, cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp, cst.IfExp, cst.BooleanOperation)


@dataclass
class Branch:
    """One branch: its condition (None: ``else``), its value or its failure, and the comments that stand with them."""

    test: cst.BaseExpression | None
    value: cst.BaseExpression | None = None
    failure: cst.BaseExpression | None = None
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@dataclass
class Chain:
    """A whole ``conditional(…)…`` expression; ``complete`` if it ends with ``else_()`` and every branch has a value."""

    node: cst.Call
    name: str
    branches: list[Branch]
    complete: bool
    comments: list[str] = field(default_factory=list)


# -- reading ----------------------------------------------------------------------------------------------------------


def chain_of(view: FileView, root: cst.Call) -> Chain | None:
    """The chain that starts with this call of ``conditional``; None if it is not read to its end as one expression."""
    node = root
    while isinstance(owner := view.parent(node), cst.Attribute) and owner.value is node:
        outer = view.parent(owner)
        if not isinstance(outer, cst.Call) or outer.func is not owner or owner.attr.value not in _METHODS:
            return None
        node = outer
    return _read(node, root)


def _read(node: cst.Call, root: cst.Call) -> Chain | None:
    links: list[cst.Call] = []
    item: cst.BaseExpression = node
    while item is not root:
        assert isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute)
        links.insert(0, item)
        item = item.func.value
    first = root.args[0].value if root.args else None
    chain = Chain(node, (string_value(first) if first is not None else None) or "", [], False)
    pending = chain.comments
    for link in links:
        assert isinstance(link.func, cst.Attribute)
        method = link.func.attr.value
        argument = link.args[0].value if len(link.args) == 1 and not link.args[0].star else None
        behind, before = _comments_of(link.func.dot.whitespace_before)
        pending += behind
        inner = [c.value for space in _spaces(link) for c in layout_comments([space])]
        if method in ("if_", "elif_", "else_"):
            if (method == "if_") != (not chain.branches) or (argument is None) != (method == "else_"):
                return None
            if chain.branches and chain.branches[-1].test is None:
                return None
            branch = Branch(argument, above=before, inside=inner)
            chain.branches.append(branch)
            pending = branch.beside
        else:
            branch = chain.branches[-1] if chain.branches else Branch(None)
            if not chain.branches or argument is None or branch.value is not None or branch.failure is not None:
                return None
            branch.inside += [*before, *inner]
            if method == "then":
                branch.value = argument
            else:
                branch.failure = argument
            pending = branch.behind
    last = chain.branches[-1] if chain.branches else None
    chain.complete = last is not None and last.test is None
    if any(b.value is None and b.failure is None for b in chain.branches):
        return None
    return chain


def _spaces(link: cst.Call) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = [link.whitespace_after_func, link.whitespace_before_args]
    for arg in link.args:
        found.append(arg.whitespace_after_arg)
        if isinstance(arg.comma, cst.Comma):
            found += [arg.comma.whitespace_before, arg.comma.whitespace_after]
    return found


def _comments_of(space: cst.BaseParenthesizableWhitespace) -> tuple[list[str], list[str]]:
    """(comment at the end of the line before, comments on lines of their own) of the whitespace before a link."""
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return [], []
    behind = [space.first_line.comment.value] if space.first_line.comment is not None else []
    return behind, [line.comment.value for line in space.empty_lines if line.comment is not None]


def _nested(view: FileView, value: cst.BaseExpression) -> Chain | None:
    """The chain that a branch's value is, if it is one."""
    root = _root(view, value)
    chain = chain_of(view, root) if root is not None else None
    return chain if chain is not None and chain.node is value else None


def _root(view: FileView, node: cst.CSTNode | None) -> cst.Call | None:
    """The call of ``conditional`` that a chain of calls starts with."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        if view.canonical(node.func) == CONDITIONAL:  # `flytekit.conditional(...)`
            return node
        node = node.func.value
    return node if isinstance(node, cst.Call) and view.canonical(node.func) == CONDITIONAL else None


# -- the rule ---------------------------------------------------------------------------------------------------------


@on_file
def convert_conditionals(view: FileView) -> Iterator[Item]:
    """Turn every chain into an ``if`` statement where its value goes, and its conditions into plain Python."""
    tests: dict[cst.BaseExpression, None] = {}
    variables: set[str] = set()
    for reference in view.references:
        if reference.name != CONDITIONAL:
            continue
        root = view.parent(reference.chain)
        if not isinstance(root, cst.Call) or root.func is not reference.chain:
            continue
        chain = chain_of(view, root)
        problem = _problem(view, chain)
        if chain is None or problem is not None:
            yield problem or Finding(root, "FM221", "This conditional is built in pieces; write one if statement.")
            continue
        tests.update(dict.fromkeys(b.test for b in chain.branches if b.test is not None))
        if any(b.failure is not None for b in chain.branches):
            yield Finding(root, "FM222", "fail(...) became raise ValueError(...); callers get a RuntimeUserError.")
        if not _is_branch(view, chain):
            yield from _placed(view, chain, variables)
    seen: set[cst.CSTNode] = set()
    for test in tests:
        yield from _condition(view, test, seen)


def _problem(view: FileView, chain: Chain | None) -> Finding | None:
    """Why a chain, or one nested in it, can't be converted."""
    if chain is None:
        return None
    if not chain.complete:
        return Finding(chain.node, "FM220", "There is no else_() branch; write an if statement that says what then.")
    outer = _outermost(view, chain)
    if outer is None or not _all_read(view, outer):
        return Finding(chain.node, "FM221", "A conditional nested in this one can't be read; write if statements.")
    if _placement(view, outer) == "":
        return Finding(chain.node, "FM221", "No statement can stand here; write an if statement before this one.")
    if _cut(view, outer) is None:
        message = "The branches share outputs at different places; write an if statement that picks them."
        return Finding(chain.node, "FM221", message)
    return None


def _outermost(view: FileView, chain: Chain) -> Chain | None:
    """The chain whose branch (of a branch …) this one is; itself if it is none, None if it can't be read."""
    current = chain
    while _is_branch(view, current):
        root = _root(view, view.parent(view.parent(current.node) or current.node))
        found = chain_of(view, root) if root is not None else None
        if found is None or not found.complete:
            return None
        current = found
    return current


def _is_branch(view: FileView, chain: Chain) -> bool:
    """Whether a chain is the argument of another chain's ``then``."""
    arg = view.parent(chain.node)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    if not (isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "then"):
        return False
    return _root(view, call) is not None


def _all_read(view: FileView, chain: Chain) -> bool:
    for branch in chain.branches:
        if branch.value is None:
            continue
        nested = _nested(view, branch.value)
        if nested is None:
            if _root(view, branch.value) is not None:
                return False
        elif not nested.complete or not _all_read(view, nested):
            return False
    return True


def _placement(view: FileView, chain: Chain) -> str:
    """How the chain can be written: empty where it can't be.

    As the ``statement`` it is the value of, in a ``variable`` before its statement, or (where nothing fails and no
    statement can stand) as an ``expression``.
    """
    statement = view.statement(chain.node)
    single = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
    parent = view.parent(chain.node)
    if single and isinstance(parent, (cst.Assign, cst.AnnAssign, cst.Return, cst.Expr)):
        return "variable" if isinstance(parent, cst.Return) and _is_discarded(view, parent) else "statement"
    deferred = False
    above = list(view.ancestors(chain.node))
    for ancestor in above:
        if ancestor is statement:
            break
        deferred = deferred or isinstance(ancestor, _DEFERRED) or _links_to_conditional(view, ancestor)
    # Of several statements on a line only the first has nothing before it that would come to stand behind.
    first = isinstance(statement, cst.SimpleStatementLine) and any(a is statement.body[0] for a in above)
    if isinstance(statement, cst.SimpleStatementLine) and first and not deferred and _is_in_block(view, statement):
        return "variable"
    return "expression" if not _fails(view, chain) and isinstance(statement, cst.SimpleStatementLine) else ""


def _is_discarded(view: FileView, node: cst.Return) -> bool:
    """Whether the returned value is one that v1 discarded: rules/signatures.py takes the statement then (TRAP-08)."""
    function = view.function_of(node)
    definition = view.definition_of(function) if function is not None else None
    return definition is not None and definition.task.role in ("task", "dynamic") and definition.node.returns is None


def _is_in_block(view: FileView, statement: cst.CSTNode) -> bool:
    return isinstance(view.parent(statement), (cst.IndentedBlock, cst.Module))


def _links_to_conditional(view: FileView, node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and node.func is not None and _root(view, node) is not None


def _fails(view: FileView, chain: Chain) -> bool:
    for branch in chain.branches:
        nested = _nested(view, branch.value) if branch.value is not None else None
        if branch.failure is not None or (nested is not None and _fails(view, nested)):
            return True
    return False


# -- outputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """The outputs that all branches have (v1 gives only those): how many, or all; ``void`` if a branch has none."""

    count: int | None = None
    void: bool = False


def _cut(view: FileView, chain: Chain) -> Cut | None:
    """None if the common outputs do not come first in every branch."""
    names = [_names(value) for value in _leaves(view, chain)]
    known = [n for n in names if n is not None]
    if any(not n for n in known):
        return Cut(void=True)
    if not known or len(known) != len(names) or all(n == known[0] for n in known):
        return Cut()
    common = [n for n in known[0] if all(n in other for other in known)]
    if not common or any(other[: len(common)] != common for other in known):
        return None if common else Cut()
    return Cut(len(common))


def _leaves(view: FileView, chain: Chain) -> Iterator[Value | None]:
    for branch in chain.branches:
        if branch.value is None:
            continue
        nested = _nested(view, branch.value)
        if nested is not None:
            yield from _leaves(view, nested)
        else:
            yield from values_of(view, branch.value) or (None,)


def _names(value: Value | None) -> list[str] | None:
    if value is None or value.outputs is None:
        return None
    return [f.name for f in value.outputs.fields]


def _trimmed(view: FileView, cut: Cut, original: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression:
    """A branch's value with the common outputs only."""
    names = next((n for v in values_of(view, original) if (n := _names(v)) is not None), None)
    if cut.count is None or names is None or len(names) <= cut.count:
        return value
    if cut.count == 1:
        return cst.parse_expression("_[0]").with_changes(value=value)
    return cst.parse_expression(f"_[:{cut.count}]").with_changes(value=value)


# -- writing ----------------------------------------------------------------------------------------------------------


#: Makes the statement that takes a branch's value.
Sink = Callable[[cst.BaseExpression], cst.BaseSmallStatement]


def _placed(view: FileView, chain: Chain, variables: set[str]) -> Iterator[Item]:
    statement = view.statement(chain.node)
    cut = _cut(view, chain) or Cut()
    placement = _placement(view, chain)
    if placement == "statement":
        assert isinstance(statement, cst.SimpleStatementLine)

        def build(updated: cst.SimpleStatementLine) -> list[cst.BaseStatement]:
            parts = dict(_pairs(view, chain, updated.body[0].value))  # type: ignore[attr-defined]
            return _statements(view, chain, cut, statement, updated, lambda node: parts[node])

        yield Replace(statement, build)
    elif placement == "variable":
        assert isinstance(statement, cst.SimpleStatementLine)
        name = _variable(view, chain, variables)
        variables.add(name)

        def before(rebuild: Rebuild) -> list[cst.BaseStatement]:
            # The argument is asked for, not its value: it may be edited itself.
            made = _if(view, chain, cut, _assigning(name), lambda node: rebuild(view.parent(node)).value)
            made = made.with_changes(leading_lines=[*_lines(chain.comments), *made.leading_lines])
            lost = lost_comments([chain.node], [made])
            return [made.with_changes(leading_lines=[*_lines(lost), *made.leading_lines])]

        yield Insert(statement, before)
        yield Replace(chain.node, lambda updated: cst.Name(name))
        # Its words stand in the statement before now.
        for item in walk(chain.node):
            if isinstance(item, cst.Name) and view.canonical(item) == CONDITIONAL:
                yield Covered(item)
    else:

        def expression(updated: cst.Call) -> cst.BaseExpression:
            parts = dict(_pairs(view, chain, updated))
            made = _expression(view, chain, cut, lambda node: parts[node])
            bare = isinstance(view.parent(chain.node), (cst.ListComp, cst.SetComp, cst.GeneratorExp, cst.Arg))
            return _bare(made) if bare else made

        yield Replace(chain.node, expression)


def _pairs(view: FileView, chain: Chain, updated: Any) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """(original, updated) of the conditions, values and failures of a chain and of those nested in it."""
    item: cst.BaseExpression = chain.node
    while isinstance(item, cst.Call) and isinstance(item.func, cst.Attribute):
        if item.args:
            original, new = item.args[0].value, updated.args[0].value
            nested = _nested(view, original)
            if nested is not None:
                yield from _pairs(view, nested, new)
            else:
                yield original, new
        item, updated = item.func.value, updated.func.value


def _statements(
    view: FileView,
    chain: Chain,
    cut: Cut,
    statement: cst.SimpleStatementLine,
    updated: cst.SimpleStatementLine,
    part: Part,
) -> list[cst.BaseStatement]:
    small = updated.body[0]
    declared: list[cst.BaseStatement] = []
    if isinstance(small, cst.AnnAssign):
        target = small.target
        declared = [cst.SimpleStatementLine([small.with_changes(value=None, equal=cst.MaybeSentinel.DEFAULT)])]
        sink: Sink = lambda value: cst.Assign([cst.AssignTarget(target)], value)  # noqa: E731
    elif isinstance(small, cst.Expr) or (cut.void and isinstance(small, cst.Return)):
        sink = lambda value: cst.Expr(value) if not isinstance(value, cst.Name) else cst.Pass()  # noqa: E731
    else:
        sink = lambda value: small.with_changes(value=value)  # noqa: E731
    made = _if(view, chain, cut, sink, part)
    found: list[cst.BaseStatement] = [*declared, made]
    if cut.void and isinstance(small, cst.Return) and not _ends_function(view, statement):
        found.append(cst.SimpleStatementLine([cst.Return()]))
    head = found[0]
    first = [*updated.leading_lines, *_lines(chain.comments), *head.leading_lines]  # type: ignore[attr-defined]
    found[0] = head.with_changes(leading_lines=first)
    lost = lost_comments([statement], found)
    if lost:
        found[0] = found[0].with_changes(leading_lines=[*first, *_lines(lost)])
    return found


def _ends_function(view: FileView, statement: cst.CSTNode) -> bool:
    block = view.parent(statement)
    if not isinstance(block, cst.IndentedBlock) or block.body[-1] is not statement:
        return False
    return isinstance(view.parent(block), cst.FunctionDef)


def _assigning(name: str) -> Sink:
    return lambda value: cst.Assign([cst.AssignTarget(cst.Name(name))], value)


def _if(view: FileView, chain: Chain, cut: Cut, sink: Sink, part: Part) -> cst.If:
    orelse: cst.If | cst.Else | None = None
    for branch in reversed(chain.branches):
        body = _body(view, branch, cut, sink, part)
        above = _lines(branch.above)
        if branch.test is None:
            orelse = cst.Else(body, leading_lines=above)
        else:
            orelse = cst.If(_header(part(branch.test)), body, orelse, leading_lines=above)
    assert isinstance(orelse, cst.If)
    return orelse


def _body(view: FileView, branch: Branch, cut: Cut, sink: Sink, part: Part) -> cst.IndentedBlock:
    made: cst.BaseStatement
    if branch.failure is not None:
        error = cst.Call(cst.Name("ValueError"), [cst.Arg(standing(part(branch.failure)))])
        made = cst.SimpleStatementLine([cst.Raise(error)])
    else:
        assert branch.value is not None
        nested = _nested(view, branch.value)
        if nested is not None:
            made = _if(view, nested, cut, sink, part)
            made = made.with_changes(leading_lines=[*_lines(nested.comments), *made.leading_lines])
        else:
            value = _trimmed(view, cut, branch.value, standing(part(branch.value)))
            made = cst.SimpleStatementLine([sink(value)])
    inside = list(branch.inside)
    if branch.behind and isinstance(made, cst.SimpleStatementLine) and len(branch.behind) == 1:
        made = made.with_changes(trailing_whitespace=_trailing(branch.behind[0]))
    else:
        inside += branch.behind
    header = cst.TrailingWhitespace()
    if len(branch.beside) == 1:
        header = _trailing(branch.beside[0])
    else:
        inside = [*branch.beside, *inside]
    made = made.with_changes(leading_lines=[*_lines(inside), *made.leading_lines])
    return cst.IndentedBlock([made], header=header)


def _expression(view: FileView, chain: Chain, cut: Cut, part: Part) -> cst.BaseExpression:
    made: cst.BaseExpression | None = None
    for branch in reversed(chain.branches):
        assert branch.value is not None
        nested = _nested(view, branch.value)
        value = _expression(view, nested, cut, part) if nested is not None else part(branch.value)
        value = _trimmed(view, cut, branch.value, value) if nested is None else value
        if branch.test is None:
            made = value
        else:
            assert made is not None
            made = cst.IfExp(part(branch.test), value, made, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    assert made is not None
    return made


def _lines(comments: Sequence[str]) -> list[cst.EmptyLine]:
    return [cst.EmptyLine(comment=cst.Comment(text)) for text in comments]


def _trailing(comment: str) -> cst.TrailingWhitespace:
    return cst.TrailingWhitespace(cst.SimpleWhitespace("  "), cst.Comment(comment))


def _variable(view: FileView, chain: Chain, taken: set[str]) -> str:
    """A free variable, called after the conditional where that makes a name."""
    stem = re.sub(r"\W+", "_", chain.name).strip("_").lower()
    stem = stem if stem.isidentifier() else "chosen"
    name, number = stem, 2
    while name in view.facts.bound or name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def _header(test: cst.BaseExpression) -> cst.BaseExpression:
    """A condition as it stands after ``if``."""
    bare = _bare(test)
    if not isinstance(bare, cst.BooleanOperation) or "#" in code(bare):
        return standing(bare)
    joined = _joined(bare, cst.SimpleWhitespace(" "))
    if len(code(joined)) <= _HEADER_WIDTH or "\n" in code(joined):
        return standing(joined)
    inner, outer = line_break("    "), line_break("")
    split = _joined(bare, inner)
    return split.with_changes(lpar=[cst.LeftParen(inner)], rpar=[cst.RightParen(outer)])


def _joined(node: cst.BaseExpression, before: cst.BaseParenthesizableWhitespace) -> cst.BaseExpression:
    """An ``and``/``or`` expression with the same whitespace before each of its operators."""
    if not isinstance(node, cst.BooleanOperation):
        return node
    after = cst.SimpleWhitespace(" ")
    operator = cst.And(before, after) if isinstance(node.operator, cst.And) else cst.Or(before, after)
    left = node.left if node.left.lpar else _joined(node.left, before)
    return node.with_changes(left=left, operator=operator)


def standing(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression moved out of a chain of calls: its continuation lines indented relative to its own statement."""
    text = code(node)
    if "\n" not in text:
        return node
    if not _is_valid(text):
        node = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    spaces = _Spaces()
    node.visit(spaces)
    wanted = 0 if text.rstrip().split("\n")[-1].strip()[:1] in (")", "]", "}") else 4
    shift = min(spaces.widths, default=wanted) - wanted
    moved = node.visit(_Shift(shift))
    assert isinstance(moved, cst.BaseExpression)
    return moved


def _is_valid(text: str) -> bool:
    try:
        compile(text.strip(), "<expression>", "eval", 0x400)  # PyCF_ONLY_AST
    except SyntaxError:
        return False
    return True


class _Spaces(cst.CSTVisitor):
    def __init__(self) -> None:
        self.widths: list[int] = []

    def visit_ParenthesizedWhitespace(self, node: cst.ParenthesizedWhitespace) -> None:  # noqa: N802
        self.widths.append(len(node.last_line.value))


class _Shift(cst.CSTTransformer):
    def __init__(self, columns: int) -> None:
        super().__init__()
        self.columns = columns

    def leave_ParenthesizedWhitespace(  # noqa: N802
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        lines = [line.with_changes(whitespace=self._moved(line.whitespace)) for line in updated_node.empty_lines]
        return updated_node.with_changes(last_line=self._moved(updated_node.last_line), empty_lines=lines)

    def _moved(self, space: cst.SimpleWhitespace) -> cst.SimpleWhitespace:
        return cst.SimpleWhitespace(" " * max(0, len(space.value) - self.columns))


# -- conditions -------------------------------------------------------------------------------------------------------


def _condition(view: FileView, node: cst.BaseExpression, seen: set[cst.CSTNode]) -> Iterator[Item]:
    """The edits that turn a condition over promises into one over values, variables that hold one included."""
    if node in seen:
        return
    seen.add(node)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.BitAnd, cst.BitOr)):
        yield from _condition(view, node.left, seen)
        yield from _condition(view, node.right, seen)
        yield Replace(node, _logical)
    elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.BitInvert):
        yield from _condition(view, node.expression, seen)
        yield Replace(node, lambda updated: updated.with_changes(operator=cst.Not()))
    elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        made = _predicate(view, node, node.func)
        if made is not None:
            yield Replace(node, made)
    elif isinstance(node, cst.Name):
        for binding in view.bindings(node):
            if binding.kind == "assign" and binding.value is not None and view.function_of(binding.node) is not None:
                yield from _condition(view, binding.value, seen)


def _logical(updated: cst.BinaryOperation) -> cst.BaseExpression:
    old: Any = updated.operator
    spaces = {"whitespace_before": _spaced(old.whitespace_before), "whitespace_after": _spaced(old.whitespace_after)}
    operator = cst.And(**spaces) if isinstance(old, cst.BitAnd) else cst.Or(**spaces)
    return cst.BooleanOperation(
        _operand(updated.left), operator, _operand(updated.right), lpar=updated.lpar, rpar=updated.rpar
    )


def _spaced(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    return space if not isinstance(space, cst.SimpleWhitespace) or space.value else cst.SimpleWhitespace(" ")


def _operand(node: cst.BaseExpression) -> cst.BaseExpression:
    """An operand without the parentheses that only ``&`` and ``|`` needed."""
    return _bare(node) if isinstance(node, (cst.Comparison, cst.UnaryOperation)) else node


def _bare(node: cst.BaseExpression) -> cst.BaseExpression:
    while node.lpar and not isinstance(node, (cst.GeneratorExp, cst.NamedExpr, cst.Tuple)):
        inner = node.with_changes(lpar=node.lpar[1:], rpar=node.rpar[:-1])
        if "#" in code(node) or not _is_valid(code(inner)):
            break
        node = inner
    return node


def _predicate(
    view: FileView, node: cst.Call, function: cst.Attribute
) -> Callable[[cst.Call], cst.BaseExpression] | None:
    """``x.is_true()``, ``x.is_false()``, ``x.is_none()`` and ``x.is_(True)`` (CND-05)."""
    name = function.attr.value
    wanted: bool | None
    if name == "is_" and len(node.args) == 1 and code(node.args[0].value) in ("True", "False"):
        wanted = code(node.args[0].value) == "True"
    elif name in ("is_true", "is_false", "is_none") and not node.args:
        wanted = {"is_true": True, "is_false": False, "is_none": None}[name]
    else:
        return None
    value = value_of(view, function.value)
    declared = value.type if value is not None else None
    known = declared.bare(view).name(view) if declared is not None else ""
    optional = declared is None or declared.bare(view) != declared
    if wanted is None:
        template = "_ is None"
    elif known == "bool" and not optional:
        template = "_" if wanted else "not _"
    elif known in ("bool", ""):
        template = f"_ is {wanted}"
    else:
        template = f"_ == {wanted}"

    def build(updated: cst.Call) -> cst.BaseExpression:
        assert isinstance(updated.func, cst.Attribute)
        made = cst.parse_expression(template)
        if isinstance(made, cst.Name):
            return updated.func.value
        filled = made.deep_replace(_placeholder(made), updated.func.value)
        assert isinstance(filled, cst.BaseExpression)
        return filled

    return build


def _placeholder(made: cst.CSTNode) -> cst.CSTNode:
    return next(n for n in walk(made) if isinstance(n, cst.Name) and n.value == "_")
