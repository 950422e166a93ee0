"""Wrong types and timeouts are refused when it is made; waiting needs a run (GATE-06)."""

import datetime

import flyte
from conformance_support import caught

env = flyte.TaskEnvironment(name="condition-rejected-settings")


def main():
    return [
        caught(lambda: flyte.new_condition("c", data_type=list)),
        caught(lambda: flyte.new_condition("c", timeout=0)),
        caught(lambda: flyte.new_condition("c", timeout=datetime.timedelta(seconds=-1))),
        caught(lambda: flyte.new_condition(name="c"), message=False),
        caught(lambda: flyte.new_condition("c").wait()),
        flyte.new_condition("c", prompt="p").prompt,
    ]
