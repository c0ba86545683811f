"""A catalogue of models made from a seed: each is made when it is asked for, so that a million take no memory."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from .repositories import blob, sha

OWNERS = 5000
_TASKS = ("text-generation", "text-classification", "image-classification", "automatic-speech-recognition")
_WORDS = "This model was made for the tests of a listing. It does what its name says, and no more than that.\n"


@dataclass(frozen=True)
class Catalogue:
    """So many models, the most downloaded first.

    Args:
        size: how many.
        seed: another seed, other models.
        named: the share of the models that have front matter.
    """

    size: int
    seed: int = 0
    named: float = 0.6

    def name(self, number: int) -> str:
        return f"owner-{number * 7919 % OWNERS}/model-{number}"

    def number(self, name: str) -> int | None:
        """Which one it is, if it is one."""
        digits = name.rpartition("/model-")[2]
        number = int(digits) if digits.isascii() and digits.isdigit() else -1
        return number if 0 <= number < self.size and self.name(number) == name else None

    def front(self, number: int) -> dict[str, Any] | None:
        """The front matter."""
        drawn = random.Random(f"{self.seed}-{number}")
        if drawn.random() >= self.named:
            return None
        front: dict[str, Any] = {"license": "apache-2.0", "pipeline_tag": drawn.choice(_TASKS), "tags": ["tests"]}
        kind = drawn.random()
        if kind < 0.01:
            return {
                **front,
                "co2_eq_emissions": {"emissions": round(drawn.lognormvariate(3, 2), 9), "source": "CodeCarbon"},
            }
        if kind < 0.4 and number:
            return {**front, "base_model": self.name(drawn.randrange(number)), "base_model_relation": "quantized"}
        return front

    def card(self, number: int) -> bytes | None:
        """The whole card."""
        front = self.front(number)
        if front is None:
            return None
        drawn = random.Random(f"{self.seed}-{number}-text")
        text = _WORDS
        if drawn.random() < 0.02:
            text += f"\nIt was trained on {drawn.randrange(1, 9)} x A100 SXM for {drawn.randrange(2, 200)} hours.\n"
        # What is JSON is YAML too.
        lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
        return f"---\n{lines}---\n# Model {number}\n\n{text}".encode()

    def row(self, number: int) -> dict[str, Any]:
        """The model as a listing has it."""
        name, front = self.name(number), self.front(number)
        row = {
            "id": name,
            "author": name.partition("/")[0],
            "downloads": 3 * (self.size - number),
            "createdAt": f"{2022 + number % 5}-03-01T10:00:00.000Z",
            "lastModified": "2026-06-01T10:00:00.000Z",
            "sha": sha(name.encode()),
            "gated": False,
            "private": False,
        }
        return row if front is None else {**row, "cardData": front, "pipeline_tag": front["pipeline_tag"]}

    def etag(self, number: int) -> str:
        return blob(self.card(number) or b"")
