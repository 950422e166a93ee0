"""The configuration of BigQuery tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyte.io import DataFrame

from flyteplugins._connector import QueryTask


@dataclass
class BigQueryConfig:
    """Where a query runs, and how."""

    ProjectID: str
    Location: str | None = None
    QueryJobConfig: Any | None = None


class BigQueryTask(QueryTask):
    """A query on BigQuery."""

    _TASK_TYPE = "bigquery_query_job_task"

    def __init__(
        self,
        name: str,
        query_template: str,
        plugin_config: BigQueryConfig,
        inputs: dict[str, type] | None = None,
        output_dataframe_type: type[DataFrame] | None = None,
        google_application_credentials: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, query_template, self._TASK_TYPE, inputs, output_dataframe_type, **kwargs)
        self.plugin_config = plugin_config
        self.google_application_credentials = google_application_credentials
