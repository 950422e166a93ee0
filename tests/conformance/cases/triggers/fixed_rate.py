"""A fixed rate is a number of minutes; another type is taken without a check (TRAP-23)."""

from datetime import datetime, timedelta, timezone

import flyte
from conformance_support import caught


def main():
    return [
        caught(lambda: flyte.FixedRate(60)),
        str(flyte.FixedRate(interval_minutes=90)),
        caught(lambda: flyte.FixedRate(60, start_time=datetime(2024, 1, 1, tzinfo=timezone.utc))),
        caught(lambda: flyte.FixedRate(timedelta(hours=1))),
        caught(lambda: flyte.FixedRate()),
        caught(lambda: flyte.FixedRate(duration=timedelta(hours=1))),
    ]
