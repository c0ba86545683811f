"""The figure of a card is that of the trainings that led to its weights: stages add up, nothing else does."""

from __future__ import annotations

import contextlib
import json

import pytest
from in_process import call
from recording.helpers import block, card_text, ledger, segments_kwh

tiny = pytest.importorskip("recording.tiny")

import torch  # noqa: E402 - after the skip
from transformers import BertForSequenceClassification  # noqa: E402

from hf_emissions import EmissionsCallback  # noqa: E402
from hf_emissions.recording.weights import same_weights, sample, tensors_of  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

PARTIAL = "partial: a stage was not recorded"


def train(out, model=None, *callbacks, recorded=True, **settings):
    """A training of four steps with a checkpoint every second; its Trainer, and its record."""
    own = [EmissionsCallback(country="DEU")] if recorded else []
    short = {"max_steps": 4, "save_steps": 2, "logging_steps": 2}
    trainer = tiny.trainer(out, *own, *callbacks, train_model=model, **{**short, **settings})
    trainer.train()
    return trainer, own[0].record if own else None


def own(trainer):
    [callback] = [held for held in trainer.callback_handler.callbacks if isinstance(held, EmissionsCallback)]
    return callback


def load(folder, **settings):
    return BertForSequenceClassification.from_pretrained(folder, **settings)


def assert_is_sum_of(record, out, *indices):
    energies = segments_kwh(out)
    assert record.energy_kwh == pytest.approx(sum(energies[index] for index in indices), rel=0.005)
    assert block(card_text(out))["emissions"] == record.emissions_g
    assert record.emissions_g == pytest.approx(380.95 * record.energy_kwh, rel=0.01)


def again_on_the_same_trainer(out):
    trainer, _ = train(out)
    trainer.train()
    return own(trainer).record


def another_trainer_of_the_same_object(out):
    trainer, _ = train(out)
    return train(out, trainer.model)[1]


def loaded_from_the_folder(out):
    train(out)[0].save_model()
    return train(out, load(out))[1]


def loaded_from_the_last_checkpoint(out):
    train(out)
    return train(out, load(out / "checkpoint-4"))[1]


def loaded_from_a_copy_of_the_folder(out):
    trainer, _ = train(out)
    trainer.save_model(str(out.parent / "elsewhere"))
    return train(out, load(out.parent / "elsewhere"))[1]


def loaded_as_bfloat16(out):
    train(out)[0].save_model()
    return train(out, load(out, dtype=torch.bfloat16))[1]


def trained_in_another_folder(out):
    trainer, _ = train(out.parent / "first")
    return train(out, trainer.model)[1]


@pytest.mark.parametrize(
    "second",
    [
        again_on_the_same_trainer,
        another_trainer_of_the_same_object,
        loaded_from_the_folder,
        loaded_from_the_last_checkpoint,
        loaded_from_a_copy_of_the_folder,
        loaded_as_bfloat16,
        trained_in_another_folder,
    ],
)
def test_stages_of_one_model_add_up(out, second):
    record = second(out)
    assert_is_sum_of(record, out, 0, 1)
    assert "sum of 2 stages" in record.source
    assert PARTIAL not in record.source
    card = card_text(out)
    assert "is the sum of 2 trainings of this model: " in card
    assert "All experiments: " in card
    assert ", 2 runs" in card


def test_three_stages_are_each_shown(out):
    trainer, _ = train(out)
    trainer.train()
    trainer.train()
    record = own(trainer).record
    assert_is_sum_of(record, out, 0, 1, 2)
    [line] = [line for line in card_text(out).splitlines() if "sum of 3 trainings of this model" in line]
    assert line.count(" mWh in ") == line.count("CO2eq") == 3


def test_a_stage_from_a_checkpoint_counts_what_led_to_it(out):
    train(out)
    record = train(out, load(out / "checkpoint-2"))[1]
    lines = sorted(ledger(out), key=lambda line: line["time"])
    saved = next(line for line in lines if line["kind"] == "reading" and line["why"] == "save")
    parts = [part[f"{name}_kwh"] for part in (saved, saved.get("filled")) if part for name in ("cpu", "gpu", "ram")]
    at_checkpoint = sum(parts)
    energies = segments_kwh(out)
    assert at_checkpoint < energies[0]
    assert record.energy_kwh == pytest.approx(at_checkpoint + energies[1], rel=0.005)
    total = json.loads(call(["runs", str(out), "--format", "json"], out).out)["experiments"]
    assert total["energy_kwh"] == pytest.approx(sum(energies), rel=0.001)
    assert total["runs"] == 2


