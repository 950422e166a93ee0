"""The two loggers of the SDK: its own (`flyte`) and the user's (`flyte.user`; MAPPING IMP-40)."""

from __future__ import annotations

import logging
import os

_FORMAT = "%(message)s"


def _level(variable: str, default: int) -> int:
    value = os.environ.get(variable, "")
    if value.isdigit():
        return int(value)
    named = logging.getLevelName(value.upper()) if value else default
    return named if isinstance(named, int) else default


def _logger(name: str, variable: str, default: int) -> logging.Logger:
    found = logging.getLogger(name)
    found.propagate = False
    found.setLevel(_level(variable, default))
    if not found.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(_FORMAT))
        found.addHandler(handler)
    return found


system_logger = _logger("flyte", "LOG_LEVEL", logging.WARNING)
user_logger = _logger("flyte.user", "USER_LOG_LEVEL", logging.INFO)
logger = system_logger
