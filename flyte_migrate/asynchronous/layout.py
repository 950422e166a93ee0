"""The nodes that coroutine functions are written with: gathered calls, local functions, and where their comments go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.comments import comments_in
from flyte_migrate.rewrite.template import WIDTH, argument, code, exploded, line_break

__all__ = [
    "Awaitable",
    "argument",
    "comma",
    "fitted",
    "gather",
    "gather_each",
    "is_gathered",
    "keep_comments",
    "line",
    "local_function",
    "names_tuple",
    "nested",
    "returned",
    "returning_appended",
    "separated",
    "spaced",
]


@dataclass(frozen=True)
class Awaitable:
    """One of several calls to await together, what its result is bound to, and whose comments it takes."""

    call: cst.BaseExpression
    target: cst.BaseAssignTargetExpression | None
    statement: cst.CSTNode | None = None


def line(small: cst.BaseSmallStatement) -> cst.SimpleStatementLine:
    """A statement line."""
    return cst.SimpleStatementLine([small])


def comma(wanted: bool) -> cst.Comma | cst.MaybeSentinel:
    """``, `` or nothing."""
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")) if wanted else cst.MaybeSentinel.DEFAULT


def separated(args: Sequence[cst.Arg]) -> list[cst.Arg]:
    """Arguments on one line."""
    return [
        a.with_changes(comma=comma(n < len(args) - 1), whitespace_after_arg=cst.SimpleWhitespace(""))
        for n, a in enumerate(args)
    ]


def names_tuple(names: Sequence[str]) -> cst.Name | cst.Tuple:
    """``a`` or ``a, b``."""
    if len(names) == 1:
        return cst.Name(names[0])
    elements = [cst.Element(cst.Name(n), comma=comma(n is not names[-1] or len(names) == 1)) for n in names]
    return cst.Tuple(elements, lpar=(), rpar=())


def local_function(
    name: str, parameters: Sequence[str | tuple[str, str]], body: Sequence[cst.BaseStatement], returns: str = ""
) -> cst.FunctionDef:
    """``async def name(parameters): body``; a parameter may have an annotation."""
    params = []
    for parameter in parameters:
        text, annotation = (parameter, "") if isinstance(parameter, str) else parameter
        annotated = cst.Annotation(cst.parse_expression(annotation)) if annotation else None
        params.append(cst.Param(cst.Name(text), annotation=annotated))
    body = list(body)
    if body:
        lines = list(getattr(body[0], "leading_lines", ()))
        while lines and lines[0].comment is None:
            del lines[0]
        body[0] = body[0].with_changes(leading_lines=lines)
    return cst.FunctionDef(
        cst.Name(name),
        cst.Parameters(params),
        cst.IndentedBlock(list(body) or [cst.SimpleStatementLine([cst.Pass()])]),
        returns=cst.Annotation(cst.parse_expression(returns)) if returns else None,
        asynchronous=cst.Asynchronous(),
        leading_lines=[cst.EmptyLine(indent=False)],
    )


def spaced(statements: Sequence[cst.BaseStatement], made: Collection[str]) -> list[cst.BaseStatement]:
    """Statements with blank lines around the local functions that were ``made``."""
    found: list[cst.BaseStatement] = []
    after_function = False
    for statement in statements:
        is_made = isinstance(statement, cst.FunctionDef) and statement.name.value in made
        lines = list(getattr(statement, "leading_lines", ()))
        blank = bool(lines) and lines[0].comment is None
        if is_made and not found and blank:
            statement = statement.with_changes(leading_lines=lines[1:])
        elif after_function and not blank:
            statement = statement.with_changes(leading_lines=[cst.EmptyLine(indent=False), *lines])
        found.append(statement)
        after_function = is_made
    return found


def returned(statements: list[cst.BaseStatement]) -> None:
    """Turn ``x = value; return x`` at the end into ``return value``, in the branches of an ``if`` as well."""
    if len(statements) < 2:
        return
    last, before = statements[-1], statements[-2]
    if not isinstance(last, cst.SimpleStatementLine) or not isinstance(last.body[0], cst.Return):
        return
    result = last.body[0].value
    if (
        isinstance(result, cst.Tuple)
        and isinstance(before, cst.SimpleStatementLine)
        and isinstance(before.body[0], cst.Assign)
    ):
        # The other results are names: `return i, await t.aio(x=i)`.
        assign, final = before.body[0], result.elements[-1].value
        if isinstance(final, cst.Name) and len(assign.targets) == 1 and _same(assign.targets[0].target, final):
            elements = [*result.elements[:-1], result.elements[-1].with_changes(value=assign.value)]
            changed_line = before.with_changes(body=[cst.Return(result.with_changes(elements=elements))])
            if isinstance(assign.value, cst.Await) and "\n" not in code(changed_line).strip():
                statements[-2:] = [changed_line]
            return
    changed = _returning(before, result) if result is not None else None
    if changed is not None:
        statements[-2:] = [changed]


def _returning(statement: cst.BaseStatement, result: cst.BaseExpression) -> cst.BaseStatement | None:
    """The statement with ``return value`` for its last ``result = value``; None if it ends otherwise."""
    if isinstance(statement, cst.If):
        other = statement.orelse
        if (
            other is None
            or not isinstance(statement.body, cst.IndentedBlock)
            or not isinstance(other.body, cst.IndentedBlock)
        ):
            return None
        body = _ending(statement.body, result)
        orelse = _returning(other, result) if isinstance(other, cst.If) else _ending(other.body, result)
        if body is None or orelse is None:
            return None
        if isinstance(other, cst.If):
            return statement.with_changes(body=body, orelse=orelse)
        return statement.with_changes(body=body, orelse=other.with_changes(body=orelse))
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    small = statement.body[0]
    if isinstance(small, cst.Raise):
        return statement
    if isinstance(small, cst.Assign) and len(small.targets) == 1 and _same(small.targets[0].target, result):
        return statement.with_changes(body=[cst.Return(small.value)])
    if isinstance(small, cst.AnnAssign) and small.value is not None and _same(small.target, result):
        return statement.with_changes(body=[cst.Return(small.value)])
    return None


def returning_appended(statement: cst.BaseStatement) -> cst.BaseStatement:
    """An ``if`` whose branches end in ``name.append(value)`` with ``return value`` instead."""
    if isinstance(statement, (cst.If, cst.Else)):
        assert isinstance(statement.body, cst.IndentedBlock)
        *others, last = statement.body.body
        body = statement.body.with_changes(body=[*others, returning_appended(last)])
        if isinstance(statement, cst.If) and statement.orelse is not None:
            return statement.with_changes(body=body, orelse=returning_appended(statement.orelse))  # type: ignore[arg-type]
        return statement.with_changes(body=body)
    assert isinstance(statement, cst.SimpleStatementLine)
    small = statement.body[0]
    assert isinstance(small, cst.Expr)
    call = small.value
    assert isinstance(call, cst.Call)
    return statement.with_changes(body=[cst.Return(call.args[0].value)])


def is_gathered(node: cst.BaseExpression) -> bool:
    """Whether an expression is ``asyncio.gather(...)``, which has started what it gathers."""
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "gather"


def _ending(block: cst.IndentedBlock, result: cst.BaseExpression) -> cst.IndentedBlock | None:
    last = _returning(block.body[-1], result)
    return block.with_changes(body=[*block.body[:-1], last]) if last is not None else None


def _same(one: cst.BaseExpression, other: cst.BaseExpression) -> bool:
    return code(one) == code(other)


def gather_each(
    asyncio: str, value: cst.BaseExpression, loop: cst.CompFor, options: Sequence[cst.Arg] = ()
) -> cst.Call:
    """``asyncio.gather(*(value for …))``."""
    elements = cst.GeneratorExp(value, _one_line(loop))
    return cst.Call(cst.parse_expression(f"{asyncio}.gather"), separated([cst.Arg(elements, star="*"), *options]))


def _one_line(loop: cst.CompFor) -> cst.CompFor:
    """A comprehension's loop behind its element, unless its layout holds a comment."""
    if "#" in code(loop.whitespace_before):
        return loop
    return loop.with_changes(whitespace_before=cst.SimpleWhitespace(" "))


