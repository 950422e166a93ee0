"""What a verification is asked for and what comes of it. Everything is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

Runtime = Literal["bundled", "flyte"]
Sdk = Literal["bundled", "flyte", "flytekit"]
Status = Literal["returned", "raised", "imported", "no-inputs", "failed", "timeout", "crashed"]


class VerifyError(Exception):
    """A call that can't be followed: the message names what is missing (exit 2)."""


@dataclass(frozen=True)
class Options:
    """How to verify.

    ``python`` runs migrated code, ``v1_python`` originals, which are run only if ``against_flytekit``. ``original`` is
    a folder with the Flyte 1 source of code that is migrated already. ``entries`` (``module:function``) and ``inputs``
    (one mapping for each run, paths in them relative to ``inputs_folder``) replace what would be found and made.
    ``keep`` is a folder for the migrated copy.
    """

    runtimes: tuple[Runtime, ...] = ("bundled",)
    against_flytekit: bool = False
    python: str = ""
    v1_python: str = ""
    stub_missing: bool = False
    timeout: float = 60.0
    jobs: int = 0
    original: str | None = None
    entries: tuple[str, ...] = ()
    inputs: tuple[Mapping[str, Any], ...] | None = None
    inputs_folder: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    keep: str | None = None


@dataclass(frozen=True)
class Entry:
    """A function to run, or with an empty ``function`` a module to import only.

    ``file`` is relative to the project's root, ``path`` absolute, ``display`` the same file as the user knows it.
    ``parameters`` and ``defaults`` count those of the function.
    """

    root: int
    module: str
    function: str
    file: str
    path: str
    display: str
    parameters: int = 0
    defaults: int = 0

    @property
    def name(self) -> str:
        """``package.module:function``."""
        return f"{self.module}:{self.function}" if self.function else self.module


@dataclass(frozen=True)
class Place:
    """A line of the user's code, by the path the user knows; ``function`` encloses it."""

    file: str
    line: int
    function: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Raised:
    """An exception that ended a run. ``own`` says that not the SDK itself raised it."""

    name: str
    message: str
    place: Place | None
    own: bool
    trace: str = ""


@dataclass(frozen=True)
class Violation:
    """What strict mode found."""

    rule: str
    place: Place
    message: str
    advice: str


@dataclass(frozen=True)
class Execution:
    """One run of one program. ``value`` and ``inputs`` are in the canonical form of ``program.values``."""

    status: Status
    stage: str = ""
    value: Any = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    raised: Raised | None = None
    violations: tuple[Violation, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    stand_ins: tuple[str, ...] = ()
    stand_ins_used: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    missing: str = ""
    reason: str = ""
    output: str = ""


class Verdict(str, Enum):
    """What a run proves, from best to worst."""

    SAME = "same"  # the original gave the same outputs (or exception) and made the same calls
    RAN = "ran"  # it ran to its end; there was nothing to compare with
    SKIPPED = "skipped"  # nothing is proved
    DIFFERS = "differs"
    FAILED = "failed"


@dataclass(frozen=True)
class Difference:
    """Where two runs differ (``output[1].accuracy``, ``exception``, ``calls of f``), and both values, briefly."""

    what: str
    original: str
    migrated: str


@dataclass(frozen=True)
class Result:
    """The verdict on one entry with one set of inputs under one runtime.

    ``why`` is one sentence; ``advice`` says what to do; ``place`` is where to look, in the migrated text.
    """

    entry: Entry
    runtime: Runtime
    inputs: str
    verdict: Verdict
    why: str
    place: Place | None = None
    advice: str = ""
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Verification:
    """All results, in the order of the entries.

    ``refused`` are files that could not be migrated, with the reason, ``failed`` those in which the tool itself failed;
    ``migrated`` those that were migrated in a copy.
    """

    results: tuple[Result, ...]
    refused: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    migrated: tuple[str, ...] = ()
    kept: str | None = None
    seconds: float = 0.0

    def count(self, verdict: Verdict) -> int:
        """How many results have this verdict."""
        return sum(result.verdict is verdict for result in self.results)

    @property
    def is_fine(self) -> bool:
        """Whether nothing differs or failed."""
        return not self.count(Verdict.DIFFERS) and not self.count(Verdict.FAILED)
