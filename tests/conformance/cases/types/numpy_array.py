"""Arrays are pickled."""

import flyte
import numpy as np
from conformance_support import only

env = flyte.TaskEnvironment(name="types-numpy-array")


@env.task
def twice(x: np.ndarray) -> np.ndarray:
    return x * 2


def main():
    return only(twice, np.array([[1, 2]])).tolist()
