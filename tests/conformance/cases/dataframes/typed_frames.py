"""Pandera's typed frames are validated on the way out and on the way in."""

import flyte
import pandas as pd
import pandera.pandas as pa
from conformance_support import caught, only
from pandera.typing.pandas import DataFrame as Typed

flyte.init()
env = flyte.TaskEnvironment(name="dataframes-typed")


class Positive(pa.DataFrameModel):
    a: int = pa.Field(gt=0)


class Plain(pa.DataFrameModel):
    a: int


@env.task
def good() -> Typed[Positive]:
    return pd.DataFrame({"a": [1, 2]})


@env.task
def bad() -> Typed[Positive]:
    return pd.DataFrame({"a": [-1, 2]})


@env.task
def plain() -> Typed[Plain]:
    return pd.DataFrame({"a": [-1, 2]})


@env.task
def take(df: Typed[Positive]) -> str:
    return f"{type(df).__name__} {df['a'].tolist()}"


@env.task
def take_pandas(df: pd.DataFrame) -> int:
    return len(df)


@env.task
def flow() -> list[str]:
    return [take(good()), str(take_pandas(good()))]


@env.task
def bad_flow() -> str:
    return take(plain())


def main():
    return [
        only(flow),
        caught(lambda: only(bad), message=False),
        caught(lambda: only(bad_flow), message=False),
        caught(lambda: only(take, df=pd.DataFrame({"a": [0]})), message=False),
        caught(lambda: only(take, df=3), message=False),
    ]
