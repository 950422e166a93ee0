"""Runs task calls in this process, as the real local mode does (upstream: `controllers/_local_controller.py`).

A call converts its inputs to wire form, runs the body in a context of its own - a sync body in a thread of its own, so
that calls made with `.aio` run side by side - and converts the result back. Failed bodies are run again as the task's
retries say; values that do not fit are an error at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import hashlib
import inspect
import os
import shutil
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _convert, _recorder, _strict, errors
from ._cache.cache import Cache, VersionParameters
from ._context import ActionID, CallCounter, CheckpointPaths, Context, ContextData, TaskContext, internal_ctx
from ._logging import logger
from ._retry import RetryStrategy, seconds_before_retry

if TYPE_CHECKING:
    from ._task import TaskTemplate

    Task = TaskTemplate[Any, Any, Any]


# --- failures -------------------------------------------------------------------------------------------------------

_BY_PATTERN: tuple[tuple[str, type[errors.BaseRuntimeError]], ...] = (
    ("Interrupted", errors.TaskInterruptedError),
    ("PrimaryContainerNotFound", errors.PrimaryContainerNotFoundError),
    ("RetriesExhausted", errors.RetriesExhaustedError),
    ("Unknown", errors.RuntimeUnknownError),
    ("InvalidImageName", errors.InvalidImageNameError),
    ("ImagePullBackOff", errors.ImagePullBackOffError),
)

_TIMEOUTS: dict[str, type[errors.TaskTimeoutError]] = {
    "QUEUED_TIMEOUT_EXCEEDED": errors.MaxQueuedTimeExceededError,
    "MAX_RUNTIME_EXCEEDED": errors.MaxRuntimeExceededError,
    "DEADLINE_EXCEEDED": errors.DeadlineExceededError,
    "MaxQueuedTimeExceededError": errors.MaxQueuedTimeExceededError,
    "MaxRuntimeExceededError": errors.MaxRuntimeExceededError,
    "DeadlineExceededError": errors.DeadlineExceededError,
    "TaskTimeoutError": errors.TaskTimeoutError,
}


@dataclass(frozen=True)
class _Failure:
    """A task's failure on its way to the caller: only code, kind and message survive (MAPPING SEM-01)."""

    kind: str
    code: str
    message: str
    worker: str | None
    recoverable: bool = True

    @classmethod
    def of(cls, error: Exception) -> _Failure:
        """The failure a body's exception stands for."""
        if isinstance(error, (errors.RuntimeUserError, errors.RuntimeSystemError, errors.RuntimeUnknownError)):
            recoverable = not isinstance(error, errors.NonRecoverableError)
            if isinstance(error, errors.AppleSiliconError):
                recoverable = error.recoverable
            kind = {errors.RuntimeUserError: "user", errors.RuntimeSystemError: "system"}
            found = next((value for base, value in kind.items() if isinstance(error, base)), "unknown")
            return cls(found, error.code, str(error), error.worker, recoverable)
        return cls("user", type(error).__name__, str(error), "user")

    def to_exception(self) -> errors.BaseRuntimeError:
        """What the caller gets; the class depends on patterns in the code (MAPPING TRAP-38)."""
        code = self.code.split("|", 1)[-1].strip() if "|" in self.code else self.code.strip()
        if self.kind == "unknown":
            return errors.RuntimeUnknownError(code, self.message, self.worker)
        if self.kind == "system":
            system = errors.GPUFaultSystemError if code in errors.GPU_FAULT_CODES else errors.RuntimeSystemError
            return system(code, self.message, self.worker)
        if code in _TIMEOUTS:
            return _TIMEOUTS[code](self.message)
        if code in errors.GPU_FAULT_CODES:
            return errors.GPUFaultUserError(code, self.message, self.worker)
        if code in errors.APPLE_SILICON_ERRORS_BY_CODE:
            return errors.APPLE_SILICON_ERRORS_BY_CODE[code](self.message, self.worker)
        if "OOM" in self.code.upper():
            return errors.OOMError(code, self.message, self.worker)
        for pattern, kind in _BY_PATTERN:
            if pattern in self.code:
                return kind(code, self.message, self.worker)  # type: ignore[arg-type]
        return errors.RuntimeUserError(code, self.message, self.worker)


# --- threads --------------------------------------------------------------------------------------------------------
# Each body has a new thread, as upstream: it must neither see an event loop nor the thread-locals of another task.


