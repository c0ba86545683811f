"""Devices and their counts in prose: `4xV100`, `eight NVIDIA A100 GPUs`, `32 nodes each with 4 V100`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ..factors.find_accelerator import UnknownDeviceError, find_accelerator
from ..factors.hardware_in_text import find_in_text
from ..factors.hardware_name import HardwareName
from .numbers import CJK_DIGIT, WORD, number

# No training had more of one device; a larger number is something else.
_MOST = 1_000_000

_COUNT = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,2}}|\d{{1,7}}|{WORD}|{CJK_DIGIT}|\ban?\b)"
# Letters of scripts with blanks: a number may touch a Chinese or Japanese character.
_NO_LETTER = r"(?<![a-z\u00df-\u04ff0-9_.,/$\u20ac-])(?<!\d:)"
_BETWEEN = (
    r"(?:cloud|nvidia|nvidia's|amd|google|intel|gpus?|tpus?|graphics|cards?|pre-?emptible|preemtible"
    r"|preemptive|devices?"
    r"|accelerators?|powerful|high-end|consumer|physical|virtual|dedicated|different|parallel|instances?"
    r"|kartach|karta?(?:mi)?|karty|karcie|karten|cartes|tarjetas|placas|schede|картах|карт|карты|видеокартах|видеокарт"
    r"|free|colab|kaggle|same|units? of|pieces? of|buah|unidades|unità|unités|stück|sztuk|adet|of the|of|the|modern"
    r"|tensor core|workstation"
    r"|type|way|\d{1,3} ?gi?b?)"
)
# A count before a name; only words that describe the device may be in between.
_BEFORE = re.compile(
    rf"{_NO_LETTER}(?:(?P<nodes>\d{{1,4}}) ?[x\u00d7*] ?(?=\d))?(?P<count>{_COUNT})"
    rf"(?: {{0,3}}[x\u00d7*张張块塊个個枚片台卡颗顆]\)? {{0,3}}的?"
    rf"| ?- ?| ?\( ?| {{1,5}})?(?:{_BETWEEN}[ ,(-]{{1,3}}){{0,3}}$"
)
_AFTER = re.compile(
    r"[ )(,]{0,2}(?:gpus?|cards?)?[ ,]{0,2}(?:[x\u00d7*] ?(?P<times>\d{1,5})(?!\d|\.\d|[ -]?(?:h|d|days?"
    r"|hours?|hrs?|mins?|minutes|weeks?|gi?b)\b)"
    r"|\(? ?(?:x ?)?(?P<gpus>\d{1,5})(?:x| ?-? ?)(?:gpus?|cards?|devices|cores?|chips?)\b"
    r"(?![ -](?:compute[ -])?(?:hours?|hrs?|days?)\b)"
    r"|\((?:x ?)?(?P<each>\d{1,2}) (?:gpus? )?per node\)"
    r"|\((?:x ?)?(?P<bare>\d{1,4})x?\)"
    r"|(?:を|显卡|GPU|gpu)?(?P<pieces>\d{1,4}) ?[枚张張台块塊장개대]"
    r"|(?P<single>\(single\b|[ 을를]{0,2}한 ?[장대개]))"
)
# Unnamed devices. A memory size before them is no count.
_BARE = re.compile(
    rf"(?<![\w.,/:$€=-])(?<!= )(?P<count>{_COUNT})(?!\d)(?: {{0,2}}[x\u00d7*] {{0,2}}| ?- ?| {{1,3}}|(?<=\d))"
    rf"(?:{_BETWEEN} {{1,3}}){{0,2}}"
    r"(?P<thing>gpus?|tpus?|npus?|hpus?|ipus?|xpus?|accelerators|graphics cards?)(?![\w-]*(?: "
    r"|-)?(?:hours?|days?|memory|ram|cores?|batch|with \d{1,3} ?gb)\b)(?!\w)"
)
_ONE_OF = re.compile(r"\bone of (?:[\w']{1,20} ){0,4}[gt]pu'?s\b")
_CARD_NUMBER = re.compile(r"(?:9[5-8]|1[06][5-8]|20[6-8]|30[5-9]|40[5-9]|50[5-9])0")
_NODES = re.compile(
    rf"(?<![\w.,/:$€-])(?P<count>\d{{1,5}}|{WORD})[ -](?:(?!gpu|tpu|per |on |and |of |\d+ )[a-z0-9.-]{{1,16}} ){{0,3}}"
    r"(?P<thing>nodes?|nodos|nœuds|noeuds|nodi|nós|knoten|узл\w{1,3}|węzł\w{1,4}|machines?|servers?|hosts?|instances?|vms?|workstations?|dgxs?)(?!\w)"
)
_EACH = re.compile(
    r"^(?: (?:de cálculo|de calcul|cada uno|chacun|ciascuno|jeweils|\u0441|con|avec|mit|each|every one|one|of|with"
    r"|having|containing|that|which|has|have|had|equipped|using"
    r"|consisting|a total|per|and)"
    r"|[ ,(:]){1,12}$|^[^.]{0,60}\b(?:each|per node)\b[^.]{0,30}$"
)
_LISTED = re.compile(r" ?, ?")
_MOST_IN_A_NODE = 16
_NODE_HAS = re.compile(
    r"每(?:个|個|台)?(?:节点|節點|机器|服务器)[^。]{0,6}$|\b(?:each|every|per) (?:node|machine|server"
    r"|host)\b[^.]{0,20}$"
)
_PER_NODE = re.compile(r"^[^.]{0,30}?(?:per|/|each|a|in each|on each|in every) ?(?:node|machine|server|host|instance)")
_TOTAL = re.compile(
    rf"total(?:ly)?(?: of|ing|ling)? ?(?P<count>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}) (?:{_BETWEEN} )?gpus?"
)
_IN_TOTAL = re.compile(
    rf"(?P<count>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}) (?:{_BETWEEN} |[a-z]{{0,2}}\d{{1,4}}[a-z]? )?(?:gpus?"
    rf"|accelerators?) (?:in total|total\b)"
)
_PLURAL = re.compile(r"(?:gpus|tpus|cards|s)$")
# In front of a name in the singular, an article counts one. A name alone does not say how many there were.
_ARTICLE = re.compile(
    r"(?:\b(?:an?|the|my|our|this|my one|tek bir|bir|numa|num|nuna|jednej|jednym|jedną|une?|una|uma|eine?[mnr]?|der"
    r"|dem|die|le|la|el|il|một)\b|单)(?: (?!with|of|and|on|from"
    r"|per|to)[a-z0-9.'-]{1,"
    r"16}){0,4} ?\(?$"
)
_ONE_CARD = re.compile(
    r"(?:单|單)(?:卡|张|張|块|塊|片|枚|台)的? ?$|\b(?:видеокарте|карте|grafikkarte|tarjeta(?: gráfica)?|carte "
    r"graphique|scheda(?: video)?"
    r"|placa(?: de vídeo)?|karcie) $"
)
# A slice of several hosts, of which nobody takes two without a word.
_POD = re.compile(r"tpu.{0,3}v[2-6][ep]?-(?:1[26]|2[0-9]|[3-9][0-9]|[1-9][0-9]{2,4})\b")
# A type name implies no count.
_TYPE_OF = re.compile(r"\b(?:of|hardware|gpu|device|accelerator|instance) type[ :|]{0,4}$")
_CORES = re.compile(r"\bcores?$")
_CORES_BEHIND = re.compile(
    r"(?: (?:hardware|devices?|vm|pod|machine|node))?[ ,(]{1,3}(?:with |of |and )?(?P<count>\d{1,4})[ -]cores?\b"
)
_TPU_VERSION = re.compile(r"(?:v|tpu)[ -]?(\d[ep]?)\b", re.IGNORECASE)
# Every name has a digit except these.
_WORTH_READING = re.compile(r"\d|[gtnhix]pu|titan|accelerators|radeon|graphics")
# Forms that `find_in_text` skips: a dash inside the model number, a number with just Ti, spaces left by code marks.
_DASHED = re.compile(
    r"(?:(?<![\w-])|(?<=\dx))(?:nvidia |tesla ){0,2}(?:(?P<letter>[vpah])-(?P<digits>\d{2,3})"
    r"|(?P<ti>\d{4}) ?ti)(?:[ -]gpus?)?(?!\w)"
    r"|(?<![\w-])(?:nvidia |tesla ){0,2}(?P<joined>[vpahtlkb]\d{1,3}[gs]?)(?=x\d{1,4}(?!\w))"
    r"|(?:(?<=\d)(?P<times> ?[x\u00d7] ?)|(?<=[卡张張块塊])|(?<=nvidia )|(?<=\ba )|(?<=\bone )|(?<=\bsingle )"
    r"|(?<=\bmy )|(?<=\bthe ))(?P<rtx>(?:20[678]|30[5-9]|40[5-9]|50[5-9])0(?: ?ti)?)(?:s\b)?(?!\w)"
    r"|(?:(?<![\w-])|(?<=\dx))rtx(?P<glued>a[2-6][05]00)(?!\w)"
    r"|(?:cloud )?tpus? ?\( {0,2}(?P<tpu>v\d[ep]?(?:-\d{1,4})?)(?!\w)"
)
_MAY_BE_DASHED = re.compile(
    r"(?:\ba|one|single|my|the) [2-5]0[5-9]0|rtxa|nvidia [2-5]0|[卡张張块塊][2-5]0|[vpah]-\d|[x\u00d7] ?[2-5]0|\d "
    r"?ti|tpus? ?\(|\dx\d"
)
# The number of `300 V100 hours` counts hours.
_HOURS_BEHIND = re.compile(r"(?:[ -]gpus?)?[ -]?(?:hours?|hrs|days?|weeks?|h)\b")
_TAIL = re.compile(r"[ -]+(?:gpus?|cards?)$", re.IGNORECASE)
_MACHINE = re.compile(r"\b(?:dgx|hgx)[ -]?")
_INSTANCE = re.compile(
    r"(?<![\w.])(?:(?:ml\.)?(?:p[2-5][a-z]{0,2}|p6-b[23]00|g[4-6][a-z]{0,2}|dl1|trn[12]n?|inf[12])"
    r"\.\d{0,2}x?(?:large|metal)"
    r"|a[2-4]x?-(?:high|mega|ultra)gpu-\d{1,2}g|g[24]-standard-\d{1,3}"
    r"|(?:standard_)?n[cdv]\d{1,3}[a-z]{1,5}(?:_(?:a10|t4|[ah][12]00|mi300x))?_v\d"
    r"|bm\.gpu\.?[\w.-]{1,12}\.\d{1,2}|gpu_\d{1,2}x_\w{2,20})(?!\w)"
)
_MAY_BE_INSTANCE = re.compile(r"large|metal|\dg\b|-standard-\d|_v\d|\bbm\.|gpu_\d")


@dataclass(frozen=True, slots=True)
class Device:
    """A device in a text: `name` as written, None if unnamed; `count` None if unknown.

    `start` and `end` include the count; `exact` is True if the count is written, False if implied by grammar.
    """

    name: str | None
    meant: HardwareName | None
    count: int | None
    start: int
    end: int
    exact: bool = True


def devices(text: str, low: str) -> list[Device]:
    """Devices in a text of one or two sentences, in order; unnamed ones only if none is named."""
    if not _WORTH_READING.search(low):
        return []
    named = [_named(mention.start, mention.end, mention.name, text, low) for mention in find_in_text(text)]
    named = _accelerators_of_machines(named or [*_dashed(text, low), *_instances(text, low)])
    bare = [device for device in _bare(low) if not any(_overlap(device, other) for other in named)]
    if named and bare:
        named = [_with_bare(device, bare) if not device.exact else device for device in named]
    found = named or bare
    return [_times_nodes(device, low) for device in found]


def same_device(one: Device, other: Device) -> bool:
    """True if two names may mean the same device, ignoring memory size."""
    if one.meant is None or other.meant is None:
        return one.meant is other.meant
    models = {device.needs for device in one.meant.devices}
    return any(device.needs in models for device in other.meant.devices)


def _named(start: int, end: int, meant: HardwareName, text: str, low: str) -> Device:
    name = _TAIL.sub("", " ".join(text[start:end].split()).strip(" -(`,"))
    if name[-1:] == "s" and name[-2:-1].isdigit() and not name.endswith("L40s"):
        name = name[:-1]
    device = Device(name, meant, *_count(start, end, low))
    if meant.devices[0].vendor == "Google":
        return _slice(device, start, end, low)
    if _MACHINE.search(name.lower()) and device.count is not None and device.end > end:
        # `DGX A100 8gpu` counts accelerators, not machines.
        return replace(device, name=(plain := _MACHINE.sub("", name.lower()).upper()), meant=_meant(plain))
    return device


def _meant(name: str) -> HardwareName | None:
    try:
        return find_accelerator(name)
    except UnknownDeviceError:
        return None


def _count(start: int, end: int, low: str) -> tuple[int | None, int, int, bool]:
    """Count of a name, its span including the count, and whether the count is written."""
    after = _AFTER.match(low, end)
    if after and after["each"]:
        return _whole(after["each"]), start, end, True
    if after and (written := after["times"] or after["gpus"] or after["bare"] or after["pieces"] or after["single"]):
        return (1 if after["single"] else _whole(written)), start, after.end(), True
    head = low[max(0, start - 60) : start]
    before = None if _HOURS_BEHIND.match(low, end) else _BEFORE.search(head)
    count = _whole(before["count"]) if before else None
    if before and count is not None:
        count *= int(before["nodes"] or 1) or 1
        exact = before["count"] not in ("a", "an")
        return count, start - len(head) + before.start(), end, exact
    several = _PLURAL.search(low, start, end) or low.startswith((" gpus", " cards"), end) or _TYPE_OF.search(head)
    alone = _ARTICLE.search(head) or _ONE_CARD.search(head) or _POD.search(low[start:end])
    return (1 if alone and not several else None), start, end, False


def _whole(written: str) -> int | None:
    value = number(written)
    return int(value) if value is not None and value == int(value) and 0 < value <= _MOST else None


def _slice(device: Device, start: int, end: int, low: str) -> Device:
    """Read a TPU with counted cores as one slice of that size: `8 TPUv3 cores`, `TPUv2, 8 cores`."""
    assert device.name
    version = _TPU_VERSION.search(device.name)
    behind = _CORES_BEHIND.match(low, end)
    if version is None or re.search(r"-\d", device.name):
        return device
    cores = _whole(behind["count"]) if behind else None
    if cores is None and _CORES.search(low[start:end]):
        cores = device.count
    meant = _meant(f"TPU v{version[1]}-{cores}") if cores and cores > 1 else None
    if meant is None:
        return device
    return replace(device, name=f"TPU v{version[1]}-{cores}", meant=meant, count=1, end=behind.end() if behind else end)


def _bare(low: str) -> Iterator[Device]:
    one = _ONE_OF.search(low) if "one of" in low else None
    if one is not None:
        yield Device(None, None, 1, one.start(), one.end())
    for found in _BARE.finditer(low) if "pu" in low or "accelerators" in low or "graphics" in low else ():
        count = _whole(found["count"])
        # Nobody trains on exactly 1,080 GPUs: the number is the name of a card.
        if count is not None and not _CARD_NUMBER.fullmatch(found["count"]):
            exact = found["count"] not in ("a", "an")
            yield Device(None, None, count, found.start(), found.end(), exact)


def _dashed(text: str, low: str) -> Iterator[Device]:
    for found in _DASHED.finditer(low) if _MAY_BE_DASHED.search(low) else ():
        name = _undashed(found)
        meant = _meant(name)
        if meant is not None:
            start = found.end("times") if found["times"] else found.start()
            yield replace(_named(start, found.end(), meant, text, low), name=name)


def _undashed(found: re.Match[str]) -> str:
    if found["rtx"]:
        return f"RTX {found['rtx'].upper()}"
    if found["glued"]:
        return f"RTX {found['glued'].upper()}"
    if found["ti"]:
        return f"{found['ti']} Ti"
    return f"TPU {found['tpu']}" if found["tpu"] else (found["joined"] or found["letter"] + found["digits"]).upper()


def _accelerators_of_machines(named: list[Device]) -> list[Device]:
    """Read `2 DGX-A100 (8x A100)` as 16 A100."""
    for machine, inside in pairwise(named):
        if _is_machine(machine) and same_device(machine, inside) and inside.exact and inside.start - machine.end <= 30:
            count = (machine.count or 1) * (inside.count or 1)
            together = replace(inside, count=count, start=machine.start)
            return [together if device is inside else device for device in named if device is not machine]
    return named


def _instances(text: str, low: str) -> Iterator[Device]:
    for found in _INSTANCE.finditer(low) if _MAY_BE_INSTANCE.search(low) else ():
        meant = _meant(found[0])
        if meant is not None:
            count, start, end, exact = _count(found.start(), found.end(), low)
            yield Device(text[found.start() : found.end()], meant, count, start, end, exact)


def _with_bare(device: Device, bare: list[Device]) -> Device:
    """Give an uncounted name the count of the nearest GPUs: `592 GPUs powered by the V100 chip`."""
    near = min(bare, key=lambda other: min(abs(other.start - device.end), abs(device.start - other.end)))
    if near.count is None or not near.exact or (near.count == 1) or _is_machine(device):
        return device
    return replace(device, count=near.count, exact=True)


def _is_machine(device: Device) -> bool:
    return device.meant is not None and device.meant.system is not None


def _times_nodes(device: Device, low: str) -> Device:
    """Multiply by the number of nodes if it is given and the count is per node."""
    if device.count is None:
        return device
    total = (_TOTAL.search(low) or _IN_TOTAL.search(low)) if "total" in low else None
    if total and (device.meant is None or _whole(total["count"]) == device.count):
        return replace(device, count=_whole(total["count"]) or device.count)
    per_node = _PER_NODE.search(low[device.end : device.end + 60])
    for nodes in _NODES.finditer(low):
        count = _whole(nodes["count"])
        if count and nodes["thing"].startswith("dgx") and device.count in (8 * count, 16 * count):
            return device  # a DGX has 8 or 16: the number is that of all
        if count and count > 1 and _LISTED.fullmatch(low, nodes.end(), device.start) and not per_node:
            # `8 nodes, 64 GPUs`: more than a node can hold are those of all nodes; fewer may be either.
            return device if device.count > _MOST_IN_A_NODE else replace(device, count=None)
        within = nodes.start() < device.start and device.end <= nodes.end()
        if count and count > 1 and (within or per_node or _is_each(low, nodes.end(), device.start)):
            return replace(device, count=device.count * count, start=min(device.start, nodes.start()))
    # Per node, with an unknown number of nodes.
    is_each = (per_node and per_node.end() < 20) or _NODE_HAS.search(low[max(0, device.start - 40) : device.start])
    return replace(device, count=None) if device.count > 1 and is_each else device


def _is_each(low: str, start: int, end: int) -> bool:
    return start <= end <= start + 90 and _EACH.search(low[start:end]) is not None


def _overlap(one: Device, other: Device) -> bool:
    return one.start < other.end and other.start < one.end
