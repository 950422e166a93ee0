"""Cron expressions and timezones are not checked."""

import flyte
from conformance_support import caught


def main():
    return [
        caught(lambda: flyte.Cron("0 9 * * *")),
        str(flyte.Cron("0 9 * * 1", "Europe/London")),
        flyte.Cron("@daily", timezone="Nowhere").timezone_expression,
        caught(lambda: flyte.Cron("garbage")),
        caught(lambda: flyte.Cron()),
        caught(lambda: flyte.Cron(schedule="0 9 * * *")),
        caught(lambda: flyte.Cron("0 9 * * *", kickoff_time_input_arg="t")),
    ]
