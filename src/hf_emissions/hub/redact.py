"""Untrusted text as one line: short, without tokens or terminal control characters."""

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
_MAX_LENGTH = 300
_tokens: set[str] = set()


def register_token(token: str) -> None:
    """Mask this token from now on."""
    _tokens.add(token)


def redacted(text: str) -> str:
    """Message of a server or the system on one line, with tokens masked."""
    text = one_line(" ".join(text.split()))
    for own in sorted({*_tokens, os.environ.get("HF_TOKEN", "").strip()} - {""}, key=len, reverse=True):
        # Whole words only: a name that begins the same way is no token.
        text = re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-])", "***", text)
    return _TOKEN.sub("***", text)[:_MAX_LENGTH]
