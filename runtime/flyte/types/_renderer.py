"""HTML renderers of values (upstream: `flyte.types._renderer`; MAPPING IMP-64).

Only `Renderable` is public upstream; the classes are there for code that uses the private module.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

DEFAULT_MAX_ROWS = 10
DEFAULT_MAX_COLS = 100


@runtime_checkable
class Renderable(Protocol):
    """Something that can show a value as HTML."""

    def to_html(self, python_value: Any) -> str:
        """The value as HTML."""
        raise NotImplementedError


class TopFrameRenderer:
    """The first rows and columns of a pandas frame."""

    def __init__(self, max_rows: int = DEFAULT_MAX_ROWS, max_cols: int = DEFAULT_MAX_COLS) -> None:
        self._max_rows = max_rows
        self._max_cols = max_cols

    def to_html(self, df: Any) -> str:
        """The frame as an HTML table; AssertionError for anything else."""
        import pandas

        assert isinstance(df, pandas.DataFrame)
        table: str = df.to_html(max_rows=self._max_rows, max_cols=self._max_cols)
        return table


class ArrowRenderer:
    """An Arrow table as text."""

    def to_html(self, df: Any) -> str:
        """The table as text; AssertionError for anything else."""
        import pyarrow

        assert isinstance(df, pyarrow.Table)
        text: str = df.to_string()
        return text


class MarkdownRenderer:
    """Markdown; needs `markdown-it-py`."""

    def to_html(self, text: str) -> str:
        """The text as HTML."""
        from markdown_it import MarkdownIt

        rendered: str = MarkdownIt().render(text)
        return rendered


class SourceCodeRenderer:
    """Highlighted Python; needs Pygments."""

    def __init__(self, title: str = "Source Code") -> None:
        self._title = title

    def to_html(self, source_code: str) -> str:
        """The code as HTML, with its style sheet."""
        from pygments import highlight
        from pygments.formatters.html import HtmlFormatter
        from pygments.lexers.python import PythonLexer

        formatter = HtmlFormatter(style="colorful")
        css = formatter.get_style_defs(".highlight").replace("#fff0f0", "#ffffff")
        return f"<style>{css}</style>{highlight(source_code, PythonLexer(), formatter)}"


class PythonDependencyRenderer:
    """The packages that are installed."""

    def __init__(self, title: str = "Dependencies") -> None:
        self._title = title

    def to_html(self) -> str:
        """The packages and their versions as an HTML table."""
        from importlib.metadata import distributions

        found = sorted({(each.metadata["Name"] or "", each.version) for each in distributions()}, key=str)
        rows = "".join(f"<tr>\n<td>{name}</td>\n<td>{version}</td>\n</tr>\n" for name, version in found)
        head = "<th style='text-align:left;'>Name</th>\n<th style='text-align:left;'>Version</th>\n"
        return f"<h3>Python Dependencies</h3>\n<table>\n<tr>\n{head}</tr>\n{rows}</table>"
