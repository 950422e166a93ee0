"""The format beside a reference is used, the one beside a concrete frame is not."""

from typing import Annotated

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import PARQUET, DataFrame

env = flyte.TaskEnvironment(name="dataframes-formats")
frame = pd.DataFrame({"a": [1, 2]})


@env.task
def csv() -> Annotated[DataFrame, "csv"]:
    return DataFrame.wrap_df(frame)


@env.task
def parquet() -> Annotated[DataFrame, PARQUET]:
    return DataFrame.wrap_df(frame)


@env.task
def unknown() -> Annotated[DataFrame, "orc"]:
    return DataFrame.wrap_df(frame)


@env.task
def concrete() -> Annotated[pd.DataFrame, "csv"]:
    return frame


@env.task
def show(df: DataFrame) -> list[str]:
    return [df.format, df.open(pd.DataFrame).all_sync().to_json()]


@env.task
def flow() -> list[list[str]]:
    return [show(csv()), show(parquet())]


def main():
    return [PARQUET, only(flow), only(concrete).to_json(), caught(lambda: only(unknown))["class"]]
