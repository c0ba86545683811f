"""Summary of an audit: queries over its Parquet file, which anyone can repeat."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import units
from ..terminal import one_line
from .lineage import add_trainings
from .schema import STATUSES, need
from .totals import Row, answer, totals

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

# `audit` has each model once, by its first row: dumps and overlapping shards may repeat models. Digests preselect
# possible repeats, so that millions of ids are never held at once.
_ONCE = (
    "CREATE TEMP TABLE suspects AS SELECT hash(lower(id)) AS digest FROM cards GROUP BY digest HAVING count(*) > 1",
    """
    CREATE TEMP TABLE repeated AS SELECT place
    FROM (SELECT place, min(place) OVER (PARTITION BY lower(id)) AS first
          FROM cards WHERE hash(lower(id)) IN (SELECT digest FROM suspects))
    WHERE place > first""",
    "CREATE VIEW audit AS SELECT * EXCLUDE (place) FROM cards WHERE place NOT IN (SELECT place FROM repeated)",
)
# More rows than any file has: offset between the places of two files.
_MOST_ROWS = 1 << 40

QUERIES: Mapping[str, str] = {
    "statuses": "SELECT status, count(*) AS models FROM audit GROUP BY status",
    "findings": """
        SELECT rule, count(*) AS models
        FROM (SELECT unnest(list_distinct([finding.rule for finding in findings])) AS rule FROM audit)
        GROUP BY rule ORDER BY models DESC, rule""",
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
        SELECT id, emissions_g FROM audit JOIN trainings USING (id)
        WHERE counted AND status = 'reported' AND NOT exercise
        ORDER BY emissions_g DESC, id LIMIT 10""",
    "estimable": """
        SELECT id, downloads, tier, estimate_low_g, estimate_median_g, estimate_high_g
        FROM audit LEFT JOIN trainings USING (id)
        WHERE status = 'estimable' AND coalesce(counted, true) ORDER BY downloads DESC NULLS LAST, id LIMIT 20""",
}


@dataclass(frozen=True, slots=True)
class Summary:
    """Answers to `QUERIES`, and the sums of `totals.totals`, each a list of rows by column.

    Args:
        answers: by query name; each model counts once.
        repeated: number of rows left out because an earlier row has the same model.
    """

    answers: Mapping[str, list[Row]]
    repeated: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Number of models per status."""
        found = {row["status"]: int(row["models"]) for row in self.answers["statuses"]}
        return {status: found.get(status, 0) for status in STATUSES}


def summarise(paths: Sequence[Path], trainings: Path | None = None) -> Summary:
    """Summarise the Parquet file of an audit, or those of all its shards.

    Args:
        paths: the files.
        trainings: where to write the table of trainings, see `lineage.add_trainings`.

    Raises:
        MissingExtraError: duckdb, pyarrow or numpy is not installed.
    """
    with _connect(paths) as connection:
        add_trainings(connection)
        if trainings is not None:
            connection.table("trainings").order("id").write_parquet(str(trainings), compression="zstd")
        answers = {name: answer(connection, query) for name, query in QUERIES.items()}
        (repeated,) = answer(connection, "SELECT count(*) AS rows FROM repeated")
        return Summary({**answers, "sums": [totals(connection)]}, repeated["rows"])


def counted(number: int, thing: str) -> str:
    """A count with its noun, such as `1 model` and `2 models`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def document(summary: Summary) -> Row:
    """Summary as JSON data."""
    models = sum(summary.counts.values())
    return {"models": models, "repeated_rows": summary.repeated, **summary.answers, "statuses": summary.counts}


