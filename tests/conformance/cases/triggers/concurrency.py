"""A run needs room for more than its own action."""

import flyte
from conformance_support import caught


def main():
    return [caught(lambda: flyte.Trigger("t", max_action_concurrency=n)) for n in (0, 2, 100, 1, -1)]
