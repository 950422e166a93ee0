"""pandas Series are pickled."""

import flyte
import pandas as pd
from conformance_support import only

env = flyte.TaskEnvironment(name="types-series")


@env.task
def twice(x: pd.Series) -> pd.Series:
    return x * 2


def main():
    return only(twice, pd.Series([1, 2], name="n")).to_dict()