def fitted(statement: cst.BaseStatement, indent: int) -> cst.BaseStatement:
    """A statement that awaits gathered calls on several lines if it is too long for one."""
    if isinstance(statement, cst.For):
        head = code(statement.with_changes(leading_lines=[], body=cst.SimpleStatementSuite([cst.Pass()])))
        waited = _fitted(statement.iter, head, indent)
        return statement if waited is None else statement.with_changes(iter=waited)
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return statement
    small = statement.body[0]
    waited = _fitted(getattr(small, "value", None), code(statement.with_changes(leading_lines=[])), indent)
    return statement if waited is None else statement.with_changes(body=[small.with_changes(value=waited)])


def _fitted(waited: cst.CSTNode | None, text: str, indent: int) -> cst.Await | None:
    """Awaited gathered calls on several lines if ``text``, which holds them, is too long for one."""
    call = waited.expression if isinstance(waited, cst.Await) else None
    if not isinstance(waited, cst.Await) or not isinstance(call, cst.Call) or not is_gathered(call):
        return None
    text = text.rstrip("\n")
    if "\n" in text or len(text) <= WIDTH - indent:
        return None
    args = [_arg_on_lines(a) if len(code(a)) > WIDTH - indent - 4 else a for a in call.args]
    split = exploded(call.func, args)
    if len(args) == 1:
        inner, outer = split.whitespace_before_args, split.args[0].comma
        assert isinstance(outer, cst.Comma)
        only = split.args[0].with_changes(comma=cst.MaybeSentinel.DEFAULT, whitespace_after_arg=outer.whitespace_after)
        split = split.with_changes(args=[only], whitespace_before_args=inner)
    return waited.with_changes(expression=split)


