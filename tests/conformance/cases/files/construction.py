"""What the constructor takes: keywords, a text path; unknown ones are ignored, unknown attributes refused."""

import pathlib

from conformance_support import caught
from flyte.io import File


def main():
    file = File(path="folder/data.txt")
    file.path = "other.txt"
    return [
        caught(lambda: File("data.txt"))["class"],
        caught(lambda: File())["class"],
        caught(lambda: File(path=pathlib.Path("data.txt")))["class"],
        caught(lambda: File(path=3))["class"],
        caught(lambda: File(path="data.txt", remote_path="s3://b/k")),
        caught(lambda: File(path="data.txt", name="n", format="csv", hash="h")),
        caught(lambda: setattr(file, "extension", "csv")),
        [file.path, file.name],
        file.model_dump(),
        File(path="a") == File(path="a"),
        File(path="a") == File(path="b"),
        File(path="s3://bucket/key/data.csv").name,
    ]
