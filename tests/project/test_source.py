"""Bytes to text and back, atomic replacement, and what git has not committed."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyte_migrate.project import source
from flyte_migrate.project.source import ChangedError, SourceError

FILES = {
    "utf-8": "x = 'é'\n".encode(),
    "empty": b"",
    "no final newline": b"x = 1",
    "byte-order mark": b"\xef\xbb\xbfx = 1\n",
    "byte-order mark and declaration": b"\xef\xbb\xbf# coding: utf-8\nx = '\xc3\xa9'\n",
    "latin-1": b"# -*- coding: latin-1 -*-\nx = '\xe9'\n",
    "cp1252 on the second line": b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n",
    "shift-jis": "# coding: shift_jis\nx = '日本'\n".encode("shift_jis"),
    "CRLF": b"x = 1\r\ny = 2\r\n",
    "CR": b"# coding: latin-1\rx = '\xe9'\ry = 2\r",
    "mixed line ends": b"x = 1\r\ny = 2\nz = 3\r",
    "form feed": b"x = 1\n\x0c\ny = 2\n\x0c",
    "line separators inside strings": "x = '\u2028\x85\x1c'\n".encode(),
    "long first line cut inside a character": b"# " + "é".encode() * 5000 + b"\nx = 1\n",
}


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_every_byte_comes_back(data: bytes) -> None:
    file = source.decode(data)
    assert file.encode(file.text) == data


@pytest.mark.parametrize("data", FILES.values(), ids=FILES.keys())
def test_the_text_means_what_python_reads_in_the_bytes(data: bytes) -> None:
    assert ast.dump(ast.parse(source.decode(data).text)) == ast.dump(ast.parse(data))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(text: str) -> None:
    data = b"# any text\n# below\n" + text.encode()
    file = source.decode(data)
    assert file.encode(file.text) == data


@pytest.mark.parametrize(
    ("data", "newline"),
    [(b"", "\n"), (b"a\r\nb\r\n", "\r\n"), (b"a\rb\r", "\r"), (b"a\nb\nc\r\n", "\n"), (b"a\r\nb\r\nc\n", "\r\n")],
)
def test_the_newline_style_is_the_most_frequent_one(data: bytes, newline: str) -> None:
    assert source.decode(data).newline == newline


@pytest.mark.parametrize(
    "data",
    [
        b"x = '\xe9'\n",
        b"# coding: no-such-codec\n",
        b"# coding: rot13\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        b"# coding: cp1252\nx = '\x81'\n",
        "x = 1\n".encode("utf-16"),
    ],
    ids=["not utf-8", "unknown codec", "no text codec", "contradiction", "undefined byte", "utf-16"],
)
def test_what_python_can_not_decode_is_an_error(data: bytes) -> None:
    with pytest.raises(SourceError):
        source.decode(data)


def test_an_encoding_that_loses_bytes_is_refused() -> None:
    with pytest.raises(SourceError, match="no byte-exact round trip"):
        source.decode(b"# coding: utf-7\nx = '+AGE-'\n")


def test_a_character_that_the_encoding_lacks_is_an_error() -> None:
    with pytest.raises(SourceError, match="iso-8859-1"):
        source.decode(b"# coding: latin-1\n").encode("x = '€'\n")


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        source.read(str(tmp_path / "gone.py"))


def test_writing_replaces_the_content_and_keeps_the_mode(tmp_path: Path) -> None:
    file = tmp_path / "run.py"
    file.write_bytes(b"before")
    file.chmod(0o751)
    source.write_atomic(str(file), b"before", b"after")
    assert file.read_bytes() == b"after"
    assert stat.S_IMODE(file.stat().st_mode) == 0o751
    assert os.listdir(tmp_path) == ["run.py"]


def test_a_file_that_changed_since_it_was_read_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"somebody's work")
    with pytest.raises(ChangedError, match="run again"):
        source.write_atomic(str(file), b"before", b"after")
    assert file.read_bytes() == b"somebody's work"


def test_a_symbolic_link_stays_one_and_its_target_changes(tmp_path: Path) -> None:
    target = tmp_path / "real" / "a.py"
    target.parent.mkdir()
    target.write_bytes(b"before")
    link = tmp_path / "link.py"
    link.symlink_to(target)
    source.write_atomic(str(link), b"before", b"after")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"


def test_a_failing_replacement_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SourceError, match="No space left"):
        source.write_atomic(str(file), b"before", b"after")
    assert file.read_bytes() == b"before"
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_read_only_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"before")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # the superuser may write everything
    with pytest.raises(SourceError, match="read-only"):
        source.write_atomic(str(file), b"before", b"after")
    assert file.read_bytes() == b"before"


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.autocrlf=false")
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "a repository"
    root.mkdir()
    git(root, "init", "-q")
    (root / ".gitignore").write_text("ignored.py\n")
    for name in ("clean.py", "changed.py", "staged.py", "with space é.py"):
        (root / name).write_text("x = 1\n")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "start")
    return root


def names(paths: list[str]) -> list[str]:
    return [os.path.basename(path) for path in paths]


def test_changed_staged_and_new_files_are_uncommitted(repository: Path) -> None:
    (repository / "changed.py").write_text("x = 2\n")
    (repository / "with space é.py").write_text("x = 2\n")
    (repository / "staged.py").write_text("x = 2\n")
    git(repository, "add", "staged.py")
    (repository / "ignored.py").write_text("x = 1\n")
    (repository / "new").mkdir()
    (repository / "new" / "new.py").write_text("x = 1\n")
    everything = [str(path) for path in sorted(repository.rglob("*.py"))]
    assert sorted(names(source.uncommitted(everything))) == ["changed.py", "new.py", "staged.py", "with space é.py"]


def test_new_files_are_uncommitted_even_where_git_does_not_show_them(repository: Path) -> None:
    git(repository, "config", "status.showUntrackedFiles", "no")
    (repository / "new.py").write_text("x = 1\n")
    assert names(source.uncommitted([str(repository / "new.py")])) == ["new.py"]


def test_the_repository_of_a_file_is_asked_even_from_a_hook_of_another(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(repository.parent / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.parent / "elsewhere" / "index"))
    (repository / "changed.py").write_text("x = 2\n")
    assert names(source.uncommitted([str(repository / "changed.py")])) == ["changed.py"]


def test_a_renamed_file_is_uncommitted_under_its_new_name(repository: Path) -> None:
    git(repository, "mv", "clean.py", "moved.py")
    assert names(source.uncommitted([str(repository / "moved.py")])) == ["moved.py"]


def test_files_outside_a_repository_have_nothing_to_be_compared_with(tmp_path: Path) -> None:
    file = tmp_path / "loose.py"
    file.write_text("x = 1\n")
    assert source.uncommitted([str(file)]) == []


def test_git_is_asked_once_per_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []
    run = subprocess.run

    def counted(command: list[str], **keywords: object) -> object:
        calls.append(command)
        return run(command, **keywords)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", counted)
    source.uncommitted([str(path) for path in repository.glob("*.py")])
    assert len(calls) == 1


def test_without_git_a_repository_can_not_be_judged(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="git is not installed"):
        source.uncommitted([str(repository / "clean.py")])


def test_a_failing_git_says_why(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()  # looks like a repository and is none
    (tmp_path / "a.py").write_text("x = 1\n")
    with pytest.raises(SourceError, match="git status failed"):
        source.uncommitted([str(tmp_path / "a.py")])
