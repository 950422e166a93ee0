"""Colours as plain escape sequences: text that goes to a pipe is never touched, nor read as markup."""

from __future__ import annotations

import os
from enum import Enum
from typing import IO, Any


class Color(str, Enum):
    """The values of ``--color``."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class Style:
    """Wraps text in colours, or leaves it alone when ``enabled`` is false."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled

    @classmethod
    def of(cls, stream: IO[Any], color: Color) -> Style:
        """The style for ``stream``: ``auto`` is on for a terminal, unless ``NO_COLOR`` is set (https://no-color.org)."""
        if color is not Color.AUTO:
            return cls(color is Color.ALWAYS)
        return cls(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    def bold(self, text: str) -> str:
        return self._wrap("1", text)

    def dim(self, text: str) -> str:
        return self._wrap("2", text)

    def red(self, text: str) -> str:
        return self._wrap("31", text)

    def green(self, text: str) -> str:
        return self._wrap("32", text)

    def yellow(self, text: str) -> str:
        return self._wrap("33", text)

    def cyan(self, text: str) -> str:
        return self._wrap("36", text)

    def _wrap(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.enabled and text else text
