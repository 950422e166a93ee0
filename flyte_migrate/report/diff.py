"""Unified diffs that ``git apply`` and ``patch -p1`` accept, byte for byte, whatever the encoding and the line ends."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator

from flyte_migrate.diagnostics import Rewritten
from flyte_migrate.report.style import Style

_CONTEXT = 3
_NEEDS_QUOTES = re.compile(rb'[\x00-\x1f"\\\x7f-\xff]')
_ESCAPES = {
    0x07: "\\a",
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0B: "\\v",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}


def unified(rewritten: Rewritten) -> bytes:
    """The diff of one file, with paths from the working directory: where ``git apply`` starts from as well."""
    name = _from_here(rewritten.path)
    lines = [b"--- " + _header("a", name), b"+++ " + _header("b", name)]
    lines += _hunks(rewritten.before, rewritten.after)
    return b"".join(lines)


def is_out_of_reach(rewritten: Rewritten) -> bool:
    """Whether the file is not below the working directory, so that ``git apply`` refuses its diff there."""
    return _from_here(rewritten.path).split(os.sep, 1)[0] == os.pardir


def _from_here(path: str) -> str:
    """The file's own path, not that of a link to it: git changes no files through links."""
    return os.path.relpath(os.path.realpath(path), os.path.realpath(os.curdir))


def colored(diff: bytes, style: Style) -> bytes:
    """``diff`` with removed, added and header lines in colour."""
    if not style.enabled:
        return diff
    return b"".join(_paint(line, style) for line in diff.splitlines(keepends=True))


def _hunks(before: bytes, after: bytes) -> Iterator[bytes]:
    # Bytes as Latin-1 characters: `difflib` compares text, and this way no byte is lost. Lines end with LF, as in git.
    old, new = _lines(before), _lines(after)
    for line in list(difflib.unified_diff(old, new, n=_CONTEXT))[2:]:
        data = line.encode("latin-1")
        yield data if data.endswith(b"\n") else data + b"\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[str]:
    lines = data.decode("latin-1").split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def _header(side: str, name: str) -> bytes:
    """A path as git writes it: in C quotes if it has odd characters, with a tab after it if it has a space."""
    path = f"{side}/".encode() + os.fsencode(name.replace(os.sep, "/"))
    if _NEEDS_QUOTES.search(path):
        return b'"' + b"".join(_escaped(byte) for byte in path) + b'"\n'
    return path + (b"\t\n" if b" " in path else b"\n")


def _escaped(byte: int) -> bytes:
    if byte in _ESCAPES:
        return _ESCAPES[byte].encode()
    return bytes([byte]) if 0x20 <= byte < 0x7F else f"\\{byte:03o}".encode()


def _paint(line: bytes, style: Style) -> bytes:
    text = line.rstrip(b"\r\n").decode("latin-1")
    end = line[len(text) :]
    if text.startswith(("--- ", "+++ ")):
        return style.bold(text).encode("latin-1") + end
    if text.startswith("@@"):
        return style.cyan(text).encode("latin-1") + end
    if text.startswith("-"):
        return style.red(text).encode("latin-1") + end
    if text.startswith("+"):
        return style.green(text).encode("latin-1") + end
    return line
