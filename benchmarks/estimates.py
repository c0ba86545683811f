"""How far estimates are from what was published, with everything re-fitted without the organisation being scored.

    HF_EMISSIONS_SHARED=../shared python benchmarks/estimates.py

Of the vision runs, everything that shares their environment or their architecture is left out. Beside each figure
stands that of rated power times hours, given the same spread. The interval score (Gneiting and Raftery 2007, 90 %) is
relative to the truth: width, plus twenty times the distance by which a range misses; less is better. Rows whose
published figure is itself rated power times hours stand apart: they test arithmetic, not truth.
"""

from __future__ import annotations

import csv
import itertools
import math
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import corpus
import numpy as np
from metered import BEFORE

from hf_emissions.estimation.distributions import Z90, Distribution, Lognormal
from hf_emissions.estimation.evidence import MfuEvidence, PowerEvidence, mfu_evidence, power_evidence
from hf_emissions.estimation.grid import find_grid
from hf_emissions.estimation.mfu import MfuModel, fit_mfu
from hf_emissions.estimation.power import PowerModel, fit_power, measured_mean_ratio
from hf_emissions.factors.find_accelerator import find_accelerator
from hf_emissions.facts.facts import Facts

ALPHA = 0.1
DRAWS = 20_000
# One for each factor that is drawn, so that no two share their draws.
SEEDS = itertools.count()
# Energy for each operation where the device is not known, spread of the logarithm (estimation reference, section 6).
ANY_DEVICE_SIGMA = 0.5

# Names that the data give in other words than cards do.
DEVICES = {
    "NVIDIA GeForce RTX 3090": "RTX 3090",
    "NVIDIA GeForce RTX 3070": "RTX 3070",
    "V100": "V100 SXM2",
    "A100": "A100 SXM",
    "H100": "H100 SXM",
    "H800": "H800 SXM",
    "V100 32GB (ND40rs_v2)": "V100 SXM2 32GB",
    "TPU v3-8 VM": "TPU v3-8",
    "T4 x2 (Kaggle)": "T4",
    "Tesla P100 (Kaggle)": "P100",
}
SIZES = {"mobilenet_v2": 3.5e6, "nasnet_mobile": 5.3e6, "resnet50": 25.6e6}
PARAMETERS_OF = {"XLM": 5.5e8}
ACCELERATORS_OF = {"GPT-3 175B": 10_000, "XLM": 512}

# Where a row names its place in words.
PLACES = {
    "Singapore": {"country_iso3": "SGP"},
    "United States of America": {"country_iso3": "USA"},
    "Netherlands": {"country_iso3": "NLD"},
    "Canada": {"country_iso3": "CAN"},
    "Germany": {"country_iso3": "DEU"},
    "France": {"country_iso3": "FRA"},
    "France (Jean Zay)": {"country_iso3": "FRA"},
    "Barcelona, Spain": {"country_iso3": "ESP"},
    "Catalonia": {"country_iso3": "ESP"},
    "Denmark": {"country_iso3": "DNK"},
    "USA": {"country_iso3": "USA"},
    "Azure westus2 (Washington)": {"provider": "azure", "region": "westus2"},
    "Azure East US": {"provider": "azure", "region": "eastus"},
    "AWS US-east": {"provider": "aws", "region": "us-east-1"},
    "AWS US-West 2": {"provider": "aws", "region": "us-west-2"},
    "Eemshaven, Netherlands": {"provider": "gcp", "region": "europe-west4"},
}
# GPT-3's place is not in the row: Patterson et al. 2021, Table 4, the average of the USA.
PLACE_OF = {"openai/gpt-3": "United States of America"}

# The metered rows that say for how long what ran: organisation, what the meter covers.
METERED = {
    "linydub/bart-large-samsum": ("henryu-lin", "accelerators"),
    "nicholasKluge/TeenyTinyLlama-160m": ("Nkluge", "node"),
}
# Published grams that are no emissions: what stands there is the duration, 4 days 09.5 hours.
NO_FIGURE = {"Maltehb/aelaectra-danish-electra-small-cased"}
MARKET_BASED = "Google Cloud Platform Carbon Footprint"


