"""The report of a task with `report=True` is a page in its output folder; without it there is none."""

import os

import flyte
import flyte.report
from conformance_support import caught, only

env = flyte.TaskEnvironment(name="report-written")
folders = []


def page(folder):
    path = os.path.join(folder, "report.html")
    if not os.path.exists(path):
        return None
    text = open(path).read()
    return [text.count("<li onclick"), ">main<" in text, "<div>one\ntwo</div>" in text, "<div><b>t</b></div>" in text]


@env.task(report=True)
def with_report() -> None:
    folders.append(flyte.ctx().output_path)
    flyte.report.log("one")
    flyte.report.log("two")
    flyte.report.get_tab("<details>").log("<b>t</b>")


@env.task
def without() -> None:
    folders.append(flyte.ctx().output_path)
    flyte.report.log("one")


@env.task(report=True)
def only_a_tab() -> None:
    folders.append(flyte.ctx().output_path)
    flyte.report.get_tab("details").log("<b>t</b>")


@env.task(report=True)
def failing() -> None:
    folders.append(flyte.ctx().output_path)
    flyte.report.log("one")
    raise ValueError("no")


@env.task
def parent() -> None:
    folders.append(flyte.ctx().output_path)
    with_report()


def main():
    for task in (with_report, without, only_a_tab, parent):
        only(task)
    caught(lambda: only(failing))
    return [page(folder) for folder in folders]
