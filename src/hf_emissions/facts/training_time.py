"""Select the duration of the training among the durations in sentences.

Excludes durations of speech, of an epoch, of other models' training, and expected durations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from .context import is_below_time, is_labelled_hardware, is_labelled_time, is_of_use, points_of_context
from .durations import Duration
from .epochs import count_epochs, is_of_an_epoch
from .other_times import is_of_something_else
from .sentence import Sentence
from .training_cues import COMPLETED

_LEAST_FOR_TIME = 4

_ROUGHLY = (
    r"(?:about|around|approx[a-z]{0,9}\.?|aprox\.?|appr\.?|roughly|ca\.?|circa|nearly|almost"
    r"|some|only|just|over|under|merely|exactly"
    r"|a total of|total of|a total|a duration of|the duration of|duration of|a period of"
    r"|the course of|the span of|a bit|a little|bit|little|more|less|than|up to|at most"
    r"|an additional|another|additional|the|a|between"
    r"|[约約了为為共近]|超过|将近|大概|大约|大約|为期|около|примерно|всего|etwa|ungefähr|rund|circa|environ|unos|unas"
    r"|cerca de|alrededor de|khoảng|poco meno di|poco più di|en total|in totale|no total|au total|insgesamt|w sumie"
    r"|well|slightly|somewhere|in|within|for|and|of|~|≈|<|>|\+/-|-|:|=|\(|,|\"|')"
)
_TOOK = (
    r"(?:(?<=training )last|耗费|耗时|用时|花费|花了|持续|历时|训练了|训练时间|需要|总共"
    r"|mất|trwał\w{0,2}|zaję\w{1,3}|liefe?n?|brauchte|benötigte|dauert|kesti|استغرق(?: تدريب)?(?: \w+){0,2}"
    r"|заня(?:ло|ла|л|ли)|длил\w{2,3}|потребовал\w{0,3}|tog|duurde|è durato|ha richiesto|took|takes?|taken|taking"
    r"|lasted|lasts|lasting"
    r"|equal(?:ed"
    r"|led|s)|amount(?:ed|s|ing) to|requir(?:ed|es|ing)|needed|needs|consumed|used|costs?|ran|run"
    r"|running|finish(?:ed|es)|completed?|converged?|dauerte|duró|tomó|tardó|levou|duré|pris"
    r"|total(?:ed|led|ing))"
)
_GOVERNED = re.compile(
    rf"(?:^|[^a-z])(?:(?P<took>{_TOOK}(?: (?:me|us|it))?|(?:it|which|time) was)|(?P<for>for|during|in|within|over|after"
    rf"|przez|w ciągu|в течение|в течении|selama|trong|boyunca|gedurende|under loppet av|pendant|durante|während"
    rf"|für|por|en|über|обучал\w{1, 4}|trainiert wurde|trainiert|entrenó|trenowano|訓練|训练了?|学習|with a "
    rf"training time of|(?:pre-?|fine-?)?(?:trained"
    rf"|training|tuned|tuning)))"
    rf"(?: {{0,2}}{_ROUGHLY}){{0,6}}[ ~≈(:<>+]{{0,3}}$"
)
_TOOK_JUST_NOW = re.compile(rf"\b(?:{_TOOK}|for|in)\b[^.;]{{0,24}}$")
_NAMED_TIME = re.compile(
    r"(?:train(?:ing)?|tuning|wall-?(?: ?clock)?|run|total|elapsed|compute|computation"
    r"|gpu)[ _-]?(?:wall )?(?:run)?(?:times?|durations?|hours)\b[^.;|]{0,78}$"
    r"|\btime to (?:fine-?)?(?:train|tune)\b[^.;|]{0,40}$|\bduration\b[^.;|]{0,30}$"
    r"|(?:时间|时长|時間|期間|耗时|用时|공부|시간|기간)(?:为|為|是|は|은|는|[\uff1a:约約 ]){0,4}$"
    r"|\bhours used\b[^.;|]{0,20}$|\bruntime\b[^.;|]{0,30}$"
)
_NAMED_OWN_TIME = re.compile(
    r"\b(?:training|train|wall-?(?: ?clock)?|fine-?tuning|pre-?training)[ _-]?(?:run)?(?:time|duration)\b[^.;|]{0,24}$"
)
_TO_TRAIN = re.compile(
    r",? (?:in total|altogether|overall|all in all)\b"
    r"|[ )*,.]{0,3}(?:of )?(?:[a-z0-9/-]{1,12} ){0,2}?(?:to (?:pre-?|fine-?)?(?:train|tune|complete"
    r"|finish|converge|reach)|[のを]?(?:かか|かけて|要し|学習|訓練|학습|훈련|동안|걸렸|소요)|半?で?(?:学習|訓練)|lang\b|sürdü|sürmüştür|eğitil"
    r"|(?:pre-?|fine-?)?(?:training|tuning)\b(?! data| set| corpus| speech| audio)|comput|d'entra|de entrenamiento"
    r"|de treino)"
)
_ON_DEVICE = re.compile(
    r"[ )*,.~-]{0,3}(?:(?:of (?:training|compute|computation) )?(?:on|with|using|across|over|in|by"
    r"|at|an|sur|auf|en|con|mit|em|na|на|trên|su|op|på)) .{0,40}$"
)
_BEFORE_PAREN = re.compile(r"(?:steps?|epochs?|iterations?|updates)[^.()]{0,25}[(,~ ]{1,3}[^()]{0,40}$")
_GLUE = re.compile(
    rf"[ ,;:()~≈/|@-]{{0,4}}(?:{_ROUGHLY}|\d{{1,3}} ?gi?b|gpus?|ram|vram|memory|training| |,){{0,6}}[ ,;:()~≈/"
    rf"|@-]{{0,4}}$"
)
_COLLECTED = re.compile(
    r"\b(?:collect|crawl|scrap|record|publish|post|sampl|gather|annotat|updat|releas|upload|video"
    r"|audio|speech|utteranc|listen|podcast|broadcast|tweet)\w{0,5}\b"
)


# A span of the calendar, in which a training may have rested.
_CALENDAR = re.compile(
    r"\bo(?:n|ff) and o(?:ff|n)\b|\bover (?:the )?(?:course|span) of\b[^.;]{0,24}\b(?:weeks?|months?)\b"
)


# The sentence before is its subject.
_GOES_ON = re.compile(r"\W{0,4}(?:it|this|that|which|everything|the whole thing)\b")


_WE_USE = re.compile(
    r"\W{0,4}(?:we (?:use|used|utili[sz]ed|needed|rented)|on|using|with|cost|costs|consumes|consumed)\b"
)
_THIS_TOOK = re.compile(r"\b(?:this|it|which|the whole thing) took\b")


class DurationCandidate(NamedTuple):
    """A duration of a training, its score, and its sentence."""

    points: int
    duration: Duration
    sentence: Sentence


_DEVICE_HOURS = re.compile(
    r"\b(?:gpu|tpu|npu|device|accelerator|chip|[avh]\d{2,3})s?[ -](?:compute[ -])?(?:hours|hrs)\b[^.;()\d]{0,24}$"
)


_OF_DEVICE = re.compile(
    r" (?:of|on) (?:nvidia )?(?:gpu|tpu|[avh]\d{2,3})s?(?: \d\dgb)?[ -](?:time|compute|hours|v?ram)\b"
)


def is_of_devices(time: DurationCandidate) -> bool:
    """True if the hours are summed over devices: `300 GPU hours`, `total GPU hours: 300 hours`."""
    if _OF_DEVICE.match(time.sentence.low, time.duration.end):
        return True
    head = time.sentence.low[max(0, time.duration.start - 60) : time.duration.start]
    return time.duration.of == "devices" or _DEVICE_HOURS.search(head) is not None


def times(read: list[Sentence]) -> Iterator[DurationCandidate]:
    """Durations with enough evidence of being the training time."""
    for before, sentence, behind in zip([None, *read], read, [*read[1:], None], strict=False):
        for duration in sentence.durations:
            of_epochs = _of_all_epochs(sentence, duration, (before, behind))
            if of_epochs is not None:
                yield DurationCandidate(_LEAST_FOR_TIME + 1, of_epochs, sentence)
                continue
            points = _points_of_time(sentence, duration, before)
            if points >= _LEAST_FOR_TIME:
                yield DurationCandidate(points, duration, sentence)


def times_of_another(read: list[Sentence]) -> Iterator[DurationCandidate]:
    """Durations of the completed training of another model, in sentences that say so."""
    for before, sentence in zip([None, *read], read, strict=False):
        if sentence.cue != COMPLETED or not (sentence.is_of_another or sentence.names_another_model):
            continue
        for duration in sentence.durations:
            own = _points_of_time(sentence, duration, before) >= _LEAST_FOR_TIME
            if not own and _is_of_a_training(sentence, duration):
                yield DurationCandidate(_LEAST_FOR_TIME, duration, sentence)


def _is_of_a_training(sentence: Sentence, duration: Duration) -> bool:
    if duration.of == "others" or not _governed(sentence, duration) or _CALENDAR.search(sentence.low):
        return False
    return not (_is_of_data(sentence, duration) or sentence.against_any_training(duration.start))


def _of_all_epochs(
    sentence: Sentence, duration: Duration, beside: tuple[Sentence | None, Sentence | None]
) -> Duration | None:
    """The time of all epochs, where the duration is that of one, and this sentence or one beside it counts them."""
    head, tail = _around(sentence, duration)
    if duration.of == "others" or not is_of_an_epoch(head, tail) or sentence.against(duration.start):
        return None
    texts = [sentence.low, *(other.low for other in beside if other is not None and other.unit == sentence.unit)]
    count = count_epochs(texts)
    return replace(duration, hours=duration.hours * count) if count else None


def _points_of_time(sentence: Sentence, duration: Duration, before: Sentence | None) -> int:
    headed = sentence.is_item and is_below_time(sentence)
    labelled = headed or is_labelled_time(sentence)
    governed = _governed(sentence, duration)
    if duration.of == "others" or not (governed or labelled) or (labelled and is_of_use(sentence)):
        return 0
    if _CALENDAR.search(sentence.low):
        return 0
    if not headed and _is_of_data(sentence, duration):
        return 0
    context = _points_around(sentence, duration, before)
    points = governed + sentence.cue + (2 if sentence.devices else 0)
    if labelled:
        points += 4 + min(context, 0)
    elif not (sentence.cue or context > 0 or _says_it_took(sentence)):
        return 0  # nothing says that a training took it
    else:
        points += context + (1 if is_labelled_hardware(sentence) else 0)
    if _COLLECTED.search(sentence.low[: duration.start]) and not sentence.devices:
        points -= 3
    return points - sentence.against(duration.start)


def _says_it_took(sentence: Sentence) -> bool:
    """True for `It took 50 hours on 8 A100`, whose subject is the model's training unless something else is named."""
    goes_on = _GOES_ON.match(sentence.low) or _THIS_TOOK.search(sentence.low)
    if is_labelled_hardware(sentence) or (bool(sentence.devices) and goes_on is not None):
        return True
    # `We use 32 A100 for about 7 days`: of what people do for hours on counted devices, a training is told.
    return _WE_USE.match(sentence.low) is not None and any(one.exact and one.name for one in sentence.devices)


