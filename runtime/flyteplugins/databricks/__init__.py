"""Databricks tasks (upstream: `flyteplugins.databricks`; MAPPING PLG-02)."""

from flyteplugins.databricks.task import Databricks

__all__ = ["Databricks"]
