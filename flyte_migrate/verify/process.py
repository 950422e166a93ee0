"""Runs one program in a process of its own: its home, working directory, environment, time limit, no standard input."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flyte_migrate
from flyte_migrate.verify.model import Entry, Execution, Place, Raised, Sdk, VerifyError, Violation
from flyte_migrate.verify.workspace import Workspace

_LAUNCHER = Path(__file__).parent / "program" / "launch.py"
_OUTPUT = 2000

#: Variables that would change how the SDKs behave, or where they look.
_DROPPED_PREFIXES = ("FLYTE", "_FSEC_", "UNION_")


@dataclass(frozen=True)
class Program:
    """One run to be made: ``given`` inputs, with paths relative to ``base``, or the ``number``-th made ones."""

    entry: Entry
    sdk: Sdk
    python: str
    number: int = 0
    given: Mapping[str, Any] | None = None
    base: str = ""
    stub_missing: bool = False
    timeout: float = 60.0
    environment: tuple[tuple[str, str], ...] = ()


def bundled_runtime() -> str:
    """The folder that holds the bundled ``flyte``: in the wheel a part of this package, in a checkout beside it.

    Raises VerifyError if it is in neither place.
    """
    package = Path(flyte_migrate.__file__).parent
    for place in (package / "_runtime", package.parent / "runtime"):
        if (place / "flyte" / "__init__.py").is_file():
            return str(place)
    raise VerifyError("the bundled runtime is missing from this installation; install flyte-migrate-codemod again")


def version_of(python: str, distribution: str) -> str | None:
    """The version of a package that the interpreter ``python`` has; None if it has none.

    Raises VerifyError if the interpreter can't be started.
    """
    question = (
        "import importlib.metadata as m, sys\ntry: print(m.version(sys.argv[1]))\nexcept m.PackageNotFoundError: pass"
    )
    command = [python, "-c", question, distribution]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VerifyError(f"{python}: can't be run as a Python interpreter: {error}") from error
    if done.returncode:
        raise VerifyError(f"{python}: can't be run as a Python interpreter: {done.stderr.strip()[-300:]}")
    return done.stdout.strip() or None


class Runner:
    """Runs programs of a workspace; several at a time if it is called from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def execute(self, program: Program) -> Execution:
        """Run ``program`` to its end, or to its time limit."""
        scratch = self._workspace.folder
        with tempfile.TemporaryDirectory(prefix="program-", dir=scratch, ignore_cleanup_errors=True) as folder:
            return self._execute(program, folder)

    def stop(self) -> None:
        """End all that runs. A key press reaches this process only: programs are in sessions of their own."""
        self._stopped = True
        for process in tuple(self._running):
            _end(process)

    def _execute(self, program: Program, folder: str) -> Execution:
        workspace = self._workspace
        copy = workspace.copies[program.entry.root]
        root = copy.original if program.sdk == "flytekit" else copy.migrated
        assert root is not None
        home, work, temporary = (os.path.join(folder, name) for name in ("home", "work", "tmp"))
        for each in (home, work, temporary):
            os.mkdir(each)
        _show_project(root, work)
        job = os.path.join(folder, "job.json")
        result = os.path.join(folder, "result.json")
        with open(job, "w", encoding="utf-8") as stream:
            json.dump(_job(program, root, os.path.join(folder, "data"), result), stream)
        with open(os.path.join(folder, "output"), "w+b") as output:
            process = subprocess.Popen(
                [program.python, str(_LAUNCHER), job],
                cwd=work,
                env=_environment(program, home, temporary),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            in_time = self._wait(process, program.timeout)
            output.seek(max(0, output.seek(0, os.SEEK_END) - _OUTPUT))
            said = workspace.user_text(output.read().decode("utf-8", "replace"))
        if not in_time:
            return Execution("timeout", reason=f"it took over {program.timeout:g} s", output=said)
        if not os.path.exists(result):
            code = process.returncode
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            return Execution("crashed", reason=f"the program ended its process ({how})", output=said)
        with open(result, encoding="utf-8") as stream:
            return _read(json.load(stream), workspace, said)

    def _wait(self, process: subprocess.Popen[bytes], seconds: float) -> bool:
        """Whether the program ended within its time. In any case it is over then, and all that it started."""
        self._running.add(process)
        try:
            if self._stopped:
                return False
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        finally:
            _end(process)
            process.wait()
            self._running.discard(process)
        return True


def _end(process: subprocess.Popen[bytes]) -> None:
    # It leads a session of its own, so this reaches what it started and nothing else.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _show_project(root: str, work: str) -> None:
    """Links to the project's files in the working directory, so that programs find their data by relative paths."""
    for name in os.listdir(root):
        os.symlink(os.path.join(root, name), os.path.join(work, name))


def _job(program: Program, root: str, data: str, result: str) -> dict[str, Any]:
    entry = program.entry
    paths = [bundled_runtime()] if program.sdk == "bundled" else []
    return {
        "sdk": program.sdk,
        "strict": program.sdk == "bundled",
        "paths": [*paths, *_import_paths(entry, root)],
        "source": os.path.join(root, ""),
        "module": entry.module,
        "file": os.path.join(root, entry.file),
        "entry": entry.function,
        "number": program.number,
        "given": None if program.given is None else dict(program.given),
        "base": program.base,
        "stub_missing": program.stub_missing,
        "data": data,
        "result": result,
    }


def _import_paths(entry: Entry, root: str) -> list[str]:
    """Where imports look: the folder that the module's name starts from, the root, and the module's own folder last."""
    file = os.path.join(root, entry.file)
    folder = os.path.dirname(file)
    start = os.path.dirname(folder) if os.path.basename(file) == "__init__.py" else folder
    for _ in range(entry.module.count(".")):
        start = os.path.dirname(start)
    in_package = os.path.exists(os.path.join(folder, "__init__.py"))
    found = [start, root, *([] if in_package else [folder])]
    return list(dict.fromkeys(path for path in found if path == root or path.startswith(os.path.join(root, ""))))


def _environment(program: Program, home: str, temporary: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED_PREFIXES)}
    own = {
        "HOME": home,
        "XDG_CACHE_HOME": os.path.join(home, ".cache"),
        "XDG_CONFIG_HOME": os.path.join(home, ".config"),
        "TMPDIR": temporary,
        "PYTHONHASHSEED": "0",  # sets are in the same order on both sides
        "PYTHONDONTWRITEBYTECODE": "1",
        "FLYTE_SDK_LOGGING_LEVEL": "50",
        "FLYTE_MIGRATE_BACKOFF_SCALE": "0.01",
    }
    return {**kept, **own, **dict(program.environment)}


