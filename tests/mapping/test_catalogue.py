"""Every finding code says what it means and what to write, in code that the installed flyte accepts."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest

from flyte_migrate import catalogue as package
from flyte_migrate.catalogue import Code, catalogue
from flyte_migrate.diagnostics import Severity

#: Codes whose advice is Flyte 2 code; the others speak of the file or of the tool itself.
CONVERSIONS = [pytest.param(code, id=code.id) for code in catalogue().values() if code.id[2] in "1234567"]
ALL = [pytest.param(code, id=code.id) for code in catalogue().values()]


@pytest.mark.parametrize("code", ALL)
def test_an_entry_is_complete(code: Code) -> None:
    assert re.fullmatch(r"FM\d{3}", code.id)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.name)
    assert re.fullmatch(r"[A-Z]+-\d+( [A-Z]+-\d+)*", code.mapping)
    assert code.summary.endswith(".")
    assert "\n" not in code.summary
    assert code.instead.strip()


def test_names_are_unique() -> None:
    names = [code.name for code in catalogue().values()]
    assert sorted(set(names)) == sorted(names)


def test_each_file_holds_the_codes_of_its_hundred() -> None:
    for entry in files(package).iterdir():
        if entry.name.endswith(".toml"):
            codes = re.findall(r"^\[(FM\d)", entry.read_text("utf-8"), re.MULTILINE)
            assert set(codes) == {f"FM{entry.name[0]}"}, entry.name


@pytest.mark.parametrize("code", CONVERSIONS)
def test_a_conversion_is_a_note_or_left_to_a_person(code: Code) -> None:
    assert code.severity in {Severity.NOTE, Severity.MANUAL}


@pytest.mark.parametrize("code", CONVERSIONS)
def test_the_advice_uses_what_flyte_has(code: Code, symbol: Callable[[str], Any]) -> None:
    tree = _parsed(code.instead)
    for name in _flyte_symbols(tree):
        assert symbol(name) is not None
    for name, keywords in _flyte_calls(tree):
        parameters = inspect.signature(symbol(name)).parameters
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
            assert keywords <= set(parameters), name


@pytest.mark.parametrize("code", CONVERSIONS)
def test_the_advice_imports_what_flyte_has(code: Code, names_of: Callable[[str], dict[str, str]]) -> None:
    for node in ast.walk(_parsed(code.instead)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("flyte"):
            plugin = ".".join(node.module.split(".")[:2])
            for imported in node.names:
                if node.module.startswith("flyteplugins"):
                    names = names_of(plugin)
                    assert not names or f"{node.module}.{imported.name}" in names
                elif node.module == "flyte.connectors":  # needs the extra flyte[connector] at import
                    assert f"{node.module}.{imported.name}" in names_of("flyte")
                elif node.module.split(".")[0] in {"flyte", "flyteidl2"}:
                    module = importlib.import_module(node.module)
                    assert hasattr(module, imported.name) or importlib.import_module(f"{node.module}.{imported.name}")


@pytest.mark.parametrize("code", CONVERSIONS)
def test_the_link_is_a_symbol_of_flyte(
    code: Code, symbol: Callable[[str], Any], names_of: Callable[[str], dict[str, str]]
) -> None:
    root, *rest = code.link.split(".")
    if root == "flyteplugins":
        names = names_of(f"flyteplugins.{rest[0]}")
        assert not names or code.link in names
    elif rest[:1] == ["connectors"]:
        assert code.link in names_of("flyte")
    else:
        assert root == "flyte"
        assert symbol(code.link) is not None


def _parsed(snippet: str) -> ast.Module:
    source = snippet.strip()
    if source.startswith("except "):
        source = f"try:\n    pass\n{source}"
    tree = compile(source, "<advice>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(tree, ast.Module)
    return tree


def _flyte_symbols(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (name := _dotted(node)).startswith("flyte."):
            yield name


def _flyte_calls(tree: ast.Module) -> Iterator[tuple[str, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _dotted(node.func)).startswith("flyte."):
            yield name, {keyword.arg for keyword in node.keywords if keyword.arg}


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
