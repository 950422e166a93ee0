"""The link from an action to its MLflow run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyte import Link


@dataclass
class Mlflow(Link):
    """A link to the MLflow run of an action, or to `link`."""

    name: str = "MLflow"
    link: str = ""
    _decorator_run_mode: str = ""

    def get_link(
        self,
        run_name: str,
        project: str,
        domain: str,
        context: dict[str, str],
        parent_action_name: str,
        action_name: str,
        pod_name: str,
        **kwargs: Any,
    ) -> str:
        """The URL; "" when there is none."""
        if self.link:
            return self.link
        context = context or {}
        if (self._decorator_run_mode or context.get("mlflow_run_mode")) == "new":
            return ""
        return context.get("_mlflow_link", "")
