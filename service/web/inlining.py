"""Macros that only say something are written out where they are called, as a template is compiled.

An icon, a state, the word of an enumeration: a page of ours calls a hundred of them, and each
call costs more than what it says. A macro is *plain* where all that it does is to print, out of
nothing but its own arguments and what each page has (`OF_EVERY_PAGE`). Imports of which nothing
is left to call are dropped with them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import TypeVar

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

Plain = Mapping[str, nodes.Macro]
"""Plain macros by the name under which a template calls them (`icon`, `words.kind`)."""

OF_EVERY_PAGE = frozenset({"frame", "nonce"})
"""Variables that mean the same in every template of a page."""

Some = TypeVar("Some", bound=nodes.Node)
_NAMES_ONLY = (nodes.Name, nodes.Const, nodes.Getattr, nodes.EnvironmentAttribute)


def plain_macros(template: nodes.Template) -> dict[str, nodes.Macro]:
    """Return the plain macros that a template defines at its top, after writing out its own."""
    found: dict[str, nodes.Macro] = {}
    for macro in template.body:
        if isinstance(macro, nodes.Macro):
            written = _WrittenOut(found).visit(macro)
            if _is_plain(written):
                found[macro.name] = written
    return found


def imports_of(template: nodes.Template) -> Iterator[nodes.Import | nodes.FromImport]:
    """Yield what a template imports by a fixed name."""
    for one in template.find_all((nodes.Import, nodes.FromImport)):
        if isinstance(one, nodes.Import | nodes.FromImport) and isinstance(
            one.template, nodes.Const
        ):
            yield one


def called_as(imported: nodes.Import | nodes.FromImport, plain: Plain) -> dict[str, nodes.Macro]:
    """Return the plain macros of an imported template by the names that it is imported under."""
    if isinstance(imported, nodes.Import):
        return {f"{imported.target}.{name}": macro for name, macro in plain.items()}
    pairs = (one if isinstance(one, tuple) else (one, one) for one in imported.names)
    return {alias: plain[name] for name, alias in pairs if name in plain}


def write_out(template: nodes.Template, plain: Plain) -> nodes.Template:
    """Return a template in which the calls of these macros are what they print."""
    taken = {one.name for one in template.find_all(nodes.Name) if one.ctx in {"store", "param"}}
    ours = {  # a name of its own hides the macro, or what the macro means by it
        name: one
        for name, one in plain.items()
        if name.partition(".")[0] not in taken and not taken & OF_EVERY_PAGE
    }
    written = _WrittenOut(ours).visit(template)
    called = {one.name for one in written.find_all(nodes.Name)}
    return nodes.Template(
        [one for one in written.body if not _is_idle(one, called)], lineno=template.lineno
    )


class _WrittenOut(NodeTransformer):
    def __init__(self, plain: Plain) -> None:
        self._plain = plain

    def visit_Output(self, node: nodes.Output) -> list[nodes.Stmt]:  # noqa: N802 — Jinja names a visitor by the node's class
        self.generic_visit(node)
        return list(self._printing(node))

    def _printing(self, node: nodes.Output) -> Iterator[nodes.Stmt]:
        """Yield what prints the same: a choice in between parts an output in two."""
        together: list[nodes.Expr] = []
        for said in (said for one in node.nodes for said in self._said(one)):
            if isinstance(said, nodes.Expr):
                together.append(said)
                continue
            yield nodes.Output(together, lineno=node.lineno)
            yield said
            together = []
        yield nodes.Output(together, lineno=node.lineno)

    def _said(self, node: nodes.Expr | nodes.Stmt) -> Iterator[nodes.Expr | nodes.Stmt]:
        macro = self._plain.get(_name_of(node.node)) if isinstance(node, nodes.Call) else None
        if macro is None or not isinstance(node, nodes.Call) or not _fits(macro, node):
            yield node
            return
        given = {one.name: arg for one, arg in zip(macro.args, node.args, strict=True)}
        for one in _printed(macro):
            yield from self._said(_copied(one, given))


def _name_of(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return f"{node.node.name}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else ""


def _is_plain(macro: nodes.Macro) -> bool:
    known = {one.name for one in macro.args} | OF_EVERY_PAGE
    return (
        not macro.defaults
        and all(_only_prints(part) for part in macro.body)
        and all(one.name in known for part in macro.body for one in part.find_all(nodes.Name))
    )


def _only_prints(part: nodes.Node) -> bool:
    if isinstance(part, nodes.If):
        return all(_only_prints(one) for one in (*part.body, *part.elif_, *part.else_))
    return isinstance(part, nodes.Output)


def _printed(macro: nodes.Macro) -> Iterator[nodes.Expr | nodes.Stmt]:
    for part in macro.body:
        if isinstance(part, nodes.Output):
            yield from part.nodes
        elif isinstance(part, nodes.If):
            yield part


def _fits(macro: nodes.Macro, call: nodes.Call) -> bool:
    """Tell whether a call gives each argument once, none of which would be worked out twice."""
    if call.kwargs or call.dyn_args or call.dyn_kwargs or len(call.args) != len(macro.args):
        return False
    used = Counter(one.name for part in macro.body for one in part.find_all(nodes.Name))
    return all(
        used[one.name] <= 1 or all(isinstance(part, _NAMES_ONLY) for part in _whole(arg))
        for one, arg in zip(macro.args, call.args, strict=True)
    )


def _whole(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for one in node.iter_child_nodes():
        yield from _whole(one)


def _copied(node: Some, given: Mapping[str, nodes.Expr]) -> Some:
    """Return a copy of a node in which names stand for what is given for them."""
    if isinstance(node, nodes.Name) and node.name in given:
        return _copied(given[node.name], {})  # type: ignore[return-value]  # an expression stands for a name
    made = copy(node)
    for field, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(made, field, _copied(value, given))
        elif isinstance(value, list):
            setattr(made, field, _each_copied(value, given))
    return made


def _each_copied(values: Sequence[object], given: Mapping[str, nodes.Expr]) -> list[object]:
    return [_copied(one, given) if isinstance(one, nodes.Node) else one for one in values]


def _is_idle(node: nodes.Node, called: set[str]) -> bool:
    """Take the names that nothing calls out of an import; tell whether none is left."""
    if isinstance(node, nodes.Import):
        return node.target not in called
    if not isinstance(node, nodes.FromImport):
        return False
    node.names = [
        one for one in node.names if (one[1] if isinstance(one, tuple) else one) in called
    ]
    return not node.names
