"""App environments of web frameworks (upstream: `flyte.app.extras`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import AppEnvironment, Link

__all__ = ["FastAPIAppEnvironment"]


@dataclass(kw_only=True)
class FastAPIAppEnvironment(AppEnvironment):
    """An environment that serves a FastAPI app.

    Raises:
        TypeError: for an app that is none of FastAPI's.
    """

    app: Any
    type: str | None = "FastAPI"
    uvicorn_config: Any = None

    def __post_init__(self) -> None:
        from fastapi import FastAPI

        super().__post_init__()
        if not isinstance(self.app, FastAPI):
            raise TypeError(f"app must be of type fastapi.FastAPI, got {type(self.app)}")
        self.links = [Link(path="/docs", title="FastAPI OpenAPI Docs", is_relative=True), *self.links]
