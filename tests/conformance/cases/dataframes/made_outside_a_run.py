"""References made outside a run as arguments of one."""

import flyte
import pandas as pd
from conformance_support import caught, local, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-outside")
frame = pd.DataFrame({"a": [1, 2]})


@env.task
def read(df: DataFrame) -> int:
    return len(df.open(pd.DataFrame).all_sync())


@env.task
def as_pandas(df: pd.DataFrame) -> int:
    return len(df)


def main():
    return [
        only(read, df=DataFrame.wrap_df(frame)),
        caught(lambda: local(read, df=DataFrame.from_local_sync(frame))),
        only(as_pandas, df=DataFrame.from_local_sync(frame)),
        only(as_pandas, df=DataFrame.wrap_df(frame)),
        only(as_pandas, df=frame),
    ]
