"""Files in lists, dicts, optionals, dataclasses and tuples."""

import pathlib
from dataclasses import dataclass

import flyte
from conformance_support import only
from flyte.io import File

flyte.init()
env = flyte.TaskEnvironment(name="files-in-containers")


@dataclass
class Report:
    title: str
    page: File
    extra: File | None = None


def made(name):
    pathlib.Path(name).write_text(name)
    return File.from_local_sync(name)


@env.task
def make() -> tuple[list[File], dict[str, File], Report]:
    return [made("a"), made("b")], {"k": made("c")}, Report("t", made("d"))


@env.task
def read(files: list[File], by_name: dict[str, File], report: Report, none: File | None = None) -> list[str]:
    every = [*files, by_name["k"], report.page]
    return [*(pathlib.Path(f.download_sync()).read_text() for f in every), str(report.extra), str(none), every[-1].name]


@env.task
def flow() -> list[str]:
    files, by_name, report = make()
    return read(files, by_name, report)


def main():
    return only(flow)