def _arg_on_lines(arg: cst.Arg) -> cst.Arg:
    """``*(value for …)`` with the value and the loop on lines of their own."""
    elements = arg.value
    if not isinstance(elements, cst.GeneratorExp) or elements.for_in.inner_for_in is not None:
        return arg
    inner, outer = line_break("        "), line_break("    ")
    split = elements.with_changes(
        lpar=[cst.LeftParen(whitespace_after=inner)],
        for_in=elements.for_in.with_changes(whitespace_before=inner),
        rpar=[cst.RightParen(whitespace_before=outer)],
    )
    return arg.with_changes(value=split)


def gather(asyncio: str, args: Sequence[Awaitable], unused: str, indent: int) -> cst.SimpleStatementLine:
    """``a, b = await asyncio.gather(…)``: one line if it fits and nothing is commented, else one call a line."""
    function = cst.parse_expression(f"{asyncio}.gather")
    comments = [_comments(a.statement) for a in args]
    plain = cst.Call(function, separated([cst.Arg(a.call) for a in args]))
    small: cst.BaseSmallStatement
    targets = [None if isinstance(a.target, cst.Name) and a.target.value == unused else a.target for a in args]
    if any(target is not None for target in targets):
        small = cst.Assign([cst.AssignTarget(_targets(targets, unused))], cst.Await(plain))
    else:
        small = cst.Expr(cst.Await(plain))
    blank = _blank_lines(args[0].statement)
    line = cst.SimpleStatementLine([small], leading_lines=blank)
    text = code(line.with_changes(leading_lines=[])).rstrip("\n")
    if not any(above or behind for above, behind in comments) and "\n" not in text and len(text) <= WIDTH - indent:
        return line
    split = _split(function, args, comments)
    return line.with_changes(body=[small.with_changes(value=cst.Await(split))])


def _targets(targets: Sequence[cst.BaseExpression | None], unused: str) -> cst.Tuple:
    """``a, b``, with ``_`` for results that nothing reads, ``*_`` for several at the end."""
    read = max(n for n, target in enumerate(targets, 1) if target is not None)
    rest = len(targets) - read
    found: list[cst.BaseExpression] = [
        nested(target) if target is not None else cst.Name(unused) for target in targets[: read if rest > 1 else None]
    ]
    count = len(found) + (rest > 1)
    elements: list[cst.BaseElement] = [cst.Element(t, comma=comma(n < count)) for n, t in enumerate(found, 1)]
    if rest > 1:
        elements.append(cst.StarredElement(cst.Name(unused)))
    return cst.Tuple(elements, lpar=(), rpar=())


