"""BigQuery and Snowflake tasks: configuration, interface, folded query text."""

import stand_ins

stand_ins.install()

import pandas as pd
from conformance_support import caught, described
from flyte.io import DataFrame
from flyteplugins.bigquery import BigQueryConfig, BigQueryTask
from flyteplugins.snowflake import Snowflake, SnowflakeConfig

account = SnowflakeConfig(account="a", database="d", schema="s", warehouse="w", user="u")


def shown(task):
    return [task.name, task.task_type, task.query_template, list(task.interface.inputs), list(task.interface.outputs)]


def main():
    query = "SELECT *\n\tFROM t  WHERE x = @x"
    big = BigQueryTask(
        name="q",
        query_template=query,
        plugin_config=BigQueryConfig(ProjectID="p", Location="EU"),
        inputs={"x": int},
        output_dataframe_type=DataFrame,
    )
    return [
        described(BigQueryConfig(ProjectID="p")),
        described(account),
        shown(big),
        shown(Snowflake("s", query, account, output_dataframe_type=pd.DataFrame, batch=True)),
        caught(lambda: BigQueryConfig()),
        caught(lambda: SnowflakeConfig(account="a")),
        caught(lambda: BigQueryTask(name="q", query_template=query, task_config=None)),
        caught(lambda: BigQueryTask("q", query, BigQueryConfig("p"), output_structured_dataset_type=DataFrame)),
        caught(lambda: Snowflake("s", query, account, output_schema_type=DataFrame)),
    ]
