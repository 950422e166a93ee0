"""A notebook executed by a run: parameters in, recorded outputs out, the report, and a missing output."""

import json
import os

import flyte
from conformance_support import caught, only
from flyte.io import File
from flyteplugins.papermill import NotebookTask

flyte.init()
env = flyte.TaskEnvironment(name="plugins-notebook-run")


def cell(source, *tags):
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(name, *cells):
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": list(cells), "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    for number, each in enumerate(cells):
        each["id"] = f"cell{number}"
    with open(name, "w") as f:
        json.dump(content, f)


RECORD = "from flyteplugins.papermill import record_outputs"


def task(name, path, **settings):
    return NotebookTask(
        name=name, notebook_path=path, task_environment=env, kernel_name="python3", progress_bar=False, **settings
    )


def main():
    where = os.path.dirname(os.path.dirname(flyte.__file__))
    os.environ["PYTHONPATH"] = where
    try:
        notebook(
            "double.ipynb",
            cell("x = 1\nfile = ''", "parameters"),
            cell(f"{RECORD}\nrecord_outputs(y=x * 2, size=len(open(file).read()))", "outputs"),
        )
        notebook("silent.ipynb", cell("x = 1", "parameters"))
        with open("data.txt", "w") as f:
            f.write("12345")
        double = task("double", "double.ipynb", inputs={"x": int, "file": File}, outputs={"y": int, "size": int})
        silent = task("silent", "silent.ipynb", outputs={"y": int})

        @env.task
        def driver(file: File) -> list[int]:
            y, size = double(x=21, file=file)
            return [y, size]

        return [
            only(driver, file=File.from_local_sync("data.txt")),
            os.path.exists("double-out.ipynb"),
            caught(lambda: only(silent)),
        ]
    finally:
        del os.environ["PYTHONPATH"]