@dataclass(frozen=True, slots=True)
class Case:
    """What was published, what is estimated blind, and what rated power times hours gives."""

    group: str
    name: str
    truth: float
    estimate: Drawn
    naive: float

    def scores(self) -> tuple[Score, Score]:
        """Of the estimate, and of the naive method with the same spread."""
        low, high = self.estimate.range_90
        same = Lognormal(self.naive, math.log(high / low) / 2 / Z90)
        return score(self.truth, self.estimate), score(self.truth, same)


@dataclass(frozen=True, slots=True)
class Score:
    """Relative to the truth: error of the median, whether it lies in the range, width, interval score."""

    error: float
    inside: float
    width: float
    interval: float


def score(truth: float, estimate: Lognormal | Drawn) -> Score:
    """Of one estimate."""
    low, high = (end / truth for end in estimate.range_90)
    missed = max(low - 1.0, 0.0) + max(1.0 - high, 0.0)
    return Score(abs(estimate.median / truth - 1.0), float(missed == 0.0), high - low, high - low + 2 / ALPHA * missed)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A product of factors, by its draws."""

    draws: np.ndarray

    @property
    def median(self) -> float:
        """50th percentile."""
        return float(np.median(self.draws))

    @property
    def range_90(self) -> tuple[float, float]:
        """5th and 95th percentile."""
        low, high = np.quantile(self.draws, (0.05, 0.95))
        return float(low), float(high)


def product(*factors: Distribution | Drawn | float) -> Drawn:
    """Of independent factors."""
    draws = np.ones(DRAWS)
    for factor in factors:
        if isinstance(factor, Drawn):
            draws = draws * factor.draws
        elif isinstance(factor, float | int):
            draws = draws * factor
        else:
            draws = draws * factor.draw(np.random.default_rng(next(SEEDS)), DRAWS)
    return Drawn(draws)


def inverse(factor: Lognormal) -> Lognormal:
    """One over it."""
    return Lognormal(1 / factor.median, factor.sigma)


# --- what is left out, and what is drawn -------------------------------------------------------------------------


def power_without(leave: Callable[[PowerEvidence], bool]) -> PowerModel:
    """Fitted without some rows."""
    return fit_power(row for row in power_evidence() if not leave(row))


def mfu_without(leave: Callable[[MfuEvidence], bool]) -> MfuModel:
    """Fitted without some rows."""
    return fit_mfu(row for row in mfu_evidence() if not leave(row))


def rated_w(device: str) -> Lognormal:
    """The rated power of a device by its name; a name of several forms has a spread. Of a TPU its measured mean."""
    found = find_accelerator(DEVICES.get(device, device))
    measured = found.devices[0].measured_mean_w
    if measured:
        return Lognormal(measured * found.chips, 0.0)
    low, mode, high = found.power_low_w or 0.0, found.power_w or 0.0, found.power_high_w or 0.0
    mean = (low + 4 * mode + high) / 6
    return Lognormal(mean, math.sqrt(max(mean - low, 0.0) * max(high - mean, 0.0) / 7) / mean)


def place_g_per_kwh(place: str) -> Lognormal:
    """The intensity of a place in words, as the estimator draws it."""
    found = find_grid(Facts(**PLACES[place])).factor.distribution
    assert isinstance(found, Lognormal)
    return found


def rows(*path: str) -> list[dict[str, str]]:
    """A file of the shared data."""
    with corpus.shared().joinpath("data", *path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- the cases -----------------------------------------------------------------------------------------------------


def vision_runs(*, sized: bool = True) -> Iterator[Case]:
    """Tier B: metered trainings of small networks, of which the parameters are known or withheld."""
    for row in rows("power", "cv_training_runs.csv"):
        environment, architecture = row["environment"], row["architecture"]
        model = power_without(
            lambda e, env=environment, arch=architecture: env == e.environment or arch == e.architecture
        )
        hours = float(row["duration_s"]) / 3600
        rated = rated_w(row["gpu"])
        parameters = SIZES[architecture] if sized else None
        ratio = model.ratio(accelerators=1, parameters=parameters, boundary="accelerators", setting="consumer")
        yield Case(
            f"{architecture}, {DEVICES[row['gpu']]}",
            "",
            float(row["mean_gpu_power_w"]) * hours / 1000,
            product(rated, ratio, hours / 1000),
            rated.median * hours / 1000,
        )


def published_runs() -> list[dict[str, str]]:
    """The pre-trainings with their hours."""
    return rows("labels", "published_pretraining_runs.csv")


def is_metered(row: dict[str, str]) -> bool:
    """Whether a pre-training's energy is not rated power times hours."""
    return "/processor" in row["basis"] or "342 W" in row["basis"]


