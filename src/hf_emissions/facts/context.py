"""Context of a sentence: heading above, own label, previous sentence."""

from __future__ import annotations

import re
from functools import lru_cache

from .sentence import Sentence

_TRAIN_HEADING = re.compile(r"train|tun(?:ed|ing)|训练|hardware|infrastructure|comput|environment|carbon|setup|hyper")
# Below these headings not even a label refers to the training.
_USE_HEADING = re.compile(
    r"target|pricing|recommend|roadmap|expected|infer|requirement|latency|throughput|how to use|deploy|serving"
    r"|(?<!training )speed(?!s?, sizes)"
)
_OTHER_HEADING = re.compile(
    r"(?<!resource )usage|evaluat|benchmark|limitation|demo|quick ?start|example|performance|generation|citation"
    r"|data(?:set)?s?\b(?!.*train)|installation"
)

# Label of a line: before the colon or the first bar of a table.
_LABEL = re.compile(r"^[\s|>*+-]{0,12}(?:\d{1,2}[.)] )?(?P<label>[^\n:|.=]{2,48}?) {0,3}[:=|\uff1a](?!//)(?=.)")
_HARDWARE_LABEL = re.compile(
    r"^(?:training |compute |used |the )?(?:hardware(?: (?:type|used|setup|config\w{0,8}))?"
    r"|infrastructure|gpus?(?: ?/ ?tpus?)?(?: (?:model|type|used|name|info|count))?|tpus?(?: type)?"
    r"|accelerators?(?: type)?|device(?: type| name)?s?|compute(?: infrastructure| resources"
    r"| sku.{0,12}| used)?"
    r"|machine(?: type)?|setup|environment|training (?:device|machine|setup|infrastructure"
    r"|environment|gpus?)|trained on|training platform|azureml sku|sku|instance(?: type)?|cpu/gpu"
    r"|gpu/cpu|video card|graphics card|hardware used|hardware_used|number of gpus)s?$"
)
_TIME_LABEL = re.compile(
    r"^(?:approx\w{0,8} |total |overall |our |the |~)?(?:(?:training|train|fine-?tuning|tuning"
    r"|pre-?training|compute|wall(?:-| )?clock|gpu|run|elapsed|wall) ?-?(?:wall )?(?:time|duration"
    r"|hours|length|runtime)(?: (?:taken|total|used|spent))?|time to train|training took|duration"
    r"|wall(?:-| )?clock|hours used|hours_used|runtime|run duration|train_runtime|trained for|training|time spent"
    r"|time taken(?: to train)?|compute hours|time)"
    r"(?: ?[\[(](?P<unit>[^)\]]{1,20})[)\]])?$"
)


_OF_USE = -5
# Words that continue the topic of the previous sentence.
_GOES_ON = re.compile(r"^[\s>*+-]{0,12}(?:also|additionally|moreover|furthermore|in addition|besides)\b")


def points_of_context(sentence: Sentence, before: Sentence | None) -> int:
    """Score of heading and previous sentence: positive for training, negative for another topic."""
    points = 0
    if before is not None and before.unit == sentence.unit:
        points = {3: 2, 2: 1}.get(before.cue, 0)
        if before.names_another_model and _GOES_ON.match(sentence.low):
            return points - 6
    heading = _points_of_heading(sentence)
    return max(points, heading) if heading > 0 else points + heading


def is_of_use(sentence: Sentence) -> bool:
    """True below a heading of requirements, inference or targets, where no label refers to the training."""
    return _points_of_heading(sentence) == _OF_USE


@lru_cache(maxsize=64)
def _points_of_heading(sentence: Sentence) -> int:
    """Score of the heading, and of the line above a list: 1 for training, below 0 for another topic."""
    heading = f"{sentence.page.heading(sentence.start)} {sentence.page.lead_in(sentence.start)}"
    if _USE_HEADING.search(heading) or _USE_HEADING.search(sentence.page.section(sentence.start)):
        return _OF_USE
    if _TRAIN_HEADING.search(heading):
        return 1
    return -2 if _OTHER_HEADING.search(heading) else 0


def is_labelled_time(sentence: Sentence) -> bool:
    """True if the sentence's label names the training time."""
    return _TIME_LABEL.match(_label(sentence)) is not None


def is_below_time(sentence: Sentence) -> bool:
    """True if the heading above names the training time."""
    return _TIME_LABEL.match(sentence.page.heading(sentence.start).strip(" :*")) is not None


def is_labelled_hardware(sentence: Sentence) -> bool:
    """True if the sentence's label names the training hardware."""
    return _HARDWARE_LABEL.match(_label(sentence)) is not None


@lru_cache(maxsize=64)
def _label(sentence: Sentence) -> str:
    found = _LABEL.match(sentence.low)
    return " ".join(found["label"].split()).strip(" -_") if found else ""
