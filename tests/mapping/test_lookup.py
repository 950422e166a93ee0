"""How names and distributions are looked up, and what the loaders refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from flyte_migrate.mapping import (
    package,
    packages,
    parse_accelerators,
    parse_commands,
    parse_packages,
    parse_table,
    table,
)

ROW = {"kind": "rename", "target": "flyte:task", "mapping": "IMP-01", "link": "flyte"}


def test_an_alias_leads_to_the_row_of_the_canonical_name() -> None:
    row = table().row("flytekit.core.task.task")
    assert row is not None
    assert (row.name, row.kind, row.rule) == ("flytekit.task", "rule", "tasks")


def test_an_attribute_of_an_alias_is_one_of_the_canonical_name() -> None:
    assert table().canonical("flytekit.core.launch_plan.LaunchPlan.create") == "flytekit.LaunchPlan.create"


def test_an_alias_of_a_module_covers_its_names() -> None:
    assert table().canonical("flytekit.file.CSVFile") == "flytekit.types.file.CSVFile"
    assert table().canonical("flytekit.file.FlyteFile") == "flytekit.FlyteFile"


def test_a_name_without_an_alias_is_canonical() -> None:
    assert table().canonical("flytekit.task") == "flytekit.task"
    assert table().canonical("flyte.task") == "flyte.task"


def test_a_row_of_its_own_goes_before_a_prefix() -> None:
    parsed = parse_table({"p.*": ROW, "p.q.*": {**ROW, "target": "flyte:q"}, "p.q.r": {**ROW, "target": "flyte:r"}})
    found = {name: parsed.row(name) for name in ("p.x", "p.q.x", "p.q.r", "q")}
    assert {name: row and row.target for name, row in found.items()} == {
        "p.x": "flyte:task",
        "p.q.x": "flyte:q",
        "p.q.r": "flyte:r",
        "q": None,
    }


@pytest.mark.parametrize(
    ("parse", "rows", "message"),
    [
        (parse_table, {"a": {**ROW, "colour": "red"}}, r"table\.toml: a: .*colour"),
        (parse_table, {"a": {"kind": "rename", "mapping": "X-1"}}, r"table\.toml: a: a 'rename' row lacks"),
        (parse_table, {"a": {"kind": "rule", "mapping": "X-1"}}, r"table\.toml: a: a 'rule' row lacks"),
        (parse_table, {"a": {"kind": "drop", "mapping": "X-1"}}, r"table\.toml: a: a 'drop' row lacks"),
        (parse_table, {"a.*": {"kind": "manual", "mapping": "X-1"}}, r"table\.toml: a\.\*: a 'manual' row lacks"),
        (parse_table, {"a": {"kind": "rewrite", "target": "flyte:a"}}, r"a 'rewrite' row lacks"),
        (parse_table, {"a": ROW, "b": {"alias": "c"}}, r"table\.toml: b: alias of unknown c"),
        (parse_accelerators, {"T4": {"kind": "string", "template": "{n}", "mapping": "X-1"}}, r"T4: a 'string' row"),
        (parse_accelerators, {"T4": {"kind": "gpu", "template": "T4", "mapping": "X-1"}}, r"T4: a 'gpu' row lacks"),
        (parse_accelerators, {"T4": {"kind": "tpu", "template": "{n}", "mapping": "X-1"}}, r"T4: a 'tpu' row lacks"),
        (parse_accelerators, {"T4": {"kind": "gpu"}}, r"accelerators\.toml: .*T4: .*template"),
        (parse_packages, {"p": {"kind": "replace", "mapping": "X-1"}}, r"packages\.toml: p: a 'replace' row lacks"),
        (parse_packages, {"p": {"kind": "drop", "mapping": "X-1"}}, r"packages\.toml: p: a 'drop' row lacks"),
        (parse_packages, {"p": {"kind": "manual", "mapping": "X-1"}}, r"packages\.toml: p: a 'manual' row lacks"),
        (parse_commands, {"pyflyte x": {"mapping": "X-1"}}, r"commands\.toml: pyflyte x: neither a target nor a note"),
    ],
)
def test_an_incomplete_row_is_refused_by_name(
    parse: Callable[[Mapping[str, Any]], object], rows: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        parse(rows)


@pytest.mark.parametrize(
    "spelling", ["flytekitplugins-kfpytorch", "flytekitplugins_kfpytorch", "FlytekitPlugins.KFPytorch"]
)
def test_a_distribution_is_found_under_any_spelling(spelling: str) -> None:
    row = package(spelling)
    assert row is not None
    assert (row.kind, row.target) == ("replace", "flyteplugins-pytorch")


def test_flytekit_is_part_of_the_base_image() -> None:
    row = packages()["flytekit"]
    assert (row.target, row.bundled) == ("flyte", True)


def test_a_plugin_without_a_row_is_reported() -> None:
    row = package("flytekitplugins-my-own")
    assert row is not None
    assert (row.kind, row.code) == ("manual", "FM660")


@pytest.mark.parametrize("other", ["numpy", "flyte", "flyteplugins-spark", "flytekitten", "dataclasses-json"])
def test_other_distributions_have_no_row(other: str) -> None:
    assert package(other) is None
