"""Every task has a report of its own."""

import flyte
import flyte.report
from conformance_support import only

env = flyte.TaskEnvironment(name="report-nested")


@env.task(report=True)
def child() -> list[str]:
    flyte.report.log("child")
    return flyte.report.get_tab("main").content


@env.task(report=True)
def parent() -> list[list[str]]:
    flyte.report.log("parent")
    return [child(), child(), flyte.report.get_tab("main").content]


def main():
    return only(parent)
