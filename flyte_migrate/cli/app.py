"""The typer application: registers the commands, and takes bare paths as ``migrate`` of these paths."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from flyte_migrate import __version__
from flyte_migrate.cli import check, explain, migrate, rules, verify
from flyte_migrate.cli.exit import Exit

# Plain help: loading rich for it would take longer than everything else that happens.
app = typer.Typer(
    name="flyte-migrate",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("migrate")(migrate.migrate)
app.command("check")(check.check)
app.command("verify")(verify.verify)
app.command("explain")(explain.explain)
app.command("rules")(rules.rules)


@app.callback(epilog="`flyte-migrate PATH...` is short for `flyte-migrate migrate PATH...`.")
def root(
    version: Annotated[bool, typer.Option("--version", "-V", help="Show the version and exit.")] = False,
) -> None:
    """Turns source written for Flyte 1 (flytekit) into source for Flyte 2 (flyte)."""
    if version:
        typer.echo(f"flyte-migrate {__version__}")
        raise typer.Exit


def run(arguments: Sequence[str]) -> None:
    """Runs the command line ``arguments`` and exits with its status."""
    try:
        app(args=_with_command(list(arguments)), prog_name="flyte-migrate")
    except BrokenPipeError:
        # The reader has gone (`| head`). Python would complain once more when it flushes on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.FINDINGS)


def _with_command(arguments: list[str]) -> list[str]:
    """``arguments``, with ``migrate`` in front when they begin with a path or an option of it."""
    commands = [command.name for command in app.registered_commands if command.name]
    if not arguments or arguments[0] in commands or "_FLYTE_MIGRATE_COMPLETE" in os.environ:
        return arguments
    first = arguments[0]
    if first in ("-h", "--help", "-V", "--version") or first.startswith(("--install-completion", "--show-completion")):
        return arguments
    if not first.startswith("-") and not os.path.exists(first):
        near = difflib.get_close_matches(first, commands, 1)
        if near:
            sys.stderr.write(f"flyte-migrate: there is no path and no command {first!r}; did you mean `{near[0]}`?\n")
            sys.exit(Exit.USAGE)
    return ["migrate", *arguments]
