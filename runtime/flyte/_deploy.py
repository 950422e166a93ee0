"""What a deployment would contain (upstream: `flyte._deploy`; MAPPING section 13). Nothing is deployed from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from ._environment import Environment
from .errors import InitializationError


@dataclass
class DeploymentPlan:
    """Environments by name, those that others depend on included."""

    envs: dict[str, Environment]
    version: str | None = None


def plan_deploy(*envs: Environment, version: str | None = None) -> list[DeploymentPlan]:
    """The environments a deployment would contain, following `depends_on`.

    Raises:
        ValueError: when two of them have one name (MAPPING DEP-02).
        RecursionError: when `depends_on` is cyclic (MAPPING DEP-03).
    """
    found: dict[str, Environment] = {}

    def add(env: Environment, path: tuple[Environment, ...]) -> None:
        if any(env is each for each in path):
            raise RecursionError(f"depends_on is cyclic: {' -> '.join(each.name for each in (*path, env))}")
        known = found.get(env.name)
        if known is not None and known is not env:
            raise ValueError(f"Duplicate environment name '{env.name}' found")
        found[env.name] = env
        for each in env.depends_on:
            add(each, (*path, env))

    for env in envs:
        add(env, ())
    return [DeploymentPlan(found, version)]


def _needs_client() -> NoReturn:
    raise InitializationError(
        "ClientNotInitializedError",
        "user",
        "Client has not been initialized. Call flyte.init() with a valid endpoint/api-key before using this function.",
    )


def deploy(*envs: Environment, **settings: Any) -> NoReturn:
    """Not possible here.

    Raises:
        InitializationError: always, as the real one does without a server.
    """
    _needs_client()


def build_images(*envs: Environment, **settings: Any) -> NoReturn:
    """Not possible here; see `deploy`."""
    _needs_client()


def build(image: Any, **settings: Any) -> NoReturn:
    """Not possible here; see `deploy`."""
    _needs_client()
