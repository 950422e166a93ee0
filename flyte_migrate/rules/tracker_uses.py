"""Where a file uses the decorators of experiment trackers and profilers, and the secrets that those log in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules.configuration import UNKNOWN, arguments, callee, constant, follow
from flyte_migrate.rules.context_uses import ContextUse, context_uses

WANDB = "flytekitplugins.wandb.wandb_init"
MLFLOW = "flytekitplugins.mlflow.mlflow_autolog"
COMET = "flytekitplugins.comet_ml.comet_ml_login"
MEMRAY = "flytekitplugins.memray.memray_profiling"
NEPTUNE = "flytekitplugins.neptune.neptune_init_run"
NEPTUNE_SCALE = "flytekitplugins.neptune.neptune_scale_run"
TRACKERS = (WANDB, MLFLOW, COMET, MEMRAY, NEPTUNE, NEPTUNE_SCALE)
#: The parameters that may be given by position, in order.
_ORDER: Mapping[str, tuple[str, ...]] = {
    COMET: ("project_name", "workspace", "secret", "experiment_key", "host"),
    NEPTUNE: ("project", "secret", "host"),
    NEPTUNE_SCALE: ("project", "secret", "run_id", "experiment_name"),
}
#: The environment variable in which a library looks for its API key.
_KEYS = {
    WANDB: "WANDB_API_KEY",
    COMET: "COMET_API_KEY",
    NEPTUNE: "NEPTUNE_API_TOKEN",
    NEPTUNE_SCALE: "NEPTUNE_API_TOKEN",
}
_SECRET = "flytekit.Secret"
_SECRET_FIELDS = ("group", "key", "group_version", "mount_requirement", "env_var")


@dataclass(frozen=True, eq=False)
class Tracked:
    """A tracker's decorator on a task; ``given`` is None where its arguments can't be told."""

    reference: Reference
    decorator: cst.Decorator
    definition: TaskDefinition
    given: Mapping[str, cst.Arg] | None


def tracked_tasks(view: FileView) -> list[Tracked]:
    """The decorators of trackers in the file that are below the decorator of a task."""
    found: list[Tracked] = []
    for reference in view.references:
        if reference.name not in TRACKERS or reference.rest:
            continue
        node: cst.CSTNode | None = view.parent(reference.chain)
        made = node if isinstance(node, cst.Call) and node.func is reference.chain else None
        decorator = view.parent(made) if made is not None else node
        function = view.parent(decorator) if isinstance(decorator, cst.Decorator) else None
        definition = view.definition_of(function) if isinstance(function, cst.FunctionDef) else None
        if not isinstance(decorator, cst.Decorator) or definition is None or definition.task.role == "v2":
            continue
        given = arguments(made, _ORDER.get(reference.name, ())) if made is not None else {}
        found.append(Tracked(reference, decorator, definition, given))
    return found


def key_variable(view: FileView, item: Tracked) -> str:
    """The environment variable that the secret of a tracker is put into; empty if it is not where the library looks:
    not defined in this file, mounted as a file, put into another variable for somebody else.
    """
    made = _secret_of(view, item)
    wanted = _KEYS.get(item.reference.name, "")
    if made is None or key_variables(view).get(secret_names(view, made)) != wanted:
        return ""
    given = arguments(made, _SECRET_FIELDS) or {}
    elsewhere = "env_var" in given and constant(view, given["env_var"].value) != wanted
    mounted = "mount_requirement" in given and code(given["mount_requirement"].value).endswith("FILE")
    return "" if elsewhere or mounted else wanted


def key_variables(view: FileView) -> dict[tuple[str, str], str]:
    """(group, key) of the secrets that trackers log in with → the environment variable that the library reads."""
    if not any(reference.name in _KEYS for reference in view.references):
        return {}
    found: dict[tuple[str, str], str] = {}
    for item in tracked_tasks(view):
        made = _secret_of(view, item)
        if made is not None:
            found.setdefault(secret_names(view, made), _KEYS[item.reference.name])
    return found


def secret_names(view: FileView, made: cst.Call) -> tuple[str, str]:
    """(group, key) of a secret, as values where they are known, else as source text."""
    given = arguments(made, _SECRET_FIELDS) or {}
    names = []
    for field in ("group", "key"):
        value = constant(view, given[field].value) if field in given else ""
        names.append(code(given[field].value) if value is UNKNOWN else str(value))
    return names[0], names[1]


def neptune_uses(view: FileView, item: Tracked) -> list[ContextUse]:
    """Where a task reads Neptune's run from the context (``ctx.neptune_run``, whatever its case)."""
    return [
        use
        for use in context_uses(view)
        if use.path[:1] and use.path[0].upper() == "NEPTUNE_RUN"
        if item.definition.node in set(view.ancestors(use.root))
    ]


def own_neptune_runs(view: FileView) -> set[cst.CSTNode]:
    """The uses of the context that read a run which the task makes itself, by their roots."""
    if not any(reference.name in (NEPTUNE, NEPTUNE_SCALE) for reference in view.references):
        return set()
    items = [i for i in tracked_tasks(view) if i.reference.name in (NEPTUNE, NEPTUNE_SCALE) and makes_run(view, i)]
    return {use.root for item in items for use in neptune_uses(view, item)}


def makes_run(view: FileView, item: Tracked) -> bool:
    """Whether a task can make Neptune's run itself: the key is where the library looks for it, the names mean the
    same in the task as above it.
    """
    function = item.definition.node
    if item.given is None or item.definition.task.qualified in view.environments.blocked:
        return False
    taken = [arg for name, arg in item.given.items() if name not in ("secret", "host")]
    names = {n.value for arg in taken for n in walk(arg.value) if isinstance(n, cst.Name)}
    hidden = names & set(view.scope_of[function].bindings)
    return bool(key_variable(view, item)) and not hidden and isinstance(function.body, cst.IndentedBlock)


def _secret_of(view: FileView, item: Tracked) -> cst.Call | None:
    """The ``Secret(...)`` that a tracker is given, if it stands in this file."""
    secret = item.given.get("secret") if item.given is not None and item.reference.name in _KEYS else None
    made = follow(view, secret.value) if secret is not None else None
    return made if isinstance(made, cst.Call) and made in view.parents and callee(view, made) == _SECRET else None
