"""What every output must satisfy before it may reach the disk; a failure is an internal error, and the file stays as
it is."""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
import warnings
from collections import Counter
from functools import lru_cache

from flyte_migrate.rewrite.comments import PRAGMA
from flyte_migrate.rewrite.syntax import syntax_nodes

_BUILTINS = frozenset(dir(builtins)) | {
    "__file__",
    "__name__",
    "__doc__",
    "__path__",
    "__package__",
    "__spec__",
    "__builtins__",
    "__annotations__",
    "__class__",
    "__qualname__",
    "__module__",
}
#: Nodes that bind names in fields of their own.
_BINDING = frozenset(
    {
        ast.arg,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Import,
        ast.ImportFrom,
        ast.ExceptHandler,
        ast.MatchAs,
        ast.MatchStar,
        ast.MatchMapping,
    }
)


class GateError(Exception):
    """The rewritten text breaks a promise; the message says which."""


def check_output(before: str, after: str) -> None:
    """Raise GateError unless ``after`` parses, binds every name that it reads, and has all comments of ``before``."""
    tree = _parse(after)
    if tree is None:
        raise GateError("the migrated text does not compile")
    missing = _unbound(tree)
    if missing:
        missing -= _unbound(_parse(before) or ast.Module([], []))
    if missing:
        raise GateError(f"the migrated text reads names that nothing binds: {', '.join(sorted(missing))}")
    lost = lost_comments(before, after)
    if lost:
        raise GateError(f"the migrated text has lost a comment: {next(iter(lost))}")


@lru_cache(maxsize=1)  # asked for the same two texts by what puts comments back and by the check of the result
def lost_comments(before: str, after: str) -> Counter[str]:
    """The comments of a text that another no longer has; directives to tools may go with what they were about."""
    had, has = _commented_lines(before), _commented_lines(after)
    if not _tails(had - has) - _tails(has - had):
        return Counter()
    lost = _comments(before) - _comments(after)
    return Counter({text: n for text, n in lost.items() if not PRAGMA.match(text)})


def _parse(text: str) -> ast.Module | None:
    """The tree of text that compiles: more than parsing, it checks the place of `from __future__` imports and the
    like."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "<migrated>", "exec", dont_inherit=True)
            return tree
    except (SyntaxError, ValueError):
        return None


def _unbound(tree: ast.Module) -> set[str]:
    """Names that are read somewhere and bound nowhere in the file (scopes are not told apart)."""
    read: set[str] = set()
    bound: set[str] = set(_BUILTINS)
    for node in syntax_nodes(tree):
        kind = type(node)
        if kind is ast.Name:
            assert isinstance(node, ast.Name)
            (read if type(node.ctx) is ast.Load else bound).add(node.id)
        elif kind not in _BINDING:
            continue
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.name == "*":
                    return set()
                bound.add(alias.asname or alias.name.split(".")[0])
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.add(node.rest)
    return read - bound


def _commented_lines(text: str) -> Counter[str]:
    """Lines that may hold a comment: while all of them are kept there is no need to tokenize."""
    return Counter(line.strip() for line in text.splitlines() if "#" in line) if "#" in text else Counter()


def _tails(lines: Counter[str]) -> Counter[str]:
    """The lines from their first ``#`` on, whatever code is in front of it."""
    return Counter(line[line.index("#") :] for line in lines.elements())


def _comments(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found[token.string.rstrip()] += 1
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return Counter()
    return found