def _read(result: Mapping[str, Any], workspace: Workspace, output: str) -> Execution:
    error = result.get("error")
    stand_ins = result.get("stand_ins", {})
    return Execution(
        status=result["status"],
        stage=result.get("stage", ""),
        value=result.get("value"),
        inputs=result.get("inputs", {}),
        raised=None if error is None else _raised(error, workspace),
        violations=tuple(_violation(each, workspace) for each in result.get("violations", ())),
        calls=result.get("calls", {}),
        stand_ins=tuple(stand_ins.get("imported", ())),
        stand_ins_used=tuple(stand_ins.get("used", ())),
        placeholders=tuple(result.get("placeholders", ())),
        missing=result.get("missing", ""),
        reason=result.get("reason", ""),
        output=output,
    )


def _raised(error: Mapping[str, Any], workspace: Workspace) -> Raised:
    place = Place(workspace.user_path(error["file"]), error["line"], error["function"]) if error["file"] else None
    sdk = error["module"].partition(".")[0] in ("flyte", "flytekit") and not error["carried"]
    trace = workspace.user_text(error["trace"])
    return Raised(error["class"], workspace.user_text(error["message"]), place, place is not None and not sdk, trace)


def _violation(found: Mapping[str, Any], workspace: Workspace) -> Violation:
    place = Place(workspace.user_path(found["file"]), found["line"])
    message, advice = (workspace.user_text(found[key]) for key in ("message", "advice"))
    return Violation(found["rule"], place, message, advice)
