"""``union.app.App`` → ``flyte.app.AppEnvironment`` in its place, its inputs → ``flyte.app.Parameter`` (IMP-92).

Official: https://www.union.ai/docs/v2/flyte/user-guide/configure-apps/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.artifacts import declared, is_query
from flyte_migrate.rules.configuration import (
    MODEL_SERVERS,
    argument_comments,
    arguments,
    callee,
    commented_call,
    constant,
    follow,
    literal,
)
from flyte_migrate.rules.images import image_argument
from flyte_migrate.rules.resources import (
    environment_variables_argument,
    environment_variables_findings,
    resources_argument,
    resources_findings,
)
from flyte_migrate.rules.secrets import secrets_argument

APP = "union.app.App"
INPUT = "union.app.Input"
_MODEL_SERVERS = {"union.app.llm.VLLMApp": "vllm", "union.app.llm.SGLangApp": "sglang"}
_IMAGE_SPEC = "flytekit.ImageSpec"
_TEMPLATES = ("flytekit.PodTemplate", "flyte.PodTemplate")
#: In v1's order, which positional arguments follow.
_FIELDS = ("name", "container_image", "port", "limits", "requests", "secrets", "args", "command")
#: Names that other rules know these arguments by.
_AS_TASK = {"secrets": "secret_requests", "env": "environment"}
_SAME = ("type", "port", "args", "command", "requires_auth", "cluster_pool", "links", "description")
_SCALING = ("min_replicas", "max_replicas", "scaling_metric", "scaledown_after")
_DOMAIN = {"subdomain": "subdomain", "custom_domain": "custom_domain"}
_CONVERTED = frozenset(
    {*_FIELDS, *_SAME, *_SCALING, *_DOMAIN}
    | {"env", "accelerator", "shared_memory", "include", "inputs", "dependencies", "framework_app", "request_timeout"}
)
#: What servers of models take beside these.
_OF_MODEL_SERVERS = frozenset({"model", "model_id", "stream_model", "extra_args"})
_INPUT_FIELDS = ("value", "name", "env_var", "type", "download", "mount", "ignore_patterns")
#: Values of v1 that are places in storage (``union.app._models.SUPPORTED_FS_PROTOCOLS``) and have one in v2.
_STORAGE = ("s3://", "gs://", "abfs://")
_UNION_STORAGE = ("union://", "ufs://", "unionmeta://", "ums://", "flyte://")


@on_symbol(APP)
def convert_app(view: FileView, reference: Reference) -> Iterator[Item]:
    """``App(name=…, container_image=…, args=…, …)`` → ``flyte.app.AppEnvironment(…)``."""
    node = view.parent(reference.chain)
    if reference.rest or not isinstance(node, cst.Call) or node.func is not reference.chain:
        if reference.rest in ((), ("Port",)):
            target = view.ref("flyte.app:Port" if reference.rest else "flyte.app:AppEnvironment")
            yield Replace(reference.chain, lambda updated: target)
        return
    given = app_arguments(view, node)
    if given is None:
        yield Finding(
            node,
            "FM657",
            "Not all of this app can be read: write flyte.app.AppEnvironment(name=..., image=..., args=..., port=..., "
            "resources=...) for it.",
        )
        return
    yield from _findings(view, node, given)
    yield Replace(node, lambda updated: _environment(view, node, updated, given))


@on_symbol(*_MODEL_SERVERS)
def convert_model_server(view: FileView, reference: Reference) -> Iterator[Item]:
    """``VLLMApp(model=Model.query(), …)`` → ``VLLMAppEnvironment(model_path=ArtifactValue(…), …)`` with its image."""
    node = view.parent(reference.chain)
    name = _MODEL_SERVERS[reference.name]
    server = {"vllm": "VLLM", "sglang": "SGLang"}[name] + "AppEnvironment"
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        yield Finding(reference.chain, "FM657", f"flyteplugins.{name}.{server} takes its place.")
        return
    given = arguments(node, _FIELDS) or {}
    model = _input_value(view, given["model"].value) if _serves_artifact(view, node) else None
    if model is None:
        yield Finding(
            node,
            "FM657",
            f"Write flyteplugins.{name}.{server}(name=..., model_id=..., model_path=flyte.app.ArtifactValue(name=...), "
            f"resources=...); its default image takes the place of Union's.",
        )
        return
    yield from resources_findings(view, given)
    yield from environment_variables_findings(view, _as_task(given))
    if "container_image" in given:
        image = given["container_image"].value
        yield Finding(
            node,
            "FM665" if _is_of_union(view, image) else "FM657",
            f"container_image={code(image)} was left out: the server starts with a command of flyteplugins-{name}, "
            f"which the default image of {server} has, with a version of {name} of its own.",
        )
    target = f"flyteplugins.{name}:{server}"
    yield Replace(node, lambda updated: _environment(view, node, updated, given, target, model[0]))


def _serves_artifact(view: FileView, node: cst.Call) -> bool:
    """Whether a server's model is an artifact, and everything else of it is known."""
    given = arguments(node, _FIELDS)
    if given is None or "model" not in given or not set(given) <= _CONVERTED | _OF_MODEL_SERVERS:
        return False
    model = _input_value(view, given["model"].value)
    return model is not None and model[2]


