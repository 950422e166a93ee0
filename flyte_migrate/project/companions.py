"""Files beside the Python source that name Flyte 1 packages: dependency lists and notebooks. They are only read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flyte_migrate.diagnostics import Diagnostic, Severity
from flyte_migrate.mapping import table
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
_PACKAGE = r"(?P<package>flytekit(?:plugins[-_][A-Za-z0-9_-]+)?|unionai)"
_REQUIREMENT = re.compile(
    rf"(?:^\s*(?:-\s*)?[\"']?|[\"']){_PACKAGE}(?=\s*(?:$|[\[<>=!~;@,#\"']))", re.MULTILINE | re.IGNORECASE
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
        package = found["package"]
        start = found.start("package")
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1)
        message = f"`{package}` is a Flyte 1 package{_successor(package)}"
        yield Diagnostic(display, line, column, LEFTOVER_DEPENDENCY, message, Severity.NOTE, package)


def _successor(package: str) -> str:
    """The Flyte 2 package of a Flyte 1 one, from the rows of the mapping table below its import name."""
    name = package.lower().replace("_", "-")
    if not name.startswith("flytekitplugins-"):
        return "; the Flyte 2 package is `flyte`"
    plugin = name.removeprefix("flytekitplugins-").replace("-", "")
    rows = (row for key, row in table().rows.items() if key.replace("_", "").startswith(f"flytekitplugins.{plugin}."))
    targets = (row.target or row.link for row in rows)
    successors = {target.split(":")[0].split(".")[1] for target in targets if target.startswith("flyteplugins.")}
    successor = plugin if plugin in successors else min(successors, default="")
    return f"; the Flyte 2 package is `flyteplugins-{successor}`" if successor else ""


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
