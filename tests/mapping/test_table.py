"""Every row speaks of a real v1 name, a real v2 target and a known code, and no public v1 name lacks a row."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable
from typing import Any

from flyte_migrate.catalogue import catalogue
from flyte_migrate.mapping import Row, package, packages, table

Names = dict[str, str]

#: Rows for names that flytekit 1.16 no longer has, and why they are there.
GONE = {
    "flytekit.core.map_task": "the module became legacy_map_task; older code still imports it",
    "flytekit.core.map_task.map_task": "of that module",
    "flytekit.core.map_task.MapPythonTask": "of that module",
    "flytekit.experimental.eager": "became flytekit.eager; older code still imports it from here",
    "flytekit.experimental.map_task": "became flytekit.map_task; older code still imports it from here",
}

#: Packages whose v1 names can only be checked where they are installed.
ELSEWHERE = {"flytekitplugins", "union", "unionai", "flyte_migrate"}

#: The v2 packages that rows point at; what is not installed is not checked, and nothing else may be missing.
PLUGINS = {
    "flyteplugins.bigquery",
    "flyteplugins.dask",
    "flyteplugins.databricks",
    "flyteplugins.dbt",
    "flyteplugins.huggingface",
    "flyteplugins.mlflow",
    "flyteplugins.omegaconf",
    "flyteplugins.pandera",
    "flyteplugins.papermill",
    "flyteplugins.polars",
    "flyteplugins.pytorch",
    "flyteplugins.ray",
    "flyteplugins.slurm",
    "flyteplugins.snowflake",
    "flyteplugins.spark",
    "flyteplugins.wandb",
}

RULES = {
    *("tasks", "environments", "workflows", "map_task", "conditional", "ordering", "outputs", "overrides", "failure"),
    *(
        "gates",
        "handlers",
        "local_cache",
        "command_line",
        "launch_plans",
        "references",
        "remote",
        "images",
        "resources",
        "secrets",
        "cache",
        "files",
    ),
    *("directories", "dataframes", "types", "context", "decks", "containers", "shell", "sql", "sensors", "notebooks"),
    "duckdb",
    *("plugins", "actors", "apps", "testing", "exceptions", "imperative"),
    *("schedules", "notifications", "checkpoints", "artifacts", "echo", "hashing", "renderers", "tracking"),
}


def _rows() -> list[Row]:
    return [*table().rows.values(), *table().prefixes.values()]


def test_every_public_name_of_flytekit_has_a_row(v1: Names) -> None:
    assert len(v1) > 2000, "the walk over flytekit found too little to mean anything"
    assert [name for name in v1 if table().row(name) is None] == []


def test_every_top_level_name_of_flytekit_has_a_row_of_its_own(v1: Names) -> None:
    top_level = [name for name in v1 if name.count(".") == 1]
    assert "flytekit.LaunchPlan" in top_level
    assert [name for name in top_level if table().canonical(name) not in table().rows] == []


def test_every_flytekit_name_in_the_table_exists(
    v1: Names, modules_of: Callable[[str], dict[str, pathlib.Path]]
) -> None:
    known = {*v1, *modules_of("flytekit")}
    listed = {*table().rows, *table().aliases, *table().prefixes}
    missing = {name for name in listed if name.startswith("flytekit.") and name not in known}
    assert missing == set(GONE)


def test_names_of_other_packages_exist_where_these_are_installed(
    names_of: Callable[[str], Names], modules_of: Callable[[str], dict[str, pathlib.Path]]
) -> None:
    listed = [name for name in (*table().rows, *table().aliases) if not name.startswith("flytekit.")]
    roots = {name.split(".")[0] for name in listed} - {"flytekit"}
    assert roots <= ELSEWHERE
    for name in listed:
        parts = name.split(".")
        distribution = ".".join(parts[:2]) if parts[0] == "flytekitplugins" else parts[0]
        if parts[0] in {"union", "flytekitplugins"} and modules_of(distribution):
            known = {*names_of(distribution), *modules_of(distribution), distribution}
            assert name in known or name == "flytekitplugins", f"{distribution} has no {name}"


def test_an_alias_is_the_same_object_under_another_path(originates: Callable[[str, str], str]) -> None:
    differing = [
        (alias, canonical)
        for alias, canonical in table().aliases.items()
        if alias.startswith("flytekit.")
        and alias not in GONE
        and originates("flytekit", alias) != originates("flytekit", canonical)
    ]
    assert differing == []


def test_every_rename_has_a_target_in_flyte(symbol: Callable[[str], Any], names_of: Callable[[str], Names]) -> None:
    for row in _rows():
        if row.kind == "rename":
            module, _, attribute = row.target.partition(":")
            _assert_in_v2(f"{module}.{attribute}", symbol, names_of)


def test_every_link_is_a_symbol_of_flyte(symbol: Callable[[str], Any], names_of: Callable[[str], Names]) -> None:
    for row in _rows():
        _assert_in_v2(row.link, symbol, names_of)


def _assert_in_v2(name: str, symbol: Callable[[str], Any], names_of: Callable[[str], Names]) -> None:
    parts = name.split(".")
    if parts[0] == "flyteplugins":
        plugin = ".".join(parts[:2])
        assert plugin in PLUGINS, f"{name}: not a plugin of Flyte 2"
        names = names_of(plugin)
        assert not names or len(parts) == 2 or name in names, f"{plugin} has no {name}"
    elif parts[:2] == ["flyte", "connectors"]:  # needs the extra flyte[connector] at import
        assert len(parts) == 2 or name in names_of("flyte")
    else:
        assert parts[0] == "flyte"
        assert symbol(name) is not None


def test_every_row_names_a_rule_a_fact_and_a_code_that_exist() -> None:
    codes = catalogue()
    for row in _rows():
        assert re.fullmatch(r"[A-Z]+-\d+( [A-Z]+-\d+)*", row.mapping), row
        assert not row.rule or row.rule in RULES, row
        assert not row.code or row.code in codes, row


def test_every_replacement_package_is_one_the_table_points_at() -> None:
    links = {".".join(row.link.split(".")[:2]) for row in _rows()}
    for row in packages().values():
        if row.target.startswith("flyteplugins-"):
            assert row.target.replace("-", ".", 1) in links, row
        assert not row.code or row.code in catalogue(), row


def test_every_plugin_module_in_the_table_has_a_package_row() -> None:
    other_names = {"deck": "deck-standard", "fsspec": "data-fsspec", "awssagemaker_inference": "awssagemaker"}
    modules = {name.split(".")[1] for name in (*table().rows, *table().prefixes) if name.startswith("flytekitplugins.")}
    assert {"spark", "kfpytorch", "deck"} <= modules
    for module in modules:
        row = package(f"flytekitplugins-{other_names.get(module, module)}")
        assert row is not None, module
