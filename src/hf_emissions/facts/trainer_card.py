"""The cards that transformers' Trainer writes: hyperparameters, the last row of the results, the base model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_text import CardText
from .extracted_fact import ExtractedFact
from .keywords import HYPERPARAMETERS, LOGGED, TUNED

_HEADING = "hyperparameters were used during training"
_FIELD = re.compile(r"^- (?P<name>[a-z_]{4,40}): (?P<value>[^\n]{1,80})", re.MULTILINE)
_RESULTS = re.compile(r"^\| ?Training Loss {0,4}\| ?Epoch {0,12}\| ?Step {0,12}\|", re.MULTILINE)
_ROW = re.compile(
    r"^\| ?[^|\n]{1,20}\|[ ]{0,3}(?P<epoch>\d{1,7}(?:\.\d{1,8})?)[ ]{0,12}\|[ ]{0,3}(?P<step>\d{1,10})[ ]{0,12}\|",
    re.MULTILINE,
)
_VERSION = "tuned version of "
_BASE = re.compile(r"tuned version of (?:the )?\[(?P<name>[\w.-]{1,96}(?:/[\w.-]{1,96})?)\]\(")
_LOGGED = re.compile(
    r"(?P<name>train_runtime|total_flos|max_seq_length|num_train_epochs)['\"`* ]{0,4}["
    r"|:=][ '\"`*=]{0,5}(?P<value>\d{1,3}:\d\d:\d\d(?:\.\d{1,6})?"
    r"|\d{1,20}(?:\.\d{1,12})?(?:e[+-]?\d{1,2})?)(?P<unit>[a-z]{0,2})",
    re.IGNORECASE,
)
_WHOLE = {"training_steps": "steps", "total_train_batch_size": "total_batch_size"}
_LONGEST = 3000
_LONGEST_TABLE = 200_000
_MOST_DEVICES = 100_000


def read_base_in_body(page: CardText) -> Iterator[ExtractedFact]:
    """The model of "a fine-tuned version of"."""
    place = page.text.find(_VERSION, page.body) if page.has(TUNED) else -1
    found = _BASE.match(page.text, place, page.end) if place >= 0 else None
    if found:
        yield ExtractedFact("base_model", found["name"], found.start("name"), found.end("name"))
        yield ExtractedFact("training_type", "fine-tuning", found.start(), found.end("name"))


def read_trainer_card(page: CardText) -> Iterator[ExtractedFact]:
    """Steps, epochs, batch size and the number of devices."""
    place = page.text.find(_HEADING, page.body) if page.has(HYPERPARAMETERS) else -1
    if place < 0:
        return
    fields = {found["name"]: found for found in _FIELD.finditer(page.text, place, place + _LONGEST)}
    for name, field in _WHOLE.items():
        yield from _number(fields, name, field)
    yield from _number(fields, "num_epochs", "epochs")
    # Of a TPU, the devices are cores.
    if "distributed_type" not in fields or not fields["distributed_type"]["value"].lower().startswith("tpu"):
        yield from _number(fields, "num_devices", "count")
    if "total_train_batch_size" not in fields:
        yield from _total_batch(fields)
    yield from _last_row(page, place)


def read_logged(page: CardText) -> Iterator[ExtractedFact]:
    """What Trainer's log says where an author pasted it: `train_runtime`, `total_flos`."""
    if not page.has(LOGGED):
        return
    names = {"train_runtime": "train_runtime_s", "num_train_epochs": "epochs", "max_seq_length": "sequence_length"}
    for found in filter(None, (_LOGGED.match(page.text, place) for place in page.places(LOGGED))):
        value = _seconds(found["value"]) if ":" in found["value"] else float(found["value"])
        name = names.get(found["name"].lower(), found["name"].lower())
        if name == "sequence_length":
            value = int(value)
        # Trainer rounds large counts of operations to GF.
        factor = 1e9 if name == "total_flos" and found["unit"].lower() == "gf" else 1
        yield ExtractedFact(name, value * factor, found.start(), found.end())


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _number(fields: dict[str, re.Match[str]], name: str, field: str) -> Iterator[ExtractedFact]:
    found = fields.get(name)
    value = _parsed(found["value"]) if found else None
    if found and value:
        whole = field in ("count", "steps", "total_batch_size")
        if not whole or value == int(value):
            yield ExtractedFact(field, int(value) if whole else value, found.start(), found.end())


def _parsed(written: str) -> float | None:
    plain = re.match(r"\d{1,12}(?:\.\d{1,12})?(?:e[+-]?\d{1,2})?", written.strip())
    return float(plain[0]) if plain else None


def _total_batch(fields: dict[str, re.Match[str]]) -> Iterator[ExtractedFact]:
    """The batch of one device, times what else there is."""
    batch = fields.get("train_batch_size")
    if batch is None:
        return
    total = 1.0
    for name in ("train_batch_size", "num_devices", "gradient_accumulation_steps"):
        total *= (_parsed(fields[name]["value"]) or 1) if name in fields else 1
    if total == int(total) and total < 1e9:
        yield ExtractedFact("total_batch_size", int(total), batch.start(), batch.end())


def _last_row(page: CardText, place: int) -> Iterator[ExtractedFact]:
    table = _RESULTS.search(page.text, place, page.end)
    if table is None:
        return
    end = page.text.find("\n\n", table.end(), table.end() + _LONGEST_TABLE)
    begin = max(table.end(), (end if end > 0 else min(page.end, table.end() + _LONGEST_TABLE)) - 600)
    last = None
    for last in _ROW.finditer(page.text, begin, end if end > 0 else min(page.end, begin + 600)):  # noqa: B007 - the last
        pass
    if last is None:
        return
    if int(last["step"]):
        yield ExtractedFact("steps", int(last["step"]), last.start(), last.end())
    if float(last["epoch"]):
        yield ExtractedFact("epochs", float(last["epoch"]), last.start(), last.end())
