"""Labelled hours and devices, as in the Hub's template and the output of trackers and trainers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from .. import units
from .card_text import CardText, lowered
from .devices import devices
from .durations import Duration, clock_hours, durations
from .extracted_fact import ExtractedFact
from .facts import Span, Training
from .numbers import DIGITS, SCALE, number
from .pairs import Pair, labels
from .subject import is_of_another

# The template does not say whether its hours are summed over devices.
_EITHER = labels("hours used, hours, compute hours, total hours, hours used total")
_WALL = labels(
    "время, длительность, длительность тренировки, süre, eğitim zaman\u0131, tempo, "
    "zeit, thời gian, waktu, 训练时间, 时间, 時間, 시간, "
    "total wall-clock, total wall clock, total duration, computation time, compute "
    "time, training budget, cost, cost of training, "
    "toplam eğitim süresi, tiempo total de entrenamiento, tempo total de treinamento, durée totale d'entraînement, "
    "gesamte trainingszeit, 総学習時間, 总训练时间, 总训练时长, общее время обучения, "
    "durata dell'addestramento, durata, tempo di addestramento, durée d'entraînement, durée de l'entraînement, temps "
    "d'entraînement, "
    "durée, tiempo, tiempo de entrenamiento, duración, duración del entrenamiento, tempo de treinamento, tempo de "
    "treino, duração, "
    "duração do treino, laufzeit, trainingszeit, trainingsdauer, dauer, trainingsduur, trainingstijd, lama pelatihan,"
    " waktu pelatihan, "
    "eğitim süresi, czas treningu, czas trenowania, czas uczenia, время обучения, длительность обучения, "
    "thời gian huấn luyện, träningstid, koulutusaika, 训练时长, 训练时间, 训练耗时, 训练用时, 用时, 耗时, "
    "学習期間, 学習時間, 訓練時間, 학습 시간, 훈련 시간, 학습 기간, wall clock, wallclock, "
    "training time, train time, training duration, time to train, total training time, wall time, training hours, "
    "wall clock time, wall-clock time, training wall time, fine-tuning time, runtime, run duration, training runtime, "
    "train runtime, finetuning time, pretraining time, pre-training time, approximate training time, total time, "
    "training length, time, duration, hours of training, time taken, training took, total runtime, elapsed time, "
    "total train time, fine tuning time, training time taken"
)
_DEVICE = labels(
    "gpu hours, gpu-hours, tpu hours, gpu time, total gpu hours, device hours, accelerator hours, training gpu hours, "
    "gpu hours used, gpu compute hours, chip hours, training time gpu hours"
)
_HARDWARE = labels(
    "video kart\u0131, tarjeta gráfica, placa de vídeo, scheda video, karta graficzna, carte graphique, 设备, "
    "硬件, 训练硬件, 显卡, 计算资源, 計算資源, ハードウェア, 学習環境, 하드웨어, matériel, "
    "perangkat keras, donan\u0131m, sprzęt, оборудование, железо, видеокарта, phần cứng, grafikkarte, rechner, "
    "hårdvara, maskinvare, chips, "
    "hardware, hardware type, hardware used, infrastructure, gpu, gpus, tpu, tpus, gpu model, gpu type, gpus used, "
    "gpu used, accelerator, accelerators, training hardware, compute infrastructure, compute, device, devices, "
    "training infrastructure, gpu name, machine, machine type, cpu/gpu, gpu/cpu, compute resources, training device, "
    "training devices, training gpu, training gpus, accelerator type, compute sku gpu device, azureml sku, instance "
    "type, instance, setup, environment, hardware setup, hardware configuration, compute hardware, gpu device, "
    "graphics card, training setup, trained on, training environment, training platform, training machine, hardware "
    "accelerator, compute used, machines, gpu(s), hardware requirements for training, tpu type, gpu configuration, "
    "node, nodes"
)
_COUNT = labels(
    "quantidade, quantità, cantidad, anzahl, количество, 数量, 卡数, number of cards, # of gpus, accelerator count, "
    "number of gpus, num gpus, n gpus, gpu count, number of devices, num devices, # gpus, #gpus, no. of gpus, gpus, "
    "number of accelerators, number of tpus, num of gpus, total gpus, number of gpus used, gpu number"
)
# Generic labels: a duration must follow almost immediately.
# `It achieves the following results on the evaluation set:` stands above a runtime of the evaluation.
_RESULTS = re.compile(r"\bresults\b|evaluat|infer|benchmark")
# The answers that a template suggests.
_EXAMPLE = re.compile(r"[(\[<]? ?(?:e\.g|for example|such as|ex:|replace|insert|your )")
# The number of `32 A100-hours` counts hours.
_HOURS_OF = re.compile(r"(?:[ -]?gpus?)?[ -]?(?:hours?|hrs|h|days?)\b")
_PER_PART = re.compile(r" ?(?:per|/|an|each|every) ?(?:epoch|step|fold|run|iteration|sample)")
_LOOSE = frozenset(
    [
        "time",
        "duration",
        "total time",
        "hours",
        "runtime",
        "cost",
        "время",
        "tempo",
        "zeit",
        "süre",
        "waktu",
        "时间",
        "時間",
        "시간",
    ]
)
_ABOUT = re.compile(
    r"(?:[~≈ ]|about|around|approximately|approx\.?|roughly|close to|nearly|almost|circa|ca\.?|etwa|около)+ "
)
_NODES = labels("nodes, number of nodes, node count, num nodes, # nodes, compute nodes, instances, number of instances")
_EACH = re.compile(
    r"(?:number of |num |# )?(?:gpus?|accelerators?|devices|tpus?|cards) ?(?:per|/) ?(?:node|instance|machine|server)"
)
_WHOLE = re.compile(r"[1-9][0-9]{0,4}(?![\d.,])")
_PARTS = ("hardware", "count", "wall_hours", "device_hours", "hours")
LABELS = _EITHER | _WALL | _DEVICE | _HARDWARE | _COUNT

_NUMBER = re.compile(
    rf"[~≈<> ]{{0,3}}(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))?\+?(?: ?\((?P<unit>[a-z]{{1,12}})\))?"
    r"(?P<tail>.{0,40})$"
)
_LEADING = re.compile(rf"[~≈ ]{{0,3}}(?P<amount>{DIGITS})(?: ?(?P<scale>{SCALE}))? ?[(,;]")
# Units as labels and headers write them.
UNITS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "in hours"), "hour"),
    **dict.fromkeys(("min", "mins", "minutes", "m"), "minute"),
    **dict.fromkeys(("s", "sec", "secs", "seconds"), "second"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("weeks", "week"), "week"),
}
_DEVICE_UNIT = re.compile(r"(?:gpu|tpu|device|accelerator|chip|[avh]\d{2,3})s?[- ](?:hours?|hrs?|h)$")
_COUNTED = re.compile(r"(?:x ?)?(?P<count>[1-9]\d{0,4}) ?(?:x|units?|gpus?|cards?|pcs)?")
_HARDWARE_HEADING = re.compile(r"train|hardware|infrastructure|comput|environment|setup|resource|gpu")
_ELSEWHERE = re.compile(
    r"target|pricing|recommend|roadmap|expected|infer|(?<!resource )(?<!energy )usage|how to|requirement|evaluat"
    r"|benchmark|latency|speed(?!s?, sizes)|serving|deploy|test"
)


def read_labelled_hours(page: CardText, pairs: list[Pair]) -> Iterator[ExtractedFact]:
    """Labelled hours, hardware and counts, in card order."""
    found = [*((fact, "") for fact in _per_node(pairs)), *_labelled(page, pairs)]
    repeated = _repeated([fact for fact, _ in found], [label for _, label in found])
    if repeated:
        yield ExtractedFact("trainings", repeated, 0, 0)
    for name in _PARTS:
        alike = [fact for fact, _ in found if fact.name == name]
        # Blocks of the same labels that differ are several trainings.
        if alike and (not repeated or len({fact.value for fact in alike}) == 1):
            yield alike[0]


def _per_node(pairs: list[Pair]) -> Iterator[ExtractedFact]:
    """The count from two labels: `Nodes: 4` and `GPUs per node: 8`, with the device if the second has it."""
    nodes = next((pair for pair in pairs if pair.label in _NODES and _WHOLE.fullmatch(pair.value)), None)
    each = next((pair for pair in pairs if _EACH.fullmatch(pair.label) and _WHOLE.match(pair.value)), None)
    if nodes is None or each is None:
        return
    on_each = _WHOLE.match(each.value)
    assert on_each is not None
    yield from (fact for fact in _hardware(each) if fact.name == "hardware")
    yield ExtractedFact("count", int(nodes.value) * int(on_each[0]), each.start, each.end)


def _repeated(facts: list[ExtractedFact], labels: list[str]) -> tuple[Training, ...]:
    """The trainings of several blocks of labels, each begun by a label that was there before; none for one block."""
    blocks: list[dict[str, ExtractedFact]] = [{}]
    seen: set[tuple[str, str]] = set()
    for fact, label in zip(facts, labels, strict=True):
        if (fact.name, label) in seen:
            blocks.append({})
            seen = set()
        seen.add((fact.name, label))
        blocks[-1].setdefault(fact.name, fact)
    timed = [block for block in blocks if any(name.endswith("hours") for name in block)]
    values = [{name: fact.value for name, fact in block.items()} for block in timed]
    if len(timed) < 2 or all(value == values[0] for value in values[1:]):
        return ()
    return tuple(map(_training, timed))


def _training(block: dict[str, ExtractedFact]) -> Training:
    known = {("wall_hours" if name == "hours" else name): fact for name, fact in block.items()}
    places = MappingProxyType({name: Span(fact.start, fact.end) for name, fact in known.items()})
    return Training(**{name: fact.value for name, fact in known.items()}, places=places)


def _labelled(page: CardText, pairs: list[Pair]) -> Iterator[tuple[ExtractedFact, str]]:
    """Labelled facts, each with its label."""
    of_codecarbon = any(pair.label == "energy consumed" for pair in pairs) and "codecarbon" in page.low
    for pair in pairs:
        if pair.label not in LABELS and not _COUNTED.fullmatch(pair.value.lower()):
            continue
        if _is_elsewhere(page, pair):
            continue
        if pair.label not in LABELS:
            yield from ((fact, "") for fact in _counted_device(page, pair))
            continue
        if pair.label in _HARDWARE or pair.label in _COUNT:
            yield from ((fact, pair.label) for fact in _hardware(pair))
        if pair.label not in _HARDWARE:
            yield from ((fact, pair.label) for fact in _hours(page, pair, of_codecarbon))


def _is_elsewhere(page: CardText, pair: Pair) -> bool:
    """True below a heading or a line about something else than the card's own training, and for an example."""
    if _EXAMPLE.match(pair.value.lower()) or _ELSEWHERE.search(page.section(pair.start)):
        return True
    return _RESULTS.search(page.lead_in(pair.start)) is not None or is_of_another(page, "", pair.start)