def organisation_of(model: str) -> str:
    """Who trained it, as the evidence has it."""
    return next(e.organisation for e in mfu_evidence() if e.model == model)


def by_hours(row: dict[str, str]) -> tuple[Drawn, float]:
    """Energy of a pre-training in kWh from its hours, the PUE of 1.1 that was published with it inside."""
    model, organisation = row["model"], organisation_of(row["model"])
    power = power_without(lambda e: e.organisation == organisation)
    ratio = power.ratio(
        accelerators=ACCELERATORS_OF.get(model, 512),
        parameters=float(row["active_params"] or PARAMETERS_OF.get(model, 0)),
        boundary="node",
    )
    rated, hours = rated_w(row["gpu"]), float(row["device_hours"])
    return product(rated, ratio, hours * 1.1 / 1000), rated.median * hours * 1.1 / 1000


def pretraining_hours(row: dict[str, str], *, generation: str | None) -> Drawn:
    """Device hours of a pre-training from its operations."""
    organisation = organisation_of(row["model"])
    model = mfu_without(lambda e: e.organisation == organisation)
    parameters = float(row["active_params"]) if row["active_params"] else PARAMETERS_OF[row["model"]]
    used = model.mfu(generation=generation, parameters=parameters, pretraining=True)
    peak = find_accelerator(DEVICES[row["gpu"]]).flop_per_s or 0.0
    return product(float(row["flop"]) / peak / 3600, inverse(used))


def cluster_energy() -> Iterator[Case]:
    """Tier B: metered pre-trainings."""
    for row in filter(is_metered, published_runs()):
        estimate, naive = by_hours(row)
        yield Case("V100 clusters", row["model"], float(row["published_energy_MWh"]) * 1000, estimate, naive)


def card_energy() -> Iterator[Case]:
    """Tier B: cards with a meter's figure, hours and a device."""
    for row in rows("labels", "published_emissions.csv"):
        if row["model_id"] in METERED:
            estimate, naive = by_card_hours(row)
            yield Case("CodeCarbon cards", row["model_id"], float(row["energy_kwh"]), estimate, naive)


def by_card_hours(row: dict[str, str]) -> tuple[Drawn, float]:
    """Energy of a card's training in kWh from its hours; that of the node where nothing else is known."""
    organisation, boundary = METERED.get(row["model_id"], ("", "node"))
    found = find_accelerator(DEVICES.get(row["hardware"], row["hardware"]))
    hours = float(row["device_hours"])
    rated = rated_w(found.written)
    if found.devices[0].measured_mean_w:
        return product(rated, measured_mean_ratio(), hours / 1000), rated.median * hours / 1000
    ratio = power_without(lambda e: e.organisation == organisation).ratio(
        accelerators=int(row["n_devices"]) if row["n_devices"] else None,
        parameters=float(row["params"]) if row["params"] else None,
        boundary="accelerators" if boundary == "accelerators" else "node",
        setting=found.devices[0].setting,
    )
    return product(rated, ratio, hours / 1000), rated.median * hours / 1000


