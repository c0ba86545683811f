"""Columns of an audit: input and output of the scan, with their meanings."""

from __future__ import annotations

import importlib
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Literal, Required, TypedDict, get_args

from ..errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow as pa

Status = Literal["reported", "questionable", "estimable", "missing", "unreadable"]
STATUSES: tuple[Status, ...] = get_args(Status)


class CardColumns(TypedDict, total=False):
    """What a source has read of a model's card."""

    card: bytes | None
    body_read: bool | None
    problem: str | None


class ModelRow(CardColumns, total=False):
    """A model from a source: the columns of `INPUT`, as far as known.

    The Hub's have `body_wanted`, whether the whole card is worth reading, and `wanted`, whether it is to be read.
    """

    id: Required[str]
    downloads: int | None
    task: str | None
    created_at: datetime | None
    last_modified: datetime | None
    sha: str | None
    body_wanted: bool | None
    wanted: bool


# Columns of the scan's output, by name.
Columns = dict[str, object]

# Input of the scan, per model: name, type, meaning.
INPUT = (
    ("id", "string", "owner and name of the model"),
    ("card", "binary", "bytes of the card, or its front matter alone; null where there is none"),
    ("body_read", "bool", "whether `card` is the whole card"),
    ("problem", "string", "why nothing could be read, where that is so"),
    ("downloads", "int64", "downloads, as the source counts them"),
    ("task", "string", "the pipeline tag"),
    ("created_at", "time", "when the repository was created"),
    ("last_modified", "time", "when it was last written to"),
    ("sha", "string", "the commit that the card was read at"),
)
# Output of the scan.
COLUMNS = (
    ("id", "string", "owner and name of the model"),
    ("author", "string", "the owner"),
    ("status", "string", "reported, questionable, estimable, missing or unreadable"),
    ("emissions_g", "double", "the figure as read, in grams CO2 equivalent: of the block, else as the text prints it"),
    ("energy_kwh", "double", "energy that the block or the text states, in kWh"),
    ("source", "string", "how the figure came about, as the block says"),
    ("boundary", "string", "what the figure covers, node or facility, where the tool that the block names tells"),
    ("pue", "double", "power usage effectiveness inside the figure, where the tool tells; 1.0 for none"),
    ("basis", "string", "what the intensity behind the figure covers, life-cycle or combustion, where the block tells"),
    ("training_type", "string", "pre-training, fine-tuning, or the author's own word"),
    ("findings", "findings", "what the rules found: rule, severity, line, column, message"),
    (
        "facts",
        "facts",
        "what the card says about its training: name, value, and the words that say it; of several trainings one each",
    ),
    ("tier", "string", "which facts an estimate rests on, A to F; of estimable models alone"),
    ("estimate_low_g", "double", "5th percentile of the estimate, in grams CO2 equivalent"),
    ("estimate_median_g", "double", "50th percentile"),
    ("estimate_high_g", "double", "95th percentile"),
    ("estimate_boundary", "string", "what the estimate covers: node or facility"),
    ("estimate_pue", "double", "power usage effectiveness inside the estimate; 1.0 for none"),
    ("estimate_basis", "string", "what the intensity behind the estimate covers: life-cycle, combustion, operational"),
    ("exercise", "bool", "whether the figure is that of an exercise, which sums leave out"),
    ("downloads", "int64", "downloads, as the source counts them"),
    ("base_models", "strings", "the models that it was made from, as the card says"),
    ("relation", "string", "what it is of its base, as the card says: finetune, quantized, merge, adapter"),
    ("is_copy", "bool", "whether the card says that it is a quantised, merged or converted copy"),
    (
        "training_text_sha256",
        "string",
        "of the lines that facts and figure stand on; a copied text has the same. Like the next five of models with a"
        " figure or an estimate alone",
    ),
    ("training_text_words", "int64", "how many words these lines have, labels left out"),
    (
        "training_text_own_words",
        "int64",
        "how many of them an author chose: no label, value, table, code, nor what programs write into every card",
    ),
    ("body_text_sha256", "string", "of all text below the front matter but headings"),
    ("body_text_unnamed_sha256", "string", "the same without the name of the model"),
    ("body_text_own_words", "int64", "how many words of it an author chose"),
    ("body_read", "bool", "whether the whole card was read, or its front matter alone"),
    ("task", "string", "the pipeline tag"),
    ("created_at", "time", "when the repository was created"),
    ("last_modified", "time", "when it was last written to"),
    ("sha", "string", "the commit that the card was read at"),
    ("audited_at", "time", "when this audit was begun"),
    ("tool_version", "string", "version of hf-emissions"),
    ("rules_version", "string", "changes whenever a rule or a reader of facts does"),
    ("factors_version", "string", "changes whenever a table of devices, grids or regions does"),
)


def need(package: str) -> ModuleType:
    """Import a package of the extra `audit`.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError:
        raise MissingExtraError(
            f"audits need {package}; install them with: pip install 'hf-emissions[audit]'"
        ) from None


def input_schema() -> pa.Schema:
    """Schema of the scan's input."""
    return _schema(INPUT)


def row_schema() -> pa.Schema:
    """Schema of the scan's output."""
    return _schema(COLUMNS)


def _schema(columns: tuple[tuple[str, str, str], ...]) -> pa.Schema:
    pa = need("pyarrow")
    text = pa.string()
    finding = [("rule", text), ("severity", text), ("line", pa.int32()), ("column", pa.int32()), ("message", text)]
    types = {
        "string": text,
        "binary": pa.binary(),
        "bool": pa.bool_(),
        "double": pa.float64(),
        "int64": pa.int64(),
        "time": pa.timestamp("ms", tz="UTC"),
        "strings": pa.list_(text),
        "findings": pa.list_(pa.struct(finding)),
        "facts": pa.list_(pa.struct([("name", text), ("value", text), ("text", text)])),
    }
    return pa.schema([pa.field(name, types[kind], metadata={"meaning": meaning}) for name, kind, meaning in columns])
