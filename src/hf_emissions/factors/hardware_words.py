"""Split device names into words: `rtx3090ti`, `Tesla V100-SXM2-32GB`, `Cloud TPU v3-8`."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from .accelerators import accelerators


def words_of(text: str) -> frozenset[str]:
    """Split a constant of this package at blanks."""
    return frozenset(text.split())


# Words that do not identify a device: makers, clouds, kinds of thing.
MAKER = {
    "NVIDIA": words_of("nvidia tesla geforce cuda tensorcore gen3 gen4 gen5 passive active design"),
    "AMD": words_of("amd instinct radeon rocm"),
    "Intel": words_of("intel habana hpu ai"),
    "Google": words_of("google vm pod podslice slice core chip"),
    "AWS": words_of("neuron chip"),
    "Graphcore": words_of("graphcore"),
    "Apple": words_of("apple silicon mac chip soc core"),
    "Huawei": words_of("huawei hisilicon ascend npu atlas"),
    "Baidu": words_of("baidu kunlun kunlunxin xpu"),
    "Cambricon": words_of("cambricon mlu"),
    "Hygon": words_of("hygon dcu"),
    "Moore Threads": words_of("moore threads mthreads musa"),
    "Biren": words_of("biren"),
    "Iluvatar": words_of("iluvatar corex"),
    "MetaX": words_of("metax muxi"),
    "Cerebras": words_of("cerebras wafer scale engine system"),
    "SambaNova": words_of("sambanova rdu"),
    "Groq": words_of("groq chip"),
    "Tenstorrent": words_of("tenstorrent"),
}
ANYBODY = words_of(
    "gpu graphics card accelerator device vram ram memory with "
    "google cloud gcp colab kaggle aws amazon azure oracle oci lambda labs runpod paperspace coreweave modal nebius"
)
MEMORY_KINDS = words_of("hbm hbm2 hbm2e hbm3 hbm3e gddr5 gddr5x gddr6 gddr6x gddr7")
PART = words_of("gcd die half")
WHOLE = words_of("board module oam full whole")
SAME = {
    **dict.fromkeys(("sxm2", "sxm4", "sxm5", "sxm6"), "sxm"),
    **{
        f"{word}s": word
        for word in ("gpu", "tpu", "hpu", "ipu", "npu", "card", "accelerator", "device", "core", "chip", "gcd")
    },
    "s": "super",
    "lovelace": "ada",
}
# The Hub's hardware list writes the L40S with a small s, which otherwise marks a plural.
_SMALL_S = frozenset({"L40s"})

_REWRITE = (
    ("[\u00ae\u2122]|\\((?:r|tm)\\)", " "),
    ("[\u2010-\u2015\u00a0_]", " "),
    ("(?:\u534e\u4e3a)?\u6607\u817e", " ascend "),  # Huawei's Ascend, in Chinese
    (r"\bpci[\s-]?e(?:xpress)?", " pcie "),
    (r"\bmax[\s-]q\b", "maxq"),
    (r"\bsxm[\s-](?=[2-5]\b)", "sxm"),
    (r"\btensor[\s-]?cores?\b", "tensorcore"),
    (r"\b(gaudi|trainium|inferentia)[\s-]{0,3}(?=[1-3]\b)", r"\1"),
    (r"\bcolab(?:oratory)?(?:\s+pro\b\+?)?", " colab "),
    (r"\b(?:mac\s?book|i?mac)(?:\s?(?:pro|air|mini|studio)\b)?", " mac "),
    (r"\b(v[56])[\s-]?lite(?:[\s-]?pod)?\b", r"\1e"),
    (r"(?<=\d)[\s-]cores?\b", " core"),
    (r"\bwafer[\s-]scale engine[\s-]?(?=[1-3]\b)", " wse"),
    (r"\b(cs|wse|hl|mlu)[\s-](?=\d)", r"\1"),
    (r"(?<=[\s,(])(?:early |mid |late )?20[12]\d(?=\)?\s*$)", " "),
    # Accelerator types of Cloud TPUs omit the word.
    (r"^\s*(?=v[234]-\d+\s*$)", "tpu "),
)
MEMORY = re.compile(r"(?<![\w.])(\d{1,6}(?:\.\d{1,3})?)[\s-]?([gm])(?:i?b)?\b", re.IGNORECASE | re.ASCII)
_PLAIN = re.compile(r"[\w\s,()\[\]`-]*\.?\s*", re.ASCII)
WORD = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A parsed name: lower-case words, in one reading of each, and memory sizes in GB."""

    words: tuple[str, ...]
    memory_gb: tuple[float, ...]


def readings(written: str) -> list[WrittenName]:
    """Parse a name into all readings of its ambiguous words; empty if it cannot be a name."""
    for pattern, replacement in _rewrites():
        written = pattern.sub(replacement, written)
    memory = tuple(float(size) / (1024 if unit in "mM" else 1) for size, unit in MEMORY.findall(written))
    rest = MEMORY.sub(" ", written)
    if not _PLAIN.fullmatch(rest):
        return []
    words = [_readings_of_word(word) for word in WORD.findall(rest)]
    if not words or math.prod(map(len, words)) > 8:
        return []
    return [WrittenName(tuple(itertools.chain(*reading)), memory) for reading in itertools.product(*words)]


@cache
def _rewrites() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern, re.IGNORECASE | re.ASCII), replacement) for pattern, replacement in _REWRITE]


@lru_cache(maxsize=4096)
def _readings_of_word(word: str) -> tuple[tuple[str, ...], ...]:
    """Readings of a compound word (`rtx3090ti`); two if a final s may be a plural or part of the name."""
    whole = _split(word.lower())
    # An `s` alone is no plural: `L40-S` is no L40.
    may_be_plural = len(word) > 1 and word.endswith("s") and (whole is None or whole[-1] not in filler())
    plural = _split(word[:-1].lower()) if may_be_plural else None
    if plural is not None and word != word.lower() and word not in _SMALL_S:
        whole = None
    return tuple(dict.fromkeys(reading for reading in (whole, plural) if reading is not None))


def _split(word: str) -> tuple[str, ...] | None:
    """Split a word into the fewest known words, never between two digits; None if impossible."""
    if word.isdigit():
        return (word,)
    if len(word) > 30:
        return None
    best: list[tuple[str, ...] | None] = [(), *[None] * len(word)]
    for end in range(1, len(word) + 1):
        for start in range(end):
            before, piece = best[start], word[start:end]
            if (
                before is None
                or piece not in _vocabulary()
                or (piece[0].isdigit() and word[start - 1 : start].isdigit())
            ):
                continue
            made = (*before, SAME.get(piece, piece))
            best[end] = min(made, best[end] or made, key=len)
    return best[-1]


@cache
def _vocabulary() -> frozenset[str]:
    rows = accelerators()
    return frozenset().union(
        *(row.fits.union(*row.needs) for row in rows),
        (row.generation for row in rows),
        *MAKER.values(),
        *(ANYBODY, MEMORY_KINDS, PART, WHOLE, SAME),
    )


@cache
def filler() -> frozenset[str]:
    """Words that do not identify a device."""
    return ANYBODY.union(MEMORY_KINDS, *MAKER.values())
