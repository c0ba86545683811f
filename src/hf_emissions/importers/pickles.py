"""Detect Python pickles without loading them: loading one can run any program."""

from __future__ import annotations

import pickletools

_BINARY = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
# First bytes of pickles of protocols 0 and 1: a mark, an import, or an empty list, mapping or tuple.
_FIRST = (b"(", b"c", b"]", b"}", b")")
# This many valid opcodes are no accident.
_ENOUGH = 50


def is_pickle(head: bytes) -> bool:
    """True if a file with this head is a pickle; `head` may be the whole file."""
    return head.startswith(_BINARY) or (head[:1] in _FIRST and _runs(head))


def _runs(head: bytes) -> bool:
    """True if the opcodes parse up to STOP, or far enough to exclude anything else; none is executed."""
    operations = pickletools.genops(head)
    for read in range(len(head)):
        try:
            operation, _, at = next(operations)
        except Exception:  # noqa: BLE001 - whatever it is, it is no instruction
            return read >= _ENOUGH
        if operation.name == "STOP":
            return at is not None and not head[at + 1 :].strip()
    return False
