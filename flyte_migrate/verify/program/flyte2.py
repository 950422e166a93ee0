"""Runs a migrated entry point: on the bundled runtime, in strict mode and with its record, or on the real ``flyte``."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from typing import Any

from .stand_ins import is_stand_in

#: The value of secrets that are not there; the same for both SDKs.
PLACEHOLDER = "placeholder"

_is_bundled = False
_counted: Counter[str] = Counter()


class _Failures(logging.Handler):
    """Keeps the first failure of a task: on its way to the caller, it loses its traceback."""

    first: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None and self.first is None:
            self.first = record.exc_info[1]


_failures = _Failures(logging.ERROR)


def first_failure() -> BaseException | None:
    """The exception of the task that failed first, with its traceback, if the SDK told of one."""
    return _failures.first


def prepare(strict: bool) -> None:
    """Import the SDK; ``strict`` means the bundled runtime with strict mode and record."""
    global _is_bundled
    import flyte  # noqa: F401

    _is_bundled = strict
    logging.getLogger("flyte").addHandler(_failures)
    if strict:
        from flyte import _recorder, _strict

        _strict.enable()
        _recorder.start()
    else:
        _count_calls()


def _count_calls() -> None:
    """Count the tasks that the real SDK is asked to run; ``submit_sync`` ends up in ``submit`` as well."""
    from flyte._internal.controllers._local_controller import LocalController

    submit = LocalController.submit

    async def counting(self: Any, _task: Any, *args: Any, **kwargs: Any) -> Any:
        _counted[_task.name.rpartition(".")[2]] += 1
        return await submit(self, _task, *args, **kwargs)

    LocalController.submit = counting


def initialise() -> None:
    """``File.from_local_sync`` and the like ask for it, in local runs too."""
    import flyte

    flyte.init()


def parameters(entry: Any) -> list[tuple[str, Any, Any]]:
    """Name, type and default of each parameter."""
    return [(name, hint, default) for name, (hint, default) in entry.native_interface.inputs.items()]


def placeholders(entry: Any) -> list[str]:
    """Set the environment variables of secrets that are not there, and name them (MAPPING TRAP-32)."""
    made: list[str] = []
    waiting: list[Any] = [_environment(entry)]
    seen: list[Any] = []
    while waiting:
        env = waiting.pop()
        if env is None or any(env is each for each in seen):
            continue
        seen.append(env)
        waiting.extend(env.depends_on)
        secrets = env.secrets if isinstance(env.secrets, list) else [env.secrets] if env.secrets else []
        for each in secrets:
            import flyte

            secret = flyte.Secret(key=each) if isinstance(each, str) else each
            variable = getattr(secret, "as_env_var", None)
            if variable and variable not in os.environ:
                os.environ[variable] = PLACEHOLDER
                made.append(variable)
    return made


def _environment(entry: Any) -> Any:
    reference = getattr(entry, "parent_env", None)
    return reference() if callable(reference) else None


def run(entry: Any, inputs: dict[str, Any]) -> Any:
    """Run a task to its end and give its outputs: none, the value, or a tuple."""
    import flyte

    outputs = tuple(flyte.with_runcontext(mode="local", disable_run_cache=True).run(entry, **inputs).outputs())
    count = len(entry.native_interface.outputs)
    return None if not count else outputs[0] if count == 1 else outputs


def calls() -> dict[str, int]:
    """How often each task was called, by function name."""
    if not _is_bundled:
        return dict(_counted)
    from flyte import _recorder

    return dict(Counter(call.task.rpartition(".")[2] for call in _recorder.calls() if call.kind == "action"))


def violations(at_end: bool = False) -> list[dict[str, Any]]:
    """What strict mode found; ``at_end`` also what was made outside of any task and never used."""
    if not _is_bundled:
        return []
    from flyte import _strict

    if at_end:
        with contextlib.suppress(_strict.StrictError):  # it is in the list
            _strict.close_process_scope()
    return [dict(each) for each in _strict.violations_as_dicts()]


class _Blobs:
    """Makes ``flyte.io`` handles."""

    def __init__(self, folder: str, base: str) -> None:
        self._folder = folder
        self._base = base

    def kind(self, hint: Any) -> str:
        base = getattr(hint, "__origin__", hint)
        if not isinstance(base, type) or is_stand_in(base):
            return ""
        if base.__module__.startswith("flyte"):
            return {"File": "file", "Dir": "folder", "DataFrame": "frame"}.get(base.__name__, "")
        return "frame" if (base.__name__, base.__module__.partition(".")[0]) == ("DataFrame", "pandas") else ""

    def path(self, name: str) -> str:
        return os.path.join(self._folder, name)

    def given(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._base, path))

    def make(self, kind: str, data: Any, hint: Any) -> Any:
        from flyte.io import DataFrame, Dir, File

        if kind == "file":
            return File.from_local_sync(data)
        if kind == "folder":
            return Dir.from_local_sync(data)
        import pandas

        frame = pandas.DataFrame(data)
        if hint is pandas.DataFrame:
            return frame
        return DataFrame.wrap_df(frame) if hasattr(DataFrame, "wrap_df") else DataFrame.from_df(frame)


def blobs(folder: str, base: str) -> _Blobs:
    """A maker of files, folders and frames below ``folder``; given paths are relative to ``base``."""
    return _Blobs(folder, base)
