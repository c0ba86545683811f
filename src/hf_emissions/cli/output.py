"""The one place that prints. Data goes to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import Any, Literal

import click

from ..terminal import json_visible, visible

Format = Literal["human", "json", "quiet"]

# The version of every JSON document we print; a field is only ever added within one version.
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command puts what it has to say, in the format that was asked for."""

    format: Format = "human"

    def line(self, text: str, **style: Any) -> None:
        """A line of data for people; control characters are made visible."""
        if self.format == "human":
            _print(click.style(visible(text), **style))

    def item(self, text: str) -> None:
        """A line of data for people and for pipes: all that `quiet` prints."""
        if self.format != "json":
            _print(visible(text))

    def card(self, text: str) -> None:
        """A whole card, byte for byte."""
        _print(text.encode("utf-8"), nl=False)

    def diff(self, diff: str) -> None:
        """A diff: byte for byte into a pipe or a file, coloured and made safe on a terminal."""
        if not sys.stdout.isatty():
            _print(diff.encode("utf-8"), nl=False)
            return
        colours = {"+": "green", "-": "red", "@": "cyan"}
        for line in diff.split("\n")[:-1]:
            _print(click.style(visible(line.removesuffix("\r")), fg=colours.get(line[:1])))

    def document(self, **content: Any) -> None:
        """The one JSON document of a command, if JSON was asked for."""
        if self.format == "json":
            text = json.dumps({"schema": SCHEMA, **content}, ensure_ascii=False, indent=2, allow_nan=False)
            _print(json_visible(text))

    def note(self, text: str) -> None:
        """Something a person may want to know, on standard error."""
        if self.format == "human":
            _print(visible(text), err=True)

    def error(self, text: str) -> None:
        """What could not be done, on standard error, in every format."""
        _print(click.style("Error: ", fg="red", bold=True) + visible(text), err=True)


def _print(text: str | bytes, *, nl: bool = True, err: bool = False) -> None:
    try:
        click.echo(text, nl=nl, err=err)
    except BrokenPipeError:
        # The reader (head, less) has left. What is being written goes on to its end, and says nothing more there.
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def format_option(command: Any) -> Any:
    """The option `--format` of every command."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["human", "json", "quiet"]),
        default="human",
        show_default=True,
        help="How to print: for people, as one JSON document, or the bare names.",
    )(command)
