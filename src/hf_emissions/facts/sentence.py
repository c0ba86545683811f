"""Sentences of a prose unit, classified as about training, something else, advice, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from .card_text import CardText, Unit, lowered
from .devices import Device, devices
from .durations import Duration, durations
from .subject import has_another_subject, is_of_another, title_of

# Points against what is said of another model: more than the words of a time, and less than its label. A judgement.
_ANOTHERS = 6
# A sentence about a training has no more durations or devices.
_MOST = 10
_LONGEST_LEAD = 60
_END = re.compile(r"[.!?;](?=\s)|[。\uff01\uff1f]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:approx|aprox|appr|ca|c|e\.g|i\.e|vs|al|fig|no|nr|hrs?|mins?|est|etc|resp|z\.b|env)|^\W*\d{1,2})$"
)

# Includes common misspellings.
_TRAIN = (
    r"(?:pre-? ?|post-?|re-?|fine?-? ?|co-?|further )?(?:tra?in(?:ed|ings?|ing's|ind|nings?|nig|ig"
    r"|s)?|tunn?(?:e|ed|ing)|finetun(?:e|ed|ing))"
)
_OTHER_LANGUAGES = (
    r"affin[\u00e9e]\w{0,2} sur|apprentissage|entra[iî]n\w{0,8}|entrena\w{0,8}|trein(?:ad|am|o)\w{0,6}|trainiert\w{0,2}"
    r"|addestra\w{0,6}|обуч\w{0,8}|дообуч\w{0,8}|навча\w{0,8}|тренува\w{0,8}|trainert?|eğitil\w{0,8}|eğitim\w{0,4}"
    r"|dilatih"
    r"|pelatihan|trenowa\w{0,6}|wytrenowan\w{0,3}|uczenie|huấn luyện|koulutet\w{0,6}|getraind|treina(?:do|da|mento)"
    r"|vortrainiert|feinabgestimmt|nachtrainiert|dostroj\w{2,6}|wyucz\w{2,6}|vortraining|feintuning|trening|trenin|تدريب|训练|訓練|学習|학습|훈련|trän\w{0,6}|trent"
)
# Completed, with the model as subject: `was trained on`, `we fine-tuned`, `training took`, `Trained on`.
_DONE = re.compile(
    rf"\b(?:was|were|been|is|are|has|have) (?:[a-z-]{{2,14}} ){{0,3}}?{_TRAIN}\b"
    rf"|\b(?:we|i|and|then|they) (?:have |had |also |then |only |further |first ){{0,2}}(?:could "
    rf"|were able to )?(?:pre-?|fine?-?)?(?:trained|tuned|train|tune)\b"
    rf"|{_TRAIN}(?: [a-z-]{{2,14}}){{0,6}} (?:was|were|is|are|took|takes|taking|lasted|ran|run"
    rf"|required|requires|consumed|needed|used)\b"
    rf"|^\W{{0,4}}(?:pre-?|fine-?)?(?:trained|tuned)\b|\b(?:model|checkpoint|version|card"
    rf"|network)s?(?: [a-z-]{{2,12}}){{0,2}} (?:pre-?|fine-?)?(?:trained|tuned)\b"
    rf"|\bus(?:ed|ing|e)\b.{{0,80}}\b(?:to|for) (?:[a-z-]{{2,12}} ){{0,2}}?{_TRAIN}\b|\b(?:for"
    rf"|to) (?:the )?{_TRAIN}\b.{{0,60}} (?:we|i) used?\b"
    rf"|\btook\b.{{0,40}}\bto {_TRAIN}|\btaking\b.{{0,40}}\bto {_TRAIN}|{_OTHER_LANGUAGES}"
)
# Every match of `_DONE`, and of `_HYPOTHETICAL`, has one of these parts: most sentences need no search.
_TRAIN_PARTS = (
    *"train trin tun affin apprentissage entra entrena trein addestra обуч навча тренува eğiti dilatih pelatihan".split(),
    *"trenowa uczenie luyện koulutet feinabgestimmt dostroj wyucz trenin تدريب 训练 訓練 学習 학습 훈련 trän trent".split(),
)
_HYPOTHETICAL_PARTS = (
    *"can could should may might would will you if typically usually generally expect depend".split(),
)
_CUE = re.compile(
    rf"(?:\b|(?<=_)){_TRAIN}\b|\bpre-?train|\bfine-?tun|\bdistill(?:ed|ation|ing)\b|\bepochs?\b"
    rf"|\b(?:sft|dpo|orpo|kto|rlhf|ppo|grpo|q?lora) (?:run |training |itself )?(?:took|ran|was|lasted|needed"
    rf"|finished|for|on)\b"
    rf"|\b(?:(?:the|this|final|whole|full|training) )?(?:run|job)s? (?:took|lasted|finished|was|used|completed"
    rf"|needed)\b"
    r"|^\W{0,4}(?:cold-start )?(?:rl|sft|dpo|rlhf|grpo|orpo|ppo|pre-?training|post-?training|fine-?tuning|training"
    r"|stage \d|phase \d)\b[^:\n]{0,20}:"
    rf"|\b(?:this|the) (?:model|checkpoint|version|adapter) (?:used|took|needed)\b"
    rf"|\bdistill\w{{2,5}} (?:itself )?(?:ran|took|lasted|was)"
    rf"|\b(?:thank\w*|grateful|acknowledg\w*|sponsor\w*|donat\w*|credits?)\b.{{0,160}}\b(?:tpus?|gpus?|tpu-?v\d|[ahv]100)"
    rf"|\b(?:provid(?:ed|ing)|granted|access to|able to use|allowed to use)\b.{{0,80}}\b(?:tpus?|gpus?)(?!\w)"
    rf"|\bexperiments? (?:was|were) (?:[a-z]+ )?(?:run|conducted|performed|carried out|done)\b"
    rf"|\b(?:adamw?|gradient (?:checkpointing|accumulation)|learning rate)\b|\bfinished (?:in|after) "
    rf"|\bmade (?:two|three|four|\d) runs\b"
    rf"|\b(?:sft|dpo|orpo|kto|rlhf|ppo|grpo|q?lora|training|tuning) run\b|\bthis (?:checkpoint|model|adapter) cost\b"
    rf"|\bcomput(?:e|ation) (?:was|is|budget|cost)\b|\btotal compute\b|\b(?:stage|phase) ?\d\b|\b(?:gpu|tpu)s? "
    rf"(?:was|were) used"
)
_USED = re.compile(
    r"\b(?:we|i) (?:have |had )?(?:used|utili[sz]ed|rented)\b|\b(?:was|were) used\b|\busing (?:an?"
    r"|one|the|\d|two|four|eight)\b"
)
_ADVICE = re.compile(
    rf"\b(?:can|(?<!we )could|should|must|may|might|would|will|cannot|can't|couldn't"
    rf"|(?<!were )(?<!was )able to|want to|need to|needs to|have to|has to|how to"
    rf"|try to|if you|you|your|easy to|possible to|feasible|easily)\b(?:\W{{1,2}}\w{{1,16}}){{0,5}}\W{{1,2}}"
    rf"(?:{_TRAIN}|fit|run|use|reproduce|load|deploy|serve|do|be (?:done|run|performed|used"
    rf"|reproduced|completed|fit|loaded|trained)|be (?:\w+ )?{_TRAIN})\b"
    r"|\b(?:requirements?|recommend\w{0,5}|suggest\w{0,3}"
    r"|at least|minimum|enough|sufficient|suffices?|fits?"
    r"|expect|suitable|designed for|optimi[sz]ed for|compatible|supports?|known not|out of memory"
    r"|oom|budget|low-end|affordable|average gpu|suited|too (?:huge|large|big|slow|expensive) to"
    r"|(?:plan|reserve|rent|book|allow|count) (?:on |for |with |about |around )?\d{1,4})\b"
)
# Said behind the figure: by whom it was done.
_BY_OTHERS = re.compile(
    r"\b(?:by|from) (?:its|their) (?:original )?(?:authors?|makers?|creators?|team|developers)\b"
    r"|\b(?:pre-?)?(?:trained|developed)\b.{0,120}(?<!provided )(?<!supported )(?<!sponsored )(?<!donated )(?<!granted )\bby (?:openai|google|facebook|meta|deepmind|microsoft|nvidia|eleutherai|mistral|alibaba)\b"
)
# Said of what anybody may need or do, wherever it stands in the sentence.
_ENOUGH = re.compile(
    r"\b(?:usually|typically|normally|se estiman?|bạn cần|ít nhất|mindestens|al menos|pelo menos|au moins|almeno|cukup|genügt|reicht|suffit|basta|wystarczy|yeterli\w{0,3}|volstaat|postačí)\b"
    r"|минимум|至少|最低|少なくとも|최소|достаточно|хватит|хватает|足够|即可|十分です|で足り|충분"
)
_REQUIRED = re.compile(r"\b(?:requires?|requiring|(?<!time )required)\b")
# In the past: what the training took.
_WAS_REQUIRED = re.compile(r"(?<!is )(?<!are )(?<!be )(?<!as )\brequired (?:[a-z]{1,13} ){0,2}[~\d]")
_TRAINING = re.compile(
    r"\btrains?\b|\b(?:pre-?|fine-?)?(?:training|tuning)\b|\b(?:pre-?|fine-?)?(?:trained|tuned)\b|\bto (?:fine-?)?train\b"
)
_LEAST = re.compile(r"\b(?:at least|minimum|you|your|if|gb|vram|memory)\b")
_HYPOTHETICAL = re.compile(
    rf"\b(?:can|(?<!we )could|should|may|might|would|you|your|if)\b.{{0,60}}{_TRAIN}"
    rf"|{_TRAIN} (?:[\w-]{{1,16}} ){{0,3}}(?:might|may|can|could|should|would|will)\b"
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
    r"|backtest\w{0,4}|train\w{0,4} (?:the |a |our )?(?:\w{1,12} )?tokeni[sz]er|sampling took|hyper-?parameter (?:search|sweep|optimi[sz]ation)|sweeps?|ablations?|in production|en production|quantiz\w{0,6}|fold(?:ing|ed)|index(?:ing)?|red[- ]teaming|pseudo-?label\w{0,4}|quota|tests? "
    r"(?:were|was) (?:performed|run|done|conducted)|tested on|when tested|predictions?"
    r"|crawl\w{0,3}|scrap\w{0,4}|pre-?process\w{0,4}|tokeniz(?:ed|ing|ation)"
    r"|cleaning|deduplicat\w{0,4}|translat(?:ed|ing) (?:the|all)|generated? (?:the|all|using)"
    r"|index(?:ed|ing)|collected|recorded|annotat\w{0,4}|takes? about \d+ ?(?:ms|s)\b)"
)
_OTHER_MODEL = re.compile(
    r"^\W{0,3}(?:where|while|whereas|although) [\w.-]{2,30} (?:needed|took|used|was|required)"
    r"|ベースモデル|基础模型|预训练模型由|基座|原始模型|原版|베이스|원본|사전학습 모델은|оригинальн|базовая модель"
    r"|\b(?:original(?:ly)? (?:[a-z0-9-]{1,14} ){0,3}(?:was|were|took|model|trained|paper|bert"
    r"|roberta|release|authors?)(?! (?:code|implementation|config|tokeni|architecture|vocab|recipe|script))|the authors\b|the author\b(?!:)|et al|the paper"
    r"|(?:base|teacher|parent|source|backbone|foundation|previous|earlier|prior|other|larger|bigger"
    r"|smaller) (?:[a-z0-9-]{1,14} )?(?:models?|versions?|checkpoints?)(?: [\w.-]{1,30}){0,2} (?:was|were|is"
    r"|are|took"
    r"|had|has)"
    r"|compared (?:to|with)|in contrast|as opposed|unlike|whereas|instead of|rather than"
    r"|in comparison|(?<!and )tokeni[sz]er(?: \([^)]{0,40}\))? (?:was|is)|ursprünglich\w{0,3}|originalmente|d'origine|исходн\w{0,3}"
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


_ITEM = re.compile(r"[ \t]{0,8}(?:[-*+\u2022]|\d{1,2}[.)])[ \t]")
_COMMA = re.compile("[,;，；、]")
# Behind a comparison: `Instead of 8 V100, we used one`. What stands before is not said of ours.
_FIRST_NAME = re.compile(r"[a-z0-9]{3,}")
_BACK_TO_OURS = re.compile(
    r", (?:we|i|our|ours|this|the present|here)\b(?!.*, (?:we|i|our|ours|this|here)\b)"
    r"|[,;，；、] ?(?:저희는|우리는|我们|我們|本模型|私たち|我々|本モデル|wir|dieses|nous|ce|nosotros|este|noi|questo|мы|wij|biz|kami)(?!\w)"
    r"|[,，、] ?(?:저희|우리|我们|我們|本模型|私たち|我々|本モデル)"
)


@dataclass(frozen=True)
class Sentence:
    """A sentence with its card offset: `text` with non-prose blanked, `low` in lower case."""

    page: CardText
    unit: int
    start: int
    text: str
    low: str

    @cached_property
    def durations(self) -> list[Duration]:
        """Durations in the sentence, with offsets from `start`."""
        return list(islice(durations(self.low), _MOST))

    @cached_property
    def devices(self) -> list[Device]:
        """Devices in the sentence, with offsets from `start`."""
        return devices(self.text, self.low)[:_MOST] if any(word in self.low for word in self.page.device_words) else []

    @cached_property
    def cue(self) -> int:
        """Evidence of training: 3 a completed one, 2 any training, 1 something used, 0 none."""
        if any(part in self.low for part in _TRAIN_PARTS) and _DONE.search(self.low):
            return 3
        return 2 if _CUE.search(self.low) else 1 if _USED.search(self.low) else 0

    @property
    def is_item(self) -> bool:
        """True for a short item of a list."""
        line = self.page.text.rfind("\n", 0, self.start + 1) + 1
        return len(self.low) <= 60 and _ITEM.match(self.page.text, line) is not None

    @cached_property
    def is_of_another(self) -> bool:
        """True if its section or its title makes it a sentence about another model's training."""
        return is_of_another(self.page, self.low, self.start) or has_another_subject(self.page, self.text)

    @cached_property
    def names_another_model(self) -> bool:
        """True if it is about another model, or a comparison with one."""
        return _OTHER_MODEL.search(self.low) is not None

    def against(self, place: int) -> int:
        """Score against the training of this model, from the words up to an offset and just behind it."""
        head = self._own_part(self.low[:place])
        points = 8 if self.is_of_another or self._is_said_by_others(place) else 0
        if self.names_another_model and _OTHER_MODEL.search(head):
            points += _ANOTHERS
        if _ELSEWHERE.search(head):
            points += 2 if self.cue == 3 else 4
        if any(part in head for part in _HYPOTHETICAL_PARTS) and _HYPOTHETICAL.search(head):
            points += 4
        elif _ENOUGH.search(self.low) or _EXAMPLES.search(head) or _WOULD.search(head):
            points += 4
        elif self._requires(place) or _ADVICE.search(head) or _ADVICE.match(self.low[place : place + 60].lstrip(" ,")):
            points += 2 if self.cue == 3 else 4
        return points

    def _is_said_by_others(self, place: int) -> bool:
        """True for a question, within quotation marks, and for what others did."""
        if self.low.rstrip(" )\"'").endswith(("?", "\uff1f")) or _BY_OTHERS.search(self.low):
            return True
        head = self.low[:place]
        return head.count('"') % 2 == 1 or head.count("\u201c") > head.count("\u201d")

    def _own_part(self, head: str) -> str:
        """What stands behind the last comma and `we`, or the model's name: before it may be said of another."""
        if not _COMMA.search(head):
            return head
        own = _BACK_TO_OURS.search(head)
        if own is not None:
            return head[own.start() :]
        name = _FIRST_NAME.match(title_of(self.page))
        place = head.rfind(f", {name[0]} ") if name is not None else -1
        return head[place:] if place > 0 else head

    def _requires(self, place: int) -> bool:
        """True if something is required; a training that requires a time says what it took."""
        required = _REQUIRED.search(self.low[:place]) if "requir" in self.low else None
        if required is None or not self.durations or _LEAST.search(self.low):
            return required is not None
        return not (_TRAINING.search(self.low) or _WAS_REQUIRED.search(self.low))


def sentences(page: CardText, index: int, unit: Unit) -> Iterator[Sentence]:
    """Sentences of a unit; `index` is the unit's number."""
    begin = 0
    for found in _END.finditer(unit.text):
        if _ABBREVIATION.search(unit.text[max(begin, found.start() - 8) : found.start()].lower()):
            continue
        if page.text.startswith(("**", "__"), unit.start + found.end()) and found.end() - begin < _LONGEST_LEAD:
            continue  # a bold label, which its sentence follows
        yield _sentence(page, index, unit, begin, found.end())
        begin = found.end()
    if unit.text[begin:].strip():
        yield _sentence(page, index, unit, begin, len(unit.text))


def _sentence(page: CardText, index: int, unit: Unit, begin: int, end: int) -> Sentence:
    text = unit.text[begin:end]
    return Sentence(page, index, unit.start + begin, text, lowered(text))
