"""Base class for commands."""

from __future__ import annotations

from collections import Counter

import click


class Command(click.Command):
    """A command that refuses an option given twice where one value counts.

    click would drop the first without a word, such as the first of two folders. What is chosen from a list, such as the
    format, may be given again: an alias has one, and whoever types another behind it means the last.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments.

        Raises:
            click.UsageError: an option of one value is given more than once, or what click refuses.
        """
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for option, times in Counter(given).items():
            if times > 1 and isinstance(option, click.Option) and _takes_one_value(option):
                written = max(option.opts, key=len)
                raise click.UsageError(f"{written} is given {times} times, and takes one value; give it once", ctx)
        return super().parse_args(ctx, args)


def _takes_one_value(option: click.Option) -> bool:
    return not (option.multiple or option.is_flag or option.count or isinstance(option.type, click.Choice))
