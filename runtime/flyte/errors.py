"""Exceptions of the target SDK (upstream: `flyte.errors`), with the same classes, codes and kinds.

A task's failure never reaches its caller as the class that was raised: it arrives as `RuntimeUserError` (or one of its
subclasses, chosen by pattern on the name) whose `.code` is the name of the original class (MAPPING TRAP-01, TRAP-38).
"""

from __future__ import annotations

from typing import Any, Literal, NoReturn

ErrorKind = Literal["system", "unknown", "user"]


class BaseRuntimeError(RuntimeError):
    """Base of all errors of the runtime; carries `code`, `kind` and `worker`.

    Arithmetic on an instance raises the instance: with `return_exceptions=True` exceptions travel as values, and
    `sum(results)` is to show the failure itself rather than a TypeError.
    """

    def __init__(self, code: str, kind: ErrorKind, root_cause_message: str, worker: str | None = None) -> None:
        super().__init__(root_cause_message)
        self.code = code
        self.kind: str = kind
        self.worker = worker

    def _reraise(self, *_: Any) -> NoReturn:
        raise self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _reraise
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _reraise


class InitializationError(BaseRuntimeError):
    """An operation needs an initialised client."""


class RuntimeSystemError(BaseRuntimeError):
    """The platform failed, not the task."""

    def __init__(self, code: str, message: str, worker: str | None = None) -> None:
        super().__init__(code, "system", message, worker)


class UnionRpcError(RuntimeSystemError):
    """Talking to the server failed."""


class RuntimeUserError(BaseRuntimeError):
    """A task failed because of its own code; `code` is the name of the exception it raised."""

    def __init__(self, code: str, message: str, worker: str | None = None) -> None:
        super().__init__(code, "user", message, worker)


class RuntimeUnknownError(BaseRuntimeError):
    """A task failed for a reason the platform cannot tell."""

    def __init__(self, code: str, message: str, worker: str | None = None) -> None:
        super().__init__(code, "unknown", message, worker)


class OOMError(RuntimeUserError):
    """The task ran out of memory."""


GPU_FAULT_CODES: tuple[str, ...] = (
    "GpuXidError",
    "GpuFallenOffBus",
    "GpuEccUncorrectable",
    "GpuRowRemapPending",
    "GpuNvlinkError",
    "GpuGspError",
)


class GPUFaultError(BaseRuntimeError):
    """A GPU fault, as the platform classified it; every attribute may be None."""

    def __init__(
        self,
        code: str,
        kind: ErrorKind,
        message: str,
        worker: str | None = None,
        *,
        fault_kind: str | None = None,
        fault_code: int | None = None,
        fault_name: str | None = None,
        severity: str | None = None,
        gpu_uuid: str | None = None,
        gpu_index: int | None = None,
        node: str | None = None,
        pci_bus_id: str | None = None,
        process: str | None = None,
    ) -> None:
        BaseRuntimeError.__init__(self, code, kind, message, worker)
        self.fault_kind = fault_kind
        self.fault_code = fault_code
        self.fault_name = fault_name
        self.severity = severity
        self.gpu_uuid = gpu_uuid
        self.gpu_index = gpu_index
        self.node = node
        self.pci_bus_id = pci_bus_id
        self.process = process

    @property
    def xid(self) -> int | None:
        """The NVIDIA Xid number, or None for another kind of fault."""
        return self.fault_code if self.fault_kind == "xid" else None

    @property
    def sxid(self) -> int | None:
        """The NVSwitch SXid number, or None for another kind of fault."""
        return self.fault_code if self.fault_kind == "sxid" else None


class GPUFaultUserError(GPUFaultError, RuntimeUserError):
    """A GPU fault caused by the workload."""

    def __init__(self, code: str, message: str, worker: str | None = None, **fault: Any) -> None:
        GPUFaultError.__init__(self, code, "user", message, worker, **fault)


class GPUFaultSystemError(GPUFaultError, RuntimeSystemError):
    """A GPU fault of the hardware."""

    def __init__(self, code: str, message: str, worker: str | None = None, **fault: Any) -> None:
        GPUFaultError.__init__(self, code, "system", message, worker, **fault)


class TaskInterruptedError(RuntimeUserError):
    """The task was interrupted."""


