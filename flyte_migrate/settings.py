"""Settings of a run: ``[tool.flyte-migrate]`` of a ``pyproject.toml``, overridden by command-line flags, merged once.

The result is frozen and picklable: workers get it as it is.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pathspec

Style = Literal["sync", "async"]
MapErrors = Literal["raise", "return"]

STYLES: tuple[Style, ...] = ("sync", "async")
MAP_ERRORS: tuple[MapErrors, ...] = ("raise", "return")

#: The rule of the SDK for the name of an environment.
ENVIRONMENT_NAME = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")

_CODE_PREFIX = re.compile(r"(ALL|FM\d{0,3})")


class SettingsError(Exception):
    """A configuration that can't be used. The message names the file, the key and what is accepted (exit 2)."""


@dataclass(frozen=True)
class Patterns:
    """Gitignore-style patterns that hold below ``base``: the configuration file's folder, or the working directory."""

    base: str
    lines: tuple[str, ...]

    def match(self, path: str, is_folder: bool = False) -> bool:
        """True if the absolute ``path``, or a folder above it and below ``base``, matches."""
        prefix = os.path.join(self.base, "")
        below = os.path.join(path, "") if is_folder else path
        return below.startswith(prefix) and _spec(self.lines).match_file(below[len(prefix) :])


