"""The public names of installed packages, read from their source: importing them all would need every extra."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pathlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

#: name → where it comes from: a name imported from another module, or the name itself where it is defined.
Names = dict[str, str]

#: Packages whose names count as a module's own when it imports them; others only leak into it.
_ROOTS = {"flyte", "flytekit", "flytekitplugins", "flyteplugins", "union"}


@cache
def installed_modules(package: str) -> dict[str, pathlib.Path]:
    """The source file of each public module of an installed package; empty if it is not installed."""
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        return {}
    if spec is None or not spec.submodule_search_locations:
        return {}
    modules: dict[str, pathlib.Path] = {}
    for location in spec.submodule_search_locations:
        root = pathlib.Path(location)
        for path in sorted(root.rglob("*.py")):
            parts = list(path.relative_to(root).with_suffix("").parts)
            if parts[-1] == "__init__":
                parts.pop()
            if not any(part.startswith("_") for part in parts):
                modules[".".join([package, *parts])] = path
    return modules


@cache
def installed_names(package: str) -> Names:
    """Every public name bound at the top level of the package's modules that is its own, and where it comes from."""
    names: Names = {}
    for module, path in installed_modules(package).items():
        tree = ast.parse(path.read_text("utf-8"))
        for name, origin in _bindings(tree.body, module, path.name == "__init__.py"):
            if not name.startswith("_"):
                names[f"{module}.{name}"] = origin
    return names


def _bindings(body: list[ast.stmt], module: str, is_package: bool) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, f"{module}.{node.name}"
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, f"{module}.{target.id}"
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, f"{module}.{node.target.id}"
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module, is_package)
            if source.split(".")[0] in _ROOTS:
                for imported in node.names:
                    yield imported.asname or imported.name, f"{source}.{imported.name}"
        elif isinstance(node, ast.Try):
            blocks = [node.body, *(handler.body for handler in node.handlers), node.orelse, node.finalbody]
            for block in blocks:
                yield from _bindings(block, module, is_package)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" not in ast.unparse(node.test):
            yield from _bindings([*node.body, *node.orelse], module, is_package)


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, node.module] if node.module else base)


def origin(package: str, name: str) -> str:
    """The qualified name under which ``name`` is defined, following imports from module to module."""
    names = installed_names(package)
    while names.get(name, name) != name:
        name = names[name]
    return name


def resolve(symbol: str) -> Any:
    """The object of a dotted symbol of an importable package. Raises LookupError if there is none."""
    parts = symbol.split(".")
    value: Any = importlib.import_module(parts[0])
    for position, part in enumerate(parts[1:], start=1):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module(".".join(parts[: position + 1]))
            except ModuleNotFoundError as error:
                raise LookupError(f"{symbol}: no {part} in {'.'.join(parts[:position])}") from error
    return value


@pytest.fixture(scope="session")
def v1() -> Names:
    """Every public name of the installed flytekit."""
    return installed_names("flytekit")


@pytest.fixture(scope="session")
def originates() -> Callable[[str, str], str]:
    """``origin``, for tests."""
    return origin


@pytest.fixture(scope="session")
def names_of() -> Callable[[str], Names]:
    """``installed_names``, for tests."""
    return installed_names


@pytest.fixture(scope="session")
def modules_of() -> Callable[[str], dict[str, pathlib.Path]]:
    """``installed_modules``, for tests."""
    return installed_modules


@pytest.fixture(scope="session")
def symbol() -> Callable[[str], Any]:
    """``resolve``, for tests."""
    return resolve