class PrimaryContainerNotFoundError(RuntimeUserError):
    """The pod has no primary container."""


class TaskTimeoutError(RuntimeUserError):
    """A task exceeded a bound of its `flyte.Timeout`."""

    def __init__(self, message: str, code: str = "TaskTimeoutError") -> None:
        super().__init__(code, message, "user")


class MaxQueuedTimeExceededError(TaskTimeoutError):
    """A task waited longer than `max_queued_time` before it started."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="MaxQueuedTimeExceededError")


class MaxRuntimeExceededError(TaskTimeoutError):
    """A task ran longer than `max_runtime`."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="MaxRuntimeExceededError")


class DeadlineExceededError(TaskTimeoutError):
    """A task did not end within its `deadline`, over all attempts."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="DeadlineExceededError")


class ConditionTimedoutError(RuntimeUserError):
    """Nobody signalled a condition within its timeout."""

    def __init__(self, message: str) -> None:
        super().__init__("ConditionTimedoutError", message, "user")


class RetriesExhaustedError(RuntimeUserError):
    """A task failed in every attempt."""


class InvalidImageNameError(RuntimeUserError):
    """The name of the image is not valid."""


class ImagePullBackOffError(RuntimeUserError):
    """The image cannot be pulled."""


class CustomError(RuntimeUserError):
    """The form an ordinary exception takes when it leaves a task body."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, "user")

    @classmethod
    def from_exception(cls, e: BaseException) -> CustomError:
        """Wrap `e`: its class name becomes the code, its text the message, itself the cause."""
        wrapped = cls(type(e).__name__, str(e))
        wrapped.__cause__ = e
        return wrapped


class NotInTaskContextError(RuntimeUserError):
    """The task context was needed outside of a task."""


class ActionNotFoundError(RuntimeError):
    """No such action."""


class RemoteTaskNotFoundError(RuntimeUserError):
    """No such deployed task."""

    CODE = "RemoteTaskNotFoundError"

    def __init__(self, message: str) -> None:
        super().__init__(self.CODE, message, "user")


class RemoteTaskUsageError(RuntimeUserError):
    """A deployed task was used where only a local one can be."""

    CODE = "RemoteTaskUsageError"

    def __init__(self, message: str) -> None:
        super().__init__(self.CODE, message, "user")


class LogsNotYetAvailableError(BaseRuntimeError):
    """The logs of a task are not there yet."""

    def __init__(self, message: str) -> None:
        super().__init__("LogsNotYetAvailable", "system", message, None)


class RuntimeDataValidationError(RuntimeUserError):
    """A value does not have the declared type (MAPPING TRAP-08, TST-07)."""

    def __init__(self, var: str, e: Exception | str, task_name: str = "") -> None:
        super().__init__(
            "DataValidationError", f"In task {task_name} variable {var}, failed to serialize/deserialize because of {e}"
        )


class DeploymentError(RuntimeUserError):
    """A deployment failed."""

    def __init__(self, message: str) -> None:
        super().__init__("DeploymentError", message, "user")


class ImageBuildError(RuntimeUserError):
    """An image could not be built."""

    def __init__(self, message: str) -> None:
        super().__init__("ImageBuildError", message, "user")


class ModuleLoadError(RuntimeUserError):
    """A module could not be imported."""

    def __init__(self, message: str) -> None:
        super().__init__("ModuleLoadError", message, "user")


class InlineIOMaxBytesBreached(RuntimeUserError):  # noqa: N818 - upstream's name
    """Inputs or outputs are larger than `max_inline_io_bytes`."""

    def __init__(self, message: str) -> None:
        super().__init__("InlineIOMaxBytesBreached", message, "user")


class ActionAbortedError(RuntimeUserError):
    """Somebody aborted an action."""

    def __init__(self, message: str) -> None:
        super().__init__("ActionAbortedError", message, "user")


class SlowDownError(RuntimeUserError):
    """The service asked for fewer requests."""

    def __init__(self, message: str) -> None:
        super().__init__("SlowDownError", message, "user")


class ResourceExhaustedError(SlowDownError):
    """A quota is used up."""


class OnlyAsyncIOSupportedError(RuntimeUserError):
    """Blocking I/O was used where only async I/O is possible."""

    def __init__(self, message: str) -> None:
        super().__init__("OnlyAsyncIOSupportedError", message, "user")


