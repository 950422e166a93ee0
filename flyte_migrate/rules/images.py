"""``ImageSpec`` → ``flyte.Image`` chains, ``container_image=`` → the environment's ``image=`` (IMG-01…28, CFG-01…04).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/container-images/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import libcst as cst

from flyte_migrate.project.environments import slug
from flyte_migrate.project.link import ACTOR
from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import WIDTH, argument, code, exploded, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    Comments,
    argument_comments,
    arguments,
    callee,
    constant,
    follow,
    is_none,
    layout_comments,
    line_break,
    literal,
    lost_comments,
    stays_v1,
)
from flyte_migrate.rules.distributions import converted_elements, converts, installs, problems_of

IMAGE_SPEC = "flytekit.ImageSpec"
_FIELDS = (
    "name",
    "python_version",
    "builder",
    "source_root",
    "env",
    "registry",
    "packages",
    "conda_packages",
    "conda_channels",
    "requirements",
    "apt_packages",
    "cuda",
    "cudnn",
    "base_image",
    "platform",
    "pip_index",
    "pip_extra_index_url",
    "pip_secret_mounts",
    "pip_extra_args",
    "registry_config",
    "entrypoint",
    "commands",
    "tag_format",
    "source_copy_mode",
    "copy",
    "python_exec",
    "runtime_packages",
    "builder_options",
    "builder_config",
)
#: Options without a counterpart, and the finding that says so.
_WITHOUT = {
    "conda_packages": "FM152",
    "conda_channels": "FM152",
    "cuda": "FM153",
    "cudnn": "FM153",
    "pip_secret_mounts": "FM157",
    "registry_config": "FM158",
    "source_root": "FM160",
    "source_copy_mode": "FM160",
    "builder": "FM161",
    "entrypoint": "FM154",
    "tag_format": "FM154",
    "python_exec": "FM154",
    "runtime_packages": "FM154",
    "builder_options": "FM154",
    "builder_config": "FM154",
}
_TEMPLATE = re.compile(
    r"\{\{\s*\.images?\.([\w-]+)\.(?:fqn|image)\s*\}\}(?::\{\{\s*\.images?\.([\w-]+)\.version\s*\}\})?"
)
#: Any part of the default images, which Flyte 1 filled in wherever it stood.
_FILLED_IN = re.compile(r"\{\{\s*\.images?\.[\w.-]+\s*\}\}")
#: Brings the bridge that a reusable container starts with.
_REUSE = "unionai-reuse"
#: A requirement: name, extras, and whatever follows (a version, a URL, a marker).
_METHODS = {
    "with_packages": "with_pip_packages",
    "with_apt_packages": "with_apt_packages",
    "with_commands": "with_commands",
}
_CHAINED = frozenset({*_METHODS, "with_copy"})
_CONTAINER = "V1Container"
_OTHER_METHODS = frozenset({"with_runtime_packages", "with_builder_options", "force_push"})


@dataclass
class _Step:
    """One call of the chain: the function (from the flyte.Image class) or method, its arguments, the comments it takes
    over.
    """

    name: str
    args: list[cst.Arg]
    sources: tuple[str, ...] = ()  # the v1 keywords that it says
    whitespace: cst.BaseParenthesizableWhitespace | None = None  # the layout of a list whose elements are the arguments
    receiver: cst.BaseExpression | None = None  # of the first step: the image that the chain extends


@dataclass
class _Chain:
    """The steps from the class (``root``, as this file names it) or from another image to the image."""

    root: str = "flyte.Image"
    steps: list[_Step] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


# -- entry points ------------------------------------------------------------------------------------------------------


def image_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``image=`` for ``container_image=``."""
    if "container_image" not in args:
        return []
    original = originals["container_image"].value
    if isinstance(original, cst.Call) and is_image(view, original):
        image = _image(view, original, indent="    ", room=WIDTH - len("    image=") - 1)
        if image is not None:
            return [argument(image, "image")]
    reference = _reference(view, original) if original not in view.parents else None
    return [argument(reference or _or_default(view, original, args["container_image"].value), "image")]


def _or_default(view: FileView, original: cst.BaseExpression, value: cst.BaseExpression) -> cst.BaseExpression:
    """No image was the default one in v1; an environment's None is deployed as no image at all."""
    if isinstance(value, cst.IfExp):
        default = cst.SimpleString('"auto"')
        return value.with_changes(
            body=default if is_none(value.body) else value.body,
            orelse=default if is_none(value.orelse) else value.orelse,
        )
    behind = follow(view, original)
    if isinstance(behind, cst.IfExp) and (is_none(behind.body) or is_none(behind.orelse)):
        default = cst.SimpleString('"auto"')
        return cst.BooleanOperation(left=value, operator=cst.Or(), right=default)
    return value


