"""What an ``ImageSpec`` says, as the steps of a ``flyte.Image`` chain (IMG-01…28)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import libcst as cst

from flyte_migrate.project.environments import slug
from flyte_migrate.rewrite.template import argument, code, string_value
from flyte_migrate.rewrite.view import FileView
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules.configuration import (
    UNKNOWN,
    argument_comments,
    arguments,
    callee,
    constant,
    follow,
    layout_comments,
    literal,
)
from flyte_migrate.rules.distributions import converted_elements, problems_of
from flyte_migrate.rules.image_layout import Chain, Step, rendered
from flyte_migrate.rules.image_specs import (
    FIELDS,
    IMAGE_SPEC,
    METHODS,
    REUSE,
    actor_images,
    installs_reuse,
    is_image,
    is_text,
    template_reference,
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


def migrated_image(view: FileView, node: cst.Call, *, indent: str, room: int) -> cst.BaseExpression | None:
    """What is written for a call of ``ImageSpec`` or of one of its methods; None if a person has to write it.

    ``indent`` is that of its line, ``room`` what is left of it.
    """
    chain = image_chain(view, node)
    if chain is None or any(code_ == "FM165" for code_, _ in chain.problems):
        return None
    comments = argument_comments(node) if callee(view, node) == IMAGE_SPEC else {}
    return rendered(chain, comments, [node], indent=indent, room=room)


def image_chain(view: FileView, node: cst.Call) -> Chain | None:
    """The chain for a call of ``ImageSpec`` or of one of its methods; None if its arguments can't be told."""
    chain = Chain(view.local_name("flyte:Image"))
    if callee(view, node) != IMAGE_SPEC:
        assert isinstance(node.func, cst.Attribute)
        receiver = node.func.value
        if isinstance(receiver, cst.Call):
            below = image_chain(view, receiver)
            if below is None:
                return None
            chain = below
        else:
            chain.steps.append(Step("", [], receiver=receiver))
        _method_step(view, node, chain)
        return chain
    given = arguments(node, FIELDS)
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
        if keyword not in FIELDS:
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


def _base(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg], chain: Chain) -> None:
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
        chain.steps.append(Step("from_debian_base", [*identity, *options], sources))
        return
    base = given["base_image"].value
    behind = follow(view, base)
    if is_image(view, base):
        receiver = base
        if isinstance(base, cst.Call) and callee(view, base) == IMAGE_SPEC:
            parent = image_chain(view, base)
            if parent is None:
                chain.problems.append(
                    ("FM165", "The base image unpacks its arguments; write both images out as flyte.Image chains.")
                )
                return
            chain.problems += parent.problems
            chain.steps += parent.steps
            if identity or options:
                chain.steps.append(Step("clone", [*identity, *options, argument("True", "extendable")], sources))
            return
        # A named copy; the layers of the parent stay below those of this image.
        args = [*identity, *options]
        if args:
            chain.steps.append(Step("clone", [*args, argument("True", "extendable")], sources, receiver=receiver))
        else:
            chain.steps.append(Step("", [], sources, receiver=receiver))
        return
    uri = constant(view, base)
    template = template_reference(view, behind)
    if not isinstance(uri, str) and not is_text(view, behind):
        chain.problems.append(
            (
                "FM165",
                f"base_image={code(base)} may be a string or an image; write flyte.Image.from_base(uri) or "
                "chain on the image.",
            )
        )
        return
    if template is not None:
        chain.steps.append(Step("from_ref_name", list(template.args), sources))  # type: ignore[attr-defined]
    else:
        chain.steps.append(Step("from_base", [argument(base)], sources))
    if "builder" in given and literal(given["builder"].value) == "noop":
        return  # the image is used as it is
    named = (
        identity
        if any(a.keyword is not None and a.keyword.value == "name" for a in identity)
        else [argument(f'"{_name_for(view, node)}"', "name"), *identity]
    )
    chain.steps.append(Step("clone", [*named, *options, argument("True", "extendable")], ()))


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


def _python_version(view: FileView, arg: cst.Arg | None, chain: Chain) -> cst.BaseExpression | None:
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


def _platform(view: FileView, arg: cst.Arg | None, chain: Chain) -> cst.BaseExpression | None:
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


