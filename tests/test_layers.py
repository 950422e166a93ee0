"""Data flows one way: no package imports one that comes after it, and no modules import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import flyte_migrate

PACKAGE = Path(flyte_migrate.__file__).parent

#: From what everything may import to what nothing may. Those on one line know nothing of each other.
LAYERS = (
    {"workers", "diagnostics"},
    {"catalogue", "mapping"},
    {"settings"},
    {"project"},
    {"suppressions"},
    {"rewrite"},
    {"asynchronous"},
    {"rules"},
    {"engine", "check"},
    {"report"},
    {"verify"},
    {"cli"},
    {"__main__"},
)


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in PACKAGE.rglob("*.py") if "_runtime" not in path.parts}


def imported(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports anywhere: in functions and for type checkers, too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES or node.module in MODULES:
                    yield inner if inner in MODULES else node.module


IMPORTS = {module: {name for name in imported(path) if name != module} for module, path in MODULES.items()}


def test_no_modules_import_each_other() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as circle:
        raise AssertionError(" imports ".join(reversed(circle.args[1]))) from None


def test_no_layer_knows_a_later_one() -> None:
    depth = {name: number for number, names in enumerate(LAYERS) for name in names}
    wrong = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        for name in names
        if "." in module and "." in name and module.split(".")[1] != name.split(".")[1]
        if depth[name.split(".")[1]] >= depth[module.split(".")[1]]
    ]
    assert wrong == []
