"""``ImageSpec`` in v1 source: where one stands, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from flyte_migrate.project.link import ACTOR
from flyte_migrate.rewrite.template import string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rules.configuration import arguments, callee, constant, follow, stays_v1
from flyte_migrate.rules.distributions import installs

IMAGE_SPEC = "flytekit.ImageSpec"
FIELDS = (
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
#: Methods that become one of ``flyte.Image``, and that one.
METHODS = {
    "with_packages": "with_pip_packages",
    "with_apt_packages": "with_apt_packages",
    "with_commands": "with_commands",
}
CHAINED = frozenset({*METHODS, "with_copy"})
OTHER_METHODS = frozenset({"with_runtime_packages", "with_builder_options", "force_push"})
#: The image that a name in the configuration stands for, with or without the version of the default one.
TEMPLATE = re.compile(
    r"\{\{\s*\.images?\.([\w-]+)\.(?:fqn|image)\s*\}\}(?::\{\{\s*\.images?\.([\w-]+)\.version\s*\}\})?"
)
#: Brings the bridge that a reusable container starts with.
REUSE = "unionai-reuse"


def is_image(view: FileView, node: cst.CSTNode, depth: int = 0) -> bool:
    """Whether an expression is an ``ImageSpec``: a call of it, of one of its methods, or a name that stands for one."""
    if depth > 10:
        return False
    if isinstance(node, cst.Call):
        if callee(view, node) == IMAGE_SPEC:
            return True
        if isinstance(node.func, cst.Attribute):
            return node.func.attr.value in (*CHAINED, *OTHER_METHODS) and is_image(view, node.func.value, depth + 1)
        return False
    if isinstance(node, (cst.Name, cst.Attribute)):
        behind = follow(view, node)
        return behind is not node and is_image(view, behind, depth + 1)
    return False


def template_reference(view: FileView, node: cst.CSTNode) -> cst.BaseExpression | None:
    """The ``flyte.Image.from_ref_name`` for a string that is a template and nothing else."""
    text = string_value(node)
    match = TEMPLATE.fullmatch(text.strip()) if text is not None else None
    if match is None:
        return None
    # The version is that of the default image by custom; a reference names the whole image.
    return cst.parse_expression(f'{view.local_name("flyte:Image")}.from_ref_name("{match[1]}")')


def actor_images(view: FileView) -> Iterator[cst.BaseExpression]:
    """What this file's actors have for an image."""
    for reference in view.references:
        node = view.parent(reference.chain) if reference.name == ACTOR else None
        if isinstance(node, cst.Call) and node.func is reference.chain:
            given = arguments(node, ("name", "container_image")) or {}
            if "container_image" in given:
                yield given["container_image"].value


def installs_reuse(view: FileView, packages: cst.Arg | None) -> bool:
    """Whether the packages of an image have what a reusable container starts with."""
    found = constant(view, packages.value) if packages is not None else None
    listed = [found] if isinstance(found, str) else found if isinstance(found, (list, tuple)) else []
    return any(installs(text, REUSE) for text in listed if isinstance(text, str))


def image_calls(view: FileView) -> Iterator[cst.Call]:
    """The calls of ``ImageSpec`` in a file that are to be converted."""
    for reference in view.references:
        node = view.parent(reference.chain)
        if (
            reference.name == IMAGE_SPEC
            and isinstance(node, cst.Call)
            and node.func is reference.chain
            and not stays_v1(view, node)
        ):
            yield node


def is_text(view: FileView, node: cst.CSTNode) -> bool:
    """Whether an expression is certainly a string."""
    if isinstance(node, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)):
        return True
    if isinstance(node, cst.BinaryOperation):
        return is_text(view, node.left) or is_text(view, node.right)
    if isinstance(node, cst.Call):
        name = view.qualified(node.func) if node in view.parents else ""
        return name in ("os.getenv", "os.environ.get") or (
            isinstance(node.func, cst.Attribute) and node.func.attr.value in ("format", "strip", "join")
        )
    if isinstance(node, cst.Subscript):
        return view.qualified(node.value) == "os.environ" if node in view.parents else False
    return False
