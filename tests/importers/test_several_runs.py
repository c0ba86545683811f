"""Several runs of a folder: which is meant, which are one, when they went on, and what their sum says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from importers import flat

from hf_emissions.errors import UsageError
from hf_emissions.factors.intensity import spread_of
from hf_emissions.importers.fold import folded_lines
from hf_emissions.importers.plausibility import plausibility_warnings
from hf_emissions.importers.power import duration_warning, mean_w, most_w
from hf_emissions.importers.ranks import check_ranks
from hf_emissions.importers.select_run import select_run
from hf_emissions.importers.sum_runs import sum_runs
from hf_emissions.importers.time_spans import is_beside, moment, ran_at_once, together_s
from hf_emissions.importers.tracked import Tracked
from hf_emissions.record import EmissionsRecord, Intensity


def tracked(run: str, **known) -> Tracked:
    return flat.tracked(run, **{"energy_kwh": 1.0, **known})


def at(run: str, start: str, duration_s: float | None = None, **known) -> Tracked:
    return tracked(run, started=f"2026-01-01T{start}", duration_s=duration_s, **known)


def refusal(act, *arguments, **keywords) -> str:
    with pytest.raises(UsageError) as caught:
        act(*arguments, **keywords)
    return str(caught.value)


class TestChoice:
    @pytest.mark.parametrize(
        ("names", "wanted", "run"),
        [
            (["a", "ab"], "a", "a"),
            (["a", "bc"], "b", "bc"),
            (["only"], None, "only"),
        ],
    )
    def test_one(self, names, wanted, run):
        assert [one.run for one in select_run([tracked(name) for name in names], wanted)] == [run]

    def test_all_that_a_tracker_metered(self):
        runs = [tracked("a"), tracked("b", meters=False), tracked("c")]
        assert [one.run for one in select_run(runs, None, every=True)] == ["a", "c"]
        assert [one.run for one in select_run(runs[:2], None)] == ["a"]

    def test_where_none_was_metered_one_is_taken_for_all(self):
        runs = [tracked("a", meters=False), tracked("b", meters=False)]
        assert [one.run for one in select_run(runs, None, every=True)] == ["a"]
        assert "there are 2 runs: " in refusal(select_run, runs, None)

    @pytest.mark.parametrize(
        ("count", "end"), [(8, "r7 (1 kWh, r7.csv:2)"), (9, "r7 (1 kWh, r7.csv:2), and 1 more"), (11, ", and 3 more")]
    )
    def test_eight_are_named(self, count, end):
        said = refusal(select_run, [tracked(f"r{number}") for number in range(count)], None)
        assert said.startswith(f"there are {count} runs: r0 (1 kWh, r0.csv:2), r1 (1 kWh, r1.csv:2), ")
        assert said.endswith(f"{end}; choose one with --run, or add them up with --all")

    @pytest.mark.parametrize(
        ("count", "words"),
        [
            (1, "--all: the run r0 (r0.csv:2) could not be read"),
            (2, "--all: the runs r0 (r0.csv:2), r1 (r1.csv:2) could not be read"),
            (8, ", r7 (r7.csv:2) could not be read"),
            (10, ", r7 (r7.csv:2) and 2 more could not be read"),
        ],
    )
    def test_a_sum_lacks_what_cannot_be_read(self, count, words):
        runs = [tracked(f"r{number}", unread="why") for number in range(count)]
        assert words in refusal(select_run, [*runs, tracked("sound")], None, every=True)

    @pytest.mark.parametrize(
        ("names", "wanted", "said"),
        [
            (
                ["ab", "ac"],
                "a",
                "--run: 'a' is the beginning of 2 runs: ab (1 kWh, ab.csv:2), ac (1 kWh, ac.csv:2); choo",
            ),
            (
                ["a", "a"],
                "a",
                "--run: 2 runs are called 'a': a (1 kWh, a.csv:2), a (1 kWh, a.csv:2); name the file of t",
            ),
            (["ab", "ab"], "a", "; some have one name, so name the file of the one that is meant"),
            (["a"], "x", "--run: no run is called 'x'; there are a (1 kWh, a.csv:2)"),
            (["a"], " ", "--run is empty; give the name of a run, or its beginning"),
            ([], None, "there is no run that could be read; see above"),
        ],
    )
    def test_what_is_not_one(self, names, wanted, said):
        assert said in refusal(select_run, [tracked(name) for name in names], wanted)

    @pytest.mark.parametrize(
        ("known", "figure"),
        [
            ({"emissions_g": 1500.0}, "1.5 kg CO2eq"),
            ({"emissions_g": 1500.0, "no_place": "why"}, "1 kWh"),
            ({"energy_kwh": None, "duration_s": 90.0}, "1 min 30 s"),
            ({"energy_kwh": None}, "no figure"),
        ],
    )
    def test_what_is_known_of_a_run_is_said(self, known, figure):
        assert f"a ({figure}, a.csv:2)" in refusal(select_run, [tracked("a", **known), tracked("b")], None)


class TestFolded:
    def test_one_of_a_kind_is_said_in_full(self):
        assert folded_lines([("a:1", "3 g are few"), ("b:2", "many")], 5) == ["a:1: 3 g are few", "b:2: many"]

    def test_of_many_the_first_with_its_numbers(self):
        said = [("a:1", "3 g are few"), ("a:2", "4.5e-7 g are few")]
        assert folded_lines(said, 5) == ["a: 2 of 5 runs: 3 g are few (the numbers are those of a:1)"]
        assert folded_lines([("a:1", "few"), ("a:2", "few")], 7) == ["a: 2 of 7 runs: few"]

    @pytest.mark.parametrize(
        ("files", "place"), [("ab", "a and 1 more"), ("abc", "a and 2 more"), ("aab", "a and 1 more")]
    )
    def test_of_several_files(self, files, place):
        said = [(f"{file}:{line}", "few") for line, file in enumerate(files, 1)]
        assert folded_lines(said, 9) == [f"{place}: {len(files)} of 9 runs: few"]

    @pytest.mark.parametrize(("most", "lines"), [(1, 1), (2, 1), (3, 3)])
    def test_up_to_so_many_each_is_said(self, most, lines):
        assert len(folded_lines([("a:1", "few"), ("a:2", "few"), ("a:3", "few")], 3, most=most)) == lines


class TestTimes:
    @pytest.mark.parametrize(("time_s", "text"), [(0, "1970-01-01T00:00:00+00:00"), (1e20, None), (float("nan"), None)])
    def test_moments(self, time_s, text):
        assert moment(time_s) == text

    @pytest.mark.parametrize(
        ("second", "both", "together"),
        [
            # The first went on from 10:00:00 to 10:01:40.
            (at("b", "10:01:37", 50), True, 147.0),
            (at("b", "10:01:38", 50), False, 150.0),
            (at("b", "10:01:40", 50), False, 150.0),
            (at("b", "10:00:30", 20), True, 100.0),
            (at("b", "10:00:00", 300), True, 300.0),
            (at("b", "12:00:00", 50), False, 150.0),
            (at("b", "08:00:00", 50), False, 150.0),
            (at("b", "10:30:00+00:30", 20), True, 100.0),
            (tracked("b", started="some day", duration_s=50), False, 150.0),
            (tracked("b", duration_s=50), False, 150.0),
            (at("b", "12:00:00"), False, None),
            # With a pause of 40 s in it.
            (at("b", "12:00:00", 50, ended="2026-01-01T12:01:30"), False, 150.0),
        ],
    )
    def test_two(self, second, both, together):
        first = at("a", "10:00:00", 100)
        assert ran_at_once([first, second]) == ran_at_once([second, first]) == both
        assert together_s([first, second]) == together_s([second, first]) == together

    def test_one_is_beside_another_that_began_while_it_went_on(self):
        first = at("a", "10:00:00", 100)
        assert is_beside(first, at("b", "10:01:37", 5))
        assert not is_beside(first, at("b", "10:01:38", 5))
        assert not is_beside(first, tracked("b"))
        assert not is_beside(tracked("b"), first)

    def test_the_longest_of_several_counts(self):
        runs = [at("a", "10:00:00", 1000), at("b", "10:01:00", 60), at("c", "10:03:20", 60), at("d", "10:20:00", 7)]
        assert ran_at_once(runs)
        assert together_s(runs) == 1007.0


class TestRanks:
    def ranks(self, *starts: str, **known) -> list[Tracked]:
        more = {"whole_machine": True, "hardware": "2 x A100", "cpu_model": "Xeon", "ram_gb": 512.4, **known}
        return [at(f"r{number}", start, 3600, **more) for number, start in enumerate(starts)]

    def test_what_one_machine_may_have_counted_several_times(self):
        runs = self.ranks("10:00:00", "10:01:00", "10:01:30", emissions_g=300.0)
        assert refusal(check_ranks, runs, None) == (
            "--all: 3 runs began at once on 2 x A100, Xeon, 512 GB of memory, and each counted all of its machine: if"
            " that was one, it would be counted 3 times; take one with --run, such as r0 (300 g CO2eq, r0.csv:2), or"
            " say with --nodes 3 that they were 3 machines"
        )
        assert refusal(check_ranks, runs, 2).endswith("that they were 3 machines (--nodes says 2)")
        check_ranks(runs, 3)

    @pytest.mark.parametrize(
        ("grams", "kwh", "run", "figure"),
        [
            ((10, 30, 20), (9, 1, 2), "r1", "30 g CO2eq"),
            ((10, 10, 10), (1, 2, 3), "r2", "10 g CO2eq"),
            ((None, None, None), (1, 3, 2), "r1", "3 kWh"),
        ],
    )
    def test_the_largest_is_proposed(self, grams, kwh, run, figure):
        runs = [
            at(f"r{number}", "10:00:00", 9, whole_machine=True, emissions_g=grams[number], energy_kwh=kwh[number])
            for number in range(3)
        ]
        said = refusal(check_ranks, runs, None)
        assert "on machines that are not named, and" in said
        assert f"such as {run} ({figure}, {run}.csv:2)" in said

    def test_without_a_place_its_energy_is_said(self):
        runs = self.ranks("10:00:00", "10:00:00", emissions_g=300.0, no_place="why")
        assert "such as r0 (1 kWh, r0.csv:2)" in refusal(check_ranks, runs, None)

    @pytest.mark.parametrize(
        ("start", "known"),
        [
            ("10:01:01", {}),
            ("10:00:10", {"whole_machine": False}),
            ("10:00:10", {"is_part": True}),
            ("10:00:10", {"hardware": "A40"}),
            ("10:00:10", {"cpu_model": "EPYC"}),
            ("10:00:10", {"ram_gb": 64}),
            ("10:00:10", {"tool": "U"}),
        ],
    )
    def test_what_is_none(self, start, known):
        runs = [*self.ranks("10:00:00"), *self.ranks(start, **known)]
        check_ranks(runs, None)
        check_ranks(runs, 1)
        assert refusal(check_ranks, runs, 2) == (
            "--nodes 2: no runs of equal machines began at once here; leave it out"
        )

    def test_one_that_was_over_before_the_other_began(self):
        check_ranks([at(f"r{second}", f"10:00:{second}", 5, whole_machine=True) for second in (10, 20)], None)


class TestTotal:
    def test_what_all_agree_on_and_what_they_do_not(self):
        alike = {"method": "measured", "modelled_share": 0.5, "hardware": "A100"}
        here = {"country_iso3": "FRA", "location": "France", "version": "1", "detail": "x", "notes": ("n", "3 rows")}
        there = {"country_iso3": "DEU", "location": "Germany", "version": "2", "detail": "y", "notes": ("n", "4 rows")}
        one = at("a", "10:00:00", 100, emissions_g=300.0, **alike, **here)
        other = at("b", "11:00:00", 50, energy_kwh=0.5, emissions_g=25.0, tool="U", **alike, **there)
        found = sum_runs([one, other])
        assert found.intensity.spread == spread_of(one.place, Intensity(g_per_kwh=56.0))  # the wider one
        assert replace(found, intensity=Intensity()) == flat.tracked(
            "all",
            tool="T and U",
            where="a.csv:2 and 1 more",
            detail="sum of 2 runs; x; y",
            emissions_g=325.0,
            energy_kwh=1.5,
            duration_s=150.0,
            method="measured",
            modelled_share=0.5,
            location="France; Germany",
            hardware="A100",
            notes=("n", "a.csv and 1 more: 2 of 2 runs: 3 rows (the numbers are those of a.csv:2)"),
        )

    def test_three_of_which_two_went_on_at_once(self):
        runs = [at("a", "10:00:00", 100), at("b", "10:00:50", 100, method="measured"), at("c", "12:00:00", 7)]
        found = sum_runs(runs)
        assert (found.where, found.duration_s, found.energy.method) == ("a.csv:2 and 2 more", 157.0, "unknown")
        assert [note[:48] for note in found.notes] == ["some of these runs went on at the same time: whe"]
        with pytest.raises(UsageError, match="no runs of equal machines"):
            sum_runs(runs, nodes=2)

    def test_a_doubted_duration_is_not_in_it(self):
        doubted = at("b", "11:00:00", 100, memory_s=151.0)
        assert sum_runs([at("a", "10:00:00", 100), doubted]).duration_s is None
        assert sum_runs([at("a", "10:00:00", 100), at("b", "11:00:00", 100, memory_s=150.0)]).duration_s == 200.0

    @pytest.mark.parametrize(
        ("known", "said"),
        [
            ({"boundary": "facility", "pue": 1.2}, "what their energy covers (facility and node)"),
            ({"pue": None}, "the PUE inside (1.0 and unsaid)"),
            ({"no_figure": "nothing"}, "b.csv:2: nothing"),
            ({"energy_kwh": 0.0}, "the run b has 0 kWh"),
            ({"overlaps": "a"}, "b.csv:2: b and a went on at the same time"),
            ({"no_place": "nowhere"}, "b.csv:2: nowhere"),
        ],
    )
    def test_what_is_not_added_up(self, known, said):
        assert said in refusal(sum_runs, [tracked("a"), tracked("b", **known)])

    def test_a_place_that_is_given_stands_for_those_that_are_none(self):
        found = sum_runs([tracked("a", location="France"), tracked("b", no_place="nowhere")], placed=True)
        assert (found.place.name, found.no_place) == (None, "nowhere")

    def test_a_basis_that_is_not_known_is_not_another(self):
        assert sum_runs([tracked("a", basis="life-cycle"), tracked("b")]).intensity.basis is None


class TestPlausibility:
    def said(self, known: dict, intensity: float | None = None, beside: tuple[Tracked, ...] = ()) -> str:
        run = tracked("a", **known)
        grams = run.emissions_g if intensity is None else intensity
        found = intensity
        if found is None and run.emissions_g is not None and run.energy.kwh:
            found = run.emissions_g / run.energy.kwh
        record = EmissionsRecord(emissions_g=grams, energy_kwh=run.energy.kwh, intensity_g_per_kwh=found,
                                 hardware=run.hardware)  # fmt: skip
        return " | ".join(plausibility_warnings(run, record, beside))

    @pytest.mark.parametrize(
        ("g_per_kwh", "words"),
        [
            (3.4, "3.4 g over 1 kWh are 3.4 g/kWh, which no grid has (grids have 3.5 to 1400)"),
            (3.5, ""),
            (1400, ""),
            (1410, "1.41 kg over 1 kWh are 1.41e+03 g/kWh, which no grid has (grids have 3.5 to 1400)"),
            (0.0035, "it looks like a thousandth of what it should be, kilograms for grams or Wh for kWh"),
            (1.4, "it looks like a thousandth of what it should be"),
            (3500, "it looks like a thousand times of what it should be"),
            (1_400_000, "it looks like a thousand times of what it should be"),
        ],
    )
    def test_what_grids_have(self, g_per_kwh, words):
        assert words in self.said({"emissions_g": g_per_kwh})
        assert bool(self.said({"emissions_g": g_per_kwh})) == bool(words)

    @pytest.mark.parametrize("g_per_kwh", [0.0034, 1_410_000, 1410, 3490])
    def test_what_no_slip_explains(self, g_per_kwh):
        said = self.said({"emissions_g": g_per_kwh})
        assert "which no grid has" in said
        assert "looks like" not in said

    @pytest.mark.parametrize(
        ("grams", "kwh", "own", "is_said"),
        [
            # Apart by a twentieth or 20 g at most, they go together.
            (105_000, 1000, 100, False),
            (105_100, 1000, 100, True),
            (95_300, 1000, 100, False),
            (95_200, 1000, 100, True),
            (119, 1, 100, False),
            (121, 1, 100, True),
            (121, 1, None, False),
        ],
    )
    def test_its_own_intensity(self, grams, kwh, own, is_said):
        known = {"emissions_g": grams, "energy_kwh": kwh, "intensity_g_per_kwh": own}
        assert ("its figures do not go together" in self.said(known)) == is_said

    def test_an_intensity_that_was_given(self):
        said = self.said({"emissions_g": 100}, intensity=0.1)
        assert said == (
            "the intensity that was given is 0.1 g/kWh, which no grid has (grids have 3.5 to 1400): it looks like a"
            " thousandth of what it should be, kilograms for grams or Wh for kWh"
        )
        assert self.said({"emissions_g": 100}, intensity=3.5) == ""

    @pytest.mark.parametrize(
        ("trainer_s", "is_said"), [(66, True), (67, False), (100, False), (150, False), (151, True), (None, False)]
    )
    def test_the_time_that_trainer_says(self, trainer_s, is_said):
        trainer = tracked("t", tool="Trainer", duration_s=trainer_s)
        said = self.said({"duration_s": 100, "energy_kwh": 0.01}, intensity=100, beside=(trainer,))
        expected = (
            f"1 min 40 s were tracked, and Trainer says it took {'1 min 6 s' if trainer_s == 66 else '2 min 31 s'}"
        )
        assert said == (f"{expected} (t.csv:2)" if is_said else "")

    def test_of_several_trainings_one_is_enough(self):
        trainings = [tracked("t", tool="Trainer", duration_s=time) for time in (1, 100, 5000)]
        assert self.said({"duration_s": 100, "energy_kwh": 0.01}, 100, tuple(trainings)) == ""
        assert "1 s (t" in self.said({"duration_s": 100, "energy_kwh": 0.01}, 100, tuple(trainings[::2]))

    @pytest.mark.parametrize(
        ("watts", "hardware", "words"),
        [
            (0.49, None, "less than any computer draws: a part of it was not metered"),
            (0.5, None, ""),
            (3000, None, ""),
            (3001, None, "more than one machine can draw (3e+03 W)"),
            # 3000 W, and 1.82 * 2 times 8 * 500 W.
            (17_550, "8 x NVIDIA A100 SXM", ""),
            (17_570, "8 x NVIDIA A100 SXM", "more than 8 x NVIDIA A100 SXM can draw (1.76e+04 W)"),
        ],
    )
    def test_power(self, watts, hardware, words):
        known = {"duration_s": 3600, "energy_kwh": watts / 1000, "hardware": hardware}
        assert words in self.said(known, intensity=100)
        assert bool(self.said(known, intensity=100)) == bool(words)


class TestPower:
    @pytest.mark.parametrize(
        ("hardware", "watts"),
        [
            (None, 3000),
            ("a box", 3000),
            ("NVIDIA A100 SXM", 3000 + 500 * 3.64),
            ("2 x NVIDIA A100 SXM", 3000 + 2 * 500 * 3.64),
            ("3 x NVIDIA Tesla T4", 3000 + 3 * 70 * 3.64),
        ],
    )
    def test_what_hardware_can_draw(self, hardware, watts):
        assert most_w(hardware) == pytest.approx(watts)

    def test_mean_power(self):
        assert mean_w(tracked("a", energy_kwh=0.5, duration_s=7200)) == 250.0
        assert mean_w(tracked("a", energy_kwh=None, duration_s=7200)) == 0.0

    @pytest.mark.parametrize(
        ("known", "is_doubted"),
        [
            ({"memory_s": 150.0}, False),
            ({"memory_s": 150.1}, True),
            ({"memory_s": None}, False),
            ({"memory_s": 151.0, "energy_kwh": None}, False),
            ({"memory_s": 151.0, "duration_s": None}, False),
        ],
    )
    def test_a_duration_that_memory_contradicts(self, known, is_doubted):
        said = duration_warning(tracked("a", **{"duration_s": 100.0, **known}))
        assert (said is not None) == is_doubted
        assert said is None or said.startswith(
            "1 kWh in 1 min 40 s are 3.6e+04 W, where memory drew its power for 2 min"
        )
