"""One training, one figure: which models state the figure of one and the same training.

A model's figure is that of another model's training where the model

- is a quantised, merged or converted copy, as its card or its name says, of that model;
- was made from it, and has its figure to the digit, or its text, on training or as a whole, word for word;
- has its figure, and the figure has digits enough that two trainings would not both have it, or the same whole text
  below it;
- has its text under another owner, with the same name, or with words enough to know it by, and no other figure.

Only words that an author chose count there: what a template says is in the cards of many trainings (see `wording`).
Models of one owner with the same words are left apart: whoever trains five sizes describes them with one sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

# Words of an author's own that two authors would not both write by chance.
WORDS = 12
# Where the names are the same, too, fewer are enough.
WORDS_OF_ONE_NAME = 6
# And of a model that it was made from, its values without a sentence: device, hours, provider and region.
WORDS_OF_A_BASE = 5
# Digits of a figure that one owner's trainings, or two models of one name, would not share by chance; and those of
# anyone: 5,000 figures over five decades have some three pairs by chance at six digits, 300 at four.
DIGITS_OF_ONE_OWNER = 4
DIGITS_OF_ANYONE = 6
# Of cards with one figure and one text: words of their own and digits of the figure together.
WORDS_AND_DIGITS = 6
WORDS_AND_DIGITS_OF_ONE_NAME = 2
# Figures are the same to so many digits: what is behind them is how a computer added up, or a file was read.
_DIGITS_COMPARED = 12
# So many models of one owner are one after the other in size, language or version, and not copies of one.
_FAMILY = 3
# Which figure stands for a training before which.
_TRUSTED = {"reported": 0, "estimable": 1}
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
        status: as in the audit, or `exercise` where the figure is that of one.
        grams: its figure, reported or estimated, in grams CO2 equivalent; None where it has none.
        bases: the models that it was made from, as the card says.
        is_copy: whether the card says that it is a quantised, merged or converted copy.
        text: digest of the lines on its training.
        words: how many words these lines have, labels left out.
        own_words: how many of them an author chose.
        body: digest of all its text.
        unnamed: the same without its name.
        body_words: how many words of it an author chose.
        made: when its repository was created, in milliseconds since 1970.
        downloads: as the source counts them.

    Attributes:
        key: the id in lower case.
        name: the name in lower case, without what says that it is a copy in another format.
    """

    id: str
    status: str = "missing"
    grams: float | None = None
    bases: tuple[str, ...] = ()
    is_copy: bool = False
    text: int | None = None
    words: int = 0
    own_words: int = 0
    body: int | None = None
    unnamed: int | None = None
    body_words: int = 0
    made: int | None = None
    downloads: int = 0
    key: str = field(init=False, repr=False)
    name: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Asked for many times; and of a name in lower case there is one string for hundreds of thousands of models.
        low = self.id.lower()
        object.__setattr__(self, "key", self.id if low == self.id else low)
        object.__setattr__(self, "name", _SUFFIX.sub("", self.full_name))

    @property
    def owner(self) -> str:
        """The owner."""
        return self.id.partition("/")[0].lower()

    @property
    def full_name(self) -> str:
        """The name, in lower case."""
        return self.id.rpartition("/")[2].lower()

    @property
    def bodies(self) -> tuple[int, ...]:
        """What its text may be known by: a copy has the name of the original in it, or its own."""
        return tuple(one for one in dict.fromkeys((self.body, self.unnamed)) if one is not None)

    @property
    def figure(self) -> str | None:
        """Its figure, if it is no estimate, as it is compared with others."""
        return None if self.status == "estimable" or self.grams is None else f"{self.grams:.{_DIGITS_COMPARED}g}"


def trainings(models: Mapping[str, Model]) -> dict[str, str]:
    """The training of each model that has a figure, by the id of the model whose figure stands for it.

    Args:
        models: those with a figure, and those that they were made from; by `Model.key`.
    """
    groups = _Groups()
    for model in models.values():
        for other in _made_from(model, models):
            groups.join(model.key, other.lower())
    figured = [model for model in models.values() if model.grams is not None]
    for key in _KEYS:
        _join_by(key, figured, groups)
    taken = set(_joined_taken_over(figured, groups))
    found = {model.id: model.id for model in figured}
    for members in _members(figured, groups):
        first = min(members, key=lambda model: (_trusted(model), model.id in taken, *_rank(model, members)))
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
    seen, next_ones = {model.key}, list(model.bases)
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
    if model.figure is not None and model.figure == base.figure:
        return True
    return not _another_figure(model, base) and (_same_text(model, base) or _same_body(model, base))


def _same_text(model: Model, base: Model) -> bool:
    return model.text is not None and model.text == base.text and model.words >= WORDS_OF_A_BASE


def _same_body(model: Model, base: Model) -> bool:
    return model.body_words >= WORDS_OF_ONE_NAME and not set(model.bodies).isdisjoint(base.bodies)


def _another_figure(model: Model, other: Model) -> bool:
    return model.figure is not None and other.figure is not None and _digits(model) != _digits(other)


_Keys = Callable[[Model], Iterable[Hashable]]


def _of_names_text(model: Model) -> Iterator[Hashable]:
    if model.text is not None and model.own_words >= WORDS_OF_ONE_NAME:
        yield model.text, model.name


def _of_names_body(model: Model) -> Iterator[Hashable]:
    # Two figures with many digits were both found out, and are two trainings, whoever wrote the text for both.
    known = _digits(model) if _has_digits(model, DIGITS_OF_ONE_OWNER) else None
    if model.body_words >= WORDS_OF_ONE_NAME:
        yield from ((body, model.name, known) for body in model.bodies)


