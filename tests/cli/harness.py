"""The types of the fixtures in ``conftest``: what a command gave back, and how the stand-in engine was called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flyte_migrate.project.discover import Candidate, ProjectRoot
from flyte_migrate.settings import Settings


@dataclass(frozen=True)
class Result:
    """What a command gave back."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()


Cli = Callable[..., Result]


@dataclass
class Engine:
    """The stand-in's notes on how it was called."""

    candidates: Sequence[Candidate] = ()
    roots: Sequence[ProjectRoot] = ()
    settings: Settings = field(default_factory=Settings)
