"""Building libcst nodes from source text with holes, in the layout a formatter would give them."""

from __future__ import annotations

import ast
import keyword as keywords
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import TypeVar

import libcst as cst
from libcst._nodes.internal import CodegenState

from flyte_migrate.rewrite.walk import fields_of

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
#: A string literal without prefix, escapes and line breaks.
_PLAIN_STRING = re.compile(r"""(?:"([^"\\\r\n]*)"|'([^'\\\r\n]*)')""")
_HOLE = re.compile(r"\{(\w+)\}")
_NO_POSITION: AbstractContextManager[None] = nullcontext()
#: The line length at which generated calls are split, one argument a line (that of ruff and black).
WIDTH = 88

_TEXTUAL = frozenset({cst.Name, cst.SimpleString, cst.Integer})

Node = TypeVar("Node", bound=cst.CSTNode)


def expression(template: str, **holes: cst.BaseExpression | str) -> cst.BaseExpression:
    """An expression from text in which ``{name}`` stands for a node (or text)."""
    return _fill(parsed(_placeholders(template)), holes)


def statement(template: str, **holes: cst.BaseExpression | str) -> cst.BaseStatement:
    """One statement from text with holes."""
    return statements(template, **holes)[0]


def statements(template: str, **holes: cst.BaseExpression | str) -> list[cst.BaseStatement]:
    """Statements from text with holes."""
    return [_fill(s, holes) for s in _parsed_statements(_placeholders(template))]


def code(node: cst.CSTNode) -> str:
    """The source text of a node."""
    if type(node) in _TEXTUAL and not node.lpar:  # type: ignore[attr-defined]
        return node.value  # type: ignore[attr-defined, no-any-return]
    return _printed(node)


def brief(node: cst.CSTNode, room: int = 60) -> str:
    """An expression as a message names it: on one line, without comments, and cut where it is long."""
    text = code(node)
    if "\n" in text:
        text = ast.unparse(ast.parse(f"({text})", mode="eval"))
    return text if len(text) <= room else f"{text[:room].rstrip()}..."


@lru_cache(maxsize=1024)
def _printed(node: cst.CSTNode) -> str:
    return printed(node)


def printed(node: cst.CSTNode, indent: str = "    ", newline: str = "\n") -> str:
    """``cst.Module.code_for_node`` for a module with these defaults, at three quarters of its cost."""
    state = _Tokens(default_indent=indent, default_newline=newline)
    node._codegen(state)
    return "".join(state.tokens)


def comment_nodes(node: cst.CSTNode) -> list[cst.Comment]:
    """The comments in a node in the order of the text: libcst's visitors cost five times as much as its printer."""
    state = _Comments(default_indent="", default_newline="")
    node._codegen(state)
    return state.comments


