"""Codes and kinds of the SDK's error classes."""

import flyte
import flyte.errors

env = flyte.TaskEnvironment(name="errors-constructors")


def main():
    made = [
        flyte.errors.RuntimeUserError("C", "m"),
        flyte.errors.RuntimeSystemError("C", "m", "w"),
        flyte.errors.RuntimeUnknownError("C", "m"),
        flyte.errors.TaskTimeoutError("m"),
        flyte.errors.MaxQueuedTimeExceededError("m"),
        flyte.errors.DeadlineExceededError("m"),
        flyte.errors.ConditionTimedoutError("m"),
        flyte.errors.ConditionFailedError("m"),
        flyte.errors.CustomError.from_exception(KeyError("k")),
        flyte.errors.RemoteTaskUsageError("m"),
        flyte.errors.LogsNotYetAvailableError("m"),
        flyte.errors.RuntimeDataValidationError("o0", "why", "t"),
        flyte.errors.RestrictedTypeError("m"),
        flyte.errors.SlowDownError("m"),
        flyte.errors.InvalidPackageError("p", "e"),
        flyte.errors.NonRecoverableError("m"),
        flyte.errors.InitializationError("C", "user", "m"),
        flyte.errors.AppleSiliconNotAvailableError("m"),
        flyte.errors.GPUFaultUserError("GpuXidError", "m", fault_kind="xid", fault_code=31),
    ]
    return [[type(each).__name__, each.code, each.kind, each.worker, str(each)] for each in made]
