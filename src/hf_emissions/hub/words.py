"""Untrusted text as one of our lines: short, without tokens or terminal control characters."""

from __future__ import annotations

import os
import re

from ..terminal import one_line

# Token patterns: the Hub's have 34 letters and digits behind a prefix. A model name may also begin with `hf_`, and a
# path segment is not a token.
_TOKEN = re.compile(
    r"(?<![\w/.-])(?:hf|hf_oauth|hf_jwt|api_org|api|org)_(?=[A-Za-z0-9._-]*[A-Za-z0-9]{16})[A-Za-z0-9._-]{20,}"
    r"|(?<=Bearer )[^\s'\"]+"
)
_LONGEST = 300
_known: set[str] = set()


def keep_secret(token: str) -> None:
    """Register a token in use."""
    if token:
        _known.add(token)


def without_token(text: str) -> str:
    """Mask the tokens in use, and everything that looks like one."""
    for own in sorted({*_known, os.environ.get("HF_TOKEN", "").strip()} - {""}, key=len, reverse=True):
        # Whole words only: a name that begins the same way is no token.
        text = re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-])", "***", text)
    return _TOKEN.sub("***", text)


def said_safely(text: str) -> str:
    """Message of a server or the system, on one line."""
    return without_token(one_line(" ".join(text.split())))[:_LONGEST]
