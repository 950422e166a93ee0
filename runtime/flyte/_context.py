"""What a running task knows about itself.

Upstream: `flyte._context`, `flyte.models.TaskContext`; MAPPING section 7.
"""

from __future__ import annotations

import contextvars
import os
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pathlib

    from ._checkpoint import Checkpoint


def random_name() -> str:
    """A new random name for a run."""
    from uuid import uuid4

    return str(uuid4())


@dataclass(frozen=True)
class ActionID:
    """The identity of one task execution within a run."""

    name: str
    run_name: str | None = None
    project: str | None = None
    domain: str | None = None
    org: str | None = None

    def __post_init__(self) -> None:
        if self.run_name is None:
            object.__setattr__(self, "run_name", self.name)

    @classmethod
    def create_random(cls) -> ActionID:
        """The identity of a new run."""
        name = random_name()
        return cls(name=name, run_name=name)

    def new_sub_action(self, name: str | None = None) -> ActionID:
        """The identity of an action of the same run."""
        return replace(self, name=random_name() if name is None else name)

    def unique_id_str(self, salt: str | None = None) -> str:
        """`project-domain-run-action`, with the salt appended if there is one."""
        joined = f"{self.project}-{self.domain}-{self.run_name}-{self.name}"
        return joined if salt is None else f"{joined}-{salt}"


@dataclass(frozen=True)
class RawDataPath:
    """The folder that offloaded data is written to."""

    path: str
    path_rewrite: Any = None

    @classmethod
    def from_local_folder(cls, local_folder: str | pathlib.Path | None = None) -> RawDataPath:
        """A raw-data path in a local folder; a new temporary one for None.

        Raises:
            ValueError: when the folder is neither text, a Path, nor None.
        """
        if local_folder is None:
            import tempfile

            return cls(path=tempfile.mkdtemp())
        if isinstance(local_folder, str):
            return cls(path=local_folder)
        if not isinstance(local_folder, os.PathLike):
            raise ValueError(f"Invalid local path {local_folder}")
        os.makedirs(local_folder, exist_ok=True)
        return cls(path=os.fspath(local_folder))

    def get_random_remote_path(self, file_name: str | None = None) -> str:
        """A fresh path below this one; with a file name, its folder is made but not the file."""
        from uuid import uuid4

        os.makedirs(self.path, exist_ok=True)
        fresh = os.path.join(os.path.abspath(self.path), uuid4().hex)
        if file_name is None:
            return fresh
        os.mkdir(fresh)
        return os.path.join(fresh, file_name)


@dataclass(frozen=True)
class GroupData:
    """The group a call is made in."""

    name: str

    def __repr__(self) -> str:
        return f"GroupData({self.name!r})"


@dataclass(frozen=True)
class CheckpointPaths:
    """Where the checkpoint of this attempt goes and that of the last one is."""

    prev_checkpoint_path: str | None
    checkpoint_path: str | None


class CallCounter:
    """Numbers identical calls made from one action: 1, 2, 3."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def next(self, call_key: str) -> int:
        """The next number for `call_key`."""
        self._counts[call_key] = number = self._counts.get(call_key, 0) + 1
        return number


@dataclass(frozen=True)
class TaskContext:
    """The context of a running task, as `flyte.ctx()` returns it.

    Args:
        action: identity of this execution; `action.run_name` is that of the run.
        version: cache version of the task, "" when it is not cached.
        raw_data_path: folder for offloaded data.
        output_path: folder for the outputs of this action.
        run_base_dir: folder of the run.
        custom_context: values of `flyte.custom_context`, handed down to every call.
        data: values a task plugin provides; `ctx()["key"]` reads them.
    """

    action: ActionID
    version: str
    raw_data_path: RawDataPath
    output_path: str
    run_base_dir: str
    input_path: str | None = None
    group_data: GroupData | None = None
    checkpoint_paths: CheckpointPaths | None = None
    code_bundle: Any = None
    compiled_image_cache: Any = None
    data: dict[str, Any] = field(default_factory=dict)
    mode: str = "local"
    interactive_mode: bool = False
    custom_context: dict[str, str] = field(default_factory=dict)
    disable_run_cache: bool = False
    in_driver_literal_conversion: bool = False
    run_start_time: datetime | None = field(default_factory=lambda: datetime.now(timezone.utc))
    task_action: ActionID | None = None
    _call_counter: CallCounter = field(default_factory=CallCounter, repr=False, compare=False)
    # The report and the checkpoint, made when first asked for; every copy of this context shares them.
    _made: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.task_action is None:
            object.__setattr__(self, "task_action", self.action)

    def replace(self, **changes: Any) -> TaskContext:
        """A copy with changes; `data` is merged into what is there."""
        if changes.get("data"):
            changes["data"] = {**self.data, **changes["data"]}
        else:
            changes.pop("data", None)
        if "action" in changes and changes["action"] != self.action:
            changes.setdefault("_call_counter", CallCounter())
        return replace(self, **changes)

    def __getitem__(self, key: str) -> Any:
        return self.data.get(key)

    def is_in_cluster(self) -> bool:
        """Whether the task runs on a cluster; never, here."""
        return self.mode == "remote"

    @property
    def report(self) -> Any:
        """The report of this action; None until `flyte.report` is imported (MAPPING TRAP-37)."""
        import sys

        module = sys.modules.get("flyte.report")
        if module is None:
            return None
        if "report" not in self._made:
            self._made["report"] = module.Report(name=self.action.name)
        return self._made["report"]

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The checkpoint of this task (MAPPING CTX-10)."""
        paths = self.checkpoint_paths
        if paths is None or not paths.checkpoint_path:
            return None
        if "checkpoint" not in self._made:
            from ._checkpoint import Checkpoint

            self._made["checkpoint"] = Checkpoint(paths.checkpoint_path, paths.prev_checkpoint_path)
        found: Checkpoint = self._made["checkpoint"]
        return found

    @property
    def attempt_number(self) -> int:
        """The number of the attempt; stays 0 in local mode (MAPPING CTX-14)."""
        return int(os.environ.get("FLYTE_ATTEMPT_NUMBER", "0"))

    def _int_variable(self, name: str) -> int | None:
        value = os.environ.get(name)
        return None if value is None else int(value)

    @property
    def rank(self) -> int | None:
        """Rank of this worker among all, on a distributed task."""
        return self._int_variable("RANK")

    @property
    def local_rank(self) -> int | None:
        """Rank of this worker on its node."""
        return self._int_variable("LOCAL_RANK")

    @property
    def world_size(self) -> int | None:
        """Number of workers."""
        return self._int_variable("WORLD_SIZE")

    @property
    def local_world_size(self) -> int | None:
        """Number of workers on this node."""
        return self._int_variable("LOCAL_WORLD_SIZE")

    @property
    def node_rank(self) -> int | None:
        """Rank of this node."""
        return self._int_variable("NODE_RANK")

    @property
    def nnodes(self) -> int | None:
        """Number of nodes."""
        return self._int_variable("NNODES")

    @property
    def master_addr(self) -> str | None:
        """Address of the first worker."""
        return os.environ.get("MASTER_ADDR")

    @property
    def master_port(self) -> int | None:
        """Port of the first worker."""
        return self._int_variable("MASTER_PORT")

    @property
    def restart_attempt(self) -> int | None:
        """How often the worker set was restarted."""
        return self._int_variable("JOBSET_RESTART_ATTEMPT")


