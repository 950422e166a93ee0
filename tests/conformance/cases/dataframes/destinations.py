"""A frame stored where one says."""

import os

import flyte
import pandas as pd
from conformance_support import only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-destinations")
frame = pd.DataFrame({"a": [1, 2]})


@env.task
def store(where: str) -> list[DataFrame]:
    return [
        DataFrame.from_local_sync(frame, remote_destination=os.path.join(where, "one")),
        DataFrame.wrap_df(frame, uri=os.path.join(where, "two")),
    ]


@env.task
def show(frames: list[DataFrame]) -> list[str]:
    return [f"{os.path.basename(df.uri)} {os.listdir(df.uri)} {len(df.open(pd.DataFrame).all_sync())}" for df in frames]


@env.task
def flow(where: str) -> list[str]:
    return show(store(where))


def main():
    return only(flow, os.getcwd())
