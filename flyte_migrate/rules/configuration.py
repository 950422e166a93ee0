"""Reading configuration: v1 constructors and their arguments, module-level constants, values defined in other modules.

A value that another module defines is given as an expression in the terms of this file: v1 names spelled out
canonically, the other module's names imported. Such a node is not part of the tree, so :func:`canonical` must be asked
about it, not the view.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project.facts import ModuleFacts
from flyte_migrate.rewrite.template import call, code, comment_nodes, parsed, string_value
from flyte_migrate.rewrite.view import FileView, dotted_name
from flyte_migrate.rewrite.walk import fields_of, has_comment, walk

_DIRECTIVE = re.compile(r"#\s*(noqa|isort|type:\s*ignore|pylint|pyright|ruff|fmt|pragma|nopycln)\b", re.IGNORECASE)
#: What :func:`literal` gives for an expression that is not a literal.
UNKNOWN: Any = object()
#: Expressions that may be literals: `True` is a name, `-1` an operation.
_LITERALS = frozenset(
    {
        cst.SimpleString,
        cst.ConcatenatedString,
        cst.Integer,
        cst.Float,
        cst.Imaginary,
        cst.Ellipsis,
        cst.Name,
        cst.Tuple,
        cst.List,
        cst.Set,
        cst.Dict,
        cst.UnaryOperation,
        cst.BinaryOperation,
    }
)
_CONSTANT_NAMES = {"None": None, "True": True, "False": False}


def canonical(view: FileView, node: cst.CSTNode) -> str:
    """The canonical name a name or chain stands for, in this file or (spelled out) from another; empty if unknown."""
    root = node
    while isinstance(root, cst.Attribute):
        root = root.value
    if root in view.scope_at:
        return view.canonical(node)
    name = dotted_name(node)
    if name.split(".")[0] in V1_ROOTS:
        return view.index.canonical(name)
    head, _, rest = name.partition(".")
    target = next((t for t, local in view.requested.items() if local == head), "")
    return ".".join(filter(None, (target.replace(":", ".").rstrip("."), rest)))


def callee(view: FileView, node: cst.CSTNode) -> str:
    """The canonical name of what a call calls; empty for anything else."""
    return canonical(view, node.func) if isinstance(node, cst.Call) else ""


def arguments(call: cst.Call, order: Sequence[str]) -> dict[str, cst.Arg] | None:
    """A constructor's arguments by parameter name (positional ones by ``order``), None ones left out.

    None if the call unpacks ``*`` or ``**``, so that its arguments are not known.
    """
    found: dict[str, cst.Arg] = {}
    for position, arg in enumerate(call.args):
        if arg.star:
            return None
        if arg.keyword is not None:
            found[arg.keyword.value] = arg
        elif position < len(order):
            found[order[position]] = arg
        else:
            return None
    return {name: arg for name, arg in found.items() if not is_none(arg.value)}


def is_none(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def literal(node: cst.CSTNode | None) -> Any:
    """The Python value of a literal expression, else UNKNOWN."""
    if type(node) not in _LITERALS:
        return UNKNOWN
    assert node is not None
    if isinstance(node, cst.Name):
        return _CONSTANT_NAMES.get(node.value, UNKNOWN)
    text = string_value(node)
    if text is not None:
        return text
    try:
        return ast.literal_eval(code(node).strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return UNKNOWN


def follow(view: FileView, node: cst.BaseExpression, depth: int = 0) -> cst.BaseExpression:
    """The expression behind a name that is bound exactly once, in this file or another of the project; else the node
    itself.
    """
    if depth > 10 or not isinstance(node, (cst.Name, cst.Attribute)):
        return node
    if isinstance(node, cst.Name) and node in view.scope_at:
        bindings = view.bindings(node)
        if len(bindings) == 1 and bindings[0].kind == "assign" and bindings[0].value is not None:
            return follow(view, bindings[0].value, depth + 1)
    name = view.qualified(node)
    definition = view.index.definition(name, view.facts.module) if name else None
    if definition is None or definition.variable is None or definition.variable.rebound:
        return node
    if definition.module is view.facts:
        constant_ = _class_constant(view, definition.name)
        return node if constant_ is None else follow(view, constant_, depth + 1)
    return foreign(view, definition.module, definition.variable.text)


def _class_constant(view: FileView, name: str) -> cst.BaseExpression | None:
    """The value of ``Class.attribute``, a constant of a class of this file."""
    owner, _, attribute = name.partition(".")
    for node in view.by_type.get(cst.ClassDef, ()) if attribute else ():
        assert isinstance(node, cst.ClassDef)
        if node.name.value != owner or view.parent(node) is not view.tree:
            continue
        for line in node.body.body:
            for part in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                if isinstance(part, cst.Assign) and code(part.targets[0].target) == attribute:
                    return part.value
    return None


def constant(view: FileView, node: cst.BaseExpression | None) -> Any:
    """The literal value of an expression, through names that are bound once; else UNKNOWN."""
    return UNKNOWN if node is None else literal(follow(view, node))


def foreign(
    view: FileView, module: ModuleFacts, text: str, holes: Mapping[str, cst.BaseExpression] | None = None
) -> cst.BaseExpression:
    """An expression of another project module in the terms of this file, names among ``holes`` filled in."""

    def rename(node: cst.BaseExpression) -> cst.BaseExpression | None:
        name = dotted_name(node)
        root = name.split(".")[0]
        if holes and name in holes:
            return holes[name]
        imported = next((f for f in module.imports if f.local == root and not f.scope), None)
        if imported is None:
            if root not in module.bound:
                return None
            return cst.parse_expression(view.environment(module.module, root) + name[len(root) :])
        qualified = imported.target + name[len(root) :]
        known = view.index.canonical(qualified, module.module)
        if known.split(".")[0] in V1_ROOTS:
            return cst.parse_expression(known)
        if imported.is_module:
            return cst.parse_expression(view.local_name(f"{imported.target}:") + name[len(root) :])
        owner, _, attribute = imported.target.rpartition(".")
        project = view.index.module_of(owner, module.module)
        local = view.environment(project, attribute) if project else view.local_name(f"{owner}:{attribute}")
        return cst.parse_expression(local + name[len(root) :])

    found: cst.BaseExpression = _renamed(cst.parse_expression(text), rename)
    return found


def _renamed(node: Any, rename: Callable[[cst.BaseExpression], cst.BaseExpression | None]) -> Any:
    if isinstance(node, (cst.Name, cst.Attribute)) and dotted_name(node):
        return rename(node) or node
    if isinstance(node, cst.SimpleString):
        return _double_quoted(node)
    changes: dict[str, object] = {}
    for name in fields_of(type(node)):
        if (isinstance(node, cst.Arg) and name == "keyword") or (isinstance(node, cst.Attribute) and name == "attr"):
            continue
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            changes[name] = _renamed(value, rename)
        elif isinstance(value, (list, tuple)) and value and isinstance(value[0], cst.CSTNode):
            changes[name] = [_renamed(item, rename) for item in value]
    return node.with_changes(**changes) if changes else node


def _double_quoted(node: cst.SimpleString) -> cst.SimpleString:
    """Facts hold source text as ``ast.unparse`` writes it, with single quotes."""
    inner = node.value[1:-1]
    plain = node.value.startswith("'") and not node.value.startswith("'''") and '"' not in inner and "\\" not in inner
    return node.with_changes(value=f'"{inner}"') if plain else node


#: Servers of models, of which only those of artifacts are converted: what says so of a call (rules/apps.py).
MODEL_SERVERS: dict[str, Callable[[FileView, cst.Call], bool]] = {}


def stays_v1(view: FileView, node: cst.CSTNode) -> bool:
    """Whether a node is part of something that keeps its v1 form: a blocked decorator, a call that is left for a
    person.
    """
    child = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Decorator):
            function = view.parents.get(ancestor)
            definition = view.definition_of(function) if isinstance(function, cst.FunctionDef) else None
            if definition is not None and definition.task.qualified in view.environments.blocked:
                return True
        elif isinstance(ancestor, cst.Call) and child is not ancestor.func:
            name = view.canonical(ancestor.func)
            row = _row(name) if name.split(".")[0] in V1_ROOTS else None
            if row == "manual" or (name in MODEL_SERVERS and not MODEL_SERVERS[name](view, ancestor)):
                return True
        elif isinstance(ancestor, (cst.FunctionDef, cst.ClassDef)):
            return False
        child = ancestor
    return False


def _row(name: str) -> str:
    from flyte_migrate.mapping import table

    row = table().row(name)
    return row.kind if row is not None else ""


def argument_around(view: FileView, node: cst.CSTNode) -> tuple[str, cst.CSTNode | None]:
    """(keyword, call) of the argument that a node is the value of; empty where it is none."""
    arg = view.parent(node)
    if isinstance(arg, cst.Arg) and arg.keyword is not None:
        return arg.keyword.value, view.parent(arg)
    return "", None


def layout_comments(nodes: Sequence[cst.CSTNode]) -> Iterator[cst.Comment]:
    """All comments in the nodes, those of their whitespace included, in source order."""
    for node in nodes:
        if has_comment(node):
            yield from comment_nodes(node)


def indentation(view: FileView, node: cst.CSTNode) -> str:
    """How far the line on which a node begins is indented against its statement; nothing for a node of another file."""
    if node not in view.parents:
        return ""
    first = node
    while isinstance(first, (cst.Call, cst.Attribute)):
        first = first.func if isinstance(first, cst.Call) else first.value
    line, _ = view.location(first)
    statement = view.statement(node)
    _, column = view.location(statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else statement)
    text = view.text.split("\n")[line - 1]
    return " " * max(len(text) - len(text.lstrip()) - column, 0)


def names_in(node: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that an expression reads."""
    return (item for item in walk(node) if isinstance(item, cst.Name))


