"""The source text of top-level statements, which stands for what libcst would print of them."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from flyte_migrate import engine
from flyte_migrate.diagnostics import Rewritten, Skipped
from flyte_migrate.project.discover import discover
from flyte_migrate.project.index import index_module
from flyte_migrate.rewrite.sections import Sections
from flyte_migrate.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
SOURCES = sorted(path for path in FIXTURES.rglob("*.py") if "sample_repo" not in path.parts)
ODD = {
    "semicolons": "a = 1; b = 2\nc = 3;\nif a: b = 1; c = 2\nd = 4\n",
    "comments": "#!/usr/bin/env python\n# above\n\n\n# one\na = 1  # behind\n\n# two\nb = 2\n    # odd\n# end\n",
    "decorators": (
        "import x\n\n\n# above\n@x.a\n# between\n@(\n    x.b\n)\n\n# last\n"
        "def f():\n    pass\n    # inner\n# outer\n\nz = 1\n"
    ),
    "classes": "@\\\na\nclass A:\n    x = 1\n\n\n\n\nclass B: pass\n",
    "strings": 'a = """\n# no comment\n\n"""\nb = (\n    1\n)\n\n\n\nc = """\n"""; d = 1\n',
    "continued": "a = 1 + \\\n    2\nb = 3\n",
    "form feeds": "a = 1\n\x0c\nb = 2\n\x0c# c\ndef f():\n    '''\x0b\x1c\x85\u2028'''\nc = 3\n",
    "windows": "# a\r\n\r\na = 1\r\n\r\n\r\ndef f():\r\n\r\n    return '''\r\n'''\r\n# end\r\n",
    "nested": "if a:\n    # x\n\n    b = 1\n\n# else\nelse:\n    c = 2\n\n# end\n\nwith a: pass\n",
    "docstring": '# first\n"""Doc."""\n\nimport a\n',
    "nothing": "\n\n# only\n",
}


def _printed(text: str) -> None:
    tree = cst.parse_module(text)
    facts = index_module("x.py", "x", text)
    sections = Sections(tree, text, facts.statements, facts.bodies)
    assert len(sections.lines) == len(tree.body)
    for statement, source in sections.printed.items():
        assert source == tree.code_for_node(statement)
        block = getattr(statement, "body", None)
        if block in sections.blocks:
            assert tree.code_for_node(block) == tree.code_for_node(block.header) + sections.blocks[block]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_the_lines_of_a_statement_are_what_libcst_prints(path: Path) -> None:
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        cst.parse_module(text)
    except cst.ParserSyntaxError:
        return
    _printed(text)


@pytest.mark.parametrize("name", ODD)
def test_the_lines_of_a_statement_in_odd_layouts(name: str) -> None:
    _printed(ODD[name])


def test_a_form_feed_that_libcst_does_not_print_stays(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text("from flytekit import task\n\n\n@task\ndef t() -> int:\n    return 1\n\n\x0cx = 1\n")
    found = discover([str(tmp_path)], Settings())
    (outcome,) = engine.migrate(found.targets, found.roots, Settings())
    assert isinstance(outcome, Rewritten)
    assert outcome.after.endswith(b"return 1\n\n\x0cx = 1\n")


def test_a_file_without_a_final_newline_is_printed() -> None:
    text = "a = 1\nb = 2"
    assert not Sections(cst.parse_module(text), text, (1, 2)).printed


def test_what_is_not_edited_keeps_its_lines_between_edits(tmp_path: Path) -> None:
    plain = ODD["decorators"] + ODD["strings"]
    text = f"from flytekit import task\n\n{plain}\n\n@task\ndef t() -> int:\n    return 1\n\n\n{plain}"
    (tmp_path / "m.py").write_text(text)
    found = discover([str(tmp_path)], Settings())
    (outcome,) = engine.migrate(found.targets, found.roots, Settings())
    assert isinstance(outcome, Rewritten)
    assert outcome.after.decode().count(plain.removeprefix("import x\n")) == 2


def test_a_file_that_changes_after_it_was_indexed_is_skipped(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text("from flytekit import task\n\n\n@task\ndef t() -> int:\n    return 1\n")
    found = discover([str(tmp_path)], Settings())
    project = engine.index_project(found.targets, found.roots)
    path.write_text("x = 1\n" + path.read_text())
    outcome = engine.migrate_file(found.targets[0], project, Settings())
    assert isinstance(outcome, Skipped)
    assert "run again" in outcome.reason