def nested(target: cst.BaseExpression) -> cst.BaseExpression:
    """A target inside another one: tuples in parentheses."""
    if isinstance(target, cst.Tuple) and not target.lpar:
        return target.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return target


def _comments(statement: cst.CSTNode | None) -> tuple[list[str], str]:
    """The comments above a statement, and the one behind it."""
    if statement is None:
        return [], ""
    above = [line.comment.value for line in getattr(statement, "leading_lines", ()) if line.comment is not None]
    trailing = getattr(statement, "trailing_whitespace", None)
    return above, trailing.comment.value if trailing is not None and trailing.comment is not None else ""


def _blank_lines(statement: cst.CSTNode | None) -> list[cst.EmptyLine]:
    found = []
    for line in getattr(statement, "leading_lines", ()):
        if line.comment is not None:
            break
        found.append(line)
    return found


def _split(
    function: cst.BaseExpression, args: Sequence[Awaitable], comments: Sequence[tuple[list[str], str]]
) -> cst.Call:
    """A call with one argument a line, each with its comments."""
    inner = cst.SimpleWhitespace("    ")

    def separator(behind: str, above: Sequence[str], last: bool) -> cst.ParenthesizedWhitespace:
        comment = cst.Comment(behind) if behind else None
        first = cst.TrailingWhitespace(cst.SimpleWhitespace("  " if behind else ""), comment)
        lines = [cst.EmptyLine(whitespace=inner, comment=cst.Comment(text)) for text in above]
        return cst.ParenthesizedWhitespace(
            first, lines, indent=True, last_line=cst.SimpleWhitespace("") if last else inner
        )

    split = []
    for number, arg in enumerate(args):
        last = number == len(args) - 1
        above = [] if last else comments[number + 1][0]
        space = separator(comments[number][1], above, last)
        split.append(cst.Arg(_shifted(arg.call), comma=cst.Comma(whitespace_after=space)))
    return cst.Call(function, split, whitespace_before_args=separator("", comments[0][0], False))


class _Shift(cst.CSTTransformer):
    def __init__(self, by: int) -> None:
        super().__init__()
        self.by = by

    def leave_ParenthesizedWhitespace(  # noqa: N802 (libcst's name)
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.ParenthesizedWhitespace:
        if not updated_node.indent:
            return updated_node
        width = max(len(updated_node.last_line.value) + self.by, 0)
        return updated_node.with_changes(last_line=cst.SimpleWhitespace(" " * width))


def _shifted(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression of several lines, indented as an argument on a line of its own."""
    shifted = node.visit(_Shift(4 - _closing_indent(node)))
    assert isinstance(shifted, cst.BaseExpression)
    return shifted


def _closing_indent(node: cst.BaseExpression) -> int:
    """How far the closing parenthesis of a call on several lines is indented."""
    last = node.args[-1] if isinstance(node, cst.Call) and node.args else None
    spaces = [] if last is None else [last.whitespace_after_arg, getattr(last.comma, "whitespace_after", None)]
    return next((len(s.last_line.value) for s in spaces if isinstance(s, cst.ParenthesizedWhitespace)), 0)


def keep_comments(new: list[cst.BaseStatement], originals: Sequence[cst.CSTNode], blank_lines: bool = True) -> None:
    """Put the comments of statements that are gone above the first of ``new``, with the blank lines before them."""
    if not new or not originals:
        return
    present = Counter(line.comment.value for s in new for line in comments_in(s) if line.comment is not None)
    lost = []
    for original in originals:
        for line in comments_in(original):
            assert line.comment is not None
            if present[line.comment.value]:
                present[line.comment.value] -= 1
            else:
                lost.append(line)
    first = new[0]
    own = list(getattr(first, "leading_lines", ()))
    blank = _blank_lines(originals[0]) if blank_lines else []
    if blank and own and own[0].comment is None:
        own = own[1:]
    if blank or lost:
        new[0] = first.with_changes(leading_lines=[*blank, *lost, *own])
