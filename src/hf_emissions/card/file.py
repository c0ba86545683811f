"""Cards as files: read verbatim, replaced atomically."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ..errors import CardError

CARD_NAME = "README.md"
# Larger cards are rejected, so that an untrusted file cannot exhaust memory. The longest of 16,245 real cards has less
# than 1 MB.
MOST_BYTES = 4 * 1024 * 1024
TOO_LARGE = "the card is larger than 4 MB"


def read_text(path: Path) -> str:
    """Read a card's text, preserving line endings and BOM.

    Raises:
        CardError: not UTF-8 (with the offset of the first invalid byte), over `MOST_BYTES`, or not a regular file.
        OSError: the file cannot be read.
    """
    return decode(_read_bytes(path), str(path))


def read_stream(stream: IO[bytes], name: str) -> str:
    """Read a card's text from a stream; see `read_text`."""
    return decode(_bounded(stream, name), name)


def decode(data: bytes, name: str) -> str:
    """Decode a card's bytes; see `read_text`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        start = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[start : error.start].decode("utf-8", "replace")) + 1
        reason = f"the bytes are not UTF-8 (offset {error.start}: 0x{data[error.start]:02x}); save the card as UTF-8"
        raise CardError(reason, line, column, name) from None


def edit_file(path: Path, edit: Callable[[str], str]) -> bool:
    """Apply `edit` to a card's text and write the result atomically; True if anything changed.

    Raises:
        CardError: the card cannot be read or edited, or changed concurrently; named after `path`.
        OSError: the file cannot be written.
    """
    data = _read_bytes(path)
    try:
        edited = edit(decode(data, str(path)))
    except CardError as error:
        raise error.named(str(path)) from None
    new = edited.encode("utf-8")
    if new == data:
        return False
    if _read_bytes(path) != data:
        raise CardError("the file changed while it was being edited; nothing was written, try again", name=str(path))
    write_atomically(path, new)
    return True


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's contents atomically, following symlinks and keeping mode and, if permitted, owner.

    A full disk, a read-only folder or a kill leaves the old file intact, and at most a hidden temporary file beside it.

    Raises:
        OSError: writing failed and the old file is untouched. The error names `path`.
    """
    try:
        _write_atomically(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise with_path(error, path) from error


def with_path(error: OSError, path: Path) -> OSError:
    """Return the error renamed to `path`; the original names no file (full disk) or the temporary one."""
    return type(error)(error.errno, error.strerror or str(error), str(path))


def _write_atomically(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".tmp")
    temporary = Path(name)
    with contextlib.ExitStack() as undo:
        # Whatever stops it, nothing is left behind.
        undo.callback(temporary.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            _copy_status(target, file.fileno())
            os.fsync(file.fileno())
        temporary.replace(target)
        undo.pop_all()
    _sync_folder(target.parent)


def _read_bytes(path: Path) -> bytes:
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise CardError("this is not a file; name the card itself", name=str(path))
    with path.open("rb") as file:
        return _bounded(file, str(path))


def _bounded(stream: IO[bytes], name: str) -> bytes:
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise CardError(f"{TOO_LARGE}, and no card is; nothing more of it was read", name=name)
    return data


def _copy_status(target: Path, handle: int) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        # mkstemp creates private files; give a new card the mode that open() would.
        mask = os.umask(0)
        os.umask(mask)
        os.fchmod(handle, 0o666 & ~mask)
        return
    with contextlib.suppress(PermissionError):
        os.fchown(handle, old.st_uid, old.st_gid)
    os.fchmod(handle, stat.S_IMODE(old.st_mode))


def _sync_folder(folder: Path) -> None:
    # Makes the rename survive a power cut. Best effort: some file systems do not allow it.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