class ParameterMaterializationError(RuntimeUserError):
    """A delayed parameter of an app could not be produced."""

    def __init__(self, message: str) -> None:
        super().__init__("ParameterMaterializationError", message, "user")


class RestrictedTypeError(RuntimeUserError):
    """A type that no task may use."""

    def __init__(self, message: str) -> None:
        super().__init__("RestrictedTypeUsage", message, "user")


class CodeBundleError(RuntimeUserError):
    """The code bundle could not be made."""

    def __init__(self, message: str) -> None:
        super().__init__("CodeBundleError", message, "user")


class SyncTaskCallInAsyncContextError(RuntimeUserError):
    """A sync task was called, blocking, from async code (MAPPING TRAP-17)."""

    def __init__(self, message: str) -> None:
        super().__init__("SyncTaskCallInAsyncContextError", message, "user")


class TraceDoesNotAllowNestedTasksError(RuntimeUserError):
    """A task was called inside a `flyte.trace` function."""

    def __init__(self, message: str) -> None:
        super().__init__("TraceDoesNotAllowNestedTasksError", message)


class InvalidPackageError(RuntimeUserError):
    """A system package of an image does not exist."""

    def __init__(self, package_name: str, original_error: str) -> None:
        self.package_name = package_name
        self.original_error = original_error
        super().__init__(
            "InvalidPackageError",
            f"Invalid system package detected: '{package_name}'. "
            f"This package does not exist in apt repositories. "
            f"Error: {original_error}",
        )


class NonRecoverableError(RuntimeUserError):
    """Raised by a task to say that no retry can help (MAPPING TRAP-27)."""

    def __init__(self, message: str, code: str = "NonRecoverableError") -> None:
        super().__init__(code, message)


class ConditionAlreadyExistsError(RuntimeUserError):
    """A condition of that name exists in this action."""

    def __init__(self, message: str) -> None:
        super().__init__("ConditionAlreadyExistsError", message, "user")


class ConditionFailedError(RuntimeUserError):
    """A condition failed."""

    def __init__(self, message: str) -> None:
        super().__init__("ConditionFailedError", message, "user")


class ConditionNotFoundError(RuntimeUserError):
    """No such condition."""

    def __init__(self, message: str) -> None:
        super().__init__("ConditionNotFoundError", message, "user")


class AppleSiliconError(RuntimeUserError):
    """Base of the errors of the Apple Silicon accelerator; `recoverable` says whether a retry can help."""

    code_name = "APPLE_SILICON_ERROR"
    recoverable = True

    def __init__(self, message: str, worker: str | None = None) -> None:
        super().__init__(self.code_name, message, worker)


class AppleSiliconNotAvailableError(AppleSiliconError):
    """The accelerator is not there."""

    code_name = "APPLE_SILICON_NOT_AVAILABLE"
    recoverable = False


class AppleSiliconHostExecFailedError(AppleSiliconError):
    """The workload could not be started on the host."""

    code_name = "APPLE_SILICON_HOST_EXEC_FAILED"
    recoverable = False


class AppleSiliconDaemonStartFailedError(AppleSiliconError):
    """The daemon on the host did not start."""

    code_name = "APPLE_SILICON_DAEMON_START_FAILED"
    recoverable = False


class AppleSiliconDaemonOOMError(AppleSiliconError):
    """The process on the host ran out of memory."""

    code_name = "APPLE_SILICON_DAEMON_OOM"


class AppleSiliconModelNotFoundError(AppleSiliconError):
    """The model is not there."""

    code_name = "APPLE_SILICON_MODEL_NOT_FOUND"
    recoverable = False


class AppleSiliconBridgeUnreachableError(AppleSiliconError):
    """The container cannot reach the host."""

    code_name = "APPLE_SILICON_BRIDGE_UNREACHABLE"


APPLE_SILICON_ERRORS_BY_CODE: dict[str, type[AppleSiliconError]] = {
    cls.code_name: cls
    for cls in (
        AppleSiliconNotAvailableError,
        AppleSiliconHostExecFailedError,
        AppleSiliconDaemonStartFailedError,
        AppleSiliconDaemonOOMError,
        AppleSiliconModelNotFoundError,
        AppleSiliconBridgeUnreachableError,
    )
}
