"""Files beside the Python source that name Flyte 1 packages: dependency lists and notebooks. They are only read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.mapping import Package, package
from flyte_migrate.project import source

LEFTOVER_DEPENDENCY = "FM902"
NOTEBOOK = "FM904"

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
    """Whether a file called ``name`` lists dependencies or is a notebook."""
    return name in _DEPENDENCY_FILES or name.endswith(".ipynb") or _REQUIREMENTS.fullmatch(name) is not None


def findings(path: str, display: str) -> Iterator[Diagnostic]:
    """What the file at ``path`` says of Flyte 1, as notes. Nothing if it can't be read: that is not ours to judge."""
    try:
        text = source.read(path).text
    except source.SourceError:
        return
    if path.endswith(".ipynb"):
        yield from _in_notebook(text, display)
    else:
        yield from _in_dependencies(text, display)


def _in_dependencies(text: str, display: str) -> Iterator[Diagnostic]:
    for found in _REQUIREMENT.finditer(text):
        known = package(found["name"])
        if known is None:
            continue
        start = found.start("name")
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1)
        message = f"`{found['name']}` is a Flyte 1 package; {_advice(known)}"
        yield Diagnostic(display, line, column, LEFTOVER_DEPENDENCY, message, Severity.NOTE, found["name"])


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
