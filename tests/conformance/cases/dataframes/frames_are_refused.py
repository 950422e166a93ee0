"""A bare frame is no reference; a wrong value for a frame fails where it is stored."""

import flyte
import pandas as pd
from conformance_support import caught, local
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-refused")
frame = pd.DataFrame({"a": [1]})


@env.task
def bare() -> DataFrame:
    return frame


@env.task
def take(df: DataFrame) -> str:
    return df.format


@env.task
def number() -> pd.DataFrame:
    return 5


@env.task
def nothing() -> pd.DataFrame:
    return None


def main():
    return [
        caught(lambda: local(bare)),
        caught(lambda: local(take, df=frame))["class"],
        caught(lambda: local(take, df="data.parquet"))["class"],
        caught(lambda: local(number)),
        caught(lambda: local(nothing)),
    ]
