"""Deck renderers → the HTML they made, with the libraries they wrapped (CTX-23, IMP-64, IMP-65).

What each renderer does is read from flytekit.deck.renderer, flytekitplugins.deck.renderer and
flytekitplugins.whylogs.renderer. Where that is more than an expression, the module gets a function for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import libcst as cst

from flyte_migrate.rewrite.libraries import Libraries, known_name
from flyte_migrate.rewrite.plan import Finding, Helper, Item, Replace
from flyte_migrate.rewrite.template import argument, call, code, expression, only_lines, parenthesized, statement
from flyte_migrate.rewrite.view import FileView, Reference, TaskDefinition
from flyte_migrate.rewrite.walk import walk
from flyte_migrate.rules import on_file
from flyte_migrate.rules.configuration import UNKNOWN, arguments, callee, indentation, layout_comments, literal
from flyte_migrate.rules.decorators import decorator_arguments
from flyte_migrate.rules.kinds import kinds_of

_PLUGIN = "flytekitplugins.deck.renderer"
_WHYLOGS = "flytekitplugins.whylogs.renderer"
#: What makes the HTML stays on one line up to here.
_ROOM = 90
#: What ``to_html`` was given, by parameter: of the renderer, too.
Values = Mapping[str, cst.BaseExpression]
#: Makes the HTML of the call of ``to_html`` with the edits below it, and of all values.
Build = Callable[[cst.Call, Values], cst.BaseExpression]


@dataclass(frozen=True)
class _Place:
    """One call of ``to_html`` in the file."""

    view: FileView
    libraries: Libraries
    reference: Reference
    given: Mapping[str, cst.Arg]  # the arguments as they were, of the renderer and of the call
    used: frozenset[str]  # parameters given in any call of this renderer in the file

    def library(self, target: str, alias: str = "") -> str:
        root: cst.BaseExpression = self.reference.chain
        assert isinstance(root, (cst.Name, cst.Attribute))
        return self.libraries.name(root, target, alias)

    def module_level(self, target: str) -> str:
        """The name that the whole module has for a library; empty if it has none."""
        return known_name(self.view, target, self.view.module_scope)

    def helper(self, wish: str, source: Callable[[str], str]) -> tuple[Helper, Build]:
        """A function of the module that takes the arguments of ``to_html``."""
        name = wish if wish not in self.view.facts.bound else f"{wish}_"
        return Helper(name, source(name)), lambda updated, values: updated.with_changes(func=cst.Name(name))


@dataclass(frozen=True)
class _Renderer:
    """A renderer by the parameters of its constructor and of ``to_html``, and what makes its HTML."""

    made: tuple[str, ...]
    shown: tuple[str, ...]
    html: Callable[[_Place], tuple[Helper | None, Build]]
    needs: tuple[str, ...] = ()  # the distributions that the code in its place needs and flyte does not bring


def _with_method(method: str, limits: Mapping[str, str]) -> Callable[[_Place], tuple[None, Build]]:
    """``frame.to_html(...)``, with what limits it."""

    def html(place: _Place) -> tuple[None, Build]:
        def build(updated: cst.Call, values: Values) -> cst.BaseExpression:
            owner = parenthesized(next(v for k, v in values.items() if k not in limits))
            args = [argument(values.get(k, cst.parse_expression(default)), k) for k, default in limits.items()]
            return cst.Call(cst.Attribute(owner, cst.Name(method)), args)

        return None, build

    return html


def _markdown(place: _Place) -> tuple[None, Build]:
    parser = place.view.local_name("markdown_it:MarkdownIt")
    return None, lambda updated, values: expression(f"{parser}().render({{text}})", text=values["text"])


def _plain_markdown(place: _Place) -> tuple[None, Build]:
    library = place.library("markdown:")
    return None, lambda updated, values: expression(f"{library}.markdown({{text}})", text=values["text"])


def _source_code(place: _Place) -> tuple[Helper, Build]:
    highlight = place.view.local_name("pygments:highlight")
    formatter = place.view.local_name("pygments.formatters:HtmlFormatter")
    lexer = place.view.local_name("pygments.lexers:PythonLexer")
    return place.helper(
        "source_code_to_html",
        lambda name: (
            f'''
def {name}(source_code: str) -> str:
    """Python source as highlighted HTML."""
    formatter = {formatter}(style="colorful")
    css = formatter.get_style_defs(".highlight").replace("#fff0f0", "#ffffff")
    return f"<style>{{css}}</style>{{{highlight}(source_code, {lexer}(), formatter)}}"
'''
        ),
    )


def _profile(place: _Place) -> tuple[None, Build]:
    library = place.library("ydata_profiling:ProfileReport")

    def build(updated: cst.Call, values: Values) -> cst.BaseExpression:
        title = values.get("title", cst.SimpleString('"Pandas Profiling Report"'))
        return _page_of(place, library, [cst.Arg(values["df"]), argument(title, "title")])

    return None, build


def _box(place: _Place) -> tuple[None, Build]:
    box = f"{place.library('plotly.express:', 'px')}.box"

    def build(updated: cst.Call, values: Values) -> cst.BaseExpression:
        return _page_of(place, box, [cst.Arg(values["df"]), argument(values["column_name"], "y")])

    return None, build


def _page_of(place: _Place, function: str, args: Sequence[cst.Arg]) -> cst.Call:
    """``function(...).to_html()``, the arguments on lines of their own where they are long."""
    indent = indentation(place.view, place.reference.chain)
    made = call(function, args, room=_ROOM - len(indent), indent=indent)
    return cst.Call(cst.Attribute(made, cst.Name("to_html")))


def _image(place: _Place) -> tuple[Helper, Build]:
    """A file was opened as a picture; a picture was taken as it is."""
    encode, buffer = place.view.local_name("base64:b64encode"), place.view.local_name("io:BytesIO")
    helper, _ = place.helper(
        "image_to_html",
        lambda name: (
            f'''
def {name}(image) -> str:
    """A picture (of PIL) as an element that holds its data."""
    buffer = {buffer}()
    image.save(buffer, format="PNG")
    data = {encode}(buffer.getvalue()).decode()
    return f'<img src="data:image/png;base64,{{data}}" alt="Rendered Image" />'
'''
        ),
    )
    source = place.given["image_src"].value
    kind = kinds_of(place.view).of(source)
    is_file = kind is not None and kind.name == "file"
    opened = f"{place.library('PIL:Image')}.open({{image}})" if is_file else "{image}"
    return helper, lambda updated, values: expression(f"{helper.name}({opened})", image=values["image_src"])


def _frame(place: _Place) -> str:
    pandas = place.module_level("pandas:DataFrame")
    return f": {pandas}" if pandas else ""


def _table(place: _Place) -> tuple[Helper, Build]:
    labels = ", header_labels: list | None = None" if "header_labels" in place.used else ""
    relabel = (
        """
    if header_labels is not None and len(header_labels) == len(df.columns):
        df = df.set_axis(header_labels, axis="columns")"""
        if labels
        else ""
    )
    table_width = ", table_width: int | None = None" if "table_width" in place.used else ""
    width = (
        '''
    width = f" width: {table_width}px;" if table_width is not None else ""'''
        if table_width
        else ""
    )
    style = "f" if width else ""
    font = f"font-family: Arial, sans-serif; color: #333;{'{width}' if width else ''}"
    left, right = ("{{", "}}") if width else ("{", "}")
    return place.helper(
        "table_to_html",
        lambda name: (
            f'''
def {name}(df{_frame(place)}{labels}{table_width}) -> str:
    """A data frame as a table."""{relabel}{width}
    style = {style}"""
