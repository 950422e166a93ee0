"""Command lines of Flyte 1 in the files that call them: Makefiles, scripts of the shell, container files, pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from flyte_migrate.mapping import Command, commands

_CALLING_FILE = re.compile(
    r"(?:GNU)?[Mm]akefile|[Jj]ustfile|Jenkinsfile|tox\.ini|pyproject\.toml|Procfile"
    r"|(?:Docker|Container)file(?:\..+)?|.+\.(?:mk|sh|bash|zsh|ya?ml|[Dd]ockerfile)"
)

#: The command and what follows it, lines that a backslash continues and the next item of a YAML list included.
_CALL = re.compile(
    r"(?<![\w.-])pyflyte(?P<entrypoint>-(?:fast-|map-)?execute)?(?![\w.-])"
    r"(?P<rest>(?:[\"']?[ \t]*\r?\n[ \t]*-[ \t]+)?(?:\\\r?\n|[^\n])*)"
)
_REMOTE = re.compile(r"(?<![\w-])(?:--remote|-r)(?![\w-])")


def may_call(name: str) -> bool:
    """Whether a file called ``name`` is of a kind that calls commands."""
    return _CALLING_FILE.fullmatch(name) is not None


def calls(text: str) -> Iterator[tuple[int, Command]]:
    """Where Flyte 1 is called in the text of a file, comments aside, and what is called there."""
    if "pyflyte" not in text:
        return
    for found in _CALL.finditer(text):
        if text[text.rfind("\n", 0, found.start()) + 1 : found.start()].lstrip().startswith("#"):
            continue
        command = _command(found["entrypoint"], found["rest"])
        if command is not None:
            yield found.start(), command


def _command(entrypoint: str | None, rest: str) -> Command | None:
    if entrypoint:
        return commands()[f"pyflyte{entrypoint}"]
    subcommand = _subcommands().search(rest)
    if subcommand is None:
        return None
    name = f"pyflyte {subcommand[0]}"
    return commands()[f"{name} --remote" if subcommand[0] == "run" and _REMOTE.search(rest) else name]


@lru_cache(maxsize=1)
def _subcommands() -> re.Pattern[str]:
    """A subcommand as a word of its own: no part of a path, no key of YAML."""
    names = sorted({name.split()[1] for name in commands() if " " in name})
    return re.compile(rf"(?<![\w./-])(?:{'|'.join(names)})(?![\w./:-])")
