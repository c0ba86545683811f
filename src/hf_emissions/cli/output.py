"""All printing: data to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Literal

import click

from ..errors import UsageError
from ..terminal import json_visible, visible

Format = Literal["human", "json", "quiet"]
Document = dict[str, object]

# Version of all JSON documents; within a version, fields are only added.
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Output:
    """Output of a command in the requested format."""

    format: Format = "human"

    def line(self, text: str, *, bold: bool = False, colour: str | None = None) -> None:
        """Print a line of data for people; control characters are made visible."""
        if self.format == "human":
            _print(click.style(visible(text), fg=colour, bold=bold or None))

    def item(self, text: str) -> None:
        """Print a line of data in the formats `human` and `quiet`."""
        if self.format != "json":
            _print(visible(text))

    def card(self, text: str) -> None:
        """Print a whole card, byte for byte."""
        _print(text.encode("utf-8"), nl=False)

    def diff(self, diff: str) -> None:
        """Print a diff: byte for byte to a pipe or file, coloured and sanitized on a terminal."""
        if not sys.stdout.isatty():
            _print(diff.encode("utf-8"), nl=False)
            return
        colours = {"+": "green", "-": "red", "@": "cyan"}
        for line in diff.split("\n")[:-1]:
            _print(click.style(visible(line.removesuffix("\r")), fg=colours.get(line[:1])))

    def document(self, **content: object) -> None:
        """Print the JSON document of a command; a no-op in other formats."""
        if self.format == "json":
            text = json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, indent=2, allow_nan=False)
            _print(json_visible(text))

    def note(self, text: str) -> None:
        """Print information for people to standard error."""
        if self.format == "human":
            _print(visible(text), err=True)

    def error(self, text: str) -> None:
        """Print an error to standard error, in every format."""
        _print(click.style("Error: ", fg="red", bold=True) + visible(text), err=True)

    @property
    def can_ask(self) -> bool:
        """True if a person can answer a question."""
        return self.format == "human" and bool(sys.stdin and sys.stdin.isatty())

    def confirm(self, question: str) -> bool:
        """Ask a question; the default is no."""
        return click.confirm(question, default=False, err=True)


def no_terminal_error(what: str) -> UsageError:
    """Error of an operation that needs a confirmation which nobody can give."""
    return UsageError(f"{what} asks before it writes, and there is nobody to ask; give --yes or --dry-run")


def _print(text: str | bytes, *, nl: bool = True, err: bool = False) -> None:
    try:
        click.echo(text, nl=nl, err=err)
    except BrokenPipeError:
        # The reader (head, less) has exited. Finish the work and discard further output.
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
