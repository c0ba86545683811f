"""The scan: a table of cards in, a table of rows out. One function, so that any engine can map it over batches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from .. import __version__
from ..card.file import decode
from ..errors import CardError, HfEmissionsError, MissingExtraError
from ..facts.facts import Facts, Span
from ..facts.metadata import base_models, is_copy
from ..rules.check import findings_in
from ..rules.finding import Finding
from ..rules.rule import CardView, view
from .boundary import basis_of, boundary_of
from .schema import Columns, ModelRow, Status, need, row_schema
from .status import status_of
from .versions import factors_version, rules_version
from .wording import BodyWording, Wording, wording_of, wording_of_body

if TYPE_CHECKING:
    import pyarrow as pa

    from ..estimation.result import Estimate

_RELATION = re.compile(r"^base_model_relation:[ \t]{0,4}['\"]?([a-z]{1,20})", re.MULTILINE)
_TASK = re.compile(r"^pipeline_tag:[ \t]{0,4}['\"]?([a-z0-9-]{1,60})", re.MULTILINE)
# Characters of a quoted passage: an author's line can be long.
_MOST = 300
# Statuses that get wording columns: a sum must know which of these share a training.
_WITH_FIGURE = ("reported", "questionable", "estimable")
# Fixed seed, so that the same card always gets the same estimate.
_SEED = 0
_EMPTY: Columns = {"findings": [], "facts": [], "base_models": [], "exercise": False, "is_copy": False}


def scan(table: pa.Table, audited_at: datetime) -> pa.Table:
    """Audit the models of a table.

    Args:
        table: by `schema.input_schema`.
        audited_at: start of the audit, written to every row.

    Returns:
        One row per model, in input order, by `schema.row_schema`. No card raises: one that cannot be read is
            unreadable.

    Raises:
        MissingExtraError: a package for audits or estimates is not installed.
    """
    pa = need("pyarrow")
    said = {
        "audited_at": audited_at,
        "tool_version": __version__,
        "rules_version": rules_version(),
        "factors_version": factors_version(),
    }
    return pa.Table.from_pylist([{**_row(model), **said} for model in table.to_pylist()], schema=row_schema())


def _row(model: ModelRow) -> Columns:
    name, card = model["id"], model["card"]
    row: Columns = {column: value for column, value in model.items() if column not in ("card", "problem")}
    row["author"] = name.partition("/")[0]
    if model["problem"] is not None:
        return {**row, **_unreadable(1, 1, model["problem"])}
    if card is None:
        return {**row, "status": "missing", **_EMPTY}
    try:
        found = _of_card(decode(card, name), name)
        return {**row, **found, "task": model["task"] or found["task"]}
    except MissingExtraError:
        raise
    except CardError as error:
        return {**row, **_unreadable(error.line, error.column, error.reason)}
    except Exception as error:  # noqa: BLE001 - one card must not end an audit of millions; the row says what happened
        return {**row, **_unreadable(1, 1, f"a defect of hf-emissions, please report it: {type(error).__name__}")}


def _unreadable(line: int, column: int, message: str) -> Columns:
    finding = _finding(Finding(line, column, "unreadable-card", "error", message))
    return {**_EMPTY, "status": "unreadable", "findings": [finding]}


def _of_card(text: str, name: str) -> Columns:
    card = view(text, name)
    findings = findings_in(card)
    status = status_of(card, findings)
    facts = card.facts_of_emissions
    estimate = _estimate(facts) if status == "estimable" else None
    if status == "estimable" and estimate is None:
        status = "missing"
    return {
        "status": status,
        "findings": [_finding(finding) for finding in findings],
        "facts": [*(_fact(fact, facts, text) for fact in facts.known()), *_trainings(facts, text)],
        "exercise": any(finding.rule == "classroom-factors" for finding in findings),
        "is_copy": is_copy(card.page),
        **(_wording(card, name) if status in _WITH_FIGURE else {}),
        "task": _named(_TASK, card),
        "relation": _named(_RELATION, card),
        "base_models": base_models(card.page),
        **_figure(card, facts, status),
        **(_estimated(estimate) if estimate else {}),
    }


def _figure(card: CardView, facts: Facts, status: Status) -> Columns:
    record = card.record
    printed = facts.reported_g if status == "questionable" else None
    boundary, pue = boundary_of(record, _front(card)) if record else (None, None)
    return {
        "boundary": boundary,
        "pue": pue,
        "basis": record and basis_of(record),
        "emissions_g": printed if record is None or record.emissions_g is None else record.emissions_g,
        "energy_kwh": facts.energy_kwh if record is None or record.energy_kwh is None else record.energy_kwh,
        "source": record and record.source,
        "training_type": record and record.training_type,
    }


def _estimate(facts: Facts) -> Estimate | None:
    """Estimate from the facts; None if one is unusable, such as an unknown device."""
    # Imported lazily: numpy is slow to import, and most batches do not need it.
    from ..estimation.estimate import estimate

    try:
        return estimate(facts, seed=_SEED)
    except MissingExtraError:
        raise
    except HfEmissionsError:
        return None


def _estimated(found: Estimate) -> Columns:
    return {
        "tier": found.tier,
        "estimate_low_g": found.low_g,
        "estimate_median_g": found.median_g,
        "estimate_high_g": found.high_g,
        "estimate_boundary": found.boundary,
        "estimate_pue": found.pue,
        "estimate_basis": found.intensity.basis,
    }


def _finding(finding: Finding) -> Columns:
    return {name: getattr(finding, name) for name in ("rule", "severity", "line", "column", "message")}


def _fact(name: str, facts: Facts, text: str) -> Columns:
    return _said(name, str(getattr(facts, name)), facts.places.get(name), text)


def _trainings(facts: Facts, text: str) -> Iterator[Columns]:
    """A fact for each of several trainings that a card states."""
    for training in facts.trainings if len(facts.trainings) > 1 else ():
        spans = training.places.values()
        place = Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None
        yield _said(training.kind or "training", training.words, place, text)


def _said(name: str, value: str, place: Span | None, text: str) -> Columns:
    words = " ".join(text[place.start : place.end].split())[:_MOST] if place else None
    return {"name": name, "value": value, "text": words}


def _wording(card: CardView, name: str) -> Columns:
    """Wording of the lines with facts, and of the body: equal for a card copied from another."""
    facts = card.facts_of_emissions
    said = (facts.places, *(training.places for training in facts.trainings))
    places = [entry for spans in said for entry in spans.items()]
    training = wording_of(sorted({_line(card.text, place.start) for name, place in places if name != "base_model"}))
    front = card.page.front
    body = wording_of_body(card.text[front.body :] if front else card.text, name)
    return {**_columns("training_text", training), **_columns("body_text", body)}


def _columns(name: str, wording: Wording | BodyWording | None) -> Columns:
    return {f"{name}_{part}": value for part, value in wording._asdict().items()} if wording else {}


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return " ".join(text[text.rfind("\n", 0, at) + 1 : len(text) if end < 0 else end].split())


def _front(card: CardView) -> str:
    front = card.page.front
    return card.text[front.start : front.closing] if front else ""


def _named(pattern: re.Pattern[str], card: CardView) -> str | None:
    found = pattern.search(_front(card))
    return found[1] if found else None