def image_findings(view: FileView, args: Mapping[str, cst.Arg]) -> Iterator[Finding]:
    """Findings about the image of one task."""
    arg = args.get("container_image")
    if arg is None:
        return
    text = constant(view, arg.value)
    if isinstance(text, str) and "{{" not in text and _first_with_text_image(view) == arg.value:
        yield Finding(arg, "FM163", f"The image {text} must contain the package flyte to run Flyte 2 tasks.")


def _first_with_text_image(view: FileView) -> cst.BaseExpression | None:
    from flyte_migrate.rules.decorators import decorator_arguments

    for definition in view.tasks:
        given = definition.task.argument("container_image")
        if given is None:
            continue
        arg = decorator_arguments(view, definition).get("container_image")
        if arg is not None and isinstance(text := constant(view, arg.value), str) and "{{" not in text:
            return arg.value
    return None


@on_symbol(IMAGE_SPEC)
def convert_image(view: FileView, reference: Reference) -> Iterator[Item]:
    """``ImageSpec(...)`` → a chain on ``flyte.Image``; as a type it is ``flyte.Image``."""
    node = view.parent(reference.chain)
    if stays_v1(view, reference.chain):
        return
    if reference.rest:
        yield Finding(
            reference.chain,
            "FM166",
            f"ImageSpec.{reference.rest[0]} has no counterpart; build the image with "
            "flyte.Image.from_debian_base() and its methods.",
        )
        yield Covered(reference.node)
        return
    if not isinstance(node, cst.Call) or node.func is not reference.chain:
        target = view.ref("flyte:Image")
        yield Replace(reference.node, lambda updated: target)
        return
    if _method_above(view, node) is not None:
        return  # converted with the methods that are called on it
    yield from _convert(view, node)


def _convert(view: FileView, node: cst.Call) -> Iterator[Item]:
    chain = _chain(view, node)
    if chain is None:
        yield Finding(node, "FM165", "This ImageSpec unpacks its arguments; write the flyte.Image chain out.")
        return
    for code_, message in chain.problems:
        yield Finding(node, code_, message)
    if not any(code_ == "FM165" for code_, _ in chain.problems):
        room = WIDTH - _column(view, node)
        yield Replace(node, lambda updated: _image(view, node, indent="", room=room) or updated)


@on_file
def note_platforms(view: FileView) -> Iterator[Item]:
    """Once a file: images on the debian base are built for two architectures, where v1 built for one (SEM-21)."""
    for node in _image_calls(view):
        given = arguments(node, _FIELDS)
        if given is not None and "platform" not in given and "base_image" not in given:
            yield Finding(
                node,
                "FM162",
                'Images are built for amd64 and arm64 now; platform=("linux/amd64",) is what Flyte 1 built.',
            )
            return


def _method_above(view: FileView, node: cst.Call) -> cst.Call | None:
    """The call of an image method whose receiver a call is."""
    attribute = view.parent(node)
    applied = view.parent(attribute) if isinstance(attribute, cst.Attribute) and attribute.value is node else None
    if (
        isinstance(attribute, cst.Attribute)
        and attribute.attr.value in _CHAINED
        and isinstance(applied, cst.Call)
        and applied.func is attribute
    ):
        return applied
    return None


@on_file
def convert_package_lists(view: FileView) -> Iterator[Item]:
    """Flyte 1 distributions in the lists that images install from become Flyte 2 ones, or go."""
    lists: dict[cst.CSTNode, cst.List | cst.Tuple] = {}
    for node in _image_calls(view):
        given = arguments(node, _FIELDS) or {}
        if "packages" in given:
            lists.update((listed, listed) for listed in _shared_lists(view, given["packages"].value))
    for listed in lists.values():
        yield from _list_findings(view, listed.elements)
        if converts(view, listed.elements):
            yield Replace(listed, lambda updated: _with_converted(view, updated))


def _shared_lists(view: FileView, value: cst.BaseExpression, depth: int = 0) -> Iterator[cst.List | cst.Tuple]:
    """The lists of this file that a package list is put together from, those written in the call itself left out."""
    if depth > 10:
        return
    if isinstance(value, cst.BinaryOperation):
        yield from _shared_lists(view, value.left, depth + 1)
        yield from _shared_lists(view, value.right, depth + 1)
    elif isinstance(value, (cst.List, cst.Tuple)):
        for element in value.elements:
            if isinstance(element, cst.StarredElement):
                yield from _shared_lists(view, element.value, depth + 1)
    elif isinstance(value, (cst.Name, cst.Attribute)):
        behind = follow(view, value)
        if isinstance(behind, (cst.List, cst.Tuple)) and behind in view.parents:
            yield behind
        if behind is not value:
            yield from _shared_lists(view, behind, depth + 1)


