"""A record of what ran: every task call of every run, with its inputs, result, order, parent and neighbours in time.

Off unless `start()` is called or `FLYTE_MIGRATE_TRACE=path` is set; then the record is written to that file as JSON
when a run ends and when the process does. `to_dict()` and `tree()` give it without a file.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
from typing import Any

VARIABLE = "FLYTE_MIGRATE_TRACE"

_SHOWN_CHARACTERS = 2000


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


class Call:
    """One call of one task.

    Args:
        id: number of the call, in order of calling.
        parent: id of the calling task's call, None at the top.
        task, env, short_name: whom it called.
        kind: "action" within a run, "direct" outside of one (a plain function call).
        group: the `flyte.group` it was made in.
        location: file and line where it was made.
        inputs: native inputs by name, as `repr`.

    Attributes:
        output, error: its result, as `repr`; error is {"type", "code", "message"}.
        start, end: seconds since the record began; None for `end` when it never ended.
        attempts: how often the body ran; 0 when the result came from the cache.
        cached: whether the result came from the cache.
    """

    def __init__(
        self,
        id: int,  # noqa: A002 - the name it has in the record
        parent: int | None,
        task: str,
        env: str | None,
        short_name: str,
        kind: str,
        group: str | None,
        location: tuple[str, int],
        inputs: dict[str, str],
    ) -> None:
        self.id = id
        self.parent = parent
        self.task = task
        self.env = env
        self.short_name = short_name
        self.kind = kind
        self.group = group
        self.file, self.line = location
        self.inputs = inputs
        self.output: str | None = None
        self.error: dict[str, Any] | None = None
        self.start = _now()
        self.end: float | None = None
        self.attempts = 0
        self.cached = False

    def succeed(self, value: Any) -> None:
        """Note the result."""
        self.output = _shown(value)
        self.end = _now()

    def fail(self, error: BaseException) -> None:
        """Note the failure."""
        self.error = {
            "type": type(error).__name__,
            "code": getattr(error, "code", None),
            "message": str(error)[:_SHOWN_CHARACTERS],
        }
        self.end = _now()


_lock = threading.Lock()
_calls: list[Call] = []
_active = bool(os.environ.get(VARIABLE))
_origin = time.perf_counter()


def _now() -> float:
    return round(time.perf_counter() - _origin, 6)


def start() -> None:
    """Begin a new record."""
    global _active, _origin
    with _lock:
        _calls.clear()
        _active, _origin = True, time.perf_counter()


def stop() -> None:
    """Stop recording; the record stays."""
    global _active
    _active = False


def active() -> bool:
    """Whether calls are being recorded."""
    return _active


def calls() -> list[Call]:
    """The calls so far, in order of calling."""
    with _lock:
        return list(_calls)


def begin(
    task: Any, kind: str, parent: Call | None, group: str | None, location: tuple[str, int], inputs: dict[str, Any]
) -> Call:
    """Note a call that is being made."""
    shown = {name: _shown(value) for name, value in inputs.items()}
    with _lock:
        parent_id = None if parent is None else parent.id
        call = Call(
            len(_calls), parent_id, task.name, task.parent_env_name, task.short_name, kind, group, location, shown
        )
        _calls.append(call)
    return call


def _overlap(one: Call, other: Call) -> bool:
    end, other_end = (float("inf") if each.end is None else each.end for each in (one, other))
    return one.start < other_end and other.start < end


def side_by_side() -> dict[int, list[int]]:
    """For every call, the ids of the calls of the same parent whose execution overlapped its own."""
    families: dict[int | None, list[Call]] = {}
    for call in calls():
        families.setdefault(call.parent, []).append(call)
    return {
        call.id: [other.id for other in family if other is not call and _overlap(call, other)]
        for family in families.values()
        for call in family
    }


def to_dict() -> dict[str, Any]:
    """The record: `{"version": 1, "calls": [...]}`; every call also has `side_by_side`, ids of concurrent siblings."""
    neighbours = side_by_side()
    return {
        "version": 1,
        "calls": [{**vars(call), "side_by_side": neighbours.get(call.id, [])} for call in calls()],
    }


def tree() -> str:
    """The record as an indented tree, one line per call."""
    children: dict[int | None, list[Call]] = {}
    for call in calls():
        children.setdefault(call.parent, []).append(call)
    neighbours = side_by_side()
    lines: list[str] = []

    def show(call: Call, depth: int) -> None:
        arguments = ", ".join(f"{name}={value}" for name, value in call.inputs.items())
        if call.error is not None:
            result = f"!! {call.error['type']}({call.error['code']}): {call.error['message']}"
        else:
            result = f"-> {call.output}" if call.end is not None else "-> (did not end)"
        notes = [
            *(["cached"] if call.cached else []),
            *([f"{call.attempts} attempts"] if call.attempts > 1 else []),
            *(["direct"] if call.kind == "direct" else []),
            *([f"group {call.group}"] if call.group else []),
            *([f"beside {', '.join(f'#{each}' for each in neighbours[call.id])}"] if neighbours.get(call.id) else []),
        ]
        suffix = f"  [{'; '.join(notes)}]" if notes else ""
        lines.append(f"{'  ' * depth}#{call.id} {call.task}({arguments}) {result}{suffix}")
        for child in children.get(call.id, []):
            show(child, depth + 1)

    for root in children.get(None, []):
        show(root, 0)
    return "\n".join(lines)


def write(path: str | None = None) -> None:
    """Write the record as JSON, to `path` or to the file named by `FLYTE_MIGRATE_TRACE`."""
    target = path or os.environ.get(VARIABLE)
    if not target:
        return
    import json
    import tempfile

    folder = os.path.dirname(os.path.abspath(target))
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(to_dict(), stream, indent=1)
    os.replace(temporary, target)


if os.environ.get(VARIABLE):
    atexit.register(write)
