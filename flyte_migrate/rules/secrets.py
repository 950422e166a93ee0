"""``Secret`` and ``secret_requests=`` → ``flyte.Secret`` and ``secrets=``; reading one → ``os.environ`` (SEC-01…10).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/secrets/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import argument, brief, code
from flyte_migrate.rewrite.view import FileView, Reference, dotted_name
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import (
    argument_comments,
    arguments,
    callee,
    canonical,
    commented_call,
    constant,
    follow,
    indentation,
    literal,
    stays_v1,
)
from flyte_migrate.rules.tracker_uses import key_variables, secret_names

SECRET = "flytekit.Secret"
_FIELDS = ("group", "key", "group_version", "mount_requirement", "env_var")
_LOOKUP = ("group", "key", "group_version", "encode_mode")
_CONTEXTS = ("flytekit.current_context", "flytekit.core.context_manager.SecretsManager")
_VALID = re.compile(r"[A-Z_][A-Z0-9_]*")
_READERS = frozenset({"get", "get_secrets_env_var", "get_secrets_file"})


def secrets_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``secrets=`` for ``secret_requests=``: a list, because a tuple raises (CFG-09)."""
    if "secret_requests" not in args:
        return []
    value = args["secret_requests"].value
    original = originals["secret_requests"].value
    if original not in view.parents:
        value = _foreign_list(view, value)
    elif not isinstance(value, cst.Tuple) and isinstance(follow(view, original), cst.Tuple):
        return [argument(cst.Call(cst.Name("list"), [cst.Arg(value)]), "secrets")]
    if isinstance(value, cst.Tuple):
        value = cst.List(value.elements)
        if len(value.elements) == 1:
            value = value.with_changes(elements=[value.elements[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)])
    return [argument(value, "secrets")]


def _foreign_list(view: FileView, value: cst.BaseExpression) -> cst.BaseExpression:
    """The secrets that a helper of another module lists."""
    if not isinstance(value, (cst.List, cst.Tuple)):
        return value
    elements = [
        e.with_changes(value=_converted(view, e.value, e.value))
        if isinstance(e.value, cst.Call) and callee(view, e.value) == SECRET
        else e
        for e in value.elements
    ]
    return value.with_changes(elements=elements)


@on_symbol(SECRET)
def convert_secret(view: FileView, reference: Reference) -> Iterator[Item]:
    """``Secret(group=…, key=…)`` → ``flyte.Secret(key=…, group=…)``."""
    if stays_v1(view, reference.chain):
        return
    node = view.parent(reference.chain)
    if reference.rest:
        if not any(isinstance(a, cst.Call) and callee(view, a) == SECRET for a in view.ancestors(reference.chain)):
            yield Finding(
                reference.chain,
                "FM143",
                f"{code(reference.chain)}: how a secret is mounted is mount= or as_env_var= of flyte.Secret.",
            )
        return
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        target = view.ref("flyte:Secret")
        yield Replace(reference.node, lambda updated: target)
        return
    given = arguments(node, _FIELDS)
    if given is None:
        yield Finding(node, "FM142", "This Secret unpacks its arguments; write flyte.Secret(key=..., group=...) out.")
        yield Covered(reference.node)
        return
    if "key" not in given:
        yield Finding(
            node,
            "FM145",
            "A Flyte 2 secret needs a key; write one flyte.Secret(key=..., group=...) for each key of the group.",
        )
        yield Covered(reference.node)
        return
    yield from _secret_findings(view, node, given)
    yield Replace(node, lambda updated: _converted(view, node, updated))


