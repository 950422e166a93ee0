"""Runs jobs in forked children of one process, so that flytekit, which takes seconds to import, is imported once.

Orders come as lines of JSON on standard input. For each, two lines of JSON go out: the child's process id when it has
started, its exit code when it has ended. A child has a session, a home and a working directory of its own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from typing import Any

from . import flyte1, main

Order = dict[str, Any]


def serve() -> None:
    """Serve until standard input ends. The first line says that the SDK is there."""
    replies = os.dup(1)
    os.dup2(2, 1)
    flyte1.prepare(strict=False)
    _reply(replies, {"ready": True})
    for line in sys.stdin:
        order: Order = json.loads(line)
        child = os.fork()
        if not child:
            os.close(replies)
            _run(order)
        _reply(replies, {"pid": child})
        _, status = os.waitpid(child, 0)
        _reply(replies, {"code": os.waitstatus_to_exitcode(status)})


def _reply(stream: int, message: dict[str, Any]) -> None:
    os.write(stream, json.dumps(message).encode() + b"\n")


def _run(order: Order) -> None:
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    tempfile.tempdir = None
    flyte1.forget_names()
    main.main(order["job"])
