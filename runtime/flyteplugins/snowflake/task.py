"""The configuration of Snowflake tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flyteplugins._connector import QueryTask


@dataclass
class SnowflakeConfig:
    """Where a query runs, and as whom."""

    account: str
    database: str
    schema: str
    warehouse: str
    user: str
    connection_kwargs: dict[str, Any] | None = None


class Snowflake(QueryTask):
    """A query on Snowflake; inputs stand in it as `%(name)s`."""

    _TASK_TYPE = "snowflake"

    def __init__(
        self,
        name: str,
        query_template: str,
        plugin_config: SnowflakeConfig,
        inputs: dict[str, type] | None = None,
        output_dataframe_type: type | None = None,
        secret_group: str | None = None,
        snowflake_private_key: str | None = None,
        snowflake_private_key_passphrase: str | None = None,
        batch: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, query_template, self._TASK_TYPE, inputs, output_dataframe_type, **kwargs)
        self.plugin_config = plugin_config
        self.batch = batch
        self.secret_group = secret_group
        self.snowflake_private_key = snowflake_private_key
        self.snowflake_private_key_passphrase = snowflake_private_key_passphrase
