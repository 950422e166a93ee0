"""Flyte's command line called in a program: ``CliRunner().invoke(pyflyte.main, ["run", …])`` (CLI-01…12, IMP-76).

Official: https://www.union.ai/docs/v2/flyte/api-reference/flyte-cli/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from flyte_migrate.rewrite.plan import Finding, Item, Replace
from flyte_migrate.rewrite.template import code, string_value
from flyte_migrate.rewrite.view import FileView, Reference
from flyte_migrate.rules import on_symbol
from flyte_migrate.rules.configuration import follow

_MAIN = "flytekit.clis.sdk_in_container.pyflyte.main"
_VERBOSE = frozenset({"-v", "-vv", "-vvv"})
#: Options of ``pyflyte run`` that take a value, and what they are called in ``flyte run``.
_OPTIONS = {
    **{name: name for name in ("-p", "--project", "-d", "--domain", "--name", "--service-account", "--image")},
    "-i": "--image",
    "--env": "--env",
    "--envvars": "--env",
    "--raw-output-data-prefix": "--raw-data-path",
    "--raw-data-prefix": "--raw-data-path",
    "--max-parallelism": "--max-action-concurrency",
}
_Changed = dict[cst.BaseElement, list[str]]
_OUTPUT = frozenset({"output", "stdout", "stderr"})


@on_symbol(_MAIN)
def convert_command(view: FileView, reference: Reference) -> Iterator[Item]:
    """``invoke(pyflyte.main, ["run", file, entity, …])`` → ``invoke(main, ["run", "--local", file, entity, …])``."""
    arg = view.parent(reference.chain)
    call = view.parent(arg) if isinstance(arg, cst.Arg) else None
    words = None
    if isinstance(arg, cst.Arg) and isinstance(call, cst.Call) and not reference.rest:
        words = _words(view, call, arg)
    changed = _command(words) if words is not None else None
    if changed is None or not isinstance(call, cst.Call) or words is None:
        yield Finding(
            reference.chain,
            "FM674",
            f"What {code(reference.chain)} is called with can't be converted; Flyte 2 has flyte.run, flyte.deploy and "
            "flyte.cli.main.main.",
        )
        return
    if _shows_output(view, call):
        yield Finding(
            call, "FM679", "The command prints other text in Flyte 2: what it returned is in a line of its own."
        )
    target = view.ref("flyte.cli.main:main")
    yield Replace(reference.chain, lambda updated: target)
    listed = view.parent(words[0])
    yield Replace(listed, lambda updated: _with_words(updated, words, changed))  # type: ignore[arg-type]


def _words(view: FileView, call: cst.Call, arg: cst.Arg) -> Sequence[cst.BaseElement] | None:
    """The elements of the list of arguments in ``runner.invoke(main, [...])``."""
    if not isinstance(call.func, cst.Attribute) or call.func.attr.value != "invoke" or call.args[0] is not arg:
        return None
    given = next((a.value for a in call.args[1:2] if a.keyword is None or a.keyword.value == "args"), None)
    found = follow(view, given) if given is not None else None
    if not isinstance(found, cst.List) or found not in view.parents:
        return None
    return found.elements


def _command(words: Sequence[cst.BaseElement]) -> _Changed | None:
    """What the words that change become; None if a command or an option has no counterpart."""
    texts = [string_value(word.value) for word in words]
    start = 0
    while start < len(texts) and texts[start] in _VERBOSE:
        start += 1
    if start >= len(texts) or texts[start] != "run":
        return None
    changed: _Changed = {words[start]: ["run", "--local"]}
    place = start + 1
    while place < len(words):
        text = texts[place]
        if text in ("--remote", "-r"):
            changed[words[start]] = ["run"]
            changed[words[place]] = []
        elif text == "--copy-all":
            changed[words[place]] = ["--copy-style", "all"]
        elif text in _OPTIONS and place + 1 < len(words):
            changed[words[place]] = [_OPTIONS[text]]
            place += 1
        else:
            break
        place += 1
    is_option = place < len(words) and (texts[place] or "").startswith("-")
    # A file and what is in it; `remote-task` and its like are commands of their own.
    if is_option or place + 2 > len(words) or (texts[place] or "").startswith("remote-"):
        return None
    if any(isinstance(word, cst.StarredElement) for word in words[: place + 2]):
        return None
    return {word: new for word, new in changed.items() if new != [string_value(word.value)]}


def _with_words(updated: cst.List, words: Sequence[cst.BaseElement], changed: _Changed) -> cst.List:
    """The list with its words replaced, in its layout."""
    between = next(
        (w.comma for w in words[:-1] if isinstance(w.comma, cst.Comma)),
        cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")),
    )
    elements: list[cst.BaseElement] = []
    for word, new in zip(words, updated.elements, strict=True):
        texts = changed.get(word)
        if texts is None:
            elements.append(new)
            continue
        quote = code(new.value)[-1]
        made = [cst.Element(cst.SimpleString(f"{quote}{text}{quote}"), comma=between) for text in texts]
        elements += [*made[:-1], made[-1].with_changes(comma=new.comma)] if made else []
    return updated.with_changes(elements=elements)


def _shows_output(view: FileView, call: cst.Call) -> bool:
    """Whether what the command printed is asked for, but not only to print it again."""
    assign = view.parent(call)
    target = assign.targets[0].target if isinstance(assign, cst.Assign) else None
    if not isinstance(target, cst.Name):
        return not isinstance(assign, cst.Expr)
    for use in view.occurrences[target.value]:
        read = view.parent(use)
        if isinstance(read, cst.Attribute) and read.attr.value in _OUTPUT:
            arg = view.parent(read)
            printed = view.parent(arg) if isinstance(arg, cst.Arg) else None
            if not (isinstance(printed, cst.Call) and code(printed.func) == "print"):
                return True
    return False
