"""References from async tasks; the sync reading method fails there."""

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-async")
frame = pd.DataFrame({"a": [1, 2, 3]})


@env.task
async def make() -> DataFrame:
    return await DataFrame.from_local(frame)


@env.task
async def read(df: DataFrame) -> int:
    return len(await df.open(pd.DataFrame).all())


@env.task
async def read_sync(df: DataFrame) -> int:
    return len(df.open(pd.DataFrame).all_sync())


@env.task
async def iterate(df: DataFrame) -> str:
    made = df.open(pd.DataFrame).iter()
    kind = type(made).__name__
    try:
        await made
    except KeyError as error:
        return f"{kind} {error}"
    return kind


@env.task
async def flow() -> list[str]:
    df = await make()
    return [str(await read(df)), await iterate(df)]


def main():
    return [only(flow), caught(lambda: only(read_sync, df=DataFrame.wrap_df(frame)))]
