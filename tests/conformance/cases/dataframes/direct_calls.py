"""Outside a run nothing is stored: the frame or reference is handed on as it is."""

import flyte
import pandas as pd
from conformance_support import caught
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-direct-calls")
frame = pd.DataFrame({"a": [1]})


@env.task
def make() -> DataFrame:
    return DataFrame.wrap_df(frame)


@env.task
def take(df: pd.DataFrame) -> str:
    return type(df).__name__


@env.task
def read(df: DataFrame) -> int:
    return len(df.open(pd.DataFrame).all_sync())


def main():
    return [make().val is frame, make().uri, take(frame), take(make()), caught(lambda: read(make()))]