def lines(summary: Summary) -> list[str]:
    """Summary as lines of text."""
    total = sum(summary.counts.values())
    repeated = f" ({summary.repeated} more rows are of a model that an earlier row has, and are not counted)"
    shown = [f"{counted(total, 'model')}{repeated if summary.repeated else ''}"]
    shown += [f"  {status}: {count} ({count / max(total, 1):.1%})" for status, count in summary.counts.items()]
    (sums,) = summary.answers["sums"]
    shown += _sums(sums)
    shown += _table("Findings, in models:", summary.answers["findings"], lambda row: f"{row['rule']}: {row['models']}")
    shown += _table("By year:", [row for row in summary.answers["years"] if row["models"]], _share("year"))
    shown += _table("By task, most models first:", summary.answers["tasks"], _share("task"))
    shown += _table("By author, most reported first:", summary.answers["authors"], _share("author"))
    shown += _table("The largest reported:", summary.answers["largest"], _largest)
    return shown + _table("Estimable, most downloaded first:", summary.answers["estimable"], _estimable)


def _table(title: str, rows: list[Row], said: Callable[[Row], str]) -> list[str]:
    return [title, *(f"  {said(row)}" for row in rows)] if rows else []


def _sums(sums: Row) -> list[str]:
    shown = [_sum(what, sums) for what in ("reported", "estimated") if sums[f"{what}_trainings"]]
    if shown:
        shown.insert(0, "Sums of CO2eq, a training counted once, of the node, on the basis of the life cycle:")
    aside = [
        (sums["exercises"], "{} of exercises left out"),
        (sums["questionable"], "{} questionable left out"),
        (sums["without_number"], "{} estimable without a number"),
    ]
    for what in ("reported", "estimated"):
        grams = sums[f"{what}_other_basis_g"]
        if grams is not None:
            aside.append((sums[f"{what}_other_basis"], f"{{}} {what} on another basis, {units.format_mass(grams)}"))
    words = ", ".join(said.format(count) for count, said in aside if count)
    return shown + ([f"  not in the sums: {words}"] if words else [])


def _sum(what: str, sums: Row) -> str:
    low, median, high = (units.format_mass(sums[f"{what}_{end}_g"]) for end in ("low", "median", "high"))
    of = f"{what}, {counted(sums[f'{what}_trainings'], 'training')}"
    naive = f"every card counted as it stands: {units.format_mass(sums[f'{what}_naive_g'])}"
    return f"  {of}: {median}{f' (90 %: {low} to {high})' if low != high else ''}; {naive}"


def _share(column: str) -> Callable[[Row], str]:
    def said(row: Row) -> str:
        share = row["reported"] / row["models"]
        of = counted(row["models"], "model")
        return f"{one_line(str(row[column]))}: {row['reported']} of {of} report ({share:.1%})"

    return said


def _largest(row: Row) -> str:
    return f"{one_line(row['id'])}: {units.format_mass(row['emissions_g'])} CO2eq"


def _estimable(row: Row) -> str:
    downloads = "" if row["downloads"] is None else f" ({row['downloads']} downloads)"
    if row["estimate_median_g"] is None:
        return f"{one_line(row['id'])}{downloads}: tier {row['tier']}, no number"
    low, median, high = (units.format_mass(row[f"estimate_{end}_g"]) for end in ("low", "median", "high"))
    return f"{one_line(row['id'])}{downloads}: tier {row['tier']}, {median} CO2eq ({low} to {high})"


def _connect(paths: Sequence[Path]) -> DuckDBPyConnection:
    connection: DuckDBPyConnection = need("duckdb").connect(":memory:", config={"threads": 1, "memory_limit": "512MB"})
    parts = [_part(connection, path, number) for number, path in enumerate(paths)]
    functools.reduce(lambda all_parts, part: all_parts.union(part), parts).create_view("cards")
    for statement in _ONCE:
        connection.execute(statement)
    return connection


def _part(connection: DuckDBPyConnection, path: Path, number: int) -> DuckDBPyRelation:
    """Rows of a file, with their places among the rows of all files."""
    rows = connection.read_parquet(str(path), file_row_number=True)
    return rows.project(f"* EXCLUDE (file_row_number), file_row_number + {number * _MOST_ROWS} AS place")
