"""Models of an audit that a sum needs: those with a figure, and their ancestors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .schema import need
from .training_rules import Model
from .trainings import trainings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The fields of `Model`, in order. Sixty bits of a digest distinguish millions of texts, and fit a BIGINT.
_VIEW = """
    CREATE TEMP VIEW models AS
    SELECT id, if(exercise, 'exercise', status), if(status = 'estimable', estimate_median_g, emissions_g) AS grams,
           coalesce(base_models, []), coalesce(is_copy, false),
           ('0x' || left(training_text_sha256, 15))::BIGINT, coalesce(training_text_words, 0),
           coalesce(training_text_own_words, 0), ('0x' || left(body_text_sha256, 15))::BIGINT,
           ('0x' || left(body_text_unnamed_sha256, 15))::BIGINT, coalesce(body_text_own_words, 0),
           epoch_ms(created_at), coalesce(downloads, 0)
    FROM audit"""
_FIGURED = "SELECT * FROM models WHERE grams IS NOT NULL"
_NAMED = "SELECT * FROM models WHERE lower(id) IN (SELECT unnest(?))"
# Limit of generations followed upwards: cards can name each other in cycles.
_GENERATIONS = 16
_AT_ONCE = 1000


def add_trainings(connection: DuckDBPyConnection) -> None:
    """Create the table `trainings` beside `audit`: one row per model with a figure.

    Columns: `id`; `training`, id of the model whose figure stands for that training; `counted`, true for that model.
    """
    found = trainings(_models(connection))
    pa = need("pyarrow")
    columns = {"id": pa.array(found.keys(), pa.string()), "training": pa.array(found.values(), pa.string())}
    connection.register("found_trainings", pa.table(columns))
    connection.execute("CREATE TABLE trainings AS SELECT *, id = training AS counted FROM found_trainings")
    connection.unregister("found_trainings")


def _models(connection: DuckDBPyConnection) -> dict[str, Model]:
    connection.execute(_VIEW)
    models = _fetched(connection, _FIGURED)
    newest: Iterable[Model] = models.values()
    for _ in range(_GENERATIONS):
        wanted = {base.lower() for model in newest for base in model.bases} - models.keys()
        if not wanted:
            break
        found = _fetched(connection, _NAMED, sorted(wanted))
        newest = found.values()
        models |= found
    return models


def _fetched(connection: DuckDBPyConnection, query: str, *values: list[str]) -> dict[str, Model]:
    answer = connection.execute(query, values)
    models: dict[str, Model] = {}
    while rows := answer.fetchmany(_AT_ONCE):
        models.update((model.key, model) for model in (Model(*row) for row in rows))
    return models
