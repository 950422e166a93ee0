"""Reports and tabs as objects: order, escaping of names, and when "main" is shown."""

from conformance_support import caught
from flyte.report import Report, abbreviate, duration_ms


def main():
    report = Report("r")
    empty = report.has_content()
    report.get_tab("a & b").log("<p>1</p>")
    first = report.get_final_report()
    report.get_tab("main").log("m")
    report.get_tab("a & b").replace("<p>2</p>")
    second = report.get_final_report()
    return [
        [empty, report.has_content(), list(report.tabs)],
        [
            '<li onclick="handleLinkClick(this)">a &amp; b</li>' in first,
            ">main<" in first,
            "<div><p>1</p></div>" in first,
        ],
        [">main<" in second, second.index("<div>m</div>") < second.index("<div><p>2</p></div>"), "<p>1</p>" in second],
        caught(lambda: report.get_tab("missing", create_if_missing=False)),
        report.get_tab("a & b").get_html(),
        [abbreviate("<b>"), abbreviate(None), abbreviate("x" * 301)],
        [duration_ms("2024-01-01T00:00:00Z", "2024-01-01T00:00:01.5Z"), duration_ms(None, "x"), duration_ms("x", "y")],
    ]
