"""The settings of MLflow and how they travel with the context."""

import stand_ins

stand_ins.install()

import flyte
from conformance_support import caught, only
from flyteplugins.mlflow import Mlflow, get_mlflow_context, get_mlflow_run, mlflow_config, mlflow_run

env = flyte.TaskEnvironment(name="plugins-mlflow")
settings = {
    "run_name": "r",
    "project": "p",
    "domain": "d",
    "parent_action_name": "a0",
    "action_name": "a",
    "pod_name": "x",
}


@env.task
def child() -> list[str]:
    found = get_mlflow_context()
    return [str(found and found.experiment_name), str(found and found.autolog), str(get_mlflow_run())]


@env.task
def parent() -> list[list[str]]:
    with mlflow_config(experiment_name="inner", autolog=True):
        inside = child()
    return [child(), inside]


def main():
    return [
        mlflow_config(experiment_name="e", tags={"a": "b"}, autolog=True, log_models=False).to_dict(),
        caught(lambda: mlflow_config(experiment_name="e", experiment_id="1")),
        caught(lambda: mlflow_config(run_name="e", run_id="1")),
        caught(lambda: mlflow_run(experiment_name="e", experiment_id="1")),
        caught(lambda: mlflow_run(run_name="e", run_id="1")),
        only(parent),
        mlflow_run(autolog=True)(parent) is parent,
        Mlflow(link="https://m").get_link(context={}, **settings),
        Mlflow().get_link(context={"_mlflow_link": "https://l"}, **settings),
        Mlflow().get_link(context={"_mlflow_link": "https://l", "mlflow_run_mode": "new"}, **settings),
    ]
