"""Between bytes on disk and text: a round trip that gives back every byte, a replacement that never leaves half a file.

Line ends, form feeds and a missing final newline stay in the text as they are; only the byte-order mark is taken off
and put back. The encoding is the one that Python itself would use (PEP 263).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import stat
import subprocess
import tempfile
import tokenize
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Newline = Literal["\n", "\r\n", "\r"]

_UTF8_BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TEXT_LINE_END = re.compile(r"\r\n|\r|\n")
_GIT_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})


class SourceError(Exception):
    """A file that can't be read, decoded or replaced. The message says why, and what to do."""


class ChangedError(SourceError):
    """The file is no longer what was read, so replacing it would lose somebody's work."""


@dataclass(frozen=True)
class SourceFile:
    """A Python source file. ``newline`` is its most frequent line end, for lines that are added."""

    data: bytes
    text: str
    encoding: str
    newline: Newline
    bom: bool

    def encode(self, text: str) -> bytes:
        """The bytes of ``text`` in this file's encoding and with its byte-order mark.

        Raises SourceError for a character that the encoding lacks.
        """
        try:
            return (_UTF8_BOM if self.bom else b"") + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            message = f"the new text does not fit the file's encoding {self.encoding}: {error.reason}"
            raise SourceError(message) from error


def checksum(text: str) -> int:
    """A number by which a text is known again."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def source_lines(text: str) -> list[str]:
    """The lines of a text with their ends, as Python counts them: a form feed ends none."""
    return list(io.StringIO(text, newline=""))


def read(path: str) -> SourceFile:
    """The file at ``path``. Raises SourceError when it can't be read or decoded."""
    return decode(read_bytes(path))


def read_bytes(path: str) -> bytes:
    """What is in the file at ``path``. Raises SourceError when it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise SourceError(f"can't be read: {error.strerror or error}") from error


def decode(data: bytes) -> SourceFile:
    """The source file made of ``data``.

    Raises SourceError for an unknown or wrong encoding declaration, and for an encoding (UTF-7, ISO-2022-JP) in which
    the same text can be written in several ways, so that unchanged lines might not come back byte for byte.
    """
    encoding, bom = _encoding(data)
    try:
        text = data[3 if bom else 0 :].decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"can't be decoded as {encoding}: {error}") from error
    source = SourceFile(data, text, encoding, _newline(text), bom)
    if encoding not in ("utf-8", "ascii", "iso-8859-1") and source.encode(text) != data:
        raise SourceError(f"its encoding {encoding} has no byte-exact round trip; convert the file to UTF-8 first")
    return source


def _encoding(data: bytes) -> tuple[str, bool]:
    """The encoding that PEP 263 gives, and whether there is a byte-order mark."""
    # Python takes a lone CR for a line end, `tokenize` does not: hand it the first two lines as Python sees them.
    head = io.BytesIO(b"".join(line + b"\n" for line in _LINE_END.split(data, maxsplit=2)[:2]))
    try:
        encoding, _ = tokenize.detect_encoding(head.readline)
        "".encode(encoding)  # a codec such as rot13 is no text encoding
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise SourceError(f"can't be decoded: {error}") from error
    if encoding == "utf-8-sig":
        return "utf-8", True
    return encoding, False


def _newline(text: str) -> Newline:
    if "\r" not in text:
        return "\n"
    counts = Counter(_TEXT_LINE_END.findall(text))
    styles: tuple[Newline, ...] = ("\n", "\r\n", "\r")
    return max(styles, key=lambda style: counts[style])


def write_atomic(path: str, before: bytes, after: bytes) -> None:
    """Replaces the file at ``path``, which must still hold ``before``, with ``after``: wholly or not at all.

    Mode and owner are kept, a symbolic link stays one (its target is replaced), and the data is on disk before the old
    file goes. Raises ChangedError if the file has changed since it was read, SourceError if it can't be written.
    """
    target = os.path.realpath(path)
    try:
        with open(target, "rb") as file:
            status = os.fstat(file.fileno())
            if file.read() != before:
                raise ChangedError("it changed while it was being migrated; run again")
        if not os.access(target, os.W_OK):
            raise SourceError("it is read-only; make it writable and run again")
        _replace(target, after, status)
    except OSError as error:
        raise SourceError(f"can't be written: {error.strerror or error}") from error


def _replace(target: str, data: bytes, status: os.stat_result) -> None:
    folder = os.path.dirname(target)
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (os.getuid(), os.getgid()):
            with contextlib.suppress(PermissionError):  # only root may give files away; the content matters more
                os.chown(temporary, status.st_uid, status.st_gid)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))  # after chown, which clears the set-id bits
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _sync_folder(folder: str) -> None:
    """Makes the rename itself durable, where folders can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def uncommitted(paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that lie in a git repository and have changes, or are new, since its last commit.

    Ignored files and files outside any repository have nothing to be compared with and are not listed. One ``git
    status`` per repository. Raises SourceError when git can't answer.
    """
    repositories: dict[str, list[str]] = {}
    for path in paths:
        repository = _repository(os.path.dirname(os.path.realpath(path)))
        if repository is not None:
            repositories.setdefault(repository, []).append(path)
    found: list[str] = []
    for repository, members in repositories.items():
        changed = _changed(repository)
        found += [path for path in members if _is_changed(os.path.realpath(path), changed)]
    return found


def _repository(folder: str) -> str | None:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _changed(repository: str) -> frozenset[str]:
    """Absolute paths of changed and new files; a folder of new files ends with a separator."""
    # Said expressly, since the user's configuration may hide new files.
    command = ["git", "-C", repository, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal"]
    # Of the repository that a hook runs in, git gives the place in the environment: it is not to be taken for this one.
    environment = {name: value for name, value in os.environ.items() if name not in _GIT_PLACES}
    environment["GIT_OPTIONAL_LOCKS"] = "0"  # a status beside another git command can't get in its way
    try:
        done = subprocess.run(command, capture_output=True, check=True, env=environment)
    except FileNotFoundError:
        raise SourceError(f"{repository} is a git repository, but git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise SourceError(f"git status failed in {repository}: {os.fsdecode(error.stderr).strip()}") from error
    entries = [os.fsdecode(entry) for entry in done.stdout.split(b"\0") if entry]
    return frozenset(os.path.join(repository, *entry[3:].split("/")) for entry in entries)


def _is_changed(path: str, changed: frozenset[str]) -> bool:
    if path in changed:
        return True
    folder = path
    while (parent := os.path.dirname(folder)) != folder:
        if os.path.join(parent, "") in changed:
            return True
        folder = parent
    return False
