"""A DataFrame reference made from a frame, read in another task."""

import flyte
import pandas as pd
from conformance_support import only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-references")
frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})


@env.task
def wrapped() -> DataFrame:
    return DataFrame.wrap_df(frame)


@env.task
def older_name() -> DataFrame:
    return DataFrame.from_df(frame)


@env.task
def from_local() -> DataFrame:
    return DataFrame.from_local_sync(frame)


@env.task
def read(df: DataFrame) -> list[str]:
    opened = df.open(pd.DataFrame)
    return [df.open(pd.DataFrame).all_sync().to_json(), df.format, str(df.val), str(opened is df), str(df.hash)]


@env.task
def as_pandas(df: pd.DataFrame) -> int:
    return len(df)


@env.task
def flow() -> list[list[str]]:
    return [read(wrapped()), read(older_name()), read(from_local()), [str(as_pandas(wrapped()))]]


def main():
    return only(flow)
