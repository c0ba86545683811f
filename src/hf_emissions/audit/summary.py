"""What an audit found, in numbers: queries over its Parquet file, each of which anyone can ask again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import units
from ..errors import MissingExtraError
from ..terminal import one_line
from .schema import STATUSES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUERIES: Mapping[str, str] = {
    "statuses": "SELECT status, count(*) AS models FROM audit GROUP BY status",
    "findings": """
        SELECT finding.rule AS rule, count(DISTINCT id) AS models
        FROM (SELECT id, unnest(findings) AS finding FROM audit) GROUP BY rule ORDER BY models DESC, rule""",
    "years": """
        SELECT year(created_at) AS year, count(*) AS models, count(*) FILTER (status = 'reported') AS reported
        FROM audit WHERE created_at IS NOT NULL GROUP BY year ORDER BY year""",
    "tasks": """
        SELECT task, count(*) AS models, count(*) FILTER (status = 'reported') AS reported
        FROM audit WHERE task IS NOT NULL GROUP BY task ORDER BY models DESC, task LIMIT 10""",
    "authors": """
        SELECT author, count(*) AS models, count(*) FILTER (status = 'reported') AS reported
        FROM audit GROUP BY author HAVING reported > 0 ORDER BY reported DESC, author LIMIT 10""",
    "largest": """
        SELECT id, emissions_g FROM audit WHERE status = 'reported' AND NOT exercise
        ORDER BY emissions_g DESC, id LIMIT 10""",
    "estimable": """
        SELECT id, downloads, tier, estimate_low_g, estimate_median_g, estimate_high_g
        FROM audit WHERE status = 'estimable' ORDER BY downloads DESC NULLS LAST, id LIMIT 20""",
    "sums": """
        SELECT sum(emissions_g) FILTER (status = 'reported' AND NOT exercise) AS reported_g,
               count(*) FILTER (status = 'reported' AND exercise) AS exercises
        FROM audit""",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """The answers to `QUERIES`, each a list of rows by column."""

    answers: Mapping[str, list[dict[str, Any]]]

    @property
    def counts(self) -> dict[str, int]:
        """How many models have each status."""
        found = {row["status"]: int(row["models"]) for row in self.answers["statuses"]}
        return {status: found.get(status, 0) for status in STATUSES}


def summarise(path: Path) -> Summary:
    """The summary of an audit's Parquet file.

    Raises:
        MissingExtraError: duckdb is not installed.
    """
    with _connect(path) as connection:
        return Summary({name: _answer(connection, query) for name, query in QUERIES.items()})


def document(summary: Summary) -> dict[str, Any]:
    """The summary for JSON."""
    return {"models": sum(summary.counts.values()), **summary.answers, "statuses": summary.counts}


def lines(summary: Summary) -> list[str]:
    """The summary for a person."""
    total = sum(summary.counts.values())
    shown = [f"{total} models"]
    shown += [f"  {status}: {count} ({count / max(total, 1):.1%})" for status, count in summary.counts.items()]
    (sums,) = summary.answers["sums"]
    if sums["reported_g"] is not None:
        left_out = f", {sums['exercises']} exercises left out" if sums["exercises"] else ""
        shown.append(f"Reported, every card counted: {units.format_mass(sums['reported_g'])} CO2eq{left_out}")
    shown += _table("Findings, in models:", summary.answers["findings"], _finding)
    shown += _table("The largest reported:", summary.answers["largest"], _largest)
    return shown + _table("Estimable, most downloaded first:", summary.answers["estimable"], _estimable)


def _table(title: str, rows: list[dict[str, Any]], said: Any) -> list[str]:
    return [title, *(f"  {said(row)}" for row in rows)] if rows else []


def _finding(row: dict[str, Any]) -> str:
    return f"{row['rule']}: {row['models']}"


def _largest(row: dict[str, Any]) -> str:
    return f"{one_line(row['id'])}: {units.format_mass(row['emissions_g'])} CO2eq"


def _estimable(row: dict[str, Any]) -> str:
    downloads = "" if row["downloads"] is None else f" ({row['downloads']} downloads)"
    if row["estimate_median_g"] is None:
        return f"{one_line(row['id'])}{downloads}: tier {row['tier']}, no number"
    low, median, high = (units.format_mass(row[f"estimate_{end}_g"]) for end in ("low", "median", "high"))
    return f"{one_line(row['id'])}{downloads}: tier {row['tier']}, {median} CO2eq ({low} to {high})"


def _connect(path: Path) -> DuckDBPyConnection:
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("audits need duckdb; install them with: pip install 'hf-emissions[audit]'") from None
    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    connection.read_parquet(str(path)).create_view("audit")
    return connection


def _answer(connection: DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
