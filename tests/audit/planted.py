"""A catalogue of cards with trainings that are known, and the copies of them that a Hub has."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

_DEVICES = ("A100 SXM", "V100 SXM2", "H100 SXM", "RTX 3090", "A40")
_WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "omicron",
    "sigma",
    "tau",
    "upsilon",
    "omega",
]
COPIES = ("gguf", "awq", "gptq", "int8")
DIGITS = range(2, 8)
# What a program writes below every figure; the values differ or do not, as trainings go.
GENERATED = """# {name}

This model is a fine-tuned version of [bert-base-uncased](https://huggingface.co/bert-base-uncased) on the None dataset.

## Training procedure

The following hyperparameters were used during training:
- learning_rate: 2e-05
- train_batch_size: 8
- optimizer: Adam with betas=(0.9,0.999) and epsilon=1e-08
"""
# The Hub's own section, filled in by people who rent the same machine.
SECTION = """# {name}

## Environmental Impact

Carbon emissions can be estimated using the [Machine Learning Impact calculator](https://mlco2.github.io/impact).

- **Hardware Type:** T4
- **Hours used:** 2
- **Cloud Provider:** Google Cloud
- **Compute Region:** europe-west4
"""


@dataclass
class Planted:
    """Cards by the name of their model, and what their trainings emitted.

    Args:
        seed: another seed, other cards.
        digits: how many a figure has; one of these.
        cards: the cards.
        trained_g: grams of each training that reports them, by the model that was trained.
        estimable: the models that were trained, and say enough for an estimate.
    """

    seed: int = 0
    digits: Sequence[int] = DIGITS
    cards: dict[str, str] = field(default_factory=dict)
    trained_g: dict[str, float] = field(default_factory=dict)
    estimable: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def train(self, name: str, base: str | None = None) -> str:
        """A training that reports its figure."""
        return self.train_with(name, self.grams(), f"# {name}\n\n{self.words()}\n", base)

    def train_with(self, name: str, grams: float, text: str, base: str | None = None) -> str:
        """A training that reports this figure above this text."""
        self.trained_g[name] = grams
        self.cards[name] = _front(grams, *_from(base)) + text
        return name

    def grams(self) -> float:
        """A figure, with more or less digits."""
        return float(f"{self._random.lognormvariate(5, 2):.{self._random.choice(self.digits)}g}")

    def train_silently(self, name: str, sentence: str = "") -> str:
        """A training that can be estimated."""
        self.estimable.append(name)
        sentence = sentence or self.sentence()
        self.cards[name] = f"---\nlicense: mit\n---\n# {name}\n\n{sentence}\n"
        return name

    def sentence(self) -> str:
        """What a card says of a training, so that no other says the same."""
        count, hours = self._random.randrange(1, 64), self._random.randrange(2, 400)
        device = self._random.choice(_DEVICES)
        return f"For {self.words()} the model was trained on {count} x {device} GPUs for {hours} hours in all."

    def quantise(self, name: str, base: str, relation: str = "quantized") -> str:
        """A copy that says what it is of, and takes over the text and the figure."""
        text = self.cards[base].partition("\n---\n")[2]
        return self._add(name, base, [f"base_model: {base}", f"base_model_relation: {relation}"], text)

    def quantise_in_kilograms(self, name: str, base: str) -> str:
        """A copy whose author took the figure for kilograms: it is not that of the training."""
        wrong = {**self.trained_g, base: self.trained_g[base] * 1000}
        return self._add(name, base, [f"base_model: {base}", "base_model_relation: quantized"], "# A copy\n", wrong)

    def rename(self, name: str, base: str) -> str:
        """A copy under another owner that says nothing of where it is from."""
        return self._add(name, base, ["license: mit"], self.cards[base].partition("\n---\n")[2])

    def rename_throughout(self, name: str, base: str) -> str:
        """The same, with its own name wherever the text has that of the original."""
        self.rename(name, base)
        self.cards[name] = (
            self.cards[name].replace(base, name).replace(base.rpartition("/")[2], name.rpartition("/")[2])
        )
        return name

    def merge(self, name: str, bases: list[str]) -> str:
        """A merge that has taken over the figure of the first of its models."""
        listed = ["base_model:", *(f"- {base}" for base in bases), "tags:", "- mergekit", "- merge"]
        return self._add(name, bases[0], listed, "# A merge\n")

    def point(self, name: str, base: str) -> None:
        """Let a card name a base; so that they can name each other in a circle."""
        self.cards[name] = self.cards[name].replace("---\n", f"---\nbase_model: {base}\n", 1)

    def _add(self, name: str, base: str, lines: list[str], text: str, trained_g: dict[str, float] | None = None) -> str:
        known = self.trained_g if trained_g is None else trained_g
        origin = self.origin(base)
        self.cards[name] = _front(known.get(base, known.get(origin)), *lines) + text
        self._origins[name] = origin
        return name

    def origin(self, name: str) -> str:
        """The model that was trained."""
        return self._origins.get(name, name)

    _origins: dict[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """Words of its author's own."""
        return " ".join(self._random.choice(_WORDS) for _ in range(9))


def _from(base: str | None) -> list[str]:
    return [] if base is None else [f"base_model: {base}"]


def _front(grams: float | None, *lines: str) -> str:
    block = [] if grams is None else ["co2_eq_emissions:", f"  emissions: {grams}", "  source: CodeCarbon"]
    return "\n".join(["---", *lines, *block, "---", ""])


def catalogue(seed: int, trainings: int, digits: Sequence[int] = DIGITS) -> Planted:
    """Trainings of both kinds, every kind of copy of some of them, and trainings that look like copies."""
    planted = Planted(seed, digits)
    drawn = random.Random(seed + 1)
    for number in range(trainings):
        _copies(planted, drawn, planted.train(f"lab-{number % 50}/model-{number}"), number)
        _copies(planted, drawn, planted.train_silently(f"lab-{number % 50}/silent-{number}"), number)
    _merges(planted, drawn, trainings)
    _fine_tunes_and_circles(planted, drawn, trainings)
    _five_sizes(planted, drawn, trainings)
    _round_figures(planted, trainings)
    _templates(planted, trainings)
    return planted


def _copies(planted: Planted, drawn: random.Random, name: str, number: int) -> None:
    bare = name.rpartition("/")[2]
    for copy in COPIES[: drawn.randrange(len(COPIES) + 1)]:
        first = planted.quantise(f"quant-{number % 7}/{bare}-{copy}", name)
        if drawn.random() < 0.2:
            planted.quantise(f"again-{number % 7}/{bare}-{copy}-{copy}", first)
    if drawn.random() < 0.3:
        planted.rename(f"other-{number % 11}/{bare}", name)
    if drawn.random() < 0.3:
        planted.rename(f"other-{number % 11}/renamed-{bare}", name)
    if drawn.random() < 0.3:
        again = planted.rename_throughout(f"third-{number % 13}/mine-{number}", name)
        planted.quantise(f"third-{number % 13}/mine-{number}-gguf", again)
    if name in planted.trained_g and drawn.random() < 0.1:
        planted.quantise_in_kilograms(f"wrong-{number % 7}/{bare}-GGUF", name)


def _merges(planted: Planted, drawn: random.Random, trainings: int) -> None:
    for number in range(trainings // 4):
        bases = [f"lab-{one % 50}/model-{one}" for one in drawn.sample(range(trainings), 3)]
        merge = planted.merge(f"merger-{number % 5}/merge-{number}", bases)
        if number % 3 == 0:
            planted.quantise(f"quant-1/merge-{number}-gguf", merge)
        if number % 5 == 0:
            planted.merge(f"merger-{number % 5}/merge-of-merges-{number}", [merge, bases[1]])


def _fine_tunes_and_circles(planted: Planted, drawn: random.Random, trainings: int) -> None:
    for number in range(trainings // 4):
        one = drawn.randrange(trainings)
        planted.train(f"tuner-{number % 5}/tuned-{number}", f"lab-{one % 50}/model-{one}")
    for number in range(0, trainings // 8 * 2, 2):
        first, second = f"lab-{number % 50}/silent-{number}", f"lab-{(number + 1) % 50}/silent-{number + 1}"
        planted.point(first, second)
        planted.point(second, first)
        circle = planted.quantise(f"circle/first-{number}-gguf", f"lab-{number % 50}/model-{number}")
        planted.cards[circle] = planted.cards[circle].replace(
            f"base_model: lab-{number % 50}/model-{number}", f"base_model: circle/second-{number}-gguf"
        )
        planted.quantise(f"circle/second-{number}-gguf", circle)


def _five_sizes(planted: Planted, drawn: random.Random, trainings: int) -> None:
    """Trainings of one owner that are described with one sentence, and are five trainings nevertheless."""
    for number in range(trainings // 20):
        sentence = planted.sentence()
        sizes = [f"sizes-{number}/net-{size}" for size in ("tiny", "small", "base", "large", "xl")]
        for name in sizes:
            planted.train_silently(name, sentence)
        planted.rename(f"another-{number}/copy-of-a-net", drawn.choice(sizes))


def _round_figures(planted: Planted, trainings: int) -> None:
    """Trainings of one owner, and of many, with one round figure and texts of their own."""
    for number in range(trainings // 10):
        for owner in ("round", f"round-{number}"):
            text = f"# {number}\n\n{planted.words()}\n"
            planted.train_with(f"{owner}/classifier-{number}", float((1, 2, 50, 120)[number % 4]), text)


def _templates(planted: Planted, trainings: int) -> None:
    """Trainings whose text no author wrote: it is the same below figures that are the same, and below estimates."""
    for number in range(trainings // 10):
        name = f"course-{number}/my-awesome-model-{number}"
        planted.train_with(name, float((7, 30, 110)[number % 3]), GENERATED.format(name=name))
        name = f"renter-{number}/rented-{number}"
        planted.train_silently(name)
        planted.cards[name] = f"---\nlicense: mit\n---\n{SECTION.format(name=name)}"
