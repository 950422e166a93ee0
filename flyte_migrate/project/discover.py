"""Which files a run is about: the ones the user named, and every Python file of the projects they belong to.

A part of a project is migrated with the knowledge of the whole: the environments, signatures and outputs of a task
decide how a call in another file is written. So each target brings its project root, all of whose files are there for
the index.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flyte_migrate.mapping import SHADOWABLE_ROOTS
from flyte_migrate.project.companions import is_companion
from flyte_migrate.project.source import read_bytes
from flyte_migrate.settings import Settings

if TYPE_CHECKING:
    import pathspec

#: What marks the root of a project.
ROOT_MARKERS = (".git", "pyproject.toml", "setup.cfg", "setup.py")

#: Folders that never hold source of the project.
SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "__pypackages__", "_build", "build", "dist", "node_modules", "site-packages", "venv"}
)

#: Hidden folders that hold what continuous integration calls; Python files in them are not the project's source.
PIPELINE_FOLDERS = frozenset({".buildkite", ".circleci", ".github", ".gitlab"})

_V1_BYTES = re.compile(
    rb"flyte[-_]?(?:kit|migrate)"  # imports, and the comments of this tool
    rb"|\bunionai\b"
    rb"|\b(?:import|from)\b(?:\\\r?\n|[^\n])*?\bunion\b"  # the word alone is everywhere
)


class NoInputError(Exception):
    """A path that does not exist or holds no Python file; the message names it (exit 2)."""


@dataclass(frozen=True)
class Candidate:
    """One Python file.

    ``path`` is absolute, ``display`` the same as the user wrote it, ``root`` the absolute project root. ``module`` is
    the name it is imported by when the folder of its topmost package is on ``sys.path``; a file in no package is named
    from the root (less a ``src`` folder), and so are files whose names would be the same within a root. ``content`` is
    its text when that comes from standard input.
    """

    path: str
    display: str
    root: str
    module: str
    content: bytes | None = None

    @property
    def is_package(self) -> bool:
        """Whether the file is the ``__init__.py`` of the package ``module``."""
        return os.path.basename(self.path) == "__init__.py"

    def read(self) -> bytes:
        """What is in the file, or came in its place. Raises SourceError when it can't be read."""
        return self.content if self.content is not None else read_bytes(self.path)


@dataclass(frozen=True)
class ProjectRoot:
    """A project: its absolute root, and all of its Python files in path order, targets included.

    ``companions`` are the absolute paths of its other files that may name Flyte 1 (:mod:`.companions`).
    """

    path: str
    files: tuple[Candidate, ...]
    companions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Discovery:
    """``targets`` are to be processed, in path order; ``roots`` are what is known around them.

    ``companions`` are the dependency lists, notebooks and the like that were named or are in the named folders, as
    (absolute path, path as the user wrote it); ``excluded`` are paths that the user named but that a pattern in the
    configuration excludes.
    """

    targets: tuple[Candidate, ...]
    roots: tuple[ProjectRoot, ...]
    companions: tuple[tuple[str, str], ...] = ()
    excluded: tuple[str, ...] = ()


def mentions_v1(data: bytes) -> bool:
    """Whether a file could hold a v1 import or a comment of this tool; never false for a file that does."""
    return (b"flyte" in data or b"union" in data) and _V1_BYTES.search(data) is not None


def discover(paths: Sequence[str], settings: Settings) -> Discovery:
    """The Python files at and below ``paths``, and the projects they belong to.

    What is named is taken whatever it is called and even if git ignores it; patterns of ``exclude`` hold for it too,
    since hooks name files that nobody chose. Symbolic links are followed only when named. Raises NoInputError for a
    path that is empty or does not exist, and when nothing at all is found.
    """
    files: list[_Named] = []
    folders: list[_Named] = []
    companions: list[tuple[str, str]] = []
    excluded: list[str] = []
    for path in paths:
        if not path:  # what an unset variable of the shell leaves: it does not mean the working directory
            raise NoInputError("a path is empty")
        absolute = os.path.abspath(path)
        if not os.path.exists(absolute):
            raise NoInputError(f"{path}: no such file or folder")
        is_folder = os.path.isdir(absolute)
        if settings.excluded(absolute, is_folder):
            excluded.append(path)
            continue
        if is_folder:
            folders.append(_Named(absolute, path))
            continue
        if is_companion(os.path.basename(absolute)):
            companions.append((absolute, _tidy(path)))
        if absolute.endswith(".py") or not is_companion(os.path.basename(absolute)):
            files.append(_Named(absolute, path))
    starts = [os.path.dirname(file.path) for file in files] + [folder.path for folder in folders]
    roots = [_project(root, settings, files, folders) for root in _outermost({_root_of(start) for start in starts})]
    targets = tuple(_each_once(_targets(roots, files, folders), [*files, *folders]))
    if not targets and not excluded and not companions:
        raise NoInputError(f"no Python files in {', '.join(paths)}" if paths else "no paths given")
    beside = dict((*_named_companions(roots, folders), *companions))
    return Discovery(targets, tuple(roots), tuple(sorted(beside.items())), tuple(excluded))


