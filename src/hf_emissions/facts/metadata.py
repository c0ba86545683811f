"""Facts in the front matter: hardware, hours, place and energy of the block; the base model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .. import units
from ..card.block import KEY, BlockValueError, read_fields
from ..card.parsed import ParsedCard
from ..errors import HfEmissionsError
from .card_text import CardText, lowered
from .devices import devices
from .durations import durations
from .extracted_fact import ExtractedFact
from .keywords import ADAPTERS, BASE, COPY
from .places import place_named

_BASE = re.compile(
    r"^base_model:[ \t]{0,4}(?:\r?\n[ \t]{0,4}- {1,3})?['\"]?(?P<name>[\w.-]{1,96}(?:/[\w.-]{1,96})?)['\"]?"
    r"[ \t]{0,4}\r?(?:#.{0,80})?$",
    re.MULTILINE,
)
# One name, a bracketed list over any number of lines, or one name per line.
_BASES = re.compile(
    r"^base_model:[ \t]{0,4}"
    r"(?P<names>\[[^\]]{0,8000}\]|(?:[^\s#-][^\n]{0,300})|(?:\r?\n[ \t]{0,4}- [^\n]{1,300}){1,99})",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_MOST_BASES = 99
_ADAPTER = re.compile(
    r"^(?:library_name:|[ \t]{0,4}-)[ \t]{1,4}['\"]?(?P<word>peft|q?lora)['\"]?[ \t]{0,4}\r?$", re.MULTILINE
)
_NEXT_BASE = re.compile(r"\r?\n[ \t]{0,4}- ")
_TRAINING_TYPES = {"pretraining": "pre-training", "finetuning": "fine-tuning"}
_RELATION = re.compile(r"^base_model_relation:[ \t]{0,4}['\"]?(quantized|merge)\b", re.MULTILINE)
_COPY_TAG = re.compile(
    r"^[ \t]{0,4}- ['\"]?(?:gguf|gptq|awq|exl2|exl3|(?P<merge>mergekit|merge)|quantized|ggml|mlx)['\"]?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"^tags:[ \t]{0,4}\[[^\]]{0,2000}?\b(?:gguf|gptq|awq|exl2|exl3|(?P<merge>mergekit|merge)|quantized|ggml|mlx)\b"
    r"(?=['\"]?[ \t]{0,4}[,\]])",
    re.MULTILINE | re.IGNORECASE,
)
# Authors of a fine-tune offer it in these formats too, and then their title or first paragraph says what it is.
_LEAD = 1200
_PARAGRAPH = re.compile(r"\s*(?:#{1,6} [^\n]*\n\s*)?[^\n]+(?:\n[^\n]+)*")
# No invitation: `You can now fine-tune Heron`.
_TRAINED = re.compile(
    r"\b(?:an?|this|my|our)\b[^.\n]{0,60}(?<!can )(?<!now )(?<!& )(?<!and )\b(?:fine-?tuned?|distilled|model trained)\b"
)
_COPIED = re.compile(
    r"\b(?:gguf|ggml|gptq|awq|exl[23]|mlx|quanti[sz](?:ed|ations?)|quants?|convert(?:ed|sion)|[2-8]-?bit)\b[^.\n]{0,48}"
    r"\b(?:of|from)\b|\b(?:files|weights) for\b|\boriginal model\b|\bquanti[sz]ed by\b|\bmerge of\b|\bprovided by\b"
    r"|\b(?:quants|mirror|re-?upload\w{0,3}|reposted|nothing)\b|\b(?:these are|just) the\b|\bnot train|'s fine-?tune"
)


def read_base_model(page: CardText) -> Iterator[ExtractedFact]:
    """The base model in the front matter, if it is a single one."""
    if not page.has(BASE) or page.front is None:
        return
    found = _BASE.search(page.text, page.front.start, page.front.closing)
    if found and not _NEXT_BASE.match(page.text, found.end()):
        yield ExtractedFact("base_model", found["name"], found.start("name"), found.end("name"))


def base_models(page: CardText) -> list[str]:
    """All base models in the front matter, in order."""
    if not page.has(BASE) or page.front is None:
        return []
    found = _BASES.search(page.text, page.front.start, page.front.closing)
    return [name for name in _NAME.findall(found["names"]) if "/" in name][:_MOST_BASES] if found else []


def read_adaptation(page: CardText) -> Iterator[ExtractedFact]:
    """`lora` if the library or a tag says that adapters were trained."""
    if not page.has(ADAPTERS) or page.front is None:
        return
    found = _ADAPTER.search(page.text, page.front.start, page.front.closing)
    if found:
        yield ExtractedFact("adaptation", "lora", found.start("word"), found.end("word"))


def is_copy(page: CardText) -> bool:
    """True for a quantised, merged or converted copy, whose text on training is inherited."""
    if not page.has(COPY) or page.front is None:
        return False
    place = page.front.start, page.front.closing
    if _RELATION.search(page.text, *place):
        return True
    tags = [*_COPY_TAG.finditer(page.text, *place), *_INLINE_TAG.finditer(page.text, *place)]
    if not tags or any(tag["merge"] for tag in tags):
        return bool(tags)
    lead = _PARAGRAPH.match(page.low[page.body : page.body + _LEAD])
    return lead is None or _TRAINED.search(lead[0]) is None or _COPIED.search(lead[0]) is not None


def read_block(page: CardText) -> Iterator[ExtractedFact]:
    """Facts of the block; nothing if it cannot be read."""
    found = _fields(page)
    if found is None:
        return
    card, fields = found
    for key, name in (("emissions", "emissions_g"), ("energy_consumed", "energy_kwh"), ("hours_used", "duration_s")):
        value = fields.get(name)
        if value:
            field = {"emissions_g": "reported_g", "duration_s": "wall_hours"}.get(name, name)
            yield ExtractedFact(field, units.s_to_hours(value) if name == "duration_s" else value, *_span(card, key))
    yield from _hardware(fields.get("hardware_used"), _span(card, "hardware_used"))
    kind = _TRAINING_TYPES.get(re.sub(r"[^a-z]", "", str(fields.get("training_type")).lower()))
    if kind is not None:
        yield ExtractedFact("training_type", kind, *_span(card, "training_type"))
    location = fields.get("geographical_location")
    if location:
        start, end = _span(card, "geographical_location")
        yield from (found._replace(start=start, end=end) for found in place_named(location, start))


def _fields(page: CardText) -> tuple[ParsedCard, dict[str, Any]] | None:
    """The card and the fields of its block; None without a readable block."""
    if page.front is None or page.text.find(KEY, page.front.start, page.front.closing) < 0:
        return None
    try:
        card = page.parsed
        # The key may occur only in a tag or a comment.
        if card is None or card.block is None:
            return None
        return card, read_fields(card.block_value, skip_unreadable=True)
    except (HfEmissionsError, BlockValueError, RecursionError):
        return None


def _span(card: ParsedCard, key: str) -> tuple[int, int]:
    """Span of the value of a block key, or of the whole block."""
    assert card.block is not None
    node = card.block_scalars.get(key)
    if node is None or card.front_matter is None:
        return card.block.key_start, card.block.value_end
    base = card.front_matter.start
    start, end = base + node.start_mark.index, base + node.end_mark.index
    return (start, end) if start < end <= len(card.text) else (card.block.key_start, card.block.value_end)


def _hardware(written: str | None, span: tuple[int, int]) -> Iterator[ExtractedFact]:
    if not written:
        return
    written = written[:400]
    low = lowered(written)
    for device in devices(written, low)[:1]:
        if device.name:
            yield ExtractedFact("hardware", device.name, *span)
        if device.count and (device.exact or not device.name):
            yield ExtractedFact("count", device.count, *span)
    time = next(durations(low), None)
    if time is not None and time.of != "others":
        yield ExtractedFact("device_hours" if time.of == "devices" else "wall_hours", time.hours, *span)
