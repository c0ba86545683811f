"""Models of an audit that a sum needs: those with a figure, and their ancestors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .schema import need_pyarrow
from .trainings import Model, trainings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Sixty bits of a digest distinguish millions of texts, and fit a BIGINT.
_VIEW = """
    CREATE TEMP VIEW models AS
    SELECT id, if(exercise, 'exercise', status) AS status,
           if(status = 'estimable', estimate_median_g, emissions_g) AS grams, base_models, is_copy,
           ('0x' || left(training_text_sha256, 15))::BIGINT AS text, training_text_words AS words,
           training_text_own_words AS own_words, ('0x' || left(body_text_sha256, 15))::BIGINT AS body,
           ('0x' || left(body_text_unnamed_sha256, 15))::BIGINT AS unnamed, body_text_own_words AS body_words,
           epoch_ms(created_at) AS made, downloads
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
    pa = need_pyarrow()
    table = pa.table(
        {
            "id": pa.array(found.keys(), pa.string()),
            "training": pa.array(found.values(), pa.string()),
            "counted": pa.array((one == training for one, training in found.items()), pa.bool_()),
        }
    )
    connection.register("found_trainings", table)
    connection.execute("CREATE TABLE trainings AS SELECT * FROM found_trainings")
    connection.unregister("found_trainings")


def _models(connection: DuckDBPyConnection) -> dict[str, Model]:
    connection.execute(_VIEW)
    models = _fetched(connection, _FIGURED)
    newest: Iterable[Model] = models.values()
    for _ in range(_GENERATIONS):
        wanted = {base.lower() for model in newest for base in model.bases} - models.keys()
        if not wanted:
            break
        found = _fetched(connection, _NAMED, [sorted(wanted)])
        newest = found.values()
        models |= found
    return models


def _fetched(connection: DuckDBPyConnection, query: str, values: list[Any] | None = None) -> dict[str, Model]:
    answer = connection.execute(query, values or [])
    models: dict[str, Model] = {}
    while rows := answer.fetchmany(_AT_ONCE):
        models.update((model.key, model) for model in map(_model, rows))
    return models


def _model(row: tuple[Any, ...]) -> Model:
    id_, status, grams, bases, is_copy, text, words, own_words, body, unnamed, body_words, made, downloads = row
    known = (text, words or 0, own_words or 0, body, unnamed, body_words or 0, made, downloads or 0)
    return Model(id_, status, grams, tuple(bases or ()), bool(is_copy), *known)
