"""Golden fixtures: ``fixtures/<rule>/<case>/`` with ``before.py`` and ``after.py`` (or folders ``before/`` and
``after/``).

``report.json`` lists the findings as ``{"line", "code"}`` (and ``"file"`` in folders). ``case.json`` may hold
``settings`` and
``run``: entry points whose outputs must be equal under flytekit (before) and flyte (after), where the packages that it
``needs`` are installed. A case without ``after``
must not change. ``python -m tests.fixtures update [<rule>[/<case>]]`` writes what the tool gives now; read it before
committing it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flyte_migrate import engine
from flyte_migrate.diagnostics import Failed, Rewritten
from flyte_migrate.project.discover import discover
from flyte_migrate.settings import Settings

ROOT = Path(__file__).parent.parent / "fixtures"


@dataclass(frozen=True)
class Case:
    """One fixture folder."""

    path: Path
    settings: dict[str, Any] = field(default_factory=dict)
    run: tuple[dict[str, Any], ...] = ()
    needs: tuple[str, ...] = ()  # packages without which it can't run

    @property
    def id(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def is_folder(self) -> bool:
        return (self.path / "before").is_dir()

    def before(self) -> dict[str, str]:
        return _files(self.path, "before")

    def after(self) -> dict[str, str]:
        """The expected text of every file; that of ``before`` where the case has no ``after``."""
        return {**self.before(), **_files(self.path, "after")}

    def report(self) -> list[dict[str, Any]]:
        path = self.path / "report.json"
        return json.loads(path.read_text()) if path.exists() else []


@dataclass
class Result:
    """What the tool made of a case."""

    files: dict[str, str]
    report: list[dict[str, Any]]
    failures: list[str]


def cases(pattern: str = "") -> list[Case]:
    """All cases whose id starts with ``pattern``."""
    found = []
    for path in sorted({p.parent for p in (*ROOT.glob("*/*/before.py"), *ROOT.glob("*/*/before"))}):
        if path.relative_to(ROOT).parts[0] == "sample_repo":
            continue
        options = json.loads((path / "case.json").read_text()) if (path / "case.json").exists() else {}
        case = Case(path, options.get("settings", {}), tuple(options.get("run", ())), tuple(options.get("needs", ())))
        if case.id.startswith(pattern):
            found.append(case)
    return found


def migrate(files: dict[str, str], settings: dict[str, Any] | None = None) -> Result:
    """Migrate a small project given as text and return its new files, findings and failures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        (root / "pyproject.toml").write_text("")
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(text.encode())
        options = Settings(**{"jobs": 1, **(settings or {})})
        found = discover([str(root)], options)
        result = Result(dict(files), [], [])
        for outcome in engine.migrate(found.targets, found.roots, options):
            name = Path(outcome.path).resolve().relative_to(root).as_posix()
            if isinstance(outcome, Rewritten):
                result.files[name] = outcome.after.decode()
            if isinstance(outcome, Failed):
                result.failures.append(f"{name}: {outcome.reason}\n{outcome.detail}")
            for diagnostic in outcome.diagnostics:
                entry = {"line": diagnostic.line, "code": diagnostic.code}
                result.report.append(entry if len(files) == 1 else {"file": name, **entry})
        return result


def _files(path: Path, side: str) -> dict[str, str]:
    if (path / side).is_dir():
        names = sorted(p for p in (path / side).rglob("*.py"))
        return {p.relative_to(path / side).as_posix(): p.read_bytes().decode() for p in names}
    single = path / f"{side}.py"
    return {"before.py": single.read_bytes().decode()} if single.exists() else {}


def update(pattern: str) -> None:
    """Write ``after`` and ``report.json`` of the matching cases as the tool makes them now."""
    for case in cases(pattern):
        result = migrate(case.before(), case.settings)
        for failure in result.failures:
            print(f"{case.id}: FAILED {failure}", file=sys.stderr)
        changed = {name: text for name, text in result.files.items() if text != case.before().get(name)}
        if case.is_folder:
            shutil.rmtree(case.path / "after", ignore_errors=True)
            for name, text in changed.items():
                (case.path / "after" / name).parent.mkdir(parents=True, exist_ok=True)
                (case.path / "after" / name).write_bytes(text.encode())
        elif changed:
            (case.path / "after.py").write_bytes(changed["before.py"].encode())
        else:
            (case.path / "after.py").unlink(missing_ok=True)
        report = case.path / "report.json"
        if result.report:
            report.write_text(json.dumps(result.report, indent=1) + "\n")
        else:
            report.unlink(missing_ok=True)
        print(f"{case.id}: {len(changed)} changed, {len(result.report)} findings")


if __name__ == "__main__":
    if sys.argv[1:2] != ["update"]:
        sys.exit("usage: python -m tests.fixtures update [<rule>[/<case>]]")
    update(sys.argv[2] if len(sys.argv) > 2 else "")