def _with_converted(view: FileView, updated: cst.List | cst.Tuple) -> cst.BaseExpression:
    return updated.with_changes(elements=converted_elements(view, updated.elements, bundled=True))


@on_file
def report_images_in_pods(view: FileView) -> Iterator[Item]:
    """``V1Container(image=spec)``: v1 built the image and filled its name in (core/utils.py), v2 does not."""
    if "V1Container" not in view.text:
        return
    for node in view.by_type.get(cst.Call, ()):
        assert isinstance(node, cst.Call)
        image = keyword_of(node, "image")
        if image is None or not is_image(view, image.value):
            continue
        if (view.qualified(node.func) or "").startswith("kubernetes.client.") and code(node.func).endswith(_CONTAINER):
            yield Finding(
                node,
                "FM164",
                f"Leave image={code(image.value)} out of the primary container and give it to the environment of its "
                "tasks; any other container needs the address of an image.",
            )


@on_file
def convert_template_images(view: FileView) -> Iterator[Item]:
    """``{{.image.x.fqn}}:{{.image.default.version}}`` → ``flyte.Image.from_ref_name("x")`` (CFG-03)."""
    if "{{" not in view.text or ".image" not in view.text:
        return
    reported = False
    for node in view.by_type.get(cst.SimpleString, ()):
        text = string_value(node)
        if text is None or "{{" not in text or not _FILLED_IN.search(text) or isinstance(view.parent(node), cst.Expr):
            continue
        if stays_v1(view, node):
            continue
        assert isinstance(node, cst.SimpleString)
        reference = _reference(view, node)
        if reference is None:
            yield Finding(
                node,
                "FM150",
                f"The image {text} has a tag of its own; a Flyte 2 reference names a whole image."
                if _TEMPLATE.match(text.strip())
                else f"Flyte 2 fills nothing into {text}; write the whole image, or name one with "
                "flyte.Image.from_ref_name(...).",
            )
            continue
        if not reported:
            yield Finding(
                node,
                "FM151",
                f"{code(reference)} is resolved from --image name=uri, image.image_refs in the configuration "
                "or flyte.init(images=...).",
            )
            reported = True
        yield Replace(node, lambda updated, reference=reference: reference)  # type: ignore[misc]


def _reference(view: FileView, node: cst.CSTNode) -> cst.BaseExpression | None:
    text = string_value(node)
    match = _TEMPLATE.fullmatch(text.strip()) if text is not None else None
    if match is None:
        return None
    # The version is that of the default image by custom; a reference names the whole image.
    return cst.parse_expression(f'{view.local_name("flyte:Image")}.from_ref_name("{match[1]}")')


@on_file
def convert_image_methods(view: FileView) -> Iterator[Item]:
    """Methods and attributes of image objects: ``with_packages`` and its like, ``is_container()`` guards,
    ``image_name()``.
    """
    guards: dict[cst.If, str] = {}
    for node in view.by_type.get(cst.Attribute, ()):
        assert isinstance(node, cst.Attribute)
        name = node.attr.value
        if (
            name not in _CHAINED
            and name not in _OTHER_METHODS
            and name not in ("is_container", "image_name", "tag", "packages")
        ):
            continue
        if not is_image(view, node.value) or stays_v1(view, node):
            continue
        parent = view.parent(node)
        applied = parent if isinstance(parent, cst.Call) and parent.func is node else None
        if name in _CHAINED and applied is not None:
            if _method_above(view, applied) is None:
                yield from _convert(view, applied)
        elif name == "is_container":
            guard = view.parent(applied) if applied is not None else None
            if isinstance(guard, cst.If) and guard.test is applied and _guards_imports(guard):
                guards[guard] = code(node.value)
            else:
                yield Finding(
                    node,
                    "FM159",
                    f"flyte.Image has no is_container(): import what only {code(node.value)} has inside the task.",
                )
        elif name == "image_name" and applied is not None:
            yield Replace(applied, lambda updated: cst.Attribute(updated.func.value, cst.Name("uri")))
        else:
            yield Finding(node, "FM166", f"flyte.Image has no {name}.")
    for guard, image in guards.items():
        yield Replace(guard, lambda updated, image=image: _suppressed(updated, image))  # type: ignore[misc]


def is_image(view: FileView, node: cst.CSTNode, depth: int = 0) -> bool:
    """Whether an expression is an ``ImageSpec``: a call of it, of one of its methods, or a name that stands for one."""
    if depth > 10:
        return False
    if isinstance(node, cst.Call):
        if callee(view, node) == IMAGE_SPEC:
            return True
        if isinstance(node.func, cst.Attribute):
            return node.func.attr.value in (*_CHAINED, *_OTHER_METHODS) and is_image(view, node.func.value, depth + 1)
        return False
    if isinstance(node, (cst.Name, cst.Attribute)):
        behind = follow(view, node)
        return behind is not node and is_image(view, behind, depth + 1)
    return False


