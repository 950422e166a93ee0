"""Tasks that a connector of the cluster runs."""

from __future__ import annotations

import inspect
import re
from typing import Any, NoReturn

from flyte._interface import NativeInterface
from flyte._task import TaskTemplate


class QueryTask(TaskTemplate[Any, Any, Any]):
    """A query on a service. A local run is refused: it would need the service and its credentials.

    Args:
        name: of the task.
        query_template: the text; white space is folded.
        task_type: which connector runs it.
        inputs: their types, by name.
        result: type of the result; None for no output.
    """

    def __init__(
        self,
        name: str,
        query_template: str,
        task_type: str,
        inputs: dict[str, type] | None,
        result: type | None,
        **kwargs: Any,
    ) -> None:
        declared = {key: (kind, inspect.Parameter.empty) for key, kind in (inputs or {}).items()}
        outputs = {"results": result} if result is not None else {}
        super().__init__(
            name=name, interface=NativeInterface(declared, outputs), task_type=task_type, image=None, **kwargs
        )
        self.output_dataframe_type = result
        self.query_template = re.sub(r"\s+", " ", query_template).strip()

    async def execute(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse.

        Raises:
            RuntimeError: always.
        """
        raise RuntimeError(
            f"Task '{self.name}' runs a query on a service ({self.task_type}) and cannot be run by the bundled "
            "runtime. Replace its `execute` in tests."
        )
