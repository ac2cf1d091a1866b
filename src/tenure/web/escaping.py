"""How templates escape what they say: as ever, without an object for each piece of text."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import _escape_inner  # type: ignore[attr-defined]


def escape(value: Any) -> str:
    """The value as text that HTML takes for nothing but text; what is HTML already stays as it is.

    `markupsafe.escape` gives the same as `Markup`, so that nobody escapes it twice. What a template says is
    joined at once, and a page of fifty customers has four thousand such pieces: a tenth of its time.
    """
    if type(value) is not str and hasattr(value, "__html__"):
        return str(value.__html__())
    text: str = _escape_inner(str(value))
    return text


class Generator(CodeGenerator):
    """Compiles templates that escape so."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """The last line of the module wins over Jinja's own import in the first."""
        super().visit_Template(node, frame)
        self.writeline("from tenure.web.escaping import escape")