def _of_bodys_figure(model: Model) -> Iterator[Hashable]:
    return ((body, model.figure) for body in _bodies_with_figure(model, WORDS_AND_DIGITS))


def _of_bodys_and_names_figure(model: Model) -> Iterator[Hashable]:
    return ((body, model.figure, model.name) for body in _bodies_with_figure(model, WORDS_AND_DIGITS_OF_ONE_NAME))


def _of_same_figure(model: Model) -> Iterator[Hashable]:
    if _has_digits(model, DIGITS_OF_ANYONE):
        yield model.figure


def _of_same_owners_or_names_figure(model: Model) -> Iterator[Hashable]:
    if _has_digits(model, DIGITS_OF_ONE_OWNER):
        yield "owner", model.owner, model.figure
        yield "name", model.name, model.figure


def _of_copys_name(model: Model) -> Iterator[Hashable]:
    yield model.owner, model.name


_KEYS: tuple[_Keys, ...] = (
    _of_names_text,
    _of_names_body,
    _of_bodys_figure,
    _of_bodys_and_names_figure,
    _of_same_figure,
    _of_same_owners_or_names_figure,
    _of_copys_name,
)


def _bodies_with_figure(model: Model, least: int) -> tuple[int, ...]:
    """Its text, where its words and the digits of the figure are enough to know both by."""
    enough = _has_digits(model, 1) and model.body_words + len(_digits(model)) >= least
    return model.bodies if enough else ()


def _has_digits(model: Model, least: int) -> bool:
    return model.figure is not None and len(_digits(model)) >= least


def _digits(model: Model) -> str:
    return significant_digits(model.grams or 0.0)


def significant_digits(value: float) -> str:
    """The digits that a figure is written with, zeros at its ends left out: the same in grams and in kilograms."""
    return f"{value:.{_DIGITS_COMPARED}g}".partition("e")[0].replace(".", "").strip("0")


def _join_by(keys: _Keys, models: Iterable[Model], groups: _Groups) -> None:
    first: dict[int, str] = {}
    for model in models:
        for key in keys(model):
            # The hash is smaller than the key, and of sixty-four bits: no two of millions have one by chance.
            groups.join(model.key, first.setdefault(hash(key), model.key))


def _joined_taken_over(models: Sequence[Model], groups: _Groups) -> Iterator[str]:
    """Join what one owner took over from another, by its words; the ids of what was taken over."""
    for keys in (_text, _body):
        for alike in _alike(models, keys):
            yield from _joined_alike(alike, groups)


def _alike(models: Sequence[Model], keys: _Keys) -> Iterable[list[Model]]:
    """The models that have a key in common, where there are several."""
    counts = Counter(key for model in models for key in keys(model))
    found: dict[Hashable, list[Model]] = {key: [] for key, count in counts.items() if count > 1}
    for model in models:
        for key in keys(model):
            if key in found:
                found[key].append(model)
    return found.values()


def _text(model: Model) -> Iterator[Hashable]:
    if model.text is not None and model.own_words >= WORDS:
        yield model.text


def _body(model: Model) -> Iterable[Hashable]:
    return model.bodies if model.body_words >= WORDS else ()


def _joined_alike(models: Sequence[Model], groups: _Groups) -> Iterator[str]:
    """Join models with the same words to the first owner's; the ids of those of other owners."""
    figured = [model for model in models if model.figure is not None]
    if figured:
        # Those with another figure are other trainings, and which one an estimate is of is not to be known.
        known = min(figured, key=_age)
        models = [model for model in models if not _another_figure(model, known)]
    first = _first(models)
    names = {model.name for model in models if model.owner == first.owner}
    for model in models:
        if model.owner == first.owner:
            continue
        yield model.id
        # Of a name that the first owner has, too, it is known already which one it is.
        if model.name not in names:
            groups.join(model.key, first.key)


def _first(models: Sequence[Model]) -> Model:
    """The model whose owner wrote the words: the oldest; of models without dates the one that is downloaded most.

    Where nothing is known of either, a family of models is taken to be older than a single one, or a copy of it twice.
    """
    counts = Counter(model.owner for model in models)

    def rank(model: Model) -> tuple[object, ...]:
        family = counts[model.owner] if counts[model.owner] >= _FAMILY else 0
        return _made(model), -model.downloads, -family, model.id

    return min(models, key=rank)


def _members(models: Iterable[Model], groups: _Groups) -> Iterable[list[Model]]:
    """The models of each group that has several."""
    found: dict[str, list[Model]] = {root: [] for root in groups.roots()}
    for model in models:
        members = found.get(groups.find(model.key))
        if members is not None:
            members.append(model)
    return [members for members in found.values() if members]


def _trusted(model: Model) -> int:
    """An estimate stands behind any figure that nothing speaks against, and before one that something does."""
    return _TRUSTED.get(model.status, len(_TRUSTED))


def _rank(model: Model, members: Sequence[Model]) -> tuple[object, ...]:
    """Of figures that are trusted alike, the smallest stands for the training: the original's, the oldest."""
    ids = {one.key for one in members}
    from_another = any(base.lower() in ids for base in model.bases)
    return model.is_copy, model.name != model.full_name, from_another, *_age(model)


def _age(model: Model) -> tuple[float, int, str]:
    return _made(model), -model.downloads, model.id


def _made(model: Model) -> float:
    # What has no date sorts behind what has one.
    return float("inf") if model.made is None else model.made


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
        if first != second:
            self._above[second] = first

    def roots(self) -> set[str]:
        """Those that stand for a set of several."""
        return {self.find(one) for one in list(self._above)}
