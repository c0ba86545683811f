"""What every process of this machine knows and nobody elsewhere: what ids are made from that name nothing."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import tempfile
from functools import cache
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LENGTH = 32  # bytes, more than anybody tries out


def boot_id() -> str | None:
    """The random number that the kernel drew when the machine was started; None where there is none."""
    try:
        found = BOOT_ID.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError):
        return None
    return found if _UUID.fullmatch(found) and set(found) - set("0-") else None


def node_secret() -> bytes:
    """Random bytes that all processes of a user on this machine share.

    The kernel's boot id; where there is none (macOS, Windows, a container without /proc), bytes that are drawn once
    and kept where this user alone can read them. Never anything that could be guessed, such as a host's name or a
    network address, and never written beside a model.
    """
    boot = boot_id()
    return boot.encode("ascii") if boot is not None else _kept()


def _kept() -> bytes:
    path = Path(tempfile.gettempdir()) / f"hf-emissions-{getattr(os, 'getuid', lambda: 0)()}"
    with contextlib.suppress(OSError):
        _draw(path)
        return _read(path)
    # Where nothing can be kept each process has an id of its own: rather one node too many than a name.
    return _own()


def _draw(path: Path) -> None:
    """Put random bytes at `path` unless something is there; whole, or not at all."""
    if path.exists():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
        # A link never takes the place of what another process has put there first.
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def _read(path: Path) -> bytes:
    """The bytes at `path`.

    Raises:
        OSError: it is no file, or another user could have read or written it.
    """
    status = path.stat(follow_symlinks=False)
    # Windows has no such owner and mode; a user's temporary folder is private there.
    private = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
    found = path.read_bytes() if stat.S_ISREG(status.st_mode) and private else b""
    if len(found) != _LENGTH:
        raise OSError(f"{path} is not ours")
    return found


@cache
def _own() -> bytes:
    return secrets.token_bytes(_LENGTH)
