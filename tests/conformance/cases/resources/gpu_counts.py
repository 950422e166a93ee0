"""A number of GPUs is an int: text, tuples and negative numbers are refused, 0 means none."""

import flyte
from conformance_support import caught, described


def gpu(value):
    return caught(lambda: flyte.Resources(gpu=value))


def main():
    return [
        *(gpu(value) for value in (1, 0, 8, True, -1, 1.5, (1, 2), [1], ("A100", 1))),
        gpu("1")["class"],
        described(flyte.Resources(gpu=0).get_device()),
        described(flyte.Resources(gpu=3).get_device()),
        described(flyte.Resources().get_device()),
    ]
