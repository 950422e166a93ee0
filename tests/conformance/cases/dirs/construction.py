"""What the constructor takes, and the directory that stands for none."""

import pathlib

from conformance_support import caught
from flyte.io import Dir


def main():
    return [
        caught(lambda: Dir("data"))["class"],
        caught(lambda: Dir())["class"],
        caught(lambda: Dir(path=pathlib.Path("data")))["class"],
        caught(lambda: Dir(path="a/b/")),
        caught(lambda: Dir(path="s3://bucket/folder", hash="h")),
        caught(lambda: Dir.from_existing_remote("s3://bucket/folder", dir_cache_key="k")),
        caught(lambda: Dir.empty()),
        [Dir.empty().is_empty, Dir(path="a").is_empty],
        caught(lambda: {Dir(path="a"): 1}),
        Dir["png"].__name__,
        [n for n in ("listdir", "crawl", "new_file", "new_dir", "remote_source", "sep") if hasattr(Dir(path="a"), n)],
    ]
