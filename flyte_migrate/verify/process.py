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
from flyte_migrate.verify.host import Host, HostError, Order
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
        self._hosts: set[Host] = set()
        self._idle: list[Host] = []
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
        for host in tuple(self._hosts):
            host.stop()

    def _execute(self, program: Program, folder: str) -> Execution:
        workspace = self._workspace
        copy = workspace.copies[program.entry.root]
        root = copy.original if program.sdk == "flytekit" else copy.migrated
        assert root is not None
        home, work, temporary = (os.path.join(folder, name) for name in ("home", "work", "tmp"))
        for each in (home, work, temporary):
            os.mkdir(each)
        _show_project(root, work)
        result = os.path.join(folder, "result.json")
        order = Order(
            job=os.path.join(folder, "job.json"),
            folder=work,
            environment=_environment(program.environment, home, temporary),
            output=os.path.join(folder, "output"),
        )
        with open(order.job, "w", encoding="utf-8") as stream:
            json.dump(_job(program, root, os.path.join(folder, "data"), result), stream)
        code = self._exit_code(program, order)
        said = workspace.user_text(_tail(order.output))
        if code is None:
            return Execution("timeout", reason=f"it took over {program.timeout:g} s", output=said)
        if not os.path.exists(result):
            how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            return Execution("crashed", reason=f"the program ended its process ({how})", output=said)
        with open(result, encoding="utf-8") as stream:
            return _read(json.load(stream), workspace, said)

    def _exit_code(self, program: Program, order: Order) -> int | None:
        """The exit code of the program; None if its time was over."""
        if program.sdk == "flytekit" and hasattr(os, "fork") and not self._stopped:
            with contextlib.suppress(HostError):
                return self._forked(program, order)
        return self._alone(program, order)

    def _forked(self, program: Program, order: Order) -> int | None:
        try:
            host = self._idle.pop()
        except IndexError:
            host = self._new_host(program.python)
        try:
            code = host.run(order, program.timeout)
        except HostError:
            host.stop()
            self._hosts.discard(host)
            raise
        self._idle.append(host)
        return code

    def _new_host(self, python: str) -> Host:
        folder = tempfile.mkdtemp(prefix="host-", dir=self._workspace.folder)
        host = Host([python, str(_LAUNCHER), "--serve"], folder, _environment((), folder, folder))
        self._hosts.add(host)
        host.start()
        return host

    def _alone(self, program: Program, order: Order) -> int | None:
        with open(order.output, "wb") as output:
            process = subprocess.Popen(
                [program.python, str(_LAUNCHER), order.job],
                cwd=order.folder,
                env=order.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.add(process)
        try:
            if self._stopped:
                return None
            return process.wait(program.timeout)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _end(process)
            process.wait()
            self._running.discard(process)


def _tail(file: str) -> str:
    """The end of what a program has said."""
    if not os.path.exists(file):
        return ""
    with open(file, "rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - _OUTPUT))
        return stream.read().decode("utf-8", "replace")


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


def _environment(given: tuple[tuple[str, str], ...], home: str, temporary: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED_PREFIXES)}
    own = {
        "HOME": home,
        "XDG_CACHE_HOME": os.path.join(home, ".cache"),
        "XDG_CONFIG_HOME": os.path.join(home, ".config"),
        "TMPDIR": temporary,
        "PYTHONHASHSEED": "0",  # sets are in the same order on both sides
        "PYTHONDONTWRITEBYTECODE": "1",
        "FLYTE_SDK_LOGGING_LEVEL": "50",
        # A cached result would be one call less, and the two SDKs keep results in different places.
        "FLYTE_LOCAL_CACHE_ENABLED": "false",
        "FLYTE_MIGRATE_BACKOFF_SCALE": "0.01",
    }
    return {**kept, **own, **dict(given)}


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
    message, trace = (workspace.user_text(error[key]) for key in ("message", "trace"))
    return Raised(error["class"], message, place, error["own"], trace)


def _violation(found: Mapping[str, Any], workspace: Workspace) -> Violation:
    place = Place(workspace.user_path(found["file"]), found["line"])
    message, advice = (workspace.user_text(found[key]) for key in ("message", "advice"))
    return Violation(found["rule"], place, message, advice)
