"""Images where they are made and used: ``ImageSpec``, ``container_image=``, templates, methods (IMG-01…28, CFG-01…04).

Official: https://www.union.ai/docs/v2/flyte/user-guide/task-configuration/container-images/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import libcst as cst

from flyte_migrate.rewrite.plan import Covered, Finding, Item, Replace
from flyte_migrate.rewrite.template import WIDTH, argument, code, keyword_of, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_file, on_symbol
from flyte_migrate.rules.configuration import (
    arguments,
    callee,
    constant,
    follow,
    indentation,
    is_none,
    literal,
    stays_v1,
)
from flyte_migrate.rules.distributions import converted_elements, converts, problems_of
from flyte_migrate.rules.image_chains import image_chain, migrated_image
from flyte_migrate.rules.image_specs import (
    CHAINED,
    FIELDS,
    IMAGE_SPEC,
    OTHER_METHODS,
    REUSE,
    TEMPLATE,
    image_calls,
    installs_reuse,
    is_image,
    template_reference,
)

#: Any part of the default images, which Flyte 1 filled in wherever it stood.
_FILLED_IN = re.compile(r"\{\{\s*\.images?\.[\w.-]+\s*\}\}")
_CONTAINER = "V1Container"


def image_argument(view: FileView, args: Mapping[str, cst.Arg], originals: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    """The environment's ``image=`` for ``container_image=``."""
    if "container_image" not in args:
        return []
    original = originals["container_image"].value
    if isinstance(original, cst.Call) and is_image(view, original):
        image = migrated_image(view, original, indent="    ", room=WIDTH - len("    image=") - 1)
        if image is not None:
            return [argument(image, "image")]
    reference = template_reference(view, original) if original not in view.parents else None
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
    chain = image_chain(view, node)
    if chain is None:
        yield Finding(node, "FM165", "This ImageSpec unpacks its arguments; write the flyte.Image chain out.")
        return
    for code_, message in chain.problems:
        yield Finding(node, code_, message)
    if not any(code_ == "FM165" for code_, _ in chain.problems):
        room = WIDTH - _column(view, node)
        nested = isinstance(view.parent(node), (cst.Arg, cst.Element)) and not node.lpar
        indent = indentation(view, node) if nested else ""
        yield Replace(node, lambda updated: migrated_image(view, node, indent=indent, room=room) or updated)


@on_file
def note_platforms(view: FileView) -> Iterator[Item]:
    """Once a file: images on the debian base are built for two architectures, where v1 built for one (SEM-21)."""
    for node in image_calls(view):
        given = arguments(node, FIELDS)
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
        and attribute.attr.value in CHAINED
        and isinstance(applied, cst.Call)
        and applied.func is attribute
    ):
        return applied
    return None


@on_file
def convert_package_lists(view: FileView) -> Iterator[Item]:
    """Flyte 1 distributions in the lists that images install from become Flyte 2 ones, or go."""
    lists: dict[cst.CSTNode, cst.List | cst.Tuple] = {}
    for node in image_calls(view):
        given = arguments(node, FIELDS) or {}
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


def _list_findings(view: FileView, elements: Sequence[cst.BaseElement]) -> Iterator[Finding]:
    for element in elements:
        for code_, message in problems_of([element]):
            yield Finding(element.value, code_, message)


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
        reference = template_reference(view, node)
        if reference is None:
            yield Finding(
                node,
                "FM150",
                f"The image {text} has a tag of its own; a Flyte 2 reference names a whole image."
                if TEMPLATE.match(text.strip())
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
            name not in CHAINED
            and name not in OTHER_METHODS
            and name not in ("is_container", "image_name", "tag", "packages")
        ):
            continue
        if not is_image(view, node.value) or stays_v1(view, node):
            continue
        parent = view.parent(node)
        applied = parent if isinstance(parent, cst.Call) and parent.func is node else None
        if name in CHAINED and applied is not None:
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


def reusable_image(view: FileView, arg: cst.Arg | None, made: Sequence[cst.Arg]) -> list[cst.Arg] | None:
    """The ``image=`` of a reusable environment, which installs unionai-reuse; None where that can't be added here.

    ``arg`` is v1's ``container_image=``, ``made`` the argument it becomes for any other environment.
    """
    method = f'with_pip_packages("{REUSE}")'
    if arg is None:
        return [argument(f"{view.local_name('flyte:Image')}.from_debian_base().{method}", "image")]
    behind = follow(view, arg.value)
    if not is_image(view, behind) or not isinstance(behind, cst.Call):
        return None
    if callee(view, behind) == IMAGE_SPEC:
        given = arguments(behind, FIELDS)
        if given is None or ("builder" in given and literal(given["builder"].value) == "noop"):
            return None
        if behind in view.parents or installs_reuse(view, given.get("packages")):
            return list(made)  # its own chain says so
    above = cst.Attribute(made[0].value, cst.Name("with_pip_packages"))
    return [argument(cst.Call(above, [argument(f'"{REUSE}"')]), "image")]


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
