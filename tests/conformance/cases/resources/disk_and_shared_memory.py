"""Disk and shared memory: text only; "auto" shared memory is the largest there is."""

import flyte
from conformance_support import caught

Resources = flyte.Resources


def main():
    return [
        caught(lambda: Resources(disk="10Gi")),
        caught(lambda: Resources(disk=10)),
        caught(lambda: Resources(disk=("1Gi", "2Gi"))),
        caught(lambda: Resources(shm=True)),
        Resources(shm="auto").get_shared_memory(),
        Resources(shm="2Gi").get_shared_memory(),
        Resources().get_shared_memory(),
    ]