def _start_thread(
    func: Callable[..., Any], inputs: dict[str, Any], done: Callable[[Any, BaseException | None], None]
) -> threading.Thread:
    """Run a function in a new daemon thread, in a copy of the caller's context, and hand over its result or error."""
    context = contextvars.copy_context()

    def run() -> None:
        try:
            value = context.run(func, **inputs)
        except BaseException as error:
            done(None, error)
        else:
            done(value, None)

    thread = threading.Thread(target=run, name=f"task-{getattr(func, '__name__', 'body')}", daemon=True)
    thread.start()
    return thread


async def run_in_thread(func: Callable[..., Any], inputs: dict[str, Any]) -> Any:
    """Run a sync function in a thread of its own, without blocking the event loop."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def settle(value: Any, error: BaseException | None) -> None:
        if future.done():  # the waiting task was cancelled
            return
        if error is None:
            future.set_result(value)
        elif isinstance(error, StopIteration):
            future.set_exception(RuntimeError(f"task body raised {error!r}"))
        else:
            future.set_exception(error)

    def done(value: Any, error: BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, value, error)

    _start_thread(func, inputs, done)
    return await future


def run_in_thread_blocking(func: Callable[..., Any], inputs: dict[str, Any]) -> Any:
    """Run a sync function in a thread of its own and wait for it."""
    results: list[tuple[Any, BaseException | None]] = []
    thread = _start_thread(func, inputs, lambda value, error: results.append((value, error)))
    thread.join()
    value, error = results[0]
    if error is not None:
        raise error
    return value


# --- one call -------------------------------------------------------------------------------------------------------


class _Call:
    """A task call in the making; its steps are shared by the async and the blocking path."""

    def __init__(self, task: Task, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        current = internal_ctx()
        if current.data.task_context is None:
            raise errors.RuntimeSystemError("BadContext", "Task context not initialized")
        self.task = task
        self.location = location
        self.current = current
        self.parent = current.data.task_context
        if _strict.enabled():
            from ._strict_calls import check_call

            _strict.calling(location)
            check_call(task, location, args, kwargs)
        try:
            self.wires = _convert.inputs_to_wire(task.native_interface, args, _keywords_that_arrive(task, kwargs))
        except Exception as error:
            _note_unfit(f"the arguments of `{task.name}` cannot cross to it: {error}", error, location)
            raise
        if _strict.enabled():
            from ._strict_calls import check_size

            check_size(task, "arguments", self.wires, location)
        self.cache: Cache = task.cache  # type: ignore[assignment]
        self.retries = task.retries if isinstance(task.retries, RetryStrategy) else RetryStrategy(int(task.retries))
        self.version = ""
        self.key = ""
        self.outputs: list[Any] | None = None
        self.attempts = 0
        self.record: _recorder.Call | None = None
        if _recorder.active():
            group = self.parent.group_data.name if self.parent.group_data else None
            shown = _convert.inputs_from_wire(task.native_interface, self.wires)
            self.record = _recorder.begin(task, "action", current.data.call, group, location, shown)
        self.action = self._action()
        if self.cache.is_enabled():
            self._look_up()

    def _action(self) -> ActionID:
        """The identity of this call: the same in every run that makes the same call, told apart by its number."""
        group = self.parent.group_data.name if self.parent.group_data else ""
        identity = f"{self.task.name}:{group}:{_convert.digest(self.wires).hex()}"
        number = self.parent._call_counter.next(identity)
        parent = self.parent.action
        name = hashlib.md5(f"{parent.name}-{identity}-{number}".encode()).hexdigest()
        return ActionID(name, parent.run_name, parent.project, parent.domain, parent.org)

    def _look_up(self) -> None:
        from ._cache import store

        func = getattr(self.task, "func", None)
        self.version = self.cache.get_version(VersionParameters(func=func, image=self.task.image))
        self.key = store.cache_key(
            self.task.name, self.task.interface, self.version, self.cache.get_ignored_inputs(), self.wires
        )
        if self.cache.behavior == "auto" and not self.parent.disable_run_cache:
            self.outputs = store.load(self.key, self.cache.max_age)  # type: ignore[arg-type]
            if self.record is not None:
                self.record.cached = self.outputs is not None

    @property
    def context(self) -> Context:
        """The context of one attempt."""
        parent = self.parent
        task_context = TaskContext(
            action=self.action,
            version=self.version,
            raw_data_path=parent.raw_data_path,
            output_path=os.path.join(parent.run_base_dir, self.action.name, "1"),
            run_base_dir=parent.run_base_dir,
            checkpoint_paths=parent.checkpoint_paths,
            mode=parent.mode,
            custom_context=dict(parent.custom_context),
            disable_run_cache=parent.disable_run_cache,
            run_start_time=parent.run_start_time,
        )
        strict = _strict.enabled()
        env = self.task.parent_env() if strict and self.task.parent_env is not None else None
        data = ContextData(
            task_context=task_context,
            raw_data_path=self.current.data.raw_data_path,
            scope=_strict.Scope() if strict else None,
            environment=env,
            call=self.record,
        )
        return Context(data)

    def inputs(self) -> dict[str, Any]:
        """Fresh arguments for one attempt."""
        return _convert.inputs_from_wire(self.task.native_interface, self.wires)

    def next_attempt(self) -> None:
        """Prepare an attempt."""
        self.attempts += 1
        if self.record is not None:
            self.record.attempts = self.attempts
        if self.attempts > 1:
            _stage_checkpoint(self.parent.checkpoint_paths)

    def finish(self, context: Context, value: Any) -> None:
        """Take the result of an attempt that did not fail."""
        if context.data.scope is not None:
            context.data.scope.close()
        report = context.get_report() if self.task.report else None
        if report is not None:
            _write_report(report)
        try:
            self.outputs = _convert.outputs_to_wire(value, self.task.native_interface, self.task.name)
        except Exception as error:
            place = _strict.location_of(getattr(self.task, "func", None))
            _note_unfit(f"the result of `{self.task.name}` cannot cross to its caller: {error}", error, place)
            raise
        if _strict.enabled():
            from ._strict_calls import check_size

            check_size(self.task, "results", self.outputs, self.location)

    def pause_after(self, failure: _Failure) -> float | None:
        """Seconds until the next attempt, or None when there is none."""
        retries = self.retries
        if not failure.recoverable or self.attempts > retries.count:
            return None
        seconds = seconds_before_retry(retries, self.attempts)
        logger.warning(
            "Task '%s' failed on attempt %d/%d; retrying in %.2fs...",
            self.task.name,
            self.attempts,
            retries.count + 1,
            seconds,
        )
        return seconds

    def result(self) -> Any:
        """What the caller gets."""
        from ._cache import store

        outputs = self.outputs
        assert outputs is not None
        if self.attempts and self.cache.is_enabled() and not self.parent.disable_run_cache:
            store.save(self.key, outputs)
        value = _convert.outputs_from_wire(self.task.native_interface, outputs)
        if self.record is not None:
            self.record.succeed(value)
        return value


def refuse_own_names(task: Task, kwargs: dict[str, Any]) -> None:
    """Refuse a keyword that upstream's submission has a parameter of.

    Raises:
        TypeError: for `_task`.
    """
    if "_task" in kwargs:
        method = "submit_sync" if task._call_as_synchronous else "submit"
        raise TypeError(f"LocalController.{method}() got multiple values for argument '_task'")


def _keywords_that_arrive(task: Task, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keyword arguments, less what upstream's own parameters of those names swallow.

    Raises:
        TypeError: for names that upstream passes by position beside the user's keywords.
    """
    refuse_own_names(task, kwargs)
    if "interface" in kwargs:
        raise TypeError("convert_from_native_to_inputs() got multiple values for argument 'interface'")
    if "custom_context" in kwargs:
        return {name: value for name, value in kwargs.items() if name != "custom_context"}
    return kwargs


