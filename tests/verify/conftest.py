"""The command line in this process, as in the tests of the other commands."""

from __future__ import annotations

from tests.cli.conftest import cli

__all__ = ["cli"]
