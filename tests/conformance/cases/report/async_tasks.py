"""The sync functions are refused in async tasks, their `.aio` and the tabs work (TRAP-17, CTX-21)."""

import os

import flyte
import flyte.report
from conformance_support import only

env = flyte.TaskEnvironment(name="report-async")


@env.task(report=True)
async def task() -> list[str]:
    found = []
    for call in (flyte.report.log, flyte.report.replace):
        try:
            call("x")
        except AssertionError as error:
            found.append(str(error).partition(":")[0])
    try:
        flyte.report.flush()
    except AssertionError as error:
        found.append(str(error).partition(":")[0])
    await flyte.report.log.aio("one")
    flyte.report.get_tab("main").log("two")
    await flyte.report.flush.aio()
    text = open(os.path.join(flyte.ctx().output_path, "report.html")).read()
    found.append(str("<div>one\ntwo</div>" in text))
    await flyte.report.replace.aio("three", do_flush=True)
    return found


def main():
    return only(task)
