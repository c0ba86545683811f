"""Templates for cards and pages, in the wheel or beside `src` in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).parent


def folder() -> Path:
    """Return the template folder.

    Raises:
        FileNotFoundError: the installation is damaged.
    """
    for candidate in (_PACKAGE / "templates", _PACKAGE.parent.parent / "templates"):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError("the templates of hf-emissions are missing; install it again")


def render_markdown(name: str, values: Mapping[str, object]) -> str:
    """Render the template `name`; values are escaped to appear literally in Markdown and HTML."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    # Imported lazily: importing jinja2 takes longer than checking a hundred cards.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    def finalize(value: object) -> Markup:
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
    """Return the text on one line, with Markdown, HTML and terminal control characters neutralised."""
    words = " ".join(text.split())
    visible = "".join(char if char.isprintable() else "\ufffd" for char in words)
    return "".join(_HTML.get(char) or (f"\\{char}" if char in _MARKDOWN else char) for char in visible)