def _hardware(pair: Pair) -> Iterator[ExtractedFact]:
    found = [device for device in devices(pair.value, lowered(pair.value)) if device.meant is not None]
    if found:
        device = found[0]
        start, end = pair.start + device.start, pair.start + device.end
        yield ExtractedFact("hardware", device.name, start, end)
        # A type name implies no count.
        if (
            device.count is not None
            and not _HOURS_OF.match(pair.value.lower(), device.end)
            and (device.exact or (len(found) == 1 and not pair.label.endswith("type")))
        ):
            yield ExtractedFact("count", device.count, start, end)
    elif pair.label in _COUNT and re.fullmatch(r"[1-9]\d{0,5}", pair.value):
        yield ExtractedFact("count", int(pair.value), pair.start, pair.end)


def _counted_device(page: CardText, pair: Pair) -> Iterator[ExtractedFact]:
    """A device as the label and its count as the value: `Nvidia H100 GPU | 64`."""
    counted = _COUNTED.fullmatch(pair.value.lower())
    if counted is None or not page.device_words or not _HARDWARE_HEADING.search(page.heading(pair.start)):
        return
    label = page.text[pair.label_start : pair.start]
    found = devices(label, lowered(label))
    if len(found) == 1 and found[0].name is not None and found[0].end <= len(pair.label) + 4:
        yield ExtractedFact(
            "hardware", found[0].name, pair.label_start + found[0].start, pair.label_start + found[0].end
        )
        yield ExtractedFact("count", int(counted["count"]), pair.start, pair.end)


