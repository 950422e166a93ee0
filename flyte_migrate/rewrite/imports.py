"""The import block: what to add and what to take away, decided on the rewritten tree, yielded as ordinary edits.

An import goes only when nothing that stays refers to it: names, string annotations, ``# type:`` comments, ``__all__``
and other modules of the project count. Comments and layout of names that stay are kept; a sorted block stays sorted.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

import libcst as cst

from flyte_migrate.catalogue import catalogue
from flyte_migrate.diagnostics import Severity
from flyte_migrate.mapping import V1_ROOTS, table
from flyte_migrate.project.index import absolute_import
from flyte_migrate.rewrite.comments import PRAGMA, comments_in
from flyte_migrate.rewrite.exports import plan_exports
from flyte_migrate.rewrite.fallbacks import plan_fallbacks
from flyte_migrate.rewrite.plan import Finding, Item, Replace, insert
from flyte_migrate.rewrite.scopes import Scope
from flyte_migrate.rewrite.template import only_lines, parsed_statement
from flyte_migrate.rewrite.view import FileView, Statement, dotted_name
from flyte_migrate.rewrite.walk import children, walk

_BUILTINS = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__", "__spec__", "__package__"}
_IMPORTS = (cst.Import, cst.ImportFrom)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Usage:
    """Names that a tree reads: original occurrences by node, and the values of generated ones."""

    original: set[cst.Name] = field(default_factory=set)
    generated: set[str] = field(default_factory=set)
    quoted: set[str] = field(default_factory=set)  # identifiers in string annotations


def original_usage(view: FileView) -> Usage:
    """The usage of the tree as it was read."""
    usage = Usage(original=set(view.names))
    for node in view.by_type.get(cst.Annotation, ()):
        for part in walk(node):
            if isinstance(part, cst.SimpleString):
                usage.quoted.update(_IDENTIFIER.findall(part.value))
    return usage


def usage_of(tree: cst.Module, view: FileView) -> Usage:
    """The usage of a (rewritten) tree; import statements themselves do not count."""
    usage = Usage()
    known = view.scope_at
    stack: list[cst.CSTNode] = [tree]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is cst.Name:
            assert isinstance(node, cst.Name)
            if node in known:
                usage.original.add(node)
            else:
                usage.generated.add(node.value)
        elif kind is cst.Attribute:
            stack.append(node.value)  # type: ignore[attr-defined]
        elif kind is cst.Import or kind is cst.ImportFrom or kind is cst.SimpleString:
            continue
        elif kind is cst.Annotation:
            for part in walk(node):
                if isinstance(part, cst.SimpleString):
                    usage.quoted.update(_IDENTIFIER.findall(part.value))
            stack.extend(children(node))
        elif kind is cst.Arg:
            stack.append(node.value)  # type: ignore[attr-defined]
        elif kind is cst.FunctionDef or kind is cst.ClassDef:
            stack.extend(child for child in children(node) if child is not node.name)  # type: ignore[attr-defined]
        elif kind is cst.Param:
            stack.extend(part for part in (node.annotation, node.default) if part is not None)  # type: ignore[attr-defined]
        else:
            stack.extend(children(node))
    return usage


@dataclass
class _Line:
    """One import statement line of the file (``from a import b``), where it stands and the guard around it."""

    statement: cst.SimpleStatementLine
    node: cst.Import | cst.ImportFrom
    scope: Scope
    guard: str  # "", "try", "type_checking", or "branch": not every run of the module comes by
    source: str  # absolute module of a from-import, else empty


def plan_imports(view: FileView, before: Usage, after: Usage, findings: Sequence[Finding]) -> Iterator[Item]:
    """Edits that make the imports fit the rewritten tree. ``before`` and ``after`` are the usages around the
    rewrite."""
    lines = list(_lines(view))
    needed = _needed(view, after)
    doomed = {alias for line in lines for alias in _aliases(line) if _goes(view, line, alias, before, after)}
    yield from plan_exports(view, {name for line in lines for name in _exports_lost(view, line, doomed)})
    anchor = _anchor(view, lines, doomed)
    optional = _optional(view, lines, doomed, needed)
    needed = [item for item in needed if not any(item in items for items in optional.values())]
    extended: dict[_LineKey, list[tuple[str, str]]] = {}
    fresh: list[tuple[str, str, str]] = []
    for module, name, local in needed:
        host = next((n for n in lines if name and _hosts(view, n, module)), None)
        if host is not None and any(a not in doomed for a in _aliases(host)):
            extended.setdefault(id(host), []).append((name, local))
        else:
            fresh.append((module, name, local))
    new_lines = _statements(fresh)
    emptied = {line.node for line in lines if all(a in doomed for a in _aliases(line)) and not extended.get(id(line))}
    removed: set[cst.CSTNode] = {n.statement for n in lines if all(part in emptied for part in n.statement.body)}
    # isort's default order puts `import x` before `from x import y` inside a section.
    third_party = [s for s in new_lines if not _is_stdlib(s)]
    standard = [s for s in new_lines if _is_stdlib(s)]
    ahead: dict[cst.SimpleStatementLine, list[cst.SimpleStatementLine]] = {}
    if anchor is not None:
        places = _sorted_places(view, anchor, third_party)
        for place, statement in places:
            ahead.setdefault(place, []).append(statement)
        placed = {statement for _, statement in places}
        rest = [s for s in third_party if s not in placed]
        if anchor not in removed and any(n.statement is anchor and _is_of_project(view, n.statement) for n in lines):
            # An import from the project stays in front of others from it.
            yield insert(anchor, [s for s in rest if _is_of_project(view, s)], after=True)
            rest = [s for s in rest if not _is_of_project(view, s)]
        ahead.setdefault(anchor, []).extend(rest)
    for place, items in optional.items():
        ahead.setdefault(place, []).extend(_statements(items))
    leading = _first_of_standard(view, lines, standard, removed)
    for place, statement in leading:
        ahead.setdefault(place, []).append(statement)
    standard = [s for s in standard if s not in {statement for _, statement in leading}]
    if standard:
        yield from _standard(view, lines, standard, removed, ahead)
    shared: dict[cst.SimpleStatementLine, dict[cst.CSTNode, _Trim]] = {}
    for line in lines:
        gone = [a for a in _aliases(line) if a in doomed]
        added = extended.get(id(line), [])
        new = ahead.get(line.statement, [])
        if len(line.statement.body) > 1 and line.statement not in removed:
            shared.setdefault(line.statement, {})[line.node] = (gone, added)
        elif line.statement in removed:
            if line.node is not line.statement.body[0]:
                continue
            yield Replace(
                line.statement, _replacing(line.statement, new, _opens_section(view, line.statement, removed))
            )
        elif gone or added:
            yield Replace(line.statement, _trimming(line.node, gone, added, new))
        elif new:
            yield Replace(line.statement, _following(new))
    for statement, trims in shared.items():
        if ahead.get(statement) or any(gone or added for gone, added in trims.values()):
            yield Replace(statement, _parting(trims, emptied, ahead.get(statement, [])))
    if anchor is None and third_party:
        yield from _at_top(view, lines, third_party)
    yield from _empty_blocks(view, removed - ahead.keys())
    yield from _in_suites(view, before, after, {view.statement(f.node) for f in findings})
    yield from _fallbacks(view, lines, doomed, removed, ahead, after)
    yield from _kept(view, lines, doomed, after, findings)
    yield from _direct(view, lines, after, findings)
    yield from _beside_stars(view, after)


def clashing_names(view: FileView, after: Usage) -> frozenset[str]:
    """The names of requested v2 imports under which the rewritten tree still reads something of v1 (``Elastic``)."""
    requested = set(view.requested.values())
    kept = (name for name in after.original if name.value in requested and not view.is_binding_position(name))
    return frozenset(name.value for name in kept if _may_be_v1(view, name))


def _may_be_v1(view: FileView, name: cst.Name) -> bool:
    """Whether a name stands for something of v1, or for that or what else is assigned to it."""
    if view.canonical(name).split(".")[0] in V1_ROOTS:
        return True
    return any(b.kind == "import" and b.target.split(".")[0] in V1_ROOTS for b in view.bindings(name))


_LineKey = int
#: The aliases that go from an import, and the (name, local name) that it takes in.
_Trim = tuple[Sequence[cst.CSTNode], Sequence[tuple[str, str]]]


def _lines(view: FileView) -> Iterator[_Line]:
    for kind in (cst.Import, cst.ImportFrom):
        for node in view.by_type.get(kind, ()):
            statement = view.parents[node]
            assert isinstance(node, (cst.Import, cst.ImportFrom))
            if isinstance(statement, cst.SimpleStatementLine):
                yield _line(view, node, statement)


def _line(view: FileView, node: cst.Import | cst.ImportFrom, statement: cst.SimpleStatementLine) -> _Line:
    scope, guard = view.module_scope, ""
    for ancestor in view.ancestors(node):
        if ancestor in view.scope_of:
            scope = view.scope_of[ancestor]
            break
        if isinstance(ancestor, cst.If) and "TYPE_CHECKING" in {dotted_name(ancestor.test).rpartition(".")[2]}:
            guard = "type_checking"
        elif isinstance(ancestor, (cst.If, cst.Else, cst.For, cst.While, cst.ExceptHandler)):
            guard = guard or "branch"
        elif isinstance(ancestor, cst.Try):
            guard = guard or "try"
    source = ""
    if isinstance(node, cst.ImportFrom):
        name = dotted_name(node.module) if node.module is not None else None
        source = absolute_import(view.facts.module, view.facts.is_package, len(node.relative), name)
    return _Line(statement, node, scope, guard, source)


def _aliases(line: _Line) -> list[cst.ImportAlias | cst.ImportStar]:
    return [line.node.names] if isinstance(line.node.names, cst.ImportStar) else list(line.node.names)


def _local(line: _Line, alias: cst.ImportAlias) -> tuple[str, str]:
    """(local name, qualified target) that an alias binds."""
    imported = dotted_name(alias.name)
    if alias.asname is not None:
        assert isinstance(alias.asname.name, cst.Name)
        local = alias.asname.name.value
    else:
        local = imported if line.source or isinstance(line.node, cst.ImportFrom) else imported.split(".")[0]
    return local, f"{line.source}.{imported}" if isinstance(line.node, cst.ImportFrom) else imported


def _goes(view: FileView, line: _Line, alias: cst.ImportAlias | cst.ImportStar, before: Usage, after: Usage) -> bool:
    if isinstance(alias, cst.ImportStar):
        return line.source.split(".")[0] in V1_ROOTS and not needs_star(view, after)
    local, target = _local(line, alias)
    is_v1 = view.index.canonical(target, view.facts.module).split(".")[0] in V1_ROOTS
    if line.scope is view.module_scope:
        if f"{view.facts.module}.{local}" in view.index.needed_by_others:
            return False
        if local in view.facts.string_all and not is_v1:
            return False
    if _handed_on(view, line, alias):
        return True  # what is still read of it is imported from where it comes from: the other module loses it
    renewed = is_v1 and local in view.requested.values() and line.scope is view.module_scope
    if _used(view, after, local, line.scope, generated=not renewed):
        # `import flytekit.extras` and `import flytekit` bind the same name; each is kept while the name is read.
        return False
    if is_v1:
        return True
    return _used(view, before, local, line.scope) and not view.facts.is_package and not _exported(view, local)


def _optional(
    view: FileView,
    lines: Sequence[_Line],
    doomed: set[cst.ImportAlias | cst.ImportStar],
    needed: Sequence[tuple[str, str, str]],
) -> dict[cst.SimpleStatementLine, list[tuple[str, str, str]]]:
    """What is imported in place of v1 names that only a ``try`` imported, or only a type checker, by the line that
    did."""
    at_module = [n for n in lines if n.scope is view.module_scope and any(_is_v1(n, a) for a in _aliases(n))]
    required = {n.source.split(".")[0] == "flytekitplugins" for n in at_module if not n.guard}
    found: dict[cst.SimpleStatementLine, list[tuple[str, str, str]]] = {}
    for item in needed:
        origins = [n for n in at_module if any(_target(view, n, a) == f"{item[0]}:{item[1]}" for a in _aliases(n))]
        is_plugin = item[0].startswith("flyteplugins")
        if not item[1] or not origins:
            continue
        optional = all(n.guard == "try" for n in origins) and (is_plugin or False not in required)
        if optional or (all(n.guard == "type_checking" for n in origins) and not view.tasks):
            found.setdefault(origins[0].statement, []).append(item)
    return found


def _target(view: FileView, line: _Line, alias: cst.ImportAlias | cst.ImportStar) -> str:
    """``module:name`` of what an imported v1 name becomes, as far as the mapping table says."""
    if isinstance(alias, cst.ImportStar):
        return ""
    name = view.index.canonical(_local(line, alias)[1], view.facts.module)
    row = table().row(name)
    if row is None:
        return ""
    return row.target or (":".join(row.link.rpartition(".")[::2]) if row.link else "")


def _fallbacks(
    view: FileView,
    lines: Sequence[_Line],
    doomed: set[cst.ImportAlias | cst.ImportStar],
    removed: set[cst.CSTNode],
    ahead: Mapping[cst.SimpleStatementLine, Sequence[cst.SimpleStatementLine]],
    after: Usage,
) -> Iterator[Item]:
    replaced: dict[cst.CSTNode, dict[str, str]] = {}
    dropped: dict[cst.CSTNode, set[str]] = {}
    for line in lines:
        names = {_local(line, a)[0]: a for a in _aliases(line) if isinstance(a, cst.ImportAlias) and a in doomed}
        if line.guard not in ("try", "branch") or not names:
            continue
        dropped[line.statement] = set(names)
        if line.statement not in removed or ahead.get(line.statement):
            targets = {name: _target(view, line, alias) for name, alias in names.items()}
            replaced[line.statement] = {
                name: view.requested[target] for name, target in targets.items() if target in view.requested
            }
    if dropped:

        def is_read(name: str) -> bool:
            return name in after.quoted or name in after.generated or _used(view, after, name, view.module_scope)

        yield from plan_fallbacks(view, removed - replaced.keys(), replaced, dropped, is_read)


def _exports_lost(view: FileView, line: _Line, doomed: set[cst.ImportAlias | cst.ImportStar]) -> Iterator[str]:
    """The names in ``__all__`` that an import line no longer binds."""
    if line.scope is view.module_scope and view.facts.string_all:
        for alias in _aliases(line):
            if alias in doomed and isinstance(alias, cst.ImportAlias):
                local, _ = _local(line, alias)
                if local in view.facts.string_all and local not in view.requested.values():
                    yield local


def _direct(view: FileView, lines: Sequence[_Line], after: Usage, findings: Sequence[Finding]) -> Iterator[Item]:
    """Imports of the v1 names that stay although the project module that an import gets them from loses them."""
    for line in lines:
        groups: dict[str, list[tuple[cst.ImportAlias, tuple[str, str, str]]]] = {}
        for alias in _aliases(line):
            if isinstance(alias, cst.ImportAlias) and (behind := _handed_on(view, line, alias)):
                local, _ = _local(line, alias)
                if _used(view, after, local, line.scope, generated=False):
                    found = _imported_as(behind, local)
                    groups.setdefault(found[0] if found[1] else "", []).append((alias, found))
        for group in groups.values():
            aliases = tuple(alias for alias, _ in group)
            names = [local for _, (_, _, local) in group]
            yield insert(line.statement, _statements([found for _, found in group]), after=True, carries=aliases)
            yield Finding(aliases[0], _reason(view, names, after, findings), _still_used(names))


def _handed_on(view: FileView, line: _Line, alias: cst.ImportAlias) -> str:
    """The v1 name that an alias gets through another module of the project, else empty."""
    _, target = _local(line, alias)
    if target.split(".")[0] in V1_ROOTS:
        return ""
    behind = view.index.canonical(target, view.facts.module)
    return behind if behind.split(".")[0] in V1_ROOTS else ""


def _hands_on(view: FileView, line: _Line, alias: cst.ImportAlias | cst.ImportStar) -> bool:
    if isinstance(alias, cst.ImportAlias):
        return bool(_handed_on(view, line, alias))
    return view.index.module_of(line.source, view.facts.module) in view.index.v1_names


def _imported_as(name: str, local: str) -> tuple[str, str, str]:
    module, _, last = name.rpartition(".")
    return (module, last, local) if module else (last, "", local)


def _beside_stars(view: FileView, after: Usage) -> Iterator[Item]:
    """Imports of the v1 names that stay although the project module whose everything is imported loses them."""
    stars = [n for n in view.by_type.get(cst.ImportFrom, ()) if isinstance(n.names, cst.ImportStar)]  # type: ignore[attr-defined]
    if not stars:
        return
    unbound = {n.value for n in after.original if view.scope_at[n].owner(n.value) is None}
    handed_on = view.index.handed_on(view.facts.module)
    found = [
        _imported_as(behind, name)
        for name, behind in handed_on.items()
        if name in unbound and behind.split(".")[0] in V1_ROOTS
    ]
    if found:
        yield insert(view.statement(stars[-1]), _statements(found), after=True, carries=(stars[-1],))
        yield Finding(stars[-1], "FM900", _still_used([local for _, _, local in found]))


def needs_star(view: FileView, after: Usage) -> bool:
    """Whether names are read that nothing in the file binds: a star import may."""
    return any(n.value not in _BUILTINS and view.scope_at[n].owner(n.value) is None for n in after.original)


def _used(view: FileView, usage: Usage, local: str, scope: Scope, generated: bool = True) -> bool:
    """Whether a name is read; ``generated=False``: by the original text, because a v2 import of the same name takes
    over."""
    if (generated and local in usage.generated) or local in usage.quoted:
        return True
    if local in view.type_comment_names:
        return True
    for name in view.occurrences.get(local, ()):
        if name in usage.original and view.scope_at[name].owner(local) is scope:
            parent = view.parents.get(name)
            if not isinstance(parent, (cst.AssignTarget, cst.AsName)):
                return True
    return False


def _exported(view: FileView, local: str) -> bool:
    return f"{view.facts.module}.{local}" in view.index.imported_names


def _needed(view: FileView, after: Usage) -> list[tuple[str, str, str]]:
    """(module, name or empty, local name) of every requested v2 import that the rewritten tree reads and lacks."""
    read = after.generated | after.quoted | {name.value for name in after.original}
    found: list[tuple[str, str, str]] = []
    for target, local in view.requested.items():
        module, _, name = target.partition(":")
        if local.split(".")[0] not in read or view.imports_already(module, name, local):
            continue
        found.append((module, name, local))
    return found


def _hosts(view: FileView, line: _Line, module: str) -> bool:
    """Whether a from-import line at module level already imports from ``module`` (as written, relative or absolute)."""
    if not isinstance(line.node, cst.ImportFrom) or line.guard or line.scope is not view.module_scope:
        return False
    if isinstance(line.node.names, cst.ImportStar):
        return False
    written = "." * len(line.node.relative) + (dotted_name(line.node.module) if line.node.module is not None else "")
    return written == module


def _kept(
    view: FileView,
    lines: Sequence[_Line],
    doomed: set[cst.ImportAlias | cst.ImportStar],
    after: Usage,
    findings: Sequence[Finding],
) -> Iterator[Item]:
    """A finding for every v1 import that stays, with the code of what still needs it."""
    for line in lines:
        kept = [a for a in _aliases(line) if isinstance(a, cst.ImportAlias) and a not in doomed and _is_v1(line, a)]
        if not kept or view.todos_above(line.statement):
            continue
        targets = [_local(line, alias) for alias in kept]
        names = [local for local, target in targets if target.split(".")[0] not in view.index.own_packages]
        if not names:
            continue
        code = _reason(view, names, after, findings)
        elsewhere = [n for n in names if f"{view.facts.module}.{n}" in view.index.needed_by_others]
        yield Finding(line.node, code, _still_used(names, elsewhere))


def _reason(view: FileView, names: Sequence[str], after: Usage, findings: Sequence[Finding]) -> str:
    """The code of the finding about what still reads one of the names."""
    known = catalogue()
    codes = {view.statement(f.node): f.code for f in findings if known[f.code].severity is Severity.MANUAL}
    readers = (view.statement(n) for local in names for n in view.occurrences.get(local, ()) if n in after.original)
    return next((codes[statement] for statement in readers if statement in codes), "FM900")


def _still_used(names: Sequence[str], elsewhere: Sequence[str] = ()) -> str:
    if elsewhere:
        return f"{', '.join(elsewhere)} {_be(elsewhere)} imported from here by modules that were not migrated."
    return f"{', '.join(names)} {_be(names)} still used in this file."


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _anchor(
    view: FileView, lines: Sequence[_Line], doomed: set[cst.ImportAlias | cst.ImportStar]
) -> cst.SimpleStatementLine | None:
    """The import line whose place the new imports take: the first v1 one at module level."""
    ordered = [n for n in lines if n.scope is view.module_scope and n.guard in ("", "try")]
    v1 = [n for n in ordered if any(_is_v1(n, a) for a in _aliases(n))] or [
        n for n in ordered if any(_hands_on(view, n, a) for a in _aliases(n))
    ]
    order = {statement: number for number, statement in enumerate(view.tree.body)}
    v1.sort(key=lambda n: (n.guard == "try", order[view.top_statement(n.statement)]))
    return v1[0].statement if v1 else None


def _is_v1(line: _Line, alias: cst.ImportAlias | cst.ImportStar) -> bool:
    if isinstance(alias, cst.ImportStar) or isinstance(line.node, cst.ImportFrom):
        return not getattr(line.node, "relative", ()) and line.source.split(".")[0] in V1_ROOTS
    return dotted_name(alias.name).split(".")[0] in V1_ROOTS


def _statements(needed: Sequence[tuple[str, str, str]]) -> list[cst.SimpleStatementLine]:
    """The statements that import what is needed, modules first, then names grouped by module."""
    texts: list[str] = []
    modules = sorted((m, local) for m, name, local in needed if not name)
    for module, local in modules:
        texts.append(f"import {module}" if local == module else f"import {module} as {local}")
    groups: dict[str, list[str]] = {}
    for module, name, local in needed:
        if name:
            groups.setdefault(module, []).append(name if name == local else f"{name} as {local}")
    texts += [
        f"from {module} import {', '.join(sorted(names, key=str.lower))}" for module, names in sorted(groups.items())
    ]
    return [parsed_statement(text) for text in texts]


def _is_stdlib(statement: cst.SimpleStatementLine) -> bool:
    node = statement.body[0]
    if isinstance(node, cst.Import):
        return dotted_name(node.names[0].name).split(".")[0] in sys.stdlib_module_names
    if not isinstance(node, cst.ImportFrom):
        return False  # `x = 1; import os`
    return not node.relative and dotted_name(node.module or cst.Name("")).split(".")[0] in sys.stdlib_module_names


def _is_of_project(view: FileView, statement: cst.SimpleStatementLine) -> bool:
    node = statement.body[0]
    if not isinstance(node, cst.ImportFrom):
        return False
    name = dotted_name(node.module) if node.module is not None else ""
    return bool(node.relative) or view.index.module_of(name, view.facts.module) is not None


def _opens_section(view: FileView, statement: cst.SimpleStatementLine, removed: set[cst.CSTNode]) -> bool:
    """Whether the lines above an import set off imports that stay, so that they have to stay too."""
    body = list(getattr(view.parents[statement], "body", ()))
    if not statement.leading_lines or statement not in body:
        return False
    for following in body[body.index(statement) + 1 :]:
        if getattr(following, "leading_lines", ()):
            return False
        if following not in removed:
            return isinstance(following, cst.SimpleStatementLine) and body.index(statement) > 0
    return False


def _in_suites(view: FileView, before: Usage, after: Usage, told: Collection[Statement]) -> Iterator[Item]:
    """Imports of v1 behind a colon (`try: import flytekit`); ``told`` are statements that a finding speaks of."""
    for kind in (cst.Import, cst.ImportFrom):
        for node in view.by_type.get(kind, ()):
            assert isinstance(node, (cst.Import, cst.ImportFrom))
            if not isinstance(view.parents[node], cst.SimpleStatementSuite) or isinstance(node.names, cst.ImportStar):
                continue
            line = _line(view, node, cst.SimpleStatementLine([node]))
            v1 = [a for a in _aliases(line) if _is_v1(line, a)]
            gone = [a for a in v1 if _goes(view, line, a, before, after)]
            if gone and len(gone) == len(_aliases(line)):
                yield Replace(node, lambda updated: cst.Pass(semicolon=updated.semicolon))
            elif gone:
                yield Replace(node, lambda updated, node=node, gone=gone: _trimmed(node, gone, ()))  # type: ignore[misc]
            names = [_local(line, a)[0] for a in v1 if a not in gone and isinstance(a, cst.ImportAlias)]
            if names and view.statement(node) not in told:
                yield Finding(node, "FM900", _still_used(names))


def _replacing(
    statement: cst.SimpleStatementLine, replacements: Sequence[cst.SimpleStatementLine], opens_section: bool
) -> Callable[[cst.SimpleStatementLine], list[cst.CSTNode]]:
    """Put new lines in the place of an import: the first takes over its comments, or the comments stay on their own."""
    trailing = statement.trailing_whitespace.comment
    inner = [comment for part in statement.body for comment in comments_in(part)]

    def build(updated: cst.SimpleStatementLine) -> list[cst.CSTNode]:
        if not replacements:
            lines = [*statement.leading_lines, *inner]
            if trailing is not None and not PRAGMA.match(trailing.value):
                lines.append(cst.EmptyLine(comment=trailing))
            comments = opens_section or any(line.comment is not None for line in lines)
            return [only_lines(lines)] if comments else []
        first = replacements[0].with_changes(leading_lines=[*updated.leading_lines, *inner])
        if trailing is not None:
            first = first.with_changes(trailing_whitespace=updated.trailing_whitespace)
        return [first, *replacements[1:]]

    return build


def _parting(
    trims: Mapping[cst.CSTNode, _Trim], emptied: Set[cst.CSTNode], before: Sequence[cst.SimpleStatementLine]
) -> Callable[[cst.SimpleStatementLine], list[cst.CSTNode]]:
    """The imports of a line with several statements: ``import os; from flytekit import task``."""
    lost = [
        comment
        for node, (gone, _) in trims.items()
        for part in ([node] if node in emptied else gone)
        for comment in comments_in(part)
    ]

    def build(updated: cst.SimpleStatementLine) -> list[cst.CSTNode]:
        body: list[cst.BaseSmallStatement] = []
        for part in updated.body:
            if part in emptied:
                continue
            gone, added = trims.get(part, ((), ()))
            body.append(_trimmed(part, gone, added) if isinstance(part, _IMPORTS) and (gone or added) else part)
        body[-1] = body[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        if not before:
            return [updated.with_changes(body=body, leading_lines=[*updated.leading_lines, *lost])]
        first = before[0].with_changes(leading_lines=updated.leading_lines)
        return [first, *before[1:], updated.with_changes(body=body, leading_lines=lost)]

    return build


def _trimming(
    node: cst.Import | cst.ImportFrom,
    gone: Sequence[cst.CSTNode],
    added: Sequence[tuple[str, str]],
    before: Sequence[cst.SimpleStatementLine],
) -> Callable[[cst.SimpleStatementLine], list[cst.CSTNode]]:
    """Take names out of (and add names to) one import, keeping its layout, and put the lines ``before`` in front of it.

    Comments of names that go move above the import.
    """
    lost = [comment for alias in gone for comment in comments_in(alias)]

    def build(updated: cst.SimpleStatementLine) -> list[cst.CSTNode]:
        body = [_trimmed(node, gone, added) if part is node else part for part in updated.body]
        if not before:
            return [updated.with_changes(body=body, leading_lines=[*updated.leading_lines, *lost])]
        first = before[0].with_changes(leading_lines=updated.leading_lines)
        return [first, *before[1:], updated.with_changes(body=body, leading_lines=lost)]

    return build


def _trimmed(
    node: cst.Import | cst.ImportFrom, gone: Sequence[cst.CSTNode], added: Sequence[tuple[str, str]]
) -> cst.Import | cst.ImportFrom:
    assert not isinstance(node.names, cst.ImportStar)
    kept = [alias for alias in node.names if alias not in gone]
    layout = node.names[0].comma if len(node.names) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if kept and kept[-1] is not node.names[-1]:
        kept[-1] = kept[-1].with_changes(comma=_closing_comma(kept[-1].comma, node.names[-1].comma))
    for name, local in added:
        alias = cst.ImportAlias(cst.Name(name), asname=cst.AsName(cst.Name(local)) if local != name else None)
        last = kept[-1].comma
        kept[-1] = kept[-1].with_changes(comma=layout)
        kept.append(alias.with_changes(comma=last))
        kept = _sorted(kept, node.names)
    return node.with_changes(names=kept)


def _closing_comma(
    own: cst.Comma | cst.MaybeSentinel, closing: cst.Comma | cst.MaybeSentinel
) -> cst.Comma | cst.MaybeSentinel:
    """The comma of a name that becomes the last one: the closing layout of the old last name, its own comment."""
    if not isinstance(own, cst.Comma) or not comments_in(own):
        return closing
    space = own.whitespace_after
    assert isinstance(space, cst.ParenthesizedWhitespace)
    if isinstance(closing, cst.Comma) and isinstance(closing.whitespace_after, cst.ParenthesizedWhitespace):
        last = closing.whitespace_after
        return own.with_changes(whitespace_after=space.with_changes(indent=last.indent, last_line=last.last_line))
    return own


def _sorted(aliases: list[cst.ImportAlias], original: Sequence[cst.ImportAlias]) -> list[cst.ImportAlias]:
    """Aliases in order if they were in order before, each keeping its own name and the commas keeping their places."""

    def key(alias: cst.ImportAlias) -> str:
        return dotted_name(alias.name)

    before = [key(a) for a in original]
    for order in (lambda n: n, str.lower):
        if before == sorted(before, key=order):
            commas = [a.comma for a in aliases]
            ordered = sorted(aliases, key=lambda a: order(key(a)))
            return [a.with_changes(comma=c) for a, c in zip(ordered, commas, strict=True)]
    return aliases


def _sorted_places(
    view: FileView, anchor: cst.SimpleStatementLine, new: Sequence[cst.SimpleStatementLine]
) -> list[tuple[cst.SimpleStatementLine, cst.SimpleStatementLine]]:
    """(import line, new line to put before it) for `import x` lines that belong before the anchor in a sorted block."""
    block = _block_around(view, anchor)
    keys = [_sort_key(line) for line in block]
    if keys != sorted(keys):
        return []
    found: list[tuple[cst.SimpleStatementLine, cst.SimpleStatementLine]] = []
    for statement in new:
        later = next((line for line in block if _sort_key(line) > _sort_key(statement)), None)
        if later is not None and block.index(later) < block.index(anchor):
            found.append((later, statement))
    return found


def _block_around(view: FileView, anchor: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine]:
    """The run of module-level import lines around the anchor, not broken by blank lines or other statements."""
    body = list(view.tree.body)
    if anchor not in body:
        return [anchor]
    start = end = body.index(anchor)

    def is_import(statement: cst.CSTNode) -> bool:
        return (
            isinstance(statement, cst.SimpleStatementLine)
            and isinstance(statement.body[0], (cst.Import, cst.ImportFrom))
            and not _is_future(statement)
        )

    while start > 0 and is_import(body[start - 1]) and not body[start].leading_lines:
        start -= 1
    while end + 1 < len(body) and is_import(body[end + 1]) and not body[end + 1].leading_lines:
        end += 1
    return [line for line in body[start : end + 1] if isinstance(line, cst.SimpleStatementLine)]


def _following(
    new: Sequence[cst.SimpleStatementLine],
) -> Callable[[cst.SimpleStatementLine], list[cst.CSTNode]]:
    """Put new lines in front of one that stays; they take over what sets it off."""

    def build(updated: cst.SimpleStatementLine) -> list[cst.CSTNode]:
        first = new[0].with_changes(leading_lines=updated.leading_lines)
        return [first, *new[1:], updated.with_changes(leading_lines=())]

    return build


def _at_top(view: FileView, lines: Sequence[_Line], new: Sequence[cst.SimpleStatementLine]) -> Iterator[Item]:
    """Without a v1 import to replace: after the last import of the top block, else after the docstring."""
    last: Statement | None = None
    for position, statement in enumerate(view.tree.body):
        if (
            isinstance(statement, cst.SimpleStatementLine)
            and isinstance(statement.body[0], (cst.Import, cst.ImportFrom))
        ) or (position == 0 and _is_docstring(statement)):
            last = statement
        elif last is not None and not isinstance(statement, (cst.Try, cst.If)):
            break
    if last is not None:
        spaced = list(new)
        if _is_docstring(last) or _is_future(last):
            spaced[0] = spaced[0].with_changes(leading_lines=[cst.EmptyLine(indent=False)])
        yield insert(last, spaced, after=True)
    elif view.tree.body:
        yield insert(view.tree.body[0], new, ahead=True)


def _standard(
    view: FileView,
    lines: Sequence[_Line],
    new: Sequence[cst.SimpleStatementLine],
    removed: set[cst.CSTNode],
    ahead: dict[cst.SimpleStatementLine, list[cst.SimpleStatementLine]],
) -> Iterator[Item]:
    """Standard-library imports go next to those that are there, in order; else before the first import, set off by a
    blank line.

    What goes in front of an import line is added to ``ahead``; the rest is yielded.
    """
    order = {statement: number for number, statement in enumerate(view.tree.body)}
    top = [n for n in lines if n.statement in order and not _is_future(n.statement)]
    top.sort(key=lambda n: order[n.statement])
    standard = [n for n in top if _is_stdlib(n.statement) and n.statement not in removed]
    standard = [n for n in standard if order[n.statement] < _first_definition(view)]
    trailing = [s for s in new if not any(_sort_key(n.statement) > _sort_key(s) for n in standard)]
    for statement in new:
        later = next((n for n in standard if _sort_key(n.statement) > _sort_key(statement)), None)
        if later is not None:
            ahead.setdefault(later.statement, []).append(statement)
    if trailing and standard:
        yield insert(standard[-1].statement, trailing, after=True)
    elif trailing and top:
        first = top[0].statement
        ahead[first] = [*trailing, only_lines([cst.EmptyLine(indent=False)]), *ahead.get(first, ())]
    elif trailing:
        yield from _at_top(view, lines, trailing)


def _first_of_standard(
    view: FileView, lines: Sequence[_Line], new: Sequence[cst.SimpleStatementLine], removed: set[cst.CSTNode]
) -> list[tuple[cst.SimpleStatementLine, cst.SimpleStatementLine]]:
    """(first standard-library import, new line that comes before it), so that what sets the block off stays in
    front."""
    body = set(view.tree.body)
    top = [n.statement for n in lines if n.scope is view.module_scope and not n.guard and n.statement in body]
    order = {statement: number for number, statement in enumerate(view.tree.body)}
    standard = [s for s in top if _is_stdlib(s) and s not in removed and not _is_future(s)]
    standard = [s for s in standard if order[s] < _first_definition(view)]
    first = min(standard, key=lambda s: order[s], default=None)
    if first is None or any(line.comment is not None for line in first.leading_lines):
        return []
    return [(first, s) for s in sorted(new, key=_sort_key) if _sort_key(s) < _sort_key(first)]


def _first_definition(view: FileView) -> int:
    """Where the imports at the top of a module end at the latest: code below may read what is imported."""
    body = view.tree.body
    return next((n for n, s in enumerate(body) if isinstance(s, (cst.FunctionDef, cst.ClassDef))), len(body))


def _sort_key(statement: cst.SimpleStatementLine) -> tuple[bool, str]:
    node = statement.body[0]
    if isinstance(node, cst.Import):
        return (False, dotted_name(node.names[0].name))
    if not isinstance(node, cst.ImportFrom):
        return (True, "")
    return (True, "." * len(node.relative) + (dotted_name(node.module) if node.module is not None else ""))


def _is_docstring(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and bool(statement.body)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))
    )


def _is_future(statement: cst.CSTNode) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or not statement.body:
        return False
    node = statement.body[0]
    return isinstance(node, cst.ImportFrom) and node.module is not None and dotted_name(node.module) == "__future__"


def _empty_blocks(view: FileView, removed: set[cst.CSTNode]) -> Iterator[Item]:
    """``if`` blocks that would hold nothing go as a whole, unless asking may do something."""
    for block in view.by_type.get(cst.If, ()):
        assert isinstance(block, cst.If)
        if isinstance(view.parent(block), cst.If) or not _is_harmless(view, block.test):
            continue
        bodies = [block.body]
        last: cst.CSTNode | None = block.orelse
        while isinstance(last, cst.If) and _is_harmless(view, last.test):
            bodies.append(last.body)
            last = last.orelse
        if isinstance(last, cst.Else):
            bodies.append(last.body)
        empty = all(s in removed for body in bodies for s in body.body)
        if (last is None or isinstance(last, cst.Else)) and empty and not _has_comments(block):
            yield Replace(block, lambda updated: None)


def _is_harmless(view: FileView, test: cst.CSTNode) -> bool:
    """Whether nothing but its value comes of an expression."""
    calls = [node for node in walk(test) if isinstance(node, (cst.Call, cst.Await, cst.NamedExpr, cst.Yield))]
    return all(isinstance(c, cst.Call) and view.qualified(c.func) in ("os.environ.get", "os.getenv") for c in calls)


def _has_comments(block: cst.If) -> bool:
    return bool(comments_in(block))
