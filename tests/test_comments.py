"""Comments survive wherever they stand: each fixture once more with a comment above and behind every line."""

from __future__ import annotations

import io
import re
import tokenize

import pytest

from tests.fixtures import Case, cases, migrate

INDENTATION = re.compile(r"[ \t]*")


def commented(text: str) -> str:
    """The text with a comment of its own above and behind each line that can have one."""
    lines = text.split("\n")
    open_ended = {number for number, line in enumerate(lines, 1) if line.endswith("\\")}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.end[0] > token.start[0] and token.type != tokenize.NEWLINE:
            open_ended.update(range(token.start[0], token.end[0]))
    found: list[str] = []
    for number, line in enumerate(lines, 1):
        indentation = INDENTATION.match(line)
        if line.strip() and number - 1 not in open_ended and indentation is not None:
            found.append(f"{indentation[0]}# above {number}")
        behind = line.strip() and number not in open_ended and "#" not in line
        found.append(f"{line}  # behind {number}" if behind else line)
    return "\n".join(found)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_comments_are_kept_wherever_they_stand(case: Case) -> None:
    before = {name: commented(text) for name, text in case.before().items()}
    result = migrate(before, case.settings)
    assert result.failures == []
    for name, text in before.items():
        missing = [c for c in re.findall(r"# (?:above|behind) \d+", text) if c not in result.files[name]]
        assert missing == []
