"""What a run has to say, as text for people and in the formats that continuous integration reads.

Each ``as_*`` module has one function ``render(run)``; it is imported only when its format is asked for.
"""

from __future__ import annotations

from enum import Enum
from importlib import import_module

from flyte_migrate.report.run import Run


class Format(str, Enum):
    """The values of ``--output-format``."""

    TEXT = "text"
    CONCISE = "concise"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    SARIF = "sarif"
    JUNIT = "junit"

    @property
    def is_for_people(self) -> bool:
        """Whether it is read on a terminal, so that a diff may stand beside it."""
        return self in (Format.TEXT, Format.CONCISE)


def render(form: Format, run: Run) -> str:
    """The report of ``run`` in a machine format, with a final line end unless it is empty."""
    module = import_module(f"{__name__}.as_{form.value}")
    report: str = module.render(run)
    return report
