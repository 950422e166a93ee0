"""Frames count for the cache by their declared hash only."""

from typing import Annotated

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import DataFrame, HashFunction

env = flyte.TaskEnvironment(name="dataframes-hashes")
frame = pd.DataFrame({"a": [1, 2]})
by_length = HashFunction.from_fn(lambda df: str(len(df)))
calls = []


@env.task(cache="auto")
def cached(df: pd.DataFrame) -> int:
    calls.append(1)
    return len(calls)


@env.task
def hashed() -> Annotated[pd.DataFrame, by_length]:
    return frame


@env.task
def known() -> DataFrame:
    return DataFrame.from_local_sync(frame, hash_method="known")


@env.task
def computed() -> DataFrame:
    return DataFrame.from_local_sync(frame, hash_method=by_length)


@env.task
def flow() -> list[int]:
    return [cached(frame), cached(frame), cached(hashed()), cached(hashed()), cached(known()), cached(known())]


def main():
    by_length.update(frame)
    twice = Annotated[pd.DataFrame, by_length, HashFunction.from_fn(str)]

    def declare():
        @env.task
        def bad(df: twice) -> int:
            return 1

        return only(bad, df=frame)

    return [only(flow), only(known).hash, only(computed).hash, by_length.result(), caught(declare)["class"]]
