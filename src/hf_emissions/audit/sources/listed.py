"""Audit row of a model from the Hub's description. Never raises, whatever a stranger put there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from ...card.block import KEY
from ...facts.metadata import is_copy
from ...rules.rule import view
from ..schema import ModelRow
from .front import card_of
from .values import integer_of, text_of, time_of

Bodies = Literal["needed", "none", "all"]
# Names that may go into a URL; the earliest models have no owner.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,96}(?:/[A-Za-z0-9._-]{1,96})?")


def row_of(found: Mapping[str, object], bodies: Bodies) -> ModelRow:
    """Row of a model; `body_wanted` is true if its card is to be read whole.

    Args:
        found: the Hub's description, with an `id`.
        bodies: cards to read: all, none, or those that may say more than their front matter.
    """
    name = text_of(found["id"]) or "model"
    try:
        front = card_of(found.get("cardData"))
        named = "problem" not in front and _NAME.fullmatch(name) is not None
        return {
            "id": name,
            "card": front.get("card"),
            "problem": front.get("problem"),
            "downloads": integer_of(found.get("downloads")),
            "task": text_of(found.get("pipeline_tag")),
            "created_at": time_of(found.get("createdAt")),
            "last_modified": time_of(found.get("lastModified")),
            "sha": text_of(found.get("sha")),
            "body_wanted": named and _wants(front.get("card"), bodies),
        }
    except Exception as error:  # noqa: BLE001 - one model must not end an audit of millions; the row says what happened
        return {"id": name, "problem": f"what the Hub says of it cannot be read ({type(error).__name__})"}


def _wants(card: bytes | None, bodies: Bodies) -> bool:
    """True if a card is to be read: copies are never estimated, and most models without front matter have no card."""
    if bodies != "needed":
        return bodies == "all"
    if card is None:
        return False
    text = card.decode()
    return KEY in text or not is_copy(view(text, "").page)
