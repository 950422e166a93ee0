"""Dates and times within containers."""

import datetime

import flyte
from conformance_support import only

env = flyte.TaskEnvironment(name="types-aware-times-in-containers")


ZONE = datetime.timezone(datetime.timedelta(hours=2))


@env.task
def echo(a: list[datetime.datetime], b: datetime.datetime | None, c: dict[str, datetime.date]) -> str:
    return repr((a, b, c))


def main():
    moment = datetime.datetime(2024, 1, 1, 12)
    return only(echo, [moment, moment.replace(tzinfo=ZONE)], moment, {"d": datetime.date(2024, 2, 3)})
