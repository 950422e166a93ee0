"""Strict mode's checks of a task call."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from . import _strict
from ._context import internal_ctx

if TYPE_CHECKING:
    from ._environment import Environment
    from ._task import TaskTemplate


def check_call(
    task: TaskTemplate[Any, Any, Any],
    location: _strict.Location,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> None:
    """Check the arguments of a call and that the called environment is deployed together with the caller's.

    Raises:
        StrictError: for a violation.
    """
    _check_arguments(task, location, args, kwargs)
    caller = internal_ctx().data.environment
    if caller is None:
        return
    if task.parent_env is None and task.parent_env_name is None:
        _strict.fail(
            "task-without-environment",
            f"the task `{task.name}` belongs to no environment: it would not be deployed.",
            f"Make one with `flyte.TaskEnvironment.from_task(...)` and add it to `depends_on` of '{caller.name}'.",
            location,
        )
    env = task.parent_env() if task.parent_env is not None else None
    if env is not None:
        _check_reachable(task, caller, env, location)


def _check_arguments(
    task: TaskTemplate[Any, Any, Any], location: _strict.Location, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    names = list(task.native_interface.inputs)
    for unknown in kwargs:
        if unknown not in names:
            _strict.fail(
                "unknown-argument",
                f"the task `{task.name}` has no parameter '{unknown}'; inside a run it would be dropped silently.",
                f"Its parameters are: {', '.join(names) or 'none'}.",
                location,
            )
    for name in names[: len(args)]:
        if name in kwargs:
            _strict.fail(
                "duplicate-argument",
                f"the call of `{task.name}` gives '{name}' both by position and by name; the position would win.",
                "Give it once.",
                location,
            )


def _check_reachable(
    task: TaskTemplate[Any, Any, Any], caller: Environment, env: Environment, location: _strict.Location
) -> None:
    seen: list[Environment] = []
    waiting = [caller]
    while waiting:
        current = waiting.pop()
        # A script that is also imported as a module has its environments twice; they are the same ones.
        if current is env or (current.name == env.name and current._location == env._location):
            return
        if any(current is each for each in seen):
            continue
        seen.append(current)
        waiting.extend(current.depends_on)
    _strict.fail(
        "missing-depends-on",
        f"a task of the environment '{caller.name}' calls `{task.name}` of the environment '{env.name}', which "
        f"'{caller.name}' does not depend on, directly or indirectly: it would not be deployed.",
        f"Add the environment '{env.name}' to `depends_on` of '{caller.name}'.",
        location,
    )


def check_run(task: TaskTemplate[Any, Any, Any]) -> None:
    """Check the environments a run needs: no cycles, no two of one name, all secrets present.

    Raises:
        StrictError: for a violation.
    """
    from ._environment import refuse_cycle

    env = task.parent_env() if task.parent_env is not None else None
    if env is None:
        return
    names: dict[str, Environment] = {}
    waiting: list[Environment] = [env]
    seen: list[Environment] = []
    while waiting:
        current = waiting.pop()
        if any(current is each for each in seen):
            continue
        seen.append(current)
        refuse_cycle(current)
        other = names.setdefault(current.name, current)
        if other is not current and other._location != current._location:
            _strict.fail(
                "duplicate-environment",
                f"two environments that are deployed together have the name '{current.name}', here and at "
                f"{other._location[0]}:{other._location[1]}.",
                "Give every environment of the project its own name.",
                current._location,
            )
        _check_secrets(current)
        _check_settings(current)
        waiting.extend(current.depends_on)


def _check_secrets(env: Environment) -> None:
    """Secrets arrive as environment variables; a task that reads one cannot run without it (MAPPING TRAP-32)."""
    import os

    from ._secret import Secret

    requested = env.secrets if isinstance(env.secrets, list) else [env.secrets] if env.secrets else []
    for each in requested:
        secret = Secret(key=each) if isinstance(each, str) else each
        variable = getattr(secret, "as_env_var", None)
        if variable and variable not in os.environ:
            _strict.fail(
                "missing-secret",
                f"the environment '{env.name}' asks for the secret '{secret.key}', which arrives as the environment "
                f"variable {variable}; it is not set.",
                f"Set {variable} to a test value before the run.",
                env._location,
            )


def _check_settings(env: Environment) -> None:
    """Settings and defaults that no deployment could write down (MAPPING DEP-04)."""
    from ._timeout import timeout_from_request

    for name, value in (env.env_vars or {}).items():
        if not isinstance(name, str) or not isinstance(value, str):
            _strict.fail(
                "unserialisable-setting",
                f"the environment '{env.name}' sets the environment variable {name!r} to {value!r}, which is no text.",
                f"Write {str(value)!r}.",
                env._location,
            )
    for task in getattr(env, "tasks", {}).values():
        location = _strict.location_of(getattr(task, "func", None))
        try:
            timeout_from_request(task.timeout or 0)
        except ValueError:
            _strict.fail(
                "unserialisable-setting",
                f"the timeout {task.timeout!r} of `{task.name}` is neither an int, a timedelta nor a flyte.Timeout.",
                "Write whole seconds or a timedelta.",
                location,
            )
        _check_defaults(task, location)


def _check_defaults(task: TaskTemplate[Any, Any, Any], location: _strict.Location) -> None:
    from . import _convert

    for name, (annotation, default) in task.native_interface.inputs.items():
        if default is inspect.Parameter.empty:
            continue
        try:
            _convert.check_annotation(annotation)
            _convert.to_wire(default, annotation)
        except Exception as error:
            _strict.fail(
                "unserialisable-default",
                f"the default {default!r} of the parameter '{name}' of `{task.name}` does not fit its type: {error}",
                "Write `| None` for a default of None, else a default of the declared type.",
                location,
            )


def check_size(task: TaskTemplate[Any, Any, Any], what: str, wires: Any, location: _strict.Location) -> None:
    """Check that values travel within the limit; local runs do not enforce it (MAPPING TYP-87).

    Raises:
        StrictError: when they are larger.
    """
    from . import _convert

    size = _convert.inline_size(wires)
    if size > task.max_inline_io_bytes:
        _strict.fail(
            "values-too-large",
            f"the {what} of `{task.name}` take about {size:,} bytes; {task.max_inline_io_bytes:,} are allowed.",
            "Pass a `flyte.io.File` or `DataFrame`, or raise `max_inline_io_bytes` of the task.",
            location,
        )
