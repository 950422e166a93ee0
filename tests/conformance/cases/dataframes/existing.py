"""Tables that exist already: formats, what they become, and missing ones."""

import os

import flyte
import pandas as pd
from conformance_support import caught, local, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-existing")
frame = pd.DataFrame({"a": [1, 2]})


@env.task
def read(df: DataFrame) -> list[str]:
    return [df.open(pd.DataFrame).all_sync().to_json(), df.format, os.path.basename(df.uri)]


@env.task
def as_pandas(df: pd.DataFrame) -> int:
    return len(df)


@env.task
def within(path: str) -> list[str]:
    df = DataFrame.from_existing_remote(path)
    return [df.open(pd.DataFrame).all_sync().to_json(), str(df.uri == path), df.format, str(df.literal is not None)]


def main():
    frame.to_csv("data.csv", index=False)
    frame.to_parquet("data.parquet")
    csv, parquet = os.path.abspath("data.csv"), os.path.abspath("data.parquet")
    return [
        only(read, df=DataFrame.from_existing_remote(csv, format="csv")),
        only(read, df=DataFrame.from_existing_remote(parquet, format="parquet")),
        only(read, df=DataFrame.from_existing_remote(parquet)),
        only(read, df=DataFrame(uri=parquet)),
        only(as_pandas, df=DataFrame.from_existing_remote(parquet)),
        only(within, parquet),
        caught(lambda: local(read, df=DataFrame()))["message"],
        caught(lambda: local(read, df=DataFrame.from_existing_remote("/missing/data.parquet"))),
        caught(lambda: local(read, df=DataFrame.from_existing_remote(csv)))["class"],
    ]
