"""BigQuery tasks (upstream: `flyteplugins.bigquery`; MAPPING PLG-08)."""

from flyteplugins.bigquery.task import BigQueryConfig, BigQueryTask

__all__ = ["BigQueryConfig", "BigQueryTask"]
