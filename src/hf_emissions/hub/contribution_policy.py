"""Contribution policy for repositories of others: opt-outs, and a daily limit of pull requests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..errors import HubError
from .address import Address
from .json_lines import JsonLines
from .private import make_folder

# Limit of pull requests to others within 24 hours; a person can stand behind this many.
MOST_A_DAY = 10

# Another process of ours opens its pull request within this time.
_LONGEST_LOCK_S = 600.0

_NO = re.compile(r"hf-emissions:\s*no\s+pull\s+requests?\b", re.IGNORECASE)
_SHIPPED = Path(__file__).with_name("no_pull_requests.txt")


def folder() -> Path:
    """Folder of the opt-out list and the ledger, beside the client's own files."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    home = os.environ.get("HF_HOME") or str(cache / "huggingface")
    # Same lookup as the client's (huggingface_hub/constants.py, 2.4.0).
    return Path(os.path.expandvars(home)).expanduser() / "hf-emissions"


def check_wanted(address: Address, text: str) -> None:
    """Refuse to propose to owners who opted out, in the card or on a list: the shipped one, or the user's own."""
    if _NO.search(text):
        raise HubError(f"{address}: the card asks for no pull requests; write to its owner instead")
    paths = [path for path in (_SHIPPED, folder() / _SHIPPED.name) if path.exists()]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    declined = {line.partition("#")[0].strip().lower() for line in lines}
    if {address.owner.lower(), address.model.lower()} & declined:
        raise HubError(f"{address}: {address.owner} asked for no pull requests; write to them instead")


def check_bound() -> None:
    """Refuse more than the daily limit of pull requests."""
    times = opened(datetime.now(UTC))
    if len(times) >= MOST_A_DAY:
        again = min(times) + timedelta(days=1)
        raise HubError(
            f"{MOST_A_DAY} pull requests to others were opened within a day, which is the bound; "
            f"the next may be opened at {again:%Y-%m-%d %H:%M} UTC"
        )


@contextmanager
def lock() -> Iterator[None]:
    """Lock out other processes of ours while a pull request is opened."""
    from filelock import FileLock, Timeout

    make_folder(folder())
    try:
        with FileLock(folder() / "pull_requests.lock", timeout=_LONGEST_LOCK_S, mode=0o600):
            yield
    except Timeout:
        raise HubError(f"{folder()}: another hf-emissions has been opening a pull request for long; end it") from None


def count(address: Address) -> None:
    """Record a pull request before it is opened, so that a kill leaves none uncounted."""
    _append({"time": datetime.now(UTC).isoformat(), "model": address.model})


def forget(address: Address) -> None:
    """Undo the last `count` of a repository: the pull request was refused."""
    _append({"model": address.model, "refused": True})


def remember(address: Address, number: int, *, duplicate: bool = False) -> None:
    """Record our pull request, so that it is recognised under another title; of a duplicate, that we closed it."""
    _append({"model": address.model, "number": number, "duplicate": duplicate})


def numbers(address: Address) -> dict[int, bool]:
    """Our pull requests in a repository by number; True for a duplicate."""
    found = [one for one in _ledger().entries() if one.get("model") == address.model]
    return {number: one.get("duplicate") is True for one in found if isinstance(number := one.get("number"), int)}


def opened(now: datetime) -> list[datetime]:
    """Times of pull requests opened within the last 24 hours, without refused ones."""
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


def _ledger() -> JsonLines:
    return JsonLines(folder() / "pull_requests.jsonl")


def _append(entry: dict[str, object]) -> None:
    make_folder(folder())
    _ledger().append(entry)


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
