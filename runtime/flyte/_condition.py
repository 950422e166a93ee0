"""`flyte.new_condition`: a run waits for a person; locally it asks on stdin.

Upstream: `flyte._condition`; MAPPING section 10.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from ._context import internal_ctx
from .errors import ConditionTimedoutError
from .syncify import syncify

PromptType = Literal["text", "markdown"]

_TYPES = (bool, int, float, str)


@dataclass
class ConditionWebhook:
    """An HTTP call made when a condition is created."""

    url: str
    payload: dict[str, Any] | None = None


@dataclass
class _Condition:
    """A condition that can be waited for.

    Raises:
        TypeError: for a data type other than bool, int, float, str.
        ValueError: for a timeout that is not positive.
    """

    name: str
    prompt: str = "Approve?"
    prompt_type: PromptType = "text"
    data_type: type = bool
    description: str = ""
    timeout: timedelta | int | float | None = None
    webhook: ConditionWebhook | None = None

    def __post_init__(self) -> None:
        if self.data_type not in _TYPES:
            raise TypeError(f"Invalid data_type {self.data_type}. Must be one of {_TYPES}.")
        self._timeout_seconds: float | None = None
        if self.timeout is not None:
            given = self.timeout
            self._timeout_seconds = given.total_seconds() if isinstance(given, timedelta) else float(given)
            if self._timeout_seconds <= 0:
                raise ValueError("timeout must be positive")

    @syncify
    async def wait(self) -> Any:
        """Ask for the value and return it.

        Raises:
            RuntimeError: outside a run.
            EOFError: when stdin ends.
            ConditionTimedoutError: when nobody answers in time.
        """
        if not internal_ctx().is_task_context():
            raise RuntimeError("Conditions can only be awaited within a task context.")
        if self._timeout_seconds is None:
            return self._ask()
        loop = asyncio.get_running_loop()
        try:
            return await asyncio.wait_for(loop.run_in_executor(None, self._ask), timeout=self._timeout_seconds)
        except asyncio.TimeoutError:
            raise ConditionTimedoutError(
                f"Condition '{self.name}' was not signaled within {self._timeout_seconds} seconds."
            ) from None

    def _ask(self) -> Any:
        print(f"\nCondition: {self.name}")
        if self.description:
            print(self.description)
        if self.data_type is bool:
            return self._ask_yes_or_no()
        while True:
            answer = input(f"{self.prompt}: ")
            try:
                return self.data_type(answer.strip())
            except ValueError:
                print(f"Please enter a valid {self.data_type.__name__}")

    def _ask_yes_or_no(self) -> bool:
        while True:
            answer = input(f"{self.prompt} [y/n]: ").strip().lower()
            if answer in ("y", "n"):
                return answer == "y"
            print("Please enter Y or N")


@syncify
async def new_condition(
    name: str,
    /,
    prompt: str = "Approve?",
    prompt_type: PromptType = "text",
    data_type: type = bool,
    description: str = "",
    timeout: timedelta | int | float | None = None,
    webhook: ConditionWebhook | None = None,
) -> _Condition:
    """Make a condition; its `wait()` asks for the value.

    Raises:
        TypeError: for a data type other than bool, int, float, str.
        ValueError: for a timeout that is not positive.
    """
    return _Condition(name, prompt, prompt_type, data_type, description, timeout, webhook)