def _is_of_union(view: FileView, image: cst.BaseExpression) -> bool:
    """Whether an image is Union's for servers of models, or installs nothing but its package."""
    made = follow(view, image)
    text = constant(view, image)
    if isinstance(text, str):
        return "union" in text
    if not isinstance(made, cst.Call) or callee(view, made) != _IMAGE_SPEC:
        return False
    packages = next((a.value for a in made.args if a.keyword and a.keyword.value == "packages"), None)
    others = {a.keyword.value for a in made.args if a.keyword} - {"packages", "name", "builder", "registry"}
    names = literal(packages)
    installed = isinstance(names, list) and all(str(n).startswith("union[") for n in names)
    return installed and others <= {"apt_packages"}


MODEL_SERVERS.update(dict.fromkeys(_MODEL_SERVERS, _serves_artifact))


def app_arguments(view: FileView, node: cst.Call) -> dict[str, cst.Arg] | None:
    """The arguments of an app by name; None if it can't be converted."""
    given = arguments(node, _FIELDS)
    if given is None or "name" not in given or "container_image" not in given:
        return None
    image = follow(view, given["container_image"].value)
    if isinstance(image, cst.Call) and callee(view, image) in _TEMPLATES:
        return None
    framework = given.get("framework_app")
    if framework is not None and not (_is_fastapi(view, framework.value) and "args" not in given):
        return None
    return given


def _is_fastapi(view: FileView, node: cst.BaseExpression) -> bool:
    behind = follow(view, node)
    return (
        isinstance(behind, cst.Call)
        and behind in view.parents
        and view.qualified(behind.func) in ("fastapi.FastAPI", "fastapi.applications.FastAPI")
    )


def _as_task(args: Mapping[str, cst.Arg]) -> dict[str, cst.Arg]:
    return {_AS_TASK.get(k, k): a for k, a in args.items()}


