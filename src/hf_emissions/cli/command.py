"""Commands whose options are declared as the fields of a dataclass."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, fields
from typing import Any, TypeVar

import click

from .option_types import TEXT

Options = TypeVar("Options")


class Command(click.Command):
    """Command that rejects repeated single-value options.

    click would silently drop the first value, such as the first of two folders. Choices, such as the format, may be
    repeated: this overrides the value in a shell alias.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments.

        Raises:
            click.UsageError: a single-value option is repeated, or click rejects the arguments.
        """
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for option, times in Counter(given).items():
            if times > 1 and isinstance(option, click.Option) and _takes_one_value(option):
                written = max(option.opts, key=len)
                raise click.UsageError(f"{written} is given {times} times, and takes one value; give it once", ctx)
        return super().parse_args(ctx, args)


def _takes_one_value(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count or isinstance(option.type, click.Choice))


def option(words: str, *names: str, **settings: Any) -> Any:
    """Declare a field as an option.

    Args:
        words: help of the option.
        names: names on the command line; by default the name of the field.
        settings: further arguments of `click.Option`.
    """
    settings = {"type": TEXT, "help": words, **settings}

    def parameter(name: str) -> click.Parameter:
        return click.Option([*(names or [f"--{name.replace('_', '-')}"]), name], **settings)

    return field(default=settings.get("default"), metadata={"parameter": parameter})


def flag(words: str, *names: str) -> Any:
    """Declare a field as a flag, off by default."""
    return option(words, *names, is_flag=True, type=None, default=False)


def argument(**settings: Any) -> Any:
    """Declare a field as a positional argument, with the arguments of `click.Argument`."""
    return field(metadata={"parameter": lambda name: click.Argument([name], **settings)})


def command(options: type[Options], name: str | None = None) -> Callable[[Callable[[Options], int]], Command]:
    """Make a command of a function that takes the options and returns the exit code; its docstring is the help."""

    def decorate(function: Callable[[Options], int]) -> Command:
        def run(**given: object) -> int:
            return function(options(**given))

        parameters = list(_parameters(options))
        return Command(name or function.__name__, callback=run, help=function.__doc__, params=parameters)

    return decorate


def parse_texts(options: type[Options], texts: Mapping[str, str]) -> Options:
    """Parse options that are given as texts by name, as in a line of a plan."""
    known = {option_key(one): one for one in _parameters(options)}
    return options(
        **{str(known[key].name): known[key].type.convert(text, known[key], None) for key, text in texts.items()}
    )


def values_of(options: object, kind: type[object]) -> dict[str, Any]:
    """Values of the options that are named like fields of the dataclass `kind`."""
    return {one.name: getattr(options, one.name) for one in fields(kind) if hasattr(options, one.name)}  # type: ignore[arg-type]


def option_keys(options: type[object]) -> tuple[str, ...]:
    """Names of the options, as in a line of a plan."""
    return tuple(option_key(one) for one in _parameters(options))


def option_key(parameter: click.Parameter) -> str:
    return parameter.opts[0].lstrip("-").replace("-", "_")


def _parameters(options: type[object]) -> Iterator[click.Parameter]:
    """Parameters in the order of `--help`: those of the class itself, then those of its bases."""
    declared = {one.name: one for one in fields(options)}  # type: ignore[arg-type]
    for owner in options.__mro__:
        for name in inspect.get_annotations(owner):
            if name in declared:
                yield declared.pop(name).metadata["parameter"](name)
