"""Print the public signatures of one runtime as JSON: `signatures.py bundled|real`."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pathlib
import sys
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent

# What migrated code can hold, one dotted name per row; a new release of the SDK that changes one fails its row.
NAMES = [
    "flyte.TaskEnvironment",
    "flyte.TaskEnvironment.task",
    "flyte.TaskEnvironment.clone_with",
    "flyte.TaskEnvironment.from_task",
    "flyte.TaskEnvironment.add_dependency",
    "flyte.TaskTemplate.override",
    "flyte.TaskTemplate.aio",
    "flyte.TaskTemplate.forward",
    "flyte.AsyncFunctionTaskTemplate",
    "flyte.map",
    "flyte.run",
    "flyte.with_runcontext",
    "flyte.group",
    "flyte.trace",
    "flyte.ctx",
    "flyte.custom_context",
    "flyte.get_custom_context",
    "flyte.new_condition",
    "flyte.current_project",
    "flyte.current_domain",
    "flyte.init",
    "flyte.init_from_config",
    "flyte.deploy",
    "flyte.build_images",
    "flyte.Checkpoint.save",
    "flyte.Checkpoint.save_sync",
    "flyte.Checkpoint.load",
    "flyte.Checkpoint.load_sync",
    "flyte.Image.from_debian_base",
    "flyte.Image.from_base",
    "flyte.Image.from_dockerfile",
    "flyte.Image.from_ref_name",
    "flyte.Image.from_uv_script",
    "flyte.Image.from_pixi_script",
    "flyte.Image.clone",
    "flyte.Image.with_pip_packages",
    "flyte.Image.with_apt_packages",
    "flyte.Image.with_commands",
    "flyte.Image.with_requirements",
    "flyte.Image.with_env_vars",
    "flyte.Image.with_source_folder",
    "flyte.Image.with_source_file",
    "flyte.Image.with_uv_project",
    "flyte.Image.with_poetry_project",
    "flyte.Image.with_pixi_project",
    "flyte.Image.with_code_bundle",
    "flyte.Image.with_dockerignore",
    "flyte.Image.with_workdir",
    "flyte.Image.validate",
    "flyte.Resources",
    "flyte.Resources.get_device",
    "flyte.Resources.get_shared_memory",
    "flyte.Device",
    "flyte.GPU",
    "flyte.TPU",
    "flyte.Neuron",
    "flyte.AMD_GPU",
    "flyte.HABANA_GAUDI",
    "flyte.APPLE_SILICON",
    "flyte.Secret",
    "flyte.Cache",
    "flyte.RetryStrategy",
    "flyte.Backoff",
    "flyte.Timeout",
    "flyte.ReusePolicy",
    "flyte.Documentation",
    "flyte.PodTemplate",
    "flyte.PodTemplate.from_spec",
    "flyte.PodTemplate.with_termination_grace_period",
    "flyte.PodTemplate.allow_fuse",
    "flyte.PodTemplate.allow_nested_sandboxing",
    "flyte.Trigger",
    "flyte.Trigger.hourly",
    "flyte.Trigger.daily",
    "flyte.Trigger.weekly",
    "flyte.Trigger.monthly",
    "flyte.Trigger.minutely",
    "flyte.Cron",
    "flyte.FixedRate",
    "flyte.OnArtifact",
    "flyte.TriggeredPartition",
    "flyte.durable.sleep",
    "flyte.errors.RuntimeUserError",
    "flyte.errors.RuntimeSystemError",
    "flyte.errors.NonRecoverableError",
    "flyte.errors.ConditionTimedoutError",
    "flyte.errors.CustomError",
    "flyte.errors.RuntimeDataValidationError",
    "flyte.models.ActionPhase.to_protobuf_name",
    "flyte.notify.Email",
    "flyte.notify.Slack",
    "flyte.notify.Teams",
    "flyte.notify.Webhook",
    "flyte.notify.NamedRule",
    "flyte.notify.NamedDelivery",
    "flyte.io.File",
    "flyte.io.File.from_local",
    "flyte.io.File.from_local_sync",
    "flyte.io.File.from_existing_remote",
    "flyte.io.File.new_remote",
    "flyte.io.File.named_remote",
    "flyte.io.File.open",
    "flyte.io.File.open_sync",
    "flyte.io.File.download",
    "flyte.io.File.download_sync",
    "flyte.io.File.exists",
    "flyte.io.File.exists_sync",
    "flyte.io.Dir",
    "flyte.io.Dir.from_local",
    "flyte.io.Dir.from_local_sync",
    "flyte.io.Dir.from_existing_remote",
    "flyte.io.Dir.new_remote",
    "flyte.io.Dir.empty",
    "flyte.io.Dir.walk",
    "flyte.io.Dir.walk_sync",
    "flyte.io.Dir.list_files",
    "flyte.io.Dir.list_files_sync",
    "flyte.io.Dir.download",
    "flyte.io.Dir.download_sync",
    "flyte.io.Dir.exists",
    "flyte.io.Dir.exists_sync",
    "flyte.io.Dir.get_file",
    "flyte.io.Dir.get_file_sync",
    "flyte.io.DataFrame",
    "flyte.io.DataFrame.from_local",
    "flyte.io.DataFrame.from_local_sync",
    "flyte.io.DataFrame.from_df",
    "flyte.io.DataFrame.wrap_df",
    "flyte.io.DataFrame.from_existing_remote",
    "flyte.io.DataFrame.open",
    "flyte.io.DataFrame.all",
    "flyte.io.DataFrame.all_sync",
    "flyte.io.DataFrame.iter",
    "flyte.io.HashFunction",
    "flyte.io.HashFunction.from_fn",
    "flyte.io.extend.DataFrameEncoder",
    "flyte.io.extend.DataFrameDecoder",
    "flyte.io.extend.DataFrameTransformerEngine.register",
    "flyte.report.log",
    "flyte.report.flush",
    "flyte.report.replace",
    "flyte.report.get_tab",
    "flyte.report.current_report",
    "flyte.report.Report",
    "flyte.report.Report.get_tab",
    "flyte.types.TypeTransformer",
    "flyte.types.TypeTransformer.to_literal",
    "flyte.types.TypeTransformer.to_python_value",
    "flyte.types.TypeEngine.register",
    "flyte.types.Renderable.to_html",
    "flyte.artifacts.new",
    "flyte.artifacts.produces",
    "flyte.artifacts.Metadata",
    "flyte.artifacts.Card",
    "flyte.artifacts.Card.create_from",
    "flyte.artifacts.TimePartition",
    "flyte.artifacts.Metadata.create_model_metadata",
    "flyte.app.AppEnvironment",
    "flyte.app.Port",
    "flyte.app.Link",
    "flyte.app.Scaling",
    "flyte.app.Timeouts",
    "flyte.app.Parameter",
    "flyte.extras.ContainerTask",
    "flyte.extras.Sleep",
    "flyte.extras.shell.create",
    "flyte.extras.shell.FlagSpec",
    "flyte.extras.shell.Glob",
    "flyte.extras.shell.Stdout",
    "flyte.extras.shell.Stderr",
    "flyte.remote.Task.get",
    "flyte.config.auto",
    "flyte.config.Config",
    "flyteplugins.spark.Spark",
    "flyteplugins.ray.RayJobConfig",
    "flyteplugins.ray.HeadNodeConfig",
    "flyteplugins.ray.WorkerNodeConfig",
    "flyteplugins.ray.AutoscalerOptionsConfig",
    "flyteplugins.dask.Dask",
    "flyteplugins.dask.Scheduler",
    "flyteplugins.dask.WorkerGroup",
    "flyteplugins.pytorch.Elastic",
    "flyteplugins.pytorch.task.RunPolicy",
    "flyteplugins.databricks.Databricks",
    "flyteplugins.bigquery.BigQueryConfig",
    "flyteplugins.bigquery.BigQueryTask",
    "flyteplugins.snowflake.SnowflakeConfig",
    "flyteplugins.snowflake.Snowflake",
    "flyteplugins.papermill.NotebookTask",
    "flyteplugins.papermill.record_outputs",
    "flyteplugins.papermill.load_file",
    "flyteplugins.papermill.load_dir",
    "flyteplugins.papermill.load_dataframe",
    "flyteplugins.wandb.wandb_init",
    "flyteplugins.wandb.wandb_config",
    "flyteplugins.wandb.wandb_sweep",
    "flyteplugins.wandb.wandb_sweep_config",
    "flyteplugins.wandb.Wandb",
    "flyteplugins.wandb.WandbSweep",
    "flyteplugins.mlflow.mlflow_run",
    "flyteplugins.mlflow.mlflow_config",
    "flyteplugins.mlflow.Mlflow",
    "flyteplugins.pandera.ValidationConfig",
    "flyteplugins.pandera.register_type_transformers",
]


def resolve(name: str) -> Any:
    """The object of a dotted name; as many leading parts as possible are modules."""
    parts = name.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        for part in parts[depth:]:
            found = getattr(found, part)
        return found
    raise AttributeError(name)


def describe(found: Any) -> dict[str, Any]:
    """Parameters (name, kind, whether there is a default), and how it is called: sync, async, both, or a stream."""
    both = hasattr(found, "aio") and not inspect.isclass(found)
    while isinstance(inner := getattr(found, "fn", None), object) and callable(inner) and not inspect.isclass(found):
        found = inner
    if isinstance(found, (classmethod, staticmethod)):
        found = found.__func__
    plain = inspect.unwrap(found) if not inspect.isclass(found) else found
    parameters = [
        f"{'*' * ((each.kind is each.VAR_POSITIONAL) + 2 * (each.kind is each.VAR_KEYWORD))}{each.name}"
        f"{' ' + each.kind.name.lower() if each.kind in (each.POSITIONAL_ONLY, each.KEYWORD_ONLY) else ''}"
        f"{' optional' if each.default is not each.empty else ''}"
        for each in inspect.signature(found).parameters.values()
        if each.name not in ("self", "cls")
    ]
    if inspect.isclass(found):
        call = "class"
    elif inspect.isasyncgenfunction(plain):
        call = "async stream"
    elif inspect.iscoroutinefunction(plain):
        call = "async"
    else:
        call = "sync"
    return {"parameters": parameters, "call": f"{call}, with .aio" if both else call}


def main(runtime: str) -> None:
    """Print the descriptions by name."""
    sys.path.insert(0, str(HERE))
    if runtime == "bundled":
        sys.path.insert(0, str(HERE.parents[1] / "runtime"))
    else:
        import stand_ins

        stand_ins.install()
    described: dict[str, Any] = {}
    for name in NAMES:
        try:
            described[name] = describe(resolve(name))
        except Exception as error:
            described[name] = {"missing": f"{type(error).__name__}: {error}"}
    print(json.dumps(described))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
