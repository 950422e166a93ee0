"""Memory: text and (request, limit) tuples only; the old `mem` and `storage` are no fields."""

import flyte
from conformance_support import caught


def memory(value):
    return caught(lambda: flyte.Resources(memory=value))


def main():
    values = ("1Gi", ("1Gi", "2Gi"), ["1Gi", "2Gi"], ("1Gi",), ("1Gi", None), ("1Gi", 2), 1024, 1.5, True)
    return [
        *(memory(value) for value in values),
        caught(lambda: flyte.Resources(mem="1Gi")),
        caught(lambda: flyte.Resources(storage="1Gi")),
        caught(lambda: flyte.Resources(ephemeral_storage="1Gi")),
    ]
