"""Fuzzing of `check`: made-up and mangled cards through the facts, all rules, the fixes and all formats.

    python benchmarks/fuzz_check.py --minutes 10
    HF_EMISSIONS_SHARED=../shared python benchmarks/fuzz_check.py --minutes 10    # mangles real cards too
    python benchmarks/fuzz_check.py --growth

A run is repeated with the seed that it prints. Leaves with 1 where a card raised an exception, was slower than a bound,
brought a character to the output that drives a terminal, or where a fix broke a card.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import corpus

from hf_emissions.card.parsed import parse_card
from hf_emissions.cli.main import main as command
from hf_emissions.errors import FrontMatterError, HfEmissionsError
from hf_emissions.facts.extract import extract_facts
from hf_emissions.rules.check import RULES, check_card
from hf_emissions.rules.fix import fix_text

FORMATS = ("human", "json", "quiet", "github", "sarif")
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A card may take this long, and this much more for each thousand characters; machines pause now and then.
BOUND_S, BOUND_S_PER_KILO = 0.25, 0.01
LONGEST = 20_000
PIECES = (
    *(
        "\n---\n",
        "---\n",
        "co2_eq_emissions:",
        "\n  emissions: ",
        "emissions",
        "source: ",
        "hours",
        "8 x A100",
        "kg CO2",
    ),
    *(
        "\n",
        " ",
        "\t",
        "\r\n",
        "\r",
        "\0",
        "\x1b[31m",
        "\u202e",
        "\ufeff",
        "\ud800",
        "\x85",
        "\u2028",
        "é",
        "🌱",
        "\u0130",
    ),
    *(
        ": ",
        "- ",
        "? ",
        "|",
        ">",
        "[",
        "]",
        "{",
        "}",
        "&a ",
        "*a",
        "!!int ",
        "<<: ",
        "#",
        "'",
        '"',
        "%",
        "@",
        "`",
        "```",
    ),
    *(
        "<!--",
        "-->",
        "<td>",
        "</td>",
        "| a | b |\n",
        "NaN",
        ".inf",
        "1e999",
        "-0",
        "0x1F",
        "1_000",
        "12:30",
        "yes",
        "null",
    ),
    *(
        "<!-- hf-emissions: ignore all -->",
        "GPU hours",
        "kWh",
        "3 days",
        "6d 3h",
        "CodeCarbon 2.1",
        "per query",
        "TPUv3-8",
    ),
    *("9" * 400, "1." * 50, "8x" * 60, "(" * 80, "and " * 40, "hours " * 40, "[" * 70),
)
GROWTH = (
    *(
        "1",
        "-",
        "hours ",
        "8 x A100 for ",
        "[",
        "(",
        " ",
        "|",
        "\n",
        "# a\n",
        "```\n",
        "<!--",
        "<td>",
        "1,000 ",
        "a: b\n",
    ),
    *("co2_eq_emissions: 1\n", "12 kg CO2 ", "trained on ", "GPU: A100\n", "3 days 2 hours ", "| GPU | hours |\n"),
)


def mangled(random_: random.Random, seeds: list[str]) -> Iterator[str]:
    """Cards: a known one, cut, spliced with another, and with pieces put in, for ever."""
    while True:
        text = random_.choice(seeds)[:LONGEST]
        for _ in range(random_.randint(1, 12)):
            text = mangle(random_, text, seeds)
        yield text[:LONGEST]


def mangle(random_: random.Random, text: str, seeds: list[str]) -> str:
    """One change of a text."""
    at, to = sorted(random_.randint(0, len(text)) for _ in range(2))
    to = min(to, at + random_.choice((0, 1, 5, 50)))
    other = random_.choice(seeds)
    begin = random_.randint(0, len(other))
    new = random_.choice(
        (
            random_.choice(PIECES),
            random_.choice(PIECES) * random_.randint(1, 30),
            other[begin : begin + random_.randint(1, 300)],
            text[at : at + random_.randint(1, 100)] * random_.randint(0, 3),
            chr(random_.choice((random_.randint(0, 0xFF), random_.randint(0, 0x10FFFF)))),
        )
    )
    return text[:at] + new + text[to:]


def examine(text: str) -> None:
    """Everything that `check` does with a card, in this process.

    Raises:
        AssertionError: a place outside the text, or a fix that broke the card or was needed again at once.
    """
    facts = extract_facts(text)
    assert all(0 <= span.start <= span.end <= len(text) for span in facts.places.values()), "a fact outside the text"
    lines = text.count("\n") + text.count("\r") + 1
    for finding in check_card(text):
        assert 1 <= finding.line <= lines, f"{finding.rule} on line {finding.line} of {lines}"
        assert 1 <= finding.column <= len(text) + 1, f"{finding.rule} in column {finding.column}"
        assert finding.message, f"{finding.rule} without a message"
    fixed(text)


def fixed(text: str) -> None:
    """Both kinds of fixes: the card can be read afterwards as before, and nothing more is fixed at once."""
    for unsafe in (False, True):
        try:
            once = fix_text(text, check_card, unsafe=unsafe).text
        except HfEmissionsError:
            continue
        assert readable(once) or not readable(text), "a fix made the card unreadable"
        assert fix_text(once, check_card, unsafe=unsafe).text == once, "a second run fixes more"


def readable(text: str) -> bool:
    """Whether the front matter can be parsed."""
    try:
        parse_card(text)
    except FrontMatterError:
        return False
    return True


def printed(text: str, format_: str, folder: Path) -> None:
    """The command on the card as a file, in this process; what comes out must be safe."""
    (folder / "README.md").write_bytes(text.encode("utf-8", "surrogatepass"))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code: object = None
        try:
            command(["check", "README.md", "--format", format_])
        except SystemExit as leave:
            code = leave.code
    assert code in (0, 1, 2), f"exit code {code}"
    for stream in (out, err):
        stream.flush()
        said = stream.buffer.getvalue().decode()  # type: ignore[attr-defined]
        assert not RAW.search(said), f"{format_} prints {RAW.search(said)}"
        assert "Traceback" not in said, said[-400:]


def fuzz(minutes: float, seed: int) -> int:
    """Examine cards for so many minutes; print the counts, and each thing that went wrong with a card."""
    seeds = [text for rule in RULES for text in (rule.fails, rule.passes)]
    if os.environ.get("HF_EMISSIONS_SHARED"):
        seeds += [text for text in corpus.texts() if "emissions" in text or "GPU" in text]
    print(f"seed {seed}, {len(seeds)} cards to start from", flush=True)
    wrong: Counter[str] = Counter()
    number, slowest, end = 0, (0.0, ""), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(mangled(random.Random(seed), seeds), 1):
            seconds, error = examined(text, FORMATS[number % len(FORMATS)] if number % 10 == 0 else None, Path(folder))
            if error:
                wrong[error] += 1
                if wrong[error] == 1:
                    print(f"{error}\n  {text!r}"[:3000], flush=True)
            slowest = max(slowest, (seconds, text))
            if time.monotonic() > end:
                break
    print(f"{number:,} cards in {minutes:g} minutes; {sum(wrong.values())} went wrong, in {len(wrong)} ways")
    print(f"slowest: {slowest[0] * 1000:.0f} ms for {len(slowest[1]):,} characters: {slowest[1][:60]!r}")
    return 1 if wrong else 0


def examined(text: str, format_: str | None, folder: Path) -> tuple[float, str | None]:
    """Seconds of one check of a card, and what went wrong."""
    seconds = 0.0
    try:
        start = time.process_time()
        check_card(text)
        seconds = time.process_time() - start
        assert seconds < BOUND_S + BOUND_S_PER_KILO * len(text) / 1000, "slower than the bound"
        examine(text)
        if format_:
            printed(text, format_, folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return seconds, f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}: {str(error)[:120]}"
    return seconds, None


def growth() -> int:
    """Time of a check for half a million, one and two million characters of one thing; 1 where it is not linear."""
    worst = 0.0
    for unit in GROWTH:
        cards = [f"---\nlicense: mit\nco2_eq_emissions: 12\n---\n{unit * (size // len(unit))}" for size in SIZES]
        took = [min(once(card) for _ in range(3)) for card in cards]
        ratio = took[-1] / took[0] / (SIZES[-1] / SIZES[0])
        worst = max(worst, ratio)
        print(f"{unit!r:26} {'  '.join(f'{seconds * 1000:7.0f} ms' for seconds in took)}   x{ratio:.2f} of linear")
    return 1 if worst > MOST_OF_LINEAR else 0


SIZES = (500_000, 1_000_000, 2_000_000)
# Caches make what is large a little slower; quadratic growth would be 4.
MOST_OF_LINEAR = 2.0


def once(card: str) -> float:
    """Seconds of one check."""
    start = time.process_time()
    check_card(card)
    return time.process_time() - start


def main() -> int:
    """Fuzz, or measure the growth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="to repeat a run")
    parser.add_argument("--growth", action="store_true", help="time of a check for texts of 0.5, 1 and 2 MB instead")
    asked = parser.parse_args()
    return growth() if asked.growth else fuzz(asked.minutes, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