class _NullTaskContext(TaskContext):
    """Falsy stand-in outside a task: every field reads as None."""

    def __init__(self) -> None:
        for each in fields(TaskContext):
            object.__setattr__(self, each.name, None)

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "NullTaskContext()"

    @property
    def report(self) -> None:
        return None


NULL_TASK_CONTEXT = _NullTaskContext()


@dataclass(frozen=True)
class ContextData:
    """Everything that follows the flow of control."""

    task_context: TaskContext | None = None
    raw_data_path: RawDataPath | None = None
    in_trace: bool = False
    # What strict mode must see used before the task ends, the environment of the task, the call being recorded.
    scope: Any = None
    environment: Any = None
    call: Any = None

    def replace(self, **changes: Any) -> ContextData:
        """A copy with changes."""
        return replace(self, **changes)


class Context:
    """A node of the context tree; entering it makes it current."""

    __slots__ = ("_data", "_token")

    def __init__(self, data: ContextData) -> None:
        self._data = data
        self._token: contextvars.Token[Context] | None = None

    @property
    def data(self) -> ContextData:
        """The values of this node."""
        return self._data

    @property
    def has_raw_data(self) -> bool:
        """Whether there is a folder for offloaded data."""
        task_context = self._data.task_context
        return bool(task_context and task_context.raw_data_path) or self._data.raw_data_path is not None

    @property
    def raw_data(self) -> RawDataPath:
        """The folder for offloaded data.

        Raises:
            ValueError: outside a run.
        """
        if self._data.task_context and self._data.task_context.raw_data_path:
            return self._data.task_context.raw_data_path
        if self._data.raw_data_path:
            return self._data.raw_data_path
        raise ValueError("Raw data path has not been set in the context.")

    def replace_task_context(self, task_context: TaskContext) -> Context:
        """A node with another task context."""
        return Context(self._data.replace(task_context=task_context))

    def new_raw_data_path(self, raw_data_path: RawDataPath) -> Context:
        """A node with another folder for offloaded data."""
        return Context(self._data.replace(raw_data_path=raw_data_path))

    def get_report(self) -> Any:
        """The report of the running task, or None."""
        return self._data.task_context.report if self._data.task_context else None

    def is_task_context(self) -> bool:
        """Whether a task of a run is executing."""
        return self._data.task_context is not None

    def is_in_trace(self) -> bool:
        """Whether a `flyte.trace` function is executing."""
        return self._data.in_trace

    def __enter__(self) -> Context:
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._token is not None
        _current.reset(self._token)


_OUTSIDE = Context(ContextData())
_current: contextvars.ContextVar[Context] = contextvars.ContextVar("flyte-context", default=_OUTSIDE)


def ctx() -> TaskContext:
    """The context of the running task; outside a run a falsy one whose fields are all None."""
    return _current.get().data.task_context or NULL_TASK_CONTEXT


def internal_ctx() -> Context:
    """The current node of the context tree."""
    return _current.get()
