"""``task_config=`` and the classes of ``flytekitplugins`` → ``plugin_config=`` and ``flyteplugins`` (PLG-01…23).

Official: https://www.union.ai/docs/v2/flyte/integrations/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import libcst as cst

from flyte_migrate.project.environments import POD
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, brief, call, code, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import (
    Comments,
    argument_comments,
    arguments,
    callee,
    commented_call,
    follow,
    literal,
    stays_v1,
)
from flyte_migrate.rules.resources import merged_resources, resources_value

_POD_FIELDS = ("pod_spec", "primary_container_name", "labels", "annotations")
_FIELDS = {
    "flytekitplugins.ray.HeadNodeConfig": ("ray_start_params", "pod_template", "requests", "limits"),
    "flytekitplugins.ray.WorkerNodeConfig": (
        "group_name",
        "replicas",
        "min_replicas",
        "max_replicas",
        "ray_start_params",
        "pod_template",
        "requests",
        "limits",
    ),
    "flytekitplugins.ray.AutoscalerOptionsConfig": (
        "upscaling_mode",
        "idle_timeout_seconds",
        "env",
        "image",
        "requests",
        "limits",
    ),
    "flytekitplugins.dask.Scheduler": ("image", "requests", "limits"),
    "flytekitplugins.dask.WorkerGroup": ("number_of_workers", "image", "requests", "limits"),
}
#: Where v2 has one ``resources=`` for v1's ``requests=`` and ``limits=``; Ray's node configurations keep both (PLG-03).
_MERGED = frozenset(
    {
        "flytekitplugins.ray.AutoscalerOptionsConfig",
        "flytekitplugins.dask.Scheduler",
        "flytekitplugins.dask.WorkerGroup",
    }
)
_SPARK_FIELDS = ("spark_conf", "hadoop_conf", "executor_path", "applications_path", "driver_pod", "executor_pod")
_DATABRICKS = {
    "flytekitplugins.spark.Databricks": (*_SPARK_FIELDS, "databricks_conf", "databricks_instance"),
    "flytekitplugins.spark.DatabricksV2": (*_SPARK_FIELDS, "databricks_conf", "databricks_instance"),
}
_ELASTIC = "flytekitplugins.kfpytorch.Elastic"
_ELASTIC_FIELDS = (
    "nnodes",
    "nproc_per_node",
    "start_method",
    "monitor_interval",
    "max_restarts",
    "rdzv_configs",
    "increase_shared_mem",
    "run_policy",
)
#: v1's defaults that differ in v2, written out so that the job behaves as before (PLG-05).
_ELASTIC_DEFAULTS = {"nnodes": "1", "nproc_per_node": "1", "max_restarts": "0", "monitor_interval": "5"}
_CLEAN_POD_POLICY = {"NONE": "None", "ALL": "all", "RUNNING": "Running"}
_QUERY = {
    "flytekitplugins.bigquery.BigQueryTask": ("flyteplugins.bigquery:BigQueryTask", "output_structured_dataset_type"),
    "flytekitplugins.snowflake.SnowflakeTask": ("flyteplugins.snowflake:Snowflake", "output_schema_type"),
}
_QUERY_FIELDS = ("name", "query_template", "task_config", "inputs")
_SNOWFLAKE_CONFIG = ("user", "account", "database", "schema", "warehouse")


def plugin_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``plugin_config=`` for ``task_config=``; a Pod is the task's pod template instead."""
    if "task_config" not in args or is_pod(view, originals["task_config"].value):
        return []
    value = originals["task_config"].value
    if isinstance(value, cst.Call) and value not in view.parents:
        converted = _convert_foreign(view, value)
        return [argument(converted, "plugin_config")]
    return [argument(args["task_config"].value, "plugin_config")]


