"""``cache=…``, ``cache_version=…`` and ``flytekit.Cache`` → ``flyte.Cache`` (CAC-01…10).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/caching/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    argument_comments,
    arguments,
    callee,
    commented_call,
    constant,
    follow,
    literal,
    stays_v1,
)

CACHE_KEYWORDS = frozenset({"cache", "cache_version", "cache_serialize", "cache_ignore_input_vars"})
CACHE = "flytekit.Cache"
_POLICY = "flytekit.CachePolicy"
_FIELDS = ("version", "serialize", "ignored_inputs", "salt", "policies")
_RENAMED = {"version": "version_override"}


def cache_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The v2 ``cache=`` argument for the v1 cache arguments; none where caching is off.

    A name stays a switch: ``cache="auto" if CACHING else "disable"``.
    """
    cache, original = args["cache"].value, originals["cache"].value
    known = literal(original)
    if known is False:
        return []
    if constant(view, original) is UNKNOWN and callee(view, follow(view, original)) == CACHE:
        if isinstance(original, cst.Call) and original not in view.parents:
            cache = _converted(view, original, original) or original  # of a helper in another module
        if isinstance(cache, cst.Call) and len(cache.args) == 1 and literal(cache.args[0].value) == "auto":
            cache = cache.args[0].value
        return [argument(cache, "cache")]
    version = args.get("cache_version")
    given: list[cst.Arg] = []
    if version is not None and literal(version.value) != "":
        given.append(argument(version.value, "version_override"))
    if "cache_serialize" in args and literal(args["cache_serialize"].value) is not False:
        given.append(argument(args["cache_serialize"].value, "serialize"))
    if "cache_ignore_input_vars" in args:
        given.append(argument(args["cache_ignore_input_vars"].value, "ignored_inputs"))
    behavior: cst.BaseExpression = cst.SimpleString('"auto"')
    if known is not True:
        behavior = cst.IfExp(test=cache, body=behavior, orelse=cst.SimpleString('"disable"'))
    if not given:
        return [argument(behavior, "cache")]
    return [
        argument(call(view.local_name("flyte:Cache"), [argument(behavior), *given], room=80, indent="    "), "cache")
    ]


def cache_findings(view: FileView, definition: TaskDefinition, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Findings about the cache arguments of one task."""
    arg = args.get("cache")
    if arg is None:
        return
    known = constant(view, arg.value)
    behind = follow(view, arg.value)
    if known is UNKNOWN and callee(view, behind) != CACHE and not _is_bool(behind):
        yield Finding(
            arg,
            "FM132",
            f"cache={code(arg.value)} can't be read here and is taken for a bool; give a flyte.Cache or a "
            "behaviour name.",
        )
    if known is True and "cache_version" not in args and _first_without_version(view) is definition:
        yield Finding(arg, "FM133", "Without a version the cache key follows the function's body in Flyte 2.")


def _first_without_version(view: FileView) -> TaskDefinition | None:
    for definition in view.tasks:
        cache = definition.task.argument("cache")
        if cache is not None and cache.text == "True" and definition.task.argument("cache_version") is None:
            return definition
    return None


def _is_bool(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.UnaryOperation):
        return isinstance(node.operator, cst.Not)
    if isinstance(node, cst.BooleanOperation):
        return _is_bool(node.left) and _is_bool(node.right)
    return isinstance(node, cst.Comparison) or (isinstance(node, cst.Call) and code(node.func) == "bool")


@on_symbol(CACHE)
def convert_cache(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Cache(version=…)`` → ``flyte.Cache("auto", version_override=…)``, wherever it stands (CAC-06)."""
    node = view.parent(reference.chain)
    if stays_v1(view, reference.chain):
        return
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        if not reference.rest:
            target = view.ref("flyte:Cache")
            yield Replace(reference.node, lambda updated: target)
        return
    if arguments(node, _FIELDS) is None:
        yield Finding(
            node, "FM132", 'This Cache unpacks its arguments; write flyte.Cache("auto", version_override=...) out.'
        )
        yield Covered(reference.node)
        return
    yield Replace(node, lambda updated: _converted(view, node, updated) or updated)


def _converted(view: FileView, node: cst.Call, updated: cst.Call) -> cst.BaseExpression | None:
    given = arguments(node, _FIELDS)
    if given is None:
        return None
    values = {id(a): b for a, b in zip(node.args, updated.args, strict=True)}
    args = [argument('"auto"')]
    for name, arg in given.items():
        if (name == "version" and literal(arg.value) == "") or (name == "policies" and _hashes_body(view, arg.value)):
            continue
        args.append(argument(values[id(arg)].value, _RENAMED.get(name, name)))
    names = {a.keyword.value if a.keyword is not None else "version": _RENAMED.get(k, k) for k, a in given.items()}
    comments = {names.get("version" if k == "0" else k, k): c for k, c in argument_comments(node).items()}
    return commented_call(view.ref("flyte:Cache"), args, comments, room=77)


def _hashes_body(view: FileView, value: cst.BaseExpression) -> bool:
    """Whether the policies are ``CacheFunctionBody()`` alone: what ``"auto"`` does without being told (CAC-02)."""
    policies = [e.value for e in value.elements] if isinstance(value, (cst.List, cst.Tuple)) else [value]
    return len(policies) == 1 and callee(view, policies[0]) == "union.cache.CacheFunctionBody"


@on_symbol(_POLICY)
def convert_policy(view: FileView, reference: Reference) -> Iterator[Item]:
    """A policy class keeps its method; its parameters have ``image`` instead of ``container_image`` (CAC-07)."""
    target = view.ref("flyte:CachePolicy")
    yield Replace(reference.node, lambda updated: target)
    base = view.parent(view.parent(reference.chain) or reference.chain)
    base = view.parent(reference.chain) if isinstance(view.parent(reference.chain), cst.ClassDef) else base
    if not isinstance(base, cst.ClassDef):
        return
    yield Finding(
        base,
        "FM130",
        f"{base.name.value}.get_version gets params with image instead of container_image, and no pod template.",
    )
    for attribute in view.by_type.get(cst.Attribute, ()):
        assert isinstance(attribute, cst.Attribute)
        if attribute.attr.value == "container_image" and any(a is base for a in view.ancestors(attribute)):
            yield Replace(attribute.attr, lambda updated: cst.Name("image"))


@on_symbol("flytekit.VersionParameters")
def drop_version_parameters(view: FileView, reference: Reference) -> Iterator[Item]:
    """The type of ``params`` has no public name in v2, so the annotation goes."""
    for ancestor in view.ancestors(reference.chain):
        if isinstance(ancestor, cst.Annotation):
            yield Replace(ancestor, lambda updated: None)
            return
        if isinstance(ancestor, cst.BaseStatement):
            return
