"""Texts that a template always says alike are looked up as it is compiled, not as it is shown.

Each language has its own environment, so `_("Today")` is a constant there. A page of ours asks
for hundreds of texts, most of them only to choose one word out of a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup


class Folding(Environment):
    """An environment whose texts without a variable are constants of its templates.

    `look_up` is the catalogue's gettext; it must be set before the first template is loaded.
    """

    look_up: Callable[[str], str]

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 — the signature is Jinja's
    ) -> str:
        """Compile a template; Jinja's documented hook between parsing and generating."""
        folded = _Texts(self.look_up).visit(source)
        return super()._generate(folded, name, filename, defer_init)


class _Texts(NodeTransformer):
    def __init__(self, look_up: Callable[[str], str]) -> None:
        self._look_up = look_up

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 — Jinja names a visitor by the node's class
        self.generic_visit(node, *args, **kwargs)
        if (
            isinstance(node.node, nodes.Name)
            and node.node.name == "_"
            and len(node.args) == 1
            and isinstance(node.args[0], nodes.Const)
            and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        ):
            # As the i18n extension does in its new style: the text is markup, and `%%` is `%`.
            said = Markup(self._look_up(str(node.args[0].value))) % {}  # noqa: S704 — our own catalogue
            return nodes.Const(said, lineno=node.lineno)
        return node
