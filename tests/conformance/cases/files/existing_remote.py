"""References to files that exist already: nothing is copied, checked or read."""

import flyte
from conformance_support import local
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-existing-remote")


@env.task
def show(file: File) -> list[str]:
    return [file.path, file.name, file.format, str(file.hash)]


def main():
    return [
        local(show, file=File.from_existing_remote("s3://bucket/folder/data.csv"))[0],
        local(show, file=File.from_existing_remote("s3://bucket/data.csv", file_cache_key="k"))[0],
        local(show, file=File(path="missing/data.csv", format="csv"))[0],
        local(show, file=File(path="data.csv", name="other"))[0],
    ]
