"""Group the models of an audit by training, so that the figure of each is counted once: see `training_rules`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from .training_rules import ANCESTOR_RULES, KEY_RULES, TEXT_RULES, KeyRule, Model, another_figure

# From this many on, one owner's models differ in size, language or version, and are not copies.
_FAMILY = 3
# Precedence of figures for a training; the lowest stands for it.
_TRUSTED = {"reported": 0, "estimable": 1}
# Limit of ancestors searched: cards can name each other in cycles, and merges of merges have hundreds.
_MOST_ANCESTORS = 64


def trainings(models: Mapping[str, Model]) -> dict[str, str]:
    """Map each model with a figure to the model whose figure stands for its training, both by id.

    Args:
        models: those with a figure and their ancestors, by `Model.key`.
    """
    groups = _Groups()
    for model in models.values():
        origin = _origin(model, models)
        if origin is not None:
            groups.join(model.key, origin.lower())
    figured = [model for model in models.values() if model.grams is not None]
    for rule in KEY_RULES:
        _join_same(rule, figured, groups)
    taken = {copy for rule in TEXT_RULES for alike in _alike(figured, rule) for copy in _join_copies(alike, groups)}
    found = {model.id: model.id for model in figured}
    for group in groups.of(figured):
        first = min(group, key=lambda model: (_trust(model), model.id in taken, *_rank(model, group)))
        found.update((model.id, first.id) for model in group)
    return found


def _origin(model: Model, models: Mapping[str, Model]) -> str | None:
    """Id of the ancestor whose training is this model's, if any."""
    ancestors = list(islice(_ancestors(model, models), _MOST_ANCESTORS))
    same = next((one.id for one in ancestors if _is_same(model, one)), None)
    if same is not None or not model.is_copy:
        return same
    if len(model.bases) == 1:
        return model.bases[0]
    # A merge has no training of its own; it joins its first ancestor with a figure.
    return next((one.id for one in ancestors if one.grams is not None), None)


def _ancestors(model: Model, models: Mapping[str, Model]) -> Iterator[Model]:
    """Ancestors of a model, nearest first, each once."""
    seen, next_ones = {model.key}, list(model.bases)
    while next_ones:
        name = next_ones.pop(0).lower()
        if name in seen or name not in models:
            continue
        seen.add(name)
        yield models[name]
        next_ones += models[name].bases


def _is_same(model: Model, base: Model) -> bool:
    told = (rule(model, base) for rule in ANCESTOR_RULES)
    return next((same for same in told if same is not None), False)


def _join_same(rule: KeyRule, models: Iterable[Model], groups: _Groups) -> None:
    first: dict[int, str] = {}
    for model in models:
        for key in rule(model):
            # The hash is smaller than the key; at 64 bits, collisions among millions are negligible.
            groups.join(model.key, first.setdefault(hash(key), model.key))


def _alike(models: Sequence[Model], rule: KeyRule) -> Iterable[list[Model]]:
    """Groups of models that share a key."""
    counts = Counter(key for model in models for key in rule(model))
    found: dict[Hashable, list[Model]] = {key: [] for key, count in counts.items() if count > 1}
    for model in models:
        for key in rule(model):
            if key in found:
                found[key].append(model)
    return found.values()


def _join_copies(models: Sequence[Model], groups: _Groups) -> Iterator[str]:
    """Join models with the same text to the first owner's; yield the ids of other owners' models."""
    figured = [model for model in models if model.figure is not None]
    if figured:
        # Another figure is another training, and which one an estimate belongs to is unknown.
        known = min(figured, key=_age)
        models = [model for model in models if not another_figure(model, known)]
    first = _first(models)
    names = {model.name for model in models if model.owner == first.owner}
    for model in models:
        if model.owner == first.owner:
            continue
        yield model.id
        # A name that the first owner has, too, already identifies the model.
        if model.name not in names:
            groups.join(model.key, first.key)


def _first(models: Sequence[Model]) -> Model:
    """Model whose owner wrote the text: the oldest; without dates, the most downloaded.

    If neither is known, a family of models is taken to be older than a single model or two copies.
    """
    counts = Counter(model.owner for model in models)

    def rank(model: Model) -> tuple[object, ...]:
        family = counts[model.owner] if counts[model.owner] >= _FAMILY else 0
        return _made(model), -model.downloads, -family, model.id

    return min(models, key=rank)


def _trust(model: Model) -> int:
    """Rank of a figure: reported first, then estimated, then all others."""
    return _TRUSTED.get(model.status, len(_TRUSTED))


def _rank(model: Model, group: Sequence[Model]) -> tuple[object, ...]:
    """Rank among equally trusted figures: the lowest stands for the training, the original's, then the oldest."""
    ids = {one.key for one in group}
    from_another = any(base.lower() in ids for base in model.bases)
    return model.is_copy, model.name != model.full_name, from_another, *_age(model)


def _age(model: Model) -> tuple[float, int, str]:
    return _made(model), -model.downloads, model.id


def _made(model: Model) -> float:
    # Models without a date sort last.
    return float("inf") if model.made is None else model.made


class _Groups:
    """Union-find with path halving."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def find(self, one: str) -> str:
        above = self._above
        while above.get(one, one) != one:
            above[one] = above.get(above[one], above[one])
            one = above[one]
        return one

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        if first != second:
            self._above[second] = first

    def of(self, models: Iterable[Model]) -> Iterable[list[Model]]:
        """Models that share a training, by training; the many that share theirs with none are left out."""
        found: dict[str, list[Model]] = {self.find(one): [] for one in list(self._above)}
        for model in models:
            members = found.get(self.find(model.key))
            if members is not None:
                members.append(model)
        return filter(None, found.values())
