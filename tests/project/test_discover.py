"""Which files a run is about, under which module names, and amid which project."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from flyte_migrate.project.discover import Discovery, NoInputError, discover, mentions_v1, standard_input
from flyte_migrate.settings import Patterns, Settings


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project, which is the working directory."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text("")
    monkeypatch.chdir(root)
    return root


def fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def shown(discovery: Discovery) -> list[str]:
    return [candidate.display for candidate in discovery.targets]


def modules(discovery: Discovery) -> dict[str, str]:
    return {candidate.display: candidate.module for candidate in discovery.targets}


def test_a_folder_stands_for_the_python_files_below_it(tree: Path) -> None:
    fill(tree, "a.py", "pkg/b.py", "pkg/deep/c.py", "pkg/data.txt", "pkg/script")
    assert shown(discover(["."], Settings())) == ["a.py", "pkg/b.py", "pkg/deep/c.py"]


def test_paths_are_shown_as_they_were_written(tree: Path) -> None:
    fill(tree, "pkg/a.py", "pkg/b.py")
    assert shown(discover(["./pkg"], Settings())) == ["pkg/a.py", "pkg/b.py"]
    assert shown(discover([str(tree / "pkg" / "a.py")], Settings())) == [str(tree / "pkg" / "a.py")]
    os.chdir(tree / "pkg")
    assert shown(discover(["../pkg/a.py"], Settings())) == ["../pkg/a.py"]


def test_a_file_named_twice_is_one_target(tree: Path) -> None:
    fill(tree, "pkg/a.py")
    assert shown(discover(["pkg", "pkg/a.py", "."], Settings())) == ["pkg/a.py"]


def test_a_named_file_needs_no_suffix(tree: Path) -> None:
    fill(tree, "script")
    assert shown(discover(["script"], Settings())) == ["script"]


def test_a_part_of_a_project_brings_the_whole(tree: Path) -> None:
    fill(tree, "pkg/a.py", "pkg/b.py", "other/c.py")
    discovery = discover(["pkg/a.py"], Settings())
    assert shown(discovery) == ["pkg/a.py"]
    (root,) = discovery.roots
    assert root.path == str(tree)
    assert [os.path.relpath(file.path) for file in root.files] == ["other/c.py", "pkg/a.py", "pkg/b.py"]


@pytest.mark.parametrize("marker", [".git", "setup.cfg", "setup.py", "pyproject.toml"])
def test_the_nearest_marker_above_is_the_root(tree: Path, marker: str) -> None:
    fill(tree, f"inner/{marker}", "inner/pkg/a.py")
    (root,) = discover(["inner/pkg"], Settings()).roots
    assert root.path == str(tree / "inner")


def test_without_a_marker_the_named_folder_is_the_root(tmp_path: Path) -> None:
    fill(tmp_path, "x/y/a.py", "x/b.py")
    (root,) = discover([str(tmp_path / "x" / "y")], Settings()).roots
    assert root.path == str(tmp_path / "x" / "y")


def test_a_root_inside_another_is_not_walked_twice(tree: Path) -> None:
    fill(tree, "a.py", "inner/pyproject.toml", "inner/b.py")
    discovery = discover([".", "inner/b.py"], Settings())
    assert [root.path for root in discovery.roots] == [str(tree)]
    assert shown(discovery) == ["a.py", "inner/b.py"]


def test_modules_are_named_as_they_are_imported(tree: Path) -> None:
    fill(tree, "main.py", "pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py")
    fill(tree, "src/lib/__init__.py", "src/lib/c.py", "src/single.py", "scripts/job.py", "libs/x/deep/__init__.py")
    assert modules(discover(["."], Settings())) == {
        "libs/x/deep/__init__.py": "deep",
        "main.py": "main",
        "pkg/__init__.py": "pkg",
        "pkg/a.py": "pkg.a",
        "pkg/sub/__init__.py": "pkg.sub",
        "pkg/sub/b.py": "pkg.sub.b",
        "scripts/job.py": "scripts.job",
        "src/lib/__init__.py": "lib",
        "src/lib/c.py": "lib.c",
        "src/single.py": "single",
    }


def test_modules_with_the_same_import_name_are_named_from_the_root(tree: Path) -> None:
    fill(tree, "one/app/__init__.py", "one/app/flow.py", "two/app/__init__.py", "two/app/flow.py", "two/app/only.py")
    assert modules(discover(["."], Settings())) == {
        "one/app/__init__.py": "one.app",
        "one/app/flow.py": "one.app.flow",
        "two/app/__init__.py": "two.app",
        "two/app/flow.py": "two.app.flow",
        "two/app/only.py": "app.only",
    }


def test_an_init_file_knows_that_it_is_a_package(tree: Path) -> None:
    fill(tree, "pkg/__init__.py", "pkg/a.py")
    assert [candidate.is_package for candidate in discover(["."], Settings()).targets] == [True, False]


def test_environments_caches_and_build_output_are_passed_by(tree: Path) -> None:
    fill(tree, "a.py", "my_env/pyvenv.cfg", "my_env/lib/x.py", "build/lib/x.py", "node_modules/x/x.py", ".tox/x.py")
    fill(tree, "__pycache__/x.py", "pkg.egg-info/x.py", "lib/site-packages/x.py")
    assert shown(discover(["."], Settings())) == ["a.py"]


def test_what_is_named_is_taken_even_if_the_walk_passes_it_by(tree: Path) -> None:
    fill(tree, "build/a.py", "ignored/b.py", "ignored/sub/c.py", ".gitignore")
    (tree / ".gitignore").write_text("ignored/\n")
    fill(tree, ".git/HEAD")
    assert shown(discover(["build"], Settings())) == ["build/a.py"]
    assert shown(discover(["ignored"], Settings())) == ["ignored/b.py", "ignored/sub/c.py"]
    assert shown(discover(["ignored/b.py"], Settings())) == ["ignored/b.py"]


def git_files(root: Path) -> list[str]:
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in output.split("\0") if name)


def test_ignore_files_are_read_as_git_reads_them(tree: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    fill(tree, "a.py", "gen_pb2.py", "keep_pb2.py", "docs/x.py", "docs/keep/y.py", "pkg/out/z.py", "pkg/.gitignore")
    fill(
        tree, "pkg/deep/local.py", "pkg/deep/open.py", "private.py", "sp ace.py", "hash#.py", "secret/a.py", "logs/b.py"
    )
    fill(tree, "nested/secret/c.py", "tmp/only_dir.py", "file_called_tmp/tmp.py", "pkg/[odd].py", "weird.pyc.py")
    rules = [
        "*_pb2.py",
        "!keep_pb2.py",
        "/docs/*",
        "!/docs/keep/",
        "out",
        "/secret/",
        "*.log",
        "",
        "# hash#.py",
        "tmp/",
    ]
    rules += ["logs/**", "\\#x", "MANIFEST", "!", "sp\\"]
    (tree / ".gitignore").write_text("\n".join(rules) + "\n")
    (tree / "pkg" / ".gitignore").write_text("*.py\n!open.py\n!\\[odd].py\n")
    (tree / ".git" / "info" / "exclude").write_text("private.py\n")
    assert shown(discover(["."], Settings())) == git_files(tree)
    assert "pkg/deep/open.py" in git_files(tree)


def test_ignore_files_above_the_named_folder_count(tree: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    fill(tree, "sub/pyproject.toml", "sub/a.py", "sub/gen_a.py")
    (tree / ".gitignore").write_text("gen_*.py\n")
    assert shown(discover(["sub"], Settings())) == ["sub/a.py"]


def test_ignore_files_can_be_left_unread(tree: Path) -> None:
    fill(tree, "a.py")
    (tree / ".gitignore").write_text("a.py\n")
    assert shown(discover(["."], Settings(respect_gitignore=False))) == ["a.py"]


def excluding(root: Path, *patterns: str) -> Settings:
    return Settings(exclude=(Patterns(str(root), patterns),))


def test_excluded_files_are_no_targets_and_not_known_either(tree: Path) -> None:
    fill(tree, "a.py", "legacy/b.py", "legacy/deep/c.py", "pkg/x_test.py")
    discovery = discover(["."], excluding(tree, "legacy", "*_test.py"))
    assert shown(discovery) == ["a.py"]
    assert [file.display for file in discovery.roots[0].files] == ["a.py"]


def test_exclusion_holds_for_named_files_too(tree: Path) -> None:
    fill(tree, "a.py", "legacy/b.py")
    discovery = discover(["a.py", "legacy/b.py"], excluding(tree, "legacy/"))
    assert shown(discovery) == ["a.py"]
    assert discovery.excluded == ("legacy/b.py",)


def test_a_pattern_for_a_folder_holds_for_the_named_folder_too(tree: Path) -> None:
    fill(tree, "a.py", "legacy/b.py")
    settings = Settings(exclude=(Patterns(str(tree), ("legacy/",)),))
    assert discover(["legacy"], settings).excluded == ("legacy",)
    assert shown(discover([".", "legacy"], settings)) == ["a.py"]


def test_only_excluded_files_are_no_error(tree: Path) -> None:
    fill(tree, "legacy/b.py")
    assert discover(["legacy/b.py"], excluding(tree, "legacy/")).targets == ()


def test_links_are_followed_only_when_named(tree: Path) -> None:
    fill(tree, "pkg/a.py")
    (tree / "loop").symlink_to(tree)
    (tree / "linked.py").symlink_to(tree / "pkg" / "a.py")
    assert shown(discover(["."], Settings())) == ["pkg/a.py"]
    assert shown(discover(["linked.py"], Settings())) == ["linked.py"]
    assert shown(discover(["loop/pkg"], Settings())) == ["loop/pkg/a.py"]


def test_a_file_that_is_named_with_a_link_to_it_is_one_target(tree: Path) -> None:
    fill(tree, "pkg/a.py", "pkg/b.py")
    (tree / "link").symlink_to("pkg")
    (tree / "also.py").symlink_to("pkg/a.py")
    assert shown(discover(["link", "pkg"], Settings())) == ["pkg/a.py", "pkg/b.py"]
    assert shown(discover(["link", "pkg/a.py"], Settings())) == ["link/b.py", "pkg/a.py"]
    assert shown(discover(["also.py", "link"], Settings())) == ["also.py", "link/b.py"]


def test_a_folder_that_can_not_be_listed_is_passed_by(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tree, "a.py", "closed/b.py")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if os.path.basename(path) == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert shown(discover(["."], Settings())) == ["a.py"]


@pytest.mark.parametrize(("paths", "message"), [(["gone"], "gone: no such"), (["empty"], "no Python files in empty")])
def test_nothing_to_work_on_is_an_error(tree: Path, paths: list[str], message: str) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(NoInputError, match=message):
        discover(paths, Settings())


def test_dependency_lists_and_notebooks_of_named_folders_are_listed(tree: Path) -> None:
    fill(tree, "a.py", "requirements-dev.txt", "pkg/requirements.in", "pkg/b.ipynb", "pkg/notes.txt", "pkg/c.py")
    assert beside("pkg") == ["pkg/b.ipynb", "pkg/requirements.in"]
    assert beside("a.py") == []


def beside(*paths: str, settings: Settings | None = None) -> list[str]:
    return [name for _, name in discover(paths, settings or Settings()).companions if name != "pyproject.toml"]


def test_files_beside_the_source_can_be_named_themselves(tree: Path) -> None:
    fill(tree, "setup.py", "nb.ipynb", "pkg/requirements.txt")
    discovery = discover(["./nb.ipynb", "setup.py", "pkg"], Settings())
    assert [name for _, name in discovery.companions] == ["nb.ipynb", "pkg/requirements.txt", "setup.py"]
    assert shown(discovery) == ["setup.py"]
    assert shown(discover(["nb.ipynb"], Settings())) == []


def test_files_beside_the_source_are_excluded_and_ignored_as_it_is(tree: Path) -> None:
    fill(tree, "a.py", "old.ipynb", "new.ipynb", "secret.yml")
    (tree / ".git").mkdir()
    (tree / ".gitignore").write_text("secret.yml\n")
    excluding = Settings(exclude=(Patterns(str(tree), ("old.*",)),))
    assert beside(".", settings=excluding) == ["new.ipynb"]


def test_what_pipelines_call_is_beside_the_source_and_their_python_is_none_of_it(tree: Path) -> None:
    fill(tree, "a.py", ".github/workflows/ci.yml", ".github/release.py", ".cache/b.yml")
    assert beside(".") == [".github/workflows/ci.yml"]
    assert shown(discover(["."], Settings())) == ["a.py"]


def test_standard_input_takes_the_place_of_the_file_it_is_named_after(tree: Path) -> None:
    fill(tree, "pkg/__init__.py", "pkg/a.py", "pkg/b.py")
    discovery = standard_input(b"x = 1\n", "pkg/a.py", Settings())
    (target,) = discovery.targets
    assert (target.display, target.module, target.content) == ("pkg/a.py", "pkg.a", b"x = 1\n")
    known: Iterable[object] = [file.content for file in discovery.roots[0].files if file.path == target.path]
    assert list(known) == [b"x = 1\n"]
    assert len(discovery.roots[0].files) == 3


def test_standard_input_may_be_a_file_that_does_not_exist(tree: Path) -> None:
    (target,) = standard_input(b"", "new.py", Settings()).targets
    assert target.module == "new"


@pytest.mark.parametrize(
    "data",
    [
        b"import flytekit\n",
        b"from flytekit.types.file import FlyteFile\n",
        b"from flytekitplugins.spark import Spark\n",
        b"from unionai import remote\n",
        b"import os, union\n",
        b"import os, \\\n  union\n",
        b"from union import task\n",
        b"import flyte_migrate\n",
        b"# TODO(flyte-migrate FM104): x\n",
        b"x = 1\rimport flytekit\r",
    ],
)
def test_files_that_could_hold_flyte_1_pass_the_prefilter(data: bytes) -> None:
    assert mentions_v1(data)


@pytest.mark.parametrize(
    "data", [b"", b"import flyte\n", b"a.union(b)\n", b"from typing import Union\n", b"reunion = 1\n"]
)
def test_other_files_do_not(data: bytes) -> None:
    assert not mentions_v1(data)
