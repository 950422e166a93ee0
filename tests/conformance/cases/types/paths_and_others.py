"""Types of the standard library that are pickled."""

import datetime
import decimal
import pathlib
import uuid

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-paths-and-others")


@env.task
def echo(p: pathlib.Path, u: uuid.UUID, d: decimal.Decimal, t: datetime.time) -> str:
    return repr((str(p), str(u), str(d), str(t)))


def main():
    return only(echo, pathlib.Path("/a/b"), uuid.UUID(int=5), decimal.Decimal("1.50"), datetime.time(1, 2))
