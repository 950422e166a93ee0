"""``cache=…``, ``cache_version=…`` and ``flytekit.Cache`` → ``flyte.Cache`` (CAC-01…10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from flyte_migrate.rewrite.plan import Finding
from flyte_migrate.rewrite.template import argument, call, code
from flyte_migrate.rewrite.view import FileView

CACHE_KEYWORDS = frozenset({"cache", "cache_version", "cache_serialize", "cache_ignore_input_vars"})


def cache_argument(view: FileView, args: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The v2 ``cache=`` argument for the v1 cache arguments; none where caching is off."""
    cache = args["cache"].value
    if code(cache) == "False":
        return []
    if code(cache) != "True":
        return [argument(cache, "cache")]
    version = args.get("cache_version")
    given: list[cst.Arg] = []
    if version is not None and code(version.value) not in ('""', "''"):
        given.append(argument(version.value, "version_override"))
    if "cache_serialize" in args and code(args["cache_serialize"].value) != "False":
        given.append(argument(args["cache_serialize"].value, "serialize"))
    if "cache_ignore_input_vars" in args:
        given.append(argument(args["cache_ignore_input_vars"].value, "ignored_inputs"))
    if not given:
        return [argument('"auto"', "cache")]
    return [argument(call(view.local_name("flyte:Cache"), [argument('"auto"'), *given]), "cache")]


def cache_findings(view: FileView, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Findings about the cache arguments of one task."""
    yield from ()
