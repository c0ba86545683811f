"""Verification of a file by the ids that the Hub gives it: git's, or the SHA-256 of a large file."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

# A proxy may have marked the ETag as weak, or as that of a compressed response.
_SHA1 = re.compile(r'(?:W/)?"?([0-9a-f]{40})(?:[-;][a-z]{1,10})?"?')
_SHA256 = re.compile(r'(?:W/)?"?([0-9a-f]{64})"?')
# A card is none of these; without an id, only the type reveals another response.
_NO_CARD = ("text/html", "application/json")


def is_whole(response: httpx.Response) -> bool:
    """True if the bytes match the Hub's id for them or, without an id, have another type than its pages."""
    from huggingface_hub.utils.sha import git_hash

    headers = [one.headers for one in (*response.history, response)]
    linked = next((one["x-linked-etag"] for one in headers if "x-linked-etag" in one), None)
    named = linked or response.headers.get("etag") or ""
    if found := _SHA1.fullmatch(named):
        return git_hash(response.content) == found[1]
    if linked and (found := _SHA256.fullmatch(linked)):
        return hashlib.sha256(response.content).hexdigest() == found[1]
    return not response.headers.get("content-type", "").lower().startswith(_NO_CARD)
