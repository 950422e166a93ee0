"""Notebook tasks: interface, settings and refusals."""

import os

import flyte
from conformance_support import caught
from flyte.io import File
from flyteplugins.papermill import NotebookTask, load_dataframe, load_dir, load_file

env = flyte.TaskEnvironment(name="plugins-notebook")


def main():
    task = NotebookTask(
        name="nb",
        notebook_path="analysis.ipynb",
        task_environment=env,
        inputs={"x": int, "file": File},
        outputs={"y": int},
        output_notebooks=True,
    )
    return [
        [task.name, task.task_type, task.report, list(task.interface.inputs), list(task.interface.outputs)],
        [os.path.relpath(task.resolved_notebook_path), os.path.relpath(task.output_notebook_path)],
        "nb" in env.tasks,
        caught(lambda: NotebookTask("nb", "a.ipynb", env))["class"],
        caught(lambda: NotebookTask(name="nb", notebook_path="a.ipynb")),
        caught(lambda: NotebookTask(name="nb", notebook_path="a.ipynb", task_environment=env, render_deck=True)),
        caught(lambda: NotebookTask(name="nb", notebook_path="a.ipynb", task_environment=env, plugin_config=object()))[
            "class"
        ],
        [load_file("a").path, load_dir("b").path, load_dataframe("c").uri, load_dataframe("c").format],
    ]
