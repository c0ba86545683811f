"""Recognise figures of inference in order to refuse them: a card's block is that of the training."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ...errors import TrackerError
from ..file import TrackerFile
from ..tracked import Tracked
from ..tracker import Tracker

_ECOLOGITS = ('"gwp"', '"adpe"', '"usage"')
_BENCHMARK = ("prefill", "decode", "per_token", "preprocess")


class Inference(Tracker):
    """Files of EcoLogits, AI Energy Score and similar tools."""

    name: ClassVar[str] = "inference"
    title: ClassVar[str] = "EcoLogits and AI Energy Score"

    def fits(self, file: TrackerFile) -> bool:
        """True for impacts of EcoLogits, or energies by stage of generation."""
        head = file.head
        if all(word in head for word in _ECOLOGITS[:2]) and '"embodied"' in head:
            return True
        columns = " ".join(file.header).lower()
        if "energy" in columns and ("gpu_energy" in columns or "score" in columns) and "task" in columns:
            return "model" in columns and "run_id" not in columns
        stages = sum(f'"{stage}"' in head for stage in _BENCHMARK)
        return head.lstrip().startswith("{") and stages >= 2 and '"energy"' in head

    def read(self, file: TrackerFile) -> Iterable[Tracked]:
        """Refuse the file.

        Raises:
            TrackerError: always.
        """
        raise TrackerError(
            f"{file.name}: these are figures of inference, of a request or a thousand of them; co2_eq_emissions is what"
            " the training emitted, so that they are not written there"
        )
