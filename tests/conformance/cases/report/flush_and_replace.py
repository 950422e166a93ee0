"""Writing the page before the task ends, and replacing what is in it."""

import os

import flyte
import flyte.report
from conformance_support import only

env = flyte.TaskEnvironment(name="report-flush")


@env.task(report=True)
def task() -> list[bool]:
    path = os.path.join(flyte.ctx().output_path, "report.html")
    found = [os.path.exists(path)]
    flyte.report.log("one")
    found.append(os.path.exists(path))
    flyte.report.log("two", do_flush=True)
    found.append("<div>one\ntwo</div>" in open(path).read())
    flyte.report.replace("three", do_flush=True)
    found.append("<div>three</div>" in open(path).read())
    flyte.report.get_tab("main").log("four")
    flyte.report.flush()
    found.append("<div>three\nfour</div>" in open(path).read())
    return found


def main():
    return only(task)
