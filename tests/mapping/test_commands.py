"""The rows of commands name what both command lines have."""

from __future__ import annotations

import click
import pytest

from flyte_migrate.mapping import Command, commands


@pytest.mark.parametrize("row", commands().values(), ids=lambda row: row.name)
def test_a_row_names_commands_that_exist(row: Command) -> None:
    from flyte.cli.main import main as flyte
    from flytekit.clis.sdk_in_container.pyflyte import main as pyflyte

    words = row.name.split()
    if len(words) > 1:
        assert words[1] in pyflyte.commands
    group: click.Command = flyte
    for word in row.target.split()[1:]:
        if word.startswith("--"):
            assert any(word in option.opts for option in group.params)
        else:
            assert isinstance(group, click.Group)
            found = group.get_command(click.Context(group), word)
            assert found is not None
            group = found


def test_entrypoints_of_containers_are_installed_by_flytekit() -> None:
    from importlib.metadata import entry_points

    scripts = {script.name for script in entry_points(group="console_scripts") if script.value.startswith("flytekit")}
    assert {name for name in commands() if " " not in name} <= scripts