def own_packages(roots: Sequence[ProjectRoot]) -> frozenset[str]:
    """The top-level packages and modules of the projects that have the name of a v1 package and stand in its way."""
    return frozenset(file.module for root in roots for file in root.files if file.module in SHADOWABLE_ROOTS)


def standard_input(content: bytes, filename: str, settings: Settings) -> Discovery:
    """One target, the file called ``filename`` with ``content`` in place of what is on disk, amid its project."""
    absolute = os.path.abspath(filename)
    root = _project(_root_of(os.path.dirname(absolute)), settings, [_Named(absolute, filename)], [])
    target = next(candidate for candidate in root.files if candidate.path == absolute)
    target = replace(target, display=filename, content=content)
    files = tuple(target if candidate.path == absolute else candidate for candidate in root.files)
    return Discovery((target,), (ProjectRoot(root.path, files),))


@dataclass(frozen=True)
class _Named:
    """A path that the user gave: absolute, and as it was written."""

    path: str
    written: str


def _root_of(folder: str) -> str:
    """The nearest folder at or above ``folder`` that is a project's root; ``folder`` itself if there is none."""
    for current in _upwards(folder):
        if any(os.path.exists(os.path.join(current, marker)) for marker in ROOT_MARKERS):
            return current
    return folder


def _upwards(folder: str) -> Iterator[str]:
    """``folder`` and every folder above it."""
    while True:
        yield folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder = parent


def _outermost(roots: set[str]) -> list[str]:
    """Roots that lie in no other one, so that no file is known twice."""
    return sorted(root for root in roots if not any(root != other and _inside(root, other) for other in roots))


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _project(root: str, settings: Settings, files: Sequence[_Named], folders: Sequence[_Named]) -> ProjectRoot:
    """All Python files of ``root``, and those that were named and that the walk would pass by."""
    listings = {listing.folder: listing for listing in _walk(root, settings)}
    for folder in folders:
        if _inside(folder.path, root) and folder.path not in listings:
            listings.update({listing.folder: listing for listing in _walk(folder.path, settings)})
    names = {folder: set(listing.sources) for folder, listing in listings.items()}
    for file in files:
        if _inside(file.path, root):
            names.setdefault(os.path.dirname(file.path), set()).add(os.path.basename(file.path))
    candidates = [candidate for folder in names for candidate in _in_folder(folder, names[folder], root)]
    companions = tuple(os.path.join(item.folder, name) for item in listings.values() for name in item.companions)
    files_in_order = sorted(_with_unique_modules(candidates), key=lambda candidate: candidate.path)
    return ProjectRoot(root, tuple(files_in_order), companions)


def _in_folder(folder: str, names: Collection[str], root: str) -> Iterator[Candidate]:
    """Candidates for the files ``names`` of ``folder``, whose common part is worked out once."""
    if not names:
        return
    package = ".".join(_package(folder, root))
    inside = f"{package}." if package else ""
    start, shown = os.path.join(folder, ""), _shown(folder)
    for name in names:
        stem = name.removesuffix(".py")
        module = package if stem == "__init__" and package else inside + stem
        yield Candidate(start + name, shown + name, root, module)


def _package(folder: str, root: str) -> tuple[str, ...]:
    """The dotted name of ``folder``: of its package if it is one, else its place below the root."""
    parts: tuple[str, ...] = ()
    current = folder
    while current != root and os.path.exists(os.path.join(current, "__init__.py")):
        current, name = os.path.split(current)
        parts = (name, *parts)
    return parts or _below(folder, root)


