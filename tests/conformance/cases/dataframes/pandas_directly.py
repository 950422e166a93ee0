"""pandas frames as results and arguments: values, index and column types after a round trip."""

import flyte
import pandas as pd
from conformance_support import only

env = flyte.TaskEnvironment(name="dataframes-pandas")
frame = pd.DataFrame(
    {"i": [1, 2], "f": [0.5, None], "s": ["x", None], "b": [True, False], "t": pd.to_datetime(["2024-01-01", None])},
    index=["p", "q"],
)


@env.task
def make() -> pd.DataFrame:
    return frame


@env.task
def describe(df: pd.DataFrame) -> list[str]:
    return [str(df.dtypes.astype(str).to_dict()), str(df.index.tolist()), df.to_json(), str(df.equals(frame))]


@env.task
def flow() -> list[str]:
    return describe(make())


def main():
    out = only(make)
    return [only(flow), out.to_json(), out is frame]
