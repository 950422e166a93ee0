"""The query of a SQL task object as an expression over the inputs of the function that takes its place.

v1 writes the inputs into the template as text (``flytekit.core.base_sql_task.SQLTask.interpolate_query``), and so does
an f-string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.queries import INPUT, collapsed, fields_of_template, layout_matters
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.configuration import constant

#: An input in the text of an f-string, where braces are doubled.
_DOUBLED = re.compile(r"{{{{\s*.inputs.(\w+)\s*}}}}", re.IGNORECASE)


def filled_query(view: FileView, node: cst.BaseExpression) -> list[str]:
    """The template as source text, one item a line where it is made of several strings (then in parentheses)."""
    text = string_value(node)
    if text is None and not isinstance(node, (cst.FormattedString, cst.ConcatenatedString)):
        return [_of_constant(code(node), str(constant(view, node)))]
    if text is not None and layout_matters(text):
        return [_quoted(collapsed(text), bool(INPUT.search(text)))]
    parts = list(_parts(node))
    found = [_formatted(part) for part in parts]
    if text is not None and sum(len(INPUT.findall(p.raw_value)) for p in _strings(parts)) != len(INPUT.findall(text)):
        return [_quoted(text, True)]  # an input that two strings share
    return [*"(", *(f"    {line}" for line in found), ")"] if len(found) > 1 else found


def _strings(parts: list[cst.BaseExpression]) -> list[cst.SimpleString]:
    return [p for p in parts if isinstance(p, cst.SimpleString)]


def _parts(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    if isinstance(node, cst.ConcatenatedString):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node.with_changes(lpar=(), rpar=())


def _formatted(part: cst.BaseExpression) -> str:
    """A string with its fields as those of an f-string."""
    if isinstance(part, cst.FormattedString):
        texts = [
            p.with_changes(value=_DOUBLED.sub(r"{\1}", p.value)) if isinstance(p, cst.FormattedStringText) else p
            for p in part.parts
        ]
        return code(part.with_changes(parts=texts))
    assert isinstance(part, cst.SimpleString)
    if not INPUT.search(part.raw_value):
        return code(part)
    return f"f{part.prefix}{part.quote}{_fields(part.raw_value)}{part.quote}"


def _fields(text: str) -> str:
    pieces, end = [], 0
    for match in INPUT.finditer(text):
        pieces += [_braces(text[end : match.start()]), f"{{{match[1]}}}"]
        end = match.end()
    return "".join([*pieces, _braces(text[end:])])


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _quoted(text: str, has_fields: bool) -> str:
    """A string literal of text without line breaks."""
    escaped = text.replace("\\", "\\\\")
    filled = _fields(escaped) if has_fields else escaped
    prefix = "f" if has_fields else ""
    return f'{prefix}"{filled}"' if '"' not in filled else f"{prefix}'''{filled}'''"


def _of_constant(name: str, text: str) -> str:
    """The template that a name stands for: the name itself, its inputs replaced as v1 did."""
    found = f'" ".join({name}.split())' if layout_matters(text) else name
    for field in sorted(fields_of_template(text)):
        for written in sorted({m[0] for m in INPUT.finditer(text) if m[1] == field}):
            found += f'.replace("{written}", str({field}))'
    return found