def v2(view: FileView, text: str) -> cst.BaseExpression:
    """An expression written with ``flyte.…``, in the name that this file has for the package."""
    root = view.local_name("flyte:_").removesuffix("._")
    node = cst.parse_expression(text)
    if root == "flyte":
        return node
    found: cst.BaseExpression = _renamed(
        node, lambda n: cst.parse_expression(root + code(n)[5:]) if code(n).startswith("flyte.") else None
    )
    return found


@dataclass(frozen=True)
class Comments:
    """The comments that belong to one argument: on lines of their own above it, and behind it."""

    above: tuple[str, ...] = ()
    behind: str = ""


def argument_comments(node: cst.Call) -> dict[str, Comments]:
    """The comments between a call's arguments, by keyword (positional ones: their position); "" for those after the
    last.
    """
    found: dict[str, Comments] = {}
    above = _own_lines(node.whitespace_before_args)
    first = _trailing(node.whitespace_before_args)
    if first:
        above = (first, *above)
    for position, arg in enumerate(node.args):
        key = arg.keyword.value if arg.keyword is not None else str(position)
        after = [arg.whitespace_after_arg]
        if isinstance(arg.comma, cst.Comma):
            after.append(arg.comma.whitespace_before)
            after.append(arg.comma.whitespace_after)
        behind = next((text for space in after if (text := _trailing(space))), "")
        if above or behind:
            found[key] = Comments(above, behind)
        above = tuple(text for space in after for text in _own_lines(space))
    if above:
        found[""] = Comments(above)
    return found


