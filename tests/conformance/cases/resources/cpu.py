"""CPU: numbers, text and (request, limit) tuples; lists, half-empty pairs and negative numbers are refused."""

import flyte
from conformance_support import caught


def cpu(value):
    return caught(lambda: flyte.Resources(cpu=value))


def main():
    values = (1, 0.5, "500m", 0, ("1", "2"), (1, 2), ["1", "2"], ("1",), ("1", "2", "3"), ("1", None), (None, 2))
    return [cpu(value) for value in (*values, -1, (-1, 2), (1, -2), {}, b"1", True, ((1, 2), 3))]
