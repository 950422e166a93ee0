"""What every rule owes: a docstring with the source of its facts, fixtures of all three kinds, codes that the
catalogue knows."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from flyte_migrate import rules
from flyte_migrate.catalogue import catalogue
from flyte_migrate.mapping import table
from tests.fixtures import ROOT, Case, cases

PACKAGE = Path(rules.__file__).parent
FACT = re.compile(
    r"\b(?:IMP|CFG|RES|ACC|CAC|SEC|IMG|WF|CND|DYN|MAP|TYP|CTX|LP|REF|GATE|TSK|PLG|TST|SEM|DEP|TRAP|CLI)-\d+"
    r"|DESIGN 3\.\d"
)
CODE = re.compile(r"\bFM\d{3}\b")


def registered() -> list[str]:
    """The rule modules that register something, by name."""
    rules.load_rules()
    groups = (*rules._symbols.values(), rules._tasks, rules._calls, *rules._nodes.values(), rules._files)
    return sorted({rule.__module__.rpartition(".")[2] for group in groups for rule in group})


RULES = registered()
BY_RULE: dict[str, list[Case]] = {name: cases(f"{name}/") for name in RULES}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_names_the_source_of_its_facts(name: str) -> None:
    module = importlib.import_module(f"flyte_migrate.rules.{name}")
    assert module.__doc__ and FACT.search(module.__doc__), f"rules/{name}.py: the docstring names no MAPPING id"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_has_a_case_that_changes(name: str) -> None:
    assert any(case.after() != case.before() for case in BY_RULE[name])


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.stem)
def test_codes_in_a_rule_are_in_the_catalogue(path: Path) -> None:
    unknown = set(CODE.findall(path.read_text())) - set(catalogue())
    assert not unknown


def test_every_rule_row_names_a_rule_module() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    missing = {row.rule for row in table().rows.values() if row.kind == "rule"} - modules
    assert not missing


def test_every_code_is_used_by_a_rule_a_row_or_the_engine() -> None:
    used: set[str] = set()
    for path in PACKAGE.parent.rglob("*.py"):
        used |= set(CODE.findall(path.read_text()))
    for path in PACKAGE.parent.joinpath("mapping").glob("*.toml"):
        used |= set(CODE.findall(path.read_text()))
    assert sorted(set(catalogue()) - used) == []


def test_fixture_folders_belong_to_a_rule() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"sample_repo"}
    assert folders <= {*RULES, "imports", "style_async", "programs"}, folders - set(RULES)


def test_must_not_change_cases_exist() -> None:
    unchanged = [case.id for case in cases() if case.after() == case.before() and not case.report()]
    assert len(unchanged) >= 10, unchanged
