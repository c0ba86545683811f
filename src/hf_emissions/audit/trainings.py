"""Deduplicate figures: find the models whose figures are of one and the same training.

A model's figure is that of another model's training if the model

- is a quantised, merged or converted copy of it, by its card or its name;
- was made from it, and has the same figure to the digit, or the same text, on training or as a whole, word for word;
- has the same figure, with enough digits to rule out chance or with the same body;
- has the same text under another owner, with the same name or enough words to identify it, and no other figure.

Only words that an author chose count there: template text is in the cards of many trainings (see `wording`). Models
of one owner with the same words stay apart: whoever trains five sizes describes them with one sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

# Author-chosen words that two authors would not both write by chance.
WORDS = 12
# Fewer are enough if the names are the same, too.
WORDS_OF_ONE_NAME = 6
# For a base model, values without a sentence are enough: device, hours, provider and region.
WORDS_OF_A_BASE = 5
# Digits of a figure that one owner's trainings, or two models of one name, would not share by chance; then those of
# anyone: 5,000 figures over five decades have some three pairs by chance at six digits, 300 at four.
DIGITS_OF_ONE_OWNER = 4
DIGITS_OF_ANYONE = 6
# Own words plus digits of the figure, for cards with the same figure and body.
WORDS_AND_DIGITS = 6
WORDS_AND_DIGITS_OF_ONE_NAME = 2
# Figures are compared to this many digits; further ones depend on summation order and parsing.
_DIGITS_COMPARED = 12
# From this many on, one owner's models differ in size, language or version, and are not copies.
_FAMILY = 3
# Precedence of figures for a training; the lowest stands for it.
_TRUSTED = {"reported": 0, "estimable": 1}
# Limit of ancestors searched: cards can name each other in cycles, and merges of merges have hundreds.
_MOST_ANCESTORS = 64
_SUFFIX = re.compile(
    r"(?:[-_.](?:gguf|ggml|awq|gptq|exl[23]|mlx|onnx|openvino|int[48]|w[48]a(?:8|16)|[2-8]-?bits?|fp(?:4|8|16)|bf16|nf4"
    r"|bnb|q[2-8](?:_[k0-9][_a-z0-9]*)?|quantized|quant|imatrix|i1|safetensors|hf|merged))+$"
)


@dataclass(frozen=True, slots=True)
class Model:
    """Model of an audit, reduced to what identifies its training.

    Args:
        id: owner and name.
        status: as in the audit, or `exercise` for the figure of one.
        grams: reported or estimated figure in g CO2eq; None if it has none.
        bases: base models, as the card says.
        is_copy: True if the card says that it is a quantised, merged or converted copy.
        text: digest of the lines on its training.
        words: number of words in these lines, labels left out.
        own_words: number of them that an author chose.
        body: digest of the body.
        unnamed: the same without the model's name.
        body_words: number of author-chosen words in the body.
        made: creation time of its repository, in milliseconds since 1970.
        downloads: as the source counts them.

    Attributes:
        key: the id in lower case.
        name: the name in lower case, without suffixes of a copy's format.
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
        # Computed once, since used often. An id in lower case is reused, which saves hundreds of thousands of strings.
        low = self.id.lower()
        object.__setattr__(self, "key", self.id if low == self.id else low)
        object.__setattr__(self, "name", _SUFFIX.sub("", self.full_name))

    @property
    def owner(self) -> str:
        """Owner, in lower case."""
        return self.id.partition("/")[0].lower()

    @property
    def full_name(self) -> str:
        """Name with its suffixes, in lower case."""
        return self.id.rpartition("/")[2].lower()

    @property
    def bodies(self) -> tuple[int, ...]:
        """Digests that identify its body: a copy has the original's name in it, or its own."""
        return tuple(one for one in dict.fromkeys((self.body, self.unnamed)) if one is not None)

    @property
    def figure(self) -> str | None:
        """Figure in the form that is compared; None for an estimate."""
        return None if self.status == "estimable" or self.grams is None else f"{self.grams:.{_DIGITS_COMPARED}g}"


def trainings(models: Mapping[str, Model]) -> dict[str, str]:
    """Map each model with a figure to the model whose figure stands for its training, both by id.

    Args:
        models: those with a figure and their ancestors, by `Model.key`.
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
    """Ancestor whose training is this model's, if any."""
    ancestors = list(islice(_ancestors(model, models), _MOST_ANCESTORS))
    same = next((one.id for one in ancestors if _inherited(model, one)), None)
    if same is not None:
        yield same
    elif model.is_copy and len(model.bases) == 1:
        yield model.bases[0]
    elif model.is_copy:
        # A merge has no training of its own; it joins its first ancestor with a figure.
        yield from [one.id for one in ancestors if one.grams is not None][:1]


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
    # Two different figures with many digits are two trainings, whoever wrote the text for both.
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
    """Body digests, if its words and the figure's digits are enough to identify both."""
    enough = _has_digits(model, 1) and model.body_words + len(_digits(model)) >= least
    return model.bodies if enough else ()


def _has_digits(model: Model, least: int) -> bool:
    return model.figure is not None and len(_digits(model)) >= least


def _digits(model: Model) -> str:
    return significant_digits(model.grams or 0.0)


def significant_digits(value: float) -> str:
    """Digits of a figure without zeros at its ends: the same in grams and in kilograms."""
    return f"{value:.{_DIGITS_COMPARED}g}".partition("e")[0].replace(".", "").strip("0")


def _join_by(keys: _Keys, models: Iterable[Model], groups: _Groups) -> None:
    first: dict[int, str] = {}
    for model in models:
        for key in keys(model):
            # The hash is smaller than the key; at 64 bits, collisions among millions are negligible.
            groups.join(model.key, first.setdefault(hash(key), model.key))


def _joined_taken_over(models: Sequence[Model], groups: _Groups) -> Iterator[str]:
    """Join models whose text one owner copied from another; yield the ids of the copies."""
    for keys in (_text, _body):
        for alike in _alike(models, keys):
            yield from _joined_alike(alike, groups)


def _alike(models: Sequence[Model], keys: _Keys) -> Iterable[list[Model]]:
    """Groups of models that share a key."""
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
    """Join models with the same text to the first owner's; yield the ids of other owners' models."""
    figured = [model for model in models if model.figure is not None]
    if figured:
        # Another figure is another training, and which one an estimate belongs to is unknown.
        known = min(figured, key=_age)
        models = [model for model in models if not _another_figure(model, known)]
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


def _members(models: Iterable[Model], groups: _Groups) -> Iterable[list[Model]]:
    """Models of each joined group, without empty groups."""
    found: dict[str, list[Model]] = {root: [] for root in groups.roots()}
    for model in models:
        members = found.get(groups.find(model.key))
        if members is not None:
            members.append(model)
    return [members for members in found.values() if members]


def _trusted(model: Model) -> int:
    """Rank of a figure: reported first, then estimated, then all others."""
    return _TRUSTED.get(model.status, len(_TRUSTED))


def _rank(model: Model, members: Sequence[Model]) -> tuple[object, ...]:
    """Rank among equally trusted figures: the lowest stands for the training, the original's, then the oldest."""
    ids = {one.key for one in members}
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

    def roots(self) -> set[str]:
        """Representatives of the sets with several members."""
        return {self.find(one) for one in list(self._above)}
