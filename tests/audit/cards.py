"""Cards of every status, and what an audit must say of each."""

from __future__ import annotations

FRONT = "---\nlicense: mit\n---\n"
BLOCK = "---\nco2_eq_emissions:\n  emissions: {}\n  source: CodeCarbon 3.3.2\n---\n"
TRAINED = (
    "# A model\n\nTrained on 8 x A100 SXM for 96 hours.\n\n"
    "- **Cloud Provider:** Google Cloud\n- **Compute Region:** europe-west4\n"
)

# By the name of the model: the card, and its status.
CARDS: dict[str, tuple[str | bytes, str]] = {
    "lab/reports": (BLOCK.format("12.5"), "reported"),
    "lab/reports-nothing-else": ("---\nco2_eq_emissions: 3.5\n---\n", "reported"),
    "lab/kilograms": (BLOCK.format("0.25") + "\nTraining emitted 0.25 kg of CO2eq.\n", "questionable"),
    "lab/in-words": ("---\nco2_eq_emissions:\n  emissions: 12.5 kg\n---\n", "questionable"),
    "lab/in-words-and-grams": ("---\nco2_eq_emissions:\n  emissions: 28.53 in grams of CO2\n---\n", "reported"),
    "lab/in-the-text": (FRONT + "# A model\n\n- **Carbon Emitted:** 2.3 kg CO2eq\n", "questionable"),
    "lab/estimable": (FRONT + TRAINED, "estimable"),
    "lab/quantised": ("---\nbase_model: lab/estimable\nbase_model_relation: quantized\n---\n" + TRAINED, "missing"),
    "lab/silent": (FRONT + "# A model\n", "missing"),
    "lab/empty": ("", "missing"),
    "lab/no-front-matter": ("# A model\n", "missing"),
    "lab/not-utf8": (b"---\nlicense: \xff\n---\n", "unreadable"),
    "lab/no-yaml": ("---\nlicense: [\n---\n", "unreadable"),
    "lab/two-blocks": ("---\nco2_eq_emissions:\n  - [1, 2]\n---\n", "unreadable"),
    "lab/deep": ("---\na: " + "[" * 100_000 + "\n---\n", "unreadable"),
}


def bytes_of(name: str) -> bytes:
    card = CARDS[name][0]
    return card.encode() if isinstance(card, str) else card


def status_of(name: str) -> str:
    return CARDS[name][1]
