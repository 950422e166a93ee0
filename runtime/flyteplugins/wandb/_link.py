"""The links from an action to its run or sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyte import Link

from flyteplugins.wandb._context import RankScope, RunMode


@dataclass
class Wandb(Link):
    """A link to the run of an action."""

    host: str = "https://wandb.ai"
    project: str | None = None
    entity: str | None = None
    run_mode: RunMode = "auto"
    rank_scope: RankScope = "global"
    id: str | None = None
    name: str = "Weights & Biases"
    _is_distributed: bool = False
    _worker_index: int | None = None

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
        """The URL: of the run, else of the project, else of the host."""
        context = context or {}
        host = context.get("wandb_host") or self.host
        home = _home(host, self.project, self.entity, context)
        if home is None:
            return host
        own = self.id or context.get("wandb_id") or f"{run_name}-{action_name}"
        parent = context.get("_wandb_run_id")
        if self._is_distributed:
            by_worker = self._worker_index is not None and self.rank_scope == "worker"
            kind = "groups" if self.run_mode == "new" else "runs"
            return f"{home}/{kind}/{own}" + (f"-worker-{self._worker_index}" if by_worker else "")
        if self.run_mode == "shared" and not parent:
            return home
        return f"{home}/runs/{parent if parent and self.run_mode != 'new' else own}"


@dataclass
class WandbSweep(Link):
    """A link to the sweep of an action."""

    host: str = "https://wandb.ai"
    project: str | None = None
    entity: str | None = None
    id: str | None = None
    name: str = "Weights & Biases Sweep"

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
        """The URL: of the sweep, else of all sweeps, else of the host."""
        context = context or {}
        host = context.get("wandb_host") or self.host
        home = _home(host, self.project, self.entity, context)
        if home is None:
            return host
        sweep = self.id or context.get("_wandb_sweep_id")
        return f"{home}/sweeps/{sweep}" if sweep else f"{home}/sweeps"


def _home(host: str, project: str | None, entity: str | None, context: dict[str, str]) -> str | None:
    project = project or context.get("wandb_project")
    entity = entity or context.get("wandb_entity")
    return f"{host}/{entity}/{project}" if project and entity else None
