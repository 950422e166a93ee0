"""Artifacts: what can be one, the checks of their metadata, and that the value travels as it is."""

import datetime
import pathlib

import flyte
from conformance_support import caught, only
from flyte import artifacts
from flyte.io import DataFrame, Dir, File

flyte.init()
env = flyte.TaskEnvironment(name="extras-artifacts")
day = datetime.date(2024, 1, 1)
Metadata = artifacts.Metadata


@env.task
def make() -> File:
    pathlib.Path("model.bin").write_text("weights")
    return artifacts.new(File.from_local_sync("model.bin"), Metadata(name="model", version="1"))


@env.task
def read(file: File) -> str:
    return pathlib.Path(file.download_sync()).read_text()


@env.task
def flow() -> str:
    with artifacts.produces(o0=Metadata(name="m")):
        return read(make())


def main():
    wrapped = artifacts.new(Dir(path="d"), Metadata(name="m", partitions={"date": day, "region": "us"}))
    return [
        only(flow),
        [isinstance(wrapped, Dir), wrapped.path, wrapped.get_artifact_metadata().name, str(wrapped), repr(wrapped)],
        caught(lambda: artifacts.new(3, Metadata(name="m"))),
        artifacts.new(DataFrame(), Metadata(name="m")).get_artifact_metadata().version,
        caught(lambda: Metadata()),
        caught(lambda: Metadata("m")),
        caught(lambda: Metadata(name="m", partitions={"": "x"})),
        caught(lambda: Metadata(name="m", partitions={"a": None})),
        caught(lambda: Metadata(name="m", partitions={"a": day, "b": day})),
        caught(lambda: Metadata(name="m", parents=("",))),
        caught(lambda: Metadata(name="m", parents=(1,))),
        caught(lambda: Metadata(name="m", parents=("v",) * 33)),
        caught(lambda: artifacts.TimePartition(day, "year")),
        caught(lambda: artifacts.TimePartition("2024-01-01")),
        Metadata.create_model_metadata(name="m", framework="torch", modality=("text", "image")).attrs,
        caught(lambda: artifacts.Card.create_from())["class"],
    ]
