"""Secrets are read from the environment (CTX-09)."""

import os
from unittest import mock

import flyte
from conformance_support import caught, local, only

env = flyte.TaskEnvironment(name="mocks-monkeypatched-environment-variables")


@env.task
def secret() -> str:
    return os.environ["CONFORMANCE_SECRET"]


def main():
    with mock.patch.dict(os.environ, {"CONFORMANCE_SECRET": "s"}):
        found = only(secret)
    return [found, caught(lambda: local(secret))]