<style>
.table-class {left} border: 1px solid #ccc; border-collapse: collapse; {font} {right}
.table-class th, .table-class td {left} border: 1px solid #ccc; padding: 8px; {right}
.table-class tr:nth-child(even) {left} background-color: #f2f2f2; {right}
.table-class tr:hover {left} background-color: #ddd; {right}
.table-class th {left} text-align: center; {right}
</style>
"""
    return style + df.to_html(classes="table-class", index=False)
'''
        ),
    )


def _gantt(place: _Place) -> tuple[Helper, Build]:
    known = place.module_level("plotly.express:")
    imported = "" if known else "    import plotly.express as px\n\n"
    chart_width = ", chart_width: int | None = None" if "chart_width" in place.used else ""
    width = ", width=chart_width" if chart_width else ""
    return place.helper(
        "gantt_chart_to_html",
        lambda name: (
            f'''
def {name}(df{_frame(place)}{chart_width}) -> str:
    """The rows of a data frame (Name, Start, Finish) on a timeline."""
{imported}    figure = {known or "px"}.timeline(df, x_start="Start", x_end="Finish", y="Name", color="Name"{width})
    figure.update_xaxes(
        tickangle=90,
        rangeslider_visible=True,
        tickformatstops=[
            {{"dtickrange": [None, 1], "value": "%3f ms"}},
            {{"dtickrange": [1, 60], "value": "%S:%3f s"}},
            {{"dtickrange": [60, 3600], "value": "%M:%S m"}},
            {{"dtickrange": [3600, None], "value": "%H:%M h"}},
        ],
    )
    figure.update_yaxes(showticklabels=False, title="")
    figure.update_layout(autosize=True, legend={{"orientation": "h", "y": 1.02}})
    return figure.to_html()
'''
        ),
    )


def _dependencies(place: _Place) -> tuple[Helper, Build]:
    distributions = place.view.local_name("importlib.metadata:distributions")
    return place.helper(
        "dependencies_to_html",
        lambda name: (
            f'''
def {name}() -> str:
    """The installed packages and their versions as a table."""
    installed = sorted({{(d.name, d.version) for d in {distributions}()}}, key=lambda package: package[0].lower())
    rows = "".join(f"<tr><td>{{name}}</td><td>{{version}}</td></tr>" for name, version in installed)
    return f"<h3>Python Dependencies</h3><table><tr><th>Name</th><th>Version</th></tr>{{rows}}</table>"
'''
        ),
    )


def _constraints(place: _Place) -> tuple[None, Build]:
    visualizer = place.library("whylogs.viz:NotebookProfileVisualizer")
    return None, lambda updated, values: expression(
        f"{visualizer}().constraints_report(constraints={{constraints}}).data", constraints=values["constraints"]
    )


def _drift(place: _Place) -> tuple[Helper, Build]:
    why, visualizer = place.module_level("whylogs:"), place.module_level("whylogs.viz:NotebookProfileVisualizer")
    lines = ["    import whylogs as why"] if not why else []
    lines += ["    from whylogs.viz import NotebookProfileVisualizer"] if not visualizer else []
    imported = "\n".join([*lines, "", ""]) if lines else ""
    return place.helper(
        "summary_drift_to_html",
        lambda name: (
            f'''
def {name}(reference_data{_frame(place)}, target_data{_frame(place)}) -> str:
    """How the columns of a data frame have drifted from a reference."""
{imported}    visualizer = {visualizer or "NotebookProfileVisualizer"}()
    visualizer.set_profiles(
        target_profile_view={why or "why"}.log(target_data).view(),
        reference_profile_view={why or "why"}.log(reference_data).view(),
    )
    return visualizer.summary_drift_report().data
'''
        ),
    )


#: flytekit.deck.renderer.DEFAULT_MAX_ROWS and DEFAULT_MAX_COLS
_top_frame = _with_method("to_html", {"max_rows": "10", "max_cols": "100"})
_RENDERERS = {
    "flytekit.deck.TopFrameRenderer": _Renderer(("max_rows", "max_cols"), ("df",), _top_frame),
    "flytekit.deck.MarkdownRenderer": _Renderer((), ("text",), _markdown),
    "flytekit.deck.SourceCodeRenderer": _Renderer(("title",), ("source_code",), _source_code),
    "flytekit.deck.renderer.ArrowRenderer": _Renderer((), ("df",), _with_method("to_string", {})),
    "flytekit.deck.renderer.PythonDependencyRenderer": _Renderer(("title",), (), _dependencies),
    f"{_PLUGIN}.SourceCodeRenderer": _Renderer(("title",), ("source_code",), _source_code),
    f"{_PLUGIN}.MarkdownRenderer": _Renderer((), ("text",), _plain_markdown, ("markdown",)),
    f"{_PLUGIN}.FrameProfilingRenderer": _Renderer(("title",), ("df",), _profile, ("ydata-profiling", "setuptools<82")),
    f"{_PLUGIN}.BoxRenderer": _Renderer(("column_name",), ("df",), _box, ("plotly",)),
    f"{_PLUGIN}.ImageRenderer": _Renderer((), ("image_src",), _image, ("pillow",)),
    f"{_PLUGIN}.TableRenderer": _Renderer((), ("df", "header_labels", "table_width"), _table),
    f"{_PLUGIN}.GanttChartRenderer": _Renderer((), ("df", "chart_width"), _gantt, ("plotly",)),
    f"{_WHYLOGS}.WhylogsConstraintsRenderer": _Renderer((), ("constraints",), _constraints),
    f"{_WHYLOGS}.WhylogsSummaryDriftRenderer": _Renderer((), ("reference_data", "target_data"), _drift),
}
#: ``to_html`` is a static method of these.
_STATIC = frozenset(name for name in _RENDERERS if name.startswith(_WHYLOGS))
#: Parameters that may be left out.
_OPTIONAL = frozenset({"title", "max_rows", "max_cols", "header_labels", "table_width", "chart_width"})


def is_renderer(name: str) -> bool:
    """Whether a canonical v1 name is that of a renderer."""
    return name in _RENDERERS


def distributions_of_renderers(view: FileView) -> frozenset[str]:
    """What images need for the renderers that any module of the project imports."""
    imported = view.index.imported_v1
    # A module that is imported whole may use any of them.
    every = any(_PLUGIN.startswith(name) for name in imported if name.startswith("flytekitplugins.deck"))
    found = {n for n, renderer in _RENDERERS.items() if n in imported or (every and n.startswith(_PLUGIN))}
    return frozenset(need for name in found for need in _RENDERERS[name].needs)


# -- calls of to_html --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Use:
    """A renderer, by the reference to its class, and the calls of ``to_html`` that it serves."""

    reference: Reference
    renderer: _Renderer
    made: cst.Call | None  # None where to_html is called on the class
    calls: tuple[cst.Call, ...]
    assignment: cst.SimpleStatementLine | None = None

    def given(self, call: cst.Call) -> dict[str, cst.Arg] | None:
        """All arguments by parameter; None if they can't be told, or one is missing."""
        made = arguments(self.made, self.renderer.made) if self.made is not None else {}
        shown = arguments(call, self.renderer.shown)
        if made is None or shown is None:
            return None
        found = {**made, **shown}
        known = {*self.renderer.made, *self.renderer.shown}
        return found if set(found) <= known and known - set(found) <= _OPTIONAL else None


