"""The time of all epochs, where a sentence states that of one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .numbers import WORD, number

_PER_EPOCH = re.compile(
    r"\W{0,3}(?:per|/|each|an|every|for each|for one|for an|pro|par|por)[ -]{0,2}(?:single )?(?:epoch|epoque|époque"
    r"|época|fold)|\W{0,3}(?:chacune?|jeweils|ciascun[ao]|cada una?)\b|\W{0,3}each\b(?! (?:\w+ )?(?:gpu|node|card"
    r"|device|model|stage|size))|[^.;]{0,40}\bto (?:finish"
    r"|complete|train|run) (?:one|an?|1|each|every|a single) epoch"
)
_EACH_EPOCH = re.compile(
    r"(?<!trained for )(?<!tuned for )(?<!training for )\b(?:each|every|an|per) (?:[a-z-]{1,12} )?"
    r"(?:epoch|época|fold)\b[^.]{0,30}$"
    r"|(?<!trained for )(?<!tuned for )(?<!training for )\b(?:one|1|a single|single) (?:[a-z-]{1,12} )?"
    r"(?:epoch|fold)\b(?! ?[():,]| x )[^.]{0,30}$|\b(?:cada|chaque|ogni|jede|pro|кажд\w+) (?:época|epoca|époque|epoche"
    r"|эпох\w)\b[^.]{0,24}$|에폭당 $|每(?:个|轮)?(?:epoch|轮)?.{0,6}$|\bepochs?[^.\d]{0,12} each [^.\d]{0,24}$"
)
_EPOCHS = re.compile(
    rf"(?<![\w.,/-])(?P<count>\d{{1,4}}(?:\.\d{{1,2}})?|{WORD}) (?:(?:full|complete|training|total) )?(?:epochs"
    rf"|folds|épocas|epochen|époques|epoche|epok|epoki|эпох\w?)\b|\b(?:trained|tuned|training|ran|run)"
    rf" for (?P<one>1|one|a single) epoch\b"
    rf"|(?P<cjk>\d{{1,3}}) ?(?:에폭|エポック|轮|輪)"
)


def is_of_an_epoch(head: str, tail: str) -> bool:
    """True for a duration of one epoch or fold, by the words before and behind it."""
    return _PER_EPOCH.match(tail) is not None or _EACH_EPOCH.search(head) is not None


def count_epochs(texts: Iterable[str]) -> float | None:
    """The number of epochs that sentences state; None if they state none, or several."""
    counts = {
        1.0 if found["one"] else number(found["count"] or found["cjk"])
        for text in texts
        for found in _EPOCHS.finditer(text)
    }
    return counts.pop() if len(counts) == 1 else None
