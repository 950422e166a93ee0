"""Runs the command line in this process, with a stand-in for the engine that does what words in a file tell it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import flyte_migrate
from flyte_migrate.__main__ import main
from flyte_migrate.diagnostics import Diagnostic, Failed, Outcome, Rewritten, Severity, Skipped, Unchanged
from flyte_migrate.project import source
from flyte_migrate.project.discover import Candidate, ProjectRoot
from flyte_migrate.settings import Settings
from tests.cli.harness import Cli, Engine, Result


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """``cli("check", "src")`` runs the command and gives its exit code and output."""

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["flyte-migrate", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
        captured = capfdbinary.readouterr()
        return Result(code, captured.out, captured.err.decode())

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working directory."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    monkeypatch.chdir(root)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return root


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Replaces ``flyte_migrate.engine``: ``old`` becomes ``new``; MANUAL, NOTE, BROKEN and CRASH are what they say."""
    calls = Engine()

    def migrate(
        candidates: Sequence[Candidate],
        roots: Sequence[ProjectRoot],
        settings: Settings,
        on_progress: Callable[[int, int], None] | None,
    ) -> Iterator[Outcome]:
        calls.candidates, calls.roots, calls.settings = candidates, roots, settings
        for number, candidate in enumerate(candidates, 1):
            yield outcome(candidate)
            if on_progress is not None:
                on_progress(number, len(candidates))

    module = ModuleType("flyte_migrate.engine")
    module.migrate = migrate  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flyte_migrate.engine", module)
    monkeypatch.setattr(flyte_migrate, "engine", module, raising=False)
    return calls


def outcome(candidate: Candidate) -> Outcome:
    path = candidate.display
    data = candidate.content if candidate.content is not None else source.read_bytes(candidate.path)
    if b"CRASH" in data:
        return Failed(path, "ValueError: the engine stumbled", "Traceback: here")
    if b"BROKEN" in data:
        return Skipped(path, "invalid syntax", (Diagnostic(path, 3, 4, "FM001", "invalid syntax", Severity.ERROR),))
    found = [
        Diagnostic(path, line, 0, code, f"about {word}", severity)
        for word, code, severity in (("MANUAL", "FM203", Severity.MANUAL), ("NOTE", "FM005", Severity.NOTE))
        for line, text in enumerate(data.split(b"\n"), 1)
        if word.encode() in text
    ]
    after = data.replace(b"old", b"new")
    return Unchanged(path, tuple(found)) if after == data else Rewritten(path, data, after, tuple(found))