def reusable_image(view: FileView, arg: cst.Arg | None, made: Sequence[cst.Arg]) -> list[cst.Arg] | None:
    """The ``image=`` of a reusable environment, which installs unionai-reuse; None where that can't be added here.

    ``arg`` is v1's ``container_image=``, ``made`` the argument it becomes for any other environment.
    """
    method = f'with_pip_packages("{_REUSE}")'
    if arg is None:
        return [argument(f"{view.local_name('flyte:Image')}.from_debian_base().{method}", "image")]
    behind = follow(view, arg.value)
    if not is_image(view, behind) or not isinstance(behind, cst.Call):
        return None
    if callee(view, behind) == IMAGE_SPEC:
        given = arguments(behind, _FIELDS)
        if given is None or ("builder" in given and literal(given["builder"].value) == "noop"):
            return None
        if behind in view.parents or _installs_reuse(view, given.get("packages")):
            return list(made)  # its own chain says so
    above = cst.Attribute(made[0].value, cst.Name("with_pip_packages"))
    return [argument(cst.Call(above, [argument(f'"{_REUSE}"')]), "image")]


def _actor_images(view: FileView) -> Iterator[cst.BaseExpression]:
    """What this file's actors have for an image."""
    for reference in view.references:
        node = view.parent(reference.chain) if reference.name == ACTOR else None
        if isinstance(node, cst.Call) and node.func is reference.chain:
            given = arguments(node, ("name", "container_image")) or {}
            if "container_image" in given:
                yield given["container_image"].value


def _installs_reuse(view: FileView, packages: cst.Arg | None) -> bool:
    found = constant(view, packages.value) if packages is not None else None
    listed = [found] if isinstance(found, str) else found if isinstance(found, (list, tuple)) else []
    return any(installs(text, _REUSE) for text in listed if isinstance(text, str))


def _image_calls(view: FileView) -> Iterator[cst.Call]:
    for reference in view.references:
        node = view.parent(reference.chain)
        if (
            reference.name == IMAGE_SPEC
            and isinstance(node, cst.Call)
            and node.func is reference.chain
            and not stays_v1(view, node)
        ):
            yield node


# -- the chain ---------------------------------------------------------------------------------------------------------


def _image(view: FileView, node: cst.Call, *, indent: str, room: int) -> cst.BaseExpression | None:
    chain = _chain(view, node)
    if chain is None or any(code_ == "FM165" for code_, _ in chain.problems):
        return None
    comments = argument_comments(node) if callee(view, node) == IMAGE_SPEC else {}
    return _render(chain, comments, [node], indent=indent, room=room)


def _chain(view: FileView, node: cst.Call) -> _Chain | None:
    chain = _Chain(view.local_name("flyte:Image"))
    if callee(view, node) != IMAGE_SPEC:
        assert isinstance(node.func, cst.Attribute)
        receiver = node.func.value
        if isinstance(receiver, cst.Call):
            below = _chain(view, receiver)
            if below is None:
                return None
            chain = below
        else:
            chain.steps.append(_Step("", [], receiver=receiver))
        _method_step(view, node, chain)
        return chain
    given = arguments(node, _FIELDS)
    if given is None:
        return None
    _base(view, node, given, chain)
    _layers(view, node, given, chain)
    without: dict[str, list[str]] = {}
    for keyword, code_ in _WITHOUT.items():
        if keyword in given and not _is_default(keyword, given[keyword].value):
            without.setdefault(code_, []).append(f"{keyword}={code(given[keyword].value)}")
    chain.problems += [(code_, _without_message(code_, " and ".join(said))) for code_, said in without.items()]
    for keyword in given:
        if keyword not in _FIELDS:
            chain.problems.append(
                ("FM154", f"{keyword}={code(given[keyword].value)} is not an option of an ImageSpec and was left out.")
            )
    return chain


def _is_default(keyword: str, value: cst.BaseExpression) -> bool:
    known = literal(value)
    return known in ([], {}, "") or (keyword == "builder" and known in ("default", "noop", "envd"))


_WITHOUT_MESSAGES = {
    "FM152": "flyte.Image installs no conda packages. Use with_pip_packages, or a base image that has them.",
    "FM153": "start from a CUDA image with flyte.Image.from_base(...).clone(name=..., extendable=True).",
    "FM154": "flyte.Image has no counterpart.",
    "FM157": "mount platform secrets with secret_mounts=[flyte.Secret(key=...)].",
    "FM158": "name a platform secret with clone(registry_secret=...).",
    "FM160": "the code bundle of a run ships the sources.",
    "FM161": "the builder is configured for all images (image.builder).",
}


def _without_message(code_: str, said: str) -> str:
    return f"{said} was left out: {_WITHOUT_MESSAGES[code_]}"


