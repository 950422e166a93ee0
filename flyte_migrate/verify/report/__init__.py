"""What a verification has to say: a table for people, JSON and JUnit XML for programs."""

from __future__ import annotations

from enum import Enum


class Format(str, Enum):
    """The values of ``--output-format``."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
