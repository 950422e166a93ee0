"""A reference can be read only after it crossed a task border, or outside a run not at all."""

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-too-early")
frame = pd.DataFrame({"a": [1]})


@env.task
def fresh() -> int:
    return len(DataFrame.wrap_df(frame).open(pd.DataFrame).all_sync())


@env.task
async def fresh_async() -> int:
    return len(await DataFrame.wrap_df(frame).open(pd.DataFrame).all())


@env.task
def wrong_type(df: DataFrame) -> int:
    return len(df.open(list).all_sync())


def main():
    frame.to_parquet("data.parquet")
    return [
        caught(lambda: only(fresh)),
        caught(lambda: only(fresh_async)),
        caught(lambda: DataFrame.wrap_df(frame).all_sync()),
        caught(lambda: DataFrame.from_existing_remote("data.parquet").open(pd.DataFrame).all_sync()),
        caught(lambda: only(wrong_type, df=DataFrame.wrap_df(frame))),
    ]