def _base(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg], chain: _Chain) -> None:
    """The first steps: where the image starts from, its name, registry, Python version and platforms."""
    python = _python_version(view, given.get("python_version"), chain)
    platform = _platform(view, given.get("platform"), chain)
    identity = [
        argument(_lower_case(given[k].value), k)
        for k in ("name", "registry")
        if k in given and not (k == "name" and literal(given[k].value) == "flytekit") and literal(given[k].value) != ""
    ]
    sources = tuple(k for k in ("name", "registry", "python_version", "platform", "base_image") if k in given)
    options = [
        argument(value, key) for key, value in (("python_version", python), ("platform", platform)) if value is not None
    ]
    if "base_image" not in given:
        chain.steps.append(_Step("from_debian_base", [*identity, *options], sources))
        return
    base = given["base_image"].value
    behind = follow(view, base)
    if is_image(view, base):
        receiver = base
        if isinstance(base, cst.Call) and callee(view, base) == IMAGE_SPEC:
            parent = _chain(view, base)
            if parent is None:
                chain.problems.append(
                    ("FM165", "The base image unpacks its arguments; write both images out as flyte.Image chains.")
                )
                return
            chain.problems += parent.problems
            chain.steps += parent.steps
            if identity or options:
                chain.steps.append(_Step("clone", [*identity, *options, argument("True", "extendable")], sources))
            return
        # A named copy; the layers of the parent stay below those of this image.
        args = [*identity, *options]
        if args:
            chain.steps.append(_Step("clone", [*args, argument("True", "extendable")], sources, receiver=receiver))
        else:
            chain.steps.append(_Step("", [], sources, receiver=receiver))
        return
    uri = constant(view, base)
    template = _reference(view, behind)
    if not isinstance(uri, str) and not _is_text(view, behind):
        chain.problems.append(
            (
                "FM165",
                f"base_image={code(base)} may be a string or an image; write flyte.Image.from_base(uri) or "
                "chain on the image.",
            )
        )
        return
    if template is not None:
        chain.steps.append(_Step("from_ref_name", list(template.args), sources))  # type: ignore[attr-defined]
    else:
        chain.steps.append(_Step("from_base", [argument(base)], sources))
    if literal(given["builder"].value) == "noop" if "builder" in given else False:
        return  # the image is used as it is
    named = (
        identity
        if any(a.keyword is not None and a.keyword.value == "name" for a in identity)
        else [argument(f'"{_name_for(view, node)}"', "name"), *identity]
    )
    chain.steps.append(_Step("clone", [*named, *options, argument("True", "extendable")], ()))


def _lower_case(value: cst.BaseExpression) -> cst.BaseExpression:
    """v1 lowers the case of names and registries itself."""
    text = string_value(value)
    return cst.SimpleString(f'"{text.lower()}"') if text is not None and text != text.lower() else value


def _name_for(view: FileView, node: cst.CSTNode) -> str:
    """A name for an image that had none, which v2 needs to add layers: that of its variable."""
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Assign) and isinstance(ancestor.targets[0].target, cst.Name):
            stem = slug(ancestor.targets[0].target.value)
            stripped = re.sub(r"(^|-)(image-spec|image|img|spec)(?=-|$)", "", stem).strip("-")
            return stripped or slug(view.facts.module.rpartition(".")[2])
        if isinstance(ancestor, cst.FunctionDef):
            return slug(ancestor.name.value)
    return slug(view.facts.module.rpartition(".")[2])