def _hours(page: CardText, pair: Pair, of_codecarbon: bool) -> Iterator[ExtractedFact]:
    low = lowered(pair.value)
    written = next(durations(low), None)
    name = _kind(page, pair)
    leading = _leading_hours(pair, low, written) if name == "device_hours" and written is not None else []
    if leading:
        yield from leading
        return
    if written is not None and _PER_PART.match(low, written.end):
        return
    if written is not None and written.of != "others" and written.start <= _reach(pair, low):
        if written.of == "devices" or re.match(r" of (?:gpu|tpu)", low[written.end :]):
            name = "device_hours"
        yield ExtractedFact(name, written.hours, pair.start + written.start, pair.start + written.end)
        yield from _other_kind(pair, low, written)
        return
    hours = _bare_hours(pair, low, of_codecarbon)
    if hours:
        yield ExtractedFact(name, hours, pair.label_start, pair.end)


def _leading_hours(pair: Pair, low: str, written: Duration) -> list[ExtractedFact]:
    """A bare number of device hours in front of another duration: `1,024 (32 hours in all)`."""
    bare = _LEADING.match(low)
    hours = number(bare["amount"], bare["scale"]) if bare and bare.end() < written.start else None
    if bare is None or not hours:
        return []
    found = [ExtractedFact("device_hours", hours, pair.start, pair.start + bare.end())]
    if written.of == "wall":
        start, end = pair.start + written.start, pair.start + written.end
        found.append(ExtractedFact("wall_hours", written.hours, start, end))
    return found


