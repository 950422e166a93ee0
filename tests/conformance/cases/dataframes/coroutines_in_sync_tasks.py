"""`all()` gives a coroutine in a sync task (TRAP-16)."""

import flyte
import pandas as pd
from conformance_support import only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-coroutines")


@env.task
def kinds(df: DataFrame) -> list[str]:
    made = [df.open(pd.DataFrame).all(), DataFrame.from_local(pd.DataFrame())]
    names = [type(each).__name__ for each in made]
    for each in made:
        each.close()
    return names


def main():
    return only(kinds, df=DataFrame.wrap_df(pd.DataFrame({"a": [1]})))
