"""Words that say that a training took place, in the languages of most cards."""

from __future__ import annotations

import re

from .keywords import parts

# What `cue_of` gives for a completed training.
COMPLETED = 3

# Includes common misspellings.
TRAIN = (
    r"(?:pre-? ?|post-?|re-?|fine?-? ?|co-?|further )?(?:tra?in(?:ed|ings?|ing's|ind|nings?|nig|ig"
    r"|s)?|tunn?(?:e|ed|ing)|finetun(?:e|ed|ing))"
)
_OTHER_LANGUAGES = (
    r"affin[\u00e9e]\w{0,2} sur|apprentissage|affinage|entra[iî]n\w{0,8}|entrena\w{0,8}|trein(?:ad|am|o)\w{0,6}"
    r"|trainiert\w{0,2}"
    r"|addestra\w{0,6}|обуч\w{0,8}|дообуч\w{0,8}|навча\w{0,8}|тренува\w{0,8}|trainert?|eğitil\w{0,8}|eğitim\w{0,4}"
    r"|dilatih"
    r"|pelatihan|trenowa\w{0,6}|wytrenowan\w{0,3}|uczenie|huấn luyện|koulutet\w{0,6}|getraind|treina(?:do|da|mento)"
    r"|vortrainiert|feinabgestimmt|nachtrainiert|dostroj\w{2,6}|wyucz\w{2,6}|vortraining|feintuning|trening|trenin|تدريب|训练|訓練|学習|학습|훈련|trän\w{0,6}|trent"
)
# Completed, with the model as subject: `was trained on`, `we fine-tuned`, `training took`, `Trained on`.
_DONE = re.compile(
    rf"\b(?:was|were|been|is|are|has|have) (?:[a-z-]{{2,14}} ){{0,3}}?{TRAIN}\b"
    rf"|\b(?:we|i|and|then|they) (?:have |had |also |then |only |further |first ){{0,2}}(?:could "
    rf"|were able to )?(?:pre-?|fine?-?)?(?:trained|tuned|train|tune)\b"
    rf"|{TRAIN}(?: [a-z-]{{2,14}}){{0,6}} (?:was|were|is|are|took|takes|taking|lasted|ran|run"
    rf"|required|requires|consumed|needed|used)\b"
    rf"|^\W{{0,4}}(?:pre-?|fine-?)?(?:trained|tuned)\b|\b(?:model|checkpoint|version|card"
    rf"|network)s?(?: [a-z-]{{2,12}}){{0,2}} (?:pre-?|fine-?)?(?:trained|tuned)\b"
    rf"|\bus(?:ed|ing|e)\b.{{0,80}}\b(?:to|for) (?:[a-z-]{{2,12}} ){{0,2}}?{TRAIN}\b|\b(?:for"
    rf"|to) (?:the )?{TRAIN}\b.{{0,60}} (?:we|i) used?\b"
    rf"|\btook\b.{{0,40}}\bto {TRAIN}|\btaking\b.{{0,40}}\bto {TRAIN}|{_OTHER_LANGUAGES}"
)
# Every match of `_DONE` has one of these parts: most sentences need no search.
_TRAIN_PARTS = parts(
    "train, trin, tun, affin, apprentissage, entra, entrena, trein, addestra, обуч, навча, тренува, eğiti, "
    "dilatih, pelatihan, trenowa, uczenie, luyện, koulutet, feinabgestimmt, dostroj, wyucz, trenin, تدريب, 训练, "
    "訓練, 学習, 학습, 훈련, trän, trent"
)
_CUE = re.compile(
    rf"(?:\b|(?<=_)){TRAIN}\b|\bpre-?train|\bfine-?tun|\bdistill(?:ed|ation|ing)\b|\bepochs?\b"
    rf"|\b(?:sft|dpo|orpo|kto|rlhf|ppo|grpo|q?lora) (?:run |training |itself )?(?:took|ran|was|lasted|needed"
    rf"|finished|for|on)\b"
    rf"|\b(?:(?:the|this|final|whole|full|training) )?(?:run|job)s? (?:took|lasted|finished|was|used|completed"
    rf"|needed)\b"
    r"|^\W{0,4}(?:cold-start )?(?:rl|sft|dpo|rlhf|grpo|orpo|ppo|pre-?training|post-?training|fine-?tuning|training"
    r"|stage \d|phase \d)\b[^:\n]{0,20}:"
    rf"|\b(?:this|the) (?:model|checkpoint|version|adapter) (?:used|took|needed)\b"
    rf"|\b(?:model|checkpoint|version|adapter)s? (?:is|was|were|has been) (?:produced|made|created|built|developed)\b"
    rf"|\bdistill\w{{2,5}} (?:itself )?(?:ran|took|lasted|was)"
    rf"|\b(?:thank\w*|grateful|acknowledg\w*|sponsor\w*|donat\w*|credits?)\b.{{0,160}}\b(?:tpus?|gpus?|tpu-?v\d|[ahv]100)"
    rf"|\b(?:provid(?:ed|ing)|granted|access to|able to use|allowed to use)\b.{{0,80}}\b(?:tpus?|gpus?)(?!\w)"
    rf"|\bexperiments? (?:was|were) (?:[a-z]+ )?(?:run|conducted|performed|carried out|done)\b"
    rf"|\b(?:adamw?|gradient (?:checkpointing|accumulation)|learning rate)\b|\bfinished (?:in|after) |\bconverge[sd]?\b"
    rf"|\bmade (?:two|three|four|\d) runs\b"
    rf"|\b(?:sft|dpo|orpo|kto|rlhf|ppo|grpo|q?lora|training|tuning) run\b|\bthis (?:checkpoint|model|adapter) cost\b"
    rf"|\bcomput(?:e|ation) (?:was|is|budget|cost)\b|\btotal compute\b|\b(?:stage|phase) ?\d\b|\b(?:gpu|tpu)s? "
    rf"(?:was|were) used"
)
# Every match of `_CUE` has one of these parts.
_CUE_PARTS = parts(
    "train, trin, tun, distil, epoch, sft, dpo, orpo, kto, rlhf, ppo, grpo, lora, run, job, rl, phase, stage, "
    "thank, grateful, acknowledg, sponsor, donat, credit, provid, grant, access, able to, allowed, experiment, "
    "adam, gradient, learning rate, finished, converge, model, checkpoint, version, adapter, comput, used"
)
_USED = re.compile(
    r"\b(?:we|i) (?:have |had )?(?:used|utili[sz]ed|rented)\b|\b(?:was|were) used\b|\busing (?:an?"
    r"|one|the|\d|two|four|eight)\b"
)


def cue_of(low: str) -> int:
    """Evidence of training in a sentence: 3 a completed one, 2 any training, 1 something used, 0 none."""
    if any(map(low.__contains__, _TRAIN_PARTS)) and _DONE.search(low):
        return COMPLETED
    if any(map(low.__contains__, _CUE_PARTS)) and _CUE.search(low):
        return 2
    return 1 if _USED.search(low) else 0
