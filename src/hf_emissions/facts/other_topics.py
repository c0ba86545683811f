"""Words that speak against the training of the card's model: advice, another model, something else than training."""

from __future__ import annotations

import re

from .keywords import parts
from .training_cues import TRAIN

_ADVICE = re.compile(
    rf"\b(?:can|(?<!we )could|should|must|may|might|would|will|cannot|can't|couldn't"
    rf"|(?<!were )(?<!was )able to|want to|need to|needs to|have to|has to|how to"
    rf"|try to|if you|you|your|easy to|possible to|feasible|easily)\b(?:\W{{1,2}}\w{{1,16}}){{0,5}}\W{{1,2}}"
    rf"(?:{TRAIN}|fit|run|use|reproduce|load|deploy|serve|do|be (?:done|run|performed|used"
    rf"|reproduced|completed|fit|loaded|trained)|be (?:\w+ )?{TRAIN})\b"
    r"|\b(?:requirements?|recommend\w{0,5}|suggest\w{0,3}"
    r"|at least|minimum|enough|sufficient|suffices?|fits?"
    r"|expect|suitable|designed for|optimi[sz]ed for|compatible|supports?|known not|out of memory"
    r"|oom|low-end|affordable|average gpu|suited|too (?:huge|large|big|slow|expensive) to"
    r"|(?:plan|reserve|rent|book|allow|count) (?:on |for |with |about |around )?\d{1,4})\b"
)
# Said behind the figure: by whom it was done.
_BY_OTHERS = re.compile(
    r"\bby (?:its|their) (?:original )?(?:authors?|makers?|creators?|team|developers)\b"
    r"|\b(?:pre-?)?(?:trained|developed)\b.{0,120}(?<!provided )(?<!supported )(?<!sponsored )(?<!donated "
    r")(?<!granted )\bby (?:openai|google|facebook|meta|deepmind|microsoft|nvidia|eleutherai|mistral|alibaba)\b"
)
# Said of what anybody may need or do, wherever it stands in the sentence.
_ENOUGH = re.compile(
    r"\b(?:plan(?:s|ned|ning)?|intend\w{0,3}|hop(?:e|es|ing)|aim(?:s|ing)?) to (?:pre-?|fine-?)?(?:train|tune)\b"
    r"|\b(?:usually|typically|normally|se estiman?|bạn cần|ít nhất|mindestens|al menos|pelo menos|au moins|almeno"
    r"|cukup|genügt|reicht|suffit|basta|wystarczy|yeterli\w{0,3}|volstaat|postačí)\b"
    r"|\b(?:durerà|partirà|userà|wird voraussichtlich|sera |será|tardará|durará|если бы|будет|займ[её]т)\b|予定"
    r"|예정|将于"
    r"|минимум|至少|最低|少なくとも|최소|достаточно|хватит|хватает|足够|即可|十分です|で足り|충분"
)
_REQUIRED = re.compile(r"\b(?:requires?|requiring|(?<!time )required)\b")
# In the past: what the training took.
_WAS_REQUIRED = re.compile(r"(?<!is )(?<!are )(?<!be )(?<!as )\brequired (?:[a-z]{1,13} ){0,2}[~\d]")
_TRAINING = re.compile(
    r"\btrains?\b|\b(?:pre-?|fine-?)?(?:training|tuning)\b|\b(?:pre-?|fine-?)?(?:trained|tuned)\b|\bto "
    r"(?:fine-?)?train\b"
)
_LEAST = re.compile(r"\b(?:at least|minimum|you|your|if|gb|vram|memory)\b")
# Every match of `_HYPOTHETICAL` has one of these parts.
_HYPOTHETICAL_PARTS = parts(
    "can, could, should, may, might, would, will, you, if, typically, usually, generally, expect, depend"
)
_HYPOTHETICAL = re.compile(
    rf"\b(?:can|(?<!we )could|should|may|might|would|you|your|if)\b.{{0,60}}{TRAIN}"
    rf"|{TRAIN} (?:[\w-]{{1,16}} ){{0,3}}(?:might|may|can|could|should|would|will)\b"
    r"|\b(?:typically|usually|generally) tak(?:es?|ing)\b|\bexpect\b|\bdepend(?:s|ing) on\b"
)
_EXAMPLES = re.compile(r"\((?:e\.g|for example|such as)\b[^)]{0,80}$")
_WOULD = re.compile(
    r"\b(?:would|might|may|could) (?:have )?(?:takes?|taken|needs?|needed|costs?|requires?)\b|\bneeds? "
)
_ELSEWHERE = re.compile(
    r"\b(?:inference|infer|inferences|latency|throughput|benchmark\w{0,5}|serving|deploy\w{0,6}"
    r"|decod(?:e|ing)|real-?time|rtf"
    r"|speed-?ups?|quantiz\w{0,6}|generation speed|tokens?/s\w{0,4}|tokens per second"
    r"|images?/s\w{0,4}|fps|it/s|evaluat(?:ed|ing|ions?) (?:was|were|on|is|took|takes?|needs?|needed|runs?|ran)"
    r"|backtest\w{0,4}|train\w{0,4} (?:the |a |our )?(?:\w{1,12} )?tokeni[sz]er|sampling took|hyper-?parameter "
    r"(?:search|sweep|optimi[sz]ation)|sweeps?|ablations?|in production|en production|quantiz\w{0,6}|fold(?:ing|ed)"
    r"|index(?:ing)?|red[- ]teaming|pseudo-?label\w{0,4}|quota|tests? "
    r"(?:were|was) (?:performed|run|done|conducted)|tested on|when tested|predictions?"
    r"|crawl\w{0,3}|scrap\w{0,4}|pre-?process\w{0,4}|tokeniz(?:ed|ing|ation)"
    r"|cleaning|deduplicat\w{0,4}|translat(?:ed|ing) (?:the|all)|generated? (?:the|all|using)"
    r"|index(?:ed|ing)|collected|recorded|annotat\w{0,4}|takes? about \d+ ?(?:ms|s)\b)"
)
# Every match of `_ENOUGH`, and of `_OTHER_MODEL`, has one of these parts.
_ENOUGH_PARTS = parts(
    "plan, intend, hop, aim, usually, typically, normally, se estima, bạn cần, ít nhất, mindestens, "
    "al menos, pelo menos, "
    "durerà, "
    "partirà, userà, voraussichtlich, sera , será, tardará, durará, если бы, будет, займ, 予定, 예정, 将于, "
    "au moins, almeno, cukup, genügt, reicht, suffit, basta, wystarczy, yeterli, volstaat, postačí, минимум, "
    "至少, 最低, 少なくとも, 최소, достаточно, хват, 足够, 即可, 十分, 足り, 충분"
)
_OTHER_MODEL_PARTS = parts(
    "original, author, et al, paper, base, teacher, parent, source, backbone, foundation, previous, earlier, "
    "prior, other, larger, bigger, smaller, compar, contrast, opposed, unlike, where, while, although, instead, "
    "rather, tokeni, ursprünglich, d'origine, исходн, orijinal, trained by, by , from , suoi, seus, sus , ses , "
    "oorspronkelijk, oryginaln, původn, originaal, deprecated, partimos, utgår, model, rival, competitor, "
    "literature, ベース, 基, 预训练, 对比, 相比, 比較, 비교, vergleich, сравнен, confronto, 元の, 原, 베이스, "
    "원본, 사전학습, оригинальн, базовая"
)
_OTHER_MODEL = re.compile(
    r"^\W{0,3}(?:where|while|whereas|although) [\w.-]{2,30} (?:needed|took|used|was|required)"
    r"|作为对比|相比之下|比較として|비교하면|zum vergleich|для сравнения|per confronto|por comparación|para comparar"
    r"|à titre de comparaison|元のモデル|ベースモデル|基础模型|预训练模型由|基座|原始模型|原版|베이스|원본"
    r"|사전학습 모델은|оригинальн|базовая модель"
    r"|\b(?:original(?:ly)? (?:[a-z0-9-]{1,14} ){0,3}(?:was|were|took|model|trained|paper|bert"
    r"|roberta|release|authors?)(?! (?:code|implementation|config|tokeni|architecture|vocab|recipe|script))|the "
    r"authors\b|the author\b(?!:)|et al|(?<!in )(?<!for )(?<!our )the paper"
    r"|(?:base|teacher|parent|source|backbone|foundation|previous|earlier|prior|other|larger|bigger"
    r"|smaller) (?:[a-z0-9-]{1,14} )?(?:models?|versions?|checkpoints?)(?: [\w.-]{1,30}){0,2} (?:was|were|is"
    r"|are|took"
    r"|had|has)"
    r"|compared (?:to|with)|in contrast|as opposed|unlike|whereas|instead of|rather than"
    r"|in comparison|(?<!and )tokeni[sz]er(?: \([^)]{0,40}\))? (?:was|is)|ursprünglich\w{0,3}|originalmente"
    r"|d'origine|исходн\w{0,3}"
    r"|orijinal"
    r"|(?:by|from) (?:its|their) (?:original )?(?:authors?|makers?|creators?|team)|(?:pre-?)?trained by (?!us\b"
    r"|me\b|one\b|a\b|an\b|our\b|the\b)[a-z]+"
    r"|(?:suoi|seus|sus|ses) (?:autori|autores|auteurs)|oorspronkelijke|oryginaln\w{0,4}|původn\w{0,3}|originaal"
    r"|deprecated"
    r"|(?:das|dem|des) original|partimos de|utgår från|model dasar|modello (?:di partenza|base)"
    r"|modelo base|basismodell|modèle de base"
    r"|whose authors|teachers?\b(?!-)|authors used|rivals?|competitors?"
    r"|(?:released|trained"
    r"|developed|published|proposed|introduced"
    r"|created) by (?:openai|google|facebook|meta|deepmind|microsoft|nvidia|eleutherai)"
    r"|other models|state-of-the-art models|literature)\b"
)