@lru_cache(maxsize=64)
def _spec(lines: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    import pathspec  # here because most runs have no patterns, and need not pay for the import

    return pathspec.GitIgnoreSpec.from_lines(lines)


@dataclass(frozen=True)
class PerFileIgnore:
    """Codes that are not reported in the files that a pattern matches."""

    patterns: Patterns
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """Everything that a run can be told. Defaults are those of the documentation.

    ``select`` and ``ignore`` hold codes or prefixes (``FM104``, ``FM1``, ``ALL``); the longest match wins, ``ignore``
    on a tie. ``env_name`` replaces the part of an environment's name that would be derived from the module path.
    """

    style: Style = "sync"
    map_errors: MapErrors = "raise"
    todo: bool = True
    env_name: str | None = None
    jobs: int = 0  # 0: as many as pay off
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    exclude: tuple[Patterns, ...] = ()
    respect_gitignore: bool = True
    source: str | None = field(default=None, compare=False)  # the pyproject.toml it came from

    def enabled(self, code: str, path: str | None = None) -> bool:
        """Whether findings of ``code`` are wanted, in the file at the absolute ``path`` when one is given."""
        if _longest(self.select, code) <= _longest(self.ignore, code):
            return False
        if path is None:
            return True
        return not any(
            _longest(entry.codes, code) >= 0 and entry.patterns.match(path) for entry in self.per_file_ignores
        )

    def excluded(self, path: str, is_folder: bool = False) -> bool:
        """Whether the absolute ``path`` is excluded from the run by a pattern."""
        return any(patterns.match(path, is_folder) for patterns in self.exclude)

    def workers(self, tasks: int, tasks_per_worker: int) -> int:
        """How many processes to use for ``tasks`` units of work when each must have ``tasks_per_worker`` to pay off."""
        if self.jobs:
            return max(1, min(self.jobs, tasks))
        return max(1, min(_usable_processors(), tasks // tasks_per_worker))


def _usable_processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _longest(prefixes: tuple[str, ...], code: str) -> int:
    """The length of the longest prefix of ``code`` in ``prefixes``; ``ALL`` counts as 0, nothing as -1."""
    lengths = (
        0 if prefix == "ALL" else len(prefix) for prefix in prefixes if prefix == "ALL" or code.startswith(prefix)
    )
    return max(lengths, default=-1)


def load(start: str | os.PathLike[str], config: str | None = None) -> Settings:
    """The settings that hold for ``start``: those of the nearest ``pyproject.toml`` above it that has our table.

    ``config`` names the file instead. Raises SettingsError for a file that can't be read and for an unknown key or
    value.
    """
    if config is not None:
        if not os.path.isfile(config):
            raise SettingsError(f"{config}: no such configuration file")
        return _from_file(Path(config), required=True) or Settings()
    folder = Path(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        file = candidate / "pyproject.toml"
        if file.is_file() and (settings := _from_file(file, required=False)) is not None:
            return settings
        if (candidate / ".git").exists():
            break
    return Settings()


def with_flags(settings: Settings, flags: Mapping[str, Any]) -> Settings:
    """``settings`` with the command-line ``flags`` that were given (not None); list flags extend what the file says.

    Keys are field names; ``select`` replaces, ``ignore`` and ``exclude`` extend. Raises SettingsError for a bad value.
    """
    known = {item.name for item in fields(Settings)}
    changes = {name: value for name, value in flags.items() if value is not None and value != () and name in known}
    for name in ("select", "ignore"):
        if name in changes:
            changes[name] = _codes(f"--{name}", changes[name])
    if "ignore" in changes:
        changes["ignore"] = settings.ignore + changes["ignore"]
    if "exclude" in changes:
        changes["exclude"] = (*settings.exclude, _patterns("--exclude", os.getcwd(), tuple(changes["exclude"])))
    return replace(settings, **changes)


def parse_jobs(value: str | int) -> int:
    """``auto`` is 0. Raises ValueError for anything that is not ``auto`` or a positive whole number."""
    if value == "auto":
        return 0
    if isinstance(value, bool) or not str(value).isdecimal() or int(value) < 1:
        raise ValueError(f"expected a whole number of at least 1, or 'auto', not {value!r}")
    return int(value)


def _from_file(file: Path, required: bool) -> Settings | None:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: not readable as TOML: {error}") from error
    tool: dict[str, Any] = data.get("tool", {})
    table = tool.get("flyte-migrate")
    if table is None:
        misspelt = next((name for name in ("flyte_migrate", "flytemigrate") if name in tool), None)
        if misspelt:
            raise SettingsError(f"{file}: [tool.{misspelt}] is not read; did you mean [tool.flyte-migrate]?")
        return Settings() if required else None
    if not isinstance(table, dict):
        raise SettingsError(f"{file}: tool.flyte-migrate must be a table")
    changes: dict[str, Any] = {}
    for key, value in table.items():
        where = f"{file}: [tool.flyte-migrate] {key}"
        reader = _READERS.get(key)
        if reader is None:
            raise SettingsError(f"{where}: unknown key{_did_you_mean(key, _READERS)}")
        changes[key.replace("-", "_")] = reader(where, value, os.path.abspath(file.parent))
    return Settings(**changes, source=str(file))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(word.replace("_", "-").lower(), names, 1, 0.6)
    return f"; did you mean '{near[0]}'?" if near else f"; known keys: {', '.join(names)}"


def _strings(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{where}: expected a list of strings, not {value!r}")
    return tuple(value)


def _codes(where: str, values: Iterable[str]) -> tuple[str, ...]:
    from flyte_migrate.catalogue import catalogue

    codes = tuple(part.strip().upper() for value in values for part in value.split(",") if part.strip())
    for code in codes:
        if not _CODE_PREFIX.fullmatch(code):
            raise SettingsError(f"{where}: {code!r} is not a code; write FM104, a prefix such as FM1, or ALL")
        if code != "ALL" and not any(known.startswith(code) for known in catalogue()):
            raise SettingsError(f"{where}: no finding has the code {code}; see `flyte-migrate rules`")
    return codes


def _read_codes(where: str, value: Any, base: str) -> tuple[str, ...]:
    return _codes(where, _strings(where, value))


def _patterns(where: str, base: str, lines: tuple[str, ...]) -> Patterns:
    try:
        _spec(lines)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error
    return Patterns(base, lines)


def _read_exclude(where: str, value: Any, base: str) -> tuple[Patterns, ...]:
    return (_patterns(where, base, _strings(where, value)),)


def _read_per_file_ignores(where: str, value: Any, base: str) -> tuple[PerFileIgnore, ...]:
    if not isinstance(value, dict):
        raise SettingsError(f"{where}: expected a table of pattern = [codes], not {value!r}")
    return tuple(
        PerFileIgnore(_patterns(where, base, (pattern,)), _read_codes(f"{where}.{pattern!r}", codes, base))
        for pattern, codes in value.items()
    )


def _read_bool(where: str, value: Any, base: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"{where}: expected true or false, not {value!r}")
    return value


def _read_env_name(where: str, value: Any, base: str) -> str:
    if not isinstance(value, str) or not ENVIRONMENT_NAME.fullmatch(value):
        accepted = "lower-case letters and digits, joined by single '-' or '_'"
        raise SettingsError(f"{where}: {value!r} is no environment name; write {accepted}")
    return value


def _read_jobs(where: str, value: Any, base: str) -> int:
    try:
        return parse_jobs(value)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error


def _one_of(choices: tuple[str, ...]) -> Callable[[str, Any, str], str]:
    def read(where: str, value: Any, base: str) -> str:
        if value not in choices:
            raise SettingsError(f"{where}: expected {' or '.join(map(repr, choices))}, not {value!r}")
        return str(value)

    return read


_READERS: dict[str, Callable[[str, Any, str], Any]] = {
    "select": _read_codes,
    "ignore": _read_codes,
    "per-file-ignores": _read_per_file_ignores,
    "exclude": _read_exclude,
    "respect-gitignore": _read_bool,
    "style": _one_of(STYLES),
    "map-errors": _one_of(MAP_ERRORS),
    "todo": _read_bool,
    "env-name": _read_env_name,
    "jobs": _read_jobs,
}
