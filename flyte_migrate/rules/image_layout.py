"""How the chain of ``flyte.Image`` methods is written: on one line, or one call a line, with its comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.rewrite.template import WIDTH, code, exploded
from flyte_migrate.rules.configuration import Comments, layout_comments, line_break, lost_comments


@dataclass
class Step:
    """One call of the chain: the function (from the flyte.Image class) or method, its arguments, the comments it takes
    over.
    """

    name: str
    args: list[cst.Arg]
    sources: tuple[str, ...] = ()  # the v1 keywords that it says
    whitespace: cst.BaseParenthesizableWhitespace | None = None  # the layout of a list whose elements are the arguments
    receiver: cst.BaseExpression | None = None  # of the first step: the image that the chain extends


@dataclass
class Chain:
    """The steps from the class (``root``, as this file names it) or from another image to the image."""

    root: str = "flyte.Image"
    steps: list[Step] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def rendered(
    chain: Chain, comments: Mapping[str, Comments], originals: Sequence[cst.CSTNode], *, indent: str, room: int
) -> cst.BaseExpression:
    """The chain on one line if it fits, else in parentheses with one call a line; comments stay with what they
    describe.
    """
    commented = next(layout_comments(originals), None) is not None
    if not commented:
        flat = _joined(chain, [None] * len(chain.steps), "")
        if "\n" not in code(flat) and len(code(flat)) <= room:
            return flat
        if len([s for s in chain.steps if s.name]) == 1:
            return _joined(chain, [None] * len(chain.steps), indent, room=room)
    inner = indent + "    "
    taken: dict[str, Comments] = dict(comments)
    breaks: list[cst.BaseParenthesizableWhitespace | None] = []
    behind = ""
    opening_lines: tuple[str, ...] = ()
    for number, step in enumerate(chain.steps):
        found = [taken.pop(s) for s in step.sources if s in taken]
        above = tuple(text for c in found for text in c.above)
        if number > 1 or (number == 1 and chain.steps[0].name):
            breaks.append(line_break(inner, behind, above, inner))
        else:
            breaks.append(None)
            opening_lines = above
        behind = "  ".join(c.behind for c in found if c.behind)
    body = _joined(chain, breaks, inner)
    rest = tuple(text for c in taken.values() for text in (*c.above, c.behind) if text)
    closing = line_break(indent, behind, rest, inner)
    shown = body.with_changes(
        lpar=[cst.LeftParen(whitespace_after=line_break(inner, "", opening_lines, inner))],
        rpar=[cst.RightParen(whitespace_before=closing)],
    )
    lost = lost_comments(originals, [shown])
    if lost:
        closing = line_break(indent, behind, (*rest, *lost), inner)
        shown = shown.with_changes(rpar=[cst.RightParen(whitespace_before=closing)])
    return shown


def _joined(
    chain: Chain, breaks: Sequence[cst.BaseParenthesizableWhitespace | None], indent: str, room: int = 0
) -> cst.BaseExpression:
    value: cst.BaseExpression | None = None
    for number, (step, space) in enumerate(zip(chain.steps, breaks, strict=True)):
        if value is None:
            value = step.receiver if step.receiver is not None else cst.parse_expression(chain.root)
            if not step.name:
                continue
        dot = cst.Dot(whitespace_before=space) if space is not None else cst.Dot()
        function = cst.Attribute(value, cst.Name(step.name), dot=dot)
        if step.receiver is not None and space is None and number == 0:
            function = cst.Attribute(value, cst.Name(step.name))
        value = _applied(function, step, indent, room if room else WIDTH - len(indent))
    assert value is not None
    return value


def _applied(function: cst.Attribute, step: Step, indent: str, room: int) -> cst.Call:
    if step.whitespace is not None:
        return cst.Call(function, step.args, whitespace_before_args=step.whitespace)
    flat = [
        x.with_changes(
            whitespace_after_arg=cst.SimpleWhitespace(""),
            comma=_comma() if n < len(step.args) - 1 else cst.MaybeSentinel.DEFAULT,
        )
        for n, x in enumerate(step.args)
    ]
    # The length that counts is that of this line of the chain.
    own = code(cst.Call(cst.Name(step.name), flat))
    if not flat or ("\n" not in own and len(own) + 1 <= room):
        return cst.Call(function, flat)
    listed = flat[0].value
    if len(flat) == 1 and isinstance(listed, cst.List):
        commented = next(layout_comments([listed]), None) is not None
        return cst.Call(function, [cst.Arg(listed if commented else _one_a_line(listed, indent))])
    return exploded(function, step.args, indent)


def _one_a_line(value: cst.List, indent: str) -> cst.List:
    """A list with one element a line, as the only argument of a call."""
    inner, outer = line_break(indent + "    "), line_break(indent)
    last = len(value.elements) - 1
    return value.with_changes(
        lbracket=cst.LeftSquareBracket(whitespace_after=inner),
        elements=[
            e.with_changes(comma=cst.Comma(whitespace_after=inner if n < last else outer))
            for n, e in enumerate(value.elements)
        ],
        rbracket=cst.RightSquareBracket(),
    )


def _comma() -> cst.Comma:
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