@on_file
def convert_renderers(view: FileView) -> Iterator[Item]:
    """``BoxRenderer("x").to_html(df)`` → ``px.box(df, y="x").to_html()``, and the like, also through variables."""
    references = [r for r in view.references if r.name in _RENDERERS]
    if not references:
        return
    libraries = Libraries(view)
    uses: list[_Use] = []
    for reference in references:
        node = view.parent(reference.chain)
        if isinstance(node, cst.Call) and (annotated := _annotated(view, node)) is not None:
            yield from _convert_annotated(view, libraries, annotated, node, reference)
        elif (use := _use(view, reference)) is not None and _can_move(view, use):
            uses.append(use)
        elif not _is_imported_only(view, reference):
            yield _left(view, reference)
    given = {(use, call): use.given(call) for use in uses for call in use.calls}
    used: dict[str, set[str]] = {}
    for (use, _), args in given.items():
        used.setdefault(use.reference.name, set()).update(args or ())
    for use in uses:
        if all(given[use, call] is not None for call in use.calls):
            yield from _convert(view, libraries, use, given, frozenset(used[use.reference.name]))
        else:
            yield _left(view, use.reference)
    yield from libraries.imports()


def _is_imported_only(view: FileView, reference: Reference) -> bool:
    return isinstance(view.parent(reference.chain), cst.Annotation)