def _points_around(sentence: Sentence, duration: Duration, before: Sentence | None) -> int:
    """Score of the heading, the list and the sentence before."""
    points = points_of_context(sentence, before)
    if duration.of == "devices" and sentence.is_item and points > 0:
        points += 1
    goes_on = before is not None and before.unit == sentence.unit and before.cue >= 2
    return points + (1 if goes_on and _GOES_ON.match(sentence.low) else 0)


# The second of `about 1 h on a V100 for one recipe, and about 5 hours on a V100 for the other`.
_AND_MORE = re.compile(
    r"(?:,|;|\band) (?:the [a-z-]{1,12} (?:one|model|version|variant) )?(?:then |only |just |about |around "
    r"|another |approximately |~){0,2}$"
)


def _is_of_data(sentence: Sentence, duration: Duration) -> bool:
    """True for the duration of speech, of an epoch, of anything but the training."""
    head, tail = _around(sentence, duration)
    return is_of_something_else(
        head,
        tail,
        of_devices=duration.of == "devices",
        beside_device=bool(sentence.devices),
        took=_TOOK_JUST_NOW.search(head) is not None,
    )


def _governed(sentence: Sentence, duration: Duration) -> int:
    """Evidence from grammar: 3 verb with "to train"; 2 verb, name or device hours; 1 preposition or position."""
    head, tail = _around(sentence, duration)
    found = _GOVERNED.search(head)
    if (found and found["took"] and _TO_TRAIN.match(tail)) or _NAMED_OWN_TIME.search(head):
        return 3
    if (found and found["took"]) or _NAMED_TIME.search(head) or duration.of == "devices":
        return 2
    if found:
        return 2 if _TO_TRAIN.match(tail) else 1
    if _TO_TRAIN.match(tail) or _BEFORE_PAREN.search(head) or _beside_device(sentence, duration):
        return 1
    return _governed_by_an_earlier_verb(sentence, duration, head)


def _governed_by_an_earlier_verb(sentence: Sentence, duration: Duration, head: str) -> int:
    earlier = [other for other in sentence.durations if other.start < duration.start]
    return min(_governed(sentence, earlier[-1]), 2) if earlier and _AND_MORE.search(head) else 0


def _beside_device(sentence: Sentence, duration: Duration) -> bool:
    for device in sentence.devices:
        if device.end <= duration.start and _GLUE.match(sentence.low[device.end : duration.start]):
            return True
        if duration.end <= device.start and _ON_DEVICE.match(sentence.low[duration.end : device.start] + " "):
            return True
    return False


def _around(sentence: Sentence, duration: Duration) -> tuple[str, str]:
    """Text before and after it that may govern it."""
    low = sentence.low
    return low[max(0, duration.start - 80) : duration.start], low[duration.end : duration.end + 60]