def _secret_findings(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    if "group_version" in given:
        yield Finding(
            node,
            "FM144",
            f"group_version={code(given['group_version'].value)} was left out: a Flyte 2 secret has no "
            "version; put it into the group.",
        )
    if "env_var" in given:
        name = constant(view, given["env_var"].value)
        if isinstance(name, str) and not _VALID.fullmatch(name):
            yield Finding(
                node,
                "FM141",
                f"The environment variable {name} must be upper case in Flyte 2: it became {_valid(name)}; "
                "read that one.",
            )
    elif not _is_file(view, given) and _variable(view, given) is None and not _of_tracker(view, node):
        yield Finding(
            node,
            "FM148",
            "The names of this secret are only known when it is made, which raises if they hold anything but letters, "
            "digits, - and _; then it needs as_env_var=.",
        )
    if _is_file(view, given) and not _read_by_value(view, given):
        yield Finding(
            node,
            "FM143",
            "The file of this secret lies under /etc/flyte/secrets in Flyte 2, not under "
            "/etc/secrets/<group>/<key>: adapt what opens it.",
        )


def _converted(view: FileView, node: cst.Call, updated: cst.Call) -> cst.Call:
    given = arguments(node, _FIELDS) or {}
    values = {id(a): b.value for a, b in zip(node.args, updated.args, strict=True)}
    args = [
        argument(values.get(id(given[k]), given[k].value), k)
        for k in ("key", "group")
        if k in given and literal(given[k].value) != ""
    ]
    if _is_file(view, given) and not _read_by_value(view, given):
        args.append(argument(f'{view.local_name("pathlib:Path")}("/etc/flyte/secrets")', "mount"))
    elif "env_var" in given:
        value = given["env_var"].value
        name = literal(value)
        valid = cst.SimpleString(f'"{_valid(name)}"') if isinstance(name, str) and not _VALID.fullmatch(name) else value
        args.append(argument(valid, "as_env_var"))
    elif tracker := _of_tracker(view, node):
        args += [argument(f'"{tracker}"', "as_env_var")] if tracker != _plain_variable(view, given) else []
    else:
        plain = _plain_variable(view, given)
        if plain is not None and not _VALID.fullmatch(plain):
            args.append(argument(f'"{_valid(plain)}"', "as_env_var"))
    indent = indentation(view, node)
    return commented_call(view.ref("flyte:Secret"), args, argument_comments(node), room=84 - len(indent), indent=indent)


def _of_tracker(view: FileView, node: cst.Call) -> str:
    """The environment variable in which a tracker's library looks for this secret; empty if no tracker has it."""
    return key_variables(view).get(secret_names(view, node), "")


def _is_file(view: FileView, given: Mapping[str, cst.Arg]) -> bool:
    arg = given.get("mount_requirement")
    return arg is not None and dotted_name(arg.value).endswith(".FILE")


def _plain_variable(view: FileView, given: Mapping[str, cst.Arg]) -> str | None:
    """The environment variable that v2 derives from group and key; None if they are not known here."""
    group, key = (constant(view, given[k].value) if k in given else "" for k in ("group", "key"))
    if not isinstance(key, str) or not isinstance(group, str):
        return None
    return "_".join(filter(None, (group, key))).replace("-", "_").upper()


def _variable(view: FileView, given: Mapping[str, cst.Arg]) -> str | None:
    """The environment variable that holds the secret in v2, whatever its group and key are made of."""
    plain = _plain_variable(view, given)
    return None if plain is None else _valid(plain)


def requested(view: FileView, args: Mapping[str, cst.Arg]) -> str:
    """The expression of the one secret that ``secret_requests=`` asks for; empty without."""
    value = follow(view, args["secret_requests"].value) if "secret_requests" in args else None
    if not isinstance(value, (cst.List, cst.Tuple)) or len(value.elements) != 1:
        return ""
    secret = follow(view, value.elements[0].value)
    variable = variable_of(view, secret) if isinstance(secret, cst.Call) else None
    return f'{view.local_name("os:").rstrip(".")}.environ["{variable or "<GROUP>_<KEY>"}"]'


def variable_of(view: FileView, secret: cst.Call) -> str | None:
    """The environment variable that holds what a ``Secret(...)`` asks for; None if its names are not known here."""
    given = arguments(secret, _FIELDS) or {}
    name = constant(view, given["env_var"].value) if "env_var" in given else None
    return _valid(name) if isinstance(name, str) else _variable(view, given)


def _valid(name: str) -> str:
    cleaned = re.sub(r"[^A-Z0-9_]", "_", name.upper())
    return f"_{cleaned}" if cleaned[:1].isdigit() else cleaned


# -- reading -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Read:
    node: cst.BaseExpression  # the call, or the attribute chain
    given: Mapping[str, cst.Arg]
    reader: str


def _reads(view: FileView) -> list[_Read]:
    """Every reading of a secret in the file: ``secrets.get(...)`` and its like, ``secrets.<group>.<key>``."""
    found: list[_Read] = []
    if not view.facts.uses_v1:
        return found
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        parent = view.parent(node)
        if node.attr.value in _READERS and isinstance(parent, cst.Call) and parent.func is node:
            if _is_manager(view, node.value):
                given = arguments(parent, _LOOKUP)
                found.append(_Read(parent, given if given is not None else {"*": parent.args[0]}, node.attr.value))
        elif (
            isinstance(node.value, cst.Attribute)
            and node.attr.value not in _READERS
            and _is_manager(view, node.value.value)
        ):
            group, key = cst.SimpleString(f'"{node.value.attr.value}"'), cst.SimpleString(f'"{node.attr.value}"')
            if node.value.attr.value not in _READERS and not node.value.attr.value.startswith("_"):
                found.append(_Read(node, {"group": cst.Arg(group), "key": cst.Arg(key)}, "get"))
    return found


def _is_manager(view: FileView, node: cst.CSTNode, depth: int = 0) -> bool:
    """Whether an expression is the secrets manager: ``current_context().secrets``, or a variable that holds it."""
    if depth > 5:
        return False
    if isinstance(node, cst.Attribute):
        return node.attr.value == "secrets" and _is_context(view, node.value)
    if isinstance(node, cst.Call):
        return callee(view, node) == _CONTEXTS[1]
    if isinstance(node, cst.Name):
        bindings = view.bindings(node)
        return bool(bindings) and all(
            b.value is not None and b.kind == "assign" and _is_manager(view, b.value, depth + 1) for b in bindings
        )
    return False


def _is_context(view: FileView, node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return canonical(view, node.func) == _CONTEXTS[0]
    if isinstance(node, cst.Name):
        bindings = view.bindings(node)
        return bool(bindings) and all(
            b.value is not None and b.kind == "assign" and _is_context(view, b.value) for b in bindings
        )
    return False


def _declared(view: FileView) -> dict[tuple[str, str], str]:
    """(group, key) → ``env_var`` of the secrets that this file requests with one."""
    found: dict[tuple[str, str], str] = {}
    for reference in view.references:
        node = view.parent(reference.chain)
        if reference.name != SECRET or not isinstance(node, cst.Call) or node.func is not reference.chain:
            continue
        given = arguments(node, _FIELDS) or {}
        name = constant(view, given["env_var"].value) if "env_var" in given else _of_tracker(view, node)
        if isinstance(name, str) and name:
            found[_names(view, given)] = _valid(name)
    return found


def _names(view: FileView, given: Mapping[str, cst.Arg]) -> tuple[str, str]:
    """Group and key, ``?`` for what is not known here; of a single name, which v1 took for either, the key."""
    values = [constant(view, given[k].value) if k in given else "" for k in ("group", "key")]
    group, key = (v if isinstance(v, str) else "?" for v in values)
    return (group, key) if key else ("", group)


def _read_by_value(view: FileView, given: Mapping[str, cst.Arg]) -> bool:
    """Whether this file reads a secret with ``secrets.get``, which hides from v1 code how it is mounted."""
    wanted = _names(view, given)
    reads = [r for r in _reads(view) if _names(view, r.given) == wanted]
    return bool(reads) and all(r.reader == "get" for r in reads)


@on_file
def convert_reads(view: FileView) -> Iterator[Item]:
    """``current_context().secrets.get("g", "k")`` → ``os.environ["G_K"]`` (SEC-07, SEC-08)."""
    if "secrets" not in view.text and "SecretsManager" not in view.text:
        return
    declared: dict[tuple[str, str], str] | None = None
    converted: set[cst.CSTNode] = set()
    guarded: dict[cst.Try, list[cst.CSTNode]] = {}
    noted = False
    for read in _reads(view):
        if declared is None:
            declared = _declared(view)
        variable = _read_from(view, read, declared)
        if variable is None:
            yield Finding(
                read.node,
                "FM142",
                f"Which secret {brief(read.node)} reads can't be told, and some of this file are in variables of other "
                "names; in os.environ it is under <GROUP>_<KEY>, upper case, - as _.",
            )
            continue
        if read.reader == "get_secrets_file":
            yield Finding(
                read.node,
                "FM143",
                f"{brief(read.node)}: a secret mounted as a file lies under /etc/flyte/secrets in Flyte 2.",
            )
            continue
        converted.add(read.node)
        if read.reader == "get_secrets_env_var":
            text = cst.parse_expression(variable)
            yield Replace(read.node, lambda updated, text=text: text)  # type: ignore[misc]
            continue
        if not noted:
            noted = True
            yield Finding(
                read.node,
                "FM146",
                f"The secret is read from the environment variable {_shown(variable)}; export it for local runs, "
                "which inject no secrets.",
            )
        guard = _value_error_guard(view, read.node)
        if guard is not None:
            guarded.setdefault(guard, []).append(read.node)
        environ = view.local_name("os:").rstrip(".")
        encode = "encode_mode" in read.given and literal(read.given["encode_mode"].value) == "rb"
        value = cst.parse_expression(f"{environ}.environ[{variable}]" + (".encode()" if encode else ""))
        yield Replace(read.node, lambda updated, value=value: value)  # type: ignore[misc]

    for guard, nodes in guarded.items():
        yield from _catch_key_errors(guard, nodes)
    yield from _drop_managers(view, converted)


def _read_from(view: FileView, read: _Read, declared: Mapping[tuple[str, str], str]) -> str | None:
    """The expression of the environment variable that a reading finds its secret in; None if it can't be told."""
    if "*" in read.given or not {"group", "key"} & read.given.keys():
        return None
    variable = declared.get(_names(view, read.given)) or _variable(view, read.given)
    requested = _requested(view)
    if "key" not in read.given and any(g is not None and "key" not in g for g in requested):
        return None
    if variable is not None:
        return f'"{variable}"'
    if declared or not all(_is_named_as_in_v2(view, given) for given in requested):
        return None
    return _computed(view, [read.given[k].value for k in ("group", "key") if k in read.given])


def _requested(view: FileView) -> list[Mapping[str, cst.Arg] | None]:
    """The arguments of every secret that this file makes; None for those that are unpacked."""
    made = (view.parent(r.chain) for r in view.references if r.name == SECRET)
    return [arguments(node, _FIELDS) for node in made if isinstance(node, cst.Call) and callee(view, node) == SECRET]


def _is_named_as_in_v2(view: FileView, given: Mapping[str, cst.Arg] | None) -> bool:
    """Whether a secret is in the variable that v2 makes of its names, as far as they are known."""
    plain = _plain_variable(view, given) if given is not None else ""
    return plain is None or _VALID.fullmatch(plain) is not None


def _computed(view: FileView, names: list[cst.BaseExpression]) -> str | None:
    """What v2 makes of names that are only known when the code runs: upper case, joined by ``_``."""
    known = [constant(view, name) for name in names]
    parts = [(code(n), v) for n, v in zip(names, known, strict=True) if v != ""]
    if len(parts) == 1:
        text = parts[0][0] if isinstance(names[0], (cst.Name, cst.Attribute, cst.Call)) else f"({parts[0][0]})"
    elif any(_may_be_missing(view, name) for name in names):
        text = f'"_".join(filter(None, ({", ".join(t for t, _ in parts)})))'
    elif all(isinstance(v, str) or dotted_name(n) for n, v in zip(names, known, strict=True)) and not _is_in_f_string(
        view, names[0]
    ):
        text = 'f"' + "_".join(v if isinstance(v, str) else f"{{{t}}}" for t, v in parts) + '"'
    else:
        text = f'"_".join(({", ".join(t for t, _ in parts)}))'
    return f'{text}.upper().replace("-", "_")'


def _may_be_missing(view: FileView, name: cst.BaseExpression) -> bool:
    """Whether a name is a parameter that may be None or empty, which v1 left out."""
    bindings = view.bindings(name) if isinstance(name, cst.Name) and name in view.scope_at else ()
    params = [b.node for b in bindings if isinstance(b.node, cst.Param)]
    defaults = [p.default is not None and code(p.default) in ("None", '""', "''") for p in params]
    optional = [p.annotation is not None and re.search(r"Optional|None", code(p.annotation.annotation)) for p in params]
    return any(defaults) or any(optional)


def _is_in_f_string(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an expression is part of an f-string, which before Python 3.12 can't hold another with its quotes."""
    return any(isinstance(ancestor, cst.FormattedString) for ancestor in view.ancestors(node))


def _shown(variable: str) -> str:
    """A variable in a message: its name, or how it is made."""
    return variable[1:-1] if variable.startswith('"') and variable.count('"') == 2 else variable


def _drop_managers(view: FileView, converted: set[cst.CSTNode]) -> Iterator[Item]:
    """``secrets = current_context().secrets`` goes when everything read through the variable was converted."""
    for node in view.by_type.get(cst.Assign, ()):
        assert isinstance(node, cst.Assign)
        target, line = node.targets[0].target, view.parent(node)
        if len(node.targets) != 1 or not isinstance(target, cst.Name) or not _is_manager(view, node.value):
            continue
        uses = view.uses_of(target.value, view.scope_at[target])
        if (
            uses
            and all(any(a in converted for a in view.ancestors(use)) for use in uses)
            and isinstance(line, cst.SimpleStatementLine)
        ):
            yield Replace(line, lambda updated: None)


def _value_error_guard(view: FileView, node: cst.CSTNode) -> cst.Try | None:
    """The ``try`` that catches the ValueError of a missing secret, but not a KeyError."""
    child = node
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Try) and child is ancestor.body:
            names = {dotted_name(part) for h in ancestor.handlers if h.type is not None for part in _types(h.type)}
            kept = names & {"Exception", "KeyError", "LookupError", "BaseException"}
            return ancestor if "ValueError" in names and not kept else None
        if isinstance(ancestor, cst.FunctionDef):
            return None
        child = ancestor
    return None


def _catch_key_errors(guard: cst.Try, nodes: Sequence[cst.CSTNode]) -> Iterator[Item]:
    """``except ValueError`` → ``except KeyError`` where only the secrets that are read can have raised it."""
    inside = {part for node in nodes for part in walk(node)}
    stored = {t.target for line in walk(guard.body) if isinstance(line, cst.Assign) for t in line.targets}
    raising = (cst.Call, cst.Subscript, cst.Raise)
    if any(isinstance(n, raising) and n not in inside and n not in stored for n in walk(guard.body)):
        for node in nodes:
            yield Finding(
                node,
                "FM147",
                "A secret that is missing raises KeyError here, not ValueError: catch KeyError, or use os.environ.get.",
            )
        return
    for handler in guard.handlers:
        for part in _types(handler.type) if handler.type is not None else ():
            if dotted_name(part) == "ValueError":
                yield Replace(part, lambda updated: cst.Name("KeyError"))


def _types(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [e.value for e in node.elements] if isinstance(node, cst.Tuple) else [node]
