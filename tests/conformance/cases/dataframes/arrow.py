"""Arrow tables, and reading a table as another type than it was made from."""

import flyte
import pandas as pd
import pyarrow as pa
from conformance_support import caught, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-arrow")
table = pa.table({"a": [1, 2], "b": ["x", "y"]})


@env.task
def same(t: pa.Table) -> pa.Table:
    return t


@env.task
def reference() -> DataFrame:
    return DataFrame.wrap_df(table)


@env.task
def both(df: DataFrame) -> list[str]:
    return [type(df.open(kind).all_sync()).__name__ for kind in (pd.DataFrame, pa.Table)]


@env.task
def as_pandas(df: pd.DataFrame) -> str:
    return df.to_json()


@env.task
def flow() -> list[str]:
    return [*both(reference()), as_pandas(reference())]


def main():
    return [only(same, t=table).to_pydict(), only(flow), caught(lambda: only(as_pandas, df=table))]
