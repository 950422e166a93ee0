"""Notebook tasks (upstream: `flyteplugins.papermill`; MAPPING TSK-10)."""

from flyteplugins.papermill.notebook import load_dataframe, load_dir, load_file, record_outputs
from flyteplugins.papermill.task import NotebookTask

__all__ = ["NotebookTask", "load_dataframe", "load_dir", "load_file", "record_outputs"]