def _note_unfit(message: str, error: Exception, location: _strict.Location) -> None:
    """Strict mode: record where a value does not fit. The error itself is the real one, for programs that expect it."""
    if not _strict.enabled():
        return
    violation = _strict.note(
        "unfit-value", message, "Convert the value, or change the annotation of the task to what is passed.", location
    )
    if hasattr(error, "add_note"):
        error.add_note(str(violation))


def _stage_checkpoint(paths: CheckpointPaths | None) -> None:
    """Make what the last attempt saved available to the next (MAPPING CTX-10)."""
    if paths is None or not paths.checkpoint_path or not paths.prev_checkpoint_path:
        return
    if os.path.isfile(paths.checkpoint_path):
        os.makedirs(os.path.dirname(paths.prev_checkpoint_path), exist_ok=True)
        shutil.copy2(paths.checkpoint_path, paths.prev_checkpoint_path)


def _write_report(report: Any) -> None:
    """Write the report of a task that has one (MAPPING CTX-20)."""
    if report.has_content():
        report.write()


async def submit(task: Task, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a task as an action and await its result; a sync body runs in a thread.

    Raises:
        BaseRuntimeError: the failure of the body, as `_Failure.to_exception` says.
        TypeError, ValueError: when the arguments do not fit.
        RuntimeDataValidationError: when the result does not.
    """
    call = _Call(task, location, args, kwargs)
    body = _plain_body(task)
    try:
        while call.outputs is None:
            call.next_attempt()
            context = call.context
            with context:
                inputs = call.inputs()
                try:
                    value = await (task.execute(**inputs) if body is None else run_in_thread(body, inputs))
                except Exception as error:
                    logger.error("Task failed with error: %s", error, exc_info=True)
                    failure = _Failure.of(error)
                else:
                    call.finish(context, value)
                    break
            pause = call.pause_after(failure)
            if pause is None:
                raise failure.to_exception()
            await asyncio.sleep(pause)
        return call.result()
    except BaseException as error:
        if call.record is not None:
            call.record.fail(error)
        raise


def submit_blocking(task: Task, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a sync task as an action and block for its result; for the errors see `submit`."""
    call = _Call(task, location, args, kwargs)
    body = _plain_body(task) or _driven_body(task)
    try:
        while call.outputs is None:
            call.next_attempt()
            context = call.context
            with context:
                inputs = call.inputs()
                try:
                    value = run_in_thread_blocking(body, inputs)
                except Exception as error:
                    logger.error("Task failed with error: %s", error, exc_info=True)
                    failure = _Failure.of(error)
                else:
                    call.finish(context, value)
                    break
            pause = call.pause_after(failure)
            if pause is None:
                raise failure.to_exception()
            time.sleep(pause)
        return call.result()
    except BaseException as error:
        if call.record is not None:
            call.record.fail(error)
        raise


# Parameters of these names collide with upstream's own while a body is started; `execute` says so.
_NAMES_OF_EXECUTE = frozenset({"self", "func"})


def _plain_body(task: Task) -> Callable[..., Any] | None:
    """The sync function of a task when nothing around it has to run: no plugin, no patched `execute`; else None."""
    from ._task import AsyncFunctionTaskTemplate, TaskTemplate

    kind = type(task)
    func: Callable[..., Any] | None = getattr(task, "func", None)
    if (
        kind.execute is AsyncFunctionTaskTemplate.execute
        and "execute" not in task.__dict__
        and kind.pre is TaskTemplate.pre
        and kind.post is TaskTemplate.post
        and not _NAMES_OF_EXECUTE & task.native_interface.inputs.keys()
        and not inspect.iscoroutinefunction(func)
    ):
        return func
    return None


def _driven_body(task: Task) -> Callable[..., Any]:
    """A blocking form of `execute`."""

    def run(**inputs: Any) -> Any:
        async def execute() -> Any:
            return await task.execute(**inputs)

        return asyncio.run(execute())

    return run


# --- direct calls, when they are recorded ---------------------------------------------------------------------------


def record_direct_call(task: Task, location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a task outside of a run, as the plain function it then is, and record it."""
    current = internal_ctx()
    inputs = dict(zip(task.native_interface.inputs, args, strict=False)) | kwargs
    record = _recorder.begin(task, "direct", current.data.call, None, location, inputs)
    inner = Context(current.data.replace(call=record))
    try:
        with inner:
            value = task.forward(*args, **kwargs)
    except BaseException as error:
        record.fail(error)
        raise
    if inspect.iscoroutine(value):
        return _record_awaited(value, record, inner)
    record.succeed(value)
    return value


async def _record_awaited(coroutine: Coroutine[Any, Any, Any], record: _recorder.Call, inner: Context) -> Any:
    try:
        with inner:
            value = await coroutine
    except BaseException as error:
        record.fail(error)
        raise
    record.succeed(value)
    return value


def root_context(
    name: str | None, raw_data_path: str | None, custom_context: dict[str, str], disable_run_cache: bool, start: Any
) -> TaskContext:
    """The context a run starts from; folders are where the real local mode has them."""
    import tempfile
    from datetime import datetime, timezone

    from ._context import RawDataPath

    action = ActionID.create_random() if name is None else ActionID(name=name)
    base = os.path.join(tempfile.gettempdir(), "flyte")
    metadata = os.path.join(base, "metadata", action.name)
    raw = raw_data_path or os.path.join(base, "raw_data", action.name)
    os.makedirs(raw, exist_ok=True)
    return TaskContext(
        action=action,
        version="na",
        raw_data_path=RawDataPath(path=raw),
        output_path=os.path.join(metadata, "a0"),
        run_base_dir=metadata,
        checkpoint_paths=CheckpointPaths(
            prev_checkpoint_path=os.path.join(raw, "prev_checkpoint"),
            checkpoint_path=os.path.join(raw, "checkpoint"),
        ),
        mode="local",
        custom_context=custom_context,
        disable_run_cache=disable_run_cache,
        run_start_time=start or datetime.now(timezone.utc),
        _call_counter=CallCounter(),
    )
