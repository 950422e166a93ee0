"""What the cases have in common. Works on both runtimes and imports neither before a case does."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any


def local(task: Any, *args: Any, **kwargs: Any) -> Any:
    """The outputs of a local run."""
    import flyte

    return flyte.with_runcontext(mode="local").run(task, *args, **kwargs).outputs()


def only(task: Any, *args: Any, **kwargs: Any) -> Any:
    """The single output of a local run."""
    return local(task, *args, **kwargs)[0]


_ADDRESS = re.compile(r"0x[0-9a-f]+")


def error_of(error: BaseException, message: bool = True) -> dict[str, Any]:
    """An exception as data: class, `code`, its bases that user code can catch, and the message."""
    shown: dict[str, Any] = {"class": type(error).__name__, "code": getattr(error, "code", None)}
    if message:
        shown["message"] = _ADDRESS.sub("0x…", str(error))
    return shown


def caught(call: Callable[[], Any], message: bool = True) -> Any:
    """What a call raises, as data; or `{"returned": ...}`."""
    try:
        value = call()
    except BaseException as error:
        return error_of(error, message)
    return {"returned": described(value)}


def described(value: Any) -> str:
    """Type and repr of a value."""
    return f"{type(value).__name__} {_ADDRESS.sub('0x…', repr(value))}"


@contextlib.contextmanager
def answers(text: str) -> Iterator[None]:
    """Feed stdin."""
    before = sys.stdin
    sys.stdin = io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before
