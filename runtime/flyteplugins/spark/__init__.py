"""Spark tasks (upstream: `flyteplugins.spark`; MAPPING PLG-01)."""

from flyteplugins.spark.task import Spark

__all__ = ["Spark"]
