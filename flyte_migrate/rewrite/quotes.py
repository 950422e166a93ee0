"""Quotes inside f-strings: before Python 3.12 an expression can't use those of the string that it stands in."""

from __future__ import annotations

import libcst as cst


def requoted(node: cst.FormattedString) -> cst.FormattedString:
    """The f-string with the string literals of its expressions in other quotes than its own, where they had the
    same."""
    quote = node.start.lstrip("fFrR")
    if len(quote) != 1:
        return node
    other = "'" if quote == '"' else '"'
    changed = node.visit(_Other(quote, other))
    return changed if isinstance(changed, cst.FormattedString) else node


class _Other(cst.CSTTransformer):
    def __init__(self, quote: str, other: str) -> None:
        self.quote, self.other = quote, other

    def leave_SimpleString(  # noqa: N802 (libcst's protocol)
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        text = updated_node.raw_value
        if updated_node.quote != self.quote or "\\" in text or self.other in text:
            return updated_node
        return updated_node.with_changes(value=f"{updated_node.prefix}{self.other}{text}{self.other}")