def evidence_groups() -> Iterator[Case]:
    """Power of an accelerator over its rated power: groups that `power.py` has by their middle alone."""
    for row in power_evidence():
        if row.organisation not in BEFORE:
            continue
        model = power_without(lambda e, organisation=row.organisation: e.organisation == organisation)
        ratio = model.ratio(
            accelerators=row.accelerators,
            parameters=row.parameters,
            boundary=row.boundary,
            setting=row.setting,
            described=row.task == "language",
        )
        kind = (
            "inference" if row.organisation == "Fischer" else "fine-tuning" if "fine" in row.group else "pre-training"
        )
        yield Case(kind, row.group, row.ratio, product(ratio), 1.0)


def hours_by_operations() -> Iterator[Case]:
    """Tier D: device hours from parameters, tokens and device. Naive is an MFU of 0.4 for every device and size."""
    for row in published_runs():
        estimate = pretraining_hours(row, generation=row["gpu"])
        peak = find_accelerator(DEVICES[row["gpu"]]).flop_per_s or 0.0
        organisation = organisation_of(row["model"])
        kind = "Meta" if organisation == "Meta" else "others"
        name = f"{'H100/H800' if row['gpu'] in ('H100', 'H800') else row['gpu']}, {kind}"
        yield Case(name, row["model"], float(row["device_hours"]), estimate, float(row["flop"]) / peak / 3600 / 0.4)


def energy_by_operations(*, device_known: bool) -> Iterator[Case]:
    """Tier D and E: energy of the metered pre-trainings."""
    for row in filter(is_metered, published_runs()):
        hours = pretraining_hours(row, generation=row["gpu"] if device_known else None)
        energy, naive = by_hours(row)
        doubt = Lognormal(1.0, 0.0 if device_known else ANY_DEVICE_SIGMA)
        estimate = product(energy, hours, doubt, 1 / float(row["device_hours"]))
        factor = hours.median / float(row["device_hours"])
        yield Case("V100 clusters", row["model"], float(row["published_energy_MWh"]) * 1000, estimate, naive * factor)


def grams_from_energy() -> Iterator[Case]:
    """Tier A: grams from a published energy and a place; naive is one figure for the world, 475 g/kWh (IEA 2019).

    The two from Canada say 2 g/kWh: what the tracker takes for Quebec, which it assumes where it has no network.
    """
    for row in rows("labels", "published_emissions.csv"):
        place = PLACE_OF.get(row["model_id"], row["region"])
        if not row["energy_kwh"] or place not in PLACES:
            continue
        energy = float(row["energy_kwh"])
        yield Case(
            place,
            row["model_id"],
            float(row["reported_emissions_g"]),
            product(energy, place_g_per_kwh(place)),
            energy * 475,
        )


def grams_from_hours() -> Iterator[Case]:
    """Tier B: grams from metered rows' hours and place."""
    published = {row["model_id"]: row for row in rows("labels", "published_emissions.csv")}
    for name in METERED:
        row = published[name]
        place = place_g_per_kwh(row["region"])
        estimate, naive = by_card_hours(row)
        yield Case(
            "CodeCarbon cards", name, float(row["reported_emissions_g"]), product(estimate, place), naive * place.median
        )
    gpt3 = next(row for row in published_runs() if row["model"] == "GPT-3 175B")
    estimate, naive = by_hours(gpt3)
    place = place_g_per_kwh("USA")
    yield Case(
        "V100 clusters", "GPT-3", float(gpt3["published_tCO2e"]) * 1e6, product(estimate, place), naive * place.median
    )


def arithmetic_energy() -> Iterator[Case]:
    """Published energies that are rated power times hours."""
    for row in published_runs():
        if row["published_energy_MWh"] and not is_metered(row):
            estimate, naive = by_hours(row)
            yield Case("energy", row["model"], float(row["published_energy_MWh"]) * 1000, estimate, naive)


def arithmetic_grams() -> Iterator[Case]:
    """Published grams that are rated power times hours times an intensity."""
    for row in rows("labels", "published_emissions.csv"):
        if not row["device_hours"] or row["model_id"] in METERED | dict.fromkeys(NO_FIGURE) or "CPU" in row["hardware"]:
            continue
        place = place_g_per_kwh(row["region"]) if row["region"] in PLACES else Lognormal(330.0, 0.75)
        estimate, naive = by_card_hours(row)
        kind = (
            "market-based"
            if MARKET_BASED in row["note"]
            else "grams, place named"
            if row["region"] in PLACES
            else "grams, no place"
        )
        yield Case(
            kind, row["model_id"], float(row["reported_emissions_g"]), product(estimate, place), naive * place.median
        )


