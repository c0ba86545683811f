"""The templates that cards and pages are rendered from: in the wheel, or beside `src` in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """The folder of the templates.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    for candidate in (_PACKAGE / "templates", _PACKAGE.parent.parent / "templates"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("the templates of hf-emissions are missing; install it again")


def render_markdown(name: str, values: Mapping[str, Any]) -> str:
    """The template `name` with the values put in, each escaped so that Markdown and HTML show it as it is."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    # Here and not above: importing jinja2 takes longer than checking a hundred cards.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Markup) else Markup(escape_markdown(str(value)))  # noqa: S704

    return Environment(
        loader=FileSystemLoader(folder()),
        autoescape=True,
        finalize=finalize,
        keep_trailing_newline=True,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


_MARKDOWN = frozenset("\\`*_[]{}#|~!")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape_markdown(text: str) -> str:
    """A text on one line in which no character means anything to Markdown or HTML, and none controls a terminal."""
    words = " ".join(text.split())
    visible = "".join(char if char.isprintable() else "\ufffd" for char in words)
    return "".join(_HTML.get(char) or (f"\\{char}" if char in _MARKDOWN else char) for char in visible)
