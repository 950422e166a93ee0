"""Runs programs under the real SDKs and gives their outputs as JSON: flytekit for what the code meant, flyte for what
ours does.

``python -m tests.oracle v1|v2`` reads jobs, ``{"root", "module", "entry", "inputs"}`` a line, and writes an outcome a
line. The SDK is imported once; every program runs in a forked child with a home and a working directory of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import inspect
import io
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

Job = dict[str, Any]
_SECONDS_PER_PROGRAM = 60


class Oracle:
    """A process that has imported an SDK and runs one program after another, to be closed when it is no longer
    needed."""

    def __init__(self, sdk: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), "FLYTE_SDK_LOGGING_LEVEL": "50"}
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (it lives as long as the process)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.oracle", sdk],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment,
        )

    def outcome(self, job: Job) -> dict[str, Any]:
        """What the program gives: ``{"value": …}`` or ``{"error": class name, "message": …}``."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"the oracle ended:\n{self._errors.read()[-4000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.communicate()
        self._errors.close()


def plain(value: Any) -> Any:
    """A value as JSON: dataclasses as dicts, tuples as lists, files by content, frames by rows, other objects by
    type."""
    import dataclasses
    import datetime
    import enum

    if value is None or isinstance(value, (bool, int, float, str)):
        return value.name if isinstance(value, enum.Enum) else value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (datetime.datetime, datetime.date, datetime.timedelta)):
        if isinstance(value, datetime.datetime) and value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    name = type(value).__name__
    if name in ("File", "FlyteFile"):
        path = value.download_sync() if name == "File" else value.download()
        return {"file": Path(path).read_bytes().hex()}
    if name in ("Dir", "FlyteDirectory"):
        path = Path(value.download_sync() if name == "Dir" else value.download())
        return {
            "dir": {
                p.relative_to(path).as_posix(): p.read_bytes().hex() for p in sorted(path.rglob("*")) if p.is_file()
            }
        }
    if name == "FlyteSchema":
        return plain(value.open().all())
    if name in ("DataFrame", "StructuredDataset") and hasattr(value, "open"):
        import pandas

        if name == "StructuredDataset":
            return plain(value.open(pandas.DataFrame).all())
        if value.val is not None:
            return plain(value.val)
        # all_sync() wants the raw data path of a run to read what a run gave
        read = pandas.read_csv if value.format == "csv" else pandas.read_parquet
        place = Path(value.uri)
        parts = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
        return plain(pandas.concat([read(p) for p in parts]))
    if hasattr(value, "to_dict") and hasattr(value, "columns"):
        return {"frame": json.loads(value.reset_index(drop=True).to_json(orient="records"))}
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return plain(value.model_dump())
    return {"type": f"{type(value).__module__}.{type(value).__qualname__}"}


def outcome_v1(function: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a flytekit entity locally."""
    value = function(**inputs)
    if inspect.iscoroutine(value):  # an eager workflow
        value = asyncio.run(value)
    if isinstance(value, tuple) and len(value) == 1 and hasattr(value, "_fields"):
        value = value[0]  # v2 has no one-field results: the bare value is the output (WF-06)
    return {"value": plain(value)}


def outcome_v2(function: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run a flyte task in local mode; a plain function is called."""
    import flyte

    flyte.init()  # from_local asks for it, in local runs too
    if not hasattr(function, "native_interface"):
        return {"value": plain(function(**inputs))}
    outputs = flyte.with_runcontext(mode="local").run(function, **inputs).outputs()
    values = tuple(outputs)
    if len(function.native_interface.outputs) <= 1:
        return {"value": plain(values[0]) if values else None}
    return {"value": plain(values)}


def error_class(error: BaseException, sdk: str) -> str:
    """The class name of the error the program raised: v2 carries it in ``code`` (TRAP-01)."""
    if sdk == "v2" and type(error).__name__ == "RuntimeUserError":
        return str(error.code)  # type: ignore[attr-defined]
    return type(error).__name__


def _child(sdk: str, job: Job, out: int) -> None:
    home = tempfile.mkdtemp(prefix="oracle-")
    os.environ["HOME"] = home
    if sdk == "v1":
        from flytekit.interfaces.random import random as names

        names.seed()  # forked programs would draw the same names for their local uploads
    os.chdir(home)
    sys.path.insert(0, job["root"])
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            module = importlib.import_module(job["module"])
            function = module
            for part in job["entry"].split("."):
                function = getattr(function, part)
            result = (outcome_v1 if sdk == "v1" else outcome_v2)(function, job.get("inputs", {}))
        except BaseException as error:  # the program's own failure is an outcome too
            result = {"error": error_class(error, sdk), "message": str(error)}
    os.write(out, json.dumps(result).encode())


#: What ``import flyte`` spends its time on.
_FLYTE_IMPORTS = (
    "pydantic",
    "pydantic.deprecated",
    "google.protobuf.struct_pb2",
    "grpc",
    "rich.console",
    "click",
    "fsspec",
    "aiofiles",
    "cloudpickle",
    "mashumaro",
    "httpx",
    "pyarrow",
    "pandas",
    "yaml",
    "msgpack",
    "asyncio",
    "flyteidl2.core.literals_pb2",
    "flyteidl2.core.types_pb2",
)


def _serve(sdk: str) -> None:
    os.environ["FLYTE_SDK_LOGGING_LEVEL"] = "50"
    # flyte starts a thread when it is imported, which no fork survives: only what it imports itself is loaded
    # beforehand.
    for name in ("flytekit",) if sdk == "v1" else _FLYTE_IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import logging

    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        job = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            devnull = os.open(os.devnull, os.O_RDWR)
            os.dup2(devnull, 0)
            os.dup2(devnull, 1)
            try:
                _child(sdk, job, write)
            finally:
                os._exit(0)
        os.close(write)
        ready, _, _ = select.select([read], [], [], _SECONDS_PER_PROGRAM)
        if not ready:
            os.kill(child, signal.SIGKILL)
        with os.fdopen(read, "rb") as pipe:
            data = pipe.read() if ready else b""
        os.waitpid(child, 0)
        ended = "ended its process" if ready else f"took over {_SECONDS_PER_PROGRAM} s"
        outcome = json.loads(data) if data else {"error": "Crash", "message": f"the program {ended}"}
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    _serve(sys.argv[1])
