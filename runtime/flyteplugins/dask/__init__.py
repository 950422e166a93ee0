"""Dask tasks (upstream: `flyteplugins.dask`; MAPPING PLG-04)."""

from flyteplugins.dask.task import Dask, Scheduler, WorkerGroup

__all__ = ["Dask", "Scheduler", "WorkerGroup"]
