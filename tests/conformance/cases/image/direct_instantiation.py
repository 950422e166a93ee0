"""`Image(...)` itself is refused."""

import flyte
from conformance_support import caught


def main():
    return [caught(lambda: flyte.Image()), caught(lambda: flyte.Image(name="n"))]
