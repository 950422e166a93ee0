"""Deployed tasks, found among the tasks of the program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

from .._environment import TaskEnvironment, list_loaded_environments
from .._task import TaskTemplate
from ..syncify import syncify
from ._client import require_client

AutoVersioning = Literal["latest", "current"]


class LazyEntity:
    """A task that is looked up when it is called; the call is a coroutine (MAPPING REF-02)."""

    def __init__(self, name: str, task: TaskTemplate[Any, Any, Any] | None = None) -> None:
        self._name = name
        self._task = task

    @property
    def name(self) -> str:
        """The task's full name."""
        return self._name

    @syncify
    async def fetch(self) -> TaskTemplate[Any, Any, Any]:
        """The task; InitializationError when the program has none of that name, since only a server could."""
        return self._found()

    @syncify
    async def override(self, **kwargs: Any) -> LazyEntity:
        """The task with other settings."""
        return LazyEntity(self._name, self._found().override(**kwargs))

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return await self._found().aio(*args, **kwargs)

    def _found(self) -> TaskTemplate[Any, Any, Any]:
        if self._task is None:
            self._task = _task_of_program(self._name) or require_client()
        return self._task

    def __repr__(self) -> str:
        return f"Future for task with name {self._name}"


def _task_of_program(name: str) -> TaskTemplate[Any, Any, Any] | None:
    for env in list_loaded_environments():
        if isinstance(env, TaskEnvironment) and name in env.tasks:
            return env.tasks[name]
    return None


class Task:
    """Deployed tasks (upstream: `flyte.remote.Task`; MAPPING REF-01, REF-08)."""

    @classmethod
    def get(
        cls,
        name: str,
        project: str | None = None,
        domain: str | None = None,
        version: str | None = None,
        auto_version: AutoVersioning | None = None,
    ) -> LazyEntity:
        """The task of a name, looked up later.

        The real SDK asks a server and refuses to run the answer locally (REF-03); here the task of that name in the
        program itself is run.

        Raises:
            ValueError: unless `version` or a known `auto_version` is given.
        """
        if version is None and auto_version is None:
            raise ValueError("Either version or auto_version must be provided.")
        if version is None and auto_version not in ("latest", "current"):
            raise ValueError("auto_version must be either 'latest' or 'current'.")
        return LazyEntity(name)

    @syncify
    @classmethod
    async def listall(
        cls,
        by_task_name: str | None = None,
        by_task_env: str | None = None,
        project: str | None = None,
        domain: str | None = None,
        sort_by: tuple[str, Literal["asc", "desc"]] | None = None,
        limit: int = 100,
        **filters: Any,
    ) -> AsyncIterator[Any]:
        """All deployed tasks; InitializationError."""
        require_client()
        yield None  # type: ignore[unreachable]
