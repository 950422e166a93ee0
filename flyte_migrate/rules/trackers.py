"""Where a file uses the decorators of experiment trackers and profilers, and the secrets that those log in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.template import code
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rules.configuration import UNKNOWN, arguments, callee, constant, follow

WANDB = "flytekitplugins.wandb.wandb_init"
MLFLOW = "flytekitplugins.mlflow.mlflow_autolog"
COMET = "flytekitplugins.comet_ml.comet_ml_login"
MEMRAY = "flytekitplugins.memray.memray_profiling"
TRACKERS = (WANDB, MLFLOW, COMET, MEMRAY)
#: The parameters that may be given by position, in order.
_ORDER: Mapping[str, tuple[str, ...]] = {COMET: ("project_name", "workspace", "secret", "experiment_key", "host")}
#: The environment variable in which a library looks for its API key.
_KEYS = {WANDB: "WANDB_API_KEY", COMET: "COMET_API_KEY"}
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
    """The environment variable that the secret of a tracker has to be in; empty if this file does not define it."""
    made = _secret_of(view, item)
    return _KEYS.get(item.reference.name, "") if made is not None else ""


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


def _secret_of(view: FileView, item: Tracked) -> cst.Call | None:
    """The ``Secret(...)`` that a tracker is given, if it stands in this file."""
    secret = item.given.get("secret") if item.given is not None and item.reference.name in _KEYS else None
    made = follow(view, secret.value) if secret is not None else None
    return made if isinstance(made, cst.Call) and made in view.parents and callee(view, made) == _SECRET else None
