"""Error messages for names that match no accelerator."""

from __future__ import annotations

import difflib
import re
from functools import cache

from ..terminal import one_line
from .accelerators import Accelerator, accelerators, common_name
from .hardware_match import look_up
from .hardware_words import MEMORY, SAME, WORD, filler
from .machines import sizes_of_family

LONGEST_NAME = 120
_EXAMPLES = "such as A100 SXM, RTX 3090 or TPU v3-8"
_PROCESSORS = re.compile(
    r"\b(?:cpus?|xeon|epyc|ryzen|threadripper|core\s?(?:i[3579]|ultra)|graviton\d?|altra|snapdragon|raspberry\spi"
    r"|celeron|pentium|opteron|power\d+)\b",
    re.IGNORECASE,
)
# Types of machines without an accelerator of their own.
_PLAIN_MACHINES = re.compile(
    r"(?:(?:n[124]d?|c[234]d?|e2|m[123])-(?:standard|highmem|highcpu|ultramem|megamem)-\d+"
    r"|(?:ml\.)?[cmrt]\d[a-z]{0,3}\.\d{0,2}x?(?:nano|micro|small|medium|large|metal)"
    r"|(?:standard_)?[bdef]\d+[a-z]{0,4}_v\d|cpu-(?:basic|upgrade|xl|performance))",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?P<count>\d{1,5})\s*[x\u00d7*]?\s*(?P<name>\D.*)|(?P<name2>.*[^\s(])\s*\(?[x\u00d7*]\s*(?P<count2>\d{1,5})\)?"
)


def explain_unknown(written: str, shown: str) -> str:
    """Explain in one line why a name, printed as `shown`, matches nothing, with near matches or advice."""
    if not written:
        return f"no hardware is named; give the model of the accelerator, {_EXAMPLES}"
    if len(written) > LONGEST_NAME:
        return f"{shown} is too long for the name of an accelerator; give the name alone, {_EXAMPLES}"
    for say in (_say_count, _say_memory, _say_size, _say_machine, _say_kind):
        if reason := say(written):
            return f"{shown} {reason}"
    near = _near(written)
    hint = f"did you mean {' or '.join(near)}?" if near else f"give its model, {_EXAMPLES}"
    return f"{shown} is no accelerator in the table; {hint}"


def is_processor(written: str) -> bool:
    """True if a name is of a processor, by its line."""
    return _PROCESSORS.search(written) is not None


def _say_count(written: str) -> str | None:
    counted = _COUNTED.fullmatch(written)
    if not counted:
        return None
    name, count = counted["name"] or counted["name2"], counted["count"] or counted["count2"]
    return f"counts devices; name one, {one_line(name)}, and give the count, {count}, apart" if look_up(name) else None


def _say_memory(written: str) -> str | None:
    found = look_up(MEMORY.sub(" ", written).strip()) if MEMORY.search(written) else None
    if found is None:
        return None
    sizes = sorted({size for device in found.devices for size in device.memory_gb})
    return f"has a memory that {found.canonical} is not made with; there is {' and '.join(f'{s:g} GB' for s in sizes)}"


def _say_size(written: str) -> str | None:
    sizes = sizes_of_family(written)
    return f"is no size of this machine that exists; there is {', '.join(sizes)}" if sizes else None


def _say_machine(written: str) -> str | None:
    if _PLAIN_MACHINES.fullmatch(written):
        return "is a machine without an accelerator of its own; name the one that was attached, such as T4 or V100"
    if re.search(r"\bi?mac(?:\s?book)?\b", written, re.IGNORECASE):
        return "is a computer; give its chip, such as M2 Max"
    return None


def _say_kind(written: str) -> str | None:
    words = {SAME.get(word.lower(), word.lower()) for word in WORD.findall(written)}
    if is_processor(written):
        return "is a processor, and the table has accelerators alone; name the accelerator, or give the measured energy"
    if words & {"hgx", "dgx"}:
        return "is a machine with 1 to 16 accelerators; name the accelerator, and give the count apart"
    if "tpu" in words and not any(word.isdigit() for word in words - {"tpu"}) and words <= filler() | {"tpu"}:
        return "names no device; give the generation, and the slice if there was one, such as TPU v3-8"
    if words and words <= filler() | {"rtx", "gtx", "quadro", "titan", "jetson", "arc", "rx", "npu"}:
        return f"names no device; give its model, {_EXAMPLES}"
    if "pod" in words or re.search(r"\bv\d[ep]?-\d", written, re.IGNORECASE):
        return "is no slice of a TPU that exists; slices are named like TPU v3-8 (8 cores) or v5e-8 (8 chips)"
    return None


def _near(written: str) -> list[str]:
    words = [word for word in WORD.findall(written.lower()) if word not in filler()]
    inside = [row for row in accelerators() if not any(group.isdisjoint(words) for group in row.needs)]
    near = [common_name(tuple(row for row in inside if row.needs == inside[0].needs))] if inside else []
    names = _short_names()
    near += [names[name] for name in difflib.get_close_matches(" ".join(words), names, n=8, cutoff=0.6)]
    return list(dict.fromkeys(near))[:5]


@cache
def _short_names() -> dict[str, str]:
    """Common name of each model, by the same name without filler words."""
    rows: dict[tuple[frozenset[str], ...], list[Accelerator]] = {}
    for row in accelerators():
        rows.setdefault(row.needs, []).append(row)
    names = [common_name(tuple(group)) for group in rows.values()]
    return {" ".join(word for word in WORD.findall(name.lower()) if word not in filler()): name for name in names}
