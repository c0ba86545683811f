"""One training, one figure: which models state the figure of one and the same training.

A model's figure is that of another model's training where the model

- is a quantised, merged or converted copy, as its card or its name says, of that model;
- was made from it, and has its figure to the digit, or its text on training word for word;
- has its text or figure under another owner, with the same name, or with words or digits enough to know them by;
- has its figure, and the figure has digits enough that two trainings would not both have it.

Models of one owner with the same words are left apart: whoever trains five sizes describes them with one sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

# Words of a text on training that two authors would not both write by chance.
WORDS = 12
# Where the names are the same, too, fewer are enough.
WORDS_OF_ONE_NAME = 6
# Digits of a figure that one owner's trainings, or two models of one name, would not share by chance; and those of
# anyone: 5,000 figures over five decades have some three pairs by chance at six digits, 300 at four.
DIGITS_OF_ONE_OWNER = 4
DIGITS_OF_ANYONE = 6
# Ancestors that are looked at; cards name each other in circles, and merges of merges have hundreds.
_MOST_ANCESTORS = 64
_SUFFIX = re.compile(
    r"(?:[-_.](?:gguf|ggml|awq|gptq|exl[23]|mlx|onnx|openvino|int[48]|w[48]a(?:8|16)|[2-8]-?bits?|fp(?:4|8|16)|bf16|nf4"
    r"|bnb|q[2-8](?:_[k0-9][_a-z0-9]*)?|quantized|quant|imatrix|i1|safetensors|hf|merged))+$"
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model of an audit, as far as its training goes.

    Args:
        id: owner and name.
        status: as in the audit.
        grams: its figure, reported or estimated, in grams CO2 equivalent; None where it has none.
        bases: the models that it was made from, as the card says.
        is_copy: whether the card says that it is a quantised, merged or converted copy.
        text: digest of the lines on its training.
        words: how many words these lines have.
        made: when its repository was created, in milliseconds since 1970.
        downloads: as the source counts them.
    """

    id: str
    status: str = "missing"
    grams: float | None = None
    bases: tuple[str, ...] = ()
    is_copy: bool = False
    text: str | None = None
    words: int = 0
    made: int | None = None
    downloads: int = 0

    @property
    def owner(self) -> str:
        """The owner."""
        return self.id.partition("/")[0].lower()

    @property
    def name(self) -> str:
        """The name without what says that it is a copy in another format."""
        return _SUFFIX.sub("", self.full_name)

    @property
    def full_name(self) -> str:
        """The name, in lower case."""
        return self.id.rpartition("/")[2].lower()

    @property
    def reported_g(self) -> float | None:
        """Its figure, if it is no estimate."""
        return None if self.status == "estimable" else self.grams


def trainings(models: Mapping[str, Model]) -> dict[str, str]:
    """The training of each model that has a figure, by the id of the model whose figure stands for it.

    Args:
        models: those with a figure, and those that they were made from; by `Model.id` in lower case.
    """
    groups = _Groups()
    for model in models.values():
        for other in _made_from(model, models):
            groups.join(model.id.lower(), other.lower())
    figured = [model for model in models.values() if model.grams is not None]
    for key in (_of_same_name, _of_same_figure, _of_same_owners_figure, _of_same_names_figure, _of_copys_name):
        _join_by(key, figured, groups)
    _join_taken_over(figured, groups)
    found: dict[str, str] = {}
    for members in _members(figured, groups):
        first = min(members, key=lambda model: _rank(model, members))
        found.update((model.id, first.id) for model in members)
    return found


def _made_from(model: Model, models: Mapping[str, Model]) -> Iterator[str]:
    """The ancestor whose training is this model's, if there is one."""
    ancestors = list(islice(_ancestors(model, models), _MOST_ANCESTORS))
    same = next((one.id for one in ancestors if _inherited(model, one)), None)
    if same is not None:
        yield same
    elif model.is_copy and len(model.bases) == 1:
        yield model.bases[0]
    elif model.is_copy:
        # A merge has no training of its own; it is put to the first of its models that has a figure.
        yield from [one.id for one in ancestors if one.grams is not None][:1]


def _ancestors(model: Model, models: Mapping[str, Model]) -> Iterator[Model]:
    """The models that a model was made from, and those that they were, nearest first, each once."""
    seen, next_ones = {model.id.lower()}, list(model.bases)
    while next_ones:
        name = next_ones.pop(0).lower()
        if name in seen or name not in models:
            continue
        seen.add(name)
        yield models[name]
        next_ones += models[name].bases


def _inherited(model: Model, base: Model) -> bool:
    if model.grams is None or base.grams is None:
        return False
    same_figure = model.reported_g is not None and model.reported_g == base.reported_g
    return same_figure or (model.text is not None and model.text == base.text and model.words >= WORDS)


_Key = Callable[[Model], Hashable | None]


def _of_same_name(model: Model) -> Hashable | None:
    return (model.text, model.name) if model.text and model.words >= WORDS_OF_ONE_NAME else None


def _of_same_figure(model: Model) -> Hashable | None:
    return _figure(model, DIGITS_OF_ANYONE)


def _of_same_owners_figure(model: Model) -> Hashable | None:
    figure = _figure(model, DIGITS_OF_ONE_OWNER)
    return figure and (model.owner, figure)


def _of_same_names_figure(model: Model) -> Hashable | None:
    figure = _figure(model, DIGITS_OF_ONE_OWNER)
    return figure and (figure, model.name)


def _of_copys_name(model: Model) -> Hashable | None:
    return model.owner, model.name


def _figure(model: Model, digits: int) -> float | None:
    return model.reported_g if model.reported_g and significant_digits(model.reported_g) >= digits else None


def significant_digits(value: float) -> int:
    """How many digits a figure is written with, zeros at its ends not counted."""
    return len(f"{value!r}".partition("e")[0].replace(".", "").strip("0"))


def _join_by(key: _Key, models: Iterable[Model], groups: _Groups) -> None:
    first: dict[Hashable, str] = {}
    for model in models:
        found = key(model)
        if found is not None:
            groups.join(model.id.lower(), first.setdefault(found, model.id.lower()))


def _join_taken_over(models: Iterable[Model], groups: _Groups) -> None:
    """Join what one owner took over from another under another name, by its words."""
    by_text: dict[str, list[Model]] = defaultdict(list)
    for model in models:
        if model.text is not None and model.words >= WORDS:
            by_text[model.text].append(model)
    for alike in by_text.values():
        first = min(alike, key=_age)
        names = {model.name for model in alike if model.owner == first.owner}
        for model in alike:
            # Of a name that the first owner has, too, it is known already which one it is.
            if model.owner != first.owner and model.name not in names:
                groups.join(model.id.lower(), first.id.lower())


def _members(models: Iterable[Model], groups: _Groups) -> Iterable[list[Model]]:
    found: dict[str, list[Model]] = defaultdict(list)
    for model in models:
        found[groups.find(model.id.lower())].append(model)
    return found.values()


def _rank(model: Model, members: Sequence[Model]) -> tuple[object, ...]:
    """The smallest stands for the training: a figure that nothing speaks against, of the original, the oldest."""
    ids = {one.id.lower() for one in members}
    from_another = any(base.lower() in ids for base in model.bases)
    return model.status == "questionable", model.is_copy, model.name != model.full_name, from_another, *_age(model)


def _age(model: Model) -> tuple[float, int, str]:
    # What has no date sorts behind what has one.
    return float("inf") if model.made is None else model.made, -model.downloads, model.id


class _Groups:
    """Sets that are joined (union-find, with the paths halved)."""

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
        self._above[second] = first
