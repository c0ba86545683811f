"""Rules that say which models share a training, each a function whose docstring is its reason.

`ANCESTOR_RULES` compare a model with one that it was made from, `KEY_RULES` any two models, and `TEXT_RULES` those of
several owners with one text.

Only words that an author chose count: template text is in the cards of many trainings (see `wording`). Models of one
owner with the same words stay apart: whoever trains five sizes describes them with one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

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
    bases: Sequence[str] = ()
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


def another_figure(model: Model, other: Model) -> bool:
    """True if both have a figure, and not the same digits."""
    return model.figure is not None and other.figure is not None and _digits(model) != _digits(other)


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


# --- A model and one that it was made from: True for one training, False for two, None if the rule does not tell.


def _apart_without_two_figures(model: Model, base: Model) -> bool | None:
    """Without a figure on both sides, there is nothing to count twice."""
    return False if model.grams is None or base.grams is None else None


def _one_by_same_figure(model: Model, base: Model) -> bool | None:
    """A figure that is the base's to the digit was copied from it."""
    return True if model.figure is not None and model.figure == base.figure else None


def _apart_by_another_figure(model: Model, base: Model) -> bool | None:
    """Another figure is another training, whatever the text says."""
    return False if another_figure(model, base) else None


def _one_by_same_text(model: Model, base: Model) -> bool | None:
    """A card with the base's words on training has no training of its own to tell of."""
    return True if model.text is not None and model.text == base.text and model.words >= WORDS_OF_A_BASE else None


def _one_by_same_body(model: Model, base: Model) -> bool | None:
    """The card as a whole was copied from the base."""
    alike = model.body_words >= WORDS_OF_ONE_NAME and not set(model.bodies).isdisjoint(base.bodies)
    return True if alike else None


# In order: the first rule that tells decides.
ANCESTOR_RULES: tuple[Callable[[Model, Model], bool | None], ...] = (
    _apart_without_two_figures,
    _one_by_same_figure,
    _apart_by_another_figure,
    _one_by_same_text,
    _one_by_same_body,
)

# --- Any two models: they are of one training if a rule gives both the same key.

KeyRule = Callable[[Model], Iterable[Hashable]]


def _same_text_and_name(model: Model) -> Iterator[Hashable]:
    """Two authors do not choose six words and a name alike."""
    if model.text is not None and model.own_words >= WORDS_OF_ONE_NAME:
        yield model.text, model.name


def _same_body_and_name(model: Model) -> Iterator[Hashable]:
    """As above; but two figures with many digits are two trainings, whoever wrote the text for both."""
    known = _digits(model) if _has_digits(model, DIGITS_OF_ONE_OWNER) else None
    if model.body_words >= WORDS_OF_ONE_NAME:
        yield from ((body, model.name, known) for body in model.bodies)


def _same_body_and_figure(model: Model) -> Iterator[Hashable]:
    """Few words and few digits identify together what each alone does not."""
    return ((body, model.figure) for body in _bodies_with_figure(model, WORDS_AND_DIGITS))


def _same_body_figure_and_name(model: Model) -> Iterator[Hashable]:
    """Fewer are enough if the names are the same, too."""
    return ((body, model.figure, model.name) for body in _bodies_with_figure(model, WORDS_AND_DIGITS_OF_ONE_NAME))


def _same_long_figure(model: Model) -> Iterator[Hashable]:
    """Two trainings do not emit the same to six digits."""
    if _has_digits(model, DIGITS_OF_ANYONE):
        yield model.figure


def _same_owner_and_figure(model: Model) -> Iterator[Hashable]:
    """The trainings of one owner are few: four digits do not agree by chance."""
    if _has_digits(model, DIGITS_OF_ONE_OWNER):
        yield model.owner, model.figure


def _same_name_and_figure(model: Model) -> Iterator[Hashable]:
    """The same holds for the models of one name."""
    if _has_digits(model, DIGITS_OF_ONE_OWNER):
        yield model.name, model.figure


def _same_owner_and_name_but_for_a_format(model: Model) -> Iterator[Hashable]:
    """An owner's `x-GGUF` is a copy of the `x` beside it, and has no training of its own."""
    yield model.owner, model.name


KEY_RULES: tuple[KeyRule, ...] = (
    _same_text_and_name,
    _same_body_and_name,
    _same_body_and_figure,
    _same_body_figure_and_name,
    _same_long_figure,
    _same_owner_and_figure,
    _same_name_and_figure,
    _same_owner_and_name_but_for_a_format,
)

# --- Models of several owners: whoever has the same key and no other figure has copied it from the first owner.


def _same_text(model: Model) -> Iterator[Hashable]:
    """Two authors do not choose twelve words alike."""
    if model.text is not None and model.own_words >= WORDS:
        yield model.text


def _same_body(model: Model) -> Iterable[Hashable]:
    """The same holds for the whole card."""
    return model.bodies if model.body_words >= WORDS else ()


TEXT_RULES: tuple[KeyRule, ...] = (_same_text, _same_body)
