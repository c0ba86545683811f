"""Durations that are no training's: of speech, of an epoch, of other work, of a quota, of what was planned."""

from __future__ import annotations

import re

_OF_DATA = re.compile(
    r"[ -]{0,2}(?:long )?(?:of|worth|d'|de|von|di)\b(?! ?(?:the )?(?:training|compute|computation"
    r"|computing|that|those|this|these|it|pre-?train|fine-?tun|wall|gpu|tpu|processing|optimi|learning|entra|trein|entren|use"
    r"|continuous|work|run))"
    r"|[ -]{0,2}(?!on |with |using |for |over |in |at |to )(?:[a-z0-9-]{1,14} ){0,3}(?:speech|audio|data|dataset"
    r"|recordings?|videos?"
    r"|transcri\w{0,6}|labell?ed|unlabell?ed|music|voice|conversations?|corpus|subset|split|footage"
    r"|tweets|news|old|ago|later|per (?:day|week)|a (?:day|week)|window|horizon|forecast|ahead"
    r"|before|earlier|challenge|sprint|hackathon|event|notice|delay|interval|split)\b"
)
_ON_DATA = re.compile(
    r"\b(?:on|of|with|from|contain\w{0,4}|compris\w{0,4}|than|has|have|every|each|(?<!training )last"
    r"|past|next|first|previous|per)(?: (?:the|an?|about|around|approximately|roughly|over|nearly"
    r"|only|just|additional|extra|up|to|more|than|another|all|its|our|~)){0,4}[ ~]{0,2}$"
)
# The week of `30 hours a week`.
_NOT = re.compile(
    r"\b(?:not|no|nicht|non|pas|не) $|\b(?:n't|not|never) (?:[a-z]+ ){0,2}(?:take|need|require|last"
    r"|cost)\b[^.;]{0,24}$|n't (?:take|need)\b[^.;]{0,24}$"
)
_GRANT = re.compile(r"\b(?:grants?|granted|allocations?|credits?|donation|donated|vouchers?)\b[^.;]{0,24}$")
# The second of `675 vs. 6,250 GPU days`.
_VERSUS = re.compile(r"\b(?:vs\.?|versus|instead of|rather than) ?[~≈]? ?$")
_RATE = re.compile(r"\b(?:hours?|hrs|minutes|days) $")
# The 90 days of `90 days planned, finished in 88 days`.
_PLANNED = re.compile(r"[ -]{0,2}(?:were |was )?(?:planned|expected|estimated|scheduled|budgeted|reserved)\b")
_A_WEEK = re.compile(r"[ -]{0,2}(?:an?|per|every|each|/) ?(?:day|week|month|year)\b")
_QUOTA = re.compile(r"[ -]{0,2}(?:(?:weekly|monthly|daily|free) )?(?:quota|limit|allowance|budget|window)s?\b")
# Duration of the training data, where "duration" alone would mean time.
_LENGTH_OF_DATA = re.compile(
    r"\b(?:data|dataset|audio|speech|recordings?|videos?|corpus|clips?|samples?)\b[^.;]{0,30}$"
)
_TOTAL_OF = re.compile(
    r"\b(?:(?:total|period|duration|course|span|budget|maximum|average|time|max)s? of|more than"
    r"|less than)[ ~a-z]{0,24}$"
)
_PER_PART = re.compile(
    r"\W{0,3}per (?!gpu|tpu|device|node|card|chip|accelerator|machine|server|run|training|model)[a-z]"
    r"|\W{0,3}(?:per|/|each|an|every|for each|for one|for an|pro|par"
    r"|por)[ -]{0,2}(?:single )?(?:epoch|step|iteration|fold|batch|trial|sample|image|checkpoint"
    r"|época|epoche|époque|day|month|year)|[^.;]{0,40}\bto (?:finish|complete|train|run) (?:one|an?|1|each|every|a "
    r"single) epoch"
    r"|\W{0,3}each\b|\W{0,3}(?:per|for every|for each) \d"
)
_EACH_PART = re.compile(
    r"(?<!trained for )(?<!tuned for )(?<!training for )(?<!tuning for )\b(?:each|every|an|per)"
    r" (?:[a-z-]{1,12} )?(?:epoch|step|iteration|fold|batch|época)\b[^.]{0,30}$"
    # `1 epoch x 5 hours` and `Training (1 epoch): 2 h` are whole trainings.
    r"|(?<!trained for )(?<!tuned for )(?<!training for )(?<!tuning for )\b(?:one|1|a single|single)"
    r" (?:[a-z-]{1,12} )?(?:epoch|step|iteration|fold|batch)\b(?! ?[():,]| x )[^.]{0,30}$"
)


_OTHER_WORK = re.compile(
    r"[^.;]{0,40}\b(?:to|for) (?:pre-?comput|process|generat|annotat|evaluat|download|tokeni|label|crawl|collect"
    r"|encod|translat"
    r"|run inference|index|infer|synthes|transcrib|animat|sampl|produc|restor|upscal|detect|segment|separat|classif"
    r"|extract|solve|fold|predict|render|quanti[sz]|convert|the evaluation|inference)"
)
_BEFORE = (_RATE, _VERSUS, _NOT, _GRANT, _EACH_PART)
_BEHIND = (_A_WEEK, _QUOTA, _PLANNED, _OTHER_WORK, _PER_PART)


def is_of_something_else(head: str, tail: str, *, of_devices: bool, beside_device: bool, took: bool) -> bool:
    """True for a duration that is not that of a training, by the words before and behind it.

    `took`: a verb such as `took` stands right before it. Hours of devices are no data's.
    """
    if not of_devices and _OF_DATA.match(tail):
        return True
    if any(pattern.match(tail) for pattern in _BEHIND) or any(pattern.search(head) for pattern in _BEFORE):
        return True
    if _LENGTH_OF_DATA.search(head) and not beside_device and not took:
        return True
    return not of_devices and bool(_ON_DATA.search(head)) and not _TOTAL_OF.search(head)
