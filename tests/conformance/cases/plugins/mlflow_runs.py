"""Which MLflow runs a tracked task, its tracked callees and plain functions start, join and end."""

import sys
import types

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, only

calls = []
active = []


class Info:
    def __init__(self, run_id):
        self.run_id, self.experiment_id = run_id, "7"


class Run:
    def __init__(self, run_id):
        self.info = Info(run_id)


def start_run(**options):
    tags = sorted(options.pop("tags", None) or {})
    shown = {key: "..." if key == "run_name" else value for key, value in options.items()}
    run = Run(options.get("run_id") or f"run{len(calls)}")
    calls.append(["start", shown, tags])
    active.append(run)
    return run


def end_run(status=None):
    calls.append(["end", status])
    active.pop()


def recorder():
    mlflow = types.ModuleType("mlflow")
    mlflow.start_run, mlflow.end_run = start_run, end_run
    mlflow.active_run = lambda: active[-1] if active else None
    mlflow.set_tracking_uri = lambda uri: calls.append(["uri", uri])
    mlflow.set_experiment = lambda *args, **kwargs: calls.append(["experiment", list(args), kwargs])
    mlflow.autolog = lambda **options: calls.append(["autolog", options])
    mlflow.sklearn = types.SimpleNamespace(autolog=lambda **options: calls.append(["sklearn", options]))
    return mlflow


mlflow = recorder()
for name in [name for name in sys.modules if name.startswith(("mlflow", "flyteplugins.mlflow"))]:
    del sys.modules[name]
sys.modules["mlflow"] = mlflow

from flyteplugins.mlflow import get_mlflow_run, mlflow_config, mlflow_run

env = flyte.TaskEnvironment(name="plugins-mlflow-runs")


@mlflow_run(autolog=True, framework="sklearn", log_models=False)
@env.task
def child(x: int) -> bool:
    return get_mlflow_run() is not None


@mlflow_run(run_mode="nested", tags={"a": "b"})
@env.task
async def nested(x: int) -> bool:
    return get_mlflow_run() is not None


@mlflow_run(experiment_name="e", tracking_uri="file:///m")
@env.task
async def parent() -> list[bool]:
    return [await child.aio(1), await nested(2)]


@mlflow_run(run_name="failing")
@env.task
def failing() -> None:
    raise ValueError("no")


@mlflow_run
@env.task
def configured() -> bool:
    return get_mlflow_run() is not None


@env.task
def configures() -> bool:
    with mlflow_config(experiment_id="3", autolog=True, run_mode="new", framework="sklearn"):
        return configured()


@mlflow_run(run_name="plain", experiment_id="4")
def plain(x):
    return x + 1


@mlflow_run(rank=1)
@env.task
def other_rank() -> int:
    return 3


@mlflow_run(autolog=True, framework="unknown")
@env.task
def unknown_framework() -> int:
    return 3


def main():
    found = [only(parent), caught(lambda: only(failing)), only(configures), plain(1), only(other_rank)]
    found.append(caught(lambda: only(unknown_framework)))
    active.clear()
    return [found, calls]