def _layers(view: FileView, node: cst.Call, given: Mapping[str, cst.Arg], chain: Chain) -> None:
    """Layers in the order in which v1 built them: apt, environment, Python packages, copied files, commands."""
    on_base = any(s.name in ("from_base", "from_ref_name") for s in chain.steps)
    as_is = on_base and not any(s.name == "clone" for s in chain.steps)
    if "apt_packages" in given:
        _add_list(view, chain, "with_apt_packages", given["apt_packages"].value, "apt_packages")
    if "env" in given:
        chain.steps.append(Step("with_env_vars", [argument(given["env"].value)], ("env",)))
    if "requirements" in given:
        _requirements(view, given, chain)
    reused = not as_is and any(follow(view, image) is node for image in actor_images(view))
    if "packages" in given or (on_base and not as_is) or reused:
        _packages(view, given, chain, bundled=not on_base, reused=reused)
    if "copy" in given:
        _copies(view, given["copy"].value, chain)
    if "commands" in given and literal(given["commands"].value) != []:
        chain.steps.append(Step("with_commands", [argument(given["commands"].value)], ("commands",)))
    if as_is and len(chain.steps) > 1:
        chain.steps.insert(1, Step("clone", [argument('"flytekit"', "name"), argument("True", "extendable")]))


def _pip_options(given: Mapping[str, cst.Arg]) -> list[cst.Arg]:
    names = {"pip_index": "index_url", "pip_extra_index_url": "extra_index_urls", "pip_extra_args": "extra_args"}
    return [
        argument(given[k].value, new)
        for k, new in names.items()
        if k in given and literal(given[k].value) not in ("", [])
    ]


def _requirements(view: FileView, given: Mapping[str, cst.Arg], chain: Chain) -> None:
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
        chain.steps.append(Step(method, [argument(f'"{project}"'), *options], sources))
        return
    chain.steps.append(Step("with_requirements", [argument(value), *options], sources))


def _packages(view: FileView, given: Mapping[str, cst.Arg], chain: Chain, *, bundled: bool, reused: bool) -> None:
    options = _pip_options(given) if "packages" in given or "requirements" not in given else []
    sources = ("packages", "pip_index", "pip_extra_index_url", "pip_extra_args")
    step = Step("with_pip_packages", [], sources)
    if "packages" in given:
        value = given["packages"].value
        for listed in (n for n in walk(value) if isinstance(n, (cst.List, cst.Tuple))):
            chain.problems += problems_of(listed.elements)
        step.args, step.whitespace = _varargs(view, value, bundled=bundled, packages=True)
    added = [argument(f'"{REUSE}"')] if reused and not installs_reuse(view, given.get("packages")) else []
    if added and step.whitespace is not None:
        # Comments hold the layout of this list together.
        chain.steps.append(Step("with_pip_packages", added))
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


def _add_list(view: FileView, chain: Chain, method: str, value: cst.BaseExpression, source: str) -> None:
    args, whitespace = _varargs(view, value, bundled=False, packages=False)
    if args:
        chain.steps.append(Step(method, args, (source,), whitespace))


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


def _copies(view: FileView, value: cst.BaseExpression, chain: Chain) -> None:
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


def _copy(view: FileView, path: str) -> Step | None:
    """v1 copies ``a/b.txt`` to ``/root/a/b.txt`` and a folder ``a`` to ``/root/a`` (default_builder.py)."""
    clean = PurePosixPath(path)
    maker = view.local_name("pathlib:Path")
    source = argument(f'{maker}("{clean.as_posix()}")')
    if path.endswith("/"):
        return Step("with_source_folder", [source, argument(f'"/root/{clean.as_posix()}"', "dst")], ("copy",))
    if clean.suffix:
        folder = "" if clean.parent == PurePosixPath(".") else f"{clean.parent.as_posix()}/"
        return Step("with_source_file", [source, argument(f'"/root/{folder}"', "dst")], ("copy",))
    return None


def _method_step(view: FileView, node: cst.Call, chain: Chain) -> None:
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
        chain.steps.append(Step("with_commands", [cst.Arg(listed)]))
    else:
        if name == "with_packages" and isinstance(value, (cst.List, cst.Tuple)):
            chain.problems += problems_of(value.elements)
        args, whitespace = _varargs(view, value, bundled=True, packages=name == "with_packages")
        if isinstance(known, str):
            args = [cst.Arg(value)]
        if args:
            chain.steps.append(Step(METHODS[name], args, (), whitespace))
