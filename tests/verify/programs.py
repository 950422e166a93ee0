"""A small program before and after its migration, and a way to verify it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flyte_migrate.project.discover import discover
from flyte_migrate.settings import Settings
from flyte_migrate.verify.model import Options, Result, Verification
from flyte_migrate.verify.session import verify

BEFORE = """
from typing import List, NamedTuple

from flytekit import Resources, conditional, map_task, task, workflow


class Stats(NamedTuple):
    total: int
    largest: int


@task(requests=Resources(cpu="2"))
def double(x: int) -> int:
    if x > 100:
        raise ValueError("too large")
    return 2 * x


@task
def stats(xs: List[int]) -> Stats:
    return Stats(total=sum(xs), largest=max(xs))


@task
def subtract(a: int, b: int) -> int:
    return a - b


@task
def negate(x: int) -> int:
    return -x


@workflow
def main(xs: List[int], limit: int = 4) -> int:
    doubled = map_task(double)(x=xs)
    found = stats(xs=doubled)
    rest = subtract(a=found.total, b=found.largest)
    return conditional("sign").if_(rest > limit).then(negate(x=rest)).else_().then(double(x=rest))
"""

AFTER = """
from typing import List, NamedTuple

import flyte


class Stats(NamedTuple):
    total: int
    largest: int


double_env = flyte.TaskEnvironment(name="program-double", resources=flyte.Resources(cpu="2"))

env = flyte.TaskEnvironment(name="program", depends_on=[double_env])


@double_env.task
def double(x: int) -> int:
    if x > 100:
        raise ValueError("too large")
    return 2 * x


@env.task
def stats(xs: List[int]) -> Stats:
    return Stats(total=sum(xs), largest=max(xs))


@env.task
def subtract(a: int, b: int) -> int:
    return a - b


@env.task
def negate(x: int) -> int:
    return -x


@env.task
def main(xs: List[int], limit: int = 4) -> int:
    doubled = list(flyte.map(double, xs, return_exceptions=False))
    found = stats(xs=doubled)
    rest = subtract(a=found[0], b=found[1])
    if rest > limit:
        result = negate(x=rest)
    else:
        result = double(x=rest)
    return result
"""


def project(folder: Path, **modules: str) -> Path:
    """A project in ``folder`` with these modules."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("")
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text.lstrip("\n"))
    return folder


def verified(folder: Path, **options: Any) -> Verification:
    """What ``verify`` finds in the project in ``folder``."""
    settings = Settings()
    return verify(discover([str(folder)], settings), settings, Options(**options))


def only(verification: Verification) -> Result:
    """The single result."""
    (result,) = verification.results
    return result
