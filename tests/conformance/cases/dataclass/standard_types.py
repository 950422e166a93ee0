"""Fields of standard library types."""

import dataclasses
import datetime
import decimal
import pathlib
import typing
import uuid

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="dataclass-standard-types")


@dataclasses.dataclass
class Wide:
    when: datetime.datetime
    day: datetime.date
    span: datetime.timedelta
    path: pathlib.Path
    ident: uuid.UUID
    amount: decimal.Decimal
    raw: bytes
    numbers: set[int]
    anything: typing.Any
    mode: typing.Literal["a", "b"] = "a"


@env.task
def echo(p: Wide) -> Wide:
    return p


def main():
    return repr(
        only(
            echo,
            Wide(
                datetime.datetime(2024, 1, 2, 3),
                datetime.date(2024, 1, 2),
                datetime.timedelta(hours=1),
                pathlib.Path("/a"),
                uuid.UUID(int=3),
                decimal.Decimal("1.10"),
                b"\x00",
                {1},
                {"k": (1, 2)},
            ),
        )
    )
