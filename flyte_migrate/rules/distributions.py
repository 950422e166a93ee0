"""Flyte 1 distributions in lists of packages → what the migrated code needs in their place (IMG-04, IMP-65, PLG-21)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from flyte_migrate.mapping import Package, package
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.configuration import constant, layout_comments
from flyte_migrate.rules.renderers import distributions_of_renderers
from flyte_migrate.rules.tracker_uses import NEPTUNE, NEPTUNE_SCALE

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(.*)", re.DOTALL)
#: A name that a version, extras, a marker or a URL follow.
_NAMED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*[\[=<>!~;@ ]")
_DECKS = "flytekitplugins-deck-standard"
_NEPTUNE = "flytekitplugins-neptune"
#: The extras of flytekitplugins-deck-standard.
_DECK_EXTRAS = {
    "pandas": ("pandas",),
    "pillow": ("pillow",),
    "ydata-profiling": ("ydata-profiling", "setuptools<82"),
    "markdown": ("markdown",),
    "plotly": ("plotly",),
    "pygments": ("pygments",),
}


def converts(view: FileView, elements: Sequence[cst.BaseElement]) -> bool:
    """Whether a list holds a distribution that does not stay as it is."""
    listed = _names(elements)
    return any(_replaced(view, element.value, listed, bundled=True) is not None for element in elements)


def converted_elements(view: FileView, elements: Sequence[cst.BaseElement], *, bundled: bool) -> list[cst.BaseElement]:
    """The elements of a package list as v2 needs them; without those that its base image has (``bundled``)."""
    listed = _names(elements)
    found: list[cst.BaseElement] = []
    for element in elements:
        # A comment beside it would be lost with the element: then the twin stays in the list, which does no harm.
        commented = next(layout_comments([element]), None) is not None
        names = _replaced(view, element.value, listed, bundled=bundled and not commented)
        if names is None:
            found.append(element)
            continue
        quote = code(element.value)[-1] if code(element.value)[-1] in "\"'" else '"'
        values = [cst.SimpleString(f"{quote}{name}{quote}") for name in names]
        plain = cst.Element(values[0]) if values else None
        found += [plain.with_changes(value=v, comma=_between(elements)) for v in values[:-1]] if plain else []
        found += [element.with_changes(value=v) for v in values[-1:]]
    if found and elements and found[-1].comma is not elements[-1].comma and len(found) < len(elements):
        found[-1] = found[-1].with_changes(comma=elements[-1].comma)
    return found


def problems_of(elements: Iterable[cst.BaseElement]) -> Iterator[tuple[str, str]]:
    """(code, message) of every distribution that is left for a person."""
    for element in elements:
        text = string_value(element.value)
        row, _ = _row(text) if text is not None else (None, "")
        if row is not None and row.kind == "manual":
            yield row.code, f"The package {text} has no Flyte 2 counterpart; it was left in the list."


def installs(requirement: str, name: str) -> bool:
    """Whether a requirement is a distribution of that (normalised) name, or becomes it."""
    row, _ = _row(requirement)
    return name in (_normalised(requirement), row.target if row is not None else "")


def _row(text: str) -> tuple[Package | None, str]:
    match = _REQUIREMENT.fullmatch(text)
    return (package(match[1]), match[2] or "") if match else (None, "")


def _replaced(view: FileView, value: cst.BaseExpression, listed: frozenset[str], *, bundled: bool) -> list[str] | None:
    """The requirements that take the place of an element; None if it stays."""
    text = _requirement(view, value)
    row, extras = _row(text) if text is not None else (None, "")
    if row is None or row.kind == "manual":
        return None
    if row.name == _DECKS:
        return [n for n in _for_decks(view, extras) if _normalised(n) not in listed]
    if row.name == _NEPTUNE and NEPTUNE_SCALE not in view.index.imported_v1 and NEPTUNE in view.index.imported_v1:
        return [] if "neptune" in listed else ["neptune"]
    if row.kind == "drop" or (row.bundled and bundled):
        return []
    return [] if _normalised(row.target) in listed else [row.target]


def _requirement(view: FileView, value: cst.BaseExpression) -> str | None:
    """The text of a requirement: a string, a variable that holds one, or the start of ``f"name=={version}"``."""
    if isinstance(value, cst.FormattedString):
        first = value.parts[0] if value.parts else None
        named = _NAMED.match(first.value) if isinstance(first, cst.FormattedStringText) else None
        return named[1] if named is not None else None
    known = constant(view, value)
    return known if isinstance(known, str) else None


def _for_decks(view: FileView, extras: str) -> list[str]:
    """What the renderers that the project uses are made of, and what the extras asked for."""
    asked = {_normalised(extra) for extra in extras.split(",") if extra.strip()}
    names = [n for extra, found in _DECK_EXTRAS.items() if asked & {extra, "all"} for n in found]
    return sorted({*names, *distributions_of_renderers(view)})


def _names(elements: Sequence[cst.BaseElement]) -> frozenset[str]:
    texts = [string_value(element.value) for element in elements]
    return frozenset(_normalised(text) for text in texts if text is not None)


def _normalised(requirement: str) -> str:
    """The name of a requirement as PEP 503 writes it."""
    match = _REQUIREMENT.fullmatch(requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else requirement


def _between(elements: Sequence[cst.BaseElement]) -> cst.Comma:
    """The comma between two elements, laid out as in the list."""
    first = elements[0].comma if len(elements) > 1 else None
    plain = isinstance(first, cst.Comma) and next(layout_comments([first]), None) is None
    return first if isinstance(first, cst.Comma) and plain else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