# Points against what is said of another model: more than the words of a time, and less than its label. A judgement.
_ANOTHERS = 6


def names_another_model(low: str) -> bool:
    """True if a sentence is about another model, or a comparison with one."""
    return any(map(low.__contains__, _OTHER_MODEL_PARTS)) and _OTHER_MODEL.search(low) is not None


def is_said_by_others(low: str, place: int) -> bool:
    """True for a question, within quotation marks, and for what others did."""
    if low.rstrip(" )\"'").endswith(("?", "\uff1f")) or (" by " in low and _BY_OTHERS.search(low)):
        return True
    head = low[:place]
    return head.count('"') % 2 == 1 or head.count("\u201c") > head.count("\u201d")


def points_of_others(head: str) -> int:
    """Points against what stands behind the name of another model, in a sentence that has one."""
    return _ANOTHERS if _OTHER_MODEL.search(head) else 0


def points_of_something_else(head: str, *, completed: bool) -> int:
    """Points against what stands behind words of inference, evaluation or data; fewer beside a completed training."""
    return (2 if completed else 4) if _ELSEWHERE.search(head) else 0


def points_of_advice(low: str, head: str, place: int, *, completed: bool, has_time: bool) -> int:
    """Points against what could or should be done, or is required."""
    if any(map(head.__contains__, _HYPOTHETICAL_PARTS)) and _HYPOTHETICAL.search(head):
        return 4
    if any(map(low.__contains__, _ENOUGH_PARTS)) and _ENOUGH.search(low):
        return 4
    if _EXAMPLES.search(head) or _WOULD.search(head):
        return 4
    if (
        _requires(low, place, has_time=has_time)
        or _ADVICE.search(head)
        or _ADVICE.match(low[place : place + 60].lstrip(" ,"))
    ):
        return 2 if completed else 4
    return 0


def _requires(low: str, place: int, *, has_time: bool) -> bool:
    """True if something is required; a training that requires a time says what it took."""
    required = _REQUIRED.search(low[:place]) if "requir" in low else None
    if required is None or not has_time or _LEAST.search(low):
        return required is not None
    return not (_TRAINING.search(low) or _WAS_REQUIRED.search(low))
