"""Files beside the Python source that name Flyte 1: dependency lists, notebooks, and whatever calls its command. They
are only read."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.mapping import Package, package
from flyte_migrate.project import commands, source

LEFTOVER_DEPENDENCY = "FM902"
NOTEBOOK = "FM904"
LEFTOVER_COMMAND = "FM905"

_DEPENDENCY_FILES = frozenset(
    {
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
        "Pipfile",
        "environment.yml",
        "environment.yaml",
        "conda.yml",
        "conda.yaml",
    }
)
_REQUIREMENTS = re.compile(r".*requirements.*\.(?:txt|in)")

#: A requirement: first on its line, or a string of its own; a mention in a sentence is neither.
_REQUIREMENT = re.compile(
    r"(?:^\s*(?:-\s*)?[\"']?|[\"'])(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?=\s*(?:$|[\[<>=!~;@,#\"']))", re.MULTILINE
)
_NOTEBOOK_IMPORT = re.compile(r"^\s*(?:from|import)\s+(?:flytekit|flytekitplugins|unionai|union)\b", re.MULTILINE)


def is_companion(name: str) -> bool:
    """Whether a file called ``name`` lists dependencies, is a notebook, or calls commands."""
    return _lists_dependencies(name) or name.endswith(".ipynb") or commands.may_call(name)


def findings(path: str, display: str) -> Iterator[Diagnostic]:
    """What the file at ``path`` says of Flyte 1, as notes. Nothing if it can't be read: that is not ours to judge."""
    name = os.path.basename(path)
    try:
        data = source.read_bytes(path)
        text = source.decode(data).text if b"flyte" in data or b"union" in data else ""
    except source.SourceError:
        return
    if name.endswith(".ipynb"):
        yield from _in_notebook(text, display)
        return
    if _lists_dependencies(name):
        yield from _in_dependencies(text, display)
    if commands.may_call(name):
        yield from _in_commands(text, display)


def _lists_dependencies(name: str) -> bool:
    return name in _DEPENDENCY_FILES or _REQUIREMENTS.fullmatch(name) is not None


def _in_dependencies(text: str, display: str) -> Iterator[Diagnostic]:
    for found in _REQUIREMENT.finditer(text):
        known = package(found["name"])
        if known is None:
            continue
        message = f"`{found['name']}` is a Flyte 1 package; {_advice(known)}"
        yield _note(text, display, found.start("name"), LEFTOVER_DEPENDENCY, message, found["name"])


def _in_commands(text: str, display: str) -> Iterator[Diagnostic]:
    for place, known in commands.calls(text):
        message = f"`{known.name}` is a Flyte 1 command; {known.advice}"
        yield _note(text, display, place, LEFTOVER_COMMAND, message, known.name)


def _note(text: str, display: str, place: int, code: str, message: str, symbol: str) -> Diagnostic:
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1)
    return Diagnostic(display, line, column, code, message, Severity.NOTE, symbol)


def _advice(known: Package) -> str:
    if known.kind == "replace":
        return f"the Flyte 2 package is `{known.target}`"
    return known.note or "it has no Flyte 2 counterpart"


def _in_notebook(text: str, display: str) -> Iterator[Diagnostic]:
    try:
        cells = json.loads(text).get("cells", [])
        code = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    except (ValueError, AttributeError, KeyError, TypeError):
        return
    using = [number for number, cell in enumerate(code, 1) if _NOTEBOOK_IMPORT.search(cell)]
    if using:
        message = f"code cell {using[0]} imports Flyte 1 packages; notebooks are not rewritten"
        yield Diagnostic(display, 1, 0, NOTEBOOK, message, Severity.NOTE)