def _reach(pair: Pair, low: str) -> int:
    """How far from the start of its value a duration may begin."""
    about = _ABOUT.match(low)
    return (about.end() if about else 0) + 4 if pair.label in _LOOSE else 24


def _other_kind(pair: Pair, low: str, written: Duration) -> Iterator[ExtractedFact]:
    """Hours by the clock beside those of the devices, or the other way: `1024 GPU hours (32 hours total)`."""
    for other in durations(low[written.end :]):
        if {written.of, other.of} == {"wall", "devices"}:
            name = "wall_hours" if other.of == "wall" else "device_hours"
            start = pair.start + written.end
            yield ExtractedFact(name, other.hours, start + other.start, start + other.end)
        return


def _kind(page: CardText, pair: Pair) -> str:
    if pair.label in _DEVICE or _DEVICE_UNIT.search(pair.unit):
        return "device_hours"
    # sentence-transformers and setfit write this label in title case, and mean wall hours.
    if pair.label in _EITHER and page.text.startswith("Hours Used", pair.label_start):
        return "wall_hours"
    return "hours" if pair.label in _EITHER else "wall_hours"


def _bare_hours(pair: Pair, low: str, of_codecarbon: bool) -> float | None:
    """Hours of a clock time, or of a bare number whose unit is in or implied by the label."""
    clock = clock_hours(low)
    if clock is not None:
        return clock if pair.label not in ("time", "duration") or pair.unit else None
    found = _NUMBER.match(low)
    suffix = found["tail"].strip(" .") if found else ""
    if not found or (suffix not in UNITS and re.match(r" ?[%/\w]", found["tail"])):
        return None
    unit = (suffix if suffix in UNITS else "") or found["unit"] or pair.unit
    name = "hour" if _DEVICE_UNIT.search(unit) else UNITS.get(unit) or _implied_unit(pair, of_codecarbon)
    amount = number(found["amount"], found["scale"])
    return amount * units.HOURS_PER[name] if amount and name else None


def _implied_unit(pair: Pair, of_codecarbon: bool) -> str | None:
    """Unit of a bare number, as implied by the label."""
    if pair.unit:
        return None
    if "hours" in pair.label:
        return "hour"
    if (pair.label == "duration" and of_codecarbon) or pair.label == "train runtime":
        return "second"
    return None