def _trailing(space: cst.BaseParenthesizableWhitespace) -> str:
    if isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment is not None:
        return space.first_line.comment.value
    return ""


def _own_lines(space: cst.BaseParenthesizableWhitespace) -> tuple[str, ...]:
    if not isinstance(space, cst.ParenthesizedWhitespace):
        return ()
    return tuple(line.comment.value for line in space.empty_lines if line.comment is not None)


def commented_call(
    function: cst.BaseExpression | str,
    args: Sequence[cst.Arg],
    comments: Mapping[str, Comments],
    *,
    room: int = 88,
    indent: str = "",
) -> cst.Call:
    """:func:`template.call` with comments at its arguments (by keyword or position); "" for comments after the last
    one.
    """
    if not args or not any(comments.values()):
        return call(function, args, room=room, indent=indent)
    func = parsed(function) if isinstance(function, str) else function
    keys = [a.keyword.value if a.keyword is not None else str(n) for n, a in enumerate(args)]
    inner, outer = indent + "    ", indent
    lines: list[cst.Arg] = []
    for position, (key, arg) in enumerate(zip(keys, args, strict=True)):
        last = position == len(args) - 1
        above = comments.get("" if last else keys[position + 1], Comments()).above
        space = line_break(outer if last else inner, comments.get(key, Comments()).behind, above, inner)
        lines.append(
            arg.with_changes(whitespace_after_arg=cst.SimpleWhitespace(""), comma=cst.Comma(whitespace_after=space))
        )
    before = line_break(inner, "", comments.get(keys[0], Comments()).above, inner)
    return cst.Call(func, lines, whitespace_before_args=before)


def line_break(
    indent: str, behind: str = "", above: Sequence[str] = (), comment_indent: str | None = None
) -> cst.ParenthesizedWhitespace:
    """A line break inside brackets: a comment behind the line that ends, comment lines, then the indentation."""
    return cst.ParenthesizedWhitespace(
        first_line=cst.TrailingWhitespace(
            whitespace=cst.SimpleWhitespace("  " if behind else ""), comment=cst.Comment(behind) if behind else None
        ),
        empty_lines=[
            cst.EmptyLine(
                indent=True,
                whitespace=cst.SimpleWhitespace(indent if comment_indent is None else comment_indent),
                comment=cst.Comment(text),
            )
            for text in above
        ],
        indent=True,
        last_line=cst.SimpleWhitespace(indent),
    )


def listed(names: Sequence[str], *, room: int, indent: str) -> cst.List:
    """A list of names on one line if it fits into ``room`` columns, else one a line."""
    if sum(len(name) + 2 for name in names) <= room:
        comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        elements = [cst.Element(parsed(name), comma=comma) for name in names]
        return cst.List([*elements[:-1], elements[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)])
    inner, outer = line_break(indent + "    "), line_break(indent)
    rows = [
        cst.Element(parsed(name), comma=cst.Comma(whitespace_after=outer if n == len(names) - 1 else inner))
        for n, name in enumerate(names)
    ]
    return cst.List(rows, lbracket=cst.LeftSquareBracket(whitespace_after=inner))


def relaid(node: cst.Call, indent: str) -> cst.Call:
    """A call with one argument a line at a new indentation, its comments kept."""
    return commented_call(node.func, node.args, argument_comments(node), room=0, indent=indent)


def lost_comments(before: Sequence[cst.CSTNode], after: Sequence[cst.CSTNode]) -> list[str]:
    """The comments of some nodes that other nodes no longer have; directives to tools do not count."""
    had = list(layout_comments(before))
    if not had:
        return []
    left = Counter(c.value for c in had) - Counter(c.value for c in layout_comments(after))
    ordered: list[str] = []
    for comment in had:
        if left[comment.value] > 0 and not _DIRECTIVE.match(comment.value):
            left[comment.value] -= 1
            ordered.append(comment.value)
    return ordered