class _Tokens(CodegenState):
    """The state of libcst's printer without its hook for positions, a generator for every expression."""

    def record_syntactic_position(  # type: ignore[override]  # any context manager serves
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> AbstractContextManager[None]:
        return _NO_POSITION


class _Comments(_Tokens):
    """A printer that keeps the comments it comes across."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.comments: list[cst.Comment] = []

    def before_codegen(self, node: cst.CSTNode) -> None:
        if type(node) is cst.Comment:
            self.comments.append(node)


@lru_cache(maxsize=1024)
def parsed(text: str) -> cst.BaseExpression:
    """``cst.parse_expression``, which costs more than making the nodes of a plain or dotted name or a string."""
    if _PLAIN_STRING.fullmatch(text):
        return cst.SimpleString(text)
    if not _DOTTED.fullmatch(text) or keywords.iskeyword(text):
        return cst.parse_expression(text)
    first, *attributes = text.split(".")
    node: cst.BaseExpression = cst.Name(first)
    for attribute in attributes:
        node = cst.Attribute(node, cst.Name(attribute))
    return node


@lru_cache(maxsize=1024)
def parsed_statement(text: str) -> cst.SimpleStatementLine:
    """``cst.parse_statement`` of one line that holds no block."""
    node = cst.parse_statement(text)
    assert isinstance(node, cst.SimpleStatementLine)
    return node


def _placeholders(template: str) -> str:
    return _HOLE.sub(r"__hole_\1__", template)


@lru_cache(maxsize=128)
def _parsed_statements(text: str) -> tuple[cst.BaseStatement, ...]:
    return tuple(cst.parse_module(text).body)


def _fill(node: Node, holes: Mapping[str, cst.BaseExpression | str]) -> Node:
    if isinstance(node, cst.Name) and node.value.startswith("__hole_"):
        value = holes[node.value[7:-2]]
        return parsed(value) if isinstance(value, str) else value  # type: ignore[return-value]
    changes: dict[str, object] = {}
    for name in fields_of(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            filled = _fill(value, holes)
            if filled is not value:
                changes[name] = filled
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], cst.CSTNode):
            items = [_fill(item, holes) for item in value]
            if any(new is not old for new, old in zip(items, value, strict=True)):
                changes[name] = items
    return node.with_changes(**changes) if changes else node


def argument(value: cst.BaseExpression | str, keyword: str | None = None) -> cst.Arg:
    """A call argument ``value`` or ``keyword=value``."""
    node = parsed(value) if isinstance(value, str) else value
    if keyword is None:
        return cst.Arg(node)
    return cst.Arg(
        node,
        keyword=cst.Name(keyword),
        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
    )


def call(
    function: cst.BaseExpression | str, args: Sequence[cst.Arg], *, room: int = WIDTH, indent: str = ""
) -> cst.Call:
    """A call on one line if it fits into ``room`` columns, else with one argument a line and a trailing comma.

    Arguments that bring comments or line breaks of their own keep them. ``indent`` is the indentation of the statement
    (relative to its block) in which the call stands.
    """
    func = parsed(function) if isinstance(function, str) else function
    plain = [
        a.with_changes(comma=_comma(" ") if n < len(args) - 1 else cst.MaybeSentinel.DEFAULT)
        for n, a in enumerate(args)
    ]
    plain = [a.with_changes(whitespace_after_arg=cst.SimpleWhitespace("")) for a in plain]
    one_line = cst.Call(func, plain)
    text = code(one_line)
    if not args or ("\n" not in text and len(text) <= room):
        return one_line
    if len(args) == 1 and "\n" in text and len(text.split("\n")[0]) <= room:
        return one_line
    return exploded(func, args, indent)


def exploded(func: cst.BaseExpression, args: Sequence[cst.Arg], indent: str = "") -> cst.Call:
    """A call with one argument a line."""
    inner = line_break(indent + "    ")
    outer = line_break(indent)
    lines = [
        a.with_changes(
            whitespace_after_arg=cst.SimpleWhitespace(""),
            comma=cst.Comma(whitespace_after=inner if n < len(args) - 1 else outer),
        )
        for n, a in enumerate(args)
    ]
    return cst.Call(func, lines, whitespace_before_args=inner)


def line_break(indent: str) -> cst.ParenthesizedWhitespace:
    """A new line inside parentheses, so far in."""
    return cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace(indent))


def _comma(after: str) -> cst.Comma:
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(after))


def keyword_of(node: cst.Call, name: str, position: int | None = None) -> cst.Arg | None:
    """The argument passed by keyword ``name``, or by position; None if absent."""
    for arg in node.args:
        if arg.keyword is not None and arg.keyword.value == name:
            return arg
    if position is not None:
        positional = [a for a in node.args if a.keyword is None and not a.star]
        if position < len(positional) and not any(a.star == "*" for a in node.args):
            return positional[position]
    return None


def string_value(node: cst.CSTNode | None) -> str | None:
    """The value of a plain (or implicitly concatenated) string literal, else None."""
    kind = type(node)
    if kind is cst.SimpleString:
        assert isinstance(node, cst.SimpleString)
        plain = _PLAIN_STRING.fullmatch(node.value)
        if plain is not None:  # as most are: to evaluate one costs ten times as much
            return plain[plain.lastindex or 1]
    if kind is cst.SimpleString or kind is cst.ConcatenatedString:
        value = node.evaluated_value  # type: ignore[union-attr]
        return value if isinstance(value, str) else None
    return None


def parenthesized(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in parentheses, unless it already is or never needs them."""
    if node.lpar or isinstance(
        node,
        (
            cst.Name,
            cst.Attribute,
            cst.Call,
            cst.Subscript,
            cst.SimpleString,
            cst.Integer,
            cst.Float,
            cst.List,
            cst.Dict,
            cst.Set,
            cst.ListComp,
        ),
    ):
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def only_lines(lines: Sequence[cst.EmptyLine]) -> cst.SimpleStatementLine:
    """Blank and comment lines without a statement."""
    return _OnlyLines(body=[], leading_lines=list(lines))


class _OnlyLines(cst.SimpleStatementLine):
    """The blank and comment lines before a statement, without one: libcst would print `pass` for it."""

    def _codegen_impl(self, state: CodegenState) -> None:
        for line in self.leading_lines:
            line._codegen(state)


def verbatim(block: cst.IndentedBlock, text: str) -> cst.IndentedBlock:
    """A block that is printed as this text below its first line."""
    node = _Verbatim(body=[], header=block.header)
    object.__setattr__(node, "text", text)
    return node


class _Verbatim(cst.IndentedBlock):
    text: str

    def _codegen_impl(self, state: CodegenState) -> None:
        self.header._codegen(state)
        state.add_token(self.text)
