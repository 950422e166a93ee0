"""The constructor ignores what it does not know: the reference is empty (TRAP-30)."""

import flyte
import pandas as pd
from conformance_support import caught, only
from flyte.io import DataFrame

env = flyte.TaskEnvironment(name="dataframes-ignored")
frame = pd.DataFrame({"a": [1]})


@env.task
def empty() -> DataFrame:
    return DataFrame(dataframe=frame)


def main():
    return [
        caught(lambda: DataFrame(dataframe=frame)),
        caught(lambda: DataFrame(val=frame)),
        caught(lambda: DataFrame(frame))["class"],
        caught(lambda: DataFrame(uri="a", format="csv", hash="h")),
        caught(lambda: DataFrame(uri="a", file_format="csv")),
        caught(lambda: only(empty)),
        caught(lambda: setattr(DataFrame(), "dataframe", frame)),
        [name for name in ("dataframe", "file_format", "all_columns") if hasattr(DataFrame(), name)],
    ]