def anew(out):
    train(out)
    return train(out)[1]


def anew_with_the_weights_put_back(out):
    model = tiny.model()
    begun = {name: weight.clone() for name, weight in model.state_dict().items()}
    train(out, model)
    model.load_state_dict(begun)
    return train(out, model)[1]


def anew_with_model_init(out):
    trainer, _ = train(out)
    trainer.model_init = lambda trial=None: tiny.model()
    trainer.train()
    return own(trainer).record


def after_a_failure(out):
    def fail():
        raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        train(out, None, tiny.At(3, fail))
    return train(out)[1]


def another_model(out):
    train(out)
    return train(out, tiny.model(seed=7))[1]


@pytest.mark.parametrize(
    "second", [anew, anew_with_the_weights_put_back, anew_with_model_init, after_a_failure, another_model]
)
def test_a_training_that_began_anew_replaces_the_one_before(out, second):
    record = second(out)
    assert_is_sum_of(record, out, 1)
    assert "stages" not in record.source
    assert PARTIAL not in record.source
    assert ", 2 runs" in card_text(out)


def unrecorded_in_between(out):
    trainer, _ = train(out)
    train(out.parent / "other", trainer.model, recorded=False)
    return train(out, trainer.model)[1]


def unrecorded_in_between_through_the_folder(out):
    train(out)[0].save_model()
    train(out, load(out), recorded=False)[0].save_model()
    return train(out, load(out))[1]


def test_what_was_unrecorded_before_everything_is_said(out):
    train(out, recorded=False)[0].save_model()
    record = train(out, load(out))[1]
    assert PARTIAL in record.source
    assert_is_sum_of(record, out, 0)
    assert "The figure is partial" in card_text(out)


def test_a_base_model_that_lies_in_the_output_folder_is_no_stage(out):
    tiny.model().save_pretrained(out)
    assert PARTIAL not in train(out, load(out))[1].source


def built(out):
    return tiny.model()


def loaded(out):
    tiny.model().save_pretrained(out.parent / "base")
    return load(out.parent / "base")


def loaded_as_half(out):
    tiny.model().save_pretrained(out.parent / "base")
    return load(out.parent / "base", dtype=torch.bfloat16)


@pytest.mark.parametrize("begin", [built, loaded, loaded_as_half])
@pytest.mark.parametrize("before", [True, False])
def test_what_trained_the_model_before_the_callback_came_is_said(out, begin, before):
    model = begin(out)
    if before:
        train(out.parent / "other", model, recorded=False, save_strategy="no", learning_rate=1e-2)
    record = train(out, model, save_strategy="no")[1]
    assert (PARTIAL in record.source) is before


def test_new_tokens_are_no_training(out):
    model = loaded(out)
    model.resize_token_embeddings(20)
    with torch.no_grad():
        model.get_input_embeddings().weight[16:] = 0.5
        model.classifier.weight.zero_()
    assert PARTIAL not in train(out, model)[1].source


@pytest.mark.parametrize("second", [unrecorded_in_between, unrecorded_in_between_through_the_folder])
def test_a_stage_without_the_callback_makes_the_figure_partial(out, second):
    record = second(out)
    assert PARTIAL in record.source
    assert_is_sum_of(record, out, 0, 1)
    assert "The figure is partial" in card_text(out)
    assert PARTIAL in block(card_text(out))["source"]


# Adapters


def adapter(base=None):
    peft = pytest.importorskip("peft")
    return peft.get_peft_model(base or tiny.model(), peft.LoraConfig(r=2, target_modules=["query"]))


def test_an_adapter_that_is_loaded_and_trained_on_is_a_stage(out):
    peft = pytest.importorskip("peft")
    train(out, adapter())[0].save_model()
    loaded = peft.PeftModel.from_pretrained(tiny.model(), out, is_trainable=True)
    assert_is_sum_of(train(out, loaded)[1], out, 0, 1)


