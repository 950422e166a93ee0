"""What lives on a server (upstream: `flyte.remote`; MAPPING section 9).

There is none here: everything that would ask one raises InitializationError, as the real SDK does without a server. The
exception is `Task.get`, which finds the tasks of the program itself.
"""

from __future__ import annotations

from ._entities import (
    App,
    Artifact,
    Condition,
    Project,
    Run,
    RunDetails,
    Secret,
    Trigger,
    TriggerDetails,
    User,
    upload_dir,
    upload_file,
)
from ._task import LazyEntity, Task

__all__ = [
    "App",
    "Artifact",
    "Condition",
    "LazyEntity",
    "Project",
    "Run",
    "RunDetails",
    "Secret",
    "Task",
    "Trigger",
    "TriggerDetails",
    "User",
    "upload_dir",
    "upload_file",
]
