"""Constant folding: evaluate constant calls once, when a template compiles.

Sentences, icons and addresses of files are the same in every rendering, and a page has about a
hundred of them. Looking them up each time would take an eighth to a quarter of a page's time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

Constant = Callable[..., str]


class FoldingEnvironment(Environment):
    """An environment that replaces calls of pure functions with constant arguments by their values.

    `constants` maps the dotted names that templates use to these functions.
    """

    constants: Mapping[str, Constant] = {}

    def compile(  # type: ignore[override]  # Jinja declares each type of result separately
        self,
        source: str | nodes.Template,
        name: str | None = None,
        filename: str | None = None,
        **options: Any,
    ) -> Any:
        """Compile a template after replacing its constant calls."""
        parsed = self.parse(source, name, filename) if isinstance(source, str) else source
        folded = _ConstantFolder(self.constants).visit(parsed)
        return super().compile(folded, name, filename, **options)


class _ConstantFolder(NodeTransformer):
    def __init__(self, constants: Mapping[str, Constant]) -> None:
        self._constants = constants

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (Jinja's name)
        self.generic_visit(node)
        constant = self._constants.get(_name(node.node))
        if constant is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        if not all(isinstance(argument, (nodes.Const, nodes.MarkSafe)) for argument in node.args):
            return node
        value = constant(*map(_value, node.args))
        plain = nodes.Const(str(value), lineno=node.lineno)
        return nodes.MarkSafe(plain, lineno=node.lineno) if isinstance(value, Markup) else plain


def _value(node: nodes.Expr) -> object:
    if isinstance(node, nodes.MarkSafe):
        return Markup(_value(node.expr))  # noqa: S704 (a constant of a template)
    return node.value if isinstance(node, nodes.Const) else None


def _name(node: nodes.Expr) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_name(node.node)}.{node.attr}"
    return ""