def _is_text(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an expression is certainly a string."""
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return True
    if isinstance(node, cst.BinaryOperation):
        return _is_text(view, node.left) or _is_text(view, node.right)
    if isinstance(node, cst.Call):
        name = view.qualified(node.func) if node in view.parents else ""
        return name in ("os.getenv", "os.environ.get") or (
            isinstance(node.func, cst.Attribute) and node.func.attr.value in ("format", "strip", "join")
        )
    if isinstance(node, cst.Subscript):
        return view.qualified(node.value) == "os.environ" if node in view.parents else False
    return False


def _python_version(view: FileView, arg: cst.Arg | None, chain: _Chain) -> cst.BaseExpression | None:
    if arg is None:
        return None
    version = constant(view, arg.value)
    match = re.match(r"(\d+)\.(\d+)", version) if isinstance(version, str) else None
    if match is None:
        chain.problems.append(
            ("FM167", f"python_version={code(arg.value)} was left out; give a tuple of two ints such as (3, 12).")
        )
        return None
    if not (match[1] == "3" and 10 <= int(match[2]) <= 14):
        chain.problems.append(
            (
                "FM167",
                f"Flyte 2 has no base image for Python {version}, so python_version was left out; choose 3.10 to 3.14.",
            )
        )
        return None
    return cst.parse_expression(f"({match[1]}, {match[2]})")


def _platform(view: FileView, arg: cst.Arg | None, chain: _Chain) -> cst.BaseExpression | None:
    if arg is None:
        return None
    text = constant(view, arg.value)
    if not isinstance(text, str):
        chain.problems.append(
            (
                "FM165",
                f"platform={code(arg.value)} can't be read here; "
                'a flyte.Image takes a tuple such as ("linux/amd64",).',
            )
        )
        return None
    names = [f'"{name.strip()}"' for name in text.split(",") if name.strip()]
    return cst.parse_expression(f"({', '.join(names)}{',' if len(names) == 1 else ''})")


def _layers(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg], chain: _Chain) -> None:
    """Layers in the order in which v1 built them: apt, environment, Python packages, copied files, commands."""
    on_base = any(s.name in ("from_base", "from_ref_name") for s in chain.steps)
    as_is = on_base and not any(s.name == "clone" for s in chain.steps)
    if "apt_packages" in given:
        _add_list(view, chain, "with_apt_packages", given["apt_packages"].value, "apt_packages")
    if "env" in given:
        chain.steps.append(_Step("with_env_vars", [argument(given["env"].value)], ("env",)))
    if "requirements" in given:
        _requirements(view, given, chain)
    reused = not as_is and any(follow(view, image) is node for image in _actor_images(view))
    if "packages" in given or (on_base and not as_is) or reused:
        _packages(view, given, chain, bundled=not on_base, reused=reused)
    if "copy" in given:
        _copies(view, given["copy"].value, chain)
    if "commands" in given and literal(given["commands"].value) != []:
        chain.steps.append(_Step("with_commands", [argument(given["commands"].value)], ("commands",)))
    if as_is and len(chain.steps) > 1:
        chain.steps.insert(1, _Step("clone", [argument('"flytekit"', "name"), argument("True", "extendable")]))


def _pip_options(given: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    names = {"pip_index": "index_url", "pip_extra_index_url": "extra_index_urls", "pip_extra_args": "extra_args"}
    return [
        argument(given[k].value, new)
        for k, new in names.items()
        if k in given and literal(given[k].value) not in ("", [])
    ]


def _requirements(view: FileView, given: Mapping[str, cst.Arg], chain: _Chain) -> None:
    value = given["requirements"].value
    path = constant(view, value)
    options = _pip_options(given)
    sources = (
        ("requirements", "pip_index", "pip_extra_index_url", "pip_extra_args")
        if "packages" not in given
        else ("requirements",)
    )
    if isinstance(path, str) and not path.endswith(".txt"):
        file = PurePosixPath(path)
        method = {"uv.lock": "with_uv_project", "poetry.lock": "with_poetry_project"}.get(file.name)
        if method is None:
            chain.problems.append(
                (
                    "FM155",
                    f"with_requirements takes .txt files only; {path} was left out: "
                    'use with_uv_project("pyproject.toml") or a .txt file.',
                )
            )
            return
        if method == "with_poetry_project":
            options = [o for o in options if o.keyword is not None and o.keyword.value == "extra_args"]
        project = (file.parent / "pyproject.toml").as_posix()
        chain.steps.append(_Step(method, [argument(f'"{project}"'), *options], sources))
        return
    chain.steps.append(_Step("with_requirements", [argument(value), *options], sources))


def _packages(view: FileView, given: Mapping[str, cst.Arg], chain: _Chain, *, bundled: bool, reused: bool) -> None:
    options = _pip_options(given) if "packages" in given or "requirements" not in given else []
    sources = ("packages", "pip_index", "pip_extra_index_url", "pip_extra_args")
    step = _Step("with_pip_packages", [], sources)
    if "packages" in given:
        value = given["packages"].value
        for listed in (n for n in walk(value) if isinstance(n, (cst.List, cst.Tuple))):
            chain.problems += problems_of(listed.elements)
        step.args, step.whitespace = _varargs(view, value, bundled=bundled, packages=True)
    added = [argument(f'"{_REUSE}"')] if reused and not _installs_reuse(view, given.get("packages")) else []
    if added and step.whitespace is not None:
        # Comments hold the layout of this list together.
        chain.steps.append(_Step("with_pip_packages", added))
    else:
        step.args = [*added, *step.args]
    if not bundled and not any(string_value(a.value) == "flyte" for a in step.args):
        # v1 adds flytekit to whatever image it builds.
        step.args = [argument('"flyte"'), *step.args]
    if not step.args:
        return
    if options:
        step.args = [
            a.with_changes(comma=a.comma if isinstance(a.comma, cst.Comma) else cst.MaybeSentinel.DEFAULT)
            for a in step.args
        ]
        step.args += options
    chain.steps.append(step)


def _add_list(view: FileView, chain: _Chain, method: str, value: cst.BaseExpression, source: str) -> None:
    args, whitespace = _varargs(view, value, bundled=False, packages=False)
    if args:
        chain.steps.append(_Step(method, args, (source,), whitespace))


def _varargs(
    view: FileView, value: cst.BaseExpression, *, bundled: bool, packages: bool
) -> tuple[list[cst.Arg], cst.BaseParenthesizableWhitespace | None]:
    """The arguments for a list: its elements, ``*name`` for a variable, both for a sum of them; and the layout of the
    list.
    """
    if isinstance(value, (cst.List, cst.Tuple)):
        elements = converted_elements(view, value.elements, bundled=bundled) if packages else list(value.elements)
        args = [
            cst.Arg(e.value, star="*" if isinstance(e, cst.StarredElement) else "", comma=e.comma) for e in elements
        ]
        commented = next(layout_comments([value]), None) is not None
        opening = value.lbracket.whitespace_after if isinstance(value, cst.List) and commented else None
        if opening is not None and args and isinstance(value, cst.List):
            args[-1] = args[-1].with_changes(whitespace_after_arg=value.rbracket.whitespace_before)
        return args, opening
    if isinstance(value, cst.BinaryOperation) and isinstance(value.operator, cst.Add):
        left, _ = _varargs(view, value.left, bundled=bundled, packages=packages)
        right, _ = _varargs(view, value.right, bundled=bundled, packages=packages)
        return [*left, *right], None
    if isinstance(value, (cst.SimpleString, cst.FormattedString)):
        return [cst.Arg(value)], None
    return [cst.Arg(value, star="*")], None


def _list_findings(view: FileView, elements: Sequence[cst.BaseElement]) -> Iterator[Finding]:
    for element in elements:
        for code_, message in problems_of([element]):
            yield Finding(element.value, code_, message)


def _copies(view: FileView, value: cst.BaseExpression, chain: _Chain) -> None:
    paths = constant(view, value)
    if paths is UNKNOWN or not isinstance(paths, (list, tuple)) or not all(isinstance(p, str) for p in paths):
        chain.problems.append(
            (
                "FM156",
                f"copy={code(value)} was left out: say with_source_file(Path(...), dst=...) or "
                "with_source_folder(Path(...), dst=...).",
            )
        )
        return
    for path in paths:
        step = _copy(view, path)
        if step is None:
            chain.problems.append(
                (
                    "FM156",
                    f"Whether {path} is a file or a folder can't be told; add with_source_file or "
                    "with_source_folder (Flyte 1 copied it below /root).",
                )
            )
        else:
            chain.steps.append(step)


def _copy(view: FileView, path: str) -> _Step | None:
    """v1 copies ``a/b.txt`` to ``/root/a/b.txt`` and a folder ``a`` to ``/root/a`` (default_builder.py)."""
    clean = PurePosixPath(path)
    maker = view.local_name("pathlib:Path")
    source = argument(f'{maker}("{clean.as_posix()}")')
    if path.endswith("/"):
        return _Step("with_source_folder", [source, argument(f'"/root/{clean.as_posix()}"', "dst")], ("copy",))
    if clean.suffix:
        folder = "" if clean.parent == PurePosixPath(".") else f"{clean.parent.as_posix()}/"
        return _Step("with_source_file", [source, argument(f'"/root/{folder}"', "dst")], ("copy",))
    return None


# -- layout ------------------------------------------------------------------------------------------------------------


def _render(
    chain: _Chain, comments: Mapping[str, Comments], originals: Sequence[cst.CSTNode], *, indent: str, room: int
) -> cst.BaseExpression:
    """The chain on one line if it fits, else in parentheses with one call a line; comments stay with what they
    describe.
    """
    commented = next(layout_comments(originals), None) is not None
    if not commented:
        flat = _joined(chain, [None] * len(chain.steps), "")
        if "\n" not in code(flat) and len(code(flat)) <= room:
            return flat
        if len([s for s in chain.steps if s.name]) == 1:
            return _joined(chain, [None] * len(chain.steps), indent, room=room)
    inner = indent + "    "
    taken: dict[str, Comments] = dict(comments)
    breaks: list[cst.BaseParenthesizableWhitespace | None] = []
    behind = ""
    opening_lines: tuple[str, ...] = ()
    for number, step in enumerate(chain.steps):
        found = [taken.pop(s) for s in step.sources if s in taken]
        above = tuple(text for c in found for text in c.above)
        if number > 1 or (number == 1 and chain.steps[0].name):
            breaks.append(line_break(inner, behind, above, inner))
        else:
            breaks.append(None)
            opening_lines = above
        behind = "  ".join(c.behind for c in found if c.behind)
    body = _joined(chain, breaks, inner)
    rest = tuple(text for c in taken.values() for text in (*c.above, c.behind) if text)
    closing = line_break(indent, behind, rest, inner)
    shown = body.with_changes(
        lpar=[cst.LeftParen(whitespace_after=line_break(inner, "", opening_lines, inner))],
        rpar=[cst.RightParen(whitespace_before=closing)],
    )
    lost = lost_comments(originals, [shown])
    if lost:
        closing = line_break(indent, behind, (*rest, *lost), inner)
        shown = shown.with_changes(rpar=[cst.RightParen(whitespace_before=closing)])
    return shown


def _joined(
    chain: _Chain, breaks: Sequence[cst.BaseParenthesizableWhitespace | None], indent: str, room: int = 0
) -> cst.BaseExpression:
    value: cst.BaseExpression | None = None
    for number, (step, space) in enumerate(zip(chain.steps, breaks, strict=True)):
        if value is None:
            value = step.receiver if step.receiver is not None else cst.parse_expression(chain.root)
            if not step.name:
                continue
        dot = cst.Dot(whitespace_before=space) if space is not None else cst.Dot()
        function = cst.Attribute(value, cst.Name(step.name), dot=dot)
        if step.receiver is not None and space is None and number == 0:
            function = cst.Attribute(value, cst.Name(step.name))
        value = _applied(function, step, indent, room if room else WIDTH - len(indent))
    assert value is not None
    return value


def _applied(function: cst.Attribute, step: _Step, indent: str, room: int) -> cst.Call:
    if step.whitespace is not None:
        return cst.Call(function, step.args, whitespace_before_args=step.whitespace)
    flat = [
        x.with_changes(
            whitespace_after_arg=cst.SimpleWhitespace(""),
            comma=_comma() if n < len(step.args) - 1 else cst.MaybeSentinel.DEFAULT,
        )
        for n, x in enumerate(step.args)
    ]
    # The length that counts is that of this line of the chain.
    own = code(cst.Call(cst.Name(step.name), flat))
    if not flat or ("\n" not in own and len(own) + 1 <= room):
        return cst.Call(function, flat)
    return exploded(function, step.args, indent)


def _comma() -> cst.Comma:
    return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))


# -- methods -----------------------------------------------------------------------------------------------------------


def _method_step(view: FileView, node: cst.Call, chain: _Chain) -> None:
    """Add what a v1 method call says to the chain of its receiver (IMG-24)."""
    assert isinstance(node.func, cst.Attribute)
    name = node.func.attr.value
    if len(node.args) != 1 or node.args[0].star:
        chain.problems.append(
            ("FM165", f"The arguments of {name} can't be read here; its Flyte 2 twin takes the values one by one.")
        )
        return
    value = node.args[0].value
    known = constant(view, value)
    if name == "with_copy":
        _copies(view, cst.List([cst.Element(value)]) if isinstance(known, str) else value, chain)
    elif name == "with_commands":
        listed = cst.List([cst.Element(value)]) if isinstance(known, str) else value
        chain.steps.append(_Step("with_commands", [cst.Arg(listed)]))
    else:
        if name == "with_packages" and isinstance(value, (cst.List, cst.Tuple)):
            chain.problems += problems_of(value.elements)
        args, whitespace = _varargs(view, value, bundled=True, packages=name == "with_packages")
        if isinstance(known, str):
            args = [cst.Arg(value)]
        if args:
            chain.steps.append(_Step(_METHODS[name], args, (), whitespace))


def _guards_imports(guard: cst.If) -> bool:
    body = guard.body.body
    return guard.orelse is None and all(
        isinstance(s, cst.SimpleStatementLine) and all(isinstance(p, (cst.Import, cst.ImportFrom)) for p in s.body)
        for s in body
    )


def _suppressed(guard: cst.If, image: str) -> cst.Try:
    """``if image.is_container(): import x`` → an import that may fail where only the image has the package (IMG-26)."""
    handler = cst.ExceptHandler(
        type=cst.Name("ImportError"),
        body=cst.IndentedBlock(
            [
                cst.SimpleStatementLine(
                    [cst.Pass()],
                    trailing_whitespace=cst.TrailingWhitespace(
                        cst.SimpleWhitespace("  "), cst.Comment(f"# only {image} has it")
                    ),
                )
            ]
        ),
    )
    return cst.Try(body=guard.body, handlers=[handler], leading_lines=guard.leading_lines)


def _column(view: FileView, node: cst.CSTNode) -> int:
    """The columns that stand before a node on its line: those of ``name = ``."""
    statement = view.parent(node)
    depth = sum(1 for a in view.ancestors(node) if isinstance(a, cst.IndentedBlock))
    if isinstance(statement, cst.Assign):
        return 4 * depth + sum(len(code(t.target)) + 3 for t in statement.targets)
    arg = statement if isinstance(statement, cst.Arg) else None
    return 4 * depth + (8 + len(arg.keyword.value) if arg is not None and arg.keyword is not None else 4)
