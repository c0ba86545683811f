"""Base class for commands."""

from __future__ import annotations

from collections import Counter

import click


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
