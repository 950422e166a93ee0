"""The v1 names that modules of a project get from each other: what ``check`` has to know beyond one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from flyte_migrate.mapping import V1_ROOTS
from flyte_migrate.project import source
from flyte_migrate.project.discover import Candidate, Discovery
from flyte_migrate.project.facts import ModuleFacts

#: An import statement: the dots and the module that it is from, and the names, which may stand on several lines.
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(?P<dots>\.*)[ \t]*(?P<module>[\w.]*)[ \t]*)?import\b(?P<names>[^\n(]*\([^)]*\)|[^\n]*)",
    re.MULTILINE,
)
_DOTTED = re.compile(rb"[\w.]+")


def surface(facts: ModuleFacts) -> ModuleFacts | None:
    """The names that a module imports, or renames, at its top level: what others may get from it."""
    imports = tuple(fact for fact in facts.imports if not fact.scope)
    aliases = tuple(variable for variable in facts.variables if variable.alias)
    if not (imports or aliases or facts.star_imports):
        return None
    slim = {"imports": imports, "variables": aliases, "star_imports": facts.star_imports}
    return ModuleFacts(facts.path, facts.module, facts.is_package, string_all=facts.string_all, **slim)  # type: ignore[arg-type]


def handed_on(
    targets: Sequence[Candidate], surfaces: dict[str, ModuleFacts]
) -> Iterator[tuple[Candidate, Mapping[str, str]]]:
    """The files that get v1 names from other modules of the project, with the names that each gets so.

    ``surfaces`` are those of the files that mention v1, by path; what hands a name on in between is added.
    """
    if not surfaces:
        return
    from flyte_migrate.project.link import link

    index = link(surfaces.values())
    latest = {*surfaces}
    while latest:
        modules = [surfaces[path] for path in latest]
        importers = _importers([(m, names) for m in modules if (names := index.v1_names.get(m.module))])
        if importers is None:
            break
        found: dict[str, ModuleFacts] = {}
        for candidate in targets:
            if candidate.path not in surfaces and (surface := _surface_of(candidate, *importers)) is not None:
                found[candidate.path] = surface
        surfaces.update(found)
        index = link(surfaces.values())
        latest = {*found}
    for candidate in targets:
        surface = surfaces.get(candidate.path)
        known = index.handed_on(surface.module) if surface is not None else {}
        known = {name: behind for name, behind in known.items() if behind.split(".")[0] in V1_ROOTS}
        if known:
            yield candidate, known


_Patterns = tuple[re.Pattern[bytes], re.Pattern[bytes]]


def _importers(modules: Sequence[tuple[ModuleFacts, Mapping[str, str]]]) -> _Patterns | None:
    """What the text of a file has that imports from one of the modules: an import that names it by its last component
    (or a package by its dots), and a name of v1 that it may get so."""
    if not modules:
        return None
    stems = b"|".join(sorted({re.escape(facts.module.rpartition(".")[2]).encode() for facts, _ in modules}))
    dotted = rb"|from[ \t]*\.+[ \t]*import" if any(facts.is_package for facts, _ in modules) else b""
    names = b"|".join(sorted({re.escape(name).encode() for _, found in modules for name in found}))
    imported = rb"^[ \t]*(?:(?:from|import)\b[^\n]*\b(?:" + stems + rb")\b" + dotted + rb")"
    return re.compile(imported, re.MULTILINE), re.compile(rb"\b(?:" + names + rb")\b|\bimport[ \t]*\*")


def _surface_of(candidate: Candidate, imported: re.Pattern[bytes], named: re.Pattern[bytes]) -> ModuleFacts | None:
    try:
        data = candidate.read()
    except source.SourceError:
        return None  # reported with the file
    return _indexed(candidate, data) if named.search(data) and imported.search(data) else None


def _indexed(candidate: Candidate, data: bytes) -> ModuleFacts | None:
    from flyte_migrate.project.index import index_module  # here because a project without Flyte 1 never needs it

    try:
        text = source.decode(data).text
        return surface(index_module(candidate.path, candidate.module, text, candidate.is_package))
    except (source.SourceError, SyntaxError, ValueError, RecursionError):
        return None  # reported with the file, if it is of any concern


def beyond(discovery: Discovery) -> dict[str, ModuleFacts]:
    """The surfaces, by path, of the files that the targets import, at any remove, without being targets themselves."""
    targets = {target.path for target in discovery.targets}
    waiting: dict[str, list[Candidate]] = {}
    for root in discovery.roots:
        for file in root.files:
            if file.path not in targets:
                parts = file.module.split(".")
                for start in range(len(parts)):
                    waiting.setdefault(".".join(parts[start:]), []).append(file)
    found: dict[str, ModuleFacts] = {}
    seen = set(targets)
    pending = list(discovery.targets) if waiting else []
    while pending:
        importer = pending.pop()
        try:
            data = importer.read()
        except source.SourceError:
            continue
        facts = _indexed(importer, data) if importer.path not in targets else None
        if facts is not None:
            found[importer.path] = facts
        for name in _imported(importer, data):
            new = [file for file in waiting.pop(name, ()) if file.path not in seen]
            seen.update(file.path for file in new)
            pending += new
    return found


def _imported(importer: Candidate, data: bytes) -> Iterator[str]:
    """What a file imports, as far as it may be modules, by their absolute names."""
    from flyte_migrate.project.index import absolute_import

    for statement in _IMPORT.finditer(data):
        names = [name.decode(errors="ignore") for name in _DOTTED.findall(statement["names"])]
        if statement["module"] is None:
            yield from names
            continue
        module = statement["module"].decode(errors="ignore")
        base = absolute_import(importer.module, importer.is_package, len(statement["dots"]), module)
        yield base
        yield from (f"{base}.{name}" for name in names)
