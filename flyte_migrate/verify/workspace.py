"""Scratch copies of projects: migrated ones to run, unchanged ones to compare with. The user's files are only read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flyte_migrate import engine
from flyte_migrate.diagnostics import Failed, Rewritten, Severity, Skipped
from flyte_migrate.project.discover import SKIPPED_FOLDERS, Discovery, ProjectRoot
from flyte_migrate.settings import Settings
from flyte_migrate.verify.model import VerifyError


@dataclass(frozen=True)
class Copy:
    """The copies of one project: ``migrated`` always, ``original`` if there is one. ``source`` is the user's folder."""

    source: str
    migrated: str
    original: str | None
    shown: str  # what stands before a path relative to the root when the user reads it


@dataclass(frozen=True)
class Workspace:
    """Copies by the order of the discovery's roots, and what the migration did.

    ``rewritten`` holds absolute paths of the user's files; ``refused`` files that could not be migrated, with the
    reason; ``failed`` those in which the tool itself failed.
    """

    folder: str
    copies: tuple[Copy, ...]
    rewritten: frozenset[str]
    refused: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    left: Mapping[str, tuple[str, ...]]  # codes of what was left for a person, by the path the user knows

    def user_path(self, path: str) -> str:
        """The path that the user knows a file in a copy by; other paths as they are."""
        for copy in self.copies:
            for folder in (copy.migrated, copy.original):
                if folder is not None and path.startswith(os.path.join(folder, "")):
                    return copy.shown + os.path.relpath(path, folder)
        return path

    def user_paths(self, paths: Iterable[str]) -> Iterator[str]:
        """Absolute ``paths`` of the user's files as the user writes them."""
        for path in paths:
            for copy in self.copies:
                if path.startswith(os.path.join(copy.source, "")):
                    yield copy.shown + os.path.relpath(path, copy.source)

    def user_text(self, text: str) -> str:
        """``text`` with the paths of copies as the user knows them."""
        for copy in self.copies:
            for folder in (copy.migrated, copy.original):
                if folder is not None:
                    text = text.replace(os.path.join(folder, ""), copy.shown)
        return text


def prepare(
    discovery: Discovery, settings: Settings, folder: str, with_original: bool, original: str | None
) -> Workspace:
    """Copy every project of ``discovery`` below ``folder`` and migrate the copies.

    The whole project is migrated, not the targets alone: its modules import each other. ``original`` is a folder with
    the Flyte 1 source of a single project. Raises VerifyError if there are several, or none at that path.
    """
    if original is not None and len(discovery.roots) != 1:
        raise VerifyError("--original goes with the files of one project")
    if original is not None and not os.path.isdir(original):
        raise VerifyError(f"--original {original}: no such folder")
    copies = []
    for number, root in enumerate(discovery.roots):
        name = os.path.basename(root.path) or "project"
        migrated = _copied(root.path, os.path.join(folder, "migrated", str(number), name))
        before = None
        if with_original:
            before = _copied(original or root.path, os.path.join(folder, "original", str(number), name))
        copies.append(Copy(root.path, migrated, before, _shown(root)))
    return _migrated(discovery, settings, folder, tuple(copies))


def keep(workspace: Workspace, folder: str) -> None:
    """Copy the migrated projects to ``folder``. Raises VerifyError if something is there already."""
    if os.path.exists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise VerifyError(f"--keep {folder}: it exists and is not an empty folder")
    for copy in workspace.copies:
        inner = folder if len(workspace.copies) == 1 else os.path.join(folder, os.path.basename(copy.source))
        shutil.copytree(copy.migrated, inner, dirs_exist_ok=True)


def _migrated(discovery: Discovery, settings: Settings, folder: str, copies: tuple[Copy, ...]) -> Workspace:
    every = [candidate for root in discovery.roots for candidate in root.files]
    by_root = {copy.source: copy for copy in copies}
    rewritten: set[str] = set()
    refused: list[tuple[str, str]] = []
    failed: list[tuple[str, str]] = []
    left: dict[str, tuple[str, ...]] = {}
    outcomes = engine.migrate(every, discovery.roots, settings)
    for candidate, outcome in zip(every, outcomes, strict=True):
        codes = {found.code for found in outcome.diagnostics if found.severity is Severity.MANUAL}
        if codes:
            left[outcome.path] = tuple(sorted(codes))
        if isinstance(outcome, Rewritten):
            copy = by_root[candidate.root]
            place = Path(copy.migrated, os.path.relpath(candidate.path, candidate.root))
            place.write_bytes(outcome.after)
            rewritten.add(candidate.path)
        elif isinstance(outcome, Failed):
            failed.append((outcome.path, outcome.reason))
        elif isinstance(outcome, Skipped):
            refused.append((outcome.path, outcome.reason))
    return Workspace(folder, copies, frozenset(rewritten), tuple(refused), tuple(failed), left)


def _copied(source: str, target: str) -> str:
    """``target`` after ``source`` was copied there, less what no program reads: histories, caches, environments."""
    os.makedirs(os.path.dirname(target), exist_ok=True)

    def passed_by(folder: str, names: list[str]) -> Iterable[str]:
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isdir(path):
                if not os.path.isfile(path):
                    yield name  # sockets, and links that lead nowhere
            elif name in SKIPPED_FOLDERS - {"dist", "build", "_build"} or name.startswith(".") or _is_environment(path):
                yield name

    shutil.copytree(source, target, ignore=lambda folder, names: set(passed_by(folder, names)))
    for place, folders, files in os.walk(target):
        for name in (*folders, *files):
            path = os.path.join(place, name)
            os.chmod(path, os.stat(path).st_mode | (0o700 if name in folders else 0o600))
    return target


def _is_environment(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, "pyvenv.cfg"))


def _shown(root: ProjectRoot) -> str:
    for candidate in root.files:
        relative = os.path.relpath(candidate.path, root.path)
        if candidate.display.endswith(relative):
            return candidate.display[: -len(relative)]
    return os.path.join(root.path, "")
