"""Good manners towards strangers' repositories: who does not want pull requests, and how many are too many a day."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import HubError
from .address import Address

# Pull requests to repositories of others that are opened within 24 hours; a person can stand behind so many.
MOST_A_DAY = 10

_NO = re.compile(r"hf-emissions:\s*no\s+pull\s+requests?\b", re.IGNORECASE)
_SHIPPED = Path(__file__).with_name("no_pull_requests.txt")


def folder() -> Path:
    """Where the list of accounts and the day's count are kept: beside the client's own files."""
    home = os.environ.get("HF_HOME") or "~/.cache/huggingface"
    return Path(home).expanduser() / "hf-emissions"


def check_wanted(address: Address, text: str) -> None:
    """Refuse to propose anything to those who said no, in the card or on the list of accounts.

    Raises:
        HubError: they did.
    """
    if _NO.search(text):
        raise HubError(f"{address}: the card asks for no pull requests; write to its owner instead")
    if {address.owner.lower(), address.model.lower()} & declined():
        raise HubError(f"{address}: {address.owner} asked for no pull requests; write to them instead")


def declined() -> frozenset[str]:
    """Accounts and repositories that want no pull requests: our list, and the user's own beside it."""
    lines = [line for path in (_SHIPPED, folder() / _SHIPPED.name) if path.exists() for line in _lines(path)]
    return frozenset(line.partition("#")[0].strip().lower() for line in lines) - {""}


def check_bound(now: datetime | None = None) -> None:
    """Refuse one more pull request than the day's bound.

    Raises:
        HubError: there were enough within 24 hours.
    """
    recent = _recent(now or datetime.now(UTC))
    if len(recent) >= MOST_A_DAY:
        again = min(recent) + timedelta(days=1)
        raise HubError(
            f"{MOST_A_DAY} pull requests to others were opened within a day, which is the bound; "
            f"the next may be opened at {again:%Y-%m-%d %H:%M} UTC"
        )


def count(address: Address, now: datetime | None = None) -> None:
    """Remember that a pull request was opened."""
    path = _ledger()
    path.parent.mkdir(parents=True, exist_ok=True)
    entry = {"time": (now or datetime.now(UTC)).isoformat(), "model": address.model}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _ledger() -> Path:
    return folder() / "pull_requests.jsonl"


def _recent(now: datetime) -> list[datetime]:
    if not _ledger().exists():
        return []
    times = [time for line in _lines(_ledger()) if (time := _time(line)) is not None]
    return [time for time in times if now - time < timedelta(days=1)]


def _time(line: str) -> datetime | None:
    # A line that was cut off by a kill counts for nothing.
    try:
        time = datetime.fromisoformat(json.loads(line)["time"])
    except (ValueError, KeyError, TypeError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
