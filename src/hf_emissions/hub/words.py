"""Texts of others as lines of ours: without a token, without what drives a terminal, and not long."""

from __future__ import annotations

import os
import re

from ..terminal import one_line

# What looks like a token: the Hub's have 34 letters and digits behind their mark. A name of a model may begin with
# `hf_` too, and a part of an address is none.
_TOKEN = re.compile(
    r"(?<![\w/.-])(?:hf|hf_oauth|hf_jwt|api_org|api|org)_(?=[A-Za-z0-9._-]*[A-Za-z0-9]{16})[A-Za-z0-9._-]{20,}"
    r"|(?<=Bearer )[^\s'\"]+"
)
_LONGEST = 300
_known: set[str] = set()


def keep_secret(token: str) -> None:
    """Take in a token that is in use."""
    if token:
        _known.add(token)


def without_token(text: str) -> str:
    """The text without the tokens in use, and without everything that looks like one."""
    for own in sorted({*_known, os.environ.get("HF_TOKEN", "").strip()} - {""}, key=len, reverse=True):
        # As a word of its own: a name that begins in the same way is none.
        text = re.sub(rf"(?<![\w-]){re.escape(own)}(?![\w-])", "***", text)
    return _TOKEN.sub("***", text)


def said_safely(text: str) -> str:
    """What a server or the system said, on one line."""
    return without_token(one_line(" ".join(text.split())))[:_LONGEST]