def test_another_adapter_on_the_same_base_is_none(out):
    base = tiny.model()
    train(out, adapter(base))
    assert_is_sum_of(train(out, adapter(tiny.model()))[1], out, 1)


def test_a_merge_that_is_trained_on_has_its_adapter_as_a_stage(out):
    model = adapter()
    train(out, model)
    merged = model.merge_and_unload()
    merged.requires_grad_(True)
    record = train(out, merged)[1]
    assert_is_sum_of(record, out, 0, 1)
    assert PARTIAL not in record.source


# Searches


def test_a_search_is_in_the_experiments_and_in_no_block(out, capsys):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    trainer, _ = train(out)
    trainer.model_init = lambda trial=None: tiny.model()
    before = block(card_text(out))
    best = trainer.hyperparameter_search(
        hp_space=lambda trial: {"learning_rate": trial.suggest_float("learning_rate", 1e-5, 1e-4)},
        compute_objective=lambda metrics: metrics["eval_loss"],
        backend="optuna",
        n_trials=2,
    )
    assert block(card_text(out)) == before
    assert capsys.readouterr().err.count(", a trial\n") == 2
    record = train(out, load(out / f"run-{best.run_id}" / "checkpoint-4"))[1]
    energies = segments_kwh(out)
    # The trial that the model was taken from has led to it; the other one has not.
    assert record.energy_kwh == pytest.approx(energies[1 + int(best.run_id)] + energies[3], rel=0.005)
    said = call(["runs", str(out), "--experiments"], out)
    grams = sum(energies) * 380.95
    assert said.out == f"All experiments: {milligrams(grams)}, 4 runs\n"
    assert said.out.strip() in card_text(out)
    documents = json.loads(call(["runs", str(out), "--format", "json"], out).out)["runs"]
    assert [document["trial"] for document in documents] == [False, True, True, False]


def milligrams(grams):
    from hf_emissions import units

    return f"{units.format_mass(grams)} CO2eq"


def test_the_command_writes_the_last_run_that_is_no_trial(out):
    for line in [
        {"kind": "start", "run": "whole", "segment": "s1", "order": 1, "place": PLACE},
        {"kind": "reading", "run": "whole", "segment": "s1", "t_s": 60, **ENERGY},
        {"kind": "start", "run": "trial", "segment": "s2", "order": 2, "place": PLACE, "trial": True},
        {"kind": "reading", "run": "trial", "segment": "s2", "t_s": 60, **ENERGY, "cpu_kwh": 3.0},
    ]:
        path = out / "_emissions" / f"{line['run']}-{line['segment']}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps({"v": 1, "time": "2026-01-01T00:00:00Z", **line}) + "\n")
    (out / "README.md").write_text("# Card\n")
    assert call(["runs", str(out), "--into", str(out / "README.md")], out).code == 0
    assert block(card_text(out))["emissions"] == 400
    assert call(["runs", str(out), "--experiments"], out).out == "All experiments: 1.6 kg CO2eq, 2 runs\n"


PLACE = {"intensity_g_per_kwh": 400.0, "intensity_source": "test"}
ENERGY = {"cpu_kwh": 1.0, "gpu_kwh": 0.0, "ram_kwh": 0.0}


# What a sample could be taken in by


def own_layers(model, *names):
    """The same model, of which only the parameters with these names are trained."""
    for name, weight in model.named_parameters():
        weight.requires_grad_(any(part in name for part in names) or not names)
    return model


def frozen_in_the_second_stage(out):
    model = tiny.model()
    for names in ((), ("classifier",), ()):
        record = train(out, own_layers(model, *names))[1]
    return record


def unfrozen_bit_by_bit(out):
    model = tiny.model()
    for names in (("classifier",), ("classifier", "pooler"), ()):
        record = train(out, own_layers(model, *names))[1]
    return record


def a_failure_in_the_middle(out):
    def fail():
        raise ZeroDivisionError

    trainer, _ = train(out)
    trainer.add_callback(tiny.At(3, fail))
    with contextlib.suppress(ZeroDivisionError):
        trainer.train()
    trainer.callback_handler.callbacks.pop()
    trainer.train()
    return own(trainer).record