# --- the table -----------------------------------------------------------------------------------------------------

HEAD = (
    f"{'':44}{'n':>4}{'error':>7}{'inside':>7}{'width':>7}{'score':>8} |"
    f"{'error':>7}{'inside':>7}{'score':>8}{'worse':>7}\n"
    f"{'':44}{'':4}{'median':>7}{'':7}{'mean':>7}{'mean':>8} | rated power x hours, same spread\n"
)


def line(name: str, pairs: list[tuple[Score, Score]]) -> str:
    """One line of the table."""
    ours, naive = zip(*pairs, strict=True)
    interval, naive_interval = (statistics.fmean(each.interval for each in scores) for scores in (ours, naive))
    return (
        f"{name:44}{len(pairs):4}{_median(ours):7.0%}{_inside(ours):7.0%}"
        f"{statistics.fmean(each.width for each in ours):7.2f}{interval:8.2f} |"
        f"{_median(naive):7.0%}{_inside(naive):7.0%}{naive_interval:8.2f}{naive_interval / interval:7.2f}"
    )


def _median(scores: Iterable[Score]) -> float:
    return statistics.median(each.error for each in scores)


def _inside(scores: Iterable[Score]) -> float:
    return statistics.fmean(each.inside for each in scores)


def show(title: str, cases: Iterable[Case], *, each: bool) -> None:
    """One part of the table: all cases, every group counting once, the groups, and on request the cases."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.group, []).append(case)
    scored = {name: [case.scores() for case in members] for name, members in groups.items()}
    print(line(title, [pair for pairs in scored.values() for pair in pairs]))
    if len(groups) > 1:
        print(line("  every group counting once", [_one(pairs) for pairs in scored.values()]))
    for name, members in groups.items():
        if len(groups) > 1:
            print(line(f"    {name}", scored[name]))
        if each:
            print(*(_in_words(case) for case in members if case.name), sep="\n")
    print()


def _one(pairs: list[tuple[Score, Score]]) -> tuple[Score, Score]:
    """A group as one: the middle of its errors, the means of the rest."""
    ours, naive = (
        Score(_median(scores), _inside(scores), *(statistics.fmean(x) for x in _widths(scores)))
        for scores in zip(*pairs, strict=True)
    )
    return ours, naive


def _widths(scores: Iterable[Score]) -> tuple[list[float], list[float]]:
    found = list(scores)
    return [each.width for each in found], [each.interval for each in found]


def _in_words(case: Case) -> str:
    low, high = (end / case.truth for end in case.estimate.range_90)
    return (
        f"      {case.name:42} {case.estimate.median / case.truth:.2f} ({low:.2f} to {high:.2f}) of what was published"
    )


def main() -> None:
    """Print the table; with `--each` every case as well."""
    each = "--each" in sys.argv
    cards = [*cluster_energy(), *card_energy()]
    print(HEAD)
    show("tier B energy, metered", [*vision_runs(), *cards], each=each)
    show("tier B energy, parameters withheld", vision_runs(sized=False), each=each)
    show("tier B power, other metered groups", evidence_groups(), each=each)
    show("tier D device hours", hours_by_operations(), each=each)
    show("tier D energy, metered", energy_by_operations(device_known=True), each=each)
    show("tier E energy, metered", energy_by_operations(device_known=False), each=each)
    show("tier A grams", grams_from_energy(), each=each)
    show("tier B grams, metered", grams_from_hours(), each=each)
    show("arithmetic: power times hours as published", [*arithmetic_energy(), *arithmetic_grams()], each=each)
    print(
        "The runs of one vision group are alike within a twentieth, and its range stands for all of them: a group is\n"
        "inside by nearly all or nearly none. Only the share over groups says how well the ranges hold."
    )


if __name__ == "__main__":
    main()
