"""HTML reports of tasks (upstream: `flyte.report`; MAPPING CTX-16..22).

A task with `report=True` has its report written as `report.html` into its output folder when it succeeds. Outside a run
everything here silently does nothing.
"""

from __future__ import annotations

import html
import string
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ._context import internal_ctx
from .syncify import syncify

__all__ = [
    "Report",
    "Timeline",
    "abbreviate",
    "current_report",
    "duration_ms",
    "flush",
    "get_tab",
    "log",
    "replace",
]

_MAIN_TAB = "main"
_FILE_NAME = "report.html"
_LONGEST_BODY = 20_000
_PAGE = string.Template(
    """<!doctype html>
<html lang="">
<head>
  <meta charset="utf-8">
  <title>User Content</title>
  <style>
    #flyte-frame-tabs { display: flex; justify-content: center; list-style: none; padding: 0; }
    #flyte-frame-tabs li { cursor: pointer; font: bold 14px sans-serif; margin-right: 12px; padding: 8px; }
    #flyte-frame-tabs li.active { border-bottom: 4px solid rgb(163, 26, 255); }
    #flyte-frame-container > div { display: none; }
    #flyte-frame-container > div.active { display: block; padding: 2rem; }
    table { border-collapse: collapse; }
  </style>
</head>
<body>
  <nav id="flyte-frame-nav"><ul id="flyte-frame-tabs">$NAV_HTML</ul></nav>
  <div id="flyte-frame-container">$BODY_HTML</div>
</body>
<script>
  const tabs = [...document.getElementById('flyte-frame-tabs').children]
  const panes = [...document.getElementById('flyte-frame-container').children]
  const show = chosen => [tabs, panes].forEach(all => all.forEach((e, i) => e.classList.toggle('active', i === chosen)))
  const handleLinkClick = tab => show(tabs.indexOf(tab))
  show(0)
</script>
</html>
"""
)


@dataclass
class Tab:
    """A named page of a report."""

    name: str
    content: list[str] = field(default_factory=list, init=False)

    def log(self, content: str) -> None:
        """Append HTML."""
        self.content.append(content)

    def replace(self, content: str) -> None:
        """Put HTML in the place of what is there."""
        self.content = [content]

    def get_html(self) -> str:
        """What the tab holds."""
        return "\n".join(self.content)


@dataclass
class Report:
    """The tabs of one task; "main" is always there."""

    name: str
    tabs: dict[str, Tab] = field(default_factory=dict)
    template_path: Path | None = None

    def __post_init__(self) -> None:
        self.tabs[_MAIN_TAB] = Tab(_MAIN_TAB)

    def has_content(self) -> bool:
        """Whether anything was logged."""
        return any(tab.content for tab in self.tabs.values())

    def get_tab(self, name: str, create_if_missing: bool = True) -> Tab:
        """The tab of a name; ValueError when it is missing and not to be created."""
        if name not in self.tabs:
            if not create_if_missing:
                raise ValueError(f"Tab {name} does not exist.")
            self.tabs[name] = Tab(name)
        return self.tabs[name]

    def get_final_report(self) -> str:
        """The page: all tabs, "main" only when something is in it. What was logged is not escaped."""
        shown = [tab for tab in self.tabs.values() if tab.content or tab.name != _MAIN_TAB]
        navigation = "".join(f'<li onclick="handleLinkClick(this)">{html.escape(tab.name)}</li>' for tab in shown)
        body = "".join(f"<div>{tab.get_html()}</div>" for tab in shown)
        page = _PAGE if self.template_path is None else string.Template(self.template_path.read_text())
        return page.substitute(NAV_HTML=navigation, BODY_HTML=body)

    def write(self) -> None:
        """Write the page into the output folder of the running task."""
        folder = Path(_output_folder())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE_NAME).write_text(self.get_final_report(), encoding="utf-8")


def _output_folder() -> str:
    task_context = internal_ctx().data.task_context
    assert task_context is not None
    return task_context.output_path


def current_report() -> Report:
    """The report of the running task; outside a run a new one that goes nowhere."""
    return internal_ctx().get_report() or Report("dummy")


def get_tab(name: str, /, create_if_missing: bool = True) -> Tab:
    """A tab of the current report. Safe in sync and async code (MAPPING CTX-21)."""
    return current_report().get_tab(name, create_if_missing=create_if_missing)


@syncify
async def log(content: str, do_flush: bool = False) -> None:
    """Append HTML to the main tab. Use `await log.aio(...)` in async tasks (MAPPING TRAP-17)."""
    get_tab(_MAIN_TAB).log(content)
    if do_flush:
        await flush.aio()


@syncify
async def flush() -> None:
    """Write the report as it is now. Use `await flush.aio()` in async tasks."""
    report = internal_ctx().get_report() if internal_ctx().is_task_context() else None
    if report is not None:
        report.write()


@syncify
async def replace(content: str, do_flush: bool = False) -> None:
    """Put HTML in the place of what is in the main tab. Use `await replace.aio(...)` in async tasks."""
    get_tab(_MAIN_TAB).replace(content)
    if do_flush:
        await flush.aio()


def abbreviate(value: Any, limit: int = 300) -> str:
    """The escaped text of a value; a longer one is folded away behind its start."""
    text = "" if value is None else str(value)
    if len(text) <= limit:
        return html.escape(text)
    body = html.escape(text[:_LONGEST_BODY])
    if len(text) > _LONGEST_BODY:
        body += f"\n... (+{len(text) - _LONGEST_BODY} more, truncated)"
    return (
        '<details style="display:inline-block;vertical-align:top;max-width:100%"><summary style="cursor:pointer">'
        f"{html.escape(text[:limit])}... (+{len(text) - limit})</summary>"
        f'<pre style="white-space:pre-wrap;word-break:break-word;margin:4px 0 0">{body}</pre></details>'
    )


def duration_ms(start_iso: Any, end_iso: Any) -> str:
    """The time between two ISO timestamps in milliseconds; "" when it cannot be told."""
    try:
        start, end = (datetime.fromisoformat(str(each).replace("Z", "+00:00")) for each in (start_iso, end_iso))
        return f"{(end - start).total_seconds() * 1000:.0f} ms"
    except (TypeError, ValueError):
        return ""


class Timeline:
    """Rows of events in a tab."""

    def __init__(self, tab_name: str = _MAIN_TAB) -> None:
        self._tab_name = tab_name

    def heading(self, text: Any) -> None:
        """A heading."""
        self._log(f'<h3 style="margin:8px 0 4px">{html.escape(str(text))}</h3>')

    def row(self, *, icon: str = "•", label: Any = "", meta: str = "", detail: str = "", error: Any = None) -> None:
        """An event; `detail` is HTML, the rest text."""
        failure = f' <span style="color:#d33">⚠ {abbreviate(error, 200)}</span>' if error else ""
        self._log(
            '<div style="padding:3px 0;border-bottom:1px solid rgba(128,128,128,.18);font-size:13px">'
            f"{icon} <b>{html.escape(str(label))}</b> "
            f'<span style="opacity:.55">{html.escape(meta)}</span>{" — " + detail if detail else ""}{failure}</div>'
        )

    def _log(self, content: str) -> None:
        get_tab(self._tab_name).log(content)