def plugin_findings(view: FileView, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Findings about the plugin configuration of one task."""
    arg = args.get("task_config")
    if arg is None:
        return
    behind = follow(view, arg.value)
    if not isinstance(behind, cst.Call) and not isinstance(arg.value, cst.Call) and not _is_one_of(view, arg.value):
        yield Finding(
            arg,
            "FM641",
            f"task_config={brief(arg.value)} can't be read here; check that it is the configuration of a "
            "Flyte 2 plugin.",
        )


def _is_one_of(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether a name holds one of several plugin configurations, each of which is converted where it is made."""
    bindings = view.bindings(node) if isinstance(node, cst.Name) else ()
    return len(bindings) > 1 and all(
        b.kind == "assign"
        and isinstance(b.value, cst.Call)
        and (name := callee(view, b.value)).startswith("flytekitplugins.")
        and name != POD
        for b in bindings
    )


def is_pod(view: FileView, node: cst.BaseExpression) -> bool:
    """Whether a task_config is ``Pod(...)`` of flytekitplugins-pod."""
    return callee(view, follow(view, node)) == POD


def pod_template(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression:
    """``flyte.PodTemplate`` for a ``Pod`` (PLG-18): the variable that was converted where it stands, or the call
    itself.
    """
    if not isinstance(node, cst.Call):
        return node
    return _pod(view, node, node, indent="    ")


def _pod(view: FileView, node: cst.Call, updated: cst.Call, indent: str = "") -> cst.Call:
    given = arguments(node, _POD_FIELDS) or {}
    values = {id(a): b.value for a, b in zip(node.args, updated.args, strict=True)}
    args = [argument(values[id(a)], k) for k, a in given.items()]
    return commented_call(view.ref("flyte:PodTemplate"), args, _by_name(node, given), room=76, indent=indent)


def _by_name(node: cst.Call, given: Mapping[str, cst.Arg]) -> dict[str, Comments]:
    """The comments of a call by parameter name, those of positional arguments, too."""
    names = {id(a): k for k, a in given.items()}
    found = argument_comments(node)
    keys = {a.keyword.value if a.keyword is not None else str(n): names.get(id(a), "") for n, a in enumerate(node.args)}
    return {keys.get(key) or key: comments for key, comments in found.items()}


def _calls(view: FileView, reference: Reference) -> cst.Call | None:
    node = view.parent(reference.chain)
    return node if isinstance(node, cst.Call) and node.func is reference.chain and not reference.rest else None


@on_symbol(POD)
def convert_pod(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Pod(pod_spec=…)`` → ``flyte.PodTemplate(pod_spec=…)``."""
    node = _calls(view, reference)
    if node is None:
        target = view.ref("flyte:PodTemplate")
        yield Replace(reference.node, lambda updated: target)
    elif arguments(node, _POD_FIELDS) is None:
        yield Finding(node, "FM655", "This Pod unpacks its arguments; write flyte.PodTemplate(pod_spec=..., ...) out.")
    elif not _in_decorator(view, node):
        yield Replace(node, lambda updated: _pod(view, node, updated))


def _in_decorator(view: FileView, node: cst.CSTNode) -> bool:
    return any(isinstance(a, cst.Decorator) for a in view.ancestors(node))


# -- Ray and Dask ------------------------------------------------------------------------------------------------------


def _package(name: str) -> str:
    """The v2 module of a v1 plugin class."""
    return {"flytekitplugins.ray": "flyteplugins.ray", "flytekitplugins.dask": "flyteplugins.dask"}[
        name.rpartition(".")[0]
    ]


@on_symbol("flytekitplugins.ray.RayJobConfig", "flytekitplugins.dask.Dask", *_FIELDS)
def convert_cluster(view: FileView, reference: Reference) -> Iterator[Item]:
    """Ray and Dask configurations: the same classes, with one ``resources=`` where v1 had requests and limits."""
    name = reference.name
    if stays_v1(view, reference.chain):
        return
    node = _calls(view, reference)
    given = arguments(node, _FIELDS[name]) if node is not None and name in _MERGED else None
    if node is not None and name in _MERGED and given is None:
        short = name.rpartition(".")[2]
        yield Finding(
            node,
            "FM643",
            f"{short} unpacks its arguments; give requests and limits as one resources=flyte.Resources(...).",
        )
        yield Covered(reference.node)
        return
    target = view.ref(f"{_package(name)}:{name.rpartition('.')[2]}")
    if node is None or given is None:
        yield Replace(reference.node, lambda updated: target)
        return
    if "requests" not in given and "limits" not in given:
        yield Replace(reference.node, lambda updated: target)
        return
    for code_, message in merged_resources(view, given).problems:
        yield Finding(node, code_, message)
    yield Replace(node, lambda updated: _with_resources(view, node, updated, given, target))


def _with_resources(
    view: FileView, node: cst.Call, updated: cst.Call, given: Mapping[str, cst.Arg], target: cst.BaseExpression
) -> cst.Call:
    value = resources_value(view, given, "resources", indent="")
    names = {id(a): k for k, a in given.items()}
    args: list[cst.Arg] = []
    placed = False
    for original, arg in zip(node.args, updated.args, strict=True):
        if names.get(id(original)) in ("requests", "limits"):
            if not placed and value is not None:
                args.append(
                    argument(value, "resources").with_changes(
                        comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg
                    )
                )
            placed = True
        else:
            args.append(arg)
    if args:
        args[-1] = args[-1].with_changes(comma=updated.args[-1].comma)
    return updated.with_changes(func=target, args=args)


def _convert_foreign(view: FileView, node: cst.Call) -> cst.BaseExpression:
    """A plugin configuration of a helper in another module: the class and its nested classes by their v2 names."""
    name = callee(view, node)
    rename: Callable[[str], str | None] = _v2_class
    target = rename(name)
    args = [
        a.with_changes(value=_convert_foreign(view, a.value)) if isinstance(a.value, cst.Call) else a for a in node.args
    ]
    if target is None:
        return node.with_changes(args=args)
    if name in _MERGED:
        given = arguments(node, _FIELDS[name]) or {}
        value = resources_value(view, given, "resources", indent="    ")
        args = [argument(a.value, k) for k, a in given.items() if k not in ("requests", "limits")]
        args += [argument(value, "resources")] if value is not None else []
    return call(view.ref(target), args, room=76, indent="    ")


def _v2_class(name: str) -> str | None:
    from flyte_migrate.mapping import table

    row = table().row(name)
    if row is None:
        return None
    if row.kind == "rename":
        return row.target
    if name in _FIELDS or name in ("flytekitplugins.ray.RayJobConfig", "flytekitplugins.dask.Dask"):
        return f"{_package(name)}:{name.rpartition('.')[2]}"
    return None


# -- Databricks --------------------------------------------------------------------------------------------------------


@on_symbol(*_DATABRICKS)
def convert_databricks(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Databricks``/``DatabricksV2`` → ``flyteplugins.databricks.Databricks``; the token's secret has another name
    (PLG-02).
    """
    node = _calls(view, reference)
    given = arguments(node, _DATABRICKS[reference.name]) if node is not None else None
    gone = sorted(
        set(given or {}) - {*_SPARK_FIELDS, "databricks_conf", "databricks_instance", "databricks_token_secret"}
    )
    if node is not None and (given is None or gone):
        what = f"{', '.join(gone)} of DatabricksV2" if gone else "This configuration, which unpacks its arguments,"
        yield Finding(node, "FM647", f"{what} can't be converted; see flyteplugins.databricks.Databricks.")
        yield Covered(reference.node)
        return
    target = view.ref("flyteplugins.databricks:Databricks")
    if node is None:
        yield Replace(reference.node, lambda updated: target)
        return

    def build(updated: cst.Call) -> cst.Call:
        args = [
            a.with_changes(keyword=cst.Name("databricks_token"))
            if a.keyword is not None and a.keyword.value == "databricks_token_secret"
            else a
            for a in updated.args
        ]
        return updated.with_changes(func=target, args=args)

    yield Replace(node, build)


# -- PyTorch -----------------------------------------------------------------------------------------------------------


@on_symbol(_ELASTIC)
def convert_elastic(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Elastic`` with v1's defaults written out where v2's differ; ``start_method`` and ``increase_shared_mem`` go
    (PLG-05).
    """
    node = _calls(view, reference)
    given = arguments(node, _ELASTIC_FIELDS) if node is not None else None
    if node is not None and given is None:
        yield Finding(
            node, "FM645", "This Elastic unpacks its arguments; write Elastic(nnodes=..., nproc_per_node=...) out."
        )
        yield Covered(reference.node)
        return
    target = view.ref("flyteplugins.pytorch:Elastic")
    if node is None or given is None:
        yield Replace(reference.node, lambda updated: target)
        return
    said = [f"{k} was dropped" for k in ("start_method",) if k in given]
    if "increase_shared_mem" not in given or literal(given["increase_shared_mem"].value) is not False:
        said.append(
            'Flyte 1 enlarged the shared memory by itself: add shm="auto" to the resources if the workers share tensors'
        )
    if said:
        yield Finding(node, "FM644", f"Elastic: {'; '.join(said)}.")
    yield Replace(node, lambda updated: _elastic(view, node, updated, given, target))


def _elastic(
    view: FileView, node: cst.Call, updated: cst.Call, given: Mapping[str, cst.Arg], target: cst.BaseExpression
) -> cst.Call:
    values = {id(a): b.value for a, b in zip(node.args, updated.args, strict=True)}
    args = [argument(values[id(a)], k) for k, a in given.items() if k not in ("start_method", "increase_shared_mem")]
    args += [argument(text, k) for k, text in _ELASTIC_DEFAULTS.items() if k not in given]
    order = list(_ELASTIC_FIELDS)
    args.sort(key=lambda a: order.index(a.keyword.value) if a.keyword is not None and a.keyword.value in order else 99)
    return commented_call(
        target, args, _by_name(node, given), room=76, indent="    " if _in_decorator(view, node) else ""
    )


@on_symbol("flytekitplugins.kfpytorch.RunPolicy")
def convert_run_policy(view: FileView, reference: Reference) -> Iterator[Item]:
    """``RunPolicy`` lives in ``flyteplugins.pytorch.task``."""
    if not stays_v1(view, reference.chain):
        target = view.ref("flyteplugins.pytorch.task:RunPolicy")
        yield Replace(reference.node, lambda updated: target)


@on_symbol("flytekitplugins.kfpytorch.CleanPodPolicy")
def convert_clean_pod_policy(view: FileView, reference: Reference) -> Iterator[Item]:
    """``CleanPodPolicy.ALL`` → ``"all"``."""
    name = _CLEAN_POD_POLICY.get(reference.rest[0]) if len(reference.rest) == 1 else None
    if name is not None and not stays_v1(view, reference.chain):
        yield Replace(reference.chain, lambda updated: cst.SimpleString(f'"{name}"'))


# -- queries -----------------------------------------------------------------------------------------------------------


@on_symbol(*_QUERY)
def convert_query_task(view: FileView, reference: Reference) -> Iterator[Item]:
    """``BigQueryTask`` and ``SnowflakeTask``: renamed arguments; Snowflake's template is printf style in v2 (PLG-08,
    PLG-09).
    """
    module, output = _QUERY[reference.name]
    node = _calls(view, reference)
    if node is None:
        name = view.ref(module)
        yield Replace(reference.node, lambda updated: name)
        return
    given = arguments(node, (*_QUERY_FIELDS, output))
    snowflake = reference.name.endswith("SnowflakeTask")
    if given is None or "task_config" not in given:
        yield Finding(
            node,
            "FM649",
            f"This {reference.name.rpartition('.')[2]} can't be read; it needs plugin_config and "
            "output_dataframe_type in Flyte 2.",
        )
        yield Covered(reference.node)
        return
    target = view.ref(module)
    template = given["query_template"].value if "query_template" in given else None
    bound = _bound_template(view, template) if snowflake and template is not None else None
    said: list[str] = []
    if all(made.node is not node for made in view.objects):
        said.append(
            "It needs flyte.TaskEnvironment.from_task(name, task) in the depends_on of its callers, which "
            "have to await it."
        )
    if snowflake and template is not None and bound is None:
        said.append(
            "Inputs are bound in printf style, quotes included: %(name)s for {{ .inputs.name }}, %% for a percent sign."
        )
    if said:
        yield Finding(node, "FM649", " ".join(said))
    renamed = {"task_config": "plugin_config", output: "output_dataframe_type"}
    known = {*_QUERY_FIELDS, output, "secret_requests"}
    for keyword in given:
        if keyword not in known:
            yield Finding(node, "FM649", f"{keyword}={code(given[keyword].value)} has no counterpart and was left out.")

    def build(updated: cst.Call) -> cst.Call:
        names = {id(a): k for k, a in given.items()}
        args: list[cst.Arg] = []
        for original, arg in zip(node.args, updated.args, strict=True):
            name = names.get(id(original), "")
            if name not in known:
                continue
            if name == "query_template" and bound is not None:
                arg = arg.with_changes(value=bound)
            name = {"secret_requests": "secrets"}.get(name, renamed.get(name, name))
            args.append(
                argument(arg.value, name).with_changes(comma=arg.comma, whitespace_after_arg=arg.whitespace_after_arg)
            )
        if args:
            args[-1] = args[-1].with_changes(comma=updated.args[-1].comma)
        return updated.with_changes(func=target, args=args)

    yield Replace(node, build)


def _bound_template(view: FileView, node: cst.BaseExpression) -> cst.BaseExpression | None:
    """A Snowflake template with ``%(x)s`` for ``{{ .inputs.x }}``; None where that can't be told or would change the
    query.
    """
    text = string_value(follow(view, node))
    if text is None or "%" in text:
        return None
    if "{{" not in text:
        return node
    # The value was pasted as text in v1 and is quoted as needed in v2.
    written = code(node)
    bound = re.sub(r"\{\{\s*\.inputs\.(\w+)\s*\}\}", r"%(\1)s", written)
    if "{{" in bound or re.search(r"['\"]%\(|\)s['\"].", bound) or not isinstance(node, cst.SimpleString):
        return None
    return cst.SimpleString(bound)


@on_symbol("flytekitplugins.bigquery.BigQueryConfig", "flytekitplugins.snowflake.SnowflakeConfig")
def convert_query_config(view: FileView, reference: Reference) -> Iterator[Item]:
    """The same fields; SnowflakeConfig's come in another order, so positional ones are named."""
    package = "bigquery" if "bigquery" in reference.name else "snowflake"
    target = view.ref(f"flyteplugins.{package}:{reference.name.rpartition('.')[2]}")
    node = _calls(view, reference)
    if package == "snowflake" and node is not None and any(a.keyword is None and not a.star for a in node.args):
        order = _SNOWFLAKE_CONFIG

        def build(updated: cst.Call) -> cst.Call:
            args = [
                argument(a.value, order[n]).with_changes(comma=a.comma, whitespace_after_arg=a.whitespace_after_arg)
                if a.keyword is None and not a.star and n < len(order)
                else a
                for n, a in enumerate(updated.args)
            ]
            return updated.with_changes(func=target, args=args)

        yield Replace(node, build)
        return
    yield Replace(reference.node, lambda updated: target)


# -- operators of Airflow ---------------------------------------------------------------------------------------------


@on_file
def report_airflow_operators(view: FileView) -> Iterator[Item]:
    """Operators and sensors of Airflow that a workflow makes: flytekit's plugin ran each as a task (PLG-21)."""
    if not any(i.target.startswith("airflow.") for i in view.facts.imports):
        return
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        name = view.qualified(node.func) or ""
        if not name.startswith("airflow.") or not name.endswith(("Operator", "Sensor", "SensorAsync")):
            continue
        definition = view.task_around(node)
        if definition is not None and definition.task.role in ("workflow", "dynamic"):
            message = (
                f"{code(node.func)}(...) ran as a task in Flyte 1; Flyte 2 only makes the operator: call what it"
                " stands for from a task."
            )
            yield Finding(node, "FM640", message)