def _left(view: FileView, reference: Reference) -> Finding:
    row = reference.row
    shown = reference.name.rpartition(".")[2]
    message = f"This use of {shown} can't be converted; write the HTML of {shown}(...).to_html(...) where it is logged."
    return Finding(reference.chain, row.code if row is not None and row.code else "FM411", message, reference.name)


def _use(view: FileView, reference: Reference) -> _Use | None:
    """The calls of ``to_html`` on a renderer: on what was made in place, on a variable that holds it, on the class."""
    renderer = _RENDERERS[reference.name]
    node = view.parent(reference.chain)
    if reference.rest == ("to_html",) and reference.name in _STATIC and isinstance(node, cst.Call):
        return _Use(reference, renderer, None, (node,))
    if reference.rest or not isinstance(node, cst.Call) or node.func is not reference.chain:
        return None
    direct = _to_html(view, node)
    if direct is not None:
        return _Use(reference, renderer, node, (direct,))
    assign = view.parent(node)
    target = assign.targets[0].target if isinstance(assign, cst.Assign) and len(assign.targets) == 1 else None
    line = view.parent(assign) if assign is not None else None
    if not isinstance(target, cst.Name) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) > 1:
        return None
    scope = view.scope_at[target].owner(target.value)
    if scope is None or scope.is_class or len(scope.bindings[target.value]) > 1:
        return None
    if scope is view.module_scope and f"{view.facts.module}.{target.value}" in view.index.imported_names:
        return None
    calls = [_to_html(view, name) for name in view.uses_of(target.value, scope)]
    found = tuple(call for call in calls if call is not None)
    return _Use(reference, renderer, node, found, line) if len(found) == len(calls) else None


