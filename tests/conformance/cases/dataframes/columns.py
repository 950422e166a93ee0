"""Declared columns limit what is read, of frames and of references."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-columns")
frame = pd.DataFrame({"a": [1], "b": ["x"], "c": [0.5]})


@dataclass
class Schema:
    a: int
    c: float


@env.task
def of_frame(df: Annotated[pd.DataFrame, OrderedDict(a=int, c=float)]) -> list[str]:
    return list(df.columns)


@env.task
def of_reference(df: Annotated[DataFrame, OrderedDict(b=str)]) -> list[str]:
    return list(df.open(pd.DataFrame).all_sync().columns)


@env.task
def of_result() -> Annotated[DataFrame, OrderedDict(a=int)]:
    return DataFrame.wrap_df(frame)


@env.task
def of_class(df: Annotated[pd.DataFrame, Schema]) -> list[str]:
    return list(df.columns)


@env.task
def all_of(df: DataFrame) -> list[str]:
    return list(df.open(pd.DataFrame).all_sync().columns)


@env.task
def flow() -> list[list[str]]:
    return [of_frame(frame), of_reference(DataFrame.wrap_df(frame)), all_of(of_result()), of_class(frame)]


def unknown_type():
    @env.task
    def bad(df: Annotated[pd.DataFrame, OrderedDict(a=complex)]) -> int:
        return len(df)

    return only(bad, df=frame)


def main():
    return [only(flow), caught(unknown_type)["class"]]
