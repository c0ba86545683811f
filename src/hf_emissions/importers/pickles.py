"""Whether bytes are a Python pickle, told without opening it: reading one can run any program."""

from __future__ import annotations

import pickletools

_BINARY = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
# What a pickle of the protocols 0 and 1 begins with: a mark, an import, or an empty list, mapping or tuple.
_FIRST = (b"(", b"c", b"]", b"}", b")")
# So many instructions that are all known are no accident.
_ENOUGH = 50


def is_pickle(head: bytes) -> bool:
    """Whether a file that begins so is a pickle; `head` may be all of it."""
    return head.startswith(_BINARY) or (head[:1] in _FIRST and _runs(head))


def _runs(head: bytes) -> bool:
    """Whether the instructions lead to their end, or so far that nothing else can be meant; none is carried out."""
    operations = pickletools.genops(head)
    for read in range(len(head)):
        try:
            operation, _, at = next(operations)
        except Exception:  # noqa: BLE001 - whatever it is, it is no instruction
            return read >= _ENOUGH
        if operation.name == "STOP":
            return at is not None and not head[at + 1 :].strip()
    return False
