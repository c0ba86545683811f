"""Settings of `check`: `[tool.hf-emissions]` in pyproject.toml, overridden by the command line."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..errors import UsageError
from ..rules.check import RULES
from ..rules.finding import SEVERITIES, Severity

FILE = "pyproject.toml"
TABLE = "hf-emissions"


@dataclass(frozen=True, slots=True)
class Settings:
    """Rules to run, and the minimum severity for exit code 1. An empty `select` means all rules."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity = "warning"

    def fails(self, severity: Severity) -> bool:
        """True if a finding of this severity makes the exit code 1."""
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.fail_on)


@dataclass(frozen=True, slots=True)
class RuleOptions:
    """Command-line overrides; None if not given. `--select` overrides both lists of the file."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    fail_on: Severity | None = None
    _read: dict[Path, Settings] = field(default_factory=dict, compare=False)

    def settings(self, card: Path | None) -> Settings:
        """Return the settings for a card, or for standard input (None). Cached per folder."""
        folder = (Path.cwd() / card).parent if card else Path.cwd()
        if folder not in self._read:
            self._read[folder] = self._over(find_settings(folder))
        return self._read[folder]

    def _over(self, found: Settings) -> Settings:
        if self.select is not None:
            found = replace(found, select=self.select, ignore=())
        if self.ignore is not None:
            found = replace(found, ignore=self.ignore)
        return found if self.fail_on is None else replace(found, fail_on=self.fail_on)


def rule_list(names: Iterable[str], option: str) -> tuple[str, ...] | None:
    """Parse a repeatable, comma-separated option of rule names; None if not given."""
    given = list(names)
    found = [part.strip() for name in given for part in name.split(",") if part.strip()]
    return known_rules(found, option) if given else None


def known_rules(names: Sequence[object], where: str) -> tuple[str, ...]:
    """Validate and deduplicate rule names."""
    if not names:
        raise UsageError(f"{where} names no rule; leave it out to run them all")
    ids = [rule.id for rule in RULES]
    for name in names:
        if name not in ids:
            raise UsageError(f"{where}: there is no rule {name!r}; {near(str(name), ids)}")
    return tuple(dict.fromkeys(str(name) for name in names))


def near(name: str, names: Sequence[str]) -> str:
    """Suggest the closest name, or list all."""
    found = difflib.get_close_matches(name.lower().replace("_", "-"), names, n=1)
    return f"did you mean {found[0]!r}?" if found else f"there are {', '.join(sorted(names))}"


def find_settings(folder: Path) -> Settings:
    """Read the settings of the nearest pyproject.toml, from the folder upwards, with a `[tool.hf-emissions]`."""
    for above in (folder, *folder.parents):
        table = _table(above / FILE)
        if table is not None:
            return _settings(table, f"{above / FILE}: [tool.{TABLE}]")
    return Settings()


def _table(path: Path) -> object:
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: this is not TOML ({error}); mend it") from None
    tools = data.get("tool")
    return tools.get(TABLE) if isinstance(tools, Mapping) else None


def _settings(table: object, where: str) -> Settings:
    if not isinstance(table, Mapping):
        raise UsageError(f"{where} is not a table")
    found = Settings()
    for key, value in table.items():
        if key == "select":
            found = replace(found, select=known_rules(_list(value, f"{where} select"), f"{where} select"))
        elif key == "ignore":
            names = _list(value, f"{where} ignore")
            found = replace(found, ignore=known_rules(names, f"{where} ignore") if names else ())
        elif key == "fail-on":
            found = replace(found, fail_on=_severity(value, f"{where} fail-on"))
        else:
            raise UsageError(f"{where} has no setting {key!r}; {near(key, ['select', 'ignore', 'fail-on'])}")
    return found


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise UsageError(f'{where} is {value!r}; write a list of rules, such as ["missing-hardware"]')
    return value


def _severity(value: object, where: str) -> Severity:
    for severity in SEVERITIES[1:]:
        if value == severity:
            return severity
    raise UsageError(f'{where} is {value!r}; write "warning" or "error"')
