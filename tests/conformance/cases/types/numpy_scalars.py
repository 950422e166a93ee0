"""numpy scalars: float64 is a float, int64 is no int (TYP-76)."""

import flyte
import numpy as np
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-numpy-scalars")


@env.task
def real(x: float) -> float:
    return x


@env.task
def whole(x: int) -> int:
    return x


@env.task
def truth(x: bool) -> bool:
    return x


def main():
    return [
        described(only(real, np.float64(1.5))),
        caught(lambda: local(real, np.float32(1.5)), message=False),
        caught(lambda: local(whole, np.int64(2)), message=False),
        caught(lambda: local(truth, np.bool_(True)), message=False),
    ]
