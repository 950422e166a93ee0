"""The near end of ``program.serve``: a process with flytekit imported, which forks a child for each program."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Seconds for flytekit to be imported, on a busy machine too.
_START = 120.0


class HostError(Exception):
    """The process ended, or answered with something else than was asked for."""


@dataclass(frozen=True)
class Order:
    """A program to run: its job file, its working directory, its variables, and the file for what it prints."""

    job: str
    folder: str
    environment: Mapping[str, str]
    output: str


class Host:
    """Runs one program at a time."""

    def __init__(self, command: Sequence[str], folder: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [*command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._read = b""
        self._child = 0

    def start(self) -> None:
        """Wait until it is ready. Raises HostError."""
        if self._answer("ready", _START) is None:
            raise HostError("it takes too long to start")

    def run(self, order: Order, seconds: float) -> int | None:
        """The exit code of a program, None if it was ended after ``seconds``. Raises HostError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(vars(order)).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise HostError(str(error)) from error
        self._child = int(self._answer("pid", _START) or 0)
        code = self._answer("code", seconds)
        self._end_child()
        if code is None:
            self._answer("code", _START)
        self._child = 0
        return None if code is None else int(code)

    def stop(self) -> None:
        """End it, and the program that it runs."""
        self._end_child()
        _end(self._process.pid)
        self._process.wait()

    def _end_child(self) -> None:
        # The child leads a session of its own, so this reaches what it started and nothing else.
        if self._child:
            _end(self._child)

    def _answer(self, key: str, seconds: float) -> Any:
        """What the next line says of ``key``, None if there is none in time. Raises HostError."""
        assert self._process.stdout is not None
        until = time.monotonic() + seconds
        while b"\n" not in self._read:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                return None
            data = os.read(self._process.stdout.fileno(), 4096)
            if not data:
                raise HostError("it ended")
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        answer = json.loads(line)
        if key not in answer:
            raise HostError(f"it answered {answer}")
        return answer[key]


def _end(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