def _findings(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    yield from resources_findings(view, given)
    yield from environment_variables_findings(view, _as_task(given))
    image = constant(view, given["container_image"].value)
    if isinstance(image, str):
        yield Finding(given["container_image"], "FM163", f"The image {image} must contain the package flyte.")
    for keyword, arg in given.items():
        if keyword not in _CONVERTED:
            yield Finding(node, "FM657", f"{keyword}={code(arg.value)} has no counterpart on an app and was left out.")
    include = constant(view, given["include"].value) if "include" in given else []
    beside = not isinstance(include, (list, tuple)) or any(not str(p).startswith("./") for p in include)
    resources = [follow(view, given[k].value) for k in ("requests", "limits") if k in given]
    said = any(isinstance(r, cst.Call) and "ephemeral_storage" in code(r) for r in resources)
    if beside or not said:
        about = []
        if beside:
            about.append("include is looked up beside this file, not in the folder the command runs in")
        if not said:
            about.append("Union gave an app 10Gi of ephemeral storage (disk=) if none was said")
        text = "; ".join(about)
        yield Finding(node, "FM662", f"{text[0].upper()}{text[1:]}.")


def _environment(
    view: FileView,
    node: cst.Call,
    updated: cst.Call,
    given: Mapping[str, cst.Arg],
    target: str = "",
    model: str = "",
) -> cst.BaseExpression:
    """The environment of an app; ``target`` is the class of a server of models, ``model`` the model it serves."""
    values = {id(a): b for a, b in zip(node.args, updated.args, strict=True)}
    rebuilt = {k: values[id(a)] for k, a in given.items()}
    as_task, originals = _as_task(rebuilt), _as_task(given)
    made: dict[str, cst.Arg] = {"name": argument(rebuilt["name"].value, "name")}
    for arg in (
        *(image_argument(view, rebuilt, given) if not target else ()),
        *resources_argument(view, rebuilt, given),
        *environment_variables_argument(view, as_task, originals),
        *secrets_argument(view, as_task, originals),
    ):
        assert arg.keyword is not None
        made[arg.keyword.value] = arg
    for keyword in (*_SAME, *_OF_MODEL_SERVERS - {"model"}):
        if keyword in rebuilt:
            made[keyword] = argument(rebuilt[keyword].value, keyword)
    renamed = {"inputs": "parameters", "dependencies": "depends_on", "include": "include", "framework_app": "app"}
    made.update({new: argument(rebuilt[old].value, new) for old, new in renamed.items() if old in rebuilt})
    scaling = _scaling(view, rebuilt)
    if scaling is not None:
        made["scaling"] = argument(scaling, "scaling")
    domain = [argument(rebuilt[k].value, new) for k, new in _DOMAIN.items() if k in rebuilt]
    if domain:
        made["domain"] = argument(call(view.local_name("flyte.app:Domain"), domain, indent="    "), "domain")
    if "request_timeout" in rebuilt:
        timeouts = call(view.local_name("flyte.app:Timeouts"), [argument(rebuilt["request_timeout"].value, "request")])
        made["timeouts"] = argument(timeouts, "timeouts")
    if model:
        made["model_path"] = argument(model, "model_path")
    order = [_NEW.get(k, k) for k in given]
    args = [made[k] for k in dict.fromkeys(order) if k in made]
    comments = {_NEW.get(k, k): c for k, c in argument_comments(node).items()}
    if not target:
        target = "flyte.app.extras:FastAPIAppEnvironment" if "framework_app" in given else "flyte.app:AppEnvironment"
    return commented_call(view.local_name(target), args, comments, room=76)


#: The argument that a v1 argument's value goes to.
_NEW = {
    "container_image": "image",
    "requests": "resources",
    "limits": "resources",
    "accelerator": "resources",
    "shared_memory": "resources",
    "env": "env_vars",
    "inputs": "parameters",
    "dependencies": "depends_on",
    "framework_app": "app",
    "model": "model_path",
    "request_timeout": "timeouts",
    **dict.fromkeys(_SCALING, "scaling"),
    **dict.fromkeys(_DOMAIN, "domain"),
}


def _scaling(view: FileView, given: Mapping[str, cst.Arg]) -> cst.BaseExpression | None:
    """``flyte.app.Scaling(…)``, whose default is v1's: none to one replica."""
    if not any(k in given for k in _SCALING):
        return None
    low = given["min_replicas"].value if "min_replicas" in given else cst.Integer("0")
    high = given["max_replicas"].value if "max_replicas" in given else cst.Integer("1")
    args = []
    if "min_replicas" in given or "max_replicas" in given:
        same = isinstance(literal(low), int) and literal(low) == literal(high)
        replicas = low if same else cst.Tuple([cst.Element(low), cst.Element(high)])
        args.append(argument(replicas, "replicas"))
    if "scaling_metric" in given:
        args.append(argument(given["scaling_metric"].value, "metric"))
    if "scaledown_after" in given:
        args.append(argument(given["scaledown_after"].value, "scaledown_after"))
    return call(view.local_name("flyte.app:Scaling"), args, room=70, indent="    ")


# -- inputs ------------------------------------------------------------------------------------------------------------


@on_symbol(INPUT)
def convert_input(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Input(name=…, value=…, …)`` → ``flyte.app.Parameter(…)``, which downloads unless told not to."""
    node = view.parent(reference.chain)
    if reference.rest:
        return
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        target = view.ref("flyte.app:Parameter")
        yield Replace(reference.node, lambda updated: target)
        return
    given = arguments(node, _INPUT_FIELDS)
    value = _input_value(view, given["value"].value) if given is not None and "value" in given else None
    kind = _input_type(given["type"].value) if given is not None and "type" in given else ""
    positional = [a for a in node.args if a.keyword is None]
    if given is None or value is None or kind is None or len(positional) > 2 or not set(given) <= set(_INPUT_FIELDS):
        yield Finding(
            node,
            "FM663",
            "What this input refers to can't be told: write flyte.app.Parameter(name=..., value=...) with a string, a "
            "File, a Dir, a flyte.app.ArtifactValue or a flyte.app.AppEndpoint.",
        )
        return
    yield Replace(node, lambda updated: _parameter(view, node, updated, given, value, kind))


def _input_type(node: cst.BaseExpression) -> str | None:
    """``Input.Type.File`` → ``"file"``."""
    name = code(node).rpartition(".")[2]
    return name.lower() if name in ("File", "Directory", "String") else None


#: v2 source for a value, for its name where v1 took it from there, and whether it is fetched.
_Value = tuple[str, str, bool]


def _input_value(view: FileView, node: cst.BaseExpression) -> _Value | None:
    """What an input's value becomes; None if that can't be told."""
    if is_query(view, node):
        assert isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
        found = declared(view, node.func.value)
        keywords = {a.keyword.value: code(a.value) for a in node.args if a.keyword is not None}
        if found is None or len(keywords) != len(node.args) or not set(keywords) <= {"project", "domain"}:
            return None
        rest = "".join(f", {k}={v}" for k, v in keywords.items())
        return f"{view.local_name('flyte.app:ArtifactValue')}(name={found.name}{rest})", found.name, True
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "query_endpoint":
        name = f"{code(node.func.value)}.name"
        rest = "".join(f", {code(a.keyword)}={code(a.value)}" for a in node.args if a.keyword is not None)
        return f"{view.local_name('flyte.app:AppEndpoint')}(app_name={name}{rest})", name, False
    text = constant(view, node)
    if not isinstance(text, str):
        return None
    if text.startswith(_UNION_STORAGE):
        return None
    if text.startswith(_STORAGE):
        made = "flyte.io:File" if PurePosixPath(text).suffix else "flyte.io:Dir"
        return f"{view.local_name(made)}.from_existing_remote({code(node)})", code(node), True
    return code(node), code(node), False


def _parameter(
    view: FileView, node: cst.Call, updated: cst.Call, given: Mapping[str, cst.Arg], value: _Value, kind: str | None
) -> cst.Call:
    """The call in its own layout, with the value converted, a name, and what v1 did not download not downloaded."""
    source, name, fetched = value
    args = list(updated.args)
    for keyword, text in (("value", source), ("type", f'"{kind}"')):
        if keyword in given:
            place = list(node.args).index(given[keyword])
            args[place] = args[place].with_changes(value=cst.parse_expression(text))
    between = args[0].comma if len(args) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if fetched and "mount" not in given and "download" not in given:
        last = args[-1]
        end = last.with_changes(value=cst.Name("False"), keyword=cst.Name("download"), equal=_EQUAL)
        args[-1] = last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))
        args.append(end)
    if "name" not in given:
        args.insert(0, argument(name, "name").with_changes(comma=between))
    elif given["name"].keyword is None:
        args[1] = args[1].with_changes(keyword=cst.Name("name"), equal=_EQUAL)
    first = list(node.args).index(given["value"]) + ("name" not in given)
    args[first] = args[first].with_changes(keyword=cst.Name("value"), equal=_EQUAL)
    return updated.with_changes(func=view.ref("flyte.app:Parameter"), args=args)


_EQUAL = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
