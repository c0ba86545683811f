"""Good manners towards strangers' repositories: who does not want pull requests, and how many are too many a day."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import HubError
from .address import Address
from .json_lines import JsonLines
from .private import make_folder

# Pull requests to repositories of others that are opened within 24 hours; a person can stand behind so many.
MOST_A_DAY = 10

# Another process of ours opens its pull request within this.
_LONGEST_LOCK_S = 600.0

_NO = re.compile(r"hf-emissions:\s*no\s+pull\s+requests?\b", re.IGNORECASE)
_SHIPPED = Path(__file__).with_name("no_pull_requests.txt")


def folder() -> Path:
    """Where the list of accounts and the day's count are kept: beside the client's own files."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    home = os.environ.get("HF_HOME") or str(cache / "huggingface")
    # As the client reads them (huggingface_hub/constants.py, 2.4.0).
    return Path(os.path.expandvars(home)).expanduser() / "hf-emissions"


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
    times = opened(now or datetime.now(UTC))
    if len(times) >= MOST_A_DAY:
        again = min(times) + timedelta(days=1)
        raise HubError(
            f"{MOST_A_DAY} pull requests to others were opened within a day, which is the bound; "
            f"the next may be opened at {again:%Y-%m-%d %H:%M} UTC"
        )


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold back other processes of ours that would open a pull request at the same time.

    Raises:
        HubError: one of them takes longer than it should.
    """
    from filelock import FileLock, Timeout

    make_folder(folder())
    try:
        with FileLock(folder() / "pull_requests.lock", timeout=_LONGEST_LOCK_S, mode=0o600):
            yield
    except Timeout:
        raise HubError(f"{folder()}: another hf-emissions has been opening a pull request for long; end it") from None


def count(address: Address, now: datetime | None = None) -> None:
    """Remember that a pull request is being opened; before it is, so that a kill leaves none uncounted."""
    _write({"time": (now or datetime.now(UTC)).isoformat(), "model": address.model})


def take_back(address: Address) -> None:
    """Take back the last `count` of a repository: the pull request was refused."""
    _write({"model": address.model, "refused": True})


def remember(address: Address, number: int, *, duplicate: bool = False) -> None:
    """Remember the number of a pull request of ours, so that it is known when somebody gives it another title.

    Args:
        duplicate: it was closed by us, since there is another one.
    """
    _write({"model": address.model, "number": number, "duplicate": duplicate})


def numbers(address: Address) -> dict[int, bool]:
    """The pull requests of ours in a repository by their numbers, and whether each is a duplicate."""
    found = [one for one in _ledger().entries() if one.get("model") == address.model]
    return {one["number"]: one.get("duplicate") is True for one in found if isinstance(one.get("number"), int)}


def _ledger() -> JsonLines:
    return JsonLines(folder() / "pull_requests.jsonl")


def _write(entry: dict[str, Any]) -> None:
    make_folder(folder())
    _ledger().append(entry)


def opened(now: datetime) -> list[datetime]:
    """When the pull requests of the last 24 hours were opened; those that were refused are none."""
    times: list[tuple[str, datetime]] = []
    for entry in _ledger().entries():
        model, time = str(entry.get("model")), _time(entry.get("time"))
        if time is not None:
            times.append((model, time))
        elif entry.get("refused") is True:
            last = max((at for at, (name, _) in enumerate(times) if name == model), default=None)
            if last is not None:
                del times[last]
    return [time for _, time in times if now - time < timedelta(days=1)]


def _time(value: Any) -> datetime | None:
    try:
        time = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()
