"""A notebook executed by a run: parameters in, recorded outputs out, the report, and a missing output.

Stand-ins execute the cells in this process and render no page: a kernel and the real pages take seconds.
"""

import ast
import json
import os
import sys
import types

import flyte
from conformance_support import caught, only
from flyte.io import File
from flyteplugins.papermill import NotebookTask

flyte.init()
env = flyte.TaskEnvironment(name="plugins-notebook-run")
settings = []


def execute_cell(cell, namespace):
    tree = ast.parse(cell["source"])
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        data = {
            "output_type": "execute_result",
            "data": {"text/plain": repr(value)},
            "metadata": {},
            "execution_count": 1,
        }
        cell["outputs"] = [data]


def execute_notebook(input_path, output_path, parameters, **others):
    settings.append(sorted(others))
    with open(input_path) as f:
        content = json.load(f)
    namespace = {}
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
        if "flyte-setup" not in cell["metadata"]["tags"]:
            execute_cell(cell, namespace)
        if "parameters" in cell["metadata"]["tags"]:
            namespace.update(parameters)
    with open(output_path, "w") as f:
        json.dump(content, f)


class Exporter:
    def from_notebook_node(self, node):
        return f"<p>{len(node.cells)} cells</p>", {}


STAND_INS = {"papermill": types.ModuleType("papermill"), "nbconvert": types.ModuleType("nbconvert")}
STAND_INS["papermill"].execute_notebook = execute_notebook
STAND_INS["nbconvert"].HTMLExporter = Exporter


def cell(source, *tags):
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(name, *cells):
    for number, each in enumerate(cells):
        each["id"] = f"cell{number}"
    with open(name, "w") as f:
        json.dump({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, f)


def task(name, path, **options):
    return NotebookTask(name=name, notebook_path=path, task_environment=env, **options)


def main():
    notebook(
        "double.ipynb",
        cell("x = 1\nfile = ''", "parameters"),
        cell("from flyteplugins.papermill import record_outputs"),
        cell("record_outputs(y=x * 2, size=len(open(file).read()))", "outputs"),
    )
    notebook("silent.ipynb", cell("x = 1", "parameters"))
    notebook("failing.ipynb", cell("raise KeyError('no')"))
    with open("data.txt", "w") as f:
        f.write("12345")
    double = task(
        "double",
        "double.ipynb",
        inputs={"x": int, "file": File},
        outputs={"y": int, "size": int},
        kernel_name="python3",
    )
    silent = task("silent", "silent.ipynb", outputs={"y": int}, execution_timeout=5, progress_bar=False)
    failing = task("failing", "failing.ipynb")
    wrong = task("wrong", "silent.ipynb", inputs={"x": set})

    @env.task
    def driver(file: File) -> list[int]:
        y, size = double(x=21, file=file)
        return [y, size]

    before = {name: sys.modules.get(name) for name in STAND_INS}
    sys.modules.update(STAND_INS)
    try:
        return [
            only(driver, file=File.from_local_sync("data.txt")),
            os.path.exists("double-out.ipynb"),
            list(double(x=1, file=File(path="data.txt"))),
            caught(lambda: only(silent)),
            caught(lambda: only(failing)),
            caught(lambda: only(wrong, x={1}))["class"],
            settings,
        ]
    finally:
        sys.modules.update(before)
