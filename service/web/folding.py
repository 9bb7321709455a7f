"""What a template always says alike is worked out as it is compiled, not as it is shown.

Each language has its own environment, so `_("Today")` is a constant there. A page of ours asks
for hundreds of texts, most of them only to choose one word out of a list; it calls a hundred
macros that only print (`inlining`), imports the same few templates in each of its parts, and
includes parts of its own, which are compiled into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from service.web.inlining import Plain, called_as, imports_of, plain_macros, write_out

MODULES = "modules_of_this_page"
"""The variable of a page that holds what its parts import with its context."""
_SPECIAL: Final = re.compile("[&<>\"']").search


class OfOnePage(Template):
    """A template that is run once for a page, however many parts of it import it.

    Its macros see the page's variables; none that an importing part has set beside them.
    """

    def make_module(
        self,
        vars: dict[str, Any] | None = None,  # noqa: A002 — the name is Jinja's
        shared: bool = False,  # noqa: FBT001, FBT002 — the signature is Jinja's
        locals: Mapping[str, Any] | None = None,  # noqa: A002 — the name is Jinja's
    ) -> TemplateModule:
        """Return the module of this page."""
        made: dict[str | None, TemplateModule] | None = (vars or {}).get(MODULES)
        if made is None:
            return super().make_module(vars, shared, locals)
        if self.name not in made:
            made[self.name] = super().make_module(vars, shared, None)
        return made[self.name]


def shown(value: object) -> str:
    """Return what stands in a page for a value: `markupsafe.escape`, which makes no copy here.

    Most of what is shown has nothing that need be escaped, and goes into the page as it is.
    """
    kind = type(value)
    if kind is Markup or (kind is str and _SPECIAL(value) is None):  # type: ignore[call-overload]  # it is a str here
        return value  # type: ignore[return-value]  # as above
    return escape(value)


class _Showing(CodeGenerator):
    """Jinja's own code, but for how a value is shown."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class Folding(Environment):
    """An environment whose texts without a variable are constants of its templates.

    `look_up` is the catalogue's gettext; it must be set before the first template is loaded.
    """

    template_class = OfOnePage
    code_generator_class = _Showing
    look_up: Callable[[str], str]
    shown = staticmethod(shown)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._plain: dict[str, Plain] = {}
        self._tables = 0
        self._found: dict[str, Template] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 — the name is Jinja's
    ) -> Template:
        """Return a template; one that cannot change is found past Jinja's cache and its lock."""
        if not isinstance(name, str) or globals is not None or self.auto_reload:
            return super().get_template(name, parent, globals)
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = super().get_template(name, parent)
        return found

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 — the signature is Jinja's
    ) -> str:
        """Compile a template; Jinja's documented hook between parsing and generating."""
        whole = self._worked_out(source, (name or "",))
        return super()._generate(whole, name, filename, defer_init)

    def _worked_out(self, source: nodes.Template, within: tuple[str, ...]) -> nodes.Template:
        """Return a template with all that need not wait for a page; `within` are those around."""
        plain: dict[str, nodes.Macro] = {}
        for imported in imports_of(source):
            plain |= called_as(imported, self._plain_of(imported.template.as_const()))
        written: nodes.Template = write_out(_Texts(self).visit(source), plain)
        return _Included(self, within).visit(written)  # type: ignore[no-any-return]  # Jinja's visitors say nothing of types

    def part(self, name: str, within: tuple[str, ...]) -> list[nodes.Node] | None:
        """Return what a template includes, to stand in it; None where that would not be the same.

        One that extends another, has blocks, or includes itself is left to Jinja.
        """
        if name in within or self.loader is None:
            return None
        parsed = self.parse(self.loader.get_source(self, name)[0], name)
        if any(parsed.find(kind) is not None for kind in (nodes.Extends, nodes.Block)):
            return None
        return self._worked_out(parsed, (*within, name)).body

    def _plain_of(self, name: str) -> Plain:
        """Return the plain macros of a template."""
        if name not in self._plain:
            loader = self.loader
            text = loader.get_source(self, name)[0] if loader is not None else ""
            self._plain[name] = plain_macros(_Texts(self).visit(self.parse(text, name)))
        return self._plain[name]

    def table(self, words: Mapping[object, object], lineno: int) -> nodes.Expr:
        """Keep a list of words, and return how a template takes hold of it."""
        self._tables += 1
        name = f"table_{self._tables}"
        setattr(self, name, words)
        return nodes.EnvironmentAttribute(name, lineno=lineno)


class _Texts(NodeTransformer):
    def __init__(self, environment: Folding) -> None:
        self._environment = environment

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 — Jinja names a visitor by the node's class
        self.generic_visit(node, *args, **kwargs)
        if (
            isinstance(node.node, nodes.Name)
            and node.node.name == "_"
            and len(node.args) == 1
            and isinstance(node.args[0], nodes.Const)
            and not (node.dyn_args or node.dyn_kwargs)
        ):
            # As the i18n extension does in its new style: the text is markup, and `%%` is `%`.
            text = Markup(self._environment.look_up(str(node.args[0].value)))  # noqa: S704 — our own catalogue
            if not node.kwargs:
                return nodes.Const(text % {}, lineno=node.lineno)
            given = [nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs]
            said = nodes.Const(text, lineno=node.lineno)
            return nodes.Mod(said, nodes.Dict(given), lineno=node.lineno)
        return node

    def visit_Dict(self, node: nodes.Dict, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 — as above
        self.generic_visit(node, *args, **kwargs)
        table = {}
        for pair in node.items:
            if not (isinstance(pair.key, nodes.Const) and isinstance(pair.value, nodes.Const)):
                return node
            table[pair.key.value] = pair.value.value
        return self._environment.table(table, node.lineno) if table else node


class _Included(NodeTransformer):
    """Writes what is included where it is included, with names of its own."""

    def __init__(self, environment: Folding, within: tuple[str, ...]) -> None:
        self._environment = environment
        self._within = within

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 — as above
        if node.ignore_missing or not node.with_context:
            return node
        if not isinstance(node.template, nodes.Const):
            return node
        body = self._environment.part(str(node.template.value), self._within)
        return node if body is None else nodes.Scope(body, lineno=node.lineno)
