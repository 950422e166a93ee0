"""Frames and references in lists, dicts, optionals and dataclasses."""

from dataclasses import dataclass

import flyte
import pandas as pd
from conformance_support import only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-in-containers")
frame = pd.DataFrame({"a": [1, 2]})


@dataclass
class Result:
    name: str
    table: DataFrame


@env.task
def make() -> tuple[list[pd.DataFrame], dict[str, DataFrame], Result]:
    return [frame, frame.head(1)], {"k": DataFrame.wrap_df(frame)}, Result("r", DataFrame.wrap_df(frame))


@env.task
def read(frames: list[pd.DataFrame], by_name: dict[str, DataFrame], result: Result) -> list[int]:
    opened = [df.open(pd.DataFrame).all_sync() for df in (by_name["k"], result.table)]
    return [len(df) for df in (*frames, *opened)]


@env.task
def optional(df: pd.DataFrame | None = None, ref: DataFrame | None = None) -> list[str]:
    return [type(df).__name__, type(ref).__name__]


@env.task
def flow() -> list[int]:
    frames, by_name, result = make()
    return read(frames, by_name, result)


def main():
    return [only(flow), only(optional), only(optional, df=frame, ref=DataFrame.wrap_df(frame))]