def _below(folder: str, root: str) -> tuple[str, ...]:
    """The parts of ``folder`` below ``root``, less the ``src`` of a src layout."""
    relative = os.path.relpath(folder, root)
    parts = () if relative == os.curdir else tuple(relative.split(os.sep))
    return parts[1:] if parts[:1] == ("src",) else parts


def _shown(folder: str) -> str:
    """What stands before a name in ``folder``: relative to the working directory when that is at or above it."""
    relative = os.path.relpath(folder)
    if relative == os.curdir:
        return ""
    return os.path.join(folder if relative.startswith(os.pardir) else relative, "")


def _with_unique_modules(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    users = Counter(candidate.module for candidate in candidates)
    for candidate in candidates:
        if users[candidate.module] == 1:
            yield candidate
        else:
            folder, name = os.path.split(candidate.path)
            stem = () if candidate.is_package else (name.removesuffix(".py"),)
            yield replace(candidate, module=".".join((*_below(folder, candidate.root), *stem)))


def _targets(roots: Sequence[ProjectRoot], files: Sequence[_Named], folders: Sequence[_Named]) -> Iterator[Candidate]:
    """The candidates that were named, each once, shown as the user wrote them."""
    written = {file.path: _tidy(file.written) for file in files}
    prefixes = _prefixes(folders)
    for root in roots:
        for candidate in root.files:
            display = written.get(candidate.path) or _as_written(candidate.path, prefixes)
            if display is not None:
                yield candidate if display == candidate.display else replace(candidate, display=display)


def _each_once(targets: Iterator[Candidate], named: Sequence[_Named]) -> Sequence[Candidate]:
    """The ``targets``, less those behind a named link that are targets without it: a file is migrated once."""
    links = [item.path for item in named if os.path.islink(item.path)]
    found = list(targets)
    if not links:
        return found
    behind = {t.path: os.path.realpath(t.path) for t in found if any(_inside(t.path, link) for link in links)}
    direct = {target.path for target in found} - behind.keys()
    first = {real: path for path, real in reversed(behind.items())}
    return [
        t for t in found if t.path not in behind or (behind[t.path] not in direct and first[behind[t.path]] == t.path)
    ]


def _named_companions(roots: Sequence[ProjectRoot], folders: Sequence[_Named]) -> Iterator[tuple[str, str]]:
    prefixes = _prefixes(folders)
    for root in roots:
        for path in root.companions:
            display = _as_written(path, prefixes)
            if display is not None:
                yield path, display


def _prefixes(folders: Sequence[_Named]) -> dict[str, str]:
    """What absolute paths in the named ``folders`` begin with, and what takes its place when they are shown."""
    written = {os.path.join(folder.path, ""): _tidy(folder.written) for folder in reversed(folders)}
    return {prefix: "" if text == os.curdir else os.path.join(text, "") for prefix, text in written.items()}


def _as_written(path: str, prefixes: dict[str, str]) -> str | None:
    for prefix, written in prefixes.items():
        if path.startswith(prefix):
            return written + path[len(prefix) :]
    return None


def _tidy(path: str) -> str:
    """``./a/b`` as ``a/b``; a path with ``..`` stays, since links may make it mean something else."""
    return path if os.pardir in path else os.path.normpath(path)


@dataclass(frozen=True)
class _Ignore:
    """One ``.gitignore``: all its patterns, and the few that can match a Python file."""

    base: str
    everything: pathspec.GitIgnoreSpec
    sources: pathspec.GitIgnoreSpec

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """True for ignored, False for expressly not ignored, None if no pattern speaks of ``path``."""
        relative = path[len(self.base) :].lstrip(os.sep).replace(os.sep, "/")
        spec = self.sources if relative.endswith(".py") and not is_folder else self.everything
        return spec.check_file(relative + "/" if is_folder else relative).include


@dataclass(frozen=True)
class _Listing:
    """What one folder holds: the names of its Python files, and of the files beside them that matter."""

    folder: str
    sources: tuple[str, ...]
    companions: tuple[str, ...]


def _walk(start: str, settings: Settings) -> Iterator[_Listing]:
    """Each folder at and below ``start`` that is neither excluded nor ignored by git."""
    inherited = tuple(_inherited_ignores(start)) if settings.respect_gitignore else ()
    pending = [(start, inherited)]
    while pending:
        folder, ignores = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError:  # it may not be read, or it vanished: nothing in it can be imported either
            continue
        names = {entry.name for entry in entries}
        if "pyvenv.cfg" in names:
            continue
        if settings.respect_gitignore and ".gitignore" in names:
            ignores = (*ignores, *_ignore_file(os.path.join(folder, ".gitignore"), folder))
        is_source = f"{os.sep}." not in folder[len(start) :]
        files = [e.name for e in entries if _is_wanted(e.name) and _is_project_file(e, settings, ignores)]
        sources = tuple(name for name in files if name.endswith(".py") and is_source)
        yield _Listing(folder, sources, tuple(name for name in files if is_companion(name)))
        pending += [(entry.path, ignores) for entry in entries if _is_project_folder(entry, settings, ignores)]


def _is_wanted(name: str) -> bool:
    return name.endswith(".py") or is_companion(name)


def _is_project_file(entry: os.DirEntry[str], settings: Settings, ignores: tuple[_Ignore, ...]) -> bool:
    return (
        entry.is_file(follow_symlinks=False)
        and not _ignored(entry.path, False, ignores)
        and not settings.excluded(entry.path)
    )


def _is_project_folder(entry: os.DirEntry[str], settings: Settings, ignores: tuple[_Ignore, ...]) -> bool:
    return (
        entry.is_dir(follow_symlinks=False)
        and entry.name not in SKIPPED_FOLDERS
        and (not entry.name.startswith(".") or entry.name in PIPELINE_FOLDERS)
        and not entry.name.endswith(".egg-info")
        and not _ignored(entry.path, True, ignores)
        and not settings.excluded(entry.path, is_folder=True)
    )


def _ignored(path: str, is_folder: bool, ignores: tuple[_Ignore, ...]) -> bool:
    for ignore in reversed(ignores):
        verdict = ignore.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False


def _inherited_ignores(start: str) -> Iterator[_Ignore]:
    """Ignore files above ``start`` in its repository, outermost first, ``.git/info/exclude`` before them.

    None if they ignore ``start`` itself, which was named expressly then.
    """
    above = list(_upwards(start))
    top = next((index for index, folder in enumerate(above) if os.path.exists(os.path.join(folder, ".git"))), None)
    if top is None:
        return
    ignores = list(_ignore_file(os.path.join(above[top], ".git", "info", "exclude"), above[top]))
    for folder in reversed(above[1 : top + 1]):
        ignores += _ignore_file(os.path.join(folder, ".gitignore"), folder)
    if not any(_ignored(folder, True, tuple(ignores)) for folder in above[:top]):
        yield from ignores


def _ignore_file(path: str, base: str) -> Iterator[_Ignore]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line for line in file.read().split("\n") if _is_pattern(line)]
    except OSError:
        return
    if lines:
        import pathspec  # here because a project without ignore files need not pay for it

        relevant = [line for line in lines if _can_match_python_file(line)]
        yield _Ignore(base, pathspec.GitIgnoreSpec.from_lines(lines), pathspec.GitIgnoreSpec.from_lines(relevant))


def _is_pattern(line: str) -> bool:
    """False for blank lines and comments, and for the few patterns that git ignores and ``pathspec`` refuses."""
    bare = line.strip().removeprefix("!")
    return bool(bare.strip("/")) and not line.startswith("#") and not bare.endswith("\\")


def _can_match_python_file(pattern: str) -> bool:
    """False for a pattern that says nothing of a ``.py`` file as such; folders above it have been judged by then.

    Matching every file against every pattern would cost more than reading the files. Negated patterns always count:
    they take back what a pattern such as ``/docs/*`` says of everything below a folder.
    """
    if pattern.startswith("!"):
        return True
    last = pattern.rstrip().rsplit("/", 1)[-1]
    if not last:
        return False
    suffix = last.rsplit(".", 1)[-1] if "." in last else ""
    if suffix.isalnum():
        return suffix == "py"
    return bool(suffix) or any(character in last for character in "*?[\\")