@pytest.mark.parametrize("stages", [frozen_in_the_second_stage, unfrozen_bit_by_bit, a_failure_in_the_middle])
def test_three_stages_of_any_kind_add_up(out, stages):
    record = stages(out)
    assert_is_sum_of(record, out, 0, 1, 2)
    assert PARTIAL not in record.source


def an_adapter_on_a_model_that_was_trained(out):
    return adapter(train(out)[0].model)


def a_second_adapter(out):
    import peft

    model = adapter()
    train(out, model)
    model.add_adapter("second", peft.LoraConfig(r=2, target_modules=["query"]))
    model.set_adapter("second")
    return model


def another_head(out):
    from transformers import BertForTokenClassification

    train(out)[0].save_model()
    model = BertForTokenClassification.from_pretrained(out, num_labels=3, ignore_mismatched_sizes=True)
    # Trained here on whole texts, of which this head takes the first token's.
    model.forward = _of_whole_texts(model)
    return model


def _of_whole_texts(model):
    inner = type(model).forward

    def forward(input_ids, labels=None, **more):
        found = inner(model, input_ids=input_ids, **more)
        loss = None if labels is None else torch.nn.functional.cross_entropy(found.logits[:, 0], labels)
        return {"loss": loss, "logits": found.logits[:, 0]}

    return forward


@pytest.mark.parametrize("second", [an_adapter_on_a_model_that_was_trained, a_second_adapter, another_head])
def test_a_stage_of_another_form_adds_up(out, second):
    record = train(out, second(out))[1]
    assert_is_sum_of(record, out, 0, 1)
    assert PARTIAL not in record.source


def test_an_adapter_in_another_folder_does_not_have_its_base_in_it(out):
    base = train(out.parent / "base")[0].model
    assert_is_sum_of(train(out, adapter(base))[1], out, 0)


def test_trainings_that_move_nothing_which_is_sampled_are_not_added_up(out):
    """Few tokens of a large vocabulary, and nothing else: what tells nothing says nothing of another training."""
    from transformers import BertConfig

    config = BertConfig(vocab_size=4000, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)
    for _ in range(2):
        torch.manual_seed(0)
        model = own_layers(BertForSequenceClassification(config), "word_embeddings")
        record = train(out, model, weight_decay=0.0)[1]
    assert_is_sum_of(record, out, 1)
    assert PARTIAL not in record.source


def test_of_recordings_without_a_model_the_last_one_counts_and_that_is_said(out, capsys):
    import time

    from hf_emissions import record_emissions

    for _ in range(2):
        with record_emissions(out, country="DEU", training_type="fine-tuning") as recording:
            time.sleep(0.2)
    assert_is_sum_of(recording.record, out, 1)
    assert "an earlier recording in this folder not added: " in capsys.readouterr().err
    assert "whether the earlier ones belong to the same model is not known" in card_text(out)


# Samples of weights


def is_same(first, second):
    return same_weights(tensors_of(first), tensors_of(second))


def test_one_step_of_training_changes_a_sample(out):
    model = tiny.model()
    before = sample(model)
    assert is_same(before, sample(tiny.model()))
    train(out, model, recorded=False, max_steps=1, learning_rate=1e-6, save_strategy="no")
    assert not is_same(before, sample(model))


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_a_sample_knows_weights_that_were_rounded(kind):
    assert is_same(sample(tiny.model()), sample(tiny.model().to(kind)))
    assert not is_same(sample(tiny.model()), sample(tiny.model(seed=1).to(kind)))


@pytest.mark.parametrize("other", [None, "", {}, {"dtype": "float32"}, "?", "AAAA", 7, "text", "\ud800"])
def test_a_damaged_sample_is_the_same_as_nothing(other):
    assert tensors_of(other) == {}
    assert not is_same(sample(tiny.model()), other)


@pytest.mark.parametrize("model", [None, torch.nn.Sequential(), torch.nn.Linear(1, 1, device="meta")])
def test_weights_that_cannot_be_read_have_no_sample(model):
    assert sample(model) is None


def test_a_sample_is_small(out):
    layers = torch.nn.Sequential(*[torch.nn.Linear(3, 3) for _ in range(400)])
    for layer in layers[:300]:
        layer.requires_grad_(False)
    assert len(sample(layers)) <= 4 * (256 * 13 + 2) // 3 + 4
