"""`File["csv"]` is a class of its own that a plain File is no instance of (TRAP-14)."""

import flyte
from conformance_support import caught, local
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-brackets")
Csv = File["csv"]


@env.task
def make() -> Csv:
    return File(path="data.csv")


@env.task
def take(file: Csv) -> str:
    return type(file).__name__


def main():
    return [
        Csv.__name__,
        issubclass(Csv, File),
        Csv is File["csv"],
        isinstance(File(path="a"), Csv),
        caught(lambda: local(make))["class"],
        caught(lambda: local(take, file=File(path="data.csv")))["class"],
        local(take, file=Csv(path="data.csv"))[0],
        caught(lambda: Csv(path="data.csv")),
    ]
