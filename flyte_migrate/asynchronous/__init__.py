"""``--style async``: the second pass, which gives former workflows back the parallelism they had (DESIGN 3.7, TRAP-28).

The first pass is the sync migration of every file. This one reads its texts and turns into coroutine functions the
workflows and dynamic workflows that were migrated in this run, and what has to follow them: plain functions that call
tasks, callers inside a run. Code that was written for Flyte 2 before is touched only where it calls one of these, so
a second run changes nothing. Leaf tasks stay sync: they block.
"""

from __future__ import annotations

from flyte_migrate.asynchronous.second_pass import second_pass

__all__ = ["second_pass"]
