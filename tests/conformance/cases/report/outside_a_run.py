"""Outside a run, and in direct calls, everything is silently ignored (CTX-22)."""

import os

import flyte
import flyte.report
from conformance_support import caught

env = flyte.TaskEnvironment(name="report-outside")


@env.task(report=True)
def task() -> str:
    flyte.report.log("one", do_flush=True)
    return flyte.report.current_report().name


def main():
    return [
        flyte.report.log("x"),
        flyte.report.flush(),
        flyte.report.replace("x"),
        flyte.report.get_tab("t").get_html(),
        flyte.report.current_report().has_content(),
        task(),
        os.listdir(),
        caught(lambda: flyte.report.get_tab("missing", create_if_missing=False)),
    ]
