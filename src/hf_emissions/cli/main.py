"""Entry point `hf-emissions`: command lookup and top-level error handling."""

from __future__ import annotations

import importlib
import keyword
import sys

import click

from .. import __version__
from .failures import FAILED, INTERRUPTED, report
from .output import Output

# Commands and their `--help` summaries; their modules are imported lazily.
COMMANDS = {
    "show": "Show the figure of a card.",
    "add": "Write a figure into a card.",
    "remove": "Remove the figure from a card.",
    "check": "Check that the figure is there, can be parsed and is plausible.",
    "rules": "List and explain the rules of `check`.",
    "import": "Write the result of a tracker into a card.",
    "estimate": "Estimate the emissions of an unrecorded training.",
    "audit": "Audit many cards: what is missing, wrong or estimable.",
    "runs": "List recorded trainings, and recompute their figures.",
}


class _Commands(click.Group):
    """Lazy command group: each command is a function of the same name in `cli/<name>.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        # `import` is a Python keyword.
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(importlib.import_module(f".{name}", __package__), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="hf-emissions")
def cli() -> None:
    """Put a true, checkable training-emissions figure on a Hugging Face model card.

    A TARGET is a card (README.md), a folder of cards, user/model on the Hub, or - for standard input.

    \b
    Examples:
      hf-emissions show README.md
      hf-emissions add README.md --emissions "12.5 g" --source "CodeCarbon 3.3.2" --dry-run
      hf-emissions check .

    Exit codes: 0 done or clean, 1 findings or something to change, 2 could not be done.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        code: object = cli.main(args=arguments, prog_name="hf-emissions", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        # click may raise its own error for a Ctrl-C.
        said = str(error.__cause__ or error)
        Output().note(f"Interrupted; {said or 'nothing more was written.'}")
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return FAILED
    except Exception as error:  # noqa: BLE001 - the edge: whatever happens, the exit code must not say "findings"
        return report(error)
    return code if isinstance(code, int) else 0