def _to_html(view: FileView, node: cst.BaseExpression) -> cst.Call | None:
    attribute = view.parent(node)
    if not isinstance(attribute, cst.Attribute) or attribute.value is not node or attribute.attr.value != "to_html":
        return None
    call = view.parent(attribute)
    return call if isinstance(call, cst.Call) and call.func is attribute else None


def _can_move(view: FileView, use: _Use) -> bool:
    """Whether the renderer's arguments mean the same where it is used as where it was made."""
    if use.made is None or use.assignment is None:
        return True
    for arg in use.made.args:
        names = [n for n in walk(arg.value) if isinstance(n, cst.Name)]
        simple = isinstance(arg.value, (cst.Name, cst.Attribute)) and all(len(view.bindings(n)) == 1 for n in names)
        if literal(arg.value) is UNKNOWN and not simple:
            return False
    return True


def _convert(
    view: FileView,
    libraries: Libraries,
    use: _Use,
    given: Mapping[tuple[_Use, cst.Call], dict[str, cst.Arg] | None],
    used: frozenset[str],
) -> Iterator[Item]:
    for shown in use.calls:
        args = given[use, shown] or {}
        place = _Place(view, libraries, use.reference, args, used)
        helper, build = use.renderer.html(place)
        if helper is not None:
            yield helper
        yield Replace(shown, _built(use, shown, args, build))
    if use.assignment is not None:
        line = use.assignment
        yield Replace(line, lambda updated: _lines_around(view, line, updated))


def _lines_around(
    view: FileView, original: cst.SimpleStatementLine, updated: cst.SimpleStatementLine
) -> list[cst.CSTNode]:
    """What is left of a statement that goes: its comments, and the blank lines that set its paragraph off."""
    lines = list(updated.leading_lines)
    own = set(layout_comments(lines))
    lines += [cst.EmptyLine(comment=c) for c in layout_comments([updated]) if c not in own]
    if any(line.comment is not None for line in lines):
        return [only_lines(lines)]
    block = getattr(view.parent(original), "body", ())
    after = next((b for a, b in pairwise(block) if a is original), None)
    set_off = after is not None and not getattr(after, "leading_lines", ())
    return [only_lines(lines)] if lines and set_off else []


def _built(
    use: _Use, call: cst.Call, given: Mapping[str, cst.Arg], build: Build
) -> Callable[[cst.Call], cst.BaseExpression]:
    """The HTML from the values as edited; those of a renderer in a variable are literals and names."""

    def built(updated: cst.Call) -> cst.BaseExpression:
        pairs = list(zip(call.args, updated.args, strict=True))
        made = updated.func.value if isinstance(updated.func, cst.Attribute) else None
        if use.made is not None and use.assignment is None and isinstance(made, cst.Call):
            pairs += zip(use.made.args, made.args, strict=True)
        edited = {id(a): b.value for a, b in pairs}
        values = {name: edited.get(id(arg), arg.value) for name, arg in given.items()}
        return build(updated, values).with_changes(lpar=updated.lpar, rpar=updated.rpar)

    return built


# -- renderers of outputs ----------------------------------------------------------------------------------------------


