"""Dates and times: naive ones become UTC, others are turned into UTC (SEM-12)."""

import datetime

import flyte
from conformance_support import caught, described, local, only

env = flyte.TaskEnvironment(name="types-times")


ZONE = datetime.timezone(datetime.timedelta(hours=5, minutes=30))


@env.task
def moment(x: datetime.datetime) -> datetime.datetime:
    return x


@env.task
def day(x: datetime.date) -> datetime.date:
    return x


@env.task
def span(x: datetime.timedelta) -> datetime.timedelta:
    return x


def main():
    return [
        described(only(moment, datetime.datetime(2024, 1, 2, 3, 4, 5, 678901))),
        described(only(moment, datetime.datetime(2024, 1, 2, 3, 4, tzinfo=datetime.timezone.utc))),
        described(only(moment, datetime.datetime(2024, 1, 2, 3, 4, tzinfo=ZONE))),
        described(only(day, datetime.date(2024, 1, 2))),
        described(only(day, datetime.datetime(2024, 1, 2, 23, 4))),
        described(only(span, datetime.timedelta(days=-1, microseconds=7))),
        caught(lambda: local(moment, "2024-01-01"), message=False),
        caught(lambda: local(moment, datetime.date(2024, 1, 1)), message=False),
        caught(lambda: local(day, "2024-01-01"), message=False),
        caught(lambda: local(span, 5), message=False),
    ]
