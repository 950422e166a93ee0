"""Runs one job, described by a JSON file, and writes what happened to another one."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import traceback
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from . import flyte1, flyte2, stand_ins
from .inputs import MISSING, NoValueError, from_json, generated
from .values import canonical

#: Never taken for a missing third-party module: their absence is a finding.
SDK_MODULES = frozenset({"flyte", "flyteplugins", "flytekit", "flytekitplugins", "union", "unionai"})

Job = dict[str, Any]
Result = dict[str, Any]


def main(file: str) -> None:
    """Run the job in ``file``. The process ends here: threads that a program left behind must not keep it alive."""
    with open(file, encoding="utf-8") as stream:
        job: Job = json.load(stream)
    result: Result = {"status": "failed", "stage": "start"}
    try:
        _run(job, result)
    except BaseException as error:
        result.update(status="raised", error=described(error, job["source"]))
    finally:
        result["stand_ins"] = {"imported": stand_ins.imported(), "used": stand_ins.used()}
        partial = job["result"] + ".part"
        with open(partial, "w", encoding="utf-8") as stream:
            json.dump(result, stream)
        os.replace(partial, job["result"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _run(job: Job, result: Result) -> None:
    sdk = flyte1 if job["sdk"] == "flytekit" else flyte2
    sys.path[:0] = job["paths"]
    sys.dont_write_bytecode = True
    if job["stub_missing"]:
        stand_ins.install(job["source"], SDK_MODULES)
    result["stage"] = "sdk"
    sdk.prepare(job["strict"])
    result["stage"] = "import"
    try:
        module = load(job["module"], job["file"])
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing and missing not in SDK_MODULES and not _is_ours(missing, job):
            result["missing"] = missing
        raise
    finally:
        result["violations"] = sdk.violations()
    if not job["entry"]:
        result["status"] = "imported"
        return
    result["stage"] = "inputs"
    entry = getattr(module, job["entry"])
    result["placeholders"] = sdk.placeholders(entry)
    os.makedirs(job["data"], exist_ok=True)
    sdk.initialise()
    try:
        inputs = _inputs(sdk.parameters(entry), job, sdk.blobs(job["data"], job["base"]))
    except NoValueError as error:
        result.update(status="no-inputs", reason=str(error))
        return
    result["inputs"] = {name: canonical(value) for name, value in inputs.items()}
    result["stage"] = "run"
    stand_ins.forget_uses()
    try:
        value = sdk.run(entry, inputs)
        result["value"] = canonical(value)
        result["status"] = "returned"
    finally:
        result["calls"] = sdk.calls()
        result["violations"] = sdk.violations(at_end=True)


def _inputs(parameters: list[tuple[str, Any, Any]], job: Job, blobs: Any) -> dict[str, Any]:
    """The inputs of a run: the given ones, defaults, or made ones, as the job says."""
    given = job["given"]
    if given is not None:
        hints = {name: hint for name, hint, _ in parameters}
        unknown = [name for name in given if name not in hints]
        if unknown:
            raise NoValueError(f"it has no parameter `{unknown[0]}`; its parameters are {', '.join(hints) or 'none'}")
        return {name: from_json(value, hints[name], blobs, name) for name, value in given.items()}
    made: dict[str, Any] = {}
    for position, (name, hint, default) in enumerate(parameters):
        has_default = default is not MISSING
        if has_default and job["number"] == 0:
            continue
        try:
            made[name] = generated(hint, position, job["number"], blobs, name)
        except NoValueError:
            if not has_default:
                raise
    return made


def load(name: str, file: str) -> ModuleType:
    """The module ``name``, which must be the one in ``file``; by its file if the name means nothing or another one.

    A folder without ``__init__.py``, such as ``tests``, gives way to any installed package of that name.
    """
    spec: ModuleSpec | None = None
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise  # its package was found, and what that imports was not
    if spec is not None and os.path.realpath(spec.origin or "") == os.path.realpath(file):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_ours(name: str, job: Job) -> bool:
    """Whether a top-level module is one of the project: then its absence is a mistake."""
    return any(
        os.path.exists(os.path.join(folder, name)) or os.path.exists(os.path.join(folder, f"{name}.py"))
        for folder in job["paths"]
    )


def described(error: BaseException, source: str) -> dict[str, Any]:
    """An exception as JSON: the class that the user's code raised, and the innermost place in the user's code.

    Flyte 2 hands a task's failure on as RuntimeUserError with the class name in ``code`` (MAPPING SEM-01).
    """
    first = flyte2.first_failure()
    frames = _user_frames(first, source) or _user_frames(error, source)
    name = type(error).__name__
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(source):
        frames = [(error.filename, error.lineno or 1, "<module>")]
    file, line, function = frames[-1] if frames else ("", 0, "")
    code = getattr(error, "code", None)
    carried = name == "RuntimeUserError" and isinstance(code, str)
    return {
        "class": code if carried else name,
        "own": (carried and first is None) or not _is_sdks(first or error),
        "message": str(error),
        "file": file,
        "line": line,
        "function": function,
        "trace": "".join(traceback.format_exception(type(error), error, error.__traceback__))[-4000:],
    }


def _is_sdks(error: BaseException) -> bool:
    """Whether the SDK itself raised an exception, and neither the user's code nor a library that it called."""
    stack = traceback.extract_tb(error.__traceback__)
    loaded = [sys.modules[name] for name in ("flyte", "flytekit") if name in sys.modules]
    folders = [os.path.join(os.path.dirname(module.__file__ or ""), "") for module in loaded]
    return bool(stack) and stack[-1].filename.startswith(tuple(folders))


def _user_frames(error: BaseException | None, source: str) -> list[tuple[str, int, str]]:
    if error is None:
        return []
    stack = traceback.extract_tb(error.__traceback__)
    return [(frame.filename, frame.lineno or 0, frame.name) for frame in stack if frame.filename.startswith(source)]
