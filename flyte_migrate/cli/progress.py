"""A progress line on standard error: only on a terminal, and only once the work has taken a second.

No thread draws it: worker processes are forked while it is in use.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType

_PATIENCE = 1.0
_INTERVAL = 0.1


class Progress:
    """Call it with (done, total); as a context manager it takes the line away before anything else is written."""

    def __init__(self, verb: str, quiet: bool = False, of: str = "files") -> None:
        self._verb = verb
        self._of = of
        self._silent = quiet or not sys.stderr.isatty()
        self._due = time.monotonic() + _PATIENCE
        self._drawn = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._silent or now < self._due:
            return
        self._due = now + _INTERVAL
        self._drawn = True
        sys.stderr.write(f"\r\x1b[K{self._verb} {done} of {total} {self._of} ({100 * done // max(total, 1)} %)")
        sys.stderr.flush()