def _annotated(view: FileView, node: cst.Call) -> cst.Subscript | None:
    """The ``Annotated[...]`` that a renderer is metadata of."""
    for ancestor in view.ancestors(node):
        if isinstance(ancestor, cst.Subscript):
            name = view.canonical(ancestor.value)
            return ancestor if name in ("typing.Annotated", "typing_extensions.Annotated") else None
        if not isinstance(ancestor, (cst.SubscriptElement, cst.Index)):
            return None
    return None


def _convert_annotated(
    view: FileView, libraries: Libraries, annotated: cst.Subscript, node: cst.Call, reference: Reference
) -> Iterator[Item]:
    """An output annotated with a renderer was shown in the automatic deck of outputs, which the task logs itself."""
    metadata = [e.slice.value for e in annotated.slice[1:] if isinstance(e.slice, cst.Index)]
    if metadata[0] is not node:
        return
    if not all(isinstance(m, cst.Call) and callee(view, m) in _RENDERERS for m in metadata):
        yield Finding(node, "FM411", "The renderer in this annotation means nothing in Flyte 2; take it out.")
        return
    yield Replace(annotated, lambda updated: updated.slice[0].slice.value)
    function = view.function_of(annotated)
    definition = view.definition_of(function) if function is not None else None
    if definition is not None and not _shows(view, definition):
        return
    logged: list[Item] = []
    if definition is not None and definition.node.returns is view.parent(annotated):
        logged = list(_log_returns(view, libraries, definition, node, reference))
    yield from logged
    if not logged:
        message = "Inputs and outputs are not rendered on their own any more; log their HTML in the task."
        yield Finding(node, "FM410", message)


def _shows(view: FileView, definition: TaskDefinition) -> bool:
    """Whether v1 made a deck of inputs or outputs: decks are off unless asked for, and have all fields unless told
    which.
    """
    args = decorator_arguments(view, definition)
    if not {"enable_deck", "disable_deck"} & set(args):
        on = definition.task.role == "eager"
    elif "enable_deck" in args:
        on = literal(args["enable_deck"].value) is not False
    else:
        on = literal(args["disable_deck"].value) is not True
    fields = args.get("deck_fields")
    return on and (fields is None or any(f in code(fields) for f in ("INPUT", "OUTPUT")))


def _log_returns(
    view: FileView, libraries: Libraries, definition: TaskDefinition, node: cst.Call, reference: Reference
) -> Iterator[Item]:
    """What is returned is logged to the tab ``Output`` first (flytekit.deck.DeckField.OUTPUT)."""
    renderer = _RENDERERS[reference.name]
    made = arguments(node, renderer.made)
    function = definition.node
    returns = [r for r in view.by_type.get(cst.Return, ()) if view.function_of(r) is function]
    lines = [view.parent(r) for r in returns]
    single = all(isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 for line in lines)
    fields = decorator_arguments(view, definition).get("deck_fields")
    if fields is not None and "OUTPUT" not in code(fields):
        return
    if made is None or not returns or not single or len(renderer.shown) != 1 or renderer.html is _image:
        return
    tab = f'{view.local_name("flyte.report:")}.get_tab("Output").log'
    result = "result" if "result" not in view.scope_of[function].bindings else "output"
    for return_, line in zip(returns, lines, strict=True):
        assert isinstance(return_, cst.Return) and isinstance(line, cst.SimpleStatementLine)
        if return_.value is None:
            return
        place = _Place(view, libraries, reference, made, frozenset())
        helper, build = renderer.html(place)
        if helper is not None:
            yield helper
        values = {k: a.value for k, a in made.items()}

        def logged(
            updated: cst.SimpleStatementLine, values: Values = values, build: Build = build
        ) -> Sequence[cst.BaseStatement]:
            last = updated.body[0]
            assert isinstance(last, cst.Return) and last.value is not None
            name = last.value if isinstance(last.value, cst.Name) else cst.Name(result)
            html = build(cst.Call(cst.Name("_"), [cst.Arg(name)]), {**values, renderer.shown[0]: name})
            lines = [statement(f"{tab}({{html}})", html=html), cst.SimpleStatementLine([last.with_changes(value=name)])]
            if name is not last.value:
                lines.insert(0, statement(f"{result} = {{value}}", value=last.value))
            comments = updated.trailing_whitespace
            first = lines[0].with_changes(leading_lines=updated.leading_lines)
            return [first, *lines[1:-1], lines[-1].with_changes(trailing_whitespace=comments)]

        yield Replace(line, logged, wraps=True)
